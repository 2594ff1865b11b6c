/* test_action.c - which actions are taken, alone and together, and how they read back. */
#include "world.h"

static const cJSON *create(struct world *w, const char *actions)
{
    return call(w, "CreateRule",
                "{'ListenerId':'%s','RuleName':'rule','Priority':10,'DryRun':true,"
                "'RuleConditions':[" HOST("a.example.com") "],'RuleActions':[%s]}",
                w->listener, actions);
}

#define FIXED                                                  \
    "{'Type':'FixedResponse','Order':9,'FixedResponseConfig':" \
    "{'Content':'no','HttpCode':'404','ContentType':'text/plain'}}"
#define REDIRECT(config) \
    "{'Type':'Redirect','Order':1,'RedirectConfig':{'HttpCode':'301'" config "}}"
#define INSERT(config) "{'Type':'InsertHeader','Order':1,'InsertHeaderConfig':{" config "}}," FIXED
#define LIMIT(config)  "{'Type':'TrafficLimit','Order':1,'TrafficLimitConfig':{" config "}}," FIXED

static void test_each_action_alone(void **state)
{
    (void)state;
    static const struct {
        const char *actions, *code; /* code NULL: taken */
    } rows[] = {
        { FIXED, NULL },
        { "{'Type':'FixedResponse','Order':1}", "MissingParam.FixedResponseConfig" },
        { "{'Type':'FixedResponse','Order':1,'FixedResponseConfig':{'HttpCode':'404'}}",
          "MissingParam.Content" },
        { "{'Type':'FixedResponse','Order':1,'FixedResponseConfig':"
          "{'Content':'x','HttpCode':'301'}}",
          "IllegalParam.HttpCode" },
        { "{'Type':'FixedResponse','Order':1,'FixedResponseConfig':"
          "{'Content':'é','HttpCode':'404'}}",
          "IllegalParam.Content" },
        { REDIRECT(""), "IllegalParam.RedirectConfig" },
        { REDIRECT(",'Path':'${path}','Host':'${host}'"), "IllegalParam.RedirectConfig" },
        { REDIRECT(",'Protocol':'HTTPS','Port':'443'"), NULL },
        { REDIRECT(",'Host':'b.example.com','Path':'/new${path}'"), NULL },
        { REDIRECT(",'Host':'nodot'"), "IllegalParam.Host" },
        { REDIRECT(",'Port':'70000'"), "IllegalParam.Port" },
        { REDIRECT(",'Port':'http'"), "IllegalParam.Port" },
        { REDIRECT(",'Path':'new'"), "IllegalParam.Path" },
        { REDIRECT(",'Query':'a b'"), "IllegalParam.Query" },
        { INSERT("'Key':'x-a','Value':'1'"), NULL },
        { INSERT("'Key':'x-a','Value':'1','CoverEnabled':true"), NULL },
        { INSERT("'Key':'Host','Value':'1'"), "IllegalParam.Key" },
        { INSERT("'Key':'X-Forwarded-For','Value':'1'"), "IllegalParam.Key" },
        { INSERT("'Key':'x-a'"), "MissingParam.Value" },
        { INSERT("'Key':'x-a','ValueType':'SystemDefined','Value':'SLBId'"), NULL },
        { INSERT("'Key':'x-a','ValueType':'SystemDefined','Value':'Nonsense'"),
          "IllegalParam.Value" },
        { LIMIT("'QPS':10,'PerIpQps':5"), NULL },
        { LIMIT("'QPS':10,'PerIpQps':10"), "IllegalParam.PerIpQps" },
        { LIMIT("'PerIpQps':10"), NULL },
        { LIMIT(""), "MissingParam.QPS" },
        { "{'Type':'Rewrite','Order':1,'RewriteConfig':{'Path':'/x'}}," FIXED,
          "OperationDenied.RewriteMissingForwardGroup" },
    };
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    for (size_t i = 0; i < COUNT(rows); i++) {
        create(&w, rows[i].actions);
        const char *want = rows[i].code ? rows[i].code : "DryRunOperation";
        if (!w.last.code || strcmp(w.last.code, want) != 0)
            fail_msg("%s: %s", rows[i].actions, w.last.code);
    }
}

static void test_an_https_listener_redirects_to_https_only(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    setup_group(&w, GROUP("first", ""));
    keep(w.listener,
         call(&w, "CreateListener",
              "{'LoadBalancerId':'%s','ListenerPort':443,'ListenerProtocol':'HTTPS',"
              "'Certificates':[{'CertificateId':'1-cn-hangzhou'}]," FORWARD "}",
              w.lb, w.group),
         "ListenerId");
    settle(&w);
    create(&w, REDIRECT(",'Protocol':'HTTP'"));
    refused(&w, 400, "IllegalParam.Protocol");
    create(&w, REDIRECT(",'Protocol':'HTTPS'"));
    refused(&w, 400, "DryRunOperation");
}

static void test_actions_read_back_with_their_own_config_and_defaults(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    keep(w.rule,
         call(&w, "CreateRule",
              "{'ListenerId':'%s','RuleName':'rule','Priority':10,'RuleConditions':[" HOST(
                  "a.example.com") "],'RuleActions':[{'Type':'ForwardGroup','Order':2,"
                                   "'RedirectConfig':{},'ForwardGroupConfig':{'ServerGroupTuples':["
                                   "{'ServerGroupId':'%s'}]}},{'Type':'InsertHeader','Order':1,"
                                   "'InsertHeaderConfig':{'Key':'X-A','Value':'v','CoverEnabled':"
                                   "true}}]}",
              w.listener, w.group),
         "RuleId");
    cJSON *want = quoted(
        &w.arena,
        arena_fmt(&w.arena,
                  "[{'Type':'ForwardGroup','Order':2,'ForwardGroupConfig':{'ServerGroupTuples':["
                  "{'ServerGroupId':'%s','Weight':100}]}},{'Type':'InsertHeader','Order':1,"
                  "'InsertHeaderConfig':{'Key':'X-A','Value':'v','ValueType':'UserDefined'}}]",
                  w.group));
    assert_true(cJSON_Compare(want, json_get(the_rule(&w), "RuleActions"), true));
    cJSON_Delete(want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_action_alone),
        cmocka_unit_test(test_an_https_listener_redirects_to_https_only),
        cmocka_unit_test(test_actions_read_back_with_their_own_config_and_defaults),
    };
    return cmocka_run_group_tests_name("mock_cloud/action", tests, NULL, NULL);
}
