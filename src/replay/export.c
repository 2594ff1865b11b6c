/* export.c - from a state file to a recording: where it can begin, what was so then, and what came
 * since, as lines of JSON. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/map.h"
#include "alb-agent/observe.h"
#include "replay_priv.h"

enum { PAGE = 2000 };

struct export
{
    struct arena arena;
    store_events base, events;
    store_journal calls;
};

static void export_done(struct export *x)
{
    arena_done(&x->arena);
}

static bool load(struct export *x, struct store *st, struct error *err)
{
    store_events page;
    store_journal calls;
    if (!store_events_base(st, &x->arena, &x->base, err))
        return false;
    for (int64_t seq = 0;;) {
        if (!store_events_read(st, seq, PAGE, &x->arena, &page, err))
            return false;
        for (size_t i = 0; i < page.len; i++)
            *LIST_PUSH(&x->arena, &x->events) = page.items[i];
        if (page.len < PAGE)
            break;
        seq = page.items[page.len - 1].seq + 1;
    }
    for (int64_t id = 0;;) {
        if (!store_calls_read(st, id, PAGE, &x->arena, &calls, err))
            return false;
        for (size_t i = 0; i < calls.len; i++)
            *LIST_PUSH(&x->arena, &x->calls) = calls.items[i];
        if (calls.len < PAGE)
            return true;
        id = calls.items[calls.len - 1].call.id + 1;
    }
}

/* ---- where it begins --------------------------------------------------------------------------
 */

struct search {
    const struct export *x;
    size_t call;          /* the first that was sent at this moment or later  */
    int64_t busy;         /* until when those before it were under way        */
    int64_t lbs, groups;  /* when the last reading of each began; 0: there is none */
    bool runs;            /* an agent that keeps running is at work           */
    struct map unsettled; /* key of a row that was seen in the middle of a change */
};

static void search_done(struct search *s)
{
    map_done(&s->unsettled);
}

static void note_row(struct search *s, const struct store_event *e)
{
    cJSON *body CLEANUP(json_done) = NULL;
    const char *status;
    if (!event_is_of_cloud(e))
        return;
    map_remove(&s->unsettled, e->key);
    if (strcmp(e->kind, "SEEN") != 0 || !e->body)
        return;
    body = cJSON_Parse(e->body);
    status = json_str(body, "status");
    if (status && *status && !restore_is_stable(status))
        map_put(&s->unsettled, e->key, s);
}

/* Was all that was done by 'at_ms' done when the last reading began? */
static bool is_known(struct search *s, int64_t at_ms)
{
    const struct export *x = s->x;
    for (; s->call < x->calls.len && x->calls.items[s->call].call.sent_at < at_ms; s->call++) {
        const struct store_journaled *c = &x->calls.items[s->call];
        const int64_t end = c->outcome.done_at ? c->outcome.done_at : c->call.sent_at;
        s->busy = end > s->busy ? end : s->busy;
    }
    return s->busy <= s->lbs && s->busy <= s->groups;
}

static bool explains(const struct store_event *e)
{
    return event_is_of_object(e) || event_is_of_decision(e) || !strncmp(e->key, "agent", 5)
           || (event_is_of_cloud(e) && e->body && strstr(e->body, "\"own\":false"));
}

/* Does the next call come of something that is said after the event?  Else it is the next step of
 * what was begun before. */
static bool is_at_rest(const struct search *s, size_t i)
{
    const struct export *x = s->x;
    if (map_count(&s->unsettled))
        return false;
    if (s->call == x->calls.len)
        return true;
    for (i++; i < x->events.len && x->events.items[i].at <= x->calls.items[s->call].call.sent_at;
         i++)
        if (explains(&x->events.items[i]))
            return true;
    return false;
}

/* A verb without manifests goes by what was wanted before, which no event says. */
static bool needs_the_past(const struct store_event *start)
{
    return start->body && strstr(start->body, "\"files\":false");
}

/* False: it was of one load balancer. */
static bool note_reading(struct search *s, const struct store_event *e)
{
    cJSON *body CLEANUP(json_done) = e->body ? cJSON_Parse(e->body) : NULL;
    const int64_t began = json_int(body, "began", e->at);
    const unsigned parts = (unsigned)json_int(body, "parts", OBSERVE_ALL);
    if (json_get(body, "only"))
        return false;
    s->lbs = parts & OBSERVE_LBS ? began : s->lbs;
    s->groups = parts & OBSERVE_GROUPS ? began : s->groups;
    return true;
}

/* Whether a recording can begin at this event, and with which it then does. */
static bool can_begin(struct search *s, size_t i, size_t *first)
{
    const struct store_event *e = &s->x->events.items[i];
    *first = i;
    if (!strcmp(e->kind, "START")) {
        s->runs = e->body && strstr(e->body, "\"verb\":\"run\"");
        return !needs_the_past(e) && is_known(s, e->at) && !map_count(&s->unsettled)
               && ((s->lbs && s->groups) || (!i && !s->x->base.len));
    }
    if (strcmp(e->kind, "READ") != 0 || !note_reading(s, e))
        return false;
    *first = i + 1;
    return s->runs && s->lbs && s->groups && is_known(s, e->at) && is_at_rest(s, i);
}

static bool began_with_run(const struct export *x)
{
    for (size_t i = 0; i < x->base.len; i++)
        if (!strcmp(x->base.items[i].key, "agent"))
            return x->base.items[i].body && strstr(x->base.items[i].body, "\"verb\":\"run\"");
    return false;
}

static bool since_when(const struct export *x, const struct tape_since *since, int64_t *out,
                       struct error *err)
{
    *out = since->time_ms;
    if (!since->call)
        return true;
    for (size_t i = 0; i < x->calls.len; i++)
        if (x->calls.items[i].call.id == since->call) {
            *out = x->calls.items[i].call.sent_at;
            return true;
        }
    return error_set(err, ERROR_NOT_FOUND,
                     "there is no call %" PRId64 " in the state file; 'alb-agent history' lists "
                     "those there are",
                     since->call);
}

/* 'first': of the events that are left. */
static bool find_begin(const struct export *x, const struct tape_since *since, size_t *first,
                       int64_t *from, struct error *err)
{
    struct search s CLEANUP(search_done) = { .x = x, .runs = began_with_run(x) };
    int64_t wanted;
    bool found = false;
    *first = 0;
    *from = 0;
    if (!since_when(x, since, &wanted, err))
        return false;
    for (size_t i = 0; i < x->base.len; i++)
        note_row(&s, &x->base.items[i]);
    for (size_t i = 0; i < x->events.len && (!found || wanted); i++) {
        size_t at;
        note_row(&s, &x->events.items[i]);
        if (found && x->events.items[i].at > wanted)
            break;
        if (!can_begin(&s, i, &at))
            continue;
        found = true;
        *first = at;
        *from = x->events.items[i].at;
    }
    if (!found)
        return error_set(
            err, ERROR_NOT_FOUND,
            "the state file holds no moment from which it can be replayed: a start, or "
            "the end of a reading with nothing under way");
    return !wanted || *from <= wanted
           || error_set(err, ERROR_NOT_FOUND,
                        "the state file does not go back so far, or no reading had ended before");
}

/* ---- what was so then ---------------------------------------------------------------------------
 */

static int by_seq(const void *x, const void *y)
{
    const struct store_event *a = x, *b = y;
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static bool is_of_state(const struct store_event *e)
{
    return strcmp(e->key, "reading") != 0 && strncmp(e->key, "agent ", 6) != 0;
}

static void fold(struct export *x, size_t first, store_events *out)
{
    struct map last CLEANUP(map_done) = { 0 };
    const struct map_entry *cursor = NULL;
    void *value;
    for (size_t i = 0; i < x->base.len; i++)
        map_put(&last, x->base.items[i].key, &x->base.items[i]);
    for (size_t i = 0; i < first; i++) {
        if (!strcmp(x->events.items[i].kind, "DELETED"))
            map_remove(&last, x->events.items[i].key);
        else
            map_put(&last, x->events.items[i].key, &x->events.items[i]);
    }
    while (map_next(&last, &cursor, &value))
        if (is_of_state(value))
            *LIST_PUSH(&x->arena, out) = *(const struct store_event *)value;
    if (out->len)
        qsort(out->items, out->len, sizeof *out->items, by_seq);
}

/* ---- lines --------------------------------------------------------------------------------------
 */

static void add_text(struct buf *b, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    buf_addf(b, ",\"%s\":", name);
    buf_add_json(b, value);
}

static void add_raw(struct buf *b, const char *name, const char *json)
{
    if (!json || json[0] != '{')
        return;
    buf_addf(b, ",\"%s\":", name);
    buf_adds(b, json);
}

static void write_event(struct buf *b, const char *what, const struct store_event *e)
{
    buf_addf(b, "{\"%s\":\"%s\",\"at\":%" PRId64, what, e->kind, e->at);
    add_text(b, "key", e->key);
    add_raw(b, "body", e->body);
    buf_adds(b, "}\n");
}

static void write_call(struct buf *b, const struct store_journaled *j)
{
    buf_addf(b, "{\"call\":%" PRId64 ",\"sent\":%" PRId64, j->call.id, j->call.sent_at);
    add_text(b, "lane", j->call.lane);
    add_text(b, "lb", j->call.lb);
    add_text(b, "resource", j->call.resource);
    add_text(b, "action", j->call.action);
    add_raw(b, "params", j->call.params);
    add_text(b, "cause", j->call.cause);
    add_text(b, "state", j->outcome.state);
    if (j->outcome.done_at)
        buf_addf(b, ",\"done\":%" PRId64, j->outcome.done_at);
    if (j->outcome.http_status)
        buf_addf(b, ",\"status\":%d", j->outcome.http_status);
    add_text(b, "code", j->outcome.code);
    add_raw(b, "reply", j->outcome.reply);
    buf_adds(b, "}\n");
}

/* By time; of one moment what was said goes before what was done about it. */
static size_t write_items(struct buf *b, const struct export *x, size_t first, int64_t from)
{
    size_t c = 0, n = 0;
    while (c < x->calls.len && x->calls.items[c].call.sent_at < from)
        c++;
    for (size_t e = first; e < x->events.len || c < x->calls.len;) {
        if (c == x->calls.len
            || (e < x->events.len && x->events.items[e].at <= x->calls.items[c].call.sent_at)) {
            write_event(b, "event", &x->events.items[e++]);
        } else {
            write_call(b, &x->calls.items[c++]);
            n++;
        }
    }
    return n;
}

bool tape_write(struct store *st, const struct tape_since *since, struct buf *out,
                struct error *err)
{
    struct export x CLEANUP(export_done) = { 0 };
    store_events base = { 0 };
    size_t first;
    int64_t from;
    const char *cluster;
    if (!load(&x, st, err) || !find_begin(&x, since, &first, &from, err)
        || !store_meta_get(st, &x.arena, "cluster_id", &cluster, err))
        return false;
    fold(&x, first, &base);
    buf_addf(out, "{\"alb-agent-record\":%d,\"from\":%" PRId64, TAPE_VERSION, from);
    add_text(out, "cluster", cluster);
    buf_adds(out, "}\n");
    for (size_t i = 0; i < base.len; i++)
        write_event(out, "base", &base.items[i]);
    (void)write_items(out, &x, first, from);
    return !out->failed
           || error_set(err, ERROR_INVALID, "the recording would be too large; give --since");
}
