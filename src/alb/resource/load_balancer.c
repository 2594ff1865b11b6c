/* load_balancer.c - load balancers and their parts. */
#include "resource_priv.h"

/* clang-format off */

#define X(N, s) [ALB_EDITION_##N] = (s),
static const char *const alb_edition_names[] = { ALB_EDITIONS(X) };
#undef X

#define SELF struct alb_address
static const struct field alb_address_fields[] = {
    STR (address,          "Address"),
    STR (allocation_id,    "AllocationId"),
    STR (eip_type,         "EipType"),
    STR (intranet_address, "IntranetAddress"),
    STR (intranet_health,  "IntranetAddressHcStatus"),
    STRS(ipv4_local,       "Ipv4LocalAddresses"),
    STR (ipv6_address,     "Ipv6Address"),
    STR (ipv6_health,      "Ipv6AddressHcStatus"),
    STRS(ipv6_local,       "Ipv6LocalAddresses"),
};
static SCHEMA(alb_address, "LoadBalancerAddress");
#undef SELF

#define SELF struct alb_zone_mapping
static const struct field alb_zone_mapping_fields[] = {
    STR (zone_id,          "ZoneId",    .flags = F_REQUIRED),
    STR (vswitch_id,       "VSwitchId", .flags = F_REQUIRED),
    /* In replies these stand a level deeper, in LoadBalancerAddresses. */
    STR (allocation_id,    "AllocationId",    .flags = F_LABEL),
    STR (eip_type,         "EipType",         .flags = F_LABEL, .values = "Common|Anycast"),
    STR (intranet_address, "IntranetAddress", .flags = F_LABEL),
    LIST(addresses,        alb_address, "LoadBalancerAddresses", .flags = F_OBSERVED),
    STR (status,           "Status",          .flags = F_OBSERVED,
                           .values = "Active|Stopped|Shifted|Starting|Stopping"),
};
static SCHEMA(alb_zone_mapping, "ZoneMapping");
#undef SELF

#define SELF struct alb_protection
static const struct field alb_protection_fields[] = {
    BOOL(enabled, "Enabled", DFLT(false)),
    STR (since,   "EnabledTime", .flags = F_OBSERVED),
};
static SCHEMA(alb_protection, "DeletionProtectionConfig");
#undef SELF

#define SELF struct alb_modification
static const struct field alb_modification_fields[] = {
    STR(status, "Status", .dflt_str = "NonProtection",
                .values = "NonProtection|ConsoleProtection"),
    STR(reason, "Reason"),
};
static SCHEMA(alb_modification, "ModificationProtectionConfig");
#undef SELF

#define SELF struct alb_access_log
static const struct field alb_access_log_fields[] = {
    STR(project, "LogProject", .flags = F_REQUIRED),
    STR(store,   "LogStore",   .flags = F_REQUIRED),
};
SCHEMA(alb_access_log, "AccessLogConfig");
#undef SELF

#define SELF struct alb_billing
static const struct field alb_billing_fields[] = {
    STR(pay_type,             "PayType", .dflt_str = "PostPay", .values = "PostPay",
                              .flags = F_REQUIRED),
    /* In replies this stands beside the struct, not in it. */
    STR(bandwidth_package_id, "BandwidthPackageId", .flags = F_LABEL),
};
static SCHEMA(alb_billing, "LoadBalancerBillingConfig");
#undef SELF

#define SELF struct alb_operation_lock
static const struct field alb_operation_lock_fields[] = {
    STR(reason, "LockReason"),
    STR(type,   "LockType",
                .values = "SecurityLocked|RelatedResourceLocked|FinancialLocked|ResidualLocked"),
};
static SCHEMA(alb_operation_lock, "LoadBalancerOperationLock");
#undef SELF

#define SELF struct alb_load_balancer
static const struct field alb_load_balancer_fields[] = {
    STR (id,                      "LoadBalancerId",      .flags = F_OBSERVED),
    STR (name,                    "LoadBalancerName",    .via = ALB_VIA_UPDATE),
    ENUM(address_type,            alb_address_type, "AddressType", .flags = F_REQUIRED,
                                  .via = ALB_VIA_BY_HAND),
    ENUM(ip_version,              alb_ip_version, "AddressIpVersion", .via = ALB_VIA_REPLACE,
                                  DFLT(ALB_IP_VERSION_IPV4)),
    ENUM(ipv6_address_type,       alb_address_type, "Ipv6AddressType", .flags = F_LATER,
                                  .via = ALB_VIA_IPV6, DFLT(ALB_ADDRESS_INTRANET)),
    ENUM(edition,                 alb_edition, "LoadBalancerEdition", .flags = F_REQUIRED,
                                  .via = ALB_VIA_EDITION),
    STR (vpc_id,                  "VpcId",               .flags = F_REQUIRED, .via = ALB_VIA_REPLACE),
    STR (resource_group_id,       "ResourceGroupId",     .via = ALB_VIA_GROUP),
    LIST(zones,                   alb_zone_mapping, "ZoneMappings", .flags = F_REQUIRED | F_UNORDERED,
                                  .via = ALB_VIA_BY_HAND),
    LIST(found_zones,             alb_zone_mapping, "FoundZoneMappings",
                                  .flags = F_UNORDERED | F_LABEL | F_LATER,
                                  .via = ALB_VIA_BY_HAND),
    STR (found_how,               "FoundHow",            .flags = F_LABEL | F_LATER,
                                  .via = ALB_VIA_BY_HAND),
    OBJ (billing,                 alb_billing, "LoadBalancerBillingConfig", .flags = F_REQUIRED,
                                  .via = ALB_VIA_REPLACE),
    OBJ (deletion_protection,     alb_protection, "DeletionProtectionConfig", .flags = F_LATER,
                                  .via = ALB_VIA_PROTECTION),
    OBJ (modification_protection, alb_modification, "ModificationProtectionConfig",
                                  .via = ALB_VIA_UPDATE),
    OBJ (access_log,              alb_access_log, "AccessLogConfig", .flags = F_LATER,
                                  .via = ALB_VIA_ACCESS_LOG),
    LIST(tags,                    alb_tag, "Tags", .param = "Tag",
                                  .flags = F_UNORDERED | F_SUBSET, .via = ALB_VIA_TAGS),
    STR (dns_name,                "DNSName",             .flags = F_OBSERVED),
    STR (status,                  "LoadBalancerStatus",  .flags = F_OBSERVED,
                                  .values = "Inactive|Active|Provisioning|Configuring|CreateFailed|Deleting"),
    STR (business_status,         "LoadBalancerBussinessStatus", .flags = F_OBSERVED,
                                  .values = "Normal|Abnormal"),
    STR (address_mode,            "AddressAllocatedMode", .via = ALB_VIA_REPLACE,
                                  .dflt_str = "Fixed", .values = "Fixed|Dynamic"),
    STR (bandwidth_package_id,    "BandwidthPackageId",  .flags = F_LATER,
                                  .via = ALB_VIA_BANDWIDTH),
    STR (created,                 "CreateTime",          .flags = F_OBSERVED),
    STR (region,                  "RegionId",            .flags = F_OBSERVED),
    LIST(locks,                   alb_operation_lock, "LoadBalancerOperationLocks",
                                  .flags = F_OBSERVED),
    STRS(security_group_ids,      "SecurityGroupIds",    .flags = F_UNORDERED | F_LATER,
                                  .via = ALB_VIA_SECURITY_GROUPS),
};
SCHEMA(alb_load_balancer, "LoadBalancer");
#undef SELF
#define SELF struct alb_load_balancer_reply
static const struct field alb_load_balancer_reply_fields[] = {
    OBJ(lb, alb_load_balancer, "", .flags = F_INLINE),
    STR(request_id, "RequestId"),
};
SCHEMA(alb_load_balancer_reply, "LoadBalancer");
#undef SELF

#define SELF struct alb_load_balancer_list
static const struct field alb_load_balancer_list_fields[] = {
    LIST(items, alb_load_balancer, "LoadBalancers"),
    OBJ (page,  alb_page, "", .flags = F_INLINE),
};
SCHEMA(alb_load_balancer_list, "LoadBalancers");
#undef SELF
/* clang-format on */
