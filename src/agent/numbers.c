/* numbers.c - the agent in numbers, for Prometheus.
 *
 * Labels are actions of the API, families of lanes, classes and states: none grows with what the
 * objects ask for.  The one exception, load balancers, has a ceiling.  What controller-runtime and
 * the exporters of every language have names for is called so, so that dashboards fit. */
#include <string.h>

#include "service_priv.h"

enum { LBS_SHOWN = 100 };

void counts_note(struct service_counts *c, const struct agent_event *e)
{
    c->readings += e->kind == AGENT_READ;
    c->failed_readings += e->kind == AGENT_READ_FAILED;
    if (e->kind != AGENT_STEP)
        return;
    const struct apply_event *s = e->step;
    const enum lane_family f = s->step->family;
    if (s->kind != APPLY_SENT)
        histogram_note(&c->families[f].took, s->took_ms * 1000);
    else if (s->waited_ms >= 0)
        histogram_note(&c->families[f].waited, s->waited_ms * 1000);
    c->families[f].done += s->kind == APPLY_DONE;
    c->families[f].failed += s->kind == APPLY_FAILED;
    c->families[f].again += s->kind == APPLY_RETRY;
}

static const char *label_of(int family)
{
    static const char *const names[LANE_FAMILIES] = {
        [LANE_LOAD_BALANCER] = "load-balancer",
        [LANE_SERVER_GROUP] = "server-group",
        [LANE_SHARED] = "shared",
    };
    return names[family];
}

static void gauge(struct metrics *m, const char *name, const char *help, int64_t value)
{
    metrics_family(m, METRICS_GAUGE, name, help);
    metrics_int(m, NO_LABELS, value);
}

static void counter(struct metrics *m, const char *name, const char *help, uint64_t value)
{
    metrics_family(m, METRICS_COUNTER, name, help);
    metrics_int(m, NO_LABELS, (int64_t)value);
}

/* ---- calls ------------------------------------------------------------------------------- */

static void add_calls(struct metrics *m, const alb_tallies *list)
{
    metrics_family(
        m, METRICS_COUNTER, "alb_agent_api_calls_total",
        "Requests to the cloud, repeats included, by action and by what became of them.");
    for (size_t i = 0; i < list->len; i++)
        for (int kind = 0; kind <= ERROR_BUG; kind++)
            if (list->items[i].results[kind])
                metrics_int(
                    m,
                    LABELS({ "action", list->items[i].action },
                           { "result",
                             kind == ERROR_NONE ? "ok" : error_kind_name((enum error_kind)kind) }),
                    (int64_t)list->items[i].results[kind]);
    metrics_family(m, METRICS_COUNTER, "alb_agent_api_call_seconds_total",
                   "Time until the replies to these requests were there, all together.");
    for (size_t i = 0; i < list->len; i++)
        metrics_us(m, LABELS({ "action", list->items[i].action }), list->items[i].took_ms * 1000);
}

static void add_budgets(struct metrics *m, const alb_tallies *list)
{
    metrics_family(m, METRICS_GAUGE, "alb_agent_budget_tokens",
                   "Calls of the action that may be made at once, now.");
    for (size_t i = 0; i < list->len; i++) {
        const struct alb_spent *b = &list->items[i].budget;
        if (b->limit > 0)
            metrics_int(m, LABELS({ "action", b->name }),
                        b->limit > b->used ? b->limit - b->used : 0);
    }
    metrics_family(
        m, METRICS_GAUGE, "alb_agent_budget_calls_per_second",
        "Calls of the action that may be made in a second for long; less than configured "
        "while the cloud asks to slow down.");
    for (size_t i = 0; i < list->len; i++) {
        const struct alb_spent *b = &list->items[i].budget;
        if (b->limit > 0)
            metrics_us(m, LABELS({ "action", b->name }),
                       b->limit * INT64_C(1000000000) / b->period_ms);
    }
    metrics_family(m, METRICS_COUNTER, "alb_agent_throttled_total",
                   "How often the cloud asked to slow down.");
    for (size_t i = 0; i < list->len; i++)
        metrics_int(m, LABELS({ "action", list->items[i].action }),
                    (int64_t)list->items[i].budget.throttled);
}

/* ---- lanes ------------------------------------------------------------------------------- */

static void add_lanes(struct metrics *m, const struct store_status *s)
{
    metrics_family(m, METRICS_GAUGE, "alb_agent_lanes",
                   "Lanes that are not idle: running a change, backing off after a failure, or "
                   "waiting for a fresh reading.");
    for (int f = 0; f < LANE_FAMILIES; f++) {
        const struct store_family *l = &s->families.items[f];
        metrics_int(m, LABELS({ "family", label_of(f) }, { "state", "running" }), l->running);
        metrics_int(m, LABELS({ "family", label_of(f) }, { "state", "backoff" }), l->backoff);
        metrics_int(m, LABELS({ "family", label_of(f) }, { "state", "waiting" }), l->waiting);
    }
    metrics_family(m, METRICS_GAUGE, "workqueue_depth",
                   "Steps that could be sent and wait for their turn.");
    for (int f = 0; f < LANE_FAMILIES; f++)
        metrics_int(m, LABELS({ "name", label_of(f) }, { "controller", label_of(f) }),
                    s->families.items[f].ready);
    metrics_family(m, METRICS_GAUGE, "controller_runtime_active_workers", "Changes in flight.");
    for (int f = 0; f < LANE_FAMILIES; f++)
        metrics_int(m, LABELS({ "controller", label_of(f) }), s->families.items[f].running);
    metrics_family(m, METRICS_GAUGE, "controller_runtime_max_concurrent_reconciles",
                   "How many changes may be in flight at once.");
    for (int f = 0; f < LANE_FAMILIES; f++)
        metrics_int(m, LABELS({ "controller", label_of(f) }), s->families.items[f].most_running);
}

static void add_reconciles(struct metrics *m, const struct service_counts *c)
{
    metrics_family(m, METRICS_COUNTER, "controller_runtime_reconcile_total",
                   "Changes that were tried, by what became of them.");
    for (int f = 0; f < LANE_FAMILIES; f++) {
        const char *name = label_of(f);
        metrics_int(m, LABELS({ "controller", name }, { "result", "success" }),
                    (int64_t)c->families[f].done);
        metrics_int(m, LABELS({ "controller", name }, { "result", "error" }),
                    (int64_t)c->families[f].failed);
        metrics_int(m, LABELS({ "controller", name }, { "result", "requeue_after" }),
                    (int64_t)c->families[f].again);
    }
    metrics_family(m, METRICS_COUNTER, "controller_runtime_reconcile_errors_total",
                   "Changes that failed for good.");
    for (int f = 0; f < LANE_FAMILIES; f++)
        metrics_int(m, LABELS({ "controller", label_of(f) }), (int64_t)c->families[f].failed);
    metrics_family(m, METRICS_HISTOGRAM, "controller_runtime_reconcile_time_seconds",
                   "From the request of a change until it was complete, or had failed.");
    for (int f = 0; f < LANE_FAMILIES; f++)
        metrics_histogram(m, LABELS({ "controller", label_of(f) }), &c->families[f].took);
    metrics_family(m, METRICS_HISTOGRAM, "workqueue_queue_duration_seconds",
                   "From an edit of the objects of a load balancer to the first request for it.");
    for (int f = 0; f < LANE_FAMILIES; f++)
        metrics_histogram(m, LABELS({ "name", label_of(f) }, { "controller", label_of(f) }),
                          &c->families[f].waited);
}

/* ---- load balancers ------------------------------------------------------------------------ */

enum lb_state { LB_IN_SYNC, LB_CHANGING, LB_REFUSED, LB_UNREAD, LB_STATES };

static enum lb_state state_of(const struct agent_lb *lb)
{
    if (!lb->read)
        return LB_UNREAD;
    if (lb->standing.refused)
        return LB_REFUSED;
    return lb->in_sync ? LB_IN_SYNC : LB_CHANGING;
}

static void add_lbs(struct metrics *m, const agent_lbs *lbs)
{
    static const char *const names[LB_STATES] = { "in-sync", "changing", "refused", "unread" };
    int64_t n[LB_STATES] = { 0 }, steps = 0;
    for (size_t i = 0; i < lbs->len; i++) {
        n[state_of(&lbs->items[i])] += !lb_service(lbs->items[i].name);
        steps += (int64_t)lbs->items[i].standing.steps;
    }
    metrics_family(m, METRICS_GAUGE, "alb_agent_load_balancers",
                   "Load balancers by how they stand: as the objects ask for, on the way there, "
                   "held because their plan is refused, or not read since the start.");
    for (int s = 0; s < LB_STATES; s++)
        metrics_int(m, LABELS({ "state", names[s] }), n[s]);
    gauge(m, "alb_agent_pending_steps",
          "Steps of all plans, those in flight and those that may not "
          "be sent yet included.",
          steps);
}

struct found {
    int64_t open, settled, oldest_ms; /* 'oldest_ms' of the open ones; 0: none */
};

static void count_found(const struct agent *g, const agent_lbs *lbs, int64_t now_ms,
                        struct found by_class[CLASS_IN_SYNC])
{
    for (size_t i = 0; i < lbs->len; i++) {
        const finding_list *list = agent_findings(g, lbs->items[i].name);
        for (size_t k = 0; list && k < list->len; k++) {
            const struct finding *f = &list->items[k];
            if (f->class == CLASS_IN_SYNC)
                continue;
            struct found *to = &by_class[f->class];
            if (finding_settled(f, now_ms)) {
                to->settled++;
                continue;
            }
            to->open++;
            if (!to->oldest_ms || f->first_seen < to->oldest_ms)
                to->oldest_ms = f->first_seen;
        }
    }
}

static void add_findings(struct metrics *m, const struct found *by_class, int64_t now_ms)
{
    static const enum resource_class shown[] = { CLASS_DRIFT, CLASS_MISSING, CLASS_ORPHAN };
    metrics_family(m, METRICS_GAUGE, "alb_agent_findings",
                   "Resources that the last reading found amiss; settled are those that a person "
                   "accepted or ignored.");
    for (size_t i = 0; i < COUNT(shown); i++) {
        const char *name = resource_class_name(shown[i]);
        metrics_int(m, LABELS({ "class", name }, { "state", "open" }), by_class[shown[i]].open);
        metrics_int(m, LABELS({ "class", name }, { "state", "settled" }),
                    by_class[shown[i]].settled);
    }
    metrics_family(m, METRICS_GAUGE, "alb_agent_oldest_finding_age_seconds",
                   "How long the oldest open one is known; 0: there is none.");
    for (size_t i = 0; i < COUNT(shown); i++) {
        const int64_t at = by_class[shown[i]].oldest_ms;
        metrics_us(m, LABELS({ "class", resource_class_name(shown[i]) }),
                   at ? (now_ms - at) * 1000 : 0);
    }
}

/* Soonest first, so that those beyond the ceiling are those that last. */
static void add_certificates(struct metrics *m, const struct status_past *past, int64_t now_ms)
{
    gauge(m, "alb_agent_certificates_expiring", "Certificates in use that end within 30 days.",
          (int64_t)past->certificates.len);
    metrics_family(
        m, METRICS_GAUGE, "alb_agent_certificate_expiry_seconds",
        "Until the first certificate that a load balancer serves ends, below zero when it "
        "has; of the 100 load balancers where that is soonest.");
    for (size_t i = 0; i < past->first.len && i < LBS_SHOWN; i++)
        metrics_us(m, LABELS({ "load_balancer", past->first.items[i].lb }),
                   (past->first.items[i].end - now_ms) * 1000);
}

/* ---- readings --------------------------------------------------------------------------- */

static void add_readings(struct metrics *m, const struct service_view *v, int64_t now_ms)
{
    const struct agent_times t = agent_times(v->g);
    metrics_family(m, METRICS_COUNTER, "alb_agent_readings_total",
                   "Readings of what is there, by what became of them.");
    metrics_int(m, LABELS({ "result", "ok" }), (int64_t)v->counts.readings);
    metrics_int(m, LABELS({ "result", "failed" }), (int64_t)v->counts.failed_readings);
    metrics_family(
        m, METRICS_GAUGE, "alb_agent_verified_reading_age_seconds",
        "Since the last complete reading of the family began; none until there was one.");
    if (t.lbs_at)
        metrics_us(m, LABELS({ "family", label_of(LANE_LOAD_BALANCER) }),
                   (now_ms - t.lbs_at) * 1000);
    if (t.groups_at)
        metrics_us(m, LABELS({ "family", label_of(LANE_SERVER_GROUP) }),
                   (now_ms - t.groups_at) * 1000);
}

/* ---- all of it ---------------------------------------------------------------------------- */

static void add_general(struct metrics *m, const struct service_view *v,
                        const struct store_status *s)
{
    const struct agent_times t = agent_times(v->g);
    metrics_family(m, METRICS_GAUGE, "alb_agent_build_info", "Which build this is; always 1.");
    metrics_int(m, LABELS({ "version", ALB_AGENT_VERSION }), 1);
    gauge(m, "alb_agent_ready", "1 when /readyz says so.", t.verified_at && !v->stopping);
    gauge(m, "alb_agent_source_complete",
          "0 while not all objects can be read, and nothing is deleted therefore.",
          s->source_complete);
    gauge(m, "alb_agent_quarantined_objects",
          "Objects that are left out, wholly or in part, because of a mistake in them.",
          s->left_out);
    counter(m, "alb_agent_events_total", "Events of the source that were taken in.",
            (uint64_t)s->events);
    counter(m, "alb_agent_api_retries_total", "Reads that were repeated.", t.retries);
    metrics_family(m, METRICS_HISTOGRAM, "alb_agent_loop_turn_seconds",
                   "Own time of a turn of the loop, in which nothing else is answered.");
    metrics_histogram(m, NO_LABELS, &v->counts.turns);
}

void page_metrics(struct service_view *v, int64_t now_ms, struct buf *b)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct metrics m = { .b = b };
    struct store_status status;
    agent_lbs lbs = { 0 };
    alb_tallies calls;
    struct found by_class[CLASS_IN_SYNC] = { { 0 } };
    service_status(v, "running", now_ms, &a, &status);
    agent_list(v->g, &a, &lbs);
    agent_tally(v->g, &a, &calls);
    count_found(v->g, &lbs, agent_now(v->g), by_class);
    add_general(&m, v, &status);
    add_calls(&m, &calls);
    add_budgets(&m, &calls);
    add_lanes(&m, &status);
    add_reconciles(&m, &v->counts);
    add_lbs(&m, &lbs);
    add_findings(&m, by_class, agent_now(v->g));
    add_certificates(&m, &v->past, now_ms);
    add_readings(&m, v, now_ms);
    metrics_process(&m);
}
