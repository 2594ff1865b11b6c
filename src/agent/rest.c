/* rest.c - load balancers at which nothing happens leave memory: their rows are in the store as
 * they were, and are read again when something does.  The few that were used last stay. */
#include <string.h>

#include "agent_priv.h"

/* ---- waking ---------------------------------------------------------------------------------- */

static void take_rows(const struct agent *g, struct balancer *b, struct model *rows)
{
    struct session *s = &b->s;
    for (size_t i = 0; i < b->young.len; i++) {
        const struct young *y = &b->young.items[i];
        struct resource *r = model_find(rows, b->name, y->kind, y->key);
        if (r)
            r->created_at = y->created_at;
    }
    for (size_t i = 0; b->asked && i < rows->rows.len; i++)
        if (rows->rows.items[i].desired)
            *LIST_PUSH(&s->arena, &s->wanted.desired.rows) = rows->rows.items[i];
    if (s->observed) {
        s->world = *rows;
        session_leave_findings(s);
    } else {
        s->known = *rows;
        balancer_note_young(b);
        left_mark(g, b->name, &s->known);
    }
}

bool balancer_wake(struct agent *g, struct balancer *b, struct error *err)
{
    struct model rows;
    b->used = ++g->uses;
    if (!b->resting)
        return true;
    if (!store_lb_load(b->s.store, &b->s.arena, b->name, &rows, err))
        return false;
    session_bound_times(&b->s, &rows);
    b->resting = false;
    take_rows(g, b, &rows);
    b->young.items = NULL;
    b->young.len = 0;
    b->lean = b->s.arena.size;
    return true;
}

/* ---- resting --------------------------------------------------------------------------------- */

/* What of a row is in memory alone? */
static bool is_kept(const struct resource *r)
{
    return !r->held && !r->refused && !r->empty_since && !r->last && r->leave == LEAVE_NOTHING;
}

static bool may_rest(const struct agent *g, const struct balancer *b)
{
    const struct session *s = &b->s;
    const bool quiet = b->in_sync && !b->reread_due && !b->empty_due && !b->lacks_facts
                       && !b->missed && !b->refusal && !apply_busy(g->ap, b->name);
    const bool plain = s->wanted.lbs.len == 1 && !s->wanted.problems.len && !s->wanted.holds.len
                       && !s->objects.incomplete && !map_count(&s->tombstones)
                       && !map_count(&s->confirmed);
    if (b->resting || !b->asked || !s->observed || !quiet || !plain)
        return false;
    for (size_t i = 0; i < s->world.rows.len; i++)
        if (!is_kept(&s->world.rows.items[i]))
            return false;
    return true;
}

static void note_young(struct balancer *b, struct arena *a)
{
    const int64_t old = session_now(&b->s) - session_list_lag(&b->s);
    for (size_t i = 0; i < b->s.world.rows.len; i++) {
        const struct resource *r = &b->s.world.rows.items[i];
        if (r->created_at > old)
            *LIST_PUSH(a, &b->young) =
                (struct young){ r->kind, arena_strdup(a, r->key), r->created_at };
    }
}

static bool rest(struct balancer *b, struct error *err)
{
    struct arena fresh = { 0 };
    if (b->revision_due && !session_put_revisions(&b->s, &b->shape, err))
        return false;
    b->revision_due = false;
    note_young(b, &fresh);
    b->s.world = b->s.known = b->s.wanted.desired = (struct model){ 0 };
    balancer_renew(b, fresh);
    b->resting = true;
    return true;
}

/* The one that was used longest ago of those that may. */
static struct balancer *find_idle(const struct agent *g)
{
    const struct map_entry *cursor = NULL;
    struct balancer *found = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        if ((!found || b->used < found->used) && may_rest(g, b))
            found = b;
    return found;
}

bool balancers_rest(struct agent *g, struct error *err)
{
    const struct map_entry *cursor = NULL;
    int awake = 0;
    for (const struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        awake += !b->resting && !lb_service(b->name); /* a borrowed group is small */
    for (; awake > g->config.awake; awake--) {
        struct balancer *b = find_idle(g);
        if (!b)
            return true;
        if (!rest(b, err))
            return false;
    }
    return true;
}

/* ---- those that stay --------------------------------------------------------------------------
 */

/* What it was read through, and made from, is still beside it. */
static bool is_loose(const struct agent *g, const struct balancer *b)
{
    return !b->resting && b->in_sync && !apply_busy(g->ap, b->name)
           && b->s.arena.size > b->lean + b->lean / 4;
}

void agent_tidy(struct agent *g)
{
    const struct map_entry *cursor = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        if (is_loose(g, b))
            balancer_renew(b, (struct arena){ 0 });
    arena_return();
}

/* ---- without waking -------------------------------------------------------------------------- */

static bool same_text(const char *x, const char *y)
{
    return x == y || (x && y && !strcmp(x, y));
}

static bool same_lb(const struct translate_lb *x, const struct translate_lb *y)
{
    return same_text(x->reuse_id, y->reuse_id) && same_text(x->origin, y->origin)
           && same_text(x->vpc_id, y->vpc_id) && x->all_listeners == y->all_listeners;
}

bool balancer_is_settled(struct agent *g, struct balancer *b, const struct translate_out *wanted,
                         const struct translate_out *strays, bool *settled, struct error *err)
{
    const struct session *s = &b->s;
    const bool plain = wanted->lbs.len == 1 && !wanted->lbs.items[0].confirm
                       && !wanted->problems.len && !wanted->holds.len && !wanted->tombstones.len
                       && !strays->problems.len && !strays->holds.len
                       && !g->base.objects.incomplete;
    struct arena scratch CLEANUP(arena_done) = { 0 };
    store_pins pins;
    *settled = false;
    if (!b->resting || !plain
        || (b->asked && !same_lb(&s->wanted.lbs.items[0], &wanted->lbs.items[0])))
        return true;
    if (!store_pins_load(s->store, &scratch, &pins, err))
        return false;
    for (size_t i = 0; i < pins.len; i++)
        if (!strcmp(pins.items[i].lb, b->name))
            return true;
    return store_lb_is_settled(s->store, b->name, &wanted->desired, settled, err);
}

bool balancer_frame(const struct balancer *b, struct arena *a, struct model *out, struct error *err)
{
    if (b->resting)
        return store_lb_frame(b->s.store, a, b->name, out, err);
    return balancer_outline(b, a, out, err);
}

bool balancer_outline(const struct balancer *b, struct arena *a, struct model *out,
                      struct error *err)
{
    if (b->resting)
        return store_lb_outline(b->s.store, a, b->name, out, err);
    *out = b->s.observed ? b->s.world : b->s.known;
    return true;
}
