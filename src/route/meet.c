/* meet.c - can one request match two rules?  Quick, for those who compare many. */
#include <string.h>

#include "route_priv.h"

static bool blocks_meet(const struct cond *x, const struct cond *y)
{
    for (size_t i = 0; i < x->blocks.len; i++)
        for (size_t k = 0; k < y->blocks.len; k++)
            if (block_has(&x->blocks.items[i], &y->blocks.items[k])
                || block_has(&y->blocks.items[k], &x->blocks.items[i]))
                return true;
    return false;
}

/* Of two conditions on one single text. */
static bool singles_meet(const struct cond *x, const struct cond *y)
{
    if (x->unknown || y->unknown)
        return true;
    if (x->type == ALB_COND_SOURCE_IP)
        return blocks_meet(x, y);
    size_t prefix = x->prefix < y->prefix ? x->prefix : y->prefix;
    if (prefix && memcmp(x->patterns.items->text, y->patterns.items->text, prefix) != 0)
        return false;
    for (size_t i = 0; i < x->patterns.len; i++)
        for (size_t k = 0; k < y->patterns.len; k++)
            if (pattern_meets(&x->patterns.items[i], &y->patterns.items[k]))
                return true;
    return false;
}

static bool all_meet(const struct route_rule *x, const struct route_rule *y)
{
    for (size_t i = 0; i < x->conds.len; i++)
        for (size_t k = 0; k < y->conds.len; k++)
            if (x->conds.items[i].type == y->conds.items[k].type
                && cond_is_single(x->conds.items[i].type)
                && !singles_meet(&x->conds.items[i], &y->conds.items[k]))
                return false;
    return true;
}

bool route_meet(const struct route_rule *x, const struct route_rule *y)
{
    if (x->response != y->response)
        return false;
    if (x->several || y->several)
        return all_meet(x, y);
    for (size_t t = 0; t < COND_TYPES; t++)
        if (x->only[t] && y->only[t] && !singles_meet(x->only[t], y->only[t]))
            return false;
    return true;
}
