/* Which rules overlap, without asking of every pair. */
#include "support.h"

#include "alb-agent/rng.h"
#include "rule_priv.h"

static const struct resource listener = { .key = "80/HTTP" };

static void add(struct bed *b, struct rule_list *l, const struct alb_rule *rule)
{
    *LIST_PUSH(&b->a, &l->nodes) = (struct rule_node){ .listener = &listener, .rule = rule };
}

static bool is_near(const struct rule_node *x, const struct rule_node *y)
{
    for (size_t i = 0; i < x->near.len; i++)
        if (x->near.items[i] == y)
            return true;
    return false;
}

static void test_a_rule_is_near_those_it_overlaps_in_list_order(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    add(b, &l, bed_rule(b, "a.com", "/x", "g"));
    add(b, &l, bed_rule(b, "b.com", "/x", "g"));
    add(b, &l, bed_rule(b, "-", "/x", "g"));
    add(b, &l, bed_rule(b, "A.com", "-", "g"));
    add(b, &l, bed_rule(b, "a.com", "/y", "g"));
    find_near(&b->a, &l);
    const struct rule_node *n = l.nodes.items;
    assert_int_equal(n[0].near.len, 2);
    assert_ptr_equal(n[0].near.items[0], &n[2]);
    assert_ptr_equal(n[0].near.items[1], &n[3]);
    assert_int_equal(n[1].near.len, 1);
    assert_ptr_equal(n[1].near.items[0], &n[2]);
    assert_int_equal(n[4].near.len, 1);
    assert_ptr_equal(n[4].near.items[0], &n[3]);
}

static void test_no_overlap_is_missed(void **state)
{
    (void)state;
    static const char *const hosts[] = { "a.com", "b.com", "w.b.com", "*.b.com", "*", "-" };
    static const char *const paths[] = { "/x", "/y", "/x/*", "/*", "~*^/z", "-" };
    struct rng rng = { 3 };
    for (int round = 0; round < 100; round++) {
        struct bed b;
        bed_init(&b);
        struct rule_list l = { 0 };
        for (uint64_t n = 2 + rng_below(&rng, 14); n; n--) {
            struct alb_rule *rule =
                bed_rule(&b, hosts[rng_below(&rng, 6)], paths[rng_below(&rng, 6)], "g");
            if (rule->conditions.len && !rng_below(&rng, 4))
                *LIST_PUSH(&b.a, &rule->conditions.items[0].values.values) = "other.com";
            add(&b, &l, rule);
        }
        find_near(&b.a, &l);
        for (size_t i = 0; i < l.nodes.len; i++)
            for (size_t k = 0; k < l.nodes.len; k++)
                assert_int_equal(is_near(&l.nodes.items[i], &l.nodes.items[k]),
                                 i != k && rules_overlap(&l.nodes.items[i], &l.nodes.items[k]));
        bed_done(&b);
    }
}

/* A regular expression without a star or a question mark is no plain path. */
static void test_a_regular_expression_is_near_what_it_matches(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    add(b, &l, bed_rule(b, "a.com", "~^/x$", "g"));
    add(b, &l, bed_rule(b, "a.com", "/x", "g"));
    struct alb_rule *unknown = bed_rule(b, "a.com", "/y", "g");
    unknown->conditions.items[1].values.values.items[0] = NULL;
    add(b, &l, unknown);
    add(b, &l, bed_rule(b, "a.com", "/q?", "g")); /* any one letter */
    add(b, &l, bed_rule(b, "a.com", "/qz", "g"));
    find_near(&b->a, &l);
    assert_true(is_near(&l.nodes.items[3], &l.nodes.items[4]));
    assert_true(is_near(&l.nodes.items[0], &l.nodes.items[1]));
}

/* Of twenty thousand hosts and paths nobody asks of every pair, which would take many seconds. */
static void test_a_long_list_is_not_compared_with_itself(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    for (int i = 0; i < 20000; i++)
        add(b, &l, bed_rule(b, arena_fmt(&b->a, "h%d.com", i / 2), i % 2 ? "/x" : "/y/*", "g"));
    find_near(&b->a, &l);
    for (size_t i = 0; i < l.nodes.len; i++)
        assert_int_equal(l.nodes.items[i].near.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_long_list_is_not_compared_with_itself),
        BED_TEST(test_a_rule_is_near_those_it_overlaps_in_list_order),
        cmocka_unit_test(test_no_overlap_is_missed),
        BED_TEST(test_a_regular_expression_is_near_what_it_matches),
    };
    return cmocka_run_group_tests_name("plan/rule_near", tests, NULL, NULL);
}
