/* copy.c - deep copies, with references replaced on the way, and overlays. */
#include "schema_priv.h"

struct copier {
    struct arena *a;
    unsigned flag;
    schema_map_fn *fn;
    void *arg;
};

static void copy_object(struct copier *c, const struct schema *s, void *obj);

static const char *copy_text(struct copier *c, const struct field *f, const char *text)
{
    if (c->fn && (f->flags & c->flag))
        text = c->fn(c->arg, text);
    return arena_strdup(c->a, text);
}

static void copy_list(struct copier *c, const struct field *f, void *obj)
{
    struct list l = GET(struct list, f, obj);
    size_t size = item_size(f);
    void *items = arena_array(c->a, l.len, size);
    if (l.len)
        memcpy(items, l.items, l.len * size);
    l.items = items;
    for (size_t i = 0; i < l.len; i++) {
        void *item = list_item(&l, size, i);
        if (f->kind == FIELD_LIST)
            copy_object(c, f->of, item);
        else
            *(const char **)item = copy_text(c, f, *(const char **)item);
    }
    memcpy(field_at_mut(f, obj), &l, sizeof l);
}

/* 'obj' is a shallow copy; makes what it points to its own. */
static void copy_object(struct copier *c, const struct schema *s, void *obj)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if (!field_selected(s, f, obj) || !field_is_set(f, obj))
            continue;
        if (f->kind == FIELD_STR)
            PUT(const char *, f, obj, copy_text(c, f, GET(const char *, f, obj)));
        else if (f->kind == FIELD_OBJ)
            copy_object(c, f->of, field_at_mut(f, obj));
        else if (f->kind == FIELD_STRS || f->kind == FIELD_LIST)
            copy_list(c, f, obj);
    }
}

void *schema_copy(struct arena *a, const struct schema *s, const void *obj, unsigned flag,
                  schema_map_fn *fn, void *arg)
{
    struct copier c = { .a = a, .flag = flag, .fn = fn, .arg = arg };
    void *copy = arena_dup(a, obj, s->size);
    copy_object(&c, s, copy);
    return copy;
}

void schema_overlay(const struct schema *s, void *obj, const void *from)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if (!field_selected(s, f, from) || !field_is_set(f, from))
            continue;
        if (f->kind == FIELD_OBJ && !f->arm)
            schema_overlay(f->of, field_at_mut(f, obj), field_at(f, from));
        else
            memcpy(field_at_mut(f, obj), field_at(f, from), field_width(f));
    }
}
