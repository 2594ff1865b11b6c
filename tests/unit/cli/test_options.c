/* test_options.c - flags: each by name, letter and environment, and complaints. */
#include "tests/unit/cli/stage.h"

#include <stdlib.h>

/* A verb that takes everything but the parameters of calls. */
static const struct cmd all = {
    .name = "all",
    .usage = "[flags]",
    .summary = "Takes everything.",
    .help = "For tests.",
    .opts = OPT_FILE | OPTS_CLOUD | OPT_DESTROY | OPT_ALLOW | OPT_YES,
    .outputs = "text|json",
};
static const struct cmd call = { .name = "call", .opts = OPT_REGION | OPT_PARAMS };
static const struct cmd bare = { .name = "bare" };

static void test_every_flag_is_taken(void **state)
{
    struct stage *s = *state;
    struct options o CLEANUP(options_done) = { 0 };
    struct error err;
    assert_true(
        stage_parse(s, &o, &err, &all,
                    STAGE_ARGS("-f", "a.yaml", "--file=b.yaml", "-fc.yaml", "-f", "-", "--state",
                               "s.db", "--endpoint=http://x", "--region", "cn-x")));
    assert_int_equal(o.files.len, 4);
    assert_string_equal(o.files.items[0], "a.yaml");
    assert_string_equal(o.files.items[1], "b.yaml");
    assert_string_equal(o.files.items[2], "c.yaml");
    assert_string_equal(o.files.items[3], "-");
    assert_string_equal(o.state, "s.db");
    assert_string_equal(o.endpoint, "http://x");
    assert_string_equal(o.region, "cn-x");
    assert_true(stage_parse(s, &o, &err, &all,
                            STAGE_ARGS("--vpc-id=vpc-1", "--cluster-id", "c1", "-o", "json",
                                       "--destroy", "web", "--allow-destroy", "--yes",
                                       "--service-backend-type", "ecs")));
    assert_string_equal(o.vpc_id, "vpc-1");
    assert_string_equal(o.backend_type, "ecs");
    assert_string_equal(o.cluster_id, "c1");
    assert_string_equal(o.output, "json");
    assert_string_equal(o.destroy, "web");
    assert_true(o.allow_destroy);
    assert_true(o.yes);
    assert_false(o.help);
    assert_true(stage_parse(s, &o, &err, &all, STAGE_ARGS("-y")));
    assert_true(o.yes);
}

static void test_help_needs_nothing_else_to_be_right(void **state)
{
    struct stage *s = *state;
    struct options o CLEANUP(options_done) = { 0 };
    struct error err;
    assert_true(stage_parse(s, &o, &err, &all, STAGE_ARGS("--help", "-o", "nonsense")));
    assert_true(o.help);
    assert_true(stage_parse(s, &o, &err, &all, STAGE_ARGS("-h")));
    assert_true(o.help);
}

static void check_refused(struct stage *s, const struct cmd *cmd, const char *const *args,
                          const char *says)
{
    struct options o CLEANUP(options_done) = { 0 };
    struct error err;
    assert_false(stage_parse(s, &o, &err, cmd, args));
    assert_int_equal(err.kind, ERROR_INVALID);
    if (!strstr(err.msg, says))
        fail_msg("'%s' does not say '%s'", err.msg, says);
}

static void test_what_is_wrong_is_said(void **state)
{
    struct stage *s = *state;
    check_refused(s, &all, STAGE_ARGS("--nosuch"), "no such flag '--nosuch'");
    check_refused(s, &all, STAGE_ARGS("-z"), "all --help");
    check_refused(s, &all, STAGE_ARGS("--state"), "--state needs a value: FILE");
    check_refused(s, &all, STAGE_ARGS("--state="), "--state needs a value");
    check_refused(s, &all, STAGE_ARGS("--region", ""), "--region needs a value");
    check_refused(s, &all, STAGE_ARGS("--yes=no"), "--yes takes no value");
    check_refused(s, &all, STAGE_ARGS("-o", "xml"), "use text|json");
    check_refused(s, &all, STAGE_ARGS("web.yaml"), "given with -f");
    check_refused(s, &bare, STAGE_ARGS("extra"), "'extra' is not expected");
    check_refused(s, &bare, STAGE_ARGS("--region", "x"), "no such flag");
    check_refused(s, &call, STAGE_ARGS("--MaxResults", "10"), "--Name=value");
    check_refused(s, &call, STAGE_ARGS("--=x"), "--Name=value");
}

static void test_parameters_of_a_call_are_taken_as_they_are(void **state)
{
    struct stage *s = *state;
    struct options o CLEANUP(options_done) = { 0 };
    struct error err;
    assert_true(stage_parse(s, &o, &err, &call,
                            STAGE_ARGS("DeleteRules", "--RuleIds.1=rule-1", "--Filter=a=b",
                                       "--region=cn-x", "--Empty=")));
    assert_int_equal(o.args.len, 1);
    assert_string_equal(o.args.items[0], "DeleteRules");
    assert_int_equal(o.params.len, 3);
    assert_string_equal(o.params.items[0].name, "RuleIds.1");
    assert_string_equal(o.params.items[0].value, "rule-1");
    assert_string_equal(o.params.items[1].value, "a=b");
    assert_string_equal(o.params.items[2].value, "");
    assert_string_equal(o.region, "cn-x");
}

static void test_region_falls_back_to_the_environment(void **state)
{
    struct stage *s = *state;
    struct options o CLEANUP(options_done) = { 0 };
    struct error err;
    assert_true(stage_parse(s, &o, &err, &all, STAGE_ARGS("-y")));
    assert_null(o.region);
    assert_int_equal(setenv("ALIBABA_CLOUD_REGION_ID", "cn-env", 1), 0);
    assert_true(stage_parse(s, &o, &err, &all, STAGE_ARGS("-y")));
    assert_string_equal(o.region, "cn-env");
    assert_true(stage_parse(s, &o, &err, &all, STAGE_ARGS("--region", "cn-flag")));
    assert_string_equal(o.region, "cn-flag");
    assert_int_equal(setenv("ALIBABA_CLOUD_REGION_ID", "", 1), 0);
    assert_true(stage_parse(s, &o, &err, &all, STAGE_ARGS("-y")));
    assert_null(o.region);
}

static void test_first_output_is_the_default(void **state)
{
    struct stage *s = *state;
    struct options o CLEANUP(options_done) = { 0 };
    struct error err;
    assert_true(stage_parse(s, &o, &err, &all, STAGE_ARGS("-y")));
    assert_string_equal(o.output, "text");
    assert_int_equal(format_of(&o), REPORT_TEXT);
    assert_true(stage_parse(s, &o, &err, &all, STAGE_ARGS("-ojson")));
    assert_int_equal(format_of(&o), REPORT_JSON);
}

static void test_help_shows_the_flags_of_the_verb_and_no_others(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    options_help(&b, &all);
    static const char *const shown[] = { "usage: alb-agent all [flags]\n",
                                         "-f --file PATH",
                                         "--state FILE",
                                         "--endpoint URL",
                                         "--region REGION",
                                         "--vpc-id VPC",
                                         "--service-backend-type TYPE",
                                         "SERVICE_FORCE_BACKEND_ENI",
                                         "--cluster-id ID",
                                         "-o --output FORMAT",
                                         "text|json",
                                         "--destroy NAME",
                                         "--allow-destroy",
                                         "-y --yes",
                                         "ALIBABA_CLOUD_REGION_ID",
                                         "-h --help" };
    for (size_t i = 0; i < COUNT(shown); i++)
        if (!strstr(buf_str(&b), shown[i]))
            fail_msg("no '%s' in:\n%s", shown[i], buf_str(&b));
    buf_reset(&b);
    options_help(&b, &(struct cmd){ .name = "x", .usage = "", .summary = "", .help = "" });
    assert_null(strstr(buf_str(&b), "--state"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_flag_is_taken),
        TEST(test_help_needs_nothing_else_to_be_right),
        TEST(test_what_is_wrong_is_said),
        TEST(test_parameters_of_a_call_are_taken_as_they_are),
        TEST(test_region_falls_back_to_the_environment),
        TEST(test_first_output_is_the_default),
        TEST(test_help_shows_the_flags_of_the_verb_and_no_others),
    };
    return cmocka_run_group_tests_name("cli/options", tests, NULL, NULL);
}
