/* log_priv.h - what the files of the log share. */
#pragma once

#include "alb-agent/buf.h"
#include "alb-agent/log.h"

/* Appends 'text', at most 'max' bytes of it, without what looks like a secret, as a JSON string
 * with its quotes.  Nothing in it moves a terminal's cursor or turns its direction: C0, C1 and
 * the controls of bidirectional text are escaped. */
void log_add_quoted(struct buf *b, const char *text, size_t max);
/* The same for text: without the quotes when the value is one plain word. */
void log_add_word(struct buf *b, const char *text, size_t max);

/* Appends 'text' without what looks like a secret, at most about 'max' bytes. */
void log_redact(struct buf *b, const char *text, size_t max);

/* The line of an event, with its newline; at most LOG_LINE_MAX bytes. */
struct log_event {
    int64_t at_ms;
    enum log_level level;
    const char *module, *msg;
    const struct kv *kv;
    size_t n;
};
void log_format_text(struct buf *b, const struct log_event *e, bool colour);
void log_format_json(struct buf *b, const struct log_event *e);

/* Writes to log->fd as log_line() promises. */
bool log_put_fd(struct log *log, const char *line, size_t len);
