/* test_companion.c - the state and its file; and through the front, with the requests that
 * the official credentials library was seen to send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "alb-agent/clock.h"
#include "tests/unit/mock_front/fake_cloud.h"
#include "tests/unit/mock_front/vectors.h"
#include "world.h"

static void test_the_state_outlives_the_program(void **state)
{
    struct world *w = *state;
    char path[] = "/tmp/alb-mock-companion-XXXXXX";
    int fd = mkstemp(path);
    struct error err = { 0 };
    assert_true(fd >= 0);
    (void)close(fd);
    (void)unlink(path);
    const struct companion_config config = { .file = path, .seed = 7 };
    companion_close(w->companion);
    assert_true(companion_open(&w->companion, &config, &err));
    static const char params[] = "{\"RoleArn\":\"acs:ram::1:role/r\",\"RoleSessionName\":\"ab\"}";
    assert_string_equal(ask(w, "sts", "AssumeRole", params), "ok");
    const char *id =
        arena_strdup(&w->arena, json_str(json_get(w->reply.body, "Credentials"), "AccessKeyId"));

    companion_close(w->companion);
    w->companion = NULL;
    assert_true(companion_open(&w->companion, &config, &err));
    struct access_key key;
    const struct front_side *side = companion_side(w->companion);
    assert_true(side->key(side->self, id, &key));
    assert_string_equal(ask(w, "sts", "AssumeRole", params), "ok");
    assert_string_not_equal(json_str(json_get(w->reply.body, "Credentials"), "AccessKeyId"), id);
    (void)unlink(path);
}

static void test_a_damaged_file_is_refused(void **state)
{
    (void)state;
    char path[] = "/tmp/alb-mock-companion-XXXXXX";
    int fd = mkstemp(path);
    struct error err = { 0 };
    struct companion *c;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "[]", 2), 2);
    (void)close(fd);
    const struct companion_config config = { .file = path };
    assert_false(companion_open(&c, &config, &err));
    assert_null(c);
    assert_non_null(strstr(err.msg, path));
    (void)unlink(path);
}

static int64_t captured_ms(void *self)
{
    (void)self;
    return 1767323045000; /* 2026-01-02T03:04:05Z, the date of the captures */
}

/* A captured request as it arrived, to 'front'. */
static void deliver(struct front *front, const cJSON *capture, struct arena *a,
                    struct httpd_reply *reply)
{
    const char *url = json_str(capture, "url") + strlen("https://");
    const char *path = strchr(url, '/'), *form = json_str(capture, "formEncodedInOrder");
    const struct httpd_header headers[] = {
        { "Host", arena_strndup(a, url, (size_t)(path - url)) },
        { "Content-Type", "application/x-www-form-urlencoded" },
    };
    const struct httpd_request request = {
        .method = json_str(capture, "method"),
        .target = path,
        .headers = headers,
        .n_headers = COUNT(headers),
        .body = form,
        .body_len = strlen(form),
        .arena = a,
    };
    *reply = (struct httpd_reply){ .status = 200 };
    front_handle(front, &request, reply);
}

static void test_captured_requests_of_the_credentials_library_are_answered(void **state)
{
    struct world *w = *state;
    static const struct access_key keys[] = {
        { .id = "LTAI5tTestKey", .secret = "TestSecret1" },
        { .id = "STS.TestKey", .secret = "TestSecret2", .token = "tok+/= ~*" },
    };
    struct cloud cloud = { 0 };
    const struct clock clock = { captured_ms, NULL };
    const struct front_config config = {
        .cloud = &cloud,
        .clock = &clock,
        .keys = keys,
        .n_keys = COUNT(keys),
        .side = companion_side(w->companion),
    };
    struct error err = { 0 };
    cJSON *captures CLEANUP(json_done) = NULL;
    const cJSON *capture;
    int n = 0;
    assert_true(vectors_load("sts-captures.json", &captures));
    cJSON_ArrayForEach (capture, json_get(captures, "captures")) {
        struct front *front;
        struct httpd_reply reply;
        if (strncmp(json_str(capture, "id"), "assume-role", 11) != 0)
            continue;
        assert_true(front_open(&front, &config, &err)); /* they share one nonce */
        deliver(front, capture, &w->arena, &reply);
        if (reply.status != 200)
            fail_msg("%s: %s", json_str(capture, "id"), reply.body);
        assert_non_null(strstr(reply.body, "\"Credentials\":{\"AccessKeyId\":\"STS."));
        front_close(front);
        n++;
    }
    assert_int_equal(n, 5);
    assert_int_equal(cloud.calls, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_the_state_outlives_the_program),
        TEST(test_a_damaged_file_is_refused),
        TEST(test_captured_requests_of_the_credentials_library_are_answered),
    };
    return cmocka_run_group_tests_name("mock_companion/companion", tests, NULL, NULL);
}
