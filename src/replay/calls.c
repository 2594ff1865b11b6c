/* calls.c - the recorded calls themselves, one after the other at their times, without an agent:
 * does the mock take them all? */
#include <string.h>

#include "alb-agent/alb.h"
#include "alb-agent/json.h"
#include "alb-agent/secret.h"
#include "replay_priv.h"

struct calls {
    struct arena *a;
    const struct tape *r;
    const struct tape_item *now; /* that is being made */
    struct pace pace;
    struct stage_hooks hooks;
    struct stage stage;
    struct alb *alb;
    event_list deeds; /* of the reading that has not ended */
};

/* ---- what the stage asks
 * ------------------------------------------------------------------------- */

static const struct tape_item *find(void *arg, const struct http_request *request,
                                    const char *action)
{
    (void)request;
    (void)action;
    return ((const struct calls *)arg)->now;
}

static int64_t pending(void *arg, const struct tape_item *was)
{
    return pace_pending(&((const struct calls *)arg)->pace, was);
}

static int64_t read_due(void *arg, const struct http_request *request, const char *action)
{
    (void)request;
    (void)action;
    return ((const struct calls *)arg)->stage.now_ms;
}

static void reading(void *arg, bool whole, bool groups)
{
    (void)groups;
    (void)arg;
    (void)whole;
}

static void nothing(void *arg)
{
    (void)arg;
}

static void nothing_of(void *arg, const char *action)
{
    (void)arg;
    (void)action;
}

/* ---- a call
 * --------------------------------------------------------------------------------------- */

/* The parameters as they were sent, but for a private key, which is in no recording. */
static bool read_params(struct calls *c, alb_params *out)
{
    static const char key[] = STEP_KEY_PREFIX;
    cJSON *json CLEANUP(json_done) = cJSON_Parse(c->now->call.call.params);
    const cJSON *p;
    cJSON_ArrayForEach (p, json) {
        if (!cJSON_IsString(p))
            return false;
        const bool secret = !strncmp(p->valuestring, key, sizeof key - 1);
        *LIST_PUSH(c->a, out) =
            (struct alb_param){ arena_strdup(c->a, p->string),
                                secret ? CERTIFICATES_KEY : arena_strdup(c->a, p->valuestring) };
    }
    return true;
}

/* What is other than it was, in words; NULL: nothing. */
static const char *compare(struct calls *c, bool ok, const struct error *err)
{
    const struct store_outcome *was = &c->now->call.outcome;
    const bool done = !strcmp(was->state, "done");
    if (ok)
        return done ? NULL
                    : arena_fmt(c->a, "%s, and now done", was->code ? was->code : was->state);
    if (done || (was->code && strcmp(was->code, err->code) != 0))
        return arena_fmt(c->a, "%s, and now %s", was->code ? was->code : was->state, err->msg);
    return NULL;
}

/* '*go_on' is false when it differs. */
static bool make(struct calls *c, struct replay_result *out, bool *go_on, struct error *why)
{
    alb_params params = { 0 };
    cJSON *reply CLEANUP(json_done) = NULL;
    struct error err;
    if (!strcmp(c->now->call.outcome.state, "sent") || !read_params(c, &params))
        return true; /* nobody knows what came of it */
    const bool ok = alb_call(c->alb, c->now->call.call.action, &params, &reply, &err);
    if (c->stage.failed) {
        *why = c->stage.err;
        return false;
    }
    const char *what = compare(c, ok, &err);
    out->calls += !what;
    out->differs = what != NULL;
    out->first = (struct replay_difference){ .recorded = c->now, .what = what };
    *go_on = !what;
    return true;
}

/* ---- all of them
 * ---------------------------------------------------------------------------------- */

static bool is_deed(const struct store_event *e)
{
    return event_is_of_cloud(e) && e->body && strstr(e->body, "\"own\":false");
}

/* What others did is done when the reading ended that showed it. */
static bool take_event(struct calls *c, const struct store_event *e, const char *region,
                       struct error *err)
{
    if (is_deed(e))
        *LIST_PUSH(c->a, &c->deeds) = e;
    if (strcmp(e->kind, "READ") != 0)
        return true;
    const event_list deeds = c->deeds;
    c->deeds = (event_list){ 0 };
    return restore_rows(c->stage.actor, c->stage.now_ms, region, deeds.items, deeds.len, err);
}

static bool restore_base(struct calls *c, const char *region, struct error *err)
{
    event_list rows = { 0 };
    for (size_t i = 0; i < c->r->base.len; i++)
        if (event_is_of_cloud(&c->r->base.items[i]))
            *LIST_PUSH(c->a, &rows) = &c->r->base.items[i];
    return restore_rows(c->stage.actor, c->stage.now_ms, region, rows.items, rows.len, err);
}

static const char *region_in(struct calls *c, const struct store_event *e)
{
    cJSON *json CLEANUP(json_done) = e->body ? cJSON_Parse(e->body) : NULL;
    const char *region = !strcmp(e->key, "agent") ? json_str(json, "region") : NULL;
    return region ? arena_strdup(c->a, region) : NULL;
}

static const char *region_of(struct calls *c)
{
    const char *region = NULL;
    for (size_t i = 0; i < c->r->base.len && !region; i++)
        region = region_in(c, &c->r->base.items[i]);
    for (size_t i = 0; i < c->r->items.len && !region; i++)
        if (!c->r->items.items[i].is_call)
            region = region_in(c, &c->r->items.items[i].event);
    return region ? region : "cn-hangzhou";
}

static bool make_all(struct calls *c, const char *region, int64_t until, struct replay_result *out,
                     struct error *err)
{
    for (size_t i = 0; i < c->r->items.len; i++) {
        const struct tape_item *item = &c->r->items.items[i];
        stage_pass_to(&c->stage, item->at);
        if (!item->is_call) {
            if (!take_event(c, &item->event, region, err))
                return false;
            continue;
        }
        bool go_on = true;
        c->now = item;
        if (!make(c, out, &go_on, err))
            return false;
        if (!go_on || (until && item->call.call.id >= until))
            return true;
    }
    return true;
}

static bool connect(struct calls *c, const char *region, struct error *err)
{
    struct secret secret CLEANUP(secret_done) = { 0 };
    secret_set(&secret, "testsecret"); /* those of alb-mock */
    const struct alb_config config = { .region = region,
                                       .endpoint = "http://alb-mock.replay",
                                       .access_key_id = "testak",
                                       .access_key_secret = &secret,
                                       .clock = &c->stage.clock,
                                       .seed = 1,
                                       .transport = &c->stage.transport };
    return alb_new(&c->alb, &config, err);
}

bool replay_calls(struct arena *a, const struct tape *r, const struct replay_options *options,
                  struct replay_result *out, struct error *err)
{
    struct calls c = { .a = a, .r = r };
    c.hooks = (struct stage_hooks){ &c,      find,       pending,    read_due,
                                    reading, nothing_of, nothing_of, nothing };
    *out = (struct replay_result){ 0 };
    pace_init(&c.pace, a, r);
    const struct stage_config stage = { .now_ms = r->from,
                                        .pending_ms = c.pace.least_ms,
                                        .endpoint = options->endpoint,
                                        .at_once = true, /* one after the other, each in time */
                                        .hooks = &c.hooks };
    const char *region = region_of(&c);
    if (!stage_open(&c.stage, &stage, err))
        return false;
    const bool ok = connect(&c, region, err) && restore_base(&c, region, err)
                    && make_all(&c, region, options->until, out, err);
    alb_free(c.alb);
    stage_close(&c.stage);
    return ok;
}
