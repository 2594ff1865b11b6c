/* acl.c - access control lists and their entries (alb-semantics.md §4, §5, §11).  Which
 * listener uses which is in acl_bind.c. */
#include <string.h>

#include "cloud_priv.h"

bool acl_create(struct op *op, struct error *err)
{
    const char *name = op_str(op, "AclName");
    const char *group = NULL;
    if (!check_name(name, "AclName", err) || !tag_check(json_get(op->params, "Tag"), err)
        || !op_resource_group(op, &group, err) || !res_room(op, RES_ACL, QUOTA_ACLS, err))
        return false;
    const char *id = op_new_id(op, "acl-");
    cJSON *body = op_own(op, cJSON_CreateObject());
    json_set_str(body, "AclId", id);
    json_set_str(body, "AclName", name);
    json_set_str(body, "AddressIPVersion", "IPv4");
    json_set_bool(body, "ConfigManagedEnabled", false);
    json_set_str(body, "CreateTime", op_time(op));
    json_set_str(body, "ResourceGroupId", group);
    struct res r = { .id = id, .name = name, .status = "Creating", .body = body };
    json_set_str(op->body, "AclId", id);
    return res_insert(op, RES_ACL, &r, err)
           && tag_put(op, RES_ACL, id, json_get(op->params, "Tag"), err)
           && res_pass(op, id, "Creating", "Available", err) && job_start(op, RES_ACL, id, err);
}

/* The ACL of a change, which must be Available. */
static bool acl_take(struct op *op, struct res *acl, struct error *err)
{
    if (!res_need(op, RES_ACL, op_str(op, "AclId"), acl, err))
        return false;
    return is_status(acl, "Available") || refuse_status(err, "Acl", acl->id);
}

bool acl_delete(struct op *op, struct error *err)
{
    struct res acl;
    int64_t used = 0;
    if (!acl_take(op, &acl, err)
        || !res_count(op, SQL_RELATION_COUNT_ACL, ":acl", acl.id, &used, err))
        return false;
    if (used)
        return refuse(err, 400, "ResourceInUse.Acl", "The specified resource Acl [%s] is in use.",
                      acl.id);
    return res_doom(op, &acl, err) && job_start(op, RES_ACL, acl.id, err);
}

/* Only a change of name must find one that is free; CreateAcl documents no such refusal. */
static bool name_free(struct op *op, const char *name, const char *id, struct error *err)
{
    int64_t n = 0;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_ACL_NAMED);
    query_text(&q, ":region", op->region);
    query_text(&q, ":name", name);
    query_text(&q, ":id", id);
    if (!query_value(&q, &n, err))
        return false;
    return n == 0
           || refuse(err, 400, "Conflict.Acl",
                     "There is already Acl having the same configuration with AclName [%s].", name);
}

/* Synchronous: the only change of an ACL without a job. */
bool acl_update(struct op *op, struct error *err)
{
    struct res acl;
    const char *name = op_str(op, "AclName");
    if (!check_name(name, "AclName", err) || !acl_take(op, &acl, err)
        || !name_free(op, name, acl.id, err))
        return false;
    acl.name = name;
    json_set_str(acl.body, "AclName", name);
    return res_update(op, &acl, err);
}

static bool acl_print(struct op *op, const struct res *r, cJSON *out, struct error *err)
{
    json_move(out, r->body);
    json_set_str(out, "AclStatus", r->status);
    return tag_print(op, r->id, out, err);
}

bool acl_list(struct op *op, struct error *err)
{
    struct list list = {
        .kind = RES_ACL,
        .ids = op_list(op, "AclIds"),
        .names = op_list(op, "AclNames"),
        .tags = op_tags(op),
        .fields = op_fields(op, "ResourceGroupId"),
    };
    return page_resources(op, &list, "Acls", acl_print, err);
}

/* '*status' is NULL when the ACL has no such entry. */
static bool entry_get(struct op *op, const char *acl, const char *entry, const char **status,
                      struct error *err)
{
    bool row = false;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_ENTRY_GET);
    query_text(&q, ":acl", acl);
    query_text(&q, ":entry", entry);
    if (!query_next(&q, &row, err))
        return false;
    *status = row ? query_str(&q, op->a, "status") : NULL;
    return true;
}

static bool entry_run(struct op *op, enum sql sql, const char *acl, const cJSON *told,
                      struct error *err)
{
    const char *entry = text_of(told);
    struct query q CLEANUP(query_done) = db_query(op->db, sql);
    query_text(&q, ":acl", acl);
    query_text(&q, ":entry", entry ? entry : json_str(told, "Entry"));
    if (!entry)
        query_text(&q, ":description", json_str(told, "Description"));
    return query_run(&q, err);
}

/* Twice in one call is the same as twice in two. */
static bool entry_add(struct op *op, const char *acl, const cJSON *told, struct error *err)
{
    const char *entry = json_str(told, "Entry");
    const char *status = NULL;
    if (!entry)
        return refuse_absent(err, "Entry");
    if (!check_cidr(entry) || strchr(entry, ':'))
        return refuse_illegal(err, "Entry");
    if (!entry_get(op, acl, entry, &status, err))
        return false;
    if (status)
        return refuse(err, 400, "ResourceAlreadyExist.AclEntry",
                      "The specified resource AclEntry [%s] already exists.", entry);
    return entry_run(op, SQL_ENTRY_INSERT, acl, told, err);
}

struct user {
    const char *listener, *lb, *edition;
};
typedef LIST_OF(struct user) user_list;

static bool acl_users(struct op *op, const char *acl, user_list *out, struct error *err)
{
    bool row = true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RELATION_OF_ACL);
    query_text(&q, ":acl", acl);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        *LIST_PUSH(op->a, out) = (struct user){
            .listener = query_str(&q, op->a, "listener"),
            .lb = query_str(&q, op->a, "lb"),
            .edition = query_str(&q, op->a, "edition"),
        };
    }
}

static bool entry_quotas(struct op *op, const char *acl, struct error *err)
{
    int64_t n = 0;
    user_list users = { 0 };
    if (!res_count(op, SQL_ENTRY_COUNT, ":acl", acl, &n, err)
        || !quota_check(op, QUOTA_ACL_ENTRIES, NULL, acl, n, err)
        || !acl_users(op, acl, &users, err))
        return false;
    for (size_t i = 0; i < users.len; i++) {
        const struct user *u = &users.items[i];
        if (!acl_quotas(op, u->listener, u->lb, u->edition, err))
            return false;
    }
    return true;
}

static bool entries_done(struct op *op, const struct res *acl, struct error *err)
{
    return res_pass(op, acl->id, "Configuring", "Available", err)
           && job_start(op, RES_ACL, acl->id, err);
}

bool acl_entries_add(struct op *op, struct error *err)
{
    struct res acl;
    if (!acl_take(op, &acl, err))
        return false;
    const cJSON *e = NULL;
    cJSON_ArrayForEach (e, json_get(op->params, "AclEntries")) {
        if (!entry_add(op, acl.id, e, err))
            return false;
    }
    return entry_quotas(op, acl.id, err) && entries_done(op, &acl, err);
}

bool acl_entries_remove(struct op *op, struct error *err)
{
    struct res acl;
    const char *status = NULL;
    if (!acl_take(op, &acl, err))
        return false;
    const cJSON *e = NULL;
    cJSON_ArrayForEach (e, json_get(op->params, "Entries")) {
        const char *entry = text_of(e);
        if (!entry)
            return refuse_illegal(err, "Entries");
        if (!entry_get(op, acl.id, entry, &status, err))
            return false;
        if (!status)
            return refuse_missing(err, "AclEntry", entry);
        if (!entry_run(op, SQL_ENTRY_DOOM, acl.id, e, err))
            return false;
    }
    return entries_done(op, &acl, err);
}

bool acl_entry_list(struct op *op, struct error *err)
{
    struct res acl;
    struct page page;
    bool row = true;
    if (!res_need(op, RES_ACL, op_str(op, "AclId"), &acl, err) || !page_begin(op, &page, err))
        return false;
    cJSON *entries = cJSON_AddArrayToObject(op->body, "AclEntries");
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_ENTRY_LIST);
    query_text(&q, ":acl", acl.id);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            break;
        if (!page_take(&page, query_num(&q, "seq")))
            continue;
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(entries, one);
        json_set_str(one, "Description", query_str(&q, op->a, "description"));
        json_set_str(one, "Entry", query_str(&q, op->a, "entry"));
        json_set_str(one, "Status", query_str(&q, op->a, "status"));
    }
    page_end(op, &page, true);
    return true;
}
