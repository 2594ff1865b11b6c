/* test_redact.c - no secret is left, whatever form a reply has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/json.h"
#include "mock-server/record/redact.h"

#define PEM "-----BEGIN RSA PRIVATE KEY-----\\nc2VjcmV0\\n-----END RSA PRIVATE KEY-----\\n"

static const char *redacted(struct arena *a, const char *text)
{
    cJSON *json CLEANUP(json_done) = NULL;
    struct error err = { 0 };
    if (!json_parse(text, strlen(text), &json, &err))
        fail_msg("%s: %s", text, err.msg);
    redact_json(json);
    return json_canonical(a, json);
}

static void test_credentials_are_taken_out_of_replies(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(
        redacted(&a, "{\"Credentials\":{\"AccessKeyId\":\"STS.1\",\"AccessKeySecret\":\"s\","
                     "\"SecurityToken\":\"t\",\"Expiration\":\"2025\"},\"List\":[{\"PrivateKey\":"
                     "\"k\"}]}"),
        "{\"Credentials\":{\"AccessKeyId\":\"" REDACTED "\",\"AccessKeySecret\":\"" REDACTED
        "\",\"Expiration\":\"2025\",\"SecurityToken\":\"" REDACTED
        "\"},\"List\":[{\"PrivateKey\":\"" REDACTED "\"}]}");
}

static void test_what_is_no_secret_stays(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const char json[] =
        "{\"AccessKeyId\":\"testak\",\"Cert\":\"-----BEGIN CERTIFICATE-----\","
        "\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}";
    assert_string_equal(redacted(&a, json), json);
}

static void test_private_keys_are_known_by_their_looks(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(redacted(&a, "{\"Key\":\"" PEM "\"}"), "{\"Key\":\"" REDACTED "\"}");
    assert_true(redact_is_secret("Whatever", "-----BEGIN PRIVATE KEY-----\n"));
    assert_false(redact_is_secret("Whatever", "-----BEGIN CERTIFICATE-----\n"));
    assert_true(redact_is_secret("accesskeysecret", "x"));
}

static void test_a_string_to_sign_is_not_quoted(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(
        redacted(&a, "{\"Code\":\"SignatureDoesNotMatch\",\"Message\":\"SecurityToken%3Dt\"}"),
        "{\"Code\":\"SignatureDoesNotMatch\",\"Message\":\"" REDACTED "\"}");
}

static void test_text_loses_its_secrets_too(void **state)
{
    (void)state;
    static const struct {
        const char *text, *left;
    } cases[] = {
        { "<A><AccessKeyId>i</AccessKeyId><AccessKeySecret>s</AccessKeySecret></A>",
          "<A><AccessKeyId>" REDACTED "</AccessKeyId><AccessKeySecret>" REDACTED
          "</AccessKeySecret></A>" },
        { "<Code>SignatureDoesNotMatch</Code><Message>t</Message>",
          "<Code>SignatureDoesNotMatch</Code><Message>" REDACTED "</Message>" },
        { "{\"SecurityToken\": \"abc", "{\"SecurityToken\": \"" REDACTED },
        { "{\"AccessKeyId\":\"i\",\"AccessKeySecret\":\"s\",\"Exp",
          "{\"AccessKeyId\":\"" REDACTED "\",\"AccessKeySecret\":\"" REDACTED "\",\"Exp" },
        { "x " PEM " y", "x " REDACTED "\\n y" },
        { "{\"Key\":\"-----BEGIN PRIVATE KEY-----\\nc2Vj", "{\"Key\":\"" REDACTED },
        { "-----BEGIN CERTIFICATE-----\nPRIVATE KEY-----",
          "-----BEGIN CERTIFICATE-----\nPRIVATE KEY-----" },
        { "SecurityToken", "SecurityToken" },
        { "", "" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        assert_string_equal(redact_text(&a, cases[i].text, strlen(cases[i].text)), cases[i].left);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_credentials_are_taken_out_of_replies),
        cmocka_unit_test(test_what_is_no_secret_stays),
        cmocka_unit_test(test_private_keys_are_known_by_their_looks),
        cmocka_unit_test(test_a_string_to_sign_is_not_quoted),
        cmocka_unit_test(test_text_loses_its_secrets_too),
    };
    return cmocka_run_group_tests_name("mock_record/redact", tests, NULL, NULL);
}
