/* test_export.c - from a state file to a recording: the same bytes each time, and where it begins.
 */
#include "alb-agent/json.h"
#include "tests/support/run.h"
#include "tests/unit/replay/tapes.h"

static void test_the_same_state_file_gives_the_same_bytes(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    const char *once = tape_text(w, &(struct tape_since){ 0 });
    assert_string_equal(once, tape_text(w, &(struct tape_since){ 0 }));
    struct tape t = tape_of(&w->arena, once);
    assert_int_equal(t.n_calls, SHOP_WRITES);
    assert_int_equal(t.base.len, 0);
    assert_string_equal(t.cluster_id, "c1");
    assert_string_equal(t.items.items[0].event.kind, "START");
}

/* Between two applies nothing is under way, and what is there is known. */
static void test_a_later_beginning_has_what_was_so_before_it(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    w->mock.now_ms += 5000;
    const int64_t second = w->mock.now_ms;
    world_write_ingress(w, "milk", "web", "milk.example", "tea");
    (void)world_apply(w);
    struct tape t = tape_of(&w->arena, tape_text(w, &(struct tape_since){ .time_ms = second }));
    assert_int_equal(t.from, second);
    assert_string_equal(t.items.items[0].event.kind, "START");
    assert_true(t.n_calls > 0 && t.n_calls < 4);
    size_t balancers = 0, ingresses = 0;
    for (size_t i = 0; i < t.base.len; i++) {
        balancers += !strncmp(t.base.items[i].key, "cloud kube-system/web LoadBalancer", 34);
        ingresses += !strncmp(t.base.items[i].key, "Ingress ", 8);
    }
    assert_int_equal(balancers, 1);
    assert_int_equal(ingresses, 2);
    /* The same, said by the first call of that apply. */
    struct tape by = tape_of(
        &w->arena,
        tape_text(w, &(struct tape_since){ .call = t.items.items[t.items.len - 1].is_call
                                                       ? t.items.items[t.items.len - 1].call.call.id
                                                       : SHOP_WRITES + 1 }));
    assert_int_equal(by.from, second);
}

/* An agent that runs: in the middle, where a reading ended. */
static void test_a_run_can_begin_where_a_reading_ended(void **state)
{
    struct world *w = *state;
    struct runner r = { 0 };
    world_write_shop(w);
    runner_start(&r, w);
    runner_settle(&r);
    agent_resync(r.g);
    runner_settle(&r);
    const int64_t later = w->mock.now_ms;
    runner_pass(&r, 1000);
    world_write_ingress(w, "milk", "web", "milk.example", "tea");
    runner_read(&r);
    runner_settle(&r);
    runner_stop(&r);
    const char *text = tape_text(w, &(struct tape_since){ .time_ms = later });
    struct tape t = tape_of(&w->arena, text);
    assert_true(t.from > 0 && t.from <= later);
    assert_int_equal(t.n_calls, 3); /* a group, its servers, a rule */
    assert_false(t.items.items[0].is_call);
    struct replay_result result = tape_play(w, text, 0);
    assert_false(result.differs);
    assert_int_equal(result.calls, 3);
}

static void test_what_does_not_go_back_so_far_is_refused(void **state)
{
    struct world *w = *state;
    struct session s;
    struct error err;
    struct buf b CLEANUP(buf_done) = { 0 };
    world_open(w, &s, STORE_WRITE);
    assert_false(tape_write(s.store, &(struct tape_since){ 0 }, &b, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    session_close(&s);
    world_write_shop(w);
    (void)world_apply(w);
    world_open(w, &s, STORE_SNAPSHOT);
    assert_false(tape_write(s.store, &(struct tape_since){ .time_ms = 1 }, &b, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    assert_false(tape_write(s.store, &(struct tape_since){ .call = 999 }, &b, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_the_same_state_file_gives_the_same_bytes),
        WORLD_TEST(test_a_later_beginning_has_what_was_so_before_it),
        WORLD_TEST(test_a_run_can_begin_where_a_reading_ended),
        WORLD_TEST(test_what_does_not_go_back_so_far_is_refused),
    };
    return cmocka_run_group_tests_name("replay/export", tests, NULL, NULL);
}
