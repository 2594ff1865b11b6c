/* Nodes as servers, pods on virtual nodes, readiness gates: alb-ingress.md §D.4, §D.5, §D.7, §A.8.
 */
#include "world.h"

#define ING INGRESS("d", "web", "") "  rules:\n" PATH("a.com", "/")
#define KEY "d/web-tea:80"
#define SERVICE(annotations, spec)                                                         \
    "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: tea\n  namespace: d\n"         \
    "  annotations: {service.beta.kubernetes.io/backend-type: ecs" annotations "}\nspec: " \
    "{ports: [{name: http, port: 80, nodePort: 30080}], " spec "}\n"
#define CLUSTER SERVICE("", "type: NodePort")
#define LOCAL   SERVICE("", "type: LoadBalancer, externalTrafficPolicy: Local")
#define SLICE(endpoints)                                                                 \
    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"                        \
    "metadata: {name: tea-1, namespace: d, labels: {kubernetes.io/service-name: tea}}\n" \
    "addressType: IPv4\nports: [{name: http, port: 8080}, {name: other, port: "          \
    "9090}]\nendpoints:\n" endpoints
#define ON(ip, node) "- {addresses: [" ip "], nodeName: " node "}\n"
#define NODE_OF(name, meta, spec, ready)                                                      \
    "---\napiVersion: v1\nkind: Node\nmetadata: {name: " name meta "}\n"                      \
    "spec: {providerID: cn-hangzhou.i-" name spec "}\n"                                       \
    "status: {conditions: [{type: MemoryPressure, status: \"False\"}, {type: Ready, status: " \
    "\"" ready "\"}]}\n"
#define NODE(name)    NODE_OF(name, "", "", "True")
#define VIRTUAL(name) NODE_OF(name, ", labels: {type: virtual-kubelet}", "", "True")

/* "i-a:30080*100 eni-1:8080*100", by address and id. */
static const char *all(struct world *w)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    const struct alb_server_group *g = group_of(w, KEY);
    if (!g || !g->servers.items)
        return "?";
    for (size_t i = 0; i < g->servers.len; i++) {
        const struct alb_server *s = &g->servers.items[i];
        assert_int_equal(s->type, s->ip ? ALB_SERVER_TYPE_ENI : ALB_SERVER_TYPE_ECS);
        buf_addf(&b, "%s%s:%" PRId64 "*%" PRId64, i ? " " : "", s->id, s->port.val, s->weight.val);
    }
    return b.len ? buf_keep(&b, &w->a) : "";
}

static void assert_servers(const char *text, const char *wanted)
{
    struct world w = world_of(text);
    assert_string_equal(all(&w), wanted);
    assert_string_equal(problems(&w), "");
    assert_non_null(rule_row(&w, "80/HTTP", 1));
    world_done(&w);
}

static void test_policy_cluster_takes_all_nodes(void **state)
{
    (void)state;
    assert_servers(WEB CLUSTER SLICE(ON("10.0.0.5", "a")) NODE("b") NODE("a") ING,
                   "i-a:30080*100 i-b:30080*100");
    assert_servers(WEB CLUSTER SLICE("") NODE("a") ING, "i-a:30080*100");
}

static void test_nodes_that_do_not_count_are_left_out(void **state)
{
    (void)state;
    assert_servers(
        WEB CLUSTER SLICE("") NODE("a") NODE_OF("b", "", "", "False")
            NODE_OF("c", ", labels: {node-role.kubernetes.io/master: \"\"}", "", "True") NODE_OF(
                "d", ", labels: {node-role.kubernetes.io/control-plane: \"\"}", "",
                "True") NODE_OF("e", ", labels: {service.beta.kubernetes.io/exclude-node: \"\"}",
                                "", "True")
                NODE_OF("f", ", labels: {service.alibabacloud.com/exclude-node: \"\"}", "", "True")
                    NODE_OF("g", "", ", taints: [{key: ToBeDeletedByClusterAutoscaler}]", "True")
                        NODE_OF("h", "", ", unschedulable: true", "True") ING,
        "i-a:30080*100 i-h:30080*100");
}

static void test_a_service_can_drop_nodes(void **state)
{
    (void)state;
    assert_servers(
        WEB SERVICE(
            ", service.beta.kubernetes.io/alibaba-cloud-loadbalancer-remove-unscheduled-backend: "
            "\"on\", service.beta.kubernetes.io/alibaba-cloud-loadbalancer-backend-label: "
            "\"pool=web,zone=h\"",
            "type: NodePort") SLICE("") NODE("a")
            NODE_OF("b", ", labels: {pool: web, zone: h}", "", "True")
                NODE_OF("c", ", labels: {pool: web, zone: i}", "", "True")
                    NODE_OF("d", ", labels: {pool: web, zone: h}", ", unschedulable: true", "True")
                        NODE_OF("e", ", labels: {pool: webx, zone: h}", "", "True") ING,
        "i-b:30080*100");
}

/* Each pod gets as much as any other. */
static void test_policy_local_takes_nodes_by_their_pods(void **state)
{
    (void)state;
    assert_servers(WEB LOCAL SLICE(ON("10.0.0.5", "b") ON("10.0.0.6", "a") ON("10.0.0.7", "b") ON(
                       "10.0.0.8", "gone") "- {addresses: [10.0.0.9]}\n"
                                           "- {addresses: [10.0.0.4], nodeName: c, conditions: "
                                           "{ready: false}}\n") NODE("a") NODE("b") NODE("c") ING,
                   "i-a:30080*1 i-b:30080*2");
}

static void test_pods_on_virtual_nodes_are_interfaces(void **state)
{
    (void)state;
    assert_servers(WEB CLUSTER SLICE(ON("10.0.0.1", "v") ON("10.0.0.5", "a")) NODE("a") VIRTUAL("v")
                       ING,
                   "i-a:30080*100 eni-1:8080*100");
    assert_servers(WEB LOCAL SLICE(ON("10.0.0.1", "v") ON("10.0.0.5", "a") ON("10.0.0.6", "a"))
                       NODE("a") VIRTUAL("v") ING,
                   "i-a:30080*2 eni-1:8080*1");
}

static void test_nodes_without_an_instance_are_named(void **state)
{
    (void)state;
    struct world w =
        world_of(WEB CLUSTER SLICE("")
                     NODE("a") "---\napiVersion: v1\nkind: Node\n"
                               "metadata: {name: b}\nspec: {}\n"
                               "status: {conditions: [{type: Ready, status: \"True\"}]}\n" ING);
    assert_string_equal(all(&w), "i-a:30080*100");
    assert_has(warnings(&w), "Node b: spec.providerID: it names no ECS instance");
    world_done(&w);
}

static void test_nodes_that_are_not_known_leave_servers_unknown(void **state)
{
    (void)state;
    struct world w = world_of(WEB CLUSTER SLICE("") ING);
    assert_string_equal(all(&w), "?");
    assert_has(warnings(&w), "there is no Node among the objects");
    world_done(&w);
    w = world_of(WEB "---\napiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d, "
                     "annotations: {service.beta.kubernetes.io/backend-type: ecs}}\n"
                     "spec: {type: NodePort, ports: [{name: http, port: 80}]}\n" SLICE("") NODE("a")
                         ING);
    assert_string_equal(all(&w), "?");
    assert_has(warnings(&w), "Service tea: spec.ports: port 80 has no nodePort");
    world_done(&w);
}

static void test_a_cluster_service_has_no_nodes(void **state)
{
    (void)state;
    struct world w = world_of(WEB SERVICE("", "type: ClusterIP") SLICE("") NODE("a") ING);
    assert_string_equal(all(&w), "?");
    assert_has(problems(&w), "cluster service type just support eni mode for alb ingress");
    assert_non_null(rule_row(&w, "80/HTTP", 1));
    world_done(&w);
}

/* ---- readiness gates ------------------------------------------------------------------------ */

#define PLAIN_SERVICE                                                           \
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d}\n" \
    "spec: {ports: [{name: http, port: 80}]}\n"
#define GATE "target-health.alb.k8s.alibabacloud"

static const char *waiting(struct arena *a, const char *more, const char *kind, const char *gate,
                           const char *ready)
{
    return arena_fmt(
        a,
        WEB PLAIN_SERVICE SLICE(
            "- {addresses: [10.0.0.1], conditions: {ready: "
            "false%s}, targetRef: {kind: %s, name: tea-1}}\n") "---\napiVersion: v1\nkind: "
                                                               "Pod\nmetadata: {name: tea-1, "
                                                               "namespace: d}\n"
                                                               "spec: {readinessGates: "
                                                               "[{conditionType: other}, "
                                                               "{conditionType: %s}]}\n"
                                                               "status: {conditions: [{type: "
                                                               "ContainersReady, status: "
                                                               "\"%s\"}]}\n" ING,
        more, kind, gate, ready);
}

static void test_a_pod_that_waits_for_alb_is_a_server(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_servers(waiting(&a, "", "Pod", GATE, "True"), "eni-1:8080*100");
    assert_servers(waiting(&a, ", terminating: true", "Pod", GATE, "True"), "");
    assert_servers(waiting(&a, "", "Node", GATE, "True"), "");
    assert_servers(waiting(&a, "", "Pod", "another", "True"), "");
    assert_servers(waiting(&a, "", "Pod", GATE, "False"), "");
}

static void test_a_pod_that_waits_is_found_through_endpoints_too(void **state)
{
    (void)state;
#define ENDPOINTS                                                                           \
    "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: tea, namespace: d}\n"           \
    "subsets: [{notReadyAddresses: [{ip: 10.0.0.1, targetRef: {kind: Pod, name: tea-1}}], " \
    "ports: [{name: http, port: 8080}]}]\n"
#define POD                                                                     \
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: tea-1, namespace: d%s}\n" \
    "spec: {readinessGates: [{conditionType: " GATE "}]}\n"                     \
    "status: {conditions: [{type: ContainersReady, status: \"True\"}]}\n"
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_servers(WEB PLAIN_SERVICE ENDPOINTS ING, "");
    assert_servers(arena_fmt(&a, WEB PLAIN_SERVICE ENDPOINTS POD ING, ""), "eni-1:8080*100");
    assert_servers(arena_fmt(&a, WEB PLAIN_SERVICE ENDPOINTS POD ING,
                             ", deletionTimestamp: \"2026-01-01T00:00:00Z\""),
                   "");
}

static void test_a_node_counts_by_what_it_says_itself(void **state)
{
    (void)state;
    /* A label type of another value, a condition without status, a list with a stray entry. */
    assert_servers(WEB CLUSTER SLICE("") NODE_OF("a", ", labels: {type: bare}", "", "True") ING,
                   "i-a:30080*100");
    assert_servers(WEB CLUSTER SLICE("") NODE_OF("a", "", ", taints: [{}, {key: other}]", "True")
                       ING,
                   "i-a:30080*100");
    assert_servers(
        WEB CLUSTER SLICE("")
            NODE("a") "---\napiVersion: v1\nkind: Node\nmetadata: {name: b}\nspec: {providerID: "
                      "cn-hangzhou.i-b}\nstatus: {conditions: [{type: Ready}]}\n" ING,
        "i-a:30080*100");
}

static void test_a_node_whose_provider_is_another_is_named(void **state)
{
    (void)state;
    struct world w =
        world_of(WEB CLUSTER SLICE("")
                     NODE("a") "---\napiVersion: v1\nkind: Node\nmetadata: {name: b}\nspec: "
                               "{providerID: cn-hangzhou.x-b}\n"
                               "status: {conditions: [{type: Ready, status: \"True\"}]}\n" ING);
    assert_string_equal(all(&w), "i-a:30080*100");
    assert_has(warnings(&w), "Node b: spec.providerID: it names no ECS instance");
    world_done(&w);
}

#define SELECTS(selector)                                                             \
    SERVICE(", service.beta.kubernetes.io/alibaba-cloud-loadbalancer-backend-label: " \
            "\"" selector "\"",                                                       \
            "type: NodePort")

static void test_a_selector_may_ask_for_a_label_of_any_value(void **state)
{
    (void)state;
    assert_servers(WEB SELECTS("pool") SLICE("") NODE_OF("a", ", labels: {pool: x}", "", "True")
                       NODE("b") ING,
                   "i-a:30080*100");
    assert_servers(WEB SELECTS("pool,zone=z") SLICE("")
                       NODE_OF("a", ", labels: {pool: x, zone: z}", "", "True")
                           NODE_OF("b", ", labels: {pool: x, zone: zz}", "", "True") ING,
                   "i-a:30080*100");
}

static void test_nodes_that_take_no_new_pods_stay_when_that_is_said(void **state)
{
    (void)state;
    assert_servers(WEB SERVICE(", service.beta.kubernetes.io/"
                               "alibaba-cloud-loadbalancer-remove-unscheduled-backend: \"off\"",
                               "type: NodePort") SLICE("")
                       NODE_OF("a", "", ", unschedulable: true", "True") ING,
                   "i-a:30080*100");
}

/* Nothing says which pod it is, so nothing says that it waits. */
static void test_an_address_of_no_pod_counts_when_it_is_ready(void **state)
{
    (void)state;
    struct world w = world_of(
        WEB TEA("d") "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
                     "metadata: {name: tea-2, namespace: d, labels: {kubernetes.io/service-name: "
                     "tea}}\naddressType: IPv4\nports: [{name: http, port: 8080}]\nendpoints: "
                     "[{addresses: [10.0.0.2], conditions: {ready: false}, targetRef: {kind: "
                     "Pod}}]\n" ING);
    assert_string_equal(all(&w), "eni-1:8080*100");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_cluster_takes_all_nodes),
        cmocka_unit_test(test_nodes_that_do_not_count_are_left_out),
        cmocka_unit_test(test_a_service_can_drop_nodes),
        cmocka_unit_test(test_policy_local_takes_nodes_by_their_pods),
        cmocka_unit_test(test_pods_on_virtual_nodes_are_interfaces),
        cmocka_unit_test(test_nodes_without_an_instance_are_named),
        cmocka_unit_test(test_nodes_that_are_not_known_leave_servers_unknown),
        cmocka_unit_test(test_a_cluster_service_has_no_nodes),
        cmocka_unit_test(test_a_pod_that_waits_for_alb_is_a_server),
        cmocka_unit_test(test_a_pod_that_waits_is_found_through_endpoints_too),
        cmocka_unit_test(test_a_node_counts_by_what_it_says_itself),
        cmocka_unit_test(test_a_node_whose_provider_is_another_is_named),
        cmocka_unit_test(test_a_selector_may_ask_for_a_label_of_any_value),
        cmocka_unit_test(test_nodes_that_take_no_new_pods_stay_when_that_is_said),
        cmocka_unit_test(test_an_address_of_no_pod_counts_when_it_is_ready),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
