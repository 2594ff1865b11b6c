/* test_pattern.c - the patterns of the API description, by the rules they stand for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "alb-agent/macros.h"
#include "mock-server/front/pattern.h"

#define NAME "^[A-Za-z\\u4e00-\\u9fff][A-Za-z0-9\\u4e00-\\u9fff._-]{1,127}$"

static void test_patterns_match_what_they_should(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool match;
    } cases[] = {
        { NAME, "ab", true },
        { NAME, "a", false },
        { NAME, "1b", false },
        { NAME, "a-b._1", true },
        { NAME, "a b", false },
        { NAME, "\xe4\xb8\xad\xe6\x96\x87", true }, /* two characters, six bytes */
        { NAME, "\xe4\xb8\xad", false },
        { NAME, "a\xc3\xa9", false },
        { NAME, "", false },
        { "^[245][0-9]{2}$", "200", true },
        { "^[245][0-9]{2}$", "2000", false },
        { "^[245][0-9]{2}$", "20", false },
        { "^[245][0-9]{2}$", "301", false },
        { "^[245][0-9]{2}$|^HTTP_[245][0-9]{2}$", "HTTP_503", true },
        { "^[245][0-9]{2}$|^HTTP_[245][0-9]{2}$", "503", true },
        { "^[245][0-9]{2}$|^HTTP_[245][0-9]{2}$", "HTTP_301", false },
        { "^[a-z0-9_-]{1,40}$", "x-client_1", true },
        { "^[a-z0-9_-]{1,40}$", "X", false },
        { "^$", "", true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(pattern_valid(cases[i].pattern));
        assert_int_equal(pattern_match(cases[i].pattern, cases[i].text), cases[i].match);
    }
}

static void test_128_characters_fit_a_name_and_129_do_not(void **state)
{
    (void)state;
    char text[130] = { 0 };
    for (int i = 0; i < 128; i++)
        text[i] = 'a';
    assert_true(pattern_match(NAME, text));
    text[128] = 'a';
    assert_false(pattern_match(NAME, text));
}

static void test_other_expressions_are_refused_not_misread(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "a", "^a", "^a*$", "^(a)$", "^[a$", "^a{2$", "^a{3,1}$", "^\\d$", "^a$x", "^a$|",
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(pattern_valid(bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns_match_what_they_should),
        cmocka_unit_test(test_128_characters_fit_a_name_and_129_do_not),
        cmocka_unit_test(test_other_expressions_are_refused_not_misread),
    };
    return cmocka_run_group_tests_name("mock_front/pattern", tests, NULL, NULL);
}
