/* test_job.c - ListAsynJobs. */
#include "world.h"

static void test_a_job_tells_what_it_is_about(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    const char *job = json_str(add_rule(&w, 10), "JobId");
    assert_int_equal(strlen(job), 36);
    assert_string_equal(job, w.last.job_id);
    const cJSON *body = call(&w, "ListAsynJobs", "{'JobIds':['%s']}", job);
    assert_int_equal(count(body, "Jobs"), 1);
    assert_int_equal(json_int(body, "TotalCount", 0), 1);
    const cJSON *j = first(body, "Jobs");
    assert_string_equal(json_str(j, "Id"), job);
    assert_string_equal(json_str(j, "ApiName"), "CreateRule");
    assert_string_equal(json_str(j, "OperateType"), "Create");
    assert_string_equal(json_str(j, "ResourceType"), "rule");
    assert_string_equal(json_str(j, "Status"), "Processing");
    assert_int_equal(json_int(j, "CreateTime", 0), w.now_ms);
    assert_null(json_get(j, "ErrorCode"));
    settle(&w);
    j = first(call(&w, "ListAsynJobs", "{'JobIds':['%s']}", job), "Jobs");
    assert_string_equal(json_str(j, "Status"), "Succeeded");
    assert_int_equal(json_int(j, "ModifyTime", 0), w.now_ms);
}

static void test_jobs_are_found_by_everything(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w); /* jobs of a group, a listener, a rule */
    call(&w, "DeleteRule", "{'RuleId':'%s'}", w.rule);
    int64_t last_ms = w.now_ms;
    settle(&w);
    const struct {
        const char *filter;
        int n;
    } rows[] = {
        { "{}", 4 },
        { "{'ResourceType':'rule'}", 2 },
        { "{'ApiName':'DeleteRule'}", 1 },
        { arena_fmt(&w.arena, "{'ResourceIds':['%s']}", w.rule), 2 },
        { arena_fmt(&w.arena, "{'ResourceIds':['%s','%s']}", w.group, w.listener), 2 },
        { arena_fmt(&w.arena, "{'BeginTime':%lld}", (long long)last_ms), 1 },
        { arena_fmt(&w.arena, "{'EndTime':%lld}", (long long)last_ms - 1), 3 },
        { "{'JobIds':['nosuch']}", 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const cJSON *body = call_text(&w, "ListAsynJobs", rows[i].filter);
        if (count(body, "Jobs") != rows[i].n)
            fail_msg("%s: %d", rows[i].filter, count(body, "Jobs"));
    }
    const cJSON *deleted = first(call(&w, "ListAsynJobs", "{'ApiName':'DeleteRule'}"), "Jobs");
    assert_string_equal(json_str(deleted, "OperateType"), "Delete");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_job_tells_what_it_is_about),
        cmocka_unit_test(test_jobs_are_found_by_everything),
    };
    return cmocka_run_group_tests_name("mock_cloud/job", tests, NULL, NULL);
}
