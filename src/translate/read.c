/* read.c - JSON into structs by tables, as schema.h has them, but for what people write:
 * every mistake is named, not only the first, and a misspelt name gets a hint. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/name.h"
#include "translate_priv.h"

struct list {
    void *items;
    size_t len;
};

const char *json_kind(const cJSON *json)
{
    if (!json || cJSON_IsNull(json))
        return "nothing";
    if (cJSON_IsString(json))
        return "text";
    if (cJSON_IsNumber(json))
        return "a number";
    if (cJSON_IsBool(json))
        return "true or false";
    return cJSON_IsArray(json) ? "a list" : "a map";
}

bool text_to_int(const char *text, int64_t *out)
{
    size_t n = strlen(text);
    if (!n || n > 9 || strspn(text, "0123456789") != n)
        return false;
    *out = 0;
    for (size_t i = 0; i < n; i++)
        *out = *out * 10 + (text[i] - '0');
    return true;
}

/* ---- names ---------------------------------------------------------------------------- */

static void warn_unknown(struct subject *s, const struct place *at, const struct schema *schema)
{
    const char **names = arena_array(s->t->a, schema->n_fields, sizeof *names);
    for (size_t i = 0; i < schema->n_fields; i++)
        names[i] = schema->fields[i].name;
    const char *near = name_nearest(at->name, names, schema->n_fields);
    if (near)
        warn(s, at, "there is no such field, so it has no effect; is it '%s'?", near);
    else
        warn(s, at, "there is no such field, so it has no effect; remove it");
}

/* ---- values ----------------------------------------------------------------------------- */

static void *member(const struct field *f, void *obj)
{
    return (char *)obj + f->off;
}

static void mistyped(struct subject *s, const struct place *at, const cJSON *v, const char *wanted)
{
    if (cJSON_IsString(v) && strlen(v->valuestring) <= 40)
        problem(s, at, "\"%s\" is text; give %s, without quotes", v->valuestring, wanted);
    else
        problem(s, at, "this is %s; give %s", json_kind(v), wanted);
}

/* Here and in read_int() what is meant is checked as if it were written well, so that there is one
 * message of the quotes, and others only of the value. */
static void read_text(struct subject *s, const struct place *at, const cJSON *v, const char **out)
{
    if (cJSON_IsString(v))
        *out = *v->valuestring ? arena_strdup(s->t->a, v->valuestring) : NULL;
    else if (cJSON_IsNumber(v) || cJSON_IsBool(v))
        problem(s, at, "this is %s; give text: put it in quotes: \"%s\"", json_kind(v),
                *out = json_canonical(s->t->a, v));
    else
        problem(s, at, "this is %s; give text", json_kind(v));
}

static void read_int(struct subject *s, const struct place *at, const struct field *f,
                     const cJSON *v, struct opt_int *out)
{
    int64_t n = 0;
    bool as_text = cJSON_IsString(v) && text_to_int(v->valuestring, &n);
    if (!json_is_int(v) && !(as_text && (f->flags & READ_INT_TEXT)))
        mistyped(s, at, v, "a whole number");
    if (!json_is_int(v) && !as_text)
        return;
    if (!as_text)
        n = (int64_t)v->valuedouble;
    if (f->max > f->min && (n < f->min || n > f->max))
        problem(s, at, "%" PRId64 " is out of range; give %" PRId64 " to %" PRId64, n, f->min,
                f->max);
    else
        *out = (struct opt_int){ .val = n, .set = true };
}

/* "HTTP, HTTPS or QUIC".  A value without a name is not for manifests. */
static const char *allowed_names(struct subject *s, const struct field *f)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 1; i < f->n_names; i++)
        if (f->names[i])
            buf_addf(&b, "%s%s", !b.len ? "" : i + 1 < f->n_names ? ", " : " or ", f->names[i]);
    return buf_keep(&b, s->t->a);
}

static void read_enum(struct subject *s, const struct place *at, const struct field *f,
                      const cJSON *v, int *out)
{
    const char *text = NULL;
    read_text(s, at, v, &text);
    if (!text)
        return;
    for (int i = 1; (size_t)i < f->n_names; i++)
        if (f->names[i] && !strcasecmp(text, f->names[i])) {
            *out = i;
            return;
        }
    problem(s, at, "\"%s\" is not known; give %s", text, allowed_names(s, f));
}

static void read_list(struct subject *s, const struct place *at, const struct field *f,
                      const cJSON *v, void *to, enum read_how how)
{
    if (!cJSON_IsArray(v)) {
        mistyped(s, at, v, "a list");
        return;
    }
    size_t size = f->kind == FIELD_LIST ? f->of->size : sizeof(const char *);
    size_t n = (size_t)cJSON_GetArraySize(v);
    struct list list = { arena_array(s->t->a, n + 1, size), 0 };
    const cJSON *e;
    cJSON_ArrayForEach (e, v) {
        void *slot = (char *)list.items + size * list.len;
        struct place here = { .up = at, .index = list.len++ };
        if (f->kind == FIELD_LIST) {
            read_object(s, &here, f->of, slot, e, how);
        } else {
            const char *text = NULL;
            read_text(s, &here, e, &text);
            *(const char **)slot = text ? text : "";
        }
    }
    memcpy(to, &list, sizeof list);
}

static void read_value(struct subject *s, const struct place *at, const struct field *f,
                       const cJSON *v, void *to, enum read_how how)
{
    switch (f->kind) {
    case FIELD_BOOL:
        if (cJSON_IsBool(v))
            *(struct opt_bool *)to = (struct opt_bool){ .val = cJSON_IsTrue(v), .set = true };
        else
            mistyped(s, at, v, "true or false");
        break;
    case FIELD_INT: read_int(s, at, f, v, to); break;
    case FIELD_NUM: mistyped(s, at, v, "nothing"); break; /* no row of ours has one */
    case FIELD_ENUM: read_enum(s, at, f, v, to); break;
    case FIELD_STR: read_text(s, at, v, to); break;
    case FIELD_OBJ: read_object(s, at, f->of, to, v, how); break;
    case FIELD_STRS:
    case FIELD_LIST: read_list(s, at, f, v, to, how); break;
    }
}

/* Does the value ask for nothing: false, 0, "", [] or {}? */
static bool is_off(const cJSON *v)
{
    if (cJSON_IsString(v))
        return !*v->valuestring;
    if (cJSON_IsNumber(v))
        return json_is_int(v) && (int64_t)v->valuedouble == 0;
    if (cJSON_IsArray(v) || cJSON_IsObject(v))
        return !v->child;
    return !cJSON_IsTrue(v);
}

static void warn_later(struct subject *s, const struct place *at, const struct field *f,
                       const cJSON *v)
{
    if (!is_off(v))
        warn(s, at, "it has no effect%s%s", f->doc ? ". " : "", f->doc ? f->doc->meaning : "");
}

static void read_member(struct subject *s, const struct place *at, const struct field *f,
                        const cJSON *v, void *obj, enum read_how how)
{
    if (f->flags & READ_PRESENT)
        *(struct opt_bool *)member(f, obj) = (struct opt_bool){ .val = true, .set = true };
    else if (f->flags & READ_LATER)
        warn_later(s, at, f, v);
    else if ((f->flags & READ_REFUSED) && !is_off(v))
        problem(s, at, "not supported yet; remove it");
    else if (!(f->flags & (READ_REFUSED | READ_IGNORED)))
        read_value(s, at, f, v, member(f, obj), how);
}

static bool holds(const char *text, const char *part)
{
    const size_t n = strlen(part);
    while (*text && strncasecmp(text, part, n) != 0)
        text++;
    return *text;
}

/* The row of a name, or of the family that it belongs to. */
static const struct field *row_of(const struct schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->n_fields; i++) {
        const struct field *f = &schema->fields[i];
        bool family = f->flags & READ_FAMILY;
        if (family ? holds(name, f->name) : !strcasecmp(name, f->name))
            return f;
    }
    return NULL;
}

static void check_names(struct subject *s, const struct place *at, const struct schema *schema,
                        const cJSON *json)
{
    const cJSON *v;
    cJSON_ArrayForEach (v, json) {
        const struct field *f = row_of(schema, v->string);
        struct place here = { .up = at, .name = v->string };
        if (!f)
            warn_unknown(s, &here, schema);
        else if (f->flags & READ_FAMILY)
            warn_later(s, &here, f, v);
    }
}

void read_object(struct subject *s, const struct place *at, const struct schema *schema, void *obj,
                 const cJSON *json, enum read_how how)
{
    if (!cJSON_IsObject(json)) {
        problem(s, at, "this is %s; give a map", json_kind(json));
        return;
    }
    for (size_t i = 0; i < schema->n_fields; i++) {
        const struct field *f = &schema->fields[i];
        struct place here = { .up = at, .name = f->name };
        const cJSON *v =
            how == READ_NOCASE ? json_get_nocase(json, f->name) : json_get(json, f->name);
        bool empty = !v || (cJSON_IsString(v) && !*v->valuestring);
        if (empty && (f->flags & F_REQUIRED))
            problem(s, &here, "missing; add it");
        else if (v && !(f->flags & READ_FAMILY)) /* see check_names() */
            read_member(s, &here, f, v, obj, how);
    }
    if (how == READ_NOCASE)
        check_names(s, at, schema, json);
}

const struct schema *schema_arm(struct arena *a, const struct schema *schema, const char *arm,
                                const char *other_arm)
{
    struct schema *out = arena_dup(a, schema, sizeof *schema);
    struct field *fields = arena_dup(a, schema->fields, schema->n_fields * sizeof *fields);
    for (size_t i = 0; i < schema->n_fields; i++) {
        bool chosen = (arm && !strcmp(fields[i].name, arm))
                      || (other_arm && !strcmp(fields[i].name, other_arm));
        if (fields[i].kind == FIELD_OBJ && !chosen)
            fields[i].flags |= READ_IGNORED;
    }
    out->fields = fields;
    return out;
}
