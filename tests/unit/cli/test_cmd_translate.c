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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_translate_prints_yaml_and_lists_missing_facts),
        TEST(test_translate_prints_one_json_document),
        TEST(test_translate_leaves_out_what_is_bad_and_says_so),
        TEST(test_translate_needs_manifests_with_an_albconfig),
    };
    return cmocka_run_group_tests_name("cli/cmd_translate", tests, NULL, NULL);
}
