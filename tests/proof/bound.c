/* bound.c - see bound.h. */
#include "bound.h"

static const struct rule *find(const struct list *l, const struct rule *r)
{
    for (size_t i = 0; i < l->len; i++)
        if (l->items[i].cond == r->cond && l->items[i].dest == r->dest)
            return &l->items[i];
    return NULL;
}

/* Are all rules of 'few' in 'many', and those that overlap in the same order?  'want' is one of
 * the two: only that one's order counts by place, the other's by label. */
static bool is_within(const struct universe *u, const struct list *few, const struct list *many,
                      const struct list *now, const struct list *want)
{
    for (size_t i = 0; i < few->len; i++)
        if (!find(many, &few->items[i]))
            return false;
    for (size_t i = 0; i < want->len; i++)
        for (size_t k = i + 1; k < want->len; k++) {
            const struct rule *x = find(now, &want->items[i]), *y = find(now, &want->items[k]);
            if (x && y && x->label > y->label
                && u->overlap[want->items[i].cond][want->items[k].cond])
                return false;
        }
    return true;
}

/* Is there a free label for every new rule, between what must be above it and below it?  New rules
 * that do not overlap may want the same one here: the answer errs on the side of yes. */
static bool labels_suffice(const struct universe *u, const struct list *now,
                           const struct list *want)
{
    int32_t low[RULES_MAX], least_free;
    bool used[10002] = { false };
    for (size_t i = 0; i < now->len; i++)
        used[now->items[i].label] = true;
    for (size_t i = 0; i < want->len; i++) {
        const struct rule *there = find(now, &want->items[i]);
        low[i] = 0;
        for (size_t k = 0; k < i; k++)
            if (u->overlap[want->items[k].cond][want->items[i].cond] && low[k] > low[i])
                low[i] = low[k];
        for (least_free = low[i] + 1; least_free < 10001 && used[least_free]; least_free++)
            continue;
        if (there ? there->label <= low[i] : least_free > 10000)
            return false;
        low[i] = there ? there->label : least_free;
    }
    return true;
}

size_t lower_bound(const struct universe *u, const struct list *now, const struct list *want)
{
    if (list_done(u, now, want))
        return 0;
    if (now->len == want->len)
        return 1;
    if (now->len > want->len)
        return is_within(u, want, now, now, want) ? 1 : 2;
    return is_within(u, now, want, now, want) && labels_suffice(u, now, want) ? 1 : 2;
}
