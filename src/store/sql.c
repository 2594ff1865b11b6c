/* sql.c - the SQLite idioms: errors by kind, binds and columns by name, batches.
 *
 * Nothing here knows a table. */
#include <stdio.h>
#include <string.h>

#include "store_priv.h"

static enum error_kind kind_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT: return ERROR_TRANSIENT;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH: return ERROR_DENIED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ERROR_INVALID;
    default: return ERROR_BUG;
    }
}

bool sqlite_error(sqlite3 *db, struct error *err)
{
    int rc = sqlite3_extended_errcode(db);
    enum error_kind kind = kind_of(rc);
    /* A check by json_valid() fails when that has no memory. */
    (void)error_set(err, kind, "%s%s", sqlite3_errmsg(db),
                    rc == SQLITE_CONSTRAINT_CHECK ? ", or no memory was left to check it" : "");
    (void)snprintf(err->code, sizeof err->code, "%s",
                   kind == ERROR_INVALID ? STORE_DAMAGED : STORE_FAILED);
    return false;
}

bool store_is_error(const struct error *err)
{
    return !strcmp(err->code, STORE_FAILED) || !strcmp(err->code, STORE_DAMAGED);
}

bool error_is_damage(const struct error *err)
{
    return !strcmp(err->code, STORE_DAMAGED);
}

void stmt_reset(sqlite3_stmt **s)
{
    if (*s) {
        (void)sqlite3_reset(*s);
        (void)sqlite3_clear_bindings(*s);
    }
}

void stmt_done(sqlite3_stmt **s)
{
    (void)sqlite3_finalize(*s);
    *s = NULL;
}

void bind_text(sqlite3_stmt *s, const char *name, const char *value)
{
    (void)sqlite3_bind_text(s, sqlite3_bind_parameter_index(s, name), value, -1, SQLITE_STATIC);
}

void bind_int(sqlite3_stmt *s, const char *name, int64_t value)
{
    (void)sqlite3_bind_int64(s, sqlite3_bind_parameter_index(s, name), value);
}

void bind_time(const struct store *st, sqlite3_stmt *s, const char *name, int64_t ms)
{
    bind_int(s, name, ms ? ms + st->ahead_ms : 0);
}

/* -1, which SQLite reads as NULL, when there is none. */
static int column(sqlite3_stmt *s, const char *name)
{
    int i = sqlite3_column_count(s) - 1;
    while (i >= 0 && strcmp(sqlite3_column_name(s, i), name) != 0)
        i--;
    return i;
}

const char *col_text(sqlite3_stmt *s, const char *name)
{
    return (const char *)sqlite3_column_text(s, column(s, name));
}

int64_t col_int(sqlite3_stmt *s, const char *name)
{
    return sqlite3_column_int64(s, column(s, name));
}

int64_t col_time(const struct store *st, sqlite3_stmt *s, const char *name)
{
    const int64_t ms = col_int(s, name);
    return ms ? ms - st->ahead_ms : 0;
}

const char *col_keep(struct arena *a, sqlite3_stmt *s, const char *name)
{
    const char *text = col_text(s, name);
    return text ? arena_strdup(a, text) : NULL;
}

bool stmt_next(sqlite3_stmt *s, bool *row, struct error *err)
{
    int rc = sqlite3_step(s);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return sqlite_error(sqlite3_db_handle(s), err);
    *row = rc == SQLITE_ROW;
    return true;
}

bool stmt_run(sqlite3_stmt *s, struct error *err)
{
    bool row = true;
    while (row)
        if (!stmt_next(s, &row, err))
            return false;
    return true;
}

bool sql_run(sqlite3 *db, const char *text, struct error *err)
{
    while (*text) {
        sqlite3_stmt *s CLEANUP(stmt_done) = NULL;
        if (sqlite3_prepare_v2(db, text, -1, &s, &text) != SQLITE_OK)
            return sqlite_error(db, err);
        if (s && !stmt_run(s, err)) /* no statement: blanks and comments */
            return false;
    }
    return true;
}

bool sql_int(sqlite3 *db, const char *text, int64_t *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_done) = NULL;
    bool row = false;
    if (sqlite3_prepare_v2(db, text, -1, &s, NULL) != SQLITE_OK)
        return sqlite_error(db, err);
    if (!stmt_next(s, &row, err))
        return false;
    *out = row ? sqlite3_column_int64(s, 0) : 0;
    return true;
}

static const char *const txn_sql[] = {
    [TXN_BEGIN] = "BEGIN IMMEDIATE",
    [TXN_COMMIT] = "COMMIT",
    [TXN_SAVEPOINT] = "SAVEPOINT batch",
    [TXN_RELEASE] = "RELEASE batch",
};
const struct statements txn_statements = { txn_sql, COUNT(txn_sql) };

bool txn_run(struct store *st, enum txn_word word, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_TXN, (int)word);
    return stmt_run(s, err);
}

/* A savepoint outside a transaction is one: releasing it commits. */
bool batch_begin(struct batch *b, struct store *st, struct error *err)
{
    if (sqlite3_get_autocommit(st->db) && !store_log_bound(st, err))
        return false;
    if (!txn_run(st, TXN_SAVEPOINT, err))
        return false;
    b->st = st;
    return true;
}

bool batch_end(struct batch *b, struct error *err)
{
    if (!txn_run(b->st, TXN_RELEASE, err))
        return false;
    b->st = NULL;
    return true;
}

void batch_done(struct batch *b)
{
    if (!b->st)
        return;
    /* Fails when the failure itself ended the transaction: then all is undone. */
    (void)sqlite3_exec(b->st->db, "ROLLBACK TO batch; RELEASE batch", NULL, NULL, NULL);
    written_done(&b->st->written);
}
