/* replay.c - takes calls, answers them from the recording, and remembers the first one that
 * was not in it. */
#include "replay.h"

#include <string.h>

#include "alb-agent/json.h"
#include "replay_priv.h"

bool replay_open(struct replay **out, const char *path, enum replay_match match, struct error *err)
{
    *out = NULL;
    struct arena arena = { 0 };
    struct replay *r = arena_alloc(&arena, sizeof *r);
    r->arena = arena;
    if (!recording_open(&r->recording, path, err) || !spec_open(&r->spec, err)) {
        replay_close(r);
        return false;
    }
    matcher_init(&r->matcher, &r->recording, match);
    *out = r;
    return true;
}

void replay_close(struct replay *r)
{
    if (!r)
        return;
    matcher_done(&r->matcher);
    recording_done(&r->recording);
    spec_close(r->spec);
    struct arena arena = r->arena;
    arena_done(&arena);
}

static void copy_params(struct arena *a, const struct params *from, struct params *to)
{
    for (size_t i = 0; i < from->len; i++)
        *LIST_PUSH(a, to) = (struct param){ arena_strdup(a, from->items[i].name),
                                            arena_strdup(a, from->items[i].value) };
}

static const char *copy_text(struct arena *a, const char *text)
{
    return text ? arena_strdup(a, text) : NULL;
}

static void diverge(struct replay *r, enum divergence_kind kind, const struct recorded *expected,
                    const struct record_call *actual)
{
    if (r->kind)
        return;
    r->kind = kind;
    r->number = r->calls;
    r->expected = expected;
    if (!actual)
        return;
    r->actual = (struct record_call){
        .product = copy_text(&r->arena, actual->product),
        .region = copy_text(&r->arena, actual->region),
        .action = copy_text(&r->arena, actual->action),
        .path = copy_text(&r->arena, actual->path),
        .key = copy_text(&r->arena, actual->key),
    };
    copy_params(&r->arena, &actual->params, &r->actual.params);
}

/* What a call gets that the recording has no answer for. */
static void refuse(const struct replay *r, struct arena *a, struct httpd_reply *reply)
{
    reply->status = 409;
    reply->content_type = "application/json;charset=utf-8";
    reply->body = arena_fmt(a,
                            "{\"Code\":\"ReplayDiverged.Mock\",\"Message\":\"The calls differ from "
                            "the recording since call %zu.\",\"RequestId\":"
                            "\"00000000-0000-4000-8000-%012zu\"}",
                            r->number, r->calls % 1000000000000);
    reply->body_len = strlen(reply->body);
}

static void answer(const struct replay *r, struct arena *a, const struct recorded *from,
                   struct httpd_reply *reply)
{
    reply->status = from->status;
    reply->content_type = from->type;
    for (size_t i = 0; i < from->headers.len; i++)
        *LIST_PUSH(a, &reply->headers) = from->headers.items[i];
    reply->body = from->body;
    reply->body_len = from->body_len;
    if (from->json && map_count(&r->matcher.to_live)) {
        struct buf b CLEANUP(buf_done) = { .max = RECORDING_LINE };
        cJSON *json CLEANUP(json_done) = matcher_translate(&r->matcher, from->json);
        json_write(&b, json, false);
        reply->body = buf_keep(&b, a);
        reply->body_len = b.len;
    }
    reply->reset = from->reset;
    reply->cut_after = from->cut_after;
    reply->piece = from->piece;
    reply->pause_ms = from->pause_ms;
}

void replay_call(struct replay *r, int64_t now_ms, const struct httpd_request *request,
                 struct httpd_reply *reply)
{
    enum match_kind kind = MATCH_NONE;
    const struct recorded *found = NULL;
    struct record_call call;
    bool stopped = r->kind && r->matcher.match == REPLAY_STRICT;
    record_call_read(request->arena, r->spec, request, &call);
    r->calls++;
    if (!stopped)
        found = matcher_find(&r->matcher, &call, r->calls, &kind);
    if (kind == MATCH_NONE || !found) {
        if (!stopped)
            diverge(r,
                    found && r->matcher.match == REPLAY_STRICT ? DIVERGED_DIFFERENT
                                                               : DIVERGED_UNEXPECTED,
                    found, &call);
        refuse(r, request->arena, reply);
        return;
    }
    r->answered++;
    r->repeated += kind == MATCH_REPEATED;
    r->inexact += kind == MATCH_INEXACT;
    answer(r, request->arena, found, reply);
    reply->due_ms = found->ms ? now_ms + found->ms : 0;
}

void replay_end(struct replay *r)
{
    for (size_t i = 0; i < r->recording.calls.len && !r->kind; i++) {
        const struct recorded *c = &r->recording.calls.items[i];
        if (!r->matcher.used[i] && (r->matcher.match == REPLAY_STRICT || !record_is_read(&c->call)))
            diverge(r, DIVERGED_MISSING, c, NULL);
    }
}

bool replay_has_diverged(const struct replay *r)
{
    return r->kind != DIVERGED_NOT;
}
