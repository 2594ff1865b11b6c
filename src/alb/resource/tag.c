/* tag.c - tag keys, tag values, and what is tagged. */
#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_tag_key
static const struct field alb_tag_key_fields[] = {
    STR(key,      "TagKey"),
    STR(category, "Category"),
};
static SCHEMA(alb_tag_key, "TagKey");
#undef SELF

#define SELF struct alb_tag_key_list
static const struct field alb_tag_key_list_fields[] = {
    LIST(items, alb_tag_key, "TagKeys"),
    OBJ (page,  alb_page,    "", .flags = F_INLINE),
};
SCHEMA(alb_tag_key_list, "TagKeys");
#undef SELF

#define SELF struct alb_tag_value_list
static const struct field alb_tag_value_list_fields[] = {
    STRS(items, "TagValues"),
    OBJ (page,  alb_page, "", .flags = F_INLINE),
};
SCHEMA(alb_tag_value_list, "TagValues");
#undef SELF

#define SELF struct alb_tagged
static const struct field alb_tagged_fields[] = {
    STR(resource_id,   "ResourceId"),
    STR(resource_type, "ResourceType"),
    STR(key,           "TagKey"),
    STR(value,         "TagValue"),
};
static SCHEMA(alb_tagged, "TagResource");
#undef SELF

#define SELF struct alb_tagged_list
static const struct field alb_tagged_list_fields[] = {
    LIST(items,            alb_tagged, "TagResources"),
    STR (page.next_token,  "NextToken"),
    INT (page.max_results, "MaxResults"),
    STR (page.request_id,  "RequestId"),
};
SCHEMA(alb_tagged_list, "TagResources");
#undef SELF
/* clang-format on */
