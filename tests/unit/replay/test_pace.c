/* test_pace.c - how long changes were under way follows from the next call of their lane. */
#include "tests/unit/replay/tapes.h"

#define JOB(id, sent, done, lane)                                                                \
    "{\"call\":" #id ",\"sent\":" #sent ",\"lane\":\"" lane "\",\"action\":\"A\",\"params\":{}," \
    "\"state\":\"done\",\"done\":" #done ",\"reply\":{\"JobId\":\"j\"}}\n"

static void test_the_next_call_of_the_lane_tells(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t = tape_of(&a, TAPE_HEAD JOB(1, 1000, 1020, "x") JOB(2, 1030, 1040, "y")
                                    JOB(3, 1420, 1440, "x") JOB(4, 90000, 90010, "x"));
    struct pace p;
    pace_init(&p, &a, &t);
    assert_int_equal(p.least_ms, 400); /* of call 1; looked at 200, 400 */
    assert_int_equal(pace_pending(&p, &t.items.items[0]), 300);
    /* Nothing came after call 2, and long nothing after call 3. */
    assert_int_equal(pace_pending(&p, &t.items.items[1]), 300);
    assert_int_equal(pace_pending(&p, &t.items.items[2]), 300);
    assert_int_equal(pace_pending(&p, NULL), 300);
}

/* What the next process does says nothing. */
static void test_the_next_call_is_one_of_the_same_process(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t = tape_of(
        &a, TAPE_HEAD JOB(1, 1000, 1020, "x")
                JOB(2, 1320, 1330, "x") "{\"event\":\"START\",\"at\":1400,\"key\":\"agent\"}\n" JOB(
                    3, 1410, 1420, "x"));
    struct pace p;
    pace_init(&p, &a, &t);
    assert_int_equal(p.least_ms, 300); /* it looked at 200 */
    assert_int_equal(pace_pending(&p, &t.items.items[1]), 150);
}

static void test_without_any_it_is_as_usual(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t = tape_of(&a, TAPE_HEAD TAPE_CALL(1, 1010, "x", "CreateRules", ""));
    struct pace p;
    pace_init(&p, &a, &t);
    assert_int_equal(pace_pending(&p, &t.items.items[0]), 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_next_call_of_the_lane_tells),
        cmocka_unit_test(test_the_next_call_is_one_of_the_same_process),
        cmocka_unit_test(test_without_any_it_is_as_usual),
    };
    return cmocka_run_group_tests_name("replay/pace", tests, NULL, NULL);
}
