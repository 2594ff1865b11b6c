/* test_calls.c - the recorded calls alone: the mock takes them as it took them. */
#include "alb-agent/json.h"
#include "tests/support/pem.h"
#include "tests/unit/replay/tapes.h"

static struct replay_result calls_of(struct world *w, const char *text, int64_t until)
{
    struct tape t = tape_of(&w->arena, text);
    const struct replay_options options = { .until = until };
    struct replay_result result;
    struct error err;
    if (!replay_calls(&w->arena, &t, &options, &result, &err))
        fail_msg("%s", err.msg);
    return result;
}

static void test_all_calls_are_taken_again(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    const char *text = tape_text(w, &(struct tape_since){ 0 });
    struct replay_result result = calls_of(w, text, 0);
    if (result.differs)
        fail_msg("%s", result.first.what);
    assert_int_equal(result.calls, SHOP_WRITES);
    assert_int_equal(calls_of(w, text, 3).calls, 3);
}

/* The rule is of a listener that nobody made. */
static void test_a_call_that_is_refused_now_is_named(void **state)
{
    struct world *w = *state;
    struct replay_result result =
        calls_of(w, TAPE_HEAD TAPE_CALL(7, 1010, "x", "DeleteRule", "\"RuleId\":\"rule-none\""), 0);
    assert_true(result.differs);
    assert_int_equal(result.first.recorded->call.call.id, 7);
    assert_non_null(strstr(result.first.what, "done, and now "));
    assert_int_equal(result.calls, 0);
}

static void test_a_call_that_was_refused_is_refused(void **state)
{
    struct world *w = *state;
    const char *text = TAPE_HEAD "{\"call\":7,\"sent\":1010,\"lane\":\"x\",\"action\":"
                                 "\"CreateAcl\",\"params\":{},\"state\":\"failed\","
                                 "\"done\":1020,\"status\":400,\"code\":\"Throttling.User\"}\n";
    struct replay_result result = calls_of(w, text, 0);
    assert_false(result.differs);
    assert_int_equal(result.calls, 1);
}

/* Another text is sent in its place. */
static void test_a_call_with_a_key_is_made_without_it(void **state)
{
    struct world *w = *state;
    struct pem p = pem_make(&w->arena, "a.com", NULL, 0, 2000000000);
    struct buf crt CLEANUP(buf_done) = { 0 };
    buf_add_json(&crt, p.crt);
    const char *text = arena_fmt(&w->arena,
                                 "%s{\"call\":7,\"sent\":1010,\"lane\":\"x\",\"action\":"
                                 "\"UploadUserCertificate\",\"params\":{\"Name\":\"c\",\"Cert\":%s,"
                                 "\"Key\":\"%sc)\"},\"state\":\"done\",\"done\":1020}\n",
                                 TAPE_HEAD, crt.data, STEP_KEY_PREFIX);
    struct replay_result result = calls_of(w, text, 0);
    assert_false(result.differs);
    assert_int_equal(result.calls, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_all_calls_are_taken_again),
        WORLD_TEST(test_a_call_that_is_refused_now_is_named),
        WORLD_TEST(test_a_call_that_was_refused_is_refused),
        WORLD_TEST(test_a_call_with_a_key_is_made_without_it),
    };
    return cmocka_run_group_tests_name("replay/calls", tests, NULL, NULL);
}
