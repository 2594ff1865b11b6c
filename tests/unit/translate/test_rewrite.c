/* rewrite-target: alb-ingress.md §A.4, §C.5, §C.7. */
#include "world.h"

#define REWRITE(path) " 1:Rewrite ${host} " path " ?${query}"

static void test_target_is_what_backends_get(void **state)
{
    (void)state;
    assert_rules(SAYS("rewrite-target", "/x/${2}"), "  rules:\n" PATH("a.com", "/s(/|$)(.*)"),
                 "a.com ~*/s(/|$)(.*)" REWRITE("/x/${2}") FORWARD(2));
    /* "/" is a prefix of all, whatever the annotations. */
    assert_rules(SAYS("rewrite-target", "/x"), TO_TEA, "a.com /*" REWRITE("/x") FORWARD(2));
    assert_rules(SAYS("rewrite-target", " "), TO_TEA, "a.com /*" FORWARD(1));
}

static void test_target_that_alb_refuses_is_a_problem(void **state)
{
    (void)state;
    static const struct asked cases[] = {
        { SAYS("rewrite-target", "x"),
          "rewrite-target]: \"x\" is no path that ALB takes; give one that begins with \"/\"" },
        { SAYS("rewrite-target", "/a b"), "\"/a b\" is no path that ALB takes; give letters" },
    };
    assert_each(cases, TO_TEA, assert_problem);
}

static void test_groups_of_nginx_are_a_warning(void **state)
{
    (void)state;
    assert_warning(SAYS("rewrite-target", "/$1"), TO_TEA,
                   "rewrite-target]: ALB takes \"/$1\" by the letter; a group of the path is ${1}");
    struct world w = world_asked(SAYS("rewrite-target", "/${1}$"), TO_TEA);
    assert_string_equal(warnings(&w), "");
    world_done(&w);
}

static void test_rewrite_needs_a_backend(void **state)
{
    (void)state;
    assert_problem(
        SAYS("rewrite-target", "/x")
            SAYS("actions.tea", "{\"type\":\"Redirect\",\"RedirectConfig\":{\"port\":\"81\"}}"),
        TO_ANNOTATION,
        "spec.rules[0].http.paths[0].backend: Rewrite changes what a backend gets, but "
        "no ForwardGroup leads to one");
}

static void test_query_of_a_rewrite_is_in_small_letters(void **state)
{
    (void)state;
    assert_problem(
        SAYS("actions.tea", "[{\"type\":\"Rewrite\",\"RewriteConfig\":{\"query\":\"Q=1\"}}]"),
        TO_TEA, "RewriteConfig.query: \"Q=1\" has capital letters, which ALB refuses");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_target_is_what_backends_get),
        cmocka_unit_test(test_target_that_alb_refuses_is_a_problem),
        cmocka_unit_test(test_groups_of_nginx_are_a_warning),
        cmocka_unit_test(test_rewrite_needs_a_backend),
        cmocka_unit_test(test_query_of_a_rewrite_is_in_small_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
