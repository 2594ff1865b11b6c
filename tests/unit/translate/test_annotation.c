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

static void test_attendant_without_its_switch_is_a_warning(void **state)
{
    (void)state;
    assert_placed(ALB "cors-max-age: \"5\"",
                  "cors-max-age]: it has no effect without enable-cors: \"true\"; add that, or");
    assert_placed(ALB "canary-weight: \"5\"",
                  "canary-weight]: it has no effect without canary: \"true\"");
}

static void test_blanks_around_each_line_are_taken_off(void **state)
{
    (void)state;
    struct world w = world_with(ALB "x: \" a b \\r\\n\\t c\\n \\n\", " ALB "y: \" \\n \"");
    struct tr t = { .a = &w.a, .out = &w.out };
    struct subject s = { .t = &t, .obj = object_set_find(&w.set, OBJECT_INGRESS, "d", "web") };
    assert_string_equal(annotation_text(&s, "x"), "a b\nc");
    assert_null(annotation_text(&s, "y"));
    assert_null(annotation_text(&s, "z"));
    world_done(&w);
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
    assert_placed(
        ALB "cert-id: c-1",
        "cert-id]: it has no effect. Mentioned by users only; give certificates in the AlbConfig.");
    assert_placed(ALB "cert-id: \" \"", "");
    assert_placed(ALB "sticky-sesion: \"true\"", "is it 'sticky-session'?");
}

static void test_names_that_others_have_are_told_with_ours(void **state)
{
    (void)state;
    assert_placed(ALB "scheme: internal",
                  "scheme]: there is no such annotation, so it has no effect; give "
                  "spec.config.addressType in the AlbConfig");
    assert_placed(ALB "cors-enable: \"true\"", "cors-enable]: there is no such annotation, so it "
                                               "has no effect; give enable-cors");
    assert_placed(ALB "session-cookie-path: /", "so it has no effect; give sticky-session");
    assert_placed(ALB "quite-another: /", "so it has no effect; remove it");
    for (size_t i = 0; i < annotation_n_others; i++)
        for (size_t k = 0; k < annotation_n_rows; k++)
            assert_string_not_equal(annotation_others[i].name, annotation_rows[k].name);
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
        cmocka_unit_test(test_what_asks_for_nothing_is_passed_over),
        cmocka_unit_test(test_attendant_without_its_switch_is_a_warning),
        cmocka_unit_test(test_blanks_around_each_line_are_taken_off),
        cmocka_unit_test(test_booleans_are_true_by_the_letter),
        cmocka_unit_test(test_unknown_annotation_is_a_warning_with_a_hint),
        cmocka_unit_test(test_names_that_others_have_are_told_with_ours),
        cmocka_unit_test(test_annotation_for_no_backend_is_a_warning),
        cmocka_unit_test(test_names_that_are_too_long_are_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
