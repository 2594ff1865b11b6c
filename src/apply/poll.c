/* poll.c - asking how accepted changes are getting on: jobs ten a call, a new load balancer
 * by its own state. */
#include <string.h>

#include "alb-agent/json.h"
#include "apply_priv.h"

enum {
    FIRST_POLL_MS = 200,
    LONGEST_POLL_MS = 1000, /* what the API's own hints say (alb-semantics.md §4)  */
    FAILED_POLL_MS = 2000,
    POLL_DEADLINE_MS = 10 * 60 * 1000,
};

int64_t poll_first_delay(const struct lane *lane)
{
    (void)lane;
    return FIRST_POLL_MS;
}

static struct poll *free_poll(struct apply *ap)
{
    for (size_t i = 0; i < ap->polls.len; i++)
        if (!ap->polls.items[i].n)
            return &ap->polls.items[i];
    return LIST_PUSH(&ap->arena, &ap->polls);
}

/* While its poll is in flight a lane is not due. */
static const int64_t NOT_DUE = INT64_MAX;

static void begin(struct apply *ap, struct poll *p, const char *action, const alb_params *params,
                  int64_t now_ms)
{
    struct error err;
    p->call = alb_begin(ap->in.alb, action, params, false, &err);
    for (size_t i = 0; i < p->n; i++)
        p->lanes[i]->due_ms = p->call ? NOT_DUE : now_ms + FAILED_POLL_MS;
    if (!p->call)
        p->n = 0;
}

static void poll_jobs(struct apply *ap, struct lane *const *lanes, size_t n, int64_t now_ms)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct poll *p = free_poll(ap);
    alb_params params = { 0 };
    for (p->n = 0; p->n < n; p->n++) {
        p->lanes[p->n] = lanes[p->n];
        *LIST_PUSH(&a, &params) =
            (struct alb_param){ arena_fmt(&a, "JobIds.%zu", p->n + 1), lanes[p->n]->job };
    }
    begin(ap, p, "ListAsynJobs", &params, now_ms);
}

static const char *lb_id_of(const struct apply *ap, const struct lane *lane)
{
    const struct resource *lb =
        model_find(ap->in.model, lane->lb, RESOURCE_LOAD_BALANCER, lane->lb);
    return lb && lb->cloud_id ? lb->cloud_id : "";
}

static void poll_lb(struct apply *ap, struct lane *lane, int64_t now_ms)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct poll *p = free_poll(ap);
    p->lanes[0] = lane;
    p->n = 1;
    alb_params params = { 0 };
    *LIST_PUSH(&a, &params) = (struct alb_param){ "LoadBalancerId", lb_id_of(ap, lane) };
    begin(ap, p, "GetLoadBalancerAttribute", &params, now_ms);
}

int64_t poll_run(struct apply *ap, int64_t now_ms)
{
    struct lane *due[10];
    size_t n = 0;
    int64_t wait = -1;
    const struct map_entry *cursor = NULL;
    void *value;
    while (map_next(&ap->lanes, &cursor, &value)) {
        struct lane *l = value;
        if (l->state != LANE_POLLING || l->due_ms == NOT_DUE)
            continue;
        if (l->due_ms > now_ms) {
            wait = wait < 0 || l->due_ms - now_ms < wait ? l->due_ms - now_ms : wait;
        } else if (!l->job) {
            poll_lb(ap, l, now_ms);
        } else {
            due[n++] = l;
            if (n == COUNT(due)) {
                poll_jobs(ap, due, n, now_ms);
                n = 0;
            }
        }
    }
    if (n)
        poll_jobs(ap, due, n, now_ms);
    return wait;
}

/* ---- answers ------------------------------------------------------------------------- */

static bool is_overdue(struct apply *ap, struct lane *lane, int64_t now_ms)
{
    if (now_ms - lane->polled_at <= POLL_DEADLINE_MS)
        return false;
    struct error why;
    (void)error_set(&why, ERROR_TRANSIENT, "%s: not complete after %d minutes", lane->step.action,
                    POLL_DEADLINE_MS / 60000);
    lane_reread(ap, lane, &why);
    return true;
}

static bool still_waiting(struct apply *ap, struct lane *lane, int64_t now_ms)
{
    int64_t delay = (now_ms - lane->polled_at) / 2; /* grows with the time it takes */
    if (delay < FIRST_POLL_MS)
        delay = FIRST_POLL_MS;
    if (!is_overdue(ap, lane, now_ms))
        lane->due_ms = now_ms + (delay > LONGEST_POLL_MS ? LONGEST_POLL_MS : delay);
    return true;
}

/* The question itself failed: asked again, unless what was asked for is not there. */
static void not_answered(struct apply *ap, struct lane *lane, const struct alb_result *r)
{
    switch (r->err.kind) {
    case ERROR_TRANSIENT:
    case ERROR_THROTTLED:
    case ERROR_BUSY:
        if (!is_overdue(ap, lane, r->done_ms))
            lane->due_ms = r->done_ms + FAILED_POLL_MS;
        return;
    case ERROR_NOT_FOUND:
    case ERROR_CONFLICT: lane_reread(ap, lane, &r->err); return;
    case ERROR_NONE:
    case ERROR_INVALID:
    case ERROR_QUOTA:
    case ERROR_DENIED:
    case ERROR_BUG: break;
    }
    lane_give_up(ap, lane, &r->err);
}

static const cJSON *find_job(const cJSON *reply, const char *id)
{
    const cJSON *job;
    cJSON_ArrayForEach (job, json_get(reply, "Jobs")) {
        const char *found = json_str(job, "Id");
        if (found && !strcmp(found, id))
            return job;
    }
    return NULL;
}

static bool take_job(struct apply *ap, struct lane *lane, const cJSON *reply, int64_t now_ms,
                     struct error *err)
{
    const cJSON *job = find_job(reply, lane->job);
    const char *status = json_str(job, "Status");
    if (status && !strcmp(status, "Succeeded"))
        return lane_complete(ap, lane, now_ms, err);
    if (!status || strcmp(status, "Failed") != 0)
        return still_waiting(ap, lane, now_ms);
    const char *code = json_str(job, "ErrorCode"), *msg = json_str(job, "ErrorMessage");
    struct error why;
    enum error_kind kind = alb_error_kind(code ? code : "", 400);
    (void)error_set(&why, kind, "%s: job %s failed: %s: %s", lane->step.action, lane->job,
                    code ? code : "no code", msg ? msg : "no message");
    struct store_outcome o = { .state = "failed", .done_at = now_ms, .code = code };
    if (!store_call_done(ap->in.store, lane->journal, &o, err))
        return false;
    if (kind == ERROR_DENIED || kind == ERROR_QUOTA)
        lane_give_up(ap, lane, &why);
    else
        lane_reread(ap, lane, &why); /* what a failed job left behind is not known */
    return true;
}

static bool take_lb(struct apply *ap, struct lane *lane, const cJSON *reply, int64_t now_ms,
                    struct error *err)
{
    const char *status = json_str(reply, "LoadBalancerStatus");
    if (!status || !strcmp(status, "Provisioning") || !strcmp(status, "Configuring"))
        return still_waiting(ap, lane, now_ms);
    if (!strcmp(status, "CreateFailed")) {
        struct error why;
        (void)error_set(&why, ERROR_CONFLICT,
                        "%s: the cloud could not create load balancer %s; delete it there and run "
                        "again",
                        lane->step.action, lb_id_of(ap, lane));
        lane_give_up(ap, lane, &why);
        return true;
    }
    struct alb_load_balancer seen;
    struct error ignored;
    (void)!schema_from_json(&lane->arena, &alb_load_balancer_schema, &seen, reply, SCHEMA_LENIENT,
                            &ignored);
    if (lane->step.items.len)
        lane->step.items.items[0].after =
            arena_dup(&lane->arena, &seen, sizeof seen); /* with its DNS name */
    return lane_complete(ap, lane, now_ms, err);
}

bool poll_take(struct apply *ap, const struct alb_result *r, bool *taken, struct error *err)
{
    *taken = false;
    for (size_t i = 0; i < ap->polls.len && !*taken; i++) {
        if (!ap->polls.items[i].n || ap->polls.items[i].call != r->id)
            continue;
        *taken = true;
        struct poll p = ap->polls.items[i];
        ap->polls.items[i].n = 0;
        for (size_t j = 0; j < p.n; j++) {
            struct lane *lane = p.lanes[j];
            if (!r->ok)
                not_answered(ap, lane, r);
            else if (!(lane->job ? take_job(ap, lane, r->reply, r->done_ms, err)
                                 : take_lb(ap, lane, r->reply, r->done_ms, err)))
                return false;
        }
    }
    return true;
}
