/* xForwardedForConfig, quicConfig and logConfig of listeners: alb-ingress.md §B.3. */
#include "world.h"

#define LOGGED_SPEC                                                                          \
    "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n"              \
    "spec:\n"                                                                                \
    "  config: {zoneMappings: [{vSwitchId: vsw-1, zoneId: z-1}, {vSwitchId: vsw-2, zoneId: " \
    "z-2}], accessLogConfig: {logProject: prod, logStore: alb_s}}\n"
#define HTTPS443 "port: 443, protocol: HTTPS, certificates: [{CertificateId: c}]"
#define QUIC443  "port: 443, protocol: QUIC, certificates: [{CertificateId: c}]"

static struct world world_with(const char *spec, const char *listeners)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return world_of(arena_fmt(&a, "%s  listeners: %s\n", spec, listeners));
}

static void assert_switches(const struct alb_forwarded *f, bool on)
{
    const struct opt_bool all[] = { f->verify,   f->fingerprint, f->issuer_dn, f->subject_dn,
                                    f->src_port, f->enabled,     f->proto,     f->slb_id,
                                    f->slb_port, f->host,        f->source_ips };
    for (size_t i = 0; i < COUNT(all); i++) {
        assert_true(all[i].set);
        assert_int_equal(all[i].val, on);
    }
}

/* Also the one that the cloud has on by itself. */
static void test_switches_are_off_unless_given(void **state)
{
    (void)state;
    struct world w = world_with(WEB_SPEC, "[{}, {port: 81, xForwardedForConfig: {}}]");
    assert_switches(&listener_of(&w, "80/HTTP")->forwarded, false);
    assert_switches(&listener_of(&w, "81/HTTP")->forwarded, false);
    assert_null(listener_of(&w, "80/HTTP")->forwarded.mode);
    assert_null(listener_of(&w, "80/HTTP")->forwarded.subject_dn_alias);
    assert_null(listener_of(&w, "80/HTTP")->forwarded.source_ips_trusted);
    world_done(&w);
}

static void test_every_forwarded_field_is_taken(void **state)
{
    (void)state;
    struct world w = world_with(
        WEB_SPEC,
        "[{" HTTPS443 ", xForwardedForConfig: {XForwardedForEnabled: true, "
        "XForwardedForProtoEnabled: true, XForwardedForSLBIdEnabled: true, "
        "XForwardedForSLBPortEnabled: true, XForwardedForClientSrcPortEnabled: true, "
        "XForwardedForClientCertSubjectDNEnabled: true, "
        "XForwardedForClientCertSubjectDNAlias: subject, "
        "XForwardedForClientCertIssuerDNEnabled: true, XForwardedForClientCertIssuerDNAlias: "
        "issuer, XForwardedForClientCertFingerprintEnabled: true, "
        "XForwardedForClientCertFingerprintAlias: finger-1, "
        "xForwardedForClientCertClientVerifyEnabled: true, "
        "XForwardedForClientCertClientVerifyAlias: verify_1, XForwardedForHostEnabled: true, "
        "XForwardedForProcessingMode: remove, XForwardedForClientSourceIpsEnabled: true, "
        "XForwardedForClientSourceIpsTrusted: 10.0.0.0/8}}]");
    assert_string_equal(problems(&w), "");
    assert_string_equal(warnings(&w), "");
    const struct alb_forwarded *f = &listener_of(&w, "443/HTTPS")->forwarded;
    assert_switches(f, true);
    assert_string_equal(f->subject_dn_alias, "subject");
    assert_string_equal(f->issuer_dn_alias, "issuer");
    assert_string_equal(f->fingerprint_alias, "finger-1");
    assert_string_equal(f->verify_alias, "verify_1");
    assert_string_equal(f->mode, "remove");
    assert_string_equal(f->source_ips_trusted, "10.0.0.0/8");
    world_done(&w);
}

static void test_forwarded_values_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *config, *problem;
    } cases[] = {
        { "XForwardedForClientCertSubjectDNAlias: Subject",
          "SubjectDNAlias: \"Subject\" is no name" },
        { "XForwardedForClientCertIssuerDNAlias: a.b", "IssuerDNAlias: \"a.b\" is no name" },
        { "XForwardedForClientCertFingerprintAlias: a b", "FingerprintAlias: \"a b\" is no name" },
        { "XForwardedForClientCertClientVerifyAlias: "
          "a1234567890123456789012345678901234567890",
          "give 1 to 40 lower-case letters, digits, \"_\" and \"-\"" },
        { "XForwardedForEnabled: true, XForwardedForProcessingMode: Append",
          "XForwardedForProcessingMode: \"Append\" is not known; give append or remove" },
        { "XForwardedForEnabled: \"true\"", "give true or false" },
        { "XForwardedForClientSourceIpsTrusted: '10.0.0.0/8;x'",
          "XForwardedForClientSourceIpsTrusted: \"x\" is no address and no block; give a list as "
          "10.0.0.0/8;192.0.2.7" },
        { "XForwardedForClientSourceIpsTrusted: '10.0.0.0/33'", "\"10.0.0.0/33\" is no address" },
        { "XForwardedForClientSourceIpsTrusted: '10.0.0.1;;10.0.0.2'", "\"\" is no address" },
        { "XForwardedForClientSourceIpsTrusted: '10.0.0.1 y'", "\"y\" is no address" },
    };
    struct arena a CLEANUP(arena_done) = { 0 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world w =
            world_with(WEB_SPEC, arena_fmt(&a, "[{}, {port: 81, xForwardedForConfig: {%s}}]",
                                           cases[i].config));
        assert_has(problems(&w), cases[i].problem);
        assert_non_null(listener_of(&w, "80/HTTP"));
        assert_null(listener_of(&w, "81/HTTP"));
        world_done(&w);
    }
    struct world w = world_with(WEB_SPEC, "[{xForwardedForConfig: {"
                                          "XForwardedForClientSourceIpsTrusted: "
                                          "' 10.0.0.0/8 ; 192.0.2.7,2001:db8::/32 '}}]");
    assert_string_equal(problems(&w), "");
    assert_string_equal(listener_of(&w, "80/HTTP")->forwarded.source_ips_trusted,
                        " 10.0.0.0/8 ; 192.0.2.7,2001:db8::/32 ");
    world_done(&w);
    w = world_with(WEB_SPEC, "[{xForwardedForConfig: {XForwardedForProcessingMode: remove}}]");
    assert_has(warnings(&w), "XForwardedForProcessingMode: it has no effect without");
    assert_null(listener_of(&w, "80/HTTP")->forwarded.mode);
    world_done(&w);
}

static void test_https_upgrades_to_the_quic_listener_of_its_port(void **state)
{
    (void)state;
    struct world w =
        world_with(WEB_SPEC, "[{" HTTPS443 ", quicConfig: {quicUpgradeEnabled: true}}, {" QUIC443
                             "}, {port: 80}]");
    assert_string_equal(warnings(&w), "");
    const struct alb_listener *l = listener_of(&w, "443/HTTPS");
    assert_true(l->quic.upgrade.set && l->quic.upgrade.val);
    assert_string_equal(l->quic.listener_id, "@443/QUIC");
    assert_false(listener_of(&w, "443/QUIC")->quic.upgrade.set);
    assert_false(listener_of(&w, "80/HTTP")->quic.upgrade.set);
    world_done(&w);
}

static void test_https_upgrades_to_the_quic_listener_it_names(void **state)
{
    (void)state;
    struct world w = world_with(
        WEB_SPEC, "[{" HTTPS443 ", quicConfig: {QuicUpgradeEnabled: true, quicListenerId: "
                  "lsn-9}}, {" QUIC443 "}]");
    assert_string_equal(listener_of(&w, "443/HTTPS")->quic.listener_id, "lsn-9");
    world_done(&w);
}

static void test_https_does_not_upgrade_unless_asked(void **state)
{
    (void)state;
    struct world w = world_with(
        WEB_SPEC, "[{" HTTPS443 "}, {" QUIC443 "}, {port: 8443, protocol: HTTPS, certificates: "
                  "[{CertificateId: c}], quicConfig: {quicListenerId: lsn-9}}]");
    const struct alb_listener *l = listener_of(&w, "443/HTTPS");
    assert_true(l->quic.upgrade.set && !l->quic.upgrade.val);
    assert_null(l->quic.listener_id);
    assert_null(listener_of(&w, "8443/HTTPS")->quic.listener_id);
    world_done(&w);
}

static void test_an_upgrade_that_leads_nowhere_is_a_warning(void **state)
{
    (void)state;
    struct world w = world_with(
        WEB_SPEC, "[{port: 80, quicConfig: {quicUpgradeEnabled: true}}, {" HTTPS443
                  ", quicConfig: {quicUpgradeEnabled: true}}, {port: 444, protocol: QUIC, "
                  "certificates: [{CertificateId: c}]}]");
    assert_string_equal(problems(&w), "");
    assert_has(warnings(&w), "spec.listeners[0].quicConfig: it has no effect on a listener of "
                             "protocol HTTP");
    assert_has(warnings(&w), "spec.listeners[1].quicConfig: there is no QUIC listener of port 443");
    assert_false(listener_of(&w, "443/HTTPS")->quic.upgrade.set);
    assert_null(listener_of(&w, "443/HTTPS")->quic.listener_id);
    world_done(&w);
}

static void test_log_settings_are_taken(void **state)
{
    (void)state;
    struct world w = world_with(
        LOGGED_SPEC, "[{logConfig: {accessLogRecordCustomizedHeadersEnabled: true, "
                     "accessLogTracingConfig: {tracingEnabled: true, tracingSample: 100, "
                     "tracingType: Zipkin}}}]");
    assert_string_equal(problems(&w), "");
    const struct alb_listener_log *log = &listener_of(&w, "80/HTTP")->log;
    assert_true(log->custom_headers.set && log->custom_headers.val);
    assert_true(log->tracing.enabled.set && log->tracing.enabled.val);
    assert_int_equal(log->tracing.sample.val, 100);
    assert_string_equal(log->tracing.type, "Zipkin");
    world_done(&w);
}

static void test_log_settings_are_not_wanted_unless_given(void **state)
{
    (void)state;
    struct world w = world_with(LOGGED_SPEC, "[{}, {port: 81, logConfig: {}}]");
    for (int i = 0; i < 2; i++) {
        const struct alb_listener_log *log = &listener_of(&w, i ? "81/HTTP" : "80/HTTP")->log;
        assert_false(log->custom_headers.set);
        assert_false(log->tracing.enabled.set);
    }
    world_done(&w);
}

/* A log without tracing is wanted without it; the headers stay unless that is said. */
static void test_what_a_log_config_does_not_say_is_off(void **state)
{
    (void)state;
    struct world w = world_with(
        LOGGED_SPEC,
        "[{logConfig: {accessLogRecordCustomizedHeadersEnabled: false}}, "
        "{port: 81, logConfig: {accessLogTracingConfig: {tracingEnabled: false, tracingSample: "
        "5}}}, {port: 82, logConfig: {accessLogRecordCustomizedHeadersAllowDisable: true}}]");
    const struct alb_listener_log *log = &listener_of(&w, "80/HTTP")->log;
    assert_true(log->custom_headers.set && !log->custom_headers.val);
    assert_true(log->tracing.enabled.set && !log->tracing.enabled.val);
    log = &listener_of(&w, "81/HTTP")->log;
    assert_false(log->custom_headers.set);
    assert_true(log->tracing.enabled.set && !log->tracing.enabled.val);
    assert_false(log->tracing.sample.set);
    log = &listener_of(&w, "82/HTTP")->log;
    assert_true(log->custom_headers.set && !log->custom_headers.val);
    world_done(&w);
}

static void test_log_settings_are_checked(void **state)
{
    (void)state;
    struct world w =
        world_with(LOGGED_SPEC, "[{logConfig: {accessLogTracingConfig: {tracingEnabled: true, "
                                "tracingSample: 10001, tracingType: Jaeger}}}]");
    assert_has(problems(&w), "tracingSample: 10001 is out of range; give 0 to 10000");
    assert_has(problems(&w), "accessLogTracingConfig.tracingType: \"Jaeger\" is not known");
    assert_int_equal(w.out.problems.len, 2);
    world_done(&w);
    w = world_with(LOGGED_SPEC, "[{logConfig: {accessLogTracingConfig: {tracingEnabled: true}}}]");
    assert_has(problems(&w),
               "spec.listeners[0].logConfig.accessLogTracingConfig.tracingSample: missing, and "
               "tracing needs a rate; give how many of 10000 requests, 1 to 10000");
    world_done(&w);
    w = world_with(LOGGED_SPEC, "[{logConfig: {accessLogTracingConfig: {tracingEnabled: true, "
                                "tracingSample: 0}}}]");
    assert_has(problems(&w), "tracingSample: missing, and tracing needs a rate");
    world_done(&w);
    w = world_with(LOGGED_SPEC, "[{logConfig: {accessLogTracingConfig: {tracingEnabled: true, "
                                "tracingSample: 1}}}]");
    assert_string_equal(problems(&w), "");
    assert_string_equal(listener_of(&w, "80/HTTP")->log.tracing.type, "Zipkin");
    world_done(&w);
    w = world_with(WEB_SPEC, "[{logConfig: {accessLogRecordCustomizedHeadersEnabled: true}}]");
    assert_string_equal(problems(&w), "");
    assert_has(warnings(&w), "logConfig: it has no effect without an access log; give "
                             "spec.config.accessLogConfig");
    assert_false(listener_of(&w, "80/HTTP")->log.custom_headers.set);
    world_done(&w);
}

static void test_any_part_of_a_log_setting_makes_it_wanted(void **state)
{
    (void)state;
    struct world w = world_with(
        LOGGED_SPEC, "[{logConfig: {accessLogTracingConfig: {tracingSample: 5}}}, {port: 81, "
                     "logConfig: {accessLogTracingConfig: {tracingType: Zipkin}}}, {port: 82}]");
    assert_string_equal(problems(&w), "");
    const struct alb_listener *sample = listener_of(&w, "80/HTTP"),
                              *type = listener_of(&w, "81/HTTP"),
                              *none = listener_of(&w, "82/HTTP");
    assert_true(sample->log.tracing.enabled.set && !sample->log.tracing.enabled.val);
    assert_true(type->log.tracing.enabled.set && !type->log.tracing.enabled.val);
    assert_false(none->log.tracing.enabled.set);
    world_done(&w);
}

static void test_log_settings_without_a_log_are_a_warning_when_they_are_on(void **state)
{
    (void)state;
    static const char warning[] = "logConfig: it has no effect without an access log";
    static const struct {
        const char *config, *warning;
    } cases[] = {
        { "accessLogRecordCustomizedHeadersEnabled: true", warning },
        { "accessLogTracingConfig: {tracingEnabled: true, tracingSample: 5}", warning },
        { "accessLogRecordCustomizedHeadersEnabled: false", NULL },
        { "accessLogTracingConfig: {tracingEnabled: false}", NULL },
    };
    struct arena a CLEANUP(arena_done) = { 0 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world w =
            world_with(WEB_SPEC, arena_fmt(&a, "[{logConfig: {%s}}]", cases[i].config));
        assert_string_equal(problems(&w), "");
        if (cases[i].warning)
            assert_has(warnings(&w), cases[i].warning);
        else
            assert_string_equal(warnings(&w), "");
        assert_false(listener_of(&w, "80/HTTP")->log.tracing.enabled.set);
        world_done(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switches_are_off_unless_given),
        cmocka_unit_test(test_every_forwarded_field_is_taken),
        cmocka_unit_test(test_forwarded_values_are_checked),
        cmocka_unit_test(test_https_upgrades_to_the_quic_listener_of_its_port),
        cmocka_unit_test(test_https_upgrades_to_the_quic_listener_it_names),
        cmocka_unit_test(test_https_does_not_upgrade_unless_asked),
        cmocka_unit_test(test_an_upgrade_that_leads_nowhere_is_a_warning),
        cmocka_unit_test(test_log_settings_are_taken),
        cmocka_unit_test(test_log_settings_are_not_wanted_unless_given),
        cmocka_unit_test(test_what_a_log_config_does_not_say_is_off),
        cmocka_unit_test(test_log_settings_are_checked),
        cmocka_unit_test(test_any_part_of_a_log_setting_makes_it_wanted),
        cmocka_unit_test(test_log_settings_without_a_log_are_a_warning_when_they_are_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
