/* server_group.c - server groups and the servers in them. */
#include <string.h>

#include "resource_priv.h"

/* clang-format off */

#define X(N, s) [ALB_SCHEDULER_##N] = (s),
static const char *const alb_scheduler_names[] = { ALB_SCHEDULERS(X) };
#undef X
#define X(N, s) [ALB_GROUP_TYPE_##N] = (s),
const char *const alb_group_type_names[] = { ALB_GROUP_TYPES(X) };
#undef X
#define X(N, s) [ALB_SERVER_TYPE_##N] = (s),
static const char *const alb_server_type_names[] = { ALB_SERVER_TYPES(X) };
#undef X

/* A template has all but the switch. */
#define HEALTH_ROWS \
    STR (protocol,     "HealthCheckProtocol",    .dflt_str = "HTTP", .values = "HTTP|HTTPS|TCP|gRPC"), \
    STR (host,         "HealthCheckHost",        .dflt_str = "$SERVER_IP"), \
    STR (path,         "HealthCheckPath",        .dflt_str = "/"), \
    STR (method,       "HealthCheckMethod",      .dflt_str = "HEAD", .values = "GET|POST|HEAD"), \
    STR (http_version, "HealthCheckHttpVersion", .dflt_str = "HTTP1.1", .values = "HTTP1.0|HTTP1.1"), \
    STRS(codes,        "HealthCheckCodes",       .flags = F_UNORDERED), \
    INT (connect_port, "HealthCheckConnectPort", .min = 0, .max = 65535, DFLT(0)), \
    INT (interval,     "HealthCheckInterval",    .min = 1, .max = 50, DFLT(2)), \
    INT (timeout,      "HealthCheckTimeout",     .min = 1, .max = 300, DFLT(5)), \
    INT (healthy,      "HealthyThreshold",       .min = 2, .max = 10, DFLT(3)), \
    INT (unhealthy,    "UnhealthyThreshold",     .min = 2, .max = 10, DFLT(3))

#define SELF struct alb_health
static const struct field alb_health_fields[] = {
    BOOL(enabled, "HealthCheckEnabled", .flags = F_REQUIRED),
    HEALTH_ROWS,
};
static SCHEMA(alb_health, "HealthCheckConfig");
static const struct field alb_health_values_fields[] = { HEALTH_ROWS };
SCHEMA_OF(alb_health_values, alb_health, "HealthCheck");
#undef SELF

#define SELF struct alb_sticky
static const struct field alb_sticky_fields[] = {
    BOOL(enabled,        "StickySessionEnabled", DFLT(false)),
    STR (type,           "StickySessionType",    .dflt_str = "Insert", .values = "Insert|Server"),
    INT (cookie_timeout, "CookieTimeout",        .min = 1, .max = 86400, DFLT(1000)),
    STR (cookie,         "Cookie"),
};
static SCHEMA(alb_sticky, "StickySessionConfig");
#undef SELF

#define SELF struct alb_uch
static const struct field alb_uch_fields[] = {
    STR(type,  "Type",  .flags = F_REQUIRED, .values = "QueryString"),
    STR(value, "Value", .flags = F_REQUIRED),
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
    STR (status,      "Status",          .flags = F_OBSERVED,
                      .values = "Adding|Available|Configuring|Removing|Replacing"),
    STR (group_id,    "ServerGroupId",   .flags = F_OBSERVED),
};
SCHEMA(alb_server, "Server");

/* What calls take of a server that is there: its key, or what may be changed, too. */
#define KEY_ROWS \
    ENUM(type, alb_server_type, "ServerType", .flags = F_REQUIRED), \
    STR (id,   "ServerId", .flags = F_REQUIRED), \
    STR (ip,   "ServerIp"), \
    INT (port, "Port", .min = 1, .max = 65535, .flags = F_REQUIRED)
static const struct field alb_server_key_fields[] = { KEY_ROWS };
SCHEMA_OF(alb_server_key, alb_server, "Server");
static const struct field alb_server_weight_fields[] = {
    KEY_ROWS,
    INT(weight,      "Weight", .min = 0, .max = 100, DFLT(100)),
    STR(description, "Description"),
};
SCHEMA_OF(alb_server_weight, alb_server, "Server");
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
    OBJ (health,            alb_health, "HealthCheckConfig", .flags = F_REQUIRED,
                            .via = ALB_VIA_UPDATE),
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
    STR (status,            "ServerGroupStatus",    .flags = F_OBSERVED,
                            .values = "Creating|Available|Configuring|Deleting"),
    BOOL(config_managed,    "ConfigManagedEnabled", .flags = F_OBSERVED),
    BOOL(ipv6,              "Ipv6Enabled",          .via = ALB_VIA_REPLACE),
    STR (ip_version_affinity, "IpVersionAffinityMode", .via = ALB_VIA_UPDATE),
    STR (created,           "CreateTime",           .flags = F_OBSERVED),
    INT (n_servers,         "ServerCount",          .flags = F_OBSERVED),
    STRS(lb_ids,            "RelatedLoadBalancerIds", .flags = F_OBSERVED),
};
SCHEMA(alb_server_group, "ServerGroup");
#undef SELF
#define SELF struct alb_server_list
static const struct field alb_server_list_fields[] = {
    LIST(items, alb_server, "Servers"),
    OBJ (page,  alb_page, "", .flags = F_INLINE),
};
SCHEMA(alb_server_list, "Servers");
#undef SELF

#define SELF struct alb_server_group_list
static const struct field alb_server_group_list_fields[] = {
    LIST(items, alb_server_group, "ServerGroups"),
    OBJ (page,  alb_page, "", .flags = F_INLINE),
};
SCHEMA(alb_server_group_list, "ServerGroups");
#undef SELF
/* clang-format on */

const char *alb_group_type_name(enum alb_group_type t)
{
    return (size_t)t < COUNT(alb_group_type_names) ? alb_group_type_names[t] : NULL;
}

static bool same_text(const char *x, const char *y)
{
    return !strcmp(x ? x : "", y ? y : "");
}

bool alb_server_same(const struct alb_server *x, const struct alb_server *y)
{
    return x->type == y->type && x->port.val == y->port.val && same_text(x->id, y->id)
           && (x->type == ALB_SERVER_TYPE_ECS || same_text(x->ip, y->ip));
}
