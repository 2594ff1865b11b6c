/* replay.h - what a state file remembers of a run, as a file of its own, and the run once more
 * against alb-mock on a virtual clock.
 *
 * A recording is self-contained and free of secrets: what was there at its start, what the sources
 * said and the cloud was seen to be since, and each call with its outcome.  src/replay/README.md
 * has the format. */
#pragma once

#include "alb-agent/buf.h"
#include "alb-agent/store.h"

/* ---- recordings -------------------------------------------------------------------------- */

enum { TAPE_VERSION = 1 };

struct tape_item {
    bool is_call;
    int64_t at;                  /* of the event, or when the call was sent */
    struct store_event event;    /* 'seq' is the number of the line        */
    struct store_journaled call; /* of a call                              */
};

struct tape {
    int64_t from, to; /* ms */
    const char *cluster_id;
    store_events base;               /* what was so at 'from', in the order it was said */
    LIST_OF(struct tape_item) items; /* what came since, in order  */
    size_t n_calls;
};

/* Where a recording begins. */
struct tape_since {
    int64_t time_ms; /* at this time or before it; 0: as early as can be            */
    int64_t call;    /* before this call; 0: see 'time_ms'                          */
};
/* Writes what the store has, from the last moment at or before 'since' at which what was in the
 * cloud is known and no call was under way.  Same store, same bytes.  ERROR_NOT_FOUND when there is
 * no such moment. */
bool tape_write(struct store *st, const struct tape_since *since, struct buf *out,
                struct error *err) MUST_USE;

/* Reads what tape_write() wrote, or anybody else: each line is checked, and an error names
 * it.  All in 'a'. */
bool tape_read(struct arena *a, const char *text, size_t len, struct tape *out,
               struct error *err) MUST_USE;

/* ---- replay ------------------------------------------------------------------------------- */

struct replay_options {
    int64_t until;   /* the last call that is compared; 0: all of them                        */
    const char *dir; /* an empty folder of the caller's for the state file; it is left there  */
    const char *endpoint; /* address of the admin API of an alb-mock with a virtual clock, which
                             loses its state; NULL: an alb-mock in this process               */
};

/* The first difference; both may be there, or one. */
struct replay_difference {
    const struct tape_item *recorded;   /* NULL: the agent did what was not recorded       */
    const struct store_journaled *made; /* NULL: it did not do what was recorded           */
    const char *what;                   /* "Rules.1.Priority: 10, and now 20"; NULL: none   */
};
struct replay_result {
    size_t calls; /* that were the same                                                   */
    bool differs;
    struct replay_difference first;
};
/* Runs it once more.  The result lives in 'a'.  Fails when it cannot be run at all. */
bool replay_run(struct arena *a, const struct tape *r, const struct replay_options *options,
                struct replay_result *out, struct error *err) MUST_USE;
/* The recorded calls themselves, without an agent: those that were carried out are carried out,
 * those that failed fail.  A difference has 'what' and no call that is made now; certificates are
 * uploaded with a text in place of their keys. */
bool replay_calls(struct arena *a, const struct tape *r, const struct replay_options *options,
                  struct replay_result *out, struct error *err) MUST_USE;
