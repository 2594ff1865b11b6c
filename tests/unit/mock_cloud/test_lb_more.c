/* test_lb_more.c - security groups, shifted zones and shared bandwidth of load balancers. */
#include "world.h"

static void setup(struct world *w)
{
    world_new(w);
    setup_lb(w, LB("Standard", ""));
}

static const cJSON *groups(struct world *w, const char *action, const char *ids)
{
    return call(w, action, "{'LoadBalancerId':'%s','SecurityGroupIds':[%s]}", w->lb, ids);
}

static const char join[] = "LoadBalancerJoinSecurityGroup";
static const char leave[] = "LoadBalancerLeaveSecurityGroup";

static const cJSON *the_lb(struct world *w)
{
    return call(w, "GetLoadBalancerAttribute", "{'LoadBalancerId':'%s'}", w->lb);
}

static void test_security_groups_are_joined_and_left(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    const cJSON *body = groups(&w, join, "'sg-1','sg-2'");
    ok(&w);
    assert_string_equal(lb_status(&w), "Configuring");
    groups(&w, join, "'sg-3'");
    refused(&w, 400, "IncorrectStatus.LoadBalancer");
    settle(&w);
    assert_string_equal(job_status(&w, json_str(body, "JobId")), "Succeeded");
    assert_int_equal(count(the_lb(&w), "SecurityGroupIds"), 2);
    groups(&w, join, "'sg-1'");
    refused(&w, 400, "ResourceAlreadyAssociated.SecurityGroup");
    groups(&w, join, "'nosuch'");
    refused(&w, 404, "ResourceNotFound.SecurityGroup");
    groups(&w, join, "'sg-3','sg-4','sg-5'");
    refused(&w, 400, "ResourceQuotaExceeded.SecurityGroupNum");
    groups(&w, leave, "'sg-3'");
    refused(&w, 400, "ResourceNotAssociated.SecurityGroup");
    groups(&w, leave, "'sg-1'");
    ok(&w);
    const cJSON *left = json_get(the_lb(&w), "SecurityGroupIds");
    assert_int_equal(cJSON_GetArraySize(left), 1);
    assert_string_equal(left->child->valuestring, "sg-2");
}

static void test_acls_exclude_security_groups(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    char acl[32];
    world_new(&w);
    setup_listener(&w);
    keep(acl, call_text(&w, "CreateAcl", "{}"), "AclId");
    settle(&w);
    call(&w, "AssociateAclsWithListener", "{'ListenerId':'%s','AclType':'White','AclIds':['%s']}",
         w.listener, acl);
    settle(&w);
    groups(&w, join, "'sg-1'");
    refused(&w, 400, "OperationDenied.LbAssociatedAclCanNotJoinSecurityGroup");
}

static const cJSON *zone(struct world *w, const char *action, const char *vswitch, const char *id)
{
    return call(w, action,
                "{'LoadBalancerId':'%s','ZoneMappings':[{'VSwitchId':'%s','ZoneId':'%s'}]}", w->lb,
                vswitch, id);
}

static const char start[] = "StartShiftLoadBalancerZones";
static const char cancel[] = "CancelShiftLoadBalancerZones";

static const char *zone_status(struct world *w, int i)
{
    return json_str(cJSON_GetArrayItem(json_get(the_lb(w), "ZoneMappings"), i), "Status");
}

static void test_a_zone_is_shifted_and_comes_back(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    zone(&w, cancel, "vsw-1", "cn-hangzhou-h");
    refused(&w, 400, "OperationDenied.ZoneMappingsNotChanged");
    zone(&w, start, "vsw-9", "cn-hangzhou-h");
    refused(&w, 400, "OperationDenied.ZoneVSwitchChanged");
    zone(&w, start, "vsw-3", "cn-hangzhou-j");
    refused(&w, 400, "OperationDenied.ZoneVSwitchNotExist");
    zone(&w, start, "vsw-1", "cn-hangzhou-h");
    ok(&w);
    assert_null(w.last.job_id);
    assert_string_equal(zone_status(&w, 0), "Shifted");
    assert_string_equal(zone_status(&w, 1), "Active");
    zone(&w, start, "vsw-1", "cn-hangzhou-h");
    refused(&w, 400, "OperationDenied.ZoneMappingsNotChanged");
    zone(&w, start, "vsw-2", "cn-hangzhou-i");
    refused(&w, 400, "OperationDenied.ConfigLastActiveZoneNotSupport");
    zone(&w, cancel, "vsw-1", "cn-hangzhou-h");
    ok(&w);
    assert_string_equal(zone_status(&w, 0), "Active");
}

static const cJSON *bandwidth(struct world *w, const char *action, const char *id)
{
    return call(w, action,
                "{'LoadBalancerId':'%s','BandwidthPackageId':'%s','RegionId':'cn-hangzhou'}", w->lb,
                id);
}

static const char attach[] = "AttachCommonBandwidthPackageToLoadBalancer";
static const char detach[] = "DetachCommonBandwidthPackageFromLoadBalancer";

static void test_shared_bandwidth_is_attached_and_detached(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    bandwidth(&w, attach, "nosuch");
    refused(&w, 404, "ResourceNotFound.CommonBandwidthPackage");
    bandwidth(&w, attach, "cbwp-1");
    ok(&w);
    assert_string_equal(lb_status(&w), "Configuring");
    settle(&w);
    assert_string_equal(json_str(the_lb(&w), "BandwidthPackageId"), "cbwp-1");
    bandwidth(&w, attach, "cbwp-2");
    refused(&w, 400, "IncorrectStatus.CommonBandwidthPackage");
    bandwidth(&w, detach, "cbwp-2");
    refused(&w, 400, "IncorrectStatus.CommonBandwidthPackage");
    bandwidth(&w, detach, "cbwp-1");
    ok(&w);
    assert_null(json_get(the_lb(&w), "BandwidthPackageId"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_security_groups_are_joined_and_left),
        cmocka_unit_test(test_acls_exclude_security_groups),
        cmocka_unit_test(test_a_zone_is_shifted_and_comes_back),
        cmocka_unit_test(test_shared_bandwidth_is_attached_and_detached),
    };
    return cmocka_run_group_tests_name("mock_cloud/lb_more", tests, NULL, NULL);
}
