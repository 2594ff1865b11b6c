/* nearest.c - what somebody may have meant: names by edit distance. */
#include "alb-agent/alb_param.h"

#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/name.h"

enum { SHOWN = 3 };

const char *alb_nearest(struct arena *a, const char *word, const alb_names *names)
{
    const char *best[SHOWN] = { 0 };
    size_t far[SHOWN], n = 0, limit = strlen(word) / 3 + 1;
    for (size_t i = 0; i < names->len; i++) {
        size_t d = name_distance(word, names->items[i]), at = n;
        if (d > limit || d == NAME_FAR)
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
