/* script.c - AScript, the scripts of listeners. */
#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_script
static const struct field alb_script_fields[] = {
    STR (id,          "AScriptId"),
    STR (name,        "AScriptName"),
    STR (listener_id, "ListenerId"),
    STR (lb_id,       "LoadBalancerId"),
    STR (content,     "ScriptContent"),
    BOOL(enabled,     "Enabled"),
    STR (status,      "AScriptStatus", .values = "Creating|Available|Configuring|Deleting"),
};
static SCHEMA(alb_script, "AScript");
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
