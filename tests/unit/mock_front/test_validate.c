/* test_validate.c - each kind of violation, and the typed tree of what passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "mock_front_test.h"

static int setup(void **state)
{
    struct error err = { 0 };
    struct spec *s = NULL;
    bool ok = spec_open(&s, &err);
    *state = s;
    return ok ? 0 : -1;
}

static int teardown(void **state)
{
    spec_close(*state);
    return 0;
}

#define LISTENER                                                                     \
    "LoadBalancerId=alb-1&ListenerProtocol=HTTP&DefaultActions.1.Type=ForwardGroup&" \
    "DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId=sgp-1"
#define RULE                                                                         \
    "ListenerId=lsn-1&Priority=1&RuleActions.1.Order=1&RuleActions.1.Type=Redirect&" \
    "RuleActions.1.RedirectConfig.HttpCode=301&RuleName=rule-80-1&"
#define GROUP "ServerGroupName=sg1&HealthCheckConfig.HealthCheckEnabled=false&"

static void test_each_violation_has_its_code_and_names_the_place(void **state)
{
    static const struct {
        const char *action, *text, *code, *named;
    } cases[] = {
        /* required, at the top and inside */
        { "CreateListener", LISTENER, "MissingListenerPort",
          "ListenerPort is mandatory for this action." },
        { "CreateListener", LISTENER "&ListenerPort=", "MissingListenerPort", "ListenerPort" },
        { "CreateListener",
          "LoadBalancerId=alb-1&ListenerProtocol=HTTP&ListenerPort=80&DefaultActions.1.Type="
          "ForwardGroup",
          "MissingForwardGroupConfig", "DefaultActions.1.ForwardGroupConfig is mandatory" },
        { "AddServersToServerGroup", "ServerGroupId=s&Servers.1.ServerType=Ip&Servers.7.Port=80",
          "MissingServerType", "Servers.7.ServerType is mandatory" },
        { "AddServersToServerGroup", "ServerGroupId=s&Servers.Port=80", "MissingServers",
          "Servers is" },
        { "AddServersToServerGroup", "ServerGroupId=s&Servers.1.Prot=80", "MissingServers", "" },
        /* all that is required comes before any value */
        { "CreateListener", LISTENER "&IdleTimeout=banana", "MissingListenerPort", "" },
        /* types */
        { "CreateListener", LISTENER "&ListenerPort=eighty", "InvalidParameter",
          "ListenerPort is not an integer" },
        { "CreateListener", LISTENER "&ListenerPort=80.0", "InvalidParameter", "an integer" },
        { "CreateListener", LISTENER "&ListenerPort=%2B80", "InvalidParameter", "an integer" },
        { "CreateListener", LISTENER "&ListenerPort=%2080", "InvalidParameter", "an integer" },
        { "CreateListener", LISTENER "&ListenerPort=99999999999999999999", "InvalidParameter",
          "an integer" },
        { "CreateListener", LISTENER "&ListenerPort=80&GzipEnabled=yes", "InvalidParameter",
          "GzipEnabled is not true or false" },
        { "CreateListener", LISTENER "&ListenerPort=80&QuicConfig=x", "InvalidParameter",
          "QuicConfig is not an object" },
        { "CreateListener", LISTENER "&ListenerPort=80&Tag=x", "InvalidParameter",
          "Tag is not a list" },
        /* ranges */
        { "CreateListener", LISTENER "&ListenerPort=0", "IllegalParam.ListenerPort",
          "between 1 and 65535" },
        { "CreateListener", LISTENER "&ListenerPort=65536", "IllegalParam.ListenerPort", "" },
        { "ListRules", "MaxResults=101", "IllegalParam.MaxResults", "between 1 and 100" },
        { "GetListenerHealthStatus", "ListenerId=l&MaxResults=31", "IllegalParam.MaxResults",
          "between 1 and 30" },
        { "CreateRules",
          "ListenerId=l&Rules.3.RuleName=ab&Rules.3.Priority=10001&Rules.3.RuleActions.1.Order=1&"
          "Rules.3.RuleActions.1.Type=Rewrite&Rules.3.RuleConditions.1.Type=Host",
          "IllegalParam.Priority", "Rules.3.Priority" },
        /* documented values */
        { "CreateListener",
          "LoadBalancerId=alb-1&ListenerProtocol=TCP&ListenerPort=80&DefaultActions.1.Type="
          "ForwardGroup&DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId=s",
          "IllegalParam.ListenerProtocol", "documented values" },
        /* lengths, in characters */
        { "CreateListener", LISTENER "&ListenerPort=80&ListenerDescription=a",
          "IllegalParam.ListenerDescription", "at least 2" },
        { "CreateServerGroup",
          GROUP "HealthCheckConfig.HealthCheckEnabled=true&"
                "HealthCheckConfig.HealthCheckHost="
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "IllegalParam.HealthCheckHost", "81 characters, at most 80" },
        /* spelling */
        { "CreateServerGroup", "ServerGroupName=1st&HealthCheckConfig.HealthCheckEnabled=false",
          "IllegalParam.ServerGroupName", "does not match" },
        { "CreateServerGroup", GROUP "Tag.1.Key=acs:x", "IllegalParam.Key", "Tag.1.Key" },
        { "CreateServerGroup", GROUP "Tag.1.Key=a&Tag.1.Value=see%20http://x", "IllegalParam.Value",
          "Tag.1.Value" },
        { "UpdateRuleAttribute",
          "RuleId=r&RuleConditions.1.Type=Header&RuleConditions.1.HeaderConfig.Key=Cookie&"
          "RuleConditions.1.HeaderConfig.Values.1=x",
          "IllegalParam.Key", "reserved" },
        /* sizes */
        { "CreateListener",
          LISTENER
          "&ListenerPort=443&Certificates.1.CertificateId=a&Certificates.2.CertificateId=b",
          "IllegalParamSize.Certificates", "2 elements" },
        { "UpdateRuleAttribute",
          "RuleId=r&RuleConditions.1.Type=SourceIp&RuleConditions.1.SourceIpConfig.Values.1=1&"
          "RuleConditions.1.SourceIpConfig.Values.2=2&RuleConditions.1.SourceIpConfig.Values.3=3&"
          "RuleConditions.1.SourceIpConfig.Values.4=4&RuleConditions.1.SourceIpConfig.Values.5=5&"
          "RuleConditions.1.SourceIpConfig.Values.6=6",
          "IllegalParamSize.Values", "RuleConditions.1.SourceIpConfig.Values" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = { 0 };
        cJSON *out CLEANUP(json_done) = NULL;
        bool ok = check(*state, cases[i].action, cases[i].text, &out, &err);
        if (ok || strcmp(err.code, cases[i].code) != 0 || !strstr(err.msg, cases[i].named))
            fail_msg("%s %s: %s: %s, wanted %s", cases[i].action, cases[i].text,
                     ok ? "passes" : err.code, err.msg, cases[i].code);
        assert_int_equal(err.http_status, 400);
        assert_null(out);
    }
}

static void test_what_passes_is_typed(void **state)
{
    static const struct {
        const char *action, *text, *json;
    } cases[] = {
        { "CreateListener",
          LISTENER "&ListenerPort=80&GzipEnabled=False&XForwardedForConfig."
                   "XForwardedForEnabled=true&RegionId=cn-hangzhou&Unknown.1=x",
          "{\"DefaultActions\":[{\"ForwardGroupConfig\":{\"ServerGroupTuples\":[{"
          "\"ServerGroupId\":\"sgp-1\"}]},\"Type\":\"ForwardGroup\"}],\"GzipEnabled\":false,"
          "\"ListenerPort\":80,\"ListenerProtocol\":\"HTTP\",\"LoadBalancerId\":\"alb-1\","
          "\"XForwardedForConfig\":{\"XForwardedForEnabled\":true}}" },
        /* gaps close, indices sort as numbers, empty elements are absent */
        { "ListListeners", "ListenerIds.10=j&ListenerIds.9=i&ListenerIds.3=&ListenerIds.2=b",
          "{\"ListenerIds\":[\"b\",\"i\",\"j\"]}" },
        /* values keep the case they came in */
        { "ListRules", "Direction=response", "{\"Direction\":\"response\"}" },
        { "ListAsynJobs", "BeginTime=1735689600000", "{\"BeginTime\":1735689600000}" },
        { "DescribeRegions", "A=1&b.c=2", "{}" },
        /* what only unknown members came of is not there */
        { "ListRules", "Tag.1.Colour=red&Tag.2.Key=k&RuleIds.x=1", "{\"Tag\":[{\"Key\":\"k\"}]}" },
        { "DescribeZones", "QuicConfig.Other=1", "{}" },
        { "CreateServerGroup", GROUP "ServiceName=",
          "{\"HealthCheckConfig\":{\"HealthCheckEnabled\":false},\"ServerGroupName\":\"sg1\"}" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct error err = { 0 };
        cJSON *out CLEANUP(json_done) = NULL;
        if (!check(*state, cases[i].action, cases[i].text, &out, &err))
            fail_msg("%s: %s: %s", cases[i].text, err.code, err.msg);
        assert_string_equal(json_canonical(&a, out), cases[i].json);
    }
}

static void test_a_rule_needs_no_more_than_documented(void **state)
{
    struct error err = { 0 };
    cJSON *out CLEANUP(json_done) = NULL;
    if (!check(*state, "CreateRule",
               RULE "RuleConditions.1.Type=Host&RuleConditions.1.HostConfig.Values.1=a.b", &out,
               &err))
        fail_msg("%s: %s", err.code, err.msg);
}

static void test_two_hundred_servers_pass_and_one_more_does_not(void **state)
{
    for (int n = 200; n <= 201; n++) {
        struct buf b CLEANUP(buf_done) = { 0 };
        struct error err = { 0 };
        cJSON *out CLEANUP(json_done) = NULL;
        buf_adds(&b, "ServerGroupId=sgp-1");
        for (int i = 1; i <= n; i++)
            buf_addf(&b, "&Servers.%d.ServerType=Ip&Servers.%d.Port=%d", i, i, i);
        bool ok = check(*state, "AddServersToServerGroup", b.data, &out, &err);
        assert_int_equal(ok, n == 200);
        if (ok)
            assert_int_equal(cJSON_GetArraySize(json_get(out, "Servers")), 200);
        else
            assert_string_equal(err.code, "IllegalParamSize.Servers");
    }
}

/* The requests of the official SDK, as their vectors carry them, are legal calls. */
static void test_requests_of_the_official_sdk_pass(void **state)
{
    struct error err = { 0 };
    struct buf text CLEANUP(buf_done) = { .max = 4 << 20 };
    FILE *file = fopen(TEST_SOURCE_DIR "/tests/vectors/signature-vectors.json", "r");
    char piece[4096];
    size_t n;
    assert_non_null(file);
    while ((n = fread(piece, 1, sizeof piece, file)))
        buf_add(&text, piece, n);
    (void)fclose(file);
    cJSON *json CLEANUP(json_done) = NULL;
    assert_true(json_parse(text.data, text.len, &json, &err));
    const cJSON *v;
    int passed = 0;
    cJSON_ArrayForEach (v, json_get(json, "vectors")) {
        const char *id = json_str(v, "id");
        if (strncmp(id, "v3/", 3) != 0)
            continue;
        const char *action = NULL;
        const cJSON *h;
        cJSON_ArrayForEach (h, json_get(v, "headers"))
            if (!strcmp(cJSON_GetArrayItem(h, 0)->valuestring, "x-acs-action"))
                action = cJSON_GetArrayItem(h, 1)->valuestring;
        const char *line = json_str(json_get(v, "wire"), "requestLine");
        const char *query = strchr(line, '?');
        struct buf flat CLEANUP(buf_done) = { 0 };
        if (query)
            buf_add(&flat, query + 1, strcspn(query + 1, " "));
        buf_addf(&flat, "&%s", json_str(v, "body"));
        cJSON *out CLEANUP(json_done) = NULL;
        bool ok = check(*state, action, flat.data, &out, &err);
        if (!strcmp(id, "v3/create-rules-body")) /* its fixed reply is not ASCII, on purpose */
            ok = !ok && !strcmp(err.code, "IllegalParam.Content");
        if (!ok)
            fail_msg("%s: %s: %s", id, err.code, err.msg);
        passed++;
    }
    assert_int_equal(passed, 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_violation_has_its_code_and_names_the_place),
        cmocka_unit_test(test_what_passes_is_typed),
        cmocka_unit_test(test_a_rule_needs_no_more_than_documented),
        cmocka_unit_test(test_two_hundred_servers_pass_and_one_more_does_not),
        cmocka_unit_test(test_requests_of_the_official_sdk_pass),
    };
    return cmocka_run_group_tests_name("mock_front/validate", tests, setup, teardown);
}
