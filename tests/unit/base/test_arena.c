/* test_arena.c - memory that dies together, and the lists that grow in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alb-agent/arena.h"

static bool all_zero(const unsigned char *p, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (p[i])
            return false;
    return true;
}

static void test_memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    static const size_t sizes[] = { 1, 7, 16, 33, 4095, 4096, 4097, 300000, 3 };
    struct arena a CLEANUP(arena_done) = { 0 };
    for (size_t i = 0; i < COUNT(sizes); i++) {
        unsigned char *p = arena_alloc(&a, sizes[i]);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        assert_true(all_zero(p, sizes[i]));
        memset(p, 0xa5, sizes[i]); /* the next one must not see it */
    }
}

/* Around the size from which a piece is a block of its own, in memory that was used before. */
static void test_large_memory_is_zeroed_again_and_again(void **state)
{
    static const size_t sizes[] = { 262128, 262129, 262144, 262145, 262160, 5000000 };
    struct arena a = { 0 };
    (void)state;
    for (size_t i = 0; i < 4 * COUNT(sizes); i++) {
        const size_t size = sizes[i % COUNT(sizes)];
        unsigned char *p = arena_alloc(&a, size);
        assert_true(all_zero(p, size));
        memset(p, 0xa5, size);
        p = arena_alloc(&a, 100);
        assert_true(all_zero(p, 100));
        memset(p, 0xa5, 100);
        if (i % 4 == 3)
            arena_done(&a);
    }
}

static void test_pieces_do_not_overlap(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    char *pieces[500];
    for (size_t i = 0; i < COUNT(pieces); i++) {
        pieces[i] = arena_alloc(&a, i + 1);
        memset(pieces[i], (int)(i % 251), i + 1);
    }
    for (size_t i = 0; i < COUNT(pieces); i++)
        for (size_t j = 0; j <= i; j++)
            assert_int_equal((unsigned char)pieces[i][j], i % 251);
}

static void test_size_counts_what_was_handed_out(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_non_null(arena_alloc(&a, 0));
    assert_int_equal(a.size, 0);
    arena_alloc(&a, 64);
    assert_int_equal(a.size, 64);
}

static void test_an_arena_can_be_used_after_done(void **state)
{
    (void)state;
    struct arena a = { 0 };
    arena_alloc(&a, 100);
    arena_done(&a);
    assert_null(a.blocks);
    assert_int_equal(a.size, 0);
    assert_string_equal(arena_strdup(&a, "again"), "again");
    arena_done(&a);
    arena_done(&a);
}

static void test_an_arena_can_be_used_after_it_was_wiped(void **state)
{
    (void)state;
    struct arena a = { 0 };
    for (int i = 0; i < 5; i++) /* several blocks */
        arena_alloc(&a, 1000);
    arena_wipe(&a);
    assert_null(a.blocks);
    assert_int_equal(a.size, 0);
    arena_wipe(&a);
    assert_string_equal(arena_strdup(&a, "again"), "again");
    arena_wipe(&a);
}

static void test_copies_are_equal_and_independent(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    char text[] = "abcdef";
    char *whole = arena_strdup(&a, text);
    char *part = arena_strndup(&a, text, 3);
    char *bytes = arena_dup(&a, text, 2);
    memset(text, 'x', 6);
    assert_string_equal(whole, "abcdef");
    assert_string_equal(part, "abc");
    assert_memory_equal(bytes, "ab", 2);
    assert_string_equal(arena_strndup(&a, NULL, 0), "");
    assert_non_null(arena_dup(&a, NULL, 0));
}

static void test_formatted_text_has_any_length(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(arena_fmt(&a, "%s/%d", "rule", 7), "rule/7");
    for (int n = 254; n < 259; n++)
        assert_int_equal(strlen(arena_fmt(&a, "%*d", n, 1)), n);
    const char *wide = arena_fmt(&a, "%10000d", 1);
    assert_int_equal(strlen(wide), 10000);
    assert_int_equal(wide[9999], '1');
}

static void test_a_list_keeps_its_elements_as_it_grows(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    LIST_OF(int) list = { 0 };
    assert_null(list.items); /* "not set" */
    for (int i = 0; i < 1000; i++) {
        int *slot = LIST_PUSH(&a, &list);
        assert_int_equal(*slot, 0);
        *slot = i;
    }
    assert_int_equal(list.len, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(list.items[i], i);
}

#ifdef __has_feature
#    if __has_feature(address_sanitizer)
#        define CHECKED
#    endif
#endif
#ifdef __SANITIZE_ADDRESS__
#    define CHECKED
#endif
#ifdef CHECKED
#    include <sanitizer/asan_interface.h>

/* AddressSanitizer knows what was handed out: to the byte, and of a list what was pushed. */
static void test_nothing_but_what_was_asked_for_can_be_touched(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    LIST_OF(int64_t) list = { 0 };
    char *p = arena_alloc(&a, 16);
    char *odd = arena_strdup(&a, "four");
    assert_null(__asan_region_is_poisoned(p, 16));
    assert_int_equal(__asan_address_is_poisoned(p + 16), 1);
    assert_null(__asan_region_is_poisoned(odd, 5));
    assert_int_equal(__asan_address_is_poisoned(odd + 5), 1);
    for (int i = 0; i < 3; i++)
        *LIST_PUSH(&a, &list) = i;
    assert_null(__asan_region_is_poisoned(list.items, 3 * sizeof *list.items));
    assert_int_equal(__asan_address_is_poisoned(list.items + 3), 1);
    *LIST_PUSH(&a, &list) = 3;
    assert_int_equal(__asan_address_is_poisoned(list.items + 3), 0);
}
#else
static void test_nothing_but_what_was_asked_for_can_be_touched(void **state)
{
    (void)state;
    skip(); /* it is AddressSanitizer that would say so */
}
#endif

static void test_an_array_that_overflows_aborts(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct arena a = { 0 };
        (void)!freopen("/dev/null", "w", stderr);
        arena_array(&a, SIZE_MAX / 4, 8);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void test_a_list_made_at_once_goes_on_growing(void **state)
{
    (void)state;
    for (size_t n = 0; n < 20; n++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        LIST_OF(int) list = { .items = list_sized(&a, n, sizeof(int)), .len = n };
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(list.items[i], 0);
            list.items[i] = (int)i;
        }
        for (size_t i = n; i < 50; i++)
            *LIST_PUSH(&a, &list) = (int)i;
        for (size_t i = 0; i < 50; i++)
            assert_int_equal(list.items[i], i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_and_aligned),
        cmocka_unit_test(test_large_memory_is_zeroed_again_and_again),
        cmocka_unit_test(test_pieces_do_not_overlap),
        cmocka_unit_test(test_size_counts_what_was_handed_out),
        cmocka_unit_test(test_an_arena_can_be_used_after_done),
        cmocka_unit_test(test_an_arena_can_be_used_after_it_was_wiped),
        cmocka_unit_test(test_copies_are_equal_and_independent),
        cmocka_unit_test(test_formatted_text_has_any_length),
        cmocka_unit_test(test_a_list_keeps_its_elements_as_it_grows),
        cmocka_unit_test(test_nothing_but_what_was_asked_for_can_be_touched),
        cmocka_unit_test(test_an_array_that_overflows_aborts),
        cmocka_unit_test(test_a_list_made_at_once_goes_on_growing),
    };
    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
