/* test_meta.c - small facts are kept and unset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/store/fixture.h"

static void test_meta_not_set_is_null(void **state)
{
    struct fixture *f = *state;
    const char *value = "untouched";
    assert_true(store_meta_get(f->st, &f->a, "cluster_id", &value, &f->err));
    assert_null(value);
}

static void test_meta_put_replaces(void **state)
{
    struct fixture *f = *state;
    const char *value;
    assert_true(store_meta_put(f->st, "cluster_id", "one", &f->err));
    assert_true(store_meta_put(f->st, "cluster_id", "two", &f->err));
    assert_true(store_meta_get(f->st, &f->a, "cluster_id", &value, &f->err));
    assert_string_equal(value, "two");
}

static void test_meta_put_null_unsets(void **state)
{
    struct fixture *f = *state;
    const char *value;
    assert_true(store_meta_put(f->st, "incomplete_since", "1", &f->err));
    assert_true(store_meta_put(f->st, "cluster_id", "c", &f->err));
    assert_true(store_meta_put(f->st, "incomplete_since", NULL, &f->err));
    assert_true(store_meta_get(f->st, &f->a, "incomplete_since", &value, &f->err));
    assert_null(value);
    assert_true(store_meta_get(f->st, &f->a, "cluster_id", &value, &f->err));
    assert_string_equal(value, "c");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_meta_not_set_is_null),
        TEST(test_meta_put_replaces),
        TEST(test_meta_put_null_unsets),
    };
    return cmocka_run_group_tests_name("store/meta", tests, NULL, NULL);
}
