/* test_cmd_history.c - what history, show and diff refuse; the rest is in
 * tests/integration/history.sh. */
#include "tests/unit/cli/stage.h"

static void check_refused(struct stage *s, const struct cmd *cmd, const char *word,
                          const char *says)
{
    assert_int_equal(stage_run(s, cmd, "--state", s->state, word, (char *)NULL), EXIT_ERROR);
    assert_non_null(strstr(s->err, says));
    assert_string_equal(s->out, "");
}

static void test_empty_state_has_an_empty_history(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_history, "--state", s->state, (char *)NULL), EXIT_DONE);
    assert_string_equal(s->out, "History: 0 entries\n");
    assert_int_equal(stage_run(s, &cmd_history, "--state", s->state, "-o", "json", (char *)NULL),
                     EXIT_DONE);
    assert_string_equal(s->out, "[]\n");
}

static void test_names_of_calls_and_revisions_are_checked(void **state)
{
    struct stage *s = *state;
    check_refused(s, &cmd_show, "web", "neither the number of a call nor LB@REVISION");
    check_refused(s, &cmd_show, "-1", "no such flag");
    check_refused(s, &cmd_show, "0", "neither");
    check_refused(s, &cmd_show, "1x", "neither");
    check_refused(s, &cmd_show, "@1", "neither");
    check_refused(s, &cmd_show, "web@0", "neither");
    check_refused(s, &cmd_show, "web@1x", "neither");
    check_refused(s, &cmd_show, "web@1", "kube-system/web has no revision 1");
    check_refused(s, &cmd_show, "1", "there is no call 1");
    check_refused(s, &cmd_diff, "web@1", "give two revisions");
}

static void test_more_than_one_load_balancer_is_too_many(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_history, "--state", s->state, "a", "b", (char *)NULL),
                     EXIT_ERROR);
    assert_non_null(strstr(s->err, "one load balancer"));
    assert_int_equal(stage_run(s, &cmd_diff, "--state", s->state, "a@1", "b", (char *)NULL),
                     EXIT_ERROR);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_empty_state_has_an_empty_history),
        TEST(test_names_of_calls_and_revisions_are_checked),
        TEST(test_more_than_one_load_balancer_is_too_many),
    };
    return cmocka_run_group_tests_name("cli/cmd_history", tests, NULL, NULL);
}
