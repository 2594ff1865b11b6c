/* test_life.c - states over time: what is pending when, and what it ends in. */
#include "world.h"

static void test_a_load_balancer_is_provisioned_then_active(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    const cJSON *body = call_text(&w, "CreateLoadBalancer", LB("Standard", ""));
    ok(&w);
    assert_null(json_str(body, "JobId"));
    assert_null(w.last.job_id);
    keep(w.lb, body, "LoadBalancerId");
    assert_int_equal(strlen(w.lb), strlen("alb-") + 18);
    assert_string_equal(lb_status(&w), "Provisioning");
    w.now_ms += PENDING_MS - 1;
    assert_string_equal(lb_status(&w), "Provisioning");
    w.now_ms += 1;
    assert_string_equal(lb_status(&w), "Active");
}

static void test_a_deleted_load_balancer_takes_listeners_and_rules_along(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    const cJSON *body = call(&w, "DeleteLoadBalancer", "{'LoadBalancerId':'%s'}", w.lb);
    ok(&w);
    char job[64];
    assert_in_range(snprintf(job, sizeof job, "%s", json_str(body, "JobId")), 36, 36);
    assert_string_equal(lb_status(&w), "Deleting");
    assert_string_equal(listener_status(&w), "Deleting");
    assert_string_equal(json_str(the_rule(&w), "RuleStatus"), "Deleting");
    /* Still in use while it goes. */
    call(&w, "DeleteServerGroup", "{'ServerGroupId':'%s'}", w.group);
    refused(&w, 400, "ResourceInUse.ServerGroup");
    settle(&w);
    call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    refused(&w, 404, "ResourceNotFound.LoadBalancer");
    call(&w, "GetListenerAttribute", "{'ListenerId':'%s'}", w.listener);
    refused(&w, 404, "ResourceNotFound.Listener");
    assert_null(the_rule(&w));
    /* The group survives and is free now; the job can still be asked for. */
    assert_string_equal(json_str(the_group(&w), "ServerGroupStatus"), "Available");
    assert_string_equal(job_status(&w, job), "Succeeded");
    call(&w, "DeleteServerGroup", "{'ServerGroupId':'%s'}", w.group);
    ok(&w);
    assert_string_equal(json_str(the_group(&w), "ServerGroupStatus"), "Deleting");
    settle(&w);
    assert_null(the_group(&w));
}

static void test_a_listener_goes_through_its_states(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    setup_group(&w, GROUP("first", ""));
    keep(w.listener,
         call(&w, "CreateListener",
              "{'LoadBalancerId':'%s','ListenerPort':80,'ListenerProtocol':'HTTP'," FORWARD "}",
              w.lb, w.group),
         "ListenerId");
    assert_non_null(w.last.job_id);
    assert_string_equal(listener_status(&w), "Provisioning");
    settle(&w);
    assert_string_equal(listener_status(&w), "Running");
    call(&w, "StopListener", "{'ListenerId':'%s'}", w.listener);
    assert_string_equal(listener_status(&w), "Configuring");
    settle(&w);
    assert_string_equal(listener_status(&w), "Stopped");
    call(&w, "StartListener", "{'ListenerId':'%s'}", w.listener);
    assert_string_equal(listener_status(&w), "Configuring");
    settle(&w);
    assert_string_equal(listener_status(&w), "Running");
    call(&w, "DeleteListener", "{'ListenerId':'%s'}", w.listener);
    assert_string_equal(listener_status(&w), "Deleting");
    settle(&w);
    call(&w, "GetListenerAttribute", "{'ListenerId':'%s'}", w.listener);
    refused(&w, 404, "ResourceNotFound.Listener");
}

static void test_a_rule_and_its_listener_pass_together(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    keep(w.rule, add_rule(&w, 10), "RuleId");
    assert_string_equal(json_str(the_rule(&w), "RuleStatus"), "Provisioning");
    assert_string_equal(listener_status(&w), "Configuring");
    settle(&w);
    assert_string_equal(json_str(the_rule(&w), "RuleStatus"), "Available");
    assert_string_equal(listener_status(&w), "Running");
    call(&w, "UpdateRuleAttribute", "{'RuleId':'%s','Priority':20}", w.rule);
    assert_string_equal(json_str(the_rule(&w), "RuleStatus"), "Configuring");
    settle(&w);
    assert_string_equal(json_str(the_rule(&w), "RuleStatus"), "Available");
    call(&w, "DeleteRule", "{'RuleId':'%s'}", w.rule);
    assert_string_equal(json_str(the_rule(&w), "RuleStatus"), "Deleting");
    settle(&w);
    assert_null(the_rule(&w));
}

static void test_a_rule_on_a_stopped_listener_leaves_it_stopped(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    call(&w, "StopListener", "{'ListenerId':'%s'}", w.listener);
    settle(&w);
    add_rule(&w, 10);
    ok(&w);
    settle(&w);
    assert_string_equal(listener_status(&w), "Stopped");
}

static void test_servers_are_added_and_removed_in_time(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    keep(w.group, call_text(&w, "CreateServerGroup", GROUP("first", ",'ServerGroupType':'Ip'")),
         "ServerGroupId");
    assert_string_equal(json_str(the_group(&w), "ServerGroupStatus"), "Creating");
    settle(&w);
    call(&w, "AddServersToServerGroup", "{'ServerGroupId':'%s','Servers':[" SERVER("10.0.0.1") "]}",
         w.group);
    ok(&w);
    assert_string_equal(json_str(first(servers(&w), "Servers"), "Status"), "Adding");
    assert_string_equal(json_str(the_group(&w), "ServerGroupStatus"), "Configuring");
    settle(&w);
    assert_string_equal(json_str(first(servers(&w), "Servers"), "Status"), "Available");
    assert_string_equal(json_str(the_group(&w), "ServerGroupStatus"), "Available");
    call(&w, "RemoveServersFromServerGroup",
         "{'ServerGroupId':'%s','Servers':[" SERVER("10.0.0.1") "]}", w.group);
    ok(&w);
    assert_string_equal(json_str(first(servers(&w), "Servers"), "Status"), "Removing");
    settle(&w);
    assert_int_equal(count(servers(&w), "Servers"), 0);
}

static void test_replaced_servers_change_places(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("first", ",'ServerGroupType':'Ip'"));
    call(&w, "AddServersToServerGroup", "{'ServerGroupId':'%s','Servers':[" SERVER("10.0.0.1") "]}",
         w.group);
    settle(&w);
    call(&w, "ReplaceServersInServerGroup",
         "{'ServerGroupId':'%s','RemovedServers':[" SERVER("10.0.0.1") "],"
                                                                       "'AddedServers':[" SERVER(
                                                                           "10.0.0.2") "]}",
         w.group);
    ok(&w);
    assert_int_equal(count(servers(&w), "Servers"), 2);
    assert_string_equal(json_str(first(servers(&w), "Servers"), "Status"), "Replacing");
    settle(&w);
    assert_int_equal(count(servers(&w), "Servers"), 1);
    assert_string_equal(json_str(first(servers(&w), "Servers"), "ServerId"), "10.0.0.2");
    assert_string_equal(json_str(first(servers(&w), "Servers"), "Status"), "Available");
}

struct told {
    int n;
    int64_t at_ms;
    char id[64];
};

static void told_job(void *arg, int64_t at_ms, const char *job_id, const char *code)
{
    struct told *t = arg;
    assert_null(code);
    t->n++;
    t->at_ms = at_ms;
    assert_in_range(snprintf(t->id, sizeof t->id, "%s", job_id), 36, 36);
}

static void test_run_tells_of_ended_jobs_and_when_to_come_back(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    struct told told = { 0 };
    world_new(&w);
    assert_int_equal(cloud_run(w.cloud, w.now_ms, told_job, &told), -1);
    setup_lb(&w, LB("Standard", ""));
    assert_int_equal(cloud_run(w.cloud, w.now_ms, told_job, &told), -1);
    assert_int_equal(told.n, 0); /* creating a load balancer has no job */
    call_text(&w, "CreateServerGroup", GROUP("first", ""));
    char job[64];
    assert_in_range(snprintf(job, sizeof job, "%s", w.last.job_id), 36, 36);
    int64_t due_ms = w.now_ms + PENDING_MS;
    assert_string_equal(job_status(&w, job), "Processing");
    assert_int_equal(cloud_run(w.cloud, w.now_ms + 400, told_job, &told), PENDING_MS - 400);
    assert_int_equal(told.n, 0);
    /* A call may be what notices the end first: it is told all the same, with its time. */
    w.now_ms = due_ms + 50;
    assert_string_equal(job_status(&w, job), "Succeeded");
    assert_int_equal(cloud_run(w.cloud, w.now_ms, told_job, &told), -1);
    assert_int_equal(told.n, 1);
    assert_int_equal(told.at_ms, due_ms);
    assert_string_equal(told.id, job);
    assert_int_equal(cloud_run(w.cloud, w.now_ms, told_job, &told), -1);
    assert_int_equal(told.n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_load_balancer_is_provisioned_then_active),
        cmocka_unit_test(test_a_deleted_load_balancer_takes_listeners_and_rules_along),
        cmocka_unit_test(test_a_listener_goes_through_its_states),
        cmocka_unit_test(test_a_rule_and_its_listener_pass_together),
        cmocka_unit_test(test_a_rule_on_a_stopped_listener_leaves_it_stopped),
        cmocka_unit_test(test_servers_are_added_and_removed_in_time),
        cmocka_unit_test(test_replaced_servers_change_places),
        cmocka_unit_test(test_run_tells_of_ended_jobs_and_when_to_come_back),
    };
    return cmocka_run_group_tests_name("mock_cloud/life", tests, NULL, NULL);
}
