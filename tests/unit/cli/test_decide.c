/* test_decide.c - verdicts on what was found. */
#include "tests/unit/cli/stage.h"

#include "alb-agent/clock.h"
#include "alb-agent/json.h"

#define LB "kube-system/web"

static struct finding missing(enum resource_kind kind, const char *key)
{
    return (struct finding){ .lb = LB,
                             .kind = kind,
                             .key = key,
                             .class = CLASS_MISSING,
                             .first_seen = 1000,
                             .desired = "d",
                             .edit = "" };
}

/* A listener that is gone with its rule, and a rule of another one, which is known by a name. */
static void fill(struct stage *s)
{
    struct store *st;
    struct error err;
    struct alb_rule rule = { .name = "rule-443-7" };
    const struct resource row = { .lb = LB,
                                  .kind = RESOURCE_RULE,
                                  .key = "443/HTTPS#2",
                                  .parent = "443/HTTPS",
                                  .actual = &rule,
                                  .cloud_id = "rule-id",
                                  .ours = true };
    finding_list list = { 0 };
    *LIST_PUSH(&s->arena, &list) = missing(RESOURCE_LISTENER, "80/HTTP");
    *LIST_PUSH(&s->arena, &list) = missing(RESOURCE_RULE, "443/HTTPS#2");
    *LIST_PUSH(&s->arena, &list) = missing(RESOURCE_RULE, "80/HTTP#1");
    assert_true(store_open(&st, s->state, STORE_WRITE, 1, NULL, &err));
    assert_true(store_resource_put(st, &row, &err));
    assert_true(store_findings_put(st, NULL, &list, &err));
    store_close(st);
}

static struct finding finding(struct stage *s, enum resource_kind kind, const char *key)
{
    struct store *st;
    struct error err;
    finding_list list;
    assert_true(store_open(&st, s->state, STORE_SNAPSHOT, 1, NULL, &err));
    assert_true(store_findings_load(st, &s->arena, &list, &err));
    store_close(st);
    const struct finding *f = finding_find(&list, LB, kind, key);
    assert_non_null(f);
    return *f;
}

static enum exit_code decide(struct stage *s, const char *verb, const char *kind, const char *key,
                             const char *flag)
{
    return stage_run(s, &cmd_drift, verb, "web", kind, key, "--state", s->state, flag,
                     (char *)NULL);
}

static int64_t ms(const char *text)
{
    int64_t at = 0;
    assert_true(time_parse(text, &at));
    return at;
}

/* A date means its end in UTC. */
static void test_accepted_until_a_date_is_accepted_on_that_day(void **state)
{
    struct stage *s = *state;
    fill(s);
    assert_int_equal(decide(s, "accept", "Rule", "443/HTTPS#2", "--until=2199-12-31"), EXIT_DONE);
    assert_string_equal(s->out, "Accepted as it is until 2200-01-01T00:00:00Z:\n"
                                "  missing   Rule 443/HTTPS#2 of kube-system/web\n");
    struct finding f = finding(s, RESOURCE_RULE, "443/HTTPS#2");
    assert_int_equal(f.verdict, FINDING_ACCEPTED);
    assert_int_equal(f.until, ms("2200-01-01T00:00:00Z"));
    assert_true(f.decided_at > 0);
    assert_int_equal(finding(s, RESOURCE_RULE, "80/HTTP#1").verdict, FINDING_OPEN);
}

static void test_time_is_taken_as_it_is(void **state)
{
    struct stage *s = *state;
    fill(s);
    assert_int_equal(decide(s, "ignore", "Rule", "443/HTTPS#2", "--until=2199-12-31T06:00:00Z"),
                     EXIT_DONE);
    assert_int_equal(finding(s, RESOURCE_RULE, "443/HTTPS#2").until, ms("2199-12-31T06:00:00Z"));
}

static void test_rule_goes_by_name_and_id_too(void **state)
{
    struct stage *s = *state;
    fill(s);
    assert_int_equal(decide(s, "ignore", "Rule", "rule-443-7", NULL), EXIT_DONE);
    assert_int_equal(finding(s, RESOURCE_RULE, "443/HTTPS#2").verdict, FINDING_IGNORED);
    assert_int_equal(decide(s, "correct", "Rule", "rule-id", NULL), EXIT_DONE);
    assert_int_equal(finding(s, RESOURCE_RULE, "443/HTTPS#2").verdict, FINDING_CORRECT);
}

static void test_verdict_is_taken_back(void **state)
{
    struct stage *s = *state;
    fill(s);
    assert_int_equal(decide(s, "ignore", "Rule", "443/HTTPS#2", NULL), EXIT_DONE);
    assert_int_equal(decide(s, "forget", "Rule", "443/HTTPS#2", NULL), EXIT_DONE);
    struct finding f = finding(s, RESOURCE_RULE, "443/HTTPS#2");
    assert_int_equal(f.verdict, FINDING_OPEN);
    assert_int_equal(f.decided_at, 0);
    assert_int_equal(f.first_seen, 1000);
}

static void test_rules_go_with_their_listener(void **state)
{
    struct stage *s = *state;
    fill(s);
    assert_int_equal(decide(s, "accept", "Listener", "80/HTTP", "-ojson"), EXIT_DONE);
    cJSON *doc CLEANUP(json_done) = NULL;
    struct error err;
    assert_true(json_parse(s->out, strlen(s->out), &doc, &err));
    assert_string_equal(json_str(doc, "decision"), "accept");
    assert_int_equal(cJSON_GetArraySize(json_get(doc, "resources")), 2);
    assert_int_equal(finding(s, RESOURCE_RULE, "80/HTTP#1").verdict, FINDING_ACCEPTED);
    assert_int_equal(finding(s, RESOURCE_RULE, "443/HTTPS#2").verdict, FINDING_OPEN);
}

static void check_refused(struct stage *s, const char *says, enum exit_code code)
{
    assert_int_equal(code, EXIT_ERROR);
    if (!strstr(s->err, says))
        fail_msg("'%s' does not say '%s'", s->err, says);
    assert_string_equal(s->out, "");
}

static void test_what_makes_no_sense_is_refused(void **state)
{
    struct stage *s = *state;
    fill(s);
    check_refused(s, "nothing was found amiss", decide(s, "accept", "Rule", "80/HTTP#9", NULL));
    check_refused(s, "is no kind", decide(s, "accept", "Rules", "80/HTTP#1", NULL));
    check_refused(s, "'allow' is not expected", decide(s, "allow", "Rule", "80/HTTP#1", NULL));
    check_refused(s, "is over already",
                  decide(s, "accept", "Rule", "80/HTTP#1", "--until=2001-01-01"));
    check_refused(s, "write a date as", decide(s, "accept", "Rule", "80/HTTP#1", "--until=soon"));
    check_refused(s, "takes no --until",
                  decide(s, "forget", "Rule", "80/HTTP#1", "--until=2199-01-01"));
    check_refused(s, "give LB KIND KEY",
                  stage_run(s, &cmd_drift, "accept", "web", "--state", s->state, (char *)NULL));
    check_refused(s, "manifests are given with -f",
                  stage_run(s, &cmd_drift, "web.yaml", "--state", s->state, (char *)NULL));
    assert_int_equal(finding(s, RESOURCE_RULE, "80/HTTP#1").verdict, FINDING_OPEN);
}

/* The agent would write over it. */
static void test_verdict_while_an_agent_runs_is_refused_with_the_remedy(void **state)
{
    struct stage *s = *state;
    struct store *st;
    struct error err;
    fill(s);
    assert_true(store_open(&st, s->state, STORE_WRITE, 1, NULL, &err));
    check_refused(s, "stop the agent", decide(s, "accept", "Rule", "80/HTTP#1", NULL));
    assert_non_null(strstr(s->err, "in use by pid"));
    store_close(st);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_accepted_until_a_date_is_accepted_on_that_day),
        TEST(test_time_is_taken_as_it_is),
        TEST(test_rule_goes_by_name_and_id_too),
        TEST(test_verdict_is_taken_back),
        TEST(test_rules_go_with_their_listener),
        TEST(test_what_makes_no_sense_is_refused),
        TEST(test_verdict_while_an_agent_runs_is_refused_with_the_remedy),
    };
    return cmocka_run_group_tests_name("cli/decide", tests, NULL, NULL);
}
