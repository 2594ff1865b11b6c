/* fuzz_tape.c - any text as a recording of the agent: it is read or refused, and what was read can
 * be played from.
 *
 * Recorded calls that are made again, each as it was, are the same; rows that were seen are put
 * into an empty cloud, and taken out of it; readings are told apart. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "mock-server/state.h"
#include "src/replay/replay_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_INPUT = 1 << 17, MAX_ROWS = 200 };

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    (void)fprintf(stderr, "fuzz_tape: %s\n", what);
    abort();
}

static void check_item(const struct tape *t, const struct tape_item *item)
{
    const struct store_call *c = &item->call.call;
    must(item->at > 0 && item->at <= t->to, "a time is not that of the recording");
    if (item->is_call)
        must(c->id > 0 && c->lane && c->action && c->params && item->call.outcome.state,
             "a call lacks what each has");
    else
        must(item->event.kind && item->event.key && item->event.seq > 1,
             "an event lacks what each has");
}

/* In the order in which they were made, they are what comes next in their lanes. */
static void make_again(struct arena *a, const struct tape *t)
{
    struct score s;
    size_t n = 0;
    score_init(&s, a, t, 0);
    for (size_t i = 0; i < t->items.len; i++) {
        const struct tape_item *item = &t->items.items[i];
        if (!item->is_call)
            continue;
        must(score_take(&s, &item->call) == item, "a call is not the one that was recorded");
        n++;
    }
    score_end(&s);
    must(!s.difference && s.n_made == n && n == t->n_calls, "a recording differs from itself");
    score_done(&s);
}

static void read_again(struct arena *a, const struct tape *t)
{
    struct pace pace;
    struct cues cues;
    struct error err;
    event_list deeds;
    pace_init(&pace, a, t);
    for (size_t i = 0; i < t->items.len; i++)
        must(pace_pending(&pace, &t->items.items[i]) >= 0, "a change ends before it begins");
    if (!cues_init(&cues, a, t, &err)) {
        must(err.kind == ERROR_INVALID && err.msg[0], "a refusal says nothing");
        return;
    }
    cues_read(&cues, t->from, true, false);
    cues_deeds(&cues, a, t->to, &deeds);
    const struct http_request request = { .url = "http://mock.test/" };
    must(cues_due(&cues, &request, "ListRules", t->from) > t->from, "a reply comes at once");
}

static void start_again(struct arena *a, const struct store_event *e)
{
    struct agent_start start;
    struct error err;
    cJSON *body CLEANUP(json_done) = e->body ? cJSON_Parse(e->body) : NULL;
    if (!strcmp(e->key, "agent") && agent_start_read(a, body, &start, &err))
        must(start.verb != NULL, "a start of nothing");
}

/* ---- rows
 * ----------------------------------------------------------------------------------------- */

/* A state, and nobody who plays with it. */
struct cloud_state {
    struct actor actor; /* first: the actor is this */
    cJSON *now;
};

static bool get_state(struct actor *self, cJSON **out, struct error *err)
{
    (void)err;
    *out = cJSON_Duplicate(((struct cloud_state *)(void *)self)->now, true);
    return true;
}

static bool set_state(struct actor *self, const cJSON *state, struct error *err)
{
    struct cloud_state *s = (struct cloud_state *)(void *)self;
    (void)err;
    cJSON_Delete(s->now);
    s->now = cJSON_Duplicate(state, true);
    return true;
}

static const cJSON *empty_state(void)
{
    static cJSON *empty;
    struct mock *m = NULL;
    struct error err;
    if (!empty)
        must(mock_open(&m, &(struct mock_config){ .seed = 1 }, &err)
                 && mock_export(m, &empty, &err),
             "alb-mock does not begin");
    mock_close(m);
    return empty;
}

static void show_rows(struct arena *a, const struct tape *t)
{
    struct cloud_state s = { .actor = { .get_state = get_state, .set_state = set_state },
                             .now = cJSON_Duplicate(empty_state(), true) };
    event_list rows = { 0 };
    struct error err;
    for (size_t i = 0; i < t->base.len && rows.len < MAX_ROWS; i++)
        *LIST_PUSH(a, &rows) = &t->base.items[i];
    for (size_t i = 0; i < t->items.len && rows.len < MAX_ROWS; i++)
        if (!t->items.items[i].is_call)
            *LIST_PUSH(a, &rows) = &t->items.items[i].event;
    must(restore_rows(&s.actor, t->from, "cn-hangzhou", rows.items, rows.len, &err),
         "rows are refused");
    cJSON_Delete(s.now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    struct tape t;
    if (size > MAX_INPUT)
        return 0;
    if (!tape_read(&a, (const char *)data, size, &t, &err)) {
        must(err.kind == ERROR_INVALID && !strncmp(err.msg, size ? "line " : "empty", 5),
             "no line is named");
        return 0;
    }
    for (size_t i = 0; i < t.items.len; i++)
        check_item(&t, &t.items.items[i]);
    for (size_t i = 0; i < t.items.len; i++)
        if (!t.items.items[i].is_call)
            start_again(&a, &t.items.items[i].event);
    make_again(&a, &t);
    read_again(&a, &t);
    show_rows(&a, &t);
    return 0;
}
