/* edits.c - random edits of long lists, planned again after every step, beside the positional
 * matching of the existing controller (anchors.md §1.4).
 *
 * edits N SEED [full]: lists of 10 to 99 rules; rules inserted, deleted, moved, renamed, hosts
 * split, canaries on and off, weights; every second list numbered 1..N as that controller
 * numbers.  Calls are compared with the kinds of call that the two lists make unavoidable
 * (bound.h).
 *
 * With "full" lists have 95 to 100 rules, which is the quota: what the plan says at once that it
 * costs may go astray, and nothing else. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/rng.h"
#include "bound.h"
#include "share.h"

enum edit { INSERT, DELETE, MOVE, RENAME, SPLIT, CANARY, WEIGHT, EDITS };

enum { STEPS_MAX = 30 };

/* Of calls to the bound: what there is (src/plan/README.md), and some to spare. */
#define RATIO_MAX      1.01
#define RATIO_MAX_FULL 1.03

static struct universe universe;

/* Nine hosts, one of them for several, and any; seven paths, and any; each with a canary. */
static void make_universe(void)
{
    static const char *const hosts[] = { "a.com", "b.com",   "c.com",   "d.com",   "e.com",
                                         "f.com", "*.g.com", "w.g.com", "v.g.com", "-" };
    static const char *const paths[] = { "/x", "/x/*", "/x/y/*", "/y", "/y/*", "/z", "/*" };
    struct universe *u = &universe;
    for (size_t h = 0; h < COUNT(hosts); h++)
        for (size_t p = 0; p < COUNT(paths); p++)
            for (int header = 0; header <= 1; header++)
                u->conds[u->n++] = (struct cond){ hosts[h], paths[p], header != 0 };
    static const char *const asked[] = { "a.com", "b.com",   "c.com",   "d.com",   "e.com",
                                         "f.com", "w.g.com", "v.g.com", "u.g.com", "h.com" };
    static const char *const at[] = { "/x", "/x/1", "/x/y/1", "/y", "/y/1", "/z", "/q" };
    for (size_t i = 0; i < COUNT(asked); i++)
        u->hosts[u->n_hosts++] = asked[i];
    for (size_t i = 0; i < COUNT(at); i++)
        u->paths[u->n_paths++] = at[i];
    universe_init(u);
}

/* ---- edits ------------------------------------------------------------------------------------
 */

static bool has_cond(const struct list *l, size_t cond)
{
    for (size_t i = 0; i < l->len; i++)
        if (l->items[i].cond == cond)
            return true;
    return false;
}

static void insert(struct list *l, size_t at, struct rule r)
{
    for (size_t i = l->len++; i > at; i--)
        l->items[i] = l->items[i - 1];
    l->items[at] = r;
}

static struct rule take_out(struct list *l, size_t at)
{
    struct rule r = l->items[at];
    l->len--;
    for (size_t i = at; i < l->len; i++)
        l->items[i] = l->items[i + 1];
    return r;
}

static size_t free_cond(const struct list *l, struct rng *rng)
{
    size_t c = rng_below(rng, universe.n);
    while (has_cond(l, c))
        c = (c + 1) % universe.n;
    return c;
}

static int16_t any_dest(struct rng *rng)
{
    return (int16_t)rng_below(rng, 40);
}

static struct rule any_rule(const struct list *l, struct rng *rng)
{
    return (struct rule){ .cond = (uint16_t)free_cond(l, rng), .dest = any_dest(rng) };
}

/* The rules of a host go to another one, half of them when it is split. */
static void change_host(struct list *l, struct rng *rng, bool split)
{
    const char *from = universe.conds[l->items[rng_below(rng, l->len)].cond].host;
    size_t shift = 14 * (1 + rng_below(rng, 9));
    for (size_t i = 0; i < l->len; i++) {
        size_t c = l->items[i].cond, to = (c + shift) % universe.n;
        if (strcmp(universe.conds[c].host, from) != 0 || has_cond(l, to)
            || (split && rng_below(rng, 2)))
            continue;
        l->items[i].cond = (uint16_t)to;
    }
}

/* A canary is the rule of the same host and path with a header, just above. */
static void change_canary(struct list *l, struct rng *rng)
{
    size_t at = rng_below(rng, l->len), cond = l->items[at].cond;
    if (cond % 2)
        (void)take_out(l, at);
    else if (!has_cond(l, cond + 1))
        insert(l, at, (struct rule){ .cond = (uint16_t)(cond + 1), .dest = any_dest(rng) });
}

static void edit_list(struct list *l, struct rng *rng)
{
    size_t at = rng_below(rng, l->len);
    switch ((enum edit)rng_below(rng, EDITS)) {
    case INSERT: insert(l, at, any_rule(l, rng)); break;
    case DELETE: (void)take_out(l, at); break;
    case MOVE: insert(l, rng_below(rng, l->len), take_out(l, at)); break;
    case RENAME: change_host(l, rng, false); break;
    case SPLIT: change_host(l, rng, true); break;
    case CANARY: change_canary(l, rng); break;
    case WEIGHT:
    case EDITS: l->items[at].dest = any_dest(rng); break;
    }
}

static void start_list(struct list *l, struct rng *rng, bool full)
{
    *l = (struct list){ 0 };
    for (size_t n = full ? 95 + rng_below(rng, 6) : 10 + rng_below(rng, 90); n; n--)
        insert(l, rng_below(rng, l->len + 1), any_rule(l, rng));
    bool dense = rng_below(rng, 2);
    list_number(l, dense ? 1 : 100, dense ? 1 : 100);
    for (size_t i = 0; i < l->len; i++)
        l->items[i].id = (uint32_t)i + 1;
}

/* ---- plans -------------------------------------------------------------------------------------
 */

struct watch {
    struct routes old, new;
    bool said; /* that it may go astray */
};

static bool is_between(void *arg, const struct list *now)
{
    struct watch *w = arg;
    struct routes r;
    list_routes(&universe, now, &r);
    return routes_between(&universe, &r, &w->old, &w->new) || w->said;
}

struct counts {
    uint64_t edits, calls, bound, astray, replanned, more, kept;
    uint64_t said; /* plans that the quota makes cost something, and that say so at once */
    uint64_t their_calls, their_astray, their_rules, our_rules;
};

static void fail(const char *why, uint64_t n)
{
    (void)printf("# edit %" PRIu64 ": %s\n", n, why);
}

/* Does the step whose turn it is; false, and why: there is none, or it must not be done. */
static bool do_next(struct desk *d, struct list *now, struct watch *w, struct counts *c,
                    const char **why)
{
    const size_t n = d->plan.steps.len;
    size_t at = 0;
    while (at < n && d->plan.steps.items[at].waits)
        at++;
    c->calls++;
    *why = "a plan that does not go on";
    if (at == n)
        return false;
    c->our_rules += d->plan.steps.items[at].items.len;
    return world_do(d, now, &d->plan.steps.items[at], is_between, w, why);
}

/* Makes a new plan after every step; every one must be as long as what was left. */
static void converge(struct desk *d, struct list *now, const struct list *want, struct counts *c)
{
    struct watch w = { .said = false };
    const char *why = NULL;
    list_routes(&universe, now, &w.old);
    list_routes(&universe, want, &w.new);
    const size_t bound = lower_bound(&universe, now, want);
    desk_plan(d, now, want);
    const size_t calls = d->plan.steps.len;
    w.said = calls && !d->plan.lbs.items[0].hitless;
    bool same = true;
    size_t steps = 0;
    for (size_t left = calls; left && !why; left = d->plan.steps.len) {
        if (++steps > STEPS_MAX) {
            why = "plans without end";
            break;
        }
        if (!do_next(d, now, &w, c, &why))
            break;
        desk_plan(d, now, want);
        same = same && d->plan.steps.len + 1 == left;
    }
    if (!why && !list_done(&universe, now, want))
        why = "not what was wanted";
    c->bound += bound;
    c->more += calls < bound;
    c->replanned += !same;
    c->said += w.said;
    if (why && c->astray++ < 5)
        fail(why, c->edits);
    if (!same && c->replanned < 5)
        fail("a new plan took another number of calls", c->edits);
}

/* ---- the existing controller --------------------------------------------------------------------
 */

/* By place: the nth rule becomes the nth wanted one.  Created at the end, then updated in batches
 * of nine from the tail, then what is too many is deleted (anchors.md §1.4); a batch is atomic. */
static void by_position(const struct list *old, const struct list *want, struct counts *c)
{
    struct watch w = { .said = false };
    struct list now = *old;
    bool astray = false;
    list_number(&now, 1, 1);
    list_routes(&universe, &now, &w.old);
    list_routes(&universe, want, &w.new);
    while (now.len < want->len) {
        now.items[now.len] = want->items[now.len];
        now.items[now.len].label = (int32_t)now.len + 1;
        now.len++;
    }
    size_t created = now.len - old->len, updated = 0;
    c->their_calls += (created + 8) / 9;
    c->their_rules += created;
    astray = created && !is_between(&w, &now);
    for (size_t i = old->len < want->len ? old->len : want->len; i-- > 0;) {
        if (now.items[i].cond == want->items[i].cond && now.items[i].dest == want->items[i].dest)
            continue;
        now.items[i].cond = want->items[i].cond;
        now.items[i].dest = want->items[i].dest;
        if (++updated % 9 == 0)
            astray = !is_between(&w, &now) || astray;
    }
    astray = (updated && !is_between(&w, &now)) || astray;
    size_t gone = now.len - want->len;
    c->their_calls += (updated + 8) / 9 + (gone + 8) / 9;
    c->their_rules += updated + gone;
    c->their_astray += astray;
}

struct work {
    uint64_t n, seed;
    bool full;
};

static void run(const struct work *work, uint64_t seed, struct counts *c)
{
    const size_t most = work->full ? 100 : 99;
    struct rng rng = { seed };
    struct desk d;
    struct list now = { 0 };
    desk_init(&d, &universe);
    for (c->edits = 0; c->edits < work->n / PROCESSES; c->edits++) {
        if (c->edits % 8 == 0 || now.len < 5)
            start_list(&now, &rng, work->full);
        struct list want;
        /* In order of labels, which is the order of what is wanted now. */
        for (size_t i = 1; i < now.len; i++)
            for (size_t k = i; k && now.items[k - 1].label > now.items[k].label; k--) {
                struct rule r = now.items[k];
                now.items[k] = now.items[k - 1];
                now.items[k - 1] = r;
            }
        want = now;
        for (uint64_t k = rng_below(&rng, 5) ? 1 : 3; k; k--)
            if (want.len > 5 && want.len < most)
                edit_list(&want, &rng);
        list_number(&want, 1, 1); /* its order, for those who look at labels */
        by_position(&now, &want, c);
        converge(&d, &now, &want, c);
    }
    desk_done(&d);
}

static void run_share(void *arg, size_t process, uint64_t *counts)
{
    const struct work *w = arg;
    struct counts c = { 0 };
    run(w, w->seed + process, &c);
    memcpy(counts, &c, sizeof c);
}

static bool report(const struct work *work, const struct counts *c)
{
    const double ratio = c->bound ? (double)c->calls / (double)c->bound : 1;
    (void)printf("# %" PRIu64 " edits             requests astray      calls      rules sent\n"
                 "# links and pairs    %10" PRIu64 " edits %10" PRIu64 " %10" PRIu64 "\n"
                 "# by position        %10" PRIu64 " edits %10" PRIu64 " %10" PRIu64 "\n"
                 "# lower bound                          %10" PRIu64 ", ratio %.4f\n",
                 c->edits, c->astray, c->calls, c->our_rules, c->their_astray, c->their_calls,
                 c->their_rules, c->bound, ratio);
    const struct {
        bool ok;
        const char *what;
    } claims[] = {
        { !c->astray, "no edit sends a request astray" },
        { work->full || !c->said, "no edit needs more rules than the quota" },
        { ratio <= (work->full ? RATIO_MAX_FULL : RATIO_MAX),
          "calls are within 1.01 of the lower bound, in full lists within 1.03" },
        { !c->more, "no plan is below the bound" },
        { !c->replanned, "a new plan goes on with the old one" },
    };
    bool ok = true;
    for (size_t i = 0; i < COUNT(claims); i++) {
        (void)printf("%s %s\n", claims[i].ok ? "ok" : "not ok", claims[i].what);
        ok = ok && claims[i].ok;
    }
    (void)printf("# another number of calls after a step: %" PRIu64 " edits; more rules than the "
                 "quota, and the plan says so: %" PRIu64 "\n",
                 c->replanned, c->said);
    return ok;
}

int main(int argc, char **argv)
{
    struct work w = { 10000, 1, argc > 3 && !strcmp(argv[3], "full") };
    if (argc > 1)
        w.n = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        w.seed = strtoull(argv[2], NULL, 10);
    uint64_t counts[sizeof(struct counts) / sizeof(uint64_t)] = { 0 };
    struct counts sum;
    make_universe();
    bool done = share(run_share, &w, counts, COUNT(counts));
    memcpy(&sum, counts, sizeof sum);
    return report(&w, &sum) && done && sum.edits == w.n ? 0 : 1;
}
