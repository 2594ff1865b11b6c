/* test_cmd_translate.c - what manifests ask for, without a call. */
#include "tests/unit/cli/stage.h"

#include "alb-agent/json.h"

static const char web[] = "apiVersion: alibabacloud.com/v1\n"
                          "kind: AlbConfig\n"
                          "metadata: {name: web}\n"
                          "spec:\n"
                          "  config:\n"
                          "    zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]\n"
                          "  listeners: [{port: 80, protocol: HTTP}]\n";

static void test_translate_prints_yaml_and_lists_missing_facts(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "web.yaml", web);
    assert_int_equal(stage_run(s, &cmd_translate, "-f", file, "--state", s->state, (char *)NULL),
                     EXIT_DONE);
    assert_non_null(strstr(s->out, "kind: LoadBalancer"));
    assert_non_null(strstr(s->out, "?vswitch(vsw-1)"));
    assert_string_equal(s->err, "");
}

static void test_translate_prints_one_json_document(void **state)
{
    struct stage *s = *state;
    struct error err;
    const char *file = stage_file(s, "web.yaml", web);
    assert_int_equal(
        stage_run(s, &cmd_translate, "-f", file, "--state", s->state, "-o", "json", (char *)NULL),
        EXIT_DONE);
    cJSON *json CLEANUP(json_done) = NULL;
    assert_true(json_parse(s->out, strlen(s->out), &json, &err));
    const cJSON *lb = cJSON_GetArrayItem(json_get(json, "loadBalancers"), 0);
    assert_string_equal(json_str(lb, "name"), "kube-system/web");
    /* Load balancer, listener, the listener's own group. */
    assert_int_equal(cJSON_GetArraySize(json_get(lb, "resources")), 3);
    assert_int_equal(cJSON_GetArraySize(json_get(json, "missingFacts")), 2);
}

static void test_translate_leaves_out_what_is_bad_and_says_so(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "web.yaml", web), *bad = stage_file(s, "bad.yaml", "a: [\n");
    assert_int_equal(stage_run(s, &cmd_translate, "-f", file, "-f", bad, "--state", s->state, "-o",
                               "text", (char *)NULL),
                     EXIT_INVALID);
    assert_non_null(strstr(s->out, "LoadBalancer kube-system/web"));
    assert_non_null(strstr(s->out, "bad.yaml"));
}

static void test_translate_needs_manifests_with_an_albconfig(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_translate, "--state", s->state, (char *)NULL), EXIT_ERROR);
    assert_non_null(strstr(s->err, "-f PATH"));
    const char *file =
        stage_file(s, "service.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: tea}\n");
    assert_int_equal(stage_run(s, &cmd_translate, "-f", file, "--state", s->state, (char *)NULL),
                     EXIT_INVALID);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

static const char shop[] =
    "apiVersion: networking.k8s.io/v1\nkind: IngressClass\n"
    "metadata: {name: n, annotations: {alb-agent/nginx: \"true\"}}\n"
    "spec: {controller: ingress.k8s.alibabacloud/alb, parameters: {name: web}}\n"
    "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
    "metadata: {name: tea, namespace: shop, annotations: {"
    "nginx.ingress.kubernetes.io/limit-rps: '5', "
    "nginx.ingress.kubernetes.io/proxy-body-size: 8m, "
    "nginx.ingress.kubernetes.io/x-forwarded-prefix: /x}}\n"
    "spec: {ingressClassName: n, rules: [{host: a.com, http: {paths: [{path: /x, pathType: Prefix, "
    "backend: {service: {name: tea, port: {number: 80}}}}]}}]}\n"
    "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
    "metadata: {name: other, namespace: shop}\nspec: {ingressClassName: nginx}\n";

static void test_translate_from_nginx_says_what_becomes_of_annotations(void **state)
{
    struct stage *s = *state;
    struct error err;
    const char *file = stage_file(s, "shop.yaml", shop);
    assert_int_equal(stage_run(s, &cmd_translate, "-f", file, "--state", s->state, "--from",
                               "nginx", "-o", "text", (char *)NULL),
                     EXIT_DONE);
    assert_non_null(strstr(s->out, "nginx.ingress.kubernetes.io/limit-rps: approximate, by "
                                   "traffic-limit-ip-qps: there is no burst"));
    assert_non_null(strstr(s->out, "/proxy-body-size: impossible: ALB has a limit of its own"));
    assert_non_null(strstr(s->out, "/x-forwarded-prefix: exact, by an action InsertHeader\n"));
    assert_int_equal(stage_run(s, &cmd_translate, "-f", file, "--state", s->state, "--from",
                               "nginx", "-o", "json", (char *)NULL),
                     EXIT_DONE);
    cJSON *json CLEANUP(json_done) = NULL;
    assert_true(json_parse(s->out, strlen(s->out), &json, &err));
    const cJSON *all = json_get(json, "annotations");
    assert_int_equal(cJSON_GetArraySize(all), 3);
    assert_string_equal(json_str(cJSON_GetArrayItem(all, 0), "verdict"), "approximate");
    assert_string_equal(json_str(cJSON_GetArrayItem(all, 0), "value"), "5");
    assert_null(json_get(cJSON_GetArrayItem(all, 2), "difference"));
    assert_int_equal(stage_run(s, &cmd_translate, "-f", file, "--state", s->state, "--from",
                               "nginx", (char *)NULL),
                     EXIT_DONE);
    assert_non_null(strstr(s->out, "verdict: impossible"));
}

static void test_translate_prints_alb_ingresses(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "shop.yaml", shop);
    assert_int_equal(stage_run(s, &cmd_translate, "-f", file, "--state", s->state, "-o", "ingress",
                               (char *)NULL),
                     EXIT_DONE);
    assert_non_null(strstr(s->out, "alb.ingress.kubernetes.io/traffic-limit-ip-qps: \"5\"\n"));
    assert_non_null(strstr(s->out, "# nginx.ingress.kubernetes.io/proxy-body-size: impossible: "));
    assert_null(strstr(s->out, "\n    nginx.ingress")); /* as an annotation */
    assert_null(strstr(s->out, "name: other"));         /* its class does not ask for it */
    assert_int_equal(stage_run(s, &cmd_translate, "-f", file, "--state", s->state, "-o", "ingress",
                               "--from", "nginx", (char *)NULL),
                     EXIT_DONE);
    assert_non_null(strstr(s->out, "---\n"));
    assert_non_null(strstr(s->out, "name: tea"));
}

/* Without its annotation everybody could get in, so there is nothing to be applied. */
static void test_translate_prints_no_ingress_without_its_guard(void **state)
{
    static const char guarded[] =
        "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
        "metadata: {name: inner, namespace: shop, annotations: {"
        "nginx.ingress.kubernetes.io/auth-url: 'https://a.com'}}\n"
        "spec: {ingressClassName: n, rules: [{host: b.com, http: {paths: [{path: /, pathType: "
        "Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}}]}\n";
    struct stage *s = *state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *file = stage_file(s, "shop.yaml", arena_fmt(&a, "%s%s", shop, guarded));
    assert_int_equal(stage_run(s, &cmd_translate, "-f", file, "--state", s->state, "-o", "ingress",
                               (char *)NULL),
                     EXIT_INVALID);
    assert_non_null(strstr(s->out, "# nginx.ingress.kubernetes.io/auth-url: impossible: "));
    assert_non_null(strstr(s->out, "# Ingress shop/inner is left out, as without that anybody"));
    assert_null(strstr(s->out, "b.com"));
    assert_non_null(strstr(s->out, "host: a.com"));
    assert_int_equal(stage_run(s, &cmd_translate, "-f", file, "--state", s->state, "--from",
                               "nginx", (char *)NULL),
                     EXIT_DONE); /* that is only said */
}

static void test_translate_from_something_else_is_refused(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "shop.yaml", shop), *bad = stage_file(s, "bad.yaml", "a: [\n");
    assert_int_equal(stage_run(s, &cmd_translate, "-f", file, "--from", "apache", (char *)NULL),
                     EXIT_ERROR);
    assert_non_null(strstr(s->err, "--from 'apache': use nginx"));
    assert_int_equal(stage_run(s, &cmd_translate, "-f", file, "-f", bad, "--state", s->state,
                               "--from", "nginx", (char *)NULL),
                     EXIT_INVALID);
    assert_non_null(strstr(s->err, "bad.yaml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_translate_prints_yaml_and_lists_missing_facts),
        TEST(test_translate_prints_one_json_document),
        TEST(test_translate_leaves_out_what_is_bad_and_says_so),
        TEST(test_translate_needs_manifests_with_an_albconfig),
        TEST(test_translate_from_nginx_says_what_becomes_of_annotations),
        TEST(test_translate_prints_alb_ingresses),
        TEST(test_translate_prints_no_ingress_without_its_guard),
        TEST(test_translate_from_something_else_is_refused),
    };
    return cmocka_run_group_tests_name("cli/cmd_translate", tests, NULL, NULL);
}
