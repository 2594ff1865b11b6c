/* test_budget.c - what budgets do to calls that wait, and what they tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fake.h"

static uint64_t begin(struct alb *alb, const char *action, enum alb_urgency urgency)
{
    struct error err;
    uint64_t id = alb_begin(alb, action, NULL, urgency, &err);
    assert_true(id != 0);
    return id;
}

static void test_background_calls_leave_last(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client_with(f, &(struct alb_config){ .reads = { .limit = 1 } });
    struct alb_result r[3];
    uint64_t background = begin(alb, "ListRules", ALB_BACKGROUND);
    uint64_t normal = begin(alb, "ListRules", ALB_NORMAL);
    uint64_t also_normal = begin(alb, "ListRules", ALB_NORMAL);
    assert_int_equal(fake_drain(f, alb, r, 3), 3);
    assert_int_equal(r[0].id, normal);
    assert_int_equal(r[1].id, also_normal);
    assert_int_equal(r[2].id, background);
    for (int i = 0; i < 3; i++)
        alb_result_done(&r[i]);
    alb_free(alb);
}

/* Two a second of all actions; what is no background call does not wait for them. */
static void test_background_calls_share_a_budget(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client_with(f, &(struct alb_config){ .background = { .limit = 2 } });
    struct alb_result r[7];
    static const char *const actions[] = { "ListRules", "ListListeners", "ListServerGroups" };
    static const int64_t after_ms[] = { 0, 0, 0, 500, 1000, 1500, 2000 };
    for (size_t i = 0; i < 6; i++)
        (void)begin(alb, actions[i % 3], ALB_BACKGROUND);
    (void)begin(alb, "ListRules", ALB_NORMAL);
    assert_int_equal(fake_drain(f, alb, r, 7), 7);
    for (size_t i = 0; i < 7; i++) {
        alb_result_done(&r[i]);
        assert_int_equal(f->sent[i].at_ms - FAKE_START_MS, after_ms[i]);
    }
    alb_free(alb);
}

static const struct alb_spent *spent(const alb_spending *list, const char *name)
{
    for (size_t i = 0; i < list->len; i++)
        if (!strcmp(list->items[i].name, name))
            return &list->items[i];
    fail_msg("nothing is spent of '%s'", name);
    return NULL;
}

static void test_budgets_tell_what_is_spent(void **state)
{
    struct fake *f = *state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct alb *alb = fake_client_with(
        f, &(struct alb_config){ .reads = { .limit = 10 }, .background = { .limit = 5 } });
    alb_spending list;
    alb_budgets(alb, &a, f->now_ms, &list);
    assert_int_equal(list.len, 0);
    for (int i = 0; i < 3; i++)
        (void)begin(alb, "ListRules", ALB_NORMAL);
    (void)begin(alb, "ListAcls", ALB_BACKGROUND);
    (void)alb_run(alb, f->now_ms);
    alb_budgets(alb, &a, f->now_ms, &list);
    assert_int_equal(list.len, 3);
    assert_int_equal(spent(&list, "ListRules")->used, 3);
    assert_int_equal(spent(&list, "ListRules")->limit, 10);
    assert_int_equal(spent(&list, "ListRules")->period_ms, 1000);
    assert_int_equal(spent(&list, "ListAcls")->used, 1);
    assert_int_equal(spent(&list, "background")->used, 1);
    alb_free(alb);
}

static void test_budgets_tell_what_was_too_much(void **state)
{
    struct fake *f = *state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct alb *alb = fake_client_with(f, &(struct alb_config){ .writes = { .limit = 100 } });
    struct alb_result r;
    alb_spending list;
    f->script[0] = (struct answer){ .status = 429, .body = "{\"Code\":\"Throttling.User\"}" };
    (void)begin(alb, "CreateRules", ALB_NORMAL);
    assert_int_equal(fake_drain(f, alb, &r, 1), 1);
    assert_false(r.ok);
    alb_result_done(&r);
    alb_budgets(alb, &a, f->now_ms, &list);
    assert_int_equal(spent(&list, "CreateRules")->throttled, 1);
    assert_int_equal(spent(&list, "CreateRules")->limit, 50); /* halved (§12) */
    alb_free(alb);
}

static void test_requests_are_counted_by_what_became_of_them(void **state)
{
    struct fake *f = *state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct alb *alb = fake_client_with(f, &(struct alb_config){ .writes = { .limit = 100 } });
    struct alb_result r[3];
    alb_tallies list;
    alb_tally(alb, &a, f->now_ms, &list);
    assert_int_equal(list.len, 0);
    f->script[0] = (struct answer){ .status = 503, .body = "{\"Code\":\"ServiceUnavailable\"}" };
    (void)begin(alb, "ListRules", ALB_NORMAL); /* repeated by the client */
    (void)begin(alb, "CreateRules", ALB_NORMAL);
    (void)begin(alb, "CreateRules", ALB_NORMAL);
    assert_int_equal(fake_drain(f, alb, r, 3), 3);
    for (size_t i = 0; i < COUNT(r); i++)
        alb_result_done(&r[i]);
    alb_tally(alb, &a, f->now_ms, &list);
    assert_int_equal(list.len, 2);
    assert_string_equal(list.items[0].action, "CreateRules");
    assert_int_equal(list.items[0].results[ERROR_NONE], 2);
    assert_int_equal(list.items[0].results[ERROR_TRANSIENT], 0);
    assert_int_equal(list.items[0].budget.used, 2);
    assert_int_equal(list.items[0].budget.limit, 100);
    assert_string_equal(list.items[1].action, "ListRules");
    assert_int_equal(list.items[1].results[ERROR_NONE], 1);
    assert_int_equal(list.items[1].results[ERROR_TRANSIENT], 1);
    alb_free(alb);
}

static void test_new_budgets_hold_for_calls_that_wait(void **state)
{
    struct fake *f = *state;
    struct alb *alb = fake_client_with(f, &(struct alb_config){ .reads = { .limit = 1 } });
    struct alb_result r[3];
    const struct alb_budget fast = { .limit = 10 }, none = { 0 };
    for (int i = 0; i < 3; i++)
        (void)begin(alb, "ListRules", ALB_NORMAL);
    (void)alb_run(alb, f->now_ms);
    assert_int_equal(f->n, 1);
    alb_set_budgets(alb, &none, &fast, &none, f->now_ms);
    assert_int_equal(fake_drain(f, alb, r, 3), 3);
    assert_true(f->sent[2].at_ms - FAKE_START_MS <= 200);
    for (int i = 0; i < 3; i++)
        alb_result_done(&r[i]);
    alb_free(alb);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_background_calls_leave_last),
        TEST(test_background_calls_share_a_budget),
        TEST(test_budgets_tell_what_is_spent),
        TEST(test_budgets_tell_what_was_too_much),
        TEST(test_requests_are_counted_by_what_became_of_them),
        TEST(test_new_budgets_hold_for_calls_that_wait),
    };
    return cmocka_run_group_tests_name("alb/budget", tests, NULL, NULL);
}
