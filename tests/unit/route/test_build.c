/* Automata put together from pieces. */
#include "support.h"

#include "route_priv.h"

static struct piece letter(struct builder *b, char c)
{
    struct bytes on = bytes_one((unsigned char)c);
    return piece_bytes(b, &on);
}

static bool runs(struct arena *a, const struct builder *b, const struct piece *p, const char *text)
{
    return automaton_runs(builder_done(a, b, p), text, strlen(text));
}

static void test_nothing_matches_the_empty_text_only(void **state)
{
    struct builder *b = arena_alloc(*state, sizeof *b);
    struct piece p = piece_nothing();
    assert_true(runs(*state, b, &p, ""));
    assert_false(runs(*state, b, &p, "a"));
}

static void test_pieces_follow_each_other(void **state)
{
    struct builder *b = arena_alloc(*state, sizeof *b);
    struct piece x = letter(b, 'x'), y = letter(b, 'y'), xy = piece_then(b, &x, &y);
    assert_true(runs(*state, b, &xy, "xy"));
    assert_false(runs(*state, b, &xy, "x"));
    assert_false(runs(*state, b, &xy, "y"));
    assert_false(runs(*state, b, &xy, "xyx"));
}

static void test_a_piece_may_be_passed_over(void **state)
{
    struct builder *b = arena_alloc(*state, sizeof *b);
    struct piece x = letter(b, 'x'), y = letter(b, 'y');
    x.nullable = y.nullable = true;
    struct piece xy = piece_then(b, &x, &y);
    assert_true(runs(*state, b, &xy, "xy"));
    assert_true(runs(*state, b, &xy, "x"));
    assert_true(runs(*state, b, &xy, "y"));
    assert_true(runs(*state, b, &xy, ""));
    assert_false(runs(*state, b, &xy, "yx"));
}

static void test_either_piece_will_do_and_some_repeat(void **state)
{
    struct builder *b = arena_alloc(*state, sizeof *b);
    struct piece x = letter(b, 'x'), y = letter(b, 'y');
    struct piece either = piece_or(&x, &y), many = piece_again(b, &either);
    assert_true(runs(*state, b, &many, "y"));
    assert_true(runs(*state, b, &many, "xyyx"));
    assert_false(runs(*state, b, &many, ""));
    assert_false(runs(*state, b, &many, "xzy"));
}

static void test_ends_of_the_text_are_no_bytes(void **state)
{
    struct builder *b = arena_alloc(*state, sizeof *b);
    struct piece begin = letter(b, BYTE_BEGIN), x = letter(b, 'x'), end = letter(b, BYTE_END);
    struct piece p = piece_then(b, &begin, &x);
    p = piece_then(b, &p, &end);
    assert_true(runs(*state, b, &p, "x"));
    assert_false(runs(*state, b, &p, "xx"));
    assert_false(runs(*state, b, &p, "\1x\2"));
    assert_false(runs(*state, b, &p, ""));
}

static void test_a_full_builder_says_so(void **state)
{
    struct builder *b = arena_alloc(*state, sizeof *b);
    for (size_t i = 0; i < POSITIONS_MAX; i++)
        (void)letter(b, 'x');
    assert_false(b->full);
    struct piece p = letter(b, 'x');
    assert_true(b->full);
    assert_false(runs(*state, b, &p, "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_nothing_matches_the_empty_text_only),
        ARENA_TEST(test_pieces_follow_each_other),
        ARENA_TEST(test_a_piece_may_be_passed_over),
        ARENA_TEST(test_either_piece_will_do_and_some_repeat),
        ARENA_TEST(test_ends_of_the_text_are_no_bytes),
        ARENA_TEST(test_a_full_builder_says_so),
    };
    return cmocka_run_group_tests_name("route/build", tests, NULL, NULL);
}
