/* test_neighbour.c - what other products have, by rule and by file. */
#include "world.h"

#include <stdlib.h>
#include <unistd.h>

static const char listed[] = "vpcs: [vpc-1]\n"
                             "vswitches:\n"
                             "  - { id: vsw-a, vpc: vpc-1, zone: cn-hangzhou-h }\n"
                             "  - { id: vsw-b, vpc: vpc-1, zone: cn-hangzhou-i, ipv6: true }\n"
                             "  - { id: vsw-d, vpc: vpc-1, zone: cn-hangzhou-k, available: 5 }\n"
                             "  - { id: vsw-c, vpc: vpc-2, zone: cn-hangzhou-j }\n"
                             "interfaces:\n"
                             "  - { id: eni-1, vpc: vpc-1, addresses: [10.1.0.9, 10.1.0.10] }\n"
                             "  - { id: eni-5, vpc: vpc-1, addresses: [10.1.0.5], status: "
                             "Available }\n"
                             "  - { id: eni-2, vpc: vpc-2, addresses: [10.2.0.9] }\n"
                             "instances:\n"
                             "  - { id: i-1, address: 10.1.0.20 }\n"
                             "certificates: [1-cn-hangzhou]\n";

/* A cloud whose neighbours are listed in 'text'; false when it is refused. */
static bool open_listed(struct world *w, const char *text, struct error *err)
{
    char path[] = "/tmp/mock-neighbours-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    struct cloud_config config = { .pending_ms = PENDING_MS, .seed = 1, .neighbours = path };
    *w = (struct world){ .now_ms = START_MS };
    bool opened = cloud_open(&w->cloud, &config, err);
    unlink(path);
    return opened;
}

static void world_listed(struct world *w)
{
    struct error err = { 0 };
    if (!open_listed(w, listed, &err))
        fail_msg("%s", err.msg);
}

static const cJSON *create_lb(struct world *w, const char *zones)
{
    return call(w, "CreateLoadBalancer",
                "{'AddressType':'Internet','LoadBalancerEdition':'Standard','VpcId':'vpc-1',"
                "'LoadBalancerBillingConfig':{'PayType':'PostPay'},'ZoneMappings':[%s]}",
                zones);
}

static void test_only_listed_vswitches_exist(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_listed(&w);
    create_lb(&w, "{'VSwitchId':'vsw-a','ZoneId':'cn-hangzhou-h'},"
                  "{'VSwitchId':'vsw-b','ZoneId':'cn-hangzhou-i'}");
    ok(&w);
    create_lb(&w, "{'VSwitchId':'vsw-1','ZoneId':'cn-hangzhou-h'},"
                  "{'VSwitchId':'vsw-b','ZoneId':'cn-hangzhou-i'}");
    refused(&w, 404, "ResourceNotFound.VSwitch");
    create_lb(&w, "{'VSwitchId':'vsw-a','ZoneId':'cn-hangzhou-h'},"
                  "{'VSwitchId':'vsw-c','ZoneId':'cn-hangzhou-j'}"); /* of another VPC */
    refused(&w, 404, "ResourceNotFound.VSwitch");
    create_lb(&w, "{'VSwitchId':'vsw-a','ZoneId':'cn-hangzhou-g'},"
                  "{'VSwitchId':'vsw-b','ZoneId':'cn-hangzhou-i'}");
    refused(&w, 400, "Mismatch.ZoneIdAndVSwitchId");
}

static void test_only_listed_backends_and_certificates_exist(void **state)
{
    (void)state;
    static const struct {
        const char *server, *code;
        int status;
    } rows[] = {
        { ENI("eni-1", "10.1.0.10"), NULL, 200 },
        { "{'ServerType':'Eni','ServerId':'eni-1','Port':80}", NULL, 200 },
        { ENI("eni-1", "10.1.0.11"), "IllegalParam.ServerIp", 400 },
        { ENI("eni-2", "10.2.0.9"), "Mismatch.VpcId", 400 },
        { ENI("eni-5", "10.1.0.5"), "IncorrectStatus.Eni", 400 },
        { ENI("eni-3", "10.1.0.9"), "ResourceNotFound.Eni", 404 },
        { "{'ServerType':'Ecs','ServerId':'i-1','Port':80}", NULL, 200 },
        { "{'ServerType':'Ecs','ServerId':'i-2','Port':80}", "ResourceNotFound.Ecs", 404 },
        { "{'ServerType':'Eci','ServerId':'eci-2','Port':80}", "ResourceNotFound.Eci", 404 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world w CLEANUP(world_done);
        world_listed(&w);
        setup_group(&w, GROUP("first", ""));
        call(&w, "AddServersToServerGroup", "{'ServerGroupId':'%s','Servers':[%s]}", w.group,
             rows[i].server);
        if (rows[i].code)
            refused(&w, rows[i].status, rows[i].code);
        else
            ok(&w);
    }
    struct world w CLEANUP(world_done);
    world_listed(&w);
    keep(w.lb,
         create_lb(&w, "{'VSwitchId':'vsw-a','ZoneId':'cn-hangzhou-h'},"
                       "{'VSwitchId':'vsw-b','ZoneId':'cn-hangzhou-i'}"),
         "LoadBalancerId");
    settle(&w);
    setup_group(&w, GROUP("first", ""));
#define HTTPS(certificate)                                                  \
    "{'LoadBalancerId':'%s','ListenerPort':443,'ListenerProtocol':'HTTPS'," \
    "'Certificates':[{'CertificateId':'" certificate "'}]," FORWARD "}"
    call(&w, "CreateListener", HTTPS("2-cn-hangzhou"), w.lb, w.group);
    refused(&w, 404, "ResourceNotFound.Certificate");
    call(&w, "CreateListener", HTTPS("1-cn-hangzhou"), w.lb, w.group);
    ok(&w);
    call_text(&w, "CreateServerGroup", "{'ServerGroupName':'ab','VpcId':'vpc-2'}");
    refused(&w, 404, "ResourceNotFound.Vpc");
}

static bool knows_two(void *arg, const char *id)
{
    (void)arg;
    return strcmp(id, "2-cn-hangzhou") == 0;
}

static void test_certificates_that_others_know_exist_too(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_listed(&w);
    keep(w.lb,
         create_lb(&w, "{'VSwitchId':'vsw-a','ZoneId':'cn-hangzhou-h'},"
                       "{'VSwitchId':'vsw-b','ZoneId':'cn-hangzhou-i'}"),
         "LoadBalancerId");
    settle(&w);
    setup_group(&w, GROUP("first", ""));
    cloud_set_certificates(w.cloud, knows_two, NULL);
    call(&w, "CreateListener", HTTPS("3-cn-hangzhou"), w.lb, w.group);
    refused(&w, 404, "ResourceNotFound.Certificate");
    call(&w, "CreateListener", HTTPS("2-cn-hangzhou"), w.lb, w.group);
    ok(&w);
}

static void test_a_load_balancer_takes_three_addresses_of_a_vswitch(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_listed(&w);
    const char *zones = "{'VSwitchId':'vsw-a','ZoneId':'cn-hangzhou-h'},"
                        "{'VSwitchId':'vsw-d','ZoneId':'cn-hangzhou-k'}";
    keep(w.lb, create_lb(&w, zones), "LoadBalancerId");
    create_lb(&w, zones);
    refused(&w, 400, "ResourceNotEnough.VSwitchIp");
    const cJSON *body = call_product(&w, "vpc", "DescribeVSwitches", "cn-hangzhou",
                                     "{'RegionId':'cn-hangzhou','VSwitchId':'vsw-d'}");
    assert_int_equal(
        json_int(first(json_get(body, "VSwitches"), "VSwitch"), "AvailableIpAddressCount", 0), 2);
    settle(&w);
    /* A zone that stays needs no more; one that goes gives its addresses back. */
    call(&w, "UpdateLoadBalancerZones",
         "{'LoadBalancerId':'%s','ZoneMappings':[{'VSwitchId':'vsw-b','ZoneId':'cn-hangzhou-i'},"
         "{'VSwitchId':'vsw-d','ZoneId':'cn-hangzhou-k'}]}",
         w.lb);
    ok(&w);
    settle(&w);
    call(&w, "UpdateLoadBalancerZones",
         "{'LoadBalancerId':'%s','ZoneMappings':[{'VSwitchId':'vsw-b','ZoneId':'cn-hangzhou-i'},"
         "{'VSwitchId':'vsw-a','ZoneId':'cn-hangzhou-h'}]}",
         w.lb);
    ok(&w);
    create_lb(&w, zones);
    ok(&w);
}

static void test_by_rule_a_name_that_is_no_number_has_a_zone_too(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    /* SHA-256 of "vsw-abc" begins 0x604f = 24655, a multiple of 5: the first of g h i j k. */
    const cJSON *body = call_product(&w, "vpc", "DescribeVSwitches", "cn-hangzhou",
                                     "{'RegionId':'cn-hangzhou','VSwitchId':'vsw-abc'}");
    const char *zone = json_str(first(json_get(body, "VSwitches"), "VSwitch"), "ZoneId");
    assert_string_equal(zone, "cn-hangzhou-g");
}

static void test_a_bad_list_is_refused_with_its_place(void **state)
{
    (void)state;
    struct world w = { 0 };
    struct error err = { 0 };
    assert_false(open_listed(&w, "vpcs: [vpc-1\nx", &err));
    assert_false(open_listed(&w, "vpc: [vpc-1]\n", &err));
    assert_non_null(strstr(err.msg, "unknown key 'vpc'"));
    assert_false(open_listed(&w, "vswitches: [{ vpc: vpc-1 }]\n", &err));
    assert_non_null(strstr(err.msg, "an element without an id"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_listed_vswitches_exist),
        cmocka_unit_test(test_only_listed_backends_and_certificates_exist),
        cmocka_unit_test(test_certificates_that_others_know_exist_too),
        cmocka_unit_test(test_a_load_balancer_takes_three_addresses_of_a_vswitch),
        cmocka_unit_test(test_by_rule_a_name_that_is_no_number_has_a_zone_too),
        cmocka_unit_test(test_a_bad_list_is_refused_with_its_place),
    };
    return cmocka_run_group_tests_name("mock_cloud/neighbour", tests, NULL, NULL);
}
