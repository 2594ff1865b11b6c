/* Load balancers at which nothing happens leave memory, and act as if they had not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "mock-server/cloud.h"
#include "tests/support/run.h"

#define LB "kube-system/web"

/* Of a shop that rests whenever it can. */
static void start(struct runner *r, struct world *w)
{
    world_write_shop(w);
    r->config.awake = -1;
    runner_start(r, w);
    runner_settle(r);
}

/* Groups and rules of a load balancer that rests are known by their names alone. */
static bool rests(const struct runner *r)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    struct model m;
    assert_true(agent_model(r->g, LB, &a, &m, &err));
    assert_true(m.rows.len >= 6);
    for (size_t i = 0; i < m.rows.len; i++)
        if (m.rows.items[i].kind == RESOURCE_RULE)
            return !m.rows.items[i].actual;
    fail();
    return false;
}

static void delete_a_rule(struct world *w)
{
    cJSON *list = mock_transport_do(&w->mock, "ListRules", (char *)NULL);
    const char *id = json_str(cJSON_GetArrayItem(json_get(list, "Rules"), 0), "RuleId");
    cJSON_Delete(mock_transport_do(&w->mock, "DeleteRule", "RuleId", id, (char *)NULL));
    cJSON_Delete(list);
}

static void test_what_is_quiet_leaves_memory(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    start(&r, w);
    assert_true(rests(&r));
    assert_in_range(agent_memory(r.g, LB), 1, 2000);
    runner_stop(&r);
}

static void test_those_used_last_stay(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    assert_false(rests(&r));
    runner_stop(&r);
}

/* What the second reading left behind goes; what is known stays as it was. */
static void test_those_that_stay_hold_what_they_need(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    agent_tidy(r.g);
    const size_t needed = agent_memory(r.g, LB);
    for (int i = 0; i < 3; i++) {
        agent_resync(r.g);
        runner_settle(&r);
    }
    assert_true(agent_memory(r.g, LB) > needed + needed / 4);
    agent_tidy(r.g);
    assert_false(rests(&r));
    assert_in_range(agent_memory(r.g, LB), 1, needed + needed / 8);
    delete_a_rule(w);
    const size_t writes = mock_transport_writes(&w->mock, NULL);
    agent_resync(r.g);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes + 1);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_stop(&r);
}

static void test_an_edit_wakes_it_and_costs_what_it_did(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    start(&r, w);
    const size_t writes = mock_transport_writes(&w->mock, NULL);
    world_write_ingress(w, "tea", "web", "chai.example", "tea");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes + 1);
    assert_int_equal(world_count(w, "Rules"), 2);
    assert_true(rests(&r));
    runner_stop(&r);
}

static void test_sweeps_find_drift_in_what_rests(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    start(&r, w);
    delete_a_rule(w);
    const size_t writes = mock_transport_writes(&w->mock, NULL);
    runner_pass(&r, 15 * 60 * 1000);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes + 1);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_stop(&r);
}

/* A list that lacks what was made a moment ago is not believed, whoever was asleep meanwhile. */
static void test_what_is_young_is_remembered(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    start(&r, w);
    cloud_set_list_lag(w->mock.cloud, 50000);
    world_write_ingress(w, "milk", "web", "milk.example", "tea");
    runner_read(&r);
    runner_settle(&r);
    assert_true(rests(&r));
    const size_t writes = mock_transport_writes(&w->mock, NULL);
    agent_resync(r.g);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
    runner_stop(&r);
}

static void test_a_restart_without_changes_reads_and_writes_nothing_else(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    start(&r, w);
    runner_stop(&r);
    const size_t writes = mock_transport_writes(&w->mock, NULL);
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
    assert_true(rests(&r));
    runner_stop(&r);
}

static void test_what_is_gone_is_made_again_though_the_clock_was_set_back(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    start(&r, w);
    runner_stop(&r);
    w->mock.now_ms -= 3 * 3600000;
    runner_start(&r, w);
    runner_settle(&r);
    delete_a_rule(w);
    const size_t writes = mock_transport_writes(&w->mock, NULL);
    agent_resync(r.g);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes + 1);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_stop(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_quiet_leaves_memory, world_setup,
                                        world_teardown),
        cmocka_unit_test_setup_teardown(test_those_used_last_stay, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_those_that_stay_hold_what_they_need, world_setup,
                                        world_teardown),
        cmocka_unit_test_setup_teardown(test_an_edit_wakes_it_and_costs_what_it_did, world_setup,
                                        world_teardown),
        cmocka_unit_test_setup_teardown(test_sweeps_find_drift_in_what_rests, world_setup,
                                        world_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_young_is_remembered, world_setup,
                                        world_teardown),
        cmocka_unit_test_setup_teardown(
            test_a_restart_without_changes_reads_and_writes_nothing_else, world_setup,
            world_teardown),
        cmocka_unit_test_setup_teardown(
            test_what_is_gone_is_made_again_though_the_clock_was_set_back, world_setup,
            world_teardown),
    };
    return cmocka_run_group_tests_name("agent/rest", tests, NULL, NULL);
}
