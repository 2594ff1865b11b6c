/* name.h - names that people write, and how near one is to another. */
#pragma once

#include <stddef.h>

/* How many letters must be added, removed or changed to make one name of the other, case
 * aside; NAME_FAR when one of them is longer than that. */
enum { NAME_FAR = 80 };
size_t name_distance(const char *x, const char *y);

/* The name among 'names' that 'name' is most likely a misspelling of (at most two letters are
 * wrong, and fewer than it has), or NULL. */
const char *name_nearest(const char *name, const char *const *names, size_t n);
