/* vswitch.c - VPC: vSwitches. */
#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_route_table
static const struct field alb_route_table_fields[] = {
    STR(id,   "RouteTableId"),
    STR(type, "RouteTableType"),
};
static SCHEMA(alb_route_table, "RouteTable");
#undef SELF

#define SELF struct alb_vswitch
static const struct field alb_vswitch_fields[] = {
    STR (vpc_id,            "VpcId"),
    STR (status,            "Status"),
    STR (created,           "CreationTime"),
    BOOL(is_default,        "IsDefault"),
    INT (free_addresses,    "AvailableIpAddressCount"),
    STR (network_acl_id,    "NetworkAclId"),
    INT (owner_id,          "OwnerId"),
    STR (id,                "VSwitchId"),
    STR (cidr,              "CidrBlock"),
    STR (description,       "Description"),
    STR (resource_group_id, "ResourceGroupId"),
    STR (zone_id,           "ZoneId"),
    STR (ipv6_cidr,         "Ipv6CidrBlock"),
    STR (name,              "VSwitchName"),
    STR (share_type,        "ShareType"),
    BOOL(ipv6,              "EnabledIpv6"),
    LIST(tags,              alb_tag, "Tags.Tag", .flags = F_UNORDERED),
    OBJ (route_table,       alb_route_table, "RouteTable"),
};
static SCHEMA(alb_vswitch, "VSwitch");
#undef SELF

#define SELF struct alb_vswitch_reply
static const struct field alb_vswitch_reply_fields[] = {
    OBJ(vswitch,    alb_vswitch, "", .flags = F_INLINE),
    STR(request_id, "RequestId"),
};
SCHEMA(alb_vswitch_reply, "VSwitch");
#undef SELF

#define SELF struct alb_vswitch_list
static const struct field alb_vswitch_list_fields[] = {
    LIST(items,            alb_vswitch, "VSwitches.VSwitch"),
    INT (page.number,      "PageNumber"),
    INT (page.size,        "PageSize"),
    INT (page.total_count, "TotalCount"),
    STR (page.request_id,  "RequestId"),
};
SCHEMA(alb_vswitch_list, "VSwitches");
#undef SELF
/* clang-format on */
