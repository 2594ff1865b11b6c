/* depend.c - which steps of a plan come before which, for those who read it: what a step
 * waits for is made by a step that changes the resource it names; where it names none, by an
 * earlier step for the same resource. */
#include <string.h>

#include "plan_priv.h"

void step_after(struct planner *p, struct step *s, size_t on)
{
    size_t at = s->after.len;
    while (at && s->after.items[at - 1] > on)
        at--;
    if (at && s->after.items[at - 1] == on)
        return;
    (void)LIST_PUSH(p->a, &s->after);
    memmove(s->after.items + at + 1, s->after.items + at,
            (s->after.len - 1 - at) * sizeof *s->after.items);
    s->after.items[at] = on;
}

static const char *name_of(struct planner *p, const struct step_item *item)
{
    return arena_fmt(p->a, "%s %s", resource_kind_name(item->kind), item->key);
}

typedef LIST_OF(size_t) step_list;

/* Which steps change each resource, by its name. */
static void read_items(struct planner *p, struct map *by_name)
{
    for (size_t i = p->first_step; i < p->out->steps.len; i++)
        for (size_t k = 0; k < p->out->steps.items[i].items.len; k++) {
            const char *name = name_of(p, &p->out->steps.items[i].items.items[k]);
            step_list *l = map_get(by_name, name);
            if (!l) {
                l = arena_alloc(p->a, sizeof *l);
                map_put(by_name, name, l);
            }
            *LIST_PUSH(p->a, l) = i;
        }
}

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

/* The steps that bring about what 'text' says of a resource: that it is to exist, that its
 * servers are to be available, or anything else. */
static void follow_name(struct planner *p, struct step *s, const step_list *l, const char *text)
{
    const size_t self = (size_t)(s - p->out->steps.items);
    const bool exist = begins(text, " to exist"), available = begins(text, " to be available");
    for (size_t i = 0; l && i < l->len; i++) {
        const struct step *on = &p->out->steps.items[l->items[i]];
        if (l->items[i] != self && (!exist || on->op == STEP_CREATE) && (!available || on->urgent))
            step_after(p, s, l->items[i]);
    }
}

/* Every "Kind key" in the words of what it waits for. */
static void follow_words(struct planner *p, struct step *s, const struct map *by_name)
{
    for (enum resource_kind k = 0; k < RESOURCE_KINDS; k++) {
        const char *kind = arena_fmt(p->a, "%s ", resource_kind_name(k));
        size_t len = strlen(kind);
        for (const char *at = strstr(s->waits, kind); at; at = strstr(at + len, kind)) {
            size_t n = len + strcspn(at + len, " ,");
            follow_name(p, s, map_get(by_name, arena_fmt(p->a, "%.*s", (int)n, at)), at + n);
        }
    }
}

/* Earlier steps for the same resource. */
static void follow_own(struct planner *p, struct step *s, const struct map *by_name)
{
    const size_t self = (size_t)(s - p->out->steps.items);
    const step_list *l = map_get(by_name, name_of(p, &s->items.items[0]));
    for (size_t i = 0; l->items[i] < self; i++) /* it is in the list itself */
        step_after(p, s, l->items[i]);
}

void depend_steps(struct planner *p)
{
    struct map by_name CLEANUP(map_done) = { 0 };
    read_items(p, &by_name);
    for (size_t i = p->first_step; i < p->out->steps.len; i++) {
        struct step *s = &p->out->steps.items[i];
        if (!s->waits)
            continue;
        follow_words(p, s, &by_name);
        if (!s->after.len)
            follow_own(p, s, &by_name);
    }
}
