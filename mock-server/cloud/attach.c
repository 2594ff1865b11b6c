/* attach.c - which listener or rule uses which server group: what DeleteServerGroup, the
 * RelatedLoadBalancerIds of a group and the quotas on servers are counted from. */
#include <string.h>

#include "cloud_priv.h"

static void collect(struct op *op, const cJSON *tuples, text_list *out)
{
    const cJSON *t = NULL;
    cJSON_ArrayForEach (t, tuples) {
        const char *id = json_str(t, "ServerGroupId");
        bool seen = !id;
        for (size_t i = 0; i < out->len && !seen; i++)
            seen = strcmp(out->items[i], id) == 0;
        if (!seen)
            *LIST_PUSH(op->a, out) = id;
    }
}

void attach_groups(struct op *op, const cJSON *actions, text_list *out)
{
    const cJSON *a = NULL;
    cJSON_ArrayForEach (a, actions) {
        collect(op, json_at(a, "ForwardGroupConfig.ServerGroupTuples"), out);
        collect(op, json_at(a, "TrafficMirrorConfig.MirrorGroupConfig.ServerGroupTuples"), out);
    }
}

bool attach_put(struct op *op, const char *holder, const char *lb, const cJSON *actions,
                struct error *err)
{
    text_list groups = { 0 };
    attach_groups(op, actions, &groups);
    for (size_t i = 0; i < groups.len; i++) {
        struct query q CLEANUP(query_done) = db_query(op->db, SQL_ATTACH_INSERT);
        query_text(&q, ":holder", holder);
        query_text(&q, ":grp", groups.items[i]);
        query_text(&q, ":lb", lb);
        if (!query_run(&q, err))
            return false;
    }
    return true;
}

bool attach_doom(struct op *op, const char *holder, struct error *err)
{
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_ATTACH_DOOM);
    query_text(&q, ":holder", holder);
    return query_run(&q, err);
}
