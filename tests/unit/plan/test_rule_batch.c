/* From single changes to calls. */
#include "support.h"

static void start(struct bed *b)
{
    bed_lb(b);
    bed_listener(b);
}

static void test_changes_of_one_kind_share_a_call_across_rules_they_cannot_meet(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_want(b, "a.com", "-", "new", 1);
    bed_want(b, "b.com", "-", "new", 2); /* changed between two creates */
    bed_want(b, "c.com", "-", "new", 3);
    bed_have(b, "b.com", "-", "old", 100);
    bed_plan(b);
    assert_plan(b, "CreateRules", "UpdateRulesAttribute");
    assert_int_equal(b->plan.steps.items[0].items.len, 2);
}

static void test_what_is_made_below_a_rule_need_not_wait_for_it_to_change(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_want(b, "a.com", "-", "new", 1);
    bed_want(b, "*.com", "-", "new", 2);
    bed_want(b, "-", "-", "new", 3);
    bed_have(b, "*.com", "-", "old", 100);
    bed_plan(b);
    assert_plan(b, "CreateRules", "UpdateRulesAttribute");
}

static void test_a_call_carries_a_hundred_rules(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_row(b, RESOURCE_LOAD_BALANCER, LB);
    for (int i = 0; i < 101; i++)
        bed_have(b, arena_fmt(&b->a, "h%d.com", i), "-", "g", i + 1);
    b->in.allow_destroy = true;
    bed_plan(b);
    assert_plan(b, "DeleteRules", "DeleteRules");
    assert_int_equal(b->plan.steps.items[0].items.len, 100);
    /* From the lowest precedence up. */
    assert_string_equal(step_value(&b->plan.steps.items[0], "RuleIds.1"), "rule-101");
    assert_string_equal(step_value(&b->plan.steps.items[1], "RuleIds.1"), "rule-1");
}

static void test_deletes_of_several_listeners_share_a_call_and_creates_do_not(void **state)
{
    struct bed *b = *state;
    start(b);
    struct alb_listener *l = arena_alloc(&b->a, sizeof *l);
    l->protocol = ALB_PROTOCOL_HTTP;
    l->port = (struct opt_int){ 81, true };
    bed_sync(b, bed_row(b, RESOURCE_LISTENER, "81/HTTP"), l, "lsn-2");
    bed_have(b, "a.com", "-", "g", 1);
    bed_want(b, "b.com", "-", "g", 1);
    struct alb_rule *rule = bed_rule(b, "a.com", "-", "g");
    rule->priority = (struct opt_int){ 7, true };
    struct resource *r = bed_row(b, RESOURCE_RULE, "81/HTTP#1");
    r->parent = "81/HTTP";
    r->actual = rule;
    r->cloud_id = "rule-x";
    r->status = "Available";
    r = bed_row(b, RESOURCE_RULE, "81/HTTP#2");
    r->parent = "81/HTTP";
    r->desired = bed_rule(b, "b.com", "-", "g");
    bed_have(b, "c.com", "-", "g", 2);
    struct alb_rule *second = bed_rule(b, "c.com", "-", "g");
    second->priority = (struct opt_int){ 8, true };
    r = bed_row(b, RESOURCE_RULE, "81/HTTP#3");
    r->parent = "81/HTTP";
    r->actual = second;
    r->cloud_id = "rule-y";
    r->status = "Available";
    bed_plan(b);
    assert_plan(b, "CreateRules", "DeleteRules", "CreateRules");
    assert_int_equal(bed_step(b, "DeleteRules", 0)->items.len, 4);
    assert_string_equal(step_value(bed_step(b, "CreateRules", 0), "ListenerId"), "lsn-1");
    assert_string_equal(step_value(bed_step(b, "CreateRules", 1), "ListenerId"), "lsn-2");
    assert_string_equal(step_value(bed_step(b, "CreateRules", 1), "Rules.1.RuleName"),
                        "rule-81-108");
}

static void test_no_rule_is_twice_in_a_call(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_want(b, "-", "-", "g", 1);       /* needs room ...                     */
    bed_want(b, "a.com", "-", "new", 2); /* ... which this one makes, and it changes */
    bed_have(b, "a.com", "-", "old", 1);
    bed_plan(b);
    assert_plan(b, "CreateRules", "UpdateRulesAttribute");
    assert_int_equal(b->plan.steps.items[1].items.len, 1);
    assert_non_null(step_value(&b->plan.steps.items[1], "Rules.1.RuleActions.1.Type"));
    assert_non_null(step_value(&b->plan.steps.items[1], "Rules.1.Priority"));
}

/* Requests for /x lead to a group of their own before all others lead elsewhere. */
static void test_a_call_comes_after_the_one_that_it_is_linked_to(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_have(b, "a.com", "/*", "1", 100);
    bed_want(b, "a.com", "/x", "3", 1);
    bed_want(b, "a.com", "/*", "2", 2);
    bed_plan(b);
    assert_plan(b, "CreateRules", "UpdateRulesAttribute");
    assert_int_equal(b->plan.steps.items[0].after.len, 0);
    assert_int_equal(b->plan.steps.items[1].after.len, 1);
    assert_int_equal(b->plan.steps.items[1].after.items[0], 0);
}

/* Of a listener of which nothing is known but that it is ours; its rules wait for it. */
static void test_rules_of_a_listener_that_is_not_known_wait(void **state)
{
    struct bed *b = *state;
    start(b);
    struct resource *r = bed_row(b, RESOURCE_LISTENER, "80/HTTP");
    bed_undesired(r);
    bed_gone(r);
    bed_want(b, "a.com", "-", "g", 1);
    bed_plan(b);
    assert_string_equal(bed_step(b, "CreateRules", 0)->waits, "Listener 80/HTTP to exist");
    assert_string_equal(step_value(bed_step(b, "CreateRules", 0), "Rules.1.RuleName"),
                        "rule-0-100");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_changes_of_one_kind_share_a_call_across_rules_they_cannot_meet),
        BED_TEST(test_what_is_made_below_a_rule_need_not_wait_for_it_to_change),
        BED_TEST(test_a_call_carries_a_hundred_rules),
        BED_TEST(test_deletes_of_several_listeners_share_a_call_and_creates_do_not),
        BED_TEST(test_a_call_comes_after_the_one_that_it_is_linked_to),
        BED_TEST(test_no_rule_is_twice_in_a_call),
        BED_TEST(test_rules_of_a_listener_that_is_not_known_wait),
    };
    return cmocka_run_group_tests_name("plan/rule_batch", tests, NULL, NULL);
}
