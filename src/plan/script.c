/* script.c - the scripts of listeners (AScript): made and changed before rules, which may look at
 * what they set, and deleted after them.
 *
 * One is made a call, as a reply that names more ids would not say which is whose; others are
 * changed and deleted several a call, those of one listener.  Where a script runs is fixed when it
 * is made: one that is to run elsewhere is deleted and made again, and does not run meanwhile. */
#include <string.h>

#include "plan_priv.h"

static const char create_action[] = "CreateAScripts";
static const char update_action[] = "UpdateAScripts";
static const char delete_action[] = "DeleteAScripts";

bool scripts_known(const struct alb_listener *l)
{
    return l->scripts_known.val;
}

static const struct resource *listener_of(const struct planner *p, const struct resource *r)
{
    return model_find(p->in->model, p->lb, RESOURCE_LISTENER, r->parent);
}

/* Why nothing may be sent of scripts of a listener now, or NULL. */
static const char *listener_waits(struct planner *p, const char *key)
{
    const struct resource *l = model_find(p->in->model, p->lb, RESOURCE_LISTENER, key);
    if (p->waits)
        return p->waits;
    if (!l || !l->actual)
        return arena_fmt(p->a, "Listener %s to exist", key);
    return scripts_known(l->actual) ? row_waits(p, l) : STEP_WAITS_READ;
}

/* ---- making -----------------------------------------------------------------------------------
 */

static void create(struct planner *p, const struct target *t, const char *waits)
{
    struct step s;
    const struct resource *l = listener_of(p, t->row);
    step_init(p, &s, t->row, STEP_CREATE, create_action);
    step_param(p, &s, "ListenerId",
               l && l->cloud_id ? l->cloud_id : arena_fmt(p->a, "@ListenerId(%s)", t->row->parent));
    struct params_out out = { p->a, &s.params };
    schema_params(t->schema, t->want, 0, "AScripts.1", params_emit, &out);
    step_wait(&s, waits);
    step_wait(&s, listener_waits(p, t->row->parent));
    struct alb_script *after = target_created(p, t);
    after->status = "Available";
    change_list changes = { 0 };
    (void)schema_diff(p->a, t->schema, after, NULL, &changes);
    step_item(p, &s, t->row, after);
    step_changes(p, &s, "", &changes);
    step_push(p, &s);
}

static void replace(struct planner *p, const struct target *t)
{
    struct step s;
    change_list changes = { 0 };
    if (p->in->keep_all)
        return;
    (void)target_diff(p, t, ALB_VIA_REPLACE, &changes);
    step_init(p, &s, t->row, STEP_DELETE, delete_action);
    step_param(p, &s, "AScriptIds.1", t->row->cloud_id);
    step_wait(&s, listener_waits(p, t->row->parent));
    step_wait(&s, row_waits(p, t->row));
    step_wait(&s, row_stale(p, t->row));
    s.disrupts = true;
    p->sum.hitless = false;
    step_item(p, &s, t->row, NULL);
    s.cause = row_cause(p, t->row, STEP_UPDATE);
    step_changes(p, &s, "", &changes);
    step_push(p, &s);
    create(p, t, arena_fmt(p->a, "AScript %s to be gone", t->row->key));
}

/* ---- several in a call -------------------------------------------------------------------------
 */

/* Of scripts of one listener, how many of the first one call takes: one that waits goes alone. */
static size_t first_call(struct planner *p, const row_list *rows, const char *action)
{
    const size_t most = plan_batch(p->in, action);
    size_t n = 0;
    while (n < rows->len && n < most && !strcmp(rows->items[n]->parent, rows->items[0]->parent)
           && (!n || (!row_waits(p, rows->items[0]) && !row_waits(p, rows->items[n]))))
        n++;
    return n;
}

static struct target target_of(const struct resource *r)
{
    return (struct target){ .row = r,
                            .schema = &alb_script_schema,
                            .want = r->desired,
                            .have = r->actual,
                            .id = r->cloud_id };
}

static void update(struct planner *p, const row_list *rows, size_t n)
{
    struct step s;
    step_init(p, &s, rows->items[0], STEP_UPDATE, update_action);
    for (size_t i = 0; i < n; i++) {
        const struct target t = target_of(rows->items[i]);
        const char *prefix = arena_fmt(p->a, "AScripts.%zu", i + 1);
        change_list changes = { 0 };
        (void)target_diff(p, &t, ALB_VIA_UPDATE, &changes);
        step_param(p, &s, arena_fmt(p->a, "%s.AScriptId", prefix), t.id);
        step_differing(p, &s, &t, ALB_VIA_UPDATE, prefix);
        step_wait(&s, row_waits(p, t.row));
        step_item(p, &s, t.row, target_after(p, &t, ALB_VIA_UPDATE));
        step_changes(p, &s, n > 1 ? t.row->key : "", &changes);
    }
    step_wait(&s, listener_waits(p, rows->items[0]->parent));
    step_push(p, &s);
}

static void delete (struct planner *p, const row_list *rows, size_t n)
{
    struct step s;
    step_init(p, &s, rows->items[0], STEP_DELETE, delete_action);
    for (size_t i = 0; i < n; i++) {
        const struct resource *r = rows->items[i];
        step_param(p, &s, arena_fmt(p->a, "AScriptIds.%zu", i + 1), r->cloud_id);
        step_wait(&s, row_waits(p, r));
        step_wait(&s, row_stale(p, r));
        step_item(p, &s, r, NULL);
    }
    step_wait(&s, listener_waits(p, rows->items[0]->parent));
    step_push(p, &s);
}

static void in_calls(struct planner *p, row_list rows, const char *action,
                     void (*step)(struct planner *p, const row_list *rows, size_t n))
{
    while (rows.len) {
        const size_t n = first_call(p, &rows, action);
        step(p, &rows, n);
        rows.items += n;
        rows.len -= n;
    }
}

/* ---- all ----------------------------------------------------------------------------------------
 */

/* The smallest edition runs none (knative.md §3.4). */
static bool may_have_scripts(struct planner *p, const struct resource *r)
{
    if (!plan_is_basic(p))
        return true;
    plan_warn(p, r,
              "it is not made, as a load balancer of edition Basic runs no scripts; upgrade it, or "
              "remove the script from aScriptConfig");
    return false;
}

void plan_scripts(struct planner *p)
{
    row_list changed = { 0 };
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind != RESOURCE_SCRIPT || !r->ours || !r->desired || row_stays(r))
            continue;
        const struct target t = target_of(r);
        const unsigned via = r->actual ? resource_diff(p->a, p->in->model, r, NULL) : 0;
        if (!r->actual && may_have_scripts(p, r))
            create(p, &t, NULL);
        else if (via & ALB_VIA_REPLACE)
            replace(p, &t);
        else if (via)
            *LIST_PUSH(p->a, &changed) = r;
    }
    in_calls(p, changed, update_action, update);
}

void plan_script_deletes(struct planner *p)
{
    row_list doomed = { 0 };
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind == RESOURCE_SCRIPT && row_doomed(p, r) && !listener_doomed(p, r->parent))
            *LIST_PUSH(p->a, &doomed) = r;
    }
    in_calls(p, doomed, delete_action, delete);
}
