/* schema.c - members, read as what their row says they are; and the self-check. */
#include <inttypes.h>
#include <stdio.h>

#include "schema_priv.h"

bool field_selected(const struct schema *s, const struct field *f, const void *obj)
{
    return !f->arm || f->arm == GET(int, &s->fields[0], obj);
}

bool field_is_set(const struct field *f, const void *obj)
{
    switch (f->kind) {
    case FIELD_BOOL: return GET(struct opt_bool, f, obj).set;
    case FIELD_INT: return GET(struct opt_int, f, obj).set;
    case FIELD_NUM: return GET(struct opt_num, f, obj).set;
    case FIELD_ENUM: return GET(int, f, obj) != 0;
    case FIELD_STR: return GET(const char *, f, obj) != NULL;
    case FIELD_STRS:
    case FIELD_LIST: return GET(struct list, f, obj).items != NULL;
    case FIELD_OBJ: return schema_is_set(f->of, field_at(f, obj));
    }
    return false;
}

bool schema_is_set(const struct schema *s, const void *obj)
{
    for (size_t i = 0; i < s->n_fields; i++)
        if (field_selected(s, &s->fields[i], obj) && field_is_set(&s->fields[i], obj))
            return true;
    return false;
}

bool schema_has_flag(const struct schema *s, unsigned flag)
{
    for (size_t i = 0; i < s->n_fields; i++)
        if ((s->fields[i].flags & flag)
            || (s->fields[i].of && schema_has_flag(s->fields[i].of, flag)))
            return true;
    return false;
}

const char *field_scalar(const struct field *f, const void *obj, char text[static 32])
{
    switch (f->kind) {
    case FIELD_BOOL: return GET(struct opt_bool, f, obj).val ? "true" : "false";
    case FIELD_INT:
        (void)snprintf(text, 32, "%" PRId64, GET(struct opt_int, f, obj).val);
        return text;
    case FIELD_NUM: (void)snprintf(text, 32, "%.17g", GET(struct opt_num, f, obj).val); return text;
    case FIELD_ENUM: return f->names[GET(int, f, obj)];
    case FIELD_STR: return GET(const char *, f, obj);
    case FIELD_STRS:
    case FIELD_OBJ:
    case FIELD_LIST: break;
    }
    return "";
}

const struct field *schema_field(const struct schema *s, const char *name)
{
    for (size_t i = 0; i < s->n_fields; i++)
        if (!strcmp(s->fields[i].name, name))
            return &s->fields[i];
    return NULL;
}

size_t field_width(const struct field *f)
{
    switch (f->kind) {
    case FIELD_BOOL: return sizeof(struct opt_bool);
    case FIELD_INT: return sizeof(struct opt_int);
    case FIELD_NUM: return sizeof(struct opt_num);
    case FIELD_ENUM: return sizeof(int);
    case FIELD_STR: return sizeof(char *);
    case FIELD_OBJ: return f->of->size;
    case FIELD_STRS:
    case FIELD_LIST: break;
    }
    return sizeof(struct list);
}

/* Where the bytes end that rows cover from 'at' on; '*next' is where the next row begins. */
static size_t covered_to(const struct schema *s, size_t at, size_t *next)
{
    size_t reach = at;
    *next = s->size;
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if (f->off >= at && f->off < *next)
            *next = f->off;
        if (f->off <= at && f->off + field_width(f) > reach)
            reach = f->off + field_width(f);
    }
    return reach;
}

bool schema_covers_struct(const struct schema *s)
{
    for (size_t at = 0; at < s->size;) {
        size_t next, reach = covered_to(s, at, &next);
        if (reach == at && next - at >= sizeof(void *))
            return false;
        at = reach > at ? reach : next;
    }
    for (size_t i = 0; i < s->n_fields; i++)
        if (s->fields[i].of && !schema_covers_struct(s->fields[i].of))
            return false;
    return true;
}
