/* Actions that end no rule: alb-ingress.md §A.6. */
#include "world.h"

#define ACTION(type, config) \
    SAYS("actions.tea", "[{\"type\":\"" type "\",\"" type "Config\":{" config "}}]")
#define MIRROR(groups) \
    ACTION("TrafficMirror", "\"mirrorGroupConfig\":{\"serverGroupTuples\":[" groups "]}")

static void test_each_action_is_read(void **state)
{
    (void)state;
    static const struct asked cases[] = {
        { ACTION("Rewrite", "\"host\":\"b.com\",\"path\":\"/x\",\"query\":\"q=1\""),
          "a.com /* 1:Rewrite b.com /x ?q=1" FORWARD(2) },
        { ACTION("rewrite", "\"PATH\":\"/x\""),
          "a.com /* 1:Rewrite ${host} /x ?${query}" FORWARD(2) },
        { ACTION("InsertHeader", "\"key\":\"k\",\"value\":\"v w\""),
          "a.com /* 1:InsertHeader k=v w UserDefined" FORWARD(2) },
        { ACTION("InsertHeader",
                 "\"key\":\"k\",\"value\":\"SLBId\",\"valueType\":\"systemdefined\""),
          "a.com /* 1:InsertHeader k=SLBId SystemDefined" FORWARD(2) },
        { ACTION("InsertHeader",
                 "\"key\":\"k\",\"value\":\"x-a\",\"valueType\":\"ReferenceHeader\""),
          "a.com /* 1:InsertHeader k=x-a ReferenceHeader" FORWARD(2) },
        { ACTION("RemoveHeader", "\"key\":\"k\""), "a.com /* 1:RemoveHeader k" FORWARD(2) },
        { ACTION("TrafficLimit", "\"QPS\":\"9\""), "a.com /* 1:TrafficLimit 9/0" FORWARD(2) },
        { ACTION("TrafficLimit", "\"qps\":9,\"qpsPerIp\":\"3\""),
          "a.com /* 1:TrafficLimit 9/3" FORWARD(2) },
        { MIRROR("{\"ServerGroupID\":\"sgp-1\",\"weight\":100}"),
          "a.com /* 1:TrafficMirror ForwardGroupMirror sgp-1" FORWARD(2) },
        { ACTION("Cors", "\"allowOrigin\":[\"*\"],\"allowMethods\":[\"GET\"],\"maxAge\":\"5\","
                         "\"allowCredentials\":\"off\",\"exposeHeaders\":[\"x\"]"),
          "a.com /* 1:Cors * GET x off 5" FORWARD(2) },
        { ACTION("Cors", "\"allowOrigin\":[\"*\"],\"allowCredentials\":\"on\""),
          "a.com /* 1:Cors * on 0" FORWARD(2) },
    };
    assert_each(cases, TO_TEA, assert_rules);
}

static void test_what_alb_refuses_is_a_problem(void **state)
{
    (void)state;
    static const struct asked cases[] = {
        { ACTION("Rewrite", "\"host\":\"b\""), "RewriteConfig.host: \"b\" is no value that ALB" },
        { ACTION("Rewrite", "\"path\":\"x\""), "RewriteConfig.path: \"x\" is no value" },
        { ACTION("InsertHeader", "\"key\":\"k\""), "InsertHeaderConfig.value: missing; add it" },
        { ACTION("InsertHeader", "\"value\":\"v\""), "InsertHeaderConfig.key: missing; add it" },
        { ACTION("InsertHeader", "\"key\":\"Host\",\"value\":\"v\""),
          "InsertHeaderConfig.key: \"Host\" is no header that a rule may change; ALB keeps" },
        { ACTION("InsertHeader", "\"key\":\"k\",\"value\":\" v\""),
          "InsertHeaderConfig.value: \" v\" is no value" },
        { ACTION("InsertHeader", "\"key\":\"k\",\"value\":\"v\",\"valueType\":\"SystemDefined\""),
          "value: \"v\" is no value that ALB takes here; give ClientSrcPort" },
        { ACTION("InsertHeader",
                 "\"key\":\"k\",\"value\":\"a b\",\"valueType\":\"ReferenceHeader\""),
          "give the name of a request header" },
        { ACTION("InsertHeader", "\"key\":\"k\",\"value\":\"v\",\"valueType\":\"x\""),
          "valueType: \"x\" is not known; give UserDefined, ReferenceHeader or SystemDefined" },
        { ACTION("RemoveHeader", "\"key\":\"a b\""),
          "RemoveHeaderConfig.key: \"a b\" is no header" },
        { ACTION("TrafficLimit", ""), "TrafficLimitConfig: it limits nothing; give QPS, QPSPerIp" },
        { ACTION("TrafficLimit", "\"QPS\":\"0\""), "QPS: 0 is out of range; give 1 to 1000000" },
        { ACTION("TrafficLimit", "\"QPS\":\"5\",\"QPSPerIp\":\"5\""),
          "TrafficLimitConfig: the limit of one address (5) must be below" },
        { ACTION("TrafficMirror", ""), "serverGroupTuples: it names 0 groups; give 1" },
        { MIRROR("{\"serverGroupID\":\"@shop/tea:80\"}"),
          "serverGroupTuples[0].serverGroupID: \"@shop/tea:80\" is no value that ALB takes here" },
        { MIRROR("{}"), "serverGroupTuples[0].serverGroupID: missing; add it" },
        { MIRROR("{\"serverGroupID\":\"a\"},{\"serverGroupID\":\"b\"}"),
          "it names 2 groups; give 1" },
        { ACTION("TrafficMirror", "\"targetType\":\"Copy\""),
          "targetType: \"Copy\" is not known; give ForwardGroupMirror" },
        { ACTION("Cors", ""), "CorsConfig.allowOrigin: it allows no origin; give one, or *" },
        { ACTION("Cors", "\"allowOrigin\":[\"*\"],\"allowCredentials\":\"true\""),
          "CorsConfig.allowCredentials: \"true\" is not known; give on or off" },
        { ACTION("Cors", "\"allowOrigin\":[\"*\"],\"maxAge\":172801"),
          "maxAge: 172801 is out of range; give -1 to 172800" },
        { ACTION("Cors", "\"allowOrigin\":[\"x\"]"), "CorsConfig.allowOrigin: \"x\" is no value" },
    };
    assert_each(cases, TO_TEA, assert_problem);
}

static void test_cover_of_a_header_is_not_sent(void **state)
{
    (void)state;
    assert_warning(ACTION("InsertHeader", "\"key\":\"k\",\"value\":\"v\",\"coverEnabled\":true"),
                   TO_TEA,
                   "InsertHeaderConfig.coverEnabled: it has no effect, as no call takes it");
    assert_warning(ACTION("InsertHeader", "\"key\":\"k\",\"value\":\"v\",\"coverEnabled\":false"),
                   TO_TEA, "InsertHeaderConfig.coverEnabled: it has no effect");
    assert_problem(ACTION("InsertHeader", "\"key\":\"k\",\"value\":\"v\",\"coverEnabled\":1"),
                   TO_TEA, "InsertHeaderConfig.coverEnabled: this is a number; give true or false");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_action_is_read),
        cmocka_unit_test(test_what_alb_refuses_is_a_problem),
        cmocka_unit_test(test_cover_of_a_header_is_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
