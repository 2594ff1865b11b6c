/* Copies share nothing with what they are of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alb-agent/model.h"

static struct resource *add(struct arena *a, struct model *m, const char *lb)
{
    struct alb_server_group *want = arena_alloc(a, sizeof *want);
    want->name = arena_strdup(a, "wanted");
    struct alb_server_group *have = arena_alloc(a, sizeof *have);
    have->name = arena_strdup(a, "there");
    struct resource *r = LIST_PUSH(a, &m->rows);
    *r = (struct resource){
        .lb = arena_strdup(a, lb),
        .kind = RESOURCE_SERVER_GROUP,
        .key = arena_strdup(a, "shop/web-tea:80"),
        .parent = "",
        .desired = want,
        .applied = want,
        .actual = have,
        .desired_from = arena_strdup(a, "Ingress shop/web"),
        .cloud_id = arena_strdup(a, "sgp-1"),
        .status = arena_strdup(a, "Available"),
        .observed_at = 7,
    };
    return r;
}

static void test_a_copy_outlives_what_it_is_of(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 }, b = { 0 };
    struct model from = { 0 }, to;
    (void)add(&b, &from, "x/a");
    model_copy(&a, &from, NULL, &to);
    arena_done(&b);
    assert_int_equal(to.rows.len, 1);
    const struct resource *r = &to.rows.items[0];
    const struct alb_server_group *want = r->desired, *have = r->actual;
    assert_string_equal(r->lb, "x/a");
    assert_string_equal(r->key, "shop/web-tea:80");
    assert_string_equal(r->desired_from, "Ingress shop/web");
    assert_string_equal(r->cloud_id, "sgp-1");
    assert_string_equal(r->status, "Available");
    assert_int_equal(r->observed_at, 7);
    assert_string_equal(want->name, "wanted");
    assert_string_equal(have->name, "there");
}

static void test_what_was_one_struct_stays_one(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model from = { 0 }, to;
    struct resource *r = add(&a, &from, "x/a");
    model_copy(&a, &from, NULL, &to);
    assert_ptr_equal(to.rows.items[0].applied, to.rows.items[0].desired);
    assert_ptr_not_equal(to.rows.items[0].desired, r->desired);
    assert_null(to.rows.items[0].last);
}

static void test_only_the_rows_of_one_load_balancer_are_copied(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model from = { 0 }, to;
    (void)add(&a, &from, "x/a");
    (void)add(&a, &from, "x/b");
    (void)add(&a, &from, "x/c");
    model_copy(&a, &from, "x/b", &to);
    assert_int_equal(to.rows.len, 1);
    assert_string_equal(to.rows.items[0].lb, "x/b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_copy_outlives_what_it_is_of),
        cmocka_unit_test(test_what_was_one_struct_stays_one),
        cmocka_unit_test(test_only_the_rows_of_one_load_balancer_are_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
