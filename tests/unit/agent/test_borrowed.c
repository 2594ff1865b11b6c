/* test_borrowed.c - groups that somebody else made, and whose servers a Service keeps
 * (alb-ingress.md §D.8): by verbs, and by an agent that keeps running. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/json.h"
#include "tests/support/run.h"

#define LB "Service/shop/tea"

/* ---- somebody else ------------------------------------------------------------------------- */

/* A group of plain addresses with one server. */
static const char *make_group(struct world *w, const char *server)
{
    cJSON *reply CLEANUP(json_done) = mock_transport_do(
        &w->mock, "CreateServerGroup", "ServerGroupName", "shared", "ServerGroupType", "Ip",
        "VpcId", "vpc-1", "HealthCheckConfig.HealthCheckEnabled", "false", (char *)NULL);
    const char *id = arena_strdup(&w->arena, json_str(reply, "ServerGroupId"));
    w->mock.now_ms += 5000;
    if (server)
        cJSON_Delete(mock_transport_do(&w->mock, "AddServersToServerGroup", "ServerGroupId", id,
                                       "Servers.1.ServerType", "Ip", "Servers.1.ServerId", server,
                                       "Servers.1.ServerIp", server, "Servers.1.Port", "9000",
                                       (char *)NULL));
    w->mock.now_ms += 5000;
    return id;
}

static void tag(struct world *w, const char *group, const char *cluster)
{
    cJSON_Delete(mock_transport_do(&w->mock, "TagResources", "ResourceType", "servergroup",
                                   "ResourceId.1", group, "Tag.1.Key", TAG_CLUSTER, "Tag.1.Value",
                                   cluster, (char *)NULL));
}

/* The addresses in a group: "10.0.0.1 10.0.0.2". */
static const char *servers(struct world *w, const char *group)
{
    const char *all = "";
    w->mock.now_ms += 5000;
    cJSON *reply CLEANUP(json_done) =
        mock_transport_do(&w->mock, "ListServerGroupServers", "ServerGroupId", group, (char *)NULL);
    const cJSON *s;
    cJSON_ArrayForEach (s, json_get(reply, "Servers"))
        all = arena_fmt(&w->arena, "%s%s%s", all, *all ? " " : "", json_str(s, "ServerIp"));
    return all;
}

/* ---- our side ------------------------------------------------------------------------------ */

/* Service tea with one pod; 'group' may be NULL. */
static void write_tea(struct world *w, const char *group, const char *ip)
{
    const char *note = group ? arena_fmt(&w->arena,
                                         ", annotations: "
                                         "{alb.ingress.kubernetes.io/server-group-id: %s}",
                                         group)
                             : "";
    world_write(
        w, "tea.yaml",
        arena_fmt(&w->arena,
                  "apiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: shop%s}\n"
                  "spec: {ports: [{port: 80}]}\n---\n"
                  "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: "
                  "tea-1, namespace: shop, labels: {kubernetes.io/service-name: tea}}\n"
                  "addressType: IPv4\nports: [{port: 8080}]\n"
                  "endpoints: [{addresses: [%s]}]\n",
                  note, ip));
}

/* What was written and answered since number 'from', but for what tests do themselves. */
static size_t count_calls(const struct world *w, const char *action, size_t from)
{
    size_t n = 0;
    for (size_t i = from; i < w->mock.calls.len; i++)
        n += !action || !strcmp(w->mock.calls.items[i].action, action);
    return n;
}

static bool is_known(struct world *w)
{
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    size_t first, end;
    model_range(&s.known, LB, &first, &end);
    return end > first;
}

/* ---- verbs --------------------------------------------------------------------------------- */

static void test_group_of_a_service_that_is_gone_is_emptied_once(void **state)
{
    struct world *w = *state;
    world_write_albconfig(w, "web");
    const char *group = make_group(w, "10.9.9.9");
    write_tea(w, group, "10.0.0.1");
    (void)world_apply(w);
    assert_string_equal(servers(w, group), "10.0.0.1");
    world_remove(w, "tea.yaml");
    struct session_result r = world_apply(w); /* seen once */
    assert_int_equal(r.writes, 0);
    assert_string_equal(servers(w, group), "10.0.0.1");
    r = world_apply(w);
    assert_int_equal(r.writes, 1);
    assert_string_equal(servers(w, group), "");
    assert_false(is_known(w));
    /* Whoever uses it next is let alone. */
    cJSON_Delete(mock_transport_do(&w->mock, "AddServersToServerGroup", "ServerGroupId", group,
                                   "Servers.1.ServerType", "Ip", "Servers.1.ServerId", "10.9.9.1",
                                   "Servers.1.ServerIp", "10.9.9.1", "Servers.1.Port", "9000",
                                   (char *)NULL));
    assert_int_equal(world_apply(w).writes, 0);
    assert_int_equal(world_apply(w).writes, 0);
    assert_string_equal(servers(w, group), "10.9.9.1");
}

static void test_without_the_annotation_or_a_whole_source_nothing_is_removed(void **state)
{
    struct world *w = *state;
    world_write_albconfig(w, "web");
    const char *group = make_group(w, NULL);
    write_tea(w, group, "10.0.0.1");
    (void)world_apply(w);
    world_remove(w, "tea.yaml");
    world_write(w, "bad.yaml", "kind: [\n"); /* tea may be in there */
    for (int i = 0; i < 3; i++)
        assert_int_equal(world_apply(w).writes, 0);
    world_remove(w, "bad.yaml");
    write_tea(w, NULL, "10.0.0.2");
    for (int i = 0; i < 3; i++)
        assert_int_equal(world_apply(w).writes, 0);
    assert_string_equal(servers(w, group), "10.0.0.1");
    assert_false(is_known(w));
    world_remove(w, "tea.yaml"); /* nobody remembers that it was its group */
    for (int i = 0; i < 3; i++)
        assert_int_equal(world_apply(w).writes, 0);
    assert_string_equal(servers(w, group), "10.0.0.1");
}

static void test_a_group_whose_servers_were_never_known_is_not_emptied(void **state)
{
    struct world *w = *state;
    world_write_albconfig(w, "web");
    const char *group = make_group(w, "10.9.9.9");
    world_write(w, "tea.yaml",
                arena_fmt(&w->arena,
                          "apiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: shop, "
                          "annotations: {alb.ingress.kubernetes.io/server-group-id: %s}}\n"
                          "spec: {ports: [{port: 80}]}\n",
                          group));
    (void)world_apply(w);
    world_remove(w, "tea.yaml");
    for (int i = 0; i < 3; i++)
        assert_int_equal(world_apply(w).writes, 0);
    assert_string_equal(servers(w, group), "10.9.9.9");
}

static void test_what_is_said_of_a_group_beside_the_cloud_is_asked_for_anew(void **state)
{
    struct world *w = *state;
    world_write_albconfig(w, "web");
    const char *group = make_group(w, NULL);
    write_tea(w, group, "10.0.0.1");
    (void)world_apply(w);
    tag(w, group, "other");
    write_tea(w, group, "10.0.0.2");
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    assert_int_equal(s.wanted.problems.len, 1);
    assert_non_null(strstr(s.wanted.problems.items[0].message, "cluster 'other'"));
    session_close(&s);
    assert_int_equal(world_apply(w).writes, 0);
    assert_string_equal(servers(w, group), "10.0.0.1");
}

/* ---- an agent that keeps running ----------------------------------------------------------- */

static void start(struct runner *r, struct world *w, const char *group)
{
    world_write_shop(w);
    write_tea(w, group, "10.0.0.1");
    runner_start(r, w);
    runner_settle(r);
    assert_string_equal(servers(w, group), "10.0.0.1");
}

static void test_a_pod_that_changes_is_one_call(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    const char *group = make_group(w, "10.9.9.9");
    start(&r, w, group);
    world_remove(w, "ingress-tea.yaml"); /* else its own group changes, too */
    runner_read(&r);
    runner_settle(&r);
    write_tea(w, group, "10.0.0.7");
    size_t before = w->mock.calls.len;
    runner_read(&r);
    while (!count_calls(w, "ReplaceServersInServerGroup", before)
           && !count_calls(w, "AddServersToServerGroup", before))
        runner_pass(&r, 1);
    assert_int_equal(count_calls(w, NULL, before), 1); /* nothing was read for it */
    runner_settle(&r);
    assert_string_equal(servers(w, group), "10.0.0.7");
    runner_stop(&r);
}

static void test_a_doubt_about_the_group_reads_it_alone(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    const char *group = make_group(w, NULL);
    start(&r, w, group);
    world_remove(w, "ingress-tea.yaml");
    runner_read(&r);
    runner_settle(&r);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .holds = group,
                                                       .nth = 1,
                                                       .status = 404,
                                                       .code = "ResourceNotFound.BackendServer" });
    write_tea(w, group, "10.0.0.7");
    size_t before = w->mock.calls.len;
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(count_calls(w, "ListServerGroups", before), 1);
    assert_int_equal(count_calls(w, "ListLoadBalancers", before), 0);
    assert_int_equal(count_calls(w, "ListAcls", before), 0);
    assert_string_equal(servers(w, group), "10.0.0.7");
    runner_stop(&r);
}

static void test_a_group_that_comes_later_is_found(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    write_tea(w, "sgp-later", "10.0.0.1");
    runner_start(&r, w);
    runner_settle(&r);
    assert_non_null(strstr(r.last, "there is no server group sgp-later"));
    assert_int_equal(world_count(w, "Rules"), 2); /* it harms nothing else */
    const char *group = make_group(w, NULL);
    write_tea(w, group, "10.0.0.1");
    tag(w, group, "other");
    runner_read(&r);
    runner_settle(&r);
    assert_string_equal(servers(w, group), "");
    tag(w, group, "c1"); /* ours */
    runner_pass(&r, 11 * 60 * 1000);
    runner_settle(&r);
    assert_string_equal(servers(w, group), "10.0.0.1");
    runner_stop(&r);
}

static void test_a_group_that_goes_over_to_another_cluster_is_left_alone(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    const char *group = make_group(w, NULL);
    start(&r, w, group);
    tag(w, group, "other");
    runner_pass(&r, 11 * 60 * 1000);
    runner_settle(&r);
    size_t writes = mock_transport_writes(&w->mock, NULL);
    world_remove(w, "ingress-tea.yaml");
    world_remove(w, "ingress-coffee.yaml");
    runner_read(&r);
    runner_settle(&r);
    size_t own = mock_transport_writes(&w->mock, NULL) - writes;
    write_tea(w, group, "10.0.0.7");
    runner_read(&r);
    runner_settle(&r);
    runner_pass(&r, 25 * 60 * 1000);
    assert_int_equal(mock_transport_writes(&w->mock, NULL), writes + own);
    assert_string_equal(servers(w, group), "10.0.0.1");
    assert_non_null(strstr(r.last, "cluster 'other'"));
    runner_stop(&r);
}

static void test_a_service_that_goes_takes_its_servers_along_after_a_while(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    const char *group = make_group(w, NULL);
    start(&r, w, group);
    agent_remove(r.g, OBJECT_SERVICE, "shop", "tea");
    runner_settle(&r);
    runner_pass(&r, 20000);
    assert_string_equal(servers(w, group), "10.0.0.1");
    runner_pass(&r, 20000);
    runner_settle(&r);
    assert_string_equal(servers(w, group), "");
    cJSON_Delete(mock_transport_do(&w->mock, "AddServersToServerGroup", "ServerGroupId", group,
                                   "Servers.1.ServerType", "Ip", "Servers.1.ServerId", "10.9.9.1",
                                   "Servers.1.ServerIp", "10.9.9.1", "Servers.1.Port", "9000",
                                   (char *)NULL));
    runner_pass(&r, 25 * 60 * 1000);
    assert_string_equal(servers(w, group), "10.9.9.1");
    agent_lbs lbs = { 0 };
    agent_list(r.g, &w->arena, &lbs);
    assert_int_equal(lbs.len, 1); /* that of the AlbConfig: nobody speaks of the group any more */
    runner_stop(&r);
}

static void test_what_changed_while_nobody_looked_is_read_first_at_a_start(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, again = { 0 };
    const char *group = make_group(w, NULL);
    start(&r, w, group);
    world_remove(w, "ingress-tea.yaml"); /* else the load balancer is behind, too */
    runner_read(&r);
    runner_settle(&r);
    runner_stop(&r);
    write_tea(w, group, "10.0.0.7");
    size_t before = w->mock.calls.len;
    runner_start(&again, w);
    while (!count_calls(w, "ReplaceServersInServerGroup", before)
           && !count_calls(w, "AddServersToServerGroup", before))
        runner_pass(&again, 1);
    /* The group by its id, its servers, and the change: before a reading of everything. */
    assert_string_equal(w->mock.calls.items[before].action, "ListServerGroups");
    assert_string_equal(w->mock.calls.items[before + 1].action, "ListServerGroupServers");
    assert_true(w->mock.calls.items[before + 2].write);
    runner_settle(&again);
    assert_string_equal(servers(w, group), "10.0.0.7");
    runner_stop(&again);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_group_of_a_service_that_is_gone_is_emptied_once),
        TEST(test_without_the_annotation_or_a_whole_source_nothing_is_removed),
        TEST(test_a_group_whose_servers_were_never_known_is_not_emptied),
        TEST(test_what_is_said_of_a_group_beside_the_cloud_is_asked_for_anew),
        TEST(test_a_pod_that_changes_is_one_call),
        TEST(test_a_doubt_about_the_group_reads_it_alone),
        TEST(test_a_group_that_comes_later_is_found),
        TEST(test_a_group_that_goes_over_to_another_cluster_is_left_alone),
        TEST(test_a_service_that_goes_takes_its_servers_along_after_a_while),
        TEST(test_what_changed_while_nobody_looked_is_read_first_at_a_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
