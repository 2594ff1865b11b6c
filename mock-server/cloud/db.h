/* db.h - the mock's SQLite database: statements by name, values by name.
 *
 *     struct query q CLEANUP(query_done) = db_query(db, SQL_SERVER_LIST);
 *     query_text(&q, ":grp", id);
 *     while (query_next(&q, &row, err) && row) ...
 *
 * Statements are prepared once, when the database is opened, so that a typing error in
 * any of them fails at once.  A statement must not be used again before its query is
 * done.  Only db.c and db_dump.c include sqlite3.h. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/error.h"
#include "sql.h"

struct db;
struct sqlite3_stmt;

/* Opens 'path' (NULL: in memory), creating the tables where there are none; '*out' is the
 * caller's.  A file of another program or of a later version is refused. */
bool db_open(struct db **out, const char *path, struct error *err) MUST_USE;
void db_close(struct db *db);

bool db_begin(struct db *db, struct error *err) MUST_USE;
/* A transaction for a call that only reads, to be ended by db_commit(). */
bool db_begin_read(struct db *db, struct error *err) MUST_USE;
bool db_commit(struct db *db, struct error *err) MUST_USE;
void db_rollback(struct db *db);

/* All tables as JSON, '*out' the caller's, and back, replacing all there is: inside a
 * transaction of the caller's. */
bool db_export(struct db *db, cJSON **out, struct error *err) MUST_USE;
bool db_import(struct db *db, const cJSON *state, struct error *err) MUST_USE;

/* Calls 'fn' for each row of a table with a 'seq' that is changed, or added or removed ('other'),
 * whether or not that is rolled back later; not for what db_import() replaces. */
typedef void db_change_fn(void *arg, const char *table, int64_t seq, bool other);
void db_watch(struct db *db, db_change_fn *fn, void *arg);

struct query {
    struct db *db;
    struct sqlite3_stmt *stmt;
    enum sql sql;
};

struct query db_query(struct db *db, enum sql sql);
void query_done(struct query *q);
/* Bind a parameter that the statement must have; NULL text is SQL's NULL.  The text is
 * borrowed until the query is done. */
void query_text(struct query *q, const char *name, const char *value);
void query_int(struct query *q, const char *name, int64_t value);
/* Steps on: '*row' tells whether there is a row. */
bool query_next(struct query *q, bool *row, struct error *err) MUST_USE;
/* Runs a statement that has no rows. */
bool query_run(struct query *q, struct error *err) MUST_USE;
/* Runs to the first row and returns its first column in '*value', 0 without a row. */
bool query_value(struct query *q, int64_t *value, struct error *err) MUST_USE;
/* A column of the row, which must exist by this name; the text in 'a', NULL for NULL. */
const char *query_str(struct query *q, struct arena *a, const char *column);
int64_t query_num(struct query *q, const char *column);
