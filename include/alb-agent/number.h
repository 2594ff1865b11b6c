/* number.h - whole numbers as people and wires write them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The value of 'len' digits, and nothing but digits; at most 15 of them, which JSON holds
 * exactly.  False for anything else, and then '*out' is 0. */
bool number_parse(const char *text, size_t len, int64_t *out);
