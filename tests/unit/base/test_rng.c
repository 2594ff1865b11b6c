/* test_rng.c - the seeded generator.  The numbers are SplitMix64's published ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/macros.h"
#include "alb-agent/rng.h"

static void test_numbers_are_those_of_splitmix64(void **state)
{
    (void)state;
    static const uint64_t expected[] = {
        6457827717110365317U, 3203168211198807973U,  9817491932198370423U,
        4593380528125082431U, 16408922859458223821U,
    };
    struct rng r = { .state = 1234567 };
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_true(rng_next(&r) == expected[i]);
    struct rng zero = { 0 };
    assert_true(rng_next(&zero) == 0xe220a8397b1dcdafU);
}

static void test_below_stays_below_and_reaches_everything(void **state)
{
    (void)state;
    struct rng r = { .state = 1 };
    unsigned seen[7] = { 0 };
    for (int i = 0; i < 7000; i++)
        seen[rng_below(&r, COUNT(seen))]++;
    for (size_t i = 0; i < COUNT(seen); i++)
        assert_in_range(seen[i], 800, 1200); /* 1000 expected, sigma below 30 */
    for (int i = 0; i < 100; i++)
        assert_int_equal(rng_below(&r, 1), 0);
    /* Above half of the range a plain remainder would favour small numbers. */
    uint64_t huge = (UINT64_MAX / 3) * 2;
    int low = 0;
    for (int i = 0; i < 3000; i++) {
        uint64_t x = rng_below(&r, huge);
        assert_true(x < huge);
        low += x < huge / 2;
    }
    assert_in_range(low, 1350, 1650);
}

static void test_text_is_of_the_alphabet(void **state)
{
    (void)state;
    struct rng r = { .state = 5 };
    char text[41];
    memset(text, '#', sizeof text);
    rng_text(&r, "abc", text, 40);
    assert_int_equal(strlen(text), 40);
    assert_int_equal(strspn(text, "abc"), 40);
    rng_text(&r, "abc", text, 0);
    assert_string_equal(text, "");
}

static void test_uuids_are_of_version_4(void **state)
{
    (void)state;
    struct rng r = { .state = 9 };
    for (int n = 0; n < 200; n++) {
        char text[37];
        rng_uuid(&r, text);
        assert_int_equal(strlen(text), 36);
        for (size_t i = 0; i < 36; i++) {
            if (i == 8 || i == 13 || i == 18 || i == 23)
                assert_int_equal(text[i], '-');
            else
                assert_non_null(strchr("0123456789abcdef", text[i]));
        }
        assert_int_equal(text[14], '4');
        assert_non_null(strchr("89ab", text[19]));
    }
}

static void test_equal_seeds_give_equal_texts_and_others_do_not(void **state)
{
    (void)state;
    struct rng a = { .state = 77 }, b = { .state = 77 }, c = { .state = 78 };
    char x[37], y[37], z[37];
    rng_uuid(&a, x);
    rng_uuid(&b, y);
    rng_uuid(&c, z);
    assert_string_equal(x, y);
    assert_string_not_equal(x, z);
}

static void test_system_seeds_differ(void **state)
{
    (void)state;
    assert_true(rng_system_seed() != rng_system_seed());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_those_of_splitmix64),
        cmocka_unit_test(test_below_stays_below_and_reaches_everything),
        cmocka_unit_test(test_text_is_of_the_alphabet),
        cmocka_unit_test(test_uuids_are_of_version_4),
        cmocka_unit_test(test_equal_seeds_give_equal_texts_and_others_do_not),
        cmocka_unit_test(test_system_seeds_differ),
    };
    return cmocka_run_group_tests_name("base/rng", tests, NULL, NULL);
}
