/* A load balancer whose vSwitches nobody gave. */
#include "support.h"

static struct resource *lb_row(struct bed *b)
{
    return bed_row(b, RESOURCE_LOAD_BALANCER, LB);
}

static struct alb_load_balancer *found_lb(struct bed *b, size_t n)
{
    static struct alb_zone_mapping zones[] = { { .zone_id = "z-1", .vswitch_id = "vsw-7" },
                                               { .zone_id = "z-2", .vswitch_id = "vsw-8" } };
    struct alb_load_balancer *want = bed_lb(b);
    want->zones.items = NULL;
    want->zones.len = 0;
    want->found_zones.items = zones;
    want->found_zones.len = n;
    want->found_how = "so found";
    return want;
}

static void test_vswitches_that_were_found_are_for_its_creation_only(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = found_lb(b, 2);
    bed_gone(lb_row(b));
    lb_row(b)->applied = NULL;
    bed_plan(b);
    assert_plan(b, "CreateLoadBalancer");
    const struct step *s = bed_next(b);
    assert_non_null(s);
    assert_string_equal(step_value(s, "ZoneMappings.1.VSwitchId"), "vsw-7");
    assert_string_equal(step_value(s, "ZoneMappings.2.ZoneId"), "z-2");
    assert_null(step_value(s, "FoundHow"));
    assert_string_equal(s->cause,
                        "desired by Ingress shop/web (web.yaml:3); zoneMappings: so found");
    assert_true(s->items.items[0].last);
    bed_apply(b, s);
    assert_int_equal(((const struct alb_load_balancer *)lb_row(b)->actual)->zones.len, 2);
    want->found_zones.len = 1; /* another day others are found */
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 0);
}

static void test_without_a_vswitch_it_is_not_made(void **state)
{
    struct bed *b = *state;
    (void)found_lb(b, 0);
    bed_plan(b); /* it is there: nobody asks */
    assert_no_steps(b);
    assert_int_equal(b->plan.refusals.len, 0);
    bed_gone(lb_row(b));
    bed_plan(b);
    assert_null(bed_next(b));
    assert_int_equal(b->plan.refusals.len, 1);
    assert_string_equal(b->plan.refusals.items[0].message, "so found");
}

static void test_vswitches_that_are_not_known_yet_are_not_sent(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = found_lb(b, 2);
    static struct alb_zone_mapping open = { .zone_id = "?vswitches(vpc-1)",
                                            .vswitch_id = "?vswitches(vpc-1)" };
    want->found_zones.items = &open;
    want->found_zones.len = 1;
    bed_gone(lb_row(b));
    bed_plan(b);
    assert_null(bed_next(b));
    assert_non_null(strstr(b->plan.steps.items[0].waits, "?vswitches(vpc-1)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_vswitches_that_were_found_are_for_its_creation_only),
        BED_TEST(test_without_a_vswitch_it_is_not_made),
        BED_TEST(test_vswitches_that_are_not_known_yet_are_not_sent),
    };
    return cmocka_run_group_tests_name("plan/lb_found", tests, NULL, NULL);
}
