/* test_quota.c - limits, and how the cloud counts (alb-semantics.md §11). */
#include "world.h"

static void world_quota(struct world *w, const char *name, int64_t limit)
{
    struct cloud_quota quota = { .name = name, .limit = limit };
    struct cloud_config config = {
        .pending_ms = PENDING_MS, .seed = 1, .quotas = &quota, .n_quotas = 1
    };
    world_open(w, &config);
}

static void test_rules_are_counted_over_the_load_balancer(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_quota(&w, "alb_quota_loadbalancer_rules_num_standard_edition", 2);
    setup_rule(&w);
    keep(w.listener,
         call(&w, "CreateListener",
              "{'LoadBalancerId':'%s','ListenerPort':81,'ListenerProtocol':'HTTP'," FORWARD "}",
              w.lb, w.group),
         "ListenerId");
    settle(&w);
    add_rule(&w, 10);
    ok(&w);
    settle(&w);
    add_rule(&w, 20);
    refused(&w, 400, "ResourceQuotaExceeded.LoadBalancerRulesNum");
    assert_string_equal(
        w.last.message,
        arena_fmt(&w.arena,
                  "The quota of alb_quota_loadbalancer_rules_num_standard_edition is exceeded for "
                  "resource %s, usage 3/2.",
                  w.lb));
    /* A rule that is being deleted still counts: delete first, wait, then create. */
    call(&w, "DeleteRule", "{'RuleId':'%s'}", w.rule);
    ok(&w);
    add_rule(&w, 20);
    refused(&w, 400, "ResourceQuotaExceeded.LoadBalancerRulesNum");
    settle(&w);
    add_rule(&w, 20);
    ok(&w);
}

static void test_the_default_for_standard_is_a_hundred_rules(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    struct cloud_quota off = { "servergroup_attached_num", -1 };
    struct cloud_config config = {
        .pending_ms = PENDING_MS, .seed = 1, .quotas = &off, .n_quotas = 1
    };
    world_open(&w, &config);
    setup_listener(&w);
    for (int i = 1; i <= 100; i++) {
        add_rule(&w, i);
        ok(&w);
        settle(&w);
    }
    add_rule(&w, 101);
    refused(&w, 400, "ResourceQuotaExceeded.LoadBalancerRulesNum");
}

static void test_servers_are_counted_once_for_each_use(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_quota(&w, "loadbalancer_servers_num_standard_edition", 3);
    setup_rule(&w); /* the group is used by a listener and a rule */
    call(&w, "AddServersToServerGroup",
         "{'ServerGroupId':'%s','Servers':[" ENI("eni-0a000001", "10.0.0.1") "," ENI(
             "eni-0a000002", "10.0.0.2") "]}",
         w.group);
    refused(&w, 400, "ResourceQuotaExceeded.LoadBalancerServersNum");
    assert_non_null(strstr(w.last.message, "usage 4/3."));
    assert_int_equal(count(servers(&w), "Servers"), 0);
    call(&w, "AddServersToServerGroup",
         "{'ServerGroupId':'%s','Servers':[" ENI("eni-0a000001", "10.0.0.1") "]}", w.group);
    ok(&w);
    settle(&w);
    add_rule(&w, 20);
    ok(&w);
    settle(&w);
    add_rule(&w, 30); /* four uses of one server */
    refused(&w, 400, "ResourceQuotaExceeded.LoadBalancerServersNum");
    assert_null(first(call(&w, "ListRules", "{'RuleIds':['rule-x']}"), "Rules"));
    assert_int_equal(json_int(call(&w, "ListRules", "{}"), "TotalCount", 0), 2);
}

static void test_one_address_is_counted_over_all_groups_and_uses(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_quota(&w, "server_added_num", 2);
    setup_rule(&w);
    call(&w, "AddServersToServerGroup",
         "{'ServerGroupId':'%s','Servers':[" ENI("eni-0a000001", "10.0.0.1") "]}", w.group);
    ok(&w);
    settle(&w);
    setup_group(&w, GROUP("second", "")); /* used by nobody: costs nothing */
    call(&w, "AddServersToServerGroup",
         "{'ServerGroupId':'%s','Servers':[" ENI("eni-0a000001", "10.0.0.1") "]}", w.group);
    ok(&w);
    settle(&w);
    add_rule(&w, 20);
    refused(&w, 400, "ResourceQuotaExceeded.ServerAddedNum");
    assert_non_null(strstr(w.last.message, "for resource 10.0.0.1, usage 3/2."));
}

static void test_a_group_is_attached_so_often(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_quota(&w, "servergroup_attached_num", 2);
    setup_rule(&w);
    add_rule(&w, 20);
    refused(&w, 400, "ResourceQuotaExceeded.ServerGroupAttachedNum");
}

static void test_changed_rules_and_listeners_are_counted_too(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_quota(&w, "servergroup_attached_num", 1);
    setup_listener(&w);
    const char *used = arena_strdup(&w.arena, w.group);
    setup_group(&w, GROUP("second", ""));
    keep(w.rule, add_rule(&w, 10), "RuleId");
    settle(&w);
    call(&w, "UpdateRuleAttribute", "{'RuleId':'%s','RuleActions':[" TO_GROUP "]}", w.rule, used);
    refused(&w, 400, "ResourceQuotaExceeded.ServerGroupAttachedNum");
    call(&w, "UpdateRulesAttribute", "{'Rules':[{'RuleId':'%s','RuleActions':[" TO_GROUP "]}]}",
         w.rule, used);
    refused(&w, 400, "ResourceQuotaExceeded.ServerGroupAttachedNum");
    call(&w, "UpdateListenerAttribute", "{'ListenerId':'%s'," FORWARD "}", w.listener, w.group);
    refused(&w, 400, "ResourceQuotaExceeded.ServerGroupAttachedNum");
}

static void test_numbers_of_things(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_quota(&w, "loadbalancers_num", 1);
    setup_lb(&w, LB("Standard", ""));
    call_text(&w, "CreateLoadBalancer", LB("Standard", ""));
    refused(&w, 400, "QuotaExceeded.LoadBalancersNum");
    assert_string_equal(w.last.message,
                        "The quota of alb_quota_loadbalancers_num is exceeded, usage 2/1.");
    call_product(&w, "alb", "CreateServerGroup", "cn-hangzhou", GROUP("first", ""));
    world_done(&w);
    world_quota(&w, "servergroups_num", 1);
    setup_group(&w, GROUP("first", ""));
    call_text(&w, "CreateServerGroup", GROUP("second", ""));
    refused(&w, 400, "QuotaExceeded.ServerGroupsNum");
    world_done(&w);
    world_quota(&w, "loadbalancer_listeners_num_standard_edition", 1);
    setup_listener(&w);
    call(&w, "CreateListener",
         "{'LoadBalancerId':'%s','ListenerPort':81,'ListenerProtocol':'HTTP'," FORWARD "}", w.lb,
         w.group);
    refused(&w, 400, "ResourceQuotaExceeded.LoadBalancerListenersNum");
    world_done(&w);
    world_quota(&w, "servergroup_servers_num", 1);
    setup_group(&w, GROUP("first", ",'ServerGroupType':'Ip'"));
    call(&w, "AddServersToServerGroup",
         "{'ServerGroupId':'%s','Servers':[" SERVER("10.0.0.1") "," SERVER("10.0.0.2") "]}",
         w.group);
    refused(&w, 400, "ResourceQuotaExceeded.ServerGroupServersNum");
}

static void test_a_replacement_fits_where_an_addition_does_not(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_quota(&w, "servergroup_servers_num", 1);
    setup_group(&w, GROUP("first", ",'ServerGroupType':'Ip'"));
    call(&w, "AddServersToServerGroup", "{'ServerGroupId':'%s','Servers':[" SERVER("10.0.0.1") "]}",
         w.group);
    settle(&w);
    call(&w, "ReplaceServersInServerGroup",
         "{'ServerGroupId':'%s','RemovedServers':[" SERVER("10.0.0.1") "],'AddedServers':[" SERVER(
             "10.0.0.2") "]}",
         w.group);
    ok(&w);
}

static void test_off_is_no_limit_and_unknown_names_are_refused(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_quota(&w, "tags_num", -1);
    setup_group(&w, GROUP("first", ""));
    for (int i = 0; i < 25; i++) {
        call(&w, "TagResources",
             "{'ResourceType':'servergroup','ResourceId':['%s'],'Tag':[{'Key':'k%d'}]}", w.group,
             i);
        ok(&w);
    }
    struct cloud *cloud = NULL;
    struct error err = { 0 };
    struct cloud_quota quota = { .name = "nonsense", .limit = 1 };
    struct cloud_config config = { .quotas = &quota, .n_quotas = 1 };
    assert_false(cloud_open(&cloud, &config, &err));
    assert_string_equal(err.msg, "there is no quota 'nonsense'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_are_counted_over_the_load_balancer),
        cmocka_unit_test(test_the_default_for_standard_is_a_hundred_rules),
        cmocka_unit_test(test_servers_are_counted_once_for_each_use),
        cmocka_unit_test(test_one_address_is_counted_over_all_groups_and_uses),
        cmocka_unit_test(test_a_group_is_attached_so_often),
        cmocka_unit_test(test_changed_rules_and_listeners_are_counted_too),
        cmocka_unit_test(test_numbers_of_things),
        cmocka_unit_test(test_a_replacement_fits_where_an_addition_does_not),
        cmocka_unit_test(test_off_is_no_limit_and_unknown_names_are_refused),
    };
    return cmocka_run_group_tests_name("mock_cloud/quota", tests, NULL, NULL);
}
