/* test_endpoint.c - where products answer, and which endpoints a person may give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "src/alb/alb_priv.h"

static void test_public_endpoints_follow_product_and_region(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(alb_endpoint(&a, ALB_PRODUCT_ALB, "cn-beijing"),
                        "https://alb.cn-beijing.aliyuncs.com");
    assert_string_equal(alb_endpoint(&a, ALB_PRODUCT_VPC, "ap-southeast-1"),
                        "https://vpc.ap-southeast-1.aliyuncs.com");
    assert_string_equal(alb_endpoint(&a, ALB_PRODUCT_ECS, "cn-hangzhou"),
                        "https://ecs.cn-hangzhou.aliyuncs.com");
    assert_string_equal(alb_endpoint(&a, ALB_PRODUCT_ALB, "cn-hangzhou-finance"),
                        "https://alb.cn-hangzhou.aliyuncs.com");
}

static void test_versions_are_the_documented_ones(void **state)
{
    (void)state;
    assert_string_equal(product_version(ALB_PRODUCT_ALB), "2020-06-16");
    assert_string_equal(product_version(ALB_PRODUCT_VPC), "2016-04-28");
    assert_string_equal(product_version(ALB_PRODUCT_ECS), "2014-05-26");
}

static void expect_endpoint(const char *text, const char *expected, const char *host)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    const char *endpoint = NULL;
    assert_true(endpoint_parse(&a, text, &endpoint, &err));
    assert_string_equal(endpoint, expected);
    assert_string_equal(endpoint_host(endpoint), host);
}

static void test_given_endpoints_keep_scheme_host_and_port(void **state)
{
    (void)state;
    expect_endpoint("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1:8080");
    expect_endpoint("https://alb-vpc.cn-hangzhou.aliyuncs.com/",
                    "https://alb-vpc.cn-hangzhou.aliyuncs.com", "alb-vpc.cn-hangzhou.aliyuncs.com");
    expect_endpoint("http://[::1]:80", "http://[::1]:80", "[::1]:80");
}

static void test_other_shapes_are_refused_with_the_right_one(void **state)
{
    (void)state;
    static const char *const bad[] = { "",
                                       "/",
                                       "127.0.0.1:8080",
                                       "ftp://host",
                                       "https://",
                                       "https://host/path",
                                       "https://host?x",
                                       "https://user:pw@host",
                                       "http://ho st",
                                       "http://host\r\nx-a: b" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct error err;
        const char *endpoint = NULL;
        assert_false(endpoint_parse(&a, bad[i], &endpoint, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_non_null(strstr(err.msg, "https://HOST[:PORT]"));
    }
}

static void test_regions_are_plain_names(void **state)
{
    (void)state;
    assert_true(region_is_plain("ap-southeast-1"));
    assert_false(region_is_plain(""));
    assert_false(region_is_plain("cn-hangzhou.evil.example/"));
    assert_false(region_is_plain("CN-Hangzhou"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_public_endpoints_follow_product_and_region),
        cmocka_unit_test(test_versions_are_the_documented_ones),
        cmocka_unit_test(test_given_endpoints_keep_scheme_host_and_port),
        cmocka_unit_test(test_other_shapes_are_refused_with_the_right_one),
        cmocka_unit_test(test_regions_are_plain_names),
    };
    return cmocka_run_group_tests_name("alb/endpoint", tests, NULL, NULL);
}
