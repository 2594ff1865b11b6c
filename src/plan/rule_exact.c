/* rule_exact.c - can one call of updates do it all?
 *
 * Where as many rules are wanted as there are, the links between changes (rule_link.c) may
 * forbid what is harmless all the same: rules that send a request to the same place, or that
 * no request reaches.  While few rules are in conflict every way is tried: which rule becomes
 * which, where, and when; fewest rules first.  A state is left as soon as a request in it
 * goes neither where it went nor where it will go. */
#include <stdlib.h>
#include <string.h>

#include "rule_priv.h"

enum { TOUCHED_MAX = 5, STATES_MAX = 200000, SPREAD_MAX = 100 };

/* A rule in its place.  Places: slot i of what was there is 2 * i + 1, the gap above it
 * 2 * i; rules in one gap stand in wanted order. */
struct entry {
    size_t place;
    size_t node; /* index into 'nodes'                                                  */
    bool done;   /* as it will be; else as it was                                       */
};

struct change_of {
    size_t from, to; /* nodes                                                           */
    size_t place;
};

/* Hashes of the states that were met, in an open table of 'room', a power of two. */
struct seen {
    uint64_t *at; /* 0: free */
    size_t len, room;
};

struct exact {
    struct planner *p;
    struct rule_list *l;
    const struct rule_node *nodes[64];
    size_t n;
    uint64_t may_touch; /* nodes that are there and may be changed                      */
    size_t slots[64];   /* nodes that are there, by label                               */
    size_t slot_of[64];
    size_t n_slots;
    int64_t low[65], high[65]; /* of a gap: labels that can be given lie between         */
    size_t used[65];           /* of a gap                                               */
    int dest_old[64], dest_new[64];
    class_list classes;
    int *before, *after; /* of a class: where it goes                                   */
    struct entry now[64];
    size_t n_now;
    struct change_of done[TOUCHED_MAX];
    size_t n_done, limit;
    struct seen seen;
};

static bool overlap(const struct exact *x, size_t i, size_t k)
{
    const struct rule_node *n = x->nodes[i];
    for (size_t j = 0; j < n->near.len; j++)
        if (n->near.items[j] == x->nodes[k])
            return true;
    return i == k;
}

/* ---- destinations ------------------------------------------------------------------------- */

static bool same_actions(struct arena *a, const struct alb_rule *x, const struct alb_rule *y)
{
    struct alb_rule rx = { 0 }, ry = { 0 };
    rx.actions.items = x->actions.items;
    rx.actions.len = x->actions.len;
    ry.actions.items = y->actions.items;
    ry.actions.len = y->actions.len;
    return !schema_diff(a, &alb_rule_schema, &rx, &ry, NULL);
}

/* Numbers equal actions alike; what is wanted comes first, because it says less. */
static void number_actions(struct exact *x)
{
    const struct alb_rule *known[128];
    int n = 0;
    for (int wanted = 1; wanted >= 0; wanted--)
        for (size_t i = 0; i < x->n; i++) {
            const struct alb_rule *rule = wanted ? x->nodes[i]->want : x->nodes[i]->have;
            int at = 0;
            if (!rule)
                continue;
            while (at < n && !same_actions(x->p->a, known[at], rule))
                at++;
            if (at == n)
                known[n++] = rule;
            if (wanted)
                x->dest_new[i] = at;
            else
                x->dest_old[i] = at;
        }
}

static int dest_now(const struct exact *x, const struct request_class *c)
{
    for (size_t i = 0; i < x->n_now; i++) {
        size_t node = x->now[i].node;
        if (class_meets(c, node))
            return x->now[i].done ? x->dest_new[node] : x->dest_old[node];
    }
    return -1;
}

static int dest_wanted(const struct exact *x, const struct request_class *c)
{
    size_t best = x->n;
    for (size_t i = 0; i < x->n; i++)
        if (class_meets(c, i) && x->nodes[i]->want
            && (best == x->n || x->nodes[i] < x->nodes[best]))
            best = i;
    return best < x->n ? x->dest_new[best] : -1;
}

static bool is_hitless(const struct exact *x)
{
    for (size_t c = 0; c < x->classes.len; c++) {
        int dest = dest_now(x, &x->classes.items[c]);
        if (dest != x->before[c] && dest != x->after[c])
            return false;
    }
    return true;
}

/* ---- states -------------------------------------------------------------------------------- */

static bool comes_before(const struct exact *x, const struct entry *e, const struct entry *f)
{
    if (e->place != f->place)
        return e->place < f->place;
    return x->nodes[e->node] < x->nodes[f->node];
}

static void put(struct exact *x, struct entry e)
{
    size_t i = x->n_now++;
    for (; i && comes_before(x, &e, &x->now[i - 1]); i--)
        x->now[i] = x->now[i - 1];
    x->now[i] = e;
}

static size_t find(const struct exact *x, size_t node, bool done)
{
    size_t i = 0;
    while (i < x->n_now && (x->now[i].node != node || x->now[i].done != done))
        i++;
    return i;
}

static void drop(struct exact *x, size_t at)
{
    x->n_now--;
    for (size_t i = at; i < x->n_now; i++)
        x->now[i] = x->now[i + 1];
}

static bool is_final(const struct exact *x, const struct entry *e)
{
    const struct rule_node *n = x->nodes[e->node];
    return e->done || (n->want && !n->changed);
}

/* Do the rules that are as they will be stand in wanted order?  'all': and are all so? */
static bool in_order(const struct exact *x, bool all)
{
    for (size_t i = 0; i < x->n_now; i++) {
        const struct entry *e = &x->now[i];
        if (!is_final(x, e) && all)
            return false;
        for (size_t k = 0; k < i; k++) {
            const struct entry *f = &x->now[k];
            bool both = all || (e->done && f->done);
            if (both && x->nodes[f->node] >= x->nodes[e->node] && overlap(x, e->node, f->node))
                return false;
        }
    }
    return true;
}

/* False: it was there. */
static bool remember(struct seen *s, uint64_t h)
{
    size_t at = h >> 20 & (s->room - 1);
    while (s->at[at] && s->at[at] != h)
        at = (at + 1) & (s->room - 1);
    if (s->at[at])
        return false;
    s->at[at] = h;
    s->len++;
    return true;
}

static void grow(struct arena *a, struct seen *s)
{
    struct seen more = { .room = s->room ? 2 * s->room : 128 };
    more.at = arena_array(a, more.room, sizeof *more.at);
    for (size_t i = 0; i < s->room; i++)
        if (s->at[i])
            (void)remember(&more, s->at[i]);
    *s = more;
}

/* Is this the first time that this state is met, with as many changes left?  Told by a hash of
 * 64 bits: two states with the same one will not be seen, and would cost a call, not a request. */
static bool is_new(struct exact *x)
{
    uint64_t h = (14695981039346656037U ^ x->limit) * 1099511628211U;
    for (size_t i = 0; i < x->n_now; i++) {
        const struct entry *e = &x->now[i];
        h = (h ^ (e->place << 8 ^ e->node << 1 ^ e->done)) * 1099511628211U;
    }
    if (2 * x->seen.len >= x->seen.room)
        grow(x->p->a, &x->seen);
    return remember(&x->seen, h | 1);
}

static bool go_on(struct exact *x);

static bool try_place(struct exact *x, size_t from, size_t to, size_t place)
{
    const bool gap = place % 2 == 0;
    const struct entry old = { 2 * x->slot_of[from] + 1, from, false };
    drop(x, find(x, from, false));
    put(x, (struct entry){ place, to, true });
    x->used[place / 2] += gap;
    x->done[x->n_done++] = (struct change_of){ from, to, place };
    bool found = in_order(x, false) && is_new(x) && is_hitless(x) && go_on(x);
    if (found)
        return true;
    x->n_done--;
    x->used[place / 2] -= gap;
    drop(x, find(x, to, true));
    put(x, old);
    return false;
}

/* In place of what it was, or in any gap. */
static bool try_change(struct exact *x, size_t from, size_t to)
{
    bool nothing = from == to && !x->nodes[from]->changed;
    if (!same_direction(x->nodes[from]->rule, x->nodes[to]->rule))
        return false;
    if (!nothing && try_place(x, from, to, 2 * x->slot_of[from] + 1))
        return true;
    for (size_t gap = 0; gap <= x->n_slots; gap++) {
        bool room = x->high[gap] - x->low[gap] > (int64_t)x->used[gap] + 1;
        if (room && try_place(x, from, to, 2 * gap))
            return true;
    }
    return false;
}

static bool go_on(struct exact *x)
{
    if (in_order(x, true))
        return true;
    for (size_t from = 0; from < x->n && x->n_done < x->limit; from++) {
        if (!(x->may_touch >> from & 1) || find(x, from, false) == x->n_now)
            continue;
        for (size_t to = 0; to < x->n && x->seen.len < STATES_MAX; to++)
            if (x->nodes[to]->want && find(x, to, true) == x->n_now
                && (x->may_touch >> to & 1 || !x->nodes[to]->was) && try_change(x, from, to))
                return true;
    }
    return false;
}

/* ---- setting up ------------------------------------------------------------------------------ */

static bool add_node(struct exact *x, const struct rule_node *n)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->nodes[i] == n)
            return true;
    if (n->pinned || x->n == COUNT(x->nodes))
        return false;
    x->nodes[x->n++] = n;
    return true;
}

/* The rules that are changed, then what overlaps them; of a short list all. */
static bool add_nodes(struct exact *x, const rule_ops *ops)
{
    size_t ours = 0, there = 0;
    for (size_t i = 0; i < x->l->nodes.len; i++)
        ours += x->l->nodes.items[i].was && !x->l->nodes.items[i].pinned;
    for (size_t i = 0; i < ops->len; i++)
        if (!add_node(x, ops->items[i].node))
            return false;
    for (size_t i = 0; i < x->l->nodes.len && ours <= TOUCHED_MAX; i++)
        if (!add_node(x, &x->l->nodes.items[i]))
            return false;
    for (size_t i = 0; i < x->n; i++) {
        there += x->nodes[i]->was != 0;
        x->may_touch |= (uint64_t)(x->nodes[i]->was != 0) << i;
    }
    const size_t touched = x->n;
    for (size_t i = 0; i < touched; i++)
        for (size_t k = 0; k < x->nodes[i]->near.len; k++)
            if (!add_node(x, x->nodes[i]->near.items[k]))
                return false;
    return there <= TOUCHED_MAX;
}

static void find_slots(struct exact *x)
{
    for (size_t i = 0; i < x->n; i++) {
        if (!x->nodes[i]->was)
            continue;
        size_t at = x->n_slots++;
        for (; at && x->nodes[x->slots[at - 1]]->was > x->nodes[i]->was; at--)
            x->slots[at] = x->slots[at - 1];
        x->slots[at] = i;
    }
    for (size_t i = 0; i < x->n_slots; i++) {
        x->slot_of[x->slots[i]] = i;
        x->now[i] = (struct entry){ 2 * i + 1, x->slots[i], false };
    }
    x->n_now = x->n_slots;
}

/* The widest stretch of each gap that holds no label of the listener. */
static void find_free(struct exact *x)
{
    for (size_t g = 0; g <= x->n_slots; g++) {
        int64_t from = g ? x->nodes[x->slots[g - 1]]->was : 0;
        int64_t end = g < x->n_slots ? x->nodes[x->slots[g]]->was : LABEL_MAX + 1;
        x->low[g] = x->high[g] = from;
        for (int64_t next; from < end; from = next) {
            next = end;
            for (size_t i = 0; i < x->l->nodes.len; i++) {
                int64_t label = x->l->nodes.items[i].was;
                next = label > from && label < next ? label : next;
            }
            if (next - from > x->high[g] - x->low[g]) {
                x->low[g] = from;
                x->high[g] = next;
            }
        }
    }
}

static void find_routes(struct exact *x)
{
    x->before = arena_array(x->p->a, x->classes.len, sizeof *x->before);
    x->after = arena_array(x->p->a, x->classes.len, sizeof *x->after);
    for (size_t c = 0; c < x->classes.len; c++) {
        x->before[c] = dest_now(x, &x->classes.items[c]);
        x->after[c] = dest_wanted(x, &x->classes.items[c]);
    }
}

/* ---- the result ------------------------------------------------------------------------------ */

static int64_t label_in(const struct exact *x, size_t gap, size_t nth)
{
    int64_t room = x->high[gap] - x->low[gap], parts = (int64_t)x->used[gap] + 1;
    int64_t step = room / parts;
    if (gap == x->n_slots && step > SPREAD_MAX)
        return x->low[gap] + SPREAD_MAX * (int64_t)nth;
    return x->low[gap] + room * (int64_t)nth / parts;
}

static int64_t label_at(const struct exact *x, const struct change_of *c)
{
    if (c->place % 2)
        return x->nodes[x->slots[c->place / 2]]->was;
    size_t nth = 1;
    for (size_t i = 0; i < x->n_done; i++)
        nth += x->done[i].place == c->place && x->nodes[x->done[i].to] < x->nodes[c->to];
    return label_in(x, c->place / 2, nth);
}

static struct rule_node *writable(const struct exact *x, size_t i)
{
    return &x->l->nodes.items[x->nodes[i] - x->l->nodes.items];
}

static void make_ops(const struct exact *x, const char *waits, rule_ops *out)
{
    for (size_t i = 0; i < x->n_done; i++) {
        const struct change_of *c = &x->done[i];
        bool other = c->from != c->to;
        *LIST_PUSH(x->p->a, out) = (struct rule_op){
            .node = writable(x, c->to),
            .from_node = other ? writable(x, c->from) : NULL,
            .kind = STEP_UPDATE,
            .from = x->nodes[c->from]->was,
            .to = label_at(x, c),
            .actions = other || x->nodes[c->to]->changed,
            .waits = waits,
        };
    }
}

bool exact_ops(struct planner *p, struct rule_list *l, const rule_ops *ops, rule_ops *out)
{
    struct exact x = { .p = p, .l = l };
    if (!add_nodes(&x, ops) || !request_classes(p->a, x.nodes, x.n, &x.classes))
        return false;
    number_actions(&x);
    find_slots(&x);
    find_free(&x);
    find_routes(&x);
    for (x.limit = 1; x.limit <= TOUCHED_MAX && x.seen.len < STATES_MAX; x.limit++)
        if (go_on(&x)) {
            make_ops(&x, ops->items[0].waits, out);
            return true;
        }
    return false;
}
