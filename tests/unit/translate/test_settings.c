/* Server groups as annotations want them: alb-ingress.md §A.1, §A.2. */
#include "world.h"

#include "alb-agent/json.h"

#define RULE "  rules:\n" PATH("a.com", "/")

static const struct alb_server_group *group_with(struct world *w, const char *annotations)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    *w = world_of(arena_fmt(&a,
                            "%s---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                            "metadata: {name: a, namespace: d, annotations: {%s}}\n"
                            "spec:\n  ingressClassName: alb\n%s",
                            WEB, annotations, RULE));
    return group_of(w, "d/a-tea:80");
}

/* The members of HealthCheckConfig and its like as canonical JSON. */
static void assert_settings(const char *annotations, const char *member, const char *want)
{
    struct world w;
    const struct alb_server_group *g = group_with(&w, annotations);
    assert_string_equal(problems(&w), "");
    assert_non_null(g);
    cJSON *json CLEANUP(json_done) = schema_to_json(&alb_server_group_schema, g, 0);
    const cJSON *part = json_get(json, member);
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(part ? json_canonical(&a, part) : "", want);
    world_done(&w);
}

static void assert_refused(const char *annotations, const char *problem)
{
    struct world w;
    assert_null(group_with(&w, annotations));
    assert_has(problems(&w), problem);
    world_done(&w);
}

#define HEALTH ALB "healthcheck-enabled: \"true\""

static void test_switches_are_off_without_annotations(void **state)
{
    (void)state;
    assert_settings("", "HealthCheckConfig", "{\"HealthCheckEnabled\":false}");
    assert_settings("", "StickySessionConfig", "{\"StickySessionEnabled\":false}");
    assert_settings("", "SlowStartConfig", "{\"SlowStartEnabled\":false}");
    assert_settings("", "ConnectionDrainConfig", "{\"ConnectionDrainEnabled\":false}");
    assert_settings("", "Scheduler", "\"Wrr\"");
    assert_settings("", "UpstreamKeepaliveEnabled", "");
    assert_settings("", "ResourceGroupId", "");
}

static void test_health_check_has_the_defaults_of_the_existing_controller(void **state)
{
    (void)state;
    assert_settings(HEALTH, "HealthCheckConfig",
                    "{\"HealthCheckCodes\":[\"http_2xx\"],\"HealthCheckConnectPort\":0,"
                    "\"HealthCheckEnabled\":true,\"HealthCheckHost\":\"$SERVER_IP\","
                    "\"HealthCheckHttpVersion\":\"HTTP1.1\",\"HealthCheckInterval\":2,"
                    "\"HealthCheckMethod\":\"HEAD\",\"HealthCheckPath\":\"/\","
                    "\"HealthCheckProtocol\":\"HTTP\",\"HealthCheckTimeout\":5,"
                    "\"HealthyThreshold\":3,\"UnhealthyThreshold\":3}");
}

static void test_health_check_takes_every_annotation(void **state)
{
    (void)state;
    assert_settings(
        HEALTH ", " ALB "healthcheck-path: /up, " ALB "healthcheck-protocol: https, " ALB
               "healthcheck-method: GET, " ALB "healthcheck-httpcode: http_5xx, " ALB
               "healthcheck-code: \"http_2xx, http_3xx\", " ALB
               "healthcheck-httpversion: HTTP1.0, " ALB "healthcheck-timeout-seconds: \"300\", " ALB
               "healthcheck-interval-seconds: \"50\", " ALB "healthy-threshold-count: \"2\", " ALB
               "unhealthy-threshold-count: \"10\", " ALB "healthcheck-connect-port: \"65535\"",
        "HealthCheckConfig",
        "{\"HealthCheckCodes\":[\"http_2xx\",\"http_3xx\"],\"HealthCheckConnectPort\":65535,"
        "\"HealthCheckEnabled\":true,\"HealthCheckHost\":\"$SERVER_IP\","
        "\"HealthCheckHttpVersion\":\"HTTP1.0\",\"HealthCheckInterval\":50,"
        "\"HealthCheckMethod\":\"GET\",\"HealthCheckPath\":\"/up\","
        "\"HealthCheckProtocol\":\"https\",\"HealthCheckTimeout\":300,"
        "\"HealthyThreshold\":2,\"UnhealthyThreshold\":10}");
}

static void test_tcp_check_has_no_path_and_grpc_has_numbers(void **state)
{
    (void)state;
    assert_settings(HEALTH ", " ALB "healthcheck-protocol: TCP", "HealthCheckConfig",
                    "{\"HealthCheckConnectPort\":0,\"HealthCheckEnabled\":true,"
                    "\"HealthCheckHost\":\"$SERVER_IP\",\"HealthCheckInterval\":2,"
                    "\"HealthCheckProtocol\":\"TCP\",\"HealthCheckTimeout\":5,"
                    "\"HealthyThreshold\":3,\"UnhealthyThreshold\":3}");
    assert_settings(HEALTH ", " ALB "healthcheck-protocol: GRPC, " ALB "healthcheck-code: \"0,12\"",
                    "HealthCheckConfig",
                    "{\"HealthCheckCodes\":[\"0\",\"12\"],\"HealthCheckConnectPort\":0,"
                    "\"HealthCheckEnabled\":true,\"HealthCheckHost\":\"$SERVER_IP\","
                    "\"HealthCheckInterval\":2,\"HealthCheckMethod\":\"POST\","
                    "\"HealthCheckPath\":\"/\",\"HealthCheckProtocol\":\"gRPC\","
                    "\"HealthCheckTimeout\":5,\"HealthyThreshold\":3,\"UnhealthyThreshold\":3}");
}

static void test_health_check_out_of_range_is_a_problem(void **state)
{
    (void)state;
    assert_refused(HEALTH ", " ALB "healthcheck-path: up", "healthcheck-path]: \"up\" is no path");
    assert_refused(
        HEALTH ", " ALB "healthcheck-path: /a b",
        "\"/a b\" is no path that ALB takes; give 1 to 80 letters, digits and - / . % ?");
    assert_refused(HEALTH ", " ALB "healthcheck-protocol: UDP",
                   "\"UDP\" is not known; give HTTP, HTTPS, TCP or GRPC");
    assert_refused(HEALTH ", " ALB "healthcheck-method: PUT", "give HEAD, GET or POST");
    assert_refused(HEALTH ", " ALB "healthcheck-protocol: GRPC, " ALB "healthcheck-method: HEAD",
                   "give POST or GET");
    assert_refused(HEALTH ", " ALB "healthcheck-httpcode: http_1xx", "\"http_1xx\" is no code");
    assert_refused(HEALTH ", " ALB "healthcheck-protocol: GRPC, " ALB "healthcheck-code: http_2xx",
                   "give numbers of 0 to 99");
    assert_refused(HEALTH ", " ALB "healthcheck-httpversion: HTTP2", "give HTTP1.1 or HTTP1.0");
    assert_refused(HEALTH ", " ALB "healthcheck-timeout-seconds: \"301\"",
                   "301 is out of range; give 1 to 300");
    assert_refused(HEALTH ", " ALB "healthcheck-interval-seconds: \"0\"", "give 1 to 50");
    assert_refused(HEALTH ", " ALB "healthy-threshold-count: \"1\"", "give 2 to 10");
    assert_refused(HEALTH ", " ALB "unhealthy-threshold-count: \"11\"", "give 2 to 10");
    assert_refused(HEALTH ", " ALB "healthcheck-connect-port: \"65536\"", "give 0 to 65535");
}

static void test_no_number_is_said_and_replaced_by_the_default(void **state)
{
    (void)state;
    struct world w;
    const struct alb_server_group *g =
        group_with(&w, HEALTH ", " ALB "healthcheck-timeout-seconds: 5s");
    assert_int_equal(g->health.timeout.val, 5);
    assert_has(warnings(&w), "\"5s\" is no whole number, so 5 is used");
    world_done(&w);
}

static void test_what_is_switched_off_is_not_looked_at(void **state)
{
    (void)state;
    assert_settings(ALB "healthcheck-path: up, " ALB "cookie-timeout: \"0\", " ALB
                        "slow-start-duration: \"1\", " ALB "connection-drain-timeout: \"901\"",
                    "HealthCheckConfig", "{\"HealthCheckEnabled\":false}");
}

static void test_stickiness_of_both_types(void **state)
{
    (void)state;
    assert_settings(ALB "sticky-session: \"true\"", "StickySessionConfig",
                    "{\"CookieTimeout\":1000,\"StickySessionEnabled\":true,"
                    "\"StickySessionType\":\"Insert\"}");
    assert_settings(ALB "sticky-session: \"true\", " ALB "sticky-session-type: insert, " ALB
                        "cookie-timeout: \"86400\"",
                    "StickySessionConfig",
                    "{\"CookieTimeout\":86400,\"StickySessionEnabled\":true,"
                    "\"StickySessionType\":\"insert\"}");
    assert_settings(ALB "sticky-session: \"true\", " ALB "sticky-session-type: Server, " ALB
                        "cookie: JSESSIONID",
                    "StickySessionConfig",
                    "{\"Cookie\":\"JSESSIONID\",\"StickySessionEnabled\":true,"
                    "\"StickySessionType\":\"Server\"}");
    assert_refused(ALB "sticky-session: \"true\", " ALB "cookie-timeout: \"86401\"",
                   "give 1 to 86400");
    assert_refused(ALB "sticky-session: \"true\", " ALB "sticky-session-type: Server",
                   "cookie]: sticky sessions of type Server need the name of a cookie");
    assert_refused(ALB "sticky-session: \"true\", " ALB "sticky-session-type: Ip",
                   "give Insert or Server");
}

static void test_scheduler_in_any_case(void **state)
{
    (void)state;
    assert_settings(ALB "backend-scheduler: wlc", "Scheduler", "\"Wlc\"");
    assert_settings(ALB "backend-scheduler: Sch", "Scheduler", "\"Sch\"");
    assert_settings(ALB "backend-scheduler: uch, " ALB "backend-scheduler-uch-value: user",
                    "UchConfig", "{\"Type\":\"QueryString\",\"Value\":\"user\"}");
    assert_refused(ALB "backend-scheduler: uch", "uch-value]: the scheduler uch hashes");
    assert_refused(ALB "backend-scheduler: fair",
                   "\"fair\" is not known; give wrr, wlc, sch or uch");
}

static void test_slow_start_and_drain(void **state)
{
    (void)state;
    assert_settings(ALB "slow-start-enabled: \"true\"", "SlowStartConfig",
                    "{\"SlowStartDuration\":30,\"SlowStartEnabled\":true}");
    assert_settings(
        ALB "connection-drain-enabled: \"true\", " ALB "connection-drain-timeout: \"0\"",
        "ConnectionDrainConfig", "{\"ConnectionDrainEnabled\":true,\"ConnectionDrainTimeout\":0}");
    assert_settings(ALB "connection-drain-enabled: \"true\"", "ConnectionDrainConfig",
                    "{\"ConnectionDrainEnabled\":true,\"ConnectionDrainTimeout\":300}");
    assert_refused(ALB "slow-start-enabled: \"true\", " ALB "slow-start-duration: \"29\"",
                   "give 30 to 900");
    assert_refused(ALB "slow-start-enabled: \"true\", " ALB "backend-scheduler: wlc",
                   "slow start works with the scheduler wrr alone");
    assert_refused(ALB "connection-drain-enabled: \"true\", " ALB
                       "connection-drain-timeout: \"901\"",
                   "give 0 to 900");
}

static void test_type_keepalive_and_resource_group(void **state)
{
    (void)state;
    assert_settings(ALB "server-group-type: ip", "ServerGroupType", "\"Ip\"");
    assert_settings(ALB "backend-keepalive: \"true\"", "UpstreamKeepaliveEnabled", "true");
    assert_settings(ALB "backend-keepalive: \"false\"", "UpstreamKeepaliveEnabled", "false");
    assert_settings(ALB "server-group-resource-group-id: rg-1", "ResourceGroupId", "\"rg-1\"");
    assert_refused(ALB "server-group-type: Fc", "\"Fc\" is not known; give Instance or Ip");
    assert_refused(ALB "server-group-resource-group-id: mine", "\"mine\" is no resource group");
}

static void test_codes_of_a_health_check_may_stand_apart(void **state)
{
    (void)state;
#define CODES(text) HEALTH ", " ALB "healthcheck-code: \"" text "\""
    struct world w;
    const struct alb_server_group *g = group_with(&w, CODES("http_2xx , http_4xx,  http_5xx"));
    assert_string_equal(problems(&w), "");
    assert_int_equal(g->health.codes.len, 3);
    assert_string_equal(g->health.codes.items[0], "http_2xx");
    assert_string_equal(g->health.codes.items[1], "http_4xx");
    assert_string_equal(g->health.codes.items[2], "http_5xx");
    world_done(&w);
    assert_refused(CODES("http_2xx,  ,http_3xx"), "healthcheck-code]: \"\" is no code");
    assert_refused(CODES("http_1xx"), "\"http_1xx\" is no code; give http_2xx, http_3xx");
}

static void test_codes_of_grpc_are_0_to_99(void **state)
{
    (void)state;
#define GRPC(text) CODES(text) ", " ALB "healthcheck-protocol: grpc"
    struct world w;
    const struct alb_server_group *g = group_with(&w, GRPC("0,99"));
    assert_string_equal(problems(&w), "");
    assert_string_equal(g->health.codes.items[1], "99");
    world_done(&w);
    g = group_with(&w, GRPC("0-12, 20,30-99"));
    assert_string_equal(problems(&w), "");
    assert_int_equal(g->health.codes.len, 3);
    assert_string_equal(g->health.codes.items[0], "0-12");
    assert_string_equal(g->health.codes.items[2], "30-99");
    world_done(&w);
    assert_refused(GRPC("100"), "\"100\" is no code; give numbers of 0 to 99, or ranges as 0-12");
    assert_refused(GRPC("0-100"), "\"0-100\" is no code");
    assert_refused(GRPC("12-1"), "\"12-1\" is no code");
    assert_refused(GRPC("-1"), "\"-1\" is no code");
    assert_refused(GRPC("1-"), "\"1-\" is no code");
    assert_refused(GRPC("1-2-3"), "\"1-2-3\" is no code");
    g = group_with(&w, GRPC("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20"));
    assert_string_equal(problems(&w), "");
    assert_int_equal(g->health.codes.len, 20);
    world_done(&w);
    assert_refused(GRPC("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21"),
                   "healthcheck-code]: it lists 21 codes, and ALB takes 20; use ranges");
    assert_refused(GRPC("http_2xx"), "\"http_2xx\" is no code; give numbers");
}

static void test_path_of_a_health_check_has_at_most_80_characters(void **state)
{
    (void)state;
#define P20 "/2345678901234567890"
    struct world w;
    const struct alb_server_group *g =
        group_with(&w, HEALTH ", " ALB "healthcheck-path: " P20 P20 P20 P20);
    assert_non_null(g);
    assert_int_equal(strlen(g->health.path), 80);
    world_done(&w);
    assert_refused(HEALTH ", " ALB "healthcheck-path: " P20 P20 P20 P20 "x",
                   "is no path that ALB takes; give 1 to 80 letters");
    g = group_with(&w, HEALTH ", " ALB "healthcheck-path: ''");
    assert_non_null(g);
    assert_string_equal(g->health.path, "/");
    world_done(&w);
}

static void test_stickiness_by_a_cookie_of_the_server_needs_its_name(void **state)
{
    (void)state;
    static const char wanted[] =
        "cookie]: sticky sessions of type Server need the name of a cookie";
#define SERVER ALB "sticky-session: \"true\", " ALB "sticky-session-type: Server"
    assert_refused(SERVER, wanted);
    assert_refused(SERVER ", " ALB "cookie: \"\"", wanted);
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *long_name = repeated(&a, "c", 201);
    assert_refused(arena_fmt(&a, "%s%s", SERVER ", " ALB "cookie: ", long_name), wanted);
    assert_settings(
        SERVER ", " ALB "cookie: c", "StickySessionConfig",
        "{\"Cookie\":\"c\",\"StickySessionEnabled\":true,\"StickySessionType\":\"Server\"}");
}

static void test_hashing_by_a_parameter_needs_its_name(void **state)
{
    (void)state;
    static const char wanted[] = "backend-scheduler-uch-value]: the scheduler uch hashes";
    assert_refused(ALB "backend-scheduler: uch", wanted);
    assert_refused(ALB "backend-scheduler: uch, " ALB "backend-scheduler-uch-value: \"\"", wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switches_are_off_without_annotations),
        cmocka_unit_test(test_health_check_has_the_defaults_of_the_existing_controller),
        cmocka_unit_test(test_health_check_takes_every_annotation),
        cmocka_unit_test(test_tcp_check_has_no_path_and_grpc_has_numbers),
        cmocka_unit_test(test_health_check_out_of_range_is_a_problem),
        cmocka_unit_test(test_no_number_is_said_and_replaced_by_the_default),
        cmocka_unit_test(test_what_is_switched_off_is_not_looked_at),
        cmocka_unit_test(test_stickiness_of_both_types),
        cmocka_unit_test(test_scheduler_in_any_case),
        cmocka_unit_test(test_slow_start_and_drain),
        cmocka_unit_test(test_type_keepalive_and_resource_group),
        cmocka_unit_test(test_codes_of_a_health_check_may_stand_apart),
        cmocka_unit_test(test_codes_of_grpc_are_0_to_99),
        cmocka_unit_test(test_path_of_a_health_check_has_at_most_80_characters),
        cmocka_unit_test(test_stickiness_by_a_cookie_of_the_server_needs_its_name),
        cmocka_unit_test(test_hashing_by_a_parameter_needs_its_name),
    };
    return cmocka_run_group_tests_name("translate/settings", tests, NULL, NULL);
}
