/* Rules as sets of requests: overlap, cover, emptiness, in three values. */
#include "support.h"

#include "alb-agent/rng.h"
#include "route_priv.h"

enum { N = ROUTE_NO, M = ROUTE_MAYBE, Y = ROUTE_YES };

static const struct {
    const char *x, *y;
    int answer;
} overlap_rows[] = {
    { "host=a.com path=/x", "host=a.com path=/x", Y },
    { "host=a.com path=/x", "host=a.com path=/y", N },
    { "host=a.com", "path=/x", Y },
    { "host=*.a.com", "host=w.a.com", Y },
    { "host=*.a.com", "host=v.w.a.com", M },
    { "host=*.a.com", "host=*.b.com", N },
    { "host=*.a.com", "host=v.*", M },
    { "host=*.com", "host=v.*", Y },
    { "path=/x*", "path=*y", Y },
    { "path=~^/x", "path=/x", Y },
    { "path=~^/x", "path=/xy", M },
    { "path=~/x", "path=/x", Y },
    { "path=~/x", "path=/v/x", M },
    { "path=~/x", "path=/y", N },
    { "path=~*/x", "path=/X", M },
    { "path=~/[ab]/c", "path=~/a/[cd]", Y },
    { "path=~^/a", "path=~^/b", N },
    { "path=~(", "path=/x", M },
    { "path=~x$", "path=x", N }, /* no path */
    { "path=", "path=/x", M },
    { "unset=", "path=/x", M },
    /* Conditions of one type, three at a time: two agree, all do not. */
    { "path=/a,/b path=/b,/c", "path=/a,/c", N },
    { "path=/a,/b path=/b,/c", "path=/b,/c", Y },
    { "path=/x* path=*y", "path=*z", N },
    { "path=/x* path=*y", "path=/x?y", Y },
    { "method=GET", "method=GET,PUT", Y },
    { "source=10.0.0.0/8", "source=10.1.1.1", Y },
    { "source=10.0.0.0/8", "source=11.1.1.1", N },
    { "source=10.0.0.0/8 source=10.1.0.0/16", "source=10.2.0.0/16", N },
    { "source=10.1.0.0/16 source=10.0.0.0/8", "source=10.1.1.0/24,1.1.1.1", Y },
    { "source=x", "source=1.1.1.1", M },
    { "source=x source=1.1.1.1", "source=2.2.2.2", N },
    /* What may be there several times. */
    { "header:a=1", "header:a=1,2", Y },
    { "header:a=1", "header:A=2", M },
    { "header:a=1", "header:b=2", Y },
    { "header:a=x", "header:a=X", M },
    { "query=k:1", "query=k:1", Y },
    { "query=k:1", "query=k:2", M },
    { "query=k:1", "query=w:2", Y },
    { "query=k*:1", "query=?w:2", M },
    { "query=k:1 query=w:1", "query=k:*", Y },
    { "query=k:1 query=w:1", "query=w:*,k:*", M }, /* true, and not seen */
    { "cookie=k:1", "cookie=k:2", M },
    { "header:a=1,2 header:a=2,3", "header:a=1,3", M },
    { "query=", "query=k:1", M },
    { "response status=200", "response status=200 path=/x", Y },
    { "response status=200", "response status=404", N },
    { "response status=2xx", "response status=404", M },
    { "response rheader:a=1", "response header:a=1", Y },
    { "response path=/x", "path=/x", N },
    { "", "path=/x", Y },
};

static void test_overlap(void **state)
{
    for (size_t i = 0; i < COUNT(overlap_rows); i++) {
        const struct route_rule *x = route_of(*state, overlap_rows[i].x),
                                *y = route_of(*state, overlap_rows[i].y);
        if ((int)route_overlap(x, y) != overlap_rows[i].answer
            || (int)route_overlap(y, x) != overlap_rows[i].answer)
            fail_msg("%s and %s", overlap_rows[i].x, overlap_rows[i].y);
        if (overlap_rows[i].answer != N)
            assert_true(route_meet(x, y));
    }
}

static const struct {
    const char *x, *y; /* does x match all that y matches? */
    int answer;
} cover_rows[] = {
    { "path=/x", "path=/x", Y },
    { "path=/x,/y", "path=/x", Y },
    { "path=/x", "path=/x,/y", N },
    { "path=~*/X", "path=~*/X", Y }, /* however it is read */
    { "path=~*/X.*", "path=~*/X", Y },
    { "path=~*/X", "path=~*/X.*", M },
    { "path=~*X", "path=~X", Y },
    { "host=~*^w", "host=~^W", Y }, /* case never counts in hosts */
    { "path=~X", "path=~*X", M },
    { "path=~^/a$", "path=/a", Y },
    { "path=~*/a|/b", "path=~*^/a$", Y },
    { "path=/x/*", "path=/x/y", Y },
    { "path=/x/*", "path=/x/*/z", Y },
    { "path=/x/*", "path=/x", N },
    { "path=/x,/x/*", "path=/x,/x/y*", Y },
    { "path=/*", "host=a.com", Y }, /* every path begins with a slash */
    { "path=/x*", "host=a.com", N },
    { "path=~.*", "host=a.com", Y },
    { "path=~/", "host=a.com", M },
    { "path=/*", "host=a.com path=~x", Y },
    { "host=*", "path=/x", M }, /* there may be no host */
    { "host=*.com", "path=/x", N },
    { "host=a.com", "host=a.com path=/x", Y },
    { "host=a.com path=/x", "host=a.com", N },
    { "host=*.a.com", "host=w.a.com", Y },
    { "host=*.a.com", "host=v.w.a.com", M },
    { "host=*.a.com", "host=*.w.a.com", M },
    { "path=~^/x", "path=/x", Y },
    { "path=~^/x", "path=/x*", M },
    { "path=~^/x.*$", "path=/x*", Y },
    { "path=~/x", "path=/y", N },
    { "path=/x", "path=/x path=/y", Y }, /* of nothing */
    { "path=/z", "path=/x,/y path=/y,/z", N },
    { "path=/y", "path=/x,/y path=/y,/z", Y },
    { "path=/z", "path=~( path=/y", M },
    { "method=GET,PUT", "method=GET", Y },
    { "method=GET", "method=GET,PUT", N },
    { "method=GET", "path=/x", N },
    { "method=", "path=/x", M },
    { "source=10.0.0.0/8", "source=10.1.1.1,10.2.0.0/16", Y },
    { "source=10.0.0.0/8", "source=10.1.1.1,11.1.1.1", N },
    { "source=10.0.0.0/9,10.128.0.0/9", "source=10.0.0.0/8", Y },
    { "source=10.0.0.0/9,10.128.0.0/10", "source=10.0.0.0/8", N },
    { "source=0.0.0.0/0", "path=/x", M },
    { "source=0.0.0.0/0,::/0", "path=/x", Y },
    { "source=10.0.0.0/8", "path=/x", N },
    { "source=x", "source=1.1.1.1", M },
    { "source=1.1.1.1", "source=x", M },
    { "source=x", "path=/x", M },
    { "header:a=1,2", "header:a=1", Y },
    { "header:a=1*", "header:a=12", Y },
    { "header:a=1", "header:a=1,2", N },
    { "header:a=1", "header:b=1", N },
    { "header:a=1", "path=/x", N },
    { "header:a=x", "header:a=X", M },
    { "header:a=x", "header:a=x", Y },
    { "host=*.a.com", "host=*.a.com", Y },
    { "host=*.*.com", "host=*.a.com", Y },
    { "header:a=", "path=/x", M },
    { "header:a=1", "header:a=1 header:a=2", Y },
    { "header:a=3", "header:a=1 header:a=2", M }, /* of nothing, if one value is looked at */
    { "header:a=2", "header:a=1,2 header:a=2,3", M },
    { "header:a=9", "header:a=1,2 header:a=2,3", N },
    { "query=k:1", "query=k:1 query=w:2", Y },
    { "query=k:*", "query=k:1", Y },
    { "query=k:1", "query=k:*", N },
    { "query=d:4", "query=k:1 query=w:2", N },
    { "query=k:1", "path=/x", N },
    { "cookie=k:1,w:2", "cookie=w:2", Y },
    { "unset=", "path=/x", M },
    { "response status=200,404", "response status=404", Y },
    { "response status=200", "response status=404", N },
    { "response path=/x", "path=/x", N },
    { "response path=/x", "path=/x path=/y", Y },
    { "path=/x", "unset=", M },
    { "", "path=/x", Y },
    { "", "", Y },
    { "path=/x", "", N },
};

static void test_cover(void **state)
{
    for (size_t i = 0; i < COUNT(cover_rows); i++) {
        const struct route_rule *x = route_of(*state, cover_rows[i].x),
                                *y = route_of(*state, cover_rows[i].y);
        if ((int)route_covers(x, y) != cover_rows[i].answer)
            fail_msg("%s covers %s: %d", cover_rows[i].x, cover_rows[i].y, (int)route_covers(x, y));
    }
}

static void test_empty(void **state)
{
    static const struct {
        const char *rule;
        int answer;
    } rows[] = {
        { "path=/x", N },
        { "", N },
        { "path=/x path=/y", Y },
        { "path=/x* path=*y", N },
        { "path=/x path=/y host=a.com", Y },
        { "host=a.com,b.com host=b.com,c.com host=a.com,c.com", Y },
        { "path=~x path=/y", Y },
        { "path=~x path=/yx", M },
        { "method=GET method=PUT", Y },
        { "source=10.0.0.0/8 source=11.0.0.0/8", Y },
        { "header:a=1 header:a=2", M },
        { "header:a=1 header:b=2", N },
        { "query=a:1 query=a:2", M },
        { "unset=", M },
        { "path=", M },
        { "unset= path=/x path=/y", Y },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if ((int)route_is_empty(route_of(*state, rows[i].rule)) != rows[i].answer)
            fail_msg("%s", rows[i].rule);
}

/* Values too many to put together: the answer is maybe, never a guess. */
static void test_what_is_too_large_is_not_guessed(void **state)
{
    char value[128];
    memset(value, '?', sizeof value);
    value[0] = '/';
    value[sizeof value - 1] = '\0';
    const char *words = arena_fmt(*state, "path=%s", value);
    for (size_t i = 0; i < 20; i++)
        words = arena_fmt(*state, "%s,%s", words, value);
    struct route_rule *many = route_of(*state, words), *one = route_of(*state, "path=/*");
    assert_int_equal(route_overlap(many, one), ROUTE_MAYBE);
    assert_int_equal(route_covers(one, many), ROUTE_MAYBE);
    assert_int_equal(route_covers(many, one), ROUTE_MAYBE);
    assert_int_equal(route_is_empty(many), ROUTE_MAYBE);
    assert_int_equal(
        route_overlap(route_of(*state, "path=/x"), route_prepare(*state, rule_of(*state, words))),
        ROUTE_NO);
}

/* ---- random rules, and all requests that could tell them apart ---------------------------------
 *
 * Paths and methods hold no doubts, so every answer must be yes or no, and the right one. */

static const char *random_path(struct arena *a, struct rng *r)
{
    char text[3] = "";
    rng_text(r, "ab*?", text, rng_below(r, 3));
    return arena_fmt(a, "/%s", text);
}

static const char *random_rule(struct arena *a, struct rng *r)
{
    static const char *const methods[] = { "", "method=GET", "method=GET,PUT" };
    const char *words = methods[rng_below(r, COUNT(methods))];
    for (uint64_t i = rng_below(r, 3); i > 0; i--) {
        words = arena_fmt(a, "%s path=%s", words, random_path(a, r));
        if (rng_below(r, 2))
            words = arena_fmt(a, "%s,%s", words, random_path(a, r));
    }
    return words;
}

/* Does the rule match, by trying each condition? */
static bool tries(const struct alb_rule *rule, const char *method, const char *path)
{
    for (size_t i = 0; i < rule->conditions.len; i++) {
        const struct alb_condition *c = &rule->conditions.items[i];
        bool any = false;
        for (size_t k = 0; k < c->values.values.len; k++)
            any = any
                  || glob_matches(c->values.values.items[k],
                                  c->type == ALB_COND_PATH ? path : method);
        if (!any)
            return false;
    }
    return true;
}

static bool route_tries(struct arena *a, struct route_rule *r, const char *method, const char *path)
{
    struct route_request q = { .method = method, .path = path };
    struct route_result out;
    route_match(a, &r, 1, ALB_DIRECTION_REQUEST, &q, &out);
    assert_true(out.certain);
    return out.rule == r;
}

static void test_random_rules_are_what_trying_all_requests_says(void **state)
{
    static const char *const methods[] = { "GET", "PUT", "POST" };
    struct texts texts = texts_of(*state, "abc", 5);
    struct rng rng = { .state = 11 };
    size_t overlaps = 0, covers = 0, empties = 0;
    for (size_t round = 0; round < 1500; round++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct alb_rule *rules[2];
        struct route_rule *routes[2];
        for (size_t i = 0; i < 2; i++) {
            rules[i] = rule_of(&a, random_rule(&a, &rng));
            routes[i] = route_prepare(&a, rules[i]);
        }
        bool both = false, only_second = false, first = false;
        for (size_t i = 0; i < texts.len * COUNT(methods); i++) {
            const char *path = arena_fmt(&a, "/%s", texts.items[i / COUNT(methods)]),
                       *method = methods[i % COUNT(methods)];
            bool x = tries(rules[0], method, path), y = tries(rules[1], method, path);
            both = both || (x && y);
            only_second = only_second || (y && !x);
            first = first || x;
            if (i % 29 == round % 29)
                assert_int_equal(route_tries(&a, routes[0], method, path), x);
        }
        assert_int_equal(route_overlap(routes[0], routes[1]), both ? ROUTE_YES : ROUTE_NO);
        assert_int_equal(route_covers(routes[0], routes[1]), only_second ? ROUTE_NO : ROUTE_YES);
        assert_int_equal(route_is_empty(routes[0]), first ? ROUTE_NO : ROUTE_YES);
        overlaps += both;
        covers += !only_second;
        empties += !first;
    }
    assert_in_range(overlaps, 300, 1200); /* all answers are common */
    assert_in_range(covers, 300, 1200);
    assert_in_range(empties, 30, 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_overlap),
        ARENA_TEST(test_cover),
        ARENA_TEST(test_empty),
        ARENA_TEST(test_what_is_too_large_is_not_guessed),
        ARENA_TEST(test_random_rules_are_what_trying_all_requests_says),
    };
    return cmocka_run_group_tests_name("route/set", tests, NULL, NULL);
}
