/* Listeners and their certificates. */
#include "support.h"

#define GROUP "shop/web-api:80"

static struct resource *row(struct bed *b)
{
    return bed_row(b, RESOURCE_LISTENER, "80/HTTP");
}

static void set_default(struct bed *b, struct alb_listener *l, const char *group)
{
    struct alb_rule *rule = bed_rule(b, "-", "-", group);
    l->default_actions.items = rule->actions.items;
    l->default_actions.len = rule->actions.len;
}

static void set_certs(struct bed *b, struct alb_listener *l, size_t n, const char *const *ids)
{
    l->additional_certs.items = arena_array(&b->a, n, sizeof *l->additional_certs.items);
    l->additional_certs.len = n;
    for (size_t i = 0; i < n; i++)
        l->additional_certs.items[i].id = ids[i];
}
#define CERTS(b, l, ...)                                               \
    set_certs((b), (l), COUNT(((const char *const[]){ __VA_ARGS__ })), \
              (const char *const[]){ __VA_ARGS__ })

static void test_a_listener_waits_for_its_load_balancer_and_its_default_group(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_group(b, GROUP, "sgp-1");
    struct alb_listener *want = bed_listener(b);
    set_default(b, want, "@" GROUP);
    bed_gone(row(b));
    bed_row(b, RESOURCE_LOAD_BALANCER, LB)->status = "Provisioning";
    bed_plan(b);
    assert_plan(b, "CreateListener");
    assert_string_equal(b->plan.steps.items[0].waits,
                        "LoadBalancer kube-system/web is Provisioning");
    bed_row(b, RESOURCE_LOAD_BALANCER, LB)->status = "Active";
    bed_gone(bed_row(b, RESOURCE_SERVER_GROUP, GROUP));
    bed_plan(b);
    assert_string_equal(bed_step(b, "CreateListener", 0)->waits, "ServerGroup " GROUP " to exist");
    bed_apply(b, bed_step(b, "CreateServerGroup", 0));
    bed_row(b, RESOURCE_SERVER_GROUP, GROUP)->cloud_id = "sgp-9";
    bed_plan(b);
    const struct step *s = bed_next(b);
    assert_string_equal(s->action, "CreateListener");
    assert_string_equal(step_value(s, "LoadBalancerId"), "alb-1");
    assert_string_equal(step_value(s, "ListenerProtocol"), "HTTP");
    assert_string_equal(step_value(s, "ListenerPort"), "80");
    assert_string_equal(step_value(s, "DefaultActions.1.Type"), "ForwardGroup");
    assert_string_equal(
        step_value(s, "DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId"),
        "sgp-9");
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_only_members_that_differ_are_sent(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b)->idle_timeout = (struct opt_int){ 30, true };
    bed_plan(b);
    assert_plan(b, "UpdateListenerAttribute");
    assert_int_equal(bed_next(b)->params.len, 2);
    assert_string_equal(step_value(bed_next(b), "ListenerId"), "lsn-1");
    assert_string_equal(step_value(bed_next(b), "IdleTimeout"), "30");
    row(b)->status = "Configuring";
    bed_plan(b);
    assert_string_equal(b->plan.steps.items[0].waits, "Listener 80/HTTP is Configuring");
}

static void test_a_default_action_is_changed_once_its_group_has_a_server(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_server_group *g = bed_group(b, GROUP, "sgp-1");
    struct alb_listener *want = bed_listener(b);
    set_default(b, want, "@" GROUP);
    struct alb_listener *have = bed_actual(b, row(b));
    set_default(b, have, "sgp-old");
    struct alb_server_group *there = bed_actual(b, bed_row(b, RESOURCE_SERVER_GROUP, GROUP));
    bed_servers(b, g, 1, (struct alb_server[]){ bed_server("10.0.0.1", NULL) });
    bed_servers(b, there, 1, (struct alb_server[]){ bed_server("10.0.0.1", "Adding") });
    bed_plan(b);
    assert_plan(b, "UpdateListenerAttribute");
    assert_non_null(strstr(b->plan.steps.items[0].waits, "to be available"));
    there->servers.items[0].status = "Available";
    bed_plan(b);
    assert_non_null(bed_next(b));
}

/* What is in the same call as the actions, and is not one, waits for no group. */
static void test_other_members_wait_for_no_server(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_server_group *g = bed_group(b, GROUP, "sgp-1");
    struct alb_listener *want = bed_listener(b);
    set_default(b, want, "sgp-1");
    set_default(b, bed_actual(b, row(b)), "sgp-1");
    want->forwarded.host = (struct opt_bool){ true, true };
    bed_servers(b, g, 1, (struct alb_server[]){ bed_server("10.0.0.1", NULL) });
    struct alb_server_group *there = bed_actual(b, bed_row(b, RESOURCE_SERVER_GROUP, GROUP));
    bed_servers(b, there, 1, (struct alb_server[]){ bed_server("10.0.0.1", "Adding") });
    bed_plan(b);
    assert_plan(b, "UpdateListenerAttribute");
    assert_null(b->plan.steps.items[0].waits);
}

static void test_certificates_are_added_before_others_are_taken_away(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_listener *want = bed_listener(b);
    CERTS(b, want, "c-1", "c-2");
    struct alb_listener *have = bed_actual(b, row(b));
    CERTS(b, have, "c-1", "c-old");
    bed_plan(b);
    assert_plan(b, "AssociateAdditionalCertificatesWithListener",
                "DissociateAdditionalCertificatesFromListener");
    assert_string_equal(step_value(bed_next(b), "Certificates.1.CertificateId"), "c-2");
    assert_string_equal(step_value(bed_next(b), "ListenerId"), "lsn-1");
    assert_non_null(b->plan.steps.items[1].waits);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "DissociateAdditionalCertificatesFromListener");
    assert_string_equal(step_value(bed_next(b), "Certificates.1.CertificateId"), "c-old");
    b->in.keep_all = true;
    bed_plan(b);
    assert_no_steps(b);
    b->in.keep_all = false;
    bed_plan(b);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void set_default_cert(struct bed *b, struct alb_listener *l, const char *id)
{
    l->certs.items = NULL;
    l->certs.len = 0;
    *LIST_PUSH(&b->a, &l->certs) = (struct alb_cert){ .id = id };
}

static void test_default_is_switched_between_adding_and_taking_away(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_listener *want = bed_listener(b);
    set_default_cert(b, want, "c-new");
    CERTS(b, want, "c-2");
    struct alb_listener *have = bed_actual(b, row(b));
    set_default_cert(b, have, "c-gone");
    CERTS(b, have, "c-old");
    bed_plan(b);
    assert_plan(b, "AssociateAdditionalCertificatesWithListener", "UpdateListenerAttribute",
                "DissociateAdditionalCertificatesFromListener");
    assert_true(b->plan.lbs.items[0].hitless);
    assert_non_null(b->plan.steps.items[1].waits);
    assert_non_null(b->plan.steps.items[2].waits);
    for (int left = 3; left; left--) {
        assert_int_equal(b->plan.steps.len, left);
        bed_apply(b, bed_next(b));
        bed_plan(b);
    }
    assert_no_steps(b);
}

static void test_default_that_is_additional_already_costs_a_gap_and_the_plan_says_so(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_listener *want = bed_listener(b);
    set_default_cert(b, want, "c-1");
    want->additional_certs.items = arena_array(&b->a, 1, sizeof *want->additional_certs.items);
    struct alb_listener *have = bed_actual(b, row(b));
    set_default_cert(b, have, "c-gone");
    CERTS(b, have, "c-1");
    bed_plan(b);
    assert_plan(b, "DissociateAdditionalCertificatesFromListener", "UpdateListenerAttribute");
    assert_false(b->plan.lbs.items[0].hitless);
    assert_non_null(b->plan.steps.items[1].waits);
}

static void test_a_new_listener_gets_its_additional_certificates_after(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    CERTS(b, bed_listener(b), "c-1");
    bed_gone(row(b));
    bed_plan(b);
    assert_plan(b, "CreateListener", "AssociateAdditionalCertificatesWithListener");
    assert_false(b->plan.steps.items[0].items.items[0].last);
    assert_string_equal(step_value(&b->plan.steps.items[1], "ListenerId"), "@ListenerId(80/HTTP)");
    assert_non_null(b->plan.steps.items[1].waits);
}

static void test_fifteen_certificates_go_into_one_call(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    const char *ids[16];
    for (size_t i = 0; i < 16; i++)
        ids[i] = arena_fmt(&b->a, "c-%zu", i);
    set_certs(b, bed_listener(b), 16, ids);
    bed_plan(b);
    assert_plan(b, "AssociateAdditionalCertificatesWithListener");
    assert_null(step_value(bed_next(b), "Certificates.16.CertificateId"));
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_string_equal(step_value(bed_next(b), "Certificates.1.CertificateId"), "c-15");
}

/* ---- deletion ------------------------------------------------------------------------------ */

static void test_a_listener_nobody_wants_goes_with_its_rules(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    bed_have_rule(b, bed_rule(b, "a.com", "-", "sgp-1"), 1, "rule-1");
    bed_undesired(row(b));
    bed_plan(b);
    assert_plan(b, "DeleteListener");
    assert_string_equal(step_value(bed_next(b), "ListenerId"), "lsn-1");
    assert_int_equal(bed_next(b)->items.len, 2);
    assert_int_equal(b->plan.destroy, 2);
    b->in.keep_all = true;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_listener_with_rules_that_are_not_ours_stays(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    struct alb_rule *rule = bed_rule(b, "a.com", "-", "sgp-1");
    bed_have_rule(b, rule, 1, "rule-1");
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", rule, 1))->ours = false;
    bed_undesired(row(b));
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
}

static void test_an_unmanaged_listener_is_not_touched(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    bed_have_rule(b, bed_rule(b, "a.com", "-", "sgp-1"), 1, "rule-1");
    bed_undesired(row(b));
    row(b)->ours = false;
    bed_plan(b);
    assert_no_steps(b);
}

/* ---- QUIC --------------------------------------------------------------------------------- */

static struct resource *quic_row(struct bed *b)
{
    return bed_row(b, RESOURCE_LISTENER, "443/QUIC");
}

/* 443/HTTPS, which upgrades to 443/QUIC: both there and as wanted. */
static struct alb_listener *pair(struct bed *b)
{
    bed_lb(b);
    struct alb_listener *quic = arena_alloc(&b->a, sizeof *quic);
    quic->protocol = ALB_PROTOCOL_QUIC;
    quic->port = (struct opt_int){ 443, true };
    bed_sync(b, quic_row(b), quic, "lsn-q");
    struct alb_listener *https = arena_alloc(&b->a, sizeof *https);
    https->protocol = ALB_PROTOCOL_HTTPS;
    https->port = (struct opt_int){ 443, true };
    https->quic.upgrade = (struct opt_bool){ true, true };
    https->quic.listener_id = "@443/QUIC";
    struct resource *r = bed_row(b, RESOURCE_LISTENER, "443/HTTPS");
    bed_sync(b, r, https, "lsn-h");
    ((struct alb_listener *)bed_actual(b, r))->quic.listener_id = "lsn-q";
    return https;
}

static void test_a_listener_upgrades_once_the_quic_listener_is_there(void **state)
{
    struct bed *b = *state;
    (void)pair(b);
    bed_plan(b);
    assert_no_steps(b);
    bed_gone(quic_row(b));
    bed_gone(bed_row(b, RESOURCE_LISTENER, "443/HTTPS"));
    bed_plan(b);
    assert_plan(b, "CreateListener", "CreateListener");
    assert_string_equal(step_value(&b->plan.steps.items[0], "ListenerProtocol"), "QUIC");
    assert_string_equal(b->plan.steps.items[1].waits, "Listener 443/QUIC to exist");
    bed_apply(b, &b->plan.steps.items[0]);
    quic_row(b)->cloud_id = "lsn-7";
    bed_plan(b);
    assert_plan(b, "CreateListener");
    assert_string_equal(step_value(bed_next(b), "QuicConfig.QuicUpgradeEnabled"), "true");
    assert_string_equal(step_value(bed_next(b), "QuicConfig.QuicListenerId"), "lsn-7");
}

static void test_a_quic_listener_that_cannot_come_holds_nothing_up(void **state)
{
    struct bed *b = *state;
    pair(b)->idle_timeout = (struct opt_int){ 30, true };
    bed_gone(quic_row(b));
    quic_row(b)->held = true;
    bed_plan(b);
    assert_plan(b, "UpdateListenerAttribute");
    assert_non_null(bed_next(b));
    assert_string_equal(step_value(bed_next(b), "IdleTimeout"), "30");
    assert_null(step_value(bed_next(b), "QuicConfig.QuicUpgradeEnabled"));
}

static void test_a_quic_listener_goes_after_the_last_upgrade_to_it(void **state)
{
    struct bed *b = *state;
    struct alb_listener *https = pair(b);
    https->quic.upgrade.val = false;
    https->quic.listener_id = NULL;
    bed_undesired(quic_row(b));
    bed_plan(b);
    assert_plan(b, "UpdateListenerAttribute", "DeleteListener");
    assert_string_equal(step_value(bed_next(b), "QuicConfig.QuicUpgradeEnabled"), "false");
    assert_string_equal(bed_step(b, "DeleteListener", 0)->waits,
                        "Listener 443/HTTPS not to upgrade to it");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "DeleteListener");
    assert_string_equal(step_value(bed_next(b), "ListenerId"), "lsn-q");
}

/* ---- the access log ------------------------------------------------------------------------ */

static struct alb_load_balancer *logging_lb(struct bed *b)
{
    struct alb_load_balancer *lb = bed_lb(b);
    lb->access_log = (struct alb_access_log){ "project", "alb_store" };
    bed_sync(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB), lb, "alb-1");
    return lb;
}

static void test_log_settings_have_a_call_of_their_own(void **state)
{
    struct bed *b = *state;
    (void)logging_lb(b);
    struct alb_listener *want = bed_listener(b);
    want->log.custom_headers = (struct opt_bool){ false, true };
    want->log.tracing.enabled = (struct opt_bool){ false, true };
    bed_plan(b);
    assert_no_steps(b); /* what the cloud does not say is off */
    want->idle_timeout = (struct opt_int){ 30, true };
    want->log.tracing = (struct alb_tracing){ { true, true }, { 100, true }, "Zipkin" };
    bed_plan(b);
    assert_plan(b, "UpdateListenerAttribute", "UpdateListenerLogConfig");
    const struct step *s = bed_step(b, "UpdateListenerLogConfig", 0);
    assert_null(s->waits);
    assert_int_equal(s->params.len, 5);
    assert_string_equal(step_value(s, "ListenerId"), "lsn-1");
    assert_string_equal(step_value(s, "AccessLogRecordCustomizedHeadersEnabled"), "false");
    assert_string_equal(step_value(s, "AccessLogTracingConfig.TracingEnabled"), "true");
    assert_string_equal(step_value(s, "AccessLogTracingConfig.TracingSample"), "100");
    assert_string_equal(step_value(s, "AccessLogTracingConfig.TracingType"), "Zipkin");
    bed_apply(b, s);
    bed_plan(b);
    assert_plan(b, "UpdateListenerAttribute");
    assert_null(step_value(bed_next(b), "LogConfig.AccessLogRecordCustomizedHeadersEnabled"));
}

static void test_log_settings_wait_for_the_access_log(void **state)
{
    struct bed *b = *state;
    (void)logging_lb(b);
    struct resource *r = bed_row(b, RESOURCE_LOAD_BALANCER, LB);
    ((struct alb_load_balancer *)bed_actual(b, r))->access_log = (struct alb_access_log){ 0 };
    bed_listener(b)->log.custom_headers = (struct opt_bool){ true, true };
    bed_plan(b);
    assert_plan(b, "EnableLoadBalancerAccessLog", "UpdateListenerLogConfig");
    assert_string_equal(bed_step(b, "UpdateListenerLogConfig", 0)->waits,
                        "the load balancer to keep an access log");
}

static void test_a_stopped_listener_nobody_wants_goes(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    bed_undesired(row(b));
    row(b)->status = "Stopped";
    bed_plan(b);
    assert_null(bed_step(b, "DeleteListener", 0)->waits);
    row(b)->status = "Configuring";
    bed_plan(b);
    assert_non_null(bed_step(b, "DeleteListener", 0)->waits);
}

static void test_a_listener_with_a_held_rule_stays(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    struct alb_rule *rule = bed_rule(b, "a.com", "-", "sgp-1");
    bed_have_rule(b, rule, 1, "rule-1");
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", rule, 1))->held = true;
    bed_undesired(row(b));
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
}

static void test_drift_of_a_listener_that_is_left_is_not_corrected(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    struct alb_listener *have = bed_actual(b, row(b));
    have->description = "old";
    bed_plan(b);
    assert_plan(b, "UpdateListenerAttribute");
    row(b)->leave = LEAVE_ALL;
    bed_plan(b);
    assert_no_steps(b);
    bed_gone(row(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_quic_listener_nothing_upgrades_to_goes(void **state)
{
    struct bed *b = *state;
    struct alb_listener *https = pair(b);
    https->quic = (struct alb_quic){ 0 };
    struct resource *r = bed_row(b, RESOURCE_LISTENER, "443/HTTPS");
    struct alb_listener *actual = bed_actual(b, r);
    bed_undesired(quic_row(b));
    actual->quic.listener_id = "lsn-other"; /* of another load balancer */
    bed_plan(b);
    assert_null(bed_step(b, "DeleteListener", 0)->waits);
    actual->quic.listener_id = NULL;
    bed_plan(b);
    assert_null(bed_step(b, "DeleteListener", 0)->waits);
    actual->quic.listener_id = "lsn-q";
    bed_plan(b);
    assert_non_null(bed_step(b, "DeleteListener", 0)->waits);
}

static void test_a_default_action_waits_while_no_server_says_how_it_is(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    struct alb_server_group *g = bed_group(b, "shop/tea:80", "sgp-1");
    const struct alb_server servers[] = { bed_server("10.0.0.1", "Available") };
    bed_servers(b, g, 1, servers);
    bed_sync(b, bed_row(b, RESOURCE_SERVER_GROUP, "shop/tea:80"), g, "sgp-1");
    bed_listener(b);
    bed_want_rule(b, bed_rule(b, "a.com", "-", "@shop/tea:80"), 1);
    bed_plan(b);
    assert_null(bed_step(b, "CreateRules", 0)->waits);
    struct alb_server_group *actual =
        bed_actual(b, bed_row(b, RESOURCE_SERVER_GROUP, "shop/tea:80"));
    actual->servers.items[0].status = NULL;
    bed_plan(b);
    assert_non_null(bed_step(b, "CreateRules", 0)->waits);
    actual->servers.items[0].status = "Adding";
    bed_plan(b);
    assert_non_null(bed_step(b, "CreateRules", 0)->waits);
}

/* Of several groups the first that is not ready is named. */
static void test_a_rule_to_two_groups_waits_for_both(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    (void)bed_group(b, "shop/a:80", "sgp-1");
    (void)bed_group(b, "shop/b:80", "sgp-2");
    bed_gone(bed_row(b, RESOURCE_SERVER_GROUP, "shop/a:80"));
    bed_gone(bed_row(b, RESOURCE_SERVER_GROUP, "shop/b:80"));
    struct alb_rule *rule = bed_rule(b, "a.com", "-", "@shop/a:80");
    *LIST_PUSH(&b->a, &rule->actions.items[0].forward.targets) =
        (struct alb_target){ .group_id = "@shop/b:80", .weight = { 100, true } };
    bed_want_rule(b, rule, 1);
    bed_plan(b);
    assert_string_equal(bed_step(b, "CreateRules", 0)->waits, "ServerGroup shop/a:80 to exist");
    bed_apply(b, bed_step(b, "CreateServerGroup", 0));
    bed_plan(b);
    assert_string_equal(bed_step(b, "CreateRules", 0)->waits, "ServerGroup shop/b:80 to exist");
}

/* What nothing is known of is left as it is: the upgrade, not the rest of the listener. */
static void test_an_upgrade_to_a_listener_nobody_wants_is_not_sent(void **state)
{
    struct bed *b = *state;
    struct alb_listener *https = pair(b);
    bed_undesired(quic_row(b));
    bed_gone(quic_row(b));
    https->idle_timeout = (struct opt_int){ 30, true };
    bed_actual(b, bed_row(b, RESOURCE_LISTENER, "443/HTTPS"));
    bed_plan(b);
    assert_plan(b, "UpdateListenerAttribute");
    assert_null(step_value(bed_next(b), "QuicConfig.QuicListenerId"));
    https->quic.listener_id = "@444/QUIC"; /* no such listener */
    bed_plan(b);
    assert_plan(b, "UpdateListenerAttribute");
    assert_string_equal(step_value(bed_next(b), "IdleTimeout"), "30");
    assert_null(step_value(bed_next(b), "QuicConfig.QuicListenerId"));
}

/* An access log with an empty project is none, and a load balancer to be made keeps none. */
static void test_log_settings_wait_for_a_project_to_log_to(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *lb = bed_lb(b);
    struct alb_listener *want = bed_listener(b);
    want->log.custom_headers = (struct opt_bool){ true, true };
    lb->access_log.project = "";
    bed_row(b, RESOURCE_LOAD_BALANCER, LB)->actual = lb;
    bed_plan(b);
    assert_string_equal(bed_step(b, "UpdateListenerLogConfig", 0)->waits,
                        "the load balancer to keep an access log");
    bed_gone(bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    bed_plan(b);
    assert_string_equal(bed_step(b, "UpdateListenerLogConfig", 0)->waits,
                        "LoadBalancer kube-system/web to exist");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_listener_waits_for_its_load_balancer_and_its_default_group),
        BED_TEST(test_only_members_that_differ_are_sent),
        BED_TEST(test_a_default_action_is_changed_once_its_group_has_a_server),
        BED_TEST(test_other_members_wait_for_no_server),
        BED_TEST(test_certificates_are_added_before_others_are_taken_away),
        BED_TEST(test_default_is_switched_between_adding_and_taking_away),
        BED_TEST(test_default_that_is_additional_already_costs_a_gap_and_the_plan_says_so),
        BED_TEST(test_a_new_listener_gets_its_additional_certificates_after),
        BED_TEST(test_fifteen_certificates_go_into_one_call),
        BED_TEST(test_a_listener_nobody_wants_goes_with_its_rules),
        BED_TEST(test_a_listener_with_rules_that_are_not_ours_stays),
        BED_TEST(test_an_unmanaged_listener_is_not_touched),
        BED_TEST(test_a_listener_upgrades_once_the_quic_listener_is_there),
        BED_TEST(test_a_quic_listener_that_cannot_come_holds_nothing_up),
        BED_TEST(test_a_quic_listener_goes_after_the_last_upgrade_to_it),
        BED_TEST(test_log_settings_have_a_call_of_their_own),
        BED_TEST(test_log_settings_wait_for_the_access_log),
        BED_TEST(test_a_stopped_listener_nobody_wants_goes),
        BED_TEST(test_a_listener_with_a_held_rule_stays),
        BED_TEST(test_drift_of_a_listener_that_is_left_is_not_corrected),
        BED_TEST(test_a_quic_listener_nothing_upgrades_to_goes),
        BED_TEST(test_a_default_action_waits_while_no_server_says_how_it_is),
        BED_TEST(test_a_rule_to_two_groups_waits_for_both),
        BED_TEST(test_an_upgrade_to_a_listener_nobody_wants_is_not_sent),
        BED_TEST(test_log_settings_wait_for_a_project_to_log_to),
    };
    return cmocka_run_group_tests_name("plan/listener", tests, NULL, NULL);
}
