/* recording.c - lines to calls.  The file comes from outside: every line is looked at as if
 * somebody had written it by hand. */
#include "recording.h"

#include <stdio.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"

enum { FILE_MAX = 1 << 28 };

static bool read_head(const cJSON *line, bool *is_head, struct error *err)
{
    const cJSON *version = json_get(line, RECORDING_HEAD);
    *is_head = version != NULL;
    if (!version || json_int(line, RECORDING_HEAD, 0) == RECORDING_VERSION)
        return true;
    return error_set(err, ERROR_INVALID, "a recording of version %lld, not %d",
                     (long long)json_int(line, RECORDING_HEAD, 0), RECORDING_VERSION);
}

/* Reads an object of texts as pairs. */
static bool read_params(struct arena *a, const cJSON *object, struct params *out)
{
    const cJSON *m;
    cJSON_ArrayForEach (m, object) {
        if (!cJSON_IsString(m) || !m->string)
            return false;
        *LIST_PUSH(a, out) = (struct param){ m->string, m->valuestring };
    }
    return !object || cJSON_IsObject(object);
}

/* A header must be one when it is sent: no control characters. */
static bool is_header(const struct param *p)
{
    for (const char *c = p->name; *c; c++)
        if (*c <= ' ' || *c == ':' || (unsigned char)*c > 126)
            return false;
    for (const char *c = p->value; *c; c++)
        if ((unsigned char)*c < ' ')
            return false;
    return *p->name;
}

static bool read_headers(struct arena *a, const cJSON *line, struct recorded *out)
{
    struct params headers = { 0 };
    if (!read_params(a, json_get(line, "headers"), &headers))
        return false;
    for (size_t i = 0; i < headers.len; i++) {
        if (!is_header(&headers.items[i]))
            return false;
        *LIST_PUSH(a, &out->headers) =
            (struct httpd_header){ headers.items[i].name, headers.items[i].value };
    }
    const struct param type = { "Content-Type", out->type ? out->type : "" };
    return is_header(&type);
}

static void read_body(struct arena *a, const cJSON *line, struct recorded *out)
{
    struct buf b CLEANUP(buf_done) = { .max = RECORDING_LINE };
    const char *text = json_str(line, "text");
    out->json = json_get(line, "body");
    if (out->json)
        json_write(&b, out->json, false);
    else
        buf_adds(&b, text ? text : "");
    out->body = buf_keep(&b, a);
    out->body_len = b.len;
}

static bool read_numbers(const cJSON *line, struct recorded *out)
{
    static const int64_t most = 1000000000000;
    int64_t status = json_int(line, "status", 0), cut = json_int(line, "cut_after", 0);
    int64_t piece = json_int(line, "piece", 0);
    out->ms = json_int(line, "ms", 0);
    out->pause_ms = json_int(line, "pause_ms", 0);
    out->reset = cJSON_IsTrue(json_get(line, "reset"));
    if (status < 100 || status > 599 || cut < 0 || cut > most || piece < 0 || piece > most
        || out->ms < 0 || out->ms > most || out->pause_ms < 0 || out->pause_ms > most)
        return false;
    out->status = (int)status;
    out->cut_after = (size_t)cut;
    out->piece = (size_t)piece;
    return true;
}

static bool read_call(struct recording *r, const cJSON *line, struct error *err)
{
    struct recorded c = {
        .seq = (int64_t)r->calls.len + 1,
        .call = {
            .product = json_str(line, "product"),
            .region = json_str(line, "region"),
            .action = json_str(line, "action"),
            .path = json_str(line, "path"),
            .key = json_str(line, "key"),
        },
        .type = json_str(line, "type"),
    };
    if (json_str(line, "error"))
        return error_set(err, ERROR_INVALID, "a call that was too large to be recorded");
    if (!c.call.action == !c.call.path || !read_numbers(line, &c)
        || !read_params(&r->arena, json_get(line, "params"), &c.call.params)
        || !read_headers(&r->arena, line, &c))
        return error_set(err, ERROR_INVALID, "not a recorded call");
    if (r->calls.len >= RECORDING_CALLS)
        return error_set(err, ERROR_INVALID, "more than %d calls", RECORDING_CALLS);
    record_params_sort(&c.call.params);
    read_body(&r->arena, line, &c);
    *LIST_PUSH(&r->arena, &r->calls) = c;
    return true;
}

/* A line as JSON; NULL when it is not whole. */
static cJSON *read_line(struct recording *r, const char *text, size_t len)
{
    struct error ignored = { 0 };
    cJSON *json = NULL;
    if (len > RECORDING_LINE || !json_parse(text, len, &json, &ignored))
        return NULL;
    *LIST_PUSH(&r->arena, &r->trees) = json;
    return cJSON_IsObject(json) ? json : NULL;
}

bool recording_read(struct recording *r, const char *text, size_t len, struct error *err)
{
    int number = 0;
    bool begun = false, is_head = false;
    const char *end = text + len;
    while (text < end) {
        const char *feed = memchr(text, '\n', (size_t)(end - text));
        size_t n = feed ? (size_t)(feed - text) : (size_t)(end - text);
        const cJSON *line = feed ? read_line(r, text, n) : NULL;
        text += n + (feed != NULL);
        number++;
        if (line && !read_head(line, &is_head, err))
            return error_wrap(err, "line %d", number);
        is_head = line && is_head;
        if (r->cut && !is_head)
            return error_set(err, ERROR_INVALID, "line %d: not JSON", number - 1);
        if (line && !begun && !is_head)
            return error_set(err, ERROR_INVALID, "not a recording of alb-mock");
        r->cut = !line;
        begun = begun || is_head;
        if (line && !is_head && !read_call(r, line, err))
            return error_wrap(err, "line %d", number);
    }
    return begun || error_set(err, ERROR_INVALID, "not a recording of alb-mock");
}

bool recording_open(struct recording *r, const char *path, struct error *err)
{
    struct buf text CLEANUP(buf_done) = { .max = FILE_MAX };
    char piece[65536];
    size_t n;
    FILE *file = fopen(path, "re");
    if (!file)
        return error_set(err, ERROR_INVALID, "%s: cannot be read", path);
    while ((n = fread(piece, 1, sizeof piece, file)))
        buf_add(&text, piece, n);
    bool ok = !ferror(file);
    (void)fclose(file);
    if (!ok || text.failed)
        return error_set(err, ERROR_INVALID, "%s: %s", path, ok ? "too large" : "cannot be read");
    return recording_read(r, buf_str(&text), text.len, err) || error_wrap(err, "%s", path);
}

void recording_done(struct recording *r)
{
    for (size_t i = 0; i < r->trees.len; i++)
        cJSON_Delete(r->trees.items[i]);
    arena_done(&r->arena);
    *r = (struct recording){ 0 };
}
