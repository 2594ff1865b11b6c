/* test_spec.c - the API description as read; counts and facts are those of the files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "mock-server/front/spec.h"

static int setup(void **state)
{
    struct error err = { 0 };
    struct spec *s = NULL;
    bool ok = spec_open(&s, &err);
    *state = s;
    return ok ? 0 : -1;
}

static int teardown(void **state)
{
    spec_close(*state);
    return 0;
}

static const struct spec_node *member(const struct spec_node *node, const char *name)
{
    for (size_t i = 0; i < node->members.len; i++)
        if (!strcmp(node->members.items[i].name, name))
            return &node->members.items[i];
    return NULL;
}

static void test_all_actions_of_the_products_are_there(void **state)
{
    const struct spec_product *alb = spec_product_of(*state, "2020-06-16");
    assert_non_null(alb);
    assert_string_equal(alb->name, "alb");
    assert_string_equal(alb->title, "Alb");
    assert_int_equal(alb->actions.len, 85); /* meta.counts.actions */

    const struct spec_product *vpc = spec_product_of(*state, "2016-04-28");
    const struct spec_product *ecs = spec_product_of(*state, "2014-05-26");
    assert_non_null(vpc);
    assert_non_null(ecs);
    assert_string_equal(vpc->name, "vpc");
    assert_string_equal(ecs->name, "ecs");
    assert_non_null(spec_action_of(vpc, "DescribeVSwitches"));
    assert_non_null(spec_action_of(ecs, "DescribeNetworkInterfaces"));
    assert_null(spec_action_of(ecs, "DescribeVSwitches"));
    assert_null(spec_product_of(*state, "2020-06-17"));
    assert_null(spec_action_of(alb, "createlistener"));
}

static void test_nested_parameters_keep_their_limits(void **state)
{
    const struct spec_product *alb = spec_product_of(*state, "2020-06-16");
    const struct spec_action *create = spec_action_of(alb, "CreateRules");
    assert_non_null(create);
    const struct spec_node *rules = member(&create->node, "Rules");
    assert_non_null(rules);
    assert_true(rules->required);
    assert_int_equal(rules->type, SPEC_ARRAY);
    assert_int_equal(rules->min_items, 1);
    assert_int_equal(rules->max_items, 100);
    const struct spec_node *priority = member(rules->element, "Priority");
    assert_non_null(priority);
    assert_int_equal(priority->type, SPEC_INTEGER);
    assert_int_equal(priority->min, 1);
    assert_int_equal(priority->max, 10000);
    const struct spec_node *direction = member(rules->element, "Direction");
    assert_int_equal(direction->values.len, 2);
    assert_false(direction->required);
    assert_int_equal(member(&create->node, "ClientToken")->max_len, SIZE_MAX);
}

static void test_prose_limits_count_where_the_schema_has_none(void **state)
{
    const struct spec_product *alb = spec_product_of(*state, "2020-06-16");
    /* docMaxItems 1, no maxItems. */
    const struct spec_node *actions =
        member(&spec_action_of(alb, "CreateListener")->node, "DefaultActions");
    const struct spec_node *forward = member(actions->element, "ForwardGroupConfig");
    assert_int_equal(member(forward, "ServerGroupTuples")->max_items, 1);
    /* docMaxItems 40, maxItems 200. */
    const struct spec_node *servers =
        member(&spec_action_of(alb, "UpdateServerGroupServersAttribute")->node, "Servers");
    assert_int_equal(servers->max_items, 200);
}

static void test_companion_parameters_are_read_from_lists(void **state)
{
    const struct spec_product *ecs = spec_product_of(*state, "2014-05-26");
    const struct spec_action *describe = spec_action_of(ecs, "DescribeNetworkInterfaces");
    assert_true(member(&describe->node, "RegionId")->required);
    const struct spec_node *tag = member(&describe->node, "Tag");
    assert_int_equal(tag->type, SPEC_ARRAY);
    assert_non_null(member(tag->element, "Key"));
    assert_int_equal(member(&describe->node, "PrivateIpAddress")->max_items, 100);
}

static void test_the_gateway_refuses_in_its_own_words(void **state)
{
    struct error err = { 0 };
    assert_false(spec_refuse(*state, "InvalidAccessKeyId.NotFound", &err));
    assert_string_equal(err.code, "InvalidAccessKeyId.NotFound");
    assert_int_equal(err.http_status, 404);
    assert_string_equal(err.msg, "Specified access key is not found.");
    assert_false(spec_refuse(*state, "NoSuchCode", &err));
    assert_string_equal(err.code, "InternalError");
    assert_int_equal(err.http_status, 500);
}

static void test_a_code_too_long_for_an_error_is_cut(void **state)
{
    (void)state;
    struct error err = { 0 };
    char code[200];
    memset(code, 'x', sizeof code - 1);
    code[sizeof code - 1] = '\0';
    assert_false(front_refuse(&err, 400, code, "%d", 1));
    assert_int_equal(strlen(err.code), sizeof err.code - 1);
    assert_string_equal(err.msg, "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_actions_of_the_products_are_there),
        cmocka_unit_test(test_nested_parameters_keep_their_limits),
        cmocka_unit_test(test_prose_limits_count_where_the_schema_has_none),
        cmocka_unit_test(test_companion_parameters_are_read_from_lists),
        cmocka_unit_test(test_the_gateway_refuses_in_its_own_words),
        cmocka_unit_test(test_a_code_too_long_for_an_error_is_cut),
    };
    return cmocka_run_group_tests_name("mock_front/spec", tests, setup, teardown);
}
