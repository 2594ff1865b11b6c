/* test_wait.c - awaiting jobs and load balancers with few reads, on a scripted network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/alb_wait.h"
#include "alb-agent/json.h"
#include "fake.h"

#define JOB(id, status) "{\"Id\":\"" id "\",\"Status\":\"" status "\"}"
#define JOBS(list)      "{\"RequestId\":\"r\",\"Jobs\":[" list "]}"

struct bench {
    struct fake *f;
    struct alb *alb;
    struct alb_wait *w;
};

static struct bench open_bench(struct fake *f)
{
    struct error err;
    struct bench b = { .f = f, .alb = fake_client(f) };
    assert_true(alb_wait_new(&b.w, b.alb, &err));
    return b;
}

static void close_bench(struct bench *b)
{
    alb_wait_free(b->w);
    alb_free(b->alb);
}

/* Runs until 'n' are settled; their outcomes in 'done'. */
static void settle(struct bench *b, struct alb_wait_done *done, size_t n)
{
    size_t have = 0;
    while (have < n) {
        int64_t wait_ms = alb_wait_run(b->w, b->f->now_ms);
        int64_t client_ms = alb_run(b->alb, b->f->now_ms);
        struct alb_result r;
        while (alb_next(b->alb, &r)) {
            assert_true(alb_wait_take(b->w, &r, b->f->now_ms));
            alb_result_done(&r);
            wait_ms = 0;
        }
        while (have < n && alb_wait_next(b->w, &done[have]))
            have++;
        if (have < n)
            b->f->base.wait(&b->f->base, wait_ms >= 0 ? wait_ms : client_ms);
    }
}

static void test_ten_jobs_are_one_read(void **state)
{
    struct bench b = open_bench(*state);
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *list = "";
    for (int i = 0; i < 10; i++) {
        const char *id = arena_fmt(&a, "job-%d", i);
        (void)alb_wait_job(b.w, "CreateRules", id, INT64_MAX, b.f->now_ms);
        list =
            arena_fmt(&a, "%s%s{\"Id\":\"%s\",\"Status\":\"Succeeded\"}", list, i ? "," : "", id);
    }
    b.f->script[0].body = arena_fmt(&a, JOBS("%s"), list);
    struct alb_wait_done done[10];
    settle(&b, done, 10);
    assert_int_equal(b.f->n, 1);
    assert_string_equal(b.f->sent[0].action, "ListAsynJobs");
    assert_int_equal(b.f->sent[0].at_ms, FAKE_START_MS + 200);
    for (size_t i = 0; i < COUNT(done); i++) {
        assert_true(done[i].ok);
        assert_int_equal(done[i].id, i + 1);
    }
    assert_int_equal(alb_wait_pending(b.w), 0);
    close_bench(&b);
}

static void test_eleventh_job_is_a_second_read(void **state)
{
    struct bench b = open_bench(*state);
    struct arena a CLEANUP(arena_done) = { 0 };
    for (int i = 0; i < 11; i++)
        (void)alb_wait_job(b.w, "X", arena_fmt(&a, "job-%d", i), INT64_MAX, b.f->now_ms);
    (void)alb_wait_run(b.w, b.f->now_ms + 200);
    (void)alb_run(b.alb, b.f->now_ms + 200);
    assert_int_equal(b.f->n, 2);
    assert_non_null(strstr(b.f->sent[0].url, "JobIds.10="));
    assert_non_null(strstr(b.f->sent[1].url, "JobIds.1=job-10"));
    assert_null(strstr(b.f->sent[1].url, "JobIds.2="));
    close_bench(&b);
}

static void test_running_jobs_are_looked_at_again_less_and_less_often(void **state)
{
    struct bench b = open_bench(*state);
    struct alb_wait_done done;
    for (size_t i = 0; i < 4; i++)
        b.f->script[i].body = JOBS(JOB("j", "Processing"));
    b.f->script[2].body = JOBS(""); /* not listed: that is no end */
    b.f->script[4].body = JOBS(JOB("other", "Failed") "," JOB("j", "Succeeded"));
    (void)alb_wait_job(b.w, "DeleteRule", "j", INT64_MAX, b.f->now_ms);
    settle(&b, &done, 1);
    assert_true(done.ok);
    assert_int_equal(b.f->n, 5);
    static const int64_t AT[] = { 200, 400, 600, 900, 1350 };
    for (size_t i = 0; i < COUNT(AT); i++)
        assert_int_equal(b.f->sent[i].at_ms - FAKE_START_MS, AT[i]);
    close_bench(&b);
}

static void test_failed_job_tells_kind_and_words(void **state)
{
    struct bench b = open_bench(*state);
    struct alb_wait_done done;
    b.f->script[0].body = JOBS("{\"Id\":\"j\",\"Status\":\"Failed\",\"ErrorCode\":"
                               "\"QuotaExceeded.RulesNum\",\"ErrorMessage\":\"too many\"}");
    (void)alb_wait_job(b.w, "CreateRules", "j", INT64_MAX, b.f->now_ms);
    settle(&b, &done, 1);
    assert_false(done.ok);
    assert_int_equal(done.err.kind, ERROR_QUOTA);
    assert_false(done.unknown);
    assert_string_equal(done.err.code, "QuotaExceeded.RulesNum");
    assert_string_equal(done.err.resource, "j");
    assert_string_equal(done.err.msg,
                        "CreateRules: job j failed: QuotaExceeded.RulesNum: too many");
    close_bench(&b);
}

static void test_deadline_ends_the_waiting(void **state)
{
    struct bench b = open_bench(*state);
    struct alb_wait_done done;
    for (size_t i = 0; i < 20; i++)
        b.f->script[i].body = JOBS(JOB("j", "Processing"));
    (void)alb_wait_job(b.w, "CreateRules", "j", b.f->now_ms + 1000, b.f->now_ms);
    settle(&b, &done, 1);
    assert_false(done.ok);
    assert_int_equal(done.err.kind, ERROR_TRANSIENT);
    assert_int_equal(b.f->now_ms, FAKE_START_MS + 1000); /* with a last look at that moment */
    close_bench(&b);
}

static void test_failed_read_is_no_answer(void **state)
{
    struct bench b = open_bench(*state);
    struct alb_wait_done done;
    for (size_t i = 0; i < 5; i++) /* as often as the client itself repeats it */
        b.f->script[i] =
            (struct answer){ .status = 503, .body = "{\"Code\":\"ServiceUnavailable\"}" };
    b.f->script[5].body = JOBS(JOB("j", "Succeeded"));
    (void)alb_wait_job(b.w, "X", "j", INT64_MAX, b.f->now_ms);
    settle(&b, &done, 1);
    assert_true(done.ok);
    assert_int_equal(b.f->sent[5].at_ms, b.f->sent[4].at_ms + 2000);
    close_bench(&b);
}

static void test_refused_read_ends_the_waiting(void **state)
{
    struct bench b = open_bench(*state);
    struct alb_wait_done done;
    b.f->script[0] = (struct answer){ .status = 403, .body = "{\"Code\":\"NoPermission\"}" };
    (void)alb_wait_job(b.w, "CreateRules", "j", INT64_MAX, b.f->now_ms);
    settle(&b, &done, 1);
    assert_false(done.ok);
    assert_true(done.unknown);
    assert_int_equal(done.err.kind, ERROR_DENIED);
    assert_string_equal(done.err.action, "CreateRules");
    assert_non_null(strstr(done.err.msg, "CreateRules: ListAsynJobs j: NoPermission"));
    assert_int_equal(b.f->n, 1);
    close_bench(&b);
}

static void test_what_vanished_is_not_waited_for_any_longer(void **state)
{
    struct bench b = open_bench(*state);
    struct alb_wait_done done;
    for (size_t i = 0; i < FAKE_MAX; i++)
        b.f->script[i].body = "{\"LoadBalancers\":[]}";
    b.f->script[0].body = "{\"LoadBalancers\":[{\"LoadBalancerId\":\"alb-1\","
                          "\"LoadBalancerStatus\":\"Provisioning\"}]}";
    (void)alb_wait_lb(b.w, "CreateLoadBalancer", "alb-1", INT64_MAX, b.f->now_ms);
    settle(&b, &done, 1);
    assert_false(done.ok);
    assert_true(done.unknown);
    assert_int_equal(done.err.kind, ERROR_NOT_FOUND);
    assert_string_equal(done.err.resource, "alb-1");
    assert_in_range(b.f->now_ms - FAKE_START_MS, 60000, 62000);
    close_bench(&b);
}

static void test_load_balancers_are_awaited_by_their_state(void **state)
{
    struct bench b = open_bench(*state);
    struct alb_wait_done done[2];
    cJSON *reply CLEANUP(json_done) = cJSON_CreateObject();
    cJSON_AddStringToObject(reply, "LoadBalancerId", "alb-1");
    uint64_t id = alb_wait_reply(b.w, "CreateLoadBalancer", NULL, reply, INT64_MAX, b.f->now_ms);
    assert_true(id != 0);
    (void)alb_wait_lb(b.w, "CreateLoadBalancer", "alb-2", INT64_MAX, b.f->now_ms);
    b.f->script[0].body =
        "{\"LoadBalancers\":[{\"LoadBalancerId\":\"alb-1\",\"LoadBalancerStatus\":\"Provisioning\"}"
        ","
        "{\"LoadBalancerId\":\"alb-2\",\"LoadBalancerStatus\":\"CreateFailed\"}]}";
    b.f->script[1].body =
        "{\"LoadBalancers\":[{\"LoadBalancerId\":\"alb-1\",\"LoadBalancerStatus\":\"Active\","
        "\"DNSName\":\"alb-1.example\"}]}";
    settle(&b, done, 2);
    assert_false(done[0].ok);
    assert_int_equal(done[0].err.kind, ERROR_CONFLICT);
    assert_string_equal(done[0].err.code, "CreateFailed");
    assert_true(done[1].ok);
    assert_int_equal(done[1].id, id);
    assert_string_equal(done[1].dns_name, "alb-1.example");
    assert_string_equal(done[0].dns_name, "");
    assert_int_equal(b.f->n, 2);
    assert_string_equal(b.f->sent[0].action, "ListLoadBalancers");
    close_bench(&b);
}

static void test_synchronous_replies_need_no_waiting(void **state)
{
    struct bench b = open_bench(*state);
    struct error err;
    cJSON *reply CLEANUP(json_done) = cJSON_CreateObject();
    assert_int_equal(alb_wait_reply(b.w, "TagResources", NULL, reply, INT64_MAX, 0), 0);
    assert_true(alb_call_wait(b.alb, "TagResources", NULL, reply, 1000, &err));
    assert_int_equal(b.f->n, 0);
    struct alb_result stranger = { .id = 77 };
    assert_false(alb_wait_take(b.w, &stranger, 0));
    close_bench(&b);
}

static void test_call_wait_waits_for_its_job(void **state)
{
    struct bench b = open_bench(*state);
    struct error err;
    cJSON *reply CLEANUP(json_done) = cJSON_CreateObject();
    cJSON_AddStringToObject(reply, "JobId", "j");
    b.f->script[0].body = JOBS(JOB("j", "Processing"));
    b.f->script[1].body = JOBS(JOB("j", "Succeeded"));
    assert_true(alb_call_wait(b.alb, "CreateRules", NULL, reply, 60000, &err));
    assert_int_equal(b.f->n, 2);
    close_bench(&b);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_ten_jobs_are_one_read),
        TEST(test_eleventh_job_is_a_second_read),
        TEST(test_running_jobs_are_looked_at_again_less_and_less_often),
        TEST(test_failed_job_tells_kind_and_words),
        TEST(test_deadline_ends_the_waiting),
        TEST(test_failed_read_is_no_answer),
        TEST(test_refused_read_ends_the_waiting),
        TEST(test_what_vanished_is_not_waited_for_any_longer),
        TEST(test_load_balancers_are_awaited_by_their_state),
        TEST(test_synchronous_replies_need_no_waiting),
        TEST(test_call_wait_waits_for_its_job),
    };
    return cmocka_run_group_tests_name("alb/wait", tests, NULL, NULL);
}
