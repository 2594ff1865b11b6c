/* reply.c - the table of replies: which struct each action answers with, and its reader. */
#include <stdlib.h>
#include <string.h>

#include "resource_priv.h"

/* clang-format off */

#define SELF struct alb_page
static const struct field alb_page_fields[] = {
    STR(next_token,  "NextToken"),
    INT(max_results, "MaxResults"),
    INT(total_count, "TotalCount"),
    STR(request_id,  "RequestId"),
};
SCHEMA(alb_page, "Page");
#undef SELF

/* What was created has a name of its own in each reply. */
#define SELF struct alb_written
static const struct field alb_done_fields[] = { STR(request_id, "RequestId") };
static SCHEMA_OF(alb_done, alb_written, "Done");
static const struct field alb_begun_fields[] = {
    STR(job_id,     "JobId"),
    STR(request_id, "RequestId"),
};
static SCHEMA_OF(alb_begun, alb_written, "Begun");

#define CREATED(table, name) \
    static const struct field table##_fields[] = { \
        STR(id,         name), \
        STR(request_id, "RequestId"), \
    }; \
    static SCHEMA_OF(table, alb_written, name)
#define CREATING(table, name) \
    static const struct field table##_fields[] = { \
        STR(id,         name), \
        STR(job_id,     "JobId"), \
        STR(request_id, "RequestId"), \
    }; \
    static SCHEMA_OF(table, alb_written, name)
CREATED (alb_created_health_template, "HealthCheckTemplateId");
CREATED (alb_created_load_balancer,   "LoadBalancerId");
CREATED (alb_created_security_policy, "SecurityPolicyId");
CREATING(alb_created_acl,             "AclId");
CREATING(alb_created_listener,        "ListenerId");
CREATING(alb_created_one_rule,        "RuleId");
CREATING(alb_created_server_group,    "ServerGroupId");
#undef SELF

/* ---- the table ------------------------------------------------------------------------- */

static const struct table_row REPLIES[] = {
#define X(stem, action, type, table) { #action, &table##_schema },
    ALB_REPLIES(X)
#undef X
};
/* clang-format on */

static int by_action(const void *action, const void *row)
{
    return strcmp(action, ((const struct table_row *)row)->action);
}

const struct schema *table_find(const struct table_row *rows, size_t n, const char *action)
{
    const struct table_row *row = bsearch(action, rows, n, sizeof *rows, by_action);
    return row ? row->schema : NULL;
}

const struct schema *alb_reply_schema(const char *action)
{
    return table_find(REPLIES, COUNT(REPLIES), action);
}

static void read_reply(struct arena *a, const struct schema *s, void *out, const cJSON *reply)
{
    struct error ignored; /* a lenient reading cannot fail */
    (void)!schema_from_json(a, s, out, reply, SCHEMA_LENIENT, &ignored);
}

#define X(stem, action, type, table)                                              \
    void alb_##stem##_read(struct arena *a, const cJSON *reply, struct type *out) \
    {                                                                             \
        read_reply(a, &table##_schema, out, reply);                               \
    }
ALB_REPLIES(X)
#undef X
