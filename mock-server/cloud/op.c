/* op.c - what every handler uses: refusals in the cloud's words, parameters, and JSON that
 * lives as long as the call. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "alb-agent/clock.h"
#include "cloud_priv.h"

bool refuse(struct error *err, int status, const char *code, const char *fmt, ...)
{
    char msg[sizeof err->msg];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    error_set(err, ERROR_INVALID, "%s", n < 0 ? "" : msg);
    err->http_status = status;
    n = snprintf(err->code, sizeof err->code, "%s", code);
    if (n < 0)
        err->code[0] = '\0';
    return false;
}

static bool refuse_code(struct error *err, int status, const char *family, const char *what,
                        const char *msg)
{
    char code[sizeof err->code];
    int n = snprintf(code, sizeof code, "%s.%s", family, what);
    return refuse(err, status, n < 0 ? family : code, "%s", msg);
}

bool refuse_missing(struct error *err, const char *what, const char *id)
{
    char msg[256];
    int n = snprintf(msg, sizeof msg, "The specified resource %s [%s] is not found.", what,
                     id ? id : "");
    return refuse_code(err, 404, "ResourceNotFound", what, n < 0 ? what : msg);
}

bool refuse_status(struct error *err, const char *what, const char *id)
{
    char msg[256];
    int n = snprintf(msg, sizeof msg, "The status of %s [%s] is incorrect.", what, id);
    return refuse_code(err, 400, "IncorrectStatus", what, n < 0 ? what : msg);
}

bool refuse_denied(struct error *err, const char *why)
{
    char msg[256];
    int n = snprintf(msg, sizeof msg, "The operation is not allowed because of %s.", why);
    return refuse_code(err, 400, "OperationDenied", why, n < 0 ? why : msg);
}

bool refuse_illegal(struct error *err, const char *name)
{
    char msg[256];
    int n = snprintf(msg, sizeof msg, "The param of %s is illegal.", name);
    return refuse_code(err, 400, "IllegalParam", name, n < 0 ? name : msg);
}

bool refuse_absent(struct error *err, const char *name)
{
    char msg[256];
    int n = snprintf(msg, sizeof msg, "The param of %s is missing.", name);
    return refuse_code(err, 400, "MissingParam", name, n < 0 ? name : msg);
}

const char *op_str(const struct op *op, const char *name)
{
    return json_str(op->params, name);
}

const cJSON *op_list(const struct op *op, const char *name)
{
    const cJSON *v = json_get(op->params, name);
    return cJSON_IsArray(v) && cJSON_GetArraySize(v) > 0 ? v : NULL;
}

const cJSON *op_tags(struct op *op)
{
    cJSON *tags = op_own(op, cJSON_CreateArray());
    const cJSON *t = NULL;
    cJSON_ArrayForEach (t, op_list(op, "Tag")) {
        if (cJSON_IsObject(t))
            cJSON_AddItemToArray(tags, cJSON_Duplicate(t, true));
    }
    return cJSON_GetArraySize(tags) > 0 ? tags : NULL;
}

const cJSON *op_fields(struct op *op, const char *name)
{
    const char *value = op_str(op, name);
    if (!value)
        return NULL;
    cJSON *fields = op_own(op, cJSON_CreateObject());
    json_set_str(fields, name, value);
    return fields;
}

bool op_resource_group(struct op *op, const char **id, struct error *err)
{
    *id = op_str(op, "ResourceGroupId");
    if (*id && !text_begins(*id, "rg-"))
        return refuse(err, 400, "NotExist.ResourceGroup", "ResourceGroup does not exist.");
    *id = *id ? *id : "rg-default";
    return true;
}

cJSON *op_own(struct op *op, cJSON *json)
{
    *LIST_PUSH(op->a, &op->owned) = json;
    return json;
}

cJSON *op_parse(struct op *op, const char *text)
{
    return op_own(op, cJSON_Parse(text));
}

cJSON *op_copy(struct op *op, const cJSON *json)
{
    return op_own(op, cJSON_Duplicate(json, true));
}

const char *op_text(struct op *op, const cJSON *json)
{
    if (!json)
        return NULL;
    struct buf b CLEANUP(buf_done) = { .max = 0 };
    json_write(&b, json, false);
    return buf_keep(&b, op->a);
}

void cloud_give_ids(struct cloud *c, const char **ids, size_t n)
{
    c->given = ids;
    c->n_given = n;
}

static const char *take_given(struct cloud *c, const char *prefix)
{
    for (size_t i = 0; i < c->n_given; i++) {
        const char *id = c->given[i];
        if (!id || !text_begins(id, prefix))
            continue;
        c->given[i] = NULL;
        return id;
    }
    return NULL;
}

const char *op_new_id(struct op *op, const char *prefix)
{
    const char *given = take_given(op->cloud, prefix);
    if (given)
        return arena_strdup(op->a, given);
    char text[19];
    rng_text(&op->cloud->rng, "abcdefghijklmnopqrstuvwxyz0123456789", text, sizeof text - 1);
    return arena_fmt(op->a, "%s%s", prefix, text);
}

const char *op_time(struct op *op)
{
    char text[TIME_TEXT];
    return arena_strdup(op->a, time_format(op->now_ms, text));
}

static void json_put(cJSON *obj, const char *name, cJSON *value)
{
    if (cJSON_GetObjectItemCaseSensitive(obj, name))
        cJSON_ReplaceItemInObjectCaseSensitive(obj, name, value);
    else
        cJSON_AddItemToObject(obj, name, value);
}

void json_set(cJSON *obj, const char *name, const cJSON *value)
{
    json_put(obj, name, cJSON_Duplicate(value, true));
}

void json_set_str(cJSON *obj, const char *name, const char *value)
{
    if (value)
        json_put(obj, name, cJSON_CreateString(value));
    else
        cJSON_DeleteItemFromObjectCaseSensitive(obj, name);
}

void json_set_int(cJSON *obj, const char *name, int64_t value)
{
    json_put(obj, name, json_new_int(value));
}

void json_set_bool(cJSON *obj, const char *name, bool value)
{
    json_put(obj, name, cJSON_CreateBool(value));
}

bool json_true(const cJSON *obj, const char *name)
{
    return cJSON_IsTrue(json_get(obj, name));
}

bool json_bool(const cJSON *obj, const char *name, bool dflt)
{
    const cJSON *v = json_get(obj, name);
    return cJSON_IsBool(v) ? cJSON_IsTrue(v) : dflt;
}

void json_copy_members(cJSON *to, const cJSON *from, const char *const *names)
{
    for (; *names; names++) {
        const cJSON *v = json_get(from, *names);
        if (v)
            json_set(to, *names, v);
    }
}

void json_merge(cJSON *to, const cJSON *from)
{
    const cJSON *m = NULL;
    cJSON_ArrayForEach (m, from)
        json_set(to, m->string, m);
}

void json_move(cJSON *to, cJSON *from)
{
    to->child = from->child;
    from->child = NULL;
}

bool text_is(const char *x, const char *y)
{
    return x && y && strcmp(x, y) == 0;
}

bool text_begins(const char *text, const char *prefix)
{
    return text && strncmp(text, prefix, strlen(prefix)) == 0;
}

const char *text_of(const cJSON *json)
{
    return cJSON_IsString(json) ? json->valuestring : NULL;
}
