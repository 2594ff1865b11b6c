/* bench.h - timing for the benchmarks: one table, figures side by side. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <time.h>

static inline double bench_now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What this process has computed so far: other programs on the machine count less here. */
static inline double bench_cpu_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* How often 'step' can be run in a second of computing, over at least 'seconds'. */
static inline double bench_rate(void (*step)(void *arg), void *arg, double seconds)
{
    uint64_t n = 0;
    double begin = bench_cpu_s(), passed;
    do {
        for (int i = 0; i < 64; i++)
            step(arg);
        n += 64;
        passed = bench_cpu_s() - begin;
    } while (passed < seconds);
    return (double)n / passed;
}

static inline void bench_row(const char *what, double rate, const char *unit, const char *note)
{
    (void)printf("%-44s %12.0f %-6s %s\n", what, rate, unit, note);
}
