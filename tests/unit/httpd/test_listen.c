/* test_listen.c - addresses to listen on, and the forms of a request target. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "httpd_priv.h"

static void test_port_zero_picks_a_port(void **state)
{
    (void)state;
    struct error err = { 0 };
    int fd = -1;
    uint16_t port = 0;
    assert_true(listen_open("127.0.0.1:0", &fd, &port, &err));
    assert_true(port > 0);

    char taken[32];
    (void)snprintf(taken, sizeof taken, "127.0.0.1:%u", (unsigned)port);
    int other = -1;
    assert_false(listen_open(taken, &other, &port, &err));
    assert_non_null(strstr(err.msg, taken));
    assert_int_equal(other, -1);
    (void)close(fd);
}

static void test_no_host_is_every_address(void **state)
{
    (void)state;
    struct error err = { 0 };
    int fd = -1;
    uint16_t port = 0;
    assert_true(listen_open(":0", &fd, &port, &err));
    int client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1); /* 127.0.0.2 */
    assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof to), 0);
    (void)close(client);
    (void)close(fd);
}

static void test_an_address_without_port_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "127.0.0.1", "127.0.0.1:", ":", "127.0.0.1:http-x" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct error err = { 0 };
        int fd = -1;
        uint16_t port;
        assert_false(listen_open(bad[i], &fd, &port, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_int_equal(fd, -1);
    }
}

static void test_target_loses_scheme_and_host(void **state)
{
    (void)state;
    static const struct {
        const char *target, *rest;
        bool slash;
    } cases[] = {
        { "/", "/", false },
        { "/?A=http://x/", "/?A=http://x/", false },
        { "http://host/a?b=1", "/a?b=1", false },
        { "https://host:8080", "", true },
        { "http://host?A=1", "?A=1", true },
        { "*", "*", false },
        { "host:443", "host:443", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool slash;
        assert_string_equal(target_strip(cases[i].target, &slash), cases[i].rest);
        assert_int_equal(slash, cases[i].slash);
    }
}

static void test_the_host_of_an_absolute_target_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *target, *host;
    } cases[] = {
        { "http://alb.cn-beijing.aliyuncs.com:80/?A=1", "alb.cn-beijing.aliyuncs.com:80" },
        { "https://host?A=http://x/@y", "host" },
        { "http://me:pw@host/", "host" },
        { "http:///path", "" },
        { "/?A=http://x/", "" },
        { "*", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *begin;
        size_t len = target_authority(cases[i].target, &begin);
        assert_int_equal(len, strlen(cases[i].host));
        assert_int_equal(strncmp(begin, cases[i].host, len), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_host_of_an_absolute_target_is_found),
        cmocka_unit_test(test_port_zero_picks_a_port),
        cmocka_unit_test(test_no_host_is_every_address),
        cmocka_unit_test(test_an_address_without_port_is_refused),
        cmocka_unit_test(test_target_loses_scheme_and_host),
    };
    return cmocka_run_group_tests_name("httpd/listen", tests, NULL, NULL);
}
