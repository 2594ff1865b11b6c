/* left.c - what an earlier run was changing when it ended, by its journal.  The state file says how
 * a row was before, and a list that lags says nothing, so that nobody knows how it is until a list
 * shows it, or is late no more. */
#include <string.h>

#include "agent_priv.h"
#include "alb-agent/json.h"

/* Ids of what it changes are among those; servers are no rows. */
static bool is_id(const char *param)
{
    return strstr(param, "Id") && strncmp(param, "Servers.", 8) != 0;
}

/* What a call may have changed, and no more of it: of a large change there are thousands. */
static void keep(struct agent *g, const struct store_journaled *j)
{
    struct arena *a = &g->base.arena;
    struct error ignored;
    cJSON *params CLEANUP(json_done) = NULL;
    if (!strncmp(j->call.action, "Create", 6) /* what it made it had no id for */
        || !json_parse(j->call.params, strlen(j->call.params), &params, &ignored))
        return;
    struct left_call *to = LIST_PUSH(a, &g->left);
    *to = (struct left_call){ .lb = arena_strdup(a, j->call.lb),
                              .resource = arena_strdup(a, j->call.resource),
                              .deletes = !strncmp(j->call.action, "Delete", 6),
                              .done = !strcmp(j->outcome.state, "done"),
                              .done_at = j->outcome.done_at };
    for (const cJSON *p = params->child; p; p = p->next)
        if (cJSON_IsString(p) && is_id(p->string))
            *LIST_PUSH(a, &to->ids) = arena_strdup(a, p->valuestring);
}

bool left_load(struct agent *g, struct error *err)
{
    const int64_t since = session_now(&g->base) - session_list_lag(&g->base);
    struct arena a CLEANUP(arena_done) = { 0 };
    store_journal list;
    if (!store_calls_since(g->base.store, since, &a, &list, err))
        return false;
    for (size_t i = 0; i < list.len; i++)
        keep(g, &list.items[i]);
    return true;
}

static bool names(const struct left_call *c, const char *id)
{
    for (size_t i = 0; i < c->ids.len; i++)
        if (!strcmp(c->ids.items[i], id))
            return true;
    return false;
}

/* Is it of a kind that the call changes, and does the row say how it was before the call? */
static bool is_before(const struct resource *r, const struct left_call *c)
{
    const char *kind = resource_kind_name(r->kind);
    const size_t n = strlen(kind);
    return !strncmp(c->resource, kind, n) && c->resource[n] == ' '
           && (!c->done || r->observed_at < c->done_at);
}

void left_mark(const struct agent *g, const char *lb, struct model *known)
{
    for (size_t i = 0; i < g->left.len; i++) {
        const struct left_call *c = &g->left.items[i];
        if (strcmp(c->lb, lb) != 0)
            continue;
        for (size_t k = 0; k < known->rows.len; k++) {
            struct resource *r = &known->rows.items[k];
            if (r->cloud_id && is_before(r, c) && names(c, r->cloud_id))
                r->status = c->deletes ? "Deleting" : "Configuring";
        }
    }
}
