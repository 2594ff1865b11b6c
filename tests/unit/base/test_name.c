/* Expected values: letters added, removed or changed, counted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/name.h"

static void test_distance_counts_letters(void **state)
{
    (void)state;
    assert_int_equal(name_distance("rule", "rule"), 0);
    assert_int_equal(name_distance("rule", "RULE"), 0);
    assert_int_equal(name_distance("", "rule"), 4);
    assert_int_equal(name_distance("rule", "rules"), 1);
    assert_int_equal(name_distance("rlue", "rule"), 2);
    assert_int_equal(name_distance("kitten", "sitting"), 3);
}

static void test_distance_of_long_names_is_far(void **state)
{
    char text[NAME_FAR + 2];
    (void)state;
    memset(text, 'x', sizeof text);
    text[NAME_FAR + 1] = '\0';
    assert_int_equal(name_distance(text, "x"), NAME_FAR);
    assert_int_equal(name_distance("x", text), NAME_FAR);
    text[NAME_FAR] = '\0';
    assert_int_equal(name_distance(text, "x"), NAME_FAR - 1);
}

static void test_nearest_is_a_likely_misspelling_or_none(void **state)
{
    static const char *const names[] = { "addressType", "edition", "id" };
    (void)state;
    assert_string_equal(name_nearest("adressType", names, 3), "addressType");
    assert_string_equal(name_nearest("ADDRESSTYP", names, 3), "addressType");
    assert_string_equal(name_nearest("editoin", names, 3), "edition");
    assert_null(name_nearest("colour", names, 3));
    assert_null(name_nearest("x", names, 3)); /* as near to "id" as to anything short */
    assert_null(
        name_nearest("a name that is longer than any name of a field could ever be", names, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance_counts_letters),
        cmocka_unit_test(test_distance_of_long_names_is_far),
        cmocka_unit_test(test_nearest_is_a_likely_misspelling_or_none),
    };
    return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
