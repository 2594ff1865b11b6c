/* test_encode.c - percent-encoding and canonical queries, by signature.md §3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/sign.h"

static void expect_encoded(const char *text, const char *expected)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    sign_encode(&b, text);
    assert_string_equal(buf_str(&b), expected);
}

static void test_unreserved_characters_stay(void **state)
{
    (void)state;
    expect_encoded("AZaz09-_.~", "AZaz09-_.~");
    expect_encoded("", "");
}

static void test_everything_else_becomes_upper_case_hex(void **state)
{
    (void)state;
    expect_encoded("a b+c*d/e", "a%20b%2Bc%2Ad%2Fe");
    expect_encoded("!'()", "%21%27%28%29");
    expect_encoded("\xe4\xb8\xad\xff\x01", "%E4%B8%AD%FF%01");
    expect_encoded("%20", "%2520");
}

static void test_query_is_sorted_by_bytes_of_the_name(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sign_pair items[] = {
        { "A.2", "2" }, { "b", "low" }, { "A.10", "10" }, { "A", "" }, { "B", "x y" },
    };
    sign_pairs pairs = { .items = items, .len = COUNT(items) };
    assert_string_equal(sign_query(&a, &pairs), "A=&A.10=10&A.2=2&B=x%20y&b=low");
    assert_string_equal(items[0].name, "A.2");
}

static void test_query_orders_equal_names_by_value(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sign_pair items[] = { { "A", "2" }, { "A", "1" } };
    sign_pairs pairs = { .items = items, .len = COUNT(items) };
    assert_string_equal(sign_query(&a, &pairs), "A=1&A=2");
}

static void test_query_of_nothing_is_empty(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    sign_pairs none = { 0 };
    assert_string_equal(sign_query(&a, &none), "");
}

static void test_query_encodes_names_too(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sign_pair items[] = { { "a=b", "c&d" } };
    sign_pairs pairs = { .items = items, .len = COUNT(items) };
    assert_string_equal(sign_query(&a, &pairs), "a%3Db=c%26d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unreserved_characters_stay),
        cmocka_unit_test(test_everything_else_becomes_upper_case_hex),
        cmocka_unit_test(test_query_is_sorted_by_bytes_of_the_name),
        cmocka_unit_test(test_query_orders_equal_names_by_value),
        cmocka_unit_test(test_query_of_nothing_is_empty),
        cmocka_unit_test(test_query_encodes_names_too),
    };
    return cmocka_run_group_tests_name("sign/encode", tests, NULL, NULL);
}
