/* observe.c - the reads of a sweep, but for those of access lists (acl.c) and scripts (script.c).
 *
 * First the load balancers by tag and the server groups by tag; then, as their ids are
 * known, attributes, listeners, rules and servers, as many ids a call as ALB takes (20,
 * alb-semantics.md §8).  Pages follow one another; different lists are read side by side. */
#include "alb-agent/observe.h"

#include <string.h>

#include "alb-agent/alb_request.h"
#include "observe_priv.h"

enum { IDS_PER_CALL = 20 };

static const char *const read_actions[] = {
    [READ_LBS] = "ListLoadBalancers",
    [READ_LB] = "GetLoadBalancerAttribute",
    [READ_LISTENERS] = "ListListeners",
    [READ_CERTS] = "ListListenerCertificates",
    [READ_RULES] = "ListRules",
    [READ_GROUPS] = "ListServerGroups",
    [READ_BORROWED] = "ListServerGroups",
    [READ_SERVERS] = "ListServerGroupServers",
    [READ_TAGGED_ACLS] = "ListAcls",
    [READ_LISTENER] = "GetListenerAttribute",
    [READ_ACLS] = "ListAcls",
    [READ_ENTRIES] = "ListAclEntries",
    [READ_RELATIONS] = "ListAclRelations",
    [READ_SCRIPTS] = "ListAScripts",
};

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
    r->id = alb_begin(o->in.alb, read_actions[r->kind], &r->params,
                      o->in.background ? ALB_BACKGROUND : ALB_NORMAL, &err);
    if (r->id)
        o->in_flight++;
    else
        fail(o, &err);
}

void read_start(struct observe *o, enum read_kind kind, const alb_params *params,
                const char *subject)
{
    struct read *r = LIST_PUSH(&o->arena, &o->reads);
    *r = (struct read){ .kind = kind, .params = *params, .subject = subject };
    read_begin(o, r);
}

static const struct alb_page_query LONG_PAGES = { .max_results = { 100, true } };

static void read_lb(struct observe *o, const char *id)
{
    const alb_params p =
        alb_get_load_balancer_attribute_params(&o->arena, &(struct alb_read_by_id){ id });
    read_start(o, READ_LB, &p, NULL);
}

static void read_lbs(struct observe *o, struct alb_load_balancer_query q)
{
    q.page = LONG_PAGES;
    const alb_params p = alb_list_load_balancers_params(&o->arena, &q);
    o->lb_lists++;
    read_start(o, READ_LBS, &p, NULL);
}

static void read_listeners(struct observe *o, alb_ids lbs)
{
    const struct alb_listener_query q = { .lb_ids = lbs, .page = LONG_PAGES };
    const alb_params p = alb_list_listeners_params(&o->arena, &q);
    read_start(o, READ_LISTENERS, &p, NULL);
}

static void read_certs(struct observe *o, const char *listener)
{
    const struct alb_cert_query q = { .listener_id = listener, .page = LONG_PAGES };
    const alb_params p = alb_list_listener_certificates_params(&o->arena, &q);
    read_start(o, READ_CERTS, &p, listener);
}

static void read_rules(struct observe *o, alb_ids lbs, enum alb_direction direction)
{
    const struct alb_rule_query q = { .lb_ids = lbs, .direction = direction, .page = LONG_PAGES };
    const alb_params p = alb_list_rules_params(&o->arena, &q);
    read_start(o, READ_RULES, &p, NULL);
}

static void read_servers(struct observe *o, const char *group)
{
    const struct alb_server_query q = { .group_id = group, .page = LONG_PAGES };
    const alb_params p = alb_list_server_group_servers_params(&o->arena, &q);
    read_start(o, READ_SERVERS, &p, group);
}

/* All load balancers are known: reads what is under ours. */
static void read_under_lbs(struct observe *o)
{
    alb_ids ids = { 0 };
    for (size_t i = 0; i < o->seen.lbs.len; i++) {
        const struct alb_load_balancer *lb = &o->seen.lbs.items[i];
        if (!lb_name_of(&o->in, lb))
            continue;
        *LIST_PUSH(&o->arena, &ids) = lb->id;
        read_lb(o, lb->id);
    }
    for (size_t i = 0; i < ids.len; i += IDS_PER_CALL) {
        size_t left = ids.len - i;
        alb_ids some = { ids.items + i, left < IDS_PER_CALL ? left : IDS_PER_CALL };
        read_listeners(o, some);
        /* Priorities are unique over both directions (design.md §5). */
        read_rules(o, some, ALB_DIRECTION_REQUEST);
        read_rules(o, some, ALB_DIRECTION_RESPONSE);
    }
}

static void read_tagged_groups(struct observe *o, struct alb_tag *tags, size_t n)
{
    const struct alb_server_group_query q = { .tags = { tags, n }, .page = LONG_PAGES };
    const alb_params p = alb_list_server_groups_params(&o->arena, &q);
    o->group_lists++;
    read_start(o, READ_GROUPS, &p, NULL);
}

/* ---- borrowed groups ----------------------------------------------------------------- */

bool is_read_as_borrowed(const struct observe_in *in, const struct resource *r)
{
    return resource_is_borrowed(r) && (!in->only || !strcmp(in->only, r->lb));
}

static void add_borrowed(struct observe *o, const struct model *m, struct map *seen, alb_ids *ids)
{
    for (size_t i = 0; m && i < m->rows.len; i++) {
        const struct resource *r = &m->rows.items[i];
        if (!is_read_as_borrowed(&o->in, r) || map_get(seen, r->key))
            continue;
        map_put(seen, r->key, o);
        *LIST_PUSH(&o->arena, ids) = arena_strdup(&o->arena, r->key);
    }
}

/* They may carry no tag of ours, so they are asked for by id. */
static void read_borrowed(struct observe *o)
{
    struct map seen CLEANUP(map_done) = { 0 };
    alb_ids ids = { 0 };
    add_borrowed(o, o->in.wanted, &seen, &ids);
    add_borrowed(o, o->in.known, &seen, &ids);
    for (size_t i = 0; i < ids.len; i += IDS_PER_CALL) {
        const size_t left = ids.len - i;
        const struct alb_server_group_query q = {
            .ids = { ids.items + i, left < IDS_PER_CALL ? left : IDS_PER_CALL },
            .page = LONG_PAGES,
        };
        const alb_params p = alb_list_server_groups_params(&o->arena, &q);
        o->group_lists++;
        read_start(o, READ_BORROWED, &p, NULL);
    }
}

static bool is_listed(const struct observe *o, const char *group)
{
    for (size_t i = 0; i < o->seen.groups.len; i++)
        if (o->seen.groups.items[i].id && !strcmp(o->seen.groups.items[i].id, group))
            return true;
    return false;
}

/* ---- taking replies ------------------------------------------------------------------ */

/* What is read of a load balancer replaces what was read of it before: one may be in the list
 * by tag, in that by id, and have its attributes read. */
static void take_lb(struct observe *o, const struct alb_load_balancer *lb)
{
    if (!lb->id)
        return;
    struct alb_load_balancer *known = NULL;
    for (size_t i = 0; i < o->seen.lbs.len && !known; i++)
        if (!strcmp(o->seen.lbs.items[i].id, lb->id))
            known = &o->seen.lbs.items[i];
    *(known ? known : LIST_PUSH(&o->arena, &o->seen.lbs)) = *lb;
}

static void take_lbs(struct observe *o, const cJSON *page)
{
    struct alb_load_balancer_list l;
    alb_list_load_balancers_read(&o->arena, page, &l);
    for (size_t i = 0; i < l.items.len; i++)
        take_lb(o, &l.items.items[i]);
}

static void take_listeners(struct observe *o, const cJSON *page)
{
    struct alb_listener_list l;
    alb_list_listeners_read(&o->arena, page, &l);
    for (size_t i = 0; i < l.items.len; i++) {
        const struct alb_listener *listener = &l.items.items[i];
        *LIST_PUSH(&o->arena, &o->seen.listeners) = *listener;
        if (listener->protocol != ALB_PROTOCOL_HTTP && listener->id)
            read_certs(o, listener->id);
    }
}

static void take_certs(struct observe *o, const char *listener, const cJSON *page)
{
    struct alb_cert_list l;
    alb_list_listener_certificates_read(&o->arena, page, &l);
    for (size_t i = 0; i < l.items.len; i++)
        if (l.items.items[i].id)
            *LIST_PUSH(&o->arena, &o->seen.certs) =
                (struct seen_cert){ listener, l.items.items[i] };
}

static void take_rules(struct observe *o, const cJSON *page)
{
    struct alb_rule_list l;
    alb_list_rules_read(&o->arena, page, &l);
    for (size_t i = 0; i < l.items.len; i++)
        *LIST_PUSH(&o->arena, &o->seen.rules) = l.items.items[i];
}

static void take_groups(struct observe *o, enum read_kind kind, const cJSON *page)
{
    struct alb_server_group_list l;
    alb_list_server_groups_read(&o->arena, page, &l);
    for (size_t i = 0; i < l.items.len; i++)
        if (kind == READ_GROUPS)
            *LIST_PUSH(&o->arena, &o->seen.groups) = l.items.items[i];
        else
            *LIST_PUSH(&o->arena, &o->seen.borrowed) = l.items.items[i];
}

static void take_servers(struct observe *o, const cJSON *page)
{
    struct alb_server_list l;
    alb_list_server_group_servers_read(&o->arena, page, &l);
    o->n_servers = l.page.total_count.val;
    *LIST_PUSH(&o->arena, &o->seen.servers) = l;
}

static void take_attributes(struct observe *o, const cJSON *reply)
{
    struct alb_load_balancer_reply r;
    alb_get_load_balancer_attribute_read(&o->arena, reply, &r);
    take_lb(o, &r.lb);
}

static void take_items(struct observe *o, const struct read *r, const cJSON *page)
{
    switch (r->kind) {
    case READ_LB: take_attributes(o, page); return;
    case READ_LBS: take_lbs(o, page); return;
    case READ_LISTENERS: take_listeners(o, page); return;
    case READ_RULES: take_rules(o, page); return;
    case READ_GROUPS:
    case READ_BORROWED: take_groups(o, r->kind, page); return;
    case READ_SERVERS: take_servers(o, page); return;
    case READ_CERTS: take_certs(o, r->subject, page); return;
    case READ_TAGGED_ACLS:
    case READ_LISTENER:
    case READ_ACLS:
    case READ_ENTRIES:
    case READ_RELATIONS: acls_take(o, r, page); return;
    case READ_SCRIPTS: scripts_take(o, page); return;
    }
}

/* The servers of all groups of the region in one list, or each group's own, whichever
 * takes fewer calls as far as the first page tells. */
static bool by_group_is_cheaper(const struct observe *o)
{
    return o->n_servers > 100
           && (size_t)(o->n_servers / 100) > o->seen.groups.len + o->seen.borrowed.len;
}

static void read_servers_by_group(struct observe *o)
{
    o->seen.servers.len = 0;
    for (size_t i = 0; i < o->seen.groups.len; i++)
        if (o->seen.groups.items[i].id)
            read_servers(o, o->seen.groups.items[i].id);
    for (size_t i = 0; i < o->seen.borrowed.len; i++) {
        const char *id = o->seen.borrowed.items[i].id;
        if (id && !is_listed(o, id))
            read_servers(o, id);
    }
}

/* All groups are known. */
static void read_under_groups(struct observe *o)
{
    if (o->in.only && lb_service(o->in.only))
        read_servers_by_group(o);
    else if (o->seen.groups.len || o->seen.borrowed.len)
        read_servers(o, NULL);
}

static void list_ended(struct observe *o, enum read_kind kind)
{
    if (kind == READ_LBS && --o->lb_lists == 0 && !o->failed)
        read_under_lbs(o);
    if ((kind == READ_GROUPS || kind == READ_BORROWED) && --o->group_lists == 0 && !o->failed)
        read_under_groups(o);
}

static void take_page(struct observe *o, size_t at, const cJSON *page)
{
    enum read_kind kind = o->reads.items[at].kind;
    const char *subject = o->reads.items[at].subject;
    const struct read read = o->reads.items[at]; /* more reads may move the list */
    take_items(o, &read, page);
    if (kind == READ_LB || kind == READ_LISTENER || kind == READ_RELATIONS)
        return;
    if (kind == READ_SERVERS && !subject && by_group_is_cheaper(o)) {
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

bool is_reading(const struct observe *o, unsigned kinds)
{
    for (size_t i = 0; i < o->reads.len; i++)
        if (o->reads.items[i].id && (READ_BIT(o->reads.items[i].kind) & kinds))
            return true;
    return false;
}

/* Begins what can be read now that other reads have ended. */
static void advance(struct observe *o)
{
    static const unsigned before = READ_BIT(READ_LBS) | READ_BIT(READ_LISTENERS);
    acls_advance(o);
    if (o->failed || o->scripts_begun || is_reading(o, before))
        return;
    o->scripts_begun = true;
    scripts_read(o);
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
        advance(o);
        return true;
    }
    return false;
}

bool observe_busy(const struct observe *o)
{
    return o->in_flight > 0;
}

enum observe_part observe_part_of(enum resource_kind kind)
{
    return kind == RESOURCE_SERVER_GROUP ? OBSERVE_GROUPS : OBSERVE_LBS;
}

/* Everything but borrowed groups. */
static void read_ours(struct observe *o)
{
    const struct observe_in *in = &o->in;
    /* Any value: a load balancer of another cluster with our AlbConfig's name must stop us. */
    struct alb_tag ours = { TAG_ALBCONFIG, in->only ? tag_escape(&o->arena, in->only) : NULL };
    struct alb_tag both[] = { { TAG_CLUSTER, tag_escape(&o->arena, in->cluster_id) }, ours };
    if (in->parts & OBSERVE_LBS)
        read_lbs(o, (struct alb_load_balancer_query){ .tags = { &ours, 1 } });
    if (in->parts & OBSERVE_GROUPS)
        read_tagged_groups(o, both, in->only ? 2 : 1);
    if (!(in->parts & OBSERVE_LBS)) {
        acls_skip(o);
        return;
    }
    acls_begin(o);
    for (size_t i = 0; i < in->n_lbs; i++) {
        const char *id = in->lbs[i].reuse_id;
        if (id && (!in->only || !strcmp(in->only, in->lbs[i].name)))
            read_lbs(o, (struct alb_load_balancer_query){ .ids = { &id, 1 } });
    }
}

bool observe_new(struct observe **out, const struct observe_in *in, struct error *err)
{
    (void)err;
    struct arena mem = { 0 };
    struct observe *o = arena_alloc(&mem, sizeof *o);
    o->arena = mem;
    o->in = *in;
    o->in.parts = in->parts ? in->parts : OBSERVE_ALL;
    if (!in->only || !lb_service(in->only))
        read_ours(o);
    if (o->in.parts & OBSERVE_GROUPS)
        read_borrowed(o);
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
