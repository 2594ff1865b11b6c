/* test_listener_change.c - what a change of a listener changes, and what it leaves. */
#include "world.h"

static const cJSON *listener(struct world *w)
{
    return call(w, "GetListenerAttribute", "{'ListenerId':'%s'}", w->listener);
}

static void test_absent_fields_stay_and_structs_are_merged(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    call(&w, "UpdateListenerAttribute",
         "{'ListenerId':'%s','GzipEnabled':false,'ListenerDescription':'new-name',"
         "'XForwardedForConfig':{'XForwardedForProtoEnabled':true}}",
         w.listener);
    ok(&w);
    assert_non_null(w.last.job_id);
    assert_string_equal(listener_status(&w), "Configuring");
    settle(&w);
    const cJSON *l = listener(&w);
    assert_string_equal(json_str(l, "ListenerStatus"), "Running");
    assert_true(cJSON_IsFalse(json_get(l, "GzipEnabled")));
    assert_int_equal(json_int(l, "IdleTimeout", 0), 15);
    assert_string_equal(json_str(l, "ListenerDescription"), "new-name");
    const cJSON *xff = json_get(l, "XForwardedForConfig");
    assert_true(cJSON_IsTrue(json_get(xff, "XForwardedForProtoEnabled")));
    assert_true(cJSON_IsTrue(json_get(xff, "XForwardedForEnabled")));
}

static void test_a_group_left_is_in_use_until_the_change_is_done(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    const char *old = arena_strdup(&w.arena, w.group);
    setup_group(&w, GROUP("second", ""));
    call(&w, "UpdateListenerAttribute", "{'ListenerId':'%s'," FORWARD "}", w.listener, w.group);
    ok(&w);
    call(&w, "DeleteServerGroup", "{'ServerGroupId':'%s'}", old);
    refused(&w, 400, "ResourceInUse.ServerGroup");
    call(&w, "DeleteServerGroup", "{'ServerGroupId':'%s'}", w.group);
    refused(&w, 400, "ResourceInUse.ServerGroup");
    settle(&w);
    call(&w, "DeleteServerGroup", "{'ServerGroupId':'%s'}", old);
    ok(&w);
    assert_string_equal(
        cJSON_GetArrayItem(json_get(the_group(&w), "RelatedLoadBalancerIds"), 0)->valuestring,
        w.lb);
}

static void test_default_actions_name_one_group(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    call(&w, "UpdateListenerAttribute",
         "{'ListenerId':'%s','DefaultActions':[{'Type':'ForwardGroup','ForwardGroupConfig':"
         "{'ServerGroupTuples':[{'ServerGroupId':'%s'},{'ServerGroupId':'%s'}]}}]}",
         w.listener, w.group, w.group);
    refused(&w, 400, "IllegalParamSize.ServerGroupTuples");
}

static void test_log_settings_need_the_access_log(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    const char *text = arena_fmt(
        &w.arena, "{'ListenerId':'%s','AccessLogRecordCustomizedHeadersEnabled':true}", w.listener);
    call_text(&w, "UpdateListenerLogConfig", text);
    refused(&w, 400, "OperationDenied.AccessLogDisabled");
    assert_true(cJSON_IsFalse(
        json_get(json_get(listener(&w), "LogConfig"), "AccessLogRecordCustomizedHeadersEnabled")));
    call(&w, "EnableLoadBalancerAccessLog",
         "{'LoadBalancerId':'%s','LogProject':'project','LogStore':'store'}", w.lb);
    settle(&w);
    call_text(&w, "UpdateListenerLogConfig", text);
    ok(&w);
    assert_true(cJSON_IsTrue(
        json_get(json_get(listener(&w), "LogConfig"), "AccessLogRecordCustomizedHeadersEnabled")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_absent_fields_stay_and_structs_are_merged),
        cmocka_unit_test(test_a_group_left_is_in_use_until_the_change_is_done),
        cmocka_unit_test(test_default_actions_name_one_group),
        cmocka_unit_test(test_log_settings_need_the_access_log),
    };
    return cmocka_run_group_tests_name("mock_cloud/listener_change", tests, NULL, NULL);
}
