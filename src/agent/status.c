/* status.c - what a running agent says of itself, for 'alb-agent status' in another terminal. */
#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "service_priv.h"

enum {
    LANES_SHOWN = 100,
    WARN_DAYS = 30,              /* before a certificate ends, as the translation warns */
    CERTIFICATES_MS = 60 * 1000, /* between two looks at them ...                       */
    CHANGING_MS = 5 * 1000,      /* ... while something is changed                      */
};

#define DAY_MS (INT64_C(24) * 3600 * 1000)

const char *family_name(enum lane_family family)
{
    switch (family) {
    case LANE_LOAD_BALANCER: return "load balancer";
    case LANE_SERVER_GROUP: return "server group";
    case LANE_SHARED:
    case LANE_FAMILIES: break;
    }
    return "shared";
}

static int64_t most_running(const struct agent_settings *s, enum lane_family family)
{
    return family == LANE_SERVER_GROUP ? s->lanes.server_group.concurrent
                                       : s->lanes.load_balancer.concurrent;
}

static void add_families(const struct agent_settings *s, const apply_lanes *lanes, struct arena *a,
                         struct store_status *out)
{
    for (int f = 0; f < LANE_FAMILIES; f++) {
        struct store_family *to = LIST_PUSH(a, &out->families);
        *to = (struct store_family){ .name = family_name((enum lane_family)f),
                                     .most_running = most_running(s, (enum lane_family)f) };
        for (size_t i = 0; i < lanes->len; i++) {
            const struct apply_lane *l = &lanes->items[i];
            if (l->family != (enum lane_family)f)
                continue;
            to->lanes++;
            to->running += !strcmp(l->state, "sent") || !strcmp(l->state, "polling");
            to->waiting += !strcmp(l->state, "blocked");
            to->backoff += !strcmp(l->state, "backoff");
        }
    }
}

static void add_lanes(const apply_lanes *lanes, struct arena *a, struct store_status *out)
{
    for (size_t i = 0; i < lanes->len && i < LANES_SHOWN; i++) {
        const struct apply_lane *l = &lanes->items[i];
        const bool running = !strcmp(l->state, "sent") || !strcmp(l->state, "polling");
        *LIST_PUSH(a, &out->lanes) = (struct store_lane){
            .family = family_name(l->family),
            .key = l->key,
            .state = running                        ? "running"
                     : !strcmp(l->state, "backoff") ? "backoff"
                                                    : "waiting",
            .what = l->action ? l->action : "",
            .why = l->why ? l->why : "",
            .since = l->since_ms,
            .due = l->due_ms,
            .tries = l->tries - running, /* the one under way has not failed yet */
        };
    }
}

/* ---- certificates -----------------------------------------------------------------------------
 */

static int by_end(const void *x, const void *y)
{
    const struct store_certificate *a = x, *b = y;
    return a->end != b->end ? (a->end > b->end ? 1 : -1) : strcmp(a->id, b->id);
}

static struct store_certificate copy_served(struct arena *a, const struct report_served *s,
                                            int64_t end)
{
    return (struct store_certificate){
        .lb = arena_strdup(a, s->lb),
        .listener = arena_strdup(a, s->listener),
        .id = arena_strdup(a, s->id),
        .name = arena_strdup(a, s->name ? s->name : ""),
        .end = end,
    };
}

static void note_served(struct status_past *past, const report_served_list *list)
{
    struct arena *a = &past->certificates_arena;
    for (size_t i = 0; i < list->len; i++) {
        const struct report_served *s = &list->items[i];
        int64_t end;
        if (!report_served_end(s->end, &end) || end - past->certificates_at >= WARN_DAYS * DAY_MS)
            continue;
        *LIST_PUSH(a, &past->certificates) = copy_served(a, s, end);
    }
}

/* Of one load balancer. */
static void note_first(struct status_past *past, const report_served_list *list)
{
    const struct report_served *first = NULL;
    int64_t end, first_end = INT64_MAX;
    for (size_t i = 0; i < list->len; i++)
        if (report_served_end(list->items[i].end, &end) && end < first_end) {
            first = &list->items[i];
            first_end = end;
        }
    if (first)
        *LIST_PUSH(&past->certificates_arena, &past->first) =
            copy_served(&past->certificates_arena, first, first_end);
}

/* Of all load balancers; now and then, since their ends are days away. */
static void look_at_certificates(const struct agent *g, struct status_past *past, int64_t now)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    agent_lbs lbs = { 0 };
    const uint64_t writes = agent_times(g).writes;
    if (past->certificates_at
        && now - past->certificates_at
               < (writes == past->certificates_writes ? CERTIFICATES_MS : CHANGING_MS))
        return;
    past->certificates_writes = writes;
    arena_done(&past->certificates_arena);
    past->certificates.items = past->first.items = NULL;
    past->certificates.len = past->first.len = 0;
    past->certificates_at = now;
    cJSON *list CLEANUP(json_done) = session_certificate_list(agent_facts(g));
    agent_list(g, &a, &lbs);
    for (size_t i = 0; i < lbs.len; i++) {
        struct arena own CLEANUP(arena_done) = { 0 };
        struct error ignored; /* who cannot read the store stops over what it has to do */
        struct model model;
        report_served_list served = { 0 };
        if (!agent_frame(g, lbs.items[i].name, &own, &model, &ignored))
            continue;
        session_list_served(&own, &model, lbs.items[i].name, list, &served);
        note_served(past, &served);
        note_first(past, &served);
    }
    if (past->certificates.len)
        qsort(past->certificates.items, past->certificates.len, sizeof *past->certificates.items,
              by_end);
    if (past->first.len)
        qsort(past->first.items, past->first.len, sizeof *past->first.items, by_end);
}

/* ---- budgets ----------------------------------------------------------------------------------
 */

static void add_budgets(const struct agent *g, struct arena *a, struct store_status *out)
{
    alb_spending list;
    agent_budgets(g, a, &list);
    for (size_t i = 0; i < list.len; i++)
        *LIST_PUSH(a, &out->budgets) = (struct store_budget){
            .name = list.items[i].name,
            .used = list.items[i].used,
            .limit = list.items[i].limit,
            .window_s = list.items[i].period_ms / 1000,
            .throttled = (int64_t)list.items[i].throttled,
        };
}

/* ---- all of it --------------------------------------------------------------------------------
 */

static void add_lbs(const struct agent *g, struct arena *a, struct store_status *out)
{
    agent_lbs lbs = { 0 };
    agent_list(g, a, &lbs);
    for (size_t i = 0; i < lbs.len; i++) {
        const struct apply_standing *st = &lbs.items[i].standing;
        for (int f = 0; f < LANE_FAMILIES; f++) {
            out->queued += (int64_t)st->queued[f];
            out->families.items[f].ready += (int64_t)st->queued[f];
        }
        if (st->refused || st->waits)
            *LIST_PUSH(a, &out->lanes) = (struct store_lane){
                .family = "load balancer",
                .key = lbs.items[i].name,
                .state = "waiting",
                .what = st->refused
                            ? "a plan that is refused"
                            : arena_fmt(a, "%zu step%s", st->waiting, st->waiting == 1 ? "" : "s"),
                .why = st->refused ? st->refused : st->waits,
            };
    }
}

void status_past_done(struct status_past *past)
{
    arena_done(&past->certificates_arena);
    *past = (struct status_past){ 0 };
}

/* "manifests in a.yaml, deploy/" */
static const char *source_name(struct arena *a, const struct agent_settings *s)
{
    const char *text = "manifests in";
    for (size_t i = 0; i < s->manifests.len; i++)
        text = arena_fmt(a, "%s%s %s", text, i ? "," : "", s->manifests.items[i]);
    return text;
}

void service_status(struct service_view *v, const char *phase, int64_t now_ms, struct arena *a,
                    struct store_status *out)
{
    struct error ignored; /* who cannot read the store stops over what it has to do */
    apply_lanes lanes = { 0 };
    const struct agent_times t = agent_times(v->g);
    agent_lanes(v->g, a, &lanes);
    *out = (struct store_status){
        .at = now_ms,
        .started_at = v->started_at,
        .version = ALB_AGENT_VERSION,
        .phase = phase,
        .source = source_name(a, v->settings),
        .source_complete = !agent_objects(v->g)->incomplete,
        .problem = arena_strdup(a, v->problem),
        .verified_at = t.verified_at,
        .next_read_at = t.next_read_at,
        .events = store_events_added(agent_store(v->g)),
        .writes = (int64_t)t.writes,
        .reads = (int64_t)t.reads,
    };
    add_families(v->settings, &lanes, a, out);
    add_lanes(&lanes, a, out);
    add_lbs(v->g, a, out);
    if (!store_quarantine_read(agent_store(v->g), a, STORE_QUARANTINE_SHOWN, &out->quarantined,
                               &out->left_out, &ignored))
        out->left_out = 0;
    add_budgets(v->g, a, out);
    look_at_certificates(v->g, &v->past, now_ms);
    out->certificates.items = v->past.certificates.items;
    out->certificates.len = v->past.certificates.len;
}
