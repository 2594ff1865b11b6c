/* Pairs and orders of changes, found by trying. */
#include "support.h"

#include "rule_priv.h"

static const struct resource listener = { .key = "80/HTTP" };

/* A planner with nothing but memory, and a list under construction. */
struct ground {
    struct planner p;
    struct rule_list l;
    struct trial t;
    rule_ops out;
};

static void ground_init(struct ground *f, struct bed *b)
{
    *f = (struct ground){ .p = { .a = &b->a } };
    f->t = (struct trial){ .p = &f->p, .l = &f->l };
}

/* 'at': the label that it has, 0: it is wanted and not there. */
static void node(struct ground *f, struct bed *b, const char *host, const char *path,
                 const char *group, int64_t at)
{
    struct alb_rule *rule = bed_rule(b, host, path, group);
    *LIST_PUSH(&b->a, &f->l.nodes) = (struct rule_node){
        .listener = &listener,
        .rule = rule,
        .want = at ? NULL : rule,
        .have = at ? rule : NULL,
        .was = at,
        .label = at,
    };
    f->l.n_wanted += !at;
}

static void goes(struct ground *f, size_t i)
{
    struct rule_node *n = &f->l.nodes.items[i];
    *LIST_PUSH(f->p.a, &f->t.rules) = (struct trial_rule){ .node = n, .label = n->was };
}

static void comes(struct ground *f, size_t i, int64_t at)
{
    *LIST_PUSH(f->p.a, &f->t.rules) =
        (struct trial_rule){ .node = &f->l.nodes.items[i], .label = at, .fresh = true };
}

/* Whatever is in the list stays as it is. */
static void stays(struct ground *f, size_t i)
{
    f->l.nodes.items[i].want = f->l.nodes.items[i].rule;
    f->l.nodes.items[i].have = f->l.nodes.items[i].rule;
}

/* a.com, of which /x is an exception, becomes b.com: /x must come first and go last, so the rule
 * for all of a.com becomes that for /x of b.com. */
static void test_pairs_cross_where_both_hosts_have_an_exception(void **state)
{
    struct bed *b = *state;
    struct ground f;
    ground_init(&f, b);
    node(&f, b, "b.com", "/x/*", "1", 0);
    node(&f, b, "b.com", "-", "2", 0);
    node(&f, b, "a.com", "/x/*", "1", 100);
    node(&f, b, "a.com", "-", "2", 200);
    find_near(&b->a, &f.l);
    goes(&f, 2);
    goes(&f, 3);
    comes(&f, 0, 150);
    comes(&f, 1, 250);
    assert_true(try_orders(&f.t, &f.out));
    assert_int_equal(f.out.len, 2);
    assert_ptr_equal(f.out.items[0].node, &f.l.nodes.items[0]);
    assert_ptr_equal(f.out.items[0].from_node, &f.l.nodes.items[3]);
    assert_ptr_equal(f.out.items[1].node, &f.l.nodes.items[1]);
    assert_int_equal(f.out.items[1].kind, STEP_UPDATE);
}

/* The same where each has to take the place of the other's: now one of a.com's requests would go
 * to 2, or one of b.com's. */
static void test_no_order_is_found_where_there_is_none(void **state)
{
    struct bed *b = *state;
    struct ground f;
    ground_init(&f, b);
    node(&f, b, "b.com", "/x/*", "1", 0);
    node(&f, b, "b.com", "-", "2", 0);
    node(&f, b, "a.com", "/x/*", "1", 100);
    node(&f, b, "a.com", "-", "2", 200);
    find_near(&b->a, &f.l);
    goes(&f, 2);
    goes(&f, 3);
    comes(&f, 0, 100);
    comes(&f, 1, 200);
    f.t.rules.items[0].peer = 3;
    f.t.rules.items[2].peer = 1;
    f.t.rules.items[1].peer = 4;
    f.t.rules.items[3].peer = 2;
    assert_false(try_orders(&f.t, &f.out));
    assert_int_equal(f.out.len, 0);
}

/* Below a catch-all that stays the same places will do. */
static void test_what_no_request_reaches_may_change_when_it_likes(void **state)
{
    struct bed *b = *state;
    struct ground f;
    ground_init(&f, b);
    node(&f, b, "-", "/*", "3", 50);
    stays(&f, 0);
    node(&f, b, "b.com", "/x/*", "1", 0);
    node(&f, b, "b.com", "/x/y/*", "2", 0);
    node(&f, b, "a.com", "/x/*", "1", 100);
    node(&f, b, "a.com", "/x/y/*", "2", 200);
    find_near(&b->a, &f.l);
    goes(&f, 3);
    goes(&f, 4);
    comes(&f, 1, 100);
    comes(&f, 2, 200);
    f.t.rules.items[0].peer = 3;
    f.t.rules.items[2].peer = 1;
    assert_true(try_orders(&f.t, &f.out));
    assert_int_equal(f.out.len, 2);
}

/* Creates stand beside each other, before the updates when a request needs them first. */
static void test_what_is_too_many_comes_before_or_after_the_updates(void **state)
{
    struct bed *b = *state;
    struct ground f;
    ground_init(&f, b);
    node(&f, b, "b.com", "/x/*", "1", 0);
    node(&f, b, "b.com", "-", "2", 0);
    node(&f, b, "a.com", "-", "3", 100);
    find_near(&b->a, &f.l);
    goes(&f, 2);
    comes(&f, 0, 50);
    comes(&f, 1, 100);
    f.t.rules.items[0].peer = 3; /* which would be too early for /x of b.com */
    f.t.rules.items[2].peer = 1;
    assert_true(try_orders(&f.t, &f.out));
    assert_int_equal(f.out.len, 2);
    assert_int_equal(f.out.items[0].kind, STEP_CREATE);
    assert_int_equal(f.out.items[0].to, 50);
    assert_int_equal(f.out.items[1].kind, STEP_UPDATE);
    assert_int_equal(f.out.items[1].to, 100);
}

/* The catch-all would catch a.com's requests before the rule is above it that they are to have. */
static void test_what_does_harm_before_the_updates_comes_after_them(void **state)
{
    struct bed *b = *state;
    struct ground f;
    ground_init(&f, b);
    node(&f, b, "a.com", "/*", "1", 0);
    node(&f, b, "-", "/*", "2", 0);
    node(&f, b, "a.com", "-", "1", 100);
    find_near(&b->a, &f.l);
    goes(&f, 2);
    comes(&f, 0, 80);
    comes(&f, 1, 90);
    f.t.rules.items[0].peer = 2; /* one becomes the other */
    f.t.rules.items[1].peer = 1;
    assert_true(try_orders(&f.t, &f.out));
    assert_int_equal(f.out.len, 2);
    assert_int_equal(f.out.items[0].kind, STEP_UPDATE);
    assert_int_equal(f.out.items[1].kind, STEP_CREATE);
    assert_ptr_equal(f.out.items[1].node, &f.l.nodes.items[1]);
}

static void test_rules_of_others_are_left_alone(void **state)
{
    struct bed *b = *state;
    struct ground f;
    ground_init(&f, b);
    node(&f, b, "b.com", "-", "1", 0);
    node(&f, b, "-", "/*", "2", 100);
    node(&f, b, "a.com", "-", "1", 200);
    f.l.nodes.items[1].pinned = true;
    find_near(&b->a, &f.l);
    goes(&f, 2);
    comes(&f, 0, 200);
    assert_false(try_orders(&f.t, &f.out));
    f.l.nodes.items[1].pinned = false;
    stays(&f, 1);
    assert_true(try_orders(&f.t, &f.out));
}

/* No rule for a host may go before the catch-all is there, the catch-all may not come before the
 * rules above it, and these have only the places of the hosts.  Five rules that may change when
 * they like make many states of that: the search ends all the same. */
static void test_a_search_without_end_is_given_up(void **state)
{
    struct bed *b = *state;
    struct ground f;
    enum { HOSTS = 28, FREE = 5 };
    ground_init(&f, b);
    for (int i = 0; i < FREE; i++) {
        node(&f, b, arena_fmt(&b->a, "free%d.com", i), "-", "old", 50 + i);
        f.l.nodes.items[i].want = bed_rule(b, "-", "-", "changed");
        f.l.nodes.items[i].changed = true;
    }
    for (int i = 1; i < HOSTS; i++)
        node(&f, b, "-", arena_fmt(&b->a, "/p%d/*", i), "new", 0);
    node(&f, b, "-", "/*", "rest", 0);
    for (int i = 0; i < HOSTS; i++)
        node(&f, b, arena_fmt(&b->a, "h%d.com", i), "-", arena_fmt(&b->a, "%d", i), 100 + i);
    find_near(&b->a, &f.l);
    for (size_t i = 0; i < FREE; i++) {
        goes(&f, i);
        comes(&f, i, f.l.nodes.items[i].was);
        f.t.rules.items[2 * i].peer = 2 * i + 2;
        f.t.rules.items[2 * i + 1].peer = 2 * i + 1;
    }
    for (size_t i = FREE; i < FREE + HOSTS; i++)
        comes(&f, i, 1000 + (int64_t)i);
    for (size_t i = FREE + HOSTS; i < FREE + 2 * HOSTS; i++)
        goes(&f, i);
    assert_false(try_orders(&f.t, &f.out));
    assert_int_equal(f.out.len, 0);
}

/* What overlaps more rules than a set of them can hold is left to the passes. */
static void test_very_many_rules_near_one_are_given_up(void **state)
{
    struct bed *b = *state;
    struct ground f;
    ground_init(&f, b);
    node(&f, b, "-", "/*", "1", 0);
    for (int i = 0; i < CLASS_NODES; i++) {
        node(&f, b, arena_fmt(&b->a, "h%d.com", i), "-", "g", i + 2);
        stays(&f, f.l.nodes.len - 1);
    }
    node(&f, b, "gone.com", "-", "1", 1);
    find_near(&b->a, &f.l);
    goes(&f, f.l.nodes.len - 1);
    comes(&f, 0, 9000);
    assert_false(try_orders(&f.t, &f.out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_pairs_cross_where_both_hosts_have_an_exception),
        BED_TEST(test_no_order_is_found_where_there_is_none),
        BED_TEST(test_what_no_request_reaches_may_change_when_it_likes),
        BED_TEST(test_what_is_too_many_comes_before_or_after_the_updates),
        BED_TEST(test_what_does_harm_before_the_updates_comes_after_them),
        BED_TEST(test_rules_of_others_are_left_alone),
        BED_TEST(test_a_search_without_end_is_given_up),
        BED_TEST(test_very_many_rules_near_one_are_given_up),
    };
    return cmocka_run_group_tests_name("plan/rule_try", tests, NULL, NULL);
}
