/* quota.h - the quotas of an account that can be raised, and what is known of them: what the
 * settings say, what a refusal said, or else what a new account has (alb-semantics.md §11).
 *
 * Their names are those of the Quota Center.  An account has them in one region for all load
 * balancers of an edition. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/alb_resource.h"

/* NAME, id without alb_quota_, what a new account has, the most that it is raised to, what it
 * counts.  Those of editions stand together, in the order of ALB_EDITIONS. */
#define QUOTA_TABLE(X)                                                                           \
    X(RULES_BASIC, "loadbalancer_rules_num_basic_edition", 40, 100,                              \
      "rules of a Basic load balancer, besides those that a listener has by itself")             \
    X(RULES_STANDARD, "loadbalancer_rules_num_standard_edition", 100, 200,                       \
      "the same of a Standard one")                                                              \
    X(RULES_WAF, "loadbalancer_rules_num_standardwithwaf_edition", 100, 200,                     \
      "the same of a StandardWithWaf one")                                                       \
    X(SERVERS_BASIC, "loadbalancer_servers_num_basic_edition", 200, 400,                         \
      "servers of a Basic load balancer, each as often as a rule or listener leads to it")       \
    X(SERVERS_STANDARD, "loadbalancer_servers_num_standard_edition", 1000, 1500,                 \
      "the same of a Standard one")                                                              \
    X(SERVERS_WAF, "loadbalancer_servers_num_standardwithwaf_edition", 1000, 1500,               \
      "the same of a StandardWithWaf one")                                                       \
    X(LISTENERS_BASIC, "loadbalancer_listeners_num_basic_edition", 50, 80,                       \
      "listeners of a Basic load balancer")                                                      \
    X(LISTENERS_STANDARD, "loadbalancer_listeners_num_standard_edition", 50, 100,                \
      "the same of a Standard one")                                                              \
    X(LISTENERS_WAF, "loadbalancer_listeners_num_standardwithwaf_edition", 50, 100,              \
      "the same of a StandardWithWaf one")                                                       \
    X(CERTIFICATES_BASIC, "loadbalancer_certificates_num_basic_edition", 10, 150,                \
      "certificates of a Basic load balancer's listeners, besides their defaults")               \
    X(CERTIFICATES_STANDARD, "loadbalancer_certificates_num_standard_edition", 25, 300,          \
      "the same of a Standard one")                                                              \
    X(CERTIFICATES_WAF, "loadbalancer_certificates_num_standardwithwaf_edition", 25, 300,        \
      "the same of a StandardWithWaf one")                                                       \
    X(SERVER_USES, "server_added_num", 200, 300, "rules and listeners that lead to one address") \
    X(GROUP_USES, "servergroup_attached_num", 50, 100,                                           \
      "rules and listeners that lead to one server group")

#define X(NAME, id, dflt, most, what) QUOTA_##NAME,
enum quota { QUOTA_TABLE(X) QUOTAS };
#undef X

enum { QUOTA_TOLD_MS = 3600000 }; /* for how long a refusal is believed */

struct quotas {
    size_t set[QUOTAS];      /* by the settings; 0: they do not say               */
    size_t told[QUOTAS];     /* by the last refusal; 0: there was none            */
    int64_t told_at[QUOTAS]; /* ms                                                */
};

/* "..." */
const char *quota_id(enum quota quota);
/* QUOTAS: there is none of that id. */
enum quota quota_find(const char *id);
/* Of the first of three, the one of an edition; Standard where it is not known. */
enum quota quota_of_edition(enum quota basic, enum alb_edition edition);

/* How much there may be, where there is 'used' now.  A refusal says it for an hour, for the quota
 * may be raised; then the settings; then what a new account has, or, where there is more than
 * that, so that it was raised, the most that it can be raised to.  'q' may be NULL. */
size_t quota_value(const struct quotas *q, enum quota quota, size_t used, int64_t now_ms);

/* What a refusal says, as "The quota of alb_quota_... is exceeded for resource alb-1, usage
 * 100/100." or "... is exceeded (usage 103/100)"; false: it names none of these, or no limit. */
bool quota_read_refusal(const char *message, enum quota *quota, size_t *limit);
