/* Conditions of a rule: alb-ingress.md §A.7, §C.6. */
#include "world.h"

#define CONDITIONS(json) SAYS("conditions.tea", json)
#define VALUES(type, config, values) \
    CONDITIONS("[{\"type\":\"" type "\",\"" config "\":{\"values\":[" values "]}}]")
#define PAIR(type, config, pair) VALUES(type, config, "{" pair "}")
#define HEADER(key, values) \
    CONDITIONS("[{\"type\":\"Header\",\"headerConfig\":{" key "\"values\":[" values "]}}]")

static void test_each_type_becomes_a_condition(void **state)
{
    (void)state;
    static const struct asked cases[] = {
        { VALUES("Host", "hostConfig", "\"b.com\",\"*.c.com\""),
          "b.com,*.c.com,a.com /*" FORWARD(1) },
        { VALUES("path", "PATHCONFIG", "\"/x\""), "a.com /x,/*" FORWARD(1) },
        { VALUES("Method", "methodConfig", "\"GET\""), "a.com /* Method:GET" FORWARD(1) },
        { VALUES("SourceIp", "sourceIpConfig", "\"10.0.0.1\""),
          "a.com /* SourceIp:10.0.0.1" FORWARD(1) },
        { HEADER("\"key\":\"k\",", "\"v\",\"w*\""), "Header:k=v,w* a.com /*" FORWARD(1) },
        { PAIR("QueryString", "queryStringConfig", "\"key\":\"k\",\"value\":\"v\""),
          "QueryString:k=v a.com /*" FORWARD(1) },
        { PAIR("Cookie", "cookieConfig", "\"Key\":\"k\",\"Value\":\"v\""),
          "Cookie:k=v a.com /*" FORWARD(1) },
        { CONDITIONS("[]"), "a.com /*" FORWARD(1) },
        { CONDITIONS(""), "a.com /*" FORWARD(1) },
    };
    assert_each(cases, TO_TEA, assert_rules);
}

static void test_blocks_of_a_type_stay_apart_or_are_merged(void **state)
{
    (void)state;
    assert_rules(
        CONDITIONS("[{\"type\":\"Header\",\"headerConfig\":{\"key\":\"k\",\"values\":[\"1\"]}},"
                   "{\"type\":\"Header\",\"headerConfig\":{\"key\":\"l\",\"values\":[\"2\"]}},"
                   "{\"type\":\"Host\",\"hostConfig\":{\"values\":[\"b.com\",\"a.com\"]}},"
                   "{\"type\":\"Host\",\"hostConfig\":{\"values\":[\"b.com\"]}}]"),
        TO_TEA, "Header:k=1 Header:l=2 b.com,a.com /*" FORWARD(1));
}

static void test_config_of_another_type_may_hold_anything(void **state)
{
    (void)state;
    assert_rules(CONDITIONS("[{\"type\":\"Method\",\"methodConfig\":{\"values\":[\"GET\"]},"
                            "\"cookieConfig\":{\"values\":null},\"headerConfig\":{\"values\":7}}]"),
                 TO_TEA, "a.com /* Method:GET" FORWARD(1));
}

static void test_what_alb_refuses_is_a_problem(void **state)
{
    (void)state;
    static const struct asked cases[] = {
        { CONDITIONS("{"), "conditions.tea]: JSON: " },
        { CONDITIONS("{}"), "conditions.tea]: this is a map; give a list of conditions" },
        { CONDITIONS("[7]"), "conditions.tea][0]: this is a number; give a map" },
        { CONDITIONS("[{}]"), "conditions.tea][0].type: missing; add it" },
        { CONDITIONS("[{\"type\":\"Moon\"}]"),
          "[0].type: \"Moon\" is not known; give Host, Path, Header, QueryString" },
        { CONDITIONS("[{\"type\":\"Host\"}]"), "[0].hostConfig.values: it has no value; give one" },
        { VALUES("Host", "hostConfig", "\"B.com\""),
          "hostConfig.values[0]: \"B.com\" is no value" },
        { VALUES("Path", "pathConfig", "\"x\""), "pathConfig.values[0]: \"x\" is no value" },
        { VALUES("Method", "methodConfig", "\"get\""),
          "methodConfig.values[0]: \"get\" is no value" },
        { VALUES("SourceIp", "sourceIpConfig", "\"1.2.3\""), "give an address or a range" },
        { VALUES("Method", "methodConfig", "7"), "methodConfig.values[0]: this is a number" },
        { HEADER("", "\"v\""), "[0].headerConfig.key: missing; add it" },
        { HEADER("\"key\":\"Cookie\",", "\"v\""), "headerConfig.key: \"Cookie\" is no value" },
        { HEADER("\"key\":\"k\",", "\"\""), "headerConfig.values[0]: \"\" is no value" },
        { HEADER("\"key\":\"k\",", ""), "headerConfig.values: it has no value; give one" },
        { CONDITIONS("[{\"type\":\"Cookie\"}]"),
          "cookieConfig.values: it has no value; give one as" },
        { PAIR("Cookie", "cookieConfig", ""), "values[0]: it has neither a key nor a value" },
        { PAIR("Cookie", "cookieConfig", "\"key\":\"a;b\""), "values[0].key: \"a;b\" is no value" },
        { PAIR("QueryString", "queryStringConfig", "\"value\":\"a b\""),
          "queryStringConfig.values[0].value: \"a b\" is no value" },
        { VALUES("ResponseStatusCode", "responseStatusCodeConfig", "\"200\""),
          "[0].type: ResponseStatusCode is known only once there is a response; add the annotation "
          "alb.ingress.kubernetes.io/rule-direction.tea" },
    };
    assert_each(cases, TO_TEA, assert_problem);
}

static void test_limits_of_a_rule_are_checked(void **state)
{
    (void)state;
#define SIX   "\"10.0.0.1\",\"10.0.0.2\",\"10.0.0.3\",\"10.0.0.4\",\"10.0.0.5\",\"10.0.0.6\""
#define EIGHT "\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\""
    assert_problem(VALUES("SourceIp", "sourceIpConfig", SIX), TO_TEA,
                   "spec.rules[0].http.paths[0]: its conditions have 6 source addresses, and ALB "
                   "takes 5 in a rule");
    /* With the host and the path 10 values fit, and 11 do not. */
    assert_rules(HEADER("\"key\":\"k\",", EIGHT), TO_TEA,
                 "Header:k=1,2,3,4,5,6,7,8 a.com /*" FORWARD(1));
    assert_problem(
        HEADER("\"key\":\"k\",", EIGHT ",\"9\""), TO_TEA,
        "spec.rules[0].http.paths[0]: its conditions have 11 values, host and path among "
        "them, and ALB takes 10 in a rule");
}

static void test_mistake_in_an_annotation_of_many_paths_is_named_once(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, "  rules:\n");
    for (int i = 0; i < 30; i++)
        buf_adds(&b, PATH("a.com", "/"));
    buf_adds(&b, PATH("B.com", "/"));
    struct world w = world_asked(VALUES("Method", "methodConfig", "\"get\""), buf_str(&b));
    assert_int_equal(w.out.problems.len, 2);
    assert_has(problems(&w), "spec.rules[30].host: \"B.com\"");
    world_done(&w);
}

static void test_blocks_of_each_type_are_merged_and_keep_their_place(void **state)
{
    (void)state;
    assert_rules(SAYS("conditions.tea",
                      "[{\"type\":\"SourceIp\",\"sourceIpConfig\":{\"values\":[\"10.0.0.0/8\"]}},"
                      "{\"type\":\"Method\",\"methodConfig\":{\"values\":[\"GET\"]}},"
                      "{\"type\":\"Path\",\"pathConfig\":{\"values\":[\"/x\"]}},"
                      "{\"type\":\"Method\",\"methodConfig\":{\"values\":[\"HEAD\"]}},"
                      "{\"type\":\"Host\",\"hostConfig\":{\"values\":[\"b.com\"]}}]"),
                 TO_TEA, "b.com,a.com /x,/* Method:GET,HEAD SourceIp:10.0.0.0/8" FORWARD(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_type_becomes_a_condition),
        cmocka_unit_test(test_blocks_of_a_type_stay_apart_or_are_merged),
        cmocka_unit_test(test_config_of_another_type_may_hold_anything),
        cmocka_unit_test(test_what_alb_refuses_is_a_problem),
        cmocka_unit_test(test_limits_of_a_rule_are_checked),
        cmocka_unit_test(test_mistake_in_an_annotation_of_many_paths_is_named_once),
        cmocka_unit_test(test_blocks_of_each_type_are_merged_and_keep_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
