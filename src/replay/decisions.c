/* decisions.c - what people decided while no agent was at work, put into the memory of the next
 * one: load balancers that are to stay at a revision, and verdicts on drift. */
#include <string.h>

#include "alb-agent/json.h"
#include "replay_priv.h"

static bool has_prefix(const char *text, const char *prefix)
{
    return !strncmp(text, prefix, strlen(prefix));
}

bool event_is_of_decision(const struct store_event *e)
{
    return has_prefix(e->key, "pin ") || has_prefix(e->key, "verdict ");
}

/* ---- pins
 * ----------------------------------------------------------------------------------------- */

/* The revision of then has its number of then only by chance: it becomes the newest. */
static bool put_pin(struct store *st, const char *lb, const cJSON *body, int64_t now_ms,
                    struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const cJSON *document = json_get(body, "document");
    int64_t number;
    if (!cJSON_IsObject(document))
        return error_set(err, ERROR_INVALID, "a pin needs its document");
    return store_revision_put(st, lb, json_canonical(&a, document), "rollback", now_ms, err)
           && store_revision_newest(st, lb, &number, err)
           && store_pin_put(st, lb, number, now_ms, err);
}

static bool take_pin(struct store *st, const struct store_event *e, const cJSON *body,
                     struct error *err)
{
    const char *lb = e->key + strlen("pin ");
    bool was_there;
    return !strcmp(e->kind, "DELETED") ? store_pin_delete(st, lb, e->at, &was_there, err)
                                       : put_pin(st, lb, body, e->at, err);
}

/* ---- verdicts
 * ------------------------------------------------------------------------------------- */

static const char *text_of(const cJSON *body, const char *name)
{
    const char *text = json_str(body, name);
    return text ? text : "";
}

static bool read_finding(const cJSON *body, struct finding *out)
{
    *out = (struct finding){ .lb = text_of(body, "lb"),
                             .kind = resource_kind_find(text_of(body, "kind")),
                             .key = text_of(body, "key"),
                             .class = resource_class_find(text_of(body, "class")),
                             .first_seen = json_int(body, "firstSeen", 0),
                             .last_good = json_int(body, "lastGood", 0),
                             .verdict = finding_verdict_find(text_of(body, "verdict")),
                             .decided_at = json_int(body, "decidedAt", 0),
                             .until = json_int(body, "until", 0),
                             .desired = text_of(body, "desired"),
                             .edit = text_of(body, "edit") };
    return *out->lb && *out->key && out->kind != RESOURCE_KINDS && out->verdict != FINDING_OPEN;
}

/* Is the verdict that was taken back about this? */
static bool is_about(const struct store_event *e, const struct finding *f)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return !strcmp(e->key,
                   arena_fmt(&a, "verdict %s %s %s", f->lb, resource_kind_name(f->kind), f->key));
}

/* It may be about what a 'drift' found that is not replayed: the finding comes with it. */
static bool take_verdict(struct store *st, const struct store_event *e, const cJSON *body,
                         struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    finding_list before, now = { 0 };
    struct finding given = { 0 };
    const bool taken_back = !strcmp(e->kind, "DELETED");
    if (!taken_back && !read_finding(body, &given))
        return error_set(err, ERROR_INVALID, "a verdict needs lb, kind, key and verdict");
    if (!store_findings_load(st, &a, &before, err))
        return false;
    for (size_t i = 0; i < before.len; i++) {
        struct finding f = before.items[i];
        const bool same = is_about(e, &f);
        if (same && !taken_back)
            continue;
        if (same) {
            f.verdict = FINDING_OPEN;
            f.decided_at = f.until = 0;
        }
        *LIST_PUSH(&a, &now) = f;
    }
    if (!taken_back)
        *LIST_PUSH(&a, &now) = given;
    finding_sort(&now);
    return store_findings_put(st, NULL, &now, err);
}

bool decisions_take(struct store *st, const struct store_event *e, struct error *err)
{
    cJSON *body CLEANUP(json_done) = e->body ? cJSON_Parse(e->body) : NULL;
    const bool pin = has_prefix(e->key, "pin ");
    return (pin ? take_pin(st, e, body, err) : take_verdict(st, e, body, err))
           || error_wrap(err, "line %lld", (long long)e->seq);
}
