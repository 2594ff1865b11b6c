/* Labels for new and moved rules, and room for them. */
#include "support.h"

#include "rule_priv.h"

static const struct resource listener = { .key = "80/HTTP" };

static struct rule_node *add(struct bed *b, struct rule_list *l, const char *host, int64_t label)
{
    struct rule_node *n = LIST_PUSH(&b->a, &l->nodes);
    *n = (struct rule_node){
        .listener = &listener, .rule = bed_rule(b, host, "-", "g"), .was = label, .label = label
    };
    return n;
}

static struct rule_node *want(struct bed *b, struct rule_list *l, const char *host, int64_t label)
{
    struct rule_node *n = add(b, l, host, label);
    l->n_wanted = l->nodes.len;
    return n;
}

static rule_moves run(struct bed *b, struct rule_list *l)
{
    rule_moves moves = { 0 };
    find_near(&b->a, l);
    order_keep(&b->a, l);
    label_rules(&b->a, l, true, &moves);
    return moves;
}

/* How many of those that are there get another label. */
static size_t moved(const struct rule_list *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n_wanted; i++)
        n += l->nodes.items[i].was && l->nodes.items[i].target != l->nodes.items[i].was;
    return n;
}

static int64_t target(const struct rule_list *l, size_t i)
{
    return l->nodes.items[i].target;
}

static void test_an_empty_list_is_spread_by_hundreds(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    for (int i = 0; i < 3; i++)
        want(b, &l, "-", 0);
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(target(&l, 0), 100);
    assert_int_equal(target(&l, 1), 200);
    assert_int_equal(target(&l, 2), 300);
}

static void test_a_long_list_is_spread_over_all_labels(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    for (int i = 0; i < 999; i++)
        want(b, &l, "-", 0);
    run(b, &l);
    assert_int_equal(target(&l, 0), 10);
    assert_int_equal(target(&l, 998), 9990);
}

static void test_a_new_rule_goes_to_the_middle_of_its_gap(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "-", 0);
    want(b, &l, "-", 100);
    want(b, &l, "-", 0);
    want(b, &l, "-", 200);
    want(b, &l, "-", 0);
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(target(&l, 0), 50);
    assert_int_equal(target(&l, 1), 100);
    assert_int_equal(target(&l, 2), 150);
    assert_int_equal(target(&l, 4), 300);
}

static void test_labels_of_doomed_and_foreign_rules_are_taken(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "-", 1);
    want(b, &l, "-", 0);
    want(b, &l, "-", 5);
    add(b, &l, "-", 2);
    add(b, &l, "-", 3)->pinned = true;
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(target(&l, 1), 4);
}

static void test_room_is_made_by_moving_down_what_is_below(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "-", 1);
    want(b, &l, "-", 0);
    want(b, &l, "-", 2);
    want(b, &l, "-", 3);
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(moved(&l), 2);
    assert_int_equal(target(&l, 0), 1);
    assert_int_equal(target(&l, 1), 53); /* beyond all labels that were taken, like the others */
    assert_int_equal(target(&l, 2), 103);
    assert_int_equal(target(&l, 3), 203);
}

static void test_no_more_is_moved_than_it_takes(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "-", 1);
    want(b, &l, "-", 0);
    want(b, &l, "-", 2);
    want(b, &l, "-", 100);
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(moved(&l), 1);
    assert_int_equal(target(&l, 2), 51);
    assert_in_range(target(&l, 1), 3, 50);
}

static void test_at_the_end_room_is_made_by_moving_up(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "-", 9999);
    want(b, &l, "-", 10000);
    want(b, &l, "-", 0);
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(moved(&l), 2);
    assert_true(target(&l, 0) < target(&l, 1));
    assert_true(target(&l, 1) < target(&l, 2));
    assert_true(target(&l, 2) < 9999);
}

static void test_labels_that_moves_vacate_are_given_when_there_are_no_others(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "-", 9997);
    want(b, &l, "-", 9998);
    want(b, &l, "-", 0);
    want(b, &l, "-", 9999);
    add(b, &l, "-", 9996)->pinned = true; /* nothing goes up past it */
    rule_moves moves = run(b, &l);
    assert_int_equal(moves.len, 1);
    assert_int_equal(moves.items[0].from, 9999);
    assert_int_equal(moves.items[0].to, 10000);
    assert_int_equal(target(&l, 2), 9999);
}

static void test_a_foreign_rule_that_overlaps_is_not_passed(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "-", 0);
    want(b, &l, "-", 1);
    add(b, &l, "-", 2)->pinned = true;
    rule_moves moves = run(b, &l);
    assert_int_equal(moves.len, 0);
    assert_true(l.nodes.items[0].unreachable);
    assert_int_equal(target(&l, 0), 0);
}

static void test_room_that_would_not_do_is_not_begun(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "-", 9998);
    want(b, &l, "-", 0);
    want(b, &l, "-", 9999);
    want(b, &l, "-", 0);
    add(b, &l, "-", 9997)->pinned = true; /* four do not fit below it */
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(target(&l, 0), 9998);
    assert_int_equal(target(&l, 2), 9999);
    assert_true(l.nodes.items[1].unreachable);
}

static void test_a_foreign_rule_that_cannot_meet_ours_is_passed(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "a.com", 0);
    want(b, &l, "a.com", 1);
    add(b, &l, "b.com", 2)->pinned = true;
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(moved(&l), 1);
    assert_true(target(&l, 1) > 2);
    assert_true(target(&l, 0) < target(&l, 1));
    assert_false(l.nodes.items[0].unreachable);
}

static void test_a_narrow_gap_is_left_alone_while_there_is_a_wide_one(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "new.com", 0);
    add(b, &l, "-", 7);
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(target(&l, 0), 107);
}

static void test_a_rule_goes_where_there_is_room_when_the_order_allows_it(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "a.com", 1);
    want(b, &l, "c.com", 0);
    want(b, &l, "b.com", 2);
    assert_int_equal(run(b, &l).len, 0);
    assert_true(target(&l, 1) > 2);
}

/* Four labels for five rules: the first one would have to go up, and then it stands still for
 * another. */
static void test_a_rule_that_moved_in_vain_has_its_label_back(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "-", 2);
    want(b, &l, "-", 0);
    want(b, &l, "-", 3);
    want(b, &l, "-", 0);
    want(b, &l, "-", 4);
    add(b, &l, "-", 5)->pinned = true;
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(target(&l, 0), 2);
    assert_int_equal(l.nodes.items[0].label, 2);
    assert_int_equal(target(&l, 2), 3);
    assert_int_equal(target(&l, 4), 4);
}

/* The only label that is free is 1, so 2 has to be given as soon as it is vacated. */
static void test_the_lowest_label_is_given_when_it_is_vacated(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "-", 2);
    want(b, &l, "-", 0);
    want(b, &l, "-", 3);
    add(b, &l, "-", 4)->pinned = true;
    rule_moves moves = run(b, &l);
    assert_int_equal(moves.len, 1);
    assert_int_equal(moves.items[0].from, 2);
    assert_int_equal(moves.items[0].to, 1);
    assert_int_equal(target(&l, 0), 1);
    assert_int_equal(target(&l, 1), 2);
    assert_int_equal(target(&l, 2), 3);
    assert_false(l.made_room);
}

/* Moving one rule leaves room, if none to spare; moving two would leave no more. */
static void test_the_shortest_run_moves_when_none_leaves_room_to_spare(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "-", 9984);
    want(b, &l, "-", 0);
    want(b, &l, "-", 9985);
    want(b, &l, "-", 9989);
    want(b, &l, "-", 9995);
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(moved(&l), 1);
    assert_int_equal(target(&l, 2), 9987);
    assert_int_equal(target(&l, 1), 9986); /* 9985 is vacated only then */
    assert_true(l.made_room);
}

static void test_room_is_not_made_where_there_is_some(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "-", 1);
    want(b, &l, "-", 0);
    want(b, &l, "-", 3);
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(target(&l, 1), 2);
    assert_false(l.made_room);
}

/* Eight labels on either side are enough. */
static void test_a_gap_of_sixteen_is_wide_enough(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "new.com", 0);
    add(b, &l, "-", 16);
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(target(&l, 0), 8);
}

/* A rule that meets no other goes to the first gap when the labels end below its neighbour. */
static void test_a_rule_goes_up_to_the_first_gap_when_there_is_none_below(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "a.com", 9999);
    want(b, &l, "b.com", 10000);
    want(b, &l, "c.com", 0);
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(moved(&l), 0);
    assert_in_range(target(&l, 2), 1, 9998);
}

/* The gap below the foreign rule is nearer, but which of the two wins would change. */
static void test_a_farther_gap_is_taken_rather_than_passing_a_foreign_rule(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    want(b, &l, "a.com", 9998);
    want(b, &l, "b.com", 0);
    add(b, &l, "-", 9999)->pinned = true;
    assert_int_equal(run(b, &l).len, 0);
    assert_int_equal(moved(&l), 0);
    assert_in_range(target(&l, 1), 1, 9997);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_an_empty_list_is_spread_by_hundreds),
        BED_TEST(test_a_long_list_is_spread_over_all_labels),
        BED_TEST(test_a_new_rule_goes_to_the_middle_of_its_gap),
        BED_TEST(test_labels_of_doomed_and_foreign_rules_are_taken),
        BED_TEST(test_room_is_made_by_moving_down_what_is_below),
        BED_TEST(test_no_more_is_moved_than_it_takes),
        BED_TEST(test_at_the_end_room_is_made_by_moving_up),
        BED_TEST(test_labels_that_moves_vacate_are_given_when_there_are_no_others),
        BED_TEST(test_a_foreign_rule_that_overlaps_is_not_passed),
        BED_TEST(test_room_that_would_not_do_is_not_begun),
        BED_TEST(test_a_foreign_rule_that_cannot_meet_ours_is_passed),
        BED_TEST(test_a_narrow_gap_is_left_alone_while_there_is_a_wide_one),
        BED_TEST(test_a_rule_goes_where_there_is_room_when_the_order_allows_it),
        BED_TEST(test_a_rule_that_moved_in_vain_has_its_label_back),
        BED_TEST(test_the_lowest_label_is_given_when_it_is_vacated),
        BED_TEST(test_the_shortest_run_moves_when_none_leaves_room_to_spare),
        BED_TEST(test_room_is_not_made_where_there_is_some),
        BED_TEST(test_a_gap_of_sixteen_is_wide_enough),
        BED_TEST(test_a_rule_goes_up_to_the_first_gap_when_there_is_none_below),
        BED_TEST(test_a_farther_gap_is_taken_rather_than_passing_a_foreign_rule),
    };
    return cmocka_run_group_tests_name("plan/rule_label", tests, NULL, NULL);
}
