/* effect.h - what a fault does to a call on its way through the front (fault.h says which
 * calls). */
#pragma once

#include "../fault/fault.h"
#include "alb-agent/map.h"
#include "turn.h"

/* Carries out a call whose time has come, as the front does it. */
typedef void effect_execute_fn(void *arg, int64_t now_ms, const struct cloud_call *call,
                               bool by_console);
/* Lets go of a resource that a fault kept pending. */
typedef void effect_release_fn(void *arg, int64_t now_ms, const char *id);

/* All-zero when nothing is under way. */
struct effects {
    struct later *later;       /* calls whose effect is still to come, in order of time */
    struct stale_reply *stale; /* the last reply of each read that may come again       */
};
void effects_done(struct effects *e);

/* Picks the fault of this call, after the caller was verified.  'number' is the call's. */
void effect_pick(struct fault_set *faults, struct turn *t, const char *region, int64_t number);

/* What is to happen before the effect: true when the call goes on.  Otherwise its reply is
 * set; a call that is to happen later is remembered with its 'call'.  'params' are those of
 * 'call'; a batch that is done in part loses elements. */
bool effect_before(struct effects *e, struct turn *t, const struct cloud_call *call, cJSON *params);
/* What is to happen after: changes the reply that the cloud gave. */
void effect_after(struct effects *e, const struct fault_set *faults, struct turn *t);
/* What is to happen to the written reply. */
void effect_reply(const struct turn *t, struct httpd_reply *reply);

/* Remembers a call, with all that it points to, for 'due_ms'. */
void effects_later(struct effects *e, int64_t due_ms, const struct cloud_call *call,
                   bool by_console);

/* Remembers to release 'id' at 'due_ms'. */
void effects_release(struct effects *e, int64_t due_ms, const char *id);

/* Forgets the calls of clients whose effect is still to come, as a server that dies does. */
void effects_drop(struct effects *e);

/* Does what is due by 'now_ms'; returns how long until the next, or -1. */
struct effect_doer {
    effect_execute_fn *execute;
    effect_release_fn *release;
    void *arg;
};
int64_t effects_run(struct effects *e, int64_t now_ms, const struct effect_doer *doer);
