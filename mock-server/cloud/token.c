/* token.c - client tokens: the same token with the same parameters is answered as the
 * first time; with others it is refused (alb-semantics.md §7).  Only calls that succeeded
 * are remembered, for 24 hours; DryRun never succeeds. */
#include <string.h>

#include "alb-agent/hash.h"
#include "cloud_priv.h"

enum { TOKEN_MS = 24 * 3600 * 1000, TOKEN_LEN = 64 };

static const char *params_digest(struct op *op)
{
    cJSON *params = op_copy(op, op->params);
    cJSON_DeleteItemFromObjectCaseSensitive(params, "ClientToken");
    const char *text = json_canonical(op->a, params);
    char hex[SHA256_HEX];
    return arena_strdup(op->a, hash_sha256_hex(text, strlen(text), hex));
}

static bool token_check(const char *token, struct error *err)
{
    if (strlen(token) > TOKEN_LEN)
        return refuse_illegal(err, "ClientToken");
    for (const char *s = token; *s; s++)
        if (*s < 0x20 || *s > 0x7e)
            return refuse_illegal(err, "ClientToken");
    return true;
}

static void token_bind(struct op *op, struct query *q)
{
    query_text(q, ":region", op->region);
    query_text(q, ":action", op->action);
    query_text(q, ":token", op_str(op, "ClientToken"));
}

bool token_replay(struct op *op, bool *replayed, struct error *err)
{
    *replayed = false;
    const char *token = op_str(op, "ClientToken");
    if (!token)
        return true;
    if (!token_check(token, err))
        return false;
    bool row = false;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_TOKEN_GET);
    token_bind(op, &q);
    query_int(&q, ":since", op->now_ms - TOKEN_MS);
    if (!query_next(&q, &row, err))
        return false;
    if (!row)
        return true;
    if (!text_is(query_str(&q, op->a, "params"), params_digest(op)))
        return refuse(err, 400, "IdempotentParameterMismatch",
                      "The request uses the same client token as a previous, but non-identical "
                      "request. Do not reuse a client token with different requests, unless the "
                      "requests are identical.");
    cJSON_Delete(op->body);
    op->body = cJSON_Parse(query_str(&q, op->a, "reply"));
    const char *job = json_str(op->body, "JobId");
    op->job_id = job ? arena_strdup(op->a, job) : NULL;
    *replayed = true;
    return true;
}

static bool token_expire(struct op *op, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_TOKEN_EXPIRE);
    query_int(&q, ":since", op->now_ms - TOKEN_MS);
    return query_run(&q, err);
}

bool token_keep(struct op *op, struct error *err)
{
    if (!op_str(op, "ClientToken"))
        return true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_TOKEN_PUT);
    token_bind(op, &q);
    query_int(&q, ":at", op->now_ms);
    query_text(&q, ":params", params_digest(op));
    query_text(&q, ":reply", op_text(op, op->body));
    return token_expire(op, err) && query_run(&q, err);
}
