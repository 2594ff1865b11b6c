/* digest.c - all members of a struct in one number, without writing any of them down. */
#include "alb-agent/digest.h"
#include "schema_priv.h"

static uint64_t digest_list(const struct field *f, const void *obj, uint64_t h)
{
    const struct list l = GET(struct list, f, obj);
    h = digest_number(h, l.len);
    for (size_t i = 0; i < l.len; i++) {
        const void *item = list_item(&l, item_size(f), i);
        h = f->kind == FIELD_LIST ? schema_digest(f->of, item, h)
                                  : digest_text(h, *(const char *const *)item);
    }
    return h;
}

static uint64_t digest_value(const struct field *f, const void *obj, uint64_t h)
{
    uint64_t bits;
    switch (f->kind) {
    case FIELD_BOOL: return digest_number(h, GET(struct opt_bool, f, obj).val);
    case FIELD_INT: return digest_number(h, (uint64_t)GET(struct opt_int, f, obj).val);
    case FIELD_NUM:
        memcpy(&bits, &GET(struct opt_num, f, obj).val, sizeof bits);
        return digest_number(h, bits);
    case FIELD_ENUM: return digest_number(h, (uint64_t)GET(int, f, obj));
    case FIELD_STR: return digest_text(h, GET(const char *, f, obj));
    case FIELD_OBJ: return schema_digest(f->of, field_at(f, obj), h);
    case FIELD_STRS:
    case FIELD_LIST: break;
    }
    return digest_list(f, obj, h);
}

uint64_t schema_digest(const struct schema *s, const void *obj, uint64_t h)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if (field_selected(s, f, obj) && (f->kind == FIELD_OBJ || field_is_set(f, obj)))
            h = digest_value(f, obj, digest_number(h, i));
    }
    return h;
}
