/* model.c - rows of resources: order, look-up, joining, references. */
#include "alb-agent/model.h"

#include <stdlib.h>
#include <string.h>

static const char *const kind_names[RESOURCE_KINDS] = {
    [RESOURCE_LOAD_BALANCER] = "LoadBalancer",
    [RESOURCE_LISTENER] = "Listener",
    [RESOURCE_RULE] = "Rule",
    [RESOURCE_SERVER_GROUP] = "ServerGroup",
    [RESOURCE_CERTIFICATE] = "Certificate",
    [RESOURCE_ACL] = "Acl",
    [RESOURCE_SCRIPT] = "AScript",
};

const char *resource_kind_name(enum resource_kind kind)
{
    return (size_t)kind < RESOURCE_KINDS ? kind_names[kind] : "?";
}

enum resource_kind resource_kind_find(const char *name)
{
    for (int k = 0; k < RESOURCE_KINDS; k++)
        if (!strcmp(kind_names[k], name))
            return (enum resource_kind)k;
    return RESOURCE_KINDS;
}

const struct schema *resource_schema(enum resource_kind kind)
{
    switch (kind) {
    case RESOURCE_LOAD_BALANCER: return &alb_load_balancer_schema;
    case RESOURCE_LISTENER: return &alb_listener_schema;
    case RESOURCE_RULE: return &alb_rule_schema;
    case RESOURCE_SERVER_GROUP: return &alb_server_group_schema;
    case RESOURCE_CERTIFICATE: return &alb_certificate_schema;
    case RESOURCE_ACL: return &alb_acl_schema;
    case RESOURCE_SCRIPT: return &alb_script_schema;
    case RESOURCE_KINDS: break;
    }
    return NULL;
}

static int compare_address(const char *lb, enum resource_kind kind, const char *key,
                           const struct resource *r)
{
    int c = strcmp(lb, r->lb);
    if (c)
        return c;
    if (kind != r->kind)
        return kind < r->kind ? -1 : 1;
    return strcmp(key, r->key);
}

static int compare_rows(const void *x, const void *y)
{
    const struct resource *r = x;
    return compare_address(r->lb, r->kind, r->key, y);
}

void model_sort(struct model *m)
{
    if (m->rows.len)
        qsort(m->rows.items, m->rows.len, sizeof *m->rows.items, compare_rows);
}

struct resource *model_find(const struct model *m, const char *lb, enum resource_kind kind,
                            const char *key)
{
    size_t low = 0, high = m->rows.len;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = compare_address(lb, kind, key, &m->rows.items[mid]);
        if (!c)
            return &m->rows.items[mid];
        if (c < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

void model_range(const struct model *m, const char *lb, size_t *first, size_t *end)
{
    size_t low = 0, high = m->rows.len;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(m->rows.items[mid].lb, lb) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    *first = low;
    while (low < m->rows.len && !strcmp(m->rows.items[low].lb, lb))
        low++;
    *end = low;
}

/* ---- borrowed groups ------------------------------------------------------------------- */

#define SERVICE_PREFIX "Service/"

const char *service_lb(struct arena *a, const char *ns, const char *name)
{
    return arena_fmt(a, SERVICE_PREFIX "%s/%s", ns, name);
}

const char *lb_service(const char *lb)
{
    const size_t n = strlen(SERVICE_PREFIX);
    return strncmp(lb, SERVICE_PREFIX, n) ? NULL : lb + n;
}

bool resource_is_borrowed(const struct resource *r)
{
    return r->kind == RESOURCE_SERVER_GROUP && lb_service(r->lb);
}

/* ---- references ------------------------------------------------------------------------ */

struct resolver {
    const struct model *m;
    const char *lb;
    const char *missing;
};

/* Keys of groups end in ":<port>"; names of certificates and keys of access lists hold no
 * colon. */
static const char *ref_after(const char *text, const char *prefix)
{
    size_t n = strlen(prefix);
    return !strncmp(text, prefix, n) && !strchr(text, ':') ? text + n : NULL;
}

const char *certificate_ref(const char *text)
{
    return ref_after(text, "@certificate/");
}

const char *acl_ref(const char *text)
{
    return ref_after(text, "@acl/");
}

/* Keys of groups and of listeners are never the same. */
static const struct resource *find_referred(const struct resolver *r, const char *text)
{
    const char *cert = certificate_ref(text), *acl = acl_ref(text);
    if (cert)
        return model_find(r->m, r->lb, RESOURCE_CERTIFICATE, cert);
    if (acl)
        return model_find(r->m, r->lb, RESOURCE_ACL, acl);
    const struct resource *group = model_find(r->m, r->lb, RESOURCE_SERVER_GROUP, text + 1);
    return group ? group : model_find(r->m, r->lb, RESOURCE_LISTENER, text + 1);
}

static const char *resolve(void *arg, const char *text)
{
    struct resolver *r = arg;
    if (text[0] != '@')
        return text;
    const struct resource *to = find_referred(r, text);
    if (to && to->cloud_id)
        return to->cloud_id;
    if (!r->missing)
        r->missing = text + 1;
    return text;
}

void *model_resolve(struct arena *a, const struct model *m, const char *lb, enum resource_kind kind,
                    const void *obj, const char **missing)
{
    struct resolver r = { .m = m, .lb = lb };
    void *copy = schema_copy(a, resource_schema(kind), obj, F_REF, resolve, &r);
    if (missing)
        *missing = r.missing;
    return copy;
}

const void *model_resolved(struct arena *a, const struct model *m, const char *lb,
                           enum resource_kind kind, const void *obj)
{
    if (!schema_has_flag(resource_schema(kind), F_REF))
        return obj;
    return model_resolve(a, m, lb, kind, obj, NULL);
}

/* Which groups the rows of one load balancer point at. */
struct users {
    const struct map *by_id; /* cloud id -> group row */
    struct map *used;
    const struct resource *row;
};

static const char *notice_group(void *arg, const char *text)
{
    struct users *u = arg;
    if (certificate_ref(text) || acl_ref(text))
        return text;
    if (text[0] == '@') {
        map_put(u->used, text + 1, u->row);
    } else {
        const struct resource *group = map_get(u->by_id, text);
        if (group)
            map_put(u->used, group->key, u->row);
    }
    return text;
}

static void notice_groups(struct users *u, const void *obj, struct map *used)
{
    if (!obj || !used)
        return;
    struct arena scratch CLEANUP(arena_done) = { 0 };
    u->used = used;
    (void)schema_copy(&scratch, resource_schema(u->row->kind), obj, F_REF, notice_group, u);
}

void model_used_groups(const struct model *m, const char *lb, struct map *wanted,
                       struct map *actual)
{
    struct map by_id CLEANUP(map_done) = { 0 };
    size_t first, end;
    model_range(m, lb, &first, &end);
    for (size_t i = first; i < end; i++) {
        const struct resource *r = &m->rows.items[i];
        if (r->kind == RESOURCE_SERVER_GROUP && r->cloud_id)
            map_put(&by_id, r->cloud_id, r);
    }
    for (size_t i = first; i < end; i++) {
        struct users u = { .by_id = &by_id, .row = &m->rows.items[i] };
        if (u.row->kind != RESOURCE_LISTENER && u.row->kind != RESOURCE_RULE)
            continue;
        notice_groups(&u, u.row->desired, wanted);
        notice_groups(&u, u.row->actual, actual);
    }
}
