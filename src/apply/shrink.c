/* shrink.c - calls that the cloud refuses for how many members they have.
 *
 * Limits are lower in some regions and for some accounts than documented (alb-semantics.md §10), so
 * a refusal is believed: the action takes half as many, and that is kept as a fact. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alb-agent/fact.h"
#include "alb-agent/number.h"
#include "apply_priv.h"

/* How many members the list 'name' of the call has: of "Rules.12.Priority" 12. */
static size_t members(const struct step *step, const char *name)
{
    const size_t n = strlen(name);
    int64_t most = 0;
    for (size_t i = 0; i < step->params.len; i++) {
        const char *param = step->params.items[i].name;
        if (strncmp(param, name, n) != 0 || param[n] != '.')
            continue;
        int64_t at = 0;
        (void)number_parse(param + n + 1, strcspn(param + n + 1, "."), &at);
        most = at > most ? at : most;
    }
    return (size_t)most;
}

/* Of the call as it was sent, the members of the list that is refused as too long; 0: it is not
 * refused for that. */
static size_t refused_size(const struct step *step, const char *code)
{
    static const char family[] = "IllegalParamSize.";
    const size_t n = sizeof family - 1;
    return strncmp(code, family, n) != 0 ? 0 : members(step, code + n);
}

bool shrink_batch(struct apply *ap, const struct lane *lane, const struct error *why,
                  int64_t now_ms, bool *smaller, struct error *err)
{
    const size_t size = refused_size(&lane->step, why->code);
    *smaller = false;
    if (size < 2 || !ap->in.batches || !plan_batch(&(struct plan_in){ 0 }, lane->step.action))
        return true;
    size_t *left = arena_alloc(ap->in.batch_arena, sizeof *left);
    *left = size / 2;
    map_put(ap->in.batches, lane->step.action, left);
    *smaller = true;
    char value[24];
    (void)snprintf(value, sizeof value, "%zu", *left);
    const struct fact fact = {
        .kind = FACT_BATCH, .key = lane->step.action, .value = value, .read_at = now_ms
    };
    return store_fact_put(ap->in.store, &fact, err);
}
