/* error.c - building messages by wrapping. */
#include "alb-agent/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void mark_cut(struct error *err, size_t len)
{
    if (len >= sizeof err->msg)
        memcpy(err->msg + sizeof err->msg - 4, "...", 4);
}

bool error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
{
    struct error e = { .kind = kind };
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(e.msg, sizeof e.msg, fmt, ap);
    va_end(ap);
    mark_cut(&e, n < 0 ? 0 : (size_t)n);
    *err = e;
    return false;
}

bool error_wrap(struct error *err, const char *fmt, ...)
{
    char cause[sizeof err->msg];
    memcpy(cause, err->msg, sizeof cause);
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n;
    if (len < sizeof err->msg) {
        n = snprintf(err->msg + len, sizeof err->msg - len, ": %s", cause);
        len += n < 0 ? 0 : (size_t)n;
    }
    mark_cut(err, len);
    return false;
}

const char *error_kind_name(enum error_kind kind)
{
    switch (kind) {
    case ERROR_NONE: return "none";
    case ERROR_INVALID: return "invalid";
    case ERROR_NOT_FOUND: return "not found";
    case ERROR_CONFLICT: return "conflict";
    case ERROR_THROTTLED: return "throttled";
    case ERROR_TRANSIENT: return "transient";
    case ERROR_BUSY: return "busy";
    case ERROR_QUOTA: return "quota";
    case ERROR_DENIED: return "denied";
    case ERROR_BUG: return "bug";
    }
    return "unknown";
}
