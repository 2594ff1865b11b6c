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
    if (!ap->in.max_tries)
        ap->in.max_tries = 10;
    if (!alb_wait_new(&ap->wait, in->alb, err)
        || !store_calls_open(in->store, &ap->arena, &ap->left, err)) {
        apply_free(ap);
        return false;
    }
    for (size_t i = 0; i < in->model->rows.len; i++) {
        const char *lb = in->model->rows.items[i].lb;
        if (!in->only || !strcmp(lb, in->only))
            map_put(&ap->dirty, lb, "");
    }
    *out = ap;
    return true;
}

static struct lane *next_lane(const struct apply *ap, const struct map_entry **cursor)
{
    void *value = NULL;
    return map_next(&ap->lanes, cursor, &value) ? value : NULL;
}

void apply_free(struct apply *ap)
{
    if (!ap)
        return;
    const struct map_entry *cursor = NULL;
    for (struct lane *l = next_lane(ap, &cursor); l; l = next_lane(ap, &cursor))
        arena_done(&l->arena);
    alb_wait_free(ap->wait);
    map_done(&ap->lanes);
    map_done(&ap->dirty);
    struct arena mem = ap->arena; /* it lives in it */
    arena_done(&mem);
}

typedef LIST_OF(struct lane *) lane_list;

/* Loads the first step of each idle lane that may be sent now. */
static void pick_steps(struct apply *ap, const char *lb, int64_t now_ms, struct arena *a,
                       lane_list *picked)
{
    struct plan_in in = {
        .model = ap->in.model,
        .now_ms = now_ms,
        .keep_all = ap->in.keep_all,
        .allow_destroy = ap->in.allow_destroy,
        .confirmed = ap->in.confirmed,
        .destroy = ap->in.destroy,
        .tombstones = ap->in.tombstones,
        .batch_rules = ap->in.batch_rules,
        .batch_servers = ap->in.batch_servers,
        .batches = ap->in.batches,
    };
    struct plan plan = { 0 };
    plan_build_lb(a, &in, lb, &plan);
    for (size_t i = 0; i < plan.lbs.len; i++)
        if (plan.lbs.items[i].refused)
            return;
    for (size_t i = 0; i < plan.steps.len; i++) {
        const struct step *step = &plan.steps.items[i];
        if (step->waits)
            continue;
        struct lane *lane = lane_get(ap, step);
        if (lane->state != LANE_IDLE || lane->blocked || lane->step.action)
            continue;
        lane_load(ap, lane, step);
        *LIST_PUSH(a, picked) = lane;
    }
}

static void pick_all(struct apply *ap, int64_t now_ms, struct arena *a, lane_list *picked)
{
    struct map dirty = ap->dirty;
    ap->dirty = (struct map){ 0 };
    const struct map_entry *cursor = NULL;
    void *value;
    for (const char *lb = map_next(&dirty, &cursor, &value); lb;
         lb = map_next(&dirty, &cursor, &value)) {
        /* Each plan dies before the next is made: memory is that of one load balancer. */
        struct arena scratch CLEANUP(arena_done) = { 0 };
        lane_list here = { 0 };
        pick_steps(ap, lb, now_ms, &scratch, &here);
        for (size_t i = 0; i < here.len; i++)
            *LIST_PUSH(a, picked) = here.items[i];
    }
    map_done(&dirty);
}

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
            wait = wait < 0 || l->due_ms - now_ms < wait ? l->due_ms - now_ms : wait;
            continue;
        }
        lane_transition(l, LANE_IDLE);
        if (l->resend)
            *LIST_PUSH(a, picked) = l;
        else
            map_put(&ap->dirty, l->lb, "");
    }
    return wait;
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

static int64_t sooner(int64_t x, int64_t y)
{
    if (x < 0 || y < 0)
        return x < 0 ? y : x;
    return x < y ? x : y;
}

/* Intents that an earlier run left and that nothing asks for now: what is there was read
 * since, so that their tokens must not be used again for a later call that looks the same. */
static bool close_left(struct apply *ap, int64_t now_ms, struct error *err)
{
    const struct store_outcome o = { .state = "failed", .done_at = now_ms, .code = "NotRepeated" };
    for (size_t i = 0; i < ap->left.len; i++)
        if (ap->left.items[i].id && !store_call_done(ap->in.store, ap->left.items[i].id, &o, err))
            return error_wrap(err, "journal");
    ap->left.len = 0;
    return true;
}

bool apply_run(struct apply *ap, int64_t now_ms, int64_t *wait_ms, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    lane_list picked = { 0 };
    int64_t wait = -1;
    if (!ap->stopped) {
        wait = wake_lanes(ap, now_ms, &scratch, &picked);
        pick_all(ap, now_ms, &scratch, &picked);
    }
    if (!send_all(ap, &picked, now_ms, err))
        return false;
    *wait_ms = sooner(wait, poll_run(ap, now_ms));
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
    if (!ap->stopped && map_count(&ap->dirty))
        return false;
    const struct map_entry *cursor = NULL;
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
