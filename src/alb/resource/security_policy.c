/* security_policy.c - security policies of TLS: custom ones, and the system's, which say less. */
#include "resource_priv.h"

/* clang-format off */

#define POLICY_ROWS \
    STR (id,           "SecurityPolicyId"), \
    STRS(ciphers,      "Ciphers",     .flags = F_UNORDERED), \
    STRS(tls_versions, "TLSVersions", .flags = F_UNORDERED)

#define SELF struct alb_security_policy
static const struct field alb_security_policy_fields[] = {
    POLICY_ROWS,
    STR (name,              "SecurityPolicyName"),
    STR (status,            "SecurityPolicyStatus", .values = "Configuring|Available"),
    STR (created,           "CreateTime"),
    STR (resource_group_id, "ResourceGroupId"),
    LIST(tags,              alb_tag, "Tags", .flags = F_UNORDERED),
};
static SCHEMA(alb_security_policy, "SecurityPolicy");
static const struct field alb_system_policy_fields[] = { POLICY_ROWS };
static SCHEMA_OF(alb_system_policy, alb_security_policy, "SystemSecurityPolicy");
#undef SELF

#define SELF struct alb_security_policy_list
static const struct field alb_security_policy_list_fields[] = {
    LIST(items, alb_security_policy, "SecurityPolicies"),
    OBJ (page,  alb_page,            "", .flags = F_INLINE),
};
SCHEMA(alb_security_policy_list, "SecurityPolicies");
static const struct field alb_system_policy_list_fields[] = {
    LIST_AS(items,           alb_system_policy, alb_security_policy, "SecurityPolicies"),
    STR    (page.request_id, "RequestId"),
};
SCHEMA_OF(alb_system_policy_list, alb_security_policy_list, "SystemSecurityPolicies");
#undef SELF
/* clang-format on */
