/* Updates alone, found by trying. */
#include "support.h"

#include "alb-agent/rng.h"

/* a.com/x is never reached, neither before nor after: it may change when it likes. */
static void test_a_rule_that_no_request_reaches_is_free(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "a.com", "-", "1", 100);
    bed_have(b, "a.com", "/x/*", "2", 200);
    bed_want(b, "-", "/x/*", "1", 1);
    bed_want(b, "a.com", "/x/*", "1", 2);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_int_equal(bed_next(b)->items.len, 2);
    assert_true(b->plan.lbs.items[0].hitless);
}

/* A request for w.com/y must have its rule before the catch-all is there, and those for a.com and
 * for /x must not lose theirs before. */
static void test_what_cannot_be_done_by_updates_alone_takes_two_calls(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "a.com", "-", "1", 100);
    bed_have(b, "-", "/x/*", "2", 200);
    bed_want(b, "w.com", "/y", "3", 1);
    bed_want(b, "-", "/*", "4", 2);
    bed_plan(b);
    assert_plan(b, "CreateRules", "DeleteRules");
}

/* Three rules change places and actions in a circle; each becomes another one. */
static void test_rules_can_become_each_other(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "a.com", "/x/*", "0", 100);
    bed_have(b, "a.com", "-", "0", 200);
    bed_have(b, "-", "/x/*", "0", 300);
    bed_want(b, "a.com", "/x/*", "1", 1);
    bed_want(b, "w.com", "/y", "0", 2);
    bed_want(b, "-", "/*", "1", 3);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    const struct step *s = bed_next(b);
    assert_int_equal(s->items.len, 3);
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_rules_of_others_in_the_way_are_left_to_the_passes(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "a.com", "-", "1", 100);
    bed_have(b, "a.com", "/x/*", "2", 200);
    bed_want(b, "-", "/x/*", "1", 1);
    bed_want(b, "a.com", "/x/*", "1", 2);
    struct alb_rule *rule = bed_rule(b, "-", "/*", "3");
    bed_have(b, "-", "/*", "3", 50);
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", rule, 1))->ours = false;
    bed_plan(b);
    assert_in_range(b->plan.steps.len, 2, 3);
}

/* At the end of the labels there is room for a few in the last gap, close to each other. */
static void test_the_last_gap_is_shared_when_it_is_narrow(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "a.com", "/x/*", "0", 9979);
    bed_have(b, "a.com", "-", "0", 9980);
    bed_have(b, "-", "/x/*", "0", 9981);
    bed_want(b, "a.com", "/x/*", "1", 1);
    bed_want(b, "w.com", "/y", "0", 2);
    bed_want(b, "-", "/*", "1", 3);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

/* Eleven headers can be met in 2,048 ways: too many, so two calls do. */
static void test_too_many_kinds_of_requests_take_two_calls(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    struct alb_rule *odd = bed_rule(b, "a.com", "-", "1");
    for (int i = 0; i < 11; i++) {
        struct alb_condition *h = LIST_PUSH(&b->a, &odd->conditions);
        h->type = ALB_COND_HEADER;
        h->header.key = arena_fmt(&b->a, "x-%d", i);
        *LIST_PUSH(&b->a, &h->header.values) = "1";
    }
    bed_have_rule(b, odd, 50, "rule-50");
    bed_want_rule(b, odd, 0);
    bed_have(b, "a.com", "-", "1", 100);
    bed_have(b, "a.com", "/x/*", "2", 200);
    bed_want(b, "-", "/x/*", "1", 1);
    bed_want(b, "a.com", "/x/*", "1", 2);
    bed_plan(b);
    assert_in_range(b->plan.steps.len, 2, 3);
    assert_true(b->plan.lbs.items[0].hitless);
}

/* As above, at the end of the labels. */
static void test_what_no_request_reaches_is_free_at_the_end_of_the_labels(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "a.com", "-", "1", 9998);
    bed_have(b, "a.com", "/x/*", "2", 9999);
    bed_want(b, "-", "/x/*", "1", 1);
    bed_want(b, "a.com", "/x/*", "1", 2);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

/* ---- searched alone ------------------------------------------------------------------------- */

static const struct problem problems[] = {
    { 4,
      {
          { "-", "/y", 2, "0", "1" },
          { "w.com", "/*", 4, "0", "1" },
          { "-", "/x/*", 0, NULL, "1" },
          { "a.com", "/x/*", 10, "0", "1" },
          { "a.com", "-", 6, "1", "1" },
          { "h5.com", "-", 5, "0", "0" },
          { "a.com", "/*", 8, "0", NULL },
      } },
    { 3,
      {
          { "-", "/x/*", 4, "0", "1" },
          { "w.com", "/x/*", 5, "0", "0" },
          { "w.com", "/*", 1, "1", "1" },
          { "a.com", "-", 2, "1", "1" },
          { "a.com", "/*", 3, "0", "1" },
      } },
    { 2,
      {
          { "a.com", "/y", 0, NULL, "1" },
          { "w.com", "/*", 0, NULL, "2" },
          { "a.com", "/*", 2, "2", "2" },
          { "w.com", "-", 4, "1", "1" },
          { "-", "/x/*", 6, "2", NULL },
          { "a.com", "-", 8, "0", NULL },
      } },
    { 3,
      {
          { "a.com", "/y", 200, "0", "0" },
          { "w.com", "/*", 400, "0", "0" },
          { "-", "/x/*", 300, "0", "0" },
          { "a.com", "-", 0, NULL, "0" },
          { "h201.com", "-", 201, "0", "0" },
          { "h399.com", "-", 399, "0", "0" },
          { "-", "/y", 100, "0", NULL },
      } },
    { 5,
      {
          { "a.com", "/*", 1, "1", "0" },
          { "a.com", "-", 0, NULL, "1" },
          { "a.com", "/y", 0, NULL, "1" },
          { "-", "/x/*", 0, NULL, "0" },
          { "h3.com", "-", 3, "0", "0" },
          { "w.com", "/*", 2, "0", NULL },
          { "w.com", "-", 5, "1", NULL },
          { "a.com", "/x/*", 6, "1", NULL },
      } },
    { 2,
      {
          { "a.com", "-", 1, "0", "1" },
          { "a.com", "/y", 4, "0", "0" },
          { "w.com", "/x/*", 3, "1", "0" },
          { "w.com", "/y", 2, "1", "1" },
      } },
    { 2,
      {
          { "-", "/*", 100, "0", "0" },
          { "w.com", "/*", 400, "0", "0" },
          { "a.com", "/y", 0, NULL, "0" },
          { "a.com", "-", 300, "0", "0" },
          { "h99.com", "-", 99, "0", "0" },
          { "h199.com", "-", 199, "0", "0" },
          { "w.com", "/x/*", 200, "0", NULL },
      } },
    { 3,
      {
          { "-", "/*", 9997, "1", "2" },
          { "a.com", "/y", 9999, "2", "0" },
          { "-", "/y", 0, NULL, "0" },
          { "a.com", "/*", 9995, "0", NULL },
      } },
    { 1,
      {
          { "h1.com", "-", 1, "0", "0" },
          { "w.com", "/*", 5, "0", "0" },
          { "-", "/x/*", 2, "0", "0" },
      } },
    { 2,
      {
          { "h3.com", "-", 3, "0", "0" },
          { "h1.com", "-", 1, "0", "0" },
          { "w.com", "/y", 8, "0", "0" },
          { "a.com", "/*", 0, NULL, "0" },
          { "w.com", "-", 4, "0", "0" },
          { "a.com", "-", 6, "0", "0" },
          { "a.com", "/x/*", 2, "0", NULL },
      } },
    { 2,
      {
          { "h9999.com", "-", 9999, "0", "0" },
          { "a.com", "/x/*", 10000, "0", "0" },
          { "-", "/y", 0, NULL, "0" },
          { "w.com", "-", 9998, "1", NULL },
      } },
};

static void test_what_can_be_done_by_updates_alone_is_found(void **state)
{
    struct bed *b = *state;
    for (size_t i = 0; i < COUNT(problems); i++) {
        struct planner p = { .a = &b->a, .in = &b->in };
        struct rule_list l = { 0 };
        rule_ops ops = { 0 }, out = { 0 };
        problem_read(b, &problems[i], &l);
        find_near(&b->a, &l);
        order_keep(&b->a, &l);
        for (size_t k = 0; k < l.nodes.len; k++)
            if (!l.nodes.items[k].kept || l.nodes.items[k].changed)
                *LIST_PUSH(&b->a, &ops) = (struct rule_op){ .node = &l.nodes.items[k] };
        assert_true(exact_ops(&p, &l, &ops, &out));
        assert_int_equal(out.len, problems[i].updates);
        assert_solved(&problems[i], &l, &out);
    }
}

/* Two rules change places: into the middle of a gap, or a hundred below the last where there is no
 * label above the first. */
static void test_labels_are_taken_from_the_middle_or_a_hundred_below_the_last(void **state)
{
    struct bed *b = *state;
    static const int64_t labels[][3] = { { 2000, 1000, 500 }, { 2, 1, 102 } };
    for (size_t i = 0; i < COUNT(labels); i++) {
        struct planner p = { .a = &b->a, .in = &b->in };
        struct rule_list l = { 0 };
        rule_ops ops = { 0 }, out = { 0 };
        const struct problem x = {
            1, { { "a.com", "-", labels[i][0], "0", "0" }, { "-", "/x/*", labels[i][1], "0", "0" } }
        };
        problem_read(b, &x, &l);
        find_near(&b->a, &l);
        *LIST_PUSH(&b->a, &ops) = (struct rule_op){ .node = &l.nodes.items[0] };
        assert_true(exact_ops(&p, &l, &ops, &out));
        assert_int_equal(out.len, 1);
        assert_int_equal(out.items[0].to, labels[i][2]);
    }
}

/* What overlaps what is to change may be 64 rules, and none of others. */
static void test_too_much_in_conflict_is_not_tried(void **state)
{
    struct bed *b = *state;
    struct planner p = { .a = &b->a, .in = &b->in };
    for (size_t more = 60; more <= 70; more++)
        for (int pinned = 0; pinned <= 1; pinned++) {
            struct rule_list l = { 0 };
            rule_ops ops = { 0 }, out = { 0 };
            problem_read(b, &problems[9], &l);
            const size_t n = l.nodes.len; /* 7; the last one goes */
            for (size_t i = 0; i < more; i++) {
                struct rule_node *x = LIST_PUSH(&b->a, &l.nodes);
                *x = l.nodes.items[n - 1];
                x->was = x->label = 100 + (int64_t)i;
                x->have = x->rule = bed_rule(b, "-", "/*", "0");
                x->pinned = pinned && i + 1 == more;
            }
            find_near(&b->a, &l);
            order_keep(&b->a, &l);
            for (size_t k = 0; k < n; k++)
                if (!l.nodes.items[k].kept || l.nodes.items[k].changed)
                    *LIST_PUSH(&b->a, &ops) = (struct rule_op){ .node = &l.nodes.items[k] };
            const bool found = exact_ops(&p, &l, &ops, &out);
            assert_false(found && (pinned || n + more > 64));
        }
}

/* ---- against every way ------------------------------------------------------------------------
 */

static bool meet(const char *x, const char *y)
{
    return !strcmp(x, "-") || !strcmp(y, "-") || !strcmp(x, y);
}

/* Are all rules as they are wanted, those that one request can match in wanted order? */
static bool is_reached(const struct problem *x, const struct places *now)
{
    int64_t at[10] = { 0 };
    for (size_t i = 0; x->rules[i].host; i++) {
        const struct given *g = &x->rules[i];
        const bool same = g->was && g->want && !strcmp(g->was, g->want);
        at[i] = now->new[i] ? now->new[i] : same ? now->old[i] : 0;
        if ((g->want && !at[i]) || (now->old[i] && !same))
            return false;
        for (size_t k = 0; k < i; k++)
            if (at[k] > at[i] && g->want && meet(g->host, x->rules[k].host)
                && meet(g->path, x->rules[k].path))
                return false;
    }
    return true;
}

/* Can 'left' updates, one after the other, lead to what is wanted?  Each turns a rule that is there
 * into a wanted one, where it stands or at a label that was free before. */
static bool some_way(const struct problem *x, const struct places *before, const struct places *now,
                     size_t left)
{
    if (is_reached(x, now) || !left)
        return is_reached(x, now);
    for (size_t from = 0; x->rules[from].host; from++)
        for (size_t to = 0; now->old[from] && x->rules[to].host; to++)
            for (int64_t at = 1; x->rules[to].want && !now->new[to] && at <= 12; at++) {
                if (at != now->old[from] && (is_label_taken(before, at) || is_label_taken(now, at)))
                    continue;
                struct places then = *now;
                then.old[from] = 0;
                then.new[to] = at;
                if (is_sent_well(x, before, &then, false) && some_way(x, before, &then, left - 1))
                    return true;
            }
    return false;
}

static size_t fewest(const struct problem *x, size_t most)
{
    const struct places at = problem_places(x);
    size_t n = 0;
    while (n <= most && !some_way(x, &at, &at, n))
        n++;
    return n;
}

static void test_updates_alone_are_found_whenever_they_do_and_the_fewest(void **state)
{
    (void)state;
    struct rng rng = { 3 };
    size_t found = 0, none = 0;
    for (int i = 0; i < 250; i++) {
        struct bed b;
        struct problem x;
        struct rule_list l = { 0 };
        rule_ops ops = { 0 }, out = { 0 };
        bed_init(&b);
        struct planner p = { .a = &b.a, .in = &b.in };
        problem_draw(&b, &rng, 3, &x);
        problem_read(&b, &x, &l);
        find_near(&b.a, &l);
        order_keep(&b.a, &l);
        for (size_t k = 0; k < l.nodes.len; k++)
            if (!l.nodes.items[k].kept || l.nodes.items[k].changed)
                *LIST_PUSH(&b.a, &ops) = (struct rule_op){ .node = &l.nodes.items[k] };
        x.updates = fewest(&x, 3);
        if (ops.len && exact_ops(&p, &l, &ops, &out)) {
            assert_solved(&x, &l, &out);
            assert_int_equal(out.len, x.updates);
            found++;
        } else if (ops.len) {
            assert_int_equal(x.updates, 4);
            none++;
        }
        bed_done(&b);
    }
    assert_true(found > 100 && none > 0); /* both were tried */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_rule_that_no_request_reaches_is_free),
        BED_TEST(test_what_cannot_be_done_by_updates_alone_takes_two_calls),
        BED_TEST(test_rules_can_become_each_other),
        BED_TEST(test_rules_of_others_in_the_way_are_left_to_the_passes),
        BED_TEST(test_the_last_gap_is_shared_when_it_is_narrow),
        BED_TEST(test_too_many_kinds_of_requests_take_two_calls),
        BED_TEST(test_what_no_request_reaches_is_free_at_the_end_of_the_labels),
        BED_TEST(test_labels_are_taken_from_the_middle_or_a_hundred_below_the_last),
        BED_TEST(test_too_much_in_conflict_is_not_tried),
        cmocka_unit_test(test_updates_alone_are_found_whenever_they_do_and_the_fewest),
        BED_TEST(test_what_can_be_done_by_updates_alone_is_found),
    };
    return cmocka_run_group_tests_name("plan/rule_exact", tests, NULL, NULL);
}
