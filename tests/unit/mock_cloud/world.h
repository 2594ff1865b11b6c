/* world.h - a cloud with a virtual clock, for tests: calls are JSON text with ' for ". */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "mock-server/cloud.h"

enum { PENDING_MS = 1000, START_MS = 1000000 };

struct world {
    struct cloud *cloud;
    struct arena arena;
    int64_t now_ms;
    struct cloud_reply last;
    cJSON *bodies[512]; /* of all replies, freed in the end */
    size_t n_bodies;
    char lb[32], listener[32], group[32], rule[32]; /* what the setups below made */
};

static inline struct world *world_open(struct world *w, const struct cloud_config *config)
{
    struct error err = { 0 };
    *w = (struct world){ .now_ms = START_MS };
    if (!cloud_open(&w->cloud, config, &err))
        fail_msg("cloud_open: %s", err.msg);
    return w;
}

static inline struct world *world_new(struct world *w)
{
    struct cloud_config config = { .pending_ms = PENDING_MS, .seed = 1 };
    return world_open(w, &config);
}

static inline void world_done(struct world *w)
{
    for (size_t i = 0; i < w->n_bodies; i++)
        cJSON_Delete(w->bodies[i]);
    cloud_close(w->cloud);
    arena_done(&w->arena);
}

/* JSON text in which ' stands for ". */
static inline cJSON *quoted(struct arena *a, const char *text)
{
    char *json = arena_strdup(a, text);
    for (char *c = json; *c; c++)
        if (*c == '\'')
            *c = '"';
    cJSON *tree = cJSON_Parse(json);
    if (!tree)
        fail_msg("not JSON: %s", json);
    return tree;
}

/* Carries out an action of a product and returns the body, NULL when it was refused. */
static inline const cJSON *call_product(struct world *w, const char *product, const char *action,
                                        const char *region, const char *text)
{
    cJSON *params = quoted(&w->arena, text);
    struct cloud_call call = {
        .product = product, .action = action, .region = region, .request_id = "R", .params = params
    };
    cloud_execute(w->cloud, &w->arena, w->now_ms, &call, &w->last);
    cJSON_Delete(params);
    if (w->last.body) {
        assert_true(w->n_bodies < COUNT(w->bodies));
        w->bodies[w->n_bodies++] = w->last.body;
    }
    return w->last.body;
}

static inline const cJSON *call_text(struct world *w, const char *action, const char *text)
{
    return call_product(w, "alb", action, "cn-hangzhou", text);
}

/* The same with a format: %s for ids. */
static inline const cJSON *call(struct world *w, const char *action, const char *fmt, ...)
    PRINTF(3, 4);
static inline const cJSON *call(struct world *w, const char *action, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *text = arena_vfmt(&w->arena, fmt, ap);
    va_end(ap);
    return call_text(w, action, text);
}

/* The last call succeeded. */
static inline void ok(const struct world *w)
{
    if (w->last.code)
        fail_msg("refused: %s %s", w->last.code, w->last.message);
    assert_int_equal(w->last.status, 200);
}

/* The last call was refused so. */
static inline void refused(const struct world *w, int status, const char *code)
{
    if (!w->last.code)
        fail_msg("not refused with %s", code);
    if (strcmp(w->last.code, code) != 0)
        fail_msg("refused with %s (%s), not %s", w->last.code, w->last.message, code);
    assert_int_equal(w->last.status, status);
    assert_null(w->last.body);
}

/* Lets the clock run to the end of all that is pending. */
static inline void settle(struct world *w)
{
    w->now_ms += PENDING_MS;
}

static inline void keep(char id[static 32], const cJSON *body, const char *name)
{
    const char *text = json_str(body, name);
    assert_non_null(text);
    int n = snprintf(id, 32, "%s", text);
    assert_in_range(n, 1, 31);
}

#define ZONES                                                         \
    "'ZoneMappings':[{'VSwitchId':'vsw-1','ZoneId':'cn-hangzhou-h'}," \
    "{'VSwitchId':'vsw-2','ZoneId':'cn-hangzhou-i'}]"
#define LB(edition, more)                                                            \
    "{'AddressType':'Internet','LoadBalancerEdition':'" edition "','VpcId':'vpc-1'," \
    "'LoadBalancerBillingConfig':{'PayType':'PostPay'}," ZONES more "}"
#define FORWARD                                                      \
    "'DefaultActions':[{'Type':'ForwardGroup','ForwardGroupConfig':" \
    "{'ServerGroupTuples':[{'ServerGroupId':'%s'}]}}]"
#define GROUP(name, more)                                                \
    "{'ServerGroupName':'" name "','VpcId':'vpc-1','HealthCheckConfig':" \
    "{'HealthCheckEnabled':true}" more "}"
#define HOST(value) "{'Type':'Host','HostConfig':{'Values':['" value "']}}"
#define TO_GROUP                                             \
    "{'Type':'ForwardGroup','Order':1,'ForwardGroupConfig':" \
    "{'ServerGroupTuples':[{'ServerGroupId':'%s'}]}}"
#define RULE(name, priority)                         \
    "{'RuleName':'" name "','Priority':" #priority   \
    ",'RuleConditions':[" HOST("a.example.com") "]," \
                                                "'RuleActions':[" TO_GROUP "]}"
#define SERVER(ip)  "{'ServerType':'Ip','ServerId':'" ip "','ServerIp':'" ip "','Port':80}"
#define ENI(id, ip) "{'ServerType':'Eni','ServerId':'" id "','ServerIp':'" ip "','Port':80}"

static inline void setup_lb(struct world *w, const char *text)
{
    keep(w->lb, call_text(w, "CreateLoadBalancer", text), "LoadBalancerId");
    settle(w);
}

static inline void setup_group(struct world *w, const char *text)
{
    keep(w->group, call_text(w, "CreateServerGroup", text), "ServerGroupId");
    settle(w);
}

/* A load balancer, a group and an HTTP listener on port 80, all settled. */
static inline void setup_listener(struct world *w)
{
    setup_lb(w, LB("Standard", ""));
    setup_group(w, GROUP("first", ""));
    const cJSON *body =
        call(w, "CreateListener",
             "{'LoadBalancerId':'%s','ListenerPort':80,'ListenerProtocol':'HTTP'," FORWARD "}",
             w->lb, w->group);
    keep(w->listener, body, "ListenerId");
    settle(w);
}

static inline const cJSON *add_rule(struct world *w, int priority)
{
    return call(w, "CreateRule",
                "{'ListenerId':'%s','RuleName':'rule-80-%d','Priority':%d,'RuleConditions':[" HOST(
                    "a.example.com") "],'RuleActions':[" TO_GROUP "]}",
                w->listener, priority, priority, w->group);
}

/* … and a rule of priority 10. */
static inline void setup_rule(struct world *w)
{
    setup_listener(w);
    keep(w->rule, add_rule(w, 10), "RuleId");
    settle(w);
}

static inline const cJSON *first(const cJSON *body, const char *list)
{
    return cJSON_GetArrayItem(json_get(body, list), 0);
}

static inline int count(const cJSON *body, const char *list)
{
    return cJSON_GetArraySize(json_get(body, list));
}

static inline const char *lb_status(struct world *w)
{
    return json_str(call(w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w->lb),
                    "LoadBalancerStatus");
}

static inline const char *listener_status(struct world *w)
{
    return json_str(call(w, "GetListenerAttribute", "{'ListenerId':'%s'}", w->listener),
                    "ListenerStatus");
}

static inline const cJSON *the_rule(struct world *w)
{
    return first(call(w, "ListRules", "{'RuleIds':['%s']}", w->rule), "Rules");
}

static inline const cJSON *the_group(struct world *w)
{
    return first(call(w, "ListServerGroups", "{'ServerGroupIds':['%s']}", w->group),
                 "ServerGroups");
}

static inline const cJSON *servers(struct world *w)
{
    return call(w, "ListServerGroupServers", "{'ServerGroupId':'%s'}", w->group);
}

static inline const char *job_status(struct world *w, const char *id)
{
    return json_str(first(call(w, "ListAsynJobs", "{'JobIds':['%s']}", id), "Jobs"), "Status");
}
