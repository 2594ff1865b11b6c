/* least.h - the fewest calls from one list of rules to another, by search. */
#pragma once

#include "world.h"

/* Can one call of any kind make 'want' of 'old', hitless after every rule in it?  Labels are
 * as good as real numbers: a place is anywhere between two rules.
 *
 * Two calls always can: create all that is wanted and not there, from the top, beside what is to
 * go; then delete that, from the bottom.  So the fewest are 0, 1 or 2. */
bool one_call_does(const struct universe *u, const struct list *old, const struct list *want);
