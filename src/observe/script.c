/* script.c - the scripts of listeners: when they are read, and as rows under our keys.
 *
 * They are read, 20 listeners a call, only under load balancers for which a script is wanted or
 * known, or at which a listener is that is not wanted: it is to go, and takes its scripts with it.
 * Scripts carry no tags, so ours are those that the store knows, and those that are wanted under
 * their name (model_join()); the text of others is nobody's business. */
#include <string.h>

#include "alb-agent/alb_request.h"
#include "observe_priv.h"

enum { IDS_PER_CALL = 20 };

/* ---- reads ------------------------------------------------------------------------------------
 */

/* Is there a script of 'lb' that is ours, or is to be? */
static bool names_scripts(const struct model *m, const char *lb)
{
    size_t first, end;
    if (!m)
        return false;
    model_range(m, lb, &first, &end);
    for (size_t i = first; i < end; i++)
        if (m->rows.items[i].kind == RESOURCE_SCRIPT
            && (m->rows.items[i].ours || m->rows.items[i].desired))
            return true;
    return false;
}

static bool is_wanted(const struct observe *o, const char *lb, const struct alb_listener *l)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    const char *key = listener_key(&scratch, l->port.val, l->protocol);
    const struct resource *r = model_find(o->in.wanted, lb, RESOURCE_LISTENER, key);
    return r && r->desired;
}

static bool loses_listeners(const struct observe *o, const char *lb, const char *lb_id)
{
    for (size_t i = 0; o->in.wanted && i < o->seen.listeners.len; i++) {
        const struct alb_listener *l = &o->seen.listeners.items[i];
        if (l->lb_id && !strcmp(l->lb_id, lb_id) && !is_wanted(o, lb, l))
            return true;
    }
    return false;
}

static void add_listeners(struct observe *o, const char *lb_id, alb_ids *ids)
{
    for (size_t i = 0; i < o->seen.listeners.len; i++) {
        struct alb_listener *l = &o->seen.listeners.items[i];
        if (!l->id || !l->lb_id || strcmp(l->lb_id, lb_id) != 0)
            continue;
        l->scripts_known = (struct opt_bool){ .val = true, .set = true };
        *LIST_PUSH(&o->arena, ids) = l->id;
    }
}

void scripts_read(struct observe *o)
{
    alb_ids ids = { 0 };
    for (size_t i = 0; i < o->seen.lbs.len; i++) {
        const char *id = o->seen.lbs.items[i].id;
        const char *lb = lb_name_of(&o->in, &o->seen.lbs.items[i]);
        if (lb
            && (names_scripts(o->in.wanted, lb) || names_scripts(o->in.known, lb)
                || loses_listeners(o, lb, id)))
            add_listeners(o, id, &ids);
    }
    for (size_t i = 0; i < ids.len; i += IDS_PER_CALL) {
        const size_t left = ids.len - i;
        const struct alb_script_query q = {
            .listener_ids = { ids.items + i, left < IDS_PER_CALL ? left : IDS_PER_CALL },
            .page = { .max_results = { 100, true } },
        };
        const alb_params p = alb_list_ascripts_params(&o->arena, &q);
        read_start(o, READ_SCRIPTS, &p, NULL);
    }
}

void scripts_take(struct observe *o, const cJSON *page)
{
    struct alb_script_list l;
    alb_list_ascripts_read(&o->arena, page, &l);
    for (size_t i = 0; i < l.items.len; i++)
        *LIST_PUSH(&o->arena, &o->seen.scripts) = l.items.items[i];
}

/* ---- rows -------------------------------------------------------------------------------------
 */

static bool is_named(const struct rows *r, const char *lb, const char *key)
{
    const struct resource *row =
        r->in->wanted ? model_find(r->in->wanted, lb, RESOURCE_SCRIPT, key) : NULL;
    return row && row->desired;
}

static void add(struct rows *r, struct map *used, const struct resource *listener,
                const struct alb_script *script, const struct resource *known)
{
    const char *key =
        known ? arena_strdup(r->a, known->key)
              : script_key(r->a, listener->key, script->name ? script->name : script->id);
    const char *place = arena_fmt(r->a, "%s %s", listener->lb, key);
    const bool first = !map_get(used, place), wanted = first && is_named(r, listener->lb, key);
    if (!first) /* of two with one name the one that had it last time keeps it, else the first */
        key = arena_fmt(r->a, "%s~%s", key, script->id);
    map_put(used, place, r);
    struct resource *row = rows_add(r, listener->lb, RESOURCE_SCRIPT, key, script->id);
    struct alb_script *actual = schema_copy(r->a, &alb_script_schema, script, 0, NULL, NULL);
    if (!known && !wanted)
        actual->content = NULL;
    row->parent = listener->key;
    row->actual = actual;
    row->status = script->status ? arena_strdup(r->a, script->status) : "";
    row->ours = known != NULL;
}

/* The row that the store has for a script of the listener, if it is ours. */
static const struct resource *known_row(const struct rows *r, const struct resource *listener,
                                        const char *id)
{
    const struct resource *row = map_get(&r->ours, id);
    const bool same = row && row->kind == RESOURCE_SCRIPT && !strcmp(row->lb, listener->lb);
    return same ? row : NULL;
}

void rows_add_scripts(struct rows *r)
{
    struct map used CLEANUP(map_done) = { 0 };
    for (int pass = 0; pass < 2; pass++) /* those that are known first: they keep their keys */
        for (size_t i = 0; i < r->seen->scripts.len; i++) {
            const struct alb_script *s = &r->seen->scripts.items[i];
            const struct resource *listener =
                s->listener_id ? map_get(&r->listeners, s->listener_id) : NULL;
            if (!listener || !s->id)
                continue;
            const struct resource *known = known_row(r, listener, s->id);
            if ((known == NULL) == (pass == 1))
                add(r, &used, listener, s, known);
        }
}
