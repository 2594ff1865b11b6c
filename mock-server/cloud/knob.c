/* knob.c - what an operator of the mock may set while it runs, beside the API: how long
 * changes take, what sticks, how late lists are, and which servers are healthy. */
#include "cloud_priv.h"

void cloud_set_pending(struct cloud *c, int64_t min_ms, int64_t max_ms)
{
    c->pending_ms = min_ms;
    c->pending_span_ms = max_ms > min_ms ? max_ms - min_ms : 0;
}

void cloud_set_list_lag(struct cloud *c, int64_t lag_ms)
{
    c->list_lag_ms = lag_ms > 0 ? lag_ms : 0;
}

static bool knob_value(struct cloud *c, enum sql sql, int64_t *value, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(c->db, sql);
    return query_value(&q, value, err);
}

bool knob_load(struct cloud *c, struct error *err)
{
    return knob_value(c, SQL_HELD_COUNT, &c->n_held, err)
           && knob_value(c, SQL_FAILING_COUNT, &c->n_failing, err)
           && knob_value(c, SQL_UNLISTED_LAST, &c->unlisted_until_ms, err);
}

static bool hold_write(struct cloud *c, int64_t now_ms, const char *what, bool on,
                       struct error *err)
{
    struct query put CLEANUP(query_done) = db_query(c->db, on ? SQL_HELD_PUT : SQL_HELD_DELETE);
    query_text(&put, ":what", what);
    if (!query_run(&put, err))
        return false;
    struct query move CLEANUP(query_done) =
        db_query(c->db, on ? SQL_PENDING_HOLD : SQL_PENDING_RELEASE);
    if (!on)
        query_int(&move, ":now", now_ms);
    return query_run(&move, err);
}

bool cloud_hold(struct cloud *c, int64_t now_ms, const char *what, bool on, struct error *err)
{
    if (!db_begin(c->db, err))
        return false;
    if (!hold_write(c, now_ms, what, on, err) || !db_commit(c->db, err)) {
        db_rollback(c->db);
        return false;
    }
    return knob_load(c, err) && life_load(c, err);
}

static bool lock_known(const char *type)
{
    static const char *const types[] = { "SecurityLocked", "RelatedResourceLocked",
                                         "FinancialLocked", "ResidualLocked" };
    for (size_t i = 0; i < COUNT(types); i++)
        if (!type || text_is(type, types[i]))
            return true;
    return false;
}

static bool lock_write(struct cloud *c, const struct cloud_lock *lock, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *locks CLEANUP(json_done) = cJSON_CreateArray();
    if (lock->type) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(locks, one);
        json_set_str(one, "LockReason", lock->reason);
        json_set_str(one, "LockType", lock->type);
    }
    struct query q CLEANUP(query_done) = db_query(c->db, SQL_LB_LOCK);
    query_text(&q, ":lb", lock->lb);
    query_text(&q, ":status", lock->type ? "Abnormal" : "Normal");
    query_text(&q, ":locks", json_canonical(&a, locks));
    return query_run(&q, err);
}

bool cloud_set_lock(struct cloud *c, const struct cloud_lock *lock, struct error *err)
{
    int64_t n = 0;
    struct query q CLEANUP(query_done) = db_query(c->db, SQL_LB_COUNT);
    query_text(&q, ":lb", lock->lb);
    if (!query_value(&q, &n, err))
        return false;
    if (n == 0 || !lock_known(lock->type))
        return error_set(err, ERROR_INVALID, "lock: there is no such load balancer or type");
    return lock_write(c, lock, err);
}

static bool health_known(const struct cloud_health *h)
{
    static const char *const states[] = { "Initial", "Unhealthy", "Unused", "Unavailable" };
    for (size_t i = 0; i < COUNT(states); i++)
        if (!h->status || text_is(h->status, states[i]))
            return true;
    return false;
}

bool cloud_set_health(struct cloud *c, const struct cloud_health *h, struct error *err)
{
    if (!h->group || !h->ip || !health_known(h))
        return error_set(err, ERROR_INVALID, "health of a server: group, ip or status is wrong");
    struct query q CLEANUP(query_done) =
        db_query(c->db, h->status ? SQL_HEALTH_PUT : SQL_HEALTH_DELETE);
    query_text(&q, ":grp", h->group);
    query_text(&q, ":ip", h->ip);
    query_int(&q, ":port", h->port);
    if (h->status) {
        query_text(&q, ":status", h->status);
        query_text(&q, ":reason", h->reason);
        query_text(&q, ":expected", h->expected);
        query_text(&q, ":actual", h->actual);
    }
    return query_run(&q, err);
}

bool knob_health(struct op *op, const struct server *s, struct cloud_health *out, struct error *err)
{
    bool row = false;
    *out = (struct cloud_health){ .group = s->grp, .ip = s->ip, .port = s->port };
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_HEALTH_GET);
    query_text(&q, ":grp", s->grp);
    query_text(&q, ":ip", s->ip);
    query_int(&q, ":port", s->port);
    if (!query_next(&q, &row, err))
        return false;
    if (!row)
        return true;
    out->status = query_str(&q, op->a, "status");
    out->reason = query_str(&q, op->a, "reason");
    out->expected = query_str(&q, op->a, "expected");
    out->actual = query_str(&q, op->a, "actual");
    return true;
}

bool knob_is_held(struct op *op, const char *id, bool *held, struct error *err)
{
    int64_t n = 0;
    *held = false;
    if (op->cloud->n_held == 0)
        return true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_HELD_GET);
    query_text(&q, ":id", id);
    if (!query_value(&q, &n, err))
        return false;
    *held = n > 0;
    return true;
}

bool knob_born(struct op *op, const char *id, struct error *err)
{
    struct cloud *c = op->cloud;
    int64_t until_ms = op->now_ms + c->list_lag_ms;
    if (c->list_lag_ms == 0)
        return true;
    struct query old CLEANUP(query_done) = db_query(op->db, SQL_UNLISTED_EXPIRE);
    query_int(&old, ":now", op->now_ms);
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_UNLISTED_PUT);
    query_text(&q, ":id", id);
    query_int(&q, ":until", until_ms);
    if (!query_run(&old, err) || !query_run(&q, err))
        return false;
    if (c->unlisted_until_ms < until_ms)
        c->unlisted_until_ms = until_ms;
    return true;
}

bool knob_listed(struct op *op, int64_t seq, bool *listed, struct error *err)
{
    int64_t n = 0;
    *listed = true;
    if (op->cloud->unlisted_until_ms <= op->now_ms)
        return true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_UNLISTED_GET);
    query_int(&q, ":seq", seq);
    query_int(&q, ":now", op->now_ms);
    if (!query_value(&q, &n, err))
        return false;
    *listed = n == 0;
    return true;
}
