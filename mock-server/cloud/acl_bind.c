/* acl_bind.c - which listener uses which ACL: bound, released, and shown from both sides
 * (alb-semantics.md §4 to §6).  All ACLs of a listener are of one type. */
#include "listener_priv.h"

bool acl_quotas(struct op *op, const char *listener, const char *lb, const char *edition,
                struct error *err)
{
    int64_t n = 0;
    return res_count(op, SQL_ENTRY_COUNT_LISTENER, ":listener", listener, &n, err)
           && quota_check(op, QUOTA_LISTENER_ENTRIES, edition, listener, n, err)
           && res_count(op, SQL_ENTRY_COUNT_LB, ":lb", lb, &n, err)
           && quota_check(op, QUOTA_LB_ENTRIES, edition, lb, n, err);
}

/* What a listener has of an ACL: '*status' NULL when nothing; '*type' is that of all its
 * ACLs that stay, NULL without any. */
struct bound {
    const char *status;
    const char *type;
};

static bool bound_get(struct op *op, const char *listener, const char *acl, struct bound *out,
                      struct error *err)
{
    bool row = true;
    *out = (struct bound){ 0 };
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RELATION_OF_LISTENER);
    query_text(&q, ":listener", listener);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        if (text_is(query_str(&q, op->a, "acl"), acl))
            out->status = query_str(&q, op->a, "status");
        if (!text_is(query_str(&q, op->a, "status"), "Dissociating"))
            out->type = query_str(&q, op->a, "type");
    }
}

static bool bind_one(struct op *op, const struct res *listener, const char *id, struct error *err)
{
    struct res acl;
    struct bound bound;
    int64_t n = 0;
    const char *type = op_str(op, "AclType");
    if (!res_need(op, RES_ACL, id, &acl, err) || !bound_get(op, listener->id, acl.id, &bound, err))
        return false;
    if (!is_status(&acl, "Available"))
        return refuse_status(err, "Acl", acl.id);
    if (bound.status)
        return refuse(err, 400, "ResourceInUse.Acl", "The specified resource Acl [%s] is in use.",
                      acl.id);
    if (bound.type && !text_is(bound.type, type))
        return refuse_denied(err, "AclNotSupport");
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RELATION_INSERT);
    query_text(&q, ":acl", acl.id);
    query_text(&q, ":listener", listener->id);
    query_text(&q, ":lb", listener->lb);
    query_text(&q, ":type", type);
    return query_run(&q, err) && res_count(op, SQL_RELATION_COUNT_ACL, ":acl", acl.id, &n, err)
           && quota_check(op, QUOTA_ACL_LISTENERS, NULL, acl.id, n, err);
}

/* No entry may come from two ACLs of one listener. */
static bool entries_differ(struct op *op, const char *listener, struct error *err)
{
    bool row = false;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_ENTRY_TWICE);
    query_text(&q, ":listener", listener);
    if (!query_next(&q, &row, err))
        return false;
    return !row
           || refuse(err, 400, "ResourceAlreadyExist.AclEntry",
                     "The specified resource AclEntry [%s] already exists.",
                     query_str(&q, op->a, "entry"));
}

bool acl_bind(struct op *op, struct error *err)
{
    struct listener_at at;
    int64_t n = 0;
    if (!op_str(op, "AclType"))
        return refuse_absent(err, "AclType");
    if (!listener_need(op, &at, err) || !listener_idle(&at.listener, "Running", true, err))
        return false;
    if (cJSON_GetArraySize(json_get(at.lb.body, "SecurityGroupIds")) > 0)
        return refuse_denied(err, "LoadBalancerJoinedSecurityGroupNotSupportAcl");
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, json_get(op->params, "AclIds")) {
        if (!bind_one(op, &at.listener, text_of(id), err))
            return false;
    }
    return res_count(op, SQL_RELATION_COUNT_LISTENER, ":listener", at.listener.id, &n, err)
           && quota_check(op, QUOTA_LISTENER_ACLS, NULL, at.listener.id, n, err)
           && entries_differ(op, at.listener.id, err)
           && acl_quotas(op, at.listener.id, at.lb.id, at.lb.variant, err)
           && listener_pass(op, &at.listener, err)
           && job_start(op, RES_LISTENER, at.listener.id, err);
}

/* The lock of an ACL is taken while it comes to or leaves another listener. */
static bool acl_unlocked(struct op *op, const struct res *listener, const char *acl,
                         struct error *err)
{
    int64_t moving = 0;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RELATION_MOVING);
    query_text(&q, ":acl", acl);
    query_text(&q, ":listener", listener->id);
    if (!query_value(&q, &moving, err))
        return false;
    return moving == 0 || refuse(err, 400, "LockFailed", "The specified resource lock failed.");
}

static bool unbind_one(struct op *op, const struct res *listener, const char *id, struct error *err)
{
    struct res acl;
    struct bound bound;
    if (!res_get(op, RES_ACL, id, &acl, err) || !bound_get(op, listener->id, id, &bound, err))
        return false;
    if (!bound.status)
        return refuse(err, 404, "ResourceNotAssociated.Acl",
                      "The specified resource Acl [%s] is not associated.", id ? id : "");
    if (!acl.id || !is_status(&acl, "Available"))
        return refuse_status(err, "Acl", id);
    if (!acl_unlocked(op, listener, id, err))
        return false;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RELATION_DOOM);
    query_text(&q, ":listener", listener->id);
    query_text(&q, ":acl", id);
    return query_run(&q, err);
}

bool acl_unbind(struct op *op, struct error *err)
{
    struct listener_at at;
    if (!listener_need(op, &at, err))
        return false;
    if (is_status(&at.listener, "Configuring"))
        return refuse(err, 400, "ResourceInConfiguring",
                      "The specified resource of Listener [%s] is being configured. Please try "
                      "again later.",
                      at.listener.id);
    if (!listener_idle(&at.listener, "Running", true, err))
        return false;
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, json_get(op->params, "AclIds")) {
        if (!unbind_one(op, &at.listener, text_of(id), err))
            return false;
    }
    return listener_pass(op, &at.listener, err) && job_start(op, RES_LISTENER, at.listener.id, err);
}

static bool related_listeners(struct op *op, const char *acl, cJSON *out, struct error *err)
{
    bool row = true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RELATION_OF_ACL);
    query_text(&q, ":acl", acl);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(out, one);
        json_set_str(one, "ListenerId", query_str(&q, op->a, "listener"));
        json_set_int(one, "ListenerPort", query_num(&q, "port"));
        json_set_str(one, "ListenerProtocol", query_str(&q, op->a, "protocol"));
        json_set_str(one, "LoadBalancerId", query_str(&q, op->a, "lb"));
        json_set_str(one, "Status", query_str(&q, op->a, "status"));
    }
}

bool acl_relations(struct op *op, struct error *err)
{
    struct res acl;
    cJSON *relations = cJSON_AddArrayToObject(op->body, "AclRelations");
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, json_get(op->params, "AclIds")) {
        if (!res_need(op, RES_ACL, text_of(id), &acl, err))
            return false;
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(relations, one);
        json_set_str(one, "AclId", acl.id);
        if (!related_listeners(op, acl.id, cJSON_AddArrayToObject(one, "RelatedListeners"), err))
            return false;
    }
    return true;
}

bool acl_print_config(struct op *op, const char *listener, cJSON *out, struct error *err)
{
    bool row = true;
    cJSON *config = op_own(op, cJSON_CreateObject());
    cJSON *relations = cJSON_AddArrayToObject(config, "AclRelations");
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RELATION_OF_LISTENER);
    query_text(&q, ":listener", listener);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            break;
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(relations, one);
        json_set_str(one, "AclId", query_str(&q, op->a, "acl"));
        json_set_str(one, "Status", query_str(&q, op->a, "status"));
        json_set_str(config, "AclType", query_str(&q, op->a, "type"));
    }
    if (relations->child)
        json_set(out, "AclConfig", config);
    return true;
}
