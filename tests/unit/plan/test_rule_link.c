/* Which changes must come before which. */
#include "support.h"

#include "rule_priv.h"

static const struct resource listener = { .key = "80/HTTP" };
static const struct resource row = { .key = "80/HTTP#1" };

static void node(struct bed *b, struct rule_list *l, const char *host, const char *path)
{
    *LIST_PUSH(&b->a, &l->nodes) = (struct rule_node){ .listener = &listener,
                                                       .row = &row,
                                                       .rule = bed_rule(b, host, path, "g") };
}

static struct rule_op *op(struct bed *b, rule_ops *ops, struct rule_node *n, enum step_op kind,
                          int64_t from, int64_t to)
{
    struct rule_op *o = LIST_PUSH(&b->a, ops);
    *o = (struct rule_op){ .node = n, .kind = kind, .from = from, .to = to };
    return o;
}

/* A list of two that overlap, near each other. */
static struct rule_node *two(struct bed *b, const char *x, const char *y)
{
    struct rule_list l = { 0 };
    node(b, &l, x, "-");
    node(b, &l, y, "-");
    find_near(&b->a, &l);
    return l.nodes.items;
}

static size_t links(struct bed *b, rule_ops *ops)
{
    link_ops(&b->a, ops);
    assert_int_equal(ops->items[0].before.len, 0);
    return ops->items[1].before.len;
}

static void test_what_can_meet_keeps_its_order(void **state)
{
    struct bed *b = *state;
    struct rule_node *n = two(b, "a.com", "*.com"), *m = two(b, "a.com", "b.com");
    rule_ops near = { 0 }, apart = { 0 };
    op(b, &near, &n[0], STEP_CREATE, 0, 100);
    op(b, &near, &n[1], STEP_CREATE, 0, 200);
    op(b, &apart, &m[0], STEP_CREATE, 0, 100);
    op(b, &apart, &m[1], STEP_CREATE, 0, 200);
    assert_int_equal(links(b, &near), 1);
    assert_int_equal(links(b, &apart), 0);
}

static void test_what_is_below_a_rule_that_stays_is_not_bound_to_it(void **state)
{
    struct bed *b = *state;
    struct rule_node *n = two(b, "a.com", "*.com");
    rule_ops below = { 0 }, above = { 0 }, between = { 0 };
    op(b, &below, &n[0], STEP_UPDATE, 100, 100);
    op(b, &below, &n[1], STEP_CREATE, 0, 200);
    assert_int_equal(links(b, &below), 0);
    op(b, &above, &n[1], STEP_CREATE, 0, 50);
    op(b, &above, &n[0], STEP_UPDATE, 100, 100);
    assert_int_equal(links(b, &above), 1);
    op(b, &between, &n[0], STEP_UPDATE, 100, 300); /* moves past it */
    op(b, &between, &n[1], STEP_CREATE, 0, 200);
    assert_int_equal(links(b, &between), 1);
}

static void test_a_rule_that_becomes_another_is_bound_by_both(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    node(b, &l, "new.com", "-");
    node(b, &l, "old.com", "-");
    node(b, &l, "old.com", "/x");
    node(b, &l, "new.com", "/y");
    find_near(&b->a, &l);
    for (size_t other = 2; other < 4; other++) {
        rule_ops ops = { 0 };
        op(b, &ops, &l.nodes.items[other], STEP_CREATE, 0, 50);
        op(b, &ops, &l.nodes.items[0], STEP_UPDATE, 100, 200)->from_node = &l.nodes.items[1];
        assert_int_equal(links(b, &ops), 1);
    }
}

static void test_what_depends_on_a_change_that_waits_waits(void **state)
{
    struct bed *b = *state;
    struct rule_node *n = two(b, "a.com", "*.com");
    rule_ops ops = { 0 };
    op(b, &ops, &n[0], STEP_CREATE, 0, 100)->waits = "a group";
    op(b, &ops, &n[1], STEP_CREATE, 0, 200);
    link_ops(&b->a, &ops);
    spread_waits(&b->a, &ops);
    assert_string_equal(ops.items[1].waits, "Rule 80/HTTP#1, which waits for a group");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_what_can_meet_keeps_its_order),
        BED_TEST(test_what_is_below_a_rule_that_stays_is_not_bound_to_it),
        BED_TEST(test_a_rule_that_becomes_another_is_bound_by_both),
        BED_TEST(test_what_depends_on_a_change_that_waits_waits),
    };
    return cmocka_run_group_tests_name("plan/rule_link", tests, NULL, NULL);
}
