/* test_migrate.c - the schema: released migrations do not change, strangers are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "alb-agent/hash.h"
#include "tests/unit/store/fixture.h"

/* A released migration never changes: to alter the schema, add a file. */
static const struct {
    const char *name, *sha256;
} released[] = {
    { "0001_initial.sql", "e06bc0b56a9256907f403b40ee1a1d8f80e6639ec05b1ef8b8a6ca40a9670ff8" },
};

static void test_released_migrations_do_not_change(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(released); i++) {
        const struct embedded *file = &state_migrations[i];
        char hex[SHA256_HEX];
        assert_string_equal(file->name, released[i].name);
        assert_string_equal(hash_sha256_hex(file->data, file->size, hex), released[i].sha256);
    }
}

static void test_migrations_are_numbered_in_order(void **state)
{
    (void)state;
    for (int i = 0; state_migrations[i].name; i++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%04d_", i + 1);
        assert_memory_equal(state_migrations[i].name, number, 5);
    }
}

static void test_fresh_database_carries_our_id_and_version(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_int(f->st, "PRAGMA application_id"), 0x616c6261);
    assert_int_equal(fixture_int(f->st, "PRAGMA user_version"), 7);
}

static bool identify(struct fixture *f, const char *sql)
{
    sqlite3 *db = NULL;
    int64_t version = -1;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    bool ours = store_identify(db, &version, &f->err);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return ours;
}

static void test_empty_database_is_ours(void **state)
{
    assert_true(identify(*state, ""));
}

static void test_database_of_another_program_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_false(identify(f, "PRAGMA application_id = 7"));
    assert_int_equal(f->err.kind, ERROR_INVALID);
    assert_false(identify(f, "CREATE TABLE t(x)"));
    assert_non_null(strstr(f->err.msg, "another program"));
}

static void test_newer_database_is_refused_with_both_versions(void **state)
{
    struct fixture *f = *state;
    assert_false(identify(f, "PRAGMA application_id = 0x616c6261; PRAGMA user_version = 9"));
    assert_int_equal(f->err.kind, ERROR_INVALID);
    assert_non_null(strstr(f->err.msg, "version 9"));
    assert_non_null(strstr(f->err.msg, "up to 7"));
    assert_non_null(strstr(f->err.msg, "newer program"));
}

/* A step that fails leaves the version, and the tables, of before. */
static void test_migration_that_fails_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    sqlite3 *db = NULL;
    int64_t tables = -1, version = -1;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE meta(x)", NULL, NULL, NULL), SQLITE_OK);
    assert_false(store_migrate(db, 0, &f->err));
    assert_non_null(strstr(f->err.msg, "0001_initial.sql"));
    assert_true(sql_int(db, "SELECT count(*) FROM sqlite_schema", &tables, &f->err));
    assert_int_equal(tables, 1);
    assert_true(sql_int(db, "PRAGMA user_version", &version, &f->err));
    assert_int_equal(version, 0);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A file as the first version left it. */
static void make_version_1(struct fixture *f)
{
    fixture_sql(f->path, (const char *)state_migrations[0].data);
    fixture_sql(f->path, "PRAGMA user_version = 1;"
                         "INSERT INTO revision(lb, number, made_at, document) "
                         "VALUES('a/x', 1, 5, '{\"v\":\"\u00e9\"}');"
                         "INSERT INTO pin VALUES('a/x', 1);"
                         "INSERT INTO finding VALUES('a/x', 'Rule', 'k', 'drift', 3, NULL, "
                         "NULL, NULL);"
                         "INSERT INTO finding VALUES('a/x', 'Rule', 'l', 'drift', 3, 2, "
                         "'ignored', 7);"
                         "INSERT INTO resource(lb, kind, key, actual) "
                         "VALUES('a/x', 'Rule', 'k', '{}'), ('a/x', 'Rule', 'l', NULL);"
                         "INSERT INTO call(lane, lb, resource, action, params, state, sent_at) "
                         "VALUES('l', 'a/x', 'Rule k', 'CreateRules', '{}', 'done', 9)");
}

/* As if they had been decided now; the sizes go on from one to the next. */
static void check_decisions_are_said(struct fixture *f, struct store *st)
{
    store_events events;
    assert_true(store_events_read(st, 0, 10, &f->a, &events, &f->err));
    assert_int_equal(events.len, 2);
    assert_string_equal(events.items[0].kind, "PIN");
    assert_string_equal(events.items[0].key, "pin a/x");
    assert_string_equal(events.items[0].body,
                        "{\"document\":{\"v\":\"\u00e9\"},\"lb\":\"a/x\",\"revision\":1}");
    assert_string_equal(events.items[1].kind, "VERDICT");
    assert_string_equal(events.items[1].key, "verdict a/x Rule l");
    assert_non_null(strstr(events.items[1].body, "\"until\":7,\"verdict\":\"ignored\""));
    const size_t pin = 32 + strlen(events.items[0].key) + strlen(events.items[0].body),
                 verdict = 32 + strlen(events.items[1].key) + strlen(events.items[1].body);
    assert_int_equal(fixture_int(st, "SELECT min(total) FROM event"), pin);
    assert_int_equal(fixture_int(st, "SELECT max(total) FROM event"), pin + verdict);
}

/* {"v":"é"} has 9 characters and 10 bytes. */
static void test_file_of_the_first_version_is_taken_on(void **state)
{
    struct fixture *f = *state;
    finding_list findings;
    store_pins pins;
    make_version_1(f);
    struct store *st = fixture_open(f);
    assert_int_equal(fixture_int(st, "PRAGMA user_version"), 7);
    assert_int_equal(fixture_int(st, "SELECT size FROM revision"), 10);
    assert_int_equal(fixture_int(st, "SELECT count(*) FROM call WHERE id = 1 AND sent_at = 9"), 1);
    assert_int_equal(fixture_int(st, "SELECT count(*) FROM resource WHERE lb = 'a/x' "
                                     "AND kind = 'Rule' AND actual = '{}' AND unsaid = 2"),
                     1);
    assert_int_equal(fixture_int(st, "SELECT count(*) FROM resource"), 2);
    assert_true(store_pins_load(st, &f->a, &pins, &f->err));
    assert_int_equal(pins.len, 1);
    assert_true(store_findings_load(st, &f->a, &findings, &f->err));
    assert_int_equal(findings.len, 2);
    assert_int_equal(findings.items[0].first_seen, 3);
    assert_string_equal(findings.items[0].edit, "");
    check_decisions_are_said(f, st);
    store_close(st);
}

/* A word that is none is refused, whatever the check is made of. */
static void test_checks_hold_in_the_newest_schema(void **state)
{
    static const char *const bad[] = {
        "INSERT INTO resource(lb, kind, key, unsaid) VALUES('a', 'Rule', 'k', 3)",
        "INSERT INTO resource(lb, kind, key, unsaid) VALUES('a', 'Rule', 'k', -1)",
        "INSERT INTO resource(lb, kind, key, desired) VALUES('a', 'Rule', 'k', '{')",
        "INSERT INTO call SELECT 1, '', '', '', '', '', '{}', '', 'no', 1, 1, 1, '', '', ''",
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(sqlite3_exec(f->st->db, bad[i], NULL, NULL, NULL),
                         SQLITE_CONSTRAINT_CHECK);
}

static bool makes_table(sqlite3 *db, const char *sql)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    sqlite3_stmt *s CLEANUP(stmt_done) = NULL;
    bool makes = false;
    assert_int_equal(sqlite3_prepare_v2(db, arena_fmt(&a, "EXPLAIN %s", sql), -1, &s, NULL),
                     SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW)
        makes = makes || !strcmp((const char *)sqlite3_column_text(s, 1), "OpenEphemeral");
    return makes;
}

/* Those that run with each call and each row of a reading. */
static void test_writes_of_rows_and_calls_make_no_table_on_the_way(void **state)
{
    static const char *const often[] = { "INSERT INTO resource", "UPDATE resource SET parent",
                                         "INSERT INTO call", "UPDATE call" };
    static const struct statements *const parts[] = { &resource_statements, &call_statements };
    struct fixture *f = *state;
    size_t seen = 0;
    for (size_t p = 0; p < COUNT(parts); p++)
        for (size_t i = 0; i < parts[p]->n; i++)
            for (size_t o = 0; o < COUNT(often); o++) {
                if (strncmp(parts[p]->sql[i], often[o], strlen(often[o])) != 0)
                    continue;
                seen++;
                assert_false(makes_table(f->st->db, parts[p]->sql[i]));
            }
    assert_int_equal(seen, COUNT(often) + 3); /* of a row some, all or none of its documents */
}

static void test_snapshot_of_the_first_version_is_read(void **state)
{
    struct fixture *f = *state;
    struct store *st = NULL;
    finding_list findings;
    make_version_1(f);
    assert_true(store_open(&st, f->path, STORE_SNAPSHOT, NOW, NULL, &f->err));
    assert_true(store_findings_load(st, &f->a, &findings, &f->err));
    assert_int_equal(findings.len, 2);
    store_close(st);
    assert_int_equal(fixture_files(f, "state.db"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_released_migrations_do_not_change),
        TEST(test_migrations_are_numbered_in_order),
        TEST(test_checks_hold_in_the_newest_schema),
        TEST(test_writes_of_rows_and_calls_make_no_table_on_the_way),
        TEST(test_fresh_database_carries_our_id_and_version),
        TEST(test_empty_database_is_ours),
        TEST(test_database_of_another_program_is_refused),
        TEST(test_newer_database_is_refused_with_both_versions),
        TEST(test_migration_that_fails_leaves_nothing),
        TEST(test_file_of_the_first_version_is_taken_on),
        TEST(test_snapshot_of_the_first_version_is_read),
    };
    return cmocka_run_group_tests_name("store/migrate", tests, NULL, NULL);
}
