/* test_dry_run.c - asking the cloud about a plan. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/support/world.h"

struct asked {
    struct session session;
    struct plan plan;
    struct step_verdict *verdicts;
};

static void ask(struct world *w, struct asked *a)
{
    struct error err;
    world_open(w, &a->session, STORE_SNAPSHOT);
    world_read(w, &a->session);
    session_plan(&a->session, &w->arena, &a->plan);
    if (!session_dry_run(&a->session, &a->plan, &w->arena, &a->verdicts, &err))
        fail_msg("%s", err.msg);
}

static void asked_done(struct asked *a)
{
    session_close(&a->session);
}

static const struct step_verdict *verdict_of(const struct asked *a, const char *action)
{
    for (size_t i = 0; i < a->plan.steps.len; i++)
        if (!strcmp(a->plan.steps.items[i].action, action))
            return &a->verdicts[i];
    fail_msg("no step %s", action);
    return NULL;
}

static void test_new_things_are_accepted_and_what_needs_them_is_not_verifiable(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    struct asked a CLEANUP(asked_done) = { 0 };
    ask(w, &a);
    assert_int_equal(verdict_of(&a, "CreateLoadBalancer")->verdict, VERDICT_ACCEPTED);
    assert_int_equal(verdict_of(&a, "CreateServerGroup")->verdict, VERDICT_ACCEPTED);
    const struct step_verdict *rules = verdict_of(&a, "CreateRules");
    assert_int_equal(rules->verdict, VERDICT_UNVERIFIABLE);
    assert_non_null(strstr(rules->why, "ListenerId"));
    /* Asked, and nothing done. */
    assert_int_equal(world_count(w, "LoadBalancers"), 0);
    assert_int_equal(world_count(w, "ServerGroups"), 0);
    assert_null(mock_transport_call(&w->mock, "CreateRules", 1));
}

static void test_each_question_has_a_token_of_its_own(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    struct asked a CLEANUP(asked_done) = { 0 };
    ask(w, &a);
    const struct mock_call *one = mock_transport_call(&w->mock, "CreateServerGroup", 1),
                           *two = mock_transport_call(&w->mock, "CreateServerGroup", 2);
    assert_string_equal(alb_param_get(&one->params, "DryRun"), "true");
    assert_string_not_equal(alb_param_get(&one->params, "ClientToken"),
                            alb_param_get(&two->params, "ClientToken"));
}

static void test_wrong_call_is_refused_with_the_words_of_the_cloud(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "CreateServerGroup",
                                                       .nth = 1,
                                                       .status = 400,
                                                       .code = "IllegalParam.ServerGroupName" });
    struct asked a CLEANUP(asked_done) = { 0 };
    ask(w, &a);
    const struct step_verdict *v = verdict_of(&a, "CreateServerGroup");
    assert_int_equal(v->verdict, VERDICT_REFUSED);
    assert_non_null(strstr(v->why, "IllegalParam.ServerGroupName"));
}

/* Two listeners' worth of rules and what goes before them in the lane of the load balancer. */
static void test_conflict_behind_other_steps_is_not_the_last_word(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    world_write_ingress(w, "tea", "web", "other.example.com", "tea");
    world_remove(w, "ingress-coffee.yaml");
    mock_transport_fail(&w->mock, (struct mock_fault){ .kind = MOCK_REFUSE,
                                                       .action = "DeleteRules",
                                                       .nth = 1,
                                                       .status = 409,
                                                       .code = "ResourceInConfiguring.Listener" });
    struct asked a CLEANUP(asked_done) = { 0 };
    ask(w, &a);
    const struct step_verdict *v = verdict_of(&a, "DeleteRules");
    assert_int_equal(v->verdict, VERDICT_UNVERIFIABLE);
    assert_non_null(strstr(v->why, "ResourceInConfiguring.Listener"));
}

/* No step makes what has an id already, whatever goes before. */
static void test_an_id_that_is_not_there_is_refused(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    (void)world_apply(w);
    world_write(w, "albconfig-web.yaml",
                "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\nspec:\n"
                "  config: {name: web, addressType: Internet, zoneMappings: [{vSwitchId: vsw-1}, "
                "{vSwitchId: vsw-2}]}\n"
                "  listeners:\n"
                "  - {port: 80, protocol: HTTP, idleTimeout: 30, aclConfig: {aclType: White, "
                "aclIds: [acl-nowhere]}}\n"
                "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: web}\n"
                "spec: {controller: ingress.k8s.alibabacloud/alb, parameters: {name: web}}\n");
    struct asked a CLEANUP(asked_done) = { 0 };
    ask(w, &a);
    assert_int_equal(verdict_of(&a, "UpdateListenerAttribute")->verdict, VERDICT_ACCEPTED);
    const struct step_verdict *v = verdict_of(&a, "AssociateAclsWithListener");
    assert_int_equal(v->verdict, VERDICT_REFUSED);
    assert_non_null(strstr(v->why, "ResourceNotFound.Acl"));
}

static void test_silence_of_the_cloud_is_an_error_and_no_verdict(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    struct session s CLEANUP(session_close) = { 0 };
    struct plan plan = { 0 };
    struct step_verdict *verdicts = NULL;
    struct error err;
    world_open(w, &s, STORE_SNAPSHOT);
    world_read(w, &s);
    session_plan(&s, &w->arena, &plan);
    mock_transport_fail(
        &w->mock, (struct mock_fault){ .kind = MOCK_LOSE_REPLY, .action = "CreateServerGroup" });
    assert_false(session_dry_run(&s, &plan, &w->arena, &verdicts, &err));
    assert_non_null(strstr(err.msg, "--dry-run=cloud"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_new_things_are_accepted_and_what_needs_them_is_not_verifiable),
        TEST(test_each_question_has_a_token_of_its_own),
        TEST(test_wrong_call_is_refused_with_the_words_of_the_cloud),
        TEST(test_conflict_behind_other_steps_is_not_the_last_word),
        TEST(test_an_id_that_is_not_there_is_refused),
        TEST(test_silence_of_the_cloud_is_an_error_and_no_verdict),
    };
    return cmocka_run_group_tests_name("agent/dry_run", tests, NULL, NULL);
}
