/* The page of settings: current, and with every setting under its whole name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "markdown.h"
#include "settings.h"
#include "src/config/config_priv.h"

static void test_page_has_each_setting_once(void **state)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    (void)state;
    settings_write(&b);
    assert_true(settings_n > 0);
    for (size_t i = 0; i < settings_n; i++) {
        char cell[96];
        (void)snprintf(cell, sizeof cell, "\n| `%s`", settings_table[i].path);
        const char *found = strstr(buf_str(&b), cell);
        if (!found || strstr(found + 1, cell))
            fail_msg("%s is not there once", settings_table[i].path);
    }
    assert_non_null(strstr(buf_str(&b), "\n## lanes.server-group\n"));
    assert_non_null(strstr(buf_str(&b), "| `region` † | a text | none | "));
}

static void test_page_is_current(void **state)
{
    struct buf want CLEANUP(buf_done) = { 0 };
    (void)state;
    settings_write(&want);
    if (!markdown_is(TEST_SOURCE_DIR "/src/config/REFERENCE.md", buf_str(&want)))
        fail_msg("write it anew: tests/settings_page > src/config/REFERENCE.md");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_has_each_setting_once),
        cmocka_unit_test(test_page_is_current),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
