/* tag.c - tags: set on create, by TagResources, removed, listed (alb-semantics.md §9). */
#include <string.h>

#include "cloud_priv.h"

enum { TAG_LEN = 128 };

static bool tag_text_ok(const char *text)
{
    return strlen(text) <= TAG_LEN && !text_begins(text, "acs:") && !text_begins(text, "aliyun")
           && !strstr(text, "http://") && !strstr(text, "https://");
}

bool tag_check(const cJSON *tags, struct error *err)
{
    const cJSON *t = NULL;
    cJSON_ArrayForEach (t, tags) {
        const char *key = json_str(t, "Key");
        const char *value = json_str(t, "Value");
        if (!key || !*key)
            return refuse_absent(err, "TagKey");
        if (!tag_text_ok(key))
            return refuse_illegal(err, "TagKey");
        if (value && !tag_text_ok(value))
            return refuse_illegal(err, "TagValue");
        for (const cJSON *u = t->next; u; u = u->next)
            if (text_is(key, json_str(u, "Key")))
                return refuse(err, 400, "DuplicatedParam.TagKey",
                              "The param of TagKey is duplicated.");
    }
    return true;
}

bool tag_put(struct op *op, enum res_kind kind, const char *id, const cJSON *tags,
             struct error *err)
{
    const cJSON *t = NULL;
    int64_t n = 0;
    cJSON_ArrayForEach (t, tags) {
        const char *value = json_str(t, "Value");
        struct query q CLEANUP(query_done) = db_query(op->db, SQL_TAG_PUT);
        query_text(&q, ":region", op->region);
        query_text(&q, ":kind", res_kind_names[kind]);
        query_text(&q, ":id", id);
        query_text(&q, ":key", json_str(t, "Key"));
        query_text(&q, ":value", value ? value : "");
        if (!query_run(&q, err))
            return false;
    }
    return !tags
           || (res_count(op, SQL_TAG_COUNT, ":id", id, &n, err)
               && quota_check(op, QUOTA_TAGS, NULL, id, n, err));
}

bool tag_print(struct op *op, const char *id, cJSON *out, struct error *err)
{
    cJSON *tags = cJSON_AddArrayToObject(out, "Tags");
    bool row = true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_TAG_LIST);
    query_text(&q, ":id", id);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        cJSON *tag = cJSON_CreateObject();
        json_set_str(tag, "Key", query_str(&q, op->a, "key"));
        json_set_str(tag, "Value", query_str(&q, op->a, "value"));
        cJSON_AddItemToArray(tags, tag);
    }
}

/* The kind named by ResourceType; RES_KINDS for one this cloud has none of. */
static enum res_kind type_kind(const char *type)
{
    for (int k = 0; k < RES_KINDS; k++)
        if (text_is(type, res_type_names[k]))
            return (enum res_kind)k;
    return RES_KINDS;
}

static bool resource_exists(struct op *op, enum res_kind kind, const char *id, struct error *err)
{
    struct res r;
    if (kind == RES_KINDS)
        return refuse_missing(err, "SecurityPolicy", id);
    return res_need(op, kind, id, &r, err);
}

static bool resources_exist(struct op *op, enum res_kind kind, struct error *err)
{
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, json_get(op->params, "ResourceId")) {
        if (!resource_exists(op, kind, text_of(id), err))
            return false;
    }
    return true;
}

bool tag_resources(struct op *op, struct error *err)
{
    enum res_kind kind = type_kind(op_str(op, "ResourceType"));
    const cJSON *tags = json_get(op->params, "Tag");
    if (!tag_check(tags, err) || !resources_exist(op, kind, err))
        return false;
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, json_get(op->params, "ResourceId")) {
        if (!tag_put(op, kind, text_of(id), tags, err))
            return false;
    }
    return true;
}

static bool untag(struct op *op, const char *id, const char *key, struct error *err)
{
    struct query q CLEANUP(query_done) =
        db_query(op->db, key ? SQL_TAG_DELETE : SQL_TAG_DELETE_ALL);
    query_text(&q, ":id", id);
    if (key)
        query_text(&q, ":key", key);
    return query_run(&q, err);
}

static bool untag_one(struct op *op, const char *id, struct error *err)
{
    if (json_true(op->params, "All"))
        return untag(op, id, NULL, err);
    const cJSON *t = NULL;
    cJSON_ArrayForEach (t, json_get(op->params, "TagKey")) {
        if (text_of(t) && !untag(op, id, text_of(t), err))
            return false;
    }
    cJSON_ArrayForEach (t, json_get(op->params, "Tag")) {
        if (json_str(t, "Key") && !untag(op, id, json_str(t, "Key"), err))
            return false;
    }
    return true;
}

bool untag_resources(struct op *op, struct error *err)
{
    enum res_kind kind = type_kind(op_str(op, "ResourceType"));
    if (!json_true(op->params, "All") && !op_list(op, "TagKey") && !op_list(op, "Tag"))
        return refuse_absent(err, "TagKey");
    if (!resources_exist(op, kind, err))
        return false;
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, json_get(op->params, "ResourceId")) {
        if (!untag_one(op, text_of(id), err))
            return false;
    }
    return true;
}

static const char *kind_name(enum res_kind kind)
{
    return kind < RES_KINDS ? res_kind_names[kind] : "none";
}

static void pair_print(struct op *op, struct query *q, cJSON *pairs)
{
    cJSON *pair = cJSON_CreateObject();
    json_set_str(pair, "ResourceId", query_str(q, op->a, "id"));
    json_set_str(pair, "ResourceType", op_str(op, "ResourceType"));
    json_set_str(pair, "TagKey", query_str(q, op->a, "key"));
    json_set_str(pair, "TagValue", query_str(q, op->a, "value"));
    cJSON_AddItemToArray(pairs, pair);
}

static void key_print(struct op *op, struct query *q, cJSON *keys)
{
    cJSON *key = cJSON_CreateObject();
    json_set_str(key, "Category", "Custom");
    json_set_str(key, "TagKey", query_str(q, op->a, "key"));
    cJSON_AddItemToArray(keys, key);
}

static void value_print(struct op *op, struct query *q, cJSON *values)
{
    cJSON_AddItemToArray(values, cJSON_CreateString(query_str(q, op->a, "value")));
}

/* Pages over the rows of a bound statement. */
static bool tag_page(struct op *op, struct query *q, const char *name,
                     void (*print)(struct op *, struct query *, cJSON *), struct error *err)
{
    struct page page = { 0 };
    bool row = true;
    if (!page_begin(op, &page, err))
        return false;
    cJSON *items = cJSON_AddArrayToObject(op->body, name);
    for (;;) {
        if (!query_next(q, &row, err))
            return false;
        if (!row)
            break;
        if (page_take(&page, query_num(q, "seq")))
            print(op, q, items);
    }
    page_end(op, &page, strcmp(name, "TagResources") != 0);
    return true;
}

bool tag_list(struct op *op, struct error *err)
{
    enum res_kind kind = type_kind(op_str(op, "ResourceType"));
    if (!op_list(op, "ResourceId") && !op_list(op, "Tag"))
        return refuse_absent(err, "ResourceId");
    if (!resources_exist(op, kind, err))
        return false;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_TAG_PAIRS);
    query_text(&q, ":region", op->region);
    query_text(&q, ":kind", kind_name(kind));
    query_text(&q, ":ids", op_text(op, op_list(op, "ResourceId")));
    query_text(&q, ":tags", op_text(op, op_tags(op)));
    return tag_page(op, &q, "TagResources", pair_print, err);
}

bool tag_keys(struct op *op, struct error *err)
{
    bool system = text_is(op_str(op, "Category"), "System"); /* there are none */
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_TAG_KEYS);
    query_text(&q, ":region", op->region);
    query_text(&q, ":kind", system ? "none" : kind_name(type_kind(op_str(op, "ResourceType"))));
    query_text(&q, ":keyword", op_str(op, "Keyword"));
    return tag_page(op, &q, "TagKeys", key_print, err);
}

bool tag_values(struct op *op, struct error *err)
{
    const char *type = op_str(op, "ResourceType");
    const char *id = op_str(op, "ResourceId");
    if (type && id && !resource_exists(op, type_kind(type), id, err))
        return false;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_TAG_VALUES);
    query_text(&q, ":region", op->region);
    query_text(&q, ":kind", type ? kind_name(type_kind(type)) : NULL);
    query_text(&q, ":key", op_str(op, "TagKey"));
    query_text(&q, ":id", id);
    return tag_page(op, &q, "TagValues", value_print, err);
}

bool move_group(struct op *op, struct error *err)
{
    struct res r;
    const char *to = op_str(op, "NewResourceGroupId");
    const char *id = op_str(op, "ResourceId");
    enum res_kind kind = type_kind(op_str(op, "ResourceType"));
    if (!resource_exists(op, kind, id, err))
        return false;
    if (!text_begins(to, "rg-"))
        return refuse(err, 400, "NotExist.ResourceGroup", "ResourceGroup does not exist.");
    if (!res_need(op, kind, id, &r, err))
        return false;
    json_set_str(r.body, "ResourceGroupId", to);
    return res_update(op, &r, err);
}
