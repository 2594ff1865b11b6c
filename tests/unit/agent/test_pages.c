/* test_pages.c - readiness and the status document of a running agent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/json.h"
#include "src/agent/service_priv.h"
#include "tests/support/run.h"

static const struct agent_settings settings = { .region = "cn-hangzhou" };

static void test_ready_is_who_has_read_everything(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    struct service_view v = { .g = r.g, .settings = &settings };
    assert_false(page_ready(&v, &b));
    assert_string_equal(b.data, "[+]store ok\n"
                                "[-]reading failed: the cloud was not read completely yet\n"
                                "[+]running ok\n"
                                "readyz check failed\n");
    (void)snprintf(v.problem, sizeof v.problem, "ListServerGroups: Forbidden.RAM");
    buf_reset(&b);
    assert_false(page_ready(&v, &b));
    assert_non_null(
        strstr(b.data, "yet; the last reading failed: ListServerGroups: Forbidden.RAM\n"));
    runner_settle(&r);
    buf_reset(&b);
    assert_true(page_ready(&v, &b)); /* a reading that fails later is no reason to be restarted */
    assert_non_null(strstr(b.data, "readyz check passed\n"));
    v.stopping = true;
    buf_reset(&b);
    assert_false(page_ready(&v, &b));
    assert_non_null(strstr(b.data, "[-]running failed: it is stopping\n"));
    runner_stop(&r);
}

static void test_status_is_of_now(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    struct error err;
    world_write_shop(w);
    runner_start(&r, w);
    struct service_view v = { .g = r.g, .settings = &settings };
    runner_settle(&r);
    v.stopping = true;
    assert_true(page_status(&v, w->mock.now_ms, &b, &err));
    cJSON *doc CLEANUP(json_done) = NULL;
    assert_true(json_parse(b.data, b.len, &doc, &err));
    const cJSON *agent = json_get(doc, "agent");
    assert_int_equal(json_int(doc, "schemaVersion", 0), 1);
    assert_string_equal(json_str(doc, "cluster"), "c1");
    assert_string_equal(json_str(agent, "state"), "running"); /* the process is */
    assert_string_equal(json_str(agent, "phase"), "stopping");
    assert_int_equal(json_int(agent, "pid", 0), getpid());
    assert_int_equal(json_int(agent, "writes", 0), SHOP_WRITES);
    assert_int_equal(cJSON_GetArraySize(json_get(doc, "loadBalancers")), 1);
    status_past_done(&v.past);
    runner_stop(&r);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_ready_is_who_has_read_everything),
        WORLD_TEST(test_status_is_of_now),
    };
    return cmocka_run_group_tests_name("agent/pages", tests, NULL, NULL);
}
