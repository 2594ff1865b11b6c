/* What a run that died was changing: how that is nobody knows, so that nothing relies on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mock-server/cloud.h"
#include "tests/support/run.h"

enum { SHORT_MS = 20000 /* well within what lists may lag */ };

/* Turns until the call has left, and then for so long. */
static void pass_call(struct runner *r, const char *action, int64_t then_ms)
{
    const size_t before = mock_transport_writes(&r->w->mock, action);
    for (int i = 0; i < 5000 && mock_transport_writes(&r->w->mock, action) == before; i++)
        runner_pass(r, 1);
    assert_int_equal(mock_transport_writes(&r->w->mock, action), before + 1);
    runner_pass(r, then_ms);
}

/* A run that makes a rule, deletes it, and dies so long after the call has left. */
static void die_deleting(struct world *w, int64_t after_ms)
{
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    runner_pass(&r, 2 * 60 * 1000);
    world_write_ingress(w, "milk", "web", "milk.example", "tea");
    runner_read(&r);
    runner_settle(&r);
    world_remove(w, "ingress-milk.yaml");
    runner_read(&r);
    pass_call(&r, "DeleteRules", after_ms);
    runner_stop(&r);
    w->mock.now_ms += 2000;
    assert_int_equal(world_count(w, "Rules"), 2);
}

static void expect_no_delete_until_lists_tell(struct world *w)
{
    struct runner again = { 0 };
    world_remove(w, "ingress-tea.yaml");
    runner_start(&again, w);
    runner_pass(&again, SHORT_MS);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteRules"), 1);
    runner_settle(&again);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteRules"), 2);
    assert_int_equal(world_count(w, "Rules"), 1);
    assert_int_equal(world_open_intents(w), 0);
    runner_stop(&again);
}

/* It is as young as what no list shows yet, and was never answered. */
static void test_nothing_relies_on_what_a_dead_run_may_have_deleted(void **state)
{
    die_deleting(*state, 0);
    expect_no_delete_until_lists_tell(*state);
}

/* It was answered, and the journal says so; its job was not followed to the end. */
static void test_nothing_relies_on_what_a_dead_run_was_deleting(void **state)
{
    die_deleting(*state, 200);
    expect_no_delete_until_lists_tell(*state);
}

static void test_what_a_dead_run_had_deleted_holds_nothing_up(void **state)
{
    struct world *w = *state;
    struct runner again = { 0 };
    die_deleting(w, 5000);
    world_remove(w, "ingress-tea.yaml");
    runner_start(&again, w);
    runner_pass(&again, SHORT_MS);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteRules"), 2);
    assert_int_equal(world_count(w, "Rules"), 1);
    runner_stop(&again);
}

/* No list shows the rule, and what the state file says of it is not so any more. */
static void test_what_a_dead_run_was_changing_is_not_changed_by_guess(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, again = { 0 };
    world_write_shop(w);
    cloud_set_list_lag(w->mock.cloud, 50000);
    runner_start(&r, w);
    runner_settle(&r);
    world_write_ingress(w, "tea", "web", "tea.example", "coffee");
    runner_read(&r);
    pass_call(&r, "UpdateRulesAttribute", 200);
    runner_stop(&r);
    w->mock.now_ms += 2000;
    runner_start(&again, w);
    runner_settle(&again);
    runner_pass(&again, 2 * 60 * 1000);
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateRulesAttribute"), 1);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_stop(&again);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_nothing_relies_on_what_a_dead_run_may_have_deleted),
        WORLD_TEST(test_nothing_relies_on_what_a_dead_run_was_deleting),
        WORLD_TEST(test_what_a_dead_run_had_deleted_holds_nothing_up),
        WORLD_TEST(test_what_a_dead_run_was_changing_is_not_changed_by_guess),
    };
    return cmocka_run_group_tests_name("agent/left", tests, NULL, NULL);
}
