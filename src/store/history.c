/* history.c - what was wanted and what was done, read back: revisions and calls in order of
 * time. */
#include <inttypes.h>

#include "store_priv.h"

#define STMTS(X)                                                                               \
    X(LIST, "SELECT * FROM ("                                                                  \
            "SELECT 1 AS is_revision, lb, number, made_at AS at, cause, '' AS action, "        \
            "'' AS resource, '' AS state, NULL AS code, NULL AS request_id FROM revision "     \
            "WHERE :lb IS NULL OR lb = :lb UNION ALL "                                         \
            "SELECT 0, lb, id, sent_at, cause, action, resource, state, code, request_id "     \
            "FROM call WHERE :lb IS NULL OR lb = :lb "                                         \
            "ORDER BY at DESC, is_revision ASC, number DESC LIMIT :max) "                      \
            "ORDER BY at, is_revision DESC, number")                                           \
    X(CALL, "SELECT lane, lb, resource, action, client_token, params, cause, state, sent_at, " \
            "done_at, http_status, code, request_id, reply FROM call WHERE id = :id "          \
            "ORDER BY id")                                                                     \
    X(CALLS, "SELECT id, lane, lb, resource, action, client_token, params, cause, state, "     \
             "sent_at, done_at, http_status, code, request_id, reply FROM call "               \
             "WHERE id >= :id ORDER BY id LIMIT :max")                                         \
    X(SINCE, "SELECT id, lane, lb, resource, action, client_token, params, cause, state, "     \
             "sent_at, done_at, http_status, code, request_id, reply FROM call "               \
             "WHERE state IN ('sent', 'unknown', 'done') ORDER BY id DESC")                    \
    X(REVISION, "SELECT made_at, cause, document FROM revision "                               \
                "WHERE lb = :lb AND number = :number ORDER BY number")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements history_statements = { stmt_sql, STMT_COUNT };

bool store_history(struct store *st, const char *lb, int64_t max, struct arena *a,
                   store_entries *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_HISTORY, LIST);
    bool row;
    *out = (store_entries){ 0 };
    bind_text(s, ":lb", lb);
    bind_int(s, ":max", max);
    for (;;) {
        if (!stmt_next(s, &row, err))
            return error_wrap(err, "read the history");
        if (!row)
            return true;
        *LIST_PUSH(a, out) = (struct store_entry){
            .is_revision = col_int(s, "is_revision") != 0,
            .lb = col_keep(a, s, "lb"),
            .number = col_int(s, "number"),
            .at = col_time(st, s, "at"),
            .cause = col_keep(a, s, "cause"),
            .action = col_keep(a, s, "action"),
            .resource = col_keep(a, s, "resource"),
            .state = col_keep(a, s, "state"),
            .code = col_keep(a, s, "code"),
            .request_id = col_keep(a, s, "request_id"),
        };
    }
}

static struct store_journaled journaled(const struct store *st, sqlite3_stmt *s, struct arena *a)
{
    return (struct store_journaled){
        .call = { .id = col_int(s, "id"),
                  .lane = col_keep(a, s, "lane"),
                  .lb = col_keep(a, s, "lb"),
                  .resource = col_keep(a, s, "resource"),
                  .action = col_keep(a, s, "action"),
                  .client_token = col_keep(a, s, "client_token"),
                  .params = col_keep(a, s, "params"),
                  .cause = col_keep(a, s, "cause"),
                  .sent_at = col_time(st, s, "sent_at") },
        .outcome = { .state = col_keep(a, s, "state"),
                     .done_at = col_time(st, s, "done_at"),
                     .http_status = (int)col_int(s, "http_status"),
                     .code = col_keep(a, s, "code"),
                     .request_id = col_keep(a, s, "request_id"),
                     .reply = col_keep(a, s, "reply") },
    };
}

bool store_calls_read(struct store *st, int64_t id, int64_t max, struct arena *a,
                      store_journal *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_HISTORY, CALLS);
    bool row;
    *out = (store_journal){ 0 };
    bind_int(s, ":id", id);
    bind_int(s, ":max", max);
    for (;;) {
        if (!stmt_next(s, &row, err))
            return error_wrap(err, "read the journal");
        if (!row)
            return true;
        *LIST_PUSH(a, out) = journaled(st, s, a);
    }
}

bool store_calls_since(struct store *st, int64_t since, struct arena *a, store_journal *out,
                       struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_HISTORY, SINCE);
    bool row;
    *out = (store_journal){ 0 };
    for (;;) {
        if (!stmt_next(s, &row, err))
            return error_wrap(err, "read the journal");
        if (!row || col_time(st, s, "sent_at") < since)
            return true;
        *LIST_PUSH(a, out) = journaled(st, s, a);
    }
}

bool store_call_read(struct store *st, int64_t id, struct arena *a, struct store_call *call,
                     struct store_outcome *outcome, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_HISTORY, CALL);
    bool row;
    bind_int(s, ":id", id);
    if (!stmt_next(s, &row, err))
        return error_wrap(err, "read call %" PRId64, id);
    if (!row)
        return error_set(err, ERROR_NOT_FOUND,
                         "there is no call %" PRId64
                         " in the state file; 'alb-agent history' lists "
                         "those there are",
                         id);
    struct store_journaled j = journaled(st, s, a);
    *call = j.call;
    call->id = id;
    *outcome = j.outcome;
    return true;
}

bool store_revision_read(struct store *st, const char *lb, int64_t number, struct arena *a,
                         struct store_revision *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_HISTORY, REVISION);
    bool row;
    bind_text(s, ":lb", lb);
    bind_int(s, ":number", number);
    if (!stmt_next(s, &row, err))
        return error_wrap(err, "read revision %" PRId64 " of %s", number, lb);
    if (!row)
        return error_set(err, ERROR_NOT_FOUND,
                         "%s has no revision %" PRId64 "; 'alb-agent history %s' lists those there "
                         "are",
                         lb, number, lb);
    *out = (struct store_revision){ .made_at = col_time(st, s, "made_at"),
                                    .cause = col_keep(a, s, "cause"),
                                    .document = col_keep(a, s, "document") };
    return true;
}
