/* flow.c - buckets count in parts of a token, so that they fill evenly in whole numbers:
 * a token is 'per_ms' parts, and each millisecond adds 'tokens' of them. */
#include "flow.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/map.h"

static const int64_t MAX_NUMBER = 1000000000;

struct limit {
    const char *name; /* of an action, or "reads" or "writes" */
    int64_t tokens, per_ms;
    bool off;
};

struct bucket {
    int64_t parts, size, at_ms; /* 'size' parts when full; as of 'at_ms' */
};

struct flow {
    struct arena arena;
    LIST_OF(struct limit) limits;
    struct map buckets; /* "region action" to bucket */
    bool tells;
};

bool flow_open(struct flow **out, struct error *err)
{
    *out = calloc(1, sizeof **out);
    return *out || error_set(err, ERROR_BUG, "out of memory");
}

void flow_close(struct flow *f)
{
    if (!f)
        return;
    map_done(&f->buckets);
    arena_done(&f->arena);
    free(f);
}

static bool read_number(const char **text, int64_t *n)
{
    const char *c = *text;
    for (*n = 0; *c >= '0' && *c <= '9' && *n <= MAX_NUMBER; c++)
        *n = *n * 10 + (*c - '0');
    bool ok = c > *text && *n > 0 && *n <= MAX_NUMBER;
    *text = c;
    return ok;
}

static struct limit *limit_named(struct flow *f, const char *name, size_t len)
{
    for (size_t i = 0; i < f->limits.len; i++)
        if (strlen(f->limits.items[i].name) == len && !strncmp(f->limits.items[i].name, name, len))
            return &f->limits.items[i];
    struct limit *limit = LIST_PUSH(&f->arena, &f->limits);
    limit->name = arena_strndup(&f->arena, name, len);
    return limit;
}

bool flow_set(struct flow *f, const char *text, struct error *err)
{
    size_t len = strcspn(text, "=");
    const char *value = text[len] ? text + len + 1 : "";
    struct limit limit = { 0 };
    if (!strcmp(text, "off")) {
        f->limits.len = 0;
        return true;
    }
    if (!strcmp(text, "on"))
        return flow_set(f, "reads=20/1000", err) && flow_set(f, "writes=200/60000", err);
    if (!strcmp(text, "retry-after=on") || !strcmp(text, "retry-after=off")) {
        f->tells = !strcmp(value, "on");
        return true;
    }
    limit.off = !strcmp(value, "off");
    if (!len
        || (!limit.off
            && (!read_number(&value, &limit.tokens) || *value++ != '/'
                || !read_number(&value, &limit.per_ms) || *value)))
        return error_set(err, ERROR_INVALID,
                         "'%s' is none of on, off, NAME=TOKENS/MILLISECONDS, NAME=off", text);
    struct limit *set = limit_named(f, text, len);
    limit.name = set->name;
    *set = limit;
    return true;
}

static bool is_read(const char *action)
{
    return !strncmp(action, "List", 4) || !strncmp(action, "Get", 3)
           || !strncmp(action, "Describe", 8);
}

/* The action's own limit before that of its kind, or NULL. */
static const struct limit *limit_of(const struct flow *f, const char *action)
{
    const char *kind = is_read(action) ? "reads" : "writes";
    const struct limit *found = NULL;
    for (size_t i = 0; i < f->limits.len; i++) {
        const struct limit *limit = &f->limits.items[i];
        if (!strcmp(limit->name, action))
            return limit->off ? NULL : limit;
        if (!strcmp(limit->name, kind))
            found = limit;
    }
    return found && !found->off ? found : NULL;
}

/* The bucket as it is now: filled up since it was last seen, and of its present size. */
static struct bucket *bucket_of(struct flow *f, const char *region, const char *action,
                                const struct limit *limit, int64_t now_ms)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *key = arena_fmt(&a, "%s %s", region, action);
    struct bucket *b = map_get(&f->buckets, key);
    int64_t size = limit->tokens * limit->per_ms;
    if (!b) {
        b = arena_alloc(&f->arena, sizeof *b);
        *b = (struct bucket){ size, size, now_ms };
        map_put(&f->buckets, key, b);
    }
    if (b->size != size) {
        b->parts = size;
        b->size = size;
    }
    int64_t passed = now_ms > b->at_ms ? now_ms - b->at_ms : 0;
    int64_t fills_in = (size - b->parts) / limit->tokens + 1;
    b->parts = passed >= fills_in ? size : b->parts + passed * limit->tokens;
    if (b->parts > size)
        b->parts = size;
    b->at_ms = now_ms;
    return b;
}

bool flow_take(struct flow *f, const char *region, const char *action, int64_t now_ms,
               int64_t *retry_ms)
{
    const struct limit *limit = limit_of(f, action);
    *retry_ms = 0;
    if (!limit)
        return true;
    struct bucket *b = bucket_of(f, region, action, limit, now_ms);
    if (b->parts >= limit->per_ms) {
        b->parts -= limit->per_ms;
        return true;
    }
    if (f->tells)
        *retry_ms = (limit->per_ms - b->parts + limit->tokens - 1) / limit->tokens;
    return false;
}

void flow_write(const struct flow *f, struct buf *b)
{
    buf_addf(b, "{\"retry-after\":\"%s\"", f->tells ? "on" : "off");
    for (size_t i = 0; i < f->limits.len; i++) {
        const struct limit *limit = &f->limits.items[i];
        buf_addc(b, ',');
        buf_add_json(b, limit->name);
        if (limit->off)
            buf_adds(b, ":\"off\"");
        else
            buf_addf(b, ":\"%" PRId64 "/%" PRId64 "\"", limit->tokens, limit->per_ms);
    }
    buf_addc(b, '}');
}
