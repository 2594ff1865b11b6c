/* alb_neighbour.h - what VPC, ECS, CAS and STS answer (companion-apis.md §1-§5), as structs.
 * alb_reply.h says how they are filled. */
#pragma once

#include "alb-agent/alb_resource.h"

/* Of a list that counts pages. */
struct alb_counted_page {
    struct opt_int number, size, total_count;
    const char *next_token; /* ECS, where it was asked for by token */
    const char *request_id;
};

/* ---- VPC ------------------------------------------------------------------------------------ */

struct alb_route_table {
    const char *id, *type;
};
struct alb_vswitch {
    const char *id, *name, *description;
    const char *vpc_id, *zone_id, *resource_group_id;
    const char *cidr, *ipv6_cidr;
    struct opt_int free_addresses;
    struct opt_int owner_id; /* unset when it is too long to be held exactly */
    const char *status, *created, *network_acl_id, *share_type;
    struct opt_bool is_default, ipv6;
    struct alb_route_table route_table;
    alb_tags tags;
};
struct alb_vswitch_reply {
    struct alb_vswitch vswitch;
    const char *request_id;
};
struct alb_vswitch_list {
    LIST_OF(struct alb_vswitch) items;
    struct alb_counted_page page;
};

/* ---- ECS ------------------------------------------------------------------------------------ */

struct alb_public_ip {
    const char *address, *allocation_id;
};
struct alb_private_ip {
    const char *address, *dns_name;
    struct opt_bool primary;
    struct alb_public_ip public_ip;
};
/* An IPv6 address, or a prefix. */
struct alb_ip {
    const char *text;
};
struct alb_attachment {
    const char *instance_id, *trunk_id;
    struct opt_int device, card;
};
struct alb_network_interface {
    const char *id, *name, *description;
    const char *type, *status, *created;
    const char *vpc_id, *vswitch_id, *zone_id, *resource_group_id;
    const char *instance_id, *owner_id, *mac, *traffic_mode;
    const char *primary_ip;
    LIST_OF(struct alb_private_ip) private_ips;
    LIST_OF(struct alb_ip) ipv6;
    LIST_OF(struct alb_ip) ipv4_prefixes;
    LIST_OF(struct alb_ip) ipv6_prefixes;
    LIST_OF(const char *) security_group_ids;
    struct alb_public_ip public_ip;
    struct alb_attachment attachment;
    struct opt_int queues, queue_pairs, service_id;
    struct opt_bool service_managed, delete_on_release, source_dest_check;
    alb_tags tags;
};
struct alb_network_interface_list {
    LIST_OF(struct alb_network_interface) items;
    struct alb_counted_page page;
};

/* ---- CAS ------------------------------------------------------------------------------------ */

/* A certificate that was uploaded, or an order of one; times in milliseconds since 1970,
 * dates as "2026-01-15". */
struct alb_user_cert {
    struct opt_int id;
    const char *name, *common_name, *sans;
    const char *fingerprint, *sha2, *serial, *algorithm;
    const char *issuer, *org, *province, *city, *country;
    const char *start_date, *end_date;
    struct opt_bool expired, uploaded;
    const char *resource_group_id, *instance_id;
    struct opt_int order_id, aliyun_order_id, buy_ms, start_ms, end_ms;
    const char *partner_order_id, *product_code, *product_name, *brand;
    const char *type, *source, *status, *trustee_status;
    const char *domain, *domain_type;
    struct opt_int n_domains, n_wild_domains;
};
struct alb_user_cert_list {
    LIST_OF(struct alb_user_cert) items;
    struct alb_counted_page page;
};
struct alb_chain_cert {
    const char *common_name, *issuer;
    struct opt_int not_before_ms, not_after_ms, days_left;
};
/* The keys are secrets: encoded as "<redacted>" where that is asked for, never logged. */
struct alb_user_cert_detail {
    struct opt_int id;
    const char *name, *identifier, *common_name, *sans;
    const char *cert, *key;                 /* PEM                              */
    const char *encrypt_cert, *encrypt_key; /* of a pair of Chinese algorithms  */
    const char *sign_cert, *sign_key;
    const char *fingerprint, *sha2, *serial, *algorithm;
    const char *issuer, *org, *province, *city, *country;
    const char *start_date, *end_date;
    struct opt_int not_before_ms, not_after_ms;
    struct opt_bool expired, bought;
    const char *resource_group_id, *instance_id;
    struct opt_int order_id;
    LIST_OF(struct alb_chain_cert) chain;
    alb_tags tags;
    const char *request_id;
};
struct alb_uploaded_cert {
    struct opt_int id;
    const char *resource_id, *request_id;
};

/* ---- STS ------------------------------------------------------------------------------------ */

struct alb_oidc_token {
    const char *subject, *issuer, *client_ids, *verification;
    const char *expires, *issued;
};
/* The keys are secrets. */
struct alb_assumed_role {
    const char *access_key_id, *access_key_secret, *security_token;
    const char *expires;
    const char *role_id, *arn, *source_identity;
    struct alb_oidc_token oidc; /* of AssumeRoleWithOIDC */
    const char *request_id;
};
struct alb_caller {
    const char *type; /* Account RAMUser AssumedRoleUser */
    const char *account_id, *principal_id, *user_id, *role_id, *arn;
    const char *request_id;
};
