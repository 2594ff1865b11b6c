/* res.c - all that has an id and a state, as rows: reading, writing, passing states, and
 * how many there are. */
#include <string.h>

#include "cloud_priv.h"

/* clang-format off */
const char *const res_kind_names[RES_KINDS] = {
    [RES_LB] = "LoadBalancer",
    [RES_LISTENER] = "Listener",
    [RES_RULE] = "Rule",
    [RES_GROUP] = "ServerGroup",
    [RES_ACL] = "Acl",
    [RES_POLICY] = "SecurityPolicy",
    [RES_TEMPLATE] = "HealthCheckTemplate",
    [RES_SCRIPT] = "AScript",
};
const char *const res_type_names[RES_KINDS] = {
    [RES_LB] = "loadbalancer",
    [RES_LISTENER] = "listener",
    [RES_RULE] = "rule",
    [RES_GROUP] = "servergroup",
    [RES_ACL] = "acl",
    [RES_POLICY] = "securitypolicy",
    [RES_TEMPLATE] = "healthchecktemplate",
    [RES_SCRIPT] = "ascript",
};
/* clang-format on */

static void res_read_bare(struct op *op, struct query *q, struct res *out)
{
    *out = (struct res){
        .seq = query_num(q, "seq"),
        .id = query_str(q, op->a, "id"),
        .region = query_str(q, op->a, "region"),
        .kind = query_str(q, op->a, "kind"),
        .parent = query_str(q, op->a, "parent"),
        .lb = query_str(q, op->a, "lb"),
        .name = query_str(q, op->a, "name"),
        .status = query_str(q, op->a, "status"),
        .variant = query_str(q, op->a, "variant"),
        .vpc = query_str(q, op->a, "vpc"),
        .number = query_num(q, "number"),
    };
}

static void res_read(struct op *op, struct query *q, struct res *out)
{
    res_read_bare(op, q, out);
    out->body = op_parse(op, query_str(q, op->a, "body"));
}

typedef void res_read_fn(struct op *op, struct query *q, struct res *out);

static bool res_find(struct op *op, enum res_kind kind, const char *id, res_read_fn *read,
                     struct res *out, struct error *err)
{
    *out = (struct res){ 0 };
    bool row = false;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RES_GET);
    query_text(&q, ":id", id);
    if (!query_next(&q, &row, err))
        return false;
    if (row)
        read(op, &q, out);
    if (row && (!text_is(out->kind, res_kind_names[kind]) || !text_is(out->region, op->region)))
        *out = (struct res){ 0 };
    return true;
}

bool res_get(struct op *op, enum res_kind kind, const char *id, struct res *out, struct error *err)
{
    return res_find(op, kind, id, res_read, out, err);
}

bool res_need_bare(struct op *op, enum res_kind kind, const char *id, struct res *out,
                   struct error *err)
{
    if (!res_find(op, kind, id, res_read_bare, out, err))
        return false;
    return out->id || refuse_missing(err, res_kind_names[kind], id);
}

bool res_need(struct op *op, enum res_kind kind, const char *id, struct res *out, struct error *err)
{
    if (!res_get(op, kind, id, out, err))
        return false;
    return out->id || refuse_missing(err, res_kind_names[kind], id);
}

bool res_by_seq(struct op *op, int64_t seq, struct res *out, struct error *err)
{
    bool row = false;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RES_BY_SEQ);
    query_int(&q, ":seq", seq);
    if (!query_next(&q, &row, err))
        return false;
    if (!row)
        return error_set(err, ERROR_BUG, "resource %lld is gone", (long long)seq);
    res_read(op, &q, out);
    return true;
}

bool res_insert(struct op *op, enum res_kind kind, const struct res *r, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RES_INSERT);
    query_text(&q, ":region", op->region);
    query_text(&q, ":kind", res_kind_names[kind]);
    query_text(&q, ":id", r->id);
    query_text(&q, ":parent", r->parent);
    query_text(&q, ":lb", r->lb);
    query_text(&q, ":name", r->name);
    query_text(&q, ":status", r->status);
    query_text(&q, ":variant", r->variant);
    query_text(&q, ":vpc", r->vpc);
    query_int(&q, ":number", r->number);
    query_text(&q, ":body", op_text(op, r->body));
    return query_run(&q, err) && knob_born(op, r->id, err);
}

bool res_update(struct op *op, const struct res *r, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RES_UPDATE);
    query_text(&q, ":id", r->id);
    query_text(&q, ":name", r->name);
    query_text(&q, ":variant", r->variant);
    query_int(&q, ":number", r->number);
    query_text(&q, ":body", op_text(op, r->body));
    return query_run(&q, err);
}

static bool res_status(struct op *op, enum sql sql, const char *id, const char *status,
                       struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, sql);
    query_text(&q, ":id", id);
    query_text(&q, ":status", status);
    return query_run(&q, err);
}

bool res_pass(struct op *op, const char *id, const char *now, const char *then, struct error *err)
{
    return res_status(op, SQL_RES_STATUS, id, now, err) && life_later(op, "settle", id, then, err);
}

bool res_doom(struct op *op, const struct res *r, struct error *err)
{
    return res_status(op, SQL_RES_STATUS, r->id, "Deleting", err)
           && res_status(op, SQL_RES_STATUS_OF_PARENT, r->id, "Deleting", err)
           && res_status(op, SQL_RES_STATUS_OF_LB, r->id, "Deleting", err)
           && life_later(op, "delete", r->id, NULL, err);
}

bool res_count(struct op *op, enum sql sql, const char *key, const char *value, int64_t *count,
               struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, sql);
    query_text(&q, key, value);
    return query_value(&q, count, err);
}

bool res_room(struct op *op, enum res_kind kind, enum quota quota, struct error *err)
{
    int64_t have = 0;
    if (quota_is_off(op, quota, NULL))
        return true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RES_COUNT_KIND);
    query_text(&q, ":region", op->region);
    query_text(&q, ":kind", res_kind_names[kind]);
    return query_value(&q, &have, err) && quota_check(op, quota, NULL, NULL, have + 1, err);
}

bool is_status(const struct res *r, const char *status)
{
    return strcmp(r->status, status) == 0;
}
