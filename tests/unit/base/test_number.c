/* test_number.c - what is a whole number, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/macros.h"
#include "alb-agent/number.h"

static void test_digits_are_a_number(void **state)
{
    (void)state;
    int64_t n = -1;
    assert_true(number_parse("0", 1, &n));
    assert_int_equal(n, 0);
    assert_true(number_parse("007", 3, &n));
    assert_int_equal(n, 7);
    assert_true(number_parse("999999999999999", 15, &n));
    assert_int_equal(n, 999999999999999);
    assert_true(number_parse("12.3", 2, &n)); /* only so many characters are looked at */
    assert_int_equal(n, 12);
}

static void test_anything_else_is_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", " 1", "1 ", "-1", "+1", "0x1", "1e3", "1000000000000000"
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t n = -1;
        assert_false(number_parse(bad[i], strlen(bad[i]), &n));
        assert_int_equal(n, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digits_are_a_number),
        cmocka_unit_test(test_anything_else_is_none),
    };
    return cmocka_run_group_tests_name("base/number", tests, NULL, NULL);
}
