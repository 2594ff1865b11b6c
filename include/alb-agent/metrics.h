/* metrics.h - numbers as Prometheus reads them: its text format, version 0.0.4.
 *
 *     struct metrics m = { .b = &b };
 *     metrics_family(&m, METRICS_COUNTER, "alb_agent_api_calls_total", "Calls to the cloud.");
 *     metrics_int(&m, LABELS({ "action", "CreateRules" }, { "result", "ok" }), 7);
 *
 * A family is begun once and all its samples follow it: that is the format's rule and the
 * caller's duty, as is that no two samples have the same labels.  Names end in their unit
 * ("_seconds", "_bytes"), counters in "_total".  Pure: all goes into a buffer. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "alb-agent/buf.h"

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum metrics_type { METRICS_COUNTER, METRICS_GAUGE, METRICS_HISTOGRAM };

struct metrics {
    struct buf *b;
    const char *family; /* of the samples that follow */
};

struct metrics_label {
    const char *name, *value; /* a value may hold anything; control characters become blanks */
};
/* The labels of a sample, closed by one without a name. */
#define LABELS(...) ((const struct metrics_label[]){ __VA_ARGS__, { NULL, NULL } })
#define NO_LABELS   ((const struct metrics_label[]){ { NULL, NULL } })

/* Begins a family; 'name' must live until the next is begun. */
void metrics_family(struct metrics *m, enum metrics_type type, const char *name, const char *help);
void metrics_int(struct metrics *m, const struct metrics_label *labels, int64_t value);
/* A time, as seconds. */
void metrics_us(struct metrics *m, const struct metrics_label *labels, int64_t us);

/* How often something took how long. */
enum { HISTOGRAM_BOUNDS = 12 };
extern const int64_t histogram_bounds_us[HISTOGRAM_BOUNDS]; /* 100 us to 10 min */
struct histogram {
    uint64_t counts[HISTOGRAM_BOUNDS + 1]; /* up to each bound, above the one before; beyond */
    int64_t sum_us;
};
/* A time below zero, of a clock that was set back, counts as none. */
void histogram_note(struct histogram *h, int64_t us);
void metrics_histogram(struct metrics *m, const struct metrics_label *labels,
                       const struct histogram *h);

/* The families that every exporter has: process_cpu_seconds_total, process_resident_memory_bytes,
 * process_virtual_memory_bytes, process_open_fds, process_max_fds, process_start_time_seconds;
 * those that the system does not tell are left out. */
void metrics_process(struct metrics *m);
