/* copy.c - a model of its own: what a load balancer is known by must not hang on the memory of
 * the reading or the translation that it came from. */
#include "alb-agent/model.h"

static const char *text(struct arena *a, const char *s)
{
    return s ? arena_strdup(a, s) : NULL;
}

static const void *object(struct arena *a, enum resource_kind kind, const void *obj)
{
    return obj ? schema_copy(a, resource_schema(kind), obj, 0, NULL, NULL) : NULL;
}

struct resource resource_copy(struct arena *a, const struct resource *r)
{
    struct resource to = *r;
    to.lb = text(a, r->lb);
    to.key = text(a, r->key);
    to.parent = text(a, r->parent);
    to.desired = object(a, r->kind, r->desired);
    to.desired_from = text(a, r->desired_from);
    /* Most rows are as they were wanted last: one copy serves both. */
    to.applied = r->applied == r->desired ? to.desired : object(a, r->kind, r->applied);
    to.actual = object(a, r->kind, r->actual);
    to.cloud_id = text(a, r->cloud_id);
    to.status = text(a, r->status);
    to.last = object(a, r->kind, r->last);
    to.last_id = text(a, r->last_id);
    return to;
}

void model_copy(struct arena *a, const struct model *from, const char *lb, struct model *to)
{
    size_t first = 0, end = from->rows.len;
    if (lb)
        model_range(from, lb, &first, &end);
    *to = (struct model){ 0 };
    for (size_t i = first; i < end; i++)
        *LIST_PUSH(a, &to->rows) = resource_copy(a, &from->rows.items[i]);
}
