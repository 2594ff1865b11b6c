/* rule_batch.c - from single changes of rules, in their hitless order, to calls.
 *
 * A request sees only rules that match it, so only overlapping rules must keep their order:
 * a change goes into the first call of its kind that is not before one that it depends on.
 * A change that must wait holds back those that overlap it, and no others. */
#include <inttypes.h>

#include "rule_priv.h"

struct batch {
    enum step_op kind;
    const struct resource *listener;
    const char *waits;
    unsigned round;
    bool early;
    size_t len;
};

struct batcher {
    struct planner *p;
    rule_ops *ops;
    LIST_OF(struct batch) batches;
};

static bool depends(const struct rule_op *op, const struct rule_op *on)
{
    return rules_overlap(op->node, on->node);
}

/* What waits for something that waits, waits too. */
static void spread_waits(struct planner *p, rule_ops *ops)
{
    for (size_t i = 0; i < ops->len; i++) {
        struct rule_op *op = &ops->items[i];
        for (size_t k = 0; k < i && !op->waits && !op->early; k++)
            if (ops->items[k].waits && depends(op, &ops->items[k]))
                op->waits = arena_fmt(p->a, "Rule %s, which waits for %s",
                                      ops->items[k].node->row->key, ops->items[k].waits);
    }
}

/* Label moves come before everything else of their listener, quota deletes before every
 * create: what comes after is not sent until they are done. */
static void wait_for_moves(rule_ops *ops)
{
    for (size_t i = 0; i < ops->len; i++) {
        struct rule_op *op = &ops->items[i];
        for (size_t k = 0; k < i && !op->waits; k++) {
            const struct rule_op *first = &ops->items[k];
            if (first->round && first->round != op->round
                && first->node->listener == op->node->listener)
                op->waits = "labels to be moved, to make room";
            else if (first->early && !op->early && op->kind == STEP_CREATE)
                op->waits = "rules to be deleted, to make room in the quota";
        }
    }
}

static bool fits(const struct batch *b, const struct rule_op *op)
{
    return b->kind == op->kind && b->len < BATCH_RULES && !b->waits == !op->waits
           && b->round == op->round && b->early == op->early
           && (op->kind == STEP_DELETE || b->listener == op->node->listener);
}

static void put(struct batcher *b, struct rule_op *op, size_t first)
{
    size_t at = first;
    while (at < b->batches.len && !fits(&b->batches.items[at], op))
        at++;
    if (at == b->batches.len)
        *LIST_PUSH(b->p->a, &b->batches) = (struct batch){ .kind = op->kind,
                                                           .listener = op->node->listener,
                                                           .waits = op->waits,
                                                           .round = op->round,
                                                           .early = op->early };
    b->batches.items[at].len++;
    op->batch = at;
}

static void assign(struct batcher *b, bool waiting)
{
    for (size_t i = 0; i < b->ops->len; i++) {
        struct rule_op *op = &b->ops->items[i];
        if (!op->waits == waiting)
            continue;
        size_t first = 0;
        for (size_t k = 0; k < i; k++) {
            const struct rule_op *on = &b->ops->items[k];
            bool same_sort = !on->waits == !op->waits;
            bool again = on->node == op->node; /* once in a call, so in a later one */
            if (same_sort && (again || depends(op, on)) && on->batch + again > first)
                first = on->batch + again;
        }
        put(b, op, first);
    }
}

/* ---- steps ---------------------------------------------------------------------------------- */

static const char *rule_name(struct planner *p, const struct rule_op *op)
{
    const struct alb_listener *l =
        op->node->listener->actual ? op->node->listener->actual : op->node->listener->desired;
    int64_t port = l ? l->port.val : 0;
    return arena_fmt(p->a, "rule-%" PRId64 "-%" PRId64, port, op->to);
}

static void add_change(struct planner *p, change_list *out, const char *path, int64_t before,
                       int64_t after)
{
    *LIST_PUSH(p->a, out) =
        (struct change){ .path = path,
                         .before = before ? arena_fmt(p->a, "%" PRId64, before) : "",
                         .after = arena_fmt(p->a, "%" PRId64, after),
                         .via = ALB_VIA_RULE };
}

static void create_one(struct planner *p, struct step *s, const struct rule_op *op, size_t nth)
{
    struct alb_rule *rule = schema_copy(p->a, &alb_rule_schema, op->node->want, 0, NULL, NULL);
    rule->priority = (struct opt_int){ op->to, op->to != 0 };
    rule->name = op->to ? rule_name(p, op) : NULL;
    struct params_out out = { p->a, &s->params };
    schema_params(&alb_rule_schema, rule, 0, arena_fmt(p->a, "Rules.%zu", nth), params_emit, &out);
    const struct resource *l = op->node->listener;
    rule->listener_id = l->cloud_id ? l->cloud_id : arena_fmt(p->a, "@ListenerId(%s)", l->key);
    rule->lb_id = p->id;
    rule->status = "Available";
    change_list changes = { 0 };
    add_change(p, &changes, "Priority", 0, op->to);
    (void)schema_diff(p->a, &alb_rule_schema, op->node->want, NULL, &changes);
    step_item(p, s, op->node->row, rule);
    step_changes(p, s, op->node->row->key, &changes);
}

static void update_one(struct planner *p, struct step *s, const struct rule_op *op, size_t nth)
{
    struct alb_rule *rule =
        schema_copy(p->a, &alb_rule_schema, op->node->row->actual, 0, NULL, NULL);
    step_param(p, s, arena_fmt(p->a, "Rules.%zu.RuleId", nth), op->node->row->cloud_id);
    change_list changes = { 0 };
    if (op->to) {
        rule->priority = (struct opt_int){ op->to, true };
        step_param(p, s, arena_fmt(p->a, "Rules.%zu.Priority", nth),
                   arena_fmt(p->a, "%" PRId64, op->to));
        add_change(p, &changes, "Priority", op->from, op->to);
    }
    if (op->actions) {
        const struct target t = { .row = op->node->row,
                                  .schema = &alb_rule_schema,
                                  .want = op->node->want,
                                  .have = op->node->row->actual };
        step_differing(p, s, &t, ALB_VIA_RULE, arena_fmt(p->a, "Rules.%zu", nth));
        (void)target_diff(p, &t, ALB_VIA_RULE, &changes);
        rule->actions.items = op->node->want->actions.items;
        rule->actions.len = op->node->want->actions.len;
    }
    step_item(p, s, op->node->row, rule);
    step_changes(p, s, op->node->row->key, &changes);
}

static void delete_one(struct planner *p, struct step *s, const struct rule_op *op, size_t nth)
{
    step_param(p, s, arena_fmt(p->a, "RuleIds.%zu", nth), op->node->row->cloud_id);
    step_item(p, s, op->node->row, NULL);
}

static void start(struct planner *p, struct step *s, const struct rule_op *op)
{
    static const char *const actions[] = { [STEP_CREATE] = "CreateRules",
                                           [STEP_UPDATE] = "UpdateRulesAttribute",
                                           [STEP_DELETE] = "DeleteRules" };
    const struct resource *l = op->node->listener;
    step_init(p, s, op->node->row, op->kind, actions[op->kind]);
    if (op->kind == STEP_CREATE)
        step_param(p, s, "ListenerId",
                   l->cloud_id ? l->cloud_id : arena_fmt(p->a, "@ListenerId(%s)", l->key));
}

static void emit_batch(struct batcher *b, size_t batch)
{
    struct step s = { 0 };
    size_t nth = 0;
    for (size_t i = 0; i < b->ops->len; i++) {
        const struct rule_op *op = &b->ops->items[i];
        if (op->batch != batch)
            continue;
        if (!nth++)
            start(b->p, &s, op);
        step_wait(&s, op->waits);
        if (op->kind == STEP_CREATE)
            create_one(b->p, &s, op, nth);
        else if (op->kind == STEP_UPDATE)
            update_one(b->p, &s, op, nth);
        else
            delete_one(b->p, &s, op, nth);
    }
    step_push(b->p, &s);
}

void batch_rules(struct planner *p, rule_ops *ops)
{
    struct batcher b = { .p = p, .ops = ops };
    wait_for_moves(ops);
    spread_waits(p, ops);
    assign(&b, false);
    assign(&b, true);
    for (size_t i = 0; i < b.batches.len; i++)
        emit_batch(&b, i);
}
