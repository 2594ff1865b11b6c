/* policy_facts.c - the TLS policies every account has and their cipher suites.
 *
 * Which version has which suites is as ListSystemSecurityPolicies documents it
 * (help.aliyun.com, slb, developer-reference, api-alb-2020-06-16-listsystemsecuritypolicies);
 * which versions a policy has is on the page on TLS security policies (help.aliyun.com/en/slb/
 * application-load-balancer/user-guide/tls-security-policies).  That a strict policy has only
 * the suites with forward secrecy is what the vendor writes, suite by suite, of the policies of
 * the same names of Global Accelerator (CreateListener of Ga 2019-11-20).  A sixth policy,
 * tls_cipher_policy_1_0_to_1_3, is for an edition that this API does not have. */
#include "policy_facts.h"

#include "cloud_priv.h"

#define OLD (TLS_1_0 | TLS_1_1 | TLS_1_2)

const struct cipher ciphers[] = {
    { "TLS_AES_128_GCM_SHA256", TLS_1_3, true },
    { "TLS_AES_256_GCM_SHA384", TLS_1_3, true },
    { "TLS_CHACHA20_POLY1305_SHA256", TLS_1_3, true },
    { "TLS_AES_128_CCM_SHA256", TLS_1_3, true },
    { "TLS_AES_128_CCM_8_SHA256", TLS_1_3, true },
    { "ECDHE-ECDSA-AES128-GCM-SHA256", TLS_1_2, true },
    { "ECDHE-ECDSA-AES256-GCM-SHA384", TLS_1_2, true },
    { "ECDHE-ECDSA-AES128-SHA256", TLS_1_2, true },
    { "ECDHE-ECDSA-AES256-SHA384", TLS_1_2, true },
    { "ECDHE-RSA-AES128-GCM-SHA256", TLS_1_2, true },
    { "ECDHE-RSA-AES256-GCM-SHA384", TLS_1_2, true },
    { "ECDHE-RSA-AES128-SHA256", TLS_1_2, true },
    { "ECDHE-RSA-AES256-SHA384", TLS_1_2, true },
    { "AES128-GCM-SHA256", TLS_1_2, false },
    { "AES256-GCM-SHA384", TLS_1_2, false },
    { "AES128-SHA256", TLS_1_2, false },
    { "AES256-SHA256", TLS_1_2, false },
    { "ECDHE-ECDSA-AES128-SHA", OLD, true },
    { "ECDHE-ECDSA-AES256-SHA", OLD, true },
    { "ECDHE-RSA-AES128-SHA", OLD, true },
    { "ECDHE-RSA-AES256-SHA", OLD, true },
    { "AES128-SHA", OLD, false },
    { "AES256-SHA", OLD, false },
    { "DES-CBC3-SHA", OLD, false },
};
const size_t n_ciphers = COUNT(ciphers);

const struct system_policy system_policies[] = {
    { "tls_cipher_policy_1_0", OLD, false },
    { "tls_cipher_policy_1_1", TLS_1_1 | TLS_1_2, false },
    { "tls_cipher_policy_1_2", TLS_1_2, false },
    { "tls_cipher_policy_1_2_strict", TLS_1_2, true },
    { "tls_cipher_policy_1_2_strict_with_1_3", TLS_1_2 | TLS_1_3, true },
};
const size_t n_system_policies = COUNT(system_policies);

unsigned tls_version(const char *name)
{
    static const char *const names[] = { "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3" };
    for (size_t i = 0; i < COUNT(names); i++)
        if (text_is(name, names[i]))
            return 1U << i;
    return 0;
}

const struct cipher *cipher_find(const char *name)
{
    for (size_t i = 0; i < n_ciphers; i++)
        if (text_is(name, ciphers[i].name))
            return &ciphers[i];
    return NULL;
}

const struct system_policy *system_policy_find(const char *id)
{
    for (size_t i = 0; i < n_system_policies; i++)
        if (text_is(id, system_policies[i].id))
            return &system_policies[i];
    return NULL;
}
