/* Which actions go together, and in which order: alb-ingress.md §A.6, §C.7. */
#include "world.h"

#define REMOVE  "{\"type\":\"RemoveHeader\",\"RemoveHeaderConfig\":{\"key\":\"k\"}}"
#define INSERT  "{\"type\":\"InsertHeader\",\"InsertHeaderConfig\":{\"key\":\"k\",\"value\":\"v\"}}"
#define LIMIT   "{\"type\":\"TrafficLimit\",\"TrafficLimitConfig\":{\"QPS\":\"9\"}}"
#define REWRITE "{\"type\":\"Rewrite\",\"RewriteConfig\":{\"path\":\"/x\"}}"
#define FIXED                                                                                      \
    "{\"type\":\"FixedResponse\",\"FixedResponseConfig\":{\"httpCode\":\"503\",\"content\":\"x\"}" \
    "}"
#define MIRROR                                                                     \
    "{\"type\":\"TrafficMirror\",\"TrafficMirrorConfig\":{\"mirrorGroupConfig\":{" \
    "\"serverGroupTuples\":[{\"serverGroupID\":\"sgp-1\"}]}}}"
#define TO_GROUPS(groups) \
    "{\"type\":\"ForwardGroup\",\"forwardConfig\":{\"serverGroups\":[" groups "]}}"
#define SGP_1         "{\"serverGroupID\":\"sgp-1\"}"
#define ACTIONS(list) SAYS("actions.tea", "[" list "]")
#define RESPONSE      SAYS("rule-direction.tea", "Response")

static void test_limits_come_first_and_what_ends_the_rule_last(void **state)
{
    (void)state;
    assert_rules(ACTIONS(FIXED "," REMOVE "," INSERT "," LIMIT), TO_ANNOTATION,
                 "a.com /* 1:TrafficLimit 9/0 2:RemoveHeader k 3:InsertHeader k=v UserDefined "
                 "4:FixedResponse 503 (null) x\n");
    assert_rules(ACTIONS(MIRROR), TO_TEA,
                 "a.com /* 1:TrafficMirror ForwardGroupMirror sgp-1" FORWARD(2));
}

static void test_request_rule_ends_in_one_action(void **state)
{
    (void)state;
    assert_problem(ACTIONS(REMOVE), TO_ANNOTATION,
                   "backend: no action ends the rule; add ForwardGroup, Redirect or FixedResponse");
    assert_problem(
        ACTIONS(FIXED), TO_TEA,
        "multi finalType action find: [FixedResponse ForwardGroup]; keep one, or give the "
        "port the name use-annotation");
}

static void test_actions_that_exclude_each_other_are_problems(void **state)
{
    (void)state;
    static const struct asked forwards[] = {
        { SAYS("traffic-limit-qps", "5") ACTIONS(LIMIT),
          "backend: TrafficLimit is asked for 2 times" },
        { SAYS("rewrite-target", "/y") ACTIONS(REWRITE), "backend: Rewrite is asked for 2 times" },
        { ACTIONS(MIRROR "," MIRROR), "backend: TrafficMirror is asked for 2 times" },
        { ACTIONS(MIRROR "," REWRITE), "backend: TrafficMirror and Rewrite exclude each other" },
        { ACTIONS(REMOVE "," REMOVE "," REMOVE "," INSERT "," INSERT),
          "backend: it has 6 actions, [RemoveHeader RemoveHeader RemoveHeader InsertHeader "
          "InsertHeader ForwardGroup], and ALB takes 5 in a rule" },
    };
    static const struct asked others[] = {
        { ACTIONS(MIRROR "," FIXED),
          "TrafficMirror copies what a backend gets, but no ForwardGroup" },
        { ACTIONS(REWRITE "," FIXED), "Rewrite changes what a backend gets, but no ForwardGroup" },
        { ACTIONS(MIRROR "," TO_GROUPS(SGP_1)), "it forwards to sgp-1 and mirrors to it too" },
        { ACTIONS(TO_GROUPS(SGP_1 "," SGP_1)), "its ForwardGroup names sgp-1 twice" },
    };
    assert_each(forwards, TO_TEA, assert_problem);
    assert_each(others, TO_ANNOTATION, assert_problem);
    /* Five fit. */
    assert_rules(ACTIONS(REMOVE "," REMOVE "," REMOVE "," INSERT), TO_TEA,
                 "a.com /* 1:RemoveHeader k 2:RemoveHeader k 3:RemoveHeader k 4:InsertHeader k=v "
                 "UserDefined" FORWARD(5));
}

static void test_response_rule_changes_headers_only(void **state)
{
    (void)state;
    assert_rules(RESPONSE ACTIONS(INSERT "," REMOVE) SAYS("rewrite-target", "/x")
                     SAYS("traffic-limit-qps", "5") SAYS("enable-cors", "true"),
                 TO_ANNOTATION,
                 "Response a.com /* 1:InsertHeader k=v UserDefined 2:RemoveHeader k\n");
    assert_problem(
        RESPONSE ACTIONS(REMOVE), TO_TEA,
        "backend: a rule of direction Response forwards nothing; give the port the name");
    assert_problem(RESPONSE ACTIONS(REMOVE "," FIXED), TO_ANNOTATION,
                   "a rule of direction Response can only InsertHeader and RemoveHeader, but there "
                   "is [RemoveHeader FixedResponse]");
    assert_problem(RESPONSE ACTIONS(FIXED), TO_ANNOTATION, "but there is [FixedResponse]");
    assert_problem(RESPONSE, TO_ANNOTATION,
                   "a rule of direction Response needs an InsertHeader or a RemoveHeader in the "
                   "annotation alb.ingress.kubernetes.io/actions.tea");
}

static void test_ssl_redirect_leaves_response_rules_alone(void **state)
{
    (void)state;
    assert_rules(RESPONSE ACTIONS(REMOVE) SAYS("ssl-redirect", "true")
                     SAYS("listen-ports", "[{\"HTTP\":80}]"),
                 TO_ANNOTATION, "Response a.com /* 1:RemoveHeader k\n");
}

static void test_ssl_redirect_keeps_what_goes_with_it(void **state)
{
    (void)state;
    assert_rules(ACTIONS(MIRROR "," INSERT "," LIMIT) SAYS("ssl-redirect", "true")
                     SAYS("listen-ports", "[{\"HTTP\":80}]"),
                 TO_TEA,
                 "a.com /* 1:InsertHeader k=v UserDefined 2:TrafficLimit 9/0 3:Redirect 308 "
                 "HTTPS://${host}:443${path}?${query}\n");
}

static void test_https_listener_redirects_to_https_only(void **state)
{
    (void)state;
    struct world w = world_asked(
        ACTIONS(
            "{\"type\":\"Redirect\",\"RedirectConfig\":{\"protocol\":\"http\",\"port\":\"80\"}}")
            SAYS("listen-ports", "[{\"HTTP\":80},{\"HTTPS\":443}]"),
        TO_ANNOTATION);
    assert_string_equal(rules(&w, "80/HTTP"), "a.com /* 1:Redirect 301 HTTP://${host}:80${path}?"
                                              "${query}\n");
    assert_string_equal(rules(&w, "443/HTTPS"), "");
    assert_has(problems(&w), "on listener 443/HTTPS: an HTTPS listener redirects to HTTPS only");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits_come_first_and_what_ends_the_rule_last),
        cmocka_unit_test(test_request_rule_ends_in_one_action),
        cmocka_unit_test(test_actions_that_exclude_each_other_are_problems),
        cmocka_unit_test(test_response_rule_changes_headers_only),
        cmocka_unit_test(test_ssl_redirect_leaves_response_rules_alone),
        cmocka_unit_test(test_ssl_redirect_keeps_what_goes_with_it),
        cmocka_unit_test(test_https_listener_redirects_to_https_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
