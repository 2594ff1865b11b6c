/* balancer.c - one load balancer as the agent knows it: what is wanted of it, what was known, what
 * is there, in memory of its own that is made anew when it has grown. */
#include <string.h>

#include "agent_priv.h"

enum { ROOM = 256 * 1024 /* that an arena may grow by before it is made anew */ };

/* ---- life ------------------------------------------------------------------------------------ */

struct balancer *balancer_find(const struct agent *g, const char *name)
{
    return map_get(&g->balancers, name);
}

struct balancer *balancer_next(const struct agent *g, const struct map_entry **cursor)
{
    void *value = NULL;
    return map_next(&g->balancers, cursor, &value) ? value : NULL;
}

struct balancer *balancer_get(struct agent *g, const char *name)
{
    struct balancer *b = balancer_find(g, name);
    if (b)
        return b;
    b = arena_alloc(&g->base.arena, sizeof *b);
    b->name = arena_strdup(&g->base.arena, name);
    map_put(&g->balancers, b->name, b);
    b->s = (struct session){
        .config = g->base.config,
        .store = g->base.store,
        .alb = g->base.alb,
        .cluster_id = g->base.cluster_id,
        .seed = g->base.seed,
        .steady = g->base.steady,
    };
    b->s.config.only = b->name;
    b->s.verified_at = b->verified_at[SWEEP_LBS] = b->verified_at[SWEEP_GROUPS] =
        g->base.verified_at;
    findings_copy(&b->s.arena, &g->base.findings, b->name, &b->s.findings);
    b->s.config.n_files = 1; /* objects are at hand */
    b->s.services = &g->base.objects;
    return b;
}

void balancer_note_young(struct balancer *b)
{
    for (size_t i = 0; i < b->s.known.rows.len; i++) {
        struct resource *r = &b->s.known.rows.items[i];
        if (r->actual && r->cloud_id)
            r->created_at = r->observed_at;
    }
}

void balancer_free(struct balancer *b)
{
    arena_done(&b->s.arena);
    map_done(&b->s.confirmed);
    map_done(&b->s.tombstones);
    map_done(&b->gone);
    arena_done(&b->gone_arena);
    arena_done(&b->said);
    arena_done(&b->told);
    arena_done(&b->hidden_arena);
}

bool balancer_is_over(const struct balancer *b)
{
    return lb_service(b->name) && b->s.observed && !b->s.world.rows.len
           && !b->s.wanted.desired.rows.len;
}

/* ---- what is wanted ------------------------------------------------------------------------- */

static const char *text(struct arena *a, const char *s)
{
    return s ? arena_strdup(a, s) : NULL;
}

static void copy_lbs(struct arena *a, const char *name, const struct translate_out *from,
                     struct translate_out *to)
{
    for (size_t i = 0; i < from->lbs.len; i++) {
        const struct translate_lb *lb = &from->lbs.items[i];
        if (strcmp(lb->name, name) != 0)
            continue;
        *LIST_PUSH(a, &to->lbs) = (struct translate_lb){
            .name = name,
            .reuse_id = text(a, lb->reuse_id),
            .origin = text(a, lb->origin),
            .confirm = text(a, lb->confirm),
            .vpc_id = text(a, lb->vpc_id),
            .all_listeners = lb->all_listeners,
        };
    }
}

static void copy_holds(struct arena *a, const char *name, const struct translate_out *from,
                       struct translate_out *to)
{
    for (size_t i = 0; i < from->holds.len; i++) {
        const struct translate_hold *h = &from->holds.items[i];
        if (h->lb && strcmp(h->lb, name) != 0)
            continue;
        *LIST_PUSH(a, &to->holds) =
            (struct translate_hold){ text(a, h->lb), text(a, h->listener), text(a, h->owner),
                                     text(a, h->certificate) };
    }
}

/* Of problems it counts only whether there are any. */
static void copy_notes(struct arena *a, const char *name, const struct translate_out *from,
                       struct translate_out *to)
{
    copy_holds(a, name, from, to);
    if (from->problems.len && !to->problems.len)
        *LIST_PUSH(a, &to->problems) = (struct translate_problem){ "", "", "", "", "" };
}

static void copy_wanted(struct arena *a, const char *name, const struct translate_out *from,
                        struct translate_out *to)
{
    model_copy(a, &from->desired, name, &to->desired);
    model_copy(a, &from->servers, name, &to->servers);
    copy_lbs(a, name, from, to);
    copy_notes(a, name, from, to);
}

static void copy_tombstones(struct balancer *b, const struct translate_out *from)
{
    map_remove(&b->s.tombstones, b->name);
    for (size_t i = 0; i < from->tombstones.len; i++)
        if (!strcmp(from->tombstones.items[i].lb, b->name))
            map_put(&b->s.tombstones, b->name, b->name);
}

/* ---- memory ---------------------------------------------------------------------------------- */

void balancer_renew(struct balancer *b, struct arena fresh)
{
    struct session *s = &b->s;
    struct model world, known;
    finding_list findings;
    struct translate_out wanted = { 0 };
    model_copy(&fresh, &s->world, NULL, &world);
    model_copy(&fresh, &s->known, NULL, &known);
    copy_wanted(&fresh, b->name, &s->wanted, &wanted);
    findings_copy(&fresh, &s->findings, NULL, &findings);
    arena_done(&s->arena);
    s->arena = fresh;
    s->world = world;
    s->known = known;
    s->wanted = wanted;
    s->findings = findings;
    b->lean = fresh.size;
}

static void renew_when_grown(struct balancer *b)
{
    if (b->s.arena.size > 2 * b->lean + ROOM)
        balancer_renew(b, (struct arena){ 0 });
}

/* ---- joining --------------------------------------------------------------------------------- */

/* Wanted to be none since when?  The earliest is looked at again when its time has come. */
static void note_empty_due(struct agent *g, struct balancer *b)
{
    b->empty_due = 0;
    for (size_t i = 0; i < b->s.world.rows.len; i++) {
        const struct resource *r = &b->s.world.rows.items[i];
        const int64_t due = r->empty_since + g->config.empty_ms + 1;
        if (r->empty_since && (!b->empty_due || due < b->empty_due))
            b->empty_due = due;
    }
}

/* When it was read, of all that was found the older of the times counts. */
static void note_verified(struct balancer *b, unsigned parts)
{
    int64_t *at = b->verified_at;
    for (int f = 0; f < SWEEP_FAMILIES; f++)
        if (parts & read_part(f))
            at[f] = b->s.verified_at;
    b->s.verified_at = at[SWEEP_LBS] < at[SWEEP_GROUPS] ? at[SWEEP_LBS] : at[SWEEP_GROUPS];
}

/* 'read': which parts of what is there were read just now. */
static bool join(struct agent *g, struct balancer *b, struct model *actual, unsigned read,
                 struct error *err)
{
    struct session *s = &b->s;
    b->recount = true;
    s->facts = g->base.facts;
    if (s->observed)
        s->known = s->world;
    session_join(s, actual);
    session_note_confirmed(s);
    if (read) {
        session_note_findings(s, &s->known);
        note_verified(b, read);
    }
    session_leave_findings(s);
    session_note_state(s);
    s->known = (struct model){ 0 };
    note_empty_due(g, b);
    renew_when_grown(b);
    return store_lb_put(s->store, b->name, &s->world, err)
           && (!read
               || (store_findings_put(s->store, b->name, &s->findings, err)
                   && store_cloud_say(s->store, b->name, session_now(s), err)));
}

/* What is there, as it is known: for a join without a new reading. */
static void actual_rows(struct balancer *b, struct model *out)
{
    for (size_t i = 0; i < b->s.world.rows.len; i++)
        if (b->s.world.rows.items[i].actual)
            *LIST_PUSH(&b->s.arena, &out->rows) = b->s.world.rows.items[i];
}

/* Is something wanted that an earlier run has not done, on a load balancer that it has made, or on
 * a group that a Service borrows? */
static bool is_behind(const struct balancer *b)
{
    const struct session *s = &b->s;
    const struct resource *lb = model_find(&s->known, b->name, RESOURCE_LOAD_BALANCER, b->name);
    if (!lb_service(b->name) && (!lb || !lb->cloud_id))
        return false;
    for (size_t i = 0; i < s->wanted.desired.rows.len; i++) {
        const struct resource *r = &s->wanted.desired.rows.items[i];
        const struct resource *was = model_find(&s->known, r->lb, r->kind, r->key);
        if (r->desired && !r->held
            && !resource_wants_same(r->kind, r->desired, was ? was->applied : NULL))
            return true;
    }
    return false;
}

bool balancer_settle(struct agent *g, struct balancer *b, const struct translate_out *wanted,
                     const struct translate_out *strays, bool *settled, struct error *err)
{
    *settled = false;
    if (b->s.observed && !g->all_changed)
        return true;
    if (!balancer_is_settled(g, b, wanted, strays, settled, err))
        return false;
    if (*settled && !b->asked)
        copy_lbs(&b->s.arena, b->name, wanted, &b->s.wanted);
    b->asked = b->asked || *settled;
    return true;
}

bool balancer_want(struct agent *g, struct balancer *b, const struct translate_out *wanted,
                   const struct translate_out *strays, struct error *err)
{
    struct session *s = &b->s;
    struct model actual = { 0 };
    bool settled;
    if (!balancer_settle(g, b, wanted, strays, &settled, err))
        return false;
    if (settled)
        return true;
    if (!balancer_wake(g, b, err))
        return false;
    b->asked = true;
    s->wanted = (struct translate_out){ 0 };
    copy_wanted(&s->arena, b->name, wanted, &s->wanted);
    copy_notes(&s->arena, b->name, strays, &s->wanted);
    copy_tombstones(b, wanted);
    b->revision_due = true;
    s->objects.incomplete = g->base.objects.incomplete;
    if (s->observed)
        s->known = s->world;
    session_keep_last_good(s);
    if (!session_apply_pins(s, b->name, err))
        return false;
    if (!s->observed) {
        if (!fact_find(&g->base.facts, FACT_CERTIFICATES, FACT_ALL))
            balancer_note_certificates(b);
        /* What changed while nobody looked goes before a sweep over everything; what is asked for
         * after the first one does not wait for the next. */
        if (!reading_verified(g))
            b->reread_due = is_behind(b) ? session_now(s) : 0;
        else if (!b->reread_due)
            b->reread_due = session_now(s);
        return true;
    }
    actual_rows(b, &actual);
    if (!join(g, b, &actual, 0, err))
        return false;
    apply_touch(g->ap, b->name, true, session_now(s));
    return true;
}

void balancer_note_certificates(struct balancer *b)
{
    const struct session *s = &b->s;
    if (session_lacks_upload(s, s->observed ? &s->world : &s->known))
        b->certs_due = true;
}

/* ---- readings -------------------------------------------------------------------------------- */

static bool is_gone(const struct balancer *b, const struct resource *r, int64_t began_ms)
{
    const int64_t *at = r->cloud_id ? map_get(&b->gone, r->cloud_id) : NULL;
    return at && *at > began_ms - session_list_lag(&b->s);
}

/* Did a step of ours end after the reading began?  Then the reading may not show it. */
static bool is_newer(const struct resource *r, int64_t began_ms)
{
    return r && r->observed_at > began_ms;
}

static bool is_read(const struct resource *r, unsigned parts)
{
    return observe_part_of(r->kind) & parts;
}

static const struct resource *row_of_id(const struct model *m, const char *id)
{
    for (size_t i = 0; id && i < m->rows.len; i++)
        if (m->rows.items[i].cloud_id && !strcmp(m->rows.items[i].cloud_id, id))
            return &m->rows.items[i];
    return NULL;
}

static bool has_key(const struct model *m, enum resource_kind kind, const char *key)
{
    for (size_t i = 0; i < m->rows.len; i++)
        if (m->rows.items[i].kind == kind && !strcmp(m->rows.items[i].key, key))
            return true;
    return false;
}

/* What was found under a key that a step of ours has given to another since: a rule beside its
 * copy, a group beside the one in its place.  It goes on under the key that it had in the model by
 * then. */
static void take_moved(struct arena *a, const struct model *world, const struct model *moved,
                       struct model *out)
{
    for (size_t i = 0; i < moved->rows.len; i++) {
        const struct resource *r = &moved->rows.items[i], *was = row_of_id(world, r->cloud_id);
        if (!was)
            continue;
        const char *key = was->key;
        for (int nth = 2; has_key(out, r->kind, key); nth++)
            key = arena_fmt(a, "%s.%d", r->key, nth);
        struct resource *to = LIST_PUSH(a, &out->rows);
        *to = resource_copy(a, r);
        to->key = arena_strdup(a, key);
    }
}

static void merge_reading(struct balancer *b, const struct model *found, unsigned parts,
                          int64_t began_ms, struct model *out)
{
    struct map newer CLEANUP(map_done) = { 0 };
    struct arena *a = &b->s.arena;
    struct model moved = { 0 };
    const struct model *world = &b->s.world;
    session_keep_uploads(&b->s, b->s.observed ? world : &b->s.known, out);
    for (size_t i = 0; i < world->rows.len; i++) {
        const struct resource *r = &world->rows.items[i];
        if (!r->actual || !r->cloud_id || r->kind == RESOURCE_CERTIFICATE
            || (is_read(r, parts) && !is_newer(r, began_ms)))
            continue;
        map_put(&newer, r->cloud_id, r);
        *LIST_PUSH(a, &out->rows) = *r;
    }
    for (size_t i = 0; i < found->rows.len; i++) {
        const struct resource *r = &found->rows.items[i];
        if ((r->cloud_id && map_get(&newer, r->cloud_id)) || is_gone(b, r, began_ms))
            continue;
        if (is_newer(model_find(world, r->lb, r->kind, r->key), began_ms))
            *LIST_PUSH(a, &moved.rows) = *r;
        else
            *LIST_PUSH(a, &out->rows) = resource_copy(a, r);
    }
    take_moved(a, world, &moved, out);
    model_sort(out);
}

/* What was deleted long ago is in no list any more. */
static void forget_gone(struct balancer *b, int64_t now_ms)
{
    const struct map_entry *cursor = NULL;
    void *value;
    while (map_next(&b->gone, &cursor, &value))
        if (*(const int64_t *)value > now_ms - 2 * session_list_lag(&b->s))
            return;
    map_done(&b->gone);
    arena_done(&b->gone_arena);
}

static bool has_lb(const struct model *m, const char *id)
{
    for (size_t i = 0; i < m->rows.len; i++) {
        const struct resource *r = &m->rows.items[i];
        if (r->kind == RESOURCE_LOAD_BALANCER && r->cloud_id && !strcmp(r->cloud_id, id))
            return true;
    }
    return false;
}

/* Is the load balancer that was there not in what was found, and not by our doing?  One that is
 * made again beside it cannot be told from it any more, so that one list is not believed. */
static bool has_vanished(const struct balancer *b, const struct model *found, int64_t began_ms)
{
    const struct model *before = b->s.observed ? &b->s.world : &b->s.known;
    for (size_t i = 0; i < before->rows.len; i++) {
        const struct resource *r = &before->rows.items[i];
        if (r->kind == RESOURCE_LOAD_BALANCER && r->actual && r->cloud_id
            && !is_gone(b, r, began_ms) && !has_lb(found, r->cloud_id))
            return true;
    }
    return false;
}

static bool has_id(const struct model *m, const char *id)
{
    return row_of_id(m, id) != NULL;
}

/* What is believed to be there only because it is young is looked for again when it is not. */
static void ask_when_grown(const struct agent *g, struct balancer *b, const struct model *found,
                           unsigned parts, int64_t now_ms)
{
    int64_t due = 0;
    for (size_t i = 0; i < b->s.world.rows.len; i++) {
        const struct resource *r = &b->s.world.rows.items[i];
        const int64_t grown = r->created_at + session_list_lag(&g->base);
        if (r->created_at && r->actual && r->cloud_id && grown > now_ms && is_read(r, parts)
            && !has_id(found, r->cloud_id) && (!due || grown < due))
            due = grown;
    }
    if (due && (!b->reread_due || due < b->reread_due))
        b->reread_due = due + 1;
}

/* Does a list lack what the last run was creating, changing or deleting when it ended?  Lists lag,
 * or the cloud has done it since: only time tells, and until then neither is it made again nor does
 * anything rely on it. */
static bool is_undecided(const struct balancer *b, const struct model *found, int64_t now_ms)
{
    for (size_t i = 0; i < b->s.known.rows.len; i++) {
        const struct resource *r = &b->s.known.rows.items[i];
        if (r->actual && r->cloud_id && !resource_is_stable(r)
            && now_ms - r->observed_at < session_list_lag(&b->s) && now_ms >= r->observed_at
            && !has_id(found, r->cloud_id))
            return true;
    }
    return false;
}

static void unblock(struct agent *g, const struct balancer *b, unsigned parts)
{
    if (parts & OBSERVE_LBS) {
        apply_unblock(g->ap, b->name, LANE_LOAD_BALANCER);
        apply_unblock(g->ap, b->name, LANE_SHARED);
    }
    if (parts & OBSERVE_GROUPS)
        apply_unblock(g->ap, b->name, LANE_SERVER_GROUP);
}

/* May a reading not be believed, or not be enough?  Then there is to be another. */
static bool is_doubtful(struct balancer *b, const struct model *found, unsigned parts,
                        int64_t began_ms)
{
    const bool missed = b->missed;
    if (parts & OBSERVE_LBS)
        b->missed = has_vanished(b, found, began_ms);
    if (b->missed && !missed)
        return true;
    return !b->s.observed && (parts != OBSERVE_ALL || is_undecided(b, found, session_now(&b->s)));
}

bool balancer_take(struct agent *g, struct balancer *b, const struct model *found, unsigned parts,
                   int64_t began_ms, struct error *err)
{
    struct model actual = { 0 };
    const int64_t now = session_now(&b->s);
    if (!balancer_wake(g, b, err))
        return false;
    b->s.facts = g->base.facts;
    const bool doubtful = is_doubtful(b, found, parts, began_ms);
    if (parts == OBSERVE_ALL || doubtful)
        b->read_at = began_ms;
    if (doubtful) {
        reading_ask(g, b);
        return true;
    }
    merge_reading(b, found, parts, began_ms, &actual);
    forget_gone(b, now);
    if (!join(g, b, &actual, parts, err))
        return false;
    apply_touch(g->ap, b->name, false, now);
    if (!b->reread_due)
        unblock(g, b, parts);
    ask_when_grown(g, b, found, parts, now);
    return events_hidden(b, found, parts, began_ms, err);
}

void balancer_note_step(struct balancer *b, const struct apply_event *e)
{
    b->recount = true;
    if (e->kind != APPLY_DONE || e->step->op != STEP_DELETE)
        return;
    for (size_t i = 0; i < e->step->params.len; i++)
        map_put(&b->gone, e->step->params.items[i].value,
                arena_dup(&b->gone_arena, &e->at_ms, sizeof e->at_ms));
}

/* ---- what is due -------------------------------------------------------------------------------
 */

void balancer_run(struct agent *g, struct balancer *b)
{
    const int64_t now = session_now(&b->s);
    if (b->empty_due && b->empty_due <= now) {
        b->empty_due = 0;
        apply_touch(g->ap, b->name, true, now);
    }
    b->revision_now = b->revision_due && b->s.observed && !apply_busy(g->ap, b->name);
}

bool balancer_finish(struct balancer *b, struct error *err)
{
    if (b->revision_now && b->revision_due && !session_put_revisions(&b->s, &b->shape, err))
        return false;
    b->revision_due = b->revision_due && !b->revision_now;
    b->revision_now = false;
    renew_when_grown(b);
    return true;
}
