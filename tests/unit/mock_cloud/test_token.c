/* test_token.c - client tokens and dry runs (alb-semantics.md §7). */
#include "world.h"

static const cJSON *create(struct world *w, const char *name, const char *more)
{
    return call(w, "CreateServerGroup",
                "{'ServerGroupName':'%s','VpcId':'vpc-1','HealthCheckConfig':"
                "{'HealthCheckEnabled':true}%s}",
                name, more);
}

static int groups(struct world *w)
{
    return count(call(w, "ListServerGroups", "{}"), "ServerGroups");
}

static void test_the_same_call_is_answered_the_same(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    const cJSON *one = create(&w, "first", ",'ClientToken':'t-1'");
    ok(&w);
    const char *job = w.last.job_id;
    settle(&w);
    const cJSON *again = create(&w, "first", ",'ClientToken':'t-1'");
    ok(&w);
    assert_true(cJSON_Compare(one, again, true));
    assert_string_equal(w.last.job_id, job);
    assert_int_equal(groups(&w), 1);
}

static void test_other_parameters_are_refused(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    create(&w, "first", ",'ClientToken':'t-1'");
    create(&w, "second", ",'ClientToken':'t-1'");
    refused(&w, 400, "IdempotentParameterMismatch");
    create(&w, "first", ",'ClientToken':'t-1','DryRun':true");
    refused(&w, 400, "IdempotentParameterMismatch");
    create(&w, "second", ",'ClientToken':'t-2'");
    ok(&w);
    create(&w, "second", ""); /* no token, no memory */
    ok(&w);
    assert_int_equal(groups(&w), 3);
}

static void test_a_refused_call_is_not_remembered(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    create(&w, "1", ",'ClientToken':'t-1'");
    refused(&w, 400, "IllegalParam.ServerGroupName");
    create(&w, "first", ",'ClientToken':'t-1'");
    ok(&w);
}

static void test_tokens_are_kept_for_a_day(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    enum { DAY_MS = 24 * 3600 * 1000 };
    create(&w, "first", ",'ClientToken':'t-1'");
    w.now_ms += DAY_MS - 1;
    create(&w, "first", ",'ClientToken':'t-1'");
    assert_int_equal(groups(&w), 1);
    w.now_ms += 1;
    create(&w, "first", ",'ClientToken':'t-1'");
    ok(&w);
    assert_int_equal(groups(&w), 2);
}

static void test_a_token_is_of_one_action_and_region(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("first", ",'ClientToken':'t-1'"));
    call(&w, "DeleteServerGroup", "{'ServerGroupId':'%s','ClientToken':'t-1'}", w.group);
    ok(&w);
    call_product(&w, "alb", "CreateServerGroup", "cn-beijing",
                 GROUP("other", ",'ClientToken':'t-1'"));
    ok(&w);
}

static void test_a_token_is_printable_and_short(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    create(&w, "first", ",'ClientToken':'é'");
    refused(&w, 400, "IllegalParam.ClientToken");
    create(&w, "first",
           ",'ClientToken':'12345678901234567890123456789012345678901234567890123456789012345'");
    refused(&w, 400, "IllegalParam.ClientToken");
}

static void test_a_dry_run_checks_everything_and_changes_nothing(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    struct world x CLEANUP(world_done);
    world_new(&w);
    world_new(&x);
    create(&w, "first", ",'DryRun':true");
    refused(&w, 400, "DryRunOperation");
    assert_string_equal(w.last.message, "Request validation has been passed with DryRun flag set.");
    assert_null(w.last.job_id);
    create(&w, "1", ",'DryRun':true");
    refused(&w, 400, "IllegalParam.ServerGroupName");
    assert_int_equal(groups(&w), 0);
    assert_int_equal(cloud_run(w.cloud, w.now_ms, NULL, NULL), -1);
    /* Not even the ids that come next. */
    const char *id = json_str(create(&w, "first", ""), "ServerGroupId");
    assert_string_equal(id, json_str(create(&x, "first", ""), "ServerGroupId"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_call_is_answered_the_same),
        cmocka_unit_test(test_other_parameters_are_refused),
        cmocka_unit_test(test_a_refused_call_is_not_remembered),
        cmocka_unit_test(test_tokens_are_kept_for_a_day),
        cmocka_unit_test(test_a_token_is_of_one_action_and_region),
        cmocka_unit_test(test_a_token_is_printable_and_short),
        cmocka_unit_test(test_a_dry_run_checks_everything_and_changes_nothing),
    };
    return cmocka_run_group_tests_name("mock_cloud/token", tests, NULL, NULL);
}
