/* job.c - jobs: one for each asynchronous change, and ListAsynJobs. */
#include <string.h>

#include "cloud_priv.h"

/* Create, Update or Delete, as the name of the action tells. */
static const char *operate_type(const char *action)
{
    static const struct {
        const char *prefix;
        size_t len;
        const char *type;
    } words[] = {
        { "Create", 6, "Create" }, { "Add", 3, "Create" },    { "Associate", 9, "Create" },
        { "Delete", 6, "Delete" }, { "Remove", 6, "Delete" }, { "Dissociate", 10, "Delete" },
    };
    for (size_t i = 0; i < COUNT(words); i++)
        if (strncmp(action, words[i].prefix, words[i].len) == 0)
            return words[i].type;
    return "Update";
}

bool job_start(struct op *op, enum res_kind kind, const char *id, struct error *err)
{
    char uuid[37];
    rng_uuid(&op->cloud->rng, uuid);
    op->job_id = arena_strdup(op->a, uuid);
    op->job_kind = kind;
    op->job_resource = id;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_JOB_INSERT);
    query_text(&q, ":region", op->region);
    query_text(&q, ":id", op->job_id);
    query_text(&q, ":api", op->action);
    query_text(&q, ":operate", operate_type(op->action));
    query_text(&q, ":type", res_type_names[kind]);
    query_text(&q, ":resource", id);
    query_int(&q, ":now", op->now_ms);
    json_set_str(op->body, "JobId", op->job_id);
    /* Last, so that the job ends after all its effects. */
    return query_run(&q, err) && life_later(op, "job", op->job_id, NULL, err);
}

static bool job_print(struct op *op, struct query *q, cJSON *jobs, struct error *err)
{
    struct failure failure = { 0 };
    const char *id = query_str(q, op->a, "id");
    const char *status = query_str(q, op->a, "status");
    if (text_is(status, "Failed") && !fail_of(op, id, &failure, err))
        return false;
    cJSON *job = cJSON_CreateObject();
    cJSON_AddItemToArray(jobs, job);
    json_set_str(job, "ApiName", query_str(q, op->a, "api"));
    json_set_int(job, "CreateTime", query_num(q, "created"));
    json_set_str(job, "ErrorCode", failure.code);
    json_set_str(job, "ErrorMessage", failure.message);
    json_set_str(job, "Id", id);
    json_set_int(job, "ModifyTime", query_num(q, "modified"));
    json_set_str(job, "OperateType", query_str(q, op->a, "operate"));
    json_set_str(job, "ResourceId", query_str(q, op->a, "resource"));
    json_set_str(job, "ResourceType", query_str(q, op->a, "type"));
    json_set_str(job, "Status", status);
    return true;
}

static void job_query(struct op *op, struct query *q)
{
    query_text(q, ":region", op->region);
    query_text(q, ":ids", op_text(op, op_list(op, "JobIds")));
    query_text(q, ":resources", op_text(op, op_list(op, "ResourceIds")));
    query_text(q, ":type", op_str(op, "ResourceType"));
    query_text(q, ":api", op_str(op, "ApiName"));
    query_int(q, ":begin", json_int(op->params, "BeginTime", 0));
    query_int(q, ":end", json_int(op->params, "EndTime", INT64_MAX));
}

/* Which statement finds the candidates by an index. */
static enum sql job_sql(const struct op *op)
{
    if (op_list(op, "JobIds"))
        return SQL_JOB_LIST_IDS;
    return op_list(op, "ResourceIds") ? SQL_JOB_LIST_RESOURCES : SQL_JOB_LIST;
}

bool job_list(struct op *op, struct error *err)
{
    struct page page = { 0 };
    bool row = true;
    if (!page_begin(op, &page, err))
        return false;
    cJSON *jobs = cJSON_AddArrayToObject(op->body, "Jobs");
    struct query q CLEANUP(query_done) = db_query(op->db, job_sql(op));
    job_query(op, &q);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            break;
        if (page_take(&page, query_num(&q, "seq")) && !job_print(op, &q, jobs, err))
            return false;
    }
    page_end(op, &page, true);
    return true;
}
