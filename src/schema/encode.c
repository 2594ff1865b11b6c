/* encode.c - objects as JSON trees. */
#include <stdlib.h>

#include "alb-agent/json.h"
#include "schema_priv.h"

static int by_text(const void *x, const void *y)
{
    const char *const *a = x, *const *b = y;
    return strcmp(*a, *b);
}

/* Replaces an array by one whose elements are in byte order of their canonical text. */
static cJSON *sorted_set(cJSON *array)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    LIST_OF(char *) texts = { 0 };
    const cJSON *e;
    cJSON_ArrayForEach (e, array)
        *LIST_PUSH(&a, &texts) = json_canonical(&a, e);
    cJSON_Delete(array);
    if (texts.len)
        qsort(texts.items, texts.len, sizeof *texts.items, by_text);
    cJSON *out = cJSON_CreateArray();
    for (size_t i = 0; i < texts.len; i++)
        cJSON_AddItemToArray(out, cJSON_CreateRaw(texts.items[i]));
    return out;
}

static cJSON *list_to_json(const struct field *f, const void *obj, unsigned how)
{
    struct list l = GET(struct list, f, obj);
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < l.len; i++)
        cJSON_AddItemToArray(array, f->kind == FIELD_LIST
                                        ? schema_to_json(f->of, list_item(&l, f->of->size, i), how)
                                        : cJSON_CreateString(((const char *const *)l.items)[i]));
    bool set = (how & SCHEMA_JSON_SORTED) && (f->flags & F_UNORDERED);
    return set ? sorted_set(array) : array;
}

static cJSON *field_to_json(const struct field *f, const void *obj, unsigned how)
{
    if ((how & SCHEMA_JSON_REDACT) && (f->flags & F_SECRET))
        return cJSON_CreateString("<redacted>");
    switch (f->kind) {
    case FIELD_BOOL: return cJSON_CreateBool(GET(struct opt_bool, f, obj).val);
    case FIELD_INT: return json_new_int(GET(struct opt_int, f, obj).val);
    case FIELD_NUM: return cJSON_CreateNumber(GET(struct opt_num, f, obj).val);
    case FIELD_ENUM: return cJSON_CreateString(f->names[GET(int, f, obj)]);
    case FIELD_STR: return cJSON_CreateString(GET(const char *, f, obj));
    case FIELD_OBJ: return schema_to_json(f->of, field_at(f, obj), how);
    case FIELD_STRS:
    case FIELD_LIST: break;
    }
    return list_to_json(f, obj, how);
}

/* Adds a member by its name, "A.B" to the object A, which is made when it is not there. */
static void add_member(cJSON *json, const char *name, cJSON *value)
{
    const char *dot = strchr(name, '.');
    if (!dot) {
        cJSON_AddItemToObject(json, name, value);
        return;
    }
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *outer = arena_strndup(&a, name, (size_t)(dot - name));
    cJSON *object = cJSON_GetObjectItemCaseSensitive(json, outer);
    add_member(object ? object : cJSON_AddObjectToObject(json, outer), dot + 1, value);
}

static void add_members(cJSON *json, const struct schema *s, const void *obj, unsigned how)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        bool left_out = (how & SCHEMA_JSON_OURS) && (f->flags & F_OBSERVED);
        if (left_out || !field_selected(s, f, obj) || !field_is_set(f, obj))
            continue;
        if (f->flags & F_INLINE)
            add_members(json, f->of, field_at(f, obj), how);
        else
            add_member(json, f->name, field_to_json(f, obj, how));
    }
}

cJSON *schema_to_json(const struct schema *s, const void *obj, unsigned how)
{
    cJSON *json = cJSON_CreateObject();
    add_members(json, s, obj, how);
    return json;
}
