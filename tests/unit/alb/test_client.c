/* test_client.c - calls on their way, over a scripted transport and a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "alb-agent/json.h"
#include "fake.h"

static uint64_t begin(struct alb *alb, const char *action, enum alb_urgency urgency)
{
    struct error err;
    uint64_t id = alb_begin(alb, action, NULL, urgency, &err);
    assert_true(id != 0);
    return id;
}

/* One call, all the way; the reply is dropped. */
static struct alb_result one(struct fake *f, struct alb *alb, const char *action)
{
    struct alb_result r;
    (void)begin(alb, action, ALB_NORMAL);
    assert_int_equal(fake_drain(f, alb, &r, 1), 1);
    alb_result_done(&r);
    return r;
}

static void test_request_is_signed_dated_and_addressed(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct alb_result r = one(f, alb, "ListRules");
    assert_true(r.ok);
    assert_int_equal(r.attempts, 1);
    assert_int_equal(f->n, 1);
    assert_string_equal(f->sent[0].url, "https://alb.cn-hangzhou.aliyuncs.com/");
    assert_string_equal(f->sent[0].date, "1970-01-01T00:16:40Z");
    assert_memory_equal(f->sent[0].authorization, "ACS3-HMAC-SHA256 Credential=AKID,", 33);
    assert_string_equal(sent_header(&f->sent[0], "x-acs-version"), "2020-06-16");
    alb_free(alb);
}

static void test_parameters_are_copied(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    char value[] = "lsn-1";
    struct alb_param items[] = { { "ListenerIds.1", value } };
    assert_true(alb_begin(alb, "ListRules", &(alb_params){ items, 1 }, ALB_NORMAL, &err));
    memset(value, 'x', 5);
    struct alb_result r;
    assert_int_equal(fake_drain(f, alb, &r, 1), 1);
    alb_result_done(&r);
    assert_non_null(strstr(f->sent[0].url, "?ListenerIds.1=lsn-1"));
    alb_free(alb);
}

static void test_neighbours_get_the_region_unless_it_is_given(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    struct alb_param items[] = { { "RegionId", "cn-beijing" } };
    (void)one(f, alb, "DescribeVSwitches");
    assert_true(
        alb_begin(alb, "DescribeNetworkInterfaces", &(alb_params){ items, 1 }, ALB_NORMAL, &err));
    struct alb_result r;
    assert_int_equal(fake_drain(f, alb, &r, 1), 1);
    alb_result_done(&r);
    assert_string_equal(f->sent[0].url,
                        "https://vpc.cn-hangzhou.aliyuncs.com/?RegionId=cn-hangzhou");
    assert_string_equal(f->sent[1].url,
                        "https://ecs.cn-hangzhou.aliyuncs.com/?RegionId=cn-beijing");
    alb_free(alb);
}

static void test_one_endpoint_serves_all_products(void **state)
{
    struct fake *f = *state;
    struct alb *alb =
        fake_client_with(f, &(struct alb_config){ .endpoint = "http://127.0.0.1:1/" });
    (void)one(f, alb, "ListRules");
    (void)one(f, alb, "DescribeVSwitches");
    /* A host that does not say the region: all are told. */
    assert_string_equal(f->sent[0].url, "http://127.0.0.1:1/?RegionId=cn-hangzhou");
    assert_string_equal(f->sent[1].url, "http://127.0.0.1:1/?RegionId=cn-hangzhou");
    assert_string_equal(sent_header(&f->sent[1], "host"), "127.0.0.1:1");
    alb_free(alb);
}

static void test_unknown_action_is_refused_at_once(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct error err;
    assert_int_equal(alb_begin(alb, "DropEverything", NULL, ALB_NORMAL, &err), 0);
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_non_null(strstr(err.msg, "DropEverything"));
    assert_int_equal(alb_pending(alb), 0);
    alb_free(alb);
}

static void test_bad_configuration_is_refused(void **state)
{
    struct fake *f = *state;
    struct alb *alb = NULL;
    struct error err;
    struct secret key = { 0 };
    struct alb_config c = { .region = "cn-hangzhou",
                            .access_key_id = "AKID",
                            .access_key_secret = &key,
                            .clock = &f->clock,
                            .transport = &f->base };
    assert_false(alb_new(&alb, &c, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    secret_set(&key, "planted-secret");
    c.region = NULL;
    assert_false(alb_new(&alb, &c, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    c.region = "x.y/";
    assert_false(alb_new(&alb, &c, &err));
    c.region = "cn-hangzhou";
    c.endpoint = "nowhere";
    assert_false(alb_new(&alb, &c, &err));
    assert_null(alb);
    c.endpoint = NULL;
    assert_true(alb_new(&alb, &c, &err));
    alb_free(alb);
    alb_free(NULL);
    secret_done(&key);
}

static void test_read_is_repeated_while_the_failure_passes(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    f->script[0] = (struct answer){ .status = -1 };
    f->script[1] = (struct answer){ .status = 503, .body = "{\"Code\":\"ServiceUnavailable\"}" };
    f->script[2] = (struct answer){ .status = 400, .body = "{\"Code\":\"IncorrectStatus.Acl\"}" };
    f->script[3] = (struct answer){ .status = 502, .body = "<html>", .type = "text/html" };
    struct alb_result r = one(f, alb, "ListRules");
    assert_true(r.ok);
    assert_int_equal(r.attempts, 5);
    assert_int_equal(f->n, 5);
    assert_int_equal(alb_stats(alb).reads, 5);
    assert_int_equal(alb_stats(alb).retries, 4);
    alb_free(alb);
}

static void test_read_gives_up_after_five_tries(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    for (int i = 0; i < 10; i++)
        f->script[i] = (struct answer){ .status = 500, .body = "{\"Code\":\"InternalError\"}" };
    struct alb_result r = one(f, alb, "ListRules");
    assert_false(r.ok);
    assert_int_equal(r.attempts, 5);
    assert_int_equal(f->n, 5);
    assert_int_equal(r.err.kind, ERROR_TRANSIENT);
    assert_non_null(strstr(r.err.msg, "after 5 attempts: ListRules: InternalError"));
    alb_free(alb);
}

/* Refused twice with 'refusal', thirty times over: each wait is anything up to a ceiling that
 * doubles, so that in thirty some are in its lowest quarter and some in its highest. */
static void check_jitter(struct fake *f, struct alb *alb, struct answer refusal, int64_t ceiling_ms)
{
    enum { CALLS = 30 };
    int low[2] = { 0 }, high[2] = { 0 };
    for (int i = 0; i < CALLS; i++) {
        size_t first = f->n;
        f->script[first] = f->script[first + 1] = refusal;
        assert_true(one(f, alb, "ListRules").ok);
        for (size_t j = 0; j < 2; j++) {
            int64_t wait_ms = f->sent[first + j + 1].at_ms - f->sent[first + j].at_ms;
            assert_in_range(wait_ms, 1, ceiling_ms << j);
            low[j] += wait_ms <= (ceiling_ms << j) / 4;
            high[j] += wait_ms > (ceiling_ms << j) / 4 * 3;
        }
    }
    for (size_t j = 0; j < 2; j++)
        assert_true(low[j] && high[j]);
}

static void test_waits_have_full_jitter_by_kind(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client_with(f, &(struct alb_config){ .reads = { .limit = -1 } });
    check_jitter(
        f, alb, (struct answer){ .status = 503, .body = "{\"Code\":\"ServiceUnavailable\"}" }, 200);
    check_jitter(f, alb,
                 (struct answer){ .status = 400, .body = "{\"Code\":\"IncorrectStatus.X\"}" }, 500);
    check_jitter(f, alb, (struct answer){ .status = 400, .body = "{\"Code\":\"Throttling.User\"}" },
                 1000);
    alb_free(alb);
}

static void test_each_attempt_has_its_own_nonce_and_date(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    f->script[0] =
        (struct answer){ .status = 500, .body = "{\"Code\":\"InternalError\"}", .after_ms = 2000 };
    assert_true(one(f, alb, "ListRules").ok);
    assert_string_not_equal(f->sent[0].nonce, f->sent[1].nonce);
    assert_string_not_equal(f->sent[0].date, f->sent[1].date);
    assert_string_not_equal(f->sent[0].authorization, f->sent[1].authorization);
    alb_free(alb);
}

static void test_read_is_not_repeated_when_that_cannot_help(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    f->script[0] = (struct answer){ .status = 403, .body = "{\"Code\":\"Forbidden.RAM\"}" };
    struct alb_result r = one(f, alb, "ListRules");
    assert_false(r.ok);
    assert_int_equal(f->n, 1);
    assert_int_equal(r.err.kind, ERROR_DENIED);
    alb_free(alb);
}

static void test_write_is_sent_once_whatever_happens(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    f->script[0] = (struct answer){ .status = -1 };
    f->script[1] = (struct answer){ .status = 500, .body = "{\"Code\":\"InternalError\"}" };
    f->script[2] = (struct answer){ .status = 400, .body = "{\"Code\":\"Throttling.User\"}" };
    f->script[3] = (struct answer){ .status = -1, .unsent = true };
    assert_true(one(f, alb, "CreateRules").unknown);
    assert_true(one(f, alb, "CreateRules").unknown);
    struct alb_result r = one(f, alb, "CreateRules");
    assert_false(r.unknown);
    assert_int_equal(r.err.kind, ERROR_THROTTLED);
    assert_false(one(f, alb, "CreateRules").unknown);
    assert_int_equal(f->n, 4);
    assert_int_equal(alb_stats(alb).writes, 4);
    assert_int_equal(alb_stats(alb).retries, 0);
    assert_int_equal(alb_stats(alb).throttled, 1);
    alb_free(alb);
}

static void test_wait_asked_for_is_kept(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    f->script[0] = (struct answer){ .status = 400,
                                    .body = "{\"Code\":\"Throttling.User\"}",
                                    .retry_after_ms = 7000 };
    struct alb_result r = one(f, alb, "ListRules");
    assert_true(r.ok);
    assert_int_equal(f->sent[1].at_ms, FAKE_START_MS + 7000);
    alb_free(alb);
}

/* "At once" from each of many clients would be a stampede. */
static void test_wait_asked_for_is_no_shorter_than_our_own(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    int64_t waited_ms = 0;
    for (size_t i = 0; i < 4; i++)
        f->script[i] = (struct answer){ .status = 503,
                                        .body = "{\"Code\":\"ServiceUnavailable\"}",
                                        .retry_after_ms = 1 };
    struct alb_result r = one(f, alb, "ListRules");
    assert_true(r.ok);
    for (size_t i = 1; i < 5; i++)
        waited_ms += f->sent[i].at_ms - f->sent[i - 1].at_ms;
    assert_true(waited_ms > 4);
    alb_free(alb);
}

static void test_throttled_action_slows_down_and_others_do_not(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct alb_result r[40];
    f->script[0] = (struct answer){ .status = 400, .body = "{\"Code\":\"Throttling.User\"}" };
    (void)one(f, alb, "ListRules");
    int64_t start = f->now_ms;
    for (int i = 0; i < 10; i++)
        (void)begin(alb, "ListRules", ALB_NORMAL);
    (void)begin(alb, "ListListeners", ALB_NORMAL);
    assert_int_equal(fake_drain(f, alb, r, 11), 11);
    /* Half the rate of 20 a second, and nothing saved up: 100 ms each, a little less as the
     * rate recovers and for what came in while the first one waited; 0 unthrottled. */
    assert_in_range(f->now_ms - start, 700, 1000);
    for (size_t i = 0; i < f->n; i++)
        if (!strcmp(f->sent[i].action, "ListListeners"))
            assert_int_equal(f->sent[i].at_ms, start);
    for (int i = 0; i < 11; i++)
        alb_result_done(&r[i]);
    alb_free(alb);
}

static void test_reads_beyond_the_budget_wait_for_their_tokens(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct alb_result r[50];
    for (int i = 0; i < 50; i++)
        (void)begin(alb, "ListRules", ALB_NORMAL);
    assert_int_equal(alb_run(alb, f->now_ms), 50); /* until the next token, in ms */
    assert_int_equal(f->n, 20);
    assert_int_equal(fake_drain(f, alb, r, 50), 50);
    assert_int_equal(f->waited_ms, 30 * 50);
    for (int i = 0; i < 50; i++)
        alb_result_done(&r[i]);
    alb_free(alb);
}

static void test_writes_have_a_budget_of_200_a_minute_each(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    for (int i = 0; i < 201; i++)
        (void)begin(alb, "CreateRules", ALB_NORMAL);
    (void)begin(alb, "CreateRule", ALB_NORMAL);
    assert_int_equal(alb_run(alb, f->now_ms), 300);
    assert_int_equal(f->n, 201);
    assert_string_equal(f->sent[200].action, "CreateRule");
    alb_free(alb);
}

static void test_budget_can_be_set(void **state)
{
    struct fake *f = *state;
    struct alb *alb =
        fake_client_with(f, &(struct alb_config){ .reads = { .limit = 2, .period_ms = 10000 },
                                                  .writes = { .limit = -1 } });
    for (int i = 0; i < 5; i++)
        (void)begin(alb, "ListRules", ALB_NORMAL);
    for (int i = 0; i < 300; i++)
        (void)begin(alb, "CreateRules", ALB_NORMAL);
    assert_int_equal(alb_run(alb, f->now_ms), 5000);
    assert_int_equal(f->n, 302);
    alb_free(alb);
}

static void test_urgent_calls_leave_first(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client_with(f, &(struct alb_config){ .reads = { .limit = 1 } });
    struct alb_result r[4];
    uint64_t slow = begin(alb, "ListRules", ALB_NORMAL);
    uint64_t also_slow = begin(alb, "ListRules", ALB_NORMAL);
    uint64_t fast = begin(alb, "ListRules", ALB_URGENT);
    uint64_t also_fast = begin(alb, "ListRules", ALB_URGENT);
    assert_int_equal(fake_drain(f, alb, r, 4), 4);
    assert_int_equal(r[0].id, fast);
    assert_int_equal(r[1].id, also_fast);
    assert_int_equal(r[2].id, slow);
    assert_int_equal(r[3].id, also_slow);
    for (int i = 0; i < 4; i++)
        alb_result_done(&r[i]);
    alb_free(alb);
}

static void test_results_of_one_turn_come_in_the_order_begun(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct alb_result r[4];
    uint64_t a = begin(alb, "ListRules", ALB_NORMAL), b = begin(alb, "CreateRules", ALB_URGENT);
    uint64_t c = begin(alb, "ListRules", ALB_URGENT), d = begin(alb, "ListRules", ALB_NORMAL);
    assert_int_equal(alb_pending(alb), 4);
    (void)alb_run(alb, f->now_ms);
    for (int i = 0; i < 4; i++)
        assert_true(alb_next(alb, &r[i]));
    assert_int_equal(r[0].id, a);
    assert_int_equal(r[1].id, b);
    assert_int_equal(r[2].id, c);
    assert_int_equal(r[3].id, d);
    assert_int_equal(alb_pending(alb), 0);
    for (int i = 0; i < 4; i++)
        alb_result_done(&r[i]);
    assert_false(alb_next(alb, &r[0]));
    alb_free(alb);
}

static void test_earlier_turns_come_first(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct alb_result r[2];
    f->script[0] = (struct answer){ .after_ms = 100 };
    uint64_t late = begin(alb, "ListRules", ALB_NORMAL), soon = begin(alb, "ListRules", ALB_NORMAL);
    (void)alb_run(alb, f->now_ms);
    f->now_ms += 100;
    (void)alb_run(alb, f->now_ms);
    assert_true(alb_next(alb, &r[0]));
    assert_true(alb_next(alb, &r[1]));
    assert_int_equal(r[0].id, soon);
    assert_int_equal(r[1].id, late);
    assert_int_equal(r[1].sent_ms, FAKE_START_MS);
    assert_int_equal(r[1].done_ms, FAKE_START_MS + 100);
    alb_result_done(&r[0]);
    alb_result_done(&r[1]);
    alb_free(alb);
}

static void test_taking_results_out_of_order_keeps_the_queue_whole(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client(f);
    struct alb_result r;
    f->script[0] = (struct answer){ .after_ms = 50 };
    (void)begin(alb, "ListRules", ALB_NORMAL);
    (void)begin(alb, "ListRules", ALB_NORMAL);
    (void)alb_run(alb, f->now_ms);
    assert_true(alb_next(alb, &r)); /* the last in the queue */
    alb_result_done(&r);
    uint64_t third = begin(alb, "ListAcls", ALB_NORMAL);
    (void)alb_run(alb, f->now_ms);
    assert_true(alb_next(alb, &r));
    assert_int_equal(r.id, third);
    alb_result_done(&r);
    assert_int_equal(alb_pending(alb), 1);
    alb_free(alb);
}

static void test_same_seed_gives_the_same_requests(void **state)
{
    struct fake *f = *state;
    struct fake *g = NULL;
    assert_int_equal(fake_setup((void **)&g), 0);
    struct fake *both[] = { f, g };
    for (int i = 0; i < 2; i++) {
        struct alb *alb = fake_client(both[i]);
        both[i]->script[0] =
            (struct answer){ .status = 500, .body = "{\"Code\":\"InternalError\"}" };
        (void)one(both[i], alb, "ListRules");
        (void)one(both[i], alb, "CreateRules");
        alb_free(alb);
    }
    assert_int_equal(f->n, g->n);
    for (size_t i = 0; i < f->n; i++) {
        assert_string_equal(f->sent[i].authorization, g->sent[i].authorization);
        assert_int_equal(f->sent[i].at_ms, g->sent[i].at_ms);
    }
    (void)fake_teardown((void **)&g);
}

static void test_free_with_calls_in_every_state_leaks_nothing(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client_with(f, &(struct alb_config){ .reads = { .limit = 2 } });
    f->script[1] = (struct answer){ .after_ms = 1000 };
    for (int i = 0; i < 3; i++)
        (void)begin(alb, "ListRules", ALB_NORMAL);
    (void)alb_run(alb, f->now_ms);
    assert_int_equal(alb_pending(alb), 3);
    alb_free(alb);
}

/* Whatever a server sends back, the client does not repeat its keys. */
static void test_no_secret_in_any_error(void **state)
{
    struct fake *f = *state;
    struct alb *alb =
        fake_client_with(f, &(struct alb_config){ .security_token = "planted-token" });
    static const struct answer hostile[] = {
        { .status = 400,
          .body = "{\"Code\":\"SignatureDoesNotMatch\",\"Message\":"
                  "\"server string to sign is:planted-secret planted-token\"}" },
        { .status = 400, .body = "{\"Code\":\"planted-token\",\"Message\":\"planted-token\"}" },
        { .status = 502, .body = "<html>planted-secret</html>", .type = "text/planted-secret" },
        { .status = 200, .body = "{\"planted-secret\":" },
        { .status = -1 },
    };
    for (size_t i = 0; i < COUNT(hostile); i++) {
        f->script[f->n] = hostile[i];
        struct alb_result r;
        (void)begin(alb, "CreateRules", ALB_NORMAL);
        assert_int_equal(fake_drain(f, alb, &r, 1), 1);
        assert_false(r.ok);
        assert_null(strstr(r.err.msg, "planted"));
        assert_null(strstr(r.err.code, "planted"));
        struct arena a CLEANUP(arena_done) = { 0 };
        if (r.reply)
            assert_null(strstr(json_canonical(&a, r.reply), "planted"));
        alb_result_done(&r);
    }
    for (size_t i = 0; i < f->n; i++) {
        assert_null(strstr(f->sent[i].url, "planted"));
        for (size_t j = 0; j < f->sent[i].n_headers; j++)
            assert_null(strstr(f->sent[i].headers[j].value, "planted-secret"));
    }
    alb_free(alb);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_request_is_signed_dated_and_addressed),
        TEST(test_parameters_are_copied),
        TEST(test_neighbours_get_the_region_unless_it_is_given),
        TEST(test_one_endpoint_serves_all_products),
        TEST(test_unknown_action_is_refused_at_once),
        TEST(test_bad_configuration_is_refused),
        TEST(test_read_is_repeated_while_the_failure_passes),
        TEST(test_read_gives_up_after_five_tries),
        TEST(test_waits_have_full_jitter_by_kind),
        TEST(test_each_attempt_has_its_own_nonce_and_date),
        TEST(test_read_is_not_repeated_when_that_cannot_help),
        TEST(test_write_is_sent_once_whatever_happens),
        TEST(test_wait_asked_for_is_kept),
        TEST(test_wait_asked_for_is_no_shorter_than_our_own),
        TEST(test_throttled_action_slows_down_and_others_do_not),
        TEST(test_reads_beyond_the_budget_wait_for_their_tokens),
        TEST(test_writes_have_a_budget_of_200_a_minute_each),
        TEST(test_budget_can_be_set),
        TEST(test_urgent_calls_leave_first),
        TEST(test_results_of_one_turn_come_in_the_order_begun),
        TEST(test_earlier_turns_come_first),
        TEST(test_taking_results_out_of_order_keeps_the_queue_whole),
        TEST(test_same_seed_gives_the_same_requests),
        TEST(test_free_with_calls_in_every_state_leaks_nothing),
        TEST(test_no_secret_in_any_error),
    };
    return cmocka_run_group_tests_name("alb/client", tests, NULL, NULL);
}
