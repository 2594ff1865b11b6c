/* left.c - what an earlier run was changing when it ended, by its journal.  The state file says how
 * a row was before, and a list that lags says nothing, so that nobody knows how it is until a list
 * shows it, or is late no more. */
#include <string.h>

#include "agent_priv.h"
#include "alb-agent/json.h"

bool left_load(struct agent *g, struct error *err)
{
    const int64_t since = session_now(&g->base) - session_list_lag(&g->base);
    return store_calls_since(g->base.store, since, &g->base.arena, &g->left, err);
}

/* Is it of a kind that the call changes, and does the row say how it was before the call? */
static bool is_before(const struct resource *r, const struct store_journaled *j)
{
    const char *kind = resource_kind_name(r->kind);
    const size_t n = strlen(kind);
    return !strncmp(j->call.resource, kind, n) && j->call.resource[n] == ' '
           && (strcmp(j->outcome.state, "done") != 0 || r->observed_at < j->outcome.done_at);
}

static void mark(struct model *known, const struct store_journaled *j, const struct map *ids)
{
    for (size_t i = 0; i < known->rows.len; i++) {
        struct resource *r = &known->rows.items[i];
        if (r->cloud_id && map_get(ids, r->cloud_id) && is_before(r, j))
            r->status = strncmp(j->call.action, "Delete", 6) != 0 ? "Configuring" : "Deleting";
    }
}

void left_mark(const struct agent *g, const char *lb, struct model *known)
{
    for (size_t i = 0; i < g->left.len; i++) {
        const struct store_journaled *j = &g->left.items[i];
        struct error ignored;
        struct map ids CLEANUP(map_done) = { 0 };
        cJSON *params CLEANUP(json_done) = NULL;
        if (strcmp(j->call.lb, lb) != 0
            || !json_parse(j->call.params, strlen(j->call.params), &params, &ignored))
            continue;
        for (const cJSON *p = params->child; p; p = p->next)
            if (cJSON_IsString(p))
                map_put(&ids, p->valuestring, p);
        mark(known, j, &ids);
    }
}
