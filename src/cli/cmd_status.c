/* cmd_status.c - what the state file knows, without a call. */
#include "alb-agent/json.h"
#include "cli.h"

static void list_lbs(struct session *s, const store_summaries *list, const cJSON *certificates,
                     int64_t now_ms, report_lbs *out)
{
    for (size_t i = 0; i < list->len; i++) {
        const struct store_summary *l = &list->items[i];
        struct report_lb *to = LIST_PUSH(&s->arena, out);
        *to = (struct report_lb){ .name = l->lb,
                                  .id = l->cloud_id,
                                  .dns_name = l->dns_name,
                                  .resources = l->resources,
                                  .in_sync = l->in_sync,
                                  .observed_at = l->observed_at,
                                  .revision = l->revision };
        report_lb_count(to, &s->findings, now_ms);
        session_list_served(&s->arena, &s->known, l->lb, certificates, &to->certificates);
    }
}

static enum exit_code status_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    struct session s CLEANUP(session_close) = { 0 };
    struct store_status agent;
    bool any; /* ran */
    store_summaries list = { 0 };
    if (!open_session(&s, o, STORE_SNAPSHOT, false, &err)
        || !store_summary(s.store, &s.arena, &list, &err)
        || !store_status_read(s.store, &s.arena, &agent, &any, &err))
        return cli_fail(&err);
    struct buf b CLEANUP(buf_done) = { 0 };
    struct report_in in;
    report_lbs lbs = { 0 };
    cJSON *certificates CLEANUP(json_done) = session_certificate_list(&s.facts);
    fill_report(&s, o, &in);
    list_lbs(&s, &list, certificates, in.now_ms, &lbs);
    report_status(&b, &in, &agent, &lbs);
    cli_print(&b);
    return EXIT_DONE;
}

const struct cmd cmd_status = {
    .name = "status",
    .usage = "[flags]",
    .summary = "Show what the agent is doing, and what the state file knows of each load balancer.",
    .help =
        "Also while an agent runs: makes no call and needs no lock.  What the agent said last is\n"
        "at most a second old, unless it is said to be older, or the agent to be gone.  Objects\n"
        "that are left out are those of the last run or apply.\nExit codes: 0 shown, 1 error.",
    .opts = OPTS_CLOUD,
    .outputs = "text|json",
    .run = status_run,
};
