/* cues.c - when what the cloud was seen to be is shown again.
 *
 * Somebody's deed happened at some time between two readings, and a step of ours may have gone well
 * in between because it had not happened yet.  So it is done again as late as can be: when the
 * reading begins that is to show it.  Its replies come when that reading had ended. */
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/observe.h"
#include "replay_priv.h"

enum {
    LATE_MS = 5000,  /* after which a reading was left out                   */
    SLACK_MS = 2000, /* that a reading may begin before it did              */
    FACT_MS = 60000  /* that looking something up may have taken            */
};

static bool is_deed(const struct tape_item *item)
{
    return !item->is_call
           && (!strcmp(item->event.kind, "HIDDEN") || certificates_is_list(&item->event)
               || (event_is_of_cloud(&item->event) && item->event.body
                   && strstr(item->event.body, "\"own\":false")));
}

/* A recording may end in the middle of a reading: of which kind it is nobody knows then. */
static void add_unended(struct cues *c, struct arena *a)
{
    size_t first = c->list.len ? c->list.items[c->list.len - 1].item : 0;
    while (first < c->r->items.len && !is_deed(&c->r->items.items[first]))
        first++;
    if (first == c->r->items.len)
        return;
    const int64_t at = c->r->items.items[first].at;
    *LIST_PUSH(a, &c->list) = (struct cue){ .item = c->r->items.len, .began = at, .ended = at };
}

bool cues_init(struct cues *c, struct arena *a, const struct tape *r, struct error *err)
{
    *c = (struct cues){ .r = r, .until = SIZE_MAX };
    for (size_t i = 0; i < r->items.len; i++) {
        const struct tape_item *item = &r->items.items[i];
        if (item->is_call || strcmp(item->event.kind, "READ") != 0)
            continue;
        cJSON *body CLEANUP(json_done) = item->event.body ? cJSON_Parse(item->event.body) : NULL;
        const int64_t began = json_int(body, "began", 0);
        if (began <= 0 || began > item->at)
            return error_set(err, ERROR_INVALID, "line %lld: a reading that began after its end",
                             (long long)item->event.seq);
        *LIST_PUSH(a, &c->list) =
            (struct cue){ .item = i,
                          .began = began,
                          .ended = item->at,
                          .whole = !json_get(body, "only"),
                          .parts = (unsigned)json_int(body, "parts", OBSERVE_ALL) };
    }
    add_unended(c, a);
    return true;
}

/* The next of its kind; one of later only when that is long over. */
static size_t find_cue(const struct cues *c, int64_t now_ms, bool whole, bool groups)
{
    size_t best = c->list.len;
    for (size_t i = c->next; i < c->list.len && c->list.items[i].item < c->until; i++) {
        const int64_t latest = best == c->list.len ? now_ms + SLACK_MS : now_ms - LATE_MS;
        if (c->list.items[i].began > latest)
            break;
        const struct cue *cue = &c->list.items[i];
        const bool same = cue->whole == whole && (cue->parts == OBSERVE_GROUPS) == groups;
        if (!cue->parts || same)
            best = i;
    }
    return best;
}

/* A reading that was not recorded shows what those had shown that were and did not come again. */
static void catch_up(struct cues *c, int64_t now_ms)
{
    for (; c->next < c->list.len && c->list.items[c->next].ended <= now_ms
           && c->list.items[c->next].item < c->until;
         c->next++)
        c->due = c->list.items[c->next].item;
}

void cues_start(struct cues *c, size_t pos)
{
    for (; c->next < c->list.len && c->list.items[c->next].item < pos; c->next++)
        c->due = c->list.items[c->next].item;
    c->until = SIZE_MAX;
    for (size_t i = pos; i < c->r->items.len && c->until == SIZE_MAX; i++)
        if (!c->r->items.items[i].is_call && !strcmp(c->r->items.items[i].event.kind, "START"))
            c->until = i;
}

void cues_read(struct cues *c, int64_t now_ms, bool whole, bool groups)
{
    const size_t best = find_cue(c, now_ms, whole, groups);
    c->hold_ms = now_ms;
    if (best == c->list.len) {
        catch_up(c, now_ms);
        return;
    }
    c->next = best + 1;
    c->hold_ms = c->list.items[best].ended;
    c->due = c->list.items[best].item;
}

void cues_deeds(struct cues *c, struct arena *a, int64_t now_ms, event_list *out)
{
    *out = (event_list){ 0 };
    for (; now_ms >= c->hold_ms && c->seen < c->due; c->seen++)
        if (is_deed(&c->r->items.items[c->seen]))
            *LIST_PUSH(a, out) = &c->r->items.items[c->seen].event;
}

/* When what is looked up now was learned. */
static int64_t fact_due(const struct cues *c, int64_t now_ms)
{
    for (size_t i = 0; i < c->r->items.len; i++) {
        const struct tape_item *item = &c->r->items.items[i];
        if (!item->is_call && item->at >= now_ms && !strcmp(item->event.kind, "FACT"))
            return item->at <= now_ms + FACT_MS ? item->at : now_ms;
    }
    return now_ms;
}

int64_t cues_due(const struct cues *c, const char *action, int64_t now_ms)
{
    const int64_t soon = now_ms + 1;
    if (!strncmp(action, "Describe", 8)) {
        const int64_t due = fact_due(c, now_ms);
        return due > soon ? due : soon;
    }
    if (!strcmp(action, "ListAsynJobs"))
        return soon;
    return c->hold_ms > soon ? c->hold_ms : soon;
}
