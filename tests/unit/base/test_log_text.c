/* Expected values: RFC 8259 §7 for escapes, the forms of access keys, tokens and PEM lines (RFC
 * 7468 §2: lines of 64 characters) as log.h tells them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "src/base/log_priv.h"

static void check_quoted(const char *text, size_t max, const char *want)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    log_add_quoted(&b, text, max);
    assert_string_equal(buf_str(&b), want);
}

static void check_word(const char *text, const char *want)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    log_add_word(&b, text, 100);
    assert_string_equal(buf_str(&b), want);
}

static void check_redacted(const char *text, const char *want)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    log_redact(&b, text, 1000);
    assert_string_equal(buf_str(&b), want);
}

static void test_private_keys_are_hidden_as_a_whole(void **state)
{
    (void)state;
    check_redacted("tls.key: -----BEGIN "
                   "RSA PRIVATE KEY-----\nMIIE\n",
                   "(secret)");
    check_redacted("-----BEGIN CERTIFICATE-----\nMIIE\n-----BEGIN "
                   "PRIVATE KEY-----",
                   "(secret)");
    check_redacted("the end of one: -----END EC "
                   "PRIVATE KEY-----",
                   "(secret)");
    check_redacted("-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----");
    check_redacted("Secret shop/tls: no private key", "Secret shop/tls: no private key");
}

static void test_access_key_secrets_are_hidden_where_they_stand(void **state)
{
    (void)state;
    check_redacted("key=aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1 id=LTAI5tExample",
                   "key=(secret) id=LTAI5tExample");
    check_redacted("aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5hJ7kL9mN", "(secret)");
    /* 29 characters are none. */
    check_redacted("aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC", "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC");
}

static void test_tokens_and_lines_of_pem_files_are_hidden(void **state)
{
    static const char line[] = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
    (void)state;
    assert_int_equal(strlen(line), 64);
    check_redacted(line, "(secret)");
    check_redacted("token CAIS+gF/aB3dE5gH7jK9mN1p+QaB3dE5gH7jK9m/Q3sT5vW7yZ9bC1dE3fG==",
                   "token (secret)");
}

/* alb-semantics.md: what ids of this cloud and digests look like. */
static void test_ids_and_digests_are_not_mistaken_for_secrets(void **state)
{
    static const char *const texts[] = {
        "alb-n5qw04uq8vavfe1234",
        "73BCDBFB-1CFE-5C18-B8AC-1C9E2BF3BDE5",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "acs:ram::123456789012****:role/alb-agent",
        "https://alb.cn-hangzhou.aliyuncs.com/?Action=CreateLoadBalancer",
        "kube-system/a-very-long-name-of-an-ingress-with-numbers-1234567890-and-more",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        check_redacted(texts[i], texts[i]);
}

static void test_long_texts_end_in_dots_between_characters(void **state)
{
    (void)state;
    check_quoted("abcdef", 6, "\"abcdef\"");
    check_quoted("abcdefg", 6, "\"abcdef...\"");
    check_quoted("abcde\xc3\xa4", 6, "\"abcde...\"");
    /* A secret is never cut into a piece that shows. */
    check_quoted("ab aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1 x", 20, "\"ab (secret) x\"");
}

static void test_nothing_moves_the_cursor_or_turns_the_direction(void **state)
{
    (void)state;
    check_quoted("a\x1b[31mb\r\n\t\x01", 100, "\"a\\u001b[31mb\\r\\n\\t\\u0001\"");
    check_quoted("\x7f", 100, "\"\\u007f\"");
    check_quoted("\xc2\x9b"
                 "2J",
                 100, "\"\\u009b2J\"");
    check_quoted("x\xe2\x80\xaey\xe2\x81\xa7z\xe2\x80\xa8", 100, "\"x\\u202ey\\u2067z\\u2028\"");
    /* Other text stays: a-umlaut, a dash, a word in Chinese. */
    check_quoted("\xc3\xa4 \xe2\x80\x93 \xe8\xb4\x9f", 100,
                 "\"\xc3\xa4 \xe2\x80\x93 \xe8\xb4\x9f\"");
    check_quoted("\xff\xc3", 100, "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void test_words_stand_without_quotes(void **state)
{
    (void)state;
    check_word("shop/web:80", "shop/web:80");
    check_word("\xc3\xa4", "\xc3\xa4");
    check_word("two words", "\"two words\"");
    check_word("a=b", "\"a=b\"");
    check_word("say \"x\"", "\"say \\\"x\\\"\"");
    check_word("", "\"\"");
    check_word("a\nb", "\"a\\nb\"");
    /* '-' alone stands for nothing at all. */
    check_word("-", "\"-\"");
    check_word("-1", "-1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_private_keys_are_hidden_as_a_whole),
        cmocka_unit_test(test_access_key_secrets_are_hidden_where_they_stand),
        cmocka_unit_test(test_tokens_and_lines_of_pem_files_are_hidden),
        cmocka_unit_test(test_ids_and_digests_are_not_mistaken_for_secrets),
        cmocka_unit_test(test_long_texts_end_in_dots_between_characters),
        cmocka_unit_test(test_nothing_moves_the_cursor_or_turns_the_direction),
        cmocka_unit_test(test_words_stand_without_quotes),
    };
    return cmocka_run_group_tests_name("log_text", tests, NULL, NULL);
}
