/* diff.c - what must change, and through which call.  Decided once, here: a member not
 * wanted is not managed, what is absent has its default, unordered lists are sets. */
#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "schema_priv.h"

static bool same_object(const struct schema *s, const void *want, const void *have);

static bool same_default(const struct field *f, const void *want)
{
    switch (f->kind) {
    case FIELD_BOOL: return f->dflt.set && f->dflt.val == GET(struct opt_bool, f, want).val;
    case FIELD_INT: return f->dflt.set && f->dflt.val == GET(struct opt_int, f, want).val;
    case FIELD_ENUM: return f->dflt.set && f->dflt.val == GET(int, f, want);
    case FIELD_STR: {
        const char *text = GET(const char *, f, want);
        return !strcmp(text, f->dflt_str ? f->dflt_str : "");
    }
    case FIELD_STRS:
    case FIELD_LIST: return GET(struct list, f, want).len == 0;
    case FIELD_OBJ: break;
    }
    return false;
}

static bool same_item(const struct field *f, const void *x, const void *y)
{
    return f->kind == FIELD_LIST ? same_object(f->of, x, y)
                                 : !strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* As sets: each wanted element is matched with one of its own. */
static bool same_set(const struct field *f, struct list w, struct list h)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    bool *taken = arena_array(&a, h.len + 1, sizeof *taken);
    size_t size = item_size(f);
    for (size_t i = 0; i < w.len; i++) {
        size_t j = i; /* most sets come back in the order in which they were sent */
        if (taken[j] || !same_item(f, list_item(&w, size, i), list_item(&h, size, j)))
            for (j = 0; j < h.len; j++)
                if (!taken[j] && same_item(f, list_item(&w, size, i), list_item(&h, size, j)))
                    break;
        if (j == h.len)
            return false;
        taken[j] = true;
    }
    return true;
}

static bool same_list(const struct field *f, struct list w, struct list h)
{
    bool more_is_fine = (f->flags & F_SUBSET) && h.len > w.len;
    if (w.len != h.len && !more_is_fine)
        return false;
    if (f->flags & F_UNORDERED)
        return same_set(f, w, h);
    for (size_t i = 0; i < w.len; i++)
        if (!same_item(f, list_item(&w, item_size(f), i), list_item(&h, item_size(f), i)))
            return false;
    return true;
}

static bool is_compared(const struct schema *s, const struct field *f, const void *want)
{
    return !(f->flags & (F_OBSERVED | F_LABEL)) && field_selected(s, f, want)
           && field_is_set(f, want);
}

/* Does 'have' satisfy 'want' in this member, which is set and compared? */
static bool same_field(const struct field *f, const void *want, const void *have)
{
    if (f->kind == FIELD_OBJ)
        return same_object(f->of, field_at(f, want), field_at(f, have));
    if (!field_is_set(f, have))
        return same_default(f, want);
    if (f->kind == FIELD_LIST || f->kind == FIELD_STRS)
        return same_list(f, GET(struct list, f, want), GET(struct list, f, have));
    char x[32], y[32];
    return !strcmp(field_scalar(f, want, x), field_scalar(f, have, y));
}

static bool same_object(const struct schema *s, const void *want, const void *have)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        /* A union that holds another arm differs in its tag, which is row 0. */
        if (is_compared(s, f, want) && !same_field(f, want, have))
            return false;
    }
    return true;
}

struct differ {
    struct arena *a;
    change_list *changes;
};

/* The member as JSON text, "" when not set. */
static const char *member_text(struct differ *d, const struct field *f, const void *obj)
{
    if (!obj || !field_is_set(f, obj))
        return "";
    const struct schema one = { .name = "", .fields = f, .n_fields = 1, .size = 0 };
    cJSON *json CLEANUP(json_done) = schema_to_json(&one, obj, SCHEMA_JSON_REDACT);
    struct buf b CLEANUP(buf_done) = { 0 };
    json_write(&b, json->child, false);
    return buf_keep(&b, d->a);
}

static unsigned diff_object(struct differ *d, const char *prefix, const struct schema *s,
                            const void *want, const void *have, unsigned parent_via)
{
    unsigned via = 0;
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if (!is_compared(s, f, want) || (have && same_field(f, want, have)))
            continue;
        unsigned call = f->via ? f->via : parent_via;
        via |= call;
        if (!d->changes)
            continue;
        const char *path = arena_fmt(d->a, "%s%s%s", prefix, *prefix ? "." : "", f->name);
        if (f->kind == FIELD_OBJ)
            via |= diff_object(d, path, f->of, field_at(f, want), have ? field_at(f, have) : NULL,
                               call);
        else
            *LIST_PUSH(d->a, d->changes) = (struct change){ .path = path,
                                                            .before = member_text(d, f, have),
                                                            .after = member_text(d, f, want),
                                                            .via = call };
    }
    return via;
}

unsigned schema_diff(struct arena *a, const struct schema *s, const void *want, const void *have,
                     change_list *changes)
{
    struct differ d = { .a = a, .changes = changes };
    return diff_object(&d, "", s, want, have, 0);
}
