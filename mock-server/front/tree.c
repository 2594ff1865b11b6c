/* tree.c - sorts the parameters first and builds the tree in one pass over them, so that
 * a hostile request costs n log n. */
#include "tree.h"

#include <stdlib.h>
#include <string.h>

/* A parameter with its place, for a sort that keeps the order of equal names. */
struct entry {
    const struct param *param;
    size_t at;
};

/* The number that 'len' bytes are, or -1. */
static int64_t segment_index(const char *s, size_t len)
{
    int64_t n = 0;
    if (!len || len > 9)
        return -1;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        n = n * 10 + (s[i] - '0');
    }
    return n;
}

static int segment_compare(const char *x, size_t nx, const char *y, size_t ny)
{
    int64_t ix = segment_index(x, nx), iy = segment_index(y, ny);
    if (ix >= 0 && iy >= 0)
        return (ix > iy) - (ix < iy);
    if (ix >= 0 || iy >= 0)
        return ix >= 0 ? -1 : 1;
    int order = memcmp(x, y, nx < ny ? nx : ny);
    return order ? order : (nx > ny) - (nx < ny);
}

static int name_compare(const char *x, const char *y)
{
    for (;;) {
        size_t nx = strcspn(x, "."), ny = strcspn(y, ".");
        int order = segment_compare(x, nx, y, ny);
        if (order)
            return order;
        if (!x[nx] || !y[ny])
            return (x[nx] != '\0') - (y[ny] != '\0');
        x += nx + 1;
        y += ny + 1;
    }
}

static int by_name(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = name_compare(x->param->name, y->param->name);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static size_t segments(const char *name)
{
    size_t n = 1;
    for (; *name; name++)
        n += *name == '.';
    return n;
}

/* The last child of 't' when it is called so, else a new one. */
static struct tree *child_of(struct arena *a, struct tree *t, const char *name, size_t len)
{
    struct tree *last = t->children.len ? &t->children.items[t->children.len - 1] : NULL;
    if (last && !segment_compare(last->name, strlen(last->name), name, len))
        return last;
    int64_t index = segment_index(name, len);
    last = LIST_PUSH(a, &t->children);
    last->index = index;
    last->name = index < 0 ? arena_strndup(a, name, len) : arena_fmt(a, "%lld", (long long)index);
    return last;
}

static void put(struct arena *a, struct tree *t, const struct param *param)
{
    const char *name = param->name;
    for (;;) {
        size_t len = strcspn(name, ".");
        t = child_of(a, t, name, len);
        if (!name[len])
            break;
        name += len + 1;
    }
    if (!t->value)
        t->value = param->value;
}

struct tree tree_build(struct arena *a, const struct params *x, const struct params *y)
{
    struct tree root = { .name = "", .index = -1 };
    struct entry *entries = arena_array(a, x->len + y->len, sizeof *entries);
    size_t n = 0;
    for (size_t i = 0; i < x->len + y->len; i++) {
        const struct param *p = i < x->len ? &x->items[i] : &y->items[i - x->len];
        if (*p->value && segments(p->name) <= TREE_DEPTH)
            entries[n++] = (struct entry){ p, i };
    }
    if (n)
        qsort(entries, n, sizeof *entries, by_name);
    for (size_t i = 0; i < n; i++)
        put(a, &root, entries[i].param);
    return root;
}

const struct tree *tree_get(const struct tree *t, const char *name)
{
    for (size_t i = 0; i < t->children.len; i++)
        if (!strcmp(t->children.items[i].name, name))
            return &t->children.items[i];
    return NULL;
}

static void flatten(struct arena *a, struct params *out, const struct tree *t, const char *path)
{
    if (t->value)
        *LIST_PUSH(a, out) = (struct param){ path, t->value };
    for (size_t i = 0; i < t->children.len; i++) {
        const struct tree *c = &t->children.items[i];
        flatten(a, out, c, path ? arena_fmt(a, "%s.%s", path, c->name) : c->name);
    }
}

struct params tree_flatten(struct arena *a, const struct tree *t)
{
    struct params out = { 0 };
    flatten(a, &out, t, NULL);
    return out;
}
