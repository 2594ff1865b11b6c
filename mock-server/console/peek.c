/* peek.c - reads what exists as a list in the console shows it, page by page, without a
 * trace in the call log. */
#include <string.h>

#include "../fault/fault.h"
#include "alb-agent/json.h"
#include "console_priv.h"

enum { PAGES = 10, PAGE = 100 };

static const struct peek_kind kinds[] = {
    { "load_balancer", "ListLoadBalancers", "LoadBalancers", "LoadBalancerId", NULL },
    { "listener", "ListListeners", "Listeners", "ListenerId", "LoadBalancerId" },
    { "rule", "ListRules", "Rules", "RuleId", "ListenerId" },
    { "server_group", "ListServerGroups", "ServerGroups", "ServerGroupId", "VpcId" },
    { "server", "ListServerGroupServers", "Servers", "ServerId", "ServerGroupId" },
    { "acl", "ListAcls", "Acls", "AclId", NULL },
    { "security_policy", "ListSecurityPolicies", "SecurityPolicies", "SecurityPolicyId", NULL },
    { "health_check_template", "ListHealthCheckTemplates", "HealthCheckTemplates",
      "HealthCheckTemplateId", NULL },
};

const struct peek_kind *peek_kind_named(const char *name)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (!strcmp(kinds[i].name, name))
            return &kinds[i];
    return NULL;
}

/* One page of a list; '*token' is what the next one is asked for with, NULL: it was the
 * last. */
static cJSON *read_page(const struct peek *p, const struct peek_kind *kind, const char **token)
{
    cJSON *params CLEANUP(json_done) = cJSON_CreateObject();
    struct cloud_reply reply = { 0 };
    const struct cloud_call call = {
        .product = "alb",
        .action = kind->action,
        .region = p->region,
        .request_id = "",
        .params = params,
    };
    cJSON_AddItemToObject(params, "MaxResults", json_new_int(PAGE));
    if (*token)
        cJSON_AddStringToObject(params, "NextToken", *token);
    cloud_execute(p->cloud, p->a, p->now_ms, &call, &reply);
    const char *next = reply.code ? NULL : json_str(reply.body, "NextToken");
    *token = next ? arena_strdup(p->a, next) : NULL;
    if (!reply.code)
        return reply.body;
    json_done(&reply.body);
    return NULL;
}

static bool belongs(const struct peek_kind *kind, const cJSON *e, const char *of)
{
    const char *parent = kind->parent ? json_str(e, kind->parent) : NULL;
    return !of || (parent && fault_matches(of, parent));
}

cJSON *peek_all(const struct peek *p, const struct peek_kind *kind, const char *of)
{
    cJSON *all = cJSON_CreateArray();
    const char *token = NULL;
    for (int page = 0; page < PAGES && (!page || token); page++) {
        cJSON *body CLEANUP(json_done) = read_page(p, kind, &token);
        cJSON *list = cJSON_GetObjectItemCaseSensitive(body, kind->list);
        for (cJSON *e = list ? list->child : NULL, *next; e; e = next) {
            next = e->next;
            if (belongs(kind, e, of))
                cJSON_AddItemToArray(all, cJSON_DetachItemViaPointer(list, e));
        }
    }
    return all;
}

const cJSON *peek_any(const struct peek *p, const cJSON *list)
{
    int n = cJSON_GetArraySize(list);
    return n ? cJSON_GetArrayItem(list, (int)rng_below(p->rng, (uint64_t)n)) : NULL;
}
