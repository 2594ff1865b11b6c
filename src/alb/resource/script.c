/* script.c - AScript, the scripts of listeners. */
#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_script_attribute
static const struct field alb_script_attribute_fields[] = {
    STR(key,   "AttributeKey", .values = "EsDebug"),
    STR(value, "AttributeValue"),
};
static SCHEMA(alb_script_attribute, "ExtAttribute");
#undef SELF

#define SELF struct alb_script
static const struct field alb_script_fields[] = {
    STR (id,          "AScriptId",           .flags = F_OBSERVED),
    STR (name,        "AScriptName",         .flags = F_REQUIRED, .via = ALB_VIA_UPDATE),
    STR (listener_id, "ListenerId",          .flags = F_OBSERVED),
    STR (lb_id,       "LoadBalancerId",      .flags = F_OBSERVED),
    STR (content,     "ScriptContent",       .flags = F_REQUIRED, .via = ALB_VIA_UPDATE),
    BOOL(enabled,     "Enabled",             DFLT(false), .via = ALB_VIA_UPDATE),
    STR (position,    "Position",            .dflt_str = "RequestHead", .via = ALB_VIA_REPLACE,
                      .values = "RequestHead|RequestFoot|ResponseHead"),
    BOOL(extended,    "ExtAttributeEnabled", DFLT(false), .via = ALB_VIA_UPDATE),
    LIST(attributes,  alb_script_attribute, "ExtAttributes", .via = ALB_VIA_UPDATE),
    STR (status,      "AScriptStatus",       .flags = F_OBSERVED,
                      .values = "Creating|Available|Configuring|Deleting"),
};
SCHEMA(alb_script, "AScript");
#undef SELF

#define SELF struct alb_script_list
static const struct field alb_script_list_fields[] = {
    LIST(items, alb_script, "AScripts"),
    OBJ (page,  alb_page,   "", .flags = F_INLINE),
};
SCHEMA(alb_script_list, "AScripts");
#undef SELF

#define SELF struct alb_created_script
static const struct field alb_created_script_fields[] = {
    STR(id, "AScriptId"),
};
static SCHEMA(alb_created_script, "AScriptId");
#undef SELF

#define SELF struct alb_created_scripts
static const struct field alb_created_scripts_fields[] = {
    LIST(items,      alb_created_script, "AScriptIds"),
    STR (job_id,     "JobId"),
    STR (request_id, "RequestId"),
};
SCHEMA(alb_created_scripts, "AScriptIds");
#undef SELF
/* clang-format on */
