/* acl_room.c - how many entries the access lists of a listener have together, and those of all
 * listeners of a load balancer (alb-semantics.md §11): lists of our own with the entries that are
 * wanted, and those that others look after with the entries that they have.  These quotas cannot
 * be raised, so what is too much is never sent. */
#include <string.h>

#include "plan_priv.h"

enum { ENTRIES_MAX = 500, ENTRIES_BASIC = 300, LB_ENTRIES = 800 };

size_t acl_entries_limit(const struct planner *p)
{
    return plan_is_basic(p) ? ENTRIES_BASIC : ENTRIES_MAX;
}

const struct alb_acl *acl_find(const struct planner *p, const char *id)
{
    const char *key = acl_ref(id);
    const struct resource *r =
        key ? model_find(p->in->model, p->lb, RESOURCE_ACL, key) : acl_by_id(p, id);
    return !r ? NULL : r->desired ? r->desired : r->actual;
}

static size_t entries_in(const struct planner *p, const char *id)
{
    const struct alb_acl *acl = acl_find(p, id);
    return acl ? acl->entries.len : 0;
}

static size_t entries_of_ids(const struct planner *p, const acl_ids *ids)
{
    size_t n = 0;
    for (size_t i = 0; i < ids->len; i++)
        n += entries_in(p, ids->items[i]);
    return n;
}

static size_t entries_of_acls(const struct planner *p, const struct alb_listener_acls *acls)
{
    size_t n = 0;
    for (size_t i = 0; i < acls->acls.len; i++)
        n += acls->acls.items[i].acl_id ? entries_in(p, acls->acls.items[i].acl_id) : 0;
    return n;
}

/* Of a listener: as it is, or once the plan is done. */
static size_t entries_of_listener(const struct planner *p, const struct resource *r, bool then)
{
    const struct alb_listener *want = r->desired, *have = r->actual;
    if (then && row_doomed(p, r))
        return 0;
    if (then && r->ours && want && !row_stays(r) && want->acls.type)
        return entries_of_acls(p, &want->acls);
    size_t n = have ? entries_of_acls(p, &have->acls) : 0;
    for (size_t i = 0; then && have && i < have->acls.acls.len; i++) {
        const char *id = have->acls.acls.items[i].acl_id;
        if (id && acl_leaves(p, r, id))
            n -= entries_in(p, id);
    }
    return n;
}

static size_t entries_of_lb(const struct planner *p, bool then)
{
    size_t n = 0;
    for (size_t i = p->first; i < p->end; i++)
        if (p->in->model->rows.items[i].kind == RESOURCE_LISTENER)
            n += entries_of_listener(p, &p->in->model->rows.items[i], then);
    return n;
}

bool acls_fit(const struct planner *p, const struct target *t, const acl_ids *going,
              const acl_ids *coming)
{
    const struct alb_listener *have = t->have;
    const size_t gone = entries_of_ids(p, going), come = entries_of_ids(p, coming);
    return entries_of_acls(p, &have->acls) + come <= acl_entries_limit(p) + gone
           && entries_of_lb(p, false) + come <= LB_ENTRIES + gone;
}

static void warn_unknown(struct planner *p, const struct target *t, const acl_ids *coming)
{
    for (size_t i = 0; i < coming->len; i++)
        if (!acl_find(p, coming->items[i]))
            plan_warn(p, t->row,
                      arena_fmt(p->a,
                                "access list %s was not found, so nobody knows how many entries "
                                "it has, and they do not count here; correct aclIds if it is not "
                                "there",
                                coming->items[i]));
}

const char *acls_full(struct planner *p, const struct target *t, const acl_ids *wanted,
                      const acl_ids *coming)
{
    const size_t limit = acl_entries_limit(p), own = entries_of_ids(p, wanted);
    const size_t all = entries_of_lb(p, true);
    warn_unknown(p, t, coming);
    if (own <= limit && all <= LB_ENTRIES)
        return NULL;
    plan_warn(p, t->row,
              own > limit
                  ? arena_fmt(p->a,
                              "its access lists have %zu entries together, and a listener takes "
                              "%zu, so they do not guard it yet; remove entries, or lists",
                              own, limit)
                  : arena_fmt(p->a,
                              "with its access lists those of all listeners have %zu entries, and "
                              "a load balancer takes %d, so they do not guard it yet; remove "
                              "entries, or give this listener another AlbConfig",
                              all, LB_ENTRIES));
    return "room in the quota of entries of access lists";
}
