/* test_health.c - GetListenerHealthStatus lists what is not normal, and only that. */
#include "world.h"

static const cJSON *info(struct world *w)
{
    const cJSON *body = call(w, "GetListenerHealthStatus", "{'ListenerId':'%s'}", w->listener);
    ok(w);
    return first(first(body, "ListenerHealthStatus"), "ServerGroupInfos");
}

static void test_only_servers_that_are_not_normal_are_listed(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    call(&w, "AddServersToServerGroup",
         "{'ServerGroupId':'%s','Servers':[" ENI(
             "eni-0a000001",
             "10.0.0.1") ",{'ServerType':'Ecs','ServerId':'i-1','Port':80,'Weight':0}]}",
         w.group);
    ok(&w);
    assert_string_equal(json_str(info(&w), "HealthCheckEnabled"), "on");
    assert_string_equal(json_str(info(&w), "ActionType"), "ForwardGroup");
    assert_string_equal(json_str(info(&w), "ServerGroupId"), w.group);
    assert_int_equal(count(info(&w), "NonNormalServers"), 2);
    assert_string_equal(json_str(first(info(&w), "NonNormalServers"), "Status"), "Initial");
    settle(&w);
    assert_int_equal(count(info(&w), "NonNormalServers"), 1);
    assert_string_equal(json_str(first(info(&w), "NonNormalServers"), "Status"), "Unused");
}

static void test_protocol_is_lower_case_and_rules_come_when_asked(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    const cJSON *body = call(&w, "GetListenerHealthStatus", "{'ListenerId':'%s'}", w.listener);
    assert_string_equal(json_str(first(body, "ListenerHealthStatus"), "ListenerProtocol"), "http");
    assert_null(json_get(body, "RuleHealthStatus"));
    assert_null(json_get(body, "TotalCount"));
    body =
        call(&w, "GetListenerHealthStatus", "{'ListenerId':'%s','IncludeRule':true}", w.listener);
    assert_string_equal(json_str(first(body, "RuleHealthStatus"), "RuleId"), w.rule);
    assert_null(json_get(body, "TotalCount"));
    assert_null(json_get(body, "MaxResults"));
}

static void test_without_a_check_servers_are_unavailable(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    call(&w, "AddServersToServerGroup",
         "{'ServerGroupId':'%s','Servers':[" ENI("eni-0a000001", "10.0.0.1") "]}", w.group);
    settle(&w);
    call(&w, "UpdateServerGroupAttribute",
         "{'ServerGroupId':'%s','HealthCheckConfig':{'HealthCheckEnabled':false}}", w.group);
    ok(&w);
    assert_string_equal(json_str(info(&w), "HealthCheckEnabled"), "off");
    assert_string_equal(json_str(first(info(&w), "NonNormalServers"), "Status"), "Unavailable");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_servers_that_are_not_normal_are_listed),
        cmocka_unit_test(test_protocol_is_lower_case_and_rules_come_when_asked),
        cmocka_unit_test(test_without_a_check_servers_are_unavailable),
    };
    return cmocka_run_group_tests_name("mock_cloud/health", tests, NULL, NULL);
}
