/* job.c - asynchronous jobs. */
#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_job
static const struct field alb_job_fields[] = {
    STR(id,            "Id"),
    STR(status,        "Status",      .values = "Succeeded|Failed|Processing"),
    STR(api,           "ApiName"),
    STR(error_code,    "ErrorCode"),
    STR(error_message, "ErrorMessage"),
    STR(operation,     "OperateType", .values = "Create|Update|Delete"),
    STR(resource_type, "ResourceType"),
    STR(resource_id,   "ResourceId"),
    INT(created_ms,    "CreateTime"),
    INT(modified_ms,   "ModifyTime"),
};
static SCHEMA(alb_job, "Job");
#undef SELF

#define SELF struct alb_job_list
static const struct field alb_job_list_fields[] = {
    LIST(items, alb_job,  "Jobs"),
    OBJ (page,  alb_page, "", .flags = F_INLINE),
};
SCHEMA(alb_job_list, "Jobs");
#undef SELF
/* clang-format on */
