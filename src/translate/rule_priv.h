/* rule_priv.h - between rule.c, which makes the rules of a listener, and the files that know
 * which there are, in which order, and which of them requests get to. */
#pragma once

#include "translate_priv.h"

/* ---- canary.c -------------------------------------------------------------------------------- */

/* A canary's share of a rule. */
struct share {
    const struct ingress *ing;
    const struct route *route;
};
typedef LIST_OF(struct share) share_list;

/* The hosts and paths of a listener, and which canaries share them. */
struct canaries {
    struct map buckets;
};
void canaries_done(struct canaries *all);

/* Leaves out canaries that have no main Ingress on any listener. */
void canaries_check(struct tr *t, struct config *c);
void canaries_find(struct tr *t, const struct config *c, const struct config_listener *l,
                   struct canaries *out);
/* Has the route a rule of its own on the listener? */
bool canary_has_rule(struct tr *t, const struct canaries *all, const struct config_listener *l,
                     const struct ingress *ing, const struct route *r);
/* Makes '*actions' of a main route those that its canaries have a share in, and returns the
 * canaries whose groups are wanted. */
share_list canary_split(struct tr *t, const struct canaries *all, const struct ingress *ing,
                        const struct route *r, action_list *actions);

/* ---- order.c --------------------------------------------------------------------------------- */

/* A rule of a listener before it is made. */
struct placed {
    const struct ingress *ing;
    const struct route *route;
    size_t seq; /* by the order of the Ingresses and their paths */
};
typedef LIST_OF(struct placed) placed_list;

/* The Ingresses of a load balancer in the order in which the existing controller has them. */
void order_members(struct config *c);
void order_rules(enum rule_order order, placed_list *rules);

/* ---- reach.c --------------------------------------------------------------------------------- */

/* Warns of each rule that never gets a request, as one before it takes all it could get. */
struct reach_rule {
    const struct ingress *ing;
    const struct route *route;
    const struct alb_rule *rule;
};
typedef LIST_OF(struct reach_rule) reach_list;
void reach_check(struct tr *t, const char *listener, const reach_list *made);
