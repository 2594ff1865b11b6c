/* test_recording.c - what is read back, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

static bool read_text(struct recording *r, const char *text, struct error *err)
{
    return recording_read(r, text, strlen(text), err);
}

static void test_calls_are_read_in_order(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct recording r CLEANUP(recording_done) = { 0 };
    struct error err = { 0 };
    assert_true(
        read_text(&r,
                  JOIN(&a, HEAD, line(&a, "ListAcls", "{'b':'2','a':'1'}", "{'Acls':[]}"),
                       "{\"path\":\"GET /latest/x\",\"status\":404,\"text\":\"no\","
                       "\"reset\":true,\"cut_after\":3,\"piece\":2,\"pause_ms\":7,\"ms\":9}\n"),
                  &err));
    assert_int_equal(r.calls.len, 2);
    assert_false(r.cut);
    const struct recorded *c = &r.calls.items[0];
    assert_int_equal(c->seq, 1);
    assert_string_equal(c->call.action, "ListAcls");
    assert_string_equal(c->call.params.items[0].name, "a");
    assert_string_equal(c->call.params.items[1].value, "2");
    assert_string_equal(c->body, "{\"Acls\":[]}");
    assert_int_equal(c->body_len, 11);
    assert_string_equal(c->headers.items[0].value, "R");
    c = &r.calls.items[1];
    assert_string_equal(c->call.path, "GET /latest/x");
    assert_string_equal(c->body, "no");
    assert_true(c->reset);
    assert_int_equal(c->cut_after, 3);
    assert_int_equal(c->piece, 2);
    assert_int_equal(c->pause_ms, 7);
    assert_int_equal(c->ms, 9);
}

/* Every prefix of a recording that holds its first line is one, as a killed program leaves
 * it; nothing but the last line is lost. */
static void test_a_recording_cut_anywhere_loses_only_its_last_line(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *one = line(&a, "ListAcls", "{}", "{}"), *two = line(&a, "ListRules", "{}", "{}");
    const char *whole = JOIN(&a, HEAD, one, two);
    size_t first = strlen(HEAD) + strlen(one);
    for (size_t len = strlen(HEAD); len < strlen(whole); len++) {
        struct recording r CLEANUP(recording_done) = { 0 };
        struct error err = { 0 };
        if (!recording_read(&r, whole, len, &err))
            fail_msg("%zu bytes: %s", len, err.msg);
        assert_int_equal(r.calls.len, len >= first);
        assert_int_equal(r.cut, len != strlen(HEAD) && len != first);
    }
}

static void test_a_broken_line_may_stand_before_a_new_start(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct recording r CLEANUP(recording_done) = { 0 };
    struct error err = { 0 };
    const char *one = line(&a, "ListAcls", "{}", "{}");
    assert_true(read_text(&r, JOIN(&a, HEAD, one, "{\"seq\":2,\"at\n", HEAD, one), &err));
    assert_int_equal(r.calls.len, 2);
    assert_int_equal(r.calls.items[1].seq, 2);
}

static void test_what_is_no_recording_is_refused_with_its_line(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *good = line(&a, "ListAcls", "{}", "{}");
    const struct {
        const char *text, *why;
    } cases[] = {
        { "", "not a recording" },
        { "{}\n", "not a recording" },
        { good, "not a recording" },
        { "{\"alb-mock-recording\":2}\n", "line 1: a recording of version 2" },
        { JOIN(&a, HEAD, "nonsense\n", good), "line 2: not JSON" },
        { JOIN(&a, HEAD, "[]\n", good), "line 2: not JSON" },
        { JOIN(&a, HEAD, good, "{}\n"), "line 3: not a recorded call" },
        { JOIN(&a, HEAD, "{\"action\":\"A\",\"status\":20}\n"), "line 2: not a recorded call" },
        { JOIN(&a, HEAD, "{\"action\":\"A\",\"status\":200,\"params\":{\"a\":1}}\n"),
          "line 2: not a recorded call" },
        { JOIN(&a, HEAD, "{\"action\":\"A\",\"status\":200,\"headers\":{\"a\":\"b\\r\\nc\"}}\n"),
          "line 2: not a recorded call" },
        { JOIN(&a, HEAD, "{\"action\":\"A\",\"status\":200,\"ms\":-1}\n"),
          "line 2: not a recorded call" },
        { JOIN(&a, HEAD, "{\"seq\":1,\"error\":\"x\"}\n"), "line 2: a call that was too large" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct recording r CLEANUP(recording_done) = { 0 };
        struct error err = { 0 };
        assert_false(read_text(&r, cases[i].text, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        if (!strstr(err.msg, cases[i].why))
            fail_msg("%s: %s", cases[i].text, err.msg);
    }
}

static void test_a_file_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct recording r CLEANUP(recording_done) = { 0 };
    struct error err = { 0 };
    assert_false(recording_open(&r, "/nowhere/at/all", &err));
    assert_non_null(strstr(err.msg, "/nowhere/at/all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_are_read_in_order),
        cmocka_unit_test(test_a_recording_cut_anywhere_loses_only_its_last_line),
        cmocka_unit_test(test_a_broken_line_may_stand_before_a_new_start),
        cmocka_unit_test(test_what_is_no_recording_is_refused_with_its_line),
        cmocka_unit_test(test_a_file_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests_name("mock_record/recording", tests, NULL, NULL);
}
