/* spec.h - the API description, as the front uses it: which actions there are, what
 * parameters they take, and the gateway's error codes.
 *
 * Read once from mock-server/spec/ (built into the program); what alb-mock does otherwise
 * than that description stands in the one table of spec_override.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/error.h"

enum spec_type { SPEC_STRING, SPEC_INTEGER, SPEC_BOOLEAN, SPEC_ARRAY, SPEC_OBJECT };

/* A parameter, a member of an object, or the element of an array. */
struct spec_node {
    const char *name;  /* NULL of an element                                         */
    const char *alias; /* of an array: the name under which one element may come    */
    enum spec_type type;
    bool required;
    int64_t min, max;                  /* of an integer                            */
    size_t min_len, max_len;           /* of a string, in characters               */
    size_t min_items, max_items;       /* of an array                              */
    const char *pattern;               /* NULL: any                                */
    const char *charset;               /* the words of the description, NULL: any  */
    LIST_OF(const char *) values;      /* the only ones, items == NULL: any        */
    LIST_OF(const char *) reserved;    /* ones that are refused                    */
    LIST_OF(struct spec_node) members; /* of an object                             */
    struct spec_node *element;         /* of an array                              */
};

struct spec_action {
    const char *name;
    bool needs_post;       /* not documented for GET          */
    struct spec_node node; /* an object: the parameters       */
};

struct spec_product {
    const char *name;                    /* "alb", as cloud.h calls it         */
    const char *title;                   /* "Alb", as error bodies call it     */
    const char *version;                 /* "2020-06-16"                       */
    LIST_OF(struct spec_action) actions; /* sorted by name     */
};

struct spec;

/* '*out' is the caller's, for spec_close(). */
bool spec_open(struct spec **out, struct error *err) MUST_USE;
void spec_close(struct spec *s);

/* NULL when there is none. */
const struct spec_product *spec_product_of(const struct spec *s, const char *version);
const struct spec_product *spec_product_at(const struct spec *s, size_t i);
const struct spec_product *spec_product_named(const struct spec *s, const char *name);
const struct spec_action *spec_action_of(const struct spec_product *p, const char *name);

/* Sets all of '*err' as the gateway refuses with 'code' (a literal code of gatewayErrors)
 * and returns false.  An unknown code is InternalError. */
bool spec_refuse(const struct spec *s, const char *code, struct error *err);
/* Puts 'err' to what a refusal with this status, code and message is; returns false. */
bool front_refuse(struct error *err, int status, const char *code, const char *fmt, ...)
    PRINTF(4, 5);
