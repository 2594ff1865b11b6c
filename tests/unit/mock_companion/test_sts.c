/* test_sts.c - sessions: who gets one, what it says, how long it lasts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

#define ROLE "\"RoleArn\":\"acs:ram::123:role/r\",\"RoleSessionName\":\"sess-1\""

static void test_a_role_is_assumed_with_keys_that_are_known_afterwards(void **state)
{
    struct world *w = *state;
    struct access_key key = { 0 };
    assert_string_equal(ask(w, "sts", "AssumeRole", "{" ROLE ",\"DurationSeconds\":900}"), "ok");
    const cJSON *user = json_get(w->reply.body, "AssumedRoleUser");
    const cJSON *got = json_get(w->reply.body, "Credentials");
    assert_string_equal(json_str(user, "Arn"), "acs:ram::123:role/r/sess-1");
    assert_string_equal(json_str(got, "Expiration"), "2025-01-01T12:15:00Z");
    const struct front_side *side = companion_side(w->companion);
    assert_true(side->key(side->self, json_str(got, "AccessKeyId"), &key));
    assert_string_equal(key.secret, json_str(got, "AccessKeySecret"));
    assert_string_equal(key.token, json_str(got, "SecurityToken"));
    assert_int_equal(key.expires_ms, NOON + 900000);
    assert_int_equal(strncmp(key.id, "STS.", 4), 0);
    assert_false(side->key(side->self, "STS.other", &key));
}

static void test_who_calls_is_told(void **state)
{
    struct world *w = *state;
    struct access_key key = { .id = "testak" };
    w->key = &key;
    assert_string_equal(ask(w, "sts", "GetCallerIdentity", "{}"), "ok");
    assert_string_equal(json_str(w->reply.body, "IdentityType"), "Account");
    assert_string_equal(ask(w, "sts", "AssumeRole", "{" ROLE "}"), "ok");
    key.id =
        arena_strdup(&w->arena, json_str(json_get(w->reply.body, "Credentials"), "AccessKeyId"));
    assert_string_equal(ask(w, "sts", "GetCallerIdentity", "{}"), "ok");
    assert_string_equal(json_str(w->reply.body, "IdentityType"), "AssumedRoleUser");
    assert_non_null(strstr(json_str(w->reply.body, "Arn"), ":assumed-role/r/sess-1"));
}

static void test_what_is_wrongly_formed_is_refused_by_name(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *params, *code;
    } cases[] = {
        { "{\"RoleArn\":\"r\",\"RoleSessionName\":\"ab\"}", "400 InvalidParameter.RoleArn" },
        { "{\"RoleArn\":\"acs:ram::1:role/\",\"RoleSessionName\":\"ab\"}",
          "400 InvalidParameter.RoleArn" },
        { "{\"RoleArn\":\"acs:ram::1:role/r\",\"RoleSessionName\":\"a\"}",
          "400 InvalidParameter.RoleSessionName" },
        { "{\"RoleArn\":\"acs:ram::1:role/r\",\"RoleSessionName\":\"a b\"}",
          "400 InvalidParameter.RoleSessionName" },
        { "{" ROLE ",\"DurationSeconds\":899}", "400 InvalidParameter.DurationSeconds" },
        { "{" ROLE ",\"DurationSeconds\":43201}", "400 InvalidParameter.DurationSeconds" },
        { "{" ROLE ",\"Policy\":\"{\"}", "400 InvalidParameter.PolicyGrammar" },
        { "{" ROLE ",\"ExternalId\":\"x\"}", "400 InvalidParameter.ExternalId" },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(ask(w, "sts", "AssumeRole", cases[i].params), cases[i].code);
}

#define OIDC(token) \
    "{" ROLE ",\"OIDCProviderArn\":\"acs:ram::1:oidc-provider/p\",\"OIDCToken\":\"" token "\"}"

/* The claims are {"sub":"s","iss":"i","aud":["a"],"exp":...}, 1735732800 being noon. */
static void test_a_web_token_is_exchanged_until_it_ends(void **state)
{
    struct world *w = *state;
    static const char valid[] =
        OIDC("e30.eyJzdWIiOiJzIiwiaXNzIjoiaSIsImF1ZCI6WyJhIl0sImV4cCI6MTczNTczMjgwMX0.x");
    static const char over[] =
        OIDC("e30.eyJzdWIiOiJzIiwiaXNzIjoiaSIsImF1ZCI6WyJhIl0sImV4cCI6MTczNTczMjgwMH0.x");
    assert_string_equal(ask(w, "sts", "AssumeRoleWithOIDC", valid), "ok");
    const cJSON *info = json_get(w->reply.body, "OIDCTokenInfo");
    assert_string_equal(json_str(info, "Subject"), "s");
    assert_string_equal(json_str(info, "Issuer"), "i");
    assert_string_equal(json_str(info, "ClientIds"), "a");
    assert_non_null(json_get(w->reply.body, "Credentials"));
    assert_string_equal(ask(w, "sts", "AssumeRoleWithOIDC", over),
                        "400 AuthenticationFail.OIDCToken.Expired");
    assert_string_equal(ask(w, "sts", "AssumeRoleWithOIDC", OIDC("nodots")),
                        "400 AuthenticationFail.OIDCToken.Invalid");
    assert_string_equal(ask(w, "sts", "AssumeRoleWithOIDC", OIDC("not.json.\\n")), "ok");
    assert_string_equal(ask(w, "sts", "AssumeRoleWithOIDC", "{" ROLE "}"),
                        "400 InvalidParameter.OIDCProviderArn");
}

static void test_ended_sessions_are_forgotten_after_a_day(void **state)
{
    struct world *w = *state;
    struct access_key key;
    const struct front_side *side = companion_side(w->companion);
    assert_string_equal(ask(w, "sts", "AssumeRole", "{" ROLE ",\"DurationSeconds\":900}"), "ok");
    const char *id =
        arena_strdup(&w->arena, json_str(json_get(w->reply.body, "Credentials"), "AccessKeyId"));
    w->now_ms += 24LL * 3600 * 1000;
    assert_string_equal(ask(w, "sts", "AssumeRole", "{" ROLE "}"), "ok");
    assert_true(side->key(side->self, id, &key));
    w->now_ms += 900001;
    assert_string_equal(ask(w, "sts", "AssumeRole", "{" ROLE "}"), "ok");
    assert_false(side->key(side->self, id, &key));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_role_is_assumed_with_keys_that_are_known_afterwards),
        TEST(test_who_calls_is_told),
        TEST(test_what_is_wrongly_formed_is_refused_by_name),
        TEST(test_a_web_token_is_exchanged_until_it_ends),
        TEST(test_ended_sessions_are_forgotten_after_a_day),
    };
    return cmocka_run_group_tests_name("mock_companion/sts", tests, NULL, NULL);
}
