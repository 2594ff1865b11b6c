/* group.c - server groups: created, changed, deleted, listed (alb-semantics.md §4 to §6,
 * §13).  The body holds every setting with its default; what is switched off is left out
 * when it is shown. */
#include <string.h>

#include "group_priv.h"

static const char *const group_structs[] = {
    "HealthCheckConfig", "StickySessionConfig", "ConnectionDrainConfig",
    "SlowStartConfig",   "UchConfig",           NULL
};

void health_defaults(cJSON *health)
{
    json_set_int(health, "HealthCheckConnectPort", 0);
    json_set_str(health, "HealthCheckHost", "$SERVER_IP");
    json_set_str(health, "HealthCheckHttpVersion", "HTTP1.1");
    json_set_int(health, "HealthCheckInterval", 2);
    json_set_str(health, "HealthCheckPath", "/");
    json_set_str(health, "HealthCheckProtocol", "HTTP");
    json_set_int(health, "HealthCheckTimeout", 5);
    json_set_int(health, "HealthyThreshold", 3);
    json_set_int(health, "UnhealthyThreshold", 3);
    cJSON *codes = cJSON_CreateArray();
    cJSON_AddItemToArray(codes, cJSON_CreateString("http_2xx"));
    json_set(health, "HealthCheckCodes", codes);
    cJSON_Delete(codes);
}

static cJSON *group_defaults(struct op *op)
{
    cJSON *body = op_own(op, cJSON_CreateObject());
    json_set_bool(body, "ConfigManagedEnabled", false);
    json_set_bool(body, "CrossZoneEnabled", true);
    json_set_bool(body, "Ipv6Enabled", false);
    json_set_bool(body, "UpstreamKeepaliveEnabled", false);
    json_set_str(body, "Protocol", "HTTP");
    json_set_str(body, "ResourceGroupId", "rg-default");
    json_set_str(body, "Scheduler", "Wrr");
    json_set_str(body, "ServerGroupType", "Instance");
    health_defaults(cJSON_AddObjectToObject(body, "HealthCheckConfig"));
    cJSON *sticky = cJSON_AddObjectToObject(body, "StickySessionConfig");
    json_set_str(sticky, "StickySessionType", "Insert");
    json_set_int(sticky, "CookieTimeout", 1000);
    json_set_int(cJSON_AddObjectToObject(body, "ConnectionDrainConfig"), "ConnectionDrainTimeout",
                 300);
    json_set_int(cJSON_AddObjectToObject(body, "SlowStartConfig"), "SlowStartDuration", 30);
    return body;
}

/* Merges what the parameters say; structs member by member. */
static void group_apply(struct op *op, cJSON *body)
{
    static const char *const plain[] = {
        "CrossZoneEnabled", "IpVersionAffinityMode",    "Scheduler", "ServerGroupName",
        "ServiceName",      "UpstreamKeepaliveEnabled", NULL
    };
    json_copy_members(body, op->params, plain);
    for (const char *const *name = group_structs; *name; name++) {
        const cJSON *told = json_get(op->params, *name);
        cJSON *have = cJSON_GetObjectItemCaseSensitive(body, *name);
        if (told && have)
            json_merge(have, told);
        else if (told)
            json_set(body, *name, told);
    }
}

void health_method(cJSON *health)
{
    if (!json_str(health, "HealthCheckMethod"))
        json_set_str(health, "HealthCheckMethod",
                     text_is(json_str(health, "HealthCheckProtocol"), "gRPC") ? "POST" : "HEAD");
}

static bool slow_start_ok(const cJSON *body, struct error *err)
{
    const cJSON *slow = json_get(body, "SlowStartConfig");
    int64_t seconds = json_int(slow, "SlowStartDuration", 30);
    if (seconds > 900)
        return refuse(err, 400, "QuotaExceeded.SlowStartDuration",
                      "The quota of SlowStartDuration is exceeded, usage %lld/900.",
                      (long long)seconds);
    if (seconds < 30)
        return refuse_illegal(err, "SlowStartDuration");
    if (!json_true(slow, "SlowStartEnabled"))
        return true;
    if (text_is(json_str(body, "ServerGroupType"), "Fc"))
        return refuse(err, 400, "UnsupportedFeature.SlowStart",
                      "The feature of SlowStart is not supported.");
    return text_is(json_str(body, "Scheduler"), "Wrr")
           || refuse(err, 400, "Mismatch.ServerGroupSchedulerAndSlowStartEnable",
                     "The ServerGroupScheduler and SlowStartEnable are mismatched.");
}

static bool drain_ok(const cJSON *body, struct error *err)
{
    const cJSON *drain = json_get(body, "ConnectionDrainConfig");
    int64_t seconds = json_int(drain, "ConnectionDrainTimeout", 300);
    if (seconds > 900)
        return refuse(err, 400, "QuotaExceeded.ConnectionDrainTimeout",
                      "The quota of ConnectionDrainTimeout is exceeded, usage %lld/900.",
                      (long long)seconds);
    return !json_true(drain, "ConnectionDrainEnabled")
           || !text_is(json_str(body, "ServerGroupType"), "Fc")
           || refuse(err, 400, "UnsupportedFeature.ConnectionDrain",
                     "The feature of ConnectionDrain is not supported.");
}

static bool sticky_ok(const cJSON *body, struct error *err)
{
    const cJSON *sticky = json_get(body, "StickySessionConfig");
    if (!json_true(sticky, "StickySessionEnabled"))
        return true;
    if (!json_bool(body, "CrossZoneEnabled", true))
        return refuse_illegal(err, "StickySessionConfig");
    return !text_is(json_str(sticky, "StickySessionType"), "Server") || json_str(sticky, "Cookie")
           || refuse_absent(err, "Cookie");
}

bool health_ok(const cJSON *health, struct error *err)
{
    const char *host = json_str(health, "HealthCheckHost");
    const char *path = json_str(health, "HealthCheckPath");
    bool grpc = text_is(json_str(health, "HealthCheckProtocol"), "gRPC");
    if (!text_is(host, "$SERVER_IP") && (!host || !check_chars(host, "-.")))
        return refuse_illegal(err, "HealthCheckHost");
    if (!text_begins(path, "/") || !check_chars(path, "-/.%?#&=_;~!()*[]@$^:',+"))
        return refuse_illegal(err, "HealthCheckPath");
    const cJSON *code = NULL;
    cJSON_ArrayForEach (code, json_get(health, "HealthCheckCodes")) {
        const char *text = text_of(code);
        if (!text)
            return refuse_illegal(err, "HealthCheckCodes");
        bool http = strncmp(text, "http_", 5) == 0 && strlen(text) == 8 && strchr("12345", text[5])
                    && strcmp(text + 6, "xx") == 0;
        bool range = grpc && strspn(text, "0123456789,-") == strlen(text);
        if (!http && !range)
            return refuse_illegal(err, "HealthCheckCodes");
    }
    return true;
}

static bool group_check(const cJSON *body, struct error *err)
{
    if (text_is(json_str(body, "Scheduler"), "Uch") && !json_get(body, "UchConfig"))
        return refuse_absent(err, "UchConfig");
    return health_ok(json_get(body, "HealthCheckConfig"), err) && sticky_ok(body, err)
           && slow_start_ok(body, err) && drain_ok(body, err);
}

static bool group_vpc_check(struct op *op, const cJSON *body, struct error *err)
{
    const char *vpc = op_str(op, "VpcId");
    if (text_is(json_str(body, "ServerGroupType"), "Fc"))
        return true;
    if (!vpc)
        return refuse_absent(err, "VpcId");
    return neighbour_has_vpc(op, vpc) || refuse_missing(err, "Vpc", vpc);
}

bool group_create(struct op *op, struct error *err)
{
    static const char *const fixed[] = { "Ipv6Enabled",     "Protocol", "ResourceGroupId",
                                         "ServerGroupType", "VpcId",    NULL };
    const char *name = op_str(op, "ServerGroupName");
    const char *resource_group = NULL;
    cJSON *body = group_defaults(op);
    json_copy_members(body, op->params, fixed);
    group_apply(op, body);
    health_method(cJSON_GetObjectItemCaseSensitive(body, "HealthCheckConfig"));
    if (!check_name(name, "ServerGroupName", err) || !tag_check(json_get(op->params, "Tag"), err)
        || !group_check(body, err) || !op_resource_group(op, &resource_group, err)
        || !group_vpc_check(op, body, err) || !res_room(op, RES_GROUP, QUOTA_GROUPS, err))
        return false;
    const char *id = op_new_id(op, "sgp-");
    json_set_str(body, "CreateTime", op_time(op));
    json_set_str(body, "ServerGroupId", id);
    struct res r = { .id = id,
                     .name = name,
                     .status = "Creating",
                     .variant = json_str(body, "ServerGroupType"),
                     .vpc = json_str(body, "VpcId"),
                     .body = body };
    json_set_str(op->body, "ServerGroupId", id);
    return res_insert(op, RES_GROUP, &r, err)
           && tag_put(op, RES_GROUP, id, json_get(op->params, "Tag"), err)
           && res_pass(op, id, "Creating", "Available", err) && job_start(op, RES_GROUP, id, err);
}

bool group_lbs(struct op *op, const char *group, text_list *out, struct error *err)
{
    bool row = true;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_ATTACH_LBS);
    query_text(&q, ":grp", group);
    for (;;) {
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        *LIST_PUSH(op->a, out) = query_str(&q, op->a, "lb");
    }
}

/* What Basic load balancers cannot do must not be switched on in a group they use. */
static bool group_editions_ok(struct op *op, const struct res *group, struct error *err)
{
    text_list lbs = { 0 };
    struct res lb;
    if (!group_lbs(op, group->id, &lbs, err))
        return false;
    for (size_t i = 0; i < lbs.len; i++)
        if (!res_get(op, RES_LB, lbs.items[i], &lb, err)
            || (lb.id && !edition_fits(&lb, group, err)))
            return false;
    return true;
}

bool group_update(struct op *op, struct error *err)
{
    struct res r;
    const char *name = op_str(op, "ServerGroupName");
    if (!check_name(name, "ServerGroupName", err)
        || !res_need(op, RES_GROUP, op_str(op, "ServerGroupId"), &r, err))
        return false;
    if (!is_status(&r, "Available"))
        return refuse_status(err, "ServerGroup", r.id);
    group_apply(op, r.body);
    r.name = name ? name : r.name;
    return group_check(r.body, err) && group_editions_ok(op, &r, err) && res_update(op, &r, err)
           && res_pass(op, r.id, "Configuring", "Available", err)
           && job_start(op, RES_GROUP, r.id, err);
}

bool group_idle(const struct res *group, struct error *err)
{
    if (is_status(group, "Configuring"))
        return refuse(err, 400, "ResourceInConfiguring",
                      "The specified resource of ServerGroup [%s] is being configured. Please try "
                      "again later.",
                      group->id);
    return is_status(group, "Available") || refuse_status(err, "ServerGroup", group->id);
}

bool group_delete(struct op *op, struct error *err)
{
    struct res r;
    int64_t used = 0;
    if (!res_need(op, RES_GROUP, op_str(op, "ServerGroupId"), &r, err) || !group_idle(&r, err)
        || !res_count(op, SQL_ATTACH_IN_USE, ":grp", r.id, &used, err))
        return false;
    if (used)
        return refuse(err, 400, "ResourceInUse.ServerGroup",
                      "The specified resource ServerGroup [%s] is in use.", r.id);
    return res_doom(op, &r, err) && job_start(op, RES_GROUP, r.id, err);
}

void health_print_members(cJSON *health)
{
    static const char *const http_only[] = { "HealthCheckCodes", "HealthCheckHost",
                                             "HealthCheckHttpVersion", "HealthCheckMethod",
                                             "HealthCheckPath" };
    bool tcp = text_is(json_str(health, "HealthCheckProtocol"), "TCP");
    for (size_t i = 0; tcp && i < COUNT(http_only); i++)
        json_set_str(health, http_only[i], NULL);
}

static void health_print(cJSON *body)
{
    cJSON *health = cJSON_GetObjectItemCaseSensitive(body, "HealthCheckConfig");
    if (!json_true(health, "HealthCheckEnabled")) {
        cJSON *off = cJSON_CreateObject();
        json_set_bool(off, "HealthCheckEnabled", false);
        json_set(body, "HealthCheckConfig", off);
        cJSON_Delete(off);
        return;
    }
    health_print_members(health);
}

/* Leaves out what is switched off. */
static void group_print_structs(cJSON *out)
{
    static const struct {
        const char *config, *enabled;
    } switches[] = {
        { "StickySessionConfig", "StickySessionEnabled" },
        { "ConnectionDrainConfig", "ConnectionDrainEnabled" },
        { "SlowStartConfig", "SlowStartEnabled" },
    };
    for (size_t i = 0; i < COUNT(switches); i++)
        if (!json_true(json_get(out, switches[i].config), switches[i].enabled))
            json_set_str(out, switches[i].config, NULL);
    cJSON *sticky = cJSON_GetObjectItemCaseSensitive(out, "StickySessionConfig");
    bool server = text_is(json_str(sticky, "StickySessionType"), "Server");
    if (sticky)
        json_set_str(sticky, server ? "CookieTimeout" : "Cookie", NULL);
    const char *scheduler = json_str(out, "Scheduler");
    if (!text_is(scheduler, "Sch") && !text_is(scheduler, "Uch"))
        json_set_str(out, "UchConfig", NULL);
    health_print(out);
}

static bool group_print(struct op *op, const struct res *r, cJSON *out, struct error *err)
{
    text_list lbs = { 0 };
    int64_t servers = 0;
    if (!group_lbs(op, r->id, &lbs, err)
        || !res_count(op, SQL_SERVER_COUNT_ALL, ":grp", r->id, &servers, err))
        return false;
    json_move(out, r->body);
    group_print_structs(out);
    cJSON *related = cJSON_AddArrayToObject(out, "RelatedLoadBalancerIds");
    for (size_t i = 0; i < lbs.len; i++)
        cJSON_AddItemToArray(related, cJSON_CreateString(lbs.items[i]));
    json_set_int(out, "ServerCount", servers);
    json_set_str(out, "ServerGroupStatus", r->status);
    return tag_print(op, r->id, out, err);
}

bool group_list(struct op *op, struct error *err)
{
    static const char *const members[] = { "ResourceGroupId", NULL };
    cJSON *fields = op_own(op, cJSON_CreateObject());
    json_copy_members(fields, op->params, members);
    cJSON *vpcs = op_own(op, cJSON_CreateArray());
    const char *vpc = op_str(op, "VpcId");
    if (vpc)
        cJSON_AddItemToArray(vpcs, cJSON_CreateString(vpc));
    struct list list = {
        .kind = RES_GROUP,
        .ids = op_list(op, "ServerGroupIds"),
        .names = op_list(op, "ServerGroupNames"),
        .vpcs = vpc ? vpcs : NULL,
        .variant = op_str(op, "ServerGroupType"),
        .tags = op_tags(op),
        .fields = cJSON_GetArraySize(fields) ? fields : NULL,
    };
    return page_resources(op, &list, "ServerGroups", group_print, err);
}
