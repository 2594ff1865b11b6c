/* test_sql.c - errors by kind, columns by name, batches undone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/unit/store/fixture.h"

static void test_error_kinds_tell_the_loop_what_to_do(void **state)
{
    struct fixture *f = *state;
    assert_false(sql_run(f->st->db, "INSERT INTO meta(name) VALUES('x')", &f->err));
    assert_int_equal(f->err.kind, ERROR_BUG);
    assert_true(sql_run(f->st->db, "PRAGMA query_only = 1", &f->err));
    assert_false(sql_run(f->st->db, "DELETE FROM meta", &f->err));
    assert_int_equal(f->err.kind, ERROR_DENIED);
}

/* A file that may not grow is what a full disk is. */
static void test_full_disk_is_told_from_errors_of_others(void **state)
{
    struct fixture *f = *state;
    assert_true(sql_run(f->st->db, "PRAGMA max_page_count = 1", &f->err));
    char *large = arena_alloc(&f->a, 100001);
    memset(large, 'x', 100000);
    assert_false(store_meta_put(f->st, "large", large, &f->err));
    assert_int_equal(f->err.kind, ERROR_TRANSIENT);
    assert_non_null(strstr(f->err.msg, "full"));
    assert_true(store_is_error(&f->err));
    (void)error_set(&f->err, ERROR_TRANSIENT, "timed out");
    assert_false(store_is_error(&f->err));
}

static void test_batch_is_undone_unless_it_ends(void **state)
{
    struct fixture *f = *state;
    {
        struct batch batch CLEANUP(batch_done) = { 0 };
        assert_true(batch_begin(&batch, f->st, &f->err));
        assert_true(store_meta_put(f->st, "x", "1", &f->err));
    }
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM meta"), 0);
    assert_true(sqlite3_get_autocommit(f->st->db));
}

static void test_batch_undone_leaves_the_transaction_around_it(void **state)
{
    struct fixture *f = *state;
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    assert_true(store_begin(&txn, f->st, &f->err));
    assert_true(store_meta_put(f->st, "x", "1", &f->err));
    {
        struct batch batch CLEANUP(batch_done) = { 0 };
        assert_true(batch_begin(&batch, f->st, &f->err));
        assert_true(store_meta_put(f->st, "y", "1", &f->err));
    }
    assert_true(store_commit(&txn, &f->err));
    assert_string_equal(fixture_text(f, f->st, "SELECT group_concat(name) FROM meta"), "x");
}

static void test_sql_run_runs_all_statements(void **state)
{
    struct fixture *f = *state;
    assert_true(sql_run(f->st->db,
                        "-- first\nINSERT INTO meta VALUES('a', '1');\n"
                        "INSERT INTO meta VALUES('b', '2');\n-- last\n",
                        &f->err));
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM meta"), 2);
    assert_false(sql_run(f->st->db, "INSERT INTO meta VALUES('c', '3'); no sql", &f->err));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_error_kinds_tell_the_loop_what_to_do),
        TEST(test_full_disk_is_told_from_errors_of_others),
        TEST(test_batch_is_undone_unless_it_ends),
        TEST(test_batch_undone_leaves_the_transaction_around_it),
        TEST(test_sql_run_runs_all_statements),
    };
    return cmocka_run_group_tests_name("store/sql", tests, NULL, NULL);
}
