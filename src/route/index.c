/* index.c - which rules can share a host at all.  Rules that name their hosts exactly fall
 * into groups: two that name one host are in one group, as are two that are in one with a
 * third.  All others are open: they can share a host with any. */
#include "alb-agent/map.h"
#include "route_priv.h"

struct numbers {
    size_t *items, len;
};

struct route_index {
    size_t n;
    size_t *group; /* of a rule; 'n': open */
    struct numbers *groups;
    struct numbers open;
};

static size_t root_of(size_t *parent, size_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

/* Puts the hosts of rule 'i' into one group with whoever named one of them before. */
static void join_hosts(const struct route_rule *r, size_t i, struct map *first, size_t *parent)
{
    for (size_t k = 0; k < r->hosts->patterns.len; k++) {
        const char *host = r->hosts->patterns.items[k].text;
        size_t *earlier = map_get(first, host);
        if (earlier) {
            size_t x = root_of(parent, (size_t)(earlier - parent)), y = root_of(parent, i);
            parent[x > y ? x : y] = x < y ? x : y;
        } else {
            map_put(first, host, &parent[i]);
        }
    }
}

static void find_groups(struct arena *a, struct route_rule *const *rules, struct route_index *ix)
{
    struct map first CLEANUP(map_done) = { 0 };
    size_t *parent = arena_array(a, ix->n + 1, sizeof *parent);
    for (size_t i = 0; i < ix->n; i++) {
        parent[i] = i;
        if (rules[i]->hosts)
            join_hosts(rules[i], i, &first, parent);
    }
    for (size_t i = 0; i < ix->n; i++)
        ix->group[i] = rules[i]->hosts ? root_of(parent, i) : ix->n;
}

struct route_index *route_index_new(struct arena *a, struct route_rule *const *rules, size_t n)
{
    struct route_index *ix = arena_alloc(a, sizeof *ix);
    ix->n = n;
    ix->group = arena_array(a, n + 1, sizeof *ix->group);
    ix->groups = arena_array(a, n + 1, sizeof *ix->groups);
    find_groups(a, rules, ix);
    for (size_t i = 0; i < n; i++)
        ix->groups[ix->group[i]].len++;
    for (size_t g = 0; g <= n; g++) {
        ix->groups[g].items = arena_array(a, ix->groups[g].len, sizeof *ix->groups[g].items);
        ix->groups[g].len = 0;
    }
    for (size_t i = 0; i < n; i++) {
        struct numbers *g = &ix->groups[ix->group[i]];
        g->items[g->len++] = i;
    }
    ix->open = ix->groups[n];
    return ix;
}

/* The first of 'l' from 'from' on. */
static size_t find_from(const struct numbers *l, size_t from)
{
    size_t low = 0, high = l->len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (l->items[middle] < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t route_index_next(const struct route_index *ix, size_t i, size_t from)
{
    if (from == i)
        from++;
    if (ix->group[i] == ix->n || from >= ix->n)
        return from < ix->n ? from : ix->n;
    const struct numbers *own = &ix->groups[ix->group[i]];
    size_t x = find_from(own, from), y = find_from(&ix->open, from);
    if (x < own->len && own->items[x] == i)
        x++;
    size_t best = x < own->len ? own->items[x] : ix->n;
    return y < ix->open.len && ix->open.items[y] < best ? ix->open.items[y] : best;
}
