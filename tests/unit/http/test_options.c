/* test_options.c - what a request looks like on the wire, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "alb-agent/error.h"
#include "alb-agent/http.h"
#include "alb-agent/macros.h"
#include "server.h"

struct fixture {
    struct server *server;
    struct transport *transport;
};

/* Answers with the request itself; "/away" redirects. */
static bool mirror(struct received *r)
{
    if (!strcmp(r->path, "/away"))
        server_reply(r, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n", "moved");
    else
        server_reply(r, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n", r->text);
    return true;
}

static int setup(void **state)
{
    static struct fixture f;
    struct error err;
    f.server = server_start(mirror);
    if (!http_new(&f.transport, &(struct http_config){ .user_agent = "test/1" }, &err))
        return -1;
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    http_free(f->transport);
    server_stop(f->server);
    return 0;
}

static void test_post_carries_headers_and_body_as_given(void **state)
{
    struct fixture *f = *state;
    const struct http_header headers[] = { { "x-acs-action", "CreateRules" },
                                           { "x-empty", "" },
                                           { "content-type",
                                             "application/x-www-form-urlencoded" } };
    struct http_reply r;
    ask(f->transport,
        &(struct http_request){ .method = "POST",
                                .url = server_url(f->server, "/?A=1%202"),
                                .headers = headers,
                                .n_headers = COUNT(headers),
                                .body = "Rules.1=x",
                                .body_len = 9 },
        &r);
    assert_int_equal(r.status, 200);
    assert_memory_equal(r.body, "POST /?A=1%202 HTTP/1.1\r\n", 25);
    assert_non_null(strstr(r.body, "\r\nx-acs-action: CreateRules\r\n"));
    assert_non_null(strstr(r.body, "\r\nx-empty:\r\n"));
    assert_non_null(strstr(r.body, "\r\ncontent-type: application/x-www-form-urlencoded\r\n"));
    assert_non_null(strstr(r.body, "\r\nUser-Agent: test/1\r\n"));
    assert_non_null(strstr(r.body, "\r\nContent-Length: 9\r\n"));
    assert_non_null(strstr(r.body, "\r\n\r\nRules.1=x"));
    http_reply_done(&r);
}

/* A content type that the caller did not sign would make the signature wrong. */
static void test_post_without_body_has_no_content_type(void **state)
{
    struct fixture *f = *state;
    struct http_reply r;
    ask(f->transport, &(struct http_request){ .method = "POST", .url = server_url(f->server, "/") },
        &r);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, "\r\nContent-Length: 0\r\n"));
    assert_null(strstr(r.body, "ontent-Type"));
    assert_null(strstr(r.body, "Expect"));
    http_reply_done(&r);
}

static void test_get_and_other_methods_keep_their_names(void **state)
{
    struct fixture *f = *state;
    struct http_reply r;
    ask_path(f->transport, f->server, "/x", &r);
    assert_memory_equal(r.body, "GET /x HTTP/1.1\r\n", 17);
    http_reply_done(&r);
    ask(f->transport, &(struct http_request){ .method = "PUT", .url = server_url(f->server, "/y") },
        &r);
    assert_memory_equal(r.body, "PUT /y HTTP/1.1\r\n", 17);
    http_reply_done(&r);
    /* The handle is used again: nothing of the former request may stick to it. */
    ask_path(f->transport, f->server, "/z", &r);
    assert_memory_equal(r.body, "GET /z HTTP/1.1\r\n", 17);
    assert_null(strstr(r.body, "Content-Length"));
    http_reply_done(&r);
}

static void test_redirects_are_not_followed(void **state)
{
    struct fixture *f = *state;
    struct http_reply r;
    ask_path(f->transport, f->server, "/away", &r);
    assert_int_equal(r.status, 302);
    assert_string_equal(r.body, "moved");
    assert_int_equal(server_requests(f->server), 1);
    http_reply_done(&r);
}

static void expect_refused(struct transport *t, const char *url, const char *words)
{
    struct http_reply r;
    ask(t, &(struct http_request){ .method = "GET", .url = url }, &r);
    assert_int_equal(r.status, 0);
    assert_false(r.sent);
    assert_int_equal(r.err.kind, ERROR_INVALID);
    assert_non_null(strstr(r.err.msg, words));
    http_reply_done(&r);
}

static void test_other_protocols_and_bad_urls_are_refused(void **state)
{
    struct fixture *f = *state;
    expect_refused(f->transport, "file:///etc/passwd", "neither https:// nor http://");
    expect_refused(f->transport, "ftp://host/x", "neither https:// nor http://");
    expect_refused(f->transport, "", "neither https:// nor http://");
    expect_refused(f->transport, "http://", "");
    expect_refused(f->transport, "http://host:99999/", "");
}

static void test_header_of_two_lines_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct http_header bad[] = { { "x-a", "1" }, { "x-b", "hush\r\nx-c: 2" } };
    struct http_reply r;
    ask(f->transport,
        &(struct http_request){ .method = "POST",
                                .url = server_url(f->server, "/"),
                                .headers = bad,
                                .n_headers = COUNT(bad) },
        &r);
    assert_int_equal(r.err.kind, ERROR_INVALID);
    assert_non_null(strstr(r.err.msg, "header 2 is not one line"));
    assert_null(strstr(r.err.msg, "hush"));
    assert_int_equal(server_requests(f->server), 0);
    http_reply_done(&r);
}

/* The mirror is the proxy: a proxied request names the whole URL in its first line. */
static void test_proxy_of_the_environment_is_used_but_for_direct_requests(void **state)
{
    struct fixture *f = *state;
    struct http_reply r;
    (void)unsetenv("no_proxy");
    (void)setenv("http_proxy", server_url(f->server, ""), 1);
    ask(f->transport, &(struct http_request){ .method = "GET", .url = "http://192.0.2.1/far" }, &r);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.body, "GET http://192.0.2.1/far HTTP/1.1"));
    http_reply_done(&r);
    ask(f->transport,
        &(struct http_request){
            .method = "GET", .url = server_url(f->server, "/near"), .direct = true },
        &r);
    assert_non_null(strstr(r.body, "GET /near HTTP/1.1"));
    http_reply_done(&r);
    (void)unsetenv("http_proxy");
    (void)setenv("no_proxy", "*", 1);
}

static void get(struct fixture *f, const char *url, struct http_reply *r)
{
    ask(f->transport, &(struct http_request){ .method = "GET", .url = url }, r);
}

static void test_upper_case_names_of_proxies_count_too(void **state)
{
    struct fixture *f = *state;
    struct http_reply r;
    (void)unsetenv("no_proxy");
    (void)setenv("HTTP_PROXY", server_url(f->server, ""), 1);
    get(f, "http://192.0.2.1/far", &r);
    assert_non_null(strstr(r.body, "GET http://192.0.2.1/far HTTP/1.1"));
    http_reply_done(&r);
    (void)setenv("NO_PROXY", "example.com,127.0.0.1", 1);
    get(f, server_url(f->server, "/near"), &r);
    assert_non_null(strstr(r.body, "GET /near HTTP/1.1"));
    http_reply_done(&r);
    (void)setenv("REQUEST_METHOD", "GET", 1); /* as under CGI */
    (void)unsetenv("NO_PROXY");
    get(f, server_url(f->server, "/cgi"), &r);
    assert_non_null(strstr(r.body, "GET /cgi HTTP/1.1"));
    http_reply_done(&r);
    (void)unsetenv("REQUEST_METHOD");
    (void)unsetenv("HTTP_PROXY");
    (void)setenv("no_proxy", "*", 1);
}

/* The mirror refuses the tunnel by its 200 without TLS behind it; what counts is that it was
 * asked, and for what. */
static void expect_tunnel(struct fixture *f, const char *variable, int requests)
{
    struct http_reply r;
    (void)unsetenv("no_proxy");
    (void)setenv(variable, server_url(f->server, ""), 1);
    get(f, "https://192.0.2.1/?Key=hush", &r);
    assert_int_equal(r.status, 0);
    assert_null(strstr(r.err.msg, "hush"));
    assert_int_equal(server_requests(f->server), requests);
    (void)unsetenv(variable);
    (void)setenv("no_proxy", "*", 1);
    http_reply_done(&r);
}

static void test_https_goes_through_a_tunnel(void **state)
{
    struct fixture *f = *state;
    expect_tunnel(f, "https_proxy", 1);
    expect_tunnel(f, "HTTPS_PROXY", 2);
}

static void test_messages_hide_user_and_query(void **state)
{
    struct fixture *f = *state;
    struct http_reply r;
    ask(f->transport,
        &(struct http_request){ .method = "GET", .url = "ftp://u:hush@host:1/p?Key=hush" }, &r);
    assert_null(strstr(r.err.msg, "hush"));
    assert_non_null(strstr(r.err.msg, "ftp://host:1:"));
    http_reply_done(&r);
}

int main(void)
{
#define WITH_SERVER(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_post_carries_headers_and_body_as_given),
        WITH_SERVER(test_post_without_body_has_no_content_type),
        WITH_SERVER(test_get_and_other_methods_keep_their_names),
        WITH_SERVER(test_redirects_are_not_followed),
        WITH_SERVER(test_other_protocols_and_bad_urls_are_refused),
        WITH_SERVER(test_header_of_two_lines_is_refused),
        WITH_SERVER(test_proxy_of_the_environment_is_used_but_for_direct_requests),
        WITH_SERVER(test_upper_case_names_of_proxies_count_too),
        WITH_SERVER(test_https_goes_through_a_tunnel),
        WITH_SERVER(test_messages_hide_user_and_query),
    };
    return cmocka_run_group_tests_name("http/options", tests, NULL, NULL);
}
