/* spec_override.c - where alb-mock knows better than the API description, and why.  All
 * such knowledge is in this table; validation itself has no exceptions. */
#include <string.h>

#include "spec_priv.h"

/* Applies to each parameter 'name' at any depth of 'action' (NULL: of every action). */
struct override {
    const char *action, *name;
    int64_t max;          /* of an integer, 0: as described                   */
    const char *pattern;  /* in the place of a described one, NULL: as it is   */
    const char *value[2]; /* further values of a described list                */
    const char *alias;    /* of a list: one element may come under this name   */
};

static const struct override overrides[] = {
    /* The quota page and other clients go up to 600 s (alb-semantics.md §11). */
    { .name = "RequestTimeout", .max = 600 },
    { .name = "IdleTimeout", .max = 600 },
    /* Older pages and all examples have the form HTTP_200. */
    { .name = "HttpCode", .pattern = "^[245][0-9]{2}$|^HTTP_[245][0-9]{2}$" },
    /* Terraform's provider tags these kinds too (alb-semantics.md §9). */
    { "TagResources", "ResourceType", .value = { "listener", "healthchecktemplate" } },
    { "UnTagResources", "ResourceType", .value = { "listener", "healthchecktemplate" } },
    { "ListTagResources", "ResourceType", .value = { "listener", "healthchecktemplate" } },
    /* UchConfig, which the description has, goes with this one alone (alb-ingress.md §A.2). */
    { .name = "Scheduler", .value = { "Uch" } },
    /* Clients generated from older descriptions name one listener. */
    { "ListRules", "ListenerIds", .alias = "ListenerId" },
};

static void apply(struct arena *a, const struct override *o, struct spec_node *node)
{
    if (o->max && node->type == SPEC_INTEGER)
        node->max = o->max;
    if (o->pattern && node->pattern)
        node->pattern = o->pattern;
    if (o->alias)
        node->alias = o->alias;
    for (size_t i = 0; i < COUNT(o->value) && node->values.items; i++)
        if (o->value[i])
            *LIST_PUSH(a, &node->values) = o->value[i];
}

void spec_override(struct arena *a, const char *action, struct spec_node *node)
{
    for (size_t i = 0; i < COUNT(overrides); i++) {
        const struct override *o = &overrides[i];
        if (node->name && !strcmp(o->name, node->name)
            && (!o->action || !strcmp(o->action, action)))
            apply(a, o, node);
    }
}
