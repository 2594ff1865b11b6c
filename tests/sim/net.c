/* net.c - the transport between the agent and the mock: latency, the virtual clock, and the
 * moments at which the process dies. */
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/number.h"
#include "mock-server/fault/fault.h"
#include "mock-server/mock.h"
#include "sim.h"
#include "tests/support/wire.h"

enum { TIMEOUT_MS = 10000, LOST_MS = 1000 };

struct sim_reply {
    struct sim_reply *next;
    int64_t due_ms;
    bool write;
    struct http_reply http;
};

static struct sim_net *net_of(struct transport *t)
{
    return (struct sim_net *)(void *)t;
}

static struct sim *sim_of(struct transport *t)
{
    return (struct sim *)(void *)((char *)net_of(t) - offsetof(struct sim, net));
}

static int64_t agent_clock(void *self)
{
    return sim_now(self);
}

static int64_t mock_clock(void *self)
{
    return ((const struct sim *)self)->net.now_ms;
}

int64_t sim_now(const struct sim *s)
{
    return s->net.now_ms + s->net.skew_ms;
}

/* ---- the trace ------------------------------------------------------------------------------- */

static void trace(struct sim *s, const void *data, size_t len)
{
    const unsigned char *c = data;
    uint64_t h = s->net.trace;
    for (size_t i = 0; i < len; i++)
        h = (h ^ c[i]) * 1099511628211U;
    s->net.trace = h;
}

static void trace_request(struct sim *s, const struct http_request *r)
{
    const int64_t now = sim_now(s);
    trace(s, &now, sizeof now);
    trace(s, r->url, strlen(r->url));
    trace(s, r->body, r->body_len);
    for (size_t i = 0; i < r->n_headers; i++)
        trace(s, r->headers[i].value, strlen(r->headers[i].value));
}

/* ---- replies --------------------------------------------------------------------------------- */

static struct sim_reply *push_reply(struct sim *s, uint64_t id, int64_t due_ms)
{
    struct sim_reply *r = calloc(1, sizeof *r), **at = &s->net.replies;
    if (!r)
        abort();
    while (*at)
        at = &(*at)->next;
    *at = r;
    r->due_ms = due_ms;
    r->http.id = id;
    r->http.retry_after_ms = -1;
    r->http.sent = true;
    return r;
}

static void set_body(struct sim_reply *r, const char *text, size_t len)
{
    struct buf b = { 0 };
    buf_add(&b, text, len);
    r->http.body = b.data;
    r->http.body_len = b.len;
    memcpy(r->http.content_type, "application/json", 17);
}

static void lose(struct sim_reply *r, const char *why)
{
    r->http.status = 0;
    (void)error_set(&r->http.err, ERROR_TRANSIENT, "mock.test: %s", why);
}

static bool is_young(const struct sim *s, int64_t born_ms)
{
    return born_ms >= s->net.lag_since_ms && s->net.now_ms - born_ms < s->net.lag_ms;
}

int64_t net_shown_ms(const struct sim *s, const char *id)
{
    const int64_t *born = map_get(&s->births, id);
    return born && is_young(s, *born) ? *born + s->net.lag_ms : 0;
}

/* Entries that are younger than the lists' lag are not in lists. */
static void hide_young(struct sim *s, cJSON *json)
{
    static const char *const ids[] = { "RuleId", "ServerGroupId", "ListenerId", "LoadBalancerId" };
    for (cJSON *list = json->child; list; list = list->next)
        for (cJSON *e = cJSON_IsArray(list) ? list->child : NULL, *next; e; e = next) {
            const char *id = NULL;
            next = e->next;
            for (size_t i = 0; !id && i < COUNT(ids); i++)
                id = json_str(e, ids[i]);
            if (id && net_shown_ms(s, id) > s->net.now_ms)
                cJSON_Delete(cJSON_DetachItemViaPointer(list, e));
        }
}

static void set_lagging_body(struct sim *s, struct sim_reply *r, const struct httpd_reply *reply)
{
    struct error err;
    cJSON *json CLEANUP(json_done) = NULL;
    struct buf b CLEANUP(buf_done) = { 0 };
    view_refresh(s);
    if (!is_young(s, s->last_birth_ms) || !json_parse(reply->body, reply->body_len, &json, &err)) {
        set_body(r, reply->body, reply->body_len);
        return;
    }
    hide_young(s, json);
    json_write(&b, json, false);
    set_body(r, buf_str(&b), b.len);
}

static int64_t retry_after(const struct httpd_reply *reply)
{
    int64_t ms = -1;
    for (size_t i = 0; i < reply->headers.len; i++)
        if (!strcmp(reply->headers.items[i].name, "x-acs-retry-after"))
            (void)number_parse(reply->headers.items[i].value, strlen(reply->headers.items[i].value),
                               &ms);
    return ms > 0 ? ms : -1;
}

/* How long the body takes that comes in pieces. */
static int64_t slowness(const struct httpd_reply *reply)
{
    return reply->piece ? (int64_t)(reply->body_len / reply->piece) * reply->pause_ms : 0;
}

static bool is_list(const char *action)
{
    return !strncmp(action, "List", 4) && strcmp(action, "ListAsynJobs") != 0;
}

/* Some lists are slow, others beside them are not. */
static int64_t list_delay(const struct sim *s, const struct sim_call *c)
{
    const uint64_t h = (c->id * 0x9e3779b97f4a7c15U) >> 33;
    return is_list(c->action) && h % 2 ? (int64_t)(h / 2 % (uint64_t)(s->net.read_ms + 1)) : 0;
}

/* The status that the agent will see; 0: none. */
static int push_answer(struct sim *s, const struct sim_call *c, const struct httpd_reply *reply)
{
    const int64_t now = s->net.now_ms;
    int64_t due = (reply->due_ms > now ? reply->due_ms : now) + s->net.latency_ms + slowness(reply)
                  + list_delay(s, c);
    bool late = due > now + TIMEOUT_MS;
    struct sim_reply *r = push_reply(s, c->id, late ? now + TIMEOUT_MS : due);
    r->write = c->write;
    r->http.status = reply->status;
    if (late)
        lose(r, "timed out");
    else if (reply->reset)
        lose(r, "connection reset");
    else if (reply->cut_after && reply->cut_after < reply->body_len)
        lose(r, "the reply ended early");
    else if (s->net.lag_ms && !strncmp(c->action, "List", 4) && reply->status == 200)
        set_lagging_body(s, r, reply);
    else
        set_body(r, reply->body, reply->body_len);
    r->http.retry_after_ms = retry_after(reply);
    return r->http.status;
}

/* ---- requests -------------------------------------------------------------------------------- */

static bool is_read(const char *action)
{
    return !strncmp(action, "List", 4) || !strncmp(action, "Get", 3)
           || !strncmp(action, "Describe", 8);
}

static void carry_out(struct sim *s, const struct http_request *request, struct arena *a,
                      struct httpd_reply *reply)
{
    struct httpd_header *headers = arena_array(a, request->n_headers, sizeof *headers);
    for (size_t i = 0; i < request->n_headers; i++)
        headers[i] = (struct httpd_header){ request->headers[i].name, request->headers[i].value };
    const struct httpd_request in = {
        .method = request->method,
        .target = strchr(strstr(request->url, "://") + 3, '/'),
        .headers = headers,
        .n_headers = request->n_headers,
        .body = request->body_len ? request->body : "",
        .body_len = request->body_len,
        .arena = a,
    };
    *reply = (struct httpd_reply){ .status = 200 };
    mock_call(s->mock, &in, reply);
}

static int64_t fired(const struct sim *s)
{
    const struct fault_set *set = mock_faults(s->mock);
    int64_t n = 0;
    for (size_t i = 0; i < set->rules.len; i++)
        n += set->rules.items[i].fired;
    return n;
}

/* The code of a refusal, or NULL; notes whether the reply can be read at all.  That can only be in
 * doubt where a fault had a hand in it. */
static const char *code_of(struct arena *a, const struct httpd_reply *reply, bool by_fault,
                           struct sim_call *c)
{
    struct error err;
    cJSON *json CLEANUP(json_done) = NULL;
    c->garbled = false;
    if (reply->status == 200 && !reply->reset && !by_fault)
        return NULL;
    c->garbled = reply->reset || !json_parse(reply->body, reply->body_len, &json, &err);
    if (c->garbled || reply->status == 200)
        return NULL;
    const char *code = json_str(json, "Code");
    return code ? arena_strdup(a, code) : NULL;
}

static void do_call(struct sim *s, const struct http_request *request, struct sim_call *c,
                    struct arena *a)
{
    struct httpd_reply reply;
    const int64_t faults = fired(s);
    carry_out(s, request, a, &reply);
    bool by_fault = fired(s) != faults;
    s->counts.faults += by_fault;
    trace(s, reply.body ? reply.body : "", reply.body_len);
    const int status = push_answer(s, c, &reply);
    const char *code = code_of(a, &reply, by_fault, c);
    check_answer(s, c, status, code, by_fault);
}

static void die(struct sim *s)
{
    s->dead = true;
    disk_kill(s->disk);
}

static uint64_t net_send(struct transport *t, const struct http_request *request)
{
    struct sim *s = sim_of(t);
    struct sim_net *n = &s->net;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sim_call c = { .id = ++n->last_id, .action = wire_header(request, "x-acs-action") };
    if (s->dead || disk_is_dead(s->disk))
        return c.id;
    n->step_calls++;
    if (n->step_calls == n->die_before) {
        die(s);
        return c.id;
    }
    c.write = !is_read(c.action);
    n->calls++;
    n->writes += c.write;
    trace_request(s, request);
    if (c.write)
        wire_params(&a, request, &c.params);
    check_request(s, &c);
    do_call(s, request, &c, &a);
    if (n->step_calls == n->die_after)
        die(s);
    return c.id;
}

static bool net_next(struct transport *t, struct http_reply *out)
{
    struct sim *s = sim_of(t);
    if (s->dead || disk_is_dead(s->disk))
        return false;
    for (struct sim_reply **at = &s->net.replies; *at; at = &(*at)->next) {
        struct sim_reply *r = *at;
        if (r->due_ms > s->net.now_ms)
            continue;
        *out = r->http;
        *at = r->next;
        if (r->write)
            check_reply(s, r->http.id);
        free(r);
        return true;
    }
    return false;
}

/* Until the next reply, or so long. */
void net_wait(struct sim *s, int64_t ms)
{
    int64_t until = ms < 0 ? INT64_MAX : s->net.now_ms + ms;
    for (const struct sim_reply *r = s->net.replies; r; r = r->next)
        until = r->due_ms < until ? r->due_ms : until;
    if (until == INT64_MAX) {
        sim_complain(s, "rest: the agent waits for ever, and nothing is on its way");
        return;
    }
    if (until > s->net.now_ms)
        s->net.now_ms = until;
    (void)mock_run(s->mock);
}

static void transport_wait(struct transport *t, int64_t timeout_ms)
{
    net_wait(sim_of(t), timeout_ms);
}

void net_drop(struct sim *s)
{
    while (s->net.replies) {
        struct sim_reply *r = s->net.replies;
        s->net.replies = r->next;
        http_reply_done(&r->http);
        free(r);
    }
}

void net_init(struct sim *s)
{
    s->net = (struct sim_net){
        .transport = { .send = net_send, .next = net_next, .wait = transport_wait },
        .clock = { .now_ms = agent_clock, .self = s },
        .mono = { .now_ms = mock_clock, .self = s },
        .now_ms = 1767225600000, /* 2026-01-01T00:00:00Z */
        .latency_ms = 20,
        .trace = 14695981039346656037U,
    };
}

void net_done(struct sim *s)
{
    net_drop(s);
}
