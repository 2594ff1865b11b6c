/* guard.c - what a plan refuses to do at once (design.md §6, Guards). */
#include "rule_priv.h"

enum { GUARD_LEAST = 5 };

void plan_refuse(struct planner *p, bool quota, const char *message)
{
    p->sum.refused = true;
    *LIST_PUSH(p->a, &p->out->refusals) =
        (struct plan_refusal){ .lb = p->lb, .quota = quota, .message = message };
}

/* Counted over all rules of ours that are there, those of doomed listeners too. */
void guard_rules(struct planner *p, const struct rule_list *lists, size_t n)
{
    size_t there = 0, hit = 0;
    struct asked last = { 0 };
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind != RESOURCE_RULE || !r->ours || !r->actual)
            continue;
        there++;
        hit += rule_goes_along(p, r, &last);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < lists[i].nodes.len; k++) {
            const struct rule_node *node = &lists[i].nodes.items[k];
            hit += node->rerouted || (k >= lists[i].n_wanted && !node->pinned);
        }
    bool allowed = p->in->allow_destroy || (p->in->confirmed && map_get(p->in->confirmed, p->lb));
    if (allowed || hit < GUARD_LEAST || hit * 2 <= there)
        return;
    plan_refuse(p, false,
                arena_fmt(p->a,
                          "%zu of %zu rules would be deleted or sent elsewhere at once; "
                          "if that is meant, allow it with --allow-destroy",
                          hit, there));
    p->out->refusals.items[p->out->refusals.len - 1].share = true;
}

void guard_steps(struct planner *p)
{
    for (size_t i = p->first_step; p->sum.refused && i < p->out->steps.len; i++)
        p->out->steps.items[i].waits = "what was refused to be allowed";
}
