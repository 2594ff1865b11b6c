/* What comes of a load balancer, put together from its pieces. */
#include "follow.h"

/* Two load balancers with a Service that cannot be understood. */
static void begin(struct followed *f)
{
    followed_begin(f);
    put(f, SPEC_OF("a"));
    put(f, SPEC_OF("b"));
    put(f, CLASS_TO("to-a", "a"));
    put(f, CLASS_TO("to-b", "b"));
    put(f, INGRESS_TO("d", "x", "to-a", "x.com", "tea"));
    put(f, INGRESS_TO("d", "y", "to-a", "y.com", "tea"));
    put(f, INGRESS_TO("d", "z", "to-b", "z.com", "tea"));
    put(f, "apiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: d}\n"
           "spec: {ports: [{port: none}]}\n");
    update(f);
}

static size_t problems_of(const struct translate_out *out, const char *kind)
{
    size_t n = 0;
    for (size_t i = 0; i < out->problems.len; i++)
        n += !strcmp(out->problems.items[i].kind, kind);
    return n;
}

static void test_a_note_that_several_pieces_have_is_there_once(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    struct translate_out whole;
    translator_whole(f.tr, &f.w.a, &whole);
    assert_int_equal(problems_of(translator_lb(f.tr, "kube-system/a"), "Service"), 1);
    assert_int_equal(problems_of(translator_lb(f.tr, "kube-system/b"), "Service"), 1);
    assert_int_equal(problems_of(&whole, "Service"), 1);
    followed_done(&f);
}

static void test_notes_stand_by_load_balancer_then_by_piece(void **state)
{
    (void)state;
    static const char *const wanted[] = { "AlbConfig", "Ingress", "Service", "Ingress" };
    struct followed f;
    begin(&f);
    put(&f, "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: c, namespace: d}\n"
            "spec: {ingressClassName: to-a, rules: 7}\n");
    put(&f, "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: s, namespace: d}\n"
            "spec: {ingressClassName: 7}\n");
    put(&f, "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: a}\n"
            "spec: {config: {zoneMappings: [{vSwitchId: vsw-1, zoneId: z-1}]}, listeners: [{port: "
            "80, protocol: HTTP}, {port: 81, protocol: x}]}\n");
    update(&f);
    struct translate_out whole;
    translator_whole(f.tr, &f.w.a, &whole);
    assert_int_equal(whole.problems.len, COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++)
        assert_string_equal(whole.problems.items[i].kind, wanted[i]);
    assert_string_equal(whole.problems.items[1].name, "c");
    assert_string_equal(whole.problems.items[3].name, "s");
    followed_done(&f);
}

static void test_needs_are_there_once_and_sorted(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, SERVICE_OF("d", "tea"));
    put(&f, SLICE_OF("d", "s-1", "tea", "10.0.0.9"));
    put(&f, SLICE_OF("d", "s-2", "tea", "10.0.0.8"));
    update(&f);
    struct translate_out whole;
    translator_whole(f.tr, &f.w.a, &whole);
    assert_int_equal(whole.needs.len, 2);
    assert_string_equal(whole.needs.items[0].key, "vpc-1/10.0.0.8");
    assert_string_equal(whole.needs.items[1].key, "vpc-1/10.0.0.9");
    assert_int_equal(translator_lb(f.tr, "kube-system/b")->needs.len, 2);
    followed_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_note_that_several_pieces_have_is_there_once),
        cmocka_unit_test(test_notes_stand_by_load_balancer_then_by_piece),
        cmocka_unit_test(test_needs_are_there_once_and_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
