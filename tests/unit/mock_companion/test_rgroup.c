/* test_rgroup.c - resource groups and service linked roles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

static void test_groups_come_and_go_beside_the_default_one(void **state)
{
    struct world *w = *state;
    assert_string_equal(ask(w, "resourcemanager", "CreateResourceGroup",
                            "{\"Name\":\"team\",\"DisplayName\":\"Team\"}"),
                        "ok");
    const char *id =
        arena_strdup(&w->arena, json_str(json_get(w->reply.body, "ResourceGroup"), "Id"));
    const char *params = arena_fmt(&w->arena, "{\"ResourceGroupId\":\"%s\"}", id);
    assert_string_equal(ask(w, "resourcemanager", "CreateResourceGroup",
                            "{\"Name\":\"team\",\"DisplayName\":\"Other\"}"),
                        "409 EntityAlreadyExists.ResourceGroup");
    assert_string_equal(ask(w, "resourcemanager", "ListResourceGroups", "{\"PageSize\":1}"), "ok");
    assert_int_equal(json_int(w->reply.body, "TotalCount", 0), 2);
    assert_int_equal(cJSON_GetArraySize(json_at(w->reply.body, "ResourceGroups.ResourceGroup")), 1);
    assert_string_equal(ask(w, "resourcemanager", "GetResourceGroup", params), "ok");
    assert_string_equal(json_str(json_get(w->reply.body, "ResourceGroup"), "Name"), "team");
    assert_string_equal(ask(w, "resourcemanager", "DeleteResourceGroup", params), "ok");
    assert_string_equal(ask(w, "resourcemanager", "GetResourceGroup", params),
                        "404 EntityNotExists.ResourceGroup");
    assert_string_equal(
        ask(w, "resourcemanager", "DeleteResourceGroup", "{\"ResourceGroupId\":\"rg-default\"}"),
        "409 DeleteConflict.ResourceGroup.Default");
}

static void test_a_service_linked_role_is_made_once(void **state)
{
    struct world *w = *state;
    static const char params[] = "{\"ServiceName\":\"alb.aliyuncs.com\"}";
    assert_string_equal(ask(w, "resourcemanager", "CreateServiceLinkedRole", params), "ok");
    assert_string_equal(ask(w, "resourcemanager", "CreateServiceLinkedRole", params),
                        "409 EntityAlreadyExists.Role");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_groups_come_and_go_beside_the_default_one),
        TEST(test_a_service_linked_role_is_made_once),
    };
    return cmocka_run_group_tests_name("mock_companion/rgroup", tests, NULL, NULL);
}
