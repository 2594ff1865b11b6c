/* test_cmd_api.c - one call by hand: what is refused before it is made. */
#include "tests/unit/cli/stage.h"

#include <stdlib.h>

static void test_api_names_one_action_that_exists(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_api, "--region", "cn-x", (char *)NULL), EXIT_ERROR);
    assert_non_null(strstr(s->err, "name one action"));
    assert_int_equal(
        stage_run(s, &cmd_api, "ListRules", "ListListeners", "--region", "cn-x", (char *)NULL),
        EXIT_ERROR);
    assert_int_equal(stage_run(s, &cmd_api, "MakeTea", "--region", "cn-x", (char *)NULL),
                     EXIT_ERROR);
    assert_non_null(strstr(s->err, "no such action 'MakeTea'"));
    assert_string_equal(s->out, "");
}

static void test_api_needs_a_region_and_keys(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_api, "ListRules", (char *)NULL), EXIT_ERROR);
    assert_non_null(strstr(s->err, "--region"));
    assert_int_equal(unsetenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET"), 0);
    assert_int_equal(stage_run(s, &cmd_api, "ListRules", "--region", "cn-x", (char *)NULL),
                     EXIT_ERROR);
    assert_non_null(strstr(s->err, "ALIBABA_CLOUD_ACCESS_KEY_SECRET"));
}

static void test_api_makes_no_write_it_cannot_deliver_look_done(void **state)
{
    struct stage *s = *state;
    /* Nothing listens there; a write is sent once, so this does not wait. */
    assert_int_equal(stage_run(s, &cmd_api, "DeleteRules", "--RuleIds.1=rule-1", "--region", "cn-x",
                               "--endpoint", "http://127.0.0.1:1", (char *)NULL),
                     EXIT_ERROR);
    assert_non_null(strstr(s->err, "DeleteRules"));
    assert_string_equal(s->out, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_api_names_one_action_that_exists),
        TEST(test_api_needs_a_region_and_keys),
        TEST(test_api_makes_no_write_it_cannot_deliver_look_done),
    };
    return cmocka_run_group_tests_name("cli/cmd_api", tests, NULL, NULL);
}
