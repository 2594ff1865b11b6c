/* wanted.c - from objects to what is wanted of each load balancer, with the facts that takes. */
#include <string.h>

#include "agent_priv.h"

/* ---- facts ---------------------------------------------------------------------------------- */

/* Needs are the translation's, which may run again before they are read. */
static bool ask_facts(struct agent *g, struct error *err)
{
    fact_needs needs = { 0 };
    const fact_needs *from = &g->base.wanted.needs;
    for (size_t i = 0; i < from->len; i++)
        *LIST_PUSH(&g->facts_arena, &needs) =
            (struct fact_need){ from->items[i].kind,
                                arena_strdup(&g->facts_arena, from->items[i].key) };
    fact_needs *kept = arena_dup(&g->facts_arena, &needs, sizeof needs);
    return fact_reader_new(&g->facts, g->base.alb, kept, err);
}

static bool take_facts(struct agent *g, struct error *err)
{
    struct fact_set found = { 0 };
    struct error why;
    bool ok = fact_reader_result(g->facts, &g->base.arena, session_now(&g->base), &found, &why);
    fact_reader_free(g->facts);
    g->facts = NULL;
    arena_done(&g->facts_arena);
    if (!ok) {
        agent_tell(g, (struct agent_event){ .kind = AGENT_READ_FAILED, .err = &why });
        g->facts_due = session_now(&g->base) + g->config.reread_ms;
        g->changed = true;
        return true;
    }
    g->changed = true;
    return session_put_facts(&g->base, &found, err);
}

bool wanted_take(struct agent *g, const struct alb_result *r)
{
    return g->facts && fact_reader_take(g->facts, r);
}

/* ---- translation -------------------------------------------------------------------------------
 */

static void tell_problems(struct agent *g, const translate_problems *list,
                          enum agent_event_kind kind)
{
    for (size_t i = 0; i < list->len; i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        const struct translate_problem *p = &list->items[i];
        const char *key = arena_fmt(&a, "%s %s/%s %s", p->kind, p->ns, p->name, p->message);
        if (map_get(&g->said, key))
            continue;
        map_put(&g->said, key, g);
        agent_tell(g, (struct agent_event){ .kind = kind, .problem = p });
    }
}

static bool has_albconfig(const struct agent *g)
{
    size_t n;
    (void)object_set_kind(&g->base.objects, OBJECT_ALB_CONFIG, &n);
    return n > 0;
}

/* What could not be read at all. */
static void tell_source(struct agent *g)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct object_set *set = &g->base.objects;
    translate_problems problems = { 0 };
    for (size_t i = 0; i < set->problems.len; i++)
        *LIST_PUSH(&a, &problems) = (struct translate_problem){
            .kind = "manifest",
            .ns = "",
            .name = set->problems.items[i].origin,
            .origin = set->problems.items[i].origin,
            .message = set->problems.items[i].msg,
        };
    if (!has_albconfig(g))
        *LIST_PUSH(&a, &problems) = (struct translate_problem){
            .kind = "source",
            .ns = "",
            .name = "",
            .origin = "",
            .message = "it holds no AlbConfig: nothing is changed until it does",
        };
    tell_problems(g, &problems, AGENT_PROBLEM);
}

static void run_translate(struct agent *g)
{
    struct session *s = &g->base;
    arena_done(&g->wanted_arena);
    const struct translate_in in = {
        .objects = &s->objects,
        .facts = &s->facts,
        .cluster_id = s->cluster_id,
        .vpc_id = s->config.vpc_id,
        .region = s->config.region,
        .backend_type = s->config.backend_type,
        .now_ms = session_now(s),
    };
    translate(&g->wanted_arena, &in, &s->wanted);
    g->changed = false;
}

/* Every load balancer that is asked for now, and every one that was. */
static bool give_out(struct agent *g, struct error *err)
{
    const struct translate_out *out = &g->base.wanted;
    for (size_t i = 0; i < out->lbs.len; i++)
        (void)balancer_get(g, out->lbs.items[i].name);
    const struct map_entry *cursor = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        if (!balancer_want(g, b, out, err))
            return false;
    return true;
}

bool wanted_run(struct agent *g, struct error *err)
{
    if (g->facts && !fact_reader_busy(g->facts) && !take_facts(g, err))
        return false;
    const int64_t now = session_now(&g->base);
    if (g->facts || !g->have_objects || !g->changed || g->facts_due > now)
        return true;
    g->facts_due = 0;
    tell_source(g);
    if (!has_albconfig(g)) { /* more likely a mistake than a wish (design.md §6) */
        g->changed = false;
        return true;
    }
    run_translate(g);
    if (g->base.wanted.needs.len && !g->stopped)
        return ask_facts(g, err);
    tell_problems(g, &g->base.wanted.problems, AGENT_PROBLEM);
    tell_problems(g, &g->base.wanted.warnings, AGENT_WARNING);
    return store_objects_put(g->base.store, &g->base.objects, err) && give_out(g, err);
}
