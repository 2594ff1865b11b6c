/* pack_priv.h - a tree of JSON as one block of bytes (pack.c). */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"

/* Appends the block of 'json' to 'out', which is empty.  Everything of a tree is kept, the order
 * of members and members of one name too. */
void pack_write(struct buf *out, const cJSON *json);

/* The tree of a block; the caller's. */
cJSON *pack_read(const void *block);
/* The same in 'a' (json_read()): its texts and names are those of the block, or static. */
const cJSON *pack_tree(struct arena *a, const void *block);

/* The text that a path of names leads to, "metadata", "labels", "app", NULL: as json_get() and
 * json_str() have it, without making a tree.  It is in the block, or static; NULL: there is none.
 */
const char *pack_text(const void *block, const char *const *path);
/* The whole number there, as json_int() has it; 0: there is none. */
int64_t pack_int(const void *block, const char *const *path);
/* Does the path lead to something other than null? */
bool pack_has(const void *block, const char *const *path);
