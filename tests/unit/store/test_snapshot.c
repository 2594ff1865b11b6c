/* test_snapshot.c - a copy in memory, beside a writer, without making files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/unit/store/fixture.h"

static struct store *snapshot(struct fixture *f)
{
    struct store *st = NULL;
    if (!store_open(&st, f->path, STORE_SNAPSHOT, NOW, NULL, &f->err))
        fail_msg("%s", f->err.msg);
    return st;
}

static void put(struct fixture *f, struct store *st, const char *value)
{
    assert_true(store_meta_put(st, "k", value, &f->err));
}

static void expect(struct fixture *f, const char *value)
{
    struct store *st = snapshot(f);
    const char *got = NULL;
    assert_true(store_meta_get(st, &f->a, "k", &got, &f->err));
    assert_non_null(got);
    assert_string_equal(got, value);
    store_close(st);
}

static void test_absent_file_is_an_empty_store_and_stays_absent(void **state)
{
    struct fixture *f = *state;
    struct store *st = snapshot(f);
    assert_int_equal(fixture_int(st, "SELECT count(*) FROM resource"), 0);
    store_close(st);
    assert_int_equal(fixture_files(f, ""), 0);
    assert_true(
        store_open(&st, fixture_path(f, "/no/such.db"), STORE_SNAPSHOT, NOW, NULL, &f->err));
    store_close(st);
    assert_int_equal(fixture_files(f, ""), 0);
}

static void test_closed_file_is_read_without_making_files(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_open(f);
    put(f, st, "v");
    store_close(st);
    int files = fixture_files(f, "");
    expect(f, "v");
    assert_int_equal(fixture_files(f, ""), files);
    assert_int_equal(fixture_files(f, "-"), 0);
}

/* What is committed is in the log only; what is not is nobody's business. */
static void test_snapshot_beside_a_writer_sees_what_is_committed(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_open(f);
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    put(f, st, "committed");
    assert_true(store_begin(&txn, st, &f->err));
    put(f, st, "not yet");
    expect(f, "committed");
    assert_true(store_commit(&txn, &f->err));
    expect(f, "not yet");
    store_close(st);
}

static void test_writer_goes_on_while_a_snapshot_is_open(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_open(f);
    put(f, st, "before");
    struct store *copy = snapshot(f);
    put(f, st, "after");
    assert_true(store_checkpoint(st, &f->err));
    assert_string_equal(fixture_text(f, copy, "SELECT value FROM meta"), "before");
    store_close(copy);
    store_close(st);
    expect(f, "after");
}

static void test_writes_to_a_snapshot_are_gone_with_it(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_open(f);
    put(f, st, "kept");
    store_close(st);
    st = snapshot(f);
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    assert_true(store_begin(&txn, st, &f->err));
    put(f, st, "lost");
    assert_true(store_commit(&txn, &f->err));
    assert_true(store_checkpoint(st, &f->err));
    store_close(st);
    expect(f, "kept");
}

static void test_log_of_a_killed_writer_is_read(void **state)
{
    struct fixture *f = *state;
    struct child c = fixture_child(f, 3);
    for (int i = 0; i < 3; i++)
        (void)fixture_child_ack(&c);
    fixture_child_kill(&c);
    struct store *st = snapshot(f);
    assert_int_equal(fixture_int(st, "SELECT count(*) FROM call"), 3);
    store_close(st);
    st = fixture_open(f);
    assert_int_equal(fixture_int(st, "SELECT count(*) FROM call"), 3);
    store_close(st);
}

static void test_read_only_folder_is_no_obstacle(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_open(f);
    put(f, st, "v");
    store_close(st);
    assert_int_equal(chmod(f->folder, 0500), 0);
    expect(f, "v");
    assert_int_equal(chmod(f->folder, 0700), 0);
}

static void test_path_may_hold_what_a_uri_may_not(void **state)
{
    struct fixture *f = *state;
    (void)snprintf(f->path, sizeof f->path, "%s/a?b%%20#c d.db", f->folder);
    struct store *st = fixture_open(f);
    put(f, st, "live");
    expect(f, "live");
    store_close(st);
    expect(f, "live");
}

static void test_damaged_file_is_refused_and_left(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_open(f);
    store_close(st);
    fixture_scribble(f->path, 0, 4096, 0xa5);
    assert_false(store_open(&st, f->path, STORE_SNAPSHOT, NOW, NULL, &f->err));
    assert_int_equal(f->err.kind, ERROR_INVALID);
    assert_non_null(strstr(f->err.msg, "damaged"));
    assert_int_equal(fixture_files(f, "damaged"), 0);
}

static void test_newer_file_is_refused(void **state)
{
    struct fixture *f = *state;
    fixture_sql(f->path, "PRAGMA application_id = 0x616c6261; PRAGMA user_version = 9;"
                         "CREATE TABLE t(x)");
    struct store *st;
    assert_false(store_open(&st, f->path, STORE_SNAPSHOT, NOW, NULL, &f->err));
    assert_non_null(strstr(f->err.msg, "version 9"));
}

static void test_holder_is_unknown_without_a_row(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(snapshot_holder(&f->a, f->path), "another process");
    struct store *st = fixture_open(f);
    assert_non_null(strstr(snapshot_holder(&f->a, f->path), "since 1970-01-01T00:16:40Z"));
    store_close(st);
    assert_string_equal(snapshot_holder(&f->a, f->path), "another process");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_absent_file_is_an_empty_store_and_stays_absent),
        TEST(test_closed_file_is_read_without_making_files),
        TEST(test_snapshot_beside_a_writer_sees_what_is_committed),
        TEST(test_writer_goes_on_while_a_snapshot_is_open),
        TEST(test_writes_to_a_snapshot_are_gone_with_it),
        TEST(test_log_of_a_killed_writer_is_read),
        TEST(test_read_only_folder_is_no_obstacle),
        TEST(test_path_may_hold_what_a_uri_may_not),
        TEST(test_damaged_file_is_refused_and_left),
        TEST(test_newer_file_is_refused),
        TEST(test_holder_is_unknown_without_a_row),
    };
    return cmocka_run_group_tests_name("store/snapshot", tests, NULL, NULL);
}
