/* Notes: places, repetition, how many. */
#include "world.h"

#include "src/translate/translate_priv.h"

static const struct object obj = {
    .kind = OBJECT_INGRESS, .ns = "d", .name = "web", .origin = "t.yaml:1"
};

static void test_place_is_written_as_people_write_it(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct place spec = { .name = "spec" };
    struct place rules_at = { .up = &spec, .name = "rules" };
    struct place rule = { .up = &rules_at, .index = 2 };
    struct place host = { .up = &rule, .name = "host" };
    assert_string_equal(place_text(&a, &host), "spec.rules[2].host");
}

static void test_text_is_noted_once_for_each_object(void **state)
{
    (void)state;
    struct world w = { 0 };
    struct tr t = { .a = &w.a, .out = &w.out };
    static const struct object other = {
        .kind = OBJECT_INGRESS, .ns = "e", .name = "web", .origin = "t.yaml:9"
    };
    struct subject s = { .t = &t, .obj = &obj }, o = { .t = &t, .obj = &other };
    struct place at = { .name = "p" };
    problem(&s, &at, "%d apples", 3);
    problem(&s, &at, "%d apples", 3);
    problem(&o, &at, "%d apples", 3);
    warn(&s, NULL, "%d apples", 3);
    assert_string_equal(problems(&w), "Ingress web: p: 3 apples\nIngress web: p: 3 apples\n");
    assert_string_equal(w.out.problems.items[1].ns, "e");
    assert_string_equal(warnings(&w), "Ingress web: 3 apples\n");
    assert_int_equal(s.n_problems, 2);
    map_done(&t.noted);
    world_done(&w);
}

static void test_one_object_cannot_fill_the_report(void **state)
{
    (void)state;
    struct world w = { 0 };
    struct tr t = { .a = &w.a, .out = &w.out };
    struct subject s = { .t = &t, .obj = &obj };
    for (int i = 0; i < 1000; i++)
        problem(&s, NULL, "%d", i);
    assert_int_equal(w.out.problems.len, MAX_NOTES);
    assert_int_equal(s.n_problems, 1000);
    map_done(&t.noted);
    world_done(&w);
}

static void test_need_is_given_once(void **state)
{
    (void)state;
    struct world w = { 0 };
    struct tr t = { .a = &w.a, .out = &w.out };
    need(&t, FACT_ENI, "vpc-1/10.0.0.1");
    need(&t, FACT_ENI, "vpc-1/10.0.0.1");
    need(&t, FACT_VSWITCH, "vpc-1/10.0.0.1");
    assert_int_equal(w.out.needs.len, 2);
    map_done(&t.noted);
    world_done(&w);
}

static void test_objects_are_named_with_kind_and_origin(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const struct object config = {
        .kind = OBJECT_ALB_CONFIG, .ns = "", .name = "web", .origin = "alb.yaml:3"
    };
    assert_string_equal(subject_name(&a, &obj), "Ingress d/web");
    assert_string_equal(subject_from(&a, &config), "AlbConfig web (alb.yaml:3)");
}

static void test_nothing_is_held_without_a_reason(void **state)
{
    (void)state;
    struct world w = world_of(WEB);
    const struct resource row = { .lb = "kube-system/web", .kind = RESOURCE_RULE, .parent = "" };
    assert_false(translate_holds(&w.out, &row));
    world_done(&w);
}

static void test_a_hold_of_an_owner_is_for_its_rows_alone(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        bool held;
    } cases[] = { { "Ingress d/web (t.yaml:1) rules[0].paths[0]", true },
                  { "Ingress d/web", true },
                  { "Ingress d/webshop (t.yaml:1)", false },
                  { "AlbConfig web", false },
                  { NULL, false } };
    struct world w = { 0 };
    struct tr t = { .a = &w.a, .out = &w.out };
    hold(&t, NULL, NULL, "Ingress d/web");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct resource row = { .lb = "kube-system/web",
                                      .kind = RESOURCE_RULE,
                                      .key = "80/HTTP#1",
                                      .parent = "80/HTTP",
                                      .desired_from = cases[i].from };
        assert_int_equal(translate_holds(&w.out, &row), cases[i].held);
    }
    world_done(&w);
}

/* Secret "d/web" is not held for "d/web-2", whose certificates' names begin alike. */
static void test_a_hold_of_certificates_is_for_those_of_its_secret(void **state)
{
    (void)state;
    static const struct {
        enum resource_kind kind;
        const char *key;
        bool held;
    } cases[] = { { RESOURCE_CERTIFICATE, "d-web-0a1b2c", true },
                  { RESOURCE_CERTIFICATE, "d-web-2-0a1b2c", false },
                  { RESOURCE_CERTIFICATE, "d-tea-0a1b2c", false },
                  { RESOURCE_SERVER_GROUP, "d-web-0a1b2c", false } };
    struct world w = { 0 };
    struct tr t = { .a = &w.a, .out = &w.out };
    hold_certificate(&t, "kube-system/web", "d-web-");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct resource row = {
            .lb = "kube-system/web", .kind = cases[i].kind, .key = cases[i].key, .parent = ""
        };
        assert_int_equal(translate_holds(&w.out, &row), cases[i].held);
    }
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place_is_written_as_people_write_it),
        cmocka_unit_test(test_text_is_noted_once_for_each_object),
        cmocka_unit_test(test_one_object_cannot_fill_the_report),
        cmocka_unit_test(test_need_is_given_once),
        cmocka_unit_test(test_objects_are_named_with_kind_and_origin),
        cmocka_unit_test(test_nothing_is_held_without_a_reason),
        cmocka_unit_test(test_a_hold_of_an_owner_is_for_its_rows_alone),
        cmocka_unit_test(test_a_hold_of_certificates_is_for_those_of_its_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
