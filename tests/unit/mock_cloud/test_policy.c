/* test_policy.c - TLS security policies and the listeners that use them. */
#include "world.h"

static char policy[32];

#define POLICY(more) \
    "{'SecurityPolicyName':'strict','Ciphers':['AES128-SHA'],'TLSVersions':['TLSv1.1']" more "}"

static void setup(struct world *w)
{
    world_new(w);
    keep(policy, call_text(w, "CreateSecurityPolicy", POLICY("")), "SecurityPolicyId");
}

static const cJSON *the_policy(struct world *w)
{
    return first(call(w, "ListSecurityPolicies", "{'SecurityPolicyIds':['%s']}", policy),
                 "SecurityPolicies");
}

static const cJSON *https(struct world *w, int port, const char *id)
{
    return call(
        w, "CreateListener",
        "{'LoadBalancerId':'%s','ListenerPort':%d,'ListenerProtocol':'HTTPS',"
        "'SecurityPolicyId':'%s','Certificates':[{'CertificateId':'1-cn-hangzhou'}]," FORWARD "}",
        w->lb, port, id, w->group);
}

static void test_a_policy_is_there_at_once(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    const cJSON *body =
        call_text(&w, "CreateSecurityPolicy", POLICY(",'Tag':[{'Key':'k','Value':'v'}]"));
    assert_null(json_str(body, "JobId"));
    keep(policy, body, "SecurityPolicyId");
    const cJSON *p = the_policy(&w);
    assert_string_equal(json_str(p, "SecurityPolicyStatus"), "Available");
    assert_string_equal(json_str(p, "SecurityPolicyName"), "strict");
    assert_string_equal(json_str(p, "ResourceGroupId"), "rg-default");
    assert_string_equal(json_get(p, "Ciphers")->child->valuestring, "AES128-SHA");
    assert_string_equal(json_get(p, "TLSVersions")->child->valuestring, "TLSv1.1");
    assert_string_equal(json_str(first(p, "Tags"), "Value"), "v");
    assert_int_equal(count(call_text(&w, "ListSecurityPolicies", "{'SecurityPolicyNames':['x']}"),
                           "SecurityPolicies"),
                     0);
}

static void test_an_update_takes_its_time(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    const cJSON *body = call(&w, "UpdateSecurityPolicyAttribute",
                             "{'SecurityPolicyId':'%s','Ciphers':['AES256-SHA']}", policy);
    ok(&w);
    assert_non_null(json_str(body, "JobId"));
    assert_string_equal(json_str(the_policy(&w), "SecurityPolicyStatus"), "Configuring");
    call(&w, "UpdateSecurityPolicyAttribute",
         "{'SecurityPolicyId':'%s','SecurityPolicyName':'other'}", policy);
    refused(&w, 400, "IncorrectStatus.SecurityPolicy");
    call(&w, "DeleteSecurityPolicy", "{'SecurityPolicyId':'%s'}", policy);
    refused(&w, 400, "IncorrectStatus.SecurityPolicy");
    settle(&w);
    const cJSON *p = the_policy(&w);
    assert_string_equal(json_str(p, "SecurityPolicyStatus"), "Available");
    assert_string_equal(json_get(p, "Ciphers")->child->valuestring, "AES256-SHA");
    assert_string_equal(json_get(p, "TLSVersions")->child->valuestring, "TLSv1.1");
    assert_string_equal(job_status(&w, json_str(body, "JobId")), "Succeeded");
}

static void test_a_cipher_must_fit_a_version(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
#define TRY(suites, versions)             \
    call_text(&w, "CreateSecurityPolicy", \
              "{'SecurityPolicyName':'strict','Ciphers':" suites ",'TLSVersions':" versions "}")
    TRY("['AES128-GCM-SHA256']", "['TLSv1.1']");
    refused(&w, 400, "IllegalParam.Ciphers");
    TRY("['AES128-GCM-SHA256']", "['TLSv1.1','TLSv1.2']");
    ok(&w);
    TRY("['TLS_AES_128_GCM_SHA256']", "['TLSv1.2']");
    refused(&w, 400, "IllegalParam.Ciphers");
    TRY("['NO-SUCH-CIPHER']", "['TLSv1.2']");
    refused(&w, 400, "IllegalParam.Ciphers");
    TRY("['AES128-SHA']", "['SSLv3']");
    refused(&w, 400, "IllegalParam.TLSVersions");
    call(&w, "UpdateSecurityPolicyAttribute", "{'SecurityPolicyId':'%s','TLSVersions':['TLSv1.3']}",
         policy);
    refused(&w, 400, "IllegalParam.Ciphers");
}

static void test_a_policy_in_use_stays(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    setup_lb(&w, LB("Standard", ""));
    setup_group(&w, GROUP("first", ""));
    keep(w.listener, https(&w, 443, policy), "ListenerId");
    settle(&w);
    call(&w, "DeleteSecurityPolicy", "{'SecurityPolicyId':'%s'}", policy);
    refused(&w, 400, "ResourceInUse.SecurityPolicy");
    const cJSON *r =
        first(call(&w, "ListSecurityPolicyRelations", "{'SecurityPolicyIds':['%s']}", policy),
              "SecrityPolicyRelations");
    assert_string_equal(json_str(r, "SecurityPolicyId"), policy);
    const cJSON *user = first(r, "RelatedListeners");
    assert_string_equal(json_str(user, "ListenerId"), w.listener);
    assert_int_equal(json_int(user, "ListenerPort", 0), 443);
    assert_string_equal(json_str(user, "ListenerProtocol"), "HTTPS");
    assert_string_equal(json_str(user, "LoadBalancerId"), w.lb);
    call(&w, "UpdateListenerAttribute",
         "{'ListenerId':'%s','SecurityPolicyId':'tls_cipher_policy_1_2'}", w.listener);
    ok(&w);
    call(&w, "DeleteSecurityPolicy", "{'SecurityPolicyId':'%s'}", policy);
    ok(&w);
    assert_null(the_policy(&w));
    settle(&w);
    call(&w, "UpdateListenerAttribute", "{'ListenerId':'%s','SecurityPolicyId':'%s'}", w.listener,
         policy);
    refused(&w, 404, "ResourceNotFound.SecurityPolicy");
    call(&w, "ListSecurityPolicyRelations", "{'SecurityPolicyIds':['%s']}", policy);
    refused(&w, 404, "ResourceNotFound.SecurityPolicy");
}

static void test_quotas(void **state)
{
    (void)state;
    struct cloud_quota quotas[] = { { "securitypolicies_num", 1 },
                                    { "securitypolicy_attached_num", 1 } };
    struct cloud_config config = {
        .pending_ms = PENDING_MS, .seed = 1, .quotas = quotas, .n_quotas = COUNT(quotas)
    };
    struct world w CLEANUP(world_done);
    world_open(&w, &config);
    keep(policy, call_text(&w, "CreateSecurityPolicy", POLICY("")), "SecurityPolicyId");
    call_text(&w, "CreateSecurityPolicy", POLICY(""));
    refused(&w, 400, "QuotaExceeded.SecurityPoliciesNum");
    setup_lb(&w, LB("Standard", ""));
    setup_group(&w, GROUP("first", ""));
    https(&w, 443, policy);
    ok(&w);
    https(&w, 444, policy);
    refused(&w, 400, "ResourceQuotaExceeded.SecurityPolicyAttachedNum");
    /* The system's have no such limit. */
    https(&w, 444, "tls_cipher_policy_1_1");
    ok(&w);
    https(&w, 445, "tls_cipher_policy_1_1");
    ok(&w);
    call(&w, "UpdateSecurityPolicyAttribute", "{'SecurityPolicyId':'tls_cipher_policy_1_1'}");
    refused(&w, 404, "ResourceNotFound.SecurityPolicy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_policy_is_there_at_once),
        cmocka_unit_test(test_an_update_takes_its_time),
        cmocka_unit_test(test_a_cipher_must_fit_a_version),
        cmocka_unit_test(test_a_policy_in_use_stays),
        cmocka_unit_test(test_quotas),
    };
    return cmocka_run_group_tests_name("mock_cloud/policy", tests, NULL, NULL);
}
