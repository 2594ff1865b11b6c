/* test_decisions.c - what people decided is in the memory of the next agent. */
#include "alb-agent/store.h"
#include "tests/unit/replay/tapes.h"

static void take(struct store *st, const char *kind, const char *key, const char *body)
{
    const struct store_event e = { .seq = 7, .at = 1000, .kind = kind, .key = key, .body = body };
    struct error err;
    if (!decisions_take(st, &e, &err))
        fail_msg("%s", err.msg);
}

static void check_refused(struct store *st, const char *key, const char *body)
{
    const struct store_event e = { .seq = 7, .at = 1, .kind = "PIN", .key = key, .body = body };
    struct error err;
    assert_false(decisions_take(st, &e, &err));
    assert_non_null(strstr(err.msg, "line 7"));
}

#define VERDICT(word, edit)                                                                   \
    "{\"lb\":\"a/x\",\"kind\":\"Rule\",\"key\":\"k\",\"class\":\"drift\",\"verdict\":\"" word \
    "\",\"desired\":\"d\",\"edit\":\"" edit "\",\"firstSeen\":5,\"until\":0,\"decidedAt\":6}"

static void test_a_pin_is_put_and_released(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct store_revision r;
    store_pins pins;
    struct error err;
    world_open(w, &s, STORE_WRITE);
    take(s.store, "PIN", "pin a/x", "{\"document\":{\"v\":1},\"lb\":\"a/x\",\"revision\":40}");
    assert_true(store_pins_load(s.store, &w->arena, &pins, &err));
    assert_int_equal(pins.len, 1);
    assert_string_equal(pins.items[0].lb, "a/x");
    assert_true(store_revision_read(s.store, "a/x", pins.items[0].revision, &w->arena, &r, &err));
    assert_string_equal(r.document, "{\"v\":1}");
    take(s.store, "DELETED", "pin a/x", NULL);
    assert_true(store_pins_load(s.store, &w->arena, &pins, &err));
    assert_int_equal(pins.len, 0);
}

static finding_list findings(struct world *w, struct session *s)
{
    finding_list list;
    struct error err;
    assert_true(store_findings_load(s->store, &w->arena, &list, &err));
    return list;
}

static void test_a_verdict_comes_with_its_finding_and_is_taken_back(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_WRITE);
    take(s.store, "VERDICT", "verdict a/x Rule k", VERDICT("accepted", "e1"));
    take(s.store, "VERDICT", "verdict a/x Rule k", VERDICT("ignored", "e2"));
    finding_list list = findings(w, &s);
    assert_int_equal(list.len, 1);
    assert_int_equal(list.items[0].verdict, FINDING_IGNORED);
    assert_int_equal(list.items[0].class, CLASS_DRIFT);
    assert_string_equal(list.items[0].edit, "e2");
    assert_int_equal(list.items[0].first_seen, 5);
    take(s.store, "DELETED", "verdict a/x Rule k", NULL);
    list = findings(w, &s);
    assert_int_equal(list.len, 1);
    assert_int_equal(list.items[0].verdict, FINDING_OPEN);
}

static void test_decisions_without_sense_are_refused(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    world_open(w, &s, STORE_WRITE);
    check_refused(s.store, "pin a/x", NULL);
    check_refused(s.store, "pin a/x", "{\"document\":[]}");
    check_refused(s.store, "verdict a/x Rule k", NULL);
    check_refused(s.store, "verdict a/x Rule k", VERDICT("whatever", "e"));
}

static void test_decisions_are_told_by_their_keys(void **state)
{
    (void)state;
    assert_true(event_is_of_decision(&(struct store_event){ .key = "pin a/x" }));
    assert_true(event_is_of_decision(&(struct store_event){ .key = "verdict a/x Rule k" }));
    assert_false(event_is_of_decision(&(struct store_event){ .key = "Ingress pin/x" }));
    assert_false(event_is_of_object(&(struct store_event){ .kind = "DELETED", .key = "pin a/x" }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_a_pin_is_put_and_released),
        WORLD_TEST(test_a_verdict_comes_with_its_finding_and_is_taken_back),
        WORLD_TEST(test_decisions_without_sense_are_refused),
        cmocka_unit_test(test_decisions_are_told_by_their_keys),
    };
    return cmocka_run_group_tests_name("replay/decisions", tests, NULL, NULL);
}
