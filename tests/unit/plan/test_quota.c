/* How many rules a load balancer may have. */
#include "support.h"

static void have(struct bed *b, const char *host, int64_t priority)
{
    bed_have_rule(b, bed_rule(b, host, "-", "g"), priority,
                  arena_fmt(&b->a, "rule-%d", (int)priority));
}

/* A Basic load balancer, which may have 40, with 'n' rules that are wanted. */
static void start(struct bed *b, int n)
{
    bed_lb(b)->edition = ALB_EDITION_BASIC;
    struct alb_load_balancer *lb = bed_actual(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    lb->edition = ALB_EDITION_BASIC;
    bed_listener(b);
    for (int i = 0; i < n; i++) {
        const char *host = arena_fmt(&b->a, "h%d.com", i);
        have(b, host, 100 + i);
        bed_want_rule(b, bed_rule(b, host, "-", "g"), 100 + i);
    }
}

static void want(struct bed *b, const char *host, int64_t position)
{
    bed_want_rule(b, bed_rule(b, host, "-", "g"), position);
}

static void test_what_fits_is_created_first(void **state)
{
    struct bed *b = *state;
    start(b, 37);
    have(b, "*.old.com", 1);
    have(b, "w.*", 2);
    want(b, "w.old.com", 1);
    bed_plan(b);
    assert_plan(b, "CreateRules", "DeleteRules");
    assert_int_equal(b->plan.lbs.items[0].rules, 38);
    assert_int_equal(b->plan.lbs.items[0].rules_limit, 40);
    assert_true(b->plan.lbs.items[0].hitless);
}

static void test_too_many_rules_are_refused(void **state)
{
    struct bed *b = *state;
    start(b, 40);
    want(b, "new.com", 1);
    bed_plan(b);
    assert_int_equal(b->plan.refusals.len, 1);
    assert_true(b->plan.refusals.items[0].quota);
    assert_true(b->plan.lbs.items[0].refused);
    assert_int_equal(b->plan.lbs.items[0].rules, 41);
    assert_null(bed_next(b));
}

static void test_rules_of_others_use_the_quota_too(void **state)
{
    struct bed *b = *state;
    start(b, 39);
    have(b, "theirs.com", 1);
    struct alb_rule *rule = bed_rule(b, "theirs.com", "-", "g");
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", rule, 1))->ours = false;
    want(b, "new.com", 1);
    bed_plan(b);
    assert_true(b->plan.lbs.items[0].refused);
}

static void test_a_full_list_turns_what_is_doomed_into_what_is_new(void **state)
{
    struct bed *b = *state;
    start(b, 39);
    have(b, "*.old.com", 1);
    want(b, "w.old.com", 1);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_true(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.lbs.items[0].rules, 40);
}

/* Requests for a.com/x go astray when either rule goes before the catch-all is there, those for
 * w.com/y when the catch-all is there before their rule: no update does two of the three. */
static void start_full(struct bed *b, const char *group)
{
    start(b, 38);
    have(b, "a.com", 1);
    bed_have_rule(b, bed_rule(b, "-", "/x", "other"), 2, "rule-2");
    bed_want_rule(b, bed_rule(b, "w.com", "/y", group), 1);
    bed_want_rule(b, bed_rule(b, "-", "/*", "rest"), 500);
}

static void test_a_full_list_deletes_first_and_says_that_it_hurts(void **state)
{
    struct bed *b = *state;
    start_full(b, "new");
    bed_plan(b);
    assert_plan(b, "DeleteRules", "CreateRules");
    assert_int_equal(bed_next(b)->items.len, 2);
    assert_null(b->plan.steps.items[0].waits);
    assert_non_null(b->plan.steps.items[1].waits);
    assert_false(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.refusals.len, 0);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "CreateRules");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_full_list_with_more_to_go_than_to_come_has_room(void **state)
{
    struct bed *b = *state;
    start(b, 38);
    have(b, "*.old.com", 1);
    have(b, "other.com", 2);
    want(b, "w.old.com", 1);
    bed_plan(b);
    assert_null(bed_step(b, "CreateRules", 0));
    assert_int_equal(b->plan.steps.len, 2);
    assert_true(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.lbs.items[0].rules, 39);
}

static void test_a_delete_that_nothing_overlaps_hurts_nobody(void **state)
{
    struct bed *b = *state;
    start(b, 39);
    struct alb_listener *l = arena_alloc(&b->a, sizeof *l);
    l->protocol = ALB_PROTOCOL_HTTP;
    l->port = (struct opt_int){ 81, true };
    bed_sync(b, bed_row(b, RESOURCE_LISTENER, "81/HTTP"), l, "lsn-2");
    struct resource *r = bed_row(b, RESOURCE_RULE, "81/HTTP#1");
    struct alb_rule *rule = bed_rule(b, "a.com", "-", "g");
    rule->priority = (struct opt_int){ 7, true };
    r->parent = "81/HTTP"; /* of another listener: it cannot become one of this */
    r->actual = rule;
    r->cloud_id = "rule-x";
    r->status = "Available";
    want(b, "w.old.com", 1);
    bed_plan(b);
    assert_plan(b, "DeleteRules", "CreateRules");
    assert_true(b->plan.lbs.items[0].hitless);
    assert_string_equal(step_value(&b->plan.steps.items[0], "RuleIds.1"), "rule-x");
}

static void test_nothing_is_deleted_early_before_the_creates_could_follow(void **state)
{
    struct bed *b = *state;
    start_full(b, "@shop/web-api:80");
    bed_plan(b);
    assert_non_null(bed_step(b, "DeleteRules", 0));
    assert_null(bed_next(b));
}

static void test_a_standard_load_balancer_has_a_hundred(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    want(b, "a.com", 1);
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].rules_limit, 100);
    assert_int_equal(b->plan.lbs.items[0].rules, 1);
}

/* A load balancer that says no edition has the quota of a Standard one; a Basic one has 40. */
static void test_the_quota_is_that_of_the_edition(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *lb = bed_lb(b);
    bed_listener(b);
    bed_want_rule(b, bed_rule(b, "a.com", "-", "g"), 1);
    struct alb_load_balancer *actual = bed_actual(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    actual->edition = ALB_EDITION_UNSET;
    lb->edition = ALB_EDITION_BASIC; /* what it is said to be */
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].rules_limit, 40);
    actual->edition = ALB_EDITION_STANDARD; /* what it is */
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].rules_limit, 100);
    bed_gone(bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].rules_limit, 40);
}

/* One request and one response rule, full: neither can become the other. */
static void test_in_a_full_list_a_rule_does_not_change_its_direction(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    for (int i = 0; i < 99; i++) {
        struct alb_rule *rule = bed_rule(b, arena_fmt(&b->a, "s%d.com", i), "-", "g");
        bed_want_rule(b, rule, i + 10);
        bed_have_rule(b, rule, i + 10, arena_fmt(&b->a, "rule-%d", i));
    }
    struct alb_rule *old = bed_rule(b, "a.com", "-", "g");
    old->direction = ALB_DIRECTION_RESPONSE;
    old->actions.items[0].type = ALB_ACTION_REMOVE_HEADER;
    old->actions.items[0].remove_header = (struct alb_remove_header){ .key = "x" };
    bed_have_rule(b, old, 5, "rule-old");
    bed_want_rule(b, bed_rule(b, "n.com", "-", "g"), 1);
    b->in.allow_destroy = true;
    bed_plan(b);
    assert_plan(b, "DeleteRules", "CreateRules");
    assert_null(b->plan.steps.items[0].waits);
    assert_non_null(b->plan.steps.items[1].waits);
    assert_true(b->plan.lbs.items[0].hitless);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_what_fits_is_created_first),
        BED_TEST(test_too_many_rules_are_refused),
        BED_TEST(test_rules_of_others_use_the_quota_too),
        BED_TEST(test_a_full_list_turns_what_is_doomed_into_what_is_new),
        BED_TEST(test_a_full_list_deletes_first_and_says_that_it_hurts),
        BED_TEST(test_a_full_list_with_more_to_go_than_to_come_has_room),
        BED_TEST(test_a_delete_that_nothing_overlaps_hurts_nobody),
        BED_TEST(test_nothing_is_deleted_early_before_the_creates_could_follow),
        BED_TEST(test_a_standard_load_balancer_has_a_hundred),
        BED_TEST(test_the_quota_is_that_of_the_edition),
        BED_TEST(test_in_a_full_list_a_rule_does_not_change_its_direction),
    };
    return cmocka_run_group_tests_name("plan/quota", tests, NULL, NULL);
}
