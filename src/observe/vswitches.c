/* vswitches.c - which vSwitches a load balancer gets of which nobody says: one in each zone where
 * ALB is, the first by id that has room (alb-ingress.md §F.1, companion-apis.md §4). */
#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "vswitches_priv.h"

enum {
    FREE_LEAST = 8, /* ALB takes 3 addresses, and 8 should be free for it to grow */
    MAX_VSWITCHES = 1000
};

static bool is_fit(const struct alb_vswitch *v, bool ipv6)
{
    return v->id && v->zone_id && v->status && !strcmp(v->status, "Available")
           && v->free_addresses.val >= FREE_LEAST && (!ipv6 || v->ipv6.val);
}

bool vswitches_take(struct arena *a, struct vswitch_search *s, const struct alb_vswitch *v)
{
    s->n_seen++;
    if (is_fit(v, s->ipv6) && s->n_seen <= MAX_VSWITCHES)
        *LIST_PUSH(a, &s->fit) =
            (struct vswitch_place){ arena_strdup(a, v->zone_id), arena_strdup(a, v->id) };
    return s->n_seen <= MAX_VSWITCHES;
}

static int compare(const void *x, const void *y)
{
    const struct vswitch_place *a = x, *b = y;
    const int zones = strcmp(a->zone, b->zone);
    return zones ? zones : strcmp(a->id, b->id);
}

static bool has_zone(const struct alb_zone_list *zones, const char *id)
{
    for (size_t i = 0; i < zones->items.len; i++)
        if (zones->items.items[i].id && !strcmp(zones->items.items[i].id, id))
            return true;
    return false;
}

const char *vswitches_text(struct arena *a, struct vswitch_search *s,
                           const struct alb_zone_list *zones)
{
    cJSON *json CLEANUP(json_done) = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(json, "vswitches");
    const char *last = "";
    if (s->fit.len)
        qsort(s->fit.items, s->fit.len, sizeof *s->fit.items, compare);
    for (size_t i = 0; i < s->fit.len && s->n_seen <= MAX_VSWITCHES; i++) {
        const struct vswitch_place *p = &s->fit.items[i];
        if (!strcmp(p->zone, last) || !has_zone(zones, p->zone))
            continue;
        last = p->zone;
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "id", p->id);
        cJSON_AddStringToObject(one, "zone", p->zone);
        cJSON_AddItemToArray(list, one);
    }
    cJSON_AddItemToObject(json, "zones", json_new_int((int64_t)zones->items.len));
    if (s->n_seen > MAX_VSWITCHES)
        cJSON_AddItemToObject(json, "more_than", json_new_int(MAX_VSWITCHES));
    return json_canonical(a, json);
}
