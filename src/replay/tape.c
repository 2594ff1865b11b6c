/* tape.c - reads a recording.  It may come from anybody: each line is checked by itself, and
 * an error says which one it is. */
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/map.h"
#include "replay_priv.h"

enum { LINE_MAX_BYTES = 1 << 25, ITEMS_MAX = 1000000, TEXT_MAX = 1 << 16 };

struct reader {
    struct arena *a;
    struct tape *out;
    int64_t line;
};

/* The text of a member, in the arena; '*ok' is false when it is something else. */
static const char *text(struct reader *r, const cJSON *json, const char *name, bool *ok)
{
    const cJSON *v = json_get(json, name);
    if (!v)
        return NULL;
    if (!cJSON_IsString(v) || strlen(v->valuestring) > TEXT_MAX) {
        *ok = false;
        return NULL;
    }
    return arena_strdup(r->a, v->valuestring);
}

static int64_t number(const cJSON *json, const char *name, bool *ok)
{
    const cJSON *v = json_get(json, name);
    if (v && (!json_is_int(v) || v->valuedouble < 0))
        *ok = false;
    return json_int(json, name, 0);
}

static const char *object(struct reader *r, const cJSON *json, const char *name, bool *ok)
{
    const cJSON *v = json_get(json, name);
    if (v && !cJSON_IsObject(v))
        *ok = false;
    return v ? json_canonical(r->a, v) : NULL;
}

static bool is_one_of(const char *word, const char *const *list)
{
    for (size_t i = 0; word && list[i]; i++)
        if (!strcmp(word, list[i]))
            return true;
    return false;
}

static bool read_event(struct reader *r, const cJSON *json, const char *member,
                       struct store_event *out, struct error *err)
{
    static const char *const kinds[] = { "ADDED",      "MODIFIED", "DELETED", "SYNCED",
                                         "INCOMPLETE", "FACT",     "SEEN",    "READ",
                                         "START",      "SETTINGS", "STOP",    "RESYNC",
                                         "HIDDEN",     "PIN",      "VERDICT", NULL };
    bool ok = true;
    *out = (struct store_event){ .seq = r->line,
                                 .at = number(json, "at", &ok),
                                 .kind = text(r, json, member, &ok),
                                 .key = text(r, json, "key", &ok),
                                 .body = object(r, json, "body", &ok) };
    if (!ok || !out->at || !out->key)
        return error_set(err, ERROR_INVALID,
                         "an event needs at (ms) and key, and body is an object");
    return is_one_of(out->kind, kinds) || error_set(err, ERROR_INVALID, "no such event");
}

static bool check_params(const cJSON *params, struct error *err)
{
    struct map seen CLEANUP(map_done) = { 0 };
    const cJSON *p;
    cJSON_ArrayForEach (p, params) {
        if (!cJSON_IsString(p) || map_get(&seen, p->string))
            return error_set(err, ERROR_INVALID, "params are texts, each of them once");
        map_put(&seen, p->string, p);
    }
    return true;
}

static bool read_call(struct reader *r, const cJSON *json, struct store_journaled *out,
                      struct error *err)
{
    static const char *const states[] = { "sent", "done", "failed", "unknown", NULL };
    bool ok = true;
    *out = (struct store_journaled){
        .call = { .id = number(json, "call", &ok),
                  .sent_at = number(json, "sent", &ok),
                  .lane = text(r, json, "lane", &ok),
                  .lb = text(r, json, "lb", &ok),
                  .resource = text(r, json, "resource", &ok),
                  .action = text(r, json, "action", &ok),
                  .params = object(r, json, "params", &ok),
                  .cause = text(r, json, "cause", &ok) },
        .outcome = { .state = text(r, json, "state", &ok),
                     .done_at = number(json, "done", &ok),
                     .http_status = (int)json_int(json, "status", 0),
                     .code = text(r, json, "code", &ok),
                     .reply = object(r, json, "reply", &ok) },
    };
    if (!ok || !out->call.id || !out->call.sent_at || !out->call.lane || !out->call.action
        || !out->call.params || !is_one_of(out->outcome.state, states))
        return error_set(
            err, ERROR_INVALID,
            "a call needs call (its number), sent (ms), lane, action, params and a state");
    if (out->outcome.http_status < 0 || out->outcome.http_status > 999)
        return error_set(err, ERROR_INVALID, "status: none of HTTP");
    return check_params(json_get(json, "params"), err);
}

static bool read_header(struct reader *r, const cJSON *json, struct error *err)
{
    bool ok = true;
    const int64_t version = json_int(json, "alb-agent-record", 0);
    if (!version)
        return error_set(err, ERROR_INVALID, "not a recording, as 'alb-agent record' writes it");
    if (version != TAPE_VERSION)
        return error_set(err, ERROR_INVALID,
                         "a recording of version %lld; this program reads version %d: use the "
                         "alb-agent that wrote it, or a later one",
                         (long long)version, TAPE_VERSION);
    r->out->from = number(json, "from", &ok);
    r->out->cluster_id = text(r, json, "cluster", &ok);
    return (ok && r->out->from) || error_set(err, ERROR_INVALID, "the first line needs from (ms)");
}

static bool push_item(struct reader *r, const struct tape_item *item, struct error *err)
{
    struct tape *out = r->out;
    if (out->items.len == ITEMS_MAX)
        return error_set(err, ERROR_INVALID, "more than %d events and calls", ITEMS_MAX);
    out->to = item->at > out->to ? item->at : out->to;
    if (item->is_call && item->call.outcome.done_at > out->to)
        out->to = item->call.outcome.done_at;
    out->n_calls += item->is_call;
    *LIST_PUSH(r->a, &out->items) = *item;
    return true;
}

static bool read_line(struct reader *r, const cJSON *json, struct error *err)
{
    struct tape_item item = { .is_call = json_get(json, "call") != NULL };
    if (r->line == 1)
        return read_header(r, json, err);
    if (json_get(json, "base")) {
        if (r->out->items.len)
            return error_set(err, ERROR_INVALID, "what was so at the start stands before all else");
        if (r->out->base.len == ITEMS_MAX)
            return error_set(err, ERROR_INVALID, "more than %d things at the start", ITEMS_MAX);
        return read_event(r, json, "base", LIST_PUSH(r->a, &r->out->base), err);
    }
    if (item.is_call) {
        if (!read_call(r, json, &item.call, err))
            return false;
        item.at = item.call.call.sent_at;
        return push_item(r, &item, err);
    }
    if (!json_get(json, "event"))
        return error_set(err, ERROR_INVALID, "neither an event nor a call");
    if (!read_event(r, json, "event", &item.event, err))
        return false;
    item.at = item.event.at;
    return push_item(r, &item, err);
}

static bool parse_line(struct reader *r, const char *line, size_t len, bool whole,
                       struct error *err)
{
    cJSON *json CLEANUP(json_done) = NULL;
    if (len > LINE_MAX_BYTES)
        return error_set(err, ERROR_INVALID, "longer than %d bytes", LINE_MAX_BYTES);
    if (!json_parse(line, len, &json, err) || !cJSON_IsObject(json))
        return error_set(err, ERROR_INVALID,
                         r->line == 1 ? "not a recording, as 'alb-agent record' writes it"
                         : whole      ? "not an object of JSON"
                                      : "cut off in the middle; record it again");
    return read_line(r, json, err);
}

bool tape_read(struct arena *a, const char *data, size_t len, struct tape *out, struct error *err)
{
    struct reader r = { .a = a, .out = out };
    *out = (struct tape){ 0 };
    for (const char *at = data, *end = data + len, *next; at < end; at = next) {
        const char *nl = memchr(at, '\n', (size_t)(end - at));
        next = nl ? nl + 1 : end;
        r.line++;
        if (!parse_line(&r, at, (size_t)((nl ? nl : end) - at), nl != NULL, err))
            return error_wrap(err, "line %lld", (long long)r.line);
    }
    return r.line || error_set(err, ERROR_INVALID, "empty; 'alb-agent record' writes a recording");
}
