/* strict_arena.c - arena.h for tests under AddressSanitizer (mutate.py): every allocation is one of
 * its own, and what a list has room for is out of bounds until it is pushed. */
#include <sanitizer/asan_interface.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/arena.h"

struct arena_block {
    struct arena_block *next;
    void *data;
};

void *arena_alloc(struct arena *a, size_t size)
{
    struct arena_block *b = malloc(sizeof *b);
    void *data = calloc(1, size ? size : 1);
    if (!b || !data)
        abort();
    *b = (struct arena_block){ a->blocks, data };
    a->blocks = b;
    a->size += size;
    return data;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        abort();
    return arena_alloc(a, n * size);
}

void *arena_dup(struct arena *a, const void *data, size_t size)
{
    void *p = arena_alloc(a, size);
    return size ? memcpy(p, data, size) : p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
    char *p = arena_alloc(a, len + 1);
    return len ? memcpy(p, s, len) : p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_vfmt(struct arena *a, const char *fmt, va_list ap)
{
    va_list copy;
    va_copy(copy, ap);
    int n = vsnprintf(NULL, 0, fmt, copy);
    va_end(copy);
    if (n < 0)
        abort();
    char *s = arena_alloc(a, (size_t)n + 1);
    (void)vsnprintf(s, (size_t)n + 1, fmt, ap);
    return s;
}

char *arena_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *s = arena_vfmt(a, fmt, ap);
    va_end(ap);
    return s;
}

void arena_wipe(struct arena *a)
{
    arena_done(a);
}

void arena_done(struct arena *a)
{
    for (struct arena_block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        free(b->data);
        free(b);
    }
    *a = (struct arena){ 0 };
}

void *list_grow(struct arena *a, void *items, size_t len, size_t size)
{
    const size_t cap = len ? len * 2 : 1;
    char *grown = items;
    if (!len || !(len & (len - 1))) {
        grown = arena_array(a, cap, size);
        if (len)
            memcpy(grown, items, len * size);
        ASAN_POISON_MEMORY_REGION(grown + len * size, (cap - len) * size);
    }
    ASAN_UNPOISON_MEMORY_REGION(grown + len * size, size);
    return grown;
}

void *list_sized(struct arena *a, size_t n, size_t size)
{
    size_t cap = 1;
    while (cap < n)
        cap *= 2;
    char *items = arena_array(a, cap, size);
    ASAN_POISON_MEMORY_REGION(items + n * size, (cap - n) * size);
    return items;
}
