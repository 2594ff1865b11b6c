/* rule_label.c - labels: a free one for each new or moved rule, in a gap that the order
 * allows; and, where no gap is left, room made by moving labels.
 *
 * Labels that are there, of whatever rule, cut 1..10000 into gaps.  Room is made by a run
 * of neighbours that moves away from the gap to labels beyond all of theirs, the farthest
 * first: no rule ever passes another of ours, none passes one that is not ours and could
 * match the same request, and each label was free before the call. */
#include <stdlib.h>

#include "rule_priv.h"

enum { STEP_MAX = 100, AMPLE = 8, NONE = -1 };

struct labels {
    struct arena *a;
    struct rule_list *l;
    struct rule_node **slots; /* those with a label, by label        */
    size_t n_slots;
    size_t *slot_of;  /* of a node                                    */
    size_t *gap;      /* of a wanted node; gap g is before slot g     */
    size_t *last;     /* of a wanted node: the last gap the order allows */
    size_t *used;     /* of a gap: how many are placed in it          */
    size_t *short_of; /* of a gap: how many found no room            */
    int64_t *low;     /* of a gap: the labels between 'low' and 'high' can be given */
    int64_t *high;
    int64_t *taken; /* labels that no rule may get, ascending          */
    size_t n_taken;
};

static int by_label(const void *x, const void *y)
{
    const struct rule_node *const *a = x, *const *b = y;
    return ((*a)->label > (*b)->label) - ((*a)->label < (*b)->label);
}

/* The widest stretch of each gap in which no label is taken. */
static void find_free(struct labels *s)
{
    size_t t = 0;
    for (size_t g = 0; g <= s->n_slots; g++) {
        int64_t from = g ? s->slots[g - 1]->label : 0;
        int64_t end = g < s->n_slots ? s->slots[g]->label : LABEL_MAX + 1;
        s->low[g] = s->high[g] = from;
        for (int64_t at = from; at < end;) {
            while (t < s->n_taken && s->taken[t] <= at)
                t++;
            int64_t next = t < s->n_taken && s->taken[t] < end ? s->taken[t] : end;
            if (next - at > s->high[g] - s->low[g]) {
                s->low[g] = at;
                s->high[g] = next;
            }
            at = next;
        }
    }
}

static void find_slots(struct labels *s)
{
    size_t n = s->l->nodes.len;
    s->n_slots = 0;
    for (size_t i = 0; i < n; i++)
        if (s->l->nodes.items[i].label)
            s->slots[s->n_slots++] = &s->l->nodes.items[i];
    if (s->n_slots)
        qsort(s->slots, s->n_slots, sizeof *s->slots, by_label);
    for (size_t i = 0; i < s->n_slots; i++)
        s->slot_of[s->slots[i] - s->l->nodes.items] = i;
    for (size_t g = 0; g <= s->n_slots; g++)
        s->used[g] = s->short_of[g] = 0;
    find_free(s);
}

/* Room for one more; 'ample': with distance to its neighbours, for those that come later. */
static bool has_room(const struct labels *s, size_t g, bool ample)
{
    int64_t room = s->high[g] - s->low[g], used = (int64_t)s->used[g];
    return ample ? room / (used + 2) >= AMPLE : room - 1 > used;
}

/* The gap that a wanted node is in, or the first one after it. */
static size_t after(const struct labels *s, size_t i)
{
    return s->l->nodes.items[i].kept ? s->slot_of[i] + 1 : s->gap[i];
}

/* The last gap that each rule may have: before all that must come after it. */
static void find_last(struct labels *s)
{
    for (size_t i = s->l->n_wanted; i-- > 0;) {
        const struct rule_node *n = &s->l->nodes.items[i];
        s->last[i] = s->n_slots;
        for (size_t j = 0; j < n->near.len; j++) {
            size_t k = (size_t)(n->near.items[j] - s->l->nodes.items);
            if (k <= i || k >= s->l->n_wanted)
                continue;
            size_t limit = s->l->nodes.items[k].kept ? s->slot_of[k] : s->last[k];
            if (limit < s->last[i])
                s->last[i] = limit;
        }
    }
}

static size_t find_first(const struct labels *s, size_t i)
{
    const struct rule_node *n = &s->l->nodes.items[i];
    size_t first = 0;
    for (size_t j = 0; j < n->near.len; j++) {
        size_t k = (size_t)(n->near.items[j] - s->l->nodes.items);
        if (k < i && after(s, k) > first)
            first = after(s, k);
    }
    return first;
}

/* The gap nearest to 'at' in [first, last] that has room, or NONE. */
static int64_t nearest(const struct labels *s, size_t at, size_t first, size_t last, bool ample)
{
    for (size_t d = 0; d <= s->n_slots; d++) {
        if (at + d <= last && has_room(s, at + d, ample))
            return (int64_t)(at + d);
        if (d <= at && at - d >= first && has_room(s, at - d, ample))
            return (int64_t)(at - d);
    }
    return NONE;
}

/* Does a rule that is not ours, and overlaps 'n', hold this slot?  It stays on its side, so
 * that which one wins is not decided by where there happens to be room. */
static bool is_barrier(const struct labels *s, size_t slot, const struct rule_node *n)
{
    return s->slots[slot]->pinned && rules_overlap(s->slots[slot], n);
}

/* The gap for wanted rule 'i', near 'at': with labels to spare, on its side of rules that
 * are not ours; else with a label at all; else on the other side.  Or NONE. */
static int64_t choose_gap(const struct labels *s, size_t i, size_t at, size_t first, size_t last)
{
    const struct rule_node *n = &s->l->nodes.items[i];
    size_t low = at, high = at;
    while (low > first && !is_barrier(s, low - 1, n))
        low--;
    while (high < last && !is_barrier(s, high, n))
        high++;
    int64_t g = nearest(s, at, low, high, true);
    if (g == NONE)
        g = nearest(s, at, low, high, false);
    return g == NONE ? nearest(s, at, first, last, false) : g;
}

static void place(struct labels *s, size_t i, size_t beside)
{
    size_t first = find_first(s, i), last = s->last[i];
    size_t at = beside < first ? first : beside > last ? last : beside;
    int64_t g = choose_gap(s, i, at, first, last);
    s->gap[i] = g == NONE ? at : (size_t)g;
    s->l->nodes.items[i].unreachable = g == NONE;
    s->l->nodes.items[i].below = s->low[at];
    if (g == NONE)
        s->short_of[at]++;
    else
        s->used[s->gap[i]]++;
}

/* Spreads what is in a gap over it; the last gap is open, so steps there are bounded. */
static int64_t spread(const struct labels *s, size_t g, size_t nth)
{
    int64_t low = s->low[g], room = s->high[g] - low, parts = (int64_t)s->used[g] + 1;
    if (g < s->n_slots)
        return low + room * (int64_t)nth / parts;
    int64_t step = room / parts < STEP_MAX ? room / parts : STEP_MAX;
    return low + step * (int64_t)nth;
}

/* Returns the first gap that lacks room, or NONE when every rule has its target. */
static int64_t place_all(struct labels *s)
{
    find_slots(s);
    find_last(s);
    size_t beside = 0;
    for (size_t i = 0; i < s->l->n_wanted; i++) {
        if (!s->l->nodes.items[i].kept)
            place(s, i, beside);
        beside = after(s, i);
    }
    size_t *nth = arena_array(s->a, s->n_slots + 1, sizeof *nth);
    for (size_t i = 0; i < s->l->n_wanted; i++) {
        struct rule_node *n = &s->l->nodes.items[i];
        if (n->kept)
            n->target = n->label;
        else
            n->target = n->unreachable ? 0 : spread(s, s->gap[i], ++nth[s->gap[i]]);
    }
    for (size_t g = 0; g <= s->n_slots; g++)
        if (s->short_of[g])
            return (int64_t)g;
    return NONE;
}

/* ---- room ----------------------------------------------------------------------------------- */

/* The slots seen from a gap towards one end, so that one piece of code pushes both ways:
 * element 0 is the nearest, labels grow away from the gap. */
struct view {
    const struct labels *s;
    size_t gap, n;
    bool up; /* towards label 1 */
};

static struct rule_node *view_node(const struct view *v, size_t i)
{
    return v->up ? v->s->slots[v->gap - 1 - i] : v->s->slots[v->gap + i];
}

static int64_t view_label(const struct view *v, size_t i)
{
    if (i >= v->n)
        return LABEL_MAX + 1;
    int64_t label = view_node(v, i)->label;
    return v->up ? LABEL_MAX + 1 - label : label;
}

static bool passes(const struct view *v, size_t upto, const struct rule_node *pinned)
{
    for (size_t i = 0; i < upto; i++)
        if (!view_node(v, i)->pinned && rules_overlap(view_node(v, i), pinned))
            return true;
    return false;
}

/* How far the run reaches and how it is spread. */
struct run {
    size_t end; /* slots [0, end) of the view       */
    size_t len; /* of them, those that move         */
    int64_t step;
};

static int64_t view_start(const struct view *v)
{
    if (v->up)
        return v->gap < v->s->n_slots ? LABEL_MAX + 1 - v->s->slots[v->gap]->label : 0;
    return v->gap ? v->s->slots[v->gap - 1]->label : 0;
}

/* The shortest run that leaves room with some to spare, else one that leaves room at all:
 * beyond it, so that no label is given that another rule vacates; or, when 'vacated' labels
 * may be given, in the place of it. */
static bool find_run(const struct view *v, size_t need, bool vacated, struct run *out)
{
    bool found = false;
    size_t len = 0, pinned = 0;
    for (size_t i = 0; i < v->n; i++) {
        const struct rule_node *n = view_node(v, i);
        if (n->pinned && passes(v, i, n))
            break;
        len += !n->pinned;
        pinned += n->pinned;
        int64_t from = view_label(v, i), room = view_label(v, i + 1) - from;
        int64_t step = room / ((int64_t)len + 1);
        int64_t spare = vacated ? from - view_start(v) - (int64_t)pinned : 0;
        bool fits = len && step >= 1 && spare + step > (int64_t)need;
        bool ample = fits && step > (int64_t)need + 1;
        if (ample || (fits && !found))
            *out = (struct run){ i + 1, len, i + 1 == v->n && step > STEP_MAX ? STEP_MAX : step };
        found = found || fits;
        if (ample)
            break;
    }
    return found;
}

static void push_away(struct labels *s, const struct view *v, const struct run *run,
                      rule_moves *moves, unsigned round)
{
    int64_t from = view_label(v, run->end - 1);
    struct rule_node **nodes = arena_array(s->a, run->end, sizeof *nodes);
    for (size_t i = 0; i < run->end; i++)
        nodes[i] = view_node(v, i);
    size_t nth = run->len;
    for (size_t i = run->end; i-- > 0;) {
        if (nodes[i]->pinned)
            continue;
        int64_t to = from + run->step * (int64_t)nth--;
        to = v->up ? LABEL_MAX + 1 - to : to;
        *LIST_PUSH(s->a, moves) = (struct rule_move){ nodes[i], nodes[i]->label, to, round };
        nodes[i]->label = to;
    }
}

static bool make_room(struct labels *s, size_t gap, bool vacated, rule_moves *moves, unsigned round)
{
    struct run run = { 0 };
    struct view down = { s, gap, s->n_slots - gap, false }, up = { s, gap, gap, true };
    if (find_run(&down, s->short_of[gap], vacated, &run)) {
        push_away(s, &down, &run, moves, round);
        return true;
    }
    if (find_run(&up, s->short_of[gap], vacated, &run)) {
        push_away(s, &up, &run, moves, round);
        return true;
    }
    return false;
}

/* Makes room until every rule has its place; false: there is none for some. */
static bool make_all_room(struct labels *s, bool vacated, rule_moves *moves)
{
    unsigned rounds = (unsigned)s->l->nodes.len + 1;
    for (unsigned round = 1; round <= rounds; round++) {
        int64_t gap = place_all(s);
        if (gap == NONE)
            return true;
        if (!make_room(s, (size_t)gap, vacated, moves, round))
            return false;
    }
    return false;
}

/* What does not lead to a place is not begun. */
static void take_back(struct rule_list *l, rule_moves *moves)
{
    for (size_t i = 0; i < l->nodes.len; i++)
        l->nodes.items[i].label = l->nodes.items[i].was;
    moves->len = 0;
}

/* No move needs a label that another one vacates: the moves are targets like any other, and
 * what is doomed need not move. */
static void move_at_once(struct rule_list *l, rule_moves *moves)
{
    for (size_t i = 0; i < l->nodes.len; i++) {
        struct rule_node *n = &l->nodes.items[i];
        n->gives_way = n->kept && n->label != n->was;
        n->kept = n->kept && !n->gives_way;
        n->label = n->was;
    }
    moves->len = 0;
}

static int by_value(const void *x, const void *y)
{
    const int64_t *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

static void find_taken(struct labels *s)
{
    for (size_t i = 0; i < s->l->nodes.len; i++)
        if (s->l->nodes.items[i].was)
            s->taken[s->n_taken++] = s->l->nodes.items[i].was;
    if (s->n_taken)
        qsort(s->taken, s->n_taken, sizeof *s->taken, by_value);
}

/* Was every label that is given free before?  A rule that goes may have been moved aside by one
 * round for the next, and in the end it is not moved at all. */
static bool gives_free_labels(const struct labels *s)
{
    for (size_t i = 0; i < s->l->n_wanted; i++) {
        const struct rule_node *n = &s->l->nodes.items[i];
        if (n->target != n->was
            && bsearch(&n->target, s->taken, s->n_taken, sizeof *s->taken, by_value))
            return false;
    }
    return true;
}

void label_rules(struct arena *a, struct rule_list *l, bool at_once, rule_moves *moves)
{
    const size_t n = l->nodes.len, gaps = n + 1;
    struct labels s = { .a = a, .l = l };
    s.slots = arena_array(a, n, sizeof *s.slots);
    s.slot_of = arena_array(a, n, sizeof *s.slot_of);
    s.gap = arena_array(a, n, sizeof *s.gap);
    s.last = arena_array(a, n, sizeof *s.last);
    s.used = arena_array(a, gaps, sizeof *s.used);
    s.short_of = arena_array(a, gaps, sizeof *s.short_of);
    s.low = arena_array(a, gaps, sizeof *s.low);
    s.high = arena_array(a, gaps, sizeof *s.high);
    s.taken = arena_array(a, n, sizeof *s.taken);
    find_taken(&s);
    if (at_once && make_all_room(&s, false, moves) && gives_free_labels(&s)) {
        l->made_room = moves->len > 0;
        move_at_once(l, moves);
        return;
    }
    take_back(l, moves);
    s.n_taken = 0; /* what one round of moves vacates, the next may give */
    if (make_all_room(&s, true, moves))
        return;
    take_back(l, moves);
    (void)place_all(&s);
}
