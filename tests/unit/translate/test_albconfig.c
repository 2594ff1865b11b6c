/* spec.config as a load balancer: alb-ingress.md §B.2, §F.1, §F.7. */
#include "world.h"

#define ZONES "zoneMappings: [{vSwitchId: vsw-1, zoneId: z-1}, {vSwitchId: vsw-2, zoneId: z-2}]"
#define CONFIG(fields)                                                          \
    "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n" \
    "spec: {config: {" fields "}}\n"

static void assert_refused(const char *text, const char *problem)
{
    struct world w = world_of(text);
    assert_has(problems(&w), problem);
    assert_int_equal(w.out.desired.rows.len, 0);
    assert_int_equal(w.out.lbs.len, 0);
    world_done(&w);
}

static void test_defaults_are_those_of_the_existing_controller(void **state)
{
    (void)state;
    struct world w = world_of(CONFIG(ZONES));
    const struct alb_load_balancer *lb = lb_of(&w);
    assert_non_null(lb);
    assert_int_equal(lb->address_type, ALB_ADDRESS_INTERNET);
    assert_int_equal(lb->ip_version, ALB_IP_VERSION_UNSET);
    assert_int_equal(lb->ipv6_address_type, ALB_ADDRESS_UNSET);
    assert_int_equal(lb->edition, ALB_EDITION_STANDARD);
    assert_string_equal(lb->billing.pay_type, "PostPay");
    assert_true(lb->deletion_protection.enabled.set && lb->deletion_protection.enabled.val);
    assert_string_equal(lb->modification_protection.status, "ConsoleProtection");
    assert_string_equal(lb->access_log.project, "");
    assert_string_equal(lb->access_log.store, "");
    assert_null(lb->resource_group_id);
    assert_null(lb->bandwidth_package_id);
    assert_null(lb->security_group_ids.items);
    assert_int_equal(lb->tags.len, 3);
    assert_string_equal(alb_tag_get(&lb->tags, TAG_CLUSTER), "c-1");
    assert_string_equal(alb_tag_get(&lb->tags, TAG_ALBCONFIG), "kube-system/web");
    assert_string_equal(alb_tag_get(&lb->tags, TAG_RESOURCE), "ApplicationLoadBalancer");
    assert_string_equal(w.out.lbs.items[0].name, "kube-system/web");
    assert_string_equal(w.out.lbs.items[0].vpc_id, "vpc-1");
    assert_string_equal(w.out.lbs.items[0].origin, "t.yaml:1");
    assert_null(w.out.lbs.items[0].reuse_id);
    assert_string_equal(warnings(&w), "");
    world_done(&w);
}

static void test_names_and_values_are_matched_without_case(void **state)
{
    (void)state;
    struct world w = world_of(
        CONFIG("AddressType: intranet, EDITION: standardwithwaf, deletionprotectionenabled: false, "
               "addressipversion: dualstack, ZoneMappings: [{VSwitchID: v, ZONEID: z}], "
               "addressAllocatedMode: Fixed, modificationProtectionConfig: {status: x}"));
    const struct alb_load_balancer *lb = lb_of(&w);
    assert_int_equal(lb->address_type, ALB_ADDRESS_INTRANET);
    assert_int_equal(lb->edition, ALB_EDITION_WAF);
    assert_int_equal(lb->ip_version, ALB_IP_VERSION_DUAL_STACK);
    assert_int_equal(lb->ipv6_address_type, ALB_ADDRESS_INTRANET);
    assert_false(lb->deletion_protection.enabled.val);
    assert_string_equal(lb->zones.items[0].zone_id, "z");
    assert_string_equal(warnings(&w), "");
    world_done(&w);
}

static void test_what_is_attached_is_wanted(void **state)
{
    (void)state;
    struct world w = world_of(CONFIG(ZONES ", securityGroupIds: [sg-2, sg-1], billingConfig: "
                                           "{bandWidthPackageId: cbwp-1}"));
    assert_string_equal(problems(&w), "");
    assert_int_equal(lb_of(&w)->security_group_ids.len, 2);
    assert_string_equal(lb_of(&w)->security_group_ids.items[0], "sg-2");
    assert_string_equal(lb_of(&w)->security_group_ids.items[1], "sg-1");
    assert_string_equal(lb_of(&w)->bandwidth_package_id, "cbwp-1");
    world_done(&w);
}

/* Without forceOverride the attributes of a reused load balancer are not ours to change. */
static void test_overrides_say_what_of_a_reused_load_balancer_is_ours(void **state)
{
    (void)state;
#define REUSED "id: alb-1, securityGroupIds: [sg-1], billingConfig: {bandWidthPackageId: cbwp-1}"
    struct world w = world_of(CONFIG(REUSED));
    assert_null(lb_of(&w)->security_group_ids.items);
    assert_null(lb_of(&w)->bandwidth_package_id);
    assert_false(w.out.lbs.items[0].all_listeners);
    world_done(&w);
    w = world_of(CONFIG(REUSED ", forceOverride: true"));
    assert_string_equal(lb_of(&w)->security_group_ids.items[0], "sg-1");
    assert_string_equal(lb_of(&w)->bandwidth_package_id, "cbwp-1");
    assert_false(w.out.lbs.items[0].all_listeners);
    world_done(&w);
    w = world_of(CONFIG(REUSED ", listenerForceOverride: true"));
    assert_null(lb_of(&w)->security_group_ids.items);
    assert_true(w.out.lbs.items[0].all_listeners);
    world_done(&w);
    /* Of one that we made all are ours that we made. */
    w = world_of(CONFIG(ZONES ", listenerForceOverride: true"));
    assert_false(w.out.lbs.items[0].all_listeners);
    world_done(&w);
#undef REUSED
}

static void test_tags_of_ours_win(void **state)
{
    (void)state;
    struct world w = world_of(CONFIG(
        ZONES ", tags: [{key: ack.aliyun.com, value: x}, {key: team, value: shop}, {key: k}]"));
    const struct alb_load_balancer *lb = lb_of(&w);
    assert_int_equal(lb->tags.len, 5);
    assert_string_equal(alb_tag_get(&lb->tags, TAG_CLUSTER), "c-1");
    assert_string_equal(alb_tag_get(&lb->tags, "team"), "shop");
    assert_string_equal(alb_tag_get(&lb->tags, "k"), "");
    world_done(&w);
}

static void test_mistakes_leave_the_load_balancer_out(void **state)
{
    (void)state;
    assert_refused(CONFIG(ZONES ", addressType: Public"),
                   "spec.config.addressType: \"Public\" is not known; give Internet or Intranet");
    assert_refused(CONFIG(ZONES ", edition: Basic"),
                   "edition: \"Basic\" is not known; give Standard or");
    assert_refused(CONFIG(ZONES ", edition: Extensible"), "give Standard or StandardWithWaf");
    assert_refused(CONFIG(ZONES ", name: 1x"),
                   "spec.config.name: \"1x\" is no name that ALB takes");
    assert_refused(CONFIG(ZONES ", name: 7"), "spec.config.name: this is a number; give text");
    assert_refused(
        CONFIG(ZONES ", deletionProtectionEnabled: \"true\""),
        "deletionProtectionEnabled: \"true\" is text; give true or false, without quotes");
    assert_refused(CONFIG(ZONES ", billingConfig: {payType: PrePay}"), "\"PrePay\" is not known");
    assert_refused(CONFIG(ZONES ", accessLogConfig: {logProject: p}"),
                   "both logProject and logStore");
    assert_refused(CONFIG(ZONES ", accessLogConfig: {logProject: prod, logStore: st}"),
                   "logStore \"st\" does not begin with \"alb_\"");
    assert_refused(CONFIG(ZONES ", tags: [{key: aliyunx, value: y}]"),
                   "tags[0]: the key \"aliyunx\" begins with \"aliyun\" or \"acs:\"");
    assert_refused(CONFIG(ZONES ", tags: [{key: a, value: 'acs:x'}]"),
                   "tags[0]: the value \"acs:x\" begins with \"aliyun\" or \"acs:\"");
    assert_refused(CONFIG(ZONES ", tags: [{key: a, value: 'see https://x.y'}]"),
                   "tags[0]: the value \"see https://x.y\" has \"http://\" or \"https://\" in it");
    assert_refused(CONFIG(ZONES ", tags: [{key: 'http://x', value: a}]"),
                   "tags[0]: the key \"http://x\" has \"http://\" or \"https://\" in it");
    assert_refused(CONFIG(ZONES ", tags: [{key: a}, {key: a}]"), "tags[1]: the key \"a\" is given");
    assert_refused(CONFIG(ZONES ", tags: [{value: a}]"), "tags[0].key: missing; add it");
    assert_refused(CONFIG(ZONES ", securityGroupIds: [sg-1, g-2]"),
                   "spec.config.securityGroupIds[1]: \"g-2\" is no security group");
    assert_refused(CONFIG(ZONES ", securityGroupIds: [sg-1, sg-1]"),
                   "spec.config.securityGroupIds[1]: security group sg-1 is listed twice");
    assert_refused(CONFIG(ZONES ", securityGroupIds: sg-1"),
                   "securityGroupIds: \"sg-1\" is text; give a list");
    assert_refused(CONFIG(ZONES ", billingConfig: {bandWidthPackageId: x}"),
                   "bandWidthPackageId: \"x\" is no bandwidth package");
    assert_refused(CONFIG(ZONES ", addressType: Intranet, billingConfig: {bandWidthPackageId: "
                                "cbwp-1}"),
                   "bandWidthPackageId: a load balancer of addressType Intranet has no use");
    assert_refused(CONFIG("zoneMappings: [{zoneId: z}]"), "zoneMappings[0].vSwitchId: missing");
    assert_refused(CONFIG("zoneMappings: [{vSwitchId: v, zoneId: z}, {vSwitchId: v, zoneId: z}]"),
                   "zoneMappings[1]: vSwitch v is listed twice");
    assert_refused(CONFIG("zoneMappings: [{vSwitchId: v, zoneId: z}, {vSwitchId: w, zoneId: y}, "
                          "{vSwitchId: x, zoneId: z}]"),
                   "zoneMappings[2]: vSwitches v and x are both in zone z; give one of each zone");
    assert_refused("apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n",
                   "AlbConfig web: spec: this is nothing; give a map");
    assert_refused("apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n"
                   "spec: {listeners: [{port: 80}]}\n",
                   "spec.config: missing; add it");
}

/* 'n' elements of a list: "<element><i>, ...". */
static const char *numbered(struct arena *a, const char *before, const char *after, int n)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (int i = 0; i < n; i++)
        buf_addf(&b, "%s%s%d%s", i ? ", " : "", before, i, after);
    return buf_keep(&b, a);
}

static void assert_config(const char *text, const char *problem)
{
    struct world w = world_of(text);
    if (problem)
        assert_has(problems(&w), problem);
    else
        assert_string_equal(problems(&w), "");
    assert_int_equal(w.out.lbs.len, !problem);
    world_done(&w);
}

static void test_lists_have_at_most_as_many_as_alb_takes(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const char zones[] = CONFIG("zoneMappings: [%s]"),
                      groups[] = CONFIG(ZONES ", securityGroupIds: [%s]"),
                      tags[] = CONFIG(ZONES ", tags: [%s]");
    const char *zone = "{vSwitchId: v", *tag = "{key: k";
    assert_config(arena_fmt(&a, zones, numbered(&a, zone, "}", 10)), NULL);
    assert_config(arena_fmt(&a, zones, numbered(&a, zone, "}", 11)),
                  "spec.config.zoneMappings: it lists 11 vSwitches, and a load balancer takes 10");
    assert_config(arena_fmt(&a, groups, numbered(&a, "sg-", "", 4)), NULL);
    assert_config(arena_fmt(&a, groups, numbered(&a, "sg-", "", 5)),
                  "spec.config.securityGroupIds: it lists 5 security groups, and a load balancer "
                  "takes 4");
    assert_config(arena_fmt(&a, tags, numbered(&a, tag, "}", 17)), NULL);
    assert_config(arena_fmt(&a, tags, numbered(&a, tag, "}", 18)),
                  "spec.config.tags: with ours there are 21 tags, and ALB takes 20");
}

static void test_texts_are_at_most_as_long_as_alb_takes(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const char tags[] = CONFIG(ZONES ", tags: [{key: %s, value: %s}]"),
                      logs[] =
                          CONFIG(ZONES ", accessLogConfig: {logProject: %s, logStore: alb_%s}");
    static const char too_long[] = "spec.config.tags[0]: its key or value is longer than the 128 "
                                   "characters";
    const char *most = repeated(&a, "x", 128), *more = repeated(&a, "x", 129);
    assert_config(arena_fmt(&a, tags, most, repeated(&a, "\xc3\xa4", 128)), NULL);
    assert_config(arena_fmt(&a, tags, more, "x"), too_long);
    assert_config(arena_fmt(&a, tags, "x", more), too_long);
    assert_config(arena_fmt(&a, logs, "prod", ""), NULL);
    assert_config(arena_fmt(&a, logs, repeated(&a, "p", 63), repeated(&a, "s", 60)), NULL);
    assert_config(arena_fmt(&a, logs, "pro", "s"),
                  "accessLogConfig: logProject \"pro\" is no project; its name has 4 to 63");
    assert_config(arena_fmt(&a, logs, repeated(&a, "p", 64), "s"), "is no project");
    assert_config(arena_fmt(&a, logs, "prod", repeated(&a, "s", 61)),
                  "is no store; its name has 2 to 64 characters");
    assert_config(CONFIG(ZONES ", accessLogConfig: {logProject: prod, logStore: s}"),
                  "logStore \"s\" is no store");
    /* Both mistakes at once. */
    static const char both[] = CONFIG(ZONES ", accessLogConfig: {logProject: pro, logStore: mine}");
    assert_config(both, "logProject \"pro\" is no project");
    assert_config(both, "logStore \"mine\" does not begin with \"alb_\"");
}

/* "kube-system/" stands before it in the tag. */
static void test_name_fits_into_its_tag(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const char config[] = "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\n"
                                 "metadata: {name: %s}\nspec: {config: {" ZONES "}}\n";
    assert_config(arena_fmt(&a, config, repeated(&a, "n", 116)), NULL);
    assert_config(
        arena_fmt(&a, config, repeated(&a, "n", 117)),
        "its name is too long for the tag that marks the load balancer; give at most 116");
}

static void test_all_mistakes_are_named_at_once(void **state)
{
    (void)state;
    struct world w = world_of(CONFIG("addressType: Public, edition: [], name: {}"));
    assert_int_equal(w.out.problems.len, 3);
    world_done(&w);
}

static void test_unknown_fields_are_warnings_with_a_hint(void **state)
{
    (void)state;
    struct world w = world_of(CONFIG(ZONES ", adressType: Intranet, colour: red"));
    assert_has(warnings(&w),
               "spec.config.adressType: there is no such field, so it has no effect; is "
               "it 'addressType'?");
    assert_has(warnings(&w),
               "spec.config.colour: there is no such field, so it has no effect; remove");
    assert_int_equal(lb_of(&w)->address_type, ALB_ADDRESS_INTERNET);
    world_done(&w);
}

static void test_zones_and_vpc_come_from_facts(void **state)
{
    (void)state;
    static const char text[] = CONFIG("zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]");
    struct world w = { 0 };
    world_read(&w, text);
    world_translate(&w);
    assert_int_equal(w.out.needs.len, 2);
    assert_string_equal(w.out.needs.items[0].key, "vsw-1");
    assert_string_equal(w.out.needs.items[1].key, "vsw-2");
    assert_string_equal(lb_of(&w)->zones.items[1].zone_id, "?zone(vsw-2)");
    assert_string_equal(lb_of(&w)->vpc_id, "?vpc(vsw-1)");
    assert_null(w.out.lbs.items[0].vpc_id);
    world_fact(&w, FACT_VSWITCH, "vsw-1", "z-1", "vpc-9");
    world_fact(&w, FACT_VSWITCH, "vsw-2", "z-2", "vpc-9");
    world_translate(&w);
    assert_int_equal(w.out.needs.len, 0);
    assert_string_equal(lb_of(&w)->zones.items[1].zone_id, "z-2");
    assert_string_equal(lb_of(&w)->vpc_id, "vpc-9");
    assert_string_equal(w.out.lbs.items[0].vpc_id, "vpc-9");
    world_done(&w);
}

static void test_zone_and_vpc_that_are_given_need_no_fact(void **state)
{
    (void)state;
    struct world w = world_of(CONFIG(ZONES));
    assert_int_equal(w.out.needs.len, 0);
    world_done(&w);
}

static void test_vswitches_must_exist_in_one_vpc(void **state)
{
    (void)state;
    struct world w = { .vpc = "vpc-1" };
    world_read(&w, CONFIG("zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]"));
    world_fact(&w, FACT_VSWITCH, "vsw-1", "", "");
    world_fact(&w, FACT_VSWITCH, "vsw-2", "z-2", "vpc-2");
    world_translate(&w);
    assert_has(problems(&w), "zoneMappings[0].vSwitchId: there is no vSwitch vsw-1 in this region");
    assert_has(problems(&w),
               "zoneMappings[1].vSwitchId: vSwitch vsw-2 is in VPC vpc-2; give one in "
               "VPC vpc-1");
    world_done(&w);
}

static void test_reused_load_balancer_gets_our_tags_and_stays_as_it_is(void **state)
{
    (void)state;
    struct world w = world_of(
        CONFIG("id: alb-1, addressType: Intranet, name: mine, tags: [{key: x, value: y}]"));
    assert_string_equal(problems(&w), "");
    assert_string_equal(w.out.lbs.items[0].reuse_id, "alb-1");
    assert_string_equal(w.out.lbs.items[0].vpc_id, "vpc-1");
    struct alb_load_balancer lb = *lb_of(&w);
    assert_int_equal(lb.tags.len, 3); /* alb-ingress.md §F.7: "untagged -> gets our 3 tags" */
    assert_string_equal(alb_tag_get(&lb.tags, TAG_ALBCONFIG), "kube-system/web");
    assert_string_equal(alb_tag_get(&lb.tags, TAG_RESOURCE), TAG_LB_RESOURCE);
    lb.tags.items = NULL;
    assert_false(schema_is_set(&alb_load_balancer_schema, &lb));
    world_done(&w);
}

static void test_reused_load_balancer_with_override_has_its_attributes_managed(void **state)
{
    (void)state;
    struct world w =
        world_of(CONFIG("id: alb-1, forceOverride: true, addressType: Intranet, " ZONES));
    const struct alb_load_balancer *lb = lb_of(&w);
    assert_int_equal(lb->edition, ALB_EDITION_STANDARD);
    assert_int_equal(lb->tags.len, 3);
    assert_non_null(lb->name);
    assert_int_equal(lb->address_type, ALB_ADDRESS_UNSET);
    assert_null(lb->zones.items);
    assert_null(lb->vpc_id);
    assert_null(lb->billing.pay_type);
    world_done(&w);
}

static void test_reused_load_balancer_needs_a_vpc_from_somewhere(void **state)
{
    (void)state;
    struct world w = { 0 };
    world_read(&w, CONFIG("id: alb-1"));
    world_translate(&w);
    assert_has(problems(&w),
               "spec.config.id: the VPC of the load balancer is not known; give --vpc-id");
    world_done(&w);
    w = (struct world){ 0 };
    world_read(&w, CONFIG("id: alb-1, zoneMappings: [{vSwitchId: vsw-1}]"));
    world_fact(&w, FACT_VSWITCH, "vsw-1", "", "");
    world_translate(&w);
    assert_has(problems(&w), "zoneMappings[0].vSwitchId: there is no vSwitch vsw-1");
    world_done(&w);
}

static void test_bad_albconfig_harms_only_itself(void **state)
{
    (void)state;
    struct world w = world_of(WEB "---\napiVersion: alibabacloud.com/v1\nkind: AlbConfig\n"
                                  "metadata: {name: bad}\nspec: 7\n" INGRESS(
                                      "d", "w", "") "  rules:\n" PATH("a.com", "/"));
    assert_has(problems(&w), "AlbConfig bad: spec: this is a number; give a map");
    assert_non_null(rule_row(&w, "80/HTTP", 1));
    assert_int_equal(w.out.lbs.len, 1);
    const struct resource old = { .lb = "kube-system/bad", .kind = RESOURCE_RULE, .parent = "" };
    assert_true(translate_holds(&w.out, &old));
    const struct resource other = { .lb = "kube-system/web", .kind = RESOURCE_RULE, .parent = "" };
    assert_false(translate_holds(&w.out, &other));
    world_done(&w);
}

static void test_albconfig_being_deleted_is_not_wanted(void **state)
{
    (void)state;
    struct world w = world_of("apiVersion: alibabacloud.com/v1\nkind: AlbConfig\n"
                              "metadata: {name: web, deletionTimestamp: \"2026-01-01T00:00:00Z\"}\n"
                              "spec: {config: {" ZONES "}}\n");
    assert_int_equal(w.out.desired.rows.len, 0);
    assert_string_equal(problems(&w), "");
    assert_int_equal(w.out.tombstones.len, 1);
    assert_string_equal(w.out.tombstones.items[0].lb, "kube-system/web");
    assert_string_equal(w.out.tombstones.items[0].from, "AlbConfig web (t.yaml:1)");
    world_done(&w);
    /* alb-ingress.md §F.7: what was taken over stays. */
    w = world_of("apiVersion: alibabacloud.com/v1\nkind: AlbConfig\n"
                 "metadata: {name: web, deletionTimestamp: \"2026-01-01T00:00:00Z\"}\n"
                 "spec: {config: {id: alb-1}}\n");
    assert_int_equal(w.out.tombstones.len, 0);
    assert_has(warnings(&w), "load balancer alb-1, which spec.config.id names, stays");
    world_done(&w);
}

static void test_a_vswitch_whose_vpc_is_not_told_is_taken(void **state)
{
    (void)state;
    struct world w = { .vpc = "vpc-1" };
    world_read(&w, CONFIG("zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2, zoneId: z-2}]"));
    world_fact(&w, FACT_VSWITCH, "vsw-1", "z-1", "");
    world_translate(&w);
    assert_string_equal(problems(&w), "");
    assert_string_equal(lb_of(&w)->zones.items[0].zone_id, "z-1");
    world_done(&w);
}

static void test_none_of_our_tags_can_be_given(void **state)
{
    (void)state;
    struct world w =
        world_of(CONFIG(ZONES ", tags: [{key: " TAG_ALBCONFIG ", value: x}, {key: " TAG_RESOURCE
                              ", value: x}, {key: k}]"));
    const struct alb_load_balancer *lb = lb_of(&w);
    assert_int_equal(lb->tags.len, 4);
    assert_string_equal(alb_tag_get(&lb->tags, TAG_ALBCONFIG), "kube-system/web");
    assert_string_equal(alb_tag_get(&lb->tags, TAG_RESOURCE), "ApplicationLoadBalancer");
    world_done(&w);
}

static void test_a_tag_without_key_is_the_only_mistake_of_its_list(void **state)
{
    (void)state;
    struct world w = world_of(CONFIG(ZONES ", tags: [{value: a}, {key: b}]"));
    assert_string_equal(problems(&w), "AlbConfig web: spec.config.tags[0].key: missing; add it\n");
    world_done(&w);
}

static void test_ipv6_addresses_are_where_it_is_said(void **state)
{
    (void)state;
    struct world w =
        world_of(CONFIG(ZONES ", addressIpVersion: DualStack, ipv6AddressType: Internet"));
    assert_int_equal(lb_of(&w)->ipv6_address_type, ALB_ADDRESS_INTERNET);
    world_done(&w);
    w = world_of(CONFIG(ZONES ", addressIpVersion: DualStack"));
    assert_int_equal(lb_of(&w)->ipv6_address_type, ALB_ADDRESS_INTRANET);
    world_done(&w);
}

static void test_an_albconfig_with_an_empty_id_made_its_load_balancer(void **state)
{
    (void)state;
    struct world w = world_of("apiVersion: alibabacloud.com/v1\nkind: AlbConfig\n"
                              "metadata: {name: web, deletionTimestamp: \"2026-01-01T00:00:00Z\"}\n"
                              "spec: {config: {id: \"\"}}\n");
    assert_int_equal(w.out.tombstones.len, 1);
    assert_string_equal(w.out.tombstones.items[0].lb, "kube-system/web");
    assert_string_equal(warnings(&w), "");
    world_done(&w);
}

/* Those of the other clusters would be taken out of their groups. */
static void test_a_fleet_of_clusters_is_refused(void **state)
{
    (void)state;
    struct world w =
        world_of("apiVersion: alibabacloud.com/v1\nkind: AlbConfig\n"
                 "metadata: {name: web, annotations: {" ALB "remote-clusters: 'c1,c2'}}\n"
                 "spec: {config: {zoneMappings: [{vSwitchId: v, zoneId: z}, {vSwitchId: w, zoneId: "
                 "y}]}}\n");
    assert_has(problems(&w), "AlbConfig web: metadata.annotations[alb.ingress.kubernetes.io/"
                             "remote-clusters]: pods of other clusters cannot be reached; remove");
    assert_int_equal(w.out.desired.rows.len, 0);
    assert_int_equal(w.out.holds.len, 1);
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fleet_of_clusters_is_refused),
        cmocka_unit_test(test_defaults_are_those_of_the_existing_controller),
        cmocka_unit_test(test_names_and_values_are_matched_without_case),
        cmocka_unit_test(test_what_is_attached_is_wanted),
        cmocka_unit_test(test_overrides_say_what_of_a_reused_load_balancer_is_ours),
        cmocka_unit_test(test_tags_of_ours_win),
        cmocka_unit_test(test_mistakes_leave_the_load_balancer_out),
        cmocka_unit_test(test_lists_have_at_most_as_many_as_alb_takes),
        cmocka_unit_test(test_texts_are_at_most_as_long_as_alb_takes),
        cmocka_unit_test(test_name_fits_into_its_tag),
        cmocka_unit_test(test_all_mistakes_are_named_at_once),
        cmocka_unit_test(test_unknown_fields_are_warnings_with_a_hint),
        cmocka_unit_test(test_zones_and_vpc_come_from_facts),
        cmocka_unit_test(test_zone_and_vpc_that_are_given_need_no_fact),
        cmocka_unit_test(test_vswitches_must_exist_in_one_vpc),
        cmocka_unit_test(test_reused_load_balancer_gets_our_tags_and_stays_as_it_is),
        cmocka_unit_test(test_reused_load_balancer_with_override_has_its_attributes_managed),
        cmocka_unit_test(test_reused_load_balancer_needs_a_vpc_from_somewhere),
        cmocka_unit_test(test_bad_albconfig_harms_only_itself),
        cmocka_unit_test(test_albconfig_being_deleted_is_not_wanted),
        cmocka_unit_test(test_a_vswitch_whose_vpc_is_not_told_is_taken),
        cmocka_unit_test(test_none_of_our_tags_can_be_given),
        cmocka_unit_test(test_a_tag_without_key_is_the_only_mistake_of_its_list),
        cmocka_unit_test(test_ipv6_addresses_are_where_it_is_said),
        cmocka_unit_test(test_an_albconfig_with_an_empty_id_made_its_load_balancer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
