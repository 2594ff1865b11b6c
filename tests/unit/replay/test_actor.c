/* test_actor.c - alb-mock in this process; what calls come to is in test_stage.c, too. */
#include "alb-agent/json.h"
#include "tests/unit/replay/tapes.h"

static int64_t noon(void *self)
{
    (void)self;
    return 1735732800000;
}

static const struct clock clock = { .now_ms = noon };

static struct actor *begin(struct arena *a)
{
    static const struct access_key key = { .id = "testak", .secret = "testsecret" };
    struct actor *actor;
    struct error err;
    if (!actor_open(a, &(struct mock_config){ .keys = &key, .n_keys = 1, .clock = &clock }, &actor,
                    &err))
        fail_msg("%s", err.msg);
    return actor;
}

/* Not signed; '*text' is the body, in 'a'. */
static int call(struct actor *actor, struct arena *a, const struct actor_turn *turn,
                const char **text)
{
    static const struct http_header headers[] = { { "host", "alb.cn-hangzhou.aliyuncs.com" },
                                                  { "x-acs-action", "DeleteAcl" },
                                                  { "x-acs-version", "2020-06-16" } };
    const struct http_request request = {
        .method = "POST", .url = "http://mock.test/?AclId=acl-1", .headers = headers, .n_headers = 3
    };
    struct http_reply reply = { .id = 7 };
    struct error err;
    if (!actor->call(actor, noon(NULL), &request, turn, &reply, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(reply.id, 7);
    *text = arena_strdup(a, reply.body ? reply.body : "");
    const int status = reply.status;
    http_reply_done(&reply);
    return status;
}

static void test_a_call_is_answered_by_the_mock(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct actor *actor = begin(&a);
    const char *text;
    assert_int_equal(call(actor, &a, NULL, &text), 400);
    assert_non_null(strstr(text, "alb.cn-hangzhou.aliyuncs.com"));
    actor->close(actor);
}

static void test_a_refusal_is_a_fault_that_strikes_once(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct actor_turn turn = { .code = "Some\"Code", .http_status = 409 };
    assert_string_equal(actor_refusal(&a, &turn),
                        "{\"times\":1,\"effect\":\"error\",\"code\":\"Some\\\"Code\","
                        "\"status\":409,\"message\":\"as it was recorded\"}");
}

static void test_its_state_is_taken_and_given(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct actor *actor = begin(&a);
    struct error err;
    cJSON *was CLEANUP(json_done) = NULL, *is CLEANUP(json_done) = NULL;
    assert_true(actor->get_state(actor, &was, &err));
    cJSON *bad CLEANUP(json_done) = cJSON_CreateObject();
    assert_false(actor->set_state(actor, bad, &err));
    assert_true(actor->set_state(actor, was, &err));
    actor->pass(actor);
    assert_true(actor->get_state(actor, &is, &err));
    assert_true(cJSON_Compare(was, is, true));
    actor->close(actor);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_a_call_is_answered_by_the_mock),
                                        cmocka_unit_test(
                                            test_a_refusal_is_a_fault_that_strikes_once),
                                        cmocka_unit_test(test_its_state_is_taken_and_given) };
    return cmocka_run_group_tests_name("replay/actor", tests, NULL, NULL);
}
