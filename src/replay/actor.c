/* actor.c - the alb-mock in this process that plays the cloud, on the clock of the stage. */
#include <string.h>

#include "mock-server/cloud.h"
#include "mock-server/fault/fault.h"
#include "mock-server/state.h"
#include "replay_priv.h"

struct local {
    struct actor actor; /* first: the actor is this */
    struct mock *mock;
};

static struct local *local_of(struct actor *self)
{
    return (struct local *)(void *)self;
}

static void carry_out(struct mock *m, const struct http_request *request, struct arena *a,
                      struct httpd_reply *reply)
{
    struct httpd_header *headers = arena_array(a, request->n_headers, sizeof *headers);
    const char *path = strchr(strstr(request->url, "://") + 3, '/');
    for (size_t i = 0; i < request->n_headers; i++)
        headers[i] = (struct httpd_header){ request->headers[i].name, request->headers[i].value };
    const struct httpd_request in = {
        .method = request->method,
        .target = path ? path : "/",
        .headers = headers,
        .n_headers = request->n_headers,
        .body = request->body_len ? request->body : "",
        .body_len = request->body_len,
        .arena = a,
    };
    *reply = (struct httpd_reply){ .status = 200 };
    mock_call(m, &in, reply);
}

static void set_answer(const struct httpd_reply *reply, struct http_reply *out)
{
    struct buf b = { .max = (size_t)1 << 28 };
    if (reply->reset) {
        (void)error_set(&out->err, ERROR_TRANSIENT, "connection reset");
        return;
    }
    buf_add(&b, reply->body ? reply->body : "", reply->body_len);
    out->status = reply->status;
    out->body = b.data;
    out->body_len = b.len;
    memcpy(out->content_type, "application/json", 17);
}

static bool local_call(struct actor *self, int64_t now_ms, const struct http_request *request,
                       const struct actor_turn *turn, struct http_reply *out, struct error *err)
{
    static const struct actor_turn read;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct mock *m = local_of(self)->mock;
    struct httpd_reply reply;
    const struct actor_turn *t = turn ? turn : &read;
    if (t->code) {
        const char *rule = actor_refusal(&a, t);
        if (!fault_read(mock_faults(m), rule, strlen(rule), now_ms, err))
            return false;
    }
    if (turn)
        cloud_set_pending(mock_cloud(m), t->pending_ms, t->pending_ms);
    cloud_give_ids(mock_cloud(m), t->ids, t->n_ids);
    carry_out(m, request, &a, &reply);
    cloud_give_ids(mock_cloud(m), NULL, 0);
    fault_clear(mock_faults(m));
    set_answer(&reply, out);
    return true;
}

const char *actor_refusal(struct arena *a, const struct actor_turn *turn)
{
    struct buf rule CLEANUP(buf_done) = { 0 };
    buf_adds(&rule, "{\"times\":1,\"effect\":\"error\",\"code\":");
    buf_add_json(&rule, turn->code);
    buf_addf(&rule, ",\"status\":%d,\"message\":\"as it was recorded\"}", turn->http_status);
    return buf_keep(&rule, a);
}

static bool local_get_state(struct actor *self, cJSON **out, struct error *err)
{
    return mock_export(local_of(self)->mock, out, err);
}

static bool local_set_state(struct actor *self, const cJSON *state, struct error *err)
{
    return mock_import(local_of(self)->mock, state, err);
}

static void local_pass(struct actor *self)
{
    (void)mock_run(local_of(self)->mock);
}

static void local_close(struct actor *self)
{
    mock_close(local_of(self)->mock);
}

bool actor_open(struct arena *a, const struct mock_config *config, struct actor **out,
                struct error *err)
{
    struct local *l = arena_alloc(a, sizeof *l);
    l->actor =
        (struct actor){ local_call, local_get_state, local_set_state, local_pass, local_close };
    *out = &l->actor;
    return mock_open(&l->mock, config, err);
}
