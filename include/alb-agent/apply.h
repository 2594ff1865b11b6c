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
};
typedef void apply_event_fn(void *arg, const struct apply_event *event);

/* The private key of the certificate with that key in the model, borrowed until it was copied
 * into the request, or NULL. */
typedef const struct secret *apply_key_fn(void *arg, const char *certificate);

struct apply_in {
    struct alb *alb;
    struct store *store;
    struct model *model; /* changed in place as replies come; joined and fresh   */
    struct arena *arena; /* of the model: what replies add lives there           */
    uint64_t seed;       /* of client tokens and jitter                    */
    bool keep_all;       /* as in plan_in                                  */
    bool allow_destroy;
    const struct map *confirmed; /* as in plan_in */
    const char *destroy;
    const struct map *tombstones; /* as in plan_in */
    const char *only;             /* one load balancer, or NULL for all                   */
    const char *region;           /* for ids of certificates; NULL: one in China          */
    apply_key_fn *key;            /* NULL: there are none, and no certificate is uploaded */
    void *key_arg;
    int max_tries;      /* of one step; 0: 10                                   */
    size_t batch_rules; /* as in plan_in                                        */
    size_t batch_servers;
    struct map *batches;   /* as in plan_in; what a refusal for size says is put here, in 'arena',
                              and into the store.  NULL: such a refusal is as any other     */
    apply_event_fn *event; /* may be NULL                                          */
    void *event_arg;
};

struct apply;

bool apply_new(struct apply **out, const struct apply_in *in, struct error *err) MUST_USE;
void apply_free(struct apply *ap);

/* Does what can be done at 'now_ms' and never blocks: picks steps, writes intents, begins
 * calls.  Returns how long until it has something to do by itself, or -1.  Fails only when
 * the store fails: then nothing was sent that is not on disk.
 *
 * An intent of an earlier run whose outcome is not known is sent again with its token when
 * the same call is still to be made; else it is closed once all lanes are idle. */
bool apply_run(struct apply *ap, int64_t now_ms, int64_t *wait_ms, struct error *err) MUST_USE;

/* Is this result of a call of ours?  Then it was used (the caller still frees it).  Fails
 * when the store does. */
bool apply_take(struct apply *ap, const struct alb_result *result, bool *taken,
                struct error *err) MUST_USE;

/* Nothing in flight, nothing waiting for a retry, and no step that may be sent. */
bool apply_idle(const struct apply *ap);

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
