/* test_cert.c - what certificates say, and which key belongs to which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/cert.h"
#include "alb-agent/hash.h"
#include "tests/support/pem.h"

enum { FROM = 1767225600, UNTIL = 1801440000 }; /* 2026-01-01, 2027-02-01 */

static void test_names_end_and_fingerprint_are_read(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    struct cert c;
    struct pem p = pem_make(&a, "A.example.com",
                            "DNS:a.example.com,DNS:*.B.example.com,IP:10.0.0.1", FROM, UNTIL);
    assert_true(cert_read(&a, p.crt, &c, &err));
    assert_int_equal(c.names.len, 2);
    assert_string_equal(c.names.items[0], "a.example.com");
    assert_string_equal(c.names.items[1], "*.b.example.com");
    assert_int_equal(c.not_before_ms, (int64_t)FROM * 1000);
    assert_int_equal(c.not_after_ms, (int64_t)UNTIL * 1000);
    assert_string_equal(c.end, "2027-02-01");
}

/* Of a certificate that 'openssl x509 -fingerprint' was asked about. */
static const char known[] = "-----BEGIN CERTIFICATE-----\n"
                            "MIIBujCCAWCgAwIBAgIUTs6DK54bPYYnmQ/W+6Lvh4q45ywwCgYIKoZIzj0EAwIw\n"
                            "GDEWMBQGA1UEAwwNQS5leGFtcGxlLmNvbTAgFw0yNjExMjIwOTQwMTZaGA8yMTI2\n"
                            "MTAyOTA5NDAxNlowGDEWMBQGA1UEAwwNQS5leGFtcGxlLmNvbTBZMBMGByqGSM49\n"
                            "AgEGCCqGSM49AwEHA0IABH2wFjeul/ptYu+EbtPaIPeRCQeW77MCwXBkOPSL5hOS\n"
                            "TxJIIx7vi4ggEW/Z9uTHkhRIcuBwlexSJ01qphIC0UCjgYUwgYIwHQYDVR0OBBYE\n"
                            "FA7ulsdUTHSRHCEEHhOcN1Xd3jnXMB8GA1UdIwQYMBaAFA7ulsdUTHSRHCEEHhOc\n"
                            "N1Xd3jnXMA8GA1UdEwEB/wQFMAMBAf8wLwYDVR0RBCgwJoINYS5leGFtcGxlLmNv\n"
                            "bYIPKi5CLmV4YW1wbGUuY29thwQKAAABMAoGCCqGSM49BAMCA0gAMEUCIQDfRcLK\n"
                            "rY4cS1TjSZXfS0GwGRMRJVqUPMpfJnbzMuPk2QIgEX4ipXyGDO+lCjvMM6WDq36/\n"
                            "8PpYISY9AQ00pHGID9w=\n"
                            "-----END CERTIFICATE-----\n";

static void test_a_known_certificate_has_its_known_facts(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    struct cert c;
    assert_true(cert_read(&a, known, &c, &err));
    assert_string_equal(c.fingerprint, "B73699B332BA5351B4880E258DD33A96C9B3A496");
    assert_string_equal(c.end, "2126-10-29");
}

static void test_a_chain_may_follow_and_must_be_readable(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    struct cert c;
    struct pem p = pem_make(&a, "a.com", NULL, FROM, UNTIL);
    struct pem ca = pem_make(&a, "ca", NULL, FROM, UNTIL);
    assert_true(cert_read(&a, arena_fmt(&a, "%s%s\n", p.crt, ca.crt), &c, &err));
    assert_int_equal(c.names.len, 1);
    assert_string_equal(c.names.items[0], "a.com");
    assert_false(cert_read(
        &a,
        arena_fmt(&a, "%s-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", p.crt),
        &c, &err));
    assert_non_null(strstr(err.msg, "cannot be read"));
    const char *chain = p.crt;
    for (int i = 0; i < 10; i++)
        chain = arena_fmt(&a, "%s%s", chain, ca.crt);
    assert_false(cert_read(&a, chain, &c, &err));
    assert_string_equal(err.msg, "the chain has more than 10 certificates");
}

static void test_what_is_no_certificate_is_refused(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    struct cert c;
    static const char *const texts[] = {
        "", "hello", "-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\nAAAA\n",
        "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_false(cert_read(&a, texts[i], &c, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_non_null(strstr(err.msg, "PEM"));
    }
    char *large = arena_alloc(&a, 70000);
    memset(large, '\n', 69999);
    assert_false(cert_read(&a, large, &c, &err));
    assert_string_equal(err.msg, "the certificate is longer than 64 KB");
}

static bool fits(const char *crt, const char *key, struct error *err)
{
    struct secret s CLEANUP(secret_done) = { 0 };
    secret_set(&s, key);
    return cert_check_key(crt, &s, err);
}

static void test_only_its_own_key_fits(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    struct pem p = pem_make(&a, "a.com", NULL, FROM, UNTIL);
    struct pem other = pem_make(&a, "a.com", NULL, FROM, UNTIL);
    assert_true(fits(p.crt, p.key, &err));
    assert_false(fits(p.crt, other.key, &err));
    assert_string_equal(err.msg, "the private key is not that of the certificate");
    assert_false(fits(p.crt, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n", &err));
    assert_string_equal(err.msg, "the private key cannot be read; give it in PEM form");
    assert_false(fits("x", p.key, &err));
    assert_non_null(strstr(err.msg, "the certificate cannot be read"));
}

/* It would hang here, waiting for somebody at the terminal. */
static void test_nobody_is_asked_for_a_password(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    struct pem p = pem_make(&a, "a.com", NULL, FROM, UNTIL);
    assert_false(fits(p.crt, pem_lock_key(&a, p.key), &err));
    assert_string_equal(err.msg, "the private key is protected by a password; give it without");
}

static void test_a_wildcard_covers_one_label_and_itself(void **state)
{
    (void)state;
    static const struct {
        const char *name, *host;
        bool covers;
    } cases[] = {
        { "a.com", "a.com", true },        { "a.com", "A.COM", true },
        { "a.com", "x.a.com", false },     { "*.a.com", "x.a.com", true },
        { "*.a.com", "X.A.com", true },    { "*.a.com", "a.com", false },
        { "*.a.com", "y.x.a.com", false }, { "*.a.com", "*.a.com", true },
        { "*.com", "*.a.com", false },     { "*.a.com", ".a.com", false },
        { "*.a.com", "a", false },         { "x.a.com", "*.a.com", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (cert_name_covers(cases[i].name, cases[i].host) != cases[i].covers)
            fail_msg("%s and %s", cases[i].name, cases[i].host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_end_and_fingerprint_are_read),
        cmocka_unit_test(test_a_known_certificate_has_its_known_facts),
        cmocka_unit_test(test_a_chain_may_follow_and_must_be_readable),
        cmocka_unit_test(test_what_is_no_certificate_is_refused),
        cmocka_unit_test(test_only_its_own_key_fits),
        cmocka_unit_test(test_nobody_is_asked_for_a_password),
        cmocka_unit_test(test_a_wildcard_covers_one_label_and_itself),
    };
    return cmocka_run_group_tests_name("cert/cert", tests, NULL, NULL);
}
