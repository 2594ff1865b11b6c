/* test_policy.c - rules from text, and what they say about calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "mock-server/front/policy.h"

struct world {
    struct arena arena;
    LIST_OF(struct policy) rules;
};

static void world_done(struct world *w)
{
    arena_done(&w->arena);
}

static void add(struct world *w, const char *text)
{
    struct error err = { 0 };
    if (!policy_read(&w->arena, text, LIST_PUSH(&w->arena, &w->rules), &err))
        fail_msg("%s", err.msg);
}

static enum policy_verdict judge(const struct world *w, const char *key, const char *action,
                                 const char *resource)
{
    struct param param = { "LoadBalancerId", resource };
    const struct params params = { &param, 1 };
    return policy_judge(w->rules.items, w->rules.len, key, "alb", action, &params);
}

static void test_without_rules_of_its_own_a_key_may_do_everything(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done) = { 0 };
    assert_int_equal(judge(&w, "k", "DeleteLoadBalancer", "alb-1"), POLICY_ALLOWED);
    add(&w, "other=deny:*:*");
    assert_int_equal(judge(&w, "k", "DeleteLoadBalancer", "alb-1"), POLICY_ALLOWED);
}

static void test_rules_that_allow_leave_nothing_else(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done) = { 0 };
    add(&w, "k=allow:alb:List*");
    add(&w, "k=allow:alb:Delete*:alb-mine-*");
    assert_int_equal(judge(&w, "k", "ListRules", "alb-1"), POLICY_ALLOWED);
    assert_int_equal(judge(&w, "k", "CreateRule", "alb-1"), POLICY_NOT_ALLOWED);
    assert_int_equal(judge(&w, "k", "DeleteLoadBalancer", "alb-1"), POLICY_NOT_ALLOWED);
    assert_int_equal(judge(&w, "k", "DeleteLoadBalancer", "alb-mine-1"), POLICY_ALLOWED);
}

static void test_a_rule_that_denies_wins_and_takes_only_its_own(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done) = { 0 };
    add(&w, "k=deny:alb:Delete*:alb-1");
    assert_int_equal(judge(&w, "k", "DeleteLoadBalancer", "alb-1"), POLICY_DENIED);
    assert_int_equal(judge(&w, "k", "DeleteLoadBalancer", "alb-2"), POLICY_ALLOWED);
    add(&w, "k=allow:*:*");
    assert_int_equal(judge(&w, "k", "DeleteLoadBalancer", "alb-1"), POLICY_DENIED);
    assert_int_equal(judge(&w, "k", "ListRules", "alb-1"), POLICY_ALLOWED);
}

static void test_other_forms_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "k", "k=", "k=allow", "k=allow:alb", "k=allow:alb:", "=allow:alb:*", "k=may:alb:*"
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct policy p;
        struct error err = { 0 };
        assert_false(policy_read(&a, bad[i], &p, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_rules_of_its_own_a_key_may_do_everything),
        cmocka_unit_test(test_rules_that_allow_leave_nothing_else),
        cmocka_unit_test(test_a_rule_that_denies_wins_and_takes_only_its_own),
        cmocka_unit_test(test_other_forms_are_refused),
    };
    return cmocka_run_group_tests_name("mock_front/policy", tests, NULL, NULL);
}
