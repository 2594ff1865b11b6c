/* call.c - calls for programs that wait for them, pages, and small helpers. */
#include "provider_priv.h"

#include <inttypes.h>
#include <string.h>

#include "alb-agent/json.h"

enum { PAGES_MAX = 10000 };

void alb_result_done(struct alb_result *r)
{
    json_done(&r->reply);
}

const char *alb_param_get(const alb_params *params, const char *name)
{
    for (size_t i = 0; i < params->len; i++)
        if (!strcmp(params->items[i].name, name))
            return params->items[i].value;
    return NULL;
}

void alb_param_set(struct arena *a, alb_params *params, const char *name, const char *value)
{
    /* A list of its own: the caller's array may have no room, or be constant. */
    alb_params out = { 0 };
    for (size_t i = 0; i < params->len; i++)
        if (strcmp(params->items[i].name, name) != 0)
            *LIST_PUSH(a, &out) = params->items[i];
    *LIST_PUSH(a, &out) =
        (struct alb_param){ .name = arena_strdup(a, name), .value = arena_strdup(a, value) };
    *params = out;
}

bool alb_call(struct alb *alb, const char *action, const alb_params *params, cJSON **reply,
              struct error *err)
{
    *reply = NULL;
    uint64_t id = alb_begin(alb, action, params, ALB_URGENT, err);
    if (!id)
        return false;
    struct alb_result r;
    for (;;) {
        int64_t wait_ms = alb_run(alb, clock_now_ms(&alb->clock));
        if (call_take(alb, id, &r))
            break;
        alb->transport->wait(alb->transport, wait_ms);
    }
    *reply = r.reply;
    if (!r.ok)
        *err = r.err;
    return r.ok;
}

void alb_sleep(struct alb *alb, int64_t timeout_ms)
{
    alb->transport->wait(alb->transport, timeout_ms);
}

bool alb_ready(struct alb *alb, struct error *err)
{
    for (;;) {
        struct error why;
        int64_t wait_ms = alb_run(alb, clock_now_ms(&alb->clock));
        if (provider_keys(alb->provider, clock_now_ms(&alb->clock), &why))
            return true;
        if (why.kind != ERROR_NONE) {
            *err = why;
            return false;
        }
        alb->transport->wait(alb->transport, wait_ms);
    }
}

/* How products name the page they gave and its size. */
static const struct {
    const char *page, *size;
} COUNTED[] = { { "PageNumber", "PageSize" }, { "CurrentPage", "ShowSize" } };

/* For a product that counts pages. */
static void next_counted(struct arena *a, const cJSON *reply, alb_params *params, bool *more)
{
    for (size_t i = 0; i < COUNT(COUNTED) && !*more; i++) {
        int64_t page = json_int(reply, COUNTED[i].page, 0);
        int64_t size = json_int(reply, COUNTED[i].size, 0);
        *more = page > 0 && size > 0 && page <= INT64_MAX / size
                && page * size < json_int(reply, "TotalCount", 0);
        if (*more)
            alb_param_set(a, params, COUNTED[i].page, arena_fmt(a, "%" PRId64, page + 1));
    }
}

bool alb_page_next(struct arena *a, const cJSON *reply, alb_params *params, bool *more,
                   struct error *err)
{
    const char *token = json_str(reply, "NextToken");
    *more = false;
    if (token && *token) {
        const char *last = alb_param_get(params, "NextToken");
        if (last && !strcmp(last, token))
            return error_set(err, ERROR_TRANSIENT, "a page names itself as the next");
        alb_param_set(a, params, "NextToken", token);
        *more = true;
    } else {
        next_counted(a, reply, params, more);
    }
    return true;
}

/* json_at() for what is to be changed. */
static cJSON *walk(cJSON *obj, const char *path)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    char *name = arena_strdup(&a, path);
    while (obj && name) {
        char *dot = strchr(name, '.');
        if (dot)
            *dot++ = '\0';
        obj = cJSON_GetObjectItemCaseSensitive(obj, name);
        name = dot;
    }
    return obj;
}

/* Moves the items of 'page' to the end of those of 'all'. */
static bool append_items(cJSON *all, cJSON *page, const char *list, struct error *err)
{
    cJSON *to = walk(all, list), *from = walk(page, list);
    if (!cJSON_IsArray(to) || !cJSON_IsArray(from))
        return error_set(err, ERROR_TRANSIENT, "a page has no list '%s'", list);
    while (from->child)
        cJSON_AddItemToArray(to, cJSON_DetachItemViaPointer(from, from->child));
    return true;
}

/* Asks for page after page, as 'params' and 'all', the first, say. */
static bool add_pages(struct alb *alb, const struct alb_action *action, alb_params params,
                      cJSON *all, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *page CLEANUP(json_done) = NULL;
    for (int n = 1;; n++) {
        bool more;
        if (!alb_page_next(&a, page ? page : all, &params, &more, err))
            return error_wrap(err, "%s", action->name);
        if (!more)
            return true;
        if (n == PAGES_MAX)
            return error_set(err, ERROR_TRANSIENT, "%s: more than %d pages", action->name,
                             PAGES_MAX);
        json_done(&page);
        if (!alb_call(alb, action->name, &params, &page, err))
            return false;
        if (!append_items(all, page, action->list, err))
            return error_wrap(err, "%s", action->name);
    }
}

bool alb_call_all(struct alb *alb, const char *action, const alb_params *params, cJSON **reply,
                  struct error *err)
{
    const struct alb_action *row = alb_action_find(action);
    const alb_params none = { 0 };
    if (!alb_call(alb, action, params, reply, err)
        || (row->list && !add_pages(alb, row, params ? *params : none, *reply, err))) {
        json_done(reply);
        return false;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(*reply, "NextToken");
    return true;
}
