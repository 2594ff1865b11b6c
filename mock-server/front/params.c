/* params.c - application/x-www-form-urlencoded, both ways a client may write it: Node
 * leaves "!'()*~" bare, Go writes a space as "+" (signature.md §3). */
#include "params.h"

#include <stdlib.h>
#include <string.h>

#include "utf8.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The decoded text, or NULL when it holds a NUL or is not UTF-8. */
static const char *decode(struct arena *a, const char *text, size_t len)
{
    char *out = arena_alloc(a, len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        int high = text[i] == '%' && len - i > 2 ? hex_digit(text[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0) {
            out[n++] = (char)(high * 16 + low);
            i += 2;
        } else {
            out[n] = text[i];
            if (out[n] == '+')
                out[n] = ' ';
            n++;
        }
        if (!out[n - 1])
            return NULL;
    }
    out[n] = '\0';
    return utf8_valid(out) ? out : NULL;
}

static bool parse_one(struct arena *a, struct params *p, const char *text, size_t len,
                      struct error *err)
{
    if (!len)
        return true;
    if (p->len >= PARAMS_MAX)
        return error_set(err, ERROR_INVALID, "more than %d parameters", PARAMS_MAX);
    const char *equals = memchr(text, '=', len);
    size_t n = equals ? (size_t)(equals - text) : len;
    const char *name = decode(a, text, n);
    const char *value = equals ? decode(a, equals + 1, len - n - 1) : "";
    if (!name || !value)
        return error_set(err, ERROR_INVALID, "parameter %zu is not text in UTF-8", p->len + 1);
    *LIST_PUSH(a, p) = (struct param){ name, value };
    return true;
}

bool params_parse(struct arena *a, struct params *p, const char *text, size_t len,
                  struct error *err)
{
    while (len) {
        const char *amp = memchr(text, '&', len);
        size_t n = amp ? (size_t)(amp - text) : len;
        if (!parse_one(a, p, text, n, err))
            return false;
        n += amp != NULL;
        text += n;
        len -= n;
    }
    return true;
}

const char *params_get(const struct params *p, const char *name)
{
    for (size_t i = 0; i < p->len; i++)
        if (*p->items[i].value && !strcmp(p->items[i].name, name))
            return p->items[i].value;
    return NULL;
}

static bool is_plain(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'
           || c == '_' || c == '.' || c == '~';
}

void params_encode(struct buf *b, const char *s)
{
    static const char hex[] = "0123456789ABCDEF";
    while (*s) {
        size_t plain = 0;
        while (is_plain((unsigned char)s[plain]))
            plain++;
        buf_add(b, s, plain);
        s += plain;
        for (; *s && !is_plain((unsigned char)*s); s++) {
            unsigned char c = (unsigned char)*s;
            buf_add(b, (const char[]){ '%', hex[c >> 4], hex[c & 15] }, 3);
        }
    }
}

static int by_name(const void *x, const void *y)
{
    const struct param *a = x, *b = y;
    int order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->value, b->value);
}

void params_canonical(struct arena *a, const struct params *p, struct buf *b)
{
    struct param *sorted = arena_dup(a, p->items, p->len * sizeof *sorted);
    if (p->len)
        qsort(sorted, p->len, sizeof *sorted, by_name);
    for (size_t i = 0; i < p->len; i++) {
        if (i)
            buf_addc(b, '&');
        params_encode(b, sorted[i].name);
        buf_addc(b, '=');
        params_encode(b, sorted[i].value);
    }
}
