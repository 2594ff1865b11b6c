/* region.h - which region and which product a request is for, by its host. */
#pragma once

#include "alb-agent/arena.h"

/* The region in a Host header of the form "alb.cn-beijing.aliyuncs.com", else 'param'
 * (the RegionId parameter), else "cn-hangzhou".  Both may be NULL. */
const char *region_of(struct arena *a, const char *host, const char *param);

/* The product that owns a host of the form "alb-vpc.cn-beijing.aliyuncs.com:443": its
 * first word, in lower case, cut at the first "-".  NULL for every other host. */
const char *region_product(struct arena *a, const char *host);
