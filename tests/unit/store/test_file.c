/* test_file.c - folders, modes, the lock, names of damaged files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/unit/store/fixture.h"

static const char *in(struct fixture *f, const char *name)
{
    return arena_fmt(&f->a, "%s/%s", f->folder, name);
}

static void test_missing_folders_are_made_for_us_only(void **state)
{
    struct fixture *f = *state;
    mode_t before = umask(0);
    assert_true(file_make_folders(in(f, "a/b/state.db"), &f->err));
    (void)umask(before);
    assert_int_equal(fixture_mode(in(f, "a")), 0700);
    assert_int_equal(fixture_mode(in(f, "a/b")), 0700);
    assert_int_equal(fixture_mode(in(f, "a/b/state.db")), -1);
}

static void test_folders_at_hand_keep_their_mode(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mkdir(in(f, "a"), 0750), 0);
    assert_true(file_make_folders(in(f, "a/state.db"), &f->err));
    assert_int_equal(fixture_mode(in(f, "a")), 0750);
    assert_true(file_make_folders("state.db", &f->err));
}

static void test_file_is_private_whatever_the_umask(void **state)
{
    struct fixture *f = *state;
    mode_t before = umask(0);
    assert_true(file_make_private(f->path, &f->err));
    (void)umask(before);
    assert_int_equal(fixture_mode(f->path), 0600);
    assert_int_equal(chmod(f->path, 0644), 0);
    assert_true(file_make_private(f->path, &f->err));
    assert_int_equal(fixture_mode(f->path), 0600);
}

static void test_error_names_the_file(void **state)
{
    struct fixture *f = *state;
    assert_false(file_make_private(in(f, "none/state.db"), &f->err));
    assert_non_null(strstr(f->err.msg, "none/state.db"));
    assert_false(file_make_private(f->folder, &f->err));
}

static void test_lock_keeps_out_a_second_store_of_one_process(void **state)
{
    struct fixture *f = *state;
    struct store one = { .lock = -1 }, two = { .lock = -1 };
    bool taken = false;
    assert_true(file_lock(&one, f->path, &taken, &f->err));
    assert_true(taken);
    assert_false(one.lock_was_there);
    assert_true(file_lock(&two, f->path, &taken, &f->err));
    assert_false(taken);
    assert_true(two.lock_was_there);
    (void)close(two.lock);
    assert_true(file_lock(&two, f->path, &taken, &f->err));
    assert_false(taken);
    (void)close(one.lock);
    (void)close(two.lock);
    assert_true(file_lock(&one, f->path, &taken, &f->err));
    assert_true(taken);
    (void)close(one.lock);
}

static void test_lock_file_that_was_made_for_nothing_goes(void **state)
{
    struct fixture *f = *state;
    struct store st = { .lock = -1 };
    bool taken;
    assert_true(file_lock(&st, f->path, &taken, &f->err));
    file_unlock(&st, f->path);
    assert_int_equal(fixture_files(f, ".lock"), 0);
    (void)close(st.lock);
}

static void test_set_aside_takes_the_log_along_and_overwrites_nothing(void **state)
{
    struct fixture *f = *state;
    fixture_scribble(f->path, 0, 5, 'x');
    fixture_scribble(fixture_path(f, "-wal"), 0, 7, 'y');
    assert_true(file_set_aside(f->path, NOW, &f->err));
    assert_int_equal(fixture_mode(f->path), -1);
    assert_int_equal(fixture_mode(fixture_path(f, "-wal")), -1);
    struct stat st;
    assert_int_equal(stat(fixture_path(f, ".damaged-1970-01-01T00:16:40Z"), &st), 0);
    assert_int_equal(st.st_size, 5);
    assert_int_equal(stat(fixture_path(f, ".damaged-1970-01-01T00:16:40Z-wal"), &st), 0);
    assert_int_equal(st.st_size, 7);
    fixture_scribble(f->path, 0, 6, 'z');
    assert_true(file_set_aside(f->path, NOW, &f->err));
    assert_int_equal(stat(fixture_path(f, ".damaged-1970-01-01T00:16:40Z.2"), &st), 0);
    assert_int_equal(st.st_size, 6);
}

static volatile sig_atomic_t held_fd;

static void let_go(int signal)
{
    (void)signal;
    (void)close(held_fd);
}

/* Who only writes down a verdict is gone before the other one gives up. */
static void test_lock_is_waited_for_a_little(void **state)
{
    struct fixture *f = *state;
    struct store first = { .lock = -1 }, second = { .lock = -1 };
    bool taken = false;
    assert_false(file_is_locked(f->path));
    assert_true(file_lock(&first, f->path, &taken, &f->err));
    assert_true(taken);
    assert_true(file_is_locked(f->path));
    held_fd = first.lock;
    const struct sigaction act = { .sa_handler = let_go };
    const struct itimerval soon = { .it_value = { .tv_usec = 30000 } };
    assert_int_equal(sigaction(SIGALRM, &act, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    assert_true(file_lock(&second, f->path, &taken, &f->err));
    assert_true(taken);
    assert_int_equal(close(second.lock), 0);
    assert_false(file_is_locked(f->path));
}

static void test_sqlite_files_are_known_by_their_head(void **state)
{
    struct fixture *f = *state;
    assert_false(file_is_sqlite(f->path));
    fixture_scribble(f->path, 0, 20, 'x');
    assert_false(file_is_sqlite(f->path));
    fixture_sql(in(f, "other.db"), "CREATE TABLE t(x)");
    assert_true(file_is_sqlite(in(f, "other.db")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_missing_folders_are_made_for_us_only),
        TEST(test_folders_at_hand_keep_their_mode),
        TEST(test_file_is_private_whatever_the_umask),
        TEST(test_error_names_the_file),
        TEST(test_lock_keeps_out_a_second_store_of_one_process),
        TEST(test_lock_file_that_was_made_for_nothing_goes),
        TEST(test_set_aside_takes_the_log_along_and_overwrites_nothing),
        TEST(test_lock_is_waited_for_a_little),
        TEST(test_sqlite_files_are_known_by_their_head),
    };
    return cmocka_run_group_tests_name("store/file", tests, NULL, NULL);
}
