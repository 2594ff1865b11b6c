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
    size_t first;                 /* the number of the first's step */
    size_t most[STEP_DELETE + 1]; /* rules in a call of each kind */
    LIST_OF(struct batch) batches;
};

const char *rule_action(enum step_op kind)
{
    static const char *const actions[] = { [STEP_CREATE] = "CreateRules",
                                           [STEP_UPDATE] = "UpdateRulesAttribute",
                                           [STEP_DELETE] = "DeleteRules" };
    return actions[kind];
}

/* Early deletes make room for every create: what comes after is not sent until they are
 * done. */
static void wait_for_early(rule_ops *ops)
{
    bool any = false;
    for (size_t i = 0; i < ops->len; i++) {
        struct rule_op *op = &ops->items[i];
        any = any || op->early;
        if (any && !op->early && op->kind == STEP_CREATE && !op->waits)
            op->waits = "rules to be deleted, to make room in the quota";
    }
}

static bool fits(const struct batch *b, const struct rule_op *op, size_t most)
{
    return b->kind == op->kind && b->len < most && !b->waits == !op->waits && b->round == op->round
           && b->early == op->early
           && (op->kind == STEP_DELETE || b->listener == op->node->listener);
}

static void put(struct batcher *b, struct rule_op *op, size_t first)
{
    size_t at = first;
    while (at < b->batches.len && !fits(&b->batches.items[at], op, b->most[op->kind]))
        at++;
    struct batch *batch =
        at < b->batches.len ? &b->batches.items[at] : LIST_PUSH(b->p->a, &b->batches);
    if (!batch->len)
        *batch = (struct batch){ .kind = op->kind,
                                 .listener = op->node->listener,
                                 .waits = op->waits,
                                 .round = op->round,
                                 .early = op->early };
    batch->len++;
    op->batch = at;
}

static void assign(struct batcher *b, bool waiting)
{
    for (size_t i = 0; i < b->ops->len; i++) {
        struct rule_op *op = &b->ops->items[i];
        if (!op->waits == waiting)
            continue;
        size_t first = 0;
        for (size_t k = 0; k < op->before.len; k++) {
            const struct rule_op *on = &b->ops->items[op->before.items[k]];
            bool again = on->node == op->node; /* once in a call, so in a later one */
            if (!on->waits == !op->waits && on->batch + again > first)
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
    s->items.items[s->items.len - 1].aside = op->node->aside;
    step_changes(p, s, op->node->row->key, &changes);
}

/* 'rule' is what is there, and becomes what it will be. */
static void update_one(struct planner *p, struct step *s, const struct rule_op *op, size_t nth)
{
    const struct rule_node *from = op->from_node ? op->from_node : op->node;
    struct alb_rule *rule = schema_copy(p->a, &alb_rule_schema, from->have, 0, NULL, NULL);
    step_param(p, s, arena_fmt(p->a, "Rules.%zu.RuleId", nth), from->id);
    change_list changes = { 0 };
    if (op->to && op->to != op->from) {
        rule->priority = (struct opt_int){ op->to, true };
        step_param(p, s, arena_fmt(p->a, "Rules.%zu.Priority", nth),
                   arena_fmt(p->a, "%" PRId64, op->to));
        add_change(p, &changes, "Priority", op->from, op->to);
    }
    if (op->actions) {
        const struct target t = { .row = op->node->row,
                                  .schema = &alb_rule_schema,
                                  .want = op->node->want,
                                  .have = from->have };
        step_differing(p, s, &t, ALB_VIA_RULE, arena_fmt(p->a, "Rules.%zu", nth));
        (void)target_diff(p, &t, ALB_VIA_RULE, &changes);
        rule->actions.items = op->node->want->actions.items;
        rule->actions.len = op->node->want->actions.len;
        rule->conditions.items = op->node->want->conditions.items;
        rule->conditions.len = op->node->want->conditions.len;
    }
    step_item(p, s, op->node->row, rule);
    if (op->from_node)
        s->items.items[s->items.len - 1].id = from->id;
    step_changes(p, s, op->node->row->key, &changes);
}

static void delete_one(struct planner *p, struct step *s, const struct rule_op *op, size_t nth)
{
    step_param(p, s, arena_fmt(p->a, "RuleIds.%zu", nth), op->node->id);
    step_item(p, s, op->node->row, NULL);
}

static void start(struct planner *p, struct step *s, const struct rule_op *op)
{
    const struct resource *l = op->node->listener;
    step_init(p, s, op->node->row, op->kind, rule_action(op->kind));
    if (op->kind == STEP_CREATE)
        step_param(p, s, "ListenerId",
                   l->cloud_id ? l->cloud_id : arena_fmt(p->a, "@ListenerId(%s)", l->key));
}

/* The calls that come before that of 'op': of what it is linked to, and of what makes room. */
static void follow(struct batcher *b, struct step *s, const struct rule_op *op)
{
    for (size_t k = 0; k < op->before.len; k++) {
        size_t on = b->ops->items[op->before.items[k]].batch;
        if (on != op->batch)
            step_after(b->p, s, b->first + on);
    }
    for (size_t k = 0; k < b->batches.len; k++) {
        const struct batch *on = &b->batches.items[k];
        bool makes_room = (on->early && !op->early && op->kind == STEP_CREATE)
                          || (on->round && (!op->round || on->round < op->round)
                              && on->listener == op->node->listener);
        if (makes_room)
            step_after(b->p, s, b->first + k);
    }
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
        s.disrupts = s.disrupts || op->harmful;
        follow(b, &s, op);
        if (op->kind == STEP_CREATE)
            create_one(b->p, &s, op, nth);
        else if (op->kind == STEP_UPDATE)
            update_one(b->p, &s, op, nth);
        else
            delete_one(b->p, &s, op, nth);
    }
    step_push(b->p, &s);
}

static void assign_all(struct batcher *b)
{
    for (size_t k = 0; k < COUNT(b->most); k++)
        b->most[k] = plan_batch(b->p->in, rule_action((enum step_op)k));
    assign(b, false);
    assign(b, true);
}

size_t batch_count(struct planner *p, rule_ops *ops)
{
    struct batcher b = { .p = p, .ops = ops };
    link_ops(p->a, ops);
    assign_all(&b);
    return b.batches.len;
}

void batch_rules(struct planner *p, rule_ops *ops)
{
    struct batcher b = { .p = p, .ops = ops, .first = p->out->steps.len };
    wait_for_early(ops);
    link_ops(p->a, ops);
    spread_waits(p->a, ops);
    assign_all(&b);
    for (size_t i = 0; i < b.batches.len; i++)
        emit_batch(&b, i);
}
