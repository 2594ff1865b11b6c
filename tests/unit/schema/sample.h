/* sample.h - a struct with a member of every kind, as the tables of ALB have them. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alb-agent/json.h"
#include "alb-agent/schema.h"

enum color { COLOR_UNSET, COLOR_RED, COLOR_GREEN };
enum shape { SHAPE_UNSET, SHAPE_CIRCLE, SHAPE_BOX };

struct circle {
    struct opt_int radius;
};
struct box {
    const char *label;
    struct opt_int width;
};
struct figure {
    enum shape shape;
    union {
        struct circle circle;
        struct box box;
    };
};
struct nest {
    const char *owner;
    struct opt_bool warm;
};
struct pair {
    const char *key, *value;
};
/* What stands elsewhere than on the wire: an object whose members stand among its parent's,
 * a member that lies deeper; and a number with a fraction. */
struct envelope {
    const char *id;
    struct nest nest;
    struct opt_num share;
    const char *deep;
    LIST_OF(const char *) deep_list;
    const char *seen;
};
struct sample {
    const char *id;
    const char *name;
    const char *nick;
    const char *secret;
    const char *ref;
    enum color color;
    struct opt_bool on;
    struct opt_int size;
    struct nest nest;
    LIST_OF(const char *) words;
    LIST_OF(const char *) path;
    LIST_OF(struct pair) tags;
    LIST_OF(struct figure) figures;
    LIST_OF(struct pair) late;
};

static const char *const color_names[] = { NULL, "Red", "Green" };
static const char *const shape_names[] = { NULL, "Circle", "Box" };

enum { VIA_A = 1, VIA_B = 2, VIA_C = 4 };

/* clang-format off */
#define SELF struct circle
static const struct field circle_fields[] = { INT(radius, "Radius", .min = 1, .max = 9) };
static SCHEMA(circle, "Circle");
#undef SELF

#define SELF struct box
static const struct field box_fields[] = {
    STR(label, "Label"),
    INT(width, "Width"),
};
static SCHEMA(box, "Box");
#undef SELF

#define SELF struct figure
static const struct field figure_fields[] = {
    ENUM(shape,  shape,  "Shape", .flags = F_REQUIRED),
    OBJ (circle, circle, "CircleConfig", .arm = SHAPE_CIRCLE),
    OBJ (box,    box,    "BoxConfig",    .arm = SHAPE_BOX),
};
static SCHEMA(figure, "Figure");
#undef SELF

#define SELF struct nest
static const struct field nest_fields[] = {
    STR (owner, "Owner", .dflt_str = "me"),
    BOOL(warm,  "Warm",  DFLT(true)),
};
static SCHEMA(nest, "Nest");
#undef SELF

#define SELF struct pair
static const struct field pair_fields[] = {
    STR(key,   "Key", .flags = F_REQUIRED),
    STR(value, "Value"),
};
static SCHEMA(pair, "Pair");
#undef SELF

#define SELF struct sample
static const struct field sample_fields[] = {
    STR (id,      "Id",     .flags = F_OBSERVED),
    STR (name,    "Name",   .flags = F_REQUIRED, .via = VIA_A),
    STR (nick,    "Nick",   .flags = F_LABEL, .via = VIA_A),
    STR (secret,  "Secret", .flags = F_SECRET, .via = VIA_A),
    STR (ref,     "Ref",    .flags = F_REF, .via = VIA_B),
    ENUM(color,   color,    "Color", .via = VIA_A, DFLT(COLOR_RED)),
    BOOL(on,                "On",    .via = VIA_B, DFLT(false)),
    INT (size,              "Size",  .min = 1, .max = 100, DFLT(10), .via = VIA_A),
    OBJ (nest,    nest,     "Nest",  .via = VIA_B),
    STRS(words,             "Words", .flags = F_UNORDERED, .via = VIA_A),
    STRS(path,              "Path",  .via = VIA_A),
    LIST(tags,    pair,     "Tags",  .param = "Tag", .flags = F_UNORDERED | F_SUBSET, .via = VIA_C),
    LIST(figures, figure,   "Figures", .via = VIA_A),
    LIST(late,    pair,     "Late",  .flags = F_LATER | F_UNORDERED, .via = VIA_C),
};
static SCHEMA(sample, "Sample");
#undef SELF

#define SELF struct nest
static const struct field nest_by_call_fields[] = {
    STR (owner, "Owner", .via = VIA_A),
    BOOL(warm,  "Warm",  .via = VIA_B),
};
static SCHEMA_OF(nest_by_call, nest, "Nest");
#undef SELF

#define SELF struct envelope
static const struct field envelope_fields[] = {
    STR   (id,        "Id",         .via = VIA_A),
    OBJ_AS(nest,      nest_by_call, nest, "", .flags = F_INLINE, .via = VIA_B),
    NUM   (share,     "Share"),
    STR   (deep,      "Outer.Deep", .via = VIA_A),
    STRS  (deep_list, "Outer.List.Item"),
    STR   (seen,      "Seen",       .flags = F_OBSERVED),
};
static SCHEMA(envelope, "Envelope");
#undef SELF
/* clang-format on */

/* An object of 'text', which must be readable. */
static inline struct sample *sample_from(struct arena *a, const char *text)
{
    struct sample *s = arena_alloc(a, sizeof *s);
    struct error err;
    cJSON *json CLEANUP(json_done) = NULL;
    if (!json_parse(text, strlen(text), &json, &err)
        || !schema_from_json(a, &sample_schema, s, json, SCHEMA_LENIENT, &err))
        fail_msg("%s: %s", text, err.msg);
    return s;
}
