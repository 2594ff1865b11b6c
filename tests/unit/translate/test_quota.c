/* Quotas of a load balancer: more is wanted than a new account may have. */
#include "world.h"

static void add_ingress(struct buf *b, const char *name, int paths)
{
    buf_addf(b, INGRESS("d", "%s", "") "  rules:\n  - http:\n      paths:\n", name);
    for (int i = 0; i < paths; i++)
        buf_addf(b,
                 "      - {path: /%s%d, pathType: Exact, backend: {service: {name: tea, port: "
                 "{number: 80}}}}\n",
                 name, i);
}

/* Service tea of namespace d with 'n' pods. */
static void add_tea(struct buf *b, int n)
{
    buf_adds(b, "---\napiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d}\n"
                "spec: {ports: [{port: 80}]}\n"
                "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: tea, namespace: d}\n"
                "subsets: [{ports: [{port: 8080}], addresses: [");
    for (int i = 0; i < n; i++)
        buf_addf(b, "%s{ip: 10.1.%d.%d}", i ? ", " : "", i / 250, i % 250);
    buf_adds(b, "]}]\n");
}

static struct world world_built(struct buf *b)
{
    struct world w = { .vpc = "vpc-1" };
    world_read(&w, buf_str(b));
    assert_int_equal(w.set.problems.len, 0);
    for (int i = 0; i < 600; i++)
        *LIST_PUSH(&w.a, &w.facts.items) =
            (struct fact){ .kind = FACT_ENI,
                           .key = arena_fmt(&w.a, "vpc-1/10.1.%d.%d", i / 250, i % 250),
                           .value = arena_fmt(&w.a, "eni-%d", i),
                           .value2 = "" };
    fact_sort(&w.facts);
    world_translate(&w);
    assert_string_equal(problems(&w), "");
    return w;
}

/* 'n' Ingresses of 'paths' each to a Service with 'pods'. */
static struct world world_with(int n, int paths, int pods)
{
    static const char *const names[] = { "a", "b", "c", "e", "f", "g" };
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, WEB);
    add_tea(&b, pods);
    for (int i = 0; i < n; i++)
        add_ingress(&b, names[i], paths);
    return world_built(&b);
}

static void assert_warned(struct world *w, const char *wanted)
{
    assert_string_equal(warnings(w), wanted);
    world_done(w);
}

static void test_what_the_quotas_allow_is_no_warning(void **state)
{
    (void)state;
    struct world w = world_with(2, 50, 2); /* 100 rules, 50 of each group, 100 of each address */
    assert_warned(&w, "");
    w = world_with(5, 2, 100); /* 1000 servers */
    assert_warned(&w, "");
    w = world_with(4, 25, 2); /* 100 rules */
    assert_warned(&w, "");
}

static void test_more_rules_than_a_load_balancer_may_have_are_a_warning(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, WEB);
    add_tea(&b, 1);
    add_ingress(&b, "a", 30);
    add_ingress(&b, "b", 41);
    add_ingress(&b, "c", 30);
    struct world w = world_built(&b);
    assert_has(warnings(&w),
               "AlbConfig web: there are 101 rules, most of them (41) of Ingress d/b (");
    assert_has(warnings(&w), "), and a load balancer may have 100 unless the quota was raised; "
                             "spread the Ingresses over more AlbConfigs\n");
    world_done(&w);
}

/* The settings say what the account has, of each edition. */
static void test_what_a_raised_quota_allows_is_no_warning(void **state)
{
    (void)state;
    size_t quotas[QUOTAS] = { [QUOTA_RULES_STANDARD] = 102, [QUOTA_RULES_WAF] = 101 };
    struct world w = world_with(3, 34, 1);
    w.quotas = quotas;
    world_translate(&w);
    assert_string_equal(warnings(&w), "");
    quotas[QUOTA_RULES_STANDARD] = 101;
    world_translate(&w);
    assert_has(warnings(&w), "a load balancer may have 101 unless");
    world_done(&w);
}

static void test_of_ingresses_with_as_many_rules_the_first_is_named(void **state)
{
    (void)state;
    struct world w = world_with(3, 34, 1);
    assert_has(warnings(&w), "most of them (34) of Ingress d/a ");
    world_done(&w);
}

static void test_a_group_that_too_many_rules_name_is_a_warning_of_its_ingress(void **state)
{
    (void)state;
    struct world w = world_with(1, 51, 1);
    assert_warned(&w, "Ingress a: server group d/a-tea:80 is named by 51 rules of web, and may be "
                      "by 50 unless the quota was raised; merge paths, or use more than one "
                      "Service\n");
}

static void test_a_group_of_somebody_else_counts_too(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, WEB);
    add_tea(&b, 1);
    buf_adds(
        &b, INGRESS("d", "a",
                    "\"" ALB "actions.tea\": '[{\"type\":\"ForwardGroup\",\"forwardConfig\":{"
                    "\"serverGroups\":[{\"serverGroupID\":\"sgp-1\"}]}}]'") "  rules:\n  - http:\n "
                                                                            "     paths:\n");
    for (int i = 0; i < 51; i++)
        buf_addf(&b,
                 "      - {path: /%d, pathType: Exact, backend: {service: {name: tea, port: "
                 "{name: use-annotation}}}}\n",
                 i);
    struct world w = world_built(&b);
    assert_has(warnings(&w), "Ingress a: server group sgp-1 is named by 51 rules of web");
    world_done(&w);
}

static void test_more_servers_than_a_load_balancer_may_have_are_a_warning(void **state)
{
    (void)state;
    struct world w = world_with(3, 2, 167); /* 1002 */
    assert_warned(&w, "AlbConfig web: its rules lead to 1002 servers, each counted for each rule, "
                      "and a load balancer may have 1000 unless the quota was raised; use fewer "
                      "Ingresses for a Service\n");
}

/* Each of the groups has the one pod. */
static void test_a_server_that_too_many_rules_lead_to_is_a_warning(void **state)
{
    (void)state;
    struct world w = world_with(5, 41, 1);
    assert_has(warnings(&w), "AlbConfig web: 205 rules lead to server 10.1.0.0, and 200 may ");
    world_done(&w);
    w = world_with(5, 40, 1);
    assert_null(strstr(warnings(&w), "lead to server"));
    world_done(&w);
}

static void test_servers_that_are_not_known_are_not_counted(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, WEB);
    for (int i = 0; i < 5; i++)
        add_ingress(&b, (const char *const[]){ "a", "b", "c", "e", "f" }[i], 41);
    struct world w = world_built(&b);
    assert_null(strstr(warnings(&w), "lead to"));
    world_done(&w);
}

/* ---- listeners --------------------------------------------------------------------------------
 */

static struct world world_of_listeners(int n, int certs)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, WEB_SPEC "  listeners:\n");
    for (int i = 0; i < n; i++) {
        buf_addf(&b, "  - {port: %d, protocol: HTTPS, certificates: [{CertificateId: c-0}",
                 1000 + i);
        for (int k = 1; k <= certs; k++)
            buf_addf(&b, ", {CertificateId: c-%d}", k);
        buf_adds(&b, "]}\n");
    }
    buf_adds(&b, "  - {port: 0x, protocol: HTTP}\n" CLASS); /* left out */
    struct world w = { .vpc = "vpc-1" };
    world_read(&w, buf_str(&b));
    world_translate(&w);
    return w;
}

static void test_more_listeners_than_a_load_balancer_may_have_are_a_warning(void **state)
{
    (void)state;
    struct world w = world_of_listeners(50, 0);
    assert_warned(&w, "");
    w = world_of_listeners(51, 0);
    assert_warned(&w,
                  "AlbConfig web: spec.listeners: there are 51 listeners, and a load balancer "
                  "may have 50 unless the quota was raised; spread them over more AlbConfigs\n");
}

static void test_certificates_of_all_listeners_are_counted_together(void **state)
{
    (void)state;
    struct world w = world_of_listeners(5, 5);
    assert_warned(&w, "");
    w = world_of_listeners(2, 13);
    assert_warned(&w, "AlbConfig web: spec.listeners: its listeners have 26 certificates besides "
                      "their defaults, and a load balancer may have 25 unless the quota was "
                      "raised; use wildcards, or more AlbConfigs\n");
}

static void test_of_ingresses_with_as_many_rules_the_first_by_name_is_named(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, WEB);
    add_tea(&b, 1);
    add_ingress(&b, "z", 51);
    add_ingress(&b, "a", 51);
    const char *first = strstr(buf_str(&b), "annotations: {}"); /* of "z": it comes first */
    struct buf c CLEANUP(buf_done) = { 0 };
    buf_addf(&c, "%.*sannotations: {" ALB "order: \"1\"}%s", (int)(first - buf_str(&b)),
             buf_str(&b), first + strlen("annotations: {}"));
    struct world w = world_built(&c);
    assert_has(warnings(&w), "most of them (51) of Ingress d/a ");
    world_done(&w);
}

/* Many rules, but most of them lead to a group of somebody else. */
static void test_a_server_of_few_rules_among_many_is_no_warning(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, WEB);
    add_tea(&b, 1);
    add_ingress(&b, "a", 60);
    buf_adds(
        &b, INGRESS("d", "b",
                    "\"" ALB "actions.tea\": '[{\"type\":\"ForwardGroup\",\"forwardConfig\":{"
                    "\"serverGroups\":[{\"serverGroupID\":\"sgp-1\"}]}}]'") "  rules:\n  - http:\n "
                                                                            "     paths:\n");
    for (int i = 0; i < 150; i++)
        buf_addf(&b,
                 "      - {path: /%d, pathType: Exact, backend: {service: {name: tea, port: "
                 "{name: use-annotation}}}}\n",
                 i);
    struct world w = world_built(&b);
    assert_has(warnings(&w), "there are 210 rules");
    assert_null(strstr(warnings(&w), "lead to server"));
    world_done(&w);
}

/* An instance has no address of its own in a group. */
static void test_a_node_that_too_many_rules_lead_to_is_named_by_its_instance(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, WEB "---\napiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d, "
                     "annotations: {service.beta.kubernetes.io/backend-type: ecs}}\nspec: {type: "
                     "NodePort, ports: [{port: 80, nodePort: 30080}]}\n"
                     "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: tea, namespace: d}\n"
                     "subsets: []\n"
                     "---\napiVersion: v1\nkind: Node\nmetadata: {name: n}\nspec: {providerID: "
                     "cn-hangzhou.i-n}\nstatus: {conditions: [{type: Ready, status: \"True\"}]}\n");
    add_ingress(&b, "a", 201);
    struct world w = world_built(&b);
    assert_has(warnings(&w), "201 rules lead to server i-n, and 200 may");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_quotas_allow_is_no_warning),
        cmocka_unit_test(test_what_a_raised_quota_allows_is_no_warning),
        cmocka_unit_test(test_more_rules_than_a_load_balancer_may_have_are_a_warning),
        cmocka_unit_test(test_of_ingresses_with_as_many_rules_the_first_is_named),
        cmocka_unit_test(test_a_group_that_too_many_rules_name_is_a_warning_of_its_ingress),
        cmocka_unit_test(test_a_group_of_somebody_else_counts_too),
        cmocka_unit_test(test_more_servers_than_a_load_balancer_may_have_are_a_warning),
        cmocka_unit_test(test_a_server_that_too_many_rules_lead_to_is_a_warning),
        cmocka_unit_test(test_servers_that_are_not_known_are_not_counted),
        cmocka_unit_test(test_more_listeners_than_a_load_balancer_may_have_are_a_warning),
        cmocka_unit_test(test_certificates_of_all_listeners_are_counted_together),
        cmocka_unit_test(test_of_ingresses_with_as_many_rules_the_first_by_name_is_named),
        cmocka_unit_test(test_a_server_of_few_rules_among_many_is_no_warning),
        cmocka_unit_test(test_a_node_that_too_many_rules_lead_to_is_named_by_its_instance),
    };
    return cmocka_run_group_tests_name("translate/quota", tests, NULL, NULL);
}
