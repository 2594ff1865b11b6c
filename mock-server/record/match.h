/* match.h - which recorded call a call is.  Pure: no clock, no HTTP. */
#pragma once

#include "alb-agent/map.h"
#include "recording.h"

#define REPLAY_MATCHES(X) X(STRICT, "strict") X(KEY, "key") X(FUZZY, "fuzzy")
#define X(name, text)     REPLAY_##name,
enum replay_match { REPLAY_MATCHES(X) };
#undef X
bool replay_match_named(const char *name, enum replay_match *out);
const char *replay_match_name(enum replay_match match); /* static */

/* How a call was matched. */
enum match_kind {
    MATCH_EXACT,
    MATCH_REPEATED, /* with a call that was answered before                              */
    MATCH_INEXACT,  /* with one that has other parameters                                */
    MATCH_NONE,
};

struct matcher {
    const struct recording *recording;
    enum replay_match match;
    struct arena arena;
    bool *used;            /* of each recorded call                                      */
    struct map buckets;    /* by what identifies a call: those that are it, in order     */
    struct map actions;    /* by action: likewise                                        */
    struct map introduced; /* ids that recorded replies tell                             */
    struct map to_live;    /* recorded id to the one that the caller uses instead ...    */
    struct map to_old;     /* ... and back                                               */
};

void matcher_init(struct matcher *m, const struct recording *recording, enum replay_match match);
void matcher_done(struct matcher *m);

/* The recorded call that answers 'call', which is number 'n' from 1.  With MATCH_NONE the
 * one that it should have been or is nearest to, or NULL. */
const struct recorded *matcher_find(struct matcher *m, const struct record_call *call, size_t n,
                                    enum match_kind *kind);

/* One parameter (or "action", "region") that is not the same. */
struct match_difference {
    const char *name;
    const char *recorded, *actual; /* NULL: absent */
};
typedef LIST_OF(struct match_difference) match_differences;
/* What differs between the two; with 'identity' without what changes from run to run: client
 * tokens and times.  'm' maps ids; NULL: none are mapped. */
void match_compare(struct arena *a, const struct matcher *m, const struct recorded *recorded,
                   const struct record_call *call, bool identity, match_differences *out);

/* A recorded reply with the caller's ids in the place of recorded ones; the caller's. */
cJSON *matcher_translate(const struct matcher *m, const cJSON *json);
