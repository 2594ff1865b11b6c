/* What the agent holds of one load balancer, while readings and changes overlap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "mock-server/cloud.h"
#include "tests/support/run.h"

static void test_a_refusal_is_not_tried_again_until_the_object_changes(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateRules",
                                                       .holds = "tea.example",
                                                       .status = 400,
                                                       .code = "IllegalParam.Values" });
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 1);
    assert_int_equal(r.failed, 1);
    size_t writes = mock_transport_writes(&w->mock, NULL);
    runner_pass(&r, 25 * 60 * 1000);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
    world_write_ingress(w, "tea", "web", "chai.example", "tea");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_stop(&r);
}

/* The rule of an Ingress of the shop. */
static const char *rule_of_host(struct world *w, const char *host)
{
    cJSON *list CLEANUP(json_done) =
        mock_transport_do(&w->mock, "ListRules", "MaxResults", "100", (char *)NULL);
    const cJSON *rule;
    cJSON_ArrayForEach (rule, json_get(list, "Rules")) {
        struct arena a CLEANUP(arena_done) = { 0 };
        if (strstr(json_canonical(&a, rule), host))
            return arena_strdup(&w->arena, json_str(rule, "RuleId"));
    }
    return NULL;
}

static void change_rule(struct world *w, const char *rule, const char *content)
{
    cJSON_Delete(mock_transport_do(
        &w->mock, "UpdateRuleAttribute", "RuleId", rule, "RuleActions.1.Type", "FixedResponse",
        "RuleActions.1.Order", "1", "RuleActions.1.FixedResponseConfig.Content", content,
        "RuleActions.1.FixedResponseConfig.HttpCode", "200", (char *)NULL));
}

/* Once for each state in which it is found: as long as nothing changes it would be the same. */
static void test_a_refused_delete_is_tried_again_when_what_is_there_changes(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    const char *rule = rule_of_host(w, "coffee.example");
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "DeleteRules",
                                                       .status = 400,
                                                       .code = "IllegalParam.RuleIds" });
    world_remove(w, "ingress-coffee.yaml");
    runner_read(&r);
    for (size_t attempts = 1; attempts < 3; attempts++) {
        runner_settle(&r);
        runner_pass(&r, 25 * 60 * 1000);
        assert_int_equal(mock_transport_writes(&w->mock, "DeleteRules"), attempts);
        assert_int_equal(world_count(w, "Rules"), 2);
        change_rule(w, rule, attempts == 1 ? "x" : "y");
        if (attempts == 2)
            w->mock.faults.len = 0;
        runner_pass(&r, 11 * 60 * 1000);
    }
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteRules"), 3);
    assert_int_equal(world_count(w, "Rules"), 1);
    runner_stop(&r);
}

static void test_a_refused_delete_is_tried_again_when_it_is_wished_anew(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "DeleteRules",
                                                       .nth = 1,
                                                       .status = 400,
                                                       .code = "IllegalParam.RuleIds" });
    world_remove(w, "ingress-coffee.yaml");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 2);
    world_write_ingress(w, "coffee", "web", "coffee.example", "coffee");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteRules"), 1);
    world_remove(w, "ingress-coffee.yaml");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteRules"), 2);
    assert_int_equal(world_count(w, "Rules"), 1);
    runner_stop(&r);
}

/* Its first sight is not believed: the cache behind it may be stale (design.md §6). */
static void test_last_servers_go_only_when_none_are_wanted_for_a_while(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    size_t writes = mock_transport_writes(&w->mock, NULL);
    const struct object *slice =
        object_set_find(agent_objects(r.g), OBJECT_ENDPOINT_SLICE, "shop", "tea-1");
    cJSON *empty = object_tree(slice);
    cJSON_ReplaceItemInObjectCaseSensitive(empty, "endpoints", cJSON_CreateArray());
    agent_put(r.g, empty, "tea.yaml:6");
    runner_settle(&r);
    runner_pass(&r, 20000);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
    runner_pass(&r, 15000);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes + 1);
    runner_stop(&r);
}

/* The list that was asked for before a delete ended shows the rule still. */
static void test_what_was_deleted_during_a_reading_is_not_deleted_again(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    agent_resync(r.g);
    agent_remove(r.g, OBJECT_INGRESS, "shop", "tea");
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteRules"), 1);
    runner_stop(&r);
}

static void keep_reading(void *arg, const struct mock_call *call, cJSON *reply)
{
    (void)call;
    (void)reply;
    agent_resync(*(struct agent **)arg);
}

/* Readings one after the other, while everything is made: none undoes what was done meanwhile. */
static void test_readings_beside_changes_cost_no_write(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    w->mock.on_reply = keep_reading;
    w->mock.arg = &r.g;
    runner_pass(&r, 5000);
    w->mock.on_reply = NULL;
    runner_settle(&r);
    assert_in_range(r.events[AGENT_READ], 5, 100);
    assert_int_equal(world_count(w, "Rules"), 2);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), SHOP_WRITES);
    assert_int_equal(r.failed, 0);
    runner_stop(&r);
}

/* One update turns a rule into another: a list that shows it already must not leave a row of
 * what it was, though that was made a moment ago. */
static void test_rule_that_becomes_another_during_a_reading_is_one_rule(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    w->mock.on_reply = keep_reading;
    w->mock.arg = &r.g;
    for (int i = 0; i < 10; i++) {
        world_write_ingress(w, "tea", "web", i % 2 ? "a.example" : "b.example", "tea");
        runner_read(&r);
        runner_pass(&r, 210 + 70 * i);
    }
    w->mock.on_reply = NULL;
    runner_settle(&r);
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    struct model m;
    assert_true(agent_model(r.g, "kube-system/web", &a, &m, &err));
    size_t rules = 0;
    for (size_t i = 0; i < m.rows.len; i++)
        rules += m.rows.items[i].kind == RESOURCE_RULE;
    assert_int_equal(rules, 2);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_stop(&r);
}

/* Its rows are made anew again and again; none is lost. */
static void test_memory_does_not_grow_with_the_changes(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    for (int i = 0; i < 60; i++) {
        world_write_ingress(w, "tea", "web", i % 2 ? "a.example" : "b.example", "tea");
        runner_read(&r);
        runner_settle(&r);
    }
    assert_int_equal(world_count(w, "Rules"), 2);
    assert_in_range(agent_memory(r.g, "kube-system/web"), 1, 1024 * 1024);
    runner_stop(&r);
}

static int64_t revisions(struct runner *r, struct world *w)
{
    store_summaries list;
    struct error err;
    assert_true(store_summary(agent_store(r->g), &w->arena, &list, &err));
    assert_int_equal(list.len, 1);
    return list.items[0].revision;
}

/* Else a day of them would be all that the history holds. */
static void test_pods_that_come_and_go_make_no_revision(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(revisions(&r, w), 1);
    for (int i = 0; i < 5; i++) {
        world_write_service(w, "tea", i % 2 ? "10.0.0.7" : "10.0.0.8");
        runner_read(&r);
        runner_settle(&r);
        assert_int_equal(revisions(&r, w), 1);
    }
    world_write_ingress(w, "tea", "web", "other.example", "tea");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(revisions(&r, w), 2);
    runner_stop(&r);
}

static const char *address(struct runner *r, struct world *w)
{
    store_summaries list;
    struct error err;
    assert_true(store_summary(agent_store(r->g), &w->arena, &list, &err));
    return list.len ? list.items[0].dns_name : "";
}

/* What waited until it was there has seen its address; a change of its settings does not lose it.
 */
static void test_the_address_of_a_load_balancer_is_known_when_it_is_made(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    for (int i = 0; i < 1000 && !mock_transport_writes(&w->mock, "CreateListener"); i++)
        runner_pass(&r, 20);
    assert_non_null(strstr(address(&r, w), ".alb.aliyuncsslb.com"));
    runner_settle(&r);
    runner_stop(&r);
}

/* One that cannot be read holds what nobody remembers; a rule that was wanted until a moment ago is
 * remembered, however often what is wanted changes before its delete is sent. */
static void test_a_rule_goes_while_another_object_is_in_doubt(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    world_write_ingress(w, "bad", "web", "no host", "tea");
    r.config.pace[LANE_LOAD_BALANCER].delay_ms = 1000;
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 2);
    agent_remove(r.g, OBJECT_INGRESS, "shop", "tea");
    runner_pass(&r, 100);
    agent_remove(r.g, OBJECT_INGRESS, "shop", "bad");
    world_write_ingress(w, "bad", "web", "still no host", "tea");
    world_remove(w, "ingress-tea.yaml");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 1);
    runner_stop(&r);
}

/* What is younger than lists may lag is believed to be there, but not when its job has failed. */
static void test_what_a_failed_job_was_to_make_is_made_again(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct error err;
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    assert_true(cloud_fail_next(w->mock.cloud, "CreateRules", "506", "made to fail", &err));
    world_write_ingress(w, "milk", "web", "milk.example", "tea");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 3);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateRules"), 3);
    runner_stop(&r);
}

/* It is in the list still, and what is wanted; but nobody tells when it is gone. */
static void test_what_is_read_while_somebody_deletes_it_is_read_again(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    cJSON *list = mock_transport_do(&w->mock, "ListRules", (char *)NULL);
    const char *id = json_str(cJSON_GetArrayItem(json_get(list, "Rules"), 0), "RuleId");
    cJSON_Delete(mock_transport_do(&w->mock, "DeleteRule", "RuleId", id, (char *)NULL));
    cJSON_Delete(list);
    agent_resync(r.g);
    runner_settle(&r);
    runner_pass(&r, 10000);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_stop(&r);
}

static void hide_balancers_once(void *arg, const struct mock_call *call, cJSON *reply)
{
    int *left = arg;
    if (strcmp(call->action, "ListLoadBalancers") != 0 || *left <= 0)
        return;
    --*left;
    cJSON_ReplaceItemInObjectCaseSensitive(reply, "LoadBalancers", cJSON_CreateArray());
}

/* The second could not be told from the first any more, and all would stand still. */
static void test_one_list_without_the_balancer_makes_no_second_one(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    int left = 1;
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    w->mock.on_reply = hide_balancers_once;
    w->mock.arg = &left;
    agent_resync(r.g);
    runner_settle(&r);
    assert_int_equal(left, 0);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateLoadBalancer"), 1);
    w->mock.on_reply = NULL;
    runner_stop(&r);
}

/* What the last run made a moment ago is in the state file, and in no list. */
static void test_the_next_run_makes_nothing_again_that_lists_lack(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, again = { 0 };
    world_write_shop(w);
    cloud_set_list_lag(w->mock.cloud, 50000);
    runner_start(&r, w);
    runner_settle(&r);
    runner_stop(&r);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), SHOP_WRITES);
    runner_start(&again, w);
    runner_settle(&again);
    runner_pass(&again, 5 * 60 * 1000);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), SHOP_WRITES);
    runner_stop(&again);
}

/* Turns until rules are being made: it is answered, and they are not there yet. */
static void pass_creating(struct runner *r)
{
    const size_t made = mock_transport_writes(&r->w->mock, "CreateRules");
    for (int i = 0; i < 9000 && mock_transport_writes(&r->w->mock, "CreateRules") == made; i++)
        runner_pass(r, 1);
    runner_pass(r, 200);
}

/* What nobody remembers is held while an object is in error; this was made by this very run. */
static void test_what_is_wanted_no_more_when_it_is_made_goes_beside_an_error(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    world_write(w, "ingress-broken.yaml",
                "apiVersion: networking.k8s.io/v1\n"
                "kind: Ingress\n"
                "metadata: {name: broken, namespace: shop}\n"
                "spec: {ingressClassName: web, rules: [{host: b.example, http: {paths: [{path: /,"
                " pathType: Guess, backend: {service: {name: tea, port: {number: 80}}}}]}}]}\n");
    runner_start(&r, w);
    runner_settle(&r);
    const size_t rules = world_count(w, "Rules");
    world_write_ingress(w, "milk", "web", "milk.example", "tea");
    runner_read(&r);
    pass_creating(&r);
    world_remove(w, "ingress-milk.yaml");
    for (int i = 0; i < 2; i++) { /* told twice, while it is made */
        runner_read(&r);
        runner_pass(&r, 10);
    }
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), rules);
    runner_stop(&r);
}

/* Of a call in flight when the last run died nobody knows what came of it: it is repeated with its
 * token, of which the cloud makes one. */
static void test_a_call_that_a_dead_run_left_is_repeated_with_its_token(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, again = { 0 };
    world_write_albconfig(w, "other");
    runner_start(&r, w);
    runner_settle(&r);
    cloud_set_list_lag(w->mock.cloud, 50000);
    world_write_shop(w);
    runner_read(&r);
    for (int i = 0; i < 5000 && mock_transport_writes(&w->mock, "CreateLoadBalancer") < 2; i++)
        runner_pass(&r, 1);
    runner_stop(&r);
    runner_start(&again, w);
    runner_settle(&again);
    runner_pass(&again, 5 * 60 * 1000);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateLoadBalancer"), 3);
    assert_int_equal(world_count(w, "LoadBalancers"), 2);
    assert_int_equal(world_open_intents(w), 0);
    runner_stop(&again);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

/* What somebody made a moment ago may be in no list, and is in no state file any more. */
static void test_a_lost_state_file_makes_nothing_again_that_lists_lack(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, again = { 0 };
    world_write_shop(w);
    cloud_set_list_lag(w->mock.cloud, 50000);
    runner_start(&r, w);
    runner_settle(&r);
    runner_stop(&r);
    world_lose_state(w, false);
    runner_start(&again, w);
    runner_settle(&again);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), SHOP_WRITES);
    runner_stop(&again);
}

static void test_servers_follow_their_pods_while_something_is_not_sure(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, again = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    runner_stop(&r);
    w->mock.now_ms += 120000;
    world_lose_state(w, true);
    world_write_ingress(w, "milk", "web", "milk.example", "tea");
    world_write_service(w, "coffee", "10.0.0.9");
    runner_start(&again, w);
    runner_pass(&again, 20000);
    assert_int_equal(again.events[AGENT_UNSURE], 1);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), SHOP_WRITES + 2);
    assert_int_equal(mock_transport_writes(&w->mock, "AddServersToServerGroup"), 3);
    assert_int_equal(mock_transport_writes(&w->mock, "RemoveServersFromServerGroup"), 1);
    runner_settle(&again);
    assert_int_equal(world_count(w, "Rules"), 3);
    runner_stop(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_a_refusal_is_not_tried_again_until_the_object_changes),
        WORLD_TEST(test_what_is_wanted_no_more_when_it_is_made_goes_beside_an_error),
        WORLD_TEST(test_a_call_that_a_dead_run_left_is_repeated_with_its_token),
        WORLD_TEST(test_a_refused_delete_is_tried_again_when_what_is_there_changes),
        WORLD_TEST(test_a_refused_delete_is_tried_again_when_it_is_wished_anew),
        WORLD_TEST(test_last_servers_go_only_when_none_are_wanted_for_a_while),
        WORLD_TEST(test_what_was_deleted_during_a_reading_is_not_deleted_again),
        WORLD_TEST(test_readings_beside_changes_cost_no_write),
        WORLD_TEST(test_rule_that_becomes_another_during_a_reading_is_one_rule),
        WORLD_TEST(test_a_rule_goes_while_another_object_is_in_doubt),
        WORLD_TEST(test_what_a_failed_job_was_to_make_is_made_again),
        WORLD_TEST(test_what_is_read_while_somebody_deletes_it_is_read_again),
        WORLD_TEST(test_one_list_without_the_balancer_makes_no_second_one),
        WORLD_TEST(test_the_next_run_makes_nothing_again_that_lists_lack),
        WORLD_TEST(test_memory_does_not_grow_with_the_changes),
        WORLD_TEST(test_a_lost_state_file_makes_nothing_again_that_lists_lack),
        WORLD_TEST(test_servers_follow_their_pods_while_something_is_not_sure),
        WORLD_TEST(test_pods_that_come_and_go_make_no_revision),
        WORLD_TEST(test_the_address_of_a_load_balancer_is_known_when_it_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
