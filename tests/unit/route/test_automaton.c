/* What can be asked of automata; most of it is tried in test_pattern.c on all small patterns. */
#include "support.h"

#include "route_priv.h"

static struct automaton *glob(struct arena *a, const char *text)
{
    struct pattern p;
    pattern_read(a, ALB_COND_PATH, NULL, text, &p);
    return pattern_automaton(a, &p, NARROW);
}

static bool runs(const struct automaton *m, const char *text)
{
    return automaton_runs(m, text, strlen(text));
}

static void test_bytes_are_sets(void **state)
{
    (void)state;
    struct bytes any = bytes_any(), one = bytes_one('k'), others = bytes_not(&one);
    for (unsigned c = 0; c < 256; c++) {
        assert_int_equal(bytes_has(&any, (unsigned char)c), c >= BYTE_FIRST);
        assert_int_equal(bytes_has(&one, (unsigned char)c), c == 'k');
        assert_int_equal(bytes_has(&others, (unsigned char)c), c >= BYTE_FIRST && c != 'k');
    }
    bytes_fold(&one);
    assert_true(bytes_has(&one, 'K') && bytes_has(&one, 'k'));
    struct bytes upper = bytes_one('Z');
    bytes_fold(&upper);
    assert_true(bytes_has(&upper, 'z'));
    struct bytes digit = bytes_one('1');
    bytes_fold(&digit);
    assert_false(bytes_has(&digit, '1' ^ 0x20));
}

/* In unions and intersections of two patterns is what trying says, for all texts. */
static void test_unions_and_intersections_of_all_small_pairs(void **state)
{
    struct texts patterns = texts_of(*state, "ab*?", 2), texts = texts_of(*state, "abc", 4);
    for (size_t i = 0; i < patterns.len; i++) {
        for (size_t k = 0; k < patterns.len; k++) {
            struct arena a CLEANUP(arena_done) = { 0 };
            const char *x = patterns.items[i], *y = patterns.items[k];
            struct automaton *both[] = { glob(&a, x), glob(&a, y) };
            const struct automaton *any = automaton_union(&a, both, 2),
                                   *all = automaton_product(&a, both[0], both[1]);
            bool none = true;
            for (size_t t = 0; t < texts.len; t++) {
                bool in_x = glob_matches(x, texts.items[t]), in_y = glob_matches(y, texts.items[t]);
                none = none && !(in_x && in_y);
                if (runs(any, texts.items[t]) != (in_x || in_y)
                    || runs(all, texts.items[t]) != (in_x && in_y))
                    fail_msg("\"%s\", \"%s\" and \"%s\"", x, y, texts.items[t]);
            }
            assert_int_equal(automaton_is_void(all), none);
        }
    }
}

static void test_a_text_within_several_alternatives(void **state)
{
    struct arena *a = *state;
    struct automaton *digits[] = { glob(a, "/a"), glob(a, "/b*"), glob(a, "*/") };
    const struct automaton *any = automaton_union(a, digits, COUNT(digits));
    assert_int_equal(automaton_within(glob(a, "/b*/c"), any), ROUTE_YES);
    assert_int_equal(automaton_within(glob(a, "/a"), any), ROUTE_YES);
    assert_int_equal(automaton_within(glob(a, "/a*"), any), ROUTE_NO);
    assert_int_equal(automaton_within(glob(a, "/a*/"), any), ROUTE_YES);
    assert_int_equal(automaton_within(any, glob(a, "/*")), ROUTE_NO); /* "x/" */
    assert_int_equal(automaton_within(any, glob(a, "*/*")), ROUTE_YES);
}

static void test_the_empty_text_counts(void **state)
{
    struct arena *a = *state;
    const struct automaton *empty = glob(a, ""), *any = glob(a, "*"), *one = glob(a, "?");
    assert_true(automaton_meets(empty, any));
    assert_false(automaton_meets(empty, one));
    assert_int_equal(automaton_within(empty, any), ROUTE_YES);
    assert_int_equal(automaton_within(empty, one), ROUTE_NO);
    assert_int_equal(automaton_within(any, empty), ROUTE_NO);
    assert_false(automaton_is_void(empty));
}

static void test_all_bytes_count(void **state)
{
    static const char *const texts[] = { "/\t", "/a", "/\xa9", "/\xe9" };
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_true(automaton_meets(glob(*state, texts[i]), glob(*state, "/?")));
        assert_false(automaton_meets(glob(*state, texts[i]), glob(*state, "/b")));
        assert_int_equal(automaton_within(glob(*state, "/?"), glob(*state, texts[i])), ROUTE_NO);
    }
}

static struct automaton *regex(struct arena *a, const char *text)
{
    struct pattern p;
    pattern_read(a, ALB_COND_PATH, NULL, text, &p);
    return pattern_automaton(a, &p, NARROW);
}

/* Every text has an x or something else twelve places before its end, or is shorter.  To see
 * that, all 2^13 ways of what the last 13 letters are must be gone through. */
static void test_an_inclusion_that_takes_too_long_is_given_up(void **state)
{
    static const char hard[] = "~.*x............|.*[^x]............|.?.?.?.?.?.?.?.?.?.?.?.?",
                      easy[] = "~.*x...|.*[^x]...|.?.?.?", less[] = "~.*x...|.*[^x]...|.?.?";
    struct automaton *all = glob(*state, "*");
    assert_int_equal(automaton_within(all, regex(*state, easy)), ROUTE_YES);
    assert_int_equal(automaton_within(all, regex(*state, less)), ROUTE_NO);
    assert_int_equal(automaton_within(all, regex(*state, hard)), ROUTE_MAYBE);
}

static void test_sizes_have_limits(void **state)
{
    struct arena *a = *state;
    struct automaton *many[10];
    char text[VALUE_MAX + 1];
    memset(text, '?', VALUE_MAX);
    text[VALUE_MAX] = '\0';
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = glob(a, text);
    assert_non_null(automaton_union(a, many, UNION_MAX / VALUE_MAX));
    assert_null(automaton_union(a, many, UNION_MAX / VALUE_MAX + 1));
    assert_non_null(automaton_product(a, many[0], many[1]));
    for (size_t i = 0; i < VALUE_MAX; i += 2)
        text[i] = '*';
    assert_null(automaton_product(a, glob(a, text), glob(a, text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_are_sets),
        ARENA_TEST(test_unions_and_intersections_of_all_small_pairs),
        ARENA_TEST(test_a_text_within_several_alternatives),
        ARENA_TEST(test_the_empty_text_counts),
        ARENA_TEST(test_all_bytes_count),
        ARENA_TEST(test_an_inclusion_that_takes_too_long_is_given_up),
        ARENA_TEST(test_sizes_have_limits),
    };
    return cmocka_run_group_tests_name("route/automaton", tests, NULL, NULL);
}
