/* rows.c - what a sweep read, as rows under our keys: which load balancer is whose, which
 * listener, rule and group is ours (design.md §4, alb-ingress.md §D.1). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "observe_priv.h"

const char *tag_unescape(const char *value)
{
    if (value && value[0] == '_'
        && (!strncmp(value + 1, "aliyun", 6) || !strncmp(value + 1, "acs:", 4)))
        return value + 1;
    return value;
}

bool is_of_cluster(const struct observe_in *in, const alb_tags *tags)
{
    const char *cluster = tag_unescape(alb_tag_get(tags, TAG_CLUSTER));
    return cluster && !strcmp(cluster, in->cluster_id);
}

const char *lb_name_of(const struct observe_in *in, const struct alb_load_balancer *lb)
{
    const char *name = tag_unescape(alb_tag_get(&lb->tags, TAG_ALBCONFIG));
    if (name && is_of_cluster(in, &lb->tags))
        return name;
    bool free_to_take =
        !name && (!alb_tag_get(&lb->tags, TAG_CLUSTER) || is_of_cluster(in, &lb->tags));
    for (size_t i = 0; free_to_take && i < in->n_lbs; i++)
        if (in->lbs[i].reuse_id && !strcmp(in->lbs[i].reuse_id, lb->id))
            return in->lbs[i].name;
    return NULL;
}

struct resource *rows_add(struct rows *r, const char *lb, enum resource_kind kind, const char *key,
                          const char *id)
{
    struct resource *row = LIST_PUSH(r->a, &r->out->rows);
    *row = (struct resource){
        .lb = arena_strdup(r->a, lb),
        .kind = kind,
        .key = key,
        .parent = "",
        .cloud_id = arena_strdup(r->a, id),
        .status = "",
        .observed_at = r->now_ms,
        .ours = true,
    };
    return row;
}

/* The actual struct, in the arena of the result. */
static const void *keep(struct rows *r, enum resource_kind kind, const void *obj)
{
    return schema_copy(r->a, resource_schema(kind), obj, 0, NULL, NULL);
}

static const char *status_of(struct rows *r, const char *status)
{
    return status ? arena_strdup(r->a, status) : "";
}

/* ---- load balancers ------------------------------------------------------------------ */

/* Tagged for an AlbConfig of ours, but by another cluster. */
static bool check_foreign(struct rows *r, const struct alb_load_balancer *lb, struct error *err)
{
    const char *name = tag_unescape(alb_tag_get(&lb->tags, TAG_ALBCONFIG));
    const char *cluster = tag_unescape(alb_tag_get(&lb->tags, TAG_CLUSTER));
    if (!name || !cluster || is_of_cluster(r->in, &lb->tags))
        return true;
    for (size_t i = 0; i < r->in->n_lbs; i++)
        if (!strcmp(r->in->lbs[i].name, name))
            return error_set(
                err, ERROR_CONFLICT,
                "load balancer %s is tagged for AlbConfig %s of cluster '%s', and this "
                "is cluster '%s'; run with --cluster-id %s, or rename the AlbConfig, "
                "or remove the load balancer's tag %s",
                lb->id, name, cluster, r->in->cluster_id, cluster, TAG_CLUSTER);
    return true;
}

static bool add_lb(struct rows *r, const struct alb_load_balancer *lb, struct error *err)
{
    if (!check_foreign(r, lb, err))
        return false;
    const char *name = lb_name_of(r->in, lb);
    if (!name)
        return true;
    for (size_t i = 0; i < r->out->rows.len; i++)
        if (!strcmp(r->out->rows.items[i].lb, name))
            return error_set(
                err, ERROR_CONFLICT,
                "load balancers %s and %s are both tagged for AlbConfig %s; remove the "
                "tag %s from the one that is not to be managed",
                r->out->rows.items[i].cloud_id, lb->id, name, TAG_ALBCONFIG);
    struct resource *row =
        rows_add(r, name, RESOURCE_LOAD_BALANCER, arena_strdup(r->a, name), lb->id);
    row->actual = keep(r, row->kind, lb);
    row->status = status_of(r, lb->status);
    return true;
}

/* The name of the load balancer with this id, or NULL. */
static const char *lb_by_id(const struct rows *r, const char *id)
{
    for (size_t i = 0; id && i < r->out->rows.len; i++) {
        const struct resource *row = &r->out->rows.items[i];
        if (row->kind == RESOURCE_LOAD_BALANCER && !strcmp(row->cloud_id, id))
            return row->lb;
    }
    return NULL;
}

/* ---- listeners ----------------------------------------------------------------------- */

/* Replies to ListListeners name no certificates: composes them from their own list. */
static void compose_certs(struct rows *r, struct alb_listener *l)
{
    for (size_t i = 0; i < r->seen->certs.len; i++) {
        const struct seen_cert *c = &r->seen->certs.items[i];
        if (strcmp(c->listener_id, l->id) != 0)
            continue;
        struct alb_cert cert = { .id = c->cert.id };
        if (c->cert.type && !strcmp(c->cert.type, "Ca"))
            *LIST_PUSH(r->a, &l->ca_certs) = cert;
        else if (c->cert.is_default.val)
            *LIST_PUSH(r->a, &l->certs) = cert;
        else
            *LIST_PUSH(r->a, &l->additional_certs) = cert;
    }
    if (l->ca_certs.len)
        l->ca_enabled = (struct opt_bool){ true, true };
}

/* spec.config.listenerForceOverride (alb-ingress.md §F.7). */
static bool owns_all_listeners(const struct rows *r, const char *lb)
{
    for (size_t i = 0; i < r->in->n_lbs; i++)
        if (!strcmp(r->in->lbs[i].name, lb))
            return r->in->lbs[i].all_listeners;
    return false;
}

static void add_listener(struct rows *r, struct alb_listener *l)
{
    const char *lb = lb_by_id(r, l->lb_id);
    if (!lb || !l->id || !l->port.set)
        return;
    compose_certs(r, l);
    const char *key = listener_key(r->a, l->port.val, l->protocol);
    struct resource *row = rows_add(r, lb, RESOURCE_LISTENER, key, l->id);
    row->actual = keep(r, row->kind, l);
    row->status = status_of(r, l->status);
    bool named =
        l->description
        && !strncmp(l->description, LISTENER_AUTO_DESCRIPTION, strlen(LISTENER_AUTO_DESCRIPTION));
    row->ours = named || owns_all_listeners(r, lb);
    map_put(&r->listeners, l->id, arena_dup(r->a, row, sizeof *row));
}

/* ---- rules --------------------------------------------------------------------------- */

static bool is_number(const char *s)
{
    return *s && strspn(s, "0123456789") == strlen(s);
}

/* Made by our journal, tagged ours, or named rule-<port>-<n> (design.md §4). */
static bool is_our_rule(const struct rows *r, const struct alb_rule *rule,
                        const struct resource *listener)
{
    if (map_get(&r->ours, rule->id) || is_of_cluster(r->in, &rule->tags)
        || owns_all_listeners(r, listener->lb))
        return true;
    const struct alb_listener *l = listener->actual;
    struct arena scratch CLEANUP(arena_done) = { 0 };
    const char *prefix = arena_fmt(&scratch, "rule-%" PRId64 "-", l->port.val);
    size_t n = strlen(prefix);
    return rule->name && !strncmp(rule->name, prefix, n) && is_number(rule->name + n);
}

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

static int by_priority(const void *x, const void *y)
{
    const struct alb_rule *a = x, *b = y;
    if (a->priority.val != b->priority.val)
        return a->priority.val < b->priority.val ? -1 : 1;
    return strcmp(text_or_empty(a->id), text_or_empty(b->id));
}

/* The key of an actual rule: that of its conditions, and the next number when another rule
 * of the listener has the same; others' rules get one that no wanted rule can have. */
static const char *actual_rule_key(struct rows *r, struct map *used, const struct alb_rule *rule,
                                   const struct resource *listener, bool ours)
{
    if (!ours)
        return arena_fmt(r->a, "%s?%s", listener->key, rule->id);
    for (int64_t nth = 1;; nth++) {
        const char *key = rule_key(r->a, listener->key, rule, nth);
        const char *place = arena_fmt(r->a, "%s %s", listener->lb, key);
        if (map_get(used, place))
            continue;
        map_put(used, place, "");
        return key;
    }
}

static void add_rules(struct rows *r)
{
    struct map used CLEANUP(map_done) = { 0 };
    if (r->seen->rules.len)
        qsort(r->seen->rules.items, r->seen->rules.len, sizeof *r->seen->rules.items, by_priority);
    for (size_t i = 0; i < r->seen->rules.len; i++) {
        const struct alb_rule *rule = &r->seen->rules.items[i];
        const struct resource *listener =
            rule->listener_id ? map_get(&r->listeners, rule->listener_id) : NULL;
        if (!listener || !rule->id)
            continue;
        bool ours = is_our_rule(r, rule, listener);
        const char *key = actual_rule_key(r, &used, rule, listener, ours);
        struct resource *row = rows_add(r, listener->lb, RESOURCE_RULE, key, rule->id);
        row->parent = listener->key;
        row->actual = keep(r, row->kind, rule);
        row->status = status_of(r, rule->status);
        row->ours = ours;
    }
}

/* ---- server groups --------------------------------------------------------------------- */

static int64_t port_of(const char *text)
{
    int64_t port = 0;
    for (const char *c = text; c && *c; c++) {
        if (*c < '0' || *c > '9' || port > 65535)
            return 0;
        port = port * 10 + (*c - '0');
    }
    return port;
}

static bool is_hash(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* The key that the tags tell: older tags hold it as it is, newer ones its hash and its parts
 * (alb-ingress.md §D.1).  Parts that do not make the hash give a key that nobody wants. */
static const char *key_from_tags(struct rows *r, const alb_tags *tags)
{
    const char *hash = alb_tag_get(tags, TAG_RESOURCE);
    const char *ns = tag_unescape(alb_tag_get(tags, TAG_SERVICE_NS));
    const char *ingress = tag_unescape(alb_tag_get(tags, TAG_INGRESS_NAME));
    const char *service = tag_unescape(alb_tag_get(tags, TAG_SERVICE_NAME));
    int64_t port = port_of(alb_tag_get(tags, TAG_SERVICE_PORT));
    if (!hash)
        return NULL;
    if (!is_hash(hash))
        return arena_strdup(r->a, tag_unescape(hash));
    if (ns && ingress && service) {
        const char *key = group_key(r->a, ns, ingress, service, port);
        if (!strcmp(hash, group_tag(r->a, key)))
            return key;
    }
    return arena_fmt(r->a, "#%s", hash);
}

/* The tag of an early version says what its hash says: no reason to write it anew. */
static void hash_old_tag(struct rows *r, alb_tags *tags, const char *key)
{
    for (size_t i = 0; i < tags->len; i++)
        if (tags->items[i].key && !strcmp(tags->items[i].key, TAG_RESOURCE)
            && !is_hash(tags->items[i].value))
            tags->items[i].value = group_tag(r->a, key);
}

/* Those of one group, as they were read. */
typedef LIST_OF(const struct alb_server *) group_servers;

static void sort_servers(struct rows *r)
{
    for (size_t i = 0; i < r->seen->servers.len; i++) {
        const struct alb_server_list *page = &r->seen->servers.items[i];
        for (size_t k = 0; k < page->items.len; k++) {
            const struct alb_server *s = &page->items.items[k];
            group_servers *list = s->group_id ? map_get(&r->servers, s->group_id) : NULL;
            if (s->group_id && !list) {
                list = arena_alloc(&r->scratch, sizeof *list);
                map_put(&r->servers, s->group_id, list);
            }
            if (list)
                *LIST_PUSH(&r->scratch, list) = s;
        }
    }
}

/* Groups that had their key last time come first. */
static void sort_groups(struct rows *r)
{
    struct seen *s = r->seen;
    LIST_OF(struct alb_server_group) sorted = { 0 };
    for (int known = 1; known >= 0; known--)
        for (size_t i = 0; i < s->groups.len; i++) {
            const char *id = s->groups.items[i].id;
            const struct resource *row = id ? map_get(&r->ours, id) : NULL;
            if ((row && !strchr(row->key, '~')) == known)
                *LIST_PUSH(r->a, &sorted) = s->groups.items[i];
        }
    s->groups.items = sorted.items;
    s->groups.len = sorted.len;
}

/* The row of a group has its servers, each without the group's id.  A group without servers has an
 * empty list, not an unset one. */
static const void *keep_group(struct rows *r, const struct alb_server_group *group)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct alb_server_group whole = *group;
    const group_servers *list = map_get(&r->servers, group->id);
    whole.servers.len = list ? list->len : 0;
    whole.servers.items = arena_array(&a, whole.servers.len + 1, sizeof *whole.servers.items);
    for (size_t i = 0; i < whole.servers.len; i++) {
        whole.servers.items[i] = *list->items[i];
        whole.servers.items[i].group_id = NULL;
    }
    return keep(r, RESOURCE_SERVER_GROUP, &whole);
}

static void add_groups(struct rows *r)
{
    struct map used CLEANUP(map_done) = { 0 };
    sort_groups(r);
    for (size_t i = 0; i < r->seen->groups.len; i++) {
        struct alb_server_group *g = &r->seen->groups.items[i];
        const char *lb = tag_unescape(alb_tag_get(&g->tags, TAG_ALBCONFIG));
        const char *key =
            g->id && lb && is_of_cluster(r->in, &g->tags) ? key_from_tags(r, &g->tags) : NULL;
        if (!key)
            continue;
        hash_old_tag(r, &g->tags, key);
        /* The first with a tag has its key (alb-ingress.md §D.3); another is one too many. */
        const char *place = arena_fmt(r->a, "%s %s", lb, key);
        if (map_get(&used, place))
            key = arena_fmt(r->a, "%s~%s", key, g->id);
        map_put(&used, place, "");
        struct resource *row = rows_add(r, lb, RESOURCE_SERVER_GROUP, key, g->id);
        row->actual = keep_group(r, g);
        row->status = status_of(r, g->status);
    }
}

/* ---- borrowed groups ------------------------------------------------------------------- */

static struct alb_server_group *find_borrowed(const struct rows *r, const char *id)
{
    for (size_t i = 0; i < r->seen->borrowed.len; i++) {
        struct alb_server_group *g = &r->seen->borrowed.items[i];
        if (g->id && !strcmp(g->id, id))
            return g;
    }
    return NULL;
}

/* Under the address under which it is wanted or known; that of another cluster is as good as not
 * there. */
static void add_borrowed(struct rows *r, const struct model *m, struct map *used)
{
    for (size_t i = 0; m && i < m->rows.len; i++) {
        const struct resource *k = &m->rows.items[i];
        struct alb_server_group *g =
            is_read_as_borrowed(r->in, k) ? find_borrowed(r, k->key) : NULL;
        if (!g || (alb_tag_get(&g->tags, TAG_CLUSTER) && !is_of_cluster(r->in, &g->tags)))
            continue;
        const char *place = arena_fmt(r->a, "%s %s", k->lb, k->key);
        if (map_get(used, place))
            continue;
        map_put(used, place, "");
        struct resource *row =
            rows_add(r, k->lb, RESOURCE_SERVER_GROUP, arena_strdup(r->a, k->key), g->id);
        row->actual = keep_group(r, g);
        row->status = status_of(r, g->status);
    }
}

static void rows_add_borrowed(struct rows *r)
{
    struct map used CLEANUP(map_done) = { 0 };
    add_borrowed(r, r->in->wanted, &used);
    add_borrowed(r, r->in->known, &used);
}

/* ---- all ----------------------------------------------------------------------------- */

bool rows_from_seen(struct arena *a, const struct observe_in *in, struct seen *seen, int64_t now_ms,
                    struct model *out, struct error *err)
{
    *out = (struct model){ 0 };
    struct rows r = { .a = a, .in = in, .seen = seen, .now_ms = now_ms, .out = out };
    for (size_t i = 0; in->known && i < in->known->rows.len; i++) {
        const struct resource *k = &in->known->rows.items[i];
        if (k->cloud_id && k->ours)
            map_put(&r.ours, k->cloud_id, k);
    }
    bool ok = true;
    for (size_t i = 0; ok && i < seen->lbs.len; i++)
        ok = add_lb(&r, &seen->lbs.items[i], err);
    for (size_t i = 0; ok && i < seen->listeners.len; i++)
        add_listener(&r, &seen->listeners.items[i]);
    if (ok) {
        add_rules(&r);
        sort_servers(&r);
        add_groups(&r);
        rows_add_borrowed(&r);
        rows_add_acls(&r);
        rows_add_scripts(&r);
        model_sort(out);
    }
    map_done(&r.ours);
    map_done(&r.listeners);
    map_done(&r.servers);
    arena_done(&r.scratch);
    return ok;
}
