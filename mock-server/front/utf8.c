/* utf8.c - a strict decoder: what it accepts, JSON and SQLite accept too. */
#include "utf8.h"

size_t utf8_next(const char *s, uint32_t *cp)
{
    unsigned char c = (unsigned char)s[0];
    size_t n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
    if (!c || !n)
        return 0;
    uint32_t value = n == 1 ? c : c & (0x7fU >> n);
    for (size_t i = 1; i < n; i++) {
        unsigned char next = (unsigned char)s[i];
        if ((next & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (next & 0x3f);
    }
    if ((n == 3 && value < 0x800) || (n == 4 && (value < 0x10000 || value > 0x10ffff))
        || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *cp = value;
    return n;
}

bool utf8_valid(const char *s)
{
    uint32_t cp;
    for (size_t n; (n = utf8_next(s, &cp)); s += n)
        ;
    return !*s;
}

size_t utf8_len(const char *s)
{
    uint32_t cp;
    size_t len = 0;
    for (size_t n; (n = utf8_next(s, &cp)); s += n)
        len++;
    return len;
}
