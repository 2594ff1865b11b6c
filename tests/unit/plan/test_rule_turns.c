/* In which order rules have their turns. */
#include "support.h"

/* By their priorities, also where the list has another order, as it may of rules that cannot meet.
 */
static void test_a_call_names_rules_by_their_priorities(void **state)
{
    struct bed *b = *state;
    static const int64_t labels[] = { 110, 100, 150, 120, 101 };
    static const char *const ids[] = { "rule-100", "rule-101", "rule-110", "rule-120", "rule-150" };
    bed_rules(b);
    for (int i = 0; i < 5; i++) {
        bed_have(b, arena_fmt(&b->a, "h%d.com", i), "-", "1", labels[i]);
        bed_want(b, arena_fmt(&b->a, "h%d.com", i), "-", "2", i + 1);
    }
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    for (int i = 0; i < 5; i++)
        assert_string_equal(step_value(bed_next(b), arena_fmt(&b->a, "Rules.%d.RuleId", i + 1)),
                            ids[i]);
}

static void theirs(struct bed *b, const char *path, int64_t priority)
{
    bed_have(b, "-", path, "g", priority);
    const char *key = rule_key(&b->a, "80/HTTP", bed_rule(b, "-", path, "g"), 1);
    bed_row(b, RESOURCE_RULE, key)->ours = false;
}

/* No label is free where the third belongs, and none can be made so: what comes after it, and one
 * request could match, waits; what comes before it does not. */
static void test_what_comes_after_a_rule_without_a_priority_waits(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    theirs(b, "/1/*", 4999);
    theirs(b, "/2/*", 5002);
    static const int64_t labels[] = { 4000, 5000, 0, 5001, 6000, 9000 };
    for (int i = 0; i < 6; i++) {
        const char *path = arena_fmt(&b->a, "/*/%d/*", i);
        bed_want(b, "-", path, "2", i + 1);
        if (labels[i])
            bed_have(b, "-", path, "1", labels[i]);
    }
    bed_plan(b);
    assert_non_null(bed_step(b, "CreateRules", 0)->waits);
    assert_int_equal(bed_count(b, "UpdateRulesAttribute"), 2);
    const struct step *s = bed_step(b, "UpdateRulesAttribute", 0);
    assert_null(s->waits);
    assert_int_equal(s->items.len, 2);
    assert_string_equal(step_value(s, "Rules.1.RuleId"), "rule-4000");
    assert_string_equal(step_value(s, "Rules.2.RuleId"), "rule-5000");
    s = bed_step(b, "UpdateRulesAttribute", 1);
    assert_non_null(strstr(s->waits, "a free priority between its neighbours"));
    assert_int_equal(s->items.len, 3);
}

/* The second finds no priority.  Whatever else takes the place of what goes, it does not, and what
 * comes after it waits for it. */
static void test_a_rule_without_a_priority_takes_no_place(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    theirs(b, "/1/*", 4999);
    theirs(b, "/2/*", 5002);
    bed_have(b, "-", "/*/1/*", "1", 5000);
    bed_want(b, "-", "/*/1/*", "1", 1);
    bed_want(b, "-", "/*/2/*", "1", 2);
    bed_have(b, "-", "/*/3/*", "1", 5001);
    bed_want(b, "-", "/*/3/*", "1", 3);
    bed_want(b, "-", "/*/4/*", "2", 4);
    bed_have(b, "-", "/*/5/*", "3", 8000);
    bed_have(b, "-", "/*/6/*", "4", 9000);
    bed_plan(b);
    assert_null(bed_next(b));
    const struct step *s = bed_step(b, "CreateRules", 0);
    assert_string_equal(s->waits, "a free priority between its neighbours");
    assert_null(step_value(s, "Rules.1.Priority"));
    assert_int_equal(b->plan.warnings.len, 1);
    for (size_t i = 0; i < bed_count(b, "UpdateRulesAttribute"); i++)
        assert_string_not_equal(bed_step(b, "UpdateRulesAttribute", i)->items.items[0].key,
                                s->items.items[0].key);
}

static void test_a_refused_rule_that_nobody_wants_any_more_goes(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "a.com", "-", "g", 100);
    const char *key = rule_key(&b->a, "80/HTTP", bed_rule(b, "a.com", "-", "g"), 1);
    bed_row(b, RESOURCE_RULE, key)->refused = true;
    bed_plan(b);
    assert_plan(b, "DeleteRules");
    assert_null(b->plan.steps.items[0].waits);
}

/* Two that nothing wants any more, and one for the requests of the first that was wanted last. */
static struct resource *start_with_owed(struct bed *b)
{
    bed_rules(b);
    bed_have(b, "a.com", "-", "g", 100);
    bed_have(b, "b.com", "-", "g", 200);
    bed_want(b, "a.com", "/*", "g", 1);
    struct resource *owed =
        bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", bed_rule(b, "a.com", "/*", "g"), 1));
    owed->held = true;
    return owed;
}

static void test_what_was_to_be_replaced_stays_while_nobody_can_say_by_what(void **state)
{
    struct bed *b = *state;
    struct resource *owed = start_with_owed(b);
    const char *key = arena_strdup(&b->a, owed->key);
    owed->desired_from = "Ingress shop/web";
    bed_plan(b);
    const struct step *s = bed_next(b);
    assert_non_null(s);
    assert_string_equal(s->action, "DeleteRules");
    assert_string_equal(step_value(s, "RuleIds.1"), "rule-200");
    assert_null(step_value(s, "RuleIds.2"));
    bed_apply(b, s);
    bed_plan(b);
    assert_null(bed_next(b));
    assert_int_equal(b->plan.steps.len, 1);
    assert_non_null(strstr(b->plan.steps.items[0].waits, "Ingress shop/web to be readable"));
    bed_row(b, RESOURCE_RULE, key)->desired_from = NULL;
    bed_plan(b);
    assert_non_null(
        strstr(b->plan.steps.items[0].waits, arena_fmt(&b->a, "%s to be readable", key)));
}

/* A rule that goes, and behind it one for "/" and group "g" of an object that nobody can read now,
 * which leads to 'group'. */
static struct resource *start_with_doubt(struct bed *b, const char *group)
{
    bed_rules(b);
    bed_have(b, "a.com", "-", "g", 100);
    bed_have(b, "-", "/*", group, 300);
    bed_want(b, "-", "/*", "g", 1);
    struct resource *r =
        bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", bed_rule(b, "-", "/*", "g"), 1));
    r->held = true;
    bed_plan(b);
    return r;
}

/* It leads elsewhere still than its object asked for last. */
static void test_what_one_in_doubt_is_to_answer_stays_while_it_acts_otherwise(void **state)
{
    struct bed *b = *state;
    struct resource *owed = start_with_doubt(b, "h");
    assert_null(bed_next(b));
    owed->applied = owed->desired; /* that was done, and somebody changed it since */
    bed_plan(b);
    assert_plan(b, "DeleteRules");
}

/* Somebody made it what it was to be. */
static void test_what_one_in_doubt_has_already_is_not_waited_for(void **state)
{
    (void)start_with_doubt(*state, "g");
    assert_plan((struct bed *)*state, "DeleteRules");
}

/* Whoever deleted it, its requests are without it already. */
static void test_what_was_there_once_is_not_waited_for(void **state)
{
    struct bed *b = *state;
    struct resource *was = start_with_owed(b);
    was->applied = was->desired;
    bed_plan(b);
    assert_plan(b, "DeleteRules");
    assert_non_null(step_value(bed_next(b), "RuleIds.2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_call_names_rules_by_their_priorities),
        BED_TEST(test_a_rule_without_a_priority_takes_no_place),
        BED_TEST(test_a_refused_rule_that_nobody_wants_any_more_goes),
        BED_TEST(test_what_was_to_be_replaced_stays_while_nobody_can_say_by_what),
        BED_TEST(test_what_one_in_doubt_is_to_answer_stays_while_it_acts_otherwise),
        BED_TEST(test_what_one_in_doubt_has_already_is_not_waited_for),
        BED_TEST(test_what_was_there_once_is_not_waited_for),
        BED_TEST(test_what_comes_after_a_rule_without_a_priority_waits),
    };
    return cmocka_run_group_tests_name("plan/rule_turns", tests, NULL, NULL);
}
