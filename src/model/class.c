/* class.c - how a resource stands: the classes of design.md §4, the first that fits. */
#include <string.h>

#include "alb-agent/model.h"

const char *resource_class_name(enum resource_class c)
{
    switch (c) {
    case CLASS_UNMANAGED: return "unmanaged";
    case CLASS_ORPHAN: return "orphan";
    case CLASS_PENDING: return "pending";
    case CLASS_MISSING: return "missing";
    case CLASS_DRIFT: return "drift";
    case CLASS_IN_SYNC: return "in sync";
    }
    return "?";
}

enum resource_class resource_class_find(const char *name)
{
    for (int c = CLASS_UNMANAGED; c <= CLASS_IN_SYNC; c++)
        if (!strcmp(name, resource_class_name((enum resource_class)c)))
            return (enum resource_class)c;
    return CLASS_UNMANAGED;
}

/* A copy without what this comparison cannot judge: nothing so far but references. */
static unsigned diff_against(struct arena *a, const struct model *m, const struct resource *r,
                             const void *want, change_list *changes)
{
    const void *resolved = model_resolved(a, m, r->lb, r->kind, want);
    return schema_diff(a, resource_schema(r->kind), resolved, r->actual, changes);
}

unsigned resource_diff(struct arena *a, const struct model *m, const struct resource *r,
                       change_list *changes)
{
    return r->desired ? diff_against(a, m, r, r->desired, changes) : 0;
}

/* ---- what is to be taken away ------------------------------------------------------------ */

static const alb_tags *tags_of(enum resource_kind kind, const void *obj)
{
    static const alb_tags none;
    switch (kind) {
    case RESOURCE_LOAD_BALANCER: return &((const struct alb_load_balancer *)obj)->tags;
    case RESOURCE_LISTENER: return &((const struct alb_listener *)obj)->tags;
    case RESOURCE_RULE: return &((const struct alb_rule *)obj)->tags;
    case RESOURCE_SERVER_GROUP: return &((const struct alb_server_group *)obj)->tags;
    case RESOURCE_ACL: /* set once, and never compared */
    case RESOURCE_CERTIFICATE:
    case RESOURCE_SCRIPT:
    case RESOURCE_KINDS: break;
    }
    return &none;
}

static bool has_tag_left(const struct resource *r)
{
    const alb_tags *old = tags_of(r->kind, r->applied);
    for (size_t i = 0; i < old->len; i++) {
        const char *key = old->items[i].key;
        if (key && !alb_tag_get(tags_of(r->kind, r->desired), key)
            && alb_tag_get(tags_of(r->kind, r->actual), key))
            return true;
    }
    return false;
}

static bool has_group(const struct alb_load_balancer *lb, const char *id)
{
    for (size_t i = 0; i < lb->security_group_ids.len; i++)
        if (!strcmp(lb->security_group_ids.items[i], id))
            return true;
    return false;
}

static bool has_attachment_left(const struct resource *r)
{
    const struct alb_load_balancer *want = r->desired, *have = r->actual, *old = r->applied;
    const char *package = old->bandwidth_package_id;
    for (size_t i = 0; i < old->security_group_ids.len; i++)
        if (!has_group(want, old->security_group_ids.items[i])
            && has_group(have, old->security_group_ids.items[i]))
            return true;
    return package && !want->bandwidth_package_id && have->bandwidth_package_id
           && !strcmp(package, have->bandwidth_package_id);
}

static bool has_acl(const struct alb_listener *l, const char *id)
{
    for (size_t i = 0; i < l->acls.acls.len; i++)
        if (l->acls.acls.items[i].acl_id && !strcmp(l->acls.acls.items[i].acl_id, id))
            return true;
    return false;
}

/* Access lists that were given by id.  Those of ours are rows of their own, which go by
 * themselves. */
static bool has_acl_left(const struct resource *r)
{
    const struct alb_listener *want = r->desired, *have = r->actual, *old = r->applied;
    for (size_t i = 0; !want->acls.type && i < old->acls.acls.len; i++) {
        const char *id = old->acls.acls.items[i].acl_id;
        if (id && has_acl(have, id))
            return true;
    }
    return false;
}

bool resource_has_leftover(const struct resource *r)
{
    if (!r->desired || !r->applied || !r->actual)
        return false;
    return has_tag_left(r) || (r->kind == RESOURCE_LOAD_BALANCER && has_attachment_left(r))
           || (r->kind == RESOURCE_LISTENER && has_acl_left(r));
}

bool resource_wants_same(enum resource_kind kind, const void *x, const void *y)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct schema *s = resource_schema(kind);
    if (x == y || !x || !y)
        return x == y;
    /* Members of sets may stand in another order; most are just as they were. */
    if (schema_digest(s, x, 0) == schema_digest(s, y, 0))
        return true;
    return !strcmp(schema_canonical(&a, s, x), schema_canonical(&a, s, y));
}

/* vSwitches that were found are wanted at its creation, and others may be found another day. */
static void *without_found(struct arena *a, const struct alb_load_balancer *lb)
{
    struct alb_load_balancer *out = arena_dup(a, lb, sizeof *lb);
    out->found_zones.items = NULL;
    out->found_zones.len = 0;
    out->found_how = NULL;
    return out;
}

static bool is_applied(const struct resource *r)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    if (r->kind != RESOURCE_LOAD_BALANCER || !r->applied)
        return resource_wants_same(r->kind, r->desired, r->applied);
    return resource_wants_same(r->kind, without_found(&a, r->desired),
                               without_found(&a, r->applied));
}

enum resource_class resource_classify(struct arena *a, const struct model *m,
                                      const struct resource *r, change_list *changes)
{
    if (!r->ours)
        return CLASS_UNMANAGED;
    if (!r->desired)
        return CLASS_ORPHAN;
    if (!is_applied(r)) {
        /* Never applied, but already there as wanted: taken over without a write. */
        if (!r->applied && r->actual && !resource_diff(a, m, r, changes))
            return CLASS_IN_SYNC;
        if (r->applied && changes)
            (void)resource_diff(a, m, r, changes);
        return CLASS_PENDING;
    }
    if (!r->actual)
        return CLASS_MISSING;
    return diff_against(a, m, r, r->applied, changes) ? CLASS_DRIFT : CLASS_IN_SYNC;
}

bool resource_is_stable(const struct resource *r)
{
    static const char *const stable[RESOURCE_KINDS] = {
        [RESOURCE_LOAD_BALANCER] = "Active",  [RESOURCE_LISTENER] = "Running",
        [RESOURCE_RULE] = "Available",        [RESOURCE_SERVER_GROUP] = "Available",
        [RESOURCE_CERTIFICATE] = "Available", [RESOURCE_ACL] = "Available",
        [RESOURCE_SCRIPT] = "Available",
    };
    return r->actual && r->status && !strcmp(r->status, stable[r->kind]);
}
