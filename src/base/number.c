/* number.c - whole numbers, strictly. */
#include "alb-agent/number.h"

enum { DIGITS_MAX = 15 };

bool number_parse(const char *text, size_t len, int64_t *out)
{
    int64_t n = 0;
    *out = 0;
    if (!len || len > DIGITS_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        n = n * 10 + (text[i] - '0');
    }
    *out = n;
    return true;
}
