/* overlap.c - can one request match two rules of a listener?  An answer of "no" is a proof, an
 * answer of "yes" need not be true: that costs a call, never a request.  'route' knows what
 * conditions mean. */
#include "rule_priv.h"

bool conditions_overlap(const struct alb_rule *x, const struct alb_rule *y)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct alb_rule rx = *x, ry = *y;
    rx.direction = ry.direction = ALB_DIRECTION_REQUEST;
    return route_meet(route_prepare(&a, &rx), route_prepare(&a, &ry));
}

static bool is_response(const struct alb_rule *r)
{
    return r->direction == ALB_DIRECTION_RESPONSE;
}

bool rules_overlap(const struct rule_node *x, const struct rule_node *y)
{
    if (x->listener != y->listener)
        return false;
    if (x->route && y->route)
        return route_meet(x->route, y->route);
    return is_response(x->rule) == is_response(y->rule) && conditions_overlap(x->rule, y->rule);
}
