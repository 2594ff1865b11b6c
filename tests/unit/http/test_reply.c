/* test_reply.c - whole, broken and hostile replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "alb-agent/clock.h"
#include "alb-agent/error.h"
#include "alb-agent/http.h"
#include "server.h"

enum { CEILING = 1000 };

/* What the script answers with, byte for byte; then it closes. */
static const char *canned;
static size_t canned_len;

static bool answer_canned(struct received *r)
{
    server_write(r, canned, canned_len);
    return false;
}

static void reply_to(const char *bytes, size_t len, struct http_reply *r)
{
    canned = bytes;
    canned_len = len;
    struct transport *t = NULL;
    struct error err;
    struct server *s = server_start(answer_canned);
    assert_true(http_new(&t, &(struct http_config){ .max_reply = CEILING }, &err));
    ask_path(t, s, "/?Secret=hush", r);
    http_free(t);
    server_stop(s);
    assert_true(r->sent);
    assert_null(strstr(r->err.msg, "hush"));
}

static void reply_to_text(const char *text, struct http_reply *r)
{
    reply_to(text, strlen(text), r);
}

static void test_whole_reply_has_status_type_and_body(void **state)
{
    (void)state;
    struct http_reply r;
    reply_to_text("HTTP/1.1 404 Not Found\r\nContent-Type:  application/json;charset=utf-8 \r\n"
                  "Content-Length: 4\r\n\r\n{\"\"}",
                  &r);
    assert_int_equal(r.status, 404);
    assert_string_equal(r.content_type, "application/json;charset=utf-8");
    assert_string_equal(r.body, "{\"\"}");
    assert_int_equal(r.body_len, 4);
    assert_int_equal(r.retry_after_ms, -1);
    assert_int_equal(r.err.kind, ERROR_NONE);
    http_reply_done(&r);
}

static void test_empty_body_is_an_empty_string(void **state)
{
    (void)state;
    struct http_reply r;
    reply_to_text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", &r);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "");
    assert_int_equal(r.body_len, 0);
    http_reply_done(&r);
}

static void expect_retry_after(const char *headers, int64_t expected)
{
    char text[300];
    struct http_reply r;
    (void)snprintf(text, sizeof text, "HTTP/1.1 429 X\r\n%sContent-Length: 0\r\n\r\n", headers);
    reply_to_text(text, &r);
    assert_int_equal(r.status, 429);
    assert_int_equal(r.retry_after_ms, expected);
    http_reply_done(&r);
}

static void test_retry_after_is_read_in_both_forms(void **state)
{
    (void)state;
    expect_retry_after("x-acs-retry-after: 250\r\n", 250);
    expect_retry_after("Retry-After: 3\r\n", 3000);
    expect_retry_after("Retry-After: 3\r\nX-Acs-Retry-After: 250\r\n", 250);
    expect_retry_after("X-Acs-Retry-After: 250\r\nRetry-After: 3\r\n", 250);
    expect_retry_after("x-acs-retry-after: 0\r\n", 0);
    expect_retry_after("x-acs-retry-after: 999999999999999999999999\r\n", RETRY_AFTER_MAX_MS);
    expect_retry_after("Retry-After: 99999999\r\n", RETRY_AFTER_MAX_MS);
    expect_retry_after("Retry-After: soon\r\n", -1);
    expect_retry_after("Retry-After: 1.5\r\n", -1);
    expect_retry_after("x-acs-retry-after: -5\r\n", -1);
}

#define SENT "Date: Wed, 21 Oct 2015 07:28:00 GMT\r\n"

static void test_retry_after_may_be_a_date_by_the_servers_clock(void **state)
{
    (void)state;
    expect_retry_after(SENT "Retry-After: Wed, 21 Oct 2015 07:28:05 GMT\r\n", 5000);
    expect_retry_after("Retry-After: Wed, 21 Oct 2015 07:28:05 GMT\r\n" SENT, 5000);
    expect_retry_after(SENT "Retry-After: Wed, 21 Oct 2015 07:27:59 GMT\r\n", 0);
    expect_retry_after(SENT "Retry-After: Thu, 22 Oct 2015 07:28:00 GMT\r\n", RETRY_AFTER_MAX_MS);
    expect_retry_after(SENT "Retry-After: Wed, 21 Oct 2015 07:28:05 GMT\r\n"
                            "x-acs-retry-after: 250\r\n",
                       250);
    expect_retry_after("Date: today\r\nRetry-After: Wed, 21 Oct 2015 07:28:05 GMT\r\n", 0);
    expect_retry_after(SENT "Retry-After: Wed, 21 Oct 2015 07:28:05 CET\r\n", -1);
}

static void test_retry_after_without_date_goes_by_our_clock(void **state)
{
    (void)state;
    char text[200], date[40];
    struct http_reply r;
    time_t soon = (time_t)(clock_now_ms(clock_system()) / 1000 + 60);
    struct tm tm;
    assert_non_null(gmtime_r(&soon, &tm));
    assert_true(strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0);
    (void)snprintf(text, sizeof text,
                   "HTTP/1.1 503 X\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n", date);
    reply_to_text(text, &r);
    assert_in_range(r.retry_after_ms, 30000, 60000);
    http_reply_done(&r);
}

static void test_interim_reply_leaves_nothing_behind(void **state)
{
    (void)state;
    struct http_reply r;
    reply_to_text("HTTP/1.1 103 Early Hints\r\nx-acs-retry-after: 9\r\nContent-Type: text/x\r\n"
                  "Retry-After: Wed, 21 Oct 2015 07:28:05 GMT\r\n\r\n"
                  "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
                  &r);
    assert_int_equal(r.status, 200);
    assert_int_equal(r.retry_after_ms, -1);
    assert_string_equal(r.content_type, "");
    http_reply_done(&r);
}

static void expect_broken(const char *bytes, size_t len, enum error_kind kind, const char *words)
{
    struct http_reply r;
    reply_to(bytes, len, &r);
    assert_int_equal(r.status, 0);
    assert_int_equal(r.err.kind, kind);
    if (!strstr(r.err.msg, words))
        fail_msg("'%s' lacks '%s'", r.err.msg, words);
    assert_string_equal(r.body, "");
    http_reply_done(&r);
}

static void expect_broken_text(const char *text, enum error_kind kind, const char *words)
{
    expect_broken(text, strlen(text), kind, words);
}

static void test_truncated_body_is_no_reply(void **state)
{
    (void)state;
    expect_broken_text("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"RequestId\":",
                       ERROR_TRANSIENT, "closed in the middle of the reply");
    expect_broken_text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
                       ERROR_TRANSIENT, "closed in the middle of the reply");
}

static void test_connection_closed_without_a_byte_is_told(void **state)
{
    (void)state;
    expect_broken_text("", ERROR_TRANSIENT, "closed without a reply");
}

static void test_what_is_not_http_is_told(void **state)
{
    (void)state;
    expect_broken_text("SSH-2.0-OpenSSH_9.2\r\n", ERROR_TRANSIENT, "not HTTP");
}

static void test_reply_beyond_the_ceiling_is_refused(void **state)
{
    (void)state;
    char text[5000];
    int n = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n");
    memset(text + n, 'x', 4000);
    expect_broken(text, (size_t)n + 4000, ERROR_INVALID, "larger than 1000 bytes");
}

static void test_reply_at_the_ceiling_is_taken(void **state)
{
    (void)state;
    char text[2000];
    struct http_reply r;
    int n = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    memset(text + n, 'x', CEILING);
    reply_to(text, (size_t)n + CEILING, &r);
    assert_int_equal(r.status, 200);
    assert_int_equal(r.body_len, CEILING);
    http_reply_done(&r);
}

static void test_endless_headers_are_refused(void **state)
{
    (void)state;
    static char text[80000];
    size_t len = (size_t)snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n");
    while (len < 70000)
        len += (size_t)snprintf(text + len, sizeof text - len, "X-H: %060d\r\n", 0);
    expect_broken(text, len, ERROR_INVALID, "headers are larger than 65536 bytes");
}

/* {"ok":true} by gzip. */
static const char GZIP_OK[] =
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 31\r\n\r\n"
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\xcf\x56\xb2\x2a\x29\x2a\x4d\xad\x05\x00"
    "\x90\x5f\xd4\xa7\x0b\x00\x00\x00";

static void test_compressed_reply_is_unpacked(void **state)
{
    (void)state;
    struct http_reply r;
    reply_to(GZIP_OK, sizeof GZIP_OK - 1, &r);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "{\"ok\":true}");
    http_reply_done(&r);
}

static void test_compressed_reply_cut_short_is_no_reply(void **state)
{
    (void)state;
    char text[sizeof GZIP_OK];
    memcpy(text, GZIP_OK, sizeof text);
    text[sizeof text - 20] ^= 0x55;
    expect_broken(text, sizeof text - 1, ERROR_TRANSIENT, "cannot be decompressed");
}

/* 100,000 zero bytes in 132. */
static void test_ceiling_counts_after_decompression(void **state)
{
    (void)state;
    char text[300] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 132\r\n\r\n";
    size_t head = strlen(text);
    static const unsigned char start[] = { 0x1f, 0x8b, 0x08, 0,    0,    0,    0,   0, 0x02,
                                           0x03, 0xed, 0xc1, 0x31, 0x01, 0,    0,   0, 0xc2,
                                           0xa0, 0xf5, 0x4f, 0x6d, 0x0d, 0x0f, 0xa0 };
    static const unsigned char end[] = { 0x80, 0x57, 0x03, 0x7d, 0x95, 0x11,
                                         0xd4, 0xa0, 0x86, 0x01, 0x00 };
    memcpy(text + head, start, sizeof start);
    memcpy(text + head + 132 - sizeof end, end, sizeof end);
    expect_broken(text, head + 132, ERROR_INVALID, "larger than 1000 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_reply_has_status_type_and_body),
        cmocka_unit_test(test_empty_body_is_an_empty_string),
        cmocka_unit_test(test_retry_after_is_read_in_both_forms),
        cmocka_unit_test(test_retry_after_may_be_a_date_by_the_servers_clock),
        cmocka_unit_test(test_retry_after_without_date_goes_by_our_clock),
        cmocka_unit_test(test_interim_reply_leaves_nothing_behind),
        cmocka_unit_test(test_truncated_body_is_no_reply),
        cmocka_unit_test(test_connection_closed_without_a_byte_is_told),
        cmocka_unit_test(test_what_is_not_http_is_told),
        cmocka_unit_test(test_reply_beyond_the_ceiling_is_refused),
        cmocka_unit_test(test_reply_at_the_ceiling_is_taken),
        cmocka_unit_test(test_endless_headers_are_refused),
        cmocka_unit_test(test_compressed_reply_is_unpacked),
        cmocka_unit_test(test_compressed_reply_cut_short_is_no_reply),
        cmocka_unit_test(test_ceiling_counts_after_decompression),
    };
    return cmocka_run_group_tests_name("http/reply", tests, NULL, NULL);
}
