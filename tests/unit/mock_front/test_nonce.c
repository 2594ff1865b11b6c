/* test_nonce.c - a set of nonces: what was added is there, nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "alb-agent/macros.h"
#include "mock-server/front/nonce.h"

enum { MANY = 100000 };

static uint64_t mark_of(const char *key, int i)
{
    char nonce[16];
    int n = snprintf(nonce, sizeof nonce, "%d", i);
    assert_in_range(n, 1, 15);
    return nonce_mark(key, nonce);
}

static void test_many_nonces_are_told_apart(void **state)
{
    (void)state;
    struct nonce_set s CLEANUP(nonce_set_done) = { 0 };
    assert_false(nonce_set_has(&s, mark_of("key", 0)));
    for (int i = 0; i < MANY; i++) {
        assert_false(nonce_set_has(&s, mark_of("key", i)));
        nonce_set_add(&s, mark_of("key", i));
    }
    for (int i = 0; i < MANY; i++) {
        assert_true(nonce_set_has(&s, mark_of("key", i)));
        assert_false(nonce_set_has(&s, mark_of("other", i)));
    }
    assert_int_equal(s.n, MANY);
    nonce_set_add(&s, mark_of("key", 1));
    assert_int_equal(s.n, MANY);
    assert_true(s.size <= 2 * MANY / 3 * 4);
    nonce_set_done(&s);
    assert_false(nonce_set_has(&s, mark_of("key", 1)));
}

static void test_key_and_nonce_do_not_run_together(void **state)
{
    (void)state;
    assert_true(nonce_mark("ab", "c") != nonce_mark("a", "bc"));
    assert_true(nonce_mark("a", "") != nonce_mark("", "a"));
    assert_true(nonce_mark("", "") != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_nonces_are_told_apart),
        cmocka_unit_test(test_key_and_nonce_do_not_run_together),
    };
    return cmocka_run_group_tests_name("mock_front/nonce", tests, NULL, NULL);
}
