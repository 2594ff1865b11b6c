/* rule.c - the rules of a load balancer: what is to be done with each, and the one order
 * in which doing it never sends a request astray (design.md §5).
 *
 * Pass one goes from the highest precedence to the lowest: what is new, what acts
 * differently, and what moves up.  Pass two goes from the lowest to the highest: what is
 * doomed, and what moves down.  A rule that moves up hides its old place, one that moves
 * down is hidden by it, so a move is one update.  src/plan/README.md has the argument. */
#include <stdlib.h>
#include <string.h>

#include "rule_priv.h"

bool rule_is_wanted(const struct resource *r)
{
    return r->ours && r->desired && (r->refused || !row_stays(r));
}

static int by_position(const void *x, const void *y)
{
    const struct rule_node *a = x, *b = y;
    if (a->row->position != b->row->position)
        return a->row->position < b->row->position ? -1 : 1;
    return strcmp(a->row->key, b->row->key);
}

static int64_t label_of(const struct resource *r)
{
    const struct alb_rule *rule = r->actual;
    return rule ? rule->priority.val : 0;
}

/* ---- groups that actions lead to ------------------------------------------------------------ */

struct leads {
    struct arena *a;
    LIST_OF(const char *) to;
};

static const char *note_group(void *arg, const char *text)
{
    struct leads *l = arg;
    *LIST_PUSH(l->a, &l->to) = text;
    return text;
}

static bool leads_to(const struct leads *l, const char *group)
{
    for (size_t i = 0; i < l->to.len; i++)
        if (!strcmp(l->to.items[i], group))
            return true;
    return false;
}

/* Do the actions of two rules lead to different groups? */
static bool leads_elsewhere(struct planner *p, const struct alb_rule *x, const struct alb_rule *y)
{
    struct leads a = { .a = p->a }, b = { .a = p->a };
    (void)schema_copy(p->a, &alb_rule_schema, x, F_REF, note_group, &a);
    (void)schema_copy(p->a, &alb_rule_schema, y, F_REF, note_group, &b);
    if (a.to.len != b.to.len)
        return true;
    for (size_t i = 0; i < a.to.len; i++)
        if (!leads_to(&b, a.to.items[i]))
            return true;
    return false;
}

/* ---- nodes ------------------------------------------------------------------------------------
 */

static void add_wanted(struct planner *p, struct rule_list *l, const struct resource *listener,
                       const struct resource *r)
{
    const struct alb_rule *want = model_resolved(p->a, p->in->model, r->lb, r->kind, r->desired);
    unsigned diff =
        r->actual ? schema_diff(p->a, &alb_rule_schema, want, r->actual, NULL) & ALB_VIA_RULE : 0;
    *LIST_PUSH(p->a, &l->nodes) = (struct rule_node){
        .row = r,
        .listener = listener,
        .rule = want,
        .route = route_prepare(p->a, want),
        .want = want,
        .have = r->actual,
        .id = r->cloud_id,
        .was = label_of(r),
        .label = label_of(r),
        .changed = diff != 0,
        .rerouted = diff && leads_elsewhere(p, want, r->actual),
    };
}

static void add_other(struct planner *p, struct rule_list *l, const struct resource *listener,
                      const struct resource *r)
{
    *LIST_PUSH(p->a, &l->nodes) = (struct rule_node){
        .row = r,
        .listener = listener,
        .rule = r->actual,
        .route = route_prepare(p->a, r->actual),
        .have = r->actual,
        .id = r->cloud_id,
        .was = label_of(r),
        .label = label_of(r),
        .pinned = !row_doomed(p, r),
    };
}

/* Wanted last and never made, or not changed to that, and nobody can say now whether it still is.
 * What somebody took away or changed since it was done is not owed. */
static bool is_owed(struct planner *p, const struct resource *r)
{
    if (!r->ours || !r->desired || !r->held) /* one that was refused is wanted still */
        return false;
    return r->actual ? !resource_wants_same(r->kind, r->desired, r->applied)
                           && resource_diff(p->a, p->in->model, r, NULL)
                     : !r->applied;
}

static void add_owed(struct planner *p, struct rule_list *l, const struct resource *listener,
                     const struct resource *r)
{
    *LIST_PUSH(p->a, &l->owed) = (struct rule_node){
        .row = r, .listener = listener, .rule = r->desired, .route = route_prepare(p->a, r->desired)
    };
}

static void add_unwanted(struct planner *p, struct rule_list *l, const struct resource *listener,
                         const struct resource *r)
{
    if (r->actual)
        add_other(p, l, listener, r);
    if (is_owed(p, r))
        add_owed(p, l, listener, r);
}

static void read_rules(struct planner *p, const struct resource *listener, struct rule_list *l)
{
    *l = (struct rule_list){ 0 };
    for (int wanted = 1; wanted >= 0; wanted--) {
        for (size_t i = p->first; i < p->end; i++) {
            const struct resource *r = &p->in->model->rows.items[i];
            if (r->kind != RESOURCE_RULE || strcmp(r->parent, listener->key) != 0
                || rule_is_wanted(r) != wanted)
                continue;
            if (wanted)
                add_wanted(p, l, listener, r);
            else
                add_unwanted(p, l, listener, r);
        }
        if (wanted && l->nodes.len)
            qsort(l->nodes.items, l->nodes.len, sizeof *l->nodes.items, by_position);
        if (wanted)
            l->n_wanted = l->nodes.len;
    }
}

/* ---- what is to be done --------------------------------------------------------------------- */

static void add_moves(struct planner *p, const rule_moves *moves, rule_ops *out)
{
    for (size_t i = 0; i < moves->len; i++) {
        const struct rule_move *m = &moves->items[i];
        *LIST_PUSH(p->a, out) = (struct rule_op){
            .node = m->node, .kind = STEP_UPDATE, .from = m->from, .to = m->to, .round = m->round
        };
    }
}

static bool moves_down(const struct rule_node *n)
{
    return n->label && !n->kept && n->target > n->label;
}

/* By final label; what found none has its turn where it belongs, so that what comes after
 * it waits for it. */
static int by_target(const void *x, const void *y)
{
    const struct rule_node *a = ((const struct rule_op *)x)->node,
                           *b = ((const struct rule_op *)y)->node;
    int64_t t = a->unreachable ? a->below * 2 + 1 : a->target * 2;
    int64_t u = b->unreachable ? b->below * 2 + 1 : b->target * 2;
    if (t != u)
        return t < u ? -1 : 1;
    return (a > b) - (a < b);
}

static int by_label_descending(const void *x, const void *y)
{
    const struct rule_op *a = x, *b = y;
    return (a->node->label < b->node->label) - (a->node->label > b->node->label);
}

static void sort_from(rule_ops *ops, size_t from, int (*compare)(const void *, const void *))
{
    if (ops->len > from)
        qsort(ops->items + from, ops->len - from, sizeof *ops->items, compare);
}

static struct rule_op wanted_op(struct rule_node *n)
{
    return (struct rule_op){
        .node = n,
        .kind = n->label ? STEP_UPDATE : STEP_CREATE,
        .from = n->label,
        .to = n->kept ? n->label : n->target,
        .actions = n->changed,
    };
}

static void pass_one(struct planner *p, struct rule_list *l, rule_ops *out)
{
    size_t from = out->len;
    for (size_t i = 0; i < l->n_wanted; i++) {
        struct rule_node *n = &l->nodes.items[i];
        if ((!n->kept || n->changed) && !moves_down(n))
            *LIST_PUSH(p->a, out) = wanted_op(n);
    }
    sort_from(out, from, by_target);
}

static void pass_two(struct planner *p, struct rule_list *l, rule_ops *out)
{
    size_t from = out->len;
    for (size_t i = 0; i < l->nodes.len; i++) {
        struct rule_node *n = &l->nodes.items[i];
        if (i < l->n_wanted && moves_down(n))
            *LIST_PUSH(p->a, out) = wanted_op(n);
        else if (i >= l->n_wanted && !n->pinned)
            *LIST_PUSH(p->a, out) =
                (struct rule_op){ .node = n, .kind = STEP_DELETE, .from = n->label };
    }
    sort_from(out, from, by_label_descending);
}

/* What an object had before it was changed stays until what it was changed to is there: also when
 * it cannot be read by then.  Which rules were its own nobody knows any more, so that all which
 * meet the same requests stay. */
static const char *owed_waits(struct planner *p, const struct rule_list *l,
                              const struct rule_node *doomed)
{
    for (size_t i = 0; i < l->owed.len; i++) {
        const struct resource *r = l->owed.items[i].row;
        if (rules_overlap(&l->owed.items[i], doomed))
            return arena_fmt(p->a, "%s to be readable, as its rule was to be there first",
                             r->desired_from ? r->desired_from : r->key);
    }
    return NULL;
}

/* Why this change may not be sent now, or NULL. */
static const char *op_waits(struct planner *p, const struct rule_list *l, const struct rule_op *op)
{
    const struct rule_node *n = op->node;
    if (p->waits)
        return p->waits;
    /* What it was to take the place of stays, as what comes after a change that waits waits. */
    if (n->row->refused && n->want)
        return "its object to change, as the cloud refused it";
    const char *why = row_waits(p, n->listener);
    if (!why && op->kind != STEP_CREATE)
        why = row_waits(p, n->row);
    if (!why && (op->kind == STEP_CREATE || op->actions))
        why = groups_wait(p, RESOURCE_RULE, n->row->desired, true);
    if (!why && op->kind != STEP_DELETE)
        why = acls_wait(p, n->listener);
    if (!why && op->kind == STEP_DELETE)
        why = owed_waits(p, l, n);
    if (!why && op->kind == STEP_DELETE)
        why = row_stale(p, n->row);
    if (!why && n->want && n->unreachable)
        why = "a free priority between its neighbours";
    return why;
}

/* Label moves of rounds come before everything else of their listener. */
static void wait_for_moves(rule_ops *ops, const rule_moves *moves)
{
    unsigned first = moves->len ? moves->items[0].round : 0;
    for (size_t i = 0; i < ops->len && first; i++)
        if (ops->items[i].round != first && !ops->items[i].waits)
            ops->items[i].waits = WAITS_FOR_ROOM;
}

void make_passes(struct planner *p, struct rule_list *l, bool at_once, rule_ops *out)
{
    rule_moves moves = { 0 };
    order_keep(p->a, l);
    label_rules(p->a, l, at_once, &moves);
    add_moves(p, &moves, out);
    pass_one(p, l, out);
    pass_two(p, l, out);
    for (size_t i = 0; i < out->len; i++) {
        struct rule_op *op = &out->items[i];
        op->waits = op_waits(p, l, op);
        if (op->waits)
            continue;
        op->waits = redirect_waits(p, op);
        op->led = op->waits != NULL;
    }
    wait_for_moves(out, &moves);
    link_ops(p->a, out);
    spread_waits(p->a, out);
}

static void warn_unreachable(struct planner *p, const struct rule_list *l)
{
    for (size_t i = 0; i < l->n_wanted; i++)
        if (l->nodes.items[i].unreachable)
            plan_warn(p, l->nodes.items[i].row,
                      "no priority is free between its neighbours, and rules that are not ours "
                      "stand in the way of making room; move or remove those");
}

size_t count_kind(const rule_ops *ops, enum step_op kind)
{
    size_t n = 0;
    for (size_t i = 0; i < ops->len; i++)
        n += ops->items[i].kind == kind;
    return n;
}

/* What no plan can do without.  Deletes of several listeners can share calls. */
struct bound {
    size_t calls;   /* of creates, or of anything else that one listener needs   */
    size_t deletes; /* rules by which lists become shorter                       */
    bool other;     /* a list that becomes longer needs another kind of call, too */
};

static void add_bound(struct planner *p, const struct rule_list *l, const rule_ops *ops,
                      struct bound *b)
{
    const size_t most = plan_batch(p->in, rule_action(STEP_CREATE));
    size_t creates = count_kind(ops, STEP_CREATE), deletes = count_kind(ops, STEP_DELETE);
    size_t changed = 0;
    for (size_t i = 0; i < l->n_wanted; i++)
        changed += l->nodes.items[i].was && l->nodes.items[i].changed;
    if (creates > deletes) {
        b->calls += (creates - deletes + most - 1) / most;
        b->other = b->other || deletes || changed;
    } else if (deletes > creates) {
        b->deletes += deletes - creates;
        b->calls += creates || changed;
    } else {
        b->calls += ops->len > 0;
    }
}

static size_t bound_calls(const struct planner *p, const struct bound *b)
{
    const size_t most = plan_batch(p->in, rule_action(STEP_DELETE));
    return b->calls + (b->deletes + most - 1) / most + (b->other && !b->deletes);
}

/* The changes of one listener, in the shape that takes the fewest calls. */
static void plan_listener_rules(struct planner *p, struct rule_list *l, size_t there,
                                struct bound *bound, rule_ops *out)
{
    rule_ops ops = { 0 };
    find_near(p->a, l);
    make_passes(p, l, true, &ops);
    warn_unreachable(p, l);
    add_bound(p, l, &ops, bound);
    shape_ops(p, l, there, &ops);
    for (size_t i = 0; i < ops.len; i++)
        *LIST_PUSH(p->a, out) = ops.items[i];
}

static size_t count_rules(const struct planner *p)
{
    size_t n = 0;
    struct asked last = { 0 };
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        n += r->kind == RESOURCE_RULE && r->actual && !rule_goes_along(p, r, &last);
    }
    return n;
}

/* The rules of all listeners, and what is to be done with them. */
struct all_rules {
    LIST_OF(struct rule_list) lists;
    rule_ops ops;
    struct bound bound;
};

static void plan_lists(struct planner *p, size_t there, struct all_rules *out)
{
    *out = (struct all_rules){ 0 };
    p->out->warnings.len = p->rule_warnings;
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind != RESOURCE_LISTENER || !r->ours || listener_doomed(p, r->key))
            continue;
        struct rule_list *l = LIST_PUSH(p->a, &out->lists);
        read_rules(p, r, l);
        plan_listener_rules(p, l, there, &out->bound, &out->ops);
    }
}

void plan_rules(struct planner *p)
{
    struct all_rules all;
    const size_t there = count_rules(p), before = p->out->steps.len;
    p->rules_limit = plan_limit(p, QUOTA_RULES_BASIC, there);
    p->rule_warnings = p->out->warnings.len;
    redirects_read(p);
    do
        plan_lists(p, there, &all);
    while (redirects_circle(p, &all.ops));
    guard_rules(p, all.lists.items, all.lists.len);
    quota_rules(p, &all.ops, there);
    uses_rules(p, &all.ops);
    batch_rules(p, &all.ops);
    p->rule_steps = p->out->steps.len - before;
    p->sum.least_calls = bound_calls(p, &all.bound);
}
