/* address.c - an address that joins may be another pod's than before, and then has another
 * network interface: what is remembered of it is forgotten. */
#include <string.h>

#include "agent_priv.h"
#include "alb-agent/json.h"

static void add_texts(struct map *out, const cJSON *list, const char *member)
{
    const cJSON *e;
    cJSON_ArrayForEach (e, list) {
        const char *text = member ? json_str(e, member) : cJSON_GetStringValue(e);
        if (text)
            map_put(out, text, e);
    }
}

/* Of an EndpointSlice or Endpoints. */
static void add_addresses(struct map *out, const struct object *obj)
{
    const cJSON *e;
    if (!obj)
        return;
    cJSON_ArrayForEach (e, json_get(object_body(obj), "endpoints"))
        add_texts(out, json_get(e, "addresses"), NULL);
    cJSON_ArrayForEach (e, json_get(object_body(obj), "subsets")) {
        add_texts(out, json_get(e, "addresses"), "ip");
        add_texts(out, json_get(e, "notReadyAddresses"), "ip");
    }
}

static void forget(struct agent *g, const char *address)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct map vpcs CLEANUP(map_done) = { 0 };
    const struct fact_set *facts = &g->base.facts;
    for (size_t i = 0; i < facts->items.len && facts->items.items[i].kind == FACT_VSWITCH; i++)
        map_put(&vpcs, facts->items.items[i].value2, g);
    if (g->base.config.vpc_id)
        map_put(&vpcs, g->base.config.vpc_id, g);
    const struct map_entry *cursor = NULL;
    void *value;
    for (const char *vpc = map_next(&vpcs, &cursor, &value); vpc;
         vpc = map_next(&vpcs, &cursor, &value))
        wanted_forget(g, FACT_ENI, arena_fmt(&a, "%s/%s", vpc, address));
}

void address_note(struct agent *g, const struct object *before, const struct object *now)
{
    struct map old CLEANUP(map_done) = { 0 };
    struct map new CLEANUP(map_done) = { 0 };
    if (now->kind != OBJECT_ENDPOINT_SLICE && now->kind != OBJECT_ENDPOINTS)
        return;
    add_addresses(&old, before);
    add_addresses(&new, now);
    const struct map_entry *cursor = NULL;
    void *value;
    for (const char *text = map_next(&new, &cursor, &value); text;
         text = map_next(&new, &cursor, &value))
        if (!map_get(&old, text))
            forget(g, text);
}
