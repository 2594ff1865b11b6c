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

/* ---- sets of requests, worked out --------------------------------------------------------- */

/* Is there a request that matches both? */
enum route_answer route_overlap(const struct route_rule *x, const struct route_rule *y);
/* Does 'x' match every request that 'y' matches?  Then 'y' after 'x' is shadowed. */
enum route_answer route_covers(const struct route_rule *x, const struct route_rule *y);
/* Does no request match? */
enum route_answer route_is_empty(const struct route_rule *x);

/* ---- one request ---------------------------------------------------------------------------- */

struct route_pair {
    const char *key, *value;
};

/* What is asked for, and for rules of direction Response also what was answered.  NULL: not
 * known, and conditions on it are ROUTE_MAYBE; lists are taken for complete. */
struct route_request {
    const char *method;
    const char *host;                   /* a port after it is left out, as ALB does              */
    const char *path;                   /* as it is sent, with its "%xx", without the query      */
    const char *query;                  /* as it is sent, after the '?'; NULL: none             */
    LIST_OF(struct route_pair) headers; /* cookies are those of "Cookie"       */
    const char *source;                 /* the client's address                                */
    const char *status;                 /* "200"                                               */
    LIST_OF(struct route_pair) response_headers;
};

/* Why an answer is ROUTE_MAYBE. */
enum route_doubt {
    ROUTE_DOUBT_NONE,
    ROUTE_DOUBT_UNKNOWN,    /* the request does not say                                  */
    ROUTE_DOUBT_UNREAD,     /* the value of the condition is not understood               */
    ROUTE_DOUBT_EXPRESSION, /* anchors, or letters' case, of a regular expression         */
    ROUTE_DOUBT_LABELS,     /* '*' across a dot                                           */
    ROUTE_DOUBT_CASE,       /* letters' case of a value                                   */
    ROUTE_DOUBT_ENCODED,    /* "%xx" as it stands, or what it stands for                  */
    ROUTE_DOUBT_REPEATED,   /* one key several times in the request                       */
};
/* "whether '*' crosses dots", to be put after "depends on"; static. */
const char *route_doubt_text(enum route_doubt d);

enum { ROUTE_NO_VALUE = -1 };

/* What one condition says to the request. */
struct route_finding {
    const struct alb_condition *condition;
    enum route_answer answer;
    int value;          /* the first of its values that gives the answer, from 0; or
                           ROUTE_NO_VALUE                                                  */
    const char *actual; /* what the request has there: of several, the one that gives the
                           answer, or all joined by ", "; NULL: nothing                    */
    enum route_doubt doubt;
};

struct route_step {
    const struct route_rule *rule;
    enum route_answer answer; /* the least of its findings                                 */
    LIST_OF(struct route_finding) findings; /* of all conditions, in their order           */
};

struct route_result {
    LIST_OF(struct route_step) steps;       /* the rules tried, up to the first ROUTE_YES        */
    const struct route_rule *rule;          /* that one; NULL: the default action, or a response
                                               that goes out as it is                            */
    bool certain;                           /* none before it may match                          */
    const struct alb_rule_action **actions; /* of 'rule', by Order                         */
    size_t n_actions;
};

/* Walks 'rules', which are in the order of their priorities, leaving out those of the other
 * direction.  The result borrows from rules and request, and lives in 'a'. */
void route_match(struct arena *a, struct route_rule *const *rules, size_t n,
                 enum alb_direction direction, const struct route_request *request,
                 struct route_result *out);
