/* effect.c - one function for each moment at which a fault can strike: before the effect,
 * after it, on the wire, and later. */
#include "effect.h"

#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"

/* A call whose effect is still to come; lives in its own arena. */
struct later {
    struct later *next;
    struct arena arena;
    int64_t due_ms;
    struct cloud_call call;
    cJSON *params;
    bool by_console;
    const char *release; /* instead of the call: what is let go */
};

/* The last reply to a read: 'key' is its action and parameters. */
struct stale_reply {
    struct stale_reply *next;
    char *key;
    cJSON *body;
};

static void later_free(struct later *l)
{
    cJSON_Delete(l->params);
    arena_done(&l->arena);
    free(l);
}

void effects_done(struct effects *e)
{
    while (e->later) {
        struct later *l = e->later;
        e->later = l->next;
        later_free(l);
    }
    while (e->stale) {
        struct stale_reply *s = e->stale;
        e->stale = s->next;
        cJSON_Delete(s->body);
        free(s->key);
        free(s);
    }
}

void effect_pick(struct fault_set *faults, struct turn *t, const char *region, int64_t number)
{
    if (!faults || !faults->rules.len)
        return;
    const char **values = arena_array(t->arena, t->flat.len + 1, sizeof *values);
    for (size_t i = 0; i < t->flat.len; i++)
        values[i] = t->flat.items[i].value;
    const struct fault_call call = {
        .number = number,
        .now_ms = t->now_ms,
        .action = t->action->name,
        .region = region,
        .values = values,
    };
    t->fault = fault_pick(faults, &call);
}

static enum fault_effect effect_of(const struct turn *t)
{
    return t->fault ? t->fault->effect : FAULT_NONE;
}

/* The error of a rule, in the place of any reply there was. */
static void set_error(struct turn *t, int status, const char *code, const char *message)
{
    const struct fault_rule *f = t->fault;
    json_done(&t->reply.body);
    t->reply = (struct cloud_reply){
        .status = f->status ? f->status : status,
        .code = f->code ? f->code : code,
        .message = f->message ? f->message : message,
        .job_id = t->reply.job_id,
    };
}

static void set_unavailable(struct turn *t)
{
    set_error(t, 503, "ServiceUnavailable",
              "The request has failed due to a temporary failure of the server.");
}

static struct later *later_new(struct effects *e, int64_t due_ms)
{
    struct later **at = &e->later, *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->due_ms = due_ms;
    while (*at && (*at)->due_ms <= due_ms)
        at = &(*at)->next;
    l->next = *at;
    *at = l;
    return l;
}

void effects_release(struct effects *e, int64_t due_ms, const char *id)
{
    struct later *l = later_new(e, due_ms);
    if (l)
        l->release = arena_strdup(&l->arena, id);
}

void effects_later(struct effects *e, int64_t due_ms, const struct cloud_call *call,
                   bool by_console)
{
    struct later *l = later_new(e, due_ms);
    if (!l)
        return;
    l->by_console = by_console;
    l->params = cJSON_Duplicate(call->params, true);
    l->call = (struct cloud_call){
        .product = arena_strdup(&l->arena, call->product),
        .action = arena_strdup(&l->arena, call->action),
        .region = arena_strdup(&l->arena, call->region),
        .request_id = arena_strdup(&l->arena, call->request_id),
        .params = l->params,
    };
}

void effects_drop(struct effects *e)
{
    for (struct later **at = &e->later; *at;) {
        struct later *l = *at;
        if (l->by_console || l->release) {
            at = &l->next;
            continue;
        }
        *at = l->next;
        later_free(l);
    }
}

/* Leaves of a batch what is to be done.  It is not remembered by its client token, as only
 * what succeeds is. */
static bool cut(struct turn *t, cJSON *params)
{
    if (fault_cut(t->action->name, params, t->fault->count)) {
        cJSON_DeleteItemFromObjectCaseSensitive(params, "ClientToken");
        return true;
    }
    set_unavailable(t);
    return false;
}

bool effect_before(struct effects *e, struct turn *t, const struct cloud_call *call, cJSON *params)
{
    switch (effect_of(t)) {
    case FAULT_ERROR: set_unavailable(t); return false;
    case FAULT_THROTTLE:
        set_error(t, 400, "Throttling.User", "Request was denied due to user flow control.");
        t->retry_ms = t->fault->ms;
        return false;
    case FAULT_DELAYED_EFFECT:
        effects_later(e, t->now_ms + t->fault->ms, call, false);
        set_unavailable(t);
        return false;
    case FAULT_RESTART:
    case FAULT_RESET: set_unavailable(t); return false;
    case FAULT_PARTIAL:
    case FAULT_PARTIAL_LOST: return cut(t, params);
    case FAULT_NONE:
    case FAULT_ERROR_AFTER:
    case FAULT_LOSE_REPLY:
    case FAULT_DELAY:
    case FAULT_SLOW:
    case FAULT_CUT:
    case FAULT_GARBLE:
    case FAULT_HIDE_ENTRY:
    case FAULT_STALE:
    case FAULT_STICK:
    case FAULT_RESTART_AFTER: break;
    }
    return true;
}

/* Takes the last entry off every list of the reply; a count of them goes with it. */
static void hide_entries(cJSON *body)
{
    cJSON *member;
    cJSON_ArrayForEach (member, body) {
        int n = cJSON_IsArray(member) ? cJSON_GetArraySize(member) : 0;
        if (n)
            cJSON_DeleteItemFromArray(member, n - 1);
    }
}

static struct stale_reply *stale_of(struct effects *e, const char *key)
{
    struct stale_reply *s = e->stale;
    while (s && strcmp(s->key, key) != 0)
        s = s->next;
    return s;
}

static const char *stale_key(const struct turn *t)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, t->action->name);
    for (size_t i = 0; i < t->flat.len; i++) {
        const char *name = t->flat.items[i].name;
        if (strncmp(name, "Signature", 9) != 0 && strcmp(name, "Timestamp") != 0)
            buf_addf(&b, "&%s=%s", name, t->flat.items[i].value);
    }
    return buf_keep(&b, t->arena);
}

static bool may_be_stale(const struct fault_set *faults)
{
    for (size_t i = 0; faults && i < faults->rules.len; i++)
        if (faults->rules.items[i].effect == FAULT_STALE)
            return true;
    return false;
}

/* Remembers the reply to a read; with a fault, answers with the remembered one. */
static void age(struct effects *e, struct turn *t)
{
    const char *key = stale_key(t);
    struct stale_reply *s = stale_of(e, key);
    cJSON *fresh = cJSON_Duplicate(t->reply.body, true);
    if (s && effect_of(t) == FAULT_STALE) {
        cJSON_Delete(t->reply.body);
        t->reply.body = cJSON_Duplicate(s->body, true);
    }
    if (!s) {
        s = calloc(1, sizeof *s);
        char *copy = s ? malloc(strlen(key) + 1) : NULL;
        if (!copy) {
            free(s);
            cJSON_Delete(fresh);
            return;
        }
        memcpy(copy, key, strlen(key) + 1);
        *s = (struct stale_reply){ e->stale, copy, NULL };
        e->stale = s;
    }
    cJSON_Delete(s->body);
    s->body = fresh;
}

static bool is_read(const char *action)
{
    return !strncmp(action, "List", 4) || !strncmp(action, "Get", 3)
           || !strncmp(action, "Describe", 8);
}

void effect_after(struct effects *e, const struct fault_set *faults, struct turn *t)
{
    if (!t->reply.code && is_read(t->action->name) && may_be_stale(faults))
        age(e, t);
    bool half_done = effect_of(t) == FAULT_PARTIAL || effect_of(t) == FAULT_PARTIAL_LOST;
    if (effect_of(t) == FAULT_ERROR_AFTER || (half_done && !t->reply.code))
        set_unavailable(t);
    if (effect_of(t) == FAULT_HIDE_ENTRY && !t->reply.code)
        hide_entries(t->reply.body);
}

void effect_reply(const struct turn *t, struct httpd_reply *reply)
{
    size_t bytes = t->fault ? (size_t)t->fault->bytes : 0;
    switch (effect_of(t)) {
    case FAULT_RESET:
    case FAULT_LOSE_REPLY:
    case FAULT_PARTIAL_LOST:
    case FAULT_RESTART:
    case FAULT_RESTART_AFTER:
    case FAULT_DELAYED_EFFECT: reply->reset = true; return;
    case FAULT_DELAY:
        reply->due_ms = (reply->due_ms ? reply->due_ms : t->now_ms) + t->fault->ms;
        return;
    case FAULT_SLOW:
        reply->piece = bytes ? bytes : 1;
        reply->pause_ms = t->fault->ms ? t->fault->ms : 1000;
        return;
    case FAULT_CUT: reply->cut_after = bytes ? bytes : reply->body_len / 2 + 1; return;
    case FAULT_GARBLE: reply->body_len /= 2; return;
    case FAULT_NONE:
    case FAULT_ERROR:
    case FAULT_ERROR_AFTER:
    case FAULT_THROTTLE:
    case FAULT_HIDE_ENTRY:
    case FAULT_PARTIAL:
    case FAULT_STICK:
    case FAULT_STALE: return;
    }
}

int64_t effects_run(struct effects *e, int64_t now_ms, const struct effect_doer *doer)
{
    while (e->later && e->later->due_ms <= now_ms) {
        struct later *l = e->later;
        e->later = l->next;
        if (l->release)
            doer->release(doer->arg, l->due_ms, l->release);
        else
            doer->execute(doer->arg, l->due_ms, &l->call, l->by_console);
        later_free(l);
    }
    return e->later ? e->later->due_ms - now_ms : -1;
}
