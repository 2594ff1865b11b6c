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

/* Where nobody says its vSwitches, those that were found are what it is made with, and no more: of
 * what is there, they are not wanted. */
static void take_found(struct planner *p, struct alb_load_balancer *made)
{
    if (!made->found_how)
        return;
    if (!made->found_zones.len)
        plan_refuse(p, false, made->found_how);
    made->zones.items = made->found_zones.items;
    made->zones.len = made->found_zones.len;
}

/* Returns what the call makes, for the steps that follow. */
static void *create(struct planner *p, const struct target *t)
{
    struct alb_load_balancer made = *(const struct alb_load_balancer *)t->want;
    struct target fresh = *t;
    struct step s;
    fresh.want = &made;
    step_init(p, &s, t->row, STEP_CREATE, "CreateLoadBalancer");
    take_found(p, &made);
    struct params_out out = { p->a, &s.params };
    schema_params(t->schema, &made, 0, "", params_emit, &out);
    if (made.deletion_protection.enabled.set)
        step_param(p, &s, "DeletionProtectionEnabled",
                   bool_text(made.deletion_protection.enabled.val));
    struct alb_load_balancer *after = target_created(p, &fresh);
    after->deletion_protection = made.deletion_protection;
    after->status = "Active";
    change_list changes = { 0 };
    (void)schema_diff(p->a, t->schema, after, NULL, &changes);
    step_item(p, &s, t->row, after);
    if (made.found_how)
        s.cause = arena_fmt(p->a, "%s; zoneMappings: %s", s.cause, made.found_how);
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

/* ---- security groups --------------------------------------------------------------------- */

typedef LIST_OF(const char *) id_list;

static id_list groups_of(const struct alb_load_balancer *lb)
{
    if (!lb)
        return (id_list){ 0 };
    return (id_list){ lb->security_group_ids.items, lb->security_group_ids.len };
}

static bool contains(const id_list *list, const char *id)
{
    for (size_t i = 0; i < list->len; i++)
        if (!strcmp(list->items[i], id))
            return true;
    return false;
}

/* Those of 'from' that are in 'in', or that are not. */
static id_list chosen(struct planner *p, const id_list *from, const id_list *in, bool are)
{
    id_list out = { 0 };
    for (size_t i = 0; i < from->len; i++)
        if (contains(in, from->items[i]) == are)
            *LIST_PUSH(p->a, &out) = from->items[i];
    return out;
}

/* One call on the first of 'ids', which leaves the groups 'after'. */
static void group_step(struct planner *p, const struct target *t, const char *action,
                       const id_list *ids, const id_list *after)
{
    struct step s;
    step_init(p, &s, t->row, STEP_UPDATE, action);
    step_param(p, &s, "LoadBalancerId", t->id);
    for (size_t i = 0; i < ids->len; i++)
        step_param(p, &s, arena_fmt(p->a, "SecurityGroupIds.%zu", i + 1), ids->items[i]);
    step_wait(&s, t->waits);
    struct alb_load_balancer *done = schema_copy(p->a, t->schema, t->have, 0, NULL, NULL);
    done->security_group_ids.items = after->items;
    done->security_group_ids.len = after->len;
    step_item(p, &s, t->row, done);
    for (size_t i = 0; i < ids->len; i++) {
        bool joins = contains(after, ids->items[i]);
        *LIST_PUSH(p->a, &s.changes) = (struct change){ .path = "SecurityGroupIds",
                                                        .before = joins ? "" : ids->items[i],
                                                        .after = joins ? ids->items[i] : "",
                                                        .via = ALB_VIA_SECURITY_GROUPS };
    }
    step_push(p, &s);
}

static void first_batch(id_list *list)
{
    if (list->len > BATCH_SECURITY_GROUPS)
        list->len = BATCH_SECURITY_GROUPS;
}

/* Joins what is lacking before it leaves what is too much, so that there is always one.  When
 * none is wanted any more, those are left that were joined before. */
static void security_groups(struct planner *p, const struct target *t)
{
    id_list want = groups_of(t->want), have = groups_of(t->have), old = groups_of(t->row->applied);
    id_list lacking = chosen(p, &want, &have, false);
    id_list surplus = want.items ? chosen(p, &have, &want, false) : chosen(p, &have, &old, true);
    struct target leave = *t;
    if (lacking.len) {
        first_batch(&lacking);
        id_list after = { arena_array(p->a, have.len + lacking.len, sizeof *after.items), 0 };
        for (size_t i = 0; i < have.len + lacking.len; i++)
            after.items[after.len++] = i < have.len ? have.items[i] : lacking.items[i - have.len];
        struct target join = *t;
        if (!join.waits && acls_in_use(p))
            join.waits = "the access lists of its listeners to be dissociated";
        group_step(p, &join, "LoadBalancerJoinSecurityGroup", &lacking, &after);
        if (!leave.waits)
            leave.waits = "the new security groups to be joined";
    }
    if (!surplus.len || p->in->keep_all)
        return;
    first_batch(&surplus);
    id_list after = chosen(p, &have, &surplus, false);
    if (!after.items)
        after.items = arena_array(p->a, 1, sizeof *after.items);
    group_step(p, &leave, "LoadBalancerLeaveSecurityGroup", &surplus, &after);
}

/* ---- shared bandwidth --------------------------------------------------------------------- */

static void bandwidth_step(struct planner *p, const struct target *t, const char *action,
                           const char *id, const char *after)
{
    struct step s;
    const struct alb_load_balancer *have = t->have;
    step_init(p, &s, t->row, STEP_UPDATE, action);
    step_param(p, &s, "LoadBalancerId", t->id);
    step_param(p, &s, "BandwidthPackageId", id);
    step_wait(&s, t->waits);
    struct alb_load_balancer *done = schema_copy(p->a, t->schema, have, 0, NULL, NULL);
    done->bandwidth_package_id = after;
    step_item(p, &s, t->row, done);
    *LIST_PUSH(p->a, &s.changes) = (struct change){
        .path = "BandwidthPackageId",
        .before = has_text(have->bandwidth_package_id) && !after ? have->bandwidth_package_id : "",
        .after = after ? after : "",
        .via = ALB_VIA_BANDWIDTH
    };
    step_push(p, &s);
}

static bool same_text(const char *x, const char *y)
{
    return !strcmp(x ? x : "", y ? y : "");
}

/* A load balancer has one package at a time.  When none is wanted any more, the one goes that
 * was attached before. */
static void bandwidth(struct planner *p, const struct target *t)
{
    const struct alb_load_balancer *applied = t->row->applied;
    const char *want = ((const struct alb_load_balancer *)t->want)->bandwidth_package_id;
    const char *have = ((const struct alb_load_balancer *)t->have)->bandwidth_package_id;
    bool other =
        want ? !same_text(want, have)
             : applied && !p->in->keep_all && same_text(applied->bandwidth_package_id, have);
    struct target next = *t;
    if (other && has_text(have)) {
        bandwidth_step(p, t, "DetachCommonBandwidthPackageFromLoadBalancer", have, NULL);
        if (!next.waits)
            next.waits = "the other bandwidth package to be detached";
    }
    if (other && want)
        bandwidth_step(p, &next, "AttachCommonBandwidthPackageToLoadBalancer", want, want);
}

static void change(struct planner *p, const struct target *t)
{
    const struct alb_load_balancer *want = t->want;
    target_tags(p, t, "loadbalancer"); /* first: a tag to be removed is known by 'applied' */
    target_update(p, t, ALB_VIA_UPDATE, "UpdateLoadBalancerAttribute", "LoadBalancerId");
    edition(p, t);
    security_groups(p, t);
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
    bandwidth(p, t);
    target_move_group(p, t, "loadbalancer", want->resource_group_id);
    target_warn_fixed(p, t, ALB_VIA_REPLACE,
                      "fixed at creation; only destroying the load balancer changes it (remove the "
                      "AlbConfig, apply --destroy, and add it again)");
    target_warn_fixed(
        p, t, ALB_VIA_BY_HAND,
        "not changed once the load balancer is there; change it in the console (or by "
        "UpdateLoadBalancerZones, UpdateLoadBalancerAddressTypeConfig), or have the "
        "AlbConfig say what is there");
}

void plan_load_balancer(struct planner *p)
{
    const struct resource *r = p->row;
    if (row_stays(r))
        return;
    struct target t = { .row = r,
                        .schema = &alb_load_balancer_schema,
                        .want = model_resolved(p->a, p->in->model, r->lb, r->kind, r->desired),
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
        const bool goes = part->kind == RESOURCE_LISTENER || part->kind == RESOURCE_RULE
                          || part->kind == RESOURCE_SCRIPT;
        if (goes && part->actual)
            step_item(p, &s, part, NULL);
    }
    s.cause = cause;
    step_push(p, &s);
}
