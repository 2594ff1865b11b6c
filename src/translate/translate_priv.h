/* translate_priv.h - between the files of src/translate.
 *
 * The way of an Ingress: class.c finds its AlbConfig, ingress.c reads it into routes (one a
 * path) with the help of port.c, path.c, backend.c and action.c, rule.c puts the routes on
 * the listeners, group.c and endpoint.c make the server groups that the rules name. */
#pragma once

#include "alb-agent/object.h"
#include "alb-agent/schema.h"
#include "alb-agent/translate.h"

#define CONFIG_NS         "kube-system" /* of AlbConfigs in keys and tags, alb-ingress.md §B.1 */
#define ANNOTATION_PREFIX "alb.ingress.kubernetes.io/"
#define NGINX_PREFIX      "nginx.ingress.kubernetes.io/"

/* One translation. */
struct tr {
    struct arena *a;
    const struct translate_in *in;
    struct translate_out *out;
    struct map noted;    /* problems, warnings and needs that were given, as one text  */
    struct map groups;   /* "<lb>\n<group key>" of the rows that were made             */
    struct map services; /* "<ns>/<name>": struct service                              */
};

/* ---- problem.c: what is wrong, and where ------------------------------------------------ */

/* A place in an object: "spec.rules[0].http".  Lives on the stack of whoever goes there. */
struct place {
    const struct place *up;
    const char *name; /* of a member; NULL: an element  */
    size_t index;     /* of an element                  */
};

/* The object that is being read.  Each problem counts; whoever reads it leaves it out when
 * there was any. */
struct subject {
    struct tr *t;
    const struct object *obj;
    size_t n_problems;
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

/* "Ingress shop/web" or "AlbConfig web"; with the origin: "Ingress shop/web (web.yaml:3)". */
const char *subject_name(struct arena *a, const struct object *obj);
const char *subject_from(struct arena *a, const struct object *obj);

/* ---- read.c: JSON into structs, by the tables of schema.h --------------------------------- */

/* What a row may say beyond the flags of schema.h. */
enum read_flag {
    READ_LATER = 1 << 16,   /* known, has no effect yet: a warning when it is on            */
    READ_REFUSED = 1 << 17, /* known, not supported yet, and leaving it out would do harm   */
    READ_IGNORED = 1 << 18, /* known, and without effect as the reference has it            */
    READ_PRESENT = 1 << 19, /* a FIELD_BOOL that says whether the member is there           */
    READ_INT_TEXT = 1 << 20 /* a FIELD_INT that may be given as text                        */
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

/* "text", "a number", "a list" ... */
const char *json_kind(const cJSON *json);
/* The name among 'names' that 'name' is most likely a misspelling of, or NULL. */
const char *nearest_name(const char *name, const char *const *names, size_t n);
/* Digits only, at most nine of them. */
bool text_to_int(const char *text, int64_t *out);

/* ---- name.c -------------------------------------------------------------------------------- */

const char *lb_default_name(struct tr *t, const char *name);
const char *group_name(struct tr *t, const char *ns, const char *service, int64_t port);
/* 2..128 characters, a letter first (alb-semantics.md §3). */
bool name_is_valid(const char *name);
void tag_add(struct tr *t, alb_tags *tags, const char *key, const char *value);

/* ---- albconfig.c, listener.c --------------------------------------------------------------- */

/* A tag as a manifest has it. */
struct tag_spec {
    const char *key, *value;
};
extern const struct schema tag_spec_schema;

struct config_listener {
    int64_t port;
    enum alb_protocol protocol;
    const char *key;              /* "80/HTTP"                                           */
    bool left_out;                /* it is in the manifest, but cannot be translated     */
    bool wants_certs;             /* it names none: they are found by host               */
    struct alb_listener *desired; /* NULL when left out at once */
    size_t index;                 /* in spec.listeners          */
    const char *from;
};

struct config {
    const struct object *obj;
    const char *name;
    const char *lb;  /* "kube-system/<name>"                              */
    const char *vpc; /* of its groups; "?vpc(vsw-1)" while it is not known */
    bool vpc_known;
    bool left_out; /* nothing of it is translated                       */
    LIST_OF(struct config_listener) listeners;
    LIST_OF(struct ingress *) members;
};
typedef LIST_OF(struct config) config_list;

/* Reads all AlbConfigs and makes the rows of their load balancers and listeners. */
void configs_translate(struct tr *t, config_list *configs);
struct config *config_find(const config_list *configs, const char *name);
/* Reads spec.listeners and makes a row of each. */
void listeners_translate(struct subject *s, struct config *c, const cJSON *json);

/* Makes the row of a listener that is complete; without a certificate it is left out. */
void listener_finish(struct tr *t, struct config *c, struct config_listener *l);

/* ---- certificate.c -------------------------------------------------------------------------- */

/* Finds the certificates of listeners that name none, by the hosts of the members. */
void certificates_translate(struct tr *t, struct config *c);

/* ---- class.c -------------------------------------------------------------------------------- */

/* The AlbConfig that an Ingress belongs to.  NULL without a problem: the Ingress is not
 * ours (alb-ingress.md §B.5). */
struct config *class_config(struct subject *s, const config_list *configs);

/* ---- annotation.c --------------------------------------------------------------------------- */

/* The value of an annotation below ANNOTATION_PREFIX, or NULL. */
const char *annotation(const struct object *obj, const char *name);
/* The same, where the key under NGINX_PREFIX wins. */
const char *annotation_aliased(const struct object *obj, const char *name);
struct place annotation_place(struct arena *a, const char *name);
/* By the literal "true"; 'aliased': the key under NGINX_PREFIX wins. */
bool annotation_is_true(struct subject *s, const char *name, bool aliased);
/* Refuses what is not supported and would change what requests get; warns of the rest.
 * 'services' are the backends that the Ingress names. */
void annotations_check(struct subject *s, const struct map *services);

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
/* 'hosts' are those of spec.rules, NULL or "" among them. */
void ports_find(struct subject *s, struct placement *p, const char *const *hosts, size_t n);
bool port_wanted(const struct placement *p, int64_t port, enum alb_protocol protocol);
/* Does a rule of 'host' go on a listener of 'protocol' that the Ingress lists? */
bool port_takes_host(const struct placement *p, enum alb_protocol protocol, const char *host);

/* ---- path.c --------------------------------------------------------------------------------- */

/* The values of the Path condition, alb-ingress.md §C.5; 'type' NULL: Prefix. */
void path_values(struct subject *s, const struct place *at, const char *path, const char *type,
                 struct alb_values *out);

/* ---- backend.c, action.c -------------------------------------------------------------------- */

struct backend {
    const char *service;
    int64_t port; /* 0 with use_annotation */
    bool use_annotation;
};

struct group_ref {
    const char *service;
    int64_t port;
};

/* One path of an Ingress, translated as far as it does not depend on the listener. */
struct route {
    const char *host;  /* NULL: any                                  */
    const char *where; /* "spec.rules[0].http.paths[1]"              */
    const char *from;  /* "Ingress shop/web (web.yaml:3) rules[0]..." */
    LIST_OF(struct alb_condition) conditions;
    LIST_OF(struct alb_rule_action) actions;
    LIST_OF(struct group_ref) groups;
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

/* The Service and its port; false when there was a problem. */
bool backend_find(struct subject *s, const struct place *at, const struct backend_spec *spec,
                  struct backend *out);
/* The actions of a path to 'b': those of the annotation, and the forward to the Service. */
void actions_find(struct subject *s, const struct place *at, const struct backend *b,
                  struct route *r);
/* What a listener other than 443 does with an Ingress that has ssl-redirect. */
struct alb_rule_action ssl_redirect_action(void);

/* ---- ingress.c, rule.c ------------------------------------------------------------------------
 */

struct ingress {
    const struct object *obj;
    const char *sort_key; /* "<ns>/<name>" */
    int64_t order;
    struct placement placement;
    struct alb_server_group settings; /* what its groups have in common */
    LIST_OF(struct route) routes;
};

/* NULL when it cannot be translated: the problems say why. */
struct ingress *ingress_read(struct subject *s);
void ingress_done(struct ingress *ing);

/* Makes the rows of all rules of a load balancer, and of the groups they name. */
void rules_translate(struct tr *t, struct config *c);

/* ---- service.c, endpoint.c, group.c --------------------------------------------------------- */

struct service_port {
    const char *name; /* NULL: it has none */
    struct opt_int number;
    const char *protocol; /* NULL: TCP */
};

/* One address and port behind a Service. */
struct endpoint {
    const char *ip;
    const char *port_name; /* of the Service's port; "" when it has none */
    int64_t port;
};

/* A Service, whether or not there is an object of it. */
struct service {
    const struct object *obj;              /* NULL: there is none                     */
    LIST_OF(const struct object *) slices; /* its EndpointSlices                      */
    bool loaded;                           /* what follows was read                   */
    bool bad;                              /* it, or a slice, cannot be understood    */
    bool external;                         /* of type ExternalName                    */
    LIST_OF(struct service_port) ports;    /* of its spec                             */
    LIST_OF(struct endpoint) endpoints;    /* not set: no object says which           */
};

/* Files the EndpointSlices by Service. */
void services_index(struct tr *t);
struct service *service_find(struct tr *t, const char *ns, const char *name);
/* TCP ports only; NULL when there is none. */
const struct service_port *service_port_by_number(const struct service *svc, int64_t number);
const struct service_port *service_port_by_name(const struct service *svc, const char *name);

/* The addresses behind a port of a Service; '*out' stays not set when they are not known. */
typedef LIST_OF(struct alb_server) server_list;
void servers_find(struct tr *t, const struct config *c, const struct ingress *ing,
                  const struct route *r, const struct group_ref *ref, server_list *out);

/* Makes the row of the group that the Ingress owns for a Service's port, once. */
void group_translate(struct tr *t, const struct config *c, const struct ingress *ing,
                     const struct route *r, const struct group_ref *ref);
/* Makes the row of the empty group that listeners of a port have as default action, once. */
void default_group_translate(struct tr *t, const struct config *c, int64_t port, const char *from);
const char *default_group_key(struct arena *a, const char *config, int64_t port);
