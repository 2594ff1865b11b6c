/* canonical.c - objects as canonical text, written straight from their rows: what
 * json_canonical() makes of schema_to_json(), SCHEMA_JSON_SORTED, without the tree.  Keys of
 * rules are digests of it, so not a byte of it may ever change. */
#include <inttypes.h>
#include <stdlib.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "schema_priv.h"

/* A member that is set, and the object that it is in. */
struct slot {
    const struct field *f;
    const void *obj;
};
typedef LIST_OF(struct slot) slot_list;

struct writer {
    struct arena a; /* of what is sorted */
    struct buf b;
};

static void write_schema(struct writer *w, const struct schema *s, const void *obj);

/* Inline objects have their members among those of the parent. */
static void collect(struct arena *a, const struct schema *s, const void *obj, slot_list *out)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if (!field_selected(s, f, obj) || !field_is_set(f, obj))
            continue;
        if (f->flags & F_INLINE)
            collect(a, f->of, field_at(f, obj), out);
        else
            *LIST_PUSH(a, out) = (struct slot){ .f = f, .obj = obj };
    }
}

static int by_name(const void *x, const void *y)
{
    const struct slot *a = x, *b = y;
    return strcmp(a->f->name, b->f->name);
}

static int by_text(const void *x, const void *y)
{
    const char *const *a = x, *const *b = y;
    return strcmp(*a, *b);
}

/* ---- values ------------------------------------------------------------------------------- */

static void write_element(struct writer *w, const struct field *f, const struct list *l, size_t i)
{
    if (f->kind == FIELD_LIST)
        write_schema(w, f->of, list_item(l, f->of->size, i));
    else
        buf_add_json(&w->b, ((const char *const *)l->items)[i]);
}

/* Writes the elements one behind the other, and puts what came of it in order. */
static void write_set(struct writer *w, const struct field *f, const struct list *l)
{
    size_t begin = w->b.len;
    const char **texts = arena_array(&w->a, l->len, sizeof *texts);
    for (size_t i = 0; i < l->len; i++) {
        size_t from = w->b.len;
        write_element(w, f, l, i);
        texts[i] = arena_strndup(&w->a, w->b.data + from, w->b.len - from);
    }
    qsort(texts, l->len, sizeof *texts, by_text);
    w->b.len = begin;
    for (size_t i = 0; i < l->len; i++) {
        buf_adds(&w->b, i ? "," : "");
        buf_adds(&w->b, texts[i]);
    }
}

static void write_list(struct writer *w, const struct field *f, const void *obj)
{
    struct list l = GET(struct list, f, obj);
    buf_addc(&w->b, '[');
    if ((f->flags & F_UNORDERED) && l.len > 1)
        write_set(w, f, &l);
    else
        for (size_t i = 0; i < l.len; i++) {
            buf_adds(&w->b, i ? "," : "");
            write_element(w, f, &l, i);
        }
    buf_addc(&w->b, ']');
}

static void write_num(struct writer *w, double n)
{
    cJSON *json CLEANUP(json_done) = cJSON_CreateNumber(n);
    json_write(&w->b, json, true);
}

static void write_value(struct writer *w, const struct field *f, const void *obj)
{
    switch (f->kind) {
    case FIELD_BOOL: buf_adds(&w->b, GET(struct opt_bool, f, obj).val ? "true" : "false"); return;
    case FIELD_INT: buf_addf(&w->b, "%" PRId64, GET(struct opt_int, f, obj).val); return;
    case FIELD_NUM: write_num(w, GET(struct opt_num, f, obj).val); return;
    case FIELD_ENUM: buf_add_json(&w->b, f->names[GET(int, f, obj)]); return;
    case FIELD_STR: buf_add_json(&w->b, GET(const char *, f, obj)); return;
    case FIELD_OBJ: write_schema(w, f->of, field_at(f, obj)); return;
    case FIELD_STRS:
    case FIELD_LIST: write_list(w, f, obj); return;
    }
}

/* ---- members ------------------------------------------------------------------------------- */

/* How many of the slots, from the first, are in the same outer object "A." of 'len' bytes,
 * behind 'skip' bytes of their names. */
static size_t group_len(const struct slot *slots, size_t n, size_t skip, size_t len)
{
    size_t i = 1;
    while (i < n && !strncmp(slots[i].f->name + skip, slots[0].f->name + skip, len))
        i++;
    return i;
}

/* Sorted slots, whose names begin behind 'skip' bytes; "A.B" and "A.C" stand in one object A.
 * As '.' comes before letters and digits, they are neighbours. */
static void write_slots(struct writer *w, const struct slot *slots, size_t n, size_t skip)
{
    buf_addc(&w->b, '{');
    for (size_t i = 0, same; i < n; i += same) {
        const char *name = slots[i].f->name + skip, *dot = strchr(name, '.');
        buf_adds(&w->b, i ? ",\"" : "\"");
        buf_add(&w->b, name, dot ? (size_t)(dot - name) : strlen(name));
        buf_adds(&w->b, "\":");
        same = dot ? group_len(slots + i, n - i, skip, (size_t)(dot - name) + 1) : 1;
        if (dot)
            write_slots(w, slots + i, same, skip + (size_t)(dot - name) + 1);
        else
            write_value(w, slots[i].f, slots[i].obj);
    }
    buf_addc(&w->b, '}');
}

static void write_schema(struct writer *w, const struct schema *s, const void *obj)
{
    slot_list slots = { 0 };
    collect(&w->a, s, obj, &slots);
    if (slots.len)
        qsort(slots.items, slots.len, sizeof *slots.items, by_name);
    write_slots(w, slots.items, slots.len, 0);
}

char *schema_canonical(struct arena *a, const struct schema *s, const void *obj)
{
    struct writer w = { 0 };
    write_schema(&w, s, obj);
    char *text = buf_keep(&w.b, a);
    buf_done(&w.b);
    arena_done(&w.a);
    return text;
}
