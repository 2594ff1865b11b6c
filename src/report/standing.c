/* standing.c - how each load balancer stands, after what the agent says of itself. */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/clock.h"
#include "alb-agent/json.h"
#include "alb-agent/store.h"
#include "report_priv.h"

bool report_served_end(const char *end, int64_t *ms)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    return end && time_parse(arena_fmt(&scratch, "%sT23:59:59Z", end), ms);
}

void report_lb_count(struct report_lb *lb, const finding_list *findings, int64_t now_ms)
{
    lb->found = lb->settled = 0;
    for (size_t i = 0; i < findings->len; i++) {
        const struct finding *f = &findings->items[i];
        if (f->class == CLASS_IN_SYNC || strcmp(f->lb, lb->name) != 0)
            continue;
        lb->found++;
        lb->settled += finding_settled(f, now_ms);
    }
}

/* Whole days until the end of that day; below zero when it is over.  False: it is no date. */
static bool days_left(const char *end, int64_t now_ms, int64_t *days)
{
    const int64_t day = INT64_C(86400000);
    int64_t ms;
    if (!report_served_end(end, &ms))
        return false;
    const int64_t left = ms - now_ms;
    *days = left < 0 ? -((-left + day - 1) / day) : left / day;
    return true;
}

/* ---- text ---------------------------------------------------------------------------------- */

static void add_served(struct buf *b, const struct report_served *c, int64_t now_ms)
{
    int64_t days;
    buf_addf(b, "  certificate %s of %s%s%s%s", c->id, c->listener, c->name ? " (" : "",
             c->name ? c->name : "", c->name ? ")" : "");
    if (!days_left(c->end, now_ms, &days))
        buf_adds(b, ": end not known\n");
    else if (days < 0)
        buf_addf(b, ": EXPIRED on %s\n", c->end);
    else
        buf_addf(b, ": ends on %s, in %" PRId64 " day%s\n", c->end, days, days == 1 ? "" : "s");
}

static void add_lb(struct buf *b, const struct report_lb *lb, int64_t now_ms)
{
    char at[TIME_TEXT];
    buf_addf(b, "%s\n", lb->name);
    buf_addf(b, "  id         %s\n", *lb->id ? lb->id : "(none yet)");
    const bool borrowed = lb_service(lb->name);
    if (!borrowed)
        buf_addf(b, "  address    %s\n", *lb->dns_name ? lb->dns_name : "(none yet)");
    buf_addf(b, "  resources  %" PRId64, lb->resources);
    if (lb->in_sync >= 0)
        buf_addf(b, ", %" PRId64 " as applied", lb->in_sync);
    buf_addf(b, "\n  last read  %s\n",
             lb->observed_at ? time_format(lb->observed_at, at) : "never");
    if (!borrowed)
        buf_addf(b, "  revision   %" PRId64 "\n", lb->revision);
    if (lb->found)
        buf_addf(b, "  drift      %" PRId64 " found, %" PRId64 " of it accepted or ignored\n",
                 lb->found, lb->settled);
    for (size_t i = 0; i < lb->certificates.len; i++)
        add_served(b, &lb->certificates.items[i], now_ms);
}

static void add_counts(struct buf *b, const struct report_in *in, const report_lbs *lbs)
{
    size_t borrowed = 0;
    for (size_t i = 0; i < lbs->len; i++)
        borrowed += lb_service(lbs->items[i].name) != NULL;
    const size_t own = lbs->len - borrowed;
    buf_addf(b, "Cluster %s: %zu load balancer%s", in->cluster_id, own, own == 1 ? "" : "s");
    if (borrowed)
        buf_addf(b, ", %zu borrowed server group%s", borrowed, borrowed == 1 ? "" : "s");
    buf_addc(b, '\n');
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static cJSON *served_json(const struct report_served *c, int64_t now_ms)
{
    int64_t days;
    cJSON *o = cJSON_CreateObject();
    add_string(o, "listener", c->listener);
    add_string(o, "id", c->id);
    add_string(o, "name", c->name);
    if (days_left(c->end, now_ms, &days)) {
        add_string(o, "end", c->end);
        cJSON_AddItemToObject(o, "daysLeft", json_new_int(days));
    }
    return o;
}

/* Null where there is none. */
static void add_text(cJSON *o, const char *name, const char *text)
{
    cJSON_AddItemToObject(o, name, text && *text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static cJSON *lb_json(const struct report_lb *lb, int64_t now_ms)
{
    char at[TIME_TEXT];
    cJSON *o = cJSON_CreateObject();
    add_text(o, "name", lb->name);
    add_text(o, "id", lb->id);
    add_text(o, "dnsName", lb->dns_name);
    cJSON_AddItemToObject(o, "resources", json_new_int(lb->resources));
    cJSON_AddItemToObject(o, "inSync",
                          lb->in_sync >= 0 ? json_new_int(lb->in_sync) : cJSON_CreateNull());
    add_text(o, "observedAt", lb->observed_at ? time_format(lb->observed_at, at) : NULL);
    cJSON_AddItemToObject(o, "revision", json_new_int(lb->revision));
    cJSON_AddItemToObject(o, "found", json_new_int(lb->found));
    cJSON_AddItemToObject(o, "settled", json_new_int(lb->settled));
    cJSON *array = cJSON_AddArrayToObject(o, "certificates");
    for (size_t i = 0; i < lb->certificates.len; i++)
        cJSON_AddItemToArray(array, served_json(&lb->certificates.items[i], now_ms));
    return o;
}

static bool ever_ran(const struct store_status *agent)
{
    return agent && agent->pid;
}

/* The form is that of status.v1.schema.json; a change that breaks readers needs another. */
static void add_json(struct buf *b, const struct report_in *in, const struct store_status *agent,
                     const report_lbs *lbs)
{
    cJSON *doc CLEANUP(json_done) = cJSON_CreateObject();
    cJSON_AddItemToObject(doc, "schemaVersion", json_new_int(1));
    add_text(doc, "cluster", in->cluster_id);
    cJSON_AddItemToObject(doc, "agent",
                          ever_ran(agent) ? agent_json(agent, in->now_ms) : cJSON_CreateNull());
    add_quarantine_json(doc, agent);
    cJSON *array = cJSON_AddArrayToObject(doc, "loadBalancers");
    for (size_t i = 0; i < lbs->len; i++)
        cJSON_AddItemToArray(array, lb_json(&lbs->items[i], in->now_ms));
    json_write(b, doc, false);
    buf_addc(b, '\n');
}

void report_status(struct buf *b, const struct report_in *in, const struct store_status *agent,
                   const report_lbs *lbs)
{
    if (in->format == REPORT_JSON) {
        add_json(b, in, agent, lbs);
        return;
    }
    if (ever_ran(agent))
        report_agent(b, in, agent);
    add_counts(b, in, lbs);
    if (agent && !agent->alive)
        add_quarantined(b, in, agent);
    for (size_t i = 0; i < lbs->len; i++)
        add_lb(b, &lbs->items[i], in->now_ms);
}
