/* resource.c - the field tables.  To support a member: add it to the struct, add a row.
 *
 * tests/unit/alb_resource checks every row against alb-openapi.json. */
#include "alb-agent/alb_resource.h"

#include <string.h>

/* clang-format off */

#define X(N, s) [ALB_PROTOCOL_##N] = (s),
static const char *const alb_protocol_names[] = { ALB_PROTOCOLS(X) };
#undef X
#define X(N, s) [ALB_ADDRESS_##N] = (s),
static const char *const alb_address_type_names[] = { ALB_ADDRESS_TYPES(X) };
#undef X
#define X(N, s) [ALB_IP_VERSION_##N] = (s),
static const char *const alb_ip_version_names[] = { ALB_IP_VERSIONS(X) };
#undef X
#define X(N, s) [ALB_EDITION_##N] = (s),
static const char *const alb_edition_names[] = { ALB_EDITIONS(X) };
#undef X
#define X(N, s) [ALB_SCHEDULER_##N] = (s),
static const char *const alb_scheduler_names[] = { ALB_SCHEDULERS(X) };
#undef X
#define X(N, s) [ALB_GROUP_TYPE_##N] = (s),
static const char *const alb_group_type_names[] = { ALB_GROUP_TYPES(X) };
#undef X
#define X(N, s) [ALB_SERVER_TYPE_##N] = (s),
static const char *const alb_server_type_names[] = { ALB_SERVER_TYPES(X) };
#undef X
#define X(N, s) [ALB_DIRECTION_##N] = (s),
static const char *const alb_direction_names[] = { ALB_DIRECTIONS(X) };
#undef X
#define X(N, s) [ALB_COND_##N] = (s),
static const char *const alb_cond_names[] = { ALB_CONDS(X) };
#undef X
#define X(N, s) [ALB_ACTION_##N] = (s),
static const char *const alb_action_type_names[] = { ALB_ACTION_TYPES(X) };
#undef X

#define SELF struct alb_tag
static const struct field alb_tag_fields[] = {
    STR(key,   "Key",   .flags = F_REQUIRED),
    STR(value, "Value"),
};
SCHEMA(alb_tag, "Tag");
#undef SELF

#define SELF struct alb_zone_mapping
static const struct field alb_zone_mapping_fields[] = {
    STR(zone_id,          "ZoneId",    .flags = F_REQUIRED),
    STR(vswitch_id,       "VSwitchId", .flags = F_REQUIRED),
    /* In replies these stand a level deeper, in LoadBalancerAddresses. */
    STR(allocation_id,    "AllocationId",    .flags = F_LABEL),
    STR(intranet_address, "IntranetAddress", .flags = F_LABEL),
};
static SCHEMA(alb_zone_mapping, "ZoneMapping");
#undef SELF

#define SELF struct alb_protection
static const struct field alb_protection_fields[] = {
    BOOL(enabled, "Enabled", DFLT(false)),
};
static SCHEMA(alb_protection, "DeletionProtectionConfig");
#undef SELF

#define SELF struct alb_modification
static const struct field alb_modification_fields[] = {
    STR(status, "Status", .dflt_str = "NonProtection"),
    STR(reason, "Reason"),
};
static SCHEMA(alb_modification, "ModificationProtectionConfig");
#undef SELF

#define SELF struct alb_access_log
static const struct field alb_access_log_fields[] = {
    STR(project, "LogProject"),
    STR(store,   "LogStore"),
};
static SCHEMA(alb_access_log, "AccessLogConfig");
#undef SELF

#define SELF struct alb_billing
static const struct field alb_billing_fields[] = {
    STR(pay_type,             "PayType", .dflt_str = "PostPay"),
    /* In replies this stands beside the struct, not in it. */
    STR(bandwidth_package_id, "BandwidthPackageId", .flags = F_LABEL),
};
static SCHEMA(alb_billing, "LoadBalancerBillingConfig");
#undef SELF

#define SELF struct alb_cert
static const struct field alb_cert_fields[] = {
    STR(id, "CertificateId", .flags = F_REQUIRED),
};
static SCHEMA(alb_cert, "Certificate");
#undef SELF

#define SELF struct alb_target
static const struct field alb_target_fields[] = {
    STR(group_id, "ServerGroupId", .flags = F_REQUIRED | F_REF),
    INT(weight,   "Weight",        .min = 0, .max = 100, DFLT(100)),
};
static SCHEMA(alb_target, "ServerGroupTuple");
#undef SELF

#define SELF struct alb_group_stickiness
static const struct field alb_group_stickiness_fields[] = {
    BOOL(enabled, "Enabled", DFLT(false)),
    INT (timeout, "Timeout", .min = 1, .max = 86400, DFLT(1000)),
};
static SCHEMA(alb_group_stickiness, "ServerGroupStickySession");
#undef SELF

#define SELF struct alb_forward
static const struct field alb_forward_fields[] = {
    LIST(targets,    alb_target,           "ServerGroupTuples", .flags = F_REQUIRED | F_UNORDERED),
    OBJ (stickiness, alb_group_stickiness, "ServerGroupStickySession"),
};
static SCHEMA(alb_forward, "ForwardGroupConfig");
#undef SELF

#define SELF struct alb_redirect
static const struct field alb_redirect_fields[] = {
    STR(host,      "Host",     .dflt_str = "${host}"),
    STR(path,      "Path",     .dflt_str = "${path}"),
    STR(port,      "Port",     .dflt_str = "${port}"),
    STR(protocol,  "Protocol", .dflt_str = "${protocol}"),
    STR(query,     "Query",    .dflt_str = "${query}"),
    STR(http_code, "HttpCode", .dflt_str = "301"),
};
static SCHEMA(alb_redirect, "RedirectConfig");
#undef SELF

#define SELF struct alb_fixed
static const struct field alb_fixed_fields[] = {
    STR(content,      "Content"),
    STR(content_type, "ContentType", .dflt_str = "text/plain"),
    STR(http_code,    "HttpCode"),
};
static SCHEMA(alb_fixed, "FixedResponseConfig");
#undef SELF

#define SELF struct alb_rewrite
static const struct field alb_rewrite_fields[] = {
    STR(host,  "Host",  .dflt_str = "${host}"),
    STR(path,  "Path",  .dflt_str = "${path}"),
    STR(query, "Query", .dflt_str = "${query}"),
};
static SCHEMA(alb_rewrite, "RewriteConfig");
#undef SELF

#define SELF struct alb_insert_header
static const struct field alb_insert_header_fields[] = {
    STR (key,        "Key"),
    STR (value,      "Value"),
    STR (value_type, "ValueType"),
    BOOL(cover,      "CoverEnabled", .flags = F_OBSERVED),
};
static SCHEMA(alb_insert_header, "InsertHeaderConfig");
#undef SELF

#define SELF struct alb_remove_header
static const struct field alb_remove_header_fields[] = {
    STR(key, "Key"),
};
static SCHEMA(alb_remove_header, "RemoveHeaderConfig");
#undef SELF

#define SELF struct alb_limit
static const struct field alb_limit_fields[] = {
    INT(qps,        "QPS",      .min = 1, .max = 1000000),
    INT(per_ip_qps, "PerIpQps", .min = 1, .max = 1000000),
};
static SCHEMA(alb_limit, "TrafficLimitConfig");
#undef SELF

#define SELF struct alb_mirror_groups
static const struct field alb_mirror_groups_fields[] = {
    LIST(targets, alb_target, "ServerGroupTuples"),
};
static SCHEMA(alb_mirror_groups, "MirrorGroupConfig");
#undef SELF

#define SELF struct alb_mirror
static const struct field alb_mirror_fields[] = {
    STR(target_type, "TargetType"),
    OBJ(groups, alb_mirror_groups, "MirrorGroupConfig"),
};
static SCHEMA(alb_mirror, "TrafficMirrorConfig");
#undef SELF

#define SELF struct alb_cors
static const struct field alb_cors_fields[] = {
    STRS(allow_origin,      "AllowOrigin",   .flags = F_UNORDERED),
    STRS(allow_methods,     "AllowMethods",  .flags = F_UNORDERED),
    STRS(allow_headers,     "AllowHeaders",  .flags = F_UNORDERED),
    STRS(expose_headers,    "ExposeHeaders", .flags = F_UNORDERED),
    STR (allow_credentials, "AllowCredentials"),
    INT (max_age,           "MaxAge", .min = -1, .max = 172800),
};
static SCHEMA(alb_cors, "CorsConfig");
#undef SELF

#define SELF struct alb_rule_action
static const struct field alb_rule_action_fields[] = {
    ENUM(type,          alb_action_type,   "Type", .flags = F_REQUIRED),
    INT (order,                            "Order", .min = 1, .max = 50000),
    OBJ (forward,       alb_forward,       "ForwardGroupConfig",  .arm = ALB_ACTION_FORWARD),
    OBJ (redirect,      alb_redirect,      "RedirectConfig",      .arm = ALB_ACTION_REDIRECT),
    OBJ (fixed,         alb_fixed,         "FixedResponseConfig", .arm = ALB_ACTION_FIXED),
    OBJ (rewrite,       alb_rewrite,       "RewriteConfig",       .arm = ALB_ACTION_REWRITE),
    OBJ (insert_header, alb_insert_header, "InsertHeaderConfig",  .arm = ALB_ACTION_INSERT_HEADER),
    OBJ (remove_header, alb_remove_header, "RemoveHeaderConfig",  .arm = ALB_ACTION_REMOVE_HEADER),
    OBJ (limit,         alb_limit,         "TrafficLimitConfig",  .arm = ALB_ACTION_LIMIT),
    OBJ (mirror,        alb_mirror,        "TrafficMirrorConfig", .arm = ALB_ACTION_MIRROR),
    OBJ (cors,          alb_cors,          "CorsConfig",          .arm = ALB_ACTION_CORS),
};
SCHEMA(alb_rule_action, "RuleAction");
#undef SELF

#define SELF struct alb_values
static const struct field alb_values_fields[] = {
    STRS(values, "Values", .flags = F_REQUIRED | F_UNORDERED),
};
static SCHEMA(alb_values, "Values");
#undef SELF

#define SELF struct alb_key_values
static const struct field alb_key_values_fields[] = {
    STR (key,    "Key",    .flags = F_REQUIRED),
    STRS(values, "Values", .flags = F_REQUIRED | F_UNORDERED),
};
static SCHEMA(alb_key_values, "HeaderConfig");
#undef SELF

#define SELF struct alb_pair
static const struct field alb_pair_fields[] = {
    STR(key,   "Key"),
    STR(value, "Value"),
};
static SCHEMA(alb_pair, "Pair");
#undef SELF

#define SELF struct alb_pairs
static const struct field alb_pairs_fields[] = {
    LIST(pairs, alb_pair, "Values", .flags = F_REQUIRED | F_UNORDERED),
};
static SCHEMA(alb_pairs, "Values");
#undef SELF

#define SELF struct alb_condition
static const struct field alb_condition_fields[] = {
    ENUM(type,   alb_cond,       "Type", .flags = F_REQUIRED),
    OBJ (values, alb_values,     "HostConfig",               .arm = ALB_COND_HOST),
    OBJ (values, alb_values,     "PathConfig",               .arm = ALB_COND_PATH),
    OBJ (header, alb_key_values, "HeaderConfig",             .arm = ALB_COND_HEADER),
    OBJ (pairs,  alb_pairs,      "QueryStringConfig",        .arm = ALB_COND_QUERY),
    OBJ (values, alb_values,     "MethodConfig",             .arm = ALB_COND_METHOD),
    OBJ (pairs,  alb_pairs,      "CookieConfig",             .arm = ALB_COND_COOKIE),
    OBJ (values, alb_values,     "SourceIpConfig",           .arm = ALB_COND_SOURCE_IP),
    OBJ (header, alb_key_values, "ResponseHeaderConfig",     .arm = ALB_COND_RESPONSE_HEADER),
    OBJ (values, alb_values,     "ResponseStatusCodeConfig", .arm = ALB_COND_RESPONSE_STATUS),
};
SCHEMA(alb_condition, "RuleCondition");
#undef SELF

#define SELF struct alb_quic
static const struct field alb_quic_fields[] = {
    BOOL(upgrade,     "QuicUpgradeEnabled", DFLT(false)),
    STR (listener_id, "QuicListenerId"),
};
static SCHEMA(alb_quic, "QuicConfig");
#undef SELF

#define SELF struct alb_load_balancer
static const struct field alb_load_balancer_fields[] = {
    STR (id,                      "LoadBalancerId",      .flags = F_OBSERVED),
    STR (name,                    "LoadBalancerName",    .via = ALB_VIA_UPDATE),
    ENUM(address_type,            alb_address_type, "AddressType", .via = ALB_VIA_REPLACE),
    ENUM(ip_version,              alb_ip_version, "AddressIpVersion", .via = ALB_VIA_REPLACE,
                                  DFLT(ALB_IP_VERSION_IPV4)),
    ENUM(ipv6_address_type,       alb_address_type, "Ipv6AddressType", .flags = F_LATER,
                                  .via = ALB_VIA_IPV6, DFLT(ALB_ADDRESS_INTRANET)),
    ENUM(edition,                 alb_edition, "LoadBalancerEdition", .via = ALB_VIA_EDITION),
    STR (vpc_id,                  "VpcId",               .via = ALB_VIA_REPLACE),
    STR (resource_group_id,       "ResourceGroupId",     .via = ALB_VIA_GROUP),
    LIST(zones,                   alb_zone_mapping, "ZoneMappings", .flags = F_UNORDERED,
                                  .via = ALB_VIA_REPLACE),
    OBJ (billing,                 alb_billing, "LoadBalancerBillingConfig", .via = ALB_VIA_REPLACE),
    OBJ (deletion_protection,     alb_protection, "DeletionProtectionConfig", .flags = F_LATER,
                                  .via = ALB_VIA_PROTECTION),
    OBJ (modification_protection, alb_modification, "ModificationProtectionConfig",
                                  .via = ALB_VIA_UPDATE),
    OBJ (access_log,              alb_access_log, "AccessLogConfig", .flags = F_LATER,
                                  .via = ALB_VIA_ACCESS_LOG),
    LIST(tags,                    alb_tag, "Tags", .param = "Tag",
                                  .flags = F_UNORDERED | F_SUBSET, .via = ALB_VIA_TAGS),
    STR (dns_name,                "DNSName",             .flags = F_OBSERVED),
    STR (status,                  "LoadBalancerStatus",  .flags = F_OBSERVED),
    STR (business_status,         "LoadBalancerBussinessStatus", .flags = F_OBSERVED),
};
SCHEMA(alb_load_balancer, "LoadBalancer");
#undef SELF

#define SELF struct alb_listener
static const struct field alb_listener_fields[] = {
    STR (id,                 "ListenerId",          .flags = F_OBSERVED),
    STR (lb_id,              "LoadBalancerId",      .flags = F_OBSERVED),
    ENUM(protocol,           alb_protocol, "ListenerProtocol", .flags = F_REQUIRED,
                             .via = ALB_VIA_REPLACE),
    INT (port,               "ListenerPort",        .min = 1, .max = 65535, .flags = F_REQUIRED,
                             .via = ALB_VIA_REPLACE),
    STR (description,        "ListenerDescription", .via = ALB_VIA_UPDATE),
    /* 600 is the quota's default bound, 3600 after a raise (alb-semantics.md §11). */
    INT (idle_timeout,       "IdleTimeout",         .min = 1, .max = 3600, DFLT(15),
                             .via = ALB_VIA_UPDATE),
    INT (request_timeout,    "RequestTimeout",      .min = 1, .max = 3600, DFLT(60),
                             .via = ALB_VIA_UPDATE),
    BOOL(gzip,               "GzipEnabled",         DFLT(true), .via = ALB_VIA_UPDATE),
    BOOL(http2,              "Http2Enabled",        DFLT(true), .via = ALB_VIA_UPDATE),
    STR (security_policy_id, "SecurityPolicyId",    .dflt_str = "tls_cipher_policy_1_0",
                             .via = ALB_VIA_UPDATE),
    LIST(certs,              alb_cert, "Certificates", .via = ALB_VIA_UPDATE),
    LIST(additional_certs,   alb_cert, "AdditionalCertificates", .flags = F_UNORDERED | F_LATER,
                             .via = ALB_VIA_CERTS),
    LIST(ca_certs,           alb_cert, "CaCertificates", .via = ALB_VIA_UPDATE),
    BOOL(ca_enabled,         "CaEnabled",           DFLT(false), .via = ALB_VIA_UPDATE),
    OBJ (quic,               alb_quic, "QuicConfig", .via = ALB_VIA_UPDATE),
    LIST(default_actions,    alb_rule_action, "DefaultActions", .via = ALB_VIA_UPDATE),
    LIST(tags,               alb_tag, "Tags", .param = "Tag",
                             .flags = F_UNORDERED | F_SUBSET, .via = ALB_VIA_TAGS),
    STR (status,             "ListenerStatus",      .flags = F_OBSERVED),
};
SCHEMA(alb_listener, "Listener");
#undef SELF

#define SELF struct alb_rule
static const struct field alb_rule_fields[] = {
    STR (id,          "RuleId",         .flags = F_OBSERVED),
    STR (listener_id, "ListenerId",     .flags = F_OBSERVED),
    STR (lb_id,       "LoadBalancerId", .flags = F_OBSERVED),
    STR (name,        "RuleName",       .flags = F_LABEL, .via = ALB_VIA_RULE),
    INT (priority,    "Priority",       .flags = F_LABEL, .min = 1, .max = 10000,
                      .via = ALB_VIA_RULE),
    ENUM(direction,   alb_direction, "Direction", .via = ALB_VIA_REPLACE,
                      DFLT(ALB_DIRECTION_REQUEST)),
    LIST(conditions,  alb_condition, "RuleConditions", .flags = F_UNORDERED, .via = ALB_VIA_RULE),
    LIST(actions,     alb_rule_action, "RuleActions", .flags = F_UNORDERED, .via = ALB_VIA_RULE),
    /* Set at creation only: no call tags a rule later (alb-semantics.md §9). */
    LIST(tags,        alb_tag, "Tags", .param = "Tag", .flags = F_UNORDERED | F_LABEL,
                      .via = ALB_VIA_REPLACE),
    STR (status,      "RuleStatus",     .flags = F_OBSERVED),
};
SCHEMA(alb_rule, "Rule");
#undef SELF

#define SELF struct alb_health
static const struct field alb_health_fields[] = {
    BOOL(enabled,      "HealthCheckEnabled",     .flags = F_REQUIRED),
    STR (protocol,     "HealthCheckProtocol",    .dflt_str = "HTTP"),
    STR (host,         "HealthCheckHost",        .dflt_str = "$SERVER_IP"),
    STR (path,         "HealthCheckPath",        .dflt_str = "/"),
    STR (method,       "HealthCheckMethod",      .dflt_str = "HEAD"),
    STR (http_version, "HealthCheckHttpVersion", .dflt_str = "HTTP1.1"),
    STRS(codes,        "HealthCheckCodes",       .flags = F_UNORDERED),
    INT (connect_port, "HealthCheckConnectPort", .min = 0, .max = 65535, DFLT(0)),
    INT (interval,     "HealthCheckInterval",    .min = 1, .max = 50, DFLT(2)),
    INT (timeout,      "HealthCheckTimeout",     .min = 1, .max = 300, DFLT(5)),
    INT (healthy,      "HealthyThreshold",       .min = 2, .max = 10, DFLT(3)),
    INT (unhealthy,    "UnhealthyThreshold",     .min = 2, .max = 10, DFLT(3)),
};
static SCHEMA(alb_health, "HealthCheckConfig");
#undef SELF

#define SELF struct alb_sticky
static const struct field alb_sticky_fields[] = {
    BOOL(enabled,        "StickySessionEnabled", DFLT(false)),
    STR (type,           "StickySessionType",    .dflt_str = "Insert"),
    INT (cookie_timeout, "CookieTimeout",        .min = 1, .max = 86400, DFLT(1000)),
    STR (cookie,         "Cookie"),
};
static SCHEMA(alb_sticky, "StickySessionConfig");
#undef SELF

#define SELF struct alb_uch
static const struct field alb_uch_fields[] = {
    STR(type,  "Type"),
    STR(value, "Value"),
};
static SCHEMA(alb_uch, "UchConfig");
#undef SELF

#define SELF struct alb_drain
static const struct field alb_drain_fields[] = {
    BOOL(enabled, "ConnectionDrainEnabled", DFLT(false)),
    INT (timeout, "ConnectionDrainTimeout", .min = 0, .max = 900, DFLT(300)),
};
static SCHEMA(alb_drain, "ConnectionDrainConfig");
#undef SELF

#define SELF struct alb_slow_start
static const struct field alb_slow_start_fields[] = {
    BOOL(enabled,  "SlowStartEnabled",  DFLT(false)),
    INT (duration, "SlowStartDuration", .min = 30, .max = 900, DFLT(30)),
};
static SCHEMA(alb_slow_start, "SlowStartConfig");
#undef SELF

#define SELF struct alb_server
static const struct field alb_server_fields[] = {
    ENUM(type,        alb_server_type, "ServerType", .flags = F_REQUIRED),
    STR (id,          "ServerId",        .flags = F_REQUIRED),
    STR (ip,          "ServerIp"),
    INT (port,        "Port",            .min = 1, .max = 65535, .flags = F_REQUIRED),
    INT (weight,      "Weight",          .min = 0, .max = 100, DFLT(100)),
    STR (description, "Description"),
    BOOL(remote_ip,   "RemoteIpEnabled", DFLT(false)),
    STR (status,      "Status",          .flags = F_OBSERVED),
};
SCHEMA(alb_server, "Server");
#undef SELF

#define SELF struct alb_server_group
static const struct field alb_server_group_fields[] = {
    STR (id,                "ServerGroupId",   .flags = F_OBSERVED),
    STR (name,              "ServerGroupName", .flags = F_REQUIRED, .via = ALB_VIA_UPDATE),
    ENUM(type,              alb_group_type, "ServerGroupType", .via = ALB_VIA_REPLACE,
                            DFLT(ALB_GROUP_TYPE_INSTANCE)),
    STR (vpc_id,            "VpcId",           .via = ALB_VIA_REPLACE),
    ENUM(protocol,          alb_protocol, "Protocol", .via = ALB_VIA_REPLACE,
                            DFLT(ALB_PROTOCOL_HTTP)),
    ENUM(scheduler,         alb_scheduler, "Scheduler", .via = ALB_VIA_UPDATE,
                            DFLT(ALB_SCHEDULER_WRR)),
    STR (service_name,      "ServiceName",     .via = ALB_VIA_UPDATE),
    STR (resource_group_id, "ResourceGroupId", .via = ALB_VIA_GROUP),
    OBJ (health,            alb_health, "HealthCheckConfig", .via = ALB_VIA_UPDATE),
    OBJ (sticky,            alb_sticky, "StickySessionConfig", .via = ALB_VIA_UPDATE),
    OBJ (uch,               alb_uch, "UchConfig", .via = ALB_VIA_UPDATE),
    OBJ (drain,             alb_drain, "ConnectionDrainConfig", .via = ALB_VIA_UPDATE),
    OBJ (slow_start,        alb_slow_start, "SlowStartConfig", .via = ALB_VIA_UPDATE),
    BOOL(keepalive,         "UpstreamKeepaliveEnabled", DFLT(false), .via = ALB_VIA_UPDATE),
    BOOL(cross_zone,        "CrossZoneEnabled", DFLT(true), .via = ALB_VIA_UPDATE),
    LIST(servers,           alb_server, "Servers", .flags = F_UNORDERED | F_LATER,
                            .via = ALB_VIA_SERVERS),
    LIST(tags,              alb_tag, "Tags", .param = "Tag",
                            .flags = F_UNORDERED | F_SUBSET, .via = ALB_VIA_TAGS),
    STR (status,            "ServerGroupStatus",    .flags = F_OBSERVED),
    BOOL(config_managed,    "ConfigManagedEnabled", .flags = F_OBSERVED),
};
SCHEMA(alb_server_group, "ServerGroup");
#undef SELF
/* clang-format on */

const char *alb_protocol_name(enum alb_protocol p)
{
    return (size_t)p < COUNT(alb_protocol_names) ? alb_protocol_names[p] : NULL;
}

const char *alb_cond_name(enum alb_cond c)
{
    return (size_t)c < COUNT(alb_cond_names) ? alb_cond_names[c] : NULL;
}

const char *alb_action_type_name(enum alb_action_type t)
{
    return (size_t)t < COUNT(alb_action_type_names) ? alb_action_type_names[t] : NULL;
}

const char *alb_tag_get(const alb_tags *tags, const char *key)
{
    for (size_t i = 0; i < tags->len; i++)
        if (tags->items[i].key && !strcmp(tags->items[i].key, key))
            return tags->items[i].value ? tags->items[i].value : "";
    return NULL;
}

static bool same_text(const char *x, const char *y)
{
    return !strcmp(x ? x : "", y ? y : "");
}

bool alb_server_same(const struct alb_server *x, const struct alb_server *y)
{
    return x->type == y->type && x->port.val == y->port.val && same_text(x->id, y->id)
           && same_text(x->ip, y->ip);
}
