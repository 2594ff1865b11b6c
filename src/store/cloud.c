/* cloud.c - what the cloud was seen to be, as events for replay.
 *
 * A step of ours changes a row far more often than a reading does, and what it came to follows from
 * the call.  So rows are marked when they change, and said once a reading has ended: who reads the
 * events then knows what was there, and which of it was not our doing. */
#include <string.h>

#include "alb-agent/buf.h"
#include "store_priv.h"

#define STMTS(X)                                                                                \
    X(GONE, "INSERT INTO gone(lb, kind, key, cloud_id, own) "                                   \
            "VALUES(:lb, :kind, :key, :cloud_id, :own) "                                        \
            "ON CONFLICT(lb, kind, key) DO UPDATE SET cloud_id = excluded.cloud_id, "           \
            "own = min(own, excluded.own)")                                                     \
    X(WENT, "SELECT lb, kind, key, cloud_id, own FROM gone WHERE lb = :lb OR :lb IS NULL "      \
            "ORDER BY lb, kind, key")                                                           \
    X(SAID_GONE, "DELETE FROM gone WHERE lb = :lb OR :lb IS NULL")                              \
    X(UNSAID, "SELECT lb, kind, key, parent, cloud_id, status, ours, actual, "                  \
              "unsaid = 1 AS own FROM resource "                                                \
              "WHERE unsaid > 0 AND actual IS NOT NULL AND (lb = :lb OR :lb IS NULL) ORDER BY " \
              "lb, kind, key")                                                                  \
    X(SAID, "UPDATE resource SET unsaid = 0 "                                                   \
            "WHERE unsaid > 0 AND (lb = :lb OR :lb IS NULL)")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements cloud_statements = { stmt_sql, STMT_COUNT };

enum { ROW_MAX = 1 << 24 };

bool cloud_note_gone(struct store *st, const struct resource *r, const char *cloud_id,
                     enum cloud_by by, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_CLOUD, GONE);
    bind_text(s, ":lb", r->lb);
    bind_text(s, ":kind", resource_kind_name(r->kind));
    bind_text(s, ":key", r->key);
    bind_text(s, ":cloud_id", cloud_id);
    bind_int(s, ":own", by == CLOUD_BY_US);
    return stmt_run(s, err);
}

static void add_member(struct buf *b, const char *name, const char *value)
{
    buf_addf(b, ",\"%s\":", name);
    buf_add_json(b, value ? value : "");
}

/* The row 's' stands at. */
static void write_row(struct buf *b, sqlite3_stmt *s, bool gone)
{
    buf_addf(b, "{\"own\":%s", col_int(s, "own") ? "true" : "false");
    add_member(b, "lb", col_text(s, "lb"));
    add_member(b, "kind", col_text(s, "kind"));
    add_member(b, "key", col_text(s, "key"));
    add_member(b, "id", col_text(s, "cloud_id"));
    if (!gone) {
        add_member(b, "parent", col_text(s, "parent"));
        add_member(b, "status", col_text(s, "status"));
        buf_addf(b, ",\"ours\":%s,\"actual\":", col_int(s, "ours") ? "true" : "false");
        buf_adds(b, col_text(s, "actual"));
    }
    buf_addc(b, '}');
}

static bool say(struct store *st, sqlite3_stmt *s, bool gone, int64_t now_ms, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct buf body CLEANUP(buf_done) = { .max = ROW_MAX };
    write_row(&body, s, gone);
    struct store_event event = {
        .at = now_ms,
        .kind = gone ? "DELETED" : "SEEN",
        .key = arena_fmt(&a, "cloud %s %s %s", col_text(s, "lb"), col_text(s, "kind"),
                         col_text(s, "key")),
        .body = body.failed || text_has_secret(buf_str(&body)) ? NULL : buf_str(&body),
    };
    return store_event_add(st, &event, err);
}

static bool say_all(struct store *st, int which, const char *lb, int64_t now_ms, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_CLOUD, which);
    bool row;
    bind_text(s, ":lb", lb);
    for (;;) {
        if (!stmt_next(s, &row, err))
            return false;
        if (!row)
            return true;
        if (!say(st, s, which == WENT, now_ms, err))
            return false;
    }
}

static bool forget(struct store *st, int which, const char *lb, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_CLOUD, which);
    bind_text(s, ":lb", lb);
    return stmt_run(s, err);
}

bool store_cloud_say(struct store *st, const char *lb, int64_t now_ms, struct error *err)
{
    struct batch batch CLEANUP(batch_done) = { 0 };
    if (batch_begin(&batch, st, err) && say_all(st, WENT, lb, now_ms, err)
        && forget(st, SAID_GONE, lb, err) && say_all(st, UNSAID, lb, now_ms, err)
        && forget(st, SAID, lb, err) && batch_end(&batch, err))
        return true;
    return error_wrap(err, "record what was read");
}
