/* test_facts.c - what translation lacks, read in batches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/observe.h"
#include "tests/support/script.h"

struct bed {
    struct script cloud;
    struct arena arena;
    fact_needs needs;
    struct fact_set out;
    struct error err;
    bool refused;
};

/* Every address but those in 10.9 has an interface; "vsw-none" does not exist. */
static const char *interfaces(struct arena *a, const struct script_call *c)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    buf_adds(&text, "{\"NetworkInterfaceSets\":{\"NetworkInterfaceSet\":[");
    bool any = false;
    for (size_t i = 1; i <= 100; i++) {
        const char *ip = script_param(c, arena_fmt(a, "PrivateIpAddress.%zu", i));
        if (!ip || !strncmp(ip, "10.9.", 5))
            continue;
        /* The address asked for may be a second one of its interface. */
        buf_addf(&text,
                 "%s{\"NetworkInterfaceId\":\"eni-%s\",\"PrivateIpSets\":{\"PrivateIpSet\":["
                 "{\"PrivateIpAddress\":\"172.16.0.1\",\"Primary\":true},"
                 "{\"PrivateIpAddress\":\"%s\",\"Primary\":false}]}}",
                 any ? "," : "", ip, ip);
        any = true;
    }
    buf_adds(&text, "]}}");
    return buf_keep(&text, a);
}

/* Two pages; of four certificates one has ended and one is of a kind that ALB cannot use. */
static const char *certificates(const char *page)
{
    if (!strcmp(page, "1"))
        return "{\"CurrentPage\":1,\"ShowSize\":3,\"TotalCount\":4,\"CertificateOrderList\":["
               "{\"CertificateId\":9,\"CommonName\":\"a.com\",\"Sans\":\"a.com, *.a.com\","
               "\"EndDate\":\"2027-01-31\",\"Expired\":false},"
               "{\"CertificateId\":2,\"CommonName\":\"old.com\",\"Sans\":\"\","
               "\"EndDate\":\"2020-01-31\",\"Expired\":true},"
               "{\"CertificateId\":3,\"CommonName\":\"sm.com\",\"Sans\":\"sm.com\","
               "\"EndDate\":\"2027-01-31\",\"Algorithm\":\"SM2\"}]}";
    return "{\"CurrentPage\":2,\"ShowSize\":3,\"TotalCount\":4,\"CertificateOrderList\":["
           "{\"CertificateId\":4,\"Name\":\"shop-b\",\"CommonName\":\"b.com\",\"Fingerprint\":"
           "\"AB\",\"EndDate\":\"2027-02-28\"}]}";
}

/* Those that are asked for but "sgp-none", the first with tags. */
static const char *groups(struct arena *a, const struct script_call *c)
{
    struct buf text CLEANUP(buf_done) = { 0 };
    const char *id;
    buf_adds(&text, "{\"ServerGroups\":[");
    for (size_t i = 1; (id = script_param(c, arena_fmt(a, "ServerGroupIds.%zu", i))); i++)
        if (strcmp(id, "sgp-none") != 0)
            buf_addf(&text,
                     "%s{\"ServerGroupId\":\"%s\",\"ServerGroupType\":\"%s\",\"VpcId\":\"vpc-1\","
                     "\"Tags\":[%s]}",
                     i > 1 ? "," : "", id, i > 1 ? "Ip" : "Instance",
                     i > 1 ? ""
                           : "{\"Key\":\"ack.aliyun.com\",\"Value\":\"c9\"},{\"Key\":"
                             "\"ingress.k8s.alibaba/albconfig\",\"Value\":\"kube-system/w\"}");
    buf_adds(&text, "]}");
    return buf_keep(&text, a);
}

/* Those of a VPC; "vpc-none" does not exist. */
static const char *vswitch_page(struct arena *a, const char *vpc, const char *page, int *status)
{
    const bool second = !strcmp(page, "2");
    if (!strcmp(vpc, "vpc-none")) {
        *status = 400;
        return "{\"Code\":\"Forbidden.VpcNotFound\",\"Message\":\"no\"}";
    }
    if (!strcmp(vpc, "vpc-odd")) /* there is always one more */
        return arena_fmt(a, "{\"PageNumber\":%s,\"PageSize\":1,\"TotalCount\":999999}", page);
    if (!strcmp(vpc, "vpc-big")) {
        struct buf text CLEANUP(buf_done) = { 0 };
        for (int i = 0; i < 50; i++)
            buf_addf(&text, "%s{\"VSwitchId\":\"v\"}", i ? "," : "");
        return arena_fmt(a,
                         "{\"PageNumber\":%s,\"PageSize\":50,\"TotalCount\":5000,\"VSwitches\":{"
                         "\"VSwitch\":[%s]}}",
                         page, buf_str(&text));
    }
    return arena_fmt(
        a,
        "{\"PageNumber\":%s,\"PageSize\":1,\"TotalCount\":2,\"VSwitches\":{\"VSwitch\":"
        "[{\"VSwitchId\":\"%s-%s\",\"ZoneId\":\"z-%d\",\"Status\":\"Available\","
        "\"AvailableIpAddressCount\":9,\"EnabledIpv6\":%s}]}}",
        page, vpc, page, second ? 1 : 2, second ? "true" : "false");
}

static const char *answer(void *arg, struct arena *a, const struct script_call *c, int *status)
{
    const struct bed *b = arg;
    if (b->refused) {
        *status = 403;
        return "{\"Code\":\"Forbidden.RAM\",\"Message\":\"no\"}";
    }
    if (!strcmp(c->action, "DescribeNetworkInterfaces"))
        return interfaces(a, c);
    if (!strcmp(c->action, "ListServerGroups"))
        return groups(a, c);
    if (!strcmp(c->action, "ListUserCertificateOrder"))
        return certificates(script_param(c, "CurrentPage"));
    if (!strcmp(c->action, "DescribeZones"))
        return "{\"Zones\":[{\"ZoneId\":\"z-1\"},{\"ZoneId\":\"z-2\"}]}";
    const char *id = script_param(c, "VSwitchId");
    if (!id)
        return vswitch_page(a, script_param(c, "VpcId"), script_param(c, "PageNumber"), status);
    if (!strcmp(id, "vsw-none")) {
        *status = 404;
        return "{\"Code\":\"InvalidVSwitchId.NotFound\",\"Message\":\"no\"}";
    }
    return arena_fmt(a,
                     "{\"VSwitches\":{\"VSwitch\":[{\"VSwitchId\":\"%s\",\"ZoneId\":\"z-%s\","
                     "\"VpcId\":\"vpc-1\"}]}}",
                     id, id);
}

static int setup(void **state)
{
    struct bed *b = calloc(1, sizeof *b);
    *state = b;
    b->cloud.answer = answer;
    b->cloud.arg = b;
    script_open(&b->cloud);
    return 0;
}

static int teardown(void **state)
{
    struct bed *b = *state;
    script_close(&b->cloud);
    arena_done(&b->arena);
    free(b);
    return 0;
}

static void need(struct bed *b, enum fact_kind kind, const char *key)
{
    *LIST_PUSH(&b->arena, &b->needs) = (struct fact_need){ kind, key };
}

static bool take(void *arg, const struct alb_result *r)
{
    return fact_reader_take(arg, r);
}

static bool run(struct bed *b)
{
    struct fact_reader *r;
    assert_true(fact_reader_new(&r, b->cloud.alb, &b->needs, &b->err));
    script_run(&b->cloud, take, r);
    assert_false(fact_reader_busy(r));
    bool ok = fact_reader_result(r, &b->arena, 5000, &b->out, &b->err);
    fact_reader_free(r);
    return ok;
}

static void check(const struct bed *b, enum fact_kind kind, const char *key, const char *value,
                  const char *value2)
{
    const struct fact *f = fact_find(&b->out, kind, key);
    assert_non_null(f);
    assert_string_equal(f->value, value);
    assert_string_equal(f->value2, value2);
    assert_int_equal(f->read_at, 5000);
}

static void test_switch_has_a_zone_and_a_vpc(void **state)
{
    struct bed *b = *state;
    need(b, FACT_VSWITCH, "vsw-1");
    need(b, FACT_VSWITCH, "vsw-2");
    assert_true(run(b));
    check(b, FACT_VSWITCH, "vsw-1", "z-vsw-1", "vpc-1");
    check(b, FACT_VSWITCH, "vsw-2", "z-vsw-2", "vpc-1");
}

static void test_certificates_of_all_pages_are_one_fact(void **state)
{
    struct bed *b = *state;
    need(b, FACT_CERTIFICATES, FACT_ALL);
    assert_true(run(b));
    check(b, FACT_CERTIFICATES, FACT_ALL,
          "[{\"end\":\"2027-02-28\",\"fingerprint\":\"AB\",\"id\":4,\"name\":\"shop-b\",\"names\":["
          "\"b.com\"]},"
          "{\"end\":\"2027-01-31\",\"id\":9,\"names\":[\"a.com\",\"*.a.com\"]}]",
          "");
}

static void test_what_does_not_exist_is_a_fact_too(void **state)
{
    struct bed *b = *state;
    need(b, FACT_VSWITCH, "vsw-none");
    need(b, FACT_ENI, "vpc-1/10.9.0.1");
    assert_true(run(b));
    assert_int_equal(b->out.items.len, 2);
    check(b, FACT_VSWITCH, "vsw-none", "", "");
    check(b, FACT_ENI, "vpc-1/10.9.0.1", "", "");
}

static void test_addresses_are_asked_for_a_hundred_a_call(void **state)
{
    struct bed *b = *state;
    for (int i = 0; i < 150; i++)
        need(b, FACT_ENI, arena_fmt(&b->arena, "vpc-1/10.0.0.%03d", i));
    assert_true(run(b));
    assert_int_equal(script_count(&b->cloud, "DescribeNetworkInterfaces"), 2);
    const struct script_call *first = script_call(&b->cloud, "DescribeNetworkInterfaces", 1);
    assert_non_null(script_param(first, "PrivateIpAddress.100"));
    assert_null(script_param(first, "PrivateIpAddress.101"));
    assert_string_equal(script_param(first, "PageSize"), "100");
    assert_int_equal(b->out.items.len, 150);
    check(b, FACT_ENI, "vpc-1/10.0.0.149", "eni-10.0.0.149", "");
}

static void test_each_vpc_is_asked_by_itself(void **state)
{
    struct bed *b = *state;
    need(b, FACT_ENI, "vpc-1/10.0.0.1");
    need(b, FACT_ENI, "vpc-10/10.0.0.1"); /* begins as the other does */
    assert_true(run(b));
    assert_int_equal(script_count(&b->cloud, "DescribeNetworkInterfaces"), 2);
    assert_string_equal(
        script_param(script_call(&b->cloud, "DescribeNetworkInterfaces", 1), "VpcId"), "vpc-1");
    assert_string_equal(
        script_param(script_call(&b->cloud, "DescribeNetworkInterfaces", 2), "VpcId"), "vpc-10");
}

static void test_groups_are_asked_for_twenty_a_call(void **state)
{
    struct bed *b = *state;
    need(b, FACT_VSWITCH, "vsw-1");
    for (int i = 0; i < 24; i++)
        need(b, FACT_SERVER_GROUP, arena_fmt(&b->arena, "sgp-%02d", i));
    need(b, FACT_SERVER_GROUP, "sgp-none");
    assert_true(run(b));
    assert_int_equal(script_count(&b->cloud, "ListServerGroups"), 2);
    const struct script_call *first = script_call(&b->cloud, "ListServerGroups", 1);
    assert_string_equal(script_param(first, "ServerGroupIds.20"), "sgp-19");
    assert_null(script_param(first, "ServerGroupIds.21"));
    check(b, FACT_SERVER_GROUP, "sgp-00",
          "{\"albconfig\":\"kube-system/w\",\"cluster\":\"c9\",\"type\":\"Instance\",\"vpc\":"
          "\"vpc-1\"}",
          "");
    check(b, FACT_SERVER_GROUP, "sgp-23", "{\"type\":\"Ip\",\"vpc\":\"vpc-1\"}", "");
    check(b, FACT_SERVER_GROUP, "sgp-none", "", "");
    check(b, FACT_VSWITCH, "vsw-1", "z-vsw-1", "vpc-1");
}

static void test_vswitches_of_all_pages_are_one_fact(void **state)
{
    struct bed *b = *state;
    need(b, FACT_VSWITCHES, "vpc-1");
    need(b, FACT_VSWITCHES, "vpc-1/ipv6");
    need(b, FACT_VSWITCHES, "vpc-none");
    assert_true(run(b));
    assert_int_equal(script_count(&b->cloud, "DescribeZones"), 1);
    assert_int_equal(script_count(&b->cloud, "DescribeVSwitches"), 5);
    assert_string_equal(script_param(script_call(&b->cloud, "DescribeVSwitches", 1), "PageSize"),
                        "50");
    check(b, FACT_VSWITCHES, "vpc-1",
          "{\"vswitches\":[{\"id\":\"vpc-1-2\",\"zone\":\"z-1\"},{\"id\":\"vpc-1-1\",\"zone\":"
          "\"z-2\"}],\"zones\":2}",
          "");
    check(b, FACT_VSWITCHES, "vpc-1/ipv6",
          "{\"vswitches\":[{\"id\":\"vpc-1-2\",\"zone\":\"z-1\"}],\"zones\":2}", "");
    check(b, FACT_VSWITCHES, "vpc-none", "{\"vswitches\":[],\"zones\":2}", "");
}

static void test_vswitches_have_an_end(void **state)
{
    struct bed *b = *state;
    need(b, FACT_VSWITCHES, "vpc-big");
    assert_true(run(b));
    assert_int_equal(script_count(&b->cloud, "DescribeVSwitches"), 21);
    check(b, FACT_VSWITCHES, "vpc-big", "{\"more_than\":1000,\"vswitches\":[],\"zones\":2}", "");
}

static void test_pages_without_end_are_no_answer(void **state)
{
    struct bed *b = *state;
    need(b, FACT_VSWITCHES, "vpc-odd");
    assert_false(run(b));
    assert_int_equal(script_count(&b->cloud, "DescribeVSwitches"), 100);
    assert_non_null(strstr(b->err.msg, "the vSwitches of VPC vpc-odd have no end"));
}

static void test_refused_question_is_no_answer(void **state)
{
    struct bed *b = *state;
    b->refused = true;
    need(b, FACT_VSWITCH, "vsw-1");
    assert_false(run(b));
    assert_int_equal(b->err.kind, ERROR_DENIED);
    assert_int_equal(b->out.items.len, 0);
}

static void test_nothing_needed_is_nothing_asked(void **state)
{
    struct bed *b = *state;
    assert_true(run(b));
    assert_int_equal(b->cloud.calls.len, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_switch_has_a_zone_and_a_vpc),
        TEST(test_certificates_of_all_pages_are_one_fact),
        TEST(test_vswitches_of_all_pages_are_one_fact),
        TEST(test_vswitches_have_an_end),
        TEST(test_pages_without_end_are_no_answer),
        TEST(test_what_does_not_exist_is_a_fact_too),
        TEST(test_addresses_are_asked_for_a_hundred_a_call),
        TEST(test_each_vpc_is_asked_by_itself),
        TEST(test_groups_are_asked_for_twenty_a_call),
        TEST(test_refused_question_is_no_answer),
        TEST(test_nothing_needed_is_nothing_asked),
    };
    return cmocka_run_group_tests_name("observe/facts", tests, NULL, NULL);
}
