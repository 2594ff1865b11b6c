/* test_endpoint.c - where products answer, and which endpoints a person may give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"

#include "src/alb/alb_priv.h"

static const enum alb_product PRODUCTS[] = { ALB_PRODUCT_ALB, ALB_PRODUCT_VPC, ALB_PRODUCT_ECS,
                                             ALB_PRODUCT_CAS, ALB_PRODUCT_STS };

static cJSON *read_endpoints(void)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    struct error err;
    char part[4096];
    FILE *f = fopen(TEST_SOURCE_DIR "/tests/vectors/endpoints.json", "rb");
    if (!f)
        fail_msg("no endpoints.json");
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_add(&b, part, n);
    (void)fclose(f);
    cJSON *json = NULL;
    if (!json_parse(buf_str(&b), b.len, &json, &err))
        fail_msg("%s", err.msg);
    return json;
}

/* One region of one product; "" stands for an endpoint that the lists do not name. */
static void check_region(enum alb_product product, const cJSON *entry)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *open = json_str(entry, "public"), *vpc = json_str(entry, "vpc");
    if (open)
        assert_string_equal(alb_endpoint(&a, product, entry->string, false),
                            arena_fmt(&a, "https://%s", open));
    if (vpc || open)
        assert_string_equal(alb_endpoint(&a, product, entry->string, true),
                            arena_fmt(&a, "https://%s", vpc ? vpc : open));
}

static void test_every_published_endpoint_is_found(void **state)
{
    (void)state;
    cJSON *all CLEANUP(json_done) = read_endpoints();
    int n = 0;
    for (size_t i = 0; i < COUNT(PRODUCTS); i++) {
        const cJSON *entry;
        cJSON_ArrayForEach (entry, json_get(all, product_name(PRODUCTS[i]))) {
            check_region(PRODUCTS[i], entry);
            n++;
        }
    }
    assert_int_equal(n, 38 + 36 + 41 + 10 + 32);
}

static void test_regions_without_an_endpoint_are_sent_to_the_common_one(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(alb_endpoint(&a, ALB_PRODUCT_CAS, "cn-beijing", false),
                        "https://cas.aliyuncs.com");
    assert_string_equal(alb_endpoint(&a, ALB_PRODUCT_CAS, "us-east-1", true),
                        "https://cas.aliyuncs.com");
    assert_string_equal(alb_endpoint(&a, ALB_PRODUCT_STS, "ap-southeast-6", true),
                        "https://sts.aliyuncs.com");
}

static void test_versions_are_the_documented_ones(void **state)
{
    (void)state;
    assert_string_equal(product_version(ALB_PRODUCT_ALB), "2020-06-16");
    assert_string_equal(product_version(ALB_PRODUCT_VPC), "2016-04-28");
    assert_string_equal(product_version(ALB_PRODUCT_ECS), "2014-05-26");
    assert_string_equal(product_version(ALB_PRODUCT_CAS), "2020-04-07");
    assert_string_equal(product_version(ALB_PRODUCT_STS), "2015-04-01");
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

static void test_list_overrides_products_one_by_one(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    const char *e[ALB_PRODUCT_COUNT] = { 0 };
    assert_true(endpoints_parse(&a, "sts=https://sts.example,cas=http://127.0.0.1:1", e, &err));
    assert_string_equal(e[ALB_PRODUCT_STS], "https://sts.example");
    assert_string_equal(e[ALB_PRODUCT_CAS], "http://127.0.0.1:1");
    assert_null(e[ALB_PRODUCT_ALB]);

    const char *f[ALB_PRODUCT_COUNT] = { 0 };
    assert_true(endpoints_parse(&a, "cas=http://c,https://all", f, &err));
    assert_string_equal(f[ALB_PRODUCT_CAS], "http://c");
    assert_string_equal(f[ALB_PRODUCT_ALB], "https://all");
    assert_true(endpoints_parse(&a, "https://all,sts=http://s", f, &err));
    assert_string_equal(f[ALB_PRODUCT_STS], "http://s");

    assert_false(endpoints_parse(&a, "slb=https://x", f, &err));
    assert_non_null(strstr(err.msg, "one of alb"));
    assert_false(endpoints_parse(&a, "https://x,", f, &err));
    assert_false(endpoints_parse(&a, "cas=x", f, &err));
}

static char *env(const char *name)
{
    static char sts[] = "sts-vpc.cn-hangzhou.aliyuncs.com", alb[] = "http://127.0.0.1:8080",
                ecs[] = "http://x/y", empty[] = "", yes[] = "True";
    if (!strcmp(name, "ALIBABA_CLOUD_STS_ENDPOINT"))
        return sts;
    if (!strcmp(name, "ALIBABA_CLOUD_ALB_ENDPOINT"))
        return alb;
    if (!strcmp(name, "ALIBABA_CLOUD_ECS_ENDPOINT"))
        return ecs;
    if (!strcmp(name, "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"))
        return yes;
    return !strcmp(name, "ALIBABA_CLOUD_CAS_ENDPOINT") ? empty : NULL;
}

static void test_environment_names_hosts_and_urls(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    const char *e = NULL;
    assert_true(endpoint_from_env(&a, ALB_PRODUCT_STS, env, &e, &err));
    assert_string_equal(e, "https://sts-vpc.cn-hangzhou.aliyuncs.com");
    assert_true(endpoint_from_env(&a, ALB_PRODUCT_ALB, env, &e, &err));
    assert_string_equal(e, "http://127.0.0.1:8080");
    e = NULL;
    assert_true(endpoint_from_env(&a, ALB_PRODUCT_CAS, env, &e, &err));
    assert_null(e);
    assert_false(endpoint_from_env(&a, ALB_PRODUCT_ECS, env, &e, &err));
    assert_non_null(strstr(err.msg, "ALIBABA_CLOUD_ECS_ENDPOINT"));
    assert_true(endpoint_from_env(&a, ALB_PRODUCT_ECS, NULL, &e, &err));
    assert_true(env_is_true(env, "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"));
    assert_false(env_is_true(env, "ALIBABA_CLOUD_CAS_ENDPOINT"));
    assert_false(env_is_true(NULL, "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"));
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
        cmocka_unit_test(test_every_published_endpoint_is_found),
        cmocka_unit_test(test_regions_without_an_endpoint_are_sent_to_the_common_one),
        cmocka_unit_test(test_list_overrides_products_one_by_one),
        cmocka_unit_test(test_environment_names_hosts_and_urls),
        cmocka_unit_test(test_versions_are_the_documented_ones),
        cmocka_unit_test(test_given_endpoints_keep_scheme_host_and_port),
        cmocka_unit_test(test_other_shapes_are_refused_with_the_right_one),
        cmocka_unit_test(test_regions_are_plain_names),
    };
    return cmocka_run_group_tests_name("alb/endpoint", tests, NULL, NULL);
}
