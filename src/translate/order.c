/* order.c - the order of the rules of a listener: that of the existing controller, or that of
 * the Kubernetes specification of Ingress (alb-ingress.md §C.1, §C.11). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rule_priv.h"

static const char order_annotation[] = "alb-agent/rule-order";

enum rule_order order_read(struct subject *s)
{
    const char *text = object_annotation(s->obj, order_annotation);
    struct place at = { .name = arena_fmt(s->t->a, "metadata.annotations[%s]", order_annotation) };
    if (!text || !strcmp(text, "compatible"))
        return ORDER_COMPATIBLE;
    if (strcmp(text, "specification") != 0)
        problem(s, &at, "\"%s\" is not known; give compatible or specification", text);
    return ORDER_SPECIFICATION;
}

static int compare_members(const void *x, const void *y)
{
    const struct ingress *a = *(struct ingress *const *)x, *b = *(struct ingress *const *)y;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return strcmp(a->sort_key, b->sort_key);
}

void order_members(struct config *c)
{
    if (c->members.len)
        qsort(c->members.items, c->members.len, sizeof *c->members.items, compare_members);
}

/* ---- compatible ------------------------------------------------------------------------------ */

static int compare_sizes(size_t x, size_t y)
{
    return x < y ? -1 : x > y;
}

/* What is for all that is left comes last. */
static int by_position(const void *x, const void *y)
{
    const struct placed *a = x, *b = y;
    if (a->route->is_default != b->route->is_default)
        return a->route->is_default ? 1 : -1;
    return compare_sizes(a->seq, b->seq);
}

/* ---- specification --------------------------------------------------------------------------- */

/* The host of a rule that has none of its own is what its conditions say. */
static const char *host_of(const struct route *r)
{
    if (r->host)
        return r->host;
    for (size_t i = 0; i < r->conditions.len; i++)
        if (r->conditions.items[i].type == ALB_COND_HOST)
            return r->conditions.items[i].values.values.items[0];
    return NULL;
}

/* Exact hosts, then patterns, the longest first, then none. */
static int compare_hosts(const char *x, const char *y)
{
    bool x_pattern = x && (x[0] == '~' || strpbrk(x, "*?"));
    bool y_pattern = y && (y[0] == '~' || strpbrk(y, "*?"));
    if (!x || !y)
        return !x - !y;
    if (x_pattern != y_pattern)
        return x_pattern ? 1 : -1;
    return x_pattern ? compare_sizes(strlen(y), strlen(x)) : 0;
}

/* How much of a path every request has, from its "/" on; a slash at its end does not count. */
static size_t literal_len(const struct route *r)
{
    size_t n = strlen(r->path);
    if (r->kind == PATH_PATTERN)
        n = strcspn(r->path, "*?([{|^$\\");
    return r->kind == PATH_PREFIX && r->path[n - 1] == '/' ? n - 1 : n;
}

static int compare_paths(const struct route *x, const struct route *y)
{
    bool x_exact = x->kind == PATH_EXACT, y_exact = y->kind == PATH_EXACT;
    if (x_exact != y_exact)
        return x_exact ? -1 : 1;
    int c = x_exact ? 0 : compare_sizes(literal_len(y), literal_len(x));
    return c ? c : (int)x->kind - (int)y->kind;
}

/* A canary by header before one by cookie, and either before the main rule. */
static int canary_rank(const struct ingress *ing)
{
    if (!ing->canary.on)
        return 2;
    return ing->canary.header ? 0 : 1;
}

static int by_specification(const void *x, const void *y)
{
    const struct placed *a = x, *b = y;
    if (a->route->is_default != b->route->is_default)
        return a->route->is_default ? 1 : -1;
    int c = compare_hosts(host_of(a->route), host_of(b->route));
    if (!c)
        c = compare_paths(a->route, b->route);
    if (!c)
        c = canary_rank(a->ing) - canary_rank(b->ing);
    if (!c)
        c = compare_sizes(b->route->conditions.len, a->route->conditions.len);
    return c ? c : compare_sizes(a->seq, b->seq);
}

void order_rules(enum rule_order order, placed_list *rules)
{
    if (rules->len)
        qsort(rules->items, rules->len, sizeof *rules->items,
              order == ORDER_SPECIFICATION ? by_specification : by_position);
}
