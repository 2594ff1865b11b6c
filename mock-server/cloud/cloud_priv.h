/* cloud_priv.h - what the files of the mock's cloud share: one call being carried out,
 * resources as the database has them, and how refusals are said.
 *
 * A handler checks everything first and changes things after; it returns false with the
 * refusal in '*err' (http_status, code, msg), and the transaction around it is rolled
 * back.  An error without a code is this program's own and is answered InternalError. */
#pragma once

#include <cjson/cJSON.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"
#include "alb-agent/error.h"
#include "alb-agent/json.h"
#include "alb-agent/rng.h"
#include "db.h"
#include "mock-server/cloud.h"

struct quota_limits;
struct neighbours;
struct shown;

struct ended_job {
    int64_t at_ms;
    const char *id;
    const char *code; /* that it failed with, or NULL */
};

struct cloud {
    struct db *db;
    struct rng rng;                  /* of ids; its state is in the database too          */
    uint64_t rng_saved;              /* its state as the database has it */
    int64_t pending_ms;              /* of every change, and */
    int64_t pending_span_ms;         /* up to so much more, drawn    */
    int64_t list_lag_ms;             /* for what is created from now on */
    int64_t unlisted_until_ms;       /* when the last resource is in the lists again */
    int64_t n_held;                  /* rows in 'held' */
    int64_t n_failing;               /* at least the rows in 'failing' and 'failure' */
    int64_t next_due_ms;             /* of the first row in 'pending', INT64_MAX: none    */
    struct arena arena;              /* what lives as long as the cloud                   */
    struct arena ended_arena;        /* of 'ended'                                        */
    LIST_OF(struct ended_job) ended; /* not yet told to cloud_run's caller          */
    struct quota_limits *quotas;
    struct neighbours *neighbours;
    cloud_certificate_fn *certificate; /* knows more certificates; NULL: nobody does      */
    void *certificate_arg;
    struct shown *shown;
    const char **given; /* ids that are taken before any is drawn */
    size_t n_given;
    struct cloud_changes changes;
    struct server_total {
        char region[64]; /* "": nothing was counted */
        struct cloud_changes as_of;
        int64_t n;
    } servers; /* see server_list() */
};

/* res.c: all that has an id and a state. */
enum res_kind {
    RES_LB,
    RES_LISTENER,
    RES_RULE,
    RES_GROUP,
    RES_ACL,
    RES_POLICY,
    RES_TEMPLATE,
    RES_SCRIPT,
    RES_KINDS
};

/* One call while it is carried out. */
struct op {
    struct cloud *cloud;
    struct db *db;
    struct arena *a;
    int64_t now_ms;
    const char *region;
    const char *action;
    const cJSON *params;
    bool raw;           /* lists may be raw JSON                                              */
    cJSON *body;        /* the reply so far; the caller's of cloud_execute in the end */
    const char *job_id; /* set by job_start(), and                                    */
    const char *job_resource;
    enum res_kind job_kind;
    int64_t latency_ms; /* of this change, once drawn by life_latency()               */
    bool latency_drawn;
    LIST_OF(cJSON *) owned;
};

typedef bool op_fn(struct op *op, struct error *err);

typedef LIST_OF(const char *) text_list;

/* cloud.c: reads again what is kept in memory of the database. */
bool cloud_reload(struct cloud *c, struct error *err) MUST_USE;

/* op.c: refusals.  All return false. */
bool refuse(struct error *err, int status, const char *code, const char *fmt, ...) PRINTF(4, 5);
/* "ResourceNotFound.<what>", 404. */
bool refuse_missing(struct error *err, const char *what, const char *id);
/* "IncorrectStatus.<what>". */
bool refuse_status(struct error *err, const char *what, const char *id);
/* "OperationDenied.<why>". */
bool refuse_denied(struct error *err, const char *why);
/* "IllegalParam.<name>" and "MissingParam.<name>". */
bool refuse_illegal(struct error *err, const char *name);
bool refuse_absent(struct error *err, const char *name);

/* op.c: parameters and JSON.  What is returned lives until the call is answered. */
const char *op_str(const struct op *op, const char *name);
const cJSON *op_list(const struct op *op, const char *name); /* NULL when empty */
const cJSON *op_tags(struct op *op); /* the Tag filter of a list; NULL when empty */
/* An object with the one parameter 'name', as a filter of a list; NULL when it is absent. */
const cJSON *op_fields(struct op *op, const char *name);
/* ResourceGroupId, which when told must look like one; "rg-default" else. */
bool op_resource_group(struct op *op, const char **id, struct error *err) MUST_USE;
/* Hands a tree to the call, which frees it in the end; returns it. */
cJSON *op_own(struct op *op, cJSON *json);
cJSON *op_parse(struct op *op, const char *text);
cJSON *op_copy(struct op *op, const cJSON *json);
/* The compact text of an array or object; NULL for NULL. */
const char *op_text(struct op *op, const cJSON *json);
/* Prefix and 18 characters of the generator. */
const char *op_new_id(struct op *op, const char *prefix);
const char *op_time(struct op *op); /* "2026-11-22T05:10:45Z" */
/* Sets member 'name' of 'obj' to a copy of 'value', replacing one that is there. */
void json_set(cJSON *obj, const char *name, const cJSON *value);
void json_set_str(cJSON *obj, const char *name, const char *value); /* NULL: removes */
void json_set_int(cJSON *obj, const char *name, int64_t value);
void json_set_bool(cJSON *obj, const char *name, bool value);
bool json_true(const cJSON *obj, const char *name);
bool json_bool(const cJSON *obj, const char *name, bool dflt);
/* Copies each of the NULL-ended 'names' that 'from' has. */
void json_copy_members(cJSON *to, const cJSON *from, const char *const *names);
/* Sets every member of 'from' in 'to'. */
void json_merge(cJSON *to, const cJSON *from);
/* Moves every member of 'from' to 'to', which is empty. */
void json_move(cJSON *to, cJSON *from);
bool text_is(const char *x, const char *y);             /* equal; false when one is NULL */
bool text_begins(const char *text, const char *prefix); /* false when 'text' is NULL */
const char *text_of(const cJSON *json);                 /* of a string, else NULL    */

/* quota.c: what is limited. */
enum quota {
    QUOTA_LBS,
    QUOTA_GROUPS,
    QUOTA_GROUP_SERVERS,
    QUOTA_SERVER_ADDED,
    QUOTA_GROUP_ATTACHED,
    QUOTA_CERTIFICATES,
    QUOTA_RULES,
    QUOTA_SERVERS,
    QUOTA_LISTENERS,
    QUOTA_RULE_ACTIONS,
    QUOTA_RULE_CONDITIONS,
    QUOTA_RULE_WILDCARDS,
    QUOTA_TAGS,
    QUOTA_ACLS,
    QUOTA_ACL_ENTRIES,
    QUOTA_ACL_LISTENERS,
    QUOTA_LISTENER_ACLS,
    QUOTA_LISTENER_ENTRIES,
    QUOTA_LB_ENTRIES,
    QUOTA_POLICIES,
    QUOTA_POLICY_LISTENERS,
    QUOTA_TEMPLATES,
    QUOTA_SCRIPTS,
    QUOTA_SCRIPT_LINES,
    QUOTA_SCRIPTS_LINES,
    QUOTA_SECURITY_GROUPS,
    QUOTA_CAPACITY_LB,
    QUOTA_CAPACITY_REGION,
    QUOTA_COUNT
};

extern const char *const res_kind_names[RES_KINDS]; /* "LoadBalancer"       */
extern const char *const res_type_names[RES_KINDS]; /* "loadbalancer"       */

struct res {
    int64_t seq;
    const char *id; /* NULL: there is none */
    const char *region;
    const char *kind;
    const char *parent;
    const char *lb;
    const char *name;
    const char *status;
    const char *variant;
    const char *vpc;
    int64_t number;
    cJSON *body; /* owned by the call */
};

/* id == NULL when there is no such resource of that kind in the region. */
bool res_get(struct op *op, enum res_kind kind, const char *id, struct res *out,
             struct error *err) MUST_USE;
/* The same, refusing what does not exist as ResourceNotFound.<kind>. */
bool res_need(struct op *op, enum res_kind kind, const char *id, struct res *out,
              struct error *err) MUST_USE;
/* The same without its body, which takes longer to read than all the rest. */
bool res_need_bare(struct op *op, enum res_kind kind, const char *id, struct res *out,
                   struct error *err) MUST_USE;
bool res_by_seq(struct op *op, int64_t seq, struct res *out, struct error *err) MUST_USE;
bool res_insert(struct op *op, enum res_kind kind, const struct res *r, struct error *err) MUST_USE;
/* Writes name, variant, number and body. */
bool res_update(struct op *op, const struct res *r, struct error *err) MUST_USE;
/* Puts a resource in a passing state, and in 'then' when the change is done. */
bool res_pass(struct op *op, const char *id, const char *now, const char *then,
              struct error *err) MUST_USE;
/* Puts a resource and what is below it in state Deleting, and deletes it in the end. */
bool res_doom(struct op *op, const struct res *r, struct error *err) MUST_USE;
bool res_count(struct op *op, enum sql sql, const char *key, const char *value, int64_t *count,
               struct error *err) MUST_USE;
bool is_status(const struct res *r, const char *status);

/* Makes room for one more of a kind in the region. */
bool res_room(struct op *op, enum res_kind kind, enum quota quota, struct error *err) MUST_USE;

/* life.c: what happens later, and jobs. */
/* How long the change of this call takes. */
int64_t life_latency(struct op *op);
bool life_later(struct op *op, const char *effect, const char *id, const char *status,
                struct error *err) MUST_USE;
/* One resource with all that hangs on it, at once, but not what is below it. */
bool life_remove(struct op *op, const char *id, struct error *err) MUST_USE;
bool life_load(struct cloud *c, struct error *err) MUST_USE;
/* Carries out all that is due by 'now_ms', in one transaction. */
bool life_run(struct cloud *c, int64_t now_ms, struct error *err) MUST_USE;
/* Starts the job of this call; the reply gets its JobId. */
bool job_start(struct op *op, enum res_kind kind, const char *id, struct error *err) MUST_USE;

/* token.c: client tokens. */
/* Answers a repeated call from memory: '*replayed' with op->body and op->job_id set. */
bool token_replay(struct op *op, bool *replayed, struct error *err) MUST_USE;
bool token_keep(struct op *op, struct error *err) MUST_USE;

/* page.c: lists. */
struct list {
    enum res_kind kind;
    const cJSON *ids, *parents, *lbs, *names, *vpcs, *tags; /* arrays, or NULL */
    const char *variant, *status, *zone;
    const cJSON *fields; /* object: members of the body to be equal, or NULL */
    bool own;            /* what is shown depends on the row and its tags only */
};
typedef bool res_print_fn(struct op *op, const struct res *r, cJSON *out, struct error *err);
/* Answers MaxResults, NextToken, TotalCount and the page as an array called 'name'. */
bool page_resources(struct op *op, const struct list *list, const char *name, res_print_fn *print,
                    struct error *err) MUST_USE;
/* Pages over anything else: page_begin, then page_take for each candidate in order of
 * 'seq' (true: print it), then page_end. */
struct page {
    int64_t after; /* from NextToken */
    int64_t max;
    int64_t taken;
    int64_t total;
    int64_t last; /* seq of the last one taken */
    bool more;
};
bool page_begin(struct op *op, struct page *p, struct error *err) MUST_USE;
bool page_take(struct page *p, int64_t seq);
void page_end(struct op *op, const struct page *p, bool with_total);
/* A position (> 0) as a NextToken, and back: false when it is none of ours. */
const char *cursor_text(struct op *op, int64_t seq);
bool cursor_read(const char *text, int64_t *seq) MUST_USE;

/* shown.c: what lists show of resources, as text, kept from one call to the next.  Holds
 * only what is committed: it is filled by calls that only read. */
struct shown_text {
    const char *text;
    size_t len;
};
/* Lives in 'a', its texts until shown_clear(). */
struct shown *shown_new(struct arena *a);
/* false when it is not there; the text lives until the next change. */
bool shown_get(const struct shown *s, int64_t seq, struct shown_text *out);
void shown_put(struct shown *s, int64_t seq, const struct shown_text *text);
void shown_forget(struct shown *s, int64_t seq);
void shown_clear(struct shown *s);

/* tag.c */
/* Checks the Tag parameter of a create, or of an element of a batch. */
bool tag_check(const cJSON *tags, struct error *err) MUST_USE;
bool tag_put(struct op *op, enum res_kind kind, const char *id, const cJSON *tags,
             struct error *err) MUST_USE;
/* Adds "Tags" to a reply. */
bool tag_print(struct op *op, const char *id, cJSON *out, struct error *err) MUST_USE;

/* attach.c: which listener or rule uses which group. */
/* The ids of the groups that a list of actions uses, forward and mirror, each once. */
void attach_groups(struct op *op, const cJSON *actions, text_list *out);
bool attach_put(struct op *op, const char *holder, const char *lb, const cJSON *actions,
                struct error *err) MUST_USE;
bool attach_doom(struct op *op, const char *holder, struct error *err) MUST_USE;

/* quota.c */
bool quota_load(struct cloud *c, const struct cloud_quota *set, size_t n,
                struct error *err) MUST_USE;
/* Refuses 'usage' (as it would be after the call) above the limit for 'edition' (NULL
 * where it does not matter); 'id' is the resource counted for, or NULL. */
bool quota_check(struct op *op, enum quota quota, const char *edition, const char *id,
                 int64_t usage, struct error *err) MUST_USE;
/* Is there no limit, so that usage need not be counted? */
bool quota_is_off(const struct op *op, enum quota quota, const char *edition);
/* The three quotas on what a listener or rule attaches, for attachments that are already
 * written: the transaction is rolled back when one is exceeded. */
bool quota_attached(struct op *op, const struct res *lb, const text_list *groups,
                    struct error *err) MUST_USE;

/* acl_bind.c */
/* Are the entries of the ACLs of a listener and its load balancer within their quotas?
 * To be asked when the change is already written. */
bool acl_quotas(struct op *op, const char *listener, const char *lb, const char *edition,
                struct error *err) MUST_USE;
/* Adds "AclConfig" to a listener's reply when it has any. */
bool acl_print_config(struct op *op, const char *listener, cJSON *out, struct error *err) MUST_USE;

/* policy.c */
/* Refuses a TLS policy that is neither the system's nor the account's. */
bool policy_need(struct op *op, const char *id, struct error *err) MUST_USE;
/* Is a custom policy (NULL and the system's: always) used within its quota? */
bool policy_attached(struct op *op, const char *id, struct error *err) MUST_USE;

/* neighbour.c: what other products have. */
bool neighbour_load(struct cloud *c, const char *path, struct error *err) MUST_USE;
void neighbour_done(struct cloud *c);
enum { VSWITCH_LB_ADDRESSES = 3 }; /* that a load balancer takes of each vSwitch */
struct vswitch {
    const char *id, *vpc, *zone; /* id == NULL: there is none; vpc == NULL: any */
    int64_t available;           /* addresses left */
    bool ipv6;
};
bool neighbour_vswitch(struct op *op, const char *id, struct vswitch *out,
                       struct error *err) MUST_USE;
bool neighbour_has_vpc(struct op *op, const char *id);
bool neighbour_has_instance(struct op *op, const char *id);
const char *neighbour_instance_ip(struct op *op, const char *id); /* its primary address */
bool neighbour_has_certificate(struct op *op, const char *id);
/* The interface 'id' as to address 'ip' (NULL: its primary address): '*vpc' is NULL when
 * any will do.  false: the interface does not exist (out->id == NULL) or has another address. */
struct interface {
    const char *id, *ip, *vpc;
    const char *status; /* InUse, or as the file says */
    bool has_ip;
};
struct interface neighbour_interface(struct op *op, const char *id, const char *ip);
/* The zones of a region, ended by NULL. */
const char *const *region_zones(struct arena *a, const char *region);

/* check.c: formats that the API description has only as prose. */
bool check_name(const char *name, const char *param, struct error *err) MUST_USE;
bool check_description(const char *text, const char *param, struct error *err) MUST_USE;
bool check_ip(const char *text); /* IPv4 or IPv6 */
bool check_cidr(const char *text);
bool check_chars(const char *text, const char *extra); /* letters, digits, and 'extra' */

/* lb_change.c: Active and Normal, as every change of a load balancer or listener needs. */
bool lb_ready(struct op *op, const struct res *lb, struct error *err) MUST_USE;

/* capacity.c: the member of a load balancer's body that is not shown. */
extern const char capacity_member[];

/* listener.c */
/* Is no other change of the listener in flight, and is it in state 'want' (NULL: Running or
 * Stopped)?  A 'batch' call has no word of its own for a change in flight. */
bool listener_idle(const struct res *listener, const char *want, bool batch,
                   struct error *err) MUST_USE;
/* Puts the listener in Configuring, to come back as it is. */
bool listener_pass(struct op *op, const struct res *listener, struct error *err) MUST_USE;
/* Refuses a group that a listener of 'protocol' on this load balancer cannot forward to. */
bool group_fits(const struct op *op, const struct res *lb, const char *protocol,
                const struct res *group, struct error *err) MUST_USE;
/* Refuses what a Basic load balancer cannot do, switched on in a group it uses. */
bool edition_fits(const struct res *lb, const struct res *group, struct error *err) MUST_USE;
/* A group to forward to; one that is being deleted is not found. */
bool group_need(struct op *op, const char *id, struct res *group, struct error *err) MUST_USE;

/* group.c */
/* The load balancers that use a group. */
bool group_lbs(struct op *op, const char *group, text_list *out, struct error *err) MUST_USE;
/* Available, with no change in flight. */
bool group_idle(const struct res *group, struct error *err) MUST_USE;

/* server.c */
struct server {
    int64_t seq;
    const char *grp, *id, *ip, *type, *status, *description;
    int64_t port, weight;
    bool remote;
};
typedef LIST_OF(struct server) server_rows;
/* The members of a group, in order of creation. */
bool server_rows_read(struct op *op, const char *group, server_rows *out,
                      struct error *err) MUST_USE;

/* knob.c: what the operator has set.  The settings that are in the database. */
/* fail.c: a change that was told to fail.  'code' is NULL for one that was not. */
struct failure {
    const char *code;
    const char *message;
    int64_t pending, resource; /* the last rows before it */
};
/* Before the change, in its transaction. */
bool fail_begin(struct op *op, struct failure *f, struct error *err) MUST_USE;
/* After it: what was created will go again, what was changed is as it was, the job fails. */
bool fail_end(struct op *op, const struct failure *f, struct error *err) MUST_USE;
/* What a job failed with; its code is NULL when it did not. */
bool fail_of(struct op *op, const char *job, struct failure *f, struct error *err) MUST_USE;

bool knob_load(struct cloud *c, struct error *err) MUST_USE;
bool knob_is_held(struct op *op, const char *id, bool *held, struct error *err) MUST_USE;
/* A resource was created; may lists show it? */
bool knob_born(struct op *op, const char *id, struct error *err) MUST_USE;
bool knob_listed(struct op *op, int64_t seq, bool *listed, struct error *err) MUST_USE;
/* out->status == NULL when nothing is set for the server. */
bool knob_health(struct op *op, const struct server *s, struct cloud_health *out,
                 struct error *err) MUST_USE;

/* The handlers, one for each action (cloud.c).  Parameters that the API description
 * requires are there, of their types; those of the lists' elements may still be missing. */
op_fn lb_create, lb_delete, lb_get, lb_list, lb_update, lb_edition, lb_protect, lb_unprotect;
op_fn lb_log_on, lb_log_off, lb_zones, lb_address_type, lb_ipv6_on, lb_ipv6_off;
op_fn listener_create, listener_delete, listener_get, listener_list, listener_update;
op_fn listener_start, listener_stop, listener_log, listener_health;
op_fn cert_list, cert_add, cert_remove;
op_fn rule_create, rule_create_batch, rule_update, rule_update_batch;
op_fn rule_delete, rule_delete_batch, rule_list;
op_fn group_create, group_update, group_delete, group_list;
op_fn server_list, server_add, server_remove, server_replace, server_update;
op_fn acl_create, acl_delete, acl_update, acl_list, acl_entries_add, acl_entries_remove;
op_fn acl_entry_list, acl_relations, acl_bind, acl_unbind;
op_fn policy_create, policy_update, policy_delete, policy_list, policy_system_list;
op_fn policy_relations;
op_fn template_create, template_update, template_delete, template_get, template_list;
op_fn template_use;
op_fn script_create, script_update, script_delete, script_list;
op_fn lb_join, lb_leave, lb_shift, lb_unshift, lb_bandwidth_on, lb_bandwidth_off;
op_fn capacity_set, capacity_get;
op_fn tag_resources, untag_resources, tag_list, tag_keys, tag_values, move_group;
op_fn zone_list, region_list, job_list, vswitch_list, vswitch_get, interface_list;
