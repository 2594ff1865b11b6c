/* test_cmd_plan.c - what ends the verb before the cloud is asked; the rest is in
 * tests/unit/agent and tests/integration. */
#include "tests/unit/cli/stage.h"

static void test_plan_needs_manifests(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_plan, "--state", s->state, "--region", "cn-x", (char *)NULL),
                     EXIT_ERROR);
    assert_non_null(strstr(s->err, "-f PATH"));
    assert_string_equal(s->out, "");
}

static void test_plan_without_an_albconfig_is_refused_without_a_call(void **state)
{
    struct stage *s = *state;
    const char *file =
        stage_file(s, "service.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: tea}\n");
    /* Nothing listens there: a call would fail otherwise. */
    assert_int_equal(stage_run(s, &cmd_plan, "-f", file, "--state", s->state, "--region", "cn-x",
                               "--endpoint", "http://127.0.0.1:1", (char *)NULL),
                     EXIT_INVALID);
    assert_non_null(strstr(s->err, "no AlbConfig"));
    assert_string_equal(s->out, "");
}

static void test_plan_says_what_in_the_manifests_cannot_be_read(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "bad.yaml", "kind: Service\nmetadata: [\n");
    assert_int_equal(stage_run(s, &cmd_plan, "-f", file, "--state", s->state, "--region", "cn-x",
                               "--endpoint", "http://127.0.0.1:1", (char *)NULL),
                     EXIT_INVALID);
    assert_non_null(strstr(s->err, "bad.yaml"));
}

static void test_plan_needs_a_region(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_plan, "-f", s->dir, "--state", s->state, (char *)NULL),
                     EXIT_ERROR);
    assert_non_null(strstr(s->err, "--region"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_plan_needs_manifests),
        TEST(test_plan_without_an_albconfig_is_refused_without_a_call),
        TEST(test_plan_says_what_in_the_manifests_cannot_be_read),
        TEST(test_plan_needs_a_region),
    };
    return cmocka_run_group_tests_name("cli/cmd_plan", tests, NULL, NULL);
}
