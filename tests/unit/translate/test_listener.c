/* spec.listeners: alb-ingress.md §B.3, §D.2, §E.1. */
#include "world.h"

static struct world world_with(const char *listeners)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return world_of(arena_fmt(&a, "%s  listeners: %s\n", WEB_SPEC, listeners));
}

static void test_http_defaults(void **state)
{
    (void)state;
    struct world w = world_with("[{}]");
    const struct alb_listener *l = listener_of(&w, "80/HTTP");
    assert_non_null(l);
    assert_int_equal(l->port.val, 80);
    assert_string_equal(l->description, "ingress-auto-listener-80");
    assert_int_equal(l->idle_timeout.val, 15);
    assert_int_equal(l->request_timeout.val, 60);
    assert_true(l->gzip.set && l->gzip.val);
    assert_false(l->http2.set);
    assert_null(l->security_policy_id);
    assert_null(l->certs.items);
    assert_null(l->additional_certs.items);
    assert_null(l->tags.items);
    assert_false(l->ca_enabled.set);
    assert_false(l->quic.upgrade.set);
    assert_false(l->log.tracing.enabled.set);
    assert_int_equal(l->default_actions.len, 1);
    assert_int_equal(l->default_actions.items[0].type, ALB_ACTION_FORWARD);
    assert_string_equal(l->default_actions.items[0].forward.targets.items[0].group_id,
                        "@kube-system/web-listener-80-fake-svc:80");
    assert_false(l->default_actions.items[0].forward.targets.items[0].weight.set);
    assert_false(l->default_actions.items[0].order.set);
    world_done(&w);
}

static void test_https_defaults(void **state)
{
    (void)state;
    struct world w =
        world_with("[{port: 443, protocol: HTTPS, certificates: [{CertificateId: c}]}]");
    const struct alb_listener *l = listener_of(&w, "443/HTTPS");
    assert_true(l->http2.set && l->http2.val);
    assert_string_equal(l->security_policy_id, "tls_cipher_policy_1_0");
    assert_int_equal(l->certs.len, 1);
    assert_string_equal(l->certs.items[0].id, "c");
    assert_non_null(l->additional_certs.items);
    assert_int_equal(l->additional_certs.len, 0);
    assert_true(l->ca_enabled.set && !l->ca_enabled.val);
    assert_null(l->ca_certs.items);
    world_done(&w);
}

static void test_values_that_are_given_are_taken(void **state)
{
    (void)state;
    struct world w =
        world_with("[{Port: \"8080\", Protocol: http, description: main, idleTimeout: 30, "
                   "requestTimeout: 90, gzipEnabled: false, tags: [{key: k}]}]");
    const struct alb_listener *l = listener_of(&w, "8080/HTTP");
    assert_non_null(l);
    assert_string_equal(l->description, "main");
    assert_int_equal(l->idle_timeout.val, 30);
    assert_int_equal(l->request_timeout.val, 90);
    assert_false(l->gzip.val);
    assert_string_equal(alb_tag_get(&l->tags, "k"), "");
    world_done(&w);
}

static void test_tls_values_that_are_given_are_taken(void **state)
{
    (void)state;
    struct world w = world_with("[{port: 443, protocol: HTTPS, http2Enabled: false, "
                                "securityPolicyId: tls_cipher_policy_1_2, "
                                "certificates: [{CertificateId: a}, {CertificateId: b, IsDefault: "
                                "true}, {CertificateId: d}], "
                                "caEnabled: true, caCertificates: [{CertificateId: ca}]}]");
    const struct alb_listener *l = listener_of(&w, "443/HTTPS");
    assert_false(l->http2.val);
    assert_string_equal(l->security_policy_id, "tls_cipher_policy_1_2");
    assert_int_equal(l->certs.len, 1);
    assert_string_equal(l->certs.items[0].id, "b");
    assert_int_equal(l->additional_certs.len, 2);
    assert_string_equal(l->additional_certs.items[0].id, "a");
    assert_string_equal(l->additional_certs.items[1].id, "d");
    assert_string_equal(l->ca_certs.items[0].id, "ca");
    assert_true(l->ca_enabled.val);
    world_done(&w);
}

static void test_default_certificate_stands_apart(void **state)
{
    (void)state;
    struct world w =
        world_with("[{port: 443, protocol: HTTPS, defaultCertificate: {kind: "
                   "CertIdentifier, certificateId: d}, certificates: [{CertificateId: a, "
                   "IsDefault: true}]}]");
    const struct alb_listener *l = listener_of(&w, "443/HTTPS");
    assert_string_equal(l->certs.items[0].id, "d");
    assert_string_equal(l->additional_certs.items[0].id, "a");
    world_done(&w);
}

static void test_https_and_quic_share_a_port_and_its_default_group(void **state)
{
    (void)state;
    struct world w = world_of(WEB);
    assert_string_equal(problems(&w), "");
    assert_non_null(listener_of(&w, "443/QUIC"));
    assert_string_equal(
        listener_of(&w, "443/QUIC")->default_actions.items[0].forward.targets.items[0].group_id,
        "@kube-system/web-listener-443-fake-svc:443");
    assert_false(listener_of(&w, "443/QUIC")->http2.set);
    assert_non_null(group_of(&w, "kube-system/web-listener-443-fake-svc:443"));
    world_done(&w);
}

static void test_bad_listener_is_left_out_by_itself(void **state)
{
    (void)state;
    static const struct {
        const char *listener, *problem;
    } cases[] = {
        { "{port: 443, protocol: HTTPS}",
          "spec.listeners[1]: an HTTPS listener needs a certificate" },
        { "{port: 443, protocol: FTP}",
          "protocol: \"FTP\" is not known; give HTTP, HTTPS or QUIC" },
        { "{port: 443, protocol: gRPC}", "protocol: \"gRPC\" is not known; give HTTP" },
        { "{port: 70000}", "spec.listeners[1].port: 70000 is out of range; give 0 to 65535" },
        { "{port: eighty}", "port: \"eighty\" is text; give a whole number, without quotes" },
        { "{port: 81, idleTimeout: \"60\"}", "idleTimeout: \"60\" is text; give a whole number" },
        { "{port: 81, idleTimeout: 3601}", "idleTimeout: 3601 is out of range; give 0 to 3600" },
        { "{port: 81, gzipEnabled: 1}", "gzipEnabled: this is a number; give true or false" },
        { "{port: 81, aclConfig: {aclIds: [acl-1]}}",
          "spec.listeners[1].aclConfig.aclType: it is not given; give White or Black" },
        { "{port: 80}",
          "duplicate listener for port 80 and protocol HTTP in albconfig web: 80/HTTP" },
        { "{port: 80, protocol: HTTPS, certificates: [{CertificateId: c}]}",
          "duplicate listener for port 80 and protocol HTTPS in albconfig web: 80/HTTP" },
        { "{port: 443, protocol: HTTPS, certificates: [{CertificateId: c, IsDefault: true}, "
          "{CertificateId: d, IsDefault: true}]}",
          "certificates: [0] and [1] are both IsDefault; mark one" },
        { "{port: 443, protocol: HTTPS, certificates: [{CertificateId: \"@certificate/x\"}]}",
          "certificates[0].CertificateId: \"@certificate/x\" is no value that ALB takes here; give "
          "the id that the cloud gave it" },
        { "{port: 443, protocol: HTTPS, defaultCertificate: {certificateId: \"@certificate/x\"}}",
          "defaultCertificate.certificateId: \"@certificate/x\" is no value that ALB takes here; "
          "give the id that the cloud gave it" },
        { "{port: 443, protocol: HTTPS, certificates: [{IsDefault: true}]}",
          "certificates[0].CertificateId: missing; add it" },
        { "{port: 443, protocol: HTTPS, defaultCertificate: {kind: Secret}}",
          "defaultCertificate: it names no Secret; add secret: {namespace, name}" },
        { "{port: 443, protocol: HTTPS, defaultCertificate: {kind: Other}}",
          "defaultCertificate: kind Other is not known; give CertIdentifier or Secret" },
        { "{port: 443, protocol: HTTPS, defaultCertificate: {kind: CertIdentifier}}",
          "defaultCertificate: it has no certificateId; add one" },
        { "7", "spec.listeners[1]: this is a number; give a map" },
    };
    struct arena a CLEANUP(arena_done) = { 0 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world w =
            world_with(arena_fmt(&a, "[{port: 80}, %s, {port: 82}]", cases[i].listener));
        assert_has(problems(&w), cases[i].problem);
        assert_non_null(listener_of(&w, "80/HTTP"));
        assert_non_null(listener_of(&w, "82/HTTP"));
        size_t n = 0;
        for (size_t j = 0; j < w.out.desired.rows.len; j++)
            n += w.out.desired.rows.items[j].kind == RESOURCE_LISTENER;
        assert_int_equal(n, 2);
        world_done(&w);
    }
}

static void test_listener_that_is_left_out_stays_as_it_is(void **state)
{
    (void)state;
    struct world w = world_with("[{port: 80}, {port: 443, protocol: HTTPS, gzipEnabled: 1}]");
    const struct resource listener = { .lb = "kube-system/web",
                                       .kind = RESOURCE_LISTENER,
                                       .key = "443/HTTPS",
                                       .parent = "",
                                       .desired_from =
                                           "AlbConfig web (t.yaml:1) spec.listeners[1]" };
    const struct resource rule = { .lb = "kube-system/web",
                                   .kind = RESOURCE_RULE,
                                   .key = "443/HTTPS#1",
                                   .parent = "443/HTTPS",
                                   .desired_from = "Ingress d/w (t.yaml:9) rules[0].paths[0]" };
    const struct resource other = {
        .lb = "kube-system/web", .kind = RESOURCE_RULE, .key = "80/HTTP#1", .parent = "80/HTTP"
    };
    assert_true(translate_holds(&w.out, &listener));
    assert_true(translate_holds(&w.out, &rule));
    assert_false(translate_holds(&w.out, &other));
    world_done(&w);
    /* Without a certificate it is known all the same which rules it is to have. */
    w = world_with("[{port: 80}, {port: 443, protocol: HTTPS}]");
    assert_true(translate_holds(&w.out, &listener));
    assert_false(translate_holds(&w.out, &rule));
    world_done(&w);
    /* Nobody knows which listener this was. */
    w = world_with("[{port: []}]");
    assert_true(translate_holds(&w.out, &other));
    world_done(&w);
    w = world_with("{port: 80}");
    assert_has(problems(&w), "spec.listeners: this is a map; give a list");
    assert_true(translate_holds(&w.out, &other));
    world_done(&w);
}

static void assert_listener(const char *fields, const char *problem)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct world w = world_with(arena_fmt(&a, "[{%s}]", fields));
    if (problem)
        assert_has(problems(&w), problem);
    else
        assert_string_equal(problems(&w), "");
    assert_true(!listener_of(&w, "80/HTTP") == (problem != NULL));
    world_done(&w);
}

static void test_description_has_2_to_256_characters(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_listener("description: ab", NULL);
    assert_listener(arena_fmt(&a, "description: %s", repeated(&a, "\xc3\xa4", 256)), NULL);
    assert_listener("description: 'Shop-1/a.b_\xe5\x95\x86'", NULL);
    assert_listener("description: my shop",
                    "spec.listeners[0].description: \"my shop\" is no value that ALB takes here; "
                    "give letters, digits and - / . _");
    assert_listener("description: 'a:b'", "\"a:b\" is no value that ALB takes here");
    assert_listener("description: a",
                    "spec.listeners[0].description: it has 1 characters, and ALB takes 2 to 256");
    assert_listener(arena_fmt(&a, "description: %s", repeated(&a, "x", 257)), "257 characters");
}

static void test_a_listener_has_at_most_20_tags(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct arena a CLEANUP(arena_done) = { 0 };
    for (int i = 0; i < 20; i++)
        buf_addf(&b, "{key: k%d}, ", i);
    assert_listener(arena_fmt(&a, "tags: [%s]", buf_str(&b)), NULL);
    assert_listener(arena_fmt(&a, "tags: [%s{key: k}]", buf_str(&b)),
                    "spec.listeners[0].tags: with ours there are 21 tags");
}

static void test_client_certificates_need_both(void **state)
{
    (void)state;
#define TLS "{port: 443, protocol: HTTPS, certificates: [{CertificateId: c}], "
    struct world w = world_with("[" TLS "caEnabled: true}]");
    assert_has(problems(&w), "caCertificates: caEnabled needs one CA certificate, and there are 0");
    world_done(&w);
    w = world_with("[" TLS
                   "caEnabled: true, caCertificates: [{CertificateId: a}, {CertificateId: b}]}]");
    assert_has(problems(&w), "caCertificates: caEnabled needs one CA certificate, and there are 2");
    world_done(&w);
    w = world_with("[" TLS "caEnabled: true, caCertificates: [{CertificateId: \"@a\"}]}]");
    assert_has(problems(&w), "caCertificates[0].CertificateId: \"@a\" is no value that ALB takes");
    world_done(&w);
    w = world_with("[" TLS "caCertificates: [{CertificateId: a}]}]");
    assert_string_equal(problems(&w), "");
    assert_has(warnings(&w), "caCertificates: it has no effect without caEnabled: true");
    assert_null(listener_of(&w, "443/HTTPS")->ca_certs.items);
    world_done(&w);
#undef TLS
}

static void test_tags_are_checked(void **state)
{
    (void)state;
    struct world w = world_with("[{tags: [{key: a}, {key: a}]}]");
    assert_has(problems(&w), "spec.listeners[0].tags[1]: the key \"a\" is given twice");
    world_done(&w);
    w = world_with("[{tags: [{key: \"acs:a\"}]}]");
    assert_has(problems(&w), "spec.listeners[0].tags[0]: the key \"acs:a\" begins with");
    world_done(&w);
}

static void test_only_fields_that_do_not_exist_are_warnings(void **state)
{
    (void)state;
    struct world w = world_with("[{port: 80, defaultActions: [1], loadBalancerId: x, idleTimout: "
                                "1}]");
    assert_string_equal(
        warnings(&w),
        "AlbConfig web: spec.listeners[0].idleTimout: there is no such field, so it has no effect; "
        "is it 'idleTimeout'?\n");
    world_done(&w);
}

static void test_zero_is_the_default(void **state)
{
    (void)state;
    struct world w = world_with("[{port: 0, idleTimeout: 0, requestTimeout: 0}]");
    const struct alb_listener *l = listener_of(&w, "80/HTTP");
    assert_non_null(l);
    assert_int_equal(l->idle_timeout.val, 15);
    assert_int_equal(l->request_timeout.val, 60);
    world_done(&w);
}

static void test_default_certificate_is_an_id_unless_it_says_otherwise(void **state)
{
    (void)state;
    struct world w = world_with("[{port: 443, protocol: HTTPS, certificates: [{CertificateId: "
                                "c-1}], defaultCertificate: {certificateId: c-2}}]");
    const struct alb_listener *l = listener_of(&w, "443/HTTPS");
    assert_string_equal(problems(&w), "");
    assert_string_equal(l->certs.items[0].id, "c-2");
    assert_string_equal(l->additional_certs.items[0].id, "c-1");
    world_done(&w);
}

static void test_secret_of_the_default_certificate_is_of_namespace_default(void **state)
{
    (void)state;
    struct world w = world_with("[{port: 443, protocol: HTTPS, defaultCertificate: {kind: Secret, "
                                "secret: {name: s}}}]");
    assert_has(problems(&w),
               "defaultCertificate.secret: Secret default/s: there is no such Secret");
    world_done(&w);
}

static void test_quic_may_stand_before_https_on_a_port(void **state)
{
    (void)state;
    struct world w = world_with(
        "[{port: 443, protocol: QUIC, certificates: [{CertificateId: c}]}, {port: 443, protocol: "
        "HTTPS, certificates: [{CertificateId: c}]}, {port: 443, protocol: HTTP}]");
    assert_non_null(listener_of(&w, "443/QUIC"));
    assert_non_null(listener_of(&w, "443/HTTPS"));
    assert_has(problems(&w),
               "spec.listeners[2]: duplicate listener for port 443 and protocol HTTP");
    world_done(&w);
}

static void test_of_two_equal_listeners_the_first_counts(void **state)
{
    (void)state;
    struct world w = world_with("[{port: 80, protocol: HTTP, description: first}, {port: 80, "
                                "protocol: HTTP, description: second}]");
    assert_has(problems(&w), "spec.listeners[1]: duplicate listener for port 80 and protocol HTTP");
    assert_string_equal(listener_of(&w, "80/HTTP")->description, "first");
    assert_int_equal(w.out.holds.len, 0);
    world_done(&w);
}

#define RENAME                                                                                    \
    ": it has no effect. Scripts (AScript) are taken from aScriptConfig, a list of aScriptName, " \
    "position, configMapNamespace and configMapName; rename it to that.\n"

/* What the managed product calls the field is not known, so whatever holds the word is named. */
static void test_other_names_for_scripts_are_a_warning_that_says_ours(void **state)
{
    (void)state;
    struct world w = world_with("[{port: 80, aScript: {name: c}}, {port: 81, ascripts: [{a: b}]}, "
                                "{port: 82, AScript: {}}, {port: 83, listenerAScriptRef: c}]");
    assert_string_equal(problems(&w), "");
    assert_string_equal(warnings(&w), "AlbConfig web: spec.listeners[0].aScript" RENAME
                                      "AlbConfig web: spec.listeners[1].ascripts" RENAME
                                      "AlbConfig web: spec.listeners[3].listenerAScriptRef" RENAME);
    assert_non_null(listener_of(&w, "80/HTTP"));
    assert_non_null(listener_of(&w, "82/HTTP"));
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http_defaults),
        cmocka_unit_test(test_https_defaults),
        cmocka_unit_test(test_values_that_are_given_are_taken),
        cmocka_unit_test(test_tls_values_that_are_given_are_taken),
        cmocka_unit_test(test_default_certificate_stands_apart),
        cmocka_unit_test(test_https_and_quic_share_a_port_and_its_default_group),
        cmocka_unit_test(test_bad_listener_is_left_out_by_itself),
        cmocka_unit_test(test_listener_that_is_left_out_stays_as_it_is),
        cmocka_unit_test(test_description_has_2_to_256_characters),
        cmocka_unit_test(test_a_listener_has_at_most_20_tags),
        cmocka_unit_test(test_client_certificates_need_both),
        cmocka_unit_test(test_tags_are_checked),
        cmocka_unit_test(test_only_fields_that_do_not_exist_are_warnings),
        cmocka_unit_test(test_zero_is_the_default),
        cmocka_unit_test(test_default_certificate_is_an_id_unless_it_says_otherwise),
        cmocka_unit_test(test_secret_of_the_default_certificate_is_of_namespace_default),
        cmocka_unit_test(test_quic_may_stand_before_https_on_a_port),
        cmocka_unit_test(test_of_two_equal_listeners_the_first_counts),
        cmocka_unit_test(test_other_names_for_scripts_are_a_warning_that_says_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
