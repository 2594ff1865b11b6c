/* pin.c - load balancers that are to stay at an earlier revision. */
#include <inttypes.h>

#include "alb-agent/buf.h"
#include "store_priv.h"

#define STMTS(X)                                                         \
    X(PUT, "INSERT INTO pin(lb, revision) VALUES(:lb, :revision) "       \
           "ON CONFLICT(lb) DO UPDATE SET revision = excluded.revision") \
    X(DELETE, "DELETE FROM pin WHERE lb = :lb")                          \
    X(LIST, "SELECT lb, revision FROM pin ORDER BY lb")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements pin_statements = { stmt_sql, STMT_COUNT };

static const char *quoted(struct arena *a, const char *text)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_add_json(&b, text);
    return buf_keep(&b, a);
}

static bool say(struct store *st, const char *lb, const char *document, int64_t revision,
                int64_t now_ms, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct store_event event = { .at = now_ms,
                                 .kind = document ? "PIN" : "DELETED",
                                 .key = arena_fmt(&a, "pin %s", lb) };
    if (document)
        event.body = arena_fmt(&a, "{\"document\":%s,\"lb\":%s,\"revision\":%" PRId64 "}", document,
                               quoted(&a, lb), revision);
    return store_event_add(st, &event, err);
}

bool store_pin_put(struct store *st, const char *lb, int64_t revision, int64_t now_ms,
                   struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct batch batch CLEANUP(batch_done) = { 0 };
    struct store_revision r;
    if (!store_revision_read(st, lb, revision, &a, &r, err) || !batch_begin(&batch, st, err))
        return false;
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_PIN, PUT);
    bind_text(s, ":lb", lb);
    bind_int(s, ":revision", revision);
    return (stmt_run(s, err) && say(st, lb, r.document, revision, now_ms, err)
            && batch_end(&batch, err))
           || error_wrap(err, "pin %s", lb);
}

bool store_pin_delete(struct store *st, const char *lb, int64_t now_ms, bool *was_there,
                      struct error *err)
{
    struct batch batch CLEANUP(batch_done) = { 0 };
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_PIN, DELETE);
    bind_text(s, ":lb", lb);
    if (!batch_begin(&batch, st, err) || !stmt_run(s, err))
        return error_wrap(err, "release %s", lb);
    *was_there = sqlite3_changes(st->db) == 1;
    return ((!*was_there || say(st, lb, NULL, 0, now_ms, err)) && batch_end(&batch, err))
           || error_wrap(err, "release %s", lb);
}

bool store_pins_load(struct store *st, struct arena *a, store_pins *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_PIN, LIST);
    bool row;
    *out = (store_pins){ 0 };
    for (;;) {
        if (!stmt_next(s, &row, err))
            return error_wrap(err, "read what is pinned");
        if (!row)
            return true;
        *LIST_PUSH(a, out) =
            (struct store_pin){ .lb = col_keep(a, s, "lb"), .revision = col_int(s, "revision") };
    }
}
