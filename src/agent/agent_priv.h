/* agent_priv.h - what the agent keeps of its load balancers, and what is under way.
 *
 * 'base' is the session that holds store, client, facts and objects; each load balancer has a
 * session of its own that borrows those, so that what is true of a run of a verb is true of it. */
#pragma once

#include "alb-agent/agent.h"
#include "alb-agent/hash.h"
#include "session_priv.h"

/* A row that was made a short while ago: lists may lack it still, which the store does not know. */
struct young {
    enum resource_kind kind;
    const char *key;
    int64_t created_at;
};

/* One load balancer.  While it rests, of what is wanted, known and there only what the store does
 * not have is in memory: 'wanted.lbs', 'findings' and 'young'. */
struct balancer {
    const char *name;
    bool resting;
    bool asked;    /* what is wanted was told once: balancer_want()                             */
    uint64_t used; /* when it was last used, in uses of any                                     */
    LIST_OF(struct young) young; /* while it rests */
    struct session s; /* what is wanted, known and there; its arena is the balancer's       */
    size_t lean;      /* bytes of that arena when it was last made anew                     */
    struct map gone;  /* ids that we deleted -> const int64_t, when                         */
    struct arena gone_arena;
    int64_t read_at;        /* when the last reading of it began; 0: never                        */
    int64_t reread_due;     /* when it is to be read because the model is doubted; 0: it is not   */
    int64_t reread_delay;   /* of the next                                                        */
    int64_t verified_at[2]; /* when each family of rows was read last (SWEEP_FAMILIES)            */
    bool lacks_facts;       /* what is wanted now is not known yet                                */
    bool certs_due;         /* CAS is to be asked whether it has a certificate that is wanted     */
    bool revision_due;      /* what is wanted was not recorded yet ...                            */
    bool revision_now;      /* ... and is when the steps of this turn have left                   */
    uint64_t shape;         /* of what was recorded last (session_put_revisions())                */
    bool missed;            /* the last reading did not show the load balancer               */
    bool in_sync;           /* as was last said                                                   */
    const char *refusal;    /* as was last said                                                   */
    struct arena said;      /* of 'refusal'                                                       */
    const char *hidden;     /* what lists lacked when it was last read, as the events say         */
    struct arena hidden_arena;
    int64_t empty_due; /* when servers that are wanted to be none may go; 0: none            */
    struct report_lb overview; /* as was last told; no name: it was not           */
    struct arena told;         /* of 'overview'                                   */
    bool recount;              /* it is another since                             */
};

/* Each family of lanes has readings of its own: which part of a sweep they are. */
enum { SWEEP_LBS, SWEEP_GROUPS, SWEEP_FAMILIES };
static inline unsigned read_part(int family)
{
    return family == SWEEP_GROUPS ? OBSERVE_GROUPS : OBSERVE_LBS;
}

/* A reading under way. */
struct reading {
    struct observe *o;
    struct arena arena;
    const char *only;               /* one load balancer, or NULL */
    unsigned parts;                 /* of enum observe_part       */
    int64_t began_ms, ended_ms;     /* sent, all replies there */
    struct model found;             /* when done: rows that have still to be given out ...       */
    LIST_OF(struct balancer *) due; /* ... to these                                 */
    bool done;
};

/* Of what the events say, what was written (start), and what has still to be. */
struct events_told {
    bool start, settings, resync, stop;
};

/* A file of manifests as it was read. */
struct read_file {
    const char *path, *file;
};

/* What a call of an earlier run may have changed, by its journal: left.c. */
struct left_call {
    const char *lb, *resource; /* as in struct store_call */
    LIST_OF(const char *) ids; /* that its parameters name */
    bool deletes, done;
    int64_t done_at;
};

struct agent {
    struct arena memory; /* it lives in it */
    struct session base;
    struct agent_config config;
    struct map balancers; /* name -> struct balancer */
    uint64_t uses;
    bool failed; /* a load balancer could not be read from the store ... */
    struct error why_failed;
    struct apply *ap;
    LIST_OF(struct left_call) left; /* of an earlier run, as long as lists may not show it */
    struct translator *tr;
    bool have_objects;                /* there is a set                                       */
    bool changed, all_changed;        /* since it was translated: what 'changes' says, or all */
    struct translate_changes changes; /* ... */
    struct arena changes_arena;
    LIST_OF(struct read_file) files; /* to be noted when all objects are saved ...           */
    struct arena files_arena;        /* ... unless one changes before                        */
    const char *completeness; /* of the source, as the last event about it said; NULL: none */
    struct fact_reader *facts;
    struct arena facts_arena; /* of its needs */
    int64_t facts_due;        /* after a failure */
    size_t facts_lean;        /* bytes of facts when they were last copied */
    struct reading reading;
    int64_t verified_at[SWEEP_FAMILIES]; /* when the last complete sweep began; 0: none    */
    int64_t ended_at[SWEEP_FAMILIES];    /* when it was given out */
    int64_t sweep_due[SWEEP_FAMILIES];   /* when all of it is to be read again */
    bool room_made;      /* and that is to be read next                            */
    bool sweep_put_off;  /* it has made room for a load balancer in doubt           */
    bool lists_asked;    /* what a sweep needs beside was asked for                */
    int64_t sweep_delay; /* after a failure */
    bool stopped;
    struct events_told told;
    struct map said;              /* problems and warnings that were told */
    char quarantined[SHA256_HEX]; /* as session_put_quarantine() has it */
};

/* ---- agent.c */
void agent_tell(struct agent *g, struct agent_event event);
/* No file is to be noted any more. */
void agent_forget_files(struct agent *g);

/* ---- events.c: what it writes of itself among the events.  events_start(): before anything else
 * does, in the transaction of its caller. */
bool events_start(struct agent *g, struct error *err) MUST_USE;
bool events_run(struct agent *g, struct error *err) MUST_USE;
/* What the reading 'found', of 'parts', did not show, and is believed to be there all the same. */
bool events_hidden(struct balancer *b, const struct model *found, unsigned parts, int64_t began_ms,
                   struct error *err) MUST_USE;

/* ---- balancer.c */
struct balancer *balancer_get(struct agent *g, const char *name);
struct balancer *balancer_find(const struct agent *g, const char *name);
struct balancer *balancer_next(const struct agent *g, const struct map_entry **cursor);
/* What was seen or made last at a time may have been made just then: lists may lack it still. */
void balancer_note_young(struct balancer *b);
void balancer_free(struct balancer *b);
/* A group that was borrowed, and of which nothing is known any more. */
bool balancer_is_over(const struct balancer *b);
/* Is what the objects ask of it now what the store has, so that there is nothing to be done?  Said
 * only of one that rests, and where all may have changed. */
bool balancer_settle(struct agent *g, struct balancer *b, const struct translate_out *wanted,
                     const struct translate_out *strays, bool *settled, struct error *err) MUST_USE;
/* What the objects ask of it now, copied. */
bool balancer_want(struct agent *g, struct balancer *b, const struct translate_out *wanted,
                   const struct translate_out *strays, struct error *err) MUST_USE;
/* What a reading of 'parts' that began at 'began_ms' found of it (sorted, borrowed). */
bool balancer_take(struct agent *g, struct balancer *b, const struct model *found, unsigned parts,
                   int64_t began_ms, struct error *err) MUST_USE;
/* Is a certificate wanted of which nobody knows whether it was uploaded?  Then the list of
 * certificates is due. */
void balancer_note_certificates(struct balancer *b);
/* What a step did, for readings that do not know of it yet. */
void balancer_note_step(struct balancer *b, const struct apply_event *e);
/* What is due by time: empty groups.  Before the steps of a turn are picked. */
void balancer_run(struct agent *g, struct balancer *b);
/* What can wait until they have left: the revision of what was wanted before, memory. */
bool balancer_finish(struct balancer *b, struct error *err) MUST_USE;

/* All that is still meant, in a new arena that may hold something already. */
void balancer_renew(struct balancer *b, struct arena fresh);

/* ---- rest.c */
/* Its rows are in memory after this. */
bool balancer_wake(struct agent *g, struct balancer *b, struct error *err) MUST_USE;
/* Those leave memory at which nothing happens, but for the few that were used last. */
bool balancers_rest(struct agent *g, struct error *err) MUST_USE;
/* It rests, and what is wanted is what was, and is done. */
bool balancer_is_settled(struct agent *g, struct balancer *b, const struct translate_out *wanted,
                         const struct translate_out *strays, bool *settled,
                         struct error *err) MUST_USE;
/* Its rows, borrowed or in 'a'; of rules and groups perhaps without what is wanted, applied and
 * there. */
bool balancer_outline(const struct balancer *b, struct arena *a, struct model *out,
                      struct error *err) MUST_USE;
/* The same, perhaps without rules and groups. */
bool balancer_frame(const struct balancer *b, struct arena *a, struct model *out,
                    struct error *err) MUST_USE;

/* ---- left.c */
/* What an earlier run may have changed a short while ago, by its journal. */
bool left_load(struct agent *g, struct error *err) MUST_USE;
/* Of the rows of 'lb', as the store knows them, those that say how it was before such a change get
 * the state in which the cloud takes no other. */
void left_mark(const struct agent *g, const char *lb, struct model *known);

/* ---- wanted.c: objects to what is wanted of each load balancer, with the facts it needs */
bool wanted_run(struct agent *g, int64_t *wait_ms, struct error *err) MUST_USE;
bool wanted_take(struct agent *g, const struct alb_result *r);
/* An object, or a fact, is another than it was; of a fact: it is to be read again. */
void wanted_note(struct agent *g, enum object_kind kind, const char *ns, const char *name);
void wanted_forget(struct agent *g, enum fact_kind kind, const char *key);
/* What the cloud lists of certificates and vSwitches is to be read again. */
void wanted_forget_lists(struct agent *g);
/* Nothing is to be translated or read now. */
bool wanted_is_settled(const struct agent *g);
/* Why objects are left out, or could not be read: each reason once. */
void wanted_problems(const struct agent *g, struct arena *a, translate_problems *out);
/* The private key of a wanted certificate, borrowed until objects change. */
const struct secret *wanted_key(const struct agent *g, const char *certificate);

/* ---- address.c: an Endpoints or EndpointSlice is another than it was ('before' may be NULL) */
void address_note(struct agent *g, const struct object *before, const struct object *now);

/* ---- reading.c: sweeps, and readings of one load balancer */
bool reading_run(struct agent *g, int64_t *wait_ms, struct error *err) MUST_USE;
/* Is there nothing that a reading has to wait for? */
bool reading_may_begin(const struct agent *g);
/* Is something of everything to be read again by now, and can be?  At a start all of it is. */
bool reading_is_due(const struct agent *g);
bool reading_take(struct agent *g, const struct alb_result *r);
/* When the older of the last complete sweeps of each family began; 0: one was not made yet. */
int64_t reading_verified(const struct agent *g);
void reading_free(struct reading *rd);
/* The model of a load balancer is doubted. */
void reading_ask(struct agent *g, struct balancer *b);
