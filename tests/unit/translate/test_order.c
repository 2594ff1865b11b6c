/* The order of rules: alb-ingress.md §C.1, §C.11; more in tests/golden/translate/order-*. */
#include "world.h"

#define NAMED(text, order)                                                               \
    "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web" order "}\n" \
    "spec:\n  config: {zoneMappings: [{vSwitchId: vsw-1, zoneId: z-1}]}\n"               \
    "  listeners: [{port: 80}]\n" CLASS INGRESS("d", "web", "") text
#define SPECIFICATION ", annotations: {alb-agent/rule-order: specification}"
#define TYPED(host, path, type)                                                                  \
    "  - {host: \"" host "\", http: {paths: [{path: \"" path "\", pathType: " type ", backend: " \
    "{service: {name: tea, port: {number: 80}}}}]}}\n"

/* The first values of host and path of each rule. */
static void assert_order(const char *text, const char *wanted)
{
    struct world w = world_of(text);
    struct buf b CLEANUP(buf_done) = { 0 };
    const struct resource *r;
    assert_string_equal(problems(&w), "");
    for (int64_t p = 1; (r = rule_row(&w, "80/HTTP", p)); p++) {
        const struct alb_rule *rule = r->desired;
        for (size_t i = 0; i < rule->conditions.len; i++)
            buf_addf(&b, "%s", rule->conditions.items[i].values.values.items[0]);
        buf_addc(&b, ' ');
    }
    assert_string_equal(buf_str(&b), wanted);
    world_done(&w);
}

static void test_order_of_paths_is_that_of_the_specification(void **state)
{
    (void)state;
#define PATHS                                                                 \
    "  rules:\n" TYPED("a.com", "/", "Prefix") TYPED("a.com", "/a", "Prefix") \
        TYPED("a.com", "/a/b", "Prefix") TYPED("a.com", "/a", "Exact")        \
            TYPED("a.com", "/a/*/c", "ImplementationSpecific") TYPED("a.com", "/a/b/", "Exact")
    assert_order(NAMED(PATHS, SPECIFICATION),
                 "a.com/a a.com/a/b/ a.com/a/b a.com/a/*/c a.com/a a.com/* ");
    assert_order(NAMED(PATHS, ""), "a.com/* a.com/a a.com/a/b a.com/a a.com/a/*/c a.com/a/b/ ");
}

static void test_slash_at_the_end_of_a_prefix_does_not_count(void **state)
{
    (void)state;
    assert_order(NAMED("  rules:\n" TYPED("a.com", "/a/", "Prefix") TYPED("a.com", "/a", "Prefix")
                           TYPED("a.com", "/ab", "Prefix"),
                       SPECIFICATION),
                 "a.com/ab a.com/a a.com/a ");
}

static void test_order_of_hosts_is_that_of_the_specification(void **state)
{
    (void)state;
    assert_order(NAMED("  rules:\n" TYPED("*.com", "/x", "Exact") TYPED("*.a.com", "/", "Prefix")
                           TYPED("b.com", "/", "Prefix") TYPED("a.com", "/", "Prefix"),
                       SPECIFICATION),
                 "b.com/* a.com/* *.a.com/* *.com/x ");
}

static void test_host_may_be_that_of_a_condition(void **state)
{
    (void)state;
    struct world w = world_of(
        "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web" SPECIFICATION
        "}\nspec:\n  config: {zoneMappings: [{vSwitchId: vsw-1, zoneId: z-1}]}\n"
        "  listeners: [{port: 80}]\n" CLASS INGRESS(
            "d", "web",
            ALB "conditions.tea: '[{\"type\":\"Host\",\"hostConfig\":{\"values\":[\"b.com\"]"
                "}}]'") "  rules:\n" TYPED("*.com", "/",
                                           "Prefix") "  - {http: {paths: [{path: /x, pathType: "
                                                     "Exact, backend: {service: {name: tea, "
                                                     "port: {number: 80}}}}]}}\n");
    assert_string_equal(problems(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"), "b.com /x" FORWARD(1) "b.com,*.com /*" FORWARD(1));
    world_done(&w);
}

static void test_what_is_for_all_comes_last(void **state)
{
    (void)state;
#define REST INGRESS("d", "a", "") "  defaultBackend: {service: {name: tea, port: {number: 80}}}\n"
#define NO_HOST(path)                                                                              \
    "  - {http: {paths: [{path: " path ", pathType: Prefix, backend: {service: {name: tea, port: " \
    "{number: 80}}}}]}}\n"
    assert_order(NAMED("  rules:\n" NO_HOST("/x") TYPED("~^a[.]com$", "/", "Prefix")
                           TYPED("a?.com", "/", "Prefix") TYPED("b.com", "/", "Prefix") REST
                       "  rules:\n" NO_HOST("/y/z"),
                       SPECIFICATION),
                 "b.com/* ~^a[.]com$/* a?.com/* /y/z /x /* ");
    assert_order(NAMED("  rules:\n" TYPED("b.com", "/", "Prefix") REST, ""), "b.com/* /* ");
}

static void test_canaries_come_before_their_main_rule(void **state)
{
    (void)state;
#define CANARY(name, more) \
    INGRESS("d", name, ALB "canary: \"true\", " more) "  rules:\n" PATH("a.com", "/")
    struct world w = world_of(
        NAMED("  rules:\n" PATH("a.com", "/"), SPECIFICATION) CANARY("x", ALB "canary-by-cookie: c")
            CANARY("y", ALB "canary-by-header: h, " ALB "canary-by-header-value: v")
                CANARY("z", ALB "canary-by-header: h, " ALB "canary-by-header-value: w, " ALB
                                "canary-by-cookie: c"));
    assert_string_equal(problems(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"),
                        "a.com /* Header:h=w Cookie:c=always 1:ForwardGroup @d/z-tea:80*100\n"
                        "a.com /* Header:h=v 1:ForwardGroup @d/y-tea:80*100\n"
                        "a.com /* Cookie:c=always 1:ForwardGroup @d/x-tea:80*100\n"
                        "a.com /*" FORWARD(1));
    world_done(&w);
}

static void test_order_is_read_from_the_albconfig(void **state)
{
    (void)state;
    struct world w = world_of(
        NAMED("  rules:\n" PATH("a.com", "/"), ", annotations: {alb-agent/rule-order: random}"));
    assert_has(problems(&w),
               "AlbConfig web: metadata.annotations[alb-agent/rule-order]: \"random\" "
               "is not known; give compatible or specification");
    assert_null(rule_row(&w, "80/HTTP", 1));
    world_done(&w);
    assert_order(NAMED("  rules:\n" PATH("a.com", "/") PATH("a.com", "/x"),
                       ", annotations: {alb-agent/rule-order: compatible}"),
                 "a.com/* a.com/x ");
}

#define DEFAULT_TEA "  defaultBackend: {service: {name: tea, port: {number: 80}}}\n"

/* The rest is last whichever Ingress asks for it, in both orders. */
static void test_the_rest_is_last_wherever_it_is_asked_for(void **state)
{
    (void)state;
    assert_order(NAMED(DEFAULT_TEA, "")
                     INGRESS("d", "z", "") "  rules:\n" TYPED("a.com", "/", "Prefix"),
                 "a.com/* /* ");
    assert_order(NAMED("  rules:\n" TYPED("a.com", "/", "Prefix"), "") INGRESS("d", "z", "")
                     DEFAULT_TEA,
                 "a.com/* /* ");
    assert_order(NAMED(DEFAULT_TEA, SPECIFICATION)
                     INGRESS("d", "z", "") "  rules:\n" TYPED("a.com", "/", "Prefix"),
                 "a.com/* /* ");
    assert_order(NAMED("  rules:\n" TYPED("a.com", "/", "Prefix"), SPECIFICATION)
                     INGRESS("d", "z", "") DEFAULT_TEA,
                 "a.com/* /* ");
}

#define ANY                                                                                 \
    "  - {http: {paths: [{path: /x, pathType: Exact, backend: {service: {name: tea, port: " \
    "{number: 80}}}}]}}\n"

static void test_rules_of_any_host_come_after_those_of_one(void **state)
{
    (void)state;
    assert_order(NAMED("  rules:\n" ANY TYPED("a.com", "/", "Prefix"), SPECIFICATION),
                 "a.com/* /x ");
    assert_order(NAMED("  rules:\n" TYPED("a.com", "/", "Prefix") ANY, SPECIFICATION),
                 "a.com/* /x ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_of_paths_is_that_of_the_specification),
        cmocka_unit_test(test_slash_at_the_end_of_a_prefix_does_not_count),
        cmocka_unit_test(test_order_of_hosts_is_that_of_the_specification),
        cmocka_unit_test(test_host_may_be_that_of_a_condition),
        cmocka_unit_test(test_what_is_for_all_comes_last),
        cmocka_unit_test(test_canaries_come_before_their_main_rule),
        cmocka_unit_test(test_order_is_read_from_the_albconfig),
        cmocka_unit_test(test_the_rest_is_last_wherever_it_is_asked_for),
        cmocka_unit_test(test_rules_of_any_host_come_after_those_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
