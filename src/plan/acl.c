/* acl.c - access lists: made, filled before a listener uses them, changed entry by entry, deleted
 * when none uses them any more.  Each has a lane of its own.
 *
 * Entries are added before others are taken away, whatever the list is for.  Of a list of whom
 * to let in, all of the old or of the new one are let in meanwhile; of one of whom to keep out,
 * all of either are kept out.  So a request that both would let in is never refused, and one that
 * both would refuse never passes.  Where the limit has no room for both, entries leave first
 * that no new one overlaps; only where there are none does a change cost something. */
#include <string.h>

#include "alb-agent/alb_request.h"
#include "plan_priv.h"

typedef LIST_OF(struct alb_acl_entry) entry_list;

struct entry_diff {
    entry_list add, remove;
};

static const char add_action[] = "AddEntriesToAcl";
static const char remove_action[] = "RemoveEntriesFromAcl";

/* One wanted for one that is there: two that mean the same are one too many. */
static void diff_entries(struct planner *p, const struct alb_acl *want, const struct alb_acl *have,
                         struct entry_diff *d)
{
    bool *taken = arena_array(p->a, have->entries.len, sizeof *taken);
    for (size_t i = 0; i < want->entries.len; i++) {
        size_t k = 0;
        while (k < have->entries.len
               && (taken[k]
                   || strcmp(have->entries.items[k].entry, want->entries.items[i].entry) != 0))
            k++;
        if (k < have->entries.len)
            taken[k] = true;
        else
            *LIST_PUSH(p->a, &d->add) = want->entries.items[i];
    }
    for (size_t k = 0; k < have->entries.len; k++)
        if (!taken[k])
            *LIST_PUSH(p->a, &d->remove) = have->entries.items[k];
}

/* ---- which entries leave first --------------------------------------------------------------- */

/* Blocks nest or are apart: they meet when they agree in the bits of the wider one.  What is no
 * block of IPv4 may meet any. */
static bool overlap(const char *x, const char *y)
{
    uint32_t a, b, m, n;
    if (!acl_block(x, &a, &m) || !acl_block(y, &b, &n))
        return true;
    const uint32_t bits = m < n ? m : n;
    return bits == 0 || ((a ^ b) >> (32 - bits)) == 0;
}

static bool overlaps_any(const char *entry, const entry_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        if (overlap(entry, list->items[i].entry))
            return true;
    return false;
}

/* Those first that take over from an entry that leaves: without room for all it can leave sooner.
 */
static void overlapping_first(struct planner *p, struct entry_diff *d)
{
    entry_list sorted = { 0 };
    for (int first = 1; first >= 0; first--)
        for (size_t i = 0; i < d->add.len; i++)
            if (overlaps_any(d->add.items[i].entry, &d->remove) == first)
                *LIST_PUSH(p->a, &sorted) = d->add.items[i];
    d->add = sorted;
}

static bool is_in(const entry_list *list, const char *entry)
{
    for (size_t i = 0; i < list->len; i++)
        if (!strcmp(list->items[i].entry, entry))
            return true;
    return false;
}

/* Takes up to 'max' entries off 'd->remove': all alike when nothing is to be added any more, else
 * harmless ones, and any when there are none.  Returns whether that costs nothing. */
static bool take_removals(struct planner *p, struct entry_diff *d, size_t max, entry_list *out)
{
    entry_list left = { 0 };
    bool harmless = false;
    for (size_t i = 0; i < d->remove.len; i++)
        harmless = harmless || !overlaps_any(d->remove.items[i].entry, &d->add);
    for (size_t i = 0; i < d->remove.len; i++) {
        const struct alb_acl_entry *e = &d->remove.items[i];
        bool fits = out->len < max && (!harmless || !overlaps_any(e->entry, &d->add));
        *LIST_PUSH(p->a, fits ? out : &left) = *e;
    }
    d->remove.items = left.items;
    d->remove.len = left.len;
    return harmless;
}

/* ---- calls ------------------------------------------------------------------------------------
 */

static void entry_changes(struct planner *p, struct step *s, const entry_list *list, bool added)
{
    for (size_t i = 0; i < list->len; i++) {
        const char *text = arena_fmt(p->a, "\"%s\"", list->items[i].entry);
        *LIST_PUSH(p->a, &s->changes) = (struct change){ .path = "AclEntries",
                                                         .before = added ? "" : text,
                                                         .after = added ? text : "",
                                                         .via = ALB_VIA_ENTRIES };
    }
}

/* The list with those of 'more', or without those of 'less'. */
static struct alb_acl *after_entries(struct planner *p, const struct target *t,
                                     const entry_list *less, const entry_list *more)
{
    struct alb_acl *after = schema_copy(p->a, t->schema, t->have, 0, NULL, NULL);
    entry_list out = { arena_array(p->a, after->entries.len + more->len, sizeof *out.items), 0 };
    for (size_t i = 0; i < after->entries.len; i++)
        if (!is_in(less, after->entries.items[i].entry))
            out.items[out.len++] = after->entries.items[i];
    for (size_t i = 0; i < more->len; i++)
        out.items[out.len++] = more->items[i];
    after->entries.items = out.items;
    after->entries.len = out.len;
    return after;
}

static void add_step(struct planner *p, const struct target *t, const entry_list *part,
                     const char *waits)
{
    struct step s;
    const entry_list none = { 0 };
    step_init(p, &s, t->row, STEP_UPDATE, add_action);
    const struct alb_add_entries q = { .acl_id = t->id, .entries = { part->items, part->len } };
    s.params = alb_add_entries_to_acl_params(p->a, &q);
    step_wait(&s, t->waits);
    step_wait(&s, waits);
    step_item(p, &s, t->row, after_entries(p, t, &none, part));
    entry_changes(p, &s, part, true);
    step_push(p, &s);
}

static void remove_step(struct planner *p, const struct target *t, const entry_list *part,
                        const char *waits, bool harmless)
{
    struct step s;
    const entry_list none = { 0 };
    struct alb_remove_entries q = { .acl_id = t->id };
    for (size_t i = 0; i < part->len; i++)
        *LIST_PUSH(p->a, &q.entries) =
            part->items[i].told ? part->items[i].told : part->items[i].entry;
    step_init(p, &s, t->row, STEP_UPDATE, remove_action);
    s.params = alb_remove_entries_from_acl_params(p->a, &q);
    step_wait(&s, t->waits);
    step_wait(&s, waits);
    step_wait(&s, row_stale(p, t->row));
    s.disrupts = !harmless;
    p->sum.hitless = p->sum.hitless && harmless;
    step_item(p, &s, t->row, after_entries(p, t, part, &none));
    entry_changes(p, &s, part, false);
    step_push(p, &s);
}

/* Additions as far as there is room, then removals, and so on. */
static void plan_entries(struct planner *p, const struct target *t)
{
    struct entry_diff d = { 0 };
    const struct alb_acl *have = t->have;
    const size_t limit = acl_entries_limit(p);
    size_t there = have->entries.len;
    const char *waits = NULL;
    diff_entries(p, t->want, have, &d);
    if (p->in->keep_all)
        d.remove.len = 0;
    overlapping_first(p, &d);
    while (d.add.len || d.remove.len) {
        entry_list part = { 0 };
        const size_t room = limit - least(there, limit);
        if (d.add.len && room) {
            part.items = d.add.items;
            part.len = least(least(d.add.len, room), plan_batch(p->in, add_action));
            d.add.items += part.len;
            d.add.len -= part.len;
            there += part.len;
            add_step(p, t, &part, waits);
            if (d.add.len == 0 || there == limit)
                waits = "the new entries to be there";
        } else if (d.remove.len) {
            bool harmless = take_removals(p, &d, plan_batch(p->in, remove_action), &part);
            there -= part.len;
            remove_step(p, t, &part, waits, harmless);
            waits = d.add.len ? "room among its entries" : waits;
        } else {
            return; /* nothing may be taken away now */
        }
    }
}

/* ---- lists ------------------------------------------------------------------------------------
 */

/* Returns what the call makes.  Its listener may use a list that is to be taken over instead. */
static void *create(struct planner *p, const struct target *t)
{
    struct step s;
    step_init(p, &s, t->row, STEP_CREATE, "CreateAcl");
    const struct resource *l =
        model_find(p->in->model, p->lb, RESOURCE_LISTENER, acl_listener(p->a, t->row->key));
    if (l && l->actual && !acls_known(l->actual))
        step_wait(&s, STEP_WAITS_READ);
    struct params_out out = { p->a, &s.params };
    schema_params(t->schema, t->want, 0, "", params_emit, &out);
    struct alb_acl *after = target_created(p, t);
    after->entries.items = arena_array(p->a, 1, sizeof *after->entries.items);
    after->status = "Available";
    change_list changes = { 0 };
    (void)schema_diff(p->a, t->schema, after, NULL, &changes);
    step_item(p, &s, t->row, after);
    step_changes(p, &s, "", &changes);
    step_push(p, &s);
    return after;
}

/* More entries than a listener takes, however they get there. */
static bool is_too_long(struct planner *p, const struct resource *r)
{
    const struct alb_acl *want = r->desired;
    if (want->entries.len <= acl_entries_limit(p))
        return false;
    plan_warn(p, r,
              arena_fmt(p->a,
                        "%zu entries are wanted, and a listener of this edition takes %zu; the "
                        "list stays as it is until some are joined to wider blocks",
                        want->entries.len, acl_entries_limit(p)));
    return true;
}

static const char *name_of(const struct alb_acl *acl)
{
    return acl->name ? acl->name : "";
}

/* Another list of that name, or NULL. */
static const struct resource *namesake(const struct planner *p, const struct resource *row,
                                       const char *name)
{
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind == RESOURCE_ACL && r != row && r->actual && !strcmp(name_of(r->actual), name))
            return r;
    }
    return NULL;
}

/* The cloud renames a list only to what no other is called. */
static void rename_acl(struct planner *p, const struct target *t)
{
    const char *want = name_of(t->want), *have = name_of(t->have);
    const struct resource *other = strcmp(want, have) ? namesake(p, t->row, want) : NULL;
    if (other)
        plan_warn(p, t->row,
                  arena_fmt(p->a,
                            "it keeps the name %s, as access list %s is called %s already and the "
                            "cloud renames none to a name that is taken",
                            have, other->cloud_id, want));
    else
        target_update(p, t, ALB_VIA_UPDATE, "UpdateAclAttribute", "AclId");
}

static void plan_acl(struct planner *p, const struct resource *r)
{
    const struct alb_acl *actual = r->actual;
    if (actual && actual->config_managed.val) {
        if (resource_diff(p->a, p->in->model, r, NULL))
            plan_warn(p, r,
                      "the access list is managed by another service and is not written; take "
                      "it out of that service, or give aclConfig another aclName");
        return;
    }
    if (is_too_long(p, r))
        return;
    struct target t = { .row = r,
                        .schema = &alb_acl_schema,
                        .want = r->desired,
                        .have = actual,
                        .id = r->cloud_id ? r->cloud_id : arena_fmt(p->a, "@AclId(%s)", r->key) };
    if (!actual)
        t.have = create(p, &t);
    t.waits = row_waits(p, r);
    rename_acl(p, &t);
    plan_entries(p, &t);
}

void plan_acls(struct planner *p)
{
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind == RESOURCE_ACL && r->ours && r->desired && !row_stays(r))
            plan_acl(p, r);
    }
}

/* ---- what uses them ---------------------------------------------------------------------------
 */

const struct resource *acl_by_id(const struct planner *p, const char *id)
{
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind == RESOURCE_ACL && r->cloud_id && !strcmp(r->cloud_id, id))
            return r;
    }
    return NULL;
}

const char *acl_waits(struct planner *p, const char *ref)
{
    const char *key = acl_ref(ref);
    const struct resource *r = key ? NULL : acl_by_id(p, ref);
    if (key)
        return arena_fmt(p->a, "Acl %s to have its entries", key);
    if (!r || !r->ours || !r->desired || row_stays(r))
        return NULL;
    struct entry_diff d = { 0 };
    diff_entries(p, r->desired, r->actual, &d);
    if (d.add.len || d.remove.len)
        return arena_fmt(p->a, "Acl %s to have its entries", r->key);
    return row_waits(p, r);
}

/* The listener that uses a list now, or that wants it by its id, or NULL. */
static const struct resource *user_of(const struct planner *p, const char *id, bool wanted)
{
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        const struct alb_listener *l = wanted ? r->desired : r->actual;
        if (r->kind == RESOURCE_LISTENER && l && acl_is_listed(&l->acls, id))
            return r;
    }
    return NULL;
}

static void delete_acl(struct planner *p, const struct resource *r)
{
    const struct resource *user = user_of(p, r->cloud_id, false);
    struct step s;
    step_init(p, &s, r, STEP_DELETE, "DeleteAcl");
    step_param(p, &s, "AclId", r->cloud_id);
    if (user)
        step_wait(&s, arena_fmt(p->a, "Listener %s to stop using it", user->key));
    step_wait(&s, row_waits(p, r));
    step_wait(&s, row_stale(p, r));
    step_item(p, &s, r, NULL);
    step_push(p, &s);
}

void plan_acl_deletes(struct planner *p)
{
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind != RESOURCE_ACL || !row_doomed(p, r) || user_of(p, r->cloud_id, true))
            continue;
        const struct alb_acl *acl = r->actual;
        if (acl->user)
            plan_warn(p, r,
                      arena_fmt(p->a,
                                "the access list is not wanted any more, and is kept because "
                                "listener %s, which is not of this load balancer, uses it",
                                acl->user));
        else if (acl->config_managed.val)
            plan_warn(p, r, "the access list is managed by another service and is not deleted");
        else
            delete_acl(p, r);
    }
}
