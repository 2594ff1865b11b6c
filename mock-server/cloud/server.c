/* server.c - the members of server groups.  A server is keyed by ServerId, ServerIp,
 * ServerType and Port; a group changes once at a time (alb-semantics.md §5, §6). */
#include <stdio.h>
#include <string.h>

#include "cloud_priv.h"

static void server_read(struct op *op, struct query *q, struct server *s)
{
    *s = (struct server){
        .seq = query_num(q, "seq"),
        .grp = query_str(q, op->a, "grp"),
        .id = query_str(q, op->a, "id"),
        .ip = query_str(q, op->a, "ip"),
        .type = query_str(q, op->a, "type"),
        .status = query_str(q, op->a, "status"),
        .description = query_str(q, op->a, "description"),
        .port = query_num(q, "port"),
        .weight = query_num(q, "weight"),
        .remote = query_num(q, "remote") != 0,
    };
}

bool server_rows_read(struct op *op, const char *group, server_rows *out, struct error *err)
{
    bool row = true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_SERVER_LIST);
    query_text(&q, ":grp", group);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        server_read(op, &q, LIST_PUSH(op->a, out));
    }
}

/* The type of server a group takes. */
static bool type_fits(const struct res *group, const char *type)
{
    if (text_is(group->variant, "Instance"))
        return text_is(type, "Ecs") || text_is(type, "Eni") || text_is(type, "Eci");
    return text_is(type, group->variant); /* Ip, Fc */
}

static bool interface_resolve(struct op *op, const struct res *group, struct server *s,
                              struct error *err)
{
    struct interface eni = neighbour_interface(op, s->id, s->ip);
    if (!eni.id)
        return refuse_missing(err, "Eni", s->id);
    if (!eni.has_ip)
        return refuse_illegal(err, "ServerIp");
    if (eni.vpc && !text_is(eni.vpc, group->vpc))
        return refuse(err, 400, "Mismatch.VpcId",
                      "The VpcId is mismatched for Eni [%s] and ServerGroup [%s].", s->id,
                      group->id);
    s->ip = eni.ip;
    return text_is(eni.status, "InUse") || refuse_status(err, "Eni", s->id);
}

/* Fills in the address of a server that is to be added, which must exist. */
static bool server_resolve(struct op *op, const struct res *group, struct server *s,
                           struct error *err)
{
    if (!type_fits(group, s->type))
        return refuse(err, 400, "Mismatch.ServerType",
                      "The ServerType is mismatched for ServerGroup [%s] and BackendServer [%s].",
                      group->id, s->id);
    if (s->ip && !check_ip(s->ip))
        return refuse_illegal(err, "ServerIp");
    if (text_is(s->type, "Fc"))
        s->ip = "";
    else if (text_is(s->type, "Ip")) {
        if (!check_ip(s->id) || (s->ip && strcmp(s->ip, s->id) != 0))
            return refuse_illegal(err, "ServerIp");
        s->ip = s->id;
    } else if (text_is(s->type, "Eni")) {
        return interface_resolve(op, group, s, err);
    } else {
        if (!neighbour_has_instance(op, s->id))
            return refuse_missing(err, s->type, s->id);
        if (!s->ip)
            s->ip = neighbour_instance_ip(op, s->id);
    }
    return true;
}

/* A server as told; the address may be missing. */
static bool server_told(const cJSON *told, struct server *s, struct error *err)
{
    *s = (struct server){
        .id = json_str(told, "ServerId"),
        .ip = json_str(told, "ServerIp"),
        .type = json_str(told, "ServerType"),
        .description = json_str(told, "Description"),
        .port = json_int(told, "Port", 0),
        .weight = json_int(told, "Weight", 100),
        .remote = json_true(told, "RemoteIpEnabled"),
    };
    if (!s->id)
        return refuse_absent(err, "ServerId");
    if (!s->port && !text_is(s->type, "Fc"))
        return refuse_absent(err, "Port");
    return !s->description
           || (!text_begins(s->description, "http://") && !text_begins(s->description, "https://"))
           || refuse_illegal(err, "Description");
}

static bool same_server(const struct server *have, const struct server *told)
{
    return have->port == told->port && strcmp(have->id, told->id) == 0
           && text_is(have->type, told->type)
           && (!told->ip || !*told->ip || strcmp(have->ip, told->ip) == 0);
}

static const struct server *server_find(const server_rows *rows, const struct server *told)
{
    for (size_t i = 0; i < rows->len; i++)
        if (same_server(&rows->items[i], told))
            return &rows->items[i];
    return NULL;
}

/* A group with its members, before a change of them. */
struct members {
    struct res group;
    server_rows have;
    server_rows added; /* by this call */
};

/* Is one of the servers told on its way in or out? */
static bool told_moving(const struct members *m, const cJSON *told)
{
    const cJSON *t = NULL;
    struct error ignored;
    struct server s;
    cJSON_ArrayForEach (t, told) {
        const struct server *have = server_told(t, &s, &ignored) ? server_find(&m->have, &s) : NULL;
        if (have && strcmp(have->status, "Available") != 0)
            return true;
    }
    return false;
}

/* Reads the group of a change and its members, and refuses it while another is in flight.
 * 'removed': the servers of which a moving one has a code of its own, or NULL. */
static bool members_take(struct op *op, const cJSON *removed, struct members *m, struct error *err)
{
    *m = (struct members){ 0 };
    if (!res_need_bare(op, RES_GROUP, op_str(op, "ServerGroupId"), &m->group, err)
        || !server_rows_read(op, m->group.id, &m->have, err))
        return false;
    if (is_status(&m->group, "Configuring") && removed && told_moving(m, removed))
        return refuse(err, 400, "ResourceInConfiguring.BackendServer",
                      "The specified resource of BackendServer is being configured, please try "
                      "again later.");
    return group_idle(&m->group, err);
}

static bool members_done(struct op *op, const struct members *m, struct error *err)
{
    return res_pass(op, m->group.id, "Configuring", "Available", err)
           && job_start(op, RES_GROUP, m->group.id, err);
}

static bool server_insert(struct op *op, const struct members *m, const struct server *s,
                          const char *status, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_SERVER_INSERT);
    query_text(&q, ":grp", m->group.id);
    query_text(&q, ":id", s->id);
    query_text(&q, ":ip", s->ip);
    query_text(&q, ":type", s->type);
    query_int(&q, ":port", s->port);
    query_int(&q, ":weight", s->weight);
    query_text(&q, ":status", status);
    query_int(&q, ":remote", s->remote);
    query_text(&q, ":description", s->description);
    return query_run(&q, err);
}

static bool server_add_one(struct op *op, struct members *m, const cJSON *told, const char *status,
                           struct error *err)
{
    struct server s;
    if (!server_told(told, &s, err) || !server_resolve(op, &m->group, &s, err))
        return false;
    if (server_find(&m->added, &s))
        return refuse(err, 400, "DuplicatedParam.BackendServer",
                      "The param of BackendServer is duplicated.");
    if (server_find(&m->have, &s))
        return refuse(err, 400, "Conflict.BackendServer",
                      "There is already BackendServer [%s] having the same configuration with "
                      "ServerGroup [%s].",
                      s.id, m->group.id);
    *LIST_PUSH(op->a, &m->added) = s;
    return server_insert(op, m, &s, status, err);
}

/* The quotas of the group and of every load balancer that uses it. */
static bool members_quota(struct op *op, const struct members *m, struct error *err)
{
    int64_t n = 0;
    text_list lbs = { 0 };
    struct res lb;
    text_list group = { 0 };
    *LIST_PUSH(op->a, &group) = m->group.id;
    if (!res_count(op, SQL_SERVER_COUNT, ":grp", m->group.id, &n, err)
        || !quota_check(op, QUOTA_GROUP_SERVERS, NULL, m->group.id, n, err)
        || !group_lbs(op, m->group.id, &lbs, err))
        return false;
    for (size_t i = 0; i < lbs.len; i++)
        if (!res_need_bare(op, RES_LB, lbs.items[i], &lb, err)
            || !quota_attached(op, &lb, &group, err))
            return false;
    return true;
}

static bool members_add(struct op *op, struct members *m, const cJSON *told, const char *status,
                        struct error *err)
{
    const cJSON *t = NULL;
    cJSON_ArrayForEach (t, told) {
        if (!server_add_one(op, m, t, status, err))
            return false;
    }
    return members_quota(op, m, err);
}

bool server_add(struct op *op, struct error *err)
{
    struct members m;
    return members_take(op, NULL, &m, err)
           && members_add(op, &m, json_get(op->params, "Servers"), "Adding", err)
           && members_done(op, &m, err);
}

/* Writes status, weight and description of a member. */
static bool server_write(struct op *op, const struct server *s, bool doomed, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_SERVER_CHANGE);
    query_int(&q, ":seq", s->seq);
    query_text(&q, ":status", s->status);
    query_int(&q, ":doomed", doomed);
    query_int(&q, ":weight", s->weight);
    query_text(&q, ":description", s->description);
    return query_run(&q, err);
}

/* The member that is told, a copy to be changed. */
static bool server_need(const struct members *m, const cJSON *told, struct server *s,
                        struct server *out, struct error *err)
{
    if (!server_told(told, s, err))
        return false;
    const struct server *have = server_find(&m->have, s);
    if (!have)
        return refuse_missing(err, "BackendServer", s->id);
    *out = *have;
    return true;
}

static bool members_remove(struct op *op, struct members *m, const cJSON *told, const char *status,
                           struct error *err)
{
    const cJSON *t = NULL;
    cJSON_ArrayForEach (t, told) {
        struct server s;
        struct server have = { 0 };
        if (!server_need(m, t, &s, &have, err))
            return false;
        have.status = status;
        if (!server_write(op, &have, true, err))
            return false;
    }
    return true;
}

bool server_remove(struct op *op, struct error *err)
{
    struct members m;
    const cJSON *told = json_get(op->params, "Servers");
    return members_take(op, told, &m, err) && members_remove(op, &m, told, "Removing", err)
           && members_done(op, &m, err);
}

bool server_replace(struct op *op, struct error *err)
{
    struct members m;
    const cJSON *removed = json_get(op->params, "RemovedServers");
    const cJSON *added = json_get(op->params, "AddedServers");
    return members_take(op, removed, &m, err) && members_remove(op, &m, removed, "Replacing", err)
           && members_add(op, &m, added, "Replacing", err) && members_done(op, &m, err);
}

static bool server_update_one(struct op *op, const struct members *m, const cJSON *told,
                              struct error *err)
{
    struct server s;
    struct server have = { 0 };
    if (!server_need(m, told, &s, &have, err))
        return false;
    have.status = "Configuring";
    have.weight = json_get(told, "Weight") ? s.weight : have.weight;
    have.description = s.description ? s.description : have.description;
    return server_write(op, &have, false, err);
}

enum { UPDATE_MAX = 40 }; /* what the prose says; the schema has 200 (§10) */

bool server_update(struct op *op, struct error *err)
{
    struct members m;
    const cJSON *told = json_get(op->params, "Servers");
    if (cJSON_GetArraySize(told) > UPDATE_MAX)
        return refuse(err, 400, "IllegalParamSize.Servers",
                      "The param size of Servers is illegal.");
    if (!members_take(op, NULL, &m, err))
        return false;
    const cJSON *t = NULL;
    cJSON_ArrayForEach (t, told) {
        if (!server_update_one(op, &m, t, err))
            return false;
    }
    return members_done(op, &m, err);
}

static void server_print(const struct server *s, cJSON *out)
{
    json_set_str(out, "Description", s->description);
    if (s->port)
        json_set_int(out, "Port", s->port);
    if (text_is(s->type, "Ip"))
        json_set_bool(out, "RemoteIpEnabled", s->remote);
    json_set_str(out, "ServerGroupId", s->grp);
    json_set_str(out, "ServerId", s->id);
    json_set_str(out, "ServerIp", *s->ip ? s->ip : NULL);
    json_set_str(out, "ServerType", s->type);
    json_set_str(out, "Status", s->status);
    json_set_int(out, "Weight", s->weight);
}

static bool id_wanted(const cJSON *ids, const char *id)
{
    bool found = false;
    const cJSON *i = NULL;
    cJSON_ArrayForEach (i, ids)
        found = found || text_is(text_of(i), id);
    return found;
}

/* How many the region has: counted again when a server changed or a group came or went. */
static bool region_total(struct op *op, int64_t *n, struct error *err)
{
    struct server_total *known = &op->cloud->servers;
    const struct cloud_changes *now = &op->cloud->changes;
    if (strcmp(known->region, op->region) != 0 || known->as_of.servers != now->servers
        || known->as_of.ids != now->ids) {
        struct query q CLEANUP(query_done) = db_query(op->db, SQL_SERVER_TOTAL);
        query_text(&q, ":region", op->region);
        if (!query_value(&q, &known->n, err))
            return false;
        (void)snprintf(known->region, sizeof known->region, "%s", op->region);
        known->as_of = *now;
    }
    *n = known->n;
    return true;
}

/* Those of the query on the page; 'until_full': nobody asks how many there are. */
static bool list_rows(struct op *op, struct query *q, struct page *page, bool until_full,
                      struct error *err)
{
    const cJSON *ids = op_list(op, "ServerIds");
    cJSON *servers = cJSON_AddArrayToObject(op->body, "Servers");
    struct server s;
    bool row = true;
    while (!(until_full && page->more)) {
        if (!query_next(q, &row, err))
            return false;
        if (!row)
            break;
        if ((ids && !id_wanted(ids, query_str(q, op->a, "id")))
            || !page_take(page, query_num(q, "seq")))
            continue;
        server_read(op, q, &s);
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(servers, one);
        server_print(&s, one);
    }
    return true;
}

/* A page of the whole region costs what is on it: it begins where the last one ended. */
static bool list_region(struct op *op, struct page *page, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_SERVER_REGION);
    query_text(&q, ":region", op->region);
    query_int(&q, ":after", page->after);
    return list_rows(op, &q, page, true, err) && region_total(op, &page->total, err);
}

static bool list_some(struct op *op, const char *group, const cJSON *tags, struct page *page,
                      struct error *err)
{
    const bool plain = group && !tags;
    struct query q CLEANUP(query_done) =
        db_query(op->db, plain ? SQL_SERVER_LIST : SQL_SERVER_REGION);
    query_text(&q, ":grp", group);
    if (!plain) {
        query_int(&q, ":after", 0);
        query_text(&q, ":region", op->region);
        query_text(&q, ":tags", op_text(op, tags));
    }
    return list_rows(op, &q, page, false, err);
}

bool server_list(struct op *op, struct error *err)
{
    struct page page;
    const char *group = op_str(op, "ServerGroupId");
    const cJSON *tags = op_tags(op);
    if (!page_begin(op, &page, err)
        || !(group || tags || op_list(op, "ServerIds") ? list_some(op, group, tags, &page, err)
                                                       : list_region(op, &page, err)))
        return false;
    page_end(op, &page, true);
    return true;
}
