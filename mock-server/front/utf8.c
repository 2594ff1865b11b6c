/* utf8.c - a strict decoder: what it accepts, JSON and SQLite accept too. */
#include "utf8.h"

/* The number of bytes that a first byte announces, 0 for one that cannot be first. */
static size_t announced(unsigned char c)
{
    if (c < 0x80)
        return c ? 1 : 0;
    if (c < 0xc2 || c > 0xf4)
        return 0;
    return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Is 'cp' a character, and 'n' bytes the shortest way to write it? */
static bool shortest(uint32_t cp, size_t n)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    return cp >= least[n] && cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);
}

size_t utf8_next(const char *s, uint32_t *cp)
{
    unsigned char c = (unsigned char)s[0];
    size_t n = announced(c);
    if (!n)
        return 0;
    uint32_t value = n == 1 ? c : c & (0x7fU >> n);
    for (size_t i = 1; i < n; i++) {
        unsigned char next = (unsigned char)s[i];
        if ((next & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (next & 0x3f);
    }
    if (!shortest(value, n))
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
