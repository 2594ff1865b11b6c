/* test_summary.c - how each load balancer stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/store/fixture.h"

static struct resource balancer(struct fixture *f)
{
    struct alb_load_balancer *want = arena_alloc(&f->a, sizeof *want),
                             *have = arena_alloc(&f->a, sizeof *have);
    want->name = have->name = "web";
    have->dns_name = "alb-1.example.com";
    return (struct resource){ .lb = "kube-system/web",
                              .kind = RESOURCE_LOAD_BALANCER,
                              .key = "kube-system/web",
                              .desired = want,
                              .applied = want,
                              .actual = have,
                              .cloud_id = "alb-1",
                              .status = "Active",
                              .observed_at = NOW + 5,
                              .ours = true };
}

static void test_summary_counts_what_is_ours_and_in_sync(void **state)
{
    struct fixture *f = *state;
    struct resource lb = balancer(f), good = fixture_group(f, "a", "Wrr"),
                    drifted = fixture_group(f, "b", "Wrr"), other = fixture_group(f, "c", "Wrr");
    drifted.actual = fixture_group(f, "b", "Wlc").actual;
    other.ours = false;
    assert_true(store_resource_put(f->st, &lb, &f->err));
    assert_true(store_resource_put(f->st, &good, &f->err));
    assert_true(store_resource_put(f->st, &drifted, &f->err));
    assert_true(store_resource_put(f->st, &other, &f->err));
    assert_true(store_revision_put(f->st, "kube-system/web", "{}", NULL, NOW, &f->err));
    store_summaries sums;
    assert_true(store_summary(f->st, &f->a, &sums, &f->err));
    assert_int_equal(sums.len, 1);
    assert_string_equal(sums.items[0].lb, "kube-system/web");
    assert_string_equal(sums.items[0].cloud_id, "alb-1");
    assert_string_equal(sums.items[0].dns_name, "alb-1.example.com");
    assert_int_equal(sums.items[0].resources, 3);
    assert_int_equal(sums.items[0].in_sync, 2);
    assert_int_equal(sums.items[0].observed_at, NOW);
    assert_int_equal(sums.items[0].revision, 1);
}

static void test_summary_has_one_entry_per_load_balancer(void **state)
{
    struct fixture *f = *state;
    const struct resource x = { .lb = "a/x", .kind = RESOURCE_LOAD_BALANCER, .key = "a/x" };
    const struct resource y = { .lb = "a/y", .kind = RESOURCE_LOAD_BALANCER, .key = "a/y" };
    assert_true(store_resource_put(f->st, &y, &f->err));
    assert_true(store_resource_put(f->st, &x, &f->err));
    store_summaries sums;
    assert_true(store_summary(f->st, &f->a, &sums, &f->err));
    assert_int_equal(sums.len, 2);
    assert_string_equal(sums.items[0].lb, "a/x");
    assert_string_equal(sums.items[1].lb, "a/y");
    assert_string_equal(sums.items[0].dns_name, "");
    assert_int_equal(sums.items[0].observed_at, 0);
    assert_int_equal(sums.items[0].revision, 0);
}

static void test_summary_has_the_id_of_a_borrowed_group(void **state)
{
    struct fixture *f = *state;
    struct resource group = fixture_group(f, "sgp-1", "Wrr");
    group.lb = "Service/shop/tea";
    assert_true(store_resource_put(f->st, &group, &f->err));
    store_summaries sums;
    assert_true(store_summary(f->st, &f->a, &sums, &f->err));
    assert_int_equal(sums.len, 1);
    assert_string_equal(sums.items[0].cloud_id, "sgp-1");
    assert_int_equal(sums.items[0].resources, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_summary_counts_what_is_ours_and_in_sync),
        TEST(test_summary_has_one_entry_per_load_balancer),
        TEST(test_summary_has_the_id_of_a_borrowed_group),
    };
    return cmocka_run_group_tests_name("store/summary", tests, NULL, NULL);
}
