/* life.c - what the cloud does by itself: the ends of changes in flight, and the jobs that
 * tell of them. */
#include "cloud_priv.h"

bool life_load(struct cloud *c, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(c->db, SQL_PENDING_NEXT);
    return query_value(&q, &c->next_due_ms, err);
}

int64_t life_latency(struct op *op)
{
    struct cloud *c = op->cloud;
    if (!op->latency_drawn) {
        op->latency_drawn = true;
        op->latency_ms = c->pending_ms;
        if (c->pending_span_ms > 0)
            op->latency_ms += (int64_t)rng_below(&c->rng, (uint64_t)c->pending_span_ms + 1);
    }
    return op->latency_ms;
}

bool life_later(struct op *op, const char *effect, const char *id, const char *status,
                struct error *err)
{
    bool held = false;
    if (!knob_is_held(op, id, &held, err))
        return false;
    int64_t at_ms = held ? INT64_MAX : op->now_ms + life_latency(op);
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_PENDING_INSERT);
    query_int(&q, ":at", at_ms);
    query_text(&q, ":effect", effect);
    query_text(&q, ":id", id);
    query_text(&q, ":status", status);
    if (op->cloud->next_due_ms > at_ms)
        op->cloud->next_due_ms = at_ms;
    return query_run(&q, err);
}

struct due {
    int64_t seq;
    int64_t at_ms;
    const char *effect;
    const char *id;
    const char *status;
};
typedef LIST_OF(struct due) due_list;

static bool due_read(struct op *op, due_list *out, struct error *err)
{
    bool row = true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_PENDING_DUE);
    query_int(&q, ":now", op->now_ms);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        *LIST_PUSH(op->a, out) = (struct due){
            .seq = query_num(&q, "seq"),
            .at_ms = query_num(&q, "at_ms"),
            .effect = query_str(&q, op->a, "effect"),
            .id = query_str(&q, op->a, "id"),
            .status = query_str(&q, op->a, "status"),
        };
    }
}

/* Runs a statement with one text parameter. */
static bool run_with(struct op *op, enum sql sql, const char *name, const char *id,
                     struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, sql);
    query_text(&q, name, id);
    return query_run(&q, err);
}

/* What else a statement does to what hangs on a resource, by the prefix of its id. */
struct hanging {
    const char *prefix;
    enum sql sql;
    const char *param;
};

static bool run_hanging(struct op *op, const struct hanging *rows, size_t n, const char *id,
                        struct error *err)
{
    for (size_t i = 0; i < n; i++)
        if (text_begins(id, rows[i].prefix) && !run_with(op, rows[i].sql, rows[i].param, id, err))
            return false;
    return true;
}

static bool settle(struct op *op, const struct due *d, struct error *err)
{
    static const struct hanging rows[] = {
        { "lsn-", SQL_ATTACH_SETTLE, ":holder" },
        { "lsn-", SQL_CERT_SETTLE_GONE, ":listener" },
        { "lsn-", SQL_CERT_SETTLE, ":listener" },
        { "lsn-", SQL_RELATION_SETTLE_GONE, ":listener" },
        { "lsn-", SQL_RELATION_SETTLE, ":listener" },
        { "rule-", SQL_ATTACH_SETTLE, ":holder" },
        { "sgp-", SQL_SERVER_SETTLE_GONE, ":grp" },
        { "sgp-", SQL_SERVER_SETTLE, ":grp" },
        { "acl-", SQL_ENTRY_SETTLE_GONE, ":acl" },
        { "acl-", SQL_ENTRY_SETTLE, ":acl" },
    };
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RES_SETTLE);
    query_text(&q, ":id", d->id);
    query_text(&q, ":status", d->status);
    return query_run(&q, err) && run_hanging(op, rows, COUNT(rows), d->id, err);
}

bool life_remove(struct op *op, const char *id, struct error *err)
{
    static const struct hanging rows[] = {
        { "", SQL_RES_DELETE, ":id" },
        { "", SQL_TAG_DELETE_ALL, ":id" },
        { "alb-", SQL_VSWITCH_FORGET, ":lb" },
        { "lsn-", SQL_ATTACH_DELETE, ":holder" },
        { "lsn-", SQL_CERT_DELETE, ":listener" },
        { "lsn-", SQL_RELATION_DELETE, ":listener" },
        { "rule-", SQL_ATTACH_DELETE, ":holder" },
        { "sgp-", SQL_SERVER_DELETE, ":grp" },
        { "sgp-", SQL_HEALTH_FORGET, ":grp" },
        { "acl-", SQL_ENTRY_DELETE, ":acl" },
    };
    return run_hanging(op, rows, COUNT(rows), id, err);
}

static bool below(struct op *op, const char *id, text_list *out, struct error *err)
{
    bool row = true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RES_OF);
    query_text(&q, ":id", id);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        *LIST_PUSH(op->a, out) = query_str(&q, op->a, "id");
    }
}

static bool delete_all(struct op *op, const char *id, struct error *err)
{
    text_list ids = { 0 };
    if (!below(op, id, &ids, err))
        return false;
    for (size_t i = 0; i < ids.len; i++)
        if (!life_remove(op, ids.items[i], err))
            return false;
    return life_remove(op, id, err);
}

static bool job_done(struct op *op, const struct due *d, struct error *err)
{
    struct cloud *c = op->cloud;
    struct failure failure;
    if (!fail_of(op, d->id, &failure, err))
        return false;
    *LIST_PUSH(&c->ended_arena, &c->ended) = (struct ended_job){
        .at_ms = d->at_ms,
        .id = arena_strdup(&c->ended_arena, d->id),
        .code = failure.code ? arena_strdup(&c->ended_arena, failure.code) : NULL,
    };
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_JOB_DONE);
    query_text(&q, ":id", d->id);
    query_int(&q, ":at", d->at_ms);
    return query_run(&q, err);
}

enum { DAY_MS = 24 * 3600 * 1000 };

/* A creation that failed: a load balancer shows it for a day, all else is gone. */
static bool undo(struct op *op, const struct due *d, struct error *err)
{
    if (!text_begins(d->id, "alb-"))
        return delete_all(op, d->id, err);
    const struct due failed = { .id = d->id, .status = "CreateFailed" };
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_PENDING_INSERT);
    query_int(&q, ":at", d->at_ms + DAY_MS);
    query_text(&q, ":effect", "delete");
    query_text(&q, ":id", d->id);
    return query_run(&q, err) && settle(op, &failed, err);
}

static bool due_one(struct op *op, const struct due *d, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_PENDING_DELETE);
    query_int(&q, ":seq", d->seq);
    if (!query_run(&q, err))
        return false;
    if (text_is(d->effect, "settle"))
        return settle(op, d, err);
    if (text_is(d->effect, "undo"))
        return undo(op, d, err);
    if (text_is(d->effect, "delete"))
        return delete_all(op, d->id, err);
    return job_done(op, d, err);
}

static bool due_all(struct op *op, struct error *err)
{
    due_list due = { 0 };
    do {
        due = (due_list){ 0 };
        if (!due_read(op, &due, err))
            return false;
        for (size_t i = 0; i < due.len; i++)
            if (!due_one(op, &due.items[i], err))
                return false;
    } while (due.len > 0);
    return true;
}

bool life_run(struct cloud *c, int64_t now_ms, struct error *err)
{
    if (c->next_due_ms > now_ms)
        return true;
    struct arena arena CLEANUP(arena_done) = { 0 };
    struct op op = { .cloud = c, .db = c->db, .a = &arena, .now_ms = now_ms };
    if (!db_begin(c->db, err))
        return false;
    if (!due_all(&op, err) || !db_commit(c->db, err)) {
        db_rollback(c->db);
        return false;
    }
    return life_load(c, err);
}
