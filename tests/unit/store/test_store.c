/* test_store.c - the life of the file: opening, crashing, damage, transactions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/store/fixture.h"

/* ---- statements ------------------------------------------------------------------------ */

static void test_every_statement_can_be_prepared(void **state)
{
    struct fixture *f = *state;
    for (int p = 0; p < STORE_PARTS; p++) {
        const struct statements *part = store_statements((enum store_part)p);
        assert_true(part->n > 0);
        for (size_t i = 0; i < part->n; i++)
            assert_non_null(store_stmt(f->st, (enum store_part)p, (int)i));
    }
}

static void test_every_select_says_in_which_order(void **state)
{
    (void)state;
    for (int p = 0; p < STORE_PARTS; p++) {
        const struct statements *part = store_statements((enum store_part)p);
        for (size_t i = 0; i < part->n; i++)
            if (!strncmp(part->sql[i], "SELECT", 6) && !strstr(part->sql[i], "ORDER BY"))
                fail_msg("%s", part->sql[i]);
    }
}

static void fill(struct fixture *f)
{
    const struct fact list = { FACT_VSWITCHES, "b", "{}", "", 1 };
    const struct fact zone = { FACT_VSWITCH, "a", "cn-b", "vpc-1", 1 };
    assert_true(store_fact_put(f->st, &zone, &f->err) && store_fact_put(f->st, &list, &f->err));
    static const char *const keys[] = { "b", "c", "a" };
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct resource r = fixture_group(f, keys[i], "Wrr");
        struct store_call call = { .action = keys[i], .params = "{}" };
        assert_true(store_resource_put(f->st, &r, &f->err));
        assert_true(store_call_intent(f->st, &call, &f->err));
        assert_true(store_revision_put(f->st, "x", i ? "{}" : "[]", NULL, 1, &f->err));
    }
}

/* All that is read, as one text. */
static const char *read_all(struct fixture *f)
{
    struct model m;
    struct fact_set facts;
    store_calls calls;
    int64_t revision;
    const char *text = "";
    assert_true(store_model_load(f->st, &f->a, &m, &f->err));
    assert_true(store_facts_load(f->st, &f->a, &facts, &f->err));
    assert_true(store_calls_open(f->st, &f->a, &calls, &f->err));
    assert_true(store_revision_newest(f->st, "x", &revision, &f->err));
    for (size_t i = 0; i < m.rows.len; i++)
        text = arena_fmt(&f->a, "%s %s", text, m.rows.items[i].key);
    for (size_t i = 0; i < facts.items.len; i++)
        text = arena_fmt(&f->a, "%s %s", text, facts.items.items[i].key);
    for (size_t i = 0; i < calls.len; i++)
        text = arena_fmt(&f->a, "%s %s", text, calls.items[i].action);
    return arena_fmt(&f->a, "%s %d", text, (int)revision);
}

static void test_order_does_not_depend_on_the_database(void **state)
{
    struct fixture *f = *state;
    fill(f);
    assert_string_equal(read_all(f), " a b c a b b c a 2");
    assert_true(sql_run(f->st->db, "PRAGMA reverse_unordered_selects = 1", &f->err));
    assert_string_equal(read_all(f), " a b c a b b c a 2");
}

/* ---- the file ---------------------------------------------------------------------------- */

static void test_file_and_its_companions_are_private(void **state)
{
    struct fixture *f = *state;
    mode_t before = umask(0);
    struct store *st = fixture_open(f);
    (void)umask(before);
    assert_int_equal(fixture_mode(f->path), 0600);
    assert_int_equal(fixture_mode(fixture_path(f, "-wal")), 0600);
    assert_int_equal(fixture_mode(fixture_path(f, "-shm")), 0600);
    assert_int_equal(fixture_mode(fixture_path(f, ".lock")), 0600);
    store_close(st);
}

static void test_folders_above_the_file_are_made(void **state)
{
    struct fixture *f = *state;
    struct store *st;
    const char *path = arena_fmt(&f->a, "%s/a/b/state.db", f->folder);
    assert_true(store_open(&st, path, STORE_WRITE, NOW, NULL, &f->err));
    assert_int_equal(fixture_mode(path), 0600);
    store_close(st);
}

static void test_file_is_durable_by_its_settings(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_open(f);
    assert_int_equal(fixture_int(st, "PRAGMA page_size"), 8192);
    assert_string_equal(fixture_text(f, st, "PRAGMA journal_mode"), "wal");
    assert_int_equal(fixture_int(st, "PRAGMA synchronous"), 2);
    assert_int_equal(fixture_int(st, "PRAGMA foreign_keys"), 1);
    assert_int_equal(fixture_int(st, "PRAGMA wal_autocheckpoint"), 0);
    store_close(st);
}

static void test_file_is_whole_after_a_clean_end(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_open(f);
    const char *value;
    assert_true(store_meta_put(st, "k", "v", &f->err));
    assert_int_equal(fixture_int(st, "SELECT pid FROM holder"), getpid());
    store_close(st);
    assert_int_equal(fixture_files(f, "-wal"), 0);
    st = fixture_open(f);
    assert_true(store_meta_get(st, &f->a, "k", &value, &f->err));
    assert_string_equal(value, "v");
    assert_int_equal(fixture_int(st, "SELECT count(*) FROM holder"), 1);
    store_close(st);
}

static void test_checkpoint_moves_the_log_into_the_file(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_open(f);
    struct stat before, after;
    char *big = arena_alloc(&f->a, 100001);
    memset(big, 'x', 100000);
    assert_true(store_meta_put(st, "k", big, &f->err));
    assert_int_equal(stat(f->path, &before), 0);
    assert_true(store_checkpoint(st, &f->err));
    assert_int_equal(stat(f->path, &after), 0);
    assert_true(after.st_size >= before.st_size + 100000);
    store_close(st);
}

static off_t log_size(struct fixture *f)
{
    struct stat st;
    return stat(arena_fmt(&f->a, "%s-wal", f->path), &st) ? 0 : st.st_size;
}

static bool write_one(struct store *st, bool batch, const char *value, struct error *err)
{
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    struct batch b CLEANUP(batch_done) = { 0 };
    if (batch)
        return batch_begin(&b, st, err) && store_meta_put(st, "k", value, err)
               && batch_end(&b, err);
    return store_begin(&txn, st, err) && store_meta_put(st, "k", value, err)
           && store_commit(&txn, err);
}

/* 40 times 100 KB; without a bound the log would hold all of it, and what opening writes. */
static void test_the_log_stays_short_though_nobody_asks_for_a_checkpoint(void **state)
{
    struct fixture *f = *state;
    for (int batch = 0; batch < 2; batch++) {
        struct store *st = fixture_open(f);
        char *big = arena_alloc(&f->a, 100001);
        off_t most = 0;
        st->log_max = 20;
        memset(big, 'x', 100000);
        for (int i = 0; i < 40; i++) {
            big[0] = (char)('a' + i % 26);
            assert_true(write_one(st, batch, big, &f->err));
            most = log_size(f) > most ? log_size(f) : most;
        }
        if (most <= 0 || most >= 1000000)
            fail_msg("the log had %ld bytes", (long)most);
        store_close(st);
    }
}

/* ---- one writer ---------------------------------------------------------------------------- */

static void refused(struct fixture *f, const char *word)
{
    struct store *st;
    assert_false(store_open(&st, f->path, STORE_WRITE, NOW, NULL, &f->err));
    if (!strstr(f->err.msg, word))
        fail_msg("'%s' is not in: %s", word, f->err.msg);
}

static void test_second_writer_is_told_who_holds_the_file(void **state)
{
    struct fixture *f = *state;
    struct child c = fixture_child(f, 1);
    (void)fixture_child_ack(&c);
    refused(f, arena_fmt(&f->a, "is in use by pid %d on host ", c.pid));
    assert_int_equal(f->err.kind, ERROR_CONFLICT);
    assert_non_null(strstr(f->err.msg, f->path));
    assert_non_null(strstr(f->err.msg, "since 1970-01-01T00:16:40Z; wait for it to end"));
    fixture_child_kill(&c);
    store_close(fixture_open(f));
}

static void test_second_store_of_one_process_is_refused(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_open(f);
    refused(f, "in use");
    assert_int_equal(f->err.kind, ERROR_CONFLICT);
    assert_true(store_meta_put(st, "k", "v", &f->err));
    store_close(st);
}

/* ---- crashes --------------------------------------------------------------------------------- */

static void test_kill_loses_no_acknowledged_intent(void **state)
{
    struct fixture *f = *state;
    for (int round = 1; round <= 5; round++) {
        struct child c = fixture_child(f, 1000);
        int64_t last = 0;
        for (int i = 0; i < 20; i++)
            last = fixture_child_ack(&c);
        fixture_child_kill(&c);
        bool aside = true;
        struct store *st;
        store_calls calls;
        assert_true(store_open(&st, f->path, STORE_WRITE, NOW, &aside, &f->err));
        assert_false(aside);
        assert_true(store_calls_open(st, &f->a, &calls, &f->err));
        assert_true((int64_t)calls.len >= last);
        for (size_t i = 0; i < calls.len; i++)
            assert_int_equal(calls.items[i].id, (int64_t)i + 1);
        store_close(st);
    }
}

/* ---- transactions ------------------------------------------------------------------------------
 */

static bool put_two(struct fixture *f, const char *second)
{
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    if (!store_begin(&txn, f->st, &f->err) || !store_meta_put(f->st, "first", "1", &f->err))
        return false;
    if (!second)
        return error_set(&f->err, ERROR_INVALID, "early");
    return store_meta_put(f->st, second, "2", &f->err) && store_commit(&txn, &f->err);
}

static void test_early_return_rolls_back(void **state)
{
    struct fixture *f = *state;
    assert_false(put_two(f, NULL));
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM meta"), 0);
    assert_true(put_two(f, "second"));
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM meta"), 2);
}

enum { SYNCHRONOUS_NORMAL = 1, SYNCHRONOUS_FULL = 2 }; /* as SQLite numbers them */

static int64_t waits(struct fixture *f)
{
    return fixture_int(f->st, "PRAGMA synchronous");
}

/* However it ends, what is committed after it waits for the disk. */
static void test_a_lazy_commit_alone_does_not_wait_for_the_disk(void **state)
{
    struct fixture *f = *state;
    for (int commit = 0; commit < 2; commit++) {
        struct store_txn txn;
        assert_true(store_begin_lazy(&txn, f->st, &f->err));
        assert_int_equal(waits(f), SYNCHRONOUS_NORMAL);
        assert_true(store_meta_put(f->st, "k", commit ? "kept" : "undone", &f->err));
        if (commit)
            assert_true(store_commit(&txn, &f->err));
        store_txn_done(&txn);
        assert_int_equal(waits(f), SYNCHRONOUS_FULL);
    }
    const char *value;
    assert_true(store_meta_get(f->st, &f->a, "k", &value, &f->err));
    assert_string_equal(value, "kept");
}

/* Nor does one that cannot begin change that. */
static void test_a_lazy_transaction_in_another_is_refused(void **state)
{
    struct fixture *f = *state;
    struct store_txn outer, inner;
    assert_true(store_begin(&outer, f->st, &f->err));
    assert_false(store_begin_lazy(&inner, f->st, &f->err));
    store_txn_done(&inner);
    store_txn_done(&outer);
    assert_int_equal(waits(f), SYNCHRONOUS_FULL);
}

static void test_transactions_do_not_nest(void **state)
{
    struct fixture *f = *state;
    struct store_txn outer CLEANUP(store_txn_done) = { 0 };
    assert_true(store_begin(&outer, f->st, &f->err));
    assert_true(store_meta_put(f->st, "k", "v", &f->err));
    {
        struct store_txn inner CLEANUP(store_txn_done) = { 0 };
        assert_false(store_begin(&inner, f->st, &f->err));
        assert_int_equal(f->err.kind, ERROR_BUG);
    }
    assert_true(store_commit(&outer, &f->err));
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM meta"), 1);
}

/* One commit for all of a turn, whatever is written in it. */
static void test_all_writes_of_a_transaction_are_undone_together(void **state)
{
    struct fixture *f = *state;
    {
        struct store_txn txn CLEANUP(store_txn_done) = { 0 };
        struct model m = { 0 };
        *LIST_PUSH(&f->a, &m.rows) = fixture_group(f, "a", "Wrr");
        struct store_call call = { .action = "CreateServerGroup", .params = "{}" };
        assert_true(store_begin(&txn, f->st, &f->err));
        assert_true(store_model_put(f->st, &m, &f->err));
        assert_true(store_call_intent(f->st, &call, &f->err));
    }
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM resource"), 0);
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM call"), 0);
}

static void test_close_in_a_transaction_rolls_back(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_open(f);
    struct store_txn txn = { 0 };
    assert_true(store_begin(&txn, st, &f->err));
    assert_true(store_meta_put(st, "k", "v", &f->err));
    store_close(st);
    st = fixture_open(f);
    assert_int_equal(fixture_int(st, "SELECT count(*) FROM meta"), 0);
    assert_int_equal(fixture_int(st, "SELECT count(*) FROM holder"), 1);
    store_close(st);
}

/* ---- damage, and files of others
 * ------------------------------------------------------------------ */

static void fill_file(struct fixture *f)
{
    struct store *st = fixture_open(f);
    struct model m = { 0 };
    for (int i = 0; i < 200; i++)
        *LIST_PUSH(&f->a, &m.rows) = fixture_group(f, arena_fmt(&f->a, "k%03d", i), "Wrr");
    assert_true(store_model_put(st, &m, &f->err));
    store_close(st);
}

static void is_set_aside(struct fixture *f)
{
    bool aside = false;
    struct store *st;
    if (!store_open(&st, f->path, STORE_WRITE, NOW, &aside, &f->err))
        fail_msg("%s", f->err.msg);
    assert_true(aside);
    assert_int_equal(fixture_int(st, "SELECT count(*) FROM resource"), 0);
    assert_int_equal(fixture_mode(f->path), 0600);
    store_close(st);
}

static void test_damaged_pages_are_found_and_set_aside(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    fill_file(f);
    assert_int_equal(stat(f->path, &st), 0);
    assert_true(st.st_size > 10 * 8192);
    fixture_scribble(f->path, 8192, (size_t)st.st_size - 8192, 0xa5);
    is_set_aside(f);
    struct stat kept;
    assert_int_equal(stat(fixture_path(f, ".damaged-1970-01-01T00:16:40Z"), &kept), 0);
    assert_int_equal(kept.st_size, st.st_size);
    store_close(fixture_open(f));
    assert_int_equal(fixture_files(f, "damaged"), 1);
}

/* Each page is well by itself; an index holds what its definition leaves out. */
static void test_index_that_disagrees_with_its_table_is_damage(void **state)
{
    struct fixture *f = *state;
    fill_file(f);
    fixture_sql(f->path, "INSERT INTO call(lane, lb, resource, action, params, state, sent_at)"
                         " VALUES('web', 'web', 'Rule x', 'CreateRules', '{}', 'sent', 1)");
    fixture_sql(f->path, "PRAGMA writable_schema = 1;"
                         "UPDATE sqlite_schema SET sql = replace(sql, 'sent', 'failed')"
                         " WHERE name = 'call_open'");
    is_set_aside(f);
}

static void test_store_without_its_head_is_set_aside(void **state)
{
    struct fixture *f = *state;
    fill_file(f);
    fixture_scribble(f->path, 0, 100, 0xa5);
    is_set_aside(f);
}

static void test_store_cut_short_is_set_aside(void **state)
{
    struct fixture *f = *state;
    fill_file(f);
    assert_int_equal(truncate(f->path, 3 * 8192), 0);
    is_set_aside(f);
}

static void test_store_of_a_killed_writer_that_is_damaged_is_set_aside(void **state)
{
    struct fixture *f = *state;
    fill_file(f);
    struct child c = fixture_child(f, 1);
    (void)fixture_child_ack(&c);
    fixture_child_kill(&c);
    fixture_scribble(f->path, 5 * 8192, 5 * 8192, 0xa5);
    is_set_aside(f);
}

static void test_file_that_is_no_database_is_refused_and_left(void **state)
{
    struct fixture *f = *state;
    fixture_scribble(f->path, 0, 5000, 'x');
    refused(f, "not a database of alb-agent");
    refused(f, "--state");
    assert_int_equal(fixture_files(f, ""), 1);
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_size, 5000);
}

static void test_database_of_another_program_is_refused_and_left(void **state)
{
    struct fixture *f = *state;
    fixture_sql(f->path, "CREATE TABLE notes(x); INSERT INTO notes VALUES('mine')");
    refused(f, "another program");
    assert_int_equal(f->err.kind, ERROR_INVALID);
    assert_int_equal(fixture_files(f, ""), 1);
    fixture_sql(f->path, "DELETE FROM notes WHERE x = 'mine'");
}

static void test_newer_file_is_refused_and_left(void **state)
{
    struct fixture *f = *state;
    fill_file(f);
    int64_t version = fixture_int(f->st, "PRAGMA user_version");
    fixture_sql(f->path, "PRAGMA user_version = 9");
    refused(f, "schema version 9");
    assert_int_equal(f->err.kind, ERROR_INVALID);
    assert_int_equal(fixture_files(f, "damaged"), 0);
    fixture_sql(f->path, arena_fmt(&f->a, "PRAGMA user_version = %d", (int)version));
    store_close(fixture_open(f));
}

static void test_folder_is_refused(void **state)
{
    struct fixture *f = *state;
    struct store *st;
    assert_false(store_open(&st, f->folder, STORE_WRITE, NOW, NULL, &f->err));
    assert_false(store_open(&st, f->folder, STORE_SNAPSHOT, NOW, NULL, &f->err));
    assert_non_null(strstr(f->err.msg, f->folder));
    assert_int_equal(fixture_mode(arena_fmt(&f->a, "%s.lock", f->folder)), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_statement_can_be_prepared),
        TEST(test_every_select_says_in_which_order),
        TEST(test_order_does_not_depend_on_the_database),
        TEST(test_file_and_its_companions_are_private),
        TEST(test_folders_above_the_file_are_made),
        TEST(test_file_is_durable_by_its_settings),
        TEST(test_file_is_whole_after_a_clean_end),
        TEST(test_checkpoint_moves_the_log_into_the_file),
        TEST(test_the_log_stays_short_though_nobody_asks_for_a_checkpoint),
        TEST(test_second_writer_is_told_who_holds_the_file),
        TEST(test_second_store_of_one_process_is_refused),
        TEST(test_kill_loses_no_acknowledged_intent),
        TEST(test_early_return_rolls_back),
        TEST(test_a_lazy_commit_alone_does_not_wait_for_the_disk),
        TEST(test_a_lazy_transaction_in_another_is_refused),
        TEST(test_transactions_do_not_nest),
        TEST(test_all_writes_of_a_transaction_are_undone_together),
        TEST(test_close_in_a_transaction_rolls_back),
        TEST(test_damaged_pages_are_found_and_set_aside),
        TEST(test_index_that_disagrees_with_its_table_is_damage),
        TEST(test_store_without_its_head_is_set_aside),
        TEST(test_store_cut_short_is_set_aside),
        TEST(test_store_of_a_killed_writer_that_is_damaged_is_set_aside),
        TEST(test_file_that_is_no_database_is_refused_and_left),
        TEST(test_database_of_another_program_is_refused_and_left),
        TEST(test_newer_file_is_refused_and_left),
        TEST(test_folder_is_refused),
    };
    return cmocka_run_group_tests_name("store/store", tests, NULL, NULL);
}
