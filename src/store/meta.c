/* meta.c - small facts about the file. */
#include "store_priv.h"

#define STMTS(X)                                                      \
    X(GET, "SELECT value FROM meta WHERE name = :name ORDER BY name") \
    X(PUT, "INSERT INTO meta(name, value) VALUES(:name, :value) "     \
           "ON CONFLICT(name) DO UPDATE SET value = excluded.value")  \
    X(DELETE, "DELETE FROM meta WHERE name = :name")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements meta_statements = { stmt_sql, STMT_COUNT };

bool store_meta_get(struct store *st, struct arena *a, const char *name, const char **value,
                    struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_META, GET);
    bool row;
    bind_text(s, ":name", name);
    if (!stmt_next(s, &row, err))
        return error_wrap(err, "read %s", name);
    *value = row ? col_keep(a, s, "value") : NULL;
    return true;
}

bool store_meta_put(struct store *st, const char *name, const char *value, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_META, value ? PUT : DELETE);
    bind_text(s, ":name", name);
    if (value)
        bind_text(s, ":value", value);
    return stmt_run(s, err) || error_wrap(err, "write %s", name);
}
