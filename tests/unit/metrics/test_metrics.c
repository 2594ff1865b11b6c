/* test_metrics.c - the text format, by the page that defines it: "Exposition formats" of the
 * Prometheus documentation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/metrics.h"

static void test_a_family_has_its_help_and_type_before_its_samples(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct metrics m = { .b = &b };
    metrics_family(&m, METRICS_COUNTER, "calls_total", "Calls.");
    metrics_int(&m, LABELS({ "action", "CreateRules" }, { "result", "ok" }), 7);
    metrics_int(&m, NO_LABELS, -3);
    metrics_family(&m, METRICS_GAUGE, "depth", "Depth.");
    metrics_int(&m, NO_LABELS, INT64_MAX);
    assert_string_equal(b.data, "# HELP calls_total Calls.\n"
                                "# TYPE calls_total counter\n"
                                "calls_total{action=\"CreateRules\",result=\"ok\"} 7\n"
                                "calls_total -3\n"
                                "# HELP depth Depth.\n"
                                "# TYPE depth gauge\n"
                                "depth 9223372036854775807\n");
}

static void test_times_are_seconds(void **state)
{
    (void)state;
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {
        { 0, "t 0\n" },           { 1, "t 0.000001\n" },    { 1500000, "t 1.5\n" },
        { 20, "t 0.00002\n" },    { 3000000, "t 3\n" },     { -1, "t -0.000001\n" },
        { 100100, "t 0.1001\n" }, { -2500000, "t -2.5\n" }, { 1000001, "t 1.000001\n" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf b CLEANUP(buf_done) = { 0 };
        struct metrics m = { .b = &b, .family = "t" };
        metrics_us(&m, NO_LABELS, cases[i].us);
        assert_string_equal(b.data, cases[i].text);
    }
}

/* Backslash, quote and line feed are the format's only escapes. */
static void test_label_values_cannot_break_the_line(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct metrics m = { .b = &b, .family = "x" };
    metrics_int(&m, LABELS({ "lb", "a\"b\\c\nd\te\x01\xff z" }), 1);
    assert_string_equal(b.data, "x{lb=\"a\\\"b\\\\c d e \xef\xbf\xbd z\"} 1\n");
}

static void test_buckets_of_a_histogram_hold_all_below_them(void **state)
{
    (void)state;
    struct histogram h = { { 0 }, 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    struct metrics m = { .b = &b };
    histogram_note(&h, 100); /* at a bound: within it */
    histogram_note(&h, 101);
    histogram_note(&h, -5);                  /* of a clock that was set back */
    histogram_note(&h, INT64_C(3600000000)); /* beyond all */
    metrics_family(&m, METRICS_HISTOGRAM, "took_seconds", "Took.");
    metrics_histogram(&m, LABELS({ "f", "g" }), &h);
    assert_non_null(strstr(b.data, "took_seconds_bucket{f=\"g\",le=\"0.0001\"} 2\n"));
    assert_non_null(strstr(b.data, "took_seconds_bucket{f=\"g\",le=\"0.0005\"} 3\n"));
    assert_non_null(strstr(b.data, "took_seconds_bucket{f=\"g\",le=\"600\"} 3\n"));
    assert_non_null(strstr(b.data, "took_seconds_bucket{f=\"g\",le=\"+Inf\"} 4\n"
                                   "took_seconds_sum{f=\"g\"} 3600.000201\n"
                                   "took_seconds_count{f=\"g\"} 4\n"));
}

static void test_bounds_rise(void **state)
{
    (void)state;
    for (size_t i = 1; i < HISTOGRAM_BOUNDS; i++)
        assert_true(histogram_bounds_us[i] > histogram_bounds_us[i - 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_family_has_its_help_and_type_before_its_samples),
        cmocka_unit_test(test_times_are_seconds),
        cmocka_unit_test(test_label_values_cannot_break_the_line),
        cmocka_unit_test(test_buckets_of_a_histogram_hold_all_below_them),
        cmocka_unit_test(test_bounds_rise),
    };
    return cmocka_run_group_tests_name("metrics/metrics", tests, NULL, NULL);
}
