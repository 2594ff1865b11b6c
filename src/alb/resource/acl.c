/* acl.c - access lists, their entries, and what uses them. */
#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_acl_entry
static const struct field alb_acl_entry_fields[] = {
    STR(entry,       "Entry", .flags = F_REQUIRED),
    STR(description, "Description"),
    STR(status,      "Status", .flags = F_OBSERVED, .values = "Adding|Available|Removing"),
    STR(told,        "EntryAsTold", .flags = F_OBSERVED),
};
SCHEMA(alb_acl_entry, "AclEntry");
#undef SELF

#define SELF struct alb_acl
static const struct field alb_acl_fields[] = {
    STR (id,                "AclId",                .flags = F_OBSERVED),
    STR (name,              "AclName",              .via = ALB_VIA_UPDATE),
    STR (status,            "AclStatus",            .flags = F_OBSERVED,
                            .values = "Creating|Available|Configuring|Deleting"),
    STR (ip_version,        "AddressIPVersion",     .flags = F_OBSERVED),
    BOOL(config_managed,    "ConfigManagedEnabled", .flags = F_OBSERVED),
    STR (created,           "CreateTime",           .flags = F_OBSERVED),
    STR (resource_group_id, "ResourceGroupId",      .via = ALB_VIA_GROUP),
    LIST(entries,           alb_acl_entry, "AclEntries", .flags = F_UNORDERED | F_LATER,
                            .via = ALB_VIA_ENTRIES),
    /* Of a list that was taken over there are none: they are set once, and never compared. */
    LIST(tags,              alb_tag, "Tags", .param = "Tag",
                            .flags = F_UNORDERED | F_LABEL, .via = ALB_VIA_TAGS),
    STR (user,              "User",                 .flags = F_OBSERVED),
};
SCHEMA(alb_acl, "Acl");
#undef SELF

#define SELF struct alb_acl_list
static const struct field alb_acl_list_fields[] = {
    LIST(items, alb_acl,  "Acls"),
    OBJ (page,  alb_page, "", .flags = F_INLINE),
};
SCHEMA(alb_acl_list, "Acls");
#undef SELF

#define SELF struct alb_acl_entry_list
static const struct field alb_acl_entry_list_fields[] = {
    LIST(items, alb_acl_entry, "AclEntries"),
    OBJ (page,  alb_page,      "", .flags = F_INLINE),
};
SCHEMA(alb_acl_entry_list, "AclEntries");
#undef SELF

/* ---- relations: of access lists, and of security policies, which say less ------------- */

#define RELATED_ROWS \
    STR (id,       "ListenerId"), \
    STR (lb_id,    "LoadBalancerId"), \
    ENUM(protocol, alb_protocol, "ListenerProtocol"), \
    INT (port,     "ListenerPort", .min = 1, .max = 65535)

#define SELF struct alb_related_listener
static const struct field alb_related_listener_fields[] = {
    RELATED_ROWS,
    STR(status, "Status", .values = "Associating|Associated|Dissociating"),
};
static SCHEMA(alb_related_listener, "RelatedListener");
static const struct field alb_policy_listener_fields[] = { RELATED_ROWS };
static SCHEMA_OF(alb_policy_listener, alb_related_listener, "RelatedListener");
#undef SELF

#define SELF struct alb_relation
static const struct field alb_acl_relation_fields[] = {
    STR (id,        "AclId"),
    LIST(listeners, alb_related_listener, "RelatedListeners"),
};
static SCHEMA_OF(alb_acl_relation, alb_relation, "AclRelation");
static const struct field alb_policy_relation_fields[] = {
    STR    (id,        "SecurityPolicyId"),
    LIST_AS(listeners, alb_policy_listener, alb_related_listener, "RelatedListeners"),
};
static SCHEMA_OF(alb_policy_relation, alb_relation, "SecurityPolicyRelation");
#undef SELF

#define SELF struct alb_relation_list
static const struct field alb_acl_relation_list_fields[] = {
    LIST_AS(items,           alb_acl_relation, alb_relation, "AclRelations"),
    STR    (page.request_id, "RequestId"),
};
SCHEMA_OF(alb_acl_relation_list, alb_relation_list, "AclRelations");
static const struct field alb_policy_relation_list_fields[] = {
    LIST_AS(items,           alb_policy_relation, alb_relation, "SecrityPolicyRelations"), /* so spelt */
    STR    (page.request_id, "RequestId"),
};
SCHEMA_OF(alb_policy_relation_list, alb_relation_list, "SecrityPolicyRelations");
#undef SELF
/* clang-format on */
