/* map.c - uthash behind a small door. */
#include "alb-agent/map.h"

#include <stdlib.h>
#include <string.h>

#include "alb-agent/arena.h"

/* uthash's macros are not written for our warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wimplicit-fallthrough"
#pragma GCC diagnostic ignored "-Wpedantic"
#define uthash_fatal(msg) memory_exhausted() /* it knows no other reason, and would exit(-1) */
#include <uthash.h>
/* NOLINTBEGIN(readability-function-size,readability-function-cognitive-complexity,clang-analyzer-unix.Malloc)
 * for what the macros expand to. */

struct map_entry {
    UT_hash_handle hh;
    void *value;
    char key[];
};

static struct map_entry *find(const struct map *m, const char *key)
{
    struct map_entry *e = NULL;
    HASH_FIND_STR(m->head, key, e);
    return e;
}

void map_put(struct map *m, const char *key, const void *value)
{
    struct map_entry *e = find(m, key);
    if (!e) {
        size_t len = strlen(key);
        e = calloc(1, sizeof *e + len + 1);
        if (!e)
            memory_exhausted();
        memcpy(e->key, key, len);
        HASH_ADD_KEYPTR(hh, m->head, e->key, len, e);
    }
    memcpy(&e->value, &value, sizeof value);
}

void *map_get(const struct map *m, const char *key)
{
    const struct map_entry *e = find(m, key);
    return e ? e->value : NULL;
}

void map_remove(struct map *m, const char *key)
{
    struct map_entry *e = find(m, key);
    if (!e)
        return;
    HASH_DEL(m->head, e);
    free(e);
}

size_t map_count(const struct map *m)
{
    return HASH_COUNT(m->head);
}

void map_done(struct map *m)
{
    struct map_entry *e, *next;
    HASH_ITER(hh, m->head, e, next)
    {
        HASH_DEL(m->head, e);
        free(e);
    }
    m->head = NULL;
}
/* NOLINTEND(readability-function-size,readability-function-cognitive-complexity,clang-analyzer-unix.Malloc)
 */
#pragma GCC diagnostic pop

const char *map_next(const struct map *m, const struct map_entry **cursor, void **value)
{
    const struct map_entry *e = *cursor ? (*cursor)->hh.next : m->head;
    *cursor = e;
    if (!e)
        return NULL;
    *value = e->value;
    return e->key;
}
