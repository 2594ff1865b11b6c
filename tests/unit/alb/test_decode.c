/* test_decode.c - what replies mean: answered, refused, or nobody knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/json.h"
#include "src/alb/alb_priv.h"

/* A reply of 'status' with 'body'; decode() borrows it. */
static struct http_reply reply_of(int status, const char *type, char *body)
{
    struct http_reply r = { .status = status, .retry_after_ms = -1, .sent = true };
    r.body = body;
    r.body_len = strlen(body);
    memcpy(r.content_type, type, strlen(type) + 1);
    return r;
}

static struct alb_result decoded(const char *action, int status, const char *type, const char *body)
{
    static char copy[4096];
    struct alb_result out = { 0 };
    memcpy(copy, body, strlen(body) + 1);
    struct http_reply r = reply_of(status, type, copy);
    reply_decode(alb_action_find(action), &r, &out);
    return out;
}

static void test_success_gives_the_reply_and_its_request_id(void **state)
{
    (void)state;
    struct alb_result r =
        decoded("CreateRules", 200, "application/json",
                "{\"RequestId\":\"365F\",\"JobId\":\"j\",\"RuleIds\":[{\"RuleId\":\"rule-1\"}]}");
    assert_true(r.ok);
    assert_false(r.unknown);
    assert_string_equal(r.request_id, "365F");
    assert_string_equal(json_str(r.reply, "JobId"), "j");
    assert_int_equal(r.err.kind, ERROR_NONE);
    alb_result_done(&r);
    assert_null(r.reply);
}

static void test_refusal_carries_code_message_and_request_id(void **state)
{
    (void)state;
    struct alb_result r = decoded("CreateRules", 400, "application/json;charset=utf-8",
                                  "{\"RequestId\":\"365F\",\"HostId\":\"alb\",\"Code\":"
                                  "\"IncorrectStatus.Listener\",\"Message\":\"The status of "
                                  "listener [lsn-1] is incorrect.\"}");
    assert_false(r.ok);
    assert_false(r.unknown);
    assert_int_equal(r.err.kind, ERROR_BUSY);
    assert_int_equal(r.err.http_status, 400);
    assert_string_equal(r.err.code, "IncorrectStatus.Listener");
    assert_string_equal(r.err.request_id, "365F");
    assert_string_equal(r.err.msg, "CreateRules: IncorrectStatus.Listener: The status of listener "
                                   "[lsn-1] is incorrect. (request id 365F)");
    assert_non_null(r.reply);
    alb_result_done(&r);
}

static void test_lower_case_members_are_read_too(void **state)
{
    (void)state;
    struct alb_result r =
        decoded("ListRules", 403, "application/json",
                "{\"requestId\":\"x\",\"code\":\"Forbidden.RAM\",\"message\":\"no\"}");
    assert_int_equal(r.err.kind, ERROR_DENIED);
    assert_string_equal(r.err.msg, "ListRules: Forbidden.RAM: no (request id x)");
    alb_result_done(&r);
}

static void test_passed_dry_run_is_a_success(void **state)
{
    (void)state;
    struct alb_result r =
        decoded("CreateRules", 400, "application/json",
                "{\"RequestId\":\"x\",\"Code\":\"DryRunOperation\",\"Message\":\"passed\"}");
    assert_true(r.ok);
    assert_false(r.unknown);
    assert_string_equal(json_str(r.reply, "Code"), "DryRunOperation");
    alb_result_done(&r);
}

static void test_outcome_of_a_write_is_unknown_when_it_may_have_happened(void **state)
{
    (void)state;
    static const struct {
        const char *action, *code;
        int status;
        bool unknown;
    } rows[] = {
        { "CreateRules", "InternalError", 500, true },
        { "CreateRules", "ServiceUnavailable", 503, true },
        { "CreateRules", "ServiceUnavailable", 400, false },
        { "CreateRules", "IdempotenceProcessing", 400, true },
        { "CreateRules", "SignatureNonceUsed", 400, true }, /* our bytes were there before */
        { "CreateRules", "Throttling.User", 400, false },
        { "CreateRules", "IncorrectStatus.Listener", 400, false },
        { "ListRules", "InternalError", 500, false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct alb_result r = decoded(rows[i].action, rows[i].status, "application/json",
                                      arena_fmt(&a, "{\"Code\":\"%s\"}", rows[i].code));
        assert_false(r.ok);
        assert_int_equal(r.unknown, rows[i].unknown);
        alb_result_done(&r);
    }
}

static void test_no_reply_is_unknown_only_if_something_left(void **state)
{
    (void)state;
    struct http_reply http = { .retry_after_ms = -1, .sent = true };
    struct alb_result r = { 0 };
    error_set(&http.err, ERROR_TRANSIENT, "https://h: the connection was lost");
    reply_decode(alb_action_find("CreateRules"), &http, &r);
    assert_false(r.ok);
    assert_true(r.unknown);
    assert_null(r.reply);
    assert_int_equal(r.err.kind, ERROR_TRANSIENT);
    assert_string_equal(r.err.msg, "CreateRules: https://h: the connection was lost");

    http.sent = false;
    reply_decode(alb_action_find("CreateRules"), &http, &r);
    assert_false(r.unknown);
    http.sent = true;
    reply_decode(alb_action_find("ListRules"), &http, &r);
    assert_false(r.unknown);
}

static void expect_foreign(int status, const char *type, const char *body, enum error_kind kind,
                           bool unknown)
{
    struct alb_result r = decoded("CreateRules", status, type, body);
    assert_false(r.ok);
    assert_null(r.reply);
    assert_int_equal(r.err.kind, kind);
    assert_int_equal(r.err.http_status, status);
    assert_int_equal(r.unknown, unknown);
    assert_string_equal(r.err.code, "");
    assert_non_null(strstr(r.err.msg, "the reply is not from the API"));
    alb_result_done(&r);
}

static void test_replies_of_somebody_else_are_told_apart(void **state)
{
    (void)state;
    const char *html = "<html><title>502 Bad Gateway</title></html>";
    expect_foreign(502, "text/html", html, ERROR_TRANSIENT, true);
    expect_foreign(200, "text/html", html, ERROR_TRANSIENT, true); /* a login page */
    expect_foreign(302, "text/html", html, ERROR_TRANSIENT, true);
    expect_foreign(407, "text/html", html, ERROR_DENIED, false);
    expect_foreign(429, "", "", ERROR_THROTTLED, false);
    expect_foreign(414, "text/html", html, ERROR_INVALID, false);
    expect_foreign(200, "application/json", "", ERROR_TRANSIENT, true);
    expect_foreign(200, "application/json", "{\"RequestId\":", ERROR_TRANSIENT, true);
    expect_foreign(200, "application/json", "[1]", ERROR_TRANSIENT, true);
    expect_foreign(200, "application/json", "{\"A\":12345678901234567890}", ERROR_TRANSIENT, true);
}

/* A proxy's 404 must not look as if a load balancer were gone. */
static void test_not_found_without_a_code_is_not_not_found(void **state)
{
    (void)state;
    expect_foreign(404, "text/html", "<html>", ERROR_TRANSIENT, false);
    struct alb_result r = decoded("CreateRules", 404, "application/json", "{\"RequestId\":\"x\"}");
    assert_int_equal(r.err.kind, ERROR_TRANSIENT);
    assert_non_null(strstr(r.err.msg, "an error without a code"));
    alb_result_done(&r);
}

static void test_message_says_type_and_size_but_not_the_body(void **state)
{
    (void)state;
    struct alb_result r = decoded("ListRules", 502, "text/html", "<p>inner</p>");
    assert_non_null(strstr(r.err.msg, "ListRules: HTTP 502: "));
    assert_non_null(strstr(r.err.msg, "(text/html, 12 bytes)"));
    assert_null(strstr(r.err.msg, "inner"));
    alb_result_done(&r);
}

static void test_deep_nesting_is_refused(void **state)
{
    (void)state;
    char body[2100];
    memset(body, '[', 2000);
    body[2000] = '\0';
    struct alb_result r = decoded("ListRules", 200, "application/json", body);
    assert_false(r.ok);
    assert_non_null(strstr(r.err.msg, "nested deeper"));
    alb_result_done(&r);
}

static void test_control_characters_of_the_server_are_dropped(void **state)
{
    (void)state;
    struct alb_result r = decoded("ListRules", 400, "application/json",
                                  "{\"Code\":\"X\\u001b[2J\",\"Message\":\"a\\nb\\u007f\"}");
    assert_string_equal(r.err.code, "X [2J");
    assert_non_null(strstr(r.err.msg, "a b "));
    alb_result_done(&r);
}

static void test_long_texts_are_cut_and_do_no_harm(void **state)
{
    (void)state;
    char body[3000];
    struct alb_result r;
    memset(body, 'x', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    memcpy(body, "{\"Code\":\"", 9);
    memcpy(body + sizeof body - 3, "\"}", 2);
    r = decoded("ListRules", 400, "application/json", body);
    assert_int_equal(strlen(r.err.code), sizeof r.err.code - 1);
    alb_result_done(&r);
}

static void test_private_keys_are_overwritten(void **state)
{
    (void)state;
    char text[] = "bad: -----BEGIN CERTIFICATE-----\\nAA -----BEGIN RSA PRIVATE KEY-----\\nMIIE"
                  "\\n-----END RSA PRIVATE KEY----- of web";
    text_hide_keys(text);
    assert_null(strstr(text, "MIIE"));
    assert_non_null(strstr(text, "CERTIFICATE-----\\nAA"));
    assert_non_null(strstr(text, "of web"));
    char cut[] = "-----BEGIN PRIVATE KEY-----MIIE";
    text_hide_keys(cut);
    assert_string_equal(cut, "-----BEGIN PRIVATE KEY-----****");
}

static void test_hidden_words_are_overwritten(void **state)
{
    (void)state;
    char text[] = "key hush, key hush";
    text_hide(text, "hush");
    assert_string_equal(text, "key ****, key ****");
    text_hide(text, "");
    text_hide(text, NULL);
    assert_string_equal(text, "key ****, key ****");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_success_gives_the_reply_and_its_request_id),
        cmocka_unit_test(test_refusal_carries_code_message_and_request_id),
        cmocka_unit_test(test_lower_case_members_are_read_too),
        cmocka_unit_test(test_passed_dry_run_is_a_success),
        cmocka_unit_test(test_outcome_of_a_write_is_unknown_when_it_may_have_happened),
        cmocka_unit_test(test_no_reply_is_unknown_only_if_something_left),
        cmocka_unit_test(test_replies_of_somebody_else_are_told_apart),
        cmocka_unit_test(test_not_found_without_a_code_is_not_not_found),
        cmocka_unit_test(test_message_says_type_and_size_but_not_the_body),
        cmocka_unit_test(test_deep_nesting_is_refused),
        cmocka_unit_test(test_control_characters_of_the_server_are_dropped),
        cmocka_unit_test(test_long_texts_are_cut_and_do_no_harm),
        cmocka_unit_test(test_private_keys_are_overwritten),
        cmocka_unit_test(test_hidden_words_are_overwritten),
    };
    return cmocka_run_group_tests_name("alb/decode", tests, NULL, NULL);
}
