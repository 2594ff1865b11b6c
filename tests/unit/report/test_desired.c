/* test_desired.c - the wanted resources. */
#include "tests/unit/report/bed.h"

static const char *const needs[] = { "?eni(10.1.0.9)" };

static void test_text_is_a_line_a_resource(void **state)
{
    struct bed *b = *state;
    report_desired(&b->out, &b->in, needs, 1);
    assert_string_equal(
        bed_text(b),
        "kube-system/web\n"
        "  LoadBalancer kube-system/web: web  (AlbConfig web (web.yaml:1))\n"
        "  Listener 80/HTTP: HTTP on port 80  (AlbConfig web (web.yaml:1))\n"
        "  Rule 80/HTTP#0123456789ab: host a.example path /tea -> @shop/tea-tea:80  (Ingress "
        "shop/tea (tea.yaml:3))\n"
        "  ServerGroup shop/tea-tea:80: shop-tea-80, servers unknown and left alone  (Ingress "
        "shop/tea (tea.yaml:3))\n"
        "missing fact ?eni(10.1.0.9)\n");
}

static void test_json_groups_resources_by_load_balancer(void **state)
{
    struct bed *b = *state;
    bed_row(b, RESOURCE_RULE)->position = 1;
    b->in.format = REPORT_JSON;
    report_desired(&b->out, &b->in, needs, 1);
    cJSON *json CLEANUP(json_done) = bed_json(b);
    const cJSON *lbs = json_get(json, "loadBalancers");
    assert_int_equal(cJSON_GetArraySize(lbs), 1);
    const cJSON *rows = json_get(cJSON_GetArrayItem(lbs, 0), "resources");
    assert_int_equal(cJSON_GetArraySize(rows), 4);
    const cJSON *rule = cJSON_GetArrayItem(rows, 2);
    assert_string_equal(json_str(rule, "kind"), "Rule");
    assert_string_equal(json_str(rule, "listener"), "80/HTTP");
    assert_int_equal(json_int(rule, "position", 0), 1);
    const cJSON *want = json_get(rule, "desired");
    assert_int_equal(cJSON_GetArraySize(json_get(want, "RuleConditions")), 2);
    assert_string_equal(cJSON_GetArrayItem(json_get(json, "missingFacts"), 0)->valuestring,
                        "?eni(10.1.0.9)");
}

static void test_nothing_wanted_is_an_empty_document(void **state)
{
    struct bed *b = *state;
    b->model.rows.len = 0;
    b->in.format = REPORT_JSON;
    report_desired(&b->out, &b->in, NULL, 0);
    cJSON *json CLEANUP(json_done) = bed_json(b);
    assert_int_equal(cJSON_GetArraySize(json_get(json, "loadBalancers")), 0);
    assert_int_equal(cJSON_GetArraySize(json_get(json, "missingFacts")), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_text_is_a_line_a_resource),
        TEST(test_json_groups_resources_by_load_balancer),
        TEST(test_nothing_wanted_is_an_empty_document),
    };
    return cmocka_run_group_tests_name("report/desired", tests, NULL, NULL);
}
