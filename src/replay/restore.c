/* restore.c - rows as the agent saw them, put into the state of the mock: not by calls, which would
 * give other ids and be refused for what a console may do, but as that state has them. */
#include <string.h>

#include "alb-agent/json.h"
#include "replay_priv.h"

struct restore {
    cJSON *state;
    const char *region;
    int64_t now_ms;
};

/* ---- rows of the state
 * --------------------------------------------------------------------------- */

static cJSON *table(const struct restore *t, const char *name)
{
    cJSON *rows = cJSON_GetObjectItemCaseSensitive(t->state, name);
    return rows ? rows : cJSON_AddArrayToObject(t->state, name);
}

/* Removes the rows in which 'column' is 'id'. */
static void remove_where(const struct restore *t, const char *name, const char *column,
                         const char *id)
{
    cJSON *rows = table(t, name), *row = rows->child, *next;
    for (; row; row = next) {
        const char *value = json_str(row, column);
        next = row->next;
        if (value && !strcmp(value, id))
            cJSON_Delete(cJSON_DetachItemViaPointer(rows, row));
    }
}

static int64_t next_seq(const cJSON *rows)
{
    int64_t most = 0;
    const cJSON *row;
    cJSON_ArrayForEach (row, rows) {
        const int64_t seq = json_int(row, "seq", 0);
        most = seq > most ? seq : most;
    }
    return most + 1;
}

/* A row with its number; 'seq' 0: the next. */
static cJSON *add_row(const struct restore *t, const char *name, int64_t seq)
{
    cJSON *rows = table(t, name), *row = cJSON_CreateObject();
    cJSON_AddItemToObject(row, "seq", json_new_int(seq ? seq : next_seq(rows)));
    cJSON_AddItemToArray(rows, row);
    return row;
}

static void set_text(cJSON *row, const char *name, const char *value)
{
    if (value)
        cJSON_AddStringToObject(row, name, value);
}

static void set_number(cJSON *row, const char *name, int64_t value)
{
    cJSON_AddItemToObject(row, name, json_new_int(value));
}

/* ---- what hangs on a resource
 * -------------------------------------------------------------------- */

static void remove_parts(const struct restore *t, const char *id)
{
    static const struct {
        const char *table, *column;
    } parts[] = {
        { "attachment", "holder" },    { "tag", "id" },        { "server", "grp" },
        { "certificate", "listener" }, { "acl_entry", "acl" }, { "acl_relation", "listener" },
        { "vswitch", "lb" },           { "pending", "id" },
    };
    for (size_t i = 0; i < COUNT(parts); i++)
        remove_where(t, parts[i].table, parts[i].column, id);
}

static void remove_resource(const struct restore *t, const char *id)
{
    const cJSON *rows = table(t, "resource");
    for (const cJSON *row = rows->child, *next; row; row = next) {
        const char *parent = json_str(row, "parent"), *own = json_str(row, "id");
        next = row->next;
        if (parent && own && !strcmp(parent, id))
            remove_parts(t, own);
    }
    remove_parts(t, id);
    remove_where(t, "acl_relation", "acl", id);
    remove_where(t, "resource", "parent", id);
    remove_where(t, "resource", "lb", id);
    remove_where(t, "resource", "id", id);
}

static void add_tags(const struct restore *t, const char *kind, const char *id, const cJSON *tags)
{
    const cJSON *tag;
    cJSON_ArrayForEach (tag, tags) {
        cJSON *row = add_row(t, "tag", 0);
        set_text(row, "region", t->region);
        set_text(row, "kind", kind);
        set_text(row, "id", id);
        set_text(row, "key", json_str(tag, "Key"));
        set_text(row, "value", json_str(tag, "Value") ? json_str(tag, "Value") : "");
    }
}

/* Each group that actions name, once. */
static void add_attachments(const struct restore *t, const char *holder, const char *lb,
                            const cJSON *json)
{
    const char *group = json_str(json, "ServerGroupId");
    bool known = false;
    const cJSON *row;
    cJSON_ArrayForEach (row, table(t, "attachment"))
        known = known
                || (group && json_str(row, "holder") && !strcmp(json_str(row, "holder"), holder)
                    && json_str(row, "grp") && !strcmp(json_str(row, "grp"), group));
    if (group && !known) {
        cJSON *one = add_row(t, "attachment", 0);
        set_text(one, "holder", holder);
        set_text(one, "grp", group);
        set_text(one, "lb", lb);
        set_number(one, "doomed", 0);
    }
    for (const cJSON *v = json ? json->child : NULL; v; v = v->next)
        add_attachments(t, holder, lb, v);
}

static void add_servers(const struct restore *t, const char *group, const cJSON *servers)
{
    const cJSON *s;
    cJSON_ArrayForEach (s, servers) {
        const char *status = json_str(s, "Status"), *ip = json_str(s, "ServerIp");
        cJSON *row = add_row(t, "server", 0);
        set_text(row, "grp", group);
        set_text(row, "id", json_str(s, "ServerId"));
        set_text(row, "ip", ip ? ip : "");
        set_text(row, "type", json_str(s, "ServerType"));
        set_number(row, "port", json_int(s, "Port", 0));
        set_number(row, "weight", json_int(s, "Weight", 100));
        set_text(row, "status", status ? status : "Available");
        set_number(row, "doomed", 0);
        set_number(row, "remote", cJSON_IsTrue(json_get(s, "RemoteIpEnabled")));
        set_text(row, "description", json_str(s, "Description"));
    }
}

static void add_certificates(const struct restore *t, const char *listener, const cJSON *list)
{
    const cJSON *c;
    cJSON_ArrayForEach (c, list) {
        cJSON *row = add_row(t, "certificate", 0);
        set_text(row, "listener", listener);
        set_text(row, "id", json_str(c, "CertificateId"));
        set_text(row, "status", "Associated");
    }
}

static void add_relations(const struct restore *t, const char *listener, const char *lb,
                          const cJSON *config)
{
    const cJSON *r;
    cJSON_ArrayForEach (r, json_get(config, "AclRelations")) {
        cJSON *row = add_row(t, "acl_relation", 0);
        set_text(row, "acl", json_str(r, "AclId"));
        set_text(row, "listener", listener);
        set_text(row, "lb", lb);
        set_text(row, "type", json_str(config, "AclType"));
        set_text(row, "status", "Associated");
    }
}

static void add_entries(const struct restore *t, const char *acl, const cJSON *entries)
{
    const cJSON *e;
    cJSON_ArrayForEach (e, entries) {
        cJSON *row = add_row(t, "acl_entry", 0);
        set_text(row, "acl", acl);
        set_text(row, "entry", json_str(e, "Entry"));
        set_text(row, "description", json_str(e, "Description"));
        set_text(row, "status", "Available");
    }
}

static void add_vswitches(const struct restore *t, const char *lb, const cJSON *actual)
{
    const cJSON *z;
    cJSON_ArrayForEach (z, json_get(actual, "ZoneMappings")) {
        cJSON *row = cJSON_CreateObject();
        set_text(row, "id", json_str(z, "VSwitchId"));
        set_text(row, "region", t->region);
        set_text(row, "lb", lb);
        set_text(row, "vpc", json_str(actual, "VpcId") ? json_str(actual, "VpcId") : "");
        cJSON_AddItemToArray(table(t, "vswitch"), row);
    }
}

/* ---- a resource
 * ---------------------------------------------------------------------------------- */

/* Where each kind keeps what the table has columns for. */
static const struct kind {
    const char *kind, *name, *variant, *number, *parent;
    const char *defaults; /* of what nothing said: the mock relies on it being there */
} kinds[] = {
    { "LoadBalancer", "LoadBalancerName", "LoadBalancerEdition", NULL, NULL,
      "{\"LoadBalancerBussinessStatus\":\"Normal\",\"LoadBalancerOperationLocks\":[],"
      "\"SecurityGroupIds\":[]}" },
    { "Listener", "ListenerDescription", "ListenerProtocol", "ListenerPort", "LoadBalancerId",
      "{}" },
    { "Rule", "RuleName", "Direction", "Priority", "ListenerId", "{}" },
    { "ServerGroup", "ServerGroupName", "ServerGroupType", NULL, NULL,
      "{\"HealthCheckConfig\":{\"HealthCheckConnectPort\":0,\"HealthCheckHost\":\"$SERVER_IP\","
      "\"HealthCheckHttpVersion\":\"HTTP1.1\",\"HealthCheckInterval\":2,\"HealthCheckPath\":\"/\","
      "\"HealthCheckProtocol\":\"HTTP\",\"HealthCheckTimeout\":5,\"HealthyThreshold\":3,"
      "\"UnhealthyThreshold\":3,\"HealthCheckCodes\":[\"http_2xx\"],\"HealthCheckMethod\":\"HEAD\"}"
      ","
      "\"StickySessionConfig\":{\"StickySessionType\":\"Insert\",\"CookieTimeout\":1000},"
      "\"ConnectionDrainConfig\":{\"ConnectionDrainTimeout\":300},"
      "\"SlowStartConfig\":{\"SlowStartDuration\":30}}" },
    { "Acl", "AclName", NULL, NULL, NULL, "{}" },
    { "AScript", "AScriptName", NULL, NULL, "ListenerId", "{\"Position\":\"RequestHead\"}" },
};

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; name && i < COUNT(kinds); i++)
        if (!strcmp(kinds[i].kind, name))
            return &kinds[i];
    return NULL;
}

static void merge(cJSON *to, const cJSON *from)
{
    const cJSON *v;
    cJSON_ArrayForEach (v, from) {
        cJSON *have = cJSON_GetObjectItemCaseSensitive(to, v->string);
        if (cJSON_IsObject(have) && cJSON_IsObject(v)) {
            merge(have, v);
            continue;
        }
        cJSON_DeleteItemFromObjectCaseSensitive(to, v->string);
        cJSON_AddItemToObject(to, v->string, cJSON_Duplicate(v, true));
    }
}

/* The state has every setting, and what is switched off is not shown: it stays as it was.  What the
 * state keeps elsewhere is not in the body. */
static cJSON *make_body(const struct kind *k, const cJSON *was, const cJSON *actual)
{
    static const char *const elsewhere[] = { "Tags",
                                             "Servers",
                                             "AclEntries",
                                             "AclConfig",
                                             "RuleStatus",
                                             "ListenerStatus",
                                             "AclStatus",
                                             "AScriptStatus",
                                             "AScriptsKnown",
                                             "LoadBalancerStatus",
                                             "ServerGroupStatus",
                                             "AdditionalCertificates" };
    cJSON *body = was ? cJSON_Duplicate(was, true) : cJSON_Parse(k->defaults);
    merge(body, actual);
    for (size_t i = 0; i < COUNT(elsewhere); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(body, elsewhere[i]);
    return body;
}

static const cJSON *row_of(const struct restore *t, const char *id)
{
    const cJSON *row;
    cJSON_ArrayForEach (row, table(t, "resource")) {
        const char *own = json_str(row, "id");
        if (own && !strcmp(own, id))
            return row;
    }
    return NULL;
}

static int64_t seq_of(const struct restore *t, const char *id)
{
    return json_int(row_of(t, id), "seq", 0);
}

static const cJSON *body_of(const struct restore *t, const char *id)
{
    return json_get(row_of(t, id), "body");
}

static void put_resource(const struct restore *t, const struct kind *k, const char *id,
                         const char *status, const cJSON *actual)
{
    const bool hangs = k->parent != NULL;
    const char *lb = json_str(actual, "LoadBalancerId");
    const int64_t seq = seq_of(t, id);
    cJSON *body = make_body(k, body_of(t, id), actual);
    remove_parts(t, id);
    remove_where(t, "resource", "id", id);
    cJSON *row = add_row(t, "resource", seq);
    set_text(row, "region", t->region);
    set_text(row, "kind", k->kind);
    set_text(row, "id", id);
    set_text(row, "parent", hangs ? json_str(actual, k->parent) : NULL);
    set_text(row, "lb", hangs ? lb : NULL);
    set_text(row, "name", json_str(actual, k->name));
    set_text(row, "status", status);
    set_text(row, "variant", k->variant ? json_str(actual, k->variant) : NULL);
    set_text(row, "vpc", json_str(actual, "VpcId"));
    set_number(row, "number", k->number ? json_int(actual, k->number, 0) : 0);
    cJSON_AddItemToObject(row, "body", body);
    add_tags(t, k->kind, id, json_get(actual, "Tags"));
    add_servers(t, id, json_get(actual, "Servers"));
    add_entries(t, id, json_get(actual, "AclEntries"));
    add_certificates(t, id, json_get(actual, "AdditionalCertificates"));
    add_relations(t, id, lb, json_get(actual, "AclConfig"));
    add_attachments(t, id, lb, json_get(actual, "DefaultActions"));
    add_attachments(t, id, lb, json_get(actual, "RuleActions"));
    if (!hangs)
        add_vswitches(t, id, actual);
}

bool restore_is_stable(const char *status)
{
    static const char *const words[] = { "Active", "Running", "Available", "Stopped", "Inactive" };
    for (size_t i = 0; status && i < COUNT(words); i++)
        if (!strcmp(status, words[i]))
            return true;
    return false;
}

/* Nobody is there who would bring a change to its end. */
static const char *stable(const struct kind *k, const char *status)
{
    if (restore_is_stable(status))
        return status;
    return !strcmp(k->kind, "LoadBalancer") ? "Active"
           : !strcmp(k->kind, "Listener")   ? "Running"
                                            : "Available";
}

enum { SOME_YEARS_S = 1 << 30 };

/* What lists do not show, though it is there: these and no others. */
static void hide(const struct restore *t, const cJSON *ids)
{
    const cJSON *id;
    cJSON_DeleteItemFromObjectCaseSensitive(t->state, "unlisted");
    cJSON_ArrayForEach (id, ids) {
        const int64_t seq = cJSON_IsString(id) ? seq_of(t, id->valuestring) : 0;
        if (!seq)
            continue;
        cJSON *row = cJSON_CreateObject();
        set_number(row, "seq", seq);
        set_number(row, "until_ms", t->now_ms + (int64_t)SOME_YEARS_S * 1000);
        cJSON_AddItemToArray(table(t, "unlisted"), row);
    }
}

static void put_event(const struct restore *t, const struct store_event *e)
{
    cJSON *body CLEANUP(json_done) = e->body ? cJSON_Parse(e->body) : NULL;
    const char *id = json_str(body, "id"), *status = json_str(body, "status");
    const struct kind *k = find_kind(json_str(body, "kind"));
    if (!strcmp(e->kind, "HIDDEN"))
        hide(t, json_get(body, "ids"));
    if (!id || !*id || !k)
        return;
    if (!strcmp(e->kind, "DELETED"))
        remove_resource(t, id);
    else if (restore_is_stable(status) || !seq_of(t, id)) /* else a change of ours is under way */
        put_resource(t, k, id, stable(k, status), json_get(body, "actual"));
}

/* The counters of the tables follow from what is in them. */
static void set_counters(const struct restore *t)
{
    static const char *const counted[] = { "resource",     "server",     "certificate", "acl_entry",
                                           "acl_relation", "attachment", "tag" };
    cJSON *rows = table(t, "sqlite_sequence");
    for (size_t i = 0; i < COUNT(counted); i++) {
        remove_where(t, "sqlite_sequence", "name", counted[i]);
        cJSON *row = cJSON_CreateObject();
        set_text(row, "name", counted[i]);
        set_number(row, "seq", next_seq(table(t, counted[i])) - 1);
        cJSON_AddItemToArray(rows, row);
    }
}

bool restore_rows(struct actor *m, int64_t now_ms, const char *region,
                  const struct store_event *const *events, size_t n, struct error *err)
{
    cJSON *state CLEANUP(json_done) = NULL;
    if (!n)
        return true;
    if (!m->get_state(m, &state, err))
        return error_wrap(err, "alb-mock");
    const struct restore t = { .state = state, .region = region, .now_ms = now_ms };
    for (size_t i = 0; i < n; i++)
        put_event(&t, events[i]);
    set_counters(&t);
    return m->set_state(m, state, err) || error_wrap(err, "what was in the cloud");
}
