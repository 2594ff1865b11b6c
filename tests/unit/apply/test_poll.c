/* test_poll.c - waiting for accepted changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "tests/support/world.h"

static void test_one_question_asks_for_at_most_ten_jobs(void **state)
{
    struct world *w = *state;
    world_write_albconfig(w, "web");
    world_write_services(w);
    for (int i = 0; i < 14; i++)
        world_write_ingress(w, arena_fmt(&w->arena, "i%02d", i), "web",
                            arena_fmt(&w->arena, "h%d.example", i), "tea");
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    bool ten = false;
    for (size_t i = 0; i < w->mock.calls.len; i++) {
        const struct mock_call *c = &w->mock.calls.items[i];
        ten = ten || alb_param_get(&c->params, "JobIds.10");
        assert_null(alb_param_get(&c->params, "JobIds.11"));
    }
    assert_true(ten);
}

static void test_question_that_fails_is_asked_again(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    for (int nth = 1; nth <= 30; nth += 3)
        mock_transport_fail(
            &w->mock,
            (struct mock_fault){ .kind = MOCK_LOSE_REPLY, .action = "ListAsynJobs", .nth = nth });
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(r.writes, SHOP_WRITES);
}

static void test_question_that_is_refused_ends_the_run(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "ListAsynJobs",
                                                       .status = 403,
                                                       .code = "Forbidden.RAM" });
    struct session_result r = world_apply(w);
    assert_false(r.in_sync && !r.counts.failed);
    assert_int_equal(r.counts.first.kind, ERROR_DENIED);
}

static int to_spoil;

static void spoil_job(void *arg, const struct mock_call *c, cJSON *reply)
{
    (void)arg;
    cJSON *job = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(reply, "Jobs"), 0);
    if (strcmp(c->action, "ListAsynJobs") != 0 || !job || to_spoil <= 0)
        return;
    to_spoil--;
    cJSON_ReplaceItemInObjectCaseSensitive(job, "Status", cJSON_CreateString("Failed"));
    cJSON_AddStringToObject(job, "ErrorCode", "InternalError");
}

static void test_failed_job_asks_for_a_fresh_read(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    to_spoil = 1;
    w->mock.on_reply = spoil_job;
    struct session_result r = world_apply(w);
    assert_int_equal(to_spoil, 0);
    assert_true(r.in_sync);
    assert_int_equal(r.counts.failed, 0);
    assert_int_equal(world_count(w, "ServerGroups"), 3);
}

static void never_end_listener(void *arg, const struct mock_call *c, cJSON *reply)
{
    const char **job = arg;
    if (!strcmp(c->action, "CreateListener"))
        *job = c->job;
    cJSON *each;
    cJSON_ArrayForEach (each, cJSON_GetObjectItemCaseSensitive(reply, "Jobs")) {
        const char *id = json_str(each, "Id");
        if (*job && id && !strcmp(id, *job))
            cJSON_ReplaceItemInObjectCaseSensitive(each, "Status",
                                                   cJSON_CreateString("Processing"));
    }
}

static void test_job_that_never_ends_is_looked_at_after_ten_minutes(void **state)
{
    struct world *w = *state;
    const char *job = NULL;
    world_write_shop(w);
    w->mock.arg = &job;
    w->mock.on_reply = never_end_listener;
    int64_t start = w->mock.now_ms;
    struct session_result r = world_apply(w);
    assert_true(w->mock.now_ms - start >= (int64_t)10 * 60 * 1000);
    assert_true(r.in_sync);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateListener"), 1);
}

static void spoil_status(cJSON *lb)
{
    cJSON_ReplaceItemInObjectCaseSensitive(lb, "LoadBalancerStatus",
                                           cJSON_CreateString("CreateFailed"));
}

static void fail_creation(void *arg, const struct mock_call *c, cJSON *reply)
{
    (void)arg;
    cJSON *each;
    cJSON_ArrayForEach (each, cJSON_GetObjectItemCaseSensitive(reply, "LoadBalancers"))
        spoil_status(each);
    if (!strcmp(c->action, "GetLoadBalancerAttribute"))
        spoil_status(reply);
}

static void test_load_balancer_that_cannot_be_made_is_an_error_with_a_remedy(void **state)
{
    struct world *w = *state;
    world_write_albconfig(w, "web");
    w->mock.on_reply = fail_creation;
    struct session_result r = world_apply(w);
    assert_false(r.in_sync);
    assert_int_equal(r.counts.failed, 1);
    assert_non_null(strstr(r.counts.first.msg, "delete it there"));
    assert_int_equal(mock_transport_writes(&w->mock, "CreateLoadBalancer"), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_question_asks_for_at_most_ten_jobs),
        TEST(test_question_that_fails_is_asked_again),
        TEST(test_question_that_is_refused_ends_the_run),
        TEST(test_failed_job_asks_for_a_fresh_read),
        TEST(test_job_that_never_ends_is_looked_at_after_ten_minutes),
        TEST(test_load_balancer_that_cannot_be_made_is_an_error_with_a_remedy),
    };
    return cmocka_run_group_tests_name("apply/poll", tests, NULL, NULL);
}
