/* annotation.c - the annotations of an Ingress: how they are read, which take effect, and
 * what to say about the others (alb-ingress.md §A). */
#include <string.h>
#include <strings.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/name.h"
#include "translate_priv.h"

/* Looks at what is there, which is little; to build the key of everything that might be there
 * costs more than the rest of the translation. */
static const char *value_below(const struct object *obj, const char *prefix, const char *name)
{
    const cJSON *all = json_get(json_get(object_body(obj), "metadata"), "annotations"), *v;
    size_t n = strlen(prefix);
    if (cJSON_IsObject(all))
        cJSON_ArrayForEach (v, all)
            if (!strncmp(v->string, prefix, n) && !strcmp(v->string + n, name))
                return cJSON_GetStringValue(v);
    return NULL;
}

const char *annotation(const struct object *obj, const char *name)
{
    return value_below(obj, ANNOTATION_PREFIX, name);
}

const char *annotation_aliased(const struct object *obj, const char *name)
{
    const char *value = value_below(obj, NGINX_PREFIX, name);
    return value ? value : annotation(obj, name);
}

struct place annotation_place(struct arena *a, const char *name)
{
    (void)a;
    return (struct place){ .annotation = name };
}

/* The next line of '*text' without the blanks around it. */
static struct buf *add_line(struct buf *b, const char **text)
{
    const char *line = *text + strspn(*text, " \t\r");
    size_t n = strcspn(line, "\n"), end = n;
    while (end && strchr(" \t\r", line[end - 1]))
        end--;
    buf_add(b, line, end);
    *text = line + n + (line[n] == '\n');
    return b;
}

const char *annotation_text(struct subject *s, const char *name)
{
    const char *value = annotation(s->obj, name);
    struct buf b CLEANUP(buf_done) = { 0 };
    while (value && *value) {
        size_t before = b.len;
        if (add_line(&b, &value)->len > before && *value)
            buf_addc(&b, '\n');
    }
    while (b.len && b.data[b.len - 1] == '\n')
        b.len--;
    return b.len ? arena_strndup(s->t->a, b.data, b.len) : NULL;
}

cJSON *annotation_json(struct subject *s, const char *name, const char *wanted)
{
    const char *text = annotation_text(s, name);
    struct place at = annotation_place(s->t->a, name);
    struct error err;
    cJSON *json = NULL;
    if (text && !json_parse(text, strlen(text), &json, &err))
        problem(s, &at, "%s; give %s", err.msg, wanted);
    return json;
}

static const struct annotation_row *find_row(const char *name)
{
    for (size_t i = 0; i < annotation_n_rows; i++)
        if (!strcmp(annotation_rows[i].name, name))
            return &annotation_rows[i];
    return NULL;
}

static const char *row_value(const struct object *obj, const struct annotation_row *row)
{
    return row->aliased ? annotation_aliased(obj, row->name) : annotation(obj, row->name);
}

/* "true" is true and everything else is false, as the existing controller has it. */
static bool is_true(struct subject *s, const char *name, const char *value)
{
    if (!value || !strcmp(value, "true"))
        return value;
    struct place at = annotation_place(s->t->a, name);
    if (strcmp(value, "false") != 0)
        warn(s, &at, "\"%s\" is neither \"true\" nor \"false\", and taken for \"false\"", value);
    return false;
}

bool annotation_is_true(struct subject *s, const char *name, bool aliased)
{
    return is_true(s, name, aliased ? annotation_aliased(s->obj, name) : annotation(s->obj, name));
}

static void check_attendant(struct subject *s, const struct annotation_row *row)
{
    const struct annotation_row *with = row->with ? find_row(row->with) : NULL;
    const char *value = with ? row_value(s->obj, with) : NULL;
    struct place at = annotation_place(s->t->a, row->name);
    if (with && !value)
        warn(s, &at, "it has no effect without %s: \"true\"; add that, or remove it", row->with);
}

static void check_row(struct subject *s, const struct annotation_row *row)
{
    const char *value = row_value(s->obj, row);
    if (!value)
        return;
    struct place at = annotation_place(s->t->a, row->name);
    if (row->support == ANNOTATION_ATTENDANT)
        check_attendant(s, row);
    else if (row->support == ANNOTATION_LATER && value[strspn(value, " \t\r\n")])
        warn(s, &at, "it has no effect. %s", row->meaning);
}

/* "conditions.<service>" and its like act on every path to that Service. */
static void check_for_service(struct subject *s, const char *name, const char *prefix,
                              const struct map *services)
{
    struct place at = annotation_place(s->t->a, name);
    if (!map_get(services, name + strlen(prefix)))
        warn(s, &at, "no backend of this Ingress has the name '%s', so it has no effect",
             name + strlen(prefix));
}

static const char *instead_of(const char *name)
{
    for (size_t i = 0; i < annotation_n_others; i++) {
        const char *other = annotation_others[i].name;
        const size_t n = strlen(other);
        if (other[n - 1] == '-' ? !strncmp(name, other, n) : !strcmp(name, other))
            return annotation_others[i].instead;
    }
    return NULL;
}

static void warn_unknown(struct subject *s, const char *name)
{
    const char **names = arena_array(s->t->a, annotation_n_rows, sizeof *names);
    for (size_t i = 0; i < annotation_n_rows; i++)
        names[i] = annotation_rows[i].name;
    const char *near = name_nearest(name, names, annotation_n_rows);
    const char *instead = instead_of(name);
    struct place at = annotation_place(s->t->a, name);
    if (instead)
        warn(s, &at, "there is no such annotation, so it has no effect; give %s", instead);
    else if (near)
        warn(s, &at, "there is no such annotation, so it has no effect; is it '%s'?", near);
    else
        warn(s, &at, "there is no such annotation, so it has no effect; remove it");
}

static void check_one(struct subject *s, const cJSON *v, const struct map *services)
{
    static const char *const prefixes[] = { "actions.", "conditions.", "rule-direction." };
    size_t n = strlen(ANNOTATION_PREFIX);
    if (strncmp(v->string, ANNOTATION_PREFIX, n) != 0 || !cJSON_IsString(v))
        return;
    const char *name = v->string + n;
    for (size_t i = 0; i < COUNT(prefixes); i++)
        if (!strncmp(name, prefixes[i], strlen(prefixes[i]))) {
            check_for_service(s, name, prefixes[i], services);
            return;
        }
    if (!find_row(name))
        warn_unknown(s, name);
}

void annotations_check(struct subject *s, const struct map *services)
{
    for (size_t i = 0; i < annotation_n_rows; i++)
        check_row(s, &annotation_rows[i]);
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(object_body(s->obj), "metadata");
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(metadata, "annotations"), *v;
    if (cJSON_IsObject(all))
        cJSON_ArrayForEach (v, all)
            check_one(s, v, services);
}
