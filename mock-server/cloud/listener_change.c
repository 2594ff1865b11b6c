/* listener_change.c - listeners: every change of one that exists, but its certificates. */
#include "listener_priv.h"

/* The listener of a change and its load balancer, both in the right state. */
static bool listener_take(struct op *op, const char *want, struct listener_at *at,
                          struct error *err)
{
    return listener_need(op, at, err) && lb_ready(op, &at->lb, err)
           && listener_idle(&at->listener, want, false, err);
}

bool listener_update(struct op *op, struct error *err)
{
    struct listener_at at;
    text_list groups = { 0 };
    if (!listener_take(op, "Running", &at, err))
        return false;
    struct res *r = &at.listener;
    const cJSON *actions = op_list(op, "DefaultActions");
    if (!listener_check(op, &at.lb, r->variant, r->id, err))
        return false;
    listener_apply(op, r->variant, r->body);
    r->name = json_str(r->body, "ListenerDescription");
    attach_groups(op, actions, &groups);
    if (actions
        && (!attach_doom(op, r->id, err) || !attach_put(op, r->id, r->lb, actions, err)
            || !quota_attached(op, &at.lb, &groups, err)))
        return false;
    return res_update(op, r, err) && policy_attached(op, json_str(r->body, "SecurityPolicyId"), err)
           && listener_pass(op, r, err) && job_start(op, RES_LISTENER, r->id, err);
}

static bool listener_turn(struct op *op, const char *from, const char *to, struct error *err)
{
    struct listener_at at;
    return listener_take(op, from, &at, err) && res_pass(op, at.listener.id, "Configuring", to, err)
           && job_start(op, RES_LISTENER, at.listener.id, err);
}

bool listener_start(struct op *op, struct error *err)
{
    return listener_turn(op, "Stopped", "Running", err);
}

bool listener_stop(struct op *op, struct error *err)
{
    return listener_turn(op, "Running", "Stopped", err);
}

bool listener_log(struct op *op, struct error *err)
{
    static const char *const members[] = { "AccessLogRecordCustomizedHeadersEnabled",
                                           "AccessLogTracingConfig", NULL };
    struct listener_at at;
    if (!listener_take(op, "Running", &at, err))
        return false;
    if (!json_get(at.lb.body, "AccessLogConfig"))
        return refuse_denied(err, "AccessLogDisabled");
    const cJSON *have = json_get(at.listener.body, "LogConfig");
    cJSON *config = have ? op_copy(op, have) : op_own(op, cJSON_CreateObject());
    json_copy_members(config, op->params, members);
    json_set(at.listener.body, "LogConfig", config);
    return res_update(op, &at.listener, err) && listener_pass(op, &at.listener, err)
           && job_start(op, RES_LISTENER, at.listener.id, err);
}
