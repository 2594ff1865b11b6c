/* zone_priv.h - the vSwitches and the VPC of a load balancer: zone.c. */
#pragma once

#include "translate_priv.h"

/* One of spec.config.zoneMappings. */
struct zone_spec {
    const char *vswitch, *zone, *allocation;
};
typedef LIST_OF(struct zone_spec) zone_specs;
extern const struct schema zone_spec_schema;
/* The zones of a load balancer that is to be made, or how they were found. */
void zones_add(struct subject *s, const struct config *c, const zone_specs *zones,
               struct alb_load_balancer *lb);
/* Fills in c->vpc, unless it is known, by the first vSwitch.  'reused': it is taken over by id. */
void zones_find_vpc(struct subject *s, struct config *c, const zone_specs *zones, bool reused);
