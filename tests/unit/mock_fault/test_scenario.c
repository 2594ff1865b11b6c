/* test_scenario.c - scenarios in their three forms, and what is refused. */
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

static bool add(struct fault_set *set, const char *text, struct error *err)
{
    return fault_add(set, text, strlen(text), 5, err);
}

static void test_every_member_is_read_and_told_again(void **state)
{
    (void)state;
    struct fault_set set CLEANUP(fault_done) = { 0 };
    struct error err = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    assert_true(add(&set,
                    "seed: 9\n"
                    "faults:\n"
                    "  - name: busy\n"
                    "    action: Create*\n"
                    "    region: cn-*\n"
                    "    resource: lsn-1\n"
                    "    call: 1\n"
                    "    nth: 2\n"
                    "    every: 3\n"
                    "    times: 4\n"
                    "    probability: 0.25\n"
                    "    after_ms: 5\n"
                    "    until_ms: 6\n"
                    "    effect: error\n"
                    "    code: SystemBusy\n"
                    "    message: later\n"
                    "    status: 400\n"
                    "    ms: 7\n"
                    "    bytes: 8\n",
                    &err));
    assert_int_equal(set.rng.state, 9);
    assert_int_equal(set.began_ms, 5);
    fault_write(&set, &b);
    assert_string_equal(
        b.data, "[{\"name\":\"busy\",\"action\":\"Create*\",\"region\":\"cn-*\","
                "\"resource\":\"lsn-1\",\"call\":1,\"nth\":2,\"every\":3,\"times\":4,"
                "\"probability\":0.25,\"after_ms\":5,\"until_ms\":6,\"effect\":\"error\","
                "\"code\":\"SystemBusy\",\"message\":\"later\",\"status\":400,\"ms\":7,\"bytes\":8,"
                "\"matched\":0,\"fired\":0}]");
}

static void test_rules_are_added_or_take_the_place_of_others(void **state)
{
    (void)state;
    struct fault_set set CLEANUP(fault_done) = { 0 };
    struct error err = { 0 };
    assert_true(add(&set, "{effect: reset}", &err));
    assert_true(add(&set, "[{effect: cut}, {effect: slow}]", &err));
    assert_int_equal(set.rules.len, 3);
    assert_int_equal(set.rules.items[1].effect, FAULT_CUT);
    assert_true(fault_read(&set, "{effect: stale}", 15, 77, &err));
    assert_int_equal(set.rules.len, 1);
    assert_int_equal(set.began_ms, 77);
    fault_clear(&set);
    assert_int_equal(set.rules.len, 0);
}

static void test_mistakes_are_refused_by_name_and_change_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text, *named;
    } cases[] = {
        { "{effect: explode}", "effect" },
        { "{action: ListRules}", "effect" },
        { "{effect: reset, acton: ListRules}", "acton" },
        { "{effect: reset, nth: -1}", "nth" },
        { "{effect: reset, nth: some}", "nth" },
        { "{effect: reset, action: 3}", "action" },
        { "{effect: reset, probability: 2}", "probability" },
        { "{effect: error, status: 99}", "status" },
        { "{seed: 3, faults: {}}", "faults" },
        { "{seed: 3, faults: [{effect: reset}, 3]}", "faults[1]" },
        { "{effect: [", "line" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fault_set set CLEANUP(fault_done) = { .rng = { 1 } };
        struct error err = { 0 };
        assert_true(add(&set, "{effect: delay}", &err));
        assert_false(add(&set, cases[i].text, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_non_null(strstr(err.msg, cases[i].named));
        assert_false(fault_read(&set, cases[i].text, strlen(cases[i].text), 0, &err));
        assert_int_equal(set.rules.len, 1);
        assert_int_equal(set.rng.state, 1);
    }
}

static void test_effects_have_the_names_of_the_scenario(void **state)
{
    (void)state;
    assert_string_equal(fault_effect_name(FAULT_LOSE_REPLY), "lose_reply");
    assert_string_equal(fault_effect_name(FAULT_STALE), "stale");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_member_is_read_and_told_again),
        cmocka_unit_test(test_rules_are_added_or_take_the_place_of_others),
        cmocka_unit_test(test_mistakes_are_refused_by_name_and_change_nothing),
        cmocka_unit_test(test_effects_have_the_names_of_the_scenario),
    };
    return cmocka_run_group_tests_name("mock_fault/scenario", tests, NULL, NULL);
}
