/* score.c - the recorded calls, lane by lane, and how those that are made now compare. */
#include <string.h>

#include "alb-agent/json.h"
#include "replay_priv.h"

/* Each text of a reply may be an id. */
static void note_ids(struct score *s, const cJSON *json, const struct tape_item *item)
{
    for (const cJSON *v = json ? json->child : NULL; v; v = v->next) {
        if (cJSON_IsString(v) && !map_get(&s->created, v->valuestring))
            map_put(&s->created, v->valuestring, item);
        note_ids(s, v, item);
    }
}

void score_init(struct score *s, struct arena *a, const struct tape *r, int64_t until)
{
    *s = (struct score){ .a = a, .r = r, .until = until };
    s->made = arena_array(a, r->items.len + 1, sizeof *s->made);
    for (size_t i = 0; i < r->items.len; i++) {
        const struct tape_item *item = &r->items.items[i];
        s->n_due += item->is_call && (!until || item->call.call.id <= until);
        cJSON *reply CLEANUP(json_done) = item->is_call && item->call.outcome.reply
                                              ? cJSON_Parse(item->call.outcome.reply)
                                              : NULL;
        note_ids(s, reply, item);
    }
}

static bool counts(const struct score *s, const struct tape_item *item)
{
    return item->is_call && (!s->until || item->call.call.id <= s->until);
}

static const char *value_of(const cJSON *v)
{
    return cJSON_IsString(v) ? v->valuestring : NULL;
}

static const char *word_of(const cJSON *object, const char *name, const char *otherwise)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);
    return v && value_of(v) ? value_of(v) : otherwise;
}

/* The first parameter in which they differ, in words; NULL: none. */
static const char *differing(struct arena *a, const struct store_call *was,
                             const struct store_call *is)
{
    cJSON *old CLEANUP(json_done) = cJSON_Parse(was->params);
    cJSON *new CLEANUP(json_done) = cJSON_Parse(is->params);
    const cJSON *p;
    if (strcmp(was->action, is->action) != 0)
        return arena_fmt(a, "%s, and now %s", was->action, is->action);
    cJSON_ArrayForEach (p, old) {
        const char *then = word_of(old, p->string, "?"), *now = word_of(new, p->string, "not set");
        if (strcmp(now, then) != 0)
            return arena_fmt(a, "%s: %s, and now %s", p->string, then, now);
    }
    cJSON_ArrayForEach (p, new)
        if (!cJSON_GetObjectItemCaseSensitive(old, p->string))
            return arena_fmt(a, "%s: not set, and now %s", p->string, word_of(new, p->string, "?"));
    return NULL;
}

static void differ(struct score *s, const struct tape_item *recorded,
                   const struct store_journaled *made, const char *what)
{
    if (s->difference)
        return;
    s->difference = arena_alloc(s->a, sizeof *s->difference);
    *s->difference = (struct replay_difference){
        .recorded = recorded,
        .made = made ? arena_dup(s->a, made, sizeof *made) : NULL,
        .what = what,
    };
}

static void advance(struct score *s)
{
    const struct tape *r = s->r;
    while (s->first < r->items.len && (!r->items.items[s->first].is_call || s->made[s->first]))
        s->first++;
}

const struct tape_item *score_take(struct score *s, const struct store_journaled *made)
{
    advance(s);
    for (size_t i = s->first; i < s->r->items.len; i++) {
        const struct tape_item *item = &s->r->items.items[i];
        if (!item->is_call || s->made[i] || strcmp(item->call.call.lane, made->call.lane) != 0)
            continue;
        const char *what = differing(s->a, &item->call.call, &made->call);
        if (what && counts(s, item)) {
            differ(s, item, made, what);
            return NULL;
        }
        s->made[i] = true;
        s->end = i + 1 > s->end ? i + 1 : s->end;
        s->n_made += counts(s, item);
        return item;
    }
    /* What comes after the end of the recording nobody can know. */
    if (!s->until && (s->more || made->call.sent_at <= s->r->to))
        differ(s, NULL, made, NULL);
    return NULL;
}

bool score_reached(struct score *s, int64_t at_ms)
{
    advance(s);
    return s->first == s->r->items.len || s->r->items.items[s->first].at >= at_ms;
}

void score_end(struct score *s)
{
    for (size_t i = 0; i < s->r->items.len && !s->difference; i++)
        if (counts(s, &s->r->items.items[i]) && !s->made[i])
            differ(s, &s->r->items.items[i], NULL, NULL);
}

bool score_is_over(const struct score *s)
{
    return s->difference || (s->until && s->n_made == s->n_due);
}

bool score_lacks(const struct score *s, const char *id)
{
    const struct tape_item *item = map_get(&s->created, id);
    return item && !s->made[item - s->r->items.items];
}

/* Is it one of those that a call names, with ", " between? */
static bool names(const char *list, const char *resource)
{
    const size_t len = strlen(resource);
    for (const char *at = list; at && (at = strstr(at, resource)); at += len)
        if ((at == list || at[-1] == ' ') && (!at[len] || at[len] == ','))
            return true;
    return false;
}

/* When the reading began that ends next, which is the one that showed an item. */
static int64_t reading_began(const struct score *s, size_t item)
{
    for (size_t i = item; i < s->r->items.len; i++) {
        const struct store_event *e = &s->r->items.items[i].event;
        if (s->r->items.items[i].is_call || strcmp(e->kind, "READ") != 0)
            continue;
        cJSON *body CLEANUP(json_done) = e->body ? cJSON_Parse(e->body) : NULL;
        return json_int(body, "began", INT64_MAX);
    }
    return INT64_MAX;
}

bool score_is_past(const struct score *s, int64_t line, const char *resource)
{
    /* One line each: the head, what was so, and the items. */
    const size_t before = s->r->base.len + 1;
    const size_t item = (size_t)line > before ? (size_t)line - before : 0;
    const int64_t began = reading_began(s, item);
    for (size_t i = 0; i < s->end; i++) {
        const struct tape_item *call = &s->r->items.items[i];
        if (s->made[i] && (i >= item || call->at > began)
            && names(call->call.call.resource, resource))
            return true;
    }
    return false;
}

void score_done(struct score *s)
{
    map_done(&s->created);
}
