/* batch.c - what of a call is a batch, and which resources a call is about. */
#include <string.h>

#include "alb-agent/json.h"
#include "fault.h"

/* The lists of actions that do many things at once, in the order in which they are done. */
static const struct {
    const char *action;
    const char *lists[2];
} batches[] = {
    { "CreateRules", { "Rules" } },
    { "UpdateRulesAttribute", { "Rules" } },
    { "DeleteRules", { "RuleIds" } },
    { "AddServersToServerGroup", { "Servers" } },
    { "RemoveServersFromServerGroup", { "Servers" } },
    { "ReplaceServersInServerGroup", { "AddedServers", "RemovedServers" } },
    { "UpdateServerGroupServersAttribute", { "Servers" } },
    { "AddEntriesToAcl", { "AclEntries" } },
    { "RemoveEntriesFromAcl", { "Entries" } },
    { "AssociateAclsWithListener", { "AclIds" } },
    { "DissociateAclsFromListener", { "AclIds" } },
    { "AssociateAdditionalCertificatesWithListener", { "Certificates" } },
    { "DissociateAdditionalCertificatesFromListener", { "Certificates" } },
    { "CreateAScripts", { "AScripts" } },
    { "UpdateAScripts", { "AScripts" } },
    { "DeleteAScripts", { "AScriptIds" } },
    { "DeleteHealthCheckTemplates", { "HealthCheckTemplateIds" } },
    { "TagResources", { "ResourceId" } },
    { "UnTagResources", { "ResourceId" } },
};

static const char *const *lists_of(const char *action)
{
    static const char *const none[2] = { NULL, NULL };
    for (size_t i = 0; i < COUNT(batches); i++)
        if (!strcmp(batches[i].action, action))
            return batches[i].lists;
    return none;
}

static size_t length(const cJSON *params, const char *list)
{
    const cJSON *l = list ? json_get(params, list) : NULL;
    return cJSON_IsArray(l) ? (size_t)cJSON_GetArraySize(l) : 0;
}

/* Keeps the first 'keep' elements of a list; one with none left is as if never sent. */
static void shorten(cJSON *params, const char *list, size_t keep)
{
    cJSON *l = cJSON_GetObjectItemCaseSensitive(params, list);
    for (size_t n = length(params, list); n > keep; n--)
        cJSON_DeleteItemFromArray(l, (int)n - 1);
    if (!keep)
        cJSON_DeleteItemFromObjectCaseSensitive(params, list);
}

size_t fault_cut(const char *action, cJSON *params, int64_t count)
{
    const char *const *lists = lists_of(action);
    size_t first = length(params, lists[0]), second = length(params, lists[1]);
    size_t all = first + second ? first + second : 1;
    size_t keep = count ? (size_t)count : all / 2;
    if (keep >= all)
        return all;
    if (keep && first)
        shorten(params, lists[0], keep < first ? keep : first);
    if (keep && second)
        shorten(params, lists[1], keep > first ? keep - first : 0);
    return keep;
}

/* Is 'name' that of an id, or a list of them, of something that has a pending state? */
static bool names_id(const char *name)
{
    static const char *const kinds[] = { "LoadBalancer", "Listener",       "Rule",   "ServerGroup",
                                         "Acl",          "SecurityPolicy", "AScript" };
    for (size_t i = 0; name && i < COUNT(kinds); i++) {
        size_t len = strlen(kinds[i]);
        if (!strncmp(name, kinds[i], len)
            && (!strcmp(name + len, "Id") || !strcmp(name + len, "Ids")))
            return true;
    }
    return false;
}

/* Ids among the members of 'json' and of the elements of its lists, no deeper: what stands
 * there is only referred to. */
static void collect(struct arena *a, const cJSON *json, int depth, fault_ids *out)
{
    const cJSON *m, *e;
    cJSON_ArrayForEach (m, json) {
        if (cJSON_IsString(m) && names_id(m->string))
            *LIST_PUSH(a, out) = m->valuestring;
        if (!cJSON_IsArray(m))
            continue;
        cJSON_ArrayForEach (e, m) {
            if (cJSON_IsString(e) && names_id(m->string))
                *LIST_PUSH(a, out) = e->valuestring;
            else if (cJSON_IsObject(e) && depth)
                collect(a, e, depth - 1, out);
        }
    }
}

void fault_changed(struct arena *a, const cJSON *params, const cJSON *reply, fault_ids *out)
{
    collect(a, reply, 1, out);
    if (!out->len)
        collect(a, params, 1, out);
}
