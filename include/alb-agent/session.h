/* session.h - one run of a verb: source, translation, observation, plan and apply wired to
 * one store and one client.
 *
 *     session_open -> session_read_source -> session_translate -> session_observe
 *         -> session_plan -> session_apply
 *
 * 'world' is the joined model after session_observe(); it is written to the store. */
#pragma once

#include "alb-agent/apply.h"
#include "alb-agent/finding.h"
#include "alb-agent/report.h"
#include "alb-agent/store.h"
#include "alb-agent/translate.h"

struct session_config {
    const char *const *files; /* manifests: files, directories, "-"                       */
    size_t n_files;
    const char *state; /* state file; NULL: the default place of the cluster         */
    enum store_mode mode;
    const char *cluster_id;   /* NULL: what the state file says, else "default"             */
    const char *region;       /* NULL: no calls are made                                    */
    const char *endpoint;     /* NULL: the region's public endpoints                        */
    const char *ca_file;      /* NULL: the system's                                         */
    const char *vpc_id;       /* NULL: that of the AlbConfig's vSwitches                    */
    const char *backend_type; /* as in translate_in                                       */
    const char *destroy;      /* the load balancer to be destroyed, or NULL                 */
    bool allow_destroy;
    size_t batch_rules, batch_servers; /* in a call; 0: as many as it takes              */
    size_t quotas[QUOTAS];             /* as in struct quotas; 0: not known */
    struct alb_budget writes, reads, background; /* as in alb_config */
    int64_t list_lag_ms;     /* how long a list may lack what was just made; 0: 60 s       */
    int64_t read_max_age_ms; /* of a read on which something is deleted; 0: 60 s           */
    bool aside;              /* rows of the store stay there: 'known' is empty               */
    const char *only;        /* plan and apply this load balancer alone; NULL: all            */
    /* Of CLASS_DRIFT, CLASS_MISSING and CLASS_ORPHAN (findings_leave()); all-zero: corrected. */
    enum drift_policy policy[CLASS_IN_SYNC + 1];
    /* When lists first show all that an earlier state file may have known of, which was lost; 0: as
     * the state file says, < 0: now.  For a replay, as 'sure_if_none': it is now when nothing of
     * ours is seen at first. */
    int64_t sure_at_ms;
    bool sure_if_none;
    void (*say)(const char *line); /* to a person who waits; may be NULL */
    struct store_limits limits;    /* of what the state file keeps; session_close() sees to it */

    /* For tests; all-zero means the real world. */
    const struct clock *clock;   /* borrowed                                      */
    const struct clock *mono;    /* NULL: 'clock', which nobody sets then, or the system's */
    struct transport *transport; /* borrowed                                      */
    char *(*env)(const char *);  /* NULL: the process' own                        */
    uint64_t seed;               /* of tokens, nonces and jitter                  */
    const struct translate_names *names; /* as in translate_in; borrowed          */
};

struct session {
    struct session_config config;
    struct arena arena;      /* of everything below ...                                */
    struct arena fact_arena; /* ... but for facts that are read while it runs          */
    struct store *store;
    const char *path; /* of the state file                                */
    bool kept;        /* it was there                                     */
    bool set_aside;   /* the state file was damaged and was put aside */
    struct transport *transport;
    struct alb *alb;
    const char *cluster_id;
    struct object_set objects;
    bool has_roots;                    /* translate_has_roots() of them                        */
    const struct object_set *services; /* where a Service that borrowed a group is missing
                                          when it is gone; NULL: it is not known           */
    struct fact_set facts;
    struct translate_out wanted;
    struct model known; /* as the store had it ... */
    struct arena known_arena;
    struct model world;
    finding_list findings; /* as of the last reading, in the store or after session_observe() */
    int64_t verified_at;   /* ms, end of the last complete reading; 0: none                   */
    int64_t began_ms;      /* when it began                                               */
    int64_t sure_at;       /* ms, when lists show all that a lost state file knew; 0: they do  */
    bool sure_if_none;     /* ... or at once, when the first reading shows nothing of ours     */
    bool noted;            /* the events say how this session was started                */
    bool observed;         /* 'world' is what the cloud said */
    struct map tombstones; /* load balancers whose AlbConfig is being deleted: its name */
    struct map batches;    /* as in plan_in: what refusals for size left, now or before */
    struct quotas quotas;  /* as the settings and refusals say */
    struct map confirmed;  /* load balancers whose AlbConfig confirms what is found first */
    struct steady_clock *steady; /* all times above are of it: those of the system's clock when
                                    the session began, and what passed since */
    int64_t ahead_ms;            /* what that one is ahead by now; the store knows            */
    uint64_t seed;
};

/* Opens the store and checks the cluster id.  session_close() also after a failure. */
bool session_open(struct session *s, const struct session_config *config,
                  struct error *err) MUST_USE;
void session_close(struct session *s);

/* Makes the client; credentials come from the default chain (alb.h). */
bool session_connect(struct session *s, struct error *err) MUST_USE;

/* Reads the manifests; what cannot be read is in objects.problems. */
bool session_read_source(struct session *s, struct error *err) MUST_USE;
/* The same for objects that are at hand: the set is moved, and left empty. */
bool session_set_objects(struct session *s, struct object_set *set, struct error *err) MUST_USE;

/* Objects to wanted rows.  Facts that are lacking are read from the cloud when connected,
 * else left open.  Without files the rows the store last wanted are wanted still. */
bool session_translate(struct session *s, struct error *err) MUST_USE;

/* Reads what is there and joins it with what is wanted and known. */
bool session_observe(struct session *s, struct error *err) MUST_USE;

/* Writes objects, facts, findings and the joined rows to the store. */
bool session_save(struct session *s, struct error *err) MUST_USE;

/* The plan for 'world', in 'a'. */
void session_plan(struct session *s, struct arena *a, struct plan *out);

/* Writes what a session with a snapshot found amiss into the state file, if there is one and no
 * other process has it (an agent that runs writes its own).  Verdicts that were given meanwhile
 * stay.  When it could not be written, '*why' says so and is what 'err' would be; NULL else. */
void session_record_findings(struct session *s, const char **why);

/* The two sides of one load balancer, each as lower-case hex of a SHA-256: what is wanted of
 * it and what is there, without what only the cloud decides (states, times, health). */
struct session_side {
    const char *lb;
    const char *desired, *actual;
};
typedef LIST_OF(struct session_side) session_sides;
/* Of all load balancers of 'world', by name, in 'a'.  A refusal of a plan for the share it
 * would change names the first digits of both, for the annotation alb-agent/confirm of the
 * AlbConfig, which allows just this change. */
void session_hash_sides(struct session *s, struct arena *a, session_sides *out);

/* Adds those of 'lb', as the model has them; certificates that are not ours are looked up in
 * 'list' (may be NULL).  Texts are borrowed from both. */
void session_list_served(struct arena *a, const struct model *m, const char *lb, const cJSON *list,
                         report_served_list *out);
/* The list of certificates that was last read, which is the caller's; NULL: none. */
cJSON *session_certificate_list(const struct fact_set *facts);

/* Asks the cloud about each step of 'plan' with DryRun, which changes nothing; one verdict a
 * step, in 'a'.  A step that names what does not exist yet is not asked about.  False when
 * the cloud could not be asked. */
bool session_dry_run(struct session *s, const struct plan *plan, struct arena *a,
                     struct step_verdict **out, struct error *err) MUST_USE;

/* How an apply went. */
struct session_result {
    struct apply_counts counts;
    bool in_sync;  /* the last plan, after a fresh read, is empty                    */
    size_t writes; /* calls that changed something, as put on the wire               */
    size_t reads;
    const char *waits; /* what the first step that is left waits for, or NULL            */
};

/* Applies the plan until nothing is left that may be done, reading again after each round
 * of changes.  False when it could not go on (store, or reading); failed steps are counted
 * in the result.  'stop' (may be NULL) is looked at every turn: true ends it cleanly. */
bool session_apply(struct session *s, apply_event_fn *event, void *arg, const volatile bool *stop,
                   struct session_result *out, struct error *err) MUST_USE;

/* "kube-system/web" for "web" or "kube-system/web", in the session's arena. */
const char *session_lb_name(struct session *s, const char *name);

/* $XDG_STATE_HOME/alb-agent/<cluster id>.db, else ~/.local/state/...; NULL when neither
 * variable is set. */
const char *session_default_state(struct arena *a, const char *cluster_id);
