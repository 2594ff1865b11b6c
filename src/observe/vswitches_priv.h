/* vswitches_priv.h - from the vSwitches of a VPC to those of a load balancer. */
#pragma once

#include "alb-agent/alb_reply.h"

struct vswitch_place {
    const char *zone, *id;
};

/* All vSwitches of a VPC, page by page. */
struct vswitch_search {
    const char *key; /* of the fact                               */
    bool ipv6;       /* only those that have IPv6 addresses count */
    size_t n_seen, n_pages;
    LIST_OF(struct vswitch_place) fit;
};

/* Takes one in, unless it cannot be used.  false: there are too many. */
bool vswitches_take(struct arena *a, struct vswitch_search *s, const struct alb_vswitch *v);
/* The value of FACT_VSWITCHES: the same whatever the order in which they were taken in. */
const char *vswitches_text(struct arena *a, struct vswitch_search *s,
                           const struct alb_zone_list *zones);
