/* test_verb.c - runs of 'apply' come out the same, deeds of others and calls that failed included.
 */
#include "alb-agent/json.h"
#include "tests/unit/replay/tapes.h"

static void test_applies_come_out_the_same(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    w->mock.now_ms += 5000;
    (void)world_apply(w);
    struct replay_result result = tape_play(w, tape_text(w, &(struct tape_since){ 0 }), 0);
    assert_false(result.differs);
    assert_int_equal(result.calls, SHOP_WRITES);
}

static void test_a_deed_between_two_applies_is_done_again(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    cJSON *rules CLEANUP(json_done) = mock_transport_do(&w->mock, "ListRules", NULL);
    const char *id = json_str(json_get(rules, "Rules")->child, "RuleId");
    cJSON_Delete(mock_transport_do(&w->mock, "DeleteRule", "RuleId", id, NULL));
    w->mock.now_ms += 61000; /* what is younger may only be missing from a list */
    struct session_result again = world_apply(w);
    assert_int_equal(again.writes, 1);
    struct replay_result result = tape_play(w, tape_text(w, &(struct tape_since){ 0 }), 0);
    assert_false(result.differs);
    assert_int_equal(result.calls, SHOP_WRITES + 1);
}

static void test_a_call_that_failed_fails_again(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .action = "CreateRules",
                                                       .kind = MOCK_REFUSE,
                                                       .nth = 1,
                                                       .status = 400,
                                                       .code = "Throttling.User" });
    (void)world_apply(w);
    const char *text = tape_text(w, &(struct tape_since){ 0 });
    assert_non_null(strstr(text, "Throttling.User"));
    struct replay_result result = tape_play(w, text, 0);
    assert_false(result.differs);
    assert_true(result.calls >= SHOP_WRITES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_applies_come_out_the_same),
        WORLD_TEST(test_a_deed_between_two_applies_is_done_again),
        WORLD_TEST(test_a_call_that_failed_fails_again),
    };
    return cmocka_run_group_tests_name("replay/verb", tests, NULL, NULL);
}
