/* Small files and their stamps, in a folder of the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/arena.h"
#include "alb-agent/file.h"

static int make_folder(void **state)
{
    static char folder[64];
    memcpy(folder, "/tmp/alb-test-file-XXXXXX", sizeof "/tmp/alb-test-file-XXXXXX");
    *state = mkdtemp(folder);
    return *state ? 0 : -1;
}

static int remove_folder(void **state)
{
    char path[96];
    (void)snprintf(path, sizeof path, "%s/token", (const char *)*state);
    (void)unlink(path);
    return rmdir(*state);
}

static const char *write_token(struct arena *a, const char *folder, const void *data, size_t len)
{
    const char *path = arena_fmt(a, "%s/token", folder);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    return path;
}

static void test_whole_text_is_read_as_it_is(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    const char *text;
    const char *path = write_token(&a, *state, "abc\n", 4);
    assert_true(file_text(&a, path, 4, &text, &err));
    assert_string_equal(text, "abc\n");
    assert_false(file_text(&a, path, 3, &text, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_non_null(strstr(err.msg, "larger than 3 bytes"));
}

static void test_a_text_takes_no_more_memory_than_it_is_long(void **state)
{
    static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, 8192, 20000 };
    static char data[20000];
    memset(data, 'x', sizeof data);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct error err;
        const char *text, *path = write_token(&a, *state, data, sizes[i]);
        const size_t before = a.size;
        assert_true(file_text(&a, path, 1 << 20, &text, &err));
        assert_int_equal(strlen(text), sizes[i]);
        assert_true(a.size - before <= sizes[i] + 16);
        assert_int_equal(file_text(&a, path, sizes[i], &text, &err), true);
        assert_false(sizes[i] && file_text(&a, path, sizes[i] - 1, &text, &err));
    }
}

static void test_file_with_a_nul_is_no_text(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    const char *text, *path = write_token(&a, *state, "a\0b", 3);
    assert_false(file_text(&a, path, 10, &text, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
}

static void test_missing_file_is_told_from_a_bad_one(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    const char *text;
    assert_false(file_text(&a, arena_fmt(&a, "%s/none", (const char *)*state), 10, &text, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    assert_false(file_text(&a, *state, 10, &text, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
}

static void test_stamp_changes_with_the_file(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *path = write_token(&a, *state, "one", 3);
    struct file_stamp before = file_stamp(path), same = file_stamp(path);
    assert_true(file_stamp_equal(&before, &same));
    (void)write_token(&a, *state, "three", 5);
    struct file_stamp after = file_stamp(path);
    assert_false(file_stamp_equal(&before, &after));
    struct file_stamp none = file_stamp("/nonexistent/file"), zero = { 0 };
    assert_true(file_stamp_equal(&none, &zero));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_whole_text_is_read_as_it_is),
        TEST(test_a_text_takes_no_more_memory_than_it_is_long),
        TEST(test_file_with_a_nul_is_no_text),
        TEST(test_missing_file_is_told_from_a_bad_one),
        TEST(test_stamp_changes_with_the_file),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
