/* reading.c - sweeps over everything, and readings of one load balancer that contradictions ask
 * for; what was found is given out one load balancer a turn, so that urgent changes of others
 * never wait for it. */
#include <string.h>

#include "agent_priv.h"

enum { LONGEST_DELAY_MS = 10 * 60 * 1000 };

void reading_free(struct reading *rd)
{
    observe_free(rd->o);
    arena_done(&rd->arena);
    *rd = (struct reading){ 0 };
}

int64_t reading_verified(const struct agent *g)
{
    const int64_t *at = g->verified_at;
    return at[SWEEP_LBS] < at[SWEEP_GROUPS] ? at[SWEEP_LBS] : at[SWEEP_GROUPS];
}

/* ---- when --------------------------------------------------------------------------------- */

/* Where nothing is read again by itself, a failure or a doubt is no reason to wait for ever. */
static int64_t longest_delay(const struct agent *g)
{
    const int64_t sooner = wait_sooner(g->config.resync_ms, g->config.group_resync_ms);
    return wait_sooner(sooner, LONGEST_DELAY_MS);
}

void reading_ask(struct agent *g, struct balancer *b)
{
    const int64_t now = session_now(&g->base);
    balancer_note_certificates(b);
    if (b->reread_due)
        return;
    if (!b->reread_delay)
        b->reread_delay = g->config.reread_ms;
    /* A reading that began before this does not tell. */
    b->reread_due =
        b->read_at && now - b->read_at < b->reread_delay ? b->read_at + b->reread_delay : now;
    if (g->base.sure_at > now && b->reread_due > g->base.sure_at)
        b->reread_due = g->base.sure_at;
    b->reread_delay *= 2;
    if (b->reread_delay > longest_delay(g))
        b->reread_delay = longest_delay(g);
}

static struct balancer *first_due(const struct agent *g, int64_t now, int64_t *due)
{
    const struct map_entry *cursor = NULL;
    struct balancer *first = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        if (b->reread_due && (!first || b->reread_due < first->reread_due))
            first = b;
    *due = first ? first->reread_due : 0;
    return first && first->reread_due <= now ? first : NULL;
}

/* ---- beginning --------------------------------------------------------------------------------
 */

static bool wants_acls(const struct resource *r, const void *side)
{
    const struct alb_listener *l = side;
    return r->kind == RESOURCE_LISTENER && l && l->acls.type;
}

/* Of what was applied to a listener, that there were access lists: then they are read. */
static const void *had_acls(struct arena *a, const struct resource *r)
{
    static const struct alb_listener some = { .acls = { .type = "" } };
    return wants_acls(r, r->applied) ? arena_dup(a, &some, sizeof some) : NULL;
}

/* Listeners, access lists and scripts that are wanted, and groups that are borrowed, copied. */
static void add_wanted(struct arena *a, const struct model *from, struct model *wanted)
{
    for (size_t i = 0; i < from->rows.len; i++) {
        const struct resource *r = &from->rows.items[i];
        const bool asked = r->kind == RESOURCE_LISTENER || r->kind == RESOURCE_ACL
                           || r->kind == RESOURCE_SCRIPT || resource_is_borrowed(r);
        if (r->desired && asked)
            *LIST_PUSH(a, &wanted->rows) = resource_copy(a, r);
    }
}

/* What tells ours from others', copied: rows may change before the reading ends. */
static void add_known(struct arena *a, const struct model *from, struct model *known)
{
    for (size_t i = 0; i < from->rows.len; i++) {
        const struct resource *r = &from->rows.items[i];
        if (!r->cloud_id)
            continue;
        *LIST_PUSH(a, &known->rows) = (struct resource){
            .applied = had_acls(a, r),
            .lb = arena_strdup(a, r->lb),
            .kind = r->kind,
            .key = arena_strdup(a, r->key),
            .parent = arena_strdup(a, r->parent ? r->parent : ""),
            .cloud_id = arena_strdup(a, r->cloud_id),
            .status = "",
            .ours = r->ours,
        };
    }
}

/* What is known and wanted, as far as a reading needs it. */
static bool add_rows(struct agent *g, struct balancer *b, struct model *known, struct model *wanted,
                     struct error *err)
{
    struct arena *a = &g->reading.arena;
    struct arena scratch CLEANUP(arena_done) = { 0 };
    struct model rows;
    if (!balancer_outline(b, &scratch, &rows, err))
        return false;
    add_known(a, &rows, known);
    add_wanted(a, b->resting ? &rows : &b->s.wanted.desired, wanted);
    return true;
}

static bool find_rows(struct agent *g, struct balancer *only, struct observe_in *in,
                      struct error *err)
{
    struct model *known = arena_alloc(&g->reading.arena, sizeof *known);
    struct model *wanted = arena_alloc(&g->reading.arena, sizeof *wanted);
    const struct map_entry *cursor = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        if ((!only || b == only) && !add_rows(g, b, known, wanted, err))
            return false;
    model_sort(known);
    model_sort(wanted);
    in->known = known;
    in->wanted = wanted;
    return true;
}

static void wanted_lbs(struct agent *g, struct observe_in *in)
{
    struct arena *a = &g->reading.arena;
    LIST_OF(struct observe_lb) lbs = { 0 };
    const struct map_entry *cursor = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor)) {
        struct observe_in one = { 0 };
        session_wanted_lbs(&b->s, &one);
        for (size_t i = 0; i < one.n_lbs; i++) {
            struct observe_lb *to = LIST_PUSH(a, &lbs);
            *to = one.lbs[i];
            to->name = arena_strdup(a, to->name);
            to->reuse_id = to->reuse_id ? arena_strdup(a, to->reuse_id) : NULL;
        }
    }
    in->lbs = lbs.items;
    in->n_lbs = lbs.len;
}

static bool begin(struct agent *g, struct balancer *only, unsigned parts, struct error *err)
{
    struct reading *rd = &g->reading;
    rd->parts = parts;
    rd->began_ms = session_now(&g->base);
    rd->only = only ? arena_strdup(&rd->arena, only->name) : NULL;
    struct observe_in in = {
        .alb = g->base.alb,
        .cluster_id = g->base.cluster_id,
        .only = rd->only,
        .parts = parts,
        /* Before the first reading nothing else can be done, and changes wait for one that is in
         * doubt. */
        .background = reading_verified(g) != 0 && !only,
    };
    if (!find_rows(g, only, &in, err))
        return false;
    wanted_lbs(g, &in);
    const struct map_entry *cursor = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        if (parts == OBSERVE_ALL && (!only || b == only))
            b->reread_due = 0;
    return observe_new(&rd->o, &in, err);
}

/* ---- ending ------------------------------------------------------------------------------- */

static void put_off(struct agent *g, const struct error *why)
{
    const int64_t now = session_now(&g->base);
    g->sweep_delay = g->sweep_delay ? g->sweep_delay * 2 : g->config.reread_ms;
    if (g->sweep_delay > longest_delay(g))
        g->sweep_delay = longest_delay(g);
    if (g->reading.only) {
        struct balancer *b = balancer_find(g, g->reading.only);
        if (b)
            b->reread_due = now + g->sweep_delay;
    } else {
        for (int f = 0; f < SWEEP_FAMILIES; f++)
            if (g->reading.parts & read_part(f))
                g->sweep_due[f] = now + g->sweep_delay;
    }
    agent_tell(g, (struct agent_event){ .kind = AGENT_READ_FAILED, .err = why });
}

/* Every load balancer that was found, and every one that was not. */
static void list_due(struct agent *g)
{
    struct reading *rd = &g->reading;
    for (size_t first = 0, end; first < rd->found.rows.len; first = end) {
        model_range(&rd->found, rd->found.rows.items[first].lb, &first, &end);
        (void)balancer_get(g, rd->found.rows.items[first].lb);
    }
    const struct map_entry *cursor = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        if (!rd->only || !strcmp(rd->only, b->name))
            *LIST_PUSH(&rd->arena, &rd->due) = b;
}

static void note_sweep(struct agent *g, int64_t now)
{
    const struct reading *rd = &g->reading;
    const int64_t every[SWEEP_FAMILIES] = { g->config.resync_ms, g->config.group_resync_ms };
    for (int f = 0; f < SWEEP_FAMILIES; f++) {
        if (!(rd->parts & read_part(f)))
            continue;
        g->sweep_due[f] = now + every[f];
        g->verified_at[f] = rd->began_ms;
    }
    g->sweep_put_off = false;
    if (rd->parts & OBSERVE_LBS)
        g->lists_asked = false;
}

static void end(struct agent *g)
{
    struct reading *rd = &g->reading;
    struct error err;
    const int64_t now = session_now(&g->base);
    bool ok = observe_result(rd->o, &rd->arena, now, &rd->found, &err);
    rd->ended_ms = now;
    observe_free(rd->o);
    rd->o = NULL;
    if (!ok) {
        put_off(g, &err);
        reading_free(rd);
        return;
    }
    g->sweep_delay = 0;
    if (!rd->only)
        note_sweep(g, now);
    agent_tell(
        g, (struct agent_event){
               .kind = AGENT_READ, .lb = rd->only, .parts = rd->parts, .n = rd->found.rows.len });
    list_due(g);
    rd->done = rd->due.len > 0;
    if (!rd->done)
        reading_free(rd);
}

/* That all of it was given out. */
static bool note_end(struct agent *g, struct error *err)
{
    struct reading *rd = &g->reading;
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    const struct read_times times = { rd->began_ms, rd->ended_ms };
    if (!store_begin_lazy(&txn, g->base.store, err)
        || !session_note_read(&g->base, rd->only, rd->parts, &times, err))
        return false;
    for (int f = 0; f < SWEEP_FAMILIES && !rd->only; f++)
        if (rd->parts & read_part(f))
            g->ended_at[f] = session_now(&g->base);
    if (!rd->only)
        g->base.verified_at = g->ended_at[SWEEP_LBS] < g->ended_at[SWEEP_GROUPS]
                                  ? g->ended_at[SWEEP_LBS]
                                  : g->ended_at[SWEEP_GROUPS];
    return (rd->only || session_put_verified(&g->base, g->base.store, err))
           && store_commit(&txn, err);
}

/* One load balancer of what was found. */
static bool give_out(struct agent *g, struct error *err)
{
    struct reading *rd = &g->reading;
    struct balancer *b = rd->due.items[--rd->due.len];
    struct model slice = { 0 };
    size_t first, end_;
    model_range(&rd->found, b->name, &first, &end_);
    slice.rows.len = end_ - first;
    if (slice.rows.len)
        slice.rows.items = &rd->found.rows.items[first];
    bool ok = balancer_take(g, b, &slice, rd->parts, rd->began_ms, err)
              && (rd->due.len || note_end(g, err));
    if (!rd->due.len) {
        const bool all = !rd->only;
        reading_free(rd);
        if (all)
            arena_return();
    }
    return ok;
}

/* ---- a turn ------------------------------------------------------------------------------------
 */

bool reading_may_begin(const struct agent *g)
{
    return !g->reading.o && !g->reading.done && g->have_objects && !g->stopped
           && wanted_is_settled(g) && g->tr;
}

static bool is_borrowed_now(const struct agent *g, const char *group)
{
    const struct map_entry *cursor = NULL;
    for (const struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor)) {
        const struct resource *r =
            lb_service(b->name) ? model_find(&b->s.world, b->name, RESOURCE_SERVER_GROUP, group)
                                : NULL;
        if (r && r->actual && !r->held)
            return true;
    }
    return false;
}

/* A group that was not there, or not to be had, may be so now.  Of one that was, nothing that
 * counts changes but its tags, at which every reading looks. */
static void forget_groups(struct agent *g)
{
    const struct fact_set *facts = &g->base.facts;
    for (size_t i = facts->items.len; i > 0; i--) {
        const struct fact *f = &facts->items.items[i - 1];
        if (f->kind == FACT_SERVER_GROUP && !is_borrowed_now(g, f->key))
            wanted_forget(g, f->kind, f->key);
    }
}

/* Of Secrets that nobody knows to be uploaded; of all others the list is not asked. */
static bool note_certificates(const struct agent *g)
{
    const struct map_entry *cursor = NULL;
    bool any = false;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor)) {
        balancer_note_certificates(b);
        any = any || b->certs_due;
    }
    return any;
}

/* Certificates are renewed behind our back, and vSwitches and groups come: they are asked for again
 * before each sweep, by a translation that lacks them. */
static bool forget_lists(struct agent *g)
{
    if (g->lists_asked)
        return false;
    g->lists_asked = true;
    wanted_forget_lists(g);
    forget_groups(g);
    return note_certificates(g) || !wanted_is_settled(g);
}

/* What is to be read again by now; '*wait_ms' until the first of the rest. */
static unsigned parts_due(const struct agent *g, int64_t now, int64_t *wait_ms)
{
    unsigned parts = 0;
    for (int f = 0; f < SWEEP_FAMILIES; f++) {
        if (g->sweep_due[f] <= now)
            parts |= read_part(f);
        else
            *wait_ms = wait_sooner(*wait_ms, g->sweep_due[f] - now);
    }
    return parts;
}

bool reading_is_due(const struct agent *g)
{
    int64_t ignored = -1;
    return reading_may_begin(g) && parts_due(g, session_now(&g->base), &ignored) != 0;
}

static bool run_next(struct agent *g, int64_t *wait_ms, struct error *err)
{
    const int64_t now = session_now(&g->base);
    int64_t due, sweep_ms = -1;
    if (!reading_may_begin(g))
        return true;
    struct balancer *b = first_due(g, now, &due);
    if (b && (!b->s.observed || g->room_made)) { /* at the start, or instead of a sweep */
        g->room_made = false;
        return begin(g, b, OBSERVE_ALL, err);
    }
    const unsigned parts = parts_due(g, now, &sweep_ms);
    if (parts) {
        if (!(parts & OBSERVE_LBS) || !forget_lists(g))
            return begin(g, NULL, parts, err);
        *wait_ms = 0;
        return true;
    }
    if (b)
        return begin(g, b, OBSERVE_ALL, err);
    *wait_ms = wait_sooner(sweep_ms, due ? due - now : -1);
    return true;
}

/* A long sweep makes room for a load balancer that is in doubt, as changes wait for that; once,
 * so that doubts without end do not keep it from ever ending. */
static void make_room(struct agent *g)
{
    int64_t due;
    const struct reading *rd = &g->reading;
    if (!rd->o || rd->only || !reading_verified(g) || g->sweep_put_off
        || !first_due(g, session_now(&g->base), &due))
        return;
    g->sweep_put_off = g->room_made = true;
    reading_free(&g->reading);
}

/* Before the first is given out, and anything is done on it. */
static bool note_seen(struct agent *g, struct error *err)
{
    const bool first = g->base.sure_if_none;
    if (g->reading.only || g->reading.parts != OBSERVE_ALL)
        return true;
    if (!session_note_seen(&g->base, &g->reading.found, err))
        return false;
    if (first && g->base.sure_at)
        agent_tell(g, (struct agent_event){ .kind = AGENT_UNSURE,
                                            .by_ms = g->base.sure_at - session_now(&g->base) });
    return true;
}

bool reading_run(struct agent *g, int64_t *wait_ms, struct error *err)
{
    struct reading *rd = &g->reading;
    *wait_ms = -1;
    make_room(g);
    if (rd->o && !observe_busy(rd->o))
        end(g);
    if (rd->done && !note_seen(g, err))
        return false;
    if (rd->done) {
        *wait_ms = 0;
        return give_out(g, err);
    }
    return rd->o || run_next(g, wait_ms, err);
}

bool reading_take(struct agent *g, const struct alb_result *r)
{
    return g->reading.o && observe_take(g->reading.o, r);
}
