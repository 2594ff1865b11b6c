/* An agent that keeps running: objects change, the cloud changes, and load balancers follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/run.h"

static void test_first_turn_makes_what_the_objects_ask_for(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), SHOP_WRITES);
    assert_int_equal(world_count(w, "Rules"), 2);
    assert_int_equal(r.failed, 0);
    assert_int_equal(r.events[AGENT_IN_SYNC], 1);
    runner_stop(&r);
    assert_int_equal(world_steps_left(w), 0);
}

static void test_nothing_is_written_while_nothing_changes(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    size_t writes = mock_transport_writes(&w->mock, NULL);
    size_t calls = w->mock.calls.len;
    runner_pass(&r, 25 * 60 * 1000); /* two sweeps */
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
    assert_int_equal(r.events[AGENT_READ], 3);
    assert_true(w->mock.calls.len > calls);
    runner_stop(&r);
}

static void test_an_object_that_changes_is_followed(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    size_t writes = mock_transport_writes(&w->mock, NULL);
    world_write_ingress(w, "milk", "web", "milk.example", "tea");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 3);
    /* A group, its server, the rule. */
    assert_int_equal(mock_transport_writes(&w->mock, NULL) - writes, 3);
    runner_stop(&r);
}

static void test_an_object_that_goes_takes_its_rules_along(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    agent_remove(r.g, OBJECT_INGRESS, "shop", "tea");
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 1);
    runner_pass(&r, 10000); /* its group drains, and goes */
    runner_settle(&r);
    assert_int_equal(world_count(w, "ServerGroups"), 2);
    runner_stop(&r);
}

static void test_an_agent_that_starts_again_goes_on_without_a_write(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, again = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    runner_stop(&r);
    size_t writes = mock_transport_writes(&w->mock, NULL);
    runner_start(&again, w);
    runner_settle(&again);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
    runner_stop(&again);
}

static void test_a_stopped_agent_begins_nothing_new(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct error err;
    int64_t wait;
    world_write_shop(w);
    runner_start(&r, w);
    while (!mock_transport_writes(&w->mock, NULL)) {
        assert_true(agent_run(r.g, &wait, &err));
        if (wait)
            w->mock.transport.wait(&w->mock.transport, wait);
    }
    size_t writes = mock_transport_writes(&w->mock, NULL);
    agent_stop(r.g);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
    runner_stop(&r);
    assert_int_equal(world_open_intents(w), 0);
}

/* A sweep that finds nothing to do must not use up the time that a change waits. */
static void test_changes_wait_for_others_also_after_a_sweep(void **state)
{
    struct world *w = *state;
    struct runner r = { .config = { .resync_ms = 60000 } };
    r.config.pace[LANE_LOAD_BALANCER].delay_ms = 5000;
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    runner_pass(&r, 90000);
    assert_int_equal(r.events[AGENT_READ], 2);
    world_write_ingress(w, "milk", "web", "milk.example", "tea");
    runner_read(&r);
    runner_pass(&r, 4900);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_pass(&r, 5000);
    assert_int_equal(world_count(w, "Rules"), 3);
    runner_stop(&r);
}

/* What is configured anew counts from then on, as SIGHUP has it. */
static void test_new_settings_count_from_then_on(void **state)
{
    struct world *w = *state;
    struct runner r = { .config = { .resync_ms = 60000 } };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    r.config.resync_ms = 6000000;
    r.config.pace[LANE_SERVER_GROUP].delay_ms = 30000;
    r.config.session.reads = (struct alb_budget){ .limit = 1, .period_ms = 20000 };
    agent_set_config(r.g, &r.config);
    runner_pass(&r, 3 * 60000); /* the sweep that was due already, at its slow pace */
    const size_t reads = r.events[AGENT_READ];
    runner_pass(&r, 7 * 60000);
    assert_int_equal(r.events[AGENT_READ], reads);

    world_write_ingress(w, "milk", "web", "milk.example", "tea");
    runner_read(&r);
    runner_pass(&r, 25000);
    assert_int_equal(mock_transport_writes(&w->mock, "AddServersToServerGroup"), 2);
    runner_pass(&r, 60000);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "AddServersToServerGroup"), 3);

    alb_spending spent;
    agent_resync(r.g);
    runner_pass(&r, 1000);
    agent_budgets(r.g, &r.arena, &spent);
    assert_int_equal(spent.items[0].limit, 1);
    assert_int_equal(spent.items[0].period_ms, 20000);
    runner_stop(&r);
}

/* Nobody tells when the time is over: the agent comes back by itself, long before a sweep. */
static void test_group_goes_when_its_connections_have_drained(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    world_write(w, "ingress-tea.yaml",
                "apiVersion: networking.k8s.io/v1\n"
                "kind: Ingress\n"
                "metadata:\n"
                "  name: tea\n"
                "  namespace: shop\n"
                "  annotations:\n"
                "    alb.ingress.kubernetes.io/connection-drain-enabled: \"true\"\n"
                "    alb.ingress.kubernetes.io/connection-drain-timeout: \"20\"\n"
                "spec:\n"
                "  ingressClassName: web\n"
                "  rules:\n"
                "  - host: tea.example\n"
                "    http:\n"
                "      paths:\n"
                "      - path: /\n"
                "        pathType: Prefix\n"
                "        backend: {service: {name: tea, port: {number: 80}}}\n");
    runner_start(&r, w);
    runner_settle(&r);
    agent_remove(r.g, OBJECT_INGRESS, "shop", "tea");
    runner_settle(&r);
    runner_pass(&r, 18000);
    assert_int_equal(world_count(w, "ServerGroups"), 3);
    runner_pass(&r, 12000);
    assert_int_equal(world_count(w, "ServerGroups"), 2);
    runner_stop(&r);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_first_turn_makes_what_the_objects_ask_for),
        WORLD_TEST(test_nothing_is_written_while_nothing_changes),
        WORLD_TEST(test_an_object_that_changes_is_followed),
        WORLD_TEST(test_group_goes_when_its_connections_have_drained),
        WORLD_TEST(test_an_object_that_goes_takes_its_rules_along),
        WORLD_TEST(test_an_agent_that_starts_again_goes_on_without_a_write),
        WORLD_TEST(test_a_stopped_agent_begins_nothing_new),
        WORLD_TEST(test_changes_wait_for_others_also_after_a_sweep),
        WORLD_TEST(test_new_settings_count_from_then_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
