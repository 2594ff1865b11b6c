/* call_log.c - writes the log by hand: the order of the members is part of the format. */
#include "call_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/clock.h"

struct call_log {
    FILE *file;
};

bool call_log_open(struct call_log **out, const char *path, struct error *err)
{
    *out = NULL;
    FILE *file = fopen(path, "ae");
    struct call_log *log = file ? calloc(1, sizeof *log) : NULL;
    if (!log) {
        if (file)
            (void)fclose(file);
        return error_set(err, ERROR_INVALID, "call log %s: cannot be opened for writing", path);
    }
    log->file = file;
    *out = log;
    return true;
}

void call_log_close(struct call_log *log)
{
    if (!log)
        return;
    (void)fclose(log->file);
    free(log);
}

/* Parameters that say how a call was sent, not what for, or that nobody should read. */
static bool is_hidden(const char *name)
{
    static const char *const hidden[] = {
        "Action",          "Version",     "Format", "Timestamp",         "SecurityToken",
        "AccessKeySecret", "BearerToken", "Key",    "EncryptPrivateKey", "SignPrivateKey",
        "PrivateKey",      "OIDCToken",
    };
    if (!strncmp(name, "Signature", 9))
        return true;
    for (size_t i = 0; i < COUNT(hidden); i++)
        if (!strcmp(hidden[i], name))
            return true;
    return false;
}

static void add_time(struct buf *b, int64_t ms)
{
    char text[TIME_TEXT];
    (void)time_format(ms, text);
    buf_addf(b, "\"%.19s.%03dZ\"", text, (int)(ms % 1000));
}

static void add_member(struct buf *b, const char *name, const char *value)
{
    buf_addf(b, ",\"%s\":", name);
    if (value)
        buf_add_json(b, value);
    else
        buf_adds(b, "null");
}

static void add_params(struct buf *b, const struct params *params)
{
    const char *comma = "";
    buf_adds(b, ",\"params\":{");
    for (size_t i = 0; params && i < params->len; i++) {
        if (is_hidden(params->items[i].name))
            continue;
        buf_adds(b, comma);
        buf_add_json(b, params->items[i].name);
        buf_addc(b, ':');
        buf_add_json(b, params->items[i].value);
        comma = ",";
    }
    buf_addc(b, '}');
}

void call_log_format(struct buf *b, const struct call_record *r)
{
    buf_addf(b, "{\"seq\":%" PRIu64 ",\"time\":", r->seq);
    add_time(b, r->time_ms);
    add_member(b, "action", r->action);
    add_params(b, r->params);
    buf_addf(b, ",\"status\":%d", r->status);
    add_member(b, "code", r->code);
    add_member(b, "request_id", r->request_id);
    buf_addf(b, ",\"ms\":%" PRId64, r->ms);
    add_member(b, "job", r->job);
    if (r->by_console)
        add_member(b, "by", "console");
    if (r->fault)
        add_member(b, "fault", r->fault);
    buf_addc(b, '}');
}

static void write_line(struct call_log *log, struct buf *b)
{
    buf_addc(b, '\n');
    (void)fwrite(buf_str(b), 1, b->len, log->file);
    (void)fflush(log->file);
}

void call_log_call(struct call_log *log, const struct call_record *record)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    if (!log)
        return;
    call_log_format(&b, record);
    write_line(log, &b);
}

void call_log_done(struct call_log *log, int64_t at_ms, const char *job, const char *code)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    if (!log)
        return;
    buf_adds(&b, "{\"event\":\"done\",\"time\":");
    add_time(&b, at_ms);
    add_member(&b, "job", job);
    add_member(&b, "code", code);
    buf_addc(&b, '}');
    write_line(log, &b);
}
