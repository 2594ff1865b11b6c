/* rule_copy.c - changes as copies: what would be changed or moved is created anew, in its place
 * and as it is wanted, and what is there goes on under a key of its own until it is deleted.
 * Then all that pass one does is to create, and all that pass two does is to delete. */
#include "rule_priv.h"

/* A key under which nothing is known. */
static const char *spare_key(struct planner *p, const struct rule_node *n)
{
    for (int64_t nth = 2;; nth++) {
        const char *key = rule_key(p->a, n->listener->key, n->rule, nth);
        if (!model_find(p->in->model, p->lb, RESOURCE_RULE, key))
            return key;
    }
}

struct rule_node node_fresh(const struct rule_node *n)
{
    struct rule_node copy = *n;
    copy.near.items = NULL;
    copy.near.len = 0;
    copy.ops = (index_list){ 0 };
    copy.label = n->was;
    copy.kept = false;
    return copy;
}

/* What is there of 'n', as a rule that nothing wants. */
static struct rule_node set_aside(struct planner *p, const struct rule_node *n, const char *key)
{
    struct resource *row = arena_dup(p->a, n->row, sizeof *row);
    row->key = key;
    row->desired = NULL;
    row->desired_from = NULL;
    struct rule_node old = node_fresh(n);
    old.row = row;
    old.rule = n->have;
    old.route = route_prepare(p->a, n->have);
    old.want = NULL;
    old.changed = old.rerouted = false;
    return old;
}

static bool is_to_change(const struct rule_node *n)
{
    return n->was && n->want && (n->changed || !n->kept);
}

void copy_rules(struct planner *p, const struct rule_list *l, struct rule_list *out)
{
    *out = (struct rule_list){ .owed = { l->owed.items, l->owed.len } };
    for (size_t i = 0; i < l->nodes.len; i++) {
        struct rule_node *n = LIST_PUSH(p->a, &out->nodes);
        *n = node_fresh(&l->nodes.items[i]);
        if (!is_to_change(&l->nodes.items[i]))
            continue;
        n->aside = spare_key(p, n);
        n->was = n->label = 0;
        n->have = NULL;
        n->id = NULL;
        n->changed = false;
    }
    out->n_wanted = l->n_wanted;
    for (size_t i = 0; i < l->n_wanted; i++)
        if (is_to_change(&l->nodes.items[i])) {
            const char *key = out->nodes.items[i].aside;
            *LIST_PUSH(p->a, &out->nodes) = set_aside(p, &l->nodes.items[i], key);
        }
}
