/* agent.c - the loop of an agent that keeps running: results to whoever asked, then each part
 * in turn. */
#include "alb-agent/agent.h"

#include <stdlib.h>
#include <string.h>

#include "agent_priv.h"

enum { AWAKE = 2 /* load balancers at which nothing happens, in memory */ };

/* ---- telling ------------------------------------------------------------------------------- */

void agent_tell(struct agent *g, struct agent_event event)
{
    event.at_ms = session_wall(&g->base);
    if (g->config.event)
        g->config.event(g->config.event_arg, &event);
}

/* A certificate that one load balancer has uploaded is there for the others that want it. */
static void share_upload(struct agent *g, const struct balancer *b, const char *key)
{
    const struct resource *made = model_find(&b->s.world, b->name, RESOURCE_CERTIFICATE, key);
    const struct map_entry *cursor = NULL;
    for (struct balancer *o = balancer_next(g, &cursor); o; o = balancer_next(g, &cursor)) {
        struct resource *r = model_find(&o->s.world, o->name, RESOURCE_CERTIFICATE, key);
        if (o == b || !made || !made->cloud_id || !r || !r->desired || r->actual)
            continue;
        const struct resource copy = resource_copy(&o->s.arena, made);
        r->actual = copy.actual;
        r->cloud_id = copy.cloud_id;
        r->status = copy.status;
        r->observed_at = copy.observed_at;
        apply_touch(g->ap, o->name, false, session_now(&o->s));
    }
}

static bool is_upload(const struct apply_event *e)
{
    return e->kind == APPLY_DONE && e->step->op == STEP_CREATE && e->step->items.len
           && e->step->items.items[0].kind == RESOURCE_CERTIFICATE;
}

static void take_step_event(void *arg, const struct apply_event *e)
{
    struct agent *g = arg;
    struct balancer *b = balancer_find(g, e->step->lb);
    if (b) {
        balancer_note_step(b, e);
        if (is_upload(e))
            share_upload(g, b, e->step->items.items[0].key);
        if (e->blocked && e->kind != APPLY_FAILED)
            reading_ask(g, b);
    }
    agent_tell(g, (struct agent_event){ .kind = AGENT_STEP, .lb = e->step->lb, .step = e });
}

/* ---- life ------------------------------------------------------------------------------------ */

static bool find_scope(void *arg, const char *lb, struct apply_scope *out)
{
    struct agent *g = arg;
    struct balancer *b = balancer_find(g, lb);
    out->closed = !b && !g->tr; /* what the objects ask for was not looked at yet */
    if (!b || g->failed)
        return out->closed;
    g->failed = !balancer_wake(g, b, &g->why_failed);
    if (g->failed)
        return false;
    *out = (struct apply_scope){
        .plan = session_plan_input(&b->s),
        .model = &b->s.world,
        .arena = &b->s.arena,
        .closed = !b->s.observed || g->stopped,
    };
    out->plan.batches = &g->base.batches;
    out->plan.quotas = &g->base.quotas;
    out->plan.empty_ms = g->config.empty_ms;
    out->plan.unsure = b->read_at < g->base.sure_at;
    return true;
}

static const struct secret *find_key(void *arg, const char *certificate)
{
    struct agent *g = arg;
    return wanted_key(g, certificate);
}

/* What an earlier run knew is read when it is needed. */
static bool read_known(struct agent *g, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    store_names names;
    if (!store_lbs(g->base.store, &a, &names, err))
        return false;
    for (size_t i = 0; i < names.len; i++)
        balancer_get(g, names.items[i])->resting = true;
    return left_load(g, err);
}

static bool begin_apply(struct agent *g, struct error *err)
{
    struct apply_in in = {
        .alb = g->base.alb,
        .store = g->base.store,
        .scope = find_scope,
        .scope_arg = g,
        .seed = g->base.seed + 1,
        .region = g->base.config.region,
        .key = find_key,
        .key_arg = g,
        .batch_arena = &g->base.arena,
        .batches = &g->base.batches,
        .quotas = &g->base.quotas,
        .event = take_step_event,
        .event_arg = g,
    };
    memcpy(in.pace, g->config.pace, sizeof in.pace);
    return apply_new(&g->ap, &in, err);
}

static void set_times(struct agent *g, const struct agent_config *config)
{
    g->config.resync_ms = config->resync_ms ? config->resync_ms : 600000;
    g->config.group_resync_ms =
        config->group_resync_ms ? config->group_resync_ms : g->config.resync_ms;
    g->config.reread_ms = config->reread_ms ? config->reread_ms : 1000;
    g->config.empty_ms = config->empty_ms ? config->empty_ms : 30000;
    g->config.awake = config->awake < 0 ? 0 : config->awake ? config->awake : AWAKE;
}

bool agent_new(struct agent **out, const struct agent_config *config, struct error *err)
{
    struct arena mem = { 0 };
    struct agent *g = arena_alloc(&mem, sizeof *g);
    g->memory = mem;
    g->config = *config;
    set_times(g, config);
    struct session_config session = config->session;
    session.mode = STORE_WRITE;
    session.aside = true;
    if (!session_open(&g->base, &session, err) || !session_connect(&g->base, err)
        || !begin_apply(g, err) || !read_known(g, err)) {
        agent_free(g);
        return false;
    }
    g->facts_lean = g->base.fact_arena.size;
    wanted_forget_lists(g);
    *out = g;
    return true;
}

void agent_free(struct agent *g)
{
    if (!g)
        return;
    reading_free(&g->reading);
    fact_reader_free(g->facts);
    arena_done(&g->facts_arena);
    apply_free(g->ap);
    const struct map_entry *cursor = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        balancer_free(b);
    map_done(&g->balancers);
    map_done(&g->said);
    translator_free(g->tr);
    arena_done(&g->changes_arena);
    agent_forget_files(g);
    session_close(&g->base);
    struct arena mem = g->memory; /* it lives in it */
    arena_done(&mem);
}

static void set_limits(struct session_config *to, const struct session_config *from)
{
    memcpy(to->quotas, from->quotas, sizeof to->quotas);
    to->allow_destroy = from->allow_destroy;
    to->batch_rules = from->batch_rules;
    to->batch_servers = from->batch_servers;
    to->list_lag_ms = from->list_lag_ms;
    to->read_max_age_ms = from->read_max_age_ms;
    to->limits = from->limits;
    to->writes = from->writes;
    to->reads = from->reads;
    to->background = from->background;
    memcpy(to->policy, from->policy, sizeof to->policy);
}

void agent_set_config(struct agent *g, const struct agent_config *config)
{
    const struct map_entry *cursor = NULL;
    set_times(g, config);
    set_limits(&g->base.config, &config->session);
    memcpy(g->base.quotas.set, config->session.quotas, sizeof g->base.quotas.set);
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor)) {
        set_limits(&b->s.config, &config->session);
        session_leave_findings(&b->s);
        apply_touch(g->ap, b->name, false, session_now(&b->s));
    }
    memcpy(g->config.pace, config->pace, sizeof g->config.pace);
    g->told.settings = true;
    apply_set_pace(g->ap, config->pace);
    alb_set_budgets(g->base.alb, &config->session.writes, &config->session.reads,
                    &config->session.background, session_now(&g->base));
}

void agent_resync(struct agent *g)
{
    g->sweep_due[SWEEP_LBS] = g->sweep_due[SWEEP_GROUPS] = 0;
    g->told.resync = true;
}

void agent_stop(struct agent *g)
{
    g->stopped = g->told.stop = true;
    apply_stop(g->ap);
}

/* ---- objects ----------------------------------------------------------------------------------
 */

void agent_note_file(struct agent *g, const char *path, const char *file)
{
    struct arena *a = &g->files_arena;
    *LIST_PUSH(a, &g->files) = (struct read_file){ arena_strdup(a, path), arena_strdup(a, file) };
}

void agent_forget_files(struct agent *g)
{
    arena_done(&g->files_arena);
    g->files.items = NULL;
    g->files.len = 0;
}

void agent_set_objects(struct agent *g, struct object_set *set)
{
    agent_forget_files(g);
    struct object_set before CLEANUP(object_set_done) = g->base.objects;
    g->base.objects = *set;
    *set = (struct object_set){ 0 };
    /* At the start what an earlier run knew is in the store: see save_objects(). */
    for (size_t i = 0; g->have_objects && i < g->base.objects.objects.len; i++) {
        const struct object *obj = g->base.objects.objects.items[i];
        address_note(g, object_set_find(&before, obj->kind, obj->ns, obj->name), obj);
        object_set_fold(&before);
        object_set_fold(&g->base.objects);
    }
    g->have_objects = g->changed = g->all_changed = true;
}

void agent_put(struct agent *g, cJSON *body, const char *origin)
{
    struct object_set one CLEANUP(object_set_done) = { 0 };
    agent_forget_files(g);
    cJSON *copy = cJSON_Duplicate(body, true);
    object_set_add(&one, copy, origin);
    if (one.objects.len) {
        const struct object *obj = one.objects.items[0];
        wanted_note(g, obj->kind, obj->ns, obj->name);
        address_note(g, object_set_find(&g->base.objects, obj->kind, obj->ns, obj->name), obj);
    }
    g->changed = true;
    object_set_replace(&g->base.objects, body, origin);
}

void agent_remove(struct agent *g, enum object_kind kind, const char *ns, const char *name)
{
    agent_forget_files(g);
    wanted_note(g, kind, ns, name);
    (void)object_set_remove(&g->base.objects, kind, ns, name);
}

const struct object_set *agent_objects(const struct agent *g)
{
    return &g->base.objects;
}

/* ---- a turn ------------------------------------------------------------------------------------
 */

static bool take_results(struct agent *g, bool *any, struct error *err)
{
    struct alb_result r;
    bool ok = true;
    *any = false;
    while (ok && alb_next(g->base.alb, &r)) {
        bool taken = false;
        *any = true;
        ok = apply_take(g->ap, &r, &taken, err);
        if (ok && !taken && !wanted_take(g, &r))
            (void)reading_take(g, &r);
        alb_result_done(&r);
    }
    return ok;
}

/* Was something read while it was changing?  Nobody tells when that ends. */
static bool is_pending(const struct balancer *b)
{
    for (size_t i = 0; i < b->s.world.rows.len; i++) {
        const struct resource *r = &b->s.world.rows.items[i];
        if (r->ours && r->actual && r->desired && !resource_is_stable(r))
            return true;
    }
    return false;
}

/* How a load balancer stands, said when it changes. */
static void note_standing(struct agent *g, struct balancer *b)
{
    const struct apply_standing st = apply_standing(g->ap, b->name);
    if (!b->s.observed || !st.planned)
        return;
    const bool busy = apply_busy(g->ap, b->name);
    if (st.waits_read || (!busy && !b->resting && is_pending(b)))
        reading_ask(g, b);
    if (st.refused && (!b->refusal || strcmp(st.refused, b->refusal) != 0)) {
        arena_done(&b->said);
        b->refusal = arena_strdup(&b->said, st.refused);
        const struct plan_refusal refusal = { .lb = b->name, .message = b->refusal };
        agent_tell(
            g, (struct agent_event){ .kind = AGENT_REFUSED, .lb = b->name, .refusal = &refusal });
    }
    if (!st.refused)
        b->refusal = NULL;
    bool in_sync = !st.refused && !st.steps && !busy && !b->reread_due;
    if (in_sync && !b->in_sync) {
        map_remove(&b->s.confirmed, b->name);
        b->reread_delay = 0;
        agent_tell(g, (struct agent_event){ .kind = AGENT_IN_SYNC, .lb = b->name });
    }
    b->in_sync = in_sync;
}

static void run_balancers(struct agent *g)
{
    const struct map_entry *cursor = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        balancer_run(g, b);
}

static bool finish_balancers(struct agent *g, struct error *err)
{
    const struct map_entry *cursor = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        if (!balancer_finish(b, err))
            return false;
    return balancers_rest(g, err);
}

/* Until the first moment at which time alone makes something due. */
static int64_t next_due(struct agent *g, int64_t now_ms)
{
    int64_t wait = -1;
    const struct map_entry *cursor = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor)) {
        note_standing(g, b);
        if (b->reread_due && reading_may_begin(g))
            wait = wait_sooner(wait, b->reread_due > now_ms ? b->reread_due - now_ms : 0);
        if (b->empty_due)
            wait = wait_sooner(wait, b->empty_due > now_ms ? b->empty_due - now_ms : 0);
    }
    return wait;
}

/* All that waits goes on waiting as long as it meant to. */
static bool follow_clock(struct agent *g, struct error *err)
{
    int64_t by;
    const struct map_entry *cursor = NULL;
    if (!session_follow_clock(&g->base, &by, err))
        return false;
    if (!by)
        return true;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        findings_set_clock(&b->s.findings, by);
    agent_tell(g, (struct agent_event){ .kind = AGENT_CLOCK, .by_ms = by });
    return true;
}

/* Could a load balancer not be read that a step is about? */
static bool has_failed(const struct agent *g, struct error *err)
{
    if (g->failed)
        *err = g->why_failed;
    return g->failed;
}

bool agent_run(struct agent *g, int64_t *wait_ms, struct error *err)
{
    int64_t now_ms = session_now(&g->base), reading, apply, wanted;
    bool any;
    if (!follow_clock(g, err))
        return false;
    (void)alb_run(g->base.alb, now_ms);
    if (!events_run(g, err) || !take_results(g, &any, err) || !wanted_run(g, &wanted, err)
        || !reading_run(g, &reading, err))
        return false;
    run_balancers(g);
    now_ms = session_now(&g->base); /* calls do not go before what they follow from */
    if (!apply_run(g->ap, now_ms, &apply, err) || has_failed(g, err))
        return false;
    *wait_ms = wait_sooner(wait_sooner(next_due(g, now_ms), wanted), wait_sooner(reading, apply));
    *wait_ms = wait_sooner(*wait_ms, alb_run(g->base.alb, now_ms));
    if (!finish_balancers(g, err) || !take_results(g, &any, err) || has_failed(g, err))
        return false;
    if (any)
        *wait_ms = 0;
    return true;
}

/* What a stopped agent was reading serves no change any more. */
bool agent_is_quiet(const struct agent *g)
{
    const struct map_entry *cursor = NULL;
    if (!apply_idle(g->ap) || g->stopped)
        return apply_idle(g->ap);
    if (!wanted_is_settled(g) || g->reading.o || g->reading.done || reading_is_due(g))
        return false;
    for (const struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        if (b->reread_due)
            return false;
    return true;
}

/* ---- looking on --------------------------------------------------------------------------------
 */

int64_t agent_now(const struct agent *g)
{
    return session_now(&g->base);
}

/* A time of ours as one of the system's clock; 0: none. */
static int64_t wall(const struct agent *g, int64_t ms)
{
    return ms ? ms + g->base.ahead_ms : 0;
}

static int by_name(const void *x, const void *y)
{
    const struct agent_lb *a = x, *b = y;
    return strcmp(a->name, b->name);
}

void agent_list(const struct agent *g, struct arena *a, agent_lbs *out)
{
    const struct map_entry *cursor = NULL;
    for (const struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        if (!balancer_is_over(b))
            *LIST_PUSH(a, out) = (struct agent_lb){
                .name = b->name,
                .read = b->s.observed,
                .in_sync = b->in_sync,
                .read_at = wall(g, b->read_at),
                .standing = apply_standing(g->ap, b->name),
            };
    if (out->len)
        qsort(out->items, out->len, sizeof *out->items, by_name);
}

void agent_lanes(const struct agent *g, struct arena *a, apply_lanes *out)
{
    apply_list(g->ap, a, out);
    for (size_t i = 0; i < out->len; i++) {
        out->items[i].since_ms = wall(g, out->items[i].since_ms);
        out->items[i].due_ms = wall(g, out->items[i].due_ms);
    }
}

const char *agent_cluster(const struct agent *g)
{
    return g->base.cluster_id;
}

const struct fact_set *agent_facts(const struct agent *g)
{
    return &g->base.facts;
}

bool agent_model(const struct agent *g, const char *lb, struct arena *a, struct model *out,
                 struct error *err)
{
    const struct balancer *b = balancer_find(g, lb);
    *out = (struct model){ 0 };
    return !b || balancer_outline(b, a, out, err);
}

bool agent_frame(const struct agent *g, const char *lb, struct arena *a, struct model *out,
                 struct error *err)
{
    const struct balancer *b = balancer_find(g, lb);
    *out = (struct model){ 0 };
    return !b || balancer_frame(b, a, out, err);
}

size_t agent_memory(const struct agent *g, const char *lb)
{
    const struct balancer *b = lb ? balancer_find(g, lb) : NULL;
    if (!lb)
        return g->base.fact_arena.size;
    return b ? b->s.arena.size : 0;
}

struct apply_counts agent_counts(const struct agent *g)
{
    return apply_counts(g->ap);
}

/* Where nothing is read again, none. */
static int64_t next_sweep(const struct agent *g)
{
    const int64_t *due = g->sweep_due;
    const int64_t first = due[SWEEP_LBS] < due[SWEEP_GROUPS] ? due[SWEEP_LBS] : due[SWEEP_GROUPS];
    return first < INT64_MAX / 4 ? first : 0;
}

struct agent_times agent_times(const struct agent *g)
{
    const struct alb_stats stats = alb_stats(g->base.alb);
    const int64_t *at = g->verified_at;
    return (struct agent_times){ .lbs_at = wall(g, at[SWEEP_LBS]),
                                 .groups_at = wall(g, at[SWEEP_GROUPS]),
                                 .verified_at = wall(g, reading_verified(g)),
                                 .next_read_at = wall(g, next_sweep(g)),
                                 .writes = stats.writes,
                                 .reads = stats.reads,
                                 .retries = stats.retries };
}

void agent_budgets(const struct agent *g, struct arena *a, alb_spending *out)
{
    alb_budgets(g->base.alb, a, session_now(&g->base), out);
}

void agent_tally(const struct agent *g, struct arena *a, alb_tallies *out)
{
    alb_tally(g->base.alb, a, session_now(&g->base), out);
}

const finding_list *agent_findings(const struct agent *g, const char *lb)
{
    const struct balancer *b = balancer_find(g, lb);
    return b ? &b->s.findings : NULL;
}

struct store *agent_store(const struct agent *g)
{
    return g->base.store;
}

struct transport *agent_transport(const struct agent *g)
{
    return g->base.transport;
}
