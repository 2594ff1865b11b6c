/* test_listener.c - listeners: create, read, delete, change, and what each refuses. */
#include "world.h"

static const char *listener_text(struct world *w, const char *protocol, int port, const char *more)
{
    return arena_fmt(&w->arena,
                     "{'LoadBalancerId':'%s','ListenerProtocol':'%s','ListenerPort':%d,"
                     "'DefaultActions':[{'Type':'ForwardGroup','ForwardGroupConfig':"
                     "{'ServerGroupTuples':[{'ServerGroupId':'%s'}]}}]%s}",
                     w->lb, protocol, port, w->group, more);
}

static const cJSON *create(struct world *w, const char *protocol, int port, const char *more)
{
    return call_text(w, "CreateListener", listener_text(w, protocol, port, more));
}

static const char cert[] = ",'Certificates':[{'CertificateId':'1-cn-hangzhou'}]";

static void setup_lb_and_group(struct world *w)
{
    world_new(w);
    setup_lb(w, LB("Standard", ""));
    setup_group(w, GROUP("first", ""));
}

static void test_an_http_listener_has_the_documented_defaults(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup_lb_and_group(&w);
    keep(w.listener, create(&w, "HTTP", 80, ",'ListenerDescription':'HTTP_80'"), "ListenerId");
    settle(&w);
    const cJSON *l = call(&w, "GetListenerAttribute", "{'ListenerId':'%s'}", w.listener);
    assert_true(cJSON_IsTrue(json_get(l, "GzipEnabled")));
    assert_int_equal(json_int(l, "IdleTimeout", 0), 15);
    assert_int_equal(json_int(l, "RequestTimeout", 0), 60);
    assert_int_equal(json_int(l, "ListenerPort", 0), 80);
    const cJSON *xff = json_get(l, "XForwardedForConfig");
    assert_true(cJSON_IsTrue(json_get(xff, "XForwardedForEnabled")));
    assert_true(cJSON_IsFalse(json_get(xff, "XForwardedForProtoEnabled")));
    assert_string_equal(json_str(xff, "XForwardedForProcessingMode"), "append");
    /* What only HTTPS has is not there. */
    assert_null(json_get(l, "Http2Enabled"));
    assert_null(json_get(l, "SecurityPolicyId"));
    assert_null(json_get(l, "Certificates"));
    assert_string_equal(json_str(first(json_at(first(l, "DefaultActions"), "ForwardGroupConfig"),
                                       "ServerGroupTuples"),
                                 "ServerGroupId"),
                        w.group);
}

static void test_https_needs_a_certificate_and_shows_it_only_alone(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup_lb_and_group(&w);
    create(&w, "HTTPS", 443, "");
    refused(&w, 400, "InvalidParameter");
    create(&w, "QUIC", 443, "");
    refused(&w, 400, "InvalidParameter");
    create(&w, "HTTPS", 443, arena_fmt(&w.arena, "%s,'CaEnabled':true", cert));
    refused(&w, 400, "InvalidParameter");
    create(&w, "HTTPS", 443, arena_fmt(&w.arena, "%s,'SecurityPolicyId':'spy-1'", cert));
    refused(&w, 404, "ResourceNotFound.SecurityPolicy");
    keep(w.listener, create(&w, "HTTPS", 443, cert), "ListenerId");
    const cJSON *l = call(&w, "GetListenerAttribute", "{'ListenerId':'%s'}", w.listener);
    assert_string_equal(json_str(first(l, "Certificates"), "CertificateId"), "1-cn-hangzhou");
    assert_string_equal(json_str(l, "SecurityPolicyId"), "tls_cipher_policy_1_0");
    assert_true(cJSON_IsTrue(json_get(l, "Http2Enabled")));
    l = first(call(&w, "ListListeners", "{}"), "Listeners");
    assert_null(json_get(l, "Certificates"));
    assert_string_equal(json_str(l, "ListenerId"), w.listener);
}

static void test_a_port_is_taken_once_but_quic_is_apart(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup_lb_and_group(&w);
    create(&w, "HTTP", 443, "");
    ok(&w);
    create(&w, "HTTPS", 443, cert);
    refused(&w, 400, "ResourceAlreadyExist.Listener");
    create(&w, "QUIC", 443, cert);
    ok(&w);
    create(&w, "QUIC", 443, cert);
    refused(&w, 400, "ResourceAlreadyExist.Listener");
}

static void test_the_group_must_fit(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup_lb_and_group(&w);
    const char *good = arena_strdup(&w.arena, w.group);
    setup_group(&w, GROUP("grpc", ",'Protocol':'gRPC'"));
    create(&w, "HTTP", 80, "");
    refused(&w, 400, "OperationDenied.GRPCServerGroup");
    create(&w, "QUIC", 80, cert);
    ok(&w);
    setup_group(&w, GROUP("https", ",'Protocol':'HTTPS'"));
    create(&w, "HTTP", 80, "");
    refused(&w, 400, "OperationDenied.ServerGroupProtocolNotSupport");
    create(&w, "HTTPS", 443, cert);
    ok(&w);
    setup_group(&w, "{'ServerGroupName':'other','VpcId':'vpc-2','HealthCheckConfig':"
                    "{'HealthCheckEnabled':true}}");
    create(&w, "HTTP", 80, "");
    refused(&w, 400, "Mismatch.VpcId");
    assert_in_range(snprintf(w.group, sizeof w.group, "%s", "sgp-nosuch"), 1, 31);
    create(&w, "HTTP", 80, "");
    refused(&w, 404, "ResourceNotFound.ServerGroup");
    assert_in_range(snprintf(w.group, sizeof w.group, "%s", good), 1, 31);
    call(&w, "DeleteServerGroup", "{'ServerGroupId':'%s'}", w.group);
    ok(&w);
    create(&w, "HTTP", 80, "");
    refused(&w, 404, "ResourceNotFound.ServerGroup");
}

static void test_basic_takes_no_slow_start_and_no_drain(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Basic", ""));
    setup_group(&w, GROUP("drain", ",'ConnectionDrainConfig':{'ConnectionDrainEnabled':true}"));
    create(&w, "HTTP", 80, "");
    refused(&w, 400, "Mismatch.LoadBalancerEditionAndConnectionDrain");
    setup_group(&w, GROUP("slow", ",'SlowStartConfig':{'SlowStartEnabled':true}"));
    create(&w, "HTTP", 80, "");
    refused(&w, 400, "Mismatch.LoadBalancerEditionAndSlowStartEnable");
    setup_group(&w, GROUP("plain", ""));
    create(&w, "HTTP", 80, "");
    ok(&w);
    settle(&w);
    call(&w, "UpdateServerGroupAttribute",
         "{'ServerGroupId':'%s','SlowStartConfig':{'SlowStartEnabled':true}}", w.group);
    refused(&w, 400, "Mismatch.LoadBalancerEditionAndSlowStartEnable");
}

static void test_a_quic_listener_is_used_by_one_and_then_in_use(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup_lb_and_group(&w);
    keep(w.listener, create(&w, "QUIC", 443, cert), "ListenerId");
    settle(&w);
    const char *more =
        arena_fmt(&w.arena, "%s,'QuicConfig':{'QuicUpgradeEnabled':true,'QuicListenerId':'%s'}",
                  cert, w.listener);
    create(&w, "HTTPS", 443, more);
    ok(&w);
    create(&w, "HTTPS", 8443, more);
    refused(&w, 400, "ResourceAlreadyAssociated.Listener");
    call(&w, "DeleteListener", "{'ListenerId':'%s'}", w.listener);
    refused(&w, 400, "ResourceInUse.Listener");
    setup_lb(&w, LB("Standard", ""));
    create(&w, "HTTPS", 443, more);
    refused(&w, 400, "OperationDenied.CrossLoadBalancerQUICListener");
}

static void test_states_refuse_with_their_codes(void **state)
{
    (void)state;
    static const struct {
        const char *action, *running, *configuring, *stopped; /* NULL: not refused */
    } rows[] = {
        { "StartListener", "IncorrectStatus.Listener", "ResourceInConfiguring.Listener", NULL },
        { "StopListener", NULL, "ResourceInConfiguring.Listener", "IncorrectStatus.Listener" },
        { "UpdateListenerAttribute", NULL, "ResourceInConfiguring.Listener",
          "IncorrectStatus.Listener" },
        { "UpdateListenerLogConfig", "OperationDenied.AccessLogDisabled",
          "ResourceInConfiguring.Listener", "IncorrectStatus.Listener" },
        { "DeleteListener", NULL, "ResourceInConfiguring.Listener", NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world w CLEANUP(world_done);
        world_new(&w);
        setup_listener(&w);
        const char *text = arena_fmt(&w.arena, "{'ListenerId':'%s'}", w.listener);
        if (rows[i].running) {
            call_text(&w, rows[i].action, text);
            refused(&w, 400, rows[i].running);
        }
        call_text(&w, "StopListener", text);
        ok(&w);
        call_text(&w, rows[i].action, text);
        refused(&w, 400, rows[i].configuring);
        settle(&w);
        call_text(&w, rows[i].action, text);
        if (rows[i].stopped)
            refused(&w, 400, rows[i].stopped);
        else
            ok(&w);
    }
}

static void test_a_new_listener_is_not_ready(void **state)
{
    (void)state;
    static const char *const actions[] = { "StopListener", "UpdateListenerAttribute",
                                           "DeleteListener", "UpdateListenerLogConfig" };
    struct world w CLEANUP(world_done);
    setup_lb_and_group(&w);
    keep(w.listener, create(&w, "HTTP", 80, ""), "ListenerId");
    for (size_t i = 0; i < COUNT(actions); i++) {
        call(&w, actions[i], "{'ListenerId':'%s'}", w.listener);
        refused(&w, 400, "IncorrectStatus.Listener");
    }
}

static void test_changes_need_the_load_balancer_active(void **state)
{
    (void)state;
    static const char *const actions[] = { "StopListener", "StartListener",
                                           "UpdateListenerAttribute", "DeleteListener",
                                           "UpdateListenerLogConfig" };
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    call(&w, "UpdateLoadBalancerAttribute", "{'LoadBalancerId':'%s','LoadBalancerName':'ab'}",
         w.lb);
    for (size_t i = 0; i < COUNT(actions); i++) {
        call(&w, actions[i], "{'ListenerId':'%s'}", w.listener);
        refused(&w, 400, "IncorrectStatus.LoadBalancer");
    }
}

static void test_descriptions_are_checked(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup_lb_and_group(&w);
    create(&w, "HTTP", 80, ",'ListenerDescription':'a b'");
    refused(&w, 400, "IllegalParam.ListenerDescription");
    create(&w, "HTTP", 80, ",'ListenerDescription':'ingress-auto-listener-80'");
    ok(&w);
}

static void test_lists_filter(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup_lb_and_group(&w);
    create(&w, "HTTP", 80, "");
    keep(w.listener, create(&w, "HTTPS", 443, arena_fmt(&w.arena, "%s,'Tag':[{'Key':'k'}]", cert)),
         "ListenerId");
    assert_int_equal(count(call(&w, "ListListeners", "{}"), "Listeners"), 2);
    assert_int_equal(
        count(call(&w, "ListListeners", "{'LoadBalancerIds':['%s']}", w.lb), "Listeners"), 2);
    assert_int_equal(count(call(&w, "ListListeners", "{'LoadBalancerIds':['alb-x']}"), "Listeners"),
                     0);
    assert_int_equal(count(call(&w, "ListListeners", "{'ListenerProtocol':'HTTPS'}"), "Listeners"),
                     1);
    assert_int_equal(count(call(&w, "ListListeners", "{'ListenerIds':['%s','%s','lsn-x']}",
                                w.listener, w.listener),
                           "Listeners"),
                     1);
    assert_int_equal(count(call(&w, "ListListeners", "{'Tag':[{'Key':'k'}]}"), "Listeners"), 1);
}

/* Terraform's provider reads a member of it without asking whether it is there. */
static void test_the_log_config_is_never_absent(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    const cJSON *body = call(&w, "GetListenerAttribute", "{'ListenerId':'%s'}", w.listener);
    const cJSON *headers =
        json_get(json_get(body, "LogConfig"), "AccessLogRecordCustomizedHeadersEnabled");
    assert_true(cJSON_IsFalse(headers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_http_listener_has_the_documented_defaults),
        cmocka_unit_test(test_https_needs_a_certificate_and_shows_it_only_alone),
        cmocka_unit_test(test_a_port_is_taken_once_but_quic_is_apart),
        cmocka_unit_test(test_the_group_must_fit),
        cmocka_unit_test(test_basic_takes_no_slow_start_and_no_drain),
        cmocka_unit_test(test_a_quic_listener_is_used_by_one_and_then_in_use),
        cmocka_unit_test(test_states_refuse_with_their_codes),
        cmocka_unit_test(test_a_new_listener_is_not_ready),
        cmocka_unit_test(test_changes_need_the_load_balancer_active),
        cmocka_unit_test(test_descriptions_are_checked),
        cmocka_unit_test(test_lists_filter),
        cmocka_unit_test(test_the_log_config_is_never_absent),
    };
    return cmocka_run_group_tests_name("mock_cloud/listener", tests, NULL, NULL);
}
