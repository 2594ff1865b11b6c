/* test_error.c - messages built by wrapping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "alb-agent/error.h"

static void test_set_fills_everything_and_returns_false(void **state)
{
    (void)state;
    struct error err = { .kind = ERROR_BUG, .http_status = 500, .code = "Old", .request_id = "R" };
    assert_false(error_set(&err, ERROR_INVALID, "port %d", 0));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_int_equal(err.http_status, 0);
    assert_string_equal(err.code, "");
    assert_string_equal(err.request_id, "");
    assert_string_equal(err.msg, "port 0");
}

static void test_wrap_puts_context_in_front_and_keeps_the_rest(void **state)
{
    (void)state;
    struct error err = { .kind = ERROR_QUOTA, .http_status = 400, .code = "QuotaExceeded.X" };
    (void)snprintf(err.msg, sizeof err.msg, "no room");
    assert_false(error_wrap(&err, "rule %s", "r1"));
    assert_false(error_wrap(&err, "apply"));
    assert_string_equal(err.msg, "apply: rule r1: no room");
    assert_int_equal(err.kind, ERROR_QUOTA);
    assert_int_equal(err.http_status, 400);
    assert_string_equal(err.code, "QuotaExceeded.X");
}

static void test_a_message_may_quote_the_error_it_replaces(void **state)
{
    (void)state;
    struct error err = { 0 };
    error_set(&err, ERROR_DENIED, "inner");
    error_set(&err, ERROR_INVALID, "outer (%s)", err.msg);
    assert_string_equal(err.msg, "outer (inner)");
}

static void expect_cut(const struct error *err, const char *start)
{
    size_t len = strlen(err->msg);
    assert_int_equal(len, sizeof err->msg - 1);
    assert_memory_equal(err->msg, start, strlen(start));
    assert_string_equal(err->msg + len - 3, "...");
}

static void test_long_messages_end_in_dots(void **state)
{
    (void)state;
    struct error err = { 0 };
    error_set(&err, ERROR_INVALID, "%0900d", 0);
    expect_cut(&err, "000");
    error_wrap(&err, "context");
    expect_cut(&err, "context: 000");
    error_wrap(&err, "%01000d", 1);
    expect_cut(&err, "000");
}

static void test_a_message_that_just_fits_is_whole(void **state)
{
    (void)state;
    struct error err = { 0 };
    error_set(&err, ERROR_INVALID, "%0*d", (int)sizeof err.msg - 1, 7);
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
    assert_int_equal(err.msg[sizeof err.msg - 2], '7');
}

static void test_every_kind_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = ERROR_NONE; i <= ERROR_BUG; i++) {
        const char *name = error_kind_name((enum error_kind)i);
        assert_string_not_equal(name, "unknown");
        for (int j = ERROR_NONE; j < i; j++)
            assert_string_not_equal(name, error_kind_name((enum error_kind)j));
    }
    assert_string_equal(error_kind_name(ERROR_THROTTLED), "throttled");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_fills_everything_and_returns_false),
        cmocka_unit_test(test_wrap_puts_context_in_front_and_keeps_the_rest),
        cmocka_unit_test(test_a_message_may_quote_the_error_it_replaces),
        cmocka_unit_test(test_long_messages_end_in_dots),
        cmocka_unit_test(test_a_message_that_just_fits_is_whole),
        cmocka_unit_test(test_every_kind_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests_name("base/error", tests, NULL, NULL);
}
