/* test_x509.c - the facts of a certificate are those that OpenSSL tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "certificate.h"
#include "mock-server/companion/x509.h"

static void test_the_facts_of_a_certificate(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct x509 x;
    assert_true(x509_read(&a, CERTIFICATE, &x));
    assert_string_equal(x.common_name, "www.example.com");
    assert_string_equal(x.issuer, "www.example.com");
    assert_string_equal(x.sans, "www.example.com,*.example.org");
    assert_string_equal(x.serial, "1a2b3c");
    assert_string_equal(x.sha1, CERTIFICATE_SHA1);
    assert_string_equal(x.sha256, CERTIFICATE_SHA256);
    assert_int_equal(x.not_before_ms, CERTIFICATE_BEGIN);
    assert_int_equal(x.not_after_ms, CERTIFICATE_END);
}

static void test_what_is_no_certificate_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "hello",
        "-----BEGIN CERTIFICATE-----\nMIIB\n",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct x509 x;
        assert_false(x509_read(&a, bad[i], &x));
    }
}

/* Cut anywhere, or with any one character changed, it is read or refused, never overrun. */
static void test_damaged_certificates_are_harmless(void **state)
{
    (void)state;
    for (size_t i = 28; i < sizeof CERTIFICATE - 28; i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct x509 x;
        char *text = arena_strdup(&a, CERTIFICATE);
        text[i] = text[i] == 'A' ? '/' : 'A';
        (void)x509_read(&a, text, &x);
        memcpy(text + i, "-----END CERTIFICATE-----", 26);
        assert_false(x509_read(&a, text, &x) && i < 400);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_facts_of_a_certificate),
        cmocka_unit_test(test_what_is_no_certificate_is_refused),
        cmocka_unit_test(test_damaged_certificates_are_harmless),
    };
    return cmocka_run_group_tests_name("mock_companion/x509", tests, NULL, NULL);
}
