/* cmd_status.c - what the state file knows, without a call. */
#include "alb-agent/clock.h"
#include "alb-agent/json.h"
#include "cli.h"

static const char *time_or_never(int64_t ms, char text[static TIME_TEXT])
{
    return ms ? time_format(ms, text) : "never";
}

static void status_text(struct buf *b, const struct session *s, const store_summaries *list)
{
    buf_addf(b, "Cluster %s: %zu load balancer%s\n", s->cluster_id, list->len,
             list->len == 1 ? "" : "s");
    for (size_t i = 0; i < list->len; i++) {
        const struct store_summary *l = &list->items[i];
        char at[TIME_TEXT];
        buf_addf(b, "%s\n", l->lb);
        buf_addf(b, "  id         %s\n", *l->cloud_id ? l->cloud_id : "(none yet)");
        buf_addf(b, "  address    %s\n", *l->dns_name ? l->dns_name : "(none yet)");
        buf_addf(b, "  resources  %lld, %lld as applied\n", (long long)l->resources,
                 (long long)l->in_sync);
        buf_addf(b, "  last read  %s\n", time_or_never(l->observed_at, at));
        buf_addf(b, "  revision   %lld\n", (long long)l->revision);
    }
}

static void add_text(cJSON *obj, const char *name, const char *text)
{
    cJSON_AddItemToObject(obj, name, text && *text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void status_json(struct buf *b, const struct session *s, const store_summaries *list)
{
    cJSON *doc CLEANUP(json_done) = cJSON_CreateObject();
    add_text(doc, "cluster", s->cluster_id);
    cJSON *lbs = cJSON_AddArrayToObject(doc, "loadBalancers");
    for (size_t i = 0; i < list->len; i++) {
        const struct store_summary *l = &list->items[i];
        char at[TIME_TEXT];
        cJSON *o = cJSON_CreateObject();
        add_text(o, "name", l->lb);
        add_text(o, "id", l->cloud_id);
        add_text(o, "dnsName", l->dns_name);
        cJSON_AddItemToObject(o, "resources", json_new_int(l->resources));
        cJSON_AddItemToObject(o, "inSync", json_new_int(l->in_sync));
        add_text(o, "observedAt", l->observed_at ? time_format(l->observed_at, at) : NULL);
        cJSON_AddItemToObject(o, "revision", json_new_int(l->revision));
        cJSON_AddItemToArray(lbs, o);
    }
    json_write(b, doc, false);
    buf_addc(b, '\n');
}

static enum exit_code status_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    struct error err;
    struct session s CLEANUP(session_close) = { 0 };
    store_summaries list = { 0 };
    if (!open_session(&s, o, STORE_SNAPSHOT, false, &err)
        || !store_summary(s.store, &s.arena, &list, &err))
        return cli_fail(&err);
    struct buf b CLEANUP(buf_done) = { 0 };
    if (format_of(o) == REPORT_JSON)
        status_json(&b, &s, &list);
    else
        status_text(&b, &s, &list);
    cli_print(&b);
    return EXIT_DONE;
}

const struct cmd cmd_status = {
    .name = "status",
    .usage = "[flags]",
    .summary = "Show what the state file knows of each load balancer.",
    .help = "Makes no call and needs no lock.\nExit codes: 0 shown, 1 error.",
    .opts = OPTS_CLOUD,
    .outputs = "text|json",
    .run = status_run,
};
