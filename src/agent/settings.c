/* settings.c - what the settings mean for an agent that keeps running. */
#include <string.h>

#include "service_priv.h"

static struct apply_pace pace_of(const struct lane_settings *l)
{
    return (struct apply_pace){
        .concurrent = (size_t)l->concurrent,
        .starts_per_second = (size_t)l->starts_per_second,
        .delay_ms = l->reconcile_delay_ms,
        .tries = (int)l->retries + 1,
        .first_retry_ms = l->first_retry_ms,
        .longest_retry_ms = l->longest_retry_ms,
    };
}

/* 0 is never. */
static int64_t resync_of(const struct lane_settings *l)
{
    return l->resync_ms ? l->resync_ms : INT64_MAX / 4;
}

static const char *backend_type(const struct agent_settings *s)
{
    const char *type = s->service_backend_type;
    return type && !strcmp(type, "true") ? "eni" : type;
}

static void set_quotas(const struct agent_settings *s, size_t to[static QUOTAS])
{
    for (size_t i = 0; i < QUOTAS; i++)
        to[i] = (size_t)s->quota[i];
}

struct agent_config service_agent_config(struct arena *a, const struct agent_settings *s)
{
    struct agent_config c = {
        .session = {
            .state = s->state,
            .cluster_id = s->cluster_id,
            .region = s->region,
            .endpoint = settings_endpoint(a, s),
            .ca_file = s->ca_file,
            .vpc_id = s->vpc_id,
            .backend_type = backend_type(s),
            .allow_destroy = s->allow_destroy,
            .batch_rules = (size_t)s->batch.rules,
            .batch_servers = (size_t)s->batch.servers,
            .writes = { .limit = (int)s->budgets.writes_per_minute, .period_ms = 60000 },
            .reads = { .limit = (int)s->budgets.reads_per_second, .period_ms = 1000 },
            .background = { .limit = (int)s->budgets.sweep_reads_per_second, .period_ms = 1000 },
            .list_lag_ms = s->list_lag_ms ? s->list_lag_ms : 1, /* 0 would be the default */
            .read_max_age_ms = s->read_max_age_ms,
            .policy = { [CLASS_DRIFT] = s->drift.drift,
                        [CLASS_MISSING] = s->drift.missing,
                        [CLASS_ORPHAN] = s->drift.orphan },
            .limits = service_store_limits(s),
        },
        .resync_ms = resync_of(&s->lanes.load_balancer),
        .group_resync_ms = resync_of(&s->lanes.server_group),
    };
    set_quotas(s, c.session.quotas);
    c.pace[LANE_LOAD_BALANCER] = c.pace[LANE_SHARED] = pace_of(&s->lanes.load_balancer);
    c.pace[LANE_SERVER_GROUP] = pace_of(&s->lanes.server_group);
    return c;
}

struct store_limits service_store_limits(const struct agent_settings *s)
{
    const int64_t day = INT64_C(24) * 3600 * 1000;
    return (struct store_limits){
        .revisions = s->revisions.keep,
        .event_age_ms = s->events.keep_days * day,
        .event_bytes = s->events.megabytes << 20,
    };
}
