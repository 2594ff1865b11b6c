/* Places for rules that become others. */
#include "support.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_renamed_host_keeps_its_places),
        BED_TEST(test_a_catch_all_and_what_it_hides_change_from_below),
        BED_TEST(test_a_list_that_becomes_longer_takes_two_calls),
        BED_TEST(test_a_list_beyond_the_quota_may_stay_as_it_is),
        BED_TEST(test_a_new_last_rule_takes_the_last_place),
    };
    return cmocka_run_group_tests_name("plan/rule_place", tests, NULL, NULL);
}
