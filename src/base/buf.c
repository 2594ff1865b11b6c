/* buf.c - growing text with a ceiling. */
#include "alb-agent/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/arena.h"

enum { DEFAULT_MAX = 16 << 20 };

/* Makes room for 'len' more bytes and a NUL. */
static bool reserve(struct buf *b, size_t len)
{
    size_t max = b->max ? b->max : DEFAULT_MAX;
    if (b->failed || len > max - b->len) {
        b->failed = true;
        return false;
    }
    size_t need = b->len + len + 1;
    if (need <= b->cap)
        return true;
    size_t cap = b->cap ? b->cap : 128;
    while (cap < need)
        cap *= 2;
    char *data = realloc(b->data, cap);
    if (!data)
        memory_exhausted();
    b->data = data;
    b->cap = cap;
    return true;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
    if (!reserve(b, len))
        return;
    if (len)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

/* Of all that is added most is single characters. */
void buf_addc(struct buf *b, char c)
{
    const size_t max = b->max ? b->max : DEFAULT_MAX;
    if (b->failed || b->len >= max || b->len + 1 >= b->cap) {
        buf_add(b, &c, 1);
        return;
    }
    b->data[b->len++] = c;
    b->data[b->len] = '\0';
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    char piece[128]; /* most additions are short: printed once */
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(piece, sizeof piece, fmt, ap);
    va_end(ap);
    if (n < 0 || !reserve(b, (size_t)n))
        return;
    if ((size_t)n < sizeof piece) {
        buf_add(b, piece, (size_t)n);
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
}

/* How long the UTF-8 sequence is that 'lead' begins; 0 when it can begin none. */
static size_t utf8_claimed(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead >= 0xf5)
        return 0;
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* Length of the well-formed UTF-8 sequence at 's', 0 when it is none. */
static size_t utf8_len(const unsigned char *s)
{
    size_t n = utf8_claimed(s[0]);
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f)
        || (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

static void add_escaped(struct buf *b, unsigned char c)
{
    switch (c) {
    case '"': buf_adds(b, "\\\""); return;
    case '\\': buf_adds(b, "\\\\"); return;
    case '\n': buf_adds(b, "\\n"); return;
    case '\r': buf_adds(b, "\\r"); return;
    case '\t': buf_adds(b, "\\t"); return;
    default: buf_addf(b, "\\u%04x", c); return;
    }
}

/* How many bytes from 's' on stand in a JSON string as they are, without a look at UTF-8. */
static size_t plain_len(const unsigned char *s)
{
    size_t n = 0;
    while (s[n] >= 0x20 && s[n] < 0x80 && s[n] != '"' && s[n] != '\\')
        n++;
    return n;
}

void buf_add_json(struct buf *b, const char *s)
{
    buf_addc(b, '"');
    for (const unsigned char *p = (const unsigned char *)s; *p;) {
        size_t plain = plain_len(p);
        buf_add(b, p, plain);
        p += plain;
        if (!*p)
            break;
        size_t n = utf8_len(p);
        if (*p < 0x20 || *p == '"' || *p == '\\')
            add_escaped(b, *p);
        else if (n)
            buf_add(b, p, n);
        else
            buf_adds(b, "\xef\xbf\xbd");
        p += n ? n : 1;
    }
    buf_addc(b, '"');
}

const char *buf_str(const struct buf *b)
{
    return b->data ? b->data : "";
}

char *buf_keep(const struct buf *b, struct arena *a)
{
    return arena_strndup(a, buf_str(b), b->len);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

void buf_done(struct buf *b)
{
    free(b->data);
    *b = (struct buf){ .max = b->max };
}
