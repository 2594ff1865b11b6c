/* test_credentials.c - keys from an environment that the test writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/alb.h"

static char id[40], secret[40], token[40];

static char *get(const char *name)
{
    if (!strcmp(name, "ALIBABA_CLOUD_ACCESS_KEY_ID"))
        return *id == '-' ? NULL : id;
    if (!strcmp(name, "ALIBABA_CLOUD_ACCESS_KEY_SECRET"))
        return *secret == '-' ? NULL : secret;
    if (!strcmp(name, "ALIBABA_CLOUD_SECURITY_TOKEN"))
        return *token == '-' ? NULL : token;
    return NULL;
}

/* "-" is a variable that is not set. */
static bool from(const char *i, const char *s, const char *t, struct alb_credentials *c,
                 struct error *err)
{
    memcpy(id, i, strlen(i) + 1);
    memcpy(secret, s, strlen(s) + 1);
    memcpy(token, t, strlen(t) + 1);
    return alb_credentials_from_env(c, get, err);
}

static void test_key_pair_is_taken_without_a_token(void **state)
{
    (void)state;
    struct alb_credentials c;
    struct error err;
    assert_true(from("LTAI1", "planted-secret", "-", &c, &err));
    assert_string_equal(c.access_key_id.data, "LTAI1");
    assert_string_equal(c.access_key_secret.data, "planted-secret");
    assert_null(c.security_token.data);
    alb_credentials_done(&c);
    assert_null(c.access_key_secret.data);
}

static void test_token_is_taken_when_it_is_there(void **state)
{
    (void)state;
    struct alb_credentials c;
    struct error err;
    assert_true(from("STS.1", "s", "tok", &c, &err));
    assert_string_equal(c.security_token.data, "tok");
    alb_credentials_done(&c);
    assert_true(from("STS.1", "s", "", &c, &err));
    assert_null(c.security_token.data);
    alb_credentials_done(&c);
}

static void test_what_is_missing_is_named(void **state)
{
    (void)state;
    struct alb_credentials c;
    struct error err;
    assert_false(from("-", "", "-", &c, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_non_null(strstr(err.msg, "ALIBABA_CLOUD_ACCESS_KEY_ID"));
    assert_non_null(strstr(err.msg, "ALIBABA_CLOUD_ACCESS_KEY_SECRET"));

    assert_false(from("LTAI1", "-", "-", &c, &err));
    assert_non_null(strstr(err.msg, "ALIBABA_CLOUD_ACCESS_KEY_SECRET is not"));

    assert_false(from("-", "planted-secret", "-", &c, &err));
    assert_non_null(strstr(err.msg, "ALIBABA_CLOUD_ACCESS_KEY_ID is not"));
    assert_null(strstr(err.msg, "planted-secret"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_pair_is_taken_without_a_token),
        cmocka_unit_test(test_token_is_taken_when_it_is_there),
        cmocka_unit_test(test_what_is_missing_is_named),
    };
    return cmocka_run_group_tests_name("alb/credentials", tests, NULL, NULL);
}
