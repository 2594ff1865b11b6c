/* Changes as copies. */
#include "support.h"

/* In place: /x, then a.com/x changes, then the catch-all, then a.com goes; and nothing can
 * become another, because more is to come than to go. */
static void start(struct bed *b)
{
    bed_rules(b);
    bed_have(b, "a.com", "-", "1", 100);
    bed_have(b, "a.com", "/x/*", "1", 200);
    bed_want(b, "a.com", "/x/*", "1", 1);
    bed_want(b, "-", "/x/*", "1", 2);
    bed_want(b, "a.com", "-", "2", 3);
}

/* The hosts must be there before the catch-all changes, and /x must stay until it has: no rule
 * can become another before that, and nothing is left to become one after it. */
static void start_copies(struct bed *b)
{
    bed_rules(b);
    bed_have(b, "-", "/x/*", "1", 100);
    bed_have(b, "-", "/*", "2", 200);
    bed_want(b, "a.com", "-", "2", 1);
    bed_want(b, "*.b.com", "-", "2", 2);
    bed_want(b, "-", "/*", "1", 3);
}

static void test_what_takes_three_calls_in_place_takes_two_as_copies(void **state)
{
    struct bed *b = *state;
    start_copies(b);
    bed_plan(b);
    assert_int_equal(b->plan.steps.len, 2);
    for (size_t left = 1; left + 1; left--) { /* the plan that is made next goes on with it */
        bed_apply(b, bed_next(b));
        bed_plan(b);
        assert_int_equal(b->plan.steps.len, left);
        if (!left)
            break;
    }
    assert_no_steps(b);
}

static void test_the_copy_has_the_key_and_what_was_there_another(void **state)
{
    struct bed *b = *state;
    start_copies(b);
    bed_plan(b);
    assert_plan(b, "CreateRules", "DeleteRules");
    const struct step *create = bed_next(b), *gone = &b->plan.steps.items[1];
    const struct step_item *copy = NULL;
    for (size_t i = 0; i < create->items.len; i++)
        if (create->items.items[i].aside)
            copy = &create->items.items[i];
    assert_non_null(copy);
    assert_string_equal(copy->aside, arena_fmt(&b->a, "%s.2", copy->key));
    const char *first = gone->items.items[0].key, *last = gone->items.items[1].key;
    assert_int_equal(gone->items.len, 2);
    assert_true(!strcmp(first, copy->aside) || !strcmp(last, copy->aside));
    const char *was = arena_strdup(&b->a, bed_row(b, RESOURCE_RULE, copy->key)->cloud_id);
    const char *aside = arena_strdup(&b->a, copy->aside);
    bed_apply(b, create);
    assert_string_equal(bed_row(b, RESOURCE_RULE, aside)->cloud_id, was);
}

static void test_without_room_for_copies_the_change_is_made_in_place(void **state)
{
    struct bed *b = *state;
    start(b);
    for (int i = 0; i < 97; i++) {
        bed_have(b, arena_fmt(&b->a, "h%d.com", i), "-", "g", 1000 + i);
        bed_want(b, arena_fmt(&b->a, "h%d.com", i), "-", "g", 1000 + i);
    }
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].rules, 100);
    assert_true(b->plan.lbs.items[0].hitless);
    assert_null(bed_step(b, "DeleteRules", 0));
    assert_int_equal(bed_step(b, "CreateRules", 0)->items.len, 1);
}

/* Two are there, two come and one is copied: with 95 others that is a hundred. */
static void test_copies_are_made_where_all_of_them_have_room(void **state)
{
    struct bed *b = *state;
    for (int others = 95; others <= 96; others++) {
        bed_done(b);
        bed_init(b);
        start_copies(b);
        for (int i = 0; i < others; i++) {
            bed_have(b, arena_fmt(&b->a, "h%d.com", i), "-", "g", 1000 + i);
            bed_want(b, arena_fmt(&b->a, "h%d.com", i), "-", "g", 1000 + i);
        }
        bed_plan(b);
        if (others == 95)
            assert_plan(b, "CreateRules", "DeleteRules");
        else
            assert_plan(b, "CreateRules", "UpdateRulesAttribute", "DeleteRules");
        bed_finish(b, others == 95 ? 2 : 3);
    }
}

/* A second copy beside one that a plan before left. */
static void test_a_copy_sets_aside_under_a_key_that_is_free(void **state)
{
    struct bed *b = *state;
    start_copies(b);
    struct alb_rule *left = bed_rule(b, "-", "/*", "2");
    struct resource *r = bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", left, 2));
    r->parent = "80/HTTP"; /* known, though not there any more */
    bed_plan(b);
    const struct step_item *copy = NULL;
    const struct step *create = bed_step(b, "CreateRules", 0);
    for (size_t i = 0; i < create->items.len; i++)
        if (create->items.items[i].aside)
            copy = &create->items.items[i];
    assert_non_null(copy);
    assert_string_equal(copy->aside, arena_fmt(&b->a, "%s.3", copy->key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_what_takes_three_calls_in_place_takes_two_as_copies),
        BED_TEST(test_the_copy_has_the_key_and_what_was_there_another),
        BED_TEST(test_copies_are_made_where_all_of_them_have_room),
        BED_TEST(test_without_room_for_copies_the_change_is_made_in_place),
        BED_TEST(test_a_copy_sets_aside_under_a_key_that_is_free),
    };
    return cmocka_run_group_tests_name("plan/rule_copy", tests, NULL, NULL);
}
