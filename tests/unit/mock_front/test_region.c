/* test_region.c - the host's region before the parameter's before the default. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mock-server/front/region.h"

static void test_the_host_decides_where_it_says_a_region(void **state)
{
    (void)state;
    static const struct {
        const char *host, *param, *region;
    } cases[] = {
        { "alb.cn-beijing.aliyuncs.com", "cn-hongkong", "cn-beijing" },
        { "alb-vpc.eu-central-1.aliyuncs.com:443", NULL, "eu-central-1" },
        { "127.0.0.1:8080", "cn-hongkong", "cn-hongkong" },
        { "cas.aliyuncs.com", "cn-hongkong", "cn-hongkong" },
        { "localhost:8080", NULL, "cn-hangzhou" },
        { NULL, "", "cn-hangzhou" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        assert_string_equal(region_of(&a, cases[i].host, cases[i].param), cases[i].region);
    }
}

static void test_the_host_names_the_product(void **state)
{
    (void)state;
    static const struct {
        const char *host, *product;
    } cases[] = {
        { "alb.cn-beijing.aliyuncs.com", "alb" },
        { "ALB-vpc.eu-central-1.aliyuncs.com:443", "alb" },
        { "sts.aliyuncs.com", "sts" },
        { "ecs-cn-hangzhou.aliyuncs.com", "ecs" },
        { "location-readonly.aliyuncs.com", "location" },
        { "127.0.0.1:8080", NULL },
        { "alb.example.com", NULL },
        { ".aliyuncs.com", NULL },
        { NULL, NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        const char *product = region_product(&a, cases[i].host);
        assert_string_equal(product ? product : "-", cases[i].product ? cases[i].product : "-");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_host_names_the_product),
        cmocka_unit_test(test_the_host_decides_where_it_says_a_region),
    };
    return cmocka_run_group_tests_name("mock_front/region", tests, NULL, NULL);
}
