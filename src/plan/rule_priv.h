/* rule_priv.h - the rules of a listener while their order and labels are worked out.
 *
 * A label is a Priority.  'was' is what the cloud has, 'label' what it will have once the
 * labels were moved to make room, 'target' where the rule belongs in the end. */
#pragma once

#include "alb-agent/route.h"
#include "plan_priv.h"

struct rule_node {
    const struct resource *row;
    const struct resource *listener;
    const struct alb_rule *rule;    /* tells the conditions                               */
    const struct route_rule *route; /* ... prepared to be compared often; may be NULL  */
    const struct alb_rule *want;    /* references resolved; NULL: not wanted, or not ours */
    int64_t was;                    /* 0: not there                                       */
    int64_t label;
    int64_t target;   /* 0: gone, or no place found                                    */
    bool pinned;      /* not ours to touch: its label is taken, nothing else           */
    bool kept;        /* wanted, and in place                                          */
    bool changed;     /* its actions differ                                            */
    bool rerouted;    /* ... and lead to other groups                                  */
    bool unreachable; /* no label left between its neighbours                          */
    int64_t below;    /* then: the label above the gap where it belongs                */
};

/* A label moved to make room, in the order of sending.  Moves of one round go to labels
 * that were free before the round. */
struct rule_move {
    struct rule_node *node;
    int64_t from, to;
    unsigned round;
};
typedef LIST_OF(struct rule_move) rule_moves;

/* The wanted rules in wanted order (n_wanted), then all others that are there. */
struct rule_list {
    LIST_OF(struct rule_node) nodes;
    size_t n_wanted;
};

/* Can one request match both?  Errs on the side of yes.  Rules of different listeners or
 * directions never overlap. */
bool rules_overlap(const struct rule_node *x, const struct rule_node *y);
/* The same of the conditions alone. */
bool conditions_overlap(const struct alb_rule *x, const struct alb_rule *y);

/* A square of bits. */
struct bits {
    size_t n, words;
    uint64_t *at;
};
static inline bool bit_get(const struct bits *b, size_t i, size_t k)
{
    return b->at[i * b->words + k / 64] >> (k % 64) & 1;
}
static inline void bit_set(struct bits *b, size_t i, size_t k)
{
    b->at[i * b->words + k / 64] |= (uint64_t)1 << (k % 64);
}

/* rule_order.c: which wanted rules i < k overlap; and a largest set of those that are there
 * that can keep their labels. */
struct bits order_overlaps(struct arena *a, const struct rule_list *l);
void order_keep(struct arena *a, struct rule_list *l, const struct bits *overlaps);

/* rule_label.c: gives every wanted rule its target, moving labels where a gap is missing. */
void label_rules(struct arena *a, struct rule_list *l, const struct bits *overlaps,
                 rule_moves *moves);

/* ---- rule_batch.c ------------------------------------------------------------------------ */

/* One rule's part of a call. */
struct rule_op {
    struct rule_node *node;
    enum step_op kind;
    int64_t from, to; /* labels; to == 0: stays or is gone                         */
    bool actions;     /* sends the actions                                         */
    bool early;       /* a delete that makes room in the quota, before all creates */
    unsigned round;   /* of a label move, from 1; 0: not one                       */
    const char *waits;
    size_t batch;
};
typedef LIST_OF(struct rule_op) rule_ops;

/* Puts ops, in their hitless order, into as few calls as keep that order where it matters,
 * and appends a step for each. */
void batch_rules(struct planner *p, rule_ops *ops);

/* quota.c: marks deletes that must come before creates, moves them to the front; refuses
 * what does not fit at all.  'there' is how many rules there are now. */
void quota_rules(struct planner *p, rule_ops *ops, size_t there);

/* guard.c: refuses a plan that deletes or reroutes too much of a load balancer at once. */
void guard_rules(struct planner *p, const struct rule_list *lists, size_t n);
