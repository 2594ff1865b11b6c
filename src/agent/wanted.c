/* wanted.c - from objects that change to what is wanted of the load balancers that they concern. */
#include <string.h>

#include "agent_priv.h"

enum {
    SAID_MAX = 10000,      /* problems that are remembered as told                */
    FACTS_ROOM = 64 * 1024 /* that facts may grow by before they are copied       */
};

/* ---- telling ------------------------------------------------------------------------------------
 */

static void tell_problems(struct agent *g, const translate_problems *list,
                          enum agent_event_kind kind)
{
    if (map_count(&g->said) > SAID_MAX)
        map_done(&g->said);
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

static void tell_outcome(struct agent *g, const struct translate_out *out)
{
    if (!out)
        return;
    tell_problems(g, &out->problems, AGENT_PROBLEM);
    tell_problems(g, &out->warnings, AGENT_WARNING);
}

/* What could not be read at all. */
static void tell_source(struct agent *g)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    translate_problems problems = { 0 };
    session_source_problems(&g->base, &a, &problems);
    tell_problems(g, &problems, AGENT_PROBLEM);
}

/* ---- what changed -------------------------------------------------------------------------------
 */

void wanted_note(struct agent *g, enum object_kind kind, const char *ns, const char *name)
{
    struct arena *a = &g->changes_arena;
    *LIST_PUSH(a, &g->changes.objects) =
        (struct translate_object){ kind, arena_strdup(a, ns), arena_strdup(a, name) };
    g->changed = true;
}

static void note_fact(struct agent *g, enum fact_kind kind, const char *key)
{
    struct arena *a = &g->changes_arena;
    *LIST_PUSH(a, &g->changes.facts) = (struct fact_need){ kind, arena_strdup(a, key) };
    g->changed = true;
}

void wanted_forget(struct agent *g, enum fact_kind kind, const char *key)
{
    if (!fact_value(&g->base.facts, kind, key))
        return;
    note_fact(g, kind, key);
    (void)fact_forget(&g->base.facts, kind, key);
}

void wanted_forget_lists(struct agent *g)
{
    const struct fact_set *facts = &g->base.facts;
    for (size_t i = facts->items.len; i; i--) {
        const struct fact *f = &facts->items.items[i - 1];
        if (f->kind == FACT_CERTIFICATES || f->kind == FACT_VSWITCHES)
            wanted_forget(g, f->kind, f->key);
    }
}

/* ---- facts ---------------------------------------------------------------------------------- */

static void add_need(struct agent *g, struct map *seen, struct fact_need n, fact_needs *to)
{
    n.key = arena_strdup(&g->facts_arena, n.key);
    const char *name = arena_fmt(&g->facts_arena, "%d %s", (int)n.kind, n.key);
    if (map_get(seen, name))
        return;
    map_put(seen, name, g);
    *LIST_PUSH(&g->facts_arena, to) = n;
}

/* What the load balancers lack that wait for it. */
static bool ask_facts(struct agent *g, struct error *err)
{
    struct map seen CLEANUP(map_done) = { 0 };
    fact_needs *needs = arena_alloc(&g->facts_arena, sizeof *needs);
    const struct map_entry *cursor = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor)) {
        const struct translate_out *out = b->lacks_facts ? translator_lb(g->tr, b->name) : NULL;
        for (size_t i = 0; out && i < out->needs.len; i++)
            add_need(g, &seen, out->needs.items[i], needs);
        if (b->certs_due)
            add_need(g, &seen, (struct fact_need){ FACT_CERTIFICATES, FACT_ALL }, needs);
    }
    return !needs->len || fact_reader_new(&g->facts, g->base.alb, needs, err);
}

/* Addresses that are asked for again leave their old answers behind: those that count, anew. */
static void renew_facts(struct agent *g)
{
    struct arena fresh = { 0 };
    struct fact_set facts;
    if (g->base.fact_arena.size < g->facts_lean + g->facts_lean / 4 + FACTS_ROOM)
        return;
    fact_set_pack(&fresh, &g->base.facts, &facts);
    arena_done(&g->base.fact_arena);
    g->base.fact_arena = fresh;
    g->base.facts = facts;
    g->facts_lean = fresh.size;
}

static void note_certificates_read(struct agent *g)
{
    const struct map_entry *cursor = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        b->certs_due = false;
}

static bool take_facts(struct agent *g, struct error *err)
{
    struct fact_set found = { 0 };
    struct error why;
    const int64_t now = session_now(&g->base);
    bool ok = fact_reader_result(g->facts, &g->base.fact_arena, now, &found, &why);
    fact_reader_free(g->facts);
    g->facts = NULL;
    arena_done(&g->facts_arena);
    if (!ok) {
        agent_tell(g, (struct agent_event){ .kind = AGENT_READ_FAILED, .err = &why });
        g->facts_due = now + g->config.reread_ms;
        return true;
    }
    for (size_t i = 0; i < found.items.len; i++)
        note_fact(g, found.items.items[i].kind, found.items.items[i].key);
    if (fact_find(&found, FACT_CERTIFICATES, FACT_ALL))
        note_certificates_read(g);
    bool put = session_put_facts(&g->base, &found, err);
    renew_facts(g);
    return put;
}

bool wanted_take(struct agent *g, const struct alb_result *r)
{
    return g->facts && fact_reader_take(g->facts, r);
}

/* ---- translation -------------------------------------------------------------------------------
 */

/* Of a translation of everything: those of which nothing else is wanted than before. */
struct giving {
    struct agent *g;
    struct map settled;
    bool failed;
    struct error *err;
};

static void giving_done(struct giving *giving)
{
    map_done(&giving->settled);
}

/* One is there, with its rows, and nobody knows yet what is to be kept of others. */
static void note_settled(void *arg, const char *lb)
{
    static const struct translate_out nothing;
    struct giving *giving = arg;
    struct agent *g = giving->g;
    struct balancer *b = balancer_get(g, lb);
    const struct translate_out *out = translator_lb(g->tr, lb);
    bool settled;
    if (giving->failed || out->needs.len)
        return;
    giving->failed = !balancer_settle(g, b, out, &nothing, &settled, giving->err);
    if (!giving->failed && settled)
        map_put(&giving->settled, b->name, b);
}

static void update(struct agent *g, struct giving *giving)
{
    struct session *s = &g->base;
    const struct translate_in settings = {
        .cluster_id = s->cluster_id,
        .vpc_id = s->config.vpc_id,
        .region = s->config.region,
        .backend_type = s->config.backend_type,
        .names = s->config.names,
        .quotas = s->quotas.set,
    };
    if (!g->tr)
        g->tr = translator_new(&settings);
    if (g->all_changed)
        translator_update_each(g->tr, &s->objects, &s->facts, session_wall(s), note_settled,
                               giving);
    else
        translator_update(g->tr, &s->objects, &s->facts, session_wall(s), &g->changes);
}

/* It is another than when an earlier run ended: so may be the pods behind its addresses. */
static void note_since(void *arg, const struct object *obj)
{
    address_note(arg, NULL, obj);
}

/* Is all there that there is?  Said at the start, and when it changes. */
static bool save_completeness(struct agent *g, struct error *err)
{
    const char *kind = g->base.objects.incomplete ? "INCOMPLETE" : "SYNCED";
    struct store_event event = { .at = session_now(&g->base), .kind = kind, .key = "source" };
    if (g->completeness && !strcmp(g->completeness, kind))
        return true;
    g->completeness = kind;
    return store_event_add(g->base.store, &event, err);
}

static bool save_all(struct agent *g, struct error *err)
{
    struct store *st = g->base.store;
    if (!store_objects_sync(st, &g->base.objects, session_now(&g->base), g->tr ? NULL : note_since,
                            g, err))
        return false;
    for (size_t i = 0; i < g->files.len; i++)
        if (!store_manifest_put(st, g->files.items[i].path, g->files.items[i].file,
                                &g->base.objects, err))
            return false;
    return store_manifests_trim(st, g->base.objects.objects.len, err);
}

static bool save_objects(struct agent *g, struct error *err)
{
    struct store *st = g->base.store;
    const int64_t now = session_now(&g->base);
    if (g->all_changed)
        return save_all(g, err);
    for (size_t i = 0; i < g->changes.objects.len; i++) {
        const struct translate_object *o = &g->changes.objects.items[i];
        const struct object *obj = object_set_find(&g->base.objects, o->kind, o->ns, o->name);
        if (obj ? !store_object_put(st, obj, now, err)
                : !store_object_delete(st, o->kind, o->ns, o->name, now, err))
            return false;
    }
    return true;
}

/* What is wanted of it now, or once the facts are there that it takes. */
static bool give_one(struct agent *g, struct balancer *b, struct error *err)
{
    static const struct translate_out nothing;
    const struct translate_out *out = translator_lb(g->tr, b->name);
    b->lacks_facts = out && out->needs.len;
    if (b->lacks_facts && !g->stopped)
        return true;
    tell_outcome(g, out);
    translator_wake(g->tr, b->name);
    return balancer_want(g, b, out ? out : &nothing, translator_strays(g->tr), err);
}

/* One after the other, as each is there with its rows only until the next. */
static bool give_all(struct agent *g, struct map *settled, struct error *err)
{
    const struct translate_out *strays = translator_strays(g->tr);
    const struct map_entry *cursor = NULL;
    if (strays->problems.len || strays->holds.len)
        map_done(settled);
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor)) {
        if (map_get(settled, b->name))
            tell_outcome(g, translator_lb(g->tr, b->name));
        else if (!give_one(g, b, err))
            return false;
        translator_rest(g->tr, (size_t)g->config.awake);
    }
    return true;
}

static bool give_changed(struct agent *g, struct error *err)
{
    const translate_names *changed = translator_changed(g->tr);
    for (size_t i = 0; i < changed->len; i++)
        if (!give_one(g, balancer_get(g, changed->items[i]), err))
            return false;
    return true;
}

/* Those that the last update concerns; after one of everything, or when rows need no longer be kept
 * wherever they are, all. */
static bool give_out(struct agent *g, struct giving *giving, struct error *err)
{
    const translate_names *changed = translator_changed(g->tr);
    const bool all = g->all_changed || translator_released(g->tr)->len;
    for (size_t i = 0; i < changed->len; i++)
        (void)balancer_get(g, changed->items[i]);
    if (giving->failed || !(all ? give_all(g, &giving->settled, err) : give_changed(g, err)))
        return false;
    tell_outcome(g, translator_strays(g->tr));
    return true;
}

static bool put_quarantine(struct agent *g, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    translate_problems problems;
    wanted_problems(g, &a, &problems);
    return session_put_quarantine(&g->base, &problems, g->quarantined, err);
}

static void begin_changes(struct agent *g)
{
    arena_done(&g->changes_arena);
    agent_forget_files(g);
    g->changes = (struct translate_changes){ 0 };
    g->all_changed = g->changed = false;
}

static bool run_update(struct agent *g, struct error *err)
{
    const bool all = g->all_changed;
    tell_source(g);
    if (!translate_has_roots(
            &g->base.objects)) { /* more likely a mistake than a wish (design.md §6) */
        g->changed = false;
        g->all_changed = true;
        return put_quarantine(g, err);
    }
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    if (!store_begin_lazy(&txn, g->base.store, err) || !events_start(g, err)
        || !save_objects(g, err) || !save_completeness(g, err))
        return false;
    struct giving giving CLEANUP(giving_done) = { .g = g, .err = err };
    update(g, &giving);
    bool ok = give_out(g, &giving, err) && put_quarantine(g, err) && store_commit(&txn, err);
    begin_changes(g);
    object_set_fold(&g->base.objects);
    translator_rest(g->tr, (size_t)g->config.awake);
    if (all)
        arena_return();
    return ok;
}

static bool is_due(const struct agent *g)
{
    return g->changed || (g->tr && translator_next(g->tr) <= session_wall(&g->base));
}

bool wanted_run(struct agent *g, int64_t *wait_ms, struct error *err)
{
    const int64_t now = session_now(&g->base);
    *wait_ms = -1;
    if (g->facts && !fact_reader_busy(g->facts) && !take_facts(g, err))
        return false;
    if (!g->have_objects)
        return true;
    if (is_due(g) && !run_update(g, err))
        return false;
    if (!g->facts && g->tr && !g->stopped && g->facts_due <= now && !ask_facts(g, err))
        return false;
    if (!g->facts && g->facts_due > now)
        *wait_ms = g->facts_due - now;
    const int64_t next = g->tr ? translator_next(g->tr) : INT64_MAX;
    const int64_t wall = session_wall(&g->base);
    if (next < INT64_MAX)
        *wait_ms = wait_sooner(*wait_ms, next > wall ? next - wall : 0);
    return true;
}

bool wanted_is_settled(const struct agent *g)
{
    return !g->facts && !(g->changed && g->have_objects);
}

/* One object may be in error for several load balancers. */
static void add_problems(struct map *seen, const struct translate_out *from, struct arena *a,
                         translate_problems *out)
{
    for (size_t i = 0; from && i < from->problems.len; i++) {
        const struct translate_problem *p = &from->problems.items[i];
        const char *key = arena_fmt(a, "%s %s/%s %s", p->kind, p->ns, p->name, p->message);
        if (map_get(seen, key))
            continue;
        map_put(seen, key, seen);
        *LIST_PUSH(a, out) = *p;
    }
}

void wanted_problems(const struct agent *g, struct arena *a, translate_problems *out)
{
    struct map seen CLEANUP(map_done) = { 0 };
    const struct map_entry *cursor = NULL;
    *out = (translate_problems){ 0 };
    session_source_problems(&g->base, a, out);
    if (!g->tr)
        return;
    add_problems(&seen, translator_strays(g->tr), a, out);
    for (struct balancer *b = balancer_next(g, &cursor); b; b = balancer_next(g, &cursor))
        add_problems(&seen, translator_lb(g->tr, b->name), a, out);
}

const struct secret *wanted_key(const struct agent *g, const char *certificate)
{
    const struct map_entry *cursor = NULL;
    for (struct balancer *b = balancer_next(g, &cursor); g->tr && b;
         b = balancer_next(g, &cursor)) {
        const struct translate_out *out = translator_lb(g->tr, b->name);
        for (size_t i = 0; out && i < out->secrets.len; i++)
            if (!strcmp(out->secrets.items[i].certificate, certificate))
                return &out->secrets.items[i].secret->tls->key;
    }
    return NULL;
}
