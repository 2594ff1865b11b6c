/* test_map.c - string keys to pointers, in order of insertion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "alb-agent/macros.h"
#include "alb-agent/map.h"

static void test_an_empty_map_has_nothing(void **state)
{
    (void)state;
    struct map m CLEANUP(map_done) = { 0 };
    const struct map_entry *cursor = NULL;
    void *value = NULL;
    assert_int_equal(map_count(&m), 0);
    assert_null(map_get(&m, "a"));
    assert_null(map_next(&m, &cursor, &value));
    map_remove(&m, "a");
    assert_int_equal(map_count(&m), 0);
}

static void test_keys_are_copied_and_exact(void **state)
{
    (void)state;
    struct map m CLEANUP(map_done) = { 0 };
    int one = 1, two = 2;
    char key[] = "key";
    map_put(&m, key, &one);
    key[0] = 'K';
    map_put(&m, key, &two);
    assert_ptr_equal(map_get(&m, "key"), &one);
    assert_ptr_equal(map_get(&m, "Key"), &two);
    assert_null(map_get(&m, "ke"));
    assert_null(map_get(&m, "keys"));
    map_put(&m, "", &one);
    assert_ptr_equal(map_get(&m, ""), &one);
}

/* Fills 'order' with the first letters of the keys as the map walks them. */
static void walk(const struct map *m, char *order)
{
    const struct map_entry *cursor = NULL;
    void *value = NULL;
    const char *key;
    while ((key = map_next(m, &cursor, &value)) != NULL)
        *order++ = key[0];
    *order = '\0';
}

static void test_iteration_is_in_order_of_insertion(void **state)
{
    (void)state;
    struct map m CLEANUP(map_done) = { 0 };
    int one = 1, two = 2;
    char order[8];
    map_put(&m, "zeta", &one);
    map_put(&m, "alpha", &one);
    map_put(&m, "mid", &one);
    walk(&m, order);
    assert_string_equal(order, "zam");
    map_put(&m, "alpha", &two); /* keeps its place */
    walk(&m, order);
    assert_string_equal(order, "zam");
    assert_ptr_equal(map_get(&m, "alpha"), &two);
    map_remove(&m, "zeta");
    map_put(&m, "zeta", &one); /* new: last */
    walk(&m, order);
    assert_string_equal(order, "amz");
}

static void test_many_keys_are_all_found(void **state)
{
    (void)state;
    struct map m CLEANUP(map_done) = { 0 };
    static int values[3000];
    char key[16];
    for (size_t i = 0; i < COUNT(values); i++) {
        (void)snprintf(key, sizeof key, "k%zu", i);
        map_put(&m, key, &values[i]);
    }
    for (size_t i = 0; i < COUNT(values); i += 2) {
        (void)snprintf(key, sizeof key, "k%zu", i);
        map_remove(&m, key);
    }
    assert_int_equal(map_count(&m), COUNT(values) / 2);
    for (size_t i = 0; i < COUNT(values); i++) {
        (void)snprintf(key, sizeof key, "k%zu", i);
        assert_ptr_equal(map_get(&m, key), i % 2 ? &values[i] : NULL);
    }
}

static void test_a_map_can_be_used_after_done(void **state)
{
    (void)state;
    struct map m = { 0 };
    int one = 1;
    map_put(&m, "a", &one);
    map_done(&m);
    assert_null(map_get(&m, "a"));
    map_put(&m, "b", &one);
    assert_int_equal(map_count(&m), 1);
    map_done(&m);
    map_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_map_has_nothing),
        cmocka_unit_test(test_keys_are_copied_and_exact),
        cmocka_unit_test(test_iteration_is_in_order_of_insertion),
        cmocka_unit_test(test_many_keys_are_all_found),
        cmocka_unit_test(test_a_map_can_be_used_after_done),
    };
    return cmocka_run_group_tests_name("base/map", tests, NULL, NULL);
}
