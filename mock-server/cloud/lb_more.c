/* lb_more.c - load balancers: security groups, zones shifted away, shared bandwidth, and
 * capacity kept ready. */
#include "lb_priv.h"

/* Puts the load balancer in Configuring and starts the job. */
static bool lb_done(struct op *op, const struct res *lb, struct error *err)
{
    return res_update(op, lb, err) && res_pass(op, lb->id, "Configuring", "Active", err)
           && job_start(op, RES_LB, lb->id, err);
}

static bool lb_take(struct op *op, struct res *lb, struct error *err)
{
    return res_need(op, RES_LB, op_str(op, "LoadBalancerId"), lb, err) && lb_ready(op, lb, err);
}

static cJSON *security_groups(struct res *lb)
{
    cJSON *have = cJSON_GetObjectItemCaseSensitive(lb->body, "SecurityGroupIds");
    return have ? have : cJSON_AddArrayToObject(lb->body, "SecurityGroupIds");
}

/* Its position among the groups of the load balancer, or -1. */
static int security_group_at(const cJSON *groups, const char *id)
{
    int at = 0;
    const cJSON *g = NULL;
    cJSON_ArrayForEach (g, groups) {
        if (text_is(text_of(g), id))
            return at;
        at++;
    }
    return -1;
}

static bool join_one(cJSON *groups, const char *id, struct error *err)
{
    if (!text_begins(id, "sg-"))
        return refuse_missing(err, "SecurityGroup", id);
    if (security_group_at(groups, id) >= 0)
        return refuse(err, 400, "ResourceAlreadyAssociated.SecurityGroup",
                      "The specified resource of SecurityGroup [%s] is already associated.", id);
    cJSON_AddItemToArray(groups, cJSON_CreateString(id));
    return true;
}

bool lb_join(struct op *op, struct error *err)
{
    struct res lb;
    int64_t acls = 0;
    if (!lb_take(op, &lb, err) || !res_count(op, SQL_RELATION_COUNT_LB, ":lb", lb.id, &acls, err))
        return false;
    if (acls > 0)
        return refuse_denied(err, "LbAssociatedAclCanNotJoinSecurityGroup");
    cJSON *groups = security_groups(&lb);
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, json_get(op->params, "SecurityGroupIds")) {
        if (!join_one(groups, text_of(id), err))
            return false;
    }
    return quota_check(op, QUOTA_SECURITY_GROUPS, NULL, lb.id, cJSON_GetArraySize(groups), err)
           && lb_done(op, &lb, err);
}

bool lb_leave(struct op *op, struct error *err)
{
    struct res lb;
    if (!lb_take(op, &lb, err))
        return false;
    cJSON *groups = security_groups(&lb);
    const cJSON *id = NULL;
    cJSON_ArrayForEach (id, json_get(op->params, "SecurityGroupIds")) {
        if (!text_begins(text_of(id), "sg-"))
            return refuse_missing(err, "SecurityGroup", text_of(id));
        int at = security_group_at(groups, text_of(id));
        if (at < 0)
            return refuse(err, 400, "ResourceNotAssociated.SecurityGroup",
                          "The specified resource of SecurityGroup [%s] is not associated.",
                          text_of(id));
        cJSON_DeleteItemFromArray(groups, at);
    }
    return lb_done(op, &lb, err);
}

static int zones_active(const cJSON *zones)
{
    int n = 0;
    const cJSON *z = NULL;
    cJSON_ArrayForEach (z, zones)
        n += text_is(json_str(z, "Status"), "Active");
    return n;
}

/* The zone that 'told' names, which must have that vSwitch. */
static bool zone_take(const struct res *lb, const cJSON *told, cJSON **zone, struct error *err)
{
    cJSON *z = NULL;
    cJSON_ArrayForEach (z, cJSON_GetObjectItemCaseSensitive(lb->body, "ZoneMappings")) {
        if (!text_is(json_str(z, "ZoneId"), json_str(told, "ZoneId")))
            continue;
        *zone = z;
        return text_is(json_str(z, "VSwitchId"), json_str(told, "VSwitchId"))
               || refuse_denied(err, "ZoneVSwitchChanged");
    }
    return refuse_denied(err, "ZoneVSwitchNotExist");
}

/* Synchronous: without a job, and done when it returns. */
static bool shift(struct op *op, const char *from, const char *to, struct error *err)
{
    struct res lb;
    cJSON *zone = NULL;
    if (!lb_take(op, &lb, err))
        return false;
    const cJSON *zones = json_get(lb.body, "ZoneMappings");
    const cJSON *told = NULL;
    cJSON_ArrayForEach (told, json_get(op->params, "ZoneMappings")) {
        if (!zone_take(&lb, told, &zone, err))
            return false;
        if (!text_is(json_str(zone, "Status"), from))
            return refuse_denied(err, "ZoneMappingsNotChanged");
        json_set_str(zone, "Status", to);
    }
    if (zones_active(zones) == 0)
        return refuse_denied(err, "ConfigLastActiveZoneNotSupport");
    return res_update(op, &lb, err);
}

bool lb_shift(struct op *op, struct error *err)
{
    return shift(op, "Active", "Shifted", err);
}

bool lb_unshift(struct op *op, struct error *err)
{
    return shift(op, "Shifted", "Active", err);
}

/* A package by that name exists; an Intranet load balancer has no use for one. */
bool lb_bandwidth_on(struct op *op, struct error *err)
{
    struct res lb;
    const char *id = op_str(op, "BandwidthPackageId");
    if (!lb_take(op, &lb, err))
        return false;
    if (!text_begins(id, "cbwp-"))
        return refuse_missing(err, "CommonBandwidthPackage", id);
    if (json_str(lb.body, "BandwidthPackageId")
        || !text_is(json_str(lb.body, "AddressType"), "Internet"))
        return refuse_status(err, "CommonBandwidthPackage", id);
    json_set_str(lb.body, "BandwidthPackageId", id);
    return lb_done(op, &lb, err);
}

bool lb_bandwidth_off(struct op *op, struct error *err)
{
    struct res lb;
    const char *id = op_str(op, "BandwidthPackageId");
    if (!lb_take(op, &lb, err))
        return false;
    if (!text_is(json_str(lb.body, "BandwidthPackageId"), id))
        return refuse_status(err, "CommonBandwidthPackage", id ? id : "");
    json_set_str(lb.body, "BandwidthPackageId", NULL);
    return lb_done(op, &lb, err);
}
