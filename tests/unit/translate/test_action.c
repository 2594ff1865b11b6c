/* The annotation actions.<service>: alb-ingress.md §A.6, §C.7, knative.md §1.2. */
#include "world.h"

#define USE_ANNOTATION                                                      \
    "  rules: [{http: {paths: [{backend: {service: {name: x, port: {name: " \
    "use-annotation}}}}]}}]\n"
#define NUMBERED \
    "  rules: [{http: {paths: [{backend: {service: {name: x, port: {number: 80}}}}]}}]\n"

static struct world world_with(const char *actions, const char *rest)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return world_of(arena_fmt(&a,
                              "%s---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                              "metadata:\n  name: web\n  namespace: d\n  annotations:\n"
                              "    %sactions.x: '%s'\nspec:\n  ingressClassName: alb\n%s",
                              WEB, ALB, actions, rest));
}

static void assert_action(const char *actions, const char *rule)
{
    struct world w = world_with(actions, USE_ANNOTATION);
    assert_string_equal(problems(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"), rule);
    world_done(&w);
}

static void assert_refused(const char *actions, const char *problem)
{
    struct world w = world_with(actions, USE_ANNOTATION);
    assert_has(problems(&w), problem);
    assert_string_equal(rules(&w, "80/HTTP"), "");
    world_done(&w);
}

#define BOTH "/* 1:ForwardGroup @d/web-a:80*60 @d/web-b:8080*40\n"

static void test_forward_is_read_in_all_its_spellings(void **state)
{
    (void)state;
    static const char *const spellings[] = {
        "[{\"type\":\"ForwardGroup\",\"forwardConfig\":{\"serverGroups\":[{\"serviceName\":\"a\","
        "\"servicePort\":80,\"weight\":60},{\"serviceName\":\"b\",\"servicePort\":8080,"
        "\"weight\":40}]}}]",
        /* One object, "forward", targetGroups, names in other case, null for absent. */
        "{\"Type\":\"forward\",\"ForwardConfig\":{\"TargetGroups\":[{\"ServiceName\":\"a\","
        "\"ServicePort\":80,\"Weight\":60},{\"servicename\":\"b\",\"serviceport\":8080,"
        "\"weight\":40}],\"ServerGroups\":null},\"RedirectConfig\":null}",
        "{\"TYPE\":\"FORWARDGROUP\",\"FORWARDCONFIG\":{\"SERVERGROUPS\":[{\"serviceName\":\"a\","
        "\"servicePort\":80,\"weight\":60},{\"serviceName\":\"b\",\"servicePort\":8080,"
        "\"weight\":40}]}}",
    };
    for (size_t i = 0; i < COUNT(spellings); i++)
        assert_action(spellings[i], BOTH);
}

static void test_group_by_id_goes_before_the_service(void **state)
{
    (void)state;
    struct world w = world_with("{\"type\":\"ForwardGroup\",\"forwardConfig\":{\"serverGroups\":[{"
                                "\"serverGroupID\":\"sgp-1\",\"serviceName\":\"a\",\"servicePort\":"
                                "80,\"weight\":0}]}}",
                                USE_ANNOTATION);
    assert_string_equal(rules(&w, "80/HTTP"), "/* 1:ForwardGroup sgp-1*0\n");
    assert_null(group_of(&w, "d/web-a:80"));
    world_done(&w);
}

static void test_weight_is_100_when_not_given(void **state)
{
    (void)state;
    assert_action("{\"type\":\"forward\",\"forwardConfig\":{\"serverGroups\":[{\"serviceName\":"
                  "\"a\",\"servicePort\":80}]}}",
                  "/* 1:ForwardGroup @d/web-a:80*100\n");
}

static void test_stickiness_between_groups_is_kept(void **state)
{
    (void)state;
    struct world w = world_with("{\"type\":\"forward\",\"forwardConfig\":{\"serverGroups\":[{"
                                "\"serviceName\":\"a\",\"servicePort\":80}],"
                                "\"serverGroupStickySession\":{\"enabled\":true,\"timeout\":200}}}",
                                USE_ANNOTATION);
    const struct alb_rule *rule = rule_row(&w, "80/HTTP", 1)->desired;
    assert_true(rule->actions.items[0].forward.stickiness.enabled.val);
    assert_int_equal(rule->actions.items[0].forward.stickiness.timeout.val, 200);
    world_done(&w);
}

static void test_redirect_has_the_defaults_of_the_reference(void **state)
{
    (void)state;
    assert_action("{\"type\":\"redirect\",\"redirectConfig\":{\"port\":\"443\"}}",
                  "/* 1:Redirect 301 ${protocol}://${host}:443${path}?${query}\n");
    assert_action("{\"type\":\"Redirect\",\"RedirectConfig\":{\"host\":\"b.com\",\"path\":\"/x\","
                  "\"protocol\":\"https\",\"query\":\"q=1\",\"httpCode\":\"307\"}}",
                  "/* 1:Redirect 307 HTTPS://b.com:${port}/x?q=1\n");
}

static void test_fixed_response_is_sent_as_given(void **state)
{
    (void)state;
    assert_action("[{\"type\":\"FixedResponse\",\"FixedResponseConfig\":{\"contentType\":"
                  "\"text/plain\",\"content\":\"503 error text\",\"httpCode\":\"503\"}}]",
                  "/* 1:FixedResponse 503 text/plain 503 error text\n");
}

static const struct {
    const char *actions, *problem;
} refused_actions_say_what_is_allowed_cases[] = {
    { "[", "actions.x]: JSON: syntax error" },
    { "7", "actions.x]: this is a number; give a map" },
    { "[7]", "actions.x][0]: this is a number; give a map" },
    { "{}", "actions.x].type: missing; add it" },
    { "{\"type\":\"\"}", "actions.x].type: missing; add it" },
    { "[{\"type\":\"Teapot\"}]", "[0].type: \"Teapot\" is not known; give ForwardGroup, "
                                 "Redirect, FixedResponse, Rewrite" },
    { "[{\"type\":\"rewrite\"}]", "actions.x][0].RewriteConfig: missing; add it" },
    { "[{\"type\":\"InsertHeader\"}]", "InsertHeaderConfig: missing; add it" },
    { "[{\"type\":\"RemoveHeader\"}]", "RemoveHeaderConfig: missing; add it" },
    { "[{\"type\":\"TrafficLimit\"}]", "TrafficLimitConfig: missing; add it" },
    { "[{\"type\":\"TrafficMirror\"}]", "TrafficMirrorConfig: missing; add it" },
    { "[{\"type\":\"Cors\",\"CorsConfig\":null}]", "CorsConfig: missing; add it" },
    { "{\"type\":\"forward\"}", "forwardConfig.serverGroups: it names 0 groups; give 1 to 5" },
    { "{\"type\":\"forward\",\"forwardConfig\":{\"serverGroups\":[],\"targetGroups\":[]}}",
      "forwardConfig: it has both serverGroups and targetGroups; give one of them" },
    { "{\"type\":\"forward\",\"forwardConfig\":{\"targetGroups\":[{},{},{},{},{},{}]}}",
      "forwardConfig.targetGroups: it names 6 groups; give 1 to 5" },
    { "{\"type\":\"forward\",\"forwardConfig\":{\"serverGroups\":[{\"serviceName\":\"a\"}]}}",
      "serverGroups[0]: it names no group; give serviceName and servicePort, or" },
    { "{\"type\":\"forward\",\"forwardConfig\":{\"serverGroups\":[{\"serviceName\":\"a\","
      "\"servicePort\":\"80\"}]}}",
      "serverGroups[0].servicePort: \"80\" is text; give a whole number, without quotes" },
    { "{\"type\":\"forward\",\"forwardConfig\":{\"serverGroups\":[{\"serviceName\":\"a\","
      "\"servicePort\":80,\"weight\":101}]}}",
      "serverGroups[0].weight: 101 is out of range; give 0 to 100" },
    { "{\"type\":\"forward\",\"forwardConfig\":{\"serverGroups\":[]}}", "it names 0 groups" },
    { "{\"type\":\"forward\",\"forwardConfig\":{\"serverGroups\":[{\"serverGroupID\":\"@a/"
      "b:80\"}]}}",
      "serverGroups[0].serverGroupID: \"@a/b:80\" is no value that ALB takes here" },
    { "{\"type\":\"forward\",\"forwardConfig\":{\"serverGroups\":[{\"servicePort\":80}]}}",
      "serverGroups[0]: it names no group" },
    { "{\"type\":\"FixedResponse\",\"FixedResponseConfig\":{\"httpCode\":\"20\"}}",
      "\"20\" is no code" },
    { "{\"type\":\"FixedResponse\",\"FixedResponseConfig\":{\"httpCode\":\"2xx\"}}",
      "\"2xx\" is no code" },
    { "{\"type\":\"Redirect\",\"redirectConfig\":{\"port\":\"high\"}}",
      "port: \"high\" is no port; give 1 to 65535 or ${port}" },
    { "{\"type\":\"Redirect\",\"redirectConfig\":{\"port\":\"65536\"}}",
      "port: \"65536\" is no port" },
    { "{\"type\":\"FixedResponse\",\"FixedResponseConfig\":{\"content\":\"x\"}}",
      "FixedResponseConfig.httpCode: \"\" is no code that ALB sends; give a 2xx" },
    { "{\"type\":\"FixedResponse\",\"FixedResponseConfig\":{\"httpCode\":\"302\"}}",
      "httpCode: \"302\" is no code that ALB sends" },
    { "{\"type\":\"FixedResponse\",\"FixedResponseConfig\":{\"httpCode\":503}}",
      "httpCode: this is a number; give text: put it in quotes" },
    { "{\"type\":\"FixedResponse\",\"FixedResponseConfig\":{\"httpCode\":\"503\","
      "\"contentType\":\"text/xml\"}}",
      "contentType: \"text/xml\" is not known; give text/plain" },
    { "{\"type\":\"FixedResponse\",\"FixedResponseConfig\":{\"httpCode\":\"200\"}}",
      "FixedResponseConfig.content: missing; add it" },
    { "{\"type\":\"FixedResponse\",\"FixedResponseConfig\":{\"httpCode\":\"200\",\"content\":"
      "\"gr\303\274n\"}}",
      "content: it has characters that are not ASCII" },
    { "{\"type\":\"Redirect\",\"redirectConfig\":{\"host\":\"B.com\"}}",
      "RedirectConfig.host: \"B.com\" is no value that ALB takes here; give lower-case" },
    { "{\"type\":\"Redirect\",\"redirectConfig\":{\"path\":\"x\"}}",
      "RedirectConfig.path: \"x\" is no value that ALB takes here; give one that begins" },
    { "{\"type\":\"Redirect\",\"redirectConfig\":{\"query\":\"a b\"}}",
      "RedirectConfig.query: \"a b\" is no value that ALB takes here; give 1 to 128" },
    { "{\"type\":\"Redirect\"}", "RedirectConfig: it leads to where the request was" },
    { "{\"type\":\"Redirect\",\"redirectConfig\":{\"port\":\"443\",\"httpCode\":\"200\"}}",
      "httpCode: \"200\" is no code of a redirect" },
    { "{\"type\":\"Redirect\",\"redirectConfig\":{\"port\":\"0\"}}", "port: \"0\" is no port" },
    { "{\"type\":\"Redirect\",\"redirectConfig\":{\"protocol\":\"ftp\"}}",
      "protocol: \"ftp\" is not known; give HTTP, HTTPS or ${protocol}" },
    { "[]", "backend: the port is use-annotation, but there is no annotation" },
    { "[{\"type\":\"Redirect\",\"redirectConfig\":{\"port\":\"443\"}},{\"type\":"
      "\"FixedResponse\","
      "\"FixedResponseConfig\":{\"httpCode\":\"200\",\"content\":\"x\"}}]",
      "multi finalType action find: [Redirect FixedResponse]; keep one" },
};

static void test_refused_actions_say_what_is_allowed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused_actions_say_what_is_allowed_cases); i++)
        assert_refused(refused_actions_say_what_is_allowed_cases[i].actions,
                       refused_actions_say_what_is_allowed_cases[i].problem);
}

static void test_a_code_without_quotes_is_told_of_once(void **state)
{
    (void)state;
    struct world w = world_with("{\"type\":\"FixedResponse\",\"FixedResponseConfig\":{"
                                "\"httpCode\":503,\"content\":\"away\"}}",
                                USE_ANNOTATION);
    assert_int_equal(w.out.problems.len, 1);
    assert_has(problems(&w), "httpCode: this is a number; give text: put it in quotes: \"503\"");
    world_done(&w);
    w = world_with("{\"type\":\"Redirect\",\"redirectConfig\":{\"port\":99999}}", USE_ANNOTATION);
    assert_int_equal(w.out.problems.len, 2); /* of the quotes, and of the value */
    world_done(&w);
}

static void test_content_has_at_most_1024_bytes(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    char content[1026];
    memset(content, 'x', sizeof content);
    content[1025] = '\0';
    assert_refused(arena_fmt(&a,
                             "{\"type\":\"FixedResponse\",\"FixedResponseConfig\":{\"httpCode\":"
                             "\"200\",\"content\":\"%s\"}}",
                             content),
                   "content: it is longer than the 1024 bytes that ALB takes");
}

static void test_action_beside_a_numbered_port_is_a_second_final_one(void **state)
{
    (void)state;
    struct world w =
        world_with("{\"type\":\"Redirect\",\"redirectConfig\":{\"port\":\"443\"}}", NUMBERED);
    assert_has(problems(&w),
               "multi finalType action find: [Redirect ForwardGroup]; keep one, or give "
               "the port the name use-annotation");
    world_done(&w);
}

static void test_use_annotation_without_annotation_is_a_problem(void **state)
{
    (void)state;
    struct world w = world_of(WEB INGRESS("d", "web", "") USE_ANNOTATION);
    assert_has(problems(&w), "spec.rules[0].http.paths[0].backend: the port is use-annotation, but "
                             "there is no annotation alb.ingress.kubernetes.io/actions.x");
    world_done(&w);
}

static void test_config_of_another_type_may_hold_anything(void **state)
{
    (void)state;
    assert_action("[{\"type\":\"Redirect\",\"redirectConfig\":{\"port\":\"443\"},"
                  "\"InsertHeaderConfig\":{\"key\":\"\",\"colour\":1},\"TrafficLimitConfig\":{"
                  "\"QPS\":\"\"},\"ForwardConfig\":7}]",
                  "/* 1:Redirect 301 ${protocol}://${host}:443${path}?${query}\n");
}

static void test_misspelt_name_in_an_action_is_a_warning(void **state)
{
    (void)state;
    struct world w = world_with("{\"type\":\"Redirect\",\"redirectConfig\":{\"port\":\"443\","
                                "\"httpcode2\":\"302\"}}",
                                USE_ANNOTATION);
    assert_has(warnings(&w),
               "RedirectConfig.httpcode2: there is no such field, so it has no effect; "
               "is it 'httpCode'?");
    assert_non_null(rule_row(&w, "80/HTTP", 1));
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward_is_read_in_all_its_spellings),
        cmocka_unit_test(test_group_by_id_goes_before_the_service),
        cmocka_unit_test(test_weight_is_100_when_not_given),
        cmocka_unit_test(test_stickiness_between_groups_is_kept),
        cmocka_unit_test(test_redirect_has_the_defaults_of_the_reference),
        cmocka_unit_test(test_fixed_response_is_sent_as_given),
        cmocka_unit_test(test_refused_actions_say_what_is_allowed),
        cmocka_unit_test(test_a_code_without_quotes_is_told_of_once),
        cmocka_unit_test(test_content_has_at_most_1024_bytes),
        cmocka_unit_test(test_action_beside_a_numbered_port_is_a_second_final_one),
        cmocka_unit_test(test_use_annotation_without_annotation_is_a_problem),
        cmocka_unit_test(test_config_of_another_type_may_hold_anything),
        cmocka_unit_test(test_misspelt_name_in_an_action_is_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
