/* summary.c - how each load balancer stands, from what the store knows. */
#include "store_priv.h"

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static void count(const struct model *m, const struct resource *r, struct store_summary *sum)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    if (r->actual && (!sum->observed_at || r->observed_at < sum->observed_at))
        sum->observed_at = r->observed_at;
    if (!r->ours)
        return;
    sum->resources++;
    sum->in_sync += resource_classify(&scratch, m, r, NULL) == CLASS_IN_SYNC;
    if (resource_is_borrowed(r))
        sum->cloud_id = r->key;
    if (r->kind != RESOURCE_LOAD_BALANCER)
        return;
    const struct alb_load_balancer *lb = r->actual;
    sum->cloud_id = or_empty(r->cloud_id);
    sum->dns_name = or_empty(lb ? lb->dns_name : NULL);
}

bool store_summary_of(struct store *st, const struct model *m, const char *lb,
                      struct store_summary *out, struct error *err)
{
    size_t first, end;
    *out = (struct store_summary){ .lb = lb, .cloud_id = "", .dns_name = "" };
    model_range(m, lb, &first, &end);
    for (size_t i = first; i < end; i++)
        count(m, &m->rows.items[i], out);
    return store_revision_newest(st, lb, &out->revision, err);
}

bool store_summary(struct store *st, struct arena *a, store_summaries *out, struct error *err)
{
    struct model m;
    *out = (store_summaries){ 0 };
    if (!store_model_load(st, a, &m, err))
        return false;
    for (size_t first = 0, end; first < m.rows.len; first = end) {
        const char *lb = m.rows.items[first].lb;
        model_range(&m, lb, &first, &end);
        if (!store_summary_of(st, &m, lb, LIST_PUSH(a, out), err))
            return false;
    }
    return true;
}
