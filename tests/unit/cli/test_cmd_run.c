/* test_cmd_run.c - flags and settings of an agent that keeps running, up to where it begins; the
 * rest is in tests/unit/agent and tests/integration/run.sh. */
#include "tests/unit/cli/stage.h"

#include <stdlib.h>

static bool prints(const struct stage *s, const char *text)
{
    return strstr(s->out, text) != NULL;
}

static void test_flags_are_settings(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_run, "-f", "a.yaml", "-f", "b", "--state", "s.db",
                               "--region", "cn-x", "--endpoint", "http://e", "--ca-file", "/ca",
                               "--vpc-id", "vpc-1", "--cluster-id", "c1", "--service-backend-type",
                               "ecs", "--allow-destroy", "--print-config", (char *)NULL),
                     EXIT_DONE);
    assert_true(prints(s, "cluster-id: c1"));
    assert_true(prints(s, "region: cn-x"));
    assert_true(prints(s, "vpc-id: vpc-1"));
    assert_true(prints(s, "ca-file: /ca"));
    assert_true(prints(s, "state: s.db"));
    assert_true(prints(s, "endpoint: http://e"));
    assert_true(prints(s, "service-backend-type: ecs"));
    assert_true(prints(s, "allow-destroy: true"));
    assert_true(prints(s, "a.yaml"));
    assert_true(prints(s, "b"));
}

static void test_set_reaches_any_setting_and_wins(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "agent.yaml", "lanes: {server-group: {retries: 2}}\n");
    assert_int_equal(stage_run(s, &cmd_run, "--config", file, "--print-config", (char *)NULL),
                     EXIT_DONE);
    assert_true(prints(s, "retries: 2"));
    assert_int_equal(stage_run(s, &cmd_run, "--config", file, "--set",
                               "lanes.server-group.retries=3", "--print-config", (char *)NULL),
                     EXIT_DONE);
    assert_true(prints(s, "retries: 3"));
    assert_false(prints(s, "retries: 2"));
}

static void test_config_file_may_be_named_by_the_environment(void **state)
{
    struct stage *s = *state;
    assert_int_equal(
        setenv("ALB_AGENT_CONFIG", stage_file(s, "agent.yaml", "region: cn-file\n"), 1), 0);
    assert_int_equal(stage_run(s, &cmd_run, "--print-config", (char *)NULL), EXIT_DONE);
    assert_int_equal(unsetenv("ALB_AGENT_CONFIG"), 0);
    assert_true(prints(s, "region: cn-file"));
}

static void check_refused(struct stage *s, const char *set, const char *says)
{
    assert_int_equal(stage_run(s, &cmd_run, "--set", set, "--print-config", (char *)NULL),
                     EXIT_ERROR);
    assert_non_null(strstr(s->err, says));
    assert_string_equal(s->out, "");
}

static void test_settings_that_are_none_are_refused(void **state)
{
    struct stage *s = *state;
    check_refused(s, "region", "PATH=VALUE");
    check_refused(s, "=cn-x", "PATH=VALUE");
    check_refused(s, "lanes.nonsense=1", "lanes.nonsense");
    check_refused(s, "batch.rules=0", "batch.rules");
}

static void test_run_needs_a_region_and_manifests(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_run, "--state", s->state, "-f", s->dir, (char *)NULL),
                     EXIT_ERROR);
    assert_non_null(strstr(s->err, "--region"));
    assert_int_equal(stage_run(s, &cmd_run, "--state", s->state, "--region", "cn-x", (char *)NULL),
                     EXIT_ERROR);
    assert_non_null(strstr(s->err, "-f PATH"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_flags_are_settings),
        TEST(test_set_reaches_any_setting_and_wins),
        TEST(test_config_file_may_be_named_by_the_environment),
        TEST(test_settings_that_are_none_are_refused),
        TEST(test_run_needs_a_region_and_manifests),
    };
    return cmocka_run_group_tests_name("cli/cmd_run", tests, NULL, NULL);
}
