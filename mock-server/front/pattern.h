/* pattern.h - the regular expressions that the API description uses, and no others:
 * "^" pieces "$", alternatives of that form with "|" between; a piece is a character, a
 * class "[a-z\u4e00-\u9fff._-]", or one of them with "{n}" or "{m,n}" after it.
 *
 * Ours because POSIX expressions know characters only through the locale, and the
 * patterns are about characters, not bytes.  Pieces are taken greedily and not given
 * back, which is exact where a piece of variable length comes last. */
#pragma once

#include <stdbool.h>

/* Is 'pattern' of that form? */
bool pattern_valid(const char *pattern);
/* Does the whole of 'text' match the valid 'pattern'? */
bool pattern_match(const char *pattern, const char *text);
