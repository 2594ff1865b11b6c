/* log.h - what happened, as typed key-values: one line each, for people on a terminal and as
 * one JSON object elsewhere.
 *
 *     log_info(&log, "lane", "rule created", KV("rule", id), KV_INT("priority", 10));
 *
 *     2026-11-22T05:10:45.123Z info  lane: rule created rule=rule-1 priority=10
 *     {"time":"2026-11-22T05:10:45.123Z","level":"info","module":"lane","msg":"rule created",
 *      "rule":"rule-1","priority":10}
 *
 * Only the loop and the verbs own a log (style.md §3.1); other parts report events, and their
 * owner says what is worth a line.
 *
 * Secrets do not get through: no value can be a struct secret's content (KV_SECRET takes only
 * its address), a text that holds a private key is replaced as a whole, and so is any run of
 * characters that looks like an access key secret, a token or a line of a PEM file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/clock.h"
#include "alb-agent/error.h"
#include "alb-agent/macros.h"
#include "alb-agent/secret.h"

/* What a level shows includes all above it in this list. */
enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum log_format {
    LOG_FORMAT_AUTO, /* text when the descriptor is a terminal, else JSON */
    LOG_FORMAT_TEXT,
    LOG_FORMAT_JSON,
};

enum {
    LOG_LINE_MAX = 4096,  /* bytes with the newline: what a pipe takes at once                */
    LOG_VALUE_MAX = 1024, /* bytes of a text before escaping; what is longer ends in "..."    */
    LOG_MODULES_MAX = 16, /* modules with a level of their own                                */
    LOG_MODULE_LEN = 16,  /* bytes of a module's name with its NUL                            */
};

/* ---- values ---------------------------------------------------------------------------- */

enum kv_kind {
    KV_KIND_NONE,
    KV_KIND_TEXT,
    KV_KIND_INT,
    KV_KIND_BOOL,
    KV_KIND_TIME,
    KV_KIND_SECRET
};

struct kv {
    const char *key; /* constant, as "rule" or "wait_ms"; never "time", "level", "module", "msg" */
    enum kv_kind kind;
    const char *text;
    int64_t number;
};

#define KV(key_, text_)  ((struct kv){ .key = (key_), .kind = KV_KIND_TEXT, .text = (text_) })
#define KV_INT(key_, n)  ((struct kv){ .key = (key_), .kind = KV_KIND_INT, .number = (n) })
#define KV_BOOL(key_, v) ((struct kv){ .key = (key_), .kind = KV_KIND_BOOL, .number = (v) })
/* Milliseconds since 1970 as RFC 3339. */
#define KV_TIME(key_, ms) ((struct kv){ .key = (key_), .kind = KV_KIND_TIME, .number = (ms) })
/* Prints as "(secret)", or as null when there is none; the content is not even carried. */
#define KV_SECRET(key_, secret) kv_secret((key_), (secret))
/* For a line without values: the macros below need at least one. */
#define KV_NONE ((struct kv){ 0 })

static inline struct kv kv_secret(const char *key, const struct secret *s)
{
    return (struct kv){ .key = key, .kind = KV_KIND_SECRET, .number = s && s->data };
}

/* ---- a log ------------------------------------------------------------------------------ */

/* Takes one line with its newline, never blocks for long; false when it could not. */
typedef bool log_write_fn(void *arg, const char *line, size_t len);

struct log_level_row {
    char module[LOG_MODULE_LEN];
    enum log_level level;
};
struct log_levels {
    enum log_level other; /* of modules that are not named */
    struct log_level_row rows[LOG_MODULES_MAX];
    size_t n;
};

/* Set the first group, then log_init(); the rest is the log's own.  Needs no end. */
struct log {
    const struct clock *clock; /* of the lines' times; NULL: the system's                  */
    enum log_format format;
    int fd;              /* where lines go unless 'write' is given; never closed here      */
    log_write_fn *write; /* NULL: to 'fd'                                                  */
    void *arg;           /* of 'write'                                                     */
    bool colour;         /* the level's word in colour, in text                            */

    struct log_levels levels;
    uint64_t dropped; /* lines that could not be written since the last that could         */
    bool stuck;       /* the last line was not taken in time: the next does not wait       */
    bool torn;        /* the last line was taken in part: the next begins with a newline   */
    bool terminal;    /* is 'fd' one?                                                      */
};

/* Settles the format and sets the level of every module to info. */
void log_init(struct log *log);

/* "info,lane=debug,store=error": a level for all, and others for some modules; every element
 * counts from left to right, and what is not said is info.  Replaces what was set before. */
bool log_set_levels(struct log *log, const char *levels, struct error *err) MUST_USE;
/* The same into a struct of its own: for checking a text. */
bool log_levels_parse(const char *text, struct log_levels *out, struct error *err) MUST_USE;

/* "error", "warn", "info", "debug".  Static. */
const char *log_level_name(enum log_level level);

/* Would a line be written?  For lines whose values cost something to make. */
bool log_on(const struct log *log, enum log_level level, const char *module);

/* Writes one line; 'log' NULL: nothing.  A line that cannot be written at once (a pipe nobody
 * reads, a full disk, a closed descriptor) is dropped after at most 200 ms; the next one that
 * can is preceded by a count of the dropped ones.  SIGPIPE is never raised, errno is kept.
 * Values that find no room in the line are left out, and "truncated" says so. */
void log_line(struct log *log, enum log_level level, const char *module, const char *msg,
              const struct kv *kv, size_t n);

#define LOG_AT(log, level, module, msg, ...)                                      \
    log_line((log), (level), (module), (msg), (const struct kv[]){ __VA_ARGS__ }, \
             COUNT(((const struct kv[]){ __VA_ARGS__ })))
#define log_error(log, module, ...) LOG_AT((log), LOG_LEVEL_ERROR, (module), __VA_ARGS__)
#define log_warn(log, module, ...)  LOG_AT((log), LOG_LEVEL_WARN, (module), __VA_ARGS__)
#define log_info(log, module, ...)  LOG_AT((log), LOG_LEVEL_INFO, (module), __VA_ARGS__)
#define log_debug(log, module, ...) LOG_AT((log), LOG_LEVEL_DEBUG, (module), __VA_ARGS__)
