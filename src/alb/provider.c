/* provider.c - keeping keys fresh: a state machine that is told the time.
 *
 * Keys are fetched when they are first needed, and again well before they expire, while the
 * old ones go on signing.  A fetch looks at the chain anew, so that a changed profile counts;
 * a watched file (OIDC token, profile) that changes starts one at once.  When a fetch fails
 * the old keys are used for as long as they hold. */
#include "provider_priv.h"

#include <string.h>

enum {
    STALE_MS = 15 * 60 * 1000, /* before their end, as the SDK does                       */
    TRIES_MAX = 3,             /* of one request                                          */
    REPEAT_MS = 500,           /* before the second; doubles                              */
    RETRY_FIRST_MS = 2000,     /* after a fetch that failed; doubles                      */
    RETRY_MAX_MS = 60 * 1000,
    WATCH_MS = 5000 /* between looks at the files                              */
};

enum fetch_state {
    FETCH_IDLE,
    FETCH_METADATA_TOKEN, /* asks for a token                       */
    FETCH_METADATA_ROLE,  /* asks for the name of the role          */
    FETCH_METADATA_KEYS,
    FETCH_URI,
    FETCH_OIDC,
    FETCH_ROLE /* assumes role number 'role'             */
};

struct provider {
    struct arena mem;
    struct chain_in in;
    struct alb_role role_in; /* what in.role points at */
    bool fixed;              /* keys were given: nothing to do */
    struct rng rng;

    struct arena fetch_mem; /* of the chain and of one fetch */
    sources sources;
    size_t at, role;
    enum fetch_state state;
    uint64_t transfer; /* in flight, or 0 */
    int tries;
    int64_t due_ms;      /* when the next request, or the next fetch, is due */
    struct secret token; /* OIDC or metadata token */
    const char *instance_role;
    struct alb_credentials got; /* so far */
    int64_t got_until_ms;

    struct alb_credentials keys;
    int64_t until_ms; /* when they end; 0: there are none */
    struct error err; /* of the last fetch; ERROR_NONE when it went well or none ended */
    int64_t retry_ms;
    const char *watched[2];
    struct file_stamp stamps[2];
    int64_t watch_ms;
    int64_t ahead_ms; /* of our times are the dates of the cloud */
};

static void copy_keys(struct alb_credentials *to, const struct alb_credentials *from)
{
    secret_set(&to->access_key_id, from->access_key_id.data);
    secret_set(&to->access_key_secret, from->access_key_secret.data);
    secret_set(&to->security_token, from->security_token.data);
}

static const char *keep(struct arena *a, const char *text)
{
    return text ? arena_strdup(a, text) : NULL;
}

static void copy_input(struct provider *p, const struct chain_in *in)
{
    p->in = *in;
    p->in.sts = keep(&p->mem, in->sts);
    p->in.region = keep(&p->mem, in->region);
    p->in.role = NULL;
    if (!in->role || !in->role->arn)
        return;
    p->role_in = (struct alb_role){ .arn = keep(&p->mem, in->role->arn),
                                    .session_name = keep(&p->mem, in->role->session_name),
                                    .external_id = keep(&p->mem, in->role->external_id),
                                    .policy = keep(&p->mem, in->role->policy),
                                    .duration_s = in->role->duration_s };
    p->in.role = &p->role_in;
}

bool provider_new(struct provider **out, const struct alb_credentials *keys,
                  const struct chain_in *in, uint64_t seed, struct error *err)
{
    struct arena mem = { 0 };
    struct provider *p = arena_alloc(&mem, sizeof *p);
    p->mem = mem;
    p->rng.state = seed;
    p->retry_ms = RETRY_FIRST_MS;
    p->due_ms = INT64_MIN;
    copy_input(p, in);
    *out = p;
    if (keys) {
        p->fixed = true;
        copy_keys(&p->keys, keys);
        p->until_ms = INT64_MAX;
        return true;
    }
    /* Looked at once here, so that a chain with nothing in it is told at the start. */
    sources found;
    struct arena a CLEANUP(arena_done) = { 0 };
    if (chain_find(&a, &p->in, &found, err)) {
        sources_done(&found);
        return true;
    }
    provider_free(p);
    *out = NULL;
    return false;
}

static void fetch_done(struct provider *p)
{
    sources_done(&p->sources);
    alb_credentials_done(&p->got);
    secret_done(&p->token);
    arena_done(&p->fetch_mem);
    p->state = FETCH_IDLE;
    p->transfer = 0;
    p->tries = 0;
}

void provider_free(struct provider *p)
{
    if (!p)
        return;
    fetch_done(p);
    alb_credentials_done(&p->keys);
    struct arena mem = p->mem;
    arena_done(&mem);
}

/* ---- files ----------------------------------------------------------------------------- */

static void watch(struct provider *p, const struct source *s, int64_t now_ms)
{
    const char *files[2] = { s->token_file, s->file };
    for (size_t i = 0; i < COUNT(files); i++) {
        bool same = files[i] && p->watched[i] && !strcmp(files[i], p->watched[i]);
        if (!same)
            p->watched[i] = keep(&p->mem, files[i]);
        p->stamps[i] = files[i] ? file_stamp(files[i]) : (struct file_stamp){ 0 };
    }
    p->watch_ms = now_ms + WATCH_MS;
}

/* Starts a fetch when a watched file is another one; returns until when to look again. */
static int64_t look_at_files(struct provider *p, int64_t now_ms)
{
    if (!p->watched[0] && !p->watched[1])
        return INT64_MAX;
    if (p->state != FETCH_IDLE || now_ms < p->watch_ms)
        return p->watch_ms;
    p->watch_ms = now_ms + WATCH_MS;
    for (size_t i = 0; i < COUNT(p->watched); i++) {
        struct file_stamp stamp = { 0 };
        if (p->watched[i])
            stamp = file_stamp(p->watched[i]);
        if (!file_stamp_equal(&stamp, &p->stamps[i]))
            p->due_ms = now_ms;
    }
    return p->watch_ms;
}

/* ---- a fetch --------------------------------------------------------------------------- */

static const struct source *source_now(const struct provider *p)
{
    return &p->sources.items[p->at];
}

/* The fetch has ended in failure: old keys, if there are any, stay. */
static void fetch_fail(struct provider *p, const struct error *why, int64_t now_ms)
{
    p->err = *why;
    /* Whatever it was, no call's object is to blame, and nothing is known to be gone. */
    p->err.kind = why->kind == ERROR_TRANSIENT ? ERROR_TRANSIENT : ERROR_DENIED;
    for (char *c = p->err.msg; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    provider_hide(p, p->err.msg);
    error_wrap(&p->err, "credentials");
    fetch_done(p);
    p->due_ms =
        now_ms + p->retry_ms / 2 + (int64_t)rng_below(&p->rng, (uint64_t)p->retry_ms / 2 + 1);
    p->retry_ms = p->retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : p->retry_ms * 2;
}

static void fetch_success(struct provider *p, int64_t now_ms)
{
    int64_t left = p->got_until_ms == INT64_MAX ? INT64_MAX : p->got_until_ms - now_ms;
    int64_t early = left / 3 < STALE_MS ? left / 3 : STALE_MS;
    copy_keys(&p->keys, &p->got);
    p->until_ms = p->got_until_ms;
    p->due_ms = left == INT64_MAX ? INT64_MAX : p->until_ms - early;
    p->err = (struct error){ 0 };
    p->retry_ms = RETRY_FIRST_MS;
    fetch_done(p);
}

/* Keys of the base or of a role are there: on to the next role, or done. */
static void fetch_advance(struct provider *p, int64_t now_ms)
{
    p->role = p->state == FETCH_ROLE ? p->role + 1 : 0;
    p->tries = 0;
    if (p->got_until_ms <= now_ms) {
        struct error why;
        error_set(&why, ERROR_TRANSIENT, "%s: the keys have expired already", source_now(p)->name);
        fetch_fail(p, &why, now_ms);
    } else if (p->role < source_now(p)->n_roles) {
        p->state = FETCH_ROLE;
        p->due_ms = now_ms;
    } else {
        fetch_success(p, now_ms);
    }
}

/* Begins with source 'at'. */
static void source_begin(struct provider *p, int64_t now_ms)
{
    static const enum fetch_state FIRST[] = { [SOURCE_KEYS] = FETCH_IDLE,
                                              [SOURCE_OIDC] = FETCH_OIDC,
                                              [SOURCE_METADATA] = FETCH_METADATA_TOKEN,
                                              [SOURCE_URI] = FETCH_URI };
    const struct source *s = source_now(p);
    p->state = FIRST[s->kind];
    p->role = 0;
    p->tries = 0;
    p->due_ms = now_ms;
    p->instance_role = s->instance_role;
    watch(p, s, now_ms);
    if (s->kind != SOURCE_KEYS)
        return;
    copy_keys(&p->got, &s->keys);
    p->got_until_ms = INT64_MAX;
    fetch_advance(p, now_ms);
}

static void fetch_begin(struct provider *p, int64_t now_ms)
{
    struct error why;
    p->at = 0;
    if (chain_find(&p->fetch_mem, &p->in, &p->sources, &why))
        source_begin(p, now_ms);
    else
        fetch_fail(p, &why, now_ms);
}

/* A source did not answer as hoped.  Another is asked only where this one may simply not be
 * there. */
static void source_fail(struct provider *p, struct error *why, int64_t now_ms)
{
    const struct source *s = source_now(p);
    if (s->kind == SOURCE_METADATA && p->state != FETCH_ROLE && p->at + 1 < p->sources.len) {
        p->at++;
        source_begin(p, now_ms);
        return;
    }
    error_wrap(why, "%s", s->name);
    if (s->kind == SOURCE_METADATA && !s->file)
        error_wrap(why, "none are set (ALIBABA_CLOUD_ACCESS_KEY_ID ..., a profile, a role)");
    fetch_fail(p, why, now_ms);
}

/* ---- requests -------------------------------------------------------------------------- */

static bool read_token(struct provider *p, struct arena *a, struct error *why)
{
    const char *text;
    if (!file_text(a, source_now(p)->token_file, TOKEN_FILE_MAX, &text, why))
        return false;
    secret_set(&p->token, text);
    return *text || error_set(why, ERROR_TRANSIENT, "the token file is empty");
}

static bool build(struct provider *p, struct arena *a, const char *date, struct http_request *out,
                  struct error *why)
{
    const struct source *s = source_now(p);
    char nonce[37];
    switch (p->state) {
    case FETCH_IDLE: return error_set(why, ERROR_BUG, "nothing is being fetched");
    case FETCH_METADATA_TOKEN: *out = exchange_metadata_token(a, s->metadata); return true;
    case FETCH_METADATA_ROLE:
        *out = exchange_metadata(a, s->metadata, "", p->token.data);
        return true;
    case FETCH_METADATA_KEYS:
        *out = exchange_metadata(a, s->metadata, p->instance_role, p->token.data);
        return true;
    case FETCH_URI: *out = exchange_uri(a, s->uri); return true;
    case FETCH_OIDC:
        if (!read_token(p, a, why))
            return false;
        *out = exchange_oidc(a, s, p->token.data, date);
        return true;
    case FETCH_ROLE:
        rng_uuid(&p->rng, nonce);
        *out = exchange_assume(a, &s->roles[p->role], &p->got, date, arena_strdup(a, nonce));
        return true;
    }
    return false;
}

static void send_request(struct provider *p, struct transport *t, int64_t now_ms)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct http_request request;
    struct error why;
    char date[TIME_TEXT];
    if (!build(p, &a, time_format(now_ms + p->ahead_ms, date), &request, &why)) {
        source_fail(p, &why, now_ms);
        return;
    }
    p->transfer = t->send(t, &request);
    p->tries++;
}

void provider_set_ahead(struct provider *p, int64_t ahead_ms)
{
    p->ahead_ms = ahead_ms;
}

int64_t provider_run(struct provider *p, struct transport *t, int64_t now_ms)
{
    if (p->fixed)
        return -1;
    int64_t look_ms = look_at_files(p, now_ms);
    if (p->state == FETCH_IDLE && p->due_ms <= now_ms)
        fetch_begin(p, now_ms);
    while (p->state != FETCH_IDLE && !p->transfer && p->due_ms <= now_ms)
        send_request(p, t, now_ms);
    int64_t next_ms = p->transfer ? INT64_MAX : p->due_ms;
    next_ms = look_ms < next_ms ? look_ms : next_ms;
    if (next_ms == INT64_MAX)
        return -1;
    return next_ms > now_ms ? next_ms - now_ms : 0;
}

/* ---- answers --------------------------------------------------------------------------- */

static bool take_text(struct provider *p, const struct http_reply *reply, struct error *why)
{
    const char *text;
    if (!exchange_text(&p->fetch_mem, reply, &text, why))
        return false;
    if (p->state == FETCH_METADATA_TOKEN)
        secret_set(&p->token, text);
    else
        p->instance_role = text;
    return true;
}

/* The metadata server has no tokens: it answered, and said so. */
static bool goes_without_token(const struct provider *p, const struct http_reply *reply)
{
    return p->state == FETCH_METADATA_TOKEN && reply->status && reply->status != 200
           && reply->status < 500 && !source_now(p)->token_only;
}

static bool take(struct provider *p, const struct http_reply *reply, int64_t now_ms,
                 struct error *why)
{
    switch (p->state) {
    case FETCH_IDLE: return true;
    case FETCH_METADATA_TOKEN:
        if (!goes_without_token(p, reply) && !take_text(p, reply, why))
            return false;
        p->state = p->instance_role ? FETCH_METADATA_KEYS : FETCH_METADATA_ROLE;
        break;
    case FETCH_METADATA_ROLE:
        if (!take_text(p, reply, why))
            return false;
        p->state = FETCH_METADATA_KEYS;
        break;
    case FETCH_METADATA_KEYS:
    case FETCH_URI:
    case FETCH_OIDC:
    case FETCH_ROLE:
        if (!exchange_keys(reply, &p->got, &p->got_until_ms, why))
            return false;
        if (p->got_until_ms != INT64_MAX)
            p->got_until_ms -= p->ahead_ms;
        fetch_advance(p, now_ms);
        return true;
    }
    p->tries = 0;
    p->due_ms = now_ms;
    return true;
}

bool provider_take(struct provider *p, const struct http_reply *reply, int64_t now_ms)
{
    if (!p->transfer || p->transfer != reply->id)
        return false;
    struct error why;
    p->transfer = 0;
    if (take(p, reply, now_ms, &why))
        return true;
    /* A metadata server that is not there will not be there half a second later. */
    bool absent = p->state == FETCH_METADATA_TOKEN && !reply->status;
    if (why.kind == ERROR_TRANSIENT && p->tries < TRIES_MAX && !absent)
        p->due_ms = now_ms + ((int64_t)REPEAT_MS << (p->tries - 1));
    else
        source_fail(p, &why, now_ms);
    return true;
}

const struct alb_credentials *provider_keys(const struct provider *p, int64_t now_ms,
                                            struct error *err)
{
    if (p->until_ms > now_ms)
        return &p->keys;
    *err = p->state == FETCH_IDLE ? p->err : (struct error){ 0 };
    return NULL;
}

void provider_refused(struct provider *p, int64_t now_ms)
{
    if (!p->fixed && p->state == FETCH_IDLE && p->until_ms != INT64_MAX && !p->err.kind)
        p->due_ms = now_ms;
}

static void hide_keys(const struct alb_credentials *keys, char *text)
{
    text_hide(text, keys->access_key_secret.data);
    text_hide(text, keys->security_token.data);
}

void provider_hide(const struct provider *p, char *text)
{
    hide_keys(&p->keys, text);
    hide_keys(&p->got, text);
    text_hide(text, p->token.data);
    for (size_t i = 0; i < p->sources.len; i++)
        hide_keys(&p->sources.items[i].keys, text);
}
