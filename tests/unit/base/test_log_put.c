/* A pipe and its reader: slow, gone, or none at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "src/base/log_priv.h"

struct ends {
    int fd[2];
    struct log log;
};

static int open_pipe(void **state)
{
    static struct ends e;
    e = (struct ends){ 0 };
    if (pipe(e.fd) != 0)
        return -1;
    e.log.fd = e.fd[1];
    *state = &e;
    return 0;
}

static int close_pipe(void **state)
{
    struct ends *e = *state;
    (void)close(e->fd[1]);
    return e->fd[0] < 0 ? 0 : close(e->fd[0]);
}

/* Until the pipe takes nothing more; how much it took. */
static size_t fill(int fd)
{
    static const char zeros[512];
    size_t total = 0;
    int flags = fcntl(fd, F_GETFL);
    assert_int_equal(fcntl(fd, F_SETFL, flags | O_NONBLOCK), 0);
    for (ssize_t n; (n = write(fd, zeros, sizeof zeros)) > 0;)
        total += (size_t)n;
    assert_int_equal(fcntl(fd, F_SETFL, flags), 0);
    return total;
}

static void test_line_arrives_whole(void **state)
{
    struct ends *e = *state;
    char got[16] = "";
    assert_true(log_put_fd(&e->log, "one line\n", 9));
    assert_int_equal(read(e->fd[0], got, sizeof got - 1), 9);
    assert_string_equal(got, "one line\n");
}

/* Its default would end this program. */
static void test_reader_that_is_gone_costs_the_line_and_not_the_process(void **state)
{
    struct ends *e = *state;
    sigset_t pending;
    assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    assert_int_equal(close(e->fd[0]), 0);
    e->fd[0] = -1;
    assert_false(log_put_fd(&e->log, "one line\n", 9));
    assert_false(log_put_fd(&e->log, "one line\n", 9));
    assert_int_equal(sigpending(&pending), 0);
    assert_int_equal(sigismember(&pending, SIGPIPE), 0);
    /* Signals are as they were. */
    sigset_t now;
    assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &now), 0);
    assert_int_equal(sigismember(&now, SIGPIPE), 0);
}

/* The descriptor is a blocking one: without a look first, write() would wait for ever. */
static void test_full_pipe_is_given_up_and_the_next_line_does_not_wait(void **state)
{
    struct ends *e = *state;
    static char drain[1 << 20];
    fill(e->fd[1]);
    assert_false(log_put_fd(&e->log, "one line\n", 9));
    assert_true(e->log.stuck);
    assert_false(log_put_fd(&e->log, "one line\n", 9));
    assert_true(read(e->fd[0], drain, sizeof drain) > 0);
    assert_true(log_put_fd(&e->log, "one line\n", 9));
    assert_false(e->log.stuck);
    assert_false(e->log.torn);
}

/* Room for some of it: poll() says no, and nothing is written at all. */
static void test_line_is_not_torn_by_a_nearly_full_pipe(void **state)
{
    struct ends *e = *state;
    static char drain[1 << 20], line[LOG_LINE_MAX];
    memset(line, 'x', sizeof line);
    size_t full = fill(e->fd[1]);
    assert_int_equal(read(e->fd[0], drain, 512), 512);
    assert_false(log_put_fd(&e->log, line, sizeof line));
    assert_false(e->log.torn);
    assert_int_equal(read(e->fd[0], drain, sizeof drain), full - 512);
}

/* A terminal takes a line in pieces: one that stops in between has half of it. */
static void test_terminal_that_stops_in_a_line_leaves_it_torn(void **state)
{
    struct ends *e = *state;
    static char drain[1 << 20], line[1000];
    memset(line, 'x', sizeof line);
    fill(e->fd[1]);
    assert_int_equal(read(e->fd[0], drain, 4096), 4096);
    e->log.terminal = true;
    assert_false(log_put_fd(&e->log, line, sizeof line));
    assert_true(e->log.torn);
    /* Nothing more of it, nor of the next line: it is still torn. */
    assert_false(log_put_fd(&e->log, line, sizeof line));
    assert_true(e->log.torn);
    assert_true(read(e->fd[0], drain, sizeof drain) > 0);
    assert_true(log_put_fd(&e->log, line, sizeof line));
    assert_false(e->log.torn);
    assert_int_equal(read(e->fd[0], drain, sizeof drain), sizeof line);
}

static void test_closed_descriptor_is_a_lost_line(void **state)
{
    struct log log = { .fd = -1 };
    (void)state;
    assert_false(log_put_fd(&log, "one line\n", 9));
}

static void test_full_disk_is_a_lost_line(void **state)
{
    struct log log = { .fd = open("/dev/full", O_WRONLY) };
    (void)state;
    if (log.fd < 0)
        skip();
    assert_false(log_put_fd(&log, "one line\n", 9));
    assert_int_equal(errno, ENOSPC);
    assert_false(log.torn);
    assert_int_equal(close(log.fd), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_line_arrives_whole, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(test_reader_that_is_gone_costs_the_line_and_not_the_process,
                                        open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(test_full_pipe_is_given_up_and_the_next_line_does_not_wait,
                                        open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(test_line_is_not_torn_by_a_nearly_full_pipe, open_pipe,
                                        close_pipe),
        cmocka_unit_test_setup_teardown(test_terminal_that_stops_in_a_line_leaves_it_torn,
                                        open_pipe, close_pipe),
        cmocka_unit_test(test_closed_descriptor_is_a_lost_line),
        cmocka_unit_test(test_full_disk_is_a_lost_line),
    };
    return cmocka_run_group_tests_name("log_put", tests, NULL, NULL);
}
