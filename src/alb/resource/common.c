/* common.c - what several families share: enums with their names, tags. */
#include <string.h>

#include "resource_priv.h"

/* clang-format off */

#define X(N, s) [ALB_PROTOCOL_##N] = (s),
const char *const alb_protocol_names[] = { ALB_PROTOCOLS(X) };
#undef X
#define X(N, s) [ALB_ADDRESS_##N] = (s),
const char *const alb_address_type_names[] = { ALB_ADDRESS_TYPES(X) };
#undef X
#define X(N, s) [ALB_IP_VERSION_##N] = (s),
const char *const alb_ip_version_names[] = { ALB_IP_VERSIONS(X) };
#undef X
#define X(N, s) [ALB_DIRECTION_##N] = (s),
const char *const alb_direction_names[] = { ALB_DIRECTIONS(X) };
#undef X

#define SELF struct alb_tag
static const struct field alb_tag_fields[] = {
    STR(key,   "Key",   .flags = F_REQUIRED),
    STR(value, "Value"),
};
SCHEMA(alb_tag, "Tag");
/* As ECS and CAS spell it. */
static const struct field alb_spelt_tag_fields[] = {
    STR(key,   "TagKey"),
    STR(value, "TagValue"),
};
SCHEMA_OF(alb_spelt_tag, alb_tag, "Tag");
#undef SELF
/* clang-format on */

const char *alb_protocol_name(enum alb_protocol p)
{
    return (size_t)p < COUNT(alb_protocol_names) ? alb_protocol_names[p] : NULL;
}

const char *alb_tag_get(const alb_tags *tags, const char *key)
{
    for (size_t i = 0; i < tags->len; i++)
        if (tags->items[i].key && !strcmp(tags->items[i].key, key))
            return tags->items[i].value ? tags->items[i].value : "";
    return NULL;
}
