/* test_bucket.c - rates by a clock that the test moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/alb/alb_priv.h"

static const struct alb_budget READS = { .limit = 20, .burst = 20, .period_ms = 1000 };
static const struct alb_budget WRITES = { .limit = 200, .burst = 200, .period_ms = 60000 };

/* Takes as many as there are at 'now_ms'. */
static int take_all(struct bucket *b, int64_t now_ms)
{
    int n = 0;
    while (n < 100000 && bucket_take(b, now_ms))
        n++;
    return n;
}

static void test_full_bucket_gives_its_burst_at_once(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &WRITES, 5000);
    assert_int_equal(take_all(&b, 5000), 200);
    assert_int_equal(bucket_wait_ms(&b, 5000), 300);
}

static void test_what_is_spent_comes_back(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &READS, 0);
    assert_int_equal(bucket_used(&b, 0), 0);
    assert_true(bucket_take(&b, 0) && bucket_take(&b, 0) && bucket_take(&b, 0));
    assert_int_equal(bucket_used(&b, 0), 3);
    assert_int_equal(bucket_used(&b, 50), 2);
    assert_int_equal(bucket_used(&b, 1000), 0);
}

/* Of twenty a second five are spent; of four at once there are none left then. */
static void test_another_budget_keeps_what_was_spent(void **state)
{
    (void)state;
    struct bucket b;
    const struct alb_budget small = { .limit = 4, .burst = 4, .period_ms = 1000 };
    const struct alb_budget none = { .limit = -1, .burst = 1, .period_ms = 1 };
    bucket_init(&b, &READS, 0);
    for (int i = 0; i < 5; i++)
        assert_true(bucket_take(&b, 0));
    bucket_change(&b, &small, 0);
    assert_int_equal(bucket_wait_ms(&b, 0), 250);
    bucket_change(&b, &none, 0);
    assert_int_equal(bucket_used(&b, 0), 0);
    assert_int_equal(take_all(&b, 0), 100000);
    bucket_change(&b, &READS, 0);
    assert_int_equal(take_all(&b, 0), 20);
}

static void test_another_budget_is_no_pardon(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &READS, 0);
    bucket_throttled(&b, 0, 10, 400);
    bucket_change(&b, &WRITES, 10);
    assert_int_equal(b.throttled, 1);
    assert_int_equal(bucket_rate(&b, 10), 100); /* half of 200 */
    assert_false(bucket_take(&b, 409));
}

static void test_tokens_come_back_evenly(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &READS, 0);
    assert_int_equal(take_all(&b, 0), 20);
    assert_int_equal(bucket_wait_ms(&b, 0), 50);
    assert_false(bucket_take(&b, 49));
    assert_true(bucket_take(&b, 50));
    assert_int_equal(take_all(&b, 550), 10);
    assert_int_equal(take_all(&b, 100000), 20);
}

/* However often it is asked, a period never gives more than the limit. */
static void test_asking_often_brings_nothing(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &WRITES, 0);
    int n = 0;
    (void)take_all(&b, 0);
    for (int64_t now = 1; now <= 60000; now++)
        n += take_all(&b, now);
    assert_int_equal(n, 200);
}

static void test_waiting_as_told_is_enough(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &(struct alb_budget){ .limit = 7, .burst = 3, .period_ms = 1000 }, 0);
    int64_t now = 0;
    (void)take_all(&b, now);
    for (int i = 0; i < 50; i++) {
        int64_t wait = bucket_wait_ms(&b, now);
        assert_true(wait > 0);
        assert_false(bucket_take(&b, now + wait - 1));
        now += wait;
        assert_true(bucket_take(&b, now));
    }
    /* 50 tokens at 7 a second, each rounded up to a millisecond at most. */
    assert_in_range(now, 50 * 1000 / 7 - 450, 50 * 1000 / 7 + 50);
}

static void test_throttling_halves_the_rate_and_drops_the_savings(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &READS, 0);
    assert_true(bucket_take(&b, 0));
    bucket_throttled(&b, 0, 10, -1);
    assert_int_equal(bucket_share(&b, 10), BUCKET_FULL / 2);
    assert_int_equal(bucket_wait_ms(&b, 10), 100); /* at 10 a second */
}

static void test_calls_of_one_burst_halve_once(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &READS, 0);
    for (int i = 0; i < 5; i++)
        bucket_throttled(&b, 0, 10 + i, -1);
    assert_int_equal(bucket_share(&b, 10), BUCKET_FULL / 2);
    bucket_throttled(&b, 11, 12, -1); /* sent after the cut: news */
    assert_in_range(bucket_share(&b, 12), BUCKET_FULL / 4, BUCKET_FULL / 4 + 2);
}

static void test_rate_recovers_by_equal_steps(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &WRITES, 0);
    bucket_throttled(&b, 0, 0, -1);
    assert_int_equal(bucket_share(&b, 0), BUCKET_FULL / 2);
    assert_int_equal(bucket_share(&b, 60000), BUCKET_FULL / 2 + BUCKET_FULL / 8);
    assert_int_equal(bucket_share(&b, 120000), BUCKET_FULL / 2 + BUCKET_FULL / 4);
    assert_int_equal(bucket_share(&b, 4 * 60000), BUCKET_FULL);
    assert_int_equal(bucket_share(&b, 1000000000), BUCKET_FULL);
}

static void test_rate_never_falls_to_nothing(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &READS, 0);
    for (int i = 0; i < 100; i++)
        bucket_throttled(&b, i, i, -1);
    assert_true(bucket_share(&b, 100) >= BUCKET_FULL / 64);
    assert_in_range(bucket_wait_ms(&b, 100), 1, 3200);
}

static void test_retry_after_closes_the_bucket(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &READS, 0);
    bucket_throttled(&b, 0, 10, 5000);
    assert_int_equal(bucket_wait_ms(&b, 10), 5000);
    assert_false(bucket_take(&b, 5009));
    assert_true(bucket_take(&b, 5010));
    bucket_throttled(&b, 0, 6000, 100);
    bucket_throttled(&b, 0, 6000, 50); /* a shorter one does not open it earlier */
    assert_false(bucket_take(&b, 6099));
}

static void test_no_limit_means_none(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &(struct alb_budget){ .limit = -1, .burst = -1, .period_ms = 1000 }, 0);
    for (int i = 0; i < 1000; i++)
        assert_true(bucket_take(&b, 0));
    bucket_throttled(&b, 0, 0, 70);
    assert_int_equal(bucket_wait_ms(&b, 0), 70);
    assert_true(bucket_take(&b, 70));
}

static void test_clock_set_back_does_no_harm(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, &READS, 100000);
    assert_int_equal(take_all(&b, 100000), 20);
    assert_int_equal(take_all(&b, 0), 0);
    assert_int_equal(take_all(&b, 1000), 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_bucket_gives_its_burst_at_once),
        cmocka_unit_test(test_tokens_come_back_evenly),
        cmocka_unit_test(test_what_is_spent_comes_back),
        cmocka_unit_test(test_another_budget_keeps_what_was_spent),
        cmocka_unit_test(test_another_budget_is_no_pardon),
        cmocka_unit_test(test_asking_often_brings_nothing),
        cmocka_unit_test(test_waiting_as_told_is_enough),
        cmocka_unit_test(test_throttling_halves_the_rate_and_drops_the_savings),
        cmocka_unit_test(test_calls_of_one_burst_halve_once),
        cmocka_unit_test(test_rate_recovers_by_equal_steps),
        cmocka_unit_test(test_rate_never_falls_to_nothing),
        cmocka_unit_test(test_retry_after_closes_the_bucket),
        cmocka_unit_test(test_no_limit_means_none),
        cmocka_unit_test(test_clock_set_back_does_no_harm),
    };
    return cmocka_run_group_tests_name("alb/bucket", tests, NULL, NULL);
}
