/* Certificates by host: alb-ingress.md §E.1, §E.3, and which of several is taken. */
#include "world.h"

#define OPEN      WEB_SPEC "  listeners: [{port: 443, protocol: HTTPS}]\n" CLASS
#define TLS(host) "  tls: [{hosts: [\"" host "\"]}]\n  rules:\n" PATH(host, "/")

/* 'certificates' is the fact's text; NULL: it is not known. */
static struct world served(const char *manifests, const char *certificates)
{
    struct world w = { .vpc = "vpc-1" };
    world_read(&w, manifests);
    assert_int_equal(w.set.problems.len, 0);
    world_fact(&w, FACT_ENI, "vpc-1/10.0.0.1", "eni-1", "");
    if (certificates)
        world_fact(&w, FACT_CERTIFICATES, FACT_ALL, certificates, "");
    world_translate(&w);
    return w;
}

/* The listener's certificates, the default one first. */
static const char *certs_of(struct world *w)
{
    const struct alb_listener *l = desired(w, RESOURCE_LISTENER, "443/HTTPS");
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; l && i < l->certs.len; i++)
        buf_adds(&b, l->certs.items[i].id);
    for (size_t i = 0; l && i < l->additional_certs.len; i++)
        buf_addf(&b, " %s", l->additional_certs.items[i].id);
    return buf_keep(&b, &w->a);
}

static void assert_served(const char *ingresses, const char *certificates, const char *want)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = served(arena_fmt(&a, "%s%s", OPEN, ingresses), certificates);
    assert_string_equal(problems(&w), "");
    assert_string_equal(certs_of(&w), want);
    world_done(&w);
}

#define CERT(id, names, end) "{\"id\":" #id ",\"names\":[" names "],\"end\":\"" end "\"}"

static void test_exact_name_goes_before_a_wildcard(void **state)
{
    (void)state;
    assert_served(
        INGRESS("d", "a", "") TLS("x.a.com"),
        "[" CERT(1, "\"*.a.com\"", "2030-01-01") "," CERT(2, "\"X.A.com\"", "2026-06-01") "]",
        "2-cn-hangzhou");
}

static void test_longest_validity_wins_and_then_the_newer_one(void **state)
{
    (void)state;
    assert_served(INGRESS("d", "a", "") TLS("a.com"),
                  "[" CERT(1, "\"a.com\"", "2026-06-01") "," CERT(
                      2, "\"a.com\"", "2027-06-01") "," CERT(3, "\"a.com\"", "2027-06-01") "]",
                  "3-cn-hangzhou");
}

static void test_expired_certificate_is_never_taken(void **state)
{
    (void)state;
    /* The world's time is the first moment of 2026; a date means its end. */
    struct world w =
        served(OPEN INGRESS("d", "a", "") TLS("a.com"), "[" CERT(1, "\"a.com\"", "2025-12-31") "]");
    assert_has(problems(&w), "none certificate found for host: a.com on listener 443/HTTPS");
    world_done(&w);
    assert_served(INGRESS("d", "a", "") TLS("a.com"), "[" CERT(1, "\"a.com\"", "2026-01-01") "]",
                  "1-cn-hangzhou");
}

static void test_wildcard_covers_one_label_and_itself(void **state)
{
    (void)state;
    static const char certs[] = "[" CERT(1, "\"*.a.com\"", "2030-01-01") "]";
    assert_served(INGRESS("d", "a", "") TLS("x.a.com"), certs, "1-cn-hangzhou");
    assert_served(INGRESS("d", "a", "") TLS("*.a.com"), certs, "1-cn-hangzhou");
    static const char *const others[] = { OPEN INGRESS("d", "a", "") TLS("a.com"),
                                          OPEN INGRESS("d", "a", "") TLS("y.x.a.com"),
                                          OPEN INGRESS("d", "a", "") TLS("xa.com") };
    for (size_t i = 0; i < COUNT(others); i++) {
        struct world w = served(others[i], certs);
        assert_has(problems(&w), "none certificate found for host");
        assert_null(desired(&w, RESOURCE_LISTENER, "443/HTTPS"));
        world_done(&w);
    }
}

static void test_smallest_id_is_the_default_and_each_comes_once(void **state)
{
    (void)state;
    assert_served(INGRESS("d", "a", "") TLS("b.com") INGRESS("d", "b", "") TLS("a.com")
                      INGRESS("d", "c", "") TLS("c.a.com"),
                  "[" CERT(11, "\"b.com\"", "2030-01-01") "," CERT(7, "\"a.com\",\"*.a.com\"",
                                                                   "2030-01-01") "]",
                  "7-cn-hangzhou 11-cn-hangzhou");
}

static void test_host_without_certificate_harms_only_its_ingress(void **state)
{
    (void)state;
    struct world w =
        served(OPEN INGRESS("d", "a", "") TLS("a.com") INGRESS("d", "b", "") TLS("b.com"),
               "[" CERT(1, "\"a.com\"", "2030-01-01") "]");
    assert_has(problems(&w), "Ingress b: spec: none certificate found for host: b.com");
    assert_string_equal(certs_of(&w), "1-cn-hangzhou");
    world_done(&w);
}

static void test_what_is_not_known_yet_is_a_need(void **state)
{
    (void)state;
    struct world w = served(OPEN INGRESS("d", "a", "") TLS("a.com"), NULL);
    assert_string_equal(problems(&w), "");
    assert_int_equal(w.out.needs.len, 1);
    assert_int_equal(w.out.needs.items[0].kind, FACT_CERTIFICATES);
    assert_string_equal(certs_of(&w), "?certificates(all)");
    world_done(&w);
}

static void test_ids_in_the_albconfig_end_the_search(void **state)
{
    (void)state;
    struct world w = served(WEB INGRESS("d", "a", "") TLS("a.com"), NULL);
    assert_int_equal(w.out.needs.len, 0);
    assert_string_equal(certs_of(&w), "c-1");
    world_done(&w);
}

static void test_listener_that_no_ingress_uses_has_none_to_find(void **state)
{
    (void)state;
    struct world w = served(OPEN, "[" CERT(1, "\"a.com\"", "2030-01-01") "]");
    assert_has(problems(&w), "AlbConfig web: spec.listeners[0]: an HTTPS listener needs a "
                             "certificate");
    world_done(&w);
}

static void test_of_certificates_the_best_is_taken_wherever_it_stands(void **state)
{
    (void)state;
    assert_served(
        INGRESS("d", "a", "") TLS("x.a.com"),
        "[" CERT(1, "\"x.a.com\"", "2026-06-01") "," CERT(2, "\"*.a.com\"", "2030-01-01") "]",
        "1-cn-hangzhou");
    assert_served(INGRESS("d", "a", "") TLS("a.com"),
                  "[" CERT(1, "\"a.com\"", "2027-06-01") "," CERT(2, "\"a.com\"", "2026-06-01") "]",
                  "1-cn-hangzhou");
    assert_served(INGRESS("d", "a", "") TLS("a.com"),
                  "[" CERT(7, "\"a.com\"", "2027-06-01") "," CERT(3, "\"a.com\"", "2027-06-01") "]",
                  "7-cn-hangzhou");
}

static void test_a_certificate_whose_end_is_not_known_does_not_end(void **state)
{
    (void)state;
    assert_served(INGRESS("d", "a", "") TLS("a.com"), "[{\"id\":4,\"names\":[\"a.com\"]}]",
                  "4-cn-hangzhou");
    assert_served(INGRESS("d", "a", "") TLS("a.com"), "[" CERT(4, "\"a.com\"", "soon") "]",
                  "4-cn-hangzhou");
}

static void test_hosts_are_looked_for_only_where_they_are_served(void **state)
{
    (void)state;
    /* b.com is on 80 only, and the rule without a host has no certificate of its own. */
    struct world w =
        served(WEB_SPEC "  listeners: [{port: 443, protocol: HTTPS}, {port: 80}]\n" CLASS INGRESS(
                   "d", "a", "") TLS("a.com") PATH("b.com", "/") PATH("", "/"),
               "[" CERT(1, "\"a.com\"", "2027-01-01") "," CERT(2, "\"b.com\"", "2027-01-01") "]");
    assert_string_equal(problems(&w), "");
    assert_string_equal(certs_of(&w), "1-cn-hangzhou");
    world_done(&w);
}

static void test_the_smallest_id_is_the_default_in_whatever_order_hosts_come(void **state)
{
    (void)state;
    static const char certs[] = "[" CERT(5, "\"a.com\"", "2027-01-01") "," CERT(
        3, "\"b.com\"", "2027-01-01") "," CERT(9, "\"c.com\"", "2027-01-01") "]";
    assert_served(INGRESS("d", "a", "") "  tls: [{hosts: [a.com, c.com, b.com]}]\n", certs,
                  "3-cn-hangzhou 5-cn-hangzhou 9-cn-hangzhou");
    assert_served(INGRESS("d", "a", "") "  tls: [{hosts: [b.com, a.com, c.com]}]\n", certs,
                  "3-cn-hangzhou 5-cn-hangzhou 9-cn-hangzhou");
}

#define DEFAULT(id)                                                                               \
    WEB_SPEC "  listeners: [{port: 443, protocol: HTTPS, defaultCertificate: {certificateId: " id \
             "}}]\n" CLASS

static void test_the_default_of_the_albconfig_is_found_only_once(void **state)
{
    (void)state;
    struct world w = served(DEFAULT("1-cn-hangzhou") INGRESS("d", "a", "") TLS("a.com"),
                            "[" CERT(1, "\"a.com\"", "2027-01-01") "]");
    assert_string_equal(certs_of(&w), "1-cn-hangzhou");
    world_done(&w);
}

static void test_a_host_without_a_certificate_has_the_default_of_the_albconfig(void **state)
{
    (void)state;
    struct world w = served(DEFAULT("9-cn-hangzhou") INGRESS("d", "a", "") TLS("a.com"), "[]");
    assert_string_equal(problems(&w), "");
    assert_string_equal(certs_of(&w), "9-cn-hangzhou");
    world_done(&w);
}

static void test_a_damaged_fact_is_asked_for_again(void **state)
{
    (void)state;
    struct world w = served(OPEN INGRESS("d", "a", "") TLS("a.com"), "[{");
    assert_int_equal(w.out.needs.len, 1);
    assert_int_equal(w.out.needs.items[0].kind, FACT_CERTIFICATES);
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_name_goes_before_a_wildcard),
        cmocka_unit_test(test_longest_validity_wins_and_then_the_newer_one),
        cmocka_unit_test(test_expired_certificate_is_never_taken),
        cmocka_unit_test(test_wildcard_covers_one_label_and_itself),
        cmocka_unit_test(test_smallest_id_is_the_default_and_each_comes_once),
        cmocka_unit_test(test_host_without_certificate_harms_only_its_ingress),
        cmocka_unit_test(test_what_is_not_known_yet_is_a_need),
        cmocka_unit_test(test_ids_in_the_albconfig_end_the_search),
        cmocka_unit_test(test_listener_that_no_ingress_uses_has_none_to_find),
        cmocka_unit_test(test_of_certificates_the_best_is_taken_wherever_it_stands),
        cmocka_unit_test(test_a_certificate_whose_end_is_not_known_does_not_end),
        cmocka_unit_test(test_hosts_are_looked_for_only_where_they_are_served),
        cmocka_unit_test(test_the_smallest_id_is_the_default_in_whatever_order_hosts_come),
        cmocka_unit_test(test_the_default_of_the_albconfig_is_found_only_once),
        cmocka_unit_test(test_a_host_without_a_certificate_has_the_default_of_the_albconfig),
        cmocka_unit_test(test_a_damaged_fact_is_asked_for_again),
    };
    return cmocka_run_group_tests_name("translate/certificate", tests, NULL, NULL);
}
