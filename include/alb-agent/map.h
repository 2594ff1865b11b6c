/* map.h - string keys to pointers (uthash behind it).
 *
 * All-zero is an empty map.  Keys are copied, values borrowed.  Iteration is in order of
 * insertion, so that nothing depends on hash order. */
#pragma once

#include <stddef.h>

struct map_entry; /* of the implementation */

struct map {
    struct map_entry *head;
};

/* Sets the value of 'key'; an earlier one is replaced and keeps its place. */
void map_put(struct map *m, const char *key, const void *value);
/* The value of 'key', or NULL. */
void *map_get(const struct map *m, const char *key);
void map_remove(struct map *m, const char *key);
size_t map_count(const struct map *m);
void map_done(struct map *m);

/* Walks the map: '*cursor' starts NULL; returns the next key and sets '*value', or NULL
 * at the end.  Do not change the map meanwhile. */
const char *map_next(const struct map *m, const struct map_entry **cursor, void **value);
