/* session.c - opening: store, cluster id, client, source. */
#include "alb-agent/session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/clock.h"
#include "alb-agent/http.h"
#include "alb-agent/number.h"
#include "alb-agent/source.h"
#include "session_priv.h"

enum { CLOCK_STEP_MS = 1000 /* less is no setting of a clock, and does no harm */ };

/* A session that is not opened has no state file, but a client, perhaps. */
static void begin_clock(struct session *s)
{
    const struct clock *given = s->config.clock;
    if (s->steady)
        return;
    s->steady = arena_alloc(&s->arena, sizeof *s->steady);
    steady_begin(s->steady, given ? given : clock_system(),
                 s->config.mono ? s->config.mono
                 : given        ? given
                                : clock_system_mono());
}

bool session_follow_clock(struct session *s, int64_t *by_ms, struct error *err)
{
    const int64_t ahead = steady_ahead_ms(s->steady);
    *by_ms = ahead - s->ahead_ms;
    if (*by_ms > -CLOCK_STEP_MS && *by_ms < CLOCK_STEP_MS) {
        *by_ms = 0;
        return true;
    }
    s->ahead_ms = ahead;
    findings_set_clock(&s->findings, *by_ms);
    return store_set_ahead(s->store, ahead, err);
}

int64_t session_list_lag(const struct session *s)
{
    return s->config.list_lag_ms ? s->config.list_lag_ms : 60000; /* design.md §6 */
}

void session_bound_times(const struct session *s, struct model *rows)
{
    const int64_t now = session_now(s);
    for (size_t i = 0; i < rows->rows.len; i++) {
        struct resource *r = &rows->rows.items[i];
        int64_t *const times[] = { &r->observed_at, &r->unused_since, &r->empty_since };
        for (size_t k = 0; k < COUNT(times); k++)
            *times[k] = *times[k] > now ? now : *times[k];
    }
}

int64_t session_now(const struct session *s)
{
    return s->steady ? clock_now_ms(&s->steady->clock) : session_wall(s);
}

int64_t session_wall(const struct session *s)
{
    return clock_now_ms(s->config.clock ? s->config.clock : clock_system());
}

const char *session_default_state(struct arena *a, const char *cluster_id)
{
    const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME"); // NOLINT(concurrency-*)
    if (base && base[0] == '/')
        return arena_fmt(a, "%s/alb-agent/%s.db", base, cluster_id);
    return home && *home ? arena_fmt(a, "%s/.local/state/alb-agent/%s.db", home, cluster_id) : NULL;
}

const char *session_lb_name(struct session *s, const char *name)
{
    return strchr(name, '/') ? name : arena_fmt(&s->arena, "kube-system/%s", name);
}

/* A cluster id becomes a tag value and part of a file name. */
static bool check_cluster_id(const char *id, struct error *err)
{
    size_t n = strlen(id);
    if (n == 0 || n > 64 || strchr(id, '/') || id[0] == '.')
        return error_set(err, ERROR_INVALID,
                         "--cluster-id '%s': 1 to 64 characters, no '/', not beginning with '.'",
                         id);
    return true;
}

/* The state file keeps the id it was first used with: another one would disown every load
 * balancer in it. */
static bool settle_cluster_id(struct session *s, struct error *err)
{
    const char *kept;
    if (!store_meta_get(s->store, &s->arena, "cluster_id", &kept, err))
        return false;
    const char *given = s->config.cluster_id;
    if (kept && given && strcmp(kept, given) != 0)
        return error_set(
            err, ERROR_INVALID,
            "the state file belongs to cluster '%s', not '%s'; give --cluster-id %s or "
            "another --state",
            kept, given, kept);
    s->kept = kept != NULL;
    s->cluster_id = kept ? kept : given ? given : "default";
    if (!check_cluster_id(s->cluster_id, err))
        return false;
    return kept || store_meta_put(s->store, "cluster_id", s->cluster_id, err);
}

/* ---- a state file that was lost ------------------------------------------------------------- */

/* In meta: when lists show all that was made before, if there was an earlier state file; it is not
 * known whether there was one. */
#define SURE_AT         "sure_at"
#define SURE_AT_IF_SEEN "sure_at_if_any_is_seen"

enum { UNDER_WAY_MS = 10000 /* what was sent last may arrive so much later */ };

static bool read_sure_at(struct session *s, const char *name, int64_t *at, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *text;
    *at = 0;
    if (!store_meta_get(s->store, &a, name, &text, err))
        return false;
    if (!text || !number_parse(text, strlen(text), at))
        *at = 0;
    return true;
}

/* A file that is new where none was may be the first there ever was: what is seen will tell. */
static bool settle_doubt(struct session *s, struct error *err)
{
    const int64_t now = session_now(s), longest = session_list_lag(s) + UNDER_WAY_MS;
    int64_t sure, if_seen;
    if (s->config.sure_at_ms || s->config.mode != STORE_WRITE) {
        s->sure_at = s->config.sure_at_ms > 0 ? s->config.sure_at_ms : 0;
        s->sure_if_none = s->config.sure_if_none;
        return true;
    }
    const bool lost = s->set_aside || store_was_there(s->store);
    const char *at = arena_fmt(&s->arena, "%" PRId64, now + longest);
    if (!s->kept && !store_meta_put(s->store, lost ? SURE_AT : SURE_AT_IF_SEEN, at, err))
        return false;
    if (!read_sure_at(s, SURE_AT, &sure, err) || !read_sure_at(s, SURE_AT_IF_SEEN, &if_seen, err))
        return false;
    s->sure_if_none = !sure && if_seen;
    s->sure_at = sure ? sure : if_seen;
    if (s->sure_at <= now || s->sure_at > now + longest) /* or the clock was set */
        s->sure_at = 0;
    return true;
}

static bool shows_ours(const struct model *found)
{
    for (size_t i = 0; i < found->rows.len; i++)
        if (found->rows.items[i].actual && found->rows.items[i].ours)
            return true;
    return false;
}

bool session_note_seen(struct session *s, const struct model *found, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    if (!s->sure_if_none)
        return true;
    s->sure_if_none = false;
    if (!shows_ours(found))
        s->sure_at = 0;
    const char *at = arena_fmt(&a, "%" PRId64, s->sure_at + s->ahead_ms);
    return (!s->sure_at || store_meta_put(s->store, SURE_AT, at, err))
           && store_meta_put(s->store, SURE_AT_IF_SEEN, NULL, err);
}

/* ---- opening -------------------------------------------------------------------------------- */

/* What the cloud refused for its size, or for a quota, before. */
static void take_refusal(struct session *s, const struct fact *f, size_t limit)
{
    if (f->kind == FACT_BATCH) {
        size_t *left = arena_alloc(&s->arena, sizeof *left);
        *left = limit;
        map_put(&s->batches, f->key, left);
        return;
    }
    const enum quota quota = quota_find(f->key);
    if (quota != QUOTAS) {
        s->quotas.told[quota] = limit;
        s->quotas.told_at[quota] = f->read_at;
    }
}

static void read_refusals(struct session *s)
{
    memcpy(s->quotas.set, s->config.quotas, sizeof s->quotas.set);
    for (size_t i = 0; i < s->facts.items.len; i++) {
        const struct fact *f = &s->facts.items.items[i];
        int64_t n;
        if ((f->kind == FACT_BATCH || f->kind == FACT_QUOTA)
            && number_parse(f->value, strlen(f->value), &n) && n > 0)
            take_refusal(s, f, (size_t)n);
    }
}

bool session_open(struct session *s, const struct session_config *config, struct error *err)
{
    *s = (struct session){ .config = *config, .seed = config->seed };
    if (!s->seed)
        s->seed = rng_system_seed();
    begin_clock(s);
    const char *id = config->cluster_id ? config->cluster_id : "default";
    if (!check_cluster_id(id, err))
        return false;
    const char *path = config->state ? config->state : session_default_state(&s->arena, id);
    if (!path)
        return error_set(err, ERROR_INVALID,
                         "no place for the state file: give --state FILE, or set XDG_STATE_HOME or "
                         "HOME");
    s->path = arena_strdup(&s->arena, path);
    if (!store_open(&s->store, path, config->mode, session_now(s), &s->set_aside, err))
        return false;
    if (!settle_cluster_id(s, err) || !settle_doubt(s, err))
        return false;
    if (config->destroy)
        s->config.destroy = session_lb_name(s, config->destroy);
    if (!store_facts_load(s->store, &s->fact_arena, &s->facts, err)
        || !session_load_findings(s, s->store, err))
        return false;
    read_refusals(s);
    if (!config->aside && !store_model_load(s->store, &s->known_arena, &s->known, err))
        return false;
    session_bound_times(s, &s->known);
    return true;
}

/* What fails here is done by the next run. */
static void prune(struct session *s)
{
    struct error ignored;
    bool tidy = s->store && s->config.mode == STORE_WRITE
                && store_prune(s->store, &s->config.limits, session_now(s), &ignored);
    (void)tidy;
}

void session_close(struct session *s)
{
    prune(s);
    alb_free(s->alb);
    if (s->transport != s->config.transport)
        http_free(s->transport);
    store_close(s->store);
    object_set_done(&s->objects);
    map_done(&s->confirmed);
    map_done(&s->batches);
    map_done(&s->tombstones);
    arena_done(&s->arena);
    arena_done(&s->fact_arena);
    arena_done(&s->known_arena);
    *s = (struct session){ 0 };
}

static char *env(const char *name)
{
    return getenv(name); // NOLINT(concurrency-mt-unsafe): one thread
}

bool session_connect(struct session *s, struct error *err)
{
    if (!s->config.region)
        return error_set(err, ERROR_INVALID,
                         "no region: give --region or set ALIBABA_CLOUD_REGION_ID");
    begin_clock(s);
    struct http_config http = { .user_agent = "alb-agent/" ALB_AGENT_VERSION,
                                .ca_file = s->config.ca_file };
    s->transport = s->config.transport;
    if (!s->transport && !http_new(&s->transport, &http, err))
        return false;
    struct alb_config alb = {
        .region = s->config.region,
        .endpoint = s->config.endpoint,
        .env = s->config.env ? s->config.env : env,
        .clock = &s->steady->clock,
        .wall = s->steady->wall,
        .seed = s->seed,
        .transport = s->transport,
        .writes = s->config.writes,
        .reads = s->config.reads,
        .background = s->config.background,
    };
    return alb_new(&s->alb, &alb, err) && alb_ready(s->alb, err);
}

bool session_set_objects(struct session *s, struct object_set *set, struct error *err)
{
    s->objects = *set;
    *set = (struct object_set){ 0 };
    s->has_roots = translate_has_roots(&s->objects);
    s->services = &s->objects;
    return session_note_start(s, err)
           && store_objects_put(s->store, &s->objects, session_now(s), err)
           && session_note_source(s, err);
}

bool session_read_source(struct session *s, struct error *err)
{
    struct source_options options = { 0 };
    struct object_set set = { 0 };
    source_read(s->config.files, s->config.n_files, &options, &set);
    return session_set_objects(s, &set, err);
}
