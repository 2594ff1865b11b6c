/* test_score.c - calls are compared lane by lane, and the first difference stays. */
#include "tests/unit/replay/tapes.h"

struct fixture {
    struct arena a;
    struct tape t;
    struct score s;
};

static void begin(struct fixture *f, int64_t until)
{
    *f = (struct fixture){ 0 };
    f->t = tape_of(&f->a, TAPE_HEAD TAPE_CALL(1, 1010, "x", "CreateRules", "\"P\":\"1\"")
                              TAPE_CALL(2, 1020, "y", "DeleteRules", "\"P\":\"2\"")
                                  TAPE_CALL(3, 1030, "x", "CreateRules", "\"P\":\"3\""));
    score_init(&f->s, &f->a, &f->t, until);
}

static void end(struct fixture *f)
{
    score_done(&f->s);
    arena_done(&f->a);
}

static const struct tape_item *make(struct fixture *f, const char *lane, const char *action,
                                    const char *params)
{
    const struct store_journaled made = {
        .call = { .lane = lane, .action = action, .params = params, .sent_at = 1015 }
    };
    return score_take(&f->s, &made);
}

static void test_lanes_may_come_in_another_order(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 0);
    assert_int_equal(make(&f, "y", "DeleteRules", "{\"P\":\"2\"}")->call.call.id, 2);
    assert_false(score_reached(&f.s, 1011));
    assert_int_equal(make(&f, "x", "CreateRules", "{\"P\":\"1\"}")->call.call.id, 1);
    assert_true(score_reached(&f.s, 1030));
    assert_false(score_reached(&f.s, 1031));
    assert_int_equal(make(&f, "x", "CreateRules", "{\"P\":\"3\"}")->call.call.id, 3);
    score_end(&f.s);
    assert_null(f.s.difference);
    assert_int_equal(f.s.n_made, 3);
    end(&f);
}

/* A replay may be late: its clock is past the end while the agent is still to be told things. */
static void test_one_too_many_is_a_difference_until_the_agent_was_told_all(void **state)
{
    (void)state;
    struct fixture f;
    const struct store_journaled made = {
        .call = { .lane = "z", .action = "CreateRules", .params = "{}", .sent_at = 5000 }
    };
    begin(&f, 0);
    f.s.more = true;
    assert_null(score_take(&f.s, &made));
    assert_non_null(f.s.difference);
    assert_null(f.s.difference->recorded);
    end(&f);
    begin(&f, 0);
    assert_null(score_take(&f.s, &made));
    assert_null(f.s.difference);
    end(&f);
}

static void test_another_value_is_named(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 0);
    assert_null(make(&f, "x", "CreateRules", "{\"P\":\"9\"}"));
    assert_string_equal(f.s.difference->what, "P: 1, and now 9");
    assert_int_equal(f.s.difference->recorded->call.call.id, 1);
    assert_null(make(&f, "y", "CreateRules", "{}")); /* the first one stays */
    assert_string_equal(f.s.difference->what, "P: 1, and now 9");
    end(&f);
}

static void check_says(const char *action, const char *params, const char *says)
{
    struct fixture f;
    begin(&f, 0);
    assert_null(make(&f, "x", action, params));
    assert_string_equal(f.s.difference->what, says);
    end(&f);
}

static void test_what_differs_is_said_in_words(void **state)
{
    (void)state;
    check_says("DeleteRules", "{\"P\":\"1\"}", "CreateRules, and now DeleteRules");
    check_says("CreateRules", "{}", "P: 1, and now not set");
    check_says("CreateRules", "{\"P\":\"1\",\"Q\":\"2\"}", "Q: not set, and now 2");
}

static void test_a_call_too_many_and_one_too_few(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 0);
    assert_null(make(&f, "z", "CreateRules", "{}"));
    assert_null(f.s.difference->recorded);
    assert_string_equal(f.s.difference->made->call.lane, "z");
    end(&f);
    begin(&f, 0);
    assert_non_null(make(&f, "x", "CreateRules", "{\"P\":\"1\"}"));
    score_end(&f.s);
    assert_int_equal(f.s.difference->recorded->call.call.id, 2);
    assert_null(f.s.difference->made);
    end(&f);
}

static void test_what_comes_after_the_last_call_does_not_count(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 2);
    assert_non_null(make(&f, "x", "CreateRules", "{\"P\":\"1\"}"));
    assert_false(score_is_over(&f.s));
    assert_non_null(make(&f, "y", "DeleteRules", "{\"P\":\"2\"}"));
    assert_true(score_is_over(&f.s));
    score_end(&f.s);
    assert_null(f.s.difference);
    end(&f);
}

static void test_what_was_so_before_a_call_that_was_made_is_past(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct tape t = tape_of(
        &a, TAPE_HEAD "{\"event\":\"SEEN\",\"at\":1001,\"key\":\"cloud w Rule a\"}\n"
                      "{\"call\":7,\"sent\":1002,\"lane\":\"l\",\"action\":\"A\",\"params\":{},"
                      "\"resource\":\"Rule a, Rule bc\",\"state\":\"done\"}\n"
                      "{\"event\":\"SEEN\",\"at\":1003,\"key\":\"cloud w Rule a\"}\n");
    struct score s;
    score_init(&s, &a, &t, 0);
    assert_false(score_is_past(&s, 2, "Rule a"));
    assert_non_null(score_take(&s, &t.items.items[1].call));
    assert_true(score_is_past(&s, 2, "Rule a"));
    assert_true(score_is_past(&s, 2, "Rule bc"));
    assert_false(score_is_past(&s, 2, "Rule b"));
    assert_false(score_is_past(&s, 4, "Rule a"));
    score_done(&s);
}

/* A reading says what it found when it ends: what it asked for before a call may stand behind it.
 */
static void test_what_a_reading_saw_before_a_call_is_past(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
#define CALL(id, sent, resource)                                                          \
    "{\"call\":" #id ",\"sent\":" #sent ",\"lane\":\"l\",\"action\":\"A\",\"params\":{}," \
    "\"resource\":\"" resource "\",\"state\":\"done\"}\n"
#define SEEN(at, key) "{\"event\":\"SEEN\",\"at\":" #at ",\"key\":\"cloud w " key "\"}\n"
    struct tape t =
        tape_of(&a, TAPE_HEAD CALL(1, 1002, "Rule a") CALL(2, 1005, "Rule b") SEEN(1007, "Rule a")
                        SEEN(1007, "Rule b") "{\"event\":\"READ\",\"at\":1007,\"key\":\"reading\","
                                             "\"body\":{\"began\":1003}}\n" SEEN(1009, "Rule b"));
    struct score s;
    score_init(&s, &a, &t, 0);
    assert_false(score_is_past(&s, 5, "Rule b"));
    assert_non_null(score_take(&s, &t.items.items[0].call));
    assert_non_null(score_take(&s, &t.items.items[1].call));
    assert_false(score_is_past(&s, 4, "Rule a")); /* it was sent before the reading began */
    assert_true(score_is_past(&s, 5, "Rule b"));
    assert_false(score_is_past(&s, 7, "Rule b")); /* nothing says when that was read */
    score_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_so_before_a_call_that_was_made_is_past),
        cmocka_unit_test(test_what_a_reading_saw_before_a_call_is_past),
        cmocka_unit_test(test_lanes_may_come_in_another_order),
        cmocka_unit_test(test_one_too_many_is_a_difference_until_the_agent_was_told_all),
        cmocka_unit_test(test_another_value_is_named),
        cmocka_unit_test(test_what_differs_is_said_in_words),
        cmocka_unit_test(test_a_call_too_many_and_one_too_few),
        cmocka_unit_test(test_what_comes_after_the_last_call_does_not_count),
    };
    return cmocka_run_group_tests_name("replay/score", tests, NULL, NULL);
}
