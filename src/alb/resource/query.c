/* query.c - the requests that read: which, and which page. */
#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_page_query
static const struct field alb_page_query_fields[] = {
    INT(max_results, "MaxResults", .min = 1, .max = 100, DFLT(20)),
    STR(next_token,  "NextToken"),
};
static SCHEMA(alb_page_query, "Page");
#undef SELF

#define PAGE OBJ(page, alb_page_query, "", .flags = F_INLINE)
#define TAGS LIST(tags, alb_tag, "Tag")

#define SELF struct alb_read_by_id
static const struct field alb_read_listener_fields[] = { STR(id, "ListenerId", .flags = F_REQUIRED) };
SCHEMA_OF(alb_read_listener, alb_read_by_id, "Listener");
static const struct field alb_read_load_balancer_fields[] = { STR(id, "LoadBalancerId", .flags = F_REQUIRED) };
SCHEMA_OF(alb_read_load_balancer, alb_read_by_id, "LoadBalancer");
#undef SELF

#define SELF struct alb_load_balancer_query
static const struct field alb_load_balancer_query_fields[] = {
    STRS(ids,               "LoadBalancerIds"),
    STRS(names,             "LoadBalancerNames"),
    STRS(vpc_ids,           "VpcIds"),
    TAGS,
    STR (status,            "LoadBalancerStatus",
                            .values = "Inactive|Active|Provisioning|Configuring|CreateFailed"),
    STR (zone_id,           "ZoneId"),
    STR (resource_group_id, "ResourceGroupId"),
    PAGE,
};
SCHEMA(alb_load_balancer_query, "LoadBalancers");
#undef SELF

#define SELF struct alb_listener_query
static const struct field alb_listener_query_fields[] = {
    STRS(ids,      "ListenerIds"),
    STRS(lb_ids,   "LoadBalancerIds"),
    ENUM(protocol, alb_protocol, "ListenerProtocol"),
    TAGS,
    PAGE,
};
SCHEMA(alb_listener_query, "Listeners");
#undef SELF

#define SELF struct alb_cert_query
static const struct field alb_cert_query_fields[] = {
    STR (listener_id, "ListenerId", .flags = F_REQUIRED),
    STR (type,        "CertificateType", .values = "Ca|Server"),
    STRS(ids,         "CertificateIds"),
    PAGE,
};
SCHEMA(alb_cert_query, "Certificates");
#undef SELF

#define SELF struct alb_rule_query
static const struct field alb_rule_query_fields[] = {
    STRS(ids,          "RuleIds"),
    STRS(listener_ids, "ListenerIds"),
    STRS(lb_ids,       "LoadBalancerIds"),
    ENUM(direction,    alb_direction, "Direction", DFLT(ALB_DIRECTION_REQUEST)),
    TAGS,
    PAGE,
};
SCHEMA(alb_rule_query, "Rules");
#undef SELF

#define SELF struct alb_server_group_query
static const struct field alb_server_group_query_fields[] = {
    STRS(ids,               "ServerGroupIds"),
    STRS(names,             "ServerGroupNames"),
    STR (vpc_id,            "VpcId"),
    STR (resource_group_id, "ResourceGroupId"),
    ENUM(type,              alb_group_type, "ServerGroupType"),
    TAGS,
    PAGE,
};
SCHEMA(alb_server_group_query, "ServerGroups");
#undef SELF

#define SELF struct alb_server_query
static const struct field alb_server_query_fields[] = {
    STR (group_id,   "ServerGroupId"),
    STRS(server_ids, "ServerIds"),
    TAGS,
    PAGE,
};
SCHEMA(alb_server_query, "Servers");
#undef SELF

#define SELF struct alb_job_query
static const struct field alb_job_query_fields[] = {
    STRS(ids,           "JobIds"),
    STRS(resource_ids,  "ResourceIds"),
    STR (resource_type, "ResourceType",
                        .values = "loadbalancer|listener|rule|acl|securitypolicy|servergroup"),
    STR (api,           "ApiName"),
    INT (from,          "BeginTime"),
    INT (to,            "EndTime"),
    PAGE,
};
SCHEMA(alb_job_query, "Jobs");
#undef SELF

#define SELF struct alb_tagged_query
static const struct field alb_tagged_query_fields[] = {
    STR (type, "ResourceType", .flags = F_REQUIRED, .values = "acl|loadbalancer|securitypolicy|servergroup"),
    STRS(ids,  "ResourceId"),
    TAGS,
    PAGE,
};
SCHEMA(alb_tagged_query, "TagResources");
#undef SELF

#define SELF struct alb_acl_query
static const struct field alb_acl_query_fields[] = {
    STRS(ids,               "AclIds"),
    STRS(names,             "AclNames"),
    STR (resource_group_id, "ResourceGroupId"),
    TAGS,
    PAGE,
};
SCHEMA(alb_acl_query, "Acls");
#undef SELF

#define SELF struct alb_acl_relation_query
static const struct field alb_acl_relation_query_fields[] = {
    STRS(ids, "AclIds", .flags = F_REQUIRED),
};
SCHEMA(alb_acl_relation_query, "AclRelations");
#undef SELF

#define SELF struct alb_acl_entry_query
static const struct field alb_acl_entry_query_fields[] = {
    STR(acl_id, "AclId", .flags = F_REQUIRED),
    PAGE,
};
SCHEMA(alb_acl_entry_query, "AclEntries");
#undef SELF

#define SELF struct alb_script_query
static const struct field alb_script_query_fields[] = {
    STRS(ids,          "AScriptIds"),
    STRS(names,        "AScriptNames"),
    STRS(listener_ids, "ListenerIds"),
    PAGE,
};
SCHEMA(alb_script_query, "AScripts");
#undef SELF

#define SELF struct alb_vswitch_query
static const struct field alb_vswitch_query_fields[] = {
    STR(id,        "VSwitchId"),
    STR(vpc_id,    "VpcId"),
    STR(zone_id,   "ZoneId"),
    INT(page,      "PageNumber", .min = 1, .max = INT32_MAX, DFLT(1)),
    INT(page_size, "PageSize",   .min = 1, .max = 50, DFLT(10)),
};
SCHEMA(alb_vswitch_query, "VSwitches");
#undef SELF

#define SELF struct alb_network_interface_query
static const struct field alb_network_interface_query_fields[] = {
    STR (vpc_id,      "VpcId"),
    STR (vswitch_id,  "VSwitchId"),
    STR (status,      "Status"),
    STRS(ids,         "NetworkInterfaceId"),
    STRS(private_ips, "PrivateIpAddress"),
    INT (page,        "PageNumber"),
    INT (page_size,   "PageSize"),
};
SCHEMA(alb_network_interface_query, "NetworkInterfaces");
#undef SELF

#define SELF struct alb_user_cert_query
static const struct field alb_user_cert_query_fields[] = {
    STR(order_type,        "OrderType"),
    STR(keyword,           "Keyword"),
    STR(status,            "Status"),
    STR(resource_group_id, "ResourceGroupId"),
    INT(page_size,         "ShowSize"),
    INT(page,              "CurrentPage"),
};
SCHEMA(alb_user_cert_query, "CertificateOrderList");
#undef SELF
/* clang-format on */
