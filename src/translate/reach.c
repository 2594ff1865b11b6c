/* reach.c - rules that never get a request, because one before them takes all they could get.
 * "It takes all" is a proof; where route.h finds none, nothing is said. */
#include "alb-agent/route.h"
#include "rule_priv.h"

/* More than the quota of a load balancer allows after every raise; beyond it the order of
 * rules is not what is wrong. */
enum { MAX_RULES = 1000 };
/* Comparing an expression takes a good part of a millisecond, and translation must not wait. */
enum { MAX_EXPRESSIONS = 100 };

static void warn_of(struct tr *t, const char *listener, const struct reach_rule *rule,
                    const struct reach_rule *before)
{
    struct subject s = { .t = t, .obj = rule->ing->obj };
    warn(&s, &(struct place){ .name = rule->route->where },
         "on listener %s no request gets here, as %s comes before it and takes them all; give the "
         "Ingress a smaller %sorder, or its AlbConfig the annotation alb-agent/rule-order: "
         "specification",
         listener, before->route->from, ANNOTATION_PREFIX);
}

struct reach {
    const reach_list *made;
    struct route_rule **rules;
    struct route_index *index;
    size_t budget; /* how many more expressions are compared */
};

static bool has_expression(const struct alb_rule *r)
{
    for (size_t i = 0; i < r->conditions.len; i++) {
        const struct alb_condition *c = &r->conditions.items[i];
        if (c->type != ALB_COND_HOST && c->type != ALB_COND_PATH)
            continue;
        for (size_t k = 0; k < c->values.values.len; k++)
            if (c->values.values.items[k][0] == '~')
                return true;
    }
    return false;
}

/* What meets nobody takes nothing, and that is quickly known but for expressions. */
static bool covers(struct reach *q, size_t k, size_t i)
{
    if (has_expression(q->made->items[k].rule) || has_expression(q->made->items[i].rule)) {
        if (!q->budget)
            return false;
        q->budget--;
    }
    return route_meet(q->rules[k], q->rules[i])
           && route_covers(q->rules[k], q->rules[i]) == ROUTE_YES;
}

/* The first rule before 'i' that takes all of its requests; 'i' when there is none. */
static size_t find_cover(struct reach *q, size_t i)
{
    for (size_t k = route_index_next(q->index, i, 0); k < i;
         k = route_index_next(q->index, i, k + 1))
        if (covers(q, k, i))
            return k;
    return i;
}

/* First matches only decide among requests: what several rules of direction Response do to one
 * answer is not documented. */
void reach_check(struct tr *t, const char *listener, const reach_list *made)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct reach q = { .made = made, .budget = MAX_EXPRESSIONS };
    if (made->len > MAX_RULES)
        return;
    q.rules = arena_array(&a, made->len, sizeof(struct route_rule *));
    for (size_t i = 0; i < made->len; i++)
        q.rules[i] = route_prepare(&a, made->items[i].rule);
    q.index = route_index_new(&a, q.rules, made->len);
    for (size_t i = 1; i < made->len; i++) {
        bool request = made->items[i].rule->direction == ALB_DIRECTION_REQUEST;
        size_t k = request ? find_cover(&q, i) : i;
        if (k < i)
            warn_of(t, listener, &made->items[i], &made->items[k]);
    }
}
