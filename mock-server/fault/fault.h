/* fault.h - what goes wrong, when: rules over calls.
 *
 * Pure: asked before each call which effect it shall suffer, told nothing else.  The front
 * does the effect.  A scenario is YAML; mock-server/README.md has the form. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"
#include "alb-agent/error.h"
#include "alb-agent/rng.h"

/* What a call suffers.  "Before" means that nothing was done, "after" that all was. */
#define FAULT_EFFECTS(X)                                                                  \
    X(ERROR, "error")                   /* refused before                              */ \
    X(ERROR_AFTER, "error_after")       /* done, then answered with an error           */ \
    X(RESET, "reset")                   /* the connection is reset before              */ \
    X(LOSE_REPLY, "lose_reply")         /* done, then the connection is reset          */ \
    X(DELAY, "delay")                   /* the reply is held back 'ms'                 */ \
    X(DELAYED_EFFECT, "delayed_effect") /* reset, and done 'ms' later                 */  \
    X(SLOW, "slow")                     /* the body comes 'bytes' at a time each 'ms'  */ \
    X(CUT, "cut")                       /* the connection ends after 'bytes' of body   */ \
    X(GARBLE, "garble")                 /* the body is no JSON                         */ \
    X(THROTTLE, "throttle")             /* refused with Throttling.User                */ \
    X(HIDE_ENTRY, "hide_entry")         /* one entry is missing in each list           */ \
    X(STALE, "stale")                   /* the same read's reply before this one       */ \
    X(PARTIAL, "partial")               /* 'count' of a batch done, then an error      */ \
    X(PARTIAL_LOST, "partial_lost")     /* the same, and the connection is reset       */ \
    X(STICK, "stick")                   /* what it changed stays pending               */ \
    X(RESTART, "restart")               /* the server restarts before                  */ \
    X(RESTART_AFTER, "restart_after")   /* done, then the server restarts              */

#define X(name, text) FAULT_##name,
enum fault_effect { FAULT_NONE, FAULT_EFFECTS(X) };
#undef X

struct fault_rule {
    const char *name; /* for people, may be NULL                                       */

    /* Which calls; what is NULL or 0 says nothing. */
    const char *action, *region; /* with "*" for any text                              */
    const char *resource;        /* likewise: of any parameter's value                 */
    int64_t call;                /* the number of the call since the start             */
    int64_t nth, every;          /* of those that match so far: the first to suffer,
                                    and each 'every'th after it                        */
    int64_t times;               /* how often at most                                  */
    int64_t millionths;          /* probability; 0: certain                            */
    int64_t after_ms, until_ms;  /* since the scenario was set                         */

    enum fault_effect effect;
    const char *code, *message; /* of an error; NULL: ServiceUnavailable               */
    int status;                 /* 0: 503, of "throttle" 400                           */
    int64_t ms, bytes;
    int64_t count; /* of a batch: elements done; 0: half of them          */
    bool forget;   /* a restart loses what is kept in memory              */

    int64_t matched, fired;
};

struct fault_set {
    struct arena arena;
    LIST_OF(struct fault_rule) rules;
    struct rng rng;
    int64_t began_ms;
};

struct fault_call {
    int64_t number; /* of the call, from 1                                             */
    int64_t now_ms;
    const char *action, *region;
    const char *const *values; /* of the parameters, closed by NULL                    */
};

/* The first rule that strikes, or NULL.  A rule that was passed over by an earlier one
 * does not count the call. */
const struct fault_rule *fault_pick(struct fault_set *set, const struct fault_call *call);

/* Cuts the batch in a call's parameters down to its first 'count' elements (0: half of
 * them) and returns how many are left.  A call that is no batch has one element. */
size_t fault_cut(const char *action, cJSON *params, int64_t count);

/* The resources that a call created, by its reply, or else was about, by its parameters. */
typedef LIST_OF(const char *) fault_ids;
void fault_changed(struct arena *a, const cJSON *params, const cJSON *reply, fault_ids *out);

/* Does the whole of 'text' match 'glob', in which "*" stands for any text? */
bool fault_matches(const char *glob, const char *text);

/* As scenarios call it.  Static. */
const char *fault_effect_name(enum fault_effect effect);

/* Reads a scenario: { seed: N, faults: [rule, ...] }, a list of rules, or one rule.  On
 * failure 'set' is as it was.  'now_ms' is when it begins. */
bool fault_read(struct fault_set *set, const char *text, size_t len, int64_t now_ms,
                struct error *err) MUST_USE;
/* Adds the rules of a text to those there are; a seed in it is taken. */
bool fault_add(struct fault_set *set, const char *text, size_t len, int64_t now_ms,
               struct error *err) MUST_USE;
void fault_clear(struct fault_set *set);

/* Appends the rules with how often each matched and struck, as a JSON list. */
void fault_write(const struct fault_set *set, struct buf *b);
