/* alb_param.h - the parameters of each action: names, types, ranges, nesting.
 *
 * They come from one table (src/alb/parameters.txt), which a test compares row by row with
 * the public API description.  The client itself sends whatever it is given; the table is
 * for people: completion, and complaints before a call leaves. */
#pragma once

#include "alb-agent/alb.h"

enum alb_type { ALB_TYPE_STRING, ALB_TYPE_INT, ALB_TYPE_BOOL, ALB_TYPE_LIST, ALB_TYPE_OBJECT };

struct alb_param_row;
typedef LIST_OF(struct alb_param_row) alb_param_rows;

/* From 'min' to 'max', each counted only when it is set. */
struct alb_range {
    int64_t min, max;
    bool has_min, has_max;
};

struct alb_param_row {
    const char *name;
    enum alb_type type;
    enum alb_type item;     /* of a list                                                  */
    bool required;          /* by the API; within an object, when the object is given     */
    struct alb_range range; /* the value of a number, the length of a list                */
    struct alb_range chars; /* the length of a string, or of each string of a list        */
    const char *values;     /* "Request|Response", or NULL: any                           */
    alb_param_rows rows;    /* of an object, or of each object of a list                  */
};

/* The parameters of 'action', in 'a', by name.  False when the action is not known. */
bool alb_param_table(struct arena *a, const char *action, alb_param_rows *out) MUST_USE;

/* Are these parameters such as the table says?  The error names the first that is not, and
 * for an unknown name those that are like it. */
bool alb_param_check(const char *action, const alb_params *params, struct error *err) MUST_USE;

/* Every path of the table, lists as "N": "Rules.N.RuleActions.N.Type"; in 'a'. */
typedef LIST_OF(const char *) alb_names;
void alb_param_paths(struct arena *a, const alb_param_rows *rows, alb_names *out);

/* A JSON tree as flat parameters (signature.md §2): null is left out but counts in its list,
 * empty lists and objects give nothing.  Values are added to 'out', in 'a'. */
bool alb_param_flatten(struct arena *a, const cJSON *json, alb_params *out,
                       struct error *err) MUST_USE;

/* The names most like 'word', best first, at most three, joined as "A, B or C"; in 'a'.  ""
 * when none is like it.  Letters' case does not count. */
const char *alb_nearest(struct arena *a, const char *word, const alb_names *names);
