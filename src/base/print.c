/* print.c - the formats that most texts are put together by, "%s/%s" and the like, without the
 * machinery of stdio; all others are its. */
#include "print_priv.h"

#include <stdio.h>
#include <string.h>

enum { DIGITS = 24 };

/* The digits of a number, as a text at the end of 'room'. */
static const char *digits_of(size_t n, char room[static DIGITS])
{
    char *at = &room[DIGITS - 1];
    *at = '\0';
    do
        *--at = (char)('0' + n % 10);
    while (n /= 10);
    return at;
}

/* What stands at '*fmt', which goes on behind it, and its length; NULL: something else. */
static const char *next_piece(const char **fmt, va_list *ap, char room[static DIGITS], size_t *len)
{
    const char *piece = *fmt;
    if (*piece != '%') {
        *len = strcspn(piece, "%");
        *fmt += *len;
        return piece;
    }
    if (piece[1] == 's') {
        *fmt += 2;
        piece = va_arg(*ap, const char *);
    } else if (piece[1] == 'z' && piece[2] == 'u') {
        *fmt += 3;
        piece = digits_of(va_arg(*ap, size_t), room);
    } else {
        return NULL;
    }
    *len = piece ? strlen(piece) : 0;
    return piece;
}

/* -1: there is more to it. */
static int print_plain(char *out, size_t room, const char *fmt, va_list *ap)
{
    char digits[DIGITS];
    size_t at = 0, len;
    while (*fmt) {
        const char *piece = next_piece(&fmt, ap, digits, &len);
        if (!piece || len >= room - at)
            return -1;
        memcpy(out + at, piece, len);
        at += len;
    }
    out[at] = '\0';
    return (int)at;
}

int print_short(char *out, size_t room, const char *fmt, va_list ap)
{
    va_list copy;
    va_copy(copy, ap);
    int n = room ? print_plain(out, room, fmt, &copy) : -1;
    va_end(copy);
    if (n >= 0)
        return n;
    va_copy(copy, ap);
    n = vsnprintf(out, room, fmt, copy);
    va_end(copy);
    return n;
}
