/* test_run.c - applying: rounds of changes and fresh reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "tests/support/world.h"

static void check_in_sync(const struct session_result *r, size_t writes)
{
    assert_string_equal(r->counts.failed ? r->counts.first.msg : "", "");
    assert_true(r->in_sync);
    assert_int_equal(r->writes, writes);
}

static void test_second_apply_writes_nothing(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    struct session_result r = world_apply(w);
    check_in_sync(&r, SHOP_WRITES);
    r = world_apply(w);
    check_in_sync(&r, 0);
}

static void test_removed_ingress_takes_its_rule_and_group_and_nothing_else(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    size_t before = w->mock.calls.len;
    world_remove(w, "ingress-tea.yaml");
    struct session_result r = world_apply(w);
    check_in_sync(&r, 2);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteRules"), 1);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteServerGroup"), 1);
    /* The rule goes before what it points at. */
    const struct mock_call *rule = mock_transport_call(&w->mock, "DeleteRules", 1);
    const struct mock_call *group = mock_transport_call(&w->mock, "DeleteServerGroup", 1);
    assert_true(rule->id > w->mock.calls.items[before - 1].id && rule->id < group->id);
}

static void test_drift_is_repaired_with_one_write(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    cJSON *rules CLEANUP(json_done) =
        mock_transport_do(&w->mock, "ListRules", "MaxResults", "100", (char *)NULL);
    const char *id = json_str(cJSON_GetArrayItem(json_get(rules, "Rules"), 0), "RuleId");
    cJSON *gone CLEANUP(json_done) =
        mock_transport_do(&w->mock, "DeleteRules", "RuleIds.1", id, (char *)NULL);
    assert_non_null(json_str(gone, "JobId"));
    w->mock.now_ms += 2000;
    struct session_result r = world_apply(w);
    check_in_sync(&r, 1);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateRules"), 2);
}

static void test_load_balancer_without_albconfig_is_an_orphan_and_stays(void **state)
{
    struct world *w = *state;
    world_write_albconfig(w, "web");
    world_write_albconfig(w, "other");
    (void)world_apply(w);
    world_remove(w, "albconfig-web.yaml");
    struct session_result r = world_apply(w);
    check_in_sync(&r, 0);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteLoadBalancer"), 0);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteListener"), 0);
}

static void test_destroy_takes_the_named_load_balancer_and_its_groups(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    world_write_albconfig(w, "other");
    (void)world_apply(w);
    world_remove(w, "albconfig-web.yaml");
    world_remove(w, "ingress-tea.yaml");
    world_remove(w, "ingress-coffee.yaml");
    w->config.destroy = "web";
    struct session_result r = world_apply(w);
    /* Protection off, the load balancer, its three groups. */
    check_in_sync(&r, 5);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteLoadBalancer"), 1);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteServerGroup"), 3);
    r = world_apply(w);
    check_in_sync(&r, 0);
}

static void test_conflict_is_answered_by_a_fresh_read(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateRules",
                                                       .nth = 1,
                                                       .status = 400,
                                                       .code = "Conflict.Priority" });
    struct session_result r = world_apply(w);
    check_in_sync(&r, SHOP_WRITES + 1);
}

/* Somebody else takes the priority between our reading and our writing. */
static void take_priority(struct world *w)
{
    cJSON *listeners CLEANUP(json_done) =
        mock_transport_do(&w->mock, "ListListeners", (char *)NULL);
    const cJSON *listener = cJSON_GetArrayItem(json_get(listeners, "Listeners"), 0);
    const cJSON *action = cJSON_GetArrayItem(json_get(listener, "DefaultActions"), 0);
    const cJSON *tuple =
        cJSON_GetArrayItem(json_at(action, "ForwardGroupConfig.ServerGroupTuples"), 0);
    cJSON *rule CLEANUP(json_done) = mock_transport_do(
        &w->mock, "CreateRules", "ListenerId", json_str(listener, "ListenerId"), "Rules.1.RuleName",
        "by-hand", "Rules.1.Priority", "100", "Rules.1.RuleConditions.1.Type", "Host",
        "Rules.1.RuleConditions.1.HostConfig.Values.1", "x.example", "Rules.1.RuleActions.1.Type",
        "ForwardGroup", "Rules.1.RuleActions.1.Order", "1",
        "Rules.1.RuleActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId",
        json_str(tuple, "ServerGroupId"), (char *)NULL);
    assert_non_null(json_get(rule, "RuleIds"));
    w->mock.now_ms += 5000;
}

static void test_priority_taken_behind_our_back_is_read_and_avoided(void **state)
{
    struct world *w = *state;
    world_write_albconfig(w, "web");
    world_write_services(w);
    (void)world_apply(w);
    world_write_ingress(w, "tea", "web", "tea.example", "tea");
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    take_priority(w);
    struct session_result r = world_apply_session(&s, NULL, NULL);
    const struct mock_call *first = mock_transport_call(&w->mock, "CreateRules", 2);
    assert_string_equal(first->code, "Conflict.Priority");
    assert_true(r.in_sync);
    assert_int_equal(r.counts.failed, 0);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateRules"), 3);
}

static void test_conflict_that_stays_is_a_failure_after_three_reads(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateRules",
                                                       .status = 400,
                                                       .code = "Conflict.Priority" });
    struct session_result r = world_apply(w);
    assert_false(r.in_sync);
    assert_int_equal(r.counts.failed, 1);
    assert_int_equal(r.counts.first.kind, ERROR_CONFLICT);
    assert_string_equal(r.counts.first.code, "Conflict.Priority");
    /* The first comes in a round that did other things. */
    assert_int_equal(mock_transport_writes(&w->mock, "CreateRules"), 4);
}

/* A cloud that takes a scheduler and goes on showing another one. */
static void show_another_scheduler(void *arg, const struct mock_call *call, cJSON *reply)
{
    (void)arg;
    cJSON *g;
    if (strcmp(call->action, "ListServerGroups") != 0)
        return;
    cJSON_ArrayForEach (g, json_get(reply, "ServerGroups"))
        cJSON_ReplaceItemInObjectCaseSensitive(g, "Scheduler", cJSON_CreateString("Wlc"));
}

static void test_change_that_is_taken_and_not_shown_is_sent_twice_at_most(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    w->mock.on_reply = show_another_scheduler;
    struct session_result r = world_apply(w);
    assert_false(r.in_sync);
    assert_int_equal(r.counts.failed, 1);
    assert_int_equal(r.counts.first.kind, ERROR_CONFLICT);
    assert_non_null(strstr(r.counts.first.msg, "does not show them"));
    /* Twice for each of the three groups, and everything else was done. */
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateServerGroupAttribute"), 6);
    assert_int_equal(world_count(w, "Rules"), 2);
}

static void test_refused_object_is_left_out_and_the_rest_is_done(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateServerGroup",
                                                       .nth = 2, /* the first: the listener's */
                                                       .status = 400,
                                                       .code = "IllegalParam.ServerGroupName" });
    struct session_result r = world_apply(w);
    assert_int_equal(r.counts.failed, 1);
    assert_int_equal(r.counts.kinds, 1U << ERROR_INVALID);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateServerGroup"), 3);
    /* The other Ingress has its rule. */
    assert_int_equal(world_count(w, "Rules"), 1);
}

static void test_denied_ends_at_once(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    mock_transport_fail(
        &w->mock,
        (struct mock_fault){ .kind = MOCK_REFUSE, .status = 403, .code = "Forbidden.RAM" });
    struct session_result r = world_apply(w);
    assert_true(r.counts.denied);
    assert_false(r.in_sync);
    assert_int_equal(r.counts.failed, 4); /* the load balancer, and each group by itself */
    assert_int_equal(r.writes, 4);
}

/* No pod behind the Service any more. */
static void empty_tea(struct world *w)
{
    world_write(w, "tea.yaml",
                "apiVersion: v1\n"
                "kind: Service\n"
                "metadata: {name: tea, namespace: shop}\n"
                "spec: {type: ClusterIP, ports: [{name: http, port: 80, targetPort: 8080}]}\n"
                "---\n"
                "apiVersion: discovery.k8s.io/v1\n"
                "kind: EndpointSlice\n"
                "metadata:\n"
                "  name: tea-1\n"
                "  namespace: shop\n"
                "  labels: {kubernetes.io/service-name: tea}\n"
                "addressType: IPv4\n"
                "ports: [{name: http, port: 8080, protocol: TCP}]\n"
                "endpoints: []\n");
}

static void test_empty_endpoints_are_acted_upon_when_seen_again(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    empty_tea(w);
    struct session_result r = world_apply(w);
    assert_false(r.in_sync);
    assert_int_equal(r.writes, 0);
    w->mock.now_ms += 1000;
    r = world_apply(w);
    check_in_sync(&r, 1);
    assert_int_equal(mock_transport_writes(&w->mock, "RemoveServersFromServerGroup"), 1);
}

static void test_empty_endpoints_wait_for_a_later_run_however_long_this_one_takes(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    empty_tea(w);
    world_write_ingress(w, "milk", "web", "milk.example", "coffee");
    struct session_result r = world_apply(w);
    assert_int_equal(r.writes, 3); /* of the new Ingress: group, server, rule */
    assert_int_equal(mock_transport_writes(&w->mock, "RemoveServersFromServerGroup"), 0);
}

static void test_endpoints_that_come_back_are_not_empty_twice(void **state)
{
    struct world *w = *state;
    static const char empty[] = "apiVersion: v1\n"
                                "kind: Endpoints\n"
                                "metadata: {name: milk, namespace: shop}\n"
                                "subsets: []\n";
    static const char full[] = "apiVersion: v1\n"
                               "kind: Endpoints\n"
                               "metadata: {name: milk, namespace: shop}\n"
                               "subsets: [{addresses: [{ip: 10.0.0.7}],"
                               " ports: [{name: http, port: 8080}]}]\n";
    world_write_albconfig(w, "web");
    world_write(w, "milk.yaml",
                "apiVersion: v1\n"
                "kind: Service\n"
                "metadata: {name: milk, namespace: shop}\n"
                "spec: {type: ClusterIP, ports: [{name: http, port: 80, targetPort: 8080}]}\n");
    world_write_ingress(w, "milk", "web", "milk.example", "milk");
    world_write(w, "addresses.yaml", full);
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    const char *const seen[] = { empty, full, empty };
    for (size_t i = 0; i < COUNT(seen); i++) {
        w->mock.now_ms += 1000;
        world_write(w, "addresses.yaml", seen[i]);
        r = world_apply(w);
        assert_int_equal(r.writes, 0);
    }
}

static volatile bool stopped;

static void stop_after_first(void *arg, const struct apply_event *event)
{
    (void)arg;
    stopped = stopped || event->kind == APPLY_SENT;
}

static void test_stop_ends_what_is_in_flight_and_begins_nothing(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct session_result r;
    struct error err;
    world_write_shop(w);
    stopped = false;
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    assert_true(session_save(&s, &err));
    assert_true(session_apply(&s, stop_after_first, NULL, &stopped, &r, &err));
    assert_false(r.in_sync);
    /* The first turn's: the load balancer and three groups, brought to their end. */
    assert_int_equal(r.counts.done, 4);
    assert_int_equal(r.writes, 4);
}

static void test_revision_is_kept_for_each_wanted_state(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    (void)world_apply(w);
    world_remove(w, "ingress-tea.yaml");
    (void)world_apply(w);
    struct store *st;
    struct error err;
    struct arena a CLEANUP(arena_done) = { 0 };
    store_summaries list;
    assert_true(store_open(&st, w->state, STORE_SNAPSHOT, 0, NULL, &err));
    assert_true(store_summary(st, &a, &list, &err));
    assert_int_equal(list.len, 1);
    assert_string_equal(list.items[0].lb, "kube-system/web");
    assert_int_equal(list.items[0].revision, 2);
    assert_int_equal(list.items[0].in_sync, list.items[0].resources);
    store_close(st);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_second_apply_writes_nothing),
        TEST(test_removed_ingress_takes_its_rule_and_group_and_nothing_else),
        TEST(test_drift_is_repaired_with_one_write),
        TEST(test_load_balancer_without_albconfig_is_an_orphan_and_stays),
        TEST(test_destroy_takes_the_named_load_balancer_and_its_groups),
        TEST(test_conflict_is_answered_by_a_fresh_read),
        TEST(test_priority_taken_behind_our_back_is_read_and_avoided),
        TEST(test_conflict_that_stays_is_a_failure_after_three_reads),
        TEST(test_change_that_is_taken_and_not_shown_is_sent_twice_at_most),
        TEST(test_refused_object_is_left_out_and_the_rest_is_done),
        TEST(test_denied_ends_at_once),
        TEST(test_empty_endpoints_are_acted_upon_when_seen_again),
        TEST(test_empty_endpoints_wait_for_a_later_run_however_long_this_one_takes),
        TEST(test_endpoints_that_come_back_are_not_empty_twice),
        TEST(test_stop_ends_what_is_in_flight_and_begins_nothing),
        TEST(test_revision_is_kept_for_each_wanted_state),
    };
    return cmocka_run_group_tests_name("agent/run", tests, NULL, NULL);
}
