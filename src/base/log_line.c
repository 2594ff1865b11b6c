/* log_line.c - an event as one line: of text, or of JSON.  Pure. */
#include "log_priv.h"

#include <inttypes.h>
#include <string.h>

enum {
    MSG_MAX = LOG_VALUE_MAX / 2, /* six times that, if all of it is escaped, is in the line */
    TAIL = 24,                   /* for the mark of a line that is not whole, and its end   */
};

static void add_time(struct buf *b, int64_t ms)
{
    char text[TIME_TEXT];
    (void)time_format(ms, text);
    size_t len = strlen(text);
    if (len)
        buf_addf(b, "%.*s.%03dZ", (int)len - 1, text, (int)((ms % 1000 + 1000) % 1000));
    else
        buf_adds(b, "?");
}

/* ---- one value ---------------------------------------------------------------------------- */

static void add_value(struct buf *b, const struct kv *kv, bool json)
{
    const char *quote = json ? "\"" : "", *nothing = json ? "null" : "-";
    switch (kv->kind) {
    case KV_KIND_NONE: break;
    case KV_KIND_TEXT:
        if (!kv->text)
            buf_adds(b, nothing);
        else if (json)
            log_add_quoted(b, kv->text, LOG_VALUE_MAX);
        else
            log_add_word(b, kv->text, LOG_VALUE_MAX);
        break;
    case KV_KIND_INT: buf_addf(b, "%" PRId64, kv->number); break;
    case KV_KIND_BOOL: buf_adds(b, kv->number ? "true" : "false"); break;
    case KV_KIND_TIME:
        buf_adds(b, quote);
        add_time(b, kv->number);
        buf_adds(b, quote);
        break;
    case KV_KIND_SECRET:
        if (kv->number)
            buf_addf(b, "%s(secret)%s", quote, quote);
        else
            buf_adds(b, nothing);
        break;
    }
}

static void add_key(struct buf *b, const char *key, bool json)
{
    buf_adds(b, json ? "," : " ");
    if (json)
        log_add_quoted(b, key, LOG_VALUE_MAX);
    else
        log_add_word(b, key, LOG_VALUE_MAX);
    buf_adds(b, json ? ":" : "=");
}

/* The values that find room. */
static void add_values(struct buf *b, const struct log_event *e, bool json)
{
    bool whole = true;
    for (size_t i = 0; i < e->n; i++) {
        struct buf piece CLEANUP(buf_done) = { 0 };
        if (e->kv[i].kind == KV_KIND_NONE)
            continue;
        add_key(&piece, e->kv[i].key, json);
        add_value(&piece, &e->kv[i], json);
        bool fits = b->len + piece.len + TAIL <= LOG_LINE_MAX;
        if (fits)
            buf_add(b, buf_str(&piece), piece.len);
        whole = whole && fits;
    }
    if (!whole)
        buf_adds(b, json ? ",\"truncated\":true" : " truncated=true");
}

/* ---- the line ------------------------------------------------------------------------------ */

static const char *colour_of(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_ERROR: return "\x1b[31m";
    case LOG_LEVEL_WARN: return "\x1b[33m";
    case LOG_LEVEL_INFO: return "\x1b[32m";
    case LOG_LEVEL_DEBUG: return "\x1b[2m";
    }
    return "";
}

void log_format_text(struct buf *b, const struct log_event *e, bool colour)
{
    struct buf msg CLEANUP(buf_done) = { 0 };
    add_time(b, e->at_ms);
    buf_addf(b, " %s%-5s%s %s: ", colour ? colour_of(e->level) : "", log_level_name(e->level),
             colour ? "\x1b[0m" : "", e->module);
    log_add_quoted(&msg, e->msg, MSG_MAX);
    buf_add(b, buf_str(&msg) + 1, msg.len - 2);
    add_values(b, e, false);
    buf_addc(b, '\n');
}

void log_format_json(struct buf *b, const struct log_event *e)
{
    buf_adds(b, "{\"time\":\"");
    add_time(b, e->at_ms);
    buf_addf(b, "\",\"level\":\"%s\",\"module\":", log_level_name(e->level));
    log_add_quoted(b, e->module, LOG_MODULE_LEN);
    buf_adds(b, ",\"msg\":");
    log_add_quoted(b, e->msg, MSG_MAX);
    add_values(b, e, true);
    buf_adds(b, "}\n");
}
