/* step.c - building steps: parameters, items, causes, and the reasons to wait. */
#include <string.h>

#include "alb-agent/buf.h"
#include "plan_priv.h"

void params_emit(void *arg, const char *path, const char *value)
{
    const struct params_out *out = arg;
    *LIST_PUSH(out->a, out->params) =
        (struct alb_param){ arena_strdup(out->a, path), arena_strdup(out->a, value) };
}

void step_init(struct planner *p, struct step *s, const struct resource *r, enum step_op op,
               const char *action)
{
    *s = (struct step){ .lb = p->lb, .lane = p->lb, .op = op, .action = action };
    if (r->kind == RESOURCE_SERVER_GROUP) {
        s->family = LANE_SERVER_GROUP;
        s->lane = arena_fmt(p->a, "%s %s", p->lb, r->key);
    } else if (r->kind == RESOURCE_CERTIFICATE) {
        s->family = LANE_SHARED;
        s->lane = arena_fmt(p->a, "%s %s", resource_kind_name(r->kind), r->key);
    } else if (r->kind == RESOURCE_ACL) {
        s->family = LANE_SHARED;
        s->lane = arena_fmt(p->a, "%s %s %s", resource_kind_name(r->kind), p->lb, r->key);
    }
}

void step_param(struct planner *p, struct step *s, const char *name, const char *value)
{
    *LIST_PUSH(p->a, &s->params) = (struct alb_param){ name, value };
}

void step_wait(struct step *s, const char *why)
{
    if (!s->waits)
        s->waits = why;
}

/* What of 'r' differs from what was applied, as "Path, Path". */
static const char *paths_of(struct arena *a, const change_list *changes)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < changes->len; i++) /* elements of one list share its path */
        if (!i || strcmp(changes->items[i].path, changes->items[i - 1].path) != 0)
            buf_addf(&b, "%s%s", i ? ", " : "", changes->items[i].path);
    return buf_keep(&b, a);
}

const char *row_cause(struct planner *p, const struct resource *r, enum step_op op)
{
    if (op == STEP_DELETE)
        return "not desired any more";
    change_list changes = { 0 };
    switch (resource_classify(p->a, p->in->model, r, &changes)) {
    case CLASS_MISSING: return "missing";
    case CLASS_DRIFT: return arena_fmt(p->a, "drift: %s", paths_of(p->a, &changes));
    case CLASS_UNMANAGED:
    case CLASS_ORPHAN:
    case CLASS_PENDING:
    case CLASS_IN_SYNC: break;
    }
    return r->desired_from ? arena_fmt(p->a, "desired by %s", r->desired_from) : "order of rules";
}

static bool is_last(struct planner *p, const struct resource *r, const void *after)
{
    if (!after || !r->desired)
        return !after;
    const void *want = model_resolved(p->a, p->in->model, r->lb, r->kind, r->desired);
    struct resource then = *r;
    then.actual = after;
    unsigned via = r->leave == LEAVE_SETTINGS ? ALB_VIA_SERVERS : ~0U;
    return !(schema_diff(p->a, resource_schema(r->kind), want, after, NULL) & via)
           && !resource_has_leftover(&then);
}

void step_item(struct planner *p, struct step *s, const struct resource *r, const void *after)
{
    if (!s->items.len)
        s->cause = row_cause(p, r, s->op);
    *LIST_PUSH(p->a, &s->items) =
        (struct step_item){ .kind = r->kind,
                            .key = r->key,
                            .parent = r->parent ? r->parent : "",
                            .after = after,
                            .own_id = s->op == STEP_CREATE ? NULL : r->cloud_id,
                            .last = is_last(p, r, after) };
}

void step_changes(struct planner *p, struct step *s, const char *prefix, const change_list *list)
{
    for (size_t i = 0; i < list->len; i++) {
        struct change c = list->items[i];
        c.path = *prefix ? arena_fmt(p->a, "%s: %s", prefix, c.path) : c.path;
        *LIST_PUSH(p->a, &s->changes) = c;
    }
}

/* A fact that translation lacked stands in a parameter as "?zone(vsw-1)", "?vpc(vsw-1)",
 * "?vswitches(vpc-1)". */
static const char *lacking_fact(const struct step *s)
{
    for (size_t i = 0; i < s->params.len; i++) {
        const char *v = s->params.items[i].value;
        if (!strncmp(v, "?zone(", 6) || !strncmp(v, "?vpc(", 5) || !strncmp(v, "?vswitches(", 11))
            return v;
    }
    return NULL;
}

/* The first certificate among the parameters that is not uploaded yet, or NULL. */
static const char *lacking_certificate(const struct step *s)
{
    const char *name = NULL;
    for (size_t i = 0; i < s->params.len && !name; i++)
        name = certificate_ref(s->params.items[i].value);
    return name;
}

void step_push(struct planner *p, struct step *s)
{
    const char *certificate = lacking_certificate(s);
    if (certificate)
        step_wait(s, arena_fmt(p->a, "Certificate %s to be uploaded", certificate));
    const char *fact = lacking_fact(s);
    if (fact)
        step_wait(s, arena_fmt(p->a, "%s to be known", fact));
    if (s->items.len > 1 && s->op != STEP_DELETE)
        s->cause = arena_fmt(p->a, "%s and %zu more", s->cause, s->items.len - 1);
    *LIST_PUSH(p->a, &p->out->steps) = *s;
}

void plan_warn(struct planner *p, const struct resource *r, const char *message)
{
    *LIST_PUSH(p->a, &p->out->warnings) =
        (struct plan_warning){ .lb = p->lb, .kind = r->kind, .key = r->key, .message = message };
}

const char *row_waits(struct planner *p, const struct resource *r)
{
    if (!r->actual)
        return arena_fmt(p->a, "%s %s to exist", resource_kind_name(r->kind), r->key);
    if (resource_is_stable(r))
        return NULL;
    const char *status = *r->status ? r->status : "in an unknown state";
    return arena_fmt(p->a, "%s %s is %s", resource_kind_name(r->kind), r->key, status);
}

const char *row_stale(struct planner *p, const struct resource *r)
{
    int64_t max_age = p->in->max_age_ms > 0 ? p->in->max_age_ms : MAX_AGE_MS;
    return p->in->now_ms - r->observed_at > max_age ? STEP_WAITS_READ : NULL;
}

bool row_stays(const struct resource *r)
{
    return r->held || r->leave == LEAVE_ALL;
}

bool row_doomed(const struct planner *p, const struct resource *r)
{
    return r->ours && !r->desired && r->actual && !row_stays(r) && !p->in->keep_all;
}
