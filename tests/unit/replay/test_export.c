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

static void say(struct session *s, int64_t at, const char *kind, const char *key, const char *body)
{
    struct error err;
    struct store_event e = { .at = at, .kind = kind, .key = key, .body = body };
    if (!store_event_add(s->store, &e, &err))
        fail_msg("%s", err.msg);
}

static void write_call(struct session *s, int64_t at)
{
    struct error err;
    struct store_call call = { .lane = "w",
                               .lb = "w",
                               .resource = "Rule a",
                               .action = "CreateRules",
                               .params = "{}",
                               .sent_at = at };
    const struct store_outcome done = { .state = "done", .done_at = at + 10 };
    assert_true(store_call_intent(s->store, &call, &err));
    assert_true(store_call_done(s->store, call.id, &done, &err));
}

/* A recording from there would not know how far it had come. */
static void test_a_run_does_not_begin_in_the_middle_of_a_change(void **state)
{
    static const char row[] = "cloud w Rule a";
    struct world *w = *state;
    struct session s;
    struct error err;
    struct buf b CLEANUP(buf_done) = { .max = 1 << 20 };
    world_open(w, &s, STORE_WRITE);
    say(&s, 1000, "START", "agent", "{\"verb\":\"run\"}");
    say(&s, 1100, "READ", "reading", "{\"began\":1050}");
    say(&s, 1200, "ADDED", "Ingress d/a", "{}");
    write_call(&s, 1210);
    say(&s, 1300, "READ", "reading", "{\"began\":1215}"); /* began before the reply */
    say(&s, 1400, "SEEN", row, "{\"own\":true,\"status\":\"Configuring\"}");
    say(&s, 1400, "READ", "reading", "{\"began\":1350}"); /* showed that it was under way */
    say(&s, 1500, "SEEN", row, "{\"own\":true,\"status\":\"Available\"}");
    say(&s, 1500, "READ", "reading", "{\"began\":1450}"); /* a step follows of what was begun */
    write_call(&s, 1510);
    say(&s, 1600, "READ", "reading", "{\"began\":1550}");
    say(&s, 1700, "ADDED", "Ingress d/b", "{}");
    write_call(&s, 1710);
    for (int64_t since = 1300; since <= 1599; since += 100) {
        assert_true(tape_write(s.store, &(struct tape_since){ .time_ms = since }, &b, &err));
        assert_int_equal(tape_of(&w->arena, buf_str(&b)).from, 1100);
        buf_reset(&b);
    }
    assert_true(tape_write(s.store, &(struct tape_since){ .time_ms = 1699 }, &b, &err));
    assert_int_equal(tape_of(&w->arena, buf_str(&b)).from, 1600);
    session_close(&s);
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
        WORLD_TEST(test_a_run_does_not_begin_in_the_middle_of_a_change),
        WORLD_TEST(test_what_does_not_go_back_so_far_is_refused),
    };
    return cmocka_run_group_tests_name("replay/export", tests, NULL, NULL);
}
