/* capacity.c - the capacity kept ready for a load balancer.  The request is stored in its
 * body, which never shows it; it is in effect when the change is done. */
#include "cloud_priv.h"

enum { CAPACITY_MIN = 100, CAPACITY_DECREASES = 2, DAY_MS = 24 * 3600 * 1000 };

const char capacity_member[] = "CapacityReservation";

static bool capacity_quota(struct op *op, const struct res *lb, int64_t units, struct error *err)
{
    int64_t others = 0;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_CAPACITY_OTHERS);
    query_text(&q, ":region", op->region);
    query_text(&q, ":id", lb->id);
    return query_value(&q, &others, err)
           && quota_check(op, QUOTA_CAPACITY_LB, NULL, lb->id, units, err)
           && quota_check(op, QUOTA_CAPACITY_REGION, NULL, NULL, others + units, err);
}

static int64_t decreases_left(const struct op *op, const cJSON *have)
{
    int64_t since = json_int(have, "DecreasesSince", 0);
    bool today = since > 0 && op->now_ms - since < DAY_MS;
    return CAPACITY_DECREASES - (today ? json_int(have, "Decreases", 0) : 0);
}

/* What is stored when 'units' are asked for. */
static cJSON *capacity_next(struct op *op, const cJSON *have, int64_t units)
{
    bool less = units < json_int(have, "Units", 0);
    int64_t used = CAPACITY_DECREASES - decreases_left(op, have);
    int64_t since = used > 0 ? json_int(have, "DecreasesSince", 0) : op->now_ms;
    cJSON *next = op_own(op, cJSON_CreateObject());
    json_set_int(next, "Units", units);
    json_set_str(next, "LastModifiedTime", op_time(op));
    json_set_int(next, "ReadyMs", op->now_ms + life_latency(op));
    json_set_int(next, "Decreases", used + less);
    json_set_int(next, "DecreasesSince", since);
    return next;
}

/* How many units the call asks for. */
static bool capacity_told(struct op *op, int64_t *units, struct error *err)
{
    const cJSON *told = json_get(op->params, "MinimumLoadBalancerCapacity");
    *units = 0;
    if (json_true(op->params, "ResetCapacityReservation"))
        return true;
    *units = json_int(told, "CapacityUnits", -1);
    if (*units < 0)
        return refuse_absent(err, "CapacityUnits");
    return *units >= CAPACITY_MIN || refuse_denied(err, "CapacityUnitsBelowMinimum");
}

bool capacity_set(struct op *op, struct error *err)
{
    struct res lb;
    int64_t units = 0;
    int64_t listeners = 0;
    if (!capacity_told(op, &units, err)
        || !res_need(op, RES_LB, op_str(op, "LoadBalancerId"), &lb, err) || !lb_ready(op, &lb, err))
        return false;
    struct query q CLEANUP(query_done) = db_query(op->db, SQL_RES_COUNT_LB);
    query_text(&q, ":lb", lb.id);
    query_text(&q, ":kind", res_kind_names[RES_LISTENER]);
    if (!query_value(&q, &listeners, err))
        return false;
    const cJSON *have = json_get(lb.body, capacity_member);
    if (listeners == 0)
        return refuse_denied(err, "ListenerNotFound");
    if (json_int(have, "ReadyMs", 0) > op->now_ms)
        return refuse_denied(err, "PriorRequestNotComplete");
    if (units < json_int(have, "Units", 0) && decreases_left(op, have) == 0)
        return refuse_denied(err, "CapacityDecreaseRequestLimitExceeded");
    json_set(lb.body, capacity_member, capacity_next(op, have, units));
    return capacity_quota(op, &lb, units, err) && res_update(op, &lb, err);
}

/* The units are spread over the zones. */
static void zone_states(const struct op *op, const struct res *lb, const cJSON *have, cJSON *out)
{
    bool ready = json_int(have, "ReadyMs", 0) <= op->now_ms;
    const cJSON *zones = json_get(lb->body, "ZoneMappings");
    int64_t n = cJSON_GetArraySize(zones);
    const cJSON *z = NULL;
    cJSON_ArrayForEach (z, zones) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(out, one);
        json_set_str(one, "AvailabilityZone", json_str(z, "ZoneId"));
        json_set_int(one, "EffectiveCapacityUnits", ready ? json_int(have, "Units", 0) / n : 0);
        json_set_str(one, "Status", ready ? "provisioned" : "pending");
    }
}

bool capacity_get(struct op *op, struct error *err)
{
    struct res lb;
    if (!res_need(op, RES_LB, op_str(op, "LoadBalancerId"), &lb, err))
        return false;
    const cJSON *have = json_get(lb.body, capacity_member);
    int64_t units = json_int(have, "Units", 0);
    cJSON *states = cJSON_AddArrayToObject(op->body, "CapacityReservationState");
    if (units > 0)
        zone_states(op, &lb, have, states);
    json_set_int(op->body, "DecreaseRequestsRemaining", decreases_left(op, have));
    json_set_str(op->body, "LastModifiedTime", json_str(have, "LastModifiedTime"));
    if (units > 0)
        json_set_int(cJSON_AddObjectToObject(op->body, "MinimumLoadBalancerCapacity"),
                     "CapacityUnits", units);
    return true;
}
