/* pages.c - what is asked for over HTTP, but for the numbers. */
#include "alb-agent/json.h"
#include "service_priv.h"

/* "[+]store ok", as 'kubectl get --raw /readyz?verbose' shows it. */
static bool add_check(struct buf *b, const char *name, bool ok, const char *why)
{
    if (ok)
        buf_addf(b, "[+]%s ok\n", name);
    else
        buf_addf(b, "[-]%s failed: %s\n", name, why);
    return ok;
}

bool page_ready(struct service_view *v, struct buf *b)
{
    struct buf why CLEANUP(buf_done) = { 0 };
    buf_addf(&why, "the cloud was not read completely yet%s%s",
             *v->problem ? "; the last reading failed: " : "", v->problem);
    bool ok = add_check(b, "store", true, NULL); /* without it the process would end */
    ok &= add_check(b, "reading", agent_times(v->g).verified_at != 0, buf_str(&why));
    ok &= add_check(b, "running", !v->stopping, "it is stopping");
    buf_addf(b, "readyz check %s\n", ok ? "passed" : "failed");
    return ok;
}

bool page_status(struct service_view *v, int64_t now_ms, struct buf *b, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct store_status status;
    report_lbs lbs;
    cJSON *certificates CLEANUP(json_done) = session_certificate_list(agent_facts(v->g));
    const struct report_in in = {
        .format = REPORT_JSON,
        .cluster_id = agent_cluster(v->g),
        .now_ms = now_ms,
    };
    service_status(v, v->stopping ? "stopping" : "running", now_ms, &a, &status);
    store_status_sign(&a, &status);
    if (!agent_overview(v->g, certificates, &a, &lbs, err))
        return false;
    report_status(b, &in, &status, &lbs);
    return true;
}
