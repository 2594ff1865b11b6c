/* test_sides.c - what a saved plan is bound to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "tests/support/world.h"

/* The digests of load balancer "web" as a fresh session finds them. */
static struct session_side side_now(struct world *w)
{
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    session_sides sides = { 0 };
    session_hash_sides(&s, &w->arena, &sides);
    assert_int_equal(sides.len, 1);
    assert_string_equal(sides.items[0].lb, "kube-system/web");
    return sides.items[0];
}

static void test_sides_stay_while_nothing_changes(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    struct session_side first = side_now(w);
    w->mock.now_ms += 3600 * 1000;
    struct session_side later = side_now(w);
    assert_string_equal(first.desired, later.desired);
    assert_string_equal(first.actual, later.actual);
    assert_string_not_equal(first.actual, first.desired);
}

static void test_edited_manifest_changes_the_desired_side_alone(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    struct session_side first = side_now(w);
    world_write_ingress(w, "tea", "web", "other.example.com", "tea");
    struct session_side later = side_now(w);
    assert_string_not_equal(first.desired, later.desired);
    assert_string_equal(first.actual, later.actual);
}

static void test_edit_in_the_cloud_changes_the_actual_side_alone(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    struct session_side first = side_now(w);
    cJSON *rules CLEANUP(json_done) = mock_transport_do(&w->mock, "ListRules", (char *)NULL);
    const char *id = json_str(cJSON_GetArrayItem(json_get(rules, "Rules"), 0), "RuleId");
    cJSON *done CLEANUP(json_done) = mock_transport_do(&w->mock, "UpdateRuleAttribute", "RuleId",
                                                       id, "Priority", "4711", (char *)NULL);
    assert_non_null(json_str(done, "JobId"));
    w->mock.now_ms += 2000;
    struct session_side later = side_now(w);
    assert_string_equal(first.desired, later.desired);
    assert_string_not_equal(first.actual, later.actual);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sides_stay_while_nothing_changes),
        TEST(test_edited_manifest_changes_the_desired_side_alone),
        TEST(test_edit_in_the_cloud_changes_the_actual_side_alone),
    };
    return cmocka_run_group_tests_name("agent/sides", tests, NULL, NULL);
}
