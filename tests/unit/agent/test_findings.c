/* test_findings.c - drift that was found: since when, and what of it is left as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "tests/support/run.h"

#define LB    "kube-system/web"
#define GROUP "shop/tea-tea:80"

static void start(struct world *w)
{
    world_write_shop(w);
    (void)world_apply(w);
}

static void pass(struct world *w, int64_t ms)
{
    w->mock.now_ms += ms;
}

/* Somebody changes the health of a group in the console. */
static void edit_group(struct world *w, const char *scheduler)
{
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    const struct resource *r = model_find(&s.known, LB, RESOURCE_SERVER_GROUP, GROUP);
    cJSON *done CLEANUP(json_done) =
        mock_transport_do(&w->mock, "UpdateServerGroupAttribute", "ServerGroupId", r->cloud_id,
                          "Scheduler", scheduler, (char *)NULL);
    assert_non_null(json_str(done, "JobId"));
    pass(w, 2000);
}

static const char *scheduler_of_group(struct world *w)
{
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    const struct resource *r = model_find(&s.world, LB, RESOURCE_SERVER_GROUP, GROUP);
    return ((const struct alb_server_group *)r->actual)->scheduler == ALB_SCHEDULER_WLC ? "Wlc"
                                                                                        : "Wrr";
}

static size_t servers_of_group(struct world *w)
{
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    const struct resource *r = model_find(&s.world, LB, RESOURCE_SERVER_GROUP, GROUP);
    return ((const struct alb_server_group *)r->actual)->servers.len;
}

static void delete_rule(struct world *w)
{
    cJSON *rules CLEANUP(json_done) =
        mock_transport_do(&w->mock, "ListRules", "MaxResults", "100", (char *)NULL);
    const char *id = json_str(cJSON_GetArrayItem(json_get(rules, "Rules"), 0), "RuleId");
    cJSON *gone CLEANUP(json_done) =
        mock_transport_do(&w->mock, "DeleteRules", "RuleIds.1", id, (char *)NULL);
    assert_non_null(json_str(gone, "JobId"));
    pass(w, 2000);
}

/* As 'drift' does it: a reading beside the file, then a short write.  The first finding, with
 * texts of the world. */
static struct finding look(struct world *w, size_t *n)
{
    struct session s CLEANUP(session_close) = { 0 };
    const char *why;
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    session_record_findings(&s, &why);
    assert_null(why);
    *n = s.findings.len;
    struct finding f = { 0 };
    if (s.findings.len)
        f = s.findings.items[0];
    f.lb = LB;
    f.key = f.key ? arena_strdup(&w->arena, f.key) : NULL;
    return f;
}

/* Decides about all that was found. */
static void decide(struct world *w, enum finding_verdict verdict, int64_t until)
{
    struct session s CLEANUP(session_close) = { 0 };
    struct error err;
    world_open(w, &s, STORE_WRITE);
    for (size_t i = 0; i < s.findings.len; i++) {
        struct finding f = s.findings.items[i];
        f.verdict = verdict;
        f.until = until;
        f.decided_at = w->mock.now_ms;
        assert_true(store_finding_decide(s.store, &f, f.decided_at, &err));
    }
}

/* ---- over time ----------------------------------------------------------------------------- */

static void test_drift_is_dated_from_run_to_run(void **state)
{
    struct world *w = *state;
    size_t n;
    start(w);
    pass(w, 5000);
    (void)look(w, &n);
    assert_int_equal(n, 0);
    int64_t good = w->mock.now_ms;
    pass(w, 60000);
    edit_group(w, "Wlc");
    int64_t before = w->mock.now_ms;
    struct finding f = look(w, &n);
    assert_int_equal(n, 1);
    assert_string_equal(f.key, GROUP);
    assert_int_equal(f.class, CLASS_DRIFT);
    assert_in_range(f.first_seen, before, w->mock.now_ms);
    assert_in_range(f.last_good, good - 5000, good);
    pass(w, 60000);
    struct finding later = look(w, &n);
    assert_int_equal(later.first_seen, f.first_seen);
    assert_int_equal(later.last_good, f.last_good);
    (void)world_apply(w);
    pass(w, 1000);
    (void)look(w, &n);
    assert_int_equal(n, 0);
}

static void test_nothing_is_written_where_no_state_file_is(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    const char *why = "";
    world_write_shop(w);
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    session_record_findings(&s, &why);
    assert_null(why);
    struct session again CLEANUP(session_close) = { 0 };
    world_open(w, &again, STORE_SNAPSHOT);
    assert_false(again.kept);
}

static void test_agent_that_runs_is_left_to_write_for_itself(void **state)
{
    struct world *w = *state;
    size_t n;
    start(w);
    edit_group(w, "Wlc");
    struct session agent CLEANUP(session_close) = { 0 };
    world_open(w, &agent, STORE_WRITE);
    (void)look(w, &n);
    assert_int_equal(n, 1);
    finding_list written;
    struct error err;
    assert_true(store_findings_load(agent.store, &agent.arena, &written, &err));
    assert_int_equal(written.len, 0);
}

static void test_verdict_that_was_given_meanwhile_stays(void **state)
{
    struct world *w = *state;
    size_t n;
    start(w);
    edit_group(w, "Wlc");
    (void)look(w, &n);
    struct session s CLEANUP(session_close) = { 0 };
    const char *why;
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    decide(w, FINDING_ACCEPTED, 0);
    session_record_findings(&s, &why);
    assert_null(why);
    assert_int_equal(look(w, &n).verdict, FINDING_ACCEPTED);
}

/* ---- what is left -------------------------------------------------------------------------- */

static void test_accepted_edit_stays_until_its_date(void **state)
{
    struct world *w = *state;
    size_t n;
    start(w);
    edit_group(w, "Wlc");
    (void)look(w, &n);
    decide(w, FINDING_ACCEPTED, w->mock.now_ms + 600000);
    struct session_result r = world_apply(w);
    assert_int_equal(r.writes, 0);
    assert_true(r.in_sync);
    assert_string_equal(scheduler_of_group(w), "Wlc");
    pass(w, 600000);
    r = world_apply(w);
    assert_int_equal(r.writes, 1);
    assert_string_equal(scheduler_of_group(w), "Wrr");
}

static void test_what_else_is_wanted_goes_through(void **state)
{
    struct world *w = *state;
    size_t n;
    start(w);
    edit_group(w, "Wlc");
    (void)look(w, &n);
    decide(w, FINDING_ACCEPTED, 0);
    world_write_ingress(w, "milk", "web", "milk.example", "tea");
    world_write(w, "tea.yaml",
                "apiVersion: v1\n"
                "kind: Endpoints\n"
                "metadata: {name: tea, namespace: shop}\n"
                "subsets: [{addresses: [{ip: 10.0.7.7}, {ip: 10.0.7.8}], ports: [{name: http, "
                "port: 8080}]}]\n"
                "---\n"
                "apiVersion: v1\n"
                "kind: Service\n"
                "metadata: {name: tea, namespace: shop}\n"
                "spec: {ports: [{name: http, port: 80, targetPort: 8080}]}\n");
    (void)world_apply(w);
    assert_int_equal(world_count(w, "Rules"), 3);
    assert_int_equal(servers_of_group(w), 2);
    assert_string_equal(scheduler_of_group(w), "Wlc");
    assert_int_equal(look(w, &n).verdict, FINDING_ACCEPTED);
    assert_int_equal(world_apply(w).writes, 0);
}

static void test_second_edit_is_not_accepted_with_the_first(void **state)
{
    struct world *w = *state;
    size_t n;
    start(w);
    edit_group(w, "Wlc");
    (void)look(w, &n);
    decide(w, FINDING_ACCEPTED, 0);
    edit_group(w, "Sch");
    assert_int_equal(world_apply(w).writes, 1);
    assert_string_equal(scheduler_of_group(w), "Wrr");
}

static void test_rule_that_was_deleted_and_is_ignored_is_not_made_again(void **state)
{
    struct world *w = *state;
    size_t n;
    start(w);
    delete_rule(w);
    assert_int_equal(look(w, &n).class, CLASS_MISSING);
    decide(w, FINDING_IGNORED, 0);
    assert_int_equal(world_apply(w).writes, 0);
    assert_int_equal(world_count(w, "Rules"), 1);
    decide(w, FINDING_OPEN, 0);
    assert_int_equal(world_apply(w).writes, 1);
}

/* ---- policies ------------------------------------------------------------------------------ */

static void confirm(struct world *w, const char *code)
{
    world_write(w, "albconfig-web.yaml",
                arena_fmt(&w->arena,
                          "apiVersion: alibabacloud.com/v1\n"
                          "kind: AlbConfig\n"
                          "metadata: {name: web, annotations: {alb-agent/confirm: \"%s\"}}\n"
                          "spec:\n"
                          "  config:\n"
                          "    name: web\n"
                          "    addressType: Internet\n"
                          "    zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]\n"
                          "  listeners: [{port: 80, protocol: HTTP}]\n",
                          code));
    world_write(w, "class.yaml",
                "apiVersion: networking.k8s.io/v1\n"
                "kind: IngressClass\n"
                "metadata: {name: web}\n"
                "spec:\n"
                "  controller: ingress.k8s.alibabacloud/alb\n"
                "  parameters: {apiGroup: alibabacloud.com, kind: AlbConfig, name: web}\n");
}

/* What the plan says of what it leaves. */
static const char *warning(struct world *w)
{
    struct session s CLEANUP(session_close) = { 0 };
    struct plan plan = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    session_plan(&s, &s.arena, &plan);
    assert_int_equal(plan.steps.len, 0);
    assert_int_equal(plan.warnings.len, 1);
    return arena_strdup(&w->arena, plan.warnings.items[0].message);
}

static void test_class_that_is_reported_is_left_until_somebody_wants_it_corrected(void **state)
{
    struct world *w = *state;
    size_t n;
    start(w);
    w->config.policy[CLASS_MISSING] = DRIFT_REPORT;
    delete_rule(w);
    assert_int_equal(world_apply(w).writes, 0);
    assert_non_null(strstr(warning(w), "drift correct web Rule '80/HTTP#"));
    assert_int_equal(look(w, &n).class, CLASS_MISSING);
    decide(w, FINDING_CORRECT, 0);
    assert_int_equal(world_apply(w).writes, 1);
    (void)look(w, &n);
    assert_int_equal(n, 0);
}

static void test_class_that_asks_is_corrected_once_it_is_confirmed(void **state)
{
    struct world *w = *state;
    char code[13] = "";
    start(w);
    w->config.policy[CLASS_DRIFT] = DRIFT_ASK;
    edit_group(w, "Wlc");
    assert_int_equal(world_apply(w).writes, 0);
    const char *at = strstr(warning(w), "alb-agent/confirm: \"");
    assert_non_null(at);
    memcpy(code, at + strlen("alb-agent/confirm: \""), 12);
    confirm(w, code);
    (void)world_apply(w);
    assert_string_equal(scheduler_of_group(w), "Wrr");
}

/* ---- an agent that keeps running ----------------------------------------------------------- */

enum { MINUTE = 60 * 1000 };

static void test_running_agent_leaves_an_accepted_edit_until_its_date(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    size_t n;
    start(w);
    edit_group(w, "Wlc");
    (void)look(w, &n);
    decide(w, FINDING_ACCEPTED, w->mock.now_ms + 40 * MINUTE);
    size_t writes = mock_transport_writes(&w->mock, NULL);
    runner_start(&r, w);
    runner_settle(&r);
    runner_pass(&r, 25 * MINUTE);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes);
    agent_remove(r.g, OBJECT_INGRESS, "shop", "coffee"); /* a join without a reading */
    runner_settle(&r);
    assert_int_equal(world_count(w, "Rules"), 1);
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateServerGroupAttribute"), 1);
    runner_pass(&r, 30 * MINUTE);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateServerGroupAttribute"), 2);
    runner_stop(&r);
}

static void test_policy_of_a_running_agent_is_changed(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    w->config.policy[CLASS_DRIFT] = DRIFT_REPORT;
    runner_start(&r, w);
    runner_settle(&r);
    edit_group(w, "Wlc");
    runner_pass(&r, 15 * MINUTE);
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateServerGroupAttribute"), 1);
    r.config.session.policy[CLASS_DRIFT] = DRIFT_CORRECT;
    agent_set_config(r.g, &r.config);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateServerGroupAttribute"), 2);
    runner_stop(&r);
}

static void test_running_agent_writes_down_what_it_finds(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    finding_list list;
    world_write_shop(w);
    w->config.policy[CLASS_DRIFT] = DRIFT_REPORT;
    runner_start(&r, w);
    runner_settle(&r);
    edit_group(w, "Wlc");
    int64_t before = w->mock.now_ms;
    runner_pass(&r, 25 * MINUTE);
    assert_true(store_findings_load(agent_store(r.g), &a, &list, &err));
    assert_int_equal(list.len, 1);
    assert_string_equal(list.items[0].key, GROUP);
    assert_in_range(list.items[0].first_seen, before, before + 11 * MINUTE);
    assert_in_range(list.items[0].last_good, 1, before);
    edit_group(w, "Wrr");
    runner_pass(&r, 15 * MINUTE);
    assert_true(store_findings_load(agent_store(r.g), &a, &list, &err));
    assert_int_equal(list.len, 0);
    runner_stop(&r);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

/* The date is one of the system's clock, whichever way that gets there. */
static void test_verdict_ends_at_its_date_though_the_clock_is_set(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    size_t n;
    start(w);
    edit_group(w, "Wlc");
    (void)look(w, &n);
    decide(w, FINDING_ACCEPTED, w->mock.now_ms + 40 * MINUTE);
    runner_start(&r, w);
    runner_settle(&r);
    w->mock.set_ms = -30 * MINUTE;
    runner_pass(&r, 65 * MINUTE); /* five before it */
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateServerGroupAttribute"), 1);
    w->mock.set_ms = 0;
    runner_pass(&r, 15 * MINUTE);
    runner_settle(&r);
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateServerGroupAttribute"), 2);
    runner_stop(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_drift_is_dated_from_run_to_run),
        TEST(test_nothing_is_written_where_no_state_file_is),
        TEST(test_agent_that_runs_is_left_to_write_for_itself),
        TEST(test_verdict_that_was_given_meanwhile_stays),
        TEST(test_accepted_edit_stays_until_its_date),
        TEST(test_what_else_is_wanted_goes_through),
        TEST(test_second_edit_is_not_accepted_with_the_first),
        TEST(test_rule_that_was_deleted_and_is_ignored_is_not_made_again),
        TEST(test_class_that_is_reported_is_left_until_somebody_wants_it_corrected),
        TEST(test_class_that_asks_is_corrected_once_it_is_confirmed),
        TEST(test_running_agent_leaves_an_accepted_edit_until_its_date),
        TEST(test_policy_of_a_running_agent_is_changed),
        TEST(test_running_agent_writes_down_what_it_finds),
        TEST(test_verdict_ends_at_its_date_though_the_clock_is_set),
    };
    return cmocka_run_group_tests_name("agent/findings", tests, NULL, NULL);
}
