/* rule_priv.h - the rules of a listener while their order and labels are worked out.
 *
 * A label is a Priority.  'was' is what the cloud has, 'label' what it will have once the
 * labels were moved to make room, 'target' where the rule belongs in the end. */
#pragma once

#include "alb-agent/route.h"
#include "plan_priv.h"

typedef LIST_OF(size_t) index_list;

struct rule_node {
    const struct resource *row;
    const struct resource *listener;
    const struct alb_rule *rule;    /* tells the conditions                               */
    const struct route_rule *route; /* ... prepared to be compared often; may be NULL     */
    const struct alb_rule *want;    /* references resolved; NULL: not wanted, or not ours */
    const struct alb_rule *have;    /* what is there, or NULL                             */
    const char *id;                 /* of what is there                                   */
    int64_t was;                    /* 0: not there                                       */
    int64_t label;
    int64_t target;    /* 0: gone, or no place found                                */
    bool pinned;       /* not ours to touch: its label is taken, nothing else       */
    bool kept;         /* wanted, and in place                                      */
    bool changed;      /* its actions differ                                        */
    bool rerouted;     /* ... and lead to other groups                              */
    bool gives_way;    /* could stay, but moves to make room                         */
    bool unreachable;  /* no label left between its neighbours                      */
    int64_t below;     /* then: the label above the gap where it belongs            */
    const char *aside; /* what is there goes on under this key; a copy is created   */
    LIST_OF(struct rule_node *) near; /* those of its list that it overlaps, in order  */
    index_list ops; /* what is done with it: places in the list of ops                 */
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
    bool made_room; /* labels are moved, and not in rounds of their own */
    /* What was wanted last of objects that are in doubt now, and was not made by then. */
    LIST_OF(struct rule_node) owed;
};

/* Is it to be there, as far as we may change it?  Also when the cloud refused it: then it waits,
 * and with it what it was to take the place of. */
bool rule_is_wanted(const struct resource *r);

/* Can one request match both?  Errs on the side of yes.  Rules of different listeners or
 * directions never overlap. */
bool rules_overlap(const struct rule_node *x, const struct rule_node *y);
/* The same of the conditions alone. */
bool conditions_overlap(const struct alb_rule *x, const struct alb_rule *y);

/* rule_near.c: finds for every node those that it overlaps, in list order. */
void find_near(struct arena *a, struct rule_list *l);

/* rule_order.c: a largest set of the wanted rules that are there that can keep their labels. */
void order_keep(struct arena *a, struct rule_list *l);

/* rule_label.c: gives every wanted rule its target, moving labels where a gap is missing.
 * 'at_once': where no move needs a label that another one vacates, 'moves' stays empty and all
 * of them are among the targets. */
void label_rules(struct arena *a, struct rule_list *l, bool at_once, rule_moves *moves);

/* ---- changes --------------------------------------------------------------------------- */

/* One rule's part of a call. */
struct rule_op {
    struct rule_node *node;
    struct rule_node *from_node; /* the doomed rule that an update turns into 'node'       */
    enum step_op kind;
    int64_t from, to; /* labels, 0: none; the same: it stays                              */
    bool actions;     /* sends the actions                                                */
    bool early;       /* it makes room in a quota, before all creates                     */
    bool harmful;     /* an early one after which requests may go astray                  */
    bool led;         /* it waits because of a redirect, and for nothing else             */
    unsigned round;   /* of a label move, from 1; 0: not one                              */
    const char *waits;
    index_list before; /* ops that must come first                                        */
    size_t batch;
};
typedef LIST_OF(struct rule_op) rule_ops;

#define WAITS_FOR_ROOM "labels to be moved, to make room"

/* rule.c: the changes in the order of the two passes; it is known what is near.  'at_once' as for
 * label_rules(). */
void make_passes(struct planner *p, struct rule_list *l, bool at_once, rule_ops *out);
size_t count_kind(const rule_ops *ops, enum step_op kind);

/* rule_shape.c: puts the passes into the shape that takes the fewest calls; 'there' is how many
 * rules the load balancer has. */
void shape_ops(struct planner *p, struct rule_list *l, size_t there, rule_ops *ops);

/* rule_link.c: which ops must come before which, given an order of all of them that is
 * hitless; and what waits because something before it does. */
void link_ops(struct arena *a, rule_ops *ops);
void spread_waits(struct arena *a, rule_ops *ops);

/* rule_redirect.c: reads which rules wait for which because of redirects (once a plan, before the
 * others); why a change waits because of them, or NULL. */
void redirects_read(struct planner *p);
const char *redirect_waits(struct planner *p, const struct rule_op *op);
/* Do changes wait for each other, because of a redirect, for ever?  Then one circle is cut, and
 * all are to be planned again. */
bool redirects_circle(struct planner *p, rule_ops *ops);

/* ---- rule_batch.c ------------------------------------------------------------------------ */

/* Puts ops, in their hitless order, into as few calls as keep that order where it matters,
 * and appends a step for each. */
void batch_rules(struct planner *p, rule_ops *ops);
/* "CreateRules", ... */
const char *rule_action(enum step_op kind);
/* Into how many calls they go. */
size_t batch_count(struct planner *p, rule_ops *ops);

/* rule_merge.c: the same changes in fewer calls, where one update can stand for a create
 * and a delete.  The ops are linked; false: no better order was found.  'updates_first': rather
 * than creates or deletes, so that labels that make room are moved at once. */
bool merge_ops(struct planner *p, const rule_ops *ops, bool updates_first, rule_ops *out);
/* For requests both or for responses both: given for good when a rule is created. */
bool same_direction(const struct alb_rule *x, const struct alb_rule *y);

/* rule_request.c: the requests that nodes tell apart, each as the set of nodes it meets; false:
 * too many.  There may be requests that no client can send, there is none too few. */
enum { CLASS_WORDS = 4, CLASS_NODES = CLASS_WORDS * 64 };
struct request_class {
    uint64_t met[CLASS_WORDS];
};
typedef LIST_OF(struct request_class) class_list;
bool class_meets(const struct request_class *c, size_t node);
bool request_classes(struct arena *a, const struct rule_node *const *nodes, size_t n,
                     class_list *out);

/* rule_exact.c: the same changes as updates alone, in one call; the ops all wait or none does.
 * False: there is no such call, or too much is in conflict to try all ways. */
bool exact_ops(struct planner *p, struct rule_list *l, const rule_ops *ops, rule_ops *out);

/* ---- orders found by trying, in lists of any length ---------------------------------------- */

/* A rule as it was ('fresh' false) or as it will be, at its label. */
struct trial_rule {
    struct rule_node *node;
    int64_t label;
    bool fresh;
    size_t peer; /* the only one it can be turned from or into, + 1; 0: any             */
    size_t at;   /* the place of 'node' among those of the trial                        */
    bool there;
    index_list classes; /* the requests that can get as far as this                     */
};

/* rule_try.c: changes whose labels are chosen, and whose pairs and order are not.  All of
 * 'rules' that are not fresh go, all that are fresh come; whatever else is in the list stays. */
struct trial {
    struct planner *p;
    const struct rule_list *l;
    LIST_OF(struct trial_rule) rules;
    const char *waits; /* of all of them */
};
/* In one call of updates, and one of creates or deletes, before or after it, when the list
 * changes its length.  False: none was found. */
bool try_orders(struct trial *t, rule_ops *out);

/* rule_place.c: the same changes as 'ops', which all wait or none does, in other places or in an
 * order that the links forbid, in the calls of try_orders(). */
bool place_ops(struct planner *p, struct rule_list *l, const rule_ops *ops, rule_ops *out);

/* rule_copy.c: a node before anything is decided about it. */
struct rule_node node_fresh(const struct rule_node *n);
/* The list as it is when every rule that would be changed is created anew beside
 * what is there, which goes later. */
void copy_rules(struct planner *p, const struct rule_list *l, struct rule_list *out);

/* quota.c: marks deletes that must come before creates, moves them to the front; refuses
 * what does not fit at all.  'there' is how many rules there are now. */
void quota_rules(struct planner *p, rule_ops *ops, size_t there);

/* uses.c: holds back what would be too many rules for a group, or servers for a load balancer, or
 * rules for a server; where nothing else can be done, what is to go from a full group goes first.
 */
void uses_rules(struct planner *p, rule_ops *ops);
/* Is there room for all of it at once? */
bool uses_fit(struct planner *p, const rule_ops *ops);

/* guard.c: refuses a plan that deletes or reroutes too much of a load balancer at once. */
void guard_rules(struct planner *p, const struct rule_list *lists, size_t n);
