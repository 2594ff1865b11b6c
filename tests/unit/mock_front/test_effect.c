/* test_effect.c - what faults do to a call, moment by moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "mock-server/front/effect.h"

/* A read on its way, that suffers 'rule'. */
struct sample {
    struct arena arena;
    struct spec_action action;
    struct fault_rule rule;
    struct turn turn;
    struct effects effects;
};

static void sample_init(struct sample *s, enum fault_effect effect)
{
    *s = (struct sample){ .action = { .name = "ListRules" }, .rule = { .effect = effect } };
    s->turn = (struct turn){
        .arena = &s->arena,
        .now_ms = 1000,
        .action = &s->action,
        .fault = &s->rule,
        .reply = { .status = 200 },
    };
}

static void sample_done(struct sample *s)
{
    json_done(&s->turn.reply.body);
    effects_done(&s->effects);
    arena_done(&s->arena);
}

static const struct cloud_call call = { .product = "alb", .action = "ListRules", .region = "r" };

static void test_errors_of_a_rule_take_the_place_of_the_reply(void **state)
{
    (void)state;
    struct sample s CLEANUP(sample_done);
    sample_init(&s, FAULT_ERROR);
    assert_false(effect_before(&s.effects, &s.turn, &call, NULL));
    assert_string_equal(s.turn.reply.code, "ServiceUnavailable");
    assert_int_equal(s.turn.reply.status, 503);

    sample_init(&s, FAULT_ERROR_AFTER);
    s.rule.code = "SystemBusy";
    s.rule.status = 400;
    s.turn.reply.body = cJSON_CreateObject();
    s.turn.reply.job_id = "job-1"; /* the call was done: the log must say so */
    assert_true(effect_before(&s.effects, &s.turn, &call, NULL));
    effect_after(&s.effects, NULL, &s.turn);
    assert_string_equal(s.turn.reply.code, "SystemBusy");
    assert_int_equal(s.turn.reply.status, 400);
    assert_null(s.turn.reply.body);
    assert_string_equal(s.turn.reply.job_id, "job-1");
}

static void test_replies_are_spoilt_on_the_wire(void **state)
{
    (void)state;
    static const struct {
        enum fault_effect effect;
        struct httpd_reply wanted;
    } cases[] = {
        { FAULT_RESET, { .reset = true, .body_len = 100 } },
        { FAULT_LOSE_REPLY, { .reset = true, .body_len = 100 } },
        { FAULT_DELAY, { .due_ms = 1007, .body_len = 100 } },
        { FAULT_SLOW, { .piece = 5, .pause_ms = 7, .body_len = 100 } },
        { FAULT_CUT, { .cut_after = 5, .body_len = 100 } },
        { FAULT_GARBLE, { .body_len = 50 } },
        { FAULT_ERROR, { .body_len = 100 } },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sample s CLEANUP(sample_done);
        struct httpd_reply reply = { .body_len = 100 };
        sample_init(&s, cases[i].effect);
        s.rule.ms = 7;
        s.rule.bytes = 5;
        effect_reply(&s.turn, &reply);
        assert_memory_equal(&reply, &cases[i].wanted, sizeof reply);
    }
}

static void test_hidden_entries_are_the_last_of_each_list(void **state)
{
    (void)state;
    struct sample s CLEANUP(sample_done);
    struct error err = { 0 };
    static const char json[] = "{\"Rules\":[1,2],\"Other\":[],\"TotalCount\":2}";
    sample_init(&s, FAULT_HIDE_ENTRY);
    assert_true(json_parse(json, strlen(json), &s.turn.reply.body, &err));
    effect_after(&s.effects, NULL, &s.turn);
    assert_string_equal(json_canonical(&s.arena, s.turn.reply.body),
                        "{\"Other\":[],\"Rules\":[1],\"TotalCount\":2}");
}

static void note(void *arg, int64_t now_ms, const struct cloud_call *c, bool by_console)
{
    assert_false(by_console);
    struct buf *b = arg;
    buf_addf(b, "%s@%lld ", c->request_id, (long long)now_ms);
}

static void note_release(void *arg, int64_t now_ms, const char *id)
{
    struct buf *b = arg;
    buf_addf(b, "-%s@%lld ", id, (long long)now_ms);
}

static void test_late_effects_come_in_order_of_time(void **state)
{
    (void)state;
    struct sample s CLEANUP(sample_done);
    struct buf b CLEANUP(buf_done) = { 0 };
    const struct effect_doer doer = { note, note_release, &b };
    static const struct {
        const char *id;
        int64_t ms;
    } later[] = { { "b", 20 }, { "c", 30 }, { "a", 10 }, { "b2", 20 } };
    sample_init(&s, FAULT_DELAYED_EFFECT);
    for (size_t i = 0; i < COUNT(later); i++) {
        struct cloud_call c = call;
        c.request_id = later[i].id;
        s.rule.ms = later[i].ms;
        assert_false(effect_before(&s.effects, &s.turn, &c, NULL));
    }
    assert_int_equal(effects_run(&s.effects, 1000, &doer), 10);
    assert_int_equal(effects_run(&s.effects, 1025, &doer), 5);
    assert_string_equal(buf_str(&b), "a@1010 b@1020 b2@1020 ");
    assert_int_equal(effects_run(&s.effects, 2000, &doer), -1);
}

static void test_a_server_that_dies_forgets_what_clients_wait_for(void **state)
{
    (void)state;
    struct sample s CLEANUP(sample_done);
    struct buf b CLEANUP(buf_done) = { 0 };
    const struct effect_doer doer = { note, note_release, &b };
    struct cloud_call c = call;
    c.request_id = "a";
    sample_init(&s, FAULT_NONE);
    effects_later(&s.effects, 1010, &c, false);
    effects_release(&s.effects, 1020, "lsn-1");
    effects_later(&s.effects, 1030, &c, true);
    effects_drop(&s.effects);
    assert_int_equal(effects_run(&s.effects, 1020, &doer), 10);
    assert_string_equal(buf_str(&b), "-lsn-1@1020 ");
}

static void test_a_batch_loses_its_end_and_its_token(void **state)
{
    (void)state;
    struct sample s CLEANUP(sample_done);
    struct error err = { 0 };
    cJSON *params CLEANUP(json_done) = NULL;
    static const char json[] = "{\"ClientToken\":\"t\",\"Rules\":[1,2,3]}";
    sample_init(&s, FAULT_PARTIAL_LOST);
    s.action.name = "CreateRules";
    s.rule.count = 2;
    assert_true(json_parse(json, strlen(json), &params, &err));
    assert_true(effect_before(&s.effects, &s.turn, &call, params));
    assert_string_equal(json_canonical(&s.arena, params), "{\"Rules\":[1,2]}");
    effect_after(&s.effects, NULL, &s.turn);
    assert_string_equal(s.turn.reply.code, "ServiceUnavailable");
    struct httpd_reply reply = { .status = 503 };
    effect_reply(&s.turn, &reply);
    assert_true(reply.reset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_of_a_rule_take_the_place_of_the_reply),
        cmocka_unit_test(test_replies_are_spoilt_on_the_wire),
        cmocka_unit_test(test_hidden_entries_are_the_last_of_each_list),
        cmocka_unit_test(test_late_effects_come_in_order_of_time),
        cmocka_unit_test(test_a_server_that_dies_forgets_what_clients_wait_for),
        cmocka_unit_test(test_a_batch_loses_its_end_and_its_token),
    };
    return cmocka_run_group_tests_name("mock_front/effect", tests, NULL, NULL);
}
