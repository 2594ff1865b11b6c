/* test_numbers.c - a running agent in numbers, against the mock on a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "src/agent/service_priv.h"
#include "tests/support/run.h"

static const struct agent_settings settings = {
    .lanes = { .load_balancer = { .concurrent = 3 }, .server_group = { .concurrent = 4 } },
};

static struct service_view view_of(struct runner *r)
{
    return (struct service_view){ .g = r->g, .settings = &settings };
}

static void tell(struct runner *r, struct service_view *v, struct buf *b)
{
    buf_reset(b);
    page_metrics(v, r->w->mock.now_ms, b);
    assert_false(b->failed);
}

/* The value of a sample, written as in the page. */
static double value(const struct buf *b, const char *sample)
{
    char start[200];
    (void)snprintf(start, sizeof start, "\n%s ", sample);
    const char *at = strstr(buf_str(b), start);
    if (!at)
        fail_msg("no %s in %s", sample, buf_str(b));
    return strtod(at + strlen(start), NULL);
}

static bool is(const struct buf *b, const char *sample, double wanted)
{
    return value(b, sample) == wanted;
}

static size_t count_lines(const struct buf *b)
{
    size_t n = 0;
    for (const char *p = buf_str(b); *p; p++)
        n += *p == '\n';
    return n;
}

static void test_calls_and_readings_are_counted(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateRules",
                                                       .nth = 1,
                                                       .status = 503,
                                                       .code = "ServiceUnavailable" });
    runner_start(&r, w);
    struct service_view v = view_of(&r);
    tell(&r, &v, &b);
    assert_true(is(&b, "alb_agent_ready", 0));
    assert_null(strstr(b.data, "alb_agent_api_calls_total{"));
    assert_null(strstr(b.data, "\nalb_agent_verified_reading_age_seconds"));
    runner_settle(&r);
    runner_pass(&r, 3000);
    tell(&r, &v, &b);
    assert_true(is(&b, "alb_agent_ready", 1));
    assert_true(is(&b, "alb_agent_api_calls_total{action=\"CreateRules\",result=\"ok\"}", 1));
    assert_true(
        is(&b, "alb_agent_api_calls_total{action=\"CreateRules\",result=\"transient\"}", 1));
    assert_true(is(&b, "alb_agent_api_calls_total{action=\"CreateServerGroup\",result=\"ok\"}", 3));
    assert_true(value(&b, "alb_agent_api_call_seconds_total{action=\"CreateServerGroup\"}") > 0);
    assert_true(is(&b, "alb_agent_load_balancers{state=\"in-sync\"}", 1));
    assert_true(is(&b, "alb_agent_pending_steps", 0));
    const double age = value(&b, "alb_agent_verified_reading_age_seconds{family=\"server-group\"}");
    assert_true(age >= 3 && age < 600);
    v.stopping = true;
    tell(&r, &v, &b);
    assert_true(is(&b, "alb_agent_ready", 0));
    status_past_done(&v.past);
    runner_stop(&r);
}

static void test_budgets_are_what_is_left_of_them(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    world_write_shop(w);
    w->config.writes = (struct alb_budget){ .limit = 60, .period_ms = 60000 };
    runner_start(&r, w);
    struct service_view v = view_of(&r);
    while (mock_transport_writes(&w->mock, "CreateServerGroup") < 3)
        runner_pass(&r, 1);
    tell(&r, &v, &b);
    assert_true(is(&b, "alb_agent_budget_tokens{action=\"CreateServerGroup\"}", 57));
    assert_true(is(&b, "alb_agent_budget_calls_per_second{action=\"CreateServerGroup\"}", 1));
    assert_true(is(&b, "alb_agent_throttled_total{action=\"CreateServerGroup\"}", 0));
    runner_settle(&r);
    status_past_done(&v.past);
    runner_stop(&r);
}

static void test_lanes_and_what_waits_for_them_are_counted(void **state)
{
    struct world *w = *state;
    struct runner r = { .config.pace[LANE_SERVER_GROUP] = { .concurrent = 1 } };
    struct buf b CLEANUP(buf_done) = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    struct service_view v = view_of(&r);
    while (!mock_transport_writes(&w->mock, "CreateServerGroup"))
        runner_pass(&r, 1);
    tell(&r, &v, &b);
    assert_true(is(&b, "alb_agent_lanes{family=\"server-group\",state=\"running\"}", 1));
    assert_true(is(&b, "controller_runtime_active_workers{controller=\"server-group\"}", 1));
    assert_true(
        is(&b, "controller_runtime_max_concurrent_reconciles{controller=\"server-group\"}", 4));
    /* Of three groups one is being made, and two could be. */
    assert_true(is(&b, "workqueue_depth{name=\"server-group\",controller=\"server-group\"}", 2));
    assert_true(is(&b, "alb_agent_load_balancers{state=\"changing\"}", 1));
    assert_true(value(&b, "alb_agent_pending_steps") > 3);
    runner_settle(&r);
    tell(&r, &v, &b);
    assert_true(is(&b, "workqueue_depth{name=\"server-group\",controller=\"server-group\"}", 0));
    status_past_done(&v.past);
    runner_stop(&r);
}

static void test_what_became_of_changes_is_counted_by_family(void **state)
{
    (void)state;
    struct service_view v = { 0 };
    struct service_counts *c = &v.counts;
    const struct step step = { .family = LANE_SERVER_GROUP };
    struct apply_event e = { .kind = APPLY_SENT, .step = &step, .waited_ms = 250 };
    const struct agent_event said = { .kind = AGENT_STEP, .step = &e };
    counts_note(c, &said);
    e = (struct apply_event){ .kind = APPLY_SENT, .step = &step, .waited_ms = -1 };
    counts_note(c, &said);
    e = (struct apply_event){ .kind = APPLY_RETRY, .step = &step, .took_ms = 5 };
    counts_note(c, &said);
    e = (struct apply_event){ .kind = APPLY_DONE, .step = &step, .took_ms = 1500 };
    counts_note(c, &said);
    counts_note(c, &(struct agent_event){ .kind = AGENT_READ });
    assert_int_equal(c->families[LANE_SERVER_GROUP].done, 1);
    assert_int_equal(c->families[LANE_SERVER_GROUP].again, 1);
    assert_int_equal(c->families[LANE_SERVER_GROUP].failed, 0);
    assert_int_equal(c->families[LANE_SERVER_GROUP].took.sum_us, 1505000);
    assert_int_equal(c->families[LANE_SERVER_GROUP].waited.sum_us, 250000);
    assert_int_equal(c->families[LANE_LOAD_BALANCER].done, 0);
    assert_int_equal(c->readings, 1);
}

static void test_findings_and_objects_left_out_are_counted(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    world_write_shop(w);
    world_write_ingress(w, "bad", "web", "not a host", "tea");
    w->config.policy[CLASS_MISSING] = DRIFT_REPORT;
    runner_start(&r, w);
    struct service_view v = view_of(&r);
    runner_settle(&r);
    tell(&r, &v, &b);
    assert_true(is(&b, "alb_agent_quarantined_objects", 1));
    assert_true(is(&b, "alb_agent_findings{class=\"missing\",state=\"open\"}", 0));
    cJSON *list CLEANUP(json_done) =
        mock_transport_do(&w->mock, "ListRules", "MaxResults", "100", (char *)NULL);
    cJSON *gone CLEANUP(json_done) = mock_transport_do(
        &w->mock, "DeleteRules", "RuleIds.1",
        json_str(cJSON_GetArrayItem(json_get(list, "Rules"), 0), "RuleId"), (char *)NULL);
    assert_non_null(gone);
    runner_pass(&r, 11 * 60 * 1000);
    runner_settle(&r);
    runner_pass(&r, 5000);
    tell(&r, &v, &b);
    assert_true(is(&b, "alb_agent_findings{class=\"missing\",state=\"open\"}", 1));
    assert_true(is(&b, "alb_agent_findings{class=\"missing\",state=\"settled\"}", 0));
    assert_true(value(&b, "alb_agent_oldest_finding_age_seconds{class=\"missing\"}") >= 5);
    status_past_done(&v.past);
    runner_stop(&r);
}

/* However many objects there are, the page has the same lines. */
static void test_the_page_does_not_grow_with_ingresses(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct buf few CLEANUP(buf_done) = { 0 }, many CLEANUP(buf_done) = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    struct service_view v = view_of(&r);
    runner_settle(&r);
    agent_remove(r.g, OBJECT_INGRESS, "shop", "tea"); /* so that every action was called once */
    runner_settle(&r);
    tell(&r, &v, &few);
    for (int i = 0; i < 40; i++) {
        const char *name = arena_fmt(&w->arena, "more%d", i);
        world_write_ingress(w, name, "web", arena_fmt(&w->arena, "%s.example", name), "tea");
    }
    runner_read(&r);
    runner_settle(&r);
    assert_true(world_count(w, "Rules") > 40);
    tell(&r, &v, &many);
    assert_int_equal(count_lines(&many), count_lines(&few));
    assert_null(strstr(many.data, "more1"));
    status_past_done(&v.past);
    runner_stop(&r);
}

/* With one load balancer more there may be one line more for each thing that is told by load
 * balancer, and there is a ceiling. */
static void test_certificates_are_told_by_load_balancer_up_to_a_ceiling(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    runner_start(&r, w);
    struct service_view v = view_of(&r);
    v.past.certificates_at = w->mock.now_ms; /* as if it had looked just now */
    for (int i = 0; i < 150; i++)
        *LIST_PUSH(&v.past.certificates_arena, &v.past.first) = (struct store_certificate){
            .lb = arena_fmt(&v.past.certificates_arena, "kube-system/lb-%d", i),
            .end = w->mock.now_ms + i * 1000 - 1500,
        };
    tell(&r, &v, &b);
    assert_true(
        is(&b, "alb_agent_certificate_expiry_seconds{load_balancer=\"kube-system/lb-0\"}", -1.5));
    assert_true(
        is(&b, "alb_agent_certificate_expiry_seconds{load_balancer=\"kube-system/lb-99\"}", 97.5));
    assert_null(strstr(b.data, "lb-100\""));
    status_past_done(&v.past);
    runner_stop(&r);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_calls_and_readings_are_counted),
        WORLD_TEST(test_budgets_are_what_is_left_of_them),
        WORLD_TEST(test_lanes_and_what_waits_for_them_are_counted),
        WORLD_TEST(test_what_became_of_changes_is_counted_by_family),
        WORLD_TEST(test_findings_and_objects_left_out_are_counted),
        WORLD_TEST(test_the_page_does_not_grow_with_ingresses),
        WORLD_TEST(test_certificates_are_told_by_load_balancer_up_to_a_ceiling),
    };
    return cmocka_run_group_tests_name("agent/numbers", tests, NULL, NULL);
}
