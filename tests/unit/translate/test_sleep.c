/* Load balancers at which nothing changes are forgotten, and made again when something does. */
#include "follow.h"

static void begin(struct followed *f)
{
    followed_begin(f);
    put(f, SPEC_OF("web"));
    put(f, SPEC_OF("far"));
    put(f, CLASS_TO("alb", "web"));
    put(f, CLASS_TO("out", "far"));
    put(f, INGRESS_TO("d", "x", "alb", "x.com", "tea"));
    put(f, INGRESS_TO("d", "y", "out", "y.com", "milk"));
    put(f, SERVICE_OF("d", "tea"));
    put(f, SLICE_OF("d", "tea-1", "tea", "10.0.0.1"));
    update(f);
    translator_rest(f->tr, 0);
}

static void test_rows_of_what_rests_are_not_there(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    const struct translate_out *out = translator_lb(f.tr, "kube-system/web");
    assert_int_equal(out->desired.rows.len, 0);
    assert_int_equal(out->lbs.len, 1);
    assert_int_equal(map_count(&f.tr->watches), 0);
    followed_done(&f);
}

static void test_a_slice_wakes_its_load_balancer_alone(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SLICE_OF("d", "tea-1", "tea", "10.0.0.2"));
    update(&f);
    assert_string_equal(changed(&f), "kube-system/web");
    assert_string_equal(made(&f, "kube-system/web"), "d/x d/x-tea:80=eni-2");
    assert_int_equal(translator_work(f.tr).ingresses, 1);
    followed_done(&f);
}

static void test_what_was_looked_for_in_vain_wakes_it(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SERVICE_OF("d", "milk"));
    update(&f);
    assert_string_equal(changed(&f), "kube-system/far");
    followed_done(&f);
}

static void test_an_ingress_that_moves_wakes_both(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, INGRESS_TO("d", "x", "out", "x.com", "tea"));
    update(&f);
    assert_string_equal(changed(&f), "kube-system/far kube-system/web");
    followed_done(&f);
}

static void test_those_that_changed_last_stay(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SLICE_OF("d", "tea-1", "tea", "10.0.0.2"));
    update(&f);
    translator_rest(f.tr, 1);
    assert_true(translator_lb(f.tr, "kube-system/web")->desired.rows.len > 0);
    assert_int_equal(translator_lb(f.tr, "kube-system/far")->desired.rows.len, 0);
    translator_wake(f.tr);
    assert_true(translator_lb(f.tr, "kube-system/far")->desired.rows.len > 0);
    followed_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_what_rests_are_not_there),
        cmocka_unit_test(test_a_slice_wakes_its_load_balancer_alone),
        cmocka_unit_test(test_what_was_looked_for_in_vain_wakes_it),
        cmocka_unit_test(test_an_ingress_that_moves_wakes_both),
        cmocka_unit_test(test_those_that_changed_last_stay),
    };
    return cmocka_run_group_tests_name("translate/sleep", tests, NULL, NULL);
}
