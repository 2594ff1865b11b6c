/* test_cmd_status.c - what the state file knows. */
#include "tests/unit/cli/stage.h"

#include "alb-agent/json.h"

static void fill_state(struct stage *s)
{
    static const struct alb_load_balancer lb = { .name = "web", .dns_name = "web.test" };
    const struct resource row = { .lb = "kube-system/web",
                                  .kind = RESOURCE_LOAD_BALANCER,
                                  .key = "kube-system/web",
                                  .parent = "",
                                  .desired = &lb,
                                  .applied = &lb,
                                  .actual = &lb,
                                  .cloud_id = "alb-1",
                                  .status = "Active",
                                  .observed_at = 1767225600000,
                                  .ours = true };
    struct store *st;
    struct error err;
    assert_true(store_open(&st, s->state, STORE_WRITE, 1, NULL, &err));
    assert_true(store_meta_put(st, "cluster_id", "c7", &err));
    assert_true(store_resource_put(st, &row, &err));
    store_close(st);
}

static void test_status_shows_each_load_balancer(void **state)
{
    struct stage *s = *state;
    fill_state(s);
    assert_int_equal(stage_run(s, &cmd_status, "--state", s->state, (char *)NULL), EXIT_DONE);
    assert_string_equal(s->out, "Cluster c7: 1 load balancer\n"
                                "kube-system/web\n"
                                "  id         alb-1\n"
                                "  address    web.test\n"
                                "  resources  1, 1 as applied\n"
                                "  last read  2026-01-01T00:00:00Z\n"
                                "  revision   0\n");
}

static void test_status_of_nothing_is_empty(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_status, "--state", s->state, (char *)NULL), EXIT_DONE);
    assert_string_equal(s->out, "Cluster default: 0 load balancers\n");
}

static void test_status_as_json(void **state)
{
    struct stage *s = *state;
    struct error err;
    fill_state(s);
    assert_int_equal(stage_run(s, &cmd_status, "--state", s->state, "-o", "json", (char *)NULL),
                     EXIT_DONE);
    cJSON *json CLEANUP(json_done) = NULL;
    assert_true(json_parse(s->out, strlen(s->out), &json, &err));
    assert_string_equal(json_str(json, "cluster"), "c7");
    const cJSON *lb = cJSON_GetArrayItem(json_get(json, "loadBalancers"), 0);
    assert_string_equal(json_str(lb, "dnsName"), "web.test");
    assert_string_equal(json_str(lb, "observedAt"), "2026-01-01T00:00:00Z");
    assert_int_equal(json_int(lb, "inSync", -1), 1);
}

static void test_status_refuses_another_cluster(void **state)
{
    struct stage *s = *state;
    fill_state(s);
    assert_int_equal(
        stage_run(s, &cmd_status, "--state", s->state, "--cluster-id", "c8", (char *)NULL),
        EXIT_ERROR);
    assert_non_null(strstr(s->err, "c7"));
    assert_string_equal(s->out, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_status_shows_each_load_balancer),
        TEST(test_status_of_nothing_is_empty),
        TEST(test_status_as_json),
        TEST(test_status_refuses_another_cluster),
    };
    return cmocka_run_group_tests_name("cli/cmd_status", tests, NULL, NULL);
}
