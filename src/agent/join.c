/* join.c - what happens to rows whose object is in doubt (design.md §6): last good rules
 * stay, and nothing is deleted that nobody can account for. */
#include <string.h>

#include "session_priv.h"

void session_keep_last_good(struct session *s)
{
    struct model *desired = &s->wanted.desired;
    struct model extra = { 0 };
    for (size_t i = 0; i < s->known.rows.len; i++) {
        struct resource r = s->known.rows.items[i];
        if (!r.desired || model_find(desired, r.lb, r.kind, r.key)
            || !translate_holds(&s->wanted, &r))
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
