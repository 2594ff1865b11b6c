/* join.c - what happens to rows whose object is in doubt (design.md §6): last good rules
 * stay, and nothing is deleted that nobody can account for. */
#include <string.h>

#include "session_priv.h"

/* Was this row asked for by the object: does 'desired_from' begin "Ingress shop/web ("? */
static bool came_from(const struct resource *r, const struct translate_problem *p)
{
    if (!r->desired_from)
        return false;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *head = p->ns && *p->ns ? arena_fmt(&a, "%s %s/%s (", p->kind, p->ns, p->name)
                                       : arena_fmt(&a, "%s %s (", p->kind, p->name);
    return !strncmp(r->desired_from, head, strlen(head));
}

/* A load balancer whose AlbConfig is in doubt keeps all that it had. */
static bool lb_in_doubt(const struct session *s, const char *lb)
{
    const char *name = strchr(lb, '/') ? strchr(lb, '/') + 1 : lb;
    for (size_t i = 0; i < s->wanted.problems.len; i++) {
        const struct translate_problem *p = &s->wanted.problems.items[i];
        if (!strcmp(p->kind, "AlbConfig") && !strcmp(p->name, name))
            return true;
    }
    return false;
}

static bool in_doubt(const struct session *s, const struct resource *r)
{
    for (size_t i = 0; i < s->wanted.problems.len; i++)
        if (came_from(r, &s->wanted.problems.items[i]))
            return true;
    return lb_in_doubt(s, r->lb);
}

void session_keep_last_good(struct session *s)
{
    struct model *desired = &s->wanted.desired;
    struct model extra = { 0 };
    for (size_t i = 0; i < s->known.rows.len; i++) {
        struct resource r = s->known.rows.items[i];
        if (!r.desired || model_find(desired, r.lb, r.kind, r.key) || !in_doubt(s, &r))
            continue;
        r.held = true;
        *LIST_PUSH(&s->arena, &extra.rows) = r;
    }
    for (size_t i = 0; i < extra.rows.len; i++)
        *LIST_PUSH(&s->arena, &desired->rows) = extra.rows.items[i];
    model_sort(desired);
}

void session_hold_unknown(struct session *s)
{
    if (!s->wanted.problems.len && !s->objects.incomplete)
        return;
    for (size_t i = 0; i < s->world.rows.len; i++) {
        struct resource *r = &s->world.rows.items[i];
        const struct resource *known = model_find(&s->known, r->lb, r->kind, r->key);
        if (!r->desired && r->ours && (!known || !known->desired_from))
            r->held = true;
    }
}
