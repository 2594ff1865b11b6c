/* event.c - what the sources said and the cloud was seen to be, in order, for replay.
 *
 * The log is bounded.  What is dropped from its beginning is folded into event_base, one row
 * for each key, so that base and log together always say the whole of it: replay sets the base
 * up and goes on with the log. */
#include <string.h>

#include "store_priv.h"

enum { PRUNE_MOST = 5000 }; /* events in one go, so that a turn of the loop stays short */

#define STMTS(X)                                                                           \
    X(ADD, "INSERT INTO event(at, kind, key, total, body) VALUES(:at, :kind, :key, "       \
           ":size + coalesce((SELECT total FROM event ORDER BY seq DESC LIMIT 1), 0), "    \
           ":body)")                                                                       \
    X(READ, "SELECT seq, at, kind, key, body FROM event WHERE seq >= :seq "                \
            "ORDER BY seq LIMIT :max")                                                     \
    X(BASE, "SELECT seq, at, kind, key, body FROM event_base ORDER BY seq")                \
    X(OLDEST, "SELECT seq, at, kind, key, total, body FROM event ORDER BY seq LIMIT :max") \
    X(NEWEST, "SELECT total FROM event ORDER BY seq DESC LIMIT 1")                         \
    X(FOLD, "INSERT INTO event_base(key, seq, at, kind, body) "                            \
            "VALUES(:key, :seq, :at, :kind, :body) "                                       \
            "ON CONFLICT(key) DO UPDATE SET seq = excluded.seq, at = excluded.at, "        \
            "kind = excluded.kind, body = excluded.body")                                  \
    X(FORGET, "DELETE FROM event_base WHERE key = :key")                                   \
    X(DROP, "DELETE FROM event WHERE seq <= :seq")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements event_statements = { stmt_sql, STMT_COUNT };

/* What an event counts for: its texts, and the rest of its row. */
static int64_t size_of(const char *key, const char *body)
{
    enum { ROW = 32 };
    return ROW + (int64_t)strlen(key) + (body ? (int64_t)strlen(body) : 0);
}

bool store_event_add(struct store *st, struct store_event *event, struct error *err)
{
    if (text_has_secret(event->body))
        return error_set(err, ERROR_BUG, "record %s: the body holds a secret", event->key);
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_EVENT, ADD);
    bind_time(st, s, ":at", event->at);
    bind_text(s, ":kind", event->kind);
    bind_text(s, ":key", event->key);
    bind_int(s, ":size", size_of(event->key, event->body));
    bind_text(s, ":body", event->body);
    if (!stmt_run(s, err))
        return error_wrap(err, "record %s", event->key);
    event->seq = sqlite3_last_insert_rowid(st->db);
    return true;
}

int64_t store_events_added(const struct store *st)
{
    return st->events;
}

static bool read_all(const struct store *st, struct arena *a, sqlite3_stmt *s, store_events *out,
                     struct error *err)
{
    bool row;
    *out = (store_events){ 0 };
    for (;;) {
        if (!stmt_next(s, &row, err))
            return error_wrap(err, "read what the sources said");
        if (!row)
            return true;
        *LIST_PUSH(a, out) = (struct store_event){ .seq = col_int(s, "seq"),
                                                   .at = col_time(st, s, "at"),
                                                   .kind = col_keep(a, s, "kind"),
                                                   .key = col_keep(a, s, "key"),
                                                   .body = col_keep(a, s, "body") };
    }
}

bool store_events_read(struct store *st, int64_t seq, int64_t max, struct arena *a,
                       store_events *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_EVENT, READ);
    bind_int(s, ":seq", seq);
    bind_int(s, ":max", max);
    return read_all(st, a, s, out, err);
}

bool store_events_base(struct store *st, struct arena *a, store_events *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_EVENT, BASE);
    return read_all(st, a, s, out, err);
}

/* ---- dropping ------------------------------------------------------------------------- */

/* Puts the event that 'from' stands at into the base. */
static bool fold(struct store *st, sqlite3_stmt *from, struct error *err)
{
    bool gone = !strcmp(col_text(from, "kind"), "DELETED");
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_EVENT, gone ? FORGET : FOLD);
    bind_text(s, ":key", col_text(from, "key"));
    if (!gone) {
        bind_int(s, ":seq", col_int(from, "seq"));
        bind_int(s, ":at", col_int(from, "at"));
        bind_text(s, ":kind", col_text(from, "kind"));
        bind_text(s, ":body", col_text(from, "body"));
    }
    return stmt_run(s, err);
}

static bool newest_total(struct store *st, int64_t *total, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_EVENT, NEWEST);
    bool row;
    if (!stmt_next(s, &row, err))
        return false;
    *total = row ? col_int(s, "total") : 0;
    return true;
}

/* Folds from the oldest on; '*last' is the last event that is to be dropped, 0: none. */
static bool fold_oldest(struct store *st, int64_t oldest_ms, int64_t bytes, int64_t *last,
                        struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_EVENT, OLDEST);
    int64_t all;
    bool row;
    *last = 0;
    if (!newest_total(st, &all, err))
        return false;
    bind_int(s, ":max", PRUNE_MOST);
    for (;;) {
        if (!stmt_next(s, &row, err))
            return false;
        if (!row)
            return true;
        int64_t left = all - col_int(s, "total") + size_of(col_text(s, "key"), col_text(s, "body"));
        if (col_time(st, s, "at") >= oldest_ms && left <= bytes)
            return true;
        *last = col_int(s, "seq");
        if (!fold(st, s, err))
            return false;
    }
}

static bool drop(struct store *st, int64_t last, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_EVENT, DROP);
    bind_int(s, ":seq", last);
    return !last || stmt_run(s, err);
}

bool store_events_prune(struct store *st, int64_t oldest_ms, int64_t bytes, struct error *err)
{
    struct batch batch CLEANUP(batch_done) = { 0 };
    int64_t last;
    if (batch_begin(&batch, st, err) && fold_oldest(st, oldest_ms, bytes, &last, err)
        && drop(st, last, err) && batch_end(&batch, err))
        return true;
    return error_wrap(err, "shorten what the sources said");
}
