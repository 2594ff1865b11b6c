/* zone.c - the vSwitches of a load balancer, one a zone, and its VPC (alb-ingress.md §B.2, §F.1):
 * those of zoneMappings, else those that were found, which are wanted at its creation only. */
#include <string.h>

#include "alb-agent/json.h"
#include "translate_priv.h"
#include "zone_priv.h"

enum { MAX_ZONES = 10 }; /* alb-semantics.md §11 */

const struct place config_at = { .name = "spec.config" };

/* clang-format off */
#define SELF struct zone_spec
static const struct field zone_spec_fields[] = {
    STR(vswitch,    "vSwitchId", .flags = F_REQUIRED,
        DOC("", "ZoneMappings.VSwitchId", "A vSwitch of the VPC; one in each of at least two zones. Decided at creation. Without any, and with `--vpc-id`: in each zone of ALB the first by id of those with 8 free addresses, with IPv6 for DualStack.", .differs = "The source takes any first one, the documentation wants them given: both do here.")),
    STR(zone,       "zoneId",
        DOC("that of the vSwitch", "ZoneMappings.ZoneId", "The zone; giving it spares a question to the cloud.", .differs = "The source ignores it: read here.")),
    STR(allocation, "allocationId",
        DOC("", "ZoneMappings.AllocationId", "An elastic IP for the zone. Decided at creation.", .differs = "The source does not send it, the documentation does: the documentation.")),
    { .name = "eipType", .flags = READ_IGNORED,
      DOC("", "-", "Reserved.", .type = "text") },
};
SCHEMA(zone_spec, "zoneMapping");
#undef SELF
/* clang-format on */

static const struct fact *vswitch_fact(struct tr *t, const char *vswitch)
{
    const struct fact *f = look_fact(t, FACT_VSWITCH, vswitch);
    if (!f)
        need(t, FACT_VSWITCH, vswitch);
    return f;
}

static bool vswitch_exists(struct subject *s, const struct place *at, const char *vswitch,
                           const struct fact *f)
{
    if (!f || *f->value)
        return true;
    problem(s, &(struct place){ .up = at, .name = "vSwitchId" },
            "there is no vSwitch %s in this region; give one that exists", vswitch);
    return false;
}

static void check_vpc(struct subject *s, const struct place *at, const struct config *c,
                      const char *vswitch, const struct fact *f)
{
    if (f && c->vpc_known && *f->value2 && strcmp(f->value2, c->vpc) != 0)
        problem(s, &(struct place){ .up = at, .name = "vSwitchId" },
                "vSwitch %s is in VPC %s; give one in VPC %s", vswitch, f->value2, c->vpc);
}

static void add_zone(struct subject *s, const struct place *at, const struct config *c,
                     const struct zone_spec *spec, struct alb_zone_mapping *zone)
{
    struct tr *t = s->t;
    /* A zone that is given spares the question; a fact that is there is compared anyway. */
    const struct fact *f =
        spec->zone ? look_fact(t, FACT_VSWITCH, spec->vswitch) : vswitch_fact(t, spec->vswitch);
    *zone = (struct alb_zone_mapping){
        .vswitch_id = spec->vswitch,
        .allocation_id = spec->allocation,
        .zone_id = spec->zone ? spec->zone
                   : f        ? arena_strdup(t->a, f->value)
                              : arena_fmt(t->a, "?zone(%s)", spec->vswitch),
    };
    if (vswitch_exists(s, at, spec->vswitch, f))
        check_vpc(s, at, c, spec->vswitch, f);
}

/* The last zone: a load balancer has one vSwitch in each. */
static void check_zone_once(struct subject *s, const struct place *at,
                            const struct alb_load_balancer *lb)
{
    const struct alb_zone_mapping *last = &lb->zones.items[lb->zones.len - 1];
    for (const struct alb_zone_mapping *z = lb->zones.items; z < last; z++)
        if (!strcmp(z->zone_id, last->zone_id) && strcmp(z->vswitch_id, last->vswitch_id) != 0) {
            problem(s, at, "vSwitches %s and %s are both in zone %s; give one of each zone",
                    z->vswitch_id, last->vswitch_id, last->zone_id);
            return;
        }
}

static const char *none_found(struct tr *t, const struct config *c, const cJSON *fact, size_t n)
{
    const int64_t more = json_int(fact, "more_than", 0);
    if (more)
        return arena_fmt(t->a,
                         "spec.config.zoneMappings: no vSwitch is given, and VPC %s has more than "
                         "%d, too many to choose from; list one in each of at least two zones",
                         c->vpc, (int)more);
    return arena_fmt(t->a,
                     "spec.config.zoneMappings: no vSwitch is given, and VPC %s has one to use "
                     "(available, with 8 free addresses, for DualStack with IPv6) in %zu of the "
                     "%d zones of ALB; make one in each of at least two zones, or list there "
                     "what to use",
                     c->vpc, n, (int)json_int(fact, "zones", 0));
}

/* Of the value of FACT_VSWITCHES. */
static void take_found(struct tr *t, const struct config *c, const char *value,
                       struct alb_load_balancer *lb)
{
    struct error err;
    cJSON *fact CLEANUP(json_done) = NULL;
    const bool is_json = json_parse(value, strlen(value), &fact, &err);
    const cJSON *v, *list = is_json ? json_get(fact, "vswitches") : NULL;
    cJSON_ArrayForEach (v, list) {
        const char *zone = json_str(v, "zone"), *id = json_str(v, "id");
        if (zone && id && lb->found_zones.len < MAX_ZONES)
            *LIST_PUSH(t->a, &lb->found_zones) =
                (struct alb_zone_mapping){ .zone_id = arena_strdup(t->a, zone),
                                           .vswitch_id = arena_strdup(t->a, id) };
    }
    const size_t least = json_int(fact, "zones", 0) == 1 ? 1 : 2;
    if (lb->found_zones.len >= least)
        return;
    lb->found_how = none_found(t, c, fact, lb->found_zones.len);
    lb->found_zones.len = 0;
}

/* That there are none is no mistake of the AlbConfig while the load balancer is there: the planner
 * refuses to make it. */
static void find_zones(struct subject *s, const struct config *c, struct alb_load_balancer *lb)
{
    struct tr *t = s->t;
    const bool ipv6 = lb->ip_version == ALB_IP_VERSION_DUAL_STACK;
    const char *key = ipv6 ? arena_fmt(t->a, "%s/ipv6", c->vpc) : c->vpc;
    const struct fact *f = look_fact(t, FACT_VSWITCHES, key);
    lb->found_how =
        arena_fmt(t->a, "none given, so in each zone of VPC %s the first by id", c->vpc);
    if (f) {
        take_found(t, c, f->value, lb);
        return;
    }
    need(t, FACT_VSWITCHES, key);
    const char *open = arena_fmt(t->a, "?vswitches(%s)", c->vpc);
    *LIST_PUSH(t->a, &lb->found_zones) =
        (struct alb_zone_mapping){ .zone_id = open, .vswitch_id = open };
}

void zones_add(struct subject *s, const struct config *c, const zone_specs *zones,
               struct alb_load_balancer *lb)
{
    struct place at = { .up = &config_at, .name = "zoneMappings" };
    if (!zones->len && c->vpc_known)
        find_zones(s, c, lb);
    else if (!zones->len)
        problem(s, &at,
                "no vSwitch is given; list one in each of at least two zones, or give --vpc-id, "
                "the VPC to find them in");
    if (zones->len > MAX_ZONES)
        problem(s, &at, "it lists %zu vSwitches, and a load balancer takes %d; remove some",
                zones->len, MAX_ZONES);
    for (size_t i = 0; i < zones->len; i++) {
        struct place here = { .up = &at, .index = i };
        const struct zone_spec *z = &zones->items[i];
        for (size_t j = 0; z->vswitch && j < i; j++)
            if (zones->items[j].vswitch && !strcmp(zones->items[j].vswitch, z->vswitch))
                problem(s, &here, "vSwitch %s is listed twice; give each once", z->vswitch);
        if (!z->vswitch)
            continue;
        add_zone(s, &here, c, z, LIST_PUSH(s->t->a, &lb->zones));
        check_zone_once(s, &here, lb);
    }
}

void zones_find_vpc(struct subject *s, struct config *c, const zone_specs *zones, bool reused)
{
    struct tr *t = s->t;
    if (c->vpc_known)
        return;
    const char *vswitch = zones->len ? zones->items[0].vswitch : NULL;
    if (!vswitch) {
        if (reused)
            problem(s, &(struct place){ .up = &config_at, .name = "id" },
                    "the VPC of the load balancer is not known; give --vpc-id, or a vSwitch of it "
                    "in zoneMappings");
        return;
    }
    const struct fact *f = vswitch_fact(t, vswitch);
    struct place at = { .up = &config_at, .name = "zoneMappings[0]" };
    if (reused) /* else the zones are looked at one by one */
        (void)vswitch_exists(s, &at, vswitch, f);
    c->vpc_known = f && *f->value2;
    c->vpc = c->vpc_known ? arena_strdup(t->a, f->value2) : arena_fmt(t->a, "?vpc(%s)", vswitch);
}
