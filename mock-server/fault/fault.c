/* fault.c - which rule strikes. */
#include "fault.h"

#include <string.h>

/* Greedy, with one place to go back to: an earlier "*" never needs another try. */
bool fault_matches(const char *glob, const char *text)
{
    const char *star = NULL, *back = NULL;
    while (*text) {
        if (*glob == '*') {
            star = glob++;
            back = text;
        } else if (*glob == *text) {
            glob++;
            text++;
        } else if (star) {
            glob = star + 1;
            text = ++back;
        } else {
            return false;
        }
    }
    return !glob[strspn(glob, "*")];
}

static bool names_resource(const char *glob, const char *const *values)
{
    for (; values && *values; values++)
        if (fault_matches(glob, *values))
            return true;
    return false;
}

static bool is_meant(const struct fault_rule *r, const struct fault_call *c, int64_t since_ms)
{
    return (!r->action || fault_matches(r->action, c->action))
           && (!r->region || fault_matches(r->region, c->region))
           && (!r->resource || names_resource(r->resource, c->values))
           && (!r->call || r->call == c->number) && since_ms >= r->after_ms
           && (!r->until_ms || since_ms < r->until_ms);
}

/* Is it this one's turn, by count and by chance?  Chance is asked last, so that the same
 * calls draw the same numbers. */
static bool strikes(struct fault_set *set, struct fault_rule *r)
{
    int64_t first = r->nth ? r->nth : 1;
    r->matched++;
    if (r->matched < first || (r->times && r->fired >= r->times))
        return false;
    if (r->every ? (r->matched - first) % r->every != 0 : r->nth && r->matched != first)
        return false;
    if (r->millionths && (int64_t)rng_below(&set->rng, 1000000) >= r->millionths)
        return false;
    r->fired++;
    return true;
}

const struct fault_rule *fault_pick(struct fault_set *set, const struct fault_call *call)
{
    for (size_t i = 0; i < set->rules.len; i++) {
        struct fault_rule *r = &set->rules.items[i];
        if (is_meant(r, call, call->now_ms - set->began_ms) && strikes(set, r))
            return r;
    }
    return NULL;
}

void fault_clear(struct fault_set *set)
{
    arena_done(&set->arena);
    set->rules.items = NULL;
    set->rules.len = 0;
}
