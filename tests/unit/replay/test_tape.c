/* test_tape.c - a recording is read as it was written, and whoever wrote another is told where. */
#include "tests/unit/replay/tapes.h"

static void test_lines_become_what_was_so_what_came_and_what_was_done(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t = tape_of(
        &a, TAPE_HEAD "{\"base\":\"ADDED\",\"at\":900,\"key\":\"Ingress a/x\",\"body\":{\"b\":1}}\n"
                      "{\"event\":\"SYNCED\",\"at\":1001,\"key\":\"source\"}\n" TAPE_CALL(
                          7, 1002, "l", "CreateRules", "\"P\":\"1\""));
    assert_int_equal(t.from, 1000);
    assert_int_equal(t.to, 1002);
    assert_string_equal(t.cluster_id, "c1");
    assert_int_equal(t.base.len, 1);
    assert_string_equal(t.base.items[0].body, "{\"b\":1}");
    assert_int_equal(t.items.len, 2);
    assert_int_equal(t.n_calls, 1);
    assert_false(t.items.items[0].is_call);
    assert_int_equal(t.items.items[1].call.call.id, 7);
    assert_string_equal(t.items.items[1].call.call.params, "{\"P\":\"1\"}");
    assert_string_equal(t.items.items[1].call.outcome.state, "done");
}

static void check_refused(const char *text, const char *says)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t;
    struct error err;
    if (tape_read(&a, text, strlen(text), &t, &err))
        fail_msg("taken: %s", text);
    assert_int_equal(err.kind, ERROR_INVALID);
    if (!strstr(err.msg, says))
        fail_msg("'%s' does not say '%s'", err.msg, says);
}

static void test_what_is_no_recording_is_refused_with_its_line(void **state)
{
    (void)state;
    check_refused("{}\n", "line 1: not a recording");
    check_refused("# README\n", "line 1: not a recording, as 'alb-agent record' writes it");
    check_refused("", "empty; 'alb-agent record' writes a recording");
    check_refused("{\"alb-agent-record\":2,\"from\":1}\n", "use the alb-agent that wrote it");
    check_refused(TAPE_HEAD "{\"event\":\"AD", "line 2: cut off in the middle");
    check_refused(TAPE_HEAD "{\"event\":\"AD\n", "line 2: not an object of JSON");
    check_refused("hello\n", "line 1");
    check_refused("{\"alb-agent-record\":2,\"from\":1}\n", "version 2");
    check_refused("{\"alb-agent-record\":1}\n", "line 1");
    check_refused(TAPE_HEAD "[]\n", "line 2: not an object");
    check_refused(TAPE_HEAD "{\"x\":1}\n", "line 2: neither an event nor a call");
    check_refused(TAPE_HEAD "{\"event\":\"BORN\",\"at\":1,\"key\":\"k\"}\n",
                  "line 2: no such event");
    check_refused(TAPE_HEAD "{\"event\":\"ADDED\",\"at\":-1,\"key\":\"k\"}\n", "line 2");
    check_refused(TAPE_HEAD "{\"event\":\"ADDED\",\"at\":1.5,\"key\":\"k\"}\n", "line 2");
    check_refused(TAPE_HEAD "{\"event\":\"ADDED\",\"at\":5,\"key\":\"k\",\"body\":\"x\"}\n",
                  "line 2");
    check_refused(TAPE_HEAD "{\"call\":1,\"sent\":5,\"lane\":\"l\",\"action\":\"A\"}\n", "line 2");
    check_refused(TAPE_HEAD TAPE_CALL(1, 5, "l", "A", "\"P\":1"), "params are texts");
    check_refused(TAPE_HEAD TAPE_CALL(1, 5, "l", "A", "\"P\":\"1\",\"P\":\"2\""),
                  "each of them once");
    check_refused(TAPE_HEAD TAPE_CALL(1, 5, "l", "A",
                                      "") "{\"base\":\"ADDED\",\"at\":9,\"key\":\"Ingress a/x\"}\n",
                  "line 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_become_what_was_so_what_came_and_what_was_done),
        cmocka_unit_test(test_what_is_no_recording_is_refused_with_its_line),
    };
    return cmocka_run_group_tests_name("replay/tape", tests, NULL, NULL);
}
