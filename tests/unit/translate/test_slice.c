/* Which EndpointSlices belong to a Service, while they come and go. */
#include "follow.h"

static void begin(struct followed *f)
{
    followed_begin(f);
    put(f, SPEC_OF("web"));
    put(f, CLASS_TO("alb", "web"));
    put(f, INGRESS_TO("d", "a", "alb", "a.com", "tea"));
    put(f, INGRESS_TO("d", "b", "alb", "b.com", "milk"));
    put(f, SERVICE_OF("d", "tea"));
    put(f, SERVICE_OF("d", "milk"));
    update(f);
}

static void test_slices_are_those_with_the_label_in_the_namespace(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SLICE_OF("d", "x-2", "tea", "10.0.0.2"));
    put(&f, SLICE_OF("d", "x-1", "tea", "10.0.0.1"));
    put(&f, SLICE_OF("e", "x-3", "tea", "10.0.0.1"));
    update(&f);
    size_t n;
    void *const *slices = slices_of(f.tr, "d", "tea", &n);
    assert_int_equal(n, 2);
    assert_string_equal(slice_name(slices[0]), "x-1");
    assert_string_equal(slice_name(slices[1]), "x-2");
    assert_string_equal(slice_name(*slices_of(f.tr, "e", "tea", &n)), "x-3");
    assert_int_equal(n, 1);
    assert_null(slices_of(f.tr, "d", "milk", &n));
    assert_int_equal(n, 0);
    assert_string_equal(made(&f, "kube-system/web"),
                        "d/a d/b d/a-tea:80=eni-1,eni-2 d/b-milk:80=?");
    followed_done(&f);
}

static void test_a_slice_that_changes_its_label_changes_both_services(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SLICE_OF("d", "x-1", "tea", "10.0.0.1"));
    update(&f);
    put(&f, SLICE_OF("d", "x-1", "milk", "10.0.0.1"));
    update(&f);
    size_t n;
    assert_null(slices_of(f.tr, "d", "tea", &n));
    assert_string_equal(made(&f, "kube-system/web"), "d/a d/b d/a-tea:80=? d/b-milk:80=eni-1");
    assert_int_equal(translator_work(f.tr).groups, 2);
    put(&f, "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
            "metadata: {name: x-1, namespace: d}\naddressType: IPv4\n");
    update(&f);
    assert_string_equal(made(&f, "kube-system/web"), "d/a d/b d/a-tea:80=? d/b-milk:80=?");
    assert_int_equal(f.tr->slices.len + f.tr->served.len, 0);
    followed_done(&f);
}

static void test_a_slice_that_goes_is_no_longer_counted(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SLICE_OF("d", "x-1", "tea", "10.0.0.1"));
    put(&f, SLICE_OF("d", "x-2", "tea", "10.0.0.2"));
    update(&f);
    take(&f, OBJECT_ENDPOINT_SLICE, "d", "x-1");
    update(&f);
    assert_string_equal(made(&f, "kube-system/web"), "d/a d/b d/a-tea:80=eni-2 d/b-milk:80=?");
    take(&f, OBJECT_ENDPOINT_SLICE, "d", "x-2");
    update(&f);
    assert_int_equal(f.tr->slices.len + f.tr->served.len, 0);
    tell(&f, OBJECT_ENDPOINT_SLICE, "d", "never-there");
    update(&f);
    assert_string_equal(changed(&f), "");
    followed_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices_are_those_with_the_label_in_the_namespace),
        cmocka_unit_test(test_a_slice_that_changes_its_label_changes_both_services),
        cmocka_unit_test(test_a_slice_that_goes_is_no_longer_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
