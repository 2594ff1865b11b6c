/* settings.c - what no flag says and the settings do: for verbs that are no agent. */
#include <stdlib.h>

#include "alb-agent/config.h"
#include "cli.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, MB = 1024 * 1024 };

static void fall_back(const char **value, const char *setting)
{
    if (!*value)
        *value = setting;
}

/* Manifests that were given, also by a saved plan, are all there are. */
static void take_manifests(struct options *o, const struct agent_settings *s)
{
    if (o->files.len || o->plan_file)
        return;
    for (size_t i = 0; i < s->manifests.len; i++)
        *LIST_PUSH(&o->arena, &o->files) = s->manifests.items[i];
}

bool options_take_settings(struct options *o, const struct cmd *cmd, struct error *err)
{
    const char *path =
        o->config ? o->config : getenv("ALB_AGENT_CONFIG"); // NOLINT(concurrency-mt-unsafe)
    const struct config_in in = { .path = path && *path ? path : NULL, .env = getenv };
    struct agent_settings s;
    if (!config_load(&o->arena, &in, &s, err))
        return false;
    fall_back(&o->cluster_id, s.cluster_id);
    fall_back(&o->region, s.region);
    fall_back(&o->vpc_id, s.vpc_id);
    fall_back(&o->backend_type, s.service_backend_type);
    fall_back(&o->endpoint, settings_endpoint(&o->arena, &s));
    fall_back(&o->ca_file, s.ca_file);
    fall_back(&o->state, s.state);
    if (cmd->opts & OPT_FILE)
        take_manifests(o, &s);
    if (cmd->opts & OPT_ALLOW)
        o->allow_destroy = o->allow_destroy || s.allow_destroy;
    o->batch_rules = (size_t)s.batch.rules;
    o->list_lag_ms = s.list_lag_ms ? s.list_lag_ms : 1; /* 0 would be the default */
    o->batch_servers = (size_t)s.batch.servers;
    for (size_t i = 0; i < QUOTAS; i++)
        o->quotas[i] = (size_t)s.quota[i];
    o->policy[CLASS_DRIFT] = s.drift.drift;
    o->policy[CLASS_MISSING] = s.drift.missing;
    o->policy[CLASS_ORPHAN] = s.drift.orphan;
    o->limits = (struct store_limits){ .revisions = s.revisions.keep,
                                       .event_age_ms = s.events.keep_days * DAY_MS,
                                       .event_bytes = s.events.megabytes * MB };
    return true;
}
