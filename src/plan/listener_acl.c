/* listener_acl.c - which access lists a listener uses.
 *
 * What is lacking is associated before what is too much is dissociated: meanwhile requests are
 * let in, or kept out, by either, so that none goes astray that both would treat alike.  That is
 * not possible where the type changes, as all lists of a listener are of one type, where a new
 * list has an entry of an old one, and where there would be more lists or entries than a quota
 * allows (alb-semantics.md §6, §11): then lists go first, and until the new ones are there the
 * listener is open to what they kept out.  The plan says so. */
#include <string.h>

#include "alb-agent/alb_request.h"
#include "plan_priv.h"

static bool contains(const acl_ids *list, const char *id)
{
    for (size_t i = 0; i < list->len; i++)
        if (!strcmp(list->items[i], id))
            return true;
    return false;
}

static acl_ids ids_of(struct planner *p, const struct alb_listener_acls *acls)
{
    acl_ids out = { 0 };
    for (size_t i = 0; i < acls->acls.len; i++)
        if (acls->acls.items[i].acl_id)
            *LIST_PUSH(p->a, &out) = acls->acls.items[i].acl_id;
    return out;
}

/* Those of 'from' that are not in 'in'. */
static acl_ids without(struct planner *p, const acl_ids *from, const acl_ids *in)
{
    acl_ids out = { 0 };
    for (size_t i = 0; i < from->len; i++)
        if (!contains(in, from->items[i]))
            *LIST_PUSH(p->a, &out) = from->items[i];
    return out;
}

bool acl_is_listed(const struct alb_listener_acls *acls, const char *id)
{
    for (size_t i = 0; i < acls->acls.len; i++)
        if (acls->acls.items[i].acl_id && !strcmp(acls->acls.items[i].acl_id, id))
            return true;
    return false;
}

bool acls_known(const struct alb_listener *l)
{
    return l->acls.acls.items != NULL;
}

static bool is_of_type(const struct alb_listener_acls *acls, const char *type)
{
    return !acls->acls.len || (acls->type && !strcmp(acls->type, type));
}

/* ---- calls ------------------------------------------------------------------------------------
 */

/* The listener with these lists. */
static struct alb_listener *after_acls(struct planner *p, const struct target *t,
                                       const acl_ids *ids, const char *type)
{
    struct alb_listener *after = schema_copy(p->a, t->schema, t->have, 0, NULL, NULL);
    after->acls = (struct alb_listener_acls){ 0 };
    after->acls.acls.items = arena_array(p->a, 1, sizeof *after->acls.acls.items);
    for (size_t i = 0; i < ids->len; i++)
        *LIST_PUSH(p->a, &after->acls.acls) = (struct alb_listener_acl){ .acl_id = ids->items[i] };
    after->acls.type = ids->len ? type : NULL;
    return after;
}

static void bind_step(struct planner *p, const struct target *t, const acl_ids *ids,
                      const acl_ids *after, const char *type)
{
    const bool joins = type != NULL;
    const struct alb_listener *have = t->have;
    const struct alb_bind_acls q = { .listener_id = t->id,
                                     .acl_ids = { ids->items, ids->len },
                                     .type = type };
    struct step s;
    step_init(p, &s, t->row, STEP_UPDATE,
              joins ? "AssociateAclsWithListener" : "DissociateAclsFromListener");
    s.params = joins ? alb_associate_acls_with_listener_params(p->a, &q)
                     : alb_dissociate_acls_from_listener_params(p->a, &q);
    step_wait(&s, t->waits);
    step_item(p, &s, t->row, after_acls(p, t, after, joins ? type : have->acls.type));
    for (size_t i = 0; i < ids->len; i++)
        *LIST_PUSH(p->a, &s.changes) = (struct change){ .path = "AclConfig",
                                                        .before = joins ? "" : ids->items[i],
                                                        .after = joins ? ids->items[i] : "",
                                                        .via = ALB_VIA_ACLS };
    step_push(p, &s);
}

static struct step *last_step(struct planner *p)
{
    return &p->out->steps.items[p->out->steps.len - 1];
}

/* ---- security groups ----------------------------------------------------------------------------
 */

bool acls_in_use(const struct planner *p)
{
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        const struct alb_listener *l = r->kind == RESOURCE_LISTENER ? r->actual : NULL;
        if (l && l->acls.acls.len)
            return true;
    }
    return false;
}

/* Marks the steps that leave security groups: none guards the load balancer then. */
static bool mark_leaving(struct planner *p)
{
    bool any = false;
    for (size_t i = p->first_step; i < p->out->steps.len; i++) {
        struct step *s = &p->out->steps.items[i];
        if (strcmp(s->action, "LoadBalancerLeaveSecurityGroup") != 0)
            continue;
        s->disrupts = any = true;
        p->sum.hitless = false;
    }
    return any;
}

/* A load balancer has one or the other, and neither while it changes. */
static const char *groups_in_the_way(struct planner *p)
{
    const struct alb_load_balancer *lb = p->row->actual;
    if (!lb || !lb->security_group_ids.len)
        return NULL;
    if (!mark_leaving(p))
        plan_warn(p, p->row,
                  arena_fmt(p->a,
                            "it is in security group %s, and ALB takes no access list with one; "
                            "take it out of its security groups, or remove aclConfig",
                            lb->security_group_ids.items[0]));
    return "the load balancer to leave its security groups";
}

/* ---- one listener ------------------------------------------------------------------------------
 */

/* What is to become of the lists of a listener. */
struct exchange {
    acl_ids have, missing;
    acl_ids first; /* must go before the missing ones come */
    acl_ids rest;  /* goes after them                      */
};

/* Does one of 'ids' have an entry of 'other'? */
static bool shares_entry(const struct planner *p, const acl_ids *ids, const char *other)
{
    const struct resource *r = acl_by_id(p, other);
    const struct alb_acl *y = r ? r->actual : NULL;
    for (size_t i = 0; y && i < ids->len; i++) {
        const struct alb_acl *x = acl_find(p, ids->items[i]);
        for (size_t k = 0; x && k < x->entries.len; k++)
            for (size_t n = 0; n < y->entries.len; n++)
                if (!strcmp(x->entries.items[k].entry, y->entries.items[n].entry))
                    return true;
    }
    return false;
}

/* Is there room for the new lists once those that go first are gone? */
static bool have_room(const struct planner *p, const struct target *t, const struct exchange *x)
{
    return x->have.len - x->first.len + x->missing.len <= LISTENER_ACLS
           && acls_fit(p, t, &x->first, &x->missing);
}

static void split_surplus(struct planner *p, const struct target *t, const acl_ids *surplus,
                          bool same_type, struct exchange *x)
{
    for (size_t i = 0; i < surplus->len; i++) {
        const char *id = surplus->items[i];
        bool first = x->missing.len && (!same_type || shares_entry(p, &x->missing, id));
        *LIST_PUSH(p->a, first ? &x->first : &x->rest) = id;
    }
    while (x->missing.len && x->rest.len && !have_room(p, t, x)) {
        *LIST_PUSH(p->a, &x->first) = x->rest.items[0];
        x->rest.items++;
        x->rest.len--;
    }
}

static void find_exchange(struct planner *p, const struct target *t,
                          const struct alb_listener_acls *want, struct exchange *x)
{
    const struct alb_listener_acls *have = &((const struct alb_listener *)t->have)->acls;
    const bool same_type = is_of_type(have, want->type);
    const acl_ids wanted = ids_of(p, want), none = { 0 };
    x->have = ids_of(p, have);
    x->missing = without(p, &wanted, same_type ? &x->have : &none);
    const acl_ids surplus = without(p, &x->have, same_type ? &wanted : &none);
    split_surplus(p, t, &surplus, same_type, x);
}

static const char *lists_wait(struct planner *p, const acl_ids *ids)
{
    const char *why = NULL;
    for (size_t i = 0; i < ids->len && !why; i++)
        why = acl_waits(p, ids->items[i]);
    return why;
}

/* What the new lists wait for. */
static void wait_for_lists(struct planner *p, struct target *t,
                           const struct alb_listener_acls *want, const struct exchange *x)
{
    const acl_ids wanted = ids_of(p, want);
    const char *full = acls_full(p, t, &wanted, &x->missing), *groups = groups_in_the_way(p);
    if (!t->waits)
        t->waits = full;
    if (!t->waits && !acls_fit(p, t, &x->first, &x->missing))
        t->waits = "room in the quota of entries, which other listeners make first";
    if (!t->waits)
        t->waits = lists_wait(p, &x->missing);
    if (!t->waits)
        t->waits = groups;
}

static void change_acls(struct planner *p, const struct target *t,
                        const struct alb_listener_acls *want, struct exchange *x)
{
    struct target next = *t;
    const acl_ids left = without(p, &x->have, &x->first), kept = without(p, &left, &x->rest);
    if (x->missing.len)
        wait_for_lists(p, &next, want, x);
    if (x->first.len && p->in->keep_all)
        return;
    if (x->first.len) {
        bind_step(p, &next, &x->first, &left, NULL);
        last_step(p)->disrupts = true;
        p->sum.hitless = false;
        next.waits = "the other access lists to be dissociated";
    }
    if (x->missing.len) {
        acl_ids both = { arena_array(p->a, left.len + x->missing.len, sizeof *both.items), 0 };
        for (size_t i = 0; i < left.len + x->missing.len; i++)
            both.items[both.len++] = i < left.len ? left.items[i] : x->missing.items[i - left.len];
        bind_step(p, &next, &x->missing, &both, want->type);
        next.waits = "the new access lists to be associated";
    }
    if (x->rest.len && !p->in->keep_all)
        bind_step(p, x->missing.len ? &next : t, &x->rest, &kept, NULL);
}

bool acl_leaves(const struct planner *p, const struct resource *listener, const char *id)
{
    const struct alb_listener *want = listener->desired, *old = listener->applied;
    const struct resource *r = acl_by_id(p, id);
    if (!want || want->acls.type || p->in->keep_all)
        return false;
    return (r && row_doomed(p, r)) || (old && acl_is_listed(&old->acls, id));
}

/* Nothing is wanted any more: what we associated goes, what somebody else did stays. */
static void leave_acls(struct planner *p, const struct target *t)
{
    const struct alb_listener *have = t->have;
    const acl_ids ids = ids_of(p, &have->acls);
    acl_ids ours = { 0 };
    for (size_t i = 0; i < ids.len; i++)
        if (acl_leaves(p, t->row, ids.items[i]))
            *LIST_PUSH(p->a, &ours) = ids.items[i];
    const acl_ids left = without(p, &ids, &ours);
    if (ours.len)
        bind_step(p, t, &ours, &left, NULL);
}

void plan_listener_acls(struct planner *p, const struct target *t)
{
    const struct alb_listener_acls *want = &((const struct alb_listener *)t->want)->acls;
    struct exchange x = { 0 };
    struct target read = *t;
    if (!want->type) {
        leave_acls(p, t);
        return;
    }
    if (!read.waits && !acls_known(t->have))
        read.waits = STEP_WAITS_READ;
    find_exchange(p, t, want, &x);
    change_acls(p, &read, want, &x);
}

const char *acls_wait(struct planner *p, const struct resource *listener)
{
    const struct alb_listener *desired = listener->desired, *have = listener->actual;
    struct exchange x = { 0 };
    if (!desired || !desired->acls.type)
        return NULL;
    const struct alb_listener *want =
        model_resolved(p->a, p->in->model, listener->lb, listener->kind, desired);
    const struct target t = { .row = listener, .have = have };
    find_exchange(p, &t, &want->acls, &x);
    return x.missing.len
               ? arena_fmt(p->a, "Listener %s to be guarded by its access lists", listener->key)
               : NULL;
}
