/* run.c - saving, planning and applying: rounds of changes, each followed by a fresh read. */
#include <string.h>

#include "alb-agent/json.h"
#include "session_priv.h"

static bool put_revisions(struct session *s, struct error *err)
{
    for (size_t i = 0; i < s->wanted.lbs.len; i++) {
        const char *lb = s->wanted.lbs.items[i].name;
        struct arena a CLEANUP(arena_done) = { 0 };
        cJSON *doc CLEANUP(json_done) = cJSON_CreateObject();
        size_t first, end;
        model_range(&s->wanted.desired, lb, &first, &end);
        for (size_t j = first; j < end; j++) {
            const struct resource *r = &s->wanted.desired.rows.items[j];
            const char *name = arena_fmt(&a, "%s %s", resource_kind_name(r->kind), r->key);
            cJSON *row = cJSON_CreateObject();
            if (r->position)
                cJSON_AddItemToObject(row, "position", json_new_int(r->position));
            cJSON_AddItemToObject(
                row, "desired",
                cJSON_CreateRaw(schema_canonical(&a, resource_schema(r->kind), r->desired)));
            cJSON_AddItemToObject(doc, name, row);
        }
        if (!store_revision_put(s->store, lb, json_canonical(&a, doc),
                                s->wanted.lbs.items[i].origin, session_now(), err))
            return false;
    }
    return true;
}

/* Wanted as it is there, whether we made it or not: then it is applied. */
static void note_applied(struct session *s)
{
    for (size_t i = 0; i < s->world.rows.len; i++) {
        struct resource *r = &s->world.rows.items[i];
        struct arena a CLEANUP(arena_done) = { 0 };
        if (r->desired && r->actual && r->ours && !r->held
            && !resource_diff(&a, &s->world, r, NULL))
            r->applied = r->desired;
    }
}

/* A group whose wanted servers are none, while there are some: seen for the first time now,
 * acted upon when a later run sees it again (design.md §6). */
static void note_empty(struct session *s, int64_t now_ms)
{
    for (size_t i = 0; i < s->world.rows.len; i++) {
        struct resource *r = &s->world.rows.items[i];
        if (r->kind != RESOURCE_SERVER_GROUP || !r->desired || !r->actual)
            continue;
        const struct alb_server_group *want = r->desired, *have = r->actual;
        bool empty = want->servers.items && !want->servers.len && have->servers.len;
        r->empty_since = !empty ? 0 : r->empty_since ? r->empty_since : now_ms;
    }
}

bool session_save(struct session *s, struct error *err)
{
    struct model before = { 0 };
    for (size_t i = 0; i < s->world.rows.len; i++)
        *LIST_PUSH(&s->arena, &before.rows) = s->world.rows.items[i];
    note_applied(s);
    note_empty(s, session_now());
    bool ok = store_model_put(s->store, &s->world, err) && put_revisions(s, err);
    /* This run must not act on what it has itself seen first. */
    for (size_t i = 0; i < s->world.rows.len; i++)
        s->world.rows.items[i].empty_since = before.rows.items[i].empty_since;
    return ok;
}

void session_plan(struct session *s, struct arena *a, struct plan *out)
{
    struct plan_in in = {
        .model = &s->world,
        .now_ms = session_now(),
        .keep_all = s->objects.incomplete,
        .allow_destroy = s->config.allow_destroy,
        .destroy = s->config.destroy,
    };
    plan_build(a, &in, out);
}

/* ---- apply ------------------------------------------------------------------------------ */

static bool take_applied(void *arg, const struct alb_result *r, struct error *err)
{
    bool taken;
    return apply_take(arg, r, &taken, err);
}

/* One round: until nothing more can be sent. */
static bool round_run(struct session *s, const struct apply_in *in, const volatile bool *stop,
                      struct session_result *out, struct error *err)
{
    struct apply *ap;
    if (!apply_new(&ap, in, err))
        return false;
    bool ok = true;
    while (ok) {
        if (stop && *stop)
            apply_stop(ap);
        int64_t wait;
        ok = apply_run(ap, session_now(), &wait, err);
        if (!ok || apply_idle(ap))
            break;
        ok = session_turn(s, wait, take_applied, ap, err);
    }
    struct apply_counts c = apply_counts(ap);
    if (!out->counts.failed)
        out->counts.first = c.first;
    out->counts.done += c.done;
    out->counts.failed += c.failed;
    out->counts.denied = out->counts.denied || c.denied;
    out->counts.stale = c.stale;
    apply_free(ap);
    return ok;
}

/* What is left after a fresh read: is anything, and may any of it be sent? */
static bool is_anything_ready(struct session *s, struct session_result *out, bool *pending)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct plan plan = { 0 };
    session_plan(s, &a, &plan);
    out->in_sync = plan.steps.len == 0 && plan.refusals.len == 0;
    out->waits = NULL;
    *pending = false;
    bool ready = false;
    for (size_t i = 0; i < plan.steps.len; i++) {
        const char *waits = plan.steps.items[i].waits;
        if (!waits)
            ready = true;
        else if (!out->waits)
            out->waits = arena_strdup(&s->arena, waits);
    }
    for (size_t i = 0; i < s->world.rows.len; i++) {
        const struct resource *r = &s->world.rows.items[i];
        *pending = *pending || (r->ours && r->actual && r->desired && !resource_is_stable(r));
    }
    return ready;
}

enum {
    ROUNDS = 12,           /* of changes and fresh reads; each but the last made progress */
    PENDING_WAIT_MS = 1000 /* until a state that somebody else's change left is read again */
};

static bool take_nothing(void *arg, const struct alb_result *r, struct error *err)
{
    (void)arg;
    (void)r;
    (void)err;
    return true;
}

static bool wait_a_while(struct session *s, struct error *err)
{
    int64_t until = session_now() + PENDING_WAIT_MS;
    while (session_now() < until)
        if (!session_turn(s, until - session_now(), take_nothing, NULL, err))
            return false;
    return true;
}

static bool refresh(struct session *s, struct error *err)
{
    return session_observe(s, err) && session_save(s, err);
}

bool session_apply(struct session *s, apply_event_fn *event, void *arg, const volatile bool *stop,
                   struct session_result *out, struct error *err)
{
    *out = (struct session_result){ 0 };
    bool pending, ok = true;
    bool ready = is_anything_ready(s, out, &pending);
    for (int round = 0; ok && round < ROUNDS && (ready || pending) && !(stop && *stop); round++) {
        size_t before = out->counts.done;
        bool was_ready = ready;
        struct apply_in in = {
            .alb = s->alb,
            .store = s->store,
            .model = &s->world,
            .arena = &s->arena,
            .cluster_id = s->cluster_id,
            .seed = s->seed + (uint64_t)round + 1,
            .keep_all = s->objects.incomplete,
            .allow_destroy = s->config.allow_destroy,
            .destroy = s->config.destroy,
            .event = event,
            .event_arg = arg,
        };
        ok = round_run(s, &in, stop, out, err);
        if (ok && !ready && pending)
            ok = wait_a_while(s, err);
        ok = ok && refresh(s, err);
        if (!ok)
            break;
        ready = is_anything_ready(s, out, &pending);
        if (was_ready && out->counts.done == before)
            break; /* what could be sent was refused: again would be the same */
    }
    struct alb_stats stats = alb_stats(s->alb);
    out->writes = (size_t)stats.writes;
    out->reads = (size_t)stats.reads;
    return ok;
}
