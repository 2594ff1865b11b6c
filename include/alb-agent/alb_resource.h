/* alb_resource.h - the ALB resources this agent manages, as it holds them in memory.
 *
 * Names, types, ranges and defaults are those of alb-openapi.json; where a reply and a
 * request spell a member differently the table knows both.  A wanted object sets only
 * what it manages. */
#pragma once

#include "alb-agent/arena.h"
#include "alb-agent/opt.h"

struct schema; /* schema.h */

/* The call that changes a member: the granularity of a plan. */
enum alb_via {
    ALB_VIA_REPLACE = 1 << 0,          /* fixed at creation: delete and create again            */
    ALB_VIA_UPDATE = 1 << 1,           /* UpdateXxxAttribute                                     */
    ALB_VIA_CERTS = 1 << 2,            /* Associate/DissociateAdditionalCertificates...          */
    ALB_VIA_SERVERS = 1 << 3,          /* Add/Remove/ReplaceServers..., weights                  */
    ALB_VIA_TAGS = 1 << 4,             /* TagResources, UnTagResources                           */
    ALB_VIA_EDITION = 1 << 5,          /* UpdateLoadBalancerEdition                              */
    ALB_VIA_PROTECTION = 1 << 6,       /* Enable/DisableDeletionProtection                       */
    ALB_VIA_ACCESS_LOG = 1 << 7,       /* Enable/DisableLoadBalancerAccessLog                    */
    ALB_VIA_LOG_CONFIG = 1 << 8,       /* UpdateListenerLogConfig                                */
    ALB_VIA_GROUP = 1 << 9,            /* MoveResourceGroup                                      */
    ALB_VIA_RULE = 1 << 10,            /* UpdateRulesAttribute                                   */
    ALB_VIA_IPV6 = 1 << 11,            /* Enable/DisableLoadBalancerIpv6Internet                 */
    ALB_VIA_BY_HAND = 1 << 12,         /* there is a call, which the agent does not make         */
    ALB_VIA_SECURITY_GROUPS = 1 << 13, /* LoadBalancerJoin/LeaveSecurityGroup              */
    ALB_VIA_BANDWIDTH = 1 << 14,       /* Attach/DetachCommonBandwidthPackage...                 */
    ALB_VIA_ACLS = 1 << 15,            /* AssociateAclsWithListener, DissociateAclsFromListener  */
    ALB_VIA_ENTRIES = 1 << 16,         /* AddEntriesToAcl, RemoveEntriesFromAcl                  */
};

/* ---- enums, each with its names on the wire --------------------------------------- */

/* clang-format off */
#define ALB_PROTOCOLS(X) X(HTTP, "HTTP") X(HTTPS, "HTTPS") X(QUIC, "QUIC") X(GRPC, "gRPC")
#define ALB_ADDRESS_TYPES(X) X(INTERNET, "Internet") X(INTRANET, "Intranet")
#define ALB_IP_VERSIONS(X) X(IPV4, "IPv4") X(DUAL_STACK, "DualStack")
#define ALB_EDITIONS(X) X(BASIC, "Basic") X(STANDARD, "Standard") X(WAF, "StandardWithWaf")
#define ALB_SCHEDULERS(X) X(WRR, "Wrr") X(WLC, "Wlc") X(SCH, "Sch") X(UCH, "Uch")
#define ALB_GROUP_TYPES(X) X(INSTANCE, "Instance") X(IP, "Ip") X(FC, "Fc")
#define ALB_SERVER_TYPES(X) X(ECS, "Ecs") X(ENI, "Eni") X(ECI, "Eci") X(IP, "Ip") X(FC, "Fc")
#define ALB_DIRECTIONS(X) X(REQUEST, "Request") X(RESPONSE, "Response")
#define ALB_CONDS(X) \
    X(HOST, "Host") X(PATH, "Path") X(HEADER, "Header") X(QUERY, "QueryString") \
    X(METHOD, "Method") X(COOKIE, "Cookie") X(SOURCE_IP, "SourceIp") \
    X(RESPONSE_HEADER, "ResponseHeader") X(RESPONSE_STATUS, "ResponseStatusCode")
#define ALB_ACTION_TYPES(X) \
    X(FORWARD, "ForwardGroup") X(REDIRECT, "Redirect") X(FIXED, "FixedResponse") \
    X(REWRITE, "Rewrite") X(INSERT_HEADER, "InsertHeader") X(REMOVE_HEADER, "RemoveHeader") \
    X(LIMIT, "TrafficLimit") X(MIRROR, "TrafficMirror") X(CORS, "Cors")

#define X(N, s) ALB_PROTOCOL_##N,
enum alb_protocol { ALB_PROTOCOL_UNSET, ALB_PROTOCOLS(X) };
#undef X
#define X(N, s) ALB_ADDRESS_##N,
enum alb_address_type { ALB_ADDRESS_UNSET, ALB_ADDRESS_TYPES(X) };
#undef X
#define X(N, s) ALB_IP_VERSION_##N,
enum alb_ip_version { ALB_IP_VERSION_UNSET, ALB_IP_VERSIONS(X) };
#undef X
#define X(N, s) ALB_EDITION_##N,
enum alb_edition { ALB_EDITION_UNSET, ALB_EDITIONS(X) };
#undef X
#define X(N, s) ALB_SCHEDULER_##N,
enum alb_scheduler { ALB_SCHEDULER_UNSET, ALB_SCHEDULERS(X) };
#undef X
#define X(N, s) ALB_GROUP_TYPE_##N,
enum alb_group_type { ALB_GROUP_TYPE_UNSET, ALB_GROUP_TYPES(X) };
#undef X
#define X(N, s) ALB_SERVER_TYPE_##N,
enum alb_server_type { ALB_SERVER_TYPE_UNSET, ALB_SERVER_TYPES(X) };
#undef X
#define X(N, s) ALB_DIRECTION_##N,
enum alb_direction { ALB_DIRECTION_UNSET, ALB_DIRECTIONS(X) };
#undef X
#define X(N, s) ALB_COND_##N,
enum alb_cond { ALB_COND_UNSET, ALB_CONDS(X) };
#undef X
#define X(N, s) ALB_ACTION_##N,
enum alb_action_type { ALB_ACTION_UNSET, ALB_ACTION_TYPES(X) };
#undef X
/* clang-format on */

/* The name on the wire, as "ForwardGroup"; NULL for 0 or a value out of range. */
const char *alb_protocol_name(enum alb_protocol p);
const char *alb_group_type_name(enum alb_group_type t);
const char *alb_cond_name(enum alb_cond c);
const char *alb_action_type_name(enum alb_action_type t);

/* ---- parts -------------------------------------------------------------------------- */

struct alb_tag {
    const char *key, *value;
};
typedef LIST_OF(struct alb_tag) alb_tags;

struct alb_address {
    const char *address, *eip_type, *allocation_id;
    const char *intranet_address, *intranet_health;
    LIST_OF(const char *) ipv4_local;
    const char *ipv6_address, *ipv6_health;
    LIST_OF(const char *) ipv6_local;
};
struct alb_zone_mapping {
    const char *zone_id, *vswitch_id, *allocation_id, *eip_type, *intranet_address;
    LIST_OF(struct alb_address) addresses;
    const char *status; /* Active Stopped Shifted Starting Stopping */
};

struct alb_protection {
    struct opt_bool enabled;
    const char *since; /* when it was enabled */
};
struct alb_operation_lock {
    const char *reason, *type;
};
struct alb_modification {
    const char *status; /* NonProtection, ConsoleProtection */
    const char *reason;
};
struct alb_access_log {
    const char *project, *store;
};
struct alb_billing {
    const char *pay_type; /* PostPay */
    const char *bandwidth_package_id;
};

struct alb_cert {
    const char *id;
    const char *type; /* Ca, Server                        */
    struct opt_bool is_default;
    const char *status; /* Associating Associated Diassociating */
};

struct alb_target {
    const char *group_id; /* a cloud id, or "@<group key>" for a group of ours */
    struct opt_int weight;
};
struct alb_group_stickiness {
    struct opt_bool enabled;
    struct opt_int timeout; /* seconds */
};
struct alb_forward {
    LIST_OF(struct alb_target) targets;
    struct alb_group_stickiness stickiness;
};
struct alb_redirect {
    const char *host, *path, *port, *protocol, *query, *http_code;
};
struct alb_fixed {
    const char *content, *content_type, *http_code;
};
struct alb_rewrite {
    const char *host, *path, *query;
};
struct alb_insert_header {
    const char *key, *value, *value_type;
    struct opt_bool cover;
};
struct alb_remove_header {
    const char *key;
};
struct alb_limit {
    struct opt_int qps, per_ip_qps;
};
struct alb_mirror_groups {
    LIST_OF(struct alb_target) targets;
};
struct alb_mirror {
    const char *target_type; /* ForwardGroupMirror */
    struct alb_mirror_groups groups;
};
struct alb_cors {
    LIST_OF(const char *) allow_origin;
    LIST_OF(const char *) allow_methods;
    LIST_OF(const char *) allow_headers;
    LIST_OF(const char *) expose_headers;
    const char *allow_credentials; /* on, off */
    struct opt_int max_age;        /* seconds */
};

struct alb_rule_action {
    enum alb_action_type type;
    struct opt_int order;
    union {
        struct alb_forward forward;
        struct alb_redirect redirect;
        struct alb_fixed fixed;
        struct alb_rewrite rewrite;
        struct alb_insert_header insert_header;
        struct alb_remove_header remove_header;
        struct alb_limit limit;
        struct alb_mirror mirror;
        struct alb_cors cors;
    };
};

struct alb_values {
    LIST_OF(const char *) values;
};
struct alb_key_values {
    const char *key;
    LIST_OF(const char *) values;
};
struct alb_pair {
    const char *key, *value;
};
struct alb_pairs {
    LIST_OF(struct alb_pair) pairs;
};

struct alb_condition {
    enum alb_cond type;
    union {
        struct alb_values values;     /* HOST PATH METHOD SOURCE_IP RESPONSE_STATUS */
        struct alb_key_values header; /* HEADER RESPONSE_HEADER                     */
        struct alb_pairs pairs;       /* QUERY COOKIE                               */
    };
};

struct alb_quic {
    struct opt_bool upgrade;
    const char *listener_id;
};

struct alb_forwarded {
    struct opt_bool verify, fingerprint, issuer_dn, subject_dn; /* of the client certificate */
    const char *verify_alias, *fingerprint_alias, *issuer_dn_alias, *subject_dn_alias;
    struct opt_bool source_ips;
    const char *source_ips_trusted; /* "10.1.1.0/24;10.2.0.0/16" */
    struct opt_bool src_port, enabled, host, proto, slb_id, slb_port;
    const char *mode; /* append, remove */
};
struct alb_tracing {
    struct opt_bool enabled;
    struct opt_int sample; /* 1..10000, of 10000 requests */
    const char *type;      /* Zipkin                      */
};
struct alb_listener_log {
    struct opt_bool custom_headers;
    struct alb_tracing tracing;
};
struct alb_listener_acl {
    const char *acl_id; /* a cloud id, or "@acl/<key>" for an access list of ours */
    const char *status; /* Associating Associated Dissociating                    */
};
/* All access lists of a listener are of one type. */
struct alb_listener_acls {
    LIST_OF(struct alb_listener_acl) acls;
    const char *type; /* White, Black; NULL: not managed, or there is none */
};

/* ---- resources ------------------------------------------------------------------------ */

struct alb_load_balancer {
    const char *id;
    const char *name;
    enum alb_address_type address_type;
    enum alb_ip_version ip_version;
    enum alb_address_type ipv6_address_type;
    enum alb_edition edition;
    const char *vpc_id;
    const char *resource_group_id;
    LIST_OF(struct alb_zone_mapping) zones;
    /* Where nobody says them: those that it is made with, which may be other ones of another day;
     * how they were found, or why there are none. */
    LIST_OF(struct alb_zone_mapping) found_zones;
    const char *found_how;
    struct alb_billing billing;
    struct alb_protection deletion_protection;
    struct alb_modification modification_protection;
    struct alb_access_log access_log;
    alb_tags tags;
    const char *dns_name;
    const char *status;          /* Provisioning Active Configuring Inactive CreateFailed */
    const char *business_status; /* Normal Abnormal                                       */
    const char *address_mode;    /* Fixed Dynamic                                         */
    const char *bandwidth_package_id;
    const char *created;
    const char *region;
    LIST_OF(struct alb_operation_lock) locks;
    LIST_OF(const char *) security_group_ids;
};

struct alb_listener {
    const char *id;
    const char *lb_id;
    enum alb_protocol protocol;
    struct opt_int port;
    const char *description;
    struct opt_int idle_timeout;    /* seconds */
    struct opt_int request_timeout; /* seconds */
    struct opt_bool gzip;
    struct opt_bool http2;
    const char *security_policy_id;
    LIST_OF(struct alb_cert) certs;            /* the default one                        */
    LIST_OF(struct alb_cert) additional_certs; /* composed by 'observe', not in replies  */
    LIST_OF(struct alb_cert) ca_certs;
    struct opt_bool ca_enabled;
    struct alb_quic quic;
    LIST_OF(struct alb_rule_action) default_actions;
    struct alb_forwarded forwarded;
    alb_tags tags;
    const char *status; /* Provisioning Running Configuring Stopped */
    struct alb_listener_log log;
    struct alb_listener_acls acls;
    struct opt_bool scripts_known; /* its AScripts are read, or it was just made; by 'observe' */
};

struct alb_rule {
    const char *id;
    const char *listener_id;
    const char *lb_id;
    const char *name;
    struct opt_int priority; /* 1..10000, unique in a listener, lower first */
    enum alb_direction direction;
    LIST_OF(struct alb_condition) conditions;
    LIST_OF(struct alb_rule_action) actions;
    alb_tags tags;
    const char *status; /* Provisioning Configuring Available */
};

struct alb_health {
    struct opt_bool enabled;
    const char *protocol; /* HTTP HTTPS TCP gRPC */
    const char *host, *path, *method, *http_version;
    LIST_OF(const char *) codes;
    struct opt_int connect_port, interval, timeout, healthy, unhealthy;
};
struct alb_sticky {
    struct opt_bool enabled;
    const char *type; /* Insert Server */
    struct opt_int cookie_timeout;
    const char *cookie;
};
struct alb_uch {
    const char *type; /* QueryString */
    const char *value;
};
struct alb_drain {
    struct opt_bool enabled;
    struct opt_int timeout; /* seconds */
};
struct alb_slow_start {
    struct opt_bool enabled;
    struct opt_int duration; /* seconds */
};

/* Keyed by (id, ip, type, port), alb-semantics.md §6. */
struct alb_server {
    enum alb_server_type type;
    const char *id;
    const char *ip;
    struct opt_int port;
    struct opt_int weight;
    const char *description;
    struct opt_bool remote_ip;
    const char *status; /* Adding Available Configuring Removing Replacing */
    const char *group_id;
};

struct alb_server_group {
    const char *id;
    const char *name;
    enum alb_group_type type;
    const char *vpc_id;
    enum alb_protocol protocol;
    enum alb_scheduler scheduler;
    const char *service_name;
    const char *resource_group_id;
    struct alb_health health;
    struct alb_sticky sticky;
    struct alb_uch uch;
    struct alb_drain drain;
    struct alb_slow_start slow_start;
    struct opt_bool keepalive;
    struct opt_bool cross_zone;
    LIST_OF(struct alb_server) servers; /* not set: unknown, so not managed       */
    alb_tags tags;
    const char *status;             /* Creating Available Configuring */
    struct opt_bool config_managed; /* by another service: not to be written       */
    struct opt_bool ipv6;
    const char *ip_version_affinity;
    const char *created;
    struct opt_int n_servers;
    LIST_OF(const char *) lb_ids; /* of the load balancers that use it */
};

/* A certificate that we upload to the certificate service, CAS (companion-apis.md §2).  Its
 * private key is never a part of it. */
struct alb_certificate {
    const char *name;        /* unique in the account                                    */
    const char *cert;        /* PEM, with its chain; lists do not say it                 */
    const char *fingerprint; /* SHA-1 of the certificate, hex in capitals                */
    const char *end;         /* its last day: "2027-01-31"                               */
};

struct alb_acl_entry {
    const char *entry; /* "10.0.1.0/24"; of an access list of ours in that form, see acl_entry() */
    const char *description;
    const char *status; /* Adding Available Removing                              */
    const char *told;   /* as the cloud has it, where that is another form; else NULL */
};

/* An access list: who may come in, or who may not, as the listener that uses it says. */
struct alb_acl {
    const char *id;
    const char *name;
    const char *status;             /* Creating Available Configuring Deleting */
    const char *ip_version;         /* IPv4                                    */
    struct opt_bool config_managed; /* by another service: not to be written */
    const char *created;
    const char *resource_group_id;
    LIST_OF(struct alb_acl_entry) entries; /* composed by 'observe', not in replies      */
    alb_tags tags;
    const char *user; /* a listener of others that uses it; composed by 'observe' */
};

struct alb_script_attribute {
    const char *key; /* EsDebug */
    const char *value;
};

/* An AScript: a program of a listener. */
struct alb_script {
    const char *id;
    const char *name;
    const char *listener_id, *lb_id;
    const char *content; /* its text */
    struct opt_bool enabled;
    const char *position;     /* RequestHead RequestFoot ResponseHead; replies do not say it, */
    struct opt_bool extended; /* nor whether it has attributes, */
    LIST_OF(struct alb_script_attribute) attributes; /* nor which: see model_join()    */
    const char *status;                              /* Creating Available Configuring Deleting */
};

/* The tables, one a struct: src/alb/resource/. */
extern const struct schema alb_load_balancer_schema;
extern const struct schema alb_listener_schema;
extern const struct schema alb_listener_log_schema;
extern const struct schema alb_forwarded_schema;
extern const struct schema alb_rule_schema;
extern const struct schema alb_server_group_schema;
extern const struct schema alb_certificate_schema;
extern const struct schema alb_acl_schema;
extern const struct schema alb_acl_entry_schema;
extern const struct schema alb_script_schema;
extern const struct schema alb_server_schema;
extern const struct schema alb_condition_schema;
extern const struct schema alb_rule_action_schema;
extern const struct schema alb_tag_schema;

/* The value of tag 'key', or NULL. */
const char *alb_tag_get(const alb_tags *tags, const char *key);

/* Are two servers the same one: id, type, port and, unless it is an instance (Ecs), ip? */
bool alb_server_same(const struct alb_server *x, const struct alb_server *y);
