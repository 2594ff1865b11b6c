/* test_lane.c - one change at a time: tokens, repeats, blame, giving up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "src/agent/session_priv.h"
#include "tests/support/world.h"

static const char *token_of(const struct world *w, const char *action, size_t nth)
{
    const struct mock_call *c = mock_transport_call(&w->mock, action, nth);
    assert_non_null(c);
    return alb_param_get(&c->params, "ClientToken");
}

static void test_unknown_outcome_is_repeated_with_the_same_token(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){
                                      .kind = MOCK_LOSE_REPLY, .action = "CreateRules", .nth = 1 });
    (void)world_apply(w);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateRules"), 2);
    assert_string_equal(token_of(w, "CreateRules", 1), token_of(w, "CreateRules", 2));
}

/* The first attempt made it; what becomes of the second says nothing about that. */
static void lose_then_refuse(struct world *w, const char *code)
{
    mock_transport_fail(
        &w->mock,
        (struct mock_fault){ .kind = MOCK_LOSE_REPLY, .action = "CreateLoadBalancer", .nth = 1 });
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateLoadBalancer",
                                                       .nth = 1, /* of the others */
                                                       .status = 400,
                                                       .code = code });
    (void)world_apply(w);
    assert_int_equal(mock_transport_call(&w->mock, "CreateLoadBalancer", 1)->status, 0);
    assert_int_equal(mock_transport_call(&w->mock, "CreateLoadBalancer", 2)->status, 400);
    assert_string_equal(token_of(w, "CreateLoadBalancer", 1), token_of(w, "CreateLoadBalancer", 2));
}

static void test_repeat_that_is_put_off_keeps_the_token(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    lose_then_refuse(w, "Throttling.User");
    assert_int_equal(mock_transport_writes(&w->mock, "CreateLoadBalancer"), 3);
    assert_string_equal(token_of(w, "CreateLoadBalancer", 1), token_of(w, "CreateLoadBalancer", 3));
    assert_int_equal(world_count(w, "LoadBalancers"), 1);
    assert_int_equal(world_open_intents(w), 0);
}

static void test_repeat_that_is_refused_ends_the_token(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    lose_then_refuse(w, "IllegalParam.LoadBalancerName");
    assert_int_equal(mock_transport_writes(&w->mock, "CreateLoadBalancer"), 2);
    assert_int_equal(world_open_intents(w), 0);
}

static void test_refusal_ends_the_token(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateRules",
                                                       .nth = 1,
                                                       .status = 400,
                                                       .code = "Throttling.User" });
    (void)world_apply(w);
    assert_string_not_equal(token_of(w, "CreateRules", 1), token_of(w, "CreateRules", 2));
    int64_t waited = mock_transport_call(&w->mock, "CreateRules", 2)->at_ms
                     - mock_transport_call(&w->mock, "CreateRules", 1)->at_ms;
    assert_true(waited >= 250); /* half of the first delay at least */
}

static void test_only_the_guilty_member_of_a_batch_is_left_out(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    world_write_ingress(w, "bad", "web", "bad.example", "tea");
    world_write_ingress(w, "milk", "web", "milk.example", "tea");
    world_write_ingress(w, "mint", "web", "mint.example", "tea");
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateRules",
                                                       .holds = "bad.example",
                                                       .status = 400,
                                                       .code = "IllegalParam.Host" });
    struct session_result r = world_apply(w);
    assert_int_equal(r.counts.failed, 1);
    assert_int_equal(r.counts.first.kind, ERROR_INVALID);
    assert_int_equal(world_count(w, "Rules"), 4);
    /* All five; the guilty one is the first by name; the other four together. */
    assert_int_equal(mock_transport_writes(&w->mock, "CreateRules"), 3);
    assert_non_null(alb_param_get(&mock_transport_call(&w->mock, "CreateRules", 3)->params,
                                  "Rules.4.Priority"));
}

/* How many there may be is in no text: what is too many waits, and the rest goes on. */
static void test_a_script_too_many_harms_nothing_else(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    world_write_scripts(w, "[{aScriptName: bad, scriptContent: a}, {aScriptName: good, "
                           "scriptContent: b}]");
    mock_transport_fail(&w->mock,
                        (struct mock_fault){ .kind = MOCK_REFUSE,
                                             .action = "CreateAScripts",
                                             .holds = "bad",
                                             .status = 400,
                                             .code = "ResourceQuotaExceeded.AScriptsNum" });
    struct session_result r = world_apply(w);
    assert_int_equal(r.counts.failed, 1);
    assert_int_equal(r.counts.first.kind, ERROR_QUOTA);
    assert_int_equal(world_count(w, "AScripts"), 1);
    assert_int_equal(world_count(w, "Rules"), 2);
}

static void test_of_scripts_changed_together_only_the_guilty_one_is_left_out(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    world_write_scripts(w, "[{aScriptName: bad, scriptContent: a}, {aScriptName: good, "
                           "scriptContent: b}, {aScriptName: more, scriptContent: c}]");
    (void)world_apply(w);
    world_write_scripts(w, "[{aScriptName: bad, scriptContent: wrong}, {aScriptName: good, "
                           "scriptContent: d}, {aScriptName: more, scriptContent: e}]");
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "UpdateAScripts",
                                                       .holds = "wrong",
                                                       .status = 400,
                                                       .code = "IllegalParam.ScriptContent" });
    struct session_result r = world_apply(w);
    assert_int_equal(r.counts.failed, 1);
    /* All three; the guilty one is the first by name; the other two together. */
    assert_int_equal(mock_transport_writes(&w->mock, "UpdateAScripts"), 3);
    const alb_params *p = &mock_transport_call(&w->mock, "UpdateAScripts", 3)->params;
    assert_string_equal(alb_param_get(p, "AScripts.2.ScriptContent"), "e");
}

/* One that somebody deleted is read again, and made again. */
static void test_a_script_that_is_gone_is_read_again(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    world_write_scripts(w, "[{aScriptName: one, scriptContent: a}]");
    (void)world_apply(w);
    world_write_scripts(w, "[{aScriptName: one, scriptContent: b}]");
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "UpdateAScripts",
                                                       .nth = 1,
                                                       .status = 404,
                                                       .code = "ResourceNotFound.Ascript" });
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(r.counts.failed, 0);
}

/* A certificate that does not exist keeps its listener from being made, and nothing else. */
static void test_what_is_named_and_not_there_harms_only_what_names_it(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    world_write(w, "albconfig-web.yaml",
                "apiVersion: alibabacloud.com/v1\n"
                "kind: AlbConfig\n"
                "metadata: {name: web}\n"
                "spec:\n"
                "  config:\n"
                "    name: web\n"
                "    zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]\n"
                "  listeners:\n"
                "  - {port: 80, protocol: HTTP}\n"
                "  - {port: 443, protocol: HTTPS,\n"
                "     certificates: [{CertificateId: 9-cn-hangzhou, IsDefault: true}]}\n"
                "---\n"
                "apiVersion: networking.k8s.io/v1\n"
                "kind: IngressClass\n"
                "metadata: {name: web}\n"
                "spec:\n"
                "  controller: ingress.k8s.alibabacloud/alb\n"
                "  parameters: {apiGroup: alibabacloud.com, kind: AlbConfig, name: web}\n");
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateListener",
                                                       .holds = "9-cn-hangzhou",
                                                       .status = 404,
                                                       .code = "ResourceNotFound.Certificate" });
    struct session_result r = world_apply(w);
    assert_int_equal(r.counts.failed, 1);
    assert_string_equal(r.counts.first.code, "ResourceNotFound.Certificate");
    assert_int_equal(world_count(w, "Listeners"), 1);
    assert_int_equal(world_count(w, "Rules"), 2);
}

/* ---- rounds of our own ----------------------------------------------------------------------- */

struct log {
    size_t n[APPLY_FAILED + 1];
    struct error last;
};

static void note(void *arg, const struct apply_event *e)
{
    struct log *log = arg;
    log->n[e->kind]++;
    if (e->err)
        log->last = *e->err;
}

static bool take(void *arg, const struct alb_result *r, struct error *err)
{
    bool taken;
    return apply_take(arg, r, &taken, err);
}

static struct apply_counts run_round(struct session *s, int max_tries, struct log *log)
{
    struct apply *ap;
    struct error err;
    const struct apply_in in = {
        .alb = s->alb,
        .store = s->store,
        .scope = session_scope,
        .scope_arg = s,
        .seed = 7,
        .pace = { { .tries = max_tries }, { .tries = max_tries }, { .tries = max_tries } },
        .event = note,
        .event_arg = log
    };
    assert_true(apply_new(&ap, &in, &err));
    session_touch_all(s, ap);
    int64_t wait;
    for (;;) {
        assert_true(apply_run(ap, session_now(s), &wait, &err));
        if (apply_idle(ap))
            break;
        assert_true(session_turn(s, wait, take, ap, &err));
    }
    struct apply_counts c = apply_counts(ap);
    apply_free(ap);
    return c;
}

static void test_lane_gives_up_after_its_tries_and_the_others_go_on(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct log log = { 0 };
    struct error err;
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateServerGroup",
                                                       .holds = "shop-tea-80",
                                                       .status = 503,
                                                       .code = "ServiceUnavailable" });
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    assert_true(session_save(&s, &err));
    struct apply_counts c = run_round(&s, 3, &log);
    assert_int_equal(c.failed, 1);
    assert_int_equal(c.first.kind, ERROR_TRANSIENT);
    assert_int_equal(log.n[APPLY_RETRY], 2);
    assert_int_equal(log.n[APPLY_FAILED], 1);
    /* Load balancer, listener, two groups, one with a server, and the rule that can be. */
    assert_int_equal(c.done, 6);
    assert_int_equal(world_count(w, "Rules"), 1);
}

static void hide_groups(void *arg, const struct mock_call *call, cJSON *reply)
{
    (void)arg;
    if (!strcmp(call->action, "ListServerGroups"))
        cJSON_ReplaceItemInObjectCaseSensitive(reply, "ServerGroups", cJSON_CreateArray());
}

/* Begins the first turn of an apply and drops everything before a reply was taken. */
static void crash_after_sending(struct world *w)
{
    struct session s CLEANUP(session_close) = { 0 };
    struct apply *ap;
    struct error err;
    int64_t wait;
    world_open(w, &s, STORE_WRITE);
    world_read(w, &s);
    assert_true(session_save(&s, &err));
    const struct apply_in in = {
        .alb = s.alb, .store = s.store, .scope = session_scope, .scope_arg = &s, .seed = 9
    };
    assert_true(apply_new(&ap, &in, &err));
    session_touch_all(&s, ap);
    assert_true(apply_run(ap, session_now(&s), &wait, &err));
    (void)alb_run(s.alb, session_now(&s));
    apply_free(ap);
}

static void test_intent_left_by_a_crash_is_repeated_with_its_token(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    crash_after_sending(w);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateServerGroup"), 3);
    assert_int_equal(world_open_intents(w), 4);
    /* The next run does not see the groups yet. */
    w->mock.on_reply = hide_groups;
    w->mock.now_ms += 100;
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateServerGroup"), 6);
    for (size_t i = 1; i <= 3; i++)
        assert_string_equal(token_of(w, "CreateServerGroup", i),
                            token_of(w, "CreateServerGroup", i + 3));
    w->mock.on_reply = NULL;
    assert_int_equal(world_count(w, "ServerGroups"), 3);
    assert_int_equal(world_open_intents(w), 0);
}

static void test_intent_whose_effect_is_seen_is_closed_and_its_token_never_used_again(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    crash_after_sending(w);
    w->mock.now_ms += 5000;
    struct session_result r = world_apply(w);
    assert_true(r.in_sync);
    assert_int_equal(mock_transport_writes(&w->mock, "CreateServerGroup"), 3);
    assert_int_equal(world_open_intents(w), 0);
}

static void test_journal_is_closed_even_when_nothing_is_to_be_done(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    struct store *st;
    struct error err;
    struct store_call call = { .lane = "kube-system/web",
                               .lb = "kube-system/web",
                               .resource = "Rule",
                               .action = "CreateRules",
                               .client_token = "t",
                               .params = "{}",
                               .sent_at = 1 };
    assert_true(store_open(&st, w->state, STORE_WRITE, 0, NULL, &err));
    assert_true(store_call_intent(st, &call, &err));
    store_close(st);
    assert_int_equal(world_open_intents(w), 1);
    struct session_result r = world_apply(w);
    assert_int_equal(r.writes, 0);
    assert_int_equal(world_open_intents(w), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_unknown_outcome_is_repeated_with_the_same_token),
        TEST(test_repeat_that_is_put_off_keeps_the_token),
        TEST(test_repeat_that_is_refused_ends_the_token),
        TEST(test_refusal_ends_the_token),
        TEST(test_only_the_guilty_member_of_a_batch_is_left_out),
        TEST(test_a_script_too_many_harms_nothing_else),
        TEST(test_of_scripts_changed_together_only_the_guilty_one_is_left_out),
        TEST(test_a_script_that_is_gone_is_read_again),
        TEST(test_what_is_named_and_not_there_harms_only_what_names_it),
        TEST(test_lane_gives_up_after_its_tries_and_the_others_go_on),
        TEST(test_intent_left_by_a_crash_is_repeated_with_its_token),
        TEST(test_intent_whose_effect_is_seen_is_closed_and_its_token_never_used_again),
        TEST(test_journal_is_closed_even_when_nothing_is_to_be_done),
    };
    return cmocka_run_group_tests_name("apply/lane", tests, NULL, NULL);
}
