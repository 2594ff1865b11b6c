/* rule_link.c - which changes of rules must come before which.
 *
 * Two changes that stand next to each other in a hitless order can change places when no
 * request can tell: when none matches the rules of both, or when all that do are caught, before
 * and after, by a rule that one of them only changes in place or moves, above whatever the
 * other does.  So every order that respects the links is hitless, too. */
#include "rule_priv.h"

/* A rule that appears or goes at a label. */
struct part {
    const struct rule_node *node;
    int64_t label;
};

static int64_t final_label(const struct rule_op *op)
{
    return op->to ? op->to : op->node->below;
}

static size_t parts_of(const struct rule_op *op, struct part out[2])
{
    size_t n = 0;
    if (op->kind != STEP_CREATE)
        out[n++] = (struct part){ op->from_node ? op->from_node : op->node, op->from };
    if (op->kind != STEP_DELETE)
        out[n++] = (struct part){ op->node, final_label(op) };
    return n;
}

/* Does 'op' keep its rule, so that who matches it gets no further than 'label'? */
static bool hides(const struct rule_op *op, int64_t label)
{
    return op->kind == STEP_UPDATE && !op->from_node && op->from < label && final_label(op) < label;
}

/* Given that part 'x' of 'op' and a part of 'on' overlap. */
static bool binds(const struct rule_op *op, const struct part *x, const struct rule_op *on,
                  const struct rule_node *node)
{
    struct part parts[2];
    size_t n = parts_of(on, parts);
    for (size_t i = 0; i < n; i++)
        if (parts[i].node == node && !hides(op, parts[i].label) && !hides(on, x->label))
            return true;
    return false;
}

static void link_part(struct arena *a, rule_ops *ops, size_t i, const struct part *x,
                      const struct rule_node *node)
{
    struct rule_op *op = &ops->items[i];
    for (size_t j = 0; j < node->ops.len; j++) {
        size_t k = node->ops.items[j];
        bool known = op->before.len && op->before.items[op->before.len - 1] == k;
        if (k < i && !known && (node == x->node || binds(op, x, &ops->items[k], node)))
            *LIST_PUSH(a, &op->before) = k;
    }
}

static void link_op(struct arena *a, rule_ops *ops, size_t i)
{
    struct part parts[2];
    size_t n = parts_of(&ops->items[i], parts);
    ops->items[i].before = (index_list){ 0 };
    for (size_t p = 0; p < n; p++) {
        const struct rule_node *node = parts[p].node;
        link_part(a, ops, i, &parts[p], node);
        for (size_t j = 0; j < node->near.len; j++)
            link_part(a, ops, i, &parts[p], node->near.items[j]);
    }
}

void link_ops(struct arena *a, rule_ops *ops)
{
    for (size_t i = 0; i < ops->len; i++) {
        ops->items[i].node->ops.len = 0;
        if (ops->items[i].from_node)
            ops->items[i].from_node->ops.len = 0;
    }
    for (size_t i = 0; i < ops->len; i++) {
        *LIST_PUSH(a, &ops->items[i].node->ops) = i;
        if (ops->items[i].from_node)
            *LIST_PUSH(a, &ops->items[i].from_node->ops) = i;
    }
    for (size_t i = 0; i < ops->len; i++)
        link_op(a, ops, i);
}

void spread_waits(struct arena *a, rule_ops *ops)
{
    for (size_t i = 0; i < ops->len; i++) {
        struct rule_op *op = &ops->items[i];
        for (size_t k = 0; k < op->before.len && !op->waits && !op->early; k++) {
            const struct rule_op *on = &ops->items[op->before.items[k]];
            if (on->waits)
                op->waits =
                    arena_fmt(a, "Rule %s, which waits for %s", on->node->row->key, on->waits);
        }
    }
}
