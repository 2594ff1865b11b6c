/* test_status.c - what a running agent says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/hash.h"
#include "src/agent/service_priv.h"
#include "tests/support/pem.h"
#include "tests/support/run.h"

static const struct agent_settings settings = {
    .lanes = { .load_balancer = { .concurrent = 3 }, .server_group = { .concurrent = 4 } },
};

/* With what was said before. */
static struct store_status look_again(struct runner *r, struct status_past *past)
{
    struct store_status s;
    struct service_view v = { .g = r->g, .settings = &settings, .past = *past };
    service_status(&v, "running", r->w->mock.now_ms, &r->arena, &s);
    *past = v.past;
    return s;
}

static struct store_status look(struct runner *r)
{
    struct status_past past CLEANUP(status_past_done) = { 0 };
    struct store_status s = look_again(r, &past);
    s.certificates.len = 0; /* they go with the past */
    return s;
}

static const struct store_family *family(const struct store_status *s, const char *name)
{
    for (size_t i = 0; i < s->families.len; i++)
        if (!strcmp(s->families.items[i].name, name))
            return &s->families.items[i];
    fail_msg("no family '%s'", name);
    return NULL;
}

static void test_an_agent_at_rest_says_when_it_read_and_what_it_spent(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    struct store_status s = look(&r);
    assert_int_equal(s.verified_at, 0);
    runner_settle(&r);
    s = look(&r);
    assert_true(s.source_complete);
    assert_int_equal(s.writes, SHOP_WRITES);
    assert_int_equal(s.reads + s.writes, w->mock.calls.len);
    assert_in_range(s.verified_at, 1, w->mock.now_ms);
    assert_in_range(s.next_read_at, w->mock.now_ms, w->mock.now_ms + 600000);
    assert_int_equal(s.queued, 0);
    assert_int_equal(s.lanes.len, 0);
    assert_int_equal(s.quarantined.len, 0);
    assert_int_equal(family(&s, "load balancer")->most_running, 3);
    assert_int_equal(family(&s, "server group")->most_running, 4);
    runner_stop(&r);
}

static void test_lanes_that_work_or_wait_are_listed(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateRules",
                                                       .status = 503,
                                                       .code = "ServiceUnavailable" });
    runner_start(&r, w);
    while (!r.last || !strstr(r.last, "ServiceUnavailable"))
        runner_pass(&r, 50);
    const struct store_status s = look(&r);
    assert_int_equal(family(&s, "load balancer")->backoff, 1);
    assert_int_equal(s.lanes.len, 1);
    assert_string_equal(s.lanes.items[0].state, "backoff");
    assert_non_null(strstr(s.lanes.items[0].why, "ServiceUnavailable"));
    assert_int_equal(s.lanes.items[0].tries, 1);
    assert_true(s.lanes.items[0].due > w->mock.now_ms);
    assert_in_range(s.lanes.items[0].since, 1, w->mock.now_ms);
    runner_stop(&r);
}

/* Rules wait for the servers of their groups. */
static void test_steps_that_wait_are_told_with_what_they_wait_for(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "AddServersToServerGroup",
                                                       .status = 503,
                                                       .code = "ServiceUnavailable" });
    runner_start(&r, w);
    while (!r.last || !strstr(r.last, "ServiceUnavailable"))
        runner_pass(&r, 50);
    const struct store_status s = look(&r);
    const struct store_lane *waiting = NULL;
    for (size_t i = 0; i < s.lanes.len && !waiting; i++)
        if (!strcmp(s.lanes.items[i].state, "waiting"))
            waiting = &s.lanes.items[i];
    if (!waiting) {
        fail_msg("nothing waits");
        return;
    }
    assert_string_equal(waiting->key, "kube-system/web");
    assert_non_null(strstr(waiting->what, "step"));
    assert_true(strlen(waiting->why) > 5);
    runner_stop(&r);
}

static void test_what_is_in_flight_is_running(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    while (!mock_transport_writes(&w->mock, NULL))
        runner_pass(&r, 1);
    const struct store_status s = look(&r);
    assert_true(family(&s, "load balancer")->running > 0);
    assert_string_equal(s.lanes.items[0].state, "running");
    assert_int_equal(s.lanes.items[0].tries, 0);
    assert_true(*s.lanes.items[0].what != '\0');
    runner_stop(&r);
}

static void test_objects_that_are_left_out_are_quarantined(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    world_write_ingress(w, "bad", "web", "not a host", "tea");
    runner_start(&r, w);
    runner_settle(&r);
    const struct store_status s = look(&r);
    assert_int_equal(s.quarantined.len, 1);
    assert_memory_equal(s.quarantined.items[0].object, "Ingress shop/bad (", 18);
    assert_non_null(strstr(s.quarantined.items[0].why, "not a host"));
    runner_stop(&r);
}

static void test_a_plan_that_is_refused_waits(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    for (int i = 0; i < 12; i++) {
        const char *name = arena_fmt(&w->arena, "more%d", i);
        world_write_ingress(w, name, "web", arena_fmt(&w->arena, "%s.example", name), "tea");
    }
    runner_start(&r, w);
    runner_settle(&r);
    struct object_set none = { 0 };
    cJSON *body = object_tree(object_set_find(agent_objects(r.g), OBJECT_ALB_CONFIG, "", "web"));
    object_set_add(&none, body, "web.yaml:1");
    agent_set_objects(r.g, &none);
    runner_settle(&r);
    const struct store_status s = look(&r);
    assert_int_equal(r.events[AGENT_REFUSED], 1);
    assert_int_equal(s.lanes.len, 1);
    assert_string_equal(s.lanes.items[0].key, "kube-system/web");
    assert_string_equal(s.lanes.items[0].state, "waiting");
    assert_string_equal(s.lanes.items[0].why, r.last);
    runner_stop(&r);
}

static void test_a_source_that_cannot_be_read_is_not_complete(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    world_write(w, "broken.yaml", "kind: [\n");
    runner_start(&r, w);
    runner_settle(&r);
    const struct store_status s = look(&r);
    assert_false(s.source_complete);
    assert_int_equal(s.left_out, 1);
    assert_memory_equal(s.quarantined.items[0].object, "manifest ", 9);
    assert_non_null(strstr(s.quarantined.items[0].object, "broken.yaml"));
    runner_stop(&r);
}

static void test_objects_are_left_out_since_that_was_said_first(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    world_write_ingress(w, "bad", "web", "not a host", "tea");
    runner_start(&r, w);
    runner_settle(&r);
    const int64_t first = look(&r).quarantined.items[0].since;
    assert_in_range(first, 1, w->mock.now_ms);
    runner_pass(&r, 5000);
    assert_int_equal(look(&r).quarantined.items[0].since, first);
    runner_stop(&r);
    runner_start(&r, w); /* and so it is for the next run */
    runner_settle(&r);
    assert_int_equal(look(&r).quarantined.items[0].since, first);
    world_write_ingress(w, "bad", "web", "no host either", "tea");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(look(&r).left_out, 1);
    assert_true(look(&r).quarantined.items[0].since > first);
    world_write_ingress(w, "bad", "web", "good.example", "tea");
    runner_read(&r);
    runner_settle(&r);
    assert_int_equal(look(&r).left_out, 0);
    runner_stop(&r);
}

static void test_budgets_and_events_are_counted(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_albconfig(w, "web");
    runner_start(&r, w);
    while (!mock_transport_writes(&w->mock, NULL))
        runner_pass(&r, 1);
    struct store_status s = look(&r);
    assert_int_equal(s.events, 2); /* AlbConfig and IngressClass */
    const struct store_budget *b = NULL;
    for (size_t i = 0; i < s.budgets.len && !b; i++)
        if (!strcmp(s.budgets.items[i].name, "CreateLoadBalancer"))
            b = &s.budgets.items[i];
    if (!b) {
        fail_msg("nothing is spent");
        return;
    }
    assert_int_equal(b->used, 1);
    assert_int_equal(b->limit, 200);
    assert_int_equal(b->window_s, 60);
    runner_settle(&r);
    runner_stop(&r);
}

/* ---- certificates -----------------------------------------------------------------------------
 */

/* An HTTPS listener whose certificate ends 'days' from now. */
static void write_tls(struct world *w, int64_t days)
{
    const int64_t now = w->mock.now_ms / 1000;
    struct pem p = pem_make(&w->arena, "tea.example", NULL, now - 86400, now + days * 86400);
    char *crt = arena_alloc(&w->arena, 4096), *key = arena_alloc(&w->arena, 4096);
    hash_base64((const unsigned char *)p.crt, strlen(p.crt), crt);
    hash_base64((const unsigned char *)p.key, strlen(p.key), key);
    world_write_shop(w);
    world_write(w, "albconfig-web.yaml",
                "{apiVersion: alibabacloud.com/v1, kind: AlbConfig, metadata: {name: web}, spec: "
                "{config: {zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]}, "
                "listeners: [{port: 443, protocol: HTTPS}]}}\n---\n"
                "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: web}, "
                "spec: {controller: ingress.k8s.alibabacloud/alb, parameters: {apiGroup: "
                "alibabacloud.com, kind: AlbConfig, name: web}}}\n");
    world_write(w, "ingress-tea.yaml",
                "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: tea, "
                "namespace: shop}, spec: {ingressClassName: web, tls: [{hosts: [tea.example], "
                "secretName: tls}], rules: [{host: tea.example, http: {paths: [{path: /, "
                "pathType: Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}}]}}\n");
    world_write(w, "secret.yaml",
                arena_fmt(&w->arena,
                          "{apiVersion: v1, kind: Secret, metadata: {name: tls, namespace: shop}, "
                          "type: kubernetes.io/tls, data: {tls.crt: '%s', tls.key: '%s'}}\n",
                          crt, key));
}

static void test_certificates_that_end_soon_are_listed(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct status_past past CLEANUP(status_past_done) = { 0 };
    write_tls(w, 10);
    runner_start(&r, w);
    runner_settle(&r);
    const struct store_status s = look_again(&r, &past);
    assert_int_equal(s.certificates.len, 1);
    assert_string_equal(s.certificates.items[0].lb, "kube-system/web");
    assert_string_equal(s.certificates.items[0].listener, "443/HTTPS");
    assert_in_range(s.certificates.items[0].end, w->mock.now_ms + INT64_C(9) * 86400000,
                    w->mock.now_ms + INT64_C(11) * 86400000);
    runner_stop(&r);
}

static void test_certificates_of_what_rests_are_listed(void **state)
{
    struct world *w = *state;
    struct runner r = { .config = { .awake = -1 } };
    struct status_past past CLEANUP(status_past_done) = { 0 };
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model frame;
    struct error err;
    write_tls(w, 10);
    world_remove(w, "ingress-coffee.yaml"); /* no listener is its own */
    runner_start(&r, w);
    runner_settle(&r);
    assert_true(agent_frame(r.g, "kube-system/web", &a, &frame, &err));
    for (size_t i = 0; i < frame.rows.len; i++)
        assert_int_not_equal(frame.rows.items[i].kind, RESOURCE_RULE);
    assert_int_equal(look_again(&r, &past).certificates.len, 1);
    runner_stop(&r);
}

/* Which is not when the agent first looks: then there is none. */
static void test_certificates_are_looked_at_again_once_there_are_some(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct status_past past CLEANUP(status_past_done) = { 0 };
    write_tls(w, 10);
    runner_start(&r, w);
    assert_int_equal(look_again(&r, &past).certificates.len, 0);
    runner_settle(&r);
    runner_pass(&r, 5000);
    assert_int_equal(look_again(&r, &past).certificates.len, 1);
    runner_stop(&r);
}

static void test_certificates_that_last_are_not_listed(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    struct status_past past CLEANUP(status_past_done) = { 0 };
    write_tls(w, 60);
    runner_start(&r, w);
    runner_settle(&r);
    assert_int_equal(world_count(w, "Listeners"), 1);
    assert_int_equal(look_again(&r, &past).certificates.len, 0);
    runner_stop(&r);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_an_agent_at_rest_says_when_it_read_and_what_it_spent),
        WORLD_TEST(test_lanes_that_work_or_wait_are_listed),
        WORLD_TEST(test_steps_that_wait_are_told_with_what_they_wait_for),
        WORLD_TEST(test_what_is_in_flight_is_running),
        WORLD_TEST(test_objects_that_are_left_out_are_quarantined),
        WORLD_TEST(test_objects_are_left_out_since_that_was_said_first),
        WORLD_TEST(test_budgets_and_events_are_counted),
        WORLD_TEST(test_certificates_that_end_soon_are_listed),
        WORLD_TEST(test_certificates_of_what_rests_are_listed),
        WORLD_TEST(test_certificates_are_looked_at_again_once_there_are_some),
        WORLD_TEST(test_certificates_that_last_are_not_listed),
        WORLD_TEST(test_a_plan_that_is_refused_waits),
        WORLD_TEST(test_a_source_that_cannot_be_read_is_not_complete),
    };
    return cmocka_run_group_tests_name("agent/status", tests, NULL, NULL);
}
