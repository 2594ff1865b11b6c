/* test_http.c - the life of requests in the libcurl transport, against a server on the
 * loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/error.h"
#include "alb-agent/http.h"
#include "server.h"

enum { MANY = 12 };

static struct transport *client(const struct http_config *config)
{
    struct transport *t = NULL;
    struct error err;
    assert_true(http_new(&t, config, &err));
    return t;
}

static bool answer_ok(struct received *r)
{
    server_reply(r, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", r->path);
    server_note_answered(r->server);
    return true;
}

static bool answer_after_gate(struct received *r)
{
    server_await_gate(r->server);
    return answer_ok(r);
}

static bool answer_and_close(struct received *r)
{
    (void)answer_ok(r);
    return false;
}

static bool never_answer(struct received *r)
{
    server_await_gate(r->server);
    return false;
}

static void test_connection_is_reused(void **state)
{
    (void)state;
    struct server *s = server_start(answer_ok);
    struct transport *t = client(&(struct http_config){ 0 });
    for (int i = 0; i < 5; i++) {
        struct http_reply r;
        ask_path(t, s, "/again", &r);
        assert_int_equal(r.status, 200);
        assert_true(r.sent);
        assert_string_equal(r.body, "/again");
        http_reply_done(&r);
    }
    assert_int_equal(server_connections(s), 1);
    http_free(t);
    server_stop(s);
}

static void test_connection_closed_by_the_peer_is_replaced(void **state)
{
    (void)state;
    struct server *s = server_start(answer_and_close);
    struct transport *t = client(&(struct http_config){ 0 });
    for (int i = 0; i < 3; i++) {
        struct http_reply r;
        ask_path(t, s, "/", &r);
        assert_int_equal(r.status, 200);
        http_reply_done(&r);
    }
    assert_int_equal(server_connections(s), 3);
    http_free(t);
    server_stop(s);
}

/* All replies are in the sockets before the first is taken, so they arrive in one turn. */
static void test_replies_of_one_turn_come_in_order_of_their_numbers(void **state)
{
    (void)state;
    struct server *s = server_start(answer_after_gate);
    struct transport *t = client(&(struct http_config){ 0 });
    uint64_t ids[MANY];
    struct http_reply r;
    for (int i = 0; i < MANY; i++) {
        char path[20];
        (void)snprintf(path, sizeof path, "/%d", i);
        ids[i] = t->send(t, &(struct http_request){ .method = "GET", .url = server_url(s, path) });
    }
    while (server_requests(s) < MANY) {
        assert_false(t->next(t, &r));
        t->wait(t, 5);
    }
    server_open_gate(s);
    server_await_answered(s, MANY);
    for (int i = 0; i < MANY; i++) {
        char path[20];
        (void)snprintf(path, sizeof path, "/%d", i);
        while (!t->next(t, &r))
            t->wait(t, -1);
        assert_int_equal(r.id, ids[i]);
        assert_string_equal(r.body, path);
        http_reply_done(&r);
    }
    assert_int_equal(server_connections(s), MANY);
    http_free(t);
    server_stop(s);
}

static void test_requests_beyond_the_connections_queue(void **state)
{
    (void)state;
    struct server *s = server_start(answer_ok);
    struct transport *t = client(&(struct http_config){ .max_connections = 2 });
    for (int i = 0; i < MANY; i++)
        (void)t->send(t, &(struct http_request){ .method = "GET", .url = server_url(s, "/") });
    for (int i = 0; i < MANY; i++) {
        struct http_reply r;
        while (!t->next(t, &r))
            t->wait(t, -1);
        assert_int_equal(r.status, 200);
        http_reply_done(&r);
    }
    assert_true(server_connections(s) <= 2);
    http_free(t);
    server_stop(s);
}

static void test_silent_server_ends_in_a_time_out(void **state)
{
    (void)state;
    struct server *s = server_start(never_answer);
    struct transport *t = client(&(struct http_config){ 0 });
    struct http_reply r;
    ask(t,
        &(struct http_request){
            .method = "POST", .url = server_url(s, "/?AccessKeySecret=hush"), .timeout_ms = 50 },
        &r);
    assert_int_equal(r.status, 0);
    assert_true(r.sent);
    assert_int_equal(r.err.kind, ERROR_TRANSIENT);
    assert_non_null(strstr(r.err.msg, "http://127.0.0.1:"));
    assert_non_null(strstr(r.err.msg, "no complete reply within 50 ms"));
    assert_null(strstr(r.err.msg, "hush"));
    http_reply_done(&r);
    http_free(t);
    server_stop(s);
}

/* It takes the connection and never says a word of TLS. */
static void test_connecting_has_a_deadline_of_its_own(void **state)
{
    (void)state;
    struct server *s = server_start(never_answer);
    struct transport *t = client(&(struct http_config){ .connect_timeout_ms = 50 });
    struct http_reply r;
    char url[100];
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%d/", server_port(s));
    ask(t, &(struct http_request){ .method = "POST", .url = url, .timeout_ms = 60000 }, &r);
    assert_int_equal(r.status, 0);
    assert_false(r.sent);
    assert_int_equal(r.err.kind, ERROR_TRANSIENT);
    assert_non_null(strstr(r.err.msg, "no connection in time"));
    http_reply_done(&r);
    http_free(t);
    server_stop(s);
}

static void test_refused_connection_is_known_not_to_have_sent(void **state)
{
    (void)state;
    struct server *s = server_start(answer_ok);
    char url[100];
    (void)snprintf(url, sizeof url, "%s", server_url(s, "/"));
    server_stop(s);
    struct transport *t = client(&(struct http_config){ 0 });
    struct http_reply r;
    ask(t, &(struct http_request){ .method = "POST", .url = url }, &r);
    assert_int_equal(r.status, 0);
    assert_false(r.sent);
    assert_int_equal(r.err.kind, ERROR_TRANSIENT);
    assert_non_null(strstr(r.err.msg, "could not connect"));
    http_reply_done(&r);
    http_free(t);
}

static void test_unknown_host_is_told_by_name(void **state)
{
    (void)state;
    (void)setenv("no_proxy", "*", 1);
    struct transport *t = client(&(struct http_config){ 0 });
    struct http_reply r;
    ask(t, &(struct http_request){ .method = "GET", .url = "http://nowhere.invalid/?q=1" }, &r);
    assert_int_equal(r.status, 0);
    assert_false(r.sent);
    assert_int_equal(r.err.kind, ERROR_TRANSIENT);
    assert_non_null(strstr(r.err.msg, "http://nowhere.invalid: "));
    http_reply_done(&r);
    http_free(t);
}

static void test_free_ends_what_is_in_flight(void **state)
{
    (void)state;
    struct server *s = server_start(never_answer);
    struct transport *t = client(&(struct http_config){ 0 });
    struct http_reply r;
    (void)t->send(t, &(struct http_request){ .method = "GET", .url = server_url(s, "/") });
    while (!server_requests(s)) {
        assert_false(t->next(t, &r));
        t->wait(t, 5);
    }
    (void)t->send(t, &(struct http_request){ .method = "GET", .url = "gopher://x/" });
    http_free(t);
    server_stop(s);
}

static void test_free_of_nothing_is_harmless(void **state)
{
    (void)state;
    http_free(NULL);
}

/* A wait that slept would hang this test until its time limit. */
static void test_wait_returns_at_once_when_a_reply_is_there(void **state)
{
    (void)state;
    struct transport *t = client(&(struct http_config){ 0 });
    struct http_reply r;
    uint64_t first = t->send(t, &(struct http_request){ .method = "GET", .url = "x" });
    uint64_t second = t->send(t, &(struct http_request){ .method = "GET", .url = "y" });
    t->wait(t, -1);
    assert_true(t->next(t, &r));
    assert_int_equal(r.id, first);
    http_reply_done(&r);
    t->wait(t, -1);
    assert_true(t->next(t, &r));
    assert_int_equal(r.id, second);
    assert_true(second > first);
    http_reply_done(&r);
    assert_false(t->next(t, &r));
    http_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connection_is_reused),
        cmocka_unit_test(test_connection_closed_by_the_peer_is_replaced),
        cmocka_unit_test(test_replies_of_one_turn_come_in_order_of_their_numbers),
        cmocka_unit_test(test_requests_beyond_the_connections_queue),
        cmocka_unit_test(test_silent_server_ends_in_a_time_out),
        cmocka_unit_test(test_connecting_has_a_deadline_of_its_own),
        cmocka_unit_test(test_refused_connection_is_known_not_to_have_sent),
        cmocka_unit_test(test_unknown_host_is_told_by_name),
        cmocka_unit_test(test_free_ends_what_is_in_flight),
        cmocka_unit_test(test_free_of_nothing_is_harmless),
        cmocka_unit_test(test_wait_returns_at_once_when_a_reply_is_there),
    };
    return cmocka_run_group_tests_name("http/http", tests, NULL, NULL);
}
