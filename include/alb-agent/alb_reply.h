/* alb_reply.h - what the cloud answers, as structs.
 *
 * There is one table of replies, ALB_REPLIES below: which struct each action answers with.
 * For a row X(list_rules, ListRules, alb_rule_list, ...) there is
 *
 *     void alb_list_rules_read(struct arena *a, const cJSON *reply, struct alb_rule_list *out);
 *
 * which fills '*out' (zeroed first) through the field table of that reply, texts and lists in
 * 'a'.  It cannot fail: what the reply does not say, or says in another type than the API's
 * description, stays unset (opt.h; NULL).  Strings are as the cloud sends them; the values
 * that the description knows stand in the tables, and a cloud may say others.  Times are
 * "2026-01-15T08:09:10Z" unless told otherwise. */
#pragma once

#include <cjson/cJSON.h>

#include "alb-agent/alb_neighbour.h"
#include "alb-agent/alb_resource.h"

/* ---- what every reply may have ------------------------------------------------------------ */

/* Of a list.  Those that come in one piece have 'request_id' only. */
struct alb_page {
    const char *next_token; /* NULL: the last page */
    struct opt_int max_results, total_count;
    const char *request_id;
};

/* Of a write. */
struct alb_written {
    const char *id;     /* what was created, where one thing is                       */
    const char *job_id; /* NULL: the action has none (alb-semantics.md §4)            */
    const char *request_id;
};

/* ---- load balancers, listeners, rules, groups ----------------------------------------------- */

struct alb_load_balancer_reply {
    struct alb_load_balancer lb;
    const char *request_id;
};
struct alb_load_balancer_list {
    LIST_OF(struct alb_load_balancer) items;
    struct alb_page page;
};

struct alb_listener_reply {
    struct alb_listener listener;
    const char *request_id;
};
struct alb_listener_list {
    LIST_OF(struct alb_listener) items;
    struct alb_page page;
};
struct alb_cert_list {
    LIST_OF(struct alb_cert) items;
    struct alb_page page;
};

struct alb_rule_list {
    LIST_OF(struct alb_rule) items;
    struct alb_page page;
};
struct alb_created_rule {
    struct opt_int priority; /* tells which: the order is not that of the request */
    const char *id;
};
struct alb_created_rules {
    LIST_OF(struct alb_created_rule) items;
    const char *job_id, *request_id;
};

struct alb_server_group_list {
    LIST_OF(struct alb_server_group) items;
    struct alb_page page;
};
struct alb_server_list {
    LIST_OF(struct alb_server) items;
    struct alb_page page;
};

/* ---- access lists --------------------------------------------------------------------------- */

struct alb_acl_list {
    LIST_OF(struct alb_acl) items;
    struct alb_page page;
};
struct alb_acl_entry_list {
    LIST_OF(struct alb_acl_entry) items;
    struct alb_page page;
};

/* A listener that uses an access list or a security policy. */
struct alb_related_listener {
    const char *id, *lb_id;
    enum alb_protocol protocol;
    struct opt_int port;
    const char *status; /* of an access list: Associating Associated Dissociating */
};
/* What uses the access list or the policy 'id'. */
struct alb_relation {
    const char *id;
    LIST_OF(struct alb_related_listener) listeners;
};
struct alb_relation_list {
    LIST_OF(struct alb_relation) items;
    struct alb_page page;
};

/* ---- security policies, health check templates, scripts -------------------------------------- */

/* A system policy has 'id', 'ciphers' and 'tls_versions' only. */
struct alb_security_policy {
    const char *id, *name;
    LIST_OF(const char *) ciphers;
    LIST_OF(const char *) tls_versions; /* TLSv1.0 TLSv1.1 TLSv1.2 TLSv1.3 */
    const char *status;                 /* Configuring Available           */
    const char *created, *resource_group_id;
    alb_tags tags;
};
struct alb_security_policy_list {
    LIST_OF(struct alb_security_policy) items;
    struct alb_page page;
};

struct alb_health_template {
    const char *id, *name, *resource_group_id;
    struct alb_health health; /* without 'enabled' */
    alb_tags tags;
};
struct alb_health_template_reply {
    struct alb_health_template health_template;
    const char *request_id;
};
struct alb_health_template_list {
    LIST_OF(struct alb_health_template) items;
    struct alb_page page;
};

struct alb_script_list {
    LIST_OF(struct alb_script) items;
    struct alb_page page;
};
struct alb_created_script {
    const char *id;
};
struct alb_created_scripts {
    LIST_OF(struct alb_created_script) items;
    const char *job_id, *request_id;
};

/* ---- health --------------------------------------------------------------------------------- */

struct alb_health_reason {
    const char *code; /* "CONNECT_TIMEOUT" */
    const char *expected, *actual;
};
struct alb_sick_server {
    const char *id, *ip;
    struct opt_int port;
    const char *status; /* Initial Unhealthy Unused Unavailable */
    struct alb_health_reason reason;
};
struct alb_group_health {
    const char *group_id;
    const char *action_type; /* ForwardGroup TrafficMirror */
    const char *checked;     /* on, off                    */
    LIST_OF(struct alb_sick_server) sick;
};
struct alb_listener_health {
    const char *id;
    enum alb_protocol protocol;
    struct opt_int port;
    LIST_OF(struct alb_group_health) groups;
};
struct alb_rule_health {
    const char *id;
    LIST_OF(struct alb_group_health) groups;
};
struct alb_health_status {
    LIST_OF(struct alb_listener_health) listeners;
    LIST_OF(struct alb_rule_health) rules;
    struct alb_page page;
};

/* ---- jobs, tags, regions, capacity ---------------------------------------------------------- */

struct alb_job {
    const char *id;
    const char *status; /* Succeeded Failed Processing */
    const char *api, *error_code, *error_message;
    const char *operation; /* Create Update Delete */
    const char *resource_type, *resource_id;
    struct opt_int created_ms, modified_ms; /* since 1970 */
};
struct alb_job_list {
    LIST_OF(struct alb_job) items;
    struct alb_page page;
};

struct alb_tag_key {
    const char *key, *category;
};
struct alb_tag_key_list {
    LIST_OF(struct alb_tag_key) items;
    struct alb_page page;
};
struct alb_tag_value_list {
    LIST_OF(const char *) items;
    struct alb_page page;
};
struct alb_tagged {
    const char *resource_id, *resource_type, *key, *value;
};
struct alb_tagged_list {
    LIST_OF(struct alb_tagged) items;
    struct alb_page page;
};

struct alb_region {
    const char *id, *name, *endpoint;
};
struct alb_region_list {
    LIST_OF(struct alb_region) items;
    struct alb_page page;
};
struct alb_zone {
    const char *id, *name;
};
struct alb_zone_list {
    LIST_OF(struct alb_zone) items;
    struct alb_page page;
};

struct alb_zone_capacity {
    const char *zone, *status, *reason;
    struct opt_num effective; /* in capacity units */
};
struct alb_capacity {
    struct opt_int minimum; /* in capacity units */
    struct opt_int decreases_left;
    const char *modified;
    LIST_OF(struct alb_zone_capacity) zones;
    const char *request_id;
};

/* ---- the table of replies -------------------------------------------------------------------- */

/* clang-format off */
/* X(stem of the reader, action, struct, field table), ordered by action in byte order. */
#define ALB_REPLIES(X) \
    X(add_entries_to_acl, AddEntriesToAcl, alb_written, alb_begun) \
    X(add_servers_to_server_group, AddServersToServerGroup, alb_written, alb_begun) \
    X(apply_health_check_template_to_server_group, ApplyHealthCheckTemplateToServerGroup, alb_written, alb_begun) \
    X(associate_acls_with_listener, AssociateAclsWithListener, alb_written, alb_begun) \
    X(associate_additional_certificates_with_listener, AssociateAdditionalCertificatesWithListener, alb_written, alb_begun) \
    X(assume_role, AssumeRole, alb_assumed_role, alb_assumed_role) \
    X(assume_role_with_oidc, AssumeRoleWithOIDC, alb_assumed_role, alb_assumed_role_oidc) \
    X(attach_common_bandwidth_package_to_load_balancer, AttachCommonBandwidthPackageToLoadBalancer, alb_written, alb_begun) \
    X(cancel_shift_load_balancer_zones, CancelShiftLoadBalancerZones, alb_written, alb_done) \
    X(create_ascripts, CreateAScripts, alb_created_scripts, alb_created_scripts) \
    X(create_acl, CreateAcl, alb_written, alb_created_acl) \
    X(create_health_check_template, CreateHealthCheckTemplate, alb_written, alb_created_health_template) \
    X(create_listener, CreateListener, alb_written, alb_created_listener) \
    X(create_load_balancer, CreateLoadBalancer, alb_written, alb_created_load_balancer) \
    X(create_rule, CreateRule, alb_written, alb_created_one_rule) \
    X(create_rules, CreateRules, alb_created_rules, alb_created_rules) \
    X(create_security_policy, CreateSecurityPolicy, alb_written, alb_created_security_policy) \
    X(create_server_group, CreateServerGroup, alb_written, alb_created_server_group) \
    X(delete_ascripts, DeleteAScripts, alb_written, alb_begun) \
    X(delete_acl, DeleteAcl, alb_written, alb_begun) \
    X(delete_health_check_templates, DeleteHealthCheckTemplates, alb_written, alb_done) \
    X(delete_listener, DeleteListener, alb_written, alb_begun) \
    X(delete_load_balancer, DeleteLoadBalancer, alb_written, alb_begun) \
    X(delete_rule, DeleteRule, alb_written, alb_begun) \
    X(delete_rules, DeleteRules, alb_written, alb_begun) \
    X(delete_security_policy, DeleteSecurityPolicy, alb_written, alb_done) \
    X(delete_server_group, DeleteServerGroup, alb_written, alb_begun) \
    X(delete_user_certificate, DeleteUserCertificate, alb_written, alb_done) \
    X(describe_capacity_reservation, DescribeCapacityReservation, alb_capacity, alb_capacity) \
    X(describe_network_interfaces, DescribeNetworkInterfaces, alb_network_interface_list, alb_network_interface_list) \
    X(describe_regions, DescribeRegions, alb_region_list, alb_region_list) \
    X(describe_vswitch_attributes, DescribeVSwitchAttributes, alb_vswitch_reply, alb_vswitch_reply) \
    X(describe_vswitches, DescribeVSwitches, alb_vswitch_list, alb_vswitch_list) \
    X(describe_zones, DescribeZones, alb_zone_list, alb_zone_list) \
    X(detach_common_bandwidth_package_from_load_balancer, DetachCommonBandwidthPackageFromLoadBalancer, alb_written, alb_begun) \
    X(disable_deletion_protection, DisableDeletionProtection, alb_written, alb_done) \
    X(disable_load_balancer_access_log, DisableLoadBalancerAccessLog, alb_written, alb_done) \
    X(disable_load_balancer_ipv6_internet, DisableLoadBalancerIpv6Internet, alb_written, alb_begun) \
    X(dissociate_acls_from_listener, DissociateAclsFromListener, alb_written, alb_begun) \
    X(dissociate_additional_certificates_from_listener, DissociateAdditionalCertificatesFromListener, alb_written, alb_begun) \
    X(enable_deletion_protection, EnableDeletionProtection, alb_written, alb_done) \
    X(enable_load_balancer_access_log, EnableLoadBalancerAccessLog, alb_written, alb_begun) \
    X(enable_load_balancer_ipv6_internet, EnableLoadBalancerIpv6Internet, alb_written, alb_begun) \
    X(get_caller_identity, GetCallerIdentity, alb_caller, alb_caller) \
    X(get_health_check_template_attribute, GetHealthCheckTemplateAttribute, alb_health_template_reply, alb_health_template_reply) \
    X(get_listener_attribute, GetListenerAttribute, alb_listener_reply, alb_listener_reply) \
    X(get_listener_health_status, GetListenerHealthStatus, alb_health_status, alb_health_status) \
    X(get_load_balancer_attribute, GetLoadBalancerAttribute, alb_load_balancer_reply, alb_load_balancer_reply) \
    X(get_user_certificate_detail, GetUserCertificateDetail, alb_user_cert_detail, alb_user_cert_detail) \
    X(list_ascripts, ListAScripts, alb_script_list, alb_script_list) \
    X(list_acl_entries, ListAclEntries, alb_acl_entry_list, alb_acl_entry_list) \
    X(list_acl_relations, ListAclRelations, alb_relation_list, alb_acl_relation_list) \
    X(list_acls, ListAcls, alb_acl_list, alb_acl_list) \
    X(list_asyn_jobs, ListAsynJobs, alb_job_list, alb_job_list) \
    X(list_health_check_templates, ListHealthCheckTemplates, alb_health_template_list, alb_health_template_list) \
    X(list_listener_certificates, ListListenerCertificates, alb_cert_list, alb_cert_list) \
    X(list_listeners, ListListeners, alb_listener_list, alb_listener_list) \
    X(list_load_balancers, ListLoadBalancers, alb_load_balancer_list, alb_load_balancer_list) \
    X(list_rules, ListRules, alb_rule_list, alb_rule_list) \
    X(list_security_policies, ListSecurityPolicies, alb_security_policy_list, alb_security_policy_list) \
    X(list_security_policy_relations, ListSecurityPolicyRelations, alb_relation_list, alb_policy_relation_list) \
    X(list_server_group_servers, ListServerGroupServers, alb_server_list, alb_server_list) \
    X(list_server_groups, ListServerGroups, alb_server_group_list, alb_server_group_list) \
    X(list_system_security_policies, ListSystemSecurityPolicies, alb_security_policy_list, alb_system_policy_list) \
    X(list_tag_keys, ListTagKeys, alb_tag_key_list, alb_tag_key_list) \
    X(list_tag_resources, ListTagResources, alb_tagged_list, alb_tagged_list) \
    X(list_tag_values, ListTagValues, alb_tag_value_list, alb_tag_value_list) \
    X(list_user_certificate_order, ListUserCertificateOrder, alb_user_cert_list, alb_user_cert_list) \
    X(load_balancer_join_security_group, LoadBalancerJoinSecurityGroup, alb_written, alb_begun) \
    X(load_balancer_leave_security_group, LoadBalancerLeaveSecurityGroup, alb_written, alb_begun) \
    X(modify_capacity_reservation, ModifyCapacityReservation, alb_written, alb_done) \
    X(move_resource_group, MoveResourceGroup, alb_written, alb_done) \
    X(remove_entries_from_acl, RemoveEntriesFromAcl, alb_written, alb_begun) \
    X(remove_servers_from_server_group, RemoveServersFromServerGroup, alb_written, alb_begun) \
    X(replace_servers_in_server_group, ReplaceServersInServerGroup, alb_written, alb_begun) \
    X(start_listener, StartListener, alb_written, alb_begun) \
    X(start_shift_load_balancer_zones, StartShiftLoadBalancerZones, alb_written, alb_done) \
    X(stop_listener, StopListener, alb_written, alb_begun) \
    X(tag_resources, TagResources, alb_written, alb_done) \
    X(untag_resources, UnTagResources, alb_written, alb_done) \
    X(update_ascripts, UpdateAScripts, alb_written, alb_begun) \
    X(update_acl_attribute, UpdateAclAttribute, alb_written, alb_done) \
    X(update_health_check_template_attribute, UpdateHealthCheckTemplateAttribute, alb_written, alb_done) \
    X(update_listener_attribute, UpdateListenerAttribute, alb_written, alb_begun) \
    X(update_listener_log_config, UpdateListenerLogConfig, alb_written, alb_begun) \
    X(update_load_balancer_address_type_config, UpdateLoadBalancerAddressTypeConfig, alb_written, alb_begun) \
    X(update_load_balancer_attribute, UpdateLoadBalancerAttribute, alb_written, alb_begun) \
    X(update_load_balancer_edition, UpdateLoadBalancerEdition, alb_written, alb_done) \
    X(update_load_balancer_zones, UpdateLoadBalancerZones, alb_written, alb_begun) \
    X(update_rule_attribute, UpdateRuleAttribute, alb_written, alb_begun) \
    X(update_rules_attribute, UpdateRulesAttribute, alb_written, alb_begun) \
    X(update_security_policy_attribute, UpdateSecurityPolicyAttribute, alb_written, alb_begun) \
    X(update_server_group_attribute, UpdateServerGroupAttribute, alb_written, alb_begun) \
    X(update_server_group_servers_attribute, UpdateServerGroupServersAttribute, alb_written, alb_begun) \
    X(upload_user_certificate, UploadUserCertificate, alb_uploaded_cert, alb_uploaded_cert)

#define X(stem, action, type, table) \
    void alb_##stem##_read(struct arena *a, const cJSON *reply, struct type *out);
ALB_REPLIES(X)
#undef X
/* clang-format on */
