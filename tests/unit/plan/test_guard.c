/* What a plan refuses to do at once. */
#include "support.h"

/* 'n' rules, of which 'doomed' are not wanted, and 'elsewhere' lead to another group. */
static void start(struct bed *b, int n, int doomed, int elsewhere)
{
    bed_lb(b);
    bed_listener(b);
    for (int i = 0; i < n; i++) {
        const char *host = arena_fmt(&b->a, "h%d.com", i);
        bed_have_rule(b, bed_rule(b, host, "-", "old"), i + 1, arena_fmt(&b->a, "rule-%d", i));
        if (i >= doomed)
            bed_want_rule(b, bed_rule(b, host, "-", i < doomed + elsewhere ? "new" : "old"), i + 1);
    }
    bed_plan(b);
}

static void assert_refused(const struct bed *b, bool refused)
{
    assert_int_equal(b->plan.refusals.len, refused);
    assert_int_equal(b->plan.lbs.items[0].refused, refused);
    if (refused) {
        assert_false(b->plan.refusals.items[0].quota);
        assert_string_equal(b->plan.refusals.items[0].lb, LB);
        assert_null(bed_next(b));
    } else {
        assert_non_null(bed_next(b));
    }
}

static void test_five_of_nine_are_too_many_and_five_of_ten_are_not(void **state)
{
    struct bed *b = *state;
    start(b, 9, 5, 0);
    assert_refused(b, true);
    bed_done(b);
    bed_init(b);
    start(b, 10, 5, 0);
    assert_refused(b, false);
}

/* Rules of others, and those that are not there yet, are no reason to let more of ours go. */
static void test_only_our_rules_that_are_there_count(void **state)
{
    struct bed *b = *state;
    start(b, 6, 5, 0);
    for (int i = 0; i < 10; i++) {
        const char *host = arena_fmt(&b->a, "o%d.com", i);
        struct alb_rule *rule = bed_rule(b, host, "-", "old");
        if (i % 2)
            bed_want_rule(b, rule, 20 + i);
        else
            bed_have_rule(b, rule, 20 + i, arena_fmt(&b->a, "other-%d", i));
        bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", rule, 1))->ours = i % 2;
    }
    bed_plan(b);
    assert_refused(b, true);
}

static void test_four_rules_are_never_too_many(void **state)
{
    struct bed *b = *state;
    start(b, 4, 4, 0);
    assert_refused(b, false);
}

static void test_rules_sent_elsewhere_count_and_weights_do_not(void **state)
{
    struct bed *b = *state;
    start(b, 9, 2, 3);
    assert_refused(b, true);
    bed_done(b);
    bed_init(b);
    bed_lb(b);
    bed_listener(b);
    for (int i = 0; i < 9; i++) {
        struct alb_rule *rule = bed_rule(b, arena_fmt(&b->a, "h%d.com", i), "-", "g");
        bed_want_rule(b, rule, i + 1);
        bed_have_rule(b, rule, i + 1, arena_fmt(&b->a, "rule-%d", i))
            ->actions.items[0]
            .forward.targets.items[0]
            .weight.val = 1;
    }
    bed_plan(b);
    assert_refused(b, false);
}

static void test_the_guard_can_be_lifted(void **state)
{
    struct bed *b = *state;
    b->in.allow_destroy = true;
    start(b, 9, 9, 0);
    assert_refused(b, false);
}

static void test_rules_that_go_with_their_listener_count(void **state)
{
    struct bed *b = *state;
    start(b, 9, 9, 0);
    bed_undesired(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    bed_plan(b);
    assert_refused(b, true);
    assert_int_equal(bed_count(b, "DeleteListener"), 1);
}

static void test_rules_of_others_do_not_count(void **state)
{
    struct bed *b = *state;
    start(b, 9, 5, 0);
    for (size_t i = 0; i < b->model.rows.len; i++)
        if (b->model.rows.items[i].kind == RESOURCE_RULE && !b->model.rows.items[i].desired)
            b->model.rows.items[i].ours = false;
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.refusals.len, 0);
}

static void test_a_confirmed_load_balancer_may_lose_its_rules(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    for (int i = 0; i < 5; i++)
        bed_have_rule(b, bed_rule(b, arena_fmt(&b->a, "h%d.com", i), "-", "g"), i + 1,
                      arena_fmt(&b->a, "rule-%d", i));
    struct map confirmed CLEANUP(map_done) = { 0 };
    b->in.confirmed = &confirmed;
    bed_plan(b);
    assert_true(b->plan.lbs.items[0].refused);
    assert_true(b->plan.refusals.items[0].share);
    map_put(&confirmed, "kube-system/other", "");
    bed_plan(b);
    assert_true(b->plan.lbs.items[0].refused);
    map_put(&confirmed, LB, "");
    bed_plan(b);
    assert_false(b->plan.lbs.items[0].refused);
    assert_null(bed_step(b, "DeleteRules", 0)->waits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_five_of_nine_are_too_many_and_five_of_ten_are_not),
        BED_TEST(test_only_our_rules_that_are_there_count),
        BED_TEST(test_four_rules_are_never_too_many),
        BED_TEST(test_rules_sent_elsewhere_count_and_weights_do_not),
        BED_TEST(test_the_guard_can_be_lifted),
        BED_TEST(test_rules_that_go_with_their_listener_count),
        BED_TEST(test_rules_of_others_do_not_count),
        BED_TEST(test_a_confirmed_load_balancer_may_lose_its_rules),
    };
    return cmocka_run_group_tests_name("plan/guard", tests, NULL, NULL);
}
