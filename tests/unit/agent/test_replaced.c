/* What a copy, or a group of another type, has taken the place of: it is ours, and known to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alb-agent/json.h"
#include "src/agent/session_priv.h"
#include "tests/support/run.h"

/* Turns until rules are being made: it is answered, and they are not there yet. */
static void pass_creating(struct runner *r)
{
    const size_t made = mock_transport_writes(&r->w->mock, "CreateRules");
    for (int i = 0; i < 9000 && mock_transport_writes(&r->w->mock, "CreateRules") == made; i++)
        runner_pass(r, 1);
    runner_pass(r, 200);
}

#define PATH(type, path, service)                                             \
    "{path: " path ", pathType: " type ", backend: {service: {name: " service \
    ", port: {number: 80}}}}"

static void write_paths(struct world *w, const char *paths)
{
    world_write(w, "ingress-set.yaml",
                arena_fmt(&w->arena,
                          "apiVersion: networking.k8s.io/v1\n"
                          "kind: Ingress\n"
                          "metadata: {name: set, namespace: shop}\n"
                          "spec: {ingressClassName: web, rules: [{host: set.example, http: "
                          "{paths: [%s]}}, {host: other.example, http: {paths: [%s]}}]}\n",
                          paths, PATH("Exact", "/z", "tea") ", " PATH("Prefix", "/", "milk")));
}

static void make_rule_by_hand(struct world *w)
{
    cJSON *list CLEANUP(json_done) = mock_transport_do(&w->mock, "ListListeners", (char *)NULL);
    const cJSON *listener = cJSON_GetArrayItem(json_get(list, "Listeners"), 0);
    cJSON_Delete(mock_transport_do(
        &w->mock, "CreateRule", "ListenerId", json_str(listener, "ListenerId"), "Priority", "5000",
        "RuleName", "by-hand", "RuleConditions.1.Type", "Path",
        "RuleConditions.1.PathConfig.Values.1", "/by-hand", "RuleActions.1.Type", "FixedResponse",
        "RuleActions.1.Order", "1", "RuleActions.1.FixedResponseConfig.Content", "x",
        "RuleActions.1.FixedResponseConfig.HttpCode", "200", (char *)NULL));
}

/* Up to where copies are being made of rules that stand in the wrong order, beside an error. */
static void begin_copying(struct world *w, struct runner *r)
{
    world_write_shop(w);
    world_write_service(w, "milk", "10.0.0.9");
    world_write_ingress(w, "bad", "web", "no host", "tea");
    write_paths(w, PATH("Exact", "/a/b", "coffee")); /* all groups there are */
    runner_start(r, w);
    runner_settle(r);
    make_rule_by_hand(w);
    agent_resync(r->g);
    runner_settle(r);
    write_paths(w, PATH("Exact", "/a/b", "coffee") ", " PATH(
                       "Prefix", "/a/b/c", "coffee") ", " PATH("Prefix", "/a/b", "tea"));
    runner_read(r);
    pass_creating(r);
    write_paths(w, PATH("Exact", "/d", "milk") ", " PATH("Prefix", "/a/b", "coffee") ", " PATH(
                       "Prefix", "/", "milk"));
    runner_read(r);
    pass_creating(r);
}

/* Set aside by its copy before anything that was wanted of it was done, it is ours all the same: we
 * made it, and an object that cannot be read is no reason to keep it. */
static void test_a_rule_that_its_copy_replaced_goes_beside_an_error(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    begin_copying(w, &r);
    world_write_ingress(w, "milk", "web", "milk.example", "milk"); /* all are joined anew */
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateRulesAttribute"), 0); /* copies */
    assert_int_equal(world_count(w, "Rules"), 9);
    runner_stop(&r);
}

/* Nor does it matter who made it, when the one that did died before the copy was there. */
static void test_the_next_run_knows_a_rule_that_its_copy_replaced(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    begin_copying(w, &r);
    runner_stop(&r);
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateRulesAttribute"), 0);
    assert_int_equal(world_count(w, "Rules"), 8);
    runner_stop(&r);
}

/* A run died while it made a rule another, which has the key of what it is now: all readings after
 * the first one, too, know it for ours. */
static void test_a_rule_that_became_another_is_remembered_by_all_readings(void **state)
{
    struct world *w = *state;
    static const struct alb_listener listener;
    static const struct alb_rule rule;
    struct session s CLEANUP(session_close) = { 0 };
    const struct resource rows[] = {
        { .lb = "a", .kind = RESOURCE_LISTENER, .key = "80", .parent = "", .actual = &listener },
        { .lb = "a", .kind = RESOURCE_RULE, .key = "80#now", .parent = "80", .actual = &rule },
    };
    world_write_shop(w);
    world_open(w, &s, STORE_SNAPSHOT);
    s.wanted = (struct translate_out){ 0 };
    *LIST_PUSH(&s.arena, &s.wanted.problems) = (struct translate_problem){ "", "", "", "", "" };
    for (size_t i = 0; i < COUNT(rows); i++)
        *LIST_PUSH(&s.arena, &s.known.rows) = rows[i];
    s.known.rows.items[1].key = "80#before";
    s.known.rows.items[1].cloud_id = "rule-1";
    s.known.rows.items[1].applied = &rule;
    for (int n = 0; n < 3; n++) {
        struct model actual = { 0 };
        for (size_t i = 0; i < COUNT(rows); i++) {
            struct resource *r = LIST_PUSH(&s.arena, &actual.rows);
            *r = rows[i];
            r->cloud_id = i ? "rule-1" : "lsn-1";
            r->status = "Available";
            r->ours = true;
        }
        session_join(&s, &actual);
        const struct resource *now = model_find(&s.world, "a", RESOURCE_RULE, "80#now");
        assert_non_null(now);
        assert_false(now->held);
        s.known = s.world;
    }
}

static void write_tea(struct world *w, const char *group_type)
{
    world_write(
        w, "ingress-tea.yaml",
        arena_fmt(&w->arena,
                  "apiVersion: networking.k8s.io/v1\n"
                  "kind: Ingress\n"
                  "metadata: {name: tea, namespace: shop, annotations: "
                  "{alb.ingress.kubernetes.io/server-group-type: %s}}\n"
                  "spec: {ingressClassName: web, rules: [{host: tea.example, http: {paths: [" PATH(
                      "Prefix", "/", "tea") "]}}]}\n",
                  group_type));
}

/* So does a group in the place of which one of another type was made. */
static void test_a_group_that_another_replaced_goes_beside_an_error(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    world_write_ingress(w, "bad", "web", "no host", "tea");
    runner_start(&r, w);
    runner_settle(&r);
    const size_t groups = world_count(w, "ServerGroups");
    write_tea(w, "Ip");
    runner_read(&r);
    runner_pass(&r, 100);
    world_write_ingress(w, "milk", "web", "milk.example", "tea"); /* all are joined anew */
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateServerGroup"), groups + 2);
    assert_int_equal(world_count(w, "ServerGroups"), groups + 1);
    runner_stop(&r);
}

/* The list shows the old one alone, under the tags of both. */
static void test_a_group_that_another_replaced_during_a_reading_is_known_still(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    const size_t groups = world_count(w, "ServerGroups");
    for (int i = 0; i < 10; i++) {
        agent_resync(r.g);
        runner_pass(&r, 7 * i);
        write_tea(w, i % 2 ? "Instance" : "Ip");
        runner_read(&r);
        runner_settle(&r);
        assert_int_equal(world_count(w, "ServerGroups"), groups);
    }
    runner_stop(&r);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_a_rule_that_its_copy_replaced_goes_beside_an_error),
        WORLD_TEST(test_the_next_run_knows_a_rule_that_its_copy_replaced),
        WORLD_TEST(test_a_rule_that_became_another_is_remembered_by_all_readings),
        WORLD_TEST(test_a_group_that_another_replaced_goes_beside_an_error),
        WORLD_TEST(test_a_group_that_another_replaced_during_a_reading_is_known_still),
    };
    return cmocka_run_group_tests_name("agent/replaced", tests, NULL, NULL);
}
