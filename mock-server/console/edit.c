/* edit.c - what people change in a web console, each an edit of something that exists now. */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/json.h"
#include "console_priv.h"

/* Chooses what to change and how; false when there is nothing of the sort. */
typedef bool edit_fn(const struct peek *p, struct front_deed *d);

static void begin(struct front_deed *d, const char *action)
{
    d->action = action;
    d->params = (struct params){ 0 };
}

static void add(const struct peek *p, struct front_deed *d, const char *name, const char *value)
{
    *LIST_PUSH(p->a, &d->params) = (struct param){ name, value };
}

static void add_number(const struct peek *p, struct front_deed *d, const char *name, int64_t n)
{
    add(p, d, name, arena_fmt(p->a, "%" PRId64, n));
}

static int64_t between(const struct peek *p, int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(p->rng, (uint64_t)(high - low) + 1);
}

static const char *new_name(const struct peek *p)
{
    return arena_fmt(p->a, "by-hand-%" PRId64, between(p, 1, 99999));
}

/* Begins an edit of any of a kind, whose id is the first parameter; false when there is
 * none.  Of what has a listener '*listener' is its id; may be NULL. */
static bool choose(const struct peek *p, const char *kind_name, struct front_deed *d,
                   const char *action, const char **listener)
{
    const struct peek_kind *kind = peek_kind_named(kind_name);
    cJSON *all CLEANUP(json_done) = peek_all(p, kind, NULL);
    const cJSON *chosen = peek_any(p, all);
    begin(d, action);
    if (!chosen)
        return false;
    add(p, d, kind->id, arena_strdup(p->a, json_str(chosen, kind->id)));
    if (listener)
        *listener = arena_strdup(p->a, json_str(chosen, "ListenerId"));
    return true;
}

/* An edit that needs no more than an id and one other parameter. */
static bool set_one(const struct peek *p, struct front_deed *d, const char *kind,
                    const char *action, const struct param *what)
{
    if (!choose(p, kind, d, action, NULL))
        return false;
    add(p, d, what->name, what->value);
    return true;
}

/* A priority that no rule of the listener has. */
static int64_t free_priority(const struct peek *p, const char *listener)
{
    cJSON *rules CLEANUP(json_done) = peek_all(p, peek_kind_named("rule"), listener);
    for (int64_t priority = between(p, 1, 9000);; priority++) {
        const cJSON *r;
        bool taken = false;
        cJSON_ArrayForEach (r, rules)
            taken = taken || json_int(r, "Priority", 0) == priority;
        if (!taken)
            return priority;
    }
}

static void add_condition(const struct peek *p, struct front_deed *d)
{
    add(p, d, "RuleConditions.1.Type", "Path");
    add(p, d, "RuleConditions.1.PathConfig.Values.1", arena_fmt(p->a, "/%s", new_name(p)));
}

static void add_action(const struct peek *p, struct front_deed *d)
{
    add(p, d, "RuleActions.1.Type", "FixedResponse");
    add(p, d, "RuleActions.1.Order", "1");
    add(p, d, "RuleActions.1.FixedResponseConfig.HttpCode", "503");
    add(p, d, "RuleActions.1.FixedResponseConfig.Content", "by hand");
    add(p, d, "RuleActions.1.FixedResponseConfig.ContentType", "text/plain");
}

static bool rule_priority(const struct peek *p, struct front_deed *d)
{
    const char *listener;
    if (!choose(p, "rule", d, "UpdateRuleAttribute", &listener))
        return false;
    add_number(p, d, "Priority", free_priority(p, listener));
    return true;
}

static bool rule_conditions(const struct peek *p, struct front_deed *d)
{
    if (!choose(p, "rule", d, "UpdateRuleAttribute", NULL))
        return false;
    add_condition(p, d);
    return true;
}

static bool rule_actions(const struct peek *p, struct front_deed *d)
{
    if (!choose(p, "rule", d, "UpdateRuleAttribute", NULL))
        return false;
    add_action(p, d);
    return true;
}

static bool rule_rename(const struct peek *p, struct front_deed *d)
{
    return set_one(p, d, "rule", "UpdateRuleAttribute", &(struct param){ "RuleName", new_name(p) });
}

static bool rule_add(const struct peek *p, struct front_deed *d)
{
    const char *listener;
    if (!choose(p, "listener", d, "CreateRule", &listener))
        return false;
    add_number(p, d, "Priority", free_priority(p, listener));
    add(p, d, "RuleName", new_name(p));
    add_condition(p, d);
    add_action(p, d);
    return true;
}

static bool rule_delete(const struct peek *p, struct front_deed *d)
{
    return choose(p, "rule", d, "DeleteRule", NULL);
}

/* Any server of any group, as the parameters that name it. */
static bool choose_server(const struct peek *p, struct front_deed *d, const char *action)
{
    static const char *const members[] = { "ServerId", "ServerType", "ServerIp" };
    cJSON *all CLEANUP(json_done) = peek_all(p, peek_kind_named("server"), NULL);
    const cJSON *server = peek_any(p, all);
    begin(d, action);
    if (!server)
        return false;
    add(p, d, "ServerGroupId", arena_strdup(p->a, json_str(server, "ServerGroupId")));
    for (size_t i = 0; i < COUNT(members); i++)
        if (json_str(server, members[i]))
            add(p, d, arena_fmt(p->a, "Servers.1.%s", members[i]),
                arena_strdup(p->a, json_str(server, members[i])));
    if (json_get(server, "Port"))
        add_number(p, d, "Servers.1.Port", json_int(server, "Port", 0));
    return true;
}

static bool server_weight(const struct peek *p, struct front_deed *d)
{
    bool found = choose_server(p, d, "UpdateServerGroupServersAttribute");
    add_number(p, d, "Servers.1.Weight", between(p, 0, 100));
    return found;
}

static bool server_remove(const struct peek *p, struct front_deed *d)
{
    return choose_server(p, d, "RemoveServersFromServerGroup");
}

static bool listener_timeout(const struct peek *p, struct front_deed *d)
{
    return set_one(
        p, d, "listener", "UpdateListenerAttribute",
        &(struct param){ "IdleTimeout", arena_fmt(p->a, "%" PRId64, between(p, 1, 60)) });
}

static bool group_rename(const struct peek *p, struct front_deed *d)
{
    return set_one(p, d, "server_group", "UpdateServerGroupAttribute",
                   &(struct param){ "ServerGroupName", new_name(p) });
}

/* A group that no load balancer uses. */
static bool group_delete(const struct peek *p, struct front_deed *d)
{
    const struct peek_kind *kind = peek_kind_named("server_group");
    cJSON *all CLEANUP(json_done) = peek_all(p, kind, NULL);
    cJSON *next;
    for (cJSON *g = all->child; g; g = next) {
        next = g->next;
        if (cJSON_GetArraySize(json_get(g, "RelatedLoadBalancerIds")))
            cJSON_Delete(cJSON_DetachItemViaPointer(all, g));
    }
    const cJSON *group = peek_any(p, all);
    begin(d, "DeleteServerGroup");
    if (group)
        add(p, d, kind->id, arena_strdup(p->a, json_str(group, kind->id)));
    return group;
}

static bool balancer_rename(const struct peek *p, struct front_deed *d)
{
    return set_one(p, d, "load_balancer", "UpdateLoadBalancerAttribute",
                   &(struct param){ "LoadBalancerName", new_name(p) });
}

/* One tag of a group that has any. */
static bool tag_remove(const struct peek *p, struct front_deed *d)
{
    cJSON *all CLEANUP(json_done) = peek_all(p, peek_kind_named("server_group"), NULL);
    cJSON *next;
    for (cJSON *g = all->child; g; g = next) {
        next = g->next;
        if (!cJSON_GetArraySize(json_get(g, "Tags")))
            cJSON_Delete(cJSON_DetachItemViaPointer(all, g));
    }
    const cJSON *group = peek_any(p, all);
    const cJSON *tag = group ? peek_any(p, json_get(group, "Tags")) : NULL;
    const char *key = json_str(tag, "Key");
    begin(d, "UnTagResources");
    if (!key)
        return false;
    add(p, d, "ResourceType", "servergroup");
    add(p, d, "ResourceId.1", arena_strdup(p->a, json_str(group, "ServerGroupId")));
    add(p, d, "TagKey.1", arena_strdup(p->a, key));
    return true;
}

const char *const console_edit_names[CONSOLE_EDITS] = {
    "rule_priority", "rule_conditions", "rule_actions",  "rule_rename",      "rule_add",
    "rule_delete",   "server_weight",   "server_remove", "listener_timeout", "group_rename",
    "group_delete",  "balancer_rename", "tag_remove",
};

static edit_fn *const edits[CONSOLE_EDITS] = {
    rule_priority, rule_conditions, rule_actions,  rule_rename,      rule_add,
    rule_delete,   server_weight,   server_remove, listener_timeout, group_rename,
    group_delete,  balancer_rename, tag_remove,
};

bool console_edit(const struct peek *p, unsigned kinds, struct front_deed *out)
{
    size_t first = (size_t)rng_below(p->rng, CONSOLE_EDITS);
    const char *region = out->region;
    for (size_t i = 0; i < CONSOLE_EDITS; i++) {
        size_t kind = (first + i) % CONSOLE_EDITS;
        if (kinds && !(kinds & (1U << kind)))
            continue;
        *out = (struct front_deed){ .region = region };
        if (edits[kind](p, out))
            return true;
    }
    return false;
}
