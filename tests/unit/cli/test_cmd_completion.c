/* test_cmd_completion.c - scripts for shells; what they complete is in
 * tests/integration/api.sh. */
#include "tests/unit/cli/stage.h"

static void check_script(struct stage *s, const char *shell, const char *registers)
{
    assert_int_equal(stage_run(s, &cmd_completion, shell, (char *)NULL), EXIT_DONE);
    assert_non_null(strstr(s->out, registers));
    assert_string_equal(s->err, "");
}

static void test_each_shell_has_a_script_that_registers_itself(void **state)
{
    check_script(*state, "bash", "complete -F _alb_agent alb-agent\n");
    check_script(*state, "zsh", "#compdef alb-agent\n");
    check_script(*state, "fish", "complete -c alb-agent ");
}

static void test_bash_is_meant_when_no_shell_is_named(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_completion, (char *)NULL), EXIT_DONE);
    assert_non_null(strstr(s->out, "complete -F _alb_agent alb-agent\n"));
}

static void test_another_shell_is_refused_with_those_there_are(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_completion, "tcsh", (char *)NULL), EXIT_ERROR);
    assert_non_null(strstr(s->err, "bash, zsh or fish"));
    assert_string_equal(s->out, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_shell_has_a_script_that_registers_itself),
        TEST(test_bash_is_meant_when_no_shell_is_named),
        TEST(test_another_shell_is_refused_with_those_there_are),
    };
    return cmocka_run_group_tests_name("cli/cmd_completion", tests, NULL, NULL);
}
