/* share.c - see share.h.  Each process sends its counts through a pipe. */
#include "share.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COUNTS_MAX = 32 };

bool share(work_fn *work, void *arg, uint64_t *sum, size_t n)
{
    uint64_t counts[COUNTS_MAX] = { 0 };
    const size_t size = n * sizeof *counts;
    int fds[2];
    if (n > COUNTS_MAX || pipe(fds))
        return false;
    (void)fflush(stdout);
    for (size_t i = 0; i < PROCESSES; i++)
        if (!fork()) {
            work(arg, i, counts);
            /* Not _exit(): it writes what it covered.  NOLINTNEXTLINE(concurrency-mt-unsafe) */
            exit(write(fds[1], counts, size) == (ssize_t)size ? 0 : 1);
        }
    (void)close(fds[1]); /* so that there is an end when a process sends nothing */
    bool all = true;
    for (size_t i = 0; i < PROCESSES && all; i++) {
        all = read(fds[0], counts, size) == (ssize_t)size;
        for (size_t k = 0; k < n && all; k++)
            sum[k] += counts[k];
    }
    while (wait(NULL) > 0)
        continue;
    return close(fds[0]) == 0 && all;
}
