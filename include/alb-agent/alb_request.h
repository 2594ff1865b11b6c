/* alb_request.h - what is asked, as structs: the calls that the agent makes.
 *
 * For a row X(list_rules, ListRules, alb_rule_query, ...) of ALB_REQUESTS there is
 *
 *     alb_params alb_list_rules_params(struct arena *a, const struct alb_rule_query *request);
 *
 * which gives the parameters for alb_begin() or alb_call(), in 'a', through the field table of
 * that request.  What is not set (opt.h; NULL; a list without items) is not sent; an empty
 * string is.  Nothing is checked: alb_param_check() does that.  A whole call is
 *
 *     struct arena a = { 0 };
 *     const char *lbs[] = { "alb-1" };
 *     alb_params p = alb_list_rules_params(&a, &(struct alb_rule_query){ .lb_ids = { lbs, 1 } });
 *     cJSON *reply;
 *     struct alb_rule_list rules;
 *     if (alb_call_all(alb, "ListRules", &p, &reply, &err))
 *         alb_list_rules_read(&a, reply, &rules);
 *
 * All other actions are called with parameters by name. */
#pragma once

#include "alb-agent/alb.h"
#include "alb-agent/alb_reply.h"

/* ---- parts -------------------------------------------------------------------------------- */

typedef LIST_OF(const char *) alb_ids;

struct alb_page_query {
    const char *next_token;
    struct opt_int max_results; /* 1..100; 20 when not set */
};
/* Of a write: repeated with the same token it is done once. */
struct alb_write {
    const char *client_token;
    struct opt_bool dry_run;
};

/* ---- reads -------------------------------------------------------------------------------- */

struct alb_read_by_id {
    const char *id;
};
struct alb_load_balancer_query {
    alb_ids ids; /* at most 20, as every list of ids here */
    alb_ids names;
    alb_ids vpc_ids;
    alb_tags tags; /* all of them; one without value: any */
    const char *status, *zone_id, *resource_group_id;
    struct alb_page_query page;
};
struct alb_listener_query {
    alb_ids ids;
    alb_ids lb_ids;
    enum alb_protocol protocol;
    alb_tags tags;
    struct alb_page_query page;
};
struct alb_cert_query {
    const char *listener_id;
    const char *type; /* Ca, Server */
    alb_ids ids;
    struct alb_page_query page;
};
struct alb_rule_query {
    alb_ids ids;
    alb_ids listener_ids;
    alb_ids lb_ids;
    enum alb_direction direction; /* unset: requests only */
    alb_tags tags;
    struct alb_page_query page;
};
struct alb_server_group_query {
    alb_ids ids;
    alb_ids names;
    const char *vpc_id, *resource_group_id;
    enum alb_group_type type;
    alb_tags tags;
    struct alb_page_query page;
};
struct alb_server_query {
    const char *group_id; /* NULL: of all groups */
    alb_ids server_ids;
    alb_tags tags;
    struct alb_page_query page;
};
struct alb_job_query {
    alb_ids ids; /* at most 10 */
    alb_ids resource_ids;
    const char *resource_type, *api;
    struct opt_int from, to; /* of creation */
    struct alb_page_query page;
};
struct alb_tagged_query {
    const char *type; /* "loadbalancer", as struct alb_tagging */
    alb_ids ids;
    alb_tags tags;
    struct alb_page_query page;
};
struct alb_acl_query {
    alb_ids ids;
    alb_ids names;
    const char *resource_group_id;
    alb_tags tags;
    struct alb_page_query page;
};
struct alb_acl_relation_query {
    alb_ids ids; /* 1 to 5 */
};
struct alb_acl_entry_query {
    const char *acl_id;
    struct alb_page_query page;
};
struct alb_script_query {
    alb_ids ids;
    alb_ids names; /* at most 10 */
    alb_ids listener_ids;
    struct alb_page_query page;
};
/* VPC, which counts pages. */
struct alb_vswitch_query {
    const char *id, *vpc_id, *zone_id;
    struct opt_int page, page_size; /* 1..50; 10 when not set */
};
/* ECS. */
struct alb_network_interface_query {
    const char *vpc_id, *vswitch_id;
    const char *status;  /* "InUse"     */
    alb_ids ids;         /* at most 100 */
    alb_ids private_ips; /* at most 100 */
    struct opt_int page, page_size;
};

/* CAS. */
struct alb_user_cert_query {
    const char
        *order_type; /* "CERT": certificates; "UPLOAD": uploaded ones (companion-apis.md §2) */
    const char *keyword, *status, *resource_group_id;
    struct opt_int page_size, page;
};

/* ---- writes: load balancers --------------------------------------------------------------- */

struct alb_write_by_id {
    const char *id;
    struct alb_write write;
};
/* Sends what '*lb' sets, and its protection under the name that only this call has for it. */
struct alb_create_load_balancer {
    struct alb_load_balancer lb;
    struct opt_bool protect;
    struct alb_write write;
};
/* UpdateLoadBalancerAttribute sends name and modification protection, ...Edition the edition. */
struct alb_change_load_balancer {
    const char *id;
    struct alb_load_balancer lb;
    struct alb_write write;
};
struct alb_log_load_balancer {
    const char *lb_id;
    struct alb_access_log log;
    struct alb_write write;
};
struct alb_move {
    const char *id, *type, *resource_group_id;
};
struct alb_tagging {
    const char *type; /* acl listener loadbalancer securitypolicy servergroup */
    alb_ids ids;
    alb_tags tags; /* at most 20 */
};
struct alb_untagging {
    const char *type;
    alb_ids ids;
    alb_ids keys; /* at most 20 */
};

/* ---- writes: listeners and rules ------------------------------------------------------------ */

struct alb_create_listener {
    const char *lb_id;
    struct alb_listener listener;
    struct alb_write write;
};
struct alb_change_listener {
    const char *id;
    struct alb_listener listener;
    struct alb_write write;
};
struct alb_bind_certs {
    const char *listener_id;
    LIST_OF(struct alb_cert) certs; /* at most 15 */
    struct alb_write write;
};
struct alb_bind_acls {
    const char *listener_id;
    alb_ids acl_ids;
    const char *type; /* White Black; not of DissociateAclsFromListener */
    struct alb_write write;
};
struct alb_create_rules {
    const char *listener_id;
    LIST_OF(struct alb_rule) rules; /* at most 100 */
    struct alb_write write;
};
/* Sends name, priority, conditions and actions, whichever are set. */
struct alb_change_rule {
    const char *id;
    struct alb_rule rule;
};
struct alb_change_rules {
    LIST_OF(struct alb_change_rule) rules;
    struct alb_write write;
};
struct alb_delete_rules {
    alb_ids ids;
    struct alb_write write;
};

/* ---- writes: server groups ------------------------------------------------------------------ */

struct alb_create_server_group {
    struct alb_server_group group;
    struct alb_write write;
};
struct alb_change_server_group {
    const char *id;
    struct alb_server_group group;
    struct alb_write write;
};
/* Each call sends of a server what it takes: its key only to remove it, no RemoteIpEnabled
 * but to add it. */
struct alb_change_servers {
    const char *group_id;
    LIST_OF(struct alb_server) servers; /* at most 200; 40 to change weights */
    struct alb_write write;
};
struct alb_replace_servers {
    const char *group_id;
    LIST_OF(struct alb_server) added;
    LIST_OF(struct alb_server) removed;
    struct alb_write write;
};

/* ---- writes: access lists ------------------------------------------------------------------- */

struct alb_create_acl {
    const char *name, *resource_group_id;
    alb_tags tags;
    struct alb_write write;
};
struct alb_add_entries {
    const char *acl_id;
    LIST_OF(struct alb_acl_entry) entries; /* at most 20 */
    struct alb_write write;
};
struct alb_remove_entries {
    const char *acl_id;
    alb_ids entries; /* "10.0.1.0/24", at most 20 */
    struct alb_write write;
};

/* ---- writes: scripts ------------------------------------------------------------------------ */

struct alb_create_scripts {
    const char *listener_id;
    LIST_OF(struct alb_script) scripts;
    struct alb_write write;
};
/* Sends all that is set but the position, which is fixed. */
struct alb_change_script {
    const char *id;
    struct alb_script script;
};
struct alb_change_scripts {
    LIST_OF(struct alb_change_script) scripts; /* of one listener */
    struct alb_write write;
};
struct alb_delete_scripts {
    alb_ids ids; /* of one listener; at most 10 by the schema, 4 by the text */
    struct alb_write write;
};

/* ---- the table of requests ------------------------------------------------------------------- */

/* clang-format off */
/* X(stem, action, struct, field table) */
#define ALB_REQUESTS(X) \
    X(add_entries_to_acl, AddEntriesToAcl, alb_add_entries, alb_add_entries) \
    X(add_servers_to_server_group, AddServersToServerGroup, alb_change_servers, alb_add_servers) \
    X(associate_acls_with_listener, AssociateAclsWithListener, alb_bind_acls, alb_bind_acls) \
    X(associate_additional_certificates_with_listener, AssociateAdditionalCertificatesWithListener, alb_bind_certs, alb_bind_certs) \
    X(create_ascripts, CreateAScripts, alb_create_scripts, alb_create_scripts) \
    X(create_acl, CreateAcl, alb_create_acl, alb_create_acl) \
    X(create_listener, CreateListener, alb_create_listener, alb_create_listener) \
    X(create_load_balancer, CreateLoadBalancer, alb_create_load_balancer, alb_create_load_balancer) \
    X(create_rules, CreateRules, alb_create_rules, alb_create_rules) \
    X(create_server_group, CreateServerGroup, alb_create_server_group, alb_create_server_group) \
    X(delete_ascripts, DeleteAScripts, alb_delete_scripts, alb_delete_scripts) \
    X(delete_acl, DeleteAcl, alb_write_by_id, alb_write_acl) \
    X(delete_listener, DeleteListener, alb_write_by_id, alb_write_listener) \
    X(delete_load_balancer, DeleteLoadBalancer, alb_write_by_id, alb_write_load_balancer) \
    X(delete_rules, DeleteRules, alb_delete_rules, alb_delete_rules) \
    X(delete_server_group, DeleteServerGroup, alb_write_by_id, alb_write_server_group) \
    X(describe_network_interfaces, DescribeNetworkInterfaces, alb_network_interface_query, alb_network_interface_query) \
    X(describe_vswitches, DescribeVSwitches, alb_vswitch_query, alb_vswitch_query) \
    X(disable_deletion_protection, DisableDeletionProtection, alb_write_by_id, alb_write_resource) \
    X(disable_load_balancer_access_log, DisableLoadBalancerAccessLog, alb_write_by_id, alb_write_load_balancer) \
    X(disable_load_balancer_ipv6_internet, DisableLoadBalancerIpv6Internet, alb_write_by_id, alb_write_load_balancer) \
    X(dissociate_acls_from_listener, DissociateAclsFromListener, alb_bind_acls, alb_unbind_acls) \
    X(dissociate_additional_certificates_from_listener, DissociateAdditionalCertificatesFromListener, alb_bind_certs, alb_bind_certs) \
    X(enable_deletion_protection, EnableDeletionProtection, alb_write_by_id, alb_write_resource) \
    X(enable_load_balancer_access_log, EnableLoadBalancerAccessLog, alb_log_load_balancer, alb_log_load_balancer) \
    X(enable_load_balancer_ipv6_internet, EnableLoadBalancerIpv6Internet, alb_write_by_id, alb_write_load_balancer) \
    X(get_listener_attribute, GetListenerAttribute, alb_read_by_id, alb_read_listener) \
    X(get_load_balancer_attribute, GetLoadBalancerAttribute, alb_read_by_id, alb_read_load_balancer) \
    X(list_ascripts, ListAScripts, alb_script_query, alb_script_query) \
    X(list_acl_entries, ListAclEntries, alb_acl_entry_query, alb_acl_entry_query) \
    X(list_acl_relations, ListAclRelations, alb_acl_relation_query, alb_acl_relation_query) \
    X(list_acls, ListAcls, alb_acl_query, alb_acl_query) \
    X(list_asyn_jobs, ListAsynJobs, alb_job_query, alb_job_query) \
    X(list_listener_certificates, ListListenerCertificates, alb_cert_query, alb_cert_query) \
    X(list_listeners, ListListeners, alb_listener_query, alb_listener_query) \
    X(list_load_balancers, ListLoadBalancers, alb_load_balancer_query, alb_load_balancer_query) \
    X(list_rules, ListRules, alb_rule_query, alb_rule_query) \
    X(list_server_group_servers, ListServerGroupServers, alb_server_query, alb_server_query) \
    X(list_server_groups, ListServerGroups, alb_server_group_query, alb_server_group_query) \
    X(list_tag_resources, ListTagResources, alb_tagged_query, alb_tagged_query) \
    X(list_user_certificate_order, ListUserCertificateOrder, alb_user_cert_query, alb_user_cert_query) \
    X(move_resource_group, MoveResourceGroup, alb_move, alb_move) \
    X(remove_entries_from_acl, RemoveEntriesFromAcl, alb_remove_entries, alb_remove_entries) \
    X(remove_servers_from_server_group, RemoveServersFromServerGroup, alb_change_servers, alb_remove_servers) \
    X(replace_servers_in_server_group, ReplaceServersInServerGroup, alb_replace_servers, alb_replace_servers) \
    X(tag_resources, TagResources, alb_tagging, alb_tagging) \
    X(untag_resources, UnTagResources, alb_untagging, alb_untagging) \
    X(update_ascripts, UpdateAScripts, alb_change_scripts, alb_change_scripts) \
    X(update_listener_attribute, UpdateListenerAttribute, alb_change_listener, alb_change_listener) \
    X(update_load_balancer_attribute, UpdateLoadBalancerAttribute, alb_change_load_balancer, alb_change_load_balancer) \
    X(update_load_balancer_edition, UpdateLoadBalancerEdition, alb_change_load_balancer, alb_change_edition) \
    X(update_rules_attribute, UpdateRulesAttribute, alb_change_rules, alb_change_rules) \
    X(update_server_group_attribute, UpdateServerGroupAttribute, alb_change_server_group, alb_change_server_group) \
    X(update_server_group_servers_attribute, UpdateServerGroupServersAttribute, alb_change_servers, alb_change_servers)

#define X(stem, action, type, table) \
    alb_params alb_##stem##_params(struct arena *a, const struct type *request);
ALB_REQUESTS(X)
#undef X
/* clang-format on */
