/* test_read.c - facts for translation, and sweeps that lag or fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "mock-server/cloud.h"
#include "tests/support/world.h"

static void write_shop(struct world *w)
{
    world_write_albconfig(w, "web");
    world_write_services(w);
    world_write_ingress(w, "tea", "web", "tea.example", "tea");
}

static size_t count_calls(const struct world *w, const char *action)
{
    size_t n = 0;
    while (mock_transport_call(&w->mock, action, n + 1))
        n++;
    return n;
}

static void test_switches_are_read_once_and_interfaces_every_time(void **state)
{
    struct world *w = *state;
    write_shop(w);
    (void)world_apply(w);
    assert_int_equal(count_calls(w, "DescribeVSwitches"), 2);
    assert_int_equal(count_calls(w, "DescribeNetworkInterfaces"), 1);
    struct session_result r = world_apply(w);
    assert_int_equal(r.writes, 0);
    assert_int_equal(count_calls(w, "DescribeVSwitches"), 2);
    assert_int_equal(count_calls(w, "DescribeNetworkInterfaces"), 2);
}

static void test_address_follows_its_interface(void **state)
{
    struct world *w = *state;
    struct error err;
    write_shop(w);
    struct fact old = { FACT_ENI, "vpc-1/10.0.0.1", "eni-gone", "", w->mock.now_ms };
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_WRITE);
    assert_true(store_fact_put(s.store, &old, &err));
    session_close(&s);
    (void)world_apply(w);
    const struct mock_call *add = mock_transport_call(&w->mock, "AddServersToServerGroup", 1);
    assert_string_equal(alb_param_get(&add->params, "Servers.1.ServerId"), "eni-0a000001");
}

static void hide_groups(void *arg, const struct mock_call *call, cJSON *reply)
{
    (void)arg;
    if (!strcmp(call->action, "ListServerGroups"))
        cJSON_ReplaceItemInObjectCaseSensitive(reply, "ServerGroups", cJSON_CreateArray());
}

static void test_what_was_just_made_is_there_though_lists_lag(void **state)
{
    struct world *w = *state;
    write_shop(w);
    w->mock.on_reply = hide_groups;
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateServerGroup"), 2);
}

static void test_failed_read_is_no_reading(void **state)
{
    struct world *w = *state;
    write_shop(w);
    (void)world_apply(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "ListRules",
                                                       .status = 403,
                                                       .code = "Forbidden.Rule" });
    struct session s CLEANUP(session_close) = { 0 };
    struct error err;
    world_open(w, &s, STORE_SNAPSHOT);
    assert_true(session_read_source(&s, &err));
    assert_true(session_translate(&s, &err));
    assert_false(session_observe(&s, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_false(s.observed);
    assert_int_equal(s.world.rows.len, 0);
}

static void test_facts_that_cannot_be_read_stop_the_translation(void **state)
{
    struct world *w = *state;
    write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "DescribeVSwitches",
                                                       .status = 403,
                                                       .code = "Forbidden.RAM" });
    struct session s CLEANUP(session_close) = { 0 };
    struct error err;
    world_open(w, &s, STORE_SNAPSHOT);
    assert_true(session_read_source(&s, &err));
    assert_false(session_translate(&s, &err));
    assert_non_null(strstr(err.msg, "Forbidden.RAM"));
}

static void test_without_files_what_was_wanted_last_is_wanted(void **state)
{
    struct world *w = *state;
    write_shop(w);
    (void)world_apply(w);
    w->config.n_files = 0;
    assert_int_equal(world_steps_left(w), 0);
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    size_t wanted = 0;
    for (size_t i = 0; i < s.world.rows.len; i++)
        wanted += s.world.rows.items[i].desired != NULL;
    assert_int_equal(wanted, 5); /* load balancer, listener, rule, two groups */
}

static void test_group_whose_rule_went_behind_our_back_begins_to_drain(void **state)
{
    struct world *w = *state;
    write_shop(w);
    (void)world_apply(w);
    cJSON *rules CLEANUP(json_done) = mock_transport_do(&w->mock, "ListRules", (char *)NULL);
    const char *id = json_str(cJSON_GetArrayItem(json_get(rules, "Rules"), 0), "RuleId");
    cJSON *gone CLEANUP(json_done) =
        mock_transport_do(&w->mock, "DeleteRules", "RuleIds.1", id, (char *)NULL);
    assert_non_null(gone);
    w->mock.now_ms += 5000;
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    int64_t before = w->mock.now_ms;
    world_read(w, &s);
    const struct resource *group =
        model_find(&s.world, "kube-system/web", RESOURCE_SERVER_GROUP, "shop/tea-tea:80");
    assert_non_null(group);
    assert_true(group->unused_since >= before);
}

/* ---- a state file that was lost ----------------------------------------------------------------
 */

static void test_the_first_state_file_waits_for_nothing(void **state)
{
    struct world *w = *state;
    const int64_t began = w->mock.now_ms;
    write_shop(w);
    assert_true(world_apply(w).in_sync);
    assert_true(w->mock.now_ms - began < 20000);
}

static void test_what_a_lost_state_file_knew_is_not_made_again(void **state)
{
    struct world *w = *state;
    write_shop(w);
    cloud_set_list_lag(w->mock.cloud, 50000);
    (void)world_apply(w);
    const size_t writes = mock_transport_writes(&w->mock, NULL);
    world_lose_state(w, false);
    assert_true(world_apply(w).in_sync);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateLoadBalancer"), 1);
}

static void test_what_lists_show_tells_of_a_lost_state_file(void **state)
{
    struct world *w = *state;
    write_shop(w);
    (void)world_apply(w);
    w->mock.now_ms += 120000;
    cloud_set_list_lag(w->mock.cloud, 50000);
    world_write_ingress(w, "coffee", "web", "coffee.example", "coffee");
    (void)world_apply(w);
    const size_t writes = mock_transport_writes(&w->mock, NULL);
    world_lose_state(w, true);
    assert_true(world_apply(w).in_sync);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
}

static void test_a_lost_state_file_of_what_is_seen_waits_for_nothing(void **state)
{
    struct world *w = *state;
    write_shop(w);
    (void)world_apply(w);
    w->mock.now_ms += 120000;
    world_lose_state(w, false);
    const int64_t began = w->mock.now_ms;
    assert_true(world_apply(w).in_sync);
    assert_true(w->mock.now_ms - began < 10000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_switches_are_read_once_and_interfaces_every_time),
        TEST(test_address_follows_its_interface),
        TEST(test_what_was_just_made_is_there_though_lists_lag),
        TEST(test_failed_read_is_no_reading),
        TEST(test_facts_that_cannot_be_read_stop_the_translation),
        TEST(test_without_files_what_was_wanted_last_is_wanted),
        TEST(test_group_whose_rule_went_behind_our_back_begins_to_drain),
        TEST(test_the_first_state_file_waits_for_nothing),
        TEST(test_what_a_lost_state_file_knew_is_not_made_again),
        TEST(test_what_lists_show_tells_of_a_lost_state_file),
        TEST(test_a_lost_state_file_of_what_is_seen_waits_for_nothing),
    };
    return cmocka_run_group_tests_name("agent/read", tests, NULL, NULL);
}
