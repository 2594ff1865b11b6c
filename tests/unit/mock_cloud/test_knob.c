/* test_knob.c - what an operator sets while the cloud runs. */
#include "world.h"

static void hold(struct world *w, const char *what, bool on)
{
    struct error err = { 0 };
    if (!cloud_hold(w->cloud, w->now_ms, what, on, &err))
        fail_msg("%s", err.msg);
}

static void test_lists_are_late_and_reading_by_id_is_not(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    cloud_set_list_lag(w.cloud, 5000);
    keep(w.lb, call_text(&w, "CreateLoadBalancer", LB("Standard", "")), "LoadBalancerId");
    const cJSON *list = call_text(&w, "ListLoadBalancers", "{}");
    assert_int_equal(count(list, "LoadBalancers"), 1);
    assert_int_equal(json_int(list, "TotalCount", 0), 1);
    assert_string_equal(lb_status(&w), "Provisioning");
    w.now_ms += 4999;
    assert_int_equal(count(call_text(&w, "ListLoadBalancers", "{}"), "LoadBalancers"), 1);
    w.now_ms += 1;
    assert_int_equal(count(call_text(&w, "ListLoadBalancers", "{}"), "LoadBalancers"), 2);
    cloud_set_list_lag(w.cloud, 0);
    call_text(&w, "CreateLoadBalancer", LB("Standard", ""));
    assert_int_equal(count(call_text(&w, "ListLoadBalancers", "{}"), "LoadBalancers"), 3);
}

/* How long a change takes after each of some calls, as text. */
static const char *latencies(struct world *w)
{
    const char *text = "";
    world_new(w);
    cloud_set_pending(w->cloud, 100, 900);
    for (int i = 0; i < 8; i++) {
        call_text(w, "CreateAcl", "{}");
        int64_t due = cloud_run(w->cloud, w->now_ms, NULL, NULL);
        assert_in_range(due, 100, 900);
        text = arena_fmt(&w->arena, "%s %d", text, (int)due);
        w->now_ms += 900;
    }
    return text;
}

static void test_latencies_are_drawn_from_the_range(void **state)
{
    (void)state;
    struct world x CLEANUP(world_done);
    struct world y CLEANUP(world_done);
    const char *first_run = latencies(&x);
    assert_string_equal(first_run, latencies(&y));
    /* They differ from each other: eight equal ones out of 801 are no accident. */
    const char *one = strchr(first_run + 1, ' ');
    assert_non_null(one);
    size_t len = (size_t)(one - first_run);
    size_t same = 0;
    for (const char *s = first_run; s; s = strstr(s + 1, arena_strndup(&x.arena, first_run, len)))
        same++;
    assert_in_range(same, 1, 7);
}

static void test_a_held_resource_stays_pending(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    const cJSON *body = call(&w, "StopListener", "{'ListenerId':'%s'}", w.listener);
    hold(&w, w.listener, true);
    w.now_ms += 100000;
    assert_string_equal(listener_status(&w), "Configuring");
    assert_string_equal(job_status(&w, json_str(body, "JobId")), "Processing");
    assert_int_equal(cloud_run(w.cloud, w.now_ms, NULL, NULL), -1);
    hold(&w, w.listener, false);
    assert_int_equal(cloud_run(w.cloud, w.now_ms, NULL, NULL), -1);
    assert_string_equal(listener_status(&w), "Stopped");
    assert_string_equal(job_status(&w, json_str(body, "JobId")), "Succeeded");
}

static void test_a_held_kind_holds_what_is_still_to_come(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    hold(&w, "LoadBalancer", true);
    setup_lb(&w, LB("Standard", ""));
    setup_group(&w, GROUP("first", ""));
    assert_string_equal(lb_status(&w), "Provisioning");
    assert_string_equal(json_str(the_group(&w), "ServerGroupStatus"), "Available");
    hold(&w, "LoadBalancer", false);
    assert_string_equal(lb_status(&w), "Active");
}

static const cJSON *sick(struct world *w)
{
    const cJSON *body = call(w, "GetListenerHealthStatus", "{'ListenerId':'%s'}", w->listener);
    return json_get(first(first(body, "ListenerHealthStatus"), "ServerGroupInfos"),
                    "NonNormalServers");
}

static void set(struct world *w, int64_t port, const char *status, const char *reason)
{
    struct error err = { 0 };
    struct cloud_health h = {
        .group = w->group, .ip = "10.0.0.1", .port = port, .status = status, .reason = reason
    };
    if (reason && strcmp(reason, "RESPONSE_MISMATCH") == 0) {
        h.expected = "HTTP_2xx";
        h.actual = "302";
    }
    if (!cloud_set_health(w->cloud, &h, &err))
        fail_msg("%s", err.msg);
}

static void test_health_is_what_was_set(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    call(&w, "AddServersToServerGroup",
         "{'ServerGroupId':'%s','Servers':[" ENI("eni-0a000001", "10.0.0.1") "]}", w.group);
    ok(&w);
    settle(&w);
    assert_int_equal(cJSON_GetArraySize(sick(&w)), 0);
    set(&w, 80, "Unhealthy", "RESPONSE_MISMATCH");
    const cJSON *s = sick(&w)->child;
    assert_string_equal(json_str(s, "Status"), "Unhealthy");
    assert_string_equal(json_str(s, "ServerIp"), "10.0.0.1");
    const cJSON *reason = json_get(s, "Reason");
    assert_string_equal(json_str(reason, "ReasonCode"), "RESPONSE_MISMATCH");
    assert_string_equal(json_str(reason, "ExpectedResponse"), "HTTP_2xx");
    assert_string_equal(json_str(reason, "ActualResponse"), "302");
    set(&w, 0, "Initial", NULL);
    assert_string_equal(json_str(sick(&w)->child, "Status"), "Unhealthy");
    set(&w, 80, NULL, NULL);
    assert_string_equal(json_str(sick(&w)->child, "Status"), "Initial");
    assert_null(json_get(sick(&w)->child, "Reason"));
    set(&w, 0, NULL, NULL);
    assert_int_equal(cJSON_GetArraySize(sick(&w)), 0);
    struct error err = { 0 };
    struct cloud_health wrong = { .group = w.group, .ip = "10.0.0.1", .status = "Sick" };
    assert_false(cloud_set_health(w.cloud, &wrong, &err));
}

static void lock(struct world *w, const char *type, const char *reason)
{
    struct error err = { 0 };
    const struct cloud_lock lock = { w->lb, type, reason };
    if (!cloud_set_lock(w->cloud, &lock, &err))
        fail_msg("%s", err.msg);
}

static void test_a_locked_load_balancer_is_not_changed(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    struct error err = { 0 };
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    lock(&w, "FinancialLocked", "arrears");
    const cJSON *lb = call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    assert_string_equal(json_str(lb, "LoadBalancerStatus"), "Active");
    assert_string_equal(json_str(lb, "LoadBalancerBussinessStatus"), "Abnormal");
    const cJSON *locks = first(lb, "LoadBalancerOperationLocks");
    assert_string_equal(json_str(locks, "LockType"), "FinancialLocked");
    assert_string_equal(json_str(locks, "LockReason"), "arrears");
    assert_int_equal(
        count(call_text(&w, "ListLoadBalancers", "{'LoadBalancerBussinessStatus':'Abnormal'}"),
              "LoadBalancers"),
        1);
    call(&w, "UpdateLoadBalancerAttribute", "{'LoadBalancerId':'%s','LoadBalancerName':'other'}",
         w.lb);
    refused(&w, 400, "IncorrectBusinessStatus.LoadBalancer");
    call(&w, "DeleteLoadBalancer", "{'LoadBalancerId':'%s'}", w.lb);
    refused(&w, 400, "IncorrectBusinessStatus.LoadBalancer");
    lock(&w, NULL, NULL);
    call(&w, "DeleteLoadBalancer", "{'LoadBalancerId':'%s'}", w.lb);
    ok(&w);
    assert_false(cloud_set_lock(w.cloud, &(struct cloud_lock){ w.lb, "Bored", NULL }, &err));
    assert_false(cloud_set_lock(w.cloud, &(struct cloud_lock){ "alb-none", NULL, NULL }, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_are_late_and_reading_by_id_is_not),
        cmocka_unit_test(test_latencies_are_drawn_from_the_range),
        cmocka_unit_test(test_a_held_resource_stays_pending),
        cmocka_unit_test(test_a_held_kind_holds_what_is_still_to_come),
        cmocka_unit_test(test_health_is_what_was_set),
        cmocka_unit_test(test_a_locked_load_balancer_is_not_changed),
    };
    return cmocka_run_group_tests_name("mock_cloud/knob", tests, NULL, NULL);
}
