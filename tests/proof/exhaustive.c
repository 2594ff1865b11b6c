/* exhaustive.c - every pair of small rule lists: after every rule of every call each request goes
 * where its old or its new rule sends it, no sequence of calls is shorter, and none is as short as
 * the lower bound of the random edits says it cannot be.
 *
 * exhaustive LENGTH [SAMPLE SEED [PART PARTS]]: lists of up to LENGTH different conditions out of
 * six, each with one of two destinations; all ordered pairs of different lists (1,193,556 for 3:
 * 1093 lists, 1 + 12 + 120 + 960), or SAMPLE of them in which one list has LENGTH rules.  With
 * SAMPLE 0 and PARTS, the pairs of every so manyth list: PART, from 0, and on. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/rng.h"
#include "bound.h"
#include "least.h"
#include "share.h"

enum { CONDS = 6, DESTS = 2 };

static struct universe universe = {
    .conds = { { "a.com", "-", false },
               { "a.com", "/x/*", false },
               { "-", "/x/*", false },
               { "*.b.com", "-", false },
               { "w.b.com", "/y", false },
               { "-", "/*", false } },
    .n = CONDS,
    .hosts = { "a.com", "w.b.com", "v.b.com", "c.com" },
    .n_hosts = 4,
    .paths = { "/x/1", "/y", "/z" },
    .n_paths = 3,
};

struct counts {
    uint64_t pairs, calls[4], more, astray, above, equal; /* the bound and the minimum */
};

struct watch {
    const struct universe *u;
    struct routes old, new;
};

static bool is_between(void *arg, const struct list *now)
{
    struct watch *w = arg;
    struct routes r;
    list_routes(w->u, now, &r);
    return routes_between(w->u, &r, &w->old, &w->new);
}

static void print_list(const char *what, const struct list *l)
{
    (void)printf("  %s:", what);
    for (size_t i = 0; i < l->len; i++)
        (void)printf(" %s%s>%d", universe.conds[l->items[i].cond].host,
                     universe.conds[l->items[i].cond].path, l->items[i].dest);
    (void)printf("\n");
}

static void complain(const char *why, const struct list *old, const struct list *want)
{
    (void)printf("not ok %s\n", why);
    print_list("old", old);
    print_list("want", want);
    (void)fflush(stdout);
}

/* Numbers as a fresh list of ours has them. */
static void settle(struct list *l)
{
    list_number(l, 100, 100);
    for (size_t i = 0; i < l->len; i++)
        l->items[i].id = (uint32_t)i + 1;
}

static void try_pair(struct desk *d, const struct list *old, const struct list *want,
                     struct counts *c)
{
    struct list now = *old;
    struct watch w = { .u = d->u };
    const char *why = NULL;
    list_routes(d->u, old, &w.old);
    list_routes(d->u, want, &w.new);
    desk_plan(d, old, want);
    size_t calls = d->plan.steps.len;
    for (size_t i = 0; i < calls && !why; i++)
        (void)world_do(d, &now, &d->plan.steps.items[i], is_between, &w, &why);
    if (!why && !list_done(d->u, &now, want))
        why = "the list is not what was wanted";
    c->pairs++;
    c->calls[calls < 3 ? calls : 3]++;
    if (why && c->astray++ < 5)
        complain(why, old, want);
    const size_t bound = lower_bound(d->u, old, want);
    c->equal += bound == calls;
    if (bound > calls && c->above++ < 5)
        complain("a bound above what it takes", old, want);
    bool more = calls > 2 || (calls == 2 && one_call_does(d->u, old, want))
                || (calls == 1 && list_done(d->u, old, want));
    if (more && c->more++ < 5)
        complain("more calls than it takes", old, want);
}

/* ---- lists ----------------------------------------------------------------------------------- */

struct lists {
    struct list *items;
    size_t len, room;
};

static void collect(struct lists *out, struct list *l, size_t longest)
{
    if (out->len == out->room)
        abort();
    out->items[out->len] = *l;
    settle(&out->items[out->len++]);
    if (l->len == longest)
        return;
    for (uint16_t cond = 0; cond < CONDS; cond++) {
        bool used = false;
        for (size_t i = 0; i < l->len; i++)
            used = used || l->items[i].cond == cond;
        for (int16_t dest = 0; dest < DESTS && !used; dest++) {
            l->items[l->len++] = (struct rule){ .cond = cond, .dest = dest };
            collect(out, l, longest);
            l->len--;
        }
    }
}

/* From every 'step'-th list to all others. */
static void try_all(const struct lists *lists, size_t first, size_t step, struct counts *c)
{
    struct desk d;
    desk_init(&d, &universe);
    for (size_t i = first; i < lists->len; i += step)
        for (size_t k = 0; k < lists->len; k++)
            if (i != k)
                try_pair(&d, &lists->items[i], &lists->items[k], c);
    desk_done(&d);
}

static void try_some(const struct lists *lists, size_t longest, uint64_t n, uint64_t seed,
                     struct counts *c)
{
    struct rng rng = { seed };
    struct desk d;
    desk_init(&d, &universe);
    while (c->pairs < n) {
        const struct list *old = &lists->items[rng_below(&rng, lists->len)];
        const struct list *want = &lists->items[rng_below(&rng, lists->len)];
        if (old != want && (old->len == longest || want->len == longest))
            try_pair(&d, old, want, c);
    }
    desk_done(&d);
}

static void report(const struct counts *c, uint64_t expected)
{
    (void)printf("# %" PRIu64 " pairs: %" PRIu64 " in one call, %" PRIu64 " in two, %" PRIu64
                 " in more; %" PRIu64 " with a request astray, %" PRIu64 " in more than the "
                 "fewest calls\n",
                 c->pairs, c->calls[1], c->calls[2], c->calls[3], c->astray, c->more);
    (void)printf("%s all pairs were tried\n", c->pairs == expected ? "ok" : "not ok");
    (void)printf("%s no request goes astray\n", c->astray ? "not ok" : "ok");
    (void)printf("%s no change takes more calls than it must\n", c->more ? "not ok" : "ok");
    (void)printf("%s the lower bound of the random edits is one (of %" PRIu64
                 " pairs it is the minimum)\n",
                 c->above ? "not ok" : "ok", c->equal);
}

struct work {
    struct lists lists;
    size_t longest, part, parts;
    uint64_t sample, seed;
};

static void try_share(void *arg, size_t process, uint64_t *counts)
{
    const struct work *w = arg;
    struct counts c = { 0 };
    if (w->sample)
        try_some(&w->lists, w->longest, w->sample / PROCESSES, w->seed + process, &c);
    else
        try_all(&w->lists, w->part + process * w->parts, PROCESSES * w->parts, &c);
    memcpy(counts, &c, sizeof c);
}

int main(int argc, char **argv)
{
    struct work w = { .lists.room = 40000 };
    w.longest = argc > 1 ? strtoul(argv[1], NULL, 10) : 3;
    w.sample = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    w.seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    w.part = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
    w.parts = argc > 5 ? strtoul(argv[5], NULL, 10) : 1;
    universe_init(&universe);
    w.lists.items = calloc(w.lists.room, sizeof *w.lists.items);
    struct list empty = { 0 };
    if (!w.lists.items || w.longest > 5 || w.part >= w.parts)
        return 2;
    collect(&w.lists, &empty, w.longest);
    const size_t olds = (w.lists.len - w.part + w.parts - 1) / w.parts;
    const uint64_t expected = w.sample ? w.sample : (uint64_t)olds * (w.lists.len - 1);
    uint64_t counts[sizeof(struct counts) / sizeof(uint64_t)] = { 0 };
    struct counts sum;
    bool done = share(try_share, &w, counts, COUNT(counts));
    memcpy(&sum, counts, sizeof sum);
    report(&sum, expected);
    free(w.lists.items);
    return done && sum.pairs == expected && !sum.astray && !sum.more && !sum.above ? 0 : 1;
}
