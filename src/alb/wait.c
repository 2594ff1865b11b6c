/* wait.c - waiting for accepted changes: batches of jobs and of load balancers. */
#include "alb-agent/alb_wait.h"

#include <inttypes.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb_priv.h"

enum {
    JOBS_MAX = 10,  /* JobIds of one read (alb-semantics.md §8)          */
    LBS_MAX = 20,   /* LoadBalancerIds of one read                       */
    FIRST_MS = 200, /* until the first look; later ones at half of the
                       time that has passed, so that a read comes soon
                       after a change is done, relative to its length   */
    LONGEST_MS = 1000,
    FAILED_MS = 2000, /* after a read that failed                        */
    ABSENT_MS = 60000 /* lists lag behind, but not for ever              */
};

enum item_state { ITEM_DUE, ITEM_ASKED, ITEM_SETTLED };

struct item {
    struct item *next;
    struct arena mem; /* holds the item itself */
    const char *what, *id;
    bool lb; /* else a job */
    enum item_state state;
    int64_t begun_ms, due_ms, deadline_ms;
    int64_t listed_ms; /* when it was last seen, or begun */
    uint64_t read;     /* ASKED: the call */
    struct alb_wait_done done;
};

struct alb_wait {
    struct arena mem;
    struct alb *alb;
    struct item *items, **end;
    uint64_t last_id;
    size_t pending;
};

bool alb_wait_new(struct alb_wait **out, struct alb *alb, struct error *err)
{
    (void)err;
    struct arena mem = { 0 };
    struct alb_wait *w = arena_alloc(&mem, sizeof *w);
    w->mem = mem;
    w->alb = alb;
    w->end = &w->items;
    *out = w;
    return true;
}

static void item_free(struct item *item)
{
    struct arena mem = item->mem; /* the item lives in it */
    arena_done(&mem);
}

void alb_wait_free(struct alb_wait *w)
{
    if (!w)
        return;
    for (struct item *i = w->items, *next; i; i = next) {
        next = i->next;
        item_free(i);
    }
    struct arena mem = w->mem;
    arena_done(&mem);
}

static uint64_t add(struct alb_wait *w, const struct item *like)
{
    struct arena mem = { 0 };
    struct item *item = arena_alloc(&mem, sizeof *item);
    *item = *like;
    item->mem = mem;
    item->what = arena_strdup(&item->mem, like->what);
    item->id = arena_strdup(&item->mem, like->id);
    item->due_ms = item->begun_ms + FIRST_MS;
    item->listed_ms = item->begun_ms;
    item->done.id = ++w->last_id;
    *w->end = item;
    w->end = &item->next;
    w->pending++;
    return item->done.id;
}

uint64_t alb_wait_job(struct alb_wait *w, const char *what, const char *job, int64_t deadline_ms,
                      int64_t now_ms)
{
    return add(w, &(struct item){
                      .what = what, .id = job, .begun_ms = now_ms, .deadline_ms = deadline_ms });
}

uint64_t alb_wait_lb(struct alb_wait *w, const char *what, const char *lb, int64_t deadline_ms,
                     int64_t now_ms)
{
    return add(
        w,
        &(struct item){
            .what = what, .id = lb, .lb = true, .begun_ms = now_ms, .deadline_ms = deadline_ms });
}

uint64_t alb_wait_reply(struct alb_wait *w, const char *action, const alb_params *params,
                        const cJSON *reply, int64_t deadline_ms, int64_t now_ms)
{
    const char *job = json_str(reply, "JobId"), *lb = NULL;
    if (job && *job)
        return alb_wait_job(w, action, job, deadline_ms, now_ms);
    /* The two that are asynchronous and give no job (alb-semantics.md §4). */
    if (!strcmp(action, "CreateLoadBalancer"))
        lb = json_str(reply, "LoadBalancerId");
    else if (!strcmp(action, "UpdateLoadBalancerEdition") && params)
        lb = alb_param_get(params, "LoadBalancerId");
    return lb && *lb ? alb_wait_lb(w, action, lb, deadline_ms, now_ms) : 0;
}

/* ---- reads ------------------------------------------------------------------------------ */

static bool is_due(const struct item *i, bool lb, int64_t now_ms)
{
    return i->state == ITEM_DUE && i->lb == lb && i->due_ms <= now_ms;
}

static void settle_ok(struct item *i)
{
    i->state = ITEM_SETTLED;
    i->done.ok = true;
}

static void settle_bad(struct item *i, const struct error *why, bool unknown)
{
    i->state = ITEM_SETTLED;
    i->done.unknown = unknown;
    i->done.err = *why;
    text_plain(i->done.err.action, sizeof i->done.err.action, i->what);
    text_plain(i->done.err.resource, sizeof i->done.err.resource, i->id);
    error_wrap(&i->done.err, "%s", i->what);
}

/* One read of what is due, as many as fit; false when nothing is. */
static bool begin_read(struct alb_wait *w, bool lb, int64_t now_ms)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct item *asked[LBS_MAX];
    size_t n = 0, max = lb ? LBS_MAX : JOBS_MAX;
    alb_params params = { 0 };
    for (struct item *i = w->items; i && n < max; i = i->next) {
        if (!is_due(i, lb, now_ms))
            continue;
        asked[n++] = i;
        *LIST_PUSH(&a, &params) =
            (struct alb_param){ arena_fmt(&a, "%s.%zu", lb ? "LoadBalancerIds" : "JobIds", n),
                                i->id };
    }
    if (!n)
        return false;
    if (lb) /* a page holds 20 unless told, which is what is asked for */
        *LIST_PUSH(&a, &params) = (struct alb_param){ "MaxResults", "100" };
    struct error err;
    uint64_t read =
        alb_begin(w->alb, lb ? "ListLoadBalancers" : "ListAsynJobs", &params, ALB_NORMAL, &err);
    for (size_t i = 0; i < n; i++) {
        asked[i]->state = ITEM_ASKED;
        asked[i]->read = read;
        if (!read)
            settle_bad(asked[i], &err, true);
    }
    return true;
}

int64_t alb_wait_run(struct alb_wait *w, int64_t now_ms)
{
    int64_t soonest = -1;
    while (begin_read(w, false, now_ms) || begin_read(w, true, now_ms))
        ;
    for (struct item *i = w->items; i; i = i->next) {
        if (i->state != ITEM_DUE)
            continue;
        int64_t wait_ms = i->due_ms - now_ms;
        soonest = soonest < 0 || wait_ms < soonest ? wait_ms : soonest;
    }
    return soonest;
}

/* ---- answers ---------------------------------------------------------------------------- */

static void look_again(struct item *i, int64_t delay_ms, int64_t now_ms)
{
    if (now_ms >= i->deadline_ms) {
        struct error why;
        error_set(&why, ERROR_TRANSIENT, "not complete after %" PRId64 " s",
                  (now_ms - i->begun_ms) / 1000);
        settle_bad(i, &why, true);
        return;
    }
    i->state = ITEM_DUE;
    i->due_ms = now_ms + delay_ms;
    i->due_ms = i->due_ms > i->deadline_ms ? i->deadline_ms : i->due_ms;
}

static void still_running(struct item *i, int64_t now_ms)
{
    int64_t delay_ms = (now_ms - i->begun_ms) / 2;
    delay_ms = delay_ms < FIRST_MS ? FIRST_MS : delay_ms;
    look_again(i, delay_ms > LONGEST_MS ? LONGEST_MS : delay_ms, now_ms);
}

static void not_listed(struct item *i, int64_t now_ms)
{
    struct error why;
    if (now_ms - i->listed_ms < ABSENT_MS) {
        still_running(i, now_ms);
        return;
    }
    error_set(&why, ERROR_NOT_FOUND, "%s is not listed any more", i->id);
    settle_bad(i, &why, true);
}

/* The read failed: asked again when that can help. */
static void not_read(struct item *i, const struct error *why, int64_t now_ms)
{
    if (why->kind == ERROR_TRANSIENT || why->kind == ERROR_THROTTLED || why->kind == ERROR_BUSY)
        look_again(i, FAILED_MS, now_ms);
    else
        settle_bad(i, why, true);
}

static const cJSON *find(const cJSON *list, const char *member, const char *id)
{
    const cJSON *each;
    cJSON_ArrayForEach (each, list) {
        const char *found = json_str(each, member);
        if (found && !strcmp(found, id))
            return each;
    }
    return NULL;
}

static void take_job(struct item *i, const cJSON *job, int64_t now_ms)
{
    const char *status = json_str(job, "Status");
    if (status && !strcmp(status, "Succeeded")) {
        settle_ok(i);
        return;
    }
    if (!status || strcmp(status, "Failed") != 0) {
        still_running(i, now_ms);
        return;
    }
    struct error why;
    char code[sizeof why.code], message[300];
    text_plain(code, sizeof code, json_str(job, "ErrorCode"));
    text_plain(message, sizeof message, json_str(job, "ErrorMessage"));
    error_set(&why, alb_error_kind(code, 400), "job %s failed: %s: %s", i->id,
              *code ? code : "no code", *message ? message : "no message");
    memcpy(why.code, code, sizeof code);
    settle_bad(i, &why, false);
}

static void take_lb(struct item *i, const cJSON *lb, int64_t now_ms)
{
    static const char failed[] = "CreateFailed";
    const char *status = json_str(lb, "LoadBalancerStatus");
    if (!status || !strcmp(status, "Provisioning") || !strcmp(status, "Configuring")) {
        still_running(i, now_ms);
        return;
    }
    if (strcmp(status, failed) != 0) {
        text_plain(i->done.dns_name, sizeof i->done.dns_name, json_str(lb, "DNSName"));
        settle_ok(i);
        return;
    }
    struct error why;
    error_set(&why, ERROR_CONFLICT,
              "the cloud could not create load balancer %s; delete it there and try again", i->id);
    memcpy(why.code, failed, sizeof failed);
    settle_bad(i, &why, false);
}

static void take_listed(struct item *i, const cJSON *reply, int64_t now_ms)
{
    const cJSON *listed = i->lb ? find(json_get(reply, "LoadBalancers"), "LoadBalancerId", i->id)
                                : find(json_get(reply, "Jobs"), "Id", i->id);
    if (!listed) {
        not_listed(i, now_ms);
        return;
    }
    i->listed_ms = now_ms;
    if (i->lb)
        take_lb(i, listed, now_ms);
    else
        take_job(i, listed, now_ms);
}

bool alb_wait_take(struct alb_wait *w, const struct alb_result *r, int64_t now_ms)
{
    bool taken = false;
    for (struct item *i = w->items; i; i = i->next) {
        if (i->state != ITEM_ASKED || i->read != r->id)
            continue;
        taken = true;
        if (!r->ok)
            not_read(i, &r->err, now_ms);
        else
            take_listed(i, r->reply, now_ms);
    }
    return taken;
}

bool alb_wait_next(struct alb_wait *w, struct alb_wait_done *out)
{
    for (struct item **at = &w->items; *at; at = &(*at)->next) {
        struct item *item = *at;
        if (item->state != ITEM_SETTLED)
            continue;
        *out = item->done;
        *at = item->next;
        if (w->end == &item->next)
            w->end = at;
        item_free(item);
        w->pending--;
        return true;
    }
    return false;
}

size_t alb_wait_pending(const struct alb_wait *w)
{
    return w->pending;
}

/* ---- for programs without a loop -------------------------------------------------------- */

/* One turn: reads, the client, the network. */
static void turn(struct alb *alb, struct alb_wait *w)
{
    int64_t wait_ms = alb_wait_run(w, clock_now_ms(&alb->clock));
    int64_t client_ms = alb_run(alb, clock_now_ms(&alb->clock));
    bool any = false;
    for (struct item *i = w->items; i; i = i->next) {
        struct alb_result r;
        if (i->state != ITEM_ASKED || !call_take(alb, i->read, &r))
            continue;
        any |= alb_wait_take(w, &r, clock_now_ms(&alb->clock));
        alb_result_done(&r);
    }
    if (!any)
        alb->transport->wait(alb->transport, wait_ms >= 0 && (client_ms < 0 || wait_ms < client_ms)
                                                 ? wait_ms
                                                 : client_ms);
}

bool alb_call_wait(struct alb *alb, const char *action, const alb_params *params,
                   const cJSON *reply, int64_t timeout_ms, struct error *err)
{
    struct alb_wait *w;
    struct alb_wait_done done = { .ok = true };
    int64_t now_ms = clock_now_ms(&alb->clock);
    if (!alb_wait_new(&w, alb, err))
        return false;
    if (alb_wait_reply(w, action, params, reply, now_ms + timeout_ms, now_ms))
        while (!alb_wait_next(w, &done))
            turn(alb, w);
    alb_wait_free(w);
    if (!done.ok)
        *err = done.err;
    return done.ok;
}
