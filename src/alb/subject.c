/* subject.c - which resource a call is about, for its errors. */
#include "alb_priv.h"

#include <stdio.h>
#include <string.h>

/* The parameters that name a resource; the first that a call has is its subject.  Where a
 * call names several, the one it acts upon stands above the others: a listener above the
 * ACLs that it is given, a group above the template applied to it, what is made or changed
 * above what it is made in. */
static const char *const SUBJECTS[] = {
    /* rules, scripts, then the listener that they are made on */
    "RuleIds.1", "RuleId", "Rules.1.RuleId", "AScriptIds.1", "AScripts.1.AScriptId",
    /* groups, above templates */
    "ServerGroupId", "ServerGroupIds.1",
    /* listeners, above ACLs, certificates, and the load balancer that they are made on */
    "ListenerId", "ListenerIds.1",
    /* load balancers, above bandwidth packages, security groups and zones */
    "LoadBalancerId", "LoadBalancerIds.1",
    /* what stands by itself */
    "AclId", "AclIds.1", "SecurityPolicyId", "SecurityPolicyIds.1", "HealthCheckTemplateId",
    "HealthCheckTemplateIds.1", "JobIds.1",
    /* tags, protection, resource groups: any kind */
    "ResourceId", "ResourceId.1", "ResourceIds.1",
    /* the neighbours: certificates, interfaces, vSwitches, roles */
    "CertId", "NetworkInterfaceId.1", "VSwitchId", "RoleArn",
    /* what has no id yet, by its name */
    "LoadBalancerName", "ServerGroupName", "AclName", "SecurityPolicyName",
    "HealthCheckTemplateName", "Name"
};

/* How many parameters continue the list that 'first' ("RuleIds.1") begins. */
static size_t more_of(const alb_params *params, const char *first)
{
    const char *one = strstr(first, ".1");
    size_t n = 0, stem = one ? (size_t)(one - first) + 1 : 0;
    for (size_t i = 0; one && i < params->len; i++) {
        const char *name = params->items[i].name;
        if (strncmp(name, first, stem) != 0 || !strcmp(name, first))
            continue;
        size_t digits = strspn(name + stem, "0123456789");
        n += digits && !strcmp(name + stem + digits, one + 2);
    }
    return n;
}

static void find_subject(const alb_params *params, char *to, size_t size)
{
    char id[64];
    const char *value = NULL;
    size_t i = 0;
    while (i < COUNT(SUBJECTS) && !(value = alb_param_get(params, SUBJECTS[i])))
        i++;
    text_plain(id, sizeof id, value);
    size_t more = value ? more_of(params, SUBJECTS[i]) : 0;
    if (more)
        (void)snprintf(to, size, "%s and %zu more", id, more);
    else
        (void)snprintf(to, size, "%s", id);
}

void error_locate(struct error *err, const char *action, const alb_params *params)
{
    size_t len = strlen(action);
    text_plain(err->action, sizeof err->action, action);
    find_subject(params, err->resource, sizeof err->resource);
    if (!*err->resource || strncmp(err->msg, action, len) != 0
        || strncmp(err->msg + len, ": ", 2) != 0)
        return;
    memmove(err->msg, err->msg + len + 2, strlen(err->msg + len + 2) + 1);
    error_wrap(err, "%s %s", action, err->resource);
}
