/* test_apply.c - lanes: serial each, parallel together, intents first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "tests/support/world.h"

/* ---- who is in flight, as the cloud's replies tell ------------------------------------- */

struct flight {
    const char *lane;
    const char *until; /* JobId, or LoadBalancerId to become Active; NULL: its reply */
    uint64_t call;
};

struct traffic {
    struct world *w;
    struct map lane_of; /* id of a resource -> lane */
    struct flight flights[64];
    size_t n, most, most_lbs;
};

static const char *named(const struct mock_call *c, const char *name)
{
    return alb_param_get(&c->params, name);
}

/* A load balancer's lane is its id, or before that its name; a group's likewise. */
static const char *lane_of(struct traffic *t, const struct mock_call *c)
{
    static const char *const names[] = { "LoadBalancerId", "ListenerId", "ServerGroupId",
                                         "RuleIds.1", "Rules.1.RuleId" };
    if (!strcmp(c->action, "CreateLoadBalancer"))
        return named(c, "LoadBalancerName");
    if (!strcmp(c->action, "CreateServerGroup"))
        return arena_fmt(&t->w->arena, "group %s %s", named(c, "Tag.2.Value"),
                         named(c, "Tag.3.Value"));
    for (size_t i = 0; i < COUNT(names); i++)
        if (named(c, names[i]))
            return map_get(&t->lane_of, named(c, names[i]));
    return NULL;
}

static void on_request(void *arg, const struct mock_call *c)
{
    struct traffic *t = arg;
    if (!c->write)
        return;
    const char *lane = lane_of(t, c);
    assert_non_null(lane);
    size_t lbs = strncmp(lane, "group ", 6) != 0;
    for (size_t i = 0; i < t->n; i++) {
        assert_string_not_equal(t->flights[i].lane, lane);
        lbs += strncmp(t->flights[i].lane, "group ", 6) != 0;
    }
    t->flights[t->n++] = (struct flight){ .lane = lane, .call = c->id };
    t->most = t->n > t->most ? t->n : t->most;
    t->most_lbs = lbs > t->most_lbs ? lbs : t->most_lbs;
}

static void land(struct traffic *t, const char *until)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->flights[i].until && !strcmp(t->flights[i].until, until)) {
            t->flights[i] = t->flights[--t->n];
            return;
        }
}

static void accept(struct traffic *t, const struct mock_call *c, const cJSON *reply)
{
    static const char *const ids[] = { "LoadBalancerId", "ListenerId", "ServerGroupId" };
    const char *lane = lane_of(t, c), *lb = json_str(reply, "LoadBalancerId");
    for (size_t i = 0; i < COUNT(ids); i++)
        if (json_str(reply, ids[i]))
            map_put(&t->lane_of, json_str(reply, ids[i]), lane);
    const cJSON *rule;
    cJSON_ArrayForEach (rule, json_get(reply, "RuleIds"))
        map_put(&t->lane_of, json_str(rule, "RuleId"), lane);
    const char *until = c->job ? c->job : lb;
    for (size_t i = 0; i < t->n; i++)
        if (t->flights[i].call == c->id && until)
            t->flights[i].until = arena_strdup(&t->w->arena, until);
        else if (t->flights[i].call == c->id)
            t->flights[i] = t->flights[--t->n];
}

static void on_reply(void *arg, const struct mock_call *c, cJSON *reply)
{
    struct traffic *t = arg;
    const cJSON *job, *lb;
    if (c->write)
        accept(t, c, reply);
    cJSON_ArrayForEach (job, json_get(reply, "Jobs"))
        if (!strcmp(json_str(job, "Status"), "Succeeded"))
            land(t, json_str(job, "Id"));
    cJSON_ArrayForEach (lb, json_get(reply, "LoadBalancers"))
        if (!strcmp(json_str(lb, "LoadBalancerStatus"), "Active"))
            land(t, json_str(lb, "LoadBalancerId"));
}

static void watch(struct world *w, struct traffic *t)
{
    *t = (struct traffic){ .w = w };
    w->mock.arg = t;
    w->mock.on_request = on_request;
    w->mock.on_reply = on_reply;
}

static void test_each_lane_has_one_change_in_flight_and_lanes_run_together(void **state)
{
    struct world *w = *state;
    struct traffic t;
    watch(w, &t);
    world_write_shop(w);
    world_write_albconfig(w, "other");
    world_write_ingress(w, "milk", "other", "milk.example", "tea");
    struct session_result r = world_apply(w);
    world_write_ingress(w, "tea", "web", "tea2.example", "coffee");
    world_write_ingress(w, "milk", "other", "milk2.example", "coffee");
    r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(t.most_lbs, 2);
    assert_int_equal(t.most, 7); /* two load balancers, five groups */
    for (size_t i = 0; i < w->mock.calls.len; i++)
        assert_null(w->mock.calls.items[i].code);
    map_done(&t.lane_of);
}

static void test_two_load_balancers_take_no_longer_than_one(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    int64_t start = w->mock.now_ms;
    (void)world_apply(w);
    int64_t one = w->mock.now_ms - start;
    world_write_albconfig(w, "a");
    world_write_albconfig(w, "b");
    world_write_ingress(w, "ta", "a", "a.example", "tea");
    world_write_ingress(w, "tb", "b", "b.example", "tea");
    start = w->mock.now_ms;
    (void)world_apply(w);
    assert_true(w->mock.now_ms - start <= one + one / 5);
}

/* ---- intents ------------------------------------------------------------------------------ */

static void find_intent(void *arg, const struct mock_call *c)
{
    struct world *w = arg;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct store *st;
    struct error err;
    store_calls calls;
    if (!c->write)
        return;
    assert_true(store_open(&st, w->state, STORE_SNAPSHOT, 0, NULL, &err));
    assert_true(store_calls_open(st, &a, &calls, &err));
    store_close(st);
    const char *token = named(c, "ClientToken");
    assert_non_null(token);
    for (size_t i = 0; i < calls.len; i++)
        if (!strcmp(calls.items[i].action, c->action)
            && !strcmp(calls.items[i].client_token, token))
            return;
    fail_msg("%s left before its intent was on disk", c->action);
}

static void test_intent_is_on_disk_before_its_request_leaves(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    w->mock.arg = w;
    w->mock.on_request = find_intent;
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(r.writes, SHOP_WRITES);
    w->mock.on_request = NULL;
    assert_int_equal(world_open_intents(w), 0);
}

/* ---- a failure at each write ---------------------------------------------------------------- */

static void check_shop(struct world *w)
{
    assert_int_equal(world_count(w, "LoadBalancers"), 1);
    assert_int_equal(world_count(w, "Listeners"), 1);
    assert_int_equal(world_count(w, "ServerGroups"), 3);
    assert_int_equal(world_count(w, "Rules"), 2);
    assert_int_equal(world_open_intents(w), 0);
}

static void fail_nth(struct mock_fault fault, int nth)
{
    void *state;
    assert_int_equal(world_setup(&state), 0);
    struct world *w = state;
    world_write_shop(w);
    fault.nth = nth;
    mock_transport_fail(&w->mock, fault);
    struct session_result r = world_apply(w);
    if (!r.in_sync || r.counts.failed)
        fail_msg("fault %d at write %d: %s", (int)fault.kind, nth, r.counts.first.msg);
    /* The repeat, and a call more where the rule of a late group could not go with the other. */
    size_t writes = mock_transport_writes(&w->mock, NULL);
    assert_true(writes == SHOP_WRITES + 1 || writes == SHOP_WRITES + 2);
    check_shop(w);
    r = world_apply(w);
    assert_int_equal(r.writes, 0);
    assert_int_equal(world_teardown(&state), 0);
}

static void fail_each(struct mock_fault fault)
{
    for (int nth = 1; nth <= SHOP_WRITES; nth++)
        fail_nth(fault, nth);
}

static void test_lost_reply_at_any_write_makes_nothing_twice(void **state)
{
    (void)state;
    fail_each((struct mock_fault){ .kind = MOCK_LOSE_REPLY });
}

static void test_lost_request_at_any_write_is_made_good(void **state)
{
    (void)state;
    fail_each((struct mock_fault){ .kind = MOCK_LOSE_REQUEST });
}

static void test_server_error_after_the_effect_makes_nothing_twice(void **state)
{
    (void)state;
    fail_each((struct mock_fault){
        .kind = MOCK_FAIL_AFTER, .status = 503, .code = "ServiceUnavailable" });
}

static void test_throttling_at_any_write_is_waited_for(void **state)
{
    (void)state;
    fail_each((struct mock_fault){ .kind = MOCK_REFUSE, .status = 400, .code = "Throttling.User" });
}

static void test_busy_at_any_write_is_waited_for(void **state)
{
    (void)state;
    fail_each((struct mock_fault){
        .kind = MOCK_REFUSE, .status = 409, .code = "IncorrectStatus.LoadBalancer" });
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_lane_has_one_change_in_flight_and_lanes_run_together),
        TEST(test_two_load_balancers_take_no_longer_than_one),
        TEST(test_intent_is_on_disk_before_its_request_leaves),
        cmocka_unit_test(test_lost_reply_at_any_write_makes_nothing_twice),
        cmocka_unit_test(test_lost_request_at_any_write_is_made_good),
        cmocka_unit_test(test_server_error_after_the_effect_makes_nothing_twice),
        cmocka_unit_test(test_throttling_at_any_write_is_waited_for),
        cmocka_unit_test(test_busy_at_any_write_is_waited_for),
    };
    return cmocka_run_group_tests_name("apply/apply", tests, NULL, NULL);
}
