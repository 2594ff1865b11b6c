/* test_call_log.c - the form of the lines, and what must not be in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mock-server/front/call_log.h"

static const struct param PARAMS[] = {
    { "AccessKeyId", "testak" },   { "Action", "TagResources" }, { "Key", "PRIVATE-KEY" },
    { "ListenerId", "lsn-\"1\"" }, { "SecurityToken", "TOKEN" }, { "Signature", "SIGNED" },
    { "SignatureNonce", "NONCE" }, { "Tag.1.Key", "a" },         { "OIDCToken", "JWT" },
};

static struct call_record record(const struct params *params)
{
    return (struct call_record){
        .seq = 7,
        .time_ms = 1735689600042, /* 2025-01-01T00:00:00.042Z */
        .action = "TagResources",
        .params = params,
        .status = 200,
        .request_id = "R-1",
        .ms = 3,
    };
}

static void test_a_fault_is_named_at_the_end_of_the_line(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct params none = { 0 };
    struct call_record r = record(&none);
    r.fault = "lose_reply";
    call_log_format(&b, &r);
    assert_non_null(strstr(b.data, ",\"job\":null,\"fault\":\"lose_reply\"}"));
}

static void test_a_line_says_what_the_readme_promises(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct param items[COUNT(PARAMS)];
    memcpy(items, PARAMS, sizeof items);
    struct params params = { items, COUNT(items) };
    struct call_record r = record(&params);
    call_log_format(&b, &r);
    assert_string_equal(
        buf_str(&b),
        "{\"seq\":7,\"time\":\"2025-01-01T00:00:00.042Z\",\"action\":\"TagResources\","
        "\"params\":{\"AccessKeyId\":\"testak\",\"ListenerId\":\"lsn-\\\"1\\\"\","
        "\"Tag.1.Key\":\"a\"},\"status\":200,\"code\":null,\"request_id\":\"R-1\",\"ms\":3,"
        "\"job\":null}");
}

static void test_no_secret_reaches_a_line(void **state)
{
    (void)state;
    static const char *const secrets[] = { "PRIVATE-KEY", "TOKEN", "SIGNED", "NONCE" };
    struct buf b CLEANUP(buf_done) = { 0 };
    struct param items[COUNT(PARAMS)];
    memcpy(items, PARAMS, sizeof items);
    struct params params = { items, COUNT(items) };
    struct call_record r = record(&params);
    call_log_format(&b, &r);
    for (size_t i = 0; i < COUNT(secrets); i++)
        assert_null(strstr(buf_str(&b), secrets[i]));
}

static void test_lines_are_in_the_file_at_once_and_appended(void **state)
{
    (void)state;
    char path[] = "/tmp/alb-mock-log-XXXXXX", text[512] = { 0 };
    struct error err = { 0 };
    struct call_record r = record(NULL);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    struct call_log *log = NULL;
    assert_true(call_log_open(&log, path, &err));
    call_log_call(log, &r);
    assert_true(read(fd, text, sizeof text - 1) > 0);
    assert_non_null(strstr(text, "\"seq\":7"));
    assert_string_equal(text + strlen(text) - 2, "}\n");
    call_log_close(log);

    assert_true(call_log_open(&log, path, &err));
    call_log_done(log, 1735689601000, "job-1", "ResourceInUse.ServerGroup");
    memset(text, 0, sizeof text);
    assert_true(read(fd, text, sizeof text - 1) > 0);
    assert_string_equal(text, "{\"event\":\"done\",\"time\":\"2025-01-01T00:00:01.000Z\","
                              "\"job\":\"job-1\",\"code\":\"ResourceInUse.ServerGroup\"}\n");
    call_log_close(log);
    (void)close(fd);
    (void)unlink(path);
}

static void test_a_log_that_cannot_be_opened_is_named(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct call_log *log = NULL;
    assert_false(call_log_open(&log, "/nonexistent/log", &err));
    assert_non_null(strstr(err.msg, "/nonexistent/log"));
    assert_null(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fault_is_named_at_the_end_of_the_line),
        cmocka_unit_test(test_a_line_says_what_the_readme_promises),
        cmocka_unit_test(test_no_secret_reaches_a_line),
        cmocka_unit_test(test_lines_are_in_the_file_at_once_and_appended),
        cmocka_unit_test(test_a_log_that_cannot_be_opened_is_named),
    };
    return cmocka_run_group_tests_name("mock_front/call_log", tests, NULL, NULL);
}
