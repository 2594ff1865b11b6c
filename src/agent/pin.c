/* pin.c - a load balancer that was rolled back wants what it wanted at that revision, until it
 * is released. */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/json.h"
#include "session_priv.h"

/* One row of a revision, as put_revisions() wrote it: "Rule 80/HTTP#..." and its content. */
static bool add_row(struct session *s, const struct store_pin *pin, const cJSON *row,
                    struct model *out, struct error *err)
{
    const char *blank = strchr(row->string, ' ');
    const char *key = blank ? blank + 1 : "";
    enum resource_kind kind = resource_kind_find(
        arena_strndup(&s->arena, row->string, blank ? (size_t)(blank - row->string) : 0));
    const struct schema *schema = resource_schema(kind);
    void *desired = schema ? arena_alloc(&s->arena, schema->size) : NULL;
    if (!desired)
        return error_set(err, ERROR_INVALID, "'%s' is of a kind that this version does not know",
                         row->string);
    if (!schema_from_json(&s->arena, schema, desired, json_get(row, "desired"), SCHEMA_LENIENT,
                          err))
        return error_wrap(err, "%s", row->string);
    const bool named = kind == RESOURCE_ACL || kind == RESOURCE_SCRIPT;
    const char *end = kind == RESOURCE_RULE ? strchr(key, '#') : named ? strrchr(key, '/') : NULL;
    *LIST_PUSH(&s->arena, &out->rows) = (struct resource){
        .lb = pin->lb,
        .kind = kind,
        .key = arena_strdup(&s->arena, key),
        .parent = end ? arena_strndup(&s->arena, key, (size_t)(end - key)) : "",
        .desired = desired,
        .desired_from =
            arena_fmt(&s->arena, "revision %" PRId64 " of %s (rollback)", pin->revision, pin->lb),
        .position = json_int(row, "position", 0),
        .ours = true,
    };
    return true;
}

/* The pods of then are gone: the servers of groups that are wanted now are those of now. */
static void take_servers_of_now(struct arena *a, const struct model *now, struct model *then)
{
    for (size_t i = 0; i < then->rows.len; i++) {
        struct resource *r = &then->rows.items[i];
        const struct resource *today = model_find(now, r->lb, r->kind, r->key);
        if (r->kind != RESOURCE_SERVER_GROUP || !today || !today->desired)
            continue;
        const struct alb_server_group *fresh = today->desired;
        struct alb_server_group *g = arena_dup(a, r->desired, sizeof *g);
        g->servers.items = fresh->servers.items;
        g->servers.len = fresh->servers.len;
        r->desired = g;
    }
}

static bool read_then(struct session *s, const struct store_pin *pin, struct model *out,
                      struct error *err)
{
    struct store_revision r;
    cJSON *doc CLEANUP(json_done) = NULL;
    const cJSON *row;
    if (!store_revision_read(s->store, pin->lb, pin->revision, &s->arena, &r, err)
        || !json_parse(r.document, strlen(r.document), &doc, err))
        return false;
    cJSON_ArrayForEach (row, doc)
        if (!add_row(s, pin, row, out, err))
            return error_wrap(err, "revision %" PRId64 " of %s", pin->revision, pin->lb);
    return true;
}

static void warn(struct session *s, const struct store_pin *pin)
{
    const char *slash = strchr(pin->lb, '/');
    *LIST_PUSH(&s->arena, &s->wanted.warnings) = (struct translate_problem){
        .kind = "AlbConfig",
        .ns = "",
        .name = slash ? slash + 1 : pin->lb,
        .origin = "rollback",
        .message = arena_fmt(&s->arena,
                             "it stays at revision %" PRId64 ", whatever the manifests say but for "
                             "servers, until 'alb-agent rollback %s --release'",
                             pin->revision, slash ? slash + 1 : pin->lb),
    };
}

static bool apply_pin(struct session *s, const struct store_pin *pin, struct error *err)
{
    struct model *desired = &s->wanted.desired, then = { 0 }, rest = { 0 };
    if (!read_then(s, pin, &then, err))
        return false;
    take_servers_of_now(&s->arena, desired, &then);
    for (size_t i = 0; i < desired->rows.len; i++)
        if (strcmp(desired->rows.items[i].lb, pin->lb) != 0)
            *LIST_PUSH(&s->arena, &rest.rows) = desired->rows.items[i];
    for (size_t i = 0; i < then.rows.len; i++)
        *LIST_PUSH(&s->arena, &rest.rows) = then.rows.items[i];
    *desired = rest;
    model_sort(desired);
    warn(s, pin);
    return true;
}

bool session_apply_pins(struct session *s, const char *only, struct error *err)
{
    store_pins pins;
    if (!store_pins_load(s->store, &s->arena, &pins, err))
        return false;
    for (size_t i = 0; i < pins.len; i++)
        if ((!only || !strcmp(only, pins.items[i].lb)) && !apply_pin(s, &pins.items[i], err))
            return false;
    return true;
}
