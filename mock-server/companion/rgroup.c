/* rgroup.c - resource groups, and the service linked role that a first load balancer needs. */
#include <string.h>

#include "alb-agent/clock.h"
#include "companion_priv.h"

static const char DEFAULT_GROUP[] = "rg-default";

static void add_group(cJSON *list, const char *id, const char *name, const char *display,
                      int64_t now_ms)
{
    char time[TIME_TEXT];
    cJSON *group = cJSON_CreateObject();
    cJSON_AddStringToObject(group, "Id", id);
    cJSON_AddStringToObject(group, "Name", name);
    cJSON_AddStringToObject(group, "DisplayName", display);
    cJSON_AddStringToObject(group, "Status", "OK");
    cJSON_AddStringToObject(group, "CreateDate", time_format(now_ms, time));
    cJSON_AddStringToObject(group, "AccountId", ACCOUNT_ID);
    cJSON_AddItemToArray(list, group);
}

/* Every account has one from the beginning. */
static cJSON *groups_of(struct ask *ask)
{
    cJSON *list = state_list(ask->state, "ResourceGroups");
    if (!cJSON_GetArraySize(list))
        add_group(list, DEFAULT_GROUP, "default", "default", 0);
    return list;
}

static void answer(struct ask *ask, const cJSON *group)
{
    cJSON_AddItemToObject(ask->body, "ResourceGroup", cJSON_Duplicate(group, true));
}

bool rgroup_create(struct ask *ask, struct error *err)
{
    char id[15];
    cJSON *list = groups_of(ask);
    const char *name = json_str(ask->params, "Name");
    if (state_find(list, "Name", name))
        return front_refuse(err, 409, "EntityAlreadyExists.ResourceGroup",
                            "The resource group %s already exists.", name);
    rng_text(ask->rng, "abcdefghijklmnopqrstuvwxyz0123456789", id, sizeof id - 1);
    add_group(list, arena_fmt(ask->a, "rg-%s", id), name, json_str(ask->params, "DisplayName"),
              ask->now_ms);
    answer(ask, cJSON_GetArrayItem(list, cJSON_GetArraySize(list) - 1));
    ask->changed = true;
    return true;
}

static bool find(struct ask *ask, cJSON **group, struct error *err)
{
    const char *id = json_str(ask->params, "ResourceGroupId");
    *group = state_find(groups_of(ask), "Id", id);
    return *group
           || front_refuse(err, 404, "EntityNotExists.ResourceGroup",
                           "The resource group %s does not exist.", id);
}

bool rgroup_get(struct ask *ask, struct error *err)
{
    cJSON *group;
    if (!find(ask, &group, err))
        return false;
    answer(ask, group);
    return true;
}

bool rgroup_delete(struct ask *ask, struct error *err)
{
    cJSON *group;
    if (!find(ask, &group, err))
        return false;
    if (!strcmp(json_str(group, "Id"), DEFAULT_GROUP))
        return front_refuse(err, 409, "DeleteConflict.ResourceGroup.Default",
                            "The default resource group cannot be deleted.");
    answer(ask, group);
    cJSON_Delete(cJSON_DetachItemViaPointer(groups_of(ask), group));
    ask->changed = true;
    return true;
}

static bool matches(const cJSON *group, const char *member, const char *wanted)
{
    return !wanted || !strcmp(json_str(group, member), wanted);
}

bool rgroup_list(struct ask *ask, struct error *err)
{
    (void)err;
    int64_t page = json_int(ask->params, "PageNumber", 1);
    int64_t size = json_int(ask->params, "PageSize", 10), total = 0;
    cJSON *out = cJSON_AddArrayToObject(cJSON_AddObjectToObject(ask->body, "ResourceGroups"),
                                        "ResourceGroup");
    const cJSON *group;
    cJSON_ArrayForEach (group, groups_of(ask)) {
        if (!matches(group, "Id", json_str(ask->params, "ResourceGroupId"))
            || !matches(group, "Name", json_str(ask->params, "Name")))
            continue;
        if (total++ / size == page - 1)
            cJSON_AddItemToArray(out, cJSON_Duplicate(group, true));
    }
    cJSON_AddItemToObject(ask->body, "TotalCount", json_new_int(total));
    cJSON_AddItemToObject(ask->body, "PageNumber", json_new_int(page));
    cJSON_AddItemToObject(ask->body, "PageSize", json_new_int(size));
    return true;
}

bool role_create(struct ask *ask, struct error *err)
{
    const char *service = json_str(ask->params, "ServiceName");
    cJSON *list = state_list(ask->state, "ServiceLinkedRoles");
    if (state_find(list, "ServiceName", service))
        return front_refuse(err, 409, "EntityAlreadyExists.Role",
                            "The service linked role of %s already exists.", service);
    cJSON *role = cJSON_CreateObject();
    cJSON_AddStringToObject(role, "ServiceName", service);
    cJSON_AddStringToObject(role, "Arn",
                            arena_fmt(ask->a, "acs:ram::" ACCOUNT_ID ":role/%s", service));
    cJSON_AddItemToArray(list, role);
    cJSON_AddItemToObject(ask->body, "Role", cJSON_Duplicate(role, true));
    ask->changed = true;
    return true;
}
