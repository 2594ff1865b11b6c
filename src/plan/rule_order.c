/* rule_order.c - which rules can stay where they are.
 *
 * Wanted order binds only rules that overlap, directly or through others between them: a
 * partial order.  Two rules conflict when it says one thing and their labels the other;
 * conflicts are a partial order again, so a largest set without any is a largest antichain,
 * found exactly through a maximum matching (Dilworth, König). */
#include <string.h>

#include "rule_priv.h"

/* A square of bits. */
struct bits {
    size_t n, words;
    uint64_t *at;
};

static struct bits square(struct arena *a, size_t n)
{
    struct bits b = { .n = n, .words = (n + 63) / 64 };
    b.at = arena_array(a, b.n * b.words, sizeof *b.at);
    return b;
}

static bool bit_get(const struct bits *b, size_t i, size_t k)
{
    return b->at[i * b->words + k / 64] >> (k % 64) & 1;
}

static void bit_set(struct bits *b, size_t i, size_t k)
{
    b->at[i * b->words + k / 64] |= (uint64_t)1 << (k % 64);
}

static bool is_placed(const struct rule_node *n)
{
    return n->label && !n->pinned;
}

/* Do the labels agree with the wanted order everywhere?  Walks down the list with the
 * highest label met so far among what must come before. */
static bool in_order(struct arena *a, const struct rule_list *l)
{
    int64_t *least = arena_array(a, l->n_wanted, sizeof *least);
    for (size_t i = 0; i < l->n_wanted; i++) {
        const struct rule_node *n = &l->nodes.items[i];
        if (is_placed(n) && n->label < least[i])
            return false;
        int64_t floor = is_placed(n) ? n->label : least[i];
        for (size_t j = 0; j < n->near.len; j++) {
            size_t k = (size_t)(n->near.items[j] - l->nodes.items);
            if (k > i && k < l->n_wanted && floor > least[k])
                least[k] = floor;
        }
    }
    return true;
}

/* Which rules must come before which, also through others. */
static struct bits closure(struct arena *a, const struct rule_list *l)
{
    struct bits c = square(a, l->n_wanted);
    for (size_t i = c.n; i-- > 0;) {
        const struct rule_node *n = &l->nodes.items[i];
        for (size_t j = 0; j < n->near.len; j++) {
            size_t k = (size_t)(n->near.items[j] - l->nodes.items);
            if (k <= i || k >= c.n)
                continue;
            bit_set(&c, i, k);
            for (size_t w = 0; w < c.words; w++)
                c.at[i * c.words + w] |= c.at[k * c.words + w];
        }
    }
    return c;
}

/* The conflicts as a bipartite graph: i above k in the list, below it by label. */
struct matching {
    size_t n;
    struct bits edges;
    size_t *mate;  /* of a right vertex: its left one + 1, 0: none */
    bool *matched; /* of a left vertex: has it a right one?        */
    bool *seen;    /* right vertices, in one search                */
    bool *reached; /* left vertices, in the last search            */
};

static bool augment(struct matching *m, size_t i)
{
    m->reached[i] = true;
    for (size_t k = 0; k < m->n; k++) {
        if (!bit_get(&m->edges, i, k) || m->seen[k])
            continue;
        m->seen[k] = true;
        if (!m->mate[k] || augment(m, m->mate[k] - 1)) {
            m->mate[k] = i + 1;
            m->matched[i] = true;
            return true;
        }
    }
    return false;
}

static void clear(struct matching *m)
{
    memset(m->seen, 0, m->n * sizeof *m->seen);
    memset(m->reached, 0, m->n * sizeof *m->reached);
}

/* A largest antichain: reached on the left and not on the right, from the unmatched left. */
static void keep_antichain(struct rule_list *l, struct matching *m)
{
    for (size_t i = 0; i < m->n; i++) {
        clear(m);
        (void)augment(m, i);
    }
    clear(m);
    for (size_t i = 0; i < m->n; i++)
        if (!m->matched[i])
            (void)augment(m, i); /* cannot succeed: the matching is a maximum */
    for (size_t i = 0; i < m->n; i++)
        l->nodes.items[i].kept = is_placed(&l->nodes.items[i]) && m->reached[i] && !m->seen[i];
}

void order_keep(struct arena *a, struct rule_list *l)
{
    for (size_t i = 0; i < l->n_wanted; i++)
        l->nodes.items[i].kept = is_placed(&l->nodes.items[i]);
    if (in_order(a, l))
        return;
    struct bits must = closure(a, l);
    struct matching m = { .n = must.n, .edges = square(a, must.n) };
    m.mate = arena_array(a, m.n, sizeof *m.mate);
    m.matched = arena_array(a, m.n, sizeof *m.matched);
    m.seen = arena_array(a, m.n, sizeof *m.seen);
    m.reached = arena_array(a, m.n, sizeof *m.reached);
    for (size_t i = 0; i < m.n; i++)
        for (size_t k = i + 1; k < m.n; k++)
            if (bit_get(&must, i, k) && is_placed(&l->nodes.items[i])
                && is_placed(&l->nodes.items[k])
                && l->nodes.items[i].label > l->nodes.items[k].label)
                bit_set(&m.edges, i, k);
    keep_antichain(l, &m);
}
