/* config.h - the settings of the agent, from one table (src/config/table.c).
 *
 * A value comes from the first of these that has one: a flag, the environment, the file, the
 * default.  The file is YAML, nested as the paths say ("lanes.server-group.retries"); the
 * variable of a path is ALB_AGENT_ and the path in capitals with '_' for what is no letter or
 * digit (ALB_AGENT_LANES_SERVER_GROUP_RETRIES), and some rows have a second variable that other
 * programs know, too.  An empty variable is none.  In the file null is the default.
 *
 *     struct agent_settings s;
 *     struct config_in in = { .path = path, .env = getenv };
 *     if (!config_load(&arena, &in, &s, err)) ...
 *
 * Times are written as a whole number and a unit: 500ms, 10s, 5m, 2h; 0 needs no unit. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/drift.h"
#include "alb-agent/error.h"
#include "alb-agent/log.h"
#include "alb-agent/quota.h"

struct buf;

/* Where a value comes from; what is stronger is larger. */
enum setting_origin { SETTING_DEFAULT, SETTING_FILE, SETTING_ENVIRONMENT, SETTING_FLAG };

enum {
    SETTINGS_MAX = 96,         /* rows of the table, at most                     */
    CONFIG_FILE_MAX = 1 << 20, /* bytes of a file                              */
};

/* How the lanes of a family go (design.md §6). */
struct lane_settings {
    int64_t concurrent;         /* how many change at once                                    */
    int64_t starts_per_second;  /* how many begin a change                                    */
    int64_t reconcile_delay_ms; /* how long an event waits for others                         */
    int64_t retries;            /* before a failing change waits for the next resync or event */
    int64_t first_retry_ms, longest_retry_ms; /* doubling in between                          */
    int64_t resync_ms;                        /* 0: never                                     */
};

typedef LIST_OF(const char *) setting_texts;

/* Texts are NULL when not set, and live in the arena of config_load(). */
struct agent_settings {
    const char *cluster_id, *region, *vpc_id;
    const char *service_backend_type; /* for translate_in.backend_type, but "true" is "eni" */
    const char *endpoint;             /* as alb.h says; with those below in settings_endpoint() */
    struct {
        const char *alb, *vpc, *ecs, *cas, *sts; /* URL of one product */
    } endpoints;
    const char *ca_file;
    const char *state; /* state file; NULL: the default place of the cluster */
    setting_texts manifests;
    bool allow_destroy;
    struct {
        int64_t rules, servers; /* in one call */
    } batch;
    int64_t quota[QUOTAS]; /* 0: not known */

    struct {
        struct lane_settings load_balancer, server_group;
    } lanes;
    struct {
        int64_t writes_per_minute, reads_per_second; /* of each action of the API   */
        int64_t sweep_reads_per_second;              /* of all reads for sweeps     */
    } budgets;
    struct {
        enum drift_policy drift, missing, orphan;
    } drift;
    struct {
        int64_t keep_days, megabytes;
    } events;
    struct {
        int64_t keep; /* of each load balancer */
    } revisions;
    int64_t list_lag_ms, read_max_age_ms;
    struct {
        const char *listen; /* for httpd_open(); NULL: nobody is told over HTTP */
    } status;
    struct {
        const char *level; /* for log_set_levels() */
        enum log_format format;
    } log;

    unsigned char origins[SETTINGS_MAX]; /* enum setting_origin, by row */
};

/* A value given by a flag.  Of a list each gives one more element. */
struct setting_flag {
    const char *path;  /* "region"                                          */
    const char *value; /* as in the environment                             */
    const char *flag;  /* for complaints: "--region"; NULL: "--set region"  */
};

typedef LIST_OF(struct setting_flag) setting_flags;

struct config_in {
    const char *path;               /* of the file; NULL: none                      */
    const char *text;               /* its text, when it is at hand; NULL: is read  */
    char *(*env)(const char *name); /* getenv() or a test's; NULL: no environment   */
    const struct setting_flag *flags;
    size_t n_flags;
};

/* Reads all settings; what is given nowhere has its default.  All texts are in 'a'.  The first
 * mistake ends it, ERROR_INVALID, with its place and a remedy:
 * "agent.yaml:12: lanes.server-group.retry: there is no such setting; is it
 * 'lanes.server-group.retries'?".  A file that is not there is ERROR_NOT_FOUND. */
bool config_load(struct arena *a, const struct config_in *in, struct agent_settings *out,
                 struct error *err) MUST_USE;

/* The settings as YAML with a comment on each: what it means, its range and default, whether it
 * needs a restart, and where its value comes from.  Reading it gives the same settings. */
void config_print(struct buf *b, const struct agent_settings *s);

/* What alb_config.endpoint and session_config.endpoint take, in 'a'; NULL: nothing was given.
 * An endpoint for all that is given by a flag replaces those for one product that the
 * environment or the file give, so that no call goes where the flag does not say; likewise for
 * the environment. */
const char *settings_endpoint(struct arena *a, const struct agent_settings *s);

/* A setting that differs. */
struct setting_change {
    const char *path;           /* static                                           */
    const char *before, *after; /* as in the file; a list as ["a","b"]; "null": none */
    bool restart;               /* takes effect only when the agent starts again    */
};
typedef LIST_OF(struct setting_change) setting_changes;

/* What a running agent makes of settings that were read anew: '*out', all of it in 'a', is
 * 'loaded', but where a change needs a restart 'running' stays.  'changes' says both kinds, in
 * order of the table.  'out' may be 'running' itself. */
void settings_reload(struct arena *a, const struct agent_settings *running,
                     const struct agent_settings *loaded, struct agent_settings *out,
                     setting_changes *changes);
