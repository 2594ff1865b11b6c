/* Which steps come before which. */
#include "support.h"

#include "plan_priv.h"

static size_t number_of(const struct bed *b, const struct step *s)
{
    assert_non_null(s);
    return (size_t)(s - b->plan.steps.items);
}

static void plan_whole(struct bed *b)
{
    model_sort(&b->model);
    plan_build(&b->a, &b->in, &b->plan);
}

static void assert_after(const struct bed *b, const struct step *s, size_t n,
                         const struct step *const *on)
{
    assert_int_equal(s->after.len, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(s->after.items[i], number_of(b, on[i]));
}

/* Group, servers, rule: each after what it rests on; tags hold nothing up. */
static void test_a_rule_comes_after_its_group_and_the_servers_of_it(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    struct alb_server_group *g = bed_group(b, "shop/tea:80", "sgp-1");
    const struct alb_server servers[] = { bed_server("10.0.0.1", "Available") };
    bed_servers(b, g, 1, servers);
    bed_gone(bed_row(b, RESOURCE_SERVER_GROUP, "shop/tea:80"));
    bed_want_rule(b, bed_rule(b, "a.com", "-", "@shop/tea:80"), 1);
    plan_whole(b);
    const struct step *made = bed_step(b, "CreateServerGroup", 0),
                      *filled = bed_step(b, "AddServersToServerGroup", 0),
                      *rule = bed_step(b, "CreateRules", 0);
    assert_after(b, made, 0, NULL);
    assert_after(b, filled, 1, &made);
    assert_after(b, rule, 1, &made);
    bed_apply(b, made);
    ((struct resource *)bed_row(b, RESOURCE_SERVER_GROUP, "shop/tea:80"))->cloud_id = "sgp-1";
    plan_whole(b);
    filled = bed_step(b, "AddServersToServerGroup", 0);
    assert_after(b, bed_step(b, "CreateRules", 0), 1, &filled);
}

static void test_a_rule_that_goes_comes_after_the_one_in_its_place(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    bed_want_rule(b, bed_rule(b, "a.com", "/x", "sgp-1"), 1);
    bed_want_rule(b, bed_rule(b, "a.com", "/y", "sgp-1"), 2);
    bed_have_rule(b, bed_rule(b, "a.com", "-", "sgp-2"), 100, "rule-1");
    b->in.allow_destroy = true;
    plan_whole(b);
    if (bed_count(b, "DeleteRules")) {
        const struct step *made = bed_step(b, "CreateRules", 0);
        assert_after(b, bed_step(b, "DeleteRules", 0), 1, &made);
    } else {
        assert_int_equal(b->plan.steps.len, 2);
        assert_int_equal(b->plan.steps.items[1].after.len, 1);
        assert_int_equal(b->plan.steps.items[1].after.items[0], 0);
    }
}

static void test_a_group_goes_after_the_rule_that_uses_it(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    (void)bed_group(b, "shop/tea:80", "sgp-1");
    bed_undesired(bed_row(b, RESOURCE_SERVER_GROUP, "shop/tea:80"));
    bed_have_rule(b, bed_rule(b, "a.com", "-", "sgp-1"), 100, "rule-1");
    b->in.allow_destroy = true;
    plan_whole(b);
    const struct step *rule = bed_step(b, "DeleteRules", 0);
    assert_after(b, bed_step(b, "DeleteServerGroup", 0), 1, &rule);
}

/* What no step brings about is no dependency. */
static void test_a_step_that_waits_for_the_cloud_comes_after_none(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    bed_row(b, RESOURCE_LISTENER, "80/HTTP")->status = "Configuring";
    bed_want_rule(b, bed_rule(b, "a.com", "-", "sgp-1"), 1);
    plan_whole(b);
    assert_non_null(bed_step(b, "CreateRules", 0)->waits);
    assert_after(b, bed_step(b, "CreateRules", 0), 0, NULL);
}

static void test_the_next_step_of_a_resource_comes_after_the_one_before(void **state)
{
    struct bed *b = *state;
    bed_lb(b)->deletion_protection.enabled = (struct opt_bool){ true, true };
    struct resource *r = bed_row(b, RESOURCE_LOAD_BALANCER, LB);
    bed_sync(b, r, r->desired, "alb-1");
    bed_undesired(r);
    b->in.destroy = LB;
    plan_whole(b);
    assert_plan(b, "DisableDeletionProtection", "DeleteLoadBalancer");
    const struct step *first = &b->plan.steps.items[0];
    assert_after(b, &b->plan.steps.items[1], 1, &first);
}

static void test_steps_that_come_first_are_named_once_and_in_order(void **state)
{
    struct bed *b = *state;
    struct planner p = { .a = &b->a };
    struct step s = { 0 };
    const size_t on[] = { 5, 2, 5, 9, 2, 0 };
    for (size_t i = 0; i < COUNT(on); i++)
        step_after(&p, &s, on[i]);
    assert_int_equal(s.after.len, 4);
    const size_t expected[] = { 0, 2, 5, 9 };
    assert_memory_equal(s.after.items, expected, sizeof expected);
}

/* Of a group that is there, what fills it comes before the rule, and what renames it does not. */
static void test_a_rule_does_not_come_after_other_changes_of_its_group(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    struct alb_server_group *g = bed_group(b, "shop/tea:80", "sgp-1");
    struct resource *r = bed_row(b, RESOURCE_SERVER_GROUP, "shop/tea:80");
    struct alb_server_group *want = arena_dup(&b->a, g, sizeof *want);
    const struct alb_server servers[] = { bed_server("10.0.0.1", NULL) };
    want->name = "another";
    bed_servers(b, want, 1, servers);
    r->desired = want;
    struct alb_server_group *actual = bed_actual(b, r);
    bed_servers(b, actual, 0, NULL);
    bed_want_rule(b, bed_rule(b, "a.com", "-", "@shop/tea:80"), 1);
    plan_whole(b);
    assert_non_null(bed_step(b, "UpdateServerGroupAttribute", 0));
    const struct step *filled = bed_step(b, "AddServersToServerGroup", 0);
    assert_after(b, bed_step(b, "CreateRules", 0), 1, &filled);
}

/* Nothing may be changed while the cloud has it locked; the listener comes after its settings. */
static void test_what_waits_for_the_load_balancer_comes_after_its_own_steps(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    want->access_log = (struct alb_access_log){ "project", "store" };
    struct alb_load_balancer *have = bed_actual(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    have->business_status = "Abnormal";
    have->access_log = (struct alb_access_log){ 0 };
    bed_listener(b);
    bed_gone(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    plan_whole(b);
    const struct step *log = bed_step(b, "EnableLoadBalancerAccessLog", 0);
    assert_after(b, bed_step(b, "CreateListener", 0), 1, &log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_rule_comes_after_its_group_and_the_servers_of_it),
        BED_TEST(test_a_rule_that_goes_comes_after_the_one_in_its_place),
        BED_TEST(test_a_group_goes_after_the_rule_that_uses_it),
        BED_TEST(test_what_waits_for_the_load_balancer_comes_after_its_own_steps),
        BED_TEST(test_a_step_that_waits_for_the_cloud_comes_after_none),
        BED_TEST(test_the_next_step_of_a_resource_comes_after_the_one_before),
        BED_TEST(test_steps_that_come_first_are_named_once_and_in_order),
        BED_TEST(test_a_rule_does_not_come_after_other_changes_of_its_group),
    };
    return cmocka_run_group_tests_name("plan/depend", tests, NULL, NULL);
}
