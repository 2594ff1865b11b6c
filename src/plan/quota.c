/* quota.c - the number of rules a load balancer may have (alb-semantics.md §11).
 *
 * Room for old and new together is what hitless order needs.  Where it lacks, deletes come
 * first: those that no create depends on cost nothing; others do, and the plan says so. */
#include "rule_priv.h"

size_t quota_limit(const struct planner *p)
{
    const struct alb_load_balancer *have = p->row->actual, *want = p->row->desired;
    enum alb_edition edition = have && have->edition ? have->edition
                               : want                ? want->edition
                                                     : ALB_EDITION_UNSET;
    return edition == ALB_EDITION_BASIC ? 40 : 100;
}

/* Does deleting before everything else leave every request where it goes? */
static bool is_harmless(const rule_ops *ops, size_t i)
{
    const index_list *before = &ops->items[i].before;
    for (size_t k = 0; k < before->len; k++)
        if (ops->items[before->items[k]].kind != STEP_DELETE)
            return false;
    return true;
}

static size_t mark_early(struct planner *p, rule_ops *ops, size_t need, bool harmless)
{
    for (size_t i = 0; i < ops->len && need; i++) {
        struct rule_op *op = &ops->items[i];
        if (op->kind != STEP_DELETE || op->early || is_harmless(ops, i) != harmless)
            continue;
        op->early = true;
        need--;
        p->sum.hitless = p->sum.hitless && harmless;
    }
    return need;
}

/* Early deletes to the front, in their order; none before all creates can follow. */
static void move_early(struct planner *p, rule_ops *ops)
{
    rule_ops sorted = { 0 };
    const char *waits = NULL;
    for (size_t i = 0; i < ops->len; i++)
        if (ops->items[i].kind == STEP_CREATE && !waits)
            waits = ops->items[i].waits;
    for (int early = 1; early >= 0; early--)
        for (size_t i = 0; i < ops->len; i++)
            if (ops->items[i].early == early)
                *LIST_PUSH(p->a, &sorted) = ops->items[i];
    for (size_t i = 0; i < sorted.len && sorted.items[i].early; i++)
        if (!sorted.items[i].waits)
            sorted.items[i].waits = waits;
    *ops = sorted;
}

/* Are labels moved in rounds, before everything else? */
static bool has_rounds(const rule_ops *ops)
{
    for (size_t i = 0; i < ops->len; i++)
        if (ops->items[i].round)
            return true;
    return false;
}

void quota_rules(struct planner *p, rule_ops *ops, size_t there)
{
    size_t creates = 0, deletes = 0;
    for (size_t i = 0; i < ops->len; i++) {
        creates += ops->items[i].kind == STEP_CREATE;
        deletes += ops->items[i].kind == STEP_DELETE;
    }
    size_t limit = quota_limit(p);
    p->sum.rules = there + creates - deletes;
    p->sum.rules_limit = limit;
    if (!creates || there + creates <= limit)
        return;
    if (p->sum.rules > limit) {
        plan_refuse(p, true,
                    arena_fmt(p->a,
                              "%zu rules are wanted and the quota is %zu; spread the "
                              "Ingresses over more AlbConfigs, or raise the quota",
                              p->sum.rules, limit));
        return;
    }
    link_ops(p->a, ops);
    size_t need = mark_early(p, ops, there + creates - limit, true);
    if (need)
        (void)mark_early(p, ops, need, false);
    if (!has_rounds(ops))
        move_early(p, ops);
    else /* labels are moved before that; then a new plan is made */
        for (size_t i = 0; i < ops->len; i++)
            ops->items[i].early = false;
}
