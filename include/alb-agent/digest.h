/* digest.h - "is it as it was?" in 64 bits: numbers and texts, one after the other, into one
 * number.
 *
 * Two that differ have the same digest once in 2^64.  For comparisons within one run of a program:
 * not to be kept, as other machines have others, and nothing that somebody might wish to forge. */
#pragma once

#include <stdint.h>
#include <string.h>

static inline uint64_t digest_number(uint64_t h, uint64_t n)
{
    h = (h ^ n) * 0x9e3779b97f4a7c15U;
    return h ^ h >> 29;
}

/* NULL is another text than "". */
static inline uint64_t digest_text(uint64_t h, const char *text)
{
    if (!text)
        return digest_number(h, UINT64_MAX);
    size_t len = strlen(text);
    h = digest_number(h, len);
    for (; len >= sizeof h; len -= sizeof h, text += sizeof h) {
        uint64_t word;
        memcpy(&word, text, sizeof word);
        h = digest_number(h, word);
    }
    uint64_t rest = 0;
    memcpy(&rest, text, len);
    return digest_number(h, rest);
}
