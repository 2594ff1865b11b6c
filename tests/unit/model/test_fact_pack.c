/* test_fact_pack.c - what was packed is found again, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alb-agent/fact.h"
#include "alb-agent/rng.h"

static int compare(const void *x, const void *y)
{
    return strcmp(x, y);
}

enum { KEYS = 500, ROOM = 400 };

/* Short texts of few letters, so that many begin alike and some are the beginning of others; every
 * fifth has more in common with others than a byte can say. */
static size_t make_keys(struct rng *rng, char (*keys)[ROOM])
{
    size_t n = 0;
    for (size_t i = 0; i < KEYS; i++) {
        size_t len = i % 5 ? 0 : 200;
        memset(keys[i], 'm', len);
        for (size_t k = 1 + rng_below(rng, 6); k; k--)
            keys[i][len++] = "a\xc3z"[rng_below(rng, 3)];
        keys[i][len] = '\0';
    }
    qsort(keys, KEYS, ROOM, compare);
    for (size_t i = 0; i < KEYS; i++)
        if (!n || strcmp(keys[n - 1], keys[i]) != 0)
            memmove(keys[n++], keys[i], ROOM);
    return n;
}

/* Every other key is packed, so that all others have neighbours. */
static void test_keys_are_found_among_their_like(void **state)
{
    (void)state;
    struct rng rng = { .state = 7 };
    static char keys[KEYS][ROOM];
    for (int round = 0; round < 20; round++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct fact_packer p CLEANUP(fact_packer_done) = { .a = &a };
        const size_t n = make_keys(&rng, keys);
        for (size_t i = 0; i < n; i += 2)
            fact_packer_add(&p, keys[i], arena_fmt(&a, "v%zu", i));
        const struct fact_pack *pack = fact_packer_end(&p);
        for (size_t i = 0; i < n; i++) {
            const char *value = fact_pack_value(pack, keys[i]);
            if (i % 2)
                assert_null(value);
            else
                assert_string_equal(value, arena_fmt(&a, "v%zu", i));
        }
        assert_null(fact_pack_value(pack, ""));
        assert_null(fact_pack_value(pack, "zzzzzzzz"));
    }
}

static void test_all_keys_are_walked_over_in_order(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct fact_packer p CLEANUP(fact_packer_done) = { .a = &a };
    struct fact_cursor cursor = { 0 };
    for (int i = 0; i < 50; i++)
        fact_packer_add(&p, arena_fmt(&a, "vpc/%02d", i), i % 2 ? "" : "eni");
    struct fact_pack *pack = fact_packer_end(&p);
    assert_true(fact_pack_forget(pack, "vpc/16")); /* a whole one */
    assert_true(fact_pack_forget(pack, "vpc/49"));
    assert_false(fact_pack_forget(pack, "vpc/49"));
    for (int i = 0; i < 49; i++) {
        if (i == 16)
            continue;
        assert_true(fact_pack_next(pack, &cursor));
        assert_string_equal(buf_str(&cursor.key), arena_fmt(&a, "vpc/%02d", i));
        assert_string_equal(cursor.value, i % 2 ? "" : "eni");
    }
    assert_false(fact_pack_next(pack, &cursor));
    assert_null(fact_pack_value(pack, "vpc/16"));
    assert_string_equal(fact_pack_value(pack, "vpc/17"), "");
}

static void test_nothing_packed_knows_nothing(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct fact_packer p CLEANUP(fact_packer_done) = { .a = &a };
    struct fact_cursor cursor = { 0 };
    assert_null(fact_packer_end(&p));
    assert_null(fact_pack_value(NULL, "a"));
    assert_false(fact_pack_forget(NULL, "a"));
    assert_false(fact_pack_next(NULL, &cursor));
}

/* An address and its interface in the form that they have, with the place to begin: what a hundred
 * thousand may cost. */
static void test_an_address_takes_few_bytes(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 }, texts CLEANUP(arena_done) = { 0 };
    struct fact_packer p CLEANUP(fact_packer_done) = { .a = &a };
    enum { N = 10000, BYTES = 37 };
    static char keys[N][ROOM];
    for (size_t i = 0; i < N; i++)
        (void)snprintf(keys[i], ROOM, "vpc-bp1aevy8sofi8mh1q0kzs/10.%zu.%zu.%zu", i / 2500,
                       i / 250 % 10, i % 250);
    qsort(keys, N, ROOM, compare);
    for (size_t i = 0; i < N; i++)
        fact_packer_add(&p, keys[i], arena_fmt(&texts, "eni-bp1a%016zu", i));
    assert_non_null(fact_packer_end(&p));
    assert_in_range(a.size, N * 25, N * BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_keys_are_walked_over_in_order),
        cmocka_unit_test(test_an_address_takes_few_bytes),
        cmocka_unit_test(test_keys_are_found_among_their_like),
        cmocka_unit_test(test_nothing_packed_knows_nothing),
    };
    return cmocka_run_group_tests_name("model/fact_pack", tests, NULL, NULL);
}
