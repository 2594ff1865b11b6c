/* answers.c - what the stage asks while a request passes: which recorded call it is, when its reply
 * comes, and what there is to be seen then. */
#include <string.h>

#include "alb-agent/json.h"
#include "replay_priv.h"

void play_fail(struct play *p, const struct error *why)
{
    if (!p->failed)
        p->err = *why;
    p->failed = true;
}

/* Uploads have no token. */
static const char *mark_of(struct arena *a, const struct store_call *made)
{
    cJSON *params CLEANUP(json_done) = NULL;
    const char *name;
    if (made->client_token)
        return made->client_token;
    params = cJSON_Parse(made->params);
    name = json_str(params, "Name");
    return name ? arena_strdup(a, name) : NULL;
}

void play_note_calls(struct play *p)
{
    struct store *st = p->g ? agent_store(p->g) : p->verb ? p->verb->store : NULL;
    store_journal list;
    struct error why;
    if (!st)
        return;
    p->score.more = p->pos < p->end_of_fed;
    if (!store_calls_read(st, p->last_call + 1, 1000, p->a, &list, &why)) {
        play_fail(p, &why);
        return;
    }
    for (size_t i = 0; i < list.len && !p->score.difference; i++) {
        const struct store_journaled *made = &list.items[i];
        p->last_call = made->call.id;
        *LIST_PUSH(p->a, &p->calls) = (struct made_call){ .action = made->call.action,
                                                          .mark = mark_of(p->a, &made->call),
                                                          .item = score_take(&p->score, made) };
    }
}

static bool has_text(const struct http_request *r, const char *text)
{
    return strstr(r->url, text) || (r->body_len && strstr(r->body, text));
}

static const struct tape_item *find(void *arg, const struct http_request *request,
                                    const char *action)
{
    struct play *p = arg;
    play_note_calls(p);
    for (size_t i = p->calls.len; i-- > 0;) {
        struct made_call *c = &p->calls.items[i];
        if (c->sent || strcmp(c->action, action) != 0 || (c->mark && !has_text(request, c->mark)))
            continue;
        c->sent = true;
        return c->item;
    }
    return NULL;
}

static int64_t pending(void *arg, const struct tape_item *was)
{
    const struct play *p = arg;
    return pace_pending(&p->pace, was);
}

static int64_t read_due(void *arg, const struct http_request *request, const char *action)
{
    struct play *p = arg;
    return cues_due(&p->cues, request, action, p->stage.now_ms);
}

static void reading(void *arg, bool whole, bool groups)
{
    struct play *p = arg;
    cues_read(&p->cues, p->stage.now_ms, whole, groups);
}

/* Does it say what a resource was before a change that was made since?  Readings come late where
 * the replay is. */
static bool is_past(const struct play *p, const struct store_event *e, const cJSON *body)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *kind = json_str(body, "kind"), *key = json_str(body, "key");
    return kind && key && score_is_past(&p->score, e->seq, arena_fmt(&a, "%s %s", kind, key));
}

/* What came of a call that was not made now was not there, either. */
static void keep_deeds(const struct play *p, event_list *deeds)
{
    size_t kept = 0;
    for (size_t i = 0; i < deeds->len; i++) {
        cJSON *body CLEANUP(json_done) = cJSON_Parse(deeds->items[i]->body);
        const char *id = json_str(body, "id");
        if ((!id || !score_lacks(&p->score, id)) && !is_past(p, deeds->items[i], body))
            deeds->items[kept++] = deeds->items[i];
    }
    deeds->len = kept;
}

static bool is_of_list(const char *action)
{
    return !strcmp(action, CERTIFICATES_LIST);
}

static void show_list(struct play *p)
{
    const struct store_event *list = cues_list(&p->cues);
    struct error why;
    if (list && !certificates_begin_list(&p->certificates, p->stage.actor, list, &why))
        play_fail(p, &why);
}

static void shown(void *arg, const char *action)
{
    struct play *p = arg;
    struct error why;
    if (is_of_list(action) && !certificates_end_list(&p->certificates, p->stage.actor, &why))
        play_fail(p, &why);
}

static void show(void *arg, const char *action)
{
    struct play *p = arg;
    struct error why;
    event_list deeds;
    if (is_of_list(action)) {
        show_list(p);
        return;
    }
    cues_deeds(&p->cues, p->a, p->stage.now_ms, &deeds);
    keep_deeds(p, &deeds);
    if (!restore_rows(p->stage.actor, p->stage.now_ms, p->start.config.session.region, deeds.items,
                      deeds.len, &why))
        play_fail(p, &why);
}

static void waited(void *arg)
{
    struct play *p = arg;
    if (p->stage.failed)
        play_fail(p, &p->stage.err);
    play_note_calls(p);
    if (p->stage.dead || score_is_over(&p->score) || p->failed) {
        p->stop = true;
        p->stage.dead = p->stage.dead || p->verb;
    }
}

struct stage_hooks play_hooks(struct play *p)
{
    return (struct stage_hooks){ p, find, pending, read_due, reading, show, shown, waited };
}
