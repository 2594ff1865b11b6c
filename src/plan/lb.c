/* lb.c - the load balancer itself: creation, attributes, edition, protection, access log,
 * and its destruction when that was asked for by name. */
#include <string.h>

#include "plan_priv.h"

static const char *bool_text(bool b)
{
    return b ? "true" : "false";
}

/* A call that takes nothing but an id. */
static void simple_call(struct planner *p, const struct target *t, unsigned via, const char *action,
                        const char *id_param)
{
    struct step s;
    change_list changes = { 0 };
    (void)target_diff(p, t, via, &changes);
    step_init(p, &s, t->row, STEP_UPDATE, action);
    step_param(p, &s, id_param, t->id);
    step_wait(&s, t->waits);
    step_item(p, &s, t->row, target_after(p, t, via));
    step_changes(p, &s, "", &changes);
    step_push(p, &s);
}

/* Returns what the call makes, for the steps that follow. */
static void *create(struct planner *p, const struct target *t)
{
    const struct alb_load_balancer *want = t->want;
    struct step s;
    step_init(p, &s, t->row, STEP_CREATE, "CreateLoadBalancer");
    struct params_out out = { p->a, &s.params };
    schema_params(t->schema, want, 0, "", params_emit, &out);
    if (want->deletion_protection.enabled.set)
        step_param(p, &s, "DeletionProtectionEnabled",
                   bool_text(want->deletion_protection.enabled.val));
    struct alb_load_balancer *after = target_created(p, t);
    after->deletion_protection = want->deletion_protection;
    after->status = "Active";
    change_list changes = { 0 };
    (void)schema_diff(p->a, t->schema, after, NULL, &changes);
    step_item(p, &s, t->row, after);
    step_changes(p, &s, "", &changes);
    step_push(p, &s);
    return after;
}

static void edition(struct planner *p, const struct target *t)
{
    const struct alb_load_balancer *want = t->want, *have = t->have;
    change_list changes = { 0 };
    if (!target_diff(p, t, ALB_VIA_EDITION, &changes))
        return;
    if (want->edition < have->edition) {
        plan_warn(p, t->row,
                  arena_fmt(p->a,
                            "LoadBalancerEdition can only go up (is %s, wanted %s); to go "
                            "down, destroy the load balancer and let it be made again",
                            changes.items[0].before, changes.items[0].after));
        return;
    }
    target_update(p, t, ALB_VIA_EDITION, "UpdateLoadBalancerEdition", "LoadBalancerId");
}

static bool has_text(const char *s)
{
    return s && *s;
}

/* A log that goes elsewhere is switched off first: a second one is refused. */
static void access_log(struct planner *p, const struct target *t)
{
    const struct alb_access_log *want = &((const struct alb_load_balancer *)t->want)->access_log;
    const struct alb_access_log *have = &((const struct alb_load_balancer *)t->have)->access_log;
    change_list changes = { 0 };
    if (!target_diff(p, t, ALB_VIA_ACCESS_LOG, &changes))
        return;
    struct target next = *t;
    if (has_text(have->project)) {
        struct alb_load_balancer off = *(const struct alb_load_balancer *)t->want;
        off.access_log = (struct alb_access_log){ "", "" };
        next.want = &off;
        simple_call(p, &next, ALB_VIA_ACCESS_LOG, "DisableLoadBalancerAccessLog", "LoadBalancerId");
        if (!next.waits)
            next.waits = "the access log to be off";
    }
    next.want = t->want;
    if (has_text(want->project))
        target_update(p, &next, ALB_VIA_ACCESS_LOG, "EnableLoadBalancerAccessLog",
                      "LoadBalancerId");
}

/* The members of an access log stand bare in the call, not below AccessLogConfig. */
static void bare_log_params(struct planner *p, size_t from)
{
    for (size_t i = from; i < p->out->steps.len; i++) {
        alb_params *params = &p->out->steps.items[i].params;
        for (size_t k = 0; k < params->len; k++)
            if (!strncmp(params->items[k].name, "AccessLogConfig.", 16))
                params->items[k].name += 16;
    }
}

static void change(struct planner *p, const struct target *t)
{
    const struct alb_load_balancer *want = t->want;
    target_tags(p, t, "loadbalancer"); /* first: a tag to be removed is known by 'applied' */
    target_update(p, t, ALB_VIA_UPDATE, "UpdateLoadBalancerAttribute", "LoadBalancerId");
    edition(p, t);
    if (target_diff(p, t, ALB_VIA_PROTECTION, &(change_list){ 0 }))
        simple_call(p, t, ALB_VIA_PROTECTION,
                    want->deletion_protection.enabled.val ? "EnableDeletionProtection"
                                                          : "DisableDeletionProtection",
                    "ResourceId");
    size_t from = p->out->steps.len;
    access_log(p, t);
    bare_log_params(p, from);
    if (target_diff(p, t, ALB_VIA_IPV6, &(change_list){ 0 }))
        simple_call(p, t, ALB_VIA_IPV6,
                    want->ipv6_address_type == ALB_ADDRESS_INTERNET
                        ? "EnableLoadBalancerIpv6Internet"
                        : "DisableLoadBalancerIpv6Internet",
                    "LoadBalancerId");
    target_move_group(p, t, "loadbalancer", want->resource_group_id);
    target_warn_replace(p, t,
                        "only destroying the load balancer changes it (remove the AlbConfig, "
                        "apply --destroy, and add it again)");
}

void plan_load_balancer(struct planner *p)
{
    const struct resource *r = p->row;
    if (r->held)
        return;
    struct target t = { .row = r,
                        .schema = &alb_load_balancer_schema,
                        .want = model_resolve(p->a, p->in->model, r->lb, r->kind, r->desired, NULL),
                        .have = r->actual,
                        .id = p->id,
                        .waits = p->waits };
    if (!r->actual)
        t.have = create(p, &t);
    change(p, &t);
}

/* ---- destruction ------------------------------------------------------------------------- */

static void unprotect(struct planner *p, const struct resource *r, const char *cause)
{
    const struct alb_load_balancer *have = r->actual;
    struct alb_load_balancer *after =
        schema_copy(p->a, &alb_load_balancer_schema, have, 0, NULL, NULL);
    after->deletion_protection.enabled = (struct opt_bool){ false, true };
    struct step s;
    step_init(p, &s, r, STEP_UPDATE, "DisableDeletionProtection");
    step_param(p, &s, "ResourceId", p->id);
    step_wait(&s, row_stale(p, r));
    step_item(p, &s, r, after);
    s.cause = cause;
    *LIST_PUSH(p->a, &s.changes) = (struct change){ .path = "DeletionProtectionConfig.Enabled",
                                                    .before = "true",
                                                    .after = "false",
                                                    .via = ALB_VIA_PROTECTION };
    step_push(p, &s);
}

void plan_destroy(struct planner *p, const char *cause)
{
    const struct resource *r = p->row;
    const struct alb_load_balancer *have = r->actual;
    bool guarded = have->deletion_protection.enabled.val;
    if (guarded)
        unprotect(p, r, cause);
    struct step s;
    step_init(p, &s, r, STEP_DELETE, "DeleteLoadBalancer");
    step_param(p, &s, "LoadBalancerId", p->id);
    if (guarded)
        step_wait(&s, "deletion protection to be off");
    if (strcmp(r->status, "Inactive") != 0 && strcmp(r->status, "CreateFailed") != 0)
        step_wait(&s, row_waits(p, r));
    step_wait(&s, row_stale(p, r));
    step_item(p, &s, r, NULL);
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *part = &p->in->model->rows.items[i];
        if ((part->kind == RESOURCE_LISTENER || part->kind == RESOURCE_RULE) && part->actual)
            step_item(p, &s, part, NULL);
    }
    s.cause = cause;
    step_push(p, &s);
}
