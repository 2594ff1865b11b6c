/* bound.h - how many calls a change takes at least, from the two lists alone. */
#pragma once

#include "world.h"

/* One call of the kind that makes the list longer or shorter, or of updates; and one of another
 * kind where the list has to become longer, or shorter, and that kind alone cannot do it: because
 * a rule differs or is in the wrong order, or, for creates, because a label is missing. */
size_t lower_bound(const struct universe *u, const struct list *now, const struct list *want);
