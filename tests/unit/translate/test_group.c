/* Server groups: alb-ingress.md §D.1, §D.2.  Digests were computed with sha256sum. */
#include "world.h"

#define RULES "  rules:\n"

static void test_group_has_the_attributes_of_the_existing_controller(void **state)
{
    (void)state;
    struct world w = world_of(WEB TEA("shop") INGRESS("shop", "web", "") RULES PATH("a.com", "/"));
    const struct alb_server_group *g = group_of(&w, "shop/web-tea:80");
    assert_non_null(g);
    char *json = schema_canonical(&w.a, &alb_server_group_schema, g);
    assert_string_equal(
        json,
        "{\"ConnectionDrainConfig\":{\"ConnectionDrainEnabled\":false},"
        "\"HealthCheckConfig\":{\"HealthCheckEnabled\":false},\"Protocol\":\"HTTP\","
        "\"Scheduler\":\"Wrr\",\"ServerGroupName\":\"shop-tea-80\",\"ServerGroupType\":"
        "\"Instance\","
        "\"Servers\":[{\"Port\":8080,\"ServerId\":\"eni-1\",\"ServerIp\":\"10.0.0.1\","
        "\"ServerType\":\"Eni\",\"Weight\":100}],\"ServiceName\":\"shop-tea-80\","
        "\"SlowStartConfig\":{\"SlowStartEnabled\":false},"
        "\"StickySessionConfig\":{\"StickySessionEnabled\":false},\"Tags\":["
        "{\"Key\":\"ack.aliyun.com\",\"Value\":\"c-1\"},"
        "{\"Key\":\"ingress.k8s.alibaba/albconfig\",\"Value\":\"kube-system/web\"},"
        "{\"Key\":\"ingress.k8s.alibaba/ingress_name\",\"Value\":\"web\"},"
        "{\"Key\":\"ingress.k8s.alibaba/resource\",\"Value\":"
        "\"7d15cad69e688631f2f9d561ac33f8984b353dbbe7e4af46a82cee8e951d65e9\"},"
        "{\"Key\":\"ingress.k8s.alibaba/service_name\",\"Value\":\"tea\"},"
        "{\"Key\":\"ingress.k8s.alibaba/service_ns\",\"Value\":\"shop\"},"
        "{\"Key\":\"ingress.k8s.alibaba/service_port\",\"Value\":\"80\"}],\"VpcId\":\"vpc-1\"}");
    world_done(&w);
}

static void test_each_ingress_has_groups_of_its_own(void **state)
{
    (void)state;
    struct world w = world_of(WEB TEA("d") INGRESS("d", "a", "") RULES PATH("a.com", "/") PATH(
        "b.com", "/") INGRESS("d", "b", "") RULES PATH("c.com", "/"));
    assert_non_null(group_of(&w, "d/a-tea:80"));
    assert_non_null(group_of(&w, "d/b-tea:80"));
    size_t n = 0;
    for (size_t i = 0; i < w.out.desired.rows.len; i++)
        n += w.out.desired.rows.items[i].kind == RESOURCE_SERVER_GROUP;
    assert_int_equal(n, 4); /* and the two default groups, of port 80 and of 443 */
    world_done(&w);
}

static void test_default_group_is_empty_and_known_to_be(void **state)
{
    (void)state;
    struct world w = world_of(WEB);
    const struct alb_server_group *g = group_of(&w, "kube-system/web-listener-80-fake-svc:80");
    assert_non_null(g);
    assert_string_equal(g->name, "kube-system-fake-svc-80");
    assert_string_equal(alb_tag_get(&g->tags, TAG_INGRESS_NAME), "web-listener-80");
    assert_string_equal(alb_tag_get(&g->tags, TAG_SERVICE_NS), "kube-system");
    assert_string_equal(alb_tag_get(&g->tags, TAG_SERVICE_NAME), "fake-svc");
    assert_non_null(g->servers.items);
    assert_int_equal(g->servers.len, 0);
    world_done(&w);
}

static void test_tag_values_that_the_cloud_reserves_are_escaped(void **state)
{
    (void)state;
    struct world w = world_of(WEB INGRESS("aliyun-ns", "aliyun-web", "") RULES PATH("a.com", "/"));
    const struct alb_server_group *g = group_of(&w, "aliyun-ns/aliyun-web-tea:80");
    assert_string_equal(alb_tag_get(&g->tags, TAG_INGRESS_NAME), "_aliyun-web");
    assert_string_equal(alb_tag_get(&g->tags, TAG_SERVICE_NS), "_aliyun-ns");
    assert_string_equal(alb_tag_get(&g->tags, TAG_SERVICE_NAME), "tea");
    world_done(&w);
}

static void test_row_says_who_wants_the_group(void **state)
{
    (void)state;
    struct world w = world_of(WEB INGRESS("d", "web", "") RULES PATH("a.com", "/"));
    const struct resource *r =
        model_find(&w.out.desired, "kube-system/web", RESOURCE_SERVER_GROUP, "d/web-tea:80");
    assert_string_equal(r->desired_from, "Ingress d/web (t.yaml:16) service tea:80");
    assert_string_equal(r->parent, "");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_group_has_the_attributes_of_the_existing_controller),
        cmocka_unit_test(test_each_ingress_has_groups_of_its_own),
        cmocka_unit_test(test_default_group_is_empty_and_known_to_be),
        cmocka_unit_test(test_tag_values_that_the_cloud_reserves_are_escaped),
        cmocka_unit_test(test_row_says_who_wants_the_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
