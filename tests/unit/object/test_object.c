#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_are_listed_in_byte_order_of_their_names),
        cmocka_unit_test(test_kinds_are_found_by_name),
    };
    return cmocka_run_group_tests_name("object/object", tests, NULL, NULL);
}
