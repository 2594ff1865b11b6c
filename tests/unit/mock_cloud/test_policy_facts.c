/* test_policy_facts.c - the system's TLS policies (alb-semantics.md §3). */
#include "world.h"

static const cJSON *system_policy(const cJSON *list, const char *id)
{
    const cJSON *p = NULL;
    cJSON_ArrayForEach (p, list) {
        const char *have = json_str(p, "SecurityPolicyId");
        if (have && strcmp(have, id) == 0)
            return p;
    }
    return NULL;
}

static bool holds(const cJSON *policy, const char *list, const char *text)
{
    const cJSON *e = NULL;
    cJSON_ArrayForEach (e, json_get(policy, list))
        if (strcmp(e->valuestring, text) == 0)
            return true;
    return false;
}

static void test_there_are_five_and_they_differ_as_their_names_say(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    const cJSON *list =
        json_get(call_text(&w, "ListSystemSecurityPolicies", "{}"), "SecurityPolicies");
    assert_int_equal(cJSON_GetArraySize(list), 5);
    const cJSON *oldest = system_policy(list, "tls_cipher_policy_1_0");
    assert_true(holds(oldest, "TLSVersions", "TLSv1.0"));
    assert_false(holds(oldest, "TLSVersions", "TLSv1.3"));
    assert_true(holds(oldest, "Ciphers", "DES-CBC3-SHA"));
    const cJSON *middle = system_policy(list, "tls_cipher_policy_1_1");
    assert_false(holds(middle, "TLSVersions", "TLSv1.0"));
    const cJSON *strict = system_policy(list, "tls_cipher_policy_1_2_strict");
    assert_true(holds(strict, "Ciphers", "ECDHE-RSA-AES128-GCM-SHA256"));
    assert_false(holds(strict, "Ciphers", "AES128-GCM-SHA256"));
    assert_false(holds(strict, "Ciphers", "TLS_AES_128_GCM_SHA256"));
    const cJSON *newest = system_policy(list, "tls_cipher_policy_1_2_strict_with_1_3");
    assert_true(holds(newest, "TLSVersions", "TLSv1.3"));
    assert_true(holds(newest, "Ciphers", "TLS_AES_128_GCM_SHA256"));
}

/* The list that the vendor documents for the policy of this name of Global Accelerator. */
static void test_the_strictest_has_the_documented_suites(void **state)
{
    static const char *const documented[] = {
        "TLS_AES_128_GCM_SHA256",        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",  "TLS_AES_128_CCM_SHA256",
        "TLS_AES_128_CCM_8_SHA256",      "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA256",
        "ECDHE-ECDSA-AES256-SHA384",     "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES256-GCM-SHA384",   "ECDHE-RSA-AES128-SHA256",
        "ECDHE-RSA-AES256-SHA384",       "ECDHE-ECDSA-AES128-SHA",
        "ECDHE-ECDSA-AES256-SHA",        "ECDHE-RSA-AES128-SHA",
        "ECDHE-RSA-AES256-SHA"
    };
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    const cJSON *list =
        json_get(call_text(&w, "ListSystemSecurityPolicies", "{}"), "SecurityPolicies");
    const cJSON *suites =
        json_get(system_policy(list, "tls_cipher_policy_1_2_strict_with_1_3"), "Ciphers");
    assert_int_equal(cJSON_GetArraySize(suites), COUNT(documented));
    for (size_t i = 0; i < COUNT(documented); i++)
        assert_string_equal(cJSON_GetArrayItem(suites, (int)i)->valuestring, documented[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_are_five_and_they_differ_as_their_names_say),
        cmocka_unit_test(test_the_strictest_has_the_documented_suites),
    };
    return cmocka_run_group_tests_name("mock_cloud/policy_facts", tests, NULL, NULL);
}
