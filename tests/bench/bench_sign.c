/* bench_sign.c - signatures a second, beside what OpenSSL takes for the same digests. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "alb-agent/sign.h"
#include "tests/bench/bench.h"

enum { PAIRS = 8 };
static struct sign_pair query[PAIRS] = {
    { "LoadBalancerId", "alb-olyb9enxszy3f42nnn" },
    { "ListenerId", "lsn-3hl3j4qtjt8b1z7jkl" },
    { "MaxResults", "100" },
    { "NextToken", "FFmyTO70tTpLG6I3FmYAXGKPd" },
    { "RuleIds.1", "rule-1" },
    { "RuleIds.2", "rule-2" },
    { "RuleIds.10", "rule-10" },
    { "Direction", "Request" },
};
static struct sign_pair headers[] = {
    { "host", "alb.cn-hangzhou.aliyuncs.com" },
    { "x-acs-action", "ListRules" },
    { "x-acs-version", "2020-06-16" },
    { "x-acs-date", "2026-01-15T08:09:10Z" },
    { "x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d" },
    { "x-acs-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
};
static struct secret key;

static const struct sign_request REQUEST = {
    .method = "POST", .path = "/", .query = { query, PAIRS }, .headers = { headers, COUNT(headers) }
};

static void step_v3(void *arg)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    (void)arg;
    (void)sign_v3(&a, &REQUEST, "AKID", &key);
}

static void step_v1(void *arg)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    (void)arg;
    (void)sign_v1(&a, "POST", &REQUEST.query, &key);
}

/* The digests of one V3 signature: of the body, of the canonical request, and the HMAC. */
static void step_openssl(void *arg)
{
    const char *canonical = arg;
    unsigned char d[32];
    (void)EVP_Digest("", 0, d, NULL, EVP_sha256(), NULL);
    (void)EVP_Digest(canonical, strlen(canonical), d, NULL, EVP_sha256(), NULL);
    (void)HMAC(EVP_sha256(), key.data, (int)key.len, d, sizeof d, d, NULL);
}

int main(void)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    secret_set(&key, "a-secret-of-thirty-characters!");
    char canonical[1024];
    const char *text = sign_v3_canonical_request(&a, &REQUEST);
    (void)snprintf(canonical, sizeof canonical, "%s", text);
    bench_row("sign_v3, 8 parameters, 6 headers", bench_rate(step_v3, NULL, 0.5), "/s", "");
    bench_row("sign_v1, 8 parameters", bench_rate(step_v1, NULL, 0.5), "/s", "");
    bench_row("OpenSSL alone: the digests of one sign_v3", bench_rate(step_openssl, canonical, 0.5),
              "/s", "");
    secret_done(&key);
    return 0;
}
