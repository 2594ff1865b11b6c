/* rule_shape.c - the same change in another shape: the two passes, creates and deletes merged into
 * updates, other places, copies.  Of those that are hitless the one that takes the fewest calls is
 * taken, where room is to be made only if the plan goes on as it began. */
#include "rule_priv.h"

static bool wait_alike(const rule_ops *ops)
{
    for (size_t i = 1; i < ops->len; i++)
        if (!ops->items[i].waits != !ops->items[0].waits)
            return false;
    return true;
}

/* Are labels moved so that other labels can be given that they vacate? */
static bool has_rounds(const rule_ops *ops)
{
    for (size_t i = 0; i < ops->len; i++)
        if (ops->items[i].round || (ops->items[i].node->unreachable))
            return true;
    return false;
}

/* Takes 'other' when it needs fewer calls, or one call for fewer rules; or as many, and the quota
 * has no room for 'ops'. */
static void take_fewer(struct planner *p, size_t there, rule_ops *ops, size_t *calls,
                       const rule_ops *other)
{
    rule_ops copy = *other;
    size_t n = batch_count(p, &copy);
    bool no_room = there + count_kind(ops, STEP_CREATE) > p->rules_limit;
    bool fewer = n < *calls || (n == 1 && copy.len < ops->len);
    if (no_room ? count_kind(&copy, STEP_CREATE) >= count_kind(ops, STEP_CREATE) : !fewer)
        return;
    *ops = copy;
    *calls = n;
}

/* Everything new beside everything old: two calls, whatever the change, where there is room. */
static void try_copies(struct planner *p, const struct rule_list *l, size_t there, rule_ops *ops,
                       size_t *calls)
{
    struct rule_list *copies = arena_alloc(p->a, sizeof *copies);
    rule_ops other = { 0 };
    size_t need = there;
    for (size_t i = 0; i < l->n_wanted; i++) {
        const struct rule_node *n = &l->nodes.items[i];
        need += !n->was || n->changed || !n->kept;
    }
    if (need > p->rules_limit)
        return;
    copy_rules(p, l, copies);
    find_near(p->a, copies);
    make_passes(p, copies, true, &other);
    if (wait_alike(&other) && !has_rounds(&other) && !copies->made_room && uses_fit(p, &other))
        take_fewer(p, there, ops, calls, &other);
}

/* The shape that takes the fewest calls, of 'ops', the passes, and all others. */
static void find_shape(struct planner *p, struct rule_list *l, size_t there, rule_ops *ops,
                       size_t *calls)
{
    rule_ops merged = { 0 }, placed = { 0 }, exact = { 0 };
    const bool simple = !has_rounds(ops) && wait_alike(ops);
    const bool even = count_kind(ops, STEP_CREATE) == count_kind(ops, STEP_DELETE);
    const rule_ops passes = *ops;
    *calls = batch_count(p, ops);
    if (*calls > 1 && merge_ops(p, &passes, l->made_room, &merged))
        take_fewer(p, there, ops, calls, &merged);
    bool no_room = ops->len && there + count_kind(ops, STEP_CREATE) > p->rules_limit;
    if ((*calls > (even ? 1 : 2) || (*calls == 1 && l->made_room) || no_room) && simple
        && place_ops(p, l, &passes, &placed))
        take_fewer(p, there, ops, calls, &placed);
    if (*calls > 1 && simple && even && exact_ops(p, l, &passes, &exact))
        take_fewer(p, there, ops, calls, &exact);
    if (*calls > 2 && simple)
        try_copies(p, l, there, ops, calls);
}

/* Once room was made: planned as it will be then, from the labels that are there then. */
static void follow_rounds(struct planner *p, struct rule_list *l, size_t there, rule_ops *out)
{
    rule_ops rest = { 0 };
    size_t calls;
    int64_t *was = arena_array(p->a, l->nodes.len, sizeof *was);
    for (size_t i = 0; i < l->nodes.len; i++) {
        was[i] = l->nodes.items[i].was;
        l->nodes.items[i].was = l->nodes.items[i].label;
    }
    make_passes(p, l, true, &rest);
    find_shape(p, l, there, &rest, &calls);
    for (size_t i = 0; i < l->nodes.len; i++)
        l->nodes.items[i].was = was[i];
    for (size_t i = 0; i < rest.len; i++) {
        rest.items[i].waits = rest.items[i].waits ? rest.items[i].waits : WAITS_FOR_ROOM;
        *LIST_PUSH(p->a, out) = rest.items[i];
    }
}

/* Room first, in calls of its own: each then ends what it begins, while moves that are not in the
 * first call, or of which some wait, would be planned anew, and elsewhere, after it. */
static void make_room_first(struct planner *p, struct rule_list *l, size_t there, rule_ops *ops)
{
    rule_ops all = { 0 };
    for (size_t i = 0; i < l->nodes.len; i++)
        l->nodes.items[i].label = l->nodes.items[i].was;
    make_passes(p, l, false, &all);
    *ops = (rule_ops){ 0 };
    for (size_t i = 0; i < all.len; i++)
        if (all.items[i].round)
            *LIST_PUSH(p->a, ops) = all.items[i];
    follow_rounds(p, l, there, ops);
}

/* Is room made only by a call that is not the first? */
static bool makes_room_late(const rule_ops *ops)
{
    for (size_t i = 0; i < ops->len; i++)
        if (ops->items[i].node->gives_way && ops->items[i].batch)
            return true;
    return false;
}

static void take_away(struct rule_node *n)
{
    n->was = n->label = 0;
    n->have = NULL;
    n->id = NULL;
    n->changed = false;
}

/* A node as a call leaves it that makes or changes it. */
static void put_done(struct planner *p, const struct rule_op *op, struct rule_node *n)
{
    struct resource *row = arena_dup(p->a, n->row, sizeof *row);
    n->was = n->label = op->to;
    n->have = n->want; /* what is only moved does not differ from it */
    n->changed = false;
    row->actual = n->have;
    row->status = "Available";
    n->row = row;
}

/* The list as the first call leaves it; returns how many rules there are then. */
static size_t list_after(struct planner *p, const struct rule_list *l, size_t there,
                         const rule_ops *ops, struct rule_list *out)
{
    const struct rule_node *from = l->nodes.items;
    struct rule_node *nodes = arena_array(p->a, l->nodes.len, sizeof *nodes);
    for (size_t i = 0; i < l->nodes.len; i++)
        nodes[i] = node_fresh(&from[i]);
    for (size_t i = 0; i < ops->len; i++) {
        const struct rule_op *op = &ops->items[i];
        if (!op->batch && op->kind != STEP_CREATE)
            take_away(&nodes[(op->from_node ? op->from_node : op->node) - from]);
    }
    for (size_t i = 0; i < ops->len; i++) {
        const struct rule_op *op = &ops->items[i];
        if (!op->batch && op->kind != STEP_DELETE)
            put_done(p, op, &nodes[op->node - from]);
        there += !op->batch && op->kind == STEP_CREATE;
        there -= !op->batch && op->kind == STEP_DELETE;
    }
    *out = (struct rule_list){ .n_wanted = l->n_wanted, .owed = { l->owed.items, l->owed.len } };
    for (size_t i = 0; i < l->nodes.len; i++)
        if (i < l->n_wanted || nodes[i].was)
            *LIST_PUSH(p->a, &out->nodes) = nodes[i];
    return there;
}

/* Would the first of two calls be followed by the second, planned anew? */
static bool goes_on(struct planner *p, const struct rule_list *l, size_t there, const rule_ops *ops)
{
    struct rule_list *next = arena_alloc(p->a, sizeof *next);
    rule_ops rest = { 0 };
    size_t calls;
    there = list_after(p, l, there, ops, next);
    find_near(p->a, next);
    make_passes(p, next, true, &rest);
    find_shape(p, next, there, &rest, &calls);
    return calls == 1;
}

/* Marks as the first call the creates that there is room for and that follow on nothing but each
 * other; returns how many. */
static size_t choose_creates(struct planner *p, rule_ops *ops, size_t room)
{
    size_t n = 0;
    link_ops(p->a, ops);
    for (size_t i = 0; i < ops->len; i++) {
        struct rule_op *op = &ops->items[i];
        bool first = op->kind == STEP_CREATE && n < room;
        for (size_t k = 0; k < op->before.len; k++)
            first = first && !ops->items[op->before.items[k]].batch;
        op->batch = !first;
        n += first;
    }
    return n;
}

/* Appends what is done with the nodes of 'next', which are those of 'l' in their order; false: it
 * changes or deletes what is not there yet. */
static bool append_rest(struct planner *p, const struct rule_list *l, const struct rule_list *next,
                        const rule_ops *rest, rule_ops *out)
{
    for (size_t i = 0; i < rest->len; i++) {
        const struct rule_op *then = &rest->items[i];
        const struct rule_node *of = then->from_node ? then->from_node : then->node;
        if (then->kind != STEP_CREATE && !of->id)
            return false;
        struct rule_op *op = LIST_PUSH(p->a, out);
        *op = *then;
        op->node = &l->nodes.items[then->node - next->nodes.items];
        if (then->from_node)
            op->from_node = &l->nodes.items[then->from_node - next->nodes.items];
    }
    return true;
}

/* In a list that is nearly full: as many creates as there is room for, then what is best then. */
static void try_room_first(struct planner *p, const struct rule_list *l, size_t there,
                           const rule_ops *passes, rule_ops *ops, size_t *calls)
{
    struct rule_list *next = arena_alloc(p->a, sizeof *next);
    rule_ops first = { 0 }, other = { 0 }, rest = { 0 };
    size_t after;
    for (size_t i = 0; i < passes->len; i++)
        *LIST_PUSH(p->a, &first) = passes->items[i];
    if (there >= p->rules_limit || !wait_alike(passes) || has_rounds(passes)
        || !choose_creates(p, &first, p->rules_limit - there))
        return;
    (void)list_after(p, l, there, &first, next);
    find_near(p->a, next);
    make_passes(p, next, true, &rest);
    find_shape(p, next, p->rules_limit, &rest, &after);
    for (size_t i = 0; i < first.len; i++)
        if (!first.items[i].batch)
            *LIST_PUSH(p->a, &other) = first.items[i];
    if (append_rest(p, l, next, &rest, &other))
        take_fewer(p, there, ops, calls, &other);
}

void shape_ops(struct planner *p, struct rule_list *l, size_t there, rule_ops *ops)
{
    size_t calls;
    const rule_ops passes = *ops;
    find_shape(p, l, there, ops, &calls);
    if (!l->made_room && there + count_kind(ops, STEP_CREATE) > p->rules_limit)
        try_room_first(p, l, there, &passes, ops, &calls);
    if (!l->made_room)
        return;
    if (calls > 2 || !wait_alike(ops) || (makes_room_late(ops) && !goes_on(p, l, there, ops)))
        make_room_first(p, l, there, ops);
}
