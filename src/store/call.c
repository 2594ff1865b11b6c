/* call.c - the journal: every call, on disk before it is sent.
 *
 * What is written here is seen by people and kept for long, so the last thing done to a
 * call's parameters is to refuse what looks like a secret: the caller redacts. */
#include <inttypes.h>
#include <string.h>

#include "store_priv.h"

#define STMTS(X)                                                                           \
    X(INTENT, "INSERT INTO call(lane, lb, resource, action, client_token, params, cause, " \
              "state, sent_at) VALUES(:lane, :lb, :resource, :action, :client_token, "     \
              ":params, :cause, 'sent', :sent_at)")                                        \
    X(DONE, "UPDATE call SET state = :state, done_at = :done_at, "                         \
            "http_status = :http_status, code = :code, request_id = :request_id, "         \
            "reply = :reply WHERE id = :id")                                               \
    X(OPEN, "SELECT id, lane, lb, resource, action, client_token, params, cause, sent_at " \
            "FROM call WHERE state IN ('sent', 'unknown') ORDER BY id")                    \
    X(PRUNE, "DELETE FROM call WHERE id <= (SELECT max(id) FROM call) - :max "             \
             "AND state NOT IN ('sent', 'unknown')")

#define X(NAME, sql) NAME,
enum { STMTS(X) STMT_COUNT };
#undef X
#define X(NAME, sql) [NAME] = (sql),
static const char *const stmt_sql[STMT_COUNT] = { STMTS(X) };
#undef X
_Static_assert(COUNT(stmt_sql) <= STATEMENTS_MAX, "room in struct store");
const struct statements call_statements = { stmt_sql, STMT_COUNT };

bool text_has_secret(const char *text)
{
    return text && (strstr(text, "AccessKeySecret") || strstr(text, "PRIVATE KEY"));
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

bool store_call_intent(struct store *st, struct store_call *call, struct error *err)
{
    if (text_has_secret(call->params))
        return error_set(err, ERROR_BUG, "journal %s: the parameters hold a secret", call->action);
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_CALL, INTENT);
    bind_text(s, ":lane", or_empty(call->lane));
    bind_text(s, ":lb", or_empty(call->lb));
    bind_text(s, ":resource", or_empty(call->resource));
    bind_text(s, ":action", call->action);
    bind_text(s, ":client_token", call->client_token);
    bind_text(s, ":params", call->params ? call->params : "{}");
    bind_text(s, ":cause", call->cause);
    bind_time(st, s, ":sent_at", call->sent_at);
    if (!stmt_run(s, err))
        return error_wrap(err, "journal %s", call->action);
    call->id = sqlite3_last_insert_rowid(st->db);
    return true;
}

bool store_call_done(struct store *st, int64_t id, const struct store_outcome *outcome,
                     struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_CALL, DONE);
    bind_int(s, ":id", id);
    bind_text(s, ":state", outcome->state);
    bind_time(st, s, ":done_at", outcome->done_at);
    bind_int(s, ":http_status", outcome->http_status);
    bind_text(s, ":code", outcome->code);
    bind_text(s, ":request_id", outcome->request_id);
    bind_text(s, ":reply", text_has_secret(outcome->reply) ? "<redacted>" : outcome->reply);
    if (!stmt_run(s, err))
        return error_wrap(err, "journal call %" PRId64, id);
    if (sqlite3_changes(st->db) != 1)
        return error_set(err, ERROR_BUG, "journal: there is no call %" PRId64, id);
    return true;
}

bool store_calls_open(struct store *st, struct arena *a, store_calls *out, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_CALL, OPEN);
    bool row;
    *out = (store_calls){ 0 };
    for (;;) {
        if (!stmt_next(s, &row, err))
            return error_wrap(err, "read the journal");
        if (!row)
            return true;
        *LIST_PUSH(a, out) = (struct store_call){ .id = col_int(s, "id"),
                                                  .lane = col_keep(a, s, "lane"),
                                                  .lb = col_keep(a, s, "lb"),
                                                  .resource = col_keep(a, s, "resource"),
                                                  .action = col_keep(a, s, "action"),
                                                  .client_token = col_keep(a, s, "client_token"),
                                                  .params = col_keep(a, s, "params"),
                                                  .cause = col_keep(a, s, "cause"),
                                                  .sent_at = col_time(st, s, "sent_at") };
    }
}

bool store_calls_prune(struct store *st, struct error *err)
{
    sqlite3_stmt *s CLEANUP(stmt_reset) = store_stmt(st, PART_CALL, PRUNE);
    bind_int(s, ":max", st->calls_max);
    return stmt_run(s, err) || error_wrap(err, "shorten the journal");
}
