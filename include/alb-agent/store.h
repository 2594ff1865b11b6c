/* store.h - what the agent remembers: one SQLite file (design.md §4).
 *
 * Losing it costs history and time, never correctness: all but the journal and the
 * revisions can be read again.  One process writes; the others open a snapshot, in which
 * they may write what they like and which is gone when they close it.
 *
 * Any call may fail with ERROR_TRANSIENT (disk full, file busy), ERROR_DENIED (permissions),
 * ERROR_INVALID with code "StateDamaged" (the file is damaged; open it again to have it set
 * aside) or ERROR_BUG (a value that the schema refuses).  store_is_error() tells them from those
 * of others.  Times are ms since 1970, UTC; in the file those of the system's clock, for the caller
 * those of a clock of its own where that is another (store_set_ahead()). */
#pragma once

#include <stdint.h>

#include "alb-agent/fact.h"
#include "alb-agent/finding.h"
#include "alb-agent/model.h"
#include "alb-agent/object.h"

struct store;

/* Does 'err' say that the file cannot be read or written? */
bool store_is_error(const struct error *err);

enum store_mode {
    STORE_WRITE,    /* creates the file (0600, folders 0700) and migrates it; one at a time:
                       the second gets ERROR_CONFLICT that names the holder               */
    STORE_SNAPSHOT, /* a copy in memory; an absent file is an empty store                 */
};

/* 'path' NULL: an empty store in memory.  '*out' is the caller's, for store_close().  A
 * file made by a newer program, or by another one, is refused with ERROR_INVALID; a damaged
 * one is set aside by STORE_WRITE as "<path>.damaged-<time>", '*set_aside' (when not NULL)
 * says so, and a new one is begun.  The lock is on "<path>.lock", which stays. */
bool store_open(struct store **out, const char *path, enum store_mode mode, int64_t now_ms,
                bool *set_aside, struct error *err) MUST_USE;
void store_close(struct store *st);
/* Was there a state file at this path before this one, or is this one not new? */
bool store_was_there(const struct store *st);

/* The times that the caller gives and gets are 'ahead_ms' behind those in the file; 0 at first.
 * When that changes, the rows of resources change with it, so that for the caller their times stay
 * as they are; what tells of the past stays as it was written. */
bool store_set_ahead(struct store *st, int64_t ahead_ms, struct error *err) MUST_USE;

/* Moves the log into the file and drops all but the newest closed calls: to be called when no
 * lane is urgent; store_close() does it as well. */
bool store_checkpoint(struct store *st, struct error *err) MUST_USE;

/* How much is kept of what only grows; 0: the default. */
struct store_limits {
    int64_t calls;          /* closed ones, 100,000                                    */
    int64_t revisions;      /* of each load balancer, 1,000                            */
    int64_t revision_bytes; /* of each load balancer, 64 MB; the newest ten stay       */
    int64_t event_age_ms;   /* 7 days                                                  */
    int64_t event_bytes;    /* 64 MB                                                   */
};
/* Drops what is beyond the limits, oldest first: calls without an open outcome, revisions that
 * no load balancer is pinned to, events (which store_events_base() then sums up), at most
 * 5,000 of these at a time.  To be called before store_checkpoint(). */
bool store_prune(struct store *st, const struct store_limits *limits, int64_t now_ms,
                 struct error *err) MUST_USE;

/* All writes between begin and commit are on disk together or not at all; a rollback is
 * what happens when commit is not reached.  Transactions do not nest; each write below is
 * whole by itself, in a transaction or without. */
struct store_txn {
    struct store *st;
    bool done, lazy;
};
bool store_begin(struct store_txn *txn, struct store *st, struct error *err) MUST_USE;
/* The same, but its commit does not wait for the disk; the next one that does takes it there, too.
 * A process that dies loses nothing by that.  With the machine it may go, with all that came after
 * it: for what is as before then, since the objects are read again, or since the intent of a call,
 * which did wait, says that it was under way. */
bool store_begin_lazy(struct store_txn *txn, struct store *st, struct error *err) MUST_USE;
bool store_commit(struct store_txn *txn, struct error *err) MUST_USE;
void store_txn_done(struct store_txn *txn); /* for CLEANUP() */

/* Small facts about the file itself: "cluster_id", "incomplete_since".  NULL: not set; to
 * put NULL unsets. */
bool store_meta_get(struct store *st, struct arena *a, const char *name, const char **value,
                    struct error *err) MUST_USE;
bool store_meta_put(struct store *st, const char *name, const char *value,
                    struct error *err) MUST_USE;

/* Makes the object table say what the set says; an incomplete set removes nothing.  Each object
 * whose body comes, changes or goes is an event of 'now_ms' (store_events_read()): what is in the
 * table is what all events come to. */
bool store_objects_put(struct store *st, const struct object_set *set, int64_t now_ms,
                       struct error *err) MUST_USE;

/* The same; 'changed' is told of each object that was not there or was another. */
typedef void store_object_fn(void *arg, const struct object *obj);
bool store_objects_sync(struct store *st, const struct object_set *set, int64_t now_ms,
                        store_object_fn *changed, void *arg, struct error *err) MUST_USE;
/* One object; it need not be there to be deleted. */
bool store_object_put(struct store *st, const struct object *obj, int64_t now_ms,
                      struct error *err) MUST_USE;
bool store_object_delete(struct store *st, enum object_kind kind, const char *ns, const char *name,
                         int64_t now_ms, struct error *err) MUST_USE;

/* ---- files of manifests --------------------------------------------------------------------- */

/* Adds the objects that came of the file 'path' (as their origins begin) when it was 'file', if
 * that was noted, and the table has them still as they were then; they are 'stored' then.  Else
 * '*taken' is false.  'file' stands for the bytes of the file and for whoever read it: a text. */
bool store_manifest_take(struct store *st, const char *path, const char *file,
                         struct object_set *out, bool *taken, struct error *err) MUST_USE;
/* Notes that the objects of 'set' that came of 'path', which are in the table, came of it when it
 * was 'file'.  Nothing is noted of a file with a Secret or without an object. */
bool store_manifest_put(struct store *st, const char *path, const char *file,
                        const struct object_set *set, struct error *err) MUST_USE;
/* When more than 'max' files are noted: forgets those of which no object is there. */
bool store_manifests_trim(struct store *st, size_t max, struct error *err) MUST_USE;

/* Those of addresses are packed. */
bool store_facts_load(struct store *st, struct arena *a, struct fact_set *out,
                      struct error *err) MUST_USE;
bool store_fact_put(struct store *st, const struct fact *fact, struct error *err) MUST_USE;

/* All rows, sorted, decoded into 'a'. */
bool store_model_load(struct store *st, struct arena *a, struct model *out,
                      struct error *err) MUST_USE;
/* The same of one load balancer, decoded into 'a'. */
bool store_lb_load(struct store *st, struct arena *a, const char *lb, struct model *out,
                   struct error *err) MUST_USE;
/* The same, but of rules and groups, which are many, without what is wanted, applied and there. */
bool store_lb_outline(struct store *st, struct arena *a, const char *lb, struct model *out,
                      struct error *err) MUST_USE;
/* The same without rules and groups, at a cost that does not depend on how many these are. */
bool store_lb_frame(struct store *st, struct arena *a, const char *lb, struct model *out,
                    struct error *err) MUST_USE;
/* The names of all load balancers that have rows, sorted, in 'a'. */
typedef LIST_OF(const char *) store_names;
bool store_lbs(struct store *st, struct arena *a, store_names *out, struct error *err) MUST_USE;
/* Are the (sorted) rows of 'wanted', all of 'lb', just those that the table has as wanted, to the
 * place and the object that asks, none of them held, and all of them applied?  Reads no struct. */
bool store_lb_is_settled(struct store *st, const char *lb, const struct model *wanted,
                         bool *settled, struct error *err) MUST_USE;
/* Writes one row whole, whether it was there or not. */
bool store_resource_put(struct store *st, const struct resource *r, struct error *err) MUST_USE;
bool store_resource_delete(struct store *st, const char *lb, enum resource_kind kind,
                           const char *key, struct error *err) MUST_USE;
/* Makes the table say what the (sorted) model says, touching only rows that differ. */
bool store_model_put(struct store *st, const struct model *m, struct error *err) MUST_USE;

/* The same for the rows of one load balancer; 'm' holds no others. */
bool store_lb_put(struct store *st, const char *lb, const struct model *m,
                  struct error *err) MUST_USE;

/* A call, written before it is sent; ERROR_BUG when its parameters hold a secret. */
struct store_call {
    int64_t id;                       /* set by store_call_intent() */
    const char *lane, *lb, *resource; /* resource: "Rule 80/HTTP#..." or several, ", " between */
    const char *action, *client_token;
    const char *params; /* JSON object of flat parameters, secrets removed        */
    const char *cause;
    int64_t sent_at;
};
bool store_call_intent(struct store *st, struct store_call *call, struct error *err) MUST_USE;

/* What came of it.  state: "done", "failed", or "unknown" (it may have happened). */
struct store_outcome {
    const char *state;
    int64_t done_at;
    int http_status;
    const char *code, *request_id, *reply; /* may be NULL */
};
bool store_call_done(struct store *st, int64_t id, const struct store_outcome *outcome,
                     struct error *err) MUST_USE;

/* Intents without a known outcome, oldest first: what a crash or a lost reply left. */
typedef LIST_OF(struct store_call) store_calls;
bool store_calls_open(struct store *st, struct arena *a, store_calls *out,
                      struct error *err) MUST_USE;

/* Records the wanted state of a load balancer when it differs from its newest revision;
 * 'document' is canonical JSON. */
bool store_revision_put(struct store *st, const char *lb, const char *document, const char *cause,
                        int64_t now_ms, struct error *err) MUST_USE;
/* The number of the newest revision of 'lb', 0 when there is none. */
bool store_revision_newest(struct store *st, const char *lb, int64_t *number,
                           struct error *err) MUST_USE;

/* ---- findings ---------------------------------------------------------------------------- */

/* All findings, sorted, in 'a'. */
bool store_findings_load(struct store *st, struct arena *a, finding_list *out,
                         struct error *err) MUST_USE;
/* Makes the table say what the list says of 'lb' (NULL: of all), touching only rows that differ.
 * The list holds findings of that one only. */
bool store_findings_put(struct store *st, const char *lb, const finding_list *list,
                        struct error *err) MUST_USE;
/* Sets the verdict on a finding, what it is about being what was last seen; FINDING_OPEN takes
 * it back.  'until' 0: no end.  An event as well, for replay: with all that 'f' says.
 * ERROR_NOT_FOUND when there is no such finding. */
bool store_finding_decide(struct store *st, const struct finding *f, int64_t now_ms,
                          struct error *err) MUST_USE;

/* ---- what the sources said, and the cloud -------------------------------------------------- */

/* Something that happened to what the agent goes by: ADDED, MODIFIED, DELETED (the key is gone),
 * which store_objects_put() and its like write of "Ingress shop/web"; FACT of "fact <kind> <key>",
 * by store_fact_put(); SEEN and DELETED of "cloud <lb> <kind> <key>", by store_cloud_say(); and
 * what an agent writes of itself (session.h): of the key "source" SYNCED (it is complete) and
 * INCOMPLETE (what is not there need not be gone), of "agent" how it was started.  state/README.md
 * has the members of each. */
struct store_event {
    int64_t seq; /* set by store_event_add(); ascending, never used twice */
    int64_t at;
    const char *kind, *key; /* key: "Ingress shop/web"                              */
    const char *body;       /* canonical JSON, pruned; NULL: none, or one that looks as if it
                               held a secret                                        */
};
typedef LIST_OF(struct store_event) store_events;
/* ERROR_BUG when the body holds a private key or an access-key secret. */
bool store_event_add(struct store *st, struct store_event *event, struct error *err) MUST_USE;
/* How many of objects were added since the store was opened. */
int64_t store_events_added(const struct store *st);
/* At most 'max' events from 'seq' on, in order. */
bool store_events_read(struct store *st, int64_t seq, int64_t max, struct arena *a,
                       store_events *out, struct error *err) MUST_USE;
/* What the events that were dropped come to: the last of each key that is not DELETED, by seq.
 * All of them are older than what store_events_read(st, 0, ...) returns. */
bool store_events_base(struct store *st, struct arena *a, store_events *out,
                       struct error *err) MUST_USE;

/* A reading has ended: writes of each row of 'lb' (NULL: of all) what it is now, if that is
 * another than the last event says, and whether it became so by a step of ours alone
 * (store_resource_put() and _delete()) or a reading showed it (store_lb_put(), store_model_put()).
 */
bool store_cloud_say(struct store *st, const char *lb, int64_t now_ms, struct error *err) MUST_USE;

/* ---- history ----------------------------------------------------------------------------- */

/* A revision, or a call. */
struct store_entry {
    bool is_revision;
    const char *lb;
    int64_t number; /* of the revision, or the call's id */
    int64_t at;     /* ms, when it was made or sent      */
    const char *cause;
    const char *action, *resource, *state, *code, *request_id; /* of a call */
};
typedef LIST_OF(struct store_entry) store_entries;
/* The newest 'max' of a load balancer, or of all (lb NULL), oldest first. */
bool store_history(struct store *st, const char *lb, int64_t max, struct arena *a,
                   store_entries *out, struct error *err) MUST_USE;
/* One call with what came of it; ERROR_NOT_FOUND when there is none of that id. */
bool store_call_read(struct store *st, int64_t id, struct arena *a, struct store_call *call,
                     struct store_outcome *outcome, struct error *err) MUST_USE;
/* A call with what came of it. */
struct store_journaled {
    struct store_call call;
    struct store_outcome outcome;
};
typedef LIST_OF(struct store_journaled) store_journal;
/* At most 'max' calls from 'id' on, in order. */
bool store_calls_read(struct store *st, int64_t id, int64_t max, struct arena *a,
                      store_journal *out, struct error *err) MUST_USE;
/* Calls that were sent since then and may have been carried out (state "done", "unknown", or "sent"
 * still), newest first. */
bool store_calls_since(struct store *st, int64_t since, struct arena *a, store_journal *out,
                       struct error *err) MUST_USE;
struct store_revision {
    int64_t made_at;
    const char *cause;
    const char *document; /* {"Rule 80/HTTP#...": {"desired": {...}, "position": 1}, ...} */
};
/* ERROR_NOT_FOUND when there is none of that number. */
bool store_revision_read(struct store *st, const char *lb, int64_t number, struct arena *a,
                         struct store_revision *out, struct error *err) MUST_USE;

/* ---- pins -------------------------------------------------------------------------------- */

/* A load balancer that is to stay at an earlier revision. */
struct store_pin {
    const char *lb;
    int64_t revision;
};
typedef LIST_OF(struct store_pin) store_pins;
/* ERROR_NOT_FOUND when there is no such revision.  Both are events, too, for replay: the first with
 * what the load balancer wanted at that revision. */
bool store_pin_put(struct store *st, const char *lb, int64_t revision, int64_t now_ms,
                   struct error *err) MUST_USE;
bool store_pin_delete(struct store *st, const char *lb, int64_t now_ms, bool *was_there,
                      struct error *err) MUST_USE;
bool store_pins_load(struct store *st, struct arena *a, store_pins *out,
                     struct error *err) MUST_USE;

/* How a load balancer stands, for 'status'. */
struct store_summary {
    const char *lb, *cloud_id, *dns_name; /* "" when not known                        */
    int64_t resources;                    /* that are ours                            */
    int64_t in_sync;                      /* of those                                 */
    int64_t observed_at;                  /* of what was read longest ago; 0: nothing */
    int64_t revision;                     /* the newest; 0: none                      */
};
typedef LIST_OF(struct store_summary) store_summaries;
/* Of 'lb' as a model (sorted; texts are borrowed) has it, but for the revision. */
bool store_summary_of(struct store *st, const struct model *m, const char *lb,
                      struct store_summary *out, struct error *err) MUST_USE;
/* One per load balancer, by name. */
bool store_summary(struct store *st, struct arena *a, store_summaries *out,
                   struct error *err) MUST_USE;

/* ---- the agent that runs ----------------------------------------------------------------- */

/* A lane that is not idle. */
struct store_lane {
    const char *family; /* "load balancer", "server group", "shared", "observe"             */
    const char *key;
    const char *state; /* "running", "ready", "waiting", "backoff"                          */
    const char *what;  /* what it does or is to do: "CreateRules"                           */
    const char *why;   /* what it waits for, or failed with; "" when nothing                */
    int64_t since;     /* ms, in that state                                                 */
    int64_t due;       /* ms, when it goes on by itself; 0: when told                       */
    int64_t tries;     /* of this step that failed                                          */
};
/* How many lanes of a family are in which state, those that are not listed included; 'ready': how
 * many steps could be sent and wait for their turn. */
struct store_family {
    const char *name;
    int64_t lanes, running, ready, waiting, backoff;
    int64_t most_running; /* as configured; 0: no limit */
};
/* An object that is left out until it changes. */
struct store_quarantined {
    const char *object; /* "Ingress shop/web (web.yaml:3)" */
    const char *why;
    int64_t since; /* ms, by the system's clock */
};
typedef LIST_OF(struct store_quarantined) store_quarantine;
enum { STORE_QUARANTINE_SHOWN = 100 }; /* that a status names */
/* Replaces what stood there; 'since' counts for nothing: who stays for the same reason keeps it,
 * who is new has 'now_ms'. */
bool store_quarantine_put(struct store *st, const store_quarantine *now, int64_t now_ms,
                          struct error *err) MUST_USE;
/* As the last translation left it, the first 'limit' of '*total', by object. */
bool store_quarantine_read(struct store *st, struct arena *a, size_t limit, store_quarantine *out,
                           int64_t *total, struct error *err) MUST_USE;
/* What may be spent in a while, and what is. */
struct store_budget {
    const char *name; /* "CreateRules", "reads" ... */
    int64_t used, limit;
    int64_t window_s;
    int64_t throttled; /* how often the cloud said slow down, since the start */
};
struct store_certificate {
    const char *lb, *listener, *id, *name; /* name: "" when not known */
    int64_t end;                           /* ms */
};
/* What an agent that runs says of itself.  All-zero is valid; texts may be NULL. */
struct store_status {
    int64_t at;            /* ms, when it was said                                  */
    int64_t started_at;    /* ms                                                    */
    const char *version;   /* of the program                                        */
    const char *phase;     /* "starting", "running", "stopping", "stopped"          */
    const char *source;    /* where objects come from: "manifests in deploy/", "cluster" */
    bool source_complete;  /* false: nothing is deleted                             */
    const char *problem;   /* what keeps it from working at all; "" when nothing    */
    int64_t verified_at;   /* ms, end of the last complete reading of the cloud; 0: none */
    int64_t next_read_at;  /* ms, when the next one is due; 0: not known            */
    int64_t queued;        /* steps that could be sent and wait for their turn      */
    int64_t events;        /* from the source, since the start                      */
    int64_t writes, reads; /* calls, since the start                                */
    LIST_OF(struct store_family) families;
    LIST_OF(struct store_lane) lanes; /* those that are not idle, the first 100 or so */
    LIST_OF(struct store_budget) budgets;
    LIST_OF(struct store_certificate) certificates; /* about to expire, soonest first */

    /* Not put; read also when no agent ever ran. */
    int64_t left_out;             /* objects, those that are not listed here included */
    store_quarantine quarantined; /* the first of them */

    /* Set by store_status_read(). */
    int64_t pid;
    const char *host;
    bool alive; /* the process that said it holds the file still */
};
/* Replaces what was said before.  Does not wait for the disk when no transaction is open: what is
 * lost in a crash of the machine is no loss.  To be called once a second at most. */
bool store_status_put(struct store *st, const struct store_status *status,
                      struct error *err) MUST_USE;
/* What store_status_read() would add to what this process says now; in 'a'. */
void store_status_sign(struct arena *a, struct store_status *status);
/* '*found' is false when no agent ever ran.  Of a snapshot: as of when it was opened. */
bool store_status_read(struct store *st, struct arena *a, struct store_status *out, bool *found,
                       struct error *err) MUST_USE;
