/* mock_front_test.h - a call validated from its flat text. */
#pragma once

#include <string.h>

#include "mock-server/front/validate.h"

/* Validates "A=1&B.1=2" as a call of ALB's 'action'. */
static inline bool check(const struct spec *s, const char *action, const char *text, cJSON **out,
                         struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct params query = { 0 }, none = { 0 };
    *out = NULL;
    if (!params_parse(&a, &query, text, strlen(text), err))
        return false;
    const struct spec_product *alb = spec_product_of(s, "2020-06-16");
    struct tree t = tree_build(&a, &query, &none);
    return validate(spec_action_of(alb, action), &t, out, err);
}
