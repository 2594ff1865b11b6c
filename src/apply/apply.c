/* apply.c - one turn: which lanes may move, their intents in one commit, their calls. */
#include "alb-agent/apply.h"

#include <string.h>

#include "apply_priv.h"

bool apply_new(struct apply **out, const struct apply_in *in, struct error *err)
{
    struct arena mem = { 0 };
    struct apply *ap = arena_alloc(&mem, sizeof *ap);
    ap->arena = mem;
    ap->in = *in;
    ap->rng.state = in->seed;
    apply_set_pace(ap, in->pace);
    if (!alb_wait_new(&ap->wait, in->alb, err)
        || !store_calls_open(in->store, &ap->arena, &ap->left, err)) {
        apply_free(ap);
        return false;
    }
    *out = ap;
    return true;
}

void apply_set_pace(struct apply *ap, const struct apply_pace pace[LANE_FAMILIES])
{
    for (int f = 0; f < LANE_FAMILIES; f++) {
        struct apply_pace *to = &ap->in.pace[f];
        *to = pace[f];
        to->tries = to->tries ? to->tries : 10;
        to->first_retry_ms = to->first_retry_ms ? to->first_retry_ms : 500;
        to->longest_retry_ms = to->longest_retry_ms ? to->longest_retry_ms : 20000;
    }
}

static struct site *next_site(const struct apply *ap, const struct map_entry **cursor)
{
    void *value = NULL;
    return map_next(&ap->sites, cursor, &value) ? value : NULL;
}

void apply_free(struct apply *ap)
{
    if (!ap)
        return;
    const struct map_entry *cursor = NULL;
    for (struct lane *l = next_lane(ap, &cursor); l; l = next_lane(ap, &cursor))
        lane_free(l);
    cursor = NULL;
    for (struct site *s = next_site(ap, &cursor); s; s = next_site(ap, &cursor))
        arena_done(&s->arena);
    alb_wait_free(ap->wait);
    map_done(&ap->lanes);
    map_done(&ap->sites);
    struct arena mem = ap->arena; /* it lives in it */
    arena_done(&mem);
}

/* ---- load balancers ---------------------------------------------------------------------- */

struct site *site_get(struct apply *ap, const char *lb)
{
    struct site *site = map_get(&ap->sites, lb);
    if (site)
        return site;
    site = arena_alloc(&ap->arena, sizeof *site);
    site->name = arena_strdup(&ap->arena, lb);
    map_put(&ap->sites, lb, site);
    return site;
}

bool lane_scope(const struct apply *ap, const struct lane *lane, struct apply_scope *out)
{
    *out = (struct apply_scope){ 0 };
    return ap->in.scope(ap->in.scope_arg, lane->site->name, out);
}

void apply_touch(struct apply *ap, const char *lb, bool edit, int64_t now_ms)
{
    struct site *site = site_get(ap, lb);
    for (int f = 0; f < LANE_FAMILIES; f++)
        if (!site->ready_ms[f] && ap->in.pace[f].delay_ms > 0)
            site->ready_ms[f] = now_ms + ap->in.pace[f].delay_ms;
    site->dirty = true;
    site->edit = site->edit || edit;
    if (edit && !site->edited_ms)
        site->edited_ms = now_ms;
    site->standing.planned = false;
}

void apply_unblock(struct apply *ap, const char *lb, enum lane_family family)
{
    const struct map_entry *cursor = NULL;
    struct site *site = site_get(ap, lb);
    for (struct lane *l = next_lane(ap, &cursor); l; l = next_lane(ap, &cursor))
        if (l->site == site && l->family == family && l->blocked) {
            l->blocked = false;
            l->single = false;
        }
    site->dirty = true;
}

struct apply_standing apply_standing(const struct apply *ap, const char *lb)
{
    const struct site *site = map_get(&ap->sites, lb);
    return site ? site->standing : (struct apply_standing){ 0 };
}

bool apply_busy(const struct apply *ap, const char *lb)
{
    const struct map_entry *cursor = NULL;
    for (const struct lane *l = next_lane(ap, &cursor); l; l = next_lane(ap, &cursor))
        if (l->state != LANE_IDLE && !strcmp(l->site->name, lb))
            return true;
    return false;
}

void apply_list(const struct apply *ap, struct arena *a, apply_lanes *out)
{
    static const char *const names[] = { "idle", "sent", "polling", "backoff" };
    const struct map_entry *cursor = NULL;
    for (const struct lane *l = next_lane(ap, &cursor); l; l = next_lane(ap, &cursor)) {
        bool failed = l->state == LANE_BACKOFF || l->blocked;
        if (l->state == LANE_IDLE && !l->blocked)
            continue;
        *LIST_PUSH(a, out) = (struct apply_lane){
            .key = l->key,
            .lb = l->site->name,
            .family = l->family,
            .since_ms = l->since_ms,
            .state = l->blocked ? "blocked" : names[l->state],
            .action = l->step.action,
            .tries = l->tries,
            .due_ms = l->state == LANE_BACKOFF ? l->due_ms : 0,
            .why = failed ? l->why.msg : NULL,
        };
    }
}

/* ---- lanes ----------------------------------------------------------------------------------- */

/* Lanes whose backoff is over: the same call again, or whatever is next.  Returns how long
 * until the next one is due, or -1. */
static int64_t wake_lanes(struct apply *ap, int64_t now_ms, struct arena *a, lane_list *picked)
{
    int64_t wait = -1;
    const struct map_entry *cursor = NULL;
    for (struct lane *l = next_lane(ap, &cursor); l; l = next_lane(ap, &cursor)) {
        if (l->state != LANE_BACKOFF)
            continue;
        if (l->due_ms > now_ms) {
            wait = wait_sooner(wait, l->due_ms - now_ms);
            continue;
        }
        lane_transition(l, LANE_IDLE, now_ms);
        if (l->resend)
            *LIST_PUSH(a, picked) = l;
        else
            l->site->dirty = true;
    }
    return wait;
}

/* Lanes that have nothing to remember are made again when they are needed. */
static void drop_idle_lanes(struct apply *ap)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    lane_list idle = { 0 };
    const struct map_entry *cursor = NULL;
    for (struct lane *l = next_lane(ap, &cursor); l; l = next_lane(ap, &cursor))
        if (l->state == LANE_IDLE && !l->blocked && !l->single && !l->tries && !l->step.action)
            *LIST_PUSH(&a, &idle) = l;
    for (size_t i = 0; i < idle.len; i++) {
        map_remove(&ap->lanes, idle.items[i]->key);
        lane_free(idle.items[i]);
    }
}

/* All intents of the turn on disk in one commit, then the requests. */
static bool send_all(struct apply *ap, const lane_list *picked, int64_t now_ms, struct error *err)
{
    if (!picked->len)
        return true;
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    if (!store_begin(&txn, ap->in.store, err))
        return false;
    for (size_t i = 0; i < picked->len; i++)
        if (!lane_intent(ap, picked->items[i], now_ms, err))
            return false;
    if (!store_commit(&txn, err))
        return false;
    for (size_t i = 0; i < picked->len; i++)
        if (!lane_send(ap, picked->items[i], now_ms, err))
            return false;
    return true;
}

/* Nobody knows yet whether a step of it is to come. */
static bool is_closed(const struct apply *ap, const char *lb)
{
    struct apply_scope scope = { 0 };
    return ap->in.scope(ap->in.scope_arg, lb, &scope) && scope.closed;
}

/* Intents that an earlier run left and that nothing asks for now: what is there was read
 * since, so that their tokens must not be used again for a later call that looks the same. */
static bool close_left(struct apply *ap, int64_t now_ms, struct error *err)
{
    const struct store_outcome o = { .state = "failed", .done_at = now_ms, .code = "NotRepeated" };
    size_t kept = 0;
    for (size_t i = 0; i < ap->left.len; i++) {
        const struct store_call c = ap->left.items[i];
        if (c.id && is_closed(ap, c.lb))
            ap->left.items[kept++] = c;
        else if (c.id && !store_call_done(ap->in.store, c.id, &o, err))
            return error_wrap(err, "journal");
    }
    ap->left.len = kept;
    return true;
}

bool apply_run(struct apply *ap, int64_t now_ms, int64_t *wait_ms, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    lane_list picked = { 0 };
    int64_t wait = -1;
    if (!ap->stopped) {
        wait = wake_lanes(ap, now_ms, &scratch, &picked);
        wait = wait_sooner(wait, pick_all(ap, now_ms, &scratch, &picked));
    }
    if (!send_all(ap, &picked, now_ms, err))
        return false;
    drop_idle_lanes(ap);
    *wait_ms = wait_sooner(wait, poll_run(ap, now_ms));
    return ap->stopped || !apply_idle(ap) || close_left(ap, now_ms, err);
}

bool apply_take(struct apply *ap, const struct alb_result *result, bool *taken, struct error *err)
{
    *taken = true;
    const struct map_entry *cursor = NULL;
    for (struct lane *l = next_lane(ap, &cursor); l; l = next_lane(ap, &cursor))
        if (l->call == result->id)
            return lane_take_reply(ap, l, result, err);
    return poll_take(ap, result, taken, err);
}

bool apply_idle(const struct apply *ap)
{
    const struct map_entry *cursor = NULL;
    for (const struct site *s = next_site(ap, &cursor); s; s = next_site(ap, &cursor))
        if ((s->dirty || s->held) && !ap->stopped)
            return false;
    cursor = NULL;
    for (const struct lane *l = next_lane(ap, &cursor); l; l = next_lane(ap, &cursor))
        if (l->state != LANE_IDLE && !(ap->stopped && l->state == LANE_BACKOFF))
            return false;
    return true;
}

void apply_stop(struct apply *ap)
{
    ap->stopped = true;
}

struct apply_counts apply_counts(const struct apply *ap)
{
    return ap->counts;
}
