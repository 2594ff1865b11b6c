/* report.c - the first divergence, for programs and for people. */
#include <string.h>

#include "alb-agent/json.h"
#include "replay_priv.h"

static const char *kind_name(enum divergence_kind kind)
{
    switch (kind) {
    case DIVERGED_NOT: return "none";
    case DIVERGED_DIFFERENT: return "different";
    case DIVERGED_UNEXPECTED: return "unexpected";
    case DIVERGED_MISSING: return "missing";
    }
    return "none";
}

static size_t unused(const struct replay *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->recording.calls.len; i++)
        n += !r->matcher.used[i];
    return n;
}

static void add_text(cJSON *to, const char *name, const char *value)
{
    if (value)
        cJSON_AddStringToObject(to, name, value);
    else
        cJSON_AddNullToObject(to, name);
}

static cJSON *call_json(const struct record_call *c)
{
    cJSON *json = cJSON_CreateObject();
    add_text(json, "product", c->product);
    add_text(json, "region", c->region);
    add_text(json, c->action ? "action" : "path", c->action ? c->action : c->path);
    cJSON *params = cJSON_AddObjectToObject(json, "params");
    for (size_t i = 0; i < c->params.len; i++)
        cJSON_AddStringToObject(params, c->params.items[i].name, c->params.items[i].value);
    return json;
}

static bool has_call(const struct record_call *c)
{
    return c->action || c->path;
}

/* What differs between the two calls of the divergence, where there are two. */
static void differences_of(const struct replay *r, struct arena *a, match_differences *out)
{
    bool identity = r->matcher.match != REPLAY_STRICT;
    if (r->expected && has_call(&r->actual))
        match_compare(a, &r->matcher, r->expected, &r->actual, identity, out);
}

static cJSON *divergence_json(const struct replay *r)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    match_differences differences = { 0 };
    cJSON *json = cJSON_CreateObject(), *recorded = NULL;
    differences_of(r, &a, &differences);
    cJSON_AddStringToObject(json, "kind", kind_name(r->kind));
    cJSON_AddItemToObject(json, "call", json_new_int((int64_t)r->number));
    if (r->expected) {
        recorded = call_json(&r->expected->call);
        cJSON_AddItemToObject(recorded, "seq", json_new_int(r->expected->seq));
        cJSON_AddItemToObject(json, "recorded", recorded);
    }
    if (has_call(&r->actual))
        cJSON_AddItemToObject(json, "actual", call_json(&r->actual));
    cJSON *fields = cJSON_AddArrayToObject(json, "fields");
    for (size_t i = 0; i < differences.len; i++) {
        const struct match_difference *d = &differences.items[i];
        cJSON *field = cJSON_CreateObject();
        cJSON_AddStringToObject(field, "field", d->name);
        add_text(field, "recorded", d->recorded);
        add_text(field, "actual", d->actual);
        cJSON_AddItemToArray(fields, field);
    }
    return json;
}

void replay_report(const struct replay *r, struct buf *out)
{
    cJSON *json CLEANUP(json_done) = cJSON_CreateObject();
    const struct {
        const char *name;
        size_t n;
    } counts[] = {
        { "recorded", r->recording.calls.len },
        { "calls", r->calls },
        { "answered", r->answered },
        { "repeated", r->repeated },
        { "inexact", r->inexact },
        { "unused", unused(r) },
    };
    cJSON_AddItemToObject(json, "alb-mock-replay", json_new_int(1));
    cJSON_AddStringToObject(json, "match", replay_match_name(r->matcher.match));
    for (size_t i = 0; i < COUNT(counts); i++)
        cJSON_AddItemToObject(json, counts[i].name, json_new_int((int64_t)counts[i].n));
    cJSON_AddBoolToObject(json, "truncated", r->recording.cut);
    cJSON_AddBoolToObject(json, "diverged", r->kind != DIVERGED_NOT);
    if (r->kind)
        cJSON_AddItemToObject(json, "divergence", divergence_json(r));
    json_write(out, json, false);
}

static bool differs(const match_differences *differences, const char *name)
{
    for (size_t i = 0; i < differences->len; i++)
        if (!strcmp(differences->items[i].name, name))
            return true;
    return false;
}

static void add_row(struct buf *out, const match_differences *differences, const char *name,
                    const char *recorded, const char *actual)
{
    buf_addf(out, "%c %-40s %-40s %s\n", differs(differences, name) ? '*' : ' ', name,
             recorded ? recorded : "-", actual ? actual : "-");
}

static const char *what(const struct record_call *c)
{
    return c->action ? c->action : c->path;
}

void replay_explain(const struct replay *r, struct buf *out)
{
    static const struct record_call nothing = { 0 };
    struct arena a CLEANUP(arena_done) = { 0 };
    match_differences differences = { 0 };
    const struct record_call *old = r->expected ? &r->expected->call : &nothing;
    const struct record_call *now = &r->actual;
    if (!r->kind)
        return;
    differences_of(r, &a, &differences);
    buf_addf(out, "after %zu calls the first divergence (%s, %s match)\n", r->number,
             kind_name(r->kind), replay_match_name(r->matcher.match));
    add_row(out, &differences, "",
            r->expected ? arena_fmt(&a, "recorded call %lld", (long long)r->expected->seq)
                        : "nothing recorded",
            has_call(now) ? arena_fmt(&a, "call %zu", r->number) : "never came");
    add_row(out, &differences, "action", what(old), what(now));
    add_row(out, &differences, "region", old->region, now->region);
    struct record_walk walk = { &old->params, &now->params, 0, 0 };
    struct record_pair pair;
    while (record_walk_next(&walk, &pair))
        add_row(out, &differences, pair.name, pair.old, pair.now);
}
