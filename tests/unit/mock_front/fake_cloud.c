/* fake_cloud.c - see fake_cloud.h. */
#include "fake_cloud.h"

#include <stdio.h>
#include <string.h>

void cloud_execute(struct cloud *c, struct arena *a, int64_t now_ms, const struct cloud_call *call,
                   struct cloud_reply *reply)
{
    (void)a;
    c->calls++;
    c->called_at_ms = now_ms;
    (void)snprintf(c->product, sizeof c->product, "%s", call->product);
    (void)snprintf(c->action, sizeof c->action, "%s", call->action);
    (void)snprintf(c->region, sizeof c->region, "%s", call->region);
    (void)snprintf(c->request_id, sizeof c->request_id, "%s", call->request_id);
    cJSON_Delete(c->params);
    c->params = cJSON_Duplicate(call->params, true);
    *reply = c->reply;
    reply->body = cJSON_Duplicate(c->reply.body, true);
}

int64_t cloud_run(struct cloud *c, int64_t now_ms, cloud_job_fn *fn, void *arg)
{
    if (!c->job_at_ms)
        return -1;
    if (c->job_at_ms > now_ms)
        return c->job_at_ms - now_ms;
    fn(arg, c->job_at_ms, "job-1", c->job_code);
    c->job_at_ms = 0;
    return -1;
}

bool cloud_hold(struct cloud *c, int64_t now_ms, const char *what, bool on, struct error *err)
{
    (void)c;
    (void)now_ms;
    (void)what;
    (void)on;
    return error_set(err, ERROR_NOT_FOUND, "nothing is held here");
}

bool cloud_has(const char *product, const char *action)
{
    return !strcmp(product, "alb") && strcmp(action, "CreateAcl") != 0;
}
