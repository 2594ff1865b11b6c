/* health.c - GetListenerHealthStatus.  Servers are healthy here unless something we know
 * says otherwise: not yet added, weight 0, no health check, or what an operator has set
 * (alb-semantics.md §13). */
#include "cloud_priv.h"

static const char *server_health(const struct server *s, bool checked)
{
    if (!checked)
        return "Unavailable";
    if (s->weight == 0)
        return "Unused";
    return text_is(s->status, "Adding") ? "Initial" : NULL;
}

static void reason_print(const struct cloud_health *h, cJSON *out)
{
    if (!h->reason)
        return;
    cJSON *reason = cJSON_AddObjectToObject(out, "Reason");
    json_set_str(reason, "ActualResponse", h->actual);
    json_set_str(reason, "ExpectedResponse", h->expected);
    json_set_str(reason, "ReasonCode", h->reason);
}

/* Adds a server unless it is healthy. */
static bool server_print(struct op *op, const struct server *s, bool checked, cJSON *list,
                         struct error *err)
{
    struct cloud_health set;
    if (!knob_health(op, s, &set, err))
        return false;
    const char *own = server_health(s, checked);
    const char *status = own ? own : set.status;
    if (!status)
        return true;
    cJSON *one = cJSON_CreateObject();
    cJSON_AddItemToArray(list, one);
    json_set_int(one, "Port", s->port);
    if (!own)
        reason_print(&set, one);
    json_set_str(one, "ServerId", s->id);
    json_set_str(one, "ServerIp", s->ip);
    json_set_str(one, "Status", status);
    return true;
}

static bool group_health(struct op *op, const char *id, const char *action, cJSON *out,
                         struct error *err)
{
    struct res group;
    server_rows servers = { 0 };
    if (!res_need(op, RES_GROUP, id, &group, err) || !server_rows_read(op, id, &servers, err))
        return false;
    bool checked = json_true(json_get(group.body, "HealthCheckConfig"), "HealthCheckEnabled");
    cJSON *info = cJSON_CreateObject();
    cJSON_AddItemToArray(out, info);
    json_set_str(info, "ActionType", action);
    json_set_str(info, "HealthCheckEnabled", checked ? "on" : "off");
    cJSON *list = cJSON_AddArrayToObject(info, "NonNormalServers");
    for (size_t i = 0; i < servers.len; i++)
        if (!server_print(op, &servers.items[i], checked, list, err))
            return false;
    json_set_str(info, "ServerGroupId", id);
    return true;
}

static bool actions_health(struct op *op, const cJSON *actions, cJSON *out, struct error *err)
{
    cJSON *infos = cJSON_AddArrayToObject(out, "ServerGroupInfos");
    const cJSON *a = NULL;
    cJSON_ArrayForEach (a, actions) {
        text_list groups = { 0 };
        cJSON *one = op_own(op, cJSON_CreateArray());
        cJSON_AddItemToArray(one, cJSON_Duplicate(a, true));
        attach_groups(op, one, &groups);
        for (size_t i = 0; i < groups.len; i++)
            if (!group_health(op, groups.items[i], json_str(a, "Type"), infos, err))
                return false;
    }
    return true;
}

typedef LIST_OF(int64_t) seq_list;

static bool rules_page(struct op *op, const char *listener, struct page *page, seq_list *out,
                       struct error *err)
{
    bool row = true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RULES_OF);
    query_text(&q, ":listener", listener);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        int64_t seq = query_num(&q, "seq");
        if (page_take(page, seq))
            *LIST_PUSH(op->a, out) = seq;
    }
}

static bool rules_health(struct op *op, const char *listener, struct error *err)
{
    struct page page;
    struct res rule;
    seq_list rules = { 0 };
    if (!page_begin(op, &page, err) || !rules_page(op, listener, &page, &rules, err))
        return false;
    cJSON *out = cJSON_AddArrayToObject(op->body, "RuleHealthStatus");
    for (size_t i = 0; i < rules.len; i++) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(out, one);
        if (!res_by_seq(op, rules.items[i], &rule, err))
            return false;
        json_set_str(one, "RuleId", rule.id);
        if (!actions_health(op, json_get(rule.body, "RuleActions"), one, err))
            return false;
    }
    page_end(op, &page, false);
    json_set_str(op->body, "MaxResults", NULL); /* this list alone does not repeat it */
    return true;
}

static const char *lower_protocol(const char *protocol)
{
    if (text_is(protocol, "HTTPS"))
        return "https";
    return text_is(protocol, "QUIC") ? "quic" : "http";
}

bool listener_health(struct op *op, struct error *err)
{
    struct res r;
    if (!res_need(op, RES_LISTENER, op_str(op, "ListenerId"), &r, err))
        return false;
    cJSON *one = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(op->body, "ListenerHealthStatus"), one);
    json_set_str(one, "ListenerId", r.id);
    json_set_int(one, "ListenerPort", r.number);
    json_set_str(one, "ListenerProtocol", lower_protocol(r.variant));
    if (!actions_health(op, json_get(r.body, "DefaultActions"), one, err))
        return false;
    return !json_true(op->params, "IncludeRule") || rules_health(op, r.id, err);
}
