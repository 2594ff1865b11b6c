/* world.h - a mock with one load balancer, listener, rule, group and server, and somebody who
 * changes them. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "mock-server/console/console_priv.h"
#include "mock-server/mock.h"

struct world {
    struct arena arena;
    struct mock *mock;
    struct rng rng;
    const char *lb, *listener, *rule, *group, *spare; /* ids; nothing uses 'spare' */
};

/* Does an action with the flat parameters "A=1&B=2"; its body as text, "CODE" when refused. */
static inline const char *act(struct world *w, const char *action, const char *params)
{
    struct front_deed deed = { .action = action };
    struct cloud_reply reply = { 0 };
    struct error err = { 0 };
    assert_true(params_parse(&w->arena, &deed.params, params, strlen(params), &err));
    front_do(mock_front(w->mock), &w->arena, &deed, &reply);
    const char *text = reply.code ? reply.code : json_canonical(&w->arena, reply.body);
    json_done(&reply.body);
    return text;
}

static inline const char *made(struct world *w, const char *action, const char *id,
                               const char *params)
{
    cJSON *json CLEANUP(json_done) = cJSON_Parse(act(w, action, params));
    if (!json_str(json, id))
        fail_msg("%s: %s", action, act(w, action, params));
    mock_advance(w->mock, 1000);
    return arena_strdup(&w->arena, json_str(json, id));
}

static inline void world_fill(struct world *w)
{
    w->lb =
        made(w, "CreateLoadBalancer", "LoadBalancerId",
             "AddressType=Intranet&LoadBalancerEdition=Standard&LoadBalancerName=lb1&VpcId=vpc-1"
             "&LoadBalancerBillingConfig.PayType=PostPay&ZoneMappings.1.VSwitchId=vsw-1"
             "&ZoneMappings.1.ZoneId=cn-hangzhou-h&ZoneMappings.2.VSwitchId=vsw-2"
             "&ZoneMappings.2.ZoneId=cn-hangzhou-i");
    w->group = made(w, "CreateServerGroup", "ServerGroupId",
                    "ServerGroupName=g1&VpcId=vpc-1&HealthCheckConfig.HealthCheckEnabled=false"
                    "&Tag.1.Key=k&Tag.1.Value=v");
    w->spare = made(w, "CreateServerGroup", "ServerGroupId",
                    "ServerGroupName=g2&VpcId=vpc-1&HealthCheckConfig.HealthCheckEnabled=false");
    w->listener = made(w, "CreateListener", "ListenerId",
                       arena_fmt(&w->arena,
                                 "LoadBalancerId=%s&ListenerPort=80&ListenerProtocol=HTTP"
                                 "&DefaultActions.1.Type=ForwardGroup"
                                 "&DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1."
                                 "ServerGroupId=%s",
                                 w->lb, w->group));
    w->rule = made(w, "CreateRule", "RuleId",
                   arena_fmt(&w->arena,
                             "ListenerId=%s&Priority=7&RuleName=r1&RuleConditions.1.Type=Path"
                             "&RuleConditions.1.PathConfig.Values.1=/a&RuleActions.1.Order=1"
                             "&RuleActions.1.Type=ForwardGroup"
                             "&RuleActions.1.ForwardGroupConfig.ServerGroupTuples.1."
                             "ServerGroupId=%s",
                             w->listener, w->group));
    (void)made(w, "AddServersToServerGroup", "JobId",
               arena_fmt(&w->arena,
                         "ServerGroupId=%s&Servers.1.ServerType=Eni&Servers.1.ServerId=eni-0a000001"
                         "&Servers.1.ServerIp=10.0.0.1&Servers.1.Port=80&Servers.1.Weight=100",
                         w->group));
}

static inline void world_open(struct world *w, const char *script)
{
    struct error err = { 0 };
    const struct mock_config config = { .seed = 1, .pending_ms = 100, .console = script };
    *w = (struct world){ .rng = { 1 } };
    if (!mock_open(&w->mock, &config, &err))
        fail_msg("%s", err.msg);
}

static inline void world_done(struct world *w)
{
    mock_close(w->mock);
    arena_done(&w->arena);
}

static inline struct peek peek_at(struct world *w)
{
    return (struct peek){ mock_cloud(w->mock), &w->arena, mock_now_ms(w->mock), "cn-hangzhou",
                          &w->rng };
}
