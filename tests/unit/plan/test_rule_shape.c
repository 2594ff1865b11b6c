/* Which shape of a change is taken, and that what is planned after a call goes on with it. */
#include "alb-agent/rng.h"
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

/* Rules that stay, which meet nothing else, so that of forty 'room' are free beside 'there'. */
static void fill(struct bed *b, int there, int room)
{
    for (int i = 0; i < 40 - room - there; i++) {
        const char *host = arena_fmt(&b->a, "f%d.com", i);
        bed_have(b, host, "-", host, 100 + i);
        bed_want(b, host, "-", host, 100 + i);
    }
}

/* Both hosts' rules must be there before the one for everything goes, of which there is room for
 * one; then that one can be turned into the other, and what is left goes. */
static void test_in_a_nearly_full_list_what_there_is_room_for_comes_first(void **state)
{
    struct bed *b = *state;
    start_basic(b);
    bed_have(b, "w.com", "/x", "1", 2);
    bed_have(b, "-", "/*", "2", 3);
    bed_want(b, "a.com", "/x", "2", 1);
    bed_want(b, "a.com", "/x/*", "2", 2);
    fill(b, 2, 1);
    bed_plan(b);
    assert_plan(b, "CreateRules", "UpdateRulesAttribute", "DeleteRules");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(b->plan.steps.items[i].items.len, 1);
    bed_finish(b, 3);
}

/* All in two rounds of the quota would take the rules that go first, and with them requests that
 * nothing answers yet.  What is best once the one that there is room for is there costs nobody. */
static void test_in_a_nearly_full_list_nothing_goes_first_that_need_not(void **state)
{
    struct bed *b = *state;
    start_basic(b);
    bed_have(b, "a.com", "/y", "0", 1);
    bed_have(b, "a.com", "/*", "1", 2);
    bed_have(b, "*.g.com", "/y", "1", 3);
    bed_want(b, "c.com", "/x", "2", 1);
    bed_want(b, "w.g.com", "-", "0", 2);
    bed_want(b, "-", "/*", "1", 3);
    fill(b, 3, 1);
    bed_plan(b);
    assert_plan(b, "CreateRules", "UpdateRulesAttribute", "DeleteRules");
    assert_true(b->plan.lbs.items[0].hitless);
    bed_finish(b, 3);
}

static const char *const some_hosts[] = { "a.com", "b.com", "c.com", "-", "*.g.com", "w.g.com" };
static const char *const some_paths[] = { "/x/*", "/x", "/y", "-", "/*" };

/* Up to seven rules of any kind, there or wanted, no two alike. */
static int draw_rules(struct bed *b, struct rng *rng, bool wanted)
{
    bool drawn[COUNT(some_hosts)][COUNT(some_paths)] = { 0 };
    const int n = wanted + (int)rng_below(rng, 7);
    int label = 0;
    for (int i = 0; i < n; label += 1 + (int)rng_below(rng, 2)) {
        const size_t h = rng_below(rng, COUNT(some_hosts)), p = rng_below(rng, COUNT(some_paths));
        const char *group = arena_fmt(&b->a, "g%d", (int)rng_below(rng, 3));
        if (drawn[h][p] || (!strcmp(some_hosts[h], "-") && !strcmp(some_paths[p], "-")))
            continue;
        drawn[h][p] = true;
        i++;
        if (wanted)
            bed_want(b, some_hosts[h], some_paths[p], group, i);
        else
            bed_have(b, some_hosts[h], some_paths[p], group, label + 1);
    }
    return n;
}

/* Whatever the change: what is said to cost nobody anything does not, in as many calls. */
static void test_in_nearly_full_lists_the_plan_keeps_its_word(void **state)
{
    struct bed *b = *state;
    struct rng rng = { 3 };
    size_t hitless = 0;
    for (int i = 0; i < 300; i++) {
        bed_done(b);
        bed_init(b);
        start_basic(b);
        const int there = draw_rules(b, &rng, false);
        (void)draw_rules(b, &rng, true);
        fill(b, there, 1 + (int)rng_below(&rng, 4));
        bed_plan(b);
        if (b->plan.refusals.len || !b->plan.lbs.items[0].hitless)
            continue;
        hitless++;
        bed_finish(b, b->plan.steps.len);
    }
    assert_true(hitless > 200); /* most can be done without */
}

/* A rule of the other direction, which no update turns into one for requests. */
static void have_response(struct bed *b, const char *host, int64_t priority)
{
    struct alb_rule *rule = bed_rule(b, host, "-", "g");
    rule->direction = ALB_DIRECTION_RESPONSE;
    bed_have_rule(b, rule, priority, arena_fmt(&b->a, "rule-%d", (int)priority));
    bed_undesired(&b->model.rows.items[b->model.rows.len - 1]);
}

/* What there is room for may have to wait for a change: the two new ones would take requests from
 * a.com before it is above them.  So the one that only goes makes room in the first call. */
static void test_nothing_comes_first_that_waits_for_a_change(void **state)
{
    struct bed *b = *state;
    start_basic(b);
    bed_have(b, "-", "/x/*", "1", 11);
    bed_have(b, "-", "/y/*", "1", 12);
    bed_have(b, "a.com", "-", "2", 13);
    bed_want(b, "a.com", "-", "2", 1);
    bed_want(b, "a.com", "/x/1", "3", 2);
    bed_want(b, "a.com", "/y/1", "3", 3);
    bed_want(b, "-", "/x/*", "1", 4);
    bed_want(b, "-", "/y/*", "1", 5);
    have_response(b, "gone.com", 90);
    fill(b, 4, 1);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute", "DeleteRules", "CreateRules");
    bed_finish(b, 3);
}

/* Of two that overlap the upper one must not come later. */
static void test_what_comes_first_keeps_its_order(void **state)
{
    struct bed *b = *state;
    start_basic(b);
    bed_want(b, "a.com", "/x/y", "1", 1);
    bed_want(b, "a.com", "/x/*", "2", 2);
    bed_want(b, "a.com", "-", "3", 3);
    have_response(b, "gone.com", 90);
    fill(b, 1, 2);
    bed_plan(b);
    assert_plan(b, "DeleteRules", "CreateRules");
    assert_int_equal(b->plan.steps.items[1].items.len, 3);
    bed_finish(b, 2);
}

/* Somebody else's rule bars the way below the label of ours: what belongs above ours waits for
 * good, and what is independent of it is made. */
static void test_in_a_nearly_full_list_a_label_may_be_lacking(void **state)
{
    struct bed *b = *state;
    start_basic(b);
    bed_have(b, "a.com", "/x/*", "1", 1);
    bed_want(b, "a.com", "/x/y", "2", 1);
    bed_want(b, "a.com", "/x/*", "1", 2);
    bed_want(b, "b.com", "-", "2", 3);
    bed_have(b, "a.com", "/*", "theirs", 2);
    b->model.rows.items[b->model.rows.len - 1].ours = false;
    have_response(b, "gone.com", 90);
    fill(b, 3, 1);
    bed_plan(b);
    assert_plan(b, "CreateRules", "DeleteRules", "CreateRules");
    assert_null(b->plan.steps.items[0].waits);
    assert_string_equal(b->plan.steps.items[2].waits, "a free priority between its neighbours");
}

/* And nothing may be possible, and too much wanted. */
static void test_in_a_nearly_full_list_all_labels_may_be_lacking(void **state)
{
    struct bed *b = *state;
    start_basic(b);
    bed_have(b, "a.com", "/x/*", "1", 1);
    bed_want(b, "a.com", "/x/y", "2", 1);
    bed_want(b, "a.com", "/x/z", "2", 2);
    bed_want(b, "a.com", "/x/*", "1", 3);
    bed_have(b, "a.com", "/*", "theirs", 2);
    b->model.rows.items[b->model.rows.len - 1].ours = false;
    fill(b, 2, 1);
    bed_plan(b);
    assert_plan(b, "CreateRules");
    assert_string_equal(b->plan.steps.items[0].waits, "what was refused to be allowed");
    assert_int_equal(b->plan.refusals.len, 1);
    assert_true(b->plan.refusals.items[0].quota);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_copies_follow_when_room_was_made),
        BED_TEST(test_room_may_be_made_by_the_second_call),
        BED_TEST(test_room_comes_first_where_the_plan_would_not_go_on),
        BED_TEST(test_in_a_nearly_full_list_what_there_is_room_for_comes_first),
        BED_TEST(test_in_a_nearly_full_list_nothing_goes_first_that_need_not),
        BED_TEST(test_in_nearly_full_lists_the_plan_keeps_its_word),
        BED_TEST(test_nothing_comes_first_that_waits_for_a_change),
        BED_TEST(test_what_comes_first_keeps_its_order),
        BED_TEST(test_in_a_nearly_full_list_a_label_may_be_lacking),
        BED_TEST(test_in_a_nearly_full_list_all_labels_may_be_lacking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
