/* test_recorder.c - what is written is what is read back, without secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mock-server/record/recorder.h"
#include "world.h"

static struct recorder *start(const char *path)
{
    struct recorder *r = NULL;
    struct error err = { 0 };
    if (!recorder_open(&r, path, 0, &err))
        fail_msg("%s", err.msg);
    return r;
}

static struct httpd_reply reply_of(const char *body)
{
    return (struct httpd_reply){
        .status = 200, .content_type = "application/json", .body = body, .body_len = strlen(body)
    };
}

static void test_a_call_is_read_back_as_it_was(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct recording back CLEANUP(recording_done) = { 0 };
    struct error err = { 0 };
    const char *path = file_with(&a, "");
    struct recorder *r = start(path);
    const struct httpd_request request = request_of(&a, "ListAcls", "AclType=x%22%0Ay");
    struct httpd_reply reply = reply_of("{\"Acls\":[1,\"\\u0001\"]}");
    *LIST_PUSH(&a, &reply.headers) = (struct httpd_header){ "x-acs-request-id", "R1" };
    reply.due_ms = 1500;
    recorder_note(r, &request, &reply, 1000, 1001);
    reply.cut_after = 5;
    reply.due_ms = 0;
    recorder_note(r, &request, &reply, 1000, 1001);
    recorder_note(NULL, &request, &reply, 1, 1);
    recorder_close(r);
    if (!recording_open(&back, path, &err))
        fail_msg("%s", err.msg);
    (void)unlink(path);
    assert_int_equal(back.calls.len, 2);
    const struct recorded *c = &back.calls.items[0];
    assert_string_equal(c->call.action, "ListAcls");
    assert_string_equal(c->call.params.items[0].value, "x\"\ny");
    assert_string_equal(c->call.key, "testak");
    assert_string_equal(c->body, reply.body);
    assert_string_equal(c->headers.items[0].value, "R1");
    assert_int_equal(c->ms, 500);
    assert_int_equal(back.calls.items[1].ms, 1);
    assert_int_equal(back.calls.items[1].cut_after, 5);
}

static void test_no_secret_reaches_the_file(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *path = file_with(&a, "");
    struct recorder *r = start(path);
    static const char *const bodies[] = {
        "{\"Credentials\":{\"AccessKeySecret\":\"planted\",\"SecurityToken\":\"planted\"}}",
        "{\"AccessKeySecret\":\"plan", /* as a fault leaves it */
        "<SecurityToken>planted</SecurityToken>",
    };
    const struct httpd_request request = request_of(
        &a, "A", "Signature=planted&SecurityToken=planted&PrivateKey=planted&Key=planted");
    for (size_t i = 0; i < COUNT(bodies); i++) {
        const struct httpd_reply reply = reply_of(bodies[i]);
        recorder_note(r, &request, &reply, 0, 0);
    }
    const struct httpd_request token = {
        .method = "PUT", .target = "/latest/api/token", .body = "", .arena = &a
    };
    const struct httpd_reply reply = reply_of("planted");
    recorder_note(r, &token, &reply, 0, 0);
    recorder_close(r);
    const char *text = file_text(&a, path);
    (void)unlink(path);
    assert_null(strstr(text, "plan"));
    assert_null(strstr(text, "5ec2e7")); /* the signature */
    assert_non_null(strstr(text, "<redacted>"));
}

static void test_a_recording_goes_on_after_a_kill(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct recording back CLEANUP(recording_done) = { 0 };
    struct error err = { 0 };
    const char *path = file_with(&a, JOIN(&a, HEAD, "{\"seq\":1,\"act"));
    struct recorder *r = start(path);
    const struct httpd_request request = request_of(&a, "ListAcls", "");
    const struct httpd_reply reply = reply_of("{}");
    recorder_note(r, &request, &reply, 0, 0);
    recorder_close(r);
    assert_true(recording_open(&back, path, &err));
    (void)unlink(path);
    assert_int_equal(back.calls.len, 1);
}

static void test_a_place_that_cannot_be_written_is_refused(void **state)
{
    (void)state;
    struct recorder *r = NULL;
    struct error err = { 0 };
    assert_false(recorder_open(&r, "/nowhere/at/all", 0, &err));
    assert_null(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_is_read_back_as_it_was),
        cmocka_unit_test(test_no_secret_reaches_the_file),
        cmocka_unit_test(test_a_recording_goes_on_after_a_kill),
        cmocka_unit_test(test_a_place_that_cannot_be_written_is_refused),
    };
    return cmocka_run_group_tests_name("mock_record/recorder", tests, NULL, NULL);
}
