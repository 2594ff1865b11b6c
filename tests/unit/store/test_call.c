/* test_call.c - the journal keeps intents and what came of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/unit/store/fixture.h"

static int64_t intent(struct fixture *f, const char *action)
{
    struct store_call call = { .lane = "lb-1",
                               .lb = "kube-system/web",
                               .resource = "Rule 80/HTTP#1",
                               .action = action,
                               .client_token = "token-1",
                               .params = "{\"ListenerId\":\"lsn-1\"}",
                               .cause = "Ingress shop/web 12 rules[0]",
                               .sent_at = NOW };
    assert_true(store_call_intent(f->st, &call, &f->err));
    return call.id;
}

static void done(struct fixture *f, int64_t id, const char *state)
{
    const struct store_outcome outcome = { .state = state,
                                           .done_at = NOW + 1,
                                           .http_status = 200,
                                           .request_id = "R-1",
                                           .reply = "{\"JobId\":\"j\"}" };
    assert_true(store_call_done(f->st, id, &outcome, &f->err));
}

static store_calls open_calls(struct fixture *f)
{
    store_calls calls;
    assert_true(store_calls_open(f->st, &f->a, &calls, &f->err));
    return calls;
}

static void test_intent_is_open_until_it_is_done(void **state)
{
    struct fixture *f = *state;
    int64_t id = intent(f, "CreateRules");
    store_calls calls = open_calls(f);
    assert_int_equal(calls.len, 1);
    assert_int_equal(calls.items[0].id, id);
    assert_string_equal(calls.items[0].lane, "lb-1");
    assert_string_equal(calls.items[0].lb, "kube-system/web");
    assert_string_equal(calls.items[0].resource, "Rule 80/HTTP#1");
    assert_string_equal(calls.items[0].action, "CreateRules");
    assert_string_equal(calls.items[0].client_token, "token-1");
    assert_string_equal(calls.items[0].params, "{\"ListenerId\":\"lsn-1\"}");
    assert_string_equal(calls.items[0].cause, "Ingress shop/web 12 rules[0]");
    assert_int_equal(calls.items[0].sent_at, NOW);
    done(f, id, "done");
    assert_int_equal(open_calls(f).len, 0);
    assert_string_equal(fixture_text(f, f->st, "SELECT reply FROM call"), "{\"JobId\":\"j\"}");
    assert_int_equal(fixture_int(f->st, "SELECT done_at FROM call"), NOW + 1);
}

static void test_unknown_outcome_stays_open_oldest_first(void **state)
{
    struct fixture *f = *state;
    int64_t first = intent(f, "CreateRules"), second = intent(f, "DeleteRules"),
            third = intent(f, "UpdateRulesAttribute");
    assert_true(first < second && second < third);
    done(f, first, "unknown");
    done(f, second, "failed");
    store_calls calls = open_calls(f);
    assert_int_equal(calls.len, 2);
    assert_int_equal(calls.items[0].id, first);
    assert_int_equal(calls.items[1].id, third);
}

static void test_outcome_of_no_call_is_a_bug(void **state)
{
    struct fixture *f = *state;
    const struct store_outcome outcome = { .state = "done" };
    assert_false(store_call_done(f->st, 7, &outcome, &f->err));
    assert_int_equal(f->err.kind, ERROR_BUG);
}

static void test_outcome_of_an_unheard_state_is_a_bug(void **state)
{
    struct fixture *f = *state;
    const struct store_outcome outcome = { .state = "perhaps" };
    int64_t id = intent(f, "CreateRules");
    assert_false(store_call_done(f->st, id, &outcome, &f->err));
    assert_int_equal(f->err.kind, ERROR_BUG);
    assert_int_equal(open_calls(f).len, 1);
}

static void refuses(struct fixture *f, const char *params)
{
    struct store_call call = { .action = "X", .params = params };
    assert_false(store_call_intent(f->st, &call, &f->err));
    assert_int_equal(f->err.kind, ERROR_BUG);
    assert_null(strstr(f->err.msg, "topsecret"));
}

static void test_params_with_a_secret_are_refused(void **state)
{
    struct fixture *f = *state;
    refuses(f, "{\"AccessKeySecret\":\"topsecret\"}");
    refuses(f, "{\"Key\":\"-----BEGIN RSA PRIVATE KEY-----topsecret\"}");
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM call"), 0);
}

static void test_reply_with_a_secret_is_not_kept(void **state)
{
    struct fixture *f = *state;
    const struct store_outcome outcome = { .state = "done",
                                           .reply = "{\"AccessKeySecret\":\"topsecret\"}" };
    int64_t id = intent(f, "CreateRules");
    assert_true(store_call_done(f->st, id, &outcome, &f->err));
    assert_string_equal(fixture_text(f, f->st, "SELECT reply FROM call"), "<redacted>");
    assert_int_equal(open_calls(f).len, 0);
}

/* Also beyond the limit nothing open is forgotten. */
static void test_prune_keeps_the_newest_and_the_open(void **state)
{
    struct fixture *f = *state;
    f->st->calls_max = 2;
    int64_t open = intent(f, "A");
    for (int i = 0; i < 4; i++)
        done(f, intent(f, "B"), "done");
    assert_true(store_calls_prune(f->st, &f->err));
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM call"), 3);
    assert_int_equal(fixture_int(f->st, "SELECT min(id) FROM call"), open);
    assert_int_equal(fixture_int(f->st, "SELECT max(id) FROM call"), open + 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_intent_is_open_until_it_is_done),
        TEST(test_unknown_outcome_stays_open_oldest_first),
        TEST(test_outcome_of_no_call_is_a_bug),
        TEST(test_outcome_of_an_unheard_state_is_a_bug),
        TEST(test_params_with_a_secret_are_refused),
        TEST(test_reply_with_a_secret_is_not_kept),
        TEST(test_prune_keeps_the_newest_and_the_open),
    };
    return cmocka_run_group_tests_name("store/call", tests, NULL, NULL);
}
