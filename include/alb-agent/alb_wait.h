/* alb_wait.h - waiting for changes that the cloud accepted and is still making, many at once
 * with as few reads as possible.
 *
 * A call that answered with a JobId is awaited through ListAsynJobs, ten jobs a read; a load
 * balancer that was created, which gives none, through its own state, twenty a read
 * (alb-semantics.md §4, §8).  Nothing blocks: alb_wait_run() begins reads, the caller hands it
 * every result of the client that alb_wait_take() wants, alb_wait_next() gives what is
 * settled. */
#pragma once

#include "alb-agent/alb.h"

struct alb_wait;

/* 'alb' is borrowed and lives longer. */
bool alb_wait_new(struct alb_wait **out, struct alb *alb, struct error *err) MUST_USE;
void alb_wait_free(struct alb_wait *w);

/* Starts to wait for job 'job', or, when that is NULL, for load balancer 'lb'; copied.
 * 'what' goes before the messages ("CreateRules").  Returns a number that names it, never 0.
 * 'deadline_ms' is a moment, as 'now_ms' is one. */
uint64_t alb_wait_job(struct alb_wait *w, const char *what, const char *job, int64_t deadline_ms,
                      int64_t now_ms);
uint64_t alb_wait_lb(struct alb_wait *w, const char *what, const char *lb, int64_t deadline_ms,
                     int64_t now_ms);
/* What 'reply' to 'action' needs to be waited for: as the two above.  0 when nothing. */
uint64_t alb_wait_reply(struct alb_wait *w, const char *action, const alb_params *params,
                        const cJSON *reply, int64_t deadline_ms, int64_t now_ms);

/* Begins the reads that are due; returns how long until the next one, or -1. */
int64_t alb_wait_run(struct alb_wait *w, int64_t now_ms);
/* Is 'r' the result of a read of ours?  Then it was used, and 'r' stays the caller's. */
bool alb_wait_take(struct alb_wait *w, const struct alb_result *r, int64_t now_ms) MUST_USE;

struct alb_wait_done {
    uint64_t id;
    bool ok;
    char dns_name[256]; /* of a load balancer that is there, where the list said it; else ""  */
    bool unknown;       /* not ok, and how the change ended is not known                    */
    struct error err;   /* when not ok: the job's code as kind and words; ERROR_CONFLICT with the
                           code "CreateFailed" for a load balancer that failed; unknown:
                           ERROR_TRANSIENT past the deadline, ERROR_NOT_FOUND for what was
                           not listed for a minute, else why it could not be read           */
};
/* Takes what is settled, in the order in which it was begun; false when there is none. */
bool alb_wait_next(struct alb_wait *w, struct alb_wait_done *out) MUST_USE;
/* How much is not settled or not taken. */
size_t alb_wait_pending(const struct alb_wait *w);

/* For programs without a loop: waits until what 'reply' to 'action' began is done. */
bool alb_call_wait(struct alb *alb, const char *action, const alb_params *params,
                   const cJSON *reply, int64_t timeout_ms, struct error *err) MUST_USE;
