/* test_status.c - what a running agent says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "src/agent/service_priv.h"
#include "tests/support/run.h"

static const struct agent_settings settings = {
    .lanes = { .load_balancer = { .concurrent = 3 }, .server_group = { .concurrent = 4 } },
};

static struct store_status look(struct runner *r)
{
    struct store_status s = { 0 };
    service_status(r->g, &settings, &r->arena, &s);
    return s;
}

static const struct store_family *family(const struct store_status *s, const char *name)
{
    for (size_t i = 0; i < s->families.len; i++)
        if (!strcmp(s->families.items[i].name, name))
            return &s->families.items[i];
    fail_msg("no family '%s'", name);
    return NULL;
}

static void test_an_agent_at_rest_says_when_it_read_and_what_it_spent(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    struct store_status s = look(&r);
    assert_int_equal(s.verified_at, 0);
    runner_settle(&r);
    s = look(&r);
    assert_true(s.source_complete);
    assert_int_equal(s.writes, SHOP_WRITES);
    assert_int_equal(s.reads + s.writes, w->mock.calls.len);
    assert_in_range(s.verified_at, 1, w->mock.now_ms);
    assert_in_range(s.next_read_at, w->mock.now_ms, w->mock.now_ms + 600000);
    assert_int_equal(s.queued, 0);
    assert_int_equal(s.lanes.len, 0);
    assert_int_equal(s.quarantined.len, 0);
    assert_int_equal(family(&s, "load balancer")->most_running, 3);
    assert_int_equal(family(&s, "server group")->most_running, 4);
    runner_stop(&r);
}

static void test_lanes_that_work_or_wait_are_listed(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateRules",
                                                       .status = 503,
                                                       .code = "ServiceUnavailable" });
    runner_start(&r, w);
    while (!r.last || !strstr(r.last, "ServiceUnavailable"))
        runner_pass(&r, 50);
    const struct store_status s = look(&r);
    assert_int_equal(family(&s, "load balancer")->backoff, 1);
    assert_int_equal(s.lanes.len, 1);
    assert_string_equal(s.lanes.items[0].state, "backoff");
    assert_non_null(strstr(s.lanes.items[0].why, "ServiceUnavailable"));
    assert_int_equal(s.lanes.items[0].tries, 1);
    assert_true(s.lanes.items[0].due > w->mock.now_ms);
    assert_in_range(s.lanes.items[0].since, 1, w->mock.now_ms);
    runner_stop(&r);
}

static void test_what_is_in_flight_is_running(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    while (!mock_transport_writes(&w->mock, NULL))
        runner_pass(&r, 1);
    const struct store_status s = look(&r);
    assert_true(family(&s, "load balancer")->running > 0);
    assert_string_equal(s.lanes.items[0].state, "running");
    assert_true(*s.lanes.items[0].what != '\0');
    runner_stop(&r);
}

static void test_objects_that_are_left_out_are_quarantined(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    world_write_ingress(w, "bad", "web", "not a host", "tea");
    runner_start(&r, w);
    runner_settle(&r);
    const struct store_status s = look(&r);
    assert_int_equal(s.quarantined.len, 1);
    assert_memory_equal(s.quarantined.items[0].object, "Ingress shop/bad (", 18);
    assert_non_null(strstr(s.quarantined.items[0].why, "not a host"));
    runner_stop(&r);
}

static void test_a_plan_that_is_refused_waits(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    for (int i = 0; i < 12; i++) {
        const char *name = arena_fmt(&w->arena, "more%d", i);
        world_write_ingress(w, name, "web", arena_fmt(&w->arena, "%s.example", name), "tea");
    }
    runner_start(&r, w);
    runner_settle(&r);
    struct object_set none = { 0 };
    cJSON *body = cJSON_Duplicate(
        object_set_find(agent_objects(r.g), OBJECT_ALB_CONFIG, "", "web")->body, true);
    object_set_add(&none, body, "web.yaml:1");
    agent_set_objects(r.g, &none);
    runner_settle(&r);
    const struct store_status s = look(&r);
    assert_int_equal(r.events[AGENT_REFUSED], 1);
    assert_int_equal(s.lanes.len, 1);
    assert_string_equal(s.lanes.items[0].key, "kube-system/web");
    assert_string_equal(s.lanes.items[0].state, "waiting");
    assert_string_equal(s.lanes.items[0].why, r.last);
    runner_stop(&r);
}

static void test_a_source_that_cannot_be_read_is_not_complete(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    world_write(w, "broken.yaml", "kind: [\n");
    runner_start(&r, w);
    runner_settle(&r);
    assert_false(look(&r).source_complete);
    runner_stop(&r);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_an_agent_at_rest_says_when_it_read_and_what_it_spent),
        WORLD_TEST(test_lanes_that_work_or_wait_are_listed),
        WORLD_TEST(test_what_is_in_flight_is_running),
        WORLD_TEST(test_objects_that_are_left_out_are_quarantined),
        WORLD_TEST(test_a_plan_that_is_refused_waits),
        WORLD_TEST(test_a_source_that_cannot_be_read_is_not_complete),
    };
    return cmocka_run_group_tests_name("agent/status", tests, NULL, NULL);
}
