/* One update for a create and a delete. */
#include "support.h"

static void start(struct bed *b)
{
    bed_rules(b);
    bed_group(b, "shop/web-api:80", "sgp-1");
}

/* The new ones come from the top, the old ones go from the bottom. */
static void test_a_renamed_host_is_one_call_however_many_rules_it_has(void **state)
{
    struct bed *b = *state;
    static const char *const paths[] = { "/a/b/*", "/a/*", "/*" };
    start(b);
    for (int i = 0; i < 3; i++) {
        bed_have(b, "old.com", paths[i], "old", 100 * (i + 1));
        bed_want(b, "new.com", paths[i], "new", i + 1);
    }
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    const struct step *s = bed_next(b);
    assert_int_equal(s->items.len, 3);
    assert_string_equal(step_value(s, "Rules.1.RuleId"), "rule-300");
    assert_string_equal(step_value(s, "Rules.1.RuleConditions.2.PathConfig.Values.1"), "/a/b/*");
    assert_string_equal(step_value(s, "Rules.3.RuleId"), "rule-100");
    assert_string_equal(step_value(s, "Rules.3.RuleConditions.2.PathConfig.Values.1"), "/*");
}

static void test_more_to_come_than_to_go_takes_a_create_and_an_update(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_have(b, "a.com", "/x", "old", 100);
    bed_have(b, "b.com", "/x", "old", 200);
    bed_want(b, "b.com", "/x", "new", 3);
    bed_want(b, "c.com", "-", "new", 1);
    bed_want(b, "d.com", "-", "new", 2);
    bed_plan(b);
    assert_plan(b, "CreateRules", "UpdateRulesAttribute");
    assert_int_equal(b->plan.steps.items[1].items.len, 2);
}

static void test_more_to_go_than_to_come_takes_a_delete_and_an_update(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_have(b, "a.com", "/x", "old", 100);
    bed_have(b, "b.com", "/x", "old", 200);
    bed_have(b, "e.com", "/x", "old", 300);
    bed_want(b, "b.com", "/x", "new", 3);
    bed_want(b, "c.com", "-", "new", 1);
    bed_plan(b);
    assert_int_equal(b->plan.steps.len, 2);
    assert_int_equal(bed_step(b, "DeleteRules", 0)->items.len, 1);
    assert_int_equal(bed_step(b, "UpdateRulesAttribute", 0)->items.len, 2);
}

static void test_a_rule_is_not_held_up_by_one_that_it_has_nothing_to_do_with(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_gone(bed_row(b, RESOURCE_SERVER_GROUP, "shop/web-api:80"));
    bed_have(b, "a.com", "/x", "old", 100);
    bed_want(b, "b.com", "/x", "@shop/web-api:80", 1);
    bed_plan(b);
    assert_non_null(bed_step(b, "CreateRules", 0)->waits);
    assert_null(bed_step(b, "DeleteRules", 0)->waits);
}

static void test_what_waits_together_goes_together(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_gone(bed_row(b, RESOURCE_SERVER_GROUP, "shop/web-api:80"));
    bed_have(b, "a.com", "/x", "old", 100);
    bed_want(b, "a.com", "/*", "@shop/web-api:80", 1); /* the old one waits for it */
    bed_plan(b);
    assert_null(bed_step(b, "CreateRules", 0));
    assert_null(bed_step(b, "DeleteRules", 0));
    assert_non_null(bed_step(b, "UpdateRulesAttribute", 0)->waits);
}

/* 101 to come and 100 to go, which have nothing to do with each other: more pairs than are looked
 * at, and beyond the quota, so that it is refused whatever the calls. */
static void test_very_many_pairs_are_not_looked_at(void **state)
{
    struct bed *b = *state;
    start(b);
    for (int i = 0; i < 101; i++) {
        if (i < 100)
            bed_have(b, arena_fmt(&b->a, "old%d.com", i), "-", "old", i + 1);
        bed_want(b, arena_fmt(&b->a, "new%d.com", i), "-", "new", i + 1);
    }
    bed_plan(b);
    assert_true(b->plan.lbs.items[0].refused);
    assert_null(bed_step(b, "UpdateRulesAttribute", 0));
    assert_int_equal(bed_count(b, "CreateRules"), 2);
}

/* The most that are looked at for a pair. */
static void test_a_hundred_renamed_hosts_are_one_call(void **state)
{
    struct bed *b = *state;
    start(b);
    for (int i = 1; i <= 100; i++) {
        bed_have(b, arena_fmt(&b->a, "old%d.com", i), "-", i % 2 ? "1" : "2", i);
        bed_want(b, arena_fmt(&b->a, "new%d.com", i), "-", i % 2 ? "3" : "4", i);
    }
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_int_equal(bed_next(b)->items.len, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_hundred_renamed_hosts_are_one_call),
        BED_TEST(test_a_renamed_host_is_one_call_however_many_rules_it_has),
        BED_TEST(test_more_to_come_than_to_go_takes_a_create_and_an_update),
        BED_TEST(test_more_to_go_than_to_come_takes_a_delete_and_an_update),
        BED_TEST(test_a_rule_is_not_held_up_by_one_that_it_has_nothing_to_do_with),
        BED_TEST(test_what_waits_together_goes_together),
        BED_TEST(test_very_many_pairs_are_not_looked_at),
    };
    return cmocka_run_group_tests_name("plan/rule_merge", tests, NULL, NULL);
}
