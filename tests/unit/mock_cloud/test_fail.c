/* test_fail.c - changes that fail after they were answered. */
#include "world.h"

static void fail_next(struct world *w, const char *action)
{
    struct error err = { 0 };
    if (!cloud_fail_next(w->cloud, action, "506", "AllocateEipAddress Failed", &err))
        fail_msg("%s", err.msg);
}

static const cJSON *job(struct world *w, const char *id)
{
    return first(call(w, "ListAsynJobs", "{'JobIds':['%s']}", id), "Jobs");
}

/* The job is on its way, and fails as it was told. */
static void expect_failure(struct world *w, const cJSON *body)
{
    const char *id = json_str(body, "JobId");
    assert_string_equal(json_str(job(w, id), "Status"), "Processing");
    assert_null(json_get(job(w, id), "ErrorCode"));
    settle(w);
    assert_string_equal(json_str(job(w, id), "Status"), "Failed");
    assert_string_equal(json_str(job(w, id), "ErrorCode"), "506");
    assert_string_equal(json_str(job(w, id), "ErrorMessage"), "AllocateEipAddress Failed");
}

static void test_what_was_created_is_gone_again(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    fail_next(&w, "CreateRule");
    const cJSON *body = add_rule(&w, 20);
    ok(&w);
    const char *id = json_str(body, "RuleId");
    assert_int_equal(count(call(&w, "ListRules", "{'RuleIds':['%s']}", id), "Rules"), 1);
    expect_failure(&w, body);
    assert_int_equal(count(call(&w, "ListRules", "{'RuleIds':['%s']}", id), "Rules"), 0);
    assert_string_equal(listener_status(&w), "Running");
    body = add_rule(&w, 20); /* only the next one failed */
    settle(&w);
    assert_string_equal(json_str(job(&w, json_str(body, "JobId")), "Status"), "Succeeded");
}

static void test_a_load_balancer_is_seen_to_have_failed_for_a_day(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    fail_next(&w, "CreateLoadBalancer");
    keep(w.lb, call_text(&w, "CreateLoadBalancer", LB("Standard", "")), "LoadBalancerId");
    assert_string_equal(lb_status(&w), "Provisioning");
    settle(&w);
    assert_string_equal(lb_status(&w), "CreateFailed");
    w.now_ms += 24 * 3600 * 1000;
    call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    refused(&w, 404, "ResourceNotFound.LoadBalancer");
}

static void test_what_was_changed_or_deleted_is_as_it_was(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    fail_next(&w, "UpdateRuleAttribute");
    const cJSON *body = call(&w, "UpdateRuleAttribute", "{'RuleId':'%s','Priority':77}", w.rule);
    ok(&w);
    assert_string_equal(listener_status(&w), "Configuring");
    expect_failure(&w, body);
    const cJSON *rule = first(call(&w, "ListRules", "{'RuleIds':['%s']}", w.rule), "Rules");
    assert_int_equal(json_int(rule, "Priority", 0), 10);
    assert_string_equal(json_str(rule, "RuleStatus"), "Available");
    fail_next(&w, "DeleteListener");
    body = call(&w, "DeleteListener", "{'ListenerId':'%s'}", w.listener);
    ok(&w);
    expect_failure(&w, body);
    assert_string_equal(listener_status(&w), "Running");
    body = call(&w, "DeleteListener", "{'ListenerId':'%s'}", w.listener);
    settle(&w);
    assert_string_equal(json_str(job(&w, json_str(body, "JobId")), "Status"), "Succeeded");
}

static void test_a_refusal_is_none_of_it(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    fail_next(&w, "CreateRule");
    add_rule(&w, 10);
    refused(&w, 400, "Conflict.Priority");
    expect_failure(&w, add_rule(&w, 20)); /* it was still to come */
}

static void test_only_actions_that_are_and_a_code(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    struct error err = { 0 };
    world_new(&w);
    assert_false(cloud_fail_next(w.cloud, "NoSuchAction", "506", NULL, &err));
    assert_false(cloud_fail_next(w.cloud, "CreateRule", "", NULL, &err));
    assert_false(cloud_fail_next(w.cloud, NULL, "506", NULL, &err));
}

static void test_a_failure_survives_export_and_import(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    struct world other CLEANUP(world_done);
    cJSON *taken CLEANUP(json_done) = NULL;
    struct error err = { 0 };
    world_new(&w);
    world_new(&other);
    setup_rule(&w);
    fail_next(&w, "CreateRule");
    const cJSON *body = add_rule(&w, 20);
    assert_true(cloud_export(w.cloud, &taken, &err));
    assert_true(cloud_import(other.cloud, taken, &err));
    other.now_ms = w.now_ms;
    expect_failure(&other, body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_created_is_gone_again),
        cmocka_unit_test(test_a_load_balancer_is_seen_to_have_failed_for_a_day),
        cmocka_unit_test(test_what_was_changed_or_deleted_is_as_it_was),
        cmocka_unit_test(test_a_refusal_is_none_of_it),
        cmocka_unit_test(test_only_actions_that_are_and_a_code),
        cmocka_unit_test(test_a_failure_survives_export_and_import),
    };
    return cmocka_run_group_tests_name("mock_cloud/fail", tests, NULL, NULL);
}
