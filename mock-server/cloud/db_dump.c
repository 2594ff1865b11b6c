/* db_dump.c - the whole database as JSON and back: a list for each table, an object for
 * each row.  Bodies are JSON inside it, so that two states can be compared member by
 * member; numbers that a JSON parser could not keep exactly are strings. */
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "db_priv.h"

static const int64_t exact = 999999999999999; /* what json_parse() takes as a number */

/* In the order they are read and written: the counters of the others last. */
static const char *const tables[] = {
    "meta",       "resource", "server",   "certificate", "acl_entry", "acl_relation",
    "attachment", "tag",      "vswitch",  "job",         "failing",   "failure",
    "pending",    "held",     "unlisted", "health",      "token",     "sqlite_sequence",
};

static bool prepare(struct db *db, const char *sql, sqlite3_stmt **stmt, struct error *err)
{
    return sqlite3_prepare_v2(db->handle, sql, -1, stmt, NULL) == SQLITE_OK || db_error(db, err);
}

static void stmt_done(sqlite3_stmt **stmt)
{
    sqlite3_finalize(*stmt);
}

static bool is_body(const char *column)
{
    return strcmp(column, "body") == 0;
}

static cJSON *cell_read(sqlite3_stmt *stmt, int i)
{
    bool number = sqlite3_column_type(stmt, i) == SQLITE_INTEGER;
    int64_t n = number ? sqlite3_column_int64(stmt, i) : 0;
    if (number && n >= -exact && n <= exact)
        return json_new_int(n);
    const char *text = (const char *)sqlite3_column_text(stmt, i);
    return is_body(sqlite3_column_name(stmt, i)) ? cJSON_Parse(text) : cJSON_CreateString(text);
}

static void row_read(sqlite3_stmt *stmt, cJSON *row)
{
    int n = sqlite3_column_count(stmt);
    for (int i = 0; i < n; i++)
        if (sqlite3_column_type(stmt, i) != SQLITE_NULL)
            cJSON_AddItemToObject(row, sqlite3_column_name(stmt, i), cell_read(stmt, i));
}

static bool table_read(struct db *db, struct arena *a, const char *table, cJSON *rows,
                       struct error *err)
{
    sqlite3_stmt *stmt CLEANUP(stmt_done) = NULL;
    if (!prepare(db, arena_fmt(a, "SELECT * FROM %s ORDER BY rowid", table), &stmt, err))
        return false;
    int rc = sqlite3_step(stmt);
    for (; rc == SQLITE_ROW; rc = sqlite3_step(stmt)) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddItemToArray(rows, row);
        row_read(stmt, row);
    }
    return rc == SQLITE_DONE || db_error(db, err);
}

bool db_export(struct db *db, cJSON **out, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *state CLEANUP(json_done) = cJSON_CreateObject();
    cJSON_AddItemToObject(state, "version", json_new_int(DB_VERSION));
    for (size_t i = 0; i < COUNT(tables); i++)
        if (!table_read(db, &a, tables[i], cJSON_AddArrayToObject(state, tables[i]), err))
            return false;
    *out = state;
    state = NULL;
    return true;
}

/* Binds a cell; a NULL that must not be is refused by the table. */
static bool cell_write(sqlite3_stmt *stmt, struct arena *a, int i, const char *column,
                       const cJSON *value)
{
    struct buf b CLEANUP(buf_done) = { .max = 0 };
    const char *text = cJSON_IsString(value) && !is_body(column) ? value->valuestring : NULL;
    if (json_is_int(value) && !is_body(column))
        return sqlite3_bind_int64(stmt, i, (int64_t)value->valuedouble) == SQLITE_OK;
    if (is_body(column) && cJSON_IsObject(value)) {
        json_write(&b, value, false);
        text = buf_keep(&b, a);
    }
    return sqlite3_bind_text(stmt, i, text, -1, SQLITE_STATIC) == SQLITE_OK;
}

static bool row_write(struct db *db, sqlite3_stmt *insert, sqlite3_stmt *columns, const cJSON *row,
                      struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    int n = sqlite3_column_count(columns);
    sqlite3_reset(insert);
    sqlite3_clear_bindings(insert);
    for (int i = 0; i < n; i++) {
        const char *name = sqlite3_column_name(columns, i);
        if (!cell_write(insert, &a, i + 1, name, json_get(row, name)))
            return db_error(db, err);
    }
    bool ok = sqlite3_step(insert) == SQLITE_DONE || db_error(db, err);
    sqlite3_clear_bindings(insert); /* they point into the arena */
    return ok;
}

/* "INSERT INTO table VALUES(?,?)" for 'n' columns. */
static const char *insert_text(struct arena *a, const char *table, int n)
{
    const char *marks = "?";
    for (int i = 1; i < n; i++)
        marks = arena_fmt(a, "%s,?", marks);
    return arena_fmt(a, "INSERT INTO %s VALUES(%s)", table, marks);
}

static bool table_write(struct db *db, const char *table, const cJSON *rows, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    sqlite3_stmt *columns CLEANUP(stmt_done) = NULL;
    sqlite3_stmt *empty CLEANUP(stmt_done) = NULL;
    sqlite3_stmt *insert CLEANUP(stmt_done) = NULL;
    if (!prepare(db, arena_fmt(&a, "SELECT * FROM %s LIMIT 0", table), &columns, err)
        || !prepare(db, arena_fmt(&a, "DELETE FROM %s", table), &empty, err)
        || !prepare(db, insert_text(&a, table, sqlite3_column_count(columns)), &insert, err))
        return false;
    if (sqlite3_step(empty) != SQLITE_DONE)
        return db_error(db, err);
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, rows) {
        if (!row_write(db, insert, columns, row, err))
            return error_wrap(err, "table %s", table);
    }
    return true;
}

bool db_import(struct db *db, const cJSON *state, struct error *err)
{
    int64_t version = json_int(state, "version", 0);
    if (version < 1 || version > DB_VERSION)
        return error_set(err, ERROR_INVALID, "not a state this program can read");
    for (size_t i = 0; i < COUNT(tables); i++)
        if (!table_write(db, tables[i], json_get(state, tables[i]), err))
            return false;
    return true;
}
