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

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_revision_is_made_only_when_changed),
        TEST(test_revision_is_compared_with_the_newest_only),
        TEST(test_revisions_are_numbered_per_load_balancer),
        TEST(test_revision_that_is_not_json_is_refused),
    };
    return cmocka_run_group_tests_name("store/revision", tests, NULL, NULL);
}
