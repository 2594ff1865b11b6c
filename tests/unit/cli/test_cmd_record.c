/* test_cmd_record.c - what the verb refuses; what it writes is in tests/integration/replay.sh. */
#include "tests/unit/cli/stage.h"

static void check_refused(struct stage *s, const char *says, const char *since)
{
    assert_int_equal(stage_run(s, &cmd_record, "--state", s->state, "--since", since, (char *)NULL),
                     EXIT_ERROR);
    assert_non_null(strstr(s->err, says));
}

static void test_a_beginning_is_a_time_or_a_call(void **state)
{
    check_refused(*state, "--since 'yesterday'", "yesterday");
    check_refused(*state, "--since '0'", "0");
    check_refused(*state, "--since '2026-01-31'", "2026-01-31");
}

static void test_a_state_file_without_a_beginning_is_refused(void **state)
{
    check_refused(*state, "no moment from which it can be replayed", "2026-01-31T00:00:00Z");
    check_refused(*state, "there is no call 7", "7");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(test_a_beginning_is_a_time_or_a_call),
                                        TEST(test_a_state_file_without_a_beginning_is_refused) };
    return cmocka_run_group_tests_name("cli/cmd_record", tests, NULL, NULL);
}
