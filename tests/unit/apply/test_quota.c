/* test_quota.c - calls that are refused because of a quota of the account. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "src/apply/apply_priv.h"
#include "tests/support/world.h"

/* A session takes a refusal of this kind and with this message. */
static int64_t refuse(struct world *w, enum error_kind kind, const char *message)
{
    struct session s CLEANUP(session_close) = { 0 };
    struct error err, why;
    world_open(w, &s, STORE_WRITE);
    struct apply ap = { .in = { .store = s.store, .quotas = &s.quotas } };
    const int64_t now_ms = w->mock.now_ms;
    (void)error_set(&why, kind, "%s", message);
    assert_true(note_quota(&ap, &why, now_ms, &err));
    ap.in.quotas = NULL; /* nobody wants to know */
    assert_true(note_quota(&ap, &why, now_ms, &err));
    return now_ms;
}

static void test_what_a_refusal_says_is_kept_for_later_runs(void **state)
{
    struct world *w = *state;
    w->config.quotas[QUOTA_RULES_STANDARD] = 150;
    const int64_t at = refuse(w, ERROR_QUOTA,
                              "CreateRules: The quota of "
                              "alb_quota_loadbalancer_rules_num_standard_edition is exceeded for "
                              "resource alb-1, usage 120/120.");
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    assert_int_equal(s.quotas.told[QUOTA_RULES_STANDARD], 120);
    assert_int_equal(s.quotas.told_at[QUOTA_RULES_STANDARD], at);
    assert_int_equal(s.quotas.set[QUOTA_RULES_STANDARD], 150);
    assert_int_equal(s.quotas.told[QUOTA_RULES_BASIC], 0);
}

static void test_other_refusals_say_nothing_of_quotas(void **state)
{
    struct world *w = *state;
    (void)refuse(w, ERROR_QUOTA, "The quota of alb_quota_acls_num is exceeded, usage 9/9.");
    (void)refuse(w, ERROR_INVALID,
                 "The quota of alb_quota_server_added_num is exceeded, usage 9/9.");
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    for (size_t i = 0; i < QUOTAS; i++)
        assert_int_equal(s.quotas.told[i], 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_a_refusal_says_is_kept_for_later_runs),
        TEST(test_other_refusals_say_nothing_of_quotas),
    };
    return cmocka_run_group_tests_name("apply/quota", tests, NULL, NULL);
}
