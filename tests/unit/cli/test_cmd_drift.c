/* test_cmd_drift.c - what ends the verb before the cloud is asked; the rest is in
 * tests/unit/agent and tests/integration. */
#include "tests/unit/cli/stage.h"

static void test_drift_needs_a_region_but_no_manifests(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_drift, "--state", s->state, (char *)NULL), EXIT_ERROR);
    assert_non_null(strstr(s->err, "--region"));
    assert_null(strstr(s->err, "-f PATH"));
}

static void test_drift_against_manifests_without_an_albconfig_is_refused(void **state)
{
    struct stage *s = *state;
    const char *file =
        stage_file(s, "service.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: tea}\n");
    assert_int_equal(stage_run(s, &cmd_drift, "-f", file, "--state", s->state, "--region", "cn-x",
                               "--endpoint", "http://127.0.0.1:1", (char *)NULL),
                     EXIT_INVALID);
    assert_string_equal(s->out, "");
}

static void test_drift_takes_no_lock(void **state)
{
    struct stage *s = *state;
    struct store *st;
    struct error err;
    assert_true(store_open(&st, s->state, STORE_WRITE, 1, NULL, &err));
    assert_int_equal(stage_run(s, &cmd_drift, "--state", s->state, (char *)NULL), EXIT_ERROR);
    assert_null(strstr(s->err, "in use"));
    store_close(st);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_drift_needs_a_region_but_no_manifests),
        TEST(test_drift_against_manifests_without_an_albconfig_is_refused),
        TEST(test_drift_takes_no_lock),
    };
    return cmocka_run_group_tests_name("cli/cmd_drift", tests, NULL, NULL);
}
