/* agent.h - the agent that runs for years: objects change, the cloud changes, and load
 * balancers follow (design.md §2, §6).
 *
 * One thread, one loop, owned by the caller: agent_run() does what can be done at a moment and
 * never blocks, then says when it next wants to run.  It waits by a clock that nobody sets. Objects
 * come in by the functions below, from whatever source; time, transport and seed are given, so that
 * the same inputs make the same calls. */
#pragma once

#include "alb-agent/session.h"

struct agent;

/* Something worth a line of the log.  Texts are borrowed for the call. */
enum agent_event_kind {
    AGENT_STEP,        /* 'step' of a load balancer: see apply_event                  */
    AGENT_READ,        /* the cloud was read, 'parts' of it: 'n' resources            */
    AGENT_READ_FAILED, /* and could not be: 'err'; it will be tried again             */
    AGENT_PROBLEM,     /* an object cannot be translated: 'problem'; said once        */
    AGENT_WARNING,     /* translated, but somebody should know: 'problem'; said once  */
    AGENT_REFUSED,     /* a plan was refused: 'refusal'; said once                    */
    AGENT_UNSURE,      /* the state file is new, and not the first one: what is not seen is made
                          only in 'by_ms'                                             */
    AGENT_CLOCK,       /* the system's clock was set, by 'by_ms'                      */
    AGENT_IN_SYNC,     /* 'lb' is what the objects ask for                            */
};
struct agent_event {
    enum agent_event_kind kind;
    int64_t at_ms; /* by the system's clock */
    const char *lb;
    const struct apply_event *step; /* whose times are of agent_now() */
    const struct translate_problem *problem;
    const struct plan_refusal *refusal;
    const struct error *err;
    unsigned parts; /* of enum observe_part (observe.h) */
    int64_t by_ms;
    size_t n;
};
typedef void agent_event_fn(void *arg, const struct agent_event *event);

struct agent_config {
    struct session_config session; /* 'files', 'n_files', 'mode', 'destroy', 'only' are not used */
    struct apply_pace pace[LANE_FAMILIES];
    int64_t resync_ms;       /* from the end of a reading of everything to the next; 0: 10 min */
    int64_t group_resync_ms; /* that of server groups, where they are read at another pace; 0: at
                                the same                                                     */
    int64_t reread_ms;       /* the shortest time between two readings of one load balancer that
                                contradictions ask for; doubles up to 'resync_ms'; 0: 1 s      */
    int64_t empty_ms;        /* how long the servers of a group must be wanted to be none before
                                they are removed; 0: 30 s                                      */
    int awake; /* load balancers that stay in memory though nothing happens; 0: 2, < 0: none */
    agent_event_fn *event; /* may be NULL */
    void *event_arg;
};

/* Opens the store and makes the client; nothing is sent before agent_run().  '*out' is the
 * caller's, for agent_free(). */
bool agent_new(struct agent **out, const struct agent_config *config, struct error *err) MUST_USE;
void agent_free(struct agent *g);

/* The objects, all of them: '*set' is moved and left empty.  What is not among them is gone,
 * unless the set is incomplete.  Until it was called once nothing is done. */
void agent_set_objects(struct agent *g, struct object_set *set);
/* Right after agent_set_objects(): what of the set came of the file 'path' when that was 'file'
 * (store_manifest_put()) is to be noted when the set is in the store. */
void agent_note_file(struct agent *g, const char *path, const char *file);
/* One object as it is now, or that it is gone.  agent_put() takes 'body' over. */
void agent_put(struct agent *g, cJSON *body, const char *origin);
void agent_remove(struct agent *g, enum object_kind kind, const char *ns, const char *name);
/* The objects as the agent knows them. */
const struct object_set *agent_objects(const struct agent *g);

/* New settings, for what begins from now on: pace, budgets, times, limits, allow_destroy, batch
 * sizes and what is done about drift; the others need a new agent. */
void agent_set_config(struct agent *g, const struct agent_config *config);

/* Reads everything again as soon as it can. */
void agent_resync(struct agent *g);

/* Does what can be done now; '*wait_ms': until it wants to run again by itself, or -1.
 * Fails when the store does: then nothing was sent that is not on disk, and the agent is to
 * be freed. */
bool agent_run(struct agent *g, int64_t *wait_ms, struct error *err) MUST_USE;

/* From now on no new change begins; what is in flight is brought to its end. */
void agent_stop(struct agent *g);
/* Gives memory back that is held and not needed: when there is time. */
void agent_tidy(struct agent *g);
/* Is there nothing in flight, and nothing to be done but to wait for time to pass or for
 * objects to change? */
bool agent_is_quiet(const struct agent *g);

/* ---- for a replay --------------------------------------------------------------------------- */

/* How an agent, or one run of a verb, was set up: the body of the events START and SETTINGS. */
struct agent_start {
    const char *verb;           /* "run" or "apply"                                          */
    bool files;                 /* it was given manifests                                    */
    int64_t lived_until;        /* ms, when an agent that has died before it was last heard of; 0 */
    struct agent_config config; /* without places, clocks and functions                      */
};
/* As one line of JSON, in 'a'. */
const char *agent_start_write(struct arena *a, const struct agent_start *start);
bool agent_start_read(struct arena *a, const cJSON *from, struct agent_start *out,
                      struct error *err) MUST_USE;

/* ---- for those who look on --------------------------------------------------------------- */

/* The time by the agent's own clock, which nobody sets: of that are the times of findings and of
 * the store while the agent has it (store_prune()).  All other times are of the system's. */
int64_t agent_now(const struct agent *g);

struct agent_lb {
    const char *name;
    bool read;       /* it was read since the start                                 */
    bool in_sync;    /* what is wanted is there                                     */
    int64_t read_at; /* ms, when the last reading of it began; 0: never             */
    struct apply_standing standing;
};
typedef LIST_OF(struct agent_lb) agent_lbs;
/* By name; texts are borrowed until the next agent_run(). */
void agent_list(const struct agent *g, struct arena *a, agent_lbs *out);
void agent_lanes(const struct agent *g, struct arena *a, apply_lanes *out);
const char *agent_cluster(const struct agent *g); /* the cluster id */
/* Facts as they are known now; until the next agent_run(). */
const struct fact_set *agent_facts(const struct agent *g);
/* What the agent knows of a load balancer, empty when that is nothing; until the next agent_run().
 * Of rules and groups perhaps only what they are called; what is not in memory is in 'a'. */
bool agent_model(const struct agent *g, const char *lb, struct arena *a, struct model *out,
                 struct error *err) MUST_USE;
/* The same, perhaps without rules and groups. */
bool agent_frame(const struct agent *g, const char *lb, struct arena *a, struct model *out,
                 struct error *err) MUST_USE;
/* How each load balancer stands, by name; 'certificates' as in session_list_served().  Counts of
 * those that changed come a few at a time, so that a call never takes long.  Borrowed likewise. */
bool agent_overview(struct agent *g, const cJSON *certificates, struct arena *a, report_lbs *out,
                    struct error *err) MUST_USE;
/* What was found amiss with a load balancer, or NULL; until the next agent_run(). */
const finding_list *agent_findings(const struct agent *g, const char *lb);
/* Bytes that its memory holds; 'lb' NULL: that of facts which were read. */
size_t agent_memory(const struct agent *g, const char *lb);
struct apply_counts agent_counts(const struct agent *g);
struct agent_times {
    int64_t lbs_at, groups_at; /* ms, when the last complete reading of load balancers with all that
                                  is in them, and of server groups, began; 0: none        */
    int64_t verified_at;       /* ms, the older of the two                                   */
    int64_t next_read_at;      /* ms, when the next of either is due; 0: never      */
    uint64_t writes, reads;    /* calls, as put on the wire                                */
    uint64_t retries;          /* of those, the repeats of a read                          */
};
struct agent_times agent_times(const struct agent *g);
void agent_budgets(const struct agent *g, struct arena *a, alb_spending *out);
void agent_tally(const struct agent *g, struct arena *a, alb_tallies *out);
/* What the owner of the loop needs: borrowed. */
struct store *agent_store(const struct agent *g);
struct transport *agent_transport(const struct agent *g);
