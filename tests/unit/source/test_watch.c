/* Telling when manifests change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alb-agent/source.h"

struct fixture {
    struct arena a;
    char dir[64];
    struct source_watch *w;
    source_paths files;
    bool all;
};

static const char *in_dir(struct fixture *f, const char *name)
{
    return arena_fmt(&f->a, "%s/%s", f->dir, name);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    (void)snprintf(f->dir, sizeof f->dir, "/tmp/alb-agent-watch-XXXXXX");
    *state = f;
    return mkdtemp(f->dir) ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = { "a.yaml",    "b.yaml",     "new.yaml", "notes.txt",
                                         "link.yaml", "sub/c.yaml", "..data" };
    source_watch_free(f->w);
    for (size_t i = 0; i < COUNT(names); i++)
        (void)unlink(in_dir(f, names[i]));
    (void)rmdir(in_dir(f, "sub"));
    (void)rmdir(f->dir);
    arena_done(&f->a);
    free(f);
    return 0;
}

static void watch(struct fixture *f, const char *path)
{
    struct error err;
    if (!source_watch_new(&f->w, &path, 1, &err))
        fail_msg("%s", err.msg);
}

/* Waits for the descriptor and takes; events of what was done before it are there at once. */
static void take(struct fixture *f)
{
    struct pollfd p = { .fd = source_watch_fd(f->w), .events = POLLIN };
    f->files.len = 0;
    assert_int_equal(poll(&p, 1, 10000), 1);
    source_watch_take(f->w, &f->a, &f->files, &f->all);
}

static void test_file_that_is_written_is_named_as_the_source_names_it(void **state)
{
    struct fixture *f = *state;
    put(in_dir(f, "a.yaml"), "x: 1\n");
    watch(f, f->dir);
    put(in_dir(f, "a.yaml"), "x: 2\n");
    take(f);
    assert_false(f->all);
    assert_int_equal(f->files.len, 1);
    assert_string_equal(f->files.items[0], in_dir(f, "a.yaml"));
}

static void test_new_removed_and_renamed_files_are_told_of(void **state)
{
    struct fixture *f = *state;
    put(in_dir(f, "a.yaml"), "x: 1\n");
    watch(f, f->dir);
    put(in_dir(f, "new.yaml"), "x: 2\n");
    take(f);
    assert_int_equal(f->files.len, 1);
    assert_string_equal(f->files.items[0], in_dir(f, "new.yaml"));
    assert_int_equal(unlink(in_dir(f, "new.yaml")), 0);
    take(f);
    assert_string_equal(f->files.items[0], in_dir(f, "new.yaml"));
    assert_int_equal(rename(in_dir(f, "a.yaml"), in_dir(f, "b.yaml")), 0);
    take(f);
    assert_false(f->all);
    assert_int_equal(f->files.len, 2);
}

static void test_what_is_no_manifest_is_not_told_of(void **state)
{
    struct fixture *f = *state;
    watch(f, f->dir);
    put(in_dir(f, "notes.txt"), "x\n");
    put(in_dir(f, "a.yaml"), "x: 1\n");
    take(f);
    assert_false(f->all);
    assert_int_equal(f->files.len, 1);
}

static void test_link_is_told_of_when_it_is_made(void **state)
{
    struct fixture *f = *state;
    put(in_dir(f, "notes.txt"), "x\n");
    watch(f, f->dir);
    assert_int_equal(symlink("notes.txt", in_dir(f, "link.yaml")), 0);
    take(f);
    assert_int_equal(f->files.len, 1);
    assert_string_equal(f->files.items[0], in_dir(f, "link.yaml"));
}

static void test_new_directory_means_everything_may_have_changed(void **state)
{
    struct fixture *f = *state;
    watch(f, f->dir);
    assert_int_equal(mkdir(in_dir(f, "sub"), 0700), 0);
    take(f);
    assert_true(f->all);
}

static void test_directories_below_are_watched_too(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mkdir(in_dir(f, "sub"), 0700), 0);
    watch(f, f->dir);
    put(in_dir(f, "sub/c.yaml"), "x: 1\n");
    take(f);
    assert_false(f->all);
    assert_string_equal(f->files.items[0], in_dir(f, "sub/c.yaml"));
}

/* A ConfigMap's files are links into a directory that a link called ..data names. */
static void test_exchanged_mount_means_everything_may_have_changed(void **state)
{
    struct fixture *f = *state;
    watch(f, f->dir);
    assert_int_equal(symlink("nowhere", in_dir(f, "..data")), 0);
    take(f);
    assert_true(f->all);
}

static void test_single_file_is_watched_through_its_directory(void **state)
{
    struct fixture *f = *state;
    put(in_dir(f, "a.yaml"), "x: 1\n");
    watch(f, in_dir(f, "a.yaml"));
    put(in_dir(f, "b.yaml"), "x: 1\n");
    put(in_dir(f, "new.yaml"), "x: 2\n");
    assert_int_equal(rename(in_dir(f, "new.yaml"), in_dir(f, "a.yaml")), 0);
    take(f);
    assert_false(f->all);
    assert_int_equal(f->files.len, 1);
    assert_string_equal(f->files.items[0], in_dir(f, "a.yaml"));
}

static void test_path_that_is_not_there_is_an_error_with_its_name(void **state)
{
    struct fixture *f = *state;
    struct error err;
    const char *path = in_dir(f, "sub/none.yaml");
    assert_false(source_watch_new(&f->w, &path, 1, &err));
    assert_non_null(strstr(err.msg, f->dir));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
        TEST(test_file_that_is_written_is_named_as_the_source_names_it),
        TEST(test_new_removed_and_renamed_files_are_told_of),
        TEST(test_what_is_no_manifest_is_not_told_of),
        TEST(test_link_is_told_of_when_it_is_made),
        TEST(test_new_directory_means_everything_may_have_changed),
        TEST(test_directories_below_are_watched_too),
        TEST(test_exchanged_mount_means_everything_may_have_changed),
        TEST(test_single_file_is_watched_through_its_directory),
        TEST(test_path_that_is_not_there_is_an_error_with_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
