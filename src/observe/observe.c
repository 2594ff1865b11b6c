/* observe.c - the reads of a sweep.
 *
 * First the load balancers by tag and the server groups by tag; then, as their ids are
 * known, attributes, listeners, rules and servers, as many ids a call as ALB takes (20,
 * alb-semantics.md §8).  Pages follow one another; different lists are read side by side. */
#include "alb-agent/observe.h"

#include <string.h>

#include "alb-agent/json.h"
#include "observe_priv.h"

enum { IDS_PER_CALL = 20 };

enum read_kind {
    READ_LBS,
    READ_LB,
    READ_LISTENERS,
    READ_CERTS,
    READ_RULES,
    READ_GROUPS,
    READ_SERVERS
};

struct read {
    uint64_t id; /* of the call in flight, 0 when done */
    enum read_kind kind;
    alb_params params;   /* of the page in flight                     */
    const char *subject; /* the listener of READ_CERTS, else NULL     */
};

struct observe {
    struct arena arena;
    struct observe_in in;
    struct seen seen;
    LIST_OF(struct read) reads;
    size_t in_flight;
    size_t lb_lists; /* lists of load balancers that have not ended */
    bool failed;
    struct error err; /* the first failure */
};

static const char *const read_actions[] = {
    [READ_LBS] = "ListLoadBalancers",
    [READ_LB] = "GetLoadBalancerAttribute",
    [READ_LISTENERS] = "ListListeners",
    [READ_CERTS] = "ListListenerCertificates",
    [READ_RULES] = "ListRules",
    [READ_GROUPS] = "ListServerGroups",
    [READ_SERVERS] = "ListServerGroupServers",
};

static void param(struct observe *o, alb_params *p, const char *name, const char *value)
{
    *LIST_PUSH(&o->arena, p) = (struct alb_param){ name, value };
}

static void fail(struct observe *o, const struct error *err)
{
    if (!o->failed)
        o->err = *err;
    o->failed = true;
}

/* Begins the call of a read, or its next page. */
static void read_begin(struct observe *o, struct read *r)
{
    struct error err;
    r->id = alb_begin(o->in.alb, read_actions[r->kind], &r->params, false, &err);
    if (r->id)
        o->in_flight++;
    else
        fail(o, &err);
}

static void read_start(struct observe *o, enum read_kind kind, const alb_params *params,
                       const char *subject)
{
    struct read *r = LIST_PUSH(&o->arena, &o->reads);
    *r = (struct read){ .kind = kind, .params = *params, .subject = subject };
    if (kind != READ_LB)
        param(o, &r->params, "MaxResults", "100");
    read_begin(o, r);
}

static void read_by_ids(struct observe *o, enum read_kind kind, const char *const *ids, size_t n,
                        const char *direction)
{
    for (size_t i = 0; i < n; i += IDS_PER_CALL) {
        alb_params p = { 0 };
        for (size_t j = i; j < n && j < i + IDS_PER_CALL; j++)
            param(o, &p, arena_fmt(&o->arena, "LoadBalancerIds.%zu", j - i + 1), ids[j]);
        if (direction)
            param(o, &p, "Direction", direction);
        read_start(o, kind, &p, NULL);
    }
}

/* All load balancers are known: reads what is under ours. */
static void read_under_lbs(struct observe *o)
{
    LIST_OF(const char *) ids = { 0 };
    for (size_t i = 0; i < o->seen.lbs.len; i++) {
        const struct alb_load_balancer *lb = &o->seen.lbs.items[i];
        if (!lb_name_of(&o->in, lb))
            continue;
        *LIST_PUSH(&o->arena, &ids) = lb->id;
        alb_params p = { 0 };
        param(o, &p, "LoadBalancerId", lb->id);
        read_start(o, READ_LB, &p, NULL);
    }
    read_by_ids(o, READ_LISTENERS, ids.items, ids.len, NULL);
    /* Priorities are unique over both directions (design.md §5). */
    read_by_ids(o, READ_RULES, ids.items, ids.len, "Request");
    read_by_ids(o, READ_RULES, ids.items, ids.len, "Response");
}

/* ---- taking replies ------------------------------------------------------------------ */

static void decode(struct observe *o, const struct schema *s, void *obj, const cJSON *item)
{
    struct error ignored; /* a lenient reading cannot fail */
    (void)!schema_from_json(&o->arena, s, obj, item, SCHEMA_LENIENT, &ignored);
}

/* Reads a load balancer over what was read of it before: one may be in the list by tag, in
 * that by id, and have its attributes read. */
static void take_lb(struct observe *o, const cJSON *item)
{
    const char *id = json_str(item, "LoadBalancerId");
    if (!id)
        return;
    struct alb_load_balancer *lb = NULL;
    for (size_t i = 0; i < o->seen.lbs.len && !lb; i++)
        if (!strcmp(o->seen.lbs.items[i].id, id))
            lb = &o->seen.lbs.items[i];
    decode(o, &alb_load_balancer_schema, lb ? lb : LIST_PUSH(&o->arena, &o->seen.lbs), item);
}

static void take_listener(struct observe *o, const cJSON *item)
{
    struct alb_listener *l = LIST_PUSH(&o->arena, &o->seen.listeners);
    decode(o, &alb_listener_schema, l, item);
    if (l->protocol == ALB_PROTOCOL_HTTP || !l->id)
        return;
    alb_params p = { 0 };
    param(o, &p, "ListenerId", l->id);
    read_start(o, READ_CERTS, &p, l->id);
}

static void take_server(struct observe *o, const cJSON *item)
{
    struct seen_server *s = LIST_PUSH(&o->arena, &o->seen.servers);
    const char *group = json_str(item, "ServerGroupId");
    s->group_id = arena_strdup(&o->arena, group ? group : "");
    decode(o, &alb_server_schema, &s->server, item);
}

static void take_cert(struct observe *o, const char *listener, const cJSON *item)
{
    const char *id = json_str(item, "CertificateId"), *type = json_str(item, "CertificateType");
    if (id)
        *LIST_PUSH(&o->arena, &o->seen.certs) = (struct seen_cert){
            .listener_id = listener,
            .cert_id = arena_strdup(&o->arena, id),
            .is_default = cJSON_IsTrue(json_get(item, "IsDefault")),
            .is_ca = type && !strcmp(type, "Ca"),
        };
}

static void take_item(struct observe *o, enum read_kind kind, const char *subject,
                      const cJSON *item)
{
    switch (kind) {
    case READ_LB:
    case READ_LBS: take_lb(o, item); return;
    case READ_LISTENERS: take_listener(o, item); return;
    case READ_RULES:
        decode(o, &alb_rule_schema, LIST_PUSH(&o->arena, &o->seen.rules), item);
        return;
    case READ_GROUPS:
        decode(o, &alb_server_group_schema, LIST_PUSH(&o->arena, &o->seen.groups), item);
        return;
    case READ_SERVERS: take_server(o, item); return;
    case READ_CERTS: take_cert(o, subject, item); return;
    }
}

static const char *const item_lists[] = {
    [READ_LBS] = "LoadBalancers",  [READ_LB] = "",         [READ_LISTENERS] = "Listeners",
    [READ_CERTS] = "Certificates", [READ_RULES] = "Rules", [READ_GROUPS] = "ServerGroups",
    [READ_SERVERS] = "Servers",
};

/* The servers of all groups of the region in one list, or each group's own, whichever
 * takes fewer calls as far as the first page tells. */
static bool by_group_is_cheaper(const struct observe *o, const cJSON *page)
{
    int64_t total = json_int(page, "TotalCount", 0);
    return total > 100 && (size_t)(total / 100) > o->seen.groups.len;
}

static void read_servers_by_group(struct observe *o)
{
    o->seen.servers.len = 0;
    for (size_t i = 0; i < o->seen.groups.len; i++) {
        alb_params p = { 0 };
        param(o, &p, "ServerGroupId", o->seen.groups.items[i].id);
        read_start(o, READ_SERVERS, &p, o->seen.groups.items[i].id);
    }
}

static void list_ended(struct observe *o, enum read_kind kind)
{
    alb_params none = { 0 };
    if (kind == READ_LBS && --o->lb_lists == 0 && !o->failed)
        read_under_lbs(o);
    if (kind == READ_GROUPS && o->seen.groups.len && !o->failed)
        read_start(o, READ_SERVERS, &none, NULL);
}

static void take_page(struct observe *o, size_t at, const cJSON *page)
{
    enum read_kind kind = o->reads.items[at].kind;
    const char *subject = o->reads.items[at].subject;
    if (kind == READ_LB) {
        take_lb(o, page);
        return;
    }
    const cJSON *item;
    cJSON_ArrayForEach (item, json_get(page, item_lists[kind]))
        take_item(o, kind, subject, item);
    if (kind == READ_SERVERS && !subject && by_group_is_cheaper(o, page)) {
        read_servers_by_group(o);
        return;
    }
    bool more;
    struct error err;
    if (!alb_page_next(&o->arena, page, &o->reads.items[at].params, &more, &err))
        fail(o, &err);
    else if (more)
        read_begin(o, &o->reads.items[at]);
    else
        list_ended(o, kind);
}

bool observe_take(struct observe *o, const struct alb_result *result)
{
    for (size_t i = 0; i < o->reads.len; i++) {
        if (o->reads.items[i].id != result->id)
            continue;
        o->reads.items[i].id = 0;
        o->in_flight--;
        if (!result->ok)
            fail(o, &result->err);
        else if (!o->failed)
            take_page(o, i, result->reply);
        return true;
    }
    return false;
}

bool observe_busy(const struct observe *o)
{
    return o->in_flight > 0;
}

bool observe_new(struct observe **out, const struct observe_in *in, struct error *err)
{
    (void)err;
    struct arena mem = { 0 };
    struct observe *o = arena_alloc(&mem, sizeof *o);
    o->arena = mem;
    o->in = *in;
    alb_params lbs = { 0 }, groups = { 0 };
    /* Any value: a load balancer of another cluster with our AlbConfig's name must stop us. */
    param(o, &lbs, "Tag.1.Key", TAG_ALBCONFIG);
    param(o, &groups, "Tag.1.Key", TAG_CLUSTER);
    param(o, &groups, "Tag.1.Value", tag_escape(&o->arena, in->cluster_id));
    o->lb_lists = 1;
    read_start(o, READ_LBS, &lbs, NULL);
    read_start(o, READ_GROUPS, &groups, NULL);
    for (size_t i = 0; i < in->n_lbs; i++)
        if (in->lbs[i].reuse_id) {
            alb_params p = { 0 };
            param(o, &p, "LoadBalancerIds.1", in->lbs[i].reuse_id);
            o->lb_lists++;
            read_start(o, READ_LBS, &p, NULL);
        }
    *out = o;
    return true;
}

void observe_free(struct observe *o)
{
    if (!o)
        return;
    struct arena mem = o->arena; /* it lives in it */
    arena_done(&mem);
}

bool observe_result(struct observe *o, struct arena *a, int64_t now_ms, struct model *out,
                    struct error *err)
{
    if (o->failed) {
        *err = o->err;
        return error_wrap(err, "reading the load balancers of cluster '%s'", o->in.cluster_id);
    }
    return rows_from_seen(a, &o->in, &o->seen, now_ms, out, err);
}
