/* replay_priv.h - shared by the files of a replay: the stage it is played on, and the score. */
#pragma once

#include "alb-agent/agent.h"
#include "alb-agent/map.h"
#include "alb-agent/replay.h"
#include "alb-agent/translate.h"
#include "alb-agent/transport.h"
#include "mock-server/mock.h"

/* ---- score.c: recorded calls by lane, and those that are made now -----------------------------
 */

struct score {
    struct arena *a;
    const struct tape *r;
    int64_t until;
    struct map created;                   /* id -> item: the call whose reply named it */
    bool *made;                           /* by item: it was made again                           */
    size_t first;                         /* item before which all calls were made again          */
    size_t end;                           /* item from which on none was made */
    size_t n_made, n_due;                 /* calls that were; of those recorded up to 'until'     */
    bool more;                            /* the agent is still to be told something, whatever the
                                             clock says: a replay may be late                     */
    struct replay_difference *difference; /* NULL: none yet                       */
};

/* For score_done(). */
void score_init(struct score *s, struct arena *a, const struct tape *r, int64_t until);
/* Compares a call that is made now with the next one that was recorded in its lane; NULL when it
 * is another, or there is none: then 'difference' is set. */
const struct tape_item *score_take(struct score *s, const struct store_journaled *made);
/* Were all calls made that were recorded before 'at_ms'? */
bool score_reached(struct score *s, int64_t at_ms);
/* At the end: a call that was not made is a difference. */
void score_end(struct score *s);
bool score_is_over(const struct score *s);
/* Is this the id of something that a recorded call made, which was not made now? */
bool score_lacks(const struct score *s, const char *id);
/* Was a call made that is about this resource, "Rule 80/HTTP#...", and was recorded after 'line',
 * or sent while the reading was under way that showed what stands there? */
bool score_is_past(const struct score *s, int64_t line, const char *resource);
void score_done(struct score *s);

/* ---- cues.c: when what the cloud was seen to be is shown ---------------------------------------
 */

/* A reading that was recorded. */
struct cue {
    size_t item;
    int64_t began, ended;
    bool whole;       /* not of one load balancer alone */
    unsigned parts;   /* of enum observe_part; 0: not known, nor whether it is whole */
    int64_t slack_ms; /* that it may begin before it did */
};

struct cues {
    const struct tape *r;
    LIST_OF(struct cue) list;
    size_t first;    /* of the process that is at work                            */
    bool verb;       /* that reads lists of certificates after readings, not before */
    size_t next;     /* the first that has not come again                         */
    size_t until;    /* item: readings from there on are of another process       */
    size_t seen;     /* item before which what others did was done again          */
    size_t due;      /* item before which it is to be done at 'hold_ms'           */
    int64_t hold_ms; /* replies to the reading that is under way come then        */
    size_t listed;   /* item before which lists of certificates came again        */
    size_t shows;    /* item: the list that is read shows this; SIZE_MAX: what is there */
};

bool cues_init(struct cues *c, struct arena *a, const struct tape *r, struct error *err) MUST_USE;
/* A process has begun, as the item before 'pos' or before the recording: its readings are those up
 * to the next one that begins.  'verb': it does not keep running. */
void cues_start(struct cues *c, size_t pos, bool verb);
/* A reading begins; 'groups': of server groups and nothing else. */
void cues_read(struct cues *c, int64_t now_ms, bool whole, bool groups);
/* What others had done until the end of the recorded reading that has come again, in 'a'. */
typedef LIST_OF(const struct store_event *) event_list;
void cues_deeds(struct cues *c, struct arena *a, int64_t now_ms, event_list *out);
/* When the reply to a read that is sent now comes. */
int64_t cues_due(struct cues *c, const struct http_request *request, const char *action,
                 int64_t now_ms);
/* What the list of certificates showed that is read now; NULL: nothing is known of it. */
const struct store_event *cues_list(const struct cues *c);

/* ---- pace.c: how long changes were under way
 * ----------------------------------------------------- */

struct pace {
    const struct tape *r;
    int64_t *gaps; /* by item, until the next call of its lane; 0: not known */
    int64_t least_ms;
};

void pace_init(struct pace *p, struct arena *a, const struct tape *r);
/* Of a recorded call, or (NULL) of any. */
int64_t pace_pending(const struct pace *p, const struct tape_item *was);

/* ---- actor.c, remote.c: who plays the cloud
 * -------------------------------------------------------- */

/* What a call that changes something is to come to. */
struct actor_turn {
    int64_t pending_ms; /* how long it is under way after its reply    */
    const char **ids;   /* what it creates gets the first that fits    */
    size_t n_ids;
    const char *code; /* it is refused with this; NULL: it is not      */
    int http_status;  /* of the refusal                                */
};

/* alb-mock, in this process or elsewhere.  What fails says why, and cannot be gone on from. */
struct actor {
    /* Answers a call at 'now_ms'; 'turn' NULL: it changes nothing.  Of '*out', the caller's, the id
     * is left alone; a connection that was reset has no status and an error. */
    bool (*call)(struct actor *self, int64_t now_ms, const struct http_request *request,
                 const struct actor_turn *turn, struct http_reply *out, struct error *err);
    /* The whole state, as mock_export() and mock_import() have it. */
    bool (*get_state)(struct actor *self, cJSON **out, struct error *err);
    bool (*set_state)(struct actor *self, const cJSON *state, struct error *err);
    void (*pass)(struct actor *self); /* time has passed */
    void (*close)(struct actor *self);
};

/* The fault (mock-server/fault) that refuses one call, in 'a'. */
const char *actor_refusal(struct arena *a, const struct actor_turn *turn);
/* '*out' lives in 'a', and is the caller's for its close(), also after a failure. */
bool actor_open(struct arena *a, const struct mock_config *config, struct actor **out,
                struct error *err) MUST_USE;
/* One that runs, at the address of its admin API; it gets the state that one in this process begins
 * with.  ERROR_INVALID, and nothing was asked of anybody but GET /, when that is no alb-mock. */
bool remote_open(struct arena *a, const char *endpoint, const struct mock_config *config,
                 struct actor **out, struct error *err) MUST_USE;

/* ---- stage.c: mock, clock and network ----------------------------------------------------------
 */

/* What the stage asks while a request passes. */
struct stage_hooks {
    void *arg;
    /* Which recorded call is this request that changes something?  NULL: none. */
    const struct tape_item *(*find)(void *arg, const struct http_request *request,
                                    const char *action);
    /* How long is it under way after its reply? */
    int64_t (*pending)(void *arg, const struct tape_item *was);
    /* When does the reply to a read come? */
    int64_t (*read_due)(void *arg, const struct http_request *request, const char *action);
    void (*reading)(void *arg, bool whole, bool groups); /* a reading begins */
    void (*show)(void *arg, const char *action);         /* something is about to be read */
    void (*shown)(void *arg, const char *action);        /* it was  */
    void (*waited)(void *arg);                           /* time has passed  */
};

struct stage_config {
    int64_t now_ms, pending_ms;
    const char *endpoint; /* of an alb-mock that runs; NULL: one in this process */
    bool at_once;         /* replies to changes take no time */
    const struct stage_hooks *hooks;
};

struct stage_reply;
struct stage {
    struct transport transport; /* first: the transport is the stage */
    struct clock clock;
    int64_t now_ms;
    int64_t limit_ms; /* at which it is dead, 0: never               */
    int64_t lbs_ms;   /* when a reading asked for load balancers, and not yet for groups; 0 */
    bool at_once;     /* as in the config                                    */
    bool dead;        /* nothing that is sent is done or answered    */
    struct arena arena;
    struct actor *actor; /* in the arena */
    const struct stage_hooks *hooks;
    struct stage_reply *replies;
    uint64_t last_id;
    bool failed; /* the mock cannot be asked any more: it is dead, too */
    struct error err;
};

bool stage_open(struct stage *s, const struct stage_config *config, struct error *err) MUST_USE;
void stage_close(struct stage *s);
/* Nothing that was sent is answered; changes are carried out. */
void stage_drop(struct stage *s);
/* When the next reply comes, or -1. */
int64_t stage_next_due(const struct stage *s);
/* Moves the clock. */
void stage_pass_to(struct stage *s, int64_t at_ms);

/* ---- restore.c: rows into the mock --------------------------------------------------------------
 */

/* Makes the mock show at 'now_ms' what events of "cloud ..." say, in their order. */
bool restore_rows(struct actor *m, int64_t now_ms, const char *region,
                  const struct store_event *const *events, size_t n, struct error *err) MUST_USE;

/* Is a resource of this status not in the middle of a change? */
bool restore_is_stable(const char *status);

/* ---- certificates.c: TLS without private keys --------------------------------------------------
 */

/* What the Secrets of a replay hold instead of one, and what is uploaded. */
#define CERTIFICATES_KEY \
    "-----BEGIN PRIVATE KEY-----\nIt was not recorded.\n-----END PRIVATE KEY-----\n"

struct certificates {
    struct arena *a;
    struct map names;            /* text, ' ', fingerprint -> name, as struct translate_names */
    LIST_OF(int64_t) ours;       /* of the recorded uploads        */
    LIST_OF(int64_t) listed;     /* of these, those that a list has shown since */
    cJSON *late;                 /* entries that the list which is read does not show yet */
    struct translate_names hook; /* borrows all this */
};

void certificates_init(struct certificates *c, struct arena *a, const struct tape *r);
void certificates_done(struct certificates *c);
/* A recorded Secret that had a key gets one again; returns 'body'. */
cJSON *certificates_stand_in(cJSON *body);
#define CERTIFICATES_LIST "ListUserCertificateOrder"

/* Does the event say what CAS listed? */
bool certificates_is_list(const struct store_event *e);
/* Makes CAS list what was there at the start, if the event says it. */
bool certificates_show(const struct certificates *c, struct actor *m, const struct store_event *e,
                       struct error *err) MUST_USE;
/* Makes CAS list what it listed then, but for uploads that were not made now.  What it lacked
 * somebody had deleted; but an upload of ours that no list has shown yet may have come while it was
 * read, and is put back by the second. */
bool certificates_begin_list(struct certificates *c, struct actor *m, const struct store_event *e,
                             struct error *err) MUST_USE;
bool certificates_end_list(struct certificates *c, struct actor *m, struct error *err) MUST_USE;
bool certificates_is_upload(const struct tape_item *item);
/* The next upload gets the id that this one had. */
bool certificates_give_id(struct actor *m, const struct tape_item *upload,
                          struct error *err) MUST_USE;

/* ---- decisions.c: what people decided
 * -------------------------------------------------------------- */

bool event_is_of_decision(const struct store_event *e);
/* Puts one, or what takes one back, into the memory of an agent that is not at work. */
bool decisions_take(struct store *st, const struct store_event *e, struct error *err) MUST_USE;

/* ---- play.c
 * -------------------------------------------------------------------------------------- */

/* An object by the key of its event: "Ingress shop/web". */
bool event_is_of_object(const struct store_event *e);
bool event_is_of_cloud(const struct store_event *e);

/* A call that was made now and has not been sent yet. */
struct made_call {
    const char *action;
    const char *mark; /* what is in the request: the token, or the name of an upload; or NULL */
    const struct tape_item *item;
    bool sent;
};

struct play {
    struct arena *a;
    const struct tape *r;
    const char *state; /* file of the agent */
    struct stage_hooks hooks;
    struct stage stage;
    struct score score;
    struct cues cues;
    struct pace pace;
    struct certificates certificates;
    struct map objects; /* key -> body, as they are at this moment */
    bool incomplete;
    struct agent_start start; /* how the agent was last started    */
    struct agent *g;
    bool stopping;        /* it was told to stop                 */
    struct session *verb; /* a verb that runs instead            */
    size_t pos;           /* item that comes next                */
    size_t end_of_fed;    /* from which on the agent is told nothing  */
    int64_t kill_ms;      /* when the agent dies, 0: it does not */
    int64_t last_call;    /* of the journal, that was compared   */
    LIST_OF(struct made_call) calls;
    volatile bool stop; /* of the verb */
    bool failed;
    struct error err;
};

/* ---- answers.c ---------------------------------------------------------------------------------
 */

/* What the stage asks; borrows 'p'. */
struct stage_hooks play_hooks(struct play *p);
/* What the journal has that was not compared yet. */
void play_note_calls(struct play *p);
/* It cannot go on; the first reason counts. */
void play_fail(struct play *p, const struct error *why);

/* ---- play.c, again -----------------------------------------------------------------------------
 */

void play_objects(const struct play *p, struct object_set *out);
struct session_config play_session(struct play *p);

/* ---- verb.c: one run of a verb, from its start to its end
 * ------------------------------------------ */
bool verb_run(struct play *p, int64_t until_ms, struct error *err) MUST_USE;
