/* room.c - how many more listeners, and certificates besides their defaults, a load balancer may
 * have (quota.h). */
#include <string.h>

#include "plan_priv.h"

/* What there is, and what there will be when the plan is done. */
struct use {
    size_t now, then;
};

static void set(struct room *room, size_t limit, const struct use *use)
{
    room->limit = limit;
    room->left = room->limit - least(use->now, room->limit);
    room->lacks = use->then > room->limit;
}

static void count(const struct planner *p, const struct resource *r, struct use *listeners,
                  struct use *certs)
{
    const struct alb_listener *have = r->actual, *want = r->desired;
    bool changed = r->ours && want && !row_stays(r);
    if (have) {
        listeners->now++;
        certs->now += have->additional_certs.len;
    }
    if (row_doomed(p, r) || !(have || changed))
        return;
    listeners->then++;
    if (changed && want->additional_certs.items)
        certs->then += want->additional_certs.len;
    else if (have)
        certs->then += have->additional_certs.len;
}

void room_find(struct planner *p)
{
    struct use listeners = { 0 }, certs = { 0 };
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind == RESOURCE_LISTENER)
            count(p, r, &listeners, &certs);
    }
    set(&p->listeners, plan_limit(p, QUOTA_LISTENERS_BASIC, listeners.now), &listeners);
    set(&p->certs, plan_limit(p, QUOTA_CERTIFICATES_BASIC, certs.now), &certs);
}

size_t room_take(struct room *room, size_t n)
{
    const size_t taken = least(n, room->left);
    room->left -= taken;
    return taken;
}
