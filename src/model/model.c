/* model.c - rows of resources: order, look-up, joining, references. */
#include "alb-agent/model.h"

#include <stdlib.h>
#include <string.h>

static const char *const kind_names[RESOURCE_KINDS] = {
    [RESOURCE_LOAD_BALANCER] = "LoadBalancer",
    [RESOURCE_LISTENER] = "Listener",
    [RESOURCE_RULE] = "Rule",
    [RESOURCE_SERVER_GROUP] = "ServerGroup",
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

/* ---- joining ------------------------------------------------------------------------- */

static void take_desired(struct resource *to, const struct resource *from)
{
    to->desired = from->desired;
    to->desired_from = from->desired_from;
    to->position = from->position;
    to->held = from->held;
    to->ours = true;
}

static void take_known(struct resource *to, const struct resource *from)
{
    to->applied = from->applied;
    to->unused_since = from->unused_since;
    to->empty_since = from->empty_since;
    to->ours = to->ours || from->ours;
    if (!to->actual) {
        to->last = from->actual;
        to->last_id = from->cloud_id;
    }
}

static void take_actual(struct resource *to, const struct resource *from)
{
    to->actual = from->actual;
    to->cloud_id = from->cloud_id;
    to->status = from->status;
    to->observed_at = from->observed_at;
    to->ours = to->ours || from->ours;
}

typedef void take_fn(struct resource *to, const struct resource *from);

static struct resource *place(struct arena *a, struct model *out, const struct resource *r)
{
    struct resource *n = LIST_PUSH(a, &out->rows);
    *n = (struct resource){ .lb = r->lb,
                            .kind = r->kind,
                            .key = r->key,
                            .parent = r->parent ? r->parent : "",
                            .status = "" };
    return n;
}

/* Merges sorted rows into a sorted model; new addresses are added when 'add'. */
static void merge(struct arena *a, struct model *out, const struct model *from, take_fn *take,
                  bool add)
{
    struct model extra = { 0 };
    for (size_t i = 0; i < from->rows.len; i++) {
        const struct resource *r = &from->rows.items[i];
        struct resource *to = model_find(out, r->lb, r->kind, r->key);
        if (!to && add)
            to = place(a, &extra, r);
        if (to)
            take(to, r);
    }
    for (size_t i = 0; i < extra.rows.len; i++)
        *LIST_PUSH(a, &out->rows) = extra.rows.items[i];
    if (extra.rows.len)
        model_sort(out);
}

/* ---- default certificates --------------------------------------------------------------------
 */

static const char *cert_id(const struct alb_cert *certs, size_t n)
{
    return n && certs[0].id ? certs[0].id : NULL;
}

static bool has_cert(const struct alb_cert *certs, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (certs[i].id && !strcmp(certs[i].id, id))
            return true;
    return false;
}

/* Which of the wanted certificates is to be the default.  None can be default and additional
 * at a time (alb-semantics.md §6), so a change of places would leave a name without its
 * certificate for a moment: what is the default stays it while it is wanted at all, and what
 * is not associated yet takes its place before what is. */
static const char *settle_default(const struct alb_listener *want, const struct alb_listener *have)
{
    const char *dflt = cert_id(want->certs.items, want->certs.len);
    const char *now = cert_id(have->certs.items, have->certs.len);
    const struct alb_cert *more = want->additional_certs.items;
    size_t n = want->additional_certs.len;
    if (!dflt || !now || has_cert(more, n, now))
        return dflt ? now : NULL;
    const struct alb_cert *there = have->additional_certs.items;
    if (!has_cert(there, have->additional_certs.len, dflt))
        return dflt;
    for (size_t i = 0; i < n; i++)
        if (more[i].id && !has_cert(there, have->additional_certs.len, more[i].id))
            return more[i].id;
    return dflt;
}

static void settle_certs(struct arena *a, struct resource *r)
{
    const struct alb_listener *want = r->desired;
    const char *dflt = settle_default(want, r->actual);
    const char *asked = cert_id(want->certs.items, want->certs.len);
    if (!dflt || !asked || !strcmp(dflt, asked))
        return;
    struct alb_listener *settled = arena_dup(a, want, sizeof *want);
    settled->certs.items = NULL;
    settled->certs.len = 0;
    *LIST_PUSH(a, &settled->certs) = (struct alb_cert){ .id = dflt };
    settled->additional_certs.items = NULL;
    settled->additional_certs.len = 0;
    for (size_t i = 0; i < want->additional_certs.len; i++) {
        const struct alb_cert *c = &want->additional_certs.items[i];
        bool moved = c->id && !strcmp(c->id, dflt);
        *LIST_PUSH(a, &settled->additional_certs) = moved ? want->certs.items[0] : *c;
    }
    r->desired = settled;
}

void model_join(struct arena *a, const struct model *desired, const struct model *known,
                const struct model *actual, struct model *out)
{
    *out = (struct model){ 0 };
    merge(a, out, desired, take_desired, true);
    merge(a, out, actual, take_actual, true);
    merge(a, out, known, take_known, false);
    for (size_t i = 0; i < out->rows.len; i++) {
        struct resource *r = &out->rows.items[i];
        if (r->kind == RESOURCE_LISTENER && r->desired && r->actual)
            settle_certs(a, r);
    }
}

/* ---- references ------------------------------------------------------------------------ */

struct resolver {
    const struct model *m;
    const char *lb;
    const char *missing;
};

static const char *resolve_group(void *arg, const char *text)
{
    struct resolver *r = arg;
    if (text[0] != '@')
        return text;
    const struct resource *g = model_find(r->m, r->lb, RESOURCE_SERVER_GROUP, text + 1);
    if (g && g->cloud_id)
        return g->cloud_id;
    if (!r->missing)
        r->missing = text + 1;
    return text;
}

void *model_resolve(struct arena *a, const struct model *m, const char *lb, enum resource_kind kind,
                    const void *obj, const char **missing)
{
    struct resolver r = { .m = m, .lb = lb };
    void *copy = schema_copy(a, resource_schema(kind), obj, F_REF, resolve_group, &r);
    if (missing)
        *missing = r.missing;
    return copy;
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
