/* look.c - for who looks on without the words of the API: what a list would say, without its price.
 */
#include "cloud_priv.h"

void cloud_look_groups(struct cloud *c, struct arena *a, cloud_group_fn *fn, void *arg)
{
    struct error err;
    bool row = true;
    struct query q CLEANUP(query_done) = db_query(c->db, SQL_LOOK_GROUPS);
    while (query_next(&q, &row, &err) && row) {
        const struct cloud_group g = {
            .id = query_str(&q, a, "id"),
            .name = query_str(&q, a, "name"),
            .tag_key = query_str(&q, a, "key"),
            .tag_value = query_str(&q, a, "value"),
        };
        fn(arg, &g);
    }
}

void cloud_look_servers(struct cloud *c, struct arena *a, cloud_server_fn *fn, void *arg)
{
    struct error err;
    bool row = true;
    struct query q CLEANUP(query_done) = db_query(c->db, SQL_LOOK_SERVERS);
    while (query_next(&q, &row, &err) && row) {
        const struct cloud_server s = {
            .group = query_str(&q, a, "grp"),
            .ip = query_str(&q, a, "ip"),
            .status = query_str(&q, a, "status"),
        };
        fn(arg, &s);
    }
}
