/* rule_request.c - the requests that a few rules can tell apart.
 *
 * A request is known by which host, path and method patterns it meets and which other
 * conditions; these choices are free of each other, but patterns of one kind are not: some
 * cannot be met together, and some are met whenever another is.  What is not known to be
 * impossible counts as possible, so the result may hold too many requests, never too few. */
#include <stdlib.h>
#include <string.h>

#include "rule_priv.h"

enum { ATOMS_MAX = 64, CHOICES_MAX = 1024 };

/* A pattern, or a condition that is only met or not. */
struct atom {
    enum alb_cond type;
    const char *value;              /* NULL: the whole condition    */
    const char *whole;              /* then: what it says           */
    bool response;                  /* of rules for responses        */
    const struct route_rule *alone; /* a pattern as a rule           */
    uint64_t apart;                 /* atoms before it that no request meets with it */
    uint64_t wider;                 /* ... that are met whenever it is               */
    uint64_t narrower;              /* ... that are met only when it is              */
    bool always;                    /* every request meets it                        */
};

struct maker {
    struct arena *a;
    struct atom atoms[ATOMS_MAX];
    size_t n_atoms;
    uint64_t *choices; /* of the kinds done so far: sets of atoms that are met */
    size_t n_choices;
};

static bool has_patterns(enum alb_cond type)
{
    return type == ALB_COND_HOST || type == ALB_COND_PATH || type == ALB_COND_METHOD;
}

static bool same_atom(const struct atom *x, const struct atom *y)
{
    if (x->type != y->type || x->response != y->response)
        return false;
    return !strcmp(x->value ? x->value : x->whole, y->value ? y->value : y->whole);
}

/* The place of an atom, or ATOMS_MAX when there are too many. */
static size_t atom_of(struct maker *m, const struct atom *atom)
{
    for (size_t i = 0; i < m->n_atoms; i++)
        if (same_atom(&m->atoms[i], atom))
            return i;
    if (m->n_atoms == ATOMS_MAX)
        return ATOMS_MAX;
    m->atoms[m->n_atoms] = *atom;
    return m->n_atoms++;
}

/* Which atoms meet a condition: any of them does. */
static bool atoms_of(struct maker *m, const struct alb_rule *rule, const struct alb_condition *c,
                     uint64_t *out)
{
    struct atom atom = { .type = c->type, .response = rule->direction == ALB_DIRECTION_RESPONSE };
    bool patterns = has_patterns(c->type);
    atom.whole = patterns ? NULL : schema_canonical(m->a, &alb_condition_schema, c);
    *out = 0;
    for (size_t i = 0; i < (patterns ? c->values.values.len : 1); i++) {
        atom.value = patterns ? c->values.values.items[i] : NULL;
        size_t at = patterns && !atom.value ? ATOMS_MAX : atom_of(m, &atom);
        if (at == ATOMS_MAX)
            return false;
        *out |= (uint64_t)1 << at;
    }
    return true;
}

/* ---- patterns of one kind ---------------------------------------------------------------------
 */

static const struct route_rule *prepare_alone(struct arena *a, const struct atom *x)
{
    struct alb_rule *rule = arena_alloc(a, sizeof *rule);
    struct alb_condition *c = LIST_PUSH(a, &rule->conditions);
    c->type = x->type;
    *LIST_PUSH(a, &c->values.values) = x->value;
    return route_prepare(a, rule);
}

/* What an atom has to do with those of its kind before it. */
static void compare(struct maker *m, size_t i, size_t first)
{
    struct atom *x = &m->atoms[i];
    struct alb_rule *any = arena_alloc(m->a, sizeof *any);
    x->alone = prepare_alone(m->a, x);
    x->always = route_covers(x->alone, route_prepare(m->a, any)) == ROUTE_YES;
    for (size_t k = first; k < i; k++) {
        const struct atom *y = &m->atoms[k];
        const uint64_t bit = (uint64_t)1 << k;
        if (!route_meet(x->alone, y->alone)) {
            x->apart |= bit;
            continue;
        }
        x->wider |= route_covers(y->alone, x->alone) == ROUTE_YES ? bit : 0;
        x->narrower |= route_covers(x->alone, y->alone) == ROUTE_YES ? bit : 0;
    }
}

/* Adds the choice of one kind of atom, [first, end), to all choices made so far. */
static bool choose(struct maker *m, size_t first, size_t end)
{
    bool free = !m->atoms[first].value;
    for (size_t i = first; i < end; i++) {
        struct atom *x = &m->atoms[i];
        if (!free)
            compare(m, i, first);
        size_t n = m->n_choices, kept = 0;
        uint64_t *next = arena_array(m->a, 2 * n, sizeof *next);
        for (size_t c = 0; c < n; c++) {
            uint64_t set = m->choices[c];
            if (!x->always && !(set & x->narrower))
                next[kept++] = set;
            if (!(set & x->apart) && !(x->wider & ~set))
                next[kept++] = set | (uint64_t)1 << i;
        }
        m->choices = next;
        m->n_choices = kept;
        if (kept > CHOICES_MAX)
            return false;
    }
    return true;
}

/* ---- rules -------------------------------------------------------------------------------------
 */

static int by_kind(const void *x, const void *y)
{
    const struct atom *a = x, *b = y;
    if (a->response != b->response)
        return a->response ? 1 : -1;
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    if (!a->value)
        return 0;
    return strcmp(a->value, b->value);
}

static bool collect(struct maker *m, const struct rule_node *const *nodes, size_t n)
{
    uint64_t ignored;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < nodes[i]->rule->conditions.len; k++)
            if (!atoms_of(m, nodes[i]->rule, &nodes[i]->rule->conditions.items[k], &ignored))
                return false;
    if (m->n_atoms)
        qsort(m->atoms, m->n_atoms, sizeof *m->atoms, by_kind);
    return true;
}

static bool choose_all(struct maker *m)
{
    m->choices = arena_array(m->a, 1, sizeof *m->choices);
    m->n_choices = 1;
    for (size_t first = 0, end; first < m->n_atoms; first = end) {
        end = first + 1;
        while (end < m->n_atoms && m->atoms[first].value
               && m->atoms[end].type == m->atoms[first].type
               && m->atoms[end].response == m->atoms[first].response)
            end++;
        if (!choose(m, first, end))
            return false;
    }
    return true;
}

static int by_bits(const void *x, const void *y)
{
    return memcmp(x, y, sizeof(struct request_class));
}

/* The conditions of a rule, each as the atoms that meet it. */
struct masks {
    const uint64_t *at;
    size_t len;
    bool response;
};

static struct masks *find_masks(struct maker *m, const struct rule_node *const *nodes, size_t n)
{
    struct masks *out = arena_array(m->a, n, sizeof *out);
    for (size_t i = 0; i < n; i++) {
        const struct alb_rule *rule = nodes[i]->rule;
        uint64_t *at = arena_array(m->a, rule->conditions.len, sizeof *at);
        for (size_t k = 0; k < rule->conditions.len; k++)
            (void)atoms_of(m, rule, &rule->conditions.items[k], &at[k]);
        out[i] =
            (struct masks){ at, rule->conditions.len, rule->direction == ALB_DIRECTION_RESPONSE };
    }
    return out;
}

/* Which rules a choice of atoms meets, in one direction; false: none. */
static bool rules_met(const struct masks *rules, size_t n, uint64_t set, bool response,
                      struct request_class *out)
{
    bool any = false;
    *out = (struct request_class){ 0 };
    for (size_t i = 0; i < n; i++) {
        bool met = rules[i].response == response;
        for (size_t k = 0; k < rules[i].len && met; k++)
            met = rules[i].at[k] & set;
        out->met[i / 64] |= (uint64_t)met << (i % 64);
        any = any || met;
    }
    return any;
}

bool class_meets(const struct request_class *c, size_t node)
{
    return c->met[node / 64] >> (node % 64) & 1;
}

bool request_classes(struct arena *a, const struct rule_node *const *nodes, size_t n,
                     class_list *out)
{
    struct maker m = { .a = a };
    if (n > CLASS_NODES || !collect(&m, nodes, n) || !choose_all(&m))
        return false;
    const struct masks *masks = find_masks(&m, nodes, n);
    struct request_class *sets = arena_array(a, 2 * m.n_choices, sizeof *sets);
    size_t len = 0;
    for (size_t c = 0; c < m.n_choices; c++)
        for (int response = 0; response <= 1; response++)
            len += rules_met(masks, n, m.choices[c], response, &sets[len]);
    if (len)
        qsort(sets, len, sizeof *sets, by_bits);
    for (size_t i = 0; i < len; i++)
        if (!i || by_bits(&sets[i], &sets[i - 1]) != 0)
            *LIST_PUSH(a, out) = sets[i];
    return true;
}
