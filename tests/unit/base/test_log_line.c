/* Expected values: the two forms of a line as log.h shows them, RFC 3339 for times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/json.h"
#include "src/base/log_priv.h"

enum { NOON = 1795435200 }; /* 2026-11-23T12:00:00Z, in seconds */

static const struct secret SECRET = { .data = (char[]){ "hush" }, .len = 4 };

static struct log_event event(const struct kv *kv, size_t n)
{
    return (struct log_event){
        .at_ms = NOON * INT64_C(1000) + 7,
        .level = LOG_LEVEL_WARN,
        .module = "lane",
        .msg = "rule waits",
        .kv = kv,
        .n = n,
    };
}

static void test_text_has_time_level_module_message_and_values(void **state)
{
    const struct kv kv[] = {
        KV("rule", "rule-1"),      KV("why", "not yet"),     KV("nothing", NULL),
        KV_INT("priority", -10),   KV_BOOL("urgent", true),  KV_TIME("until", NOON * INT64_C(1000)),
        KV_SECRET("key", &SECRET), KV_SECRET("other", NULL), KV_NONE,
    };
    struct log_event e = event(kv, COUNT(kv));
    struct buf b CLEANUP(buf_done) = { 0 };
    (void)state;
    log_format_text(&b, &e, false);
    assert_string_equal(buf_str(&b), "2026-11-23T12:00:00.007Z warn  lane: rule waits rule=rule-1 "
                                     "why=\"not yet\" nothing=- priority=-10 urgent=true "
                                     "until=2026-11-23T12:00:00.000Z key=(secret) other=-\n");
}

static void test_json_has_one_member_a_value_and_keeps_types(void **state)
{
    const struct kv kv[] = {
        KV("rule", "a \"b\""),    KV("nothing", NULL),       KV_INT("n", INT64_MIN),
        KV_BOOL("urgent", false), KV_SECRET("key", &SECRET), KV_TIME("until", NOON * INT64_C(1000)),
        KV_SECRET("other", NULL),
    };
    struct log_event e = event(kv, COUNT(kv));
    struct buf b CLEANUP(buf_done) = { 0 };
    (void)state;
    log_format_json(&b, &e);
    assert_string_equal(buf_str(&b),
                        "{\"time\":\"2026-11-23T12:00:00.007Z\",\"level\":\"warn\","
                        "\"module\":\"lane\",\"msg\":\"rule waits\",\"rule\":\"a \\\"b\\\"\","
                        "\"nothing\":null,\"n\":-9223372036854775808,\"urgent\":false,"
                        "\"key\":\"(secret)\",\"until\":\"2026-11-23T12:00:00.000Z\","
                        "\"other\":null}\n");
}

/* ECMA-48 §8.3.117: 31 red, 33 yellow, 32 green, 2 faint. */
static void test_colour_is_around_the_level_only(void **state)
{
    static const char *const levels[] = {
        [LOG_LEVEL_ERROR] = "\x1b[31merror\x1b[0m",
        [LOG_LEVEL_WARN] = "\x1b[33mwarn \x1b[0m",
        [LOG_LEVEL_INFO] = "\x1b[32minfo \x1b[0m",
        [LOG_LEVEL_DEBUG] = "\x1b[2mdebug\x1b[0m",
    };
    struct arena a CLEANUP(arena_done) = { 0 };
    (void)state;
    for (size_t i = 0; i < COUNT(levels); i++) {
        struct buf b CLEANUP(buf_done) = { 0 };
        struct log_event e = event(NULL, 0);
        e.level = (enum log_level)i;
        log_format_text(&b, &e, true);
        assert_string_equal(
            buf_str(&b),
            arena_fmt(&a, "2026-11-23T12:00:00.007Z %s lane: rule waits\n", levels[i]));
    }
}

static void test_message_cannot_begin_a_line_of_its_own(void **state)
{
    struct log_event e = event(NULL, 0);
    struct buf b CLEANUP(buf_done) = { 0 };
    (void)state;
    e.msg = "x\n2026-11-23T12:00:00.007Z info  lane: forged";
    log_format_text(&b, &e, false);
    assert_ptr_equal(strchr(buf_str(&b), '\n'), buf_str(&b) + b.len - 1);
}

/* Values of the worst kind: every byte becomes six. */
static void test_lines_are_bounded_and_stay_whole_json(void **state)
{
    char bad[3000];
    struct kv kv[10];
    struct buf b CLEANUP(buf_done) = { 0 };
    cJSON *json CLEANUP(json_done) = NULL;
    struct error err;
    (void)state;
    memset(bad, '\x01', sizeof bad - 1);
    bad[sizeof bad - 1] = '\0';
    for (size_t i = 0; i < COUNT(kv) - 1; i++)
        kv[i] = KV("bad", bad + (i % 2 ? 0 : 2700));
    kv[COUNT(kv) - 1] = KV_INT("last", 42);
    struct log_event e = event(kv, COUNT(kv));
    e.msg = bad;
    log_format_json(&b, &e);
    assert_true(b.len <= LOG_LINE_MAX);
    assert_true(json_parse(buf_str(&b), b.len, &json, &err));
    assert_true(cJSON_IsTrue(json_get(json, "truncated")));
    /* What is short finds room behind what is not. */
    assert_int_equal(json_int(json, "last", 0), 42);
    buf_reset(&b);
    log_format_text(&b, &e, false);
    assert_true(b.len <= LOG_LINE_MAX);
    assert_non_null(strstr(buf_str(&b), " truncated=true\n"));
}

static void test_times_before_1970_and_out_of_range_are_lines_too(void **state)
{
    struct log_event e = event(NULL, 0);
    struct buf b CLEANUP(buf_done) = { 0 };
    (void)state;
    e.at_ms = -1;
    log_format_text(&b, &e, false);
    assert_string_equal(buf_str(&b), "1969-12-31T23:59:59.999Z warn  lane: rule waits\n");
    buf_reset(&b);
    e.at_ms = INT64_MAX;
    log_format_text(&b, &e, false);
    assert_string_equal(buf_str(&b), "? warn  lane: rule waits\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_has_time_level_module_message_and_values),
        cmocka_unit_test(test_json_has_one_member_a_value_and_keeps_types),
        cmocka_unit_test(test_colour_is_around_the_level_only),
        cmocka_unit_test(test_message_cannot_begin_a_line_of_its_own),
        cmocka_unit_test(test_lines_are_bounded_and_stay_whole_json),
        cmocka_unit_test(test_times_before_1970_and_out_of_range_are_lines_too),
    };
    return cmocka_run_group_tests_name("log_line", tests, NULL, NULL);
}
