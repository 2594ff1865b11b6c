/* script.c - requests to a function, replies from it. */
#include "tests/support/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/secret.h"
#include "tests/support/wire.h"

struct script_reply {
    struct script_reply *next;
    struct http_reply http;
};

static struct script *script_of(struct transport *t)
{
    return (struct script *)(void *)t;
}

static int64_t script_now(void *self)
{
    return ((struct script *)self)->now_ms;
}

static uint64_t script_send(struct transport *t, const struct http_request *request)
{
    struct script *s = script_of(t);
    struct script_call *c = LIST_PUSH(&s->arena, &s->calls);
    c->action = arena_strdup(&s->arena, wire_header(request, "x-acs-action"));
    wire_params(&s->arena, request, &c->params);
    struct script_reply *r = arena_alloc(&s->arena, sizeof *r), **at = &s->replies;
    while (*at)
        at = &(*at)->next;
    *at = r;
    struct script_call seen = *c;
    r->http.id = ++s->last_id;
    r->http.status = 200;
    r->http.retry_after_ms = -1;
    r->http.sent = true;
    const char *text = s->answer(s->arg, &s->arena, &seen, &r->http.status);
    struct buf body = { 0 };
    buf_adds(&body, text);
    r->http.body = body.data;
    r->http.body_len = body.len;
    return r->http.id;
}

static bool script_next(struct transport *t, struct http_reply *out)
{
    struct script *s = script_of(t);
    if (!s->replies)
        return false;
    *out = s->replies->http;
    s->replies = s->replies->next;
    return true;
}

static void script_wait(struct transport *t, int64_t timeout_ms)
{
    struct script *s = script_of(t);
    if (timeout_ms < 0 && !s->replies)
        fail_msg("waits for ever, and nothing is on its way");
    s->now_ms += timeout_ms > 0 ? timeout_ms : 1;
}

void script_open(struct script *s)
{
    struct secret secret = { 0 };
    struct error err;
    s->transport =
        (struct transport){ .send = script_send, .next = script_next, .wait = script_wait };
    s->clock = (struct clock){ .now_ms = script_now, .self = s };
    s->now_ms = 1767225600000;
    secret_set(&secret, "testsecret");
    const struct alb_config config = { .region = "cn-hangzhou",
                                       .endpoint = "http://script.test",
                                       .access_key_id = "testak",
                                       .access_key_secret = &secret,
                                       .clock = &s->clock,
                                       .seed = 1,
                                       .transport = &s->transport };
    if (!alb_new(&s->alb, &config, &err))
        fail_msg("%s", err.msg);
    secret_done(&secret);
}

void script_close(struct script *s)
{
    for (struct script_reply *r = s->replies; r; r = r->next)
        http_reply_done(&r->http);
    alb_free(s->alb);
    arena_done(&s->arena);
}

size_t script_count(const struct script *s, const char *action)
{
    size_t n = 0;
    while (script_call(s, action, n + 1))
        n++;
    return n;
}

const struct script_call *script_call(const struct script *s, const char *action, size_t nth)
{
    for (size_t i = 0; i < s->calls.len; i++)
        if (!strcmp(s->calls.items[i].action, action) && !--nth)
            return &s->calls.items[i];
    return NULL;
}

const char *script_param(const struct script_call *call, const char *name)
{
    return alb_param_get(&call->params, name);
}

void script_run(struct script *s, bool (*take)(void *arg, const struct alb_result *r), void *arg)
{
    while (alb_pending(s->alb)) {
        int64_t wait = alb_run(s->alb, s->now_ms);
        struct alb_result r;
        bool any = false;
        while (alb_next(s->alb, &r)) {
            any = true;
            assert_true(take(arg, &r));
            alb_result_done(&r);
        }
        if (!any)
            s->transport.wait(&s->transport, wait);
    }
}
