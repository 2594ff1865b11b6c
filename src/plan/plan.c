/* plan.c - one load balancer after the other: which parts are planned, in the order in
 * which they depend on each other. */
#include <string.h>

#include "plan_priv.h"

static void planner_init(struct planner *p, const char *lb)
{
    p->lb = lb;
    p->sum = (struct plan_lb){ .lb = lb, .hitless = true };
    p->first_step = p->out->steps.len;
    model_range(p->in->model, lb, &p->first, &p->end);
    p->row = model_find(p->in->model, lb, RESOURCE_LOAD_BALANCER, lb);
    p->id = p->row && p->row->cloud_id ? p->row->cloud_id : "@LoadBalancerId";
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind == RESOURCE_SERVER_GROUP && r->cloud_id)
            map_put(&p->by_id, r->cloud_id, r);
    }
}

static void planner_done(struct planner *p)
{
    map_done(&p->by_id);
    map_done(&p->redirects);
    map_done(&p->circles);
    map_done(&p->uses.groups);
    map_done(&p->uses.addresses);
}

static const char *lb_waits(struct planner *p)
{
    const char *why = row_waits(p, p->row);
    const struct alb_load_balancer *lb = p->row->actual;
    if (!why && lb->business_status && !strcmp(lb->business_status, "Abnormal"))
        why = arena_fmt(p->a, "LoadBalancer %s is Abnormal (locked by the cloud)", p->lb);
    return why;
}

/* Why a load balancer that nothing desires is to be destroyed, or NULL. */
static const char *destroy_cause(const struct planner *p)
{
    const char *from = p->in->tombstones ? map_get(p->in->tombstones, p->lb) : NULL;
    if (p->in->destroy && !strcmp(p->in->destroy, p->lb))
        return "destroyed by name";
    return from ? arena_fmt(p->a, "%s is being deleted", from) : NULL;
}

/* What is to be done with a load balancer that nothing desires: nothing, unless it was to
 * be destroyed; but it serves, so groups that an Ingress still names have their pods.  Its groups
 * follow when it is gone. */
static void plan_undesired(struct planner *p)
{
    const char *cause = destroy_cause(p);
    if (!cause || p->in->keep_all) {
        plan_groups_there(p);
        return;
    }
    if (p->row && p->row->actual && !p->row->ours) {
        plan_refuse(p, false, "the load balancer is not ours to destroy");
        return;
    }
    if (p->row && p->row->actual && !p->row->held)
        plan_destroy(p, cause);
    plan_group_deletes(p);
    plan_acl_deletes(p);
}

/* Groups first, because rules wait for them; deletes last, each kind after what uses it. */
static void plan_desired(struct planner *p)
{
    if (p->in->destroy && !strcmp(p->in->destroy, p->lb))
        plan_refuse(p, false,
                    arena_fmt(p->a, "the load balancer is still desired by %s; remove that first",
                              p->row->desired_from ? p->row->desired_from : "its AlbConfig"));
    p->waits = lb_waits(p);
    plan_load_balancer(p);
    plan_groups(p);
    plan_certificates(p);
    plan_acls(p);
    plan_listeners(p);
    plan_scripts(p);
    plan_rules(p);
    plan_script_deletes(p);
    plan_listener_deletes(p);
    plan_group_deletes(p);
    plan_acl_deletes(p);
}

/* ---- counting ---------------------------------------------------------------------------------
 */

/* A resource counts once: as added when it is created, however many calls that takes. */
static void count_resources(struct planner *p)
{
    static const enum step_op ops[] = { STEP_CREATE, STEP_DELETE, STEP_UPDATE };
    size_t *counts[] = { &p->sum.add, &p->sum.destroy, &p->sum.change };
    struct map seen CLEANUP(map_done) = { 0 };
    for (size_t pass = 0; pass < COUNT(ops); pass++)
        for (size_t i = p->first_step; i < p->out->steps.len; i++) {
            const struct step *s = &p->out->steps.items[i];
            for (size_t k = 0; s->op == ops[pass] && k < s->items.len; k++) {
                const struct step_item *item = &s->items.items[k];
                const char *name =
                    arena_fmt(p->a, "%s %s", resource_kind_name(item->kind), item->key);
                if (map_get(&seen, name))
                    continue;
                map_put(&seen, name, item);
                ++*counts[pass];
            }
        }
    p->out->add += p->sum.add;
    p->out->change += p->sum.change;
    p->out->destroy += p->sum.destroy;
}

/* Where others may stand that no list shows yet, no rule can be changed so that every request goes
 * where it did or where it is to. */
static bool changes_rules(const struct planner *p)
{
    for (size_t i = p->first_step; i < p->out->steps.len; i++) {
        const struct step *s = &p->out->steps.items[i];
        if (s->items.items[0].kind == RESOURCE_RULE)
            return true;
    }
    return false;
}

/* Lists lag, and nobody remembers what was made: it may be there. */
static bool is_anything_unseen(const struct planner *p)
{
    size_t first, end;
    model_range(p->in->model, p->lb, &first, &end);
    for (size_t i = first; i < end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->desired && !r->actual && !r->held)
            return true;
    }
    return false;
}

static void wait_until_sure(struct planner *p)
{
    if (!p->in->unsure || (!is_anything_unseen(p) && !changes_rules(p)))
        return;
    for (size_t i = p->first_step; i < p->out->steps.len; i++) {
        struct step *s = &p->out->steps.items[i];
        const bool servers =
            s->items.items[0].kind == RESOURCE_SERVER_GROUP && s->op == STEP_UPDATE;
        if (!servers)
            s->waits = STEP_WAITS_READ;
    }
}

static void plan_one(struct arena *a, const struct plan_in *in, const char *lb, bool whole,
                     struct plan *out)
{
    struct planner p = { .a = a, .in = in, .out = out };
    planner_init(&p, lb);
    if (p.row && p.row->desired && p.row->ours)
        plan_desired(&p);
    else if (lb_service(lb))
        plan_groups(&p);
    else
        plan_undesired(&p);
    guard_steps(&p);
    wait_until_sure(&p);
    if (whole)
        depend_steps(&p);
    count_resources(&p);
    p.sum.least_calls += p.out->steps.len - p.first_step - p.rule_steps;
    *LIST_PUSH(a, &out->lbs) = p.sum;
    planner_done(&p);
}

void plan_build(struct arena *a, const struct plan_in *in, struct plan *out)
{
    *out = (struct plan){ 0 };
    const struct model *m = in->model;
    for (size_t i = 0; i < m->rows.len; i++)
        if (!i || strcmp(m->rows.items[i].lb, m->rows.items[i - 1].lb) != 0)
            plan_one(a, in, m->rows.items[i].lb, true, out);
}

void plan_build_lb(struct arena *a, const struct plan_in *in, const char *lb, struct plan *out)
{
    *out = (struct plan){ 0 };
    plan_one(a, in, lb, false, out);
}
