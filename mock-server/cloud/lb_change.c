/* lb_change.c - load balancers: every change of one that exists. */
#include "lb_priv.h"

bool lb_ready(struct op *op, const struct res *lb, struct error *err)
{
    (void)op;
    if (!is_status(lb, "Active"))
        return refuse_status(err, "LoadBalancer", lb->id);
    if (!text_is(json_str(lb->body, "LoadBalancerBussinessStatus"), "Normal"))
        return refuse(err, 400, "IncorrectBusinessStatus.LoadBalancer",
                      "The business status of LoadBalancer [%s] is incorrect.", lb->id);
    return true;
}

/* The load balancer named by parameter 'param', ready for a change. */
static bool lb_take(struct op *op, const char *param, struct res *lb, struct error *err)
{
    return res_need(op, RES_LB, op_str(op, param), lb, err) && lb_ready(op, lb, err);
}

/* Stores the changed body, and starts the change and its job. */
static bool lb_change(struct op *op, const struct res *lb, struct error *err)
{
    return res_update(op, lb, err) && res_pass(op, lb->id, "Configuring", "Active", err)
           && job_start(op, RES_LB, lb->id, err);
}

bool lb_update(struct op *op, struct error *err)
{
    struct res lb;
    const char *name = op_str(op, "LoadBalancerName");
    const cJSON *protection = json_get(op->params, "ModificationProtectionConfig");
    if (!check_name(name, "LoadBalancerName", err) || !lb_take(op, "LoadBalancerId", &lb, err))
        return false;
    if (name) {
        lb.name = name;
        json_set_str(lb.body, "LoadBalancerName", name);
    }
    if (protection)
        protection_set(lb.body, protection);
    return lb_change(op, &lb, err);
}

static int edition_rank(const char *edition)
{
    static const char *const editions[] = { "Basic", "Standard", "StandardWithWaf" };
    for (int i = 0; i < (int)COUNT(editions); i++)
        if (text_is(edition, editions[i]))
            return i;
    return -1;
}

bool lb_edition(struct op *op, struct error *err)
{
    struct res lb;
    const char *edition = op_str(op, "LoadBalancerEdition");
    if (edition_rank(edition) < 0)
        return refuse_illegal(err, "LoadBalancerEdition");
    if (!lb_take(op, "LoadBalancerId", &lb, err))
        return false;
    if (edition_rank(edition) < edition_rank(lb.variant))
        return refuse_denied(err, "Downgrade");
    if (text_is(edition, lb.variant))
        return refuse_denied(err, "EditionNotChanged");
    lb.variant = edition;
    json_set_str(lb.body, "LoadBalancerEdition", edition);
    /* Asynchronous, but without a job (§4). */
    return res_update(op, &lb, err) && res_pass(op, lb.id, "Configuring", "Active", err);
}

static bool protect(struct op *op, bool on, struct error *err)
{
    struct res lb;
    if (!lb_take(op, "ResourceId", &lb, err))
        return false;
    cJSON *config = op_own(op, cJSON_CreateObject());
    json_set_bool(config, "Enabled", on);
    if (on)
        json_set_str(config, "EnabledTime", op_time(op));
    json_set(lb.body, "DeletionProtectionConfig", config);
    return res_update(op, &lb, err);
}

bool lb_protect(struct op *op, struct error *err)
{
    return protect(op, true, err);
}

bool lb_unprotect(struct op *op, struct error *err)
{
    return protect(op, false, err);
}

static bool length_in(const char *text, size_t min, size_t max)
{
    size_t n = 0;
    while (text && text[n])
        n++;
    return n >= min && n <= max;
}

bool lb_log_on(struct op *op, struct error *err)
{
    struct res lb;
    if (!length_in(op_str(op, "LogProject"), 4, 63))
        return refuse_illegal(err, "LogProject");
    if (!length_in(op_str(op, "LogStore"), 2, 64))
        return refuse_illegal(err, "LogStore");
    if (!lb_take(op, "LoadBalancerId", &lb, err))
        return false;
    if (json_get(lb.body, "AccessLogConfig"))
        return refuse_denied(err, "AccessLogEnabled");
    cJSON *config = op_own(op, cJSON_CreateObject());
    json_set_str(config, "LogProject", op_str(op, "LogProject"));
    json_set_str(config, "LogStore", op_str(op, "LogStore"));
    json_set(lb.body, "AccessLogConfig", config);
    return lb_change(op, &lb, err);
}

/* Synchronous, and busy has another name than elsewhere. */
bool lb_log_off(struct op *op, struct error *err)
{
    struct res lb;
    if (!res_need(op, RES_LB, op_str(op, "LoadBalancerId"), &lb, err))
        return false;
    if (!is_status(&lb, "Active"))
        return refuse(err, 400, "ResourceInConfiguring.LoadBalancer",
                      "The specified resource of LoadBalancer [%s] is being configured, please "
                      "try again later.",
                      lb.id);
    if (!json_get(lb.body, "AccessLogConfig"))
        return refuse_denied(err, "AccessLogDisabled");
    json_set_str(lb.body, "AccessLogConfig", NULL);
    return res_update(op, &lb, err);
}

/* Counts the zones of 'x' that are in 'y' with the same vSwitch; '*moved' when one is
 * there with another. */
static int zones_common(const cJSON *x, const cJSON *y, bool *moved)
{
    int same = 0;
    const cJSON *m = NULL;
    cJSON_ArrayForEach (m, x) {
        const cJSON *n = NULL;
        cJSON_ArrayForEach (n, y) {
            if (!text_is(json_str(m, "ZoneId"), json_str(n, "ZoneId")))
                continue;
            bool equal = text_is(json_str(m, "VSwitchId"), json_str(n, "VSwitchId"));
            same += equal;
            *moved = *moved || !equal;
        }
    }
    return same;
}

bool lb_zones(struct op *op, struct error *err)
{
    struct res lb;
    const cJSON *want = json_get(op->params, "ZoneMappings");
    if (!lb_take(op, "LoadBalancerId", &lb, err)
        || !zones_check(op, want, lb.vpc, json_get(lb.body, "ZoneMappings"), err))
        return false;
    bool moved = false;
    const cJSON *have = json_get(lb.body, "ZoneMappings");
    int same = zones_common(want, have, &moved);
    if (moved)
        return refuse_denied(err, "ZoneVSwitchChanged");
    if (same == cJSON_GetArraySize(want) && same == cJSON_GetArraySize(have))
        return refuse_denied(err, "ZoneMappingsNotChanged");
    json_set(lb.body, "ZoneMappings", zones_build(op, want, have, lb.body));
    return zones_learn(op, want, lb.id, lb.vpc, err) && lb_change(op, &lb, err);
}

/* The zones as they are, with the private address each keeps and the EIP it was told. */
static cJSON *zones_again(struct op *op, const cJSON *have, const cJSON *told)
{
    static const char *const eip[] = { "AllocationId", "EipType", NULL };
    cJSON *zones = op_copy(op, have);
    cJSON *zone = NULL;
    cJSON_ArrayForEach (zone, zones) {
        const cJSON *old = cJSON_GetArrayItem(json_get(zone, "LoadBalancerAddresses"), 0);
        json_set_str(zone, "IntranetAddress", json_str(old, "IntranetAddress"));
        const cJSON *t = NULL;
        cJSON_ArrayForEach (t, told)
            if (text_is(json_str(t, "ZoneId"), json_str(zone, "ZoneId")))
                json_copy_members(zone, t, eip);
    }
    return zones;
}

bool lb_address_type(struct op *op, struct error *err)
{
    struct res lb;
    const char *type = op_str(op, "AddressType");
    const cJSON *zones = op_list(op, "ZoneMappings");
    bool moved = false;
    if (!lb_take(op, "LoadBalancerId", &lb, err))
        return false;
    if (text_is(type, json_str(lb.body, "AddressType")))
        return refuse_denied(err, "AddressTypeNotChanged");
    const cJSON *have = json_get(lb.body, "ZoneMappings");
    if (zones && zones_common(zones, have, &moved) != cJSON_GetArraySize(zones))
        return refuse(err, 400, "Mismatch.ZoneIdAndVSwitchId",
                      "The ZoneId and VSwitchId are mismatched.");
    json_set_str(lb.body, "AddressType", type);
    json_set(lb.body, "ZoneMappings", zones_build(op, zones_again(op, have, zones), NULL, lb.body));
    return lb_change(op, &lb, err);
}

static bool ipv6(struct op *op, const char *type, const char *already, struct error *err)
{
    struct res lb;
    if (!lb_take(op, "LoadBalancerId", &lb, err))
        return false;
    if (!text_is(json_str(lb.body, "AddressIpVersion"), "DualStack"))
        return refuse_denied(err, "NonDualStackInstance");
    if (text_is(json_str(lb.body, "Ipv6AddressType"), type))
        return refuse_denied(err, already);
    json_set_str(lb.body, "Ipv6AddressType", type);
    return lb_change(op, &lb, err);
}

bool lb_ipv6_on(struct op *op, struct error *err)
{
    return ipv6(op, "Internet", "Ipv6InternetInstance", err);
}

bool lb_ipv6_off(struct op *op, struct error *err)
{
    return ipv6(op, "Intranet", "Ipv6IntranetInstance", err);
}
