/* tree.h - flat names to a tree: "Rules.2.RuleId" (signature.md §2).
 *
 * A name is cut at its dots.  A segment of up to nine digits is an index; indices are
 * sorted as numbers and may have gaps, all other names by bytes, indices first.  A
 * parameter with an empty value is absent.  Of a name that comes twice the first counts. */
#pragma once

#include <stdint.h>

#include "alb-agent/arena.h"
#include "params.h"

enum { TREE_DEPTH = 32 }; /* parameters with more segments are left out */

struct tree {
    const char *name;              /* this segment                              */
    int64_t index;                 /* its number, -1 when it is no index        */
    const char *value;             /* of exactly this name, NULL: none          */
    LIST_OF(struct tree) children; /* sorted                        */
};

/* The tree of two sets together, the first one's values before the second one's. */
struct tree tree_build(struct arena *a, const struct params *x, const struct params *y);

/* The child with that name, or NULL. */
const struct tree *tree_get(const struct tree *t, const char *name);

/* The tree as flat parameters, sorted as above. */
struct params tree_flatten(struct arena *a, const struct tree *t);
