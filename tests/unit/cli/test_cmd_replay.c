/* test_cmd_replay.c - results and refusals; whole runs are in tests/integration/replay.sh. */
#include "tests/unit/cli/stage.h"

#define HEAD "{\"alb-agent-record\":1,\"from\":1000}\n"
#define CALL                                                                             \
    "{\"call\":7,\"sent\":1001,\"lane\":\"x\",\"action\":\"CreateRules\",\"params\":{}," \
    "\"cause\":\"desired by Ingress a/x\",\"state\":\"done\"}\n"

static void check_refused(struct stage *s, const char *says, const char *text, const char *until)
{
    const char *file = stage_file(s, "tape.jsonl", text);
    assert_int_equal(stage_run(s, &cmd_replay, file, "--until", until, (char *)NULL), EXIT_ERROR);
    if (!strstr(s->err, says))
        fail_msg("%s", s->err);
}

static void test_what_is_no_recording_is_refused(void **state)
{
    struct stage *s = *state;
    check_refused(s, "line 1", "hello\n", "1");
    check_refused(s, "tape.jsonl: line 2", HEAD "{}\n", "1");
    check_refused(s, "--until 'x'", HEAD, "x");
    assert_int_equal(stage_run(s, &cmd_replay, (char *)NULL), EXIT_ERROR);
    assert_non_null(strstr(s->err, "one recording"));
    assert_int_equal(stage_run(s, &cmd_replay, "/nowhere/tape", (char *)NULL), EXIT_ERROR);
    assert_non_null(strstr(s->err, "/nowhere/tape"));
}

static void test_nothing_to_do_is_identical(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "tape.jsonl", HEAD);
    assert_int_equal(stage_run(s, &cmd_replay, file, (char *)NULL), EXIT_DONE);
    assert_string_equal(s->out, "Replay: 0 calls, identical\n");
    assert_int_equal(stage_run(s, &cmd_replay, file, "-o", "json", (char *)NULL), EXIT_DONE);
    assert_string_equal(s->out, "{\"calls\":0,\"identical\":true}\n");
}

static void test_a_difference_is_shown_with_its_cause(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "tape.jsonl", HEAD CALL);
    assert_int_equal(stage_run(s, &cmd_replay, file, (char *)NULL), EXIT_CHANGES);
    assert_non_null(strstr(s->out, "Call 7 was recorded, and is not made now."));
    assert_non_null(strstr(s->out, "desired by Ingress a/x"));
    assert_non_null(strstr(s->out, "Replay: 0 calls, then a difference\n"));
    assert_int_equal(stage_run(s, &cmd_replay, file, "-o", "json", (char *)NULL), EXIT_CHANGES);
    assert_non_null(strstr(s->out, "\"recorded\":{\"call\":7,"));
    assert_non_null(strstr(s->out, "\"now\":null"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(test_what_is_no_recording_is_refused),
                                        TEST(test_nothing_to_do_is_identical),
                                        TEST(test_a_difference_is_shown_with_its_cause) };
    return cmocka_run_group_tests_name("cli/cmd_replay", tests, NULL, NULL);
}
