/* target.c - from one resource as wanted and as it is to the calls that change it: the
 * same for every kind, because the field tables say which call changes a member. */
#include <string.h>

#include "plan_priv.h"

/* A table of one row: what the codecs do for a struct they do for a member. */
static struct schema one_row(const struct schema *s, size_t i)
{
    return (
        struct schema){ .name = s->name, .fields = &s->fields[i], .n_fields = 1, .size = s->size };
}

static bool differs(struct planner *p, const struct schema *row, const struct target *t)
{
    return schema_diff(p->a, row, t->want, t->have, NULL) != 0;
}

void *target_after(struct planner *p, const struct target *t, unsigned via)
{
    void *after = schema_copy(p->a, t->schema, t->have, 0, NULL, NULL);
    for (size_t i = 0; i < t->schema->n_fields; i++) {
        struct schema row = one_row(t->schema, i);
        if ((t->schema->fields[i].via & via) && differs(p, &row, t))
            schema_overlay(&row, after, t->want);
    }
    return after;
}

void *target_created(struct planner *p, const struct target *t)
{
    void *after = arena_alloc(p->a, t->schema->size);
    for (size_t i = 0; i < t->schema->n_fields; i++) {
        struct schema row = one_row(t->schema, i);
        if (!(t->schema->fields[i].flags & F_LATER))
            schema_overlay(&row, after, t->want);
    }
    return after;
}

void step_differing(struct planner *p, struct step *s, const struct target *t, unsigned via,
                    const char *prefix)
{
    struct params_out out = { p->a, &s->params };
    for (size_t i = 0; i < t->schema->n_fields; i++) {
        struct schema row = one_row(t->schema, i);
        if ((t->schema->fields[i].via & via) && differs(p, &row, t))
            schema_params(&row, t->want, via, prefix, params_emit, &out);
    }
}

unsigned target_diff(struct planner *p, const struct target *t, unsigned via, change_list *out)
{
    change_list all = { 0 };
    if (!schema_may_differ(t->schema, t->want, t->have, via))
        return 0;
    unsigned found = schema_diff(p->a, t->schema, t->want, t->have, &all) & via;
    for (size_t i = 0; i < all.len; i++)
        if (all.items[i].via & via)
            *LIST_PUSH(p->a, out) = all.items[i];
    return found;
}

void target_update(struct planner *p, const struct target *t, unsigned via, const char *action,
                   const char *id_param)
{
    change_list changes = { 0 };
    if (!target_diff(p, t, via, &changes))
        return;
    struct step s;
    step_init(p, &s, t->row, STEP_UPDATE, action);
    step_param(p, &s, id_param, t->id);
    step_differing(p, &s, t, via, "");
    step_wait(&s, t->waits);
    step_item(p, &s, t->row, target_after(p, t, via));
    step_changes(p, &s, "", &changes);
    step_push(p, &s);
}

/* ---- tags ------------------------------------------------------------------------------ */

static const alb_tags *tags_of(enum resource_kind kind, const void *obj)
{
    switch (kind) {
    case RESOURCE_LOAD_BALANCER: return &((const struct alb_load_balancer *)obj)->tags;
    case RESOURCE_LISTENER: return &((const struct alb_listener *)obj)->tags;
    case RESOURCE_RULE: return &((const struct alb_rule *)obj)->tags;
    case RESOURCE_SERVER_GROUP:
    case RESOURCE_ACL:
    case RESOURCE_SCRIPT:
    case RESOURCE_CERTIFICATE: /* none: it has no such steps */
    case RESOURCE_KINDS: break;
    }
    return &((const struct alb_server_group *)obj)->tags;
}

static const char *text(const char *s)
{
    return s ? s : "";
}

static void start_tag_step(struct planner *p, struct step *s, const struct target *t,
                           const char *action, const char *type)
{
    step_init(p, s, t->row, STEP_UPDATE, action);
    step_param(p, s, "ResourceType", type);
    step_param(p, s, "ResourceId.1", t->id);
    step_wait(s, t->waits);
}

/* A copy of t->have with its tags whose key is not in 'less', then those of 'more'. */
static void *after_tags(struct planner *p, const struct target *t, const alb_tags *less,
                        const alb_tags *more)
{
    void *after = schema_copy(p->a, t->schema, t->have, 0, NULL, NULL);
    const alb_tags *have = tags_of(t->row->kind, t->have);
    alb_tags out = { .items = arena_array(p->a, have->len + more->len, sizeof *out.items) };
    for (size_t i = 0; i < have->len; i++)
        if (!have->items[i].key || !alb_tag_get(less, have->items[i].key))
            out.items[out.len++] = have->items[i];
    for (size_t i = 0; i < more->len; i++)
        out.items[out.len++] = more->items[i];
    memcpy((char *)after + ((const char *)have - (const char *)t->have), &out, sizeof out);
    return after;
}

static void tag_change(struct planner *p, struct step *s, const char *key, const char *before,
                       const char *after)
{
    *LIST_PUSH(p->a, &s->changes) = (struct change){ .path = arena_fmt(p->a, "Tags.%s", key),
                                                     .before = text(before),
                                                     .after = text(after),
                                                     .via = ALB_VIA_TAGS };
}

static void add_tags(struct planner *p, const struct target *t, const char *type,
                     const alb_tags *have, const alb_tags *missing)
{
    struct step s;
    start_tag_step(p, &s, t, "TagResources", type);
    alb_tags sent = { 0 };
    for (size_t i = 0; i < missing->len && i < BATCH_TAGS; i++) {
        const struct alb_tag *tag = &missing->items[i];
        step_param(p, &s, arena_fmt(p->a, "Tag.%zu.Key", i + 1), tag->key);
        step_param(p, &s, arena_fmt(p->a, "Tag.%zu.Value", i + 1), text(tag->value));
        tag_change(p, &s, tag->key, alb_tag_get(have, tag->key), tag->value);
        *LIST_PUSH(p->a, &sent) = *tag;
    }
    step_item(p, &s, t->row, after_tags(p, t, &sent, &sent));
    step_push(p, &s);
}

static void remove_tags(struct planner *p, const struct target *t, const char *type,
                        const alb_tags *have, const alb_tags *gone)
{
    struct step s;
    start_tag_step(p, &s, t, "UnTagResources", type);
    alb_tags sent = { 0 }, none = { 0 };
    for (size_t i = 0; i < gone->len && i < BATCH_TAGS; i++) {
        step_param(p, &s, arena_fmt(p->a, "TagKey.%zu", i + 1), gone->items[i].key);
        tag_change(p, &s, gone->items[i].key, alb_tag_get(have, gone->items[i].key), "");
        *LIST_PUSH(p->a, &sent) = gone->items[i];
    }
    step_item(p, &s, t->row, after_tags(p, t, &sent, &none));
    step_push(p, &s);
}

/* Tags that we set before and that are not wanted any more; others' tags stay. */
static void remove_old_tags(struct planner *p, const struct target *t, const char *type,
                            const alb_tags *want, const alb_tags *have)
{
    const void *applied = t->row->applied;
    if (!applied || p->in->keep_all)
        return;
    alb_tags gone = { 0 };
    const alb_tags *old = tags_of(t->row->kind, applied);
    for (size_t i = 0; i < old->len; i++)
        if (!alb_tag_get(want, old->items[i].key) && alb_tag_get(have, old->items[i].key))
            *LIST_PUSH(p->a, &gone) = old->items[i];
    if (gone.len)
        remove_tags(p, t, type, have, &gone);
}

void target_tags(struct planner *p, const struct target *t, const char *type)
{
    const alb_tags *want = tags_of(t->row->kind, t->want), *have = tags_of(t->row->kind, t->have);
    alb_tags missing = { 0 };
    for (size_t i = 0; i < want->len; i++) {
        const char *value = alb_tag_get(have, want->items[i].key);
        if (!value || strcmp(value, text(want->items[i].value)) != 0)
            *LIST_PUSH(p->a, &missing) = want->items[i];
    }
    remove_old_tags(p, t, type, want, have);
    if (missing.len)
        add_tags(p, t, type, have, &missing);
}

/* ---- members that one call of their own changes, or none ---------------------------------- */

void target_move_group(struct planner *p, const struct target *t, const char *type,
                       const char *resource_group_id)
{
    change_list changes = { 0 };
    if (!target_diff(p, t, ALB_VIA_GROUP, &changes))
        return;
    struct step s;
    step_init(p, &s, t->row, STEP_UPDATE, "MoveResourceGroup");
    step_param(p, &s, "ResourceId", t->id);
    step_param(p, &s, "ResourceType", type);
    step_param(p, &s, "NewResourceGroupId", resource_group_id);
    step_wait(&s, t->waits);
    step_item(p, &s, t->row, target_after(p, t, ALB_VIA_GROUP));
    step_changes(p, &s, "", &changes);
    step_push(p, &s);
}

void target_warn_fixed(struct planner *p, const struct target *t, unsigned via, const char *why)
{
    change_list changes = { 0 };
    (void)target_diff(p, t, via, &changes);
    const char *paths = "";
    for (size_t i = 0; i < changes.len; i++) {
        const struct change *c = &changes.items[i];
        if (strstr(c->after, "\"?zone(") || strstr(c->after, "\"?vpc("))
            continue; /* not known, so not known to differ */
        paths = arena_fmt(p->a, "%s%s%s (is %s, wanted %s)", paths, *paths ? ", " : "", c->path,
                          *c->before ? c->before : "not set", c->after);
    }
    if (*paths)
        plan_warn(p, t->row, arena_fmt(p->a, "%s is %s", paths, why));
}
