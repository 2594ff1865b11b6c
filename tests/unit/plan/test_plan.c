/* The plan as a whole. */
#include "support.h"

#define GROUP "shop/web-api:80"

/* An account without anything, and all that is wanted of it. */
static void start_empty(struct bed *b)
{
    bed_lb(b);
    struct alb_server_group *g = bed_group(b, GROUP, "sgp-1");
    bed_servers(b, g, 1, (struct alb_server[]){ bed_server("10.0.0.1", NULL) });
    struct alb_listener *l = bed_listener(b);
    struct alb_rule *fallback = bed_rule(b, "-", "-", "@" GROUP);
    l->default_actions.items = fallback->actions.items;
    l->default_actions.len = fallback->actions.len;
    bed_want_rule(b, bed_rule(b, "a.com", "-", "@" GROUP), 1);
    for (size_t i = 0; i < b->model.rows.len; i++)
        bed_gone(&b->model.rows.items[i]);
}

static void test_an_empty_account_has_a_complete_plan(void **state)
{
    struct bed *b = *state;
    start_empty(b);
    bed_plan(b);
    assert_plan(b, "CreateLoadBalancer", "CreateServerGroup", "AddServersToServerGroup",
                "CreateListener", "CreateRules");
    assert_string_equal(step_value(bed_step(b, "CreateListener", 0), "LoadBalancerId"),
                        "@LoadBalancerId");
    assert_string_equal(step_value(bed_step(b, "CreateRules", 0), "ListenerId"),
                        "@ListenerId(80/HTTP)");
    assert_string_equal(
        step_value(bed_step(b, "CreateRules", 0),
                   "Rules.1.RuleActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId"),
        "@" GROUP);
    assert_int_equal(b->plan.add, 4);
    assert_int_equal(b->plan.change, 0);
    assert_int_equal(b->plan.destroy, 0);
    for (size_t i = 0; i < b->plan.steps.len; i++) {
        bool ready = i < 2; /* one a lane */
        assert_int_equal(!b->plan.steps.items[i].waits, ready);
    }
}

static void test_step_after_step_leads_to_an_empty_plan(void **state)
{
    struct bed *b = *state;
    start_empty(b);
    size_t calls = 0;
    for (bed_plan(b); b->plan.steps.len && calls < 20; bed_plan(b)) {
        const struct step *s = bed_next(b);
        assert_non_null(s);
        bed_apply(b, s);
        calls++;
    }
    assert_int_equal(calls, 5);
    for (size_t i = 0; i < b->model.rows.len; i++)
        assert_int_equal(resource_classify(&b->a, &b->model, &b->model.rows.items[i], NULL),
                         CLASS_IN_SYNC);
}

static void test_load_balancers_are_planned_by_name_and_counted(void **state)
{
    struct bed *b = *state;
    start_empty(b);
    struct resource other = *bed_row(b, RESOURCE_LOAD_BALANCER, LB);
    other.lb = other.key = "kube-system/a";
    *LIST_PUSH(&b->a, &b->model.rows) = other;
    model_sort(&b->model);
    plan_build(&b->a, &b->in, &b->plan);
    assert_int_equal(b->plan.lbs.len, 2);
    assert_string_equal(b->plan.lbs.items[0].lb, "kube-system/a");
    assert_string_equal(b->plan.lbs.items[1].lb, LB);
    assert_int_equal(b->plan.lbs.items[0].add, 1);
    assert_int_equal(b->plan.lbs.items[1].add, 4);
    assert_int_equal(b->plan.add, 5);
    assert_string_equal(b->plan.steps.items[0].lb, "kube-system/a");
}

static void test_a_load_balancer_that_is_unmanaged_gets_no_steps(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    struct resource *r = bed_row(b, RESOURCE_LOAD_BALANCER, LB);
    bed_undesired(r);
    r->ours = false;
    bed_undesired(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_the_same_model_gives_the_same_plan(void **state)
{
    struct bed *b = *state;
    start_empty(b);
    bed_plan(b);
    struct plan first = b->plan;
    bed_plan(b);
    assert_int_equal(first.steps.len, b->plan.steps.len);
    for (size_t i = 0; i < first.steps.len; i++) {
        const alb_params *x = &first.steps.items[i].params, *y = &b->plan.steps.items[i].params;
        assert_int_equal(x->len, y->len);
        for (size_t k = 0; k < x->len; k++) {
            assert_string_equal(x->items[k].name, y->items[k].name);
            assert_string_equal(x->items[k].value, y->items[k].value);
        }
    }
}

static void test_a_load_balancer_whose_albconfig_is_being_deleted_goes(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_undesired(bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    struct map tombstones CLEANUP(map_done) = { 0 };
    b->in.tombstones = &tombstones;
    bed_plan(b);
    assert_no_steps(b);
    map_put(&tombstones, LB, "AlbConfig web");
    bed_plan(b);
    assert_plan(b, "DeleteLoadBalancer");
    assert_string_equal(b->plan.steps.items[0].cause, "AlbConfig web is being deleted");
    b->in.keep_all = true;
    bed_plan(b);
    assert_no_steps(b);
    b->in.keep_all = false;
    bed_row(b, RESOURCE_LOAD_BALANCER, LB)->held = true;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_load_balancer_that_works_normally_takes_changes(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *lb = bed_lb(b);
    lb->name = "other";
    struct alb_load_balancer *actual = bed_actual(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    actual->business_status = "Normal";
    bed_plan(b);
    assert_null(bed_next(b)->waits);
    actual->business_status = "Abnormal";
    bed_plan(b);
    assert_non_null(b->plan.steps.items[0].waits);
}

/* Its AlbConfig is gone, and an Ingress still names the group: pods come and go behind it. */
static void test_groups_of_a_load_balancer_that_stays_follow_their_pods(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_server_group *g = bed_group(b, GROUP, "sgp-1");
    struct alb_server old = bed_server("10.0.0.1", "Available"),
                      fresh = bed_server("10.0.0.2", NULL);
    bed_servers(b, bed_actual(b, bed_row(b, RESOURCE_SERVER_GROUP, GROUP)), 1, &old);
    bed_servers(b, g, 1, &fresh);
    struct alb_server_group *lost = bed_group(b, "shop/lost:80", "sgp-2");
    bed_servers(b, lost, 1, &fresh);
    bed_gone(bed_row(b, RESOURCE_SERVER_GROUP, "shop/lost:80"));
    bed_undesired(bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    bed_plan(b);
    assert_true(b->plan.steps.len > 0);
    for (size_t i = 0; i < b->plan.steps.len; i++)
        assert_string_equal(b->plan.steps.items[i].items.items[0].key, GROUP);
    bed_row(b, RESOURCE_SERVER_GROUP, GROUP)->held = true;
    bed_plan(b);
    assert_int_equal(b->plan.steps.len, 0);
}

static void test_another_load_balancer_is_destroyed_and_this_one_stays(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    b->in.destroy = "kube-system/other";
    bed_plan(b);
    assert_int_equal(b->plan.refusals.len, 0);
    b->in.destroy = LB;
    bed_row(b, RESOURCE_LOAD_BALANCER, LB)->desired_from = NULL;
    bed_plan(b);
    assert_int_equal(b->plan.refusals.len, 1);
    assert_non_null(strstr(b->plan.refusals.items[0].message, "its AlbConfig"));
}

/* A load balancer of which there is no row, but a group that was made for it. */
static void test_groups_of_an_unknown_load_balancer_go_when_it_was_to_be_destroyed(void **state)
{
    struct bed *b = *state;
    bed_group(b, GROUP, "sgp-1");
    bed_undesired(bed_row(b, RESOURCE_SERVER_GROUP, GROUP));
    bed_plan(b);
    assert_no_steps(b);
    b->in.destroy = LB;
    bed_plan(b);
    assert_plan(b, "DeleteServerGroup");
}

static void test_a_held_load_balancer_is_not_destroyed(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct resource *r = bed_row(b, RESOURCE_LOAD_BALANCER, LB);
    bed_undesired(r);
    r->held = true;
    b->in.destroy = LB;
    bed_plan(b);
    assert_no_steps(b);
    r->held = false;
    bed_plan(b);
    assert_int_equal(bed_count(b, "DeleteLoadBalancer"), 1);
}

static void test_a_load_balancer_of_others_that_is_desired_gets_no_steps(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_want_rule(b, bed_rule(b, "a.com", "-", "g"), 1);
    bed_row(b, RESOURCE_LOAD_BALANCER, LB)->ours = false;
    bed_plan(b);
    assert_no_steps(b);
}

/* What hangs below a listener that nothing is known of is left alone. */
static void test_rules_of_an_unknown_listener_are_left_alone(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_have_rule(b, bed_rule(b, "a.com", "-", "g"), 1, "rule-1");
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.lbs.items[0].rules, 1);
}

/* Lists lag and nobody remembers what was made: with a group missing that may be there nothing is
 * made, changed or deleted, while servers of what is seen are set. */
static void start_unsure(struct bed *b)
{
    bed_lb(b);
    (void)bed_group(b, GROUP, "sgp-1");
    (void)bed_group(b, "shop/other:80", "sgp-2");
    b->in.unsure = true;
}

static void test_while_lists_lag_what_is_not_seen_is_not_made(void **state)
{
    struct bed *b = *state;
    start_unsure(b);
    struct alb_server_group *wanted = bed_group(b, GROUP, "sgp-1");
    bed_servers(b, wanted, 1, (struct alb_server[]){ bed_server("10.0.0.1", NULL) });
    struct alb_server_group *seen = bed_actual(b, bed_row(b, RESOURCE_SERVER_GROUP, GROUP));
    seen->servers.len = 0;
    bed_listener(b)->idle_timeout = (struct opt_int){ 30, true };
    bed_gone(bed_row(b, RESOURCE_SERVER_GROUP, "shop/other:80"));
    bed_plan(b);
    assert_int_equal(b->plan.steps.len, 3);
    assert_string_equal(bed_step(b, "CreateServerGroup", 0)->waits, STEP_WAITS_READ);
    assert_string_equal(bed_step(b, "UpdateListenerAttribute", 0)->waits, STEP_WAITS_READ);
    assert_null(bed_step(b, "AddServersToServerGroup", 0)->waits);
}

/* A rule that goes may stand before one that goes too, and that no list shows yet: requests would
 * go to that for a moment. */
static void test_while_lists_lag_no_rule_goes(void **state)
{
    struct bed *b = *state;
    start_unsure(b);
    (void)bed_listener(b);
    bed_have_rule(b, bed_rule(b, "a.com", "-", GROUP), 1, "rule-1");
    b->in.allow_destroy = true;
    bed_plan(b);
    const char *waits = bed_step(b, "DeleteRules", 0)->waits;
    assert_non_null(waits);
    assert_string_equal(waits, STEP_WAITS_READ);
}

/* Nothing is lacking: what is wanted is seen, what is not seen is not wanted or held back. */
static void test_while_lists_lag_all_else_is_done(void **state)
{
    struct bed *b = *state;
    start_unsure(b);
    bed_undesired(bed_row(b, RESOURCE_SERVER_GROUP, "shop/other:80"));
    b->in.allow_destroy = true;
    struct resource *held = bed_row(b, RESOURCE_SERVER_GROUP, "shop/held:80");
    bed_sync(b, held, bed_row(b, RESOURCE_SERVER_GROUP, GROUP)->desired, "sgp-3");
    bed_gone(held);
    held->held = true;
    bed_plan(b);
    assert_plan(b, "DeleteServerGroup");
    assert_null(b->plan.steps.items[0].waits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_an_empty_account_has_a_complete_plan),
        BED_TEST(test_step_after_step_leads_to_an_empty_plan),
        BED_TEST(test_while_lists_lag_what_is_not_seen_is_not_made),
        BED_TEST(test_while_lists_lag_no_rule_goes),
        BED_TEST(test_while_lists_lag_all_else_is_done),
        BED_TEST(test_load_balancers_are_planned_by_name_and_counted),
        BED_TEST(test_a_load_balancer_that_is_unmanaged_gets_no_steps),
        BED_TEST(test_the_same_model_gives_the_same_plan),
        BED_TEST(test_a_load_balancer_whose_albconfig_is_being_deleted_goes),
        BED_TEST(test_a_load_balancer_that_works_normally_takes_changes),
        BED_TEST(test_groups_of_a_load_balancer_that_stays_follow_their_pods),
        BED_TEST(test_another_load_balancer_is_destroyed_and_this_one_stays),
        BED_TEST(test_groups_of_an_unknown_load_balancer_go_when_it_was_to_be_destroyed),
        BED_TEST(test_a_held_load_balancer_is_not_destroyed),
        BED_TEST(test_a_load_balancer_of_others_that_is_desired_gets_no_steps),
        BED_TEST(test_rules_of_an_unknown_listener_are_left_alone),
    };
    return cmocka_run_group_tests_name("plan/plan", tests, NULL, NULL);
}
