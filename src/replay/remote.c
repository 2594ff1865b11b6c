/* remote.c - an alb-mock that runs elsewhere and plays the cloud: calls go to its API, and what
 * they are to come to to its admin API (mock-server/README.md).  Only ever the host that was given
 * is asked, and nothing but what it is until it says that it is alb-mock. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/http.h"
#include "alb-agent/json.h"
#include "replay_priv.h"

enum { STATE_MAX = 64 << 20 };

struct remote {
    struct actor actor; /* first: the actor is this */
    struct arena *a;
    struct transport *http;
    const char *admin, *api; /* "http://127.0.0.1:9000" */
};

static struct remote *remote_of(struct actor *self)
{
    return (struct remote *)(void *)self;
}

/* Sends and waits; a reply without a status has an error. */
static void exchange(struct remote *r, const struct http_request *request, struct http_reply *out)
{
    (void)r->http->send(r->http, request);
    while (!r->http->next(r->http, out))
        r->http->wait(r->http, -1);
}

/* ---- the admin API
 * -------------------------------------------------------------------------------- */

static bool check_answer(const struct http_reply *reply, cJSON **json, struct error *err)
{
    *json = NULL;
    if (!reply->status) {
        *err = reply->err;
        return false;
    }
    if (reply->status == 200)
        return json_parse(reply->body, reply->body_len, json, err);
    struct error ignored;
    cJSON *body CLEANUP(json_done) = NULL;
    (void)!json_parse(reply->body, reply->body_len, &body, &ignored);
    const char *why = json_str(body, "error");
    return error_set(err, ERROR_INVALID, "%s (HTTP status %d)", why ? why : "refused",
                     reply->status);
}

/* '*json' is the caller's; 'body' NULL: none. */
static bool ask(struct remote *r, const char *method, const char *path, const struct buf *body,
                cJSON **json, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    static const struct http_header type = { "content-type", "application/json" };
    const struct http_request request = {
        .method = method,
        .url = arena_fmt(&a, "%s%s", r->admin, path),
        .headers = &type,
        .n_headers = body ? 1 : 0,
        .body = body ? buf_str(body) : NULL,
        .body_len = body ? body->len : 0,
        .direct = true,
    };
    struct http_reply reply CLEANUP(http_reply_done) = { 0 };
    exchange(r, &request, &reply);
    return check_answer(&reply, json, err) || error_wrap(err, "%s %s", r->admin, path);
}

/* One whose answer nobody needs. */
static bool tell(struct remote *r, const char *method, const char *path, const struct buf *body,
                 struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    return ask(r, method, path, body, &json, err);
}

static bool set_moment(struct remote *r, int64_t now_ms, const struct actor_turn *turn,
                       struct error *err)
{
    struct buf b CLEANUP(buf_done) = { .max = STATE_MAX };
    buf_addf(&b, "{\"now_ms\":%" PRId64 ",\"pending_ms\":%" PRId64 ",\"ids\":[", now_ms,
             turn ? turn->pending_ms : 0);
    for (size_t i = 0; turn && i < turn->n_ids; i++) {
        buf_adds(&b, i ? "," : "");
        buf_add_json(&b, turn->ids[i]);
    }
    buf_adds(&b, "]}");
    return tell(r, "PUT", "/play", &b, err);
}

static bool set_refusal(struct remote *r, const struct actor_turn *turn, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, actor_refusal(&a, turn));
    return tell(r, "PUT", "/faults", &b, err);
}

/* ---- the actor
 * ------------------------------------------------------------------------------------ */

/* To the API, but signed for the host it was signed for. */
static bool pass_on(struct remote *r, const struct http_request *request, struct http_reply *out,
                    struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct http_request copy = *request;
    const uint64_t id = out->id;
    const char *path = strchr(strstr(request->url, "://") + 3, '/');
    copy.url = arena_fmt(&a, "%s%s", r->api, path ? path : "/");
    copy.direct = true;
    exchange(r, &copy, out);
    out->id = id;
    if (out->status)
        return true;
    *err = out->err;
    return error_wrap(err, "alb-mock");
}

static bool remote_call(struct actor *self, int64_t now_ms, const struct http_request *request,
                        const struct actor_turn *turn, struct http_reply *out, struct error *err)
{
    struct remote *r = remote_of(self);
    const bool refused = turn && turn->code;
    return set_moment(r, now_ms, turn, err) && (!refused || set_refusal(r, turn, err))
           && pass_on(r, request, out, err)
           && (!refused || tell(r, "DELETE", "/faults", NULL, err));
}

static bool remote_get_state(struct actor *self, cJSON **out, struct error *err)
{
    return ask(remote_of(self), "GET", "/state", NULL, out, err);
}

static bool remote_set_state(struct actor *self, const cJSON *state, struct error *err)
{
    struct buf b CLEANUP(buf_done) = { .max = STATE_MAX };
    json_write(&b, state, false);
    return tell(remote_of(self), "PUT", "/state", &b, err);
}

static void remote_pass(struct actor *self)
{
    (void)self; /* it is told with each call */
}

static void remote_close(struct actor *self)
{
    http_free(remote_of(self)->http);
}

/* ---- life
 * --------------------------------------------------------------------------------------- */

/* What cannot be an alb-mock is not even asked whether it is one. */
static bool read_endpoint(struct remote *r, const char *endpoint, struct error *err)
{
    static const char scheme[] = "http://", cloud[] = ".aliyuncs.com";
    const size_t skip = sizeof scheme - 1, tail = sizeof cloud - 1;
    size_t len = strlen(endpoint);
    while (len && endpoint[len - 1] == '/')
        len--;
    r->admin = arena_strndup(r->a, endpoint, len);
    if (strncmp(r->admin, scheme, skip) != 0 || !r->admin[skip]
        || r->admin[skip + strcspn(r->admin + skip, "/?#@ \t\r\n")])
        return error_set(err, ERROR_INVALID,
                         "'%s': give http://HOST:PORT, as alb-mock prints it for its admin API",
                         endpoint);
    size_t host = strcspn(r->admin + skip, ":");
    while (host && r->admin[skip + host - 1] == '.')
        host--;
    return host < tail || strncasecmp(r->admin + skip + host - tail, cloud, tail) != 0
           || error_set(err, ERROR_INVALID, "'%s' is the cloud itself; nothing was sent", endpoint);
}

/* Its API is on the same host, at the port that it says. */
static bool find_api(struct remote *r, struct error *err)
{
    struct error why;
    cJSON *root CLEANUP(json_done) = NULL;
    const bool answers = ask(r, "GET", "/", NULL, &root, &why);
    const char *address = json_str(root, "address"), *port = address ? strrchr(address, ':') : NULL;
    if (!answers && why.kind == ERROR_TRANSIENT) {
        *err = why;
        return false;
    }
    if (json_int(root, "alb-mock", 0) != 1 || !port)
        return error_set(err, ERROR_INVALID,
                         "%s is not the admin API of an alb-mock (serve --clock virtual --admin "
                         "HOST:PORT prints its address)",
                         r->admin);
    if (!cJSON_IsTrue(json_get(root, "virtual")))
        return error_set(err, ERROR_INVALID, "%s: its clock is real; start it with --clock virtual",
                         r->admin);
    if (strncmp(address, "http://", 7) != 0)
        return error_set(err, ERROR_INVALID, "%s: it serves HTTPS; start it without --tls-cert",
                         r->admin);
    const char *colon = strrchr(r->admin + 7, ':'), *bracket = strchr(r->admin, ']');
    const char *end = colon && (!bracket || colon > bracket) ? colon : r->admin + strlen(r->admin);
    r->api = arena_fmt(r->a, "%.*s%s", (int)(end - r->admin), r->admin, port);
    return true;
}

/* As one in this process begins. */
static bool empty(struct remote *r, const struct mock_config *config, struct error *err)
{
    struct actor *local;
    cJSON *state CLEANUP(json_done) = NULL;
    const bool opened = actor_open(r->a, config, &local, err);
    const bool ok = opened && local->get_state(local, &state, err);
    local->close(local);
    return ok && tell(r, "DELETE", "/faults", NULL, err)
           && set_moment(r, clock_now_ms(config->clock), NULL, err)
           && remote_set_state(&r->actor, state, err);
}

bool remote_open(struct arena *a, const char *endpoint, const struct mock_config *config,
                 struct actor **out, struct error *err)
{
    struct remote *r = arena_alloc(a, sizeof *r);
    const struct http_config http = { .max_reply = STATE_MAX };
    *r = (struct remote){
        { remote_call, remote_get_state, remote_set_state, remote_pass, remote_close }, .a = a
    };
    *out = &r->actor;
    return read_endpoint(r, endpoint, err) && http_new(&r->http, &http, err) && find_api(r, err)
           && empty(r, config, err);
}
