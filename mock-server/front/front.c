/* front.c - the checks in the order of alb-semantics.md §2, each of which may end the
 * call with a refusal; then the cloud; then the reply and the log. */
#include "front.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../flow/flow.h"
#include "alb-agent/json.h"
#include "alb-agent/rng.h"
#include "call_log.h"
#include "effect.h"
#include "policy.h"
#include "region.h"
#include "turn.h"
#include "v1.h"
#include "v3.h"
#include "validate.h"

struct front {
    struct front_config config;
    struct spec *spec;
    struct call_log *log;
    struct auth auth;
    struct rng rng;
    struct effects effects;
    uint64_t seq;
    bool restarts; /* a fault asks for it, with */
    struct front_restart restart;
};

static void attach_side(struct front *f, const struct front_side *side)
{
    f->config.side = side;
    f->auth.issued = side ? side->key : NULL;
    f->auth.issuer = side ? side->self : NULL;
}

bool front_open(struct front **out, const struct front_config *config, struct error *err)
{
    *out = NULL;
    struct front *f = calloc(1, sizeof *f);
    if (!f)
        return error_set(err, ERROR_BUG, "out of memory");
    f->config = *config;
    f->rng.state = config->seed ^ 0x66726f6e74; /* other ids than the cloud's own */
    if (!spec_open(&f->spec, err)
        || (config->call_log && !call_log_open(&f->log, config->call_log, err))) {
        front_close(f);
        return false;
    }
    f->auth = (struct auth){ .spec = f->spec, .keys = config->keys, .n_keys = config->n_keys };
    attach_side(f, config->side);
    *out = f;
    return true;
}

void front_restart(struct front *f, struct cloud *cloud, const struct front_side *side)
{
    f->config.cloud = cloud;
    attach_side(f, side);
    effects_drop(&f->effects);
}

void front_follow(struct front *f, bool back)
{
    f->config.dates = NULL;
    if (!back)
        return;
    effects_drop(&f->effects);
    auth_done(&f->auth);
    f->auth.nonces_since_ms = 0;
}

bool front_takes_restart(struct front *f, struct front_restart *out)
{
    bool wanted = f->restarts;
    f->restarts = false;
    *out = f->restart;
    return wanted;
}

void front_close(struct front *f)
{
    if (!f)
        return;
    effects_done(&f->effects);
    auth_done(&f->auth);
    call_log_close(f->log);
    spec_close(f->spec);
    free(f);
}

static void on_job(void *arg, int64_t at_ms, const char *job_id, const char *code)
{
    struct front *f = arg;
    call_log_done(f->log, at_ms, job_id, code);
}

static void execute_call(struct front *f, struct arena *a, int64_t now_ms,
                         const struct front_ask *ask, struct cloud_reply *reply)
{
    const struct front_side *side = f->config.side;
    if (side && side->has(side->self, ask->call->product, ask->call->action))
        side->execute(side->self, a, now_ms, ask, reply);
    else
        cloud_execute(f->config.cloud, a, now_ms, ask->call, reply);
}

static void add_flat(struct arena *a, struct params *out, const char *path, const cJSON *json)
{
    const cJSON *e;
    int index = 1;
    if (cJSON_IsString(json))
        *LIST_PUSH(a, out) = (struct param){ path, json->valuestring };
    else if (!cJSON_IsObject(json) && !cJSON_IsArray(json))
        *LIST_PUSH(a, out) = (struct param){ path, json_canonical(a, json) };
    cJSON_ArrayForEach (e, json) {
        const char *name = e->string ? e->string : arena_fmt(a, "%d", index++);
        add_flat(a, out, path ? arena_fmt(a, "%s.%s", path, name) : name, e);
    }
}

static void log_deed(struct front *f, struct arena *a, int64_t now_ms,
                     const struct cloud_call *call, const struct cloud_reply *reply)
{
    struct params flat = { 0 };
    if (call->params)
        add_flat(a, &flat, NULL, call->params);
    call_log_call(f->log, &(struct call_record){
                              .seq = ++f->seq,
                              .time_ms = now_ms,
                              .action = call->action,
                              .params = &flat,
                              .status = reply->status,
                              .code = reply->code,
                              .request_id = call->request_id,
                              .job = reply->job_id,
                              .by_console = true,
                          });
}

/* For a call whose effect comes after its time. */
static void execute_later(void *arg, int64_t now_ms, const struct cloud_call *call, bool by_console)
{
    struct front *f = arg;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct cloud_reply reply = { 0 };
    const struct front_ask ask = { .call = call };
    (void)cloud_run(f->config.cloud, now_ms, on_job, f);
    execute_call(f, &a, now_ms, &ask, &reply);
    if (by_console)
        log_deed(f, &a, now_ms, call, &reply);
    json_done(&reply.body);
}

static void release(void *arg, int64_t now_ms, const char *id)
{
    struct front *f = arg;
    struct error ignored = { 0 }; /* what is gone needs no release */
    (void)!cloud_hold(f->config.cloud, now_ms, id, false, &ignored);
}

/* Keeps pending what the call changed, for as long as the fault says. */
static void stick(struct front *f, const struct turn *t, const cJSON *params)
{
    fault_ids ids = { 0 };
    struct error ignored = { 0 };
    fault_changed(t->arena, params, t->reply.body, &ids);
    for (size_t i = 0; i < ids.len; i++) {
        if (cloud_hold(f->config.cloud, t->now_ms, ids.items[i], true, &ignored) && t->fault->ms)
            effects_release(&f->effects, t->now_ms + t->fault->ms, ids.items[i]);
    }
}

int64_t front_run(struct front *f, int64_t now_ms)
{
    const struct effect_doer doer = { execute_later, release, f };
    int64_t later = effects_run(&f->effects, now_ms, &doer);
    int64_t due = cloud_run(f->config.cloud, now_ms, on_job, f);
    return due < 0 || (later >= 0 && later < due) ? later : due;
}

uint64_t front_calls(const struct front *f)
{
    return f->seq;
}

static bool is_form(const struct httpd_request *request)
{
    static const char form[] = "application/x-www-form-urlencoded";
    const char *type = httpd_request_header(request, "Content-Type");
    return type && !strncasecmp(type, form, sizeof form - 1);
}

/* Query and form: apart for the signature, together for everything else. */
static bool read_params(struct front *f, struct turn *t, struct error *err)
{
    const char *question = strchr(t->request->target, '?');
    const char *query = question ? question + 1 : "";
    struct error why = { 0 };
    if (!params_parse(t->arena, &t->query, query, strlen(query), &why)
        || (is_form(t->request)
            && !params_parse(t->arena, &t->form, t->request->body, t->request->body_len, &why)))
        return spec_refuse(f->spec, "InvalidParameter.Format", err);
    t->tree = tree_build(t->arena, &t->query, &t->form);
    t->flat = tree_flatten(t->arena, &t->tree);
    return true;
}

/* A header of V3, or the parameter of the same meaning.  What was signed counts: in V1
 * that is the parameter. */
static const char *signed_name(const struct turn *t, const char *header, const char *param)
{
    const char *in_header = httpd_request_header(t->request, header);
    const char *in_param = params_get(&t->flat, param);
    if (in_header && *in_header && (v3_is_signed(t->request) || !in_param))
        return in_header;
    return in_param;
}

/* Which product, by the host where that names one, and by the version? */
static bool find_product(struct front *f, struct turn *t, struct error *err)
{
    const char *name = region_product(t->arena, t->host);
    t->product = name ? spec_product_named(f->spec, name) : spec_product_of(f->spec, t->version);
    if (name && !t->product)
        return spec_refuse(f->spec, "InvalidProduct.NotFound", err);
    if (!t->product || strcmp(t->product->version, t->version) != 0)
        return spec_refuse(f->spec, "InvalidVersion", err);
    return true;
}

/* Which action of which product? */
static bool find_action(struct front *f, struct turn *t, struct error *err)
{
    size_t path = strcspn(t->request->target, "?#");
    bool get = !strcmp(t->request->method, "GET");
    t->action_name = signed_name(t, "x-acs-action", "Action");
    t->version = signed_name(t, "x-acs-version", "Version");
    if (!get && strcmp(t->request->method, "POST") != 0)
        return front_refuse(err, 400, "UnsupportedHTTPMethod",
                            "The HTTP method %s is not supported.", t->request->method);
    if (path != 1 || t->request->target[0] != '/')
        return spec_refuse(f->spec, "InvalidApi.NotFound", err);
    if (!t->action_name)
        return front_refuse(err, 400, "MissingAction", "Action is mandatory for this action.");
    if (!t->version)
        return front_refuse(err, 400, "MissingVersion", "Version is mandatory for this action.");
    if (!find_product(f, t, err))
        return false;
    t->action = spec_action_of(t->product, t->action_name);
    if (!t->action)
        return spec_refuse(f->spec, "InvalidAction.NotFound", err);
    return !get || !t->action->needs_post
           || front_refuse(err, 400, "UnsupportedHTTPMethod", "%s is only there for POST.",
                           t->action_name);
}

static bool is_aside(const struct front *f, const struct turn *t)
{
    const struct front_side *side = f->config.side;
    return side && side->has(side->self, t->product->name, t->action_name);
}

static bool needs_key(const struct front *f, const struct turn *t)
{
    const struct front_side *side = f->config.side;
    return !is_aside(f, t) || side->needs_key(side->self, t->product->name, t->action_name);
}

static bool check_caller(struct front *f, struct turn *t, struct error *err)
{
    t->caller = (struct auth_call){
        .request = t->request,
        .query = &t->query,
        .form = &t->form,
        .now_ms = t->now_ms,
        .date_ms = f->config.dates ? clock_now_ms(f->config.dates) : 0,
    };
    if (v3_is_signed(t->request))
        return v3_verify(&f->auth, &t->caller, err);
    if (httpd_request_header(t->request, "Authorization"))
        return spec_refuse(f->spec, "InvalidSignatureMethod", err);
    if (v1_is_signed(&t->flat))
        return v1_verify(&f->auth, &t->caller, err);
    return !needs_key(f, t) || spec_refuse(f->spec, "MissingAccessKeyId", err);
}

static bool check_played(const struct front *f, const struct turn *t, struct error *err)
{
    return is_aside(f, t) || cloud_has(t->product->name, t->action_name)
           || front_refuse(err, 400, "UnsupportedFeature.Mock",
                           "alb-mock knows the action %s but does not play it yet.",
                           t->action_name);
}

static const char *region_for(const struct turn *t)
{
    return region_of(t->arena, t->host, params_get(&t->flat, "RegionId"));
}

static bool check_flow(struct front *f, struct turn *t, struct error *err)
{
    return !f->config.flow
           || flow_take(f->config.flow, region_for(t), t->action->name, t->now_ms, &t->retry_ms)
           || spec_refuse(f->spec, "Throttling.User", err);
}

static bool check_policy(const struct front *f, struct turn *t, struct error *err)
{
    enum policy_verdict verdict =
        t->caller.key.id ? policy_judge(f->config.policies, f->config.n_policies, t->caller.key.id,
                                        t->product->name, t->action->name, &t->flat)
                         : POLICY_ALLOWED;
    if (verdict == POLICY_ALLOWED)
        return true;
    t->denial = verdict == POLICY_DENIED ? "ExplicitDeny" : "ImplicitDeny";
    return front_refuse(err, 403, "NoPermission", "You are not authorized to do this action.");
}

/* The codes of the other products begin another way. */
static bool validate_params(const struct turn *t, cJSON **params, struct error *err)
{
    static const char ours[] = "IllegalParam.";
    if (validate(t->action, &t->tree, params, err))
        return true;
    if (strcmp(t->product->name, "alb") != 0 && !strncmp(err->code, ours, sizeof ours - 1)) {
        struct error was = *err;
        return front_refuse(err, was.http_status,
                            arena_fmt(t->arena, "InvalidParameter.%s", was.code + sizeof ours - 1),
                            "%s", was.msg);
    }
    return false;
}

/* Everything between a request and what it asks for; '*params' is the caller's. */
static bool admit(struct front *f, struct turn *t, cJSON **params, struct error *err)
{
    if (!read_params(f, t, err) || !find_action(f, t, err) || !check_caller(f, t, err)
        || !check_flow(f, t, err) || !check_policy(f, t, err))
        return false;
    effect_pick(f->config.faults, t, region_for(t), (int64_t)f->seq + 1);
    return validate_params(t, params, err) && check_played(f, t, err);
}

static void execute(struct front *f, struct turn *t)
{
    struct error err = { 0 };
    cJSON *params CLEANUP(json_done) = NULL;
    if (!admit(f, t, &params, &err)) {
        t->reply = (struct cloud_reply){
            .status = err.http_status,
            .code = arena_strdup(t->arena, err.code),
            .message = arena_strdup(t->arena, err.msg),
        };
        return;
    }
    const struct cloud_call call = {
        .product = t->product->name,
        .action = t->action->name,
        .region = region_for(t),
        .request_id = t->request_id,
        .params = params,
        .raw = !(f->config.faults && f->config.faults->rules.len) && !reply_is_xml(t),
    };
    if (!effect_before(&f->effects, t, &call, params))
        return;
    const struct front_ask ask = { &call, t->host, t->caller.key.id ? &t->caller.key : NULL };
    execute_call(f, t->arena, t->now_ms, &ask, &t->reply);
    if (t->fault && t->fault->effect == FAULT_STICK && !t->reply.code)
        stick(f, t, params);
    effect_after(&f->effects, f->config.faults, t);
}

/* Remembers that the server is to restart; the fault may be gone when it does. */
static void note_restart(struct front *f, const struct fault_rule *fault)
{
    if (!fault || (fault->effect != FAULT_RESTART && fault->effect != FAULT_RESTART_AFTER))
        return;
    f->restarts = true;
    f->restart = (struct front_restart){ fault->ms, fault->forget };
}

static void draw_request_id(struct front *f, struct turn *t)
{
    rng_uuid(&f->rng, t->request_id);
    for (char *c = t->request_id; *c; c++)
        *c = (char)toupper((unsigned char)*c);
}

/* The typed parameters of a deed; '*params' is the caller's. */
static bool deed_check(const struct front *f, struct arena *a, const struct front_deed *deed,
                       cJSON **params, struct error *err)
{
    const struct params none = { 0 };
    const struct spec_product *p =
        spec_product_named(f->spec, deed->product ? deed->product : "alb");
    const struct spec_action *action = p ? spec_action_of(p, deed->action) : NULL;
    if (!action)
        return spec_refuse(f->spec, "InvalidAction.NotFound", err);
    struct tree tree = tree_build(a, &deed->params, &none);
    return validate(action, &tree, params, err);
}

void front_do(struct front *f, struct arena *a, const struct front_deed *deed,
              struct cloud_reply *reply)
{
    struct turn t = { .arena = a, .now_ms = clock_now_ms(f->config.clock) };
    struct error err = { 0 };
    cJSON *params CLEANUP(json_done) = NULL;
    bool ok = deed_check(f, a, deed, &params, &err);
    (void)front_run(f, t.now_ms);
    draw_request_id(f, &t);
    const struct cloud_call call = {
        .product = deed->product ? deed->product : "alb",
        .action = deed->action,
        .region = deed->region ? deed->region : "cn-hangzhou",
        .request_id = arena_strdup(a, t.request_id),
        .params = params,
    };
    *reply = (struct cloud_reply){ .status = 202 };
    if (ok && deed->at_ms > t.now_ms) {
        effects_later(&f->effects, deed->at_ms, &call, true);
        return;
    }
    const struct front_ask ask = { .call = &call };
    if (ok)
        execute_call(f, a, t.now_ms, &ask, reply);
    else
        *reply = (struct cloud_reply){ err.http_status, arena_strdup(a, err.code),
                                       arena_strdup(a, err.msg), NULL, NULL };
    log_deed(f, a, t.now_ms, &call, reply);
}

static int64_t latency_of(const struct front *f, const char *action)
{
    int64_t ms = 0;
    for (size_t i = 0; i < f->config.n_latencies; i++) {
        const struct front_latency *l = &f->config.latencies[i];
        if (l->action && action && !strcmp(l->action, action))
            return l->ms;
        if (!l->action)
            ms = l->ms;
    }
    return ms;
}

void front_handle(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    struct front *f = arg;
    struct turn t = {
        .request = request,
        .arena = request->arena,
        .now_ms = clock_now_ms(f->config.clock),
        .host = request->authority ? request->authority : httpd_request_header(request, "Host"),
    };
    (void)front_run(f, t.now_ms);
    if (f->config.side && f->config.side->page(f->config.side->self, t.now_ms, request, reply))
        return;
    draw_request_id(f, &t);
    execute(f, &t);
    reply_write(&t, reply);
    int64_t latency = latency_of(f, t.action_name);
    int64_t spent = clock_now_ms(f->config.clock) - t.now_ms;
    reply->due_ms = latency ? t.now_ms + latency : 0;
    effect_reply(&t, reply);
    note_restart(f, t.fault);
    call_log_call(f->log, &(struct call_record){
                              .seq = ++f->seq,
                              .time_ms = t.now_ms,
                              .action = t.action_name,
                              .params = &t.flat,
                              .status = t.reply.status,
                              .code = t.reply.code,
                              .request_id = t.request_id,
                              .ms = spent > latency ? spent : latency,
                              .job = t.reply.job_id,
                              .fault = t.fault ? fault_effect_name(t.fault->effect) : NULL,
                          });
}
