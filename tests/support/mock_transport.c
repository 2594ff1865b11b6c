/* mock_transport.c - requests into the mock's front, replies back after a while. */
#include "tests/support/mock_transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/secret.h"
#include "mock-server/cloud.h"
#include "mock-server/companion/companion.h"
#include "mock-server/front/front.h"
#include "tests/support/wire.h"

enum { LOST_AFTER_MS = 1000 };

static const int64_t NEW_YEAR = 1767225600000; /* 2026-01-01T00:00:00Z */

struct mock_reply {
    struct mock_reply *next;
    int64_t due_ms;
    struct http_reply http;
};

static struct mock_transport *mock_of(struct transport *t)
{
    return (struct mock_transport *)(void *)t;
}

static int64_t mock_now(void *self)
{
    return ((struct mock_transport *)self)->now_ms;
}

static int64_t wall_now(void *self)
{
    const struct mock_transport *m = self;
    return m->now_ms + m->set_ms;
}

/* ---- requests ----------------------------------------------------------------------- */

static bool is_read(const char *action)
{
    return !strncmp(action, "List", 4) || !strncmp(action, "Get", 3)
           || !strncmp(action, "Describe", 8);
}

static struct mock_call *note_call(struct mock_transport *m, const struct http_request *r)
{
    struct mock_call *c = LIST_PUSH(&m->arena, &m->calls);
    c->id = ++m->last_id;
    c->action = arena_strdup(&m->arena, wire_header(r, "x-acs-action"));
    c->write = !is_read(c->action);
    c->at_ms = m->now_ms;
    wire_params(&m->arena, r, &c->params);
    return c;
}

static bool has_value(const struct mock_call *c, const char *value)
{
    for (size_t i = 0; i < c->params.len; i++)
        if (!strcmp(c->params.items[i].value, value))
            return true;
    return false;
}

/* Is there a parameter "LIST.N" or "LIST.N.member"? */
static bool has_element(const struct mock_call *c, const char *list, size_t n)
{
    char name[64];
    int len = snprintf(name, sizeof name, "%s.%zu", list, n);
    for (size_t i = 0; i < c->params.len; i++) {
        const char *param = c->params.items[i].name;
        if (!strncmp(param, name, (size_t)len) && (!param[len] || param[len] == '.'))
            return true;
    }
    return false;
}

static const struct mock_fault *fault_of(struct mock_transport *m, const struct mock_call *c)
{
    for (size_t i = 0; i < m->faults.len; i++) {
        struct mock_fault *f = &m->faults.items[i];
        if (f->action ? strcmp(f->action, c->action) != 0 : !c->write)
            continue;
        if (f->holds && !has_value(c, f->holds))
            continue;
        if (f->list && !has_element(c, f->list, f->most + 1))
            continue;
        if (++f->seen == f->nth || !f->nth)
            return f;
    }
    return NULL;
}

/* ---- replies ------------------------------------------------------------------------- */

static struct mock_reply *push_reply(struct mock_transport *m, uint64_t id, int64_t after_ms)
{
    struct mock_reply *r = arena_alloc(&m->arena, sizeof *r), **at = &m->replies;
    while (*at)
        at = &(*at)->next;
    *at = r;
    r->due_ms = m->now_ms + after_ms;
    r->http.id = id;
    r->http.retry_after_ms = -1;
    r->http.sent = true;
    return r;
}

static void set_body(struct mock_reply *r, const char *text, size_t len)
{
    struct buf b = { 0 };
    buf_add(&b, text, len);
    r->http.body = b.data;
    r->http.body_len = b.len;
    memcpy(r->http.content_type, "application/json", 17);
}

static void push_lost(struct mock_transport *m, uint64_t id)
{
    struct mock_reply *r = push_reply(m, id, LOST_AFTER_MS);
    (void)error_set(&r->http.err, ERROR_TRANSIENT, "mock.test: no reply");
}

static void push_refusal(struct mock_transport *m, struct mock_call *c, int status,
                         const char *code)
{
    struct mock_reply *r = push_reply(m, c->id, m->latency_ms);
    const char *text = arena_fmt(
        &m->arena, "{\"Code\":\"%s\",\"Message\":\"made to fail\",\"RequestId\":\"R\"}", code);
    r->http.status = c->status = status;
    c->code = code;
    set_body(r, text, strlen(text));
}

/* What the mock answered, after on_reply() had its say. */
static void push_answer(struct mock_transport *m, struct mock_call *c,
                        const struct httpd_reply *reply)
{
    struct error err;
    cJSON *json CLEANUP(json_done) = NULL;
    struct buf b CLEANUP(buf_done) = { 0 };
    if (!json_parse(reply->body, reply->body_len, &json, &err))
        fail_msg("the mock answers %s with what is no JSON: %s", c->action, err.msg);
    const char *job = json_str(json, "JobId"), *code = json_str(json, "Code");
    c->status = reply->status;
    c->job = job ? arena_strdup(&m->arena, job) : NULL;
    c->code = code ? arena_strdup(&m->arena, code) : NULL;
    if (m->on_reply)
        m->on_reply(m->arg, c, json);
    json_write(&b, json, false);
    struct mock_reply *r = push_reply(m, c->id, m->latency_ms);
    r->http.status = reply->status;
    set_body(r, buf_str(&b), b.len);
}

static void carry_out(struct mock_transport *m, const struct http_request *request, struct arena *a,
                      struct httpd_reply *reply)
{
    struct httpd_header *headers = arena_array(a, request->n_headers, sizeof *headers);
    for (size_t i = 0; i < request->n_headers; i++)
        headers[i] = (struct httpd_header){ request->headers[i].name, request->headers[i].value };
    const char *host_end = strchr(strstr(request->url, "://") + 3, '/');
    const struct httpd_request in = {
        .method = request->method,
        .target = host_end,
        .headers = headers,
        .n_headers = request->n_headers,
        .body = request->body_len ? request->body : "",
        .body_len = request->body_len,
        .arena = a,
    };
    *reply = (struct httpd_reply){ .status = 200 };
    front_handle(m->front, &in, reply);
}

static uint64_t mock_send(struct transport *t, const struct http_request *request)
{
    struct mock_transport *m = mock_of(t);
    struct arena a CLEANUP(arena_done) = { 0 };
    struct httpd_reply reply;
    struct mock_call *c = note_call(m, request);
    const struct mock_fault *f = fault_of(m, c);
    if (m->on_request)
        m->on_request(m->arg, c);
    if (!f || f->kind == MOCK_LOSE_REPLY || f->kind == MOCK_FAIL_AFTER)
        carry_out(m, request, &a, &reply);
    if (!f)
        push_answer(m, c, &reply);
    else if (f->kind == MOCK_LOSE_REPLY || f->kind == MOCK_LOSE_REQUEST)
        push_lost(m, c->id);
    else
        push_refusal(m, c, f->status, f->code);
    return c->id;
}

static bool mock_next(struct transport *t, struct http_reply *out)
{
    struct mock_transport *m = mock_of(t);
    for (struct mock_reply **at = &m->replies; *at; at = &(*at)->next) {
        if ((*at)->due_ms > m->now_ms)
            continue;
        *out = (*at)->http;
        *at = (*at)->next;
        return true;
    }
    return false;
}

static void mock_wait(struct transport *t, int64_t timeout_ms)
{
    struct mock_transport *m = mock_of(t);
    if (timeout_ms < 0 && !m->replies)
        fail_msg("waits for ever, and nothing is on its way");
    int64_t until = timeout_ms < 0 ? INT64_MAX : m->now_ms + timeout_ms;
    for (const struct mock_reply *r = m->replies; r; r = r->next)
        until = r->due_ms < until ? r->due_ms : until;
    if (until > m->now_ms)
        m->now_ms = until;
    (void)front_run(m->front, m->now_ms);
}

/* ---- opening -------------------------------------------------------------------------- */

void mock_transport_open(struct mock_transport *m, const struct mock_options *options)
{
    static const struct access_key key = { .id = "testak", .secret = "testsecret" };
    struct error err;
    *m = (struct mock_transport){
        .transport = { .send = mock_send, .next = mock_next, .wait = mock_wait },
        .clock = { .now_ms = mock_now, .self = m },
        .wall = { .now_ms = wall_now, .self = m },
        .now_ms = options->now_ms ? options->now_ms : NEW_YEAR,
        .latency_ms = 20,
    };
    const struct cloud_config cloud = {
        .state = options->state,
        .pending_ms = options->pending_ms ? options->pending_ms : 500,
        .seed = options->seed + 1,
    };
    if (!cloud_open(&m->cloud, &cloud, &err))
        fail_msg("cloud: %s", err.msg);
    const struct companion_config companion = { .seed = options->seed + 3 };
    if (!companion_open(&m->companion, &companion, &err))
        fail_msg("companion: %s", err.msg);
    cloud_set_certificates(m->cloud, companion_has_certificate, m->companion);
    const struct front_config front = {
        .cloud = m->cloud,
        .clock = &m->clock,
        .dates = &m->wall,
        .keys = &key,
        .n_keys = 1,
        .call_log = options->call_log,
        .side = companion_side(m->companion),
        .seed = options->seed + 2,
    };
    if (!front_open(&m->front, &front, &err))
        fail_msg("front: %s", err.msg);
}

void mock_transport_close(struct mock_transport *m)
{
    for (struct mock_reply *r = m->replies; r; r = r->next)
        http_reply_done(&r->http);
    front_close(m->front);
    cloud_close(m->cloud);
    companion_close(m->companion);
    arena_done(&m->arena);
    *m = (struct mock_transport){ 0 };
}

void mock_transport_fail(struct mock_transport *m, struct mock_fault fault)
{
    *LIST_PUSH(&m->arena, &m->faults) = fault;
}

size_t mock_transport_writes(const struct mock_transport *m, const char *action)
{
    size_t n = 0;
    for (size_t i = 0; i < m->calls.len; i++)
        n += m->calls.items[i].write && (!action || !strcmp(m->calls.items[i].action, action));
    return n;
}

const struct mock_call *mock_transport_call(const struct mock_transport *m, const char *action,
                                            size_t nth)
{
    for (size_t i = 0; i < m->calls.len; i++)
        if (!strcmp(m->calls.items[i].action, action) && !--nth)
            return &m->calls.items[i];
    return NULL;
}

cJSON *mock_transport_do(struct mock_transport *m, const char *action, ...)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct secret secret = { 0 };
    struct error err;
    struct alb *alb;
    cJSON *reply = NULL;
    alb_params params = { 0 };
    va_list ap;
    va_start(ap, action);
    for (const char *name = va_arg(ap, const char *); name; name = va_arg(ap, const char *))
        *LIST_PUSH(&a, &params) = (struct alb_param){ name, va_arg(ap, const char *) };
    va_end(ap);
    secret_set(&secret, "testsecret");
    const struct alb_config config = { .region = "cn-hangzhou",
                                       .endpoint = "http://mock.test",
                                       .access_key_id = "testak",
                                       .access_key_secret = &secret,
                                       .clock = &m->clock,
                                       .wall = &m->wall,
                                       .seed = 0x5eed + m->last_id,
                                       .transport = &m->transport };
    if (!alb_new(&alb, &config, &err) || !alb_call(alb, action, &params, &reply, &err))
        fail_msg("%s", err.msg);
    alb_free(alb);
    secret_done(&secret);
    return reply;
}
