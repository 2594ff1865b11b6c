/* model.h - the resources of our load balancers, wanted and actual, side by side.
 *
 * A resource is addressed by (lb, kind, key), keys of our own that do not depend on cloud
 * ids.  'translate' makes rows that hold what is desired, 'observe' rows that hold what is
 * there, 'store' keeps both and what was applied; model_join() puts them together, 'plan'
 * reads the result.  A group that a wanted rule or listener names is written
 * "@<group key>", a certificate that we upload "@certificate/<key>", an access list
 * "@acl/<key>", until model_resolve() puts the cloud's id in its place. */
#pragma once

#include <stdint.h>

#include "alb-agent/alb_resource.h"
#include "alb-agent/map.h"
#include "alb-agent/schema.h"

enum resource_kind {
    RESOURCE_LOAD_BALANCER,
    RESOURCE_LISTENER,
    RESOURCE_RULE,
    RESOURCE_SERVER_GROUP,
    RESOURCE_CERTIFICATE, /* in CAS: made, never changed or deleted, as others may use it */
    RESOURCE_ACL,         /* an access list of one listener and one type */
    RESOURCE_SCRIPT,      /* an AScript of a listener                    */
    RESOURCE_KINDS
};

/* "LoadBalancer", "Listener", "Rule", "ServerGroup", "Certificate", "Acl", "AScript"; and
 * back: RESOURCE_KINDS if unknown. */
const char *resource_kind_name(enum resource_kind kind);
enum resource_kind resource_kind_find(const char *name);
const struct schema *resource_schema(enum resource_kind kind);

/* How much of what differs from what was applied is left as it is (finding.h). */
enum resource_leave {
    LEAVE_NOTHING,
    LEAVE_SETTINGS, /* of a server group: all but its servers */
    LEAVE_ALL,
};

struct resource {
    /* Address. */
    const char *lb; /* AlbConfig as "<namespace>/<name>": "kube-system/web"; of
                       what a Service borrows "Service/<namespace>/<name>"   */
    enum resource_kind kind;
    const char *key;    /* LoadBalancer: as 'lb'; Listener: "80/HTTP"; Rule: see
                           rule_key(); ServerGroup: "<ns>/<ingress>-<service>:<port>",
                           or the id of one that is borrowed;
                           Certificate: its name in CAS; Acl: see acl_key();
                           AScript: see script_key()                              */
    const char *parent; /* a rule's, an Acl's or an AScript's listener key, else ""  */

    /* What is wanted. */
    const void *desired;      /* struct of the kind, managed members only; NULL: nothing
                                 desires it                                               */
    const char *desired_from; /* "Ingress shop/web (web.yaml:3) rules[0].paths[1]"        */
    int64_t position;         /* wanted place among the rules of its listener, from 1     */
    bool held;                /* its object cannot be translated or is missing from an
                                 incomplete source: neither changed nor deleted           */
    bool refused;             /* held because the cloud refused just this; not stored     */

    /* What was done, and what is there. */
    const void *applied;       /* the last desired that was done, or NULL                      */
    const void *actual;        /* all the cloud said, or NULL: not there                       */
    const char *cloud_id;      /* NULL until it exists                                         */
    const char *status;        /* as the cloud last said, "" when not there                    */
    int64_t observed_at;       /* ms, when 'actual' was read or written by us                  */
    int64_t unused_since;      /* ms, since when no rule uses the group; 0: in use             */
    int64_t empty_since;       /* ms, since when its servers were wanted empty; 0: are not     */
    int64_t created_at;        /* ms, when this process created it; 0: it did not              */
    bool ours;                 /* design.md §4; false: unmanaged, reported and never written   */
    enum resource_leave leave; /* decided anew after each reading; not kept in the store  */

    /* What it was when it was last seen, while it is not there: for reports. */
    const void *last;
    const char *last_id;
};

struct model {
    LIST_OF(struct resource) rows; /* by (lb, kind, key), bytewise */
};

/* ---- rows ---------------------------------------------------------------------------- */

/* Sorts rows by (lb, kind, key). */
void model_sort(struct model *m);
/* In a sorted model; NULL when there is none. */
struct resource *model_find(const struct model *m, const char *lb, enum resource_kind kind,
                            const char *key);
/* The rows [*first, *end) of one load balancer in a sorted model. */
void model_range(const struct model *m, const char *lb, size_t *first, size_t *end);

/* Copies that share nothing with what they are of, in 'a'.  Of a model the rows of 'lb' only;
 * NULL: all. */
struct resource resource_copy(struct arena *a, const struct resource *r);
void model_copy(struct arena *a, const struct model *from, const char *lb, struct model *to);

/* Puts what 'desired', 'known' (from the store: applied, ids, times) and 'actual' say of
 * each address into one sorted model in 'a'.  All three are sorted.  What only the store
 * knows is dropped.  Of the wanted certificates of a listener the one that is its default
 * already stays it, whichever was asked for: changing places is not possible without a gap.
 * A group of ours that is of another type, protocol or VPC than the one that is wanted under
 * its key moves to the key "<key>~<id>", where nothing wants it; the wanted one is not there.
 * What no reply says of a script (position, attributes) is as it was known; of one that we take
 * over it is believed to be as it is wanted. */
void model_join(struct arena *a, const struct model *desired, const struct model *known,
                const struct model *actual, struct model *out);

/* ---- borrowed groups (alb-ingress.md §D.8) ------------------------------------------------ */

/* A Service can keep the servers of a group that somebody else made and shares.  Such a group
 * belongs to no load balancer of ours; its row stands under "Service/<ns>/<name>", which no
 * AlbConfig is called. */
const char *service_lb(struct arena *a, const char *ns, const char *name);
/* "<ns>/<name>" of "Service/<ns>/<name>"; NULL: it is a load balancer. */
const char *lb_service(const char *lb);
/* Is it such a group?  It is never made and never deleted; its servers and our tags are all that
 * is wanted of it. */
bool resource_is_borrowed(const struct resource *r);

/* ---- references ------------------------------------------------------------------------ */

/* A copy of 'obj' (a struct of 'kind') in which "@key" names the cloud id of that group or
 * certificate of load balancer 'lb'; what does not exist yet keeps its "@key", and the first
 * such is put into '*missing' (NULL when all exist). */
void *model_resolve(struct arena *a, const struct model *m, const char *lb, enum resource_kind kind,
                    const void *obj, const char **missing);
/* The same to look at: 'obj' itself where its kind names no other resource. */
const void *model_resolved(struct arena *a, const struct model *m, const char *lb,
                           enum resource_kind kind, const void *obj);

/* The key of the certificate that a text names: "x" of "@certificate/x"; else NULL. */
const char *certificate_ref(const char *text);
/* The same of an access list: "80/HTTP/White" of "@acl/80/HTTP/White". */
const char *acl_ref(const char *text);

/* Collects the keys of the groups of 'lb' that its wanted listeners and rules point at into
 * 'wanted', and those that its actual ones point at into 'actual' (either may be NULL; values
 * are the pointing row).  A cloud id that is no group of ours is left out. */
void model_used_groups(const struct model *m, const char *lb, struct map *wanted,
                       struct map *actual);

/* ---- keys, names, tags (alb-ingress.md §D.1, §F.1, §F.11) --------------------------------- */

#define TAG_CLUSTER               "ack.aliyun.com"
#define TAG_ALBCONFIG             "ingress.k8s.alibaba/albconfig"
#define TAG_RESOURCE              "ingress.k8s.alibaba/resource"
#define TAG_SERVICE_NS            "ingress.k8s.alibaba/service_ns"
#define TAG_INGRESS_NAME          "ingress.k8s.alibaba/ingress_name"
#define TAG_SERVICE_NAME          "ingress.k8s.alibaba/service_name"
#define TAG_SERVICE_PORT          "ingress.k8s.alibaba/service_port"
#define TAG_LB_RESOURCE           "ApplicationLoadBalancer"
#define LISTENER_AUTO_DESCRIPTION "ingress-auto-listener"

/* "80/HTTP". */
const char *listener_key(struct arena *a, int64_t port, enum alb_protocol protocol);
/* "<ns>/<ingress>-<service>:<port>". */
const char *group_key(struct arena *a, const char *ns, const char *ingress, const char *service,
                      int64_t port);
/* The value of TAG_RESOURCE for a group key: lower-case hex of its SHA-256. */
const char *group_tag(struct arena *a, const char *key);
/* How ALB names a certificate that CAS has under number 'id': "12345-cn-hangzhou".  The
 * suffix outside of China is not verified (companion-apis.md §2); 'region' may be NULL. */
const char *certificate_id(struct arena *a, int64_t id, const char *region);
/* "80/HTTP/White": an access list guards one listener, as the existing controller has it, and
 * what it is for never changes (alb-ingress.md §F.5). */
const char *acl_key(struct arena *a, const char *listener, const char *type);
/* The listener of such a key, "80/HTTP"; "" when it is none. */
const char *acl_listener(struct arena *a, const char *key);
/* The value of TAG_RESOURCE for the key of an access list: "acl/80/HTTP/White"; and back: the
 * key in it, or NULL. */
const char *acl_tag(struct arena *a, const char *key);
const char *acl_tag_key(const char *tag);
/* "80/HTTP/canary": a script is told by its name among those of its listener.  With the name ""
 * it is how the keys of all of them begin. */
const char *script_key(struct arena *a, const char *listener, const char *name);
/* The network and the length of an IPv4 address or block; false when it is neither. */
bool acl_block(const char *text, uint32_t *network, uint32_t *bits);
/* An IPv4 address or block as one text for what it means: "10.0.0.5/24" is "10.0.0.0/24",
 * "10.0.0.5" is "10.0.0.5/32".  NULL when it is neither. */
const char *acl_entry(struct arena *a, const char *text);
/* A tag value as the cloud takes it: "_" in front of "aliyun..." and "acs:...". */
const char *tag_escape(struct arena *a, const char *value);

/* "<listener key>#<12 hex>": of a rule's direction and conditions as a set, so that a
 * wanted rule and the actual one it describes have the same key.  Equal rules in one
 * listener are told apart by 'nth' (from 1): "...#<12 hex>.2". */
const char *rule_key(struct arena *a, const char *listener, const struct alb_rule *rule,
                     int64_t nth);
/* The same in two steps: the 12 hex, for a rule that is on several listeners. */
const char *rule_digest(struct arena *a, const struct alb_rule *rule);
const char *rule_key_of(struct arena *a, const char *listener, const char *digest, int64_t nth);

/* ---- classes (design.md §4) ---------------------------------------------------------------- */

enum resource_class {
    CLASS_UNMANAGED, /* not ours                                    */
    CLASS_ORPHAN,    /* ours, nothing desires it                    */
    CLASS_PENDING,   /* desired != applied, or never applied        */
    CLASS_MISSING,   /* applied, and not there                      */
    CLASS_DRIFT,     /* a managed member of actual != applied       */
    CLASS_IN_SYNC,
};
/* "unmanaged", "orphan", ...; and back: CLASS_UNMANAGED if unknown. */
const char *resource_class_name(enum resource_class c);
enum resource_class resource_class_find(const char *name);

/* The class of 'r'; for CLASS_DRIFT and CLASS_PENDING also what differs from the cloud,
 * when 'changes' is not NULL. */
enum resource_class resource_classify(struct arena *a, const struct model *m,
                                      const struct resource *r, change_list *changes);

/* What differs between what is desired of 'r' and what is there, references resolved, as
 * schema_diff() has it; 0 also when nothing is desired. */
unsigned resource_diff(struct arena *a, const struct model *m, const struct resource *r,
                       change_list *changes);

/* Do two structs of a kind want the same?  NULL wants nothing. */
bool resource_wants_same(enum resource_kind kind, const void *x, const void *y);

/* Is something still there that was applied to 'r' and is not wanted any more, though the cloud
 * may have more of it than we want: a tag, a security group, the bandwidth package?  What was
 * applied must be remembered until it is gone. */
bool resource_has_leftover(const struct resource *r);

/* Is the resource in the state in which the cloud takes changes to it (Active, Running,
 * Available), alb-semantics.md §5? */
bool resource_is_stable(const struct resource *r);
