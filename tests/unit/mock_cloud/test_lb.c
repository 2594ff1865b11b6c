/* test_lb.c - load balancers as they are created, read and deleted. */
#include "world.h"

static void test_a_new_load_balancer_reads_back_as_told_with_defaults(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w,
             LB("Standard", ",'LoadBalancerName':'My-alb_1.x','Tag':[{'Key':'k','Value':'v'}]"));
    const cJSON *lb = call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    ok(&w);
    assert_string_equal(json_str(lb, "LoadBalancerName"), "My-alb_1.x");
    assert_string_equal(json_str(lb, "AddressIpVersion"), "IPv4");
    assert_string_equal(json_str(lb, "AddressAllocatedMode"), "Fixed");
    assert_string_equal(json_str(lb, "LoadBalancerBussinessStatus"), "Normal");
    assert_string_equal(json_str(lb, "LoadBalancerEdition"), "Standard");
    assert_string_equal(json_str(lb, "RegionId"), "cn-hangzhou");
    assert_string_equal(json_str(lb, "CreateTime"), "1970-01-01T00:16:40Z");
    assert_string_equal(json_str(lb, "DNSName"),
                        arena_fmt(&w.arena, "%s.cn-hangzhou.alb.aliyuncsslb.com", w.lb));
    assert_string_equal(json_str(first(lb, "Tags"), "Value"), "v");
    assert_int_equal(count(lb, "ZoneMappings"), 2);
    const cJSON *zone = first(lb, "ZoneMappings");
    assert_string_equal(json_str(zone, "ZoneId"), "cn-hangzhou-h");
    assert_string_equal(json_str(zone, "Status"), "Active");
    assert_non_null(json_str(first(zone, "LoadBalancerAddresses"), "AllocationId"));
    /* Off is absent; there is no code at the top. */
    assert_null(json_get(lb, "AccessLogConfig"));
    assert_null(json_get(lb, "Code"));
    assert_null(json_get(lb, "Ipv6AddressType"));
}

static void test_a_list_shows_neither_zones_nor_region(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    const cJSON *lb = first(call(&w, "ListLoadBalancers", "{}"), "LoadBalancers");
    assert_string_equal(json_str(lb, "LoadBalancerId"), w.lb);
    assert_string_equal(json_str(lb, "LoadBalancerStatus"), "Active");
    assert_null(json_get(lb, "ZoneMappings"));
    assert_null(json_get(lb, "RegionId"));
}

static void test_zones_are_checked_against_vswitches(void **state)
{
    (void)state;
    static const struct {
        const char *zones, *code;
        int status;
    } rows[] = {
        { "{'VSwitchId':'vsw-1','ZoneId':'cn-hangzhou-i'},"
          "{'VSwitchId':'vsw-2','ZoneId':'cn-hangzhou-j'}",
          "Mismatch.ZoneIdAndVSwitchId", 400 },
        { "{'VSwitchId':'vsw-1','ZoneId':'cn-hangzhou-h'},"
          "{'VSwitchId':'vsw-6','ZoneId':'cn-hangzhou-h'}",
          "DuplicatedParam.ZoneId", 400 },
        { "{'VSwitchId':'sw-1','ZoneId':'cn-hangzhou-h'},"
          "{'VSwitchId':'vsw-2','ZoneId':'cn-hangzhou-i'}",
          "ResourceNotFound.VSwitch", 404 },
        { "{'VSwitchId':'vsw-1','ZoneId':'cn-hangzhou-h'}", "IllegalParamSize.ZoneMappings", 400 },
    };
    struct world w CLEANUP(world_done);
    world_new(&w);
    for (size_t i = 0; i < COUNT(rows); i++) {
        call(&w, "CreateLoadBalancer",
             "{'AddressType':'Internet','LoadBalancerEdition':'Standard','VpcId':'vpc-1',"
             "'LoadBalancerBillingConfig':{'PayType':'PostPay'},'ZoneMappings':[%s]}",
             rows[i].zones);
        refused(&w, rows[i].status, rows[i].code);
    }
    assert_int_equal(count(call(&w, "ListLoadBalancers", "{}"), "LoadBalancers"), 0);
}

static void test_a_vswitch_lies_in_one_vpc(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    call_text(&w, "CreateLoadBalancer",
              "{'AddressType':'Internet','LoadBalancerEdition':'Standard','VpcId':'vpc-2',"
              "'LoadBalancerBillingConfig':{'PayType':'PostPay'}," ZONES "}");
    refused(&w, 404, "ResourceNotFound.VSwitch");
}

static void test_names_follow_the_rule(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    call_text(&w, "CreateLoadBalancer", LB("Standard", ",'LoadBalancerName':'1a'"));
    refused(&w, 400, "IllegalParam.LoadBalancerName");
    call_text(&w, "CreateLoadBalancer", LB("Standard", ",'LoadBalancerName':'a b'"));
    refused(&w, 400, "IllegalParam.LoadBalancerName");
    call_text(&w, "CreateLoadBalancer", LB("Standard", ",'LoadBalancerName':'负载均衡'"));
    ok(&w);
}

static void test_protection_refuses_the_delete(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ",'DeletionProtectionEnabled':true"));
    call(&w, "DeleteLoadBalancer", "{'LoadBalancerId':'%s'}", w.lb);
    refused(&w, 400, "OperationDenied.DeletionProtectionEnabled");
    call(&w, "DisableDeletionProtection", "{'ResourceId':'%s'}", w.lb);
    ok(&w);
    assert_null(w.last.job_id); /* synchronous */
    assert_string_equal(lb_status(&w), "Active");
    call(&w, "DeleteLoadBalancer", "{'LoadBalancerId':'%s'}", w.lb);
    ok(&w);
}

static void test_a_load_balancer_that_is_not_settled_is_not_deleted(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    call(&w, "UpdateLoadBalancerAttribute", "{'LoadBalancerId':'%s','LoadBalancerName':'ab'}",
         w.lb);
    ok(&w);
    call(&w, "DeleteLoadBalancer", "{'LoadBalancerId':'%s'}", w.lb);
    refused(&w, 400, "IncorrectStatus.LoadBalancer");
    settle(&w);
    call(&w, "DeleteLoadBalancer", "{'LoadBalancerId':'%s'}", w.lb);
    ok(&w);
    call(&w, "DeleteLoadBalancer", "{'LoadBalancerId':'%s'}", w.lb);
    refused(&w, 400, "IncorrectStatus.LoadBalancer");
    settle(&w);
    call(&w, "DeleteLoadBalancer", "{'LoadBalancerId':'%s'}", w.lb);
    refused(&w, 404, "ResourceNotFound.LoadBalancer");
}

static void test_a_region_does_not_see_another(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    const char *id = arena_fmt(&w.arena, "{'LoadBalancerId':'%s'}", w.lb);
    call_product(&w, "alb", "GetLoadBalancerAttribute", "cn-beijing", id);
    refused(&w, 404, "ResourceNotFound.LoadBalancer");
    assert_int_equal(
        count(call_product(&w, "alb", "ListLoadBalancers", "cn-beijing", "{}"), "LoadBalancers"),
        0);
}

static void test_lists_filter(void **state)
{
    (void)state;
    static const struct {
        const char *filter;
        int n;
    } rows[] = {
        { "{}", 2 },
        { "{'LoadBalancerNames':['one']}", 1 },
        { "{'LoadBalancerIds':['alb-nosuch']}", 0 },
        { "{'VpcIds':['vpc-1']}", 2 },
        { "{'VpcIds':['vpc-9']}", 0 },
        { "{'ZoneId':'cn-hangzhou-h'}", 2 },
        { "{'ZoneId':'cn-hangzhou-k'}", 0 },
        { "{'AddressType':'Intranet'}", 0 },
        { "{'LoadBalancerStatus':'Active','PayType':'PostPay'}", 2 },
        { "{'LoadBalancerStatus':'Provisioning'}", 0 },
        { "{'AddressIpVersion':'DualStack'}", 1 },
        { "{'Tag':[{'Key':'a','Value':'1'}]}", 2 },
        { "{'Tag':[{'Key':'a','Value':'1'},{'Key':'b','Value':'2'}]}", 1 },
        { "{'Tag':[{'Key':'b'}]}", 1 },
        { "{'Tag':[{'Key':'a','Value':'2'}]}", 0 },
    };
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ",'LoadBalancerName':'one','Tag':[{'Key':'a','Value':'1'}]"));
    setup_lb(&w, LB("Basic", ",'LoadBalancerName':'two','AddressIpVersion':'DualStack',"
                             "'Tag':[{'Key':'a','Value':'1'},{'Key':'b','Value':'2'}]"));
    for (size_t i = 0; i < COUNT(rows); i++) {
        const cJSON *body = call_text(&w, "ListLoadBalancers", rows[i].filter);
        ok(&w);
        if (count(body, "LoadBalancers") != rows[i].n)
            fail_msg("%s: %d", rows[i].filter, count(body, "LoadBalancers"));
        assert_int_equal(json_int(body, "TotalCount", -1), rows[i].n);
    }
}

static void test_a_dual_stack_zone_has_addresses_of_both_kinds(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ",'AddressIpVersion':'DualStack'"));
    const cJSON *body = call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    const cJSON *a = first(first(body, "ZoneMappings"), "LoadBalancerAddresses");
    assert_non_null(strchr(json_str(a, "Ipv6Address"), ':'));
    assert_string_equal(json_str(a, "Ipv6AddressHcStatus"), "Healthy");
    assert_int_equal(count(a, "Ipv6LocalAddresses"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_load_balancer_reads_back_as_told_with_defaults),
        cmocka_unit_test(test_a_list_shows_neither_zones_nor_region),
        cmocka_unit_test(test_zones_are_checked_against_vswitches),
        cmocka_unit_test(test_a_vswitch_lies_in_one_vpc),
        cmocka_unit_test(test_names_follow_the_rule),
        cmocka_unit_test(test_protection_refuses_the_delete),
        cmocka_unit_test(test_a_load_balancer_that_is_not_settled_is_not_deleted),
        cmocka_unit_test(test_a_region_does_not_see_another),
        cmocka_unit_test(test_lists_filter),
        cmocka_unit_test(test_a_dual_stack_zone_has_addresses_of_both_kinds),
    };
    return cmocka_run_group_tests_name("mock_cloud/lb", tests, NULL, NULL);
}
