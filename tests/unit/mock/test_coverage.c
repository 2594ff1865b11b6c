/* test_coverage.c - what the mock plays may grow, not shrink. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/arena.h"
#include "mock-server/coverage.h"

/* Played once, played for ever.  Add what is new. */
static const char *const played[] = {
    "AddEntriesToAcl",
    "AddServersToServerGroup",
    "ApplyHealthCheckTemplateToServerGroup",
    "AssociateAclsWithListener",
    "AssociateAdditionalCertificatesWithListener",
    "AttachCommonBandwidthPackageToLoadBalancer",
    "CancelShiftLoadBalancerZones",
    "CreateAScripts",
    "CreateAcl",
    "CreateHealthCheckTemplate",
    "CreateListener",
    "CreateLoadBalancer",
    "CreateRule",
    "CreateRules",
    "CreateSecurityPolicy",
    "CreateServerGroup",
    "DeleteAScripts",
    "DeleteAcl",
    "DeleteHealthCheckTemplates",
    "DeleteListener",
    "DeleteLoadBalancer",
    "DeleteRule",
    "DeleteRules",
    "DeleteSecurityPolicy",
    "DeleteServerGroup",
    "DescribeCapacityReservation",
    "DescribeRegions",
    "DescribeZones",
    "DetachCommonBandwidthPackageFromLoadBalancer",
    "DisableDeletionProtection",
    "DisableLoadBalancerAccessLog",
    "DisableLoadBalancerIpv6Internet",
    "DissociateAclsFromListener",
    "DissociateAdditionalCertificatesFromListener",
    "EnableDeletionProtection",
    "EnableLoadBalancerAccessLog",
    "EnableLoadBalancerIpv6Internet",
    "GetHealthCheckTemplateAttribute",
    "GetListenerAttribute",
    "GetListenerHealthStatus",
    "GetLoadBalancerAttribute",
    "ListAScripts",
    "ListAclEntries",
    "ListAclRelations",
    "ListAcls",
    "ListAsynJobs",
    "ListHealthCheckTemplates",
    "ListListenerCertificates",
    "ListListeners",
    "ListLoadBalancers",
    "ListRules",
    "ListSecurityPolicies",
    "ListSecurityPolicyRelations",
    "ListServerGroupServers",
    "ListServerGroups",
    "ListSystemSecurityPolicies",
    "ListTagKeys",
    "ListTagResources",
    "ListTagValues",
    "LoadBalancerJoinSecurityGroup",
    "LoadBalancerLeaveSecurityGroup",
    "ModifyCapacityReservation",
    "MoveResourceGroup",
    "RemoveEntriesFromAcl",
    "RemoveServersFromServerGroup",
    "ReplaceServersInServerGroup",
    "StartListener",
    "StartShiftLoadBalancerZones",
    "StopListener",
    "TagResources",
    "UnTagResources",
    "UpdateAScripts",
    "UpdateAclAttribute",
    "UpdateHealthCheckTemplateAttribute",
    "UpdateListenerAttribute",
    "UpdateListenerLogConfig",
    "UpdateLoadBalancerAddressTypeConfig",
    "UpdateLoadBalancerAttribute",
    "UpdateLoadBalancerEdition",
    "UpdateLoadBalancerZones",
    "UpdateRuleAttribute",
    "UpdateRulesAttribute",
    "UpdateSecurityPolicyAttribute",
    "UpdateServerGroupAttribute",
    "UpdateServerGroupServersAttribute",
};

static void test_every_action_of_alb_is_validated(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct coverage total = { 0 };
    struct error err = { 0 };
    assert_true(coverage_write(&b, "alb", &total, &err));
    assert_true(total.actions >= 85);
    assert_true(total.played >= sizeof played / sizeof *played);
    assert_true(total.stateful + 3 >= total.played); /* regions, zones, system policies */
}

static void test_no_action_that_was_played_is_missing(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct coverage total;
    struct error err = { 0 };
    assert_true(coverage_write(&b, "alb", &total, &err));
    for (size_t i = 0; i < sizeof played / sizeof *played; i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        const char *line = strstr(b.data, arena_fmt(&a, " %s ", played[i]));
        if (!line)
            fail_msg("%s is not described", played[i]);
        const char *text = arena_strndup(&a, line, strcspn(line, "\n"));
        if (!strstr(text, "stateful") && !strstr(text, "constant"))
            fail_msg("%s is not played", played[i]);
    }
}

static void test_the_products_beside_alb_are_played_whole_where_they_are_ours(void **state)
{
    (void)state;
    static const char *const whole[] = {
        "sts", "cas", "location", "resourcemanager", "vpc", "ecs"
    };
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        struct buf b CLEANUP(buf_done) = { 0 };
        struct coverage total = { 0 };
        struct error err = { 0 };
        assert_true(coverage_write(&b, whole[i], &total, &err));
        assert_true(total.played > 0);
        if (i < 4)
            assert_int_equal(total.played, total.actions);
    }
}

static void test_lines_say_on_what_ground_they_stand(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct coverage total;
    struct error err = { 0 };
    assert_true(coverage_write(&b, NULL, &total, &err));
    static const char *const lines[][3] = {
        { " CreateRules ", "stateful", "observed" },
        { " DescribeZones ", "constant", "documented" },
        { " DescribeEndpoints ", "constant", "guessed" },
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        const char *line = strstr(b.data, lines[i][0]);
        assert_non_null(line);
        line = arena_strndup(&a, line, strcspn(line, "\n"));
        assert_non_null(strstr(line, lines[i][1]));
        assert_non_null(strstr(line, lines[i][2]));
    }
}

/* What was seen in captured traffic (tests/vectors) stays seen. */
static void test_what_was_observed_stays_observed(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct coverage total;
    struct error err = { 0 };
    size_t n = 0;
    assert_true(coverage_write(&b, NULL, &total, &err));
    for (const char *s = b.data; (s = strstr(s, " observed\n")); s++)
        n++;
    assert_true(n >= 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_action_of_alb_is_validated),
        cmocka_unit_test(test_no_action_that_was_played_is_missing),
        cmocka_unit_test(test_the_products_beside_alb_are_played_whole_where_they_are_ours),
        cmocka_unit_test(test_lines_say_on_what_ground_they_stand),
        cmocka_unit_test(test_what_was_observed_stays_observed),
    };
    return cmocka_run_group_tests_name("mock/coverage", tests, NULL, NULL);
}
