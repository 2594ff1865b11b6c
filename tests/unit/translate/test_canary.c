/* Canaries: alb-ingress.md §C.8; the merged rules are in tests/golden/translate/canary-*. */
#include "world.h"

#define CANARY SAYS("canary", "true")

static void test_shares_and_headers_that_alb_refuses_are_problems(void **state)
{
    (void)state;
    static const struct asked cases[] = {
        { CANARY SAYS("canary-weight", "101"),
          "canary-weight]: \"101\" is no share in per cent; give 0 to 100" },
        { CANARY SAYS("canary-weight", "-1"), "\"-1\" is no share" },
        { CANARY SAYS("canary-weight", "half"), "\"half\" is no share" },
        { CANARY SAYS("canary-by-header", "x"),
          "canary-by-header]: ALB compares a header with a value; add canary-by-header-value" },
        { CANARY SAYS("canary-by-header", "Host") SAYS("canary-by-header-value", "v"),
          "canary-by-header]: \"Host\" is no value that ALB takes here; use a condition" },
        { CANARY SAYS("canary-by-header", "x") SAYS("canary-by-header-value", "\""),
          "canary-by-header-value]: \"\"\" is no value" },
        { CANARY SAYS("canary-by-cookie", "a;b"), "canary-by-cookie]: \"a;b\" is no value" },
        { CANARY SAYS("canary-weight", "5") SAYS("conditions.tea", "[]"),
          "conditions.tea]: can't exist Canary and customize condition at the same time" },
    };
    assert_each(cases, TO_TEA, assert_problem);
    assert_problem(CANARY SAYS("canary-weight", "5") SAYS(
                       "actions.tea", "{\"type\":\"forward\",\"forwardConfig\":{\"serverGroups\":[{"
                                      "\"serverGroupID\":\"sgp-1\"}]}}"),
                   TO_ANNOTATION, "backend: a canary with canary-weight must lead to a port of a");
}

/* An Ingress "main" beside the canary d/web. */
static struct world world_with_main(const char *annotations)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return world_asked(annotations, arena_fmt(&a, "%s%s", TO_TEA, INGRESS("d", "main", "") TO_TEA));
}

static void assert_main(const char *annotations, const char *wanted, const char *warning)
{
    struct world w = world_with_main(annotations);
    assert_string_equal(problems(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"), wanted);
    if (*warning)
        assert_has(warnings(&w), warning);
    else
        assert_string_equal(warnings(&w), "");
    world_done(&w);
}

#define MAIN " 1:ForwardGroup @d/main-tea:80*100\n"

static void test_header_canary_behind_its_main_rule_is_a_warning(void **state)
{
    (void)state;
    assert_main(
        CANARY SAYS("canary-by-cookie", "c"), "a.com /*" MAIN "a.com /* Cookie:c=always" FORWARD(1),
        "Ingress web: spec.rules[0].http.paths[0]: on listener 80/HTTP no request gets here");
    assert_main(CANARY SAYS("canary-by-cookie", "c") SAYS("order", "1"),
                "a.com /* Cookie:c=always" FORWARD(1) "a.com /*" MAIN, "");
}

static void test_canary_that_asks_for_nothing_is_a_warning(void **state)
{
    (void)state;
    assert_main(CANARY SAYS("order", "1"), "a.com /*" FORWARD(1) "a.com /*" MAIN,
                "canary]: it has neither canary-by-header nor canary-by-cookie nor canary-weight");
    assert_main(CANARY SAYS("canary-by-header-value", "v") SAYS("canary-weight", "9"),
                "a.com /*" MAIN, "has no effect at all");
}

static void test_empty_texts_ask_for_nothing(void **state)
{
    (void)state;
    assert_main(CANARY SAYS("canary-by-header", "") SAYS("canary-by-cookie", "")
                    SAYS("canary-weight", "9"),
                "a.com /* 1:ForwardGroup @d/main-tea:80*91 @d/web-tea:80*9\n", "");
    /* Both at once do nothing, whatever else is missing. */
    assert_main(CANARY SAYS("canary-by-header", "k") SAYS("canary-weight", "9"), "a.com /*" MAIN,
                "has no effect at all");
    assert_main(CANARY SAYS("canary-by-cookie", "c") SAYS("canary-weight", "9"), "a.com /*" MAIN,
                "has no effect at all");
}

/* What goes to no path, and rules for answers, are nobody's main rule. */
static void test_other_rules_of_the_main_ingress_are_left_alone(void **state)
{
    (void)state;
#define HOSTLESS(port)                                                                            \
    "  - {http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: tea, port: {" port \
    "}}}}]}}\n"
    struct world w = world_asked(
        CANARY SAYS("canary-weight", "9"),
        "  rules:\n" HOSTLESS("number: 80")
            INGRESS("d", "a",
                    ALB "rule-direction.r: Response, " ALB "actions.r: "
                        "'[{\"type\":\"RemoveHeader\",\"RemoveHeaderConfig\":{\"key\":\"k\"}}]"
                        "'") "  defaultBackend: {service: {name: tea, port: {number: 80}}}\n"
                             "  rules:\n"
                             "  - {http: {paths: [{path: /, pathType: Prefix, backend: "
                             "{service: {name: r, port: "
                             "{name: use-annotation}}}}]}}\n" INGRESS(
                                 "d", "main", "") "  rules:\n" HOSTLESS("number: 80"));
    assert_string_equal(problems(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"),
                        "Response /* 1:RemoveHeader k\n"
                        "/* 1:ForwardGroup @d/main-tea:80*91 @d/web-tea:80*9\n"
                        "/* 1:ForwardGroup @d/a-tea:80*100\n");
    world_done(&w);
}

static void test_hostless_canaries_are_named_too(void **state)
{
    (void)state;
    struct world w =
        world_asked(CANARY SAYS("canary-weight", "9"), "  rules:\n" HOSTLESS("number: 80"));
    assert_has(problems(&w), "a non-Canary Ingress with host \"\" and path \"/\" must exist");
    world_done(&w);
    w = world_asked(CANARY SAYS("canary-weight", "60"),
                    "  rules:\n" HOSTLESS("number: 80")
                        INGRESS("d", "main", "") "  rules:\n" HOSTLESS("number: 80") INGRESS(
                            "d", "c",
                            ALB "canary: \"true\", " ALB
                                "canary-weight: \"50\"") "  rules:\n" HOSTLESS("number: 80"));
    assert_has(problems(&w), "Ingress web: metadata.annotations[alb.ingress.kubernetes.io/"
                             "canary-weight]: with it the canaries of host \"\" and path \"/\"");
    assert_string_equal(rules(&w, "80/HTTP"),
                        "/* 1:ForwardGroup @d/main-tea:80*50 @d/c-tea:80*50\n");
    world_done(&w);
}

static void test_actions_of_a_share_are_a_warning(void **state)
{
    (void)state;
    assert_main(CANARY SAYS("canary-weight", "9") SAYS(
                    "actions.tea", "[{\"type\":\"RemoveHeader\",\"RemoveHeaderConfig\":{\"key\":"
                                   "\"x\"}}]"),
                "a.com /* 1:ForwardGroup @d/main-tea:80*91 @d/web-tea:80*9\n",
                "actions.tea]: a canary with canary-weight has no rule of its own, so this has no");
}

static void test_default_backend_of_a_canary_is_a_warning(void **state)
{
    (void)state;
    struct world w =
        world_asked(CANARY SAYS("canary-weight", "9"),
                    "  defaultBackend: {service: {name: tea, port: {number: 80}}}\n" TO_TEA INGRESS(
                        "d", "main", "") TO_TEA);
    assert_has(warnings(&w), "spec.defaultBackend: a canary has no default backend");
    assert_string_equal(rules(&w, "80/HTTP"),
                        "a.com /* 1:ForwardGroup @d/main-tea:80*91 @d/web-tea:80*9\n");
    world_done(&w);
}

static void test_path_that_is_there_twice_has_its_share_once(void **state)
{
    (void)state;
    struct world w = world_asked(CANARY SAYS("canary-weight", "60"),
                                 TO_TEA PATH("a.com", "/") INGRESS("d", "main", "") TO_TEA);
    assert_string_equal(problems(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"),
                        "a.com /* 1:ForwardGroup @d/main-tea:80*40 @d/web-tea:80*60\n");
    world_done(&w);
}

/* Main, and five canaries of 10 per cent each: ALB takes 5 groups. */
static void test_fifth_canary_finds_no_place(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, WEB INGRESS("d", "main", "") TO_TEA);
    for (int i = 1; i <= 5; i++)
        buf_addf(&b,
                 "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: c%d, "
                 "namespace: d, annotations: {" ALB "canary: \"true\", " ALB
                 "canary-weight: \"10\"}}\nspec:\n  ingressClassName: alb\n" TO_TEA,
                 i);
    struct world w = world_of(buf_str(&b));
    assert_string_equal(rules(&w, "80/HTTP"),
                        "a.com /* 1:ForwardGroup @d/main-tea:80*60 @d/c1-tea:80*10 @d/c2-tea:80*10 "
                        "@d/c3-tea:80*10 @d/c4-tea:80*10\n");
    assert_has(problems(&w), "Ingress c5: metadata.annotations[alb.ingress.kubernetes.io/"
                             "canary-weight]: with it the canaries of host \"a.com\" and path "
                             "\"/\" on listener 80/HTTP are more than 4");
    world_done(&w);
}

/* The main rule keeps all requests, as ALB would refuse one that leads to both. */
static void test_share_has_the_protocol_of_the_main_ingress(void **state)
{
    (void)state;
    struct world w = world_with_main(CANARY SAYS("canary-weight", "20")
                                         SAYS("backend-svcs-protocols", "{\"tea\":\"https\"}"));
    assert_has(problems(&w),
               "Ingress web: metadata.annotations[alb.ingress.kubernetes.io/canary-weight]: with "
               "it the canaries of host \"a.com\" and path \"/\" on listener 80/HTTP lead to "
               "backends of another protocol than the main Ingress, and ALB takes one in a rule; "
               "give both the same backend-protocol");
    assert_string_equal(rules(&w, "80/HTTP"), "a.com /*" MAIN);
    assert_true(w.out.holds.len > 0);
    world_done(&w);
}

static void test_canary_without_main_keeps_what_it_has(void **state)
{
    (void)state;
    struct world w = world_asked(CANARY SAYS("canary-by-cookie", "c"), TO_TEA);
    assert_has(problems(&w), "Ingress web: spec.rules[0].http.paths[0]: a non-Canary Ingress with "
                             "host \"a.com\" and path \"/\" must exist before this canary");
    const struct resource there = { .lb = "kube-system/web",
                                    .kind = RESOURCE_RULE,
                                    .key = "80/HTTP#1",
                                    .parent = "80/HTTP",
                                    .desired_from = "Ingress d/web (old.yaml:1) rules[0]" };
    assert_true(translate_holds(&w.out, &there));
    world_done(&w);
}

static void test_share_of_a_main_rule_that_redirects_is_where_it_forwards(void **state)
{
    (void)state;
    struct world w =
        world_of(WEB TEA("d") INGRESS(
            "d", "m", ALB "ssl-redirect: \"true\", " ALB "listen-ports: '[{\"HTTPS\":443}]'")
                     TO_TEA INGRESS("d", "c",
                                    ALB "canary: \"true\", " ALB "canary-weight: \"5\", " ALB
                                        "listen-ports: '[{\"HTTP\":80},{\"HTTPS\":443}]'") TO_TEA);
    assert_string_equal(problems(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"),
                        "a.com /* 1:Redirect 308 HTTPS://${host}:443${path}?${query}\n");
    assert_string_equal(rules(&w, "443/HTTPS"),
                        "a.com /* 1:ForwardGroup @d/m-tea:80*95 @d/c-tea:80*5\n");
    world_done(&w);
}

/* Its main Ingress is on another listener, and it has no share there either. */
static void test_a_canary_of_answers_has_no_rule_without_its_main_ingress(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = world_of(arena_fmt(
        &a, "%s",
        WEB TEA("d") INGRESS("d", "main", "") "  rules:\n" PATH(
            "a.com",
            "/") "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                 "metadata:\n  name: web\n  namespace: d\n  annotations:\n" SAYS("canary", "true")
                     SAYS("canary-by-header", "x") SAYS("canary-by-header-value", "y") SAYS(
                         "listen-ports", "[{\"HTTPS\":443}]") SAYS("rule-direction.tea", "Response")
                         SAYS("actions.tea",
                              "[{\"type\":\"RemoveHeader\",\"RemoveHeaderConfig\":{\"key\":"
                              "\"k\"}}]") "spec:\n  ingressClassName: alb\n" TO_ANNOTATION));
    assert_string_equal(problems(&w), "");
    assert_string_equal(rules(&w, "443/HTTPS"), "");
    assert_has(warnings(&w), "on listener 443/HTTPS there is no main Ingress with this host");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares_and_headers_that_alb_refuses_are_problems),
        cmocka_unit_test(test_header_canary_behind_its_main_rule_is_a_warning),
        cmocka_unit_test(test_canary_that_asks_for_nothing_is_a_warning),
        cmocka_unit_test(test_empty_texts_ask_for_nothing),
        cmocka_unit_test(test_other_rules_of_the_main_ingress_are_left_alone),
        cmocka_unit_test(test_hostless_canaries_are_named_too),
        cmocka_unit_test(test_actions_of_a_share_are_a_warning),
        cmocka_unit_test(test_default_backend_of_a_canary_is_a_warning),
        cmocka_unit_test(test_path_that_is_there_twice_has_its_share_once),
        cmocka_unit_test(test_fifth_canary_finds_no_place),
        cmocka_unit_test(test_share_has_the_protocol_of_the_main_ingress),
        cmocka_unit_test(test_canary_without_main_keeps_what_it_has),
        cmocka_unit_test(test_share_of_a_main_rule_that_redirects_is_where_it_forwards),
        cmocka_unit_test(test_a_canary_of_answers_has_no_rule_without_its_main_ingress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
