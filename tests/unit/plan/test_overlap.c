/* Can one request match two rules? */
#include "support.h"

#include "rule_priv.h"

static bool overlap(const char *host_x, const char *path_x, const char *host_y, const char *path_y)
{
    struct bed b;
    bed_init(&b);
    const struct alb_rule *x = bed_rule(&b, host_x, path_x, "g"),
                          *y = bed_rule(&b, host_y, path_y, "g");
    bool one = conditions_overlap(x, y), other = conditions_overlap(y, x);
    bed_done(&b);
    assert_int_equal(one, other);
    return one;
}

static void test_hosts(void **state)
{
    (void)state;
    static const struct {
        const char *x, *y;
        bool overlap;
    } cases[] = {
        { "a.com", "a.com", true },       { "a.com", "b.com", false },
        { "a.com", "A.Com", true },       { "*.a.com", "w.a.com", true },
        { "*.a.com", "a.com", false },    { "*.a.com", "*.b.com", false },
        { "*.a.com", "*.w.a.com", true }, { "*.a.com", "w.*", true },
        { "w?.a.com", "w1.a.com", true }, { "w?.a.com", "w12.a.com", false },
        { "*", "a.com", true },           { "~^w[0-9]", "w1.a.com", true },
        { "~^w[0-9]", "a.com", false },   { "-", "a.com", true },
        { "a.com", "a.comm", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (overlap(cases[i].x, "-", cases[i].y, "-") != cases[i].overlap)
            fail_msg("%s and %s", cases[i].x, cases[i].y);
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *x, *y;
        bool overlap;
    } cases[] = {
        { "/x", "/x", true },       { "/x", "/y", false },     { "/x", "/x/*", false },
        { "/x/1", "/x/*", true },   { "/x/*", "/y/*", false }, { "/*", "/x/*", true },
        { "/x/*", "/x/y/*", true }, { "/*/a", "/x/b", false }, { "/*/a", "/x/*", true },
        { "/x?", "/xy", true },     { "~*/z", "/x/Z", true },  { "~*/z", "/x", false },
        { "/x", "/X", false },      { "/a*b", "/ac", false },  { "/a**", "/a", true },
        { "/?", "/", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (overlap("-", cases[i].x, "-", cases[i].y) != cases[i].overlap)
            fail_msg("%s and %s", cases[i].x, cases[i].y);
}

static void test_one_condition_that_cannot_meet_is_enough(void **state)
{
    (void)state;
    assert_false(overlap("a.com", "/x", "a.com", "/y"));
    assert_false(overlap("a.com", "/x", "b.com", "/x"));
    assert_true(overlap("a.com", "-", "-", "/x"));
    assert_true(overlap("-", "-", "a.com", "/x"));
}

static void add_value(struct bed *b, struct alb_rule *rule, enum alb_cond type, const char *value)
{
    struct alb_condition *c = LIST_PUSH(&b->a, &rule->conditions);
    c->type = type;
    *LIST_PUSH(&b->a, &c->values.values) = value;
}

static void test_values_of_a_condition_are_alternatives(void **state)
{
    struct bed *b = *state;
    struct alb_rule *x = bed_rule(b, "a.com", "-", "g"), *y = bed_rule(b, "b.com", "-", "g");
    *LIST_PUSH(&b->a, &x->conditions.items[0].values.values) = "b.com";
    assert_true(conditions_overlap(x, y));
}

static void test_methods_and_sources_tell_apart_and_headers_do_not(void **state)
{
    struct bed *b = *state;
    struct alb_rule *x = bed_rule(b, "-", "-", "g"), *y = bed_rule(b, "-", "-", "g");
    x->conditions.items = y->conditions.items = NULL;
    for (int i = 0; i < 2; i++) {
        struct alb_rule *rule = i ? x : y;
        struct alb_condition *c = LIST_PUSH(&b->a, &rule->conditions);
        c->type = ALB_COND_HEADER;
        c->header.key = "Env";
        *LIST_PUSH(&b->a, &c->header.values) = i ? "blue" : "green"; /* it can be sent twice */
    }
    assert_true(conditions_overlap(x, y));
    add_value(b, x, ALB_COND_METHOD, "GET");
    assert_true(conditions_overlap(x, y));
    add_value(b, y, ALB_COND_METHOD, "POST");
    assert_false(conditions_overlap(x, y));
    *LIST_PUSH(&b->a, &y->conditions.items[1].values.values) = "GET";
    assert_true(conditions_overlap(x, y));
    add_value(b, x, ALB_COND_SOURCE_IP, "10.0.0.0/8");
    add_value(b, y, ALB_COND_SOURCE_IP, "192.168.0.0/16");
    assert_false(conditions_overlap(x, y));
}

static void test_listeners_and_directions_are_worlds_of_their_own(void **state)
{
    struct bed *b = *state;
    struct alb_rule *request = bed_rule(b, "-", "-", "g"), *response = bed_rule(b, "-", "-", "g");
    response->direction = ALB_DIRECTION_RESPONSE;
    const struct resource one = { .key = "80/HTTP" }, two = { .key = "443/HTTPS" };
    struct rule_node x = { .listener = &one, .rule = request },
                     y = { .listener = &one, .rule = request };
    assert_true(rules_overlap(&x, &y));
    y.rule = response;
    assert_false(rules_overlap(&x, &y));
    y.rule = request;
    y.listener = &two;
    assert_false(rules_overlap(&x, &y));
}

static void test_prepared_rules_are_told_apart_alike(void **state)
{
    struct bed *b = *state;
    const struct alb_rule *rules[] = { bed_rule(b, "a.com", "/x", "g"),
                                       bed_rule(b, "*.com", "-", "g"),
                                       bed_rule(b, "-", "/x/*", "g") };
    const struct resource one = { .key = "80/HTTP" };
    for (size_t i = 0; i < COUNT(rules); i++) {
        for (size_t k = 0; k < COUNT(rules); k++) {
            struct rule_node x = { .listener = &one, .rule = rules[i] },
                             y = { .listener = &one, .rule = rules[k] };
            bool plain = rules_overlap(&x, &y);
            x.route = route_prepare(&b->a, rules[i]);
            assert_int_equal(rules_overlap(&x, &y), plain);
            y.route = route_prepare(&b->a, rules[k]);
            assert_int_equal(rules_overlap(&x, &y), plain);
            assert_int_equal(plain, i == k || i == 1 || k == 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_one_condition_that_cannot_meet_is_enough),
        BED_TEST(test_values_of_a_condition_are_alternatives),
        BED_TEST(test_methods_and_sources_tell_apart_and_headers_do_not),
        BED_TEST(test_listeners_and_directions_are_worlds_of_their_own),
        BED_TEST(test_prepared_rules_are_told_apart_alike),
    };
    return cmocka_run_group_tests_name("plan/overlap", tests, NULL, NULL);
}
