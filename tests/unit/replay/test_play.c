/* test_play.c - an agent that runs is told again what it was told, when it was told. */
#include "alb-agent/json.h"
#include "tests/support/run.h"
#include "tests/unit/replay/tapes.h"

static void edit(struct runner *r, const char *name, const char *host)
{
    world_write_ingress(r->w, name, "web", host, "tea");
    runner_read(r);
}

/* A recording of a run: made, edited while it works, edited at rest. */
static const char *record_run(struct world *w)
{
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_pass(&r, 700);
    edit(&r, "milk", "milk.example");
    runner_settle(&r);
    runner_pass(&r, 5000);
    edit(&r, "milk", "cream.example");
    runner_settle(&r);
    agent_stop(r.g);
    runner_settle(&r);
    runner_stop(&r);
    return tape_text(w, &(struct tape_since){ 0 });
}

static void test_a_run_comes_out_the_same(void **state)
{
    struct world *w = *state;
    struct replay_result result = tape_play(w, record_run(w), 0);
    if (result.differs)
        fail_msg("%s", result.first.what ? result.first.what : "a call more or less");
    assert_true(result.calls > SHOP_WRITES);
}

static void test_it_can_end_after_a_call(void **state)
{
    struct world *w = *state;
    struct replay_result result = tape_play(w, record_run(w), 4);
    assert_false(result.differs);
    assert_int_equal(result.calls, 4);
}

/* The last edit names another host than the call that was recorded for it. */
static void test_another_object_makes_another_call(void **state)
{
    struct world *w = *state;
    char *text = arena_strdup(&w->arena, record_run(w));
    char *host = strstr(strstr(text, "\"MODIFIED\""), "cream.example");
    assert_non_null(host);
    memcpy(host, "dream", 5);
    struct replay_result result = tape_play(w, text, 0);
    assert_true(result.differs);
    assert_non_null(result.first.recorded);
    assert_non_null(result.first.made);
    assert_non_null(strstr(result.first.what, "cream.example, and now dream.example"));
    assert_non_null(strstr(result.first.made->call.cause, "Ingress shop/milk"));
}

static void test_what_is_missing_at_the_end_is_a_difference(void **state)
{
    struct world *w = *state;
    const char *text = record_run(w);
    const char *more = arena_fmt(
        &w->arena,
        "%s{\"call\":999,\"sent\":%lld,\"lane\":\"x\",\"action\":\"DeleteRules\",\"params\":{},"
        "\"state\":\"done\"}\n",
        text, (long long)w->mock.now_ms);
    struct replay_result result = tape_play(w, more, 0);
    assert_true(result.differs);
    assert_null(result.first.made);
    assert_int_equal(result.first.recorded->call.call.id, 999);
}

/* It dies after its first calls, and the next one goes on. */
static void test_an_agent_that_died_dies_again(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 }, next = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    while (mock_transport_writes(&w->mock, NULL) < 2)
        runner_pass(&r, 10);
    runner_pass(&r, 100);
    const struct store_status said = { .at = w->mock.now_ms, .phase = "running" };
    struct error err;
    assert_true(store_status_put(agent_store(r.g), &said, &err));
    runner_stop(&r); /* freed, not stopped */
    w->mock.replies = NULL;
    w->mock.now_ms += 3000;
    runner_start(&next, w);
    runner_settle(&next);
    runner_stop(&next);
    struct replay_result result = tape_play(w, tape_text(w, &(struct tape_since){ 0 }), 0);
    if (result.differs)
        fail_msg("%s", result.first.what ? result.first.what : "a call more or less");
    assert_true(result.calls >= SHOP_WRITES);
}

static void test_what_cannot_be_played_is_refused(void **state)
{
    struct world *w = *state;
    struct tape t = tape_of(&w->arena, TAPE_HEAD
                            "{\"event\":\"START\",\"at\":1000,\"key\":\"agent\",\"body\":{}}\n");
    struct replay_result result;
    struct error err;
    const struct replay_options options = { .dir = w->dir };
    assert_false(replay_run(&w->arena, &t, &options, &result, &err));
    assert_non_null(strstr(err.msg, "line 2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_a_run_comes_out_the_same),
        WORLD_TEST(test_it_can_end_after_a_call),
        WORLD_TEST(test_another_object_makes_another_call),
        WORLD_TEST(test_what_is_missing_at_the_end_is_a_difference),
        WORLD_TEST(test_an_agent_that_died_dies_again),
        WORLD_TEST(test_what_cannot_be_played_is_refused),
    };
    return cmocka_run_group_tests_name("replay/play", tests, NULL, NULL);
}
