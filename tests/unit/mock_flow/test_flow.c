/* test_flow.c - buckets: when calls pass, and when they could again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "mock-server/flow/flow.h"

static int setup(void **state)
{
    struct error err = { 0 };
    struct flow *f;
    if (!flow_open(&f, &err))
        return -1;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    flow_close(*state);
    return 0;
}

static void set(struct flow *f, const char *text)
{
    struct error err = { 0 };
    if (!flow_set(f, text, &err))
        fail_msg("%s", err.msg);
}

/* How many of 'tries' calls at that time pass. */
static int passes(struct flow *f, const char *region, const char *action, int64_t now_ms, int tries)
{
    int n = 0;
    int64_t retry_ms;
    while (tries--)
        n += flow_take(f, region, action, now_ms, &retry_ms);
    return n;
}

static void test_without_limits_all_pass(void **state)
{
    assert_int_equal(passes(*state, "r", "ListRules", 0, 10000), 10000);
}

static void test_a_full_bucket_gives_its_tokens_and_fills_evenly(void **state)
{
    set(*state, "on");
    assert_int_equal(passes(*state, "r", "ListRules", 1000, 100), 20);
    assert_int_equal(passes(*state, "r", "ListRules", 1049, 100), 0);
    assert_int_equal(passes(*state, "r", "ListRules", 1050, 100), 1); /* 20 a second */
    assert_int_equal(passes(*state, "r", "ListRules", 99000, 100), 20);
    assert_int_equal(passes(*state, "r", "CreateRules", 1000, 1000), 200);
    assert_int_equal(passes(*state, "r", "CreateRules", 1300, 1000), 1); /* 200 a minute */
}

static void test_regions_and_actions_do_not_share(void **state)
{
    set(*state, "reads=1/1000");
    assert_int_equal(passes(*state, "r", "ListRules", 0, 5), 1);
    assert_int_equal(passes(*state, "q", "ListRules", 0, 5), 1);
    assert_int_equal(passes(*state, "r", "GetListenerAttribute", 0, 5), 1);
}

static void test_an_actions_own_limit_counts(void **state)
{
    set(*state, "on");
    set(*state, "CreateRules=3/1000");
    set(*state, "ListRules=off");
    assert_int_equal(passes(*state, "r", "CreateRules", 0, 500), 3);
    assert_int_equal(passes(*state, "r", "ListRules", 0, 500), 500);
}

static void test_a_changed_limit_is_seen_by_the_next_call(void **state)
{
    set(*state, "writes=1/1000");
    assert_int_equal(passes(*state, "r", "CreateRules", 0, 5), 1);
    set(*state, "writes=2/1000");
    assert_int_equal(passes(*state, "r", "CreateRules", 0, 5), 2);
    set(*state, "off");
    assert_int_equal(passes(*state, "r", "CreateRules", 0, 5), 5);
}

static void test_clients_are_told_when_to_come_again_only_if_asked_for(void **state)
{
    int64_t retry_ms = 7;
    set(*state, "writes=2/1000");
    assert_int_equal(passes(*state, "r", "CreateRules", 0, 2), 2);
    assert_false(flow_take(*state, "r", "CreateRules", 100, &retry_ms));
    assert_int_equal(retry_ms, 0);
    set(*state, "retry-after=on");
    assert_false(flow_take(*state, "r", "CreateRules", 100, &retry_ms));
    assert_int_equal(retry_ms, 400);
    assert_true(flow_take(*state, "r", "CreateRules", 500, &retry_ms));
}

static void test_time_that_goes_back_fills_nothing(void **state)
{
    set(*state, "writes=1/1000");
    assert_int_equal(passes(*state, "r", "CreateRules", 5000, 5), 1);
    assert_int_equal(passes(*state, "r", "CreateRules", 1000, 5), 0);
}

static void test_nonsense_is_refused(void **state)
{
    static const char *const bad[] = { "",           "maybe",    "reads",     "reads=",
                                       "reads=1",    "reads=1/", "reads=0/1", "reads=1/0",
                                       "reads=1/2x", "=1/2" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = { 0 };
        assert_false(flow_set(*state, bad[i], &err));
        assert_int_equal(err.kind, ERROR_INVALID);
    }
}

static void test_limits_are_told_as_they_were_set(void **state)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    set(*state, "on");
    set(*state, "CreateRules=off");
    flow_write(*state, &b);
    assert_string_equal(b.data, "{\"retry-after\":\"off\",\"reads\":\"20/1000\","
                                "\"writes\":\"200/60000\",\"CreateRules\":\"off\"}");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_without_limits_all_pass),
        TEST(test_a_full_bucket_gives_its_tokens_and_fills_evenly),
        TEST(test_regions_and_actions_do_not_share),
        TEST(test_an_actions_own_limit_counts),
        TEST(test_a_changed_limit_is_seen_by_the_next_call),
        TEST(test_clients_are_told_when_to_come_again_only_if_asked_for),
        TEST(test_time_that_goes_back_fills_nothing),
        TEST(test_nonsense_is_refused),
        TEST(test_limits_are_told_as_they_were_set),
    };
    return cmocka_run_group_tests_name("mock_flow/flow", tests, NULL, NULL);
}
