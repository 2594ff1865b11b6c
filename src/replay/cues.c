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
    LATE_MS = 5000,  /* after which a reading was left out               */
    SLACK_MS = 2000, /* that a reading may begin before it did, at most  */
    LEAST_SLACK_MS = 50,
    DOUBT_SLACK_MS = 200, /* of one that a doubt asked for                    */
    FACT_MS = 60000       /* that looking something up may have taken            */
};

static bool is_deed(const struct tape_item *item)
{
    return !item->is_call
           && (!strcmp(item->event.kind, "HIDDEN")
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
    *LIST_PUSH(a, &c->list) =
        (struct cue){ .item = c->r->items.len, .began = at, .ended = at, .slack_ms = SLACK_MS };
}

static bool is_same_kind(const struct cue *x, const struct cue *y)
{
    return x->whole == y->whole && (x->parts == OBSERVE_GROUPS) == (y->parts == OBSERVE_GROUPS);
}

static bool has_start(const struct cues *c, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (!c->r->items.items[i].is_call && !strcmp(c->r->items.items[i].event.kind, "START"))
            return true;
    return false;
}

/* A quarter of the time since the one before of its kind ended: one that is sooner is another. */
static void set_slack(struct cues *c)
{
    struct cue *cue = &c->list.items[c->list.len - 1];
    cue->slack_ms = cue->whole ? SLACK_MS : DOUBT_SLACK_MS;
    for (size_t i = c->list.len - 1; cue->whole && i-- > 0;) {
        const struct cue *before = &c->list.items[i];
        if (has_start(c, before->item, c->list.items[i + 1].item))
            return;
        if (!is_same_kind(before, cue))
            continue;
        const int64_t quarter = (cue->began - before->ended) / 4;
        cue->slack_ms = quarter < LEAST_SLACK_MS ? LEAST_SLACK_MS
                        : quarter < SLACK_MS     ? quarter
                                                 : SLACK_MS;
        return;
    }
}

bool cues_init(struct cues *c, struct arena *a, const struct tape *r, struct error *err)
{
    *c = (struct cues){ .r = r, .until = SIZE_MAX, .shows = SIZE_MAX };
    for (size_t i = 0; i < r->items.len; i++) {
        const struct tape_item *item = &r->items.items[i];
        if (item->is_call || strcmp(item->event.kind, "READ") != 0)
            continue;
        cJSON *body CLEANUP(json_done) = item->event.body ? cJSON_Parse(item->event.body) : NULL;
        const int64_t began = json_int(body, "began", 0);
        const int64_t ended = json_int(body, "ended", item->at);
        if (began <= 0 || began > ended || ended > item->at)
            return error_set(err, ERROR_INVALID, "line %lld: a reading that began after its end",
                             (long long)item->event.seq);
        *LIST_PUSH(a, &c->list) =
            (struct cue){ .item = i,
                          .began = began,
                          .ended = ended,
                          .whole = !json_get(body, "only"),
                          .parts = (unsigned)json_int(body, "parts", OBSERVE_ALL) };
        set_slack(c);
    }
    add_unended(c, a);
    return true;
}

/* The next of its kind; one of later only when that is long over. */
static size_t find_cue(const struct cues *c, int64_t now_ms, bool whole, bool groups)
{
    size_t best = c->list.len;
    for (size_t i = c->next; i < c->list.len && c->list.items[i].item < c->until; i++) {
        const struct cue *cue = &c->list.items[i];
        const bool same = cue->whole == whole && (cue->parts == OBSERVE_GROUPS) == groups;
        if (cue->began > now_ms + SLACK_MS)
            break;
        if (cue->parts && !same)
            continue;
        if (cue->began > (best == c->list.len ? now_ms + cue->slack_ms : now_ms - LATE_MS))
            break;
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

void cues_start(struct cues *c, size_t pos, bool verb)
{
    for (; c->next < c->list.len && c->list.items[c->next].item < pos; c->next++)
        c->due = c->list.items[c->next].item;
    c->first = c->next;
    c->verb = verb;
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

/* ---- what is looked up ------------------------------------------------------------------- */

/* "vsw-1" of "fact vswitch vsw-1", "10.0.0.1" of "fact eni vpc-1/10.0.0.1". */
static const char *name_of(const struct store_event *e)
{
    const char *blank = strrchr(e->key, ' '), *slash = strrchr(e->key, '/');
    return slash ? slash + 1 : blank ? blank + 1 : e->key;
}

static bool has_word(const char *text, const char *word)
{
    static const char ends[] = "&\",%";
    const size_t len = strlen(word);
    for (const char *at = text; at && (at = strstr(at, word)); at += len)
        if (at > text && at[-1] == '=' && (!at[len] || strchr(ends, at[len])))
            return true;
    return false;
}

static bool asks_for(const struct http_request *r, const char *name)
{
    return has_word(r->url, name) || (r->body_len && has_word(r->body, name));
}

/* Was it learned before that item?  Then it may be asked for again, and is no news. */
static bool is_known(const struct tape *r, const char *key, size_t before)
{
    for (size_t i = 0; i < r->base.len; i++)
        if (!strcmp(r->base.items[i].key, key))
            return true;
    for (size_t i = 0; i < before; i++)
        if (!r->items.items[i].is_call && !strcmp(r->items.items[i].event.key, key))
            return true;
    return false;
}

/* When what is looked up now was learned. */
static int64_t fact_due(const struct cues *c, const struct http_request *request, int64_t now_ms)
{
    for (size_t i = 0; i < c->r->items.len; i++) {
        const struct tape_item *item = &c->r->items.items[i];
        if (item->is_call || item->at < now_ms || strcmp(item->event.kind, "FACT") != 0)
            continue;
        if (item->at > now_ms + FACT_MS)
            break;
        if (asks_for(request, name_of(&item->event)) && !is_known(c->r, item->event.key, i))
            return item->at;
    }
    return now_ms;
}

/* ---- lists of certificates ------------------------------------------------------------------- */

static bool is_list(const struct cues *c, size_t i)
{
    const struct tape_item *item = &c->r->items.items[i];
    return !item->is_call && certificates_is_list(&item->event) && item->event.body;
}

/* Before which item a list that is read now has come: that of the next reading; a verb reads one
 * before its first reading, and after each. */
static size_t end_of_list(const struct cues *c)
{
    const size_t reading = c->verb && c->next > c->first ? c->next - 1 : c->next;
    return reading < c->list.len ? c->list.items[reading].item : SIZE_MAX;
}

/* The last that had come by now, or the next: another that was read in between said the same as the
 * one before. */
static size_t find_list(const struct cues *c, int64_t now_ms)
{
    const size_t end = end_of_list(c);
    size_t best = SIZE_MAX;
    for (size_t i = c->listed; i < c->r->items.len && i < c->until; i++) {
        const int64_t at = c->r->items.items[i].at;
        if (!is_list(c, i))
            continue;
        if (at > now_ms && (best != SIZE_MAX || i > end || at > now_ms + LATE_MS))
            break;
        best = i;
    }
    return best;
}

/* The pages after the first show what that was of. */
static bool is_first_page(const struct http_request *r)
{
    static const char page[] = "CurrentPage=";
    const char *at = strstr(r->url, page);
    const char *number = at ? at + sizeof page - 1 : "1";
    return number[0] == '1' && (!number[1] || number[1] == '&');
}

static int64_t list_due(struct cues *c, const struct http_request *request, int64_t now_ms)
{
    if (!is_first_page(request))
        return now_ms;
    c->shows = find_list(c, now_ms);
    if (c->shows == SIZE_MAX)
        return now_ms;
    c->listed = c->shows + 1;
    return c->r->items.items[c->shows].at;
}

const struct store_event *cues_list(const struct cues *c)
{
    return c->shows == SIZE_MAX ? NULL : &c->r->items.items[c->shows].event;
}

int64_t cues_due(struct cues *c, const struct http_request *request, const char *action,
                 int64_t now_ms)
{
    const int64_t soon = now_ms + 1;
    int64_t due = c->hold_ms;
    if (!strncmp(action, "Describe", 8))
        due = fact_due(c, request, now_ms);
    else if (!strcmp(action, CERTIFICATES_LIST))
        due = list_due(c, request, now_ms);
    else if (!strcmp(action, "ListAsynJobs"))
        due = soon;
    return due > soon ? due : soon;
}
