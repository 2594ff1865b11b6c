/* test_tls.c - whom the transport trusts: nobody but who shows a certificate for the host,
 * from the given CA, over TLS 1.2 or later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/error.h"
#include "alb-agent/http.h"
#include "server.h"
#include "tls.h"

static void get(struct tls_server *s, const char *host, const char *ca_file, struct http_reply *r)
{
    struct transport *t = NULL;
    struct error err;
    char url[100];
    (void)snprintf(url, sizeof url, "https://%s:%d/?Key=hush", host, tls_port(s));
    assert_true(http_new(&t, &(struct http_config){ .ca_file = ca_file }, &err));
    ask(t, &(struct http_request){ .method = "GET", .url = url }, r);
    assert_null(strstr(r->err.msg, "hush"));
    http_reply_done(r);
    http_free(t);
}

static void expect_refused(struct tls_server *s, const char *host, const char *ca_file,
                           enum error_kind kind, const char *says)
{
    struct http_reply r;
    get(s, host, ca_file, &r);
    assert_int_equal(r.status, 0);
    assert_false(r.sent);
    assert_int_equal(r.err.kind, kind);
    if (!strstr(r.err.msg, says))
        fail_msg("%s", r.err.msg);
    assert_int_equal(tls_served(s), 0);
}

static void test_given_ca_is_trusted(void **state)
{
    (void)state;
    struct tls_server *s = tls_start(0);
    struct http_reply r;
    get(s, "127.0.0.1", tls_ca_file(s), &r);
    assert_int_equal(r.status, 200);
    assert_int_equal(tls_served(s), 1);
    tls_stop(s);
}

static void test_tls_1_2_is_enough(void **state)
{
    (void)state;
    struct tls_server *s = tls_start(TLS1_2_VERSION);
    struct http_reply r;
    get(s, "127.0.0.1", tls_ca_file(s), &r);
    assert_int_equal(r.status, 200);
    tls_stop(s);
}

static void test_older_tls_is_refused(void **state)
{
    (void)state;
    struct tls_server *s = tls_start(TLS1_1_VERSION);
    expect_refused(s, "127.0.0.1", tls_ca_file(s), ERROR_TRANSIENT, "protocol version");
    tls_stop(s);
}

static void test_unknown_ca_is_refused_before_anything_is_sent(void **state)
{
    (void)state;
    struct tls_server *s = tls_start(0);
    expect_refused(s, "127.0.0.1", NULL, ERROR_DENIED, "; trusted are the CAs of /");
    tls_stop(s);
}

static void test_certificate_of_another_host_is_refused(void **state)
{
    (void)state;
    struct tls_server *s = tls_start(0);
    expect_refused(s, "localhost", tls_ca_file(s), ERROR_DENIED, "localhost");
    tls_stop(s);
}

/* What a distribution's OpenSSL forbids by itself would hide what we forbid. */
static void allow_old_tls(void)
{
    static const char text[] = "openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\n"
                               "system_default = lax\n[lax]\nMinProtocol = TLSv1\n"
                               "CipherString = DEFAULT:@SECLEVEL=0\n";
    static char path[] = "/tmp/test-openssl-XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f || fputs(text, f) < 0 || fclose(f) || setenv("OPENSSL_CONF", path, 1)
        || !OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, NULL) || unlink(path))
        abort();
}

static void test_a_file_without_certificates_is_told(void **state)
{
    (void)state;
    struct transport *t = NULL;
    struct error err;
    const char *const bad[] = { "/nonexistent/ca.pem", "/dev/null", "/tmp" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(http_new(&t, &(struct http_config){ .ca_file = bad[i] }, &err));
        assert_null(t);
        assert_int_equal(err.kind, ERROR_DENIED);
        assert_non_null(strstr(err.msg, bad[i]));
    }
    struct tls_server *s = tls_start(0);
    expect_refused(s, "127.0.0.1", "/proc/self/maps", ERROR_DENIED, "/proc/self/maps");
    tls_stop(s);
}

int main(void)
{
    allow_old_tls();
    (void)signal(SIGPIPE, SIG_IGN); /* the test server's: clients hang up on it */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_given_ca_is_trusted),
        cmocka_unit_test(test_tls_1_2_is_enough),
        cmocka_unit_test(test_older_tls_is_refused),
        cmocka_unit_test(test_unknown_ca_is_refused_before_anything_is_sent),
        cmocka_unit_test(test_certificate_of_another_host_is_refused),
        cmocka_unit_test(test_a_file_without_certificates_is_told),
    };
    return cmocka_run_group_tests_name("http/tls", tests, NULL, NULL);
}
