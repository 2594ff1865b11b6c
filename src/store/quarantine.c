/* quarantine.c - the objects that the last translation left out, whoever made it. */
#include "alb-agent/map.h"
#include "store_priv.h"

#define STMTS(X)                                                                           \
    X(ADD, "INSERT OR IGNORE INTO quarantine(object, why, since) VALUES(:object, :why, "   \
           ":since)")                                                                      \
    X(CLEAR, "DELETE FROM quarantine")                                                     \
    X(LIST, "SELECT object, why, since FROM quarantine ORDER BY object, why LIMIT :limit") \
    X(COUNT, "SELECT count(*) AS n FROM quarantine ORDER BY n")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements quarantine_statements = { stmt_sql, STMT_COUNT };

static bool list(struct store *st, int64_t limit, struct arena *a, store_quarantine *out,
                 struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_QUARANTINE, LIST);
    bool row;
    *out = (store_quarantine){ 0 };
    bind_int(s, ":limit", limit);
    for (;;) {
        if (!stmt_next(s, &row, err))
            return false;
        if (!row)
            return true;
        *LIST_PUSH(a, out) = (struct store_quarantined){ .object = col_keep(a, s, "object"),
                                                         .why = col_keep(a, s, "why"),
                                                         .since = col_int(s, "since") };
    }
}

static const char *key_of(struct arena *a, const struct store_quarantined *q)
{
    return arena_fmt(a, "%s\n%s", q->object, q->why);
}

static bool add(struct store *st, const struct store_quarantined *q, int64_t since,
                struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_QUARANTINE, ADD);
    bind_text(s, ":object", q->object);
    bind_text(s, ":why", q->why);
    bind_int(s, ":since", since);
    return stmt_run(s, err);
}

static bool replace(struct store *st, const store_quarantine *now, int64_t now_ms,
                    struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct map known CLEANUP(map_done) = { 0 };
    store_quarantine before;
    sqlite3_stmt *clear CLEANUP(stmt_reset) = store_stmt(st, PART_QUARANTINE, CLEAR);
    if (!list(st, -1, &a, &before, err) || !stmt_run(clear, err))
        return false;
    for (size_t i = 0; i < before.len; i++)
        map_put(&known, key_of(&a, &before.items[i]), &before.items[i]);
    for (size_t i = 0; i < now->len; i++) {
        const struct store_quarantined *was = map_get(&known, key_of(&a, &now->items[i]));
        if (!add(st, &now->items[i], was ? was->since : now_ms + st->ahead_ms, err))
            return false;
    }
    return true;
}

bool store_quarantine_put(struct store *st, const store_quarantine *now, int64_t now_ms,
                          struct error *err)
{
    struct batch batch CLEANUP(batch_done) = { 0 };
    return (batch_begin(&batch, st, err) && replace(st, now, now_ms, err) && batch_end(&batch, err))
           || error_wrap(err, "write which objects are left out");
}

bool store_quarantine_read(struct store *st, struct arena *a, size_t limit, store_quarantine *out,
                           int64_t *total, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_QUARANTINE, COUNT);
    bool row;
    if (!list(st, (int64_t)limit, a, out, err) || !stmt_next(s, &row, err))
        return error_wrap(err, "read which objects are left out");
    *total = col_int(s, "n");
    return true;
}
