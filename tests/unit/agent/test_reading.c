/* When the agent reads, and what becomes of what it reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/json.h"
#include "tests/support/run.h"
#include <cmocka.h>
#include <string.h>

static void delete_a_rule(struct world *w)
{
    cJSON *list CLEANUP(json_done) =
        mock_transport_do(&w->mock, "ListRules", "MaxResults", "100", (char *)NULL);
    cJSON *gone CLEANUP(json_done) = mock_transport_do(
        &w->mock, "DeleteRules", "RuleIds.1",
        json_str(cJSON_GetArrayItem(json_get(list, "Rules"), 0), "RuleId"), (char *)NULL);
    assert_non_null(gone);
}

static void test_what_somebody_deletes_is_made_again_after_a_sweep(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    delete_a_rule(w);
    runner_pass(&r, 11 * 60 * 1000);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_stop(&r);
}

static void test_a_contradiction_is_read_and_done_again(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateRules",
                                                       .nth = 1,
                                                       .status = 404,
                                                       .code = "ResourceNotFound.ServerGroup" });
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 2);
    assert_int_equal(r.failed, 0);
    runner_stop(&r);
}

static void start_with_a_failed_reading(struct runner *r, struct world *w)
{
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "ListServerGroups",
                                                       .nth = 1,
                                                       .status = 403,
                                                       .code = "Forbidden.RAM" });
    runner_start(r, w);
    runner_pass(r, 500);
    assert_int_equal(r->events[AGENT_READ_FAILED], 1);
}

static void test_a_reading_that_fails_is_made_again_later(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    start_with_a_failed_reading(&r, w);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), 0);
    runner_pass(&r, 60000);
    assert_int_equal(r.events[AGENT_READ_FAILED], 1);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_stop(&r);
}

static size_t count_calls(const struct world *w, const char *action, size_t from)
{
    size_t n = 0;
    for (size_t i = from; i < w->mock.calls.len; i++)
        n += !strcmp(w->mock.calls.items[i].action, action);
    return n;
}

static void test_a_doubt_about_one_load_balancer_reads_only_that(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    world_write_albconfig(w, "other");
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(world_count(w, "LoadBalancers"), 2);
    size_t before = w->mock.calls.len;
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "UpdateRulesAttribute",
                                                       .nth = 1,
                                                       .status = 404,
                                                       .code = "ResourceNotFound.Rule" });
    world_write_ingress(w, "tea", "web", "tea.example", "coffee");
    runner_read(&r);
    runner_settle(&r);
    /* Attributes are read of each load balancer that is looked at. */
    assert_int_equal(count_calls(w, "GetLoadBalancerAttribute", before), 1);
    runner_stop(&r);
}

/* A listener's lists are read only where somebody asks for some: now somebody does. */
static void test_lists_of_a_listener_are_read_before_one_is_made(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    runner_stop(&r);
    r = (struct runner){ 0 };
    runner_start(&r, w); /* the listener was read, and its lists were not */
    runner_settle(&r);
    cJSON *listeners CLEANUP(json_done) =
        mock_transport_do(&w->mock, "ListListeners", (char *)NULL);
    cJSON *made CLEANUP(json_done) =
        mock_transport_do(&w->mock, "CreateAcl", "AclName", "acl-web-80", (char *)NULL);
    w->mock.now_ms += 60000;
    cJSON *filled CLEANUP(json_done) =
        mock_transport_do(&w->mock, "AddEntriesToAcl", "AclId", json_str(made, "AclId"),
                          "AclEntries.1.Entry", "10.0.0.0/8", (char *)NULL);
    w->mock.now_ms += 60000;
    cJSON *used CLEANUP(json_done) = mock_transport_do(
        &w->mock, "AssociateAclsWithListener", "AclIds.1", json_str(made, "AclId"), "AclType",
        "White", "ListenerId",
        json_str(cJSON_GetArrayItem(json_get(listeners, "Listeners"), 0), "ListenerId"),
        (char *)NULL);
    assert_non_null(filled);
    assert_non_null(used);
    w->mock.now_ms += 60000;
    size_t before = mock_transport_writes(&w->mock, NULL);
    world_write_guard(w, "White", "10.0.0.0/8");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), before); /* it was taken over */
    assert_int_equal(world_count(w, "Acls"), 1);
    runner_stop(&r);
}

static void test_sweeps_come_as_often_as_is_configured(void **state)
{
    struct world *w = *state;
    struct runner r = { .config = { .resync_ms = 60000 } };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    size_t reads = r.events[AGENT_READ];
    runner_pass(&r, 10 * 60000);
    assert_in_range(r.events[AGENT_READ] - reads, 9, 10);
    runner_stop(&r);
}

/* How often each action was called in an hour of steady state, and that nothing else was. */
static void check_hour(struct runner *r, size_t lbs, size_t groups)
{
    const struct {
        const char *action;
        size_t n;
    } wanted[] = {
        { "ListLoadBalancers", lbs },
        { "GetLoadBalancerAttribute", lbs },
        { "ListListeners", lbs },
        { "ListRules", 2 * lbs }, /* both directions */
        { "ListAcls", lbs },
        { "ListServerGroups", groups },
        { "ListServerGroupServers", groups },
    };
    struct world *w = r->w;
    const size_t before = w->mock.calls.len;
    size_t known = 0;
    runner_pass(r, 60 * 60000);
    runner_settle(r);
    for (size_t i = 0; i < COUNT(wanted); i++) {
        const size_t n = count_calls(w, wanted[i].action, before);
        if (n != wanted[i].n)
            fail_msg("%s: %zu calls instead of %zu", wanted[i].action, n, wanted[i].n);
        known += n;
    }
    assert_int_equal(w->mock.calls.len - before, known);
}

/* Half a period from the last sweep, so that none is at the edge of the hour. */
static void begin_hours(struct runner *r, struct world *w)
{
    world_write_shop(w);
    runner_start(r, w);
    runner_settle(r);
    runner_pass(r, 150000);
}

static void test_each_family_is_read_as_often_as_it_is_configured(void **state)
{
    struct world *w = *state;
    struct runner r = { .config = { .resync_ms = 300000, .group_resync_ms = 1200000 } };
    begin_hours(&r, w);
    check_hour(&r, 12, 3);
    check_hour(&r, 12, 3);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), SHOP_WRITES);
    runner_stop(&r);
}

static void test_server_groups_may_be_the_ones_read_more_often(void **state)
{
    struct world *w = *state;
    struct runner r = { .config = { .resync_ms = 3600000, .group_resync_ms = 600000 } };
    begin_hours(&r, w);
    check_hour(&r, 1, 6);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), SHOP_WRITES);
    runner_stop(&r);
}

static void test_families_of_one_period_are_read_together(void **state)
{
    struct world *w = *state;
    struct runner r = { .config = { .resync_ms = 600000 } };
    begin_hours(&r, w);
    const size_t reads = r.events[AGENT_READ];
    check_hour(&r, 6, 6);
    assert_int_equal(r.events[AGENT_READ] - reads, 6);
    runner_stop(&r);
}

static void test_what_is_never_read_again_is_not(void **state)
{
    struct world *w = *state;
    struct runner r = { .config = { .resync_ms = INT64_MAX / 4, .group_resync_ms = 1800000 } };
    begin_hours(&r, w);
    check_hour(&r, 0, 2);
    assert_in_range(agent_times(r.g).next_read_at, w->mock.now_ms, w->mock.now_ms + 1800000);
    runner_stop(&r);
    r = (struct runner){ .config = { .resync_ms = INT64_MAX / 4 } };
    runner_start(&r, w);
    runner_settle(&r);
    assert_true(agent_times(r.g).verified_at > 0);
    assert_int_equal(agent_times(r.g).next_read_at, 0);
    check_hour(&r, 0, 0);
    runner_stop(&r);
}

/* A reading of one family says nothing of the other: what is not among it is not gone. */
static void test_a_reading_of_groups_leaves_rules_as_they_are(void **state)
{
    struct world *w = *state;
    struct runner r = { .config = { .resync_ms = INT64_MAX / 4, .group_resync_ms = 600000 } };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    cJSON *list CLEANUP(json_done) =
        mock_transport_do(&w->mock, "ListRules", "MaxResults", "100", (char *)NULL);
    cJSON *gone CLEANUP(json_done) = mock_transport_do(
        &w->mock, "DeleteRules", "RuleIds.1",
        json_str(cJSON_GetArrayItem(json_get(list, "Rules"), 0), "RuleId"), (char *)NULL);
    assert_non_null(gone);
    const size_t writes = mock_transport_writes(&w->mock, NULL);
    runner_pass(&r, 3 * 600000);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes); /* it is not known yet */
    assert_int_equal(world_count(w, "Rules"), 1);
    agent_resync(r.g);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_stop(&r);
}

static void test_servers_that_somebody_removes_are_made_good_by_a_reading_of_groups(void **state)
{
    struct world *w = *state;
    struct runner r = { .config = { .resync_ms = INT64_MAX / 4, .group_resync_ms = 600000 } };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    cJSON *list CLEANUP(json_done) =
        mock_transport_do(&w->mock, "ListServerGroupServers", "MaxResults", "100", (char *)NULL);
    const cJSON *server = cJSON_GetArrayItem(json_get(list, "Servers"), 0);
    const int n = cJSON_GetArraySize(json_get(list, "Servers"));
    cJSON *gone CLEANUP(json_done) = mock_transport_do(
        &w->mock, "RemoveServersFromServerGroup", "ServerGroupId",
        json_str(server, "ServerGroupId"), "Servers.1.ServerId", json_str(server, "ServerId"),
        "Servers.1.ServerIp", json_str(server, "ServerIp"), "Servers.1.ServerType",
        json_str(server, "ServerType"), "Servers.1.Port", "8080", (char *)NULL);
    assert_non_null(gone);
    runner_pass(&r, 610000);
    runner_settle(&r);
    cJSON *again CLEANUP(json_done) =
        mock_transport_do(&w->mock, "ListServerGroupServers", "MaxResults", "100", (char *)NULL);
    assert_int_equal(cJSON_GetArraySize(json_get(again, "Servers")), n);
    assert_int_equal(r.failed, 0);
    runner_stop(&r);
}

/* It may be there already, so that it is read first; but not only when all is read again. */
static void test_load_balancer_that_is_asked_for_later_does_not_wait_for_a_sweep(void **state)
{
    struct world *w = *state;
    struct runner r = { .config = { .resync_ms = INT64_MAX / 4 } };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    world_write_albconfig(w, "other");
    runner_read(&r);
    runner_pass(&r, 20000);
    runner_settle(&r);
    assert_int_equal(world_count(w, "LoadBalancers"), 2);
    runner_stop(&r);
}

/* What changed while nobody looked is not held up by all the rest. */
static void test_load_balancer_that_is_behind_is_read_first_at_a_start(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, again = { 0 };
    world_write_shop(w);
    world_write_albconfig(w, "other");
    runner_start(&r, w);
    runner_settle(&r);
    runner_stop(&r);
    world_write_ingress(w, "tea", "web", "tea.example", "coffee");
    size_t before = w->mock.calls.len;
    runner_start(&again, w);
    runner_settle(&again);
    size_t reads = 0;
    for (size_t i = before; i < w->mock.calls.len && !w->mock.calls.items[i].write; i++)
        reads += !strcmp(w->mock.calls.items[i].action, "GetLoadBalancerAttribute");
    assert_int_equal(reads, 1); /* before the first write */
    assert_int_equal(count_calls(w, "GetLoadBalancerAttribute", before), 3);
    runner_stop(&again);
}

/* As at a start that has read but the one that was behind. */
static void test_an_agent_is_not_quiet_before_everything_is_read(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    assert_true(agent_is_quiet(r.g));
    const size_t readings = r.events[AGENT_READ];
    agent_resync(r.g);
    assert_false(agent_is_quiet(r.g));
    runner_settle(&r);
    assert_int_equal(r.events[AGENT_READ], readings + 1);
    runner_stop(&r);
}

/* Interfaces of addresses that nobody touched meanwhile are still known. */
static void test_start_asks_only_for_addresses_that_changed(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, again = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    runner_stop(&r);
    size_t before = w->mock.calls.len;
    runner_start(&again, w);
    runner_settle(&again);
    assert_int_equal(count_calls(w, "DescribeNetworkInterfaces", before), 0);
    runner_stop(&again);
    world_write(
        w, "tea.yaml",
        "apiVersion: v1\n"
        "kind: Service\n"
        "metadata: {name: tea, namespace: shop}\n"
        "spec: {type: ClusterIP, ports: [{name: http, port: 80, targetPort: 8080}]}\n"
        "---\n"
        "apiVersion: discovery.k8s.io/v1\n"
        "kind: EndpointSlice\n"
        "metadata: {name: tea-1, namespace: shop, labels: {kubernetes.io/service-name: tea}}\n"
        "addressType: IPv4\n"
        "ports: [{name: http, port: 8080, protocol: TCP}]\n"
        "endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}, hostname: new}]\n");
    struct runner third = { 0 };
    runner_start(&third, w);
    runner_settle(&third);
    assert_int_equal(count_calls(w, "DescribeNetworkInterfaces", before), 1);
    runner_stop(&third);
}

/* What a sweep reads comes at the pace of sweeps, once there was a first reading. */
static void test_sweeps_read_no_faster_than_they_may(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    w->config.background = (struct alb_budget){ .limit = 1, .period_ms = 10000 };
    runner_start(&r, w);
    const int64_t start = w->mock.now_ms;
    while (!r.events[AGENT_READ])
        runner_pass(&r, 10);
    assert_true(w->mock.now_ms - start < 10000);
    runner_settle(&r);
    const size_t before = w->mock.calls.len;
    const int64_t again = w->mock.now_ms;
    agent_resync(r.g);
    while (r.events[AGENT_READ] < 2)
        runner_pass(&r, 10);
    const size_t reads = w->mock.calls.len - before;
    assert_true(reads >= 5); /* load balancers, listeners, rules both ways, groups */
    assert_true(w->mock.now_ms - again >= (int64_t)(reads - 1) * 10000);
    runner_stop(&r);
}

/* An object that changes meanwhile does not wait for them. */
static void test_changes_overtake_a_sweep(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    w->config.background = (struct alb_budget){ .limit = 1, .period_ms = 100000 };
    runner_start(&r, w);
    runner_settle(&r);
    agent_resync(r.g);
    runner_pass(&r, 1000);
    agent_remove(r.g, OBJECT_INGRESS, "shop", "tea");
    runner_pass(&r, 5000);
    assert_int_equal(r.events[AGENT_READ], 1);
    assert_int_equal(world_count(w, "Rules"), 1);
    runner_stop(&r);
}

/* What is in doubt does not wait for it either: a refusal that contradicts what is known. */
static void test_doubts_overtake_a_sweep(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    w->config.background = (struct alb_budget){ .limit = 1, .period_ms = 100000 };
    runner_start(&r, w);
    runner_settle(&r);
    agent_resync(r.g);
    runner_pass(&r, 1000);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "UpdateRulesAttribute",
                                                       .nth = 1,
                                                       .status = 404,
                                                       .code = "ResourceNotFound.Rule" });
    world_write_ingress(w, "tea", "web", "tea.example", "coffee");
    runner_read(&r);
    runner_pass(&r, 15000);
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateRulesAttribute"), 2);
    assert_int_equal(r.events[AGENT_READ], 2); /* the first, and of the one in doubt */
    runner_pass(&r, 2000000);
    assert_true(r.events[AGENT_READ] > 2); /* the sweep comes to its end all the same */
    runner_stop(&r);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

/* ---- the system's clock is set --------------------------------------------------------------- */

enum { HOURS = 3600 * 1000 };

static void test_a_clock_that_is_set_back_puts_off_no_sweep(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    delete_a_rule(w);
    w->mock.set_ms = -3 * HOURS;
    runner_pass(&r, 11 * 60 * 1000);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 2);
    assert_int_equal(r.events[AGENT_CLOCK], 1);
    runner_stop(&r);
}

static void test_a_clock_that_is_set_forward_brings_no_sweep(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    const size_t reads = r.events[AGENT_READ];
    w->mock.set_ms = 3 * HOURS;
    runner_pass(&r, 9 * 60 * 1000);
    assert_int_equal(r.events[AGENT_READ], reads);
    runner_pass(&r, 2 * 60 * 1000);
    assert_int_equal(r.events[AGENT_READ], reads + 1);
    runner_stop(&r);
}

static void test_a_clock_that_is_set_back_puts_off_no_second_try(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    start_with_a_failed_reading(&r, w);
    w->mock.set_ms = -3 * HOURS;
    runner_pass(&r, 60000);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_stop(&r);
}

static void test_times_that_are_told_are_of_the_clock_as_it_is_set(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct arena a CLEANUP(arena_done) = { 0 };
    agent_lbs lbs = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    w->mock.set_ms = -3 * HOURS;
    runner_pass(&r, 60000);
    const int64_t now = clock_now_ms(&w->mock.wall);
    assert_in_range(agent_times(r.g).next_read_at, now, now + 600000);
    assert_in_range(agent_times(r.g).verified_at, now - 120000, now);
    agent_list(r.g, &a, &lbs);
    assert_in_range(lbs.items[0].read_at, now - 120000, now);
    runner_stop(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_what_somebody_deletes_is_made_again_after_a_sweep),
        WORLD_TEST(test_a_contradiction_is_read_and_done_again),
        WORLD_TEST(test_a_reading_that_fails_is_made_again_later),
        WORLD_TEST(test_a_doubt_about_one_load_balancer_reads_only_that),
        WORLD_TEST(test_load_balancer_that_is_behind_is_read_first_at_a_start),
        WORLD_TEST(test_an_agent_is_not_quiet_before_everything_is_read),
        WORLD_TEST(test_start_asks_only_for_addresses_that_changed),
        WORLD_TEST(test_lists_of_a_listener_are_read_before_one_is_made),
        WORLD_TEST(test_sweeps_come_as_often_as_is_configured),
        WORLD_TEST(test_each_family_is_read_as_often_as_it_is_configured),
        WORLD_TEST(test_server_groups_may_be_the_ones_read_more_often),
        WORLD_TEST(test_families_of_one_period_are_read_together),
        WORLD_TEST(test_what_is_never_read_again_is_not),
        WORLD_TEST(test_a_reading_of_groups_leaves_rules_as_they_are),
        WORLD_TEST(test_servers_that_somebody_removes_are_made_good_by_a_reading_of_groups),
        WORLD_TEST(test_load_balancer_that_is_asked_for_later_does_not_wait_for_a_sweep),
        WORLD_TEST(test_sweeps_read_no_faster_than_they_may),
        WORLD_TEST(test_changes_overtake_a_sweep),
        WORLD_TEST(test_doubts_overtake_a_sweep),
        WORLD_TEST(test_a_clock_that_is_set_back_puts_off_no_sweep),
        WORLD_TEST(test_a_clock_that_is_set_forward_brings_no_sweep),
        WORLD_TEST(test_a_clock_that_is_set_back_puts_off_no_second_try),
        WORLD_TEST(test_times_that_are_told_are_of_the_clock_as_it_is_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
