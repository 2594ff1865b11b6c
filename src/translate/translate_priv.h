/* translate_priv.h - between the files of src/translate.
 *
 * The way of an Ingress: class.c finds its AlbConfig, ingress.c reads it into routes (one a
 * path) with the help of port.c, path.c, backend.c and action.c, rule.c puts the routes on
 * the listeners, group.c and endpoint.c make the server groups that the rules name. */
#pragma once

#include "alb-agent/object.h"
#include "alb-agent/schema.h"
#include "alb-agent/translate.h"
#include "annotation_priv.h"
#include "look_priv.h"

#define CONFIG_NS         "kube-system" /* of AlbConfigs in keys and tags, alb-ingress.md §B.1 */
#define ANNOTATION_PREFIX "alb.ingress.kubernetes.io/"
#define NGINX_PREFIX      "nginx.ingress.kubernetes.io/"

/* ---- problem.c: what is wrong, and where ------------------------------------------------ */

/* A place in an object: "spec.rules[0].http".  Lives on the stack of whoever goes there. */
struct place {
    const struct place *up;
    const char *name;       /* of a member; NULL: an element  */
    size_t index;           /* of an element                  */
    const char *annotation; /* not NULL: of an annotation of ours, instead of a name */
};

/* The object that is being read.  Each problem counts; whoever reads it leaves it out when
 * there was any. */
struct subject {
    struct tr *t;
    const struct object *obj;
    size_t n_problems;
    size_t n_noted; /* of them, each text once */
};

const char *place_text(struct arena *a, const struct place *at);

/* Notes a problem or a warning at 'at' (NULL: of the whole object), each text once.  After
 * MAX_NOTES problems of one subject the rest is only counted. */
enum { MAX_NOTES = 20 };
void problem(struct subject *s, const struct place *at, const char *fmt, ...) PRINTF(3, 4);
void warn(struct subject *s, const struct place *at, const char *fmt, ...) PRINTF(3, 4);

void need(struct tr *t, enum fact_kind kind, const char *key);
/* NULL: any. */
void hold(struct tr *t, const char *lb, const char *listener, const char *owner);
/* Of the certificates of 'lb' those whose names begin so, with SECRET_DIGITS after that. */
enum { SECRET_DIGITS = 6 };
void hold_certificate(struct tr *t, const char *lb, const char *begins);

/* "Ingress shop/web" or "AlbConfig web"; with the origin: "Ingress shop/web (web.yaml:3)". */
const char *subject_name(struct arena *a, const struct object *obj);
const char *subject_from(struct arena *a, const struct object *obj);

/* ---- read.c: JSON into structs, by the tables of schema.h --------------------------------- */

/* What a row may say beyond the flags of schema.h. */
enum read_flag {
    READ_LATER = 1 << 16,    /* known, has no effect: a warning when it is on, with the
                                meaning of its doc                                           */
    READ_REFUSED = 1 << 17,  /* known, not supported yet, and leaving it out would do harm   */
    READ_IGNORED = 1 << 18,  /* known, and without effect as the reference has it            */
    READ_PRESENT = 1 << 19,  /* a FIELD_BOOL that says whether the member is there           */
    READ_INT_TEXT = 1 << 20, /* a FIELD_INT that may be given as text                       */
    READ_FAMILY = 1 << 21    /* all other members whose names hold its own; with READ_LATER,
                                and READ_NOCASE; behind rows of such names                   */
};
enum read_how {
    READ_EXACT, /* names with case, others ignored, as the API server has them              */
    READ_NOCASE /* names without regard to case; others are named in a warning              */
};

/* Fills '*obj', zeroed before, with what 'json' says.  Texts are copied; an empty text is
 * not set.  Whatever has the wrong type or range is a problem and stays not
 * set; an element of a list that is wrong keeps its place. */
void read_object(struct subject *s, const struct place *at, const struct schema *schema, void *obj,
                 const cJSON *json, enum read_how how);

/* The table of a tagged union as people write it: of its objects only 'arm' and 'other_arm'
 * (NULL: none) are read, the others are known and may hold anything. */
const struct schema *schema_arm(struct arena *a, const struct schema *schema, const char *arm,
                                const char *other_arm);

/* "text", "a number", "a list" ... */
const char *json_kind(const cJSON *json);
/* Digits only, at most nine of them. */
bool text_to_int(const char *text, int64_t *out);

/* ---- name.c -------------------------------------------------------------------------------- */

const char *lb_default_name(struct tr *t, const char *name);
const char *group_name(struct tr *t, const char *ns, const char *service, int64_t port);
/* 2..128 characters, a letter first (alb-semantics.md §3). */
bool name_is_valid(const char *name);
/* Does a tag take it as key or value, as tag_add() writes it (alb-openapi.json: 128)? */
bool tag_fits(struct tr *t, const char *text);
void tag_add(struct tr *t, alb_tags *tags, const char *key, const char *value);

/* ---- albconfig.c, listener.c --------------------------------------------------------------- */

/* A tag as a manifest has it. */
struct tag_spec {
    const char *key, *value;
};
extern const struct schema tag_spec_schema;
/* Adds tags to '*out': ours win, and what ALB refuses, also for their number, is a problem. */
void tags_read(struct subject *s, const struct place *at, const struct tag_spec *tags, size_t n,
               alb_tags *out);
extern const struct place config_at; /* "spec.config" */
/* The spec of an AlbConfig, and an element of its listeners: for the page of reference. */
extern const struct schema top_spec_schema, listener_spec_schema;

/* A script of a listener. */
struct config_script {
    const char *key;
    const struct alb_script *desired;
    const char *from;
};

struct config_listener {
    int64_t port;
    enum alb_protocol protocol;
    const char *key;              /* "80/HTTP"                                           */
    bool left_out;                /* it is in the manifest, but cannot be translated     */
    bool certless;                /* no certificate was found: only its rules can be     */
    bool finds_certs;             /* it lists none: they are found by host               */
    struct alb_listener *desired; /* NULL when left out         */
    const struct alb_acl *acl;    /* its access list, or NULL   */
    LIST_OF(struct config_script) scripts;
    size_t index; /* in spec.listeners          */
    const char *from;
};

/* How the rules of a listener are put in order. */
enum rule_order {
    ORDER_COMPATIBLE, /* order, then namespace/name, then position: alb-ingress.md §C.1, §C.11 */
    ORDER_SPECIFICATION /* the most exact host and path first, as Kubernetes has it              */
};

struct config {
    const struct object *obj; /* NULL: config_absent() */
    const char *name;
    const char *lb;  /* "kube-system/<name>"                              */
    const char *vpc; /* of its groups; "?vpc(vsw-1)" or "?vpc" while it is not known */
    bool vpc_known;
    bool left_out;       /* nothing of it is translated                       */
    bool log_off;        /* known to keep no access log                       */
    const char *lb_name; /* of the load balancer, for names of access lists        */
    enum alb_edition edition;
    size_t n_entries; /* of the access lists of its listeners so far            */
    enum rule_order order;
    LIST_OF(struct config_listener) listeners;
    LIST_OF(struct ingress *) members;
};

/* Reads an AlbConfig and makes the rows of its load balancer 'lb' and listeners.  NULL when it
 * is being deleted. */
struct config *config_read(struct tr *t, const struct object *obj, const char *lb);
/* In the place of one that is not there: nothing is made of it, but its groups, which are, follow
 * their pods. */
struct config *config_absent(struct tr *t, const char *name, const char *lb);
/* Reads spec.listeners and makes a row of each. */
void listeners_translate(struct subject *s, struct config *c, const cJSON *json);

/* Makes the row of a listener that is complete; without a certificate it is left out. */
void listener_finish(struct tr *t, struct config *c, struct config_listener *l);

/* ---- listener_part.c --------------------------------------------------------------------------
 */

struct quic_spec {
    struct opt_bool upgrade;
    const char *listener_id;
};
extern const struct schema quic_spec_schema;
struct log_spec {
    struct opt_bool custom_headers, may_disable;
    struct alb_tracing tracing;
};
extern const struct schema log_spec_schema;

/* ---- acl.c ---------------------------------------------------------------------------------- */

struct acl_spec {
    const char *name, *type;
    LIST_OF(const char *) entries;
    LIST_OF(const char *) ids;
};
extern const struct schema acl_spec_schema;

/* Sets in '*l' which access lists guard it; returns the one that is to be made, or NULL. */
const struct alb_acl *acl_set(struct subject *s, const struct place *at,
                              const struct acl_spec *spec, struct config *c,
                              struct alb_listener *l);
/* Makes the row of the access list of a listener. */
void acl_translate(struct tr *t, const struct config *c, const struct config_listener *l);
/* The first of spec.listeners that has an aclConfig; SIZE_MAX: none. */
size_t acl_first(const cJSON *listeners);

/* ---- script.c -------------------------------------------------------------------------------- */

/* An element of aScriptConfig: for the page of reference. */
extern const struct schema script_spec_schema;

/* Reads aScriptConfig of the listener at 'at' into 'l->scripts'; holds those that cannot be. */
void listener_scripts_read(struct subject *s, const struct place *at, const struct config *c,
                           struct config_listener *l, const cJSON *json);
/* Makes their rows. */
void listener_scripts_translate(struct tr *t, const struct config *c,
                                const struct config_listener *l);

/* ---- listener_part.c --------------------------------------------------------------------------
 */

/* Each sets in '*l' what an object of spec.listeners[], at 'at', says. */
void forwarded_set(struct subject *s, const struct place *at, const struct alb_forwarded *spec,
                   struct alb_listener *l);
void quic_set(struct subject *s, const struct place *at, const struct quic_spec *spec,
              struct alb_listener *l);
void log_set(struct subject *s, const struct place *at, const struct log_spec *spec,
             const struct config *c, struct alb_listener *l);
/* Gives listeners that upgrade to QUIC without saying where the QUIC listener of their port. */
void quic_pair(struct subject *s, const struct place *list, struct config *c);
/* ---- certificate.c -------------------------------------------------------------------------- */

/* Gives listeners with TLS the certificates of their members' Secrets, those that name none
 * also certificates found by host, and makes their rows. */
void certificates_translate(struct tr *t, struct config *c);

/* ---- annotation.c --------------------------------------------------------------------------- */

/* The value of an annotation below ANNOTATION_PREFIX, or NULL. */
const char *annotation(const struct object *obj, const char *name);
/* The same, where the key under NGINX_PREFIX wins. */
const char *annotation_aliased(const struct object *obj, const char *name);
struct place annotation_place(struct arena *a, const char *name);
/* By the literal "true"; 'aliased': the key under NGINX_PREFIX wins. */
bool annotation_is_true(struct subject *s, const char *name, bool aliased);
/* The value with the blanks around each line taken off; NULL when nothing is left. */
const char *annotation_text(struct subject *s, const char *name);
/* The value as JSON, the caller's; NULL when there is none, or with a problem that asks for
 * 'wanted'. */
cJSON *annotation_json(struct subject *s, const char *name, const char *wanted);
/* Refuses what is not supported and would change what requests get; warns of the rest.
 * 'services' are the backends that the Ingress names. */
void annotations_check(struct subject *s, const struct map *services);

/* ---- nginx.c -------------------------------------------------------------------------------- */

/* The subject as an ALB Ingress when its class asks for nginx' annotations, with warnings and
 * problems; else the subject as it is. */
const struct object *nginx_read(struct subject *s);

/* ---- settings.c ----------------------------------------------------------------------------- */

/* Sets in '*out' what the annotations say of the Ingress' server groups. */
void settings_read(struct subject *s, struct alb_server_group *out);

/* ---- port.c --------------------------------------------------------------------------------- */

struct listen_port {
    int64_t port;
    enum alb_protocol protocol;
    const char *why; /* the field that asks for it */
};
typedef LIST_OF(struct listen_port) listen_ports;

/* What decides where the rules of an Ingress go (alb-ingress.md §C.2, §C.4). */
struct placement {
    bool ssl_redirect;
    bool explicit_ports; /* listen-ports is given */
    bool has_tls;        /* any entry in spec.tls */
    struct map tls_hosts;
    listen_ports ports;
};
/* 'hosts' are those of spec.rules; NULL: any. */
void ports_find(struct subject *s, struct placement *p, const char *const *hosts, size_t n);
bool port_wanted(const struct placement *p, int64_t port, enum alb_protocol protocol);
/* Does a rule of 'host' go on a listener of 'protocol' that the Ingress lists? */
bool port_takes_host(const struct placement *p, enum alb_protocol protocol, const char *host);

/* ---- path.c --------------------------------------------------------------------------------- */

/* How a path is compared, most exact first. */
enum path_kind {
    PATH_EXACT,
    PATH_PATTERN, /* with wildcards, or a regular expression */
    PATH_PREFIX
};

/* A path of an Ingress as it is given. */
struct path_given {
    const char *path, *type;    /* NULL: "/" and Prefix                                  */
    bool use_regex;             /* by use-regex or rewrite-target: a Prefix path is a
                                   regular expression ...                                */
    const char *rewrite_target; /* ... unless it is this text                            */
};

/* The values of the Path condition, alb-ingress.md §C.5. */
enum path_kind path_values(struct subject *s, const struct place *at,
                           const struct path_given *given, struct alb_values *out);

/* ---- value.c: what ALB takes; NULL, or what is wanted instead ------------------------------- */

const char *value_check_description(const char *v); /* of a listener */
const char *value_check_host(const char *v);
const char *value_check_path(const char *v);
const char *value_check_header_key(const char *v);
const char *value_check_header_value(const char *v);
const char *value_check_query(const char *v); /* a value */
const char *value_check_query_key(const char *v);
const char *value_check_cookie(const char *v);
const char *value_check_method(const char *v);
/* "@..." is how we name what has no id yet (model.h): nobody else may. */
const char *value_check_id(const char *v);
const char *value_check_source_ip(const char *v);
const char *value_check_status(const char *v);
/* Of a redirect or a rewrite, where variables as ${host} may stand. */
const char *value_check_target_host(const char *v);
const char *value_check_target_path(const char *v);
const char *value_check_target_query(const char *v);
/* A header that a rule sets or removes. */
const char *value_check_set_header(const char *v, bool response);
const char *value_check_reference(const char *v); /* the name of a header to copy */
const char *value_check_origin(const char *v);
const char *value_check_cors_header(const char *v);

/* Characters, not bytes, of UTF-8. */
size_t text_length(const char *text);
/* Letters, digits and what is in 'more'. */
bool text_is_made_of(const char *text, const char *more);
bool text_is_one_of(const char *text, const char *const *allowed, size_t n);
/* A problem at member 'name' of 'at' when 'v' (NULL: nothing to check) does not pass. */
void value_check_at(struct subject *s, const struct place *at, const char *name, const char *v,
                    const char *(*check)(const char *));

/* ---- routes ----------------------------------------------------------------------------------
 */

struct backend {
    const char *service;
    int64_t port; /* 0 with use_annotation */
    bool use_annotation;
};

struct group_ref {
    const char *service;
    int64_t port;
};

typedef LIST_OF(struct alb_rule_action) action_list;

/* One path of an Ingress, translated as far as it does not depend on the listener. */
struct route {
    const char *host; /* NULL: any                                                 */
    const char *path; /* as the manifest has it, "/" when it has none              */
    enum path_kind kind;
    bool is_default;     /* of spec.defaultBackend                                 */
    const char *service; /* its backend, whose annotations act on it               */
    const char *where;   /* "spec.rules[0].http.paths[1]"                          */
    const char *from;    /* "Ingress shop/web (web.yaml:3) rules[0]..."            */
    enum alb_direction direction;
    LIST_OF(struct alb_condition) conditions;
    action_list actions;    /* in the order in which they are sent                   */
    action_list redirected; /* where ssl-redirect leads to port 443; empty without it */
    bool redirects;         /* the Ingress has ssl-redirect                          */
    LIST_OF(struct group_ref) groups;
    bool own_forward; /* it ends in a forward to its backend, 'own'               */
    struct group_ref own;
    const char *digest; /* of the rule that it becomes: model.h                     */
};

/* Actions that annotations give to every rule of an Ingress; .type not set: none. */
struct common_actions {
    struct alb_rule_action limit, cors, rewrite;
};

/* What the annotations canary-* say. */
struct canary {
    bool on;
    const char *header, *header_value, *cookie; /* of its rules of its own               */
    bool has_weight; /* canary-weight is given, so it has no rules of its own           */
    bool shares;     /* it takes a share of what goes to the main Ingress               */
    int64_t weight;  /* per cent                                                        */
};

/* The backend of a path as the manifest has it. */
struct backend_port_spec {
    struct opt_int number;
    const char *name;
};
struct backend_service_spec {
    const char *name;
    struct backend_port_spec port;
};
struct backend_spec {
    struct backend_service_spec service;
    struct opt_bool has_service, has_resource;
};
extern const struct schema backend_spec_schema;

/* The Service and its port that the backend at 'at' names; false when there was a problem. */
bool backend_find(struct subject *s, const struct place *at, const struct backend_spec *spec,
                  struct backend *out);
/* ---- ingress.c -------------------------------------------------------------------------------
 */

struct service_protocol {
    const char *service;
    enum alb_protocol protocol;
};

struct ingress_tls;
struct ingress {
    const struct object *obj;
    uint64_t read;        /* which reading it is: no two have the same number */
    const char *sort_key; /* "<ns>/<name>" */
    const char *from;     /* "Ingress shop/web (web.yaml:3)" */
    int64_t order;
    struct placement placement;
    struct alb_server_group settings;           /* what its groups have in common */
    enum alb_protocol protocol;                 /* of its groups: HTTP, HTTPS or gRPC ...      */
    LIST_OF(struct service_protocol) protocols; /* ... but for these Services       */
    struct common_actions common;
    bool use_regex;
    const char *rewrite_target;
    struct canary canary;
    LIST_OF(struct ingress_tls) tls; /* entries of spec.tls with a Secret: secret_priv.h */
    LIST_OF(const char *) secrets;   /* that they name, also those that cannot be used   */
    LIST_OF(struct route) routes;
    bool left_out; /* by a problem that came up later */
};

/* When it cannot be translated the problems say why, and 'left_out' is set: then only the groups of
 * its routes are to be looked at. */
struct ingress *ingress_read(struct subject *s);
void ingress_done(struct ingress *ing);

/* ---- condition.c ----------------------------------------------------------------------------- */

/* The conditions of a route: those of the annotation conditions.<service>, its host, and
 * 'paths' (alb-ingress.md §C.6).  'r' has service, host and direction. */
void conditions_find(struct subject *s, const struct alb_values *paths, struct route *r);
void condition_add_header(struct subject *s, struct route *r, const char *key, const char *value);
void condition_add_cookie(struct subject *s, struct route *r, const char *key, const char *value);
/* Are there more of them than a rule may have? */
void conditions_check(struct subject *s, const struct place *at, const struct route *r);

/* ---- action.c, assemble.c -------------------------------------------------------------------- */

/* The actions of a route to 'b', which stands at 'at': those of annotations, and the forward
 * to the Service. */
void actions_find(struct subject *s, const struct place *at, const struct ingress *ing,
                  const struct backend *b, struct route *r);
/* Puts 'raw' into the order in which actions are sent, and says what does not go together. */
void actions_assemble(struct subject *s, const struct place *at, const action_list *raw,
                      struct route *r);

/* ---- rewrite.c, limit.c, cors.c -------------------------------------------------------------- */

/* Each reads its annotations into 'ing', mostly into ing->common. */
void rewrite_read(struct subject *s, struct ingress *ing);
void limit_read(struct subject *s, struct ingress *ing);
void cors_read(struct subject *s, struct ingress *ing);

/* What is wrong with an action, wherever it is from. */
void rewrite_check(struct subject *s, const struct place *at, const struct alb_rewrite *r);
void limit_check(struct subject *s, const struct place *at, const struct alb_limit *limit);
enum cors_place { CORS_ORIGIN, CORS_METHODS, CORS_HEADERS, CORS_EXPOSE, CORS_MAX_AGE, CORS_PLACES };
void cors_check(struct subject *s, const struct place at[CORS_PLACES], const struct alb_cors *c);

/* ---- protocol.c ------------------------------------------------------------------------------ */

void protocol_read(struct subject *s, struct ingress *ing);
/* Of the groups of a Service. */
enum alb_protocol protocol_of(const struct ingress *ing, const char *service);
/* Do the listeners, which are known now, go with the protocols of the groups? */
void protocol_check(struct subject *s, const struct ingress *ing);

/* ---- canary.c -------------------------------------------------------------------------------- */

/* Reads the annotations canary-*; the conditions of a canary with rules of its own follow with
 * canary_conditions(). */
void canary_read(struct subject *s, struct ingress *ing);
void canary_conditions(struct subject *s, const struct ingress *ing, struct route *r);
/* What a route of a canary must not have. */
void canary_check_route(struct subject *s, const struct place *at, const struct ingress *ing,
                        const struct route *r);

/* ---- order.c --------------------------------------------------------------------------------- */

/* The annotation alb-agent/rule-order of an AlbConfig. */
enum rule_order order_read(struct subject *s);
/* ---- quota.c --------------------------------------------------------------------------------- */

struct reach_rule;
/* What the rules of a load balancer take of its quotas. */
struct quota_use {
    struct map ingresses; /* "<ns>/<name>": rules               */
    struct map groups;    /* id, or "@<group key>": rules       */
    size_t rules;
    size_t uses; /* of groups, by rules */
};
void quota_add(struct tr *t, const struct reach_rule *r, struct quota_use *q);
/* Warns of what is more than a quota allows before it is raised; of the servers of 'unit' when
 * these are known. */
void quota_warn(struct tr *t, const struct config *c, const struct quota_use *q);
void quota_warn_servers(struct tr *t, const struct unit *unit);
void quota_done(struct quota_use *q);

/* ---- rule.c ---------------------------------------------------------------------------------- */

/* Makes the rows of all rules of a load balancer, and of the groups they name. */
void rules_translate(struct tr *t, struct config *c);

/* ---- service.c, endpoint.c, group.c --------------------------------------------------------- */

struct service_port {
    const char *name; /* NULL: it has none */
    struct opt_int number;
    const char *protocol; /* NULL: TCP */
    struct opt_int node_port;
};

/* One address and port behind a Service. */
struct endpoint {
    const char *ip;
    const char *port_name; /* of the Service's port; "" when it has none */
    int64_t port;
    const char *node; /* NULL: not known */
};

/* A Service, whether or not there is an object of it. */
struct service {
    const struct object *obj;           /* NULL: there is none                     */
    bool bad;                           /* it, or a slice, cannot be understood    */
    bool external;                      /* of type ExternalName                    */
    bool has_node_ports;                /* of type NodePort or LoadBalancer        */
    bool local;                         /* nodes pass requests to their own pods   */
    bool other_family;                  /* a slice has addresses that are not IPv4 */
    LIST_OF(struct service_port) ports; /* of its spec                             */
    LIST_OF(struct endpoint) endpoints; /* not set: no object says which           */
};

/* With its addresses; or without, for those who need its ports only. */
const struct service *service_find(struct tr *t, const char *ns, const char *name);
const struct service *service_spec(struct tr *t, const char *ns, const char *name);
/* TCP ports only; NULL when there is none. */
const struct service_port *service_port_by_number(const struct service *svc, int64_t number);
const struct service_port *service_port_by_name(const struct service *svc, const char *name);

/* What a group is for which servers are looked for. */
struct server_place {
    const char *vpc; /* NULL: not known */
    enum alb_group_type type;
    const char *or_use; /* instead, where an address has no interface */
};

/* The servers behind a port of a Service; '*out' stays not set when they are not known. */
typedef LIST_OF(struct alb_server) server_list;
void servers_of_port(struct tr *t, const struct server_place *place, const struct service *svc,
                     const struct service_port *port, server_list *out);
/* The same of the port that the rules of an Ingress name. */
void servers_find(struct tr *t, const struct config *c, const struct ingress *ing,
                  const struct route *r, const struct group_ref *ref, server_list *out);

/* ---- node.c -------------------------------------------------------------------------------- */

/* A pod with ALB's readiness gate whose containers are ready: it takes requests before it is
 * ready, as it becomes so by taking them (alb-ingress.md §D.7). */
bool pod_waits_for_alb(const struct tr *t, const char *ns, const char *name);
/* Its pods have no node port, but interfaces of their own. */
bool node_is_virtual(const struct tr *t, const char *name);
/* The nodes that count, each as a server with this port; or those with pods behind the
 * Service's port 'port_name'. */
void nodes_add_all(struct tr *t, const struct service *svc, int64_t port, int64_t weight,
                   server_list *out);
void nodes_add_of_pods(struct tr *t, const struct service *svc, const char *port_name, int64_t port,
                       server_list *out);

/* Wants the group that the Ingress owns for a Service's port, once. */
void group_translate(struct tr *t, const struct config *c, const struct ingress *ing,
                     const struct route *r, const struct group_ref *ref);
/* Makes its row. */
void group_make(struct tr *t, const struct config *c, const struct ingress *ing,
                const struct route *r, const struct group_ref *ref);
/* The same of one that is not wanted by a rule now: its type and servers, in 'servers'. */
void group_translate_servers(struct tr *t, const struct config *c, const struct ingress *ing,
                             const struct route *r, const struct group_ref *ref);
void group_make_servers(struct tr *t, const struct config *c, const struct ingress *ing,
                        const struct route *r, const struct group_ref *ref);
/* Makes the row of the empty group that listeners of a port have as default action, once. */
void default_group_translate(struct tr *t, const struct config *c, int64_t port, const char *from);
const char *default_group_key(struct arena *a, const char *config, int64_t port);
