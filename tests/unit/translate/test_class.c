/* Which Ingresses are ours, and whose they are: alb-ingress.md §B.5. */
#include "world.h"

#define ING(head, spec)                                                                     \
    "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web" head "}\n" \
    "spec:\n" spec "  rules:\n" PATH("a.com", "/")
#define IC(name, controller, rest)                                                            \
    "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: " name "}\n" \
    "spec: {controller: " controller rest "}\n"
#define NO_CONTROLLER                                                                  \
    "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: k}\n" \
    "spec: {parameters: {kind: AlbConfig, name: web}}\n"
#define LEGACY(name) ", annotations: {kubernetes.io/ingress.class: " name "}"

static void assert_placed(const char *text, bool placed, const char *problem)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = world_of(arena_fmt(&a, "%s%s", WEB, text));
    assert_int_equal(*rules(&w, "80/HTTP") != '\0', placed);
    if (problem)
        assert_has(problems(&w), problem);
    else
        assert_string_equal(problems(&w), "");
    world_done(&w);
}

static void test_class_of_ours_leads_to_its_albconfig(void **state)
{
    (void)state;
    assert_placed(ING("", "  ingressClassName: alb\n"), true, NULL);
    assert_placed(ING(LEGACY("alb"), ""), true, NULL);
    assert_placed(IC("mine", "ingress.k8s.alibabacloud/alb", ", parameters: {name: web}")
                      ING(LEGACY("mine"), ""),
                  true, NULL);
}

static void test_foreign_or_missing_class_is_passed_over(void **state)
{
    (void)state;
    assert_placed(ING("", ""), false, NULL);
    assert_placed(ING("", "  ingressClassName: nginx\n"), false, NULL);
    assert_placed(ING(LEGACY("nginx"), ""), false, NULL);
    assert_placed(IC("other", "k8s.io/ingress-nginx", "") ING("", "  ingressClassName: other\n"),
                  false, NULL);
    assert_placed(IC("near", "ingress.k8s.alibabacloud.com/alb", ", parameters: {name: web}")
                      ING("", "  ingressClassName: near\n"),
                  false, NULL);
}

static void test_class_with_another_controller_that_leads_to_an_albconfig_is_told(void **state)
{
    (void)state;
    static const char *const told[] = {
        IC("k", "\"\"", ", parameters: {kind: AlbConfig, name: web}"),
        IC("k", "example.com/alb", ", parameters: {kind: albconfig, name: web}"),
        IC("k", "ingress.k8s.alibabacloud.com/alb", ""),
        NO_CONTROLLER,
    };
    for (size_t i = 0; i < COUNT(told); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct world w =
            world_of(arena_fmt(&a, "%s%s%s", WEB, told[i], ING("", "  ingressClassName: k\n")));
        assert_has(warnings(&w), "IngressClass k: spec.controller: \"");
        assert_has(warnings(&w), "if they are to be ours, give ingress.k8s.alibabacloud/alb");
        assert_int_equal(w.out.holds.len, 0);
        world_done(&w);
    }
    struct world w = world_of(WEB IC("k", "ingress.k8s.alibabacloud/apig", "")
                                  ING("", "  ingressClassName: k\n"));
    assert_string_equal(warnings(&w), "");
    world_done(&w);
    w = world_of(WEB IC("k", "example.com/other", ", parameters: {kind: Other, name: web}")
                     ING("", "  ingressClassName: k\n"));
    assert_string_equal(warnings(&w), "");
    world_done(&w);
    w = world_of(WEB IC("k", "ingress.k8s.aws/alb", "") ING("", "  ingressClassName: k\n"));
    assert_string_equal(warnings(&w), "");
    world_done(&w);
}

static void test_class_name_goes_before_the_legacy_annotation(void **state)
{
    (void)state;
    assert_placed(ING(LEGACY("alb"), "  ingressClassName: nginx\n"), false, NULL);
    assert_placed(ING(LEGACY("nginx"), "  ingressClassName: alb\n"), true, NULL);
}

static void test_class_without_parameters_is_a_problem(void **state)
{
    (void)state;
    assert_placed(IC("bare", "ingress.k8s.alibabacloud/alb", "")
                      ING("", "  ingressClassName: bare\n"),
                  false, "Ingress web: spec.ingressClassName: albconfig must be referenced in");
    assert_placed(IC("num", "ingress.k8s.alibabacloud/alb", ", parameters: {name: 7}")
                      ING("", "  ingressClassName: num\n"),
                  false, "albconfig must be referenced in IngressClass");
}

static void test_albconfig_that_is_not_there_is_a_problem(void **state)
{
    (void)state;
    assert_placed(IC("lost", "ingress.k8s.alibabacloud/alb", ", parameters: {name: gone}")
                      ING("", "  ingressClassName: lost\n"),
                  false, "there is no AlbConfig 'gone'; create it, or name another");
}

static void test_annotation_names_the_albconfig_itself(void **state)
{
    (void)state;
    assert_placed(IC("bare", "ingress.k8s.alibabacloud/alb", "") ING(
                      ", annotations: {" ALB "albconfig.name: web}", "  ingressClassName: bare\n"),
                  true, NULL);
    assert_placed(ING(", annotations: {" ALB "albconfig.name: gone}", "  ingressClassName: alb\n"),
                  false, "albconfig.name]: there is no AlbConfig 'gone'");
    /* It does not make a foreign Ingress ours. */
    assert_placed(ING(", annotations: {" ALB "albconfig.name: web}", "  ingressClassName: nginx\n"),
                  false, NULL);
}

static void test_legacy_alb_needs_no_class_object(void **state)
{
    (void)state;
    struct world w =
        world_of("apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: default}\n"
                 "spec: {config: {zoneMappings: [{vSwitchId: v, zoneId: z}]}, listeners: [{port: "
                 "80}]}\n" ING(LEGACY("alb"), ""));
    assert_string_equal(problems(&w), "");
    assert_non_null(rule_row(&w, "80/HTTP", 1));
    world_done(&w);
}

static void test_unreadable_class_holds_its_ingresses(void **state)
{
    (void)state;
    assert_placed(IC("odd", "[alb]", "") ING("", "  ingressClassName: odd\n"), false,
                  "IngressClass odd: spec.controller: this is a list; give text");
    assert_placed(IC("odd", "[alb]", "") ING("", "  ingressClassName: odd\n"), false,
                  "Ingress web: spec.ingressClassName: IngressClass odd");
    assert_placed(ING("", "  ingressClassName: [alb]\n"), false,
                  "spec.ingressClassName: this is a list; give text");
}

static void test_albconfig_that_cannot_be_translated_is_named_on_the_ingress(void **state)
{
    (void)state;
    struct world w = world_of(
        "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n"
        "spec: {config: {addressType: Public}}\n" CLASS ING("", "  ingressClassName: alb\n"));
    assert_has(problems(&w),
               "Ingress web: spec.ingressClassName: AlbConfig web (t.yaml:1) cannot be "
               "translated; correct it first");
    assert_int_equal(w.out.desired.rows.len, 0);
    world_done(&w);
}

static void test_albconfig_that_is_being_deleted_is_no_missing_one(void **state)
{
    (void)state;
    struct world w = world_of("apiVersion: alibabacloud.com/v1\nkind: AlbConfig\n"
                              "metadata: {name: web, deletionTimestamp: '2026-01-01T00:00:00Z'}\n"
                              "spec: {config: {}}\n" CLASS ING("", "  ingressClassName: alb\n"));
    assert_string_equal(problems(&w),
                        "Ingress web: spec.ingressClassName: AlbConfig web (t.yaml:1) is being "
                        "deleted; name another, or delete this Ingress, too\n");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class_of_ours_leads_to_its_albconfig),
        cmocka_unit_test(test_foreign_or_missing_class_is_passed_over),
        cmocka_unit_test(test_class_with_another_controller_that_leads_to_an_albconfig_is_told),
        cmocka_unit_test(test_class_name_goes_before_the_legacy_annotation),
        cmocka_unit_test(test_class_without_parameters_is_a_problem),
        cmocka_unit_test(test_albconfig_that_is_not_there_is_a_problem),
        cmocka_unit_test(test_annotation_names_the_albconfig_itself),
        cmocka_unit_test(test_legacy_alb_needs_no_class_object),
        cmocka_unit_test(test_unreadable_class_holds_its_ingresses),
        cmocka_unit_test(test_albconfig_that_cannot_be_translated_is_named_on_the_ingress),
        cmocka_unit_test(test_albconfig_that_is_being_deleted_is_no_missing_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
