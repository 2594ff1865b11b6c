/* test_group.c - server groups: defaults, checks, changes, deletes, lists. */
#include "world.h"

static void test_a_new_group_has_the_documented_defaults(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("first", ""));
    cJSON *want = quoted(
        &w.arena,
        "{'HealthCheckCodes':['http_2xx'],'HealthCheckConnectPort':0,'HealthCheckEnabled':true,"
        "'HealthCheckHost':'$SERVER_IP','HealthCheckHttpVersion':'HTTP1.1',"
        "'HealthCheckInterval':2,'HealthCheckMethod':'HEAD','HealthCheckPath':'/',"
        "'HealthCheckProtocol':'HTTP','HealthCheckTimeout':5,'HealthyThreshold':3,"
        "'UnhealthyThreshold':3}");
    const cJSON *g = the_group(&w);
    assert_true(cJSON_Compare(want, json_get(g, "HealthCheckConfig"), true));
    cJSON_Delete(want);
    assert_string_equal(json_str(g, "Protocol"), "HTTP");
    assert_string_equal(json_str(g, "Scheduler"), "Wrr");
    assert_string_equal(json_str(g, "ServerGroupType"), "Instance");
    assert_string_equal(json_str(g, "VpcId"), "vpc-1");
    assert_true(cJSON_IsTrue(json_get(g, "CrossZoneEnabled")));
    assert_true(cJSON_IsFalse(json_get(g, "ConfigManagedEnabled")));
    assert_int_equal(json_int(g, "ServerCount", -1), 0);
    assert_int_equal(count(g, "RelatedLoadBalancerIds"), 0);
    /* What is off is absent. */
    assert_null(json_get(g, "StickySessionConfig"));
    assert_null(json_get(g, "ConnectionDrainConfig"));
    assert_null(json_get(g, "SlowStartConfig"));
    assert_null(json_get(g, "UchConfig"));
}

static void test_health_settings_follow_switch_and_protocol(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, "{'ServerGroupName':'off','VpcId':'vpc-1','HealthCheckConfig':"
                    "{'HealthCheckEnabled':false}}");
    assert_int_equal(cJSON_GetArraySize(json_get(the_group(&w), "HealthCheckConfig")), 1);
    setup_group(&w, "{'ServerGroupName':'tcp','VpcId':'vpc-1','HealthCheckConfig':"
                    "{'HealthCheckEnabled':true,'HealthCheckProtocol':'TCP'}}");
    const cJSON *health = json_get(the_group(&w), "HealthCheckConfig");
    assert_null(json_get(health, "HealthCheckPath"));
    assert_int_equal(json_int(health, "HealthCheckInterval", 0), 2);
    setup_group(&w, "{'ServerGroupName':'grpc','VpcId':'vpc-1','HealthCheckConfig':"
                    "{'HealthCheckEnabled':true,'HealthCheckProtocol':'gRPC',"
                    "'HealthCheckCodes':['0-5']}}");
    assert_string_equal(json_str(json_get(the_group(&w), "HealthCheckConfig"), "HealthCheckMethod"),
                        "POST");
}

static void test_checks_of_the_settings(void **state)
{
    (void)state;
    static const struct {
        const char *more, *code;
        int status;
    } rows[] = {
        { ",'Scheduler':'Wlc','SlowStartConfig':{'SlowStartEnabled':true}",
          "Mismatch.ServerGroupSchedulerAndSlowStartEnable", 400 },
        { ",'SlowStartConfig':{'SlowStartEnabled':true,'SlowStartDuration':901}",
          "QuotaExceeded.SlowStartDuration", 400 },
        { ",'SlowStartConfig':{'SlowStartEnabled':true,'SlowStartDuration':29}",
          "IllegalParam.SlowStartDuration", 400 },
        { ",'ConnectionDrainConfig':{'ConnectionDrainEnabled':true,'ConnectionDrainTimeout':901}",
          "QuotaExceeded.ConnectionDrainTimeout", 400 },
        { ",'ServerGroupType':'Fc','ConnectionDrainConfig':{'ConnectionDrainEnabled':true}",
          "UnsupportedFeature.ConnectionDrain", 400 },
        { ",'ServerGroupType':'Fc','SlowStartConfig':{'SlowStartEnabled':true}",
          "UnsupportedFeature.SlowStart", 400 },
        { ",'Scheduler':'Uch'", "MissingParam.UchConfig", 400 },
        { ",'StickySessionConfig':{'StickySessionEnabled':true,'StickySessionType':'Server'}",
          "MissingParam.Cookie", 400 },
        { ",'CrossZoneEnabled':false,'StickySessionConfig':{'StickySessionEnabled':true}",
          "IllegalParam.StickySessionConfig", 400 },
    };
    struct world w CLEANUP(world_done);
    world_new(&w);
    for (size_t i = 0; i < COUNT(rows); i++) {
        call(&w, "CreateServerGroup",
             "{'ServerGroupName':'ab','VpcId':'vpc-1','HealthCheckConfig':"
             "{'HealthCheckEnabled':true}%s}",
             rows[i].more);
        refused(&w, rows[i].status, rows[i].code);
    }
    call_text(&w, "CreateServerGroup", "{'ServerGroupName':'ab'}");
    refused(&w, 400, "MissingParam.VpcId");
    call_text(&w, "CreateServerGroup", "{'ServerGroupName':'ab','VpcId':'net-1'}");
    refused(&w, 404, "ResourceNotFound.Vpc");
    call_text(&w, "CreateServerGroup", "{'ServerGroupName':'a','VpcId':'vpc-1'}");
    refused(&w, 400, "IllegalParam.ServerGroupName");
}

static void test_an_update_merges_structs_and_replaces_lists(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("first", ",'ConnectionDrainConfig':{'ConnectionDrainEnabled':true,"
                                   "'ConnectionDrainTimeout':10}"));
    call(&w, "UpdateServerGroupAttribute",
         "{'ServerGroupId':'%s','ServerGroupName':'second','HealthCheckConfig':"
         "{'HealthCheckInterval':9,'HealthCheckCodes':['http_3xx','http_4xx']},"
         "'StickySessionConfig':{'StickySessionEnabled':true}}",
         w.group);
    ok(&w);
    assert_string_equal(json_str(the_group(&w), "ServerGroupStatus"), "Configuring");
    settle(&w);
    const cJSON *g = the_group(&w);
    assert_string_equal(json_str(g, "ServerGroupStatus"), "Available");
    assert_string_equal(json_str(g, "ServerGroupName"), "second");
    const cJSON *health = json_get(g, "HealthCheckConfig");
    assert_int_equal(json_int(health, "HealthCheckInterval", 0), 9);
    assert_int_equal(json_int(health, "HealthCheckTimeout", 0), 5);
    assert_int_equal(count(health, "HealthCheckCodes"), 2);
    assert_int_equal(json_int(json_get(g, "ConnectionDrainConfig"), "ConnectionDrainTimeout", 0),
                     10);
    assert_int_equal(json_int(json_get(g, "StickySessionConfig"), "CookieTimeout", 0), 1000);
}

static void test_states_refuse_with_their_codes(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    keep(w.group, call_text(&w, "CreateServerGroup", GROUP("first", "")), "ServerGroupId");
    const char *id = arena_fmt(&w.arena, "{'ServerGroupId':'%s'}", w.group);
    call_text(&w, "UpdateServerGroupAttribute", id);
    refused(&w, 400, "IncorrectStatus.ServerGroup");
    call_text(&w, "DeleteServerGroup", id);
    refused(&w, 400, "IncorrectStatus.ServerGroup");
    settle(&w);
    call_text(&w, "UpdateServerGroupAttribute", id);
    ok(&w);
    call_text(&w, "UpdateServerGroupAttribute", id);
    refused(&w, 400, "IncorrectStatus.ServerGroup");
    call_text(&w, "DeleteServerGroup", id);
    refused(&w, 400, "ResourceInConfiguring");
    settle(&w);
    call_text(&w, "DeleteServerGroup", id);
    ok(&w);
    call_text(&w, "DeleteServerGroup", id);
    refused(&w, 400, "IncorrectStatus.ServerGroup");
    settle(&w);
    call_text(&w, "DeleteServerGroup", id);
    refused(&w, 404, "ResourceNotFound.ServerGroup");
}

static void test_lists_filter(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("one", ",'Tag':[{'Key':'k','Value':'1'}]"));
    setup_group(&w, GROUP("two", ",'ServerGroupType':'Ip','ResourceGroupId':'rg-2',"
                                 "'Tag':[{'Key':'k','Value':'2'}]"));
    static const struct {
        const char *filter;
        int n;
    } rows[] = {
        { "{}", 2 },
        { "{'ServerGroupNames':['one','none']}", 1 },
        { "{'ServerGroupIds':['sgp-nosuch']}", 0 },
        { "{'ServerGroupType':'Ip'}", 1 },
        { "{'VpcId':'vpc-1'}", 2 },
        { "{'VpcId':'vpc-2'}", 0 },
        { "{'ResourceGroupId':'rg-2'}", 1 },
        { "{'Tag':[{'Key':'k'}]}", 2 },
        { "{'Tag':[{'Key':'k','Value':'2'}]}", 1 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const cJSON *body = call_text(&w, "ListServerGroups", rows[i].filter);
        if (count(body, "ServerGroups") != rows[i].n)
            fail_msg("%s: %d", rows[i].filter, count(body, "ServerGroups"));
    }
}

static void test_a_group_is_in_a_resource_group_that_can_be(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    call_text(&w, "CreateServerGroup", GROUP("one", ",'ResourceGroupId':'nothing'"));
    refused(&w, 400, "NotExist.ResourceGroup");
    call_text(&w, "CreateServerGroup", GROUP("one", ",'ResourceGroupId':'rg-1'"));
    ok(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_group_has_the_documented_defaults),
        cmocka_unit_test(test_health_settings_follow_switch_and_protocol),
        cmocka_unit_test(test_checks_of_the_settings),
        cmocka_unit_test(test_an_update_merges_structs_and_replaces_lists),
        cmocka_unit_test(test_states_refuse_with_their_codes),
        cmocka_unit_test(test_lists_filter),
        cmocka_unit_test(test_a_group_is_in_a_resource_group_that_can_be),
    };
    return cmocka_run_group_tests_name("mock_cloud/group", tests, NULL, NULL);
}
