/* rule_near.c - which rules of a listener overlap, without asking of every pair: a rule for
 * one exact host meets only rules for that host and rules for several. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "rule_priv.h"

/* Where a node can be met: hashes of its one exact host and path, 0: not just one. */
struct address {
    uint64_t host, path;
    size_t node;
};

static uint64_t hash_plain(const char *s)
{
    uint64_t h = 14695981039346656037U;
    for (; *s; s++) {
        if (*s == '*' || *s == '?' || *s == '~')
            return 0;
        h = (h ^ (uint64_t)tolower((unsigned char)*s)) * 1099511628211U;
    }
    return h | 1;
}

static uint64_t exact(const struct alb_rule *rule, enum alb_cond type)
{
    for (size_t i = 0; i < rule->conditions.len; i++) {
        const struct alb_condition *c = &rule->conditions.items[i];
        if (c->type == type && c->values.values.len == 1 && c->values.values.items[0])
            return hash_plain(c->values.values.items[0]);
    }
    return 0;
}

static int by_address(const void *x, const void *y)
{
    const struct address *a = x, *b = y;
    if (a->host != b->host)
        return a->host < b->host ? -1 : 1;
    if (a->path != b->path)
        return a->path < b->path ? -1 : 1;
    return (a->node > b->node) - (a->node < b->node);
}

struct finder {
    struct arena *a;
    struct rule_list *l;
    struct address *at;
    size_t n;
};

/* The first address that is not before (host, path). */
static size_t seek(const struct finder *f, uint64_t host, uint64_t path)
{
    const struct address key = { .host = host, .path = path };
    size_t low = 0, high = f->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (by_address(&f->at[mid], &key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void meet(struct finder *f, size_t i, size_t k)
{
    struct rule_node *x = &f->l->nodes.items[f->at[i].node], *y = &f->l->nodes.items[f->at[k].node];
    if (!rules_overlap(x, y))
        return;
    *LIST_PUSH(f->a, &x->near) = y;
    *LIST_PUSH(f->a, &y->near) = x;
}

/* Those of 'host' whose path may be that of address 'i'. */
static void meet_host(struct finder *f, size_t i, uint64_t host)
{
    const struct address *x = &f->at[i];
    bool same = host == x->host; /* of two, the later one looks for the earlier */
    for (size_t k = seek(f, host, 0); f->at[k].host == host; k++) {
        if (same && k >= i)
            break;
        if (x->path && f->at[k].path && f->at[k].path != x->path) {
            if (f->at[k].path > x->path)
                break;
            k = seek(f, host, x->path) - 1;
            continue;
        }
        meet(f, i, k);
    }
}

static int by_place(const void *x, const void *y)
{
    const struct rule_node *const *a = x, *const *b = y;
    return (*a > *b) - (*a < *b);
}

void find_near(struct arena *a, struct rule_list *l)
{
    struct finder f = { .a = a, .l = l, .n = l->nodes.len };
    f.at = arena_array(a, f.n + 1, sizeof *f.at);
    for (size_t i = 0; i < f.n; i++) {
        const struct alb_rule *rule = l->nodes.items[i].rule;
        f.at[i] = (struct address){ exact(rule, ALB_COND_HOST), exact(rule, ALB_COND_PATH), i };
    }
    if (f.n)
        qsort(f.at, f.n, sizeof *f.at, by_address);
    for (size_t i = 1; i < f.n; i++) { /* the first meets none before it */
        meet_host(&f, i, f.at[i].host);
        if (f.at[i].host)
            meet_host(&f, i, 0);
    }
    for (size_t i = 0; i < f.n; i++) {
        struct rule_node *n = &l->nodes.items[i];
        if (n->near.len)
            qsort(n->near.items, n->near.len, sizeof(struct rule_node *), by_place);
    }
}
