/* decode.c - JSON into objects: strict for what we wrote, lenient for what a cloud says. */
#include <inttypes.h>
#include <strings.h>

#include "alb-agent/json.h"
#include "schema_priv.h"

struct decoder {
    struct arena *a;
    enum schema_mode mode;
    struct error *err;
};

static bool decode_object(struct decoder *d, const struct schema *s, void *obj, const cJSON *json);

/* In lenient mode a value that cannot be read is passed over. */
static bool refuse(struct decoder *d, const char *why)
{
    if (d->mode == SCHEMA_LENIENT)
        return true;
    return error_set(d->err, ERROR_INVALID, "%s", why);
}

static bool decode_int(struct decoder *d, const struct field *f, void *obj, const cJSON *v)
{
    if (!json_is_int(v))
        return refuse(d, "not an integer");
    int64_t n = (int64_t)v->valuedouble;
    if (f->max > f->min && (n < f->min || n > f->max) && d->mode == SCHEMA_STRICT)
        return error_set(d->err, ERROR_INVALID, "%" PRId64 " is outside %" PRId64 "..%" PRId64, n,
                         f->min, f->max);
    PUT(struct opt_int, f, obj, n, true);
    return true;
}

static bool decode_num(struct decoder *d, const struct field *f, void *obj, const cJSON *v)
{
    if (!cJSON_IsNumber(v))
        return refuse(d, "not a number");
    PUT(struct opt_num, f, obj, v->valuedouble, true);
    return true;
}

/* Without regard to case: the cloud returns values as they were sent (issue of clients
 * that send "instance" for "Instance"). */
static bool decode_enum(struct decoder *d, const struct field *f, void *obj, const cJSON *v)
{
    if (!cJSON_IsString(v))
        return refuse(d, "not a string");
    for (int e = 1; (size_t)e < f->n_names; e++)
        if (!strcasecmp(f->names[e], v->valuestring)) {
            PUT(int, f, obj, e);
            return true;
        }
    return refuse(d, arena_fmt(d->a, "unknown value '%s'", v->valuestring));
}

static bool decode_element(struct decoder *d, const struct field *f, void *slot, const cJSON *v)
{
    if (f->kind == FIELD_LIST)
        return decode_object(d, f->of, slot, v);
    if (!cJSON_IsString(v)) {
        *(const char **)slot = "";
        return refuse(d, "not a string");
    }
    *(const char **)slot = arena_strdup(d->a, v->valuestring);
    return true;
}

static bool decode_list(struct decoder *d, const struct field *f, void *obj, const cJSON *v)
{
    if (!cJSON_IsArray(v))
        return refuse(d, "not an array");
    size_t n = (size_t)cJSON_GetArraySize(v), i = 0;
    struct list l = { arena_array(d->a, n, item_size(f)), n };
    const cJSON *e;
    cJSON_ArrayForEach (e, v) {
        if (!decode_element(d, f, list_item(&l, item_size(f), i), e))
            return error_wrap(d->err, "[%zu]", i);
        i++;
    }
    memcpy(field_at_mut(f, obj), &l, sizeof l);
    return true;
}

static bool decode_field(struct decoder *d, const struct field *f, void *obj, const cJSON *v)
{
    switch (f->kind) {
    case FIELD_BOOL:
        if (!cJSON_IsBool(v))
            return refuse(d, "not a boolean");
        PUT(struct opt_bool, f, obj, cJSON_IsTrue(v), true);
        return true;
    case FIELD_INT: return decode_int(d, f, obj, v);
    case FIELD_NUM: return decode_num(d, f, obj, v);
    case FIELD_ENUM: return decode_enum(d, f, obj, v);
    case FIELD_STR:
        if (!cJSON_IsString(v))
            return refuse(d, "not a string");
        PUT(const char *, f, obj, arena_strdup(d->a, v->valuestring));
        return true;
    case FIELD_OBJ: return decode_object(d, f->of, field_at_mut(f, obj), v);
    case FIELD_STRS:
    case FIELD_LIST: break;
    }
    return decode_list(d, f, obj, v);
}

static const cJSON *member_of(const struct field *f, const cJSON *json)
{
    if (f->flags & F_INLINE)
        return json;
    return strchr(f->name, '.') ? json_at(json, f->name) : json_get(json, f->name);
}

static bool decode_object(struct decoder *d, const struct schema *s, void *obj, const cJSON *json)
{
    if (!cJSON_IsObject(json))
        return refuse(d, "not an object");
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if (!field_selected(s, f, obj))
            continue;
        const cJSON *v = member_of(f, json);
        if (!v) {
            if ((f->flags & F_REQUIRED) && !refuse(d, "missing"))
                return error_wrap(d->err, "%s", f->name);
            continue;
        }
        if (!decode_field(d, f, obj, v))
            return f->flags & F_INLINE ? false : error_wrap(d->err, "%s", f->name);
    }
    return true;
}

bool schema_from_json(struct arena *a, const struct schema *s, void *obj, const cJSON *json,
                      enum schema_mode mode, struct error *err)
{
    memset(obj, 0, s->size);
    struct decoder d = { .a = a, .mode = mode, .err = err };
    return decode_object(&d, s, obj, json);
}
