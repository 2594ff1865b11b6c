/* The load balancer itself. */
#include "support.h"

static struct resource *lb_row(struct bed *b)
{
    return bed_row(b, RESOURCE_LOAD_BALANCER, LB);
}

static void add_tag(struct bed *b, alb_tags *tags, const char *key, const char *value)
{
    alb_tags out = { 0 };
    for (size_t i = 0; i < tags->len; i++)
        *LIST_PUSH(&b->a, &out) = tags->items[i];
    *LIST_PUSH(&b->a, &out) = (struct alb_tag){ key, value };
    *tags = out;
}

static void test_a_missing_load_balancer_is_created_with_its_tags(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    bed_gone(lb_row(b));
    lb_row(b)->applied = NULL;
    want->deletion_protection.enabled = (struct opt_bool){ true, true };
    want->modification_protection.status = "ConsoleProtection";
    add_tag(b, &want->tags, TAG_CLUSTER, "c1");
    bed_plan(b);
    assert_plan(b, "CreateLoadBalancer");
    const struct step *s = bed_next(b);
    assert_non_null(s);
    assert_string_equal(step_value(s, "LoadBalancerName"), "web");
    assert_string_equal(step_value(s, "AddressType"), "Internet");
    assert_string_equal(step_value(s, "DeletionProtectionEnabled"), "true");
    assert_string_equal(step_value(s, "ModificationProtectionConfig.Status"), "ConsoleProtection");
    assert_string_equal(step_value(s, "Tag.1.Key"), TAG_CLUSTER);
    assert_string_equal(step_value(s, "Tag.1.Value"), "c1");
    assert_string_equal(s->cause, "desired by Ingress shop/web (web.yaml:3)");
    assert_int_equal(s->family, LANE_LOAD_BALANCER);
    assert_string_equal(s->lane, LB);
    assert_true(s->items.items[0].last);
    assert_int_equal(b->plan.add, 1);
    assert_int_equal(b->plan.change, 0);
}

static void test_what_creation_does_not_take_follows_and_waits(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    bed_gone(lb_row(b));
    want->access_log = (struct alb_access_log){ "project", "store" };
    bed_plan(b);
    assert_plan(b, "CreateLoadBalancer", "EnableLoadBalancerAccessLog");
    const struct step *create = bed_step(b, "CreateLoadBalancer", 0);
    assert_false(create->items.items[0].last);
    assert_null(step_value(create, "AccessLogConfig.LogProject"));
    const struct step *log = bed_step(b, "EnableLoadBalancerAccessLog", 0);
    assert_non_null(log->waits);
    assert_string_equal(step_value(log, "LoadBalancerId"), "@LoadBalancerId");
    assert_string_equal(step_value(log, "LogProject"), "project");
    assert_string_equal(step_value(log, "LogStore"), "store");
    assert_int_equal(b->plan.add, 1);
    assert_int_equal(b->plan.change, 0);
}

static void test_a_missing_fact_holds_back_the_creation(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    bed_gone(lb_row(b));
    want->vpc_id = "?vpc(vsw-1)";
    bed_plan(b);
    assert_null(bed_next(b));
    assert_string_equal(bed_step(b, "CreateLoadBalancer", 0)->waits, "?vpc(vsw-1) to be known");
}

static void test_only_members_that_differ_are_sent(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    have->name = "old";
    bed_plan(b);
    assert_plan(b, "UpdateLoadBalancerAttribute");
    const struct step *s = bed_next(b);
    assert_int_equal(s->params.len, 2);
    assert_string_equal(step_value(s, "LoadBalancerId"), "alb-1");
    assert_string_equal(step_value(s, "LoadBalancerName"), "web");
    assert_string_equal(s->cause, "drift: LoadBalancerName");
    assert_int_equal(s->changes.len, 1);
    assert_string_equal(s->changes.items[0].before, "\"old\"");
    assert_string_equal(s->changes.items[0].after, "\"web\"");
    assert_true(s->items.items[0].last);
    assert_int_equal(b->plan.change, 1);
}

static void test_nothing_is_sent_while_the_cloud_configures(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    have->name = "old";
    lb_row(b)->status = "Configuring";
    bed_plan(b);
    assert_null(bed_next(b));
    assert_string_equal(b->plan.steps.items[0].waits,
                        "LoadBalancer kube-system/web is Configuring");
}

static void test_nothing_is_sent_to_a_locked_load_balancer(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    have->name = "old";
    have->business_status = "Abnormal";
    bed_plan(b);
    assert_int_equal(b->plan.steps.len, 1);
    assert_null(bed_next(b));
}

static void test_an_edition_goes_up_only(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    have->edition = ALB_EDITION_BASIC;
    bed_plan(b);
    assert_plan(b, "UpdateLoadBalancerEdition");
    assert_string_equal(step_value(bed_next(b), "LoadBalancerEdition"), "Standard");
    have->edition = ALB_EDITION_WAF;
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
    assert_int_equal(b->plan.refusals.len, 0);
}

static void test_deletion_protection_has_calls_of_its_own(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    want->deletion_protection.enabled = (struct opt_bool){ true, true };
    bed_plan(b);
    assert_plan(b, "EnableDeletionProtection");
    assert_string_equal(step_value(bed_next(b), "ResourceId"), "alb-1");
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    have->deletion_protection.enabled = (struct opt_bool){ true, true };
    want->deletion_protection.enabled.val = false;
    bed_plan(b);
    assert_plan(b, "DisableDeletionProtection");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_an_access_log_is_off_before_it_goes_elsewhere(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    want->access_log = (struct alb_access_log){ "new", "store" };
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    have->access_log = (struct alb_access_log){ "old", "store" };
    bed_plan(b);
    assert_plan(b, "DisableLoadBalancerAccessLog", "EnableLoadBalancerAccessLog");
    assert_non_null(b->plan.steps.items[1].waits);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "EnableLoadBalancerAccessLog");
    assert_null(b->plan.steps.items[0].waits);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_an_access_log_not_wanted_is_switched_off(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    want->access_log = (struct alb_access_log){ "", "" };
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    have->access_log = (struct alb_access_log){ "old", "store" };
    bed_plan(b);
    assert_plan(b, "DisableLoadBalancerAccessLog");
}

static void test_ipv6_and_resource_group_have_calls_of_their_own(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    want->ipv6_address_type = ALB_ADDRESS_INTERNET;
    want->resource_group_id = "rg-2";
    bed_plan(b);
    assert_plan(b, "EnableLoadBalancerIpv6Internet", "MoveResourceGroup");
    const struct step *move = bed_step(b, "MoveResourceGroup", 0);
    assert_string_equal(step_value(move, "ResourceId"), "alb-1");
    assert_string_equal(step_value(move, "ResourceType"), "loadbalancer");
    assert_string_equal(step_value(move, "NewResourceGroupId"), "rg-2");
}

static void test_what_is_fixed_at_creation_is_a_warning(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    have->address_type = ALB_ADDRESS_INTRANET;
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
    assert_non_null(strstr(b->plan.warnings.items[0].message, "AddressType"));
}

static void test_a_held_load_balancer_is_left_alone(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    have->name = "old";
    lb_row(b)->held = true;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_drift_of_a_load_balancer_that_is_left_is_not_corrected(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    have->name = "old";
    bed_plan(b);
    assert_plan(b, "UpdateLoadBalancerAttribute");
    lb_row(b)->leave = LEAVE_ALL;
    bed_plan(b);
    assert_no_steps(b);
}

/* ---- destruction --------------------------------------------------------------------------- */

static void make_orphan(struct bed *b)
{
    struct alb_load_balancer *lb = bed_lb(b);
    lb->deletion_protection.enabled = (struct opt_bool){ true, true };
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    have->deletion_protection.enabled = (struct opt_bool){ true, true };
    bed_listener(b);
    bed_have_rule(b, bed_rule(b, "a.com", "-", "sgp-1"), 100, "rule-1");
    bed_group(b, "shop/web-api:80", "sgp-1");
    for (size_t i = 0; i < b->model.rows.len; i++)
        bed_undesired(&b->model.rows.items[i]);
}

static void test_an_orphan_is_left_alone(void **state)
{
    struct bed *b = *state;
    make_orphan(b);
    bed_plan(b);
    assert_no_steps(b);
    b->in.destroy = "kube-system/other";
    bed_plan(b);
    assert_no_steps(b);
}

static void test_an_orphan_is_destroyed_by_name(void **state)
{
    struct bed *b = *state;
    make_orphan(b);
    b->in.destroy = LB;
    bed_plan(b);
    assert_plan(b, "DisableDeletionProtection", "DeleteLoadBalancer", "DeleteServerGroup");
    assert_null(b->plan.steps.items[0].waits);
    assert_non_null(b->plan.steps.items[1].waits);
    assert_non_null(b->plan.steps.items[2].waits);
    assert_int_equal(b->plan.destroy, 4); /* with its listener and its rule */
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "DeleteLoadBalancer", "DeleteServerGroup");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "DeleteServerGroup");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_an_incomplete_source_destroys_nothing(void **state)
{
    struct bed *b = *state;
    make_orphan(b);
    b->in.destroy = LB;
    b->in.keep_all = true;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_desired_load_balancer_is_not_destroyed(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    b->in.destroy = LB;
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.refusals.len, 1);
    assert_false(b->plan.refusals.items[0].quota);
    assert_true(b->plan.lbs.items[0].refused);
}

static void test_what_is_not_ours_is_not_destroyed(void **state)
{
    struct bed *b = *state;
    make_orphan(b);
    lb_row(b)->ours = false;
    b->in.destroy = LB;
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.refusals.len, 1);
}

static void test_destruction_needs_a_fresh_read(void **state)
{
    struct bed *b = *state;
    make_orphan(b);
    b->in.destroy = LB;
    for (size_t i = 0; i < b->model.rows.len; i++)
        b->model.rows.items[i].observed_at = NOW - 61000;
    bed_plan(b);
    assert_null(bed_next(b));
    assert_string_equal(b->plan.steps.items[0].waits, "a fresh read");
    b->in.max_age_ms = 61000;
    bed_plan(b);
    assert_non_null(bed_next(b));
}

/* ---- what is attached ----------------------------------------------------------------------- */

static void set_groups(struct bed *b, struct alb_load_balancer *lb, size_t n,
                       const char *const *ids)
{
    lb->security_group_ids.items = arena_array(&b->a, n, sizeof *lb->security_group_ids.items);
    lb->security_group_ids.len = n;
    for (size_t i = 0; i < n; i++)
        lb->security_group_ids.items[i] = ids[i];
}
#define GROUPS(b, lb, ...)                                               \
    set_groups((b), (lb), COUNT(((const char *const[]){ __VA_ARGS__ })), \
               (const char *const[]){ __VA_ARGS__ })

/* So that it is never open to all: there is nothing to be reached without a listener. */
static void test_security_groups_are_joined_before_there_is_a_listener(void **state)
{
    struct bed *b = *state;
    GROUPS(b, bed_lb(b), "sg-1", "sg-2");
    (void)bed_listener(b);
    bed_gone(lb_row(b));
    bed_gone(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    bed_plan(b);
    assert_plan(b, "CreateLoadBalancer", "LoadBalancerJoinSecurityGroup", "CreateListener");
    assert_null(step_value(bed_next(b), "SecurityGroupIds.1"));
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "LoadBalancerJoinSecurityGroup", "CreateListener");
    assert_string_equal(step_value(bed_next(b), "SecurityGroupIds.2"), "sg-2");
}

static void test_security_groups_are_joined_before_others_are_left(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    GROUPS(b, want, "sg-1", "sg-2");
    GROUPS(b, have, "sg-3", "sg-1");
    bed_plan(b);
    assert_plan(b, "LoadBalancerJoinSecurityGroup", "LoadBalancerLeaveSecurityGroup");
    assert_string_equal(step_value(bed_next(b), "LoadBalancerId"), "alb-1");
    assert_string_equal(step_value(bed_next(b), "SecurityGroupIds.1"), "sg-2");
    assert_null(step_value(bed_next(b), "SecurityGroupIds.2"));
    assert_non_null(bed_step(b, "LoadBalancerLeaveSecurityGroup", 0)->waits);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "LoadBalancerLeaveSecurityGroup");
    assert_string_equal(step_value(bed_next(b), "SecurityGroupIds.1"), "sg-3");
    b->in.keep_all = true;
    bed_plan(b);
    assert_no_steps(b);
    b->in.keep_all = false;
    bed_plan(b);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

/* Both are known by what was applied, so neither step may forget that for the other. */
static void test_what_is_not_wanted_any_more_is_taken_off_where_we_put_it(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    struct alb_load_balancer *applied = arena_dup(&b->a, want, sizeof *want);
    GROUPS(b, applied, "sg-1");
    applied->bandwidth_package_id = "cbwp-1";
    lb_row(b)->applied = applied;
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    GROUPS(b, have, "sg-1", "sg-theirs");
    have->bandwidth_package_id = "cbwp-1";
    bed_plan(b);
    assert_plan(b, "LoadBalancerLeaveSecurityGroup",
                "DetachCommonBandwidthPackageFromLoadBalancer");
    assert_string_equal(step_value(bed_next(b), "SecurityGroupIds.1"), "sg-1");
    assert_null(step_value(bed_next(b), "SecurityGroupIds.2"));
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "DetachCommonBandwidthPackageFromLoadBalancer");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_what_others_attached_stays(void **state)
{
    struct bed *b = *state;
    (void)bed_lb(b);
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    GROUPS(b, have, "sg-1");
    have->bandwidth_package_id = "cbwp-1";
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_bandwidth_package_is_replaced_by_two_calls(void **state)
{
    struct bed *b = *state;
    bed_lb(b)->bandwidth_package_id = "cbwp-2";
    bed_plan(b);
    assert_plan(b, "AttachCommonBandwidthPackageToLoadBalancer");
    ((struct alb_load_balancer *)bed_actual(b, lb_row(b)))->bandwidth_package_id = "cbwp-1";
    bed_plan(b);
    assert_plan(b, "DetachCommonBandwidthPackageFromLoadBalancer",
                "AttachCommonBandwidthPackageToLoadBalancer");
    assert_string_equal(step_value(bed_next(b), "BandwidthPackageId"), "cbwp-1");
    assert_string_equal(bed_next(b)->changes.items[0].before, "cbwp-1");
    assert_string_equal(bed_next(b)->changes.items[0].after, "");
    const struct step *attach = bed_step(b, "AttachCommonBandwidthPackageToLoadBalancer", 0);
    assert_non_null(attach->waits);
    assert_string_equal(attach->changes.items[0].before, ""); /* it was detached by then */
    assert_string_equal(attach->changes.items[0].after, "cbwp-2");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "AttachCommonBandwidthPackageToLoadBalancer");
    assert_string_equal(step_value(bed_next(b), "BandwidthPackageId"), "cbwp-2");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_zones_and_address_type_stay_and_the_plan_says_how_they_change(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    want->address_type = ALB_ADDRESS_INTRANET;
    *LIST_PUSH(&b->a, &want->zones) =
        (struct alb_zone_mapping){ .zone_id = "z", .vswitch_id = "v" };
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
    const char *message = b->plan.warnings.items[0].message;
    assert_non_null(
        strstr(message, "AddressType (is \"Internet\", wanted \"Intranet\"), ZoneMappings"));
    assert_non_null(strstr(message, "UpdateLoadBalancerZones"));
}

static void test_a_load_balancer_that_does_not_work_is_destroyed(void **state)
{
    struct bed *b = *state;
    static const char *const states[] = { "Inactive", "CreateFailed", "Active" };
    bed_lb(b);
    struct resource *r = bed_row(b, RESOURCE_LOAD_BALANCER, LB);
    bed_undesired(r);
    b->in.destroy = LB;
    for (size_t i = 0; i < COUNT(states); i++) {
        r->status = states[i];
        bed_plan(b);
        assert_null(bed_step(b, "DeleteLoadBalancer", 0)->waits);
    }
    r->status = "Provisioning";
    bed_plan(b);
    assert_non_null(bed_step(b, "DeleteLoadBalancer", 0)->waits);
}

static void test_what_is_not_there_is_not_destroyed_with_its_load_balancer(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    bed_gone(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    bed_undesired(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    bed_undesired(bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    b->in.destroy = LB;
    bed_plan(b);
    assert_int_equal(bed_step(b, "DeleteLoadBalancer", 0)->items.len, 1);
}

static void test_protection_can_be_asked_for_or_declined_at_creation(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *lb = bed_lb(b);
    bed_gone(bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    lb->deletion_protection.enabled = (struct opt_bool){ false, true };
    bed_plan(b);
    assert_string_equal(step_value(bed_next(b), "DeletionProtectionEnabled"), "false");
    lb->deletion_protection.enabled.val = true;
    bed_plan(b);
    assert_string_equal(step_value(bed_next(b), "DeletionProtectionEnabled"), "true");
}

/* alb-semantics.md §10: ten security groups a call. */
static void test_ten_security_groups_go_into_one_call(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    for (int i = 0; i < 11; i++)
        *LIST_PUSH(&b->a, &want->security_group_ids) = arena_fmt(&b->a, "sg-%d", i);
    bed_plan(b);
    assert_plan(b, "LoadBalancerJoinSecurityGroup");
    assert_non_null(step_value(bed_next(b), "SecurityGroupIds.10"));
    assert_null(step_value(bed_next(b), "SecurityGroupIds.11"));
    assert_int_equal(bed_next(b)->changes.len, 10);
    assert_string_equal(bed_next(b)->changes.items[0].before, "");
    assert_string_equal(bed_next(b)->changes.items[0].after, "sg-0");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "LoadBalancerJoinSecurityGroup");
    assert_string_equal(step_value(bed_next(b), "SecurityGroupIds.1"), "sg-10");
    assert_null(step_value(bed_next(b), "SecurityGroupIds.2"));
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_the_last_security_group_can_be_left(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *want = bed_lb(b);
    want->security_group_ids.items = arena_array(&b->a, 1, sizeof *want->security_group_ids.items);
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    *LIST_PUSH(&b->a, &have->security_group_ids) = "sg-old";
    bed_plan(b);
    assert_plan(b, "LoadBalancerLeaveSecurityGroup");
    assert_string_equal(step_value(bed_next(b), "SecurityGroupIds.1"), "sg-old");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_ipv6_is_closed_to_the_internet_by_a_call_of_its_own(void **state)
{
    struct bed *b = *state;
    bed_lb(b)->ipv6_address_type = ALB_ADDRESS_INTRANET;
    struct alb_load_balancer *have = bed_actual(b, lb_row(b));
    have->ipv6_address_type = ALB_ADDRESS_INTERNET;
    bed_plan(b);
    assert_plan(b, "DisableLoadBalancerIpv6Internet");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_missing_load_balancer_is_created_with_its_tags),
        BED_TEST(test_what_creation_does_not_take_follows_and_waits),
        BED_TEST(test_a_missing_fact_holds_back_the_creation),
        BED_TEST(test_only_members_that_differ_are_sent),
        BED_TEST(test_nothing_is_sent_while_the_cloud_configures),
        BED_TEST(test_nothing_is_sent_to_a_locked_load_balancer),
        BED_TEST(test_an_edition_goes_up_only),
        BED_TEST(test_deletion_protection_has_calls_of_its_own),
        BED_TEST(test_an_access_log_is_off_before_it_goes_elsewhere),
        BED_TEST(test_an_access_log_not_wanted_is_switched_off),
        BED_TEST(test_ipv6_and_resource_group_have_calls_of_their_own),
        BED_TEST(test_what_is_fixed_at_creation_is_a_warning),
        BED_TEST(test_a_held_load_balancer_is_left_alone),
        BED_TEST(test_drift_of_a_load_balancer_that_is_left_is_not_corrected),
        BED_TEST(test_an_orphan_is_left_alone),
        BED_TEST(test_an_orphan_is_destroyed_by_name),
        BED_TEST(test_an_incomplete_source_destroys_nothing),
        BED_TEST(test_a_desired_load_balancer_is_not_destroyed),
        BED_TEST(test_what_is_not_ours_is_not_destroyed),
        BED_TEST(test_destruction_needs_a_fresh_read),
        BED_TEST(test_security_groups_are_joined_before_there_is_a_listener),
        BED_TEST(test_security_groups_are_joined_before_others_are_left),
        BED_TEST(test_what_is_not_wanted_any_more_is_taken_off_where_we_put_it),
        BED_TEST(test_what_others_attached_stays),
        BED_TEST(test_a_bandwidth_package_is_replaced_by_two_calls),
        BED_TEST(test_zones_and_address_type_stay_and_the_plan_says_how_they_change),
        BED_TEST(test_a_load_balancer_that_does_not_work_is_destroyed),
        BED_TEST(test_what_is_not_there_is_not_destroyed_with_its_load_balancer),
        BED_TEST(test_protection_can_be_asked_for_or_declined_at_creation),
        BED_TEST(test_ten_security_groups_go_into_one_call),
        BED_TEST(test_the_last_security_group_can_be_left),
        BED_TEST(test_ipv6_is_closed_to_the_internet_by_a_call_of_its_own),
    };
    return cmocka_run_group_tests_name("plan/lb", tests, NULL, NULL);
}
