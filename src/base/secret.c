/* secret.c - wiping what must not stay in memory. */
#include "alb-agent/secret.h"

#include <stdlib.h>
#include <string.h>

#include "alb-agent/arena.h"

void secret_set(struct secret *s, const char *text)
{
    secret_done(s);
    if (!text)
        return;
    s->len = strlen(text);
    s->data = malloc(s->len + 1);
    if (!s->data)
        memory_exhausted();
    memcpy(s->data, text, s->len + 1);
}

void secret_shorten(struct secret *s, size_t len)
{
    /* Through a volatile pointer, so that the wipe is not optimised away. */
    volatile char *p = s->data;
    for (size_t i = len; i < s->len; i++)
        p[i] = 0;
    s->len = len < s->len ? len : s->len;
}

void secret_done(struct secret *s)
{
    secret_shorten(s, 0);
    free(s->data);
    *s = (struct secret){ 0 };
}
