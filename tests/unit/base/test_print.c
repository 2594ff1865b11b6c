/* test_print.c - what is printed without stdio is what stdio prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "src/base/print_priv.h"

enum { ROOM = 16 };

/* Both print into so much room; and the arguments can be read again. */
PRINTF(2, 3) static void expect(size_t room, const char *fmt, ...)
{
    char ours[ROOM], theirs[ROOM];
    va_list ap, again;
    memset(ours, 'x', sizeof ours);
    memset(theirs, 'x', sizeof theirs);
    va_start(ap, fmt);
    va_copy(again, ap);
    const int n = print_short(ours, room, fmt, ap);
    assert_int_equal(print_short(ours, room, fmt, ap), n);
    assert_int_equal(vsnprintf(theirs, room, fmt, again), n);
    va_end(again);
    va_end(ap);
    assert_string_equal(ours, theirs);
}

static void test_plain_formats_print_as_they_do_in_stdio(void **state)
{
    (void)state;
    expect(ROOM, "%s/%s", "shop", "web");
    expect(ROOM, "%s", "");
    expect(ROOM, "[%zu]%s", (size_t)0, "x");
    expect(ROOM, "%zu%zu", (size_t)10, (size_t)9);
    expect(ROOM, "%s ends", "all");
}

static void test_other_formats_print_as_they_do_in_stdio(void **state)
{
    (void)state;
    expect(ROOM, "%s:%d", "port", 80);
    expect(ROOM, "%s%%", "50");
    expect(ROOM, "%.2s-%5s", "abc", "d");
    expect(ROOM, "%s%04x", "u", 10U);
}

/* A text of 15 characters fits, one of 16 does not, and of it is told how long it is. */
static void test_what_does_not_fit_is_cut_and_its_length_is_told(void **state)
{
    (void)state;
    expect(ROOM, "%s%s", "0123456789", "abcde");
    expect(ROOM, "%s%s", "0123456789", "abcdef");
    expect(ROOM, "%s-%zu", "0123456789", (size_t)1234567890);
    expect(1, "%s", "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_formats_print_as_they_do_in_stdio),
        cmocka_unit_test(test_other_formats_print_as_they_do_in_stdio),
        cmocka_unit_test(test_what_does_not_fit_is_cut_and_its_length_is_told),
    };
    return cmocka_run_group_tests_name("base/print", tests, NULL, NULL);
}
