/* pattern.c - reads a pattern while it matches; there is nothing to compile and keep. */
#include "pattern.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "utf8.h"

/* One character of a class or between classes, "\u4e00" included. */
static const char *take_char(const char *p, uint32_t *cp)
{
    if (p[0] == '\\' && p[1] == 'u') {
        *cp = 0;
        for (int i = 2; i < 6; i++) {
            const char *digits = "0123456789abcdef";
            const char *at = p[i] ? strchr(digits, p[i]) : NULL;
            if (!at)
                return NULL;
            *cp = *cp * 16 + (uint32_t)(at - digits);
        }
        return p + 6;
    }
    size_t n = *p == '\\' ? 0 : utf8_next(p, cp);
    return n ? p + n : NULL;
}

/* Behind the class that begins at 'p' ("["); '*hit' says whether 'c' is in it. */
static const char *take_class(const char *p, uint32_t c, bool *hit)
{
    *hit = false;
    p++;
    while (p && *p && *p != ']') {
        uint32_t low, high;
        p = take_char(p, &low);
        high = low;
        if (p && p[0] == '-' && p[1] != ']')
            p = take_char(p + 1, &high);
        if (p && c >= low && c <= high)
            *hit = true;
    }
    return p && *p == ']' ? p + 1 : NULL;
}

static const char *take_piece(const char *p, uint32_t c, bool *hit)
{
    if (*p == '[')
        return take_class(p, c, hit);
    if (!*p || strchr("(){}*+?.$^|", *p))
        return NULL;
    uint32_t want;
    p = take_char(p, &want);
    *hit = p && want == c;
    return p;
}

static const char *take_number(const char *p, size_t *n)
{
    const char *begin = p;
    for (*n = 0; *p >= '0' && *p <= '9' && *n < 100000; p++)
        *n = *n * 10 + (size_t)(*p - '0');
    return p > begin ? p : NULL;
}

/* Behind the "{m,n}" at 'p', or 'p' where there is none. */
static const char *take_count(const char *p, size_t *min, size_t *max)
{
    *min = *max = 1;
    if (*p != '{')
        return p;
    p = take_number(p + 1, min);
    *max = *min;
    if (p && *p == ',')
        p = take_number(p + 1, max);
    return p && *p == '}' && *min <= *max ? p + 1 : NULL;
}

/* Walks one alternative over 'text' and returns where it ended in the pattern, NULL when
 * the pattern is not of our form.  '*matched' says whether all of 'text' was used up. */
static const char *walk(const char *p, const char *text, bool *matched)
{
    *matched = true;
    if (*p++ != '^')
        return NULL;
    while (*p && *p != '$') {
        size_t min = 1, max = 1, seen = 0;
        bool hit;
        const char *piece = p;
        p = take_piece(piece, 0, &hit);
        p = p ? take_count(p, &min, &max) : NULL;
        if (!p)
            return NULL;
        uint32_t c;
        for (size_t n; seen < max && (n = utf8_next(text, &c)); text += n, seen++) {
            (void)take_piece(piece, c, &hit);
            if (!hit)
                break;
        }
        if (seen < min)
            *matched = false;
    }
    if (*text)
        *matched = false;
    return *p == '$' ? p + 1 : NULL;
}

/* Matches all alternatives; false when the pattern is not of our form. */
static bool run(const char *pattern, const char *text, bool *matched)
{
    *matched = false;
    for (;;) {
        bool one;
        pattern = walk(pattern, text, &one);
        if (!pattern)
            return false;
        *matched = *matched || one;
        if (!*pattern)
            return true;
        if (*pattern++ != '|')
            return false;
    }
}

bool pattern_valid(const char *pattern)
{
    bool matched;
    return run(pattern, "", &matched);
}

bool pattern_match(const char *pattern, const char *text)
{
    bool matched;
    return run(pattern, text, &matched) && matched;
}
