/* test_nearest.c - what is suggested for a misspelt name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alb-agent/alb_param.h"

static const char *near(struct arena *a, const char *word)
{
    static const char *names[] = { "CreateRule", "CreateRules", "DeleteRule", "ListRules",
                                   "TagResources" };
    const alb_names list = { names, COUNT(names) };
    return alb_nearest(a, word, &list);
}

static void test_best_come_first_and_three_at_most(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(near(&a, "ListRule"), "ListRules");
    assert_string_equal(near(&a, "createrules"), "CreateRules or CreateRule");
    assert_string_equal(near(&a, "TagResource"), "TagResources");
}

static void test_nothing_is_suggested_for_what_is_like_nothing(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    char text[300];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i + 1 < sizeof text ? 'x' : '\0';
    assert_string_equal(near(&a, "Zebra"), "");
    assert_string_equal(near(&a, ""), "");
    assert_string_equal(near(&a, text), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_best_come_first_and_three_at_most),
        cmocka_unit_test(test_nothing_is_suggested_for_what_is_like_nothing),
    };
    return cmocka_run_group_tests_name("alb/nearest", tests, NULL, NULL);
}
