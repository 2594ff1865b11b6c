/* test_settings.c - each setting means something to the agent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/agent/service_priv.h"

struct fixture {
    struct arena a;
    struct agent_settings s;
    struct agent_config c;
};

static void load(struct fixture *f, const char *text)
{
    const struct config_in in = { .text = text };
    struct error err;
    if (!config_load(&f->a, &in, &f->s, &err))
        fail_msg("%s", err.msg);
    f->c = service_agent_config(&f->a, &f->s);
}

static void done(struct fixture *f)
{
    arena_done(&f->a);
}

static void test_names_and_places_reach_the_session(void **state)
{
    (void)state;
    struct fixture f CLEANUP(done) = { 0 };
    load(&f, "cluster-id: c1\nregion: cn-x\nvpc-id: vpc-1\nca-file: /ca\nstate: s.db\n"
             "endpoint: 'https://all'\n");
    assert_string_equal(f.c.session.cluster_id, "c1");
    assert_string_equal(f.c.session.region, "cn-x");
    assert_string_equal(f.c.session.vpc_id, "vpc-1");
    assert_string_equal(f.c.session.ca_file, "/ca");
    assert_string_equal(f.c.session.state, "s.db");
    assert_string_equal(f.c.session.endpoint, "https://all");
    load(&f, "endpoints: {alb: 'https://a', vpc: 'https://v', ecs: 'https://e', cas: 'https://c', "
             "sts: 'https://s'}\n");
    assert_string_equal(f.c.session.endpoint,
                        "alb=https://a,vpc=https://v,ecs=https://e,cas=https://c,sts=https://s");
}

static void test_backend_type_is_eni_when_it_is_true(void **state)
{
    (void)state;
    struct fixture f CLEANUP(done) = { 0 };
    load(&f, "{}\n");
    assert_null(f.c.session.backend_type);
    load(&f, "service-backend-type: 'true'\n");
    assert_string_equal(f.c.session.backend_type, "eni");
    load(&f, "service-backend-type: ecs\n");
    assert_string_equal(f.c.session.backend_type, "ecs");
}

static void test_what_is_allowed_and_how_much_at_once_reach_the_session(void **state)
{
    (void)state;
    struct fixture f CLEANUP(done) = { 0 };
    load(&f, "allow-destroy: true\nlist-lag: 7s\nread-max-age: 8s\n"
             "batch: {rules: 9, servers: 10}\n");
    assert_true(f.c.session.allow_destroy);
    assert_int_equal(f.c.session.list_lag_ms, 7000);
    assert_int_equal(f.c.session.read_max_age_ms, 8000);
    assert_int_equal(f.c.session.batch_rules, 9);
    assert_int_equal(f.c.session.batch_servers, 10);
}

/* 0 means the default to a session, and none to a person. */
static void test_no_list_lag_is_as_good_as_none(void **state)
{
    (void)state;
    struct fixture f CLEANUP(done) = { 0 };
    load(&f, "list-lag: 0s\n");
    assert_int_equal(f.c.session.list_lag_ms, 1);
}

static void test_budgets_reach_the_client(void **state)
{
    (void)state;
    struct fixture f CLEANUP(done) = { 0 };
    load(&f, "budgets: {writes-per-minute: 3, reads-per-second: 4, sweep-reads-per-second: 2}\n");
    assert_int_equal(f.c.session.writes.limit, 3);
    assert_int_equal(f.c.session.writes.period_ms, 60000);
    assert_int_equal(f.c.session.reads.limit, 4);
    assert_int_equal(f.c.session.reads.period_ms, 1000);
    assert_int_equal(f.c.session.background.limit, 2);
    assert_int_equal(f.c.session.background.period_ms, 1000);
}

static void check_pace(const struct apply_pace *p, size_t first)
{
    assert_int_equal(p->concurrent, first);
    assert_int_equal(p->starts_per_second, first + 1);
    assert_int_equal(p->delay_ms, (first + 2) * 1000);
    assert_int_equal(p->tries, first + 3 + 1); /* the first try is no retry */
    assert_int_equal(p->first_retry_ms, (first + 4) * 1000);
    assert_int_equal(p->longest_retry_ms, (first + 5) * 1000);
}

static void test_each_family_has_its_own_pace(void **state)
{
    (void)state;
    struct fixture f CLEANUP(done) = { 0 };
    load(&f, "lanes:\n"
             "  load-balancer: {concurrent: 1, starts-per-second: 2, reconcile-delay: 3s, "
             "retries: 4, first-retry: 5s, longest-retry: 6s}\n"
             "  server-group: {concurrent: 11, starts-per-second: 12, reconcile-delay: 13s, "
             "retries: 14, first-retry: 15s, longest-retry: 16s}\n");
    check_pace(&f.c.pace[LANE_LOAD_BALANCER], 1);
    check_pace(&f.c.pace[LANE_SHARED], 1);
    check_pace(&f.c.pace[LANE_SERVER_GROUP], 11);
}

static void test_each_family_has_its_resync_and_none_is_never(void **state)
{
    (void)state;
    const int64_t century = INT64_C(100) * 366 * 24 * 3600 * 1000;
    struct fixture f CLEANUP(done) = { 0 };
    load(&f, "lanes: {load-balancer: {resync: 3m}, server-group: {resync: 2m}}\n");
    assert_int_equal(f.c.resync_ms, 180000);
    assert_int_equal(f.c.group_resync_ms, 120000);
    load(&f, "lanes: {load-balancer: {resync: 3m}, server-group: {resync: 0s}}\n");
    assert_int_equal(f.c.resync_ms, 180000);
    assert_true(f.c.group_resync_ms > century);
    load(&f, "lanes: {load-balancer: {resync: 0s}, server-group: {resync: 2m}}\n");
    assert_true(f.c.resync_ms > century);
    assert_int_equal(f.c.group_resync_ms, 120000);
}

static void test_policies_for_drift_reach_the_session(void **state)
{
    (void)state;
    struct fixture f CLEANUP(done) = { 0 };
    load(&f, "drift: {drift: report, missing: ask, orphan: correct}\n");
    assert_int_equal(f.c.session.policy[CLASS_DRIFT], DRIFT_REPORT);
    assert_int_equal(f.c.session.policy[CLASS_MISSING], DRIFT_ASK);
    assert_int_equal(f.c.session.policy[CLASS_ORPHAN], DRIFT_CORRECT);
}

static void test_state_file_keeps_as_much_as_is_configured(void **state)
{
    (void)state;
    struct fixture f CLEANUP(done) = { 0 };
    load(&f, "events: {keep-days: 2, megabytes: 3}\nrevisions: {keep: 4}\n");
    const struct store_limits limits = service_store_limits(&f.s);
    assert_int_equal(limits.event_age_ms, 2 * 86400000);
    assert_int_equal(limits.event_bytes, 3 * 1048576);
    assert_int_equal(limits.revisions, 4);
    assert_int_equal(f.c.session.limits.revisions, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_and_places_reach_the_session),
        cmocka_unit_test(test_backend_type_is_eni_when_it_is_true),
        cmocka_unit_test(test_what_is_allowed_and_how_much_at_once_reach_the_session),
        cmocka_unit_test(test_no_list_lag_is_as_good_as_none),
        cmocka_unit_test(test_budgets_reach_the_client),
        cmocka_unit_test(test_each_family_has_its_own_pace),
        cmocka_unit_test(test_each_family_has_its_resync_and_none_is_never),
        cmocka_unit_test(test_policies_for_drift_reach_the_session),
        cmocka_unit_test(test_state_file_keeps_as_much_as_is_configured),
    };
    return cmocka_run_group_tests_name("agent/settings", tests, NULL, NULL);
}
