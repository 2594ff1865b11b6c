/* test_lb_change.c - load balancers as they are changed. */
#include "world.h"

static void test_every_change_needs_active(void **state)
{
    (void)state;
    static const struct {
        const char *action, *more, *code;
    } rows[] = {
        { "UpdateLoadBalancerAttribute", "'LoadBalancerName':'xy'",
          "IncorrectStatus.LoadBalancer" },
        { "UpdateLoadBalancerEdition", "'LoadBalancerEdition':'StandardWithWaf'",
          "IncorrectStatus.LoadBalancer" },
        { "EnableLoadBalancerAccessLog", "'LogProject':'proj','LogStore':'store'",
          "IncorrectStatus.LoadBalancer" },
        { "DisableLoadBalancerAccessLog", "'x':1", "ResourceInConfiguring.LoadBalancer" },
        { "UpdateLoadBalancerZones",
          "'ZoneMappings':[{'VSwitchId':'vsw-1','ZoneId':'cn-hangzhou-h'},"
          "{'VSwitchId':'vsw-3','ZoneId':'cn-hangzhou-j'}]",
          "IncorrectStatus.LoadBalancer" },
        { "UpdateLoadBalancerAddressTypeConfig", "'AddressType':'Intranet'",
          "IncorrectStatus.LoadBalancer" },
        { "EnableLoadBalancerIpv6Internet", "'x':1", "IncorrectStatus.LoadBalancer" },
        { "DisableLoadBalancerIpv6Internet", "'x':1", "IncorrectStatus.LoadBalancer" },
        { "EnableDeletionProtection", "'x':1", "IncorrectStatus.LoadBalancer" },
        { "DisableDeletionProtection", "'x':1", "IncorrectStatus.LoadBalancer" },
        { "CreateListener", "'ListenerPort':80,'ListenerProtocol':'HTTP'",
          "IncorrectStatus.LoadBalancer" },
    };
    struct world w CLEANUP(world_done);
    world_new(&w);
    keep(w.lb, call_text(&w, "CreateLoadBalancer", LB("Standard", "")), "LoadBalancerId");
    for (size_t i = 0; i < COUNT(rows); i++) {
        call(&w, rows[i].action, "{'LoadBalancerId':'%s','ResourceId':'%s',%s}", w.lb, w.lb,
             rows[i].more);
        refused(&w, 400, rows[i].code);
    }
}

static void test_a_change_shows_at_once_and_passes(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    call(&w, "UpdateLoadBalancerAttribute",
         "{'LoadBalancerId':'%s','LoadBalancerName':'renamed',"
         "'ModificationProtectionConfig':{'Status':'ConsoleProtection','Reason':'why'}}",
         w.lb);
    ok(&w);
    assert_non_null(w.last.job_id);
    assert_string_equal(lb_status(&w), "Configuring");
    settle(&w);
    const cJSON *lb = call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    assert_string_equal(json_str(lb, "LoadBalancerStatus"), "Active");
    assert_string_equal(json_str(lb, "LoadBalancerName"), "renamed");
    assert_string_equal(json_str(json_get(lb, "ModificationProtectionConfig"), "Reason"), "why");
    /* A reason without protection is cleared. */
    call(&w, "UpdateLoadBalancerAttribute",
         "{'LoadBalancerId':'%s','ModificationProtectionConfig':"
         "{'Status':'NonProtection','Reason':'why'}}",
         w.lb);
    lb = call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    assert_null(json_get(json_get(lb, "ModificationProtectionConfig"), "Reason"));
}

static void test_editions_only_go_up(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    call(&w, "UpdateLoadBalancerEdition", "{'LoadBalancerId':'%s','LoadBalancerEdition':'Basic'}",
         w.lb);
    refused(&w, 400, "OperationDenied.Downgrade");
    call(&w, "UpdateLoadBalancerEdition",
         "{'LoadBalancerId':'%s','LoadBalancerEdition':'Standard'}", w.lb);
    refused(&w, 400, "OperationDenied.EditionNotChanged");
    const cJSON *body =
        call(&w, "UpdateLoadBalancerEdition",
             "{'LoadBalancerId':'%s','LoadBalancerEdition':'StandardWithWaf'}", w.lb);
    ok(&w);
    assert_null(json_get(body, "JobId"));
    assert_string_equal(lb_status(&w), "Configuring");
    settle(&w);
    assert_string_equal(lb_status(&w), "Active");
}

static void test_the_access_log_is_switched(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    call(&w, "DisableLoadBalancerAccessLog", "{'LoadBalancerId':'%s'}", w.lb);
    refused(&w, 400, "OperationDenied.AccessLogDisabled");
    call(&w, "EnableLoadBalancerAccessLog",
         "{'LoadBalancerId':'%s','LogProject':'project','LogStore':'store'}", w.lb);
    ok(&w);
    settle(&w);
    const cJSON *lb = call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    assert_string_equal(json_str(json_get(lb, "AccessLogConfig"), "LogProject"), "project");
    call(&w, "EnableLoadBalancerAccessLog",
         "{'LoadBalancerId':'%s','LogProject':'project','LogStore':'store'}", w.lb);
    refused(&w, 400, "OperationDenied.AccessLogEnabled");
    call(&w, "DisableLoadBalancerAccessLog", "{'LoadBalancerId':'%s'}", w.lb);
    ok(&w);
    lb = call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    assert_null(json_get(lb, "AccessLogConfig"));
}

static void test_zones_are_replaced_and_keep_their_addresses(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    const cJSON *before = call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    call(&w, "UpdateLoadBalancerZones", "{'LoadBalancerId':'%s'," ZONES "}", w.lb);
    refused(&w, 400, "OperationDenied.ZoneMappingsNotChanged");
    call(&w, "UpdateLoadBalancerZones",
         "{'LoadBalancerId':'%s','ZoneMappings':[{'VSwitchId':'vsw-6','ZoneId':'cn-hangzhou-h'},"
         "{'VSwitchId':'vsw-2','ZoneId':'cn-hangzhou-i'}]}",
         w.lb);
    refused(&w, 400, "OperationDenied.ZoneVSwitchChanged");
    call(&w, "UpdateLoadBalancerZones",
         "{'LoadBalancerId':'%s','ZoneMappings':[{'VSwitchId':'vsw-1','ZoneId':'cn-hangzhou-h'},"
         "{'VSwitchId':'vsw-3','ZoneId':'cn-hangzhou-j'}]}",
         w.lb);
    ok(&w);
    const cJSON *after = call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    assert_int_equal(count(after, "ZoneMappings"), 2);
    assert_true(cJSON_Compare(first(before, "ZoneMappings"), first(after, "ZoneMappings"), true));
}

static void test_the_address_type_changes_and_the_private_address_stays(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    const cJSON *lb = call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    const char *private_ip =
        json_str(first(first(lb, "ZoneMappings"), "LoadBalancerAddresses"), "IntranetAddress");
    call(&w, "UpdateLoadBalancerAddressTypeConfig",
         "{'LoadBalancerId':'%s','AddressType':'Internet'}", w.lb);
    refused(&w, 400, "OperationDenied.AddressTypeNotChanged");
    call(&w, "UpdateLoadBalancerAddressTypeConfig",
         "{'LoadBalancerId':'%s','AddressType':'Intranet','ZoneMappings':"
         "[{'VSwitchId':'vsw-9','ZoneId':'cn-hangzhou-h'}]}",
         w.lb);
    refused(&w, 400, "Mismatch.ZoneIdAndVSwitchId");
    call(&w, "UpdateLoadBalancerAddressTypeConfig",
         "{'LoadBalancerId':'%s','AddressType':'Intranet'}", w.lb);
    ok(&w);
    lb = call(&w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w.lb);
    assert_string_equal(json_str(lb, "AddressType"), "Intranet");
    const cJSON *address = first(first(lb, "ZoneMappings"), "LoadBalancerAddresses");
    assert_string_equal(json_str(address, "Address"), private_ip);
    assert_null(json_get(address, "AllocationId"));
}

static void test_ipv6_is_made_public_and_private(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    call(&w, "EnableLoadBalancerIpv6Internet", "{'LoadBalancerId':'%s'}", w.lb);
    refused(&w, 400, "OperationDenied.NonDualStackInstance");
    setup_lb(&w, LB("Standard", ",'AddressIpVersion':'DualStack'"));
    call(&w, "DisableLoadBalancerIpv6Internet", "{'LoadBalancerId':'%s'}", w.lb);
    refused(&w, 400, "OperationDenied.Ipv6IntranetInstance");
    call(&w, "EnableLoadBalancerIpv6Internet", "{'LoadBalancerId':'%s'}", w.lb);
    ok(&w);
    settle(&w);
    call(&w, "EnableLoadBalancerIpv6Internet", "{'LoadBalancerId':'%s'}", w.lb);
    refused(&w, 400, "OperationDenied.Ipv6InternetInstance");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_change_needs_active),
        cmocka_unit_test(test_a_change_shows_at_once_and_passes),
        cmocka_unit_test(test_editions_only_go_up),
        cmocka_unit_test(test_the_access_log_is_switched),
        cmocka_unit_test(test_zones_are_replaced_and_keep_their_addresses),
        cmocka_unit_test(test_the_address_type_changes_and_the_private_address_stays),
        cmocka_unit_test(test_ipv6_is_made_public_and_private),
    };
    return cmocka_run_group_tests_name("mock_cloud/lb_change", tests, NULL, NULL);
}
