/* test_turn.c - one turn of the loop: move data, hand out, wait only for something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "src/agent/session_priv.h"
#include "tests/support/world.h"

struct taker {
    size_t n;
    size_t fail_at; /* 0: never */
};

static bool take(void *arg, const struct alb_result *r, struct error *err)
{
    struct taker *t = arg;
    assert_true(r->id != 0);
    return ++t->n != t->fail_at || error_set(err, ERROR_BUG, "enough");
}

static void begin(struct session *s, size_t n)
{
    struct error err;
    for (size_t i = 0; i < n; i++)
        assert_true(alb_begin(s->alb, "ListLoadBalancers", NULL, ALB_NORMAL, &err) != 0);
}

static void test_turn_waits_for_replies_and_hands_them_out(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct taker t = { 0 };
    struct error err;
    world_open(w, &s, STORE_SNAPSHOT);
    begin(&s, 3);
    int64_t start = w->mock.now_ms;
    while (t.n < 3)
        assert_true(session_turn(&s, -1, take, &t, &err));
    assert_int_equal(w->mock.now_ms - start, w->mock.latency_ms);
    assert_int_equal(alb_pending(s.alb), 0);
}

static void test_turn_waits_no_longer_than_it_is_told(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct taker t = { 0 };
    struct error err;
    world_open(w, &s, STORE_SNAPSHOT);
    w->mock.latency_ms = 5000;
    begin(&s, 1);
    int64_t start = w->mock.now_ms;
    assert_true(session_turn(&s, 100, take, &t, &err));
    assert_int_equal(w->mock.now_ms - start, 100);
    assert_true(session_turn(&s, 0, take, &t, &err));
    assert_int_equal(w->mock.now_ms - start, 100);
    assert_int_equal(t.n, 0);
}

static void test_turn_ends_when_a_taker_fails(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct taker t = { .fail_at = 1 };
    struct error err;
    world_open(w, &s, STORE_SNAPSHOT);
    begin(&s, 2);
    bool ok = true;
    for (int i = 0; ok && i < 10; i++)
        ok = session_turn(&s, -1, take, &t, &err);
    assert_false(ok);
    assert_string_equal(err.msg, "enough");
    assert_int_equal(t.n, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_turn_waits_for_replies_and_hands_them_out),
        TEST(test_turn_waits_no_longer_than_it_is_told),
        TEST(test_turn_ends_when_a_taker_fails),
    };
    return cmocka_run_group_tests_name("agent/turn", tests, NULL, NULL);
}
