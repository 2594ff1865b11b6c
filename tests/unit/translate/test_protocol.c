/* What backends speak: alb-ingress.md §A.2. */
#include "world.h"

#define HTTPS_443 SAYS("listen-ports", "[{\"HTTPS\":443}]")

static void assert_protocol(const char *annotations, enum alb_protocol wanted)
{
    struct world w = world_asked(annotations, TO_TEA);
    const struct alb_server_group *g = group_of(&w, "d/web-tea:80");
    assert_string_equal(problems(&w), "");
    assert_non_null(g);
    assert_int_equal(g->protocol, wanted);
    world_done(&w);
}

static void test_protocol_is_that_of_the_group(void **state)
{
    (void)state;
    assert_protocol(SAYS("backend-protocol", "http"), ALB_PROTOCOL_HTTP);
    assert_protocol(SAYS("backend-protocol", "https") HTTPS_443, ALB_PROTOCOL_HTTPS);
    assert_protocol(SAYS("backend-protocol", "grpc") HTTPS_443, ALB_PROTOCOL_GRPC);
    /* The existing controller takes these for http. */
    assert_protocol(SAYS("backend-protocol", "HTTPS") HTTPS_443, ALB_PROTOCOL_HTTPS);
    assert_protocol(SAYS("backend-protocol", "gRPC") HTTPS_443, ALB_PROTOCOL_GRPC);
}

static void test_services_may_have_protocols_of_their_own(void **state)
{
    (void)state;
    assert_protocol(SAYS("backend-svcs-protocols", "{\"tea\":\"grpc\"}") HTTPS_443,
                    ALB_PROTOCOL_GRPC);
    assert_protocol(SAYS("backend-svcs-protocols", "{\"milk\":\"grpc\"}"), ALB_PROTOCOL_HTTP);
}

static void test_unknown_protocols_are_problems(void **state)
{
    (void)state;
    static const struct asked cases[] = {
        { SAYS("backend-protocol", "h2c"),
          "backend-protocol]: \"h2c\" is not known; give http, https or grpc" },
        { SAYS("backend-protocol", "quic"), "\"quic\" is not known" },
        { SAYS("backend-svcs-protocols", "["), "backend-svcs-protocols]: JSON: syntax error" },
        { SAYS("backend-svcs-protocols", "[]"),
          "this is a list; give a map as {\"tea\":\"grpc\"}" },
        { SAYS("backend-svcs-protocols", "{\"tea\":1}"),
          "backend-svcs-protocols].tea: this is no protocol of a backend" },
    };
    assert_each(cases, TO_TEA, assert_problem);
}

#define TWO_GROUPS                                                                               \
    SAYS("actions.tea",                                                                          \
         "{\"type\":\"ForwardGroup\",\"forwardConfig\":{\"serverGroups\":[{\"serviceName\":"     \
         "\"tea\","                                                                              \
         "\"servicePort\":80},{\"serviceName\":\"milk\",\"servicePort\":80},{\"serverGroupID\":" \
         "\"sgp-1\"}]}}")

static void test_groups_of_a_rule_have_one_protocol(void **state)
{
    (void)state;
    assert_problem(TWO_GROUPS HTTPS_443 SAYS("backend-svcs-protocols", "{\"milk\":\"grpc\"}"),
                   TO_ANNOTATION,
                   "backend-svcs-protocols]: spec.rules[0].http.paths[0] leads to tea by HTTP and "
                   "to milk by gRPC, and ALB takes one protocol in a rule; give both the same");
    struct world w =
        world_asked(TWO_GROUPS HTTPS_443 SAYS("backend-svcs-protocols",
                                              "{\"milk\":\"https\",\"tea\":\"https\"}"),
                    TO_ANNOTATION);
    assert_string_equal(problems(&w), "");
    assert_int_equal(group_of(&w, "d/web-milk:80")->protocol, ALB_PROTOCOL_HTTPS);
    world_done(&w);
}

static void test_grpc_is_for_tls_listeners(void **state)
{
    (void)state;
    assert_problem(SAYS("backend-protocol", "grpc"), TO_TEA,
                   "backend-protocol]: 'grpc' backend protocol must be use TLS listener only or "
                   "redirect to, but the rules go on 80/HTTP too");
    assert_problem(SAYS("backend-protocol", "grpc")
                       SAYS("listen-ports", "[{\"HTTPS\":443},{\"QUIC\":443}]"),
                   TO_TEA, "the rules go on 443/QUIC too");
    /* Port 80 only redirects. */
    assert_protocol(SAYS("backend-protocol", "grpc") SAYS("ssl-redirect", "true") HTTPS_443,
                    ALB_PROTOCOL_GRPC);
}

static void test_https_is_not_for_quic(void **state)
{
    (void)state;
    assert_problem(SAYS("backend-protocol", "https") SAYS("listen-ports", "[{\"QUIC\":443}]"),
                   TO_TEA, "a QUIC listener reaches HTTP backends only");
    assert_warning(SAYS("backend-protocol", "https"), TO_TEA,
                   "an HTTP listener may refuse HTTPS backends");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_protocol_is_that_of_the_group),
        cmocka_unit_test(test_services_may_have_protocols_of_their_own),
        cmocka_unit_test(test_unknown_protocols_are_problems),
        cmocka_unit_test(test_groups_of_a_rule_have_one_protocol),
        cmocka_unit_test(test_grpc_is_for_tls_listeners),
        cmocka_unit_test(test_https_is_not_for_quic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
