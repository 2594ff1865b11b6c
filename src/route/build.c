/* build.c - automata put together from pieces: Glushkov's construction.  Positions that
 * consume BYTE_BEGIN or BYTE_END stand for "here is an end of the text" and consume nothing;
 * they are worked out when the automaton is done. */
#include <string.h>

#include "route_priv.h"

static void set_put(struct set *s, size_t i)
{
    s->w[i / 64] |= (uint64_t)1 << (i % 64);
}

static bool set_has(const struct set *s, size_t i)
{
    return s->w[i / 64] >> (i % 64) & 1;
}

static void set_add(struct set *s, const struct set *more)
{
    for (size_t w = 0; w < SET_WORDS; w++)
        s->w[w] |= more->w[w];
}

static bool set_meets(const struct set *x, const struct set *y)
{
    for (size_t w = 0; w < SET_WORDS; w++)
        if (x->w[w] & y->w[w])
            return true;
    return false;
}

struct piece piece_nothing(void)
{
    return (struct piece){ .nullable = true };
}

struct piece piece_bytes(struct builder *b, const struct bytes *on)
{
    struct piece p = { .nullable = false };
    if (b->n == POSITIONS_MAX) {
        b->full = true;
        return p;
    }
    b->on[b->n] = *on;
    b->follow[b->n] = (struct set){ { 0 } };
    set_put(&p.first, b->n);
    set_put(&p.last, b->n);
    b->n++;
    return p;
}

static void link_pieces(struct builder *b, const struct set *last, const struct set *first)
{
    for (size_t i = 0; i < b->n; i++)
        if (set_has(last, i))
            set_add(&b->follow[i], first);
}

struct piece piece_then(struct builder *b, const struct piece *x, const struct piece *y)
{
    struct piece p = { x->first, y->last, x->nullable && y->nullable };
    link_pieces(b, &x->last, &y->first);
    if (x->nullable)
        set_add(&p.first, &y->first);
    if (y->nullable)
        set_add(&p.last, &x->last);
    return p;
}

struct piece piece_or(const struct piece *x, const struct piece *y)
{
    struct piece p = *x;
    set_add(&p.first, &y->first);
    set_add(&p.last, &y->last);
    p.nullable = x->nullable || y->nullable;
    return p;
}

struct piece piece_again(struct builder *b, const struct piece *x)
{
    link_pieces(b, &x->last, &x->first);
    return *x;
}

/* Adds to 's' what can be reached from it over ends of the text, which are no bytes. */
static void pass_ends(const struct builder *b, bool begin, bool end, struct set *s)
{
    struct set was;
    do {
        was = *s;
        for (size_t i = 0; i < b->n; i++)
            if (set_has(s, i)
                && ((begin && bytes_has(&b->on[i], BYTE_BEGIN))
                    || (end && bytes_has(&b->on[i], BYTE_END))))
                set_add(s, &b->follow[i]);
    } while (memcmp(&was, s, sizeof was) != 0);
}

static bool is_end(const struct bytes *on)
{
    return bytes_has(on, BYTE_BEGIN) || bytes_has(on, BYTE_END);
}

/* Those of 's' that have been passed once the text is over, among the last ones? */
static bool ends_here(const struct builder *b, const struct piece *p, const struct set *s,
                      bool begin)
{
    struct set reached = *s, passed = { 0 };
    pass_ends(b, begin, true, &reached);
    for (size_t i = 0; i < b->n; i++)
        if (set_has(&reached, i)
            && (bytes_has(&b->on[i], BYTE_END) || (begin && bytes_has(&b->on[i], BYTE_BEGIN))))
            set_put(&passed, i);
    return set_meets(&passed, &p->last);
}

static void copy_bytes_only(const struct builder *b, const struct set *from, uint64_t *to)
{
    for (size_t i = 0; i < b->n; i++)
        if (set_has(from, i) && !is_end(&b->on[i]))
            to[i / 64] |= (uint64_t)1 << (i % 64);
}

struct automaton *builder_done(struct arena *a, const struct builder *b, const struct piece *p)
{
    struct automaton *m = arena_alloc(a, sizeof *m);
    m->n = b->n;
    m->words = b->n / 64 + 1;
    m->on = arena_dup(a, b->on, b->n * sizeof *b->on);
    m->entry = arena_array(a, m->words, sizeof *m->entry);
    m->accept = arena_array(a, m->words, sizeof *m->accept);
    m->follow = arena_array(a, m->words * (m->n + 1), sizeof *m->follow);
    struct set entry = p->first;
    pass_ends(b, true, false, &entry);
    copy_bytes_only(b, &entry, m->entry);
    m->empty = p->nullable || ends_here(b, p, &p->first, true);
    for (size_t i = 0; i < b->n; i++) {
        if (is_end(&b->on[i]))
            continue;
        copy_bytes_only(b, &b->follow[i], m->follow + i * m->words);
        if (set_has(&p->last, i) || ends_here(b, p, &b->follow[i], false))
            m->accept[i / 64] |= (uint64_t)1 << (i % 64);
    }
    return m;
}
