/* route.h - what a listener does with a request: its rules as sets of requests.
 *
 * A rule is prepared once; then rules are compared with each other, or with a request.
 * Conditions of a rule must all match, values of one condition are alternatives, the first
 * rule that matches decides (alb-openapi.json CreateRules, alb-ingress.md §C.11).
 *
 * Some of what ALB does is not documented (README.md of src/route lists it: anchors and
 * letters' case of regular expressions, repeated headers, ...).  So every pattern has two
 * readings, a narrow and a wide one, between which the truth lies, and every answer has three
 * values: ROUTE_NO and ROUTE_YES hold in every reading, ROUTE_MAYBE depends on it or could
 * not be worked out within the limits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "alb-agent/alb_resource.h"

enum route_answer { ROUTE_NO, ROUTE_MAYBE, ROUTE_YES };

/* A rule, read once.  Borrows from the alb_rule it was made of. */
struct route_rule;

struct route_rule *route_prepare(struct arena *a, const struct alb_rule *rule);
/* The rule that was prepared. */
const struct alb_rule *route_source(const struct route_rule *r);

/* ---- for those who order rules: cheap, errs on the side of yes --------------------------- */

/* Can one request match both?  False is a proof; true is ROUTE_YES or ROUTE_MAYBE and, for
 * rules with several conditions of one type, may be ROUTE_NO.  Rules of different directions
 * never meet.  Symmetric; allocates only where a regular expression is involved. */
bool route_meet(const struct route_rule *x, const struct route_rule *y);

/* Which of many rules can meet at all, by their hosts: to be asked before route_meet(). */
struct route_index;
struct route_index *route_index_new(struct arena *a, struct route_rule *const *rules, size_t n);
/* The lowest number from 'from' on, and not 'i', of a rule that may share a host with rule
 * 'i'; 'n' when there is none.
 *
 *     for (size_t k = route_index_next(ix, i, i + 1); k < n; k = route_index_next(ix, i, k + 1))
 *         if (route_meet(rules[i], rules[k])) ...
 *
 * Where 'i' names its hosts exactly, that is a walk over the rules that name one of them, or
 * none, or by a pattern. */
size_t route_index_next(const struct route_index *ix, size_t i, size_t from);
