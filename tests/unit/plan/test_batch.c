/* How many members a call may have. */
#include "support.h"

static void test_a_call_has_as_many_members_as_its_action_takes(void **state)
{
    (void)state;
    const struct plan_in in = { 0 };
    /* alb-semantics.md §10 */
    assert_int_equal(plan_batch(&in, "CreateRules"), 100);
    assert_int_equal(plan_batch(&in, "UpdateRulesAttribute"), 100);
    assert_int_equal(plan_batch(&in, "DeleteRules"), 100);
    assert_int_equal(plan_batch(&in, "AddServersToServerGroup"), 200);
    assert_int_equal(plan_batch(&in, "RemoveServersFromServerGroup"), 200);
    assert_int_equal(plan_batch(&in, "ReplaceServersInServerGroup"), 200);
    assert_int_equal(plan_batch(&in, "UpdateServerGroupServersAttribute"), 40);
    assert_int_equal(plan_batch(&in, "AddEntriesToAcl"), 20);
    assert_int_equal(plan_batch(&in, "RemoveEntriesFromAcl"), 20);
    assert_int_equal(plan_batch(&in, "CreateListener"), 0);
}

static void test_settings_say_how_many(void **state)
{
    (void)state;
    struct plan_in in = { .batch_rules = 9, .batch_servers = 30 };
    assert_int_equal(plan_batch(&in, "CreateRules"), 9);
    assert_int_equal(plan_batch(&in, "DeleteRules"), 9);
    assert_int_equal(plan_batch(&in, "AddServersToServerGroup"), 30);
    assert_int_equal(plan_batch(&in, "ReplaceServersInServerGroup"), 30);
    assert_int_equal(plan_batch(&in, "UpdateServerGroupServersAttribute"), 30);
    in.batch_servers = 60; /* more than that action takes */
    assert_int_equal(plan_batch(&in, "UpdateServerGroupServersAttribute"), 40);
}

static void test_what_a_refusal_left_holds_for_its_action_alone(void **state)
{
    (void)state;
    struct map batches CLEANUP(map_done) = { 0 };
    const size_t left = 50, none = 0;
    map_put(&batches, "CreateRules", &left);
    map_put(&batches, "DeleteRules", &none); /* not to be believed */
    const struct plan_in in = { .batches = &batches, .batch_servers = 40 };
    assert_int_equal(plan_batch(&in, "CreateRules"), 50);
    assert_int_equal(plan_batch(&in, "UpdateRulesAttribute"), 100);
    assert_int_equal(plan_batch(&in, "DeleteRules"), 100);
    map_put(&batches, "AddServersToServerGroup", &left);
    assert_int_equal(plan_batch(&in, "AddServersToServerGroup"), 40); /* the setting is less */
}

static void want_rules(struct bed *b, int n)
{
    bed_lb(b);
    bed_listener(b);
    for (int i = 0; i < n; i++)
        bed_want_rule(b, bed_rule(b, arena_fmt(&b->a, "h%d.com", i), "-", "g"), i + 1);
}

static void test_a_plan_keeps_to_it_for_rules(void **state)
{
    struct bed *b = *state;
    want_rules(b, 10);
    b->in.batch_rules = 4;
    bed_plan(b);
    assert_plan(b, "CreateRules", "CreateRules", "CreateRules");
    assert_int_equal(b->plan.steps.items[0].items.len, 4);
    assert_int_equal(b->plan.steps.items[2].items.len, 2);
    assert_int_equal(b->plan.lbs.items[0].least_calls, 3);
    struct map batches CLEANUP(map_done) = { 0 };
    const size_t left = 2, other = 1;
    map_put(&batches, "CreateRules", &left);
    map_put(&batches, "DeleteRules", &other);
    b->in.batches = &batches;
    bed_plan(b);
    assert_int_equal(b->plan.steps.len, 5);
    assert_int_equal(b->plan.lbs.items[0].least_calls, 5);
}

static void test_a_plan_keeps_to_it_for_servers(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    struct alb_server_group *g = bed_group(b, "shop/tea:80", "sgp-1");
    struct alb_server servers[5];
    for (int i = 0; i < 5; i++)
        servers[i] = bed_server(arena_fmt(&b->a, "10.0.0.%d", i + 1), "Available");
    bed_servers(b, g, 5, servers);
    b->in.batch_servers = 2;
    bed_plan(b);
    assert_plan(b, "AddServersToServerGroup", "AddServersToServerGroup", "AddServersToServerGroup");
}

/* What does not fit into one replacement joins first and leaves then. */
static void test_more_servers_than_fit_are_not_replaced_at_once(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    struct alb_server_group *g = bed_group(b, "shop/tea:80", "sgp-1");
    const struct alb_server old[] = { bed_server("10.0.0.1", "Available"),
                                      bed_server("10.0.0.2", "Available") },
                            new[] = { bed_server("10.0.0.1", "Available"),
                                      bed_server("10.0.0.3", "Available"),
                                      bed_server("10.0.0.4", "Available") };
    bed_servers(b, g, 2, old);
    struct resource *r = bed_row(b, RESOURCE_SERVER_GROUP, "shop/tea:80");
    bed_sync(b, r, g, "sgp-1");
    struct alb_server_group *want = arena_dup(&b->a, g, sizeof *g);
    bed_servers(b, want, 3, new);
    r->desired = want;
    bed_plan(b);
    assert_plan(b, "ReplaceServersInServerGroup");
    b->in.batch_servers = 2;
    bed_plan(b);
    assert_plan(b, "ReplaceServersInServerGroup");
    b->in.batch_servers = 1;
    bed_plan(b);
    assert_plan(b, "AddServersToServerGroup", "AddServersToServerGroup",
                "RemoveServersFromServerGroup");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_has_as_many_members_as_its_action_takes),
        cmocka_unit_test(test_settings_say_how_many),
        cmocka_unit_test(test_what_a_refusal_left_holds_for_its_action_alone),
        BED_TEST(test_a_plan_keeps_to_it_for_rules),
        BED_TEST(test_a_plan_keeps_to_it_for_servers),
        BED_TEST(test_more_servers_than_fit_are_not_replaced_at_once),
    };
    return cmocka_run_group_tests_name("plan/batch", tests, NULL, NULL);
}
