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

/* A copy without what this comparison cannot judge: nothing so far but references. */
static unsigned diff_against(struct arena *a, const struct model *m, const struct resource *r,
                             const void *want, change_list *changes)
{
    const void *resolved = model_resolve(a, m, r->lb, r->kind, want, NULL);
    return schema_diff(a, resource_schema(r->kind), resolved, r->actual, changes);
}

unsigned resource_diff(struct arena *a, const struct model *m, const struct resource *r,
                       change_list *changes)
{
    return r->desired ? diff_against(a, m, r, r->desired, changes) : 0;
}

static bool same_managed(struct arena *a, const struct resource *r)
{
    const struct schema *s = resource_schema(r->kind);
    return r->applied
           && !strcmp(schema_canonical(a, s, r->desired), schema_canonical(a, s, r->applied));
}

enum resource_class resource_classify(struct arena *a, const struct model *m,
                                      const struct resource *r, change_list *changes)
{
    if (!r->ours)
        return CLASS_UNMANAGED;
    if (!r->desired)
        return CLASS_ORPHAN;
    struct arena scratch CLEANUP(arena_done) = { 0 };
    if (!same_managed(&scratch, r)) {
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
        [RESOURCE_LOAD_BALANCER] = "Active",
        [RESOURCE_LISTENER] = "Running",
        [RESOURCE_RULE] = "Available",
        [RESOURCE_SERVER_GROUP] = "Available",
    };
    return r->actual && r->status && !strcmp(r->status, stable[r->kind]);
}
