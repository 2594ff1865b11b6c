/* plan_priv.h - what the parts of the planner share. */
#pragma once

#include "alb-agent/plan.h"

enum {
    BATCH_CERTS = 15, /* alb-semantics.md §10 */
    BATCH_TAGS = 20,
    BATCH_SECURITY_GROUPS = 10,
    LISTENER_ACLS = 3, /* alb-semantics.md §11 */
    LABEL_MAX = 10000,
    MAX_AGE_MS = 60000, /* of the read that a destructive step rests on */
};

typedef LIST_OF(const struct resource *) row_list;

static inline size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Of a quota: how many more there may be. */
struct room {
    size_t limit;
    size_t left;
    bool lacks; /* more are wanted than may be */
};

/* uses.c: what leads where, as far as it was read. */
struct uses {
    bool known, addresses_known;
    struct map groups, addresses; /* id, address -> how often something leads to it */
    size_t servers, limit;        /* of the load balancer; each as often as it is led to */
};

/* The planning of one load balancer. */
struct planner {
    struct arena *a;
    const struct plan_in *in;
    struct plan *out;
    const char *lb;
    const struct resource *row; /* the load balancer's own; NULL: there is none           */
    size_t first, end;          /* its rows in the model                                  */
    size_t first_step;          /* of its steps in the plan                               */
    struct map by_id;           /* cloud id -> row, of its groups                         */
    struct map redirects;       /* rule key -> what it waits for because of redirects     */
    struct map circles;         /* keys of rules that would wait for each other for ever  */
    const char *id;             /* of the load balancer, or "@LoadBalancerId"             */
    const char *waits;          /* why it takes no change now, or NULL                    */
    bool destroyed;             /* it is to be destroyed, or is gone and was              */
    struct room listeners;      /* as its steps leave them */
    struct room certs;          /* besides the defaults    */
    struct uses uses;
    size_t rules_limit; /* how many rules it may have */
    struct plan_lb sum;
    size_t rule_steps;    /* of the steps, those that change rules                    */
    size_t rule_warnings; /* how many there were before rules were planned            */
};

/* A resource and what a step may rest on: as it is, or as an earlier step will leave it. */
struct target {
    const struct resource *row;
    const struct schema *schema;
    const void *want; /* references resolved */
    const void *have;
    const char *id;    /* or a placeholder                     */
    const char *waits; /* why it takes no change now, or NULL  */
};

/* ---- step.c: building steps ------------------------------------------------------------ */

void step_init(struct planner *p, struct step *s, const struct resource *r, enum step_op op,
               const char *action);
void step_param(struct planner *p, struct step *s, const char *name, const char *value);
/* The first reason stays; NULL is none. */
void step_wait(struct step *s, const char *why);
/* Adds what the step does to 'r': 'after' is the struct as it will be, NULL: gone. */
void step_item(struct planner *p, struct step *s, const struct resource *r, const void *after);
/* Appends to the changes; paths begin with 'prefix'. */
void step_changes(struct planner *p, struct step *s, const char *prefix, const change_list *list);
/* Emits the rows of 'schema' that have a call of 'via' and differ. */
void step_differing(struct planner *p, struct step *s, const struct target *t, unsigned via,
                    const char *prefix);
void step_push(struct planner *p, struct step *s);

/* For schema_params(). */
struct params_out {
    struct arena *a;
    alb_params *params;
};
void params_emit(void *arg, const char *path, const char *value);

/* A copy of t->have in which the members with a call of 'via' are as wanted. */
void *target_after(struct planner *p, const struct target *t, unsigned via);
/* What a create call makes: the wanted members that it takes. */
void *target_created(struct planner *p, const struct target *t);
/* What differs, of the calls 'via' only; its OR is returned. */
unsigned target_diff(struct planner *p, const struct target *t, unsigned via, change_list *out);
/* One call that sets the differing members of 'via'; nothing when none differ. */
void target_update(struct planner *p, const struct target *t, unsigned via, const char *action,
                   const char *id_param);
/* TagResources and UnTagResources as needed; 'applied' are the tags set before, or NULL. */
void target_tags(struct planner *p, const struct target *t, const char *type);
void target_move_group(struct planner *p, const struct target *t, const char *type,
                       const char *resource_group_id);
/* Says which members of 'via' differ, which no step changes, why, and what to do. */
void target_warn_fixed(struct planner *p, const struct target *t, unsigned via, const char *why);

/* Refuses all steps of the load balancer; guard_steps() sees to it that none can be sent. */
void plan_refuse(struct planner *p, bool quota, const char *message);
void guard_steps(struct planner *p);

void plan_warn(struct planner *p, const struct resource *r, const char *message);

/* Why 'r' takes no change now ("Listener 80/HTTP is Configuring"), or NULL. */
const char *row_waits(struct planner *p, const struct resource *r);
/* Why a destructive step on 'r' may not be sent now: the read is too old.  Or NULL. */
const char *row_stale(struct planner *p, const struct resource *r);
const char *row_cause(struct planner *p, const struct resource *r, enum step_op op);
/* Is 'r' neither changed nor deleted: its object is in doubt, or its drift is left as it is? */
bool row_stays(const struct resource *r);
/* Is 'r' ours to be deleted: not desired, there, and nothing speaks against it? */
bool row_doomed(const struct planner *p, const struct resource *r);

/* quota.c: has the load balancer the smallest edition, with quotas of its own? */
bool plan_is_basic(const struct planner *p);
/* Of the quotas of its edition, the first of which is given; others as they are. */
enum quota plan_quota(const struct planner *p, enum quota quota);
/* How much it allows, where there is 'used'. */
size_t plan_limit(const struct planner *p, enum quota quota, size_t used);

/* room.c: finds the room that there is, and takes of it up to 'n', of which it returns how many. */
void room_find(struct planner *p);
size_t room_take(struct room *room, size_t n);

/* uses.c: how many of the first servers may join a group now, in which room is taken for them; why
 * no more may, or NULL. */
size_t uses_take_servers(struct planner *p, const struct target *t, const struct alb_server *s,
                         size_t n, const char **why);

/* depend.c: says of every step from 'first' on which others come first. */
void depend_steps(struct planner *p);
/* Step 'on' comes before 's'; a second time it is no news. */
void step_after(struct planner *p, struct step *s, size_t on);

/* ---- one file per kind ------------------------------------------------------------------ */

void plan_load_balancer(struct planner *p);
void plan_destroy(struct planner *p, const char *cause);
void plan_groups(struct planner *p);
/* Only those that are there. */
void plan_groups_there(struct planner *p);
void plan_group_deletes(struct planner *p);
void plan_servers(struct planner *p, const struct target *t);
void plan_certificates(struct planner *p);
void plan_acls(struct planner *p);
void plan_acl_deletes(struct planner *p);
void plan_listeners(struct planner *p);
void plan_listener_deletes(struct planner *p);
void plan_rules(struct planner *p);
void plan_scripts(struct planner *p);
void plan_script_deletes(struct planner *p);

/* acl.c: the row of an access list by its cloud id, or NULL. */
const struct resource *acl_by_id(const struct planner *p, const char *id);
/* Why an access list, "@acl/<key>" or an id, cannot guard a listener yet, or NULL. */
const char *acl_waits(struct planner *p, const char *ref);

typedef LIST_OF(const char *) acl_ids;
/* acl_room.c: how many entries access lists may have.  A list by its id or "@acl/<key>", as it is
 * wanted, else as it is; NULL when it is not known. */
const struct alb_acl *acl_find(const struct planner *p, const char *id);
/* Of a listener. */
size_t acl_entries_limit(const struct planner *p);
/* Is there room for the entries of 'coming' now, were 'going' gone? */
bool acls_fit(const struct planner *p, const struct target *t, const acl_ids *going,
              const acl_ids *coming);
/* Why the lists that are 'wanted' cannot all guard the listener, which is said, too; or NULL.  Says
 * of which that are 'coming' nothing is known. */
const char *acls_full(struct planner *p, const struct target *t, const acl_ids *wanted,
                      const acl_ids *coming);

/* listener_acl.c: which access lists a listener uses. */
void plan_listener_acls(struct planner *p, const struct target *t);
/* Is a list to leave a listener that wants none any more? */
bool acl_leaves(const struct planner *p, const struct resource *listener, const char *id);
/* Is a list among those of a listener? */
bool acl_is_listed(const struct alb_listener_acls *acls, const char *id);
/* Is it known which lists a listener uses?  They are read only where somebody asks for one. */
bool acls_known(const struct alb_listener *l);
/* Why nothing new may be reached through 'listener', which is there: a list that is wanted there
 * does not guard it yet.  Or NULL. */
const char *acls_wait(struct planner *p, const struct resource *listener);
/* Does a listener of the load balancer use an access list?  Then it can join no security group. */
bool acls_in_use(const struct planner *p);

/* script.c: is it known which scripts a listener has?  They are read only where somebody asks for
 * one, or where a listener is to go. */
bool scripts_known(const struct alb_listener *l);

/* Does a listener go, and its rules and scripts with it? */
bool listener_doomed(const struct planner *p, const char *key);
/* The same of the listener of a rule; 'last' is what was asked before: rules of one listener stand
 * beside each other in the model.  All-zero at first. */
struct asked {
    const char *listener;
    bool doomed;
};
bool rule_goes_along(const struct planner *p, const struct resource *rule, struct asked *last);
/* rule_redirect.c: why a doomed listener may not go yet: a redirect that goes leads to it. */
const char *listener_led_to(struct planner *p, const struct resource *listener);

/* Why what points at the groups named in 'obj' ("@key" or ids) must wait, or NULL.
 * 'servers': a group must also have an available server, unless none is wanted or its
 * servers are unknown (design.md §5.4). */
const char *groups_wait(struct planner *p, enum resource_kind kind, const void *obj, bool servers);
