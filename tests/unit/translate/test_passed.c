/* Ingresses that are passed over because nobody here knows their class. */
#include "follow.h"

#define CLASSLESS(name)                                                                           \
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: " name ", namespace: d}\n" \
    "spec: {}\n"
#define LEGACY(name, class)                                                                      \
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: " name ", namespace: d, " \
    "annotations: {kubernetes.io/ingress.class: " class "}}\nspec: {}\n"

static void begin(struct followed *f)
{
    followed_begin(f);
    put(f, SPEC_OF("a"));
    put(f, CLASS_TO("alb", "a"));
    put(f, SERVICE_OF("d", "tea"));
    put(f, SLICE_OF("d", "tea-1", "tea", "10.0.0.1"));
}

static struct world whole_of(struct followed *f)
{
    struct world w = { 0 };
    translator_whole(f->tr, &w.a, &w.out);
    return w;
}

/* What the translator says, which is what a run from scratch says. */
static void assert_said(struct followed *f, const char *wanted)
{
    struct world scratch = { .set = f->w.set, .facts = f->w.facts, .vpc = "vpc-1" };
    update(f);
    assert_string_equal(notes_text(&f->w, &translator_strays(f->tr)->warnings), wanted);
    struct world w = whole_of(f);
    assert_string_equal(warnings(&w), wanted);
    assert_string_equal(problems(&w), "");
    assert_int_equal(w.out.holds.len, 0);
    arena_done(&w.a);
    world_translate(&scratch);
    assert_string_equal(warnings(&scratch), wanted);
    arena_done(&scratch.a);
}

static void test_a_misspelt_class_is_told_with_the_one_it_may_be(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, INGRESS_TO("d", "x", "abl", "x.com", "tea"));
    assert_said(&f, "Ingress x: spec.ingressClassName: there is no IngressClass 'abl', so it is "
                    "passed over; is it 'alb'?\n");
    put(&f, INGRESS_TO("d", "x", "alb", "x.com", "tea"));
    assert_said(&f, "");
    assert_string_equal(made(&f, "kube-system/a"), "d/x d/x-tea:80=eni-1");
    followed_done(&f);
}

static void test_many_of_one_class_are_told_together(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, INGRESS_TO("d", "c", "nginx", "x.com", "tea"));
    put(&f, INGRESS_TO("d", "a", "nginx", "x.com", "tea"));
    assert_said(&f,
                "Ingress a: spec.ingressClassName: there is no IngressClass 'nginx' here, so it "
                "is taken for another controller's and passed over; so is 1 more (d/c); if it "
                "is to be ours, add that class\n");
    put(&f, INGRESS_TO("d", "d", "nginx", "x.com", "tea"));
    put(&f, INGRESS_TO("d", "e", "nginx", "x.com", "tea"));
    put(&f, INGRESS_TO("d", "b", "nginx", "x.com", "tea"));
    static const char many[] =
        "Ingress a: spec.ingressClassName: there is no IngressClass 'nginx' here, so it is taken "
        "for another controller's and passed over; so are 4 more (d/b, d/c, d/d ...); if it is to "
        "be ours, add that class\n";
    assert_said(&f, many);
    put(&f, INGRESS_TO("d", "e", "nginx", "other.com", "tea")); /* not named: nothing to say anew */
    assert_said(&f, many);
    put(&f, INGRESS_TO("d", "a", "nginx", "other.com", "tea"));
    assert_said(&f, many);
    take(&f, OBJECT_INGRESS, "d", "a");
    assert_said(&f,
                "Ingress b: spec.ingressClassName: there is no IngressClass 'nginx' here, so it "
                "is taken for another controller's and passed over; so are 3 more (d/c, d/d, "
                "d/e); if it is to be ours, add that class\n");
    put(&f, "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nginx}\n"
            "spec: {controller: k8s.io/ingress-nginx}\n");
    assert_said(&f, "");
    followed_done(&f);
}

/* Other controllers take the annotation without an object of the class. */
static void test_the_legacy_annotation_is_told_only_when_it_is_near_one_of_ours(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, LEGACY("x", "nginx"));
    put(&f, LEGACY("y", "Alb"));
    assert_said(&f, "Ingress y: metadata.annotations[kubernetes.io/ingress.class]: there is no "
                    "IngressClass 'Alb', so it is passed over; is it 'alb'?\n");
    put(&f, CLASS_TO("nginxx", "a"));
    assert_said(&f, "Ingress y: metadata.annotations[kubernetes.io/ingress.class]: there is no "
                    "IngressClass 'Alb', so it is passed over; is it 'alb'?\n"
                    "Ingress x: metadata.annotations[kubernetes.io/ingress.class]: there is no "
                    "IngressClass 'nginx', so it is passed over; is it 'nginxx'?\n");
    followed_done(&f);
}

static void test_without_a_class_the_only_one_of_ours_is_named(void **state)
{
    (void)state;
    struct followed f;
    begin(&f);
    put(&f, CLASSLESS("x"));
    assert_said(&f, "Ingress x: spec.ingressClassName: it names no class, so it is passed over; if "
                    "it is to be ours, name class alb\n");
    put(&f, CLASS_TO("other", "a"));
    put(&f, LEGACY("y", "''"));
    assert_said(&f, "Ingress x: spec.ingressClassName: it names no class, so it is passed over; so "
                    "is 1 more (d/y); if it is to be ours, name one of ours\n");
    followed_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_misspelt_class_is_told_with_the_one_it_may_be),
        cmocka_unit_test(test_many_of_one_class_are_told_together),
        cmocka_unit_test(test_the_legacy_annotation_is_told_only_when_it_is_near_one_of_ours),
        cmocka_unit_test(test_without_a_class_the_only_one_of_ours_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
