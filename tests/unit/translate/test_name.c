/* Names: alb-ingress.md §D.1, §F.1.  Digests were computed with sha256sum. */
#include "world.h"

#include "src/translate/translate_priv.h"

static void with_tr(struct tr *t, struct translate_in *in, struct arena *a)
{
    *in = (struct translate_in){ .cluster_id = "c-1" };
    *t = (struct tr){ .a = a, .in = in };
}

static void test_load_balancer_is_named_by_cluster_and_albconfig(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct translate_in in;
    struct tr t;
    with_tr(&t, &in, &a);
    /* sha256 of "c-1kube-system/web" and of "c-1kube-system/my-web.2" */
    assert_string_equal(lb_default_name(&t, "web"), "k8s-kubesystem-web-7b424397a5");
    assert_string_equal(lb_default_name(&t, "my-web.2"), "k8s-kubesystem-myweb2-aa6a44607f");
}

static void test_long_load_balancer_name_is_cut_before_its_digest(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct translate_in in;
    struct tr t;
    with_tr(&t, &in, &a);
    char name[201];
    memset(name, 'n', sizeof name);
    name[200] = '\0';
    const char *lb = lb_default_name(&t, name);
    assert_int_equal(strlen(lb), 128);
    assert_true(name_is_valid(lb));
    name[199] = 'm';
    assert_string_not_equal(lb_default_name(&t, name), lb);
}

static void test_group_is_named_by_service_and_port(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct translate_in in;
    struct tr t;
    with_tr(&t, &in, &a);
    assert_string_equal(group_name(&t, "new-api", "new-api-stable", 80),
                        "new-api-new-api-stable-80");
    assert_string_equal(group_name(&t, "1st", "tea", 80), "k8s-1st-tea-80");
}

static void test_long_group_names_stay_apart(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct translate_in in;
    struct tr t;
    char ns[64], service[64];
    with_tr(&t, &in, &a);
    memset(ns, 'n', 63);
    memset(service, 's', 63);
    ns[63] = service[63] = '\0';
    const char *x = group_name(&t, ns, service, 8080), *y = group_name(&t, ns, service, 8081);
    assert_int_equal(strlen(x), 128);
    assert_true(name_is_valid(x));
    assert_string_not_equal(x, y);
    assert_int_equal(strlen(group_name(&t, ns, service, 1)), 128);
}

static void test_names_that_the_cloud_takes(void **state)
{
    (void)state;
    assert_true(name_is_valid("ab"));
    assert_true(name_is_valid("Ab-1._x"));
    assert_true(name_is_valid("网关"));
    assert_false(name_is_valid("a"));
    assert_false(name_is_valid("1ab"));
    assert_false(name_is_valid("-ab"));
    assert_false(name_is_valid("a b"));
    assert_false(name_is_valid("a/b"));
}

static void test_letters_of_any_script_may_stand_first_in_a_name(void **state)
{
    (void)state;
    assert_true(name_is_valid("\xe4\xb8\xad"
                              "a")); /* U+4E2D */
    assert_false(name_is_valid("~a"));
    assert_false(name_is_valid("a~"));
}

static void test_names_have_at_most_128_characters(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_true(name_is_valid(repeated(&a, "n", 128)));
    assert_false(name_is_valid(repeated(&a, "n", 129)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_balancer_is_named_by_cluster_and_albconfig),
        cmocka_unit_test(test_long_load_balancer_name_is_cut_before_its_digest),
        cmocka_unit_test(test_group_is_named_by_service_and_port),
        cmocka_unit_test(test_long_group_names_stay_apart),
        cmocka_unit_test(test_names_that_the_cloud_takes),
        cmocka_unit_test(test_letters_of_any_script_may_stand_first_in_a_name),
        cmocka_unit_test(test_names_have_at_most_128_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
