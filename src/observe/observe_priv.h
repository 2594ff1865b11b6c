/* observe_priv.h - what a sweep has read, before it becomes rows. */
#pragma once

#include "alb-agent/alb_reply.h"
#include "alb-agent/observe.h"

struct seen_cert {
    const char *listener_id;
    struct alb_cert cert;
};

struct seen {
    LIST_OF(struct alb_load_balancer) lbs;
    LIST_OF(struct alb_listener) listeners;
    LIST_OF(struct alb_rule) rules;
    LIST_OF(struct alb_server_group) groups;
    LIST_OF(struct alb_server_group) borrowed; /* read by id; may be among 'groups', too */
    LIST_OF(struct alb_server_list) servers; /* as many as there are: by page, as they were read */
    LIST_OF(struct seen_cert) certs;
    LIST_OF(struct alb_acl) acls;
    LIST_OF(struct alb_relation) relations; /* of access lists that nobody wants */
    LIST_OF(struct alb_script) scripts;
};

enum read_kind {
    READ_LBS,
    READ_LB,
    READ_LISTENERS,
    READ_CERTS,
    READ_RULES,
    READ_GROUPS,
    READ_BORROWED, /* groups by id */
    READ_SERVERS,
    READ_TAGGED_ACLS,
    READ_LISTENER, /* its attributes, for its access lists */
    READ_ACLS,     /* by id                                */
    READ_ENTRIES,
    READ_RELATIONS,
    READ_SCRIPTS
};

struct read {
    uint64_t id; /* of the call in flight, 0 when done */
    enum read_kind kind;
    alb_params params;   /* of the page in flight                                 */
    const char *subject; /* the listener of READ_CERTS, the list of READ_ENTRIES, else NULL */
};

struct observe {
    struct arena arena;
    struct observe_in in;
    struct seen seen;
    LIST_OF(struct read) reads;
    size_t in_flight;
    int64_t n_servers;  /* of the list whose page was read last */
    size_t lb_lists;    /* lists of load balancers that have not ended */
    size_t group_lists; /* the same of groups                          */
    unsigned acl_step;  /* how far the reading of access lists is: acl.c */
    bool scripts_begun; /* their reading                                 */
    bool failed;
    struct error err; /* the first failure */
};

/* Begins a read. */
void read_start(struct observe *o, enum read_kind kind, const alb_params *params,
                const char *subject);

/* ---- acl.c: access lists ------------------------------------------------------------------ */

void acls_begin(struct observe *o);
/* None are read. */
void acls_skip(struct observe *o);
/* Takes a page of a read of access lists. */
void acls_take(struct observe *o, const struct read *r, const cJSON *page);
/* Begins what can be read now that other reads have ended. */
void acls_advance(struct observe *o);
/* Under which key of which load balancer our access list stands, by what the store knows or by
 * its tags; false when it is not known to be ours. */
bool acl_place(struct arena *a, const struct observe_in *in, const struct alb_acl *acl,
               const char **lb, const char **key);
/* Does anybody want the access list 'key' of 'lb'? */
bool acl_is_wanted(const struct observe_in *in, const char *lb, const char *key);

/* Are reads of these kinds, a bit each, in flight? */
bool is_reading(const struct observe *o, unsigned kinds);
#define READ_BIT(kind) (1U << (kind))

/* ---- script.c: scripts ---------------------------------------------------------------------- */

/* Begins to read them; all load balancers and listeners are known. */
void scripts_read(struct observe *o);
void scripts_take(struct observe *o, const cJSON *page);

/* ---- rows.c, acl_rows.c --------------------------------------------------------------------- */

/* What is being made into rows. */
struct rows {
    struct arena *a;
    const struct observe_in *in;
    struct seen *seen;
    int64_t now_ms;
    struct model *out;
    struct map ours;      /* cloud ids that the store knows as ours -> row */
    struct map listeners; /* listener id -> a copy of its row              */
    struct map servers;   /* group id -> group_servers                     */
    struct arena scratch; /* of these                                      */
};

/* A new row of ours. */
struct resource *rows_add(struct rows *r, const char *lb, enum resource_kind kind, const char *key,
                          const char *id);
/* A tag value without the "_" in front of what the cloud keeps for itself. */
const char *tag_unescape(const char *value);
bool is_of_cluster(const struct observe_in *in, const alb_tags *tags);
void rows_add_acls(struct rows *r);
void rows_add_scripts(struct rows *r);

/* Turns what was read into rows, in 'a'; refuses load balancers that are not clearly ours. */
bool rows_from_seen(struct arena *a, const struct observe_in *in, struct seen *seen, int64_t now_ms,
                    struct model *out, struct error *err) MUST_USE;

/* Is the row to be read by the id of a borrowed group? */
bool is_read_as_borrowed(const struct observe_in *in, const struct resource *r);

/* Which of our load balancers is this: the name, or NULL when it is none of ours. */
const char *lb_name_of(const struct observe_in *in, const struct alb_load_balancer *lb);
