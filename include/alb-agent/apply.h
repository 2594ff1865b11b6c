/* apply.h - lanes: changes made serially per load balancer and per server group, in
 * parallel across them (design.md §6).
 *
 * Level-triggered: whenever a lane is idle its next step is computed from the model as it
 * now is.  A step's intent is on disk before its request leaves; all intents of one turn
 * share one commit.  A reply updates the model and the store at once; the lane stays busy
 * until the cloud reports the job done or the resource stable. */
#pragma once

#include "alb-agent/alb.h"
#include "alb-agent/clock.h"
#include "alb-agent/model.h"
#include "alb-agent/plan.h"
#include "alb-agent/rng.h"
#include "alb-agent/store.h"

/* Something worth a line of progress. */
enum apply_event_kind {
    APPLY_SENT,   /* a step's request is about to leave                   */
    APPLY_DONE,   /* its change is complete                               */
    APPLY_RETRY,  /* it failed and will be tried again, by this lane or after a fresh read */
    APPLY_FAILED, /* it failed for good: its resources are left as they are */
};
struct apply_event {
    enum apply_event_kind kind;
    const struct step *step;
    const struct error *err; /* of APPLY_RETRY, APPLY_FAILED               */
    int64_t wait_ms;         /* of APPLY_RETRY                             */
    int64_t at_ms;           /* when                                       */
    int64_t took_ms;         /* of all but APPLY_SENT: since its request left ... */
    int64_t waited_ms;       /* of APPLY_SENT: since the edit that asked for it; -1: no edit did,
                                or another step came first                      */
    bool blocked;            /* its lane takes no step until apply_unblock() */
};
typedef void apply_event_fn(void *arg, const struct apply_event *event);

/* The private key of the certificate with that key in the model, borrowed until it was copied
 * into the request, or NULL. */
typedef const struct secret *apply_key_fn(void *arg, const char *certificate);

/* From what a load balancer is planned. */
struct apply_scope {
    struct plan_in plan; /* its 'now_ms' is not looked at                          */
    struct model *model; /* plan.model: changed in place as replies come           */
    struct arena *arena; /* of the model: what replies add lives there             */
    bool closed;         /* no step may be taken now                               */
};
/* Fills 'out', all-zero before, for a load balancer; false when it is not known any more. */
typedef bool apply_scope_fn(void *arg, const char *lb, struct apply_scope *out);

/* How lanes of a family work; all-zero: as fast as it goes, 10 tries, 500 ms to 20 s. */
struct apply_pace {
    size_t concurrent;        /* changes at once; 0: no limit                           */
    size_t starts_per_second; /* and as many at once after a rest; 0: no limit          */
    int64_t delay_ms;         /* from apply_touch() to the first step: several changes to
                                 the objects become one                                 */
    int tries;                /* of one step; 0: 10                                     */
    int64_t first_retry_ms;   /* 0: 500; doubles up to ...                              */
    int64_t longest_retry_ms; /* 0: 20 s                                                */
};

struct apply_in {
    struct alb *alb;
    struct store *store;
    apply_scope_fn *scope;
    void *scope_arg;
    uint64_t seed;      /* of client tokens and jitter                            */
    const char *region; /* for ids of certificates; NULL: one in China            */
    apply_key_fn *key;  /* NULL: there are none, and no certificate is uploaded   */
    void *key_arg;
    struct apply_pace pace[LANE_FAMILIES];
    struct arena *batch_arena;
    struct map *batches;   /* as in plan_in; what a refusal for size says is put here, in
                              'batch_arena', and into the store.  NULL: such a refusal is as any
                              other                                                  */
    struct quotas *quotas; /* what a refusal says of a quota is put here, and into the store; NULL:
                              nowhere                                                 */
    apply_event_fn *event; /* may be NULL                                          */
    void *event_arg;
};

struct apply;

bool apply_new(struct apply **out, const struct apply_in *in, struct error *err) MUST_USE;
void apply_free(struct apply *ap);

/* What is wanted of 'lb' or what is there has changed at 'now_ms': its plan is computed again.
 * 'edit': somebody asked for it, so that it goes before what a resync found. */
void apply_touch(struct apply *ap, const char *lb, bool edit, int64_t now_ms);

/* The cloud was read again: lanes of 'lb' of the family that waited for it go on. */
void apply_unblock(struct apply *ap, const char *lb, enum lane_family family);

/* New settings, for steps from now on. */
void apply_set_pace(struct apply *ap, const struct apply_pace pace[LANE_FAMILIES]);

/* Does what can be done at 'now_ms' and never blocks: picks steps, writes intents, begins
 * calls.  Returns how long until it has something to do by itself, or -1.  Fails only when
 * the store fails: then nothing was sent that is not on disk.
 *
 * An intent of an earlier run whose outcome is not known is sent again with its token when
 * the same call is still to be made; else it is closed once all lanes are idle and a step of
 * its load balancer may be taken. */
bool apply_run(struct apply *ap, int64_t now_ms, int64_t *wait_ms, struct error *err) MUST_USE;

/* Is this result of a call of ours?  Then it was used (the caller still frees it).  Fails
 * when the store does. */
bool apply_take(struct apply *ap, const struct alb_result *result, bool *taken,
                struct error *err) MUST_USE;

/* Nothing in flight, nothing waiting for a retry, and no step that may be sent. */
bool apply_idle(const struct apply *ap);
/* Is anything of 'lb' in flight or waiting for a retry? */
bool apply_busy(const struct apply *ap, const char *lb);

/* What became of a load balancer when its plan was last computed. */
struct apply_standing {
    bool planned;                 /* false: it has not been, since it was touched           */
    const char *refused;          /* why its plan was refused, or NULL                    */
    size_t steps;                 /* of the plan                                          */
    size_t waiting;               /* of those that may not be sent yet                         */
    size_t queued[LANE_FAMILIES]; /* of those that may, that wait for their turn       */
    bool waits_read;              /* one of them for a read that is newer                   */
    const char *waits;            /* for what the first of them waits, or NULL              */
};
struct apply_standing apply_standing(const struct apply *ap, const char *lb);

/* A lane that is not idle, for those who look on. */
struct apply_lane {
    const char *key, *lb;
    enum lane_family family;
    const char *state;  /* "sent", "polling", "backoff", "blocked"              */
    const char *action; /* of the step in flight, or NULL                       */
    int tries;
    int64_t since_ms; /* in that state                                       */
    int64_t due_ms;   /* of a backoff                                        */
    const char *why;  /* of a backoff or a block, or NULL                     */
};
typedef LIST_OF(struct apply_lane) apply_lanes;
/* In order of their first use; texts are borrowed until the next apply_run(). */
void apply_list(const struct apply *ap, struct arena *a, apply_lanes *out);

/* Takes no new step from now on; what is in flight is brought to its end. */
void apply_stop(struct apply *ap);

struct apply_counts {
    size_t done, failed; /* steps                                               */
    size_t stale;        /* steps given up because the model is not what is there: to be
                            tried again after a fresh read                      */
    bool denied;         /* credentials or permissions were refused              */
    unsigned kinds;      /* of the failed steps: 1 << enum error_kind each       */
    struct error first;  /* of the first failed step                            */
    struct error why_stale;
};
struct apply_counts apply_counts(const struct apply *ap);

/* Since when no listener or rule points at each group of 'lb' that is there: sets or clears
 * unused_since, and appends the rows that changed to '*changed' (in 'a'; NULL: not wanted). */
void apply_note_unused(struct arena *a, struct model *m, const char *lb, int64_t now_ms,
                       struct model *changed);
