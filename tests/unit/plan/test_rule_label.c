/* Labels for new and moved rules, and room for them. */
#include "support.h"

#include "alb-agent/rng.h"
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

/* ---- tight lists -------------------------------------------------------------------------------
 */

/* Wanted rules by their labels (0: new), which end in -1, and those of others; where they are in
 * the end, and by how many moves of their own. */
struct tight {
    int64_t wanted[6], theirs, targets[6];
    size_t moves;
};

static const struct tight tights[] = {
    { { 10000, 0, -1 }, 9998, { 9999, 10000 }, 1 },
    { { 0, 1, -1 }, 3, { 1, 2 }, 1 },
    { { 0, 1, -1 }, 4, { 1, 2 }, 1 },
    { { 0, 1, -1 }, 5, { 2, 3 }, 0 },
    { { 0, 1, 5, 14, -1 }, 0, { 3, 8, 11, 14 }, 0 }, /* one alone would leave no room to spare */
    { { 0, 1, 5, 9, -1 }, 0, { 59, 109, 209, 309 }, 0 },
    { { 0, 1, 7, 9, -1 }, 0, { 2, 4, 7, 9 }, 0 },
};

static void test_in_tight_lists_rules_move_as_far_as_they_must(void **state)
{
    struct bed *b = *state;
    for (size_t i = 0; i < COUNT(tights); i++) {
        const struct tight *x = &tights[i];
        struct rule_list l = { 0 };
        for (size_t k = 0; x->wanted[k] >= 0; k++)
            want(b, &l, "-", x->wanted[k]);
        if (x->theirs)
            add(b, &l, "-", x->theirs)->pinned = true;
        assert_int_equal(run(b, &l).len, x->moves);
        for (size_t k = 0; k < l.n_wanted; k++)
            assert_int_equal(target(&l, k), x->targets[k]);
    }
}

/* ---- any list in a few labels -----------------------------------------------------------------
 */

enum { FIRST = 9989, LABELS = LABEL_MAX - FIRST + 1 };

/* Below a rule of others that all overlap: wanted rules that are there, in order, or new, and rules
 * that go.  Returns how many labels that takes. */
static size_t random_list(struct bed *b, struct rng *rng, struct rule_list *l)
{
    bool goes[LABELS] = { 0 };
    size_t taken = 0;
    for (int64_t at = 0; at < LABELS; at++) {
        const uint64_t kind = rng_below(rng, 4);
        if (kind == 0)
            want(b, l, "-", FIRST + at);
        goes[at] = kind == 1 && rng_below(rng, 2);
        if (l->n_wanted && rng_below(rng, 4) == 0) /* below one that cannot go up */
            want(b, l, "-", 0);
    }
    taken = l->n_wanted;
    for (int64_t at = 0; at < LABELS; at++)
        if (goes[at])
            add(b, l, "-", FIRST + at);
    taken += l->nodes.len - l->n_wanted;
    add(b, l, "-", FIRST - 1)->pinned = true;
    return taken;
}

/* Is there a free label for each new rule between the rules that are there around it? */
static bool has_gaps(const struct rule_list *l)
{
    size_t i = 0;
    for (int64_t low = FIRST - 1; i < l->n_wanted;) {
        int64_t high = LABEL_MAX + 1, room = 0;
        size_t lacking = 0;
        for (; i < l->n_wanted && !l->nodes.items[i].was; i++)
            lacking++;
        if (i < l->n_wanted)
            high = l->nodes.items[i++].was;
        for (int64_t at = low + 1, run = 0; at < high; at++) { /* the widest stretch */
            bool taken = false;
            for (size_t k = l->n_wanted; k < l->nodes.len; k++)
                taken = taken || l->nodes.items[k].was == at;
            run = taken ? 0 : run + 1;
            room = run > room ? run : room;
        }
        if ((int64_t)lacking > room)
            return false;
        low = high;
    }
    return true;
}

static bool is_there(const int64_t *labels, size_t n, int64_t label)
{
    for (size_t i = 0; i < n; i++)
        if (labels[i] == label)
            return true;
    return false;
}

/* Does the moves, round by round: each to a label that was free before its round, none past
 * another. 'labels' become what they lead to. */
static void assert_moves(const struct rule_list *l, const rule_moves *moves, int64_t *labels)
{
    int64_t before[64] = { 0 };
    for (size_t m = 0; m < moves->len; m++) {
        const struct rule_move *move = &moves->items[m];
        const size_t at = (size_t)(move->node - l->nodes.items);
        assert_true(m ? move->round >= moves->items[m - 1].round : move->round == 1);
        if (!m || move->round != moves->items[m - 1].round)
            memcpy(before, labels, sizeof before);
        assert_false(l->nodes.items[at].pinned);
        assert_int_equal(move->from, labels[at]);
        assert_in_range(move->to, FIRST, LABEL_MAX);
        assert_false(is_there(before, l->nodes.len, move->to));
        for (size_t k = 0; k < l->nodes.len; k++)
            assert_true(k == at || !labels[k]
                        || (labels[k] < move->from) == (labels[k] < move->to));
        labels[at] = move->to;
    }
}

/* A rule that goes would have moved aside for one that moves, but is not moved. */
static void test_a_rule_that_goes_keeps_its_label_until_it_has_gone(void **state)
{
    struct bed *b = *state;
    struct rule_list l = { 0 };
    static const int64_t labels[] = { 9990, 0, 0, 0, 0, 9999, 0, 10000 };
    for (size_t i = 0; i < COUNT(labels); i++)
        want(b, &l, "-", labels[i]);
    add(b, &l, "-", 9997);
    add(b, &l, "-", 9988)->pinned = true;
    const rule_moves moves = run(b, &l);
    for (size_t i = 0; i < l.n_wanted; i++)
        assert_true(moves.len || target(&l, i) != 9997);
}

static void test_whatever_the_list_every_rule_has_its_place_if_there_is_room(void **state)
{
    (void)state;
    struct rng rng = { 5 };
    size_t rounds = 0, lacking = 0, at_once = 0;
    for (int n = 0; n < 1500; n++) {
        struct bed b;
        struct rule_list l = { 0 };
        int64_t labels[64] = { 0 };
        bed_init(&b);
        const size_t taken = random_list(&b, &rng, &l);
        const rule_moves moves = run(&b, &l);
        for (size_t i = 0; i < l.nodes.len; i++)
            labels[i] = l.nodes.items[i].was;
        assert_moves(&l, &moves, labels);
        if (has_gaps(&l))
            assert_true(!moves.len && !l.made_room && !moved(&l));
        int64_t last = FIRST - 1;
        bool unreachable = false;
        for (size_t i = 0; i < l.n_wanted; i++) {
            const struct rule_node *x = &l.nodes.items[i];
            unreachable = unreachable || x->unreachable;
            assert_int_equal(x->unreachable, !x->target);
            assert_true(!labels[i] || !x->kept || x->target == labels[i]);
            if (x->unreachable)
                continue;
            assert_in_range(x->target, last + 1, LABEL_MAX);
            assert_true(labels[i] == x->target || !is_there(labels, l.nodes.len, x->target));
            last = x->target;
        }
        assert_true(unreachable || taken <= LABELS);
        assert_true(!unreachable || (!moves.len && !moved(&l)));
        rounds += moves.len > 0;
        at_once += l.made_room;
        lacking += unreachable;
        bed_done(&b);
    }
    assert_true(rounds > 30 && lacking > 5 && at_once > 30); /* all of it was tried */
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
        BED_TEST(test_in_tight_lists_rules_move_as_far_as_they_must),
        BED_TEST(test_a_rule_that_goes_keeps_its_label_until_it_has_gone),
        cmocka_unit_test(test_whatever_the_list_every_rule_has_its_place_if_there_is_room),
    };
    return cmocka_run_group_tests_name("plan/rule_label", tests, NULL, NULL);
}
