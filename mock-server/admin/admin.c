/* admin.c - one row per method and path. */
#include "admin.h"

#include <inttypes.h>
#include <string.h>

#include "../console/console.h"
#include "../fault/fault.h"
#include "../flow/flow.h"
#include "../record/replay.h"
#include "../state.h"
#include "alb-agent/buf.h"
#include "alb-agent/clock.h"
#include "alb-agent/json.h"

/* Reads the body where there is one, writes the answer as JSON. */
typedef bool admin_fn(struct mock *m, const struct httpd_request *request, struct buf *out,
                      struct error *err);

/* What this is, for who was given an address and must not take it for a cloud. */
static bool root_get(struct mock *m, const struct httpd_request *request, struct buf *out,
                     struct error *err)
{
    (void)request;
    (void)err;
    buf_adds(out, "{\"alb-mock\":1,\"address\":");
    buf_add_json(out, mock_address(m) ? mock_address(m) : "");
    buf_addf(out, ",\"virtual\":%s}", mock_is_virtual(m) ? "true" : "false");
    return true;
}

static bool clock_get(struct mock *m, const struct httpd_request *request, struct buf *out,
                      struct error *err)
{
    char text[TIME_TEXT];
    (void)request;
    (void)err;
    int64_t now = mock_now_ms(m);
    buf_addf(out, "{\"now\":\"%s\",\"now_ms\":%" PRId64 ",\"virtual\":%s}", time_format(now, text),
             now, mock_is_virtual(m) ? "true" : "false");
    return true;
}

/* The step that {"advance_ms":N} or {"set":"2025-01-01T12:00:00Z"} asks for. */
static bool clock_step(struct mock *m, const cJSON *json, int64_t *ms, struct error *err)
{
    const char *set = json_str(json, "set");
    int64_t to;
    *ms = json_int(json, "advance_ms", -1);
    if (set) {
        if (!time_parse(set, &to))
            return error_set(err, ERROR_INVALID, "set: not of the form 2025-01-01T12:00:00Z");
        *ms = to - mock_now_ms(m);
    }
    return *ms >= 0 || error_set(err, ERROR_INVALID, "advance_ms or set, and not back in time");
}

static bool clock_post(struct mock *m, const struct httpd_request *request, struct buf *out,
                       struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    int64_t ms;
    if (!mock_is_virtual(m))
        return error_set(err, ERROR_CONFLICT, "the clock is real; start with --clock virtual");
    if (!json_parse(request->body, request->body_len, &json, err) || !clock_step(m, json, &ms, err))
        return false;
    mock_advance(m, ms);
    return clock_get(m, request, out, err);
}

static bool faults_get(struct mock *m, const struct httpd_request *request, struct buf *out,
                       struct error *err)
{
    (void)request;
    (void)err;
    fault_write(mock_faults(m), out);
    return true;
}

static bool faults_put(struct mock *m, const struct httpd_request *request, struct buf *out,
                       struct error *err)
{
    return fault_read(mock_faults(m), request->body, request->body_len, mock_now_ms(m), err)
           && faults_get(m, request, out, err);
}

static bool faults_post(struct mock *m, const struct httpd_request *request, struct buf *out,
                        struct error *err)
{
    return fault_add(mock_faults(m), request->body, request->body_len, mock_now_ms(m), err)
           && faults_get(m, request, out, err);
}

static bool faults_delete(struct mock *m, const struct httpd_request *request, struct buf *out,
                          struct error *err)
{
    fault_clear(mock_faults(m));
    return faults_get(m, request, out, err);
}

static bool flow_get(struct mock *m, const struct httpd_request *request, struct buf *out,
                     struct error *err)
{
    (void)request;
    (void)err;
    flow_write(mock_flow(m), out);
    return true;
}

/* The body is one line for each limit, as after --flow. */
static bool flow_put(struct mock *m, const struct httpd_request *request, struct buf *out,
                     struct error *err)
{
    for (const char *line = request->body; *line;) {
        size_t len = strcspn(line, "\r\n");
        if (len && !flow_set(mock_flow(m), arena_strndup(request->arena, line, len), err))
            return false;
        line += len + strspn(line + len, "\r\n");
    }
    return flow_get(m, request, out, err);
}

static bool calls_get(struct mock *m, const struct httpd_request *request, struct buf *out,
                      struct error *err)
{
    (void)request;
    (void)err;
    buf_addf(out, "{\"calls\":%" PRIu64 "}", front_calls(mock_front(m)));
    return true;
}

/* A deed from {"action":"DeleteRule","params":{"RuleId":"rule-1"},"in_ms":500}; the
 * parameters are flat, "Rules.1.Priority", their values texts, numbers or booleans. */
static bool deed_read(const struct mock *m, struct arena *a, const cJSON *json,
                      struct front_deed *deed, struct error *err)
{
    const cJSON *p;
    *deed = (struct front_deed){
        .product = json_str(json, "product"),
        .region = json_str(json, "region"),
        .action = json_str(json, "action"),
        .at_ms = mock_now_ms(m) + json_int(json, "in_ms", 0),
    };
    if (!deed->action)
        return error_set(err, ERROR_INVALID, "action is missing");
    cJSON_ArrayForEach (p, json_get(json, "params")) {
        const char *value = cJSON_IsString(p) ? p->valuestring : json_canonical(a, p);
        *LIST_PUSH(a, &deed->params) = (struct param){ p->string, value };
    }
    return true;
}

static bool do_post(struct mock *m, const struct httpd_request *request, struct buf *out,
                    struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    struct front_deed deed;
    struct cloud_reply reply;
    if (!json_parse(request->body, request->body_len, &json, err)
        || !deed_read(m, request->arena, json, &deed, err))
        return false;
    front_do(mock_front(m), request->arena, &deed, &reply);
    cJSON *answer CLEANUP(json_done) = cJSON_CreateObject();
    cJSON_AddItemToObject(answer, "status", json_new_int(reply.status));
    if (reply.code) {
        json_done(&reply.body);
        cJSON_AddStringToObject(answer, "code", reply.code);
        cJSON_AddStringToObject(answer, "message", reply.message ? reply.message : "");
    }
    if (reply.body)
        cJSON_AddItemToObject(answer, "body", reply.body);
    json_write(out, answer, false);
    return true;
}

/* {"min_ms":100,"max_ms":300} and {"list_lag_ms":50}, each alone or both. */
static bool pending_put(struct mock *m, const struct httpd_request *request, struct buf *out,
                        struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    if (!json_parse(request->body, request->body_len, &json, err))
        return false;
    int64_t min = json_int(json, "min_ms", -1), max = json_int(json, "max_ms", min);
    int64_t lag = json_int(json, "list_lag_ms", -1);
    if ((min < 0 && lag < 0) || (min >= 0 && max < min))
        return error_set(err, ERROR_INVALID, "min_ms and max_ms, or list_lag_ms");
    if (min >= 0)
        cloud_set_pending(mock_cloud(m), min, max);
    if (lag >= 0)
        cloud_set_list_lag(mock_cloud(m), lag);
    buf_adds(out, "{}");
    return true;
}

/* {"now_ms":N,"pending_ms":N,"ids":["rule-1"]}, the last two optional. */
static bool play_put(struct mock *m, const struct httpd_request *request, struct buf *out,
                     struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    LIST_OF(const char *) ids = { 0 };
    const cJSON *id;
    if (!json_parse(request->body, request->body_len, &json, err))
        return false;
    struct mock_moment moment = { .now_ms = json_int(json, "now_ms", -1),
                                  .pending_ms = json_int(json, "pending_ms", 0) };
    if (moment.now_ms < 0 || moment.pending_ms < 0)
        return error_set(err, ERROR_INVALID, "now_ms, and perhaps pending_ms and ids");
    cJSON_ArrayForEach (id, json_get(json, "ids"))
        if (cJSON_IsString(id))
            *LIST_PUSH(request->arena, &ids) = id->valuestring;
    moment.ids = ids.items;
    moment.n_ids = ids.len;
    buf_adds(out, "{}");
    return mock_play(m, &moment, err);
}

/* {"what":"lsn-1","on":true} */
static bool hold_put(struct mock *m, const struct httpd_request *request, struct buf *out,
                     struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    if (!json_parse(request->body, request->body_len, &json, err))
        return false;
    const char *what = json_str(json, "what");
    if (!what || !cJSON_IsBool(json_get(json, "on")))
        return error_set(err, ERROR_INVALID, "what and on");
    buf_adds(out, "{}");
    return cloud_hold(mock_cloud(m), mock_now_ms(m), what, cJSON_IsTrue(json_get(json, "on")), err);
}

/* {"group":"sgp-1","ip":"10.0.0.1","port":80,"status":"Unhealthy","reason":"..."} */
static bool health_put(struct mock *m, const struct httpd_request *request, struct buf *out,
                       struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    if (!json_parse(request->body, request->body_len, &json, err))
        return false;
    const struct cloud_health health = {
        .group = json_str(json, "group"),
        .ip = json_str(json, "ip"),
        .port = json_int(json, "port", 0),
        .status = json_str(json, "status"),
        .reason = json_str(json, "reason"),
        .expected = json_str(json, "expected"),
        .actual = json_str(json, "actual"),
    };
    if (!health.group || !health.ip)
        return error_set(err, ERROR_INVALID, "group and ip");
    buf_adds(out, "{}");
    return cloud_set_health(mock_cloud(m), &health, err);
}

/* {"action":"CreateRules","code":"506","message":"..."} */
static bool fail_put(struct mock *m, const struct httpd_request *request, struct buf *out,
                     struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    buf_adds(out, "{}");
    return json_parse(request->body, request->body_len, &json, err)
           && cloud_fail_next(mock_cloud(m), json_str(json, "action"), json_str(json, "code"),
                              json_str(json, "message"), err);
}

/* {"lb":"alb-1","type":"FinancialLocked","reason":"..."}; without type nothing locks it. */
static bool lock_put(struct mock *m, const struct httpd_request *request, struct buf *out,
                     struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    if (!json_parse(request->body, request->body_len, &json, err))
        return false;
    const struct cloud_lock lock = { json_str(json, "lb"), json_str(json, "type"),
                                     json_str(json, "reason") };
    buf_adds(out, "{}");
    return cloud_set_lock(mock_cloud(m), &lock, err);
}

static bool state_get(struct mock *m, const struct httpd_request *request, struct buf *out,
                      struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    (void)request;
    if (!mock_export(m, &json, err))
        return false;
    json_write(out, json, false);
    return true;
}

static bool state_put(struct mock *m, const struct httpd_request *request, struct buf *out,
                      struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    buf_adds(out, "{}");
    return json_parse(request->body, request->body_len, &json, err) && mock_import(m, json, err);
}

/* {"from":STATE,"to":STATE}; without "to" the present state. */
static bool diff_post(struct mock *m, const struct httpd_request *request, struct buf *out,
                      struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL, *now CLEANUP(json_done) = NULL;
    if (!json_parse(request->body, request->body_len, &json, err) || !mock_export(m, &now, err))
        return false;
    const cJSON *from = json_get(json, "from"), *to = json_get(json, "to");
    if (!cJSON_IsObject(from) || (to && !cJSON_IsObject(to)))
        return error_set(err, ERROR_INVALID, "from, and perhaps to, as GET /state gives them");
    cJSON *diff CLEANUP(json_done) = mock_diff(from, to ? to : now);
    json_write(out, diff, false);
    return true;
}

/* {"down_ms":100,"forget":true}, all of it optional. */
static bool restart_post(struct mock *m, const struct httpd_request *request, struct buf *out,
                         struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    if (request->body_len && !json_parse(request->body, request->body_len, &json, err))
        return false;
    int64_t down = json_int(json, "down_ms", 100);
    if (down < 0)
        return error_set(err, ERROR_INVALID, "down_ms is below 0");
    buf_adds(out, "{}");
    return mock_restart(m, down, cJSON_IsTrue(json_get(json, "forget")), err);
}

static bool replay_get(struct mock *m, const struct httpd_request *request, struct buf *out,
                       struct error *err)
{
    (void)request;
    if (!mock_replay(m))
        return error_set(err, ERROR_CONFLICT, "nothing is replayed");
    replay_report(mock_replay(m), out);
    return true;
}

static bool console_get(struct mock *m, const struct httpd_request *request, struct buf *out,
                        struct error *err)
{
    (void)request;
    (void)err;
    console_write(mock_console(m), out);
    return true;
}

static bool console_put(struct mock *m, const struct httpd_request *request, struct buf *out,
                        struct error *err)
{
    return console_read(mock_console(m), request->body, request->body_len, mock_now_ms(m), err)
           && console_get(m, request, out, err);
}

static bool console_delete(struct mock *m, const struct httpd_request *request, struct buf *out,
                           struct error *err)
{
    console_clear(mock_console(m));
    return console_get(m, request, out, err);
}

static const struct {
    const char *method, *path;
    admin_fn *run;
} rows[] = {
    { "GET", "/", root_get },
    { "GET", "/clock", clock_get },
    { "POST", "/clock", clock_post },
    { "GET", "/faults", faults_get },
    { "PUT", "/faults", faults_put },
    { "POST", "/faults", faults_post },
    { "DELETE", "/faults", faults_delete },
    { "GET", "/flow", flow_get },
    { "PUT", "/flow", flow_put },
    { "GET", "/calls", calls_get },
    { "POST", "/do", do_post },
    { "PUT", "/pending", pending_put },
    { "PUT", "/play", play_put },
    { "PUT", "/hold", hold_put },
    { "PUT", "/fail", fail_put },
    { "PUT", "/lock", lock_put },
    { "PUT", "/health", health_put },
    { "GET", "/state", state_get },
    { "POST", "/restart", restart_post },
    { "GET", "/replay", replay_get },
    { "GET", "/console", console_get },
    { "PUT", "/console", console_put },
    { "DELETE", "/console", console_delete },
    { "PUT", "/state", state_put },
    { "POST", "/diff", diff_post },
};

static admin_fn *find(const struct httpd_request *request, bool *path_known)
{
    *path_known = false;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strcmp(rows[i].path, request->target) != 0)
            continue;
        *path_known = true;
        if (!strcmp(rows[i].method, request->method))
            return rows[i].run;
    }
    return NULL;
}

void admin_handle(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    struct buf out CLEANUP(buf_done) = { .max = 64U << 20 };
    struct error err = { 0 };
    bool path_known;
    admin_fn *run = find(request, &path_known);
    if (!run) {
        reply->status = path_known ? 405 : 404;
        buf_adds(&out, "{\"error\":\"no such path, or not with this method\"}");
    } else if (!run(arg, request, &out, &err)) {
        reply->status = err.kind == ERROR_CONFLICT ? 409 : 400;
        buf_reset(&out);
        buf_adds(&out, "{\"error\":");
        buf_add_json(&out, err.msg);
        buf_addc(&out, '}');
    }
    buf_addc(&out, '\n');
    reply->content_type = "application/json";
    reply->body = buf_keep(&out, request->arena);
    reply->body_len = out.len;
}
