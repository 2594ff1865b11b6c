/* recorder.c - one line for each call, written at once. */
#include "recorder.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/clock.h"
#include "alb-agent/json.h"
#include "recording.h"
#include "redact.h"

struct recorder {
    struct arena arena; /* in which it lives */
    FILE *file;
    struct spec *spec;
    uint64_t seq;
};

/* Does the file end in the middle of a line? */
static bool is_cut(const char *path)
{
    FILE *file = fopen(path, "re");
    int last = '\n';
    if (!file)
        return false;
    if (!fseek(file, -1, SEEK_END))
        last = fgetc(file);
    (void)fclose(file);
    return last != '\n';
}

static void write_head(struct recorder *r, bool cut, int64_t now_ms)
{
    char text[TIME_TEXT];
    (void)fprintf(r->file, "%s{\"" RECORDING_HEAD "\":%d,\"started\":\"%s\"}\n", cut ? "\n" : "",
                  RECORDING_VERSION, time_format(now_ms, text));
    (void)fflush(r->file);
}

bool recorder_open(struct recorder **out, const char *path, int64_t now_ms, struct error *err)
{
    bool cut = is_cut(path);
    struct arena arena = { 0 };
    struct recorder *r = arena_alloc(&arena, sizeof *r);
    *out = NULL;
    r->arena = arena;
    r->file = fopen(path, "ae");
    if (!r->file) {
        recorder_close(r);
        return error_set(err, ERROR_INVALID, "recording %s: cannot be opened for writing", path);
    }
    if (!spec_open(&r->spec, err)) {
        recorder_close(r);
        return false;
    }
    write_head(r, cut, now_ms);
    *out = r;
    return true;
}

void recorder_close(struct recorder *r)
{
    if (!r)
        return;
    if (r->file)
        (void)fclose(r->file);
    spec_close(r->spec);
    struct arena arena = r->arena;
    arena_done(&arena);
}

static void add_text(struct buf *b, const char *name, const char *value)
{
    if (!value)
        return;
    buf_addf(b, ",\"%s\":", name);
    buf_add_json(b, value);
}

static void add_number(struct buf *b, const char *name, int64_t value)
{
    if (value)
        buf_addf(b, ",\"%s\":%" PRId64, name, value);
}

static void add_call(struct buf *b, const struct record_call *call)
{
    add_text(b, "product", call->product);
    add_text(b, "region", call->region);
    add_text(b, "action", call->action);
    add_text(b, "path", call->path);
    add_text(b, "key", call->key);
    buf_adds(b, ",\"params\":{");
    for (size_t i = 0; i < call->params.len; i++) {
        buf_adds(b, i ? "," : "");
        buf_add_json(b, call->params.items[i].name);
        buf_addc(b, ':');
        buf_add_json(b, call->params.items[i].value);
    }
    buf_addc(b, '}');
}

static void add_headers(struct buf *b, const struct httpd_reply *reply)
{
    buf_adds(b, ",\"headers\":{");
    for (size_t i = 0; i < reply->headers.len; i++) {
        buf_adds(b, i ? "," : "");
        buf_add_json(b, reply->headers.items[i].name);
        buf_addc(b, ':');
        buf_add_json(b, reply->headers.items[i].value);
    }
    buf_addc(b, '}');
}

/* The body as JSON where it is that, else as text.  A token that was asked for by PUT is a
 * secret as a whole. */
static void add_body(struct buf *b, struct arena *a, const struct record_call *call,
                     const struct httpd_reply *reply)
{
    cJSON *json CLEANUP(json_done) = NULL;
    struct error ignored = { 0 };
    const char *text = reply->body ? reply->body : "";
    if (call->path && !strncmp(call->path, "PUT ", 4)) {
        add_text(b, "text", REDACTED);
    } else if (json_parse(text, reply->body_len, &json, &ignored)
               && (cJSON_IsObject(json) || cJSON_IsArray(json))) {
        redact_json(json);
        buf_adds(b, ",\"body\":");
        json_write(b, json, false);
    } else {
        add_text(b, "text", redact_text(a, text, reply->body_len));
    }
}

static void format(struct buf *b, struct arena *a, const struct record_call *call,
                   const struct httpd_reply *reply, int64_t ms)
{
    add_call(b, call);
    buf_addf(b, ",\"status\":%d", reply->status);
    add_text(b, "type", reply->content_type);
    add_headers(b, reply);
    add_body(b, a, call, reply);
    buf_addf(b, ",\"ms\":%" PRId64, ms);
    if (reply->reset)
        buf_adds(b, ",\"reset\":true");
    add_number(b, "cut_after", (int64_t)reply->cut_after);
    add_number(b, "piece", (int64_t)reply->piece);
    add_number(b, "pause_ms", reply->pause_ms);
    buf_adds(b, "}\n");
}

void recorder_note(struct recorder *r, const struct httpd_request *request,
                   const struct httpd_reply *reply, int64_t at_ms, int64_t done_ms)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct buf b CLEANUP(buf_done) = { .max = RECORDING_LINE };
    struct record_call call;
    if (!r)
        return;
    record_call_read(&a, r->spec, request, &call);
    int64_t left_ms = reply->due_ms > done_ms ? reply->due_ms : done_ms;
    buf_addf(&b, "{\"seq\":%" PRIu64 ",\"at_ms\":%" PRId64, ++r->seq, at_ms);
    format(&b, &a, &call, reply, left_ms - at_ms);
    if (b.failed)
        (void)fprintf(r->file, "{\"seq\":%" PRIu64 ",\"error\":\"larger than a line may be\"}\n",
                      r->seq);
    else
        (void)fwrite(buf_str(&b), 1, b.len, r->file);
    (void)fflush(r->file);
}
