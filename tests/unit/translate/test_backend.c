/* Backends of paths: alb-ingress.md §C.7; ports by name are ours (§M). */
#include "world.h"

static struct world world_with(const char *backend, const char *more)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return world_of(arena_fmt(&a, "%s%s%s%s  rules: [{http: {paths: [{backend: %s}]}}]\n", WEB,
                              TEA("d"), more, INGRESS("d", "web", ""), backend));
}

static void test_named_port_is_resolved_through_the_service(void **state)
{
    (void)state;
    struct world w = world_with("{service: {name: tea, port: {name: http}}}", "");
    assert_string_equal(problems(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"), "/* 1:ForwardGroup @d/web-tea:80*100\n");
    assert_string_equal(servers(&w, "d/web-tea:80"), "eni-1/10.0.0.1:8080*100");
    world_done(&w);
}

static void test_backends_that_name_nothing_are_problems(void **state)
{
    (void)state;
    static const struct {
        const char *backend, *problem;
    } cases[] = {
        { "{resource: {kind: Bucket, name: b}}",
          "paths[0].backend: resource backends cannot be reached from ALB; give a service" },
        { "{}", "paths[0].backend: it has no service; give one" },
        { "7", "paths[0].backend: this is a number; give a map" },
        { "null", "paths[0].backend: missing; add it" },
        { "{service: 7}", "backend.service: this is a number; give a map" },
        { "{service: {port: {number: 80}}}", "backend.service.name: missing; add it" },
        { "{service: {name: tea}}", "backend.service.port: it has neither a number nor a name" },
        { "{service: {name: tea, port: {number: 0}}}",
          "port.number: 0 is out of range; give 1 to" },
        { "{service: {name: tea, port: {number: \"80\"}}}", "port.number: \"80\" is text; give a" },
        { "{service: {name: tea, port: {name: web}}}", "port: Service d/tea (t.yaml:" },
        { "{service: {name: tea, port: {name: web}}}",
          "has no port \"web\"; give one that it has" },
        { "{service: {name: gone, port: {name: http}}}",
          "the port \"http\" has no number, as there is no Service d/gone" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world w = world_with(cases[i].backend, "");
        assert_has(problems(&w), cases[i].problem);
        assert_string_equal(rules(&w, "80/HTTP"), "");
        world_done(&w);
    }
}

static void test_port_of_a_service_that_cannot_be_read_is_a_problem(void **state)
{
    (void)state;
    struct world w = world_with("{service: {name: odd, port: {name: http}}}",
                                "---\napiVersion: v1\nkind: Service\n"
                                "metadata: {name: odd, namespace: d}\nspec: {ports: 7}\n");
    assert_has(problems(&w), "Service odd: spec.ports: this is a number; give a list");
    assert_has(problems(&w),
               "Ingress web: spec.rules[0].http.paths[0].backend.service.port: Service "
               "d/odd (");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_named_port_is_resolved_through_the_service),
        cmocka_unit_test(test_backends_that_name_nothing_are_problems),
        cmocka_unit_test(test_port_of_a_service_that_cannot_be_read_is_a_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
