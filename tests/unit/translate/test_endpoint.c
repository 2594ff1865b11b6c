/* The servers of groups: alb-ingress.md §D.5, design.md §4 (unknown is not empty). */
#include "world.h"

#define ING    INGRESS("d", "web", "") "  rules:\n" PATH("a.com", "/")
#define IP_ING INGRESS("d", "web", ALB "server-group-type: Ip") "  rules:\n" PATH("a.com", "/")
#define SERVICE                                                                 \
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d}\n" \
    "spec: {ports: [{name: http, port: 80}, {name: admin, port: 81}]}\n"
#define SLICE(name, rest)                                         \
    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n" \
    "metadata: {name: " name ", namespace: d, labels: {kubernetes.io/service-name: tea}}\n" rest
#define V4    "addressType: IPv4\n"
#define PORTS "ports: [{name: http, port: 8080}, {name: admin, port: 9090}]\n"
#define KEY   "d/web-tea:80"

static void assert_servers(const char *text, const char *wanted)
{
    struct world w = world_of(text);
    assert_string_equal(servers(&w, KEY), wanted);
    assert_non_null(rule_row(&w, "80/HTTP", 1));
    world_done(&w);
}

static void test_pod_is_reached_through_its_interface(void **state)
{
    (void)state;
    assert_servers(WEB SERVICE SLICE("s", V4 PORTS "endpoints: [{addresses: [10.0.0.1]}]\n") ING,
                   "eni-1/10.0.0.1:8080*100");
    struct world w =
        world_of(WEB SERVICE SLICE("s", V4 PORTS "endpoints: [{addresses: [10.0.0.1]}]\n") ING);
    const struct alb_server_group *g = group_of(&w, KEY);
    assert_int_equal(g->type, ALB_GROUP_TYPE_INSTANCE);
    assert_int_equal(g->servers.items[0].type, ALB_SERVER_TYPE_ENI);
    assert_int_equal(w.out.needs.len, 0);
    world_done(&w);
}

static void test_ip_group_has_plain_addresses_and_asks_nothing(void **state)
{
    (void)state;
    struct world w =
        world_of(WEB SERVICE SLICE("s", V4 PORTS "endpoints: [{addresses: [10.0.0.9]}]\n") IP_ING);
    const struct alb_server_group *g = group_of(&w, KEY);
    assert_string_equal(servers(&w, KEY), "10.0.0.9/10.0.0.9:8080*100");
    assert_int_equal(g->type, ALB_GROUP_TYPE_IP);
    assert_int_equal(g->servers.items[0].type, ALB_SERVER_TYPE_IP);
    assert_int_equal(w.out.needs.len, 0);
    world_done(&w);
}

static void test_only_ready_endpoints_count(void **state)
{
    (void)state;
    assert_servers(
        WEB SERVICE SLICE(
            "s", V4 PORTS
            "endpoints:\n"
            "- {addresses: [10.0.0.5], conditions: {ready: true}}\n"
            "- {addresses: [10.0.0.4], conditions: {}}\n"
            "- {addresses: [10.0.0.3], conditions: {ready: false}}\n"
            "- {addresses: [10.0.0.2], conditions: {ready: true, terminating: true}}\n"
            "- {addresses: [], conditions: {ready: true}}\n"
            "- {addresses: [10.0.0.6, 10.0.0.7], conditions: {terminating: false}}\n") IP_ING,
        "10.0.0.4/10.0.0.4:8080*100 10.0.0.5/10.0.0.5:8080*100 10.0.0.6/10.0.0.6:8080*100");
}

static void test_endpoint_in_two_slices_counts_once(void **state)
{
    (void)state;
    assert_servers(
        WEB SERVICE SLICE("s", V4 PORTS "endpoints: [{addresses: [10.0.0.2]}]\n")
            SLICE("t", V4 PORTS "endpoints: [{addresses: [10.0.0.1]}, {addresses: [10.0.0.2]}]\n")
                IP_ING,
        "10.0.0.1/10.0.0.1:8080*100 10.0.0.2/10.0.0.2:8080*100");
}

static void test_port_is_found_by_its_name(void **state)
{
    (void)state;
    /* Slices of one Service may have other numbers for one name; other names do not count. */
    assert_servers(
        WEB SERVICE SLICE("s", V4 "ports: [{name: http, port: 8081}]\n"
                                  "endpoints: [{addresses: [10.0.0.1]}]\n")
            SLICE("t",
                  V4 "ports: [{name: admin, port: 80}, {name: http, port: 8082, protocol: TCP},"
                     " {name: http, port: 53, protocol: UDP}]\n"
                     "endpoints: [{addresses: [10.0.0.1]}]\n") IP_ING,
        "10.0.0.1/10.0.0.1:8081*100 10.0.0.1/10.0.0.1:8082*100");
}

static void test_port_without_a_name_matches_one_without(void **state)
{
    (void)state;
    assert_servers(WEB "---\napiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d}\n"
                       "spec: {ports: [{port: 80, protocol: UDP}, {port: 80}]}\n" SLICE(
                           "s", V4 "ports: [{name: \"\", port: 8080}, {name: x, port: 1}]\n"
                                   "endpoints: [{addresses: [10.0.0.1]}]\n") IP_ING,
                   "10.0.0.1/10.0.0.1:8080*100");
}

static void test_service_without_endpoint_objects_has_unknown_servers(void **state)
{
    (void)state;
    struct world w = world_of(WEB SERVICE ING);
    assert_string_equal(servers(&w, KEY), "?");
    assert_has(warnings(&w), "Service tea: no EndpointSlice and no Endpoints object tells");
    world_done(&w);
}

static void test_empty_slice_means_no_servers(void **state)
{
    (void)state;
    assert_servers(WEB SERVICE SLICE("s", V4 PORTS "endpoints: []\n") ING, "");
    assert_servers(WEB SERVICE SLICE("s", V4 "ports: null\nendpoints: null\n") ING, "");
    assert_servers(WEB SERVICE "---\napiVersion: v1\nkind: Endpoints\n"
                               "metadata: {name: tea, namespace: d}\n" ING,
                   "");
}

static void test_endpoints_are_read_where_there_is_no_slice(void **state)
{
    (void)state;
    static const char endpoints[] =
        "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: tea, namespace: d}\nsubsets:\n"
        "- addresses: [{ip: 10.0.0.2}, {ip: 10.0.0.1}]\n"
        "  notReadyAddresses: [{ip: 10.0.0.3}]\n"
        "  ports: [{name: http, port: 8080}, {name: admin, port: 9090}]\n";
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_servers(arena_fmt(&a, "%s%s", WEB SERVICE IP_ING, endpoints),
                   "10.0.0.1/10.0.0.1:8080*100 10.0.0.2/10.0.0.2:8080*100");
    /* An empty slice is the newer word. */
    assert_servers(arena_fmt(&a, "%s%s", WEB SERVICE IP_ING SLICE("s", V4 PORTS), endpoints), "");
}

static void test_slices_of_other_families_and_services_do_not_count(void **state)
{
    (void)state;
    assert_servers(
        WEB SERVICE SLICE(
            "s",
            "addressType: IPv6\n" PORTS
            "endpoints: [{addresses: [\"fd00::1\"]}]\n") "---\napiVersion: "
                                                         "discovery.k8s.io/v1\nkind: "
                                                         "EndpointSlice\n"
                                                         "metadata: {name: o, namespace: d, "
                                                         "labels: {kubernetes.io/service-name: "
                                                         "coffee}}\n" V4 PORTS
                                                         "endpoints: [{addresses: [10.0.0.1]}]\n"
                                                         "---\napiVersion: "
                                                         "discovery.k8s.io/v1\nkind: "
                                                         "EndpointSlice\n"
                                                         "metadata: {name: o, namespace: e, "
                                                         "labels: {kubernetes.io/service-name: "
                                                         "tea}}\n" V4 PORTS
                                                         "endpoints: [{addresses: "
                                                         "[10.0.0.1]}]\n" IP_ING,
        "");
}

static void test_unknown_interface_is_a_need(void **state)
{
    (void)state;
    struct world w =
        world_of(WEB SERVICE SLICE("s", V4 PORTS "endpoints: [{addresses: [10.0.0.1]}, {addresses: "
                                                 "[10.0.0.3]}, {addresses: [10.0.0.2]}]\n") ING);
    assert_string_equal(servers(&w, KEY), "eni-1/10.0.0.1:8080*100");
    assert_int_equal(w.out.needs.len, 2);
    assert_int_equal(w.out.needs.items[0].kind, FACT_ENI);
    assert_string_equal(w.out.needs.items[0].key, "vpc-1/10.0.0.2");
    assert_string_equal(w.out.needs.items[1].key, "vpc-1/10.0.0.3");
    world_done(&w);
}

static void test_address_without_interface_is_left_out_and_named(void **state)
{
    (void)state;
    struct world w = { .vpc = "vpc-1" };
    world_read(&w, WEB SERVICE SLICE("s", V4 PORTS "endpoints: [{addresses: [10.0.0.7]}]\n") ING);
    world_fact(&w, FACT_ENI, "vpc-1/10.0.0.7", "", "");
    world_translate(&w);
    assert_string_equal(servers(&w, KEY), "");
    assert_int_equal(w.out.needs.len, 0);
    assert_has(warnings(&w),
               "Service tea: no network interface in VPC vpc-1 has the address 10.0.0.7");
    world_done(&w);
}

static void test_interfaces_are_asked_for_once_the_vpc_is_known(void **state)
{
    (void)state;
    struct world w = { 0 };
    world_read(&w, WEB SERVICE SLICE("s", V4 PORTS "endpoints: [{addresses: [10.0.0.7]}]\n") ING);
    world_translate(&w);
    assert_int_equal(w.out.needs.len, 1);
    assert_string_equal(w.out.needs.items[0].key, "vsw-1");
    assert_string_equal(group_of(&w, KEY)->vpc_id, "?vpc(vsw-1)");
    world_fact(&w, FACT_VSWITCH, "vsw-1", "z-1", "vpc-9");
    world_translate(&w);
    assert_int_equal(w.out.needs.len, 1);
    assert_string_equal(w.out.needs.items[0].key, "vpc-9/10.0.0.7");
    assert_string_equal(group_of(&w, KEY)->vpc_id, "vpc-9");
    world_done(&w);
}

static void test_missing_service_or_port_leaves_servers_unknown(void **state)
{
    (void)state;
    struct world w = world_of(WEB ING);
    assert_string_equal(servers(&w, KEY), "?");
    assert_has(warnings(&w),
               "Ingress web: spec.rules[0].http.paths[0].backend: there is no Service "
               "d/tea");
    world_done(&w);
    w = world_of(WEB "---\napiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d}\n"
                     "spec: {ports: [{port: 81}]}\n" ING);
    assert_string_equal(servers(&w, KEY), "?");
    assert_has(warnings(&w), "backend not found: unable to find port 80 on service d/tea");
    assert_string_equal(problems(&w), "");
    world_done(&w);
}

static void test_external_name_has_no_addresses(void **state)
{
    (void)state;
    struct world w = world_of(WEB "---\napiVersion: v1\nkind: Service\n"
                                  "metadata: {name: tea, namespace: d}\n"
                                  "spec: {type: ExternalName, externalName: x.com}\n" ING);
    assert_string_equal(servers(&w, KEY), "?");
    assert_has(problems(&w),
               "Service tea: spec.type: ALB cannot reach what a Service of type ExternalName");
    world_done(&w);
}

static void test_what_has_no_ipv4_address_is_named(void **state)
{
    (void)state;
    struct world w = world_of(WEB SERVICE SLICE(
        "s", "addressType: IPv6\n" PORTS "endpoints: [{addresses: [\"fd00::1\"]}]\n") ING);
    assert_string_equal(servers(&w, KEY), "");
    assert_has(warnings(&w), "Service tea: it has no IPv4 addresses");
    world_done(&w);
    /* With an address of each family nothing is lost. */
    w = world_of(WEB SERVICE SLICE("s", V4 PORTS "endpoints: [{addresses: [10.0.0.1]}]\n") SLICE(
        "t", "addressType: IPv6\n" PORTS "endpoints: [{addresses: [\"fd00::1\"]}]\n") ING);
    assert_string_equal(servers(&w, KEY), "eni-1/10.0.0.1:8080*100");
    assert_string_equal(warnings(&w), "");
    world_done(&w);
}

static const char *many(struct arena *a, size_t n)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, WEB SERVICE SLICE("s", V4 PORTS "endpoints:\n"));
    for (size_t i = 0; i < n; i++)
        buf_addf(&b, "- {addresses: [10.0.%zu.%zu]}\n", i / 250, i % 250);
    buf_adds(&b, IP_ING);
    return buf_keep(&b, a);
}

static void test_more_servers_than_a_group_takes_are_refused(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = world_of(many(&a, 1000));
    assert_int_equal(group_of(&w, KEY)->servers.len, 1000);
    assert_string_equal(problems(&w), "");
    world_done(&w);
    w = world_of(many(&a, 1001));
    assert_string_equal(servers(&w, KEY), "?");
    assert_has(problems(&w), "Service tea: port 80 has 1001 servers, and a group takes 1000");
    world_done(&w);
}

#define ASKS(type) ", annotations: {service.beta.kubernetes.io/backend-type: \"" type "\"}"
#define TEA_AS(type)                                                                               \
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d" ASKS(                 \
        type) "}\n"                                                                                \
              "spec: {ports: [{name: http, port: 80}]}\n"                                          \
              "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"                        \
              "metadata: {name: tea-1, namespace: d, labels: {kubernetes.io/service-name: tea}}\n" \
              "addressType: IPv4\nports: [{name: http, port: 8080}]\n"                             \
              "endpoints: [{addresses: [10.0.0.1]}]\n"

static void test_pods_are_reached_unless_another_backend_type_is_asked_for(void **state)
{
    (void)state;
    struct world w =
        world_of(WEB TEA_AS("") INGRESS("d", "web", "") "  rules:\n" PATH("a.com", "/"));
    assert_string_equal(servers(&w, "d/web-tea:80"), "eni-1/10.0.0.1:8080*100");
    world_done(&w);
    w = world_of(WEB TEA_AS("eni") INGRESS("d", "web", "") "  rules:\n" PATH("a.com", "/"));
    assert_string_equal(servers(&w, "d/web-tea:80"), "eni-1/10.0.0.1:8080*100");
    world_done(&w);
    /* A group of addresses has no nodes. */
    w = world_of(WEB TEA_AS("ecs") INGRESS(
        "d", "web", ALB "server-group-type: Ip") "  rules:\n" PATH("a.com", "/"));
    assert_string_equal(problems(&w), "");
    assert_string_equal(servers(&w, "d/web-tea:80"), "10.0.0.1/10.0.0.1:8080*100");
    world_done(&w);
}

#define NODE_TEA(annotations, type)                                                               \
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d" annotations "}\n"    \
    "spec: {type: " type ", ports: [{name: http, port: 80, nodePort: 30080}]}\n"                  \
    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"                                 \
    "metadata: {name: tea-1, namespace: d, labels: {kubernetes.io/service-name: tea}}\n"          \
    "addressType: IPv4\nports: [{name: http, port: 8080}]\n"                                      \
    "endpoints: [{addresses: [10.0.0.1]}]\n"                                                      \
    "---\napiVersion: v1\nkind: Node\nmetadata: {name: n}\nspec: {providerID: cn-hangzhou.i-n}\n" \
    "status: {conditions: [{type: Ready, status: \"True\"}]}\n"

/* The first server of the group, by id, of a world with this setting. */
static void assert_reached(const char *setting, const char *service, const char *id,
                           const char *problem)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = { .vpc = "vpc-1" };
    world_read(&w, arena_fmt(&a, "%s%s%s", WEB, service,
                             INGRESS("d", "web", "") "  rules:\n" PATH("a.com", "/")));
    world_fact(&w, FACT_ENI, "vpc-1/10.0.0.1", "eni-1", "");
    const struct translate_in in = { .objects = &w.set,
                                     .facts = &w.facts,
                                     .cluster_id = "c-1",
                                     .vpc_id = w.vpc,
                                     .backend_type = setting };
    translate(&w.a, &in, &w.out);
    assert_has(problems(&w), problem);
    const struct alb_server_group *g = group_of(&w, "d/web-tea:80");
    assert_int_equal(g->servers.len, id != NULL);
    if (id)
        assert_string_equal(g->servers.items[0].id, id);
    world_done(&w);
}

static void test_a_service_that_does_not_say_is_reached_as_the_setting_says(void **state)
{
    (void)state;
    assert_reached(NULL, NODE_TEA("", "NodePort"), "eni-1", "");
    assert_reached("eni", NODE_TEA("", "NodePort"), "eni-1", "");
    assert_reached("ecs", NODE_TEA("", "NodePort"), "i-n", "");
    assert_reached("false", NODE_TEA("", "LoadBalancer"), "i-n", "");
    assert_reached("ecs", NODE_TEA(ASKS("eni"), "NodePort"), "eni-1", "");
    assert_reached("eni", NODE_TEA(ASKS("ecs"), "NodePort"), "i-n", "");
    assert_reached("ecs", NODE_TEA(ASKS(""), "NodePort"), "i-n", "");
    assert_reached("ecs", NODE_TEA("", "ClusterIP"), NULL,
                   "Service tea: spec.type: cluster service type just support eni mode");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pod_is_reached_through_its_interface),
        cmocka_unit_test(test_ip_group_has_plain_addresses_and_asks_nothing),
        cmocka_unit_test(test_only_ready_endpoints_count),
        cmocka_unit_test(test_endpoint_in_two_slices_counts_once),
        cmocka_unit_test(test_port_is_found_by_its_name),
        cmocka_unit_test(test_port_without_a_name_matches_one_without),
        cmocka_unit_test(test_service_without_endpoint_objects_has_unknown_servers),
        cmocka_unit_test(test_empty_slice_means_no_servers),
        cmocka_unit_test(test_endpoints_are_read_where_there_is_no_slice),
        cmocka_unit_test(test_slices_of_other_families_and_services_do_not_count),
        cmocka_unit_test(test_unknown_interface_is_a_need),
        cmocka_unit_test(test_address_without_interface_is_left_out_and_named),
        cmocka_unit_test(test_interfaces_are_asked_for_once_the_vpc_is_known),
        cmocka_unit_test(test_missing_service_or_port_leaves_servers_unknown),
        cmocka_unit_test(test_external_name_has_no_addresses),
        cmocka_unit_test(test_what_has_no_ipv4_address_is_named),
        cmocka_unit_test(test_more_servers_than_a_group_takes_are_refused),
        cmocka_unit_test(test_pods_are_reached_unless_another_backend_type_is_asked_for),
        cmocka_unit_test(test_a_service_that_does_not_say_is_reached_as_the_setting_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
