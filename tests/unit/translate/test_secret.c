/* Certificates of TLS Secrets: alb-ingress.md §E.1, §E.2. */
#include "world.h"

#include "alb-agent/hash.h"
#include "tests/support/pem.h"

#define OPEN \
    WEB_SPEC "  listeners: [{port: 80, protocol: HTTP}, {port: 443, protocol: HTTPS}]\n" CLASS
#define FIXED \
    WEB_SPEC  \
    "  listeners: [{port: 443, protocol: HTTPS, certificates: [{CertificateId: c-1}]}]\n" CLASS
#define TLS(host, secret) \
    "  tls: [{hosts: [\"" host "\"], secretName: " secret "}]\n  rules:\n" PATH(host, "/")
#define KEY "443/HTTPS"

enum { NOW = 1767225600, DAY = 86400 }; /* the world's time */

/* A Secret of TLS as a manifest. */
static const char *secret(struct arena *a, const char *name, struct pem p)
{
    char *crt = arena_alloc(a, 4 * strlen(p.crt) + 4), *key = arena_alloc(a, 4 * strlen(p.key) + 4);
    hash_base64((const unsigned char *)p.crt, strlen(p.crt), crt);
    hash_base64((const unsigned char *)p.key, strlen(p.key), key);
    return arena_fmt(a,
                     "---\napiVersion: v1\nkind: Secret\nmetadata: {name: %s, namespace: d}\n"
                     "type: kubernetes.io/tls\ndata: {tls.crt: %s, tls.key: %s}\n",
                     name, crt, key);
}

static struct pem pem_of(struct arena *a, const char *host)
{
    return pem_make(a, host, NULL, NOW - DAY, NOW + 400 * DAY);
}

/* As §E.2 has it, of cluster "c-1". */
static const char *cas_name(struct arena *a, const char *name, struct pem p)
{
    const char *text = arena_fmt(a, "c-1%s%s", p.crt, p.key);
    unsigned char digest[SHA1_SIZE];
    char hex[2 * SHA1_SIZE + 1];
    hash_sha1(text, strlen(text), digest);
    hash_hex(digest, sizeof digest, hex);
    return arena_fmt(a, "d-%s-%.6s", name, hex);
}

/* The listener's certificates, the default one first. */
static const char *certs_of(struct world *w)
{
    const struct alb_listener *l = desired(w, RESOURCE_LISTENER, KEY);
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; l && i < l->certs.len; i++)
        buf_adds(&b, l->certs.items[i].id);
    for (size_t i = 0; l && i < l->additional_certs.len; i++)
        buf_addf(&b, " %s", l->additional_certs.items[i].id);
    return buf_keep(&b, &w->a);
}

static void test_a_secret_is_uploaded_by_content_and_referred_to(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct pem p = pem_of(&a, "a.com");
    struct world w =
        world_of(arena_fmt(&a, "%s%s", OPEN TEA("d") INGRESS("d", "web", "") TLS("a.com", "tls"),
                           secret(&a, "tls", p)));
    const char *name = cas_name(&a, "tls", p);
    assert_string_equal(problems(&w), "");
    assert_string_equal(certs_of(&w), arena_fmt(&a, "@certificate/%s", name));
    const struct resource *r =
        model_find(&w.out.desired, "kube-system/web", RESOURCE_CERTIFICATE, name);
    assert_non_null(r);
    const struct alb_certificate *c = r->desired;
    assert_string_equal(c->name, name);
    assert_string_equal(c->cert, p.crt);
    assert_int_equal(strlen(c->fingerprint), 40);
    assert_has(r->desired_from, "Ingress d/web (t.yaml:");
    assert_has(r->desired_from, " tls[0]");
    assert_int_equal(w.out.needs.len, 0);
    assert_int_equal(w.out.secrets.len, 1);
    assert_string_equal(w.out.secrets.items[0].certificate, name);
    assert_string_equal(w.out.secrets.items[0].secret->tls->key.data, p.key);
    assert_null(strstr(schema_canonical(&a, &alb_certificate_schema, c), "PRIVATE"));
    world_done(&w);
}

static const char *recorded(void *arg, const char *text, const char *fingerprint)
{
    (void)fingerprint;
    return !strcmp(text, "d-tls-") ? arg : NULL;
}

/* In a replay, which has no keys. */
static void test_a_recorded_secret_is_called_as_it_was(void **state)
{
    (void)state;
    static char name[] = "d-tls-abc123";
    const struct translate_names names = { recorded, name };
    struct arena a CLEANUP(arena_done) = { 0 };
    struct pem p = pem_of(&a, "a.com"), q = pem_of(&a, "a.com");
    struct world w = { .names = &names };
    p.key = q.key;
    world_read(&w,
               arena_fmt(&a, "%s%s%s%s", OPEN TEA("d") INGRESS("d", "web", "") TLS("a.com", "tls"),
                         INGRESS("d", "bad", "") TLS("a.com", "other"), secret(&a, "tls", p),
                         secret(&a, "other", p)));
    world_translate(&w);
    assert_string_equal(certs_of(&w), "@certificate/d-tls-abc123");
    assert_has(problems(&w), "nothing says under which name its certificate was uploaded");
    world_done(&w);
}

static void test_a_renewed_secret_is_another_certificate(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct pem x = pem_of(&a, "a.com"), y = pem_of(&a, "a.com");
    assert_string_not_equal(cas_name(&a, "tls", x), cas_name(&a, "tls", y));
    struct world w = world_of(arena_fmt(
        &a, "%s%s", OPEN INGRESS("d", "web", "") TLS("a.com", "tls"), secret(&a, "tls", y)));
    assert_non_null(desired(&w, RESOURCE_CERTIFICATE, cas_name(&a, "tls", y)));
    world_done(&w);
}

static void test_a_long_name_is_cut_and_stays_its_own(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const char first[] = "a-very-long-name-of-a-secret-that-goes-on-and-on-and-on-one";
    static const char second[] = "a-very-long-name-of-a-secret-that-goes-on-and-on-and-on-two";
    struct pem p = pem_of(&a, "a.com");
    struct world w = world_of(arena_fmt(
        &a,
        "%s---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
        "metadata: {name: web, namespace: d}\nspec:\n  ingressClassName: alb\n"
        "  tls: [{hosts: [a.com], secretName: %s}, {hosts: [a.com], secretName: %s}]\n%s%s",
        OPEN, first, second, secret(&a, first, p), secret(&a, second, p)));
    assert_string_equal(problems(&w), "");
    assert_int_equal(w.out.secrets.len, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(strlen(w.out.secrets.items[i].certificate), 64);
    assert_string_not_equal(w.out.secrets.items[0].certificate, w.out.secrets.items[1].certificate);
    world_done(&w);
}

/* ---- together with others ------------------------------------------------------------------- */

static void test_certificates_of_the_albconfig_stay_the_default(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct pem p = pem_of(&a, "a.com");
    struct world w = world_of(arena_fmt(
        &a, "%s%s", FIXED INGRESS("d", "web", "") TLS("a.com", "tls"), secret(&a, "tls", p)));
    assert_string_equal(certs_of(&w), arena_fmt(&a, "c-1 @certificate/%s", cas_name(&a, "tls", p)));
    assert_int_equal(w.out.needs.len, 0);
    world_done(&w);
}

static struct world with_fact(const char *manifests)
{
    struct world w = { .vpc = "vpc-1" };
    world_read(&w, manifests);
    assert_int_equal(w.set.problems.len, 0);
    world_fact(&w, FACT_ENI, "vpc-1/10.0.0.1", "eni-1", "");
    world_fact(&w, FACT_CERTIFICATES, FACT_ALL,
               "[{\"id\":7,\"names\":[\"a.com\",\"x.b.com\"],\"end\":\"2030-01-01\"},"
               "{\"id\":8,\"names\":[\"c.com\"],\"end\":\"2030-01-01\"}]",
               "");
    world_translate(&w);
    return w;
}

static void test_a_secret_goes_before_what_is_found(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct pem p = pem_of(&a, "a.com");
    struct world w = with_fact(arena_fmt(
        &a, "%s%s",
        OPEN INGRESS("d", "web", "") TLS("a.com", "tls")
            INGRESS("d", "other", "") "  tls: [{hosts: [c.com]}]\n  rules:\n" PATH("c.com", "/"),
        secret(&a, "tls", p)));
    assert_string_equal(problems(&w), "");
    assert_string_equal(certs_of(&w),
                        arena_fmt(&a, "8-cn-hangzhou @certificate/%s", cas_name(&a, "tls", p)));
    world_done(&w);
}

static void test_a_host_that_a_secrets_certificate_covers_is_not_looked_for(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct pem p = pem_of(&a, "*.b.com");
    struct world w =
        with_fact(arena_fmt(&a, "%s%s",
                            OPEN INGRESS("d", "web",
                                         "'alb.ingress.kubernetes.io/listen-ports': "
                                         "'[{\"HTTPS\":443}]'") "  tls: [{hosts: ['*.b.com'], "
                                                                "secretName: tls}]\n  "
                                                                "rules:\n" PATH("x.b.com", "/"),
                            secret(&a, "tls", p)));
    assert_string_equal(problems(&w), "");
    assert_string_equal(certs_of(&w), arena_fmt(&a, "@certificate/%s", cas_name(&a, "tls", p)));
    world_done(&w);
}

#define DEFAULT_SECRET                                                                       \
    WEB_SPEC                                                                                 \
    "  listeners: [{port: 443, protocol: HTTPS, defaultCertificate: {kind: Secret, secret: " \
    "{name: tls, namespace: d}}}]\n" CLASS

static void test_a_secret_can_be_the_default(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct pem p = pem_of(&a, "z.com"), q = pem_of(&a, "a.com");
    struct world w =
        world_of(arena_fmt(&a, "%s%s%s", DEFAULT_SECRET INGRESS("d", "web", "") TLS("a.com", "own"),
                           secret(&a, "tls", p), secret(&a, "own", q)));
    assert_string_equal(problems(&w), "");
    const char *name = cas_name(&a, "tls", p);
    assert_string_equal(certs_of(&w), arena_fmt(&a, "@certificate/%s @certificate/%s", name,
                                                cas_name(&a, "own", q)));
    const struct resource *r =
        model_find(&w.out.desired, "kube-system/web", RESOURCE_CERTIFICATE, name);
    assert_non_null(r);
    assert_has(r->desired_from, "AlbConfig web (t.yaml:1) spec.listeners[0]");
    world_done(&w);
}

static void test_a_bad_default_harms_its_listener_only(void **state)
{
    (void)state;
    struct world w = world_of(DEFAULT_SECRET);
    assert_has(problems(&w), "AlbConfig web: spec.listeners[0].defaultCertificate.secret: Secret "
                             "d/tls: there is no such Secret");
    assert_null(desired(&w, RESOURCE_LISTENER, KEY));
    assert_non_null(lb_of(&w));
    world_done(&w);
    w = world_of(WEB_SPEC "  listeners: [{port: 443, protocol: HTTPS, defaultCertificate: "
                          "{kind: Secret}}]\n" CLASS);
    assert_has(problems(&w), "it names no Secret");
    world_done(&w);
}

/* ---- mistakes ------------------------------------------------------------------------------- */

/* What is said of Ingress "bad", whose Secret is 'manifest', beside one that is well. */
static void assert_fault(const char *manifest, const char *fault)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct pem p = pem_of(&a, "b.com");
    struct world w = world_of(arena_fmt(&a, "%s%s%s",
                                        OPEN TEA("d") INGRESS("d", "bad", "") TLS("a.com", "tls")
                                            INGRESS("d", "good", "") TLS("b.com", "own"),
                                        manifest, secret(&a, "own", p)));
    assert_has(problems(&w), "Ingress bad: spec.tls[0].secretName: Secret d/tls: ");
    assert_has(problems(&w), fault);
    assert_null(strstr(problems(&w), "Ingress good"));
    assert_string_equal(certs_of(&w), arena_fmt(&a, "@certificate/%s", cas_name(&a, "own", p)));
    assert_string_equal(rules(&w, KEY), "b.com /* 1:ForwardGroup @d/good-tea:80*100\n");
    assert_int_equal(w.out.secrets.len, 1);
    world_done(&w);
}

static void test_a_bad_secret_harms_its_ingress_only(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct pem p = pem_of(&a, "a.com"), other = pem_of(&a, "a.com");
    static const char opaque[] = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: tls, "
                                 "namespace: d}\ntype: Opaque\nstringData: {password: x}\n";
    assert_fault("", "there is no such Secret");
    assert_fault(opaque, "it holds no tls.crt and tls.key");
    assert_fault(secret(&a, "tls", (struct pem){ p.crt, other.key }),
                 "the private key is not that of the certificate");
    assert_fault(secret(&a, "tls", (struct pem){ "nothing", p.key }),
                 "the certificate cannot be read");
    assert_fault(secret(&a, "tls", (struct pem){ p.key, p.key }), "tls.crt: holds a private key");
    assert_fault(secret(&a, "tls", pem_make(&a, "a.com", NULL, NOW - 90 * DAY, NOW)),
                 "its certificate has expired, on 2026-01-01");
}

/* ---- warnings ---------------------------------------------------------------------------------
 */

static void assert_warns(const char *secrets, const char *ingresses, const char *warning)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = world_of(arena_fmt(&a, "%s%s%s", OPEN TEA("d"), ingresses, secrets));
    assert_string_equal(problems(&w), "");
    if (*warning)
        assert_has(warnings(&w), warning);
    else
        assert_string_equal(warnings(&w), "");
    world_done(&w);
}

static void test_what_ends_soon_is_a_warning(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const char web[] = INGRESS("d", "web", "") TLS("a.com", "tls");
    assert_warns(secret(&a, "tls", pem_make(&a, "a.com", NULL, NOW - DAY, NOW + 30 * DAY)), web,
                 "");
    assert_warns(secret(&a, "tls", pem_make(&a, "a.com", NULL, NOW - DAY, NOW + 30 * DAY - 1)), web,
                 "Ingress web: spec.tls[0].secretName: the certificate of Secret d/tls ends "
                 "in 29 days; renew it");
    assert_warns(secret(&a, "tls", pem_make(&a, "a.com", NULL, NOW - DAY, NOW + DAY)), web,
                 "in 1 day;");
}

static void test_a_certificate_for_other_hosts_is_a_warning(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_warns(secret(&a, "tls", pem_of(&a, "b.com")),
                 INGRESS("d", "web", "") TLS("a.com", "tls"),
                 "the certificate of Secret d/tls is not for host a.com");
}

static void test_a_secret_without_a_listener_is_a_warning(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_warns(secret(&a, "tls", pem_of(&a, "a.com")),
                 INGRESS("d", "web", "") "  tls: [{secretName: tls}]\n  rules:\n" PATH("a.com", "/")
                     INGRESS("d", "ok", "") TLS("a.com", "tls"),
                 "Ingress web: spec.tls[0].secretName: it has no effect");
}

static void test_two_certificates_for_one_name_are_a_warning(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const char sans[] = "DNS:a.com,DNS:b.com";
    struct pem p = pem_make(&a, "a.com", sans, NOW - DAY, NOW + 400 * DAY);
    struct pem q = pem_of(&a, "a.com");
    static const char two[] = INGRESS("d", "one", "") TLS("a.com", "second") INGRESS("d", "two", "")
        TLS("b.com", "first");
    assert_warns(arena_fmt(&a, "%s%s", secret(&a, "first", p), secret(&a, "second", q)), two,
                 "AlbConfig web: spec.listeners[1]: both Secret d/second and Secret d/first have a "
                 "certificate for a.com");
    assert_warns(arena_fmt(&a, "%s%s", secret(&a, "first", p), secret(&a, "second", p)), two, "");
}

static void test_a_secret_without_a_certificate_is_refused(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct pem p = pem_of(&a, "a.com");
    p.crt = "";
    struct world w =
        world_of(arena_fmt(&a, "%s%s", FIXED TEA("d") INGRESS("d", "web", "") TLS("a.com", "tls"),
                           secret(&a, "tls", p)));
    assert_has(problems(&w), "Ingress web: spec.tls[0].secretName: Secret d/tls: ");
    world_done(&w);
    w = world_of(FIXED TEA("d") INGRESS("d", "web", "") TLS(
        "a.com", "tls") "---\napiVersion: v1\nkind: Secret\nmetadata: {name: tls, namespace: d}\n"
                        "type: Opaque\ndata: {tls.key: eA==}\n");
    assert_has(problems(&w), "it holds no tls.crt and tls.key");
    world_done(&w);
}

static void test_two_ingresses_may_have_one_secret(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct pem p = pem_of(&a, "a.com");
    struct world w = world_of(arena_fmt(&a, "%s%s",
                                        OPEN TEA("d") INGRESS("d", "one", "") TLS("a.com", "tls")
                                            INGRESS("d", "two", "") TLS("a.com", "tls"),
                                        secret(&a, "tls", p)));
    assert_string_equal(problems(&w), "");
    assert_string_equal(certs_of(&w), arena_fmt(&a, "@certificate/%s", cas_name(&a, "tls", p)));
    assert_int_equal(w.out.secrets.len, 1);
    world_done(&w);
    /* Beside a default certificate of the AlbConfig, too. */
    w = world_of(arena_fmt(&a, "%s%s",
                           FIXED TEA("d") INGRESS("d", "one", "") TLS("a.com", "tls")
                               INGRESS("d", "two", "") TLS("a.com", "tls"),
                           secret(&a, "tls", p)));
    assert_string_equal(certs_of(&w), arena_fmt(&a, "c-1 @certificate/%s", cas_name(&a, "tls", p)));
    world_done(&w);
}

/* An entry of spec.tls with a Secret, and one with hosts that have none. */
#define TLS_AND(hosts, secret, others)                                       \
    "  tls: [{hosts: [" hosts "], secretName: " secret "}, {hosts: [" others \
    "]}]\n  rules:\n" PATH("x.a.com", "/")

static void test_hosts_that_no_secret_serves_are_looked_for(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct pem p = pem_of(&a, "*.a.com");
    /* Without a dot, of other labels, of another domain, in capitals; "" is none. */
    const char *text =
        arena_fmt(&a, "%s%s",
                  OPEN TEA("d") INGRESS("d", "web", "")
                      TLS_AND("X.A.COM, \"\"", "tls", "localhost, .a.com, y.a.com, z.b.com"),
                  secret(&a, "tls", p));
    struct world w = { .vpc = "vpc-1" };
    world_read(&w, text);
    world_fact(&w, FACT_CERTIFICATES, FACT_ALL, "[]", "");
    world_translate(&w);
    const char *found = problems(&w);
    assert_has(found, "none certificate found for host: localhost on listener 443/HTTPS");
    assert_has(found, "none certificate found for host: .a.com on");
    assert_has(found, "none certificate found for host: z.b.com on");
    assert_null(strstr(found, "y.a.com"));
    assert_null(strstr(found, "X.A.COM"));
    assert_null(strstr(found, "x.a.com"));
    world_done(&w);
}

static void test_a_secret_without_a_key_is_refused(void **state)
{
    (void)state;
    struct world w = world_of(FIXED TEA("d") INGRESS("d", "web", "") TLS(
        "a.com", "tls") "---\napiVersion: v1\nkind: Secret\nmetadata: {name: tls, namespace: "
                        "d}\ntype: Opaque\ndata: {tls.crt: eA==}\n");
    assert_has(problems(&w), "it holds no tls.crt and tls.key");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_secret_is_uploaded_by_content_and_referred_to),
        cmocka_unit_test(test_a_recorded_secret_is_called_as_it_was),
        cmocka_unit_test(test_a_renewed_secret_is_another_certificate),
        cmocka_unit_test(test_a_long_name_is_cut_and_stays_its_own),
        cmocka_unit_test(test_certificates_of_the_albconfig_stay_the_default),
        cmocka_unit_test(test_a_secret_goes_before_what_is_found),
        cmocka_unit_test(test_a_host_that_a_secrets_certificate_covers_is_not_looked_for),
        cmocka_unit_test(test_a_secret_can_be_the_default),
        cmocka_unit_test(test_a_bad_default_harms_its_listener_only),
        cmocka_unit_test(test_a_bad_secret_harms_its_ingress_only),
        cmocka_unit_test(test_what_ends_soon_is_a_warning),
        cmocka_unit_test(test_a_certificate_for_other_hosts_is_a_warning),
        cmocka_unit_test(test_a_secret_without_a_listener_is_a_warning),
        cmocka_unit_test(test_two_certificates_for_one_name_are_a_warning),
        cmocka_unit_test(test_a_secret_without_a_certificate_is_refused),
        cmocka_unit_test(test_two_ingresses_may_have_one_secret),
        cmocka_unit_test(test_hosts_that_no_secret_serves_are_looked_for),
        cmocka_unit_test(test_a_secret_without_a_key_is_refused),
    };
    return cmocka_run_group_tests_name("translate/secret", tests, NULL, NULL);
}
