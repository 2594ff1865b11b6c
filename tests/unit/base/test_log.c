/* Levels, and what reaches the place where lines go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/log.h"

struct sink {
    struct buf text;
    bool broken;
    int64_t now_ms;
    struct clock clock;
};

static bool take(void *arg, const char *line, size_t len)
{
    struct sink *s = arg;
    if (s->broken) {
        errno = EPIPE;
        return false;
    }
    buf_add(&s->text, line, len);
    return true;
}

static int64_t now_of(void *self)
{
    return ((struct sink *)self)->now_ms;
}

static void sink_done(struct sink *s)
{
    buf_done(&s->text);
}

static struct log log_to(struct sink *s, enum log_format format)
{
    s->clock = (struct clock){ .now_ms = now_of, .self = s };
    struct log log = { .clock = &s->clock, .format = format, .write = take, .arg = s };
    log_init(&log);
    return log;
}

static void test_line_has_the_time_of_the_given_clock(void **state)
{
    struct sink s CLEANUP(sink_done) = { .now_ms = 1000 };
    struct log log = log_to(&s, LOG_FORMAT_TEXT);
    (void)state;
    log_info(&log, "loop", "started", KV("version", "1.0"));
    s.now_ms = 2500;
    log_error(&log, "loop", "stopped", KV_NONE);
    assert_string_equal(buf_str(&s.text),
                        "1970-01-01T00:00:01.000Z info  loop: started version=1.0\n"
                        "1970-01-01T00:00:02.500Z error loop: stopped\n");
}

static void test_what_is_no_terminal_gets_json_unless_told(void **state)
{
    struct sink s CLEANUP(sink_done) = { 0 };
    struct log log = log_to(&s, LOG_FORMAT_AUTO);
    (void)state;
    assert_int_equal(log.format, LOG_FORMAT_JSON);
    log = log_to(&s, LOG_FORMAT_TEXT);
    assert_int_equal(log.format, LOG_FORMAT_TEXT);
}

static void test_levels_are_info_and_change_at_run_time(void **state)
{
    struct sink s CLEANUP(sink_done) = { 0 };
    struct log log = log_to(&s, LOG_FORMAT_TEXT);
    struct error err;
    (void)state;
    log_debug(&log, "lane", "not shown", KV_NONE);
    assert_int_equal(s.text.len, 0);
    assert_true(log_set_levels(&log, "error,lane=debug", &err));
    log_debug(&log, "lane", "shown", KV_NONE);
    log_warn(&log, "store", "not shown", KV_NONE);
    assert_string_equal(buf_str(&s.text), "1970-01-01T00:00:00.000Z debug lane: shown\n");
    assert_true(log_on(&log, LOG_LEVEL_ERROR, "store"));
    assert_false(log_on(&log, LOG_LEVEL_WARN, "store"));
    /* The next text replaces the one before. */
    assert_true(log_set_levels(&log, "store=warn", &err));
    assert_false(log_on(&log, LOG_LEVEL_DEBUG, "lane"));
    assert_true(log_on(&log, LOG_LEVEL_INFO, "lane"));
    assert_false(log_on(&log, LOG_LEVEL_INFO, "store"));
    assert_false(log_on(NULL, LOG_LEVEL_ERROR, "store"));
}

static void test_bad_levels_are_refused_and_change_nothing(void **state)
{
    static const struct {
        const char *text, *names;
    } rows[] = {
        { "", "''" },
        { "loud", "'loud'" },
        { "info,", "''" },
        { "info,lane=", "''" },
        { "info,lane=Debug", "'Debug'" },
        { "=info", "''" },
        { "Lane=info", "'Lane'" },
        { "a-module-with-more-than-15=info", "'a-module-with-more-than-15'" },
        { "a=info,b=info,c=info,d=info,e=info,f=info,g=info,h=info,i=info,j=info,k=info,l=info,"
          "m=info,n=info,o=info,p=info,q=info",
          "more than 16" },
    };
    struct sink s CLEANUP(sink_done) = { 0 };
    struct log log = log_to(&s, LOG_FORMAT_TEXT);
    struct error err;
    (void)state;
    assert_true(log_set_levels(&log, "warn", &err));
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_false(log_set_levels(&log, rows[i].text, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        if (!strstr(err.msg, rows[i].names))
            fail_msg("'%s': %s", rows[i].text, err.msg);
    }
    assert_int_equal(log.levels.other, LOG_LEVEL_WARN);
    assert_int_equal(log.levels.n, 0);
    /* The same module again is one module. */
    assert_true(log_set_levels(&log, "lane=error,lane=debug", &err));
    assert_int_equal(log.levels.n, 1);
    assert_true(log_on(&log, LOG_LEVEL_DEBUG, "lane"));
}

static void test_lost_lines_are_counted_before_the_next_one(void **state)
{
    struct sink s CLEANUP(sink_done) = { .broken = true };
    struct log log = log_to(&s, LOG_FORMAT_TEXT);
    (void)state;
    errno = ENOENT;
    log_info(&log, "loop", "one", KV_NONE);
    log_info(&log, "loop", "two", KV_NONE);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(log.dropped, 2);
    s.broken = false;
    log_info(&log, "loop", "three", KV_NONE);
    assert_string_equal(buf_str(&s.text),
                        "1970-01-01T00:00:00.000Z warn  log: lines could not be written and are "
                        "missing here lines=2\n"
                        "1970-01-01T00:00:00.000Z info  loop: three\n");
    assert_int_equal(log.dropped, 0);
}

static void test_line_after_a_torn_one_begins_anew(void **state)
{
    struct sink s CLEANUP(sink_done) = { 0 };
    struct log log = log_to(&s, LOG_FORMAT_TEXT);
    (void)state;
    log.torn = true;
    log_info(&log, "loop", "next", KV_NONE);
    assert_string_equal(buf_str(&s.text), "\n1970-01-01T00:00:00.000Z info  loop: next\n");
}

static void test_secrets_do_not_get_through_any_part_of_a_line(void **state)
{
    static const char pem[] = "-----BEGIN "
                              "PRIVATE KEY-----\nMIIE";
    struct secret secret = { 0 };
    struct sink s CLEANUP(sink_done) = { 0 };
    (void)state;
    secret_set(&secret, "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1");
    for (int format = LOG_FORMAT_TEXT; format <= LOG_FORMAT_JSON; format++) {
        struct log log = log_to(&s, (enum log_format)format);
        log_info(&log, "loop", pem, KV("pem", pem), KV("text", secret.data),
                 KV_SECRET("key", &secret));
        assert_null(strstr(buf_str(&s.text), "PRIVATE"));
        assert_null(strstr(buf_str(&s.text), "MIIE"));
        assert_null(strstr(buf_str(&s.text), "aB3dE5"));
        assert_non_null(strstr(buf_str(&s.text), "(secret)"));
    }
    secret_done(&secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_has_the_time_of_the_given_clock),
        cmocka_unit_test(test_what_is_no_terminal_gets_json_unless_told),
        cmocka_unit_test(test_levels_are_info_and_change_at_run_time),
        cmocka_unit_test(test_bad_levels_are_refused_and_change_nothing),
        cmocka_unit_test(test_lost_lines_are_counted_before_the_next_one),
        cmocka_unit_test(test_line_after_a_torn_one_begins_anew),
        cmocka_unit_test(test_secrets_do_not_get_through_any_part_of_a_line),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
