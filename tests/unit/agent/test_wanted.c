/* Objects to what is wanted, with the facts that takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "src/agent/agent_priv.h"
#include "tests/support/run.h"

static void test_an_object_in_error_is_told_once_and_harms_nobody(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    world_write_ingress(w, "bad", "web", "not a host", "tea");
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(r.events[AGENT_PROBLEM], 1);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(r.events[AGENT_PROBLEM], 1);
    runner_stop(&r);
}

/* Last good rules stay (design.md §6). */
static void test_rules_stay_while_their_object_is_in_error(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    size_t writes = mock_transport_writes(&w->mock, NULL);
    world_write_ingress(w, "tea", "web", "not a host", "tea");
    runner_read(&r);
    runner_settle(&r);
    runner_pass(&r, 11 * 60000);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
    assert_int_equal(world_count(w, "Rules"), 2);
    world_write_ingress(w, "tea", "web", "chai.example", "tea");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 2);
    assert_true(mock_transport_writes(&w->mock, NULL) > writes);
    runner_stop(&r);
}

/* Though nothing else is wanted of a load balancer than before: what is found there that nobody
 * remembers may be that Ingress'. */
static void test_at_a_start_all_know_of_an_ingress_that_is_nobodys(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    runner_stop(&r);
    world_write_ingress(w, "lost", "5", "lost.example", "tea");
    const size_t writes = mock_transport_writes(&w->mock, NULL);
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(r.events[AGENT_PROBLEM], 1);
    assert_int_equal(balancer_find(r.g, "kube-system/web")->s.wanted.problems.len, 1);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
    world_remove(w, "ingress-lost.yaml");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(balancer_find(r.g, "kube-system/web")->s.wanted.problems.len, 0);
    runner_stop(&r);
}

static void test_nothing_is_done_before_there_are_objects(void **state)
{
    struct world *w = *state;
    struct agent *g;
    struct error err;
    int64_t wait;
    const struct agent_config config = { .session = w->config };
    assert_true(agent_new(&g, &config, &err));
    assert_true(agent_run(g, &wait, &err));
    assert_true(agent_is_quiet(g));
    assert_int_equal(w->mock.calls.len, 0);
    agent_free(g);
}

/* Facts that cannot be read now are asked for again; nothing is sent without them. */
static void test_facts_that_cannot_be_read_are_asked_for_again(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "DescribeVSwitches",
                                                       .nth = 1,
                                                       .status = 403,
                                                       .code = "Forbidden.RAM" });
    runner_start(&r, w);
    runner_pass(&r, 500);
    assert_int_equal(r.events[AGENT_READ_FAILED], 1);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), 0);
    runner_pass(&r, 60000);
    assert_int_equal(world_count(w, "Rules"), 2);
    runner_stop(&r);
}

/* Those of a VPC come and go: they are asked for before each sweep, and nothing that is there is
 * changed because of the answer. */
static void test_vswitches_of_a_vpc_are_asked_for_before_each_sweep(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    w->config.vpc_id = "vpc-1";
    world_write(w, "web.yaml",
                "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n"
                "spec: {config: {name: web}, listeners: [{port: 80, protocol: HTTP}]}\n");
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Listeners"), 1);
    size_t asked = 0;
    while (mock_transport_call(&w->mock, "DescribeZones", asked + 1))
        asked++;
    assert_true(asked > 0);
    size_t writes = mock_transport_writes(&w->mock, NULL);
    runner_pass(&r, 11 * 60000);
    assert_non_null(mock_transport_call(&w->mock, "DescribeZones", asked + 1));
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
    runner_stop(&r);
}

/* A directory that is empty for a moment must not take everything along (design.md §6). */
static void test_source_without_an_albconfig_changes_nothing(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct object_set none = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    size_t writes = mock_transport_writes(&w->mock, NULL);
    agent_set_objects(r.g, &none);
    runner_settle(&r);
    runner_pass(&r, 25 * 60000);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
    assert_int_equal(r.events[AGENT_PROBLEM], 1);
    runner_stop(&r);
}

/* As many as were told, whoever they concern. */
static void test_problems_of_all_load_balancers_are_listed_once(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    translate_problems list;
    world_write_shop(w);
    world_write_albconfig(w, "other");
    world_write_ingress(w, "bad", "web", "not a host", "tea");
    world_write_ingress(w, "worse", "other", "no host either", "tea");
    world_write_ingress(w, "lost", "nowhere", "lost.example", "tea");
    runner_start(&r, w);
    runner_settle(&r);
    wanted_problems(r.g, &r.arena, &list);
    assert_int_equal(list.len, r.events[AGENT_PROBLEM]);
    assert_true(list.len >= 2);
    runner_stop(&r);
}

/* ---- events --------------------------------------------------------------------------------- */

static bool is_of_source(const struct store_event *e)
{
    return !strcmp(e->kind, "ADDED") || !strcmp(e->kind, "MODIFIED") || !strcmp(e->key, "source")
           || (!strcmp(e->kind, "DELETED") && strncmp(e->key, "cloud ", 6) != 0);
}

/* Those of the state file that are of the source, but for the first so many: "ADDED Ingress
 * shop/tea, SYNCED source". */
static const char *events(struct runner *r, size_t skip)
{
    struct error err;
    store_events list;
    const char *text = "";
    if (!store_events_read(agent_store(r->g), 0, 1000, &r->arena, &list, &err))
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < list.len; i++)
        if (is_of_source(&list.items[i]) && (!skip || !skip--))
            text = arena_fmt(&r->arena, "%s%s%s %s", text, *text ? ", " : "", list.items[i].kind,
                             list.items[i].key);
    return text;
}

static void test_what_it_acts_upon_is_in_the_state_file(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_albconfig(w, "web");
    runner_start(&r, w);
    runner_settle(&r);
    assert_string_equal(events(&r, 0),
                        "ADDED AlbConfig web, ADDED IngressClass web, SYNCED source");
    world_write(w, "broken.yaml", "kind: [\n");
    runner_read(&r);
    runner_settle(&r);
    assert_string_equal(events(&r, 3), "INCOMPLETE source");
    world_remove(w, "broken.yaml");
    runner_read(&r);
    agent_remove(r.g, OBJECT_INGRESS_CLASS, "", "web");
    runner_settle(&r);
    assert_string_equal(events(&r, 4), "DELETED IngressClass web, SYNCED source");
    runner_stop(&r);
}

/* A start is one event, and what changed while nobody looked. */
static void test_a_start_says_what_changed_meanwhile(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, again = { 0 };
    world_write_albconfig(w, "web");
    runner_start(&r, w);
    runner_settle(&r);
    runner_stop(&r);
    world_write_ingress(w, "tea", "web", "tea.example", "tea");
    runner_start(&again, w);
    runner_settle(&again);
    assert_string_equal(events(&again, 3), "ADDED Ingress shop/tea, SYNCED source");
    runner_stop(&again);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_an_object_in_error_is_told_once_and_harms_nobody),
        WORLD_TEST(test_problems_of_all_load_balancers_are_listed_once),
        WORLD_TEST(test_what_it_acts_upon_is_in_the_state_file),
        WORLD_TEST(test_a_start_says_what_changed_meanwhile),
        WORLD_TEST(test_rules_stay_while_their_object_is_in_error),
        WORLD_TEST(test_at_a_start_all_know_of_an_ingress_that_is_nobodys),
        WORLD_TEST(test_nothing_is_done_before_there_are_objects),
        WORLD_TEST(test_source_without_an_albconfig_changes_nothing),
        WORLD_TEST(test_facts_that_cannot_be_read_are_asked_for_again),
        WORLD_TEST(test_vswitches_of_a_vpc_are_asked_for_before_each_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
