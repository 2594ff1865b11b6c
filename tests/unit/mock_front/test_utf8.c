/* test_utf8.c - the decoder against the boundaries of each length (RFC 3629). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/macros.h"
#include "mock-server/front/utf8.h"

static void test_each_length_decodes_at_its_boundaries(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        uint32_t cp;
    } cases[] = {
        { "\x01", 0x1 },
        { "\x7f", 0x7f },
        { "\xc2\x80", 0x80 },
        { "\xdf\xbf", 0x7ff },
        { "\xe0\xa0\x80", 0x800 },
        { "\xe4\xb8\x80", 0x4e00 },
        { "\xef\xbf\xbf", 0xffff },
        { "\xf0\x90\x80\x80", 0x10000 },
        { "\xf4\x8f\xbf\xbf", 0x10ffff },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t cp;
        assert_int_equal(utf8_next(cases[i].s, &cp), strlen(cases[i].s));
        assert_int_equal(cp, cases[i].cp);
        assert_true(utf8_valid(cases[i].s));
        assert_int_equal(utf8_len(cases[i].s), 1);
    }
}

static void test_what_is_no_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80",
        "\xc1\xbf",
        "\xc3",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xe4\xb8",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "a\xff",
        "\xc3\x41",
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(utf8_valid(bad[i]));
    assert_true(utf8_valid(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_length_decodes_at_its_boundaries),
        cmocka_unit_test(test_what_is_no_utf8_is_refused),
    };
    return cmocka_run_group_tests_name("mock_front/utf8", tests, NULL, NULL);
}
