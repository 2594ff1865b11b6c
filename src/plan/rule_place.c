/* rule_place.c - places for the rules of a trial (rule_try.c).
 *
 * A rule that is turned into another one can leave it its place, so a list without a free label
 * can still take a new rule where one goes.  First the places of what goes are tried, the nearest
 * to the list neighbour; then the labels of the passes, with other pairs and orders; then the
 * lowest places, for rules that change from the top. */
#include <string.h>

#include "rule_priv.h"

enum { RULES_MAX = 160, FREE_MAX = 200 };

struct placer {
    struct arena *a;
    struct rule_list *l;
    bool *kept;     /* of a node                                                      */
    int64_t *label; /* of a wanted node, once placed                                  */
    size_t *slot;   /* of a wanted node: whose place it takes, + 1                    */
    bool *given;    /* of a node that goes: its place                                 */
    bool taken[LABEL_MAX + 2];
    bool lowest; /* of the places that will do, take the lowest                        */
};

static struct trial_rule *add(struct trial *t, struct rule_node *n, int64_t label, bool fresh)
{
    struct trial_rule *r = LIST_PUSH(t->p->a, &t->rules);
    *r = (struct trial_rule){ .node = n, .label = label, .fresh = fresh };
    return r;
}

static void add_pair(struct trial *t, size_t x, size_t y)
{
    t->rules.items[x].peer = y + 1;
    t->rules.items[y].peer = x + 1;
}

/* What the passes do, where they do it. */
static void add_ops(struct trial *t, const rule_ops *ops)
{
    for (size_t i = 0; i < ops->len; i++) {
        const struct rule_op *op = &ops->items[i];
        if (op->kind != STEP_CREATE)
            (void)add(t, op->node, op->from, false);
        if (op->kind != STEP_DELETE)
            (void)add(t, op->node, op->to, true);
        if (op->kind == STEP_UPDATE)
            add_pair(t, t->rules.len - 2, t->rules.len - 1);
    }
}

/* ---- places of what goes ------------------------------------------------------------------------
 */

/* What could stay if there were room everywhere. */
static void find_kept(struct placer *s)
{
    const size_t n = s->l->nodes.len;
    bool *before = arena_array(s->a, n, sizeof *before);
    s->kept = arena_array(s->a, n, sizeof *s->kept);
    for (size_t i = 0; i < n; i++)
        before[i] = s->l->nodes.items[i].kept;
    order_keep(s->a, s->l);
    for (size_t i = 0; i < n; i++) {
        s->kept[i] = i < s->l->n_wanted && s->l->nodes.items[i].kept;
        s->l->nodes.items[i].kept = before[i];
    }
}

static bool goes(const struct placer *s, size_t i)
{
    const struct rule_node *n = &s->l->nodes.items[i];
    return n->was && !n->pinned && !s->kept[i];
}

/* Between which labels wanted node 'i' belongs. */
static void find_bounds(const struct placer *s, size_t i, int64_t *low, int64_t *high)
{
    const struct rule_node *n = &s->l->nodes.items[i];
    *low = 0;
    *high = LABEL_MAX + 1;
    for (size_t j = 0; j < n->near.len; j++) {
        size_t k = (size_t)(n->near.items[j] - s->l->nodes.items);
        if (k < i && s->label[k] > *low)
            *low = s->label[k];
        if (k > i && k < s->l->n_wanted && s->kept[k] && n->near.items[j]->was < *high)
            *high = n->near.items[j]->was;
    }
}

/* The place of a rule that goes, or 0. */
static int64_t find_slot(struct placer *s, size_t i, int64_t low, int64_t high, int64_t beside)
{
    size_t best = s->l->nodes.len;
    for (size_t k = 0; k < s->l->nodes.len; k++) {
        const struct rule_node *n = &s->l->nodes.items[k];
        if (!goes(s, k) || s->given[k] || n->was <= low || n->was >= high
            || !same_direction(n->rule, s->l->nodes.items[i].rule))
            continue;
        if (best == s->l->nodes.len) {
            best = k;
            continue;
        }
        const int64_t was = s->l->nodes.items[best].was;
        bool lower = n->was > was, past = was <= beside;
        if (s->lowest || past ? lower : !lower && n->was > beside)
            best = k;
    }
    if (best == s->l->nodes.len)
        return 0;
    s->given[best] = true;
    s->slot[i] = best + 1;
    return s->l->nodes.items[best].was;
}

/* A label that nobody has, with distance to its neighbours, or 0. */
static int64_t find_free(const struct placer *s, int64_t low, int64_t high, int64_t beside)
{
    int64_t from = (beside > low && beside < high ? beside : low) + 1;
    while (from < high && s->taken[from])
        from++;
    if (from >= high)
        for (from = low + 1; from < high && s->taken[from];)
            from++;
    if (from >= high)
        return 0;
    int64_t end = from;
    while (end < high && !s->taken[end] && end - from < FREE_MAX)
        end++;
    return from + (end - from) / 2;
}

static bool place_all(struct placer *s)
{
    const size_t n = s->l->nodes.len;
    int64_t beside = 0, low, high;
    s->label = arena_array(s->a, n, sizeof *s->label);
    s->slot = arena_array(s->a, n, sizeof *s->slot);
    s->given = arena_array(s->a, n, sizeof *s->given);
    memset(s->taken, 0, sizeof s->taken);
    for (size_t i = 0; i < s->l->nodes.len; i++)
        s->taken[s->l->nodes.items[i].was] = true;
    for (size_t i = 0; i < s->l->n_wanted; i++) {
        s->label[i] = s->l->nodes.items[i].was;
        if (!s->kept[i]) {
            find_bounds(s, i, &low, &high);
            s->label[i] = find_slot(s, i, low, high, beside);
            if (!s->label[i])
                s->label[i] = find_free(s, low, high, beside);
            if (!s->label[i])
                return false;
            s->taken[s->label[i]] = true;
        }
        beside = s->label[i];
    }
    return true;
}

static void add_places(struct trial *t, const struct placer *s)
{
    size_t *old = arena_array(s->a, s->l->nodes.len, sizeof *old);
    for (size_t i = 0; i < s->l->nodes.len; i++) {
        struct rule_node *n = &s->l->nodes.items[i];
        bool changed = s->kept[i] && n->changed;
        if (changed || goes(s, i)) {
            old[i] = t->rules.len;
            (void)add(t, n, n->was, false);
        }
        if (changed) {
            (void)add(t, n, n->was, true);
            add_pair(t, old[i], old[i] + 1);
        }
    }
    for (size_t i = 0; i < s->l->n_wanted; i++) {
        if (s->kept[i])
            continue;
        (void)add(t, &s->l->nodes.items[i], s->label[i], true);
        if (s->slot[i])
            add_pair(t, old[s->slot[i] - 1], t->rules.len - 1);
    }
}

static bool try_passes(struct placer *s, struct planner *p, const rule_ops *ops, rule_ops *out)
{
    struct trial t = { .p = p, .l = s->l, .waits = ops->items[0].waits };
    add_ops(&t, ops);
    return t.rules.len <= RULES_MAX && try_orders(&t, out);
}

static bool try_places(struct placer *s, struct planner *p, bool lowest, const rule_ops *ops,
                       rule_ops *out)
{
    struct trial t = { .p = p, .l = s->l, .waits = ops->items[0].waits };
    s->lowest = lowest;
    if (!place_all(s))
        return false;
    add_places(&t, s);
    return t.rules.len <= RULES_MAX && try_orders(&t, out);
}

bool place_ops(struct planner *p, struct rule_list *l, const rule_ops *ops, rule_ops *out)
{
    struct placer *s = arena_alloc(p->a, sizeof *s);
    *s = (struct placer){ .a = p->a, .l = l };
    find_kept(s);
    return try_places(s, p, false, ops, out) || try_passes(s, p, ops, out)
           || try_places(s, p, true, ops, out);
}
