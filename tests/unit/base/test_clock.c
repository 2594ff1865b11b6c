/* test_clock.c - the system's clock, and time as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "alb-agent/clock.h"
#include "alb-agent/macros.h"

/* Moments whose number of seconds is known by reasoning: 10957 days from 1970 to 2000,
 * 2000 a leap year, 1900 none. */
static const struct {
    int64_t ms;
    const char *text;
} known[] = {
    { 0, "1970-01-01T00:00:00Z" },
    { 951782400000, "2000-02-29T00:00:00Z" }, /* (10957 + 31 + 28) * 86400 s */
    { 951868800000, "2000-03-01T00:00:00Z" },
    { 1000000000000, "2001-09-09T01:46:40Z" },
    { 2147483648000, "2038-01-19T03:14:08Z" },
    { -1000, "1969-12-31T23:59:59Z" },
    { -86400000, "1969-12-31T00:00:00Z" },
};

static void test_known_moments_are_written_and_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(known); i++) {
        char text[TIME_TEXT];
        int64_t ms = 1;
        assert_string_equal(time_format(known[i].ms, text), known[i].text);
        assert_true(time_parse(known[i].text, &ms));
        assert_int_equal(ms, known[i].ms);
    }
}

static void test_milliseconds_are_cut_towards_the_past(void **state)
{
    (void)state;
    char text[TIME_TEXT];
    assert_string_equal(time_format(1999, text), "1970-01-01T00:00:01Z");
    assert_string_equal(time_format(-1, text), "1969-12-31T23:59:59Z");
}

static void test_every_day_of_four_centuries_round_trips(void **state)
{
    (void)state;
    for (int64_t day = -25567; day < 400 * 366; day++) {
        char text[TIME_TEXT];
        int64_t ms = 0, want = (day * 86400 + 3661) * 1000;
        assert_true(time_parse(time_format(want, text), &ms));
        assert_int_equal(ms, want);
    }
}

static void test_other_forms_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2026-11-22",
        "2026-11-22T05:10:45",
        "2026-11-22T05:10:45z",
        "2026-11-22 05:10:45Z",
        "2026-11-22T05:10:45+00:00",
        "2026-11-22T05:10:45.000Z",
        "2026-11-22T5:10:45Z0",
        "+026-11-22T05:10:45Z",
        "2026-00-22T05:10:45Z",
        "2026-13-22T05:10:45Z",
        "2026-11-00T05:10:45Z",
        "2026-11-22T24:10:45Z",
        "2026-11-22T05:60:45Z",
        "2026-11-22T05:10:61Z",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t ms = 42;
        assert_false(time_parse(bad[i], &ms));
        assert_int_equal(ms, 42);
    }
}

static void test_days_the_month_does_not_have_are_refused(void **state)
{
    (void)state;
    int64_t ms;
    assert_false(time_parse("2026-02-29T00:00:00Z", &ms));
    assert_true(time_parse("2028-02-29T00:00:00Z", &ms));
    assert_false(time_parse("2100-02-29T00:00:00Z", &ms));
    assert_false(time_parse("2026-04-31T00:00:00Z", &ms));
    assert_true(time_parse("2026-12-31T00:00:00Z", &ms));
    assert_false(time_parse("2026-12-32T00:00:00Z", &ms));
}

/* The examples of RFC 9110 §5.6.7: 784,111,777 s after 1970. */
static void test_dates_of_http_are_read_in_all_three_forms(void **state)
{
    (void)state;
    static const char *const forms[] = { "Sun, 06 Nov 1994 08:49:37 GMT",
                                         "Sunday, 06-Nov-94 08:49:37 GMT",
                                         "Sun Nov  6 08:49:37 1994" };
    int64_t ms;
    for (size_t i = 0; i < COUNT(forms); i++) {
        ms = 0;
        assert_true(time_parse_http(forms[i], &ms));
        assert_int_equal(ms, 784111777000);
    }
    assert_true(time_parse_http("Sun Nov 16 08:49:37 1994", &ms));
    assert_int_equal(ms, 784111777000 + INT64_C(10) * 86400 * 1000);
    assert_true(time_parse_http("Friday, 01-Jan-27 00:00:00 GMT", &ms));
    assert_int_equal(ms, 1798761600000);
}

static void test_what_is_no_date_of_http_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "3",
        "Sun",
        "Sun, ",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        ", 06 Nov 1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "1994-11-06T08:49:37Z",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t ms = 42;
        if (time_parse_http(bad[i], &ms) || ms != 42)
            fail_msg("'%s'", bad[i]);
    }
}

static void test_the_system_clock_agrees_with_time(void **state)
{
    (void)state;
    int64_t before = (int64_t)time(NULL);
    int64_t now = clock_now_ms(clock_system());
    int64_t after = (int64_t)time(NULL);
    /* time() may read a coarser clock, one tick behind. */
    assert_in_range(now, before * 1000, (after + 1) * 1000);
}

static int64_t read_ms(void *self)
{
    return *(const int64_t *)self;
}

static void test_a_steady_clock_goes_on_while_another_is_set(void **state)
{
    (void)state;
    int64_t wall_ms = 1000000, mono_ms = 70;
    const struct clock wall = { .now_ms = read_ms, .self = &wall_ms };
    const struct clock mono = { .now_ms = read_ms, .self = &mono_ms };
    struct steady_clock s;
    steady_begin(&s, &wall, &mono);
    assert_int_equal(clock_now_ms(&s.clock), 1000000);
    mono_ms += 500;
    wall_ms += 500;
    assert_int_equal(steady_ahead_ms(&s), 0);
    wall_ms -= 3600000;
    mono_ms += 1;
    assert_int_equal(clock_now_ms(&s.clock), 1000501);
    assert_int_equal(steady_ahead_ms(&s), -3600001);
}

static void test_the_time_that_passes_does_not_go_back(void **state)
{
    (void)state;
    const int64_t before = clock_now_ms(clock_system_mono());
    assert_true(before > 0);
    assert_true(clock_now_ms(clock_system_mono()) >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_moments_are_written_and_read),
        cmocka_unit_test(test_milliseconds_are_cut_towards_the_past),
        cmocka_unit_test(test_every_day_of_four_centuries_round_trips),
        cmocka_unit_test(test_other_forms_are_refused),
        cmocka_unit_test(test_days_the_month_does_not_have_are_refused),
        cmocka_unit_test(test_dates_of_http_are_read_in_all_three_forms),
        cmocka_unit_test(test_what_is_no_date_of_http_is_refused),
        cmocka_unit_test(test_the_system_clock_agrees_with_time),
        cmocka_unit_test(test_a_steady_clock_goes_on_while_another_is_set),
        cmocka_unit_test(test_the_time_that_passes_does_not_go_back),
    };
    return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
