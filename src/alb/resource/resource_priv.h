/* resource_priv.h - what the families of tables share.
 *
 * To support a member: add it to the struct, add a row.  A test compares every row with the
 * API's description, in both directions. */
#pragma once

#include "alb-agent/alb_reply.h"
#include "alb-agent/alb_request.h"
#include "alb-agent/alb_table.h"
#include "alb-agent/schema.h"

/* As many as the list of an enum has, and one for 0. */
#define X(N, s) +1
extern const char *const alb_protocol_names[1 ALB_PROTOCOLS(X)];
extern const char *const alb_address_type_names[1 ALB_ADDRESS_TYPES(X)];
extern const char *const alb_ip_version_names[1 ALB_IP_VERSIONS(X)];
extern const char *const alb_direction_names[1 ALB_DIRECTIONS(X)];
extern const char *const alb_group_type_names[1 ALB_GROUP_TYPES(X)];
#undef X

/* A row of the tables of requests and of replies, which are ordered by action. */
struct table_row {
    const char *action;
    const struct schema *schema;
};
const struct schema *table_find(const struct table_row *rows, size_t n, const char *action);

extern const struct schema alb_access_log_schema;
extern const struct schema alb_acl_entry_list_schema;
extern const struct schema alb_acl_entry_query_schema;
extern const struct schema alb_acl_list_schema;
extern const struct schema alb_acl_query_schema;
extern const struct schema alb_acl_relation_list_schema;
extern const struct schema alb_acl_relation_query_schema;
extern const struct schema alb_add_entries_schema;
extern const struct schema alb_add_servers_schema;
extern const struct schema alb_assumed_role_schema;
extern const struct schema alb_assumed_role_oidc_schema;
extern const struct schema alb_bind_acls_schema;
extern const struct schema alb_bind_certs_schema;
extern const struct schema alb_caller_schema;
extern const struct schema alb_capacity_schema;
extern const struct schema alb_cert_schema;
extern const struct schema alb_cert_list_schema;
extern const struct schema alb_cert_query_schema;
extern const struct schema alb_change_edition_schema;
extern const struct schema alb_change_listener_schema;
extern const struct schema alb_change_load_balancer_schema;
extern const struct schema alb_change_rules_schema;
extern const struct schema alb_change_scripts_schema;
extern const struct schema alb_change_server_group_schema;
extern const struct schema alb_change_servers_schema;
extern const struct schema alb_create_acl_schema;
extern const struct schema alb_create_listener_schema;
extern const struct schema alb_create_load_balancer_schema;
extern const struct schema alb_create_rules_schema;
extern const struct schema alb_create_scripts_schema;
extern const struct schema alb_create_server_group_schema;
extern const struct schema alb_created_rules_schema;
extern const struct schema alb_created_scripts_schema;
extern const struct schema alb_delete_rules_schema;
extern const struct schema alb_delete_scripts_schema;
extern const struct schema alb_health_status_schema;
extern const struct schema alb_health_template_list_schema;
extern const struct schema alb_health_template_reply_schema;
extern const struct schema alb_health_values_schema;
extern const struct schema alb_job_list_schema;
extern const struct schema alb_job_query_schema;
extern const struct schema alb_listener_list_schema;
extern const struct schema alb_listener_query_schema;
extern const struct schema alb_listener_reply_schema;
extern const struct schema alb_load_balancer_list_schema;
extern const struct schema alb_load_balancer_query_schema;
extern const struct schema alb_load_balancer_reply_schema;
extern const struct schema alb_log_load_balancer_schema;
extern const struct schema alb_move_schema;
extern const struct schema alb_network_interface_list_schema;
extern const struct schema alb_network_interface_query_schema;
extern const struct schema alb_page_schema;
extern const struct schema alb_policy_relation_list_schema;
extern const struct schema alb_read_listener_schema;
extern const struct schema alb_read_load_balancer_schema;
extern const struct schema alb_region_list_schema;
extern const struct schema alb_remove_entries_schema;
extern const struct schema alb_remove_servers_schema;
extern const struct schema alb_replace_servers_schema;
extern const struct schema alb_rule_list_schema;
extern const struct schema alb_rule_query_schema;
extern const struct schema alb_script_list_schema;
extern const struct schema alb_script_query_schema;
extern const struct schema alb_security_policy_list_schema;
extern const struct schema alb_server_group_list_schema;
extern const struct schema alb_server_group_query_schema;
extern const struct schema alb_server_key_schema;
extern const struct schema alb_server_list_schema;
extern const struct schema alb_server_query_schema;
extern const struct schema alb_server_weight_schema;
extern const struct schema alb_spelt_tag_schema;
extern const struct schema alb_system_policy_list_schema;
extern const struct schema alb_tag_key_list_schema;
extern const struct schema alb_tag_value_list_schema;
extern const struct schema alb_tagged_list_schema;
extern const struct schema alb_tagged_query_schema;
extern const struct schema alb_tagging_schema;
extern const struct schema alb_unbind_acls_schema;
extern const struct schema alb_untagging_schema;
extern const struct schema alb_uploaded_cert_schema;
extern const struct schema alb_user_cert_detail_schema;
extern const struct schema alb_user_cert_list_schema;
extern const struct schema alb_user_cert_query_schema;
extern const struct schema alb_vswitch_list_schema;
extern const struct schema alb_vswitch_query_schema;
extern const struct schema alb_vswitch_reply_schema;
extern const struct schema alb_write_acl_schema;
extern const struct schema alb_write_listener_schema;
extern const struct schema alb_write_load_balancer_schema;
extern const struct schema alb_write_resource_schema;
extern const struct schema alb_write_server_group_schema;
extern const struct schema alb_zone_list_schema;
