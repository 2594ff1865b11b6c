/* test_overview.c - how load balancers stand, while the agent runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "src/agent/service_priv.h"
#include "tests/support/run.h"

static const struct agent_settings settings = { .region = "cn-hangzhou" };

static cJSON *document(struct runner *r)
{
    struct service_view v = { .g = r->g, .settings = &settings };
    struct buf b CLEANUP(buf_done) = { 0 };
    struct error err;
    cJSON *doc = NULL;
    if (!page_status(&v, r->w->mock.now_ms, &b, &err) || !json_parse(b.data, b.len, &doc, &err))
        fail_msg("%s", err.msg);
    status_past_done(&v.past);
    return doc;
}

static const cJSON *first_lb(const cJSON *doc)
{
    return cJSON_GetArrayItem(json_get(doc, "loadBalancers"), 0);
}

static void test_status_counts_load_balancers_as_the_state_file_does(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    store_summaries list;
    world_write_shop(w);
    runner_start(&r, w);
    cJSON *before CLEANUP(json_done) = document(&r);
    assert_int_equal(cJSON_GetArraySize(json_get(before, "loadBalancers")), 0);
    runner_settle(&r);
    cJSON *doc CLEANUP(json_done) = document(&r);
    assert_true(store_summary(agent_store(r.g), &a, &list, &err));
    assert_int_equal(list.len, 1);
    assert_int_equal(cJSON_GetArraySize(json_get(doc, "loadBalancers")), 1);
    assert_string_equal(json_str(first_lb(doc), "name"), list.items[0].lb);
    assert_string_equal(json_str(first_lb(doc), "id"), list.items[0].cloud_id);
    assert_int_equal(json_int(first_lb(doc), "resources", 0), list.items[0].resources);
    assert_int_equal(json_int(first_lb(doc), "inSync", 0), list.items[0].in_sync);
    assert_int_equal(json_int(first_lb(doc), "revision", 0), list.items[0].revision);
    /* The load balancer, its listener, three groups, two rules. */
    assert_int_equal(json_int(first_lb(doc), "resources", 0), 7);
    assert_int_equal(json_int(first_lb(doc), "inSync", 0), 7);
    runner_stop(&r);
}

static void test_status_follows_what_changes(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    cJSON *before CLEANUP(json_done) = document(&r);
    assert_int_equal(json_int(first_lb(before), "resources", 0), 7);
    agent_remove(r.g, OBJECT_INGRESS, "shop", "tea");
    runner_settle(&r);
    cJSON *after CLEANUP(json_done) = document(&r);
    assert_int_equal(json_int(first_lb(after), "inSync", 0),
                     json_int(first_lb(after), "resources", 1));
    assert_true(json_int(first_lb(after), "resources", 7) < 7);
    assert_true(json_int(first_lb(after), "revision", 0)
                > json_int(first_lb(before), "revision", 0));
    runner_stop(&r);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_status_counts_load_balancers_as_the_state_file_does),
        WORLD_TEST(test_status_follows_what_changes),
    };
    return cmocka_run_group_tests_name("agent/overview", tests, NULL, NULL);
}
