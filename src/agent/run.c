/* run.c - saving, planning and applying: rounds of changes, each followed by a fresh read. */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/digest.h"
#include "alb-agent/hash.h"
#include "alb-agent/json.h"
#include "session_priv.h"

/* All that is wanted of 'lb', as JSON. */
static const char *wanted_json(struct arena *a, const struct model *desired, const char *lb)
{
    cJSON *doc CLEANUP(json_done) = cJSON_CreateObject();
    struct buf row CLEANUP(buf_done) = { 0 };
    size_t first, end;
    model_range(desired, lb, &first, &end);
    for (size_t j = first; j < end; j++) {
        const struct resource *r = &desired->rows.items[j];
        buf_reset(&row);
        buf_adds(&row, "{\"desired\":");
        buf_adds(&row, schema_canonical(a, resource_schema(r->kind), r->desired));
        if (r->position)
            buf_addf(&row, ",\"position\":%" PRId64, r->position);
        buf_addc(&row, '}');
        cJSON_AddItemToObject(doc, arena_fmt(a, "%s %s", resource_kind_name(r->kind), r->key),
                              cJSON_CreateRaw(buf_str(&row)));
    }
    return json_canonical(a, doc);
}

/* Of all that is wanted of 'lb' but the servers of its groups; never 0. */
static uint64_t wanted_shape(const struct model *desired, const char *lb)
{
    uint64_t h = 0;
    size_t first, end;
    model_range(desired, lb, &first, &end);
    for (size_t j = first; j < end; j++) {
        const struct resource *r = &desired->rows.items[j];
        struct alb_server_group bare;
        const void *content = r->desired;
        if (r->kind == RESOURCE_SERVER_GROUP) {
            bare = *(const struct alb_server_group *)r->desired;
            bare.servers.items = NULL;
            bare.servers.len = 0;
            content = &bare;
        }
        h = digest_text(digest_number(h, (uint64_t)r->kind), r->key);
        h = schema_digest(resource_schema(r->kind), content,
                          digest_number(h, (uint64_t)r->position));
    }
    return h | 1;
}

/* Is all but the servers what was recorded last?  Notes it for the next time. */
static bool is_same_shape(const struct session *s, const char *lb, uint64_t *shape)
{
    const uint64_t now = wanted_shape(&s->wanted.desired, lb);
    const bool same = now == *shape;
    *shape = now;
    return same;
}

bool session_put_revisions(struct session *s, uint64_t *shape, struct error *err)
{
    for (size_t i = 0; i < s->wanted.lbs.len; i++) {
        const char *lb = s->wanted.lbs.items[i].name;
        struct arena a CLEANUP(arena_done) = { 0 };
        if (shape && is_same_shape(s, lb, shape))
            continue;
        if (!store_revision_put(s->store, lb, wanted_json(&a, &s->wanted.desired, lb),
                                s->wanted.lbs.items[i].origin, session_now(s), err))
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
        if (r->desired && r->actual && r->ours && !r->held && !resource_diff(&a, &s->world, r, NULL)
            && !resource_has_leftover(r))
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

void session_note_state(struct session *s)
{
    note_applied(s);
    note_empty(s, session_now(s));
}

/* What was read is said among the events. */
static bool say_read(struct session *s, struct error *err)
{
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    return s->config.mode != STORE_WRITE
           || (store_begin(&txn, s->store, err)
               && store_cloud_say(s->store, NULL, session_now(s), err)
               && session_note_read(s, NULL, OBSERVE_ALL, &(struct read_times){ s->began_ms, 0 },
                                    err)
               && store_commit(&txn, err));
}

/* Without manifests it is as whoever had some left it. */
static bool put_quarantine(struct session *s, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    char digest[SHA256_HEX] = "";
    translate_problems problems = { 0 };
    if (!s->config.n_files)
        return true;
    session_source_problems(s, &a, &problems);
    for (size_t i = 0; i < s->wanted.problems.len; i++)
        *LIST_PUSH(&a, &problems) = s->wanted.problems.items[i];
    return session_put_quarantine(s, &problems, digest, err);
}

bool session_save(struct session *s, struct error *err)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    size_t n = s->world.rows.len;
    bool *was_empty = arena_array(&scratch, n, sizeof *was_empty);
    for (size_t i = 0; i < n; i++)
        was_empty[i] = s->world.rows.items[i].empty_since != 0;
    session_note_state(s);
    bool ok = store_model_put(s->store, &s->world, err) && session_put_revisions(s, NULL, err)
              && session_put_findings(s, s->store, err) && put_quarantine(s, err)
              && say_read(s, err);
    /* This run must not act on what it has itself seen first. */
    for (size_t i = 0; i < n; i++)
        if (!was_empty[i])
            s->world.rows.items[i].empty_since = 0;
    return ok;
}

struct plan_in session_plan_input(const struct session *s)
{
    return (struct plan_in){
        .model = &s->world,
        .now_ms = session_now(s),
        .keep_all = s->objects.incomplete,
        .allow_destroy = s->config.allow_destroy,
        .confirmed = &s->confirmed,
        .destroy = s->config.destroy,
        .tombstones = &s->tombstones,
        .batch_rules = s->config.batch_rules,
        .batch_servers = s->config.batch_servers,
        .batches = &s->batches,
        .quotas = &s->quotas,
        .max_age_ms = s->config.read_max_age_ms,
    };
}

void session_plan(struct session *s, struct arena *a, struct plan *out)
{
    const struct plan_in in = session_plan_input(s);
    if (s->config.only)
        plan_build_lb(a, &in, s->config.only, out);
    else
        plan_build(a, &in, out);
    session_offer_confirmation(s, a, out);
    session_warn_left(s, a, out);
}

/* ---- apply ------------------------------------------------------------------------------ */

static bool take_applied(void *arg, const struct alb_result *r, struct error *err)
{
    bool taken;
    return apply_take(arg, r, &taken, err);
}

void session_touch_all(const struct session *s, struct apply *ap)
{
    for (size_t i = 0; i < s->world.rows.len; i++)
        if (!i || strcmp(s->world.rows.items[i].lb, s->world.rows.items[i - 1].lb) != 0)
            apply_touch(ap, s->world.rows.items[i].lb, true, session_now(s));
}

/* One round: until nothing more can be sent. */
static bool round_run(struct session *s, const struct apply_in *in, const volatile bool *stop,
                      struct session_result *out, struct error *err)
{
    struct apply *ap;
    if (!apply_new(&ap, in, err))
        return false;
    session_touch_all(s, ap);
    bool ok = true;
    while (ok) {
        if (stop && *stop)
            apply_stop(ap);
        int64_t wait;
        ok = apply_run(ap, session_now(s), &wait, err);
        if (!ok || apply_idle(ap))
            break;
        ok = session_turn(s, wait, take_applied, ap, err);
    }
    struct apply_counts c = apply_counts(ap);
    if (!out->counts.failed)
        out->counts.first = c.first;
    out->counts.done += c.done;
    out->counts.failed += c.failed;
    out->counts.kinds |= c.kinds;
    out->counts.denied = out->counts.denied || c.denied;
    out->counts.stale = c.stale;
    out->counts.why_stale = c.why_stale;
    apply_free(ap);
    return ok;
}

/* What can be sent now, as one digest: equal plans have equal ones. */
static const char *ready_digest(struct session *s, const struct plan *plan)
{
    struct buf b CLEANUP(buf_done) = { .max = (size_t)1 << 30 };
    char hex[SHA256_HEX];
    for (size_t i = 0; i < plan->steps.len; i++) {
        const struct step *step = &plan->steps.items[i];
        for (size_t k = 0; !step->waits && k < step->params.len; k++)
            buf_addf(&b, "%s %s=%s\n", step->action, step->params.items[k].name,
                     step->params.items[k].value);
    }
    return arena_strdup(&s->arena, hash_sha256_hex(buf_str(&b), b.len, hex));
}

/* What is left after a fresh read: is anything, and may any of it be sent? */
static bool is_anything_ready(struct session *s, struct session_result *out, bool *pending,
                              const char **digest)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct plan plan = { 0 };
    session_plan(s, &a, &plan);
    out->in_sync = plan.steps.len == 0 && plan.refusals.len == 0;
    out->waits = NULL;
    *pending = false;
    *digest = ready_digest(s, &plan);
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
    VAIN_ROUNDS = 2,       /* of the same changes, all done, that a fresh read does not show     */
    ROUNDS = 12,           /* of changes and fresh reads; each but the last made progress */
    STALE_ROUNDS = 3,      /* in a row that changed nothing because the reading was stale */
    PENDING_WAIT_MS = 1000 /* until what somebody else's change left is read again         */
};

static bool wait_a_while(struct session *s, struct error *err)
{
    return session_sleep_until(s, session_now(s) + PENDING_WAIT_MS, err);
}

static bool refresh(struct session *s, struct error *err)
{
    return session_observe(s, err) && session_save(s, err);
}

static const struct secret *find_key(void *arg, const char *certificate)
{
    const struct session *s = arg;
    for (size_t i = 0; i < s->wanted.secrets.len; i++)
        if (!strcmp(s->wanted.secrets.items[i].certificate, certificate))
            return &s->wanted.secrets.items[i].secret->tls->key;
    return NULL;
}

bool session_scope(void *arg, const char *lb, struct apply_scope *out)
{
    struct session *s = arg;
    *out = (struct apply_scope){
        .plan = session_plan_input(s),
        .model = &s->world,
        .arena = &s->arena,
        .closed = s->config.only && strcmp(lb, s->config.only) != 0,
    };
    return true;
}

static struct apply_in apply_input(struct session *s, apply_event_fn *event, void *arg, int round)
{
    return (struct apply_in){
        .alb = s->alb,
        .store = s->store,
        .scope = session_scope,
        .scope_arg = s,
        .seed = s->seed + (uint64_t)round + 1,
        .batch_arena = &s->arena,
        .batches = &s->batches,
        .quotas = &s->quotas,
        .region = s->config.region,
        .key = find_key,
        .key_arg = s,
        .event = event,
        .event_arg = arg,
    };
}

/* What a reading after the last round still contradicts, has failed. */
static void count_stale(struct session_result *out)
{
    if (out->in_sync || !out->counts.stale)
        return;
    if (!out->counts.failed)
        out->counts.first = out->counts.why_stale;
    out->counts.failed += out->counts.stale;
    out->counts.kinds |= 1U << out->counts.why_stale.kind;
}

/* The cloud took the same changes again and again and shows none of them: one more write would
 * not help, and every later run would do the same. */
static void count_vain(struct session_result *out)
{
    struct error why;
    (void)error_set(&why, ERROR_CONFLICT,
                    "the cloud accepted the same changes %d times and does not show them; see "
                    "'alb-agent plan' for what differs, and report it",
                    VAIN_ROUNDS);
    if (!out->counts.failed)
        out->counts.first = why;
    out->counts.failed++;
    out->counts.kinds |= 1U << why.kind;
}

/* The first round runs even when nothing can be sent: it closes what an earlier run left in
 * the journal. */
bool session_apply(struct session *s, apply_event_fn *event, void *arg, const volatile bool *stop,
                   struct session_result *out, struct error *err)
{
    *out = (struct session_result){ 0 };
    bool pending, ok = true, done = false;
    const char *digest;
    bool ready = is_anything_ready(s, out, &pending, &digest);
    int fruitless = 0, vain = 0;
    for (int round = 0; ok && !done && round < ROUNDS && !(stop && *stop); round++) {
        size_t before = out->counts.done;
        bool was_ready = ready;
        const char *sent = digest;
        const struct apply_in in = apply_input(s, event, arg, round);
        ok = round_run(s, &in, stop, out, err);
        if (!ok || (!ready && !pending))
            break;
        fruitless = out->counts.done > before ? 0 : fruitless + 1;
        ok = (!fruitless || wait_a_while(s, err)) && refresh(s, err);
        ready = ok && is_anything_ready(s, out, &pending, &digest);
        vain = ready && !fruitless && !strcmp(digest, sent) ? vain + 1 : 0;
        /* What could be sent was refused: again would be the same, unless it was for what we
         * had not read. */
        bool again = out->counts.stale && fruitless < STALE_ROUNDS;
        done = (!ready && !pending) || (was_ready && fruitless && !again) || vain == VAIN_ROUNDS;
    }
    count_stale(out);
    if (vain == VAIN_ROUNDS)
        count_vain(out);
    struct alb_stats stats = alb_stats(s->alb);
    out->writes = (size_t)stats.writes;
    out->reads = (size_t)stats.reads;
    return ok;
}
