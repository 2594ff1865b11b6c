/* test_subject.c - errors name the call and the resource it was about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/alb_param.h"
#include "fake.h"
#include "src/alb/alb_priv.h"

/* The resource of 'action' with the parameters "a=1 b=2", in 'a'. */
static const char *resource(struct arena *a, const char *action, const char *pairs)
{
    struct error err = { 0 };
    alb_params params = { 0 };
    for (char *at = arena_strdup(a, pairs); at && *at;) {
        char *value = strchr(at, '='), *end = strchr(at, ' ');
        *value++ = '\0';
        if (end)
            *end++ = '\0';
        *LIST_PUSH(a, &params) = (struct alb_param){ at, value };
        at = end;
    }
    error_set(&err, ERROR_BUSY, "%s: Code: words", action);
    error_locate(&err, action, &params);
    assert_string_equal(err.action, action);
    assert_int_equal(err.kind, ERROR_BUSY);
    return arena_strdup(a, err.resource);
}

static void test_subject_is_what_the_call_acts_upon(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const char *const rows[][3] = {
        { "DeleteRules", "RuleIds.1=rule-a", "rule-a" },
        { "DeleteRules", "RuleIds.1=rule-a RuleIds.2=rule-b RuleIds.10=rule-c",
          "rule-a and 2 more" },
        { "UpdateRulesAttribute", "Rules.1.RuleId=rule-a Rules.1.Priority=3 Rules.2.RuleId=rule-b",
          "rule-a and 1 more" },
        { "CreateRules", "ListenerId=lsn-a Rules.1.RuleName=x", "lsn-a" },
        { "AssociateAclsWithListener", "AclIds.1=acl-a ListenerId=lsn-a", "lsn-a" },
        { "ApplyHealthCheckTemplateToServerGroup",
          "HealthCheckTemplateId=hct-a ServerGroupId=sgp-a", "sgp-a" },
        { "CreateListener", "SecurityPolicyId=tls LoadBalancerId=alb-a ListenerPort=80", "alb-a" },
        { "AddServersToServerGroup", "Servers.1.ServerId=i-a ServerGroupId=sgp-a", "sgp-a" },
        { "TagResources", "Tag.1.Key=k ResourceType=acl ResourceId.1=acl-a", "acl-a" },
        { "CreateServerGroup", "VpcId=vpc-a ServerGroupName=web", "web" },
        { "DescribeRegions", "AcceptLanguage=zh-CN", "" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(resource(&a, rows[i][0], rows[i][1]), rows[i][2]);
}

/* All parameters of 'rows' that name something by themselves or as the first of a list. */
static void fill(struct arena *a, const alb_param_rows *rows, const char *before, alb_params *out)
{
    for (size_t i = 0; i < rows->len; i++) {
        const struct alb_param_row *r = &rows->items[i];
        const char *name =
            arena_fmt(a, "%s%s%s", before, r->name, r->type == ALB_TYPE_LIST ? ".1" : "");
        if (r->rows.len)
            fill(a, &r->rows, arena_fmt(a, "%s.", name), out);
        else
            *LIST_PUSH(a, out) = (struct alb_param){ name, "some-id" };
    }
}

static void test_every_change_names_its_resource(void **state)
{
    (void)state;
    size_t n, writes = 0;
    const struct alb_action *actions = alb_actions(&n);
    for (size_t i = 0; i < n; i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct error err = { 0 };
        alb_param_rows rows;
        alb_params params = { 0 };
        assert_true(alb_param_table(&a, actions[i].name, &rows));
        fill(&a, &rows, "", &params);
        error_locate(&err, actions[i].name, &params);
        writes += actions[i].write;
        if (actions[i].write && strncmp(err.resource, "some-id", 7) != 0)
            fail_msg("%s names '%s'", actions[i].name, err.resource);
    }
    assert_true(writes >= 60);
}

static void test_message_names_it_behind_the_action(void **state)
{
    (void)state;
    struct error err;
    struct alb_param rule = { "RuleId", "rule-a" };
    const alb_params params = { .items = &rule, .len = 1 };
    error_set(&err, ERROR_BUSY, "DeleteRule: Code: words");
    error_locate(&err, "DeleteRule", &params);
    assert_string_equal(err.msg, "DeleteRule rule-a: Code: words");
    error_set(&err, ERROR_BUSY, "credentials: none");
    error_locate(&err, "DeleteRule", &params);
    assert_string_equal(err.msg, "credentials: none");
    assert_string_equal(err.resource, "rule-a");
}

static void test_what_was_given_is_bounded_and_plain(void **state)
{
    (void)state;
    struct error err;
    char longest[300];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    struct alb_param given = { "AclId", longest };
    const alb_params params = { .items = &given, .len = 1 };
    error_set(&err, ERROR_BUSY, "DeleteAcl: words");
    error_locate(&err, "DeleteAcl", &params);
    assert_true(strlen(err.resource) < sizeof err.resource);
    given.value = "acl-\x1b[31m\nred";
    error_locate(&err, "DeleteAcl", &params);
    assert_string_equal(err.resource, "acl- [31m red");
}

/* Through the client: all that an error is to carry, wrapped or not, and no secret. */
static void test_errors_of_calls_carry_everything(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    cJSON *reply;
    struct alb_param items[] = { { "RuleIds.1", "rule-planted-secret" },
                                 { "RuleIds.2", "rule-b" } };
    const alb_params params = { .items = items, .len = COUNT(items) };
    f->script[0] =
        (struct answer){ .status = 404,
                         .body = "{\"Code\":\"ResourceNotFound.Rule\",\"Message\":\"gone\","
                                 "\"RequestId\":\"R-1\"}" };
    assert_false(alb_call(alb, "DeleteRules", &params, &reply, &err));
    cJSON_Delete(reply);
    error_wrap(&err, "web");
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    assert_string_equal(err.code, "ResourceNotFound.Rule");
    assert_string_equal(err.request_id, "R-1");
    assert_int_equal(err.http_status, 404);
    assert_string_equal(err.action, "DeleteRules");
    assert_string_equal(err.resource, "rule-************** and 1 more");
    assert_string_equal(err.msg, "web: DeleteRules rule-************** and 1 more: "
                                 "ResourceNotFound.Rule: gone (request id R-1)");
    f->script[1] = (struct answer){ .status = -1 };
    assert_false(alb_call(alb, "DeleteRules", &params, &reply, &err));
    assert_string_equal(err.action, "DeleteRules");
    assert_non_null(strstr(err.msg, "DeleteRules rule-"));
    alb_free(alb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_subject_is_what_the_call_acts_upon),
        cmocka_unit_test(test_every_change_names_its_resource),
        cmocka_unit_test(test_message_names_it_behind_the_action),
        cmocka_unit_test(test_what_was_given_is_bounded_and_plain),
        cmocka_unit_test_setup_teardown(test_errors_of_calls_carry_everything, fake_setup,
                                        fake_teardown),
    };
    return cmocka_run_group_tests_name("alb/subject", tests, NULL, NULL);
}
