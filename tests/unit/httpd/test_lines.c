/* test_lines.c - clients that take their time, or too much room, against a server that strangers
 * may reach. */
#include "tests/unit/httpd/world.h"

enum { REQUEST_MS = 1000, MOST = 3 };

/* As the agent's status server is set up. */
static int setup(void **state)
{
    return world_open(state, &(struct httpd_config){ .max_head = 4096,
                                                     .max_body = 16,
                                                     .max_connections = MOST,
                                                     .request_ms = REQUEST_MS });
}

/* Has the server ended the connection?  Gives it a few turns. */
static bool is_cut(struct world *w, int fd)
{
    struct buf got CLEANUP(buf_done) = { 0 };
    for (int i = 0; i < 20; i++) {
        httpd_run(w->h, w->now_ms);
        if (!take(fd, &got))
            return true;
        struct pollfd p = { .fd = httpd_fd(w->h), .events = POLLIN };
        (void)poll(&p, 1, 5);
    }
    return false;
}

static void test_a_request_that_trickles_in_is_cut_when_its_time_is_over(void **state)
{
    struct world *w = *state;
    assert_false(is_cut(w, w->client));
    for (int i = 0; i < 9; i++) { /* which libmicrohttpd's own time-out would let go on */
        assert_int_equal(send(w->client, &"GET / HTTP/1.1\r\n"[i], 1, MSG_NOSIGNAL), 1);
        w->now_ms += REQUEST_MS / 10;
        assert_false(is_cut(w, w->client));
    }
    assert_in_range(httpd_timeout_ms(w->h, w->now_ms), 1, REQUEST_MS / 10);
    w->now_ms += REQUEST_MS / 10;
    assert_true(is_cut(w, w->client));
    assert_int_equal(w->calls, 0);
}

static void test_a_connection_that_says_nothing_is_cut(void **state)
{
    struct world *w = *state;
    httpd_run(w->h, w->now_ms);
    w->now_ms += REQUEST_MS - 1;
    assert_false(is_cut(w, w->client));
    w->now_ms += 1;
    assert_true(is_cut(w, w->client));
}

static void test_each_request_has_its_time(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 4; i++) {
        struct buf got CLEANUP(buf_done) = { 0 };
        w->now_ms += REQUEST_MS - 1;
        assert_true(ask(w, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", ";", 1, &got));
    }
    assert_int_equal(w->calls, 4);
    w->now_ms += REQUEST_MS;
    assert_true(is_cut(w, w->client));
}

static void test_a_reply_that_nobody_reads_is_cut(void **state)
{
    struct world *w = *state;
    w->bad = (struct httpd_reply){ .piece = 1, .pause_ms = REQUEST_MS / 4 };
    assert_true(send(w->client, "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL) == 18);
    while (!w->calls)
        httpd_run(w->h, w->now_ms);
    assert_false(is_cut(w, w->client));
    w->now_ms += REQUEST_MS;
    assert_true(is_cut(w, w->client));
}

static void test_the_oldest_makes_room_when_there_are_too_many(void **state)
{
    struct world *w = *state;
    int more[2 * MOST];
    httpd_run(w->h, w->now_ms);
    for (size_t i = 0; i < COUNT(more); i++) {
        w->now_ms++;
        more[i] = client_open(w->h);
        assert_false(is_cut(w, more[i]));
    }
    assert_true(is_cut(w, w->client));
    for (size_t i = 0; i < COUNT(more); i++)
        assert_int_equal(is_cut(w, more[i]), i < COUNT(more) - MOST);
    (void)close(w->client);
    w->client = more[COUNT(more) - 1];
    struct buf got CLEANUP(buf_done) = { 0 };
    assert_true(ask(w, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", ";", 1, &got));
    assert_int_equal(w->calls, 1);
    for (size_t i = 0; i + 1 < COUNT(more); i++)
        (void)close(more[i]);
}

static void test_a_head_beyond_the_ceiling_is_refused(void **state)
{
    struct world *w = *state;
    struct buf text CLEANUP(buf_done) = { 0 }, got CLEANUP(buf_done) = { 0 };
    buf_adds(&text, "GET / HTTP/1.1\r\nHost: x\r\nX-Giant: ");
    for (int i = 0; i < 100000; i++)
        buf_addc(&text, 'a');
    buf_adds(&text, "\r\n\r\n");
    assert_true(exchange(w, text.data, text.len, 1000, "\r\n\r\n", 1, &got));
    assert_int_equal(w->calls, 0);
    assert_true(!got.len || strstr(got.data, "HTTP/1.1 431") || strstr(got.data, "HTTP/1.1 413"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_request_that_trickles_in_is_cut_when_its_time_is_over),
        TEST(test_a_connection_that_says_nothing_is_cut),
        TEST(test_each_request_has_its_time),
        TEST(test_a_reply_that_nobody_reads_is_cut),
        TEST(test_the_oldest_makes_room_when_there_are_too_many),
        TEST(test_a_head_beyond_the_ceiling_is_refused),
    };
    return cmocka_run_group_tests_name("httpd/lines", tests, NULL, NULL);
}
