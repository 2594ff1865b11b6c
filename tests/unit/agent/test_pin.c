/* test_pin.c - a load balancer that was rolled back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/support/world.h"

static void pin(struct world *w, int64_t revision)
{
    struct session s CLEANUP(session_close) = { 0 };
    struct error err;
    world_open(w, &s, STORE_WRITE);
    assert_true(store_pin_put(s.store, "kube-system/web", revision, w->mock.now_ms, &err));
}

static void test_pinned_load_balancer_wants_what_it_wanted_then(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    world_write_ingress(w, "tea", "web", "other.example.com", "tea");
    world_remove(w, "ingress-coffee.yaml");
    (void)world_apply(w);
    assert_int_equal(world_count(w, "Rules"), 1);
    pin(w, 1);
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(world_count(w, "Rules"), 2);
    r = world_apply(w);
    assert_int_equal(r.writes, 0);
}

static void test_pin_is_said_in_every_report(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    pin(w, 1);
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    assert_int_equal(s.wanted.warnings.len, 1);
    assert_string_equal(s.wanted.warnings.items[0].name, "web");
    assert_non_null(strstr(s.wanted.warnings.items[0].message, "rollback web --release"));
}

static void test_group_that_is_wanted_now_has_the_servers_of_now(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    pin(w, 1);
    world_write(w, "tea.yaml",
                "apiVersion: v1\n"
                "kind: Service\n"
                "metadata: {name: tea, namespace: shop}\n"
                "spec: {ports: [{name: http, port: 80, targetPort: 8080}]}\n"
                "---\n"
                "apiVersion: v1\n"
                "kind: Endpoints\n"
                "metadata: {name: tea, namespace: shop}\n"
                "subsets: [{addresses: [{ip: 10.0.7.7}], ports: [{name: http, port: 8080}]}]\n");
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    const struct resource *row =
        model_find(&s.wanted.desired, "kube-system/web", RESOURCE_SERVER_GROUP, "shop/tea-tea:80");
    const struct alb_server_group *g = row->desired;
    assert_int_equal(g->servers.len, 1);
    assert_string_equal(g->servers.items[0].ip, "10.0.7.7");
    assert_non_null(strstr(row->desired_from, "revision 1"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_pinned_load_balancer_wants_what_it_wanted_then),
        TEST(test_pin_is_said_in_every_report),
        TEST(test_group_that_is_wanted_now_has_the_servers_of_now),
    };
    return cmocka_run_group_tests_name("agent/pin", tests, NULL, NULL);
}
