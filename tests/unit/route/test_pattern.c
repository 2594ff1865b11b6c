/* Values of conditions as sets of texts.  Wildcards are compared with an oracle that tries all
 * texts. */
#include "support.h"

#include "route_priv.h"

/* ---- every pair of patterns up to four characters -------------------------------------------
 *
 * Texts have letters a, b and c, of which c is in no pattern: over a and b alone "a*b" would
 * be within "*ab*".  Seven letters tell apart what patterns of four can tell apart: a text
 * in x and not in y needs at most the four of x and three between them. */

enum { WORDS = 3280 / 64 + 1 };

struct known {
    struct pattern pattern;
    struct automaton *automaton;
    uint64_t texts[WORDS]; /* which it matches */
};

static struct known *all_known(struct arena *a, const struct texts *patterns,
                               const struct texts *texts)
{
    struct known *known = arena_array(a, patterns->len, sizeof *known);
    for (size_t i = 0; i < patterns->len; i++) {
        pattern_read(a, ALB_COND_PATH, NULL, patterns->items[i], &known[i].pattern);
        known[i].automaton = pattern_automaton(a, &known[i].pattern, WIDE);
        for (size_t k = 0; k < texts->len; k++)
            if (glob_matches(patterns->items[i], texts->items[k]))
                known[i].texts[k / 64] |= (uint64_t)1 << (k % 64);
    }
    return known;
}

static void test_all_small_patterns_match_what_trying_says(void **state)
{
    struct arena *a = *state;
    struct texts patterns = texts_of(a, "ab*?", 4), texts = texts_of(a, "abc", 5);
    for (size_t i = 0; i < patterns.len; i++) {
        struct pattern p;
        pattern_read(a, ALB_COND_PATH, NULL, patterns.items[i], &p);
        const struct automaton *narrow = pattern_automaton(a, &p, NARROW),
                               *wide = pattern_automaton(a, &p, WIDE);
        for (size_t k = 0; k < texts.len; k++) {
            const char *text = texts.items[k];
            bool want = glob_matches(patterns.items[i], text);
            if (automaton_runs(narrow, text, strlen(text)) != want
                || automaton_runs(wide, text, strlen(text)) != want)
                fail_msg("\"%s\" and \"%s\"", patterns.items[i], text);
        }
    }
}

static void test_all_pairs_of_small_patterns_overlap_as_trying_says(void **state)
{
    struct arena *a = *state;
    struct texts patterns = texts_of(a, "ab*?", 4), texts = texts_of(a, "abc", 7);
    assert_int_equal(patterns.len, 341);
    assert_int_equal(texts.len, 3280);
    struct known *known = all_known(a, &patterns, &texts);
    for (size_t i = 0; i < patterns.len; i++) {
        for (size_t k = 0; k < patterns.len; k++) {
            bool meet = false, within = true;
            for (size_t w = 0; w < WORDS; w++) {
                meet = meet || (known[i].texts[w] & known[k].texts[w]);
                within = within && !(known[i].texts[w] & ~known[k].texts[w]);
            }
            const struct automaton *x = known[i].automaton, *y = known[k].automaton;
            if (pattern_meets(&known[i].pattern, &known[k].pattern) != meet
                || automaton_meets(x, y) != meet)
                fail_msg("\"%s\" and \"%s\"", patterns.items[i], patterns.items[k]);
            if (automaton_within(x, y) != (within ? ROUTE_YES : ROUTE_NO))
                fail_msg("\"%s\" within \"%s\"", patterns.items[i], patterns.items[k]);
        }
    }
}

/* ---- readings ------------------------------------------------------------------------------- */

struct row {
    enum alb_cond type;
    const char *pattern, *text;
    enum route_answer answer; /* NO: in no reading, MAYBE: in the wide one only */
};

static enum route_answer answer_of(struct arena *a, const struct pattern *p, const char *text)
{
    size_t len = strlen(text);
    bool wide = automaton_runs(pattern_automaton(a, p, WIDE), text, len);
    bool narrow = automaton_runs(pattern_automaton(a, p, NARROW), text, len);
    assert_true(wide || !narrow);
    return narrow ? ROUTE_YES : wide ? ROUTE_MAYBE : ROUTE_NO;
}

static void test_what_is_not_known_of_a_value_is_between_its_two_readings(void **state)
{
    static const struct row rows[] = {
        { ALB_COND_HOST, "A.com", "a.com", ROUTE_YES },
        { ALB_COND_HOST, "*.a.com", "w.a.com", ROUTE_YES },
        { ALB_COND_HOST, "*.a.com", "v.w.a.com", ROUTE_MAYBE },
        { ALB_COND_HOST, "*.a.com", "a.com", ROUTE_NO },
        { ALB_COND_HOST, "~^w[0-9]+[.]a[.]com$", "w12.a.com", ROUTE_YES },
        { ALB_COND_HOST, "~^W1[.]a", "w1.a.com", ROUTE_MAYBE },
        { ALB_COND_HOST, "~^\\w+\\.com$", "x.com", ROUTE_YES },
        { ALB_COND_PATH, "/x/*", "/x/y/z", ROUTE_YES },
        { ALB_COND_PATH, "/x/*", "/X/y", ROUTE_NO },
        { ALB_COND_PATH, "/x/*", "/x/", ROUTE_YES },
        { ALB_COND_PATH, "/x/*", "/x", ROUTE_NO },
        { ALB_COND_PATH, "/x?", "/xy", ROUTE_YES },
        { ALB_COND_PATH, "/x?", "/x", ROUTE_NO },
        { ALB_COND_PATH, "~/x", "/x", ROUTE_YES },
        { ALB_COND_PATH, "~/x", "/v/x/y", ROUTE_MAYBE },
        { ALB_COND_PATH, "~/x", "/X", ROUTE_NO },
        { ALB_COND_PATH, "~*/x", "/x", ROUTE_YES },
        { ALB_COND_PATH, "~*/x", "/X", ROUTE_MAYBE },
        { ALB_COND_PATH, "~*/p(/|$)(.*)", "/p", ROUTE_YES },
        { ALB_COND_PATH, "~*/p(/|$)(.*)", "/p/q", ROUTE_YES },
        { ALB_COND_PATH, "~*/p(/|$)(.*)", "/pq", ROUTE_NO },
        { ALB_COND_PATH, "~/(?=x)", "/y", ROUTE_MAYBE },
        { ALB_COND_HEADER, "blue*", "Blue-1", ROUTE_MAYBE },
        { ALB_COND_HEADER, "blue*", "blue", ROUTE_YES },
        { ALB_COND_HEADER, "~x", "~x", ROUTE_YES },
        { ALB_COND_HEADER, "~x", "x", ROUTE_NO },
        { ALB_COND_METHOD, "GET", "GET", ROUTE_YES },
        { ALB_COND_METHOD, "GET", "get", ROUTE_NO },
        { ALB_COND_METHOD, "*", "GET", ROUTE_NO },
        { ALB_COND_RESPONSE_STATUS, "200", "200", ROUTE_YES },
        { ALB_COND_RESPONSE_STATUS, "200", "201", ROUTE_NO },
        { ALB_COND_RESPONSE_STATUS, "2xx", "404", ROUTE_MAYBE },
        { ALB_COND_RESPONSE_STATUS, "", "404", ROUTE_MAYBE },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pattern p;
        pattern_read(*state, rows[i].type, NULL, rows[i].pattern, &p);
        if (answer_of(*state, &p, rows[i].text) != rows[i].answer)
            fail_msg("%s and %s", rows[i].pattern, rows[i].text);
    }
}

static bool runs_pair(struct arena *a, const struct pattern *p, unsigned r, const char *key,
                      const char *value)
{
    char text[64];
    size_t n = strlen(key), m = strlen(value);
    memcpy(text, key, n);
    text[n] = BYTE_PAIR;
    memcpy(text + n + 1, value, m);
    return automaton_runs(pattern_automaton(a, p, r), text, n + 1 + m);
}

static void test_a_pair_needs_both_its_key_and_its_value(void **state)
{
    struct arena *a = *state;
    struct pattern p;
    pattern_read(a, ALB_COND_QUERY, "k*", "v?", &p);
    assert_true(runs_pair(a, &p, NARROW, "key", "v1"));
    assert_false(runs_pair(a, &p, WIDE, "key", "v"));
    assert_false(runs_pair(a, &p, WIDE, "x", "v1"));
    assert_false(runs_pair(a, &p, NARROW, "KEY", "v1"));
    assert_true(runs_pair(a, &p, WIDE, "KEY", "v1"));
    pattern_read(a, ALB_COND_COOKIE, "\1", "v", &p);
    assert_int_equal(p.kind, PATTERN_ANY);
    assert_true(runs_pair(a, &p, WIDE, "k", "v"));
    assert_false(runs_pair(a, &p, NARROW, "k", "v"));
    pattern_read(a, ALB_COND_COOKIE, "k", "v", &p);
    assert_int_equal(p.kind, PATTERN_EXACT);
    pattern_read(a, ALB_COND_COOKIE, "k", "v*", &p);
    assert_int_equal(p.kind, PATTERN_GLOB);
}

static void test_what_no_request_can_have_is_not_understood(void **state)
{
    struct arena *a = *state;
    static const char *const bad[] = { "/\1", "/\2*", "~/\2" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct pattern p;
        pattern_read(a, ALB_COND_PATH, NULL, bad[i], &p);
        assert_int_equal(p.kind, PATTERN_ANY);
    }
    char text[VALUE_MAX + 2];
    memset(text, 'x', sizeof text);
    text[VALUE_MAX] = '\0';
    struct pattern p;
    pattern_read(a, ALB_COND_PATH, NULL, text, &p);
    assert_int_equal(p.kind, PATTERN_EXACT);
    assert_true(pattern_meets(&p, &p));
    text[VALUE_MAX] = 'x';
    text[VALUE_MAX + 1] = '\0';
    pattern_read(a, ALB_COND_PATH, NULL, text, &p);
    assert_int_equal(p.kind, PATTERN_ANY);
}

static void test_quick_comparison_of_kinds(void **state)
{
    static const struct {
        enum alb_cond type;
        const char *x, *y;
        bool meet;
    } rows[] = {
        { ALB_COND_PATH, "/a", "/a", true },      { ALB_COND_PATH, "/a", "/ab", false },
        { ALB_COND_PATH, "/a", "/b", false },     { ALB_COND_PATH, "/a*", "/*b", true },
        { ALB_COND_PATH, "/a*", "/b*", false },   { ALB_COND_PATH, "/*a", "/*b", false },
        { ALB_COND_PATH, "~/a", "/x/a/y", true }, { ALB_COND_PATH, "~/a", "/x", false },
        { ALB_COND_PATH, "~^/a", "/b*", false },  { ALB_COND_PATH, "~^/a", "/*b", true },
        { ALB_COND_PATH, "~^/a", "~^/b", false }, { ALB_COND_PATH, "~^/a", "~/b", true },
        { ALB_COND_PATH, "~*^/a", "~^/A", true }, { ALB_COND_PATH, "~^/a", "~^/A", false },
        { ALB_COND_PATH, "~(", "/x", true },      { ALB_COND_HOST, "*.a.com", "*.w.a.com", true },
        { ALB_COND_HOST, "~^w", "~^W", true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pattern x, y;
        pattern_read(*state, rows[i].type, NULL, rows[i].x, &x);
        pattern_read(*state, rows[i].type, NULL, rows[i].y, &y);
        if (pattern_meets(&x, &y) != rows[i].meet || pattern_meets(&y, &x) != rows[i].meet)
            fail_msg("%s and %s", rows[i].x, rows[i].y);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_all_small_patterns_match_what_trying_says),
        ARENA_TEST(test_all_pairs_of_small_patterns_overlap_as_trying_says),
        ARENA_TEST(test_what_is_not_known_of_a_value_is_between_its_two_readings),
        ARENA_TEST(test_a_pair_needs_both_its_key_and_its_value),
        ARENA_TEST(test_what_no_request_can_have_is_not_understood),
        ARENA_TEST(test_quick_comparison_of_kinds),
    };
    return cmocka_run_group_tests_name("route/pattern", tests, NULL, NULL);
}
