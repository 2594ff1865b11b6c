/* test_facts.c - regions, zones, and what VPC and ECS are asked for. */
#include "world.h"

static const cJSON *vswitches(struct world *w, const char *text)
{
    const cJSON *body = call_product(w, "vpc", "DescribeVSwitches", "cn-hangzhou", text);
    ok(w);
    return body;
}

static const cJSON *interfaces(struct world *w, const char *text)
{
    const cJSON *body = call_product(w, "ecs", "DescribeNetworkInterfaces", "cn-hangzhou", text);
    ok(w);
    return body;
}

static void test_zones_are_of_the_region(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    const cJSON *body = call(&w, "DescribeZones", "{}");
    assert_int_equal(count(body, "Zones"), 5);
    assert_string_equal(json_str(first(body, "Zones"), "ZoneId"), "cn-hangzhou-g");
    body = call_product(&w, "alb", "DescribeZones", "eu-central-1", "{}");
    assert_string_equal(json_str(first(body, "Zones"), "ZoneId"), "eu-central-1-a");
    body = call(&w, "DescribeRegions", "{}");
    assert_int_equal(count(body, "Regions"), 38);
    assert_string_equal(json_str(first(body, "Regions"), "RegionEndpoint"),
                        "alb.cn-qingdao.aliyuncs.com");
}

static void test_a_vswitch_is_in_the_zone_of_its_number(void **state)
{
    (void)state;
    static const char *const zones[] = { "g", "h", "i", "j", "k", "g", "h" };
    struct world w CLEANUP(world_done);
    world_new(&w);
    for (size_t n = 0; n < COUNT(zones); n++) {
        const cJSON *body = vswitches(
            &w, arena_fmt(&w.arena, "{'RegionId':'cn-hangzhou','VSwitchId':'vsw-%d'}", (int)n));
        const cJSON *v = first(json_get(body, "VSwitches"), "VSwitch");
        assert_string_equal(json_str(v, "ZoneId"), arena_fmt(&w.arena, "cn-hangzhou-%s", zones[n]));
        assert_string_equal(json_str(v, "VpcId"), "vpc-1");
        assert_string_equal(json_str(v, "Status"), "Available");
        assert_int_equal(json_int(body, "TotalCount", 0), 1);
    }
}

static void test_a_vswitch_lies_where_its_load_balancer_says(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, "{'AddressType':'Internet','LoadBalancerEdition':'Standard','VpcId':'vpc-7',"
                 "'LoadBalancerBillingConfig':{'PayType':'PostPay'}," ZONES "}");
    const cJSON *body = vswitches(&w, "{'RegionId':'cn-hangzhou','VSwitchId':'vsw-2'}");
    assert_string_equal(json_str(first(json_get(body, "VSwitches"), "VSwitch"), "VpcId"), "vpc-7");
    body = vswitches(&w, "{'VpcId':'vpc-7'}");
    assert_int_equal(count(json_get(body, "VSwitches"), "VSwitch"), 2);
    body = vswitches(&w, "{'RegionId':'cn-hangzhou','PageSize':2,'PageNumber':3}");
    assert_int_equal(json_int(body, "TotalCount", 0), 5);
    assert_int_equal(count(json_get(body, "VSwitches"), "VSwitch"), 1);
    call_product(&w, "vpc", "DescribeVSwitches", "cn-hangzhou", "{}");
    refused(&w, 400, "MissingRegionId");
}

static void test_one_vswitch_is_described_flat(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    const cJSON *v = call_product(&w, "vpc", "DescribeVSwitchAttributes", "cn-hangzhou",
                                  "{'VSwitchId':'vsw-2'}");
    ok(&w);
    assert_string_equal(json_str(v, "VSwitchId"), "vsw-2");
    assert_string_equal(json_str(v, "ZoneId"), "cn-hangzhou-i");
    assert_string_equal(json_str(v, "Status"), "Available");
    call_product(&w, "vpc", "DescribeVSwitchAttributes", "cn-hangzhou", "{'VSwitchId':'x-2'}");
    refused(&w, 400, "InvalidVSwitchId.NotFound");
    call_product(&w, "vpc", "DescribeVSwitchAttributes", "cn-hangzhou", "{}");
    refused(&w, 400, "InvalidVSwitchId.NotFound");
}

static void test_a_private_address_has_the_interface_named_after_it(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    const cJSON *body = interfaces(&w, "{'RegionId':'cn-hangzhou','VpcId':'vpc-3','Status':'InUse',"
                                       "'PrivateIpAddress':['10.1.0.9','8.8.8.8','192.168.0.1']}");
    const cJSON *sets = json_get(json_get(body, "NetworkInterfaceSets"), "NetworkInterfaceSet");
    assert_int_equal(cJSON_GetArraySize(sets), 2);
    const cJSON *eni = cJSON_GetArrayItem(sets, 0);
    assert_string_equal(json_str(eni, "NetworkInterfaceId"), "eni-0a010009");
    assert_string_equal(json_str(eni, "VpcId"), "vpc-3");
    assert_string_equal(json_str(eni, "Status"), "InUse");
    assert_string_equal(
        json_str(first(json_get(eni, "PrivateIpSets"), "PrivateIpSet"), "PrivateIpAddress"),
        "10.1.0.9");
    assert_string_equal(json_str(cJSON_GetArrayItem(sets, 1), "NetworkInterfaceId"),
                        "eni-c0a80001");
    body = interfaces(&w, "{'RegionId':'cn-hangzhou','NetworkInterfaceId':['eni-0a010009']}");
    assert_int_equal(json_int(body, "TotalCount", 0), 1);
}

static void test_interfaces_come_in_pages(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    const cJSON *body = interfaces(&w, "{'RegionId':'cn-hangzhou','PageSize':2,'PageNumber':2,"
                                       "'PrivateIpAddress':['10.0.0.1','10.0.0.2','10.0.0.3']}");
    const cJSON *sets = json_get(json_get(body, "NetworkInterfaceSets"), "NetworkInterfaceSet");
    assert_int_equal(cJSON_GetArraySize(sets), 1);
    assert_string_equal(json_str(sets->child, "NetworkInterfaceId"), "eni-0a000003");
    assert_int_equal(json_int(body, "TotalCount", 0), 3);
    assert_int_equal(json_int(body, "PageNumber", 0), 2);
    assert_null(json_get(body, "NextToken"));
}

static void test_interfaces_come_by_token_too(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
#define THREE "'PrivateIpAddress':['10.0.0.1','10.0.0.2','10.0.0.3']"
    const cJSON *body = interfaces(&w, "{'RegionId':'cn-hangzhou','MaxResults':2," THREE "}");
    const cJSON *sets = json_get(json_get(body, "NetworkInterfaceSets"), "NetworkInterfaceSet");
    assert_int_equal(cJSON_GetArraySize(sets), 2);
    const char *token = json_str(body, "NextToken");
    body = interfaces(
        &w,
        arena_fmt(&w.arena, "{'RegionId':'cn-hangzhou','MaxResults':2,'NextToken':'%s'," THREE "}",
                  token));
    sets = json_get(json_get(body, "NetworkInterfaceSets"), "NetworkInterfaceSet");
    assert_int_equal(cJSON_GetArraySize(sets), 1);
    assert_string_equal(json_str(sets->child, "NetworkInterfaceId"), "eni-0a000003");
    assert_null(json_get(body, "NextToken"));
    call_product(&w, "ecs", "DescribeNetworkInterfaces", "cn-hangzhou",
                 "{'RegionId':'cn-hangzhou','NextToken':'nonsense'}");
    refused(&w, 400, "InvalidParameter");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zones_are_of_the_region),
        cmocka_unit_test(test_a_vswitch_is_in_the_zone_of_its_number),
        cmocka_unit_test(test_a_vswitch_lies_where_its_load_balancer_says),
        cmocka_unit_test(test_one_vswitch_is_described_flat),
        cmocka_unit_test(test_a_private_address_has_the_interface_named_after_it),
        cmocka_unit_test(test_interfaces_come_in_pages),
        cmocka_unit_test(test_interfaces_come_by_token_too),
    };
    return cmocka_run_group_tests_name("mock_cloud/facts", tests, NULL, NULL);
}
