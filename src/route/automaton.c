/* automaton.c - what can be asked of automata: does it match a text, do two of them share one,
 * does one match all that another does.  Times are bounded by sizes, never by texts. */
#include <string.h>

#include "route_priv.h"

struct bytes bytes_one(unsigned char c)
{
    struct bytes s = { { 0 } };
    bytes_put(&s, c);
    return s;
}

struct bytes bytes_any(void)
{
    return (
        struct bytes){ { ~(uint64_t)((1 << BYTE_FIRST) - 1), UINT64_MAX, UINT64_MAX, UINT64_MAX } };
}

struct bytes bytes_not(const struct bytes *s)
{
    struct bytes any = bytes_any();
    for (size_t w = 0; w < 4; w++)
        any.w[w] &= ~s->w[w];
    return any;
}

void bytes_fold(struct bytes *s)
{
    for (const char *c = "abcdefghijklmnopqrstuvwxyz"; *c; c++) {
        unsigned char lower = (unsigned char)*c, upper = (unsigned char)(lower - 'a' + 'A');
        if (bytes_has(s, lower))
            bytes_put(s, upper);
        if (bytes_has(s, upper))
            bytes_put(s, lower);
    }
}

static bool bytes_meet(const struct bytes *x, const struct bytes *y)
{
    return (x->w[0] & y->w[0]) || (x->w[1] & y->w[1]) || (x->w[2] & y->w[2]) || (x->w[3] & y->w[3]);
}

/* ---- sets of positions ------------------------------------------------------------------- */

static bool has(const uint64_t *set, size_t i)
{
    return set[i / 64] >> (i % 64) & 1;
}

static void put(uint64_t *set, size_t i)
{
    set[i / 64] |= (uint64_t)1 << (i % 64);
}

static bool meets(const uint64_t *x, const uint64_t *y, size_t words)
{
    for (size_t w = 0; w < words; w++)
        if (x[w] & y[w])
            return true;
    return false;
}

/* Is all of 'x' in 'y'? */
static bool within(const uint64_t *x, const uint64_t *y, size_t words)
{
    for (size_t w = 0; w < words; w++)
        if (x[w] & ~y[w])
            return false;
    return true;
}

/* The number of the lowest bit of 'w', which has one. */
static size_t lowest(uint64_t w)
{
    size_t n = 0;
    for (unsigned half = 32; half; half /= 2)
        if (!(w << (64 - half) >> (64 - half))) {
            w >>= half;
            n += half;
        }
    return n;
}

/* The next member of a set from 'i' on, or 'n'. */
static size_t next_in(const uint64_t *set, size_t n, size_t i)
{
    while (i < n) {
        uint64_t rest = set[i / 64] >> (i % 64);
        if (rest)
            return i + lowest(rest);
        i = (i / 64 + 1) * 64;
    }
    return n;
}

static const uint64_t *follow(const struct automaton *m, size_t i)
{
    return m->follow + i * m->words;
}

/* What can follow any of 'now'. */
static void follow_all(const struct automaton *m, const uint64_t *now, uint64_t *next)
{
    memset(next, 0, m->words * sizeof *next);
    for (size_t i = next_in(now, m->n, 0); i < m->n; i = next_in(now, m->n, i + 1))
        for (size_t w = 0; w < m->words; w++)
            next[w] |= follow(m, i)[w];
}

/* Those of 'set' that consume 'c' remain. */
static void consume(const struct automaton *m, unsigned char c, uint64_t *set)
{
    for (size_t i = next_in(set, m->n, 0); i < m->n; i = next_in(set, m->n, i + 1))
        if (!bytes_has(&m->on[i], c))
            set[i / 64] &= ~((uint64_t)1 << (i % 64));
}

bool automaton_runs(const struct automaton *m, const char *text, size_t len)
{
    if (!len)
        return m->empty;
    struct arena a CLEANUP(arena_done) = { 0 };
    uint64_t *now = arena_dup(&a, m->entry, m->words * sizeof *now);
    uint64_t *next = arena_array(&a, m->words, sizeof *next);
    consume(m, (unsigned char)text[0], now);
    for (size_t i = 1; i < len; i++) {
        follow_all(m, now, next);
        consume(m, (unsigned char)text[i], next);
        uint64_t *spare = now;
        now = next;
        next = spare;
    }
    return meets(now, m->accept, m->words);
}

/* ---- two at once ------------------------------------------------------------------------- */

/* Pairs of positions that one text can reach, in the order in which they were found. */
struct pairs {
    const struct automaton *x, *y;
    uint64_t *seen; /* x->n * y->n bits */
    uint32_t *list; /* px * y->n + py   */
    size_t len, max;
    bool full;
};

static void pairs_put(struct pairs *p, const uint64_t *xs, const uint64_t *ys)
{
    size_t n = p->x->n, m = p->y->n;
    for (size_t i = next_in(xs, n, 0); i < n; i = next_in(xs, n, i + 1)) {
        for (size_t k = next_in(ys, m, 0); k < m; k = next_in(ys, m, k + 1)) {
            size_t at = i * m + k;
            if (has(p->seen, at) || !bytes_meet(&p->x->on[i], &p->y->on[k]))
                continue;
            put(p->seen, at);
            if (p->len == p->max)
                p->full = true;
            else
                p->list[p->len++] = (uint32_t)at;
        }
    }
}

static void pairs_begin(struct arena *a, struct pairs *p, size_t max)
{
    size_t all = p->x->n * p->y->n;
    p->max = max && max < all ? max : all;
    p->seen = arena_array(a, all / 64 + 1, sizeof *p->seen);
    p->list = arena_array(a, p->max + 1, sizeof *p->list);
    pairs_put(p, p->x->entry, p->y->entry);
}

static bool pair_accepts(const struct pairs *p, size_t at)
{
    return has(p->x->accept, p->list[at] / p->y->n) && has(p->y->accept, p->list[at] % p->y->n);
}

static void pairs_next(struct pairs *p, size_t at)
{
    pairs_put(p, follow(p->x, p->list[at] / p->y->n), follow(p->y, p->list[at] % p->y->n));
}

bool automaton_meets(const struct automaton *x, const struct automaton *y)
{
    if (x->empty && y->empty)
        return true;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct pairs p = { .x = x, .y = y };
    pairs_begin(&a, &p, 0);
    for (size_t i = 0; i < p.len; i++) {
        if (pair_accepts(&p, i))
            return true;
        pairs_next(&p, i);
    }
    return false;
}

bool automaton_is_void(const struct automaton *m)
{
    return !automaton_meets(m, m);
}

static struct automaton *automaton_new(struct arena *a, size_t n)
{
    struct automaton *m = arena_alloc(a, sizeof *m);
    m->n = n;
    m->words = n / 64 + 1;
    m->on = arena_array(a, n + 1, sizeof *m->on);
    m->entry = arena_array(a, m->words, sizeof *m->entry);
    m->accept = arena_array(a, m->words, sizeof *m->accept);
    m->follow = arena_array(a, m->words * (n + 1), sizeof *m->follow);
    return m;
}

/* Copies a set of positions to where its automaton begins in a larger one. */
static void put_shifted(uint64_t *to, size_t by, const struct automaton *m, const uint64_t *from)
{
    for (size_t i = next_in(from, m->n, 0); i < m->n; i = next_in(from, m->n, i + 1))
        put(to, by + i);
}

struct automaton *automaton_union(struct arena *a, struct automaton *const *of, size_t n)
{
    size_t all = 0;
    for (size_t i = 0; i < n; i++)
        all += of[i]->n;
    if (all > UNION_MAX)
        return NULL;
    struct automaton *m = automaton_new(a, all);
    size_t base = 0;
    for (size_t i = 0; i < n; i++) {
        put_shifted(m->entry, base, of[i], of[i]->entry);
        put_shifted(m->accept, base, of[i], of[i]->accept);
        for (size_t k = 0; k < of[i]->n; k++) {
            m->on[base + k] = of[i]->on[k];
            put_shifted(m->follow + (base + k) * m->words, base, of[i], follow(of[i], k));
        }
        m->empty = m->empty || of[i]->empty;
        base += of[i]->n;
    }
    return m;
}

struct automaton *automaton_product(struct arena *a, const struct automaton *x,
                                    const struct automaton *y)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    struct pairs p = { .x = x, .y = y };
    pairs_begin(&scratch, &p, UNION_MAX);
    for (size_t i = 0; i < p.len; i++)
        pairs_next(&p, i);
    if (p.full)
        return NULL;
    struct automaton *m = automaton_new(a, p.len);
    m->empty = x->empty && y->empty;
    for (size_t i = 0; i < p.len; i++) {
        size_t px = p.list[i] / y->n, py = p.list[i] % y->n;
        for (size_t w = 0; w < 4; w++)
            m->on[i].w[w] = x->on[px].w[w] & y->on[py].w[w];
        if (has(x->entry, px) && has(y->entry, py))
            put(m->entry, i);
        if (pair_accepts(&p, i))
            put(m->accept, i);
        for (size_t k = 0; k < p.len; k++)
            if (has(follow(x, px), p.list[k] / y->n) && has(follow(y, py), p.list[k] % y->n))
                put(m->follow + i * m->words, k);
    }
    return m;
}

/* ---- one within another ------------------------------------------------------------------- */

/* Where 'x' can be, and with it all places where 'y' can be after the same text. */
struct visit {
    size_t at;
    uint64_t *ys;
};

struct search {
    struct arena a;
    const struct automaton *x, *y;
    unsigned char bytes[256]; /* one of each kind that both treat alike */
    size_t n_bytes;
    LIST_OF(struct visit) visits;
    bool gave_up;
};

static void search_done(struct search *s)
{
    arena_done(&s->a);
}

/* Splits each of 'n' kinds of bytes by whether a position consumes them; returns how many
 * there are then.  There is room for 256. */
static size_t split_kinds(struct bytes *kinds, size_t n, const struct bytes *on)
{
    size_t now = n;
    for (size_t i = 0; i < n; i++) {
        struct bytes in = { { 0 } }, out = { { 0 } };
        for (size_t w = 0; w < 4; w++) {
            in.w[w] = kinds[i].w[w] & on->w[w];
            out.w[w] = kinds[i].w[w] & ~on->w[w];
        }
        if (!bytes_meet(&in, &in) || !bytes_meet(&out, &out))
            continue;
        kinds[i] = in;
        kinds[now++] = out;
    }
    return now;
}

/* One byte of each kind that all positions treat alike. */
static void find_bytes(struct search *s)
{
    struct bytes kinds[256] = { bytes_any() };
    kinds[0].w[0] = UINT64_MAX;
    size_t n = 1;
    for (size_t i = 0; i < s->x->n; i++)
        n = split_kinds(kinds, n, &s->x->on[i]);
    for (size_t i = 0; i < s->y->n; i++)
        n = split_kinds(kinds, n, &s->y->on[i]);
    for (size_t i = 0; i < n; i++)
        s->bytes[s->n_bytes++] = (unsigned char)next_in(kinds[i].w, 256, 0);
}

/* Nothing new comes of a place where 'y' can be more than at an earlier visit. */
static void visit(struct search *s, size_t at, const uint64_t *ys)
{
    for (size_t i = 0; i < s->visits.len; i++)
        if (s->visits.items[i].at == at && within(s->visits.items[i].ys, ys, s->y->words))
            return;
    if (s->visits.len == VISITS_MAX) {
        s->gave_up = true;
        return;
    }
    struct visit *v = LIST_PUSH(&s->a, &s->visits);
    v->at = at;
    v->ys = arena_dup(&s->a, ys, s->y->words * sizeof *ys);
}

/* Visits what comes after one more byte, where 'xs' and 'ys' may come next. */
static void visit_next(struct search *s, const uint64_t *xs, const uint64_t *ys)
{
    uint64_t *next = arena_array(&s->a, s->y->words, sizeof *next);
    for (size_t b = 0; b < s->n_bytes; b++) {
        memcpy(next, ys, s->y->words * sizeof *next);
        consume(s->y, s->bytes[b], next);
        for (size_t i = next_in(xs, s->x->n, 0); i < s->x->n; i = next_in(xs, s->x->n, i + 1))
            if (bytes_has(&s->x->on[i], s->bytes[b]))
                visit(s, i, next);
    }
}

static bool visit_all(struct search *s)
{
    uint64_t *ys = arena_array(&s->a, s->y->words, sizeof *ys);
    visit_next(s, s->x->entry, s->y->entry);
    for (size_t i = 0; i < s->visits.len; i++) {
        struct visit v = s->visits.items[i];
        if (has(s->x->accept, v.at) && !meets(v.ys, s->y->accept, s->y->words))
            return false;
        follow_all(s->y, v.ys, ys);
        visit_next(s, follow(s->x, v.at), ys);
    }
    return true;
}

enum route_answer automaton_within(const struct automaton *x, const struct automaton *y)
{
    if (x->empty && !y->empty)
        return ROUTE_NO;
    struct search s CLEANUP(search_done) = { .x = x, .y = y };
    find_bytes(&s);
    if (!visit_all(&s))
        return ROUTE_NO;
    return s.gave_up ? ROUTE_MAYBE : ROUTE_YES;
}
