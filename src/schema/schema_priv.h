/* schema_priv.h - reading members as what their rows say they are. */
#pragma once

#include <string.h>

#include "alb-agent/schema.h"

struct list {
    void *items;
    size_t len;
};

static inline const void *field_at(const struct field *f, const void *obj)
{
    return (const char *)obj + f->off;
}
static inline void *field_at_mut(const struct field *f, void *obj)
{
    return (char *)obj + f->off;
}

/* The member of row 'f' as a value of type T; PUT stores one. */
#define GET(T, f, obj)      (*(T *)memcpy(&(T){ 0 }, field_at((f), (obj)), sizeof(T)))
#define PUT(T, f, obj, ...) memcpy(field_at_mut((f), (obj)), &(T){ __VA_ARGS__ }, sizeof(T))

static inline void *list_item(const struct list *l, size_t size, size_t i)
{
    return (char *)l->items + i * size;
}

/* Bytes of one element of a list row. */
static inline size_t item_size(const struct field *f)
{
    return f->kind == FIELD_LIST ? f->of->size : sizeof(char *);
}

/* Is 'f' a plain member, or the arm of the union that 'obj' holds? */
bool field_selected(const struct schema *s, const struct field *f, const void *obj);
bool field_is_set(const struct field *f, const void *obj);

/* A scalar in wire form; 'text' is room for numbers. */
const char *field_scalar(const struct field *f, const void *obj, char text[static 32]);

/* Bytes of the member in its struct. */
size_t field_width(const struct field *f);
