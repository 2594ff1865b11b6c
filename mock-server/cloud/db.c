/* db.c - with db_dump.c the only file of the mock's cloud that speaks to SQLite: opening, the
 * schema, transactions, and statements whose parameters and columns go by name. */
#include "db_priv.h"

#include <string.h>

#include "alb-agent/embed.h"

extern const struct embedded cloud_schema[];

static const char *const sql_texts[SQL_COUNT] = {
#define X(name, text) [SQL_##name] = (text),
    SQL_STATEMENTS(X)
#undef X
};

bool db_error(const struct db *db, struct error *err)
{
    return error_set(err, ERROR_TRANSIENT, "database: %s", sqlite3_errmsg(db->handle));
}

/* Runs each statement of 'sql', whose rows are of no interest. */
static bool db_script(struct db *db, const char *sql, struct error *err)
{
    while (*sql) {
        sqlite3_stmt *stmt = NULL;
        if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, &sql) != SQLITE_OK)
            return db_error(db, err);
        int rc = SQLITE_DONE;
        while (stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
            continue;
        sqlite3_finalize(stmt);
        if (rc != SQLITE_DONE)
            return db_error(db, err);
    }
    return true;
}

static bool db_pragma(struct db *db, const char *sql, int64_t *value, struct error *err)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) != SQLITE_OK)
        return db_error(db, err);
    int rc = sqlite3_step(stmt);
    *value = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    sqlite3_finalize(stmt);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? true : db_error(db, err);
}

/* Creates the tables that are not there yet, in an empty database or one of an earlier
 * version, or checks that they are ours. */
static bool db_schema(struct db *db, struct error *err)
{
    int64_t tables = 0;
    int64_t application = 0;
    int64_t version = 0;
    if (!db_pragma(db, "SELECT count(*) FROM sqlite_schema", &tables, err)
        || !db_pragma(db, "PRAGMA application_id", &application, err)
        || !db_pragma(db, "PRAGMA user_version", &version, err))
        return false;
    if (tables > 0 && application != DB_APPLICATION)
        return error_set(err, ERROR_INVALID, "not a state file of alb-mock");
    if (version > DB_VERSION)
        return error_set(err, ERROR_INVALID, "written by a later version (%d)", (int)version);
    if (tables > 0 && version == DB_VERSION)
        return true;
    return db_script(db, "BEGIN IMMEDIATE", err)
           && db_script(db, (const char *)cloud_schema[0].data, err)
           && db_script(db, "PRAGMA application_id = 0x616c626d; PRAGMA user_version = 3; COMMIT",
                        err);
}

static bool db_prepare(struct db *db, struct error *err)
{
    for (int i = 0; i < SQL_COUNT; i++)
        if (sqlite3_prepare_v3(db->handle, sql_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &db->stmts[i], NULL)
            != SQLITE_OK)
            return db_error(db, err) || error_wrap(err, "%.60s", sql_texts[i]);
    return true;
}

bool db_open(struct db **out, const char *path, struct error *err)
{
    struct arena arena = { 0 };
    struct db *db = arena_alloc(&arena, sizeof *db);
    db->arena = arena;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    bool ok = sqlite3_open_v2(path ? path : ":memory:", &db->handle, flags, NULL) == SQLITE_OK;
    if (!ok)
        db_error(db, err);
    /* EXCLUSIVE: the generator and the next wake-up are kept in memory too, so a second
     * mock on the same file must be refused. */
    ok = ok
         && db_script(db,
                      "PRAGMA cache_size = -16000; PRAGMA locking_mode = EXCLUSIVE;"
                      "PRAGMA secure_delete = OFF;"
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL",
                      err)
         && db_schema(db, err) && db_prepare(db, err);
    if (!ok) {
        db_close(db);
        return error_wrap(err, "%s", path ? path : "in memory");
    }
    *out = db;
    return true;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(db->stmts[i]);
    sqlite3_close(db->handle);
    struct arena arena = db->arena;
    arena_done(&arena);
}

bool db_begin(struct db *db, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(db, SQL_BEGIN);
    return query_run(&q, err);
}

bool db_begin_read(struct db *db, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(db, SQL_READ);
    return query_run(&q, err);
}

bool db_commit(struct db *db, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(db, SQL_COMMIT);
    return query_run(&q, err);
}

void db_rollback(struct db *db)
{
    struct error ignored;
    struct query q CLEANUP(query_done) = db_query(db, SQL_ROLLBACK);
    (void)!query_run(&q, &ignored);
}

static void on_update(void *arg, int op, char const *schema, char const *table, sqlite3_int64 rowid)
{
    (void)schema;
    const struct db *db = arg;
    db->changed(db->changed_arg, table, rowid, op != SQLITE_UPDATE);
}

void db_watch(struct db *db, db_change_fn *fn, void *arg)
{
    db->changed = fn;
    db->changed_arg = arg;
    (void)sqlite3_update_hook(db->handle, on_update, db);
}

struct query db_query(struct db *db, enum sql sql)
{
    return (struct query){ .db = db, .stmt = db->stmts[sql], .sql = sql };
}

void query_done(struct query *q)
{
    sqlite3_reset(q->stmt);
    sqlite3_clear_bindings(q->stmt);
}

/* The slot of 'name', or a free one for it, or NULL when all are taken. */
static struct name_slot *name_slot(struct names *names, const char *name)
{
    size_t first = (uintptr_t)name / 8 % NAME_SLOTS;
    for (size_t i = 0; i < NAME_SLOTS; i++) {
        struct name_slot *slot = &names->slots[(first + i) % NAME_SLOTS];
        if (!slot->name || slot->name == name)
            return slot;
    }
    return NULL;
}

/* A text that is no literal can have another name at the same address. */
static bool is_named(const char *found, const char *name)
{
    return found && strcmp(found, name) == 0;
}

static int param_at(struct query *q, const char *name)
{
    struct name_slot *slot = name_slot(&q->db->params[q->sql], name);
    if (is_named(slot ? sqlite3_bind_parameter_name(q->stmt, slot->at) : NULL, name))
        return slot->at;
    int at = sqlite3_bind_parameter_index(q->stmt, name);
    if (slot)
        *slot = (struct name_slot){ name, at };
    return at;
}

/* A parameter that the statement does not have is a bug in this folder: the statement
 * then fails or its test does. */
void query_text(struct query *q, const char *name, const char *value)
{
    sqlite3_bind_text(q->stmt, param_at(q, name), value, -1, SQLITE_STATIC);
}

void query_int(struct query *q, const char *name, int64_t value)
{
    sqlite3_bind_int64(q->stmt, param_at(q, name), value);
}

bool query_next(struct query *q, bool *row, struct error *err)
{
    int rc = sqlite3_step(q->stmt);
    *row = rc == SQLITE_ROW;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? true : db_error(q->db, err);
}

bool query_run(struct query *q, struct error *err)
{
    bool row = false;
    return query_next(q, &row, err);
}

bool query_value(struct query *q, int64_t *value, struct error *err)
{
    bool row = false;
    if (!query_next(q, &row, err))
        return false;
    *value = row ? sqlite3_column_int64(q->stmt, 0) : 0;
    return true;
}

static int column_find(struct query *q, const char *column)
{
    int n = sqlite3_column_count(q->stmt);
    for (int i = 0; i < n; i++)
        if (strcmp(sqlite3_column_name(q->stmt, i), column) == 0)
            return i;
    return n; /* reads as NULL */
}

static int query_column(struct query *q, const char *column)
{
    struct name_slot *slot = name_slot(&q->db->columns[q->sql], column);
    if (is_named(slot ? sqlite3_column_name(q->stmt, slot->at) : NULL, column))
        return slot->at;
    int at = column_find(q, column);
    if (slot)
        *slot = (struct name_slot){ column, at };
    return at;
}

const char *query_str(struct query *q, struct arena *a, const char *column)
{
    int i = query_column(q, column);
    const char *text = (const char *)sqlite3_column_text(q->stmt, i);
    return text ? arena_strndup(a, text, (size_t)sqlite3_column_bytes(q->stmt, i)) : NULL;
}

int64_t query_num(struct query *q, const char *column)
{
    return sqlite3_column_int64(q->stmt, query_column(q, column));
}
