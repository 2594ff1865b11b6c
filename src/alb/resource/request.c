/* request.c - the table of requests: which struct each action is asked with, and what makes
 * parameters of it. */
#include "alb-agent/alb_request.h"

#include <stdlib.h>
#include <string.h>

#include "resource_priv.h"

static const struct table_row REQUESTS[] = {
#define X(stem, action, type, table) { #action, &table##_schema },
    ALB_REQUESTS(X)
#undef X
};

const struct schema *alb_request_schema(const char *action)
{
    return table_find(REQUESTS, COUNT(REQUESTS), action);
}

struct out {
    struct arena *a;
    alb_params params;
};

static void add(void *arg, const char *path, const char *value)
{
    struct out *out = arg;
    *LIST_PUSH(out->a, &out->params) =
        (struct alb_param){ arena_strdup(out->a, path), arena_strdup(out->a, value) };
}

static alb_params params(struct arena *a, const struct schema *s, const void *request)
{
    struct out out = { .a = a };
    schema_params(s, request, 0, "", add, &out);
    return out.params;
}

#define X(stem, action, type, table)                                            \
    alb_params alb_##stem##_params(struct arena *a, const struct type *request) \
    {                                                                           \
        return params(a, &table##_schema, request);                             \
    }
ALB_REQUESTS(X)
#undef X
