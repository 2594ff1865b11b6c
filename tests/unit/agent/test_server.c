/* test_server.c - pages over HTTP, asked for over a loopback socket by the thread that serves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alb-agent/httpd.h"
#include "src/agent/service_priv.h"

enum { TURNS = 2000 };

struct fixture {
    struct server s;
    int64_t now_ms;
    int made[PAGES];
    int ready_status;
};

static int make(void *arg, enum page page, struct buf *b)
{
    struct fixture *f = arg;
    static const char *const names[PAGES] = { "health", "ready", "status", "metrics" };
    f->made[page]++;
    buf_addf(b, "%s %d\n", names[page], f->made[page]);
    return page == PAGE_READY ? f->ready_status : 200;
}

static bool move(struct server *s, const char *address)
{
    struct error err;
    bool moved;
    if (server_move(s, address, &moved, &err))
        return moved;
    assert_non_null(strstr(err.msg, address));
    return false;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    if (!f)
        return -1;
    f->now_ms = 1000;
    f->ready_status = 200;
    f->s.page = make;
    f->s.arg = f;
    return !move(&f->s, "127.0.0.1:0");
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    server_close(&f->s);
    free(f);
    return 0;
}

static int client_open(const struct fixture *f)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(httpd_port(f->s.h)) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* Sends a request and reads until the server closes. */
static void ask(struct fixture *f, const char *line, struct buf *got)
{
    int fd = client_open(f);
    struct buf text CLEANUP(buf_done) = { 0 };
    buf_reset(got);
    buf_addf(&text, "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", line);
    assert_int_equal(send(fd, text.data, text.len, MSG_NOSIGNAL), text.len);
    for (int i = 0; i < TURNS; i++) {
        char part[4096];
        (void)server_run(&f->s, f->now_ms);
        const ssize_t n = recv(fd, part, sizeof part, MSG_DONTWAIT);
        if (n > 0)
            buf_add(got, part, (size_t)n);
        if (n == 0)
            break;
        struct pollfd p = { .fd = server_fd(&f->s), .events = POLLIN };
        (void)poll(&p, 1, 1);
    }
    (void)close(fd);
}

static bool holds(const struct buf *b, const char *text)
{
    return strstr(buf_str(b), text) != NULL;
}

static void test_each_page_is_at_its_path(void **state)
{
    struct fixture *f = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    ask(f, "GET /healthz", &got);
    assert_true(holds(&got, "HTTP/1.1 200 OK\r\n") && holds(&got, "\r\n\r\nhealth 1\n"));
    ask(f, "GET /readyz?verbose", &got);
    assert_true(holds(&got, "HTTP/1.1 200 OK\r\n") && holds(&got, "\r\n\r\nready 1\n"));
    ask(f, "GET /status", &got);
    assert_true(holds(&got, "Content-Type: application/json\r\n") && holds(&got, "status 1\n"));
    ask(f, "GET /metrics", &got);
    assert_true(holds(&got, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    assert_true(holds(&got, "metrics 1\n") && holds(&got, "Cache-Control: no-store\r\n"));
}

static void test_what_is_not_ready_is_503(void **state)
{
    struct fixture *f = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    f->ready_status = 503;
    ask(f, "GET /readyz", &got);
    assert_true(holds(&got, "HTTP/1.1 503 ") && holds(&got, "ready 1\n"));
    f->ready_status = 200;
    ask(f, "GET /readyz", &got); /* at once, not when some page is old */
    assert_true(holds(&got, "HTTP/1.1 200 "));
}

static void test_head_has_no_body(void **state)
{
    struct fixture *f = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    ask(f, "HEAD /healthz", &got);
    assert_true(holds(&got, "HTTP/1.1 200 OK\r\n") && holds(&got, "Content-Length: 9\r\n"));
    assert_false(holds(&got, "health"));
}

static void test_other_methods_are_refused_and_do_nothing(void **state)
{
    struct fixture *f = *state;
    static const char *const methods[] = { "POST",    "PUT",   "DELETE", "PATCH",
                                           "OPTIONS", "TRACE", "get" };
    for (size_t i = 0; i < COUNT(methods); i++) {
        struct buf got CLEANUP(buf_done) = { 0 }, line CLEANUP(buf_done) = { 0 };
        buf_addf(&line, "%s /status", methods[i]);
        ask(f, line.data, &got);
        assert_true(holds(&got, "HTTP/1.1 405 ") && holds(&got, "Allow: GET, HEAD\r\n"));
    }
    assert_int_equal(f->made[PAGE_STATUS], 0);
}

static void test_other_paths_are_not_found(void **state)
{
    struct fixture *f = *state;
    static const char *const paths[] = { "/",          "/metric", "/metrics/",  "/healthz/x",
                                         "/../status", "*",       "/status%00", "/debug/pprof" };
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct buf got CLEANUP(buf_done) = { 0 }, line CLEANUP(buf_done) = { 0 };
        buf_addf(&line, "GET %s", paths[i]);
        ask(f, line.data, &got);
        assert_true(holds(&got, "HTTP/1.1 404 "));
    }
}

static void test_dear_pages_are_made_once_a_second(void **state)
{
    struct fixture *f = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    for (int i = 0; i < 5; i++) {
        ask(f, "GET /metrics", &got);
        assert_true(holds(&got, "metrics 1\n"));
    }
    f->now_ms += 1000;
    ask(f, "GET /metrics", &got);
    assert_true(holds(&got, "metrics 2\n"));
    assert_int_equal(f->made[PAGE_METRICS], 2);
}

static void test_moving_closes_the_old_address(void **state)
{
    struct fixture *f = *state;
    struct buf got CLEANUP(buf_done) = { 0 };
    const uint16_t before = httpd_port(f->s.h);
    assert_false(move(&f->s, "127.0.0.1:0")); /* it is there already */
    assert_int_equal(httpd_port(f->s.h), before);
    assert_true(move(&f->s, ":0"));
    assert_int_not_equal(httpd_port(f->s.h), before);
    ask(f, "GET /healthz", &got);
    assert_true(holds(&got, "health 1\n"));
    assert_true(move(&f->s, NULL));
    assert_int_equal(server_fd(&f->s), -1);
    assert_int_equal(server_run(&f->s, f->now_ms), -1);
}

static void test_an_address_that_is_taken_leaves_it_where_it_is(void **state)
{
    struct fixture *f = *state;
    struct server other = { .page = make, .arg = f };
    struct buf taken CLEANUP(buf_done) = { 0 }, got CLEANUP(buf_done) = { 0 };
    assert_true(move(&other, "127.0.0.1:0"));
    buf_addf(&taken, "127.0.0.1:%d", httpd_port(other.h));
    assert_false(move(&f->s, taken.data));
    ask(f, "GET /healthz", &got);
    assert_true(holds(&got, "health 1\n"));
    server_close(&other);
    assert_true(move(&f->s, taken.data));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_page_is_at_its_path),
        TEST(test_what_is_not_ready_is_503),
        TEST(test_head_has_no_body),
        TEST(test_other_methods_are_refused_and_do_nothing),
        TEST(test_other_paths_are_not_found),
        TEST(test_dear_pages_are_made_once_a_second),
        TEST(test_moving_closes_the_old_address),
        TEST(test_an_address_that_is_taken_leaves_it_where_it_is),
    };
    return cmocka_run_group_tests_name("agent/server", tests, NULL, NULL);
}
