/* test_buf.c - growing text, its ceiling, and JSON strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"

static void test_an_empty_buffer_is_an_empty_text(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    assert_null(b.data);
    assert_string_equal(buf_str(&b), "");
    buf_adds(&b, "");
    assert_string_equal(b.data, "");
    assert_int_equal(b.len, 0);
}

static void test_additions_follow_each_other(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, "one");
    buf_addc(&b, ' ');
    buf_addf(&b, "%s %d", "two", 3);
    buf_add(&b, "!?", 1);
    assert_string_equal(buf_str(&b), "one two 3!");
    assert_int_equal(b.len, 10);
    assert_false(b.failed);
}

static void test_bytes_may_hold_nul(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct arena a CLEANUP(arena_done) = { 0 };
    buf_add(&b, "a\0b", 3);
    assert_int_equal(b.len, 3);
    assert_memory_equal(buf_keep(&b, &a), "a\0b", 4);
}

static void test_text_grows_past_every_first_guess(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    for (int i = 0; i < 5000; i++)
        buf_addf(&b, "%04d", i);
    assert_int_equal(b.len, 20000);
    assert_memory_equal(b.data + 4 * 4321, "4321", 4);
    buf_addf(&b, "%3000d", 7);
    assert_int_equal(b.len, 23000);
}

static void test_the_ceiling_itself_fits(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { .max = 5 };
    buf_adds(&b, "12345");
    assert_false(b.failed);
    assert_string_equal(buf_str(&b), "12345");
}

static void test_past_the_ceiling_the_text_stays_and_failed_is_set(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { .max = 5 };
    buf_adds(&b, "1234");
    buf_addf(&b, "%d", 56);
    assert_true(b.failed);
    assert_string_equal(buf_str(&b), "1234");
    buf_addc(&b, '5'); /* would fit, but additions are ignored from now on */
    assert_string_equal(buf_str(&b), "1234");
}

static void test_the_default_ceiling_is_16_mib(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    static char chunk[1 << 20];
    memset(chunk, 'x', sizeof chunk);
    for (int i = 0; i < 16; i++)
        buf_add(&b, chunk, sizeof chunk);
    assert_false(b.failed);
    buf_addc(&b, 'x');
    assert_true(b.failed);
    assert_int_equal(b.len, 16 << 20);
}

static void test_reset_empties_and_keeps_the_ceiling(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { .max = 3 };
    buf_adds(&b, "toolong");
    assert_true(b.failed);
    buf_reset(&b);
    buf_adds(&b, "abc");
    assert_string_equal(buf_str(&b), "abc");
    buf_addc(&b, 'd');
    assert_true(b.failed);
    buf_done(&b);
    assert_int_equal(b.max, 3);
    assert_null(b.data);
}

static void expect_json(const char *text, const char *expected)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_add_json(&b, text);
    assert_string_equal(buf_str(&b), expected);
}

static void test_json_strings_escape_what_json_requires(void **state)
{
    (void)state;
    expect_json("", "\"\"");
    expect_json("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
    expect_json("\n\r\t\x01\x1f", "\"\\n\\r\\t\\u0001\\u001f\"");
}

static void test_json_strings_keep_well_formed_utf8(void **state)
{
    (void)state;
    expect_json("\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80",
                "\"\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80\"");
    expect_json("\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\""); /* U+10FFFF, the last */
}

#define REPLACED "\xef\xbf\xbd"

static void test_json_strings_replace_what_is_not_utf8(void **state)
{
    (void)state;
    expect_json("a\xff", "\"a" REPLACED "\"");
    expect_json("\x80z", "\"" REPLACED "z\"");
    expect_json("\xc0\xaf", "\"" REPLACED REPLACED "\"");              /* overlong '/'  */
    expect_json("\xe0\x80\x80", "\"" REPLACED REPLACED REPLACED "\""); /* overlong NUL  */
    expect_json("\xed\xa0\x80", "\"" REPLACED REPLACED REPLACED "\""); /* a surrogate   */
    expect_json("\xe4\xb8", "\"" REPLACED REPLACED "\"");              /* cut short     */
    expect_json("\xf4\x90\x80\x80", "\"" REPLACED REPLACED REPLACED REPLACED "\"");
    expect_json("\xf5\x80\x80\x80", "\"" REPLACED REPLACED REPLACED REPLACED "\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_buffer_is_an_empty_text),
        cmocka_unit_test(test_additions_follow_each_other),
        cmocka_unit_test(test_bytes_may_hold_nul),
        cmocka_unit_test(test_text_grows_past_every_first_guess),
        cmocka_unit_test(test_the_ceiling_itself_fits),
        cmocka_unit_test(test_past_the_ceiling_the_text_stays_and_failed_is_set),
        cmocka_unit_test(test_the_default_ceiling_is_16_mib),
        cmocka_unit_test(test_reset_empties_and_keeps_the_ceiling),
        cmocka_unit_test(test_json_strings_escape_what_json_requires),
        cmocka_unit_test(test_json_strings_keep_well_formed_utf8),
        cmocka_unit_test(test_json_strings_replace_what_is_not_utf8),
    };
    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
