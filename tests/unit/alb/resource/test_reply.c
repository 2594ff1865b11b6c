/* test_reply.c - every reply: its table against the public API description, row by row in
 * both directions, and what readers make of replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/alb.h"
#include "alb-agent/alb_reply.h"
#include "alb-agent/alb_table.h"
#include "alb-agent/json.h"
#include "tests/unit/alb/spec/spec.h"
#include "tests/unit/alb/spec/table.h"

#define IN_REQUESTS "requests list the values, replies do not"

/* Differences that are meant. */
static const struct table_exception EXCEPTIONS[] = {
    { "GetListenerAttribute|ListListeners",
      "DefaultActions.Order|DefaultActions.ForwardGroupConfig.ServerGroupTuples.Weight|"
      "DefaultActions.ForwardGroupConfig.ServerGroupStickySession|"
      "DefaultActions.RedirectConfig|DefaultActions.FixedResponseConfig|"
      "DefaultActions.RewriteConfig|DefaultActions.InsertHeaderConfig|"
      "DefaultActions.RemoveHeaderConfig|DefaultActions.TrafficLimitConfig|"
      "DefaultActions.TrafficMirrorConfig|DefaultActions.CorsConfig|"
      "Listeners.DefaultActions.Order|"
      "Listeners.DefaultActions.ForwardGroupConfig.ServerGroupTuples.Weight|"
      "Listeners.DefaultActions.ForwardGroupConfig.ServerGroupStickySession|"
      "Listeners.DefaultActions.RedirectConfig|Listeners.DefaultActions.FixedResponseConfig|"
      "Listeners.DefaultActions.RewriteConfig|Listeners.DefaultActions.InsertHeaderConfig|"
      "Listeners.DefaultActions.RemoveHeaderConfig|Listeners.DefaultActions.TrafficLimitConfig|"
      "Listeners.DefaultActions.TrafficMirrorConfig|Listeners.DefaultActions.CorsConfig",
      "absent", "one table for all actions; a default one forwards to one group" },
    { "GetListenerAttribute",
      "Certificates.CertificateType|Certificates.IsDefault|Certificates.Status|"
      "CaCertificates.CertificateType",
      "absent", "one table for certificates; ListListenerCertificates says all" },
    { "GetListenerAttribute", "AdditionalCertificates", "absent",
      "composed from ListListenerCertificates" },
    { "ListListeners", "Listeners.AdditionalCertificates|Listeners.Certificates", "absent",
      "composed from ListListenerCertificates" },
    { "ListListeners", "Listeners.CaCertificates|Listeners.CaEnabled|Listeners.AclConfig", "absent",
      "only in GetListenerAttribute" },
    { "GetLoadBalancerAttribute",
      "ZoneMappings.AllocationId|ZoneMappings.EipType|ZoneMappings.IntranetAddress", "absent",
      "of requests; in LoadBalancerAddresses, so not compared" },
    { "GetLoadBalancerAttribute", "LoadBalancerBillingConfig.BandwidthPackageId", "absent",
      "of requests; beside the struct, so not compared" },
    { "ListLoadBalancers", "LoadBalancers.LoadBalancerBillingConfig.BandwidthPackageId", "absent",
      "of requests; beside the struct, so not compared" },
    { "ListLoadBalancers", "LoadBalancers.ZoneMappings|LoadBalancers.RegionId", "absent",
      "only in GetLoadBalancerAttribute" },
    { "GetListenerAttribute", "XForwardedForConfig.XForwardedForProcessingMode", "values of ours",
      IN_REQUESTS },
    { "ListListeners", "Listeners.XForwardedForConfig.XForwardedForProcessingMode",
      "values of ours", IN_REQUESTS },
    { "GetLoadBalancerAttribute",
      "LoadBalancerBillingConfig.PayType|ModificationProtectionConfig.Status|AddressAllocatedMode",
      "values of ours", IN_REQUESTS },
    { "ListLoadBalancers",
      "LoadBalancers.LoadBalancerBillingConfig.PayType|"
      "LoadBalancers.ModificationProtectionConfig.Status|LoadBalancers.AddressAllocatedMode",
      "values of ours", IN_REQUESTS },
    { "GetHealthCheckTemplateAttribute",
      "HealthCheckProtocol|HealthCheckMethod|HealthCheckHttpVersion", "values of ours",
      IN_REQUESTS },
    { "ListHealthCheckTemplates",
      "HealthCheckTemplates.HealthCheckProtocol|HealthCheckTemplates.HealthCheckMethod|"
      "HealthCheckTemplates.HealthCheckHttpVersion",
      "values of ours", IN_REQUESTS },
    { "ListRules",
      "Rules.RuleConditions.MethodConfig.Values|Rules.RuleActions.RedirectConfig.Protocol|"
      "Rules.RuleActions.RedirectConfig.HttpCode|"
      "Rules.RuleActions.FixedResponseConfig.ContentType|"
      "Rules.RuleActions.InsertHeaderConfig.ValueType|"
      "Rules.RuleActions.TrafficMirrorConfig.TargetType|"
      "Rules.RuleActions.CorsConfig.AllowMethods|Rules.RuleActions.CorsConfig.AllowCredentials",
      "values of ours", IN_REQUESTS },
    { "ListServerGroups",
      "ServerGroups.HealthCheckConfig.HealthCheckProtocol|"
      "ServerGroups.HealthCheckConfig.HealthCheckMethod|"
      "ServerGroups.HealthCheckConfig.HealthCheckHttpVersion|"
      "ServerGroups.StickySessionConfig.StickySessionType|ServerGroups.UchConfig.Type",
      "values of ours", IN_REQUESTS },
    { "ListRules", "Rules.RuleActions.InsertHeaderConfig.CoverEnabled", "absent",
      "undocumented in replies; never compared" },
    { "ListServerGroups", "ServerGroups.Servers", "absent",
      "composed from ListServerGroupServers" },
    { "ListAcls", "Acls.AclEntries|Acls.User", "absent",
      "composed from ListAclEntries and ListAclRelations" },
    { "ListAclEntries", "AclEntries.EntryAsTold", "absent",
      "what Entry said, where 'observe' puts another form of it there" },
    { "GetLoadBalancerAttribute", "FoundZoneMappings|FoundHow", "absent",
      "what was found for a create" },
    { "ListLoadBalancers", "LoadBalancers.FoundZoneMappings|LoadBalancers.FoundHow", "absent",
      "what was found for a create" },
    { "GetListenerAttribute", "AScriptsKnown", "absent", "whether ListAScripts was asked" },
    { "ListListeners", "Listeners.AScriptsKnown", "absent", "whether ListAScripts was asked" },
    { "ListAScripts", "AScripts.Position|AScripts.ExtAttributeEnabled|AScripts.ExtAttributes",
      "absent", "of requests; no reply says them" },
};

static void check_product(const char *product, size_t n_actions)
{
    const cJSON *action;
    size_t n = 0;
    cJSON_ArrayForEach (action, spec_actions(product)) {
        const struct schema *s = alb_reply_schema(action->string);
        if (!s)
            fail_msg("no table for %s", action->string);
        table_check(action->string, s, json_get(action, "response"), TABLE_REPLY);
        n++;
    }
    assert_int_equal(n, n_actions);
}

static void test_every_row_of_every_reply_is_the_descriptions(void **state)
{
    (void)state;
    table_begin(EXCEPTIONS, COUNT(EXCEPTIONS));
    check_product("Alb", 85);
    check_product("cas", 4);
    check_product("Ecs", 1);
    check_product("Vpc", 2);
    check_product("Sts", 3);
    assert_int_equal(table_nodes(), 903); /* counted in the descriptions, 673 of them ALB's */
    table_end();
}

/* ---- the tables themselves ------------------------------------------------------------ */

#define X(stem, action, type, table) { #action, sizeof(struct type) },
static const struct {
    const char *action;
    size_t size;
} REPLIES[] = { ALB_REPLIES(X) };
#undef X

static void test_every_table_is_of_the_struct_that_its_reader_fills(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(REPLIES); i++) {
        if (i && strcmp(REPLIES[i - 1].action, REPLIES[i].action) >= 0)
            fail_msg("%s is out of order", REPLIES[i].action);
        const struct schema *s = alb_reply_schema(REPLIES[i].action);
        if (!s || s->size != REPLIES[i].size)
            fail_msg("%s: not the struct's table", REPLIES[i].action);
        (void)spec_part(REPLIES[i].action, "response"); /* it is an action */
    }
    assert_null(alb_reply_schema("ListRule"));
    assert_null(alb_reply_schema("ListRulesX"));
}

static void check_sane(const struct schema *s)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if (!(f->flags & F_INLINE) != (*f->name != '\0'))
            fail_msg("%s: a row without a name, or an inline one with it", s->name);
        if ((f->flags & F_INLINE) && f->kind != FIELD_OBJ)
            fail_msg("%s: only an object stands inline", s->name);
        for (size_t j = 0; j < i; j++)
            if (*f->name && !strcmp(s->fields[j].name, f->name))
                fail_msg("%s.%s: twice", s->name, f->name);
        if (f->off + (f->of && f->kind == FIELD_OBJ ? f->of->size : 0) > s->size)
            fail_msg("%s.%s: outside of its struct", s->name, f->name);
        if (f->of)
            check_sane(f->of);
    }
}

/* Tables that say less than their struct: a member without a row is no slip there. */
static bool says_less(const char *action)
{
    static const char *const PART[] = { "AssumeRole",
                                        "ListSecurityPolicyRelations",
                                        "ListSystemSecurityPolicies",
                                        "GetHealthCheckTemplateAttribute",
                                        "ListHealthCheckTemplates",
                                        "ListAclRelations",
                                        "ListTagResources",
                                        "DescribeRegions",
                                        "DescribeZones",
                                        "DescribeVSwitches",
                                        "GetListenerHealthStatus",
                                        "ListUserCertificateOrder" };
    for (size_t i = 0; i < COUNT(PART); i++)
        if (!strcmp(PART[i], action))
            return true;
    return false;
}

static void test_tables_are_sane_and_cover_their_structs(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(REPLIES); i++) {
        const struct schema *s = alb_reply_schema(REPLIES[i].action);
        check_sane(s);
        bool written = s->size == sizeof(struct alb_written);
        if (!written && says_less(REPLIES[i].action) == schema_covers_struct(s))
            fail_msg("%s: does%s cover its struct", REPLIES[i].action,
                     says_less(REPLIES[i].action) ? "" : " not");
    }
}

/* ---- readers -------------------------------------------------------------------------- */

static cJSON *parse(const char *text)
{
    cJSON *json = NULL;
    struct error err;
    if (!json_parse(text, strlen(text), &json, &err))
        fail_msg("%s", err.msg);
    return json;
}

static void test_a_list_is_read_with_its_page(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *reply CLEANUP(json_done) = parse(
        "{\"RequestId\":\"r-1\",\"TotalCount\":7,\"MaxResults\":2,\"NextToken\":\"t\",\"Acls\":["
        "{\"AclId\":\"acl-1\",\"AclStatus\":\"Available\",\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}"
        "]},"
        "{\"AclId\":\"acl-2\",\"ConfigManagedEnabled\":false,\"Novel\":{\"A\":1}}]}");
    struct alb_acl_list l;
    alb_list_acls_read(&a, reply, &l);
    assert_int_equal(l.items.len, 2);
    assert_string_equal(l.items.items[0].id, "acl-1");
    assert_string_equal(l.items.items[0].status, "Available");
    assert_string_equal(alb_tag_get(&l.items.items[0].tags, "k"), "v");
    assert_false(l.items.items[0].config_managed.set);
    assert_true(l.items.items[1].config_managed.set && !l.items.items[1].config_managed.val);
    assert_null(l.items.items[1].tags.items);
    assert_string_equal(l.page.next_token, "t");
    assert_string_equal(l.page.request_id, "r-1");
    assert_int_equal(l.page.total_count.val, 7);
    assert_int_equal(l.page.max_results.val, 2);
}

static void test_what_is_not_said_or_of_another_type_is_unset(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *reply CLEANUP(json_done) = parse(
        "{\"Jobs\":[{\"Id\":7,\"Status\":\"Novel\",\"CreateTime\":\"x\"}],\"NextToken\":null}");
    struct alb_job_list l;
    alb_list_asyn_jobs_read(&a, reply, &l);
    assert_int_equal(l.items.len, 1);
    assert_null(l.items.items[0].id);
    assert_string_equal(l.items.items[0].status, "Novel"); /* clouds grow */
    assert_false(l.items.items[0].created_ms.set);
    assert_null(l.page.next_token);
    memset(&l, 1, sizeof l);
    alb_list_asyn_jobs_read(&a, NULL, &l);
    assert_null(l.items.items);
    assert_null(l.page.request_id);
}

static void test_a_write_says_what_it_made_and_its_job(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *reply CLEANUP(json_done) = parse(
        "{\"ListenerId\":\"lsn-1\",\"AclId\":\"acl-1\",\"JobId\":\"j-1\",\"RequestId\":\"r\"}");
    struct alb_written w;
    alb_create_listener_read(&a, reply, &w);
    assert_string_equal(w.id, "lsn-1");
    assert_string_equal(w.job_id, "j-1");
    alb_create_acl_read(&a, reply, &w);
    assert_string_equal(w.id, "acl-1");
    alb_update_listener_attribute_read(&a, reply, &w);
    assert_null(w.id);
    assert_string_equal(w.job_id, "j-1");
    alb_tag_resources_read(&a, reply, &w);
    assert_null(w.job_id);
    assert_string_equal(w.request_id, "r");
}

static void test_wrapped_lists_and_numbers_are_read_and_written_alike(void **state)
{
    (void)state;
    static const char VSWITCHES[] =
        "{\"VSwitches\":{\"VSwitch\":[{\"VSwitchId\":\"vsw-1\",\"ZoneId\":\"cn-hangzhou-h\","
        "\"Tags\":{\"Tag\":[{\"Key\":\"k\",\"Value\":\"v\"}]}}]},\"PageNumber\":1,\"PageSize\":50,"
        "\"TotalCount\":1}";
    static const char CAPACITY[] =
        "{\"CapacityReservationState\":[{\"EffectiveCapacityUnits\":0.5}],"
        "\"MinimumLoadBalancerCapacity\":{\"CapacityUnits\":10}}";
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *first CLEANUP(json_done) = parse(VSWITCHES),
                 *second CLEANUP(json_done) = parse(CAPACITY);
    struct alb_vswitch_list l;
    struct alb_capacity c;
    alb_describe_vswitches_read(&a, first, &l);
    assert_int_equal(l.items.len, 1);
    assert_string_equal(l.items.items[0].zone_id, "cn-hangzhou-h");
    assert_int_equal(l.page.size.val, 50);
    alb_describe_capacity_reservation_read(&a, second, &c);
    assert_int_equal(c.minimum.val, 10);
    assert_true(c.zones.items[0].effective.val == 0.5);
    assert_string_equal(schema_canonical(&a, alb_reply_schema("DescribeVSwitches"), &l),
                        json_canonical(&a, first));
    assert_string_equal(schema_canonical(&a, alb_reply_schema("DescribeCapacityReservation"), &c),
                        json_canonical(&a, second));
}

static void test_keys_are_redacted_where_that_is_asked_for(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *reply CLEANUP(json_done) =
        parse("{\"Credentials\":{\"AccessKeyId\":\"STS.1\",\"AccessKeySecret\":\"hush\","
              "\"SecurityToken\":\"hush\"}}");
    struct alb_assumed_role role;
    alb_assume_role_read(&a, reply, &role);
    assert_string_equal(role.access_key_secret, "hush");
    cJSON *shown CLEANUP(json_done) =
        schema_to_json(alb_reply_schema("AssumeRole"), &role, SCHEMA_JSON_REDACT);
    const char *text = json_canonical(&a, shown);
    assert_non_null(strstr(text, "STS.1"));
    assert_null(strstr(text, "hush"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_of_every_reply_is_the_descriptions),
        cmocka_unit_test(test_every_table_is_of_the_struct_that_its_reader_fills),
        cmocka_unit_test(test_tables_are_sane_and_cover_their_structs),
        cmocka_unit_test(test_a_list_is_read_with_its_page),
        cmocka_unit_test(test_what_is_not_said_or_of_another_type_is_unset),
        cmocka_unit_test(test_a_write_says_what_it_made_and_its_job),
        cmocka_unit_test(test_wrapped_lists_and_numbers_are_read_and_written_alike),
        cmocka_unit_test(test_keys_are_redacted_where_that_is_asked_for),
    };
    return cmocka_run_group_tests_name("alb/resource/reply", tests, spec_open, spec_close);
}
