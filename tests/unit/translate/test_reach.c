/* Rules that never get a request. */
#include "world.h"

#define UNREACHABLE      "no request gets here, as Ingress d/web (t.yaml:"
#define CONDITIONS(json) SAYS("conditions.tea", "[" json "]")

static void assert_hidden(const char *first, const char *second, bool hidden)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w =
        world_asked(SAYS("order", "5"), arena_fmt(&a, "  rules:\n%s%s", first, second));
    assert_string_equal(problems(&w), "");
    if (hidden)
        assert_has(warnings(&w), "Ingress web: spec.rules[1].http.paths[0]: on listener 80/HTTP no "
                                 "request gets here, as Ingress d/web (t.yaml:");
    else
        assert_string_equal(warnings(&w), "");
    world_done(&w);
}

#define ANY_HOST(path)                                                                     \
    "  - {http: {paths: [{path: \"" path "\", pathType: ImplementationSpecific, backend: " \
    "{service: {name: tea, port: {number: 80}}}}]}}\n"
#define LITERAL(host, path)                                                   \
    "  - {host: \"" host "\", http: {paths: [{path: \"" path "\", pathType: " \
    "ImplementationSpecific, backend: {service: {name: tea, port: {number: 80}}}}]}}\n"

static void test_rule_behind_a_wider_one_is_a_warning(void **state)
{
    (void)state;
    assert_hidden(PATH("a.com", "/"), PATH("a.com", "/x"), true);
    assert_hidden(PATH("a.com", "/x"), PATH("a.com", "/x"), true);
    assert_hidden(PATH("a.com", "/x"), PATH("a.com", "/x/y"), true);
    assert_hidden(ANY_HOST("/*"), PATH("a.com", "/x"), true);
    assert_hidden(PATH("*.a.com", "/"), PATH("b.a.com", "/"), true);
    assert_hidden(LITERAL("a.com", "/a*"), LITERAL("a.com", "/a?c"), true);
    assert_hidden(LITERAL("a.com", "/*.js"), LITERAL("a.com", "/x/*.js"), true);
    assert_hidden(LITERAL("a?.com", "/"), LITERAL("ab.com", "/"), true);
    assert_hidden(LITERAL("a.com", "~/.*"), LITERAL("a.com", "/a"), true);
    assert_hidden(LITERAL("a.com", "/*"), LITERAL("a.com", "~/a"), true);
}

static void test_rule_that_gets_some_requests_is_none(void **state)
{
    (void)state;
    assert_hidden(PATH("a.com", "/x"), PATH("a.com", "/"), false);
    assert_hidden(PATH("a.com", "/x"), PATH("a.com", "/xy"), false);
    assert_hidden(PATH("a.com", "/"), PATH("b.com", "/"), false);
    assert_hidden(PATH("a.com", "/"), ANY_HOST("/*"), false);
    /* One '*' of a host may be one part only. */
    assert_hidden(PATH("*.com", "/"), PATH("b.a.com", "/"), false);
    assert_hidden(LITERAL("a?.com", "/"), LITERAL("a*.com", "/"), false);
    assert_hidden(LITERAL("a.com", "/a?c"), LITERAL("a.com", "/a*"), false);
    assert_hidden(LITERAL("a.com", "/a?"), LITERAL("a.com", "/a"), false);
}

/* 'd/web' with the conditions, and behind it 'd/z' with those of 'more'. */
static void assert_conditions(const char *first, const char *more, bool hidden)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = world_asked(
        first, arena_fmt(&a,
                         "%s---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n"
                         "  name: z\n  namespace: d\n  annotations:\n    x/y: z\n%s"
                         "spec:\n  ingressClassName: alb\n%s",
                         TO_TEA, more, TO_TEA));
    assert_string_equal(problems(&w), "");
    assert_int_equal(w.out.warnings.len, hidden);
    if (hidden)
        assert_has(warnings(&w), "Ingress z: spec.rules[0].http.paths[0]: on listener 80/HTTP");
    world_done(&w);
}

#define HEADER(key, values) \
    "{\"type\":\"Header\",\"headerConfig\":{\"key\":\"" key "\",\"values\":[" values "]}}"
#define COOKIE(key, value)                                                                       \
    "{\"type\":\"Cookie\",\"cookieConfig\":{\"values\":[{\"key\":\"" key "\",\"value\":\"" value \
    "\"}]}}"
#define METHOD(values) "{\"type\":\"Method\",\"methodConfig\":{\"values\":[" values "]}}"

static void test_conditions_are_compared(void **state)
{
    (void)state;
    const char *header = CONDITIONS(HEADER("k", "\"v\",\"w*\""));
    const char *cookie = CONDITIONS(COOKIE("k", "v*"));
    const char *method = CONDITIONS(METHOD("\"GET\",\"HEAD\""));
    assert_conditions(header, CONDITIONS(HEADER("K", "\"v\"")), true);
    assert_conditions(header, CONDITIONS(HEADER("k", "\"wx\"") "," METHOD("\"GET\"")), true);
    assert_conditions(header, CONDITIONS(HEADER("l", "\"v\"")), false);
    assert_conditions(header, CONDITIONS(HEADER("k", "\"v\",\"x\"")), false);
    assert_conditions(header, "", false);
    assert_conditions(cookie, CONDITIONS(COOKIE("k", "v1")), true);
    assert_conditions(cookie, CONDITIONS(COOKIE("k", "x")), false);
    assert_conditions(cookie, CONDITIONS(COOKIE("l", "v1")), false);
    assert_conditions(method, CONDITIONS(METHOD("\"GET\"")), true);
    assert_conditions(method, CONDITIONS(METHOD("\"GET\",\"PUT\"")), false);
}

static void test_rules_of_the_other_direction_hide_nothing(void **state)
{
    (void)state;
#define CHANGE                             \
    SAYS("rule-direction.tea", "Response") \
    SAYS("actions.tea", "[{\"type\":\"RemoveHeader\",\"RemoveHeaderConfig\":{\"key\":\"k\"}}]")
    struct world w = world_asked(CHANGE, TO_ANNOTATION INGRESS("d", "z", "") TO_TEA);
    assert_string_equal(problems(&w), "");
    assert_string_equal(warnings(&w), "");
    world_done(&w);
}

static void test_more_rules_than_any_quota_are_not_compared(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, "  rules:\n");
    for (int i = 0; i <= 1000; i++)
        buf_adds(&b, PATH("a.com", "/"));
    struct world w = world_asked(SAYS("order", "5"), buf_str(&b));
    assert_non_null(rule_row(&w, "80/HTTP", 1001));
    assert_null(strstr(warnings(&w), "no request gets here"));
    world_done(&w);
}

/* 'n' expressions that have nothing in common, and the first of them once more. */
static bool is_expression_found(int n)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, "  rules:\n");
    for (int i = 0; i <= n; i++)
        buf_addf(&b,
                 "  - {host: a.com, http: {paths: [{path: \"/p%d$\", pathType: Prefix, backend: "
                 "{service: {name: tea, port: {number: 80}}}}]}}\n",
                 i % n);
    struct world w = world_asked(SAYS("use-regex", "true"), buf_str(&b));
    assert_string_equal(problems(&w), "");
    bool found = w.out.warnings.len == 1;
    world_done(&w);
    return found;
}

/* 4 rules take 6 comparisons before the last, 20 take 190. */
static void test_expressions_beyond_the_budget_are_not_compared(void **state)
{
    (void)state;
    assert_true(is_expression_found(4));
    assert_false(is_expression_found(20));
}

/* What several of them do to one answer is not known. */
static void test_rules_of_answers_are_not_compared(void **state)
{
    (void)state;
    static const char answers[] = SAYS("rule-direction.tea", "Response")
        SAYS("actions.tea", "[{\"type\":\"RemoveHeader\",\"RemoveHeaderConfig\":{\"key\":\"k\"}}]");
    struct world w = world_asked(
        answers,
        "  rules: [{host: a.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: "
        "{name: tea, port: {name: use-annotation}}}}, {path: /x, pathType: Prefix, backend: "
        "{service: {name: tea, port: {name: use-annotation}}}}]}}]\n");
    assert_string_equal(problems(&w), "");
    assert_non_null(rule_row(&w, "80/HTTP", 2));
    assert_string_equal(warnings(&w), "");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_behind_a_wider_one_is_a_warning),
        cmocka_unit_test(test_rule_that_gets_some_requests_is_none),
        cmocka_unit_test(test_conditions_are_compared),
        cmocka_unit_test(test_rules_of_the_other_direction_hide_nothing),
        cmocka_unit_test(test_expressions_beyond_the_budget_are_not_compared),
        cmocka_unit_test(test_more_rules_than_any_quota_are_not_compared),
        cmocka_unit_test(test_rules_of_answers_are_not_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
