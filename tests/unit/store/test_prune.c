/* test_prune.c - the limits of what only grows, given and by default. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/store/fixture.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static void fill(struct fixture *f, int n)
{
    for (int i = 0; i < n; i++) {
        struct store_event e = { .at = NOW + i, .kind = "MODIFIED", .key = "k", .body = "{}" };
        struct store_call call = { .action = "CreateRules", .sent_at = NOW };
        const struct store_outcome done = { .state = "done", .done_at = NOW };
        assert_true(store_event_add(f->st, &e, &f->err));
        assert_true(store_revision_put(f->st, "a/x", arena_fmt(&f->a, "{\"v\":%d}", i), NULL, NOW,
                                       &f->err));
        assert_true(store_call_intent(f->st, &call, &f->err));
        assert_true(store_call_done(f->st, call.id, &done, &f->err));
    }
}

static int64_t count(struct fixture *f, const char *table)
{
    return fixture_int(f->st, arena_fmt(&f->a, "SELECT count(*) FROM %s", table));
}

static void test_limits_hold_for_each_table(void **state)
{
    struct fixture *f = *state;
    const struct store_limits limits = { .calls = 2, .revisions = 3, .event_age_ms = 1000 };
    fill(f, 6);
    assert_true(store_prune(f->st, &limits, NOW + 1005, &f->err));
    assert_int_equal(count(f, "call"), 2);
    assert_int_equal(count(f, "revision"), 3);
    assert_int_equal(count(f, "event"), 1);
    assert_int_equal(count(f, "event_base"), 1);
}

static void test_default_limits_are_a_week_and_many(void **state)
{
    struct fixture *f = *state;
    const struct store_limits limits = { 0 };
    fill(f, 2);
    assert_true(store_prune(f->st, &limits, NOW + INT64_C(7) * DAY_MS, &f->err));
    assert_int_equal(count(f, "event"), 2);
    assert_true(store_prune(f->st, &limits, NOW + INT64_C(7) * DAY_MS + 1, &f->err));
    assert_int_equal(count(f, "event"), 1);
    assert_int_equal(count(f, "call"), 2);
    assert_int_equal(count(f, "revision"), 2);
}

/* A turn of the loop is not to take long: the rest goes in the next ones. */
static void test_events_go_some_thousands_at_a_time(void **state)
{
    struct fixture *f = *state;
    const struct store_limits limits = { .event_age_ms = 1 };
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    assert_true(store_begin(&txn, f->st, &f->err));
    fill(f, 5003);
    assert_true(store_commit(&txn, &f->err));
    assert_true(store_prune(f->st, &limits, NOW + DAY_MS, &f->err));
    assert_int_equal(count(f, "event"), 3);
    assert_true(store_prune(f->st, &limits, NOW + DAY_MS, &f->err));
    assert_int_equal(count(f, "event"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_limits_hold_for_each_table),
        TEST(test_default_limits_are_a_week_and_many),
        TEST(test_events_go_some_thousands_at_a_time),
    };
    return cmocka_run_group_tests_name("store/prune", tests, NULL, NULL);
}
