/* arena.h - memory that dies together.
 *
 * All-zero is a valid, empty arena.  What is allocated lives until arena_done();
 * nothing is freed on its own.  When the system has no memory left the
 * program says so and aborts, so no result is ever NULL. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "alb-agent/macros.h"

/* Says that there is no memory left, and ends the program: nobody who asks for some could do
 * better. */
_Noreturn void memory_exhausted(void);

struct arena {
    struct arena_block *blocks;
    size_t size; /* bytes handed out, for tests and benchmarks */
};

/* Zeroed, aligned for any type.  'size' may be 0. */
void *arena_alloc(struct arena *a, size_t size);
/* Room for 'n' elements of 'size' bytes, zeroed; aborts when the product overflows. */
void *arena_array(struct arena *a, size_t n, size_t size);
void *arena_dup(struct arena *a, const void *data, size_t size);
char *arena_strdup(struct arena *a, const char *s);
/* 'len' bytes of 's' and a NUL. */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_fmt(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
char *arena_vfmt(struct arena *a, const char *fmt, va_list ap) PRINTF(2, 0);

/* Frees everything; the arena can be used again. */
void arena_done(struct arena *a);
/* The same for what may hold a secret: everything is overwritten first. */
void arena_wipe(struct arena *a);

/* Gives memory that was freed and is not used again soon back to the system: after what happens
 * rarely and takes much. */
void arena_return(void);

/* A counted array.  A list that is "not set" has items == NULL; an empty one does not. */
#define LIST_OF(T)  \
    struct {        \
        T *items;   \
        size_t len; \
    }

/* Appends a zeroed element to a list and returns it.  The array may move. */
#define LIST_PUSH(a, list)                                                              \
    ((list)->items = list_grow((a), (list)->items, (list)->len, sizeof *(list)->items), \
     &(list)->items[(list)->len++])
/* For LIST_PUSH: returns 'items' or a larger copy with room for element 'len'.  The
 * capacity is the power of two at or above 'len', so a list must be grown only here. */
void *list_grow(struct arena *a, void *items, size_t len, size_t size);
/* 'n' zeroed elements at once, for a list whose 'len' is then 'n': LIST_PUSH goes on behind them.
 * What a list is grown through to become long stays in the arena; this is all there is. */
void *list_sized(struct arena *a, size_t n, size_t size);
