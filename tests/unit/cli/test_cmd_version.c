/* test_cmd_version.c - which program this is. */
#include "tests/unit/cli/stage.h"

static void test_version_is_the_name_and_three_numbers(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_version, (char *)NULL), EXIT_DONE);
    assert_int_equal(strncmp(s->out, "alb-agent ", 10), 0);
    int dots = 0;
    for (const char *c = s->out + 10; *c && *c != '\n'; c++) {
        assert_true(*c == '.' || (*c >= '0' && *c <= '9'));
        dots += *c == '.';
    }
    assert_int_equal(dots, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_version_is_the_name_and_three_numbers, stage_setup,
                                        stage_teardown),
    };
    return cmocka_run_group_tests_name("cli/cmd_version", tests, NULL, NULL);
}
