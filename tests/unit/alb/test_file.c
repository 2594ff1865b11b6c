/* test_file.c - small files and their stamps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fake.h"
#include "src/alb/provider_priv.h"

static void test_whole_text_is_read_as_it_is(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    const char *text;
    const char *path = fake_file(*state, "token", "abc\n");
    assert_true(file_text(&a, path, 4, &text, &err));
    assert_string_equal(text, "abc\n");
    assert_false(file_text(&a, path, 3, &text, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_non_null(strstr(err.msg, "larger than 3 bytes"));
}

static void test_missing_file_is_told_from_a_bad_one(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    const char *text, *folder = fake_folder(*state);
    assert_false(file_text(&a, arena_fmt(&a, "%s/none", folder), 10, &text, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    assert_false(file_text(&a, folder, 10, &text, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
}

static void test_stamp_changes_with_the_file(void **state)
{
    struct fake *f = *state;
    const char *path = fake_file(f, "token", "one");
    struct file_stamp before = file_stamp(path), same = file_stamp(path);
    assert_true(file_stamp_equal(&before, &same));
    (void)fake_file(f, "token", "two");
    struct file_stamp after = file_stamp(path);
    assert_false(file_stamp_equal(&before, &after));
    struct file_stamp none = file_stamp("/nonexistent/file"), zero = { 0 };
    assert_true(file_stamp_equal(&none, &zero));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_whole_text_is_read_as_it_is),
        TEST(test_missing_file_is_told_from_a_bad_one),
        TEST(test_stamp_changes_with_the_file),
    };
    return cmocka_run_group_tests_name("alb/file", tests, NULL, NULL);
}
