/* group.c - server groups: made before anything points at them, deleted when nothing does
 * any more and their connections have drained.  Each has a lane of its own.  One that a Service
 * borrows is neither made nor deleted. */
#include <inttypes.h>
#include <string.h>

#include "plan_priv.h"

/* Has the group connections that can be kept or not?  Those of gRPC always stay. */
static bool may_keep_alive(const struct alb_server_group *g)
{
    return g->protocol != ALB_PROTOCOL_GRPC;
}

/* Returns what the call makes.  A group that nobody says it of is made with connections that are
 * kept, as by the existing controller (alb-ingress.md A.2): not wanted, so that what is there
 * already stays as it is. */
static void *create(struct planner *p, const struct target *t)
{
    struct alb_server_group made = *(const struct alb_server_group *)t->want;
    if (!made.keepalive.set && may_keep_alive(&made))
        made.keepalive = (struct opt_bool){ true, true };
    struct target fresh = *t;
    fresh.want = &made;
    struct step s;
    step_init(p, &s, t->row, STEP_CREATE, "CreateServerGroup");
    struct params_out out = { p->a, &s.params };
    schema_params(t->schema, &made, 0, "", params_emit, &out);
    struct alb_server_group *after = target_created(p, &fresh);
    after->servers.items = arena_array(p->a, 1, sizeof *after->servers.items);
    after->servers.len = 0;
    after->status = "Available";
    change_list changes = { 0 };
    (void)schema_diff(p->a, t->schema, after, NULL, &changes);
    step_item(p, &s, t->row, after);
    step_changes(p, &s, "", &changes);
    step_push(p, &s);
    return after;
}

static void plan_group(struct planner *p, const struct resource *r)
{
    const struct alb_server_group *actual = r->actual;
    if (!actual && resource_is_borrowed(r)) {
        plan_warn(p, r,
                  "the server group is not there, or is tagged for another cluster; it is not made "
                  "here: correct the id in the annotation of the Service, or take that off");
        return;
    }
    if (actual && actual->config_managed.set && actual->config_managed.val) {
        if (resource_diff(p->a, p->in->model, r, NULL))
            plan_warn(p, r,
                      "the server group is managed by another service and is not written; "
                      "take it out of that service, or rename the Service or Ingress");
        return;
    }
    struct target t = { .row = r,
                        .schema = &alb_server_group_schema,
                        .want = model_resolved(p->a, p->in->model, r->lb, r->kind, r->desired),
                        .have = actual,
                        .id = r->cloud_id ? r->cloud_id : arena_fmt(p->a, "@%s", r->key) };
    if (!actual)
        t.have = create(p, &t);
    t.waits = row_waits(p, r);
    plan_servers(p, &t); /* first: they are what traffic waits for */
    if (r->leave == LEAVE_SETTINGS)
        return;
    target_tags(p, &t, "servergroup");
    target_update(p, &t, ALB_VIA_UPDATE, "UpdateServerGroupAttribute", "ServerGroupId");
    target_move_group(p, &t, "servergroup",
                      ((const struct alb_server_group *)t.want)->resource_group_id);
}

static bool is_to_be_kept(const struct resource *r)
{
    return r->kind == RESOURCE_SERVER_GROUP && r->ours && r->desired && !row_stays(r);
}

void plan_groups(struct planner *p)
{
    for (size_t i = p->first; i < p->end; i++)
        if (is_to_be_kept(&p->in->model->rows.items[i]))
            plan_group(p, &p->in->model->rows.items[i]);
}

void plan_groups_there(struct planner *p)
{
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (is_to_be_kept(r) && r->actual)
            plan_group(p, r);
    }
}

/* Why the connections of a group that is no longer used may still drain, or NULL. */
static const char *drain_waits(struct planner *p, const struct resource *r)
{
    const struct alb_server_group *g = r->actual;
    if (!g->drain.enabled.set || !g->drain.enabled.val)
        return NULL;
    int64_t drain_s = g->drain.timeout.set ? g->drain.timeout.val : 300;
    if (drain_s <= 0 || (r->unused_since && p->in->now_ms - r->unused_since >= drain_s * 1000))
        return NULL;
    return arena_fmt(p->a, "its connections to drain (%" PRId64 " s)", drain_s);
}

/* A rule that is changing may be seen to lead elsewhere before it does. */
static const char *rules_wait(struct planner *p)
{
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind == RESOURCE_RULE && r->actual && !resource_is_stable(r))
            return row_waits(p, r);
    }
    return NULL;
}

/* 'user': the listener or rule that points at it now, or NULL. */
static void delete_group(struct planner *p, const struct resource *r, const struct resource *user)
{
    struct step s;
    step_init(p, &s, r, STEP_DELETE, "DeleteServerGroup");
    step_param(p, &s, "ServerGroupId", r->cloud_id);
    if (user)
        step_wait(&s, arena_fmt(p->a, "%s %s to stop using it", resource_kind_name(user->kind),
                                user->key));
    step_wait(&s, row_waits(p, r));
    step_wait(&s, drain_waits(p, r));
    step_wait(&s, rules_wait(p));
    step_wait(&s, row_stale(p, r));
    step_item(p, &s, r, NULL);
    step_push(p, &s);
}

/* Who points at which group is asked only when there is one to go: it takes a look at every rule.
 */
void plan_group_deletes(struct planner *p)
{
    struct map wanted CLEANUP(map_done) = { 0 }, used CLEANUP(map_done) = { 0 };
    row_list doomed = { 0 };
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind == RESOURCE_SERVER_GROUP && row_doomed(p, r))
            *LIST_PUSH(p->a, &doomed) = r;
    }
    if (doomed.len)
        model_used_groups(p->in->model, p->lb, &wanted, &used);
    for (size_t i = 0; i < doomed.len; i++) {
        const struct resource *r = doomed.items[i];
        const struct alb_server_group *g = r->actual;
        if (map_get(&wanted, r->key))
            continue;
        if (g->config_managed.set && g->config_managed.val)
            plan_warn(p, r, "the server group is managed by another service and is not deleted");
        else
            delete_group(p, r, map_get(&used, r->key));
    }
}
