/* Updates alone, found by trying. */
#include "support.h"

static void start(struct bed *b)
{
    bed_lb(b);
    bed_listener(b);
    b->in.allow_destroy = true;
}

static void want(struct bed *b, const char *host, const char *path, const char *group, int64_t at)
{
    bed_want_rule(b, bed_rule(b, host, path, group), at);
}

static void have(struct bed *b, const char *host, const char *path, const char *group,
                 int64_t priority)
{
    bed_have_rule(b, bed_rule(b, host, path, group), priority,
                  arena_fmt(&b->a, "rule-%d", (int)priority));
}

/* a.com/x is never reached, neither before nor after: it may change when it likes. */
static void test_a_rule_that_no_request_reaches_is_free(void **state)
{
    struct bed *b = *state;
    start(b);
    have(b, "a.com", "-", "1", 100);
    have(b, "a.com", "/x/*", "2", 200);
    want(b, "-", "/x/*", "1", 1);
    want(b, "a.com", "/x/*", "1", 2);
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
    start(b);
    have(b, "a.com", "-", "1", 100);
    have(b, "-", "/x/*", "2", 200);
    want(b, "w.com", "/y", "3", 1);
    want(b, "-", "/*", "4", 2);
    bed_plan(b);
    assert_plan(b, "CreateRules", "DeleteRules");
}

/* Three rules change places and actions in a circle; each becomes another one. */
static void test_rules_can_become_each_other(void **state)
{
    struct bed *b = *state;
    start(b);
    have(b, "a.com", "/x/*", "0", 100);
    have(b, "a.com", "-", "0", 200);
    have(b, "-", "/x/*", "0", 300);
    want(b, "a.com", "/x/*", "1", 1);
    want(b, "w.com", "/y", "0", 2);
    want(b, "-", "/*", "1", 3);
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
    start(b);
    have(b, "a.com", "-", "1", 100);
    have(b, "a.com", "/x/*", "2", 200);
    want(b, "-", "/x/*", "1", 1);
    want(b, "a.com", "/x/*", "1", 2);
    struct alb_rule *rule = bed_rule(b, "-", "/*", "3");
    have(b, "-", "/*", "3", 50);
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", rule, 1))->ours = false;
    bed_plan(b);
    assert_in_range(b->plan.steps.len, 2, 3);
}

/* At the end of the labels there is room for a few in the last gap, close to each other. */
static void test_the_last_gap_is_shared_when_it_is_narrow(void **state)
{
    struct bed *b = *state;
    start(b);
    have(b, "a.com", "/x/*", "0", 9979);
    have(b, "a.com", "-", "0", 9980);
    have(b, "-", "/x/*", "0", 9981);
    want(b, "a.com", "/x/*", "1", 1);
    want(b, "w.com", "/y", "0", 2);
    want(b, "-", "/*", "1", 3);
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
    start(b);
    struct alb_rule *odd = bed_rule(b, "a.com", "-", "1");
    for (int i = 0; i < 11; i++) {
        struct alb_condition *h = LIST_PUSH(&b->a, &odd->conditions);
        h->type = ALB_COND_HEADER;
        h->header.key = arena_fmt(&b->a, "x-%d", i);
        *LIST_PUSH(&b->a, &h->header.values) = "1";
    }
    bed_have_rule(b, odd, 50, "rule-50");
    bed_want_rule(b, odd, 0);
    have(b, "a.com", "-", "1", 100);
    have(b, "a.com", "/x/*", "2", 200);
    want(b, "-", "/x/*", "1", 1);
    want(b, "a.com", "/x/*", "1", 2);
    bed_plan(b);
    assert_in_range(b->plan.steps.len, 2, 3);
    assert_true(b->plan.lbs.items[0].hitless);
}

/* As above, at the end of the labels. */
static void test_what_no_request_reaches_is_free_at_the_end_of_the_labels(void **state)
{
    struct bed *b = *state;
    start(b);
    have(b, "a.com", "-", "1", 9998);
    have(b, "a.com", "/x/*", "2", 9999);
    want(b, "-", "/x/*", "1", 1);
    want(b, "a.com", "/x/*", "1", 2);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
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
    };
    return cmocka_run_group_tests_name("plan/rule_exact", tests, NULL, NULL);
}
