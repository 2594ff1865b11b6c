/* region.h - which region a request is for. */
#pragma once

#include "alb-agent/arena.h"

/* The region in a Host header of the form "alb.cn-beijing.aliyuncs.com", else 'param'
 * (the RegionId parameter), else "cn-hangzhou".  Both may be NULL. */
const char *region_of(struct arena *a, const char *host, const char *param);
