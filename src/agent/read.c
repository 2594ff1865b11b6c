/* read.c - translation with the facts it needs, and the sweep over what is there. */
#include <string.h>

#include "session_priv.h"

/* Facts are read, then translation runs again: what it now knows may show further needs
 * (a VPC, then the interfaces in it). */
enum { FACT_ROUNDS = 4 };

static bool take_fact(void *arg, const struct alb_result *r, struct error *err)
{
    (void)err;
    (void)fact_reader_take(arg, r);
    return true;
}

bool session_put_facts(struct session *s, const struct fact_set *found, struct error *err)
{
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    fact_put_all(&s->fact_arena, &s->facts, found);
    bool ok = store_begin_lazy(&txn, s->store, err);
    for (size_t i = 0; ok && i < found->items.len; i++) {
        const struct fact *f = &found->items.items[i];
        /* That there is none today is no fact to be remembered. */
        ok = !*f->value || store_fact_put(s->store, f, err);
    }
    return ok && store_commit(&txn, err);
}

bool session_read_facts(struct session *s, const fact_needs *needs, struct error *err)
{
    struct fact_reader *reader;
    if (!fact_reader_new(&reader, s->alb, needs, err))
        return false;
    bool ok = true;
    while (ok && fact_reader_busy(reader))
        ok = session_turn(s, -1, take_fact, reader, err);
    struct fact_set found = { 0 };
    ok = ok && fact_reader_result(reader, &s->fact_arena, session_now(s), &found, err)
         && session_put_facts(s, &found, err);
    fact_reader_free(reader);
    return ok;
}

static void run_translate(struct session *s)
{
    struct translate_in in = {
        .objects = &s->objects,
        .facts = &s->facts,
        .cluster_id = s->cluster_id,
        .vpc_id = s->config.vpc_id,
        .region = s->config.region,
        .backend_type = s->config.backend_type,
        .names = s->config.names,
        .quotas = s->quotas.set,
        .now_ms = session_wall(s),
    };
    s->wanted = (struct translate_out){ 0 };
    translate(&s->arena, &in, &s->wanted);
}

/* An address may belong to another pod, and so to another interface, than when it was last
 * asked about, and a certificate may have been renewed: what is remembered serves only those
 * who cannot ask. */
static void forget_passing(struct fact_set *facts)
{
    size_t kept = 0;
    for (size_t i = 0; i < facts->items.len; i++)
        if (facts->items.items[i].kind == FACT_VSWITCH)
            facts->items.items[kept++] = facts->items.items[i];
    facts->items.len = kept;
    facts->addresses = NULL;
}

bool session_translate(struct session *s, struct error *err)
{
    if (!session_note_start(s, err))
        return false;
    if (!s->config.n_files) {
        for (size_t i = 0; i < s->known.rows.len; i++)
            if (s->known.rows.items[i].desired)
                *LIST_PUSH(&s->arena, &s->wanted.desired.rows) = s->known.rows.items[i];
        return session_apply_pins(s, NULL, err);
    }
    if (s->alb)
        forget_passing(&s->facts);
    run_translate(s);
    for (int round = 0; s->alb && s->wanted.needs.len && round < FACT_ROUNDS; round++) {
        if (!session_read_facts(s, &s->wanted.needs, err))
            return false;
        run_translate(s);
    }
    if (s->alb && s->wanted.needs.len)
        return error_set(err, ERROR_BUG,
                         "translation still lacks %zu facts, the first of kind %s: %s",
                         s->wanted.needs.len, fact_kind_name(s->wanted.needs.items[0].kind),
                         s->wanted.needs.items[0].key);
    for (size_t i = 0; i < s->wanted.tombstones.len; i++)
        map_put(&s->tombstones, s->wanted.tombstones.items[i].lb,
                s->wanted.tombstones.items[i].from);
    session_keep_last_good(s);
    return session_apply_pins(s, NULL, err);
}

/* ---- the sweep ------------------------------------------------------------------------ */

static bool take_observation(void *arg, const struct alb_result *r, struct error *err)
{
    (void)err;
    (void)observe_take(arg, r);
    return true;
}

static bool is_asked_for(const struct session *s, const char *lb)
{
    for (size_t i = 0; i < s->wanted.lbs.len; i++)
        if (!strcmp(s->wanted.lbs.items[i].name, lb))
            return true;
    return false;
}

/* Load balancers that are asked for, by their objects or, when those were not read, by the
 * store: one that was taken over may carry no tag of ours, so its id is told. */
void session_wanted_lbs(struct session *s, struct observe_in *in)
{
    LIST_OF(struct observe_lb) lbs = { 0 };
    for (size_t i = 0; i < s->wanted.lbs.len; i++)
        *LIST_PUSH(&s->arena, &lbs) =
            (struct observe_lb){ .name = s->wanted.lbs.items[i].name,
                                 .reuse_id = s->wanted.lbs.items[i].reuse_id,
                                 .all_listeners = s->wanted.lbs.items[i].all_listeners };
    for (size_t i = 0; i < s->wanted.desired.rows.len; i++) {
        const struct resource *r = &s->wanted.desired.rows.items[i];
        if (r->kind == RESOURCE_LOAD_BALANCER && !is_asked_for(s, r->lb))
            *LIST_PUSH(&s->arena, &lbs) =
                (struct observe_lb){ .name = r->lb, .reuse_id = r->cloud_id };
    }
    in->lbs = lbs.items;
    in->n_lbs = lbs.len;
}

/* What this run created and the sweep does not show yet is there all the same. */
static void keep_created(struct session *s, const struct model *before, struct model *actual)
{
    int64_t now = session_now(s);
    const struct model seen = *actual;
    struct map ids CLEANUP(map_done) = { 0 };
    for (size_t i = 0; i < seen.rows.len; i++)
        if (seen.rows.items[i].cloud_id)
            map_put(&ids, seen.rows.items[i].cloud_id, s);
    for (size_t i = 0; i < before->rows.len; i++) {
        const struct resource *r = &before->rows.items[i];
        /* A rule that has become another is seen under the key of that. */
        if (r->created_at && now - r->created_at < session_list_lag(s) && r->actual && r->cloud_id
            && !map_get(&ids, r->cloud_id) && !model_find(&seen, r->lb, r->kind, r->key))
            *LIST_PUSH(&s->arena, &actual->rows) = *r;
    }
    model_sort(actual);
}

/* Has somebody changed what is there?  A reading says more of what we wrote than we did: that is
 * no change. */
static bool has_changed(const struct resource *r, const struct resource *now)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    change_list changes = { 0 };
    if (!r->actual || !now->actual)
        return r->actual || now->actual;
    (void)schema_diff(&a, resource_schema(r->kind), r->actual, now->actual, &changes);
    return changes.len > 0;
}

/* What the cloud refused for good it would refuse again.  A refusal of what is wanted is about
 * that; one of a delete can only be about what is there. */
static bool is_refused_still(const struct resource *r, const struct resource *now)
{
    return r->refused && resource_wants_same(r->kind, r->desired, now->desired)
           && (r->desired || !has_changed(r, now));
}

/* When this run created a resource, since when a group is unused, that it was refused, and who
 * asked for what was never done as asked for, outlive the reading.  Of what an earlier run began
 * and the first reading shows half done, nobody knows yet whether it will be done. */
static void carry_over(const struct model *before, struct model *after, bool first)
{
    for (size_t i = 0; i < before->rows.len; i++) {
        const struct resource *r = &before->rows.items[i];
        struct resource *to = model_find(after, r->lb, r->kind, r->key);
        if (!to)
            continue;
        to->refused = is_refused_still(r, to);
        to->held = to->held || to->refused;
        if (!to->actual)
            continue;
        if (!to->desired && !to->applied)
            to->desired_from = r->desired_from;
        to->created_at = first && !resource_is_stable(to) ? 0 : r->created_at;
        to->unused_since = r->unused_since;
    }
}

/* Rules may have stopped using a group behind our back, or while we were not running. */
static void note_unused(struct session *s)
{
    for (size_t first = 0, end; first < s->world.rows.len; first = end) {
        const char *lb = s->world.rows.items[first].lb;
        apply_note_unused(&s->arena, &s->world, lb, session_now(s), NULL);
        model_range(&s->world, lb, &first, &end);
    }
}

void session_join(struct session *s, struct model *actual)
{
    const struct model world = s->world, *before = s->observed ? &world : &s->known;
    struct model desired;
    session_add_certificates(s, actual);
    keep_created(s, before, actual);
    session_release_borrowed(s, before, actual, &desired);
    model_join(&s->arena, &desired, before, actual, &s->world);
    session_drop_borrowed(s);
    carry_over(before, &s->world, !s->observed);
    session_disown_rules(s);
    session_remember_moved(s, before);
    session_hold_unknown(s);
    session_hold_absent(s);
    note_unused(s);
    if (!s->observed)
        session_note_confirmed(s);
    s->observed = true;
}

static bool observe_once(struct session *s, struct error *err)
{
    const struct model before = s->world;
    const bool have_before = s->observed;
    struct observe_in in = { .alb = s->alb,
                             .cluster_id = s->cluster_id,
                             .known = have_before ? &before : &s->known,
                             .wanted = &s->wanted.desired };
    session_wanted_lbs(s, &in);
    struct observe *o;
    s->began_ms = session_now(s);
    if (!observe_new(&o, &in, err))
        return false;
    bool ok = true;
    while (ok && observe_busy(o))
        ok = session_turn(s, -1, take_observation, o, err);
    struct model actual = { 0 };
    ok = ok && observe_result(o, &s->arena, session_now(s), &actual, err);
    observe_free(o);
    if (!ok || !session_note_seen(s, &actual, err) || !session_read_certificates(s, err))
        return false;
    session_join(s, &actual);
    session_note_findings(s, have_before ? &before : &s->known);
    session_leave_findings(s);
    return true;
}

/* Is something wanted that is not seen, and may be there all the same? */
static bool is_unsure(const struct session *s)
{
    for (size_t i = 0; s->began_ms < s->sure_at && i < s->world.rows.len; i++) {
        const struct resource *r = &s->world.rows.items[i];
        if (r->desired && !r->actual && !r->held)
            return true;
    }
    return false;
}

bool session_observe(struct session *s, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    if (!observe_once(s, err))
        return false;
    if (!is_unsure(s))
        return true;
    if (s->config.say)
        s->config.say(
            arena_fmt(&a,
                      "the state file is new, though there was one before: what is lacking "
                      "is looked for again in %d s, before it is made",
                      (int)((s->sure_at - session_now(s) + 999) / 1000)));
    return session_sleep_until(s, s->sure_at, err) && observe_once(s, err);
}
