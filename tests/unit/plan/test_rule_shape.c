/* Which shape of a change is taken, and that what is planned after a call goes on with it. */
#include "support.h"

/* Forty rules at most. */
static void start_basic(struct bed *b)
{
    bed_rules(b);
    struct resource *r = bed_row(b, RESOURCE_LOAD_BALANCER, LB);
    struct alb_load_balancer *lb = bed_actual(b, r);
    lb->edition = ALB_EDITION_BASIC;
    r->desired = lb;
}

/* As test_rule_copy.c, above twenty rules in a list without gaps: the hosts must be there before
 * the catch-all of / changes, and /x must stay until it has.  They belong between the two, so all
 * below moves down first, which as copies would be more rules than there may be. */
static void test_copies_follow_when_room_was_made(void **state)
{
    struct bed *b = *state;
    start_basic(b);
    bed_have(b, "-", "/x/*", "1", 1);
    bed_have(b, "-", "/*", "2", 2);
    bed_want(b, "a.com", "-", "2", 1);
    bed_want(b, "*.b.com", "-", "2", 2);
    bed_want(b, "-", "/*", "1", 3);
    for (int i = 3; i <= 22; i++) {
        const char *host = arena_fmt(&b->a, "h%d.com", i);
        bed_have(b, host, "-", "g", i);
        bed_want(b, host, "-", "g", i + 1);
    }
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute", "CreateRules", "DeleteRules");
    for (size_t i = 1; i < 3; i++) { /* all that follows comes after the room, and in order */
        assert_int_equal(b->plan.steps.items[i].after.len, i);
        assert_int_equal(b->plan.steps.items[i].after.items[0], 0);
    }
    bed_finish(b, 3);
}

enum { BELOW = 8 };

/* A rule for everything comes before eight that are there, in a list without gaps. */
static void start_late(struct bed *b)
{
    bed_rules(b);
    bed_want(b, "-", "/*", "g", 1);
    for (int i = 1; i <= BELOW; i++) {
        const char *host = arena_fmt(&b->a, "h%d.com", i);
        bed_have(b, host, "-", host, i);
        bed_want(b, host, "-", host, i + 1);
    }
}

/* Then they move below it; what is planned in between moves it, too, in the same call. */
static void test_room_may_be_made_by_the_second_call(void **state)
{
    struct bed *b = *state;
    start_late(b);
    bed_plan(b);
    assert_plan(b, "CreateRules", "UpdateRulesAttribute");
    bed_finish(b, 2);
}

/* With eight rules in a call it would take one call more to move nine of them. */
static void test_room_comes_first_where_the_plan_would_not_go_on(void **state)
{
    struct bed *b = *state;
    start_late(b);
    b->in.batch_rules = BELOW;
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute", "CreateRules");
    assert_int_equal(b->plan.steps.items[0].items.len, BELOW);
    assert_null(b->plan.steps.items[0].waits);
    assert_string_equal(b->plan.steps.items[1].waits, "labels to be moved, to make room");
    bed_finish(b, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_copies_follow_when_room_was_made),
        BED_TEST(test_room_may_be_made_by_the_second_call),
        BED_TEST(test_room_comes_first_where_the_plan_would_not_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
