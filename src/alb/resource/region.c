/* region.c - regions, zones, and capacity set aside. */
#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_region
static const struct field alb_region_fields[] = {
    STR(id,       "RegionId"),
    STR(name,     "LocalName"),
    STR(endpoint, "RegionEndpoint"),
};
static SCHEMA(alb_region, "Region");
#undef SELF

#define SELF struct alb_region_list
static const struct field alb_region_list_fields[] = {
    LIST(items,           alb_region, "Regions"),
    STR (page.request_id, "RequestId"),
};
SCHEMA(alb_region_list, "Regions");
#undef SELF

#define SELF struct alb_zone
static const struct field alb_zone_fields[] = {
    STR(id,   "ZoneId"),
    STR(name, "LocalName"),
};
static SCHEMA(alb_zone, "Zone");
#undef SELF

#define SELF struct alb_zone_list
static const struct field alb_zone_list_fields[] = {
    LIST(items,           alb_zone, "Zones"),
    STR (page.request_id, "RequestId"),
};
SCHEMA(alb_zone_list, "Zones");
#undef SELF

#define SELF struct alb_zone_capacity
static const struct field alb_zone_capacity_fields[] = {
    STR(zone,      "AvailabilityZone"),
    NUM(effective, "EffectiveCapacityUnits"),
    STR(reason,    "Reason"),
    STR(status,    "Status"),
};
static SCHEMA(alb_zone_capacity, "CapacityReservationState");
#undef SELF

#define SELF struct alb_capacity
static const struct field alb_capacity_fields[] = {
    LIST(zones,          alb_zone_capacity, "CapacityReservationState"),
    INT (decreases_left, "DecreaseRequestsRemaining"),
    STR (modified,       "LastModifiedTime"),
    INT (minimum,        "MinimumLoadBalancerCapacity.CapacityUnits"),
    STR (request_id,     "RequestId"),
};
SCHEMA(alb_capacity, "CapacityReservation");
#undef SELF
/* clang-format on */
