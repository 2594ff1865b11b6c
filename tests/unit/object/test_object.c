#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/macros.h"
#include "alb-agent/object.h"

static const enum object_kind all[] = {
    OBJECT_ALB_CONFIG, OBJECT_ENDPOINT_SLICE, OBJECT_ENDPOINTS,
    OBJECT_INGRESS,    OBJECT_INGRESS_CLASS,  OBJECT_NODE,
    OBJECT_POD,        OBJECT_SECRET,         OBJECT_SERVICE,
};

static void test_kinds_are_listed_in_byte_order_of_their_names(void **state)
{
    (void)state;
    for (size_t i = 1; i < COUNT(all); i++) {
        assert_true(all[i - 1] < all[i]);
        assert_true(strcmp(object_kind_name(all[i - 1]), object_kind_name(all[i])) < 0);
    }
}

static void test_kinds_are_found_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(all); i++)
        assert_int_equal(object_kind_parse(object_kind_name(all[i])), all[i]);
    assert_int_equal(object_kind_parse("EndpointSlice"), OBJECT_ENDPOINT_SLICE);
    assert_int_equal(object_kind_parse("Deployment"), OBJECT_UNSET);
    assert_int_equal(object_kind_parse("ingress"), OBJECT_UNSET);
    assert_int_equal(object_kind_parse(""), OBJECT_UNSET);
}

static void test_annotations_and_labels_are_found_by_key(void **state)
{
    static const char text[] = "{\"metadata\":{\"annotations\":{\"a.b/c\":\"1\",\"Case\":\"x\"},"
                               "\"labels\":{\"app\":\"web\"}}}";
    (void)state;
    cJSON *body CLEANUP(json_done) = NULL;
    struct error err = { 0 };
    assert_true(json_parse(text, strlen(text), &body, &err));
    const struct object obj = { .body = body }, bare = { 0 };
    assert_string_equal(object_annotation(&obj, "a.b/c"), "1");
    assert_string_equal(object_label(&obj, "app"), "web");
    assert_null(object_annotation(&obj, "case"));
    assert_null(object_annotation(&obj, "app"));
    assert_null(object_label(&bare, "app"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_are_listed_in_byte_order_of_their_names),
        cmocka_unit_test(test_kinds_are_found_by_name),
        cmocka_unit_test(test_annotations_and_labels_are_found_by_key),
    };
    return cmocka_run_group_tests_name("object/object", tests, NULL, NULL);
}
