/* Expected values: lines counted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/macros.h"
#include "alb-agent/yaml.h"

static const char TEXT[] = "# settings\n"          /* 1 */
                           "region: cn-hangzhou\n" /* 2 */
                           "lanes:\n"              /* 3 */
                           "  one: {retries: 3,\n" /* 4 */
                           "    delay: 1s}\n"      /* 5 */
                           "  two: &b\n"           /* 6 */
                           "    retries: 4\n"      /* 7 */
                           "  three: *b\n"         /* 8 */
                           "files:\n"              /* 9 */
                           "- a\n"                 /* 10 */
                           "- b: 1\n"              /* 11 */
                           "  c: 2\n"              /* 12 */
                           "retries: 5\n";         /* 13 */

struct row {
    const char *path[4];
    int line;
};

static const struct row rows[] = {
    { { "region" }, 2 },
    { { "lanes" }, 3 },
    { { "lanes", "one" }, 4 },
    { { "lanes", "one", "retries" }, 4 },
    { { "lanes", "one", "delay" }, 5 },
    { { "lanes", "two", "retries" }, 7 },
    /* Behind an alias there is no line of its own. */
    { { "lanes", "three", "retries" }, 8 },
    { { "files", "0" }, 10 },
    { { "files", "1" }, 11 },
    { { "files", "1", "c" }, 12 },
    { { "retries" }, 13 },
    /* What is not there: as far as the path leads. */
    { { "lanes", "four" }, 3 },
    { { "lanes", "two", "delay" }, 6 },
    { { "files", "2" }, 9 },
    { { "nothing" }, 1 },
    /* A value is no key: "cn-hangzhou" and "a" are not found as one. */
    { { "cn-hangzhou" }, 1 },
    { { "files", "a" }, 9 },
};

static void test_line_is_that_of_the_key_or_the_item(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t n = 0;
        while (n < COUNT(rows[i].path) && rows[i].path[n])
            n++;
        int line = yaml_line(TEXT, strlen(TEXT), rows[i].path, n);
        if (line != rows[i].line)
            fail_msg("row %zu: line %d, not %d", i, line, rows[i].line);
    }
}

static void test_what_is_no_mapping_has_one_line(void **state)
{
    static const char *const path[] = { "region" };
    (void)state;
    assert_int_equal(yaml_line("", 0, path, 1), 1);
    assert_int_equal(yaml_line("\n\nregion", 8, path, 1), 1);
    assert_int_equal(yaml_line("\n\n- region", 10, path, 1), 1);
    assert_int_equal(yaml_line("\n\nregion: x", 11, path, 1), 3);
    assert_int_equal(yaml_line("\n\nregion: x", 11, path, 0), 1);
    assert_int_equal(yaml_line("a: [\n", 5, path, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_is_that_of_the_key_or_the_item),
        cmocka_unit_test(test_what_is_no_mapping_has_one_line),
    };
    return cmocka_run_group_tests_name("yaml/line", tests, NULL, NULL);
}
