/* cmd_status.c - what the state file knows, without a call. */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/clock.h"
#include "alb-agent/json.h"
#include "cli.h"

static const char *time_or_never(int64_t ms, char text[static TIME_TEXT])
{
    return ms ? time_format(ms, text) : "never";
}

/* ---- certificates ----------------------------------------------------------------------------
 */

/* Whole days until the end of that day; below zero when it is over.  False: it is no date. */
static bool days_left(const char *end, int64_t *days)
{
    const int64_t day = INT64_C(86400000);
    int64_t ms;
    if (!session_served_end(end, &ms))
        return false;
    int64_t left = ms - clock_now_ms(clock_system());
    *days = left < 0 ? -((-left + day - 1) / day) : left / day;
    return true;
}

static void served_text(struct buf *b, const session_served_list *list)
{
    for (size_t i = 0; i < list->len; i++) {
        const struct session_served *c = &list->items[i];
        int64_t days;
        buf_addf(b, "  certificate %s of %s%s%s%s", c->id, c->listener, c->name ? " (" : "",
                 c->name ? c->name : "", c->name ? ")" : "");
        if (!days_left(c->end, &days))
            buf_adds(b, ": end not known\n");
        else if (days < 0)
            buf_addf(b, ": EXPIRED on %s\n", c->end);
        else
            buf_addf(b, ": ends on %s, in %" PRId64 " day%s\n", c->end, days, days == 1 ? "" : "s");
    }
}

static void served_json(cJSON *to, const session_served_list *list)
{
    cJSON *array = cJSON_AddArrayToObject(to, "certificates");
    for (size_t i = 0; i < list->len; i++) {
        const struct session_served *c = &list->items[i];
        int64_t days;
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "listener", c->listener);
        cJSON_AddStringToObject(o, "id", c->id);
        if (c->name)
            cJSON_AddStringToObject(o, "name", c->name);
        if (days_left(c->end, &days)) {
            cJSON_AddStringToObject(o, "end", c->end);
            cJSON_AddItemToObject(o, "daysLeft", json_new_int(days));
        }
        cJSON_AddItemToArray(array, o);
    }
}

/* ---- load balancers ---------------------------------------------------------------------------
 */

/* What is amiss with a load balancer, and how much of it is settled. */
struct amiss {
    int64_t found, settled;
};

static struct amiss count_amiss(const struct session *s, const char *lb)
{
    struct amiss n = { 0 };
    int64_t now = clock_now_ms(clock_system());
    for (size_t i = 0; i < s->findings.len; i++) {
        const struct finding *f = &s->findings.items[i];
        if (f->class == CLASS_IN_SYNC || strcmp(f->lb, lb) != 0)
            continue;
        n.found++;
        n.settled += finding_settled(f, now);
    }
    return n;
}

static void amiss_text(struct buf *b, const struct session *s, const char *lb)
{
    struct amiss n = count_amiss(s, lb);
    if (n.found)
        buf_addf(b, "  drift      %" PRId64 " found, %" PRId64 " of it accepted or ignored\n",
                 n.found, n.settled);
}

static void status_text(struct buf *b, struct session *s, const store_summaries *list,
                        const cJSON *certificates)
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
        amiss_text(b, s, l->lb);
        session_served_list served = { 0 };
        session_list_served(&s->arena, &s->known, l->lb, certificates, &served);
        served_text(b, &served);
    }
}

static void add_text(cJSON *obj, const char *name, const char *text)
{
    cJSON_AddItemToObject(obj, name, text && *text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void status_json(struct buf *b, struct session *s, const store_summaries *list,
                        const cJSON *certificates, const struct store_status *agent)
{
    cJSON *doc CLEANUP(json_done) = cJSON_CreateObject();
    add_text(doc, "cluster", s->cluster_id);
    cJSON_AddItemToObject(doc, "agent",
                          agent ? report_agent_json(agent, clock_now_ms(clock_system()))
                                : cJSON_CreateNull());
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
        struct amiss amiss = count_amiss(s, l->lb);
        cJSON_AddItemToObject(o, "found", json_new_int(amiss.found));
        cJSON_AddItemToObject(o, "settled", json_new_int(amiss.settled));
        session_served_list served = { 0 };
        session_list_served(&s->arena, &s->known, l->lb, certificates, &served);
        served_json(o, &served);
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
    struct store_status agent;
    bool any = false;
    store_summaries list = { 0 };
    if (!open_session(&s, o, STORE_SNAPSHOT, false, &err)
        || !store_summary(s.store, &s.arena, &list, &err)
        || !store_status_read(s.store, &s.arena, &agent, &any, &err))
        return cli_fail(&err);
    struct buf b CLEANUP(buf_done) = { 0 };
    cJSON *certificates CLEANUP(json_done) = session_certificate_list(&s.facts);
    if (format_of(o) == REPORT_JSON)
        status_json(&b, &s, &list, certificates, any ? &agent : NULL);
    else {
        struct report_in in;
        fill_report(&s, o, &in);
        if (any)
            report_agent(&b, &in, &agent);
        status_text(&b, &s, &list, certificates);
    }
    cli_print(&b);
    return EXIT_DONE;
}

const struct cmd cmd_status = {
    .name = "status",
    .usage = "[flags]",
    .summary = "Show what the agent is doing, and what the state file knows of each load balancer.",
    .help =
        "Also while an agent runs: makes no call and needs no lock.  What the agent said last is\n"
        "at most a second old, unless it is said to be older, or the agent to be gone.\nExit "
        "codes: 0 shown, 1 error.",
    .opts = OPTS_CLOUD,
    .outputs = "text|json",
    .run = status_run,
};
