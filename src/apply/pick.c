/* pick.c - which steps may be sent now: of each load balancer whose plan must be computed
 * again the first step of every idle lane, urgent ones first, as many as the pace of their
 * family allows (design.md §6). */
#include <stdlib.h>
#include <string.h>

#include "apply_priv.h"

enum {
    AGAIN_MS = 5000, /* until steps that wait for time to pass are looked at again */
    US = 1000,       /* of a millisecond */
    SECOND_US = 1000 * US
};

/* ---- pace ------------------------------------------------------------------------------------ */

static size_t count_busy(const struct apply *ap, enum lane_family family)
{
    size_t n = 0;
    const struct map_entry *cursor = NULL;
    for (const struct lane *l = next_lane(ap, &cursor); l; l = next_lane(ap, &cursor))
        n += l->family == family && (l->state != LANE_IDLE || l->step.action);
    return n;
}

/* How many more steps of the family may begin now; '*wait_ms' until one more may. */
static size_t room_of(const struct apply *ap, enum lane_family family, int64_t now_ms,
                      int64_t *wait_ms)
{
    const struct apply_pace *pace = &ap->in.pace[family];
    size_t room = SIZE_MAX;
    if (pace->concurrent) {
        const size_t busy = count_busy(ap, family);
        room = busy < pace->concurrent ? pace->concurrent - busy : 0;
    }
    if (pace->starts_per_second) {
        const int64_t each = SECOND_US / (int64_t)pace->starts_per_second;
        const int64_t ahead = ap->next_start_us[family] - now_ms * US; /* of the theory */
        const int64_t left = ahead > 0 ? SECOND_US - ahead : SECOND_US;
        const size_t starts = left < each ? 0 : (size_t)(left / each);
        if (!starts)
            *wait_ms = (each - left + US - 1) / US;
        room = starts < room ? starts : room;
    }
    return room;
}

static void note_start(struct apply *ap, enum lane_family family, int64_t now_ms)
{
    const struct apply_pace *pace = &ap->in.pace[family];
    if (!pace->starts_per_second)
        return;
    int64_t *next = &ap->next_start_us[family];
    if (*next < now_ms * US)
        *next = now_ms * US;
    *next += SECOND_US / (int64_t)pace->starts_per_second;
}

/* ---- one load balancer ------------------------------------------------------------------------
 */

struct picking {
    struct apply *ap;
    int64_t now_ms;
    int64_t wait_ms; /* until something may be picked that may not now; -1: nothing */
    struct arena *a;
    lane_list *picked;
    size_t room[LANE_FAMILIES];
};

static void wait_until(struct picking *k, int64_t due_ms)
{
    k->wait_ms = wait_sooner(k->wait_ms, due_ms > k->now_ms ? due_ms - k->now_ms : 0);
}

/* Are changes to objects still coming in? */
static bool is_settling(struct picking *k, struct site *site, enum lane_family family)
{
    if (site->ready_ms[family] <= k->now_ms) {
        site->ready_ms[family] = 0;
        return false;
    }
    wait_until(k, site->ready_ms[family]);
    return true;
}

/* May the step start?  Else the site is held. */
static bool may_start(struct picking *k, struct site *site, const struct step *step)
{
    bool *lacks = NULL;
    if (!step->urgent && is_settling(k, site, step->family))
        lacks = &site->lacks_rest[step->family];
    else if (!k->room[step->family])
        lacks = &site->lacks_room[step->family];
    if (lacks)
        *lacks = site->held = true;
    return !lacks;
}

/* Does a change that is under way lead requests to the group?  What came of it nobody knows yet,
 * and no row says that the group is used once its rule is not wanted any more. */
static bool is_to_be_used(const struct apply *ap, const struct step *step)
{
    const char *id = step->op == STEP_DELETE && step->items.items[0].kind == RESOURCE_SERVER_GROUP
                         ? alb_param_get(&step->params, "ServerGroupId")
                         : NULL;
    const struct map_entry *cursor = NULL;
    for (const struct lane *l = next_lane(ap, &cursor); id && l; l = next_lane(ap, &cursor))
        for (size_t i = 0; l->step.action && i < l->step.params.len; i++)
            if (!strcmp(l->step.params.items[i].value, id))
                return true;
    return false;
}

static void take_step(struct picking *k, struct site *site, const struct step *step)
{
    struct lane *lane = lane_get(k->ap, step);
    if (lane->state != LANE_IDLE || lane->blocked || lane->step.action || is_to_be_used(k->ap, step)
        || !may_start(k, site, step))
        return;
    lane->site = site; /* a shared lane serves all load balancers */
    lane_load(k->ap, lane, step);
    k->room[step->family]--;
    note_start(k->ap, step->family, k->now_ms);
    *LIST_PUSH(k->a, k->picked) = lane;
}

static void note_standing(struct site *site, const struct plan *plan)
{
    struct apply_standing *st = &site->standing;
    arena_done(&site->arena);
    *st = (struct apply_standing){ .planned = true, .steps = plan->steps.len };
    for (size_t i = 0; i < plan->refusals.len && !st->refused; i++)
        st->refused = arena_strdup(&site->arena, plan->refusals.items[i].message);
    for (size_t i = 0; i < plan->steps.len; i++) {
        const char *waits = plan->steps.items[i].waits;
        if (!waits)
            continue;
        st->waits_read = st->waits_read || !strcmp(waits, STEP_WAITS_READ);
        if (!st->waiting++)
            st->waits = arena_strdup(&site->arena, waits);
    }
}

/* Where nothing is to be done there is nothing to wait for: what comes next waits anew. */
static void forget_delays(struct site *site, const struct plan *plan)
{
    bool any[LANE_FAMILIES] = { false };
    for (size_t i = 0; i < plan->steps.len; i++)
        any[plan->steps.items[i].family] = true;
    for (int f = 0; f < LANE_FAMILIES; f++)
        if (!any[f])
            site->ready_ms[f] = 0;
}

/* Is it what its lane does already?  It is planned until it is done. */
static bool is_under_way(const struct apply *ap, const struct step *step)
{
    const struct lane *lane = map_get(&ap->lanes, step->lane);
    const struct step *doing = lane ? &lane->step : NULL;
    return doing && doing->action && !strcmp(doing->action, step->action) && doing->items.len
           && step->items.len && doing->items.items[0].kind == step->items.items[0].kind
           && !strcmp(doing->items.items[0].key, step->items.items[0].key);
}

static void note_queue(const struct apply *ap, struct site *site, const struct plan *plan)
{
    for (size_t i = 0; i < plan->steps.len; i++) {
        const struct step *step = &plan->steps.items[i];
        site->standing.queued[step->family] += !step->waits && !is_under_way(ap, step);
    }
}

static void pick_site(struct picking *k, struct site *site)
{
    /* Each plan dies before the next is made: memory is that of one load balancer. */
    struct arena scratch CLEANUP(arena_done) = { 0 };
    struct apply_scope scope = { 0 };
    struct plan plan = { 0 };
    site->dirty = site->held = false;
    memset(site->lacks_room, 0, sizeof site->lacks_room);
    memset(site->lacks_rest, 0, sizeof site->lacks_rest);
    site->again_ms = 0;
    if (!k->ap->in.scope(k->ap->in.scope_arg, site->name, &scope) || scope.closed)
        return;
    scope.plan.now_ms = k->now_ms;
    plan_build_lb(&scratch, &scope.plan, site->name, &plan);
    note_standing(site, &plan);
    forget_delays(site, &plan);
    bool refused = false;
    for (size_t i = 0; i < plan.lbs.len; i++)
        refused = refused || plan.lbs.items[i].refused;
    for (int pass = 0; !refused && pass < 2; pass++)
        for (size_t i = 0; i < plan.steps.len; i++) {
            const struct step *step = &plan.steps.items[i];
            if (!step->waits && step->urgent == !pass)
                take_step(k, site, step);
        }
    if (!refused)
        note_queue(k->ap, site, &plan);
    if (!plan.steps.len)
        site->edited_ms = 0;
    if (site->standing.waiting)
        site->again_ms = k->now_ms + AGAIN_MS;
    site->edit = site->edit && site->held;
}

/* ---- all ---------------------------------------------------------------------------------- */

/* Has the time come to look again at steps that wait for what nobody tells, as a group whose
 * connections drain? */
static void look_again(const struct picking *k, struct site *site)
{
    site->dirty = site->dirty || (site->again_ms && site->again_ms <= k->now_ms);
}

/* Is there something new for the site?  The plan of one that is held is as it was until a step may
 * start. */
static bool is_due(struct picking *k, struct site *site)
{
    bool due = site->dirty;
    for (int f = 0; site->held && f < LANE_FAMILIES; f++) {
        due = due || (site->lacks_room[f] && k->room[f]);
        if (site->lacks_rest[f])
            due = !is_settling(k, site, (enum lane_family)f) || due;
    }
    return due;
}

int64_t pick_all(struct apply *ap, int64_t now_ms, struct arena *a, lane_list *picked)
{
    struct picking k = { .ap = ap, .now_ms = now_ms, .wait_ms = -1, .a = a, .picked = picked };
    int64_t wait[LANE_FAMILIES] = { 0 };
    bool any = false;
    for (int f = 0; f < LANE_FAMILIES; f++) {
        k.room[f] = room_of(ap, (enum lane_family)f, now_ms, &wait[f]);
        any = any || k.room[f];
    }
    for (int pass = 0; pass < 2; pass++) {
        const struct map_entry *cursor = NULL;
        void *value;
        while (map_next(&ap->sites, &cursor, &value)) {
            struct site *site = value;
            look_again(&k, site);
            if (any && site->edit == !pass && is_due(&k, site))
                pick_site(&k, site);
            if (site->again_ms && !site->dirty)
                wait_until(&k, site->again_ms);
        }
    }
    for (int f = 0; f < LANE_FAMILIES; f++)
        if (wait[f])
            wait_until(&k, now_ms + wait[f]);
    return k.wait_ms;
}
