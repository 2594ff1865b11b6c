/* network_interface.c - ECS: elastic network interfaces. */
#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_public_ip
static const struct field alb_public_ip_fields[] = {
    STR(address,       "PublicIpAddress"),
    STR(allocation_id, "AllocationId"),
};
static SCHEMA(alb_public_ip, "AssociatedPublicIp");
#undef SELF

#define SELF struct alb_private_ip
static const struct field alb_private_ip_fields[] = {
    STR (address,   "PrivateIpAddress"),
    BOOL(primary,   "Primary"),
    OBJ (public_ip, alb_public_ip, "AssociatedPublicIp"),
    STR (dns_name,  "PrivateDnsName"),
};
static SCHEMA(alb_private_ip, "PrivateIpSet");
#undef SELF

#define SELF struct alb_ip
static const struct field alb_ipv6_fields[] = { STR(text, "Ipv6Address") };
static SCHEMA_OF(alb_ipv6, alb_ip, "Ipv6Set");
static const struct field alb_ipv4_prefix_fields[] = { STR(text, "Ipv4Prefix") };
static SCHEMA_OF(alb_ipv4_prefix, alb_ip, "Ipv4PrefixSet");
static const struct field alb_ipv6_prefix_fields[] = { STR(text, "Ipv6Prefix") };
static SCHEMA_OF(alb_ipv6_prefix, alb_ip, "Ipv6PrefixSet");
#undef SELF

#define SELF struct alb_attachment
static const struct field alb_attachment_fields[] = {
    INT(device,      "DeviceIndex"),
    STR(instance_id, "InstanceId"),
    STR(trunk_id,    "TrunkNetworkInterfaceId"),
    INT(card,        "NetworkCardIndex"),
};
static SCHEMA(alb_attachment, "Attachment");
#undef SELF

#define SELF struct alb_network_interface
static const struct field alb_network_interface_fields[] = {
    STR (created,             "CreationTime"),
    STR (vpc_id,              "VpcId"),
    STR (type,                "Type"),
    STR (status,              "Status"),
    STR (traffic_mode,        "NetworkInterfaceTrafficMode"),
    STR (name,                "NetworkInterfaceName"),
    STR (mac,                 "MacAddress"),
    INT (queue_pairs,         "QueuePairNumber"),
    STR (id,                  "NetworkInterfaceId"),
    INT (service_id,          "ServiceID"),
    STR (instance_id,         "InstanceId"),
    STR (owner_id,            "OwnerId"),
    BOOL(service_managed,     "ServiceManaged"),
    STR (vswitch_id,          "VSwitchId"),
    STR (description,         "Description"),
    STR (resource_group_id,   "ResourceGroupId"),
    STR (zone_id,             "ZoneId"),
    STR (primary_ip,          "PrivateIpAddress"),
    INT (queues,              "QueueNumber"),
    LIST(private_ips,         alb_private_ip, "PrivateIpSets.PrivateIpSet"),
    LIST_AS(ipv6,             alb_ipv6, alb_ip, "Ipv6Sets.Ipv6Set"),
    LIST_AS(ipv4_prefixes,    alb_ipv4_prefix, alb_ip, "Ipv4PrefixSets.Ipv4PrefixSet"),
    LIST_AS(ipv6_prefixes,    alb_ipv6_prefix, alb_ip, "Ipv6PrefixSets.Ipv6PrefixSet"),
    LIST_AS(tags,             alb_spelt_tag, alb_tag, "Tags.Tag", .flags = F_UNORDERED),
    STRS(security_group_ids,  "SecurityGroupIds.SecurityGroupId", .flags = F_UNORDERED),
    OBJ (public_ip,           alb_public_ip, "AssociatedPublicIp"),
    OBJ (attachment,          alb_attachment, "Attachment"),
    BOOL(delete_on_release,   "DeleteOnRelease"),
    BOOL(source_dest_check,   "SourceDestCheck"),
};
static SCHEMA(alb_network_interface, "NetworkInterface");
#undef SELF

#define SELF struct alb_network_interface_list
static const struct field alb_network_interface_list_fields[] = {
    LIST(items,            alb_network_interface, "NetworkInterfaceSets.NetworkInterfaceSet"),
    STR (page.next_token,  "NextToken"),
    INT (page.number,      "PageNumber"),
    INT (page.size,        "PageSize"),
    INT (page.total_count, "TotalCount"),
    STR (page.request_id,  "RequestId"),
};
SCHEMA(alb_network_interface_list, "NetworkInterfaceSets");
#undef SELF
/* clang-format on */
