/* flatten.c - a JSON tree as flat parameters (signature.md §2). */
#include "alb-agent/alb_param.h"

#include "alb-agent/buf.h"
#include "alb-agent/json.h"

static const char *value_of(struct arena *a, const cJSON *json)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    if (cJSON_IsString(json))
        return arena_strdup(a, json->valuestring);
    if (cJSON_IsBool(json))
        return cJSON_IsTrue(json) ? "true" : "false";
    json_write(&b, json, false);
    return buf_keep(&b, a);
}

/* Members below 'path' ("" at the top); trees are at most JSON_DEPTH deep. */
static void add(struct arena *a, const cJSON *json, const char *path, alb_params *out)
{
    const cJSON *child;
    size_t index = 0;
    if (cJSON_IsNull(json))
        return;
    if (!cJSON_IsArray(json) && !cJSON_IsObject(json)) {
        *LIST_PUSH(a, out) = (struct alb_param){ .name = path, .value = value_of(a, json) };
        return;
    }
    cJSON_ArrayForEach (child, json) {
        index++;
        const char *name =
            cJSON_IsArray(json) ? arena_fmt(a, "%zu", index) : arena_strdup(a, child->string);
        add(a, child, *path ? arena_fmt(a, "%s.%s", path, name) : name, out);
    }
}

bool alb_param_flatten(struct arena *a, const cJSON *json, alb_params *out, struct error *err)
{
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_INVALID, "parameters as JSON are one object");
    add(a, json, "", out);
    return true;
}
