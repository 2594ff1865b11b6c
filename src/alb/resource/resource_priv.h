/* resource_priv.h - what the families of tables share.
 *
 * To support a member: add it to the struct, add a row.  A test compares every row with the
 * API's description, in both directions. */
#pragma once

#include "alb-agent/alb_reply.h"
#include "alb-agent/alb_resource.h"
#include "alb-agent/schema.h"

/* As many as the list of an enum has, and one for 0. */
#define X(N, s) +1
extern const char *const alb_protocol_names[1 ALB_PROTOCOLS(X)];
extern const char *const alb_address_type_names[1 ALB_ADDRESS_TYPES(X)];
extern const char *const alb_ip_version_names[1 ALB_IP_VERSIONS(X)];
extern const char *const alb_direction_names[1 ALB_DIRECTIONS(X)];
#undef X

extern const struct schema alb_acl_entry_schema;
extern const struct schema alb_acl_entry_list_schema;
extern const struct schema alb_acl_list_schema;
extern const struct schema alb_acl_relation_list_schema;
extern const struct schema alb_assumed_role_schema;
extern const struct schema alb_assumed_role_oidc_schema;
extern const struct schema alb_caller_schema;
extern const struct schema alb_capacity_schema;
extern const struct schema alb_cert_schema;
extern const struct schema alb_cert_list_schema;
extern const struct schema alb_created_rules_schema;
extern const struct schema alb_created_scripts_schema;
extern const struct schema alb_health_status_schema;
extern const struct schema alb_health_template_list_schema;
extern const struct schema alb_health_template_reply_schema;
extern const struct schema alb_health_values_schema;
extern const struct schema alb_job_list_schema;
extern const struct schema alb_listener_list_schema;
extern const struct schema alb_listener_reply_schema;
extern const struct schema alb_load_balancer_list_schema;
extern const struct schema alb_load_balancer_reply_schema;
extern const struct schema alb_network_interface_list_schema;
extern const struct schema alb_page_schema;
extern const struct schema alb_policy_relation_list_schema;
extern const struct schema alb_region_list_schema;
extern const struct schema alb_rule_list_schema;
extern const struct schema alb_script_list_schema;
extern const struct schema alb_security_policy_list_schema;
extern const struct schema alb_server_group_list_schema;
extern const struct schema alb_server_list_schema;
extern const struct schema alb_spelt_tag_schema;
extern const struct schema alb_system_policy_list_schema;
extern const struct schema alb_tag_key_list_schema;
extern const struct schema alb_tag_value_list_schema;
extern const struct schema alb_tagged_list_schema;
extern const struct schema alb_uploaded_cert_schema;
extern const struct schema alb_user_cert_detail_schema;
extern const struct schema alb_user_cert_list_schema;
extern const struct schema alb_vswitch_list_schema;
extern const struct schema alb_vswitch_reply_schema;
extern const struct schema alb_zone_list_schema;
