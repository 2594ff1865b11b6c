/* test_settings.c - what no flag says comes from the settings. */
#include "tests/unit/cli/stage.h"

#include <stdlib.h>

static const struct cmd all = {
    .name = "all",
    .opts = OPT_FILE | OPTS_CLOUD | OPT_ALLOW | OPT_PLAN_FILE,
    .outputs = "text|json",
};
static const struct cmd reads = { .name = "reads", .opts = OPTS_CLOUD, .outputs = "text" };
static const struct cmd bare = { .name = "bare", .opts = OPT_REGION };

static const char *whole_file(struct stage *s)
{
    return stage_file(s, "agent.yaml",
                      "cluster-id: c1\nregion: cn-file\nvpc-id: vpc-1\nca-file: /ca\n"
                      "endpoints: {alb: 'https://alb', cas: 'https://cas'}\nstate: s.db\n"
                      "manifests: [a.yaml, b]\nallow-destroy: true\n"
                      "batch: {rules: 7, servers: 8}\n"
                      "drift: {drift: ask, missing: report}\n"
                      "events: {keep-days: 2, megabytes: 3}\nrevisions: {keep: 4}\n");
}

static int setup(void **state)
{
    return stage_setup(state) || unsetenv("SSL_CERT_FILE") || unsetenv("ALB_AGENT_REGION");
}

static int teardown(void **state)
{
    int failed = unsetenv("ALB_AGENT_CONFIG") || unsetenv("ALB_AGENT_REGION");
    return stage_teardown(state) || failed;
}

static void test_file_says_what_no_flag_does(void **state)
{
    struct stage *s = *state;
    struct options o CLEANUP(options_done) = { 0 };
    struct error err;
    const char *path = whole_file(s);
    assert_true(stage_parse(s, &o, &err, &all, STAGE_ARGS("--config", path)));
    assert_string_equal(o.cluster_id, "c1");
    assert_string_equal(o.region, "cn-file");
    assert_string_equal(o.vpc_id, "vpc-1");
    assert_string_equal(o.ca_file, "/ca");
    assert_string_equal(o.endpoint, "alb=https://alb,cas=https://cas");
    assert_string_equal(o.state, "s.db");
    assert_int_equal(o.files.len, 2);
    assert_string_equal(o.files.items[1], "b");
    assert_true(o.allow_destroy);
    assert_int_equal(o.batch_rules, 7);
    assert_int_equal(o.batch_servers, 8);
    assert_int_equal(o.policy[CLASS_DRIFT], DRIFT_ASK);
    assert_int_equal(o.policy[CLASS_MISSING], DRIFT_REPORT);
    assert_int_equal(o.policy[CLASS_ORPHAN], DRIFT_CORRECT);
    assert_int_equal(o.limits.event_age_ms, 2 * 24 * 3600 * 1000);
    assert_int_equal(o.limits.event_bytes, 3 * 1024 * 1024);
    assert_int_equal(o.limits.revisions, 4);
}

static void test_flags_win_and_the_environment_comes_next(void **state)
{
    struct stage *s = *state;
    struct options o CLEANUP(options_done) = { 0 };
    struct error err;
    assert_int_equal(setenv("ALB_AGENT_CONFIG", whole_file(s), 1), 0);
    assert_int_equal(setenv("ALIBABA_CLOUD_REGION_ID", "cn-env", 1), 0);
    assert_true(
        stage_parse(s, &o, &err, &all, STAGE_ARGS("-f", "c.yaml", "--endpoint", "http://mock")));
    assert_string_equal(o.region, "cn-env");
    assert_int_equal(o.files.len, 1);
    assert_string_equal(o.files.items[0], "c.yaml");
    /* Nothing of the file's beside it: no call goes where the flag does not say. */
    assert_string_equal(o.endpoint, "http://mock");
    assert_int_equal(setenv("ALB_AGENT_REGION", "cn-own", 1), 0);
    assert_true(stage_parse(s, &o, &err, &all, STAGE_ARGS("--state", "x.db")));
    assert_string_equal(o.region, "cn-own");
    assert_string_equal(o.state, "x.db");
    assert_true(stage_parse(s, &o, &err, &all, STAGE_ARGS("--region", "cn-flag")));
    assert_string_equal(o.region, "cn-flag");
}

static void test_saved_plan_has_its_own_manifests(void **state)
{
    struct stage *s = *state;
    struct options o CLEANUP(options_done) = { 0 };
    struct error err;
    assert_true(
        stage_parse(s, &o, &err, &all, STAGE_ARGS("saved.plan", "--config", whole_file(s))));
    assert_int_equal(o.files.len, 0);
}

static void test_verbs_take_only_what_they_have_flags_for(void **state)
{
    struct stage *s = *state;
    struct options o CLEANUP(options_done) = { 0 };
    struct error err;
    const char *path = whole_file(s);
    assert_true(stage_parse(s, &o, &err, &reads, STAGE_ARGS("--config", path)));
    assert_string_equal(o.region, "cn-file");
    assert_int_equal(o.files.len, 0);
    assert_false(o.allow_destroy);
    assert_int_equal(setenv("ALB_AGENT_CONFIG", path, 1), 0);
    assert_true(stage_parse(s, &o, &err, &bare, STAGE_ARGS("--region=x")));
    assert_null(o.cluster_id);
    assert_false(stage_parse(s, &o, &err, &bare, STAGE_ARGS("--config", path)));
}

static void test_mistakes_end_the_verb_but_not_its_help(void **state)
{
    struct stage *s = *state;
    struct options o CLEANUP(options_done) = { 0 };
    struct error err;
    const char *path = stage_file(s, "bad.yaml", "regoin: x\n");
    assert_false(stage_parse(s, &o, &err, &all, STAGE_ARGS("--config", path)));
    assert_non_null(strstr(err.msg, "bad.yaml:1: regoin: there is no such setting"));
    assert_true(stage_parse(s, &o, &err, &all, STAGE_ARGS("--config", path, "--help")));
    assert_false(stage_parse(s, &o, &err, &all, STAGE_ARGS("--config", "/nonexistent/agent.yaml")));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_file_says_what_no_flag_does),
        TEST(test_flags_win_and_the_environment_comes_next),
        TEST(test_saved_plan_has_its_own_manifests),
        TEST(test_verbs_take_only_what_they_have_flags_for),
        TEST(test_mistakes_end_the_verb_but_not_its_help),
    };
    return cmocka_run_group_tests_name("cli/settings", tests, NULL, NULL);
}
