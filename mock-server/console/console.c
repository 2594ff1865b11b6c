/* console.c - when somebody does what: by time, after calls, at random. */
#include "console.h"

#include <string.h>

#include "alb-agent/json.h"
#include "console_priv.h"

struct console {
    struct arena arena; /* in which it lives */
    struct front *front;
    struct console_script script;
    int64_t began_ms;
    int64_t calls; /* of clients since then */
};

bool console_open(struct console **out, struct front *front, uint64_t seed, struct error *err)
{
    struct arena arena = { 0 };
    struct console *c = arena_alloc(&arena, sizeof *c);
    (void)err;
    c->arena = arena;
    c->front = front;
    c->script.region = "cn-hangzhou";
    c->script.rng.state = seed ^ 0x636f6e736f6c65; /* other numbers than its neighbours' */
    *out = c;
    return true;
}

void console_close(struct console *c)
{
    if (!c)
        return;
    arena_done(&c->script.arena);
    struct arena arena = c->arena;
    arena_done(&arena);
}

static void replace(struct console *c, struct console_script *fresh, int64_t now_ms)
{
    arena_done(&c->script.arena);
    c->script = *fresh;
    c->began_ms = now_ms;
    c->calls = 0;
}

bool console_read(struct console *c, const char *text, size_t len, int64_t now_ms,
                  struct error *err)
{
    struct console_script fresh = { .rng = c->script.rng };
    if (!console_script_read(&fresh, text, len, err)) {
        arena_done(&fresh.arena);
        return false;
    }
    replace(c, &fresh, now_ms);
    return true;
}

void console_clear(struct console *c)
{
    struct console_script fresh = { .rng = c->script.rng, .region = "cn-hangzhou" };
    replace(c, &fresh, c->began_ms);
}

void console_edit_every(struct console *c, int64_t every_ms, int64_t now_ms)
{
    c->script.edits = (struct console_edits){
        .every_ms = every_ms,
        .due_ms = now_ms - c->began_ms + every_ms,
    };
}

static struct peek peek_of(struct console *c, struct cloud *cloud, struct arena *a, int64_t now_ms,
                           const char *region)
{
    return (struct peek){ cloud, a, now_ms, region ? region : c->script.region, &c->script.rng };
}

static void do_it(struct console *c, struct arena *a, struct front_deed *deed)
{
    struct cloud_reply reply = { 0 };
    front_do(c->front, a, deed, &reply);
    json_done(&reply.body);
}

static void do_deed(struct console *c, struct cloud *cloud, struct console_deed *d, int64_t now_ms)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct peek p = peek_of(c, cloud, &a, now_ms, d->what.region);
    struct front_deed deed = d->what;
    deed.region = p.region;
    deed.params = (struct params){ 0 };
    for (size_t i = 0; i < d->what.params.len; i++) {
        struct param param = d->what.params.items[i];
        if (!place_fill(&p, param.value, &param.value)) {
            d->skipped++;
            return;
        }
        *LIST_PUSH(&a, &deed.params) = param;
    }
    d->done++;
    do_it(c, &a, &deed);
}

/* When it comes again. */
static void move_on(struct console_deed *d)
{
    int64_t step = d->by_time ? d->every_ms : d->every_calls;
    int64_t most = d->times ? d->times : step ? INT64_MAX : 1;
    d->due = step && d->done + d->skipped < most ? d->due + step : INT64_MAX;
}

static void edit(struct console *c, struct cloud *cloud, int64_t now_ms)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct console_edits *e = &c->script.edits;
    const struct peek p = peek_of(c, cloud, &a, now_ms, NULL);
    struct front_deed deed = { .region = p.region };
    e->due_ms += e->every_ms;
    if (!console_edit(&p, e->kinds, &deed)) {
        e->skipped++;
        return;
    }
    e->done++;
    do_it(c, &a, &deed);
}

static bool edits_go_on(const struct console_edits *e)
{
    return e->every_ms && (!e->times || e->done + e->skipped < e->times);
}

/* The first deed that is due by time; deeds before edits. */
static struct console_deed *next_deed(struct console *c)
{
    struct console_deed *first = NULL;
    for (size_t i = 0; i < c->script.deeds.len; i++) {
        struct console_deed *d = &c->script.deeds.items[i];
        if (d->by_time && d->due != INT64_MAX && (!first || d->due < first->due))
            first = d;
    }
    return first;
}

int64_t console_run(struct console *c, struct cloud *cloud, int64_t now_ms)
{
    int64_t since = now_ms - c->began_ms;
    for (;;) {
        struct console_deed *d = next_deed(c);
        const struct console_edits *e = &c->script.edits;
        bool edits = edits_go_on(e) && (!d || e->due_ms < d->due);
        int64_t due = edits ? e->due_ms : d ? d->due : INT64_MAX;
        if (due > since)
            return due == INT64_MAX ? -1 : due - since;
        if (edits) {
            edit(c, cloud, now_ms);
        } else if (d) {
            do_deed(c, cloud, d, now_ms);
            move_on(d);
        }
    }
}

void console_called(struct console *c, struct cloud *cloud, int64_t now_ms)
{
    c->calls++;
    for (size_t i = 0; i < c->script.deeds.len; i++) {
        struct console_deed *d = &c->script.deeds.items[i];
        if (d->by_time || d->due != c->calls)
            continue;
        do_deed(c, cloud, d, now_ms);
        move_on(d);
    }
}

void console_write(const struct console *c, struct buf *out)
{
    cJSON *json CLEANUP(json_done) = cJSON_CreateObject();
    cJSON *deeds = cJSON_AddArrayToObject(json, "deeds");
    for (size_t i = 0; i < c->script.deeds.len; i++) {
        const struct console_deed *d = &c->script.deeds.items[i];
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "do", d->what.action);
        cJSON_AddItemToObject(one, "done", json_new_int(d->done));
        cJSON_AddItemToObject(one, "skipped", json_new_int(d->skipped));
        cJSON_AddItemToArray(deeds, one);
    }
    cJSON *edits = cJSON_AddObjectToObject(json, "edits");
    cJSON_AddItemToObject(edits, "every_ms", json_new_int(c->script.edits.every_ms));
    cJSON_AddItemToObject(edits, "done", json_new_int(c->script.edits.done));
    cJSON_AddItemToObject(edits, "skipped", json_new_int(c->script.edits.skipped));
    json_write(out, json, false);
}
