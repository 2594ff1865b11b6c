/* test_provider.c - keys that are fetched and kept fresh, against a scripted network: the
 * whole client runs, so that what signs is seen on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "alb-agent/json.h"
#include "fake.h"

enum { HOUR_MS = 3600 * 1000, MINUTE_MS = 60 * 1000 };

#define FLAT(id, until)                                                               \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"" id                                     \
    "\",\"AccessKeySecret\":\"planted-secret\",\"SecurityToken\":\"planted-token-" id \
    "\",\"Expiration\":\"" until "\"}"
#define STS(id, until) "{\"RequestId\":\"r\",\"Credentials\":" FLAT(id, until) "}"
/* The fake's clock starts at 00:16:40. */
#define IN_1_HOUR  "1970-01-01T01:16:40Z"
#define IN_2_HOURS "1970-01-01T02:16:40Z"

static struct alb *chain_client(struct fake *f)
{
    return fake_client_with(f, &(struct alb_config){ .env = fake_env });
}

static void set_oidc(struct fake *f)
{
    fake_setenv("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/r");
    fake_setenv("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/p");
    fake_setenv("ALIBABA_CLOUD_OIDC_TOKEN_FILE", fake_file(f, "token", "planted-oidc-1"));
}

/* One call to its end. */
static bool call(struct alb *alb, struct error *err)
{
    cJSON *reply CLEANUP(json_done) = NULL;
    return alb_call(alb, "ListRules", NULL, &reply, err);
}

static void must_call(struct alb *alb)
{
    struct error err;
    if (!call(alb, &err))
        fail_msg("%s", err.msg);
}

/* Was request 'i' signed with key 'id'? */
static void expect_signed_by(const struct fake *f, size_t i, const char *id)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_true(i < f->n && f->sent[i].authorization);
    assert_non_null(strstr(f->sent[i].authorization, arena_fmt(&a, "Credential=%s,", id)));
}

/* Lets time pass as a loop would, running the client whenever it asks for it. */
static void pass(struct fake *f, struct alb *alb, int64_t ms)
{
    int64_t until_ms = f->now_ms + ms;
    for (;;) {
        int64_t wait_ms = alb_run(alb, f->now_ms);
        if (wait_ms < 0 || f->now_ms + wait_ms > until_ms)
            break;
        f->now_ms += wait_ms > 0 ? wait_ms : 1;
    }
    f->now_ms = until_ms;
    (void)alb_run(alb, f->now_ms);
}

static void test_keys_of_the_environment_need_no_request(void **state)
{
    struct fake *f = *state;
    fake_setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "ENVID");
    fake_setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "planted-secret");
    struct alb *alb = chain_client(f);
    must_call(alb);
    assert_int_equal(f->n, 1);
    expect_signed_by(f, 0, "ENVID");
    assert_int_equal(alb_run(alb, f->now_ms), -1);
    alb_free(alb);
}

static void test_call_waits_for_the_first_keys(void **state)
{
    struct fake *f = *state;
    set_oidc(f);
    f->script[0] = (struct answer){ .body = STS("STS.1", IN_1_HOUR), .after_ms = 70 };
    struct alb *alb = chain_client(f);
    must_call(alb);
    assert_int_equal(f->n, 2);
    assert_non_null(strstr(f->sent[0].url, "https://sts.aliyuncs.com/?Action=AssumeRoleWithOIDC"));
    assert_non_null(strstr(f->sent[0].body, "OIDCToken=planted-oidc-1"));
    assert_null(f->sent[0].authorization);
    assert_int_equal(f->sent[1].at_ms, FAKE_START_MS + 70);
    expect_signed_by(f, 1, "STS.1");
    assert_string_equal(sent_header(&f->sent[1], "x-acs-security-token"), "planted-token-STS.1");
    alb_free(alb);
}

static void test_keys_are_renewed_before_their_end_without_delaying_calls(void **state)
{
    struct fake *f = *state;
    set_oidc(f);
    f->script[0].body = STS("STS.1", IN_1_HOUR);
    f->script[2] = (struct answer){ .body = STS("STS.2", IN_2_HOURS), .after_ms = 9000 };
    struct alb *alb = chain_client(f);
    must_call(alb);
    pass(f, alb, 45 * MINUTE_MS - 1);
    assert_int_equal(f->n, 2);
    pass(f, alb, 1); /* 15 minutes before the end the renewal leaves ... */
    assert_int_equal(f->n, 3);
    must_call(alb); /* ... and until it is answered the old keys sign */
    expect_signed_by(f, 3, "STS.1");
    assert_int_equal(f->sent[3].at_ms, f->now_ms);
    pass(f, alb, 9000);
    must_call(alb);
    expect_signed_by(f, 4, "STS.2");
    alb_free(alb);
}

static void test_rotated_token_file_is_noticed(void **state)
{
    struct fake *f = *state;
    set_oidc(f);
    f->script[0].body = STS("STS.1", IN_1_HOUR);
    f->script[2].body = STS("STS.2", IN_2_HOURS);
    struct alb *alb = chain_client(f);
    must_call(alb);
    (void)fake_file(f, "token", "planted-oidc-22");
    pass(f, alb, 6000);
    assert_int_equal(f->n, 3);
    assert_non_null(strstr(f->sent[2].body, "OIDCToken=planted-oidc-22"));
    must_call(alb);
    expect_signed_by(f, 3, "STS.2");
    pass(f, alb, 10 * MINUTE_MS);
    assert_int_equal(f->n, 4); /* and once is enough */
    alb_free(alb);
}

static void test_changed_profile_counts(void **state)
{
    struct fake *f = *state;
    static const char INI[] = "[default]\ntype=access_key\naccess_key_id=%s\naccess_key_secret=s\n";
    char text[200];
    (void)snprintf(text, sizeof text, INI, "OLD");
    fake_setenv("ALIBABA_CLOUD_CREDENTIALS_FILE", fake_file(f, "keys.ini", text));
    struct alb *alb = chain_client(f);
    must_call(alb);
    expect_signed_by(f, 0, "OLD");
    (void)snprintf(text, sizeof text, INI, "NEWER");
    (void)fake_file(f, "keys.ini", text);
    pass(f, alb, 6000);
    must_call(alb);
    expect_signed_by(f, 1, "NEWER");
    alb_free(alb);
}

static void test_failed_renewal_keeps_the_old_keys_while_they_hold(void **state)
{
    struct fake *f = *state;
    struct error err;
    set_oidc(f);
    f->script[0].body = STS("STS.1", IN_1_HOUR);
    for (size_t i = 2; i < FAKE_MAX; i++)
        f->script[i] = (struct answer){ .status = 503, .body = "down" };
    struct alb *alb = chain_client(f);
    must_call(alb);
    pass(f, alb, 50 * MINUTE_MS);
    assert_true(f->n > 4); /* it is tried again and again, ... */
    assert_true(f->n < 60);
    f->script[f->n] = (struct answer){ 0 };
    must_call(alb);
    expect_signed_by(f, f->n - 1, "STS.1");
    pass(f, alb, 11 * MINUTE_MS);
    size_t before = f->n;
    assert_false(call(alb, &err)); /* ... and told once the old ones are over */
    assert_int_equal(err.kind, ERROR_TRANSIENT);
    assert_non_null(strstr(err.msg, "ListRules: credentials: OIDC token: HTTP 503"));
    for (size_t i = before; i < f->n; i++)
        assert_null(f->sent[i].authorization);
    alb_free(alb);
}

static void test_refused_token_fails_calls_and_asks_nobody_else(void **state)
{
    struct fake *f = *state;
    struct error err;
    set_oidc(f);
    fake_setenv("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1/k");
    f->script[0] = (struct answer){ .status = 400,
                                    .body = "{\"Code\":\"AuthenticationFail.OIDCToken.Expired\","
                                            "\"Message\":\"planted-oidc-1 is\\nover\"}" };
    struct alb *alb = chain_client(f);
    assert_false(call(alb, &err));
    assert_int_equal(f->n, 1);
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_non_null(strstr(err.msg, "AuthenticationFail.OIDCToken.Expired"));
    assert_null(strstr(err.msg, "planted"));
    assert_null(strchr(err.msg, '\n'));
    f->script[1].body = STS("STS.2", IN_1_HOUR);
    (void)fake_file(f, "token", "planted-oidc-22");
    pass(f, alb, 6000); /* a new token is tried at once */
    must_call(alb);
    expect_signed_by(f, 2, "STS.2");
    alb_free(alb);
}

static void test_missing_token_file_is_told(void **state)
{
    struct fake *f = *state;
    struct error err;
    set_oidc(f);
    fake_setenv("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/nonexistent/token");
    struct alb *alb = chain_client(f);
    assert_false(call(alb, &err));
    assert_int_equal(err.kind, ERROR_DENIED); /* never NOT_FOUND, which says a resource is gone */
    assert_non_null(strstr(err.msg, "/nonexistent/token"));
    assert_int_equal(f->n, 0);
    alb_free(alb);
}

static void test_metadata_is_asked_with_a_token(void **state)
{
    struct fake *f = *state;
    f->script[0].body = "AEC-token";
    f->script[1].body = "Worker\n";
    f->script[2].body = FLAT("STS.M", IN_1_HOUR);
    struct alb *alb = chain_client(f);
    must_call(alb);
    assert_int_equal(f->n, 4);
    assert_string_equal(f->sent[0].method, "PUT");
    assert_string_equal(f->sent[0].url, "http://100.100.100.200/latest/api/token");
    assert_string_equal(sent_header(&f->sent[2], "x-aliyun-ecs-metadata-token"), "AEC-token");
    assert_non_null(strstr(f->sent[2].url, "/security-credentials/Worker"));
    assert_true(f->sent[0].direct && f->sent[1].direct && f->sent[2].direct);
    expect_signed_by(f, 3, "STS.M");
    alb_free(alb);
}

static void test_old_metadata_server_is_asked_without_a_token_if_allowed(void **state)
{
    struct fake *f = *state;
    struct error err;
    fake_setenv("ALIBABA_CLOUD_ECS_METADATA", "Worker");
    f->script[0] = (struct answer){ .status = 404, .body = "" };
    f->script[1].body = FLAT("STS.M", IN_1_HOUR);
    struct alb *alb = chain_client(f);
    must_call(alb);
    assert_int_equal(f->n, 3); /* the role is known: its list is not asked for */
    assert_int_equal(f->sent[1].n_headers, 0);
    alb_free(alb);

    fake_setenv("ALIBABA_CLOUD_IMDSV1_DISABLED", "true");
    f->script[3] = (struct answer){ .status = 404, .body = "" };
    alb = chain_client(f);
    assert_false(call(alb, &err));
    assert_int_equal(f->n, 4);
    assert_non_null(strstr(err.msg, "metadata server: HTTP 404"));
    alb_free(alb);
}

static void test_uri_follows_a_metadata_server_that_is_not_there(void **state)
{
    struct fake *f = *state;
    fake_setenv("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1:7/keys?x");
    f->script[0] = (struct answer){ .status = -1, .unsent = true };
    f->script[1].body = FLAT("STS.U", IN_1_HOUR);
    struct alb *alb = chain_client(f);
    must_call(alb);
    assert_string_equal(f->sent[1].url, "http://127.0.0.1:7/keys?x");
    assert_int_equal(f->sent[1].at_ms, FAKE_START_MS);
    expect_signed_by(f, 2, "STS.U");
    alb_free(alb);
}

static void test_roles_are_assumed_one_over_the_other(void **state)
{
    struct fake *f = *state;
    fake_setenv("ALIBABA_CLOUD_ECS_METADATA", "Worker");
    f->script[0].body = "AEC-token";
    f->script[1].body = FLAT("STS.M", IN_1_HOUR);
    f->script[2] = (struct answer){ .status = 500, .body = "{\"Code\":\"InternalError\"}" };
    f->script[3].body = STS("STS.R", IN_2_HOURS);
    struct alb *alb = fake_client_with(
        f, &(struct alb_config){ .env = fake_env, .role = { .arn = "acs:ram::2:role/x" } });
    must_call(alb);
    assert_int_equal(f->n, 5);
    assert_non_null(strstr(f->sent[2].url, "Action=AssumeRole&"));
    assert_non_null(strstr(f->sent[3].url, "AccessKeyId=STS.M"));
    assert_non_null(strstr(f->sent[3].url, "SecurityToken=planted-token-STS.M"));
    assert_non_null(strstr(f->sent[3].body, "RoleArn=acs%3Aram%3A%3A2%3Arole%2Fx"));
    assert_string_not_equal(f->sent[2].url, f->sent[3].url); /* a nonce of its own */
    expect_signed_by(f, 4, "STS.R");
    for (size_t i = 0; i < f->n; i++)
        assert_null(strstr(f->sent[i].url, "planted-secret"));
    alb_free(alb);
}

static void test_keys_refused_as_expired_are_fetched_anew(void **state)
{
    struct fake *f = *state;
    struct error err;
    set_oidc(f);
    f->script[0].body = STS("STS.1", IN_1_HOUR);
    f->script[1] =
        (struct answer){ .status = 400, .body = "{\"Code\":\"InvalidSecurityToken.Expired\"}" };
    f->script[2].body = STS("STS.2", IN_1_HOUR);
    struct alb *alb = chain_client(f);
    assert_false(call(alb, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    pass(f, alb, 10);
    must_call(alb);
    expect_signed_by(f, 3, "STS.2");
    alb_free(alb);
}

static void test_given_endpoint_serves_the_exchange_too(void **state)
{
    struct fake *f = *state;
    set_oidc(f);
    f->script[0].body = STS("STS.1", IN_1_HOUR);
    struct alb *alb = fake_client_with(
        f, &(struct alb_config){ .env = fake_env, .endpoint = "http://127.0.0.1:1" });
    must_call(alb);
    assert_non_null(strstr(f->sent[0].url, "http://127.0.0.1:1/?Action=AssumeRoleWithOIDC"));
    alb_free(alb);
}

static void test_ready_waits_for_keys_or_for_the_reason(void **state)
{
    struct fake *f = *state;
    struct error err;
    f->script[0] = (struct answer){ .status = -1, .unsent = true, .after_ms = 30 };
    struct alb *alb = chain_client(f);
    assert_false(alb_ready(alb, &err));
    assert_int_equal(f->now_ms, FAKE_START_MS + 30);
    assert_non_null(strstr(err.msg, "ALIBABA_CLOUD_ACCESS_KEY_ID"));
    alb_free(alb);
    set_oidc(f);
    f->script[1] = (struct answer){ .body = STS("STS.1", IN_1_HOUR), .after_ms = 30 };
    alb = chain_client(f);
    assert_true(alb_ready(alb, &err));
    assert_int_equal(f->n, 2);
    alb_free(alb);
}

static void test_empty_chain_fails_at_the_start(void **state)
{
    struct fake *f = *state;
    struct error err;
    struct alb *alb = NULL;
    fake_setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true");
    const struct alb_config config = {
        .region = "cn-hangzhou", .env = fake_env, .clock = &f->clock, .transport = &f->base
    };
    assert_false(alb_new(&alb, &config, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_non_null(strstr(err.msg, "ALIBABA_CLOUD_ACCESS_KEY_ID"));
    assert_null(alb);
}

static void test_free_in_the_middle_of_a_fetch_leaks_nothing(void **state)
{
    struct fake *f = *state;
    f->script[0] = (struct answer){ .body = "AEC-token", .after_ms = 5 };
    f->script[1] = (struct answer){ .body = "Worker", .after_ms = 5 };
    for (int64_t ms = 0; ms < 15; ms += 5) {
        struct alb *alb = chain_client(f);
        pass(f, alb, ms);
        alb_free(alb);
    }
}

static int64_t half_an_hour_later(void *self)
{
    return ((const struct fake *)self)->now_ms + 30 * MINUTE_MS;
}

/* The clock that it waits by does not tell the time of day. */
static void test_dates_of_keys_are_of_the_clock_on_the_wall(void **state)
{
    struct fake *f = *state;
    set_oidc(f);
    f->script[0].body = STS("STS.1", IN_1_HOUR); /* in half an hour, that is */
    f->script[2].body = STS("STS.2", IN_2_HOURS);
    const struct clock wall = { .now_ms = half_an_hour_later, .self = f };
    struct alb *alb = fake_client_with(f, &(struct alb_config){ .env = fake_env, .wall = &wall });
    must_call(alb);
    assert_string_equal(f->sent[1].date, "1970-01-01T00:46:40Z");
    pass(f, alb, 20 * MINUTE_MS - 1);
    assert_int_equal(f->n, 2);
    pass(f, alb, 1); /* a third of their time before the end */
    assert_int_equal(f->n, 3);
    alb_free(alb);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_keys_of_the_environment_need_no_request),
        TEST(test_call_waits_for_the_first_keys),
        TEST(test_keys_are_renewed_before_their_end_without_delaying_calls),
        TEST(test_rotated_token_file_is_noticed),
        TEST(test_changed_profile_counts),
        TEST(test_failed_renewal_keeps_the_old_keys_while_they_hold),
        TEST(test_refused_token_fails_calls_and_asks_nobody_else),
        TEST(test_missing_token_file_is_told),
        TEST(test_metadata_is_asked_with_a_token),
        TEST(test_old_metadata_server_is_asked_without_a_token_if_allowed),
        TEST(test_uri_follows_a_metadata_server_that_is_not_there),
        TEST(test_roles_are_assumed_one_over_the_other),
        TEST(test_keys_refused_as_expired_are_fetched_anew),
        TEST(test_given_endpoint_serves_the_exchange_too),
        TEST(test_ready_waits_for_keys_or_for_the_reason),
        TEST(test_empty_chain_fails_at_the_start),
        TEST(test_free_in_the_middle_of_a_fetch_leaks_nothing),
        TEST(test_dates_of_keys_are_of_the_clock_on_the_wall),
    };
    return cmocka_run_group_tests_name("alb/provider", tests, NULL, NULL);
}
