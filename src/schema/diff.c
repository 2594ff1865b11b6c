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
    case FIELD_NUM: return false;
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

/* As sets: matches each wanted element with one of its own.  'w_of[i]' and 'h_of[j]' say
 * which have found one; returns how many wanted elements have not. */
static size_t match_sets(const struct field *f, struct list w, struct list h, bool *w_of,
                         bool *h_of)
{
    size_t size = item_size(f), missing = 0;
    for (size_t i = 0; i < w.len; i++) {
        /* Most sets come back in the order in which they were sent. */
        for (size_t k = 0; !w_of[i] && k < h.len; k++) {
            size_t j = (i + k) % h.len;
            w_of[i] = !h_of[j] && same_item(f, list_item(&w, size, i), list_item(&h, size, j));
            h_of[j] = h_of[j] || w_of[i];
        }
        missing += !w_of[i];
    }
    return missing;
}

static bool same_set(const struct field *f, struct list w, struct list h)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return !match_sets(f, w, h, arena_array(&a, w.len, sizeof(bool)),
                       arena_array(&a, h.len, sizeof(bool)));
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

/* In wire form, both being set. */
static bool same_scalar(const struct field *f, const void *want, const void *have)
{
    char x[32], y[32];
    if (f->kind == FIELD_INT)
        return GET(struct opt_int, f, want).val == GET(struct opt_int, f, have).val;
    return !strcmp(field_scalar(f, want, x), field_scalar(f, have, y));
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
    return same_scalar(f, want, have);
}

/* Is a member that is not wanted off in 'have'?  0 and false are off. */
static bool is_off(const struct schema *s, const struct field *f, const void *want,
                   const void *have)
{
    if (!(f->flags & F_WHOLE) || !field_selected(s, f, want) || !field_is_set(f, have))
        return true;
    if (f->kind == FIELD_OBJ)
        return same_object(f->of, field_at(f, want), field_at(f, have));
    if (f->kind == FIELD_INT && !f->dflt.set)
        return !GET(struct opt_int, f, have).val;
    return same_default(f, have);
}

static bool same_object(const struct schema *s, const void *want, const void *have)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        /* A union that holds another arm differs in its tag, which is row 0. */
        if (is_compared(s, f, want) ? !same_field(f, want, have) : !is_off(s, f, want, have))
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
    cJSON *json CLEANUP(json_done) =
        schema_to_json(&one, obj, SCHEMA_JSON_REDACT | SCHEMA_JSON_OURS);
    struct buf b CLEANUP(buf_done) = { 0 };
    json_write(&b, json->child, false);
    return buf_keep(&b, d->a);
}

static void add_change(struct differ *d, const char *path, const char *before, const char *after,
                       unsigned via)
{
    *LIST_PUSH(d->a, d->changes) =
        (struct change){ .path = path, .before = before, .after = after, .via = via };
}

static const char *item_text(struct differ *d, const struct field *f, const void *item)
{
    cJSON *json CLEANUP(json_done) =
        f->kind == FIELD_LIST ? schema_to_json(f->of, item, SCHEMA_JSON_REDACT | SCHEMA_JSON_OURS)
                              : cJSON_CreateString(*(const char *const *)item);
    struct buf b CLEANUP(buf_done) = { 0 };
    json_write(&b, json, false);
    return buf_keep(&b, d->a);
}

/* The texts of the elements that found no partner. */
typedef LIST_OF(const char *) text_list;
static void lonely(struct differ *d, const struct field *f, struct list l, const bool *matched,
                   text_list *out)
{
    for (size_t i = 0; i < l.len; i++)
        if (!matched[i])
            *LIST_PUSH(d->a, out) = item_text(d, f, list_item(&l, item_size(f), i));
}

/* Of two sets only what differs: each element that is lacking, and each that is too many. */
static void set_changes(struct differ *d, const struct field *f, const char *path, struct list w,
                        struct list h, unsigned via)
{
    bool *w_of = arena_array(d->a, w.len, sizeof *w_of);
    bool *h_of = arena_array(d->a, h.len, sizeof *h_of);
    text_list lacking = { 0 }, extra = { 0 };
    (void)match_sets(f, w, h, w_of, h_of);
    lonely(d, f, w, w_of, &lacking);
    if (!(f->flags & F_SUBSET))
        lonely(d, f, h, h_of, &extra);
    for (size_t i = 0; i < lacking.len || i < extra.len; i++)
        add_change(d, path, i < extra.len ? extra.items[i] : "",
                   i < lacking.len ? lacking.items[i] : "", via);
}

static unsigned diff_object(struct differ *d, const char *prefix, const struct schema *s,
                            const void *want, const void *have, unsigned parent_via);

static unsigned field_changes(struct differ *d, const char *path, const struct field *f,
                              const void *want, const void *have, unsigned via)
{
    bool set = (f->kind == FIELD_LIST || f->kind == FIELD_STRS) && (f->flags & F_UNORDERED);
    if (f->kind == FIELD_OBJ)
        return diff_object(d, path, f->of, field_at(f, want), have ? field_at(f, have) : NULL, via);
    if (set && have && field_is_set(f, have))
        set_changes(d, f, path, GET(struct list, f, want), GET(struct list, f, have), via);
    else
        add_change(d, path, member_text(d, f, have), member_text(d, f, want), via);
    return via;
}

static const char *path_of(struct differ *d, const char *prefix, const struct field *f)
{
    if (f->flags & F_INLINE)
        return prefix;
    return arena_fmt(d->a, "%s%s%s", prefix, *prefix ? "." : "", f->name);
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
        if (d->changes)
            via |= field_changes(d, path_of(d, prefix, f), f, want, have, call);
    }
    return via;
}

unsigned schema_diff(struct arena *a, const struct schema *s, const void *want, const void *have,
                     change_list *changes)
{
    struct differ d = { .a = a, .changes = changes };
    return diff_object(&d, "", s, want, have, 0);
}

bool schema_may_differ(const struct schema *s, const void *want, const void *have, unsigned via)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        const bool others = f->kind != FIELD_OBJ && f->via && !(f->via & via);
        if (!others && is_compared(s, f, want) && !same_field(f, want, have))
            return true;
    }
    return false;
}
