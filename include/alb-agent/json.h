/* json.h - cJSON with the strictness and the exactness it lacks (feasibility.md §9).
 *
 * Integers are exact up to 15 digits; json_parse() refuses larger ones, trailing text,
 * NUL in strings, and nesting deeper than JSON_DEPTH.  Names are compared with case. */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/error.h"

struct arena;
struct buf;

enum { JSON_DEPTH = 100 };

/* From now on cJSON ends the program with a sentence when there is no memory, as an arena does:
 * otherwise it leaves a member out without a word, and what is wanted would be something else.
 * The first thing main() does. */
void json_abort_without_memory(void);

/* The value of 'len' bytes at 'text'; '*out' is the caller's (cJSON_Delete, json_done). */
bool json_parse(const char *text, size_t len, cJSON **out, struct error *err) MUST_USE;

/* The same as a tree in 'a', to be looked at: never for cJSON_Delete(). */
bool json_read(struct arena *a, const char *text, size_t len, const cJSON **out,
               struct error *err) MUST_USE;
/* Such a tree by hand: nodes, and 'child' as the last of an array (name NULL) or an object; names
 * and texts are borrowed. */
cJSON *json_node(struct arena *a, int type);
cJSON *json_node_number(struct arena *a, double n);
cJSON *json_node_text(struct arena *a, int type, const char *text);
void json_link(cJSON *parent, const char *name, cJSON *child);

/* For CLEANUP(). */
void json_done(cJSON **json);

/* Member 'name' of an object, or NULL: also when 'obj' is NULL or no object, or the
 * member is null. */
const cJSON *json_get(const cJSON *obj, const char *name);
/* The same without regard to case, as Go's decoder matches names: an exact match wins. */
const cJSON *json_get_nocase(const cJSON *obj, const char *name);
/* Down a path of names: json_at(obj, "spec.rules"). Names with dots cannot be reached. */
const cJSON *json_at(const cJSON *obj, const char *path);
/* The text of a string member, else NULL. */
const char *json_str(const cJSON *obj, const char *name);
/* The value of a whole-number member, else 'dflt'. */
int64_t json_int(const cJSON *obj, const char *name, int64_t dflt);

/* Is 'v' a number without a fraction, exactly held? */
bool json_is_int(const cJSON *v);
/* A number node for any 64-bit integer, printed in full. */
cJSON *json_new_int(int64_t n);

/* Appends compact JSON.  'sorted': members in byte order of their names. */
void json_write(struct buf *b, const cJSON *json, bool sorted);
/* Compact JSON with sorted members, in 'a': equal values give equal text. */
char *json_canonical(struct arena *a, const cJSON *json);
