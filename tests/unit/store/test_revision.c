/* test_revision.c - a revision is made when the wanted state changed, and only then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/store/fixture.h"

static int64_t revisions(struct fixture *f, const char *lb)
{
    int64_t n = -1;
    assert_true(store_revision_newest(f->st, lb, &n, &f->err));
    return n;
}

static void put(struct fixture *f, const char *lb, const char *document)
{
    assert_true(store_revision_put(f->st, lb, document, "Ingress shop/web", NOW, &f->err));
}

static void test_revision_is_made_only_when_changed(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(revisions(f, "a/x"), 0);
    put(f, "a/x", "{\"v\":1}");
    put(f, "a/x", "{\"v\":1}");
    assert_int_equal(revisions(f, "a/x"), 1);
    put(f, "a/x", "{\"v\":2}");
    assert_int_equal(revisions(f, "a/x"), 2);
}

/* Going back to an earlier state is a change, too. */
static void test_revision_is_compared_with_the_newest_only(void **state)
{
    struct fixture *f = *state;
    put(f, "a/x", "{\"v\":1}");
    put(f, "a/x", "{\"v\":2}");
    put(f, "a/x", "{\"v\":1}");
    assert_int_equal(revisions(f, "a/x"), 3);
}

static void test_revisions_are_numbered_per_load_balancer(void **state)
{
    struct fixture *f = *state;
    put(f, "a/x", "{\"v\":1}");
    put(f, "a/y", "{\"v\":1}");
    put(f, "a/y", "{\"v\":2}");
    assert_int_equal(revisions(f, "a/x"), 1);
    assert_int_equal(revisions(f, "a/y"), 2);
}

static void test_revision_that_is_not_json_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_false(store_revision_put(f->st, "a/x", "{", NULL, NOW, &f->err));
    assert_int_equal(f->err.kind, ERROR_BUG);
    assert_int_equal(revisions(f, "a/x"), 0);
}

static void put_many(struct fixture *f, const char *lb, int from, int to)
{
    for (int v = from; v <= to; v++)
        put(f, lb, arena_fmt(&f->a, "{\"v\":%d}", v));
}

static int64_t count(struct fixture *f, const char *where)
{
    return fixture_int(f->st, arena_fmt(&f->a, "SELECT count(*) FROM revision WHERE %s", where));
}

static void test_prune_keeps_the_newest_of_each_load_balancer(void **state)
{
    struct fixture *f = *state;
    put_many(f, "a/x", 1, 20);
    put_many(f, "a/y", 1, 12);
    assert_true(store_revisions_prune(f->st, 12, 1000, &f->err));
    assert_int_equal(count(f, "lb = 'a/x'"), 12);
    assert_int_equal(count(f, "lb = 'a/x' AND number <= 8"), 0);
    assert_int_equal(count(f, "lb = 'a/y'"), 12);
    put(f, "a/x", "{\"v\":21}");
    assert_int_equal(revisions(f, "a/x"), 21);
}

static void test_prune_keeps_what_is_pinned(void **state)
{
    struct fixture *f = *state;
    put_many(f, "a/x", 1, 5);
    assert_true(store_pin_put(f->st, "a/x", 2, NOW, &f->err));
    assert_true(store_revisions_prune(f->st, 1, 1000, &f->err));
    assert_int_equal(count(f, "number IN (2, 5)"), 2);
    assert_int_equal(count(f, "1"), 2);
}

/* Documents of 8 bytes: ten stay whatever they weigh, of the others those that fit. */
static void test_prune_by_size_leaves_ten(void **state)
{
    struct fixture *f = *state;
    put_many(f, "a/x", 10, 39);
    assert_true(store_revisions_prune(f->st, 1000, 8 * 12, &f->err));
    assert_int_equal(count(f, "1"), 12);
    assert_true(store_revisions_prune(f->st, 1000, 1, &f->err));
    assert_int_equal(count(f, "1"), 10);
    assert_int_equal(count(f, "number > 20"), 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_revision_is_made_only_when_changed),
        TEST(test_revision_is_compared_with_the_newest_only),
        TEST(test_revisions_are_numbered_per_load_balancer),
        TEST(test_revision_that_is_not_json_is_refused),
        TEST(test_prune_keeps_the_newest_of_each_load_balancer),
        TEST(test_prune_keeps_what_is_pinned),
        TEST(test_prune_by_size_leaves_ten),
    };
    return cmocka_run_group_tests_name("store/revision", tests, NULL, NULL);
}
