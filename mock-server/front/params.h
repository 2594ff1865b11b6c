/* params.h - the flat parameters of a request, as its query and its form carry them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"
#include "alb-agent/error.h"

enum { PARAMS_MAX = 20000 }; /* of one query or form */

struct param {
    const char *name;
    const char *value; /* never NULL; UTF-8 */
};

/* In the order they came. */
struct params {
    struct param *items;
    size_t len;
};

/* Appends what 'len' bytes of "a=b&c=d" say.  "+" is a space, "%XX" a byte, a "%" without
 * two digits itself; a name without "=" has the value "".  Fails with ERROR_INVALID for
 * text that is not UTF-8, for NUL, and beyond PARAMS_MAX. */
bool params_parse(struct arena *a, struct params *p, const char *text, size_t len,
                  struct error *err) MUST_USE;

/* The first value of 'name' that is not empty, or NULL. */
const char *params_get(const struct params *p, const char *name);

/* Appends 's' percent-encoded as signatures want it (signature.md §3). */
void params_encode(struct buf *b, const char *s);
/* Appends "a=b&c=d", sorted by the bytes of names, then of values, and encoded. */
void params_canonical(struct arena *a, const struct params *p, struct buf *b);
