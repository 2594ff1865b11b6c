/* test_condition.c - which conditions are taken, and how they read back. */
#include "world.h"

static const cJSON *create(struct world *w, const char *conditions)
{
    return call(w, "CreateRule",
                "{'ListenerId':'%s','RuleName':'rule','Priority':10,'DryRun':true,"
                "'RuleConditions':[%s],'RuleActions':[" TO_GROUP "]}",
                w->listener, conditions, w->group);
}

static void test_each_type_is_checked(void **state)
{
    (void)state;
    static const struct {
        const char *condition, *code; /* code NULL: taken */
    } rows[] = {
        { HOST("a.example.com"), NULL },
        { HOST("*.example.com"), NULL },
        { HOST("~^a.*$"), NULL },
        { HOST("A.example.com"), "IllegalParam.HostConfig" },
        { HOST("example"), "IllegalParam.HostConfig" },
        { HOST("a.example.c0m"), "IllegalParam.HostConfig" },
        { HOST(".example.com"), "IllegalParam.HostConfig" },
        { "{'Type':'Host'}", "MissingParam.HostConfig" },
        { "{'Type':'Host','HostConfig':{}}", "MissingParam.Values" },
        { "{'Type':'Path','PathConfig':{'Values':['/a/*','~^/b$']}}", NULL },
        { "{'Type':'Path','PathConfig':{'Values':['a']}}", "IllegalParam.PathConfig" },
        { "{'Type':'Path','PathConfig':{'Values':['/a b']}}", "IllegalParam.PathConfig" },
        { "{'Type':'Header','HeaderConfig':{'Key':'x-a','Values':['1 2*']}}", NULL },
        { "{'Type':'Header','HeaderConfig':{'Key':'Cookie','Values':['1']}}",
          "IllegalParam.HeaderConfig" },
        { "{'Type':'Header','HeaderConfig':{'Key':'host','Values':['1']}}",
          "IllegalParam.HeaderConfig" },
        { "{'Type':'Header','HeaderConfig':{'Values':['1']}}", "IllegalParam.HeaderConfig" },
        { "{'Type':'Header','HeaderConfig':{'Key':'a','Values':[' 1']}}",
          "IllegalParam.HeaderConfig" },
        { "{'Type':'Header','HeaderConfig':{'Key':'a','Values':['1\\\\']}}",
          "IllegalParam.HeaderConfig" },
        { "{'Type':'QueryString','QueryStringConfig':{'Values':[{'Key':'a','Value':'b'}]}}", NULL },
        { "{'Type':'QueryString','QueryStringConfig':{'Values':[{'Key':'a b'}]}}",
          "IllegalParam.QueryStringConfig" },
        { "{'Type':'QueryString','QueryStringConfig':{'Values':[{'Key':'a;b'}]}}", NULL },
        { "{'Type':'Cookie','CookieConfig':{'Values':[{'Key':'a','Value':'b'}]}}", NULL },
        { "{'Type':'Cookie','CookieConfig':{'Values':[{'Key':'a;b','Value':'b'}]}}",
          "IllegalParam.CookieConfig" },
        { "{'Type':'Method','MethodConfig':{'Values':['GET','HEAD']}}", NULL },
        { "{'Type':'Method','MethodConfig':{'Values':['get']}}", "IllegalParam.MethodConfig" },
        { "{'Type':'SourceIp','SourceIpConfig':{'Values':['10.0.0.0/8','::1','1.2.3.4']}}", NULL },
        { "{'Type':'SourceIp','SourceIpConfig':{'Values':['10.0.0.0/33']}}",
          "IllegalParam.SourceIpConfig" },
        { "{'Type':'SourceIp','SourceIpConfig':{'Values':['1','2','3','4','5','6']}}",
          "IllegalParamSize.Values" },
        { "{'Type':'ResponseStatusCode','ResponseStatusCodeConfig':{'Values':['200']}}",
          "IllegalParam.RuleConditions" },
    };
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    for (size_t i = 0; i < COUNT(rows); i++) {
        create(&w, rows[i].condition);
        const char *want = rows[i].code ? rows[i].code : "DryRunOperation";
        if (!w.last.code || strcmp(w.last.code, want) != 0)
            fail_msg("%s: %s", rows[i].condition, w.last.code);
    }
}

static void test_source_addresses_count_over_the_whole_rule(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    create(&w, "{'Type':'SourceIp','SourceIpConfig':{'Values':['1.1.1.1','1.1.1.2','1.1.1.3']}},"
               "{'Type':'SourceIp','SourceIpConfig':{'Values':['1.1.2.1','1.1.2.2','1.1.2.3']}}");
    refused(&w, 400, "IllegalParamSize.Values");
}

static void test_values_keep_case_and_order(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    keep(w.rule,
         call(&w, "CreateRule",
              "{'ListenerId':'%s','RuleName':'rule','Priority':10,'RuleConditions':["
              "{'Type':'Path','PathConfig':{'Values':['/Z','/a','/M']},'HostConfig':{}},"
              "{'Type':'Header','HeaderConfig':{'Key':'X-Mixed','Values':['B','a']}}],"
              "'RuleActions':[" TO_GROUP "]}",
              w.listener, w.group),
         "RuleId");
    cJSON *want =
        quoted(&w.arena, "[{'Type':'Path','PathConfig':{'Values':['/Z','/a','/M']}},"
                         "{'Type':'Header','HeaderConfig':{'Key':'X-Mixed','Values':['B','a']}}]");
    assert_true(cJSON_Compare(want, json_get(the_rule(&w), "RuleConditions"), true));
    cJSON_Delete(want);
}

static void test_values_and_wildcards_are_limited_by_edition(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
#define TEN "'/1','/2','/3','/4','/5','/6','/7','/8','/9','/10'"
    create(&w, "{'Type':'Path','PathConfig':{'Values':[" TEN "]}}");
    refused(&w, 400, "DryRunOperation");
    create(&w, "{'Type':'Path','PathConfig':{'Values':[" TEN ",'/11']}}");
    refused(&w, 400, "QuotaExceeded.RuleMatchEvaluationsNum");
    assert_string_equal(w.last.message,
                        "The quota of alb_quota_rule_match_evaluations_num_standard_edition is "
                        "exceeded, usage 11/10.");
    world_done(&w);
    static const struct cloud_quota quota = { "rule_wildcards_num_standard_edition", 1 };
    struct cloud_config config = {
        .pending_ms = PENDING_MS, .seed = 1, .quotas = &quota, .n_quotas = 1
    };
    world_open(&w, &config);
    setup_listener(&w);
    create(&w, "{'Type':'Path','PathConfig':{'Values':['/a*','/b']}}");
    refused(&w, 400, "DryRunOperation");
    create(&w, "{'Type':'Path','PathConfig':{'Values':['/a*','/b?']}}");
    refused(&w, 400, "QuotaExceeded.RuleWildcardsNum");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_type_is_checked),
        cmocka_unit_test(test_source_addresses_count_over_the_whole_rule),
        cmocka_unit_test(test_values_keep_case_and_order),
        cmocka_unit_test(test_values_and_wildcards_are_limited_by_edition),
    };
    return cmocka_run_group_tests_name("mock_cloud/condition", tests, NULL, NULL);
}
