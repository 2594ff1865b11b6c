/* sim.h - the simulator: the whole agent and the whole mock in one process and one thread, on a
 * virtual clock, living through years of changes and faults by a seed.
 *
 * A scenario is a list of steps.  What a step does is drawn from the scenario's seed and the
 * step's number alone, so that leaving one out leaves the others as they are.  A step changes
 * objects, or the cloud behind the agent's back, may arm a fault, and is carried until the agent
 * is quiet.  What must hold at every moment is checked as requests leave and replies come. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/agent.h"
#include "alb-agent/buf.h"
#include "alb-agent/rng.h"
#include "alb-agent/transport.h"
#include "mock-server/cloud.h"

struct mock;
struct disk;

/* ---- the objects as the scenario means them -------------------------------------------------- */

enum {
    BALANCERS = 2,
    HOSTS = 3,
    PATHS = 5,
    SERVICES = 5,
    PODS = 6,
    INGRESSES = 7,
    CANARIES = 2,
    ROUTES = 3, /* of an Ingress */
    TLSES = 3,
    SECRETS = 3,
    GENERATIONS = 8, /* of a Secret; then the first comes again */
    CONTENTS = SECRETS * GENERATIONS,
    ASKED_HOSTS = HOSTS + 1,
    ASKED_PATHS = 10,
    PROBES = BALANCERS * ASKED_HOSTS * ASKED_PATHS,
    LEGAL_MAX = 64
};

struct sim_route {
    bool on, exact;
    bool lost;                  /* somebody took its rule away, and nobody may make it again  */
    uint8_t path, service, gen; /* 'gen' of the service's name */
};
struct sim_ingress {
    bool on;      /* it says something, or did while it was readable      */
    bool there;   /* there is such an object                              */
    bool hostile; /* the object cannot be translated: what it said last stands */
    uint8_t lb, host;
    struct sim_route routes[ROUTES];
};
/* A share by weight of the rule with the same load balancer, host and path. */
struct sim_canary {
    bool on;
    uint8_t lb, host, weight;
    struct sim_route route;
};
struct sim_service {
    bool on;
    uint8_t gen;  /* of its name           */
    uint8_t pods; /* a bit for each        */
    bool filling; /* it had none a moment ago */
};
struct sim_secret {
    bool on;
    uint8_t gen; /* of its certificate */
};
/* An Ingress of one host, on the listener 443 of its load balancer. */
struct sim_tls {
    bool on;
    uint8_t lb, secret, service;
};
/* Of an AlbConfig. */
enum sim_life {
    LIFE_THERE,
    LIFE_GOING,   /* it has a deletionTimestamp ...                                       */
    LIFE_GONE,    /* ... and went when its load balancer had gone                         */
    LIFE_VANISHED /* it went without one: what was made of it stays as it is, unattended */
};
struct world {
    enum sim_life lives[BALANCERS];
    struct sim_secret secrets[SECRETS];
    struct sim_tls tls[TLSES];
    bool https[BALANCERS];           /* there is a listener 443 */
    uint8_t n_ingresses, n_services; /* that there may be */
    struct sim_ingress ingresses[INGRESSES];
    struct sim_canary canaries[CANARIES];
    struct sim_service services[SERVICES];
    uint8_t idle_timeout[BALANCERS];
    bool second[BALANCERS]; /* there is a second listener, without rules */
    uint8_t version;        /* of all objects, so that each put differs */
};

/* What becomes of a request: a digest of the groups it may go to and their weights. */
typedef uint32_t outcome;
enum {
    OUTCOME_NONE = 0,
    OUTCOME_DEFAULT = 1,
    OUTCOME_UNSAID = 2, /* nobody says what it is to be */
    OUTCOME_FIRST
};
struct routing {
    outcome of[PROBES];
};
struct probe {
    int lb;
    const char *host, *path;
};
struct probe probe_at(size_t i);

/* world.c: how the objects read, and what they ask for by the rules of Kubernetes and ALB; shares
 * nothing with src/. */
void world_init(struct world *w, struct rng *r);
const char *sim_host(size_t i);
const char *sim_path(size_t i);
const char *sim_service_name(struct arena *a, const struct world *w, size_t i);
/* Rules of an Ingress that cannot be translated stand, but nobody says where among the others. */
enum sim_doubt { DOUBT_NONE, DOUBT_FIRST, DOUBT_LAST, DOUBTS };
void world_routing(const struct world *w, enum sim_doubt doubt, struct routing *out);
/* Tells 'met' of each rule that is asked for and meets a probe, whatever stands before it. */
void world_met(const struct world *w, void (*met)(void *arg, size_t probe, outcome o), void *arg);
/* The route of an Ingress that cannot be read that a rule is of, or NULL. */
struct sim_route *world_hostile_route(struct world *w, int lb, const char *host, const char *path,
                                      bool exact);
/* How many rules and groups there are to be. */
size_t world_rules(const struct world *w);
size_t world_groups(const struct world *w);
size_t world_listeners(const struct world *w);
size_t world_balancers(const struct world *w);
bool world_has_lb(const struct world *w, int lb); /* one that is attended to */
/* Is there a rule that the canary shares? */
bool world_has_main(const struct world *w, size_t canary);
/* The service of that name, or NULL. */
const struct sim_service *world_service(const struct world *w, const char *name);
/* A digest of one group's share. */
outcome outcome_add(outcome sum, const char *ingress, const char *service, int64_t weight);
outcome outcome_end(outcome sum);

/* objects.c: the objects as JSON. */
cJSON *object_balancer(const struct world *w, size_t i);
cJSON *object_class(size_t i);
cJSON *object_ingress(const struct world *w, size_t i);
cJSON *object_canary(const struct world *w, size_t i);
cJSON *object_service(const struct world *w, size_t i);
cJSON *object_slice(const struct world *w, size_t i);
/* All there are. */
void objects_all(const struct world *w, struct object_set *out);

/* ---- disk.c: files in memory as an SQLite VFS, which can fail and die ------------------------ */

enum disk_fault {
    DISK_OK,
    DISK_DIE_BEFORE, /* the process ends instead of the n-th operation that changes a file */
    DISK_DIE_AFTER,  /* and right after it                                                 */
    DISK_ERROR,      /* the n-th fails                                                     */
    DISK_FULL,       /* from the n-th on no write finds room                               */
};
/* Files below 'dir' are kept in memory from now on.  One disk at a time. */
struct disk *disk_new(const char *dir);
void disk_free(struct disk *d);
void disk_fail(struct disk *d, enum disk_fault fault, int64_t nth);
/* The process is dead: nothing changes any more until disk_revive(). */
void disk_kill(struct disk *d);
bool disk_is_dead(const struct disk *d);
/* Did an operation fail that was to fail, since disk_fail()? */
bool disk_has_failed(const struct disk *d);
/* After all files were closed.  'power': what was not synced is lost, or torn. */
void disk_revive(struct disk *d, bool power, struct rng *r);
void disk_lose(struct disk *d);
bool disk_holds(const struct disk *d, const char *text);
/* The same, and nothing waits to be synced. */
bool disk_holds_synced(const struct disk *d, const char *text);
/* Operations that changed a file, so far. */
int64_t disk_ops(const struct disk *d);

/* ---- view.c: what there is in the cloud, read directly --------------------------------------- */

struct view_rule {
    const char *id, *listener;
    int64_t priority;
    bool gone, foreign;
    const char *hosts[4], *paths[8]; /* closed by NULL; none: any */
    bool odd;                        /* it has conditions no probe meets  */
    outcome to;
    const char *groups[4];
};
struct view_group {
    const char *id, *name, *ingress, *service, *lb, *tags;
    bool ours;
    uint8_t pods;     /* of our addresses, there or coming               */
    size_t available; /* servers that take requests                       */
    size_t servers;
};
struct view_listener {
    const char *id, *lb;
    int64_t port;
};
struct view_lb {
    const char *id, *name;
    int index; /* of ours, or -1 */
};
struct view {
    struct arena arena;
    LIST_OF(struct view_lb) lbs;
    LIST_OF(struct view_listener) listeners;
    LIST_OF(struct view_rule) rules;
    LIST_OF(struct view_group) groups;
    unsigned stale; /* bits of enum view_part                      */
    bool read;      /* groups and rules were, when the cloud had changed so often: */
    struct cloud_changes at;
    size_t foreign;        /* and so many ids were known to be others' */
    struct buf rules_text; /* the list of rules as it was answered     */
};
enum view_part { VIEW_LBS = 1, VIEW_RULES = 2, VIEW_GROUPS = 4, VIEW_ALL = 7 };
struct sim;
/* Reads what is stale, unless the cloud says that nothing of it changed. */
void view_refresh(struct sim *s);
void view_done(struct view *v);
void view_routing(const struct view *v, struct routing *out);
const struct view_group *view_group(const struct view *v, const char *id);
const struct view_rule *view_rule(const struct view *v, const char *id);
const char *view_listener_lb(const struct view *v, const char *id);
/* Does a probe match a rule's conditions, at its listener? */
bool view_meets(const struct view *v, const struct view_rule *r, size_t probe);
/* Of the rules and of the servers of groups. */
uint64_t view_digest(const struct view *v);
/* The listener at a port of one of our load balancers, or NULL. */
const char *view_listener_at(const struct view *v, int lb, int64_t port);
/* Which of them a listener belongs to, whatever its port, or -1. */
int view_owner(const struct view *v, const char *listener);
/* The certificates of a listener, as the cloud lists them; and those that were uploaded. */
cJSON *view_certificates(struct sim *s, const char *listener);
const cJSON *view_uploads(struct sim *s);
/* Which of our load balancers a listener 80 belongs to, or -1. */
int view_lb_of(const struct view *v, const char *listener);

/* ---- net.c: the transport, and what is checked of each call ---------------------------------- */

struct sim_reply;
struct sim_net {
    struct transport transport;
    struct clock clock; /* the agent's system's: the mock's and 'skew_ms' */
    struct clock mono;  /* the mock's                                     */
    int64_t now_ms, skew_ms;
    int64_t latency_ms, lag_ms;
    int64_t read_ms;           /* that some lists take beside, at most */
    int64_t lag_since_ms;      /* what was shown once is not hidden again */
    struct sim_reply *replies; /* on their way, by number */
    uint64_t last_id;
    int64_t step_calls;            /* since the step began                       */
    int64_t die_before, die_after; /* the process ends at that call of the step; 0: never */
    int64_t calls, writes;
    uint64_t trace;   /* a digest of all calls and replies */
    uint64_t refused; /* digest of the call that was refused for good; 0: none    */
};

/* ---- one run --------------------------------------------------------------------------------- */

struct sim_options {
    uint64_t seed;
    size_t steps;
    const bool *skip;      /* steps that are left out; may be NULL    */
    const bool *faultless; /* steps without their fault; may be NULL */
    bool verbose;
    bool go_on; /* after a violation, to see what comes of it */
};
struct sim_counts {
    int64_t events, reconciles, rule_reconciles, calls, writes, faults, crashes, restarts, turns;
    int64_t virtual_ms;
    int64_t probes;
};
struct sim_result {
    bool ok;
    size_t step; /* at which it failed */
    char why[512];
    uint64_t trace;
    struct sim_counts counts;
};

/* How the steps of a scenario come, TEMPO_STEPS of them at a time. */
enum sim_tempo {
    TEMPO_ALONE, /* all comes to rest after most                                      */
    TEMPO_CLOSE, /* one upon the other, and all comes to rest after the last of them  */
    TEMPO_CALM   /* so, too: objects change, and nothing goes wrong                   */
};
enum { TEMPO_STEPS = 8 };

/* Outcomes of a probe that are allowed. */
struct legal {
    outcome of[LEGAL_MAX];
    size_t n;
    bool any; /* there are too many */
};
/* What somebody at the console did to a rule, until the agent has read it. */
struct deed {
    const char *id; /* of the rule */
    int lb;
    int64_t at_ms; /* since when lists show it, by the agent's clock */
    bool deletes;
    bool slow; /* the agent has to see for a while that it is not there any more */
};

/* Whether an Ingress with TLS was served when all was quiet, and by which certificates it may be.
 */
struct tls_watch {
    bool served;
    unsigned legal; /* a bit for each content */
};
struct by_hand {
    const char *id, *lb;
};

struct sim {
    struct sim_options options;
    struct sim_counts counts;
    struct sim_result *result;
    struct arena arena;
    const char *dir, *state;
    struct world world;
    struct mock *mock;
    struct disk *disk;
    struct sim_net net;
    struct view view;
    struct agent_config config;
    struct agent *agent;
    uint64_t agent_seed;
    size_t step;
    struct rng rng; /* of the step */
    enum sim_tempo tempo;

    struct legal legal[PROBES]; /* where each may go                                        */
    struct legal loose[PROBES]; /* and where, beside, while deeds are not read that touch it */
    bool touched[PROBES];
    LIST_OF(struct deed) deeds;    /* that are not read                                        */
    LIST_OF(const char *) unknown; /* rules that were there when the state file was lost   */
    struct routing last;           /* when it was looked at last                               */
    int64_t done_ms;               /* when the agent last completed a change of load balancers */
    int64_t lies_ms;               /* until when lists may have shown what is not              */
    bool faulty;                   /* something was to go wrong since all was as asked for     */
    int64_t disturbed_ms; /* when somebody else, or a fault, may have emptied a group or made
                             something busy; 0: not since all was as asked for        */
    struct map foreign;   /* ids of what others made */
    const char *made;     /* what a deed made last, of that  */
    LIST_OF(struct by_hand) by_hand; /* of that, what goes with a load balancer */
    struct tls_watch watches[TLSES];
    unsigned told;                 /* contents of Secrets that the agent heard of, a bit for each */
    bool keys_due;                 /* files are to be looked at for keys */
    const char *lb_ids[BALANCERS]; /* as seen last, NULL: none                */
    struct map births;             /* ids, since when they are there */
    int64_t last_birth_ms;         /* when the youngest of them was seen first */
    bool deaf;                     /* the agent hears of no change  */
    int64_t started_ms;            /* when the agent that runs began */
    int64_t read_due_ms;           /* when a reading is to begin; 0: none */
    int64_t clock_due_ms;          /* when the clock is to be set ...; 0: it is not */
    int64_t clock_by_ms;           /* ... by so much                                */
    uint64_t before;               /* a digest of the view when the last write left */
    bool dead;                     /* the agent died in the middle of a turn */
    int restless;                  /* writes since it was quiet                       */
    int in_use;                    /* refusals of it since all was as asked for       */
    size_t most_lanes;             /* that had a change in flight at once             */
    int64_t in_sync;               /* times an agent said so */
    const char *failing; /* the next job of this action fails, whoever begins it; or NULL */
    bool restart_due;    /* a refusal for good was played: only a new run tries again */
};

/* The first complaint is kept; the run ends soon. */
void sim_complain(struct sim *s, const char *fmt, ...) PRINTF(2, 3);
bool sim_failed(const struct sim *s);
void sim_run(const struct sim_options *options, const char *dir, struct sim_result *out);

/* net.c */
void net_init(struct sim *s);
void net_done(struct sim *s);
void net_wait(struct sim *s, int64_t ms);
/* What is on its way is lost. */
void net_drop(struct sim *s);
int64_t sim_now(const struct sim *s);
/* When lists, which lag, will show it, by the mock's clock; 0: they do. */
int64_t net_shown_ms(const struct sim *s, const char *id);

/* check.c */
struct sim_call {
    uint64_t id;
    const char *action;
    alb_params params;
    bool write;
    bool garbled; /* its reply cannot be read */
};
void check_begin(struct sim *s);
void check_done(struct sim *s);
/* A request leaves; a reply is taken (or will never be). */
void check_request(struct sim *s, const struct sim_call *c);
void check_reply(struct sim *s, uint64_t id);
void check_answer(struct sim *s, const struct sim_call *c, int status, const char *code,
                  bool by_fault);
void check_restart(struct sim *s);
void check_show_rules(const struct sim *s);
/* Has the agent begun a change of a load balancer of which it does not know what became, so that it
 * will send it again? */
bool check_is_open(const char *lane);
void sim_disturb(struct sim *s);
/* The agent is quiet: is all as asked for?  Then a new window begins. */
void check_quiet(struct sim *s);
void check_end(struct sim *s);

/* routing.c */
/* The cloud changed: is every probe routed old or new? */
void check_routing(struct sim *s, const char *after);
/* The objects changed. */
void check_goal(struct sim *s);
/* Somebody else changed the cloud, or is about to change a rule: 'r' as it is now. */
void check_disturbance(struct sim *s);
void check_deed(struct sim *s, const struct view_rule *r, bool deletes);
/* Its clock is set, back when below 0, by so much. */
void check_clock(struct sim *s, int64_t ms);
/* The agent begins anew: it cannot tell any more how old what it knows is. */
void check_forgotten(struct sim *s);
/* Its state file is lost: it cannot tell any more whose the rules are that are there. */
void check_lost(struct sim *s);
/* How many of them may stay, though nothing asks for them, as they may be of an object that cannot
 * be read. */
size_t check_left(const struct sim *s);
/* Every probe may go there. */
void check_allow(struct sim *s, outcome o);
void check_allow_lb(struct sim *s, size_t lb, outcome o);
/* What the console did to a load balancer that is not there any more makes no difference. */
void check_forget_lb(struct sim *s, size_t lb);
/* At rest: does every probe go where it is to? */
bool check_is_routed(struct sim *s);

/* life.c: agents come and go */
bool life_start(struct sim *s);
void life_stop(struct sim *s);
void life_crash(struct sim *s, bool power);
/* Turns until the agent is quiet. */
void life_settle(struct sim *s);
/* Drops what is old and moves the log into the file. */
void life_keep_house(struct sim *s);
/* What an agent does that rests: moves the log into the file and, now and then, drops what is old.
 */
void life_rest(struct sim *s);
/* Turns for so long. */
void life_pass(struct sim *s, int64_t ms);

/* step.c */
void step_do(struct sim *s, bool with_fault);
size_t draw(struct sim *s, size_t n);
bool one_in(struct sim *s, size_t n);

/* fault.c */
void fault_arm(struct sim *s);
void step_clear_faults(struct sim *s);

/* change.c, deed.c: one change; false when there was none to be made. */
bool change_ingress(struct sim *s);
bool change_backend(struct sim *s);
bool remove_ingress(struct sim *s);
bool make_hostile(struct sim *s);
bool change_pods(struct sim *s);
bool change_canary(struct sim *s);
bool change_settings(struct sim *s);
bool rename_service(struct sim *s);
bool change_by_console(struct sim *s);
/* One call, of a closed list of names and values; 'id': what it makes is not ours. */
bool deed_do(struct sim *s, const char *action, const char *const *params, const char *id);
/* Tells the agent of an object, or that it is gone. */
void change_put(struct sim *s, cJSON *body);
void change_take_away(struct sim *s, enum object_kind kind, const char *name);

/* tls.c: certificates of Secrets. */
struct pem;
const struct pem *tls_content(size_t i);
void tls_init(struct world *w, struct rng *r);
cJSON *object_secret(const struct world *w, size_t i);
cJSON *object_tls(const struct world *w, size_t i);
void tls_objects(const struct world *w, struct object_set *out);
bool tls_is_attended(const struct world *w, size_t i);
bool tls_any_doubt(const struct world *w);
bool tls_hinders_rename(const struct world *w, size_t service);
bool tls_tells_key(const char *text);
void tls_rename(struct sim *s, size_t service);
void tls_heal(struct sim *s);
/* No listener 443 that no Ingress wants stays. */
void tls_drop_idle(struct sim *s);
bool change_tls(struct sim *s);
/* The objects changed. */
void tls_goal(struct sim *s);
/* The cloud changed: does every host that was served have a rule, and a certificate, old or new? */
void check_tls(struct sim *s, const char *after);
/* At rest: has every host what its objects ask for, and each listener no certificate beside? */
bool check_tls_is_served(struct sim *s);
void check_keys(struct sim *s);
void check_uploads(struct sim *s);

/* balancer.c: AlbConfigs come and go. */
bool change_balancer(struct sim *s);
/* Those are there again that went without a deletionTimestamp. */
void balancers_heal(struct sim *s);
/* Forgets what went with load balancers that are not there any more. */
void balancers_look(struct sim *s);
/* Somebody at the console protects one from deletion. */
bool protect_balancer(struct sim *s);
/* A write leaves: is it about a load balancer ('lb' may be NULL) that nobody attends to? */
struct sim_call;
void check_balancers(struct sim *s, const struct sim_call *c, const char *lb);
/* Is there no load balancer twice? */
void check_twins(struct sim *s);
void step_make_foreign(struct sim *s);
/* Nothing is in doubt any more: no object that cannot be read, no share of nothing. */
void step_heal(struct sim *s);
