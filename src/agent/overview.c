/* overview.c - how each load balancer stands, for those who look on while the agent runs.
 *
 * To tell what is in sync is to compare every row, so that it is done only when somebody asks, only
 * where something changed since, and only so much at a time: who asks never holds up the loop. */
#include <stdlib.h>
#include <string.h>

#include "agent_priv.h"

enum { ROWS_AT_A_TIME = 4000 /* that are compared: a few ms */ };

static const char *keep(struct arena *a, const char *text)
{
    return text ? arena_strdup(a, text) : NULL;
}

/* Of one that rests, from the store. */
static bool load(const struct balancer *b, struct arena *a, struct model *out, struct error *err)
{
    *out = b->s.observed ? b->s.world : b->s.known;
    return !b->resting || store_lb_load(b->s.store, a, b->name, out, err);
}

static bool count(const struct agent *g, struct balancer *b, const cJSON *certificates,
                  size_t *rows, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    struct model m;
    struct store_summary sum;
    report_served_list served = { 0 };
    if (!load(b, &scratch, &m, err) || !store_summary_of(g->base.store, &m, b->name, &sum, err))
        return false;
    session_list_served(&scratch, &m, b->name, certificates, &served);
    struct arena *a = &b->told;
    arena_done(a);
    b->overview = (struct report_lb){ .name = b->name,
                                      .id = arena_strdup(a, sum.cloud_id),
                                      .dns_name = arena_strdup(a, sum.dns_name),
                                      .resources = sum.resources,
                                      .in_sync = sum.in_sync,
                                      .observed_at = sum.observed_at,
                                      .revision = sum.revision };
    for (size_t i = 0; i < served.len; i++) {
        const struct report_served *c = &served.items[i];
        *LIST_PUSH(a, &b->overview.certificates) =
            (struct report_served){ b->name, arena_strdup(a, c->listener), arena_strdup(a, c->id),
                                    keep(a, c->name), keep(a, c->end) };
    }
    b->recount = false;
    *rows += m.rows.len;
    return true;
}

/* Those that were never counted first. */
static bool count_some(const struct agent *g, const cJSON *certificates, struct error *err)
{
    size_t rows = 0;
    for (int pass = 0; pass < 2; pass++) {
        const struct map_entry *cursor = NULL;
        for (struct balancer *b = balancer_next(g, &cursor); b && rows < ROWS_AT_A_TIME;
             b = balancer_next(g, &cursor))
            if ((pass ? b->recount : !b->overview.name) && !count(g, b, certificates, &rows, err))
                return false;
    }
    return true;
}

static int by_name(const void *x, const void *y)
{
    const struct report_lb *a = x, *b = y;
    return strcmp(a->name, b->name);
}

bool agent_overview(struct agent *g, const cJSON *certificates, struct arena *a, report_lbs *out,
                    struct error *err)
{
    const struct map_entry *cursor = NULL;
    *out = (report_lbs){ 0 };
    if (!count_some(g, certificates, err))
        return false;
    for (const struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor)) {
        if (balancer_is_over(b))
            continue;
        struct report_lb *to = LIST_PUSH(a, out);
        *to = b->overview.name
                  ? b->overview
                  : (struct report_lb){ .name = b->name, .id = "", .dns_name = "", .in_sync = -1 };
        to->observed_at += to->observed_at ? g->base.ahead_ms : 0;
        report_lb_count(to, &b->s.findings, session_now(&g->base));
    }
    if (out->len)
        qsort(out->items, out->len, sizeof *out->items, by_name);
    return true;
}
