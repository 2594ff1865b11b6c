/* test_ingress.c - Ingresses of older clusters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "src/object/object_priv.h"

#define OLD "\"apiVersion\":\"extensions/v1beta1\",\"kind\":\"Ingress\""
#define NEW "\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"Ingress\""

static void assert_converted(const char *text, enum object_kind kind, const char *want)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    cJSON *body CLEANUP(json_done) = NULL, *expected CLEANUP(json_done) = NULL;
    assert_true(json_parse(text, strlen(text), &body, &err));
    assert_true(json_parse(want, strlen(want), &expected, &err));
    object_convert(body, kind);
    assert_string_equal(json_canonical(&a, body), json_canonical(&a, expected));
}

static void test_versions_that_are_read(void **state)
{
    (void)state;
    assert_true(object_is_old_version(OBJECT_INGRESS, "extensions/v1beta1"));
    assert_true(object_is_old_version(OBJECT_INGRESS, "networking.k8s.io/v1beta1"));
    assert_true(object_is_old_version(OBJECT_INGRESS_CLASS, "networking.k8s.io/v1beta1"));
    assert_false(object_is_old_version(OBJECT_INGRESS_CLASS, "extensions/v1beta1"));
    assert_false(object_is_old_version(OBJECT_INGRESS, "networking.k8s.io/v1"));
    assert_false(object_is_old_version(OBJECT_ENDPOINT_SLICE, "networking.k8s.io/v1beta1"));
}

static void test_backends_become_services(void **state)
{
    (void)state;
    assert_converted(
        "{" OLD ",\"spec\":{\"backend\":{\"serviceName\":\"d\",\"servicePort\":1},\"rules\":[{"
        "\"host\":\"a\",\"http\":{\"paths\":[{\"path\":\"/x\",\"backend\":{\"serviceName\":\"s\","
        "\"servicePort\":\"web\"}},{\"pathType\":\"Prefix\",\"backend\":{\"serviceName\":\"t\"}},{"
        "\"backend\":{\"servicePort\":8}}]}}]}}",
        OBJECT_INGRESS,
        "{" NEW
        ",\"spec\":{\"defaultBackend\":{\"service\":{\"name\":\"d\",\"port\":{\"number\":1}}"
        "},\"rules\":[{\"host\":\"a\",\"http\":{\"paths\":[{\"path\":\"/x\",\"pathType\":"
        "\"ImplementationSpecific\",\"backend\":{\"service\":{\"name\":\"s\",\"port\":{\"name\":"
        "\"web\"}}}},{\"pathType\":\"Prefix\",\"backend\":{\"service\":{\"name\":\"t\"}}},{"
        "\"pathType\":\"ImplementationSpecific\",\"backend\":{\"service\":{\"port\":{\"number\":8}}"
        "}"
        "}]}}]}}");
}

static void test_what_is_of_another_form_stays(void **state)
{
    (void)state;
    assert_converted(
        "{" OLD ",\"spec\":{\"rules\":[{\"http\":{\"paths\":[7,{\"pathType\":\"Exact\",\"backend\":"
        "{\"resource\":{}}}]}},3]}}",
        OBJECT_INGRESS,
        "{" NEW ",\"spec\":{\"rules\":[{\"http\":{\"paths\":[7,{\"pathType\":\"Exact\",\"backend\":"
        "{\"resource\":{}}}]}},3]}}");
    assert_converted("{" OLD ",\"spec\":{\"backend\":[]}}", OBJECT_INGRESS,
                     "{" NEW ",\"spec\":{\"defaultBackend\":[]}}");
    assert_converted("{" OLD "}", OBJECT_INGRESS, "{" NEW "}");
    assert_converted("{" NEW ",\"spec\":{\"backend\":{}}}", OBJECT_INGRESS,
                     "{" NEW ",\"spec\":{\"backend\":{}}}");
    assert_converted("{}", OBJECT_INGRESS, "{}");
    assert_converted("{\"apiVersion\":\"networking.k8s.io/v1beta1\",\"spec\":{\"backend\":1}}",
                     OBJECT_INGRESS_CLASS,
                     "{\"apiVersion\":\"networking.k8s.io/v1\",\"spec\":{\"backend\":1}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions_that_are_read),
        cmocka_unit_test(test_backends_become_services),
        cmocka_unit_test(test_what_is_of_another_form_stays),
    };
    return cmocka_run_group_tests_name("object/ingress", tests, NULL, NULL);
}
