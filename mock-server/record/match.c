/* match.c - strict: the next call; by key: the next of those that ask for the same; fuzzy:
 * the one of this action that differs in the fewest parameters. */
#include "match.h"

#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"

/* Recorded calls that have something in common. */
struct bucket {
    LIST_OF(size_t) calls;
    size_t next;
};

#define X(name, text) text,
static const char *const match_names[] = { REPLAY_MATCHES(X) };
#undef X

const char *replay_match_name(enum replay_match match)
{
    return match_names[match];
}

bool replay_match_named(const char *name, enum replay_match *out)
{
    for (size_t i = 0; i < COUNT(match_names); i++) {
        if (!strcmp(match_names[i], name)) {
            *out = (enum replay_match)i;
            return true;
        }
    }
    return false;
}

static bool ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), len = strlen(end);
    return n >= len && !strcmp(name + n - len, end);
}

/* Does a parameter differ between two runs that do the same? */
static bool changes(const char *name)
{
    return !strcmp(name, "ClientToken") || ends_in(name, "Time") || ends_in(name, "Timestamp")
           || ends_in(name, "Nonce");
}

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

static const char *action_of(const struct record_call *c)
{
    return c->action ? c->action : c->path;
}

static const char *action_key(struct arena *a, const struct record_call *c)
{
    return arena_fmt(a, "%s %s", text_or_empty(c->product), action_of(c));
}

static const char *identity_key(struct arena *a, const struct record_call *c)
{
    struct buf b CLEANUP(buf_done) = { .max = RECORDING_LINE };
    buf_addf(&b, "%s\n%s\n%s", text_or_empty(c->product), text_or_empty(c->region), action_of(c));
    for (size_t i = 0; i < c->params.len; i++)
        if (!changes(c->params.items[i].name))
            buf_addf(&b, "\n%s=%s", c->params.items[i].name, c->params.items[i].value);
    return buf_keep(&b, a);
}

static void bucket_add(struct arena *a, struct map *map, const char *key, size_t call)
{
    struct bucket *b = map_get(map, key);
    if (!b) {
        b = arena_alloc(a, sizeof *b);
        map_put(map, key, b);
    }
    *LIST_PUSH(a, &b->calls) = call;
}

static bool is_id_name(const char *name)
{
    return ends_in(name, "Id") || ends_in(name, "Ids");
}

/* Notes every text that a reply calls an id. */
static void note_ids(struct map *ids, const cJSON *json, const char *name)
{
    const cJSON *m;
    if (cJSON_IsString(json) && name && is_id_name(name) && strcmp(name, "RequestId") != 0)
        map_put(ids, json->valuestring, json);
    cJSON_ArrayForEach (m, json)
        note_ids(ids, m, m->string ? m->string : name);
}

void matcher_init(struct matcher *m, const struct recording *recording, enum replay_match match)
{
    *m = (struct matcher){ .recording = recording, .match = match };
    m->used = arena_array(&m->arena, recording->calls.len + 1, sizeof *m->used);
    for (size_t i = 0; i < recording->calls.len; i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        const struct recorded *r = &recording->calls.items[i];
        bucket_add(&m->arena, &m->buckets, identity_key(&a, &r->call), i);
        bucket_add(&m->arena, &m->actions, action_key(&a, &r->call), i);
        if (match == REPLAY_FUZZY)
            note_ids(&m->introduced, r->json, NULL);
    }
}

void matcher_done(struct matcher *m)
{
    map_done(&m->buckets);
    map_done(&m->actions);
    map_done(&m->introduced);
    map_done(&m->to_live);
    map_done(&m->to_old);
    arena_done(&m->arena);
}

static const char *old_name(const struct matcher *m, const char *value)
{
    const char *old = m && value ? map_get(&m->to_old, value) : NULL;
    return old ? old : value;
}

static bool same_text(const char *x, const char *y)
{
    return x == y || (x && y && !strcmp(x, y));
}

static void compare_text(struct arena *a, const char *name, const char *recorded,
                         const char *actual, match_differences *out)
{
    if (same_text(recorded, actual))
        return;
    *LIST_PUSH(a, out) = (struct match_difference){ name, recorded, actual };
}

void match_compare(struct arena *a, const struct matcher *m, const struct recorded *recorded,
                   const struct record_call *call, bool identity, match_differences *out)
{
    struct record_walk walk = { &recorded->call.params, &call->params, 0, 0 };
    struct record_pair pair;
    compare_text(a, "product", recorded->call.product, call->product, out);
    compare_text(a, "action", action_of(&recorded->call), action_of(call), out);
    compare_text(a, "region", recorded->call.region, call->region, out);
    while (record_walk_next(&walk, &pair))
        if (!identity || !changes(pair.name))
            compare_text(a, pair.name, pair.old, old_name(m, pair.now), out);
}

static const struct recorded *at(const struct matcher *m, size_t i)
{
    return i < m->recording->calls.len ? &m->recording->calls.items[i] : NULL;
}

static const struct recorded *find_strict(struct matcher *m, const struct record_call *call,
                                          size_t n, enum match_kind *kind)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct recorded *r = at(m, n - 1);
    match_differences differences = { 0 };
    if (r)
        match_compare(&a, NULL, r, call, false, &differences);
    *kind = r && !differences.len ? MATCH_EXACT : MATCH_NONE;
    if (*kind == MATCH_EXACT)
        m->used[n - 1] = true;
    return r;
}

struct candidate {
    size_t call, score;
    bool used;
};

/* How many things differ, of those that identify a call of one action. */
static size_t score_of(const struct matcher *m, const struct recorded *r,
                       const struct record_call *call)
{
    struct record_walk walk = { &r->call.params, &call->params, 0, 0 };
    struct record_pair pair;
    size_t score = !same_text(r->call.region, call->region);
    while (record_walk_next(&walk, &pair))
        score += !changes(pair.name) && !same_text(pair.old, old_name(m, pair.now));
    return score;
}

/* A read is better answered again than by another's reply; a write is answered once. */
static bool is_better(const struct candidate *x, const struct candidate *y, bool read)
{
    if (!read && x->used != y->used)
        return !x->used;
    if (x->score != y->score)
        return x->score < y->score;
    if (x->used != y->used)
        return !x->used;
    return x->used && x->call > y->call; /* the last one answered is the freshest */
}

/* The nearest recorded call of the same action; false when there is none. */
static bool nearest(const struct matcher *m, const struct record_call *call, struct candidate *best)
{
    struct arena keys CLEANUP(arena_done) = { 0 };
    const struct bucket *b = map_get(&m->actions, action_key(&keys, call));
    for (size_t i = 0; b && i < b->calls.len; i++) {
        struct candidate c = { .call = b->calls.items[i] };
        c.used = m->used[c.call];
        c.score = score_of(m, &m->recording->calls.items[c.call], call);
        if (!i || is_better(&c, best, record_is_read(call)))
            *best = c;
        if (!best->score && !best->used)
            break; /* none can be better */
    }
    return b != NULL;
}

static const struct recorded *find_by_key(struct matcher *m, const struct record_call *call,
                                          enum match_kind *kind)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct bucket *b = map_get(&m->buckets, identity_key(&a, call));
    struct candidate near = { 0 };
    if (b && b->next < b->calls.len) {
        size_t i = b->calls.items[b->next++];
        *kind = MATCH_EXACT;
        m->used[i] = true;
        return at(m, i);
    }
    *kind = b && record_is_read(call) ? MATCH_REPEATED : MATCH_NONE;
    if (b)
        return at(m, b->calls.items[b->calls.len - 1]);
    return nearest(m, call, &near) ? at(m, near.call) : NULL;
}

static size_t kind_of_id(const char *id)
{
    return strcspn(id, "-");
}

/* The caller knows as 'actual' what the recording calls 'recorded', if both are ids of one
 * kind and neither means something else already. */
static void learn(struct matcher *m, const struct match_difference *d)
{
    if (!d->recorded || !d->actual || !map_get(&m->introduced, d->recorded)
        || map_get(&m->introduced, d->actual) || map_get(&m->to_live, d->recorded)
        || map_get(&m->to_old, d->actual))
        return;
    size_t len = kind_of_id(d->recorded);
    if (len != kind_of_id(d->actual) || strncmp(d->recorded, d->actual, len) != 0)
        return;
    map_put(&m->to_live, d->recorded, arena_strdup(&m->arena, d->actual));
    map_put(&m->to_old, d->actual, arena_strdup(&m->arena, d->recorded));
}

static const struct recorded *find_fuzzy(struct matcher *m, const struct record_call *call,
                                         enum match_kind *kind)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    match_differences differences = { 0 };
    struct candidate near = { 0 };
    *kind = MATCH_NONE;
    if (!nearest(m, call, &near))
        return NULL;
    const struct recorded *r = at(m, near.call);
    if (near.used && !record_is_read(call))
        return r;
    *kind = near.used ? MATCH_REPEATED : near.score ? MATCH_INEXACT : MATCH_EXACT;
    match_compare(&a, m, r, call, true, &differences);
    for (size_t i = 0; i < differences.len; i++)
        learn(m, &differences.items[i]);
    m->used[near.call] = true;
    return r;
}

const struct recorded *matcher_find(struct matcher *m, const struct record_call *call, size_t n,
                                    enum match_kind *kind)
{
    switch (m->match) {
    case REPLAY_STRICT: return find_strict(m, call, n, kind);
    case REPLAY_KEY: return find_by_key(m, call, kind);
    case REPLAY_FUZZY: return find_fuzzy(m, call, kind);
    }
    *kind = MATCH_NONE;
    return NULL;
}

static void translate(const struct matcher *m, cJSON *json)
{
    cJSON *e;
    const char *live = cJSON_IsString(json) ? map_get(&m->to_live, json->valuestring) : NULL;
    if (live)
        cJSON_SetValuestring(json, live);
    cJSON_ArrayForEach (e, json)
        translate(m, e);
}

cJSON *matcher_translate(const struct matcher *m, const cJSON *json)
{
    cJSON *copy = cJSON_Duplicate(json, true);
    translate(m, copy);
    return copy;
}
