/* set.c - rules as sets of requests: can two share one, does one hold all of another?
 *
 * Conditions on host, path, method, source and status are about one text each, so those of one
 * type must share a text.  A header, a cookie or a parameter of the query may be there several
 * times, so conditions on one key that share no value may match all the same: maybe. */
#include <string.h>

#include "route_priv.h"

typedef LIST_OF(const struct cond *) cond_list;

static enum route_answer least(enum route_answer x, enum route_answer y)
{
    return x < y ? x : y;
}

/* ---- conditions as automata ---------------------------------------------------------------- */

static struct automaton *cond_automaton(struct arena *a, const struct cond *c, unsigned reading)
{
    struct automaton **of = arena_array(a, c->patterns.len + 1, sizeof *of);
    for (size_t i = 0; i < c->patterns.len; i++)
        of[i] = pattern_automaton(a, &c->patterns.items[i], reading);
    return automaton_union(a, of, c->patterns.len);
}

/* Every path begins with a slash. */
static struct automaton *any_path(struct arena *a)
{
    struct pattern p;
    pattern_read(a, ALB_COND_PATH, NULL, "/*", &p);
    return pattern_automaton(a, &p, NARROW);
}

/* What all of them match; NULL when that is too large to work out. */
static struct automaton *all_of(struct arena *a, const cond_list *l, unsigned reading)
{
    bool path = l->items[0]->type == ALB_COND_PATH;
    struct automaton *m = path ? any_path(a) : cond_automaton(a, l->items[0], reading);
    for (size_t i = path ? 0 : 1; m && i < l->len; i++) {
        const struct automaton *next = cond_automaton(a, l->items[i], reading);
        m = next ? automaton_product(a, m, next) : NULL;
    }
    return m;
}

/* ---- source addresses ------------------------------------------------------------------------ */

typedef LIST_OF(struct block) block_list;

static const struct block every_address = { { 0 }, 0 };
static const struct block v4 = { { [10] = 0xff, [11] = 0xff }, 96 };

static void block_keep(struct arena *a, block_list *out, const struct block *x,
                       const struct block *y)
{
    if (block_has(x, y))
        *LIST_PUSH(a, out) = *y;
    else if (block_has(y, x))
        *LIST_PUSH(a, out) = *x;
}

static block_list cond_blocks(struct arena *a, const struct cond *c, unsigned reading)
{
    block_list l = { 0 };
    for (size_t i = 0; i < c->blocks.len; i++)
        *LIST_PUSH(a, &l) = c->blocks.items[i];
    if (c->unknown && reading & READ_ANY)
        *LIST_PUSH(a, &l) = every_address;
    return l;
}

static block_list common_blocks(struct arena *a, const cond_list *l, unsigned reading)
{
    block_list common = cond_blocks(a, l->items[0], reading);
    for (size_t i = 1; i < l->len; i++) {
        block_list next = cond_blocks(a, l->items[i], reading), both = { 0 };
        for (size_t x = 0; x < common.len; x++)
            for (size_t y = 0; y < next.len; y++)
                block_keep(a, &both, &common.items[x], &next.items[y]);
        common = both;
    }
    return common;
}

/* Is all of 'b' in one or several of 'l'?  Halves it while some of 'l' is a part of it. */
static bool block_within(const struct block *b, const block_list *l)
{
    bool split = false;
    for (size_t i = 0; i < l->len; i++) {
        if (block_has(&l->items[i], b))
            return true;
        split = split || block_has(b, &l->items[i]);
    }
    if (!split)
        return false;
    struct block low = *b, high = *b;
    low.bits = high.bits = b->bits + 1;
    high.at[b->bits / 8] = (unsigned char)(high.at[b->bits / 8] | 0x80 >> b->bits % 8);
    return block_within(&low, l) && block_within(&high, l);
}

static bool blocks_within(const block_list *x, const block_list *y)
{
    for (size_t i = 0; i < x->len; i++)
        if (!block_within(&x->items[i], y))
            return false;
    return true;
}

/* ---- which conditions are about the same thing ------------------------------------------------
 */

static bool keys_meet(const struct pattern *x, const struct pattern *y)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct pattern *both[] = { x, y };
    struct automaton *m[2];
    for (size_t i = 0; i < 2; i++) {
        struct pattern key = { .kind = both[i]->kind, .of = both[i]->of, .text = both[i]->key };
        m[i] = pattern_automaton(&a, &key, WIDE);
    }
    return automaton_meets(m[0], m[1]);
}

static bool share_key(const struct cond *x, const struct cond *y)
{
    for (size_t i = 0; i < x->patterns.len; i++)
        for (size_t k = 0; k < y->patterns.len; k++)
            if (keys_meet(&x->patterns.items[i], &y->patterns.items[k]))
                return true;
    return false;
}

static bool are_related(const struct cond *x, const struct cond *y)
{
    if (x->type != y->type)
        return false;
    if (cond_is_single(x->type))
        return true;
    return x->key ? !strcmp(x->key, y->key) : share_key(x, y);
}

/* Takes the first condition and all that are related to it, also by others, out of 'l'. */
static cond_list take_related(struct arena *a, cond_list *l)
{
    cond_list group = { 0 };
    *LIST_PUSH(a, &group) = l->items[0];
    l->items[0] = NULL;
    for (size_t g = 0; g < group.len; g++)
        for (size_t i = 0; i < l->len; i++)
            if (l->items[i] && are_related(group.items[g], l->items[i])) {
                *LIST_PUSH(a, &group) = l->items[i];
                l->items[i] = NULL;
            }
    size_t left = 0;
    for (size_t i = 0; i < l->len; i++)
        if (l->items[i])
            l->items[left++] = l->items[i];
    l->len = left;
    return group;
}

static void add_conds(struct arena *a, cond_list *l, const struct route_rule *r)
{
    for (size_t i = 0; i < r->conds.len; i++)
        *LIST_PUSH(a, l) = &r->conds.items[i];
}

/* ---- is there a request? -----------------------------------------------------------------------
 */

static enum route_answer sources_agree(struct arena *a, const cond_list *l)
{
    if (!common_blocks(a, l, WIDE).len)
        return ROUTE_NO;
    return common_blocks(a, l, NARROW).len ? ROUTE_YES : ROUTE_MAYBE;
}

static enum route_answer texts_agree(struct arena *a, const cond_list *l)
{
    const struct automaton *wide = all_of(a, l, WIDE), *narrow = all_of(a, l, NARROW);
    if (wide && automaton_is_void(wide) && cond_is_single(l->items[0]->type))
        return ROUTE_NO;
    return narrow && !automaton_is_void(narrow) ? ROUTE_YES : ROUTE_MAYBE;
}

static enum route_answer agree(struct arena *a, const cond_list *l)
{
    if (l->items[0]->type == ALB_COND_UNSET)
        return ROUTE_MAYBE;
    return l->items[0]->type == ALB_COND_SOURCE_IP ? sources_agree(a, l) : texts_agree(a, l);
}

/* Is there a request that matches all of them? */
static enum route_answer satisfiable(struct arena *a, cond_list *l)
{
    enum route_answer all = ROUTE_YES;
    while (l->len && all != ROUTE_NO) {
        cond_list group = take_related(a, l);
        all = least(all, agree(a, &group));
    }
    return all;
}

enum route_answer route_overlap(const struct route_rule *x, const struct route_rule *y)
{
    if (!route_meet(x, y))
        return ROUTE_NO;
    struct arena a CLEANUP(arena_done) = { 0 };
    cond_list l = { 0 };
    add_conds(&a, &l, x);
    add_conds(&a, &l, y);
    return satisfiable(&a, &l);
}

static enum route_answer has_request(const struct route_rule *x)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cond_list l = { 0 };
    add_conds(&a, &l, x);
    return satisfiable(&a, &l);
}

enum route_answer route_is_empty(const struct route_rule *x)
{
    return (enum route_answer)(ROUTE_YES - has_request(x));
}

/* ---- does one hold all of another?
 * ---------------------------------------------------------------- */

static unsigned cond_doubts(const struct cond *c)
{
    unsigned doubts = 0;
    for (size_t i = 0; i < c->patterns.len; i++)
        doubts |= pattern_doubts(&c->patterns.items[i]);
    return doubts;
}

/* Is what all of 'l' match within 'c'?  Both are read alike, in each way that makes a
 * difference; only values that are not understood may mean one thing here and another there. */
static enum route_answer list_within(struct arena *a, const cond_list *l, const struct cond *c)
{
    unsigned doubts = cond_doubts(c), reading = 0;
    for (size_t i = 0; i < l->len; i++)
        doubts |= cond_doubts(l->items[i]);
    bool yes = true, no = true;
    do {
        const struct automaton *most = all_of(a, l, reading | READ_ANY),
                               *least_of_c = cond_automaton(a, c, reading);
        yes = yes && most && least_of_c && automaton_within(most, least_of_c) == ROUTE_YES;
        const struct automaton *fewest = all_of(a, l, reading),
                               *most_of_c = cond_automaton(a, c, reading | READ_ANY);
        no = no && fewest && most_of_c && automaton_within(fewest, most_of_c) == ROUTE_NO;
        reading = (reading - doubts) & doubts;
    } while (reading && (yes || no));
    return yes ? ROUTE_YES : no ? ROUTE_NO : ROUTE_MAYBE;
}

/* Of a rule without such a condition.  A host can be missing, and methods and codes are not
 * listed, so that what holds every text is not proven to hold every request. */
static enum route_answer anything_within(struct arena *a, const struct cond *c)
{
    struct cond any = { .type = c->type };
    any.patterns.items = arena_alloc(a, sizeof *any.patterns.items);
    any.patterns.len = 1;
    pattern_read(a, ALB_COND_PATH, NULL, "*", any.patterns.items);
    const struct cond *one = &any;
    cond_list l = { &one, 1 };
    enum route_answer within = list_within(a, &l, c);
    return c->type == ALB_COND_PATH ? within : least(within, ROUTE_MAYBE);
}

static enum route_answer sources_within(struct arena *a, const cond_list *l, const struct cond *c)
{
    block_list narrow = cond_blocks(a, c, NARROW), wide = cond_blocks(a, c, WIDE);
    if (!l->len) {
        /* Only a load balancer of both versions has clients of the other one. */
        return block_within(&every_address, &narrow) ? ROUTE_YES
               : !block_within(&v4, &wide)           ? ROUTE_NO
                                                     : ROUTE_MAYBE;
    }
    block_list l_narrow = common_blocks(a, l, NARROW), l_wide = common_blocks(a, l, WIDE);
    if (blocks_within(&l_wide, &narrow))
        return ROUTE_YES;
    return blocks_within(&l_narrow, &wide) ? ROUTE_MAYBE : ROUTE_NO;
}

/* Of several conditions on what may be there several times, one within 'c' is enough. */
static enum route_answer several_within(struct arena *a, cond_list *l, const struct cond *c)
{
    enum route_answer most = c->unknown ? ROUTE_MAYBE : ROUTE_NO;
    for (size_t i = 0; i < l->len; i++) {
        cond_list one = { &l->items[i], 1 };
        enum route_answer within = list_within(a, &one, c);
        most = within > most ? within : most;
    }
    while (l->len && most == ROUTE_NO) {
        cond_list group = take_related(a, l);
        if (list_within(a, &group, c) != ROUTE_NO)
            most = ROUTE_MAYBE;
    }
    return most;
}

/* Does every request that matches 'y' have what 'c' asks for? */
static enum route_answer follows(struct arena *a, const struct route_rule *y, const struct cond *c)
{
    cond_list l = { 0 };
    for (size_t i = 0; i < y->conds.len; i++) {
        const struct cond *d = &y->conds.items[i];
        if (d->type == c->type && (!c->key || !strcmp(c->key, d->key)))
            *LIST_PUSH(a, &l) = d;
    }
    if (c->type == ALB_COND_UNSET)
        return ROUTE_MAYBE;
    if (c->type == ALB_COND_SOURCE_IP)
        return sources_within(a, &l, c);
    if (!cond_is_single(c->type))
        return several_within(a, &l, c);
    return l.len ? list_within(a, &l, c) : anything_within(a, c);
}

enum route_answer route_covers(const struct route_rule *x, const struct route_rule *y)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    enum route_answer some = has_request(y);
    if (some == ROUTE_NO)
        return ROUTE_YES;
    enum route_answer all = x->response == y->response ? ROUTE_YES : ROUTE_NO;
    for (size_t i = 0; i < x->conds.len && all != ROUTE_NO; i++)
        all = least(all, follows(&a, y, &x->conds.items[i]));
    return all == ROUTE_NO && some == ROUTE_MAYBE ? ROUTE_MAYBE : all;
}
