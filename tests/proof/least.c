/* least.c - see least.h.  A rule is named once in a call, so at every moment each rule of the
 * old list is untouched, gone, or already what it will be. */
#include "least.h"

#include <string.h>

enum { MAX = 6 };

struct entry {
    uint8_t cond;
    int8_t dest;
    int8_t want; /* place in the wanted list once it is final, else -1 */
};
struct state {
    struct entry items[MAX + 1];
    size_t len;
};
struct search {
    const struct universe *u;
    struct routes old, new;
    struct state want;
};

static bool is_hitless(const struct search *s, const struct state *now)
{
    for (size_t r = 0; r < s->u->n_requests; r++) {
        int dest = DEFAULT_DEST;
        for (size_t i = 0; i < now->len; i++)
            if (s->u->meets[now->items[i].cond][r / 64] >> (r % 64) & 1) {
                dest = now->items[i].dest;
                break;
            }
        if (dest != s->old.dest[r] && dest != s->new.dest[r])
            return false;
    }
    return true;
}

static bool same(const struct entry *x, const struct entry *y)
{
    return x->cond == y->cond && x->dest == y->dest;
}

/* Is every rule a wanted one, in an order that is as good as the wanted one? */
static bool is_goal(const struct search *s, const struct state *now)
{
    size_t place[MAX] = { 0 };
    if (now->len != s->want.len)
        return false;
    for (size_t i = 0; i < now->len; i++) {
        size_t w = 0;
        while (w < s->want.len && !same(&now->items[i], &s->want.items[w]))
            w++;
        if (w == s->want.len)
            return false;
        place[i] = w;
        for (size_t k = 0; k < i; k++)
            if (place[k] == w
                || (place[k] > w && s->u->overlap[now->items[k].cond][now->items[i].cond]))
                return false;
    }
    return true;
}

static void put(struct state *l, size_t at, struct entry e)
{
    for (size_t i = l->len++; i > at; i--)
        l->items[i] = l->items[i - 1];
    l->items[at] = e;
}

static void drop(struct state *l, size_t at)
{
    l->len--;
    for (size_t i = at; i < l->len; i++)
        l->items[i] = l->items[i + 1];
}

/* A final rule never moves again, so those that overlap must be in their wanted order. */
static bool fits(const struct search *s, const struct state *l, size_t at)
{
    for (size_t i = 0; i < l->len; i++) {
        const struct entry *x = &l->items[i], *y = &l->items[at];
        if (i == at || x->want < 0)
            continue;
        if (x->want == y->want)
            return false;
        if ((i < at) != (x->want < y->want) && s->u->overlap[x->cond][y->cond])
            return false;
    }
    return true;
}

static bool update(const struct search *s, const struct state *now);
static bool create(const struct search *s, const struct state *now);

static bool place(const struct search *s, const struct state *l, size_t w, bool updates)
{
    struct entry e = s->want.items[w];
    e.want = (int8_t)w;
    for (size_t at = 0; at <= l->len; at++) {
        struct state next = *l;
        put(&next, at, e);
        if (fits(s, &next, at) && is_hitless(s, &next)
            && (updates ? update(s, &next) : create(s, &next)))
            return true;
    }
    return false;
}

static bool update(const struct search *s, const struct state *now)
{
    if (is_goal(s, now))
        return true;
    for (size_t i = 0; i < now->len; i++) {
        if (now->items[i].want >= 0)
            continue;
        struct state rest = *now;
        drop(&rest, i);
        for (size_t w = 0; w < s->want.len; w++)
            if (place(s, &rest, w, true))
                return true;
    }
    return false;
}

static bool create(const struct search *s, const struct state *now)
{
    if (is_goal(s, now))
        return true;
    for (size_t w = 0; now->len < s->want.len && w < s->want.len; w++)
        if (place(s, now, w, false))
            return true;
    return false;
}

static bool delete (const struct search *s, const struct state *now)
{
    if (is_goal(s, now))
        return true;
    for (size_t i = 0; now->len > s->want.len && i < now->len; i++) {
        struct state rest = *now;
        drop(&rest, i);
        if (is_hitless(s, &rest) && delete (s, &rest))
            return true;
    }
    return false;
}

static void copy(const struct list *l, struct state *out)
{
    out->len = l->len;
    for (size_t i = 0; i < l->len; i++)
        out->items[i] = (struct entry){ (uint8_t)l->items[i].cond, (int8_t)l->items[i].dest, -1 };
}

bool one_call_does(const struct universe *u, const struct list *old, const struct list *want)
{
    struct search s = { .u = u };
    struct state from;
    list_routes(u, old, &s.old);
    list_routes(u, want, &s.new);
    copy(old, &from);
    copy(want, &s.want);
    if (old->len < want->len)
        return create(&s, &from);
    if (old->len > want->len)
        return delete (&s, &from);
    return update(&s, &from);
}
