/* health.c - health check templates, and the health of what listeners and rules lead to. */
#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_health_template
static const struct field alb_health_template_fields[] = {
    STR (id,                "HealthCheckTemplateId"),
    STR (name,              "HealthCheckTemplateName"),
    STR (resource_group_id, "ResourceGroupId"),
    OBJ_AS(health,          alb_health_values, alb_health, "", .flags = F_INLINE),
    LIST(tags,              alb_tag, "Tags", .flags = F_UNORDERED),
};
static SCHEMA(alb_health_template, "HealthCheckTemplate");
#undef SELF

#define SELF struct alb_health_template_reply
static const struct field alb_health_template_reply_fields[] = {
    OBJ(health_template, alb_health_template, "", .flags = F_INLINE),
    STR(request_id,      "RequestId"),
};
SCHEMA(alb_health_template_reply, "HealthCheckTemplate");
#undef SELF

#define SELF struct alb_health_template_list
static const struct field alb_health_template_list_fields[] = {
    LIST(items, alb_health_template, "HealthCheckTemplates"),
    OBJ (page,  alb_page,            "", .flags = F_INLINE),
};
SCHEMA(alb_health_template_list, "HealthCheckTemplates");
#undef SELF

#define SELF struct alb_health_reason
static const struct field alb_health_reason_fields[] = {
    STR(code,     "ReasonCode", .values = "CONNECT_TIMEOUT|CONNECT_FAILED|RECV_RESPONSE_FAILED|"
                                          "RECV_RESPONSE_TIMEOUT|SEND_REQUEST_FAILED|"
                                          "SEND_REQUEST_TIMEOUT|RESPONSE_FORMAT_ERROR|RESPONSE_MISMATCH"),
    STR(expected, "ExpectedResponse"),
    STR(actual,   "ActualResponse"),
};
static SCHEMA(alb_health_reason, "Reason");
#undef SELF

#define SELF struct alb_sick_server
static const struct field alb_sick_server_fields[] = {
    STR(id,     "ServerId"),
    STR(ip,     "ServerIp"),
    INT(port,   "Port", .min = 1, .max = 65535),
    STR(status, "Status", .values = "Initial|Unhealthy|Unused|Unavailable"),
    OBJ(reason, alb_health_reason, "Reason"),
};
static SCHEMA(alb_sick_server, "NonNormalServer");
#undef SELF

#define SELF struct alb_group_health
static const struct field alb_group_health_fields[] = {
    STR (group_id,    "ServerGroupId"),
    STR (action_type, "ActionType", .values = "ForwardGroup|TrafficMirror"),
    STR (checked,     "HealthCheckEnabled"),
    LIST(sick,        alb_sick_server, "NonNormalServers"),
};
static SCHEMA(alb_group_health, "ServerGroupInfo");
#undef SELF

#define SELF struct alb_listener_health
static const struct field alb_listener_health_fields[] = {
    STR (id,       "ListenerId"),
    ENUM(protocol, alb_protocol, "ListenerProtocol"),
    INT (port,     "ListenerPort", .min = 1, .max = 65535),
    LIST(groups,   alb_group_health, "ServerGroupInfos"),
};
static SCHEMA(alb_listener_health, "ListenerHealthStatus");
#undef SELF

#define SELF struct alb_rule_health
static const struct field alb_rule_health_fields[] = {
    STR (id,     "RuleId"),
    LIST(groups, alb_group_health, "ServerGroupInfos"),
};
static SCHEMA(alb_rule_health, "RuleHealthStatus");
#undef SELF

#define SELF struct alb_health_status
static const struct field alb_health_status_fields[] = {
    LIST(listeners,       alb_listener_health, "ListenerHealthStatus"),
    LIST(rules,           alb_rule_health,     "RuleHealthStatus"),
    STR (page.next_token, "NextToken"),
    STR (page.request_id, "RequestId"),
};
SCHEMA(alb_health_status, "ListenerHealthStatus");
#undef SELF
/* clang-format on */
