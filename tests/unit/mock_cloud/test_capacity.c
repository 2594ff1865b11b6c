/* test_capacity.c - capacity kept ready for a load balancer. */
#include "world.h"

static const cJSON *want(struct world *w, int units)
{
    return call(w, "ModifyCapacityReservation",
                "{'LoadBalancerId':'%s','MinimumLoadBalancerCapacity':{'CapacityUnits':%d}}", w->lb,
                units);
}

static const cJSON *have(struct world *w)
{
    return call(w, "DescribeCapacityReservation", "{'LoadBalancerId':'%s'}", w->lb);
}

static void test_capacity_is_in_effect_in_time(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    want(&w, 200);
    refused(&w, 400, "OperationDenied.ListenerNotFound");
    setup_listener(&w);
    assert_int_equal(count(have(&w), "CapacityReservationState"), 0);
    want(&w, 200);
    ok(&w);
    const cJSON *c = have(&w);
    assert_int_equal(json_int(json_get(c, "MinimumLoadBalancerCapacity"), "CapacityUnits", 0), 200);
    assert_non_null(json_str(c, "LastModifiedTime"));
    assert_int_equal(json_int(first(c, "CapacityReservationState"), "EffectiveCapacityUnits", -1),
                     0);
    want(&w, 300);
    refused(&w, 400, "OperationDenied.PriorRequestNotComplete");
    settle(&w);
    c = have(&w);
    assert_int_equal(count(c, "CapacityReservationState"), 2);
    assert_int_equal(json_int(first(c, "CapacityReservationState"), "EffectiveCapacityUnits", -1),
                     100);
    /* It is nobody else's business. */
    const cJSON *lb = call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    assert_null(json_get(lb, "CapacityReservation"));
    call(&w, "ModifyCapacityReservation", "{'LoadBalancerId':'%s','ResetCapacityReservation':true}",
         w.lb);
    ok(&w);
    assert_null(json_get(have(&w), "MinimumLoadBalancerCapacity"));
}

static void test_limits(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    want(&w, 1);
    refused(&w, 400, "OperationDenied.CapacityUnitsBelowMinimum");
    want(&w, 5001);
    refused(&w, 400, "QuotaExceeded.ReservationMaxLcuPerLb");
    want(&w, 5000);
    ok(&w);
    for (int units = 4000; units >= 3000; units -= 1000) {
        settle(&w);
        want(&w, units);
        ok(&w);
    }
    settle(&w);
    assert_int_equal(json_int(have(&w), "DecreaseRequestsRemaining", -1), 0);
    want(&w, 2000);
    refused(&w, 400, "OperationDenied.CapacityDecreaseRequestLimitExceeded");
    w.now_ms += INT64_C(24) * 3600 * 1000;
    want(&w, 2000);
    ok(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capacity_is_in_effect_in_time),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests_name("mock_cloud/capacity", tests, NULL, NULL);
}
