/* Expected values: what config.h says of the file, the environment and flags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/config/config_priv.h"

/* The environment of a test: pairs of name and value. */
static const char *const *variables;

static char *env(const char *name)
{
    static char value[256];
    for (size_t i = 0; variables && variables[i]; i += 2)
        if (!strcmp(variables[i], name)) {
            (void)snprintf(value, sizeof value, "%s", variables[i + 1]);
            return value;
        }
    return NULL;
}

static struct arena arena;

static int forget(void **state)
{
    (void)state;
    arena_done(&arena);
    variables = NULL;
    return 0;
}

static bool load(const char *text, struct agent_settings *s, struct error *err)
{
    const struct config_in in = { .path = "agent.yaml", .text = text, .env = env };
    return config_load(&arena, &in, s, err);
}

static struct agent_settings must_load(const char *text)
{
    struct agent_settings s;
    struct error err;
    if (!load(text, &s, &err))
        fail_msg("%s", err.msg);
    return s;
}

static void refuses(const char *text, const char *want)
{
    struct agent_settings s;
    struct error err;
    assert_false(load(text, &s, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_string_equal(err.msg, want);
}

static enum setting_origin origin(const struct agent_settings *s, const char *path)
{
    const struct setting *row = setting_find(path);
    assert_non_null(row);
    return (enum setting_origin)s->origins[row - settings_table];
}

/* design.md §6: the budgets; the others as the table says. */
static void test_empty_file_gives_the_defaults(void **state)
{
    static const char *const texts[] = { "", "# nothing\n", "{}",
                                         "region:\nlanes:\n  load-balancer:\n" };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct agent_settings s = must_load(texts[i]);
        assert_null(s.region);
        assert_int_equal(s.budgets.writes_per_minute, 200);
        assert_int_equal(s.budgets.reads_per_second, 20);
        assert_int_equal(s.list_lag_ms, 60000);
        assert_int_equal(s.lanes.load_balancer.first_retry_ms, 500);
        assert_int_equal(s.lanes.server_group.longest_retry_ms, 20000);
        assert_int_equal(s.lanes.server_group.reconcile_delay_ms, 0);
        assert_int_equal(s.drift.orphan, DRIFT_CORRECT);
        assert_string_equal(s.log.level, "info");
        assert_int_equal(s.manifests.len, 0);
        assert_int_equal(origin(&s, "log.level"), SETTING_DEFAULT);
    }
}

static void test_file_sets_every_kind_of_value(void **state)
{
    (void)state;
    struct agent_settings s = must_load("cluster-id: prod\n"
                                        "manifests: [web.yaml, \"more, files\"]\n"
                                        "allow-destroy: true\n"
                                        "lanes:\n"
                                        "  server-group: {retries: 0, first-retry: 2s, resync: 0}\n"
                                        "drift: {orphan: report}\n"
                                        "log: {format: json, level: 'warn,lane=debug'}\n");
    assert_string_equal(s.cluster_id, "prod");
    assert_int_equal(s.manifests.len, 2);
    assert_string_equal(s.manifests.items[1], "more, files");
    assert_true(s.allow_destroy);
    assert_int_equal(s.lanes.server_group.retries, 0);
    assert_int_equal(s.lanes.server_group.first_retry_ms, 2000);
    assert_int_equal(s.lanes.server_group.resync_ms, 0);
    assert_int_equal(s.lanes.load_balancer.retries, 10);
    assert_int_equal(s.drift.orphan, DRIFT_REPORT);
    assert_int_equal(s.drift.missing, DRIFT_CORRECT);
    assert_int_equal(s.log.format, LOG_FORMAT_JSON);
    assert_int_equal(origin(&s, "lanes.server-group.retries"), SETTING_FILE);
    assert_int_equal(origin(&s, "lanes.load-balancer.retries"), SETTING_DEFAULT);
}

static void test_unknown_names_are_errors_with_line_path_and_hint(void **state)
{
    (void)state;
    refuses("\nregoin: x\n", "agent.yaml:2: regoin: there is no such setting; is it 'region'?");
    refuses("lanes:\n  load-balancer:\n    retry: 3\n",
            "agent.yaml:3: lanes.load-balancer.retry: there is no such setting; is it "
            "'lanes.load-balancer.retries'?");
    /* The right name at the wrong place. */
    refuses("writes-per-minute: 3\n", "agent.yaml:1: writes-per-minute: there is no such setting; "
                                      "is it 'budgets.writes-per-minute'?");
    refuses("colours: 3\n", "agent.yaml:1: colours: there is no such setting; 'alb-agent run "
                            "--print-config' shows all");
    refuses("log: {}\nlog.level: debug\n",
            "agent.yaml:2: log.level: write it nested, without dots in a name");
    refuses("log: debug\n", "agent.yaml:1: log: is a section: give settings below it");
    refuses("Region: x\n", "agent.yaml:1: Region: there is no such setting; is it 'region'?");
}

static void test_wrong_types_and_ranges_are_errors_with_a_remedy(void **state)
{
    (void)state;
    refuses("batch:\n  rules: many\n",
            "agent.yaml:2: batch.rules: 'many' is of another type: give a whole number from 1 to "
            "100");
    refuses("batch: {rules: 101}\n",
            "agent.yaml:1: batch.rules: '101' is out of range: give a whole number from 1 to 100");
    refuses("batch: {rules: 1.5}\n", "agent.yaml:1: batch.rules: '1.5' is of another type: give a "
                                     "whole number from 1 to 100");
    refuses("batch: {rules: -1}\n", "agent.yaml:1: batch.rules: '-1' is no whole number: give a "
                                    "whole number from 1 to 100");
    refuses("cluster-id: 12\n",
            "agent.yaml:1: cluster-id: '12' needs quotes, as it is no text without them: give a "
            "text");
    refuses("allow-destroy: yes\n",
            "agent.yaml:1: allow-destroy: 'yes' is of another type: give true or false");
    refuses("manifests: web.yaml\n",
            "agent.yaml:1: manifests: 'web.yaml' is of another type: give a list of texts");
    refuses("manifests: [a, 1]\n",
            "agent.yaml:1: manifests: give a list of texts, numbers in quotes");
    refuses("drift: {drift: fix}\n", "agent.yaml:1: drift.drift: 'fix' is none of them: give "
                                     "correct, report or ask");
    refuses("list-lag: 60\n", "agent.yaml:1: list-lag: '60' is no time: give a time from 0s to "
                              "1h, as 500ms, 10s, 5m or 2h");
    refuses("list-lag: 2h\n", "agent.yaml:1: list-lag: '2h' is out of range: give a time from 0s "
                              "to 1h, as 500ms, 10s, 5m or 2h");
    refuses("region: {a: b}\n",
            "agent.yaml:1: region: '{\"a\":\"b\"}' is of another type: give a text");
    refuses("- region\n", "agent.yaml:1: not a map of settings, as 'region: cn-hangzhou'");
    refuses("region: ''\n", "agent.yaml:1: region: is empty: give a text, or leave it out");
}

static void test_what_yaml_refuses_has_its_line(void **state)
{
    struct agent_settings s;
    struct error err;
    (void)state;
    refuses("region: a\nregion: b\n", "agent.yaml:2: region: found twice in one mapping");
    assert_false(load("region: a\n---\nregion: b\n", &s, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_memory_equal(err.msg, "agent.yaml:", 11);
}

static void test_flags_win_over_environment_over_file_over_default(void **state)
{
    static const char *const some[] = { "ALB_AGENT_REGION",
                                        "from-env",
                                        "ALB_AGENT_LANES_SERVER_GROUP_RETRIES",
                                        "5",
                                        "ALB_AGENT_BATCH_RULES",
                                        "",
                                        "ALB_AGENT_MANIFESTS",
                                        "a,b",
                                        "ALIBABA_CLOUD_REGION_ID",
                                        "weaker",
                                        "SSL_CERT_FILE",
                                        "/ca.pem",
                                        NULL };
    static const struct setting_flag flags[] = {
        { "region", "from-flag", "--region" },
        { "manifests", "x,y", "-f" },
        { "manifests", "z", "-f" },
    };
    const struct config_in in = {
        .path = "agent.yaml",
        .text = "region: from-file\nbatch: {rules: 7}\nmanifests: [m]\n"
                "lanes: {server-group: {retries: 6}}\n",
        .env = env,
        .flags = flags,
        .n_flags = COUNT(flags),
    };
    struct agent_settings s;
    struct error err;
    (void)state;
    variables = some;
    assert_true(config_load(&arena, &in, &s, &err));
    assert_string_equal(s.region, "from-flag");
    assert_int_equal(s.lanes.server_group.retries, 5);
    assert_int_equal(s.batch.rules, 7);
    assert_string_equal(s.ca_file, "/ca.pem");
    /* The first of a list's flags replaces what is weaker, the others add to it. */
    assert_int_equal(s.manifests.len, 3);
    assert_string_equal(s.manifests.items[0], "x");
    assert_string_equal(s.manifests.items[2], "z");
    assert_int_equal(origin(&s, "region"), SETTING_FLAG);
    assert_int_equal(origin(&s, "lanes.server-group.retries"), SETTING_ENVIRONMENT);
    assert_int_equal(origin(&s, "batch.rules"), SETTING_FILE);
    assert_int_equal(origin(&s, "batch.servers"), SETTING_DEFAULT);
    s = must_load("region: from-file\n");
    assert_string_equal(s.region, "from-env");
    assert_int_equal(s.manifests.len, 2);
}

static void test_mistakes_of_environment_and_flags_name_them(void **state)
{
    static const char *const some[] = { "ALB_AGENT_BATCH_RULES", "0", NULL };
    static const struct setting_flag flags[] = {
        { "batch.rules", "0", "--rules" },
        { "batch.rule", "1", NULL },
    };
    struct config_in in = { .flags = flags, .n_flags = 1 };
    struct agent_settings s;
    struct error err;
    (void)state;
    assert_false(config_load(&arena, &in, &s, &err));
    assert_string_equal(err.msg, "--rules: '0' is out of range: give a whole number from 1 to 100");
    in.flags = &flags[1];
    assert_false(config_load(&arena, &in, &s, &err));
    assert_string_equal(err.msg,
                        "--set batch.rule: there is no such setting; is it 'batch.rules'?");
    variables = some;
    in = (struct config_in){ .env = env };
    assert_false(config_load(&arena, &in, &s, &err));
    assert_string_equal(err.msg, "ALB_AGENT_BATCH_RULES: '0' is out of range: give a whole number "
                                 "from 1 to 100");
}

static void test_first_retry_is_not_longer_than_the_longest(void **state)
{
    struct agent_settings s;
    struct error err;
    (void)state;
    assert_false(load("lanes: {server-group: {first-retry: 30s}}\n", &s, &err));
    assert_non_null(strstr(err.msg, "lanes.server-group.first-retry is longer than"));
    s = must_load("lanes: {server-group: {first-retry: 20s}}\n");
    assert_int_equal(s.lanes.server_group.first_retry_ms, 20000);
}

static void test_file_is_read_and_a_missing_one_is_told(void **state)
{
    char path[] = "/tmp/alb-test-config-XXXXXX";
    struct config_in in = { .path = path };
    struct agent_settings s;
    struct error err;
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "region: x\n", 10), 10);
    assert_int_equal(close(fd), 0);
    assert_true(config_load(&arena, &in, &s, &err));
    assert_string_equal(s.region, "x");
    assert_int_equal(unlink(path), 0);
    assert_false(config_load(&arena, &in, &s, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.msg, path));
}

static void test_endpoints_of_products_stand_beside_that_for_all(void **state)
{
    static const char *const some[] = { "ALB_AGENT_ENDPOINT", "http://mock:1", NULL };
    (void)state;
    struct agent_settings s = must_load("");
    assert_null(settings_endpoint(&arena, &s));
    s = must_load("endpoints: {alb: 'https://a', cas: 'https://c'}\n");
    assert_string_equal(settings_endpoint(&arena, &s), "alb=https://a,cas=https://c");
    s = must_load("endpoint: https://x\nendpoints: {alb: 'https://a'}\n");
    assert_string_equal(settings_endpoint(&arena, &s), "https://x,alb=https://a");
    /* No call goes where the stronger one does not say. */
    variables = some;
    s = must_load("endpoint: https://x\nendpoints: {alb: 'https://a'}\n");
    assert_string_equal(settings_endpoint(&arena, &s), "http://mock:1");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, forget)
    const struct CMUnitTest tests[] = {
        TEST(test_empty_file_gives_the_defaults),
        TEST(test_file_sets_every_kind_of_value),
        TEST(test_unknown_names_are_errors_with_line_path_and_hint),
        TEST(test_wrong_types_and_ranges_are_errors_with_a_remedy),
        TEST(test_what_yaml_refuses_has_its_line),
        TEST(test_flags_win_over_environment_over_file_over_default),
        TEST(test_mistakes_of_environment_and_flags_name_them),
        TEST(test_first_retry_is_not_longer_than_the_longest),
        TEST(test_file_is_read_and_a_missing_one_is_told),
        TEST(test_endpoints_of_products_stand_beside_that_for_all),
    };
    return cmocka_run_group_tests_name("config/load", tests, NULL, NULL);
}
