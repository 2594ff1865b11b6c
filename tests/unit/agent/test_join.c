/* test_join.c - rows whose object is in doubt, or that are somebody else's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/json.h"
#include "src/agent/session_priv.h"
#include "tests/support/run.h"

#define TEA_OF_TYPE(type)                                                           \
    "apiVersion: networking.k8s.io/v1\n"                                            \
    "kind: Ingress\n"                                                               \
    "metadata: {name: tea, namespace: shop,"                                        \
    " annotations: {alb.ingress.kubernetes.io/server-group-type: " type "}}\n"      \
    "spec:\n"                                                                       \
    "  ingressClassName: web\n"                                                     \
    "  rules:\n"                                                                    \
    "  - host: tea.example\n"                                                       \
    "    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: tea," \
    " port: {number: 80}}}}]}\n"

/* A path type that no Kubernetes knows. */
static void break_tea(struct world *w)
{
    world_write(w, "ingress-tea.yaml",
                "apiVersion: networking.k8s.io/v1\n"
                "kind: Ingress\n"
                "metadata: {name: tea, namespace: shop}\n"
                "spec:\n"
                "  ingressClassName: web\n"
                "  rules:\n"
                "  - host: tea.example\n"
                "    http:\n"
                "      paths:\n"
                "      - {path: /, pathType: Guess,"
                " backend: {service: {name: tea, port: {number: 80}}}}\n");
}

/* An AlbConfig with another edition, zones and listeners. */
static void write_web(struct world *w, const char *edition, const char *zones,
                      const char *listeners)
{
    world_write(w, "albconfig-web.yaml",
                arena_fmt(&w->arena,
                          "apiVersion: alibabacloud.com/v1\n"
                          "kind: AlbConfig\n"
                          "metadata: {name: web}\n"
                          "spec:\n"
                          "  config: {name: web, addressType: Internet, edition: %s,"
                          " zoneMappings: [%s]}\n"
                          "  listeners: [%s]\n"
                          "---\n"
                          "apiVersion: networking.k8s.io/v1\n"
                          "kind: IngressClass\n"
                          "metadata: {name: web}\n"
                          "spec:\n"
                          "  controller: ingress.k8s.alibabacloud/alb\n"
                          "  parameters: {apiGroup: alibabacloud.com, kind: AlbConfig,"
                          " name: web}\n",
                          edition, zones, listeners));
}

#define ZONES       "{vSwitchId: vsw-1}, {vSwitchId: vsw-2}"
#define LISTENER_80 "{port: 80, protocol: HTTP}"

static size_t problems_after_reading(struct world *w)
{
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    return s.wanted.problems.len;
}

static void test_quarantined_ingress_keeps_its_last_good_rules(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    break_tea(w);
    world_remove(w, "ingress-coffee.yaml");
    assert_int_equal(problems_after_reading(w), 1);
    struct session_result r = world_apply(w);
    /* The other one goes, with its group. */
    assert_int_equal(r.writes, 2);
    assert_int_equal(world_count(w, "Rules"), 1);
    /* And again: what is kept was not forgotten on the way. */
    r = world_apply(w);
    assert_int_equal(r.writes, 0);
    assert_int_equal(world_count(w, "Rules"), 1);
    world_write_ingress(w, "tea", "web", "tea.example", "tea");
    r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(r.writes, 0);
}

/* Has one of the groups a server with this address? */
static void assert_tea_is_at(struct world *w, const char *address)
{
    cJSON *list = mock_transport_do(&w->mock, "ListServerGroupServers", (char *)NULL);
    size_t found = 0;
    const cJSON *server;
    cJSON_ArrayForEach (server, json_get(list, "Servers"))
        found += !strcmp(json_str(server, "ServerIp"), address);
    cJSON_Delete(list);
    assert_int_equal(found, 1);
}

static void test_servers_of_a_quarantined_ingress_follow_its_pods(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    break_tea(w);
    (void)world_apply(w);
    world_write_service(w, "tea", "10.0.0.7");
    assert_int_equal(world_apply(w).writes, 2); /* one comes, then one goes */
    assert_tea_is_at(w, "10.0.0.7");
    assert_int_equal(world_apply(w).writes, 0);
    assert_int_equal(world_count(w, "ServerGroups"), 3);
}

static void test_servers_follow_while_an_agent_keeps_running(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    break_tea(w);
    runner_read(&r);
    runner_settle(&r);
    world_write_service(w, "tea", "10.0.0.7");
    runner_read(&r);
    runner_settle(&r);
    assert_tea_is_at(w, "10.0.0.7");
    runner_stop(&r);
}

static void test_servers_stay_where_their_type_is_in_doubt(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    world_write(w, "ingress-tea.yaml", TEA_OF_TYPE("Ip"));
    (void)world_apply(w);
    world_write(w, "ingress-tea.yaml", TEA_OF_TYPE("Guess"));
    world_write_service(w, "tea", "10.0.0.7");
    assert_int_equal(world_apply(w).writes, 0);
    assert_tea_is_at(w, "10.0.0.1");
}

static void test_servers_follow_while_the_albconfig_is_in_doubt(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    write_web(w, "Fancy", ZONES, LISTENER_80);
    world_write_service(w, "tea", "10.0.0.7");
    assert_int_equal(world_apply(w).writes, 2);
    assert_tea_is_at(w, "10.0.0.7");
    world_write_service(w, "tea", "10.0.0.8");
    assert_int_equal(world_apply(w).writes, 2);
    assert_tea_is_at(w, "10.0.0.8");
    assert_int_equal(world_apply(w).writes, 0);
    assert_int_equal(world_count(w, "Rules"), 2);
    assert_int_equal(world_count(w, "ServerGroups"), 3);
}

static void test_servers_stay_where_the_vpc_is_in_doubt(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    /* Of what VPC these are nobody says, and without one no interface is found. */
    write_web(w, "Standard", "", LISTENER_80);
    world_write_service(w, "tea", "10.0.0.7");
    for (int i = 0; i < 3; i++)
        assert_int_equal(world_apply(w).writes, 0);
    assert_tea_is_at(w, "10.0.0.1");
}

static void test_servers_follow_while_a_listener_is_in_doubt(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    write_web(w, "Standard", ZONES, "{port: 80, protocol: HTTP, idleTimeout: 99999}");
    world_write_service(w, "tea", "10.0.0.7");
    assert_int_equal(world_apply(w).writes, 2);
    assert_tea_is_at(w, "10.0.0.7");
    assert_int_equal(world_apply(w).writes, 0);
    assert_int_equal(world_count(w, "ServerGroups"), 3);
}

/* A group that no path names any more goes, whatever else is in doubt. */
static void test_a_group_that_is_not_named_goes_while_a_port_has_no_listener(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    world_write(w, "ingress-tea.yaml",
                "apiVersion: networking.k8s.io/v1\n"
                "kind: Ingress\n"
                "metadata: {name: tea, namespace: shop, annotations:"
                " {alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\":80},{\"HTTP\":81}]'}}\n"
                "spec:\n"
                "  ingressClassName: web\n"
                "  rules:\n"
                "  - host: tea.example\n"
                "    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: coffee,"
                " port: {number: 80}}}}]}\n");
    assert_int_equal(problems_after_reading(w), 1);
    (void)world_apply(w);
    assert_int_equal(world_count(w, "ServerGroups"), 3); /* one came, one went */
    assert_int_equal(world_apply(w).writes, 0);
}

/* A group that somebody made before the other VPC was written into the AlbConfig. */
static void test_servers_of_another_vpc_are_not_taken(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    break_tea(w);
    w->config.vpc_id = "vpc-2";
    world_write_service(w, "tea", "10.0.0.7");
    (void)world_apply(w);
    assert_tea_is_at(w, "10.0.0.1");
}

static void test_quarantined_ingress_loses_nothing_without_a_state_file(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    break_tea(w);
    assert_int_equal(unlink(w->state), 0);
    struct session_result r = world_apply(w);
    assert_int_equal(r.writes, 0);
    assert_int_equal(world_count(w, "Rules"), 2);
}

static void test_incomplete_source_creates_but_deletes_nothing(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    world_write(w, "ingress-tea.yaml", "kind: [\n");
    world_remove(w, "ingress-coffee.yaml");
    world_write_ingress(w, "milk", "web", "milk.example", "tea");
    struct session_result r = world_apply(w);
    /* A group, its server, its rule. */
    assert_int_equal(r.writes, 3);
    assert_int_equal(world_count(w, "Rules"), 3);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteRules"), 0);
    world_write_ingress(w, "tea", "web", "tea.example", "tea");
    r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(world_count(w, "Rules"), 2); /* now coffee's absence says something */
}

static void test_load_balancer_to_be_taken_over_is_never_made_instead(void **state)
{
    struct world *w = *state;
    world_write(w, "albconfig.yaml",
                "apiVersion: alibabacloud.com/v1\n"
                "kind: AlbConfig\n"
                "metadata: {name: web}\n"
                "spec:\n"
                "  config: {id: alb-nosuchthing, zoneMappings: [{vSwitchId: vsw-1}]}\n"
                "  listeners: [{port: 80, protocol: HTTP}]\n");
    assert_int_equal(problems_after_reading(w), 1);
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    assert_non_null(strstr(s.wanted.problems.items[0].message, "alb-nosuchthing is not there"));
    session_close(&s);
    struct session_result r = world_apply(w);
    assert_int_equal(r.writes, 0);
}

static const char *zone_of(struct world *w, const char *vswitch)
{
    cJSON *reply CLEANUP(json_done) =
        mock_transport_do(&w->mock, "DescribeVSwitches", "VSwitchId", vswitch, (char *)NULL);
    const cJSON *found = cJSON_GetArrayItem(json_at(reply, "VSwitches.VSwitch"), 0);
    return arena_strdup(&w->arena, json_str(found, "ZoneId"));
}

static const char *make_load_balancer(struct world *w)
{
    cJSON *made CLEANUP(json_done) = mock_transport_do(
        &w->mock, "CreateLoadBalancer", "LoadBalancerName", "by-hand", "VpcId", "vpc-1",
        "AddressType", "Internet", "AddressAllocatedMode", "Dynamic", "LoadBalancerEdition",
        "Standard", "LoadBalancerBillingConfig.PayType", "PostPay", "ZoneMappings.1.VSwitchId",
        "vsw-1", "ZoneMappings.1.ZoneId", zone_of(w, "vsw-1"), "ZoneMappings.2.VSwitchId", "vsw-2",
        "ZoneMappings.2.ZoneId", zone_of(w, "vsw-2"), (char *)NULL);
    w->mock.now_ms += 10000;
    return arena_strdup(&w->arena, json_str(made, "LoadBalancerId"));
}

static void test_load_balancer_is_taken_over_by_its_id(void **state)
{
    struct world *w = *state;
    const char *id = make_load_balancer(w);
    world_write(w, "albconfig.yaml",
                arena_fmt(&w->arena,
                          "apiVersion: alibabacloud.com/v1\n"
                          "kind: AlbConfig\n"
                          "metadata: {name: web}\n"
                          "spec:\n"
                          "  config: {id: %s, zoneMappings: [{vSwitchId: vsw-1}]}\n"
                          "  listeners: [{port: 80, protocol: HTTP}]\n",
                          id));
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateLoadBalancer"), 1); /* by hand */
    assert_string_equal(alb_param_get(&mock_transport_call(&w->mock, "CreateListener", 1)->params,
                                      "LoadBalancerId"),
                        id);
    /* It is found again where no manifest tells its id. */
    w->config.n_files = 0;
    assert_int_equal(world_steps_left(w), 0);
}

static void write_taker(struct world *w, const char *name, const char *id)
{
    world_write(w, arena_fmt(&w->arena, "%s.yaml", name),
                arena_fmt(&w->arena,
                          "apiVersion: alibabacloud.com/v1\n"
                          "kind: AlbConfig\n"
                          "metadata: {name: %s}\n"
                          "spec:\n"
                          "  config: {id: %s, zoneMappings: [{vSwitchId: vsw-1}]}\n"
                          "  listeners: [{port: 80, protocol: HTTP}]\n",
                          name, id));
}

static void assert_refused(struct world *w, const char *name, const char *owner)
{
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    assert_int_equal(s.wanted.problems.len, 1);
    assert_string_equal(s.wanted.problems.items[0].name, name);
    assert_non_null(strstr(s.wanted.problems.items[0].message,
                           arena_fmt(&w->arena, "belongs to AlbConfig %s,", owner)));
}

/* The one in its tag has it, else the first by name (design.md §6). */
static void test_one_load_balancer_has_one_albconfig(void **state)
{
    struct world *w = *state;
    const char *id = make_load_balancer(w);
    write_taker(w, "m", id);
    write_taker(w, "z", id);
    assert_refused(w, "z", "m");
    (void)world_apply(w);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateListener"), 1);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateLoadBalancer"), 1); /* by hand */
    world_remove(w, "z.yaml");
    assert_true(world_apply(w).in_sync);
    write_taker(w, "a", id);
    assert_refused(w, "a", "m");
    assert_int_equal(world_apply(w).writes, 0);
}

/* A listener made by hand on our load balancer, and a rule of it with a name like ours. */
static void make_foreign_rule(struct world *w)
{
    cJSON *lbs CLEANUP(json_done) = mock_transport_do(&w->mock, "ListLoadBalancers", (char *)NULL);
    const char *lb =
        json_str(cJSON_GetArrayItem(json_get(lbs, "LoadBalancers"), 0), "LoadBalancerId");
    cJSON *groups CLEANUP(json_done) =
        mock_transport_do(&w->mock, "ListServerGroups", (char *)NULL);
    const char *group =
        json_str(cJSON_GetArrayItem(json_get(groups, "ServerGroups"), 0), "ServerGroupId");
    cJSON *listener CLEANUP(json_done) = mock_transport_do(
        &w->mock, "CreateListener", "LoadBalancerId", lb, "ListenerProtocol", "HTTP",
        "ListenerPort", "8080", "ListenerDescription", "by-hand", "DefaultActions.1.Type",
        "ForwardGroup", "DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId",
        group, (char *)NULL);
    w->mock.now_ms += 10000;
    cJSON *rule CLEANUP(json_done) = mock_transport_do(
        &w->mock, "CreateRules", "ListenerId", json_str(listener, "ListenerId"), "Rules.1.RuleName",
        "rule-8080-1", "Rules.1.Priority", "1", "Rules.1.RuleConditions.1.Type", "Host",
        "Rules.1.RuleConditions.1.HostConfig.Values.1", "x.example", "Rules.1.RuleActions.1.Type",
        "ForwardGroup", "Rules.1.RuleActions.1.Order", "1",
        "Rules.1.RuleActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId", group,
        (char *)NULL);
    assert_non_null(json_get(rule, "RuleIds"));
    w->mock.now_ms += 10000;
}

static void test_rule_of_a_listener_by_hand_is_not_ours_whatever_its_name(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    make_foreign_rule(w);
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(r.writes, 0);
    assert_int_equal(world_count(w, "Rules"), 3);
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    size_t foreign = 0;
    for (size_t i = 0; i < s.world.rows.len; i++)
        foreign += s.world.rows.items[i].kind == RESOURCE_RULE && !s.world.rows.items[i].ours;
    assert_int_equal(foreign, 1);
}

/* A copy that was made of a rule leaves two for the same requests: a reading numbers them anew, and
 * what goes must go although something else is in error. */
static void test_a_rule_is_remembered_by_its_id(void **state)
{
    (void)state;
    static const struct alb_rule was;
    struct session s CLEANUP(session_close) = { 0 };
    *LIST_PUSH(&s.arena, &s.wanted.problems) = (struct translate_problem){ "", "", "", "", "" };
    *LIST_PUSH(&s.arena, &s.known.rows) = (struct resource){
        .lb = "a", .kind = RESOURCE_RULE, .key = "k~1", .cloud_id = "rule-1", .applied = &was
    };
    for (int i = 1; i <= 2; i++)
        *LIST_PUSH(&s.arena, &s.world.rows) = (struct resource){
            .lb = "a",
            .kind = RESOURCE_RULE,
            .key = arena_fmt(&s.arena, "k.%d", i),
            .cloud_id = arena_fmt(&s.arena, "rule-%d", i),
            .actual = &was,
            .ours = true,
        };
    session_hold_unknown(&s);
    assert_false(s.world.rows.items[0].held);
    assert_true(s.world.rows.items[1].held);
}

/* Its Ingress went before the group was as asked for; something else is in error all the while. */
static void test_what_was_never_done_as_asked_for_is_remembered(void **state)
{
    struct world *w = *state;
    static const struct alb_server_group group;
    struct session s CLEANUP(session_close) = { 0 };
    const struct resource row = { .lb = "a",
                                  .kind = RESOURCE_SERVER_GROUP,
                                  .key = "shop/tea:80",
                                  .parent = "",
                                  .cloud_id = "sgp-1",
                                  .status = "Available",
                                  .actual = &group,
                                  .ours = true };
    world_write_shop(w);
    world_open(w, &s, STORE_SNAPSHOT);
    s.observed = true;
    s.wanted = (struct translate_out){ 0 };
    *LIST_PUSH(&s.arena, &s.wanted.problems) = (struct translate_problem){ "", "", "", "", "" };
    *LIST_PUSH(&s.arena, &s.world.rows) = row;
    s.world.rows.items[0].desired = &group;
    s.world.rows.items[0].desired_from = "Ingress shop/tea";
    for (int i = 0; i < 3; i++) {
        struct model actual = { 0 };
        *LIST_PUSH(&s.arena, &actual.rows) = row;
        s.known = s.world;
        session_join(&s, &actual);
        const struct resource *now = model_find(&s.world, "a", row.kind, row.key);
        assert_non_null(now);
        assert_null(now->desired);
        assert_false(now->held);
    }
}

/* ---- an AlbConfig that is being deleted -------------------------------------------------------
 */

#define WEB_CLASS                                  \
    "apiVersion: networking.k8s.io/v1\n"           \
    "kind: IngressClass\n"                         \
    "metadata: {name: web}\n"                      \
    "spec:\n"                                      \
    "  controller: ingress.k8s.alibabacloud/alb\n" \
    "  parameters: {apiGroup: alibabacloud.com, kind: AlbConfig, name: web}\n"

/* AlbConfig "web" with a deletionTimestamp, and "other", as a source needs one. */
static void delete_web(struct world *w)
{
    world_write_albconfig(w, "other");
    world_write(w, "albconfig-web.yaml",
                "apiVersion: alibabacloud.com/v1\n"
                "kind: AlbConfig\n"
                "metadata: {name: web, deletionTimestamp: '2026-01-01T00:00:00Z'}\n"
                "spec:\n"
                "  config: {name: web, zoneMappings: [" ZONES "]}\n"
                "  listeners: [" LISTENER_80 "]\n"
                "---\n" WEB_CLASS);
}

static void assert_other_alone_is_left(struct world *w)
{
    assert_int_equal(world_count(w, "LoadBalancers"), 1);
    assert_int_equal(world_count(w, "Rules"), 0);
    assert_int_equal(world_count(w, "ServerGroups"), 1); /* of its listener */
}

/* alb-ingress.md §G: it may be deleted while Ingresses name it, and its groups go too. */
static void test_a_deleted_albconfig_takes_all_along_that_ingresses_still_name(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    delete_web(w);
    w->config.allow_destroy = true;
    (void)world_apply(w);
    assert_other_alone_is_left(w);
}

static void test_what_is_destroyed_by_name_goes_with_all_that_ingresses_still_name(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    world_write_albconfig(w, "other");
    (void)world_apply(w);
    world_write(w, "albconfig-web.yaml", WEB_CLASS);
    w->config.destroy = "web";
    (void)world_apply(w);
    assert_other_alone_is_left(w);
}

static void test_a_deleted_albconfig_is_seen_to_without_a_state_file(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    world_lose_state(w, true);
    delete_web(w);
    w->config.allow_destroy = true;
    (void)world_apply(w);
    assert_other_alone_is_left(w);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_servers_of_a_quarantined_ingress_follow_its_pods),
        TEST(test_servers_follow_while_an_agent_keeps_running),
        TEST(test_servers_stay_where_their_type_is_in_doubt),
        TEST(test_servers_follow_while_the_albconfig_is_in_doubt),
        TEST(test_servers_stay_where_the_vpc_is_in_doubt),
        TEST(test_servers_follow_while_a_listener_is_in_doubt),
        TEST(test_servers_of_another_vpc_are_not_taken),
        TEST(test_a_group_that_is_not_named_goes_while_a_port_has_no_listener),
        TEST(test_quarantined_ingress_keeps_its_last_good_rules),
        TEST(test_quarantined_ingress_loses_nothing_without_a_state_file),
        TEST(test_incomplete_source_creates_but_deletes_nothing),
        TEST(test_load_balancer_to_be_taken_over_is_never_made_instead),
        TEST(test_load_balancer_is_taken_over_by_its_id),
        TEST(test_one_load_balancer_has_one_albconfig),
        TEST(test_rule_of_a_listener_by_hand_is_not_ours_whatever_its_name),
        TEST(test_a_deleted_albconfig_takes_all_along_that_ingresses_still_name),
        TEST(test_what_is_destroyed_by_name_goes_with_all_that_ingresses_still_name),
        TEST(test_a_deleted_albconfig_is_seen_to_without_a_state_file),
        cmocka_unit_test(test_a_rule_is_remembered_by_its_id),
        cmocka_unit_test_setup_teardown(test_what_was_never_done_as_asked_for_is_remembered,
                                        world_setup, world_teardown),
    };
    return cmocka_run_group_tests_name("agent/join", tests, NULL, NULL);
}
