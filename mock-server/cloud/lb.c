/* lb.c - load balancers: created, read and deleted (alb-semantics.md §3 to §6). */
#include <string.h>

#include "lb_priv.h"

static bool zone_twice(const cJSON *mappings)
{
    const cJSON *x = NULL;
    cJSON_ArrayForEach (x, mappings) {
        for (const cJSON *y = x->next; y; y = y->next)
            if (text_is(json_str(x, "ZoneId"), json_str(y, "ZoneId")))
                return true;
    }
    return false;
}

static size_t zone_count(struct op *op)
{
    size_t n = 0;
    for (const char *const *z = region_zones(op->a, op->region); *z; z++)
        n++;
    return n;
}

static const cJSON *zone_find(const cJSON *mappings, const char *zone)
{
    const cJSON *m = NULL;
    cJSON_ArrayForEach (m, mappings)
        if (text_is(json_str(m, "ZoneId"), zone))
            return m;
    return NULL;
}

/* One zone of a load balancer that has 'have' (NULL: none) already. */
static bool zone_check(struct op *op, const cJSON *m, const char *vpc, const cJSON *have,
                       struct error *err)
{
    struct vswitch v = { 0 };
    const char *id = json_str(m, "VSwitchId");
    const char *zone = json_str(m, "ZoneId");
    if (!neighbour_vswitch(op, id, &v, err))
        return false;
    if (!v.id || (v.vpc && !text_is(v.vpc, vpc)))
        return refuse_missing(err, "VSwitch", id);
    if (!text_is(v.zone, zone))
        return refuse(err, 400, "Mismatch.ZoneIdAndVSwitchId",
                      "The ZoneId [%s] and VSwitchId [%s] are mismatched.", zone ? zone : "", id);
    return v.available >= VSWITCH_LB_ADDRESSES || zone_find(have, zone)
           || refuse(err, 400, "ResourceNotEnough.VSwitchIp",
                     "The specified resource VSwitchIp [%s] is not enough.", id);
}

bool zones_check(struct op *op, const cJSON *mappings, const char *vpc, const cJSON *have,
                 struct error *err)
{
    if (zone_twice(mappings))
        return refuse(err, 400, "DuplicatedParam.ZoneId", "The param of ZoneId is duplicated.");
    if (cJSON_GetArraySize(mappings) < 2 && zone_count(op) > 1)
        return refuse(err, 400, "IllegalParamSize.ZoneMappings",
                      "The param size of ZoneMappings is illegal.");
    const cJSON *m = NULL;
    cJSON_ArrayForEach (m, mappings) {
        if (!zone_check(op, m, vpc, have, err))
            return false;
    }
    return true;
}

static const char *address(struct op *op, const char *prefix, unsigned octets)
{
    struct rng *rng = &op->cloud->rng;
    const char *text = arena_strdup(op->a, prefix);
    for (unsigned i = 0; i < octets; i++)
        text = arena_fmt(op->a, "%s.%d", text, (int)rng_below(rng, 254) + 1);
    return text;
}

static const char *address6(struct op *op)
{
    return arena_fmt(op->a, "fd00::%llx", (unsigned long long)rng_below(&op->cloud->rng, 1 << 16));
}

static void zone_addresses6(struct op *op, cJSON *one)
{
    json_set_str(one, "Ipv6Address", address6(op));
    json_set_str(one, "Ipv6AddressHcStatus", "Healthy");
    cJSON *local = cJSON_AddArrayToObject(one, "Ipv6LocalAddresses");
    cJSON_AddItemToArray(local, cJSON_CreateString(address6(op)));
    cJSON_AddItemToArray(local, cJSON_CreateString(address6(op)));
}

/* One address to serve from and two to reach servers with.  Public addresses are of the
 * range kept for benchmarks, 198.18.0.0/15, so that they reach nobody. */
static cJSON *zone_addresses(struct op *op, const cJSON *mapping, const cJSON *lb_body)
{
    bool internet = text_is(json_str(lb_body, "AddressType"), "Internet");
    const char *given = json_str(mapping, "IntranetAddress");
    const char *intranet = given ? given : address(op, "10", 3);
    cJSON *addresses = cJSON_CreateArray();
    cJSON *one = cJSON_CreateObject();
    cJSON_AddItemToArray(addresses, one);
    json_set_str(one, "Address", internet ? address(op, "198.18", 2) : intranet);
    if (internet) {
        const char *eip = json_str(mapping, "AllocationId");
        const char *type = json_str(mapping, "EipType");
        json_set_str(one, "AllocationId", eip ? eip : op_new_id(op, "eip-"));
        json_set_str(one, "EipType", type ? type : "Common");
    }
    json_set_str(one, "IntranetAddress", intranet);
    json_set_str(one, "IntranetAddressHcStatus", "Healthy");
    cJSON *local = cJSON_AddArrayToObject(one, "Ipv4LocalAddresses");
    cJSON_AddItemToArray(local, cJSON_CreateString(address(op, "10", 3)));
    cJSON_AddItemToArray(local, cJSON_CreateString(address(op, "10", 3)));
    if (text_is(json_str(lb_body, "AddressIpVersion"), "DualStack"))
        zone_addresses6(op, one);
    return addresses;
}

cJSON *zones_build(struct op *op, const cJSON *mappings, const cJSON *have, const cJSON *lb_body)
{
    cJSON *zones = op_own(op, cJSON_CreateArray());
    const cJSON *m = NULL;
    cJSON_ArrayForEach (m, mappings) {
        const cJSON *old = zone_find(have, json_str(m, "ZoneId"));
        cJSON *zone = cJSON_CreateObject();
        cJSON_AddItemToArray(zones, zone);
        if (old)
            json_set(zone, "LoadBalancerAddresses", json_get(old, "LoadBalancerAddresses"));
        else
            cJSON_AddItemToObject(zone, "LoadBalancerAddresses", zone_addresses(op, m, lb_body));
        json_set_str(zone, "Status", old ? json_str(old, "Status") : "Active");
        json_set_str(zone, "VSwitchId", json_str(m, "VSwitchId"));
        json_set_str(zone, "ZoneId", json_str(m, "ZoneId"));
    }
    return zones;
}

bool zones_learn(struct op *op, const cJSON *mappings, const char *lb, const char *vpc,
                 struct error *err)
{
    struct query forget CLEANUP(query_done) = db_query(op->db, SQL_VSWITCH_FORGET);
    query_text(&forget, ":lb", lb);
    if (!query_run(&forget, err))
        return false;
    const cJSON *m = NULL;
    cJSON_ArrayForEach (m, mappings) {
        struct query q CLEANUP(query_done) = db_query(op->db, SQL_VSWITCH_PUT);
        query_text(&q, ":id", json_str(m, "VSwitchId"));
        query_text(&q, ":region", op->region);
        query_text(&q, ":lb", lb);
        query_text(&q, ":vpc", vpc);
        if (!query_run(&q, err))
            return false;
    }
    return true;
}

void protection_set(cJSON *body, const cJSON *config)
{
    const char *status = json_str(config, "Status");
    cJSON *out = cJSON_CreateObject();
    json_set_str(out, "Status", status ? status : "NonProtection");
    if (text_is(status, "ConsoleProtection"))
        json_set_str(out, "Reason", json_str(config, "Reason"));
    json_set(body, "ModificationProtectionConfig", out);
    cJSON_Delete(out);
}

/* SDKs differ: a list of ids, or of objects with one. */
static const char *security_group(const cJSON *element)
{
    const char *id = text_of(element);
    if (!id)
        id = json_str(element, "SecurityGroupId");
    return id ? id : "";
}

static void lb_body_switches(struct op *op, cJSON *body)
{
    bool protect = json_true(op->params, "DeletionProtectionEnabled");
    cJSON *deletion = cJSON_AddObjectToObject(body, "DeletionProtectionConfig");
    json_set_bool(deletion, "Enabled", protect);
    if (protect)
        json_set_str(deletion, "EnabledTime", op_time(op));
    protection_set(body, json_get(op->params, "ModificationProtectionConfig"));
    cJSON *billing = cJSON_AddObjectToObject(body, "LoadBalancerBillingConfig");
    json_set_str(billing, "PayType", "PostPay");
    cJSON_AddArrayToObject(body, "LoadBalancerOperationLocks");
    cJSON *groups = cJSON_AddArrayToObject(body, "SecurityGroupIds");
    const cJSON *g = NULL;
    cJSON_ArrayForEach (g, json_get(op->params, "SecurityGroupIds"))
        cJSON_AddItemToArray(groups, cJSON_CreateString(security_group(g)));
}

static cJSON *lb_body(struct op *op, const char *id)
{
    static const char *const as_told[] = { "AddressType", "LoadBalancerEdition", "LoadBalancerName",
                                           "VpcId", NULL };
    const cJSON *p = op->params;
    cJSON *body = op_own(op, cJSON_CreateObject());
    const char *ip = json_str(p, "AddressIpVersion");
    const char *group = json_str(p, "ResourceGroupId");
    json_copy_members(body, p, as_told);
    json_set_str(body, "AddressAllocatedMode", "Fixed"); /* ignored since 2025-02-25 */
    json_set_str(body, "AddressIpVersion", ip ? ip : "IPv4");
    if (text_is(ip, "DualStack"))
        json_set_str(body, "Ipv6AddressType", "Intranet");
    json_set_str(body, "BandwidthPackageId",
                 json_str(json_get(p, "LoadBalancerBillingConfig"), "BandwidthPackageId"));
    json_set_str(body, "CreateTime", op_time(op));
    json_set_str(body, "DNSName", arena_fmt(op->a, "%s.%s.alb.aliyuncsslb.com", id, op->region));
    json_set_str(body, "LoadBalancerBussinessStatus", "Normal");
    json_set_str(body, "LoadBalancerId", id);
    json_set_str(body, "RegionId", op->region);
    json_set_str(body, "ResourceGroupId", group ? group : "rg-default");
    lb_body_switches(op, body);
    json_set(body, "ZoneMappings", zones_build(op, json_get(p, "ZoneMappings"), NULL, body));
    return body;
}

static bool lb_create_check(struct op *op, struct error *err)
{
    if (!check_name(op_str(op, "LoadBalancerName"), "LoadBalancerName", err)
        || !tag_check(json_get(op->params, "Tag"), err)
        || !zones_check(op, json_get(op->params, "ZoneMappings"), op_str(op, "VpcId"), NULL, err))
        return false;
    return res_room(op, RES_LB, QUOTA_LBS, err);
}

bool lb_create(struct op *op, struct error *err)
{
    if (!lb_create_check(op, err))
        return false;
    const char *id = op_new_id(op, "alb-");
    struct res r = {
        .id = id,
        .name = op_str(op, "LoadBalancerName"),
        .status = "Provisioning",
        .variant = op_str(op, "LoadBalancerEdition"),
        .vpc = op_str(op, "VpcId"),
        .body = lb_body(op, id),
    };
    json_set_str(op->body, "LoadBalancerId", id);
    return res_insert(op, RES_LB, &r, err)
           && zones_learn(op, json_get(op->params, "ZoneMappings"), id, r.vpc, err)
           && tag_put(op, RES_LB, id, json_get(op->params, "Tag"), err)
           && res_pass(op, id, "Provisioning", "Active", err);
}

bool lb_delete(struct op *op, struct error *err)
{
    struct res lb;
    if (!res_need(op, RES_LB, op_str(op, "LoadBalancerId"), &lb, err))
        return false;
    if (!is_status(&lb, "Active") && !is_status(&lb, "Inactive") && !is_status(&lb, "CreateFailed"))
        return refuse_status(err, "LoadBalancer", lb.id);
    if (!text_is(json_str(lb.body, "LoadBalancerBussinessStatus"), "Normal"))
        return refuse(err, 400, "IncorrectBusinessStatus.LoadBalancer",
                      "The business status of LoadBalancer [%s] is incorrect.", lb.id);
    if (json_true(json_get(lb.body, "DeletionProtectionConfig"), "Enabled"))
        return refuse_denied(err, "DeletionProtectionEnabled");
    return res_doom(op, &lb, err) && job_start(op, RES_LB, lb.id, err);
}

static bool lb_print(struct op *op, const struct res *r, cJSON *out, struct error *err)
{
    json_move(out, r->body);
    json_set_str(out, capacity_member, NULL);
    json_set_str(out, "LoadBalancerStatus", r->status);
    return tag_print(op, r->id, out, err);
}

bool lb_get(struct op *op, struct error *err)
{
    struct res lb;
    return res_need(op, RES_LB, op_str(op, "LoadBalancerId"), &lb, err)
           && lb_print(op, &lb, op->body, err);
}

/* A list shows neither zones nor region. */
static bool lb_print_short(struct op *op, const struct res *r, cJSON *out, struct error *err)
{
    if (!lb_print(op, r, out, err))
        return false;
    json_set_str(out, "ZoneMappings", NULL);
    json_set_str(out, "RegionId", NULL);
    return true;
}

bool lb_list(struct op *op, struct error *err)
{
    static const char *const fields[] = { "AddressIpVersion",
                                          "AddressType",
                                          "DNSName",
                                          "Ipv6AddressType",
                                          "ResourceGroupId",
                                          "LoadBalancerBussinessStatus",
                                          NULL };
    cJSON *filter = op_own(op, cJSON_CreateObject());
    json_copy_members(filter, op->params, fields);
    const char *pay = op_str(op, "PayType");
    if (pay)
        json_set_str(filter, "LoadBalancerBillingConfig.PayType", pay);
    struct list list = {
        .kind = RES_LB,
        .ids = op_list(op, "LoadBalancerIds"),
        .names = op_list(op, "LoadBalancerNames"),
        .vpcs = op_list(op, "VpcIds"),
        .tags = op_tags(op),
        .status = op_str(op, "LoadBalancerStatus"),
        .zone = op_str(op, "ZoneId"),
        .fields = cJSON_GetArraySize(filter) ? filter : NULL,
    };
    return page_resources(op, &list, "LoadBalancers", lb_print_short, err);
}
