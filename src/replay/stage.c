/* stage.c - the mock, a clock that moves when it is told to, and the network between.  What a call
 * came to when it was recorded, and how long that took, it comes to again. */
#include <string.h>

#include "alb-agent/json.h"
#include "replay_priv.h"

struct stage_reply {
    struct stage_reply *next;
    int64_t due_ms;
    struct http_reply http;
    struct http_request *ask; /* NULL: it was carried out, or never is.  A read is when its reply
                                 comes, and shows what there is then */
    const struct tape_item *was;
    bool changes;
    int64_t act_ms;     /* when a change is carried out */
    struct arena arena; /* it lives in it */
};

static struct stage *stage_of(struct transport *t)
{
    return (struct stage *)(void *)t;
}

static int64_t stage_clock(void *self)
{
    return ((const struct stage *)self)->now_ms;
}

/* ---- replies ------------------------------------------------------------------------------------
 */

static struct stage_reply *push_reply(struct stage *s, uint64_t id, int64_t due_ms)
{
    struct arena mem = { 0 };
    struct stage_reply *r = arena_alloc(&mem, sizeof *r), **at = &s->replies;
    r->arena = mem;
    while (*at)
        at = &(*at)->next;
    *at = r;
    r->due_ms = due_ms > s->now_ms ? due_ms : s->now_ms;
    r->http.id = id;
    r->http.retry_after_ms = -1;
    r->http.sent = true;
    return r;
}

static void push_lost(struct stage *s, uint64_t id, int64_t due_ms)
{
    struct stage_reply *r = push_reply(s, id, due_ms);
    (void)error_set(&r->http.err, ERROR_TRANSIENT, "no reply, as it was recorded");
}

/* ---- requests -----------------------------------------------------------------------------------
 */

static const char *header_of(const struct http_request *r, const char *name)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (!strcmp(r->headers[i].name, name))
            return r->headers[i].value;
    return "";
}

static bool is_read(const char *action)
{
    return !strncmp(action, "List", 4) || !strncmp(action, "Get", 3)
           || !strncmp(action, "Describe", 8);
}

/* The mock cannot be asked any more: nothing that is sent from now on is done. */
static void fail(struct stage *s, const struct error *why)
{
    if (!s->failed)
        s->err = *why;
    s->failed = s->dead = true;
}

static void carry_out(struct stage *s, const struct http_request *request,
                      const struct actor_turn *turn, struct stage_reply *r)
{
    struct error err;
    if (s->actor->call(s->actor, s->now_ms, request, turn, &r->http, &err))
        return;
    fail(s, &err);
    r->http.err = err;
}

typedef LIST_OF(const char *) id_list;

/* Every text in a recorded reply, in order: what was created is among them. */
static void collect_ids(struct arena *a, const cJSON *json, id_list *out)
{
    for (const cJSON *v = json ? json->child : NULL; v; v = v->next) {
        if (cJSON_IsString(v))
            *LIST_PUSH(a, out) = arena_strdup(a, v->valuestring);
        collect_ids(a, v, out);
    }
}

/* As it was: what it created has the ids it had, and what was refused is refused. */
static void do_again(struct stage *s, struct stage_reply *r)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct store_outcome *outcome = r->was ? &r->was->call.outcome : NULL;
    id_list ids = { 0 };
    struct actor_turn turn = { .pending_ms = s->hooks->pending(s->hooks->arg, r->was) };
    cJSON *json CLEANUP(json_done) = outcome && outcome->reply ? cJSON_Parse(outcome->reply) : NULL;
    collect_ids(&a, json, &ids);
    turn.ids = ids.items;
    turn.n_ids = ids.len;
    if (outcome && strcmp(outcome->state, "done") != 0) {
        turn.code = outcome->code;
        turn.http_status = outcome->http_status >= 400 ? outcome->http_status : 400;
    }
    struct error err;
    if (r->was && certificates_is_upload(r->was) && !certificates_give_id(s->actor, r->was, &err))
        fail(s, &err);
    carry_out(s, r->ask, &turn, r);
    r->ask = NULL;
}

static struct stage_reply *push_ask(struct stage *s, const struct http_request *request,
                                    uint64_t id, int64_t due_ms)
{
    struct stage_reply *r = push_reply(s, id, due_ms);
    struct arena *a = &r->arena;
    struct http_header *headers = arena_array(a, request->n_headers, sizeof *headers);
    for (size_t i = 0; i < request->n_headers; i++)
        headers[i] = (struct http_header){ arena_strdup(a, request->headers[i].name),
                                           arena_strdup(a, request->headers[i].value) };
    r->ask = arena_dup(a, request, sizeof *request);
    r->ask->method = arena_strdup(a, request->method);
    r->ask->url = arena_strdup(a, request->url);
    r->ask->headers = headers;
    r->ask->body = request->body_len ? arena_strndup(a, request->body, request->body_len) : "";
    return r;
}

static int64_t took(const struct stage *s, const struct tape_item *was)
{
    const int64_t ms = was ? was->call.outcome.done_at - was->call.call.sent_at : 0;
    return s->at_once ? 0 : ms > 0 ? ms : 1;
}

static void send_change(struct stage *s, const struct http_request *request,
                        const struct tape_item *was, uint64_t id)
{
    const int64_t sent = was ? was->call.call.sent_at : 0;
    const int64_t act = sent > s->now_ms ? sent : s->now_ms, due = act + took(s, was);
    if (was && !strcmp(was->call.outcome.state, "sent")) {
        push_lost(s, id, s->now_ms + ((int64_t)1 << 40)); /* nobody lived to see the reply */
        return;
    }
    if (was && strcmp(was->call.outcome.state, "done") != 0 && !was->call.outcome.code) {
        push_lost(s, id, due);
        return;
    }
    struct stage_reply *r = push_ask(s, request, id, due);
    r->was = was;
    r->changes = true;
    r->act_ms = act;
    if (act == s->now_ms)
        do_again(s, r);
}

/* A reading asks for load balancers and at once for groups; or for groups alone. */
static void note_reading(struct stage *s, const struct http_request *r, const char *action)
{
    const bool groups = !strcmp(action, "ListServerGroups");
    if ((!groups && strcmp(action, "ListLoadBalancers") != 0) || !strstr(r->url, "Tag.1.Key=")
        || strstr(r->url, "NextToken="))
        return;
    const bool same = groups && s->lbs_ms && s->now_ms == s->lbs_ms;
    s->lbs_ms = groups ? 0 : s->now_ms;
    if (!same)
        s->hooks->reading(s->hooks->arg, !strstr(r->url, groups ? "Tag.2.Value=" : "Tag.1.Value="),
                          groups);
}

static uint64_t stage_send(struct transport *t, const struct http_request *request)
{
    struct stage *s = stage_of(t);
    const char *action = header_of(request, "x-acs-action");
    const uint64_t id = ++s->last_id;
    if (s->dead) {
        push_lost(s, id, s->now_ms);
        return id;
    }
    if (!is_read(action)) {
        send_change(s, request, s->hooks->find(s->hooks->arg, request, action), id);
        return id;
    }
    note_reading(s, request, action);
    (void)push_ask(s, request, id, s->hooks->read_due(s->hooks->arg, request, action));
    return id;
}

static void answer(struct stage *s, struct stage_reply *r)
{
    const char *action = header_of(r->ask, "x-acs-action");
    s->hooks->show(s->hooks->arg, action);
    carry_out(s, r->ask, NULL, r);
    s->hooks->shown(s->hooks->arg, action);
    r->ask = NULL;
}

static void free_reply(struct stage_reply *r)
{
    struct arena mem = r->arena; /* it lives in it */
    arena_done(&mem);
}

static bool stage_next(struct transport *t, struct http_reply *out)
{
    struct stage *s = stage_of(t);
    for (struct stage_reply **at = &s->replies; *at; at = &(*at)->next) {
        struct stage_reply *r = *at;
        if (r->due_ms > s->now_ms)
            continue;
        *at = r->next;
        if (r->ask && !r->changes && !s->dead)
            answer(s, r);
        *out = r->http;
        free_reply(r);
        return true;
    }
    return false;
}

int64_t stage_next_due(const struct stage *s)
{
    int64_t due = -1;
    for (const struct stage_reply *r = s->replies; r; r = r->next)
        due = due < 0 || r->due_ms < due ? r->due_ms : due;
    return due;
}

/* The change that is carried out next, by 'at_ms'; NULL: none. */
static struct stage_reply *next_change(const struct stage *s, int64_t at_ms)
{
    struct stage_reply *next = NULL;
    for (struct stage_reply *r = s->replies; r; r = r->next)
        if (r->ask && r->changes && r->act_ms <= at_ms && (!next || r->act_ms < next->act_ms))
            next = r;
    return next;
}

static void move_to(struct stage *s, int64_t at_ms)
{
    if (at_ms > s->now_ms)
        s->now_ms = at_ms;
    s->actor->pass(s->actor);
}

void stage_pass_to(struct stage *s, int64_t at_ms)
{
    for (struct stage_reply *r; !s->dead && (r = next_change(s, at_ms));) {
        move_to(s, r->act_ms);
        do_again(s, r);
    }
    move_to(s, at_ms);
}

/* What was sent by a process that ends is done all the same. */
static void let_go(struct stage *s)
{
    for (struct stage_reply *r; !s->dead && (r = next_change(s, INT64_MAX));)
        do_again(s, r);
}

/* Whoever waits is told at once that nothing comes. */
static void die(struct stage *s)
{
    let_go(s);
    s->dead = true;
    for (struct stage_reply *r = s->replies; r; r = r->next) {
        const uint64_t id = r->http.id;
        http_reply_done(&r->http);
        r->http = (struct http_reply){ .id = id, .retry_after_ms = -1, .sent = true };
        (void)error_set(&r->http.err, ERROR_TRANSIENT, "the process had ended");
        r->due_ms = s->now_ms;
    }
}

static void stage_wait(struct transport *t, int64_t timeout_ms)
{
    struct stage *s = stage_of(t);
    const int64_t due = stage_next_due(s);
    int64_t until = timeout_ms < 0 ? INT64_MAX : s->now_ms + timeout_ms;
    if (due >= 0 && due < until)
        until = due;
    if (until == INT64_MAX)
        until = s->now_ms + 1000;
    if (s->limit_ms && until >= s->limit_ms)
        die(s);
    stage_pass_to(s, s->dead && s->limit_ms > s->now_ms ? s->limit_ms : until);
    s->hooks->waited(s->hooks->arg);
}

/* ---- life ---------------------------------------------------------------------------------------
 */

void stage_drop(struct stage *s)
{
    if (s->actor)
        let_go(s);
    while (s->replies) {
        struct stage_reply *r = s->replies;
        s->replies = r->next;
        http_reply_done(&r->http);
        free_reply(r);
    }
}

void stage_close(struct stage *s)
{
    stage_drop(s);
    if (s->actor)
        s->actor->close(s->actor);
    s->actor = NULL;
    arena_done(&s->arena);
}

bool stage_open(struct stage *s, const struct stage_config *config, struct error *err)
{
    static const struct access_key key = { .id = "testak", .secret = "testsecret" };
    *s = (struct stage){
        .transport = { .send = stage_send, .next = stage_next, .wait = stage_wait },
        .clock = { .now_ms = stage_clock, .self = s },
        .now_ms = config->now_ms,
        .hooks = config->hooks,
        .at_once = config->at_once,
    };
    const struct mock_config mock = {
        .pending_ms = config->pending_ms,
        .seed = 1,
        .keys = &key,
        .n_keys = 1,
        .clock = &s->clock,
    };
    const bool ok = config->endpoint
                        ? remote_open(&s->arena, config->endpoint, &mock, &s->actor, err)
                        : actor_open(&s->arena, &mock, &s->actor, err);
    if (!ok)
        stage_close(s);
    return ok || error_wrap(err, "%s", config->endpoint ? "--endpoint" : "alb-mock");
}
