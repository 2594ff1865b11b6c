/* lane.c - one change at a time: load, intend, send, take the reply, retry or give up. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "apply_priv.h"

struct lane *lane_get(struct apply *ap, const struct step *step)
{
    struct lane *lane = map_get(&ap->lanes, step->lane);
    if (lane)
        return lane;
    struct arena memory = { 0 };
    lane = arena_alloc(&memory, sizeof *lane);
    lane->memory = memory;
    lane->key = arena_strdup(&lane->memory, step->lane);
    lane->site = site_get(ap, step->lb);
    lane->family = step->family;
    map_put(&ap->lanes, lane->key, lane);
    return lane;
}

void lane_free(struct lane *lane)
{
    arena_done(&lane->arena);
    struct arena memory = lane->memory; /* it lives in it */
    arena_done(&memory);
}

/* Back to idle, the step is over. */
void lane_unload(struct lane *lane)
{
    arena_done(&lane->arena);
    lane->step = (struct step){ 0 };
    lane->wait = 0;
    lane->doubt = lane->resend = false;
    lane->call = 0;
    lane->journal = 0;
}

void lane_transition(struct lane *lane, enum lane_state to, int64_t now_ms)
{
    lane->state = to;
    lane->since_ms = now_ms;
    if (to == LANE_IDLE && !lane->resend)
        lane_unload(lane);
}

/* ---- loading ------------------------------------------------------------------------ */

/* Is this a parameter of a second or later member of the batch: "Rules.2.Priority"? */
static bool is_later_member(const char *name)
{
    static const char *const lists[] = { "Rules.", "RuleIds.", "AScripts.", "AScriptIds." };
    for (size_t i = 0; i < COUNT(lists); i++) {
        const size_t n = strlen(lists[i]);
        if (!strncmp(name, lists[i], n))
            return name[n] != '1' || (name[n + 1] && name[n + 1] != '.');
    }
    return false;
}

/* Does the call change several resources of which one may be to blame? */
static bool is_batch(const struct step *step)
{
    for (size_t i = 0; i < step->params.len; i++)
        if (is_later_member(step->params.items[i].name))
            return true;
    return false;
}

static void copy_items(struct lane *lane, const struct step *step)
{
    size_t n = lane->single && is_batch(step) ? 1 : step->items.len;
    lane->step.items.items = NULL;
    lane->step.items.len = 0;
    for (size_t i = 0; i < n; i++) {
        const struct step_item *from = &step->items.items[i];
        struct step_item *to = LIST_PUSH(&lane->arena, &lane->step.items);
        *to = *from;
        to->key = arena_strdup(&lane->arena, from->key);
        to->parent = arena_strdup(&lane->arena, from->parent ? from->parent : "");
        to->own_id = from->own_id ? arena_strdup(&lane->arena, from->own_id) : NULL;
        to->id = from->id ? arena_strdup(&lane->arena, from->id) : NULL;
        to->aside = from->aside ? arena_strdup(&lane->arena, from->aside) : NULL;
        if (from->after)
            to->after =
                schema_copy(&lane->arena, resource_schema(from->kind), from->after, 0, NULL, NULL);
    }
}

/* Takes up an intent that an earlier run left without an outcome, when this is the same
 * call: with its token the cloud does it once (alb-semantics.md §7). */
static bool take_left(struct apply *ap, struct lane *lane, const char *params)
{
    for (size_t i = 0; i < ap->left.len; i++) {
        struct store_call *c = &ap->left.items[i];
        if (!c->id || !c->client_token || strcmp(c->action, lane->step.action) != 0
            || strcmp(c->lane, lane->key) != 0 || strcmp(c->params, params) != 0)
            continue;
        (void)snprintf(lane->token, sizeof lane->token, "%s", c->client_token);
        lane->journal = c->id;
        c->id = 0;
        return true;
    }
    return false;
}

/* The flat parameters as one JSON object, for the journal; none of them is secret. */
static const char *params_text(struct arena *a, const alb_params *params)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addc(&b, '{');
    for (size_t i = 0; i < params->len; i++) {
        if (i)
            buf_addc(&b, ',');
        buf_add_json(&b, params->items[i].name);
        buf_addc(&b, ':');
        buf_add_json(&b, params->items[i].value);
    }
    buf_addc(&b, '}');
    return buf_keep(&b, a);
}

void lane_load(struct apply *ap, struct lane *lane, const struct step *step)
{
    struct arena *a = &lane->arena;
    lane->step = *step;
    lane->step.lb = lane->site->name;
    lane->step.lane = lane->key;
    lane->step.action = arena_strdup(a, step->action);
    lane->step.cause = arena_strdup(a, step->cause ? step->cause : "");
    lane->step.changes.items = NULL; /* for the plan's display, not for the call */
    lane->step.changes.len = 0;
    lane->step.after.items = NULL;
    lane->step.after.len = 0;
    lane->step.params.items = NULL;
    lane->step.params.len = 0;
    for (size_t i = 0; i < step->params.len; i++) {
        const struct alb_param *p = &step->params.items[i];
        if (lane->single && is_later_member(p->name))
            continue;
        *LIST_PUSH(a, &lane->step.params) =
            (struct alb_param){ arena_strdup(a, p->name), arena_strdup(a, p->value) };
    }
    copy_items(lane, step);
    if (!take_left(ap, lane, params_text(a, &lane->step.params)))
        rng_uuid(&ap->rng, lane->token);
}

/* ---- sending ------------------------------------------------------------------------ */

static const char *subjects(struct lane *lane)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < lane->step.items.len; i++)
        buf_addf(&b, "%s%s %s", i ? ", " : "", resource_kind_name(lane->step.items.items[i].kind),
                 lane->step.items.items[i].key);
    return buf_keep(&b, &lane->arena);
}

static bool takes_token(const struct lane *lane)
{
    const struct alb_action *action = alb_action_find(lane->step.action);
    return action && action->token;
}

bool lane_intent(struct apply *ap, struct lane *lane, int64_t now_ms, struct error *err)
{
    if (lane->journal) /* it is there already: sent again with its token */
        return true;
    struct store_call call = {
        .lane = lane->key,
        .lb = lane->site->name,
        .resource = subjects(lane),
        .action = lane->step.action,
        .client_token = takes_token(lane) ? lane->token : NULL,
        .params = params_text(&lane->arena, &lane->step.params),
        .cause = lane->step.cause,
        .sent_at = now_ms,
    };
    if (!store_call_intent(ap->in.store, &call, err))
        return error_wrap(err, "journal of %s", lane->step.action);
    lane->journal = call.id;
    return true;
}

static void tell(struct apply *ap, const struct lane *lane, enum apply_event_kind kind,
                 const struct error *why, int64_t wait_ms, int64_t now_ms)
{
    const struct apply_event event = {
        .kind = kind,
        .step = &lane->step,
        .err = why,
        .wait_ms = wait_ms,
        .at_ms = now_ms,
        .took_ms = kind == APPLY_SENT ? 0 : now_ms - lane->began_ms,
        .waited_ms =
            kind == APPLY_SENT && lane->site->edited_ms ? now_ms - lane->site->edited_ms : -1,
        .blocked = lane->blocked,
    };
    if (ap->in.event)
        ap->in.event(ap->in.event_arg, &event);
}

/* The parameters as they are sent, the key of a certificate in its place: the client copies
 * them.  False when there is no such key. */
static bool fill_params(struct apply *ap, struct lane *lane, alb_params *out, struct error *err)
{
    const size_t n = strlen(STEP_KEY_PREFIX);
    for (size_t i = 0; i < lane->step.params.len; i++) {
        struct alb_param p = lane->step.params.items[i];
        if (!strncmp(p.value, STEP_KEY_PREFIX, n)) {
            const char *name = arena_strndup(&lane->arena, p.value + n, strcspn(p.value + n, ")"));
            const struct secret *key = ap->in.key ? ap->in.key(ap->in.key_arg, name) : NULL;
            if (!key || !key->data)
                return error_set(err, ERROR_INVALID,
                                 "the Secret that holds the private key of certificate %s is not "
                                 "at hand; give its manifest with -f",
                                 name);
            p.value = key->data;
        }
        *LIST_PUSH(&lane->arena, out) = p;
    }
    if (takes_token(lane))
        *LIST_PUSH(&lane->arena, out) = (struct alb_param){ "ClientToken", lane->token };
    return true;
}

bool lane_send(struct apply *ap, struct lane *lane, int64_t now_ms, struct error *err)
{
    lane->began_ms = now_ms;
    tell(ap, lane, APPLY_SENT, NULL, 0, now_ms);
    lane->site->edited_ms = 0;
    alb_params params = { 0 };
    lane->tries++;
    lane->resend = false;
    struct error why;
    lane->call = 0;
    if (fill_params(ap, lane, &params, &why))
        lane->call = alb_begin(ap->in.alb, lane->step.action, &params,
                               lane->step.urgent ? ALB_URGENT : ALB_NORMAL, &why);
    if (lane->call) {
        lane_transition(lane, LANE_SENT, now_ms);
        return true;
    }
    const struct store_outcome o = { .state = "failed", .done_at = now_ms };
    if (!store_call_done(ap->in.store, lane->journal, &o, err))
        return error_wrap(err, "journal of %s", lane->step.action);
    lane_fail(ap, lane, &why, -1, now_ms);
    return true;
}

/* ---- replies ------------------------------------------------------------------------ */

/* May this call have happened?  A repeat that did not get there, or was put off, says nothing of
 * the attempt before it; only a refusal of the call itself does. */
static bool is_in_doubt(const struct lane *lane, const struct alb_result *r)
{
    if (r->ok || r->unknown || !lane->doubt)
        return !r->ok && r->unknown;
    switch (r->err.kind) {
    case ERROR_INVALID:
    case ERROR_NOT_FOUND:
    case ERROR_CONFLICT:
    case ERROR_QUOTA: return !r->err.http_status;
    case ERROR_THROTTLED:
    case ERROR_TRANSIENT:
    case ERROR_BUSY:
    case ERROR_DENIED:
    case ERROR_BUG:
    case ERROR_NONE: break;
    }
    return true;
}

static bool journal_outcome(struct apply *ap, const struct lane *lane, const struct alb_result *r,
                            struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct store_outcome o = {
        .state = r->ok         ? "done"
                 : lane->doubt ? "unknown"
                               : "failed",
        .done_at = r->done_ms,
        .http_status = r->ok ? 200 : r->err.http_status,
        .code = r->ok || !*r->err.code ? NULL : r->err.code,
        .request_id = *r->request_id ? r->request_id : NULL,
        .reply = r->reply ? json_canonical(&a, r->reply) : NULL,
    };
    return store_call_done(ap->in.store, lane->journal, &o, err);
}

/* The outcome, and what was created: a run that ends here must leave both or none, or the next
 * one makes it again while no list shows it. */
static bool record_reply(struct apply *ap, struct lane *lane, const struct alb_result *r,
                         struct error *err)
{
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    if (!store_begin_lazy(&txn, ap->in.store, err))
        return false;
    if (r->ok)
        effect_begun(ap, lane, r);
    return (!r->ok || effect_record(ap, lane, err)) && journal_outcome(ap, lane, r, err)
           && store_commit(&txn, err);
}

bool lane_take_reply(struct apply *ap, struct lane *lane, const struct alb_result *r,
                     struct error *err)
{
    lane->call = 0;
    lane->doubt = is_in_doubt(lane, r);
    if (!record_reply(ap, lane, r, err))
        return error_wrap(err, "journal of %s", lane->step.action);
    bool smaller = false;
    if (!r->ok && !shrink_batch(ap, lane, &r->err, r->done_ms, &smaller, err))
        return error_wrap(err, "size of %s", lane->step.action);
    if (!r->ok && !note_quota(ap, &r->err, r->done_ms, err))
        return error_wrap(err, "quota of %s", lane->step.action);
    if (smaller) {
        lane_split(ap, lane, &r->err, r->done_ms);
        return true;
    }
    if (!r->ok) {
        lane->resend = lane->doubt && takes_token(lane);
        lane_fail(ap, lane, &r->err, r->retry_after_ms, r->done_ms);
        return true;
    }
    if (!poll_begin(ap, lane, r))
        return lane_complete(ap, lane, r->done_ms, err);
    lane_transition(lane, LANE_POLLING, r->done_ms);
    return true;
}

bool lane_complete(struct apply *ap, struct lane *lane, int64_t now_ms, struct error *err)
{
    if (!effect_done(ap, lane, now_ms, err))
        return error_wrap(err, "recording %s", lane->step.action);
    lane->dns_name = NULL;
    tell(ap, lane, APPLY_DONE, NULL, 0, now_ms);
    ap->counts.done++;
    lane->tries = 0;
    lane_transition(lane, LANE_IDLE, now_ms);
    lane->site->dirty = true;
    return true;
}

/* ---- failures ------------------------------------------------------------------------- */

/* Half to all of an exponential delay, so that lanes do not come back together. */
static int64_t retry_delay(struct apply *ap, const struct lane *lane, int64_t retry_after_ms)
{
    const struct apply_pace *pace = &ap->in.pace[lane->family];
    int64_t delay = pace->first_retry_ms;
    for (int i = 1; i < lane->tries && delay < pace->longest_retry_ms; i++)
        delay *= 2;
    if (delay > pace->longest_retry_ms)
        delay = pace->longest_retry_ms;
    delay = delay / 2 + (int64_t)rng_below(&ap->rng, (uint64_t)delay / 2 + 1);
    return retry_after_ms > delay ? retry_after_ms : delay;
}

static void retry_later(struct apply *ap, struct lane *lane, const struct error *why,
                        int64_t retry_after_ms, int64_t now_ms)
{
    int64_t delay = retry_delay(ap, lane, retry_after_ms);
    lane->why = *why;
    tell(ap, lane, APPLY_RETRY, why, delay, now_ms);
    lane->due_ms = now_ms + delay;
    lane_transition(lane, LANE_BACKOFF, now_ms);
}

/* Leaves the resources of the step as they are for the rest of this run. */
static void hold(struct apply *ap, const struct lane *lane)
{
    struct apply_scope scope;
    for (size_t i = 0; lane_scope(ap, lane, &scope) && i < lane->step.items.len; i++) {
        const struct step_item *item = &lane->step.items.items[i];
        struct resource *row = model_find(scope.model, lane->site->name, item->kind, item->key);
        if (row)
            row->held = row->refused = true;
    }
}

static void end_step(struct lane *lane, int64_t now_ms)
{
    lane->tries = 0;
    lane->resend = false;
    lane->site->dirty = true;
    lane_transition(lane, LANE_IDLE, now_ms);
}

void lane_split(struct apply *ap, struct lane *lane, const struct error *why, int64_t now_ms)
{
    tell(ap, lane, APPLY_RETRY, why, 0, now_ms);
    end_step(lane, now_ms);
}

static void count_failed(struct apply *ap, struct lane *lane, const struct error *why,
                         int64_t now_ms)
{
    lane->why = *why;
    tell(ap, lane, APPLY_FAILED, why, 0, now_ms);
    ap->counts.kinds |= 1U << why->kind;
    if (!ap->counts.failed++)
        ap->counts.first = *why;
    end_step(lane, now_ms);
}

void lane_give_up(struct apply *ap, struct lane *lane, const struct error *why, int64_t now_ms)
{
    lane->blocked = true;
    count_failed(ap, lane, why, now_ms);
}

void lane_reread(struct apply *ap, struct lane *lane, const struct error *why, int64_t now_ms)
{
    lane->why = *why;
    lane->blocked = true;
    tell(ap, lane, APPLY_RETRY, why, 0, now_ms);
    if (!ap->counts.stale++)
        ap->counts.why_stale = *why;
    end_step(lane, now_ms);
}

/* One member a call, until the one that is refused is found; the others go on together. */
static void blame(struct apply *ap, struct lane *lane, const struct error *why, int64_t now_ms)
{
    if (is_batch(&lane->step)) {
        lane->single = true;
        retry_later(ap, lane, why, -1, now_ms);
        return;
    }
    lane->single = false;
    hold(ap, lane);
    count_failed(ap, lane, why, now_ms);
}

/* Is one of ours of that kind among the parameters? */
static bool names_ours(const struct apply *ap, const struct lane *lane, enum resource_kind kind)
{
    struct apply_scope scope;
    for (size_t i = 0; lane_scope(ap, lane, &scope) && i < scope.model->rows.len; i++) {
        const struct resource *r = &scope.model->rows.items[i];
        for (size_t k = 0; r->kind == kind && r->ours && k < lane->step.params.len; k++)
            if (r->cloud_id && !strcmp(r->cloud_id, lane->step.params.items[k].value))
                return true;
    }
    return false;
}

/* What was not found is one of those that we make ourselves: then the model is stale.  A
 * certificate or a vSwitch that does not exist is a mistake in the object that names it. */
static bool is_missing_ours(const struct apply *ap, const struct lane *lane,
                            const struct error *why)
{
    if (!strcasecmp(why->code, "ResourceNotFound.Certificate"))
        return names_ours(ap, lane, RESOURCE_CERTIFICATE);
    if (!strcasecmp(why->code, "ResourceNotFound.Acl"))
        return names_ours(ap, lane, RESOURCE_ACL);
    static const char *const ours[] = { "LoadBalancer",  "Listener", "Rule",   "ServerGroup",
                                        "BackendServer", "AclEntry", "AScript" };
    const char *dot = strchr(why->code, '.');
    for (size_t i = 0; dot && i < COUNT(ours); i++)
        if (!strcasecmp(dot + 1, ours[i]))
            return true;
    return !dot;
}

/* How many scripts and lines a listener may have is in no text, so that the cloud alone tells: what
 * it refuses is left as it is, and the rest of the load balancer goes on. */
static bool is_of_scripts(const struct lane *lane)
{
    return lane->step.items.len && lane->step.items.items[0].kind == RESOURCE_SCRIPT;
}

void lane_fail(struct apply *ap, struct lane *lane, const struct error *why, int64_t retry_after_ms,
               int64_t now_ms)
{
    switch (why->kind) {
    case ERROR_THROTTLED:
    case ERROR_TRANSIENT:
    case ERROR_BUSY:
        if (lane->tries < ap->in.pace[lane->family].tries)
            retry_later(ap, lane, why, retry_after_ms, now_ms);
        else
            lane_give_up(ap, lane, why, now_ms);
        return;
    case ERROR_INVALID: blame(ap, lane, why, now_ms); return;
    case ERROR_CONFLICT: lane_reread(ap, lane, why, now_ms); return;
    case ERROR_NOT_FOUND:
        if (is_missing_ours(ap, lane, why)) {
            lane_reread(ap, lane, why, now_ms);
        } else {
            struct error mistake = *why;
            mistake.kind = ERROR_INVALID;
            blame(ap, lane, &mistake, now_ms);
        }
        return;
    case ERROR_QUOTA:
        if (is_of_scripts(lane)) {
            blame(ap, lane, why, now_ms);
            return;
        }
        break;
    case ERROR_DENIED: ap->counts.denied = true; break;
    case ERROR_BUG:
    case ERROR_NONE: break;
    }
    lane_give_up(ap, lane, why, now_ms);
}
