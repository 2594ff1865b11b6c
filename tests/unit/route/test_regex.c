/* Regular expressions, against those of the C library where both mean the same. */
#include "support.h"

#include <regex.h>

#include "alb-agent/rng.h"
#include "route_priv.h"

static struct automaton *read_search(struct arena *a, const char *text, bool search, bool fold)
{
    struct builder *b = arena_alloc(a, sizeof *b);
    struct piece p;
    if (!regex_read(b, text, strlen(text),
                    (search ? READ_HEAD | READ_TAIL : 0u) | (fold ? READ_FOLD : 0u), &p))
        return NULL;
    return builder_done(a, b, &p);
}

static const struct {
    const char *regex, *text;
    bool search, whole;
} texts_match_rows[] = {
    { "abc", "abc", true, true },
    { "abc", "xabcx", true, false },
    { "^abc$", "abc", true, true },
    { "^abc$", "xabc", false, false },
    { "a.c", "axc", true, true },
    { "a.c", "ac", false, false },
    { "a|b", "b", true, true },
    { "a|b|c", "xc", true, false },
    { "a(b|c)d", "acd", true, true },
    { "(ab)+", "abab", true, true },
    { "(?:ab)*c", "ababc", true, true },
    { "a?b", "b", true, true },
    { "a*?b", "aab", true, true },
    { "a+?b", "b", false, false },
    { "[a-c]", "b", true, true },
    { "[a-c]", "d", false, false },
    { "[^a-c]", "d", true, true },
    { "[^a-c]", "b", false, false },
    { "[]a]", "]", true, true },
    { "[^]a]", "]", false, false },
    { "[a-]", "-", true, true },
    { "[.]", "x", false, false },
    { "[a^]", "^", true, true },
    { "[\\d-]", "-", true, true },
    { "\\.", ".", true, true },
    { "\\.", "x", false, false },
    { "\\d\\w\\s", "1_ ", true, true },
    { "\\D\\W\\S", "x x", true, true },
    { "\\d", "\xe9", false, false },
    { "\\D", "\xe9", true, true },
    { "\\d", "x", false, false },
    { "[\\w]", "-", false, false },
    { "", "", true, true },
    { "", "x", true, false },
    { "^$", "", true, true },
    { "^^a$$", "a", true, true },
    { "(^|/)a", "a", true, true },
    { "(^|/)a", "xa", false, false },
    { "a($|/)", "a/x", true, false },
    { "a^b", "ab", false, false },
    { "(^)*a", "a", true, true },
    { "a$b", "ab", false, false },
    { "$^", "", true, true },
    { "^a?$", "", true, true },
    { "a|", "", true, true },
    { "[[a]", "[", true, true },
    { "(a|)b", "b", true, true },
    { "a\\|b", "a|b", true, true },
    { "x/p(/|$)(.*)", "x/p", true, true },
    { "a&b~c:=!", "a&b~c:=!", true, true },
};

static void test_texts_match(void **state)
{
    for (size_t i = 0; i < COUNT(texts_match_rows); i++) {
        const struct automaton *search =
                                   read_search(*state, texts_match_rows[i].regex, true, false),
                               *whole =
                                   read_search(*state, texts_match_rows[i].regex, false, false);
        if (!search || !whole)
            fail_msg("%s is not read", texts_match_rows[i].regex);
        size_t len = strlen(texts_match_rows[i].text);
        if (automaton_runs(search, texts_match_rows[i].text, len) != texts_match_rows[i].search
            || automaton_runs(whole, texts_match_rows[i].text, len) != texts_match_rows[i].whole)
            fail_msg("%s and %s", texts_match_rows[i].regex, texts_match_rows[i].text);
    }
}

static void test_case_counts_unless_folded(void **state)
{
    static const char *const regexes[] = { "aB", "[a][b]", "(?:A)b", "A[^c]" };
    for (size_t i = 0; i < COUNT(regexes); i++) {
        assert_true(automaton_runs(read_search(*state, regexes[i], true, true), "ab", 2));
        assert_true(automaton_runs(read_search(*state, regexes[i], true, true), "AB", 2));
    }
    assert_false(automaton_runs(read_search(*state, "aB", true, false), "ab", 2));
    assert_false(automaton_runs(read_search(*state, "[^b]", true, true), "B", 1));
}

static void test_what_is_not_regular_or_broken_is_refused(void **state)
{
    static const char *const bad[] = {
        "(",      ")",   "a)",          "(a",      "[",     "[a",    "[]",      "[^]",     "*a",
        "+",      "?",   "a**",         "a*+",     "a++",   "a???",  "(?=a)",   "(?i)",    "(?",
        "(?!a)b", "\\1", "\\b",         "\\",      "[\\b]", "[z-a]", "[\\d-z]", "[a-\\d]", "a{2}",
        "}",      "a{",  "[[:alpha:]]", "[[.a.]]", "[a\\",  "[a-\\", "(|*)",    "[a[",
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        if (read_search(*state, bad[i], true, false))
            fail_msg("%s is read", bad[i]);
}

static void test_depth_and_length_have_limits(void **state)
{
    char text[POSITIONS_MAX + 2] = "";
    for (size_t i = 0; i < 33; i++) {
        text[i] = '(';
        text[34 + i] = ')';
    }
    text[33] = 'a';
    assert_null(read_search(*state, text, true, false));
    memmove(text, text + 1, 66);
    text[65] = '\0';
    assert_non_null(read_search(*state, text, true, false));
    memset(text, 'a', sizeof text - 1);
    assert_null(read_search(*state, text, true, false));
}

/* A random expression, of what POSIX and PCRE read alike. */
static size_t random_regex(struct rng *r, char *out, size_t room, int depth)
{
    size_t n = 0, pieces = 1 + rng_below(r, 3);
    for (size_t i = 0; i < pieces && n + 20 < room; i++) {
        if (i && rng_below(r, 4) == 0)
            out[n++] = '|';
        uint64_t kind = rng_below(r, 8);
        if (kind == 0 && depth) {
            out[n++] = '(';
            n += random_regex(r, out + n, room - n - 4, depth - 1);
            out[n++] = ')';
        } else if (kind == 1) {
            memcpy(out + n, rng_below(r, 2) ? "[^a]" : "[ab]", 4);
            n += 4;
        } else if (kind == 2) {
            out[n++] = rng_below(r, 2) ? '^' : '$';
            continue; /* not repeated */
        } else {
            out[n++] = "ab.."[rng_below(r, 4)];
        }
        if (rng_below(r, 3) == 0)
            out[n++] = "*+?"[rng_below(r, 3)];
    }
    out[n] = '\0';
    return n;
}

static void test_random_expressions_match_as_those_of_the_library(void **state)
{
    struct texts texts = texts_of(*state, "abc", 5);
    struct rng r = { .state = 7 };
    size_t matches = 0;
    for (size_t i = 0; i < 1500; i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        char text[80];
        (void)random_regex(&r, text, sizeof text, 2);
        regex_t theirs;
        assert_int_equal(regcomp(&theirs, text, REG_EXTENDED | REG_NOSUB), 0);
        const struct automaton *ours = read_search(&a, text, true, false);
        assert_non_null(ours);
        for (size_t k = 0; k < texts.len; k++) {
            bool want = !regexec(&theirs, texts.items[k], 0, NULL, 0);
            matches += want;
            if (automaton_runs(ours, texts.items[k], strlen(texts.items[k])) != want)
                fail_msg("\"%s\" and \"%s\"", text, texts.items[k]);
        }
        regfree(&theirs);
    }
    assert_in_range(matches, 50000, 500000); /* of 546,000: both answers are common */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_texts_match),
        ARENA_TEST(test_case_counts_unless_folded),
        ARENA_TEST(test_what_is_not_regular_or_broken_is_refused),
        ARENA_TEST(test_depth_and_length_have_limits),
        ARENA_TEST(test_random_expressions_match_as_those_of_the_library),
    };
    return cmocka_run_group_tests_name("route/regex", tests, NULL, NULL);
}
