/* deed.c - somebody at the console: takes away and edits what is ours, and makes things of their
 * own. */
#include <stdio.h>
#include <string.h>

#include "alb-agent/json.h"
#include "mock-server/mock.h"
#include "sim.h"

/* ---- somebody else --------------------------------------------------------------------------- */

bool deed_do(struct sim *s, const char *action, const char *const *params, const char *id)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct front_deed d = { .action = action };
    struct cloud_reply reply = { 0 };
    for (; *params; params += 2)
        *LIST_PUSH(&a, &d.params) = (struct param){ params[0], params[1] };
    front_do(mock_front(s->mock), &a, &d, &reply);
    const char *made = id && reply.body ? json_str(reply.body, id) : NULL;
    if (made) {
        s->made = arena_strdup(&s->arena, made);
        map_put(&s->foreign, s->made, s);
    }
    if (s->options.verbose)
        printf("    console: %s %s=%s %s\n", action, d.params.items[0].name,
               d.params.items[0].value, reply.code ? reply.code : "");
    json_done(&reply.body);
    s->view.stale = VIEW_ALL;
    return !reply.code;
}

static bool make_group(struct sim *s)
{
    const char *name = arena_fmt(&s->arena, "foreign-%zu", map_count(&s->foreign));
    const char *const params[] = {
        "ServerGroupName", name, "VpcId", "vpc-1", "HealthCheckConfig.HealthCheckEnabled",
        "false",           NULL
    };
    return map_count(&s->foreign) < 8 && !s->failing
           && deed_do(s, "CreateServerGroup", params, "ServerGroupId");
}

void step_make_foreign(struct sim *s)
{
    static const char *const params[] = { "LoadBalancerName",
                                          "foreign",
                                          "AddressType",
                                          "Internet",
                                          "VpcId",
                                          "vpc-1",
                                          "LoadBalancerEdition",
                                          "Standard",
                                          "LoadBalancerBillingConfig.PayType",
                                          "PostPay",
                                          "ZoneMappings.1.ZoneId",
                                          "cn-hangzhou-h",
                                          "ZoneMappings.1.VSwitchId",
                                          "vsw-1",
                                          "ZoneMappings.2.ZoneId",
                                          "cn-hangzhou-i",
                                          "ZoneMappings.2.VSwitchId",
                                          "vsw-2",
                                          NULL };
    if (!deed_do(s, "CreateLoadBalancer", params, "LoadBalancerId") || !make_group(s))
        sim_complain(s, "simulator: the mock does not let others make things");
}

static const struct view_rule *any_rule(struct sim *s)
{
    view_refresh(s);
    if (!s->view.rules.len)
        return NULL;
    const struct view_rule *r = &s->view.rules.items[draw(s, s->view.rules.len)];
    return r->foreign || !world_has_lb(&s->world, view_lb_of(&s->view, r->listener)) ? NULL : r;
}

/* The route it is of that nobody can read now: nobody may change or make it again, either. */
static struct sim_route *stuck_route(struct sim *s, const struct view_rule *r)
{
    const char *path = r->paths[0] ? r->paths[0] : "";
    const size_t n = strlen(path);
    const bool prefix = r->paths[1] || (n && path[n - 1] == '*');
    return world_hostile_route(&s->world, view_lb_of(&s->view, r->listener),
                               r->hosts[0] ? r->hosts[0] : "", strcmp(path, "/*") ? path : "/",
                               !prefix);
}

static bool delete_rule(struct sim *s)
{
    const struct view_rule *r = any_rule(s);
    if (!r)
        return false;
    struct sim_route *stuck = stuck_route(s, r);
    check_deed(s, r, true);
    if (!deed_do(s, "DeleteRule", (const char *const[]){ "RuleId", r->id, NULL }, NULL))
        return false;
    if (stuck)
        stuck->lost = true;
    check_goal(s);
    return true;
}

static bool any_hostile(const struct world *w)
{
    for (size_t i = 0; i < INGRESSES; i++)
        if (w->ingresses[i].hostile)
            return true;
    return false;
}

static bool edit_rule(struct sim *s)
{
    const struct view_rule *r = any_rule(s);
    static const char *const what[][2] = {
        { "Priority", "7777" },
        { "RuleActions.1.ForwardGroupConfig.ServerGroupTuples.1.Weight", "55" },
        { "RuleConditions.1.PathConfig.Values.1", "/elsewhere" },
    };
    const size_t k = draw(s, COUNT(what));
    const struct view_group *g =
        s->view.groups.len ? &s->view.groups.items[draw(s, s->view.groups.len)] : NULL;
    const char *params[12] = { "RuleId", r ? r->id : "", what[k][0], what[k][1] };
    size_t n = 4;
    if (k == 1) {
        params[n++] = "RuleActions.1.Type";
        params[n++] = "ForwardGroup";
        params[n++] = "RuleActions.1.Order";
        params[n++] = "1";
        params[n++] = "RuleActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId";
        params[n++] = g ? g->id : "";
    } else if (k == 2) {
        params[n++] = "RuleConditions.1.Type";
        params[n++] = "Path";
    }
    if (k == 1 && any_hostile(&s->world))
        return false; /* the group would be in use for as long as nobody may correct that */
    if (!r || !g || !g->ours || stuck_route(s, r))
        return false; /* and nobody knows the order of what nobody may correct */
    check_deed(s, r, false);
    return deed_do(s, "UpdateRuleAttribute", params, NULL);
}

static bool add_rule(struct sim *s)
{
    view_refresh(s);
    if (!s->view.listeners.len || map_count(&s->foreign) > 8)
        return false;
    const struct view_listener *l = &s->view.listeners.items[draw(s, s->view.listeners.len)];
    if (l->port != 80 || !world_has_lb(&s->world, view_lb_of(&s->view, l->id)))
        return false; /* it would have to stay for that */
    const char *const params[] = { "ListenerId",
                                   l->id,
                                   "Priority",
                                   arena_fmt(&s->arena, "%zu", 5000 + draw(s, 1000)),
                                   "RuleName",
                                   "by-hand",
                                   "RuleConditions.1.Type",
                                   "Path",
                                   "RuleConditions.1.PathConfig.Values.1",
                                   "/by-hand",
                                   "RuleActions.1.Type",
                                   "FixedResponse",
                                   "RuleActions.1.Order",
                                   "1",
                                   "RuleActions.1.FixedResponseConfig.HttpCode",
                                   "503",
                                   "RuleActions.1.FixedResponseConfig.Content",
                                   "by hand",
                                   "RuleActions.1.FixedResponseConfig.ContentType",
                                   "text/plain",
                                   NULL };
    if (!deed_do(s, "CreateRule", params, "RuleId"))
        return false;
    *LIST_PUSH(&s->arena, &s->by_hand) =
        (struct by_hand){ s->made, arena_strdup(&s->arena, l->lb) };
    return true;
}

static bool remove_server(struct sim *s)
{
    view_refresh(s);
    if (!s->view.groups.len)
        return false;
    const struct view_group *g = &s->view.groups.items[draw(s, s->view.groups.len)];
    unsigned pod = 0;
    while (pod < PODS && !(g->pods >> pod & 1))
        pod++;
    const char *digit = g->service[0] == 's' ? strchr("0123456789", g->service[1]) : NULL;
    const char *lb = strrchr(g->lb, 'b');
    if (!g->ours || pod == PODS || !digit || !lb || !world_has_lb(&s->world, lb[1] - '0'))
        return false;
    const char *ip = arena_fmt(&s->arena, "10.0.%c.%u", *digit, pod + 1);
    const char *const params[] = { "ServerGroupId",
                                   g->id,
                                   "Servers.1.ServerId",
                                   ip,
                                   "Servers.1.ServerIp",
                                   ip,
                                   "Servers.1.ServerType",
                                   "Ip",
                                   "Servers.1.Port",
                                   "8080",
                                   NULL };
    return deed_do(s, "RemoveServersFromServerGroup", params, NULL);
}

static bool edit_listener(struct sim *s)
{
    view_refresh(s);
    if (!s->view.listeners.len || world_balancers(&s->world) < BALANCERS)
        return false;
    const char *const params[] = { "ListenerId",
                                   s->view.listeners.items[draw(s, s->view.listeners.len)].id,
                                   "IdleTimeout", arena_fmt(&s->arena, "%zu", 1 + draw(s, 60)),
                                   NULL };
    return deed_do(s, "UpdateListenerAttribute", params, NULL);
}

bool change_by_console(struct sim *s)
{
    static bool (*const deeds[])(struct sim *) = { delete_rule,     edit_rule,     add_rule,
                                                   remove_server,   edit_listener, make_group,
                                                   protect_balancer };
    if (!deeds[draw(s, COUNT(deeds))](s))
        return false;
    check_disturbance(s);
    if (s->agent && !s->faulty && !one_in(s, 3)) {
        agent_resync(s->agent);
        life_settle(s);
    }
    return true;
}
