/* pace.c - how long changes were under way after their replies.  No event says it: the next call of
 * a lane comes soon after, or much later when there was nothing to do. */
#include <string.h>

#include "alb-agent/map.h"
#include "replay_priv.h"

/* The agent looks after 200 ms, then after half of the time that has passed (alb_wait.h). */
enum { FIRST_LOOK_MS = 200, LONGEST_LOOK_MS = 1000, USUAL_MS = 200 };

static bool is_job(const struct tape_item *item)
{
    return item->is_call && item->call.outcome.done_at && item->call.outcome.reply
           && strstr(item->call.outcome.reply, "\"JobId\"");
}

/* By item, until the next call of its lane by the same process; 0: none, or it is no job. */
static void find_gaps(struct pace *p, const struct tape *r)
{
    struct map next CLEANUP(map_done) = { 0 };
    for (size_t i = r->items.len; i-- > 0;) {
        const struct tape_item *item = &r->items.items[i], *after;
        if (!item->is_call && !strcmp(item->event.kind, "START"))
            map_done(&next);
        if (!item->is_call)
            continue;
        after = map_get(&next, item->call.call.lane);
        map_put(&next, item->call.call.lane, item);
        if (after && is_job(item) && after->at > item->call.outcome.done_at)
            p->gaps[i] = after->at - item->call.outcome.done_at;
    }
}

void pace_init(struct pace *p, struct arena *a, const struct tape *r)
{
    *p = (struct pace){ .r = r, .gaps = arena_array(a, r->items.len + 1, sizeof *p->gaps) };
    find_gaps(p, r);
    for (size_t i = 0; i < r->items.len; i++)
        if (p->gaps[i] && (!p->least_ms || p->gaps[i] < p->least_ms))
            p->least_ms = p->gaps[i];
    if (!p->least_ms)
        p->least_ms = USUAL_MS;
}

/* The last look that may have come before the next call. */
static int64_t last_look(int64_t gap_ms)
{
    int64_t at = FIRST_LOOK_MS, wait;
    for (;; at += wait) {
        wait = at / 2 < FIRST_LOOK_MS ? FIRST_LOOK_MS : at / 2;
        wait = wait > LONGEST_LOOK_MS ? LONGEST_LOOK_MS : wait;
        if (at + wait > gap_ms)
            return at < gap_ms ? at : gap_ms;
    }
}

/* It had ended before the agent looked, and that before the next call; one much later than others
 * did not wait for it. */
int64_t pace_pending(const struct pace *p, const struct tape_item *was)
{
    const int64_t gap = was ? p->gaps[was - p->r->items.items] : 0;
    return last_look(gap && gap <= 2 * p->least_ms ? gap : p->least_ms) * 3 / 4;
}
