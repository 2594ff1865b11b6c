/* arena.c - blocks that grow with what was asked for; the newest is filled first.  Under
 * AddressSanitizer nothing but what was asked for can be touched: there is a gap behind each piece,
 * and what a list has room for is out of bounds until it is pushed. */
#include "alb-agent/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __GLIBC__
#    include <malloc.h>
#endif
#include <string.h>

#ifdef __has_feature
#    if __has_feature(address_sanitizer)
#        define ARENA_CHECKED
#    endif
#endif
#ifdef __SANITIZE_ADDRESS__
#    define ARENA_CHECKED
#endif
#ifdef ARENA_CHECKED
#    include <sanitizer/asan_interface.h>
#    define HIDE(p, size) ASAN_POISON_MEMORY_REGION(p, size)
#    define SHOW(p, size) ASAN_UNPOISON_MEMORY_REGION(p, size)
enum { GAP = _Alignof(max_align_t) };
#else
#    define HIDE(p, size) ((void)(p), (void)(size))
#    define SHOW(p, size) ((void)(p), (void)(size))
enum { GAP = 0 };
#endif

enum { FIRST_BLOCK = 1024, LAST_BLOCK = 256 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used, cap;
    max_align_t data[];
};

_Noreturn void memory_exhausted(void)
{
    fputs("alb-agent: out of memory\n", stderr);
    abort();
}

/* What is larger than a block has one of its own, and is zeroed by the system, which gives no
 * memory to pages that nobody touches: most of a long list's room may be such. */
static bool is_large(size_t size)
{
    return size > LAST_BLOCK;
}

static struct arena_block *block_new(const struct arena *a, size_t size)
{
    size_t cap = a->blocks ? a->blocks->cap * 2 : FIRST_BLOCK;
    if (cap > LAST_BLOCK)
        cap = LAST_BLOCK;
    if (cap < size)
        cap = size;
    struct arena_block *b = is_large(size) ? calloc(1, sizeof *b + cap) : malloc(sizeof *b + cap);
    if (!b)
        memory_exhausted();
    *b = (struct arena_block){ .cap = cap };
    HIDE(b->data, cap);
    return b;
}

/* Not zeroed: a block is large, and most of it is used for texts or not at all. */
static void *take(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        memory_exhausted();
    const size_t align = _Alignof(max_align_t);
    const size_t room = (size + align - 1) / align * align;
    struct arena_block *b = a->blocks;
    if (!b || is_large(size) || b->cap - b->used < room + GAP) {
        b = block_new(a, room + GAP);
        b->next = a->blocks;
        a->blocks = b;
    }
    void *p = (char *)b->data + b->used;
    SHOW(p, size);
    b->used += room + GAP;
    a->size += room;
    return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
    void *p = take(a, size);
    return is_large(size) ? p : memset(p, 0, size);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        memory_exhausted();
    return arena_alloc(a, n * size);
}

void *arena_dup(struct arena *a, const void *data, size_t size)
{
    void *p = take(a, size);
    return size ? memcpy(p, data, size) : p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
    char *p = take(a, len + 1);
    if (len)
        memcpy(p, s, len);
    p[len] = '\0';
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_vfmt(struct arena *a, const char *fmt, va_list ap)
{
    char piece[128]; /* most texts are short: printed once */
    va_list copy;
    va_copy(copy, ap);
    int n = vsnprintf(piece, sizeof piece, fmt, copy);
    va_end(copy);
    if (n < 0)
        memory_exhausted();
    if ((size_t)n < sizeof piece)
        return arena_strndup(a, piece, (size_t)n);
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

/* Through a pointer that may be another by then, so that no compiler finds it useless. */
static void *(*const volatile clear)(void *, int, size_t) = memset;

void arena_wipe(struct arena *a)
{
    for (struct arena_block *b = a->blocks; b; b = b->next) {
        SHOW(b->data, b->used);
        clear(b->data, 0, b->used);
    }
    arena_done(a);
}

void arena_done(struct arena *a)
{
    for (struct arena_block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    *a = (struct arena){ 0 };
}

void arena_return(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}

void *list_grow(struct arena *a, void *items, size_t len, size_t size)
{
    char *grown = items;
    if (!len || !(len & (len - 1))) { /* else below the next power of two: there is room */
        const size_t cap = len ? len * 2 : 1;
        grown = arena_array(a, cap, size);
        if (len)
            memcpy(grown, items, len * size);
        HIDE(grown + len * size, (cap - len) * size);
    }
    SHOW(grown + len * size, size);
    return grown;
}

void *list_sized(struct arena *a, size_t n, size_t size)
{
    size_t cap = 1;
    while (cap < n && cap <= SIZE_MAX / 2)
        cap *= 2;
    char *items = arena_array(a, cap, size);
    HIDE(items + n * size, (cap - n) * size);
    return items;
}
