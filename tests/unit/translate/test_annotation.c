/* What is said of each annotation: alb-ingress.md §A. */
#include "world.h"

#include "src/translate/translate_priv.h"

#define RULES "  rules:\n"

static struct world world_with(const char *annotations)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return world_of(arena_fmt(&a,
                              "%s---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                              "metadata:\n  name: web\n  namespace: d\n  annotations: {%s}\n"
                              "spec:\n  ingressClassName: alb\n" RULES PATH("a.com", "/"),
                              WEB TEA("d"), annotations));
}

static void assert_placed(const char *annotations, const char *warning)
{
    struct world w = world_with(annotations);
    assert_string_equal(problems(&w), "");
    assert_non_null(rule_row(&w, "80/HTTP", 1));
    if (*warning)
        assert_has(warnings(&w), warning);
    else
        assert_string_equal(warnings(&w), "");
    world_done(&w);
}

static void assert_refused(const char *annotations, const char *problem)
{
    struct world w = world_with(annotations);
    assert_has(problems(&w), problem);
    assert_null(rule_row(&w, "80/HTTP", 1));
    assert_null(group_of(&w, "d/web-tea:80"));
    world_done(&w);
}

static void test_what_would_change_answers_is_refused(void **state)
{
    (void)state;
    assert_refused(ALB "rewrite-target: /x",
                   "metadata.annotations[alb.ingress.kubernetes.io/rewrite-target]: not supported "
                   "yet: rewrite-target; remove it");
    assert_refused(ALB "use-regex: \"true\"", "not supported yet: use-regex");
    assert_refused(ALB "traffic-limit-qps: \"50\"", "not supported yet: traffic-limit-qps");
    assert_refused(ALB "traffic-limit-ip-qps: \"5\"", "not supported yet: traffic-limit-ip-qps");
    assert_refused(ALB "enable-cors: \"true\"", "not supported yet: enable-cors");
    assert_refused(ALB "canary: \"true\"", "not supported yet: canary");
    assert_refused("nginx.ingress.kubernetes.io/canary: \"true\"", "not supported yet: canary");
    assert_refused(ALB "backend-protocol: https", "not supported yet: backend-protocol");
    assert_refused(ALB "backend-protocol: grpc", "not supported yet: backend-protocol");
    assert_refused(ALB "backend-svcs-protocols: \"{}\"",
                   "not supported yet: backend-svcs-protocols");
    assert_refused(ALB "conditions.tea: \"[]\"", "not supported yet: conditions.tea");
    assert_refused(ALB "rule-direction.tea: Response", "not supported yet: rule-direction.tea");
}

static void test_what_asks_for_nothing_is_passed_over(void **state)
{
    (void)state;
    assert_placed(ALB "use-regex: \"false\"", "");
    assert_placed(ALB "enable-cors: \"false\", " ALB "cors-max-age: \"5\"", "");
    assert_placed(ALB "canary: \"false\", " ALB "canary-weight: \"20\"", "");
    assert_placed("nginx.ingress.kubernetes.io/canary: \"false\", " ALB "canary: \"true\"", "");
    assert_placed(ALB "backend-protocol: http", "");
    assert_placed(ALB "rule-direction.tea: Request", "");
    assert_placed(ALB "rewrite-target: \" \"", "");
    assert_placed(ALB "healthcheck-enabled: \"false\", " ALB "healthcheck-path: /x", "");
    assert_placed(ALB "backend-scheduler: wrr", "");
    assert_placed("nginx.ingress.kubernetes.io/rewrite-target: /x", "");
    assert_placed("example.com/anything: x", "");
}

static void test_booleans_are_true_by_the_letter(void **state)
{
    (void)state;
    assert_placed(ALB "canary: \"True\"",
                  "canary]: \"True\" is neither \"true\" nor \"false\", and taken for \"false\"");
}

static void test_unknown_annotation_is_a_warning_with_a_hint(void **state)
{
    (void)state;
    assert_placed(ALB "cors-enable: \"true\"", "cors-enable]: there is no such annotation");
    assert_placed(ALB "sticky-sesion: \"true\"", "is it 'sticky-session'?");
}

static void test_annotation_for_no_backend_is_a_warning(void **state)
{
    (void)state;
    assert_placed(ALB "conditions.coffee: \"[]\"",
                  "no backend of this Ingress has the name 'coffee', so it has no effect");
    assert_placed(ALB "actions.coffee: \"[]\"", "no backend of this Ingress has the name 'coffee'");
    assert_placed(ALB "rule-direction.coffee: Response", "has the name 'coffee'");
}

static void test_names_that_are_too_long_are_not_found(void **state)
{
    (void)state;
    static const struct object obj = { .kind = OBJECT_INGRESS };
    char name[200];
    memset(name, 'n', sizeof name);
    name[199] = '\0';
    assert_null(annotation(&obj, name));
    assert_null(annotation_aliased(&obj, name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_would_change_answers_is_refused),
        cmocka_unit_test(test_what_asks_for_nothing_is_passed_over),
        cmocka_unit_test(test_booleans_are_true_by_the_letter),
        cmocka_unit_test(test_unknown_annotation_is_a_warning_with_a_hint),
        cmocka_unit_test(test_annotation_for_no_backend_is_a_warning),
        cmocka_unit_test(test_names_that_are_too_long_are_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
