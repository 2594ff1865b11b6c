/* nearest.c - what somebody may have meant: names by edit distance. */
#include "alb-agent/alb_param.h"

#include <string.h>

#include "alb-agent/buf.h"

enum { WORD_MAX = 80, SHOWN = 3 };

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t least(size_t x, size_t y, size_t z)
{
    size_t xy = x < y ? x : y;
    return xy < z ? xy : z;
}

/* Letters to insert, delete or replace, case aside; words longer than WORD_MAX are far. */
static size_t distance(const char *x, const char *y)
{
    size_t row[WORD_MAX + 1], n = strlen(y);
    if (n > WORD_MAX || strlen(x) > WORD_MAX)
        return WORD_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; x[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t above = row[j];
            row[j] =
                least(row[j - 1] + 1, above + 1, diagonal + (lower(x[i - 1]) != lower(y[j - 1])));
            diagonal = above;
        }
    }
    return row[n];
}

const char *alb_nearest(struct arena *a, const char *word, const alb_names *names)
{
    const char *best[SHOWN] = { 0 };
    size_t far[SHOWN], n = 0, limit = strlen(word) / 3 + 1;
    for (size_t i = 0; i < names->len; i++) {
        size_t d = distance(word, names->items[i]), at = n;
        if (d > limit)
            continue;
        while (at && far[at - 1] > d)
            at--;
        if (at == SHOWN)
            continue;
        n = n < SHOWN ? n + 1 : SHOWN;
        for (size_t j = n - 1; j > at; j--) {
            far[j] = far[j - 1];
            best[j] = best[j - 1];
        }
        far[at] = d;
        best[at] = names->items[i];
    }
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < n; i++)
        buf_addf(&b, "%s%s", !i ? "" : i + 1 == n ? " or " : ", ", best[i]);
    return buf_keep(&b, a);
}
