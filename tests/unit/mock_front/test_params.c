/* test_params.c - forms as Node, Go and hand-written clients encode them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "mock-server/front/params.h"

static struct params parse(struct arena *a, const char *text)
{
    struct params p = { 0 };
    struct error err = { 0 };
    assert_true(params_parse(a, &p, text, strlen(text), &err));
    return p;
}

static void test_encodings_of_all_clients_decode_to_the_same(void **state)
{
    (void)state;
    static const char *const same[] = {
        "V=%20%2B%2A~%2F%E4%B8%AD",
        "V=+%2b*%7E/\xe4\xb8\xad",
    };
    for (size_t i = 0; i < COUNT(same); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct params p = parse(&a, same[i]);
        assert_int_equal(p.len, 1);
        assert_string_equal(p.items[0].name, "V");
        assert_string_equal(p.items[0].value, " +*~/\xe4\xb8\xad");
    }
}

static void test_order_repetition_and_emptiness_are_kept(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct params p = parse(&a, "&B=1&A=&&B=2&C&=x&D=a=b&");
    static const char *const want[][2] = {
        { "B", "1" }, { "A", "" }, { "B", "2" }, { "C", "" }, { "", "x" }, { "D", "a=b" },
    };
    assert_int_equal(p.len, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_string_equal(p.items[i].name, want[i][0]);
        assert_string_equal(p.items[i].value, want[i][1]);
    }
    assert_string_equal(params_get(&p, "B"), "1");
    assert_null(params_get(&p, "A"));
    assert_null(params_get(&p, "E"));
}

static void test_a_percent_without_digits_is_itself(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct params p = parse(&a, "A=100%&B=%zz&C=%4&D=%25");
    assert_string_equal(params_get(&p, "A"), "100%");
    assert_string_equal(params_get(&p, "B"), "%zz");
    assert_string_equal(params_get(&p, "C"), "%4");
    assert_string_equal(params_get(&p, "D"), "%");
}

static void test_nul_and_broken_utf8_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "A=%00", "A%00=1", "A=%ff", "%C3=1", "A=%ED%A0%80" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct params p = { 0 };
        struct error err = { 0 };
        assert_false(params_parse(&a, &p, bad[i], strlen(bad[i]), &err));
        assert_int_equal(err.kind, ERROR_INVALID);
    }
}

static void test_the_number_of_parameters_has_a_ceiling(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct params p = { 0 };
    struct error err = { 0 };
    char *text = arena_alloc(&a, 2 * (PARAMS_MAX + 1));
    for (size_t i = 0; i <= PARAMS_MAX; i++)
        memcpy(text + 2 * i, "A&", 2);
    assert_true(params_parse(&a, &p, text, 2UL * PARAMS_MAX, &err));
    assert_int_equal(p.len, PARAMS_MAX);
    p = (struct params){ 0 };
    assert_false(params_parse(&a, &p, text, 2UL * (PARAMS_MAX + 1), &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encodings_of_all_clients_decode_to_the_same),
        cmocka_unit_test(test_order_repetition_and_emptiness_are_kept),
        cmocka_unit_test(test_a_percent_without_digits_is_itself),
        cmocka_unit_test(test_nul_and_broken_utf8_are_refused),
        cmocka_unit_test(test_the_number_of_parameters_has_a_ceiling),
    };
    return cmocka_run_group_tests_name("mock_front/params", tests, NULL, NULL);
}
