/* Which rules can share a host at all. */
#include "support.h"

#include "alb-agent/rng.h"
#include "route_priv.h"

static size_t visits(const struct route_index *ix, size_t n, size_t i)
{
    size_t count = 0;
    for (size_t k = route_index_next(ix, i, 0); k < n; k = route_index_next(ix, i, k + 1))
        count++;
    return count;
}

static void test_rules_are_found_by_their_hosts(void **state)
{
    static const char *const rules[] = { "host=a.com",       "host=b.com", "path=/x",
                                         "host=A.com,c.com", "host=*.com", "host=c.com" };
    /* Rules 0, 3 and 5 are one group by way of 3; 2 and 4 are open. */
    static const char *const want[] = { "2345", "24", "01345", "0245", "01235", "0234" };
    struct route_rule *r[COUNT(rules)];
    for (size_t i = 0; i < COUNT(rules); i++)
        r[i] = route_of(*state, rules[i]);
    const struct route_index *ix = route_index_new(*state, r, COUNT(rules));
    for (size_t i = 0; i < COUNT(rules); i++) {
        char got[COUNT(rules) + 1] = "", *at = got;
        for (size_t k = route_index_next(ix, i, 0); k < COUNT(rules);
             k = route_index_next(ix, i, k + 1))
            *at++ = (char)('0' + k);
        assert_string_equal(got, want[i]);
    }
    assert_int_equal(route_index_next(ix, 0, 4), 4);
    assert_int_equal(route_index_next(ix, 0, 6), 6);
    assert_int_equal(route_index_next(ix, 4, 5), 5);
    assert_int_equal(route_index_next(ix, 5, 5), 6);
}

static void test_an_index_of_nothing_is_empty(void **state)
{
    struct route_rule *one = route_of(*state, "host=a.com");
    assert_non_null(route_index_new(*state, NULL, 0));
    assert_int_equal(route_index_next(route_index_new(*state, &one, 1), 0, 0), 1);
}

static void test_no_pair_that_meets_is_missed(void **state)
{
    static const char *const hosts[] = { "a.com", "b.com", "c.com,d.com", "d.com,e.com", "*.com",
                                         "f.com", "~^a",   "e.com",       "g.com" };
    struct rng rng = { .state = 3 };
    for (size_t round = 0; round < 50; round++) {
        struct route_rule *r[40];
        for (size_t i = 0; i < COUNT(r); i++)
            r[i] = route_of(*state,
                            arena_fmt(*state, "host=%s", hosts[rng_below(&rng, COUNT(hosts))]));
        const struct route_index *ix = route_index_new(*state, r, COUNT(r));
        for (size_t i = 0; i < COUNT(r); i++) {
            bool seen[COUNT(r) + 1] = { false };
            for (size_t k = route_index_next(ix, i, 0); k < COUNT(r);
                 k = route_index_next(ix, i, k + 1))
                seen[k] = true;
            assert_false(seen[i]);
            for (size_t k = 0; k < COUNT(r); k++)
                if (k != i && route_meet(r[i], r[k]))
                    assert_true(seen[k]);
        }
    }
}

static void test_ten_thousand_hosts_are_not_compared_with_each_other(void **state)
{
    enum { N = 10000 };
    struct route_rule **r = arena_array(*state, N, sizeof *r);
    for (size_t i = 0; i < N; i++)
        r[i] = route_of(*state, arena_fmt(*state, "host=h%zu.com path=/p%zu/*", i / 3, i));
    const struct route_index *ix = route_index_new(*state, r, N);
    size_t all = 0;
    for (size_t i = 0; i < N; i++)
        all += visits(ix, N, i);
    assert_int_equal(all, 3333 * 3 * 2); /* three rules a host; the last one is alone */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_rules_are_found_by_their_hosts),
        ARENA_TEST(test_an_index_of_nothing_is_empty),
        ARENA_TEST(test_no_pair_that_meets_is_missed),
        ARENA_TEST(test_ten_thousand_hosts_are_not_compared_with_each_other),
    };
    return cmocka_run_group_tests_name("route/index", tests, NULL, NULL);
}
