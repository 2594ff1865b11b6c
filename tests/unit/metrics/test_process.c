/* test_process.c - what the system says of this process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alb-agent/metrics.h"

/* The value of a sample without labels. */
static double value(const struct buf *b, const char *name)
{
    char start[80];
    (void)snprintf(start, sizeof start, "\n%s ", name);
    const char *at = strstr(buf_str(b), start);
    if (!at)
        fail_msg("no %s", name);
    return strtod(at + strlen(start), NULL);
}

static void tell(struct buf *b)
{
    struct metrics m = { .b = b };
    buf_reset(b);
    metrics_process(&m);
}

static void test_memory_and_times_are_this_process(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    tell(&b);
    double before = value(&b, "process_resident_memory_bytes");
    assert_true(before > 100e3 && before < 10e9);
    assert_true(value(&b, "process_virtual_memory_bytes") >= before);
    const size_t size = 64 << 20;
    char *block = malloc(size);
    assert_non_null(block);
    memset(block, 1, size);
    tell(&b);
    assert_true(value(&b, "process_resident_memory_bytes") - before > 60e6);
    free(block);
    const double now = (double)time(NULL), start = value(&b, "process_start_time_seconds");
    assert_true(start > now - 600 && start < now + 2);
    assert_true(value(&b, "process_cpu_seconds_total") >= 0);
    assert_true(value(&b, "process_cpu_seconds_total") < 600);
}

static void test_open_descriptors_are_counted(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    int fds[5];
    tell(&b);
    const double before = value(&b, "process_open_fds");
    for (size_t i = 0; i < COUNT(fds); i++)
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    tell(&b);
    assert_true(value(&b, "process_open_fds") == before + COUNT(fds));
    assert_true(value(&b, "process_max_fds") > value(&b, "process_open_fds"));
    for (size_t i = 0; i < COUNT(fds); i++)
        (void)close(fds[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_and_times_are_this_process),
        cmocka_unit_test(test_open_descriptors_are_counted),
    };
    return cmocka_run_group_tests_name("metrics/process", tests, NULL, NULL);
}
