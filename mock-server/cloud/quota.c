/* quota.c - limits by name and edition, and how usage is counted (alb-semantics.md §11):
 * cumulative, one server in two listeners and two rules costs four. */
#include <stdlib.h>
#include <string.h>

#include "cloud_priv.h"

enum { EDITIONS = 3 };
static const char *const editions[EDITIONS] = { "Basic", "Standard", "StandardWithWaf" };
static const char *const edition_suffix[EDITIONS] = { "_basic_edition", "_standard_edition",
                                                      "_standardwithwaf_edition" };

struct quota_limits {
    int64_t limit[QUOTA_COUNT][EDITIONS]; /* < 0: none */
};

/* Rows with one limit for all editions have the plain name as their id. */
static const struct quota_row {
    const char *name;
    const char *code;
    bool by_edition;
    int64_t limit[EDITIONS];
} quota_rows[QUOTA_COUNT] = {
    /* clang-format off */
    [QUOTA_LBS] =             { "loadbalancers_num",      "QuotaExceeded.LoadBalancersNum",
                                false, { 60, 60, 60 } },
    [QUOTA_GROUPS] =          { "servergroups_num",       "QuotaExceeded.ServerGroupsNum",
                                false, { 3000, 3000, 3000 } },
    [QUOTA_GROUP_SERVERS] =   { "servergroup_servers_num",
                                "ResourceQuotaExceeded.ServerGroupServersNum",
                                false, { 1000, 1000, 1000 } },
    [QUOTA_SERVER_ADDED] =    { "server_added_num",       "ResourceQuotaExceeded.ServerAddedNum",
                                false, { 200, 200, 200 } },
    [QUOTA_GROUP_ATTACHED] =  { "servergroup_attached_num",
                                "ResourceQuotaExceeded.ServerGroupAttachedNum",
                                false, { 50, 50, 50 } },
    [QUOTA_CERTIFICATES] =    { "loadbalancer_certificates_num",
                                "ResourceQuotaExceeded.LoadBalancerCertificatesNum",
                                true, { 10, 25, 25 } },
    [QUOTA_RULES] =           { "loadbalancer_rules_num",
                                "ResourceQuotaExceeded.LoadBalancerRulesNum",
                                true, { 40, 100, 100 } },
    [QUOTA_SERVERS] =         { "loadbalancer_servers_num",
                                "ResourceQuotaExceeded.LoadBalancerServersNum",
                                true, { 200, 1000, 1000 } },
    [QUOTA_LISTENERS] =       { "loadbalancer_listeners_num",
                                "ResourceQuotaExceeded.LoadBalancerListenersNum",
                                true, { 50, 50, 50 } },
    [QUOTA_RULE_ACTIONS] =    { "rule_actions_num",       "QuotaExceeded.RuleActionsNum",
                                true, { 3, 5, 5 } },
    [QUOTA_RULE_CONDITIONS] = { "rule_match_evaluations_num",
                                "QuotaExceeded.RuleMatchEvaluationsNum",
                                true, { 5, 10, 10 } },
    [QUOTA_RULE_WILDCARDS] =  { "rule_wildcards_num",     "QuotaExceeded.RuleWildcardsNum",
                                true, { 5, 10, 10 } },
    [QUOTA_TAGS] =            { "tags_num",               "ResourceQuotaExceeded.TagNum",
                                false, { 20, 20, 20 } },
    [QUOTA_ACLS] =            { "acls_num",               "QuotaExceeded.AclsNum",
                                false, { 1000, 1000, 1000 } },
    [QUOTA_ACL_ENTRIES] =     { "acl_entries_num",        "ResourceQuotaExceeded.AclEntriesNum",
                                false, { 500, 500, 500 } },
    [QUOTA_ACL_LISTENERS] =   { "acl_attached_num",       "ResourceQuotaExceeded.AclAttachedNum",
                                false, { 50, 50, 50 } },
    [QUOTA_LISTENER_ACLS] =   { "listener_acls_num",      "QuotaExceeded.AclsNum",
                                false, { 3, 3, 3 } },
    [QUOTA_LISTENER_ENTRIES] = { "listener_acl_entries_num",
                                "ResourceQuotaExceeded.ListenerAclEntriesNum",
                                true, { 300, 500, 500 } },
    [QUOTA_LB_ENTRIES] =      { "loadbalancer_acl_entries_num",
                                "ResourceQuotaExceeded.LoadBalancerAclEntriesNum",
                                false, { 800, 800, 800 } },
    [QUOTA_POLICIES] =        { "securitypolicies_num",   "QuotaExceeded.SecurityPoliciesNum",
                                false, { 50, 50, 50 } },
    [QUOTA_POLICY_LISTENERS] = { "securitypolicy_attached_num",
                                "ResourceQuotaExceeded.SecurityPolicyAttachedNum",
                                false, { 10, 10, 10 } },
    [QUOTA_TEMPLATES] =       { "healthchecktemplates_num",
                                "QuotaExceeded.HealthCheckTemplatesNum",
                                false, { 50, 50, 50 } },
    [QUOTA_SCRIPTS] =         { "ascripts_num",           "ResourceQuotaExceeded.AScriptsNum",
                                false, { 10, 10, 10 } },
    [QUOTA_SCRIPT_LINES] =    { "ascript_lines_num",      "ResourceQuotaExceeded.AScriptLinesNum",
                                false, { 1000, 1000, 1000 } },
    [QUOTA_SCRIPTS_LINES] =   { "ascripts_total_lines_num",
                                "ResourceQuotaExceeded.AScriptsTotalLinesNum",
                                false, { 2000, 2000, 2000 } },
    [QUOTA_SECURITY_GROUPS] = { "security_groups_num",
                                "ResourceQuotaExceeded.SecurityGroupNum",
                                false, { 4, 4, 4 } },
    [QUOTA_CAPACITY_LB] =     { "reserved_capacity_units_per_loadbalancer",
                                "QuotaExceeded.ReservationMaxLcuPerLb",
                                false, { 5000, 5000, 5000 } },
    [QUOTA_CAPACITY_REGION] = { "reserved_capacity_units_per_region",
                                "QuotaExceeded.ReservationMaxLcuPerRegion",
                                false, { 20000, 20000, 20000 } },
    /* clang-format on */
};

static const char prefix[] = "alb_quota_";

/* Sets the limits that 'name' stands for; false when there is no such quota. */
static bool quota_set(struct quota_limits *q, const char *name, int64_t limit)
{
    if (strncmp(name, prefix, sizeof prefix - 1) == 0)
        name += sizeof prefix - 1;
    bool found = false;
    for (size_t i = 0; i < QUOTA_COUNT; i++) {
        const struct quota_row *row = &quota_rows[i];
        size_t len = strlen(row->name);
        if (strncmp(name, row->name, len) != 0)
            continue;
        for (size_t e = 0; e < EDITIONS; e++) {
            const char *want = row->by_edition ? edition_suffix[e] : "";
            if (strcmp(name + len, want) != 0)
                continue;
            q->limit[i][e] = limit;
            found = true;
        }
    }
    return found;
}

bool quota_load(struct cloud *c, const struct cloud_quota *set, size_t n, struct error *err)
{
    c->quotas = arena_alloc(&c->arena, sizeof *c->quotas);
    for (size_t i = 0; i < QUOTA_COUNT; i++)
        for (size_t e = 0; e < EDITIONS; e++)
            c->quotas->limit[i][e] = quota_rows[i].limit[e];
    for (size_t i = 0; i < n; i++)
        if (!quota_set(c->quotas, set[i].name, set[i].limit))
            return error_set(err, ERROR_INVALID, "there is no quota '%s'", set[i].name);
    return true;
}

static size_t edition_index(const char *edition)
{
    for (size_t e = 0; e < EDITIONS; e++)
        if (text_is(edition, editions[e]))
            return e;
    return 1;
}

bool quota_is_off(const struct op *op, enum quota quota, const char *edition)
{
    return op->cloud->quotas->limit[quota][edition_index(edition)] < 0;
}

bool quota_check(struct op *op, enum quota quota, const char *edition, const char *id,
                 int64_t usage, struct error *err)
{
    const struct quota_row *row = &quota_rows[quota];
    size_t e = edition_index(edition);
    int64_t limit = op->cloud->quotas->limit[quota][e];
    if (limit < 0 || usage <= limit)
        return true;
    const char *suffix = row->by_edition ? edition_suffix[e] : "";
    return refuse(err, 400, row->code, "The quota of %s%s%s is exceeded%s%s, usage %lld/%lld.",
                  prefix, row->name, suffix, id ? " for resource " : "", id ? id : "",
                  (long long)usage, (long long)limit);
}

/* The most often referenced server address of a group: '*ip' NULL when there is none. */
static bool most_added(struct op *op, const char *group, const char **ip, int64_t *n,
                       struct error *err)
{
    bool row = false;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_SERVER_MOST_ADDED);
    query_text(&q, ":grp", group);
    if (!query_next(&q, &row, err))
        return false;
    *ip = row ? query_str(&q, op->a, "ip") : NULL;
    *n = row ? query_num(&q, "n") : 0;
    return true;
}

/* How many listeners and rules use a group, and how often its addresses are referenced. */
static bool group_quotas(struct op *op, const char *group, struct error *err)
{
    int64_t n = 0;
    const char *ip = NULL;
    if (!quota_is_off(op, QUOTA_GROUP_ATTACHED, NULL)
        && (!res_count(op, SQL_ATTACH_COUNT, ":grp", group, &n, err)
            || !quota_check(op, QUOTA_GROUP_ATTACHED, NULL, group, n, err)))
        return false;
    return quota_is_off(op, QUOTA_SERVER_ADDED, NULL)
           || (most_added(op, group, &ip, &n, err)
               && quota_check(op, QUOTA_SERVER_ADDED, NULL, ip, n, err));
}

bool quota_attached(struct op *op, const struct res *lb, const text_list *groups, struct error *err)
{
    int64_t n = 0;
    for (size_t i = 0; i < groups->len; i++)
        if (!group_quotas(op, groups->items[i], err))
            return false;
    return quota_is_off(op, QUOTA_SERVERS, lb->variant)
           || (res_count(op, SQL_ATTACH_LB_SERVERS, ":lb", lb->id, &n, err)
               && quota_check(op, QUOTA_SERVERS, lb->variant, lb->id, n, err));
}
