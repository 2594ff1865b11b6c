/* Ingresses and their places: which load balancer has one, and what is kept of it. */
#include "follow.h"

static void begin(struct followed *f)
{
    followed_begin(f);
    put(f, SPEC_OF("a"));
    put(f, SPEC_OF("b"));
    put(f, CLASS_TO("to-a", "a"));
    put(f, CLASS_TO("to-b", "b"));
    put(f, INGRESS_TO("d", "x", "to-a", "x.com", "tea"));
    update(f);
    assert_string_equal(made(f, "kube-system/a"), "d/x d/x-tea:80=?");
}

static void test_an_ingress_moves_with_its_class(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, INGRESS_TO("d", "x", "to-b", "x.com", "tea"));
    update(&f);
    assert_string_equal(changed(&f), "kube-system/a kube-system/b");
    assert_string_equal(made(&f, "kube-system/a"), "");
    assert_string_equal(made(&f, "kube-system/b"), "d/x d/x-tea:80=?");
    put(&f, CLASS_TO("to-b", "a"));
    update(&f);
    assert_string_equal(made(&f, "kube-system/a"), "d/x d/x-tea:80=?");
    assert_string_equal(made(&f, "kube-system/b"), "");
    followed_done(&f);
}

static void test_ingresses_that_are_nobodys_are_only_watched(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, INGRESS_TO("d", "y", "later", "y.com", "tea"));
    update(&f);
    assert_string_equal(changed(&f), "");
    put(&f, CLASS_TO("later", "b"));
    update(&f);
    assert_string_equal(made(&f, "kube-system/b"), "d/y d/y-tea:80=?");
    take(&f, OBJECT_INGRESS_CLASS, "", "later");
    update(&f);
    assert_string_equal(made(&f, "kube-system/b"), "");
    take(&f, OBJECT_INGRESS, "d", "y");
    update(&f);
    assert_int_equal(f.tr->seats.len, 1);
    followed_done(&f);
}

/* Until somebody can say where it belongs, what there is of it stays. */
static void test_a_stray_is_held_everywhere_and_let_go_with_a_word(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    const struct resource row = { .lb = "kube-system/a",
                                  .kind = RESOURCE_RULE,
                                  .key = "80/HTTP#1",
                                  .parent = "80/HTTP",
                                  .desired_from = "Ingress d/x (t.yaml:1) rules[0].paths[0]" };
    assert_false(translator_holds(f.tr, &row));
    put(&f, "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: to-a}\n"
            "spec: {controller: 7}\n");
    update(&f);
    assert_string_equal(made(&f, "kube-system/a"), "");
    assert_true(translator_holds(f.tr, &row));
    assert_int_equal(translator_strays(f.tr)->problems.len, 2); /* of the class and of itself */
    assert_int_equal(translator_released(f.tr)->len, 0);
    put(&f, CLASS_TO("to-a", "b"));
    update(&f);
    assert_false(translator_holds(f.tr, &row));
    assert_int_equal(translator_released(f.tr)->len, 1);
    assert_string_equal(translator_released(f.tr)->items[0], "Ingress d/x");
    assert_string_equal(changed(&f), "kube-system/b"); /* 'a' has no outcome that changed */
    assert_int_equal(translator_strays(f.tr)->problems.len, 0);
    followed_done(&f);
}

/* Moved to where it cannot be translated: the rows that are left behind are no rubbish. */
static void test_rows_that_an_ingress_left_behind_stay_while_it_is_wrong(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    const struct resource row = { .lb = "kube-system/a",
                                  .kind = RESOURCE_RULE,
                                  .key = "80/HTTP#1",
                                  .parent = "80/HTTP",
                                  .desired_from = "Ingress d/x (t.yaml:1) rules[0].paths[0]" };
    put(&f, "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: x, namespace: d}\n"
            "spec: {ingressClassName: to-b, rules: 7}\n");
    update(&f);
    assert_string_equal(changed(&f), "kube-system/a kube-system/b");
    assert_true(translator_holds(f.tr, &row));
    assert_false(translate_holds(translator_lb(f.tr, "kube-system/a"), &row));
    assert_true(translate_holds(translator_strays(f.tr), &row));
    assert_int_equal(translator_strays(f.tr)->problems.len, 0);
    put(&f, INGRESS_TO("d", "x", "to-b", "x.com", "tea"));
    update(&f);
    assert_false(translator_holds(f.tr, &row));
    assert_false(translate_holds(translator_strays(f.tr), &row));
    assert_int_equal(translator_released(f.tr)->len, 1);
    followed_done(&f);
}

static void test_a_held_ingress_that_is_deleted_is_let_go(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: x, namespace: d}\n"
            "spec: {ingressClassName: to-a, rules: 7}\n");
    update(&f);
    assert_true(f.tr->strays.len == 0);
    assert_int_equal(translator_released(f.tr)->len, 0);
    take(&f, OBJECT_INGRESS, "d", "x");
    update(&f);
    assert_int_equal(translator_released(f.tr)->len, 1);
    assert_int_equal(f.tr->seats.len, 0);
    followed_done(&f);
}

static void test_an_ingress_on_its_way_out_is_out(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
            "metadata: {name: x, namespace: d, deletionTimestamp: '2026-01-01T00:00:00Z'}\n"
            "spec: {ingressClassName: to-a}\n");
    update(&f);
    assert_string_equal(made(&f, "kube-system/a"), "");
    put(&f, INGRESS_TO("d", "x", "to-a", "x.com", "tea"));
    update(&f);
    assert_string_equal(made(&f, "kube-system/a"), "d/x d/x-tea:80=?");
    followed_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_ingress_moves_with_its_class),
        cmocka_unit_test(test_ingresses_that_are_nobodys_are_only_watched),
        cmocka_unit_test(test_a_stray_is_held_everywhere_and_let_go_with_a_word),
        cmocka_unit_test(test_rows_that_an_ingress_left_behind_stay_while_it_is_wrong),
        cmocka_unit_test(test_a_held_ingress_that_is_deleted_is_let_go),
        cmocka_unit_test(test_an_ingress_on_its_way_out_is_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
