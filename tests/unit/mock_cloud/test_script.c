/* test_script.c - AScripts of a listener. */
#include "world.h"

static char script[32];

#define SCRIPT(name) "{'AScriptName':'" name "','ScriptContent':'if true\\nend','Enabled':true}"

static const cJSON *create(struct world *w, const char *scripts)
{
    return call(w, "CreateAScripts", "{'ListenerId':'%s','AScripts':[%s]}", w->listener, scripts);
}

static void setup(struct world *w)
{
    world_new(w);
    setup_listener(w);
    keep(script, first(create(w, SCRIPT("one")), "AScriptIds"), "AScriptId");
    settle(w);
}

static const cJSON *the_script(struct world *w)
{
    return first(call(w, "ListAScripts", "{'AScriptIds':['%s']}", script), "AScripts");
}

static void test_scripts_have_states_and_configure_their_listener(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    const cJSON *body = create(&w, SCRIPT("one") "," SCRIPT("two"));
    assert_int_equal(count(body, "AScriptIds"), 2);
    keep(script, first(body, "AScriptIds"), "AScriptId");
    const cJSON *s = the_script(&w);
    assert_string_equal(json_str(s, "AScriptStatus"), "Creating");
    assert_string_equal(json_str(s, "AScriptName"), "one");
    assert_string_equal(json_str(s, "ScriptContent"), "if true\nend");
    assert_string_equal(json_str(s, "ListenerId"), w.listener);
    assert_string_equal(json_str(s, "LoadBalancerId"), w.lb);
    assert_null(json_get(s, "Position")); /* alb-openapi.json has it in requests only */
    assert_string_equal(listener_status(&w), "Configuring");
    create(&w, SCRIPT("three"));
    refused(&w, 400, "IncorrectStatus.Listener");
    settle(&w);
    assert_string_equal(json_str(the_script(&w), "AScriptStatus"), "Available");
    assert_string_equal(job_status(&w, json_str(body, "JobId")), "Succeeded");
    assert_int_equal(
        count(call(&w, "ListAScripts", "{'ListenerIds':['%s']}", w.listener), "AScripts"), 2);
    assert_int_equal(count(call_text(&w, "ListAScripts", "{'AScriptNames':['two']}"), "AScripts"),
                     1);
}

static void test_scripts_change_and_go(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    call(&w, "UpdateAScripts", "{'AScripts':[{'AScriptId':'%s','Enabled':false}]}", script);
    ok(&w);
    assert_string_equal(json_str(the_script(&w), "AScriptStatus"), "Configuring");
    settle(&w);
    const cJSON *s = the_script(&w);
    assert_true(cJSON_IsFalse(json_get(s, "Enabled")));
    assert_string_equal(json_str(s, "AScriptName"), "one");
    call(&w, "DeleteAScripts", "{'AScriptIds':['%s']}", script);
    ok(&w);
    assert_string_equal(json_str(the_script(&w), "AScriptStatus"), "Deleting");
    settle(&w);
    assert_null(the_script(&w));
    assert_string_equal(listener_status(&w), "Running");
}

static void test_refusals(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    call_text(&w, "UpdateAScripts", "{'AScripts':[{'AScriptId':'as-no'}]}");
    refused(&w, 404, "ResourceNotFound.Ascript");
    call_text(&w, "DeleteAScripts", "{'AScriptIds':['as-no']}");
    refused(&w, 400, "ResourceNotFound.AScript");
    create(&w, "{'AScriptName':'one'}");
    refused(&w, 400, "MissingParam.ScriptContent");
    call(&w, "CreateListener",
         "{'LoadBalancerId':'%s','ListenerPort':81,'ListenerProtocol':'HTTP'," FORWARD "}", w.lb,
         w.group);
    keep(w.listener, w.last.body, "ListenerId");
    settle(&w);
    const char *other = json_str(first(create(&w, SCRIPT("two")), "AScriptIds"), "AScriptId");
    settle(&w);
    call(&w, "DeleteAScripts", "{'AScriptIds':['%s','%s']}", script, other);
    refused(&w, 400, "OperationDenied.CrossListenerAScripts");
}

static void test_quotas(void **state)
{
    (void)state;
    struct cloud_quota quotas[] = { { "ascripts_num", 2 },
                                    { "ascript_lines_num", 3 },
                                    { "ascripts_total_lines_num", 3 } };
    struct cloud_config config = {
        .pending_ms = PENDING_MS, .seed = 1, .quotas = quotas, .n_quotas = COUNT(quotas)
    };
    struct world w CLEANUP(world_done);
    world_open(&w, &config);
    setup_listener(&w);
#define LINES(text) "{'AScriptName':'ab','ScriptContent':'" text "'}"
    create(&w, LINES("1\\n2\\n3\\n4"));
    refused(&w, 400, "ResourceQuotaExceeded.AScriptLinesNum");
    create(&w, LINES("1\\n2") "," LINES("3\\n4"));
    refused(&w, 400, "ResourceQuotaExceeded.AScriptsTotalLinesNum");
    create(&w, LINES("1") "," LINES("2") "," LINES("3"));
    refused(&w, 400, "ResourceQuotaExceeded.AScriptsNum");
    create(&w, LINES("1\\n2\\n"));
    ok(&w);
}

static void test_scripts_go_with_their_listener(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    call(&w, "DeleteListener", "{'ListenerId':'%s'}", w.listener);
    ok(&w);
    assert_string_equal(json_str(the_script(&w), "AScriptStatus"), "Deleting");
    settle(&w);
    assert_null(the_script(&w));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scripts_have_states_and_configure_their_listener),
        cmocka_unit_test(test_scripts_change_and_go),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_quotas),
        cmocka_unit_test(test_scripts_go_with_their_listener),
    };
    return cmocka_run_group_tests_name("mock_cloud/script", tests, NULL, NULL);
}
