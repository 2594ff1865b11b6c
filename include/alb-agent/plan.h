/* plan.h - which calls make what is there into what is wanted, in which order.
 *
 * Pure and level-triggered: a plan is computed from the model alone, so after every reply
 * it is computed again and continues where the last one was.  A step that may not be sent
 * yet says why in 'waits'.  design.md §5 holds the order and its argument. */
#pragma once

#include <stdint.h>

#include "alb-agent/alb.h"
#include "alb-agent/model.h"
#include "alb-agent/quota.h"

/* The lane a step runs in: serial within a key, parallel across keys (design.md §6). */
enum lane_family {
    LANE_LOAD_BALANCER, /* key: the load balancer's name, "<ns>/<AlbConfig>" */
    LANE_SERVER_GROUP,  /* key: "<lb> <group key>"                           */
    LANE_SHARED,        /* key: "Certificate <name>", for all load balancers;
                           or "Acl <lb> <key>"                               */
    LANE_FAMILIES
};

/* In step.waits: only a read that is newer lets it go on. */
#define STEP_WAITS_READ "a fresh read"

/* "@PrivateKey(<name>)" stands for the private key of the certificate of that name, in all that
 * is shown and kept. */
#define STEP_KEY_PREFIX "@PrivateKey("

enum step_op { STEP_CREATE, STEP_UPDATE, STEP_DELETE };

/* A resource that a step creates, changes or deletes. */
struct step_item {
    enum resource_kind kind;
    const char *key;
    const char *parent; /* a rule's listener key, else ""                             */
    const void *after;  /* struct of the kind as it will be, references resolved;
                           NULL: gone                                                 */
    const char *id;     /* of the rule that becomes this one: it was another's until now;
                           NULL: its own, or what the reply says                      */
    const char *own_id; /* the cloud's id of what is there and the step changes; NULL: none  */
    const char *aside;  /* the key under which what was there goes on beside a copy that
                           is created; NULL: nothing does                             */
    bool last;          /* nothing more to do for this resource once the step is done:
                           its desired may be recorded as applied                     */
};

struct step {
    const char *lb;
    enum lane_family family;
    const char *lane;
    enum step_op op;
    const char *action; /* "CreateRules"                                            */
    alb_params params;  /* flat, without ClientToken; may hold "@<group key>",
                           "@certificate/<name>", "@LoadBalancerId" or
                           "@ListenerId(80/HTTP)" while 'waits'; and STEP_KEY_PREFIX */
    LIST_OF(struct step_item) items;
    change_list changes; /* what differs, for one item; paths of a batch begin "<key>: " */
    const char *cause;   /* "desired by Ingress shop/web (web.yaml:3)", "drift: ...",
                            "not desired any more"                                   */
    const char *waits;   /* NULL: may be sent now; else what it waits for            */
    bool urgent;         /* servers that are gone, and servers that join             */
    bool disrupts;       /* requests may go astray until a later step                */
    LIST_OF(size_t)
    after; /* steps of the plan that come first, ascending; of a whole plan
              only, and not what nothing in it changes (a drain time)    */
};

/* Something a plan will not do, and the remedy. */
struct plan_refusal {
    const char *lb;
    bool quota; /* a quota would be exceeded (exit 7); else destructive (exit 3) */
    bool share; /* too large a share at once, which may be confirmed              */
    const char *message;
};

/* Something a plan leaves undone while it goes on with the rest, and the remedy. */
struct plan_warning {
    const char *lb;
    enum resource_kind kind;
    const char *key;
    const char *message;
};

/* What the cloud says of a step that it was only asked about (DryRun). */
enum verdict {
    VERDICT_NONE,         /* it was not asked                                          */
    VERDICT_ACCEPTED,     /* it would do it                                            */
    VERDICT_REFUSED,      /* it would not: the call is wrong, whatever goes before it  */
    VERDICT_UNVERIFIABLE, /* it cannot be asked yet, or what it said may change until the
                             step's turn comes                                          */
};
struct step_verdict {
    enum verdict verdict;
    const char *why; /* code and message, or what is lacking; "" when accepted */
};

struct plan_in {
    const struct model *model;
    int64_t now_ms;
    bool keep_all;                /* the source is incomplete: delete nothing                  */
    bool unsure;                  /* what is not seen may be there: while anything that is wanted is
                                     not, or rules would change, servers of groups alone do */
    bool allow_destroy;           /* the guard on shares of a load balancer is off             */
    const struct map *confirmed;  /* keys: load balancers for which it is off; or NULL */
    const char *destroy;          /* the one load balancer to be destroyed, or NULL            */
    const struct map *tombstones; /* load balancers whose AlbConfig is being deleted, with its
                                     name as the value; or NULL                        */
    int64_t max_age_ms;           /* a destructive step needs a read this new; 0: 60 s         */
    int64_t empty_ms;             /* how long servers must be wanted to be none before the last
                                     ones go                                           */
    size_t batch_rules;           /* in a call; 0: 100                                        */
    size_t batch_servers;         /* in a call; 0: 200                                        */
    const struct map *batches;    /* action -> const size_t: no more than that in its calls,
                                     because a refusal for size said so; or NULL             */
    const struct quotas *quotas;  /* what is known of them; NULL: nothing                     */
};

/* How many members a call of 'action' may have ("CreateRules": rules); 0: it takes no batch. */
size_t plan_batch(const struct plan_in *in, const char *action);

struct plan_lb {
    const char *lb;
    size_t add, change, destroy; /* resources, not calls                               */
    size_t least_calls;          /* no plan takes fewer; the steps may be more         */
    size_t rules, rules_limit;   /* after the plan, of the quota                       */
    bool hitless;
    bool refused; /* none of its steps may be sent                      */
};

struct plan {
    LIST_OF(struct step) steps;  /* in an order that respects what waits for what       */
    LIST_OF(struct plan_lb) lbs; /* every load balancer of the model, by name          */
    LIST_OF(struct plan_refusal) refusals;
    LIST_OF(struct plan_warning) warnings;
    size_t add, change, destroy;
};

void plan_build(struct arena *a, const struct plan_in *in, struct plan *out);

/* The steps of one load balancer only, for a lane that asks for what is next. */
void plan_build_lb(struct arena *a, const struct plan_in *in, const char *lb, struct plan *out);
