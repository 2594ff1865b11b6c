/* rule_merge.c - one update where a rule is to be created and another one deleted.
 *
 * The links between changes (rule_link.c) say which orders are hitless.  Here one is looked for
 * in which creates and deletes stand beside each other in pairs, so that each pair can be one
 * update and what is left needs one call of each kind.  Changes that wait are paired with
 * each other only, so that nothing is held up by what it has nothing to do with. */
#include "rule_priv.h"

enum { PAIRS_MAX = 10000 }; /* creates times deletes that are looked at for a pair */

struct merge {
    struct arena *a;
    const rule_ops *in;
    bool waiting;      /* which of the changes are being put in order          */
    size_t *left;      /* of a change: how many before it are not done         */
    index_list *after; /* of a change: those that are linked to it             */
    bool *done;
    size_t counts[3]; /* not done, of this sort, by kind                        */
    rule_ops *out;
};

static bool is_open(const struct merge *m, size_t i, enum step_op kind)
{
    const struct rule_op *op = &m->in->items[i];
    return !m->done[i] && op->kind == kind && !op->waits == !m->waiting;
}

static void finish(struct merge *m, size_t i)
{
    m->done[i] = true;
    m->counts[m->in->items[i].kind]--;
    for (size_t k = 0; k < m->after[i].len; k++)
        m->left[m->after[i].items[k]]--;
}

/* Takes what can be done now of a kind, 'most' at most. */
static void take(struct merge *m, enum step_op kind, size_t most)
{
    for (size_t i = 0; i < m->in->len && most; i++) {
        if (!is_open(m, i, kind) || m->left[i])
            continue;
        *LIST_PUSH(m->a, m->out) = m->in->items[i];
        finish(m, i);
        most--;
    }
}

/* Can delete 'x' be done as soon as create 'y' is? */
static bool follows(const struct merge *m, size_t x, size_t y)
{
    const index_list *before = &m->in->items[x].before;
    size_t links = 0;
    for (size_t i = 0; i < before->len; i++)
        links += before->items[i] == y;
    return m->left[x] == links;
}

bool same_direction(const struct alb_rule *x, const struct alb_rule *y)
{
    return (x->direction == ALB_DIRECTION_RESPONSE) == (y->direction == ALB_DIRECTION_RESPONSE);
}

static bool can_become(const struct rule_op *x, const struct rule_op *y)
{
    return same_direction(x->node->rule, y->node->rule) && y->to;
}

static bool take_pair(struct merge *m, size_t y)
{
    const struct rule_op *create = &m->in->items[y];
    for (size_t x = 0; x < m->in->len; x++) {
        const struct rule_op *doomed = &m->in->items[x];
        if (!is_open(m, x, STEP_DELETE) || !follows(m, x, y) || !can_become(doomed, create))
            continue;
        *LIST_PUSH(m->a, m->out) = (struct rule_op){ .node = create->node,
                                                     .from_node = doomed->node,
                                                     .kind = STEP_UPDATE,
                                                     .from = doomed->from,
                                                     .to = create->to,
                                                     .actions = true,
                                                     .waits = create->waits };
        finish(m, y);
        finish(m, x);
        return true;
    }
    return false;
}

/* Updates, and pairs that become one, until there are no more. */
static void take_updates(struct merge *m)
{
    for (bool more = true; more;) {
        take(m, STEP_UPDATE, SIZE_MAX);
        more = false;
        for (size_t y = 0; y < m->in->len && !more; y++)
            more = is_open(m, y, STEP_CREATE) && !m->left[y] && take_pair(m, y);
    }
}

static size_t differ(size_t x, size_t y)
{
    return x - least(x, y);
}

/* Creates before or after the updates, deletes after or before them: 'early' says which.
 * False: some are left. */
static bool try_shape(struct merge *m, bool early)
{
    size_t creates = differ(m->counts[STEP_CREATE], m->counts[STEP_DELETE]);
    size_t deletes = differ(m->counts[STEP_DELETE], m->counts[STEP_CREATE]);
    if (early) {
        take(m, STEP_CREATE, creates);
        take(m, STEP_DELETE, deletes);
    }
    take_updates(m);
    take(m, STEP_CREATE, creates);
    take(m, STEP_DELETE, deletes);
    return !m->counts[STEP_CREATE] && !m->counts[STEP_UPDATE] && !m->counts[STEP_DELETE];
}

static void start(struct merge *m)
{
    size_t n = m->in->len;
    m->left = arena_array(m->a, n, sizeof *m->left);
    m->after = arena_array(m->a, n, sizeof *m->after);
    m->done = arena_array(m->a, n, sizeof *m->done);
    for (size_t i = 0; i < n; i++) {
        const index_list *before = &m->in->items[i].before;
        m->left[i] = before->len;
        for (size_t k = 0; k < before->len; k++)
            *LIST_PUSH(m->a, &m->after[before->items[k]]) = i;
    }
}

/* Puts the changes that wait, or do not, into an order that takes fewer calls; 'early' is the shape
 * that is tried first. */
static bool merge_sort(struct merge *m, bool early, bool waiting)
{
    m->waiting = waiting;
    for (size_t i = 0; i < m->in->len; i++)
        m->counts[m->in->items[i].kind] += !m->in->items[i].waits == !waiting;
    size_t creates = m->counts[STEP_CREATE], deletes = m->counts[STEP_DELETE];
    if (creates * deletes > PAIRS_MAX)
        return false;
    const struct merge before = *m;
    const size_t n = m->in->len, len = m->out->len;
    size_t *left = arena_dup(m->a, m->left, n * sizeof *left);
    bool *done = arena_dup(m->a, m->done, n * sizeof *done);
    if (try_shape(m, early))
        return true;
    m->left = left;
    m->done = done;
    m->out->len = len;
    for (size_t k = 0; k < COUNT(m->counts); k++)
        m->counts[k] = before.counts[k];
    return try_shape(m, !early);
}

bool merge_ops(struct planner *p, const rule_ops *ops, bool updates_first, rule_ops *out)
{
    struct merge m = { .a = p->a, .in = ops, .out = out };
    start(&m);
    return merge_sort(&m, !updates_first, false) && merge_sort(&m, !updates_first, true);
}
