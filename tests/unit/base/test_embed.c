/* test_embed.c - files built into a program by agent_embed(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alb-agent/embed.h"

extern const struct embedded samples[];

static void test_files_come_in_the_order_given(void **state)
{
    (void)state;
    assert_string_equal(samples[0].name, "text.txt");
    assert_string_equal(samples[1].name, "empty.txt");
    assert_string_equal(samples[2].name, "bytes.bin");
    assert_null(samples[3].name);
}

static void test_text_is_followed_by_a_nul_that_does_not_count(void **state)
{
    (void)state;
    assert_int_equal(samples[0].size, 8);
    assert_memory_equal(samples[0].data, "one\ntwo\n", 9);
    assert_int_equal(samples[1].size, 0);
    assert_int_equal(samples[1].data[0], 0);
}

static void test_every_byte_survives(void **state)
{
    (void)state;
    const unsigned char *p = samples[2].data;
    assert_int_equal(samples[2].size, 37);
    assert_memory_equal(p, "\x00\x01\x7f\x80\xff", 5);
    for (unsigned i = 0; i < 32; i++)
        assert_int_equal(p[5 + i], 32 + i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_come_in_the_order_given),
        cmocka_unit_test(test_text_is_followed_by_a_nul_that_does_not_count),
        cmocka_unit_test(test_every_byte_survives),
    };
    return cmocka_run_group_tests_name("base/embed", tests, NULL, NULL);
}
