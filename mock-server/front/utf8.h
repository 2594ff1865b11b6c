/* utf8.h - code points of a text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The code point at 's' and the number of its bytes; 0 at the end of the text and where
 * no valid one begins (overlong forms and surrogates are not valid). */
size_t utf8_next(const char *s, uint32_t *cp);
bool utf8_valid(const char *s);
/* Characters of a valid text. */
size_t utf8_len(const char *s);
