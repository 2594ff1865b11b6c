/* cloud.h - the cloud that alb-mock plays: resources, their states, and what each call
 * does to them.
 *
 * No HTTP, no signatures, no wall clock: a call comes as a typed tree that the front has
 * already checked against the API description, together with the time.  All state lives
 * in one SQLite database, in memory or in a file; the same seed, calls and times give the
 * same bytes. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/error.h"

struct cloud;

/* A "--quota NAME=N|off"; NAME as "loadbalancer_rules_num_standard_edition" (with or
 * without "alb_quota_" in front), limit < 0 is off. */
struct cloud_quota {
    const char *name;
    int64_t limit;
};

struct cloud_config {
    const char *state;      /* database file; NULL: in memory                     */
    const char *neighbours; /* YAML file; NULL: neighbours are taken to exist     */
    int64_t pending_ms;     /* how long a resource stays in a pending state       */
    uint64_t seed;          /* of ids and tokens                                  */
    const struct cloud_quota *quotas;
    size_t n_quotas;
};

/* '*out' is the caller's, for cloud_close(). */
bool cloud_open(struct cloud **out, const struct cloud_config *config, struct error *err) MUST_USE;
void cloud_close(struct cloud *c);

struct cloud_call {
    const char *product; /* "alb", "vpc", "ecs"                                */
    const char *action;
    const char *region;     /* "cn-hangzhou"                                      */
    const char *request_id; /* upper-case UUID, drawn by the front                */
    const cJSON *params;    /* typed: objects, arrays, booleans, integers, strings */
    bool raw;               /* lists of the reply may be cJSON_Raw text, which is cheaper */
};

/* What a call came to.  On success 'status' is 200, 'code' NULL and 'body' the reply
 * without RequestId; a refusal has the code, its HTTP status and a message. */
struct cloud_reply {
    int status;
    const char *code; /* NULL on success; else lives in the arena or is static */
    const char *message;
    cJSON *body;        /* the caller's, cJSON_Delete                            */
    const char *job_id; /* of an asynchronous change, else NULL                  */
};

/* Carries out one call at 'now_ms'; what it changes is on disk when it returns. */
void cloud_execute(struct cloud *c, struct arena *a, int64_t now_ms, const struct cloud_call *call,
                   struct cloud_reply *reply);

/* How often rows changed so far; what is equal at two times has not changed between.  For who
 * keeps what he has read. */
struct cloud_changes {
    uint64_t resources; /* load balancers, listeners, rules, groups ...: any change */
    uint64_t ids;       /* one of them came or went                                */
    uint64_t tags, servers;
};
/* Lets what is due by 'now_ms' happen first.  Lists that lag change by time alone. */
struct cloud_changes cloud_changes(struct cloud *c, int64_t now_ms);

/* For who looks on: all groups with their tags, a group without tags once and one with many once
 * for each; and all servers; both in order of creation, also what lists do not show yet.  Texts
 * live in 'a', NULL where there is none. */
struct cloud_group {
    const char *id, *name, *tag_key, *tag_value;
};
struct cloud_server {
    const char *group, *ip, *status;
};
typedef void cloud_group_fn(void *arg, const struct cloud_group *g);
typedef void cloud_server_fn(void *arg, const struct cloud_server *s);
void cloud_look_groups(struct cloud *c, struct arena *a, cloud_group_fn *fn, void *arg);
void cloud_look_servers(struct cloud *c, struct arena *a, cloud_server_fn *fn, void *arg);

/* Told of each job that ended: its id, and NULL or the error code it failed with. */
typedef void cloud_job_fn(void *arg, int64_t at_ms, const char *job_id, const char *code);

/* Lets everything that is due by 'now_ms' happen, in order of time.  Returns how long
 * until the next thing is due, or -1 when nothing is pending. */
int64_t cloud_run(struct cloud *c, int64_t now_ms, cloud_job_fn *fn, void *arg);

/* Knobs, to be turned at any time between calls. */

/* A change takes between 'min_ms' and 'max_ms', drawn from the generator of ids once for
 * each call; equal: always that long, and nothing is drawn.  Not kept in the file. */
void cloud_set_pending(struct cloud *c, int64_t min_ms, int64_t max_ms);

/* What is created from now on is missing from lists for 'lag_ms'; it can be read and
 * changed by id at once.  Servers, certificates and entries of ACLs do not lag.  0: no lag.
 * The setting is not kept in the file, what it has hidden is. */
void cloud_set_list_lag(struct cloud *c, int64_t lag_ms);

/* Keeps ('on') a resource in the pending state it is in or comes to, and its jobs
 * processing: 'what' is an id, or a kind ("LoadBalancer", "Listener", "Rule", "ServerGroup",
 * "Acl", "SecurityPolicy", "AScript") for all of it.  Off again, what was due is done with
 * the next call at or after 'now_ms'.  Kept in the file. */
bool cloud_hold(struct cloud *c, int64_t now_ms, const char *what, bool on,
                struct error *err) MUST_USE;

/* The next change by an action that has a job, or CreateLoadBalancer, fails: it is checked and
 * answered as ever, but when its time is over its job has Failed with 'code' and 'message'.  A load
 * balancer is CreateFailed then and goes after a day, anything else that was created is gone; what
 * was to be changed or deleted is as it was.  Kept in the file. */
bool cloud_fail_next(struct cloud *c, const char *action, const char *code, const char *message,
                     struct error *err) MUST_USE;

/* Ids that are given before any is drawn: each resource that is created takes the first one that
 * begins as its own would ("rule-"), and leaves NULL in its place.  'ids' is borrowed until the
 * next call of this; n 0: none.  Not kept in the file. */
void cloud_give_ids(struct cloud *c, const char **ids, size_t n);

/* What a load balancer is locked by, so that its business status is Abnormal and changes of it are
 * refused. */
struct cloud_lock {
    const char *lb;
    const char *type;   /* LockType as "FinancialLocked"; NULL: not locked, Normal */
    const char *reason; /* LockReason, or NULL                                     */
};
/* Fails when there is no such load balancer, or type.  Kept in the file. */
bool cloud_set_lock(struct cloud *c, const struct cloud_lock *lock, struct error *err) MUST_USE;

/* How GetListenerHealthStatus shows a server of a group. */
struct cloud_health {
    const char *group, *ip;
    int64_t port;         /* 0: all of this address that have no setting of their own     */
    const char *status;   /* Initial, Unhealthy, Unused, Unavailable; NULL: as without it */
    const char *reason;   /* ReasonCode as "CONNECT_TIMEOUT", or NULL                     */
    const char *expected; /* ExpectedResponse and ActualResponse, or NULL                 */
    const char *actual;
};
/* A group without health check and a server of weight 0 are shown as ever.  Kept in the
 * file; goes with the group. */
bool cloud_set_health(struct cloud *c, const struct cloud_health *h, struct error *err) MUST_USE;

/* Who knows of certificates that the file of neighbours does not list: true when the one
 * with this id ("12345678-cn-hangzhou") exists. */
typedef bool cloud_certificate_fn(void *arg, const char *id);
void cloud_set_certificates(struct cloud *c, cloud_certificate_fn *fn, void *arg);

/* The whole state as of the last call or cloud_run(), with what is pending, client tokens
 * and the ids still to be drawn, as one JSON value for cloud_import(): a snapshot, a file, or the
 * start of a fork.  '*out' is the caller's (cJSON_Delete).  Settings that are not kept in the file
 * are not in it either. */
bool cloud_export(struct cloud *c, cJSON **out, struct error *err) MUST_USE;
/* Replaces the state by an exported one, or changes nothing: the cloud then answers as the
 * exported one would have.  Jobs that ended and were not yet told are forgotten. */
bool cloud_import(struct cloud *c, const cJSON *state, struct error *err) MUST_USE;
/* What differs from one exported state to another, as a list (the caller's) of
 * {"Table", "Key", "Change": added|removed|changed, "Fields": {name: {"From", "To"}}};
 * Fields only of what changed.  Jobs, tokens and what is pending do not count, nor does the
 * order of creation. */
cJSON *cloud_diff(const cJSON *from, const cJSON *to);
/* Appends the same for the list 'table' of two objects, whose rows 'key' names: for who keeps
 * more beside this state. */
void cloud_diff_list(const char *table, const char *key, const cJSON *from, const cJSON *to,
                     cJSON *out);

/* Does the cloud's API have this action of this product?  For the front, which answers
 * the others with InvalidAction.NotFound or UnsupportedFeature. */
bool cloud_has(const char *product, const char *action);
