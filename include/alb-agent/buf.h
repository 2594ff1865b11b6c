/* buf.h - text that grows, up to a ceiling.
 *
 *     struct buf b CLEANUP(buf_done) = { .max = 1 << 20 };
 *     buf_addf(&b, "%s=%d", name, n);
 *     if (b.failed) ...
 *
 * 'data' is NUL-terminated once anything was added, else NULL; buf_str() is never NULL.
 * Once an addition would pass 'max' bytes (0: 16 MiB) the buffer keeps what it has, sets
 * 'failed' and ignores further additions: check once, at the end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "alb-agent/macros.h"

struct arena;

struct buf {
    char *data;
    size_t len;
    size_t cap;
    size_t max;
    bool failed;
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
/* 's' as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void buf_add_json(struct buf *b, const char *s);
const char *buf_str(const struct buf *b);
/* A copy that lives in 'a'. */
char *buf_keep(const struct buf *b, struct arena *a);
void buf_reset(struct buf *b); /* empties, keeps the memory and 'max' */
void buf_done(struct buf *b);
