/* What other origins may do: alb-ingress.md §A.4, §A.6. */
#include "world.h"

#define METHODS "GET,PUT,POST,DELETE,PATCH,OPTIONS"
#define HEADERS                                                                    \
    "DNT,X-CustomHeader,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since," \
    "Cache-Control,Content-Type,Authorization"

static void test_cors_has_the_defaults_of_the_reference(void **state)
{
    (void)state;
    assert_rules(SAYS("enable-cors", "true"), TO_TEA,
                 "a.com /* 1:Cors * " METHODS " " HEADERS " on 172800" FORWARD(2));
    assert_rules(SAYS("enable-cors", "false"), TO_TEA, "a.com /*" FORWARD(1));
}

static void test_lists_are_cut_at_commas(void **state)
{
    (void)state;
    assert_rules(
        SAYS("enable-cors", "true") SAYS("cors-allow-origin", "http://a.com,,  https://*.b")
            SAYS("cors-allow-methods", "GET ,HEAD,") SAYS("cors-allow-headers", "*")
                SAYS("cors-expose-headers", "x-1,x_2") SAYS("cors-allow-credentials", "false")
                    SAYS("cors-max-age", "-1"),
        TO_TEA, "a.com /* 1:Cors http://a.com,https://*.b GET,HEAD * x-1,x_2 off -1" FORWARD(2));
}

static void test_values_that_alb_refuses_are_problems(void **state)
{
    (void)state;
#define CORS(name, value) SAYS("enable-cors", "true") SAYS(name, value)
    static const struct asked cases[] = {
        { CORS("cors-allow-origin", "a.com"),
          "cors-allow-origin]: \"a.com\" is no value that ALB" },
        { CORS("cors-allow-origin", "https://"), "give * or http(s)://<domain>" },
        { CORS("cors-allow-origin", "https://a.*.com"), "give * or http(s)://<domain>" },
        { CORS("cors-allow-origin", "https://a.com:0"), "give * or http(s)://<domain>" },
        { CORS("cors-allow-origin", "https://a.com:x"), "give * or http(s)://<domain>" },
        { CORS("cors-allow-origin", "*,https://a.com"), "\"*\" allows all others too" },
        { CORS("cors-allow-origin", ","), "cors-allow-origin]: it allows no origin; give one" },
        { CORS("cors-allow-methods", "get"), "cors-allow-methods]: \"get\" is no value" },
        { CORS("cors-allow-methods", "*"), "give GET, POST, PUT, DELETE, HEAD, OPTIONS or PATCH" },
        { CORS("cors-allow-headers", "_x"), "cors-allow-headers]: \"_x\" is no value" },
        { CORS("cors-allow-headers", "x-"), "none of these two first or last" },
        { CORS("cors-expose-headers", "a234567890123456789012345678901234"),
          "cors-expose-headers]" },
        { CORS("cors-max-age", "172801"),
          "cors-max-age]: 172801 is out of range; give -1 to 172800" },
        { CORS("cors-max-age", "-2"), "cors-max-age]: -2 is out of range" },
        { CORS("cors-max-age", "long"), "cors-max-age]: \"long\" is no number of seconds" },
    };
    assert_each(cases, TO_TEA, assert_problem);
}

static void test_other_credentials_are_taken_for_true(void **state)
{
    (void)state;
    assert_warning(CORS("cors-allow-credentials", "no"), TO_TEA,
                   "cors-allow-credentials]: \"no\" is neither \"true\" nor \"false\", and taken");
    assert_rules(CORS("cors-allow-credentials", "true"), TO_TEA,
                 "a.com /* 1:Cors * " METHODS " " HEADERS " on 172800" FORWARD(2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cors_has_the_defaults_of_the_reference),
        cmocka_unit_test(test_lists_are_cut_at_commas),
        cmocka_unit_test(test_values_that_alb_refuses_are_problems),
        cmocka_unit_test(test_other_credentials_are_taken_for_true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
