/* events.c - what an agent, or one run of a verb, writes of itself among the events, so that it
 * can be replayed: how it was started, settings that changed, and when a reading had ended. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "agent_priv.h"
#include "alb-agent/buf.h"
#include "alb-agent/json.h"

enum value_kind { VALUE_TEXT, VALUE_BOOL, VALUE_INT, VALUE_INT64, VALUE_SIZE };

struct row {
    const char *name;
    enum value_kind kind;
    size_t off;
};

#define ROW(name, kind, member)                           \
    {                                                     \
        name, kind, offsetof(struct agent_config, member) \
    }
#define PACE(family, i)                                                       \
    ROW(family "Concurrent", VALUE_SIZE, pace[i].concurrent),                 \
        ROW(family "StartsPerSecond", VALUE_SIZE, pace[i].starts_per_second), \
        ROW(family "DelayMs", VALUE_INT64, pace[i].delay_ms),                 \
        ROW(family "Tries", VALUE_INT, pace[i].tries),                        \
        ROW(family "FirstRetryMs", VALUE_INT64, pace[i].first_retry_ms),      \
        ROW(family "LongestRetryMs", VALUE_INT64, pace[i].longest_retry_ms)
#define BUDGET(name, member)                                \
    ROW(name "Limit", VALUE_INT, session.member.limit),     \
        ROW(name "Burst", VALUE_INT, session.member.burst), \
        ROW(name "PeriodMs", VALUE_INT64, session.member.period_ms)

/* Of what is not here a replay needs nothing, or has its own. */
static const struct row rows[] = {
    ROW("cluster", VALUE_TEXT, session.cluster_id),
    ROW("region", VALUE_TEXT, session.region),
    ROW("vpc", VALUE_TEXT, session.vpc_id),
    ROW("backendType", VALUE_TEXT, session.backend_type),
    ROW("destroy", VALUE_TEXT, session.destroy),
    ROW("only", VALUE_TEXT, session.only),
    ROW("allowDestroy", VALUE_BOOL, session.allow_destroy),
    ROW("batchRules", VALUE_SIZE, session.batch_rules),
    ROW("batchServers", VALUE_SIZE, session.batch_servers),
#define X(NAME, id, dflt, most, what) ROW(id, VALUE_SIZE, session.quotas[QUOTA_##NAME]),
    QUOTA_TABLE(X)
#undef X
        BUDGET("writes", writes),
    BUDGET("reads", reads),
    BUDGET("background", background),
    ROW("listLagMs", VALUE_INT64, session.list_lag_ms),
    ROW("sureAtMs", VALUE_INT64, session.sure_at_ms),
    ROW("sureIfNone", VALUE_BOOL, session.sure_if_none),
    ROW("readMaxAgeMs", VALUE_INT64, session.read_max_age_ms),
    ROW("resyncMs", VALUE_INT64, resync_ms),
    ROW("groupResyncMs", VALUE_INT64, group_resync_ms),
    ROW("rereadMs", VALUE_INT64, reread_ms),
    ROW("emptyMs", VALUE_INT64, empty_ms),
    PACE("loadBalancer", LANE_LOAD_BALANCER),
    PACE("serverGroup", LANE_SERVER_GROUP),
    PACE("shared", LANE_SHARED),
};
static const struct {
    const char *name;
    enum resource_class class;
} policies[] = {
    { "drift", CLASS_DRIFT },
    { "missing", CLASS_MISSING },
    { "orphan", CLASS_ORPHAN },
};

static const int64_t number_max = 999999999999999; /* what JSON holds exactly */

/* ---- writing -------------------------------------------------------------------------------- */

static int64_t number_of(const struct row *r, const void *at)
{
    int64_t n = 0;
    switch (r->kind) {
    case VALUE_BOOL: n = *(const bool *)at; break;
    case VALUE_INT: n = *(const int *)at; break;
    case VALUE_INT64: n = *(const int64_t *)at; break;
    case VALUE_SIZE: n = (int64_t) * (const size_t *)at; break;
    case VALUE_TEXT: break;
    }
    return n < number_max ? n : number_max;
}

static void write_row(cJSON *to, const struct row *r, const struct agent_config *config)
{
    const void *at = (const char *)config + r->off;
    const char *text = r->kind == VALUE_TEXT ? *(const char *const *)at : NULL;
    const int64_t n = number_of(r, at);
    if (text)
        cJSON_AddStringToObject(to, r->name, text);
    else if (n && r->kind == VALUE_BOOL)
        cJSON_AddTrueToObject(to, r->name);
    else if (n)
        cJSON_AddItemToObject(to, r->name, json_new_int(n));
}

const char *agent_start_write(struct arena *a, const struct agent_start *start)
{
    cJSON *to CLEANUP(json_done) = cJSON_CreateObject();
    char seed[20];
    (void)snprintf(seed, sizeof seed, "%" PRIx64, start->config.session.seed);
    cJSON_AddStringToObject(to, "verb", start->verb);
    cJSON_AddStringToObject(to, "seed", seed);
    cJSON_AddBoolToObject(to, "files", start->files);
    if (start->lived_until)
        cJSON_AddItemToObject(to, "livedUntil", json_new_int(start->lived_until));
    for (size_t i = 0; i < COUNT(rows); i++)
        write_row(to, &rows[i], &start->config);
    for (size_t i = 0; i < COUNT(policies); i++)
        if (start->config.session.policy[policies[i].class])
            cJSON_AddItemToObject(
                to, policies[i].name,
                json_new_int((int64_t)start->config.session.policy[policies[i].class]));
    return json_canonical(a, to);
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool read_number(const struct row *r, const cJSON *v, void *at, struct error *err)
{
    const bool flag = r->kind == VALUE_BOOL;
    if (flag ? !cJSON_IsBool(v) : !json_is_int(v) || v->valuedouble < 0)
        return error_set(err, ERROR_INVALID, "%s: not %s", r->name,
                         flag ? "true or false" : "a whole number from 0 on");
    const int64_t n = flag ? cJSON_IsTrue(v) : (int64_t)v->valuedouble;
    if (r->kind == VALUE_INT && n > INT32_MAX)
        return error_set(err, ERROR_INVALID, "%s: too large", r->name);
    if (flag)
        *(bool *)at = n != 0;
    else if (r->kind == VALUE_INT)
        *(int *)at = (int)n;
    else if (r->kind == VALUE_SIZE)
        *(size_t *)at = (size_t)n;
    else
        *(int64_t *)at = n;
    return true;
}

static bool read_row(struct arena *a, const struct row *r, const cJSON *from,
                     struct agent_config *config, struct error *err)
{
    const cJSON *v = json_get(from, r->name);
    void *at = (char *)config + r->off;
    if (!v)
        return true;
    if (r->kind != VALUE_TEXT)
        return read_number(r, v, at, err);
    if (!cJSON_IsString(v))
        return error_set(err, ERROR_INVALID, "%s: not text", r->name);
    *(const char **)at = arena_strdup(a, v->valuestring);
    return true;
}

static bool read_seed(const cJSON *from, uint64_t *out, struct error *err)
{
    static const char digits[] = "0123456789abcdef";
    const char *text = json_str(from, "seed");
    if (!text || !*text || strlen(text) > 16 || strspn(text, digits) != strlen(text))
        return error_set(err, ERROR_INVALID, "seed: not hexadecimal");
    for (*out = 0; *text; text++)
        *out = *out << 4 | (uint64_t)(strchr(digits, *text) - digits);
    return true;
}

static bool read_policies(const cJSON *from, struct agent_config *config, struct error *err)
{
    for (size_t i = 0; i < COUNT(policies); i++) {
        const int64_t n = json_int(from, policies[i].name, 0);
        if (n < 0 || n > DRIFT_ASK)
            return error_set(err, ERROR_INVALID, "%s: no policy", policies[i].name);
        config->session.policy[policies[i].class] = (enum drift_policy)n;
    }
    return true;
}

bool agent_start_read(struct arena *a, const cJSON *from, struct agent_start *out,
                      struct error *err)
{
    *out = (struct agent_start){ 0 };
    const char *verb = json_str(from, "verb");
    if (!verb || (strcmp(verb, "run") != 0 && strcmp(verb, "apply") != 0))
        return error_set(err, ERROR_INVALID, "verb: neither run nor apply");
    out->verb = arena_strdup(a, verb);
    out->files = cJSON_IsTrue(json_get(from, "files"));
    out->lived_until = json_int(from, "livedUntil", 0);
    for (size_t i = 0; i < COUNT(rows); i++)
        if (!read_row(a, &rows[i], from, &out->config, err))
            return false;
    return read_seed(from, &out->config.session.seed, err)
           && read_policies(from, &out->config, err);
}

/* ---- events --------------------------------------------------------------------------------- */

static bool add(struct session *s, const char *kind, const char *key, const char *body,
                struct error *err)
{
    struct store_event event = { .at = session_now(s), .kind = kind, .key = key, .body = body };
    return store_event_add(s->store, &event, err);
}

static bool add_start(struct session *s, const char *kind, struct agent_start *start,
                      struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    start->config.session.cluster_id = s->cluster_id;
    start->config.session.seed = s->seed;
    start->config.session.sure_at_ms = s->sure_at;
    start->config.session.sure_if_none = s->sure_if_none;
    return add(s, kind, "agent", agent_start_write(&a, start), err);
}

bool session_note_start(struct session *s, struct error *err)
{
    struct agent_start start = { .verb = "apply",
                                 .files = s->config.n_files > 0,
                                 .config = { .session = s->config } };
    if (s->noted || !s->alb || s->config.mode != STORE_WRITE)
        return true;
    s->noted = true;
    return add_start(s, "START", &start, err);
}

bool session_note_source(struct session *s, struct error *err)
{
    return !s->noted
           || add(s, s->objects.incomplete ? "INCOMPLETE" : "SYNCED", "source", NULL, err);
}

bool session_note_read(struct session *s, const char *only, unsigned parts,
                       const struct read_times *times, struct error *err)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addf(&b, "{\"began\":%" PRId64, times->began_ms + s->ahead_ms);
    if (times->ended_ms && times->ended_ms != session_now(s))
        buf_addf(&b, ",\"ended\":%" PRId64, times->ended_ms + s->ahead_ms);
    if (only) {
        buf_adds(&b, ",\"only\":");
        buf_add_json(&b, only);
    }
    if (parts != OBSERVE_ALL)
        buf_addf(&b, ",\"parts\":%u", parts);
    buf_addc(&b, '}');
    return add(s, "READ", "reading", buf_str(&b), err);
}

/* When the agent before this one was last heard of, 0: it ended by itself, or nobody knows. */
static bool last_sign(struct store *st, int64_t *at, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct store_status status;
    bool found;
    if (!store_status_read(st, &a, &status, &found, err))
        return false;
    *at = found && strcmp(status.phase, "stopped") != 0 ? status.at : 0;
    return true;
}

static struct agent_start start_of(const struct agent *g)
{
    struct agent_start start = { .verb = "run", .files = true, .config = g->config };
    start.config.session = g->base.config;
    return start;
}

bool events_start(struct agent *g, struct error *err)
{
    struct agent_start start = start_of(g);
    if (g->told.start)
        return true;
    g->told.start = true;
    return last_sign(g->base.store, &start.lived_until, err)
           && add_start(&g->base, "START", &start, err);
}

static bool tell_settings(struct agent *g, struct error *err)
{
    struct agent_start start = start_of(g);
    return add_start(&g->base, "SETTINGS", &start, err);
}

bool events_run(struct agent *g, struct error *err)
{
    struct session *s = &g->base;
    const struct events_told due = g->told;
    g->told.settings = g->told.resync = g->told.stop = false;
    return !due.start
           || ((!due.settings || tell_settings(g, err))
               && (!due.resync || add(s, "RESYNC", "agent resync", NULL, err))
               && (!due.stop || add(s, "STOP", "agent stop", NULL, err)));
}

/* ---- what a list lacks
 * --------------------------------------------------------------------------- */

/* Of what this reading was not about, as the one before. */
static bool was_hidden(struct arena *a, const struct balancer *b, const struct resource *r)
{
    return b->hidden && strstr(b->hidden, arena_fmt(a, "\"%s\"", r->cloud_id));
}

static const char *list_hidden(struct arena *a, const struct balancer *b, const struct model *found,
                               unsigned parts, int64_t began_ms)
{
    struct map shown CLEANUP(map_done) = { 0 };
    struct buf ids CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < found->rows.len; i++)
        if (found->rows.items[i].cloud_id)
            map_put(&shown, found->rows.items[i].cloud_id, b);
    for (size_t i = 0; i < b->s.world.rows.len; i++) {
        const struct resource *r = &b->s.world.rows.items[i];
        if (!r->actual || !r->cloud_id || r->kind == RESOURCE_CERTIFICATE
            || r->observed_at > began_ms || map_get(&shown, r->cloud_id)
            || (!(observe_part_of(r->kind) & parts) && !was_hidden(a, b, r)))
            continue;
        buf_addc(&ids, ids.len ? ',' : '[');
        buf_add_json(&ids, r->cloud_id);
    }
    return ids.len ? arena_fmt(a, "{\"ids\":%s]}", buf_str(&ids)) : NULL;
}

bool events_hidden(struct balancer *b, const struct model *found, unsigned parts, int64_t began_ms,
                   struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *now = list_hidden(&a, b, found, parts, began_ms);
    if (now ? b->hidden && !strcmp(now, b->hidden) : !b->hidden)
        return true;
    arena_done(&b->hidden_arena);
    b->hidden = now ? arena_strdup(&b->hidden_arena, now) : NULL;
    return add(&b->s, "HIDDEN", arena_fmt(&a, "hidden %s", b->name), now ? now : "{\"ids\":[]}",
               err);
}
