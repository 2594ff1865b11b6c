/* Traffic limits: alb-ingress.md §A.4, §A.6. */
#include "world.h"

static void test_limits_come_before_the_forward(void **state)
{
    (void)state;
    static const struct asked cases[] = {
        { SAYS("traffic-limit-qps", "50"), "a.com /* 1:TrafficLimit 50/0" FORWARD(2) },
        { SAYS("traffic-limit-ip-qps", "5"), "a.com /* 1:TrafficLimit 0/5" FORWARD(2) },
        { SAYS("traffic-limit-qps", "1000000") SAYS("traffic-limit-ip-qps", "999999"),
          "a.com /* 1:TrafficLimit 1000000/999999" FORWARD(2) },
        { SAYS("traffic-limit-qps", " 1 "), "a.com /* 1:TrafficLimit 1/0" FORWARD(2) },
        { SAYS("traffic-limit-qps", ""), "a.com /*" FORWARD(1) },
    };
    assert_each(cases, TO_TEA, assert_rules);
}

static void test_limits_out_of_range_are_problems(void **state)
{
    (void)state;
    static const struct asked cases[] = {
        { SAYS("traffic-limit-qps", "0"),
          "traffic-limit-qps]: \"0\" is no number of requests a second; give 1 to 1000000" },
        { SAYS("traffic-limit-qps", "1000001"), "\"1000001\" is no number of requests" },
        { SAYS("traffic-limit-ip-qps", "-1"), "traffic-limit-ip-qps]: \"-1\" is no number" },
        { SAYS("traffic-limit-qps", "fast"), "\"fast\" is no number" },
        { SAYS("traffic-limit-qps", "5") SAYS("traffic-limit-ip-qps", "5"),
          "traffic-limit-ip-qps]: the limit of one address (5) must be below that of all (5)" },
    };
    assert_each(cases, TO_TEA, assert_problem);
}

static void test_limit_of_an_address_is_not_for_quic(void **state)
{
    (void)state;
    struct world w = world_asked(SAYS("traffic-limit-ip-qps", "5")
                                     SAYS("listen-ports", "[{\"HTTP\":80},{\"QUIC\":443}]"),
                                 TO_TEA);
    assert_has(problems(&w), "Ingress web: spec.rules[0].http.paths[0]: on listener 443/QUIC: a "
                             "QUIC listener takes no limit for one address; name other ports");
    assert_string_equal(rules(&w, "80/HTTP"), "a.com /* 1:TrafficLimit 0/5" FORWARD(2));
    assert_string_equal(rules(&w, "443/QUIC"), "");
    const struct resource there = { .lb = "kube-system/web",
                                    .kind = RESOURCE_RULE,
                                    .key = "443/QUIC#1",
                                    .parent = "443/QUIC",
                                    .desired_from = "Ingress d/web (old.yaml:1) rules[0]" };
    assert_true(translate_holds(&w.out, &there));
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits_come_before_the_forward),
        cmocka_unit_test(test_limits_out_of_range_are_problems),
        cmocka_unit_test(test_limit_of_an_address_is_not_for_quic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
