/* test_zone.c - vSwitches that nobody gives. */
#include "world.h"

#define CONFIG(fields)                                                          \
    "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n" \
    "spec: {config: {" fields "}, listeners: [{port: 80, protocol: HTTP}]}\n"
#define FOUND(zone, id) "{\"id\":\"" id "\",\"zone\":\"" zone "\"}"

/* A world in VPC vpc-1 where 'value' was found. */
static struct world found_world(const char *text, const char *key, const char *value)
{
    struct world w = { .vpc = "vpc-1" };
    world_read(&w, text);
    world_fact(&w, FACT_VSWITCHES, key, value, "");
    world_translate(&w);
    assert_string_equal(problems(&w), "");
    assert_int_equal(w.out.needs.len, 0);
    return w;
}

static void test_vswitches_that_are_given_are_not_looked_for(void **state)
{
    (void)state;
    struct world w = world_of(CONFIG("zoneMappings: [{vSwitchId: v, zoneId: z}]"));
    assert_int_equal(w.out.needs.len, 0);
    assert_null(lb_of(&w)->found_how);
    assert_int_equal(lb_of(&w)->zones.len, 1);
    world_done(&w);
    w = world_of(CONFIG("id: alb-1"));
    assert_int_equal(w.out.needs.len, 0);
    assert_null(lb_of(&w)->found_how);
    world_done(&w);
}

static void test_without_a_vpc_there_is_nowhere_to_look(void **state)
{
    (void)state;
    struct world w = { 0 };
    world_read(&w, CONFIG("zoneMappings: []"));
    world_translate(&w);
    assert_has(problems(&w),
               "spec.config.zoneMappings: no vSwitch is given; list one in each of at "
               "least two zones, or give --vpc-id");
    assert_int_equal(w.out.lbs.len, 0);
    assert_int_equal(w.out.needs.len, 0);
    world_done(&w);
}

static void test_vswitches_are_looked_for_in_the_vpc(void **state)
{
    (void)state;
    struct world w = world_of(CONFIG("addressType: Intranet"));
    assert_int_equal(w.out.needs.len, 1);
    assert_int_equal(w.out.needs.items[0].kind, FACT_VSWITCHES);
    assert_string_equal(w.out.needs.items[0].key, "vpc-1");
    assert_string_equal(lb_of(&w)->found_zones.items[0].vswitch_id, "?vswitches(vpc-1)");
    assert_string_equal(problems(&w), "");
    world_done(&w);
    w = found_world(
        CONFIG("addressType: Intranet"), "vpc-1",
        "{\"vswitches\":[" FOUND("z-a", "vsw-2") "," FOUND("z-b", "vsw-1") "],\"zones\":3}");
    const struct alb_load_balancer *lb = lb_of(&w);
    assert_int_equal(lb->zones.len, 0); /* not wanted of one that is there */
    assert_int_equal(lb->found_zones.len, 2);
    assert_string_equal(lb->found_zones.items[0].zone_id, "z-a");
    assert_string_equal(lb->found_zones.items[0].vswitch_id, "vsw-2");
    assert_string_equal(lb->found_zones.items[1].vswitch_id, "vsw-1");
    assert_string_equal(lb->found_how, "none given, so in each zone of VPC vpc-1 the first by id");
    world_done(&w);
}

static void test_dual_stack_takes_vswitches_with_ipv6(void **state)
{
    (void)state;
    struct world w = world_of(CONFIG("addressIpVersion: DualStack"));
    assert_int_equal(w.out.needs.len, 1);
    assert_string_equal(w.out.needs.items[0].key, "vpc-1/ipv6");
    world_done(&w);
}

static void assert_none(const char *value, const char *why)
{
    struct world w = found_world(CONFIG("edition: Standard"), "vpc-1", value);
    assert_int_equal(lb_of(&w)->found_zones.len, 0);
    assert_has(lb_of(&w)->found_how, why);
    assert_int_equal(w.out.lbs.len, 1); /* no mistake of the AlbConfig */
    world_done(&w);
}

static void test_one_zone_is_too_few_where_there_are_more(void **state)
{
    (void)state;
    assert_none(
        "{\"vswitches\":[" FOUND("z-a", "vsw-1") "],\"zones\":3}",
        "zoneMappings: no vSwitch is given, and VPC vpc-1 has one to use (available, with 8 "
        "free addresses, for DualStack with IPv6) in 1 of the 3 zones of ALB; make one");
    assert_none("{\"vswitches\":[],\"zones\":1}", "in 0 of the 1 zones");
    assert_none("{\"more_than\":1000,\"vswitches\":[],\"zones\":3}",
                "VPC vpc-1 has more than 1000, too many to choose from; list one");
    assert_none("", "in 0 of the 0 zones");
    assert_none("{\"vswitches\":[{\"zone\":\"z\"},{\"id\":\"v\"}],\"zones\":2}", "in 0 of the 2");
    struct world w = found_world(CONFIG("edition: Standard"), "vpc-1",
                                 "{\"vswitches\":[" FOUND("z-a", "vsw-1") "],\"zones\":1}");
    assert_int_equal(lb_of(&w)->found_zones.len, 1);
    world_done(&w);
}

static void test_ten_zones_are_taken_at_most(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *list = FOUND("z-00", "v");
    for (int i = 1; i < 11; i++)
        list = arena_fmt(&a, "%s,{\"id\":\"v\",\"zone\":\"z-%02d\"}", list, i);
    struct world w = found_world(CONFIG("edition: Standard"), "vpc-1",
                                 arena_fmt(&a, "{\"vswitches\":[%s],\"zones\":11}", list));
    assert_int_equal(lb_of(&w)->found_zones.len, 10);
    assert_string_equal(lb_of(&w)->found_zones.items[9].zone_id, "z-09");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vswitches_that_are_given_are_not_looked_for),
        cmocka_unit_test(test_without_a_vpc_there_is_nowhere_to_look),
        cmocka_unit_test(test_vswitches_are_looked_for_in_the_vpc),
        cmocka_unit_test(test_dual_stack_takes_vswitches_with_ipv6),
        cmocka_unit_test(test_one_zone_is_too_few_where_there_are_more),
        cmocka_unit_test(test_ten_zones_are_taken_at_most),
    };
    return cmocka_run_group_tests_name("translate/zone", tests, NULL, NULL);
}
