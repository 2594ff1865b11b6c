/* test_secret.c - a text that is copied once and wiped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alb-agent/macros.h"
#include "alb-agent/secret.h"

static void test_a_secret_is_a_copy(void **state)
{
    (void)state;
    struct secret s CLEANUP(secret_done) = { 0 };
    char text[] = "abc+/=";
    secret_set(&s, text);
    text[0] = 'x';
    assert_string_equal(s.data, "abc+/=");
    assert_int_equal(s.len, 6);
}

static void test_setting_again_replaces(void **state)
{
    (void)state;
    struct secret s CLEANUP(secret_done) = { 0 };
    secret_set(&s, "a longer first one");
    secret_set(&s, "second");
    assert_string_equal(s.data, "second");
    assert_int_equal(s.len, 6);
    secret_set(&s, "");
    assert_string_equal(s.data, "");
    assert_int_equal(s.len, 0);
}

static void test_what_is_cut_off_is_wiped(void **state)
{
    (void)state;
    struct secret s CLEANUP(secret_done) = { 0 };
    secret_set(&s, "abcdef");
    secret_shorten(&s, 2);
    assert_string_equal(s.data, "ab");
    assert_int_equal(s.len, 2);
    assert_memory_equal(s.data + 2, "\0\0\0\0", 4);
    secret_shorten(&s, 9);
    assert_int_equal(s.len, 2);
}

static void test_null_clears(void **state)
{
    (void)state;
    struct secret s = { 0 };
    secret_set(&s, "text");
    secret_set(&s, NULL);
    assert_null(s.data);
    assert_int_equal(s.len, 0);
    secret_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_secret_is_a_copy),
        cmocka_unit_test(test_setting_again_replaces),
        cmocka_unit_test(test_what_is_cut_off_is_wiped),
        cmocka_unit_test(test_null_clears),
    };
    return cmocka_run_group_tests_name("base/secret", tests, NULL, NULL);
}
