/* test_request.c - every request that is a struct: its table against the public API
 * description, and the parameters it makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/alb_request.h"
#include "alb-agent/alb_table.h"
#include "tests/unit/alb/spec/spec.h"
#include "tests/unit/alb/spec/table.h"

#define MORE      "optional in the description, and without sense when it is missing"
#define CHANGE    "one table for creation and change, which needs only what it changes"
#define ONE_TABLE "one table for all actions; a default one forwards to one group"

/* Differences that are meant. */
static const struct table_exception EXCEPTIONS[] = {
    { "CreateListener|UpdateListenerAttribute", "IdleTimeout|RequestTimeout", "range",
      "3600 after a raise of the quota (alb-semantics.md §11)" },
    { "CreateListener|UpdateListenerAttribute",
      "DefaultActions.Order|DefaultActions.ForwardGroupConfig.ServerGroupTuples.Weight|"
      "DefaultActions.ForwardGroupConfig.ServerGroupStickySession|"
      "DefaultActions.RedirectConfig|DefaultActions.FixedResponseConfig|"
      "DefaultActions.RewriteConfig|DefaultActions.InsertHeaderConfig|"
      "DefaultActions.RemoveHeaderConfig|DefaultActions.TrafficLimitConfig|"
      "DefaultActions.TrafficMirrorConfig|DefaultActions.CorsConfig",
      "absent", ONE_TABLE },
    { "CreateRules|UpdateRulesAttribute",
      "Rules.RuleActions.TrafficMirrorConfig.MirrorGroupConfig.ServerGroupTuples.Weight", "absent",
      "one table for all tuples; a mirror has no weight" },
    { "DescribeNetworkInterfaces", "RegionId", "no row", "added by the client" },
};

/* What is marked otherwise. */
static const struct table_exception MARKS[] = {
    { "CreateListener", "DefaultActions.ForwardGroupConfig", "required", ONE_TABLE },
    { "CreateRules|UpdateRulesAttribute", "Rules.RuleActions.Order", "required", ONE_TABLE },
    { "CreateLoadBalancer|CreateListener|CreateServerGroup|CreateAcl|ListAcls|ListListeners|"
      "ListLoadBalancers|ListRules|ListServerGroupServers|ListServerGroups|ListTagResources|"
      "TagResources",
      "Tag.Key", "required", MORE },
    { "UpdateListenerAttribute", "DefaultActions", "required", CHANGE },
    { "UpdateAScripts", "AScripts.AScriptName|AScripts.ScriptContent", "required", CHANGE },
    { "UpdateAScripts", "AScripts.ExtAttributes.AttributeKey|AScripts.ExtAttributes.AttributeValue",
      "required", "one table for creation, which requires neither, and change" },
    { "UpdateRulesAttribute",
      "Rules.RuleName|Rules.Priority|Rules.RuleConditions|Rules.RuleConditions.Type|"
      "Rules.RuleActions",
      "required", CHANGE },
    { "UpdateServerGroupAttribute",
      "ServerGroupName|HealthCheckConfig|HealthCheckConfig.HealthCheckEnabled", "required",
      CHANGE },
    { "CreateListener|UpdateListenerAttribute",
      "Certificates.CertificateId|CaCertificates.CertificateId", "required", MORE },
    { "CreateRules|UpdateRulesAttribute",
      "Rules.Tag.Key|Rules.RuleConditions.HostConfig.Values|Rules.RuleConditions.PathConfig.Values|"
      "Rules.RuleConditions.HeaderConfig.Key|Rules.RuleConditions.HeaderConfig.Values|"
      "Rules.RuleConditions.QueryStringConfig.Values|Rules.RuleConditions.MethodConfig.Values|"
      "Rules.RuleConditions.CookieConfig.Values|Rules.RuleConditions.SourceIpConfig.Values|"
      "Rules.RuleConditions.ResponseHeaderConfig.Key|"
      "Rules.RuleConditions.ResponseHeaderConfig.Values|"
      "Rules.RuleConditions.ResponseStatusCodeConfig.Values|"
      "Rules.RuleActions.ForwardGroupConfig.ServerGroupTuples|"
      "Rules.RuleActions.ForwardGroupConfig.ServerGroupTuples.ServerGroupId|"
      "Rules.RuleActions.TrafficMirrorConfig.MirrorGroupConfig.ServerGroupTuples.ServerGroupId",
      "required", MORE },
    { "AddServersToServerGroup|RemoveServersFromServerGroup|UpdateServerGroupServersAttribute",
      "Servers.ServerId|Servers.Port", "required", MORE },
};

#define X(stem, action, type, table) { #action, sizeof(struct type) },
static const struct {
    const char *action;
    size_t size;
} REQUESTS[] = { ALB_REQUESTS(X) };
#undef X

static void test_every_row_of_every_request_is_the_descriptions(void **state)
{
    (void)state;
    table_begin(EXCEPTIONS, COUNT(EXCEPTIONS));
    for (size_t i = 0; i < COUNT(REQUESTS); i++) {
        const char *action = REQUESTS[i].action;
        const struct schema *s = alb_request_schema(action);
        if (i && strcmp(REQUESTS[i - 1].action, action) >= 0)
            fail_msg("%s is out of order", action);
        if (!s || s->size != REQUESTS[i].size)
            fail_msg("%s: not the struct's table", action);
        table_check(action, s, spec_part(action, "parameters"), TABLE_REQUEST);
    }
    table_end();
    assert_null(alb_request_schema("ListRule"));
}

static void test_what_calls_require_is_marked(void **state)
{
    (void)state;
    table_begin(MARKS, COUNT(MARKS));
    for (size_t i = 0; i < COUNT(REQUESTS); i++)
        table_check(REQUESTS[i].action, alb_request_schema(REQUESTS[i].action),
                    spec_part(REQUESTS[i].action, "parameters"), TABLE_MARKS);
    table_end();
}

/* ---- parameters ------------------------------------------------------------------------- */

/* Each is "Name=value". */
static void expect_params(const alb_params *have, const char *const *want, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t len = strcspn(want[i], "=");
        if (i >= have->len || strlen(have->items[i].name) != len
            || strncmp(have->items[i].name, want[i], len) != 0
            || strcmp(have->items[i].value, want[i] + len + 1) != 0)
            fail_msg("%zu: not %s but %s=%s", i, want[i], i < have->len ? have->items[i].name : "",
                     i < have->len ? have->items[i].value : "");
    }
    assert_int_equal(have->len, n);
}

static void test_a_query_sends_what_is_set_and_its_page(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *ids[] = { "alb-1", "alb-2" };
    struct alb_tag tag = { "k", NULL };
    const struct alb_rule_query q = { .lb_ids = { ids, 2 },
                                      .direction = ALB_DIRECTION_RESPONSE,
                                      .tags = { &tag, 1 },
                                      .page = { "t", { 100, true } } };
    static const char *const WANT[] = { "LoadBalancerIds.1=alb-1", "LoadBalancerIds.2=alb-2",
                                        "Direction=Response",      "Tag.1.Key=k",
                                        "MaxResults=100",          "NextToken=t" };
    const alb_params p = alb_list_rules_params(&a, &q);
    expect_params(&p, WANT, COUNT(WANT));
    assert_int_equal(alb_list_rules_params(&a, &(struct alb_rule_query){ 0 }).len, 0);
}

static struct alb_load_balancer sample_lb(void)
{
    return (struct alb_load_balancer){ .id = "alb-9",
                                       .name = "n",
                                       .edition = ALB_EDITION_WAF,
                                       .vpc_id = "vpc-1",
                                       .deletion_protection = { .enabled = { true, true } },
                                       .created = "2026-01-15T08:09:10Z" };
}

/* Neither what the cloud decides nor what another call sets. */
static void test_a_resource_stands_among_what_its_call_takes(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const char *const CREATE[] = { "LoadBalancerName=n",
                                          "LoadBalancerEdition=StandardWithWaf", "VpcId=vpc-1",
                                          "DeletionProtectionEnabled=true", "ClientToken=t" };
    const struct alb_create_load_balancer create = { .lb = sample_lb(),
                                                     .protect = { true, true },
                                                     .write = { .client_token = "t" } };
    alb_params p = alb_create_load_balancer_params(&a, &create);
    expect_params(&p, CREATE, COUNT(CREATE));
    static const char *const UPDATE[] = { "LoadBalancerId=alb-1", "LoadBalancerName=n",
                                          "DryRun=true" };
    static const char *const EDITION[] = { "LoadBalancerId=alb-1",
                                           "LoadBalancerEdition=StandardWithWaf", "DryRun=true" };
    const struct alb_change_load_balancer change = { .id = "alb-1",
                                                     .lb = sample_lb(),
                                                     .write = { .dry_run = { true, true } } };
    p = alb_update_load_balancer_attribute_params(&a, &change);
    expect_params(&p, UPDATE, COUNT(UPDATE));
    p = alb_update_load_balancer_edition_params(&a, &change);
    expect_params(&p, EDITION, COUNT(EDITION));
}

static void test_each_call_sends_of_a_server_what_it_takes(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct alb_server s = { .type = ALB_SERVER_TYPE_ENI,
                            .id = "eni-1",
                            .ip = "10.0.0.1",
                            .port = { 80, true },
                            .weight = { 0, true },
                            .remote_ip = { true, true },
                            .status = "Available",
                            .group_id = "sgp-9" };
    const struct alb_change_servers q = { .group_id = "sgp-1", .servers = { &s, 1 } };
    static const char *const ADD[] = {
        "ServerGroupId=sgp-1",           "Servers.1.ServerType=Eni", "Servers.1.ServerId=eni-1",
        "Servers.1.ServerIp=10.0.0.1",   "Servers.1.Port=80",        "Servers.1.Weight=0",
        "Servers.1.RemoteIpEnabled=true"
    };
    alb_params p = alb_add_servers_to_server_group_params(&a, &q);
    expect_params(&p, ADD, COUNT(ADD));
    p = alb_update_server_group_servers_attribute_params(&a, &q);
    expect_params(&p, ADD, COUNT(ADD) - 1);
    p = alb_remove_servers_from_server_group_params(&a, &q);
    expect_params(&p, ADD, COUNT(ADD) - 2);
}

static void test_rules_are_changed_by_their_ids(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct alb_change_rule rules[] = {
        { .id = "rule-1", .rule = { .priority = { 7, true }, .id = "rule-9" } },
        { .id = "rule-2",
          .rule = { .name = "x", .direction = ALB_DIRECTION_REQUEST, .listener_id = "lsn-1" } },
    };
    static const char *const WANT[] = { "Rules.1.RuleId=rule-1", "Rules.1.Priority=7",
                                        "Rules.2.RuleId=rule-2", "Rules.2.RuleName=x" };
    const struct alb_change_rules q = { .rules = { rules, 2 } };
    const alb_params p = alb_update_rules_attribute_params(&a, &q);
    expect_params(&p, WANT, COUNT(WANT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_of_every_request_is_the_descriptions),
        cmocka_unit_test(test_what_calls_require_is_marked),
        cmocka_unit_test(test_a_query_sends_what_is_set_and_its_page),
        cmocka_unit_test(test_a_resource_stands_among_what_its_call_takes),
        cmocka_unit_test(test_each_call_sends_of_a_server_what_it_takes),
        cmocka_unit_test(test_rules_are_changed_by_their_ids),
    };
    return cmocka_run_group_tests_name("alb/resource/request", tests, spec_open, spec_close);
}
