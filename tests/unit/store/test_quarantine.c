/* test_quarantine.c - objects that are left out are named until they are not, whoever left them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/store/fixture.h"

static struct store_quarantined items[] = {
    { "Ingress shop/web (web.yaml:3)", "no such Service", 0 },
    { "Ingress shop/\"tea\" (tea.yaml:1)", "no host", 0 },
    { "Ingress shop/\"tea\" (tea.yaml:1)", "no path", 0 },
};

/* The first so many of 'items'. */
static void put(struct fixture *f, size_t n, int64_t at)
{
    const store_quarantine list = { items, n };
    assert_true(store_quarantine_put(f->st, &list, at, &f->err));
}

static store_quarantine list(struct fixture *f, struct store *st, size_t limit, int64_t *total)
{
    store_quarantine out;
    assert_true(store_quarantine_read(st, &f->a, limit, &out, total, &f->err));
    return out;
}

static void test_each_reason_of_an_object_is_listed_by_object(void **state)
{
    struct fixture *f = *state;
    int64_t total;
    put(f, 3, NOW);
    const store_quarantine q = list(f, f->st, 9, &total);
    assert_int_equal(total, 3);
    assert_int_equal(q.len, 3);
    assert_string_equal(q.items[0].object, "Ingress shop/\"tea\" (tea.yaml:1)");
    assert_string_equal(q.items[0].why, "no host");
    assert_string_equal(q.items[1].why, "no path");
    assert_string_equal(q.items[2].object, "Ingress shop/web (web.yaml:3)");
    assert_int_equal(q.items[2].since, NOW);
}

static void test_those_beyond_the_limit_are_counted(void **state)
{
    struct fixture *f = *state;
    int64_t total;
    put(f, 3, NOW);
    assert_int_equal(list(f, f->st, 2, &total).len, 2);
    assert_int_equal(total, 3);
}

static void test_who_stays_keeps_the_time_it_was_left_out(void **state)
{
    struct fixture *f = *state;
    int64_t total;
    put(f, 1, NOW);
    put(f, 2, NOW + 5);
    const store_quarantine q = list(f, f->st, 9, &total);
    assert_int_equal(q.items[0].since, NOW + 5);
    assert_int_equal(q.items[1].since, NOW);
    put(f, 0, NOW + 6);
    assert_int_equal(list(f, f->st, 9, &total).len, 0);
    assert_int_equal(total, 0);
    put(f, 1, NOW + 7);
    assert_int_equal(list(f, f->st, 9, &total).items[0].since, NOW + 7);
}

/* Whoever reads it later knows the system's clock alone. */
static void test_times_are_those_of_the_systems_clock(void **state)
{
    struct fixture *f = *state;
    int64_t total;
    assert_true(store_set_ahead(f->st, 1000, &f->err));
    put(f, 1, NOW);
    assert_int_equal(list(f, f->st, 9, &total).items[0].since, NOW + 1000);
}

static void test_one_object_may_be_told_twice(void **state)
{
    struct fixture *f = *state;
    struct store_quarantined same[] = { items[0], items[0] };
    const store_quarantine twice = { same, 2 };
    int64_t total;
    assert_true(store_quarantine_put(f->st, &twice, NOW, &f->err));
    assert_int_equal(list(f, f->st, 9, &total).len, 1);
}

/* Where no agent ever ran, too. */
static void test_a_status_has_it(void **state)
{
    struct fixture *f = *state;
    struct store_status s;
    bool found = true;
    put(f, 1, NOW);
    assert_true(store_status_read(f->st, &f->a, &s, &found, &f->err));
    assert_false(found);
    assert_int_equal(s.left_out, 1);
    assert_string_equal(s.quarantined.items[0].why, "no such Service");
    assert_true(store_status_put(f->st, &(struct store_status){ .at = NOW }, &f->err));
    assert_true(store_status_read(f->st, &f->a, &s, &found, &f->err));
    assert_true(found);
    assert_int_equal(s.left_out, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_reason_of_an_object_is_listed_by_object),
        TEST(test_those_beyond_the_limit_are_counted),
        TEST(test_who_stays_keeps_the_time_it_was_left_out),
        TEST(test_times_are_those_of_the_systems_clock),
        TEST(test_one_object_may_be_told_twice),
        TEST(test_a_status_has_it),
    };
    return cmocka_run_group_tests_name("store/quarantine", tests, NULL, NULL);
}
