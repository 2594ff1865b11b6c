/* alb.h - calls to Alibaba Cloud: ALB 2020-06-16 and the neighbours it needs: certificates
 * (CAS), network interfaces (ECS), vSwitches (VPC), identities (STS).
 *
 * A client signs, sends, and decodes; it decides nothing.  Calls are begun and come back
 * later: alb_begin() queues one, alb_run() moves data without ever blocking, alb_next()
 * hands out what has finished.  Calls wait for a token of their action's bucket before
 * they leave, urgent ones first.  Reads are repeated by the client while their failure is
 * transient, throttled or busy; a write is sent once, and whoever began it decides. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/clock.h"
#include "alb-agent/error.h"
#include "alb-agent/secret.h"

struct alb;
struct transport; /* transport.h */

/* One request parameter in its flat form: "Rules.1.Priority", "10". */
struct alb_param {
    const char *name;
    const char *value;
};
typedef LIST_OF(struct alb_param) alb_params;

enum alb_product {
    ALB_PRODUCT_ALB,
    ALB_PRODUCT_VPC,
    ALB_PRODUCT_ECS,
    ALB_PRODUCT_CAS,
    ALB_PRODUCT_STS,
    ALB_PRODUCT_COUNT
};

/* How many calls of one action may be made: 'limit' in 'period_ms', and at most 'burst' of
 * them at once after a rest.  'limit' 0 means the default of alb-semantics.md §12, a
 * negative one no limit; the others are the default's when 0. */
struct alb_budget {
    int limit;
    int burst;
    int64_t period_ms;
};

/* A role to be assumed with the keys that were found (STS AssumeRole). */
struct alb_role {
    const char *arn;          /* "acs:ram::<account>:role/<name>"; NULL: none              */
    const char *session_name; /* NULL: "alb-agent"                                         */
    const char *external_id;  /* NULL: none                                                */
    const char *policy;       /* that narrows what the role may do; NULL: none             */
    int64_t duration_s;       /* 0: 3600                                                   */
};

struct alb_config {
    const char *region;             /* "cn-hangzhou"                                          */
    const char *endpoint;           /* NULL: each product's own of the region; else "URL" for
                                       every product, or "PRODUCT=URL" for one (alb, vpc, ecs,
                                       cas, sts), several joined by commas; URL is
                                       "https://host[:port]" or "http://...", which is the
                                       permission for http                                    */
    bool vpc;                       /* the endpoints inside the VPC, where a product has one  */
    char *(*env)(const char *name); /* getenv() or a test's, for ALIBABA_CLOUD_ALB_ENDPOINT
                                  (and VPC, ECS, CAS, STS: URL or host name) and
                                  ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED, which count where
                                  'endpoint' and 'vpc' say nothing; NULL: no environment */
    const char *access_key_id;      /* NULL: the default chain, by 'env' and the files it names:
                                       environment, OIDC token of a service account, CLI profile,
                                       credentials file, metadata server, credentials URI
                                       (companion-apis.md §5)                                 */
    const struct secret *access_key_secret;
    const char *security_token;  /* NULL: none                                           */
    struct alb_role role;        /* to be assumed with what the chain found              */
    const struct clock *clock;   /* to wait by                                            */
    const struct clock *wall;    /* for the dates of signatures; NULL: 'clock'            */
    uint64_t seed;               /* of nonces and jitter; never the same twice against a
                                    real cloud, which refuses nonces it has seen         */
    struct transport *transport; /* borrowed; lives longer than the client ...           */
    void (*transport_free)(struct transport *t); /* ... unless this is given: then
                                    alb_free() calls it                                  */
    const char *ca_file;      /* for alb_open(): CA certificates (PEM) to be trusted, NULL: those
                                 of SSL_CERT_FILE in 'env', else the system's             */
    struct alb_budget writes; /* of each action that changes something; 200 in 60 s   */
    struct alb_budget reads;  /* of each other action; 20 in 1 s                      */
    struct alb_budget background; /* of all background calls together, beside those of their
                                     actions; none; in 1 s                            */
};

/* All of '*config' is copied but for the transport.  Keys that expire are fetched, and again
 * before their end, inside alb_run(); until the first are there calls wait.  When they
 * cannot be had, waiting calls fail with the reason. */
bool alb_new(struct alb **out, const struct alb_config *config, struct error *err) MUST_USE;
/* Forgets all calls, also those in flight, and wipes the credentials. */
void alb_free(struct alb *alb);

/* What the client knows of an action: one row of a table. */
struct alb_action {
    const char *name; /* "CreateRules"                                                   */
    enum alb_product product;
    bool write;       /* changes something                                               */
    bool token;       /* takes a ClientToken and DryRun                                  */
    bool job;         /* answers with a JobId (alb-semantics.md §4)                      */
    bool anonymous;   /* goes without a signature: AssumeRoleWithOIDC                     */
    const char *form; /* parameter whose members travel in the form body, "*" for all of
                         them, else NULL                                                  */
    const char *list; /* member of the reply that holds a page's items, for json_at()
                         ("VSwitches.VSwitch"), else NULL                                */
};

/* The row of 'name' (with case), or NULL. */
const struct alb_action *alb_action_find(const char *name);
/* All rows, ordered by name; '*n' is how many. */
const struct alb_action *alb_actions(size_t *n);

/* Of calls that wait for a token: urgent ones leave first, background ones last, and these only
 * as fast as alb_config.background allows. */
enum alb_urgency { ALB_NORMAL, ALB_URGENT, ALB_BACKGROUND };

/* Begins a call; all arguments are copied.  Returns a number that names it, never 0, or 0
 * with 'err' when there is no such action.  RegionId is added for VPC and ECS. */
uint64_t alb_begin(struct alb *alb, const char *action, const alb_params *params,
                   enum alb_urgency urgency, struct error *err) MUST_USE;

/* The outcome of a call.  'reply' is NULL unless the cloud answered with JSON; the caller
 * owns the struct's content, for alb_result_done().  A passed DryRun, which the cloud
 * reports as an error, is ok. */
struct alb_result {
    uint64_t id;
    bool ok;
    bool unknown;     /* failed, and the change may have been made all the same: no complete
                         reply to what was sent, 5xx, IdempotenceProcessing, or a nonce that
                         was seen before (design.md §6); never for reads                     */
    struct error err; /* when not ok: kind, code, request id, and "CreateRules: ..."     */
    cJSON *reply;
    char request_id[64];
    int64_t sent_ms, done_ms; /* of the last attempt; sent_ms as alb_run() was told      */
    int64_t retry_after_ms;   /* what the cloud asked for, or -1                         */
    int attempts;             /* requests put on the wire for this call                  */
};
void alb_result_done(struct alb_result *r);

/* Sends what may leave and takes what has arrived.  Returns how long until it has
 * something to do by itself (a token is there, a repeat is due), or -1. */
int64_t alb_run(struct alb *alb, int64_t now_ms);
/* Takes the next finished call, in the order in which they were begun among those that
 * finished in one turn.  False when there is none. */
bool alb_next(struct alb *alb, struct alb_result *out) MUST_USE;
/* How many calls have been begun and not yet taken. */
size_t alb_pending(const struct alb *alb);

/* Counts since alb_new(): what was put on the wire, repeats included. */
struct alb_stats {
    uint64_t reads, writes, retries, throttled;
};
struct alb_stats alb_stats(const struct alb *alb);

/* What of a budget is spent: 'used' of the calls that a rest would allow at once have not come
 * back.  'limit' is what is allowed now, less than configured after the cloud said slow down. */
struct alb_spent {
    const char *name; /* of the action, or "background" */
    int64_t used, limit;
    int64_t period_ms;
    uint64_t throttled; /* how often the cloud said so, since alb_new() */
};
typedef LIST_OF(struct alb_spent) alb_spending;
/* By name, in 'a': budgets of which something is used, or that were throttled. */
void alb_budgets(struct alb *alb, struct arena *a, int64_t now_ms, alb_spending *out);

/* What became of the requests of an action since alb_new(), repeats included. */
struct alb_tally {
    const char *action;
    uint64_t results[ERROR_BUG + 1]; /* by enum error_kind; ERROR_NONE: it was done      */
    int64_t took_ms;                 /* until their replies were there, all together     */
    struct alb_spent budget;
};
typedef LIST_OF(struct alb_tally) alb_tallies;
/* By name, in 'a': actions that something was sent of. */
void alb_tally(struct alb *alb, struct arena *a, int64_t now_ms, alb_tallies *out);

/* New budgets, as in alb_config, for calls that have not left yet. */
void alb_set_budgets(struct alb *alb, const struct alb_budget *writes,
                     const struct alb_budget *reads, const struct alb_budget *background,
                     int64_t now_ms);

/* For programs without a loop of their own: begins a call, runs client and transport
 * until it is done, and gives the reply, also that of a refusal ('*reply' is the caller's,
 * or NULL).  Results of other calls stay where they are. */
bool alb_call(struct alb *alb, const char *action, const alb_params *params, cJSON **reply,
              struct error *err) MUST_USE;
/* The same for all pages of a list: '*reply' is the first page with the items of the
 * others added, and without NextToken; NULL when any page failed. */
bool alb_call_all(struct alb *alb, const char *action, const alb_params *params, cJSON **reply,
                  struct error *err) MUST_USE;

/* Sleeps until something arrives, or for 'timeout_ms' (< 0: as long as it takes): for loops
 * over alb_run() and alb_next(). */
void alb_sleep(struct alb *alb, int64_t timeout_ms);
/* Waits until there are keys to sign with, for a program that would rather stop at the start
 * than fail at its first call. */
bool alb_ready(struct alb *alb, struct error *err) MUST_USE;

/* Is there a page after 'reply'?  When '*more', 'params' (in 'a') ask for it: NextToken, or
 * PageNumber or CurrentPage where the product counts pages (companion-apis.md §2-§4).  Fails when a
 * page names itself as the next one, since an endless list is not a short one. */
bool alb_page_next(struct arena *a, const cJSON *reply, alb_params *params, bool *more,
                   struct error *err) MUST_USE;

/* The value of a parameter, or NULL; and setting one, in 'a'. */
const char *alb_param_get(const alb_params *params, const char *name);
void alb_param_set(struct arena *a, alb_params *params, const char *name, const char *value);

/* The endpoint of a product in a region, as "https://alb.cn-hangzhou.aliyuncs.com"; with
 * 'vpc' the one inside the VPC, or the public one where there is none (companion-apis.md
 * §1).  In 'a'. */
const char *alb_endpoint(struct arena *a, enum alb_product product, const char *region, bool vpc);

/* What a refusal means: kind by code, then by the code's family, then by HTTP status
 * (alb-semantics.md §2, §5).  Letters' case does not count.  ERROR_NONE for
 * DryRunOperation, which is how a DryRun succeeds. */
enum error_kind alb_error_kind(const char *code, int http_status);

/* Keys to sign with.  The id is no secret, but lives and is wiped with the others. */
struct alb_credentials {
    struct secret access_key_id;
    struct secret access_key_secret;
    struct secret security_token; /* data == NULL: none */
};
/* From ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, when it is set,
 * ALIBABA_CLOUD_SECURITY_TOKEN; an empty variable counts as not set.  'get' is getenv() or
 * a test's.  ERROR_DENIED, naming the variables, when one is missing. */
bool alb_credentials_from_env(struct alb_credentials *out, char *(*get)(const char *name),
                              struct error *err) MUST_USE;
void alb_credentials_done(struct alb_credentials *c);
