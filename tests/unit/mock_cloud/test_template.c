/* test_template.c - health check templates. */
#include "world.h"

static char template[32];

static void setup(struct world *w)
{
    world_new(w);
    keep(template,
         call_text(w, "CreateHealthCheckTemplate",
                   "{'HealthCheckTemplateName':'probe','HealthCheckPath':'/ready',"
                   "'Tag':[{'Key':'k','Value':'v'}]}"),
         "HealthCheckTemplateId");
}

static const cJSON *get(struct world *w)
{
    return call(w, "GetHealthCheckTemplateAttribute", "{'HealthCheckTemplateId':'%s'}", template);
}

static void test_a_template_has_the_documented_defaults(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    const cJSON *t = get(&w);
    assert_string_equal(json_str(t, "HealthCheckTemplateName"), "probe");
    assert_string_equal(json_str(t, "HealthCheckPath"), "/ready");
    assert_string_equal(json_str(t, "HealthCheckProtocol"), "HTTP");
    assert_string_equal(json_str(t, "HealthCheckMethod"), "HEAD");
    assert_string_equal(json_str(t, "HealthCheckHost"), "$SERVER_IP");
    assert_string_equal(json_get(t, "HealthCheckCodes")->child->valuestring, "http_2xx");
    assert_int_equal(json_int(t, "HealthCheckInterval", 0), 2);
    assert_int_equal(json_int(t, "HealthCheckTimeout", 0), 5);
    assert_int_equal(json_int(t, "HealthyThreshold", 0), 3);
    assert_int_equal(json_int(t, "UnhealthyThreshold", 0), 3);
    assert_int_equal(json_int(t, "HealthCheckConnectPort", -1), 0);
    assert_string_equal(json_str(first(t, "Tags"), "Key"), "k");
    assert_string_equal(json_str(t, "ResourceGroupId"), "rg-default");
}

static void test_a_template_changes_and_goes_at_once(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    call(&w, "UpdateHealthCheckTemplateAttribute",
         "{'HealthCheckTemplateId':'%s','HealthCheckTemplateName':'other','HealthCheckInterval':7}",
         template);
    ok(&w);
    assert_null(w.last.job_id);
    assert_int_equal(json_int(get(&w), "HealthCheckInterval", 0), 7);
    assert_string_equal(json_str(get(&w), "HealthCheckPath"), "/ready");
    const cJSON *list =
        call_text(&w, "ListHealthCheckTemplates", "{'HealthCheckTemplateNames':['other']}");
    assert_int_equal(count(list, "HealthCheckTemplates"), 1);
    assert_string_equal(json_str(first(list, "HealthCheckTemplates"), "ResourceGroupId"),
                        "rg-default");
    call(&w, "DeleteHealthCheckTemplates", "{'HealthCheckTemplateIds':['%s','hct-no']}", template);
    refused(&w, 404, "ResourceNotFound.HealthCheckTemplate");
    get(&w);
    ok(&w);
    call(&w, "DeleteHealthCheckTemplates", "{'HealthCheckTemplateIds':['%s']}", template);
    ok(&w);
    get(&w);
    refused(&w, 404, "ResourceNotFound.HealthCheckTemplate");
}

static void test_a_bad_probe_is_refused(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    call_text(&w, "CreateHealthCheckTemplate",
              "{'HealthCheckTemplateName':'probe','HealthCheckPath':'ready'}");
    refused(&w, 400, "IllegalParam.HealthCheckPath");
    call_text(&w, "CreateHealthCheckTemplate",
              "{'HealthCheckTemplateName':'probe','HealthCheckCodes':['200']}");
    refused(&w, 400, "IllegalParam.HealthCheckCodes");
}

static void test_a_group_takes_the_template_over(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    setup_group(&w, "{'ServerGroupName':'first','VpcId':'vpc-1','HealthCheckConfig':"
                    "{'HealthCheckEnabled':false}}");
    call(&w, "ApplyHealthCheckTemplateToServerGroup",
         "{'ServerGroupId':'%s','HealthCheckTemplateId':'hct-no'}", w.group);
    refused(&w, 404, "ResourceNotFound.HealthCheckTemplate");
    call(&w, "ApplyHealthCheckTemplateToServerGroup",
         "{'ServerGroupId':'sgp-no','HealthCheckTemplateId':'%s'}", template);
    refused(&w, 404, "ResourceNotFound.ServerGroup");
    call(&w, "ApplyHealthCheckTemplateToServerGroup",
         "{'ServerGroupId':'%s','HealthCheckTemplateId':'%s'}", w.group, template);
    ok(&w);
    assert_non_null(w.last.job_id);
    assert_string_equal(json_str(the_group(&w), "ServerGroupStatus"), "Configuring");
    const cJSON *health = json_get(the_group(&w), "HealthCheckConfig");
    assert_true(cJSON_IsTrue(json_get(health, "HealthCheckEnabled")));
    assert_string_equal(json_str(health, "HealthCheckPath"), "/ready");
    assert_null(json_get(health, "HealthCheckTemplateId"));
    call(&w, "ApplyHealthCheckTemplateToServerGroup",
         "{'ServerGroupId':'%s','HealthCheckTemplateId':'%s'}", w.group, template);
    refused(&w, 400, "IncorrectStatus.ServerGroup");
}

static void test_the_quota(void **state)
{
    (void)state;
    struct cloud_quota quota = { "healthchecktemplates_num", 1 };
    struct cloud_config config = {
        .pending_ms = PENDING_MS, .seed = 1, .quotas = &quota, .n_quotas = 1
    };
    struct world w CLEANUP(world_done);
    world_open(&w, &config);
    call_text(&w, "CreateHealthCheckTemplate", "{'HealthCheckTemplateName':'probe'}");
    ok(&w);
    call_text(&w, "CreateHealthCheckTemplate", "{'HealthCheckTemplateName':'probe'}");
    refused(&w, 400, "QuotaExceeded.HealthCheckTemplatesNum");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_template_has_the_documented_defaults),
        cmocka_unit_test(test_a_template_changes_and_goes_at_once),
        cmocka_unit_test(test_a_bad_probe_is_refused),
        cmocka_unit_test(test_a_group_takes_the_template_over),
        cmocka_unit_test(test_the_quota),
    };
    return cmocka_run_group_tests_name("mock_cloud/template", tests, NULL, NULL);
}
