/* alb_table.h - the field tables of requests and replies by action, for code that walks them
 * without knowing them: to print, compare, copy or check (schema.h).  Inside this project only;
 * libalb-agent offers readers and parameters, not tables. */
#pragma once

#include "alb-agent/schema.h"

/* The table of what 'action' answers; NULL when there is no such action. */
const struct schema *alb_reply_schema(const char *action);

/* The table of the request of 'action'; NULL when it has no struct (ALB_REQUESTS). */
const struct schema *alb_request_schema(const char *action);
