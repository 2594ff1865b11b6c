/* test_httpd.c - the server against raw bytes on a loopback socket. */
#include "tests/unit/httpd/world.h"

static int setup(void **state)
{
    return world_open(state, &(struct httpd_config){ 0 });
}

static void test_a_request_reaches_the_handler_whole(void **state)
{
    struct world *w = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    assert_true(ask(w,
                    "POST /?a=b+c%20d&e HTTP/1.1\r\nHost: x\r\nX-Test:  one \t\r\n"
                    "X-Test: two\r\nContent-Length: 5\r\n\r\nhello",
                    ";", 1, &got));
    assert_non_null(strstr(got.data, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(got.data, "X-Reply: yes\r\n"));
    assert_non_null(strstr(got.data, "\r\n\r\nPOST|/?a=b+c%20d&e|[one][two]|one|5:hello;"));
}

static void test_a_connection_serves_many_requests(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 3; i++) {
        struct buf got CLEANUP(buf_done) = { 0 };
        assert_true(ask(w, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", ";", 1, &got));
        assert_non_null(strstr(got.data, "GET|/|"));
    }
    assert_int_equal(w->calls, 3);
}

static void test_pipelined_requests_are_answered_in_order(void **state)
{
    struct world *w = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    assert_true(ask(w,
                    "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"
                    "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
                    "GET /3 HTTP/1.1\r\nHost: x\r\n\r\n",
                    ";", 3, &got));
    const char *one = strstr(got.data, "GET|/1|"), *two = strstr(got.data, "POST|/2||-|2:ab");
    const char *three = strstr(got.data, "GET|/3|");
    assert_true(one && two && three && one < two && two < three);
}

static void test_a_chunked_body_is_put_together_byte_by_byte(void **state)
{
    struct world *w = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    const char text[] = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Trailer: t\r\n\r\n";
    assert_true(exchange(w, text, strlen(text), 1, ";", 1, &got));
    assert_non_null(strstr(got.data, "|13:abc0123456789;"));
}

static void test_an_absolute_target_is_stripped(void **state)
{
    struct world *w = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    assert_true(ask(w, "POST http://alb.cn-hangzhou.aliyuncs.com?A=1 HTTP/1.1\r\nHost: x\r\n\r\n",
                    ";", 1, &got));
    assert_non_null(strstr(got.data, "POST|/?A=1|"));
}

static void test_expect_continue_is_answered_before_the_body(void **state)
{
    struct world *w = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    assert_true(ask(w,
                    "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                    "Content-Length: 3\r\n\r\n",
                    "100 Continue", 1, &got));
    assert_int_equal(w->calls, 0);
    assert_true(ask(w, "abc", ";", 1, &got));
    assert_non_null(strstr(got.data, "|3:abc;"));
}

static void test_a_thousand_parameters_fit(void **state)
{
    struct world *w = *state;
    struct buf text CLEANUP(buf_done) = { 0 }, got CLEANUP(buf_done) = { 0 };
    buf_adds(&text, "POST /?");
    for (int i = 1; i <= 1500; i++)
        buf_addf(&text, "RemovedServers.%d.ServerId=eni-%08d-0123456789&", i, i);
    buf_adds(&text, " HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(exchange(w, text.data, text.len, SIZE_MAX, ";", 1, &got));
    assert_non_null(strstr(got.data, "RemovedServers.1500.ServerId=eni-00001500"));
}

static void test_a_body_beyond_the_ceiling_is_read_and_refused(void **state)
{
    struct world *w = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    size_t size = 5 << 20;
    char head[128];
    int n = snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n",
                     size);
    char *text = malloc((size_t)n + size);
    memcpy(text, head, (size_t)n);
    memset(text + n, 'a', size);
    bool done = exchange(w, text, (size_t)n + size, SIZE_MAX, "too large", 1, &got);
    free(text);
    assert_true(done);
    assert_non_null(strstr(got.data, "HTTP/1.1 413 "));
    assert_int_equal(w->calls, 0);
    /* The connection is still good. */
    buf_reset(&got);
    assert_true(ask(w, "GET /after HTTP/1.1\r\nHost: x\r\n\r\n", ";", 1, &got));
    assert_non_null(strstr(got.data, "GET|/after|"));
}

static void test_a_body_just_at_the_ceiling_passes(void **state)
{
    struct world *w = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    size_t size = 4 << 20;
    char head[128];
    int n = snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n",
                     size);
    char *text = malloc((size_t)n + size);
    memcpy(text, head, (size_t)n);
    memset(text + n, 'a', size);
    bool done = exchange(w, text, (size_t)n + size, SIZE_MAX, ";", 1, &got);
    free(text);
    assert_true(done);
    assert_non_null(strstr(got.data, "|4194304:;"));
}

static void test_contradicting_lengths_are_refused(void **state)
{
    static const char *const requests[] = {
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\n",
    };
    struct world *w = *state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        struct buf got CLEANUP(buf_done) = { 0 };
        assert_true(ask(w, requests[i], "never", 1, &got)); /* the server closes */
        assert_non_null(strstr(buf_str(&got), "HTTP/1.1 400 "));
        assert_int_equal(w->calls, 0);
        (void)close(w->client);
        w->client = client_open(w->h);
    }
}

static void test_a_dated_reply_leaves_when_it_is_due(void **state)
{
    struct world *w = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    w->due_ms = 1500;
    assert_true(ask(w, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n", "", 0, &got));
    while (!w->calls)
        httpd_run(w->h, w->now_ms);
    assert_int_equal(httpd_timeout_ms(w->h, 1000), 500);
    assert_int_equal(httpd_timeout_ms(w->h, 1600), 0);

    /* Another client is served meanwhile. */
    int slow = w->client;
    w->client = client_open(w->h);
    w->due_ms = 0;
    w->now_ms = 1499;
    struct buf other CLEANUP(buf_done) = { 0 };
    assert_true(ask(w, "GET /fast HTTP/1.1\r\nHost: x\r\n\r\n", ";", 1, &other));
    assert_true(take(slow, &got));
    assert_int_equal(got.len, 0);
    (void)close(w->client);

    w->client = slow;
    w->now_ms = 1500;
    assert_true(ask(w, "", ";", 1, &got));
    assert_non_null(strstr(got.data, "GET|/slow|"));
    assert_int_equal(w->calls, 2);
}

static void test_closing_with_replies_in_waiting_is_safe(void **state)
{
    struct world *w = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    w->due_ms = INT64_MAX;
    assert_true(ask(w, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "", 0, &got));
    while (!w->calls)
        httpd_run(w->h, w->now_ms);
    assert_int_equal(got.len, 0);
}

static void test_a_reset_gives_no_answer_at_all(void **state)
{
    struct world *w = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    w->bad.reset = true;
    assert_true(ask(w, "GET /r HTTP/1.1\r\nHost: x\r\n\r\n", "never", 1, &got));
    assert_int_equal(w->calls, 1);
    assert_int_equal(got.len, 0);
}

static void test_a_cut_body_ends_before_its_announced_length(void **state)
{
    struct world *w = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    w->bad.cut_after = 5;
    assert_true(ask(w, "GET /cut HTTP/1.1\r\nHost: x\r\n\r\n", "never", 1, &got));
    assert_non_null(strstr(got.data, "Content-Length: 15\r\n")); /* "GET|/cut||-|0:;" */
    const char *body = strstr(got.data, "\r\n\r\n") + 4;
    assert_string_equal(body, "GET|/");
}

static void test_a_slow_body_leaves_in_pieces(void **state)
{
    struct world *w = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    w->bad.piece = 4;
    w->bad.pause_ms = 1000;
    assert_true(ask(w, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\nGET|", 1, &got));
    assert_null(strstr(got.data, "GET|/"));
    for (int turn = 0; turn < 10; turn++)
        httpd_run(w->h, w->now_ms);
    assert_int_equal(httpd_timeout_ms(w->h, w->now_ms), 1000);
    w->now_ms += 1000;
    assert_true(ask(w, "", "GET|/slo", 1, &got));
    assert_null(strstr(got.data, "GET|/slow"));
    while (!strchr(strstr(got.data, "GET|"), ';')) {
        size_t before = got.len;
        w->now_ms += 1000;
        assert_true(ask(w, "", "", 0, &got));
        assert_true(got.len <= before + 4);
    }
}

static void test_closing_with_a_slow_body_under_way_is_safe(void **state)
{
    struct world *w = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    w->bad.piece = 1;
    w->bad.pause_ms = 1000;
    assert_true(ask(w, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\nG", 1, &got));
    httpd_close(w->h);
    w->h = NULL;
}

static void test_tls_needs_both_halves_and_real_ones(void **state)
{
    struct world *w = *state;
    struct error err = { 0 };
    struct httpd *h;
    static const struct {
        const char *cert, *key;
    } bad[] = { { "x", NULL }, { NULL, "x" }, { "x", "y" } };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct httpd_config config = {
            .listen = "127.0.0.1:0",
            .handler = echo,
            .arg = w,
            .tls_cert = bad[i].cert,
            .tls_key = bad[i].key,
        };
        assert_false(httpd_open(&h, &config, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_null(h);
    }
}

static void test_garbage_is_refused_and_leaks_nothing(void **state)
{
    struct world *w = *state;
    static const char *const garbage[] = {
        "\x16\x03\x01 not http\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: banana\r\n\r\n",
    };
    for (size_t i = 0; i < COUNT(garbage); i++) {
        struct buf got CLEANUP(buf_done) = { 0 };
        (void)ask(w, garbage[i], "</html>", 1, &got);
        assert_int_equal(w->calls, 0);
        assert_null(strstr(buf_str(&got), "200 OK"));
        (void)close(w->client);
        w->client = client_open(w->h);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_request_reaches_the_handler_whole),
        TEST(test_a_connection_serves_many_requests),
        TEST(test_pipelined_requests_are_answered_in_order),
        TEST(test_a_chunked_body_is_put_together_byte_by_byte),
        TEST(test_an_absolute_target_is_stripped),
        TEST(test_expect_continue_is_answered_before_the_body),
        TEST(test_a_thousand_parameters_fit),
        TEST(test_a_body_beyond_the_ceiling_is_read_and_refused),
        TEST(test_a_body_just_at_the_ceiling_passes),
        TEST(test_contradicting_lengths_are_refused),
        TEST(test_a_dated_reply_leaves_when_it_is_due),
        TEST(test_closing_with_replies_in_waiting_is_safe),
        TEST(test_a_reset_gives_no_answer_at_all),
        TEST(test_a_cut_body_ends_before_its_announced_length),
        TEST(test_a_slow_body_leaves_in_pieces),
        TEST(test_closing_with_a_slow_body_under_way_is_safe),
        TEST(test_tls_needs_both_halves_and_real_ones),
        TEST(test_garbage_is_refused_and_leaks_nothing),
    };
    return cmocka_run_group_tests_name("httpd/httpd", tests, NULL, NULL);
}
