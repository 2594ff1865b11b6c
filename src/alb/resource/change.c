/* change.c - the requests that write.  A resource stands inline among what its call takes
 * beside it; '.via' says which of its members an update sends. */
#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_write
static const struct field alb_write_fields[] = {
    STR (client_token, "ClientToken"),
    BOOL(dry_run,      "DryRun", DFLT(false)),
};
static SCHEMA(alb_write, "Write");
#undef SELF

#define WRITE OBJ(write, alb_write, "", .flags = F_INLINE)

#define SELF struct alb_write_by_id
#define WRITE_BY_ID(table, name) \
    static const struct field table##_fields[] = { STR(id, name, .flags = F_REQUIRED), WRITE }; \
    SCHEMA_OF(table, alb_write_by_id, name)
WRITE_BY_ID(alb_write_acl,           "AclId");
WRITE_BY_ID(alb_write_listener,      "ListenerId");
WRITE_BY_ID(alb_write_load_balancer, "LoadBalancerId");
WRITE_BY_ID(alb_write_resource,      "ResourceId");
WRITE_BY_ID(alb_write_server_group,  "ServerGroupId");
#undef SELF

/* ---- load balancers -------------------------------------------------------------------- */

#define SELF struct alb_create_load_balancer
static const struct field alb_create_load_balancer_fields[] = {
    OBJ (lb,      alb_load_balancer, "", .flags = F_INLINE),
    BOOL(protect, "DeletionProtectionEnabled", DFLT(false)),
    WRITE,
};
SCHEMA(alb_create_load_balancer, "LoadBalancer");
#undef SELF

#define SELF struct alb_change_load_balancer
static const struct field alb_change_load_balancer_fields[] = {
    STR(id, "LoadBalancerId", .flags = F_REQUIRED),
    OBJ(lb, alb_load_balancer, "", .flags = F_INLINE, .via = ALB_VIA_UPDATE),
    WRITE,
};
SCHEMA(alb_change_load_balancer, "LoadBalancer");
static const struct field alb_change_edition_fields[] = {
    STR(id, "LoadBalancerId", .flags = F_REQUIRED),
    OBJ(lb, alb_load_balancer, "", .flags = F_INLINE, .via = ALB_VIA_EDITION),
    WRITE,
};
SCHEMA_OF(alb_change_edition, alb_change_load_balancer, "LoadBalancer");
#undef SELF

#define SELF struct alb_log_load_balancer
static const struct field alb_log_load_balancer_fields[] = {
    STR(lb_id, "LoadBalancerId", .flags = F_REQUIRED),
    OBJ(log,   alb_access_log, "", .flags = F_INLINE),
    WRITE,
};
SCHEMA(alb_log_load_balancer, "AccessLog");
#undef SELF

#define TYPES "acl|loadbalancer|securitypolicy|servergroup"

#define SELF struct alb_move
static const struct field alb_move_fields[] = {
    STR(id,                "ResourceId", .flags = F_REQUIRED),
    STR(type,              "ResourceType", .flags = F_REQUIRED, .values = "loadbalancer|acl|securitypolicy|servergroup"),
    STR(resource_group_id, "NewResourceGroupId", .flags = F_REQUIRED),
};
SCHEMA(alb_move, "Move");
#undef SELF

#define SELF struct alb_tagging
static const struct field alb_tagging_fields[] = {
    STR (type, "ResourceType", .flags = F_REQUIRED, .values = TYPES),
    STRS(ids,  "ResourceId", .flags = F_REQUIRED),
    LIST(tags, alb_tag, "Tag", .flags = F_REQUIRED),
};
SCHEMA(alb_tagging, "Tagging");
#undef SELF

#define SELF struct alb_untagging
static const struct field alb_untagging_fields[] = {
    STR (type, "ResourceType", .flags = F_REQUIRED, .values = TYPES),
    STRS(ids,  "ResourceId", .flags = F_REQUIRED),
    STRS(keys, "TagKey"),
};
SCHEMA(alb_untagging, "Untagging");
#undef SELF

/* ---- listeners and rules --------------------------------------------------------------- */

#define SELF struct alb_create_listener
static const struct field alb_create_listener_fields[] = {
    STR(lb_id,    "LoadBalancerId", .flags = F_REQUIRED),
    OBJ(listener, alb_listener, "", .flags = F_INLINE),
    WRITE,
};
SCHEMA(alb_create_listener, "Listener");
#undef SELF

#define SELF struct alb_change_listener
static const struct field alb_change_listener_fields[] = {
    STR(id,       "ListenerId", .flags = F_REQUIRED),
    OBJ(listener, alb_listener, "", .flags = F_INLINE, .via = ALB_VIA_UPDATE),
    WRITE,
};
SCHEMA(alb_change_listener, "Listener");
#undef SELF

#define SELF struct alb_bind_certs
static const struct field alb_bind_certs_fields[] = {
    STR (listener_id, "ListenerId", .flags = F_REQUIRED),
    LIST(certs,       alb_cert, "Certificates", .flags = F_REQUIRED),
    WRITE,
};
SCHEMA(alb_bind_certs, "Certificates");
#undef SELF

#define SELF struct alb_bind_acls
static const struct field alb_bind_acls_fields[] = {
    STR (listener_id, "ListenerId", .flags = F_REQUIRED),
    STRS(acl_ids,     "AclIds", .flags = F_REQUIRED),
    STR (type,        "AclType", .flags = F_REQUIRED, .values = "White|Black"),
    WRITE,
};
SCHEMA(alb_bind_acls, "Acls");
static const struct field alb_unbind_acls_fields[] = {
    STR (listener_id, "ListenerId", .flags = F_REQUIRED),
    STRS(acl_ids,     "AclIds", .flags = F_REQUIRED),
    WRITE,
};
SCHEMA_OF(alb_unbind_acls, alb_bind_acls, "Acls");
#undef SELF

#define SELF struct alb_create_rules
static const struct field alb_create_rules_fields[] = {
    STR (listener_id, "ListenerId", .flags = F_REQUIRED),
    LIST(rules,       alb_rule, "Rules", .flags = F_REQUIRED),
    WRITE,
};
SCHEMA(alb_create_rules, "Rules");
#undef SELF

#define SELF struct alb_change_rule
static const struct field alb_change_rule_fields[] = {
    STR(id,   "RuleId", .flags = F_REQUIRED),
    OBJ(rule, alb_rule, "", .flags = F_INLINE, .via = ALB_VIA_RULE),
};
static SCHEMA(alb_change_rule, "Rule");
#undef SELF

#define SELF struct alb_change_rules
static const struct field alb_change_rules_fields[] = {
    LIST(rules, alb_change_rule, "Rules", .flags = F_REQUIRED),
    WRITE,
};
SCHEMA(alb_change_rules, "Rules");
#undef SELF

#define SELF struct alb_delete_rules
static const struct field alb_delete_rules_fields[] = {
    STRS(ids, "RuleIds", .flags = F_REQUIRED),
    WRITE,
};
SCHEMA(alb_delete_rules, "Rules");
#undef SELF

/* ---- server groups --------------------------------------------------------------------- */

#define SELF struct alb_create_server_group
static const struct field alb_create_server_group_fields[] = {
    OBJ(group, alb_server_group, "", .flags = F_INLINE),
    WRITE,
};
SCHEMA(alb_create_server_group, "ServerGroup");
#undef SELF

#define SELF struct alb_change_server_group
static const struct field alb_change_server_group_fields[] = {
    STR(id,    "ServerGroupId", .flags = F_REQUIRED),
    OBJ(group, alb_server_group, "", .flags = F_INLINE, .via = ALB_VIA_UPDATE),
    WRITE,
};
SCHEMA(alb_change_server_group, "ServerGroup");
#undef SELF

#define SELF struct alb_change_servers
#define SERVERS(table, server) \
    static const struct field table##_fields[] = { \
        STR    (group_id, "ServerGroupId", .flags = F_REQUIRED), \
        LIST_AS(servers,  server, alb_server, "Servers", .flags = F_REQUIRED), \
        WRITE, \
    }; \
    SCHEMA_OF(table, alb_change_servers, "Servers")
SERVERS(alb_add_servers,    alb_server);
SERVERS(alb_change_servers, alb_server_weight);
SERVERS(alb_remove_servers, alb_server_key);
#undef SELF

#define SELF struct alb_replace_servers
static const struct field alb_replace_servers_fields[] = {
    STR    (group_id, "ServerGroupId", .flags = F_REQUIRED),
    LIST_AS(added,    alb_server_weight, alb_server, "AddedServers", .flags = F_REQUIRED),
    LIST_AS(removed,  alb_server_key,    alb_server, "RemovedServers", .flags = F_REQUIRED),
    WRITE,
};
SCHEMA(alb_replace_servers, "Servers");
#undef SELF

/* ---- access lists ---------------------------------------------------------------------- */

#define SELF struct alb_create_acl
static const struct field alb_create_acl_fields[] = {
    STR (name,              "AclName"),
    STR (resource_group_id, "ResourceGroupId"),
    LIST(tags,              alb_tag, "Tag"),
    WRITE,
};
SCHEMA(alb_create_acl, "Acl");
#undef SELF

#define SELF struct alb_add_entries
static const struct field alb_add_entries_fields[] = {
    STR (acl_id,  "AclId", .flags = F_REQUIRED),
    LIST(entries, alb_acl_entry, "AclEntries", .flags = F_REQUIRED),
    WRITE,
};
SCHEMA(alb_add_entries, "AclEntries");
#undef SELF

#define SELF struct alb_remove_entries
static const struct field alb_remove_entries_fields[] = {
    STR (acl_id,  "AclId", .flags = F_REQUIRED),
    STRS(entries, "Entries", .flags = F_REQUIRED),
    WRITE,
};
SCHEMA(alb_remove_entries, "Entries");
#undef SELF

/* ---- scripts --------------------------------------------------------------------------- */

#define SELF struct alb_create_scripts
static const struct field alb_create_scripts_fields[] = {
    STR (listener_id, "ListenerId", .flags = F_REQUIRED),
    LIST(scripts,     alb_script, "AScripts"),
    WRITE,
};
SCHEMA(alb_create_scripts, "AScripts");
#undef SELF

#define SELF struct alb_change_script
static const struct field alb_change_script_fields[] = {
    STR(id,     "AScriptId", .flags = F_REQUIRED),
    OBJ(script, alb_script, "", .flags = F_INLINE, .via = ALB_VIA_UPDATE),
};
static SCHEMA(alb_change_script, "AScript");
#undef SELF

#define SELF struct alb_change_scripts
static const struct field alb_change_scripts_fields[] = {
    LIST(scripts, alb_change_script, "AScripts"),
    WRITE,
};
SCHEMA(alb_change_scripts, "AScripts");
#undef SELF

#define SELF struct alb_delete_scripts
static const struct field alb_delete_scripts_fields[] = {
    STRS(ids, "AScriptIds", .flags = F_REQUIRED),
    WRITE,
};
SCHEMA(alb_delete_scripts, "AScripts");
#undef SELF
/* clang-format on */
