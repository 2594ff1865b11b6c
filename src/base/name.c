/* name.c - edit distance. */
#include "alb-agent/name.h"

#include <string.h>

enum { EDITS_MAX = 2 };

static size_t min3(size_t x, size_t y, size_t z)
{
    size_t m = x < y ? x : y;
    return m < z ? m : z;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

size_t name_distance(const char *x, const char *y)
{
    size_t nx = strlen(x), ny = strlen(y), row[NAME_FAR + 1];
    if (nx > NAME_FAR || ny > NAME_FAR)
        return NAME_FAR;
    for (size_t j = 0; j <= ny; j++)
        row[j] = j;
    for (size_t i = 1; i <= nx; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= ny; j++) {
            size_t up = row[j];
            row[j] = min3(up + 1, row[j - 1] + 1, diagonal + (lower(x[i - 1]) != lower(y[j - 1])));
            diagonal = up;
        }
    }
    return row[ny];
}

const char *name_nearest(const char *name, const char *const *names, size_t n)
{
    const char *best = NULL;
    size_t best_edits = EDITS_MAX + 1;
    for (size_t i = 0; i < n; i++) {
        size_t e = name_distance(name, names[i]);
        if (e < best_edits && e < strlen(name)) {
            best_edits = e;
            best = names[i];
        }
    }
    return best;
}
