/* encode.c - percent-encoding and canonical queries (signature.md §3), shared by all
 * schemes. */
#include "sign_priv.h"

#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"

/* By table and not by isalnum(), which would ask the locale. */
static const char UNRESERVED[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789-_.~";

void sign_encode(struct buf *b, const char *text)
{
    static const char HEX[] = "0123456789ABCDEF";
    while (*text) {
        size_t plain = strspn(text, UNRESERVED);
        buf_add(b, text, plain);
        text += plain;
        if (!*text)
            return;
        unsigned char c = (unsigned char)*text++;
        const char escape[3] = { '%', HEX[c >> 4], HEX[c & 15] };
        buf_add(b, escape, sizeof escape);
    }
}

static int by_name_and_value(const void *x, const void *y)
{
    const struct sign_pair *a = x, *b = y;
    int order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->value, b->value);
}

void sign_sort(sign_pairs *pairs)
{
    if (pairs->len)
        qsort(pairs->items, pairs->len, sizeof *pairs->items, by_name_and_value);
}

const char *sign_query(struct arena *a, const sign_pairs *pairs)
{
    if (!pairs->len)
        return "";
    sign_pairs sorted = { .len = pairs->len };
    sorted.items = arena_dup(a, pairs->items, pairs->len * sizeof *pairs->items);
    sign_sort(&sorted);
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < sorted.len; i++) {
        if (i)
            buf_addc(&b, '&');
        sign_encode(&b, sorted.items[i].name);
        buf_addc(&b, '=');
        sign_encode(&b, sorted.items[i].value);
    }
    return buf_keep(&b, a);
}
