/* acl_rows.c - access lists as rows under our keys.
 *
 * Ours are those that the store knows or that carry our tags, and what the existing controller
 * made: a list that a listener of ours uses under the name that is wanted there (alb-ingress.md
 * §F.5).  Others that our listeners use, or are to use, are rows that are not ours. */
#include <string.h>

#include "observe_priv.h"

/* A list without entries has none, not unknown ones. */
static void compose_entries(struct rows *r, struct alb_acl *acl)
{
    if (!acl->entries.items)
        acl->entries.items = arena_array(r->a, 1, sizeof *acl->entries.items);
}

static bool is_listener_of(const struct rows *r, const char *lb, const char *id)
{
    const struct resource *row = id ? map_get(&r->listeners, id) : NULL;
    return row && !strcmp(row->lb, lb);
}

/* A listener beyond those of 'lb' that uses the list, or NULL. */
static const char *other_user(const struct rows *r, const char *lb, const char *acl)
{
    for (size_t i = 0; i < r->seen->relations.len; i++) {
        const struct alb_relation *of = &r->seen->relations.items[i];
        if (!of->id || strcmp(of->id, acl) != 0)
            continue;
        for (size_t k = 0; k < of->listeners.len; k++)
            if (of->listeners.items[k].id && !is_listener_of(r, lb, of->listeners.items[k].id))
                return of->listeners.items[k].id;
    }
    return NULL;
}

static void add(struct rows *r, struct map *used, const char *lb, const char *key,
                struct alb_acl *acl, bool ours)
{
    const char *place = arena_fmt(r->a, "%s %s", lb, key);
    if (map_get(used, place)) {
        if (!ours)
            return;
        key = arena_fmt(r->a, "%s~%s", key, acl->id);
    }
    map_put(used, place, r);
    compose_entries(r, acl);
    acl->user = other_user(r, lb, acl->id);
    struct resource *row = rows_add(r, lb, RESOURCE_ACL, arena_strdup(r->a, key), acl->id);
    row->parent = ours ? acl_listener(r->a, key) : "";
    row->actual = schema_copy(r->a, &alb_acl_schema, acl, 0, NULL, NULL);
    row->status = acl->status ? arena_strdup(r->a, acl->status) : "";
    row->ours = ours;
}

/* Those of ours; what the store knows goes before what a tag says. */
static void add_known(struct rows *r, struct map *used, struct map *done)
{
    for (int known = 1; known >= 0; known--)
        for (size_t i = 0; i < r->seen->acls.len; i++) {
            struct alb_acl *acl = &r->seen->acls.items[i];
            const struct resource *row = map_get(&r->ours, acl->id);
            const char *lb, *key;
            if ((row && row->kind == RESOURCE_ACL) != known || map_get(done, acl->id)
                || !acl_place(r->a, r->in, acl, &lb, &key))
                continue;
            map_put(done, acl->id, acl);
            add(r, used, lb, key, acl, true);
        }
}

static bool is_named(const struct rows *r, const char *lb, const char *key,
                     const struct alb_acl *acl)
{
    const struct resource *row =
        r->in->wanted ? model_find(r->in->wanted, lb, RESOURCE_ACL, key) : NULL;
    const struct alb_acl *want = row ? row->desired : NULL;
    return want && want->name && acl->name && !strcmp(want->name, acl->name);
}

static struct alb_acl *find(const struct rows *r, const char *id)
{
    for (size_t i = 0; id && i < r->seen->acls.len; i++)
        if (!strcmp(r->seen->acls.items[i].id, id))
            return &r->seen->acls.items[i];
    return NULL;
}

/* What a listener uses: taken over, or not ours. */
static void add_used(struct rows *r, struct map *used, struct map *done,
                     const struct resource *listener)
{
    const struct alb_listener *l = listener->actual;
    for (size_t i = 0; i < l->acls.acls.len; i++) {
        struct alb_acl *acl = find(r, l->acls.acls.items[i].acl_id);
        if (!acl || map_get(done, acl->id))
            continue;
        const char *key = acl_key(r->a, listener->key, l->acls.type ? l->acls.type : "");
        const char *place = arena_fmt(r->a, "%s %s", listener->lb, key);
        if (!is_named(r, listener->lb, key, acl) || map_get(used, place))
            continue;
        map_put(done, acl->id, acl);
        add(r, used, listener->lb, key, acl, true);
    }
}

static void add_foreign(struct rows *r, struct map *used, const struct map *done, const char *lb,
                        const struct alb_listener *l)
{
    for (size_t i = 0; l && i < l->acls.acls.len; i++) {
        struct alb_acl *acl = find(r, l->acls.acls.items[i].acl_id);
        if (acl && !map_get(done, acl->id))
            add(r, used, lb, arena_fmt(r->a, "?%s", acl->id), acl, false);
    }
}

static const struct resource *listener_row(const struct rows *r, const struct alb_listener *l)
{
    return l->id ? map_get(&r->listeners, l->id) : NULL;
}

void rows_add_acls(struct rows *r)
{
    struct map used CLEANUP(map_done) = { 0 }, done CLEANUP(map_done) = { 0 };
    const struct model *want = r->in->wanted;
    add_known(r, &used, &done);
    for (size_t i = 0; i < r->seen->listeners.len; i++) {
        const struct resource *row = listener_row(r, &r->seen->listeners.items[i]);
        if (row)
            add_used(r, &used, &done, row);
    }
    for (size_t i = 0; i < r->seen->listeners.len; i++) {
        const struct resource *row = listener_row(r, &r->seen->listeners.items[i]);
        if (row)
            add_foreign(r, &used, &done, row->lb, row->actual);
    }
    for (size_t i = 0; want && i < want->rows.len; i++)
        if (want->rows.items[i].kind == RESOURCE_LISTENER)
            add_foreign(r, &used, &done, want->rows.items[i].lb, want->rows.items[i].desired);
}
