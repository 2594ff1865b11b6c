/* log.c - levels, and which line goes out. */
#include "alb-agent/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "log_priv.h"

static const char *const LEVELS[] = {
    [LOG_LEVEL_ERROR] = "error",
    [LOG_LEVEL_WARN] = "warn",
    [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_DEBUG] = "debug",
};

const char *log_level_name(enum log_level level)
{
    return LEVELS[level];
}

/* ---- levels ------------------------------------------------------------------------------- */

static bool find_level(const char *text, size_t len, enum log_level *level)
{
    for (size_t i = 0; i < COUNT(LEVELS); i++)
        if (strlen(LEVELS[i]) == len && !strncmp(LEVELS[i], text, len)) {
            *level = (enum log_level)i;
            return true;
        }
    return false;
}

static struct log_level_row *find_row(struct log_levels *l, const char *module, size_t len)
{
    for (size_t i = 0; i < l->n; i++)
        if (strlen(l->rows[i].module) == len && !strncmp(l->rows[i].module, module, len))
            return &l->rows[i];
    return NULL;
}

static bool set_module(struct log_levels *l, const char *module, size_t len, enum log_level level,
                       struct error *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    struct log_level_row *row = find_row(l, module, len);
    if (!len || len >= LOG_MODULE_LEN || strspn(module, letters) != len)
        return error_set(
            err, ERROR_INVALID,
            "'%.*s' is no name of a module: 1 to %d lower-case letters, digits and '-'",
            (int)(len < 64 ? len : 64), module, LOG_MODULE_LEN - 1);
    if (!row && l->n == LOG_MODULES_MAX)
        return error_set(err, ERROR_INVALID, "more than %d modules have a level of their own",
                         LOG_MODULES_MAX);
    if (!row) {
        row = &l->rows[l->n++];
        memcpy(row->module, module, len);
    }
    row->level = level;
    return true;
}

/* "debug" or "lane=debug". */
static bool take_element(struct log_levels *l, const char *text, size_t len, struct error *err)
{
    const char *eq = memchr(text, '=', len), *word = eq ? eq + 1 : text;
    size_t word_len = len - (size_t)(word - text);
    enum log_level level;
    if (!find_level(word, word_len, &level))
        return error_set(err, ERROR_INVALID,
                         "'%.*s' is no level: write error, warn, info or debug, and others for "
                         "modules as in 'info,lane=debug'",
                         (int)(word_len < 64 ? word_len : 64), word);
    if (eq)
        return set_module(l, text, (size_t)(eq - text), level, err);
    l->other = level;
    return true;
}

bool log_levels_parse(const char *text, struct log_levels *out, struct error *err)
{
    struct log_levels l = { .other = LOG_LEVEL_INFO };
    for (const char *at = text; at;) {
        size_t len = strcspn(at, ",");
        if (!take_element(&l, at, len, err))
            return false;
        at = at[len] ? at + len + 1 : NULL;
    }
    *out = l;
    return true;
}

bool log_set_levels(struct log *log, const char *levels, struct error *err)
{
    return log_levels_parse(levels, &log->levels, err);
}

bool log_on(const struct log *log, enum log_level level, const char *module)
{
    if (!log)
        return false;
    for (size_t i = 0; i < log->levels.n; i++)
        if (!strcmp(log->levels.rows[i].module, module))
            return level <= log->levels.rows[i].level;
    return level <= log->levels.other;
}

/* ---- lines --------------------------------------------------------------------------------- */

void log_init(struct log *log)
{
    log->terminal = !log->write && isatty(log->fd);
    if (log->format == LOG_FORMAT_AUTO)
        log->format = log->terminal ? LOG_FORMAT_TEXT : LOG_FORMAT_JSON;
    log->levels = (struct log_levels){ .other = LOG_LEVEL_INFO };
    log->dropped = 0;
    log->stuck = log->torn = false;
}

static bool put_event(struct log *log, const struct log_event *e)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    if (log->torn)
        buf_addc(&b, '\n');
    if (log->format == LOG_FORMAT_JSON)
        log_format_json(&b, e);
    else
        log_format_text(&b, e, log->colour);
    return log->write ? log->write(log->arg, buf_str(&b), b.len)
                      : log_put_fd(log, buf_str(&b), b.len);
}

/* Says how many lines are missing; true when none is, or when it was said. */
static bool put_dropped(struct log *log, int64_t now_ms)
{
    if (!log->dropped)
        return true;
    struct log_event e = {
        .at_ms = now_ms,
        .level = LOG_LEVEL_WARN,
        .module = "log",
        .msg = "lines could not be written and are missing here",
        .kv = &KV_INT("lines", (int64_t)log->dropped),
        .n = 1,
    };
    if (!put_event(log, &e))
        return false;
    log->dropped = 0;
    return true;
}

void log_line(struct log *log, enum log_level level, const char *module, const char *msg,
              const struct kv *kv, size_t n)
{
    int error = errno;
    if (!log_on(log, level, module))
        return;
    const struct clock *clock = log->clock ? log->clock : clock_system();
    struct log_event e = {
        .at_ms = clock_now_ms(clock),
        .level = level,
        .module = module,
        .msg = msg,
        .kv = kv,
        .n = n,
    };
    if (!put_dropped(log, e.at_ms) || !put_event(log, &e))
        log->dropped++;
    errno = error;
}
