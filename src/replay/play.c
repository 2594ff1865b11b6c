/* play.c - what was recorded, once more: sets the cloud and the agent's memory up as they were,
 * tells the agent what the sources said when they said it, and compares what it does. */
#include <string.h>

#include "alb-agent/clock.h"
#include "alb-agent/json.h"
#include "replay_priv.h"

enum {
    PATIENCE_MS = 60000, /* that calls recorded before an event may come after their time */
    AFTER_MS = 600000    /* and those at the end                                          */
};

/* ---- events -------------------------------------------------------------------------------------
 */

bool event_is_of_cloud(const struct store_event *e)
{
    return !strncmp(e->key, "cloud ", 6);
}

bool event_is_of_object(const struct store_event *e)
{
    return !event_is_of_cloud(e) && !event_is_of_decision(e)
           && (!strcmp(e->kind, "ADDED") || !strcmp(e->kind, "MODIFIED")
               || !strcmp(e->kind, "DELETED"));
}

static bool is_of_source(const struct store_event *e)
{
    return event_is_of_object(e) || !strcmp(e->key, "source");
}

static bool is_kind(const struct tape_item *item, const char *kind)
{
    return !item->is_call && !strcmp(item->event.kind, kind);
}

/* Something that the agent is told, or done to it; the rest follows by itself. */
static bool is_fed(const struct tape_item *item)
{
    return !item->is_call
           && (is_of_source(&item->event) || is_kind(item, "START") || is_kind(item, "SETTINGS")
               || is_kind(item, "STOP") || is_kind(item, "RESYNC")
               || event_is_of_decision(&item->event));
}

static size_t end_of_fed(const struct tape *r)
{
    size_t end = r->items.len;
    while (end && !is_fed(&r->items.items[end - 1]))
        end--;
    return end;
}

/* ---- the agent
 * ------------------------------------------------------------------------------------ */

static char *env(const char *name)
{
    static char id[] = "testak", secret[] = "testsecret"; /* those of alb-mock */
    if (!strcmp(name, "ALIBABA_CLOUD_ACCESS_KEY_ID"))
        return id;
    return !strcmp(name, "ALIBABA_CLOUD_ACCESS_KEY_SECRET") ? secret : NULL;
}

/* Reads wait for their replies, which come when they came; no budget makes them later. */
struct session_config play_session(struct play *p)
{
    static const struct alb_budget none = { .limit = -1, .burst = 1, .period_ms = 1 };
    struct session_config config = p->start.config.session;
    config.sure_at_ms = config.sure_at_ms ? config.sure_at_ms : -1;
    config.state = p->state;
    config.endpoint = "http://alb-mock.replay";
    config.clock = &p->stage.clock;
    config.transport = &p->stage.transport;
    config.env = env;
    config.names = &p->certificates.hook;
    config.reads = config.background = none;
    return config;
}

static void add_object(struct object_set *set, const char *body)
{
    object_set_add(set, certificates_stand_in(cJSON_Parse(body)), "recording");
}

void play_objects(const struct play *p, struct object_set *out)
{
    const struct map_entry *cursor = NULL;
    void *body;
    *out = (struct object_set){ 0 };
    while (map_next(&p->objects, &cursor, &body))
        add_object(out, body);
    if (p->incomplete)
        object_set_problem(out, "recording", "not all objects could be read");
}

static void note_object(struct play *p, const struct store_event *e)
{
    if (!strcmp(e->kind, "SYNCED") || !strcmp(e->kind, "INCOMPLETE"))
        p->incomplete = !strcmp(e->kind, "INCOMPLETE");
    else if (!strcmp(e->kind, "DELETED"))
        map_remove(&p->objects, e->key);
    else if (e->body)
        map_put(&p->objects, e->key, e->body);
}

static void end_agent(struct play *p)
{
    if (p->g)
        play_note_calls(p);
    agent_free(p->g);
    p->g = NULL;
    p->stopping = false;
    p->kill_ms = 0;
    stage_drop(&p->stage);
}

static bool read_start(struct play *p, const struct store_event *e, struct error *err)
{
    cJSON *json CLEANUP(json_done) = e->body ? cJSON_Parse(e->body) : NULL;
    if (!agent_start_read(p->a, json, &p->start, err))
        return error_wrap(err, "line %lld", (long long)e->seq);
    return p->start.config.session.region
           || error_set(err, ERROR_INVALID, "line %lld: the start of an agent needs its region",
                        (long long)e->seq);
}

/* The next start, or the end. */
static const struct tape_item *next_start(const struct play *p)
{
    for (size_t i = p->pos; i < p->r->items.len; i++)
        if (is_kind(&p->r->items.items[i], "START"))
            return &p->r->items.items[i];
    return NULL;
}

/* When it was heard of last, if it has died: by the one after it, or by what it wrote. */
static int64_t death_of(struct play *p)
{
    const struct tape_item *next = next_start(p);
    struct agent_start after;
    struct error ignored;
    cJSON *json CLEANUP(json_done) =
        next && next->event.body ? cJSON_Parse(next->event.body) : NULL;
    if (!next || !agent_start_read(p->a, json, &after, &ignored) || !after.lived_until)
        return 0;
    int64_t last = after.lived_until;
    for (const struct tape_item *i = &p->r->items.items[p->pos]; i < next; i++)
        last = i->at > last ? i->at : last;
    return last;
}

static void set_objects(struct play *p)
{
    struct object_set set;
    play_objects(p, &set);
    agent_set_objects(p->g, &set);
    object_set_done(&set);
}

/* One that died does no more; any other may take its time. */
static int64_t end_of_verb(const struct play *p, const struct tape_item *next)
{
    const struct tape_item *end = next ? next : p->r->items.items + p->r->items.len;
    int64_t last = 0;
    for (const struct tape_item *i = &p->r->items.items[p->pos]; i < end; i++)
        if (i->is_call && !strcmp(i->call.outcome.state, "sent"))
            last = next ? next->at : p->r->to;
    return last ? last : (next ? next->at : p->r->to) + AFTER_MS;
}

static bool begin(struct play *p, struct error *err)
{
    struct agent_config config = p->start.config;
    const struct tape_item *next = next_start(p);
    const bool verb = !strcmp(p->start.verb, "apply");
    cues_start(&p->cues, p->pos, verb);
    if (verb)
        return verb_run(p, end_of_verb(p, next), err);
    config.session = play_session(p);
    if (!agent_new(&p->g, &config, err))
        return false;
    p->kill_ms = death_of(p);
    set_objects(p);
    return true;
}

/* ---- feeding
 * -------------------------------------------------------------------------------------- */

static void put_object(struct play *p, const struct store_event *e)
{
    const char *blank = strchr(e->key, ' '), *slash = blank ? strchr(blank, '/') : NULL;
    if (strcmp(e->kind, "DELETED") != 0) {
        cJSON *body = e->body ? cJSON_Parse(e->body) : NULL;
        if (body)
            agent_put(p->g, certificates_stand_in(body), "recording");
        return;
    }
    if (!blank)
        return;
    const char *kind = arena_strndup(p->a, e->key, (size_t)(blank - e->key));
    const char *ns = slash ? arena_strndup(p->a, blank + 1, (size_t)(slash - blank - 1)) : "";
    agent_remove(p->g, object_kind_parse(kind), ns, slash ? slash + 1 : blank + 1);
}

/* What changed at one moment, or before a start. */
static void take_objects(struct play *p, bool at_start)
{
    const int64_t at = p->r->items.items[p->pos].at;
    bool whole = false;
    for (; p->pos < p->r->items.len; p->pos++) {
        const struct tape_item *item = &p->r->items.items[p->pos];
        if (item->is_call || !is_of_source(&item->event) || (!at_start && item->at != at))
            break;
        note_object(p, &item->event);
        stage_pass_to(&p->stage, item->at);
        whole = whole || !strcmp(item->event.key, "source");
        if (p->g && event_is_of_object(&item->event))
            put_object(p, &item->event);
    }
    if (p->g && whole)
        set_objects(p);
}

static bool feed_start(struct play *p, struct error *err)
{
    const struct tape_item *item = &p->r->items.items[p->pos++];
    end_agent(p);
    if (!read_start(p, &item->event, err))
        return false;
    if (p->pos < p->r->items.len)
        take_objects(p, true);
    return begin(p, err);
}

static bool feed_settings(struct play *p, const struct store_event *e, struct error *err)
{
    if (!read_start(p, e, err))
        return false;
    struct agent_config config = p->start.config;
    config.session = play_session(p);
    agent_set_config(p->g, &config);
    return true;
}

static void close_store(struct store **st)
{
    store_close(*st);
}

/* Nobody decides while an agent has the state file: one that is at work here had ended. */
static bool feed_decision(struct play *p, const struct store_event *e, struct error *err)
{
    struct store *st CLEANUP(close_store) = NULL;
    end_agent(p);
    return store_open(&st, p->state, STORE_WRITE, e->at, NULL, err) && decisions_take(st, e, err);
}

static bool feed(struct play *p, struct error *err)
{
    const struct tape_item *item = &p->r->items.items[p->pos];
    if (is_kind(item, "START"))
        return feed_start(p, err);
    if (is_of_source(&item->event)) {
        take_objects(p, false);
        return true;
    }
    p->pos++;
    if (event_is_of_decision(&item->event))
        return feed_decision(p, &item->event, err);
    if (!p->g)
        return true;
    if (is_kind(item, "SETTINGS"))
        return feed_settings(p, &item->event, err);
    if (is_kind(item, "RESYNC"))
        agent_resync(p->g);
    else
        agent_stop(p->g);
    p->stopping = p->stopping || is_kind(item, "STOP");
    return true;
}

static const struct tape_item *next_item(struct play *p)
{
    while (p->pos < p->r->items.len && !is_fed(&p->r->items.items[p->pos]))
        p->pos++;
    return p->pos < p->r->items.len ? &p->r->items.items[p->pos] : NULL;
}

/* Its time has come, and what was done before it is done: an agent that is to stop brings what it
 * does to its end. */
static bool is_due(struct play *p, int64_t at_ms)
{
    const int64_t now = p->stage.now_ms;
    return at_ms <= now
           && (!p->g || (!p->stopping && score_reached(&p->score, at_ms)) || agent_is_quiet(p->g)
               || now >= at_ms + PATIENCE_MS);
}

/* A process is not killed before its calls were made: the next ones are none of its. */
static bool is_to_die(struct play *p)
{
    const int64_t now = p->stage.now_ms;
    return p->g && p->kill_ms && now >= p->kill_ms
           && (score_reached(&p->score, p->kill_ms + 1) || now >= p->kill_ms + PATIENCE_MS);
}

/* ---- the loop
 * ------------------------------------------------------------------------------------- */

static bool is_over(struct play *p)
{
    if (p->stage.failed)
        play_fail(p, &p->stage.err);
    if (p->failed || score_is_over(&p->score))
        return true;
    if (next_item(p))
        return false;
    return !p->g || p->stage.now_ms > p->r->to + AFTER_MS
           || (p->stage.now_ms >= p->r->to && score_reached(&p->score, INT64_MAX));
}

static int64_t sooner(int64_t x, int64_t y)
{
    return y > 0 && (x < 0 || y < x) ? y : x;
}

static void pass(struct play *p, int64_t wait_ms)
{
    const struct tape_item *item = next_item(p);
    const int64_t now = p->stage.now_ms, due = stage_next_due(&p->stage);
    int64_t at = wait_ms < 0 ? -1 : now + wait_ms;
    at = sooner(at, due);
    if (item && item->at > now)
        at = sooner(at, item->at);
    if (p->kill_ms > now)
        at = sooner(at, p->kill_ms);
    if (!item && p->r->to > now)
        at = sooner(at, p->r->to);
    if (at < 0)
        at = now + PATIENCE_MS;
    stage_pass_to(&p->stage, at);
}

static bool turn(struct play *p, struct error *err)
{
    int64_t wait = -1;
    const struct tape_item *item = next_item(p);
    if (is_to_die(p))
        end_agent(p);
    if (item && is_due(p, item->at))
        return feed(p, err);
    if (p->g && !agent_run(p->g, &wait, err))
        return false;
    play_note_calls(p);
    if ((wait != 0 || !p->g) && !(item && is_due(p, item->at)))
        pass(p, wait);
    return true;
}

/* ---- what was so at the start
 * ----------------------------------------------------------------------- */

static bool put_row(struct play *p, struct store *st, const cJSON *body, struct error *err)
{
    const char *kind = json_str(body, "kind"), *status = json_str(body, "status");
    const char *parent = json_str(body, "parent");
    struct resource r = {
        .lb = json_str(body, "lb"),
        .kind = resource_kind_find(kind ? kind : ""),
        .key = json_str(body, "key"),
        .parent = parent ? parent : "",
        .cloud_id = json_str(body, "id"),
        .status = status ? status : "",
        .ours = cJSON_IsTrue(json_get(body, "ours")),
        .observed_at = p->r->from,
    };
    if (!r.lb || !r.key || r.kind == RESOURCE_KINDS)
        return true;
    const struct schema *schema = resource_schema(r.kind);
    void *actual = arena_alloc(p->a, schema->size);
    r.actual = actual;
    return schema_from_json(p->a, schema, actual, json_get(body, "actual"), SCHEMA_LENIENT, err)
           && store_resource_put(st, &r, err);
}

static bool put_fact(struct store *st, const struct store_event *e, const cJSON *body,
                     struct error *err)
{
    const char *kind = json_str(body, "kind"), *value2 = json_str(body, "value2");
    struct fact f = { .key = json_str(body, "key"),
                      .value = json_str(body, "value"),
                      .value2 = value2 ? value2 : "",
                      .read_at = e->at };
    while (kind && f.kind < FACT_KINDS && strcmp(fact_kind_name(f.kind), kind) != 0)
        f.kind++;
    return !kind || !f.key || !f.value || f.kind == FACT_KINDS || store_fact_put(st, &f, err);
}

/* Into the memory of the agent, and of this replay. */
static bool put_base(struct play *p, struct store *st, event_list *rows, struct error *err)
{
    for (size_t i = 0; i < p->r->base.len; i++) {
        const struct store_event *e = &p->r->base.items[i];
        cJSON *body CLEANUP(json_done) = e->body ? cJSON_Parse(e->body) : NULL;
        if (is_of_source(e))
            note_object(p, e);
        if (!strcmp(e->key, "agent") && !read_start(p, e, err))
            return false;
        if (!strcmp(e->kind, "FACT") && !put_fact(st, e, body, err))
            return false;
        if (!certificates_show(&p->certificates, p->stage.actor, e, err)
            || (event_is_of_decision(e) && !decisions_take(st, e, err)))
            return false;
        if (!event_is_of_cloud(e) || strcmp(e->kind, "SEEN") != 0)
            continue;
        *LIST_PUSH(p->a, rows) = e;
        if (!put_row(p, st, body, err))
            return error_wrap(err, "line %lld", (long long)e->seq);
    }
    return true;
}

static bool set_up(struct play *p, struct error *err)
{
    struct store *st CLEANUP(close_store) = NULL;
    event_list rows = { 0 };
    if (!store_open(&st, p->state, STORE_WRITE, p->r->from, NULL, err)
        || !put_base(p, st, &rows, err))
        return false;
    const char *region = p->start.config.session.region;
    return restore_rows(p->stage.actor, p->stage.now_ms, region ? region : "cn-hangzhou",
                        rows.items, rows.len, err);
}

/* A recording that begins in the middle of a run begins with that agent. */
static bool go_on(struct play *p, struct error *err)
{
    const struct tape_item *item = next_item(p);
    return !p->start.verb || (item && is_kind(item, "START")) || strcmp(p->start.verb, "run") != 0
           || begin(p, err);
}

static bool run(struct play *p, struct error *err)
{
    if (!set_up(p, err) || !go_on(p, err))
        return false;
    while (!is_over(p))
        if (!turn(p, err))
            return false;
    return true;
}

bool replay_run(struct arena *a, const struct tape *r, const struct replay_options *options,
                struct replay_result *out, struct error *err)
{
    struct play p = { .a = a, .r = r, .state = arena_fmt(a, "%s/replay.db", options->dir) };
    p.hooks = play_hooks(&p);
    pace_init(&p.pace, a, r);
    certificates_init(&p.certificates, a, r);
    const struct stage_config stage = { .now_ms = r->from,
                                        .pending_ms = p.pace.least_ms,
                                        .endpoint = options->endpoint,
                                        .hooks = &p.hooks };
    *out = (struct replay_result){ 0 };
    if (!cues_init(&p.cues, a, r, err) || !stage_open(&p.stage, &stage, err))
        return false;
    score_init(&p.score, a, r, options->until);
    p.end_of_fed = end_of_fed(r);
    bool ok = run(&p, err);
    end_agent(&p);
    stage_close(&p.stage);
    map_done(&p.objects);
    certificates_done(&p.certificates);
    if (ok && p.failed) {
        *err = p.err;
        ok = false;
    }
    score_end(&p.score);
    score_done(&p.score);
    out->calls = p.score.n_made;
    out->differs = p.score.difference != NULL;
    if (out->differs)
        out->first = *p.score.difference;
    return ok;
}
