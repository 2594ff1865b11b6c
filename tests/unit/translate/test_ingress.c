/* Ingresses as a whole: alb-ingress.md §C.1, §C.7, §M. */
#include "world.h"

#define RULES "  rules:\n"

static void assert_refused(const char *annotations, const char *spec, const char *problem)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = world_of(arena_fmt(&a,
                                        "%s---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                                        "metadata: {name: web, annotations: {%s}}\n"
                                        "spec:\n  ingressClassName: alb\n%s",
                                        WEB, annotations, spec));
    assert_has(problems(&w), problem);
    assert_null(rule_row(&w, "80/HTTP", 1));
    world_done(&w);
}

static void test_order_is_1_to_1000(void **state)
{
    (void)state;
    static const char rule[] = RULES PATH("a.com", "/");
    assert_refused(ALB "order: \"0\"", rule, "order]: \"0\" is no order; give 1 to 1000");
    assert_refused(ALB "order: \"1001\"", rule, "\"1001\" is no order");
    assert_refused(ALB "order: first", rule, "\"first\" is no order");
    assert_refused(ALB "order: \"\"", rule, "\"\" is no order");
    assert_refused(ALB "order: \"5\", " ALB "albconfig.order: x", rule,
                   "albconfig.order]: \"x\" is no order");
}

static void test_older_spelling_of_order_wins(void **state)
{
    (void)state;
    struct world w =
        world_of(WEB INGRESS("d", "a", ALB "order: \"2\"") RULES PATH("a.com", "/")
                     INGRESS("d", "b", ALB "order: \"900\", " ALB "albconfig.order: \"1\"")
                         RULES PATH("b.com", "/") INGRESS("d", "c", ALB "order: \"1000\"")
                             RULES PATH("c.com", "/"));
    assert_string_equal(rules(&w, "80/HTTP"), "b.com /* 1:ForwardGroup @d/b-tea:80*100\n"
                                              "a.com /* 1:ForwardGroup @d/a-tea:80*100\n"
                                              "c.com /* 1:ForwardGroup @d/c-tea:80*100\n");
    world_done(&w);
}

static void test_mistyped_members_are_problems(void **state)
{
    (void)state;
    static const struct {
        const char *spec, *problem;
    } cases[] = {
        { "  rules: 7\n", "spec.rules: this is a number; give a list" },
        { "  rules: [7]\n", "spec.rules[0]: this is a number; give a map" },
        { "  rules: [{host: 7}]\n", "spec.rules[0].host: this is a number; give text" },
        { "  rules: [{http: []}]\n", "spec.rules[0].http: this is a list; give a map" },
        { "  rules: [{http: {paths: {}}}]\n", "http.paths: this is a map; give a list" },
        { "  rules: [{http: {paths: [{path: /}]}}]\n", "http.paths[0].backend: missing; add it" },
        { "  rules: [{http: {paths: [{path: [], backend: {service: {name: a, port: {number: "
          "80}}}}]}}]\n",
          "paths[0].path: this is a list; give text" },
        { "  rules: [{http: {paths: [{pathType: 1, backend: {service: {name: a, port: {number: "
          "80}}}}]}}]\n",
          "paths[0].pathType: this is a number; give text" },
        { "  tls: {}\n", "spec.tls: this is a map; give a list" },
        { "  tls: [{hosts: a.com}]\n", "spec.tls[0].hosts: \"a.com\" is text; give a list" },
        { "  tls: [{hosts: [1]}]\n", "spec.tls[0].hosts[0]: this is a number; give text" },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_refused("", cases[i].spec, cases[i].problem);
}

static void test_host_has_at_most_128_characters(void **state)
{
    (void)state;
    char host[130];
    struct arena a CLEANUP(arena_done) = { 0 };
    memset(host, 'h', sizeof host);
    host[129] = '\0';
    assert_refused("",
                   arena_fmt(&a,
                             "  rules: [{host: %s, http: {paths: [{backend: {service: {name: a, "
                             "port: {number: 80}}}}]}}]\n",
                             host),
                   "is no value that ALB takes here; give 3 to 128 characters");
}

/* The name of the Ingress, and that of a Service, are tags of its groups. */
static void assert_names(size_t ingress, size_t service, const char *annotation, const char *wanted)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *name = repeated(&a, "i", ingress), *backend = repeated(&a, "s", service);
    const char *text =
        arena_fmt(&a,
                  WEB "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                      "metadata: {name: %s, namespace: d, annotations: {%s%s%s}}\n"
                      "spec: {ingressClassName: alb, rules: [{host: a.com, http: {paths: [{path: "
                      "/, pathType: Prefix, backend: {service: {name: %s, port: %s}}}]}}]}\n",
                  name, annotation, *annotation ? backend : "",
                  *annotation ? "\",\"servicePort\":80}]}}]'" : "", *annotation ? "tea" : backend,
                  *annotation ? "{name: use-annotation}" : "{number: 80}");
    struct world w = world_of(text);
    if (wanted)
        assert_has(problems(&w), wanted);
    else
        assert_string_equal(problems(&w), "");
    assert_true(!rule_row(&w, "80/HTTP", 1) == (wanted != NULL));
    world_done(&w);
}

static void test_names_fit_into_the_tags_of_groups(void **state)
{
    (void)state;
    static const char forward[] = ALB "actions.tea: '[{\"type\":\"ForwardGroup\",\"forwardConfig\""
                                      ":{\"serverGroups\":[{\"serviceName\":\"";
    assert_names(128, 128, "", NULL);
    assert_names(129, 1, "", "its name is longer than the 128 characters of a tag of its groups");
    assert_names(1, 129, "", "backend.service.name: it is longer than the 128 characters");
    assert_names(1, 128, forward, NULL);
    assert_names(1, 129, forward, "forwardConfig.serverGroups[0].serviceName: it is longer than");
}

static void test_one_bad_path_leaves_the_whole_ingress_out(void **state)
{
    (void)state;
    struct world w = world_of(WEB INGRESS("d", "web", "") RULES PATH("a.com", "/ok") PATH(
        "a.com", "/a*b") INGRESS("d", "x", "") RULES PATH("x.com", "/"));
    assert_string_equal(rules(&w, "80/HTTP"), "x.com /* 1:ForwardGroup @d/x-tea:80*100\n");
    assert_int_equal(w.out.problems.len, 1);
    assert_string_equal(w.out.problems.items[0].kind, "Ingress");
    assert_string_equal(w.out.problems.items[0].ns, "d");
    assert_string_equal(w.out.problems.items[0].name, "web");
    assert_string_equal(w.out.problems.items[0].origin, "t.yaml:16");
    const struct resource mine = { .lb = "kube-system/web",
                                   .kind = RESOURCE_RULE,
                                   .parent = "80/HTTP",
                                   .desired_from =
                                       "Ingress d/web (old.yaml:99) rules[0].paths[0]" };
    struct resource other = mine;
    other.desired_from = "Ingress d/web2 (old.yaml:99) rules[0].paths[0]";
    assert_true(translate_holds(&w.out, &mine));
    assert_false(translate_holds(&w.out, &other));
    world_done(&w);
}

#define DEFAULT_BACKEND "  defaultBackend: {service: {name: tea, port: {number: 80}}}\n"

static void test_default_backend_is_the_last_rule(void **state)
{
    (void)state;
    struct world w = world_of(WEB TEA("d") INGRESS("d", "a", "") DEFAULT_BACKEND RULES PATH(
        "a.com", "/") INGRESS("d", "b", "") RULES PATH("b.com", "/"));
    assert_string_equal(problems(&w), "");
    assert_string_equal(warnings(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"), "a.com /* 1:ForwardGroup @d/a-tea:80*100\n"
                                              "b.com /* 1:ForwardGroup @d/b-tea:80*100\n"
                                              "/* 1:ForwardGroup @d/a-tea:80*100\n");
    assert_has(rule_row(&w, "80/HTTP", 3)->desired_from, "Ingress d/a (t.yaml:");
    assert_has(rule_row(&w, "80/HTTP", 3)->desired_from, ") defaultBackend");
    world_done(&w);
}

static void test_default_backend_alone_is_enough(void **state)
{
    (void)state;
    struct world w = world_of(WEB INGRESS(
        "d", "a",
        ALB "actions.x: '[{\"type\":\"FixedResponse\",\"FixedResponse"
            "Config\":{\"httpCode\":\"404\",\"content\":\"no\"}}]'") "  defaultBackend: {service: "
                                                                     "{name: x, port: {name: "
                                                                     "use-annotation}}}\n");
    assert_string_equal(problems(&w), "");
    assert_string_equal(warnings(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"), "/* 1:FixedResponse 404 (null) no\n");
    world_done(&w);
}

static void test_mistakes_of_a_default_backend_are_named(void **state)
{
    (void)state;
    assert_refused("", "  defaultBackend: {service: {name: tea}}\n",
                   "spec.defaultBackend.service.port: it has neither a number nor a name");
    assert_refused("", "  defaultBackend: {resource: {kind: Bucket, name: b}}\n",
                   "spec.defaultBackend: resource backends cannot be reached from ALB");
    assert_refused("", "  defaultBackend: 7\n", "spec.defaultBackend: this is a number");
}

static void test_host_is_one_that_alb_takes(void **state)
{
    (void)state;
    assert_refused(
        "", RULES PATH("A.com", "/"),
        "spec.rules[0].host: \"A.com\" is no value that ALB takes here; give lower-case");
}

static void test_direction_is_request_or_response(void **state)
{
    (void)state;
    assert_refused(ALB "rule-direction.tea: Both", RULES PATH("a.com", "/"),
                   "rule-direction.tea]: \"Both\" is not known; give Request or Response");
}

static void test_group_type_is_ip_or_instance(void **state)
{
    (void)state;
    assert_refused(ALB "server-group-type: Fc", RULES PATH("a.com", "/"),
                   "server-group-type]: \"Fc\" is not known; give Instance or Ip");
    struct world w =
        world_of(WEB INGRESS("d", "web", ALB "server-group-type: ip") RULES PATH("a.com", "/"));
    assert_int_equal(group_of(&w, "d/web-tea:80")->type, ALB_GROUP_TYPE_IP);
    world_done(&w);
}

static void test_ingress_being_deleted_is_not_wanted(void **state)
{
    (void)state;
    struct world w =
        world_of(WEB "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                     "metadata: {name: web, deletionTimestamp: \"2026-01-01T00:00:00Z\"}\n"
                     "spec:\n  ingressClassName: alb\n" RULES PATH("a.com", "/"));
    assert_null(rule_row(&w, "80/HTTP", 1));
    assert_string_equal(problems(&w), "");
    assert_int_equal(w.out.holds.len, 0);
    world_done(&w);
}

static void assert_told(const char *spec, const char *warning)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w =
        world_of(arena_fmt(&a, "%s%s%s%s", WEB, TEA("d"), INGRESS("d", "web", ""), spec));
    assert_string_equal(problems(&w), "");
    if (*warning)
        assert_has(warnings(&w), warning);
    else
        assert_string_equal(warnings(&w), "");
    world_done(&w);
}

/* Without them its rules are on HTTP alone, though it asks for HTTPS (alb-ingress.md §I.4). */
static void test_a_tls_host_that_is_of_no_rule_is_told(void **state)
{
    (void)state;
    static const char told[] = "Ingress web: spec.tls[0].hosts[1]: no rule has just \"*.b.com\" as "
                               "host (\"*\" stands for nothing here), so it brings none to HTTPS";
    assert_told("  tls: [{hosts: [a.com, '*.b.com', '']}]\n  rules:\n" PATH("a.com", "/")
                    PATH("x.b.com", "/"),
                told);
    assert_told("  tls: [{hosts: ['*.b.com']}]\n  rules:\n" PATH("*.b.com", "/"), "");
    assert_told(
        "  tls: [{hosts: [b.com]}]\n  rules:\n  - http: {paths: [{backend: {service: {name: "
        "tea, port: {number: 80}}}}]}\n",
        "");
    struct world w = world_of(WEB TEA("d") INGRESS(
        "d", "web", ALB "listen-ports: '[{\"HTTPS\":443}]'") "  tls: [{hosts: ['*.b.com']}]\n  "
                                                             "rules:\n" PATH("x.b.com", "/"));
    assert_string_equal(warnings(&w), "");
    world_done(&w);
    w = world_of(WEB TEA("d") INGRESS(
        "d", "web",
        ALB
        "ssl-redirect: \"true\"") "  tls: [{hosts: ['*.b.com']}]\n  rules:\n" PATH("x.b.com", "/"));
    assert_string_equal(warnings(&w), "");
    world_done(&w);
}

static void test_an_ingress_of_which_nothing_comes_is_told(void **state)
{
    (void)state;
    static const char dflt[] = "  defaultBackend: {service: {name: tea, port: {number: 80}}}\n";
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_told("  rules: []\n",
                "spec: it has neither rules nor a defaultBackend, so nothing comes");
    assert_told("  rules:\n" PATH("a.com", "/") "  - host: b.com\n",
                "spec.rules[1]: it has no paths, so nothing comes of it; add some to http.paths");
    assert_told(dflt, "");
    assert_told(arena_fmt(&a, "%s  rules: [{host: b.com}]\n", dflt), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_is_1_to_1000),
        cmocka_unit_test(test_a_tls_host_that_is_of_no_rule_is_told),
        cmocka_unit_test(test_an_ingress_of_which_nothing_comes_is_told),
        cmocka_unit_test(test_older_spelling_of_order_wins),
        cmocka_unit_test(test_mistyped_members_are_problems),
        cmocka_unit_test(test_host_has_at_most_128_characters),
        cmocka_unit_test(test_names_fit_into_the_tags_of_groups),
        cmocka_unit_test(test_one_bad_path_leaves_the_whole_ingress_out),
        cmocka_unit_test(test_default_backend_is_the_last_rule),
        cmocka_unit_test(test_default_backend_alone_is_enough),
        cmocka_unit_test(test_mistakes_of_a_default_backend_are_named),
        cmocka_unit_test(test_host_is_one_that_alb_takes),
        cmocka_unit_test(test_direction_is_request_or_response),
        cmocka_unit_test(test_group_type_is_ip_or_instance),
        cmocka_unit_test(test_ingress_being_deleted_is_not_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
