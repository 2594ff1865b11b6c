/* Server groups. */
#include "support.h"

#define KEY "shop/web-api:80"

static struct resource *group_row(struct bed *b)
{
    return bed_row(b, RESOURCE_SERVER_GROUP, KEY);
}

static void test_a_missing_group_is_created_in_its_own_lane_without_the_load_balancer(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_gone(bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    struct alb_server_group *want = bed_group(b, KEY, "sgp-1");
    bed_servers(b, want, 1, (struct alb_server[]){ bed_server("10.0.0.1", NULL) });
    bed_gone(group_row(b));
    bed_plan(b);
    assert_plan(b, "CreateLoadBalancer", "CreateServerGroup", "AddServersToServerGroup");
    const struct step *create = &b->plan.steps.items[1], *add = &b->plan.steps.items[2];
    assert_null(create->waits);
    assert_int_equal(create->family, LANE_SERVER_GROUP);
    assert_string_equal(create->lane, LB " " KEY);
    assert_string_equal(step_value(create, "ServerGroupName"), "k8s-sgp-1");
    assert_null(step_value(create, "Servers.1.ServerIp"));
    assert_false(create->items.items[0].last);
    assert_string_equal(add->waits, "ServerGroup " KEY " to exist");
    assert_string_equal(step_value(add, "ServerGroupId"), "@" KEY);
    assert_int_equal(b->plan.add, 2);
    bed_apply(b, create);
    bed_plan(b);
    const struct step *next = bed_step(b, "AddServersToServerGroup", 0);
    assert_null(next->waits);
    assert_true(next->items.items[0].last);
    assert_int_equal(b->plan.change, 1);
}

static void test_a_group_whose_servers_are_unknown_is_done_once_it_exists(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_group(b, KEY, "sgp-1");
    bed_gone(group_row(b));
    bed_plan(b);
    assert_plan(b, "CreateServerGroup");
    assert_true(b->plan.steps.items[0].items.items[0].last);
    assert_string_equal(b->plan.steps.items[0].cause, "missing");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

/* What a step would send as UpstreamKeepaliveEnabled when a group of the protocol is not there and
 * the annotation says 'told'. */
static const char *kept_alive(struct bed *b, enum alb_protocol protocol, struct opt_bool told)
{
    struct alb_server_group *want = bed_group(b, KEY, "sgp-1");
    want->protocol = protocol;
    want->keepalive = told;
    bed_gone(group_row(b));
    bed_plan(b);
    assert_plan(b, "CreateServerGroup");
    const struct step *create = &b->plan.steps.items[0];
    const struct alb_server_group *after = create->items.items[0].after;
    const char *sent = step_value(create, "UpstreamKeepaliveEnabled");
    assert_int_equal(after->keepalive.set, sent != NULL);
    assert_int_equal(after->keepalive.val, sent && !strcmp(sent, "true"));
    return sent ? sent : "";
}

static void test_a_new_group_keeps_connections_unless_it_says_otherwise(void **state)
{
    struct bed *b = *state;
    const struct opt_bool unsaid = { 0 }, no = { false, true }, yes = { true, true };
    bed_lb(b);
    assert_string_equal(kept_alive(b, ALB_PROTOCOL_HTTP, unsaid), "true");
    assert_string_equal(kept_alive(b, ALB_PROTOCOL_HTTPS, unsaid), "true");
    assert_string_equal(kept_alive(b, ALB_PROTOCOL_UNSET, unsaid), "true");
    assert_string_equal(kept_alive(b, ALB_PROTOCOL_GRPC, unsaid), "");
    assert_string_equal(kept_alive(b, ALB_PROTOCOL_HTTP, no), "false");
    assert_string_equal(kept_alive(b, ALB_PROTOCOL_GRPC, yes), "true");
}

static void test_a_group_that_is_there_keeps_connections_as_it_did(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_group(b, KEY, "sgp-1");
    struct alb_server_group *have = bed_actual(b, group_row(b));
    have->keepalive = (struct opt_bool){ false, true };
    bed_plan(b);
    assert_no_steps(b);
    bed_gone(group_row(b));
    bed_plan(b);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_group_that_is_not_ready_takes_no_change(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_group(b, KEY, "sgp-1")->scheduler = ALB_SCHEDULER_WLC;
    group_row(b)->status = "Configuring";
    bed_plan(b);
    assert_string_equal(bed_step(b, "UpdateServerGroupAttribute", 0)->waits,
                        "ServerGroup " KEY " is Configuring");
}

static void test_a_group_of_another_service_is_not_written(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_group(b, KEY, "sgp-1");
    struct alb_server_group *have = bed_actual(b, group_row(b));
    have->name = "other";
    have->config_managed = (struct opt_bool){ true, true };
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
    bed_undesired(group_row(b));
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
}

/* ---- deletion ---------------------------------------------------------------------------- */

static struct resource *unwanted_group(struct bed *b)
{
    bed_lb(b);
    bed_listener(b);
    bed_group(b, KEY, "sgp-1");
    bed_undesired(group_row(b));
    return group_row(b);
}

static void test_a_group_nobody_wants_is_deleted(void **state)
{
    struct bed *b = *state;
    unwanted_group(b);
    bed_plan(b);
    assert_plan(b, "DeleteServerGroup");
    assert_string_equal(step_value(bed_next(b), "ServerGroupId"), "sgp-1");
    assert_string_equal(bed_next(b)->cause, "not desired any more");
    assert_null(bed_next(b)->items.items[0].after);
    assert_int_equal(b->plan.destroy, 1);
    b->in.keep_all = true;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_group_is_deleted_only_when_no_rule_uses_it(void **state)
{
    struct bed *b = *state;
    unwanted_group(b);
    struct alb_rule *rule = bed_rule(b, "a.com", "-", "sgp-1");
    bed_have_rule(b, rule, 100, "rule-1");
    bed_plan(b);
    assert_plan(b, "DeleteRules", "DeleteServerGroup");
    assert_non_null(strstr(b->plan.steps.items[1].waits, "to stop using it"));
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "DeleteServerGroup");
    assert_non_null(bed_next(b));
}

static void test_a_group_is_deleted_when_its_connections_have_drained(void **state)
{
    struct bed *b = *state;
    struct resource *r = unwanted_group(b);
    struct alb_server_group *have = bed_actual(b, r);
    have->drain.enabled = (struct opt_bool){ true, true };
    have->drain.timeout = (struct opt_int){ 120, true };
    r->unused_since = NOW - 119999;
    bed_plan(b);
    assert_null(bed_next(b));
    assert_string_equal(b->plan.steps.items[0].waits, "its connections to drain (120 s)");
    r = group_row(b);
    r->unused_since = NOW - 120000;
    bed_plan(b);
    assert_non_null(bed_next(b));
    group_row(b)->unused_since = 0; /* not known since when */
    bed_plan(b);
    assert_null(bed_next(b));
}

/* What is read of a rule in the middle of a change may be what it will be. */
static void test_a_group_outlives_the_change_of_a_rule_that_is_under_way(void **state)
{
    struct bed *b = *state;
    struct alb_rule *rule = bed_rule(b, "a.com", "-", "sgp-9");
    const char *key = rule_key(&b->a, "80/HTTP", rule, 1);
    unwanted_group(b)->unused_since = 1;
    bed_listener(b);
    bed_want_rule(b, rule, 1);
    (void)bed_have_rule(b, rule, 100, "rule-1");
    bed_row(b, RESOURCE_RULE, key)->status = "Configuring";
    bed_plan(b);
    assert_null(bed_next(b));
    assert_string_equal(bed_step(b, "DeleteServerGroup", 0)->waits,
                        arena_fmt(&b->a, "Rule %s is Configuring", key));
    bed_row(b, RESOURCE_RULE, key)->status = "Available";
    bed_plan(b);
    assert_string_equal(bed_next(b)->action, "DeleteServerGroup");
}

static void test_held_and_foreign_groups_are_not_deleted(void **state)
{
    struct bed *b = *state;
    unwanted_group(b)->held = true;
    bed_plan(b);
    assert_no_steps(b);
    group_row(b)->held = false;
    group_row(b)->ours = false;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_group_that_a_wanted_rule_names_is_not_deleted(void **state)
{
    struct bed *b = *state;
    unwanted_group(b);
    bed_want_rule(b, bed_rule(b, "a.com", "-", "@" KEY), 1);
    bed_plan(b);
    assert_plan(b, "CreateRules");
}

static struct resource *unused_group(struct bed *b, bool drains, int64_t timeout)
{
    bed_lb(b);
    struct alb_server_group *g = bed_group(b, "shop/tea:80", "sgp-1");
    g->drain.enabled = (struct opt_bool){ drains, true };
    g->drain.timeout = (struct opt_int){ timeout, timeout >= 0 };
    struct resource *r = bed_row(b, RESOURCE_SERVER_GROUP, "shop/tea:80");
    bed_sync(b, r, g, "sgp-1");
    bed_undesired(r);
    r->unused_since = NOW - 299 * 1000;
    return r;
}

static void test_a_group_that_does_not_drain_goes_at_once(void **state)
{
    struct bed *b = *state;
    (void)unused_group(b, false, 300);
    bed_plan(b);
    assert_null(bed_step(b, "DeleteServerGroup", 0)->waits);
}

static void test_a_group_that_drains_for_no_time_goes_at_once(void **state)
{
    struct bed *b = *state;
    unused_group(b, true, 0)->unused_since = 0;
    bed_plan(b);
    assert_null(bed_step(b, "DeleteServerGroup", 0)->waits);
}

static void test_a_group_drains_for_a_second(void **state)
{
    struct bed *b = *state;
    unused_group(b, true, 1)->unused_since = NOW - 999;
    bed_plan(b);
    assert_string_equal(bed_step(b, "DeleteServerGroup", 0)->waits,
                        "its connections to drain (1 s)");
}

/* alb-openapi.json: the time-out is 300 s when it is not given. */
static void test_a_group_drains_for_300_seconds_unless_it_says_otherwise(void **state)
{
    struct bed *b = *state;
    struct resource *r = unused_group(b, true, -1);
    bed_plan(b);
    assert_non_null(bed_step(b, "DeleteServerGroup", 0)->waits);
    r->unused_since = NOW - 300 * 1000;
    bed_plan(b);
    assert_null(bed_step(b, "DeleteServerGroup", 0)->waits);
    r->unused_since = 0; /* not known to be unused */
    bed_plan(b);
    assert_non_null(bed_step(b, "DeleteServerGroup", 0)->waits);
}

static void test_a_held_group_is_left_alone(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    (void)bed_group(b, "shop/tea:80", "sgp-1");
    struct resource *r = bed_row(b, RESOURCE_SERVER_GROUP, "shop/tea:80");
    bed_gone(r);
    r->held = true;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_drift_of_a_group_that_is_left_is_not_corrected(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    (void)bed_group(b, "shop/tea:80", "sgp-1");
    struct resource *r = bed_row(b, RESOURCE_SERVER_GROUP, "shop/tea:80");
    struct alb_server_group *g = bed_actual(b, r);
    g->name = "another";
    bed_plan(b);
    assert_plan(b, "UpdateServerGroupAttribute");
    r->leave = LEAVE_ALL;
    bed_plan(b);
    assert_no_steps(b);
    bed_undesired(r);
    bed_plan(b);
    assert_no_steps(b);
}

/* Then what was wanted of it is done: that what is left differs does not count. */
static void test_servers_of_a_group_whose_settings_are_left_are_changed(void **state)
{
    struct bed *b = *state;
    const struct alb_server old = bed_server("10.0.0.1", "Available");
    const struct alb_server both[] = { old, bed_server("10.0.0.2", NULL) };
    bed_lb(b);
    struct alb_server_group *want = bed_group(b, "shop/tea:80", "sgp-1");
    struct resource *r = bed_row(b, RESOURCE_SERVER_GROUP, "shop/tea:80");
    struct alb_server_group *have = bed_actual(b, r);
    have->name = "another";
    bed_servers(b, have, 1, &old);
    bed_servers(b, want, 2, both);
    r->leave = LEAVE_SETTINGS;
    bed_plan(b);
    assert_plan(b, "AddServersToServerGroup");
    assert_true(b->plan.steps.items[0].items.items[0].last);
    r->leave = LEAVE_NOTHING;
    bed_plan(b);
    assert_false(bed_step(b, "AddServersToServerGroup", 0)->items.items[0].last);
}

static void test_a_group_of_another_service_that_fits_is_no_news(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    (void)bed_group(b, "shop/tea:80", "sgp-1");
    struct resource *r = bed_row(b, RESOURCE_SERVER_GROUP, "shop/tea:80");
    struct alb_server_group *g = bed_actual(b, r);
    g->config_managed = (struct opt_bool){ true, true };
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 0);
    g->config_managed.val = false;
    g->name = "another";
    bed_plan(b);
    assert_plan(b, "UpdateServerGroupAttribute");
    bed_undesired(r);
    bed_plan(b);
    assert_plan(b, "DeleteServerGroup");
}

/* ---- borrowed groups ---------------------------------------------------------------------- */

#define TEA "Service/shop/tea"

/* A group with settings and tags of somebody else, of which our tag and one server are wanted. */
static struct resource *borrow(struct bed *b)
{
    struct alb_server_group *want = arena_alloc(&b->a, sizeof *want);
    struct alb_server_group *have = arena_alloc(&b->a, sizeof *have);
    *LIST_PUSH(&b->a, &want->tags) = (struct alb_tag){ TAG_CLUSTER, "c1" };
    bed_servers(b, want, 1, (struct alb_server[]){ bed_server("10.0.0.1", NULL) });
    *LIST_PUSH(&b->a, &have->tags) = (struct alb_tag){ "team", "x" };
    have->name = "shared";
    have->scheduler = ALB_SCHEDULER_WLC;
    bed_servers(b, have, 1, (struct alb_server[]){ bed_server("10.9.9.9", "Available") });
    struct resource *r = LIST_PUSH(&b->a, &b->model.rows);
    *r = (struct resource){ .lb = TEA,
                            .kind = RESOURCE_SERVER_GROUP,
                            .key = "sgp-1",
                            .parent = "",
                            .desired = want,
                            .actual = have,
                            .cloud_id = "sgp-1",
                            .status = "Available",
                            .observed_at = NOW,
                            .ours = true };
    return r;
}

static void plan_tea(struct bed *b)
{
    b->in.model = &b->model;
    b->in.now_ms = NOW;
    plan_build_lb(&b->a, &b->in, TEA, &b->plan);
}

static void test_of_a_borrowed_group_servers_and_our_tags_are_written(void **state)
{
    struct bed *b = *state;
    (void)borrow(b);
    plan_tea(b);
    assert_plan(b, "AddServersToServerGroup", "RemoveServersFromServerGroup", "TagResources");
    assert_string_equal(b->plan.steps.items[0].lane, TEA " sgp-1");
    assert_string_equal(step_value(&b->plan.steps.items[2], "Tag.1.Key"), TAG_CLUSTER);
    assert_null(step_value(&b->plan.steps.items[2], "Tag.2.Key"));
    assert_int_equal(b->plan.change, 1);
}

static void test_a_borrowed_group_that_is_not_there_is_not_made(void **state)
{
    struct bed *b = *state;
    bed_gone(borrow(b));
    plan_tea(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
    assert_non_null(strstr(b->plan.warnings.items[0].message, "is not made here"));
}

static void test_a_borrowed_group_that_nothing_desires_is_not_deleted(void **state)
{
    struct bed *b = *state;
    bed_undesired(borrow(b));
    b->in.destroy = TEA;
    b->in.allow_destroy = true;
    plan_tea(b);
    assert_no_steps(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_missing_group_is_created_in_its_own_lane_without_the_load_balancer),
        BED_TEST(test_a_group_whose_servers_are_unknown_is_done_once_it_exists),
        BED_TEST(test_a_new_group_keeps_connections_unless_it_says_otherwise),
        BED_TEST(test_a_group_that_is_there_keeps_connections_as_it_did),
        BED_TEST(test_a_group_that_is_not_ready_takes_no_change),
        BED_TEST(test_a_group_of_another_service_is_not_written),
        BED_TEST(test_a_group_nobody_wants_is_deleted),
        BED_TEST(test_a_group_is_deleted_only_when_no_rule_uses_it),
        BED_TEST(test_a_group_is_deleted_when_its_connections_have_drained),
        BED_TEST(test_a_group_outlives_the_change_of_a_rule_that_is_under_way),
        BED_TEST(test_held_and_foreign_groups_are_not_deleted),
        BED_TEST(test_a_group_that_a_wanted_rule_names_is_not_deleted),
        BED_TEST(test_a_group_that_does_not_drain_goes_at_once),
        BED_TEST(test_a_group_that_drains_for_no_time_goes_at_once),
        BED_TEST(test_a_group_drains_for_a_second),
        BED_TEST(test_a_group_drains_for_300_seconds_unless_it_says_otherwise),
        BED_TEST(test_a_held_group_is_left_alone),
        BED_TEST(test_drift_of_a_group_that_is_left_is_not_corrected),
        BED_TEST(test_servers_of_a_group_whose_settings_are_left_are_changed),
        BED_TEST(test_of_a_borrowed_group_servers_and_our_tags_are_written),
        BED_TEST(test_a_borrowed_group_that_is_not_there_is_not_made),
        BED_TEST(test_a_borrowed_group_that_nothing_desires_is_not_deleted),
        BED_TEST(test_a_group_of_another_service_that_fits_is_no_news),
    };
    return cmocka_run_group_tests_name("plan/group", tests, NULL, NULL);
}
