/* test_cmd_rollback.c - what the verb refuses before anything is opened; the rest is in
 * tests/integration/rollback.sh. */
#include "tests/unit/cli/stage.h"

static void check_refused(struct stage *s, const char *says, const char *one, const char *two)
{
    assert_int_equal(
        stage_run(s, &cmd_rollback, "web", one, two, "--state", s->state, (char *)NULL),
        EXIT_ERROR);
    assert_non_null(strstr(s->err, says));
}

static void test_revision_or_release_and_not_both(void **state)
{
    check_refused(*state, "--to REVISION or --release", "-o", "json");
    check_refused(*state, "--to REVISION or --release", "--to=1", "--release");
    check_refused(*state, "'x' is no revision", "--to", "x");
    check_refused(*state, "'0' is no revision", "--to", "0");
    check_refused(*state, "one load balancer", "other", "--release");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(test_revision_or_release_and_not_both) };
    return cmocka_run_group_tests_name("cli/cmd_rollback", tests, NULL, NULL);
}
