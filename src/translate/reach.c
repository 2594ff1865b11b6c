/* reach.c - rules that never get a request, because one before them takes all they could get.
 * "It takes all" is a proof; where none is found, nothing is said. */
#include <string.h>
#include <strings.h>

#include "translate_priv.h"

/* More than the quota of a load balancer allows after every raise; beyond it the order of
 * rules is not what is wrong. */
enum { MAX_RULES = 1000 };

/* Does 'all' match every text that 'some' matches?  '*' is any text, '?' any character; in a
 * host '*' is taken for a part between dots. */
static bool pattern_covers(const char *all, const char *some, bool host)
{
    for (; *all && *all != '*'; all++, some++)
        if (!*some || (*all == '?' ? *some == '*' || (host && *some == '.') : *all != *some))
            return false;
    if (!*all)
        return !*some;
    for (;; some++) {
        if (pattern_covers(all + 1, some, host))
            return true;
        if (!*some || (host && *some == '.'))
            return false;
    }
}

static bool value_covers(enum alb_cond type, const char *all, const char *some)
{
    if (!all || !some)
        return !all; /* a pair without a value takes any */
    if (!strcmp(all, some))
        return true;
    bool plain = type == ALB_COND_METHOD || type == ALB_COND_SOURCE_IP || all[0] == '~';
    return !plain && some[0] != '~' && pattern_covers(all, some, type == ALB_COND_HOST);
}

static bool texts_cover(enum alb_cond type, const struct alb_values *all,
                        const struct alb_values *some)
{
    for (size_t i = 0; i < some->values.len; i++) {
        bool found = false;
        for (size_t k = 0; !found && k < all->values.len; k++)
            found = value_covers(type, all->values.items[k], some->values.items[i]);
        if (!found)
            return false;
    }
    return true;
}

static bool pairs_cover(enum alb_cond type, const struct alb_pairs *all,
                        const struct alb_pairs *some)
{
    for (size_t i = 0; i < some->pairs.len; i++) {
        const struct alb_pair *x = &some->pairs.items[i];
        bool found = false;
        for (size_t k = 0; !found && k < all->pairs.len; k++)
            found = value_covers(type, all->pairs.items[k].key, x->key)
                    && value_covers(type, all->pairs.items[k].value, x->value);
        if (!found)
            return false;
    }
    return true;
}

static bool condition_covers(const struct alb_condition *all, const struct alb_condition *some)
{
    if (all->type != some->type)
        return false;
    if (all->type == ALB_COND_QUERY || all->type == ALB_COND_COOKIE)
        return pairs_cover(all->type, &all->pairs, &some->pairs);
    if (all->type != ALB_COND_HEADER)
        return texts_cover(all->type, &all->values, &some->values);
    struct alb_values x = { .values = { all->header.values.items, all->header.values.len } };
    struct alb_values y = { .values = { some->header.values.items, some->header.values.len } };
    return !strcasecmp(all->header.key, some->header.key) && texts_cover(all->type, &x, &y);
}

/* Each condition of 'all' follows from one of 'some'. */
static bool rule_covers(const struct alb_rule *all, const struct alb_rule *some)
{
    for (size_t i = 0; i < all->conditions.len; i++) {
        bool found = false;
        for (size_t k = 0; !found && k < some->conditions.len; k++)
            found = condition_covers(&all->conditions.items[i], &some->conditions.items[k]);
        if (!found)
            return false;
    }
    return true;
}

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

void reach_check(struct tr *t, const char *listener, const reach_list *rules)
{
    for (size_t i = 1; i < rules->len && rules->len <= MAX_RULES; i++) {
        const struct reach_rule *rule = &rules->items[i];
        bool found = rule->rule->direction != ALB_DIRECTION_REQUEST;
        for (size_t k = 0; !found && k < i; k++) {
            const struct reach_rule *before = &rules->items[k];
            found = before->rule->direction == ALB_DIRECTION_REQUEST
                    && rule_covers(before->rule, rule->rule);
            if (found)
                warn_of(t, listener, rule, before);
        }
    }
}
