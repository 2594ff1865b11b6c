/* rule_try.c - in which pairs and in which order can changes be made, once it is chosen where
 * each rule will stand?
 *
 * The links (rule_link.c) see two changes at a time and know conditions only.  Here each state is
 * looked at, for each set of rules that a request can match: what hides it, and where it
 * leads.  The first change that does no harm is made, then the next; with a budget to take
 * steps back. */
#include <string.h>

#include "rule_priv.h"

enum { STATES_MAX = 400, TRIES_MAX = 20000, NOWHERE = -1 };

/* The requests that match the same rules. */
struct route_class {
    index_list rules; /* of the trial, by label, above 'label'                            */
    int64_t label;    /* of the first rule that stays                                     */
    int dest;         /* ... and where that leads                                         */
    int before, after;
};

struct searcher {
    struct trial *t;
    struct arena *a;
    const struct rule_node *nodes[CLASS_NODES];
    size_t n;
    bool touched[CLASS_NODES]; /* a rule of the trial: what is there goes                 */
    int dest_old[CLASS_NODES], dest_new[CLASS_NODES];
    class_list met;
    struct route_class *classes;
    size_t *order; /* the trial's rules by label                                          */
    size_t creates, deletes; /* beyond the updates                                        */
    size_t olds, news;       /* not done yet                                              */
    bool early;              /* creates or deletes come before the updates                */
    LIST_OF(size_t) done;    /* pairs: old, new; NONE: none                               */
    uint64_t state;
    LIST_OF(uint64_t) seen;
    size_t tries;
};

#define NONE SIZE_MAX

/* ---- nodes and where they lead ------------------------------------------------------------------
 */

static bool add_node(struct searcher *s, const struct rule_node *n, size_t *at)
{
    *at = 0;
    while (*at < s->n && s->nodes[*at] != n)
        ++*at;
    if (*at < s->n)
        return true;
    if (n->pinned || s->n == CLASS_NODES)
        return false;
    s->nodes[s->n++] = n;
    return true;
}

static bool add_nodes(struct searcher *s)
{
    size_t at;
    for (size_t i = 0; i < s->t->rules.len; i++) {
        struct trial_rule *r = &s->t->rules.items[i];
        (void)add_node(s, r->node, &r->at); /* ours, and few */
        s->touched[r->at] = s->touched[r->at] || !r->fresh;
    }
    const size_t n = s->n;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < s->nodes[i]->near.len; k++)
            if (!add_node(s, s->nodes[i]->near.items[k], &at))
                return false;
    return true;
}

/* The actions alone. */
static struct alb_rule actions_of(const struct alb_rule *rule)
{
    struct alb_rule out = { 0 };
    out.actions.items = rule->actions.items;
    out.actions.len = rule->actions.len;
    return out;
}

struct known {
    struct alb_rule rule;
    const char *text;
};

/* Numbers equal actions alike.  What is wanted says less than what is there, so the latter is
 * compared with the former. */
static void number_actions(struct searcher *s)
{
    struct known *known = arena_array(s->a, 2 * s->n, sizeof *known);
    int n = 0;
    for (size_t i = 0; i < s->n; i++) {
        s->dest_old[i] = s->dest_new[i] = NOWHERE;
        if (!s->nodes[i]->want)
            continue;
        known[n].rule = actions_of(s->nodes[i]->want);
        known[n].text = schema_canonical(s->a, &alb_rule_schema, &known[n].rule);
        int at = 0;
        while (strcmp(known[at].text, known[n].text) != 0)
            at++;
        s->dest_new[i] = at;
        n += at == n;
    }
    for (size_t i = 0; i < s->n; i++) {
        if (!s->nodes[i]->have)
            continue;
        if (s->nodes[i]->want && !s->nodes[i]->changed) {
            s->dest_old[i] = s->dest_new[i];
            continue;
        }
        const struct alb_rule have = actions_of(s->nodes[i]->have);
        int at = 0;
        while (at < n && schema_diff(s->a, &alb_rule_schema, &known[at].rule, &have, NULL))
            at++;
        if (at == n)
            known[n++].rule = have;
        s->dest_old[i] = at;
    }
}

/* ---- requests ----------------------------------------------------------------------------------
 */

static void sort_rules(struct searcher *s)
{
    s->order = arena_array(s->a, s->t->rules.len, sizeof *s->order);
    for (size_t i = 0; i < s->t->rules.len; i++) {
        size_t k = i;
        for (; k && s->t->rules.items[s->order[k - 1]].label > s->t->rules.items[i].label; k--)
            s->order[k] = s->order[k - 1];
        s->order[k] = i;
    }
}

/* Where requests go before and after, and which rule that stays catches them. */
static void find_ends(const struct searcher *s, const struct request_class *met,
                      struct route_class *c)
{
    int64_t first = INT64_MAX;
    const struct rule_node *wanted = NULL;
    c->label = INT64_MAX;
    c->dest = c->before = c->after = NOWHERE;
    for (size_t i = 0; i < s->n; i++) {
        const struct rule_node *n = s->nodes[i];
        if (!class_meets(met, i))
            continue;
        if (n->was && n->was < first) {
            first = n->was;
            c->before = s->dest_old[i];
        }
        if (n->was && !s->touched[i] && n->was < c->label) {
            c->label = n->was;
            c->dest = s->dest_old[i];
        }
        if (n->want && (!wanted || n < wanted)) {
            wanted = n;
            c->after = s->dest_new[i];
        }
    }
}

static void find_classes(struct searcher *s)
{
    s->classes = arena_array(s->a, s->met.len, sizeof *s->classes);
    for (size_t c = 0; c < s->met.len; c++) {
        find_ends(s, &s->met.items[c], &s->classes[c]);
        for (size_t i = 0; i < s->t->rules.len; i++) {
            struct trial_rule *r = &s->t->rules.items[s->order[i]];
            if (!class_meets(&s->met.items[c], r->at) || r->label >= s->classes[c].label)
                continue;
            *LIST_PUSH(s->a, &r->classes) = c;
            *LIST_PUSH(s->a, &s->classes[c].rules) = s->order[i];
        }
    }
}

static bool is_astray(const struct searcher *s, const struct route_class *c)
{
    int dest = c->dest;
    for (size_t i = 0; i < c->rules.len; i++) {
        const struct trial_rule *r = &s->t->rules.items[c->rules.items[i]];
        if (!r->there)
            continue;
        dest = r->fresh ? s->dest_new[r->at] : s->dest_old[r->at];
        break;
    }
    return dest != c->before && dest != c->after;
}

static bool is_hitless(const struct searcher *s, size_t i)
{
    if (i == NONE)
        return true;
    const struct trial_rule *r = &s->t->rules.items[i];
    for (size_t k = 0; k < r->classes.len; k++)
        if (is_astray(s, &s->classes[r->classes.items[k]]))
            return false;
    return true;
}

/* ---- orders ------------------------------------------------------------------------------------
 */

static uint64_t mix(size_t i)
{
    uint64_t z = ((uint64_t)i + 1) * 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    return z ^ z >> 27;
}

static void flip(struct searcher *s, size_t i)
{
    if (i == NONE)
        return;
    struct trial_rule *r = &s->t->rules.items[i];
    r->there = !r->there;
    s->state ^= mix(i);
    if (r->fresh)
        s->news += r->there ? (size_t)-1 : 1;
    else
        s->olds += r->there ? 1 : (size_t)-1;
}

static bool is_new(struct searcher *s)
{
    for (size_t i = 0; i < s->seen.len; i++)
        if (s->seen.items[i] == s->state)
            return false;
    *LIST_PUSH(s->a, &s->seen) = s->state;
    return true;
}

static bool go_on(struct searcher *s);

static bool try_change(struct searcher *s, size_t x, size_t y)
{
    s->tries++;
    flip(s, x);
    flip(s, y);
    const size_t len = s->done.len;
    if (is_hitless(s, x) && is_hitless(s, y) && is_new(s)) {
        *LIST_PUSH(s->a, &s->done) = x;
        *LIST_PUSH(s->a, &s->done) = y;
        if (go_on(s))
            return true;
    }
    s->done.len = len;
    flip(s, x);
    flip(s, y);
    return false;
}

static bool is_open(const struct searcher *s, size_t i, bool fresh)
{
    const struct trial_rule *r = &s->t->rules.items[i];
    return r->fresh == fresh && r->there != fresh;
}

/* A rule that comes or goes by itself. */
static bool try_alone(struct searcher *s, bool fresh)
{
    for (size_t i = 0; i < s->t->rules.len; i++) {
        const struct trial_rule *r = &s->t->rules.items[i];
        bool other = fresh ? r->node->was != 0 : r->node->want != NULL;
        if (is_open(s, i, fresh) && !r->peer && !other
            && try_change(s, fresh ? NONE : i, fresh ? i : NONE))
            return true;
    }
    return false;
}

static bool can_become(const struct searcher *s, size_t x, size_t y)
{
    const struct trial_rule *old = &s->t->rules.items[x], *new = &s->t->rules.items[y];
    if (old->peer || new->peer)
        return old->peer == y + 1;
    return same_direction(old->node->rule, new->node->rule);
}

static bool try_updates(struct searcher *s)
{
    for (size_t x = 0; x < s->t->rules.len; x++)
        for (size_t y = 0; is_open(s, x, false) && y < s->t->rules.len; y++)
            if (is_open(s, y, true) && can_become(s, x, y) && s->tries < TRIES_MAX
                && try_change(s, x, y))
                return true;
    return false;
}

static bool go_on(struct searcher *s)
{
    if (!s->olds && !s->news)
        return true;
    if (s->seen.len > STATES_MAX)
        return false;
    const size_t creates = s->news > s->olds ? s->news - s->olds : 0;
    const size_t deletes = s->olds > s->news ? s->olds - s->news : 0;
    const bool updates_left = s->news && s->olds;
    if ((creates || deletes) && (s->early || !updates_left))
        return try_alone(s, creates > 0);
    return try_updates(s);
}

static bool search(struct searcher *s, bool early)
{
    s->early = early;
    s->seen.len = s->done.len = s->tries = 0;
    s->state = 0;
    s->olds = s->news = 0;
    for (size_t i = 0; i < s->t->rules.len; i++) {
        struct trial_rule *r = &s->t->rules.items[i];
        r->there = !r->fresh;
        s->olds += !r->fresh;
        s->news += r->fresh;
    }
    return go_on(s);
}

static struct rule_op op_of(const struct trial_rule *rules, size_t x, size_t y)
{
    if (x == NONE)
        return (struct rule_op){ .node = rules[y].node, .kind = STEP_CREATE, .to = rules[y].label };
    if (y == NONE)
        return (
            struct rule_op){ .node = rules[x].node, .kind = STEP_DELETE, .from = rules[x].label };
    const struct trial_rule *old = &rules[x], *new = &rules[y];
    const bool other = old->node != new->node;
    return (struct rule_op){
        .node = new->node,
        .from_node = other ? old->node : NULL,
        .kind = STEP_UPDATE,
        .from = old->label,
        .to = new->label,
        .actions = other || new->node->changed,
    };
}

static void make_ops(const struct searcher *s, rule_ops *out)
{
    const struct trial_rule *rules = s->t->rules.items;
    for (size_t i = 0; i < s->done.len; i += 2) {
        struct rule_op *op = LIST_PUSH(s->a, out);
        *op = op_of(rules, s->done.items[i], s->done.items[i + 1]);
        op->waits = s->t->waits;
    }
}

bool try_orders(struct trial *t, rule_ops *out)
{
    struct searcher *s = arena_alloc(t->p->a, sizeof *s);
    *s = (struct searcher){ .t = t, .a = t->p->a };
    if (!add_nodes(s) || !request_classes(s->a, s->nodes, s->n, &s->met))
        return false;
    number_actions(s);
    sort_rules(s);
    find_classes(s);
    const bool found = search(s, false) || (s->olds != s->news && search(s, true));
    if (found)
        make_ops(s, out);
    return found;
}
