/* test_auth.c - keys, times, security tokens and nonces, apart from any signature. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "mock-server/front/auth.h"

static const int64_t NOON = 1735732800000; /* 2025-01-01T12:00:00Z */

static const struct access_key keys[] = {
    { .id = "plain", .secret = "s" },
    { .id = "off", .secret = "s", .disabled = true },
    { .id = "STS.a", .secret = "s", .token = "tok", .expires_ms = 1735732800000 + 1000 },
};

static int setup(void **state)
{
    static struct spec *spec;
    struct error err = { 0 };
    if (!spec_open(&spec, &err))
        return -1;
    *state = spec;
    return 0;
}

static int teardown(void **state)
{
    spec_close(*state);
    return 0;
}

/* What key and token come to at that time. */
static void judge(const struct spec *spec, const char *id, const char *token, int64_t now_ms,
                  const char *code)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct auth auth CLEANUP(auth_done) = { .spec = spec, .keys = keys, .n_keys = COUNT(keys) };
    const struct httpd_request request = { .arena = &a };
    struct auth_call call = { .request = &request, .now_ms = now_ms };
    struct error err = { 0 };
    bool ok = auth_key(&auth, &call, id, &err) && auth_token(&auth, &call, token, &err);
    assert_string_equal(ok ? "ok" : err.code, code);
}

static void test_keys_and_their_tokens(void **state)
{
    judge(*state, "plain", NULL, NOON, "ok");
    judge(*state, "plain", "", NOON, "ok");
    judge(*state, "plain", "tok", NOON, "InvalidSecurityToken.MismatchWithAccessKey");
    judge(*state, "off", NULL, NOON, "InvalidAccessKeyId.Inactive");
    judge(*state, "nobody", NULL, NOON, "InvalidAccessKeyId.NotFound");
    judge(*state, "STS.a", "tok", NOON + 999, "ok");
    judge(*state, "STS.a", "tok", NOON + 1000, "InvalidSecurityToken.Expired");
    judge(*state, "STS.a", "other", NOON, "InvalidSecurityToken.MismatchWithAccessKey");
    judge(*state, "STS.a", "", NOON, "MissingSecurityToken");
}

static void test_a_nonce_is_each_keys_own(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct auth auth CLEANUP(auth_done) = { .spec = *state };
    const struct httpd_request request = { .arena = &a };
    struct auth_call one = { .request = &request, .now_ms = NOON, .key = keys[0] };
    struct auth_call two = { .request = &request, .now_ms = NOON, .key = keys[2] };
    struct error err = { 0 };
    assert_true(auth_nonce(&auth, &one, "n", &err));
    assert_true(auth_nonce(&auth, &two, "n", &err));
    assert_false(auth_nonce(&auth, &one, "n", &err));
    assert_string_equal(err.code, "SignatureNonceUsed");
    one.now_ms += 3600000; /* two half hours later it is forgotten */
    two.now_ms += 3600000;
    assert_true(auth_nonce(&auth, &two, "m", &err));
    one.now_ms += 3600000;
    assert_true(auth_nonce(&auth, &one, "n", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_and_their_tokens),
        cmocka_unit_test(test_a_nonce_is_each_keys_own),
    };
    return cmocka_run_group_tests_name("mock_front/auth", tests, setup, teardown);
}
