/* params.c - objects as the flat parameters of a request: Name.N.Sub=value
 * (signature.md §2). */
#include <stdio.h>

#include "schema_priv.h"

struct walk {
    schema_emit_fn *emit;
    void *arg;
    unsigned via; /* rows to send; 0: those of a create call */
    char path[256];
};

static void emit_object(struct walk *w, size_t len, const struct schema *s, const void *obj,
                        unsigned via);

/* Appends to the path; a path that does not fit is cut, which no table comes near. */
static size_t extend(struct walk *w, size_t len, const char *sep, const char *name)
{
    int n = snprintf(w->path + len, sizeof w->path - len, "%s%s", sep, name);
    size_t end = len + (n < 0 ? 0 : (size_t)n);
    return end < sizeof w->path ? end : sizeof w->path - 1;
}

static void emit_list(struct walk *w, size_t len, const struct field *f, const void *obj)
{
    struct list l = GET(struct list, f, obj);
    for (size_t i = 0; i < l.len; i++) {
        char index[24];
        (void)snprintf(index, sizeof index, "%zu", i + 1);
        size_t end = extend(w, len, ".", index);
        if (f->kind == FIELD_LIST)
            emit_object(w, end, f->of, list_item(&l, f->of->size, i), 0);
        else
            w->emit(w->arg, w->path, ((const char *const *)l.items)[i]);
    }
}

static void emit_field(struct walk *w, size_t len, const struct field *f, const void *obj)
{
    char text[32];
    if (f->kind == FIELD_OBJ)
        emit_object(w, len, f->of, field_at(f, obj), f->flags & F_INLINE ? f->via : 0);
    else if (f->kind == FIELD_LIST || f->kind == FIELD_STRS)
        emit_list(w, len, f, obj);
    else
        w->emit(w->arg, w->path, field_scalar(f, obj, text));
}

static bool is_sent(const struct field *f, unsigned via)
{
    if (f->flags & F_OBSERVED)
        return false;
    return via ? (f->via & via) != 0 : !(f->flags & F_LATER);
}

static void emit_object(struct walk *w, size_t len, const struct schema *s, const void *obj,
                        unsigned via)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if (!is_sent(f, via) || !field_selected(s, f, obj) || !field_is_set(f, obj))
            continue;
        bool is_inline = f->flags & F_INLINE;
        const char *name = f->param ? f->param : f->name;
        emit_field(w, is_inline ? len : extend(w, len, len ? "." : "", name), f, obj);
    }
}

void schema_params(const struct schema *s, const void *obj, unsigned via, const char *prefix,
                   schema_emit_fn *emit, void *arg)
{
    struct walk w = { .emit = emit, .arg = arg, .via = via };
    emit_object(&w, extend(&w, 0, "", prefix), s, obj, via);
}
