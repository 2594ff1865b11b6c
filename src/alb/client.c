/* client.c - calls on their way: waiting for a token, in flight, done.
 *
 * Everything that happens, happens inside alb_run(), in the order of the calls' numbers,
 * so that the same inputs give the same requests. */
#include "provider_priv.h"

#include <string.h>

enum {
    TRIES_MAX = 5,              /* of a read, the first included                         */
    BACKOFF_MAX_MS = 20 * 1000, /* the longest wait before a repeat, unless told         */
    WRITE_LIMIT = 200,
    WRITE_PERIOD_MS = 60 * 1000,
    READ_LIMIT = 20,
    READ_PERIOD_MS = 1000
};

static struct alb_budget budget_or(const struct alb_budget *given, int limit, int64_t period_ms)
{
    struct alb_budget b = *given;
    b.limit = b.limit ? b.limit : limit;
    b.burst = b.burst > 0 ? b.burst : b.limit;
    b.period_ms = b.period_ms > 0 ? b.period_ms : period_ms;
    return b;
}

static void init_buckets(struct alb *alb, const struct alb_config *config)
{
    const int64_t now_ms = clock_now_ms(&alb->clock);
    const struct alb_budget none = { .limit = -1, .burst = 1, .period_ms = 1 };
    size_t n;
    (void)alb_actions(&n);
    alb->buckets = arena_array(&alb->mem, n, sizeof *alb->buckets);
    alb->tallies = arena_array(&alb->mem, n, sizeof *alb->tallies);
    for (size_t i = 0; i < n; i++)
        bucket_init(&alb->buckets[i], &none, now_ms);
    bucket_init(&alb->background, &none, now_ms);
    alb_set_budgets(alb, &config->writes, &config->reads, &config->background, now_ms);
}

void alb_set_budgets(struct alb *alb, const struct alb_budget *writes,
                     const struct alb_budget *reads, const struct alb_budget *background,
                     int64_t now_ms)
{
    const struct alb_budget write = budget_or(writes, WRITE_LIMIT, WRITE_PERIOD_MS);
    const struct alb_budget read = budget_or(reads, READ_LIMIT, READ_PERIOD_MS);
    const struct alb_budget rest = budget_or(background, -1, READ_PERIOD_MS);
    size_t n;
    const struct alb_action *actions = alb_actions(&n);
    for (size_t i = 0; i < n; i++)
        bucket_change(&alb->buckets[i], actions[i].write ? &write : &read, now_ms);
    bucket_change(&alb->background, &rest, now_ms);
}

static struct alb_spent spent_of(const char *name, struct bucket *b, int64_t now_ms)
{
    return (struct alb_spent){ .name = name,
                               .used = bucket_used(b, now_ms),
                               .limit = bucket_rate(b, now_ms),
                               .period_ms = b->period_ms,
                               .throttled = b->throttled };
}

static void add_spent(struct arena *a, const char *name, struct bucket *b, int64_t now_ms,
                      alb_spending *out)
{
    const struct alb_spent spent = spent_of(name, b, now_ms);
    if (spent.used || spent.throttled)
        *LIST_PUSH(a, out) = spent;
}

void alb_budgets(struct alb *alb, struct arena *a, int64_t now_ms, alb_spending *out)
{
    size_t n;
    const struct alb_action *actions = alb_actions(&n);
    *out = (alb_spending){ 0 };
    for (size_t i = 0; i < n; i++)
        add_spent(a, actions[i].name, &alb->buckets[i], now_ms, out);
    add_spent(a, "background", &alb->background, now_ms, out);
}

void alb_tally(struct alb *alb, struct arena *a, int64_t now_ms, alb_tallies *out)
{
    size_t n;
    const struct alb_action *actions = alb_actions(&n);
    *out = (alb_tallies){ 0 };
    for (size_t i = 0; i < n; i++) {
        const struct tally *from = &alb->tallies[i];
        const struct alb_spent budget = spent_of(actions[i].name, &alb->buckets[i], now_ms);
        uint64_t any = budget.used > 0;
        for (size_t k = 0; k < COUNT(from->results); k++)
            any += from->results[k];
        if (!any)
            continue;
        struct alb_tally *to = LIST_PUSH(a, out);
        *to = (struct alb_tally){ .action = actions[i].name,
                                  .took_ms = from->took_ms,
                                  .budget = budget };
        memcpy(to->results, from->results, sizeof to->results);
    }
}

static void note_result(struct alb *alb, const struct call *call)
{
    size_t n;
    const struct alb_result *r = &call->result;
    struct tally *to = &alb->tallies[call->action - alb_actions(&n)];
    to->results[r->ok ? ERROR_NONE : r->err.kind]++;
    to->took_ms += r->done_ms > r->sent_ms ? r->done_ms - r->sent_ms : 0;
}

static bool check_config(const struct alb_config *c, struct error *err)
{
    if (!c->region || !region_is_plain(c->region))
        return error_set(err, ERROR_INVALID, "region '%s': a name as cn-hangzhou is needed",
                         c->region ? c->region : "");
    if (!c->access_key_id && !c->env)
        return error_set(err, ERROR_DENIED, "no credentials");
    if (c->access_key_id
        && (!*c->access_key_id || !c->access_key_secret || !c->access_key_secret->len))
        return error_set(err, ERROR_DENIED, "no credentials");
    return true;
}

static bool init_endpoints(struct alb *alb, const struct alb_config *c, struct error *err)
{
    bool vpc = c->vpc || env_is_true(c->env, "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED");
    if (c->endpoint && !endpoints_parse(&alb->mem, c->endpoint, alb->endpoints, err))
        return false;
    for (int i = 0; i < ALB_PRODUCT_COUNT; i++) {
        enum alb_product p = (enum alb_product)i;
        if (!alb->endpoints[p] && !endpoint_from_env(&alb->mem, p, c->env, &alb->endpoints[p], err))
            return false;
        if (!alb->endpoints[p])
            alb->endpoints[p] = alb_endpoint(&alb->mem, p, alb->region, vpc);
    }
    return true;
}

static bool init_provider(struct alb *alb, const struct alb_config *c, struct error *err)
{
    const char *given[ALB_PRODUCT_COUNT] = { 0 };
    if (c->endpoint && !endpoints_parse(&alb->mem, c->endpoint, given, err))
        return false;
    struct chain_in in = {
        .env = c->env, .sts = given[ALB_PRODUCT_STS], .region = c->region, .role = &c->role
    };
    struct alb_credentials keys CLEANUP(alb_credentials_done) = { 0 };
    secret_set(&keys.access_key_id, c->access_key_id);
    secret_set(&keys.access_key_secret, c->access_key_secret ? c->access_key_secret->data : NULL);
    secret_set(&keys.security_token, c->security_token);
    return provider_new(&alb->provider, c->access_key_id ? &keys : NULL, &in, ~c->seed, err);
}

bool alb_new(struct alb **out, const struct alb_config *config, struct error *err)
{
    *out = NULL;
    if (!check_config(config, err))
        return false;
    struct arena mem = { 0 };
    struct alb *alb = arena_alloc(&mem, sizeof *alb);
    alb->mem = mem;
    alb->region = arena_strdup(&alb->mem, config->region);
    alb->clock = *config->clock;
    alb->wall = config->wall ? *config->wall : *config->clock;
    alb->transport = config->transport;
    alb->nonces.state = config->seed;
    /* Of its own, so that the nonces of a run do not depend on what was repeated. */
    alb->jitter.state = rng_next(&alb->nonces);
    alb->end = &alb->calls;
    if (!init_endpoints(alb, config, err) || !init_provider(alb, config, err)) {
        alb_free(alb);
        return false;
    }
    init_buckets(alb, config);
    alb->transport_free = config->transport_free;
    *out = alb;
    return true;
}

static void call_free(struct call *call)
{
    struct arena mem = call->mem; /* the call lives in it, and perhaps a key that it sent */
    arena_wipe(&mem);
}

void alb_free(struct alb *alb)
{
    if (!alb)
        return;
    for (struct call *c = alb->calls, *next; c; c = next) {
        next = c->next;
        alb_result_done(&c->result);
        call_free(c);
    }
    provider_free(alb->provider);
    if (alb->transport_free)
        alb->transport_free(alb->transport);
    struct arena mem = alb->mem;
    arena_done(&mem);
}

/* VPC and ECS insist on RegionId.  ALB reads the region off its host name and ignores the
 * parameter (alb-semantics.md §1), so that it is told where the host does not say it. */
static bool takes_region(const struct alb *alb, enum alb_product product)
{
    if (product == ALB_PRODUCT_ALB)
        return !strstr(alb->endpoints[product], alb->region);
    return product == ALB_PRODUCT_VPC || product == ALB_PRODUCT_ECS;
}

/* The parameters, copied, with RegionId where it is needed. */
static void copy_params(struct alb *alb, struct call *call, const alb_params *params)
{
    bool has_region = !takes_region(alb, call->action->product);
    for (size_t i = 0; params && i < params->len; i++) {
        const struct alb_param *p = &params->items[i];
        struct sign_pair *copy = LIST_PUSH(&call->mem, &call->params);
        copy->name = arena_strdup(&call->mem, p->name);
        copy->value = arena_strdup(&call->mem, p->value);
        has_region |= !strcmp(p->name, "RegionId");
    }
    if (!has_region)
        *LIST_PUSH(&call->mem, &call->params) =
            (struct sign_pair){ .name = "RegionId", .value = alb->region };
}

uint64_t alb_begin(struct alb *alb, const char *action, const alb_params *params,
                   enum alb_urgency urgency, struct error *err)
{
    const struct alb_action *row = alb_action_find(action);
    if (!row) {
        error_set(err, ERROR_INVALID, "there is no action '%s'", action);
        return 0;
    }
    struct arena mem = { 0 };
    struct call *call = arena_alloc(&mem, sizeof *call);
    call->mem = mem;
    call->action = row;
    call->urgency = urgency;
    call->due_ms = INT64_MIN;
    call->result.id = ++alb->last_id;
    copy_params(alb, call, params);
    *alb->end = call;
    alb->end = &call->next;
    alb->pending++;
    return call->result.id;
}

static struct bucket *bucket_of(struct alb *alb, const struct call *call)
{
    size_t n;
    return &alb->buckets[call->action - alb_actions(&n)];
}

static void send_call(struct alb *alb, struct call *call, const struct alb_credentials *keys,
                      int64_t now_ms)
{
    struct arena a CLEANUP(arena_wipe) = { 0 };
    char date[TIME_TEXT], nonce[37];
    rng_uuid(&alb->nonces, nonce);
    struct request_in in = { .action = call->action,
                             .params = call->params,
                             .endpoint = alb->endpoints[call->action->product],
                             .access_key_id = keys->access_key_id.data,
                             .access_key_secret = &keys->access_key_secret,
                             .security_token = keys->security_token.data,
                             .date = time_format(clock_now_ms(&alb->wall), date),
                             .nonce = nonce };
    struct http_request request = request_build(&a, &in);
    call->transfer = alb->transport->send(alb->transport, &request);
    call->state = CALL_FLYING;
    call->result.sent_ms = now_ms;
    call->result.attempts++;
    alb->stats.reads += !call->action->write;
    alb->stats.writes += call->action->write;
    alb->stats.retries += call->result.attempts > 1;
}

/* How long until there are the tokens of a call; 0: now. */
static int64_t token_wait_ms(struct alb *alb, const struct call *call, int64_t now_ms)
{
    const int64_t own = bucket_wait_ms(bucket_of(alb, call), now_ms);
    const int64_t shared =
        call->urgency == ALB_BACKGROUND ? bucket_wait_ms(&alb->background, now_ms) : 0;
    return own > shared ? own : shared;
}

static bool take_tokens(struct alb *alb, const struct call *call, int64_t now_ms)
{
    return !token_wait_ms(alb, call, now_ms) && bucket_take(bucket_of(alb, call), now_ms)
           && (call->urgency != ALB_BACKGROUND || bucket_take(&alb->background, now_ms));
}

/* Sends every waiting call of one urgency that has its token. */
static void send_due(struct alb *alb, enum alb_urgency urgency, const struct alb_credentials *keys,
                     int64_t now_ms)
{
    for (struct call *c = alb->calls; c; c = c->next)
        if (c->state == CALL_WAITING && c->urgency == urgency && c->due_ms <= now_ms
            && take_tokens(alb, c, now_ms))
            send_call(alb, c, keys, now_ms);
}

/* Full jitter: anything up to a ceiling that doubles, by what went wrong; and never sooner
 * than the cloud asked for. */
static int64_t backoff_ms(struct alb *alb, const struct call *call)
{
    enum error_kind kind = call->result.err.kind;
    int64_t ceiling = kind == ERROR_THROTTLED ? 1000 : kind == ERROR_BUSY ? 500 : 200;
    ceiling <<= call->result.attempts - 1;
    ceiling = ceiling > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : ceiling;
    int64_t wait_ms = 1 + (int64_t)rng_below(&alb->jitter, (uint64_t)ceiling);
    return wait_ms > call->result.retry_after_ms ? wait_ms : call->result.retry_after_ms;
}

static bool may_repeat(const struct call *call)
{
    enum error_kind kind = call->result.err.kind;
    return !call->result.ok && !call->action->write && call->result.attempts < TRIES_MAX
           && (kind == ERROR_TRANSIENT || kind == ERROR_THROTTLED || kind == ERROR_BUSY);
}

static void hide_secrets(const struct alb *alb, char *text)
{
    provider_hide(alb->provider, text);
    text_hide_keys(text);
}

/* Names the call in its error. */
static void locate(const struct call *call, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    alb_params params = { 0 };
    for (size_t i = 0; i < call->params.len; i++)
        *LIST_PUSH(&a, &params) =
            (struct alb_param){ call->params.items[i].name, call->params.items[i].value };
    error_locate(err, call->action->name, &params);
}

static void take_reply(struct alb *alb, struct call *call, struct http_reply *reply, int64_t now_ms)
{
    struct alb_result *r = &call->result;
    /* Before messages are cut, which might leave half a token, and so that the reply can be
     * kept; only where it is a refusal, since a resource may be named by any word. */
    if (reply->status >= 300)
        hide_secrets(alb, reply->body);
    reply_decode(call->action, reply, r);
    r->done_ms = now_ms;
    note_result(alb, call);
    if (!r->ok)
        locate(call, &r->err);
    hide_secrets(alb, r->err.msg);
    hide_secrets(alb, r->err.resource);
    if (r->err.kind == ERROR_THROTTLED) {
        alb->stats.throttled++;
        bucket_throttled(bucket_of(alb, call), r->sent_ms, now_ms, r->retry_after_ms);
    }
    if (!strncmp(r->err.code, "InvalidSecurityToken", strlen("InvalidSecurityToken")))
        provider_refused(alb->provider, clock_now_ms(&alb->clock));
    if (may_repeat(call)) {
        alb_result_done(r);
        call->state = CALL_WAITING;
        call->due_ms = now_ms + backoff_ms(alb, call);
        return;
    }
    if (!r->ok && r->attempts > 1)
        error_wrap(&r->err, "after %d attempts", r->attempts);
    call->state = CALL_DONE;
    call->turn = alb->turn;
}

/* Did the provider take one? */
static bool take_replies(struct alb *alb, int64_t now_ms)
{
    struct http_reply reply;
    bool provided = false;
    while (alb->transport->next(alb->transport, &reply)) {
        struct call *c = alb->calls;
        while (c && (c->state != CALL_FLYING || c->transfer != reply.id))
            c = c->next;
        if (c)
            take_reply(alb, c, &reply, now_ms);
        else
            provided |= provider_take(alb->provider, &reply, clock_now_ms(&alb->clock));
        http_reply_done(&reply);
    }
    return provided;
}

/* There are no keys and there will be none soon: who waits for them is told. */
static void fail_waiting(struct alb *alb, const struct error *why, int64_t now_ms)
{
    for (struct call *c = alb->calls; c; c = c->next) {
        if (c->state != CALL_WAITING)
            continue;
        c->result.err = *why;
        error_wrap(&c->result.err, "%s", c->action->name);
        locate(c, &c->result.err);
        c->result.retry_after_ms = -1;
        c->result.sent_ms = c->result.done_ms = now_ms;
        c->state = CALL_DONE;
        c->turn = alb->turn;
    }
}

/* Sends what has its keys and its token; returns until when the provider can wait. */
static int64_t send_all(struct alb *alb, int64_t now_ms)
{
    struct error why;
    const int64_t clock_ms = clock_now_ms(&alb->clock);
    provider_set_ahead(alb->provider, clock_now_ms(&alb->wall) - clock_ms);
    int64_t wait_ms = provider_run(alb->provider, alb->transport, clock_ms);
    const struct alb_credentials *keys = provider_keys(alb->provider, clock_ms, &why);
    alb->has_keys = keys != NULL;
    if (keys) {
        send_due(alb, ALB_URGENT, keys, now_ms);
        send_due(alb, ALB_NORMAL, keys, now_ms);
        send_due(alb, ALB_BACKGROUND, keys, now_ms);
    } else if (why.kind != ERROR_NONE) {
        fail_waiting(alb, &why, now_ms);
    }
    return wait_ms;
}

static int64_t next_due_ms(struct alb *alb, int64_t now_ms)
{
    int64_t soonest = -1;
    for (const struct call *c = alb->calls; c; c = c->next) {
        if (c->state != CALL_WAITING)
            continue;
        int64_t wait = token_wait_ms(alb, c, now_ms);
        if (c->due_ms > now_ms && c->due_ms - now_ms > wait)
            wait = c->due_ms - now_ms;
        soonest = soonest < 0 || wait < soonest ? wait : soonest;
    }
    return soonest;
}

int64_t alb_run(struct alb *alb, int64_t now_ms)
{
    int64_t fresh_ms;
    alb->turn++;
    (void)take_replies(alb, now_ms);
    do {
        fresh_ms = send_all(alb, now_ms);
    } while (take_replies(alb, now_ms)); /* which is also what makes the new ones leave */
    int64_t due_ms = alb->has_keys ? next_due_ms(alb, now_ms) : -1;
    return due_ms < 0 || (fresh_ms >= 0 && fresh_ms < due_ms) ? fresh_ms : due_ms;
}

size_t alb_pending(const struct alb *alb)
{
    return alb->pending;
}

struct alb_stats alb_stats(const struct alb *alb)
{
    return alb->stats;
}

bool call_take(struct alb *alb, uint64_t id, struct alb_result *out)
{
    struct call **best = NULL;
    for (struct call **at = &alb->calls; *at; at = &(*at)->next)
        if ((*at)->state == CALL_DONE && (!id || (*at)->result.id == id)
            && (!best || (*at)->turn < (*best)->turn))
            best = at;
    if (!best)
        return false;
    struct call *call = *best;
    *best = call->next;
    if (alb->end == &call->next)
        alb->end = best;
    *out = call->result;
    call_free(call);
    alb->pending--;
    return true;
}

bool alb_next(struct alb *alb, struct alb_result *out)
{
    return call_take(alb, 0, out);
}
