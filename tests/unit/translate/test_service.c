/* Objects that cannot be read never empty a group. */
#include "world.h"

#define ING INGRESS("d", "web", ALB "server-group-type: Ip") "  rules:\n" PATH("a.com", "/")
#define SERVICE(spec) \
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d}\nspec: " spec "\n"
#define SLICE(rest)                                               \
    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n" \
    "metadata: {name: s, namespace: d, labels: {kubernetes.io/service-name: tea}}\n" rest
#define GOOD "{ports: [{port: 80}]}"
#define GOOD_SLICE \
    SLICE("addressType: IPv4\nports: [{port: 8080}]\nendpoints: [{addresses: [10.0.0.1]}]\n")
#define ENDPOINTS(rest) \
    "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: tea, namespace: d}\n" rest

static void assert_unknown(const char *text, const char *problem)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = world_of(arena_fmt(&a, "%s%s%s", WEB, text, ING));
    assert_has(problems(&w), problem);
    assert_string_equal(servers(&w, "d/web-tea:80"), "?");
    assert_non_null(rule_row(&w, "80/HTTP", 1));
    world_done(&w);
}

static void test_good_objects_give_servers(void **state)
{
    (void)state;
    struct world w = world_of(WEB SERVICE(GOOD) GOOD_SLICE ING);
    assert_string_equal(servers(&w, "d/web-tea:80"), "10.0.0.1/10.0.0.1:8080*100");
    assert_string_equal(problems(&w), "");
    assert_string_equal(warnings(&w), "");
    world_done(&w);
}

static void test_mistyped_service_leaves_servers_unknown(void **state)
{
    (void)state;
    assert_unknown(SERVICE("{ports: [{port: 80, name: 7}]}") GOOD_SLICE,
                   "Service tea: spec.ports[0].name: this is a number; give text");
    assert_unknown(SERVICE("[]") GOOD_SLICE, "Service tea: spec: this is a list; give a map");
    assert_unknown(SERVICE("{ports: [{port: 80}], type: {}}") GOOD_SLICE,
                   "Service tea: spec.type: this is a map; give text");
}

static void test_mistyped_slice_leaves_servers_unknown(void **state)
{
    (void)state;
    assert_unknown(SERVICE(GOOD) SLICE("addressType: IPv4\nports: 7\nendpoints: []\n"),
                   "EndpointSlice s: ports: this is a number; give a list");
    assert_unknown(SERVICE(GOOD) SLICE("ports: []\nendpoints: []\n"),
                   "EndpointSlice s: addressType: missing; add it");
    assert_unknown(SERVICE(GOOD) SLICE("addressType: IPv4\nports: [{port: 80}]\n"
                                       "endpoints: [{addresses: [[10.0.0.1]]}]\n"),
                   "EndpointSlice s: endpoints[0].addresses[0]: this is a list; give text");
    assert_unknown(SERVICE(GOOD)
                       SLICE("addressType: IPv4\nports: [{port: 80}]\n"
                             "endpoints: [{addresses: [x], conditions: {ready: \"no\"}}]\n"),
                   "conditions.ready: \"no\" is text; give true or false, without quotes");
}

static void test_bad_address_leaves_servers_unknown(void **state)
{
    (void)state;
    static const char *const bad[] = { "10.0.0",     "10.0.0.256", "10.0.0.1.2", "10.0.0.01",
                                       "10.0.0.x",   "fd00::1",    "10..0.1",    "10.0.0.1/24",
                                       "1000.0.0.1", "10.0.0.1 " };
    struct arena a CLEANUP(arena_done) = { 0 };
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_unknown(
            arena_fmt(&a,
                      "%saddressType: IPv4\nports: [{port: 8080}]\n"
                      "endpoints: [{addresses: [\"%s\"]}]\n",
                      SERVICE(GOOD) SLICE(""), bad[i]),
            arena_fmt(&a, "EndpointSlice s: endpoints[0]: \"%s\" is no IPv4 address", bad[i]));
}

static void test_mistyped_endpoints_leave_servers_unknown(void **state)
{
    (void)state;
    assert_unknown(SERVICE(GOOD) ENDPOINTS("subsets: {}\n"),
                   "Endpoints tea: subsets: this is a map; give a list");
    assert_unknown(SERVICE(GOOD)
                       ENDPOINTS("subsets: [{addresses: [{ip: 7}], ports: [{port: 1}]}]\n"),
                   "Endpoints tea: subsets[0].addresses[0].ip: this is a number; give text");
}

static void test_several_slices_of_another_family_are_one_warning(void **state)
{
    (void)state;
#define IPV6(name)                                                                          \
    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"                           \
    "metadata: {name: " name ", namespace: d, labels: {kubernetes.io/service-name: tea}}\n" \
    "addressType: IPv6\nports: [{port: 8080}]\nendpoints: [{addresses: [\"fd00::1\"]}]\n"
    struct world w = world_of(WEB SERVICE(GOOD) IPV6("a") IPV6("b") ING);
    assert_string_equal(servers(&w, "d/web-tea:80"), "");
    assert_string_equal(
        warnings(&w), "Service tea: it has no IPv4 addresses, and ALB gets no others from here\n");
    world_done(&w);
}

/* Pods are reached directly, so that the policy has no effect. */
static void test_policy_cluster_is_no_policy_local(void **state)
{
    (void)state;
    struct world w = world_of(WEB SERVICE(
        "{type: NodePort, externalTrafficPolicy: Cluster, ports: [{port: 80}]}") GOOD_SLICE ING);
    assert_string_equal(servers(&w, "d/web-tea:80"), "10.0.0.1/10.0.0.1:8080*100");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_objects_give_servers),
        cmocka_unit_test(test_mistyped_service_leaves_servers_unknown),
        cmocka_unit_test(test_mistyped_slice_leaves_servers_unknown),
        cmocka_unit_test(test_bad_address_leaves_servers_unknown),
        cmocka_unit_test(test_mistyped_endpoints_leave_servers_unknown),
        cmocka_unit_test(test_several_slices_of_another_family_are_one_warning),
        cmocka_unit_test(test_policy_cluster_is_no_policy_local),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
