/* Places for rules that become others. */
#include "support.h"

#include "alb-agent/rng.h"

/* Rules of others hosts, there and wanted, at labels 'from' to 'to'. */
static void fill(struct bed *b, int from, int to)
{
    for (int i = from; i <= to; i++) {
        bed_have(b, arena_fmt(&b->a, "h%d.com", i), "-", "g", i);
        bed_want(b, arena_fmt(&b->a, "h%d.com", i), "-", "g", i);
    }
}

/* Every rule of the plan's only call stays at its label. */
static void assert_in_place(const struct bed *b, size_t rules)
{
    assert_plan(b, "UpdateRulesAttribute");
    const struct step *s = bed_next(b);
    assert_int_equal(s->items.len, rules);
    for (size_t i = 0; i < s->params.len; i++)
        assert_null(strstr(s->params.items[i].name, "Priority"));
}

static void finish(struct bed *b)
{
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

/* What stands above a catch-all in a list without gaps can only be renamed where it is. */
static void test_a_renamed_host_keeps_its_places(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    fill(b, 1, 5);
    for (int i = 0; i < 8; i++) {
        bed_have(b, "a.com", arena_fmt(&b->a, "/p%d/*", i), "g", 6 + i);
        bed_want(b, "b.com", arena_fmt(&b->a, "/p%d/*", i), "g", 6 + i);
    }
    bed_have(b, "-", "/*", "other", 14);
    bed_want(b, "-", "/*", "other", 14);
    fill(b, 15, 40);
    bed_plan(b);
    assert_in_place(b, 8);
    finish(b);
}

/* What is hidden by a catch-all changes first, from below; six rules, more than all ways can be
 * tried of. */
static void test_a_catch_all_and_what_it_hides_change_from_below(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "-", "/*", "0", 1);
    bed_want(b, "a.com", "/*", "0", 1);
    for (int i = 1; i <= 6; i++) {
        bed_have(b, "-", arena_fmt(&b->a, "/p%d/*", i), "g", 1 + i);
        bed_want(b, "a.com", arena_fmt(&b->a, "/p%d/*", i), "g", 1 + i);
    }
    bed_plan(b);
    assert_in_place(b, 7);
    const struct step *s = bed_next(b);
    assert_string_equal(step_value(s, "Rules.7.RuleId"), "rule-1");
    finish(b);
}

/* A host gives two of its rules away and gets one of them back as another: one more to create, and
 * the place for it is free only below. */
static void test_a_list_that_becomes_longer_takes_two_calls(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    fill(b, 1, 5);
    bed_have(b, "a.com", "/x/*", "1", 6);
    bed_have(b, "a.com", "-", "2", 7);
    bed_want(b, "b.com", "/x/*", "1", 6);
    bed_want(b, "b.com", "-", "3", 7);
    bed_want(b, "c.com", "-", "4", 8);
    fill(b, 8, 30);
    bed_plan(b);
    assert_int_equal(b->plan.steps.len, 2);
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_int_equal(b->plan.steps.len, 1);
    finish(b);
}

/* Nothing is to be done, and there is no room for anything. */
static void test_a_list_beyond_the_quota_may_stay_as_it_is(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    fill(b, 1, 101);
    bed_plan(b);
    assert_no_steps(b);
}

/* Below the last label there is no room; making some would move the rule that stays, too. */
static void test_a_new_last_rule_takes_the_last_place(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "w.com", "/*", "0", 9999);
    bed_want(b, "w.com", "/*", "0", 1);
    bed_have(b, "a.com", "/x/*", "0", 10000);
    bed_want(b, "-", "/*", "0", 2);
    bed_plan(b);
    assert_in_place(b, 1);
    finish(b);
}

/* ---- any few rules ----------------------------------------------------------------------------
 */

/* The changes of the two passes. */
static void find_ops(struct bed *b, struct rule_list *l, rule_ops *ops)
{
    rule_moves moves = { 0 };
    find_near(&b->a, l);
    order_keep(&b->a, l);
    label_rules(&b->a, l, true, &moves);
    for (size_t i = 0; i < l->nodes.len; i++) {
        struct rule_node *n = &l->nodes.items[i];
        const bool wanted = i < l->n_wanted;
        if (wanted && n->kept && !n->changed)
            continue;
        *LIST_PUSH(&b->a, ops) = (struct rule_op){ .node = n,
                                                   .kind = !wanted  ? STEP_DELETE
                                                           : n->was ? STEP_UPDATE
                                                                    : STEP_CREATE,
                                                   .from = n->was,
                                                   .to = !wanted   ? 0
                                                         : n->kept ? n->label
                                                                   : n->target,
                                                   .actions = n->changed };
    }
}

/* Is it one call of updates, and one of creates or deletes before or after it, but no more? */
static void assert_two_calls(const rule_ops *ops)
{
    const size_t creates = count_kind(ops, STEP_CREATE), deletes = count_kind(ops, STEP_DELETE);
    size_t turns = 0;
    assert_true(!creates || !deletes);
    for (size_t i = 1; i < ops->len; i++)
        turns += ops->items[i].kind != ops->items[i - 1].kind;
    assert_in_range(turns, 0, 1);
}

/* Whatever is found does no harm and is what was wanted; where updates alone do, they are found but
 * for one time in a hundred. */
static void test_what_is_found_for_any_few_rules_does_no_harm(void **state)
{
    (void)state;
    struct rng rng = { 9 };
    size_t longer = 0, exact = 0, placed = 0;
    for (int i = 0; i < 600; i++) {
        struct bed b;
        struct problem x;
        struct rule_list l = { 0 };
        rule_ops ops = { 0 }, out = { 0 }, other = { 0 };
        bed_init(&b);
        struct planner p = { .a = &b.a, .in = &b.in };
        problem_draw(&b, &rng, 4, &x);
        const bool shorter = i % 3 == 0;
        for (size_t k = 9; shorter && k-- > 1;)
            if (x.rules[k].host) { /* one that is wanted, or goes, is left out */
                x.rules[k].host = NULL;
                break;
            }
        problem_read(&b, &x, &l);
        find_ops(&b, &l, &ops);
        if (ops.len) {
            const bool found = place_ops(&p, &l, &ops, &out);
            if (found) {
                assert_solved(&x, &l, &out);
                assert_two_calls(&out);
                longer += shorter;
            }
            if (!shorter && exact_ops(&p, &l, &ops, &other)) {
                exact++;
                placed += found;
            }
        }
        bed_done(&b);
    }
    assert_true(longer > 50 && exact > 200 && placed * 100 >= exact * 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_renamed_host_keeps_its_places),
        BED_TEST(test_a_catch_all_and_what_it_hides_change_from_below),
        BED_TEST(test_a_list_that_becomes_longer_takes_two_calls),
        cmocka_unit_test(test_what_is_found_for_any_few_rules_does_no_harm),
        BED_TEST(test_a_list_beyond_the_quota_may_stay_as_it_is),
        BED_TEST(test_a_new_last_rule_takes_the_last_place),
    };
    return cmocka_run_group_tests_name("plan/rule_place", tests, NULL, NULL);
}
