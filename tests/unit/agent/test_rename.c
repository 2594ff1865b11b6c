/* test_rename.c - a Service behind 50 rules is renamed: before every request that the agent sends,
 * the cloud's listener is asked where requests go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/route.h"
#include "mock-server/cloud.h"
#include "tests/support/world.h"

enum { HOSTS = 50 };

/* What was seen of the cloud so far. */
struct watch {
    struct world *w;
    const char *old_id, *new_id; /* groups */
    size_t looks;
};

static cJSON *look(struct watch *watch, struct arena *a, const char *action, const char *name,
                   const char *value)
{
    cJSON *params CLEANUP(json_done) = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(params, "MaxResults", 100);
    if (name)
        (void)cJSON_AddStringToObject(params, name, value);
    const struct cloud_call call = { .product = "alb",
                                     .action = action,
                                     .region = "cn-hangzhou",
                                     .request_id = "R",
                                     .params = params };
    struct cloud_reply reply;
    cloud_execute(watch->w->mock.cloud, a, watch->w->mock.now_ms, &call, &reply);
    assert_int_equal(reply.status, 200);
    return reply.body;
}

static size_t available_servers(struct watch *watch, struct arena *a, const char *group)
{
    cJSON *reply CLEANUP(json_done) =
        look(watch, a, "ListServerGroupServers", "ServerGroupId", group);
    size_t n = 0;
    const cJSON *e;
    cJSON_ArrayForEach (e, json_get(reply, "Servers"))
        n += !strcmp(json_str(e, "Status"), "Available");
    return n;
}

static int by_priority(const void *x, const void *y)
{
    const struct alb_rule *const *a = x, *const *b = y;
    return ((*a)->priority.val > (*b)->priority.val) - ((*a)->priority.val < (*b)->priority.val);
}

static const char *group_of(const struct alb_rule_action *const *actions, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (actions[i]->type == ALB_ACTION_FORWARD)
            return actions[i]->forward.targets.items[0].group_id;
    return NULL;
}

static void read_rules(struct watch *watch, struct arena *a, struct route_rule ***out, size_t *n)
{
    cJSON *reply CLEANUP(json_done) = look(watch, a, "ListRules", NULL, NULL);
    LIST_OF(struct alb_rule *) rules = { 0 };
    const cJSON *e;
    cJSON_ArrayForEach (e, json_get(reply, "Rules")) {
        struct alb_rule *rule = arena_alloc(a, sizeof *rule);
        struct error err;
        assert_true(schema_from_json(a, &alb_rule_schema, rule, e, SCHEMA_LENIENT, &err));
        *LIST_PUSH(a, &rules) = rule;
    }
    assert_int_not_equal(rules.len, 0);
    qsort(rules.items, rules.len, sizeof *rules.items, by_priority);
    *out = arena_array(a, rules.len, sizeof **out);
    for (size_t i = 0; i < rules.len; i++)
        (*out)[i] = route_prepare(a, rules.items[i]);
    *n = rules.len;
}

/* Every rule points at a group that answers, and every host goes to the old group or the new. */
static void check_listener(struct watch *watch)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct route_rule **rules;
    size_t n;
    read_rules(watch, &a, &rules, &n);
    for (size_t i = 0; i < n; i++) {
        const struct alb_rule *rule = route_source(rules[i]);
        const struct alb_rule_action *only = &rule->actions.items[0];
        const char *group = group_of(&only, 1);
        assert_non_null(group);
        if (!available_servers(watch, &a, group))
            fail_msg("a rule points at %s, which has no available server", group);
    }
    for (int i = 0; i < HOSTS; i++) {
        const struct route_request request = { .method = "GET",
                                               .host = arena_fmt(&a, "h%d.example", i),
                                               .path = "/cup" };
        struct route_result result = { 0 };
        route_match(&a, rules, n, ALB_DIRECTION_REQUEST, &request, &result);
        assert_non_null(result.rule);
        const char *group =
            group_of((const struct alb_rule_action *const *)result.actions, result.n_actions);
        bool is_old = !strcmp(group, watch->old_id);
        if (!is_old && watch->new_id)
            assert_string_equal(group, watch->new_id);
        if (!is_old && !watch->new_id)
            watch->new_id = arena_strdup(&watch->w->arena, group);
    }
    watch->looks++;
}

static void watch_request(void *arg, const struct mock_call *call)
{
    (void)call;
    check_listener(arg);
}

static void write_menu(struct world *w, const char *service)
{
    const char *rules = "";
    for (int i = 0; i < HOSTS; i++)
        rules = arena_fmt(&w->arena,
                          "%s  - host: h%d.example\n"
                          "    http: {paths: [{path: /, pathType: Prefix,\n"
                          "      backend: {service: {name: %s, port: {number: 80}}}}]}\n",
                          rules, i, service);
    world_write(w, "ingress-menu.yaml",
                arena_fmt(&w->arena,
                          "apiVersion: networking.k8s.io/v1\n"
                          "kind: Ingress\n"
                          "metadata: {name: menu, namespace: shop}\n"
                          "spec:\n  ingressClassName: web\n  rules:\n%s",
                          rules));
}

/* The group of the first rule. */
static const char *group_now(struct watch *watch)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct route_rule **rules;
    size_t n;
    read_rules(watch, &a, &rules, &n);
    const struct alb_rule_action *only = &route_source(rules[0])->actions.items[0];
    return arena_strdup(&watch->w->arena, group_of(&only, 1));
}

static void check_rename(struct world *w)
{
    world_write_albconfig(w, "web");
    world_write_services(w);
    write_menu(w, "tea");
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    struct watch watch = { .w = w };
    watch.old_id = group_now(&watch);
    w->mock.on_request = watch_request;
    w->mock.arg = &watch;
    size_t before = mock_transport_writes(&w->mock, "UpdateRulesAttribute");
    write_menu(w, "coffee");
    w->config.allow_destroy = true; /* all rules of the load balancer are sent elsewhere */
    r = world_apply(w);
    assert_string_equal(r.counts.failed ? r.counts.first.msg : "", "");
    assert_true(r.in_sync);
    check_listener(&watch);
    w->mock.on_request = NULL;
    assert_true(watch.looks > 10);
    assert_non_null(watch.new_id);
    assert_string_equal(group_now(&watch), watch.new_id);
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateRulesAttribute") - before, 1);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteRules"), 0);
    assert_int_equal(mock_transport_writes(&w->mock, "DeleteServerGroup"), 1);
}

static void test_a_service_behind_fifty_rules_is_renamed_and_always_answers(void **state)
{
    check_rename(*state);
}

/* Servers that take long to become available are waited for. */
static void test_slow_servers_are_waited_for(void **state)
{
    struct world *w = *state;
    cloud_set_pending(w->mock.cloud, 3000, 20000);
    check_rename(w);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_service_behind_fifty_rules_is_renamed_and_always_answers),
        TEST(test_slow_servers_are_waited_for),
    };
    return cmocka_run_group_tests_name("agent/rename", tests, NULL, NULL);
}
