/* apply_priv.h - lanes and what is in flight on them. */
#pragma once

#include "alb-agent/alb_wait.h"
#include "alb-agent/apply.h"

/* Where a lane is.  lane_transition() is the one door between them. */
#define LANE_STATES(X)                                                 \
    X(IDLE)    /* nothing in flight                                 */ \
    X(SENT)    /* a request is on its way                           */ \
    X(POLLING) /* accepted; waits for its job or its resource       */ \
    X(BACKOFF) /* failed; the same or the next step is due later    */

#define X(NAME) LANE_##NAME,
enum lane_state { LANE_STATES(X) };
#undef X

/* One lane, by load balancer or by server group.  It lives in 'memory'; what belongs to the
 * step in flight lives in 'arena' and dies when the lane is idle again. */
struct lane {
    struct arena memory;
    const char *key; /* as step.lane */
    struct site *site;
    enum lane_family family;
    enum lane_state state;
    struct arena arena;
    struct step step;     /* a copy of the step in flight             */
    uint64_t call;        /* of the alb client, 0: none               */
    int64_t journal;      /* store_call.id of the intent, 0: to be written */
    char token[40];       /* its ClientToken                          */
    bool doubt;           /* an attempt of this call may have happened */
    bool resend;          /* that is so: same call, same token        */
    uint64_t wait;        /* POLLING: the number of the waiting       */
    const char *dns_name; /* of the load balancer that was waited for, in 'arena'; NULL */
    int64_t since_ms;     /* in this state                            */
    int64_t began_ms;     /* when the request in flight left          */
    int64_t due_ms;       /* of the retry                             */
    int tries;            /* of this step so far                      */
    bool single;          /* a batch was refused: one member a call   */
    bool blocked;         /* takes no step until the cloud was read again */
    struct error why;     /* of the last failure                      */
};

/* One load balancer. */
struct site {
    const char *name;
    bool dirty;                      /* its plan must be computed again                   */
    bool edit;                       /* because somebody asked for it                     */
    bool held;                       /* its plan stands; steps are held back:             */
    bool lacks_room[LANE_FAMILIES];  /* by the pace of the family                         */
    bool lacks_rest[LANE_FAMILIES];  /* as objects are still changing                     */
    int64_t edited_ms;               /* since when nothing was sent for that; 0: nobody did */
    int64_t ready_ms[LANE_FAMILIES]; /* when changes to objects have settled; 0: they have */
    int64_t again_ms;                /* steps wait for what nobody tells: look again; 0: no  */
    struct apply_standing standing;
    struct arena arena; /* of 'standing' */
};

struct apply {
    struct apply_in in;
    struct rng rng;
    struct arena arena;                   /* sites and their names   */
    struct map lanes;                     /* key -> struct lane      */
    struct map sites;                     /* lb -> struct site       */
    int64_t next_start_us[LANE_FAMILIES]; /* of the pace: when a start is due in theory   */
    store_calls left;      /* intents of an earlier run without an outcome; id 0: taken up */
    struct alb_wait *wait; /* for what lanes have begun */
    struct apply_counts counts;
    bool stopped;
};

typedef LIST_OF(struct lane *) lane_list;

static inline struct lane *next_lane(const struct apply *ap, const struct map_entry **cursor)
{
    void *value = NULL;
    return map_next(&ap->lanes, cursor, &value) ? value : NULL;
}

/* apply.c */
struct site *site_get(struct apply *ap, const char *lb);
/* From what the lane's load balancer is planned now; false when it is not known any more. */
bool lane_scope(const struct apply *ap, const struct lane *lane, struct apply_scope *out);

/* pick.c */
/* Loads the steps that may be sent now into idle lanes, as many as the pace allows.  Returns
 * how long until more may be, or -1. */
int64_t pick_all(struct apply *ap, int64_t now_ms, struct arena *a, lane_list *picked);

/* lane.c */
struct lane *lane_get(struct apply *ap, const struct step *step);
void lane_free(struct lane *lane);
void lane_unload(struct lane *lane);
void lane_transition(struct lane *lane, enum lane_state to, int64_t now_ms);
/* Copies the step into the idle lane and gives it a token; it is not sent yet. */
void lane_load(struct apply *ap, struct lane *lane, const struct step *step);
/* Writes the intent of the loaded step; then, when all of a turn are on disk, sends it. */
bool lane_intent(struct apply *ap, struct lane *lane, int64_t now_ms, struct error *err) MUST_USE;
bool lane_send(struct apply *ap, struct lane *lane, int64_t now_ms, struct error *err) MUST_USE;
bool lane_take_reply(struct apply *ap, struct lane *lane, const struct alb_result *r,
                     struct error *err) MUST_USE;
/* The change of the step in flight is complete: model, store, counts. */
bool lane_complete(struct apply *ap, struct lane *lane, int64_t now_ms, struct error *err) MUST_USE;
/* It failed with '*why': tries again later, or gives its resources up. */
void lane_fail(struct apply *ap, struct lane *lane, const struct error *why, int64_t retry_after_ms,
               int64_t now_ms);
/* The model is not what is there: the lane takes no step until the cloud was read again. */
void lane_reread(struct apply *ap, struct lane *lane, const struct error *why, int64_t now_ms);
/* It was too large: what is next is planned anew. */
void lane_split(struct apply *ap, struct lane *lane, const struct error *why, int64_t now_ms);
/* The lane takes no step any more. */
void lane_give_up(struct apply *ap, struct lane *lane, const struct error *why, int64_t now_ms);

/* shrink.c: was the call refused for how many members it has?  Then its action takes half as
 * many from now on, also in later runs. */
bool shrink_batch(struct apply *ap, const struct lane *lane, const struct error *why,
                  int64_t now_ms, bool *smaller, struct error *err) MUST_USE;

/* quota.c: was the call refused because of a quota, and how much does that allow? */
bool note_quota(struct apply *ap, const struct error *why, int64_t now_ms,
                struct error *err) MUST_USE;

/* poll.c */
/* Waits for what the reply has begun; false when it is complete already. */
bool poll_begin(struct apply *ap, struct lane *lane, const struct alb_result *r);
/* Begins the reads that waiting lanes need; returns when to come again, or -1. */
int64_t poll_run(struct apply *ap, int64_t now_ms);
/* Is the result of a poll?  Then lanes move on. */
bool poll_take(struct apply *ap, const struct alb_result *r, bool *taken,
               struct error *err) MUST_USE;

/* effect.c */
/* Puts what a step did into the model: 'pending' right after the reply (ids, states the
 * cloud is in), then once complete. */
/* Writes what the reply says was created. */
bool effect_record(struct apply *ap, struct lane *lane, struct error *err) MUST_USE;
/* The job failed: what it was to create is there only if a reading shows it, however young. */
void effect_failed(struct apply *ap, struct lane *lane);
void effect_begun(struct apply *ap, struct lane *lane, const struct alb_result *r);
bool effect_done(struct apply *ap, struct lane *lane, int64_t now_ms, struct error *err) MUST_USE;
