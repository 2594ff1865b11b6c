/* test_spec_override.c - each row of the table makes a call pass that the description
 * alone would refuse, and widens nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

#define FIXED(code)                                                         \
    "RuleId=rule-1&RuleActions.1.Order=1&RuleActions.1.Type=FixedResponse&" \
    "RuleActions.1.FixedResponseConfig.Content=x&"                          \
    "RuleActions.1.FixedResponseConfig.HttpCode=" code

static void test_overrides_widen_what_they_name(void **state)
{
    static const struct {
        const char *action, *text, *code; /* code NULL: passes */
    } cases[] = {
        { "UpdateListenerAttribute", "ListenerId=l&RequestTimeout=600", NULL },
        { "UpdateListenerAttribute", "ListenerId=l&RequestTimeout=601",
          "IllegalParam.RequestTimeout" },
        { "UpdateListenerAttribute", "ListenerId=l&IdleTimeout=600", NULL },
        { "UpdateListenerAttribute", "ListenerId=l&IdleTimeout=0", "IllegalParam.IdleTimeout" },
        { "UpdateRuleAttribute", FIXED("503"), NULL },
        { "UpdateRuleAttribute", FIXED("HTTP_503"), NULL },
        { "UpdateRuleAttribute", FIXED("HTTP_303"), "IllegalParam.HttpCode" },
        { "TagResources", "ResourceType=listener&ResourceId.1=l&Tag.1.Key=k", NULL },
        { "UnTagResources", "ResourceType=HealthCheckTemplate&ResourceId.1=h", NULL },
        { "ListTagResources", "ResourceType=listener", NULL },
        { "ListTagResources", "ResourceType=rule", "IllegalParam.ResourceType" },
        { "ListTagKeys", "ResourceType=listener", "IllegalParam.ResourceType" },
        { "ListRules", "ListenerId=lsn-1", NULL },
        { "UpdateServerGroupAttribute", "ServerGroupId=sgp-1&Scheduler=Uch", NULL },
        { "UpdateServerGroupAttribute", "ServerGroupId=sgp-1&Scheduler=Rr",
          "IllegalParam.Scheduler" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = { 0 };
        cJSON *out CLEANUP(json_done) = NULL;
        bool ok = check(*state, cases[i].action, cases[i].text, &out, &err);
        assert_string_equal(ok ? "passes" : err.code, cases[i].code ? cases[i].code : "passes");
    }
}

static void test_one_listener_is_a_list_of_listeners(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    cJSON *out CLEANUP(json_done) = NULL;
    assert_true(check(*state, "ListRules", "ListenerId=lsn-1", &out, &err));
    assert_string_equal(json_canonical(&a, out), "{\"ListenerIds\":[\"lsn-1\"]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overrides_widen_what_they_name),
        cmocka_unit_test(test_one_listener_is_a_list_of_listeners),
    };
    return cmocka_run_group_tests_name("mock_front/spec_override", tests, setup, teardown);
}
