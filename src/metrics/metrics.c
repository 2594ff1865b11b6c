/* metrics.c - families, samples and histograms in the text format. */
#include "alb-agent/metrics.h"

#include <inttypes.h>

const int64_t histogram_bounds_us[HISTOGRAM_BOUNDS] = {
    100, 500, 2000, 5000, 20000, 100000, 500000, 2000000, 10000000, 30000000, 120000000, 600000000,
};

static const char *const type_names[] = {
    [METRICS_COUNTER] = "counter",
    [METRICS_GAUGE] = "gauge",
    [METRICS_HISTOGRAM] = "histogram",
};

void metrics_family(struct metrics *m, enum metrics_type type, const char *name, const char *help)
{
    m->family = name;
    buf_addf(m->b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type_names[type]);
}

/* In quotes, with the format's three escapes; of JSON's others none is left to be made. */
static void add_value(struct buf *b, const char *value)
{
    struct buf plain CLEANUP(buf_done) = { 0 };
    for (const char *p = value; *p; p++)
        if ((unsigned char)*p < ' ')
            buf_addc(&plain, ' ');
        else
            buf_addc(&plain, *p);
    buf_add_json(b, buf_str(&plain));
}

/* 'le': the bound of a bucket, or NULL. */
static void add_name(struct metrics *m, const char *suffix, const struct metrics_label *labels,
                     const char *le)
{
    char before = '{';
    buf_addf(m->b, "%s%s", m->family, suffix);
    for (; labels->name; labels++) {
        buf_addf(m->b, "%c%s=", before, labels->name);
        add_value(m->b, labels->value);
        before = ',';
    }
    if (le) {
        buf_addf(m->b, "%cle=\"%s\"", before, le);
        before = ',';
    }
    buf_adds(m->b, before == ',' ? "} " : " ");
}

/* Microseconds as seconds, without zeros that say nothing. */
static void add_seconds(struct buf *b, int64_t us)
{
    const uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    uint64_t part = size % 1000000;
    int digits = 6;
    buf_addf(b, "%s%" PRIu64, us < 0 ? "-" : "", size / 1000000);
    for (; part && part % 10 == 0; digits--)
        part /= 10;
    if (part)
        buf_addf(b, ".%0*" PRIu64, digits, part);
}

void metrics_int(struct metrics *m, const struct metrics_label *labels, int64_t value)
{
    add_name(m, "", labels, NULL);
    buf_addf(m->b, "%" PRId64 "\n", value);
}

void metrics_us(struct metrics *m, const struct metrics_label *labels, int64_t us)
{
    add_name(m, "", labels, NULL);
    add_seconds(m->b, us);
    buf_addc(m->b, '\n');
}

/* ---- histograms ------------------------------------------------------------------------ */

void histogram_note(struct histogram *h, int64_t us)
{
    size_t i = 0;
    us = us < 0 ? 0 : us;
    while (i < HISTOGRAM_BOUNDS && us > histogram_bounds_us[i])
        i++;
    h->counts[i]++;
    h->sum_us += us;
}

void metrics_histogram(struct metrics *m, const struct metrics_label *labels,
                       const struct histogram *h)
{
    uint64_t n = 0;
    for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
        struct buf bound CLEANUP(buf_done) = { 0 };
        if (i < HISTOGRAM_BOUNDS)
            add_seconds(&bound, histogram_bounds_us[i]);
        n += h->counts[i];
        add_name(m, "_bucket", labels, i < HISTOGRAM_BOUNDS ? buf_str(&bound) : "+Inf");
        buf_addf(m->b, "%" PRIu64 "\n", n);
    }
    add_name(m, "_sum", labels, NULL);
    add_seconds(m->b, h->sum_us);
    buf_addc(m->b, '\n');
    add_name(m, "_count", labels, NULL);
    buf_addf(m->b, "%" PRIu64 "\n", n);
}
