/* test_rule.c - rules, one and many at a time: what they are refused for and what a batch
 * leaves behind. */
#include "world.h"

static const char *rule_text(struct world *w, const char *name, int priority)
{
    return arena_fmt(&w->arena,
                     "{'RuleName':'%s','Priority':%d,'RuleConditions':[" HOST(
                         "a.example.com") "],'RuleActions':[" TO_GROUP "]}",
                     name, priority, w->group);
}

static const cJSON *create_two(struct world *w, int p1, int p2)
{
    return call(w, "CreateRules", "{'ListenerId':'%s','Rules':[%s,%s]}", w->listener,
                rule_text(w, "one", p1), rule_text(w, "two", p2));
}

static const cJSON *rules(struct world *w)
{
    return call(w, "ListRules", "{'ListenerIds':['%s']}", w->listener);
}

static void test_a_batch_answers_ids_with_priorities_and_one_job(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    const cJSON *body = create_two(&w, 20, 10);
    ok(&w);
    assert_int_equal(count(body, "RuleIds"), 2);
    assert_int_equal(json_int(first(body, "RuleIds"), "Priority", 0), 20);
    const char *job = arena_strdup(&w.arena, w.last.job_id);
    const cJSON *jobs = call(&w, "ListAsynJobs", "{'JobIds':['%s']}", job);
    assert_int_equal(count(jobs, "Jobs"), 1);
    assert_string_equal(json_str(first(jobs, "Jobs"), "ResourceType"), "rule");
    settle(&w);
    assert_string_equal(job_status(&w, job), "Succeeded");
    assert_int_equal(count(rules(&w), "Rules"), 2);
    assert_string_equal(json_str(first(rules(&w), "Rules"), "RuleStatus"), "Available");
}

static void test_a_batch_is_done_whole_or_not_at_all(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    create_two(&w, 10, 10);
    refused(&w, 400, "Conflict.Priority");
    assert_int_equal(count(rules(&w), "Rules"), 0);
    assert_string_equal(listener_status(&w), "Running");
    call(&w, "CreateRules", "{'ListenerId':'%s','Rules':[%s,%s]}", w.listener,
         rule_text(&w, "one", 10), rule_text(&w, "1", 20));
    refused(&w, 400, "IllegalParam.RuleName");
    assert_int_equal(count(rules(&w), "Rules"), 0);
}

static void test_a_priority_is_unique_over_both_directions(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    add_rule(&w, 10);
    refused(&w, 400, "Conflict.Priority");
    call(&w, "CreateRule",
         "{'ListenerId':'%s','RuleName':'back','Priority':10,'Direction':'Response',"
         "'RuleConditions':[" HOST(
             "a.example.com") "],'RuleActions':[{'Type':'RemoveHeader',"
                              "'Order':1,'RemoveHeaderConfig':{'Key':'x-a'}}]}",
         w.listener);
    refused(&w, 400, "Conflict.Priority");
}

static void test_only_request_rules_are_listed_unless_asked(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    call(&w, "CreateRule",
         "{'ListenerId':'%s','RuleName':'back','Priority':20,'Direction':'Response',"
         "'RuleConditions':[" HOST(
             "a.example.com") "],'RuleActions':[{'Type':'RemoveHeader',"
                              "'Order':1,'RemoveHeaderConfig':{'Key':'x-a'}}]}",
         w.listener);
    ok(&w);
    assert_int_equal(json_int(rules(&w), "TotalCount", 0), 1);
    const cJSON *back =
        call(&w, "ListRules", "{'ListenerIds':['%s'],'Direction':'Response'}", w.listener);
    assert_int_equal(count(back, "Rules"), 1);
    assert_string_equal(json_str(first(back, "Rules"), "RuleName"), "back");
}

static void test_a_busy_listener_refuses_single_and_batch_calls_apart(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    const char *settled = arena_strdup(&w.arena, w.rule);
    add_rule(&w, 20); /* puts the listener in Configuring */
    ok(&w);
    add_rule(&w, 30);
    refused(&w, 400, "ResourceInConfiguring.Listener");
    create_two(&w, 30, 40);
    refused(&w, 400, "IncorrectStatus.Listener");
    call(&w, "UpdateRuleAttribute", "{'RuleId':'%s','Priority':50}", settled);
    refused(&w, 400, "ResourceInConfiguring.Listener");
    call(&w, "DeleteRule", "{'RuleId':'%s'}", settled);
    refused(&w, 400, "ResourceInConfiguring.Listener");
    call(&w, "UpdateRulesAttribute", "{'Rules':[{'RuleId':'%s','Priority':50}]}", settled);
    refused(&w, 400, "IncorrectStatus.Listener");
    call(&w, "DeleteRules", "{'RuleIds':['%s']}", settled);
    refused(&w, 400, "IncorrectStatus.Listener");
}

static void test_a_rule_that_is_not_available_is_not_changed(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    keep(w.rule, add_rule(&w, 10), "RuleId");
    call(&w, "UpdateRuleAttribute", "{'RuleId':'%s','Priority':50}", w.rule);
    refused(&w, 400, "IncorrectStatus.Rule");
    call(&w, "UpdateRulesAttribute", "{'Rules':[{'RuleId':'%s','Priority':50}]}", w.rule);
    refused(&w, 400, "IncorrectStatus.Rule");
    call(&w, "DeleteRule", "{'RuleId':'%s'}", w.rule);
    refused(&w, 400, "IncorrectStatus.Rule");
    call(&w, "DeleteRules", "{'RuleIds':['%s']}", w.rule);
    refused(&w, 400, "IncorrectStatus.Rule");
}

static void test_a_rule_needs_a_listener_that_is_ready(void **state)
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
    add_rule(&w, 10);
    refused(&w, 400, "IncorrectStatus.Listener");
    create_two(&w, 10, 20);
    refused(&w, 400, "IncorrectStatus.Listener");
    assert_in_range(snprintf(w.listener, sizeof w.listener, "lsn-nosuch"), 1, 31);
    add_rule(&w, 10);
    refused(&w, 404, "ResourceNotFound.Listener");
}

static void test_an_update_replaces_lists_and_leaves_the_rest(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    call(&w, "UpdateRuleAttribute",
         "{'RuleId':'%s','RuleConditions':[{'Type':'Path','PathConfig':{'Values':['/A/*']}}]}",
         w.rule);
    ok(&w);
    settle(&w);
    const cJSON *rule = the_rule(&w);
    assert_int_equal(count(rule, "RuleConditions"), 1);
    const cJSON *condition = first(rule, "RuleConditions");
    assert_string_equal(json_str(condition, "Type"), "Path");
    assert_null(json_get(condition, "HostConfig"));
    assert_int_equal(json_int(rule, "Priority", 0), 10);
    assert_string_equal(json_str(rule, "RuleName"), "rule-80-10");
    assert_int_equal(count(rule, "RuleActions"), 1);
}

static void test_priorities_move_only_to_where_is_room(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    const char *one = arena_strdup(&w.arena, w.rule);
    keep(w.rule, add_rule(&w, 20), "RuleId");
    settle(&w);
    call(&w, "UpdateRuleAttribute", "{'RuleId':'%s','Priority':20}", one);
    refused(&w, 400, "Conflict.Priority");
    call(&w, "UpdateRulesAttribute",
         "{'Rules':[{'RuleId':'%s','Priority':20},{'RuleId':'%s','Priority':10}]}", one, w.rule);
    refused(&w, 400, "Conflict.Priority");
    call(&w, "UpdateRulesAttribute",
         "{'Rules':[{'RuleId':'%s','Priority':30},{'RuleId':'%s','Priority':30}]}", one, w.rule);
    refused(&w, 400, "Conflict.Priority");
    call(&w, "UpdateRulesAttribute",
         "{'Rules':[{'RuleId':'%s','Priority':40},{'RuleId':'%s','Priority':30}]}", one, w.rule);
    ok(&w);
    assert_int_equal(json_int(the_rule(&w), "Priority", 0), 30);
    settle(&w);
    call(&w, "UpdateRuleAttribute", "{'RuleId':'%s','Priority':40}", one); /* its own */
    ok(&w);
}

static void test_batches_stay_in_their_bounds(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    const char *one = arena_strdup(&w.arena, w.rule);
    keep(w.listener,
         call(&w, "CreateListener",
              "{'LoadBalancerId':'%s','ListenerPort':81,'ListenerProtocol':'HTTP'," FORWARD "}",
              w.lb, w.group),
         "ListenerId");
    settle(&w);
    keep(w.rule, add_rule(&w, 10), "RuleId");
    settle(&w);
    call(&w, "UpdateRulesAttribute",
         "{'Rules':[{'RuleId':'%s','Priority':20},{'RuleId':'%s','Priority':20}]}", one, w.rule);
    refused(&w, 400, "OperationDenied.ListenerIdInconsistent");
    call(&w, "UpdateRulesAttribute",
         "{'Rules':[{'RuleId':'%s','Priority':20},{'RuleId':'%s','Priority':30}]}", one, one);
    refused(&w, 400, "DuplicatedParam.RuleId");
    /* Deleting may cross listeners, but not load balancers. */
    call(&w, "DeleteRules", "{'RuleIds':['%s','rule-nosuch']}", one);
    refused(&w, 404, "ResourceNotFound.Rule");
    call(&w, "DeleteRules", "{'RuleIds':['%s','%s']}", one, w.rule);
    ok(&w);
    assert_string_equal(listener_status(&w), "Configuring");
    settle(&w);
    assert_null(the_rule(&w));
    setup_rule(&w);
    one = arena_strdup(&w.arena, w.rule);
    setup_lb(&w, "{'AddressType':'Internet','LoadBalancerEdition':'Standard','VpcId':'vpc-1',"
                 "'LoadBalancerBillingConfig':{'PayType':'PostPay'}," ZONES "}");
    keep(w.listener,
         call(&w, "CreateListener",
              "{'LoadBalancerId':'%s','ListenerPort':80,'ListenerProtocol':'HTTP'," FORWARD "}",
              w.lb, w.group),
         "ListenerId");
    settle(&w);
    keep(w.rule, add_rule(&w, 10), "RuleId");
    settle(&w);
    call(&w, "DeleteRules", "{'RuleIds':['%s','%s']}", one, w.rule);
    refused(&w, 400, "OperationDenied.CrossLoadBalancerRules");
}

static void test_a_group_left_by_a_rule_is_free_after_the_change(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    setup_group(&w, GROUP("second", ""));
    call(&w, "UpdateRuleAttribute", "{'RuleId':'%s','RuleActions':[" TO_GROUP "]}", w.rule,
         w.group);
    ok(&w);
    settle(&w);
    call(&w, "DeleteServerGroup", "{'ServerGroupId':'%s'}", w.group);
    refused(&w, 400, "ResourceInUse.ServerGroup");
    call(&w, "DeleteRule", "{'RuleId':'%s'}", w.rule);
    ok(&w);
    call(&w, "DeleteServerGroup", "{'ServerGroupId':'%s'}", w.group);
    refused(&w, 400, "ResourceInUse.ServerGroup"); /* the rule is still deleting */
    settle(&w);
    call(&w, "DeleteServerGroup", "{'ServerGroupId':'%s'}", w.group);
    ok(&w);
}

static void test_lists_filter_by_all_three_ids_and_tags(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    call(&w, "CreateRule",
         "{'ListenerId':'%s','RuleName':'tagged','Priority':20,'Tag':[{'Key':'k','Value':'v'}],"
         "'RuleConditions':[" HOST("b.example.com") "],'RuleActions':[" TO_GROUP "]}",
         w.listener, w.group);
    ok(&w);
    assert_int_equal(count(call(&w, "ListRules", "{}"), "Rules"), 2);
    assert_int_equal(count(call(&w, "ListRules", "{'LoadBalancerIds':['%s']}", w.lb), "Rules"), 2);
    assert_int_equal(count(call(&w, "ListRules", "{'LoadBalancerIds':['alb-x']}"), "Rules"), 0);
    assert_int_equal(count(call(&w, "ListRules", "{'ListenerIds':['lsn-x']}"), "Rules"), 0);
    assert_int_equal(count(call(&w, "ListRules", "{'RuleIds':['%s']}", w.rule), "Rules"), 1);
    const cJSON *tagged = call(&w, "ListRules", "{'Tag':[{'Key':'k','Value':'v'}]}");
    assert_int_equal(count(tagged, "Rules"), 1);
    const cJSON *rule = first(tagged, "Rules");
    assert_string_equal(json_str(rule, "RuleName"), "tagged");
    assert_string_equal(json_str(rule, "LoadBalancerId"), w.lb);
    assert_string_equal(json_str(rule, "ListenerId"), w.listener);
    assert_string_equal(json_str(rule, "Direction"), "Request");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_batch_answers_ids_with_priorities_and_one_job),
        cmocka_unit_test(test_a_batch_is_done_whole_or_not_at_all),
        cmocka_unit_test(test_a_priority_is_unique_over_both_directions),
        cmocka_unit_test(test_only_request_rules_are_listed_unless_asked),
        cmocka_unit_test(test_a_busy_listener_refuses_single_and_batch_calls_apart),
        cmocka_unit_test(test_a_rule_that_is_not_available_is_not_changed),
        cmocka_unit_test(test_a_rule_needs_a_listener_that_is_ready),
        cmocka_unit_test(test_an_update_replaces_lists_and_leaves_the_rest),
        cmocka_unit_test(test_priorities_move_only_to_where_is_room),
        cmocka_unit_test(test_batches_stay_in_their_bounds),
        cmocka_unit_test(test_a_group_left_by_a_rule_is_free_after_the_change),
        cmocka_unit_test(test_lists_filter_by_all_three_ids_and_tags),
    };
    return cmocka_run_group_tests_name("mock_cloud/rule", tests, NULL, NULL);
}
