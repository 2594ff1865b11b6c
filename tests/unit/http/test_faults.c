/* test_faults.c - what goes wrong between us and the cloud, through the whole client and over
 * real sockets: each fault ends in a clear error, and a write knows whether it may have
 * happened.  Leaks are the sanitizer's to find. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>

#include "alb-agent/alb.h"
#include "alb-agent/http.h"
#include "server.h"

enum { CEILING = 4000, TOTAL_MS = 400, FIRST_MS = 150 };

static const char *canned;

static bool canned_answer(struct received *r)
{
    server_puts(r, canned);
    return false;
}

/* Dissolving the connection, where closing it would end it in good order. */
static bool reset(struct received *r)
{
    const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
    (void)connect(r->fd, &nobody, sizeof nobody);
    return false;
}

static bool slow_body(struct received *r)
{
    server_puts(r, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    server_await_gate(r->server);
    return false;
}

static bool silent(struct received *r)
{
    server_await_gate(r->server);
    return false;
}

static bool huge(struct received *r)
{
    static char body[CEILING + 2];
    memset(body, ' ', sizeof body - 1);
    server_reply(r, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", body);
    return false;
}

/* One CreateRules against a server that does 'script'; the result is the caller's. */
static void call(server_script *script, int64_t first_byte_ms, struct alb_result *out)
{
    struct server *s = server_start(script);
    struct transport *t;
    struct alb *alb;
    struct error err;
    struct secret key = { 0 };
    const struct http_config http = { .max_reply = CEILING,
                                      .timeout_ms = TOTAL_MS,
                                      .first_byte_ms = first_byte_ms };
    secret_set(&key, "planted-secret");
    assert_true(http_new(&t, &http, &err));
    const struct alb_config config = { .region = "cn-hangzhou",
                                       .endpoint = server_url(s, ""),
                                       .access_key_id = "AKID",
                                       .access_key_secret = &key,
                                       .security_token = "planted-token",
                                       .clock = clock_system(),
                                       .seed = 1,
                                       .transport = t };
    assert_true(alb_new(&alb, &config, &err));
    assert_true(alb_begin(alb, "CreateRules", NULL, ALB_NORMAL, &err) != 0);
    for (;;) {
        int64_t wait_ms = alb_run(alb, clock_now_ms(clock_system()));
        if (alb_next(alb, out))
            break;
        t->wait(t, wait_ms);
    }
    server_open_gate(s);
    alb_free(alb);
    http_free(t);
    server_stop(s);
    secret_done(&key);
    assert_int_equal(out->attempts, 1);
    assert_null(strstr(out->err.msg, "planted"));
}

static void expect(server_script *script, enum error_kind kind, bool unknown, const char *says)
{
    struct alb_result r;
    call(script, 0, &r);
    assert_false(r.ok);
    if (!strstr(r.err.msg, says) || strncmp(r.err.msg, "CreateRules: ", 13) != 0)
        fail_msg("%s", r.err.msg);
    assert_int_equal(r.err.kind, kind);
    assert_int_equal(r.unknown, unknown);
    alb_result_done(&r);
}

static void expect_for(const char *bytes, enum error_kind kind, bool unknown, const char *says)
{
    canned = bytes;
    expect(canned_answer, kind, unknown, says);
}

static void test_lost_connections_leave_the_outcome_unknown(void **state)
{
    (void)state;
    expect(reset, ERROR_TRANSIENT, true, "the connection was lost while waiting for the reply");
    expect_for("", ERROR_TRANSIENT, true, "closed without a reply");
    expect_for("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", ERROR_TRANSIENT, true,
               "closed in the middle of the reply");
}

static void test_slow_and_silent_servers_end_at_their_deadlines(void **state)
{
    (void)state;
    struct alb_result r;
    expect(slow_body, ERROR_TRANSIENT, true, "no complete reply within 400 ms");
    call(silent, FIRST_MS, &r);
    assert_non_null(strstr(r.err.msg, "no reply began within 150 ms"));
    assert_true(r.unknown);
    alb_result_done(&r);
    call(slow_body, FIRST_MS, &r); /* it began in time: then the whole counts */
    assert_non_null(strstr(r.err.msg, "no complete reply within 400 ms"));
    alb_result_done(&r);
}

static void test_huge_reply_is_cut_off(void **state)
{
    (void)state;
    expect(huge, ERROR_INVALID, true, "larger than 4000 bytes");
}

static bool nested(struct received *r)
{
    static char body[CEILING];
    memset(body, '[', sizeof body - 1);
    server_reply(r, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", body);
    return false;
}

static void test_deep_reply_is_not_read(void **state)
{
    (void)state;
    expect(nested, ERROR_TRANSIENT, true, "nested deeper than");
}

#define HEAD(status, type, len) \
    "HTTP/1.1 " status "\r\nContent-Type: " type "\r\nContent-Length: " len "\r\n\r\n"

static void test_pages_of_somebody_else_are_told_apart(void **state)
{
    (void)state;
    expect_for(HEAD("200 OK", "text/html", "12") "<html></html", ERROR_TRANSIENT, true,
               "the reply is not from the API");
    expect_for(HEAD("502 Bad Gateway", "text/html", "12") "<html></html", ERROR_TRANSIENT, true,
               "HTTP 502");
    expect_for(HEAD("403 Forbidden", "text/html", "12") "<html></html", ERROR_DENIED, false,
               "HTTP 403");
    expect_for(HEAD("404 Not Found", "text/plain", "4") "none", ERROR_TRANSIENT, false, "HTTP 404");
    expect_for(HEAD("400 Bad Request", "application/json", "2") "{}", ERROR_INVALID, false,
               "an error without a code");
}

static void test_refusals_of_the_api_are_passed_on(void **state)
{
    (void)state;
    expect_for(HEAD("503 Busy", "application/json", "29") "{\"Code\":\"ServiceUnavailable\"}",
               ERROR_TRANSIENT, true, "ServiceUnavailable");
    expect_for(HEAD("400 X", "text/plain", "28") "{\"Code\":\"Conflict.Priority\"}", ERROR_CONFLICT,
               false, "Conflict.Priority");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lost_connections_leave_the_outcome_unknown),
        cmocka_unit_test(test_slow_and_silent_servers_end_at_their_deadlines),
        cmocka_unit_test(test_huge_reply_is_cut_off),
        cmocka_unit_test(test_deep_reply_is_not_read),
        cmocka_unit_test(test_pages_of_somebody_else_are_told_apart),
        cmocka_unit_test(test_refusals_of_the_api_are_passed_on),
    };
    return cmocka_run_group_tests_name("http/faults", tests, NULL, NULL);
}
