/* test_fault.c - which calls a rule strikes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "mock-server/fault/fault.h"

static void fault_done(struct fault_set *set)
{
    fault_clear(set);
}

/* Of twenty calls of CreateRule for lsn-1, one a second from 1000, those that are struck. */
static const char *struck(struct arena *a, const char *scenario)
{
    struct fault_set set CLEANUP(fault_done) = { .rng = { 1 } };
    struct error err = { 0 };
    static const char *const values[] = { "x", "lsn-1", NULL };
    struct buf b CLEANUP(buf_done) = { 0 };
    if (!fault_read(&set, scenario, strlen(scenario), 1000, &err))
        fail_msg("%s", err.msg);
    for (int i = 1; i <= 20; i++) {
        const struct fault_call call = { i, 1000 * i, "CreateRule", "cn-hangzhou", values };
        if (fault_pick(&set, &call))
            buf_addf(&b, "%s%d", b.len ? " " : "", i);
    }
    return buf_keep(&b, a);
}

static void test_conditions_choose_calls(void **state)
{
    (void)state;
    static const struct {
        const char *scenario, *calls;
    } cases[] = {
        { "{effect: reset, call: 7}", "7" },
        { "{effect: reset, nth: 3}", "3" },
        { "{effect: reset, every: 8}", "1 9 17" },
        { "{effect: reset, nth: 4, every: 8}", "4 12 20" },
        { "{effect: reset, times: 2}", "1 2" },
        { "{effect: reset, nth: 4, every: 2, times: 3}", "4 6 8" },
        { "{effect: reset, after_ms: 4000, until_ms: 7000}", "5 6 7" },
        { "{effect: reset, times: 1, action: CreateRule}", "1" },
        { "{effect: reset, times: 1, action: 'Create*'}", "1" },
        { "{effect: reset, times: 1, action: '*Rule'}", "1" },
        { "{effect: reset, times: 1, action: 'C*R*e'}", "1" },
        { "{effect: reset, action: CreateRules}", "" },
        { "{effect: reset, action: 'Delete*'}", "" },
        { "{effect: reset, times: 1, resource: 'lsn-*', region: 'cn-*'}", "1" },
        { "{effect: reset, resource: 'sgp-*'}", "" },
        { "{effect: reset, region: eu-west-1}", "" },
        { "[{effect: reset, nth: 2}, {effect: delay, nth: 2}]", "2 3" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        assert_string_equal(struck(&a, cases[i].scenario), cases[i].calls);
    }
}

static void test_chance_follows_the_seed_and_the_probability(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const char some[] = "{seed: 7, faults: [{effect: reset, probability: 0.5}]}";
    static const char other[] = "{seed: 8, faults: [{effect: reset, probability: 0.5}]}";
    const char *first = struck(&a, some);
    assert_string_equal(struck(&a, some), first);
    assert_string_not_equal(struck(&a, other), first);
    assert_true(strlen(first) > 5 && strlen(first) < 45); /* of 20 some, not all */
    assert_int_equal(strlen(struck(&a, "{effect: reset, probability: 1}")), 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions_choose_calls),
        cmocka_unit_test(test_chance_follows_the_seed_and_the_probability),
    };
    return cmocka_run_group_tests_name("mock_fault/fault", tests, NULL, NULL);
}
