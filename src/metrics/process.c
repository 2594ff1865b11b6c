/* process.c - what Linux says of this process, under the names that every exporter uses. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "alb-agent/metrics.h"
#include "alb-agent/number.h"

/* Of /proc/self/stat (proc(5), by the numbers of its fields): times in ticks, the start since the
 * machine's, sizes in bytes and pages. */
enum { STAT_USER = 14, STAT_SYSTEM = 15, STAT_START = 22, STAT_VIRTUAL = 23, STAT_RESIDENT = 24 };
struct stat_line {
    int64_t fields[STAT_RESIDENT + 1];
};

/* Reads a file's first line that begins so; false when there is none. */
static bool read_line(const char *path, const char *start, char *line, size_t size)
{
    bool found = false;
    FILE *f = fopen(path, "re");
    while (f && !found && fgets(line, (int)size, f))
        found = !strncmp(line, start, strlen(start));
    if (f)
        (void)fclose(f);
    return found;
}

static bool read_stat(struct stat_line *out)
{
    char line[1024];
    /* The second field, the program's name, may hold anything; no other holds a ')'. */
    const char *at =
        read_line("/proc/self/stat", "", line, sizeof line) ? strrchr(line, ')') : NULL;
    if (!at)
        return false;
    at++;
    for (size_t i = 3; i < COUNT(out->fields) && *at; i++) {
        at += strspn(at, " ");
        const size_t len = strcspn(at, " \n");
        (void)number_parse(at, len, &out->fields[i]); /* 0: a letter, or below zero */
        at += len;
    }
    return out->fields[STAT_RESIDENT] > 0;
}

/* When the machine started, in seconds since 1970; 0: not known. */
static int64_t read_boot_s(void)
{
    char line[256];
    int64_t at = 0;
    if (read_line("/proc/stat", "btime ", line, sizeof line))
        (void)number_parse(line + 6, strcspn(line + 6, "\n"), &at);
    return at;
}

static void add_stat(struct metrics *m, const struct stat_line *s)
{
    const int64_t ticks = sysconf(_SC_CLK_TCK), page = sysconf(_SC_PAGESIZE);
    const int64_t boot = read_boot_s();
    metrics_family(m, METRICS_COUNTER, "process_cpu_seconds_total",
                   "Total user and system CPU time spent in seconds.");
    metrics_us(m, NO_LABELS, (s->fields[STAT_USER] + s->fields[STAT_SYSTEM]) * 1000000 / ticks);
    metrics_family(m, METRICS_GAUGE, "process_resident_memory_bytes",
                   "Resident memory size in bytes.");
    metrics_int(m, NO_LABELS, s->fields[STAT_RESIDENT] * page);
    metrics_family(m, METRICS_GAUGE, "process_virtual_memory_bytes",
                   "Virtual memory size in bytes.");
    metrics_int(m, NO_LABELS, s->fields[STAT_VIRTUAL]);
    if (!boot)
        return;
    metrics_family(m, METRICS_GAUGE, "process_start_time_seconds",
                   "Start time of the process since unix epoch in seconds.");
    metrics_us(m, NO_LABELS, boot * 1000000 + s->fields[STAT_START] * 1000000 / ticks);
}

static void add_fds(struct metrics *m)
{
    int64_t n = 0;
    struct rlimit most;
    DIR *dir = opendir("/proc/self/fd");
    while (dir && readdir(dir)) // NOLINT(concurrency-mt-unsafe): one thread
        n++;
    if (dir) {
        (void)closedir(dir);
        metrics_family(m, METRICS_GAUGE, "process_open_fds", "Number of open file descriptors.");
        metrics_int(m, NO_LABELS, n - 3); /* ".", ".." and that of 'dir' */
    }
    if (!getrlimit(RLIMIT_NOFILE, &most) && most.rlim_cur != RLIM_INFINITY) {
        metrics_family(m, METRICS_GAUGE, "process_max_fds",
                       "Maximum number of open file descriptors.");
        metrics_int(m, NO_LABELS, (int64_t)most.rlim_cur);
    }
}

void metrics_process(struct metrics *m)
{
    struct stat_line s = { { 0 } };
    if (read_stat(&s))
        add_stat(m, &s);
    add_fds(m);
}
