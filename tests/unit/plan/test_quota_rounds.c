/* How many rules a load balancer may have: changes in rounds, where old and new have no room beside
 * each other. */
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

/* Does step after step; at no moment are there more than 40 rules, and every new plan keeps its
 * word.  Returns the number of calls. */
static size_t finish(struct bed *b)
{
    const bool hitless = b->plan.lbs.items[0].hitless;
    size_t calls = 0;
    for (; b->plan.steps.len && calls < 20; calls++) {
        const struct step *s = bed_next(b);
        assert_non_null(s);
        assert_false(s->disrupts && hitless);
        bed_apply(b, s);
        bed_plan(b);
        assert_true(!hitless || b->plan.lbs.items[0].hitless);
        size_t there = 0;
        for (size_t i = 0; i < b->model.rows.len; i++)
            there += b->model.rows.items[i].kind == RESOURCE_RULE && b->model.rows.items[i].actual;
        assert_in_range(there, 0, 40);
    }
    assert_no_steps(b);
    return calls;
}

/* There is room for one of two that are new, and the other waits for its group. */
static void test_what_waits_takes_no_room_from_what_does_not(void **state)
{
    struct bed *b = *state;
    start(b, 38);
    have(b, "a.com", 1);
    bed_want_rule(b, bed_rule(b, "b.com", "-", "g"), 1);
    bed_want_rule(b, bed_rule(b, "-", "/w", "@shop/none:80"), 700);
    bed_plan(b);
    assert_true(b->plan.lbs.items[0].hitless);
    const struct step *s = bed_next(b);
    assert_non_null(s);
    assert_string_equal(
        s->items.items[0].key,
        bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", bed_rule(b, "b.com", "-", "g"), 1))
            ->key);
}

/* With room for one: the rule that the catch-all hides is created, the catch-all takes the place
 * of one of the two that go, and the other goes. */
static void test_with_room_for_one_the_last_create_takes_the_place_of_a_delete(void **state)
{
    struct bed *b = *state;
    start(b, 37);
    have(b, "a.com", 1);
    bed_have_rule(b, bed_rule(b, "-", "/x", "other"), 2, "rule-2");
    bed_want_rule(b, bed_rule(b, "w.com", "/y", "new"), 1);
    bed_want_rule(b, bed_rule(b, "-", "/*", "rest"), 500);
    bed_plan(b);
    assert_plan(b, "CreateRules", "UpdateRulesAttribute", "DeleteRules");
    assert_true(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.steps.items[0].items.len, 1);
    assert_null(b->plan.steps.items[0].waits);
    assert_int_equal(b->plan.refusals.len, 0);
    assert_int_equal(finish(b), 3);
}

/* The same beside a rule that stands above all and is made no room for by anything: it comes when
 * the others have made some. */
static void test_what_makes_deletes_possible_is_created_first(void **state)
{
    struct bed *b = *state;
    start(b, 37);
    have(b, "a.com", 2);
    bed_have_rule(b, bed_rule(b, "-", "/x", "other"), 3, "rule-3");
    struct alb_rule *answer = bed_rule(b, "s.com", "-", "g");
    answer->direction = ALB_DIRECTION_RESPONSE;
    answer->actions.items[0].type = ALB_ACTION_REMOVE_HEADER;
    answer->actions.items[0].remove_header = (struct alb_remove_header){ .key = "x" };
    bed_want_rule(b, answer, 0);
    bed_want_rule(b, bed_rule(b, "w.com", "/y", "new"), 1);
    bed_want_rule(b, bed_rule(b, "-", "/*", "rest"), 500);
    bed_plan(b);
    assert_true(b->plan.lbs.items[0].hitless);
    (void)finish(b);
}

/* The same where something else goes by itself, whatever it is: of another direction, of another
 * listener, or not to be deleted yet.  It is nothing to take the place of. */
static void test_only_a_rule_of_its_list_and_direction_gives_up_its_place(void **state)
{
    struct bed *b = *state;
    start(b, 34);
    have(b, "a.com", 1);
    bed_have_rule(b, bed_rule(b, "-", "/x", "other"), 2, "rule-2");
    bed_want_rule(b, bed_rule(b, "w.com", "/y", "new"), 1);
    bed_want_rule(b, bed_rule(b, "-", "/*", "rest"), 500);
    struct alb_rule *answer = bed_rule(b, "s.com", "-", "g");
    answer->direction = ALB_DIRECTION_RESPONSE;
    answer->actions.items[0].type = ALB_ACTION_REMOVE_HEADER;
    answer->actions.items[0].remove_header = (struct alb_remove_header){ .key = "x" };
    bed_have_rule(b, answer, 900, "rule-900");
    struct alb_listener *l = arena_alloc(&b->a, sizeof *l);
    l->protocol = ALB_PROTOCOL_HTTP;
    l->port = (struct opt_int){ 79, true };
    bed_sync(b, bed_row(b, RESOURCE_LISTENER, "79/HTTP"), l, "lsn-2");
    struct resource *r = bed_row(b, RESOURCE_RULE, "79/HTTP#1");
    struct alb_rule *rule = bed_rule(b, "a.com", "-", "g");
    rule->priority = (struct opt_int){ 7, true };
    r->parent = "79/HTTP";
    r->actual = rule;
    r->cloud_id = "rule-x";
    r->status = "Available";
    struct alb_rule *stale = bed_rule(b, "stale.com", "/stale", "g");
    bed_have_rule(b, stale, 950, "rule-950");
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", stale, 1))->observed_at = NOW - 60001;
    bed_plan(b);
    assert_true(b->plan.lbs.items[0].hitless);
    assert_string_equal(bed_next(b)->action, "CreateRules");
    assert_int_equal(bed_next(b)->items.len, 1);
    assert_int_equal(bed_count(b, "UpdateRulesAttribute"), 1);
    for (size_t i = 0; i < b->plan.steps.len; i++) {
        const struct step *s = &b->plan.steps.items[i];
        for (size_t k = 0; k < s->items.len && s->op == STEP_UPDATE; k++) {
            assert_string_not_equal(s->items.items[k].id, "rule-900");
            assert_string_not_equal(s->items.items[k].id, "rule-x");
            assert_string_not_equal(s->items.items[k].id, "rule-950");
        }
    }
    const struct step *waits = bed_step(b, "DeleteRules", bed_count(b, "DeleteRules") - 1);
    assert_string_equal(waits->waits, "a fresh read");
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", stale, 1))->observed_at = NOW;
    bed_plan(b);
    (void)finish(b);
}

/* Two such changes, and room for one rule: the room that one makes is what the other needs. */
static void test_changes_go_in_rounds_as_far_as_the_room_allows(void **state)
{
    struct bed *b = *state;
    start(b, 35);
    static const char *const hosts[] = { "a.com", "b.com" };
    for (int i = 0; i < 2; i++) {
        bed_have_rule(b, bed_rule(b, hosts[i], "/a/*", "1"), 1 + 2 * i,
                      arena_fmt(&b->a, "rule-%d", 1 + 2 * i));
        bed_have_rule(b, bed_rule(b, hosts[i], "/*/x", "2"), 2 + 2 * i,
                      arena_fmt(&b->a, "rule-%d", 2 + 2 * i));
        bed_want_rule(b, bed_rule(b, hosts[i], "/y/z", "3"), 1 + 2 * i);
        bed_want_rule(b, bed_rule(b, hosts[i], "/*", "4"), 2 + 2 * i);
    }
    bed_plan(b);
    assert_true(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.refusals.len, 0);
    (void)finish(b);
}

/* Two changes for which only rounds do, because something waits beside them. */
static void test_a_round_makes_room_for_the_next(void **state)
{
    struct bed *b = *state;
    start(b, 34);
    static const char *const hosts[] = { "a.com", "b.com" };
    for (int i = 0; i < 2; i++) {
        bed_have_rule(b, bed_rule(b, hosts[i], "/a/*", "1"), 1 + 2 * i,
                      arena_fmt(&b->a, "rule-%d", 1 + 2 * i));
        bed_have_rule(b, bed_rule(b, hosts[i], "/*/x", "2"), 2 + 2 * i,
                      arena_fmt(&b->a, "rule-%d", 2 + 2 * i));
        bed_want_rule(b, bed_rule(b, hosts[i], "/y/z", "3"), 1 + 2 * i);
        bed_want_rule(b, bed_rule(b, hosts[i], "/*", "4"), 2 + 2 * i);
    }
    struct alb_rule *stale = bed_rule(b, "s.com", "-", "g");
    bed_have_rule(b, stale, 950, "rule-950");
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", stale, 1))->observed_at = NOW - 60001;
    bed_plan(b);
    assert_string_equal(bed_next(b)->action, "CreateRules");
    assert_int_equal(bed_next(b)->items.len, 1);
    assert_true(b->plan.lbs.items[0].hitless);
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", stale, 1))->observed_at = NOW;
    for (size_t calls = 0; calls < 2; calls++) {
        bed_apply(b, bed_next(b));
        bed_plan(b);
    }
    (void)finish(b);
}

/* One that waits holds nobody up: what has room is made. */
static void test_what_waits_takes_no_room(void **state)
{
    struct bed *b = *state;
    start(b, 38);
    have(b, "a.com", 1);
    bed_want_rule(b, bed_rule(b, "*.com", "-", "@shop/web-api:80"), 500);
    bed_want_rule(b, bed_rule(b, "n.org", "-", "new"), 1);
    bed_plan(b);
    const struct step *s = bed_next(b);
    assert_string_equal(s->action, "CreateRules");
    assert_int_equal(s->items.len, 1);
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, s);
    bed_plan(b);
    assert_null(bed_next(b)); /* a.com is not deleted before the rule that waits is there */
}

/* a.com/u/v can only be made in the place of a.com/u/..., which can only go when what is below it
 * has changed, which waits for a.com/u/v.  What could go by itself was not read for long. */
static void test_room_is_waited_for_while_something_can_go_by_itself(void **state)
{
    struct bed *b = *state;
    start(b, 37);
    bed_have_rule(b, bed_rule(b, "a.com", "/u/*", "1"), 1, "rule-1");
    bed_have_rule(b, bed_rule(b, "a.com", "/*", "2"), 50, "rule-50");
    bed_want_rule(b, bed_rule(b, "a.com", "/u/v", "3"), 1);
    bed_want_rule(b, bed_rule(b, "a.com", "/*", "4"), 2);
    struct alb_rule *stale = bed_rule(b, "s.com", "-", "g");
    bed_have_rule(b, stale, 950, "rule-950");
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", stale, 1))->observed_at = NOW - 60001;
    bed_plan(b);
    assert_null(bed_next(b));
    assert_true(b->plan.lbs.items[0].hitless);
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", stale, 1))->observed_at = NOW;
    bed_plan(b);
    assert_true(b->plan.lbs.items[0].hitless);
    (void)finish(b);
}

/* What can be done is done, and that the rest will cost something is said at once. */
static void test_what_is_stuck_in_the_end_is_said_at_once(void **state)
{
    struct bed *b = *state;
    start(b, 37);
    bed_have_rule(b, bed_rule(b, "b.com", "/a/b/*", "5"), 1, "rule-1");
    bed_have_rule(b, bed_rule(b, "b.com", "/a/*", "1"), 2, "rule-2");
    bed_have_rule(b, bed_rule(b, "b.com", "/*/x", "2"), 3, "rule-3");
    bed_want_rule(b, bed_rule(b, "b.com", "/y/z", "3"), 1);
    bed_want_rule(b, bed_rule(b, "b.com", "/*", "4"), 2);
    bed_want_rule(b, bed_rule(b, "h0.com", "-", "changed"), 100);
    bed_plan(b);
    assert_string_equal(bed_next(b)->action, "UpdateRulesAttribute");
    assert_int_equal(bed_next(b)->items.len, 1);
    assert_false(b->plan.lbs.items[0].hitless);
    assert_false(bed_next(b)->disrupts);
}

/* x1 goes when y1 is there, x2 when x1 is gone and y2 and y3 are there: more than a round's room.
 */
static void test_what_was_done_in_a_round_needs_no_room_in_the_next(void **state)
{
    struct bed *b = *state;
    start(b, 36);
    bed_have_rule(b, bed_rule(b, "a.com", "/*/b", "2"), 1, "rule-1");
    bed_have_rule(b, bed_rule(b, "a.com", "/a/*", "1"), 2, "rule-2");
    bed_want_rule(b, bed_rule(b, "a.com", "/a/q", "3"), 1);
    bed_want_rule(b, bed_rule(b, "a.com", "/c/b", "4"), 2);
    bed_want_rule(b, bed_rule(b, "a.com", "/d/b", "5"), 3);
    struct alb_rule *stale = bed_rule(b, "s.com", "-", "g");
    bed_have_rule(b, stale, 950, "rule-950");
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", stale, 1))->observed_at = NOW - 60001;
    bed_plan(b);
    assert_string_equal(bed_next(b)->action, "CreateRules");
    assert_true(b->plan.lbs.items[0].hitless);
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", stale, 1))->observed_at = NOW;
    bed_plan(b);
    (void)finish(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_what_waits_takes_no_room_from_what_does_not),
        BED_TEST(test_with_room_for_one_the_last_create_takes_the_place_of_a_delete),
        BED_TEST(test_what_makes_deletes_possible_is_created_first),
        BED_TEST(test_only_a_rule_of_its_list_and_direction_gives_up_its_place),
        BED_TEST(test_changes_go_in_rounds_as_far_as_the_room_allows),
        BED_TEST(test_a_round_makes_room_for_the_next),
        BED_TEST(test_what_waits_takes_no_room),
        BED_TEST(test_room_is_waited_for_while_something_can_go_by_itself),
        BED_TEST(test_what_is_stuck_in_the_end_is_said_at_once),
        BED_TEST(test_what_was_done_in_a_round_needs_no_room_in_the_next),
    };
    return cmocka_run_group_tests_name("plan/quota_rounds", tests, NULL, NULL);
}
